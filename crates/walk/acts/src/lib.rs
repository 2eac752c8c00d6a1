//! 走流程: walks, campaigns with their lists and boards, leads of residents.

mod campaigns;
mod files;
mod form_names;
mod handover;
mod judged;
mod leads;
mod tables;
mod unannounced;
mod walks;

use city::{City, Door};
use shelf::Items;

pub use campaigns::{BoardView, CampaignView, Given, Listed, Proposal};
pub use files::WalkFile;
pub use handover::{Plan, WalkFinding, WalkHandovers};
pub use judged::{Outcome, SignalLine};
pub use leads::{BackwardView, CalledFor, LeadMove, LeadView, NewLead};
pub use tables::WalkTables;
pub use walks::{BATCH_MAX, RefusedOp, Synced, WalkLine, WalkSync, WalkView, form_of, places};

/// 走流程. A clone is another handle.
#[derive(Clone, Debug)]
pub struct Walks {
    city: City,
    items: Items,
    hands: WalkHandovers,
}

impl Walks {
    /// Over a city and its items; `hands`: what walks hand over.
    pub const fn new(city: City, items: Items, hands: WalkHandovers) -> Self {
        Self { city, items, hands }
    }
}

impl Door for Walks {
    fn city(&self) -> &City {
        &self.city
    }
}
