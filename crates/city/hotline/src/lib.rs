//! 热线: orders of 12345 hotlines come in and are accepted or returned once, answered, called back; urges, supplements, files and
//! withdrawals; missed calls that are rung back; the lists of both sides compared (row R14). `docs/hotline.md`.
//!
//! What a hotline's words mean is data ([`Shape`]); the life of an order is one table for both sides ([`LIFE`]); what follows for a
//! case is asked of the loop through [`HotlineHandovers`]. Must not know any movement, pages or SQL.

mod agree;
mod apply;
mod calls;
mod follow;
mod inbox;
mod life;
mod lines;
mod moments;
mod post;
mod shape;
mod table;
mod take;
mod views;
mod words;

use std::collections::HashSet;
use std::sync::{Arc, Mutex};

use city::{City, Contact, Door, Error};
use kernel::{Actor, CaseId};
use resolve::{Case, Command};
use store::Tx;

pub use agree::{Gap, Gaps, Sort as GapSort};
pub use calls::{CallState, CallView, Ring};
pub use follow::follow;
pub use inbox::{Arrived, BODY_MAX, Receipt};
pub use life::{Known, LIFE, Row, Side, State, Step, drawn, next};
pub use lines::{LineView, NewLine, fingerprint};
pub use post::Parcel;
pub use shape::{FileIn, Heard, OrderSaid, SHIPPED, Saying, Shape, Shipped, Unread};
pub use table::OrderTables;
pub use take::Taking;
pub use views::{AsideView, Beside, OrderView, OutView, Standing};
pub use words::{Event, Field, Rung, Says, Sort};

/// The care of the worker that speaks with hotlines.
pub const HOTLINE: &str = "hotline";
/// The care of the worker that looks at the limits of hotlines.
pub const ORDERS: &str = "orders";

/// A missed call that becomes a case.
#[derive(Clone, Debug)]
pub struct CallCase<'a> {
    /// one line
    pub title: &'a str,
    /// what the person said
    pub words: &'a str,
    /// who called
    pub contact: Contact,
    /// its name at the hotline
    pub source: &'a str,
}

/// What hotlines hand over to the loop, in the transaction of the message or the act.
#[derive(Clone, Copy, Debug)]
pub struct HotlineHandovers {
    /// an act on a case, with files, through the door and the table
    pub case_does: fn(&City, &mut Tx<'_>, &Actor, CaseId, Command, &[String]) -> Result<Case, Error>,
    /// an order becomes a case here; its number
    pub order_becomes_case:
        fn(&City, &mut Tx<'_>, &Actor, &OrderSaid, &str, &[String]) -> Result<(CaseId, String), Error>,
    /// a missed call becomes a case here; its number
    pub call_becomes_case: fn(&City, &mut Tx<'_>, &Actor, &CallCase<'_>) -> Result<(CaseId, String), Error>,
}

/// 热线. A clone is another handle.
#[derive(Clone)]
pub struct Hotlines {
    city: City,
    handovers: HotlineHandovers,
    busy: Arc<Mutex<HashSet<i64>>>,
}

impl std::fmt::Debug for Hotlines {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Hotlines({:?})", self.city)
    }
}

impl Hotlines {
    /// Over a city, with what it hands over to the loop.
    pub fn new(city: City, handovers: HotlineHandovers) -> Self {
        Self { city, handovers, busy: Arc::default() }
    }
}

impl Door for Hotlines {
    fn city(&self) -> &City {
        &self.city
    }
}
