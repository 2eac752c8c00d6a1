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
    pub fn labels_of(&self, log: &Log) -> Vec<u32> {
        log.activities.iter().map(|name| self.find(name)).collect()
    }

    /// A cheapest alignment of a trace of labels; `None` when the budget does not suffice.
    pub fn align(&mut self, trace: &[u32]) -> Option<Aligned> {
        self.align_until(trace, &|| false)
    }

    /// The same; `None` also when `over` says that the time is up.
    pub fn align_until(&mut self, trace: &[u32], over: &dyn Fn() -> bool) -> Option<Aligned> {
        if let Either::Small(automaton) = &mut self.automaton {
            match search(automaton, trace, self.budget.states, over) {
                Ok(found) => return found,
                // More than one token in a place: begin again with counted tokens.
                Err(GaveUp) => {
                    self.automaton = Either::Large(large(&self.net, &self.labels, self.budget).ok()?);
                }
            }
        }
        match &mut self.automaton {
            Either::Large(automaton) => search(automaton, trace, self.budget.states, over).unwrap_or(None),
            Either::Small(_) => None,
        }
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
) -> Result<Option<Aligned>, GaveUp> {
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
            if settled.len() > max_states || (settled.len().is_multiple_of(CHECKED) && over()) {
                return Ok(None);
            }
            let (at, state) = ((here >> 32) as usize, here as u32);
            model.build(state, over)?;
            let Some(&label) = trace.get(at) else {
                if model.ends(state) {
                    return Ok(Some(Aligned { cost, moves: path(&settled, here) }));
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
            return Ok(None);
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
