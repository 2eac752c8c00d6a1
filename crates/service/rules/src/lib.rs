//! 办: applications and themes (rows K4, K5, K8, X8).
//!
//! [`TABLE`] is the life of an application: from which stage, by whom, under which guards, to which stage, with which
//! effect on the clock, and from which source. [`Application::act`] runs from it; `docs/APPLICATION.md` is drawn from it.
//! An application is the fold of its events ([`Application::begin`], [`Application::evolve`]). What it goes by is a
//! [`Basis`], put together once by [`package`] from the items of its day. Pure: `now`, the calendar and the rules are
//! arguments. Must not know storage, pages, or what an applicant filled in.

mod application;
mod basis;
mod check;
mod clock;
mod command;
mod decide;
mod draw;
mod evolve;
pub mod form;
mod guard;
mod happened;
pub mod held;
mod limits;
mod owed;
mod package;
pub mod papers;
mod part;
pub mod pilot;
mod plan;
mod refusal;
mod stage;
mod table;
mod theme;
mod words;

pub use application::{Application, Duty, MaterialState, PartState, Sent, Survey, TaskState, relations};
pub use basis::{Answered, Basis, LIST_MAX, PARTS_MAX, Part, Task, Wanted};
pub use check::{ThemeCheck, WAYS_MAX, check_theme};
pub use clock::{Clock, ClockChange, Light, Phase, Run, Standstill};
pub use command::{Act, Beginning, Command, FormSeal, HandedIn, How, Lack, TEXT_MAX};
pub use decide::begin;
pub use draw::application_page;
pub use guard::Guard;
pub use happened::Happened;
pub use limits::{Numbers, Rules};
pub use package::{Asked, Next, Office, Package, package};
pub use plan::Plan;
pub use refusal::{Refusal, RefusalCode};
pub use stage::StageKind;
pub use table::{ClockEffect, Row, TABLE, To, Who, row};
pub use theme::{ITEMS_MAX, Theme, ThemeFile, applicant_fields, one_name, plain_name};
pub use words::{Channel, Delivery, Ending, RefuseGround, SpecialKind, Way, Word};
