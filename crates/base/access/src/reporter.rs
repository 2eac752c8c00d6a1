//! 反映人: who may learn who lodged a case, and who may not speak in their place. One table, role × how the
//! actor's unit stands to the case; kept apart from the door, which decides what may be done.

use kernel::{Actor, Role};
use resolve::Case;

/// How the unit of an actor stands to a case, as far as the reporter is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// 被反映的一方: the case is, or was, with this unit: owner, co-handler, task of a meeting, earlier owner
    Answering,
    /// 首问单位: took the case down and never had to answer it
    TookDown,
    /// 其他
    Elsewhere,
}

impl Side {
    /// All sides.
    pub const ALL: [Self; 3] = [Self::Answering, Self::TookDown, Self::Elsewhere];
    /// The side on which an actor stands.
    pub fn of(actor: &Actor, case: &Case) -> Self {
        match actor.unit {
            Some(unit) if case.answers(unit) => Self::Answering,
            Some(unit) if case.first_asked == unit => Self::TookDown,
            _ => Self::Elsewhere,
        }
    }
}

/// Who lodged the case: is it shown?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sight {
    /// never
    Never,
    /// unless the person asked to stay unknown (保密)
    UnlessHidden,
    /// always
    Always,
}

use Sight::{Always, Never, UnlessHidden};

/// The table: role, then answering, took down, elsewhere. That a coordinator sits in the unit complained about
/// does not make that unit another one: the column counts, whatever the role.
#[rustfmt::skip]
pub const REPORTER: &[(Role, [Sight; 3])] = &[
    (Role::Resident,    [Always, Always, Always]),
    (Role::System,      [Always, Always, Always]),
    (Role::Coordinator, [UnlessHidden, Always, Always]),
    (Role::Supervisor,  [UnlessHidden, Always, Always]),
    (Role::Clerk,       [UnlessHidden, Always, Never]),
    (Role::Handler,     [UnlessHidden, UnlessHidden, Never]),
    (Role::UnitAdmin,   [UnlessHidden, UnlessHidden, Never]),
    (Role::Analyst,     [Never, Never, Never]),
    (Role::Walker,      [Never, Never, Never]),
    (Role::SystemAdmin, [Never, Never, Never]),
    (Role::Volunteer,   [Never, Never, Never]),
    (Role::Evaluator,   [Never, Never, Never]),
];

/// What a role on this side is shown; nothing for a role that has no row.
pub fn sight(role: Role, side: Side) -> Sight {
    REPORTER.iter().find(|(r, _)| *r == role).map_or(Never, |(_, row)| row[side as usize])
}

/// May this actor learn who lodged the case? Whoever may not see the case may not.
pub fn may_see_reporter(actor: &Actor, case: &Case) -> bool {
    crate::may_see(actor, case)
        && match sight(actor.role, Side::of(actor, case)) {
            Never => false,
            UnlessHidden => !case.hide_reporter,
            Always => true,
        }
}

/// May this person, when signed in, use what was given to the one who lodged the case: the link of its receipt,
/// the answer to a callback, the rating? Not those whose unit has, or had, to answer it.
pub fn may_speak_for_reporter(signed: &Actor, case: &Case) -> bool {
    signed.role == Role::Resident || Side::of(signed, case) != Side::Answering
}
