//! The visible behaviour of a net as an automaton that is built where the search looks.
//!
//! A state is a marking right after a visible step; its edges are the visible steps that silent steps can
//! enable. Silent steps are taken no earlier than needed: a step that could have been made before a silent one
//! leads to a marking that allows at least as much, so the later one is left out. This keeps the language and
//! removes almost all interleavings of skips.

use hashbrown::HashMap;

use crate::error::Error;
use crate::model::Net;

/// A marking of a net.
pub(super) trait Marking: Clone + Eq + std::hash::Hash {
    /// `None` when the marking cannot hold these places.
    fn of(places: &[u32], count: usize) -> Option<Self>;
    fn enables(&self, t: &Step<Self>) -> bool;
    /// Fires a step; `None` when the result cannot be held (then another kind of marking is needed).
    fn fire(&self, t: &Step<Self>) -> Option<Self>;
}

/// A transition in the terms of a marking.
#[derive(Clone, Debug)]
pub(super) struct Step<M> {
    pub inputs: M,
    pub outputs: M,
    /// [`SILENT`] or a label.
    pub label: u32,
}

pub(super) const SILENT: u32 = u32::MAX;

/// One bit a place: for nets with at most 128 places that never hold two tokens in one.
impl Marking for u128 {
    fn of(places: &[u32], count: usize) -> Option<Self> {
        let mut bits = 0u128;
        for &p in places {
            let bit = 1u128.checked_shl(p).filter(|_| count <= 128)?;
            if bits & bit != 0 {
                return None;
            }
            bits |= bit;
        }
        Some(bits)
    }
    #[inline]
    fn enables(&self, t: &Step<Self>) -> bool {
        self & t.inputs == t.inputs
    }
    #[inline]
    fn fire(&self, t: &Step<Self>) -> Option<Self> {
        let left = self & !t.inputs;
        (left & t.outputs == 0).then_some(left | t.outputs)
    }
}

/// A number a place, up to 255 tokens.
impl Marking for Box<[u8]> {
    fn of(places: &[u32], count: usize) -> Option<Self> {
        let mut tokens = vec![0u8; count];
        for &p in places {
            let t = tokens.get_mut(p as usize)?;
            *t = t.checked_add(1)?;
        }
        Some(tokens.into())
    }
    fn enables(&self, t: &Step<Self>) -> bool {
        self.iter().zip(&t.inputs).all(|(have, need)| have >= need)
    }
    fn fire(&self, t: &Step<Self>) -> Option<Self> {
        let each = self.iter().zip(&t.inputs).zip(&t.outputs);
        each.map(|((have, need), more)| have.checked_sub(*need)?.checked_add(*more)).collect()
    }
}

/// Edges (label, next state) of a state, and whether it can end.
type Built = (Vec<(u32, u32)>, bool);

/// The automaton; see the module.
pub(super) struct Automaton<M> {
    visible: Vec<Step<M>>,
    silent: Vec<Step<M>>,
    last: M,
    numbers: HashMap<M, u32>,
    markings: Vec<M>,
    /// Edges (label, next state) by rising label, and whether silence leads to the end; filled when asked for.
    built: Vec<Option<Built>>,
    /// Markings that may still be looked at.
    left: u64,
}

/// Why a state could not be built.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum GaveUp {
    /// More tokens than this kind of marking holds.
    Tokens,
    /// The markings that may be looked at are used up.
    Markings,
    /// The time is up.
    Time,
}

impl<M: Marking> Automaton<M> {
    /// `None` when this kind of marking cannot hold the net.
    pub fn new(net: &Net, labels: &[String], budget: u64) -> Result<Option<Self>, Error> {
        let count = net.places.len();
        let (mut visible, mut silent) = (Vec::new(), Vec::new());
        for t in &net.transitions {
            let (Some(inputs), Some(outputs)) = (M::of(&t.inputs, count), M::of(&t.outputs, count)) else {
                return Ok(None);
            };
            if t.inputs.is_empty() {
                let what = "有不需要输入的变迁 / a transition without input".to_owned();
                return Err(Error::Model(what));
            }
            match &t.label {
                None => silent.push(Step { inputs, outputs, label: SILENT }),
                Some(name) => {
                    let label = labels.binary_search(name).map_or(SILENT, |i| i as u32);
                    visible.push(Step { inputs, outputs, label });
                }
            }
        }
        let (Some(first), Some(last)) = (M::of(&net.initial, count), M::of(&net.last, count)) else {
            return Ok(None);
        };
        let mut numbers = HashMap::new();
        numbers.insert(first.clone(), 0);
        let (markings, built) = (vec![first], vec![None]);
        Ok(Some(Self { visible, silent, last, numbers, markings, built, left: budget }))
    }

    /// Builds a state when it is new.
    #[inline]
    pub fn build(&mut self, state: u32, over: &dyn Fn() -> bool) -> Result<(), GaveUp> {
        if self.built[state as usize].is_none() {
            let fresh = self.expand(state, over)?;
            self.built[state as usize] = Some(fresh);
        }
        Ok(())
    }

    /// Edges of a built state.
    #[inline]
    pub fn edges(&self, state: u32) -> &[(u32, u32)] {
        self.built[state as usize].as_ref().map_or(&[], |b| &b.0)
    }
    /// Whether a built state can end silently.
    #[inline]
    pub fn ends(&self, state: u32) -> bool {
        self.built[state as usize].as_ref().is_some_and(|b| b.1)
    }

    fn number(&mut self, marking: M) -> u32 {
        let next = self.markings.len() as u32;
        *self.numbers.entry(marking).or_insert_with_key(|m| {
            self.markings.push(m.clone());
            self.built.push(None);
            next
        })
    }

    /// Counts one more marking; the clock is looked at now and then, over all states together.
    fn look(&mut self, over: &dyn Fn() -> bool) -> Result<(), GaveUp> {
        self.left = self.left.checked_sub(1).ok_or(GaveUp::Markings)?;
        if self.left.is_multiple_of(super::align::CHECKED as u64) && over() {
            return Err(GaveUp::Time);
        }
        Ok(())
    }

    fn expand(&mut self, state: u32, over: &dyn Fn() -> bool) -> Result<(Vec<(u32, u32)>, bool), GaveUp> {
        let mut found: Vec<M> = vec![self.markings[state as usize].clone()];
        let mut index: HashMap<M, usize> = HashMap::new();
        index.insert(found[0].clone(), 0);
        // For each marking the silent steps by which it was reached from markings found before it.
        let mut reached_by: Vec<Vec<(usize, usize)>> = vec![Vec::new()];
        let mut edges = Vec::new();
        let mut ends = false;
        let mut i = 0;
        while i < found.len() {
            self.look(over)?;
            let here = found[i].clone();
            ends |= here == self.last;
            for (s, silent) in self.silent.iter().enumerate() {
                if !here.enables(silent) {
                    continue;
                }
                let next = here.fire(silent).ok_or(GaveUp::Tokens)?;
                let j = *index.entry(next.clone()).or_insert_with(|| {
                    found.push(next);
                    reached_by.push(Vec::new());
                    found.len() - 1
                });
                if j > i {
                    reached_by[j].push((i, s));
                }
            }
            i += 1;
        }
        for (i, here) in found.iter().enumerate() {
            if i > 0 && i.is_multiple_of(super::align::CHECKED) && over() {
                return Err(GaveUp::Time);
            }
            for t in &self.visible {
                if !here.enables(t) {
                    continue;
                }
                let next = here.fire(t).ok_or(GaveUp::Tokens)?;
                let dominated = reached_by[i].iter().any(|&(before, s)| {
                    let (earlier, silent) = (&found[before], &self.silent[s]);
                    let sooner = if earlier.enables(t) { earlier.fire(t) } else { None };
                    sooner.is_some_and(|m| m.enables(silent) && m.fire(silent).as_ref() == Some(&next))
                });
                if !dominated {
                    edges.push((t.label, next));
                }
            }
        }
        let mut edges: Vec<(u32, u32)> = edges.into_iter().map(|(l, m)| (l, self.number(m))).collect();
        edges.sort_unstable();
        edges.dedup();
        Ok((edges, ends))
    }
}
