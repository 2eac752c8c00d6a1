//! 覆盖面板 (W9): leaders, departments and counties; walked, on time, problems of value, plans made, fixed.
//! Every figure holds the list behind it. Functions of what was walked; never counters.

use std::collections::{BTreeMap, BTreeSet};

use kernel::{Date, StaffId, UnitId};
use serde::Serialize;

use crate::forms::Identity;
use crate::validity::both_done;

/// What sort of unit a row belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// 在岗领导
    Leader,
    /// 市直部门
    Department,
    /// 县市区
    County,
}

/// Someone or some unit that must be covered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expected {
    /// Leader's account (for [`Side::Leader`]).
    pub staff: Option<StaffId>,
    /// The unit.
    pub unit: UnitId,
    /// Which column.
    pub side: Side,
    /// By when.
    pub by: Date,
}

/// One walk that counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Walked {
    /// Walk id.
    pub walk: u32,
    /// Who.
    pub staff: StaffId,
    /// Of which unit.
    pub unit: UnitId,
    /// As whom.
    pub identity: Identity,
    /// Finished on.
    pub on: Date,
}

/// One problem that a walk found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Problem id.
    pub problem: u32,
    /// The unit that must mend it.
    pub unit: UnitId,
    /// 有价值: accepted by the coordinator as a problem of the process, not of one person's day.
    pub of_value: bool,
    /// 整改方案已出台
    pub planned: bool,
    /// 已完成整改
    pub fixed: bool,
}

/// One side of the board; each figure is the length of its list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct SideFigures {
    /// Who must walk.
    pub expected: Vec<(Option<StaffId>, UnitId)>,
    /// Who did.
    pub walked: Vec<(Option<StaffId>, UnitId)>,
    /// Who did by the day.
    pub on_time: Vec<(Option<StaffId>, UnitId)>,
    /// Who did not.
    pub missing: Vec<(Option<StaffId>, UnitId)>,
}

/// The board.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Board {
    /// Leaders, departments, counties.
    pub sides: BTreeMap<Side, SideFigures>,
    /// Walks that count.
    pub walks: Vec<u32>,
    /// Problems.
    pub problems: Vec<u32>,
    /// Of value.
    pub of_value: Vec<u32>,
    /// With a plan.
    pub planned: Vec<u32>,
    /// Fixed.
    pub fixed: Vec<u32>,
}

impl Board {
    /// Fixed in thousandths of the problems (YY: 347); none without problems.
    pub fn fixed_permille(&self) -> Option<u32> {
        permille(self.fixed.len(), self.problems.len())
    }
    /// Covered in thousandths of a side.
    pub fn covered_permille(&self, side: Side) -> Option<u32> {
        let s = self.sides.get(&side)?;
        permille(s.walked.len(), s.expected.len())
    }
    /// The sentence of the report.
    pub fn sentence_zh(&self) -> String {
        let n = |side| self.sides.get(&side).map_or(0, |s: &SideFigures| s.walked.len());
        format!(
            "{} 个市直部门和 {} 个县市区分别开展了走流程行动，共梳理存在问题 {} 个，出台整改方案 {} 个，其中已完成整改的问题 {} 个。",
            n(Side::Department),
            n(Side::County),
            self.problems.len(),
            self.planned.len(),
            self.fixed.len()
        )
    }
}

/// Half up.
fn permille(part: usize, whole: usize) -> Option<u32> {
    (whole > 0).then(|| u32::try_from((part * 2000 + whole) / (2 * whole)).unwrap_or(u32::MAX))
}

/// The board as of the end of `today`: a leader is covered by a walk of his own, and with `both` by one as applicant and one
/// as staff; a unit by a walk of anyone of it.
pub fn board(
    expected: &[Expected],
    walks: &[Walked],
    problems: &[Problem],
    both: bool,
    today: Date,
) -> Board {
    let mut first_of_staff: BTreeMap<StaffId, Date> = BTreeMap::new();
    let mut first_of_unit: BTreeMap<UnitId, Date> = BTreeMap::new();
    let mut out = Board::default();
    for w in walks.iter().filter(|w| w.on <= today) {
        let earliest = |d: &mut Date| *d = (*d).min(w.on);
        first_of_staff.entry(w.staff).and_modify(earliest).or_insert(w.on);
        first_of_unit.entry(w.unit).and_modify(earliest).or_insert(w.on);
        out.walks.push(w.walk);
    }
    if both {
        let until_now = walks.iter().filter(|w| w.on <= today);
        first_of_staff = both_done(until_now.map(|w| (w.staff, w.identity, w.on)));
    }
    let mut seen = BTreeSet::new();
    for e in expected {
        if !seen.insert((e.side, e.staff, e.unit)) {
            continue;
        }
        let side = out.sides.entry(e.side).or_default();
        let who = (e.staff, e.unit);
        side.expected.push(who);
        let first = match e.staff {
            Some(staff) => first_of_staff.get(&staff),
            None => first_of_unit.get(&e.unit),
        };
        match first {
            Some(on) => {
                side.walked.push(who);
                if *on <= e.by {
                    side.on_time.push(who);
                }
            }
            None => side.missing.push(who),
        }
    }
    for p in problems {
        out.problems.push(p.problem);
        for (yes, list) in
            [(p.of_value, &mut out.of_value), (p.planned, &mut out.planned), (p.fixed, &mut out.fixed)]
        {
            if yes {
                list.push(p.problem);
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(d: &str) -> Date {
        d.parse().unwrap()
    }

    /// YY: 30 departments, 13 counties, 95 problems, 95 plans, 33 fixed.
    #[test]
    fn yueyang_in_june_2022() {
        let unit = |n: u32| UnitId(i64::from(n));
        let expected: Vec<_> = (0..43)
            .map(|n| Expected {
                staff: None,
                unit: unit(n),
                side: if n < 30 { Side::Department } else { Side::County },
                by: day("2022-05-31"),
            })
            .collect();
        let walks: Vec<_> = (0..43)
            .map(|n| Walked {
                walk: n,
                staff: StaffId(i64::from(n)),
                unit: unit(n),
                identity: Identity::Applicant,
                on: day("2022-05-20"),
            })
            .collect();
        let problems: Vec<_> = (0..95)
            .map(|n| Problem { problem: n, unit: unit(n % 43), of_value: true, planned: true, fixed: n < 33 })
            .collect();
        let b = board(&expected, &walks, &problems, false, day("2022-06-02"));
        assert_eq!(b.sides[&Side::Department].walked.len(), 30);
        assert_eq!(b.sides[&Side::County].on_time.len(), 13);
        assert_eq!((b.problems.len(), b.planned.len(), b.fixed.len()), (95, 95, 33));
        assert_eq!(b.fixed_permille(), Some(347));
        assert_eq!(b.covered_permille(Side::Department), Some(1000));
        assert!(b.sentence_zh().starts_with("30 个市直部门和 13 个县市区"), "{}", b.sentence_zh());
        assert!(b.sentence_zh().contains("问题 95 个，出台整改方案 95 个，其中已完成整改的问题 33 个"));
    }

    #[test]
    fn every_figure_opens_its_list_and_time_counts() {
        let leader = |n: i64| Expected {
            staff: Some(StaffId(n)),
            unit: UnitId(1),
            side: Side::Leader,
            by: day("2026-05-15"),
        };
        let walk = |n: i64, on: &str| Walked {
            walk: n as u32,
            staff: StaffId(n),
            unit: UnitId(1),
            identity: Identity::Applicant,
            on: day(on),
        };
        let walks = [walk(1, "2026-05-10"), walk(2, "2026-05-16"), walk(3, "2026-06-30")];
        let b = board(&[leader(1), leader(2), leader(3), leader(3)], &walks, &[], false, day("2026-05-31"));
        let s = &b.sides[&Side::Leader];
        assert_eq!((s.expected.len(), s.walked.len(), s.on_time.len()), (3, 2, 1));
        assert_eq!(s.missing, [(Some(StaffId(3)), UnitId(1))], "walked after the day of the board");
        assert_eq!((b.fixed_permille(), b.walks.len()), (None, 2));
    }

    /// 双重身份: one identity alone covers nobody where both are asked for; the later of the two is the day.
    #[test]
    fn where_both_identities_are_asked_for_one_is_not_enough() {
        let leader = |n: i64| Expected {
            staff: Some(StaffId(n)),
            unit: UnitId(1),
            side: Side::Leader,
            by: day("2026-05-15"),
        };
        let walk = |n: i64, identity, on: &str| Walked {
            walk: 1,
            staff: StaffId(n),
            unit: UnitId(1),
            identity,
            on: day(on),
        };
        let (a, s) = (Identity::Applicant, Identity::Staff);
        let walks = [
            walk(1, a, "2026-05-01"),
            walk(1, a, "2026-05-02"),
            walk(2, a, "2026-05-01"),
            walk(2, s, "2026-05-20"),
            walk(3, s, "2026-05-03"),
            walk(3, a, "2026-05-04"),
        ];
        let of = |both| {
            let b = board(&[leader(1), leader(2), leader(3)], &walks, &[], both, day("2026-05-31"));
            let side = &b.sides[&Side::Leader];
            (side.walked.len(), side.on_time.len())
        };
        assert_eq!((of(false), of(true)), ((3, 3), (2, 1)));
    }
}
