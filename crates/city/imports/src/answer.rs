//! 交代: what an import says at its end, the same on a page as at the command line.

use serde::{Deserialize, Serialize};
use tabular::Told;
use tabular::told::AsideTable;

use city::Error;

/// What came of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// rows read, also those that are no records
    pub rows: u64,
    /// rows taken
    pub accepted: u64,
    /// rows that changed what was there
    #[serde(default)]
    pub changed: u64,
    /// rows that say what another said, or that change nothing
    pub duplicates: u64,
    /// rows refused
    pub rejected: u64,
    /// how each sheet was read and what was left, first the main one
    pub told: Vec<Told>,
    /// what else came of it, by its names in both languages: cases that bad ratings opened
    #[serde(default)]
    pub also: Vec<(String, String, u64)>,
    /// the page where what was taken is seen: a log
    #[serde(default)]
    pub seen_at: Option<String>,
    /// rows that were not taken, as they stand
    #[serde(skip)]
    pub aside: Vec<AsideTable>,
}

/// Rows that were not taken as a file that can be mended and brought again: one table as CSV, several (or where
/// `book` is asked) as a workbook. None where there are none. The ending of its name and its bytes.
///
/// # Errors
/// The workbook cannot be written.
pub fn aside_file(tables: &[AsideTable], book: bool) -> Result<Option<(&'static str, Vec<u8>)>, Error> {
    let filled: Vec<&AsideTable> = tables.iter().filter(|t| !t.rows.is_empty()).collect();
    let Some(first) = filled.first() else { return Ok(None) };
    if filled.len() == 1 && !book {
        return Ok(Some(("csv", first.csv().into_bytes())));
    }
    let sheets = filled.iter().map(|t| (t.sheet.clone(), t.lines()));
    Ok(Some(("xlsx", paper::sheet::write_book(sheets).map_err(Error::bug)?)))
}
