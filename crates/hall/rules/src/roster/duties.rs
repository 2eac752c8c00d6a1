//! 硬规则: which hard rules some duties break, read straight from the rules. The planner keeps its own books; this is what it
//! is held against, and what an edit or a swap must pass.

use std::collections::BTreeMap;

use kernel::{Date, Said, StaffId};

use super::board::Task;
use super::{Duty, number, week};
use crate::words::words;

words! {
    /// A hard rule (硬规则): never broken by a plan, an edit or a swap.
    inherent HardRule {
        Unknown = "unknown", "班次或窗口已不存在";
        WrongDay = "wrong_day", "这一天没有这个班次";
        Authority = "authority", "没有在这个窗口定岗、授权，或培训不在有效期";
        Leave = "leave", "请假";
        OtherHall = "other_hall", "当天在其他大厅值班";
        Twice = "twice", "同一天有两个班";
        Seat = "seat", "同一窗口同一时间已有人";
        DayHours = "day_hours", "超过每天工时";
        WeekHours = "week_hours", "超过每周工时";
        Rest = "rest", "两班之间休息不够";
        Row = "row", "连续上班天数过多";
    }
}

/// One hard rule that is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Broken {
    /// on which day
    pub day: Date,
    /// by whom
    pub staff: StaffId,
    /// which
    pub rule: HardRule,
}

impl Broken {
    /// As a sentence; `name` is who.
    pub fn said(&self, name: &str) -> Said {
        Said::new(
            format!("{name} {}：{}", self.day, self.rule.zh()),
            format!("{name} {}: {}", self.day, self.rule.word()),
        )
    }
}

/// Hours that somebody works, here or in another hall.
struct Worked {
    day: Date,
    /// the window; none in another hall
    here: Option<u16>,
    minutes: u32,
    begins: i64,
    ends: i64,
}

/// Which hard rules these duties break together with those that stand around them, in order.
pub fn broken(task: &Task<'_>, duties: &[Duty]) -> Vec<Broken> {
    let rules = &task.hall.rostering.rules;
    let mut out = Vec::new();
    let mut by_person: BTreeMap<StaffId, Vec<Worked>> = BTreeMap::new();
    let mut by_window: BTreeMap<(Date, u16), Vec<&Duty>> = BTreeMap::new();
    let all = duties.iter().chain(task.fixed.iter().filter(|d| d.day < task.first || d.day > task.last));
    for d in all {
        let ours = task.first <= d.day && d.day <= task.last;
        let mut say = |rule| {
            if ours {
                out.push(Broken { day: d.day, staff: d.staff, rule });
            }
        };
        let found = task.hall.rostering.shift(&d.shift).and_then(|s| Some((s, s.ends()?)));
        let Some((shift, (from, to))) = found.filter(|_| task.hall.window(d.window).is_some()) else {
            say(HardRule::Unknown);
            continue;
        };
        if !shift.is_on(d.day, task.calendar) {
            say(HardRule::WrongDay);
        }
        let active = task.active.contains(&d.staff);
        if !active || !task.hall.posts_of(d.staff, d.day).any(|p| p.window == d.window) {
            say(HardRule::Authority);
        }
        if task.leave.iter().any(|l| l.meets(d.staff, d.day, &shift.hours)) {
            say(HardRule::Leave);
        }
        if shift.minutes() > rules.day_hours * 60 {
            say(HardRule::DayHours);
        }
        let begins = number(d.day) * 1_440;
        by_person.entry(d.staff).or_default().push(Worked {
            day: d.day,
            here: Some(d.window),
            minutes: shift.minutes(),
            begins: begins + i64::from(from),
            ends: begins + i64::from(to),
        });
        by_window.entry((d.day, d.window)).or_default().push(d);
    }
    for e in task.elsewhere {
        // Who has nothing here is the business of the other hall.
        if let Some(of) = by_person.get_mut(&e.staff) {
            let (minutes, begins, ends) = e.times();
            of.push(Worked { day: e.day, here: None, minutes, begins, ends });
        }
    }
    let ours = |day: Date| task.first <= day && day <= task.last;
    for (staff, mut of) in by_person {
        of.sort_by_key(|d| (d.begins, d.here));
        // A week or a row that is too long is said of the last of its days that can still be changed.
        let mut weeks: BTreeMap<i64, (u32, Option<Date>)> = BTreeMap::new();
        let (mut row, mut changeable) = (0, None);
        let changes = |d: &Worked| Some(d.day).filter(|day| d.here.is_some() && ours(*day));
        for (i, d) in of.iter().enumerate() {
            let before = i.checked_sub(1).map(|j| &of[j]);
            let mut say = |day: Date, rule| out.push(Broken { day, staff, rule });
            let day = changes(d);
            let worked = weeks.entry(week(d.day)).or_default();
            *worked = (worked.0 + d.minutes, day.or(worked.1));
            match before.map(|b| number(d.day) - number(b.day)) {
                Some(0) => {
                    let other = before.is_some_and(|b| b.here.is_none()) || d.here.is_none();
                    let rule = if other { HardRule::OtherHall } else { HardRule::Twice };
                    day.or(before.and_then(&changes)).into_iter().for_each(|day| say(day, rule));
                }
                Some(1) => (row, changeable) = (row + 1, day.or(changeable)),
                _ => (row, changeable) = (1, day),
            }
            if row > rules.row_days {
                changeable.into_iter().for_each(|day| say(day, HardRule::Row));
            }
            if let Some(b) =
                before.filter(|b| b.day != d.day && d.begins - b.ends < i64::from(rules.rest_hours) * 60)
            {
                day.or(changes(b)).into_iter().for_each(|day| say(day, HardRule::Rest));
            }
        }
        let over = weeks.into_values().filter(|w| w.0 > rules.week_hours * 60).filter_map(|w| w.1);
        out.extend(over.map(|day| Broken { day, staff, rule: HardRule::WeekHours }));
    }
    for of in by_window.into_values() {
        for (i, a) in of.iter().enumerate().filter(|(_, a)| ours(a.day)) {
            let hours = |d: &Duty| task.hall.rostering.shift(&d.shift).map_or(&[][..], |s| &s.hours);
            let meets = |b: &&&Duty| hours(a).iter().any(|x| hours(b).iter().any(|y| x.meets(*y)));
            if of[..i].iter().any(|b| meets(&b)) {
                out.push(Broken { day: a.day, staff: a.staff, rule: HardRule::Seat });
            }
        }
    }
    out.sort_unstable();
    out.dedup();
    out
}
