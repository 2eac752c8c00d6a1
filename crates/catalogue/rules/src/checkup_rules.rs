//! 体检规则的检查函数: one function a rule, each reading an item and nothing else.

use std::collections::{BTreeMap, BTreeSet};

use crate::check::step_order;
use crate::fields::Record;
use crate::item::{Limit, Material, ServiceItem};
use crate::words::{
    Channel, Depth, Handling, ItemKind, LimitUnit, Medium, Need, Paper, ResultKind, Source, StepKind,
};

/// One place where a rule is broken, as a check reports it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    /// What exactly: the name of the material, the words found; fits after “：”. May be empty.
    pub what: String,
    /// The field when it is finer than the rule's: `materials/m3`.
    pub path: Option<String>,
}

fn found(yes: bool) -> Vec<Hit> {
    if yes { vec![Hit { what: String::new(), path: None }] } else { Vec::new() }
}
fn what(text: &str) -> Hit {
    Hit { what: format!("“{}”", text.chars().take(60).collect::<String>()), path: None }
}
fn of_material(m: &Material) -> Hit {
    Hit { path: Some(format!("materials/{}", m.id)), ..what(&m.name) }
}
fn has_any(text: &str, words: &[&str]) -> bool {
    words.iter().any(|w| text.contains(w))
}
fn materials(item: &ServiceItem, bad: impl Fn(&Material) -> bool) -> Vec<Hit> {
    item.materials.iter().filter(|m| bad(m)).map(of_material).collect()
}
/// A name without what does not tell two documents apart: brackets, blanks, 原件, 复印件 …
fn bare(name: &str) -> String {
    let mut depth = 0;
    let mut out = String::new();
    for c in name.chars() {
        match c {
            '(' | '（' | '【' | '[' => depth += 1,
            ')' | '）' | '】' | ']' => depth = 0i32.max(depth - 1),
            _ if depth > 0 || c.is_whitespace() || "《》“”\"、,，.。".contains(c) => {}
            _ => out.push(c),
        }
    }
    for tail in ["原件及复印件", "原件和复印件", "原件", "复印件", "电子件", "扫描件"]
    {
        if let Some(head) = out.strip_suffix(tail).filter(|h| !h.is_empty()) {
            out = head.to_owned();
        }
    }
    out
}

pub(crate) fn at_once_but_days(i: &ServiceItem) -> Vec<Hit> {
    let says =
        i.handling == Handling::AtOnce || has_any(&i.promised_limit_note, &["即办", "当场", "立等可取"]);
    found(says && i.promised_limit.is_some_and(|l| l.work_hours() > 8))
}

pub(crate) fn survey_too_fast(i: &ServiceItem) -> Vec<Hit> {
    let survey = |s: &crate::Step| {
        s.counted
            && (s.kind == StepKind::Survey
                || has_any(&s.name, &["现场勘查", "现场勘验", "现场核查", "现场踏勘", "实地核查"]))
    };
    found(i.steps.iter().any(survey) && i.promised_limit.is_some_and(|l| l.work_hours() < 40))
}

const IN_PERSON: [&str; 6] = ["本人到场", "须本人", "必须本人", "本人亲自", "亲自到", "本人现场"];

pub(crate) fn attend_but_agent(i: &ServiceItem) -> Vec<Hit> {
    if !i.agent_allowed {
        return Vec::new();
    }
    i.conditions.iter().filter(|c| has_any(c, &IN_PERSON)).map(|c| what(c)).collect()
}

/// Documents that a condition names: 持有《X》 / 取得X证 / 提供X证明.
fn proofs(condition: &str) -> Vec<String> {
    let mut out = Vec::new();
    for verb in ["持有", "取得", "具有", "提供", "出具", "领取"] {
        for (at, _) in condition.match_indices(verb).take(10) {
            let tail: Vec<char> = condition[at + verb.len()..].chars().take(24).collect();
            let stop = tail.iter().position(|c| "，,。；;、的和并且者人".contains(*c)).unwrap_or(tail.len());
            let name = bare(&tail[..stop].iter().collect::<String>());
            let name = name.trim_start_matches(['有', '效', '相', '应', '本', '其']).to_owned();
            let is_proof =
                ["证", "证书", "证明", "执照", "批文", "许可证", "合格证"].iter().any(|e| name.ends_with(e));
            if is_proof && name.chars().count() >= 3 {
                out.push(name);
            }
        }
    }
    out
}

pub(crate) fn proof_missing(i: &ServiceItem) -> Vec<Hit> {
    let have: Vec<String> = i.materials.iter().map(|m| bare(&m.name)).collect();
    let mut seen = BTreeSet::new();
    let wanted = i.conditions.iter().flat_map(|c| proofs(c));
    wanted
        .filter(|p| !have.iter().any(|h| h.contains(p.as_str()) || p.contains(h.as_str())))
        .filter(|p| seen.insert(p.clone()))
        .map(|p| what(&p))
        .collect()
}

pub(crate) fn material_in_condition(i: &ServiceItem) -> Vec<Hit> {
    let material = |c: &String| {
        has_any(c, &["复印件", "原件", "一式", "份数", "加盖公章", "申请表", "扫描件", "照片"])
            && !has_any(c, &["符合", "应当具备", "具备条件"])
    };
    i.conditions.iter().filter(|c| material(c)).map(|c| what(c)).collect()
}

pub(crate) fn zero_visits_no_way(i: &ServiceItem) -> Vec<Hit> {
    let by_post = i.channels.contains(&Channel::Post);
    found(i.visits == 0 && !i.is_online() && !by_post && !i.channels.contains(&Channel::Door))
}

pub(crate) fn visit_without_reason(i: &ServiceItem) -> Vec<Hit> {
    found(i.visits > 0 && i.visit_reason.trim().is_empty())
}

pub(crate) fn certificate_without_kind(i: &ServiceItem) -> Vec<Hit> {
    let is_certificate = |n: &str| {
        let n = bare(n);
        ["证", "证书", "执照", "批文", "许可证", "批复", "牌照"].iter().any(|e| n.ends_with(e))
    };
    let bad = i.results.iter().filter(|r| is_certificate(&r.name) && r.kind != ResultKind::Certificate);
    bad.map(|r| what(&r.name)).collect()
}

pub(crate) fn limit_not_work_days(i: &ServiceItem) -> Vec<Hit> {
    let bad = |l: &Limit| matches!(l.unit, LimitUnit::Day | LimitUnit::Month);
    found(i.promised_limit.as_ref().is_some_and(bad))
}

pub(crate) fn fee_without_standard(i: &ServiceItem) -> Vec<Hit> {
    if !i.charged {
        return Vec::new();
    }
    if i.fees.is_empty() {
        return found(true);
    }
    let bad = i
        .fees
        .iter()
        .filter(|f| f.basis.trim().is_empty() || (f.standard.trim().is_empty() && f.amount_fen.is_none()));
    bad.map(|f| what(&f.name)).collect()
}

pub(crate) fn promised_longer(i: &ServiceItem) -> Vec<Hit> {
    found(
        i.promised_limit
            .zip(i.legal_limit)
            .is_some_and(|(p, l)| l.amount > 0 && p.work_hours() > l.work_hours()),
    )
}

pub(crate) fn same_twice(i: &ServiceItem) -> Vec<Hit> {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for m in &i.materials {
        *seen.entry(bare(&m.name)).or_default() += 1;
    }
    seen.into_iter().filter(|(name, n)| *n > 1 && !name.is_empty()).map(|(name, _)| what(&name)).collect()
}

/// Documents that some office issued: the same everywhere.
const ISSUED: [&str; 16] = [
    "身份证",
    "户口簿",
    "户口本",
    "营业执照",
    "不动产权证",
    "房产证",
    "结婚证",
    "离婚证",
    "出生医学证明",
    "社会保障卡",
    "驾驶证",
    "行驶证",
    "食品经营许可证",
    "规划许可证",
    "残疾人证",
    "居住证",
];

pub(crate) fn government_issued(i: &ServiceItem) -> Vec<Hit> {
    materials(i, |m| {
        !m.shared
            && m.need != Need::Optional
            && (m.source == Source::Government || ISSUED.iter().any(|d| bare(&m.name).ends_with(d)))
    })
}

const DIRTY: [&str; 12] =
    ["<p", "</", "<br", "<span", "<div", "&nbsp;", "&amp;", "&lt;", "&gt;", "&quot;", "\\n", "&#"];

pub(crate) fn dirty_text(i: &ServiceItem) -> Vec<Hit> {
    fn fields<T: Record>(records: &[T], out: &mut Vec<Hit>) {
        for r in records {
            for f in T::FIELDS.iter().filter(|f| f.key != "situations") {
                let text = (f.get)(r);
                if has_any(&text, &DIRTY) {
                    out.push(Hit { path: Some(format!("{}/{}", T::SHEET, f.key)), ..what(f.zh) });
                }
            }
        }
    }
    let mut out = Vec::new();
    fields(std::slice::from_ref(i), &mut out);
    fields(&i.materials, &mut out);
    fields(&i.steps, &mut out);
    fields(&i.fees, &mut out);
    fields(&i.faq, &mut out);
    out
}

pub(crate) fn fee_but_free(i: &ServiceItem) -> Vec<Hit> {
    found(!i.charged && !i.fees.is_empty())
}

pub(crate) fn no_promise(i: &ServiceItem) -> Vec<Hit> {
    found(i.handling != Handling::AtOnce && i.promised_limit.is_none_or(|l| l.amount == 0))
}

pub(crate) fn no_basis(i: &ServiceItem) -> Vec<Hit> {
    found(i.legal_basis.iter().all(|b| b.trim().is_empty()))
}

pub(crate) fn no_legal_limit(i: &ServiceItem) -> Vec<Hit> {
    found(i.kind == ItemKind::Licence && i.legal_limit.is_none_or(|l| l.amount == 0))
}

pub(crate) fn catch_all(i: &ServiceItem) -> Vec<Hit> {
    materials(i, |m| {
        let n = bare(&m.name);
        n.ends_with('等')
            || n.ends_with("等材料")
            || (n.starts_with("其他") && has_any(&n, &["材料", "资料", "证明", "文件"]))
            || has_any(
                &n,
                &["相关证明材料", "相关材料", "有关材料", "需要提供的材料", "规定的其他", "要求的其他"],
            )
    })
}

pub(crate) fn copies_of_electronic(i: &ServiceItem) -> Vec<Hit> {
    materials(i, |m| m.medium == Medium::Electronic && m.copies > 0)
}

pub(crate) fn depth_contradicts(i: &ServiceItem) -> Vec<Hit> {
    found(match i.depth {
        Some(Depth::IV) => i.visits > 0 || !i.is_online(),
        Some(Depth::III) => i.visits > 2 || !i.is_online(),
        Some(Depth::I) => i.is_online(),
        _ => false,
    })
}

pub(crate) fn window_unknown(i: &ServiceItem) -> Vec<Hit> {
    if !i.channels.contains(&Channel::Window) {
        return Vec::new();
    }
    if i.windows.is_empty() {
        return found(true);
    }
    let bad = i
        .windows
        .iter()
        .filter(|w| w.address.trim().is_empty() || w.hours.trim().is_empty() || w.phone.trim().is_empty());
    bad.map(|w| what(&w.hall)).collect()
}

pub(crate) fn defer_without_days(i: &ServiceItem) -> Vec<Hit> {
    materials(i, |m| m.need == Need::Deferrable && m.defer_days.is_none_or(|d| d == 0))
}

pub(crate) fn unused_material(i: &ServiceItem) -> Vec<Hit> {
    if i.steps.iter().all(|s| s.consumes.is_empty()) {
        return Vec::new();
    }
    let used: BTreeSet<&str> = i.steps.iter().flat_map(|s| &s.consumes).map(String::as_str).collect();
    // A proxy's authority is looked at, not used up.
    materials(i, |m| !used.contains(m.id.as_str()) && !has_any(&m.name, &["委托", "身份"]) && !m.shared)
}

/// The longest chain of steps that count, in working hours.
fn chain_hours(i: &ServiceItem) -> Option<u32> {
    let mut ends: BTreeMap<&str, u32> = BTreeMap::new();
    for s in step_order(i)?.into_iter().map(|n| &i.steps[n]) {
        let start = s.after.iter().filter_map(|a| ends.get(a.as_str())).max().copied().unwrap_or(0);
        let own = if s.counted { s.limit.map_or(0, Limit::work_hours) } else { 0 };
        ends.insert(&s.id, start.saturating_add(own));
    }
    ends.into_values().max()
}

pub(crate) fn steps_longer(i: &ServiceItem) -> Vec<Hit> {
    found(i.promised_limit.zip(chain_hours(i)).is_some_and(|(p, chain)| chain > p.work_hours()))
}

pub(crate) fn no_result(i: &ServiceItem) -> Vec<Hit> {
    found(i.results.iter().all(|r| r.name.trim().is_empty() || r.name.trim() == "无"))
}

pub(crate) fn vague_condition(i: &ServiceItem) -> Vec<Hit> {
    let vague = |c: &String| {
        has_any(
            c,
            &[
                "规定的其他条件",
                "其他条件",
                "符合有关规定",
                "符合相关规定",
                "符合法定条件",
                "按有关要求",
                "视情况",
            ],
        ) && !has_any(c, &["第", "条规定"])
    };
    i.conditions.iter().filter(|c| vague(c)).map(|c| what(c)).collect()
}

pub(crate) fn special_without_time(i: &ServiceItem) -> Vec<Hit> {
    i.special.iter().filter(|s| s.limit.is_none_or(|l| l.amount == 0)).map(|s| what(&s.name)).collect()
}

pub(crate) fn id_copy(i: &ServiceItem) -> Vec<Hit> {
    materials(i, |m| {
        has_any(&m.name, &["身份证", "营业执照", "户口簿", "户口本"])
            && (m.copies > 0 || m.name.contains("复印件"))
            && m.medium != Medium::Electronic
    })
}

const ABOLISHED: [&str; 9] = [
    "亲属关系证明",
    "无犯罪记录证明",
    "婚姻状况证明",
    "单身证明",
    "居住证明",
    "收入证明",
    "未就业证明",
    "生存证明",
    "同一人证明",
];

pub(crate) fn abolished_proof(i: &ServiceItem) -> Vec<Hit> {
    materials(i, |m| has_any(&m.name, &ABOLISHED) && !m.commitment && !m.shared)
}

pub(crate) fn no_phone(i: &ServiceItem) -> Vec<Hit> {
    let callable = |text: &str| text.bytes().filter(u8::is_ascii_digit).count() >= 5;
    found(!callable(&i.consult) || !callable(&i.complain))
}

pub(crate) fn not_in_hall(i: &ServiceItem) -> Vec<Hit> {
    found(on_application(i.kind) && !i.in_hall && i.depth != Some(Depth::IV))
}

/// 依申请: what people apply for, so that it belongs into the hall.
pub(crate) const fn on_application(kind: ItemKind) -> bool {
    matches!(
        kind,
        ItemKind::Licence
            | ItemKind::Confirmation
            | ItemKind::Ruling
            | ItemKind::Grant
            | ItemKind::Award
            | ItemKind::PublicService
    )
}

pub(crate) fn situation_flaw(i: &ServiceItem) -> Vec<Hit> {
    let flaws = crate::situation::check(i);
    flaws.into_iter().map(|f| Hit { what: f.said.zh, path: Some(f.path) }).collect()
}

pub(crate) fn form_missing(i: &ServiceItem) -> Vec<Hit> {
    materials(i, |m| m.kind == Paper::Form && m.blank_form.is_empty() && m.sample_form.is_empty())
}
