//! The life of an appointment as one table. A row reads: *from these stages, these people may do this act, if these guards
//! hold; it then stands there, and the clock does that; source*.

use kernel::Role;

use super::Act;
use super::guard::Guard;
use crate::who::{Standing, Who};
use crate::words::words;

words! {
    /// Where an appointment stands (预约状态).
    inherent Stage {
        /// no place yet: one is offered when somebody gives one back
        Standby = "standby", "候补中";
        Held = "held", "占号中";
        Confirmed = "confirmed", "已预约";
        Arrived = "arrived", "已到厅";
        Served = "served", "已办理";
        Left = "left", "已离开";
        Cancelled = "cancelled", "已取消";
        CalledOff = "called_off", "单位取消";
        Expired = "expired", "占号失效";
        Missed = "missed", "爽约";
        Appealed = "appealed", "申诉中";
        Excused = "excused", "不计爽约";
    }
}

impl Stage {
    /// Is nothing left to come?
    pub const fn is_end(self) -> bool {
        !matches!(self, Self::Standby | Self::Held | Self::Confirmed | Self::Arrived | Self::Appealed)
    }
    /// Does it take its place?
    pub const fn takes_a_place(self) -> bool {
        matches!(self, Self::Held | Self::Confirmed | Self::Arrived)
    }
}

/// What the act does to the clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clock {
    /// It goes on as it is.
    Keep,
    /// 占号 starts.
    StartHold,
    /// It is watched whether the person comes.
    Watch,
    /// It stops; what was left of the person ends after a while.
    Stop,
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
    /// what the clock does
    pub clock: Clock,
    /// DOMAIN row it comes from
    pub source: &'static str,
}

const PERSON: Who = Who(Role::Resident, Standing::Person);
const CLERK: Who = Who(Role::Clerk, Standing::Hall);
const HANDLER: Who = Who(Role::Handler, Standing::Hall);
const HEAD: Who = Who(Role::UnitAdmin, Standing::Hall);
const COORD: Who = Who(Role::Coordinator, Standing::Region);
const SUPER: Who = Who(Role::Supervisor, Standing::Region);
const SYSTEM: Who = Who(Role::System, Standing::System);

use Act::*;
use Clock as C;
use Guard as G;
use Stage as S;

const ENDED: &[S] = &[S::Served, S::Left, S::Cancelled, S::CalledOff, S::Expired, S::Missed, S::Excused];
const SEEN: &[S] = &[S::Standby, S::CalledOff, S::Held, S::Confirmed, S::Arrived, S::Appealed, S::Missed];

const fn r(
    act: Act,
    from: &'static [S],
    who: &'static [Who],
    guards: &'static [Guard],
    to: Option<S>,
    clock: Clock,
    source: &'static str,
) -> Row {
    Row { act, from, who, guards, to, clock, source }
}

/// The life. [`Act::Hold`] and [`Act::Standby`] are no rows: they make an appointment from nothing (see [`super::hold`] and
/// [`super::stand_by`]).
#[rustfmt::skip]
pub const TABLE: &[Row] = &[
    r(Confirm, &[S::Held], &[PERSON, CLERK, HANDLER, COORD], &[G::HoldRuns], Some(S::Confirmed), C::Watch, "K7 占号后确认"),
    r(Offer, &[S::Standby], &[SYSTEM], &[], Some(S::Held), C::StartHold, "K7 候补：有号退回时按先后留给候补的人"),
    r(Expire, &[S::Held, S::Standby], &[SYSTEM], &[G::HoldEnded], Some(S::Expired), C::Stop, "K7 占号到时自动退回；候补的日子已过"),
    r(Move, &[S::Confirmed], &[PERSON, CLERK, HANDLER, COORD], &[G::BeforeStart, G::MovesLeft], None, C::Watch, "K7 改约：本人动作，不因打开链接"),
    r(Cancel, &[S::Held, S::Confirmed], &[PERSON, CLERK, HANDLER, COORD], &[G::BeforeStart], Some(S::Cancelled), C::Stop, "K7 取消：晚取消另记，不算爽约"),
    r(Cancel, &[S::Standby], &[PERSON, CLERK, HANDLER, COORD], &[], Some(S::Cancelled), C::Stop, "K7 不再候补"),
    r(CallOff, &[S::Held, S::Confirmed], &[HEAD, COORD, SYSTEM], &[G::ReasonGiven], Some(S::CalledOff), C::Stop, "K7 关闭前告知会取消谁"),
    r(Arrive, &[S::Confirmed], &[PERSON, CLERK, HANDLER, COORD], &[G::NotTooEarly, G::GraceRuns], Some(S::Arrived), C::Stop, "K7 到厅签到，预约与现场一个队列"),
    r(Serve, &[S::Arrived], &[SYSTEM], &[], Some(S::Served), C::Stop, "K7 叫号办结"),
    r(Leave, &[S::Arrived], &[SYSTEM], &[], Some(S::Left), C::Stop, "K7 到了没有等到"),
    r(Miss, &[S::Confirmed], &[SYSTEM], &[G::GraceOver, G::OfficeOnTime], Some(S::Missed), C::Stop, "K7 爽约"),
    r(Excuse, &[S::Confirmed], &[SYSTEM], &[G::GraceOver, G::OfficeLate], Some(S::Excused), C::Stop, "K7 单位延误，绝不计爽约"),
    r(Appeal, &[S::Missed], &[PERSON], &[G::AppealOnce, G::AppealInTime], Some(S::Appealed), C::Keep, "K7 限制之前先提醒，可以申诉"),
    r(Uphold, &[S::Appealed], &[HEAD, COORD, SUPER], &[G::ReasonGiven], Some(S::Excused), C::Stop, "K7 申诉"),
    r(Reject, &[S::Appealed], &[HEAD, COORD, SUPER], &[G::ReasonGiven], Some(S::Missed), C::Stop, "K7 申诉"),
    r(Tell, &[S::Held, S::Confirmed, S::CalledOff], &[CLERK, HANDLER, COORD], &[G::PersonThere], None, C::Keep, "K7 电话提醒和告知"),
    r(Show, SEEN, &[CLERK, HANDLER, HEAD, COORD], &[G::ReasonGiven], None, C::Keep, "X8 用途留痕，本人可见"),
    r(Erase, ENDED, &[PERSON, SYSTEM], &[G::PersonThere, G::KeptLongEnough], None, C::Stop, "X6 期满删除联系方式；本人可提前要求"),
];

/// The row of an act in a stage.
pub fn row(stage: Stage, act: Act) -> Option<&'static Row> {
    TABLE.iter().find(|r| r.act == act && r.from.contains(&stage))
}
