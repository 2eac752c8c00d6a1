//! 政策包: what one company reads: what it may have and how much, what it misses by little, what is still to be asked.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::condition::Compare;
use super::evaluate::{Answer, Engine, Truth};
use super::facts::Company;
use super::number::Number;
use super::trace::{Asked, Trace, verdict_of};

/// So many, or the half of what is asked, are “a little”.
const NEAR_COUNT: i64 = 5;

/// An item that only one row of numbers stands against, and by little (还差一点); the nearest first in a pack.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Near {
    /// the item
    pub item: String,
    /// its name
    pub name: String,
    /// the sentence that is not met
    pub text: String,
    /// “参保人数少 4 人”
    pub said: String,
    /// how far
    pub short_of: Number,
}

/// A question whose answer settles items.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Question {
    /// the field
    pub field: String,
    /// its name for people
    pub name: String,
    /// items that are settled once this and the questions before it are answered
    pub settles: Vec<String>,
}

/// An item the company may have.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Got {
    /// the item
    pub item: String,
    /// its name
    pub name: String,
    /// yuan; null where it gives no money or the amount is not known
    pub amount: Option<Number>,
    /// another item of the same group gives more and is taken instead
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instead: Option<String>,
    /// what to do next
    pub next: String,
}

/// What a company reads.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Pack {
    /// the company
    pub company: String,
    /// its name
    pub name: String,
    /// 可以享受
    pub met: Vec<Got>,
    /// yuan over all of them, one of each group
    pub total: Number,
    /// 还差一点
    pub near: Vec<Near>,
    /// 还缺信息
    pub unknown: Vec<String>,
    /// what to ask, in the order that settles most with least
    pub questions: Vec<Question>,
    /// 不符合
    pub unmet: usize,
    /// the whole in one sentence
    pub said: String,
    /// the answers behind it
    pub answers: Vec<Answer>,
}

/// Makes the pack of one company.
pub fn pack(engine: &Engine<'_>, company: &Company) -> Pack {
    let book = engine.book();
    let answers: Vec<Answer> = (0..engine.len())
        .filter(|i| book.items[*i].in_force(engine.at()))
        .map(|i| engine.answer(i, company))
        .collect();
    let item = |code: &str| book.items.iter().find(|i| i.code == code && i.in_force(engine.at()));
    let name = |code: &str| item(code).map_or_else(|| code.to_owned(), |i| i.name.clone());
    let mut best: BTreeMap<&str, (&str, Number)> = BTreeMap::new();
    for a in answers.iter().filter(|a| a.verdict == Truth::Met) {
        let Some(group) = item(&a.item).map(|i| i.group.as_str()).filter(|g| !g.is_empty()) else { continue };
        let amount = a.amount.unwrap_or(Number::ZERO);
        let first = best.entry(group).or_insert((&a.item, amount));
        if amount > first.1 {
            *first = (&a.item, amount);
        }
    }
    let (mut met, mut total) = (Vec::new(), Number::ZERO);
    for a in answers.iter().filter(|a| a.verdict == Truth::Met) {
        let policy = item(&a.item);
        let taken = policy.and_then(|i| best.get(i.group.as_str())).map(|(code, _)| *code);
        let instead = taken.filter(|code| *code != a.item).map(str::to_owned);
        if instead.is_none() {
            total = total.plus(a.amount.unwrap_or(Number::ZERO)).unwrap_or(total);
        }
        met.push(Got {
            item: a.item.clone(),
            name: name(&a.item),
            amount: a.amount,
            instead,
            next: policy.map(next).unwrap_or_default(),
        });
    }
    let mut near: Vec<(Number, Near)> = answers
        .iter()
        .filter(|a| a.verdict == Truth::Unmet)
        .filter_map(|a| near(engine, a, &name(&a.item)))
        .collect();
    near.sort_by_key(|n| n.0);
    let near: Vec<Near> = near.into_iter().map(|n| n.1).collect();
    let unknown: Vec<&Answer> = answers.iter().filter(|a| a.verdict == Truth::Unknown).collect();
    let questions = questions(engine, &unknown);
    let unmet = answers.iter().filter(|a| a.verdict == Truth::Unmet).count();
    let said = said(&met, total, &near, unknown.len(), &questions);
    let unknown = unknown.iter().map(|a| a.item.clone()).collect();
    Pack {
        company: company.id.clone(),
        name: company.name.clone(),
        met,
        total,
        near,
        unknown,
        questions,
        unmet,
        said,
        answers,
    }
}

fn next(item: &super::item::PolicyItem) -> String {
    use super::item::PolicyWay;
    let days = item.pay_days.map(|d| format!("，{d} 个工作日内到账")).unwrap_or_default();
    let contact = match (item.office.is_empty(), item.phone.is_empty()) {
        (true, _) => String::new(),
        (false, true) => format!("（{}）", item.office),
        (false, false) => format!("（{} {}）", item.office, item.phone),
    };
    match item.way {
        PolicyWay::NoApplication => format!("不用申请，公示后直接兑现{days}{contact}"),
        PolicyWay::Quick => format!("确认账户即可{days}{contact}"),
        PolicyWay::Application => format!("请申报{days}{contact}"),
    }
}

/// Unmet by one row of numbers alone, and by little: nobody is told that five hundred people are “a little”.
fn near(engine: &Engine<'_>, a: &Answer, name: &str) -> Option<(Number, Near)> {
    let unmet: Vec<&Trace> = a.trace.iter().filter(|t| t.kind == "row" && t.result == Truth::Unmet).collect();
    let row = unmet
        .iter()
        .find(|t| verdict_of(&a.trace, &[(&t.at, Truth::Met)]) != Truth::Unmet && t.short_of.is_some())?;
    let (short_of, asked) = (row.short_of?, row.asked.as_ref()?);
    let far = match short_of.over(asked.bound.abs()) {
        Some(share) => share,
        // Of nought there is no share: a few are little.
        None => short_of.over(Number::whole(NEAR_COUNT * 2))?,
    };
    let few = asked.have.is_whole() && asked.bound.is_whole() && short_of <= Number::whole(NEAR_COUNT);
    if far.plus(far)? > Number::ONE && !few {
        return None;
    }
    let key = row.known.first().map(|k| k.field.split('@').next().unwrap_or_default()).unwrap_or_default();
    // The unit is that of the field; what is reckoned from several has none of its own.
    let unit = (row.known.len() == 1).then(|| engine.book().field(key)).flatten().map_or("", |f| &f.unit);
    let said = apart(asked, short_of, unit);
    let near = Near { item: a.item.clone(), name: name.to_owned(), text: row.text.clone(), said, short_of };
    Some((far, near))
}

/// “参保人数少 4 人”: which way it is off and how far. On the boundary itself it says what is asked.
fn apart(asked: &Asked, short_of: Number, unit: &str) -> String {
    let Asked { name, have, compare, bound } = asked;
    match compare {
        Compare::Gt if short_of.is_zero() => format!("{name}须高于 {}", amount(*bound, unit)),
        Compare::Lt if short_of.is_zero() => format!("{name}须低于 {}", amount(*bound, unit)),
        Compare::Eq => format!("{name}应为 {}", amount(*bound, unit)),
        _ => format!("{name}{} {}", if have > bound { "多" } else { "少" }, amount(short_of, unit)),
    }
}

/// A number with its unit: money as money, a share of less than one as per cent.
fn amount(n: Number, unit: &str) -> String {
    match unit {
        "元" => money(n),
        "" if n < Number::ONE && !n.is_zero() => {
            let hundred = n.times(Number::whole(100)).and_then(|n| n.round(2));
            hundred.map_or_else(|| n.to_string(), |h| format!("{h}%"))
        }
        unit => format!("{n} {unit}").trim().to_owned(),
    }
}

/// Missing fields that can still decide: those of unknown rows all of whose groups are unknown.
fn open_fields(a: &Answer) -> BTreeSet<&str> {
    let unknown_above = |at: &str| {
        let mut place = at;
        while let Some((above, _)) = place.rsplit_once('.') {
            if a.trace.iter().any(|t| t.at == above && t.result != Truth::Unknown) {
                return false;
            }
            place = above;
        }
        true
    };
    let rows =
        a.trace.iter().filter(|t| t.kind == "row" && t.result == Truth::Unknown && unknown_above(&t.at));
    rows.flat_map(|t| t.missing.iter().map(String::as_str)).collect()
}

/// The fewest questions that settle most items first: greedily the item (with all that its questions settle beside
/// it) that settles most for each question. A field that a company cannot know is not asked.
fn questions(engine: &Engine<'_>, unknown: &[&Answer]) -> Vec<Question> {
    let base = |f: &str| f.split('@').next().unwrap_or_default().to_owned();
    let can_ask = |f: &&str| engine.book().field(&base(f)).is_none_or(|d| d.ask);
    let mut open: Vec<(&str, BTreeSet<&str>)> = unknown
        .iter()
        .map(|a| (a.item.as_str(), open_fields(a)))
        .filter(|(_, fields)| !fields.is_empty() && fields.iter().all(can_ask))
        .collect();
    let mut found: Vec<Question> = Vec::new();
    while !open.is_empty() {
        let settled = |fields: &BTreeSet<&str>| open.iter().filter(|(_, f)| f.is_subset(fields)).count();
        // Settled for each question, compared as fractions; then fewer questions; then the name.
        let best = open.iter().max_by(|(a_code, a), (b_code, b)| {
            let (sa, sb) = (settled(a) * b.len(), settled(b) * a.len());
            sa.cmp(&sb).then(b.len().cmp(&a.len())).then(b_code.cmp(a_code))
        });
        let Some((_, fields)) = best.cloned() else { break };
        let last = fields.len() - 1;
        for (i, f) in fields.iter().enumerate() {
            let settles = if i == last {
                open.iter().filter(|(_, of)| of.is_subset(&fields)).map(|(c, _)| (*c).to_owned()).collect()
            } else {
                Vec::new()
            };
            let (key, period) = f.split_once('@').unwrap_or((f, ""));
            let when =
                period.parse::<super::period::Period>().map(super::period::Period::said).unwrap_or_default();
            found.push(Question {
                field: (*f).to_owned(),
                name: format!("{when}{}", engine.book().field_name(key)),
                settles,
            });
        }
        open.retain(|(_, of)| !of.is_subset(&fields));
        for (_, of) in &mut open {
            of.retain(|f| !fields.contains(f));
        }
    }
    found
}

fn money(x: Number) -> String {
    let ten_thousand = Number::whole(10_000);
    if x >= ten_thousand {
        format!("{} 万元", x.over(ten_thousand).and_then(|n| n.round(1)).unwrap_or(x))
    } else {
        format!("{} 元", x.round(2).unwrap_or(x))
    }
}

fn said(met: &[Got], total: Number, near: &[Near], unknown: usize, questions: &[Question]) -> String {
    let mut parts = Vec::new();
    let taken = met.iter().filter(|m| m.instead.is_none()).count();
    match taken {
        0 => parts.push("目前没有查到可以直接享受的政策".to_owned()),
        n if total.is_zero() => parts.push(format!("可以享受 {n} 项")),
        n => parts.push(format!("可以享受 {n} 项，约 {}", money(total))),
    }
    if !near.is_empty() {
        let shown: Vec<&str> = near.iter().take(3).map(|n| n.said.as_str()).collect();
        let rest = if near.len() > 3 { "等" } else { "" };
        parts.push(format!("还差一点的 {} 项（{}{rest}）", near.len(), shown.join("、")));
    }
    match (unknown, questions.len()) {
        (0, _) => {}
        (n, 0) => parts.push(format!("还缺信息的 {n} 项（等部门数据）")),
        (n, q) => parts.push(format!("还缺信息的 {n} 项（填写 {q} 个数就知道）")),
    }
    parts.join("；")
}
