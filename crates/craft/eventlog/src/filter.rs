//! Filters (筛选): each keeps or drops whole cases, so they commute; a list of them can be undone one by one
//! and says what each one costs.

use serde::{Deserialize, Serialize};

use crate::log::{Log, show};
use crate::variants::Variants;
use crate::when::NO_TIME;
use crate::work::WorkClock;

/// Which part of a case must lie in a span of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Within {
    /// Some event.
    Touches,
    /// Every event.
    Inside,
    /// The first event.
    Starts,
    /// The last event.
    Ends,
}

/// A condition on cases. Times in microseconds; `from` belongs to a span, `to` does not.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "snake_case")]
pub enum Filter {
    Time {
        from_us: i64,
        to_us: i64,
        within: Within,
    },
    /// Cases whose sequence of activities is one of these.
    Variants {
        traces: Vec<Vec<String>>,
    },
    /// Cases of the `top` most frequent variants.
    TopVariants {
        top: usize,
    },
    /// Cases of which the case (`of_case`) or some event has one of these values, written as text.
    Attribute {
        of_case: bool,
        key: String,
        values: Vec<String>,
    },
    /// Cases in which `target` comes directly (or at some time, with `eventually`) after `source`, within
    /// `within_us` when that is given.
    Follows {
        source: String,
        target: String,
        eventually: bool,
        within_us: Option<i64>,
    },
    /// Cases that last at least `min_us` and less than `max_us`, in working time when a clock is given.
    Duration {
        min_us: Option<i64>,
        max_us: Option<i64>,
        working: bool,
    },
    /// The opposite of another filter.
    Not {
        filter: Box<Filter>,
    },
}

/// What one filter of a list does.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Effect {
    pub filter: Filter,
    /// Cases that this filter alone would keep.
    pub alone: usize,
    /// Cases left after this and all filters before it.
    pub left: usize,
}

impl Filter {
    /// For each case whether it is kept.
    pub fn keeps(&self, log: &Log, clock: Option<&WorkClock>) -> Vec<bool> {
        let time = log.time();
        let each = |test: &dyn Fn(usize, std::ops::Range<usize>) -> bool| {
            log.cases().enumerate().map(|(c, range)| test(c, range)).collect()
        };
        match self {
            Self::Time { from_us, to_us, within } => {
                let fits = |t: &i64| *t != NO_TIME && (*from_us..*to_us).contains(t);
                each(&|_, r| {
                    let mut known = time[r].iter().filter(|&&t| t != NO_TIME);
                    match within {
                        Within::Touches => known.any(fits),
                        Within::Inside => known.clone().next().is_some() && known.all(fits),
                        Within::Starts => known.next().is_some_and(fits),
                        Within::Ends => known.next_back().is_some_and(fits),
                    }
                })
            }
            Self::Variants { traces } => {
                let number = |n: &String| log.activities.find(n);
                let wanted: Vec<Vec<u32>> =
                    traces.iter().filter_map(|t| t.iter().map(number).collect()).collect();
                each(&|_, r| wanted.iter().any(|w| *w == log.activity()[r.clone()]))
            }
            Self::TopVariants { top } => {
                let variants = Variants::of(log);
                let mut kept = vec![false; variants.len()];
                variants.ranked(log).iter().take(*top).for_each(|&v| kept[v as usize] = true);
                variants.of_case.iter().map(|&v| kept[v as usize]).collect()
            }
            Self::Attribute { of_case, key, values } => attribute(log, *of_case, key, values),
            Self::Follows { source, target, eventually, within_us } => {
                match (log.activities.find(source), log.activities.find(target)) {
                    (Some(s), Some(t)) => each(&|_, r| follows(log, r, s, t, *eventually, *within_us)),
                    _ => vec![false; log.case_count()],
                }
            }
            Self::Duration { min_us, max_us, working } => each(&|c, _| {
                let Some((a, b)) = log.span(c) else { return false };
                let us = match clock.filter(|_| *working) {
                    Some(clock) => clock.working_us(a, b),
                    None => b - a,
                };
                min_us.is_none_or(|m| us >= m) && max_us.is_none_or(|m| us < m)
            }),
            Self::Not { filter } => filter.keeps(log, clock).into_iter().map(|k| !k).collect(),
        }
    }
}

fn follows(
    log: &Log,
    r: std::ops::Range<usize>,
    s: u32,
    t: u32,
    eventually: bool,
    within: Option<i64>,
) -> bool {
    let (activity, time) = (log.activity(), log.time());
    let near = |a: usize, b: usize| {
        within.is_none_or(|w| time[a] != NO_TIME && time[b] != NO_TIME && time[b] - time[a] <= w)
    };
    if !eventually {
        return (r.start + 1..r.end).any(|e| activity[e - 1] == s && activity[e] == t && near(e - 1, e));
    }
    // The latest source before a target is the nearest.
    let mut last = None;
    for e in r {
        if activity[e] == t && last.is_some_and(|l| near(l, e)) {
            return true;
        }
        if activity[e] == s {
            last = Some(e);
        }
    }
    false
}

fn attribute(log: &Log, of_case: bool, key: &str, values: &[String]) -> Vec<bool> {
    let hit = |text: &str| values.iter().any(|v| v == text);
    if of_case {
        let name = key == "concept:name";
        let columns: Vec<_> =
            log.case_columns.iter().filter(|c| c.parent.is_none() && c.key == key).collect();
        let of = |c: usize| {
            let row = log.case_row(c);
            (name && hit(log.case_name(c)))
                || columns.iter().any(|col| col.places(row).any(|p| hit(&show(col.value(p)))))
        };
        return (0..log.case_count()).map(of).collect();
    }
    // Interned columns are compared by number, everything else by its text.
    let numbers =
        |dict: &crate::intern::Interner| -> Vec<u32> { values.iter().filter_map(|v| dict.find(v)).collect() };
    let by_number = |column: &[u32], wanted: Vec<u32>| {
        log.cases().map(|r| column[r].iter().any(|a| wanted.contains(a))).collect()
    };
    match key {
        "concept:name" => by_number(log.activity(), numbers(&log.activities)),
        "org:resource" => by_number(log.resource(), numbers(&log.resources)),
        _ => log.cases().map(|mut r| r.any(|e| hit(&log.text_of(e, key)))).collect(),
    }
}

/// Applies a list of filters: the cases that all of them keep, and what each one does.
pub fn apply(log: &Log, filters: &[Filter], clock: Option<&WorkClock>) -> (Log, Vec<Effect>) {
    let mut kept = vec![true; log.case_count()];
    let mut effects = Vec::with_capacity(filters.len());
    for filter in filters {
        let keeps = filter.keeps(log, clock);
        kept.iter_mut().zip(&keeps).for_each(|(k, &f)| *k &= f);
        let count = |list: &[bool]| list.iter().filter(|&&k| k).count();
        effects.push(Effect { filter: filter.clone(), alone: count(&keeps), left: count(&kept) });
    }
    let cases: Vec<u32> = (0..log.case_count() as u32).filter(|&c| kept[c as usize]).collect();
    (log.only_cases(&cases), effects)
}
