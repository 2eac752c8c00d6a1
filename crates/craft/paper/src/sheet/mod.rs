//! 表格: rows of cells out of workbooks and separated text, whatever made them, and XLSX out of rows.
//!
//! A file is told by its content before it is parsed. A file from outside is hostile: its size, its unzipped size,
//! its rows, columns and cells are bounded ([`Limits`]), and rows come one at a time. Must not know what the
//! columns mean; that is [`intake`].

mod binary;
mod book;
mod csv;
mod error;
mod grid;
pub mod intake;
mod intake_fields;
mod marks;
mod markup;
mod moment;
mod sheets;
mod write;
mod xlsx;
mod zip;

use std::borrow::Cow;

use kernel::Moment;

pub use self::book::{SheetOf, read_book, read_sheets, write_book};
pub use self::error::SheetError;
pub use self::moment::{Dates, NotADate, moment_of, moment_of_text};
pub use self::sheets::{Book, Rows, SheetInfo};
pub use self::write::{Column, Kind, Table, Value, write_xlsx};
pub use tabular::text::Encoding;

/// How large a file may be. The defaults take 120,000 opinions many times over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the file itself.
    pub file_bytes: u64,
    /// Bytes of everything in a workbook when unzipped (zip bombs).
    pub unzipped_bytes: u64,
    /// Rows, with title and header rows.
    pub rows: u64,
    /// Columns.
    pub columns: usize,
    /// Bytes of one row of a CSV (a quote that is never closed would swallow the file).
    pub row_bytes: usize,
    /// Characters of one cell; longer cells are cut here and the row is rejected.
    pub cell_chars: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            file_bytes: 512 << 20,
            unzipped_bytes: 1 << 30,
            rows: 1_048_576,
            columns: 256,
            row_bytes: 4 << 20,
            cell_chars: 100_000,
        }
    }
}

/// One cell. Text has its line breaks as `\n` and no white space around it; blank text is `Empty`.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell<'a> {
    /// Nothing, or nothing but white space.
    Empty,
    /// Text.
    Text(Cow<'a, str>),
    /// A number.
    Number(f64),
    /// A cell that the spreadsheet shows as a date, taken as Beijing time.
    DateTime(Moment),
    /// TRUE or FALSE.
    Bool(bool),
    /// `#N/A`, `#REF!` … as written.
    Error(&'static str),
}

impl Cell<'_> {
    /// Is nothing in it?
    pub const fn is_empty(&self) -> bool {
        matches!(self, Self::Empty)
    }
    /// What a person reads in it; whole numbers without a point.
    pub fn text(&self) -> Cow<'_, str> {
        match self {
            Self::Empty => Cow::Borrowed(""),
            Self::Text(text) => Cow::Borrowed(text),
            // A number with more digits than the cell can hold has lost its last ones, and shows it.
            Self::Number(n) if n.abs() >= tabular::value::EXACT_DIGITS => {
                Cow::Owned(format!("{n:E}").replace('E', "E+"))
            }
            Self::Number(n) => Cow::Owned(n.to_string()),
            Self::DateTime(at) => Cow::Owned(at.beijing().to_string().replace('T', " ")),
            Self::Bool(b) => Cow::Borrowed(if *b { "TRUE" } else { "FALSE" }),
            Self::Error(e) => Cow::Borrowed(e),
        }
    }
}

/// What is wrong with a row as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowFault {
    /// Bytes that are no text in the encoding of the file.
    Encoding,
    /// A quote that is not closed.
    OpenQuote,
}

impl RowFault {
    /// What is wrong and what to do, in both languages.
    pub const fn said(self) -> &'static str {
        match self {
            Self::Encoding => {
                "这一行有乱码（字被截断或编码不同），请改好后再导入 / bytes of this row are no text: characters were cut; mend it and import again"
            }
            Self::OpenQuote => {
                "这一行有没闭合的引号，请补上右引号 / a quote in this row is not closed: close it"
            }
        }
    }
}

/// One row.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Row<'a> {
    /// Its number as the spreadsheet shows it, from 1.
    pub number: u64,
    /// Its cells from column A on; columns after the last filled one are missing.
    pub cells: Vec<Cell<'a>>,
    /// Fields of a line of separated text, empty ones too; nought in a workbook.
    pub width: usize,
    /// It is hidden in the file.
    pub hidden: bool,
    /// What is wrong with it.
    pub fault: Option<RowFault>,
}

/// Text as a cell holds it: trimmed, without its guard, line breaks as `\n`, no NUL, cut at the limit + 1 so that it
/// can be told.
fn clean(text: Cow<'_, str>, cell_chars: usize) -> Cell<'_> {
    let blank = |c: char| c.is_whitespace() || matches!(c, '\u{feff}' | '\u{200b}' | '\0');
    let mut text = match text {
        Cow::Borrowed(t) => Cow::Borrowed(t.trim_matches(blank)),
        Cow::Owned(t) if t.starts_with(blank) || t.ends_with(blank) => {
            Cow::Owned(t.trim_matches(blank).to_owned())
        }
        owned => owned,
    };
    if let Cow::Owned(meant) = tabular::script::unified_text(&text) {
        text = Cow::Owned(meant);
    }
    match text.as_bytes().first() {
        None => return Cell::Empty,
        Some(b'#' | b'E' | b'e') => {
            if let Some(e) = tabular::value::error(&text) {
                return Cell::Error(e);
            }
        }
        Some(b'=' | b'\'' | b'`' | 0xe2) => {
            let plain = tabular::value::unguarded(&text);
            if plain.len() < text.len() {
                text = Cow::Owned(plain.into_owned());
            }
            if text.is_empty() {
                return Cell::Empty;
            }
        }
        _ => {}
    }
    if text.len() > cell_chars
        && let Some((at, _)) = text.char_indices().nth(cell_chars + 1)
    {
        text = Cow::Owned(text[..at].to_owned());
    }
    let control = |b: u8| b < 0x20 && b != b'\n' && b != b'\t';
    if text.bytes().fold(false, |any, b| any | control(b)) {
        let plain = text.replace("\r\n", "\n").replace('\r', "\n");
        text = Cow::Owned(plain.chars().filter(|c| !c.is_ascii() || !control(*c as u8)).collect());
    }
    Cell::Text(text)
}
