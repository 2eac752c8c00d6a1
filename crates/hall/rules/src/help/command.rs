//! What can be done with an order of help, and what happened.

use kernel::{Date, StaffId};
use serde::{Deserialize, Serialize};

use super::mandate::{Line, MandatePaper};
use super::table::Stage;
use super::{Half, HelpKind};
use crate::time::Span;
use crate::words::{Channel, words};

words! {
    /// What can be done with an order of help.
    inherent Act {
        Ask = "ask", "申请";
        Accept = "accept", "受理";
        Refuse = "refuse", "不予受理";
        Assign = "assign", "更换帮办员";
        Plan = "plan", "约定上门时间";
        Visited = "visited", "已上门";
        Receive = "receive", "接收材料";
        GiveBack = "give_back", "还回材料";
        Acknowledge = "acknowledge", "确认清单";
        Suspend = "suspend", "中止";
        Lapse = "lapse", "委托期满中止";
        Resume = "resume", "续办";
        Finish = "finish", "办结";
        End = "end", "终止";
        Withdraw = "withdraw", "撤回";
        Say = "say", "补充说明";
        Show = "show", "查看申请人";
        Erase = "erase", "删除申请人信息";
    }
}

/// When it suits the applicant (希望的时间).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wish {
    /// the day; none: as soon as it can be
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub day: Option<Date>,
    /// part of the day
    pub half: Half,
}

/// A visit that is planned (约定上门).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Visit {
    /// the day
    pub day: Date,
    /// from when to when they come
    pub hours: Span,
}

/// Who helps, as the register had them (帮办员).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HelperRef {
    /// number in the register of the hall
    pub id: u32,
    /// name
    pub name: String,
    /// account, where they have one
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub staff: Option<StaffId>,
}

/// One act with what was entered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the fields are those of the table")]
pub enum Command {
    /// `ground`: code of why somebody comes to the door; `exception`: why a clerk takes it without one
    Ask {
        hall: i64,
        kind: HelpKind,
        item: String,
        name: String,
        region: String,
        channel: Channel,
        ground: String,
        exception: String,
        wish: Wish,
    },
    Accept {
        helper: HelperRef,
        mandate: Option<MandatePaper>,
        visit: Option<Visit>,
        exception: String,
    },
    /// `instead`: what else is open to them
    Refuse {
        reason: String,
        instead: String,
    },
    /// A mandate names who acts: another helper needs another one.
    Assign {
        helper: HelperRef,
        reason: String,
        mandate: Option<MandatePaper>,
    },
    Plan {
        visit: Visit,
    },
    Visited {},
    /// `signed`: both signed the list on paper
    Receive {
        papers: Vec<Line>,
        signed: bool,
    },
    /// `lines`: places in the list
    GiveBack {
        lines: Vec<usize>,
        signed: bool,
    },
    Acknowledge {},
    Suspend {
        reason: String,
    },
    Lapse {},
    Resume {
        note: String,
        mandate: Option<MandatePaper>,
    },
    /// `kept`: why an original stays out
    Finish {
        done: String,
        kept: String,
    },
    End {
        reason: String,
        kept: String,
    },
    Withdraw {},
    Say {},
    Show {
        purpose: String,
    },
    Erase {},
}

impl Command {
    /// Which act.
    pub const fn act(&self) -> Act {
        match self {
            Self::Ask { .. } => Act::Ask,
            Self::Accept { .. } => Act::Accept,
            Self::Refuse { .. } => Act::Refuse,
            Self::Assign { .. } => Act::Assign,
            Self::Plan { .. } => Act::Plan,
            Self::Visited {} => Act::Visited,
            Self::Receive { .. } => Act::Receive,
            Self::GiveBack { .. } => Act::GiveBack,
            Self::Acknowledge {} => Act::Acknowledge,
            Self::Suspend { .. } => Act::Suspend,
            Self::Lapse {} => Act::Lapse,
            Self::Resume { .. } => Act::Resume,
            Self::Finish { .. } => Act::Finish,
            Self::End { .. } => Act::End,
            Self::Withdraw {} => Act::Withdraw,
            Self::Say {} => Act::Say,
            Self::Show { .. } => Act::Show,
            Self::Erase {} => Act::Erase,
        }
    }

    /// The words that were given with it.
    pub fn words(&self) -> Vec<&str> {
        let mut out: Vec<&str> = match self {
            Self::Accept { exception, .. } => vec![exception],
            Self::Refuse { reason, instead } => vec![reason, instead],
            Self::Assign { reason, .. } | Self::Suspend { reason } => vec![reason],
            Self::Resume { note, .. } => vec![note],
            Self::Finish { done, kept } => vec![done, kept],
            Self::End { reason, kept } => vec![reason, kept],
            Self::Show { purpose } => vec![purpose],
            Self::Receive { papers, .. } => papers.iter().map(|l| l.name.as_str()).collect(),
            _ => Vec::new(),
        };
        if let Some(m) = self.mandate() {
            out.extend([m.matter.as_str(), m.scope.as_str()]);
        }
        out
    }

    /// The mandate that came with it.
    pub const fn mandate(&self) -> Option<&MandatePaper> {
        match self {
            Self::Accept { mandate, .. } | Self::Assign { mandate, .. } | Self::Resume { mandate, .. } => {
                mandate.as_ref()
            }
            _ => None,
        }
    }

    /// The same with each text of staff changed: what the applicant left of themselves is covered in it.
    #[must_use]
    pub fn with_words(mut self, change: impl Fn(&str) -> String) -> Self {
        let set = |text: &mut String| *text = change(text.trim());
        match &mut self {
            Self::Ask { exception, .. } | Self::Accept { exception, .. } => set(exception),
            Self::Refuse { reason, instead } => [reason, instead].into_iter().for_each(set),
            Self::Assign { reason, .. } | Self::Suspend { reason } => set(reason),
            Self::Resume { note, .. } => set(note),
            Self::Finish { done, kept } => [done, kept].into_iter().for_each(set),
            Self::End { reason, kept } => [reason, kept].into_iter().for_each(set),
            Self::Show { purpose } => set(purpose),
            Self::Receive { papers, .. } => papers.iter_mut().for_each(|l| set(&mut l.name)),
            Self::Plan { .. } | Self::Visited {} | Self::GiveBack { .. } | Self::Acknowledge {} => {}
            Self::Lapse {} | Self::Withdraw {} | Self::Say {} | Self::Erase {} => {}
        }
        if let Self::Accept { mandate, .. } | Self::Assign { mandate, .. } | Self::Resume { mandate, .. } =
            &mut self
            && let Some(m) = mandate
        {
            set(&mut m.matter);
            set(&mut m.scope);
        }
        self
    }
}

/// What happened: all that a replay needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Happened {
    /// what was asked
    pub asked: Command,
    /// where it stands then
    pub to: Stage,
}
