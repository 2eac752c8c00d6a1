//! 门: what reads one kind of table and takes its rows in; what a person says about a file, and what is shown before
//! anything is written.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::BufReader;

use city::{Error, Office};
use kernel::{Actor, Said};
use paper::sheet::{Book, Limits, SheetError, read_sheets};
use serde::{Deserialize, Serialize};
use tabular::records::{Asked, Sheet};
use tabular::{Told, header};

use crate::Answer;

/// What a person says about a file: how it is read, what the door asks, by which template it was recognised.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct How {
    /// sheet, columns, order of dates
    #[serde(flatten)]
    pub asked: Asked,
    /// answers to the questions of the door
    #[serde(default)]
    pub answers: BTreeMap<String, String>,
    /// the template by which it was recognised
    #[serde(default)]
    pub template: Option<String>,
}

impl How {
    /// The answer to a question, empty when there is none.
    pub fn answer(&self, word: &str) -> &str {
        self.answers.get(word).map_or("", |a| a.trim())
    }
}

/// Something a door asks beside the columns.
#[derive(Clone, Debug)]
pub struct Question {
    /// word
    pub word: &'static str,
    /// what is asked, Chinese and English
    pub said: (&'static str, &'static str),
    /// what can be chosen: value, Chinese, English; the first holds where nothing is chosen. Empty: a text.
    pub choices: Vec<(&'static str, &'static str, &'static str)>,
}

/// What a column can be taken for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldName {
    /// word
    pub word: String,
    /// name, Chinese and English
    pub said: (String, String),
}

/// One table of a file as it would be read.
#[derive(Clone, Debug, Default)]
pub struct Part {
    /// sheet, header, columns with samples, values not understood, rows that would be set aside
    pub told: Told,
    /// what its columns can be taken for
    pub fields: Vec<FieldName>,
}

/// What the progress of a door counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counts {
    /// rows of a table
    Rows,
    /// megabytes of a file that is looked at only at its beginning
    Megabytes,
}

/// A file before anything is written (预览).
#[derive(Clone, Debug, Default)]
pub struct Preview {
    /// its tables, the main one first
    pub parts: Vec<Part>,
    /// rows looked at; megabytes of the file where the door counts them
    pub rows: u64,
    /// rows that can be taken as far as the file tells
    pub good: u64,
    /// there are more rows than were looked at
    pub more: bool,
    /// why it cannot be taken in as it is
    pub trouble: Option<Said>,
}

/// A file on its way in.
pub struct Run<'a> {
    /// for whom
    pub actor: &'a Actor,
    /// its name
    pub name: &'a str,
    /// its bytes, from the beginning
    pub file: File,
    /// SHA-256 of the bytes and of the sheet that was named: the same file is the same run
    pub digest: [u8; 32],
    /// how it is read
    pub how: &'a How,
    /// hears how many rows are done; fails when this run must end
    pub progress: &'a mut dyn FnMut(u64) -> Result<(), Error>,
}

/// What reads one kind of table.
pub trait Gate: Send + Sync {
    /// its word, in addresses
    fn word(&self) -> &'static str;
    /// what it takes in, Chinese and English
    fn said(&self) -> (&'static str, &'static str);
    /// what it asks beside the columns
    fn questions(&self) -> Vec<Question> {
        Vec::new()
    }
    /// May this actor take such a file in?
    ///
    /// # Errors
    /// Why not.
    fn may(&self, actor: &Actor, office: &Office) -> Result<(), Error>;
    /// Are the bytes no longer needed when it is done, because they hold secrets (first passwords) or lie elsewhere
    /// by then? They go then, or after a day.
    fn brief(&self) -> bool {
        false
    }
    /// The largest file, bytes.
    fn most(&self) -> u64 {
        512 << 20
    }
    /// What its progress counts.
    fn counts(&self) -> Counts {
        Counts::Rows
    }
    /// How the file would be read. Writes nothing.
    ///
    /// # Errors
    /// `Invalid` on field `file`: what it is and what to do. What a person can mend on the page stands in
    /// [`Preview::trouble`].
    fn look(&self, actor: &Actor, file: File, how: &How) -> Result<Preview, Error>;
    /// Takes it in. Begun again after it was ended at any moment, it adds nothing twice.
    ///
    /// # Errors
    /// `Invalid` and the like: not this file. Of the store: it is tried again.
    fn take_in(&self, run: Run<'_>) -> Result<Answer, Error>;
}

/// Every sheet of a file, as text.
///
/// # Errors
/// `Invalid` on field `file`.
pub fn read_tables(file: File, limits: &Limits) -> Result<(&'static str, Vec<Sheet>), Error> {
    read_sheets(BufReader::new(file), limits).map_err(|e| Error::told("file", &e))
}

/// Rows that are shown of a file without a header.
const FIRST: usize = header::HEADER_WITHIN;

/// The first rows of the sheet that is named, else of the first that people see; its name.
///
/// # Errors
/// As [`read_tables`].
pub fn first_rows(file: File, sheet: Option<&str>) -> Result<(String, Vec<Vec<String>>), Error> {
    let told = |e: SheetError| Error::told("file", &e);
    let mut book = Book::open(BufReader::new(file), Limits::default()).map_err(told)?;
    let at = book.candidates(sheet).map_err(told)?.first().copied().unwrap_or(0);
    let name = book.sheets().get(at).map_or_else(String::new, |s| s.name.clone());
    let mut rows = Vec::new();
    for row in book.rows_of(at).map_err(told)?.take(FIRST) {
        rows.push(row.map_err(told)?.cells.iter().map(|c| c.text().into_owned()).collect());
    }
    Ok((name, rows))
}

/// A table whose header nobody knows: the fullest of its first rows is shown as one, for a person to say what the
/// columns are.
pub fn no_header(sheet: &str, rows: &[Vec<String>], fields: Vec<FieldName>, why: Said) -> Preview {
    let filled = |r: &&Vec<String>| r.iter().filter(|c| !c.trim().is_empty()).count();
    let most = rows.iter().map(|r| filled(&r)).max().unwrap_or(0);
    let at = rows.iter().position(|r| filled(&r) == most).unwrap_or(0);
    let mut told = Told {
        sheet: Some(sheet.to_owned()).filter(|s| !s.is_empty()),
        header_rows: vec![at as u64 + 1],
        ..Told::default()
    };
    if let Some(names) = rows.get(at) {
        let likely = |_: usize, raw: &[String]| tabular::value::likely(raw).map(str::to_owned);
        told.columns(names, &|_| None, rows[at + 1..].iter().map(Vec::as_slice), &likely);
    }
    Preview { parts: vec![Part { told, fields }], trouble: Some(why), ..Preview::default() }
}
