//! 缺口: what some duties leave uncovered, each stretch with its reasons; how evenly burdens are shared; and what no plan could
//! do better. Nothing that is asked for and not covered is left out.

use std::collections::BTreeMap;

use kernel::{Date, StaffId};

use super::board::{Board, Task, burden, inside};
use super::bound::least_unmet;
use super::repair::is_of;
use super::{Burden, Duty, HALF, HALVES, HardRule, Line};
use crate::time::Span;
use crate::words::words;

words! {
    /// Why nobody covers it (缺口原因); counted in people where it is about people.
    inherent Why {
        NoWindow = "no_window", "窗口都开了还不够";
        NoShift = "no_shift", "没有班次排到这个时间";
        Nobody = "nobody", "没有人在这些窗口定岗";
        TooFew = "too_few", "定岗的人都在岗了，人不够";
        Off = "off", "账号已停用";
        Authority = "authority", "没有授权";
        Training = "training", "培训不在有效期";
        Leave = "leave", "请假";
        OtherHall = "other_hall", "当天在其他大厅值班";
        Elsewhere = "elsewhere", "同一时间在别的窗口";
        OtherShift = "other_shift", "当天排了别的班";
        DayHours = "day_hours", "班次超过每天工时";
        WeekHours = "week_hours", "本周工时已满";
        Rest = "rest", "两班之间休息不够";
        Row = "row", "连续上班天数已满";
        Seat = "seat", "窗口在这个班的其余时间已有人";
        Free = "free", "可以排，尚未排";
    }
}

/// A stretch that is not covered (缺口).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    /// day
    pub day: Date,
    /// what
    pub line: Line,
    /// set by hand
    pub must: bool,
    /// when
    pub hours: Span,
    /// so many people too few
    pub short: u16,
    /// why, with how many people it is about; never empty
    pub why: Vec<(Why, u32)>,
}

/// How evenly a burden is shared, among who can bear it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fair {
    /// which
    pub burden: Burden,
    /// who can bear it
    pub people: u32,
    /// duties of it, with those from before
    pub total: u32,
    /// the person with fewest
    pub least: u32,
    /// the person with most
    pub most: u32,
    /// no plan with as many duties gives less to who has most
    pub bound: u32,
}

/// What some duties come to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// half hours of windows that are asked for: by hand, by demand
    pub asked: [u32; 2],
    /// of these, not covered
    pub unmet: [u32; 2],
    /// no plan leaves fewer
    pub bound: [u32; 2],
    /// what is not covered
    pub gaps: Vec<Gap>,
    /// how burdens are shared
    pub fair: Vec<Fair>,
    /// by need: people at each half hour, as needs are
    pub cover: Vec<Vec<u16>>,
}

/// Looks at some duties of a task. A duty that breaks a hard rule covers nothing.
pub fn look(task: &Task<'_>, duties: &[Duty]) -> Report {
    let mut b = Board::new(*task);
    let ours: Vec<Duty> = duties.iter().filter(|d| is_of(task, d)).cloned().collect();
    b.seat_all(&ours);
    let mut out = Report { cover: vec![Vec::new(); task.needs.len()], ..Report::default() };
    let count = |n: i32| u32::try_from(n).unwrap_or(0);
    for l in b.lines.iter().flatten() {
        out.asked[usize::from(!l.must)] += l.people.iter().map(|n| u32::from(*n)).sum::<u32>();
        let need = &task.needs[l.need];
        let from = usize::from(need.from);
        out.cover[l.need] = l.cover.iter().skip(from).take(need.people.len()).copied().collect();
    }
    let (unmet, bound) = (b.unmet(), least_unmet(&b));
    out.unmet = [count(unmet.must), count(unmet.load)];
    out.bound = [count(bound.must), count(bound.load)];
    for d in 0..b.days {
        for n in 0..b.lines[d].len() {
            gaps(&b, d, n, &mut out.gaps);
        }
    }
    out.fair = (0..Burden::ALL.len()).filter_map(|n| fair(&b, n)).collect();
    out
}

fn fair(b: &Board<'_>, n: usize) -> Option<Fair> {
    let can = |p: &usize| (0..b.days).any(|d| b.choices[*p][d].iter().any(|c| b.bears(d, *c)[n]));
    let all: Vec<u32> = (0..b.people.len()).filter(can).map(|p| b.load[p][n]).collect();
    let people = u32::try_from(all.len()).unwrap_or(u32::MAX);
    let total: u32 = all.iter().sum();
    Some(Fair {
        burden: burden(n),
        people,
        total,
        least: *all.iter().min()?,
        most: *all.iter().max()?,
        bound: total.div_ceil(people.max(1)),
    })
}

/// Stretches of one line of a day, each with the same reasons throughout.
fn gaps(b: &Board<'_>, d: usize, n: usize, out: &mut Vec<Gap>) {
    let l = &b.lines[d][n];
    let mut open: Option<(usize, u16, Vec<(Why, u32)>)> = None;
    for h in 0..=HALVES {
        let short = if h < HALVES { l.people[h].saturating_sub(l.cover[h]) } else { 0 };
        let why = if short > 0 { reasons(b, d, n, h) } else { Vec::new() };
        if let Some((from, was, same)) = open.take() {
            if short == was && why == same {
                open = Some((from, was, same));
                continue;
            }
            if let Some(hours) = Span::new(from as u16 * HALF, h as u16 * HALF) {
                let line = b.task.needs[l.need].line.clone();
                out.push(Gap { day: b.day(d), line, must: l.must, hours, short: was, why: same });
            }
        }
        if short > 0 {
            open = Some((h, short, why));
        }
    }
}

/// Why nobody more sits at these windows at this half hour: one reason for each person who is posted there at all.
fn reasons(b: &Board<'_>, d: usize, n: usize, half: usize) -> Vec<(Why, u32)> {
    let (task, day, l) = (&b.task, b.day(d), &b.lines[d][n]);
    let hall = task.hall;
    if usize::from(l.cover[half]) >= l.windows.len() {
        return vec![(Why::NoWindow, 0)];
    }
    let holds = |s: &crate::roster::Shift| s.halves() >> half & 1 == 1;
    let of_day: Vec<_> =
        hall.rostering.shifts.iter().filter(|s| s.is_on(day, task.calendar) && holds(s)).collect();
    if of_day.is_empty() {
        return vec![(Why::NoShift, 0)];
    }
    let posted = |w: u16| l.windows.iter().any(|i| hall.windows[*i].number == w);
    let mut people: Vec<StaffId> =
        hall.posts.iter().filter(|p| posted(p.window) && p.is_on(day)).map(|p| p.staff).collect();
    people.sort_unstable();
    people.dedup();
    if people.is_empty() {
        return vec![(Why::Nobody, 0)];
    }
    let mut out: BTreeMap<Why, u32> = BTreeMap::new();
    for staff in people {
        let mine = || hall.posts.iter().filter(|p| p.staff == staff && posted(p.window) && p.is_on(day));
        let Some(p) = b.people.iter().position(|p| *p == staff) else {
            *out.entry(Why::Off).or_default() += 1;
            continue;
        };
        let has = b.has(p, d);
        let why = if mine().all(|o| o.authority.trim().is_empty()) {
            Why::Authority
        } else if mine().all(|o| !o.holds(day)) {
            Why::Training
        } else if let Some(c) = has {
            // Who sits at one of these windows at this time is counted as cover, and is no reason.
            if b.halves(c) >> half & 1 == 0 {
                Why::OtherShift
            } else if l.windows.contains(&c.window) {
                continue;
            } else {
                Why::Elsewhere
            }
        } else if task.elsewhere.iter().any(|e| e.staff == staff && e.day == day) {
            Why::OtherHall
        } else if of_day.iter().all(|s| task.leave.iter().any(|a| a.meets(staff, day, &s.hours))) {
            Why::Leave
        } else {
            let here = b.choices[p][d]
                .iter()
                .filter(|c| l.windows.contains(&c.window) && b.halves(**c) >> half & 1 == 1)
                .map(|c| b.forbids(p, d, *c));
            let all: Vec<Option<HardRule>> = here.collect();
            match all.iter().max_by_key(|r| rank(**r)) {
                None if of_day.iter().any(|s| s.minutes() <= hall.rostering.rules.day_hours * 60) => {
                    Why::Leave
                }
                None => Why::DayHours,
                Some(None) => Why::Free,
                Some(Some(HardRule::WeekHours)) => Why::WeekHours,
                Some(Some(HardRule::Rest)) => Why::Rest,
                Some(Some(HardRule::Row)) => Why::Row,
                Some(Some(_)) => Why::Seat,
            }
        };
        *out.entry(why).or_default() += 1;
    }
    // Everybody who is posted sits there already: there are too few of them.
    if out.is_empty() {
        return vec![(Why::TooFew, 0)];
    }
    out.into_iter().collect()
}

/// The nearest to being allowed says why.
const fn rank(rule: Option<HardRule>) -> u8 {
    match rule {
        None => 4,
        Some(HardRule::WeekHours) => 3,
        Some(HardRule::Row) => 2,
        Some(HardRule::Rest) => 1,
        Some(_) => 0,
    }
}

/// Half hours of a day that lie in spans, as bits.
pub(super) fn halves(spans: &[Span]) -> u64 {
    (0..HALVES).filter(|h| spans.iter().any(|s| inside(*h, *s))).fold(0, |m, h| m | 1 << h)
}
