//! 解难题: cases from the counter to the archive, reading what people write, letters from files.

mod cases;
mod changes;
mod doors;
mod erasures;
mod files;
mod history;
mod intake;
mod letters;
mod lights;
mod limits;
mod notices;
mod plans;
mod reading;
mod reporter;
mod search;
mod templates;
mod told;

use std::sync::Arc;

use city::{City, Door};

pub use cases::{CasePage, CaseView, EventView, Lodged, NewContact, ResidentView, scope_of};
pub use changes::CaseChange;
pub use doors::{
    arrival_code, as_resident, case_does, case_does_with, code_fits, code_in, events_in, register_in, seen,
};
pub use erasures::{ErasureStep, ErasureView};
pub use history::{PastAct, PastAsk, PastCase, PastPage, past_page};
pub use intake::{Chunk, Import, ImportPlan, ImportRow, Outcome, Rehearsal};
pub use letters::{Heard, Letters, Pace, kind_of, rehearse, take_in};
pub use lights::LIGHTS;
pub use limits::{RECOMPUTE, enqueue_recompute};
pub use notices::CasePapers;
pub use plans::plan_of;
pub use reading::{
    Back, CaseReading, DraftReading, HotLetter, HotMatter, HotPage, INDEX, Judged, MonthView, NewPrecedent,
    PERIODS, PrecedentView, Proposal, Proposed, READ, ReadingView, ReplyCheck, Shown, SignalView, Twin,
};
pub use reporter::{CaseReceipt, Unmasked};
pub use search::{Found, Hit};
pub use templates::{FilledReply, ReplyTemplate};

/// 件. A clone is another handle.
#[derive(Clone)]
pub struct Cases {
    city: City,
    reading: Arc<reading::Reading>,
    reads: Arc<city::guard::reads::Reads>,
}

impl std::fmt::Debug for Cases {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Cases({:?})", self.city)
    }
}

impl Cases {
    /// Over a city.
    pub fn new(city: City) -> Self {
        Self { city, reading: Arc::default(), reads: Arc::default() }
    }
}

impl Door for Cases {
    fn city(&self) -> &City {
        &self.city
    }
}
