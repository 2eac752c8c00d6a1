//! CSV: the one reader of separated text, as rows of cells. Must not know workbooks or what columns mean.

use std::borrow::Cow;
use std::io::{Read, Seek, SeekFrom};

use tabular::csv::{CsvReader, Error, Fault, Record};
use tabular::text::{Encoding, Survey};

use super::{Cell, Limits, Row, SheetError, clean};

/// How a CSV is written.
#[derive(Clone, Debug)]
pub(super) struct Dialect {
    survey: Survey,
}

impl Dialect {
    /// Reads the whole file once; ends at the start.
    pub(super) fn of(reader: &mut (impl Read + Seek)) -> Result<Self, SheetError> {
        let survey = Survey::all(reader)?;
        reader.seek(SeekFrom::Start(0))?;
        Ok(Self { survey })
    }
    pub(super) fn encoding(&self) -> Encoding {
        self.survey.encoding()
    }
}

pub(super) struct CsvRows<'a, R: Read> {
    reader: CsvReader<&'a mut R>,
    record: Record,
}

fn told(e: Error, limits: &Limits) -> SheetError {
    match e {
        Error::Io(e) => SheetError::Io(e),
        Error::TooLong { line } => SheetError::RowTooLong { row: line, max: limits.row_bytes },
    }
}

impl<'a, R: Read + Seek> CsvRows<'a, R> {
    pub(super) fn new(reader: &'a mut R, dialect: &Dialect, limits: &Limits) -> Result<Self, SheetError> {
        reader.seek(SeekFrom::Start(0))?;
        let reader = CsvReader::new(reader, &dialect.survey, None, None, limits.row_bytes)
            .map_err(|e| told(e, limits))?;
        Ok(Self { reader, record: Record::default() })
    }

    pub(super) fn next<'c>(&mut self, limits: &Limits) -> Result<Option<Row<'c>>, SheetError> {
        if !self.reader.next(&mut self.record).map_err(|e| told(e, limits))? {
            return Ok(None);
        }
        let fields = &self.record.fields;
        let filled = fields.iter().rposition(|f| !f.is_empty()).map_or(0, |i| i + 1);
        let number = self.record.number;
        if filled > limits.columns {
            return Err(SheetError::TooManyColumns { row: number, max: limits.columns });
        }
        let cell = |field: &String| super::grid::owned(clean(without_returns(field), limits.cell_chars));
        let cells: Vec<Cell<'static>> = fields[..filled].iter().map(cell).collect();
        let fault = self.record.fault.map(|f| match f {
            Fault::Encoding => super::RowFault::Encoding,
            Fault::OpenQuote => super::RowFault::OpenQuote,
        });
        Ok(Some(Row { number, cells, width: fields.len(), hidden: false, fault }))
    }
}

/// A line end of a workbook that another program wrote out as it found it: `_x000D_` before white space or at the end.
/// Inside of a word it is what somebody wrote.
fn without_returns(field: &str) -> Cow<'_, str> {
    const RETURN: &str = "_x000D_";
    if !field.contains(RETURN) {
        return Cow::Borrowed(field);
    }
    let mut parts = field.split(RETURN);
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        if !(part.is_empty() || part.starts_with(char::is_whitespace)) {
            out.push_str(RETURN);
        }
        out.push_str(part);
    }
    Cow::Owned(out)
}
