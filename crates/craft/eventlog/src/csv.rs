//! CSV in and out: the one reader of separated text ([`tabular::csv`]), unpacked, as the rows of a log.

use std::io::{self, Cursor, Read, Write};

use tabular::DateOrder;
use tabular::csv as records;
use tabular::text::{Encoding, Survey};
use tabular::told::Told;

use crate::columns::Mapping;
use crate::error::{Error, Limits, ProblemKind, Report};
use crate::log::{Log, Order, show};
use crate::source::unpack;
use crate::table::OF_CASE;
use crate::table::{RowIn, TableIntake};
use crate::when::{NO_TIME, write_time};

/// Bytes by which the encoding of a stream is decided.
const LOOKED: u64 = 1 << 20;

/// Reads the rows of a CSV one after the other; quotes may enclose separators and line breaks.
pub struct CsvReader<R: Read> {
    inner: records::CsvReader<io::Chain<Cursor<Vec<u8>>, R>>,
    record: records::Record,
    limits: Limits,
    /// What is wrong with the last row.
    pub odd: Option<ProblemKind>,
}

impl<R: Read> CsvReader<R> {
    /// Opens a source; without a separator it is guessed from the first lines.
    pub fn new(source: R, separator: Option<char>, limits: Limits) -> Result<Self, Error> {
        Self::with(source, separator, None, limits)
    }
    /// The same in an encoding that is told.
    pub fn with(
        mut source: R,
        separator: Option<char>,
        encoding: Option<Encoding>,
        limits: Limits,
    ) -> Result<Self, Error> {
        let mut head = Vec::new();
        (&mut source).take(LOOKED).read_to_end(&mut head)?;
        let survey = Survey::of(&head);
        let inner = records::CsvReader::new(
            Cursor::new(head).chain(source),
            &survey,
            encoding,
            separator,
            limits.token,
        );
        Ok(Self { inner: inner.map_err(told)?, record: records::Record::default(), limits, odd: None })
    }
    /// The separator in use.
    pub const fn separator(&self) -> char {
        self.inner.separator()
    }
    /// The encoding of the whole.
    pub const fn encoding(&self) -> Encoding {
        self.inner.encoding()
    }
    /// Line and byte at which the last row begins.
    pub const fn place(&self) -> (u64, u64) {
        (self.record.line, self.record.byte)
    }
    /// Lines and bytes read so far.
    pub const fn read_so_far(&self) -> (u64, u64) {
        self.inner.read_so_far()
    }

    /// The next row into `row`; `false` at the end. Empty lines are passed over.
    pub fn next_row(&mut self, row: &mut Vec<String>) -> Result<bool, Error> {
        std::mem::swap(&mut self.record.fields, row);
        let more = self.inner.next(&mut self.record).map_err(told)?;
        std::mem::swap(&mut self.record.fields, row);
        if !more {
            row.clear();
            return Ok(false);
        }
        self.odd = self.record.fault.map(|f| match f {
            records::Fault::Encoding => ProblemKind::Encoding,
            records::Fault::OpenQuote => ProblemKind::OpenQuote,
        });
        if self.inner.read_so_far().1 > self.limits.bytes {
            return Err(Error::TooLarge { what: "字节 / bytes", limit: self.limits.bytes });
        }
        Ok(true)
    }
}

fn told(e: records::Error) -> Error {
    match e {
        records::Error::Io(e) => e.into(),
        records::Error::TooLong { line } => Error::Broken {
            what: "一行过长，可能缺少右引号 / a line is too long, a quote may be open".into(),
            line,
        },
    }
}

/// Reads a CSV, gzipped or not. Without a mapping it is guessed; the mapping used is given back as a template.
pub fn read_csv<R: Read>(
    source: R,
    mapping: Option<&Mapping>,
    limits: Limits,
    order: Order,
) -> Result<(Log, Report, Mapping), Error> {
    read_csv_told(source, mapping, None, None, limits, order)
        .map(|(log, report, mapping, _)| (log, report, mapping))
}

/// The same with an encoding that was found in the whole, and with what there is to tell about the columns.
pub fn read_csv_told<R: Read>(
    source: R,
    mapping: Option<&Mapping>,
    encoding: Option<Encoding>,
    date_order: Option<DateOrder>,
    limits: Limits,
    order: Order,
) -> Result<(Log, Report, Mapping, Told), Error> {
    let told = mapping.and_then(|m| m.encoding.as_deref()).and_then(Encoding::read);
    let source = unpack(source, &limits)?;
    let mut csv = CsvReader::with(source, mapping.and_then(|m| m.separator), told.or(encoding), limits)?;
    let mut table = TableIntake::new(mapping, limits);
    table.told.format = "csv".to_owned();
    table.date_order = date_order;
    let mut row = Vec::new();
    while csv.next_row(&mut row)? {
        let (line, byte) = csv.place();
        table.push(RowIn { cells: std::mem::take(&mut row), line, byte, fault: csv.odd, hidden: false })?;
    }
    let (log, mut report, mut used, told) = table.finish(order)?;
    (report.lines, report.bytes) = csv.read_so_far();
    used.separator = Some(csv.separator());
    if csv.encoding() != Encoding::Utf8 {
        used.encoding = Some(csv.encoding().name().to_owned());
    }
    Ok((log, report, used, told))
}

/// Writes a log as CSV with the headers of XES: case, activity, resource, lifecycle, start, time, attributes of
/// cases (`case:…`) and of events. Nested attributes are named `parent/child`; of lists the last value is kept.
pub fn write_csv<W: Write>(log: &Log, out: &mut W) -> io::Result<()> {
    let mut line = String::from("case:concept:name,concept:name,org:resource,lifecycle:transition");
    if log.begin.is_some() {
        line.push_str(",start_timestamp");
    }
    line.push_str(",time:timestamp");
    let [cases, events] = attributes(log);
    for (_, name) in cases.iter().chain(&events) {
        field(&mut line, name);
    }
    line.push('\n');
    for c in 0..log.case_count() {
        for e in log.case(c) {
            quote(&mut line, log.case_name(c));
            field(&mut line, log.activities.get(log.activity[e]));
            field(&mut line, log.resources.get(log.resource[e]));
            field(&mut line, log.lifecycles.get(u32::from(log.lifecycle[e])));
            let time = |t: i64| if t == NO_TIME { String::new() } else { write_time(t) };
            if let Some(begin) = &log.begin {
                field(&mut line, &time(begin[e]));
            }
            field(&mut line, &time(log.time[e]));
            for (column, _) in &cases {
                field(&mut line, &column.get(log.case_row(c)).map(show).unwrap_or_default());
            }
            for (column, _) in &events {
                field(&mut line, &column.get(log.row(e)).map(show).unwrap_or_default());
            }
            line.push('\n');
            if line.len() > 64 << 10 {
                out.write_all(line.as_bytes())?;
                line.clear();
            }
        }
    }
    out.write_all(line.as_bytes())
}

/// The attributes of cases and of events, each with the name of its column in a table.
pub fn attributes(log: &Log) -> [Vec<(&crate::log::Column, String)>; 2] {
    let cases = log.case_columns.iter().map(|c| (c, format!("{OF_CASE}{}", path(&log.case_columns, c))));
    let events = log.event_columns.iter().map(|c| (c, path(&log.event_columns, c)));
    [cases.collect(), events.collect()]
}

fn path(columns: &[crate::log::Column], column: &crate::log::Column) -> String {
    match column.parent {
        Some(p) => format!("{}/{}", path(columns, &columns[p as usize]), column.key),
        None => column.key.clone(),
    }
}

fn field(line: &mut String, text: &str) {
    line.push(',');
    quote(line, text);
}

/// Fields that a spreadsheet would take for a formula are not changed: the file is for programs.
fn quote(line: &mut String, text: &str) {
    let special = text.contains([',', '"', '\n', '\r', ';', '\t', '|']) || text.trim() != text;
    if special {
        line.push('"');
        line.push_str(&text.replace('"', "\"\""));
        line.push('"');
    } else {
        line.push_str(text);
    }
}
