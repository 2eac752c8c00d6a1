//! 需求: how many windows of each queue are to be staffed at each half hour: by hand (least people), and from what people ask
//! for: appointments booked for the day, and who came on such days before, times how long one takes. The formula stands in
//! docs/hall.md.

use std::collections::{BTreeMap, BTreeSet};

use kernel::Date;
use workday::WorkCalendar;

use super::look::halves;
use super::{HALF, HALVES, Line, Need, days};
use crate::halls::Hall;
use crate::opening::{open_on, rule_of};
use crate::time::Span;
use crate::words::Hours;

/// What is known of before, and of what is booked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Before {
    /// who came: day, letter of the queue, half hour, with an appointment
    pub came: Vec<(Date, String, u8, bool)>,
    /// who is booked on the days to come: day, letter, half hour
    pub booked: Vec<(Date, String, u8)>,
    /// how long one takes at the window, minutes, where enough were served to say
    pub minutes: BTreeMap<String, u16>,
}

/// Fewer in a half hour than so many of a thousand ask for no window of their own: one in ten such days.
const RARE: u64 = 100;

/// Needs of the days from `first` to `last`.
pub fn demand(hall: &Hall, calendar: &WorkCalendar, (first, last): (Date, Date), past: &Before) -> Vec<Need> {
    let rules = &hall.rostering.rules;
    // Days before on which anybody came, by their kind and weekday.
    let kind = |day: Date| (rule_of(day, calendar), day.weekday().to_monday_zero_offset());
    let open_days: BTreeSet<Date> = past.came.iter().map(|c| c.0).collect();
    let mut came: BTreeMap<(Date, &str, u8), [u64; 2]> = BTreeMap::new();
    for (day, letter, half, booked) in &past.came {
        came.entry((*day, letter, *half)).or_default()[usize::from(*booked)] += 1;
    }
    let mut booked: BTreeMap<(Date, &str, u8), u64> = BTreeMap::new();
    for (day, letter, half) in &past.booked {
        *booked.entry((*day, letter, *half)).or_default() += 1;
    }
    let mut out = Vec::new();
    for day in days(first, last) {
        let of_day = open_on(&hall.openings, &hall.closures, None, day, calendar);
        let spans = |elastic: bool| {
            let of = of_day.iter().filter(|o| (o.kind == Hours::Elastic) <= elastic).map(|o| o.span);
            halves(&Span::joined(of))
        };
        // In elastic hours people sit there for who booked, and nobody by a rule of least people.
        let (open, manned) = (spans(true), spans(false));
        let mut least: BTreeMap<Line, [u16; HALVES]> = BTreeMap::new();
        for m in hall.rostering.minimums.iter().filter(|m| m.rules.contains(&rule_of(day, calendar))) {
            let hours = if m.hours.is_empty() { manned } else { halves(&m.hours) & open };
            let of = least.entry(m.window.map_or(Line::Hall, Line::Window)).or_insert([0; HALVES]);
            for h in (0..HALVES).filter(|h| hours >> h & 1 == 1) {
                of[h] = of[h].max(m.people);
            }
        }
        out.extend(least.into_iter().filter_map(|(line, all)| Need::of(day, line, true, &all)));
        // Such days: the same kind and weekday; when there was none, the same kind.
        let same = |of: fn(&(crate::words::DayRule, i8), &(crate::words::DayRule, i8)) -> bool| {
            open_days.iter().filter(|d| of(&kind(**d), &kind(day))).copied().collect::<Vec<Date>>()
        };
        let mut like = same(|a, b| a == b);
        if like.is_empty() {
            like = same(|a, b| a.0 == b.0);
        }
        let n = like.len().max(1) as u64;
        let mut whole = [0u64; HALVES];
        for q in &hall.queues {
            let minutes = u64::from(past.minutes.get(&q.letter).copied().unwrap_or(q.minutes).max(1));
            let mut all = [0; HALVES];
            for h in (0..HALVES).filter(|h| open >> h & 1 == 1) {
                let key = h as u8;
                let mut mean = [0, 0];
                for d in &like {
                    if let Some(c) = came.get(&(*d, q.letter.as_str(), key)) {
                        mean[0] += c[0] * 1_000;
                        mean[1] += c[1] * 1_000;
                    }
                }
                let sure = booked.get(&(day, q.letter.as_str(), key)).copied().unwrap_or(0) * 1_000;
                let elastic = manned >> h & 1 == 0;
                let people = if elastic { sure } else { mean[0] / n + sure.max(mean[1] / n) };
                let work = people * minutes * 100 / u64::from(rules.busy_percent.clamp(1, 100));
                whole[h] += work;
                if people >= RARE {
                    all[h] = u16::try_from(work.div_ceil(u64::from(HALF) * 1_000)).unwrap_or(u16::MAX);
                }
            }
            out.extend(Need::of(day, Line::Queue(q.letter.clone()), false, &all));
        }
        let all = whole.map(|w| {
            let rare = w < RARE * u64::from(HALF);
            if rare { 0 } else { u16::try_from(w.div_ceil(u64::from(HALF) * 1_000)).unwrap_or(u16::MAX) }
        });
        out.extend(Need::of(day, Line::Hall, false, &all));
    }
    out
}
