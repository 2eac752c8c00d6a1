//! XLSX: cells out of the workbook's stream, put together to rows. Must not know CSV or columns' meaning.

use std::borrow::Cow;
use std::io::{BufReader, Read, Seek};

use calamine::{CellErrorType, Data, DataRef, Reader, Xlsx, XlsxCellReader, XlsxError};

use super::moment::moment_of_serial;
use super::{Cell, Limits, Row, SheetError, clean};

pub(super) fn open<R: Read + Seek>(mut reader: R) -> Result<Xlsx<BufReader<R>>, SheetError> {
    reader.rewind()?;
    Xlsx::new(BufReader::with_capacity(1 << 16, reader)).map_err(bad)
}

fn bad(e: XlsxError) -> SheetError {
    match e {
        XlsxError::Password => SheetError::Password,
        e => SheetError::BadXlsx(e.to_string().chars().take(200).collect()),
    }
}

pub(super) struct XlsxRows<'a, RS: Read + Seek> {
    cells: XlsxCellReader<'a, RS>,
    is_1904: bool,
    /// The first cell of the next row, read while ending the one before.
    ahead: Option<((u32, u32), Cell<'a>)>,
    width: usize,
    done: bool,
    /// Errors of a kind that the reader does not know are passed over.
    pass_over: bool,
}

impl<'a, RS: Read + Seek> XlsxRows<'a, RS> {
    /// The sheet with this name; none when it holds no cells by nature.
    pub(super) fn sheet(
        book: &'a mut Xlsx<RS>,
        name: &str,
        pass_over: bool,
    ) -> Result<Option<Self>, SheetError> {
        let is_1904 = book.has_1904_epoch();
        match book.worksheet_cells_reader(name) {
            Ok(cells) => Ok(Some(Self { cells, is_1904, ahead: None, width: 0, done: false, pass_over })),
            Err(XlsxError::NotAWorksheet(_)) => Ok(None),
            Err(e) => Err(bad(e)),
        }
    }

    pub(super) fn next(&mut self, limits: &Limits) -> Result<Option<Row<'a>>, SheetError> {
        let mut row = Row { cells: Vec::with_capacity(self.width), ..Row::default() };
        let mut current = None;
        while !self.done {
            let (at, cell) = match self.ahead.take() {
                Some(ahead) => ahead,
                None => match self.cells.next_cell() {
                    // An error of a kind that the reader does not know: its place is among the marks of the sheet.
                    Err(XlsxError::CellError(_)) if self.pass_over => continue,
                    Err(e) => return Err(bad(e)),
                    Ok(Some(c)) => (c.get_position(), cell_of(&c, self.is_1904, limits)),
                    Ok(None) => {
                        self.done = true;
                        break;
                    }
                },
            };
            let number = *current.get_or_insert(at.0);
            if at.0 != number {
                self.ahead = Some((at, cell));
                break;
            }
            let column = at.1 as usize;
            if cell.is_empty() {
                continue;
            }
            row.number = u64::from(number) + 1;
            if column >= limits.columns {
                return Err(SheetError::TooManyColumns { row: row.number, max: limits.columns });
            }
            if column >= row.cells.len() {
                row.cells.resize(column + 1, Cell::Empty);
            }
            row.cells[column] = cell;
        }
        row.number = current.map_or(0, |n| u64::from(n) + 1);
        self.width = self.width.max(row.cells.len());
        Ok(current.map(|_| row))
    }
}

pub(super) fn cell_of<'a>(cell: &calamine::Cell<DataRef<'a>>, is_1904: bool, limits: &Limits) -> Cell<'a> {
    #[expect(clippy::cast_precision_loss, reason = "a spreadsheet has no other numbers")]
    match cell.get_value() {
        DataRef::Empty => Cell::Empty,
        DataRef::SharedString(s) => clean(Cow::Borrowed(s), limits.cell_chars),
        DataRef::String(s) | DataRef::DateTimeIso(s) | DataRef::DurationIso(s) => {
            clean(Cow::Owned(s.clone()), limits.cell_chars)
        }
        DataRef::Int(n) => Cell::Number(*n as f64),
        DataRef::Float(n) => Cell::Number(*n),
        DataRef::Bool(b) => Cell::Bool(*b),
        DataRef::DateTime(d) => match moment_of_serial(d.as_f64(), is_1904) {
            Some(at) if d.is_datetime() => Cell::DateTime(at),
            _ => Cell::Number(d.as_f64()),
        },
        DataRef::Error(e) => Cell::Error(error_of(e)),
    }
}

const fn error_of(e: &CellErrorType) -> &'static str {
    match e {
        CellErrorType::Div0 => "#DIV/0!",
        CellErrorType::NA => "#N/A",
        CellErrorType::Name => "#NAME?",
        CellErrorType::Null => "#NULL!",
        CellErrorType::Num => "#NUM!",
        CellErrorType::Ref => "#REF!",
        CellErrorType::Value => "#VALUE!",
        _ => "#ERROR!",
    }
}

/// The same of a sheet that was read whole.
pub(super) fn data(value: &Data, is_1904: bool, limits: &Limits) -> Cell<'static> {
    #[expect(clippy::cast_precision_loss, reason = "a spreadsheet has no other numbers")]
    match value {
        Data::Empty => Cell::Empty,
        Data::String(s) | Data::DateTimeIso(s) | Data::DurationIso(s) => {
            super::grid::owned(clean(Cow::Borrowed(s), limits.cell_chars))
        }
        Data::Int(n) => Cell::Number(*n as f64),
        Data::Float(n) => Cell::Number(*n),
        Data::Bool(b) => Cell::Bool(*b),
        Data::DateTime(d) => match moment_of_serial(d.as_f64(), is_1904) {
            Some(at) if d.is_datetime() => Cell::DateTime(at),
            _ => Cell::Number(d.as_f64()),
        },
        Data::Error(e) => Cell::Error(error_of(e)),
    }
}
