//! Cheapest alignments by a search over (position in the trace, state of the model).
//!
//! Every cost is 0 or 1, so the search goes level by level of cost and inside of a level depth first: a trace
//! that fits is found in about its length. A step that the model does not know at all costs 1 wherever one
//! stands, so it is counted ahead for all of them.

use hashbrown::HashMap;

use crate::error::Error;
use crate::log::Log;
use crate::model::Net;

use super::automaton::{Automaton, GaveUp};

/// How much a search may look at.
#[derive(Clone, Copy, Debug)]
pub struct Budget {
    /// Markings of the net, over all traces.
    pub markings: u64,
    /// Positions and states, for each trace.
    pub states: usize,
}

impl Default for Budget {
    fn default() -> Self {
        Self { markings: 20_000_000, states: 1_000_000 }
    }
}

/// One step of an alignment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Move {
    /// In both: the label of the model.
    Both(u32),
    /// Only in the log.
    Log,
    /// Only in the model.
    Model(u32),
}

/// A cheapest alignment; silent steps are not listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Aligned {
    pub cost: u32,
    pub moves: Vec<Move>,
}

/// Why a trace has no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unanswered {
    /// The model never ends, whatever is done.
    NoEnd,
    /// More was to be looked at than the budget allows.
    Budget,
    /// The time was up.
    Time,
}

impl Unanswered {
    /// What it is and what to do, Chinese and English.
    pub const fn said(self) -> (&'static str, &'static str) {
        match self {
            Self::NoEnd => (
                "模型走不到结束：请检查是否有环节没有流出、并行分开后没有汇合、结束事件没有连上",
                "the model never comes to its end: look for a step without an outgoing flow, ways that are parted and never joined, an end event that nothing leads to",
            ),
            Self::Budget => (
                "并行或可跳过的环节太多，组合数超出预算：请把同时走的几路单独成图来比，或先筛选日志（log filter）只留这一段",
                "too many steps side by side or left out, more combinations than the budget allows: compare the parallel ways in a model of their own, or filter the log (log filter) for that part",
            ),
            Self::Time => (
                "时间到了还没有算完：命令行可加 --seconds 多给时间，或先筛选日志（log filter）、把模型拆成几段来比",
                "the time was up before it was found: give more with --seconds at the command line, filter the log (log filter), or compare part of the model at a time",
            ),
        }
    }
}

/// Aligns traces with one net and remembers what it has seen of it.
pub struct Aligner {
    labels: Vec<String>,
    automaton: Either,
    budget: Budget,
    net: Net,
}

enum Either {
    Small(Automaton<u128>),
    Large(Automaton<Box<[u8]>>),
}

/// A label that the model does not have.
pub const UNKNOWN: u32 = u32::MAX;

impl Aligner {
    /// Prepares a net. Fails when it has no markings or a transition that needs nothing.
    pub fn new(net: &Net, budget: Budget) -> Result<Self, Error> {
        if net.initial.is_empty() || net.last.is_empty() {
            return Err(Error::Model("没有起点或终点 / no initial or no final marking".into()));
        }
        let mut labels: Vec<String> = net.transitions.iter().filter_map(|t| t.label.clone()).collect();
        labels.sort();
        labels.dedup();
        let automaton = match Automaton::new(net, &labels, budget.markings)? {
            Some(small) => Either::Small(small),
            None => Either::Large(large(net, &labels, budget)?),
        };
        Ok(Self { labels, automaton, budget, net: net.clone() })
    }

    /// The text of a label.
    pub fn label(&self, label: u32) -> &str {
        self.labels.get(label as usize).map_or("", String::as_str)
    }
    /// The label of an activity's name.
    pub fn find(&self, name: &str) -> u32 {
        self.labels.binary_search_by(|l| l.as_str().cmp(name)).map_or(UNKNOWN, |i| i as u32)
    }
    /// For each activity of a log its label, or [`UNKNOWN`].
    ///
    /// Blanks around a name and full-width letters make no other name, unless two labels differ in nothing else.
    pub fn labels_of(&self, log: &Log) -> Vec<u32> {
        let plain =
            |name: &str| name.chars().map(tabular::when::half_width).collect::<String>().trim().to_owned();
        let mut loose: hashbrown::HashMap<String, u32> = hashbrown::HashMap::new();
        for (i, label) in self.labels.iter().enumerate() {
            loose.entry(plain(label)).and_modify(|i| *i = UNKNOWN).or_insert(i as u32);
        }
        let of = |name: &str| match self.find(name) {
            UNKNOWN => loose.get(&plain(name)).copied().unwrap_or(UNKNOWN),
            exact => exact,
        };
        log.activities.iter().map(of).collect()
    }

    /// A cheapest alignment of a trace of labels; `None` when the budget does not suffice.
    pub fn align(&mut self, trace: &[u32]) -> Option<Aligned> {
        self.align_until(trace, &|| false)
    }

    /// The same; `None` also when `over` says that the time is up.
    pub fn align_until(&mut self, trace: &[u32], over: &dyn Fn() -> bool) -> Option<Aligned> {
        self.answer(trace, over).ok()
    }

    /// The same, with the reason where there is no answer.
    ///
    /// # Errors
    /// Why not.
    pub fn answer(&mut self, trace: &[u32], over: &dyn Fn() -> bool) -> Result<Aligned, Unanswered> {
        let most = self.budget.states;
        if let Either::Small(automaton) = &mut self.automaton {
            match search(automaton, trace, most, over) {
                // More than one token in a place: begin again with counted tokens.
                Err(GaveUp::Tokens) => {
                    let counted = large(&self.net, &self.labels, self.budget);
                    self.automaton = Either::Large(counted.map_err(|_| Unanswered::Budget)?);
                }
                found => return found.unwrap_or_else(|why| Err(unanswered(why))),
            }
        }
        match &mut self.automaton {
            Either::Large(automaton) => {
                search(automaton, trace, most, over).unwrap_or_else(|why| Err(unanswered(why)))
            }
            Either::Small(_) => Err(Unanswered::Budget),
        }
    }
}

const fn unanswered(why: GaveUp) -> Unanswered {
    match why {
        GaveUp::Tokens | GaveUp::Markings => Unanswered::Budget,
        GaveUp::Time => Unanswered::Time,
    }
}

fn large(net: &Net, labels: &[String], budget: Budget) -> Result<Automaton<Box<[u8]>>, Error> {
    Automaton::new(net, labels, budget.markings)?
        .ok_or_else(|| Error::Model("标识过大 / a marking is too large".into()))
}

/// Steps between two looks at the clock.
pub(super) const CHECKED: usize = 1024;

/// Where a node came from.
#[derive(Clone, Copy)]
struct From {
    /// Key of the node before; itself at the start.
    before: u64,
    step: Move,
}

fn search<M: super::automaton::Marking>(
    model: &mut Automaton<M>,
    trace: &[u32],
    max_states: usize,
    over: &dyn Fn() -> bool,
) -> Result<Result<Aligned, Unanswered>, GaveUp> {
    let key = |at: usize, state: u32| (at as u64) << 32 | u64::from(state);
    let mut settled: HashMap<u64, From> = HashMap::with_capacity(trace.len() * 8);
    // Steps that the model does not have cost one each, whatever else happens.
    let sure = trace.iter().filter(|&&l| l == UNKNOWN).count() as u32;
    let mut level = vec![(key(0, 0), From { before: key(0, 0), step: Move::Log })];
    let mut next_level = Vec::new();
    let mut cost = sure;
    loop {
        while let Some((here, from)) = level.pop() {
            let hashbrown::hash_map::Entry::Vacant(slot) = settled.entry(here) else { continue };
            slot.insert(from);
            if settled.len() > max_states {
                return Ok(Err(Unanswered::Budget));
            }
            if settled.len().is_multiple_of(CHECKED) && over() {
                return Ok(Err(Unanswered::Time));
            }
            let (at, state) = ((here >> 32) as usize, here as u32);
            model.build(state, over)?;
            let Some(&label) = trace.get(at) else {
                if model.ends(state) {
                    return Ok(Ok(Aligned { cost, moves: path(&settled, here) }));
                }
                let ahead = model.edges(state).iter();
                next_level
                    .extend(ahead.map(|&(l, to)| (key(at, to), From { before: here, step: Move::Model(l) })));
                continue;
            };
            let log_move = (key(at + 1, state), From { before: here, step: Move::Log });
            if label == UNKNOWN {
                level.push(log_move);
            } else {
                next_level.push(log_move);
            }
            for &(l, to) in model.edges(state) {
                if l == label {
                    level.push((key(at + 1, to), From { before: here, step: Move::Both(l) }));
                }
                // After a step only in the log, a step only in the model could as well have come first.
                if from.step != Move::Log || here == from.before {
                    next_level.push((key(at, to), From { before: here, step: Move::Model(l) }));
                }
            }
        }
        if next_level.is_empty() {
            return Ok(Err(Unanswered::NoEnd));
        }
        std::mem::swap(&mut level, &mut next_level);
        cost += 1;
    }
}

fn path(settled: &HashMap<u64, From>, end: u64) -> Vec<Move> {
    let mut moves = Vec::new();
    let mut at = end;
    while let Some(from) = settled.get(&at) {
        if from.before == at {
            break;
        }
        moves.push(from.step);
        at = from.before;
    }
    moves.reverse();
    moves
}
