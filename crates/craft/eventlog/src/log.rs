//! The log in memory: columns of numbers, texts kept once, the events of a case side by side.
//!
//! Knows cases, events and attributes. Events of a case stand in the order asked for ([`Order`]); attributes
//! stay in file order and are found through [`Log::row`]. 17 bytes an event for the standard columns, 25 with
//! start times, 4 more when the file was not in order of time.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::intern::Interner;
use crate::when::NO_TIME;

/// The order of the events of a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Order {
    /// By time, then by position in the file. An event without a time stays behind its predecessor in the file.
    #[default]
    Time,
    /// By position in the file.
    File,
}

/// The type of an attribute, as in XES.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    String,
    Date,
    Int,
    Float,
    Boolean,
    Id,
    List,
    Container,
}

impl Kind {
    /// The element name in XES.
    pub fn tag(self) -> &'static str {
        match self {
            Self::String => "string",
            Self::Date => "date",
            Self::Int => "int",
            Self::Float => "float",
            Self::Boolean => "boolean",
            Self::Id => "id",
            Self::List => "list",
            Self::Container => "container",
        }
    }
    /// The type of an element name in XES.
    pub fn from_tag(tag: &[u8]) -> Option<Self> {
        Some(match tag {
            b"string" => Self::String,
            b"date" => Self::Date,
            b"int" => Self::Int,
            b"float" => Self::Float,
            b"boolean" => Self::Boolean,
            b"id" => Self::Id,
            b"list" => Self::List,
            b"container" => Self::Container,
            _ => return None,
        })
    }
}

/// The values of a column.
#[derive(Clone, Debug)]
pub enum Values {
    /// Numbers of texts in the column's dictionary.
    Text(Vec<u32>),
    /// Microseconds since the epoch.
    Time(Vec<i64>),
    Int(Vec<i64>),
    Float(Vec<f64>),
    Bool(Vec<bool>),
    /// Lists and containers have children, no value.
    Nothing(usize),
}

/// One value of a column.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value<'a> {
    Text(&'a str),
    /// Microseconds since the epoch.
    Time(i64),
    Int(i64),
    Float(f64),
    Bool(bool),
    Nothing,
}

/// All values of one attribute, by row.
#[derive(Clone, Debug)]
pub struct Column {
    pub key: String,
    pub kind: Kind,
    /// The column in which this attribute is nested.
    pub parent: Option<u32>,
    pub(crate) dict: Interner,
    /// `None`: row `i` has value `i`. A row may occur several times (lists).
    pub(crate) rows: Option<Vec<u32>>,
    pub(crate) values: Values,
}

impl Column {
    pub(crate) fn new(key: &str, kind: Kind, parent: Option<u32>) -> Self {
        let values = match kind {
            Kind::String | Kind::Id => Values::Text(Vec::new()),
            Kind::Date => Values::Time(Vec::new()),
            Kind::Int => Values::Int(Vec::new()),
            Kind::Float => Values::Float(Vec::new()),
            Kind::Boolean => Values::Bool(Vec::new()),
            Kind::List | Kind::Container => Values::Nothing(0),
        };
        Self { key: key.into(), kind, parent, dict: Interner::default(), rows: None, values }
    }
    /// How many values.
    pub fn len(&self) -> usize {
        match &self.values {
            Values::Text(v) => v.len(),
            Values::Time(v) | Values::Int(v) => v.len(),
            Values::Float(v) => v.len(),
            Values::Bool(v) => v.len(),
            Values::Nothing(n) => *n,
        }
    }
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// The positions of the values of a row.
    pub fn places(&self, row: u32) -> std::ops::Range<usize> {
        match &self.rows {
            None if (row as usize) < self.len() => row as usize..row as usize + 1,
            None => 0..0,
            Some(rows) => {
                let from = rows.partition_point(|&r| r < row);
                from..from + rows[from..].iter().take_while(|&&r| r == row).count()
            }
        }
    }
    /// The value at a position.
    pub fn value(&self, place: usize) -> Value<'_> {
        match &self.values {
            Values::Text(v) => Value::Text(self.dict.get(v[place])),
            Values::Time(v) => Value::Time(v[place]),
            Values::Int(v) => Value::Int(v[place]),
            Values::Float(v) => Value::Float(v[place]),
            Values::Bool(v) => Value::Bool(v[place]),
            Values::Nothing(_) => Value::Nothing,
        }
    }
    /// The last value of a row.
    pub fn get(&self, row: u32) -> Option<Value<'_>> {
        self.places(row).next_back().map(|p| self.value(p))
    }
    /// The texts of this column.
    pub fn dictionary(&self) -> &Interner {
        &self.dict
    }
    fn heap_bytes(&self) -> usize {
        let values = match &self.values {
            Values::Text(v) => v.capacity() * 4,
            Values::Time(v) | Values::Int(v) => v.capacity() * 8,
            Values::Float(v) => v.capacity() * 8,
            Values::Bool(v) => v.capacity(),
            Values::Nothing(_) => 0,
        };
        values + self.rows.as_ref().map_or(0, |r| r.capacity() * 4) + self.dict.heap_bytes()
    }
}

/// One attribute of the whole log (or of a global), with its children.
#[derive(Clone, Debug, PartialEq)]
pub struct Attribute {
    pub key: String,
    pub kind: Kind,
    /// The value as it is written.
    pub value: String,
    pub children: Vec<Attribute>,
}

/// What a log says about itself.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Meta {
    /// Name, prefix, address.
    pub extensions: Vec<[String; 3]>,
    /// Name, scope, keys.
    pub classifiers: Vec<(String, String, String)>,
    pub trace_globals: Vec<Attribute>,
    pub event_globals: Vec<Attribute>,
    pub attributes: Vec<Attribute>,
}

/// An event log (事件日志).
#[derive(Clone, Debug, Default)]
pub struct Log {
    /// Names of activities (活动).
    pub activities: Arc<Interner>,
    /// Names of resources (经办人).
    pub resources: Arc<Interner>,
    /// Names of lifecycle transitions.
    pub lifecycles: Arc<Interner>,
    /// Names of cases; two cases may share one.
    pub case_names: Arc<Interner>,
    /// For each case the number of its name, [`Log::NONE`] without one.
    pub(crate) case_name: Vec<u32>,
    /// Case `c` has the events `starts[c]..starts[c + 1]`.
    pub(crate) starts: Vec<u32>,
    pub(crate) activity: Vec<u32>,
    pub(crate) resource: Vec<u32>,
    pub(crate) time: Vec<i64>,
    pub(crate) lifecycle: Vec<u8>,
    /// Start times, when the log has any.
    pub(crate) begin: Option<Vec<i64>>,
    /// For each event its row in the file, when the two orders differ.
    pub(crate) rows: Option<Vec<u32>>,
    /// For each case its row in the file, when cases were left out.
    pub(crate) case_rows: Option<Vec<u32>>,
    pub(crate) order: Order,
    /// Consecutive events of a case in file order with falling time.
    pub(crate) out_of_order: u64,
    pub case_columns: Arc<Vec<Column>>,
    pub event_columns: Arc<Vec<Column>>,
    pub meta: Meta,
}

impl Log {
    /// No resource, lifecycle or case name.
    pub const NONE: u32 = u32::MAX;
    /// No lifecycle transition.
    pub const NO_LIFECYCLE: u8 = u8::MAX;

    pub fn case_count(&self) -> usize {
        self.starts.len().saturating_sub(1)
    }
    pub fn event_count(&self) -> usize {
        self.activity.len()
    }
    /// The events of a case.
    #[inline]
    pub fn case(&self, c: usize) -> std::ops::Range<usize> {
        self.starts[c] as usize..self.starts[c + 1] as usize
    }
    /// The first and the last known moment of a case: a step that states its beginning began then, not when it ended.
    pub fn span(&self, c: usize) -> Option<(i64, i64)> {
        let r = self.case(c);
        let known = |times: &[i64]| times.iter().copied().filter(|&t| t != NO_TIME).min();
        let last = self.time[r.clone()].iter().copied().filter(|&t| t != NO_TIME).max()?;
        let first = known(&self.time[r.clone()])?;
        let begun = self.begin.as_ref().and_then(|b| known(&b[r]));
        Some((begun.map_or(first, |b| b.min(first)), last))
    }
    /// The events of every case in turn.
    pub fn cases(&self) -> impl Iterator<Item = std::ops::Range<usize>> + '_ {
        self.starts.windows(2).map(|w| w[0] as usize..w[1] as usize)
    }
    /// The name of a case; empty without one.
    pub fn case_name(&self, c: usize) -> &str {
        self.case_names.get(self.case_name[c])
    }
    /// Numbers of activities, by event.
    pub fn activity(&self) -> &[u32] {
        &self.activity
    }
    /// Numbers of resources ([`Log::NONE`] without one), by event.
    pub fn resource(&self) -> &[u32] {
        &self.resource
    }
    /// Times in microseconds since the epoch ([`NO_TIME`] without one), by event.
    pub fn time(&self) -> &[i64] {
        &self.time
    }
    /// Start times, by event, when the log has any.
    pub fn begin(&self) -> Option<&[i64]> {
        self.begin.as_deref()
    }
    /// Numbers of lifecycle transitions ([`Log::NO_LIFECYCLE`] without one), by event.
    pub fn lifecycle(&self) -> &[u8] {
        &self.lifecycle
    }
    pub fn order(&self) -> Order {
        self.order
    }
    /// Consecutive events of a case, in file order, with falling time.
    pub fn out_of_order(&self) -> u64 {
        self.out_of_order
    }
    /// The row of an event in its columns of attributes.
    #[inline]
    pub fn row(&self, event: usize) -> u32 {
        self.rows.as_ref().map_or(event as u32, |r| r[event])
    }
    /// The row of a case in its columns of attributes.
    pub fn case_row(&self, case: usize) -> u32 {
        self.case_rows.as_ref().map_or(case as u32, |r| r[case])
    }
    /// The top-level column of events with this key.
    pub fn event_column(&self, key: &str) -> Option<&Column> {
        self.event_columns.iter().find(|c| c.parent.is_none() && c.key == key)
    }
    /// The top-level column of cases with this key.
    pub fn case_column(&self, key: &str) -> Option<&Column> {
        self.case_columns.iter().find(|c| c.parent.is_none() && c.key == key)
    }

    /// Bytes in memory: of the standard columns, and of all attributes.
    pub fn heap_bytes(&self) -> (usize, usize) {
        let standard = self.activity.capacity() * 4
            + self.resource.capacity() * 4
            + self.time.capacity() * 8
            + self.lifecycle.capacity()
            + self.begin.as_ref().map_or(0, |b| b.capacity() * 8)
            + self.rows.as_ref().map_or(0, |b| b.capacity() * 4)
            + (self.starts.capacity() + self.case_name.capacity()) * 4
            + self.activities.heap_bytes()
            + self.resources.heap_bytes()
            + self.case_names.heap_bytes();
        let attributes = self.case_columns.iter().chain(&*self.event_columns).map(Column::heap_bytes).sum();
        (standard, attributes)
    }

    /// The same log with the events of every case in another order.
    #[must_use]
    pub fn in_order(&self, order: Order) -> Self {
        if order == self.order {
            return self.clone();
        }
        let mut log = self.clone();
        log.set_order(order);
        log
    }

    /// Puts the events of every case into an order; attributes are not moved.
    pub fn set_order(&mut self, order: Order) {
        self.order = order;
        let mut rows: Vec<u32> = self.rows.take().unwrap_or_else(|| (0..self.event_count() as u32).collect());
        let mut moved = false;
        let mut keys: Vec<(i64, u32, u32)> = Vec::new();
        let mut places: Vec<u32> = (0..self.event_count() as u32).collect();
        for c in 0..self.case_count() {
            let range = self.case(c);
            let sorted = match order {
                Order::Time => {
                    self.time[range.clone()].is_sorted() && self.time.get(range.start) != Some(&NO_TIME)
                }
                Order::File => rows[range.clone()].is_sorted(),
            };
            if sorted {
                continue;
            }
            moved = true;
            self.sort_keys(&rows, range.clone(), order, &mut keys);
            for (to, &(_, _, from)) in range.zip(&keys) {
                places[to] = from;
            }
        }
        if moved {
            self.permute(&places);
            rows = places.iter().map(|&p| rows[p as usize]).collect();
        }
        let straight = rows.iter().enumerate().all(|(i, &r)| i as u32 == r);
        self.rows = (!straight).then_some(rows);
    }

    /// Sort keys of a case: time, row, present place. Events come in by row so that a missing time can be
    /// taken from the event before (or the first that has one).
    fn sort_keys(
        &self,
        rows: &[u32],
        range: std::ops::Range<usize>,
        order: Order,
        keys: &mut Vec<(i64, u32, u32)>,
    ) {
        keys.clear();
        keys.extend(range.map(|e| (self.time[e], rows[e], e as u32)));
        keys.sort_unstable_by_key(|k| k.1);
        if order == Order::Time {
            let mut last = keys.iter().map(|k| k.0).find(|&t| t != NO_TIME).unwrap_or(NO_TIME);
            for key in keys.iter_mut() {
                if key.0 == NO_TIME {
                    key.0 = last;
                }
                last = key.0;
            }
            keys.sort_unstable();
        }
    }

    fn permute(&mut self, places: &[u32]) {
        fn pick<T: Copy>(column: &mut Vec<T>, places: &[u32]) {
            *column = places.iter().map(|&p| column[p as usize]).collect();
        }
        pick(&mut self.activity, places);
        pick(&mut self.resource, places);
        pick(&mut self.time, places);
        pick(&mut self.lifecycle, places);
        if let Some(begin) = &mut self.begin {
            pick(begin, places);
        }
    }

    /// The log of some of its cases, in the order given. Dictionaries and attributes are kept as they are.
    #[must_use]
    pub fn only_cases(&self, cases: &[u32]) -> Self {
        let events: usize = cases.iter().map(|&c| self.case(c as usize).len()).sum();
        let mut rows = Vec::with_capacity(events);
        let mut places = Vec::with_capacity(events);
        let mut starts = Vec::with_capacity(cases.len() + 1);
        starts.push(0);
        for &c in cases {
            for e in self.case(c as usize) {
                places.push(e as u32);
                rows.push(self.row(e));
            }
            starts.push(places.len() as u32);
        }
        let mut log = self.shell();
        log.activity = places.iter().map(|&p| self.activity[p as usize]).collect();
        log.resource = places.iter().map(|&p| self.resource[p as usize]).collect();
        log.time = places.iter().map(|&p| self.time[p as usize]).collect();
        log.lifecycle = places.iter().map(|&p| self.lifecycle[p as usize]).collect();
        log.begin = self.begin.as_ref().map(|b| places.iter().map(|&p| b[p as usize]).collect());
        log.starts = starts;
        log.rows = Some(rows);
        log.case_name = cases.iter().map(|&c| self.case_name[c as usize]).collect();
        log.case_rows = Some(cases.iter().map(|&c| self.case_row(c as usize)).collect());
        log.recount_order();
        log
    }

    /// The log of some of its events; every case stays, also one that has none left.
    #[must_use]
    pub fn only_events(&self, keep: impl Fn(usize) -> bool) -> Self {
        fn pick<T: Copy>(column: &[T], places: &[u32]) -> Vec<T> {
            places.iter().map(|&p| column[p as usize]).collect()
        }
        let mut log = self.shell();
        let mut places: Vec<u32> = Vec::new();
        log.starts.push(0);
        for case in self.cases() {
            places.extend(case.filter(|&e| keep(e)).map(|e| e as u32));
            log.starts.push(places.len() as u32);
        }
        log.activity = pick(&self.activity, &places);
        log.resource = pick(&self.resource, &places);
        log.time = pick(&self.time, &places);
        log.lifecycle = pick(&self.lifecycle, &places);
        log.begin = self.begin.as_ref().map(|b| pick(b, &places));
        log.rows = Some(places.iter().map(|&p| self.row(p as usize)).collect());
        log.case_name.clone_from(&self.case_name);
        log.case_rows.clone_from(&self.case_rows);
        log.recount_order();
        log
    }

    /// Everything but cases and events.
    pub(crate) fn shell(&self) -> Self {
        Self {
            activities: self.activities.clone(),
            resources: self.resources.clone(),
            lifecycles: self.lifecycles.clone(),
            case_names: self.case_names.clone(),
            order: self.order,
            case_columns: self.case_columns.clone(),
            event_columns: self.event_columns.clone(),
            meta: self.meta.clone(),
            ..Self::default()
        }
    }

    /// Counts pairs out of order anew, in file order.
    pub(crate) fn recount_order(&mut self) {
        let mut by_row: Vec<(u32, i64)> = Vec::new();
        let mut count = 0;
        for range in self.cases() {
            if self.rows.is_none() && self.time[range.clone()].is_sorted() {
                continue;
            }
            by_row.clear();
            by_row.extend(range.map(|e| (self.row(e), self.time[e])));
            by_row.sort_unstable();
            count += by_row.windows(2).filter(|w| w[1].1 != NO_TIME && w[1].1 < w[0].1).count() as u64;
        }
        self.out_of_order = count;
    }

    /// The log repeated `times` times with new case rows: for measuring with many events, and saying so.
    #[must_use]
    pub fn repeated(&self, times: usize) -> Self {
        let all: Vec<u32> = (0..times).flat_map(|_| 0..self.case_count() as u32).collect();
        self.only_cases(&all)
    }

    /// The log with another activity for each event: the texts of several attributes joined by `+`, as an
    /// XES classifier asks.
    #[must_use]
    pub fn classified(&self, keys: &[&str]) -> Self {
        let mut log = self.clone();
        let mut activities = Interner::default();
        for e in 0..self.event_count() {
            let parts: Vec<String> = keys.iter().map(|key| self.text_of(e, key)).collect();
            log.activity[e] = activities.intern(&parts.join("+")).unwrap_or(0);
        }
        log.activities = Arc::new(activities);
        log
    }

    /// The text of an attribute of an event; empty when it has none.
    pub fn text_of(&self, event: usize, key: &str) -> String {
        match key {
            "concept:name" => self.activities.get(self.activity[event]).into(),
            "org:resource" => self.resources.get(self.resource[event]).into(),
            "lifecycle:transition" => self.lifecycles.get(u32::from(self.lifecycle[event])).into(),
            _ => {
                let row = self.row(event);
                let value = self.event_columns.iter().filter(|c| c.parent.is_none() && c.key == key);
                value.filter_map(|c| c.get(row)).map(show).next().unwrap_or_default()
            }
        }
    }
}

/// A value as text.
pub fn show(value: Value<'_>) -> String {
    match value {
        Value::Text(t) => t.into(),
        Value::Time(us) => crate::when::write_time(us),
        Value::Int(i) => i.to_string(),
        Value::Float(f) => f.to_string(),
        Value::Bool(b) => b.to_string(),
        Value::Nothing => String::new(),
    }
}
