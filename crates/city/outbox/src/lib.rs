//! 发件箱: people and other systems are told what happened (X3). What is told is written in the transaction of the act it
//! follows from; a care of the worker delivers it, lane by lane, so that a slow receiver holds up nobody else.
//!
//! [`to_person`] and [`to_unit`] are what movements call. Must not know any movement, pages or SQL. `docs/outreach.md`.

mod lanes;
mod receivers;
mod send;
mod set_up;
mod tell;
mod texts;
mod topic;

use std::sync::Arc;

use city::{City, Door};

pub use delivery::{Gateway, MailServer, MailTls, is_mailbox};
pub use receivers::{Receiver, Way};
pub use set_up::{Board, SetUp};
pub use store::outbox::{Dead, Standing};
pub use tell::{PERSON, Told, UnitWords, forget, has_arrived, remind, stop_of, to_person, to_unit, who_of};
pub use texts::usual;
pub use topic::{For, Topic};

/// The care of the worker.
pub const OUTBOX: &str = "outbox";

/// 发件箱. A clone is another handle.
#[derive(Clone)]
pub struct Outbox {
    city: City,
    lanes: Arc<lanes::Lanes>,
}

impl std::fmt::Debug for Outbox {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Outbox({:?})", self.city)
    }
}

impl Outbox {
    /// Over a city.
    pub fn new(city: City) -> Self {
        Self { city, lanes: Arc::default() }
    }
}

impl Door for Outbox {
    fn city(&self) -> &City {
        &self.city
    }
}
