//! 办的用例 (K4, K5, K8): everything people do with applications. Each use case passes the door (`access`), loads, lets
//! `service` decide, and saves event, rows and messages in one transaction. Must not know pages, HTTP or SQL.

mod applicant;
mod city;
mod desk;
mod draft;
mod exchange;
mod figures;
mod saved;
mod themes;
mod views;
mod worker;

use app::House;

pub use applicant::{ApplicantView, Begun, UseView};
pub use desk::{DeskLists, Line};
pub use draft::{Draft, DraftPage, Sent};
pub use exchange::{PUSH_MAX, Taken};
pub use figures::{Handled, HandledLine};
pub use themes::{Offered, What, read_file};
pub use views::{ApplicationView, ClockView, EventView, rates_unit};
pub use worker::{CARE, MOMENTS};

/// The movement 办 over a city. A clone is another handle.
#[derive(Clone, Debug)]
pub struct Service {
    city: city::City,
}

impl Service {
    /// Over a system.
    pub fn over(house: &House) -> Self {
        Self { city: city::City::of(house) }
    }
}

/// A refusal of the life of an application, as a use case answers it.
fn refused(r: service::Refusal) -> app::Error {
    match r.code {
        service::RefusalCode::NotYours => app::Error::Forbidden(r.said),
        _ => app::Error::Invalid { field: r.field.unwrap_or_else(|| "act".to_owned()), said: r.said },
    }
}
