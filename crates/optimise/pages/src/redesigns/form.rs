//! 表单: a model as rows of a form and back. What was not touched stays as it was, also what the form does not show.

use std::collections::HashMap;

use optimise::{Ground, Model, Source};
use serde_json::{Map, Value, json};
use web_kit::Fields;

/// Rows of a form at most: steps, orders, materials.
pub(crate) const ROWS_MAX: (usize, usize, usize) = (120, 300, 200);
/// Empty rows offered for what is new.
const NEW: usize = 2;

/// One step as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct StepRow {
    pub id: String,
    pub name: String,
    pub unit: String,
    pub days: String,
    pub needs: String,
    pub makes: String,
    pub visits: String,
    pub fee: String,
    pub gone: bool,
}

/// One order as typed; `k` is its place in the model.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct OrderRow {
    pub k: String,
    pub from: String,
    pub to: String,
    pub ground: String,
    pub cite: String,
    pub gone: bool,
}

/// One material as typed; `k` is its place in the model.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct MaterialRow {
    pub k: String,
    pub name: String,
    pub source: String,
    pub issuer: String,
    pub copies: String,
    pub promise: bool,
    pub defer: bool,
    pub gone: bool,
}

/// The whole form.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Form {
    pub steps: Vec<StepRow>,
    pub orders: Vec<OrderRow>,
    pub materials: Vec<MaterialRow>,
}

fn num(x: f64) -> String {
    format!("{x}")
}

fn word(g: Ground) -> &'static str {
    match g {
        Ground::Law => "law",
        Ground::Need => "need",
        Ground::Habit => "habit",
        Ground::Unknown => "unknown",
    }
}

/// Does the model fit a form?
pub(crate) fn fits(m: &Model) -> bool {
    m.steps.len() <= ROWS_MAX.0 && m.orders.len() <= ROWS_MAX.1 && m.materials.len() <= ROWS_MAX.2
}

impl Form {
    /// The rows of a model, with empty ones for what is new.
    pub fn of(m: &Model) -> Self {
        let mut f = Self::shown(m);
        f.steps.extend(vec![StepRow::default(); NEW]);
        f.orders.extend(vec![OrderRow::default(); NEW]);
        f.materials.extend(vec![MaterialRow::default(); NEW]);
        f
    }

    fn shown(m: &Model) -> Self {
        let join = |l: &[String]| l.join("、");
        Self {
            steps: (m.steps.iter())
                .map(|s| StepRow {
                    id: s.id.clone(),
                    name: s.name.clone(),
                    unit: s.unit.clone(),
                    days: s.days.map(num).unwrap_or_default(),
                    needs: join(&s.needs),
                    makes: join(&s.makes),
                    visits: num(s.visits),
                    fee: num(s.fee),
                    gone: false,
                })
                .collect(),
            orders: (m.orders.iter().enumerate())
                .map(|(k, o)| OrderRow {
                    k: k.to_string(),
                    from: o.from.clone(),
                    to: o.to.clone(),
                    ground: word(o.ground).into(),
                    cite: if o.ground == Ground::Need { o.what.clone() } else { o.cite.clone() },
                    gone: false,
                })
                .collect(),
            materials: (m.materials.iter().enumerate())
                .map(|(k, x)| MaterialRow {
                    k: k.to_string(),
                    name: x.name.clone(),
                    source: match x.source {
                        Source::Government => "government",
                        Source::Step => "step",
                        Source::Applicant | Source::Unknown => "applicant",
                    }
                    .into(),
                    issuer: x.issuer.clone(),
                    copies: num(x.copies),
                    promise: x.promise,
                    defer: x.defer,
                    gone: false,
                })
                .collect(),
        }
    }

    /// The rows as they were posted.
    pub fn read(fields: &Fields) -> Self {
        let by: HashMap<&str, &str> = fields.0.iter().map(|(n, v)| (n.as_str(), v.trim())).collect();
        let get =
            |p: char, k: usize, f: &str| by.get(format!("{p}{k}.{f}").as_str()).map_or("", |v| *v).to_owned();
        let has = |p: char, k: usize, f: &str| by.contains_key(format!("{p}{k}.{f}").as_str());
        let rows = |p: char, f: &'static str, most: usize| (0..most + NEW).take_while(move |k| has(p, *k, f));
        Self {
            steps: rows('s', "name", ROWS_MAX.0)
                .map(|k| StepRow {
                    id: get('s', k, "id"),
                    name: get('s', k, "name"),
                    unit: get('s', k, "unit"),
                    days: get('s', k, "days"),
                    needs: get('s', k, "needs"),
                    makes: get('s', k, "makes"),
                    visits: get('s', k, "visits"),
                    fee: get('s', k, "fee"),
                    gone: has('s', k, "gone"),
                })
                .collect(),
            orders: rows('o', "from", ROWS_MAX.1)
                .map(|k| OrderRow {
                    k: get('o', k, "k"),
                    from: get('o', k, "from"),
                    to: get('o', k, "to"),
                    ground: get('o', k, "ground"),
                    cite: get('o', k, "cite"),
                    gone: has('o', k, "gone"),
                })
                .collect(),
            materials: rows('m', "name", ROWS_MAX.2)
                .map(|k| MaterialRow {
                    k: get('m', k, "k"),
                    name: get('m', k, "name"),
                    source: get('m', k, "source"),
                    issuer: get('m', k, "issuer"),
                    copies: get('m', k, "copies"),
                    promise: has('m', k, "promise"),
                    defer: has('m', k, "defer"),
                    gone: has('m', k, "gone"),
                })
                .collect(),
        }
    }

    /// The model that results: the text of its JSON, to be read and checked like any other.
    pub fn onto(&self, base: &Model) -> String {
        let was = Self::shown(base);
        let mut v: Value = serde_json::from_str(&base.to_json()).unwrap_or_default();
        let list = |v: &Value, key: &str| v.get(key).and_then(Value::as_array).cloned().unwrap_or_default();
        let (steps, orders, materials) = (list(&v, "steps"), list(&v, "orders"), list(&v, "materials"));
        let gone: Vec<&str> = self.steps.iter().filter(|s| s.gone).map(|s| s.id.as_str()).collect();
        let dropped: Vec<&str> = self.materials.iter().filter(|m| m.gone).map(|m| m.name.as_str()).collect();
        let mut out = Vec::new();
        for row in self.steps.iter().filter(|r| !r.gone && !blank(&r.id, &r.name)) {
            let at = was.steps.iter().position(|s| !row.id.is_empty() && s.id == row.id);
            let mut o = at.and_then(|k| steps[k].as_object().cloned()).unwrap_or_default();
            let old = at.map_or_else(StepRow::default, |k| was.steps[k].clone());
            if at.is_none() {
                o.insert("id".into(), json!(fresh(&was, &out, &row.name)));
            }
            put(&mut o, "name", (&old.name, &row.name), |t| json!(t));
            put(&mut o, "unit", (&old.unit, &row.unit), |t| json!(t));
            put(&mut o, "days", (&old.days, &row.days), number);
            put(&mut o, "needs", (&old.needs, &row.needs), names);
            put(&mut o, "makes", (&old.makes, &row.makes), names);
            put(&mut o, "visits", (&old.visits, &row.visits), number);
            put(&mut o, "fee", (&old.fee, &row.fee), number);
            // What is no longer asked for is no longer needed either; else it would come back as a material.
            if let Some(needs) = o.get_mut("needs").and_then(Value::as_array_mut) {
                needs.retain(|n| !n.as_str().is_some_and(|n| dropped.contains(&n)));
            }
            out.push(Value::Object(o));
        }
        v["steps"] = Value::Array(out);
        let stands = |r: &&OrderRow| {
            let goes = |step: &String| gone.contains(&step.as_str());
            !r.gone && !blank(&r.from, &r.to) && !goes(&r.from) && !goes(&r.to)
        };
        v["orders"] = self.orders.iter().filter(stands).map(|r| order(r, &was, &orders)).collect();
        let kept = self.materials.iter().filter(|r| !r.gone && !blank(&r.k, &r.name));
        v["materials"] = kept.map(|r| material(r, &was, &materials)).collect();
        v.to_string()
    }
}

/// A row that nobody filled in.
fn blank(one: &str, other: &str) -> bool {
    one.is_empty() && other.is_empty()
}

fn order(r: &OrderRow, was: &Form, orders: &[Value]) -> Value {
    let at = r.k.parse::<usize>().ok().filter(|k| was.orders.get(*k).is_some());
    if let Some(k) = at
        && was.orders[k] == *r
    {
        return orders[k].clone();
    }
    let (cite, what) = if r.ground == "need" { ("", r.cite.as_str()) } else { (r.cite.as_str(), "") };
    json!({ "from": r.from, "to": r.to, "ground": r.ground, "cite": cite, "what": what })
}

fn material(r: &MaterialRow, was: &Form, materials: &[Value]) -> Value {
    let at = r.k.parse::<usize>().ok().filter(|k| was.materials.get(*k).is_some());
    let mut o = at.and_then(|k| materials[k].as_object().cloned()).unwrap_or_default();
    let old = at.map_or_else(MaterialRow::default, |k| was.materials[k].clone());
    put(&mut o, "name", (&old.name, &r.name), |t| json!(t));
    put(&mut o, "source", (&old.source, &r.source), |t| json!(t));
    put(&mut o, "issuer", (&old.issuer, &r.issuer), |t| json!(t));
    put(&mut o, "copies", (&old.copies, &r.copies), number);
    o.insert("promise".into(), json!(r.promise));
    o.insert("defer".into(), json!(r.defer));
    Value::Object(o)
}

/// Sets a field when its text was changed; an empty text takes it away.
fn put(o: &mut Map<String, Value>, key: &str, (old, new): (&str, &str), value: impl Fn(&str) -> Value) {
    if old == new {
        return;
    }
    if new.is_empty() {
        o.remove(key);
    } else {
        o.insert(key.to_owned(), value(new));
    }
}

/// A number, or the text for the reader of models to judge: “2小时”.
fn number(text: &str) -> Value {
    text.parse::<f64>().ok().filter(|x| x.is_finite()).map_or_else(|| json!(text), |x| json!(x))
}

fn names(text: &str) -> Value {
    text.split(['、', ';', ';', '\n']).map(str::trim).filter(|s| !s.is_empty()).map(|s| json!(s)).collect()
}

/// An id for a new step: its name when that is free, else `n1`, `n2` …
fn fresh(was: &Form, out: &[Value], name: &str) -> String {
    let taken = |id: &str| {
        was.steps.iter().any(|s| s.id == id)
            || out.iter().any(|v| v.get("id").and_then(Value::as_str) == Some(id))
    };
    if !taken(name) {
        return name.to_owned();
    }
    (1..).map(|k| format!("n{k}")).find(|id| !taken(id)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const MODEL: &str = r#"{"name":"试","steps":[
      {"id":"a","name":"受理","days":1,"makes":["通知"],"duration":{"distribution":"fixed","value":1}},
      {"id":"b","name":"审查","days":5,"needs":["通知","甲、乙证明"],"probability":0.5}],
      "orders":[{"from":"a","to":"b","ground":"law","cite":"某法"}],
      "materials":[{"name":"甲、乙证明","source":"government","asked_by":["b"]}]}"#;

    #[test]
    fn what_was_not_touched_stays_as_it_was() {
        let m = Model::from_json(MODEL).unwrap();
        let same = Model::from_json(&Form::of(&m).onto(&m)).unwrap();
        assert_eq!(same.to_json(), m.to_json());
    }

    #[test]
    fn rows_are_changed_added_and_removed() {
        let m = Model::from_json(MODEL).unwrap();
        let mut f = Form::of(&m);
        f.steps[1].days = "2小时".into();
        f.steps[2].name = "发证".into();
        f.steps[2].days = "1".into();
        f.orders[1] =
            OrderRow { from: "b".into(), to: "发证".into(), ground: "habit".into(), ..OrderRow::default() };
        f.materials[0].gone = true;
        let new = Model::from_json(&f.onto(&m)).unwrap();
        assert_eq!((new.steps.len(), new.orders.len(), new.materials.len()), (3, 2, 0));
        assert_eq!((new.steps[1].days, new.steps[1].probability), (Some(0.25), 0.5));
        f.steps[0].gone = true;
        let less = Model::from_json(&f.onto(&m)).unwrap();
        assert_eq!((less.steps.len(), less.orders.len()), (2, 1), "orders of a step that goes, go");
    }

    #[test]
    fn posted_fields_are_read_row_by_row() {
        let post = |pairs: &[(&str, &str)]| {
            Form::read(&Fields(pairs.iter().map(|(n, v)| ((*n).into(), (*v).into())).collect()))
        };
        let f = post(&[
            ("s0.id", "a"),
            ("s0.name", " 受理 "),
            ("s0.gone", "1"),
            ("s2.name", "hole"),
            ("o0.from", "a"),
        ]);
        assert_eq!((f.steps.len(), f.orders.len(), f.materials.len()), (1, 1, 0));
        assert!(f.steps[0].gone && f.steps[0].name == "受理");
    }
}
