//! 事项: publish versions, take in many, guides, plates, the hall.

mod guides;
mod items;
mod standards;
mod swap;
mod tables;

use city::{City, Door};
use shelf::Items;

pub use guides::{GuideAct, GuideView, HallSettings, PlateView};
pub use items::{ItemOutcome, ItemView, publish_item};
pub use swap::{SWAP_MAX, SwapAsk, SwapLine};
pub use tables::ItemTables;

/// 事项 as people work on it. A clone is another handle.
#[derive(Clone, Debug)]
pub struct Catalogue {
    city: City,
    items: Items,
}

impl Catalogue {
    /// Over a city and its items.
    pub const fn new(city: City, items: Items) -> Self {
        Self { city, items }
    }
}

impl Door for Catalogue {
    fn city(&self) -> &City {
        &self.city
    }
}
