//! 调班: asked by one, agreed by the other, approved by the head; never against a hard rule, whoever agrees. The rows of
//! [`TABLE`] are all there is.

use kernel::{Date, Said, StaffId};
use serde::{Deserialize, Serialize};

use super::board::Task;
use super::{Broken, Duty, broken};
use crate::words::words;

words! {
    /// Where a swap stands (调班状态).
    inherent SwapStage {
        Asked = "asked", "等对方同意";
        Agreed = "agreed", "等负责人批准";
        Done = "done", "已调";
        Refused = "refused", "没有同意";
        Withdrawn = "withdrawn", "已撤回";
    }
}
words! {
    /// What is done with a swap (调班动作).
    inherent SwapAct {
        Agree = "agree", "同意";
        Approve = "approve", "批准";
        Refuse = "refuse", "不同意";
        Withdraw = "withdraw", "撤回";
    }
}
words! {
    /// Who does it.
    inherent Side {
        Asker = "asker", "提出的人";
        Other = "other", "对方";
        Head = "head", "负责人";
    }
}

/// From which stage, by whom, what, to which stage.
pub const TABLE: &[(SwapStage, Side, SwapAct, SwapStage)] = &[
    (SwapStage::Asked, Side::Other, SwapAct::Agree, SwapStage::Agreed),
    (SwapStage::Asked, Side::Other, SwapAct::Refuse, SwapStage::Refused),
    (SwapStage::Asked, Side::Asker, SwapAct::Withdraw, SwapStage::Withdrawn),
    (SwapStage::Agreed, Side::Asker, SwapAct::Withdraw, SwapStage::Withdrawn),
    (SwapStage::Agreed, Side::Head, SwapAct::Approve, SwapStage::Done),
    (SwapStage::Agreed, Side::Head, SwapAct::Refuse, SwapStage::Refused),
];

/// A swap of two duties, or one that is given away.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Swap {
    /// number in its roster
    pub id: u32,
    /// who asks
    pub asker: StaffId,
    /// whose help is asked
    pub other: StaffId,
    /// day of the asker's duty that the other takes
    pub gives: Date,
    /// day of the other's duty that the asker takes; none: it is given away
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub takes: Option<Date>,
    /// where it stands
    pub stage: SwapStage,
}

impl Swap {
    /// What somebody may do with it now.
    pub fn acts(&self, who: StaffId, head: bool) -> Vec<SwapAct> {
        let is = |part: Side| match part {
            Side::Asker => who == self.asker,
            Side::Other => who == self.other,
            // Nobody approves their own.
            Side::Head => head && who != self.asker && who != self.other,
        };
        TABLE.iter().filter(|(from, part, ..)| *from == self.stage && is(*part)).map(|r| r.2).collect()
    }
    /// The stage after an act of somebody; none when they may not.
    pub fn after(&self, who: StaffId, head: bool, act: SwapAct) -> Option<SwapStage> {
        let may = self.acts(who, head).contains(&act);
        TABLE.iter().find(|(from, _, a, _)| may && *from == self.stage && *a == act).map(|r| r.3)
    }
}

/// The duties with a swap done.
///
/// # Errors
/// The duties are no longer there, or a hard rule would be broken that is not broken now: which, for whom.
pub fn with_swap(task: &Task<'_>, duties: &[Duty], swap: &Swap) -> Result<Vec<Duty>, (Said, Vec<Broken>)> {
    let gone = || {
        let said = Said::new("要调的班已经不在排班表上，请刷新", "a duty of this swap is gone: reload");
        (said, Vec::new())
    };
    let at = |staff: StaffId, day: Date| {
        duties.iter().position(|d| d.staff == staff && d.day == day).ok_or_else(gone)
    };
    if swap.asker == swap.other {
        let said = Said::new("请选择另一位同事", "choose somebody else");
        return Err((said, Vec::new()));
    }
    let mut new = duties.to_vec();
    new[at(swap.asker, swap.gives)?].staff = swap.other;
    if let Some(day) = swap.takes {
        new[at(swap.other, day)?].staff = swap.asker;
    }
    new.sort();
    let before = broken(task, duties);
    let worse: Vec<Broken> = broken(task, &new).into_iter().filter(|b| !before.contains(b)).collect();
    if worse.is_empty() {
        return Ok(new);
    }
    Err((Said::new("调班违反硬规则，不能调", "the swap breaks a hard rule"), worse))
}
