//! 导出: a list as XLSX, with the filter that made it in its first row (X4).
//!
//! What people wrote is written as text: a cell that begins with `=`, `+`, `-` or `@` never becomes a formula, and
//! is marked as text so that it stays so when somebody edits it. Must not know what is listed.

use jiff::civil;
use kernel::{Date, Moment, US_PER_SECOND};
use rust_xlsxwriter::{Format, FormatAlign, Workbook, Worksheet, XlsxError};

use super::SheetError;

/// The longest text that a cell of Excel takes, UTF-16 units.
const CELL_UTF16: usize = 32_767;
const ROWS: usize = 1_048_574;
const COLUMNS: usize = 1_024;

/// How a column is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Text, wrapped.
    Text,
    /// Whole number.
    Integer,
    /// Number with up to two decimals.
    Number,
    /// Share 0..=1 as percent with one decimal.
    Percent,
    /// Beijing date.
    Date,
    /// Beijing date and time.
    DateTime,
}

/// One column.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// Its header.
    pub name: String,
    /// How it is shown.
    pub kind: Kind,
    /// Its width in characters.
    pub width: f64,
}

/// One value.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Nothing.
    Empty,
    /// Text; what is beyond 32,767 units is cut and says so.
    Text(String),
    /// A number.
    Number(f64),
    /// A Beijing date.
    Date(Date),
    /// A moment, shown in Beijing time.
    Moment(Moment),
}

/// What is written.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// The name of the sheet; characters Excel forbids are replaced.
    pub sheet: String,
    /// The first row, over all columns: what this is, and the filter that was used.
    pub title: String,
    /// The columns.
    pub columns: Vec<Column>,
}

/// Writes a table as XLSX: title row, header row (frozen, with filter), then the rows.
pub fn write_xlsx(table: &Table, rows: impl IntoIterator<Item = Vec<Value>>) -> Result<Vec<u8>, SheetError> {
    let fail = |e: XlsxError| SheetError::Write(e.to_string());
    if table.columns.is_empty() || table.columns.len() > COLUMNS {
        return Err(SheetError::Write(format!("1–{COLUMNS} columns, got {}", table.columns.len())));
    }
    let mut book = Workbook::new();
    // A fixed date, so that the same list is the same file.
    book.set_properties(
        &rust_xlsxwriter::DocProperties::new().set_creation_datetime(&fixed_date().map_err(fail)?),
    );
    let sheet = book.add_worksheet();
    head(sheet, table).map_err(fail)?;
    let formats: Vec<_> = table.columns.iter().map(|c| format_of(c.kind)).collect();
    let text = format_of(Kind::Text).set_quote_prefix();
    let mut last = 1;
    for (i, row) in rows.into_iter().enumerate() {
        if i >= ROWS {
            return Err(SheetError::TooManyRows(ROWS as u64));
        }
        last = i as u32 + 2;
        for (c, (value, format)) in row.into_iter().zip(&formats).enumerate() {
            cell(sheet, last, c as u16, value, format, &text).map_err(fail)?;
        }
    }
    sheet.autofilter(1, 0, last.max(1), table.columns.len() as u16 - 1).map_err(fail)?;
    book.save_to_buffer().map_err(fail)
}

pub(super) fn fixed_date() -> Result<rust_xlsxwriter::ExcelDateTime, XlsxError> {
    rust_xlsxwriter::ExcelDateTime::from_ymd(2000, 1, 1)
}

fn head(sheet: &mut Worksheet, table: &Table) -> Result<(), XlsxError> {
    sheet.set_name(sheet_name(&table.sheet))?;
    let last = table.columns.len() as u16 - 1;
    let title = Format::new().set_bold().set_text_wrap().set_align(FormatAlign::Left).set_quote_prefix();
    if last > 0 {
        sheet.merge_range(0, 0, 0, last, &cut(table.title.clone()), &title)?;
    } else {
        sheet.write_string_with_format(0, 0, cut(table.title.clone()), &title)?;
    }
    let header = Format::new().set_bold().set_text_wrap().set_quote_prefix();
    for (c, column) in table.columns.iter().enumerate() {
        sheet.set_column_width(c as u16, column.width.clamp(2.0, 200.0))?;
        sheet.write_string_with_format(1, c as u16, cut(column.name.clone()), &header)?;
    }
    sheet.set_freeze_panes(2, 0)?;
    Ok(())
}

fn format_of(kind: Kind) -> Format {
    let top = Format::new().set_align(FormatAlign::Top);
    match kind {
        Kind::Text => top.set_text_wrap(),
        Kind::Integer => top.set_num_format("0"),
        Kind::Number => top.set_num_format("0.##"),
        Kind::Percent => top.set_num_format("0.0%"),
        Kind::Date => top.set_num_format("yyyy-mm-dd"),
        Kind::DateTime => top.set_num_format("yyyy-mm-dd hh:mm:ss"),
    }
}

fn cell(
    sheet: &mut Worksheet,
    r: u32,
    c: u16,
    value: Value,
    format: &Format,
    text: &Format,
) -> Result<(), XlsxError> {
    match value {
        Value::Empty => {}
        Value::Text(t) if t.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) => {
            sheet.write_string_with_format(r, c, cut(t), text)?;
        }
        Value::Text(t) => {
            sheet.write_string_with_format(r, c, cut(t), format)?;
        }
        Value::Number(n) if n.is_finite() => {
            sheet.write_number_with_format(r, c, n, format)?;
        }
        Value::Number(n) => {
            sheet.write_string_with_format(r, c, n.to_string(), format)?;
        }
        Value::Date(d) => date(sheet, r, c, d.to_datetime(civil::Time::midnight()), format)?,
        Value::Moment(m) => date(sheet, r, c, m.beijing(), format)?,
    }
    Ok(())
}

/// Excel knows 1900-03-01 to 9999; what is outside is written as text.
fn date(
    sheet: &mut Worksheet,
    r: u32,
    c: u16,
    at: civil::DateTime,
    format: &Format,
) -> Result<(), XlsxError> {
    if !(1901..=9999).contains(&at.year()) {
        sheet.write_string_with_format(r, c, at.to_string(), format)?;
        return Ok(());
    }
    let wall = Moment::from_beijing(at).us() / US_PER_SECOND + 8 * 3600;
    sheet.write_number_with_format(r, c, wall as f64 / 86_400.0 + 25_569.0, format)?;
    Ok(())
}

pub(super) fn sheet_name(name: &str) -> String {
    let fine = |c: char| {
        if matches!(c, '[' | ']' | ':' | '*' | '?' | '/' | '\\' | '\'') || c.is_control() { '_' } else { c }
    };
    let name: String = name.chars().map(fine).take(31).collect();
    // Excel counts in UTF-16.
    let name = cut_to(name, 31, "");
    if name.trim().is_empty() { "Sheet1".to_owned() } else { name }
}

pub(super) fn cut(text: String) -> String {
    cut_to(text, CELL_UTF16, "…(截断 / cut)")
}

fn cut_to(text: String, max: usize, mark: &str) -> String {
    if text.len() <= max || text.encode_utf16().count() <= max {
        return text;
    }
    let room = max - mark.encode_utf16().count();
    let mut used = 0;
    let fits = |c: &char| {
        used += c.len_utf16();
        used <= room
    };
    text.chars().take_while(fits).chain(mark.chars()).collect()
}
