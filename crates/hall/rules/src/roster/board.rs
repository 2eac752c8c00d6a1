//! 盘面: the books of the planner. Who may take which shift at which window on which day, who has what, how many windows of
//! each line are staffed at each half hour; putting and taking a duty keeps them. Must not know how a plan is searched.

use std::collections::BTreeMap;

use kernel::{Date, StaffId};
use workday::WorkCalendar;

use super::{Burden, Burdens, Duty, Elsewhere, HALVES, HardRule, Leave, Need, days, number, plus, week};
use crate::halls::Hall;
use crate::opening::{open_on, rule_of};
use crate::words::{DayRule, Hours, Part};

/// What a plan is made of.
#[derive(Clone, Copy, Debug)]
pub struct Task<'a> {
    /// the hall: windows, posts, shifts, rules
    pub hall: &'a Hall,
    /// the statutory calendar
    pub calendar: &'a WorkCalendar,
    /// first day that is planned
    pub first: Date,
    /// last day
    pub last: Date,
    /// accounts in use, of those posted
    pub active: &'a [StaffId],
    /// who is away
    pub leave: &'a [Leave],
    /// duties of these people in other halls, also around these days
    pub elsewhere: &'a [Elsewhere],
    /// what is to be covered
    pub needs: &'a [Need],
    /// duties that stand before and after these days
    pub fixed: &'a [Duty],
    /// burdens that people had before
    pub carried: &'a [(StaffId, Burdens)],
}

/// Days around the planned ones that are looked at.
pub(super) const AROUND: i64 = 14;

/// A shift at a window that somebody may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Choice {
    pub shift: usize,
    pub window: usize,
    /// they are second there (B 岗)
    pub second: bool,
}

/// A need with the windows that count for it.
pub(super) struct LineOn {
    /// place in the list of needs
    pub need: usize,
    pub must: bool,
    pub windows: Vec<usize>,
    pub people: [u16; HALVES],
    pub cover: [u16; HALVES],
}

/// What one duty changes: what it covers of what is asked for by hand and by demand, half hours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Gain {
    pub must: i32,
    pub load: i32,
}
impl std::ops::Add for Gain {
    type Output = Self;
    fn add(self, o: Self) -> Self {
        Self { must: self.must + o.must, load: self.load + o.load }
    }
}
impl std::ops::Sub for Gain {
    type Output = Self;
    fn sub(self, o: Self) -> Self {
        Self { must: self.must - o.must, load: self.load - o.load }
    }
}

pub(super) struct Board<'a> {
    pub task: Task<'a>,
    pub people: Vec<StaffId>,
    /// number of days that are planned
    pub days: usize,
    /// minutes, half hours, first and last minute of each shift
    pub shifts: Vec<(u32, u64, i64, i64)>,
    /// by person and day
    pub choices: Vec<Vec<Vec<Choice>>>,
    /// by person and day, of days around too
    held: Vec<Vec<Option<Held>>>,
    pub lines: Vec<Vec<LineOn>>,
    /// lines of a window on a day
    of_window: Vec<Vec<Vec<usize>>>,
    /// half hours at which a window is taken, by day
    seats: Vec<Vec<u64>>,
    /// by day and shift
    burdens: Vec<Vec<[bool; 2]>>,
    pub busy: Vec<bool>,
    /// burdens by person, with those from before
    pub load: Vec<Burdens>,
}

#[derive(Clone, Copy, Debug)]
struct Held {
    /// none for a duty outside of the planned days
    choice: Option<Choice>,
    minutes: u32,
    begins: i64,
    ends: i64,
}

/// A duty that no plan changes. Two rosters may have given somebody two shifts of one day: both count.
fn and_also(place: &mut Option<Held>, minutes: u32, begins: i64, ends: i64) {
    *place = Some(place.map_or(Held { choice: None, minutes, begins, ends }, |old| Held {
        minutes: old.minutes + minutes,
        begins: old.begins.min(begins),
        ends: old.ends.max(ends),
        ..old
    }));
}

impl<'a> Board<'a> {
    pub fn new(task: Task<'a>) -> Self {
        let hall = task.hall;
        let of = &hall.rostering;
        let mut people: Vec<StaffId> = hall.posts.iter().map(|p| p.staff).collect();
        people.sort_unstable();
        people.dedup();
        people.retain(|p| task.active.contains(p));
        let all: Vec<Date> = days(task.first, task.last).collect();
        let shifts: Vec<_> = of
            .shifts
            .iter()
            .map(|s| {
                let (from, to) = s.ends().unwrap_or((0, 0));
                (s.minutes(), s.halves(), i64::from(from), i64::from(to))
            })
            .collect();
        let window = |n: u16| hall.windows.iter().position(|w| w.number == n);
        let mut choices = vec![vec![Vec::new(); all.len()]; people.len()];
        for (d, day) in all.iter().enumerate() {
            for (p, staff) in people.iter().enumerate() {
                let posts: Vec<_> =
                    hall.posts_of(*staff, *day).filter_map(|o| Some((window(o.window)?, o.part))).collect();
                for (s, shift) in of.shifts.iter().enumerate() {
                    let fits = !task.elsewhere.iter().any(|e| e.staff == *staff && e.day == *day)
                        && shift.is_on(*day, task.calendar)
                        && shift.minutes() > 0
                        && shift.minutes() <= of.rules.day_hours * 60
                        && !task.leave.iter().any(|l| l.meets(*staff, *day, &shift.hours));
                    for (w, part) in posts.iter().filter(|_| fits) {
                        let new = Choice { shift: s, window: *w, second: *part == Part::Second };
                        let there = &mut choices[p][d];
                        if !there.iter().any(|c: &Choice| (c.shift, c.window) == (s, *w)) {
                            there.push(new);
                        }
                    }
                }
            }
        }
        let mut lines: Vec<Vec<LineOn>> = all.iter().map(|_| Vec::new()).collect();
        let mut of_window = vec![vec![Vec::new(); hall.windows.len()]; all.len()];
        for (n, need) in task.needs.iter().enumerate() {
            let d = number(need.day) - number(task.first);
            let Some(on) = usize::try_from(d).ok().and_then(|d| lines.get_mut(d)) else { continue };
            let windows: Vec<usize> = need.line.windows(hall).into_iter().filter_map(window).collect();
            let mut people = [0; HALVES];
            for (h, n) in people.iter_mut().enumerate() {
                *n = need.at(h);
            }
            for w in &windows {
                of_window[d as usize][*w].push(on.len());
            }
            on.push(LineOn { need: n, must: need.must, windows, people, cover: [0; HALVES] });
        }
        let burdens = all.iter().map(|day| {
            let off = rule_of(*day, task.calendar) != DayRule::Workdays;
            shifts.iter().map(|s| [off, !off && is_late(hall, task.calendar, *day, s.1)]).collect()
        });
        let mut board = Self {
            days: all.len(),
            held: vec![vec![None; all.len() + 2 * AROUND as usize]; people.len()],
            seats: vec![vec![0; hall.windows.len()]; all.len()],
            burdens: burdens.collect(),
            busy: busy(&task),
            load: people
                .iter()
                .map(|p| task.carried.iter().find(|c| c.0 == *p).map_or([0; 3], |c| c.1))
                .collect(),
            people,
            shifts,
            choices,
            lines,
            of_window,
            task,
        };
        for d in task.fixed.iter().filter(|d| d.day < task.first || d.day > task.last) {
            let at = number(d.day) - number(task.first) + AROUND;
            let person = board.people.iter().position(|p| *p == d.staff);
            let shift = of.shifts.iter().position(|s| s.code == d.shift);
            if let (Some(p), Some(s), Ok(at)) = (person, shift, usize::try_from(at))
                && let Some(place) = board.held[p].get_mut(at)
            {
                let (minutes, _, from, to) = board.shifts[s];
                let begins = number(d.day) * 1_440;
                and_also(place, minutes, begins + from, begins + to);
            }
        }
        for e in task.elsewhere {
            let at = usize::try_from(number(e.day) - number(task.first) + AROUND);
            if let (Some(p), Ok(at)) = (board.people.iter().position(|p| *p == e.staff), at)
                && let Some(place) = board.held[p].get_mut(at)
            {
                let (minutes, begins, ends) = e.times();
                and_also(place, minutes, begins, ends);
            }
        }
        board
    }

    pub fn day(&self, d: usize) -> Date {
        plus(self.task.first, d as i64)
    }
    pub fn has(&self, p: usize, d: usize) -> Option<Choice> {
        self.held[p][d + AROUND as usize].and_then(|h| h.choice)
    }
    pub fn halves(&self, c: Choice) -> u64 {
        self.shifts[c.shift].1
    }
    /// Which burdens a duty brings.
    pub fn bears(&self, d: usize, c: Choice) -> [bool; 3] {
        let [weekend, evening] = self.burdens[d][c.shift];
        [weekend, evening, self.busy[c.window]]
    }

    /// The hard rule that forbids somebody who has nothing on this day to take this; none: they may.
    pub fn forbids(&self, p: usize, d: usize, c: Choice) -> Option<HardRule> {
        if self.seats[d][c.window] & self.halves(c) != 0 {
            return Some(HardRule::Seat);
        }
        let rules = &self.task.hall.rostering.rules;
        let (minutes, _, from, to) = self.shifts[c.shift];
        let own = &self.held[p];
        let at = d + AROUND as usize;
        let begins = (number(self.task.first) + d as i64) * 1_440;
        let rest = i64::from(rules.rest_hours) * 60;
        // Days further apart than a rest may be long stand in nobody's way.
        let reach = (rest / 1_440 + 1) as usize;
        let tired = |h: &Held| h.ends <= begins + from && begins + from - h.ends < rest;
        let early = |h: &Held| h.begins >= begins + to && h.begins - (begins + to) < rest;
        if own[at.saturating_sub(reach)..at].iter().flatten().any(tired)
            || own[at + 1..(at + 1 + reach).min(own.len())].iter().flatten().any(early)
        {
            return Some(HardRule::Rest);
        }
        let before = own[..at].iter().rev().take_while(|h| h.is_some()).count();
        let after = own[at + 1..].iter().take_while(|h| h.is_some()).count();
        if before + 1 + after > rules.row_days as usize {
            return Some(HardRule::Row);
        }
        let in_week = (number(self.task.first) + d as i64 - 4).rem_euclid(7) as usize;
        let from = at.saturating_sub(in_week);
        let worked: u32 = own[from..(from + 7).min(own.len())].iter().flatten().map(|h| h.minutes).sum();
        (worked + minutes > rules.week_hours * 60).then_some(HardRule::WeekHours)
    }

    /// What would be covered by one more at this window for these half hours.
    pub fn gain(&self, d: usize, c: Choice) -> Gain {
        let mut gain = Gain::default();
        for l in self.of_window[d][c.window].iter().map(|l| &self.lines[d][*l]) {
            let mut left = self.halves(c);
            while left != 0 {
                let h = left.trailing_zeros() as usize;
                left &= left - 1;
                if l.cover[h] < l.people[h] {
                    *(if l.must { &mut gain.must } else { &mut gain.load }) += 1;
                }
            }
        }
        gain
    }

    pub fn put(&mut self, p: usize, d: usize, c: Choice) {
        let (minutes, halves, from, to) = self.shifts[c.shift];
        let begins = (number(self.task.first) + d as i64) * 1_440;
        self.held[p][d + AROUND as usize] =
            Some(Held { choice: Some(c), minutes, begins: begins + from, ends: begins + to });
        self.seats[d][c.window] |= halves;
        self.count(d, c, 1);
        for (n, bears) in self.load[p].iter_mut().zip([
            self.burdens[d][c.shift][0],
            self.burdens[d][c.shift][1],
            self.busy[c.window],
        ]) {
            *n += u32::from(bears);
        }
    }
    /// Takes away what somebody has on a day.
    pub fn take(&mut self, p: usize, d: usize) -> Option<Choice> {
        let c = self.has(p, d)?;
        self.held[p][d + AROUND as usize] = None;
        self.seats[d][c.window] &= !self.halves(c);
        self.count(d, c, -1);
        let bears = self.bears(d, c);
        for (n, bears) in self.load[p].iter_mut().zip(bears) {
            *n -= u32::from(bears);
        }
        Some(c)
    }
    fn count(&mut self, d: usize, c: Choice, by: i32) {
        let halves = self.shifts[c.shift].1;
        for l in &self.of_window[d][c.window] {
            let line = &mut self.lines[d][*l];
            let mut left = halves;
            while left != 0 {
                let h = left.trailing_zeros() as usize;
                left &= left - 1;
                line.cover[h] = line.cover[h].saturating_add_signed(by as i16);
            }
        }
    }

    /// Who has something at this window that these half hours would meet.
    pub fn seated(&self, d: usize, window: usize, halves: u64) -> impl Iterator<Item = usize> {
        (0..self.people.len()).filter(move |p| {
            self.has(*p, d).is_some_and(|c| c.window == window && self.halves(c) & halves != 0)
        })
    }

    /// Half hours that are not covered.
    pub fn unmet(&self) -> Gain {
        let mut out = Gain::default();
        for l in self.lines.iter().flatten() {
            let n: i32 = l.people.iter().zip(&l.cover).map(|(n, c)| i32::from(n.saturating_sub(*c))).sum();
            *(if l.must { &mut out.must } else { &mut out.load }) += n;
        }
        out
    }
    /// Is anything of the day not covered?
    pub fn lacks(&self, d: usize) -> bool {
        self.lines[d].iter().any(|l| l.people.iter().zip(&l.cover).any(|(n, c)| n > c))
    }

    /// Puts every duty that breaks nothing, in order.
    pub fn seat_all(&mut self, duties: &[Duty]) {
        let mut sorted: Vec<&Duty> = duties.iter().collect();
        sorted.sort();
        for duty in sorted {
            let d = number(duty.day) - number(self.task.first);
            let person = self.people.iter().position(|p| *p == duty.staff);
            let (Some(p), Ok(d)) = (person, usize::try_from(d)) else { continue };
            let Some(all) = self.choices[p].get(d) else { continue };
            let hall = self.task.hall;
            let same = |c: &&Choice| {
                hall.windows[c.window].number == duty.window
                    && hall.rostering.shifts[c.shift].code == duty.shift
            };
            let Some(c) = all.iter().find(same).copied() else { continue };
            if self.has(p, d).is_none() && self.forbids(p, d, c).is_none() {
                self.put(p, d, c);
            }
        }
    }
    /// What everybody has, in order.
    pub fn duties(&self) -> Vec<Duty> {
        let hall = self.task.hall;
        let mut out = Vec::new();
        for d in 0..self.days {
            for (p, staff) in self.people.iter().enumerate() {
                if let Some(c) = self.has(p, d) {
                    out.push(Duty {
                        day: self.day(d),
                        staff: *staff,
                        window: hall.windows[c.window].number,
                        shift: hall.rostering.shifts[c.shift].code.clone(),
                    });
                }
            }
        }
        out
    }
}

/// Do some of these half hours lie in extended or shifted hours?
fn is_late(hall: &Hall, calendar: &WorkCalendar, day: Date, halves: u64) -> bool {
    let open = open_on(&hall.openings, &hall.closures, None, day, calendar);
    let late = open.iter().filter(|o| matches!(o.kind, Hours::Extended | Hours::Shifted | Hours::Elastic));
    late.flat_map(|o| (0..HALVES).filter(|h| inside(*h, o.span))).any(|h| halves >> h & 1 == 1)
}

/// Burdens that people had by these duties, to be carried into the next plan: weekends and evenings. Which windows were busy then
/// is not known any more.
pub fn borne(hall: &Hall, calendar: &WorkCalendar, duties: &[Duty]) -> Vec<(StaffId, Burdens)> {
    let mut out: BTreeMap<StaffId, Burdens> = BTreeMap::new();
    for d in duties {
        let Some(shift) = hall.rostering.shift(&d.shift) else { continue };
        let off = rule_of(d.day, calendar) != DayRule::Workdays;
        let of = out.entry(d.staff).or_default();
        of[0] += u32::from(off);
        of[1] += u32::from(!off && is_late(hall, calendar, d.day, shift.halves()));
    }
    out.into_iter().collect()
}

/// Is a half hour inside of a span?
pub(super) fn inside(half: usize, span: crate::time::Span) -> bool {
    let from = half as u16 * super::HALF;
    span.from() <= from && from + super::HALF <= span.to()
}

/// Windows with a quarter more to do than the mean of all (忙窗口): what a queue asks for is shared by the windows that serve it.
fn busy(task: &Task<'_>) -> Vec<bool> {
    let hall = task.hall;
    let mut work: BTreeMap<u16, u64> = hall.windows.iter().map(|w| (w.number, 0)).collect();
    for need in task.needs.iter().filter(|n| !n.must && matches!(n.line, super::Line::Queue(_))) {
        let windows = need.line.windows(hall);
        let sum: u64 = need.people.iter().map(|n| u64::from(*n)).sum();
        for w in &windows {
            *work.entry(*w).or_default() += sum * 100 / windows.len().max(1) as u64;
        }
    }
    let mean = work.values().sum::<u64>() / work.len().max(1) as u64;
    hall.windows.iter().map(|w| work.get(&w.number).is_some_and(|n| *n > 0 && *n * 4 >= mean * 5)).collect()
}

/// The week of a planned day.
pub(super) fn week_of(task: &Task<'_>, d: usize) -> i64 {
    week(plus(task.first, d as i64))
}

/// A burden by its place.
pub(super) fn burden(n: usize) -> Burden {
    Burden::ALL[n % 3]
}
