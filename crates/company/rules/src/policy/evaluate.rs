//! 判定: met, unmet or unknown, with the sentence that decides, what is known, from where, and how far off it is.
//!
//! Three-valued after Kleene: a missing value is never nought, and what is known may decide although something is
//! missing. An engine is a book made ready for one day and one set of facts; it can be asked by many threads.

use std::collections::{BTreeMap, BTreeSet};

use kernel::{Date, Said};
use serde::Serialize;

use super::amount::{Ladder, Rounding};
use super::condition::{Compare, Condition};
use super::expr::{Expr, Function, Op};
use super::facts::{Company, Facts};
use super::item::{Book, Param, PolicyItem};
use super::number::Number;
use super::period::Period;
use super::trace::{Teller, Trace, is_near, validity};
use super::value::{Value, same_words};

/// An answer of a condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Truth {
    /// 不符合
    Unmet,
    /// 还缺信息
    Unknown,
    /// 符合
    Met,
}

impl Truth {
    const fn of(is: bool) -> Self {
        if is { Self::Met } else { Self::Unmet }
    }
    pub(super) const fn not(self) -> Self {
        match self {
            Self::Met => Self::Unmet,
            Self::Unknown => Self::Unknown,
            Self::Unmet => Self::Met,
        }
    }
    /// At least `n` of the parts.
    pub fn at_least(n: usize, parts: impl Iterator<Item = Self>) -> Self {
        let (mut met, mut unknown) = (0, 0);
        for p in parts {
            met += usize::from(p == Self::Met);
            unknown += usize::from(p == Self::Unknown);
        }
        if met >= n {
            Self::Met
        } else if met + unknown >= n {
            Self::Unknown
        } else {
            Self::Unmet
        }
    }
}

/// The answer for one company and one item.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Answer {
    /// the company
    pub company: String,
    /// the item
    pub item: String,
    /// the verdict
    pub verdict: Truth,
    /// in yuan: 0 when unmet, null when not known or when the item gives no money
    pub amount: Option<Number>,
    /// line by line
    pub trace: Vec<Trace>,
}

#[derive(Clone, Debug)]
pub(super) enum Node {
    Const(Value),
    Slot(usize),
    /// a parameter that no version is in force of
    NoParam(String),
    Op(Op, Vec<Node>),
    Call(Function, Vec<Node>),
    Ladder(Ladder, String, Box<Node>),
    Lookup(BTreeMap<String, Value>, String, Box<Node>),
}

#[derive(Clone, Debug)]
pub(super) enum Test {
    Row { left: Node, compare: Compare, right: Vec<Node> },
    All(Vec<Test>),
    Any(Vec<Test>),
    AtLeast(usize, Vec<Test>),
    Not(Box<Test>),
}

#[derive(Clone, Debug)]
pub(super) struct Ready {
    in_force: bool,
    test: Test,
    pub(super) amount: Option<(Node, Option<Node>, Option<Node>, Rounding)>,
}

/// A book made ready for one day and one set of facts.
#[derive(Debug)]
pub struct Engine<'a> {
    book: &'a Book,
    at: Date,
    /// number of the field among the facts, and its period
    pub(super) slots: Vec<(Option<u32>, String, Period)>,
    ready: Vec<Ready>,
    /// which items read a field
    readers: BTreeMap<u32, BTreeSet<usize>>,
}

/// The values of one company, slot by slot.
#[derive(Debug)]
pub struct Values<'f>(Vec<Option<&'f Value>>);

/// Problems met while reckoning; not gathered when only the answer is wanted.
pub(super) type Problems<'p> = Option<&'p mut Vec<Said>>;

fn tell(problems: &mut Problems<'_>, zh: &str, en: &str) {
    if let Some(list) = problems {
        list.push(Said::new(zh, en));
    }
}

impl<'a> Engine<'a> {
    /// Makes a book ready.
    pub fn new(book: &'a Book, facts: &Facts, at: Date) -> Self {
        let mut engine = Self { book, at, slots: Vec::new(), ready: Vec::new(), readers: BTreeMap::new() };
        for (i, item) in book.items.iter().enumerate() {
            let mut lower = Lower { engine: &mut engine, facts, item: (i, item) };
            let test = lower.test(&item.conditions);
            let amount = item.amount.as_ref().map(|a| {
                let mut side = |e: &Option<Expr>| e.as_ref().map(|e| lower.node(e));
                let (cap, least) = (side(&a.cap), side(&a.least));
                (lower.node(&a.expr), cap, least, a.rounding)
            });
            engine.ready.push(Ready { in_force: item.in_force(at), test, amount });
        }
        engine
    }

    /// How many items.
    pub fn len(&self) -> usize {
        self.ready.len()
    }
    /// Is there no item?
    pub fn is_empty(&self) -> bool {
        self.ready.is_empty()
    }
    /// The book.
    pub const fn book(&self) -> &'a Book {
        self.book
    }
    /// The day of the question.
    pub const fn at(&self) -> Date {
        self.at
    }
    /// The items that read a field: all that must be asked again when a fact of it is added.
    pub fn readers(&self, field: u32) -> impl Iterator<Item = usize> {
        self.readers.get(&field).into_iter().flatten().copied()
    }

    /// The values of one company, looked up once for all items.
    pub fn values<'f>(&self, company: &'f Company) -> Values<'f> {
        let of = |(field, _, period): &(Option<u32>, String, Period)| {
            company.value((*field)?, *period, self.at).map(|f| &f.value)
        };
        Values(self.slots.iter().map(of).collect())
    }

    /// Only the verdict and the amount: what a batch needs.
    pub fn verdict(&self, item: usize, values: &Values<'_>) -> (Truth, Option<Number>) {
        let Some(ready) = self.ready.get(item) else { return (Truth::Unknown, None) };
        if !ready.in_force {
            return (Truth::Unmet, Some(Number::ZERO));
        }
        let truth = ready.test.ask(values, self.at);
        let amount = match truth {
            Truth::Met => ready.amount_of(values, self.at, &mut None),
            Truth::Unmet => Some(Number::ZERO),
            Truth::Unknown => None,
        };
        (truth, amount)
    }

    /// Does any row of the item stand on or just beside its boundary?
    pub fn near_boundary(&self, item: usize, values: &Values<'_>) -> bool {
        fn any(test: &Test, values: &Values<'_>, at: Date) -> bool {
            match test {
                Test::Row { left, compare, right } => {
                    let of = |n: Option<&Node>| n.and_then(|n| n.value(values, at, &mut None));
                    is_near(of(Some(left)).as_ref(), *compare, of(right.first()).as_ref())
                }
                Test::All(p) | Test::Any(p) | Test::AtLeast(_, p) => p.iter().any(|t| any(t, values, at)),
                Test::Not(p) => any(p, values, at),
            }
        }
        self.ready.get(item).is_some_and(|r| any(&r.test, values, self.at))
    }

    /// The full answer with its trace.
    pub fn answer(&self, item: usize, company: &Company) -> Answer {
        let values = self.values(company);
        let (verdict, amount) = self.verdict(item, &values);
        let mut trace = Vec::new();
        if let (Some(ready), Some(policy)) = (self.ready.get(item), self.book.items.get(item)) {
            if ready.in_force {
                let mut teller = Teller { engine: self, company, values: &values, trace: &mut trace };
                teller.condition(&policy.conditions, &ready.test, String::new());
                teller.amount(policy, ready, verdict);
            } else {
                trace.push(validity(policy, self.at));
            }
        }
        let code = self.book.items.get(item).map(|i| i.code.clone()).unwrap_or_default();
        Answer { company: company.id.clone(), item: code, verdict, amount, trace }
    }

    pub(super) fn slot_said(&self, slot: usize) -> (String, String) {
        let Some((_, field, period)) = self.slots.get(slot) else { return (String::new(), String::new()) };
        let key = if *period == Period::Latest { field.clone() } else { format!("{field}@{period}") };
        (key, format!("{}{}", period.said(), self.book.field_name(field)))
    }
}

struct Lower<'x, 'a> {
    engine: &'x mut Engine<'a>,
    facts: &'x Facts,
    item: (usize, &'x PolicyItem),
}

impl Lower<'_, '_> {
    fn test(&mut self, c: &Condition) -> Test {
        match c {
            Condition::Row(r) => Test::Row {
                left: self.node(&r.left),
                compare: r.compare,
                right: r.right.iter().map(|e| self.node(e)).collect(),
            },
            Condition::All(p, _) => Test::All(p.iter().map(|c| self.test(c)).collect()),
            Condition::Any(p, _) => Test::Any(p.iter().map(|c| self.test(c)).collect()),
            Condition::AtLeast(n, p, _) => Test::AtLeast(*n, p.iter().map(|c| self.test(c)).collect()),
            Condition::Not(p, _) => Test::Not(Box::new(self.test(p))),
        }
    }
    fn param(&self, name: &str) -> Option<Param> {
        let versions = self.engine.book.param(self.item.1, name)?;
        versions.iter().rev().find(|d| d.in_force(self.engine.at)).map(|d| d.value.clone())
    }
    fn node(&mut self, e: &Expr) -> Node {
        match e {
            Expr::Const(v) => Node::Const(v.clone()),
            Expr::Field(name, period) => {
                // A field may be named as people call it.
                let name = &self.engine.book.key_of(name).to_owned();
                let number = self.facts.number(name);
                if let Some(n) = number {
                    self.engine.readers.entry(n).or_default().insert(self.item.0);
                }
                let found = self.engine.slots.iter().position(|(_, f, p)| f == name && p == period);
                Node::Slot(found.unwrap_or_else(|| {
                    self.engine.slots.push((number, name.clone(), *period));
                    self.engine.slots.len() - 1
                }))
            }
            Expr::Param(name) => match self.param(name) {
                Some(Param::One(v)) => Node::Const(v),
                _ => Node::NoParam(name.clone()),
            },
            Expr::Op(op, parts) => Node::Op(*op, parts.iter().map(|p| self.node(p)).collect()),
            Expr::Call(f, parts) => Node::Call(*f, parts.iter().map(|p| self.node(p)).collect()),
            Expr::Ladder(name, x) => {
                let ladder = self.engine.book.ladder(self.item.1, name).cloned().unwrap_or_default();
                Node::Ladder(ladder, name.clone(), Box::new(self.node(x)))
            }
            Expr::Lookup(name, key) => match self.param(name) {
                Some(Param::Table(t)) => Node::Lookup(t, name.clone(), Box::new(self.node(key))),
                _ => Node::NoParam(name.clone()),
            },
        }
    }
}

impl Test {
    fn ask(&self, values: &Values<'_>, at: Date) -> Truth {
        match self {
            Self::Row { left, compare, right } => ask_row(left, *compare, right, values, at, &mut None),
            Self::All(parts) => {
                let mut worst = Truth::Met;
                for p in parts {
                    worst = worst.min(p.ask(values, at));
                    if worst == Truth::Unmet {
                        break;
                    }
                }
                worst
            }
            Self::Any(parts) => {
                let mut best = Truth::Unmet;
                for p in parts {
                    best = best.max(p.ask(values, at));
                    if best == Truth::Met {
                        break;
                    }
                }
                best
            }
            Self::AtLeast(n, parts) => Truth::at_least(*n, parts.iter().map(|p| p.ask(values, at))),
            Self::Not(p) => p.ask(values, at).not(),
        }
    }
}

pub(super) fn ask_row(
    left: &Node,
    compare: Compare,
    right: &[Node],
    values: &Values<'_>,
    at: Date,
    problems: &mut Problems<'_>,
) -> Truth {
    let l = left.value(values, at, problems);
    let mut one = |r: &Node, c: Compare| -> Truth {
        let r = r.value(values, at, problems);
        let (Some(l), Some(r)) = (&l, &r) else { return Truth::Unknown };
        if matches!(c, Compare::StartsWith | Compare::Contains) {
            let (l, r) = (l.to_string(), r.to_string());
            return Truth::of(if c == Compare::StartsWith { l.starts_with(&*r) } else { l.contains(&*r) });
        }
        if matches!(c, Compare::Eq | Compare::Ne) {
            let Some(same) = l.same(r) else {
                tell(
                    problems,
                    &format!("“{l}”与“{r}”不能比：有一个看不出“是”还是“否”"),
                    &format!("“{l}” and “{r}” cannot be compared: one is neither yes nor no"),
                );
                return Truth::Unknown;
            };
            return Truth::of(same == (c == Compare::Eq));
        }
        let Some(order) = l.order(r) else {
            tell(
                problems,
                &format!("“{l}”与“{r}”不能比大小"),
                &format!("“{l}” and “{r}” cannot be compared"),
            );
            return Truth::Unknown;
        };
        Truth::of(match c {
            Compare::Lt => order.is_lt(),
            Compare::Le => order.is_le(),
            Compare::Gt => order.is_gt(),
            _ => order.is_ge(),
        })
    };
    match compare {
        Compare::In | Compare::NotIn => {
            let mut best = Truth::Unmet;
            for r in right {
                best = best.max(one(r, Compare::Eq));
            }
            if compare == Compare::In { best } else { best.not() }
        }
        c => right.first().map_or(Truth::Unknown, |r| one(r, c)),
    }
}

fn whole_years(a: Date, b: Date) -> i64 {
    i64::from(b.year()) - i64::from(a.year()) - i64::from((b.month(), b.day()) < (a.month(), a.day()))
}

fn whole_months(a: Date, b: Date) -> i64 {
    let months =
        (i64::from(b.year()) - i64::from(a.year())) * 12 + i64::from(b.month()) - i64::from(a.month());
    months - i64::from(b.day() < a.day())
}

impl Node {
    fn number(&self, values: &Values<'_>, at: Date, problems: &mut Problems<'_>) -> Option<Number> {
        let v = self.value(values, at, problems)?;
        let n = v.as_number();
        if n.is_none() {
            tell(problems, &format!("“{v}”不是数"), &format!("“{v}” is not a number"));
        }
        n
    }
    fn truth(&self, values: &Values<'_>, at: Date, problems: &mut Problems<'_>) -> Truth {
        let Some(v) = self.value(values, at, problems) else { return Truth::Unknown };
        match v.as_bool() {
            Some(b) => Truth::of(b),
            None => {
                tell(problems, &format!("“{v}”不是“是”或“否”"), &format!("“{v}” is neither true nor false"));
                Truth::Unknown
            }
        }
    }

    pub(super) fn value(&self, values: &Values<'_>, at: Date, problems: &mut Problems<'_>) -> Option<Value> {
        match self {
            Self::Const(v) => Some(v.clone()),
            Self::Slot(i) => values.0.get(*i).copied().flatten().cloned(),
            Self::NoParam(name) => {
                tell(
                    problems,
                    &format!("参数 ${name} 在 {at} 没有生效的值"),
                    &format!("parameter ${name} has no value in force on {at}"),
                );
                None
            }
            Self::Op(op, parts) => operate(*op, parts, values, at, problems),
            Self::Call(f, parts) => call(*f, parts, values, at, problems),
            Self::Ladder(ladder, name, x) => {
                let x = x.number(values, at, problems)?;
                let v = ladder.value(x);
                if v.is_none() {
                    tell(
                        problems,
                        &format!("{x} 不在阶梯“{name}”的任何一档"),
                        &format!("no band of ladder “{name}” holds {x}"),
                    );
                }
                v.map(Value::Number)
            }
            Self::Lookup(table, name, key) => {
                let key = key.value(values, at, problems)?.to_string();
                let same = || table.iter().find(|(k, _)| same_words(k, &key)).map(|(_, v)| v.clone());
                let v = table.get(key.trim()).cloned().or_else(same);
                if v.is_none() {
                    tell(
                        problems,
                        &format!("表 ${name} 里没有“{key}”"),
                        &format!("table ${name} has no “{key}”"),
                    );
                }
                v
            }
        }
    }
}

fn operate(
    op: Op,
    parts: &[Node],
    values: &Values<'_>,
    at: Date,
    problems: &mut Problems<'_>,
) -> Option<Value> {
    let answer = |t: Truth| match t {
        Truth::Met => Some(Value::Bool(true)),
        Truth::Unmet => Some(Value::Bool(false)),
        Truth::Unknown => None,
    };
    let compare = match op {
        Op::Not => return answer(parts.first()?.truth(values, at, problems).not()),
        Op::And | Op::Or => {
            let (a, b) =
                (parts.first()?.truth(values, at, problems), parts.get(1)?.truth(values, at, problems));
            return answer(if op == Op::And { a.min(b) } else { a.max(b) });
        }
        Op::Neg => {
            return Number::ZERO.minus(parts.first()?.number(values, at, problems)?).map(Value::Number);
        }
        Op::Add | Op::Sub | Op::Mul | Op::Div => {
            let (a, b) =
                (parts.first()?.number(values, at, problems), parts.get(1)?.number(values, at, problems));
            let (a, b) = (a?, b?);
            if op == Op::Div && b.is_zero() {
                tell(problems, "除数为零", "division by nought");
                return None;
            }
            let done = match op {
                Op::Add => a.plus(b),
                Op::Sub => a.minus(b),
                Op::Mul => a.times(b),
                _ => a.over(b),
            };
            if done.is_none() {
                tell(problems, "数太大,算不了", "the number is too large");
            }
            return done.map(Value::Number);
        }
        Op::Eq => Compare::Eq,
        Op::Ne => Compare::Ne,
        Op::Lt => Compare::Lt,
        Op::Le => Compare::Le,
        Op::Gt => Compare::Gt,
        Op::Ge => Compare::Ge,
    };
    answer(ask_row(parts.first()?, compare, parts.get(1..)?, values, at, problems))
}

fn call(
    f: Function,
    parts: &[Node],
    values: &Values<'_>,
    at: Date,
    problems: &mut Problems<'_>,
) -> Option<Value> {
    let number = |i: usize, problems: &mut Problems<'_>| parts.get(i)?.number(values, at, problems);
    let span = |problems: &mut Problems<'_>, of: fn(Date, Date) -> i64| {
        let (a, b) =
            (parts.first()?.value(values, at, problems)?, parts.get(1)?.value(values, at, problems)?);
        match (a.as_date(), b.as_date()) {
            (Some(a), Some(b)) => Some(Value::Number(Number::whole(of(a, b)))),
            _ => {
                tell(problems, &format!("“{a}”“{b}”中有的不是日期"), &format!("“{a}” or “{b}” is no day"));
                None
            }
        }
    };
    match f {
        Function::Min | Function::Max => {
            let mut best = number(0, problems)?;
            for i in 1..parts.len() {
                let n = number(i, problems)?;
                best = if f == Function::Min { best.min(n) } else { best.max(n) };
            }
            Some(Value::Number(best))
        }
        Function::Round => {
            let places = if parts.len() > 1 { number(1, problems)? } else { Number::ZERO };
            let places = places.to_string().parse::<u32>().ok().filter(|p| *p <= 12)?;
            number(0, problems)?.round(places).map(Value::Number)
        }
        Function::Floor => number(0, problems).map(Number::floor).map(Value::Number),
        Function::Ceil => number(0, problems).map(Number::ceil).map(Value::Number),
        Function::Abs => number(0, problems).map(Number::abs).map(Value::Number),
        Function::If => match parts.first()?.truth(values, at, problems) {
            Truth::Met => parts.get(1)?.value(values, at, problems),
            Truth::Unmet => parts.get(2)?.value(values, at, problems),
            // Whatever the condition: when both ways say the same, that is the answer.
            Truth::Unknown => {
                let a = parts.get(1)?.value(values, at, problems)?;
                (parts.get(2)?.value(values, at, problems)? == a).then_some(a)
            }
        },
        Function::Years => span(problems, whole_years),
        Function::Months => span(problems, whole_months),
        Function::Days => span(problems, |a, b| (b - a).get_days().into()),
        Function::Today => Some(Value::Date(at)),
    }
}

impl Ready {
    pub(super) fn amount_of(
        &self,
        values: &Values<'_>,
        at: Date,
        problems: &mut Problems<'_>,
    ) -> Option<Number> {
        let (expr, cap, least, rounding) = self.amount.as_ref()?;
        let mut x = expr.number(values, at, problems)?;
        if let Some(least) = least {
            x = x.max(least.number(values, at, problems)?);
        }
        let cap = cap.as_ref().map(|c| c.number(values, at, problems)).map_or(Some(None), |c| c.map(Some))?;
        // What is given is never below nothing, and what is rounded never above what is given at most.
        let limited = |x: Number| cap.map_or(x, |cap| x.min(cap));
        rounding.apply(limited(x).max(Number::ZERO)).map(|x| limited(x).max(Number::ZERO))
    }
}

/// Every company against every item, only verdict and amount, on so many threads; the answers are the same with any
/// number of them. Row by row: companies in order, items in order.
pub fn batch(engine: &Engine<'_>, companies: &[Company], threads: usize) -> Vec<(Truth, Option<Number>)> {
    let items = engine.len();
    let mut answers = vec![(Truth::Unknown, None); companies.len() * items];
    if answers.is_empty() {
        return answers;
    }
    let per = companies.len().div_ceil(threads.max(1)).max(1);
    std::thread::scope(|scope| {
        for (companies, answers) in companies.chunks(per).zip(answers.chunks_mut(per * items)) {
            scope.spawn(move || {
                for (company, row) in companies.iter().zip(answers.chunks_mut(items)) {
                    let values = engine.values(company);
                    for (item, answer) in row.iter_mut().enumerate() {
                        *answer = engine.verdict(item, &values);
                    }
                }
            });
        }
    });
    answers
}
