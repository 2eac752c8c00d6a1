//! The stages of the loop. Each variant carries what exists only in that stage.

use kernel::{Moment, RegionCode, UnitId};
use serde::{Deserialize, Serialize};

use crate::step::RectStep;
use crate::words::{Level, RefuseReason, Satisfaction, words};
use crate::{command::Solved, words::ReturnReason};

words! {
    /// The name of a stage (环节), for the table, lists and filters.
    StageKind {
        Registered = "registered", "待受理";
        Accepted = "accepted", "待转办";
        Dispatched = "dispatched", "待签收";
        Handling = "handling", "办理中";
        ReturnAsked = "return_asked", "退回待裁定";
        Conferring = "conferring", "会商中";
        Escalated = "escalated", "已上报";
        HandedOver = "handed_over", "已转外地";
        NegativeReview = "negative_review", "否定答复待审";
        Rectifying = "rectifying", "整改中";
        Replied = "replied", "待回头看";
        CalledBack = "called_back", "待归档";
        Archived = "archived", "已归档";
        Refused = "refused", "不予受理";
        Merged = "merged", "已并案";
    }
}

impl StageKind {
    /// Is the matter at rest here: nobody owes the next step?
    pub const fn is_end(self) -> bool {
        matches!(self, Self::Archived | Self::Refused | Self::Merged)
    }
    /// Was the matter answered: may its service be rated (答复后可评)?
    pub const fn is_answered(self) -> bool {
        matches!(self, Self::Replied | Self::CalledBack | Self::Archived)
    }
    /// Does a unit owe an answer in this stage?
    pub const fn with_unit(self) -> bool {
        matches!(
            self,
            Self::Dispatched
                | Self::Handling
                | Self::ReturnAsked
                | Self::Conferring
                | Self::Escalated
                | Self::NegativeReview
                | Self::Rectifying
        )
    }
}

/// How far the other side is with what was handed to it (对方进展).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BeyondStep {
    /// not taken yet: our clock runs
    Offered,
    /// taken: the clock is theirs
    Taken,
    /// answered: the callback is ours
    Answered,
}

/// The cell that deals with a matter of ours (对方).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Beyond {
    /// its code
    pub cell: RegionCode,
    /// its name
    pub name: String,
    /// the number that the matter has there
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// how far it is
    pub step: BeyondStep,
}

/// Where a case stands, with the data that exists only there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "at", rename_all = "snake_case")]
pub enum Stage {
    /// 登记: taken down, not yet accepted.
    Registered,
    /// 受理: accepted, waits for a handler.
    Accepted,
    /// 转办: sent to a unit that has not yet signed for it; the clock runs.
    Dispatched {
        /// who must answer
        owner: UnitId,
    },
    /// 办理: a unit works on it.
    Handling {
        /// who must answer
        owner: UnitId,
    },
    /// 退回: the unit says it is not its matter; the coordinator decides.
    ReturnAsked {
        /// who gave it back and still owns it until the decision
        owner: UnitId,
        /// why
        reason: ReturnReason,
        /// what shows it
        evidence: String,
        /// who should have it instead, in the unit's view
        suggest: Option<UnitId>,
    },
    /// 会商: a joint meeting has been called.
    Conferring {
        /// who must answer
        owner: UnitId,
        /// when the meeting is held
        meets: Moment,
        /// what it must settle
        topic: String,
    },
    /// 上报: sent up; tracked until it comes back.
    Escalated {
        /// who must answer
        owner: UnitId,
        /// to which level
        level: Level,
        /// to which office
        office: String,
    },
    /// 跨域转办: handed to another city or to the province; tracked until it comes back (`docs/CELLS.md`).
    HandedOver {
        /// the unit that had it here; none when none had
        owner: Option<UnitId>,
        /// who deals with it
        peer: Beyond,
    },
    /// 否定答复: the unit says no; the coordinator reviews before it goes out.
    NegativeReview {
        /// who must answer
        owner: UnitId,
    },
    /// 整改: a dated plan whose steps are struck off one by one.
    Rectifying {
        /// who must mend it
        owner: UnitId,
        /// the plan
        steps: Vec<RectStep>,
    },
    /// 答复: answered; the callback is owed.
    Replied {
        /// who answered
        owner: UnitId,
        /// the reply says no
        negative: bool,
        /// attempts at the callback that reached nobody
        missed_calls: u32,
    },
    /// 回头看: asked; to be archived.
    CalledBack {
        /// who answered; none for a consultation answered on the spot
        owner: Option<UnitId>,
        /// solved?
        solved: Solved,
        /// satisfied?
        satisfied: Option<Satisfaction>,
    },
    /// 归档: the end.
    Archived {
        /// who answered
        owner: Option<UnitId>,
    },
    /// 不予受理: told why and where to go instead.
    Refused {
        /// why
        reason: RefuseReason,
    },
    /// 并案: goes on in another case; can be undone.
    Merged {
        /// number of the case it goes on in
        into: String,
        /// what it was before
        was: Box<Stage>,
    },
}

impl Stage {
    /// The name of this stage.
    pub const fn kind(&self) -> StageKind {
        match self {
            Self::Registered => StageKind::Registered,
            Self::Accepted => StageKind::Accepted,
            Self::Dispatched { .. } => StageKind::Dispatched,
            Self::Handling { .. } => StageKind::Handling,
            Self::ReturnAsked { .. } => StageKind::ReturnAsked,
            Self::Conferring { .. } => StageKind::Conferring,
            Self::Escalated { .. } => StageKind::Escalated,
            Self::HandedOver { .. } => StageKind::HandedOver,
            Self::NegativeReview { .. } => StageKind::NegativeReview,
            Self::Rectifying { .. } => StageKind::Rectifying,
            Self::Replied { .. } => StageKind::Replied,
            Self::CalledBack { .. } => StageKind::CalledBack,
            Self::Archived { .. } => StageKind::Archived,
            Self::Refused { .. } => StageKind::Refused,
            Self::Merged { .. } => StageKind::Merged,
        }
    }
    /// The unit that must answer, or that answered (承办单位).
    pub fn owner(&self) -> Option<UnitId> {
        match self {
            Self::Registered | Self::Accepted | Self::Refused { .. } => None,
            Self::Dispatched { owner }
            | Self::Handling { owner }
            | Self::ReturnAsked { owner, .. }
            | Self::Conferring { owner, .. }
            | Self::Escalated { owner, .. }
            | Self::NegativeReview { owner }
            | Self::Rectifying { owner, .. }
            | Self::Replied { owner, .. } => Some(*owner),
            Self::HandedOver { owner, .. } | Self::CalledBack { owner, .. } | Self::Archived { owner } => {
                *owner
            }
            Self::Merged { was, .. } => was.owner(),
        }
    }
}
