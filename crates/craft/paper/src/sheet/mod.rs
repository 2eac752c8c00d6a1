//! 表格: rows of cells out of XLSX and CSV, whatever their encoding, and XLSX out of rows.
//!
//! A file from outside is hostile: its size, its unzipped size, its rows, columns and cells are bounded
//! ([`Limits`]), and rows come one at a time. Must not know what the columns mean; that is [`intake`].

mod book;
mod csv;
mod error;
pub mod intake;
mod moment;
mod write;
mod xlsx;
mod zip;

use std::borrow::Cow;
use std::io::{BufReader, Read, Seek, SeekFrom};

use kernel::Moment;

pub use self::book::{SheetOf, read_book, write_book};
pub use self::csv::Encoding;
pub use self::error::SheetError;
pub use self::moment::{NotADate, moment_of, moment_of_text};
pub use self::write::{Column, Kind, Table, Value, write_xlsx};

/// How large a file may be. The defaults take 120,000 opinions many times over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the file itself.
    pub file_bytes: u64,
    /// Bytes of everything in an XLSX when unzipped (zip bombs).
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
            Self::Number(n) => Cow::Owned(n.to_string()),
            Self::DateTime(at) => Cow::Owned(at.beijing().to_string().replace('T', " ")),
            Self::Bool(b) => Cow::Borrowed(if *b { "TRUE" } else { "FALSE" }),
            Self::Error(e) => Cow::Borrowed(e),
        }
    }
}

/// One row.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Row<'a> {
    /// Its number as the spreadsheet shows it, from 1; in a CSV the number of the record, blank lines left out.
    pub number: u64,
    /// Its cells from column A on; columns after the last filled one are missing.
    pub cells: Vec<Cell<'a>>,
}

/// A spreadsheet that has been opened (已打开的表格).
pub struct Book<R: Read + Seek> {
    kind: Format<R>,
    limits: Limits,
}

enum Format<R: Read + Seek> {
    Xlsx(Box<calamine::Xlsx<BufReader<R>>>),
    Csv(R, csv::Dialect),
}

impl<R: Read + Seek> Book<R> {
    /// Opens an XLSX or a CSV by its content. An XLSX is checked against the limits before anything is kept; a
    /// CSV is read through once to find its encoding.
    pub fn open(mut reader: R, limits: Limits) -> Result<Self, SheetError> {
        let bytes = reader.seek(SeekFrom::End(0))?;
        if bytes > limits.file_bytes {
            return Err(SheetError::FileTooLarge { bytes, max: limits.file_bytes });
        }
        reader.rewind()?;
        let mut magic = [0; 8];
        let got = fill(&mut reader, &mut magic)?;
        reader.rewind()?;
        let kind = match &magic[..got] {
            [] => return Err(SheetError::Empty),
            [b'P', b'K', 3 | 5, ..] => Format::Xlsx(Box::new(xlsx::open(reader, &limits)?)),
            // The compound file of Excel 97, and of an XLSX with a password.
            [0xd0, 0xcf, 0x11, 0xe0, ..] => return Err(SheetError::OldExcel),
            [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => return Err(SheetError::Utf16),
            _ => {
                let dialect = csv::Dialect::of(&mut reader)?;
                Format::Csv(reader, dialect)
            }
        };
        Ok(Self { kind, limits })
    }

    /// The names of the sheets; none for a CSV.
    pub fn sheet_names(&self) -> Vec<String> {
        match &self.kind {
            Format::Xlsx(book) => calamine::Reader::sheet_names(&**book),
            Format::Csv(..) => Vec::new(),
        }
    }

    /// The encoding of a CSV; none for an XLSX.
    pub const fn encoding(&self) -> Option<Encoding> {
        match &self.kind {
            Format::Xlsx(_) => None,
            Format::Csv(_, dialect) => Some(dialect.encoding),
        }
    }

    /// The rows of the first sheet, one at a time.
    pub fn rows(&mut self) -> Result<Rows<'_, R>, SheetError> {
        let inner = match &mut self.kind {
            Format::Xlsx(book) => Inner::Xlsx(Box::new(xlsx::XlsxRows::first_sheet(book)?)),
            Format::Csv(reader, dialect) => Inner::Csv(csv::CsvRows::new(reader, *dialect, &self.limits)?),
        };
        Ok(Rows { inner, limits: self.limits, seen: 0, failed: false })
    }
}

/// The rows of a sheet in order; rows without any cell are left out. After an error nothing more comes.
pub struct Rows<'a, R: Read + Seek> {
    inner: Inner<'a, R>,
    limits: Limits,
    seen: u64,
    failed: bool,
}

enum Inner<'a, R: Read + Seek> {
    Xlsx(Box<xlsx::XlsxRows<'a, BufReader<R>>>),
    Csv(csv::CsvRows<'a, R>),
}

impl<R: Read + Seek> Rows<'_, R> {
    /// The limits in force.
    pub const fn limits(&self) -> &Limits {
        &self.limits
    }
}

impl<'a, R: Read + Seek> Iterator for Rows<'a, R> {
    type Item = Result<Row<'a>, SheetError>;
    fn next(&mut self) -> Option<Self::Item> {
        if self.failed {
            return None;
        }
        let next = match &mut self.inner {
            Inner::Xlsx(rows) => rows.next(&self.limits),
            Inner::Csv(rows) => rows.next(&self.limits),
        };
        self.seen += 1;
        let next = match next {
            Ok(Some(_)) if self.seen > self.limits.rows => Err(SheetError::TooManyRows(self.limits.rows)),
            other => other,
        };
        self.failed = !matches!(next, Ok(Some(_)));
        next.transpose()
    }
}

/// Text as a cell holds it: trimmed, line breaks as `\n`, no NUL, cut at the limit + 1 so that it can be told.
fn clean(text: Cow<'_, str>, cell_chars: usize) -> Cell<'_> {
    let blank = |c: char| c.is_whitespace() || matches!(c, '\u{feff}' | '\u{200b}' | '\0');
    let mut text = match text {
        Cow::Borrowed(t) => Cow::Borrowed(t.trim_matches(blank)),
        Cow::Owned(t) if t.starts_with(blank) || t.ends_with(blank) => {
            Cow::Owned(t.trim_matches(blank).to_owned())
        }
        owned => owned,
    };
    if text.is_empty() {
        return Cell::Empty;
    }
    if text.len() > cell_chars
        && let Some((at, _)) = text.char_indices().nth(cell_chars + 1)
    {
        text = Cow::Owned(text[..at].to_owned());
    }
    let control = |b: u8| b < 0x20 && b != b'\n' && b != b'\t';
    if text.bytes().fold(false, |any, b| any | control(b)) || text.contains("_x000D_") {
        let plain = text.replace("_x000D_", "\r").replace("\r\n", "\n").replace('\r', "\n");
        text = Cow::Owned(plain.chars().filter(|c| !c.is_ascii() || !control(*c as u8)).collect());
    }
    Cell::Text(text)
}

fn fill(reader: &mut impl Read, buf: &mut [u8]) -> std::io::Result<usize> {
    let mut got = 0;
    while got < buf.len() {
        match reader.read(&mut buf[got..])? {
            0 => break,
            n => got += n,
        }
    }
    Ok(got)
}
