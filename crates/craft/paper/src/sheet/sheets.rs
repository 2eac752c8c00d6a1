//! 打开表格: a file is told by its content, its sheets are named, its rows come one at a time with merged cells
//! filled and hidden rows marked.

use std::collections::VecDeque;
use std::io::{BufReader, Read, Seek, SeekFrom};

use calamine::{Reader as _, SheetType, SheetVisible};
use tabular::kind::{FileKind, HEAD};

use super::binary;
use super::grid::{self, Grid};
use super::marks::{Marks, Merge, Parts};
use super::{Cell, Encoding, Limits, Row, SheetError, csv, xlsx, zip};

/// A sheet of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SheetInfo {
    /// Its name; empty for a file without sheets.
    pub name: String,
    /// It is hidden in the file.
    pub hidden: bool,
}

/// A spreadsheet that has been opened (已打开的表格).
pub struct Book<R: Read + Seek> {
    kind: Format<R>,
    limits: Limits,
    format: &'static str,
}

enum Format<R: Read + Seek> {
    Xlsx(Box<calamine::Xlsx<BufReader<R>>>, Parts),
    Csv(R, csv::Dialect),
    Whole(Vec<Grid>, bool),
}

/// Bytes of a file that must be in memory to be read.
const WHOLE_MAX: u64 = 256 << 20;

fn not_a_table(kind: FileKind) -> SheetError {
    let (zh, en) = kind.said();
    SheetError::NotATable(zh.to_owned(), en.to_owned())
}

fn refused(zh: &str, en: &str) -> SheetError {
    SheetError::NotATable(zh.to_owned(), en.to_owned())
}

fn whole(reader: &mut (impl Read + Seek), limits: &Limits) -> Result<Vec<u8>, SheetError> {
    reader.rewind()?;
    let max = limits.unzipped_bytes.min(WHOLE_MAX);
    let mut bytes = Vec::new();
    reader.take(max + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > max {
        return Err(SheetError::FileTooLarge { bytes: bytes.len() as u64, max });
    }
    Ok(bytes)
}

/// The reader of old workbooks gives up on some damaged files by a panic: told as damage.
fn contained<T>(read: impl FnOnce() -> Result<T, SheetError>) -> Result<T, SheetError> {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(read))
        .unwrap_or_else(|_| Err(SheetError::BadXlsx("damaged".to_owned())))
}

impl<R: Read + Seek> Book<R> {
    /// Opens a table by its content. A zip is checked against the limits before anything is kept; a separated text
    /// is read through once to find its encoding.
    ///
    /// # Errors
    /// Not a table, and then what it is and what to do with it; damaged; larger than allowed.
    pub fn open(mut reader: R, limits: Limits) -> Result<Self, SheetError> {
        let bytes = reader.seek(SeekFrom::End(0))?;
        if bytes > limits.file_bytes {
            return Err(SheetError::FileTooLarge { bytes, max: limits.file_bytes });
        }
        reader.rewind()?;
        let mut head = Vec::new();
        (&mut reader).take(HEAD as u64).read_to_end(&mut head)?;
        reader.rewind()?;
        let (kind, format) = match FileKind::of(&head) {
            FileKind::Empty => return Err(SheetError::Empty),
            FileKind::Zip => Self::zipped(reader, &limits)?,
            FileKind::Compound => (Self::compound(reader, &limits)?, "xls"),
            FileKind::Html => {
                let text = grid::text_of(&whole(&mut reader, &limits)?);
                let grids = grid::html(&text, &limits)?;
                if grids.is_empty() {
                    return Err(not_a_table(FileKind::Html));
                }
                (Format::Whole(grids, false), "html")
            }
            FileKind::Xml2003 => {
                let text = grid::text_of(&whole(&mut reader, &limits)?);
                (Format::Whole(grid::xml_2003(&text, &limits)?, false), "xml-2003")
            }
            FileKind::Text => {
                let dialect = csv::Dialect::of(&mut reader)?;
                (Format::Csv(reader, dialect), "csv")
            }
            other => return Err(not_a_table(other)),
        };
        Ok(Self { kind, limits, format })
    }

    fn zipped(mut reader: R, limits: &Limits) -> Result<(Format<R>, &'static str), SheetError> {
        let parts = zip::check(BufReader::new(&mut reader), limits.unzipped_bytes)?;
        if parts.has("xl/workbook.bin") {
            reader.rewind()?;
            let bad = |e: ::zip::result::ZipError| SheetError::BadXlsx(e.to_string());
            let mut archive = ::zip::ZipArchive::new(BufReader::new(&mut reader)).map_err(bad)?;
            let mut marks = binary::xlsb_marks(&mut archive);
            drop(archive);
            reader.rewind()?;
            let (mut grids, is_1904) = contained(|| grid::xlsb(reader, limits))?;
            grids.iter_mut().for_each(|g| g.marks = marks.remove(&g.name).unwrap_or_default());
            return Ok((Format::Whole(grids, is_1904), "xlsb"));
        }
        if parts.names.iter().any(|n| n.starts_with("xl/"))
            || parts.has("[content_types].xml")
                && !parts.names.iter().any(|n| n.starts_with("word/") || n.starts_with("ppt/"))
        {
            return Ok((Format::Xlsx(Box::new(xlsx::open(reader)?), parts), "xlsx"));
        }
        if parts.has("content.xml") {
            reader.rewind()?;
            let bad = |e: ::zip::result::ZipError| SheetError::BadXlsx(e.to_string());
            let mut archive = ::zip::ZipArchive::new(BufReader::new(reader)).map_err(bad)?;
            let mut bytes = Vec::new();
            archive
                .by_name("content.xml")
                .map_err(bad)?
                .take(limits.unzipped_bytes)
                .read_to_end(&mut bytes)?;
            let grids = grid::ods(&String::from_utf8_lossy(&bytes), limits)?;
            if grids.is_empty() {
                return Err(refused(
                    "这是 OpenDocument 文档，里面没有表格；请把表格存为 .xlsx 或 .ods",
                    "an OpenDocument file without a sheet: save the table as .xlsx or .ods",
                ));
            }
            return Ok((Format::Whole(grids, false), "ods"));
        }
        let has = |dir: &str| parts.names.iter().any(|n| n.starts_with(dir));
        if parts.names.iter().any(|n| n.ends_with(".iwa")) {
            return Err(refused(
                "这是苹果 Numbers（或 Pages）的文件，请在其中选择“文件—导出为—Excel”存成 .xlsx",
                "a file of Apple Numbers or Pages: choose File, Export To, Excel in it and bring the .xlsx",
            ));
        }
        Err(if has("word/") {
            refused(
                "这是 Word 文档（.docx），请把表格复制到表格软件里存为 .xlsx",
                "a Word document (.docx): copy its table into a spreadsheet and save it as .xlsx",
            )
        } else if has("ppt/") {
            refused("这是演示文稿（.pptx），请索要 .xlsx", "a presentation (.pptx): ask for the .xlsx")
        } else {
            not_a_table(FileKind::Zip)
        })
    }

    fn compound(mut reader: R, limits: &Limits) -> Result<Format<R>, SheetError> {
        let bytes = whole(&mut reader, limits)?;
        let has = |name: &str| {
            let wide: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
            memchr::memmem::find(&bytes, &wide).is_some()
        };
        if has("EncryptedPackage") {
            return Err(SheetError::Password);
        }
        if has("WordDocument") {
            return Err(refused(
                "这是旧版 Word 文档（.doc）或 WPS 文字（.wps），请把表格复制到表格软件里存为 .xlsx",
                "an old Word document (.doc) or one of WPS Writer (.wps): copy its table into a spreadsheet and save it as .xlsx",
            ));
        }
        if !has("Workbook") && !has("Book") {
            return Err(not_a_table(FileKind::Compound));
        }
        let mut hidden = binary::xls_hidden(&bytes);
        let (mut grids, is_1904) = contained(|| grid::xls(std::io::Cursor::new(bytes), limits))?;
        grids.iter_mut().for_each(|g| g.marks.hidden = hidden.remove(&g.name).unwrap_or_default());
        Ok(Format::Whole(grids, is_1904))
    }

    /// What the file is: `xlsx`, `xls`, `xlsb`, `ods`, `html`, `xml-2003`, `csv`.
    pub const fn format(&self) -> &'static str {
        self.format
    }

    /// The sheets in the order of the file; a separated text has one without a name. Chart sheets are left out.
    pub fn sheets(&self) -> Vec<SheetInfo> {
        match &self.kind {
            Format::Xlsx(book, _) => {
                let sheets = book.sheets_metadata().iter().filter(|s| s.typ == SheetType::WorkSheet);
                sheets
                    .map(|s| SheetInfo { name: s.name.clone(), hidden: s.visible != SheetVisible::Visible })
                    .collect()
            }
            Format::Csv(..) => vec![SheetInfo { name: String::new(), hidden: false }],
            Format::Whole(grids, _) => {
                grids.iter().map(|g| SheetInfo { name: g.name.clone(), hidden: g.hidden }).collect()
            }
        }
    }

    /// The names of the sheets; none for a separated text.
    pub fn sheet_names(&self) -> Vec<String> {
        self.sheets().into_iter().map(|s| s.name).filter(|n| !n.is_empty()).collect()
    }

    /// The encoding of a separated text.
    pub fn encoding(&self) -> Option<Encoding> {
        match &self.kind {
            Format::Csv(_, dialect) => Some(dialect.encoding()),
            _ => None,
        }
    }

    /// The workbook counts its days from 1904.
    pub fn is_1904(&self) -> bool {
        match &self.kind {
            Format::Xlsx(book, _) => book.has_1904_epoch(),
            Format::Whole(_, is_1904) => *is_1904,
            Format::Csv(..) => false,
        }
    }

    /// The sheets that may be read, by place: the one that is named, or those that people see, in their order; the
    /// hidden ones only when all are hidden.
    ///
    /// # Errors
    /// No sheet has this name.
    pub fn candidates(&self, named: Option<&str>) -> Result<Vec<usize>, SheetError> {
        let sheets = self.sheets();
        if let Some(name) = named {
            let found = sheets.iter().position(|s| s.name.trim() == name.trim());
            let all = || sheets.iter().map(|s| s.name.as_str()).collect::<Vec<_>>().join("、");
            return found.map(|i| vec![i]).ok_or_else(|| SheetError::NoSuchSheet(name.to_owned(), all()));
        }
        let seen: Vec<usize> = (0..sheets.len()).filter(|i| !sheets[*i].hidden).collect();
        Ok(if seen.is_empty() { (0..sheets.len()).collect() } else { seen })
    }

    /// The rows of the first sheet that people see, one at a time.
    ///
    /// # Errors
    /// There is no sheet, or it cannot be read.
    pub fn rows(&mut self) -> Result<Rows<'_, R>, SheetError> {
        let first = self.candidates(None)?.first().copied().ok_or(SheetError::NoSheet)?;
        self.rows_of(first)
    }

    /// The rows of a sheet, one at a time.
    ///
    /// # Errors
    /// There is no such sheet, or it cannot be read.
    pub fn rows_of(&mut self, sheet: usize) -> Result<Rows<'_, R>, SheetError> {
        let name = self.sheets().get(sheet).map(|s| s.name.clone()).ok_or(SheetError::NoSheet)?;
        let (inner, marks) = match &mut self.kind {
            Format::Xlsx(book, parts) => {
                let marks = parts.of_sheet(&name);
                let rows = xlsx::XlsxRows::sheet(book, &name, marks.may_pass_over_errors())?;
                let rows = rows.ok_or(SheetError::NoSheet)?;
                (Inner::Xlsx(Box::new(rows)), marks)
            }
            Format::Csv(reader, dialect) => {
                (Inner::Csv(Box::new(csv::CsvRows::new(reader, dialect, &self.limits)?)), Marks::default())
            }
            Format::Whole(grids, _) => {
                let grid = &grids[sheet];
                let mut marks = grid.marks.clone();
                marks.merged.sort_by_key(|m| m.rows.0);
                marks.hidden.sort_unstable();
                (Inner::Whole(grid.rows.iter()), marks)
            }
        };
        Ok(Rows { inner, limits: self.limits, seen: 0, failed: false, fill: Fill::new(marks) })
    }
}

/// The rows of a sheet in order; rows without any cell are left out. After an error nothing more comes.
pub struct Rows<'a, R: Read + Seek> {
    inner: Inner<'a, R>,
    limits: Limits,
    seen: u64,
    failed: bool,
    fill: Fill,
}

enum Inner<'a, R: Read + Seek> {
    Xlsx(Box<xlsx::XlsxRows<'a, BufReader<R>>>),
    Csv(Box<csv::CsvRows<'a, R>>),
    Whole(std::slice::Iter<'a, (u64, Vec<Cell<'static>>)>),
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
            Inner::Whole(rows) => Ok(rows.next().map(|(number, cells)| Row {
                number: *number,
                cells: cells.clone(),
                ..Row::default()
            })),
        };
        self.seen += 1;
        let next = match next {
            Ok(Some(_)) if self.seen > self.limits.rows => Err(SheetError::TooManyRows(self.limits.rows)),
            Ok(Some(mut row)) => {
                self.fill.row(&mut row, self.limits.columns);
                Ok(Some(row))
            }
            other => other,
        };
        self.failed = !matches!(next, Ok(Some(_)));
        next.transpose()
    }
}

/// Gives the value of a merged range to every cell of it, and an error to a formula without a result.
struct Fill {
    merged: VecDeque<Merge>,
    hidden: VecDeque<u32>,
    unsolved: VecDeque<(u32, u32, &'static str)>,
    padded: VecDeque<(u32, u32, String)>,
    active: Vec<(Merge, Cell<'static>)>,
}

/// Ranges that reach into one row at most.
const ACTIVE: usize = 4_096;

impl Fill {
    fn new(marks: Marks) -> Self {
        Self {
            merged: marks.merged.into(),
            hidden: marks.hidden.into(),
            unsolved: marks.unsolved.into(),
            padded: marks.padded.into(),
            active: Vec::new(),
        }
    }

    fn row(&mut self, row: &mut Row<'_>, columns: usize) {
        while self.hidden.front().is_some_and(|h| u64::from(*h) < row.number) {
            self.hidden.pop_front();
        }
        row.hidden = self.hidden.front().is_some_and(|h| u64::from(*h) == row.number);
        let Some(at) = row.number.checked_sub(1).and_then(|n| u32::try_from(n).ok()) else { return };
        while let Some((r, c, error)) = self.unsolved.pop_front_if(|u| u.0 <= at) {
            let c = c as usize;
            if r == at && c < columns {
                if c >= row.cells.len() {
                    row.cells.resize(c + 1, Cell::Empty);
                }
                if row.cells[c].is_empty() {
                    row.cells[c] = Cell::Error(error);
                }
            }
        }
        while let Some((r, c, shown)) = self.padded.pop_front_if(|p| p.0 <= at) {
            if let Some(cell) =
                row.cells.get_mut(c as usize).filter(|c| r == at && matches!(c, Cell::Number(_)))
            {
                *cell = Cell::Text(shown.into());
            }
        }
        self.active.retain(|(m, _)| m.rows.1 >= at);
        while self.merged.front().is_some_and(|m| m.rows.0 <= at) {
            let Some(m) = self.merged.pop_front() else { break };
            let first = row.cells.get(m.columns.0 as usize).filter(|c| !c.is_empty());
            if m.rows.0 == at
                && m.rows.1 >= at
                && self.active.len() < ACTIVE
                && let Some(first) = first
            {
                self.active.push((m, super::grid::owned(first.clone())));
            }
        }
        if self.active.is_empty() || row.cells.iter().all(Cell::is_empty) {
            return;
        }
        for (m, value) in &self.active {
            for c in m.columns.0 as usize..=(m.columns.1 as usize).min(columns.saturating_sub(1)) {
                if c >= row.cells.len() {
                    row.cells.resize(c + 1, Cell::Empty);
                }
                if row.cells[c].is_empty() {
                    row.cells[c] = value.clone();
                }
            }
        }
    }
}
