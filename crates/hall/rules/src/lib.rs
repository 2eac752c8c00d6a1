//! 厅: halls, windows, opening hours, appointments and the queue (rows R12, K6, K7).
//!
//! A [`Hall`] is one document: its windows, its queues with what each takes, when it is open, which places there are, who is
//! posted where. [`slots`] is a function of that document, a day and the statutory calendar. [`appointment::TABLE`],
//! [`ticket::TABLE`] and [`help::TABLE`] are the lives: from which stage, by whom, under which guards, to which stage, with which effect on
//! the clock, from which source; `docs/HALL-LIVES.md` is drawn from them. Pure: `now`, the calendar and the rules are
//! arguments. Must not know storage, pages, or who booked.

pub mod ab;
pub mod appointment;
mod availability;
mod check;
mod draw;
mod fault;
pub mod figures;
mod halls;
pub mod handover;
pub mod help;
pub mod ical;
mod layout;
mod misuse;
mod numbers;
mod opening;
mod presence;
pub mod queue;
mod refusal;
pub mod roster;
pub mod said;
mod shift_check;
mod shifts;
pub mod ticket;
mod time;
mod who;
mod words;

pub use availability::{Availability, Places, Slot, left, run};
pub use check::{faults, warnings};
pub use draw::lives_page;
pub use fault::Fault;
pub use halls::{Hall, Handles, Post, Queue, Training, Window};
pub use layout::slots;
pub use misuse::{Past, Verdict, verdict};
pub use numbers::{BookingRules, MisuseRules, QueueRules, TEXT_MAX};
pub use opening::{Closure, Days, Open, Opening, Recurring};
pub use presence::{Done, Presence, Rostered, presence};
pub use refusal::{Refusal, RefusalCode};
pub use time::{Span, at};
pub use who::{Here, Standing, Who};
pub use words::{Channel, DayRule, Hours, Part, Priority, Word};
