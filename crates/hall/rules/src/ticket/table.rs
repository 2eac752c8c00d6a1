//! The life of a ticket as one table: taken, called, recalled, parked, passed on, missed, started, ended.

use kernel::Role;

use super::Act;
use super::guard::Guard;
use crate::who::{Standing, Who};
use crate::words::words;

words! {
    /// Where a ticket stands (号票状态).
    inherent Stage {
        Waiting = "waiting", "等候";
        Called = "called", "叫号中";
        Serving = "serving", "办理中";
        Parked = "parked", "暂存";
        Missed = "missed", "过号";
        Ended = "ended", "办理完毕";
        Left = "left", "已离开";
    }
}

impl Stage {
    /// Is nothing left to come?
    pub const fn is_end(self) -> bool {
        matches!(self, Self::Ended | Self::Left)
    }
    /// Does it take a window?
    pub const fn at_a_window(self) -> bool {
        matches!(self, Self::Called | Self::Serving)
    }
}

/// What the act does to the clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clock {
    /// It goes on as it is.
    Keep,
    /// 等候 starts anew.
    StartWait,
    /// 等候 ends: called for the first time.
    StopWait,
    /// 办理 starts.
    StartService,
    /// Everything stops.
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
    /// where it stands then
    pub to: Stage,
    /// what the clock does
    pub clock: Clock,
    /// DOMAIN row it comes from
    pub source: &'static str,
}

const CLERK: Who = Who(Role::Clerk, Standing::Window);
const HANDLER: Who = Who(Role::Handler, Standing::Window);
const DESK: Who = Who(Role::Clerk, Standing::Hall);
const HEAD: Who = Who(Role::UnitAdmin, Standing::Hall);
const SYSTEM: Who = Who(Role::System, Standing::System);

use Act::*;
use Clock as C;
use Guard as G;
use Stage as S;

const AT: &[Who] = &[CLERK, HANDLER];

const fn r(
    act: Act,
    from: &'static [S],
    who: &'static [Who],
    guards: &'static [Guard],
    to: S,
    clock: Clock,
    source: &'static str,
) -> Row {
    Row { act, from, who, guards, to, clock, source }
}

/// The life. [`Act::Take`] is no row: it makes a ticket from nothing (see [`super::take`]).
#[rustfmt::skip]
pub const TABLE: &[Row] = &[
    r(Call, &[S::Waiting], AT, &[G::WindowServes, G::WindowFree], S::Called, C::StopWait, "K7 叫号：一键“下一位”"),
    r(Recall, &[S::Called], AT, &[G::ItsWindow], S::Called, C::Keep, "K7 重呼"),
    r(Start, &[S::Called], AT, &[G::ItsWindow], S::Serving, C::StartService, "K7 开始办理"),
    r(Park, &[S::Called, S::Serving], AT, &[G::ItsWindow, G::ReasonGiven], S::Parked, C::Keep, "K7 暂存：补材料、填表"),
    r(Resume, &[S::Parked], &[CLERK, HANDLER, DESK, SYSTEM], &[], S::Waiting, C::Keep, "K7 暂存的回原窗口，排在前面"),
    r(PassOn, &[S::Called, S::Serving], AT, &[G::ItsWindow, G::QueueThere], S::Waiting, C::StartWait, "K7 转号：不用重新取号"),
    r(Miss, &[S::Called], AT, &[G::ItsWindow, G::CalledEnough], S::Missed, C::Keep, "K7 过号：叫够次数才算"),
    r(Return, &[S::Missed], &[CLERK, HANDLER, DESK], &[G::ReturnsLeft], S::Waiting, C::StartWait, "K7 过号可以续号"),
    r(End, &[S::Serving], AT, &[G::ItsWindow], S::Ended, C::Stop, "K7 办结即可评价"),
    r(Leave, &[S::Waiting, S::Called, S::Parked, S::Missed], &[DESK, HEAD, SYSTEM], &[], S::Left, C::Stop, "K7 闭馆时未办完的说明原因"),
    r(Break, &[S::Serving], &[SYSTEM], &[], S::Ended, C::Stop, "K7 闭馆时忘记结束的，按最后动作结束"),
];

/// The row of an act in a stage.
pub fn row(stage: Stage, act: Act) -> Option<&'static Row> {
    TABLE.iter().find(|r| r.act == act && r.from.contains(&stage))
}
