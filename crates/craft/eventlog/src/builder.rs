//! Puts a log together event by event: every reader ends here.
//!
//! Knows columns and the keys of the standard attributes; nothing of file formats.

use std::sync::Arc;

use hashbrown::HashMap;

use crate::error::{Error, Limits, ProblemKind, Report};
use crate::intern::{Interner, Recent};
use crate::log::{Column, Kind, Log, Meta, Order, Values};
use crate::when::{NO_TIME, TimeReader};
use crate::xml::plain;

/// What an attribute means for the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// Kept as an attribute only.
    Plain,
    CaseName,
    Activity,
    Resource,
    Time,
    Begin,
    Lifecycle,
}

/// Standard attributes of an event.
const EVENT_PARTS: [(&[u8], Part); 6] = [
    (b"concept:name", Part::Activity),
    (b"org:resource", Part::Resource),
    (b"time:timestamp", Part::Time),
    (b"start_timestamp", Part::Begin),
    (b"time:start", Part::Begin),
    (b"lifecycle:transition", Part::Lifecycle),
];
/// Standard attributes of a case.
const CASE_PARTS: [(&[u8], Part); 1] = [(b"concept:name", Part::CaseName)];

struct Slot {
    raw_key: Box<[u8]>,
    kind: Kind,
    parent: u32,
    part: Part,
    /// The slot that followed this one the last time.
    next: u32,
    recent: Recent,
}

/// Columns under construction, found by their raw key, type and parent.
struct Columns {
    slots: Vec<Slot>,
    columns: Vec<Column>,
    index: HashMap<(Box<[u8]>, Kind, u32), u32>,
    last: u32,
    parts: &'static [(&'static [u8], Part)],
    naive: u64,
}

/// No parent column.
pub(crate) const TOP: u32 = u32::MAX;

impl Columns {
    fn new(parts: &'static [(&'static [u8], Part)]) -> Self {
        Self { slots: Vec::new(), columns: Vec::new(), index: HashMap::new(), last: 0, parts, naive: 0 }
    }

    /// The column of a key; attributes come in much the same order again and again, so first try the one
    /// that followed last time.
    #[inline]
    fn find(&mut self, raw_key: &[u8], kind: Kind, parent: u32, max: usize) -> Option<u32> {
        if let Some(last) = self.slots.get(self.last as usize) {
            let guess = last.next;
            if let Some(slot) = self.slots.get(guess as usize)
                && slot.kind == kind
                && slot.parent == parent
                && *slot.raw_key == *raw_key
            {
                self.last = guess;
                return Some(guess);
            }
        }
        let id = self.find_slowly(raw_key, kind, parent, max)?;
        if let Some(last) = self.slots.get_mut(self.last as usize) {
            last.next = id;
        }
        self.last = id;
        Some(id)
    }

    fn find_slowly(&mut self, raw_key: &[u8], kind: Kind, parent: u32, max: usize) -> Option<u32> {
        if let Some(&id) = self.index.get(&(raw_key, kind, parent) as &dyn SlotKey) {
            return Some(id);
        }
        if self.slots.len() >= max {
            return None;
        }
        let id = self.slots.len() as u32;
        let key = plain(raw_key).text;
        let named = self.parts.iter().find(|(k, _)| parent == TOP && *k == raw_key);
        let part = named.map_or(Part::Plain, |p| p.1);
        self.slots.push(Slot {
            raw_key: raw_key.into(),
            kind,
            parent,
            part,
            next: 0,
            recent: Recent::default(),
        });
        self.columns.push(Column::new(&key, kind, (parent != TOP).then_some(parent)));
        self.index.insert((raw_key.into(), kind, parent), id);
        Some(id)
    }
}

/// Lets the index be asked with a borrowed key.
trait SlotKey {
    fn parts(&self) -> (&[u8], Kind, u32);
}
impl SlotKey for (Box<[u8]>, Kind, u32) {
    fn parts(&self) -> (&[u8], Kind, u32) {
        (&self.0, self.1, self.2)
    }
}
impl SlotKey for (&[u8], Kind, u32) {
    fn parts(&self) -> (&[u8], Kind, u32) {
        *self
    }
}
impl std::hash::Hash for dyn SlotKey + '_ {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.parts().hash(state);
    }
}
impl PartialEq for dyn SlotKey + '_ {
    fn eq(&self, other: &Self) -> bool {
        self.parts() == other.parts()
    }
}
impl Eq for dyn SlotKey + '_ {}
impl hashbrown::Equivalent<(Box<[u8]>, Kind, u32)> for dyn SlotKey + '_ {
    fn equivalent(&self, key: &(Box<[u8]>, Kind, u32)) -> bool {
        self.parts() == key.parts()
    }
}

/// Where a value stands in the input, for reports.
pub(crate) type Place<'a> = &'a dyn Fn() -> (u64, u64);

/// A log under construction.
pub(crate) struct Builder {
    limits: Limits,
    default_offset_s: i32,
    times: TimeReader,
    activities: Interner,
    resources: Interner,
    lifecycles: Interner,
    case_names: Interner,
    log: Log,
    event: Columns,
    case: Columns,
    begins: bool,
    begin: Vec<i64>,
    text: usize,
    seen: u8,
    pub report: Report,
    pub meta: Meta,
}

impl Builder {
    pub fn new(limits: Limits, default_offset_s: i32) -> Self {
        let log = Log { starts: vec![0], ..Log::default() };
        Self {
            limits,
            default_offset_s,
            times: TimeReader::default(),
            activities: Interner::default(),
            resources: Interner::default(),
            lifecycles: Interner::default(),
            case_names: Interner::default(),
            log,
            event: Columns::new(&EVENT_PARTS),
            case: Columns::new(&CASE_PARTS),
            begins: false,
            begin: Vec::new(),
            text: 0,
            seen: 0,
            report: Report::default(),
            meta: Meta::default(),
        }
    }

    pub fn begin_case(&mut self) {
        self.log.case_name.push(Log::NONE);
        self.case.last = 0;
    }

    pub fn end_case(&mut self, place: Place<'_>) {
        self.log.starts.push(self.log.activity.len() as u32);
        if self.log.case_name.last() == Some(&Log::NONE) {
            let (line, byte) = place();
            self.report.add(ProblemKind::CaseName, "", line, byte);
        }
    }

    pub fn begin_event(&mut self) -> Result<(), Error> {
        if self.log.activity.len() as u64 >= self.limits.events {
            return Err(Error::TooLarge { what: "事件 / events", limit: self.limits.events });
        }
        self.seen = 0;
        self.log.activity.push(Log::NONE);
        self.log.resource.push(Log::NONE);
        self.log.time.push(NO_TIME);
        self.log.lifecycle.push(Log::NO_LIFECYCLE);
        if self.begins {
            self.begin.push(NO_TIME);
        }
        self.event.last = 0;
        Ok(())
    }

    pub fn end_event(&mut self, place: Place<'_>) {
        let e = self.log.activity.len() - 1;
        if self.log.activity[e] == Log::NONE {
            self.log.activity[e] = self.activities.intern("").unwrap_or(0);
            let (line, byte) = place();
            self.report.add(ProblemKind::NoActivity, "", line, byte);
        }
        if self.log.time[e] == NO_TIME {
            let (line, byte) = place();
            self.report.add(ProblemKind::NoTime, "", line, byte);
        } else if self.begins && self.begin[e] != NO_TIME && self.begin[e] > self.log.time[e] {
            let (line, byte) = place();
            self.report.add(ProblemKind::EndBeforeStart, "", line, byte);
        }
    }

    /// Adds an attribute to the open event or case. Gives its column, for children.
    #[inline]
    pub fn attribute(
        &mut self,
        of_event: bool,
        kind: Kind,
        parent: u32,
        raw_key: &[u8],
        raw: &[u8],
        place: Place<'_>,
    ) -> Result<Option<u32>, Error> {
        let columns = if of_event { &mut self.event } else { &mut self.case };
        let Some(id) = columns.find(raw_key, kind, parent, self.limits.columns) else {
            let (line, byte) = place();
            self.report.add(ProblemKind::TooManyColumns, "", line, byte);
            return Ok(None);
        };
        self.known(of_event, id, raw, place)?;
        Ok(Some(id))
    }

    /// Adds an attribute of a column that [`Builder::attribute`] gave.
    #[inline]
    pub fn known(&mut self, of_event: bool, id: u32, raw: &[u8], place: Place<'_>) -> Result<(), Error> {
        let columns = if of_event { &self.event } else { &self.case };
        match columns.slots[id as usize].part {
            Part::Plain => return self.plain_value(of_event, id, raw, place),
            Part::CaseName => {}
            part => {
                let bit = 1 << (part as u8);
                if self.seen & bit != 0 {
                    let (line, byte) = place();
                    let key = String::from_utf8_lossy(&columns.slots[id as usize].raw_key).into_owned();
                    self.report.add(ProblemKind::Twice, &key, line, byte);
                }
                self.seen |= bit;
            }
        }
        match columns.slots[id as usize].part {
            part @ (Part::Time | Part::Begin) => {
                self.standard_time(of_event, id, part, raw, place);
                Ok(())
            }
            part => self.standard_text(of_event, id, part, raw, place),
        }
    }

    /// Adds a top-level attribute whose value is plain text, not XML.
    pub fn literal(
        &mut self,
        of_event: bool,
        kind: Kind,
        key: &str,
        value: &[u8],
        place: Place<'_>,
    ) -> Result<(), Error> {
        if !value.contains(&b'&') && !key.contains('&') {
            return self.attribute(of_event, kind, TOP, key.as_bytes(), value, place).map(drop);
        }
        let escaped = |t: &[u8]| String::from_utf8_lossy(t).replace('&', "&amp;");
        let (key, value) = (escaped(key.as_bytes()), escaped(value));
        self.attribute(of_event, kind, TOP, key.as_bytes(), value.as_bytes(), place).map(drop)
    }

    fn read_time(&mut self, of_event: bool, id: u32, raw: &[u8], place: Place<'_>) -> i64 {
        match self.times.read(raw, self.default_offset_s) {
            Some(read) => {
                if !read.zoned {
                    self.event.naive += 1;
                    if self.event.naive == 1 {
                        let (line, byte) = place();
                        self.report.add(ProblemKind::NaiveTime, "", line, byte);
                    }
                }
                read.us
            }
            None => {
                let (line, byte) = place();
                let columns = if of_event { &self.event } else { &self.case };
                let key = String::from_utf8_lossy(&columns.slots[id as usize].raw_key);
                let what = format!("{key}: {}", String::from_utf8_lossy(raw));
                self.report.add(ProblemKind::BadTime, &what, line, byte);
                NO_TIME
            }
        }
    }

    fn standard_time(&mut self, of_event: bool, id: u32, part: Part, raw: &[u8], place: Place<'_>) {
        let us = self.read_time(of_event, id, raw, place);
        if part == Part::Begin && !self.begins {
            self.begins = true;
            self.begin = vec![NO_TIME; self.log.activity.len()];
        }
        let column = if part == Part::Time { &mut self.log.time } else { &mut self.begin };
        if let Some(t) = column.last_mut() {
            *t = us;
        }
    }

    fn standard_text(
        &mut self,
        of_event: bool,
        id: u32,
        part: Part,
        raw: &[u8],
        place: Place<'_>,
    ) -> Result<(), Error> {
        let columns = if of_event { &mut self.event } else { &mut self.case };
        let recent = &mut columns.slots[id as usize].recent;
        let dict = match part {
            Part::Activity => &mut self.activities,
            Part::Resource => &mut self.resources,
            Part::Lifecycle => &mut self.lifecycles,
            _ => &mut self.case_names,
        };
        let value = match recent.find(dict, raw) {
            Some(value) => value,
            None => {
                let before = dict.text_bytes();
                let limit = self.limits.text as u64;
                let value = decoded(dict, recent, raw, "", &mut self.report, place);
                let value = value.ok_or(Error::TooLarge { what: "文字 / text", limit })?;
                self.text += dict.text_bytes() - before;
                value
            }
        };
        let column = match part {
            Part::Activity => &mut self.log.activity,
            Part::Resource => &mut self.log.resource,
            Part::CaseName => &mut self.log.case_name,
            _ => {
                if let Some(l) = self.log.lifecycle.last_mut() {
                    *l = u8::try_from(value).unwrap_or(Log::NO_LIFECYCLE);
                }
                return self.check_text();
            }
        };
        if let Some(slot) = column.last_mut() {
            *slot = value;
        }
        self.check_text()
    }

    fn check_text(&self) -> Result<(), Error> {
        if self.text > self.limits.text {
            return Err(Error::TooLarge { what: "文字 / text", limit: self.limits.text as u64 });
        }
        Ok(())
    }

    fn plain_value(&mut self, of_event: bool, id: u32, raw: &[u8], place: Place<'_>) -> Result<(), Error> {
        let row = if of_event { self.log.activity.len() } else { self.log.case_name.len() } as u32 - 1;
        let columns = if of_event { &mut self.event } else { &mut self.case };
        let column = &mut columns.columns[id as usize];
        let ascii = || std::str::from_utf8(raw).unwrap_or_default().trim();
        let fits = match &mut column.values {
            Values::Text(v) => {
                let recent = &mut columns.slots[id as usize].recent;
                let value = match recent.find(&column.dict, raw) {
                    Some(value) => value,
                    None => {
                        let before = column.dict.text_bytes();
                        let limit = self.limits.text as u64;
                        let value =
                            decoded(&mut column.dict, recent, raw, &column.key, &mut self.report, place);
                        let value = value.ok_or(Error::TooLarge { what: "文字 / text", limit })?;
                        self.text += column.dict.text_bytes() - before;
                        value
                    }
                };
                v.push(value);
                true
            }
            Values::Time(v) => self.times.read(raw, self.default_offset_s).map(|t| v.push(t.us)).is_some(),
            Values::Int(v) => ascii().parse().map(|i| v.push(i)).is_ok(),
            Values::Float(v) => ascii().parse().map(|f| v.push(f)).is_ok(),
            Values::Bool(v) => match ascii() {
                "true" | "True" | "TRUE" | "1" => Some(true),
                "false" | "False" | "FALSE" | "0" => Some(false),
                _ => None,
            }
            .map(|b| v.push(b))
            .is_some(),
            Values::Nothing(n) => {
                *n += 1;
                true
            }
        };
        if fits {
            row_noted(column, row);
            return self.check_text();
        }
        let (key, parent) = (columns.slots[id as usize].raw_key.clone(), columns.slots[id as usize].parent);
        let (line, byte) = place();
        self.report.add(ProblemKind::BadValue, &String::from_utf8_lossy(&key), line, byte);
        self.attribute(of_event, Kind::String, parent, &key, raw, place)?;
        Ok(())
    }

    /// The finished log in the order asked for, and the report.
    pub fn finish(mut self, order: Order) -> (Log, Report) {
        let mut log = self.log;
        if self.begins {
            log.begin = Some(self.begin);
        }
        if self.event.naive > 1
            && let Some(p) = self.report.problems.iter_mut().find(|p| p.kind == ProblemKind::NaiveTime)
        {
            p.count = self.event.naive;
        }
        duplicate_names(&log, &self.case_names, &mut self.report);
        log.activities = Arc::new(self.activities);
        log.resources = Arc::new(self.resources);
        log.lifecycles = Arc::new(self.lifecycles);
        log.case_names = Arc::new(self.case_names);
        log.event_columns = Arc::new(compact(self.event));
        log.case_columns = Arc::new(compact(self.case));
        log.meta = self.meta;
        log.order = Order::File;
        log.recount_order();
        if order == Order::Time {
            log.set_order(Order::Time);
        }
        for column in [&mut log.activity, &mut log.resource, &mut log.starts, &mut log.case_name] {
            column.shrink_to_fit();
        }
        log.time.shrink_to_fit();
        log.lifecycle.shrink_to_fit();
        (log, self.report)
    }
}

/// The number of a text that was not met lately; a text that is the same as its bytes is noted.
fn decoded(
    dict: &mut Interner,
    recent: &mut Recent,
    raw: &[u8],
    key: &str,
    report: &mut Report,
    place: Place<'_>,
) -> Option<u32> {
    let p = plain(raw);
    if p.odd_entity || p.bad_encoding {
        let (line, byte) = place();
        let kind = if p.odd_entity { ProblemKind::Entity } else { ProblemKind::Encoding };
        report.add(kind, key, line, byte);
    }
    let value = dict.intern(&p.text)?;
    if matches!(p.text, std::borrow::Cow::Borrowed(_)) {
        recent.note(raw, value);
    }
    Some(value)
}

/// `at_row` after the value was pushed: the row belongs to the value before the end.
#[inline]
fn row_noted(column: &mut Column, row: u32) {
    let before = column.len() - 1;
    match &mut column.rows {
        Some(rows) => rows.push(row),
        None if before == row as usize => {}
        None => {
            let mut rows: Vec<u32> = (0..before as u32).collect();
            rows.push(row);
            column.rows = Some(rows);
        }
    }
}

/// Leaves out the columns that only stood for standard attributes, and renumbers parents.
fn compact(columns: Columns) -> Vec<Column> {
    let mut new_id = vec![TOP; columns.columns.len()];
    let has_child: hashbrown::HashSet<u32> = columns.columns.iter().filter_map(|c| c.parent).collect();
    let mut kept: Vec<Column> = Vec::new();
    for (i, mut column) in columns.columns.into_iter().enumerate() {
        if column.is_empty() && !has_child.contains(&(i as u32)) {
            continue;
        }
        column.parent = column.parent.map(|p| new_id[p as usize]);
        new_id[i] = kept.len() as u32;
        kept.push(column);
    }
    kept
}

fn duplicate_names(log: &Log, names: &Interner, report: &mut Report) {
    let mut seen = vec![false; names.len()];
    for &name in &log.case_name {
        if let Some(seen) = seen.get_mut(name as usize) {
            if *seen {
                report.add(ProblemKind::CaseName, names.get(name), 0, 0);
            }
            *seen = true;
        }
    }
}
