//! 体检 (K4): what is wrong with a theme before anybody applies for it. Every way through its questions is walked.

use std::collections::{BTreeMap, BTreeSet};

use catalogue::ServiceItem;
use kernel::{Said, UnitId};
use serde::Serialize;

use crate::form::Field;
use crate::package::{Next, Office, Package, package};
use crate::theme::{ITEMS_MAX, Theme};

/// Ways through the questions of one theme that are walked at most.
pub const WAYS_MAX: usize = 2_000;

/// What a theme is worth, over all its ways.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct ThemeCheck {
    /// what keeps it from being offered
    pub faults: Vec<Said>,
    /// ways through the questions
    pub ways: usize,
    /// of them refused with advice
    pub refused: usize,
    /// most questions on one way
    pub questions_max: usize,
    /// items of the way with the most
    pub items_max: usize,
    /// hand-ins apart, on the way with the most
    pub materials_apart: usize,
    /// materials asked for once, on that way
    pub materials: usize,
    /// working days one after the other, on that way
    pub days_apart: f64,
    /// working days of the plan
    pub days: f64,
    /// units that work beside each other, where most of them do
    pub at_once: usize,
}

/// Checks a theme with its items.
pub fn check_theme(theme: &Theme, items: &[ServiceItem]) -> ThemeCheck {
    let mut out = ThemeCheck { faults: of_itself(theme, items), ..ThemeCheck::default() };
    if !out.faults.is_empty() {
        return out;
    }
    let region = match theme.region.clone().map_or_else(|| "0000".parse(), Ok) {
        Ok(region) => region,
        Err(_) => return out,
    };
    // Units are checked by name where the office is known; here each name is a unit.
    let names: BTreeMap<&str, i64> = items
        .iter()
        .flat_map(|i| i.steps.iter().map(|s| s.unit.as_str()).chain([i.unit.as_str()]))
        .chain([theme.lead.as_str(), theme.reception.as_str()])
        .zip(1..)
        .collect();
    let unit = |name: &str| names.get(name).copied().map(UnitId);
    let office = Office { unit: &unit, region: &region };
    let all: Vec<&ServiceItem> = items.iter().collect();
    let mut todo: Vec<Vec<String>> = vec![Vec::new()];
    while let Some(given) = todo.pop() {
        match package(theme, &all, &given, &office) {
            Err(said) => {
                if !out.faults.contains(&said) {
                    out.faults.push(said);
                }
                if out.faults.len() >= 20 {
                    return out;
                }
            }
            Ok(Next::Ask(q)) => {
                todo.extend(q.answers.iter().map(|(id, _)| {
                    let mut next = given.clone();
                    next.push(id.clone());
                    next
                }));
            }
            Ok(Next::Refused { .. }) => {
                out.ways += 1;
                out.refused += 1;
            }
            Ok(Next::Ready(p)) => out.take(&p, given.len()),
        }
        if out.ways + todo.len() > WAYS_MAX {
            out.faults.push(Said::new(
                format!("情形超过 {WAYS_MAX} 种，没有人看得完，请减少问题"),
                format!("there are more than {WAYS_MAX} ways through the questions; ask fewer"),
            ));
            return out;
        }
    }
    if out.faults.is_empty() && out.ways == out.refused {
        out.faults.push(Said::new("无论怎样回答都办不成", "no answers lead to an application"));
    }
    out
}

impl ThemeCheck {
    fn take(&mut self, p: &Package, questions: usize) {
        self.ways += 1;
        self.questions_max = self.questions_max.max(questions);
        let b = &p.basis;
        if (b.parts.len(), p.materials_apart) >= (self.items_max, self.materials_apart) {
            self.items_max = b.parts.len();
            self.materials_apart = p.materials_apart;
            self.materials = b.materials.iter().filter(|m| m.need != catalogue::Need::Optional).count();
            self.days_apart = p.plan.days_apart;
            self.days = p.plan.days;
            self.at_once = at_once(&b.tasks);
        }
        let legal = b.legal.map(work_hours);
        if legal.is_some_and(|l| l < work_hours(b.promised)) {
            self.fault(
                format!("承诺时限 {} 超过法定时限", b.promised.zh()),
                format!("the promised limit {} is longer than the legal one", b.promised),
            );
        }
    }
    fn fault(&mut self, zh: impl Into<String>, en: impl Into<String>) {
        let said = Said::new(zh, en);
        if !self.faults.contains(&said) {
            self.faults.push(said);
        }
    }
}

/// Most units at the same depth of the plan.
fn at_once(tasks: &[crate::Task]) -> usize {
    let mut depth: BTreeMap<&str, usize> = BTreeMap::new();
    for _ in 0..tasks.len() {
        for t in tasks {
            let before = t.after.iter().filter_map(|a| depth.get(a.as_str())).max();
            depth.insert(&t.id, before.map_or(0, |d| d + 1));
        }
    }
    let mut units: BTreeMap<usize, BTreeSet<UnitId>> = BTreeMap::new();
    for t in tasks {
        units.entry(depth.get(t.id.as_str()).copied().unwrap_or(0)).or_default().insert(t.unit);
    }
    units.values().map(BTreeSet::len).max().unwrap_or(0)
}

fn work_hours(l: workday::Length) -> u64 {
    use workday::Length as L;
    match l {
        L::Workdays(n) => u64::from(n) * 8,
        L::Days(n) => u64::from(n) * 40 / 7,
        L::WorkingHours(n) => u64::from(n),
        L::Hours(n) => u64::from(n) / 3,
    }
}

/// Contradictions that need no walking.
fn of_itself(theme: &Theme, items: &[ServiceItem]) -> Vec<Said> {
    let mut out = ThemeCheck::default();
    let code_ok = !theme.code.is_empty()
        && theme.code.len() <= 40
        && theme.code.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    if !code_ok {
        out.fault("一件事的编码用小写字母、数字和连字符", "the code is small letters, digits and hyphens");
    }
    if theme.name.trim().is_empty() || theme.lead.trim().is_empty() {
        out.fault("请写明名称和牵头单位", "name it, and the unit that leads");
    }
    if !(1..=ITEMS_MAX).contains(&theme.items.len()) {
        out.fault(
            format!("一件事由 1–{ITEMS_MAX} 个事项组成"),
            format!("a theme has 1 to {ITEMS_MAX} items"),
        );
    }
    let mut seen = BTreeSet::new();
    for code in &theme.items {
        if !seen.insert(code) {
            out.fault(format!("事项 {code} 列了两次"), format!("item {code} is listed twice"));
        }
        if !items.iter().any(|i| i.code == *code) {
            out.fault(
                format!("事项 {code} 不在事项库，或当天不在用"),
                format!("item {code} is not in the catalogue, or not in force that day"),
            );
        }
    }
    for code in theme.optional() {
        if !theme.items.iter().any(|i| i == code) {
            out.fault(
                format!("问题的选项加入了事项 {code}，但它不在一件事的事项里"),
                format!("an answer adds item {code}, which is no item of the theme"),
            );
        }
    }
    fields(&theme.fields, &mut out);
    audiences(theme, items, &mut out);
    same_results(theme, items, &mut out);
    out.faults
}

fn fields(fields: &[Field], out: &mut ThemeCheck) {
    let mut seen = BTreeSet::new();
    for f in fields {
        if f.code.is_empty() || !seen.insert(&f.code) {
            out.fault(
                format!("表单项“{}”的编码为空或重复：同一含义只填一次", f.name),
                format!("field {:?} has no code, or one that is used twice", f.name),
            );
        }
        if f.kind == crate::form::FieldKind::Choice && f.options.len() < 2 {
            out.fault(
                format!("表单项“{}”是选项，却不足两个选项", f.name),
                format!("field {:?} is a choice of fewer than two", f.name),
            );
        }
    }
    for needed in ["applicant", "phone"] {
        if !fields.is_empty() && !seen.iter().any(|c| *c == needed) {
            out.fault(
                format!("表单须有 {needed}：文书和联系用它"),
                format!("the form needs {needed:?}: papers and calls use it"),
            );
        }
    }
}

/// One applicant cannot be a person for one item and a company for another.
fn audiences(theme: &Theme, items: &[ServiceItem], out: &mut ThemeCheck) {
    let optional = theme.optional();
    let of: Vec<&ServiceItem> = items
        .iter()
        .filter(|i| theme.items.contains(&i.code) && !optional.contains(&i.code.as_str()))
        .filter(|i| !i.audience.is_empty())
        .collect();
    for (n, a) in of.iter().enumerate() {
        for b in &of[n + 1..] {
            if !a.audience.iter().any(|x| b.audience.contains(x)) {
                out.fault(
                    format!("“{}”和“{}”没有共同的服务对象，不能一起申请", a.name, b.name),
                    format!("{:?} and {:?} are for different applicants", a.name, b.name),
                );
            }
        }
    }
}

/// Two items that issue the same document contradict each other: nobody knows which one holds.
fn same_results(theme: &Theme, items: &[ServiceItem], out: &mut ThemeCheck) {
    let mut by: BTreeMap<String, &str> = BTreeMap::new();
    for i in items.iter().filter(|i| theme.items.contains(&i.code)) {
        for r in &i.results {
            let name = crate::theme::one_name(&r.name, &theme.same);
            if let Some(other) = by.insert(name, &i.name).filter(|o| *o != i.name) {
                out.fault(
                    format!("“{other}”和“{}”都出具“{}”，相互矛盾", i.name, r.name),
                    format!("{other:?} and {:?} both issue {:?}", i.name, r.name),
                );
            }
        }
    }
}
