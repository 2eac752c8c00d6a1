//! 导入台: a file that an office sends is kept, looked at before anything is written, read as a person says, and taken
//! in by a job that goes on where it stopped. One desk for all doors (letters, items, rosters, ratings,
//! walks, companies, policies, services, logs).
//!
//! A [`Gate`] knows one kind of table and what becomes of its rows; this room knows files, templates, progress and
//! the answer. Must not know any movement, pages or SQL. `docs/sheets.md`.

mod answer;
mod desk;
mod gate;
mod template;
mod work;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize};

use city::{City, Door};

pub use answer::{Answer, aside_file};
pub use desk::{View, too_large};
pub use gate::{
    Counts, FieldName, Gate, How, Part, Preview, Question, Run, first_rows, no_header, read_tables,
};
pub use store::brought::{Brought, State, Template};
pub use work::digest_of;

/// 导入台. A clone is another handle.
#[derive(Clone)]
pub struct Imports {
    city: City,
    gates: Arc<[Arc<dyn Gate>]>,
    /// files being looked at
    looking: Arc<AtomicUsize>,
    /// a thread of this process takes files in
    working: Arc<AtomicBool>,
}

impl std::fmt::Debug for Imports {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Imports({:?})", self.city)
    }
}

impl Imports {
    /// Over a city, with the doors that read.
    pub fn new(city: City, gates: Vec<Arc<dyn Gate>>) -> Self {
        Self { city, gates: gates.into(), looking: Arc::default(), working: Arc::default() }
    }
    /// The door of this word.
    pub fn gate(&self, word: &str) -> Option<Arc<dyn Gate>> {
        self.gates.iter().find(|g| g.word() == word).map(Arc::clone)
    }
}

impl Door for Imports {
    fn city(&self) -> &City {
        &self.city
    }
}
