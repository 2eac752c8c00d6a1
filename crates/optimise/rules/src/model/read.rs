//! Reads a model from JSON, liberal in spelling, exact in what it says is wrong.

use std::collections::HashSet;

use serde_json::Value;

use super::duration::{self, Clock};
use super::link::{Finder, Linked, normal};
use super::part::{Arrivals, Material, Necessity, Shift, Source};
use super::value::{At, Obj, each, has_percent, join, number, root, show, text, wrong};
use super::words::squeeze;
use super::{FORMAT, Ground, MAX_BYTES, Model, Order, Said, Situation, Target, Unit};
use super::{share, week};
use crate::OptimiseError;

type Result<T> = std::result::Result<T, OptimiseError>;

/// Reads the text of a model.
pub(super) fn model(text: &str) -> Result<Model> {
    if text.len() > MAX_BYTES {
        return Err(OptimiseError::TooLarge { bytes: text.len(), limit: MAX_BYTES });
    }
    let text = text.trim_start_matches('\u{feff}');
    let mut value: Value = serde_json::from_str(text).map_err(|e| OptimiseError::NotJson {
        line: e.line(),
        column: e.column(),
        what: e.to_string().chars().take(120).collect(),
    })?;
    for wrapper in ["model", "process", "模型"] {
        if let Some(inner) = value.get_mut(wrapper).filter(|v| v.get("steps").or(v.get("环节")).is_some()) {
            value = inner.take();
        }
    }
    if value.is_array() {
        value = serde_json::json!({ "steps": value });
    }
    let mut r = Reader {
        warnings: Vec::new(),
        clock: Clock { hours_per_day: 8.0, default: 8.0, of_work: false },
        chained: true,
        aliases: Vec::new(),
        used_by: Vec::new(),
    };
    let mut m = r.whole(&value)?;
    m.warnings = r.warnings;
    Ok(m)
}

pub(super) struct Reader {
    pub warnings: Vec<Said>,
    pub clock: Clock,
    /// no order of any kind was stated
    pub chained: bool,
    /// ids of materials, and their names
    pub aliases: Vec<(String, String)>,
    /// materials, and the steps or units said to use them
    pub used_by: Vec<(String, String)>,
}

impl Reader {
    pub fn warn(&mut self, zh: String, en: String) {
        const MOST: usize = 200;
        if self.warnings.len() < MOST {
            self.warnings.push(Said { zh, en });
        }
    }

    fn whole(&mut self, value: &Value) -> Result<Model> {
        let o = Obj::of("model", value, "")?;
        self.format(&o)?;
        self.units_of_time(&o)?;
        let mut m = Model {
            format: FORMAT,
            id: o.text("id")?,
            name: o.text("name")?,
            source: o.take("source").map(|(v, _)| flat(v)).unwrap_or_default(),
            hours_per_day: self.clock.hours_per_day,
            target: self.target(&o)?,
            situations: self.situations(&o)?,
            units: Vec::new(),
            steps: Vec::new(),
            orders: Vec::new(),
            materials: Vec::new(),
            forms: Vec::new(),
            arrivals: None,
            calendar: self.calendar(&o)?,
            warnings: Vec::new(),
        };
        o.take("version");
        o.take("note");
        self.units(&o, &mut m)?;
        let parts = self.items(&o, &mut m)?;
        self.steps_of(&o, &mut m, &parts)?;
        if let Some((v, p)) = o.take("materials") {
            self.materials(v, &p, &mut m, "")?;
        }
        if let Some((v, p)) = o.take("forms") {
            self.forms(v, &p, &mut m, "")?;
        }
        self.orders(&o, &mut m)?;
        self.sequence(&o, &mut m)?;
        m.arrivals = self.arrivals(&o)?;
        o.unread(&mut self.warnings);
        self.finish(&mut m)?;
        Ok(m)
    }

    fn format(&self, o: &Obj<'_>) -> Result<()> {
        let Some((v, path)) = o.take("format") else { return Ok(()) };
        let found = match v {
            Value::Number(n) => n.to_string(),
            Value::String(s) => s.trim().rsplit(['/', ' ', '@', 'v']).next().unwrap_or("").to_owned(),
            v => show(v),
        };
        let major = found.split('.').next().unwrap_or("");
        if major == FORMAT.to_string() {
            return Ok(());
        }
        Err(OptimiseError::Format { path, found, known: FORMAT })
    }

    fn units_of_time(&mut self, o: &Obj<'_>) -> Result<()> {
        if let Some(h) = o.number("hours_per_day", 0.1, 24.0)? {
            self.clock.hours_per_day = h;
        }
        self.clock.default = self.clock.hours_per_day;
        if let Some((v, path)) = o.take("time_unit") {
            let unit = v.as_str().and_then(|s| self.clock.unit(s));
            self.clock.default = unit.ok_or_else(|| {
                wrong(&path, "时间单位（分钟、小时、天）", "a unit of time (minutes, hours, days)", v)
            })?;
        }
        Ok(())
    }

    fn target(&self, o: &Obj<'_>) -> Result<Option<Target>> {
        let Some((v, path)) = o.take("target") else { return Ok(None) };
        let hpd = self.clock.hours_per_day;
        let Value::Object(map) = v else {
            let hours = self.clock.limit(At { value: v, path: &path }, hpd)?;
            return Ok(Some(Target { working_days: hours / hpd, source: String::new() }));
        };
        let source = map.iter().find(|(k, _)| ["source", "来源", "cite", "依据"].contains(&k.as_str()));
        let source = source.map(|(_, v)| flat(v)).unwrap_or_default();
        for (k, v) in map {
            let unit = match squeeze(k).as_str() {
                "workingdays" | "days" | "工作日" | "value" => hpd,
                "hours" | "小时" => 1.0,
                "minutes" | "分钟" => 1.0 / 60.0,
                _ => continue,
            };
            let hours = self.clock.limit(At { value: v, path: &join(&path, k) }, unit)?;
            return Ok(Some(Target { working_days: hours / hpd, source }));
        }
        Err(OptimiseError::Missing { path, field: "working_days（工作日）".into() })
    }

    fn situations(&mut self, o: &Obj<'_>) -> Result<Vec<Situation>> {
        let Some((v, path)) = o.take("situations") else { return Ok(Vec::new()) };
        let mut list: Vec<(String, String, Option<share::Written>)> = Vec::new();
        if let Value::Object(map) = v {
            for (k, v) in map {
                let share = (number(v, &join(&path, k), 0.0, 1e12)?, has_percent(v));
                list.push((k.clone(), k.clone(), Some(share)));
            }
        } else {
            for (v, p) in each(v, &path)? {
                if let Value::Object(_) = v {
                    let o = Obj::of("situation", v, &p)?;
                    let (name, id) = (o.text("name")?, o.text("id")?);
                    let id = if id.is_empty() { name.clone() } else { id };
                    let f = o
                        .take("frequency")
                        .map(|(v, p)| Ok((number(v, &p, 0.0, 1e12)?, has_percent(v))))
                        .transpose()?;
                    o.take("note");
                    if id.is_empty() {
                        return Err(o.missing("id"));
                    }
                    o.unread(&mut self.warnings);
                    list.push((id.clone(), if name.is_empty() { id } else { name }, f));
                } else {
                    let name = text(v, &p)?;
                    list.push((name.clone(), name, None));
                }
            }
        }
        let mut shares = self.frequencies(&list, v, &path)?.into_iter();
        let list: Vec<(String, String, Option<f64>)> =
            list.into_iter().map(|(id, name, f)| (id, name, f.and_then(|_| shares.next()))).collect();
        let stated: f64 = list.iter().filter_map(|l| l.2).sum();
        let silent = list.iter().filter(|l| l.2.is_none()).count();
        let rest = if stated > 0.0 { (1.0 - stated).max(0.0) } else { 1.0 } / (silent.max(1) as f64);
        let total = stated + rest * silent as f64;
        if total <= 0.0 && !list.is_empty() {
            self.warn(
                format!("{path}：各情形频率都是 0，按相等计"),
                format!("{path}: every frequency is 0, taken as equal"),
            );
        }
        let even = 1.0 / list.len().max(1) as f64;
        let mut seen = HashSet::new();
        list.into_iter()
            .enumerate()
            .map(|(i, (id, name, f))| {
                if !seen.insert(id.clone()) {
                    return Err(OptimiseError::Twice { path: format!("{path}[{i}]"), id });
                }
                let share = if total > 0.0 { f.unwrap_or(rest) / total } else { even };
                Ok(Situation { id, name, frequency: share })
            })
            .collect()
    }

    /// The stated frequencies on one scale; what does not add up is said, what cannot be told is refused.
    fn frequencies(
        &mut self,
        list: &[(String, String, Option<share::Written>)],
        v: &Value,
        path: &str,
    ) -> Result<Vec<f64>> {
        let written: Vec<share::Written> = list.iter().filter_map(|l| l.2).collect();
        let silent = written.len() < list.len();
        let shares = share::on_one_scale(&written).ok_or_else(|| {
            wrong(
                path,
                "写法一致的频率（都写百分数，或都写小数）",
                "frequencies in one writing (all per cent or all shares of 1)",
                v,
            )
        })?;
        let sum: f64 = shares.iter().sum();
        // Beside counts or more than a whole nobody can say how often the silent one is.
        if silent && !written.is_empty() && sum > 1.0 + 1e-9 {
            return Err(wrong(
                path,
                "每个情形都写频率（已写的合计超过 1）",
                "a frequency for each situation (those stated add up to more than 1)",
                v,
            ));
        }
        let signed = written.iter().any(|w| w.1);
        if !silent && signed && (sum - 1.0).abs() > 0.005 {
            let sum = sum * 100.0;
            self.warn(
                format!("{path}：各情形频率合计 {sum:.1}%，按比例折算"),
                format!("{path}: the frequencies add up to {sum:.1} %, taken in proportion"),
            );
        }
        Ok(shares)
    }

    fn units(&mut self, o: &Obj<'_>, m: &mut Model) -> Result<()> {
        for field in ["units", "staff"] {
            let Some((v, path)) = o.take(field) else { continue };
            if let Value::Object(map) = v {
                for (k, v) in map {
                    self.unit(v, &join(&path, k), Some(k), m)?;
                }
            } else {
                for (v, p) in each(v, &path)? {
                    self.unit(v, &p, None, m)?;
                }
            }
        }
        Ok(())
    }

    fn unit(&mut self, v: &Value, path: &str, key: Option<&str>, m: &mut Model) -> Result<()> {
        let mut u =
            Unit { id: key.unwrap_or("").into(), name: String::new(), staff: None, calendar: Vec::new() };
        match v {
            Value::Object(_) => {
                let o = Obj::of("unit", v, path)?;
                u.name = o.text("name")?;
                let id = o.text("id")?;
                if !id.is_empty() {
                    u.id = id;
                }
                if let Some(n) = o.number("staff", 0.0, 1e6)? {
                    u.staff = Some(whole(n, &join(path, "staff"))?);
                }
                u.calendar = self.calendar(&o)?;
                o.take("note");
                o.unread(&mut self.warnings);
            }
            v if key.is_some() => u.staff = Some(whole(number(v, path, 0.0, 1e6)?, path)?),
            v => u.id = text(v, path)?,
        }
        if u.id.is_empty() {
            u.id.clone_from(&u.name);
        }
        if u.name.is_empty() {
            u.name.clone_from(&u.id);
        }
        if u.id.is_empty() {
            return Err(OptimiseError::Missing { path: root(path), field: "id（编号）".into() });
        }
        if u.staff == Some(0) {
            return Err(OptimiseError::Wrong {
                path: path.into(),
                wanted_zh: "至少 1 人（不限人数请不写）".into(),
                wanted_en: "at least 1 (leave it out when not limited)".into(),
                found: "0".into(),
            });
        }
        match m.units.iter_mut().find(|x| x.id == u.id || x.name == u.id) {
            Some(old) if key.is_some() => old.staff = u.staff,
            Some(_) => return Err(OptimiseError::Twice { path: path.into(), id: u.id }),
            None => m.units.push(u),
        }
        Ok(())
    }

    pub fn calendar(&self, o: &Obj<'_>) -> Result<Vec<Shift>> {
        match o.take("calendar") {
            Some((v, path)) => calendar(v, &path),
            None => Ok(Vec::new()),
        }
    }

    fn arrivals(&self, o: &Obj<'_>) -> Result<Option<Arrivals>> {
        let Some((value, path)) = o.take("arrivals") else { return Ok(None) };
        let shifts = ["calendar", "班次"].iter().find_map(|k| value.get(*k));
        let calendar = shifts.map(|v| calendar(v, &join(&path, "calendar"))).transpose()?.unwrap_or_default();
        let between = duration::between(&self.clock, At { value, path: &path })?;
        if between.mean() <= 0.0 {
            return Err(wrong(&path, "大于 0 的间隔", "an interval above 0", value));
        }
        Ok(Some(Arrivals { between, calendar }))
    }

    /// Completes references: units, situations, needs nothing explains, today's order when none is stated.
    fn finish(&mut self, m: &mut Model) -> Result<()> {
        if m.steps.is_empty() {
            return Err(OptimiseError::Missing { path: "$".into(), field: "steps（环节）".into() });
        }
        if m.name.is_empty() {
            m.name = if m.id.is_empty() { "未命名流程".into() } else { m.id.clone() };
        }
        self.resolve_aliases(m);
        self.resolve_units(m);
        self.resolve_users(m);
        self.idle_units(m);
        self.resolve_situations(m);
        if self.chained && m.steps.len() > 1 {
            self.warn(
                "未写先后顺序：现行流程按所列次序逐个办理（习惯）".into(),
                "no orders stated: today's process is taken as one step after another as listed (habit)"
                    .into(),
            );
            for i in 1..m.steps.len() {
                m.orders.push(habit(&m.steps[i - 1].id, &m.steps[i].id));
            }
        }
        self.canonical_refs(m)?;
        let linked = Linked::loose(m)?;
        for (j, name) in &linked.unexplained {
            self.warn(
                format!("环节“{}”需要的“{name}”不在材料、字段和产出之中，按申请人自备材料计", m.steps[*j].name),
                format!("step {:?} needs {name:?}, which is no material, field or result; taken as a material of the applicant", m.steps[*j].id),
            );
        }
        for (_, name) in linked.unexplained {
            if !m.materials.iter().any(|x| normal(&x.name) == normal(&name)) {
                m.materials.push(material_named(name));
            }
        }
        self.default_copies(m);
        Ok(())
    }

    /// Needs and results may name a material by its id; from here on it has its name.
    fn resolve_aliases(&self, m: &mut Model) {
        let by: std::collections::HashMap<_, _> = self.aliases.iter().map(|(a, b)| (a.as_str(), b)).collect();
        for s in &mut m.steps {
            for name in s.needs.iter_mut().chain(&mut s.makes).chain(&mut s.visit_for) {
                if let Some(full) = by.get(name.as_str()) {
                    (*full).clone_into(name);
                }
            }
        }
    }

    /// `used_by` of a material becomes a need of the steps it names, or of all steps of the unit it names.
    fn resolve_users(&mut self, m: &mut Model) {
        for (name, user) in std::mem::take(&mut self.used_by) {
            let unit = m.units.iter().find(|u| u.id == user || u.name == user).map(|u| u.id.clone());
            let step = Finder::new(m).find(&user);
            let mut hit = false;
            for (i, s) in m.steps.iter_mut().enumerate() {
                let is = step.map_or_else(|| unit.as_ref() == Some(&s.unit) || s.item == user, |k| k == i);
                hit |= is;
                if is && !s.needs.contains(&name) {
                    s.needs.push(name.clone());
                }
            }
            if !hit {
                self.warn(
                    format!("材料“{name}”的使用方“{user}”不是环节、单位或事项"),
                    format!("material {name:?} is used by {user:?}, which is no step, unit or item"),
                );
            }
        }
    }

    fn default_copies(&self, m: &mut Model) {
        let stated = m.steps.iter().any(|s| s.copies > 0.0);
        for row in &mut m.materials {
            if row.copies < 0.0 {
                let electronic = row.form.contains("电子") || squeeze(&row.form).starts_with("electron");
                row.copies = if electronic || stated { 0.0 } else { 1.0 };
            }
        }
    }

    fn resolve_units(&mut self, m: &mut Model) {
        for i in 0..m.steps.len() {
            let name = m.steps[i].unit.clone();
            if name.is_empty() {
                continue;
            }
            let known = m.units.iter().find(|u| u.id == name).or(m.units.iter().find(|u| u.name == name));
            match known {
                Some(u) => m.steps[i].unit = u.id.clone(),
                None => m.units.push(Unit { id: name.clone(), name, staff: None, calendar: Vec::new() }),
            }
        }
    }

    /// Units with staff that no step belongs to: most often a name that was written in two ways.
    fn idle_units(&mut self, m: &Model) {
        let used = |u: &&Unit| m.steps.iter().any(|s| s.unit == u.id);
        let free: Vec<&str> =
            m.units.iter().filter(used).filter(|u| u.staff.is_none()).map(|u| &*u.name).collect();
        let (zh, en) = if free.is_empty() {
            (String::new(), String::new())
        } else {
            let names = free.join("、");
            (
                format!("；环节的单位“{names}”没有写人数，按不限人数计"),
                format!("; of {names:?}, which handle steps, no staff is stated: not limited"),
            )
        };
        for u in m.units.iter().filter(|u| !used(u)) {
            let Some(staff) = u.staff else { continue };
            self.warn(
                format!("单位“{}”写了 {staff} 人，却没有环节由它办理{zh}", u.name),
                format!("unit {:?} has a staff of {staff} and handles no step{en}", u.name),
            );
        }
    }

    fn resolve_situations(&mut self, m: &mut Model) {
        let all: Vec<(String, String)> =
            m.situations.iter().map(|s| (s.id.clone(), s.name.clone())).collect();
        let mut unknown = Vec::new();
        let lists = (m.steps.iter_mut().map(|s| &mut s.when))
            .chain(m.materials.iter_mut().map(|s| &mut s.when))
            .chain(m.forms.iter_mut().map(|s| &mut s.when));
        for when in lists {
            let mut ids = Vec::new();
            for word in when.iter() {
                let not =
                    ["!", "！", "not:", "not ", "非:", "非："].iter().find_map(|p| word.strip_prefix(p));
                let name = not.unwrap_or(word).trim();
                let hit = |(id, n): &&(String, String)| (id == name || n == name) == not.is_none();
                if ["always", "*", "all", "全部", "所有", "通用"].contains(&name) {
                    ids.extend(all.iter().map(|a| a.0.clone()));
                } else if all.iter().any(|(id, n)| id == name || n == name) {
                    ids.extend(all.iter().filter(hit).map(|a| a.0.clone()));
                } else {
                    unknown.push(word.clone());
                }
            }
            if !all.is_empty() {
                ids.sort();
                ids.dedup();
                *when = ids;
            }
        }
        for word in unknown {
            let word: String = word.chars().take(60).collect();
            self.warn(
                format!("条件“{word}”不是已列的情形：按各情形都可能发生计"),
                format!("condition {word:?} is no listed situation: taken as possible in all"),
            );
        }
    }

    fn canonical_refs(&self, m: &mut Model) -> Result<()> {
        let finder = Finder::new(m);
        let mut orders = m.orders.clone();
        for (k, o) in orders.iter_mut().enumerate() {
            let a = finder.must(&o.from, &format!("orders[{k}].from"))?;
            let b = finder.must(&o.to, &format!("orders[{k}].to"))?;
            o.from.clone_from(&m.steps[a].id);
            o.to.clone_from(&m.steps[b].id);
        }
        let mut rework = Vec::new();
        for (i, s) in m.steps.iter().enumerate() {
            if let Some(r) = s.rework.as_ref().filter(|r| !r.to.is_empty()) {
                rework.push((i, finder.must(&r.to, &format!("steps[{i}].rework.to"))?));
            }
        }
        drop(finder);
        for (i, to) in rework {
            let id = m.steps[to].id.clone();
            if let Some(r) = &mut m.steps[i].rework {
                r.to = id;
            }
        }
        m.orders = orders;
        Ok(())
    }
}

pub(super) fn habit(from: &str, to: &str) -> Order {
    Order {
        from: from.into(),
        to: to.into(),
        ground: Ground::Habit,
        cite: String::new(),
        what: String::new(),
    }
}

pub(super) fn material_named(name: String) -> Material {
    Material {
        name,
        source: Source::Unknown,
        issuer: String::new(),
        made_by: String::new(),
        form: String::new(),
        copies: -1.0,
        necessity: Necessity::Required,
        promise: false,
        defer: false,
        asked_by: Vec::new(),
        when: Vec::new(),
        fee: 0.0,
    }
}

pub(super) fn flat(v: &Value) -> String {
    match v {
        Value::String(s) => s.trim().to_owned(),
        Value::Array(list) => list.iter().map(flat).collect::<Vec<_>>().join(";"),
        v => show(v),
    }
}

pub(super) fn whole(n: f64, path: &str) -> Result<u32> {
    if n.fract() == 0.0 && (0.0..=1e6).contains(&n) {
        return Ok(n as u32);
    }
    Err(OptimiseError::Wrong {
        path: path.into(),
        wanted_zh: "整数".into(),
        wanted_en: "a whole number".into(),
        found: n.to_string(),
    })
}

fn calendar(v: &Value, path: &str) -> Result<Vec<Shift>> {
    let bad =
        || wrong(path, "\"office\"、\"always\" 或班次列表", "\"office\", \"always\" or a list of shifts", v);
    if let Value::String(s) = v {
        return match squeeze(s).as_str() {
            "office" | "工作时间" | "工作日" => Ok(Shift::office()),
            "always" | "24x7" | "24h" | "24/7" | "全天" | "不间断" => Ok(Shift::always()),
            _ => Err(bad()),
        };
    }
    let mut all = Vec::new();
    for (v, p) in each(v, path)? {
        all.extend(shift(v, &p)?);
    }
    // No shift at all would be taken as always.
    if all.is_empty() { Err(bad()) } else { Ok(all) }
}

/// One shift; one that ends before it begins lasts into the next day.
fn shift(v: &Value, path: &str) -> Result<Vec<Shift>> {
    let o = Obj::of("shift", v, path)?;
    let clock = |name| -> Result<u32> {
        let (v, p) = o.take(name).ok_or_else(|| o.missing(name))?;
        week::clock_s(&text(v, &p)?).ok_or_else(|| wrong(&p, "时刻 hh:mm", "a time hh:mm", v))
    };
    let (from, to) = (clock("from")?, clock("to")?);
    let days = match o.take("days") {
        None => (1..=5).collect(),
        Some((v, p)) => week::days(v).ok_or_else(|| {
            wrong(
                &p,
                "星期几，如 [1,2,3,4,5]、\"周一至周五\"、\"周一、周三\"、\"工作日\"",
                "days of the week such as [1,2,3,4,5], \"mon-fri\", \"mon, wed\", \"weekdays\"",
                v,
            )
        })?,
    };
    week::shifts(days, from, to).ok_or_else(|| {
        wrong(
            path,
            "班次 {days, from, to}，起止不同（全天写 0:00 到 24:00）",
            "a shift {days, from, to} that has a length (a whole day: 0:00 to 24:00)",
            v,
        )
    })
}
