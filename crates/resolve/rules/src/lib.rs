//! 解: the closed loop 登记-受理-转办-答复-回头看-归档 (rows R1–R7).
//!
//! [`TABLE`] is the loop: from which stage, by whom, under which guards, to which stage, with which effect
//! on the clock, and from which source. [`Case::act`] runs from it; the diagram and the permission matrix
//! are drawn from it. A case is the fold of its events ([`Case::begin`], [`Case::evolve`]); nothing else
//! changes it. Pure: `now`, the calendar and the rules are arguments. Must not know storage or pages.

mod case;
mod clock;
mod clock_view;
mod command;
mod decide;
mod draw;
mod evolve;
mod guard;
mod happened;
mod lateness;
mod limits;
mod owed;
mod refusal;
mod sides;
mod stage;
mod step;
mod table;
mod template;
mod title;
mod told;
mod words;

pub use case::{Arrival, Call, Case, CoTask, Duty, ExtensionAsked, MeetingTask, Order, relations};
pub use clock::{Clock, ClockChange, Extent, Light, Phase, Run, Standstill};
pub use clock_view::ClockView;
pub use command::{Act, Command, MeetingTaskGiven, PlannedStep, Registration, Solved, TEXT_MAX, TITLE_MAX};
pub use decide::{Permitted, register};
pub use draw::{loop_diagram, loop_table_markdown};
pub use evolve::new_owner;
pub use guard::Guard;
pub use happened::Happened;
pub use lateness::{Lateness, Stretch, stretches};
pub use limits::{LimitRule, LimitSet, Rules, default_limits, laxer, whistle_limits};
pub use refusal::{Refusal, RefusalCode};
pub use sides::{Seen, Side};
pub use stage::{Beyond, BeyondStep, Stage, StageKind};
pub use step::{RectStep, StepState};
pub use table::{ClockEffect, Row, TABLE, To, Who, row};
pub use template::{ReplyField, fields_in, fill_in};
pub use title::{clause, found_title, title_of};
pub use told::kind_told;
pub use words::{
    ArriveWay, Cause, Channel, Complexity, Kind, Level, PauseReason, RefuseReason, ReturnReason,
    Satisfaction, Word,
};
