//! Tables in and out: rows of a CSV (or of a spreadsheet, given row by row) and which column means what.
//!
//! Knows headers, fields and a [`Mapping`], which can be saved as a template; nothing of spreadsheets' own
//! formats. Every column that the mapping does not use becomes an attribute of the events.

use std::io::{self, Read, Write};

use serde::{Deserialize, Serialize};

use crate::builder::Builder;
use crate::error::{Error, Limits, ProblemKind, Report};
use crate::log::{Kind, Log, Order, show};
use crate::source::{text, unpack};
use crate::when::{NO_TIME, read_time, write_time};

/// Which column means what (列对应): saved and used again as a template.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Mapping {
    /// Name of the case (办件编号).
    pub case: String,
    /// Activity (环节).
    pub activity: String,
    /// When it was finished (时间).
    pub time: Option<String>,
    /// When it was begun (开始时间).
    pub start: Option<String>,
    /// Who did it (经办人).
    pub resource: Option<String>,
    /// Lifecycle transition.
    pub lifecycle: Option<String>,
    /// Separator of a CSV; guessed when missing.
    pub separator: Option<char>,
    /// Encoding of a CSV (`gb18030`, `utf-8` …); found when missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encoding: Option<String>,
    /// Seconds east of UTC for times without a zone; Beijing when missing.
    pub offset_s: Option<i32>,
}

/// Headers by which a column is recognised, most telling first, in small letters without spaces and `_`.
const NAMES: [(&str, &[&str]); 6] = [
    (
        "case",
        &[
            "case:concept:name",
            "caseid",
            "case",
            "办件编号",
            "业务流水号",
            "流水号",
            "案件编号",
            "案件",
            "办件",
            "编号",
            "traceid",
            "applicationid",
            "processinstanceid",
            "ticketid",
        ],
    ),
    (
        "activity",
        &[
            "concept:name",
            "activity",
            "activityname",
            "环节",
            "环节名称",
            "活动",
            "步骤",
            "办理环节",
            "task",
            "event",
            "action",
            "状态",
            "status",
        ],
    ),
    ("start", &["starttimestamp", "starttime", "time:start", "开始时间", "接收时间", "收到时间", "start"]),
    (
        "time",
        &[
            "time:timestamp",
            "endtime",
            "endtimestamp",
            "completetimestamp",
            "timestamp",
            "结束时间",
            "完成时间",
            "办理时间",
            "操作时间",
            "时间",
            "end",
            "time",
            "datetime",
            "date",
            "日期",
        ],
    ),
    (
        "resource",
        &[
            "org:resource",
            "resource",
            "经办人",
            "办理人",
            "处理人",
            "操作人",
            "人员",
            "user",
            "performer",
            "agent",
        ],
    ),
    ("lifecycle", &["lifecycle:transition", "lifecycle", "transition", "生命周期"]),
];

fn plain_name(header: &str) -> String {
    header.trim().to_lowercase().chars().filter(|c| !matches!(c, ' ' | '_' | '-')).collect()
}

impl Mapping {
    /// Guesses from the headers and the first rows. What stays empty could not be guessed.
    pub fn guess(headers: &[String], rows: &[Vec<String>]) -> Self {
        let plain: Vec<String> = headers.iter().map(|h| plain_name(h)).collect();
        let by_name = |part: &str| {
            let names = NAMES.iter().find(|n| n.0 == part)?.1;
            let exact = names.iter().find_map(|n| plain.iter().position(|h| h == n));
            exact.map(|i| headers[i].clone())
        };
        let is_time = |i: usize| {
            let texts = rows.iter().filter_map(|r| r.get(i)).filter(|t| !t.trim().is_empty());
            let read: Vec<bool> = texts.map(|t| read_time(t.as_bytes(), 0).is_some()).collect();
            !read.is_empty() && read.iter().all(|&r| r)
        };
        let mut map = Self {
            case: by_name("case").unwrap_or_default(),
            activity: by_name("activity").unwrap_or_default(),
            time: by_name("time"),
            start: by_name("start"),
            resource: by_name("resource"),
            lifecycle: by_name("lifecycle"),
            ..Self::default()
        };
        if map.time.is_none() {
            let used = |h: &String| Some(h) == map.start.as_ref();
            map.time =
                (0..headers.len()).find(|&i| is_time(i) && !used(&headers[i])).map(|i| headers[i].clone());
        }
        // Only a start is known: then the event happens when it starts.
        if map.time.is_none() {
            map.time = map.start.take();
        }
        map
    }

    /// What the mapping lacks to be used, as the name of the field.
    pub fn missing(&self) -> Option<&'static str> {
        match (self.case.is_empty(), self.activity.is_empty(), self.time.is_none()) {
            (true, _, _) => Some("case"),
            (_, true, _) => Some("activity"),
            (_, _, true) => Some("time"),
            _ => None,
        }
    }
}

/// Reads the rows of a CSV one after the other; quotes may enclose separators and line breaks.
pub struct CsvReader<R> {
    source: R,
    buf: Vec<u8>,
    pos: usize,
    eof: bool,
    separator: u8,
    limits: Limits,
    gone: u64,
    line: u64,
    /// The last row had bytes that are not UTF-8, or ended inside of quotes.
    pub odd: Option<ProblemKind>,
}

impl<R: Read> CsvReader<R> {
    /// Opens a source; without a separator it is guessed from the first line.
    pub fn new(source: R, separator: Option<char>, limits: Limits) -> Result<Self, Error> {
        let mut reader = Self {
            source,
            buf: Vec::new(),
            pos: 0,
            eof: false,
            separator: separator.and_then(|c| u8::try_from(c).ok()).unwrap_or(b','),
            limits,
            gone: 0,
            line: 1,
            odd: None,
        };
        reader.fill()?;
        if reader.buf.starts_with(b"\xEF\xBB\xBF") {
            reader.pos = 3;
        }
        // The first line by which spreadsheets tell each other the separator.
        if let [b's', b'e', b'p', b'=', told, rest @ ..] = &reader.buf[reader.pos..]
            && let Some(n) = memchr::memchr(b'\n', rest).filter(|&n| n < 2)
        {
            reader.separator = *told;
            reader.pos += 5 + n + 1;
            reader.line = 2;
        } else if separator.is_none() {
            let first = reader.buf[reader.pos..].split(|&b| b == b'\n').next().unwrap_or_default();
            let count = |s: &u8| first.iter().filter(|b| *b == s).count();
            reader.separator = [b',', b';', b'\t', b'|'].into_iter().rev().max_by_key(count).unwrap_or(b',');
        }
        Ok(reader)
    }

    /// The separator in use.
    pub fn separator(&self) -> char {
        char::from(self.separator)
    }
    /// Line and byte at which the next row begins.
    pub fn place(&self) -> (u64, u64) {
        (self.line, self.gone + self.pos as u64)
    }

    fn fill(&mut self) -> Result<bool, Error> {
        if self.eof {
            return Ok(false);
        }
        self.buf.drain(..self.pos);
        self.gone += self.pos as u64;
        self.pos = 0;
        if self.buf.len() > self.limits.token {
            return Err(Error::TooLarge {
                what: "一行的字节 / bytes of a row",
                limit: self.limits.token as u64,
            });
        }
        let before = self.buf.len();
        (&mut self.source).take(256 << 10).read_to_end(&mut self.buf)?;
        self.eof = self.buf.len() == before;
        if self.gone + self.buf.len() as u64 > self.limits.bytes {
            return Err(Error::TooLarge { what: "字节 / bytes", limit: self.limits.bytes });
        }
        Ok(!self.eof)
    }

    /// The next row into `row`; `false` at the end. Empty lines are passed over.
    pub fn next_row(&mut self, row: &mut Vec<String>) -> Result<bool, Error> {
        loop {
            if self.pos == self.buf.len() && !self.fill()? {
                return Ok(false);
            }
            match self.scan(row) {
                Some(next) => {
                    let rows = &self.buf[self.pos..next];
                    self.line += memchr::memchr_iter(b'\n', rows).count() as u64;
                    self.pos = next;
                    if row.len() > 1 || row.first().is_some_and(|f| !f.is_empty()) {
                        return Ok(true);
                    }
                }
                None => {
                    self.fill()?;
                }
            }
        }
    }

    /// Scans one row; `None` when it does not end in the buffer and more may come.
    fn scan(&mut self, row: &mut Vec<String>) -> Option<usize> {
        row.clear();
        self.odd = None;
        let buf = &self.buf;
        let mut i = self.pos;
        let mut field = Vec::new();
        loop {
            field.clear();
            if buf.get(i) == Some(&b'"') {
                i += 1;
                loop {
                    match memchr::memchr(b'"', &buf[i.min(buf.len())..]) {
                        Some(n) => {
                            field.extend_from_slice(&buf[i..i + n]);
                            i += n + 1;
                            match buf.get(i) {
                                Some(b'"') => field.push(b'"'),
                                None if !self.eof => return None,
                                _ => break,
                            }
                            i += 1;
                        }
                        None if !self.eof => return None,
                        None => {
                            field.extend_from_slice(&buf[i.min(buf.len())..]);
                            self.odd = Some(ProblemKind::Truncated);
                            i = buf.len();
                            break;
                        }
                    }
                }
            }
            let rest = &buf[i.min(buf.len())..];
            let n = memchr::memchr2(self.separator, b'\n', rest);
            let n = n.or_else(|| self.eof.then_some(rest.len()))?;
            let ends = rest.get(n) != Some(&self.separator);
            let tail = &rest[..n];
            let tail = if ends { tail.strip_suffix(b"\r").unwrap_or(tail) } else { tail };
            field.extend_from_slice(tail);
            i += n + 1;
            row.push(match std::str::from_utf8(&field) {
                Ok(text) => text.to_owned(),
                Err(_) => {
                    self.odd = Some(ProblemKind::Encoding);
                    String::from_utf8_lossy(&field).into_owned()
                }
            });
            if ends {
                return Some(i.min(buf.len()));
            }
        }
    }
}

/// Builds a log from rows: the header first, then one row for each event, in any order of cases.
pub struct TableBuilder {
    headers: Vec<String>,
    parts: Parts,
    /// Rows by case; a log needs its cases together.
    cases: Vec<Vec<u32>>,
    names: crate::intern::Interner,
    cells: Vec<Vec<String>>,
    limits: Limits,
    offset_s: i32,
    places: Vec<(u64, u64)>,
    report: Report,
}

/// Before the name of an attribute of cases, as [`write_csv`] writes it.
const OF_CASE: &str = "case:";

struct Parts {
    case: usize,
    activity: usize,
    named: Vec<(usize, &'static str, Kind)>,
    others: Vec<usize>,
}

impl TableBuilder {
    /// Begins with the headers; fails when the mapping names a column that does not exist.
    pub fn new(headers: Vec<String>, mapping: &Mapping, limits: Limits) -> Result<Self, Error> {
        let find = |name: &str| {
            let found = headers.iter().position(|h| h.trim() == name.trim());
            found.ok_or_else(|| Error::NoColumn(name.to_owned()))
        };
        let (case, activity) = (find(&mapping.case)?, find(&mapping.activity)?);
        let mut named = vec![(activity, "concept:name", Kind::String)];
        for (column, key, kind) in [
            (&mapping.resource, "org:resource", Kind::String),
            (&mapping.lifecycle, "lifecycle:transition", Kind::String),
            (&mapping.start, "start_timestamp", Kind::Date),
            (&mapping.time, "time:timestamp", Kind::Date),
        ] {
            if let Some(name) = column {
                named.push((find(name)?, key, kind));
            }
        }
        let used = |i: &usize| *i == case || named.iter().any(|n| n.0 == *i);
        let others = (0..headers.len()).filter(|i| !used(i)).collect();
        Ok(Self {
            headers,
            parts: Parts { case, activity, named, others },
            cases: Vec::new(),
            names: crate::intern::Interner::default(),
            cells: Vec::new(),
            limits,
            offset_s: mapping.offset_s.unwrap_or(8 * 3600),
            places: Vec::new(),
            report: Report::default(),
        })
    }

    /// Adds a row; `line` and `byte` are for reports.
    pub fn row(&mut self, mut row: Vec<String>, line: u64, byte: u64) -> Result<(), Error> {
        if row.len() != self.headers.len() {
            let what = format!("{} / {}", row.len(), self.headers.len());
            self.report.add(ProblemKind::Fields, &what, line, byte);
            row.resize(self.headers.len(), String::new());
        }
        if self.cells.len() as u64 >= self.limits.events {
            return Err(Error::TooLarge { what: "事件 / events", limit: self.limits.events });
        }
        let name = row[self.parts.case].trim();
        if name.is_empty() {
            self.report.add(ProblemKind::CaseName, "", line, byte);
        }
        let limit = self.limits.text as u64;
        let id = self.names.intern(name).ok_or(Error::TooLarge { what: "文字 / text", limit })?;
        if id as usize == self.cases.len() {
            self.cases.push(Vec::new());
        }
        self.cases[id as usize].push(self.cells.len() as u32);
        self.cells.push(row);
        self.places.push((line, byte));
        Ok(())
    }

    /// The log, cases in the order of their first row, and the report.
    pub fn finish(self, order: Order) -> Result<(Log, Report), Error> {
        let mut builder = Builder::new(self.limits, self.offset_s);
        builder.report = self.report;
        builder.report.complete = true;
        let kinds = self.parts.others.iter().map(|&i| (i, column_kind(&self.cells, i)));
        let (of_case, kinds): (Vec<_>, Vec<_>) = kinds.partition(|k| self.headers[k.0].starts_with(OF_CASE));
        for (id, rows) in self.cases.iter().enumerate() {
            builder.begin_case();
            let name = self.names.get(id as u32).as_bytes();
            let first = self.places[rows[0] as usize];
            builder.literal(false, Kind::String, "concept:name", name, &|| first)?;
            for &(i, kind) in &of_case {
                // Of an attribute of the case the first row that states it counts.
                let stated = rows.iter().map(|&r| &self.cells[r as usize][i]).find(|t| !t.is_empty());
                if let Some(text) = stated {
                    let key = self.headers[i].trim_start_matches(OF_CASE);
                    builder.literal(false, kind, key, text.as_bytes(), &|| first)?;
                }
            }
            for &r in rows {
                let (row, place) = (&self.cells[r as usize], self.places[r as usize]);
                builder.begin_event()?;
                for &(i, key, kind) in &self.parts.named {
                    let cell = row[i].trim();
                    if !cell.is_empty() || i == self.parts.activity {
                        builder.literal(true, kind, key, cell.as_bytes(), &|| place)?;
                    }
                }
                for &(i, kind) in &kinds {
                    if !row[i].is_empty() {
                        builder.literal(true, kind, &self.headers[i], row[i].as_bytes(), &|| place)?;
                    }
                }
                builder.end_event(&|| place);
            }
            builder.end_case(&|| first);
        }
        Ok(builder.finish(order))
    }
}

/// The narrowest type that fits every filled cell of a column, looked at in up to 10,000 rows.
fn column_kind(cells: &[Vec<String>], i: usize) -> Kind {
    let mut filled = cells.iter().take(10_000).map(|r| r[i].trim()).filter(|t| !t.is_empty()).peekable();
    if filled.peek().is_none() {
        return Kind::String;
    }
    // Numbers with a leading zero are codes, not quantities.
    let number = |t: &str| !(t.len() > 1 && t.starts_with('0') && !t.starts_with("0."));
    let (mut int, mut float, mut date) = (true, true, true);
    for t in filled {
        int &= number(t) && t.len() < 16 && t.parse::<i64>().is_ok();
        float &= number(t) && t.len() < 16 && t.parse::<f64>().is_ok_and(f64::is_finite);
        date &= t.len() > 9 && !t.bytes().all(|b| b.is_ascii_digit()) && read_time(t.as_bytes(), 0).is_some();
    }
    match (int, float, date) {
        (true, _, _) => Kind::Int,
        (_, true, _) => Kind::Float,
        (_, _, true) => Kind::Date,
        _ => Kind::String,
    }
}

/// Reads a CSV, gzipped or not. Without a mapping it is guessed; the mapping used is given back as a template.
pub fn read_csv<R: Read>(
    source: R,
    mapping: Option<&Mapping>,
    limits: Limits,
    order: Order,
) -> Result<(Log, Report, Mapping), Error> {
    let told = mapping.and_then(|m| m.encoding.as_deref());
    let source = text(unpack(source, &limits)?, told)?;
    let mut csv = CsvReader::new(source, mapping.and_then(|m| m.separator), limits)?;
    let mut headers = Vec::new();
    if !csv.next_row(&mut headers)? {
        return Err(Error::NotThis { what: " CSV", line: 1 });
    }
    let mut first = Vec::new();
    let mut row = Vec::new();
    while mapping.is_none() && first.len() < 50 {
        let place = csv.place();
        if !csv.next_row(&mut row)? {
            break;
        }
        first.push((std::mem::take(&mut row), place, csv.odd));
    }
    let mut used = mapping.cloned().unwrap_or_else(|| {
        let rows: Vec<Vec<String>> = first.iter().map(|f| f.0.clone()).collect();
        Mapping::guess(&headers, &rows)
    });
    used.separator = Some(csv.separator());
    if let Some(field) = used.missing().filter(|&f| f != "time") {
        return Err(Error::Unmapped { field, columns: headers.join(" | ").chars().take(300).collect() });
    }
    let mut table = TableBuilder::new(headers, &used, limits)?;
    let mut text = 0;
    let mut add =
        |table: &mut TableBuilder, row: Vec<String>, place: (u64, u64), odd: Option<ProblemKind>| {
            text += row.iter().map(String::len).sum::<usize>();
            if text > limits.text {
                return Err(Error::TooLarge { what: "文字 / text", limit: limits.text as u64 });
            }
            if let Some(kind) = odd {
                table.report.add(kind, "", place.0, place.1);
            }
            table.row(row, place.0, place.1)
        };
    for (row, place, odd) in first {
        add(&mut table, row, place, odd)?;
    }
    loop {
        let place = csv.place();
        if !csv.next_row(&mut row)? {
            break;
        }
        let odd = csv.odd;
        add(&mut table, std::mem::take(&mut row), place, odd)?;
    }
    let (lines, bytes) = csv.place();
    let (log, mut report) = table.finish(order)?;
    (report.lines, report.bytes) = (lines - 1, bytes);
    report.complete = report.count(ProblemKind::Truncated) == 0;
    used.encoding = used.encoding.or_else(|| csv.source.encoding().map(str::to_lowercase));
    Ok((log, report, used))
}

/// Writes a log as CSV with the headers of XES: case, activity, resource, lifecycle, start, time, attributes of
/// cases (`case:…`) and of events. Nested attributes are named `parent/child`; of lists the last value is kept.
pub fn write_csv<W: Write>(log: &Log, out: &mut W) -> io::Result<()> {
    let mut line = String::from("case:concept:name,concept:name,org:resource,lifecycle:transition");
    if log.begin.is_some() {
        line.push_str(",start_timestamp");
    }
    line.push_str(",time:timestamp");
    let cases = log.case_columns.iter().map(|c| (c, format!("case:{}", path(&log.case_columns, c))));
    let events = log.event_columns.iter().map(|c| (c, path(&log.event_columns, c)));
    let (cases, events): (Vec<_>, Vec<_>) = (cases.collect(), events.collect());
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
