//! 版本比对 (K1): what changed between two versions, one sentence a change, and whether it makes the way of
//! an applicant lighter or heavier. Runs from the table of fields, so that a change of any field is seen.

use std::collections::BTreeSet;

use kernel::Said;
use serde::Serialize;

use crate::fields::{Field, Record};
use crate::item::ServiceItem;

/// What kind of change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeKind {
    /// 新增
    Added,
    /// 删去
    Removed,
    /// 修改
    Altered,
    /// 顺序调整
    Moved,
}

/// What it means for an applicant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// 减负
    Lighter,
    /// 加重
    Heavier,
    /// 不变或说不准
    Neutral,
}

/// One change between two versions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// Where: `promised_limit`, `材料/居民身份证/copies`.
    pub path: String,
    /// What kind.
    pub kind: ChangeKind,
    /// For an applicant.
    pub effect: Effect,
    /// A sentence that a person understands.
    pub said: Said,
}

/// All changes from `old` to `new`, in the order of the table of fields; empty exactly when both are equal.
pub fn compare(old: &ServiceItem, new: &ServiceItem) -> Vec<Change> {
    let mut out = Vec::new();
    for field in ServiceItem::FIELDS {
        if field.key == "situations" {
            situations(old, new, &mut out);
        } else {
            altered(field, old, new, "", "", &mut out);
        }
    }
    list(&old.materials, &new.materials, &mut out);
    list(&old.steps, &new.steps, &mut out);
    list(&old.fees, &new.fees, &mut out);
    list(&old.windows, &new.windows, &mut out);
    list(&old.results, &new.results, &mut out);
    list(&old.special, &new.special, &mut out);
    list(&old.faq, &new.faq, &mut out);
    out
}

const fn effect(more: i64) -> Effect {
    match more {
        0 => Effect::Neutral,
        1.. => Effect::Heavier,
        _ => Effect::Lighter,
    }
}

fn altered<T>(field: &Field<T>, old: &T, new: &T, path: &str, of: &str, out: &mut Vec<Change>) {
    let (a, b) = ((field.get)(old), (field.get)(new));
    if a == b {
        return;
    }
    let more = field.burden.map_or(0, |burden| burden(new).saturating_sub(burden(old)));
    let (zh, en) = (field.zh, field.en);
    let said = if a.contains('\n') || b.contains('\n') {
        lines(of, zh, en, &a, &b)
    } else {
        match (a.is_empty(), b.is_empty()) {
            (true, _) => Said::new(format!("{of}{zh}：填为“{b}”"), format!("{of}{en}: now {b:?}")),
            (_, true) => {
                Said::new(format!("{of}{zh}：删去原来的“{a}”"), format!("{of}{en}: {a:?} taken out"))
            }
            _ => Said::new(format!("{of}{zh}：由“{a}”改为“{b}”"), format!("{of}{en}: from {a:?} to {b:?}")),
        }
    };
    out.push(Change {
        path: format!("{path}{}", field.key),
        kind: ChangeKind::Altered,
        effect: effect(more),
        said,
    });
}

/// A list of lines: which came, which went, or that only their order changed.
fn lines(of: &str, zh: &str, en: &str, a: &str, b: &str) -> Said {
    let (old, new): (BTreeSet<_>, BTreeSet<_>) = (a.lines().collect(), b.lines().collect());
    let quote = |l: Vec<&str>, mark: &str| l.iter().map(|x| format!("“{x}”")).collect::<Vec<_>>().join(mark);
    let came: Vec<_> = b.lines().filter(|l| !old.contains(l)).collect();
    let went: Vec<_> = a.lines().filter(|l| !new.contains(l)).collect();
    if came.is_empty() && went.is_empty() {
        return Said::new(
            format!("{of}{zh}：调整了顺序或重复项"),
            format!("{of}{en}: order or repetition changed"),
        );
    }
    let mut parts = (Vec::new(), Vec::new());
    if !came.is_empty() {
        parts.0.push(format!("新增{}", quote(came.clone(), "、")));
        parts.1.push(format!("added {}", quote(came, ", ")));
    }
    if !went.is_empty() {
        parts.0.push(format!("删去{}", quote(went.clone(), "、")));
        parts.1.push(format!("removed {}", quote(went, ", ")));
    }
    Said::new(format!("{of}{zh}：{}", parts.0.join("；")), format!("{of}{en}: {}", parts.1.join("; ")))
}

fn situations(old: &ServiceItem, new: &ServiceItem, out: &mut Vec<Change>) {
    if old.situations == new.situations {
        return;
    }
    let count = |i: &ServiceItem| i.situations.as_ref().map_or(0, |s| s.questions.len());
    let (a, b) = (count(old), count(new));
    let said = match (old.situations.is_some(), new.situations.is_some()) {
        (false, _) => {
            Said::new(format!("情形：新设 {b} 个问题"), format!("situations: {b} questions set up"))
        }
        (_, false) => Said::new("情形：取消分情形".to_owned(), "situations: taken out".to_owned()),
        _ => {
            let changed = old.situations.iter().flat_map(|s| &s.questions).filter(|q| {
                new.situations.as_ref().and_then(|s| s.question(&q.id)).is_some_and(|other| other != *q)
            });
            let asks: Vec<_> = changed.map(|q| format!("“{}”", q.ask)).collect();
            let what = if asks.is_empty() {
                String::new()
            } else {
                format!("，改动的问题：{}", asks.join("、"))
            };
            Said::new(
                format!("情形：问题由 {a} 个变为 {b} 个{what}"),
                format!("situations: questions from {a} to {b}; reworded or rewired: {}", asks.len()),
            )
        }
    };
    out.push(Change {
        path: "situations".to_owned(),
        kind: ChangeKind::Altered,
        effect: Effect::Neutral,
        said,
    });
}

/// Pairs two lists: the same id or name stays together, the k-th of equals with the k-th.
fn pairs<T: Record>(old: &[T], new: &[T]) -> Vec<(Option<usize>, Option<usize>)> {
    let by = |t: &T, field: usize| (T::FIELDS[field].get)(t);
    let mut taken = vec![false; new.len()];
    let mut found = vec![None; old.len()];
    // First both id (or first column) and what it is known by, then what it is known by, then the id alone.
    for pass in 0..3 {
        for (i, a) in old.iter().enumerate() {
            if found[i].is_some() {
                continue;
            }
            let same = |b: &T| match pass {
                0 => by(a, 0) == by(b, 0) && a.known_by() == b.known_by(),
                1 => a.known_by() == b.known_by(),
                _ => by(a, 0) == by(b, 0),
            };
            if let Some(j) = new.iter().enumerate().position(|(j, b)| !taken[j] && same(b)) {
                taken[j] = true;
                found[i] = Some(j);
            }
        }
    }
    let mut out: Vec<_> = found.into_iter().enumerate().map(|(i, j)| (Some(i), j)).collect();
    out.extend(taken.iter().enumerate().filter(|(_, t)| !**t).map(|(j, _)| (None, Some(j))));
    out
}

fn list<T: Record>(old: &[T], new: &[T], out: &mut Vec<Change>) {
    let pairs = pairs(old, new);
    for (i, j) in &pairs {
        match (i, j) {
            (Some(i), Some(j)) => {
                let (a, b) = (&old[*i], &new[*j]);
                let name = a.known_by();
                let path = format!("{}/{name}/", T::SHEET);
                let of = format!("{}“{name}”的", T::SHEET);
                for field in T::FIELDS {
                    altered(field, a, b, &path, &of, out);
                }
            }
            (Some(i), None) => one(&old[*i], ChangeKind::Removed, out),
            (None, Some(j)) => one(&new[*j], ChangeKind::Added, out),
            (None, None) => {}
        }
    }
    let order: Vec<_> = pairs.iter().filter_map(|(i, j)| (*i).and(*j)).collect();
    if !order.is_sorted() {
        let names: Vec<_> = new.iter().map(|t| t.known_by()).collect();
        out.push(Change {
            path: T::SHEET.to_owned(),
            kind: ChangeKind::Moved,
            effect: Effect::Neutral,
            said: Said::new(
                format!("{}的顺序调整为：{}", T::SHEET, names.join("→")),
                format!("{}s in a new order: {}", T::EN, names.join(" → ")),
            ),
        });
    }
}

fn one<T: Record>(record: &T, kind: ChangeKind, out: &mut Vec<Change>) {
    let name = record.known_by();
    let (zh, en, sign) =
        if kind == ChangeKind::Added { ("新增", "added", 1) } else { ("取消", "removed", -1) };
    out.push(Change {
        path: format!("{}/{name}", T::SHEET),
        kind,
        effect: effect(sign * T::WEIGHT),
        said: Said::new(format!("{zh}{}“{name}”", T::SHEET), format!("{} {name:?} {en}", T::EN)),
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn a_person_reads_what_changed() {
        let old = sample::food_licence();
        let mut new = old.clone();
        new.promised_limit = Some(crate::Limit::work_days(3));
        new.visits = 0;
        new.materials.retain(|m| m.id != "m4");
        new.materials[0].copies = 0;
        new.conditions.push("经营场所不在住宅楼内".to_owned());
        let zh: Vec<_> = compare(&old, &new).into_iter().map(|c| (c.said.zh, c.effect)).collect();
        assert_eq!(
            zh,
            [
                ("受理条件：新增“经营场所不在住宅楼内”".to_owned(), Effect::Heavier),
                ("承诺办结时限：由“8个工作日”改为“3个工作日”".to_owned(), Effect::Lighter),
                ("到办事现场次数：由“1”改为“0”".to_owned(), Effect::Lighter),
                ("材料“食品经营许可申请书”的复印件份数：由“1”改为“0”".to_owned(), Effect::Lighter),
                ("取消材料“食品安全管理制度”".to_owned(), Effect::Lighter),
            ]
        );
    }

    #[test]
    fn a_new_order_is_one_change() {
        let old = sample::food_licence();
        let mut new = old.clone();
        new.steps.swap(0, 1);
        let changes = compare(&old, &new);
        assert_eq!(changes.len(), 1);
        assert_eq!(changes[0].kind, ChangeKind::Moved);
        assert!(changes[0].said.zh.starts_with("环节的顺序调整为："), "{:?}", changes[0]);
    }

    /// Every leaf of an item's JSON, changed alone, is seen: the table of fields forgets nothing.
    #[test]
    fn no_field_is_forgotten() {
        let old = sample::full();
        let json = serde_json::to_value(&old).unwrap();
        let mut leaves = Vec::new();
        paths(&json, String::new(), &mut leaves);
        assert!(leaves.len() > 120, "the sample fills every field: {}", leaves.len());
        let mut seen = 0;
        for path in &leaves {
            for change in [other, longer] {
                let mut json = json.clone();
                let leaf = json.pointer_mut(path).unwrap();
                *leaf = change(leaf);
                let Ok(new) = serde_json::from_value::<ServiceItem>(json) else { continue };
                if new != old {
                    seen += 1;
                    assert!(!compare(&old, &new).is_empty(), "{path} changed unseen");
                }
            }
        }
        assert!(seen > 100, "only {seen} leaves could be changed");
        assert!(compare(&old, &old).is_empty());
    }

    fn paths(v: &serde_json::Value, at: String, out: &mut Vec<String>) {
        match v {
            serde_json::Value::Object(map) => {
                map.iter().for_each(|(k, v)| paths(v, format!("{at}/{k}"), out));
            }
            serde_json::Value::Array(list) => {
                list.iter().enumerate().for_each(|(i, v)| paths(v, format!("{at}/{i}"), out));
            }
            _ => out.push(at),
        }
    }
    fn longer(v: &serde_json::Value) -> serde_json::Value {
        v.as_str().map_or_else(|| v.clone(), |s| serde_json::json!(format!("{s}甲")))
    }
    fn other(v: &serde_json::Value) -> serde_json::Value {
        match v {
            serde_json::Value::Bool(b) => serde_json::json!(!b),
            serde_json::Value::Number(n) => serde_json::json!(n.as_u64().unwrap_or(0) + 1),
            serde_json::Value::String(s) if s.starts_with("2026-") => serde_json::json!("2031-01-01"),
            _ => serde_json::json!("other"),
        }
    }
}
