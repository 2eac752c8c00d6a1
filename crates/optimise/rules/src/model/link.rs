//! The orders between steps with all their grounds, derived from what steps make and need.
//!
//! Knows a model that was read. Must not know how it was written or what a redesign does with it.

use std::collections::{BTreeMap, HashMap};

use super::{Ground, Model};
use crate::OptimiseError;
use crate::graph::Dag;

/// Names are compared without brackets, blanks, marks of copies and case (材料归一).
pub(crate) fn normal(name: &str) -> String {
    const DROPPED: [&str; 12] = [
        "原件及复印件",
        "原件和复印件",
        "复印件",
        "原件",
        "扫描件",
        "电子版",
        "(副本)",
        "副本",
        "正本",
        "加盖公章",
        "(copy)",
        "copyof",
    ];
    const SAME: [(&str, &str); 10] = [
        ("居民身份证", "身份证"),
        ("身份证明", "身份证"),
        ("身份证件", "身份证"),
        ("二代身份证", "身份证"),
        ("企业营业执照", "营业执照"),
        ("法人营业执照", "营业执照"),
        ("工商营业执照", "营业执照"),
        ("土地使用权证", "不动产权证"),
        ("不动产权证书", "不动产权证"),
        ("不动产证", "不动产权证"),
    ];
    let mut s: String = name
        .chars()
        .filter(|c| !c.is_whitespace() && !"《》“”\"'「」【】[]_-·、".contains(*c))
        .flat_map(char::to_lowercase)
        .map(|c| match c {
            '(' => '(',
            ')' => ')',
            c @ '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
            c => c,
        })
        .collect();
    for dropped in DROPPED {
        let less = s.replace(dropped, "");
        if !less.is_empty() && less != "()" {
            s = less;
        }
    }
    let less = s.replace("()", "");
    let s = if less.is_empty() { s } else { less };
    SAME.iter().find(|(a, _)| *a == s).map_or(s, |(_, b)| (*b).to_owned())
}

/// All grounds of one order.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Link {
    /// rules that demand it; an empty text is a rule nobody cited
    pub law: Vec<String>,
    /// results handed over
    pub need: Vec<String>,
    /// somebody says it is needed, but names no result and none is found
    pub need_unproven: bool,
    /// stated without ground
    pub unknown: bool,
    /// it is done so today
    pub habit: bool,
}

impl Link {
    /// Must it stay?
    pub fn forced(&self) -> bool {
        !self.law.is_empty() || !self.need.is_empty() || self.need_unproven || self.unknown
    }
    /// The strongest ground.
    pub fn ground(&self) -> Ground {
        if !self.law.is_empty() {
            Ground::Law
        } else if !self.need.is_empty() || self.need_unproven {
            Ground::Need
        } else if self.unknown {
            Ground::Unknown
        } else {
            Ground::Habit
        }
    }
    /// The ground in words, for a message.
    fn word(&self) -> String {
        let mut word = self.ground().zh().to_owned();
        if let Some(what) = self.need.first() {
            word = format!("{word}“{what}”");
        }
        word
    }
}

/// A model with its names resolved to numbers.
#[derive(Clone, Debug)]
pub(crate) struct Linked {
    /// orders by (from, to)
    pub links: BTreeMap<(usize, usize), Link>,
    /// for every line of the list of materials the steps that need it
    pub users: Vec<Vec<usize>>,
    /// for every line of the list of materials the steps that make it
    pub makers: Vec<Vec<usize>>,
    /// needs (step, name) that nothing in the model explains
    pub unexplained: Vec<(usize, String)>,
    /// steps that need a field, by its normal name
    pub field_users: HashMap<String, Vec<usize>>,
}

/// Step by id, else by name.
pub(crate) struct Finder<'a> {
    by: HashMap<String, usize>,
    loose: HashMap<String, usize>,
    model: &'a Model,
}

impl<'a> Finder<'a> {
    pub fn new(model: &'a Model) -> Self {
        let mut by = HashMap::new();
        let mut loose = HashMap::new();
        for (i, s) in model.steps.iter().enumerate() {
            loose.entry(normal(&s.id)).or_insert(i);
            by.entry(s.name.clone()).or_insert(i);
        }
        for (i, s) in model.steps.iter().enumerate() {
            loose.entry(normal(&s.name)).or_insert(i);
            by.insert(s.id.clone(), i);
        }
        Self { by, loose, model }
    }
    pub fn find(&self, name: &str) -> Option<usize> {
        self.by.get(name).or_else(|| self.loose.get(&normal(name))).copied()
    }
    pub fn must(&self, name: &str, path: &str) -> Result<usize, OptimiseError> {
        self.find(name).ok_or_else(|| OptimiseError::Unknown {
            path: path.into(),
            name: name.chars().take(60).collect(),
            what_zh: "环节".into(),
            what_en: "step".into(),
            known: self.model.steps.iter().take(8).map(|s| s.id.as_str()).collect::<Vec<_>>().join(", "),
        })
    }
}

impl Linked {
    /// Resolves the names of `model`; refuses orders that contradict each other.
    pub fn new(model: &Model) -> Result<Self, OptimiseError> {
        let linked = Self::loose(model)?;
        linked.check(model)?;
        Ok(linked)
    }

    /// Resolves names without looking for cycles.
    pub fn loose(model: &Model) -> Result<Self, OptimiseError> {
        let finder = Finder::new(model);
        let mut made: HashMap<String, Vec<usize>> = HashMap::new();
        for (i, s) in model.steps.iter().enumerate() {
            for name in &s.makes {
                made.entry(normal(name)).or_default().push(i);
            }
        }
        let mut rows: HashMap<String, Vec<usize>> = HashMap::new();
        for (m, row) in model.materials.iter().enumerate() {
            rows.entry(normal(&row.name)).or_default().push(m);
            if !row.made_by.is_empty() {
                let i = finder.must(&row.made_by, &format!("materials[{m}].made_by"))?;
                made.entry(normal(&row.name)).or_default().push(i);
            }
        }
        let fields: std::collections::HashSet<String> =
            model.forms.iter().flat_map(|f| &f.fields).map(|f| normal(&f.name)).collect();
        let mut out = Self {
            links: BTreeMap::new(),
            users: vec![Vec::new(); model.materials.len()],
            makers: vec![Vec::new(); model.materials.len()],
            unexplained: Vec::new(),
            field_users: HashMap::new(),
        };
        for (m, row) in model.materials.iter().enumerate() {
            out.makers[m] = made.get(&normal(&row.name)).cloned().unwrap_or_default();
            out.makers[m].dedup();
        }
        for (j, s) in model.steps.iter().enumerate() {
            for need in &s.needs {
                out.need(j, need, &finder, &made, &rows, &fields);
            }
        }
        out.orders(model, &finder)?;
        Ok(out)
    }

    fn need(
        &mut self,
        j: usize,
        need: &str,
        finder: &Finder<'_>,
        made: &HashMap<String, Vec<usize>>,
        rows: &HashMap<String, Vec<usize>>,
        fields: &std::collections::HashSet<String>,
    ) {
        let step = need.strip_prefix("step:");
        let data = need.strip_prefix("data:");
        let name = step.or(data).unwrap_or(need);
        let key = normal(name);
        if let Some(i) = step.and_then(|s| finder.find(s)) {
            return self.hand_over(i, j, name);
        }
        let mut known = data.is_some();
        for &i in made.get(&key).map_or(&[][..], |v| v) {
            known = true;
            self.hand_over(i, j, name);
        }
        for &m in rows.get(&key).map_or(&[][..], |v| v) {
            known = true;
            if !self.users[m].contains(&j) {
                self.users[m].push(j);
            }
        }
        if data.is_some() || fields.contains(&key) {
            known = true;
            self.field_users.entry(key).or_default().push(j);
        }
        if !known {
            match finder.find(name) {
                Some(i) => self.hand_over(i, j, name),
                None => self.unexplained.push((j, name.to_owned())),
            }
        }
    }

    fn hand_over(&mut self, i: usize, j: usize, what: &str) {
        if i != j {
            let link = self.links.entry((i, j)).or_default();
            if !link.need.iter().any(|w| w == what) {
                link.need.push(what.to_owned());
            }
        }
    }

    fn orders(&mut self, model: &Model, finder: &Finder<'_>) -> Result<(), OptimiseError> {
        for (k, o) in model.orders.iter().enumerate() {
            let a = finder.must(&o.from, &format!("orders[{k}].from"))?;
            let b = finder.must(&o.to, &format!("orders[{k}].to"))?;
            let link = self.links.entry((a, b)).or_default();
            match o.ground {
                Ground::Law => link.law.push(o.cite.clone()),
                Ground::Need if !o.what.is_empty() => {
                    if !link.need.contains(&o.what) {
                        link.need.push(o.what.clone());
                    }
                }
                Ground::Need => link.need_unproven = true,
                Ground::Unknown => link.unknown = true,
                Ground::Habit => link.habit = true,
            }
        }
        for link in self.links.values_mut() {
            link.need_unproven &= link.need.is_empty();
        }
        Ok(())
    }

    /// The orders of today, all of them, as a graph.
    pub fn check(&self, model: &Model) -> Result<Dag, OptimiseError> {
        Dag::new(model.steps.len(), self.links.keys().copied()).map_err(|round| self.cycle(model, &round))
    }
    fn cycle(&self, model: &Model, round: &[usize]) -> OptimiseError {
        let mut text = String::new();
        if let [one] = round {
            text = format!("{} → ", label(model, *one));
        }
        for (k, &i) in round.iter().enumerate().filter(|_| round.len() > 1) {
            let j = round[(k + 1) % round.len()];
            let why = self.links.get(&(i, j)).map(Link::word).unwrap_or_default();
            text += &format!("{} —{why}→ ", label(model, i));
        }
        text += &label(model, round[0]);
        OptimiseError::Cycle {
            cycle: text,
            steps: round.iter().map(|&i| model.steps[i].id.clone()).collect(),
        }
    }
}

fn label(model: &Model, i: usize) -> String {
    let s = &model.steps[i];
    if s.id == s.name { s.id.clone() } else { format!("{}({})", s.name, s.id) }
}

#[cfg(test)]
mod tests {
    use super::normal;

    #[test]
    fn copies_and_brackets_do_not_make_another_material() {
        for same in ["营业执照", "《营业执照》(副本)复印件", "营业执照 原件", "企业营业执照"]
        {
            assert_eq!(normal(same), "营业执照", "{same}");
        }
        assert_eq!(normal("居民身份证复印件"), normal("身份证"));
        assert_eq!(normal("复印件"), "复印件");
        assert_ne!(normal("建设用地规划许可证"), normal("建设工程规划许可证"));
    }
}
