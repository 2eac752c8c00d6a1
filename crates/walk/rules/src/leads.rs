//! 线索与邀约 (W7): leads and suggestions of the public, people who ask to be accompanied or are invited, and the
//! telephone callback afterwards. One table of moves. Must not know pages or who a person is.

use kernel::Said;
use serde::{Deserialize, Serialize};

kernel::words! {
    /// What someone sends, the usual first.
    inherent LeadKind {
        Lead = "lead", "问题线索";
        Suggestion = "suggestion", "意见建议";
        AskCompany = "ask_company", "请人陪我走";
        Invited = "invited", "应邀来陪走";
    }
}

kernel::words! {
    /// Where it stands, what waits first.
    inherent LeadState {
        New = "new", "新收到";
        Planned = "planned", "已排走访";
        Walked = "walked", "已走";
        /// With a reason.
        Declined = "declined", "不采用";
        CalledBack = "called_back", "已回访";
    }
}

/// What is done with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LeadAct {
    /// 排进走访
    Plan,
    /// 走完
    Walk,
    /// 没走成，退回重排
    Release,
    /// 电话回访
    CallBack,
    /// 说明理由不采用
    Decline,
}

/// from, act, to
pub const LEAD_MOVES: [(LeadState, LeadAct, LeadState); 6] = [
    (LeadState::New, LeadAct::Plan, LeadState::Planned),
    (LeadState::New, LeadAct::Decline, LeadState::Declined),
    (LeadState::Planned, LeadAct::Walk, LeadState::Walked),
    (LeadState::Planned, LeadAct::Release, LeadState::New),
    (LeadState::Walked, LeadAct::CallBack, LeadState::CalledBack),
    (LeadState::Declined, LeadAct::CallBack, LeadState::CalledBack),
];

/// One lead.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lead {
    /// What sort.
    pub kind: LeadKind,
    /// Item code, when the sender chose one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<String>,
    /// Words of the sender.
    pub text: String,
    /// Where it stands.
    pub state: LeadState,
    /// The walk it led to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub walk: Option<String>,
    /// Why it was declined.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
}

impl Lead {
    /// One step. `note` is the walk for [`LeadAct::Plan`] and the reason for [`LeadAct::Decline`].
    ///
    /// # Errors
    /// What is missing, or that this is not possible now.
    pub fn step(mut self, act: LeadAct, note: &str) -> Result<Self, Said> {
        let to =
            LEAD_MOVES.iter().find(|(from, a, _)| *from == self.state && *a == act).map(|(_, _, to)| *to);
        let Some(to) = to else {
            return Err(Said::new(
                "这条线索现在不能这样处理，请刷新后再看",
                "this lead cannot be handled so now; reload",
            ));
        };
        let note = note.trim();
        match act {
            LeadAct::Plan if note.is_empty() => {
                return Err(Said::new("请选择排进哪次走访", "choose the walk it goes into"));
            }
            LeadAct::Decline if note.is_empty() => {
                return Err(Said::new(
                    "不采用要写明理由，回访时告诉反映人",
                    "give the reason; the sender is told at the callback",
                ));
            }
            LeadAct::Plan => self.walk = Some(note.to_owned()),
            LeadAct::Release => self.walk = None,
            LeadAct::Decline => self.reason = note.to_owned(),
            LeadAct::Walk | LeadAct::CallBack => {}
        }
        self.state = to;
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_lead_ends_with_a_callback() {
        let lead = Lead {
            kind: LeadKind::AskCompany,
            item: None,
            text: "请陪我办一次退休".into(),
            state: LeadState::New,
            walk: None,
            reason: String::new(),
        };
        assert!(lead.clone().step(LeadAct::Plan, " ").is_err());
        assert!(lead.clone().step(LeadAct::CallBack, "").is_err(), "nothing was done yet");
        let planned = lead.clone().step(LeadAct::Plan, "w1").unwrap();
        assert_eq!(planned.clone().step(LeadAct::Release, "").unwrap(), lead);
        let done = planned.step(LeadAct::Walk, "").unwrap().step(LeadAct::CallBack, "").unwrap();
        assert_eq!((done.state, done.walk.as_deref()), (LeadState::CalledBack, Some("w1")));
        assert!(lead.clone().step(LeadAct::Decline, "").unwrap_err().zh.contains("理由"));
        let declined = lead.step(LeadAct::Decline, "不属于政务服务").unwrap();
        assert_eq!(declined.step(LeadAct::CallBack, "").unwrap().state, LeadState::CalledBack);
        for state in LeadState::ALL {
            assert_eq!(serde_json::to_value(state).unwrap(), state.word());
        }
        for kind in LeadKind::ALL {
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.word());
        }
        // No state but the last is a dead end.
        for (_, _, to) in LEAD_MOVES {
            assert!(to == LeadState::CalledBack || LEAD_MOVES.iter().any(|(from, _, _)| *from == to));
        }
    }
}
