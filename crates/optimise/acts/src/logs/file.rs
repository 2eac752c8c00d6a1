//! 日志文件: XES, CSV, XLSX, Parquet, OCEL: one door for all, told apart by the first bytes.

use std::io::{BufReader, Read, Seek};

use eventlog::error::Limits;
use eventlog::ocel::Ocel;
use eventlog::{Log, Mapping, Order, ProblemKind, Report, XesOptions};
use eventlog::{RowIn, TableIntake};
use paper::sheet::{Book, Column, Kind, RowFault, SheetError, Table, Value, write_xlsx};
use tabular::DateOrder;
use tabular::kind::FileKind;
use tabular::text::{Encoding, Survey};
use tabular::told::{OtherSheet, Told};

/// Why a log file could not be read.
#[derive(Debug, thiserror::Error)]
pub enum LogFileError {
    /// The file could not be opened or read.
    #[error("读取失败，请检查文件 / the file could not be read: {0}")]
    Io(#[from] std::io::Error),
    /// The log itself.
    #[error(transparent)]
    Log(#[from] eventlog::Error),
    /// The spreadsheet.
    #[error(transparent)]
    Sheet(#[from] SheetError),
    /// Parquet or SQLite.
    #[error(transparent)]
    File(eventlog_files::FileError),
    /// A file of another kind: what it is, and what to do.
    #[error("{0} / {1}")]
    NotALog(&'static str, &'static str),
    /// The file has no objects.
    #[error(
        "不是对象日志（OCEL），不能写成 OCEL；请用 .xes .csv .xlsx 或 .parquet / not an object-centric log: write it as .xes .csv .xlsx or .parquet"
    )]
    NoObjects,
    /// The type of object does not exist.
    #[error("没有对象类型“{wanted}”；有：{known} / there is no object type {wanted:?}; there are: {known}")]
    ObjectType {
        /// the one asked for
        wanted: String,
        /// those that exist, with their numbers
        known: String,
    },
}

impl From<eventlog_files::FileError> for LogFileError {
    fn from(e: eventlog_files::FileError) -> Self {
        match e {
            eventlog_files::FileError::Log(e) => Self::Log(e),
            other => Self::File(other),
        }
    }
}

/// What a file is, by its first bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// XES, also packed
    Xes,
    /// CSV, also packed
    Csv,
    /// a workbook of any kind, or a web page saved as one
    Sheet,
    /// object-centric, JSON
    OcelJson,
    /// object-centric, XML
    OcelXml,
    /// object-centric, SQLite
    OcelSqlite,
    /// a table in columns
    Parquet,
}

impl Format {
    /// What people call it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Xes => "XES",
            Self::Csv => "csv",
            Self::Sheet => "xlsx",
            Self::OcelJson => "OCEL JSON",
            Self::OcelXml => "OCEL XML",
            Self::OcelSqlite => "OCEL SQLite",
            Self::Parquet => "Parquet",
        }
    }
}

/// How to read.
#[derive(Clone, Debug, Default)]
pub struct ReadOptions {
    /// order of events
    pub order: Order,
    /// which column means what; guessed when missing
    pub mapping: Option<Mapping>,
    /// of an object-centric log: the type whose objects are the cases; the one with the most events when missing
    pub object_type: Option<String>,
    /// of a workbook: the sheet; the first that people see and that has a header when missing
    pub sheet: Option<String>,
    /// which of day and month comes first where the year stands last; the column decides when missing
    pub date_order: Option<DateOrder>,
    /// bounds
    pub limits: Limits,
}

/// A log and how it was read.
#[derive(Clone, Debug)]
pub struct ReadLog {
    /// the log
    pub log: Log,
    /// what could not be kept as it was
    pub report: Report,
    /// of a table: which column meant what
    pub mapping: Option<Mapping>,
    /// what the file is
    pub format: Format,
    /// of an object-centric log: the type used, and all types with the number of their objects
    pub object_types: Vec<(String, usize)>,
    /// of a table: sheet, header, columns, rows that are no events
    pub told: Option<Told>,
}

/// The first bytes, unpacked when they are gzip.
fn head(source: &mut (impl Read + Seek), limits: &Limits) -> Result<Vec<u8>, LogFileError> {
    let mut bytes = Vec::new();
    // What breaks off in its first bytes is judged by what there is.
    let broken = eventlog::unpack(&mut *source, limits)?.take(4096).read_to_end(&mut bytes);
    source.rewind()?;
    match broken {
        Err(e) if bytes.is_empty() => Err(eventlog::Error::from(e).into()),
        _ => Ok(bytes),
    }
}

/// The letters of a beginning, also of one in UTF-16.
fn plain(head: &[u8]) -> String {
    String::from_utf8_lossy(head).chars().filter(|c| *c != '\0').collect()
}

fn format_of(head: &[u8]) -> Result<Format, LogFileError> {
    let kind = FileKind::of(head);
    Ok(match kind {
        FileKind::Zip | FileKind::Compound | FileKind::Xml2003 => Format::Sheet,
        FileKind::Html if plain(head).to_lowercase().contains("<table") => Format::Sheet,
        FileKind::Parquet => Format::Parquet,
        FileKind::Sqlite => Format::OcelSqlite,
        FileKind::Json => Format::OcelJson,
        FileKind::Xml => {
            if eventlog::ocel::is_ocel_xml(&plain(head)) {
                Format::OcelXml
            } else {
                Format::Xes
            }
        }
        FileKind::Text | FileKind::Empty | FileKind::Gzip => Format::Csv,
        FileKind::Html => {
            return Err(LogFileError::NotALog(
                "这是网页（HTML），不是日志文件；可能是登录页或下载失败，请重新导出",
                "a web page (HTML), not a log: perhaps a page to sign in or a failed download; export it again",
            ));
        }
        other => {
            let (zh, en) = other.said();
            return Err(LogFileError::NotALog(zh, en));
        }
    })
}

/// The whole file, unpacked when it is gzip.
fn whole(source: impl Read, limits: &Limits) -> Result<Vec<u8>, LogFileError> {
    let most = limits.bytes.min(WHOLE_MAX);
    let mut bytes = Vec::new();
    let read = eventlog::unpack(source, limits)?.take(most + 1).read_to_end(&mut bytes);
    read.map_err(eventlog::Error::from)?;
    if bytes.len() as u64 > most {
        return Err(eventlog::Error::TooLarge { what: "字节 / bytes", limit: most }.into());
    }
    Ok(bytes)
}

/// Bytes of a file that must be in memory to be read.
const WHOLE_MAX: u64 = 2 << 30;

fn object_centric(
    source: impl Read,
    format: Format,
    limits: &Limits,
) -> Result<(Ocel, Report), LogFileError> {
    Ok(match format {
        Format::OcelJson => eventlog::ocel::read_ocel_json(source, limits)?,
        Format::OcelXml => eventlog::ocel::read_ocel_xml(source, limits)?,
        Format::OcelSqlite => eventlog_files::read_ocel_sqlite(&whole(source, limits)?, limits)?,
        _ => return Err(LogFileError::NoObjects),
    })
}

/// Reads an object-centric log of any format as it is.
///
/// # Errors
/// As [`read_log`], and a log that has no objects.
pub fn read_objects<R: Read + Seek>(mut source: R, limits: &Limits) -> Result<(Ocel, Report), LogFileError> {
    let format = format_of(&head(&mut source, limits)?)?;
    object_centric(source, format, limits)
}

/// Reads a log of any format.
///
/// # Errors
/// Not a log, broken before its first event, or larger than the limits.
pub fn read_log<R: Read + Seek>(mut source: R, options: &ReadOptions) -> Result<ReadLog, LogFileError> {
    let format = format_of(&head(&mut source, &options.limits)?)?;
    let (mut mapping, mut object_types, mut told) = (None, Vec::new(), None);
    let given =
        options.mapping.clone().map(|m| Mapping { date_order: options.date_order.or(m.date_order), ..m });
    let (log, report) = match format {
        Format::Xes => {
            let xes = XesOptions { limits: options.limits, order: options.order, ..XesOptions::default() };
            eventlog::read_xes(source, &xes)?
        }
        Format::Csv => {
            let encoding = encoding_of(&mut source, &options.limits)?;
            let (log, report, used, said) = eventlog::csv::read_csv_told(
                source,
                given.as_ref(),
                encoding,
                options.date_order,
                options.limits,
                options.order,
            )?;
            (mapping, told) = (Some(used), Some(said));
            (log, report)
        }
        Format::Sheet => {
            let (log, report, used, said) = sheet(source, given.as_ref(), options)?;
            (mapping, told) = (Some(used), Some(said));
            (log, report)
        }
        Format::Parquet => {
            let bytes = whole(source, &options.limits)?;
            let (log, report, used) =
                eventlog_files::read_parquet(bytes, given.as_ref(), options.limits, options.order)?;
            mapping = Some(used);
            (log, report)
        }
        Format::OcelJson | Format::OcelXml | Format::OcelSqlite => {
            let (ocel, mut report) = object_centric(source, format, &options.limits)?;
            object_types = types(&ocel);
            let wanted = options.object_type.clone().or_else(|| object_types.first().map(|t| t.0.clone()));
            let wanted = wanted.unwrap_or_default();
            if !object_types.iter().any(|t| t.0 == wanted) {
                let known: Vec<String> = object_types.iter().map(|(t, n)| format!("{t} ({n})")).collect();
                return Err(LogFileError::ObjectType { wanted, known: known.join(", ") });
            }
            object_types.sort_by_key(|t| t.0 != wanted);
            let (log, flat) = ocel.flatten(&wanted, options.order)?;
            report.problems.extend(flat.problems);
            (log, report)
        }
    };
    Ok(ReadLog { log, report, mapping, format, object_types, told })
}

/// Types of objects, those touched by most events first, with the number of their objects.
fn types(ocel: &Ocel) -> Vec<(String, usize)> {
    use std::collections::HashMap;
    let of: HashMap<&str, &str> = ocel.objects.iter().map(|o| (o.id.as_str(), o.kind.as_str())).collect();
    let mut touched: HashMap<&str, usize> = HashMap::new();
    for r in ocel.events.iter().flat_map(|e| &e.relationships) {
        if let Some(kind) = of.get(r.object_id.as_str()) {
            *touched.entry(kind).or_default() += 1;
        }
    }
    let mut counts: HashMap<&str, usize> = HashMap::new();
    ocel.objects.iter().for_each(|o| *counts.entry(&o.kind).or_default() += 1);
    let mut all: Vec<(&str, usize)> = counts.into_iter().collect();
    all.sort_by_key(|(t, _)| (std::cmp::Reverse(touched.get(t).copied().unwrap_or(0)), *t));
    all.into_iter().map(|(t, n)| (t.to_owned(), n)).collect()
}

/// What a file is, by its beginning. Ends at the start.
///
/// # Errors
/// Not a log.
pub(super) fn format_at<R: Read + Seek>(source: &mut R) -> Result<Format, LogFileError> {
    source.rewind()?;
    format_of(&head(source, &Limits::default())?)
}

/// The first rows of a table, and where they stand.
#[derive(Debug, Default)]
pub struct FirstRows {
    /// the rows
    pub rows: Vec<Vec<String>>,
    /// what the file is
    pub format: String,
    /// the sheet
    pub sheet: Option<String>,
    /// the sheets that are not read
    pub others: Vec<OtherSheet>,
}

/// The first rows of a table, for somebody who must say which column means what.
///
/// # Errors
/// Not a table.
pub fn first_rows<R: Read + Seek>(source: R, most: usize) -> Result<Vec<Vec<String>>, LogFileError> {
    first_rows_of(source, None, most).map(|f| f.rows)
}

/// The same, of a sheet that may be named.
///
/// # Errors
/// Not a table; no such sheet.
pub fn first_rows_of<R: Read + Seek>(
    mut source: R,
    named: Option<&str>,
    most: usize,
) -> Result<FirstRows, LogFileError> {
    let limits = Limits { bytes: Limits::default().bytes, ..Limits::small() };
    let format = format_at(&mut source)?;
    let mut first = FirstRows { format: format.name().to_owned(), ..FirstRows::default() };
    if format == Format::Parquet {
        first.rows = eventlog_files::first_parquet_rows(whole(source, &limits)?, most)?;
    } else if format == Format::Sheet {
        let mut book = Book::open(BufReader::new(source), paper::sheet::Limits::default())?;
        let (sheet, others) = sheet_of(&mut book, named, None)?;
        book.format().clone_into(&mut first.format);
        first.sheet = book.sheets().get(sheet).map(|s| s.name.clone()).filter(|n| !n.is_empty());
        first.others = others;
        for row in book.rows_of(sheet)?.take(most) {
            first.rows.push(row?.cells.iter().map(|c| c.text().into_owned()).collect());
        }
    } else {
        // The beginning tells the encoding; the whole is asked when it is read.
        let mut csv = eventlog::CsvReader::new(eventlog::unpack(source, &limits)?, None, limits)?;
        let mut row = Vec::new();
        while first.rows.len() < most && csv.next_row(&mut row)? {
            first.rows.push(std::mem::take(&mut row));
        }
    }
    Ok(first)
}

use tabular::header::HEADER_WITHIN;

/// The encoding of a table, decided by the whole of it. Ends at the start.
fn encoding_of<R: Read + Seek>(source: &mut R, limits: &Limits) -> Result<Option<Encoding>, LogFileError> {
    let survey = Survey::all(&mut eventlog::unpack(&mut *source, limits)?);
    source.rewind()?;
    // What breaks off is told by the reader.
    Ok(survey.ok().map(|s| s.encoding()))
}

/// The sheet in which the header of a log stands: the one that is named, else the first that people see.
fn sheet_of<R: Read + Seek>(
    book: &mut Book<R>,
    named: Option<&str>,
    mapping: Option<&Mapping>,
) -> Result<(usize, Vec<OtherSheet>), LogFileError> {
    let sheets = book.sheets();
    let candidates = book.candidates(named)?;
    let first = candidates.first().copied().ok_or(SheetError::NoSheet)?;
    let mut found = Vec::new();
    for sheet in candidates {
        let mut rows = Vec::new();
        for row in book.rows_of(sheet)?.take(HEADER_WITHIN + 3) {
            rows.push(row?.cells.iter().map(|c| c.text().into_owned()).collect());
        }
        if let Some(header) = eventlog::columns::find_header(&rows, mapping) {
            let known = eventlog::columns::known(&header.names, mapping);
            found.push((sheet, (known, rows.len() > header.at + header.lines)));
        }
    }
    let which = tabular::header::which(&found.iter().map(|f| f.1).collect::<Vec<_>>());
    let sheet = which.map_or(first, |at| found[at].0);
    let others = sheets.iter().enumerate().filter(|(i, s)| *i != sheet && !s.name.is_empty());
    Ok((sheet, others.map(|(_, s)| OtherSheet { name: s.name.clone(), hidden: s.hidden }).collect()))
}

fn sheet<R: Read + Seek>(
    source: R,
    mapping: Option<&Mapping>,
    options: &ReadOptions,
) -> Result<(Log, Report, Mapping, Told), LogFileError> {
    let mut book = Book::open(BufReader::new(source), paper::sheet::Limits::default())?;
    let (sheet, others) = sheet_of(&mut book, options.sheet.as_deref(), mapping)?;
    let mut table = TableIntake::new(mapping, options.limits);
    table.is_1904 = book.is_1904();
    table.date_order = options.date_order;
    table.told.format = book.format().to_owned();
    table.told.sheet = book.sheets().get(sheet).map(|s| s.name.clone()).filter(|n| !n.is_empty());
    table.told.sheets_other = others;
    for row in book.rows_of(sheet)? {
        let row = row?;
        let fault = row.fault.map(|f| match f {
            RowFault::Encoding => ProblemKind::Encoding,
            RowFault::OpenQuote => ProblemKind::OpenQuote,
        });
        let cells = row.cells.iter().map(|c| c.text().into_owned()).collect();
        table.push(RowIn { cells, line: row.number, byte: 0, fault, hidden: row.hidden })?;
    }
    Ok(table.finish(options.order)?)
}

/// Rows that one spreadsheet holds.
const ROWS_MAX: usize = 1_048_000;

/// Columns that one spreadsheet holds.
const COLUMNS_MAX: usize = 16_384;

/// A log as a spreadsheet: the standard columns, the life cycle where there is one, then the attributes of cases (`case:…`) and of
/// events. It reads back as the same log.
///
/// # Errors
/// More events or attributes than a spreadsheet has rows or columns, or it could not be written.
pub fn write_sheet(log: &Log, name: &str) -> Result<Vec<u8>, LogFileError> {
    if log.event_count() > ROWS_MAX {
        let what = "表格的行 / rows of a spreadsheet";
        return Err(eventlog::Error::TooLarge { what, limit: ROWS_MAX as u64 }.into());
    }
    let text = |name: &str, width| Column { name: name.to_owned(), kind: Kind::Text, width };
    let time = |name: &str| Column { name: name.to_owned(), kind: Kind::DateTime, width: 20.0 };
    let mut columns = vec![text("办件编号", 20.0), text("环节", 30.0), text("经办人", 16.0)];
    let phases = log.lifecycle().iter().any(|l| *l != Log::NO_LIFECYCLE);
    if phases {
        columns.push(text("生命周期", 12.0));
    }
    if log.begin().is_some() {
        columns.push(time("开始时间"));
    }
    columns.push(time("结束时间"));
    let own = columns.len();
    let [cases, events] = eventlog::csv::attributes(log);
    let (of_case, of_event) = (cases, events);
    if own + of_case.len() + of_event.len() > COLUMNS_MAX {
        let what = "表格的列 / columns of a spreadsheet";
        return Err(eventlog::Error::TooLarge { what, limit: COLUMNS_MAX as u64 }.into());
    }
    // An attribute that is called like one of the columns before it would be taken for it.
    let taken = |name: &str| {
        let alone = [name.to_owned()];
        eventlog::columns::known(&alone, None) > 0
    };
    columns.extend(
        of_case
            .iter()
            .chain(&of_event)
            .map(|(_, name)| text(&if taken(name) { format!("属性 {name}") } else { name.clone() }, 16.0)),
    );
    let title = format!("{name}：{} 件 {} 条", log.case_count(), log.event_count());
    let table = Table { sheet: "日志".to_owned(), title, columns };
    let moment = |us: i64| {
        if us == eventlog::when::NO_TIME { Value::Empty } else { Value::Moment(kernel::Moment::from_us(us)) }
    };
    let (of_case, of_event, moment) = (&of_case, &of_event, &moment);
    let rows = (0..log.case_count()).flat_map(|c| {
        log.case(c).map(move |e| {
            let mut row = vec![
                Value::Text(log.case_name(c).to_owned()),
                Value::Text(log.activities.get(log.activity()[e]).to_owned()),
                Value::Text(log.resources.get(log.resource()[e]).to_owned()),
            ];
            if phases {
                row.push(Value::Text(log.lifecycles.get(u32::from(log.lifecycle()[e])).to_owned()));
            }
            row.extend(log.begin().map(|b| moment(b[e])));
            row.push(moment(log.time()[e]));
            let shown = |v: Option<eventlog::log::Value<'_>>| {
                v.map_or(Value::Empty, |v| Value::Text(eventlog::log::show(v)))
            };
            row.extend(of_case.iter().map(|(column, _)| shown(column.get(log.case_row(c)))));
            row.extend(of_event.iter().map(|(c, _)| shown(c.get(log.row(e)))));
            row
        })
    });
    Ok(write_xlsx(&table, rows)?)
}
