//! 多表: workbooks of several sheets of plain text, in and out; everything is bounded. Must not know what the
//! sheets mean.

use std::io::{Read, Seek};

use rust_xlsxwriter::{Format, Workbook, XlsxError};
use tabular::records::Sheet;

use super::{Book, Limits, SheetError, write};

/// A sheet of text: its name and its rows; row `n` of the list is row `n + 1` of the spreadsheet.
pub type SheetOf = (String, Vec<Vec<String>>);

/// Sheets of one workbook at most.
const SHEETS_MAX: usize = 32;

/// Writes sheets of text; the first row of each is its heading.
pub fn write_book(sheets: impl IntoIterator<Item = SheetOf>) -> Result<Vec<u8>, SheetError> {
    let fail = |e: XlsxError| SheetError::Write(e.to_string());
    let mut book = Workbook::new();
    let made =
        rust_xlsxwriter::DocProperties::new().set_creation_datetime(&write::fixed_date().map_err(fail)?);
    book.set_properties(&made);
    let head = Format::new().set_bold().set_text_wrap().set_quote_prefix();
    // Everything is marked as text, so that what people wrote never becomes a formula or loses its zeros.
    let text = Format::new().set_text_wrap().set_quote_prefix().set_num_format("@");
    for (name, rows) in sheets.into_iter().take(SHEETS_MAX) {
        let sheet = book.add_worksheet();
        sheet.set_name(write::sheet_name(&name)).map_err(fail)?;
        for (r, row) in rows.into_iter().enumerate() {
            let r = u32::try_from(r).map_err(|_| SheetError::TooManyRows(1_048_576))?;
            for (c, cell) in row.into_iter().enumerate().filter(|(_, cell)| !cell.is_empty()) {
                let c = u16::try_from(c)
                    .map_err(|_| SheetError::TooManyColumns { row: u64::from(r), max: 16_384 })?;
                let format = if r == 0 { &head } else { &text };
                sheet.write_string_with_format(r, c, write::cut(cell), format).map_err(fail)?;
            }
        }
        sheet.set_freeze_panes(1, 0).map_err(fail)?;
    }
    book.save_to_buffer().map_err(fail)
}

/// Reads every sheet of a table file as text, in the order of the file, merged cells filled. Rows that are empty
/// stay, so that row numbers are those of the file.
///
/// # Errors
/// Not a table, damaged, or larger than the limits.
pub fn read_sheets<R: Read + Seek>(
    reader: R,
    limits: &Limits,
) -> Result<(&'static str, Vec<Sheet>), SheetError> {
    let mut book = Book::open(reader, *limits)?;
    let mut out = Vec::new();
    let mut seen = 0u64;
    for (i, info) in book.sheets().into_iter().enumerate().take(SHEETS_MAX) {
        let mut sheet = Sheet { name: info.name, hidden: info.hidden, ..Sheet::default() };
        for row in book.rows_of(i)? {
            let row = row?;
            let at = usize::try_from(row.number.saturating_sub(1)).unwrap_or(usize::MAX);
            seen += 1;
            if seen > limits.rows || at as u64 >= limits.rows {
                return Err(SheetError::TooManyRows(limits.rows));
            }
            if row.hidden {
                sheet.hidden_rows.push(row.number);
            }
            if let Some(fault) = row.fault {
                sheet.faults.push((row.number, fault.said()));
            }
            sheet.rows.resize(at, Vec::new());
            sheet.rows.push(row.cells.iter().map(|c| c.text().into_owned()).collect());
        }
        out.push(sheet);
    }
    Ok((book.format(), out))
}

/// The same without the marks, the sheets that people see first.
///
/// # Errors
/// As [`read_sheets`].
pub fn read_book<R: Read + Seek>(reader: R, limits: &Limits) -> Result<Vec<SheetOf>, SheetError> {
    let (_, mut sheets) = read_sheets(reader, limits)?;
    sheets.sort_by_key(|s| s.hidden);
    Ok(sheets.into_iter().map(|s| (s.name, s.rows)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;

    #[test]
    fn sheets_come_back_as_they_went() {
        let row = |cells: &[&str]| cells.iter().map(|c| (*c).to_owned()).collect::<Vec<_>>();
        let sheets = vec![
            (
                "事项".to_owned(),
                vec![row(&["编码", "名称"]), row(&["0012", "=1+1"]), vec![], row(&["", "两行\n字"])],
            ),
            ("材料".to_owned(), vec![row(&["编码"])]),
        ];
        let bytes = write_book(sheets.clone()).unwrap();
        assert_eq!(read_book(Cursor::new(&bytes), &Limits::default()).unwrap(), sheets);
        let small = Limits { rows: 2, ..Limits::default() };
        assert!(matches!(read_book(Cursor::new(&bytes), &small), Err(SheetError::TooManyRows(2))));
        assert!(read_book(Cursor::new(b"%PDF-1.7 no workbook"), &Limits::default()).is_err());
    }
}
