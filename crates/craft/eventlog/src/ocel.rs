//! Object-centric logs: OCEL 2.0 as JSON and XML in and out, OCEL 1.0 JSON in, and the flat log of one type of
//! object.
//!
//! Knows events, objects and how they are related. SQLite is read by a shell that knows SQL, through the same
//! types.

use std::collections::{BTreeMap, HashMap};
use std::io::Read;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::builder::Builder;
use crate::error::{Error, Limits, ProblemKind, Report};
use crate::log::{Kind, Log, Order};
use crate::model::{Element, parse_xml};
use crate::when::read_time;
use tabular::BEIJING_S;

/// A type of objects or events, with the attributes it declares.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Type {
    pub name: String,
    #[serde(default)]
    pub attributes: Vec<Declared>,
}

/// A declared attribute.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Declared {
    pub name: String,
    #[serde(rename = "type", default)]
    pub kind: String,
}

/// A value; of an object also the time since when it holds.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Valued {
    pub name: String,
    pub value: Value,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time: Option<String>,
}

/// A related object and in which role.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Related {
    #[serde(rename = "objectId")]
    pub object_id: String,
    #[serde(default)]
    pub qualifier: String,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Object {
    pub id: String,
    #[serde(rename = "type")]
    pub kind: String,
    #[serde(default)]
    pub attributes: Vec<Valued>,
    #[serde(default)]
    pub relationships: Vec<Related>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Event {
    pub id: String,
    #[serde(rename = "type")]
    pub kind: String,
    pub time: String,
    #[serde(default)]
    pub attributes: Vec<Valued>,
    #[serde(default)]
    pub relationships: Vec<Related>,
}

/// An object-centric log.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Ocel {
    #[serde(default)]
    pub object_types: Vec<Type>,
    #[serde(default)]
    pub event_types: Vec<Type>,
    #[serde(default)]
    pub objects: Vec<Object>,
    #[serde(default)]
    pub events: Vec<Event>,
}

fn bounded<R: Read>(source: R, limits: &Limits) -> Result<Vec<u8>, Error> {
    // JSON is read whole: a smaller bound than for streams.
    let limit = limits.bytes.min(1 << 30);
    let mut bytes = Vec::new();
    crate::source::unpack(source, limits)?.take(limit + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit {
        return Err(Error::TooLarge { what: "字节 / bytes", limit });
    }
    Ok(bytes)
}

/// Reads OCEL JSON, version 2.0 or 1.0, gzipped or not, and says which references lead nowhere.
pub fn read_ocel_json<R: Read>(source: R, limits: &Limits) -> Result<(Ocel, Report), Error> {
    let bytes = bounded(source, limits)?;
    let broken = |e: serde_json::Error| Error::Broken {
        what: format!("JSON 有误 / faulty JSON ({e})"),
        line: e.line() as u64,
    };
    let value: Value = serde_json::from_str(&tabular::text::decoded(&bytes)).map_err(broken)?;
    let ocel = if value.get("ocel:events").is_some() {
        version_1(&value)
    } else if value.get("events").is_some() {
        serde_json::from_value(value).map_err(broken)?
    } else {
        return Err(Error::NotThis { what: " OCEL", line: 1 });
    };
    let report = check(&ocel, bytes.len() as u64);
    Ok((ocel, report))
}

fn text(v: Option<&Value>) -> String {
    v.and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// OCEL 1.0 has no roles, no types of attributes and no times of values.
fn version_1(value: &Value) -> Ocel {
    let entries = |key: &str| value.get(key).and_then(Value::as_object).into_iter().flatten();
    let values = |v: Option<&Value>| -> Vec<Valued> {
        let all = v.and_then(Value::as_object).into_iter().flatten();
        all.map(|(name, value)| Valued { name: name.clone(), value: value.clone(), time: None }).collect()
    };
    let related = |v: Option<&Value>| -> Vec<Related> {
        let ids = v.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
        ids.map(|id| Related { object_id: id.to_owned(), qualifier: String::new() }).collect()
    };
    let objects: Vec<Object> = entries("ocel:objects")
        .map(|(id, o)| Object {
            id: id.clone(),
            kind: text(o.get("ocel:type")),
            attributes: values(o.get("ocel:ovmap")),
            relationships: Vec::new(),
        })
        .collect();
    let mut events: Vec<Event> = entries("ocel:events")
        .map(|(id, e)| Event {
            id: id.clone(),
            kind: text(e.get("ocel:activity")),
            time: text(e.get("ocel:timestamp")),
            attributes: values(e.get("ocel:vmap")),
            relationships: related(e.get("ocel:omap")),
        })
        .collect();
    events.sort_by_cached_key(|e| (read_time(e.time.as_bytes(), BEIJING_S).map(|t| t.us), e.id.clone()));
    let named = |names: std::collections::BTreeSet<String>| {
        names.into_iter().map(|name| Type { name, attributes: Vec::new() }).collect()
    };
    Ocel {
        object_types: named(objects.iter().map(|o| o.kind.clone()).collect()),
        event_types: named(events.iter().map(|e| e.kind.clone()).collect()),
        objects,
        events,
    }
}

fn check(ocel: &Ocel, bytes: u64) -> Report {
    let mut report = Report { bytes, complete: true, ..Report::default() };
    let ids: std::collections::HashSet<&str> = ocel.objects.iter().map(|o| o.id.as_str()).collect();
    let of_objects = ocel.objects.iter().flat_map(|o| &o.relationships);
    for r in ocel.events.iter().flat_map(|e| &e.relationships).chain(of_objects) {
        if !ids.contains(r.object_id.as_str()) {
            report.add(ProblemKind::Reference, &r.object_id, 0, 0);
        }
    }
    for e in ocel.events.iter().filter(|e| read_time(e.time.as_bytes(), BEIJING_S).is_none()) {
        report.add(ProblemKind::BadTime, &e.time, 0, 0);
    }
    report
}

/// Writes OCEL 2.0 JSON.
pub fn write_ocel_json(ocel: &Ocel) -> Result<String, Error> {
    serde_json::to_string_pretty(ocel).map_err(|e| Error::Io(e.into()))
}

/// OCEL 1.0 in XML: attributes are XES elements with keys, related objects stand in a list `omap`.
fn version_1_xml(root: &Element) -> Ocel {
    let attr = |e: &Element, n: &str| e.attr(n).unwrap_or_default().to_owned();
    let keyed = |e: &Element, key: &str| {
        e.children.iter().find(|c| c.attr("key") == Some(key)).map(|c| attr(c, "value")).unwrap_or_default()
    };
    let list = |e: &Element, key: &str| -> Vec<Element> {
        e.children.iter().find(|c| c.attr("key") == Some(key)).map(|c| c.children.clone()).unwrap_or_default()
    };
    let values = |e: &Element, key: &str| -> Vec<Valued> {
        let value = |c: &Element| match (c.name.as_str(), attr(c, "value")) {
            ("int", text) => text.parse::<i64>().map_or(Value::String(text), Value::from),
            ("float", text) => text.parse::<f64>().map_or(Value::String(text), Value::from),
            ("boolean", text) => Value::Bool(text == "true"),
            (_, text) => Value::String(text),
        };
        list(e, key).iter().map(|c| Valued { name: attr(c, "key"), value: value(c), time: None }).collect()
    };
    let all = |outer: &str, inner: &'static str| -> Vec<&Element> {
        root.child(outer).into_iter().flat_map(|e| e.all(inner)).collect()
    };
    let objects: Vec<Object> = all("objects", "object")
        .into_iter()
        .map(|o| Object {
            id: keyed(o, "id"),
            kind: keyed(o, "type"),
            attributes: values(o, "ovmap"),
            relationships: Vec::new(),
        })
        .collect();
    let related = |e: &Element| {
        list(e, "omap")
            .iter()
            .map(|c| Related { object_id: attr(c, "value"), qualifier: String::new() })
            .collect()
    };
    let events: Vec<Event> = all("events", "event")
        .into_iter()
        .map(|e| Event {
            id: keyed(e, "id"),
            kind: keyed(e, "activity"),
            time: keyed(e, "timestamp"),
            attributes: values(e, "vmap"),
            relationships: related(e),
        })
        .collect();
    let named = |names: std::collections::BTreeSet<String>| {
        names.into_iter().map(|name| Type { name, attributes: Vec::new() }).collect()
    };
    Ocel {
        object_types: named(objects.iter().map(|o| o.kind.clone()).collect()),
        event_types: named(events.iter().map(|e| e.kind.clone()).collect()),
        objects,
        events,
    }
}

/// Is the beginning of an XML text that of an object-centric log, of either version?
pub fn is_ocel_xml(head: &str) -> bool {
    let has = |tag: &str| head.contains(tag);
    ["<object-types", "<event-types", "<objects"].iter().any(|tag| has(tag))
        || has("ocel:") && has("<log")
        || has("scope=\"object\"") && has("<log")
        || has("<events") && has("<log") && !has("<trace")
}

/// Reads OCEL XML, version 2.0 or 1.0, gzipped or not.
pub fn read_ocel_xml<R: Read>(source: R, limits: &Limits) -> Result<(Ocel, Report), Error> {
    let root = parse_xml(crate::source::unpack(source, limits)?, *limits)?;
    if root.name == "log"
        && root.child("object-types").is_none()
        && root.child("events").is_some()
        && root.child("objects").is_some()
    {
        let ocel = version_1_xml(&root);
        let report = check(&ocel, 0);
        return Ok((ocel, report));
    }
    if root.name != "log" || root.child("object-types").is_none() {
        return Err(Error::NotThis { what: " OCEL", line: 1 });
    }
    let list = |outer: &str, inner: &'static str| -> Vec<&Element> {
        root.child(outer).into_iter().flat_map(|e| e.all(inner)).collect()
    };
    let attr = |e: &Element, n: &str| e.attr(n).unwrap_or_default().to_owned();
    let kind = |e: &&Element| Type {
        name: attr(e, "name"),
        attributes: e
            .child("attributes")
            .into_iter()
            .flat_map(|a| a.all("attribute"))
            .map(|a| Declared { name: attr(a, "name"), kind: attr(a, "type") })
            .collect(),
    };
    let values = |e: &Element| -> Vec<Valued> {
        let all = e.child("attributes").into_iter().flat_map(|a| a.all("attribute"));
        all.map(|a| Valued {
            name: attr(a, "name"),
            value: Value::String(a.text.clone()),
            time: a.attr("time").map(str::to_owned),
        })
        .collect()
    };
    // Both spellings occur in the wild.
    let related = |e: &Element| -> Vec<Related> {
        let all = e.child("objects").into_iter().flat_map(|o| &o.children);
        all.filter(|r| matches!(r.name.as_str(), "relationship" | "object"))
            .map(|r| Related { object_id: attr(r, "object-id"), qualifier: attr(r, "qualifier") })
            .collect()
    };
    let ocel = Ocel {
        object_types: list("object-types", "object-type").iter().map(kind).collect(),
        event_types: list("event-types", "event-type").iter().map(kind).collect(),
        objects: list("objects", "object")
            .into_iter()
            .map(|o| Object {
                id: attr(o, "id"),
                kind: attr(o, "type"),
                attributes: values(o),
                relationships: related(o),
            })
            .collect(),
        events: list("events", "event")
            .into_iter()
            .map(|e| Event {
                id: attr(e, "id"),
                kind: attr(e, "type"),
                time: attr(e, "time"),
                attributes: values(e),
                relationships: related(e),
            })
            .collect(),
    };
    let report = check(&ocel, 0);
    Ok((ocel, report))
}

/// Writes OCEL 2.0 XML.
pub fn write_ocel_xml(ocel: &Ocel) -> String {
    let types = |outer: &str, inner: &str, list: &[Type]| {
        let declared = |d: &Declared| Element::new("attribute", &[("name", &d.name), ("type", &d.kind)]);
        let one = |t: &Type| {
            let attributes = Element::new("attributes", &[]).with(t.attributes.iter().map(declared));
            Element::new(inner, &[("name", &t.name)]).with([attributes])
        };
        Element::new(outer, &[]).with(list.iter().map(one))
    };
    let values = |list: &[Valued]| {
        let one = |v: &Valued| {
            let mut e = Element::new("attribute", &[("name", &v.name)]);
            if let Some(time) = &v.time {
                e.attrs.push(("time".into(), time.clone()));
            }
            e.text = plain_value(&v.value);
            e
        };
        Element::new("attributes", &[]).with(list.iter().map(one))
    };
    let related = |list: &[Related]| {
        let one = |r: &Related| {
            Element::new("relationship", &[("object-id", &r.object_id), ("qualifier", &r.qualifier)])
        };
        Element::new("objects", &[]).with(list.iter().map(one))
    };
    let object = |o: &Object| {
        let e = Element::new("object", &[("id", &o.id), ("type", &o.kind)]);
        e.with([values(&o.attributes), related(&o.relationships)])
    };
    let event = |v: &Event| {
        let e = Element::new("event", &[("id", &v.id), ("type", &v.kind), ("time", &v.time)]);
        e.with([values(&v.attributes), related(&v.relationships)])
    };
    let root = Element::new("log", &[]).with([
        types("object-types", "object-type", &ocel.object_types),
        types("event-types", "event-type", &ocel.event_types),
        Element::new("objects", &[]).with(ocel.objects.iter().map(object)),
        Element::new("events", &[]).with(ocel.events.iter().map(event)),
    ]);
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    root.write(&mut out);
    out
}

fn plain_value(v: &Value) -> String {
    match v {
        Value::String(s) => s.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

impl Ocel {
    /// The flat log of one type: a case for each object, with every event that touches it. An event that
    /// touches several objects occurs in several cases: sums over cases count it several times.
    pub fn flatten(&self, object_type: &str, order: Order) -> Result<(Log, Report), Error> {
        let mut by_object: HashMap<&str, Vec<usize>> = HashMap::new();
        for (i, e) in self.events.iter().enumerate() {
            let mut ids: Vec<&str> = e.relationships.iter().map(|r| r.object_id.as_str()).collect();
            ids.sort_unstable();
            ids.dedup();
            ids.into_iter().for_each(|id| by_object.entry(id).or_default().push(i));
        }
        let mut builder = Builder::new(Limits::default(), BEIJING_S);
        builder.report.complete = true;
        let place = || (0, 0);
        for o in self.objects.iter().filter(|o| o.kind == object_type) {
            builder.begin_case();
            builder.literal(false, Kind::String, "concept:name", o.id.as_bytes(), &place)?;
            // The last value of an attribute is the one that a flat log can hold.
            let last: BTreeMap<&str, &Valued> = o.attributes.iter().map(|a| (a.name.as_str(), a)).collect();
            for (name, value) in last {
                let text = plain_value(&value.value);
                builder.literal(false, kind_of(&value.value), name, text.as_bytes(), &place)?;
            }
            for &i in by_object.get(o.id.as_str()).into_iter().flatten() {
                let e = &self.events[i];
                builder.begin_event()?;
                builder.literal(true, Kind::String, "concept:name", e.kind.as_bytes(), &place)?;
                builder.literal(true, Kind::Date, "time:timestamp", e.time.as_bytes(), &place)?;
                builder.literal(true, Kind::String, "ocel:eid", e.id.as_bytes(), &place)?;
                for a in &e.attributes {
                    let text = plain_value(&a.value);
                    builder.literal(true, kind_of(&a.value), &a.name, text.as_bytes(), &place)?;
                }
                builder.end_event(&place);
            }
            builder.end_case(&place);
        }
        Ok(builder.finish(order))
    }
}

fn kind_of(v: &Value) -> Kind {
    match v {
        Value::Bool(_) => Kind::Boolean,
        Value::Number(n) if n.is_i64() => Kind::Int,
        Value::Number(_) => Kind::Float,
        _ => Kind::String,
    }
}
