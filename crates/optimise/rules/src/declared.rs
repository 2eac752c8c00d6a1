//! 规则核对: the rules of a guide one by one (O5): what must be done and what never, in which order, within how many working
//! days, by whom, by two different people, and only under a condition. Every rule is judged for every case it is about.
//!
//! A line is a rule, in Chinese or English words; a line that cannot be read is told with what may be written.

use eventlog::Log;
use eventlog::log::Value;
use eventlog::when::NO_TIME;
use kernel::Said;
use serde::Serialize;

use crate::OptimiseError;
use crate::questions::Office;

/// Rules at once.
const MOST: usize = 100;
/// Cases named behind one rule.
const NAMED: usize = 100;

/// What a rule demands.
#[derive(Clone, Debug, PartialEq)]
pub enum Demand {
    /// 必须: it is done
    Must(String),
    /// 不得: it is never done
    Never(String),
    /// 至多: so many times at most
    AtMost(String, u32),
    /// 先于: the second is only done after the first
    Before(String, String),
    /// 之后必须: the first is followed by the second, within so many working days
    Then(String, String, Option<f64>),
    /// 由: only by these
    By(String, Vec<String>),
    /// 不同人: the two are not done by the same person
    Different(String, String),
    /// 同一人: the two are done by the same person
    Same(String, String),
    /// 整件: from the first to the last record at most so many working days
    Within(f64),
}

/// A comparison with an attribute.
#[derive(Clone, Debug, PartialEq)]
pub struct Guard {
    /// the attribute
    pub key: String,
    /// `=`, `!=`, `>`, `>=`, `<`, `<=`
    pub sign: Sign,
    /// as it was written
    pub value: String,
}

/// How an attribute is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// =
    Is,
    /// ≠
    IsNot,
    /// >
    More,
    /// ≥
    MoreOrSame,
    /// <
    Less,
    /// ≤
    LessOrSame,
}

/// A rule as it was written.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// the line
    pub line: String,
    /// it is about these cases only
    pub guard: Option<Guard>,
    /// what it demands
    pub demand: Demand,
}

/// What became of one rule.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Judged {
    /// the line
    pub line: String,
    /// cases it is about
    pub about: u64,
    /// cases that break it
    pub broken: u64,
    /// some of them, by number
    pub cases: Vec<u32>,
    /// what cannot be told: a step or an attribute that the log does not have
    pub note: Option<Said>,
}

fn cannot(line: &str) -> OptimiseError {
    OptimiseError::cannot(
        format!(
            "读不懂规则“{line}”。可以写：必须 甲；不得 甲；至多 1 次 甲；甲 先于 乙；甲 之后必须 乙 <= 5；甲 由 张三、李四；不同人 甲 乙；同一人 甲 乙；整件 <= 20；如果 金额 > 50000：必须 甲"
        ),
        format!(
            "the rule {line:?} cannot be read. Write: must A; never A; at most 1 A; A before B; A then B <= 5; A by X, Y; different A B; same A B; whole <= 20; if amount > 50000: must A"
        ),
    )
}

/// Reads rules, one a line; lines that begin with `#` are remarks.
///
/// # Errors
/// Names the line and says what may be written.
pub fn read(text: &str) -> Result<Vec<Rule>, OptimiseError> {
    let lines = text.lines().map(str::trim).filter(|l| !l.is_empty() && !l.starts_with('#'));
    let rules: Vec<Rule> = lines.take(MOST + 1).map(read_line).collect::<Result<_, _>>()?;
    if rules.len() > MOST {
        return Err(OptimiseError::cannot(
            format!("一次最多核对 {MOST} 条规则"),
            format!("at most {MOST} rules at once"),
        ));
    }
    Ok(rules)
}

fn read_line(line: &str) -> Result<Rule, OptimiseError> {
    let bad = || cannot(line);
    let (guard, rest) = match line.strip_prefix("如果").or_else(|| line.strip_prefix("if ")) {
        None => (None, line),
        Some(rest) => {
            let (test, rest) = rest.split_once(['：', ':', '，']).ok_or_else(bad)?;
            (Some(guard(test).ok_or_else(bad)?), rest.trim())
        }
    };
    Ok(Rule { line: line.to_owned(), guard, demand: demand(rest).ok_or_else(bad)? })
}

fn guard(test: &str) -> Option<Guard> {
    let signs = [
        (">=", Sign::MoreOrSame),
        ("≥", Sign::MoreOrSame),
        ("<=", Sign::LessOrSame),
        ("≤", Sign::LessOrSame),
        ("!=", Sign::IsNot),
        ("≠", Sign::IsNot),
        (">", Sign::More),
        ("<", Sign::Less),
        ("=", Sign::Is),
        ("是", Sign::Is),
    ];
    let (text, sign) = signs.into_iter().find(|(s, _)| test.contains(s))?;
    let (key, value) = test.split_once(text)?;
    let (key, value) = (key.trim(), value.trim());
    let ordered = matches!(sign, Sign::More | Sign::MoreOrSame | Sign::Less | Sign::LessOrSame);
    if key.is_empty() || value.is_empty() || (ordered && number(value).is_none()) {
        return None;
    }
    Some(Guard { key: key.to_owned(), sign, value: value.to_owned() })
}

/// 50000, 5万, 50,000元
fn number(text: &str) -> Option<f64> {
    let plain: String = text.chars().filter(|c| !matches!(c, ',' | '，' | ' ' | '元' | '%')).collect();
    let (plain, times) = match (plain.strip_suffix('万'), plain.strip_suffix('亿')) {
        (Some(n), _) => (n.to_owned(), 1e4),
        (_, Some(n)) => (n.to_owned(), 1e8),
        _ => (plain, 1.0),
    };
    plain.parse::<f64>().ok().map(|n| n * times).filter(|n| n.is_finite())
}

/// A word at the beginning, in Chinese or English.
fn begins<'a>(text: &'a str, zh: &str, en: &str) -> Option<&'a str> {
    text.strip_prefix(zh).or_else(|| text.strip_prefix(en)).map(str::trim)
}

/// A word between two names, with blanks around it.
fn between<'a>(text: &'a str, zh: &str, en: &str) -> Option<(&'a str, &'a str)> {
    let (a, b) = text.split_once(&format!(" {zh} ")).or_else(|| text.split_once(&format!(" {en} ")))?;
    let (a, b) = (a.trim(), b.trim());
    (!a.is_empty() && !b.is_empty()).then_some((a, b))
}

fn limit(text: &str) -> (&str, Option<&str>) {
    match text.rsplit_once("<=").or_else(|| text.rsplit_once('≤')) {
        Some((name, days)) => (name.trim(), Some(days.trim())),
        None => (text, None),
    }
}

fn days(text: &str) -> Option<f64> {
    let plain = text.trim_end_matches("个工作日").trim_end_matches("工作日").trim_end_matches("天").trim();
    plain.parse().ok().filter(|d: &f64| d.is_finite() && *d >= 0.0)
}

fn demand(text: &str) -> Option<Demand> {
    let owned = str::to_owned;
    let one = |name: &str| (!name.is_empty()).then(|| name.to_owned());
    if let Some((a, b)) = between(text, "之后必须", "then") {
        let (b, within) = limit(b);
        let within = match within {
            Some(d) => Some(days(d)?),
            None => None,
        };
        return Some(Demand::Then(owned(a), one(b)?, within));
    }
    if let Some((a, b)) = between(text, "先于", "before") {
        return Some(Demand::Before(owned(a), owned(b)));
    }
    if let Some((a, who)) = between(text, "由", "by") {
        let who: Vec<String> =
            who.split(['、', ',', '，', ';']).map(str::trim).filter(|w| !w.is_empty()).map(owned).collect();
        return (!who.is_empty()).then(|| Demand::By(owned(a), who));
    }
    let two = |rest: &str| {
        let (a, b) = rest.split_once(['、', ' ', '，', ','])?;
        let (a, b) = (a.trim(), b.trim());
        (!a.is_empty() && !b.is_empty()).then(|| (owned(a), owned(b)))
    };
    if let Some(rest) = begins(text, "不同人", "different ") {
        return two(rest).map(|(a, b)| Demand::Different(a, b));
    }
    if let Some(rest) = begins(text, "同一人", "same ") {
        return two(rest).map(|(a, b)| Demand::Same(a, b));
    }
    if let Some(rest) = begins(text, "整件", "whole") {
        return limit(rest).1.and_then(days).map(Demand::Within);
    }
    if let Some(rest) = begins(text, "至多", "at most ") {
        let (n, name) = rest.split_once(['次', ' '])?;
        return Some(Demand::AtMost(one(name.trim_start_matches('次').trim())?, n.trim().parse().ok()?));
    }
    if let Some(rest) = begins(text, "必须", "must ") {
        return one(rest).map(Demand::Must);
    }
    begins(text, "不得", "never ").and_then(one).map(Demand::Never)
}

/// An attribute of a case: its own, or the last one that an event of it has.
fn attribute(log: &Log, case: usize, key: &str) -> Option<String> {
    let text = |v: Value<'_>| eventlog::log::show(v);
    if let Some(v) = log.case_column(key).and_then(|c| c.get(log.case_row(case))) {
        return Some(text(v));
    }
    let column = log.event_column(key)?;
    log.case(case).rev().find_map(|e| column.get(log.row(e))).map(text)
}

impl Guard {
    /// Is the rule about this case? None when the case does not say.
    fn holds(&self, log: &Log, case: usize) -> Option<bool> {
        let found = attribute(log, case, &self.key)?;
        let both = number(&found).zip(number(&self.value));
        let order = both.map(|(a, b)| a.total_cmp(&b));
        let same = order.map_or_else(|| found.trim() == self.value, std::cmp::Ordering::is_eq);
        Some(match self.sign {
            Sign::Is => same,
            Sign::IsNot => !same,
            Sign::More => order?.is_gt(),
            Sign::MoreOrSame => order?.is_ge(),
            Sign::Less => order?.is_lt(),
            Sign::LessOrSame => order?.is_le(),
        })
    }
}

impl Demand {
    /// The steps it names.
    fn steps(&self) -> Vec<&str> {
        match self {
            Self::Must(a) | Self::Never(a) | Self::AtMost(a, _) | Self::By(a, _) => vec![a],
            Self::Before(a, b) | Self::Then(a, b, _) | Self::Different(a, b) | Self::Same(a, b) => vec![a, b],
            Self::Within(_) => Vec::new(),
        }
    }

    /// Is it kept by a case? None: it is not about this case. `done` tells the events of a step.
    fn kept(&self, log: &Log, office: &Office, case: usize, of: &dyn Fn(&str) -> Vec<usize>) -> Option<bool> {
        let time = |e: usize| Some(log.time()[e]).filter(|t| *t != NO_TIME);
        let passed = |a: i64, b: i64| office.days(office.clock.working_us(a, b));
        let who = |e: usize| Some(log.resource()[e]).filter(|r| *r != Log::NONE);
        let people = |step: &str| -> Vec<u32> { of(step).into_iter().filter_map(who).collect() };
        match self {
            Self::Must(a) => Some(!of(a).is_empty()),
            Self::Never(a) => Some(of(a).is_empty()),
            Self::AtMost(a, n) => {
                let times = of(a).len();
                (times > 0).then_some(times <= *n as usize)
            }
            Self::Before(a, b) => {
                let first = of(b).first().copied()?;
                Some(of(a).first().is_some_and(|&x| x < first))
            }
            Self::Then(a, b, within) => {
                let (from, to) = (of(a), of(b));
                let last = *from.last()?;
                let next = to.into_iter().find(|&e| e > last);
                let Some(next) = next else { return Some(false) };
                match within {
                    None => Some(true),
                    Some(days) => Some(passed(time(last)?, time(next)?) <= *days),
                }
            }
            Self::By(a, allowed) => {
                let by = people(a);
                let named = |&r: &u32| allowed.iter().any(|n| n == log.resources.get(r));
                (!by.is_empty()).then(|| by.iter().all(named))
            }
            Self::Different(a, b) => {
                let (x, y) = (people(a), people(b));
                (!x.is_empty() && !y.is_empty()).then(|| !x.iter().any(|r| y.contains(r)))
            }
            Self::Same(a, b) => {
                let (x, y) = (people(a), people(b));
                (!x.is_empty() && !y.is_empty()).then(|| x.iter().chain(&y).all(|r| *r == x[0]))
            }
            Self::Within(days) => {
                let (a, b) = log.span(case)?;
                Some(passed(a, b) <= *days)
            }
        }
    }
}

/// Judges every rule for every case it is about. Where a step left several records they count as one.
pub fn judge(log: &Log, office: &Office, rules: &[Rule]) -> Vec<Judged> {
    let (log, _) = eventlog::lifecycle::steps(log);
    let log = &*log;
    rules
        .iter()
        .map(|rule| {
            let unknown: Vec<&str> =
                rule.demand.steps().into_iter().filter(|s| log.activities.find(s).is_none()).collect();
            let mut out =
                Judged { line: rule.line.clone(), about: 0, broken: 0, cases: Vec::new(), note: None };
            let (mut silent, mut told) = (0u64, 0u64);
            for (c, range) in log.cases().enumerate() {
                match rule.guard.as_ref().map(|g| g.holds(log, c)) {
                    Some(None) => {
                        silent += 1;
                        continue;
                    }
                    Some(Some(false)) => {
                        told += 1;
                        continue;
                    }
                    _ => told += 1,
                }
                let of = |step: &str| -> Vec<usize> {
                    let Some(a) = log.activities.find(step) else { return Vec::new() };
                    range.clone().filter(|&e| log.activity()[e] == a).collect()
                };
                let Some(kept) = rule.demand.kept(log, office, c, &of) else { continue };
                out.about += 1;
                if !kept {
                    out.broken += 1;
                    if out.cases.len() < NAMED {
                        out.cases.push(c as u32);
                    }
                }
            }
            if !unknown.is_empty() {
                out.note = Some(Said::new(
                    format!("日志里没有环节“{}”，请核对名称", unknown.join("”“")),
                    format!("the log has no step {unknown:?}: check the name"),
                ));
            } else if let Some(g) = &rule.guard
                && silent > 0
            {
                let key = &g.key;
                out.note = Some(match told {
                    0 => Said::new(
                        format!("没有一件写明“{key}”，请核对属性名称"),
                        format!("no case says {key:?}: check the name of the attribute"),
                    ),
                    _ => Said::new(
                        format!("{silent} 件没有写明“{key}”，没有核对"),
                        format!("{silent} cases do not say {key:?} and were not judged"),
                    ),
                });
            }
            out
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use eventlog::{Limits, Order, read_csv};
    use workday::WorkCalendar;

    use super::*;

    fn log() -> Log {
        let csv = "case,activity,time,resource,金额\n\
             甲,收件,2026-03-02 09:00,张三,80000\n甲,审查,2026-03-03 10:00,李四,80000\n甲,复核,2026-03-04 10:00,王五,80000\n甲,办结,2026-03-04 11:00,张三,80000\n\
             乙,收件,2026-03-02 09:00,张三,9000\n乙,审查,2026-03-20 10:00,李四,9000\n乙,办结,2026-03-20 11:00,李四,9000\n\
             丙,收件,2026-03-02 09:00,赵六,60000\n丙,办结,2026-03-02 11:00,赵六,60000\n丙,审查,2026-03-03 11:00,赵六,60000\n";
        read_csv(csv.as_bytes(), None, Limits::small(), Order::Time).unwrap().0
    }

    fn judged(line: &str) -> (u64, u64) {
        let office = Office::of(&WorkCalendar::official());
        let j = &judge(&log(), &office, &read(line).unwrap())[0];
        (j.about, j.broken)
    }

    #[test]
    fn every_kind_of_rule_is_judged() {
        for (line, about, broken) in [
            ("必须 审查", 3, 0),
            ("must 复核", 3, 2),
            ("不得 复核", 3, 1),
            ("至多 1 次 审查", 3, 0),
            ("at most 0 复核", 1, 1),
            ("审查 先于 办结", 3, 1),
            ("收件 之后必须 审查 <= 5", 3, 1),
            ("收件 之后必须 审查 <= 5 个工作日", 3, 1),
            ("收件 then 复核", 3, 2),
            ("审查 由 李四、王五", 3, 1),
            ("不同人 审查 办结", 3, 2),
            ("同一人 收件 办结", 3, 1),
            ("整件 <= 5", 3, 1),
            ("如果 金额 > 5万：必须 复核", 2, 1),
            ("if 金额 <= 9,000: never 复核", 1, 0),
            ("如果 金额 是 9000：必须 复核", 1, 1),
        ] {
            assert_eq!(judged(line), (about, broken), "{line}");
        }
    }

    #[test]
    fn what_cannot_be_read_or_is_not_there_is_told() {
        for line in [
            "审查",
            "必须",
            "甲 先于",
            "如果 金额：必须 甲",
            "如果 金额 > 多：必须 甲",
            "整件 20",
            "至多 两次 甲",
        ] {
            let e = read(line).unwrap_err().to_string();
            assert!(e.contains("读不懂规则") && e.contains("cannot be read"), "{line}: {e}");
        }
        assert!(read(&"必须 甲\n".repeat(MOST + 1)).is_err());
        assert!(read("# 说明\n\n必须 甲").unwrap().len() == 1);
        let office = Office::of(&WorkCalendar::official());
        let j = judge(&log(), &office, &read("必须 盖章\n如果 面积 > 5：必须 审查").unwrap());
        assert!(j[0].note.as_ref().unwrap().zh.contains("盖章") && j[0].broken == 3);
        assert!(j[1].note.as_ref().unwrap().zh.contains("面积") && j[1].about == 0);
    }
}
