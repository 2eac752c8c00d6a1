//! Prints one section of figures: a roster of sixty people for four weeks. Run with `cargo bench -p hall`.
#![expect(clippy::print_stdout, reason = "the figures are what it is for")]

use std::time::Instant;

use hall::roster::{
    Before, Leave, Minimum, Rostering, Shift, ShiftRules, Task, broken, demand, look, moved, plan, plus,
    replan,
};
use hall::{
    BookingRules, DayRule, Days, Hall, Handles, Hours, MisuseRules, Opening, Part, Post, Queue, QueueRules,
    Span, Training, Window,
};
use kernel::{Date, StaffId, UnitId};
use workday::WorkCalendar;

const PEOPLE: i64 = 60;
const WINDOWS: u16 = 30;
const WEEKS: i64 = 4;
const QUEUES: [&str; 6] = ["A", "B", "C", "D", "E", "F"];

fn spans(text: &str) -> Vec<Span> {
    Span::read_all(text).expect("hours")
}

fn hall(first: Date) -> Hall {
    let opening = |kind, rule, hours| Opening { kind, days: Days::each(rule, first), hours: spans(hours) };
    let shift = |code: &str, hours, rules: &[DayRule]| Shift {
        code: code.into(),
        name: code.into(),
        hours: spans(hours),
        rules: rules.to_vec(),
    };
    // Each is first at one window or second at one, and half of them may sit at a third.
    let post = |staff: i64, n: i64, part| Post {
        window: (n.rem_euclid(i64::from(WINDOWS)) + 1) as u16,
        staff: StaffId(staff),
        unit: UnitId(1 + staff % 7),
        part,
        from: first,
        until: None,
        authority: "受理".into(),
        training: Some(Training {
            course: "岗前".into(),
            passed: first,
            valid_until: plus(first, 400),
            mark: String::new(),
        }),
    };
    let posts = (0..PEOPLE).flat_map(|s| {
        let part = if s < i64::from(WINDOWS) { Part::First } else { Part::Second };
        [Some(post(s, s, part)), (s % 2 == 0).then(|| post(s, s + 7, Part::Second))].into_iter().flatten()
    });
    Hall {
        name: "市政务服务中心".into(),
        unit: UnitId(1),
        region: "9901".parse().expect("region"),
        address: String::new(),
        phone: String::new(),
        windows: (1..=WINDOWS)
            .map(|n| Window {
                number: n,
                name: n.to_string(),
                queues: vec![QUEUES[usize::from(n) % QUEUES.len()].into()],
            })
            .collect(),
        queues: QUEUES
            .map(|q| Queue {
                letter: q.into(),
                name: q.into(),
                handles: Handles::default(),
                minutes: 12,
                availability: Vec::new(),
            })
            .to_vec(),
        openings: vec![
            opening(Hours::Office, DayRule::Workdays, "09:00-12:00,13:00-17:00"),
            opening(Hours::Extended, DayRule::Workdays, "12:00-13:00,17:00-19:00"),
            opening(Hours::Weekend, DayRule::Weekends, "09:00-16:00"),
        ],
        closures: Vec::new(),
        posts: posts.collect(),
        booking: BookingRules::default(),
        queueing: QueueRules::default(),
        misuse: MisuseRules::default(),
        helping: hall::help::Helping::default(),
        rostering: Rostering {
            shifts: vec![
                shift("早", "09:00-13:00", &[DayRule::Workdays]),
                shift("日", "09:00-12:00,13:00-17:00", &[DayRule::Workdays]),
                shift("中", "12:00-17:00", &[DayRule::Workdays]),
                shift("晚", "12:00-19:00", &[DayRule::Workdays]),
                shift("周", "09:00-16:00", &[DayRule::Weekends]),
            ],
            minimums: vec![Minimum {
                window: None,
                people: 12,
                rules: DayRule::ALL.to_vec(),
                hours: Vec::new(),
            }],
            rules: ShiftRules::default(),
        },
    }
}

/// Who came in eight weeks: more in the morning, on Mondays, and to the first queues.
fn before(first: Date) -> Before {
    let mut came = Vec::new();
    for day in (1..=56).map(|n| plus(first, -n)) {
        let weekday = day.weekday().to_monday_zero_offset() as usize;
        for (q, letter) in QUEUES.iter().enumerate() {
            for half in 18..38u8 {
                let busy = [8, 6, 6, 5, 6, 3, 3][weekday] * (7 - q.min(6)) / 6;
                let n = if (18..24).contains(&half) { busy + 2 } else { busy / 2 + 1 };
                came.extend((0..n).map(|i| (day, (*letter).to_owned(), half, i % 3 == 0)));
            }
        }
    }
    Before { came, ..Before::default() }
}

fn main() {
    let calendar = WorkCalendar::official();
    let first: Date = "2026-03-02".parse().expect("day");
    let last = plus(first, 7 * WEEKS - 1);
    let hall = hall(plus(first, -90));
    let needs = demand(&hall, &calendar, (first, last), &before(first));
    let active: Vec<StaffId> = (0..PEOPLE).map(StaffId).collect();
    let leave: Vec<Leave> = (0..PEOPLE / 6)
        .map(|n| Leave {
            staff: StaffId(n * 6),
            first: plus(first, n * 2),
            last: plus(first, n * 2 + 4),
            hours: None,
        })
        .collect();
    let whole = Task {
        hall: &hall,
        calendar: &calendar,
        first,
        last,
        active: &active,
        leave: &leave,
        elsewhere: &[],
        needs: &needs,
        fixed: &[],
        carried: &[],
    };
    let begin = Instant::now();
    let duties = plan(&whole);
    let planned = begin.elapsed();
    let begin = Instant::now();
    let report = look(&whole, &duties);
    let looked = begin.elapsed();
    assert!(broken(&whole, &duties).is_empty(), "a hard rule is broken");
    // Somebody falls ill for a week.
    let ill = Leave { staff: StaffId(1), first: plus(first, 7), last: plus(first, 13), hours: None };
    let lost = duties.iter().filter(|d| ill.meets(d.staff, d.day, &[])).count();
    let mut more = leave.clone();
    more.push(ill);
    let changed = Task { leave: &more, ..whole };
    let begin = Instant::now();
    let new = replan(&changed, &duties);
    let replanned = begin.elapsed();
    let after = look(&changed, &new);
    println!("## Roster: {PEOPLE} people, {WINDOWS} windows, {WEEKS} weeks\n");
    println!("| what | figure |\n|---|---|");
    println!("| plan | {:.2} s (goal ≤ 10 s) |", planned.as_secs_f64());
    println!("| duties | {} |", duties.len());
    println!(
        "| half hours asked for by hand, not covered, bound | {}, {}, {} |",
        report.asked[0], report.unmet[0], report.bound[0]
    );
    println!(
        "| half hours asked for by demand, not covered, bound | {}, {}, {} |",
        report.asked[1], report.unmet[1], report.bound[1]
    );
    for f in &report.fair {
        println!(
            "| {}: duties, fewest and most of one person, bound on the most | {}, {} – {}, {} |",
            f.burden.zh(),
            f.total,
            f.least,
            f.most,
            f.bound
        );
    }
    println!("| gaps with reasons, bound, fairness | {:.1} ms |", looked.as_secs_f64() * 1e3);
    println!(
        "| one person away for a week ({lost} duties): re-plan, moved | {:.1} ms, {} |",
        replanned.as_secs_f64() * 1e3,
        moved(&duties, &new)
    );
    println!("| not covered then, by hand and demand | {}, {} |", after.unmet[0], after.unmet[1]);
}
