//! 督: ratings of services, figures counted from the record, bulletins, scores, draws, what is published.

mod bulletins;
mod day_counts;
mod document;
mod exchange;
mod figures;
mod handover;
mod indicators;
mod publication;
mod rated;
mod ratings;
mod sources;
mod standards;
mod supervision;
mod tables;
mod timeliness;
mod walls;

use std::sync::Arc;

use city::{City, Door};

pub use bulletins::{BulletinView, Edited};
pub use day_counts::DayCounts;
pub use document::{document, fields_of, query_of, source_href};
pub use figures::{FIGURES, FigureBoard, FigureEntry, FigureList, League, NamedLine, said};
pub use handover::{AnsweredCase, BadRating, Opened, RatingHandovers};
pub use indicators::{ByHand, Filled, IndicatorLine, SetLine, SetView, ValueFrom};
pub use ratings::{
    NewRating, NewService, OpenResult, Pushed, RatePage, RatingView, Receipt, ServiceView, service_to_rate,
    token_to_rate,
};
pub use sources::{ACCOUNT, AccountPapers, BULLETIN, BulletinPapers};
pub use supervision::{
    Account, AccountState, AdjustView, Checked, DrawView, Measure, Published, PublishedView, ScoreBoard,
    ScoreView, Weekly,
};
pub use tables::{RatingTable, RatingTables};
pub use walls::{MorningView, WALL_DAYS_MOST, WallFigures, WallNow, WallView};

/// 督查与评价. A clone is another handle.
#[derive(Clone)]
pub struct Supervision {
    city: City,
    figures: Arc<figures::Held>,
    walls: Arc<walls::Walls>,
    hands: RatingHandovers,
}

impl std::fmt::Debug for Supervision {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Supervision({:?})", self.city)
    }
}

impl Supervision {
    /// Over a city; `hands`: what ratings hand over to cases and ask of them.
    pub fn new(city: City, hands: RatingHandovers) -> Self {
        Self { city, figures: Arc::default(), walls: Arc::default(), hands }
    }
}

impl Door for Supervision {
    fn city(&self) -> &City {
        &self.city
    }
}
