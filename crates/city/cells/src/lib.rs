//! 城市间: each city is a cell with a database of its own; matters are handed across and up, figures go up, by signed messages
//! that may be lost, repeated, late and out of order (rows R5, R14). `docs/CELLS.md`.
//!
//! [`LIFE`] is the life of a matter between two cells, for both of them; what follows from it for a case is asked of the loop
//! through [`CellHandovers`]. [`follow`] is what the loop calls. Must not know any movement, pages or SQL.

mod apply;
mod figures;
mod follow;
mod hand;
mod inbox;
mod life;
mod message;
mod peers;
mod post;
mod standards;
mod views;

use std::collections::HashSet;
use std::sync::{Arc, Mutex};

use city::given::Difference;
use city::{City, Contact, Door, Error, StandardKind};
use kernel::{Actor, CaseId, Said};
use resolve::{Case, Command};
use serde_json::Value;
use store::{Rd, Tx};

pub use figures::{AT_ORIGIN, BoardLine, Counts, DAYS_CLASSES, ProvinceBoard, Told, middle};
pub use follow::follow;
pub use hand::HandOver;
pub use inbox::Arrived;
pub use life::{Known, LIFE, Row, Side, State, Step, Turn, clock_at, next};
pub use message::{Content, MESSAGE_MAX, Matter, Message, Receipt};
pub use peers::{NewPeer, PeerView, Purpose, Rank, fingerprint};
pub use post::Parcel;
pub use standards::{
    CityHolds, ISSUED_MAX, Issued, IssuedView, STANDARDS_SHOWN, StandardHeld, StandardSent, StandardsView,
    TakenView,
};
pub use views::{Aside, Beside, MatterView};

/// The care of the worker.
pub const CELLS: &str = "cells";
/// The care that sends standards down.
pub const STANDARDS: &str = "standards-down";

/// What cells hand over to the loop, in the transaction of the message or the act.
#[derive(Clone, Copy, Debug)]
pub struct CellHandovers {
    /// an act on a case, through the door and the table
    pub case_does: fn(&City, &mut Tx<'_>, &Actor, CaseId, Command) -> Result<Case, Error>,
    /// what another city handed over becomes a case here; its number
    pub matter_becomes_case:
        fn(&City, &mut Tx<'_>, &Actor, &Matter, &str, &Contact) -> Result<(CaseId, String), Error>,
    /// what stands here and can be given to the cities below; none when there is none
    pub standard_to_give: fn(&City, &mut Rd<'_>, StandardKind, &str) -> Result<Option<Value>, Error>,
    /// what came from above is made that of this city, after the version before; what it took the place of
    pub standard_is_taken:
        fn(&City, &mut Tx<'_>, &Actor, StandardKind, (&Value, Option<&Value>)) -> Result<Option<Said>, Error>,
    /// how what stands here differs from what was given
    pub standard_compared:
        fn(&City, &mut Rd<'_>, StandardKind, &str, &Value) -> Result<Vec<Difference>, Error>,
}

/// 城市间. A clone is another handle.
#[derive(Clone)]
pub struct Cells {
    city: City,
    handovers: CellHandovers,
    busy: Arc<Mutex<HashSet<i64>>>,
}

impl std::fmt::Debug for Cells {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Cells({:?})", self.city)
    }
}

impl Cells {
    /// Over a city, with what it hands over to the loop.
    pub fn new(city: City, handovers: CellHandovers) -> Self {
        Self { city, handovers, busy: Arc::default() }
    }
}

impl Door for Cells {
    fn city(&self) -> &City {
        &self.city
    }
}
