//! The XES writer: what was read comes out again, in the order of the log.

use std::io::{self, Write};

use crate::log::{Attribute, Column, Kind, Log, Value, show};
use crate::when::{NO_TIME, write_time};
use crate::xml::escape;

/// Writes a log as XES. The writer may be a gzip encoder.
pub fn write_xes<W: Write>(log: &Log, out: &mut W) -> io::Result<()> {
    let mut text = String::with_capacity(64 << 10);
    text.push_str("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    text.push_str("<log xes.version=\"1849.2016\" xmlns=\"http://www.xes-standard.org/\">\n");
    head(log, &mut text);
    let cases = Children::of(&log.case_columns);
    let events = Children::of(&log.event_columns);
    for c in 0..log.case_count() {
        text.push_str("<trace>\n");
        let mut at = Cursor::default();
        let row = log.case_row(c);
        if log.case_name[c] != Log::NONE {
            let inner = cases.inside(&log.case_columns, "concept:name", row, &mut at);
            leaf(&mut text, "string", "concept:name", log.case_name(c), &inner);
        }
        cases.write(&log.case_columns, None, row, &mut at, &mut text);
        for e in log.case(c) {
            text.push_str("<event>\n");
            let mut at = Cursor::default();
            standard(log, e, &events, &mut at, &mut text);
            events.write(&log.event_columns, None, log.row(e), &mut at, &mut text);
            text.push_str("</event>\n");
        }
        text.push_str("</trace>\n");
        if text.len() > 32 << 10 {
            out.write_all(text.as_bytes())?;
            text.clear();
        }
    }
    text.push_str("</log>\n");
    out.write_all(text.as_bytes())
}

fn head(log: &Log, text: &mut String) {
    for [name, prefix, uri] in &log.meta.extensions {
        open(text, "extension", &[("name", name), ("prefix", prefix), ("uri", uri)]);
        text.push_str("/>\n");
    }
    for (scope, globals) in [("trace", &log.meta.trace_globals), ("event", &log.meta.event_globals)] {
        if !globals.is_empty() {
            open(text, "global", &[("scope", scope)]);
            text.push_str(">\n");
            globals.iter().for_each(|a| tree(text, a));
            text.push_str("</global>\n");
        }
    }
    for (name, scope, keys) in &log.meta.classifiers {
        let mut attrs = vec![("name", name.as_str())];
        if !scope.is_empty() {
            attrs.push(("scope", scope));
        }
        attrs.push(("keys", keys));
        open(text, "classifier", &attrs);
        text.push_str("/>\n");
    }
    log.meta.attributes.iter().for_each(|a| tree(text, a));
}

fn standard(log: &Log, e: usize, events: &Children, at: &mut Cursor, text: &mut String) {
    let mut one = |tag: &str, key: &str, value: &str| {
        let inner = events.inside(&log.event_columns, key, log.row(e), at);
        leaf(text, tag, key, value, &inner);
    };
    one("string", "concept:name", log.activities.get(log.activity[e]));
    if log.resource[e] != Log::NONE {
        one("string", "org:resource", log.resources.get(log.resource[e]));
    }
    if log.lifecycle[e] != Log::NO_LIFECYCLE {
        one("string", "lifecycle:transition", log.lifecycles.get(u32::from(log.lifecycle[e])));
    }
    if let Some(begin) = log.begin.as_ref().map(|b| b[e]).filter(|&t| t != NO_TIME) {
        one("date", "start_timestamp", &write_time(begin));
    }
    if log.time[e] != NO_TIME {
        one("date", "time:timestamp", &write_time(log.time[e]));
    }
}

fn open(text: &mut String, tag: &str, attrs: &[(&str, &str)]) {
    text.push('<');
    text.push_str(tag);
    for (name, value) in attrs {
        text.push(' ');
        text.push_str(name);
        text.push_str("=\"");
        escape(text, value);
        text.push('"');
    }
}

fn leaf(text: &mut String, tag: &str, key: &str, value: &str, inner: &str) {
    open(text, tag, &[("key", key), ("value", value)]);
    if inner.is_empty() {
        text.push_str("/>\n");
    } else {
        for part in [">\n", inner, "</", tag, ">\n"] {
            text.push_str(part);
        }
    }
}

fn tree(text: &mut String, a: &Attribute) {
    open(text, a.kind.tag(), &[("key", &a.key), ("value", &a.value)]);
    if a.children.is_empty() {
        text.push_str("/>\n");
    } else {
        text.push_str(">\n");
        a.children.iter().for_each(|c| tree(text, c));
        text.push_str("</");
        text.push_str(a.kind.tag());
        text.push_str(">\n");
    }
}

/// For each column the columns nested in it.
struct Children {
    top: Vec<usize>,
    of: Vec<Vec<usize>>,
}

/// How many values of a nested column a row has given out already.
type Cursor = hashbrown::HashMap<usize, usize>;

impl Children {
    fn of(columns: &[Column]) -> Self {
        let mut children = Self { top: Vec::new(), of: vec![Vec::new(); columns.len()] };
        for (i, c) in columns.iter().enumerate() {
            match c.parent {
                None => children.top.push(i),
                Some(p) => children.of[p as usize].push(i),
            }
        }
        children
    }

    /// What is nested in a standard attribute: its own column holds no values, only children.
    fn inside(&self, columns: &[Column], key: &str, row: u32, at: &mut Cursor) -> String {
        let mut inner = String::new();
        for &i in self.top.iter().filter(|&&i| columns[i].is_empty() && columns[i].key == key) {
            self.write(columns, Some(i), row, at, &mut inner);
        }
        inner
    }

    fn write(&self, columns: &[Column], parent: Option<usize>, row: u32, at: &mut Cursor, text: &mut String) {
        let list = parent.map_or(&self.top, |p| &self.of[p]);
        for &i in list {
            let column = &columns[i];
            let places = column.places(row);
            // Children of a repeated parent: each parent takes one until the last takes the rest.
            let taken = at.get(&i).copied().unwrap_or(0);
            at.insert(i, places.len());
            for place in places.skip(taken) {
                let tag = column.kind.tag();
                match column.value(place) {
                    Value::Nothing => open(text, tag, &[("key", &column.key)]),
                    value => open(text, tag, &[("key", &column.key), ("value", &show(value))]),
                }
                let mut inner = String::new();
                self.write(columns, Some(i), row, at, &mut inner);
                if inner.is_empty() {
                    text.push_str("/>\n");
                    continue;
                }
                text.push_str(">\n");
                let list = column.kind == Kind::List;
                text.push_str(if list { "<values>\n" } else { "" });
                text.push_str(&inner);
                text.push_str(if list { "</values>\n" } else { "" });
                text.push_str("</");
                text.push_str(tag);
                text.push_str(">\n");
            }
        }
    }
}
