//! 督: what the figures mean, what a rating is, how a score is reckoned, who is drawn, what a bulletin says.
//!
//! Every figure is one row of one table ([`FIGURES`]), and one function ([`Facts::visit`]) says what counts for
//! it; boards, lists, interface and bulletins all go through it and cannot disagree. Pure: no clock, no storage,
//! no randomness; must not know pages or SQL. `docs/supervise.md`.

mod bulletin;
mod chart;
mod comparable;
mod cube;
mod draw;
mod facts;
mod figures;
mod indicators;
mod morning;
mod odd;
mod project;
mod rating;
mod score;
mod wall;
mod weekly;

pub use bulletin::{
    Block, Bulletin, CaseLine, Difference, Form, Given, Piece, Source, differences, draft, pieces,
};
pub use chart::{Bars, Lines, bars, lines};
pub use comparable::{FEW, Group, LEAST, LIKE, Placed, comparable};
pub use cube::{Ask, Board, Dim, Entry, Facts, Filter, Line};
pub use draw::{Drawn, Stratum, draw};
pub use facts::{BadFacts, Mark, Sort, Span, Standing, Subject, What};
pub use figures::{FIGURES, Figure, Measure, Rule, Value, figure, of_counts};
pub use indicators::{
    Fill, Indicator, IndicatorSet, Period, SAMPLES as INDICATOR_SAMPLES, Target, named as formula_named,
    plain as plain_number,
};
pub use morning::{Morning, MorningAsk, Moved, Worst, morning, morning_ask};
pub use odd::{Odd, Pattern, Rated, odd};
pub use project::{Places, ServiceEvent, came_back, of_case, of_service};
pub use rating::{
    BadRecord, Codes, Convention, Interval, LEVELS, Level, REASONS, RateChannel, Reason, Record, Way,
    reasons_for, wilson,
};
pub use score::{
    Adjust, AdjustKind, BadFormula, Card, CardLine, Formula, Part, Standing as Rank, rank, reckon,
};
pub use wall::{
    BadWall, Big, District, RANKED, SECONDS, Screen, TILES, WALL_FIGURES, WEEKS, WallSpec, Weeks,
    districts_svg, figures_svg, heat_svg, nothing_svg, ranking_svg,
};
pub use weekly::{Stale, stale};

/// Everything that can be wrong in this room.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Error {
    /// a row of facts that this program did not write
    #[error("{0}")]
    Facts(#[from] BadFacts),
    /// a formula that cannot be used
    #[error("{0}")]
    Formula(#[from] BadFormula),
    /// a record of another system that cannot be read
    #[error("{0}")]
    Record(#[from] BadRecord),
}
