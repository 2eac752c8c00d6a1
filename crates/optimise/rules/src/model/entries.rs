//! The entries of the lists of a model file: items of a theme, steps, orders, materials, forms.

use serde_json::Value;

use super::duration;
use super::part::{Field, Form, Material, Necessity, Source};
use super::read::{Reader, flat, habit, material_named, whole};
use super::value::{At, Obj, each, join, number, text, wrong, yes};
use super::words::squeeze;
use super::{Batch, Ground, MAX_STEPS, Model, Order, Rework, Said, Step};
use crate::OptimiseError;

type Result<T> = std::result::Result<T, OptimiseError>;

/// The steps of one item of a theme, by number.
pub(super) type Part = (String, std::ops::Range<usize>);

impl Reader {
    /// Items joined as one thing: each brings its own steps, orders, materials and forms.
    pub(super) fn items(&mut self, o: &Obj<'_>, m: &mut Model) -> Result<Vec<Part>> {
        let Some((v, path)) = o.take("items") else { return Ok(Vec::new()) };
        let mut parts = Vec::new();
        for (v, p) in each(v, &path)? {
            let o = Obj::of("model", v, &p)?;
            let name = match o.text("name")? {
                n if n.is_empty() => o.text("id")?,
                n => n,
            };
            o.take("id");
            let first = m.steps.len();
            self.steps_of(&o, m, &[])?;
            for s in &mut m.steps[first..] {
                if s.item.is_empty() {
                    s.item.clone_from(&name);
                }
            }
            if let Some((v, p)) = o.take("materials") {
                self.materials(v, &p, m, &name)?;
            }
            if let Some((v, p)) = o.take("forms") {
                self.forms(v, &p, m, &name)?;
            }
            let stated = m.orders.len();
            self.orders(&o, m)?;
            self.sequence(&o, m)?;
            if m.orders.len() == stated {
                for i in first + 1..m.steps.len() {
                    let order = habit(&m.steps[i - 1].id, &m.steps[i].id);
                    m.orders.push(order);
                }
            }
            for field in ["source", "note", "version", "target"] {
                o.take(field);
            }
            o.unread(&mut self.warnings);
            parts.push((name, first..m.steps.len()));
        }
        Ok(parts)
    }

    /// Today one item is begun when the one before it has ended, unless orders between them are stated.
    fn join_items(&mut self, m: &mut Model, parts: &[Part]) {
        for pair in parts.windows(2) {
            let ((a, from), (b, to)) = (&pair[0], &pair[1]);
            let (Some(last), Some(first)) = (from.clone().next_back(), to.clone().next()) else { continue };
            self.warn(
                format!("事项“{a}”与“{b}”之间未写先后：按办完一项再办下一项计（习惯）"),
                format!("no order between items {a:?} and {b:?}: taken as one after the other (habit)"),
            );
            let order = habit(&m.steps[last].id, &m.steps[first].id);
            m.orders.push(order);
        }
    }

    pub(super) fn steps_of(&mut self, o: &Obj<'_>, m: &mut Model, parts: &[Part]) -> Result<()> {
        if let Some((v, path)) = o.take("steps") {
            if let Value::Object(map) = v {
                for (k, v) in map {
                    self.step(v, &join(&path, k), Some(k), m)?;
                }
            } else {
                for (v, p) in each(v, &path)? {
                    self.step(v, &p, None, m)?;
                }
            }
        }
        if !parts.is_empty() {
            self.chained = false;
            self.join_items(m, parts);
        }
        Ok(())
    }

    fn step(&mut self, v: &Value, path: &str, key: Option<&str>, m: &mut Model) -> Result<()> {
        if m.steps.len() >= MAX_STEPS {
            return Err(OptimiseError::TooMany { path: path.into(), count: MAX_STEPS + 1, limit: MAX_STEPS });
        }
        let named;
        let o = match v {
            Value::String(s) => {
                named = serde_json::Map::from_iter([("id".to_owned(), Value::String(s.clone()))]);
                Obj::new("step", &named, path)
            }
            v => Obj::of("step", v, path)?,
        };
        let mut s = self.step_head(&o, key)?;
        if m.steps.iter().any(|x| x.id == s.id) {
            return Err(OptimiseError::Twice { path: path.into(), id: s.id });
        }
        self.step_needs(&o, &mut s)?;
        self.step_odds(&o, &mut s)?;
        self.step_burden(&o, &mut s)?;
        for (field, before) in [("after", true), ("before", false)] {
            let Some((v, p)) = o.take(field) else { continue };
            for (v, p) in each(v, &p)? {
                self.side_order(v, &p, &s.id, before, m)?;
            }
        }
        o.take("note");
        o.unread(&mut self.warnings);
        m.steps.push(s);
        Ok(())
    }

    fn step_head(&mut self, o: &Obj<'_>, key: Option<&str>) -> Result<Step> {
        let (mut id, mut name) = (o.text("id")?, o.text("name")?);
        if id.is_empty() {
            id = key.map_or_else(|| name.clone(), str::to_owned);
        }
        if name.is_empty() {
            name.clone_from(&id);
        }
        if id.is_empty() {
            return Err(o.missing("id"));
        }
        let mut told = Vec::new();
        let (limit, duration) = duration::of_step(&self.clock, o, &mut told)?;
        let work = o.take("work");
        let work = work
            .map(|(value, p)| {
                told.extend(duration::decided(value, &p));
                self.clock.work(At { value, path: &p })
            })
            .transpose()?;
        told.into_iter().for_each(|said| self.warn(said.zh, said.en));
        if limit.is_none() && duration.is_none() {
            self.warn(
                format!("环节“{name}”没有时限，按 0 计"),
                format!("step {id:?} has no limit, taken as 0"),
            );
        }
        let (ground, cite) = (o.take("ground"), o.text("cite")?);
        let ground = match ground {
            Some((v, p)) => ground_of(v, &p)?,
            None if cite.is_empty() => Ground::Unknown,
            None => Ground::Law,
        };
        Ok(Step {
            id,
            name,
            item: o.text("item")?,
            unit: o.text("unit")?,
            days: limit.map(|h| h / self.clock.hours_per_day),
            duration,
            work,
            needs: Vec::new(),
            makes: Vec::new(),
            when: o.names("when")?,
            probability: 1.0,
            refuse: 0.0,
            rework: None,
            batch: None,
            priority: 0,
            visits: 0.0,
            visit_for: o.names("visit_for")?,
            online: o.yes("online")?.unwrap_or(false),
            fee: 0.0,
            fee_without_basis: false,
            copies: 0.0,
            ground,
            cite,
            merge: o.text("merge")?,
        })
    }

    fn step_needs(&self, o: &Obj<'_>, s: &mut Step) -> Result<()> {
        for (field, kind) in [("needs", ""), ("materials", ""), ("data", "data:")] {
            let Some((v, p)) = o.take(field) else { continue };
            needs(v, &p, kind, &mut s.needs)?;
        }
        if let Some((v, p)) = o.take("makes") {
            needs(v, &p, "", &mut s.makes)?;
        }
        for list in [&mut s.needs, &mut s.makes] {
            let mut seen = std::collections::HashSet::new();
            list.retain(|n| !n.is_empty() && seen.insert(n.clone()));
        }
        Ok(())
    }

    fn step_odds(&self, o: &Obj<'_>, s: &mut Step) -> Result<()> {
        s.probability = o.number("probability", 0.0, 1.0)?.unwrap_or(1.0);
        s.refuse = o.number("refuse", 0.0, 1.0)?.unwrap_or(0.0);
        if let Some(p) = o.number("priority", -1e6, 1e6)? {
            s.priority = p as i32;
        }
        if let Some((v, p)) = o.take("rework") {
            let get = |names: &[&str]| {
                v.as_object().and_then(|m| m.iter().find(|(k, _)| names.contains(&squeeze(k).as_str())))
            };
            let (probability, to) = if v.is_object() {
                let (k, chance) = get(&["probability", "prob", "p", "rate", "概率"]).ok_or_else(|| {
                    OptimiseError::Missing { path: p.clone(), field: "probability（概率）".into() }
                })?;
                let to = get(&["to", "backto", "step", "回到"]).map(|(_, v)| flat(v)).unwrap_or_default();
                (number(chance, &join(&p, k), 0.0, 0.99)?, to)
            } else {
                (number(v, &p, 0.0, 0.99)?, String::new())
            };
            s.rework = (probability > 0.0).then_some(Rework { probability, to });
        }
        if let Some((v, p)) = o.take("batch") {
            let size = v.get("size").or_else(|| v.get("件数")).unwrap_or(v);
            let size = whole(number(size, &p, 1.0, 1e6)?, &p)?;
            let wait = v.get("max_wait_hours").or_else(|| v.get("最长等待小时"));
            let max_wait_hours = wait.map(|w| number(w, &p, 0.0, 1e6)).transpose()?;
            s.batch = (size > 1).then_some(Batch { size, max_wait_hours });
        }
        Ok(())
    }

    fn step_burden(&self, o: &Obj<'_>, s: &mut Step) -> Result<()> {
        s.visits = o.number("visits", 0.0, 1e4)?.unwrap_or(0.0);
        s.copies = o.number("copies", 0.0, 1e5)?.unwrap_or(0.0);
        s.fee_without_basis = o.yes("fee_without_basis")?.unwrap_or(false);
        let Some((v, p)) = o.take("fee") else { return Ok(()) };
        if let Value::Object(map) = v {
            for (k, v) in map {
                let p = join(&p, k);
                match squeeze(k).as_str() {
                    "amount" | "value" | "yuan" | "金额" | "数额" => s.fee = number(v, &p, 0.0, 1e12)?,
                    "ground" | "basis" | "依据类型" => {
                        s.fee_without_basis =
                            matches!(squeeze(&flat(v)).as_str(), "none" | "habit" | "无" | "习惯" | "无依据");
                    }
                    _ => {}
                }
            }
        } else {
            s.fee = number(v, &p, 0.0, 1e12)?;
        }
        Ok(())
    }

    /// `after`/`before` of a step: a name, or `{step, ground, cite}`.
    fn side_order(&mut self, v: &Value, path: &str, id: &str, after: bool, m: &mut Model) -> Result<()> {
        self.chained = false;
        let mut order = Order {
            from: String::new(),
            to: String::new(),
            ground: Ground::Unknown,
            cite: String::new(),
            what: String::new(),
        };
        let other = if v.is_object() {
            let o = Obj::of("order", v, path)?;
            let step = match o.text("step")? {
                s if s.is_empty() => o.text(if after { "from" } else { "to" })?,
                s => s,
            };
            self.why(&o, &mut order)?;
            o.unread(&mut self.warnings);
            step
        } else {
            text(v, path)?
        };
        (order.from, order.to) = if after { (other, id.to_owned()) } else { (id.to_owned(), other) };
        m.orders.push(order);
        Ok(())
    }

    fn why(&mut self, o: &Obj<'_>, order: &mut Order) -> Result<()> {
        let ground = o.take("ground");
        order.cite = o.text("cite")?;
        order.what = o.take("what").map(|(v, _)| flat(v)).unwrap_or_default();
        o.take("note");
        order.ground = match &ground {
            Some((v, p)) => {
                if let Some(cite) = v.get("cite").or_else(|| v.get("依据")).and_then(Value::as_str) {
                    cite.clone_into(&mut order.cite);
                }
                ground_of(v, p)?
            }
            None if !order.cite.is_empty() => Ground::Law,
            None if !order.what.is_empty() => Ground::Need,
            None => Ground::Unknown,
        };
        Ok(())
    }

    pub(super) fn orders(&mut self, o: &Obj<'_>, m: &mut Model) -> Result<()> {
        let Some((v, path)) = o.take("orders") else { return Ok(()) };
        self.chained = false;
        for (v, p) in each(v, &path)? {
            let order = match v {
                Value::Object(_) => {
                    let o = Obj::of("order", v, &p)?;
                    let (from, to) = (o.text("from")?, o.text("to")?);
                    if from.is_empty() {
                        return Err(o.missing("from"));
                    }
                    if to.is_empty() {
                        return Err(o.missing("to"));
                    }
                    let mut order = habit(&from, &to);
                    self.why(&o, &mut order)?;
                    o.unread(&mut self.warnings);
                    order
                }
                Value::Array(list) if (2..=4).contains(&list.len()) => {
                    let word = |i: usize| list.get(i).map(|v| text(v, &p)).transpose();
                    let mut order = habit(&word(0)?.unwrap_or_default(), &word(1)?.unwrap_or_default());
                    order.cite = word(3)?.unwrap_or_default();
                    order.ground = list.get(2).map_or(Ok(Ground::Unknown), |v| ground_of(v, &p))?;
                    order
                }
                Value::String(s) => {
                    let parts = ["->", "→", "=>", "≺", "<"].iter().find_map(|a| s.split_once(a));
                    let (a, b) = parts.ok_or_else(|| bad_order(&p, v))?;
                    Order { ground: Ground::Unknown, ..habit(a.trim(), b.trim()) }
                }
                v => return Err(bad_order(&p, v)),
            };
            if order.from == order.to {
                return Err(OptimiseError::Cycle {
                    cycle: format!("{} → {}", order.from, order.to),
                    steps: vec![order.from],
                });
            }
            m.orders.push(order);
        }
        Ok(())
    }

    pub(super) fn sequence(&mut self, o: &Obj<'_>, m: &mut Model) -> Result<()> {
        let list = o.names("sequence")?;
        if !list.is_empty() {
            self.chained = false;
        }
        m.orders.extend(list.windows(2).map(|w| habit(&w[0], &w[1])));
        Ok(())
    }

    pub(super) fn materials(&mut self, v: &Value, path: &str, m: &mut Model, item: &str) -> Result<()> {
        if let Value::Object(map) = v {
            for (k, v) in map {
                let mut row = self.material(v, &join(path, k), Some(k))?;
                own(&mut row.asked_by, item);
                m.materials.push(row);
            }
            return Ok(());
        }
        for (v, p) in each(v, path)? {
            let mut row = self.material(v, &p, None)?;
            own(&mut row.asked_by, item);
            m.materials.push(row);
        }
        Ok(())
    }

    fn material(&mut self, v: &Value, path: &str, key: Option<&str>) -> Result<Material> {
        if !v.is_object() {
            return Ok(material_named(text(v, path)?));
        }
        let o = Obj::of("material", v, path)?;
        let name = o.text("name")?;
        let mut row = material_named(if name.is_empty() { key.unwrap_or("").to_owned() } else { name });
        let id = o.text("id")?;
        if row.name.is_empty() {
            row.name = id;
        } else if !id.is_empty() && id != row.name {
            self.aliases.push((id, row.name.clone()));
        }
        if row.name.is_empty() {
            return Err(o.missing("name"));
        }
        row.issuer = o.text("issuer")?;
        row.made_by = o.text("made_by")?;
        row.source = source_of(&o, &mut row);
        row.form = o.text("form")?;
        copies_of(&o, &mut row)?;
        row.promise = o.yes("promise")?.unwrap_or(false);
        row.defer = o.yes("defer")?.unwrap_or(false);
        if let Some((v, p)) = o.take("necessity") {
            row.necessity = necessity(v, &p)?;
            row.defer |= row.necessity == Necessity::Later;
        }
        row.asked_by = o.names("asked_by")?;
        for user in o.names("used_by")? {
            self.used_by.push((row.name.clone(), user));
        }
        row.when = o.names("when")?;
        row.fee = o.number("fee", 0.0, 1e9)?.unwrap_or(0.0);
        o.take("note");
        o.unread(&mut self.warnings);
        Ok(row)
    }

    pub(super) fn forms(&mut self, v: &Value, path: &str, m: &mut Model, item: &str) -> Result<()> {
        for (v, p) in each(v, path)? {
            let o = Obj::of("form", v, &p)?;
            let mut form = Form {
                name: o.text("name")?,
                needed_by: o.names("needed_by")?.join("、"),
                when: o.names("when")?,
                fields: Vec::new(),
            };
            if form.name.is_empty() {
                form.name = format!("表{}", m.forms.len() + 1);
            }
            if form.needed_by.is_empty() {
                item.clone_into(&mut form.needed_by);
            }
            if let Some((v, p)) = o.take("fields") {
                for (v, p) in each(v, &p)? {
                    form.fields.push(self.field(v, &p)?);
                }
            }
            o.take("note");
            o.unread(&mut self.warnings);
            m.forms.push(form);
        }
        Ok(())
    }

    fn field(&mut self, v: &Value, path: &str) -> Result<Field> {
        let empty = Field {
            name: String::new(),
            meaning: String::new(),
            format: String::new(),
            code: String::new(),
            prefill: String::new(),
        };
        if !v.is_object() {
            return Ok(Field { name: text(v, path)?, ..empty });
        }
        let o = Obj::of("field", v, path)?;
        let f = Field {
            name: o.text("name")?,
            meaning: o.text("meaning")?,
            format: o.text("format")?,
            code: o.text("code")?,
            prefill: o.take("prefill").map(|(v, _)| flat(v)).unwrap_or_default(),
        };
        if f.name.is_empty() {
            return Err(o.missing("name"));
        }
        // Whatever else a field carries (length, required …) does not bear on sameness.
        o.unread(&mut Vec::<Said>::new());
        Ok(f)
    }
}

fn own(asked_by: &mut Vec<String>, item: &str) {
    if asked_by.is_empty() && !item.is_empty() {
        asked_by.push(item.to_owned());
    }
}

fn bad_order(path: &str, v: &Value) -> OptimiseError {
    wrong(path, "先后 {from, to, ground}", "an order {from, to, ground}", v)
}

/// Needs and results: names, objects that name a kind, or an object of lists.
fn needs(v: &Value, path: &str, kind: &str, out: &mut Vec<String>) -> Result<()> {
    match v {
        Value::String(s) => out.push(format!("{kind}{}", s.trim())),
        Value::Object(map) => {
            for (k, v) in map {
                let kind = match squeeze(k).as_str() {
                    "data" | "field" | "fields" | "datafields" | "字段" | "数据" => "data:",
                    "step" | "steps" | "环节" | "步骤" => "step:",
                    "name" | "id" | "material" | "materials" | "document" | "documents" | "result"
                    | "results" | "output" | "名称" | "材料" | "结果" => kind,
                    _ => continue,
                };
                needs(v, &join(path, k), kind, out)?;
            }
        }
        Value::Array(_) => {
            for (v, p) in each(v, path)? {
                if !v.is_array() {
                    needs(v, &p, kind, out)?;
                }
            }
        }
        v => out.push(text(v, path)?),
    }
    Ok(())
}

/// law, need, habit, unknown in any of their words; with several the strongest.
fn ground_of(v: &Value, path: &str) -> Result<Ground> {
    let bad =
        || wrong(path, "law/法定、need/需要、habit/习惯 或 unknown/未知", "law, need, habit or unknown", v);
    let word = match v {
        Value::Array(list) => {
            let each = list.iter().map(|v| ground_of(v, path)).collect::<Result<Vec<_>>>()?;
            return each.into_iter().min().ok_or_else(bad);
        }
        Value::Object(map) => {
            let inner = ["type", "kind", "ground", "类型"].iter().find_map(|k| map.get(*k));
            return match inner {
                Some(v) => ground_of(v, path),
                None if map.contains_key("cite") || map.contains_key("law") => Ok(Ground::Law),
                None => Err(bad()),
            };
        }
        v => squeeze(&text(v, path)?),
    };
    let has = |words: &[&str]| words.iter().any(|w| word.contains(w));
    if has(&["unknown", "未知", "不明", "待定"]) || word.is_empty() {
        Ok(Ground::Unknown)
    } else if has(&["law", "legal", "statut", "regulat", "法", "规定", "条例"]) {
        Ok(Ground::Law)
    } else if has(&["need", "data", "material", "result", "depend", "derived", "需", "依赖", "结果", "材料"])
    {
        Ok(Ground::Need)
    } else if has(&["habit", "custom", "practice", "convention", "tradition", "observed", "惯", "习"]) {
        Ok(Ground::Habit)
    } else {
        Err(bad())
    }
}

/// Where it comes from: a word, `government:公安局`, `step:a`, the name of an office, or `{type, unit, step}`.
fn source_of(o: &Obj<'_>, row: &mut Material) -> Source {
    let raw = match o.take("source") {
        Some((Value::Object(map), _)) => {
            let get = |keys: &[&str]| keys.iter().find_map(|k| map.get(*k)).map(flat).unwrap_or_default();
            let (unit, step) = (get(&["unit", "issuer", "单位"]), get(&["step", "环节"]));
            fill(&mut row.issuer, &unit);
            fill(&mut row.made_by, &step);
            get(&["type", "kind", "类型"])
        }
        Some((v, _)) => flat(v),
        None => String::new(),
    };
    let (head, tail) = raw.split_once([':', ':']).unwrap_or((&raw, ""));
    let stated = squeeze(head);
    let has = |words: &[&str]| words.iter().any(|w| stated.contains(w));
    if has(&["step", "earlier", "前序", "环节", "流程产生", "internal"]) {
        fill(&mut row.made_by, tail.trim());
        return Source::Step;
    }
    if !row.made_by.is_empty() {
        return Source::Step;
    }
    if has(&["gov", "政府", "核发", "部门", "authority", "agency", "issued"]) || stated == "20" {
        fill(&mut row.issuer, tail.trim());
        return Source::Government;
    }
    if has(&["applicant", "self", "自备", "申请", "company", "企业", "citizen"]) || stated == "10" {
        return Source::Applicant;
    }
    if public(head) {
        fill(&mut row.issuer, head.trim());
    }
    if public(&row.issuer) { Source::Government } else { Source::Unknown }
}

fn fill(slot: &mut String, value: &str) {
    if slot.is_empty() {
        value.clone_into(slot);
    }
}

/// Does the name sound like a public office?
fn public(name: &str) -> bool {
    let s = squeeze(name);
    ["局", "委", "厅", "院", "部", "政府", "中心", "委员会", "办", "大厅", "所"]
        .iter()
        .any(|e| s.ends_with(e))
        || ["bureau", "ministry", "government", "department", "authority", "office", "court", "police"]
            .iter()
            .any(|w| s.contains(w))
}

fn copies_of(o: &Obj<'_>, row: &mut Material) -> Result<()> {
    let originals = match o.take("original") {
        Some((Value::Bool(b), _)) => f64::from(u8::from(*b)),
        Some((Value::String(s), _)) if yes(&Value::String(s.clone()), "").is_ok() => {
            f64::from(u8::from(yes(&Value::String(s.clone()), "").unwrap_or(false)))
        }
        Some((v, p)) => number(v, &p, 0.0, 1e4)?,
        None => 0.0,
    };
    match o.number("copies", 0.0, 1e4)? {
        Some(copies) => row.copies = copies + originals,
        None if originals > 0.0 => row.copies = originals,
        None => {}
    }
    Ok(())
}

fn necessity(v: &Value, path: &str) -> Result<Necessity> {
    if let Ok(required) = yes(v, path)
        && !v.is_number()
    {
        return Ok(if required { Necessity::Required } else { Necessity::Optional });
    }
    let word = squeeze(&text(v, path)?);
    let has = |words: &[&str]| words.iter().any(|w| word.contains(w));
    Ok(if has(&["later", "defer", "容缺", "后补"]) || word == "3" {
        Necessity::Later
    } else if has(&["optional", "非必", "notrequired"]) || word == "2" {
        Necessity::Optional
    } else if has(&["required", "mandatory", "necessary", "必"]) || word == "1" {
        Necessity::Required
    } else {
        return Err(wrong(path, "必要、非必要、容缺后补", "required, optional, later", v));
    })
}
