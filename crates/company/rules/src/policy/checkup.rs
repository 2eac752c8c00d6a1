//! 体检: contradictions that the kitchen shows before a policy is released: the words of a clause against the entered
//! condition, items that overlap or leave a gap, expired basis, conditions nobody can answer.

use std::collections::{BTreeMap, BTreeSet};

use kernel::{Date, Said};
use serde::Serialize;

use super::amount::{LadderFault, ladder_fault};
use super::condition::{Compare, Condition, Row};
use super::expr::{Expr, Op};
use super::facts::Facts;
use super::item::{Book, PolicyClass, PolicyItem};
use super::number::Number;
use super::value::Value;

/// What kind of contradiction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FindingKind {
    /// 没有截止日期
    NoEnd,
    /// 依据已过期
    Expired,
    /// 没有条件
    NoCondition,
    /// 没有金额
    NoAmount,
    /// 没有部门提供这个字段
    NobodySupplies,
    /// 条文与条件的数不一致
    NumberDiffers,
    /// 条文与条件的“以上”“超过”不一致
    ComparisonDiffers,
    /// 除数可能为零
    MayDivideByNought,
    /// 条件自相矛盾,永远满足不了
    NeverMet,
    /// 两个事项重叠
    Overlap,
    /// 两个事项之间有空档
    Gap,
    /// 阶梯倒挂
    Drop,
    /// 参数在有效期内断档或重叠
    ParameterGap,
    /// 资金池没有登记
    NoFund,
    /// 依据的文件没有登记
    NoDocument,
    /// 依据的文件已被替代
    Replaced,
    /// 条文在文件原文里找不到
    NotInText,
    /// 下限高于上限
    LeastAboveCap,
}

/// One finding: a proposal with its reason; a person decides.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Finding {
    /// what kind
    pub kind: FindingKind,
    /// the item
    pub item: String,
    /// the sentence
    pub said: Said,
}

/// Every finding of a book on a day; with facts also what nobody supplies.
pub fn checkup(book: &Book, facts: Option<&Facts>, at: Date) -> Vec<Finding> {
    let mut found = Vec::new();
    for item in &book.items {
        let mut say = |kind, zh: String, en: String| {
            found.push(Finding { kind, item: item.code.clone(), said: Said::new(zh, en) });
        };
        basics(book, item, at, &mut say);
        documents(book, item, &mut say);
        fields(book, item, facts, &mut say);
        item.conditions.rows(&mut |row| words(book, item, row, at, &mut say));
        divisions(item, &mut say);
        for names in never(&item.conditions) {
            say(
                FindingKind::NeverMet,
                format!("条件自相矛盾，永远满足不了：{names}"),
                format!("can never be met: {names}"),
            );
        }
        for (name, ladder) in book.ladders.iter().chain(&item.ladders) {
            for fault in ladder.faults().iter().filter(|f| matches!(f, LadderFault::Drop(_))) {
                let said = ladder_fault(name, fault).said;
                say(FindingKind::Drop, said.zh, said.en);
            }
        }
    }
    found.extend(neighbours(book));
    found.sort_by(|a, b| a.item.cmp(&b.item).then(a.kind.cmp(&b.kind)));
    found.dedup();
    found
}

/// What an item rests on: a document that is on file, lasts as long, is not replaced, and says what the item says it says.
fn documents(book: &Book, item: &PolicyItem, say: Say<'_>) {
    if book.documents.is_empty() || item.policy.trim().is_empty() {
        return;
    }
    let Some(d) = book.document_of(item) else {
        say(
            FindingKind::NoDocument,
            format!("依据“{}”没有登记为政策文件", item.policy),
            format!("what it rests on, “{}”, is not among the documents", item.policy),
        );
        return;
    };
    let number = &d.number;
    let after = |end: Date| item.to.is_none_or(|to| to > end);
    if let Some(end) = d.last_day().filter(|end| after(*end)) {
        say(
            FindingKind::Expired,
            format!("依据“{number}”到 {end} 为止，事项却写到更晚"),
            format!("“{number}” ends on {end}, and the item goes on"),
        );
    }
    if let Some(by) = book.replaced_by(number.trim())
        && by.first_day().is_none_or(after)
    {
        let from = by.first_day().map_or_else(String::new, |d| d.to_string());
        say(
            FindingKind::Replaced,
            format!("依据“{number}”已由“{}”替代 {from}，请改按新文件或写明截止日期", by.number),
            format!("“{number}” is replaced by “{}” {from}: go by that one, or end the item", by.number),
        );
    }
    if !d.text.trim().is_empty() {
        item.conditions.rows(&mut |row| {
            if !row.text.trim().is_empty() && !d.holds(&row.text) {
                say(
                    FindingKind::NotInText,
                    format!("“{}”的原文里没有这句话：{}", number, row.text),
                    format!("the text of “{number}” has no such sentence: {}", row.text),
                );
            }
        });
    }
}

type Say<'s> = &'s mut dyn FnMut(FindingKind, String, String);

fn basics(book: &Book, item: &PolicyItem, at: Date, say: Say<'_>) {
    match item.to {
        None => {
            say(
                FindingKind::NoEnd,
                "没有写截止日期，到期无法自动停止".into(),
                "it has no end date and would never stop by itself".into(),
            );
        }
        Some(to) if to < at => {
            say(FindingKind::Expired, format!("依据已于 {to} 到期"), format!("its basis expired on {to}"));
        }
        Some(_) => {}
    }
    let mut rows = 0;
    item.conditions.rows(&mut |_| rows += 1);
    if rows == 0 {
        say(
            FindingKind::NoCondition,
            "没有任何条件，所有企业都会符合".into(),
            "it has no condition: every company would have it".into(),
        );
    }
    if item.amount.is_none() && matches!(item.class, PolicyClass::Subsidy | PolicyClass::Reduction) {
        say(
            FindingKind::NoAmount,
            "奖补、减免类事项没有写金额".into(),
            "a subsidy or reduction without an amount".into(),
        );
    }
    if let Some(a) = &item.amount
        && let (Some(Expr::Const(Value::Number(cap))), Some(Expr::Const(Value::Number(least)))) =
            (&a.cap, &a.least)
        && least > cap
    {
        say(
            FindingKind::LeastAboveCap,
            format!("下限 {least} 高于上限 {cap}"),
            format!("at least {least} is more than at most {cap}"),
        );
    }
    if !item.fund.is_empty() && !book.funds.iter().any(|f| f.code == item.fund) {
        say(
            FindingKind::NoFund,
            format!("资金池“{}”没有登记余额", item.fund),
            format!("fund “{}” has no balance on record", item.fund),
        );
    }
    let mut names = BTreeSet::new();
    item.exprs(&mut |e| {
        e.walk(&mut |e| match e {
            Expr::Param(n) | Expr::Lookup(n, _) => {
                names.insert(n.clone());
            }
            _ => {}
        });
    });
    for name in names {
        parameter(book, item, &name, say);
    }
}

/// A parameter must have one value on every day on which the item is in force.
fn parameter(book: &Book, item: &PolicyItem, name: &str, say: Say<'_>) {
    let mut versions: Vec<_> = book.param(item, name).unwrap_or_default().iter().collect();
    versions.sort_by_key(|d| d.from);
    for pair in versions.windows(2) {
        let (Some(to), Some(from)) = (pair[0].to, pair[1].from) else {
            say(
                FindingKind::ParameterGap,
                format!("参数 ${name} 的两个版本时间重叠"),
                format!("two versions of ${name} overlap in time"),
            );
            continue;
        };
        if from <= to {
            say(
                FindingKind::ParameterGap,
                format!("参数 ${name} 在 {from} 有两个值"),
                format!("${name} has two values on {from}"),
            );
        } else if to.tomorrow().is_ok_and(|next| next < from) {
            say(
                FindingKind::ParameterGap,
                format!("参数 ${name} 在 {to} 与 {from} 之间没有值"),
                format!("${name} has no value between {to} and {from}"),
            );
        }
    }
    let late = versions.first().and_then(|v| v.from).is_some_and(|f| item.from.is_none_or(|i| f > i));
    let early = versions.last().and_then(|v| v.to).is_some_and(|t| item.to.is_none_or(|i| t < i));
    if late || early {
        say(
            FindingKind::ParameterGap,
            format!("参数 ${name} 没有盖住事项的整个有效期"),
            format!("${name} does not cover the whole time in which the item is in force"),
        );
    }
}

fn fields(book: &Book, item: &PolicyItem, facts: Option<&Facts>, say: Say<'_>) {
    let mut names = BTreeSet::new();
    item.exprs(&mut |e| {
        e.walk(&mut |e| {
            if let Expr::Field(n, _) = e {
                names.insert(n.clone());
            }
        });
    });
    for name in names {
        let declared = book.fields.is_empty() || book.field(&name).is_some();
        let supplied = facts.is_none_or(|f| f.number(&name).is_some());
        if !declared || !supplied {
            let shown = book.field_name(&name);
            say(
                FindingKind::NobodySupplies,
                format!("字段“{shown}”没有人提供，这一条永远判不出来"),
                format!("nobody supplies the field “{shown}”: this can never be decided"),
            );
        }
    }
}

/// What a Chinese number counts: without it 一 is most often a word (统一, 第三条, 十分).
const COUNTED: [&str; 18] = [
    "万",
    "亿",
    "人",
    "元",
    "个",
    "家",
    "年",
    "月",
    "天",
    "日",
    "项",
    "户",
    "名",
    "件",
    "次",
    "岁",
    "亩",
    "平方米",
];

/// A Chinese number of one to four places: 三十五, 一百二十, 两千, 十.
fn chinese(run: &str) -> Option<i64> {
    let digit =
        |c: char| "零一二三四五六七八九".chars().position(|d| d == c).or_else(|| (c == '两').then_some(2));
    let (mut sum, mut one, mut power) = (0i64, None, 10_000i64);
    for c in run.chars() {
        let by = match c {
            '十' => 10,
            '百' => 100,
            '千' => 1_000,
            '零' => continue,
            c if one.is_none() => {
                one = Some(digit(c)? as i64);
                continue;
            }
            // 三五: figures side by side are no number for certain.
            _ => return None,
        };
        if by >= power {
            return None;
        }
        let times = one.take().or_else(|| (by == 10).then_some(1))?;
        (sum, power) = (sum + times * by, by);
    }
    Some(sum + one.unwrap_or(0))
}

/// The Chinese numbers of a sentence: 三十五人以上, 两千万元, 百分之五点五.
fn chinese_in(text: &str) -> Vec<Number> {
    let is = |c: char| "零一二三四五六七八九两十百千".contains(c);
    let mut found = Vec::new();
    let mut rest = text;
    let mut before = "";
    while let Some(start) = rest.find(is) {
        before = if start > 0 { &rest[..start] } else { before };
        if let Some(part) = rest[start..].strip_prefix("百分之") {
            let end = part.find(|c: char| !is(c)).unwrap_or(part.len());
            let (whole, mut tail) = part.split_at(end);
            let mut text = chinese(whole).map(|n| n.to_string());
            if let Some(places) = tail.strip_prefix('点') {
                let end = places.find(|c: char| !is(c)).unwrap_or(places.len());
                let digits: Option<Vec<String>> = places[..end]
                    .chars()
                    .map(|c| chinese(c.encode_utf8(&mut [0; 4])).map(|n| n.to_string()))
                    .collect();
                text = text.zip(digits).map(|(whole, d)| format!("{whole}.{}", d.concat()));
                tail = &places[end..];
            }
            found.extend(text.and_then(|t| Number::read(&format!("{t}%"))));
            (rest, before) = (tail, "之");
            continue;
        }
        let end = rest[start..].find(|c: char| !is(c)).map_or(rest.len(), |e| start + e);
        let (run, after) = (&rest[start..end], &rest[end..]);
        let counts = COUNTED.iter().any(|u| after.starts_with(u)) && !before.ends_with('第');
        let unit = after.chars().next().filter(|c| matches!(c, '万' | '亿'));
        if counts && let Some(n) = chinese(run) {
            let unit = unit.map_or_else(String::new, String::from);
            found.extend(Number::read(&format!("{n}{unit}")));
        }
        (rest, before) = (after, "");
    }
    found
}

/// Numbers that stand in a sentence, in Arabic or Chinese figures: 5.5%, 30人, 三十五人, 两千万元, 百分之五.
fn numbers_in(text: &str) -> Vec<Number> {
    let text: String = text.chars().map(tabular::when::half_width).collect();
    let text = text.as_str();
    let mut found = chinese_in(text);
    let mut rest = text;
    while let Some(start) = rest.find(|c: char| c.is_ascii_digit()) {
        let end = rest[start..]
            .find(|c: char| !(c.is_ascii_digit() || c == '.' || c == ','))
            .map_or(rest.len(), |e| start + e);
        // “1000 万元” is written with a blank as often as without.
        let after = rest[end..].trim_start_matches(' ');
        let unit = after.chars().next().filter(|c| matches!(c, '%' | '％' | '‰' | '万' | '亿'));
        found.extend(Number::read(rest[start..end].trim_end_matches(['.', ','])).and_then(|n| {
            let scale = unit.map_or(Some(Number::ONE), |c| Number::read(&format!("1{c}")))?;
            n.times(scale)
        }));
        rest = unit.map_or(&rest[end..], |c| &after[c.len_utf8()..]);
    }
    found
}

/// What the words of a sentence ask: does the boundary belong, and on which side?
const WORDS: &[(&str, &[Compare])] = &[
    ("不超过", &[Compare::Le]),
    ("不高于", &[Compare::Le]),
    ("不大于", &[Compare::Le]),
    ("不多于", &[Compare::Le]),
    ("以下", &[Compare::Le, Compare::Lt]),
    ("以内", &[Compare::Le]),
    ("至多", &[Compare::Le]),
    ("不低于", &[Compare::Ge]),
    ("不少于", &[Compare::Ge]),
    ("不小于", &[Compare::Ge]),
    ("以上", &[Compare::Ge]),
    ("至少", &[Compare::Ge]),
    ("达到", &[Compare::Ge]),
    ("超过", &[Compare::Gt]),
    ("高于", &[Compare::Gt]),
    ("大于", &[Compare::Gt]),
    ("多于", &[Compare::Gt]),
    ("不足", &[Compare::Lt]),
    ("低于", &[Compare::Lt]),
    ("少于", &[Compare::Lt]),
    ("小于", &[Compare::Lt]),
];

fn words(book: &Book, item: &PolicyItem, row: &Row, at: Date, say: Say<'_>) {
    if row.text.is_empty() {
        return;
    }
    let right: Vec<Number> = row.right.iter().flat_map(|e| constants(book, item, e, at)).collect();
    let ordered = matches!(row.compare, Compare::Lt | Compare::Le | Compare::Gt | Compare::Ge);
    let said = numbers_in(&row.text);
    if ordered && !right.is_empty() && !said.is_empty() && !right.iter().any(|r| said.contains(r)) {
        let list = |of: &[Number]| of.iter().map(Number::to_string).collect::<Vec<_>>().join("、");
        say(
            FindingKind::NumberDiffers,
            format!("条文“{}”里的数是 {}，条件填的是 {}", row.text, list(&said), list(&right)),
            format!("the clause says {}, the condition says {}", list(&said), list(&right)),
        );
    }
    if !ordered {
        return;
    }
    // Longer words first, so that 不超过 is not read as 超过; one sentence may hold several.
    let mut rest = row.text.clone();
    let mut allowed: Vec<Compare> = Vec::new();
    for (word, compares) in WORDS {
        if rest.contains(word) {
            allowed.extend(*compares);
            rest = rest.replace(word, "");
        }
    }
    if !allowed.is_empty() && !allowed.contains(&row.compare) {
        say(
            FindingKind::ComparisonDiffers,
            format!("条文“{}”与条件的“{}”不一致，请核对含不含边界", row.text, row.compare.said()),
            format!(
                "the clause and the comparison “{}” differ: does the boundary belong?",
                row.compare.word()
            ),
        );
    }
}

fn constants(book: &Book, item: &PolicyItem, e: &Expr, at: Date) -> Vec<Number> {
    let value = |v: &Value| match v {
        Value::Number(n) => Some(*n),
        _ => None,
    };
    match e {
        Expr::Const(v) => value(v).into_iter().collect(),
        Expr::Param(name) => {
            let versions = book.param(item, name).unwrap_or_default();
            let one = versions.iter().rev().find(|d| d.in_force(at)).and_then(|d| match &d.value {
                super::item::Param::One(v) => value(v),
                super::item::Param::Table(_) => None,
            });
            one.into_iter().collect()
        }
        _ => Vec::new(),
    }
}

/// Divisions by something that no condition keeps from being nought.
fn divisions(item: &PolicyItem, say: Say<'_>) {
    let mut above_nought = BTreeSet::new();
    item.conditions.rows(&mut |r| {
        if let (Expr::Field(n, p), Some(Expr::Const(Value::Number(x)))) = (&r.left, r.right.first()) {
            let positive = match r.compare {
                Compare::Gt => !x.is_negative(),
                Compare::Ge | Compare::Eq => *x > Number::ZERO,
                Compare::Ne => x.is_zero(),
                _ => false,
            };
            if positive {
                above_nought.insert((n.clone(), *p));
            }
        }
    });
    let mut told = BTreeSet::new();
    item.exprs(&mut |e| {
        e.walk(&mut |e| {
            let Expr::Op(Op::Div, parts) = e else { return };
            match parts.get(1) {
                Some(Expr::Const(Value::Number(n))) if n.is_zero() => {
                    told.insert("0".to_owned());
                }
                Some(Expr::Field(n, p)) if !above_nought.contains(&(n.clone(), *p)) => {
                    told.insert(n.clone());
                }
                _ => {}
            }
        });
    });
    for name in told {
        say(
            FindingKind::MayDivideByNought,
            format!("算式除以“{name}”，它为 0 时算不出；请加一条“{name}大于 0”"),
            format!("divides by “{name}”, which may be 0: add a condition that it is above 0"),
        );
    }
}

/// The open or closed ends of what rows of one field allow.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Span {
    low: Option<(Number, bool)>,
    high: Option<(Number, bool)>,
}

impl Span {
    const ALL: Self = Self { low: None, high: None };
    fn of(row: &Row) -> Option<Self> {
        let Some(Expr::Const(Value::Number(n))) = row.right.first() else { return None };
        Some(match row.compare {
            Compare::Gt => Self { low: Some((*n, false)), high: None },
            Compare::Ge => Self { low: Some((*n, true)), high: None },
            Compare::Lt => Self { low: None, high: Some((*n, false)) },
            Compare::Le => Self { low: None, high: Some((*n, true)) },
            Compare::Eq => Self { low: Some((*n, true)), high: Some((*n, true)) },
            _ => return None,
        })
    }
    fn and(self, other: Self) -> Self {
        let low = match (self.low, other.low) {
            (Some(a), Some(b)) => Some(if a.0 > b.0 || a.0 == b.0 && !a.1 { a } else { b }),
            (a, b) => a.or(b),
        };
        let high = match (self.high, other.high) {
            (Some(a), Some(b)) => Some(if a.0 < b.0 || a.0 == b.0 && !a.1 { a } else { b }),
            (a, b) => a.or(b),
        };
        Self { low, high }
    }
    fn is_empty(self) -> bool {
        matches!((self.low, self.high), (Some((l, li)), Some((h, hi))) if l > h || l == h && !(li && hi))
    }
}

/// Rows that must all hold, by field: the spans they leave.
fn spans(c: &Condition) -> BTreeMap<String, Span> {
    let mut found: BTreeMap<String, Span> = BTreeMap::new();
    fn gather(c: &Condition, found: &mut BTreeMap<String, Span>) {
        match c {
            Condition::Row(r) => {
                if let (Expr::Field(..), Some(span)) = (&r.left, Span::of(r)) {
                    let before = found.entry(r.left_said.clone()).or_insert(Span::ALL);
                    *before = before.and(span);
                }
            }
            Condition::All(parts, _) => parts.iter().for_each(|p| gather(p, found)),
            Condition::Any(..) | Condition::AtLeast(..) | Condition::Not(..) => {}
        }
    }
    gather(c, &mut found);
    found
}

fn never(c: &Condition) -> Vec<String> {
    spans(c).into_iter().filter(|(_, s)| s.is_empty()).map(|(name, _)| name).collect()
}

/// Items of one policy that differ only in the span of one field: overlapping or leaving a gap.
fn neighbours(book: &Book) -> Vec<Finding> {
    let mut groups: BTreeMap<(String, String, String), Vec<(&PolicyItem, Span)>> = BTreeMap::new();
    for item in &book.items {
        for (field, span) in spans(&item.conditions) {
            let mut others = BTreeSet::new();
            item.conditions.rows(&mut |r| {
                if r.left_said != field {
                    others.insert(format!("{} {} {:?}", r.left_said, r.compare.word(), r.right));
                }
            });
            let others: Vec<String> = others.into_iter().collect();
            groups.entry((item.policy.clone(), field, others.join("|"))).or_default().push((item, span));
        }
    }
    let mut found = Vec::new();
    for ((_, field, _), mut items) in groups {
        items.sort_by(|a, b| a.1.low.map(|l| l.0).cmp(&b.1.low.map(|l| l.0)));
        for pair in items.windows(2) {
            let ((a, x), (b, y)) = (&pair[0], &pair[1]);
            let apart_in_time =
                a.to.zip(b.from).is_some_and(|(t, f)| t < f) || b.to.zip(a.from).is_some_and(|(t, f)| t < f);
            if a.code == b.code || apart_in_time || x.is_empty() || y.is_empty() {
                continue;
            }
            let shown = book.field_name(&field);
            if !x.and(*y).is_empty() {
                if a.group.is_empty() || a.group != b.group {
                    found.push(Finding {
                        kind: FindingKind::Overlap,
                        item: a.code.clone(),
                        said: Said::new(
                            format!("与“{}”在“{shown}”上重叠，同一企业会享受两次；若本意如此请忽略，否则设互斥组", b.name),
                            format!("overlaps with “{}” in “{shown}”: a company would have both; set a group unless it is meant", b.name),
                        ),
                    });
                }
            } else if let (Some((h, hi)), Some((l, li))) = (x.high, y.low)
                && (h < l || h == l && !hi && !li)
            {
                found.push(Finding {
                    kind: FindingKind::Gap,
                    item: a.code.clone(),
                    said: Said::new(
                        format!("与“{}”之间，“{shown}”在 {h} 与 {l} 之间没有人管", b.name),
                        format!("between it and “{}” nothing covers “{shown}” from {h} to {l}", b.name),
                    ),
                });
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_a_sentence_in_every_writing() {
        for (text, want) in [
            ("三十五人以上", &["35"][..]),
            ("参保人数不少于一百人", &["100"]),
            ("一百二十家", &["120"]),
            ("一百零五户", &["105"]),
            ("十二个月", &["12"]),
            ("十万元", &["100000"]),
            ("两千万元以上", &["20000000"]),
            ("营业收入达到三百万元", &["3000000"]),
            ("百分之五", &["0.05"]),
            ("不低于百分之五点五", &["0.055"]),
            ("百分之三十以上", &["0.3"]),
            ("３０人以上", &["30"]),
            ("200万元", &["2000000"]),
            ("三年内参保五十人", &["3", "50"]),
            ("依据第三条统一执行", &[]),
            ("第十五项规定", &[]),
            ("十分重要，一般企业", &[]),
            ("三五人", &[]),
            ("一律", &[]),
        ] {
            let got: Vec<String> = numbers_in(text).iter().map(Number::to_string).collect();
            assert_eq!(got, want, "{text}");
        }
    }
}
