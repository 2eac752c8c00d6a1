//! 优服务: redesigns from a draft to a published version, and logs of what really happens.

mod handover;
pub mod logs;
mod redesigns;

use city::{City, Door};

pub use handover::{
    ApplicationHistory, AppliedRow, HistoryAsk, HistoryPage, HistoryRow, LogHandovers, RedesignHandovers,
};
pub use redesigns::{RedesignActs, RedesignEvent, RedesignLine, RedesignView, RedesignWish, foretell};

/// 流程再造. A clone is another handle.
#[derive(Clone, Debug)]
pub struct Redesigns {
    city: City,
    hands: RedesignHandovers,
}

impl Redesigns {
    /// Over a city; `hands`: what a redesign hands over.
    pub const fn new(city: City, hands: RedesignHandovers) -> Self {
        Self { city, hands }
    }
}

impl Door for Redesigns {
    fn city(&self) -> &City {
        &self.city
    }
}

/// 日志. A clone is another handle.
#[derive(Clone, Debug)]
pub struct Logs {
    city: City,
    hands: LogHandovers,
}

impl Logs {
    /// Over a city; `hands`: what logs hand over and are made of.
    pub const fn new(city: City, hands: LogHandovers) -> Self {
        Self { city, hands }
    }
}

impl Door for Logs {
    fn city(&self) -> &City {
        &self.city
    }
}
