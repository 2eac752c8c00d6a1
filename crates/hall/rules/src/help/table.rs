//! The life of an order of help as one table. A row reads: *from these stages, these people may do this act, if these guards
//! hold; it then stands there; source*.

use kernel::Role;

use super::{Act, Guard};
use crate::who::{Standing, Who};
use crate::words::words;

words! {
    /// Where an order of help stands (帮办代办状态).
    inherent Stage {
        Asked = "asked", "待受理";
        Accepted = "accepted", "已受理";
        Suspended = "suspended", "已中止";
        Done = "done", "已办结";
        Ended = "ended", "已终止";
        Refused = "refused", "不予受理";
        Withdrawn = "withdrawn", "已撤回";
    }
}

impl Stage {
    /// Is it over?
    pub const fn is_end(self) -> bool {
        !matches!(self, Self::Asked | Self::Accepted | Self::Suspended)
    }
}

/// One row.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// the act
    pub act: Act,
    /// stages in which it may be done
    pub from: &'static [Stage],
    /// people who may do it
    pub who: &'static [Who],
    /// what must hold
    pub guards: &'static [Guard],
    /// where it stands then; none: where it stood
    pub to: Option<Stage>,
    /// DOMAIN row it comes from
    pub source: &'static str,
}

const PERSON: Who = Who(Role::Resident, Standing::Person);
const CLERK: Who = Who(Role::Clerk, Standing::Hall);
const HANDLER: Who = Who(Role::Handler, Standing::Hall);
const HEAD: Who = Who(Role::UnitAdmin, Standing::Hall);
const COORD: Who = Who(Role::Coordinator, Standing::Region);
const SYSTEM: Who = Who(Role::System, Standing::System);

/// Accounts of these roles may be helpers.
pub const HELPING: [Role; 6] =
    [Role::Clerk, Role::Handler, Role::Coordinator, Role::Walker, Role::UnitAdmin, Role::Volunteer];
const fn helper(role: Role) -> Who {
    Who(role, Standing::Helper)
}

/// Whoever keeps the orders of the hall.
const DESK: &[Who] = &[CLERK, HANDLER, HEAD, COORD];
/// They, and the helper of the order.
const HANDS: &[Who] = &[
    CLERK,
    HANDLER,
    HEAD,
    COORD,
    helper(Role::Clerk),
    helper(Role::Handler),
    helper(Role::Coordinator),
    helper(Role::Walker),
    helper(Role::UnitAdmin),
    helper(Role::Volunteer),
];
/// Who may need to know the applicant: it is put down what for.
const SEES: &[Who] = &[
    CLERK,
    HANDLER,
    helper(Role::Clerk),
    helper(Role::Handler),
    helper(Role::Coordinator),
    helper(Role::Walker),
    helper(Role::UnitAdmin),
    helper(Role::Volunteer),
];
/// The applicant, and who writes down what they say on the telephone.
const ASKER: &[Who] = &[PERSON, CLERK, HANDLER, HEAD, COORD];

use Act::*;
use Guard as G;
use Stage as S;

const OPEN: &[S] = &[S::Asked, S::Accepted, S::Suspended];
const TAKEN: &[S] = &[S::Accepted, S::Suspended];
const ALL: &[S] = &Stage::ALL;
const BACK: &[S] = &[S::Accepted, S::Suspended, S::Done, S::Ended, S::Withdrawn];
const OVER: &[S] = &[S::Done, S::Ended, S::Refused, S::Withdrawn];

const fn r(
    act: Act,
    from: &'static [S],
    who: &'static [Who],
    guards: &'static [Guard],
    to: Option<S>,
    source: &'static str,
) -> Row {
    Row { act, from, who, guards, to, source }
}

/// The life. [`Act::Ask`] is no row: it makes an order from nothing (see [`super::ask`]).
#[rustfmt::skip]
pub const TABLE: &[Row] = &[
    r(Accept, &[S::Asked], DESK, &[G::Entitled, G::HelperFits, G::MandateHolds, G::VisitPlanned], Some(S::Accepted), "K7 受理；W2 代办须有授权"),
    r(Refuse, &[S::Asked], DESK, &[G::ReasonGiven, G::InsteadGiven], Some(S::Refused), "K7 不予受理要说理由和其他途径"),
    r(Assign, TAKEN, DESK, &[G::HelperFits, G::MandateHolds, G::ReasonGiven], None, "K7 更换帮办员；受托人变了要换委托书"),
    r(Plan, &[S::Accepted], HANDS, &[G::IsDoor, G::VisitPlanned], None, "K7 上门时间"),
    r(Visited, &[S::Accepted], HANDS, &[G::IsDoor], None, "K7 上门办"),
    r(Receive, &[S::Accepted], HANDS, &[G::PapersNamed], None, "K7 材料交接清单"),
    r(GiveBack, BACK, HANDS, &[G::LinesThere], None, "K7 材料交接清单：还回"),
    r(Acknowledge, BACK, &[PERSON], &[G::SheetsWait], None, "K7 材料交接清单：双方确认"),
    r(Suspend, &[S::Accepted], HANDS, &[G::ReasonGiven], Some(S::Suspended), "K7 中止"),
    r(Lapse, &[S::Accepted], &[SYSTEM], &[G::MandateOver], Some(S::Suspended), "K7 委托期满"),
    r(Resume, &[S::Suspended], HANDS, &[G::HelperFits, G::MandateHolds, G::ReasonGiven], Some(S::Accepted), "K7 续办；委托期满的要续办委托书"),
    r(Finish, &[S::Accepted], HANDS, &[G::ReasonGiven, G::VisitMade, G::MandateHolds, G::NoOriginalOut], Some(S::Done), "K7 办结：原件还回，或写明理由"),
    r(End, TAKEN, HANDS, &[G::ReasonGiven, G::NoOriginalOut], Some(S::Ended), "K7 终止：原件还回，或写明理由"),
    r(Withdraw, OPEN, ASKER, &[], Some(S::Withdrawn), "K7 自愿：本人可以随时撤回"),
    r(Say, OPEN, ASKER, &[G::WordsLeft, G::PersonThere], None, "K7 本人补充"),
    r(Show, ALL, SEES, &[G::ReasonGiven, G::PersonThere], None, "X8 用途留痕，本人可见"),
    r(Erase, OVER, &[PERSON, SYSTEM], &[G::PersonThere, G::NothingOut, G::KeptLongEnough], None, "X6 期满删除；本人可提前要求，原件未还的不删"),
];

/// The row of an act in a stage.
pub fn row(stage: Stage, act: Act) -> Option<&'static Row> {
    TABLE.iter().find(|r| r.act == act && r.from.contains(&stage))
}
