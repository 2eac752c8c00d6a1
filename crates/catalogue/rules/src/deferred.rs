//! 容缺与承诺 (K5): materials handed in later by a day, and commitments in place of proofs, each with its table
//! of moves. The working-day calendar is an argument. Must not know cases.

use kernel::{Date, Said};
use serde::{Deserialize, Serialize};

use crate::item::{Material, ServiceItem};
use crate::words::Need;

/// Where a deferred material or a commitment stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Promise {
    /// 待补/待核: promised, not yet due
    Open,
    /// 已补/属实
    Kept,
    /// 逾期: not handed in by its day
    Overdue,
    /// 不实: the commitment was checked and is untrue
    Untrue,
    /// 已了结: the result was withdrawn, or the material came late and was accepted
    Closed,
}

/// What happens to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Happens {
    /// 交来 or 核查属实
    Fulfilled,
    /// 到期
    DayPassed,
    /// 核查不实
    FoundUntrue,
    /// 延后: a later day, granted once before the first has passed
    Granted,
    /// 撤回结果、记入信用, or late but accepted
    Settled,
}

/// from, what happens, to
pub const PROMISE_MOVES: &[(Promise, Happens, Promise)] = &[
    (Promise::Open, Happens::Fulfilled, Promise::Kept),
    (Promise::Open, Happens::DayPassed, Promise::Overdue),
    (Promise::Open, Happens::FoundUntrue, Promise::Untrue),
    (Promise::Open, Happens::Granted, Promise::Open),
    (Promise::Overdue, Happens::Fulfilled, Promise::Closed),
    (Promise::Overdue, Happens::Settled, Promise::Closed),
    (Promise::Kept, Happens::FoundUntrue, Promise::Untrue),
    (Promise::Untrue, Happens::Settled, Promise::Closed),
];

/// What sort of promise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sort {
    /// 容缺后补
    HandInLater,
    /// 告知承诺
    Commitment,
}

/// One promise of an applicant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deferred {
    /// Material id.
    pub material: String,
    /// Its name.
    pub name: String,
    /// What sort.
    pub sort: Sort,
    /// 到期日: the last day to hand in, or to check the commitment.
    pub due: Date,
    /// Where it stands.
    pub state: Promise,
    /// Was a later day granted already?
    pub granted: bool,
}

/// How many days before the due day a reminder goes out.
pub const REMIND_DAYS: i64 = 2;

impl Deferred {
    /// One step.
    ///
    /// # Errors
    /// What is possible instead.
    pub fn step(mut self, what: Happens, today: Date, new_due: Option<Date>) -> Result<Self, Said> {
        let to = PROMISE_MOVES.iter().find(|(f, h, _)| *f == self.state && *h == what).map(|(_, _, t)| *t);
        let Some(to) = to else {
            return Err(Said::new(
                format!("“{}”现在的状态不能这样处理，请刷新后再看", self.name),
                format!("{:?} cannot take this step as it stands; reload", self.name),
            ));
        };
        if what == Happens::DayPassed && today <= self.due {
            return Err(Said::new(
                format!("还没有到期，最后一天是 {}", self.due),
                format!("not due yet: the last day is {}", self.due),
            ));
        }
        if what == Happens::Granted {
            let later = new_due.filter(|d| *d > self.due && today <= self.due && !self.granted);
            let Some(later) = later else {
                return Err(Said::new(
                    "只能在到期前延后一次，新日期要晚于原来的",
                    "a later day is granted once, before the first has passed, and must be later",
                ));
            };
            self.due = later;
            self.granted = true;
        }
        self.state = to;
        Ok(self)
    }
    /// Is a reminder due today?
    pub fn remind_on(&self, today: Date) -> bool {
        let number = |d: Date| kernel::Moment::start_of(d).day_number();
        let left = number(self.due) - number(today);
        self.state == Promise::Open && (0..=REMIND_DAYS).contains(&left)
    }
}

/// What may be promised when these materials are lacking: either a promise for each (with its due day from
/// the calendar), or the names of the ones without which it cannot be accepted.
///
/// # Errors
/// The materials that must be there now.
pub fn accept_lacking(
    item: &ServiceItem,
    lacking: &[&str],
    commits: &[&str],
    today: Date,
    work_day_after: impl Fn(Date, u16) -> Date,
) -> Result<Vec<Deferred>, Vec<Said>> {
    let mut promises = Vec::new();
    let mut refused = Vec::new();
    for id in lacking {
        let Some(m) = item.material(id) else {
            refused.push(Said::new(
                format!("没有编号为“{}”的材料，请核对", crate::words::echo(id)),
                format!("there is no material {:?}; check the id", crate::words::echo(id)),
            ));
            continue;
        };
        let promise = |sort, days| Deferred {
            material: m.id.clone(),
            name: m.name.clone(),
            sort,
            due: work_day_after(today, days),
            state: Promise::Open,
            granted: false,
        };
        match (m.need, m.defer_days) {
            (Need::Optional, _) => {}
            _ if m.shared => {}
            _ if m.commitment && commits.contains(id) => {
                promises.push(promise(Sort::Commitment, COMMITMENT_CHECK_DAYS));
            }
            (Need::Deferrable, Some(days)) if days > 0 => promises.push(promise(Sort::HandInLater, days)),
            _ => refused.push(missing(m)),
        }
    }
    if refused.is_empty() { Ok(promises) } else { Err(refused) }
}

/// A commitment is checked within so many working days (a setting of the city; our default).
pub const COMMITMENT_CHECK_DAYS: u16 = 20;

fn missing(m: &Material) -> Said {
    let instead = if m.commitment { "；也可以签承诺书代替" } else { "" };
    Said::new(
        format!("缺“{}”，不能后补，请带来再办{instead}", m.name),
        format!("{:?} is missing and cannot be handed in later; bring it", m.name),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;
    use proptest::prelude::*;

    fn day(d: &str) -> Date {
        d.parse().unwrap()
    }
    /// Every day a working day: the calendar is another crate's.
    fn plain(d: Date, n: u16) -> Date {
        kernel::Moment::start_of(d).plus_us(i64::from(n) * kernel::US_PER_DAY).date()
    }

    #[test]
    fn what_can_wait_waits_and_what_cannot_is_named() {
        let mut item = sample::food_licence();
        item.materials[1].commitment = true;
        let today = day("2026-05-11");
        let ok = accept_lacking(&item, &["m4"], &[], today, plain).unwrap();
        assert_eq!((ok[0].due, ok[0].sort), (day("2026-05-21"), Sort::HandInLater));
        let both = accept_lacking(&item, &["m1", "m2"], &[], today, plain).unwrap_err();
        assert_eq!(both.len(), 2);
        assert!(both[1].zh.contains("承诺书代替"));
        let commit = accept_lacking(&item, &["m2"], &["m2"], today, plain).unwrap();
        assert_eq!(commit[0].sort, Sort::Commitment);
        assert!(accept_lacking(&item, &["m77"], &[], today, plain).is_err());
    }

    #[test]
    fn a_day_passes_only_when_it_is_over() {
        let item = sample::food_licence();
        let p = accept_lacking(&item, &["m4"], &[], day("2026-05-11"), plain).unwrap().remove(0);
        assert!(
            !p.remind_on(day("2026-05-18"))
                && p.remind_on(day("2026-05-19"))
                && p.remind_on(day("2026-05-21"))
        );
        assert!(p.clone().step(Happens::DayPassed, day("2026-05-21"), None).is_err());
        let later = p.clone().step(Happens::Granted, day("2026-05-20"), Some(day("2026-05-30"))).unwrap();
        assert!(
            later.clone().step(Happens::Granted, day("2026-05-20"), Some(day("2026-06-30"))).is_err(),
            "once"
        );
        let over = later.step(Happens::DayPassed, day("2026-05-31"), None).unwrap();
        assert_eq!(over.state, Promise::Overdue);
        assert_eq!(over.step(Happens::Fulfilled, day("2026-06-01"), None).unwrap().state, Promise::Closed);
    }

    const ALL: [Happens; 5] =
        [Happens::Fulfilled, Happens::DayPassed, Happens::FoundUntrue, Happens::Granted, Happens::Settled];

    proptest! {
        /// Whatever happens in whatever order: what is closed stays closed, and kept never becomes overdue.
        #[test]
        fn promises_end(steps in proptest::collection::vec((0usize..5, 1i8..31), 0..30)) {
            let item = sample::food_licence();
            let mut p = accept_lacking(&item, &["m4"], &[], day("2026-05-01"), plain).unwrap().remove(0);
            let mut before = p.state;
            for (what, d) in steps {
                let today = Date::new(2026, 5, d).unwrap();
                if let Ok(next) = p.clone().step(ALL[what], today, Some(day("2026-05-25"))) {
                    p = next;
                }
                prop_assert!(before != Promise::Closed || p.state == Promise::Closed);
                prop_assert!(!(before == Promise::Kept && p.state == Promise::Overdue));
                before = p.state;
            }
        }
    }
}
