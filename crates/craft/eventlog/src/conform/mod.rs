//! Conformance (符合性): how far real cases are from a model, exactly.
//!
//! Alignments with the usual costs: 1 for a step only in the log, 1 for a visible step only in the model, 0 for
//! agreement and silence. Where the budget ends the answer is *unknown* with a lower bound, never a guess.

mod align;
mod automaton;
mod growing;

use std::collections::BTreeMap;

use serde::Serialize;

use crate::error::Error;
use crate::log::Log;
use crate::model::Net;
use crate::variants::Variants;

pub use align::{Aligned, Aligner, Budget, Move, Unanswered};
use growing::Growth;

/// The conformance of a log to a model.
#[derive(Clone, Debug, Serialize)]
pub struct Conformance {
    pub cases: u64,
    pub variants: usize,
    /// Cases whose cost is known and zero.
    pub fitting_cases: u64,
    /// Cases for which the budget did not suffice; they are in no other figure.
    pub unknown_cases: u64,
    /// Why there are such cases, and what to do; in both languages.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cannot: Vec<String>,
    /// Sum of the costs of all cases.
    pub total_cost: u64,
    /// Cost of the shortest run of the model with nothing in the log.
    pub empty_cost: u64,
    /// Mean over cases of 1 − cost / (length + `empty_cost`).
    pub average_fitness: f64,
    /// 1 − costs / (lengths + `empty_cost`), over all cases.
    pub log_fitness: f64,
    /// For each activity, how often it was done without the model allowing it, and left out although the model
    /// asked for it.
    pub deviations: BTreeMap<String, Deviation>,
    /// Cost of each variant (in the order of [`Variants`]); `None` when unknown.
    pub variant_costs: Vec<Option<u32>>,
}

/// Deviations of one activity, counted over cases.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Deviation {
    /// Done, and the model does not allow it there.
    pub only_in_log: u64,
    /// Asked for by the model, and not done.
    pub only_in_model: u64,
    /// Cases with any of the two.
    pub cases: u64,
}

/// Refuses a net in which cases become more and more, with the step where they do.
///
/// # Errors
/// Which step it is and what to do.
pub fn bounded(net: &Net) -> Result<(), Error> {
    match growing::growing(net) {
        Some(Growth::Split(step)) => Err(Error::Model(format!(
            "“{step}”有多条流出（同时走），又回到前面，件会越走越多；若是选择其一，请在它后面加排他网关 / {step:?} has several outgoing flows, which are all taken, and one leads back: the process grows without end; put an exclusive gateway after it where one of them is chosen"
        ))),
        Some(Growth::After(step)) => Err(Error::Model(format!(
            "“{step}”之后的几路同时走，其中一路又回到前面，件会越走越多；若是选择其一，请把那里的并行网关改为排他网关 / the ways behind {step:?} are all taken and one leads back: the process grows without end; make the gateway there exclusive where one of them is chosen"
        ))),
        Some(Growth::Source(step)) => Err(Error::Model(format!(
            "“{step}”前面没有库所，可以无限次发生，件会越走越多；请给它接上起点 / {step:?} needs nothing before it and can happen without end: the process grows; give it a place to start from"
        ))),
        None => Ok(()),
    }
}

/// The cost of a run of the model with nothing in the log.
///
/// # Errors
/// There is none, or it is not found in time: what to do.
pub fn empty_cost(aligner: &mut Aligner, over: &dyn Fn() -> bool) -> Result<u32, Error> {
    aligner.answer(&[], over).map(|a| a.cost).map_err(|why| {
        let (zh, en) = why.said();
        let said = format!("{zh} / {en}");
        if why == Unanswered::NoEnd { Error::Model(said) } else { Error::Unanswered(said) }
    })
}

/// Aligns every variant of a log with a net.
pub fn conformance(log: &Log, net: &Net, budget: Budget) -> Result<Conformance, Error> {
    conformance_until(log, net, budget, &|| false)
}

/// The same until `over` says that the time is up; what was not answered by then is unknown.
pub fn conformance_until(
    log: &Log,
    net: &Net,
    budget: Budget,
    over: &dyn Fn() -> bool,
) -> Result<Conformance, Error> {
    bounded(net)?;
    let variants = Variants::of(log);
    let mut aligner = Aligner::new(net, budget)?;
    let labels = aligner.labels_of(log);
    let empty_cost = u64::from(empty_cost(&mut aligner, over)?);
    let mut sum = Conformance {
        cases: log.case_count() as u64,
        variants: variants.len(),
        fitting_cases: 0,
        unknown_cases: 0,
        cannot: Vec::new(),
        total_cost: 0,
        empty_cost,
        average_fitness: 0.0,
        log_fitness: 0.0,
        deviations: BTreeMap::new(),
        variant_costs: Vec::with_capacity(variants.len()),
    };
    let (mut fitness, mut most) = (0.0, 0u64);
    let mut reasons: BTreeMap<(&str, &str), u64> = BTreeMap::new();
    for v in 0..variants.len() as u32 {
        let (trace, count) = (variants.trace(log, v), variants.count[v as usize]);
        let of_model: Vec<u32> = trace.iter().map(|&a| labels[a as usize]).collect();
        let aligned = match aligner.answer(&of_model, over) {
            Ok(aligned) => aligned,
            Err(why) => {
                sum.unknown_cases += count;
                sum.variant_costs.push(None);
                *reasons.entry(why.said()).or_default() += count;
                continue;
            }
        };
        let cost = u64::from(aligned.cost);
        sum.variant_costs.push(Some(aligned.cost));
        sum.total_cost += cost * count;
        sum.fitting_cases += if cost == 0 { count } else { 0 };
        let worst = trace.len() as u64 + empty_cost;
        most += worst * count;
        fitness += count as f64 * if worst == 0 { 1.0 } else { 1.0 - cost as f64 / worst as f64 };
        note(&mut sum.deviations, &aligned, trace, log, &aligner, count);
    }
    let said = |((zh, en), n): (&(&str, &str), &u64)| {
        format!("{n} 件没有算出：{zh} / {n} cases without an answer: {en}")
    };
    sum.cannot = reasons.iter().map(said).collect();
    let known = sum.cases - sum.unknown_cases;
    if known > 0 {
        sum.average_fitness = fitness / known as f64;
        sum.log_fitness = if most == 0 { 1.0 } else { 1.0 - sum.total_cost as f64 / most as f64 };
    }
    Ok(sum)
}

fn note(
    deviations: &mut BTreeMap<String, Deviation>,
    aligned: &Aligned,
    trace: &[u32],
    log: &Log,
    aligner: &Aligner,
    count: u64,
) {
    if aligned.cost == 0 {
        return;
    }
    let mut here: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
    let mut at = 0;
    for step in &aligned.moves {
        match *step {
            Move::Both(_) => at += 1,
            Move::Log => {
                here.entry(log.activities.get(trace[at])).or_default().0 += 1;
                at += 1;
            }
            Move::Model(label) => here.entry(aligner.label(label)).or_default().1 += 1,
        }
    }
    for (name, (log_moves, model_moves)) in here {
        let d = deviations.entry(name.to_owned()).or_default();
        d.only_in_log += log_moves * count;
        d.only_in_model += model_moves * count;
        d.cases += count;
    }
}
