//! 发文 (X6): the way of an official paper: drafted, checked, agreed by other units, signed with a number, sealed, sent out, received
//! and answered, archived. `docs/PAPER-LIFE.md`, `docs/papers.md`.
//!
//! [`way`] is pure: the life as one table. A movement that sends papers has a [`Source`] here: it says what a paper reads like and
//! hears how far it is. Must not know any movement, pages or SQL.

mod desk;
mod diff;
mod lists;
mod rules;
mod seal;
mod source;
mod tell;
mod text;
mod view;
pub mod way;

use std::sync::Arc;

use city::{City, Door};

pub use desk::{Doing, NewPaper};
pub use diff::{Change, Part, Piece, compare, paragraphs};
pub use lists::{Line, Tab};
pub use rules::{PaperRules, series_of};
pub use seals::{Offered, Pages, PaperKind, Sealed, SealedRow, Seals, Usable};
pub use source::{Drawn, Moved, Source};
pub use text::{body_of, linked, text_of, valid};
pub use view::{Named, PaperView, Step, UnitView, VersionView, Versions};
pub use way::{Act, Address, Form, Stage};

/// 发文. A clone is another handle.
#[derive(Clone)]
pub struct Papers {
    city: City,
    seals: Seals,
    sources: Arc<[Arc<dyn Source>]>,
}

impl std::fmt::Debug for Papers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Papers({:?})", self.city)
    }
}

impl Papers {
    /// Over a city, with its seals and the rooms that papers come from.
    pub fn new(city: City, seals: Seals, sources: Vec<Arc<dyn Source>>) -> Self {
        Self { city, seals, sources: sources.into() }
    }
    /// The source with this word.
    fn source(&self, word: &str) -> Option<&dyn Source> {
        self.sources.iter().find(|s| s.word() == word).map(|s| &**s)
    }
}

impl Door for Papers {
    fn city(&self) -> &City {
        &self.city
    }
}

/// The word of cases as a source.
pub const OF_CASES: &str = "case";

/// The care that reminds.
pub const PAPERS: &str = "papers";
