//! 试算: before release every company is asked: who may have it, who gains and loses against before, what it costs.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::evaluate::{Engine, Truth, batch};
use super::facts::{Company, Facts};
use super::item::Book;
use super::number::Number;
use super::period::Period;

/// How many, and what it costs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Tally {
    /// 符合
    pub met: usize,
    /// 不符合
    pub unmet: usize,
    /// 还缺信息
    pub unknown: usize,
    /// met, with an amount that is not known
    pub no_amount: usize,
    /// yuan
    pub cost: Number,
}

impl Default for Tally {
    fn default() -> Self {
        Self { met: 0, unmet: 0, unknown: 0, no_amount: 0, cost: Number::ZERO }
    }
}

impl Tally {
    fn add(&mut self, verdict: Truth, amount: Option<Number>, gives_money: bool) {
        match verdict {
            Truth::Met => self.met += 1,
            Truth::Unmet => self.unmet += 1,
            Truth::Unknown => self.unknown += 1,
        }
        if verdict == Truth::Met {
            match amount {
                Some(a) => self.cost = self.cost.plus(a).unwrap_or(self.cost),
                None => self.no_amount += usize::from(gives_money),
            }
        }
    }
}

/// A company for which the amount changes.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Change {
    /// the company
    pub company: String,
    /// yuan before
    pub before: Option<Number>,
    /// yuan after
    pub after: Option<Number>,
    /// verdict before
    pub was: Truth,
    /// verdict after
    pub is: Truth,
}

/// A company that stands on or just beside a boundary (临界).
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Boundary {
    /// the company
    pub company: String,
    /// the sentence
    pub text: String,
    /// with its numbers
    pub how: String,
    /// the answer of that row
    pub result: Truth,
}

/// The replay of one item.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ItemReplay {
    /// the item
    pub item: String,
    /// over all companies
    pub all: Tally,
    /// by the value of each field asked for (规模, 行业 …)
    pub by: BTreeMap<String, BTreeMap<String, Tally>>,
    /// who gets more than before, with the sum
    pub gain: usize,
    /// who gets less than before
    pub lose: usize,
    /// the changes, the largest first, at most [`SHOWN`]
    pub changes: Vec<Change>,
    /// at most [`SHOWN`]
    pub boundary: Vec<Boundary>,
    /// the fund it is paid from, what is left of it, and whether it suffices
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fund: Option<(String, Number, bool)>,
}

/// Changes and boundary cases that are listed for an item.
pub const SHOWN: usize = 50;

/// Replays a book over all companies, beside an older book when there is one.
pub fn replay(
    now: &Engine<'_>,
    before: Option<&Engine<'_>>,
    facts: &Facts,
    by: &[String],
    threads: usize,
) -> Vec<ItemReplay> {
    let companies = &facts.companies;
    let answers = batch(now, companies, threads);
    let old = before.map(|b| batch(b, companies, threads));
    let mut found = Vec::new();
    let mut spent: BTreeMap<&str, Number> = BTreeMap::new();
    for (i, item) in now.book().items.iter().enumerate() {
        if !item.in_force(now.at()) {
            continue;
        }
        let was = before
            .and_then(|b| b.book().items.iter().position(|o| o.code == item.code && o.in_force(b.at())));
        let mut r = ItemReplay {
            item: item.code.clone(),
            all: Tally::default(),
            by: BTreeMap::new(),
            gain: 0,
            lose: 0,
            changes: Vec::new(),
            boundary: Vec::new(),
            fund: None,
        };
        for (c, company) in companies.iter().enumerate() {
            let (verdict, amount) = answers[c * now.len() + i];
            r.all.add(verdict, amount, item.amount.is_some());
            for field in by {
                let key = said_value(company, facts, field, now);
                r.by.entry(field.clone()).or_default().entry(key).or_default().add(
                    verdict,
                    amount,
                    item.amount.is_some(),
                );
            }
            if let (Some(b), Some(old)) = (before, &old) {
                // An item that did not exist before gave nothing to anybody.
                let (was, old) = was.map_or((Truth::Unmet, Some(Number::ZERO)), |w| old[c * b.len() + w]);
                if (was, old) != (verdict, amount) {
                    let (o, n) = (old.unwrap_or(Number::ZERO), amount.unwrap_or(Number::ZERO));
                    r.gain += usize::from(n > o || was != Truth::Met && verdict == Truth::Met);
                    r.lose += usize::from(n < o || was == Truth::Met && verdict == Truth::Unmet);
                    r.changes.push(Change {
                        company: company.id.clone(),
                        before: old,
                        after: amount,
                        was,
                        is: verdict,
                    });
                }
            }
            if r.boundary.len() < SHOWN {
                r.boundary.extend(boundary(now, i, company));
            }
        }
        let size = |c: &Change| {
            c.after
                .unwrap_or(Number::ZERO)
                .minus(c.before.unwrap_or(Number::ZERO))
                .map_or(Number::ZERO, Number::abs)
        };
        r.changes.sort_by(|a, b| size(b).cmp(&size(a)).then(a.company.cmp(&b.company)));
        r.changes.truncate(SHOWN);
        if !item.fund.is_empty() {
            let left =
                now.book().funds.iter().find(|f| f.code == item.fund).map_or(Number::ZERO, |f| f.balance);
            let sum = spent.entry(&item.fund).or_insert(Number::ZERO);
            *sum = sum.plus(r.all.cost).unwrap_or(*sum);
            r.fund = Some((item.fund.clone(), left, *sum <= left));
        }
        found.push(r);
    }
    found
}

fn said_value(company: &Company, facts: &Facts, field: &str, engine: &Engine<'_>) -> String {
    let fact = facts.number(field).and_then(|n| company.value(n, Period::Latest, engine.at()));
    fact.map_or_else(|| "未知".to_owned(), |f| f.value.to_string())
}

/// Rows of numbers whose two sides are equal or within a hundredth of each other.
fn boundary(engine: &Engine<'_>, item: usize, company: &Company) -> Vec<Boundary> {
    let near = engine.near_boundary(item, &engine.values(company));
    if !near {
        return Vec::new();
    }
    let answer = engine.answer(item, company);
    let rows = answer.trace.into_iter().filter(|t| t.kind == "row" && t.near_boundary);
    rows.map(|t| Boundary { company: company.id.clone(), text: t.text, how: t.how, result: t.result })
        .collect()
}

/// Companies that appear under several names: the same account or the same value of a field that should be one's own.
pub fn doubles(facts: &Facts, book: &Book, field: &str) -> Vec<(String, BTreeSet<String>)> {
    let Some(n) =
        facts.number(book.fields.iter().find(|f| f.name == field).map_or(field, |f| f.key.as_str()))
    else {
        return Vec::new();
    };
    let mut seen: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for c in &facts.companies {
        for f in c.facts.get(&n).into_iter().flatten() {
            seen.entry(f.value.to_string()).or_default().insert(c.id.clone());
        }
    }
    seen.into_iter().filter(|(_, who)| who.len() > 1).collect()
}
