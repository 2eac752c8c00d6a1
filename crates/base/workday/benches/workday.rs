//! Due dates and working time per second on one core. Prints one markdown section.
#![expect(clippy::print_stdout, reason = "a benchmark prints its section")]

use std::hint::black_box;
use std::time::Instant;

use kernel::{Moment, US_PER_DAY, US_PER_SECOND};
use workday::{Length, Pause, WorkCalendar, due, explain, yellow_at};

const N: usize = 1 << 20;
const ROUNDS: usize = 5;

/// The best of a few rounds over the same moments, in millions a second.
fn rate(moments: &[Moment], mut f: impl FnMut(Moment) -> i64) -> f64 {
    let best = (0..ROUNDS).map(|_| {
        let t = Instant::now();
        let sum = moments.iter().fold(0i64, |sum, m| sum.wrapping_add(f(*m)));
        black_box(sum);
        t.elapsed().as_secs_f64()
    });
    moments.len() as f64 / best.fold(f64::MAX, f64::min) / 1e6
}

fn main() {
    let calendar = WorkCalendar::official();
    let mut x = 0x9e37_79b9_7f4a_7c15u64;
    let start = "2016-01-01".parse::<Moment>().unwrap_or_default();
    let moments: Vec<Moment> = (0..N)
        .map(|_| {
            x ^= x << 13;
            x ^= x >> 7;
            x ^= x << 17;
            start.plus_us((x % (11 * 365 * 86_400)) as i64 * US_PER_SECOND)
        })
        .collect();
    let end = |m, length, pauses: &[Pause]| due(m, length, &calendar, pauses).at().map_or(0, Moment::us);
    let mut lines: Vec<(&str, f64)> = Vec::new();
    for (name, length) in [
        ("due, 10 working days", Length::Workdays(10)),
        ("due, 10 natural days", Length::Days(10)),
        ("due, 16 working hours", Length::WorkingHours(16)),
    ] {
        lines.push((name, rate(&moments, |m| end(m, length, &[]))));
    }
    lines.push((
        "due, 10 working days, two pauses",
        rate(&moments, |m| {
            let pause = |a: i64, b: i64| Pause {
                from: m.plus_us(a * US_PER_DAY),
                to: Some(m.plus_us(b * US_PER_DAY)),
                reason: String::new(),
            };
            end(m, Length::Workdays(10), &[pause(5, 8), pause(1, 2)])
        }),
    ));
    lines.push((
        "yellow light, 2 working days before",
        rate(&moments, |m| yellow_at(m, Length::Workdays(2), &calendar).us()),
    ));
    lines.push((
        "working time between two moments",
        rate(&moments, |m| calendar.working_us(m, m.plus_us(9 * US_PER_DAY + 12_345_678))),
    ));
    let bare = rate(&moments, |m| m.day_number());
    lines.push(("physical limit: the day number of a moment alone", bare));
    let few = &moments[..N / 64];
    lines.push((
        "explain, 10 working days, day by day",
        rate(few, |m| explain(m, Length::Workdays(10), &calendar, &[]).days.len() as i64),
    ));
    println!("## workday: limits and working time, one core\n");
    println!("Random moments of 2016–2026; goal: 5 million due dates a second.\n");
    println!("| what | million/s | ns each | share of the bare day number |\n|---|---:|---:|---:|");
    for (name, r) in lines {
        println!("| {name} | {r:.1} | {:.1} | {:.0} % |", 1e3 / r, r / bare * 100.0);
    }
}
