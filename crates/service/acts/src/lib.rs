//! 办的用例 (K4, K5, K8): everything people do with applications. Each use case passes the door (`access`), loads, lets
//! `service` decide, and saves event, rows and messages in one transaction. Must not know pages, HTTP or SQL.

mod applicant;
mod changes;
mod city;
mod desk;
mod draft;
mod exchange;
mod figures;
mod listed;
mod past;
mod pilots;
mod policies;
mod saved;
mod sharing;
mod sharing_limits;
mod tables;
mod themes;
mod told;
mod views;
mod worker;

pub use applicant::{ApplicantView, Begun, UseView};
pub use changes::ApplicationChange;
pub use city::ServiceHandovers;
pub use desk::{DeskLists, Line, Waiting};
pub use draft::{Draft, DraftPage, Sent};
pub use exchange::{PUSH_MAX, Taken};
pub use figures::{Handled, HandledLine};
pub use listed::{ListAsk, ListPage};
pub use past::{PastApplication, PastStep, past_applications};
pub use pilots::{PilotView, Pilots};
pub use policies::{KnownField, PolicyApplication, PolicyOutcome};
pub use sharing::{Asked, DIRECTORY, NewResource, PAGE as DATA_PAGE, RequestLine, RequestView, ResourceView};
pub use tables::ServiceTables;
pub use themes::{Offered, What, read_file};
pub use views::{ApplicationView, ClockView, EventView, rates_unit};
pub use worker::MOMENTS;

/// The movement 办 over a city. A clone is another handle.
#[derive(Clone, Debug)]
pub struct Service {
    city: city::City,
}

impl Service {
    /// Over a city, with what it hands over.
    pub fn new(city: ::city::City, handovers: ServiceHandovers) -> Self {
        Self { city: city::City::new(city, handovers) }
    }
}

/// A refusal of the life of an application, as a use case answers it.
fn refused(r: service::Refusal) -> ::city::Error {
    match r.code {
        service::RefusalCode::NotYours => ::city::Error::Forbidden(r.said),
        _ => ::city::Error::Invalid { field: r.field.unwrap_or_else(|| "act".to_owned()), said: r.said },
    }
}
