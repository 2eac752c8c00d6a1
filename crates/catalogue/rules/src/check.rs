//! 校验: what an item must be before it is taken in: codes, bounds, references. It says what cannot be stored;
//! what is lawful but bad for people is found by `checkup`. Must not know files or pages.

use std::collections::{BTreeMap, BTreeSet};

use kernel::Said;

use crate::fault::Fault;
use crate::fields::Record;
use crate::item::{ServiceItem, Step};

/// The longest code, in characters.
pub const CODE_CHARS_MAX: usize = 64;
/// The longest name, in characters.
pub const NAME_CHARS_MAX: usize = 1_000;
/// The longest value of any other field, in characters.
pub const TEXT_CHARS_MAX: usize = 8_000;
/// The longest list of any kind in one item.
pub const LIST_MAX: usize = 200;

/// All faults of one item; empty when it can be taken in. Bounded by the size of the item.
pub fn validate(item: &ServiceItem) -> Vec<Fault> {
    let mut out = Vec::new();
    codes(item, &mut out);
    texts(item, "", &mut out);
    list(&item.materials, &mut out);
    list(&item.steps, &mut out);
    list(&item.fees, &mut out);
    list(&item.windows, &mut out);
    list(&item.results, &mut out);
    list(&item.special, &mut out);
    list(&item.faq, &mut out);
    ids(item.materials.iter().map(|m| m.id.as_str()), "materials", "材料", &mut out);
    ids(item.steps.iter().map(|s| s.id.as_str()), "steps", "环节", &mut out);
    steps(item, &mut out);
    dates(item, &mut out);
    if let Some(tree) = &item.situations {
        out.extend(tree.bounds());
    }
    out
}

fn fault(out: &mut Vec<Fault>, path: impl Into<String>, zh: impl Into<String>, en: impl Into<String>) {
    out.push(Fault { path: path.into(), said: Said::new(zh, en) });
}

fn codes(item: &ServiceItem, out: &mut Vec<Fault>) {
    if item.code.is_empty() {
        fault(out, "code", "没有实施编码，请填写", "the implementation code is missing; fill it in");
    }
    if item.name.trim().is_empty() {
        fault(out, "name", "没有事项名称，请填写", "the name is missing; fill it in");
    }
    if item.unit.trim().is_empty() {
        fault(out, "unit", "没有实施主体，请填写", "the unit is missing; fill it in");
    }
    for (path, code) in
        [("code", &item.code), ("handling_code", &item.handling_code), ("base_code", &item.base_code)]
    {
        // Width and structure differ from place to place: only what breaks a key is refused.
        let odd = code.chars().any(|c| c.is_whitespace() || c.is_control());
        if odd || code.chars().count() > CODE_CHARS_MAX {
            fault(
                out,
                path,
                format!("编码里有空白或超过 {CODE_CHARS_MAX} 个字符，请改正"),
                format!("the code holds blanks or more than {CODE_CHARS_MAX} characters; correct it"),
            );
        }
    }
    if item.version == 0 {
        fault(out, "version", "版本从 1 起，请填写", "versions begin with 1; fill it in");
    }
}

fn texts<T: Record>(record: &T, at: &str, out: &mut Vec<Fault>) {
    for field in T::FIELDS {
        if field.key == "situations" {
            continue;
        }
        let text = (field.get)(record);
        let most = if field.key == "name" { NAME_CHARS_MAX } else { TEXT_CHARS_MAX };
        if text.len() > most && text.chars().count() > most {
            fault(
                out,
                format!("{at}{}", field.key),
                format!("“{}”超过 {most} 个字符，请缩短", field.zh),
                format!("{} is longer than {most} characters; shorten it", field.en),
            );
        }
        if text.chars().any(|c| c.is_control() && c != '\n' && c != '\t' && c != '\r') {
            fault(
                out,
                format!("{at}{}", field.key),
                format!("“{}”里有不可见的控制字符，请删去", field.zh),
                format!("{} holds control characters; remove them", field.en),
            );
        }
    }
}

fn list<T: Record>(records: &[T], out: &mut Vec<Fault>) {
    if records.len() > LIST_MAX {
        fault(
            out,
            T::SHEET,
            format!("{}超过 {LIST_MAX} 条，请拆分事项", T::SHEET),
            format!("more than {LIST_MAX} of {}; split the item", T::EN),
        );
        return;
    }
    for (i, record) in records.iter().enumerate() {
        texts(record, &format!("{}/{}/", T::SHEET, i + 1), out);
        if record.known_by().trim().is_empty() {
            fault(
                out,
                format!("{}/{}", T::SHEET, i + 1),
                format!("第 {} 条{}没有名称，请填写", i + 1, T::SHEET),
                format!("{} {} has no name; fill it in", T::EN, i + 1),
            );
        }
    }
}

fn ids<'a>(all: impl Iterator<Item = &'a str>, path: &str, zh: &str, out: &mut Vec<Fault>) {
    let mut seen = BTreeSet::new();
    for id in all {
        if id.is_empty() || id.chars().any(|c| c.is_whitespace() || c.is_control()) || !seen.insert(id) {
            fault(
                out,
                format!("{path}/{id}"),
                format!("{zh}编号“{id}”为空、带空白或重复，请各用一个编号"),
                format!("the id {id:?} in {path} is empty, holds blanks or is used twice; give each its own"),
            );
        }
    }
}

fn steps(item: &ServiceItem, out: &mut Vec<Fault>) {
    let steps: BTreeMap<&str, &Step> = item.steps.iter().map(|s| (s.id.as_str(), s)).collect();
    for s in &item.steps {
        for m in s.consumes.iter().filter(|m| item.material(m).is_none()) {
            fault(
                out,
                format!("steps/{}/consumes", s.id),
                format!("环节“{}”使用的材料编号“{m}”不存在，请补材料或改编号", s.name),
                format!(
                    "step {:?} uses material {m:?}, which is not listed; add it or correct the id",
                    s.name
                ),
            );
        }
        for a in s.after.iter().filter(|a| !steps.contains_key(a.as_str())) {
            fault(
                out,
                format!("steps/{}/after", s.id),
                format!("环节“{}”的前置环节“{a}”不存在，请改编号", s.name),
                format!("step {:?} comes after {a:?}, which is not a step; correct the id", s.name),
            );
        }
    }
    if step_order(item).is_none() {
        fault(
            out,
            "steps",
            "环节的前置关系绕成了圈，请断开其中一处",
            "the steps wait for each other in a circle; break it at one place",
        );
    }
}

/// The steps in an order that respects what comes before what (indices; ties in the order of the list);
/// none when they wait for each other in a circle. Unknown ids are passed over.
pub fn step_order(item: &ServiceItem) -> Option<Vec<usize>> {
    let index: BTreeMap<&str, usize> =
        item.steps.iter().enumerate().map(|(i, s)| (s.id.as_str(), i)).collect();
    let mut open: Vec<BTreeSet<usize>> = item
        .steps
        .iter()
        .map(|s| s.after.iter().filter_map(|a| index.get(a.as_str()).copied()).collect())
        .collect();
    let mut order = Vec::with_capacity(open.len());
    let mut done = vec![false; open.len()];
    while order.len() < done.len() {
        let next = (0..done.len()).find(|i| !done[*i] && open[*i].is_empty())?;
        done[next] = true;
        order.push(next);
        for o in &mut open {
            o.remove(&next);
        }
    }
    Some(order)
}

fn dates(item: &ServiceItem, out: &mut Vec<Fault>) {
    if let (Some(from), Some(to)) = (item.effective_from, item.effective_to)
        && to <= from
    {
        fault(
            out,
            "effective_to",
            format!("取消日期 {to} 不晚于生效日期 {from}，请改正"),
            format!("it ends on {to}, not after it begins on {from}; correct one of them"),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn samples_pass_and_each_fault_is_named() {
        assert_eq!(validate(&sample::food_licence()), []);
        assert_eq!(validate(&sample::full()), []);
        type Break = (&'static str, fn(&mut ServiceItem));
        let table: [Break; 11] = [
            ("code", |i| i.code.clear()),
            ("code", |i| i.code = "有 空白".into()),
            ("handling_code", |i| i.handling_code = "9".repeat(65)),
            ("name", |i| i.name = " ".into()),
            ("unit", |i| i.unit.clear()),
            ("version", |i| i.version = 0),
            ("materials/m1", |i| i.materials[1].id = "m1".into()),
            ("steps/s2/consumes", |i| i.steps[1].consumes.push("m99".into())),
            ("steps", |i| i.steps[0].after = vec!["s3".into()]),
            ("材料/1/fill_note", |i| i.materials[0].fill_note = "\u{7}".into()),
            ("effective_to", |i| i.effective_to = i.effective_from),
        ];
        for (path, spoil) in table {
            let mut item = sample::food_licence();
            spoil(&mut item);
            let faults = validate(&item);
            assert!(faults.iter().any(|f| f.path == path), "{path}: {faults:?}");
            assert!(faults.iter().all(|f| !f.said.zh.is_empty() && !f.said.en.is_empty()));
        }
    }

    #[test]
    fn codes_of_any_width_pass() {
        for width in [10, 24, 31, 36, 64] {
            let mut item = sample::food_licence();
            item.code = "1".repeat(width);
            assert_eq!(validate(&item), [], "{width}");
        }
    }
}
