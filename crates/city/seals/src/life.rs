//! 印章的一生: where a seal can stand, what can be done with it there, and who may: one table. Pure.

use kernel::Role;

kernel::words! {
    /// Kinds of seals (国发〔1999〕25号).
    inherent SealKind {
        Unit = "unit", "单位章";
        Inner = "inner", "内设机构章";
        Special = "special", "专用章";
        Personal = "personal", "个人名章";
    }
}

kernel::words! {
    /// Where a seal stands.
    inherent SealState {
        Applied = "applied", "已申请";
        Made = "made", "已制作";
        Filed = "filed", "已备案";
        InUse = "in_use", "在用";
        Suspended = "suspended", "已停用";
        Cancelled = "cancelled", "已注销";
    }
}

kernel::words! {
    /// What is done with a seal after it was applied for.
    inherent SealAct {
        Make = "make", "制作";
        File = "file", "备案";
        Enable = "enable", "启用";
        Suspend = "suspend", "停用";
        Restore = "restore", "恢复";
        Cancel = "cancel", "注销";
    }
}

kernel::words! {
    /// Kinds of papers that are sealed. Each movement has its line here.
    inherent PaperKind {
        Bulletin = "bulletin", "公文（通报、报告、清单）";
        Letter = "letter", "公文（通知、函）";
        Notice = "notice", "告知、督办文书";
    }
}

impl SealState {
    /// Has a seal in this state that is valid until then run out by now? One that was stopped is not said to have run out.
    pub fn has_run_out(self, valid_to: Option<kernel::Moment>, now: kernel::Moment) -> bool {
        self == Self::InUse && valid_to.is_some_and(|to| to < now)
    }
}

impl PaperKind {
    /// The kinds of seals that are set under such a paper: an official paper has the seal of the office that issues it, a notice
    /// may have one for a special purpose.
    pub const fn seals(self) -> &'static [SealKind] {
        match self {
            Self::Bulletin | Self::Letter => &[SealKind::Unit],
            Self::Notice => &[SealKind::Unit, SealKind::Special],
        }
    }
    /// The name in English.
    pub const fn en(self) -> &'static str {
        match self {
            Self::Bulletin => "Official papers (bulletins, reports, lists)",
            Self::Letter => "Official papers (circulars, letters)",
            Self::Notice => "Notices to units and people",
        }
    }
}

/// By whom an act is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// whoever may apply for seals of the unit
    Unit,
    /// whoever keeps the register
    Register,
    /// whoever keeps the register, but not who applied for this seal
    Another,
}

/// One row: in this state this act leads there, done by these.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// where it stands
    pub from: SealState,
    /// what is done
    pub act: SealAct,
    /// where it stands then
    pub to: SealState,
    /// by whom
    pub by: By,
}

const fn r(from: SealState, act: SealAct, to: SealState, by: By) -> Row {
    Row { from, act, to, by }
}

use SealAct as A;
use SealState as S;

/// The table. What is not in it cannot be done.
pub const LIFE: &[Row] = &[
    r(S::Applied, A::Make, S::Made, By::Another),
    r(S::Applied, A::Cancel, S::Cancelled, By::Unit),
    r(S::Made, A::File, S::Filed, By::Register),
    r(S::Made, A::Cancel, S::Cancelled, By::Register),
    r(S::Filed, A::Enable, S::InUse, By::Register),
    r(S::Filed, A::Cancel, S::Cancelled, By::Register),
    // A key that was lost is not waited with: the unit itself stops it, and only the register lets it go on.
    r(S::InUse, A::Suspend, S::Suspended, By::Unit),
    r(S::InUse, A::Cancel, S::Cancelled, By::Register),
    r(S::Suspended, A::Restore, S::InUse, By::Register),
    r(S::Suspended, A::Cancel, S::Cancelled, By::Register),
];

/// The row of an act in a state; none when it cannot be done there.
pub fn next(from: SealState, act: SealAct) -> Option<&'static Row> {
    LIFE.iter().find(|r| r.from == from && r.act == act)
}

/// Roles that a seal may be given to; the table of `access` bounds them.
pub const USERS: &[Role] =
    &[Role::Coordinator, Role::Supervisor, Role::UnitAdmin, Role::Handler, Role::Clerk];

#[cfg(test)]
mod tests {
    use super::*;

    /// The law over every state and every act.
    #[test]
    fn every_state_and_every_act() {
        for from in SealState::ALL {
            for act in SealAct::ALL {
                let rows: Vec<_> = LIFE.iter().filter(|r| r.from == from && r.act == act).collect();
                assert!(rows.len() < 2, "{from:?} {act:?} is said twice");
                let Some(row) = rows.first() else { continue };
                assert_ne!(row.to, from, "{act:?} changes nothing");
                assert_ne!(from, S::Cancelled, "what is cancelled stays so");
                // Only a seal that is in use is used, and it came there through making and filing.
                if row.to == S::InUse {
                    assert!(matches!(from, S::Filed | S::Suspended), "{from:?} → in use");
                }
                if row.to == S::Made {
                    assert_eq!((from, row.by), (S::Applied, By::Another), "nobody makes what they asked for");
                }
                // Who belongs to the unit may only stop things.
                if row.by == By::Unit {
                    assert!(matches!(row.to, S::Cancelled | S::Suspended), "{from:?} {act:?}");
                }
            }
            // Each but the last can be left, and the last be reached from each.
            let ways = LIFE.iter().filter(|r| r.from == from);
            if from == S::Cancelled {
                assert_eq!(ways.count(), 0);
            } else {
                assert!(ways.clone().any(|r| r.to == S::Cancelled), "{from:?}");
            }
        }
        // Every state but the first is reached.
        for to in SealState::ALL.into_iter().filter(|s| *s != S::Applied) {
            assert!(LIFE.iter().any(|r| r.to == to), "{to:?} is never reached");
        }
    }

    #[test]
    fn who_uses_seals_is_who_the_door_lets_use_them() {
        for role in Role::ALL {
            let actor = kernel::Actor { role, ..kernel::Actor::system() };
            assert_eq!(
                access::offers(&actor, access::Operation::UseSeals),
                USERS.contains(&role),
                "{role:?}"
            );
        }
    }
}
