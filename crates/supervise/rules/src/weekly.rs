//! 每周清单: plans that stand still. What a supervisor looks at every week, with what shows it.

use kernel::{Moment, US_PER_DAY, UnitId};

use crate::cube::Facts;
use crate::facts::{Standing, What};

/// A plan that does not move.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stale {
    /// id of the case
    pub case: i64,
    /// who must mend it
    pub unit: Option<UnitId>,
    /// nothing was struck off since
    pub since: Moment,
    /// days
    pub days: i64,
    /// its plan ran out
    pub late: bool,
}

/// Cases in rectification where nothing was struck off for at least `days` days, the longest first.
pub fn stale(facts: &Facts, region: &str, now: Moment, days: i64) -> Vec<Stale> {
    let mut out = Vec::new();
    facts.each_live(region, |id, spans, marks| {
        let Some(last) = spans.last().filter(|s| s.to.is_none() && s.standing == Standing::Rectifying) else {
            return;
        };
        let planned = marks.iter().rev().find(|m| m.what == What::Planned).map(|m| m.at);
        let moved = marks.iter().rev().find(|m| m.what == What::StepStruck).map(|m| m.at);
        let since = planned.max(moved).unwrap_or(last.from);
        let idle = now.us_since(since) / US_PER_DAY;
        if idle >= days {
            let late = last.due.is_some_and(|d| d < now);
            out.push(Stale { case: id, unit: last.unit, since, days: idle, late });
        }
    });
    out.sort_by_key(|s| (s.since, s.case));
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::{Mark, Sort, Span, Subject};

    #[test]
    fn a_plan_that_moved_is_not_stale() {
        let at = |d: i64| Moment::start_of(kernel::Date::constant(2026, 3, 1)).plus_us(d * US_PER_DAY);
        let subject = |id, struck: Option<i64>| Subject {
            sort: Sort::Case,
            id,
            region: "430602".into(),
            item: String::new(),
            campaign: String::new(),
            theme: String::new(),
            channel: String::new(),
            kind: String::new(),
            window: String::new(),
            cause: String::new(),
            spans: vec![Span {
                from: at(0),
                to: None,
                standing: Standing::Rectifying,
                unit: None,
                due: Some(at(20)),
                yellow: None,
            }],
            marks: [Mark { at: at(0), what: What::Planned, unit: None }]
                .into_iter()
                .chain(struck.map(|d| Mark { at: at(d), what: What::StepStruck, unit: None }))
                .collect(),
        };
        let mut facts = Facts::new();
        facts.put(&subject(1, None));
        facts.put(&subject(2, Some(25)));
        let found = stale(&facts, "4306", at(31), 30);
        assert_eq!(found.iter().map(|s| (s.case, s.days, s.late)).collect::<Vec<_>>(), [(1, 31, true)]);
        assert!(stale(&facts, "4307", at(31), 30).is_empty());
    }
}
