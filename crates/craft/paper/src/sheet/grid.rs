//! 表格网: sheets that are read whole: web pages and Excel 2003 saved as `.xls`, OpenDocument, old workbooks.

use std::borrow::Cow;

use calamine::{Reader as _, SheetVisible};
use std::io::{Read, Seek};

use super::marks::{Marks, Merge, attr};
use super::markup::{Markup, Piece, decoded};
use super::{Cell, Limits, SheetError, clean, xlsx};

/// A sheet in memory.
#[derive(Default)]
pub(super) struct Grid {
    pub(super) name: String,
    pub(super) hidden: bool,
    /// Rows with anything in them, by their number from 1.
    pub(super) rows: Vec<(u64, Vec<Cell<'static>>)>,
    pub(super) marks: Marks,
}

/// Puts a grid together cell by cell, within the limits.
struct Maker<'l> {
    limits: &'l Limits,
    grid: Grid,
    row: u64,
    cells: Vec<Cell<'static>>,
    column: usize,
    seen: u64,
    /// Columns taken by cells that reach down from above, and for how many rows yet.
    reaching: Vec<u32>,
}

impl<'l> Maker<'l> {
    fn new(limits: &'l Limits) -> Self {
        Self {
            limits,
            grid: Grid::default(),
            row: 0,
            cells: Vec::new(),
            column: 0,
            seen: 0,
            reaching: Vec::new(),
        }
    }
    fn begin_row(&mut self, number: u64) {
        self.row = number;
        self.cells.clear();
        self.column = 0;
    }
    fn end_row(&mut self) -> Result<(), SheetError> {
        while self.cells.last().is_some_and(Cell::is_empty) {
            self.cells.pop();
        }
        if !self.cells.is_empty() {
            self.seen += 1;
            if self.seen > self.limits.rows {
                return Err(SheetError::TooManyRows(self.limits.rows));
            }
            self.grid.rows.push((self.row, std::mem::take(&mut self.cells)));
        }
        Ok(())
    }
    fn put(&mut self, cell: Cell<'static>) -> Result<(), SheetError> {
        if cell.is_empty() {
            return Ok(());
        }
        if self.column >= self.limits.columns {
            return Err(SheetError::TooManyColumns { row: self.row, max: self.limits.columns });
        }
        if self.column >= self.cells.len() {
            self.cells.resize(self.column + 1, Cell::Empty);
        }
        self.cells[self.column] = cell;
        Ok(())
    }
    /// Notes that the cell at the present place reaches over others.
    fn merge(&mut self, across: u32, down: u32) {
        if across > 1 || down > 1 {
            let (r, c) = (self.row as u32 - 1, self.column as u32);
            let (across, down) = (across.clamp(1, 16_384), down.clamp(1, 1 << 20));
            self.grid.marks.merged.push(Merge { rows: (r, r + down - 1), columns: (c, c + across - 1) });
        }
    }
    fn text(&self, text: &str) -> Cell<'static> {
        owned(clean(Cow::Borrowed(text), self.limits.cell_chars))
    }
}

pub(super) fn owned(cell: Cell<'_>) -> Cell<'static> {
    match cell {
        Cell::Text(t) => Cell::Text(Cow::Owned(t.into_owned())),
        Cell::Empty => Cell::Empty,
        Cell::Number(n) => Cell::Number(n),
        Cell::DateTime(at) => Cell::DateTime(at),
        Cell::Bool(b) => Cell::Bool(b),
        Cell::Error(e) => Cell::Error(e),
    }
}

fn number_of(attrs: &str, name: &str) -> Option<u32> {
    attr(attrs, name).and_then(|v| v.parse().ok())
}

/// Text in the encoding that its bytes show or declare.
pub(super) fn text_of(bytes: &[u8]) -> String {
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(2048)]).to_lowercase();
    let declared = ["charset=", "encoding="].iter().find_map(|key| {
        let rest = head.split(key).nth(1)?.trim_start_matches(['"', '\'']);
        let label = rest.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '_')).next()?;
        encoding_rs::Encoding::for_label(label.as_bytes())
    });
    let survey = tabular::text::Survey::of(bytes);
    match (survey.encoding(), declared) {
        (tabular::text::Encoding::Utf16Le, _) => encoding_rs::UTF_16LE.decode(bytes).0.into_owned(),
        (tabular::text::Encoding::Utf16Be, _) => encoding_rs::UTF_16BE.decode(bytes).0.into_owned(),
        // What it declares counts where its bytes do not plainly say otherwise.
        (tabular::text::Encoding::Gb18030 | tabular::text::Encoding::Big5, Some(e))
            if e != encoding_rs::UTF_8 && !e.name().starts_with("UTF-16") =>
        {
            e.decode(bytes).0.into_owned()
        }
        (tabular::text::Encoding::Gb18030, _) => encoding_rs::GB18030.decode(bytes).0.into_owned(),
        (tabular::text::Encoding::Big5, _) => encoding_rs::BIG5.decode(bytes).0.into_owned(),
        (tabular::text::Encoding::Utf8, _) => encoding_rs::UTF_8.decode(bytes).0.into_owned(),
    }
}

/// The tables of a web page; a table inside of a cell belongs to the cell.
pub(super) fn html(text: &str, limits: &Limits) -> Result<Vec<Grid>, SheetError> {
    let mut grids = Vec::new();
    let mut maker = Maker::new(limits);
    let (mut depth, mut in_row, mut cell) = (0u32, false, None::<(String, u32, u32)>);
    fn close_cell(maker: &mut Maker<'_>, cell: &mut Option<(String, u32, u32)>) -> Result<(), SheetError> {
        let Some((text, across, down)) = cell.take() else { return Ok(()) };
        while maker.reaching.get(maker.column).is_some_and(|n| *n > 0) {
            maker.column += 1;
        }
        let value = maker.text(&decoded(&text));
        maker.put(value)?;
        maker.merge(across, down);
        let end = (maker.column + across.max(1) as usize).min(maker.limits.columns.max(maker.column + 1));
        if maker.reaching.len() < end {
            maker.reaching.resize(end, 0);
        }
        maker.reaching[maker.column..end].iter_mut().for_each(|n| *n = down.max(1));
        maker.column = end;
        Ok(())
    }
    fn close_row(maker: &mut Maker<'_>, in_row: &mut bool) -> Result<(), SheetError> {
        if std::mem::take(in_row) {
            maker.end_row()?;
            maker.reaching.iter_mut().for_each(|n| *n = n.saturating_sub(1));
        }
        Ok(())
    }
    for piece in Markup::new(text) {
        match piece {
            Piece::Open(name, attrs, _) => match name.as_str() {
                "table" => {
                    depth += 1;
                    if depth == 1 {
                        maker = Maker {
                            grid: Grid { name: format!("表{}", grids.len() + 1), ..Grid::default() },
                            ..Maker::new(limits)
                        };
                    }
                }
                "tr" if depth == 1 => {
                    close_cell(&mut maker, &mut cell)?;
                    close_row(&mut maker, &mut in_row)?;
                    let number = maker.row + 1;
                    maker.begin_row(number);
                    in_row = true;
                    let plain: String = attrs.to_lowercase().split_whitespace().collect();
                    if plain.contains("display:none") {
                        maker.grid.marks.hidden.push(maker.row as u32);
                    }
                }
                "td" | "th" if depth == 1 => {
                    close_cell(&mut maker, &mut cell)?;
                    if !in_row {
                        let number = maker.row + 1;
                        maker.begin_row(number);
                        in_row = true;
                    }
                    let attrs = attrs.to_lowercase();
                    let span = |n| number_of(&attrs, n).or_else(|| unquoted(&attrs, n)).unwrap_or(1);
                    cell = Some((String::new(), span("colspan"), span("rowspan")));
                }
                "br" | "p" | "div" => {
                    if let Some((text, ..)) = &mut cell
                        && !text.is_empty()
                    {
                        text.push('\n');
                    }
                }
                _ => {}
            },
            Piece::Close(name) => match name.as_str() {
                "td" | "th" if depth == 1 => close_cell(&mut maker, &mut cell)?,
                "tr" if depth == 1 => {
                    close_cell(&mut maker, &mut cell)?;
                    close_row(&mut maker, &mut in_row)?;
                }
                "table" => {
                    if depth == 1 {
                        close_cell(&mut maker, &mut cell)?;
                        close_row(&mut maker, &mut in_row)?;
                        grids.push(std::mem::take(&mut maker.grid));
                    }
                    depth = depth.saturating_sub(1);
                }
                _ => {}
            },
            Piece::Text(text) => {
                if let Some((own, ..)) = &mut cell {
                    // White space of the page is one blank.
                    let words: Vec<&str> = text.split(['\r', '\n', '\t']).collect();
                    own.push_str(&words.join(" "));
                }
            }
        }
    }
    if depth > 0 {
        close_cell(&mut maker, &mut cell)?;
        close_row(&mut maker, &mut in_row)?;
        grids.push(std::mem::take(&mut maker.grid));
    }
    Ok(grids)
}

/// `colspan=2`
fn unquoted(attrs: &str, name: &str) -> Option<u32> {
    let rest = attrs.split(name).nth(1)?.trim_start().strip_prefix('=')?.trim_start();
    rest.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

fn prefixed<'a>(attrs: &'a str, name: &str) -> Option<&'a str> {
    let key = attrs.split([' ', '\t', '\n', '\r']).find(|w| {
        w.split('=')
            .next()
            .is_some_and(|k| k == name || k.strip_suffix(name).is_some_and(|p| p.ends_with(':')))
    })?;
    attr(attrs, key.split('=').next()?)
}

/// A time as XML writes it, Beijing where it names no zone; `1899-12-31T09:00` is a clock.
fn iso(text: &str, maker: &Maker<'_>) -> Cell<'static> {
    if let Some((day, clock)) = text.split_once('T')
        && matches!(day, "1899-12-30" | "1899-12-31" | "1904-01-01")
    {
        return maker.text(clock.trim_end_matches(".000"));
    }
    match super::moment_of_text(text) {
        Ok(at) => Cell::DateTime(at),
        Err(_) => maker.text(text),
    }
}

/// The sheets of a workbook in the XML of Excel 2003.
pub(super) fn xml_2003(text: &str, limits: &Limits) -> Result<Vec<Grid>, SheetError> {
    let mut grids = Vec::new();
    let mut maker = Maker::new(limits);
    let (mut data, mut kind) = (None::<String>, String::new());
    for piece in Markup::new(text) {
        match piece {
            Piece::Open(name, attrs, closes) => match name.as_str() {
                "worksheet" => {
                    let name = decoded(prefixed(attrs, "Name").unwrap_or_default()).into_owned();
                    maker = Maker { grid: Grid { name, ..Grid::default() }, ..Maker::new(limits) };
                }
                "row" => {
                    let next = prefixed(attrs, "Index").and_then(|n| n.parse().ok()).unwrap_or(maker.row + 1);
                    maker.begin_row(next.clamp(1, 1 << 20));
                    if prefixed(attrs, "Hidden") == Some("1") {
                        maker.grid.marks.hidden.push(maker.row as u32);
                    }
                }
                "cell" => {
                    if let Some(n) = prefixed(attrs, "Index").and_then(|n| n.parse::<usize>().ok()) {
                        maker.column = n.saturating_sub(1);
                    }
                    let span = |n| prefixed(attrs, n).and_then(|v| v.parse::<u32>().ok()).unwrap_or(0) + 1;
                    let (across, down) = (span("MergeAcross"), span("MergeDown"));
                    maker.merge(across, down);
                    maker.reaching = vec![across];
                    if closes {
                        maker.column += across as usize;
                    }
                }
                "data" if !closes => {
                    kind = prefixed(attrs, "Type").unwrap_or("String").to_owned();
                    data = Some(String::new());
                }
                _ => {}
            },
            Piece::Close(name) => match name.as_str() {
                "data" => {
                    let text = data.take().unwrap_or_default();
                    let text = decoded(&text);
                    let value = match kind.as_str() {
                        "Number" => text.trim().parse().map_or_else(|_| maker.text(&text), Cell::Number),
                        "DateTime" => iso(text.trim(), &maker),
                        "Boolean" => Cell::Bool(text.trim() == "1"),
                        _ => maker.text(&text),
                    };
                    maker.put(value)?;
                }
                "cell" => maker.column += maker.reaching.first().copied().unwrap_or(1) as usize,
                "row" => maker.end_row()?,
                "worksheet" => grids.push(std::mem::take(&mut maker.grid)),
                _ => {}
            },
            Piece::Text(text) => {
                if let Some(own) = &mut data {
                    own.push_str(text);
                } else if text.trim() == "SheetHidden" || text.trim() == "SheetVeryHidden" {
                    maker.grid.hidden = true;
                }
            }
        }
    }
    Ok(grids)
}

/// The sheets of an OpenDocument spreadsheet, out of its `content.xml`.
pub(super) fn ods(text: &str, limits: &Limits) -> Result<Vec<Grid>, SheetError> {
    let mut grids = Vec::new();
    let mut maker = Maker::new(limits);
    let mut hidden_styles: Vec<String> = Vec::new();
    let mut style = String::new();
    let (mut in_table, mut repeat_row, mut note) = (false, 1u64, 0u32);
    let mut cell: Option<(Cell<'static>, String, u32)> = None;
    let mut row_hidden = false;
    for piece in Markup::new(text) {
        match piece {
            Piece::Open(name, attrs, closes) => match name.as_str() {
                "style" => style = prefixed(attrs, "name").unwrap_or_default().to_owned(),
                "table-properties" if prefixed(attrs, "display") == Some("false") => {
                    hidden_styles.push(style.clone());
                }
                "table" if !closes => {
                    in_table = true;
                    let name = decoded(prefixed(attrs, "name").unwrap_or_default()).into_owned();
                    let hidden =
                        prefixed(attrs, "style-name").is_some_and(|s| hidden_styles.iter().any(|h| h == s));
                    maker = Maker { grid: Grid { name, hidden, ..Grid::default() }, ..Maker::new(limits) };
                }
                "table-row" if in_table => {
                    let next = maker.row + repeat_row;
                    maker.begin_row(if maker.row == 0 { 1 } else { next });
                    repeat_row = prefixed(attrs, "number-rows-repeated")
                        .and_then(|n| n.parse().ok())
                        .unwrap_or(1u64)
                        .clamp(1, 1 << 24);
                    row_hidden = matches!(prefixed(attrs, "visibility"), Some("collapse" | "filter"));
                    if row_hidden {
                        maker.grid.marks.hidden.push(maker.row as u32);
                    }
                }
                "table-cell" | "covered-table-cell" if in_table => {
                    let repeat = prefixed(attrs, "number-columns-repeated")
                        .and_then(|n| n.parse().ok())
                        .unwrap_or(1u32)
                        .clamp(1, 1 << 20);
                    let span = |n| prefixed(attrs, n).and_then(|v| v.parse::<u32>().ok()).unwrap_or(1);
                    if name == "table-cell" {
                        maker.merge(span("number-columns-spanned"), span("number-rows-spanned"));
                    }
                    let value = match prefixed(attrs, "value-type").unwrap_or_default() {
                        "float" | "currency" => prefixed(attrs, "value")
                            .and_then(|v| v.parse().ok())
                            .map_or(Cell::Empty, Cell::Number),
                        "percentage" => prefixed(attrs, "value")
                            .and_then(|v| v.parse().ok())
                            .map_or(Cell::Empty, Cell::Number),
                        "date" => prefixed(attrs, "date-value").map_or(Cell::Empty, |v| iso(v, &maker)),
                        "time" => {
                            prefixed(attrs, "time-value").map_or(Cell::Empty, |v| maker.text(&duration(v)))
                        }
                        "boolean" => Cell::Bool(prefixed(attrs, "boolean-value") == Some("true")),
                        _ => Cell::Empty,
                    };
                    if closes {
                        maker.column += repeat as usize;
                    } else {
                        cell = Some((value, String::new(), repeat));
                    }
                }
                "annotation" if !closes => note += 1,
                "p" | "h" if note == 0 => {
                    if let Some((_, text, _)) = &mut cell
                        && !text.is_empty()
                    {
                        text.push('\n');
                    }
                }
                "line-break" => {
                    if let Some((_, text, _)) = &mut cell {
                        text.push('\n');
                    }
                }
                "s" => {
                    if let Some((_, text, _)) = &mut cell {
                        let n = prefixed(attrs, "c").and_then(|n| n.parse().ok()).unwrap_or(1usize);
                        text.push_str(&" ".repeat(n.min(100)));
                    }
                }
                _ => {}
            },
            Piece::Close(name) => match name.as_str() {
                "annotation" => note = note.saturating_sub(1),
                "table-cell" | "covered-table-cell" => {
                    if let Some((value, text, repeat)) = cell.take() {
                        let value = if value.is_empty() { maker.text(&decoded(&text)) } else { value };
                        // The same value in many cells: as many as may be read.
                        if value.is_empty() {
                            maker.column += repeat as usize;
                        } else {
                            for _ in 0..repeat {
                                maker.put(value.clone())?;
                                maker.column += 1;
                            }
                        }
                    }
                }
                "table-row" => {
                    let (row, filled) = (maker.row, maker.grid.rows.len());
                    maker.end_row()?;
                    if maker.grid.rows.len() > filled && repeat_row > 1 {
                        let cells = maker.grid.rows[filled].1.clone();
                        for n in 1..repeat_row {
                            maker.begin_row(row + n);
                            if row_hidden {
                                maker.grid.marks.hidden.push(maker.row as u32);
                            }
                            maker.cells.clone_from(&cells);
                            maker.end_row()?;
                        }
                        repeat_row = 1;
                    }
                }
                "table" => {
                    in_table = false;
                    grids.push(std::mem::take(&mut maker.grid));
                }
                _ => {}
            },
            Piece::Text(text) => {
                if let Some((_, own, _)) = cell.as_mut().filter(|_| note == 0) {
                    own.push_str(text.trim_matches(['\n', '\r']));
                }
            }
        }
    }
    Ok(grids)
}

/// `PT09H30M00S` as 09:30:00.
fn duration(text: &str) -> String {
    let mut parts = [0u32; 3];
    let mut n = String::new();
    for c in text.chars() {
        match c {
            '0'..='9' => n.push(c),
            'H' | 'M' | 'S' | '.' | ',' => {
                let at = match c {
                    'H' => 0,
                    'M' => 1,
                    _ => 2,
                };
                if let Ok(v) = n.parse() {
                    parts[at] = v;
                }
                n.clear();
                if matches!(c, '.' | ',') {
                    break;
                }
            }
            _ => n.clear(),
        }
    }
    format!("{:02}:{:02}:{:02}", parts[0], parts[1], parts[2])
}

/// The sheets of an old workbook (`.xls`).
pub(super) fn xls<R: Read + Seek>(reader: R, limits: &Limits) -> Result<(Vec<Grid>, bool), SheetError> {
    let mut book = calamine::Xls::new(std::io::BufReader::new(reader)).map_err(|e| match e {
        calamine::XlsError::Password => SheetError::Password,
        e => SheetError::BadXlsx(e.to_string().chars().take(200).collect()),
    })?;
    let is_1904 = book.has_1904_epoch();
    let sheets = book.sheets_metadata().to_vec();
    let mut grids = Vec::new();
    for sheet in sheets {
        let Ok(range) = book.worksheet_range(&sheet.name) else { continue };
        let mut maker = Maker::new(limits);
        (maker.grid.name, maker.grid.hidden) = (sheet.name.clone(), sheet.visible != SheetVisible::Visible);
        let (top, left) = range.start().unwrap_or_default();
        for (r, row) in range.rows().enumerate() {
            maker.begin_row(u64::from(top) + r as u64 + 1);
            for (c, value) in row.iter().enumerate() {
                maker.column = left as usize + c;
                let cell = xlsx::data(value, is_1904, limits);
                maker.put(cell)?;
            }
            maker.end_row()?;
        }
        for m in book.merge_cells_by_sheet_name(&sheet.name).unwrap_or_default() {
            maker.grid.marks.merged.push(Merge { rows: (m.start.0, m.end.0), columns: (m.start.1, m.end.1) });
        }
        grids.push(maker.grid);
    }
    Ok((grids, is_1904))
}

/// The sheets of a binary workbook (`.xlsb`), without their marks ([`super::binary`]).
pub(super) fn xlsb<R: Read + Seek>(reader: R, limits: &Limits) -> Result<(Vec<Grid>, bool), SheetError> {
    let bad = |e: calamine::XlsbError| SheetError::BadXlsx(e.to_string().chars().take(200).collect());
    let mut book = calamine::Xlsb::new(std::io::BufReader::new(reader)).map_err(bad)?;
    let is_1904 = book.has_1904_epoch();
    let sheets = book.sheets_metadata().to_vec();
    let mut grids = Vec::new();
    for sheet in sheets {
        let Ok(mut cells) = book.worksheet_cells_reader(&sheet.name) else { continue };
        let mut maker = Maker::new(limits);
        (maker.grid.name, maker.grid.hidden) = (sheet.name.clone(), sheet.visible != SheetVisible::Visible);
        while let Some(cell) = cells.next_cell().map_err(bad)? {
            let (r, c) = cell.get_position();
            if maker.row != u64::from(r) + 1 {
                maker.end_row()?;
                maker.begin_row(u64::from(r) + 1);
            }
            maker.column = c as usize;
            let value = owned(xlsx::cell_of(&cell, is_1904, limits));
            maker.put(value)?;
        }
        maker.end_row()?;
        grids.push(maker.grid);
    }
    Ok((grids, is_1904))
}
