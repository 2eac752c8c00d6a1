//! 厅的用例 (R12, K6, K7): halls and their hours, places that are surely one's own, the queue, figures. Each use case passes
//! the door (`access`), loads, lets `hall` decide, and saves event, rows and places in one transaction. Must not know pages,
//! HTTP or SQL.

mod booking;
mod coverage;
mod desk;
mod doors;
mod figures;
mod halls;
mod handover;
mod help;
mod moments;
mod places;
mod posted;
mod rosters;
mod saved;
mod shifts;
mod spare;
mod tables;
mod tickets;
mod told;

use std::sync::Arc;

use city::{Cached, City, Door, Error};
use store::ratings::ServiceRow;
use store::{Rd, Tx};

pub use booking::{AppointmentView, Asked, Begun, Standby};
pub use coverage::CoverLine;
pub use desk::{BookingLine, Bookings};
pub use figures::{FigureLine, HallFigures, PresenceLine, TicketLine, What};
pub use halls::{HallLine, HallView, Touched};
pub use handover::{AbView, DueLine, HandOverView, OpenAt, QueueCover, Uncovered};
pub use help::{Grantor, HelpAsked, HelpEvent, HelpFigures, HelpLine, HelpView, NewHelp, Stop};
pub use moments::HALLS;
pub use places::Offer;
pub use posted::{PostedLine, PostedReply, monday};
pub use rosters::{Drawn, Redraw, RosterLine, RosterView};
pub use shifts::{LeaveAct, LeaveLine, MyDuty, MyShifts, SwapLine};
pub use spare::{LateTicket, LateTold};
pub use tables::HallTables;
pub use tickets::{AtWindow, Call, QueueNow, Screen, TicketView};

/// What the halls hand over to other movements; given by the assembly.
#[derive(Clone, Copy, Debug)]
pub struct HallHandovers {
    /// 办结交评: what was done at a window is on record and can be rated; answers the token of its rating
    pub ticket_becomes_service: fn(&City, &mut Tx<'_>, &access::Permit, &ServiceRow) -> Result<String, Error>,
    /// the token of the rating of a service that is on record under this code; none when there is none
    pub token_of_service: fn(&City, &mut Rd<'_>, &str) -> Result<Option<String>, Error>,
}

/// The movement 厅 over a city. A clone is another handle.
#[derive(Clone)]
pub struct Halls {
    city: City,
    hands: HallHandovers,
    /// the documents of all halls, read once for each generation
    known: Arc<Cached<(i64, i64), Vec<doors::Loaded>>>,
}

impl std::fmt::Debug for Halls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Halls")
    }
}

impl Door for Halls {
    fn city(&self) -> &City {
        &self.city
    }
}

impl Halls {
    /// Over a city, with what it hands over.
    pub fn new(city: City, hands: HallHandovers) -> Self {
        Self { city, hands, known: Arc::default() }
    }
}

/// A refusal of a life, as a use case answers it.
fn refused(r: hall::Refusal) -> Error {
    match r.code {
        hall::RefusalCode::NotYours => Error::Forbidden(r.said),
        _ => Error::Invalid { field: "act".to_owned(), said: r.said },
    }
}
