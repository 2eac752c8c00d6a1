//! 依据: the trace of an answer: line by line what was asked, what is known and from where, and how far off it is.

use kernel::{Date, Said};
use serde::Serialize;

use super::condition::{Compare, Condition, Row};
use super::evaluate::{Engine, Node, Ready, Test, Truth, Values, ask_row};
use super::facts::Company;
use super::item::PolicyItem;
use super::number::Number;
use super::value::Value;

/// One value that a row looked at.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Known {
    /// the field, with its period
    pub field: String,
    /// its name for people
    pub name: String,
    /// its value; null is not known
    pub value: Option<Value>,
    /// the day it speaks of
    #[serde(skip_serializing_if = "Option::is_none")]
    pub as_of: Option<String>,
    /// where it comes from
    #[serde(skip_serializing_if = "String::is_empty")]
    pub source: String,
}

/// Two numbers that were compared.
#[derive(Clone, Debug, PartialEq)]
pub struct Asked {
    /// the left side in words
    pub name: String,
    /// its number
    pub have: Number,
    /// how
    pub compare: Compare,
    /// the number of the right side
    pub bound: Number,
}

/// One line of the trace: a row or a group, in the order of the item.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Trace {
    /// where it stands: `2.1` is the first part of the second
    pub at: String,
    /// row, all, any, at_least, not, validity, amount
    pub kind: &'static str,
    /// for at_least: how many
    #[serde(skip_serializing_if = "Option::is_none")]
    pub least: Option<usize>,
    /// the answer
    pub result: Truth,
    /// the sentence of the clause, or the row in words
    pub text: String,
    /// the row in words, with the values that are known
    #[serde(skip_serializing_if = "String::is_empty")]
    pub how: String,
    /// what it looked at
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub known: Vec<Known>,
    /// fields that are missing
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<String>,
    /// how far the left side is from what would do (same unit); only for unmet rows of numbers
    #[serde(skip_serializing_if = "Option::is_none")]
    pub short_of: Option<Number>,
    /// of the same rows: what was compared
    #[serde(skip)]
    pub asked: Option<Asked>,
    /// a row of numbers that stands on its boundary, or within a hundredth of it (临界)
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub near_boundary: bool,
    /// what could not be reckoned
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub problems: Vec<Said>,
}

pub(super) fn validity(item: &PolicyItem, at: Date) -> Trace {
    let said = |d: Option<Date>, none: &str| d.map_or_else(|| none.to_owned(), |d| d.to_string());
    Trace {
        at: "0".to_owned(),
        kind: "validity",
        least: None,
        result: Truth::Unmet,
        text: format!("有效期 {} 至 {}", said(item.from, "发布之日"), said(item.to, "未定")),
        how: format!("{at} 不在有效期内"),
        known: Vec::new(),
        missing: Vec::new(),
        short_of: None,
        asked: None,
        near_boundary: false,
        problems: Vec::new(),
    }
}

/// A line of a trace as people read it: whether it holds, the sentence, the values behind it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// does it hold
    pub result: Truth,
    /// the sentence
    pub text: String,
    /// how it came about
    pub how: String,
}

/// The rows and the amount of a trace. What must not be stands as one line that holds when none of it is so: its rows, which are
/// then unmet, would be read the wrong way round.
pub fn told(trace: &[Trace]) -> Vec<Told> {
    let mut out: Vec<Told> = Vec::new();
    let mut under: Option<String> = None;
    for t in trace {
        let inside = under.as_ref().is_some_and(|p| t.kind != "amount" && t.at.starts_with(p.as_str()));
        if inside {
            if let Some(line) = out.last_mut().filter(|_| t.kind == "row") {
                let said = |k: &Known| {
                    format!("{} {}", k.name, k.value.as_ref().map_or("未知".into(), ToString::to_string))
                };
                let known: Vec<String> = t.known.iter().map(said).filter(|k| !line.how.contains(k)).collect();
                let before = Some(line.how.clone()).filter(|h| !h.is_empty());
                line.how = before.into_iter().chain(known).collect::<Vec<_>>().join("，");
                if line.text.ends_with(NONE_OF) || line.text.contains(&format!("{NONE_OF}：")) {
                    let mark = if line.text.ends_with(NONE_OF) { "：" } else { "、" };
                    line.text = format!("{}{mark}{}", line.text, t.text);
                }
            }
            continue;
        }
        under = None;
        if t.kind == "not" {
            under = Some(if t.at == "0" { String::new() } else { format!("{}.", t.at) });
        } else if t.kind != "row" && t.kind != "amount" {
            continue;
        }
        out.push(Told { result: t.result, text: t.text.clone(), how: t.how.clone() });
    }
    out
}

/// How a group of what must not be is headed where nobody gave it a sentence.
const NONE_OF: &str = "不得有以下情形";

pub(super) struct Teller<'x, 'a> {
    pub(super) engine: &'x Engine<'a>,
    pub(super) company: &'x Company,
    pub(super) values: &'x Values<'x>,
    pub(super) trace: &'x mut Vec<Trace>,
}

impl Teller<'_, '_> {
    pub(super) fn condition(&mut self, c: &Condition, test: &Test, at: String) -> Truth {
        let place = self.trace.len();
        let (kind, least, parts): (_, _, &[Test]) = match (c, test) {
            (Condition::Row(row), Test::Row { left, compare, right }) => {
                let line = self.row(row, left, *compare, right, at);
                let result = line.result;
                self.trace.push(line);
                return result;
            }
            (Condition::All(..), Test::All(p)) => ("all", None, p),
            (Condition::Any(..), Test::Any(p)) => ("any", None, p),
            (Condition::AtLeast(n, ..), Test::AtLeast(_, p)) => ("at_least", Some(*n), p),
            (Condition::Not(..), Test::Not(p)) => ("not", None, std::slice::from_ref(&**p)),
            _ => return Truth::Unknown,
        };
        self.trace.push(Trace {
            at: if at.is_empty() { "0".to_owned() } else { at.clone() },
            kind,
            least,
            result: Truth::Unknown,
            text: c.heading(),
            how: String::new(),
            known: Vec::new(),
            missing: Vec::new(),
            short_of: None,
            asked: None,
            near_boundary: false,
            problems: Vec::new(),
        });
        let mut results = Vec::with_capacity(parts.len());
        for (i, (part, test)) in c.parts().iter().zip(parts).enumerate() {
            let below = if at.is_empty() { format!("{}", i + 1) } else { format!("{at}.{}", i + 1) };
            results.push(self.condition(part, test, below));
        }
        let result = fold(kind, least, &results);
        if let Some(line) = self.trace.get_mut(place) {
            line.result = result;
        }
        result
    }

    fn known(&self, nodes: &[&Node]) -> (Vec<Known>, Vec<String>) {
        let mut slots = Vec::new();
        nodes.iter().for_each(|n| slots_of(n, &mut slots));
        let (mut known, mut missing) = (Vec::new(), Vec::new());
        for slot in slots {
            let (field, name) = self.engine.slot_said(slot);
            let (number, _, period) = &self.engine.slots[slot];
            let fact = number.and_then(|n| self.company.value(n, *period, self.engine.at()));
            if fact.is_none() {
                missing.push(field.clone());
            }
            known.push(Known {
                field,
                name,
                value: fact.map(|f| f.value.clone()),
                as_of: fact.and_then(|f| f.as_of).map(|d| d.to_string()),
                source: fact.map(|f| f.source.to_string()).unwrap_or_default(),
            });
        }
        (known, missing)
    }

    fn row(&self, row: &Row, left: &Node, compare: Compare, right: &[Node], at: String) -> Trace {
        let mut problems = Vec::new();
        let result = ask_row(left, compare, right, self.values, self.engine.at(), &mut Some(&mut problems));
        problems.dedup();
        let mut nodes = vec![left];
        nodes.extend(right);
        let (known, missing) = self.known(&nodes);
        let value = |n: &Node| n.value(self.values, self.engine.at(), &mut None);
        let shown = |n: &Node| value(n).map_or_else(|| "未知".to_owned(), |v| v.to_string());
        let name = match left {
            Node::Slot(s) => self.engine.slot_said(*s).1,
            _ => self.engine.book().said(&row.left),
        };
        let rights: Vec<String> = right.iter().map(shown).collect();
        let how = format!("{name} {}，要求{} {}", shown(left), compare.said(), rights.join("、"));
        let number = |n: Option<&Node>| match n.and_then(value) {
            Some(Value::Number(n)) => Some(n),
            _ => None,
        };
        let asked = match (result, compare) {
            (Truth::Unmet, Compare::Lt | Compare::Le | Compare::Gt | Compare::Ge | Compare::Eq) => {
                let both = number(Some(left)).zip(number(right.first()));
                both.map(|(have, bound)| Asked { name: name.clone(), have, compare, bound })
            }
            _ => None,
        };
        let short_of = asked.as_ref().and_then(|a| a.bound.minus(a.have)).map(Number::abs);
        let text = if row.text.is_empty() {
            format!("{name}{}{}", compare.said(), rights.join("、"))
        } else {
            row.text.clone()
        };
        let at = if at.is_empty() { "0".to_owned() } else { at };
        let near_boundary = is_near(value(left).as_ref(), compare, right.first().and_then(value).as_ref());
        Trace {
            at,
            kind: "row",
            least: None,
            result,
            text,
            how,
            known,
            missing,
            short_of,
            asked,
            near_boundary,
            problems,
        }
    }

    pub(super) fn amount(&mut self, policy: &PolicyItem, ready: &Ready, verdict: Truth) {
        let (Some(amount), Some((expr, cap, least, _))) = (&policy.amount, &ready.amount) else { return };
        if verdict == Truth::Unmet {
            return;
        }
        let mut problems = Vec::new();
        let x = ready.amount_of(self.values, self.engine.at(), &mut Some(&mut problems));
        problems.dedup();
        let mut nodes = vec![expr];
        nodes.extend(cap);
        nodes.extend(least);
        let (known, missing) = self.known(&nodes);
        self.trace.push(Trace {
            at: "amount".to_owned(),
            kind: "amount",
            least: None,
            result: if x.is_some() { Truth::Met } else { Truth::Unknown },
            text: self.engine.book().said(&amount.expr),
            how: x.map_or_else(|| "金额还算不出".to_owned(), |x| format!("{x} 元")),
            known,
            missing,
            short_of: None,
            asked: None,
            near_boundary: false,
            problems,
        });
    }
}

/// Do two numbers stand on or within a hundredth of a boundary?
pub(super) fn is_near(left: Option<&Value>, compare: Compare, right: Option<&Value>) -> bool {
    let (Some(Value::Number(l)), Some(Value::Number(r))) = (left, right) else { return false };
    let ordered = matches!(compare, Compare::Lt | Compare::Le | Compare::Gt | Compare::Ge);
    let bound = r.abs().over(Number::whole(100));
    ordered && l.minus(*r).zip(bound).is_some_and(|(d, b)| d.abs() <= b)
}

/// The answer of a group from the answers of its parts: the law that a trace can be checked by.
pub fn fold(kind: &str, least: Option<usize>, parts: &[Truth]) -> Truth {
    match kind {
        "all" => parts.iter().copied().min().unwrap_or(Truth::Met),
        "any" => parts.iter().copied().max().unwrap_or(Truth::Unmet),
        "not" => parts.first().map_or(Truth::Unknown, |t| t.not()),
        _ => Truth::at_least(least.unwrap_or(1), parts.iter().copied()),
    }
}

fn slots_of(node: &Node, found: &mut Vec<usize>) {
    match node {
        Node::Slot(s) if !found.contains(s) => found.push(*s),
        Node::Op(_, parts) | Node::Call(_, parts) => parts.iter().for_each(|p| slots_of(p, found)),
        Node::Ladder(_, _, x) | Node::Lookup(_, _, x) => slots_of(x, found),
        Node::Slot(_) | Node::Const(_) | Node::NoParam(_) => {}
    }
}

/// The verdict that follows from the lines of a trace, with some rows answered otherwise (by their place).
pub fn verdict_of(trace: &[Trace], otherwise: &[(&str, Truth)]) -> Truth {
    fn of(trace: &[Trace], line: &Trace, otherwise: &[(&str, Truth)]) -> Truth {
        if let Some((_, t)) = otherwise.iter().find(|(at, _)| *at == line.at) {
            return *t;
        }
        if matches!(line.kind, "row" | "validity") {
            return line.result;
        }
        let below = |at: &str| match line.at.as_str() {
            "0" => at != "0" && !at.contains('.') && at != "amount",
            place => {
                at.strip_prefix(place).and_then(|r| r.strip_prefix('.')).is_some_and(|r| !r.contains('.'))
            }
        };
        let parts: Vec<Truth> =
            trace.iter().filter(|t| below(&t.at)).map(|t| of(trace, t, otherwise)).collect();
        fold(line.kind, line.least, &parts)
    }
    trace.first().map_or(Truth::Unknown, |root| of(trace, root, otherwise))
}
