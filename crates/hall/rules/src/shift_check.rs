//! 班次体检: what is wrong with shifts, least people and numbers of rosters before anybody is planned by them.

use std::collections::BTreeSet;

use crate::fault::{Fault, fault};
use crate::halls::Hall;
use crate::shifts::HALF;
use crate::time::Span;

/// Most shifts of a hall.
const SHIFTS: usize = 20;
/// Most rows of least people.
const MINIMUMS: usize = 400;

/// What is refused.
pub(crate) fn faults(hall: &Hall, out: &mut Vec<Fault>) {
    let of = &hall.rostering;
    let whole = |hours: &[Span]| hours.iter().all(|h| h.from() % HALF == 0 && h.to() % HALF == 0);
    if of.shifts.len() > SHIFTS || of.minimums.len() > MINIMUMS {
        out.push(fault(
            "shifts",
            "班次最多 20 个，最低在岗最多 400 条",
            "at most 20 shifts and 400 rows of least people",
        ));
    }
    let r = &of.rules;
    let mut codes = BTreeSet::new();
    for s in &of.shifts {
        let n = s.code.chars().count();
        if !(1..=2).contains(&n) || s.code.chars().any(char::is_whitespace) || !codes.insert(&s.code) {
            out.push(fault(
                "shifts",
                format!("班次简称“{}”请用一到两个字，不能重复", s.code),
                format!("shift “{}”: one or two characters, each once", s.code),
            ));
        }
        let name = s.name.chars().count();
        if !(1..=20).contains(&name) {
            out.push(fault("shifts", "班次名称请写 1–20 字", "a shift has a name of 1 to 20 characters"));
        }
        let meets = s.hours.iter().enumerate().any(|(i, a)| s.hours[i + 1..].iter().any(|b| a.meets(*b)));
        if s.hours.is_empty() || !whole(&s.hours) || meets {
            out.push(fault(
                "shifts",
                format!("班次“{}”的时段请从整点或半点到整点或半点，不重叠，如 09:00-12:00,13:00-17:00", s.name),
                format!("shift “{}”: hours from a whole or half hour to another, apart, as 09:00-12:00,13:00-17:00", s.name),
            ));
        }
        if s.minutes() > r.day_hours * 60 {
            out.push(fault(
                "shifts",
                format!("班次“{}”超过每天 {} 小时", s.name, r.day_hours),
                format!("shift “{}” is longer than {} hours a day", s.name, r.day_hours),
            ));
        }
        if s.rules.is_empty() {
            out.push(fault(
                "shifts",
                format!("班次“{}”请勾选在哪些日子", s.name),
                format!("shift “{}”: tick on which days", s.name),
            ));
        }
    }
    for m in &of.minimums {
        let windows = m.window.map_or(hall.windows.len(), |_| 1);
        if m.window.is_some_and(|w| hall.window(w).is_none())
            || m.people == 0
            || usize::from(m.people) > windows
            || m.rules.is_empty()
            || !whole(&m.hours)
        {
            out.push(fault(
                "minimums",
                "最低在岗：窗口须存在，人数至少 1 且不多于窗口数，勾选日子，时段用整点或半点",
                "least people: a window that is there, at least 1 and no more than windows, ticked days, whole or half hours",
            ));
        }
    }
    let sane = (1..=24).contains(&r.day_hours)
        && (1..=100).contains(&r.week_hours)
        && r.rest_hours <= 24
        && (1..=13).contains(&r.row_days)
        && (1..=26).contains(&r.back_weeks)
        && (10..=100).contains(&r.busy_percent);
    if !sane {
        out.push(fault(
            "roster_numbers",
            "排班数字：每天 1–24 小时，每周 1–100 小时，休息 0–24 小时，连续 1–13 天，回看 1–26 周，忙时占比 10–100",
            "numbers of rosters: 1–24 hours a day, 1–100 a week, 0–24 of rest, 1–13 days in a row, 1–26 weeks back, busy 10–100 %",
        ));
    }
}
