//! 倒推办 (W2): from the result of an unsatisfied case back to its beginning, with every gap. And the walks that
//! bad ratings and complaints call for (W10). Must not know cases: events come in as plain rows.

use std::collections::BTreeMap;

use kernel::{Date, Moment, UnitId};
use serde::Serialize;

/// One event of a case, as the record tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseEvent {
    /// When.
    pub at: Moment,
    /// 登记, 受理, 转办 …
    pub what: String,
    /// Which unit had it then.
    pub unit: Option<UnitId>,
}

/// Something in the timeline that the walker must look into.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Gap {
    /// 停滞: nothing happened for so many working µs.
    Still(i64),
    /// 来回: it came back to a unit that had it before.
    Returned(UnitId),
    /// 断点: who had it is not on record.
    NobodysOwn,
    /// 超期: it was over the limit here for the first time.
    OverLimit,
}

/// One stretch of the timeline, latest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Stretch {
    /// From.
    pub from: Moment,
    /// To.
    pub to: Moment,
    /// What began it.
    pub what: String,
    /// Who had it.
    pub unit: Option<UnitId>,
    /// Working time in it, µs.
    pub working_us: i64,
    /// What to look into.
    pub gaps: Vec<Gap>,
}

/// The way of a case from its result backward. `working_us` is the calendar; a stretch longer than `still_us`
/// of working time is a gap; `limit_us` is the working time allowed for the whole, if any.
pub fn backward(
    events: &[CaseEvent],
    working_us: impl Fn(Moment, Moment) -> i64,
    still_us: i64,
    limit_us: Option<i64>,
) -> Vec<Stretch> {
    let mut events: Vec<&CaseEvent> = events.iter().collect();
    events.sort_by_key(|e| e.at);
    let mut had: Vec<UnitId> = Vec::new();
    let mut out = Vec::new();
    let mut sum = 0i64;
    for pair in events.windows(2) {
        let (a, b) = (pair[0], pair[1]);
        let work = working_us(a.at, b.at);
        let mut gaps = Vec::new();
        if work > still_us {
            gaps.push(Gap::Still(work));
        }
        match a.unit {
            Some(u) => {
                if had.last() != Some(&u) && had.contains(&u) {
                    gaps.push(Gap::Returned(u));
                }
                had.push(u);
            }
            None => gaps.push(Gap::NobodysOwn),
        }
        let before = sum;
        sum = sum.saturating_add(work);
        if limit_us.is_some_and(|l| before <= l && sum > l) {
            gaps.push(Gap::OverLimit);
        }
        out.push(Stretch {
            from: a.at,
            to: b.at,
            what: a.what.clone(),
            unit: a.unit,
            working_us: work,
            gaps,
        });
    }
    out.reverse();
    out
}

/// When an item must be walked at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TriggerRule {
    /// Looked at: so many days back.
    pub days: i64,
    /// This many bad ratings.
    pub bad_ratings_min: u32,
    /// Or this share of bad ratings in thousandths …
    pub bad_permille_min: u32,
    /// … when there are at least so many ratings.
    pub ratings_min: u32,
    /// Or this many complaints.
    pub complaints_min: u32,
    /// Not again within so many days after a walk.
    pub quiet_days: i64,
}

impl Default for TriggerRule {
    /// Ours; a city sets its own. The sources give no figure (HY: 差评投诉集中).
    fn default() -> Self {
        Self {
            days: 30,
            bad_ratings_min: 5,
            bad_permille_min: 100,
            ratings_min: 30,
            complaints_min: 5,
            quiet_days: 30,
        }
    }
}

/// What speaks for a walk.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ItemVoices {
    /// Ratings by day: (all, bad); ratings by default are left out by the caller.
    pub ratings: BTreeMap<Date, (u32, u32)>,
    /// Complaints by day.
    pub complaints: BTreeMap<Date, u32>,
    /// The last walk of it.
    pub last_walk: Option<Date>,
}

/// Why an item must be walked at once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Triggered {
    /// Bad ratings in the window.
    pub bad: u32,
    /// Ratings in the window.
    pub ratings: u32,
    /// Complaints in the window.
    pub complaints: u32,
    /// The sentence.
    pub said: kernel::Said,
}

/// Must this item be walked at once?
pub fn triggered(rule: &TriggerRule, voices: &ItemVoices, today: Date) -> Option<Triggered> {
    let number = |d: Date| Moment::start_of(d).day_number();
    let age = |d: Date| number(today) - number(d);
    if voices.last_walk.is_some_and(|w| age(w) <= rule.quiet_days) {
        return None;
    }
    let inside = |d: &Date| (0..rule.days).contains(&age(*d));
    let (mut ratings, mut bad) = (0u32, 0u32);
    for (_, (n, b)) in voices.ratings.iter().filter(|(d, _)| inside(d)) {
        ratings = ratings.saturating_add(*n);
        bad = bad.saturating_add(*b);
    }
    let complaints =
        voices.complaints.iter().filter(|(d, _)| inside(d)).fold(0u32, |s, (_, n)| s.saturating_add(*n));
    let share = ratings >= rule.ratings_min.max(1)
        && u64::from(bad) * 1000 >= u64::from(rule.bad_permille_min) * u64::from(ratings);
    let many = bad >= rule.bad_ratings_min || complaints >= rule.complaints_min;
    (many || share).then(|| Triggered {
        bad,
        ratings,
        complaints,
        said: kernel::Said::new(
            format!(
                "近 {} 天差评 {bad} 个（共 {ratings} 个评价）、投诉 {complaints} 件，要立即走一遍",
                rule.days
            ),
            format!(
                "{bad} bad of {ratings} ratings and {complaints} complaints in {} days: walk it at once",
                rule.days
            ),
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn backward_from_the_result_with_every_gap() {
        let h = kernel::US_PER_HOUR;
        let e = |hours: i64, what: &str, unit: Option<i64>| CaseEvent {
            at: Moment::from_us(hours * h),
            what: what.into(),
            unit: unit.map(UnitId),
        };
        let events = [
            e(0, "登记", Some(1)),
            e(1, "转办", Some(2)),
            e(30, "退回", Some(1)),
            e(31, "转办", None),
            e(33, "答复", Some(2)),
        ];
        let line = backward(&events, |a, b| b.us_since(a), 24 * h, Some(30 * h));
        assert_eq!(
            line.iter().map(|s| s.what.as_str()).collect::<Vec<_>>(),
            ["转办", "退回", "转办", "登记"]
        );
        assert_eq!(line[0].gaps, [Gap::NobodysOwn]);
        assert_eq!(line[1].gaps, [Gap::Returned(UnitId(1)), Gap::OverLimit]);
        assert_eq!(line[2].gaps, [Gap::Still(29 * h)]);
        assert_eq!(line[3].gaps, []);
        assert!(backward(&[], |_, _| 0, 0, None).is_empty());
    }

    #[test]
    fn many_bad_voices_call_a_walk_and_few_do_not() {
        let day = |d: &str| d.parse::<Date>().unwrap();
        let today = day("2026-05-31");
        let rule = TriggerRule::default();
        let with = |n, bad, complaints, last: Option<&str>| ItemVoices {
            ratings: [(day("2026-05-20"), (n, bad)), (day("2026-03-01"), (50, 50))].into(),
            complaints: [(day("2026-05-21"), complaints)].into(),
            last_walk: last.map(day),
        };
        let asks = |v: ItemVoices| triggered(&rule, &v, today).is_some();
        assert!(asks(with(200, 5, 0, None)), "five bad ones");
        assert!(asks(with(31, 4, 0, None)), "more than a tenth of thirty-one");
        assert!(asks(with(0, 0, 5, None)), "five complaints");
        assert!(!asks(with(29, 4, 4, None)), "few, and too few for a share");
        assert!(!asks(with(200, 5, 9, Some("2026-05-10"))), "just walked");
        assert!(asks(with(200, 5, 9, Some("2026-04-10"))));
        assert!(!asks(ItemVoices::default()));
    }
}
