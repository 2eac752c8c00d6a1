//! Tables as logs: rows, whatever file they stand in, become cases and events.
//!
//! Knows rows of text and a [`Mapping`]; nothing of the files they come from. Titles above the header and rows
//! below the records are told from events. Every column that the mapping does not use becomes an attribute of the
//! events.

use tabular::aside;
use tabular::beside::{self, Joined};
use tabular::header;
use tabular::told::{ColumnUsed, Told, Unknown, ValueUnknown};
use tabular::when::{self, BEIJING_S, DateOrder, Evidence};

use crate::builder::Builder;
use crate::columns::{Mapping, find_header};
use crate::error::{Error, Limits, ProblemKind, Report};
use crate::intern::Interner;
use crate::log::{Kind, Log, Order};
use crate::when::read_time;

/// A row of a table.
#[derive(Clone, Debug, Default)]
pub struct RowIn {
    /// Its cells.
    pub cells: Vec<String>,
    /// Its line, or its number in a workbook.
    pub line: u64,
    /// Its byte; nought in a workbook.
    pub byte: u64,
    /// What is wrong with it.
    pub fault: Option<ProblemKind>,
    /// It is hidden in the file.
    pub hidden: bool,
}

/// Rows by which header and columns are told.
const LOOKED: usize = 120;

/// Takes the rows of a table in, finds the header, sets aside what is no event, and builds the log.
pub struct TableIntake<'m> {
    mapping: Option<&'m Mapping>,
    limits: Limits,
    first: Vec<RowIn>,
    table: Option<TableBuilder>,
    used: Mapping,
    names: Vec<String>,
    again: aside::Again,
    /// The workbook counts its days from 1904.
    pub is_1904: bool,
    /// Which of day and month comes first, as a person says.
    pub date_order: Option<DateOrder>,
    /// What there is to tell.
    pub told: Told,
}

impl<'m> TableIntake<'m> {
    /// Begins; without a mapping it is guessed.
    pub fn new(mapping: Option<&'m Mapping>, limits: Limits) -> Self {
        Self {
            mapping,
            limits,
            first: Vec::new(),
            table: None,
            used: Mapping::default(),
            names: Vec::new(),
            again: aside::Again::default(),
            is_1904: false,
            date_order: None,
            told: Told::default(),
        }
    }

    /// The next row.
    pub fn push(&mut self, mut row: RowIn) -> Result<(), Error> {
        for cell in &mut row.cells {
            let plain = tabular::value::unguarded(cell);
            if plain.len() < cell.trim().len() {
                *cell = plain.into_owned();
            }
        }
        if self.table.is_some() {
            return self.feed(row);
        }
        self.first.push(row);
        if self.first.len() >= LOOKED { self.begin() } else { Ok(()) }
    }

    /// Finds the header among the first rows, and what the columns mean.
    fn begin(&mut self) -> Result<(), Error> {
        let first = std::mem::take(&mut self.first);
        let texts: Vec<Vec<String>> = first.iter().map(|r| r.cells.clone()).collect();
        let Some(found) = find_header(&texts, self.mapping) else {
            return Err(unmapped(&texts, self.mapping));
        };
        let (at, end) = (found.at, found.at + found.lines);
        // The names of all columns that have any cell, each once.
        let width = first[at..].iter().map(|r| r.cells.len()).max().unwrap_or(0);
        let own = first[at..end].iter().map(|r| r.cells.len()).max().unwrap_or(0);
        let mut names = found.names;
        names.resize(own.max(names.len()), String::new());
        if first[0].byte == 0 && self.told.format != "csv" {
            names.resize(width.max(names.len()), String::new());
        }
        let headers = header::unique(&names);
        let rows: Vec<Vec<String>> =
            texts[end..].iter().filter(|r| aside::why(r, headers.len()).is_none()).cloned().collect();
        self.used = match self.mapping {
            Some(given) => given.clone().with_clock(&headers, &rows),
            None => Mapping::guess(&headers, &rows),
        };
        if let Some(field) = self.used.missing().filter(|f| *f != "time") {
            return Err(Error::Unmapped { field, columns: headers.join(" | ").chars().take(300).collect() });
        }
        self.told.header_rows = first[at..end].iter().map(|r| r.line).collect();
        self.told.columns_used = used_columns(&self.used, &headers);
        self.told.left.header.clone_from(&headers);
        "未收".clone_into(&mut self.told.left.sheet);
        self.again = aside::Again::new(&names);
        // `A,B,C` below the header is the first event of a case that goes on, not the numbers of the columns.
        let case = headers.iter().position(|h| h.trim() == self.used.case.trim()).unwrap_or(0);
        let of = |r: &Vec<String>| r.get(case).map(|c| c.trim().to_owned()).filter(|c| !c.is_empty());
        let goes_on =
            |first: &Vec<String>| texts[end + 1..].iter().any(|r| of(r).is_some() && of(r) == of(first));
        if texts.get(end).is_some_and(goes_on) {
            self.again.took();
        }
        self.names = names;
        for i in aside::above(&texts[..at], self.names.len()) {
            self.told.aside(first[i].line, aside::ABOVE);
        }
        let mut table = TableBuilder::new(headers, &self.used, self.limits)?;
        table.is_1904 = self.is_1904;
        table.date_order = self.date_order.or(table.date_order);
        self.table = Some(table);
        for row in first.into_iter().skip(end) {
            self.feed(row)?;
        }
        Ok(())
    }

    fn feed(&mut self, mut row: RowIn) -> Result<(), Error> {
        let Some(table) = &mut self.table else { return Ok(()) };
        if row.cells.iter().all(|c| c.trim().is_empty()) {
            return Ok(());
        }
        self.told.hidden_rows += u64::from(row.hidden);
        if self.again.is_apart() || row.cells.first().is_some_and(|c| c.len() <= 200) {
            if let Some(why) = self.again.aside(row.line, &row.cells) {
                self.told.aside(row.line, why);
                return Ok(());
            }
        } else {
            self.again.took();
        }
        // Fields beyond the header would be lost, and those before them may have moved.
        let beyond = row.cells.get(self.names.len()..).unwrap_or_default();
        if self.told.format == "csv" && beyond.iter().any(|c| !c.trim().is_empty()) {
            let what = format!("{} / {}", row.cells.len(), self.names.len());
            table.report.add(ProblemKind::Fields, &what, row.line, row.byte);
            let n = row.cells.len() - self.names.len();
            let why = format!(
                "比表头多出 {n} 个字段，可能是内容里有分隔符而没有加引号，未收；请补上引号 / {n} fields more than the header: a separator inside of a text may lack its quotes: set aside"
            );
            self.told.leave(row.line, why, row.cells);
            return Ok(());
        }
        if let Some(kind) = row.fault {
            table.report.add(kind, "", row.line, row.byte);
            let (zh, en) = match kind {
                ProblemKind::Encoding => {
                    ("这一行有乱码（字被截断或编码不同）", "bytes of this row are no text")
                }
                _ => ("这一行有没闭合的引号", "a quote in this row is not closed"),
            };
            self.told.leave(row.line, format!("{zh}，未收 / {en}: set aside"), row.cells);
            return Ok(());
        }
        if let Some((i, e)) = table.error_in(&row.cells) {
            let name = &table.headers[i];
            let why =
                format!("“{name}”里是错误值 {e}，请改正后再导入 / {name:?} holds the error {e}: correct it");
            self.told.leave(row.line, why, row.cells);
            return Ok(());
        }
        if let Some(why) = table.no_event(&row.cells) {
            self.told.leave(row.line, why, row.cells);
            return Ok(());
        }
        // A spreadsheet leaves out the empty cells at the end of a row.
        if self.told.format != "csv" && row.cells.len() < self.names.len() {
            row.cells.resize(self.names.len(), String::new());
        }
        table.row(row.cells, row.line, row.byte)
    }

    /// The log, the report, the mapping that was used, and what there is to tell.
    pub fn finish(mut self, order: Order) -> Result<(Log, Report, Mapping, Told), Error> {
        if self.table.is_none() {
            if self.first.is_empty() {
                return Err(Error::NotThis { what: " CSV", line: 1 });
            }
            self.begin()?;
        }
        let Some(table) = self.table else { return Err(Error::NotThis { what: " CSV", line: 1 }) };
        let (log, report, said, clockless) = table.build(order)?;
        self.told.date_order = said;
        self.told.values_unknown = unknown(&log, &report, &self.used);
        self.told.values_unknown.extend(clockless.list());
        Ok((log, report, self.used, self.told))
    }
}

/// Times that are none and transitions that nobody knows, with what was done.
fn unknown(log: &Log, report: &Report, used: &Mapping) -> Vec<ValueUnknown> {
    let value = |column: &Option<String>, value: &str, count, taken_as: &str| ValueUnknown {
        column: column.clone().unwrap_or_default(),
        value: tabular::value::sample(value),
        count,
        taken_as: taken_as.to_owned(),
    };
    let no_time = "当作没有时间 / taken as no time";
    let times = report.problems.iter().filter(|p| p.kind == ProblemKind::BadTime);
    // The reader names the attribute before the value; people know it by its column.
    let of = |what: &str| match what.split_once(": ") {
        Some(("start_timestamp", text)) => (&used.start, text.to_owned()),
        Some(("time:timestamp", text)) => (&used.time, text.to_owned()),
        _ => (&used.time, what.to_owned()),
    };
    let bad_time = |p: &crate::error::Problem| {
        let (column, text) = of(&p.what);
        value(column, &text, p.count, no_time)
    };
    let mut all: Vec<ValueUnknown> = times.map(bad_time).collect();
    for (n, text) in log.lifecycles.iter().enumerate().filter(|(_, t)| !crate::lifecycle::is_known(t)) {
        let count = log.lifecycle().iter().filter(|l| usize::from(**l) == n).count() as u64;
        let taken = "看不出是开始还是完成，当作中间记录 / neither a beginning nor an end: taken as a record in between";
        all.push(value(&used.lifecycle, text, count, taken));
    }
    all
}

fn unmapped(rows: &[Vec<String>], mapping: Option<&Mapping>) -> Error {
    if let Some(m) = mapping {
        return Error::NoColumn(m.case.clone());
    }
    // The first of the fullest rows: those below it are records.
    let filled = |r: &&Vec<String>| r.iter().filter(|c| !c.trim().is_empty()).count();
    let header = rows.iter().take(header::HEADER_WITHIN).rev().max_by_key(filled);
    let columns = header.map(|r| r.join(" | ")).unwrap_or_default().chars().take(300).collect();
    let guess = header.map(|h| Mapping::guess(h, &[]));
    Error::Unmapped {
        field: guess.and_then(|g| g.missing()).filter(|f| *f != "time").unwrap_or("case"),
        columns,
    }
}

fn used_columns(used: &Mapping, headers: &[String]) -> Vec<ColumnUsed> {
    let named = [
        (Some(&used.case), "case"),
        (Some(&used.activity), "activity"),
        (used.time.as_ref(), "time"),
        (used.clock.as_ref(), "clock"),
        (used.start.as_ref(), "start"),
        (used.start_clock.as_ref(), "start_clock"),
        (used.resource.as_ref(), "resource"),
        (used.lifecycle.as_ref(), "lifecycle"),
    ];
    let field = |h: &String| {
        named.iter().find(|n| n.0.is_some_and(|n| n.trim() == h.trim())).map_or("attribute", |n| n.1)
    };
    headers.iter().map(|h| ColumnUsed { name: h.clone(), field: field(h).to_owned() }).collect()
}

/// The cells of a table (格), each different text once: a log repeats its steps, people and days.
#[derive(Default)]
struct Cells {
    texts: Interner,
    /// Row by row.
    ids: Vec<u32>,
    width: usize,
}

impl Cells {
    fn rows(&self) -> usize {
        self.ids.len() / self.width.max(1)
    }
    fn id(&self, row: usize, column: usize) -> u32 {
        self.ids[row * self.width + column]
    }
    fn get(&self, row: usize, column: usize) -> &str {
        self.texts.get(self.id(row, column))
    }
    /// Adds a row of the width of the table; none where there is no room for its texts.
    fn push(&mut self, row: &[String]) -> Option<()> {
        for text in row {
            let id = self.texts.intern(text)?;
            self.ids.push(id);
        }
        Some(())
    }
}

/// Builds a log from rows: the header first, then one row for each event, in any order of cases.
pub struct TableBuilder {
    headers: Vec<String>,
    parts: Parts,
    /// Rows by case; a log needs its cases together.
    cases: Vec<Vec<u32>>,
    names: Interner,
    cells: Cells,
    limits: Limits,
    offset_s: i32,
    /// The workbook counts its days from 1904.
    pub is_1904: bool,
    date_order: Option<DateOrder>,
    /// The columns of days, each with the one that has its times of day.
    clocks: Vec<(usize, usize)>,
    places: Vec<(u64, u64)>,
    report: Report,
    /// How day and month were told apart.
    order_said: Option<String>,
    /// Times of which only the day is known.
    clockless: Unknown,
}

/// What becomes of them.
const CLOCKLESS: &str = "没有可读的时刻，只按日期算，排在同件同日的前一步之后 / no time of day: only the day counts, behind the step before it on that day";
const DAY_US: i64 = 86_400_000_000;

/// Before the name of an attribute of cases, as [`write_csv`] writes it.
pub(crate) const OF_CASE: &str = "case:";

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
        let mut clocks = Vec::new();
        for (days, clock) in [(&mapping.time, &mapping.clock), (&mapping.start, &mapping.start_clock)] {
            if let (Some(days), Some(clock)) = (days, clock) {
                clocks.push((find(days)?, find(clock)?));
            }
        }
        let used =
            |i: &usize| *i == case || named.iter().any(|n| n.0 == *i) || clocks.iter().any(|c| c.1 == *i);
        let others = (0..headers.len()).filter(|i| !used(i)).collect();
        let cells = Cells { width: headers.len(), ..Cells::default() };
        Ok(Self {
            headers,
            parts: Parts { case, activity, named, others },
            cases: Vec::new(),
            names: Interner::default(),
            cells,
            limits,
            offset_s: mapping.offset_s.unwrap_or(BEIJING_S),
            is_1904: false,
            date_order: mapping.date_order,
            clocks,
            places: Vec::new(),
            report: Report::default(),
            order_said: None,
            clockless: Unknown::default(),
        })
    }

    /// Why a row is no event; none when it is one.
    fn no_event(&self, row: &[String]) -> Option<&'static str> {
        let empty = |i: usize| row.get(i).is_none_or(|c| c.trim().is_empty());
        let times = self.parts.named.iter().filter(|n| n.2 == Kind::Date);
        if empty(self.parts.case) {
            Some(
                "没有办件编号，未收；如原表是合并单元格，请直接导入原表，或填满后再导入 / no name of a case: set aside; of a sheet with merged cells import the sheet itself, or fill them in",
            )
        } else if row.get(self.parts.case).is_some_and(|c| tabular::value::is_spoiled_number(c)) {
            Some(
                "办件编号是被表格软件改坏的长数字，分不清是哪一件，未收；请把编号列设为文本后重新导出 / the name of the case is a long number spoiled by a spreadsheet: set aside; format the column as text and export it again",
            )
        } else if empty(self.parts.activity) && times.clone().all(|t| empty(t.0)) {
            Some("没有环节也没有时间，未收 / neither activity nor time: set aside")
        } else {
            None
        }
    }

    /// An error value where the log needs a value: its column and what stands there.
    fn error_in(&self, row: &[String]) -> Option<(usize, &'static str)> {
        let named = self.parts.named.iter().map(|n| n.0);
        let mut needed = [self.parts.case].into_iter().chain(named);
        needed.find_map(|i| Some((i, tabular::value::error(row.get(i)?)?)))
    }

    /// Adds a row; `line` and `byte` are for reports.
    pub fn row(&mut self, mut row: Vec<String>, line: u64, byte: u64) -> Result<(), Error> {
        if row.len() != self.headers.len() {
            let what = format!("{} / {}", row.len(), self.headers.len());
            self.report.add(ProblemKind::Fields, &what, line, byte);
            row.resize(self.headers.len(), String::new());
        }
        if self.cells.rows() as u64 >= self.limits.events {
            return Err(Error::TooLarge { what: "事件 / events", limit: self.limits.events });
        }
        if row[self.parts.activity].trim().is_empty() {
            self.report.add(ProblemKind::NoActivity, "", line, byte);
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
        self.cases[id as usize].push(self.cells.rows() as u32);
        // Four bytes a cell and its text once: together at most three times what texts may take.
        let room = self.cells.push(&row).is_some()
            && self.cells.texts.text_bytes() <= self.limits.text
            && self.cells.ids.len() / 2 <= self.limits.text;
        self.places.push((line, byte));
        if room { Ok(()) } else { Err(Error::TooLarge { what: "文字 / text", limit }) }
    }

    /// Writes the times that one cell alone does not say as those that all can be read: day and month by what the
    /// whole column shows, the time of day from the column beside, days counted from 1904.
    fn settle_times(&mut self) -> Result<(), Error> {
        let times: Vec<usize> = self.parts.named.iter().filter(|n| n.2 == Kind::Date).map(|n| n.0).collect();
        for i in times {
            let mut seen = Evidence::default();
            let mut met = hashbrown::HashSet::new();
            for (row, place) in self.places.iter().enumerate() {
                if met.insert(self.cells.id(row, i)) {
                    seen.see(self.cells.get(row, i), place.0);
                }
            }
            let clock = self.clocks.iter().find(|c| c.0 == i).map(|c| c.1);
            if !seen.any() && clock.is_none() && !self.is_1904 {
                continue;
            }
            let decided = seen
                .decide(&self.headers[i], self.date_order)
                .map_err(|(zh, en)| Error::DateOrder { zh, en })?;
            let order = decided.as_ref().map(|d| d.0).or(self.date_order);
            self.order_said = decided.map(|d| d.1).or(self.order_said.take());
            // What a text is written as is found once.
            let mut settled: hashbrown::HashMap<(u32, u32), (u32, bool)> = hashbrown::HashMap::new();
            let mut clockless = Vec::new();
            for row in 0..self.cells.rows() {
                let key = (self.cells.id(row, i), clock.map_or(u32::MAX, |c| self.cells.id(row, c)));
                let (id, no_clock) = match settled.get(&key) {
                    Some(known) => *known,
                    None => {
                        let beside = clock.map(|c| self.cells.get(row, c).trim());
                        let limit = self.limits.text as u64;
                        let full = Error::TooLarge { what: "文字 / text", limit };
                        let known = match self.settled(self.cells.get(row, i), beside, order) {
                            Some((text, no_clock)) => (self.cells.texts.intern(&text).ok_or(full)?, no_clock),
                            None => (key.0, false),
                        };
                        settled.insert(key, known);
                        known
                    }
                };
                self.cells.ids[row * self.cells.width + i] = id;
                if let Some(clock) = clock.filter(|_| no_clock) {
                    clockless.push(row as u32);
                    let text = self.cells.get(row, clock).trim();
                    let shown = if when::is_blank_word(text) { "空" } else { text };
                    self.clockless.add(&self.headers[clock], shown, CLOCKLESS);
                }
            }
            self.place_clockless(i, &clockless);
        }
        Ok(())
    }

    /// An event of which only the day is known stands where the file has it: behind the one before it of the same case and day,
    /// not at midnight before all others.
    fn place_clockless(&mut self, column: usize, rows: &[u32]) {
        if rows.is_empty() {
            return;
        }
        let missing: hashbrown::HashSet<u32> = rows.iter().copied().collect();
        let time =
            |cells: &Cells, row: u32| read_time(cells.get(row as usize, column).as_bytes(), 0).map(|t| t.us);
        for case in &self.cases {
            if !case.iter().any(|r| missing.contains(r)) {
                continue;
            }
            let timed =
                || case.iter().filter(|r| !missing.contains(*r)).filter_map(|r| time(&self.cells, *r));
            // A file may have the newest first.
            let newest_first = timed().next() > timed().next_back();
            let mut order = case.clone();
            if newest_first {
                order.reverse();
            }
            let mut before: Option<(u32, i64)> = None;
            for row in order {
                let Some(own) = time(&self.cells, row) else { continue };
                if !missing.contains(&row) {
                    before = Some((row, own));
                } else if let Some((known, _)) = before.filter(|b| (0..DAY_US).contains(&(b.1 - own))) {
                    let width = self.cells.width;
                    self.cells.ids[row as usize * width + column] = self.cells.id(known as usize, column);
                }
            }
        }
    }

    /// A time as one that every reader understands, where its cell alone does not say it; and whether it has only its day where a
    /// clock should stand beside it.
    fn settled(&self, text: &str, clock: Option<&str>, order: Option<DateOrder>) -> Option<(String, bool)> {
        let text = text.trim();
        let serial = || text.parse::<f64>().ok().filter(|_| self.is_1904);
        let us = match serial().and_then(|n| when::serial_wall_s(n, true)) {
            Some(wall) => (wall - i64::from(self.offset_s)) * 1_000_000,
            None => match when::read(text, self.offset_s, order) {
                when::Reading::Time { us, .. } => us,
                _ => return None,
            },
        };
        let joined = match clock.filter(|_| when::is_date_only(text)) {
            Some(clock) => beside::with_clock(us, clock, self.offset_s),
            None => Joined::At(us),
        };
        let writes = clock.is_some()
            || self.is_1904
            || !text.as_bytes().get(..4).is_some_and(|y| y.iter().all(u8::is_ascii_digit));
        let (us, no_clock) = match joined {
            Joined::At(us) => (us, false),
            Joined::NoClock(us) | Joined::BadClock(us) => (us, true),
        };
        writes.then(|| (crate::when::write_time(us), no_clock))
    }

    /// The log, cases in the order of their first row, and the report.
    pub fn finish(self, order: Order) -> Result<(Log, Report), Error> {
        self.build(order).map(|(log, report, ..)| (log, report))
    }

    /// The same, with how day and month were told apart and the times of which only the day is known.
    fn build(mut self, order: Order) -> Result<(Log, Report, Option<String>, Unknown), Error> {
        self.settle_times()?;
        let mut builder = Builder::new(self.limits, self.offset_s);
        builder.report = self.report;
        builder.report.complete = true;
        let kinds = self.parts.others.iter().map(|&i| (i, column_kind(&self.cells, i, &self.headers[i])));
        let (of_case, kinds): (Vec<_>, Vec<_>) = kinds.partition(|k| self.headers[k.0].starts_with(OF_CASE));
        for (id, rows) in self.cases.iter().enumerate() {
            builder.begin_case();
            let name = self.names.get(id as u32).as_bytes();
            let first = self.places[rows[0] as usize];
            builder.literal(false, Kind::String, "concept:name", name, &|| first)?;
            for &(i, kind) in &of_case {
                // Of an attribute of the case the first row that states it counts.
                let stated = rows.iter().map(|&r| self.cells.get(r as usize, i)).find(|t| !t.is_empty());
                if let Some(text) = stated {
                    let key = self.headers[i].trim_start_matches(OF_CASE);
                    builder.literal(false, kind, key, text.as_bytes(), &|| first)?;
                }
            }
            for &r in rows {
                let (row, place) = (r as usize, self.places[r as usize]);
                builder.begin_event()?;
                for &(i, key, kind) in &self.parts.named {
                    let cell = self.cells.get(row, i).trim();
                    // A word that says that there is no time is none.
                    let none = kind == Kind::Date && when::is_blank_word(cell);
                    if !none && !cell.is_empty() || i == self.parts.activity {
                        builder.literal(true, kind, key, cell.as_bytes(), &|| place)?;
                    }
                }
                for &(i, kind) in &kinds {
                    let text = self.cells.get(row, i);
                    if !text.is_empty() {
                        builder.literal(true, kind, &self.headers[i], text.as_bytes(), &|| place)?;
                    }
                }
                builder.end_event(&|| place);
            }
            builder.end_case(&|| first);
        }
        let (log, report) = builder.finish(order);
        Ok((log, report, self.order_said, self.clockless))
    }
}

/// Names of columns of what is counted or paid, where 12.50 is 12.5.
const AMOUNTS: [&str; 10] = ["金额", "费", "价", "款额", "资金", "amount", "cost", "price", "fee", "sum"];

/// The narrowest type that fits every filled cell of a column, looked at in up to 10,000 rows, and that is written as they are:
/// 3.10 is no number, for it would be 3.1, nor are 1E5 and +5.
fn column_kind(cells: &Cells, i: usize, name: &str) -> Kind {
    let looked = (0..cells.rows().min(10_000)).map(|r| cells.get(r, i).trim());
    let mut filled = looked.filter(|t| !t.is_empty()).peekable();
    if filled.peek().is_none() {
        return Kind::String;
    }
    let name = name.to_lowercase();
    let amount = AMOUNTS.iter().any(|a| name.contains(a));
    // Numbers with a leading zero are codes, not quantities.
    let number = |t: &str| !(t.len() > 1 && t.starts_with('0') && !t.starts_with("0."));
    let as_written = |t: &str| {
        let n = t.parse::<f64>().ok().filter(|n| n.is_finite());
        n.is_some_and(|n| n.to_string() == t || format!("{n:.1}") == t || amount && format!("{n:.2}") == t)
    };
    let (mut int, mut float, mut date) = (true, true, true);
    for t in filled {
        int &= number(t) && t.len() < 16 && t.parse::<i64>().is_ok_and(|n| n.to_string() == t);
        float &= number(t) && t.len() < 16 && as_written(t);
        date &= t.len() > 9 && !t.bytes().all(|b| b.is_ascii_digit()) && read_time(t.as_bytes(), 0).is_some();
    }
    match (int, float, date) {
        (true, _, _) => Kind::Int,
        (_, true, _) => Kind::Float,
        (_, _, true) => Kind::Date,
        _ => Kind::String,
    }
}
