//! 晨报: what somebody who answers for a city reads in the morning, from the same boards as everything else: what came in,
//! what is late, where it is late most, what people say was solved, and which figure moved more than chance moves it.

use kernel::{Date, Moment, US_PER_DAY};
use workday::WorkCalendar;

use crate::cube::{Ask, Line};
use crate::figures::{Figure, Value, figure};

/// Days of the week that is looked at, and of the one before it.
const WEEK: i64 = 7;

/// What the boards are asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MorningAsk {
    /// since the last working day before today, up to yesterday
    pub fresh: Ask,
    /// as many days a week before
    pub fresh_before: Ask,
    /// the seven days up to today
    pub week: Ask,
    /// the seven days before them
    pub week_before: Ask,
}

fn back(day: Date, days: i64) -> Date {
    Moment::start_of(day).plus_us(-days * US_PER_DAY).date()
}

/// The days of a morning: on a Monday what came in since Friday, so that nothing of a weekend is told to nobody.
pub fn morning_ask(of: &Ask, today: Date, calendar: &WorkCalendar) -> MorningAsk {
    let yesterday = back(today, 1);
    let since = calendar.last_left(yesterday);
    let ask = |from, to| Ask { from, to, filter: of.filter.clone() };
    MorningAsk {
        fresh: ask(since, yesterday),
        fresh_before: ask(back(since, WEEK), back(yesterday, WEEK)),
        week: ask(back(today, WEEK - 1), today),
        week_before: ask(back(today, 2 * WEEK - 1), back(today, WEEK)),
    }
}

/// Where most is late.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Worst {
    /// key of the line
    pub key: String,
    /// late there
    pub late: u64,
    /// open there
    pub open: u64,
}

/// The figure that moved most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moved {
    /// which
    pub figure: &'static Figure,
    /// in the week before
    pub before: Value,
    /// in this week
    pub now: Value,
    /// for the worse
    pub worse: bool,
}

/// What a morning has to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Morning {
    /// taken in since the last working day
    pub fresh: u64,
    /// taken in on the same days a week before
    pub fresh_before: u64,
    /// open now
    pub open: u64,
    /// late now
    pub late: u64,
    /// where most is late; none when nothing is
    pub worst: Option<Worst>,
    /// solved, among the callbacks of the week
    pub solved: Value,
    /// what moved most; none when nothing moved more than chance does
    pub moved: Option<Moved>,
}

/// Figures that may be said to have moved.
const WATCHED: [&str; 9] = [
    "intake",
    "replied",
    "late",
    "bounced",
    "reopened",
    "bad",
    "on_time_rate",
    "solved_rate",
    "satisfied_rate",
];
/// A move of less than this many standard errors is not worth a sentence.
const LEAST: f64 = 1.5;
/// A share of fewer says nothing.
const SHARE_OF: u64 = 10;

/// How far two values lie apart, in standard errors: counts as counts of rare events, shares as shares of samples. So a big
/// unit and a small one, a count and a share can be compared.
#[expect(clippy::cast_precision_loss, reason = "counts of cases")]
fn apart(before: Value, now: Value) -> Option<f64> {
    match (before, now) {
        (Value::Count(a), Value::Count(b)) => {
            (a + b > 0).then(|| (b as f64 - a as f64) / ((a + b) as f64).sqrt())
        }
        (Value::Share { part: a, whole: n }, Value::Share { part: b, whole: m }) => {
            if n < SHARE_OF || m < SHARE_OF {
                return None;
            }
            let pool = (a + b) as f64 / (n + m) as f64;
            let error = (pool * (1.0 - pool) * (1.0 / n as f64 + 1.0 / m as f64)).sqrt();
            (error > 0.0).then(|| (b as f64 / m as f64 - a as f64 / n as f64) / error)
        }
        _ => None,
    }
}

fn moved(before: &Line, now: &Line) -> Option<Moved> {
    let one = |key: &&str| {
        let f = figure(key)?;
        let (then, value) = (before.value(f), now.value(f));
        Some((f, then, value, apart(then, value)?))
    };
    let all = WATCHED.iter().filter_map(one).filter(|m| m.3.abs() >= LEAST);
    let most = all.max_by(|a, b| a.3.abs().total_cmp(&b.3.abs()))?;
    // More answers are no news for the worse, more of what is taken in is none for the better.
    let worse = (most.3 > 0.0) == most.0.worse && most.0.key != "intake";
    Some(Moved { figure: most.0, before: most.1, now: most.2, worse })
}

fn count(line: &Line, key: &str) -> u64 {
    match figure(key).map(|f| line.value(f)) {
        Some(Value::Count(n)) => n,
        _ => 0,
    }
}

/// The morning of four boards; `lines` are those of the week by unit, or by what the reader answers for.
pub fn morning(
    fresh: &Line,
    fresh_before: &Line,
    (week, lines): (&Line, &[Line]),
    week_before: &Line,
) -> Morning {
    let line = |l: &Line| Worst { key: l.key.clone(), late: count(l, "late"), open: count(l, "open") };
    let late = lines.iter().filter(|l| !l.key.is_empty()).map(line).filter(|w| w.late > 0);
    // Of two with as many, the one with fewer open cases is worse.
    let worst = late.max_by(|a, b| (a.late, b.open, &b.key).cmp(&(b.late, a.open, &a.key)));
    Morning {
        fresh: count(fresh, "intake"),
        fresh_before: count(fresh_before, "intake"),
        open: count(week, "open"),
        late: count(week, "late"),
        worst,
        solved: figure("solved_rate").map_or(Value::Count(0), |f| week.value(f)),
        moved: moved(week_before, week),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }
    fn asked(today: &str) -> MorningAsk {
        let of = Ask { from: day(today), to: day(today), filter: crate::Filter::default() };
        morning_ask(&of, day(today), &WorkCalendar::official())
    }
    fn share(part: u64, whole: u64) -> Value {
        Value::Share { part, whole }
    }

    #[test]
    fn the_days_of_a_morning_leave_no_hole() {
        // Tuesday looks at Monday, Monday at Friday and the weekend.
        let t = asked("2026-03-10");
        assert_eq!((t.fresh.from, t.fresh.to), (day("2026-03-09"), day("2026-03-09")));
        assert_eq!((t.fresh_before.from, t.fresh_before.to), (day("2026-03-02"), day("2026-03-02")));
        let m = asked("2026-03-09");
        assert_eq!((m.fresh.from, m.fresh.to), (day("2026-03-06"), day("2026-03-08")));
        assert_eq!((m.week.from, m.week.to), (day("2026-03-03"), day("2026-03-09")));
        assert_eq!((m.week_before.from, m.week_before.to), (day("2026-02-24"), day("2026-03-02")));
        // The first working day after a holiday looks at all of it.
        let h = asked("2025-10-09");
        assert_eq!((h.fresh.from, h.fresh.to), (day("2025-09-30"), day("2025-10-08")));
    }

    #[test]
    fn what_moved_is_measured_against_chance() {
        let far = |a, b| apart(a, b).unwrap_or(0.0).abs();
        assert!(far(Value::Count(100), Value::Count(105)) < LEAST, "a busy desk is never the same");
        assert!(far(Value::Count(2), Value::Count(14)) > LEAST);
        assert_eq!(apart(Value::Count(0), Value::Count(0)), None);
        assert_eq!(apart(share(1, 2), share(2, 2)), None, "two callbacks are no share");
        assert_eq!(apart(share(20, 20), share(30, 30)), None, "always all: nothing moved");
        assert!(far(share(90, 100), share(60, 100)) > far(share(90, 100), share(85, 100)));
    }

    #[test]
    fn a_quiet_morning_is_told_as_one() {
        let none = crate::Facts::new().board(&asked("2026-03-10").week, crate::Dim::Unit, Moment::from_us(0));
        let m = morning(&none.total, &none.total, (&none.total, &none.lines), &none.total);
        assert_eq!((m.fresh, m.late, m.open, m.worst, m.moved), (0, 0, 0, None, None));
        assert_eq!(m.solved, share(0, 0));
    }
}
