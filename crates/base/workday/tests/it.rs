//! The laws of limits, checked against walks of one day at a time, and a table of real cases.

use jiff::civil::date;
use kernel::{Date, Moment, US_PER_DAY, US_PER_HOUR};
use proptest::prelude::*;
use workday::{
    Close, Due, Left, Length, OfficeHours, Pause, WorkCalendar, YearNotice, due, explain, remaining,
};

fn at(s: &str) -> Moment {
    s.parse().unwrap_or_else(|e| panic!("{e}"))
}
fn pause(from: &str, to: &str) -> Pause {
    Pause { from: at(from), to: (!to.is_empty()).then(|| at(to)), reason: "听证".into() }
}
fn end(start: &str, length: &str, pauses: &[Pause]) -> String {
    let length = length.parse().expect("a length");
    match due(at(start), length, &WorkCalendar::official(), pauses) {
        Due::Runs { at, provisional } => {
            format!("{}{}", &at.to_string()[..16], if provisional { " 暂定" } else { "" })
        }
        Due::Stands { since, left } => format!("{} {left:?}", &since.to_string()[..10]),
    }
}

#[test]
fn real_cases() {
    for (start, length, want) in [
        // 中秋节 25–27 September
        ("2026-09-24", "3", "2026-09-30T23:59"),
        // received at the last second, on a day off, on a make-up Sunday: the day never counts
        ("2026-09-24 23:59:59", "3", "2026-09-30T23:59"),
        ("2026-09-26 10:00", "3", "2026-09-30T23:59"),
        ("2026-09-20 10:00", "1", "2026-09-21T23:59"),
        // over 国庆节 with the make-up Saturday 10 October; Sunday 20 September works
        ("2026-09-30", "3", "2026-10-10T23:59"),
        ("2026-09-30", "4", "2026-10-12T23:59"),
        ("2026-09-18", "1", "2026-09-20T23:59"),
        // 春节 2026: 15–23 February off, 14 and 28 made up
        ("2026-02-13", "1", "2026-02-14T23:59"),
        ("2026-02-13", "2", "2026-02-24T23:59"),
        ("2026-02-27", "1", "2026-02-28T23:59"),
        // the second notice of 2020: 春节 until 2 February
        ("2020-01-23", "1", "2020-02-03T23:59"),
        // late December stands in the next year's notice, make-up day before it
        ("2018-12-28", "1", "2018-12-29T23:59"),
        ("2018-12-29", "1", "2019-01-02T23:59"),
        ("2011-12-30", "1", "2011-12-31T23:59"),
        ("2007-12-28", "1", "2007-12-29T23:59"),
        // 2015: 3 September, by a notice of May
        ("2015-09-02", "1", "2015-09-06T23:59"),
        // natural days roll to the next working day
        ("2026-09-24", "1d", "2026-09-28T23:59"),
        ("2026-09-21", "3d", "2026-09-24T23:59"),
        ("2026-09-24", "8d", "2026-10-08T23:59"),
        // nothing to wait for: the day itself or the next working one
        ("2026-09-24", "0", "2026-09-24T23:59"),
        ("2026-09-25", "0", "2026-09-28T23:59"),
        ("2026-09-25", "0d", "2026-09-28T23:59"),
        // hours begin at once; office hours 9–12, 13–17
        ("2026-09-24 16:00", "2wh", "2026-09-28T10:00"),
        ("2026-09-24 10:00", "7wh", "2026-09-28T10:00"),
        ("2026-09-24 09:00", "7wh", "2026-09-24T17:00"),
        ("2026-09-24 11:30", "1wh", "2026-09-24T13:30"),
        ("2026-09-24 16:00", "24h", "2026-09-25T16:00"),
        // no notice for 2027 yet
        ("2026-12-31", "1", "2027-01-01T23:59 暂定"),
        ("2026-12-30", "1", "2026-12-31T23:59"),
        ("2026-12-31 16:30", "1wh", "2027-01-01T09:30 暂定"),
    ] {
        assert_eq!(end(start, length, &[]), want, "{start} + {length}");
    }
}

#[test]
fn pauses_by_the_rule_that_a_day_counts_if_the_clock_runs_at_its_end() {
    let hearing = [pause("2026-09-21 10:00", "2026-09-23 15:00")];
    assert_eq!(end("2026-09-18", "3", &[]), "2026-09-22T23:59");
    // 20 (make-up Sunday), then 21 and 22 do not count: 20, 23, 24
    assert_eq!(end("2026-09-18", "3", &hearing), "2026-09-24T23:59");
    // begins and ends on one day: takes nothing
    assert_eq!(end("2026-09-18", "3", &[pause("2026-09-21 10:00", "2026-09-21 17:00")]), "2026-09-22T23:59");
    // begins on the last day: that day is not complete
    assert_eq!(end("2026-09-18", "3", &[pause("2026-09-22 10:00", "2026-09-23 09:00")]), "2026-09-23T23:59");
    // in hours exactly as long as it lasts in office time
    assert_eq!(
        end("2026-09-21 09:00", "2wh", &[pause("2026-09-21 10:00", "2026-09-21 11:30")]),
        "2026-09-21T13:30"
    );
    assert_eq!(
        end("2026-09-21 09:00", "2h", &[pause("2026-09-21 10:00", "2026-09-21 11:30")]),
        "2026-09-21T12:30"
    );
    // open: stands, with what is left
    let open = [pause("2026-09-21 10:00", "")];
    assert_eq!(end("2026-09-18", "3", &open), "2026-09-21 Workdays(2)");
    assert_eq!(end("2026-09-18", "1", &open), "2026-09-20T23:59");
    assert_eq!(end("2026-09-21 09:00", "2h", &open), "2026-09-21 Us(3600000000)");
    // natural days do not end on a day that is paused
    assert_eq!(end("2026-09-18", "3d", &[pause("2026-09-21 10:00", "2026-09-23 15:00")]), "2026-09-23T23:59");
}

#[test]
fn what_is_left() {
    let c = WorkCalendar::official();
    let left = |now: &str, length: Length, pauses: &[Pause]| {
        let r = remaining(at(now), at("2026-09-18 10:00"), length, &c, pauses);
        (r.left, r.overdue, r.paused)
    };
    let three = Length::Workdays(3);
    assert_eq!(left("2026-09-18 10:00", three, &[]), (Left::Workdays(3), false, false));
    assert_eq!(left("2026-09-22 23:59", three, &[]), (Left::Workdays(0), false, false));
    assert_eq!(left("2026-09-23 00:00", three, &[]), (Left::Workdays(-1), true, false));
    assert_eq!(left("2026-09-28 00:00", three, &[]), (Left::Workdays(-3), true, false));
    let hearing = [pause("2026-09-21 10:00", "2026-09-23 15:00")];
    assert_eq!(left("2026-09-20 12:00", three, &hearing), (Left::Workdays(2), false, false));
    assert_eq!(left("2026-09-22 12:00", three, &hearing), (Left::Workdays(2), false, true));
    assert_eq!(left("2026-09-23 16:00", three, &hearing), (Left::Workdays(1), false, false));
    let open = [pause("2026-09-21 10:00", "")];
    assert_eq!(left("2026-09-18 11:00", three, &open), (Left::Workdays(3), false, false));
    assert_eq!(left("2026-11-11 00:00", three, &open), (Left::Workdays(2), false, true));
    assert_eq!(
        left("2026-09-18 11:00", Length::WorkingHours(7), &[]),
        (Left::WorkingUs(6 * US_PER_HOUR), false, false)
    );
    assert_eq!(left("2026-09-18 13:00", Length::Hours(2), &[]), (Left::Us(-US_PER_HOUR), true, false));
}

#[test]
fn the_explanation_names_every_reason() {
    let c = WorkCalendar::official();
    let told = |start: &str, length: Length, pauses: &[Pause]| {
        let e = explain(at(start), length, &c, pauses);
        assert_eq!(e.calendar, c.version());
        e.days
            .iter()
            .map(|d| format!("{:02} {} {}", d.date.day(), u8::from(d.counts), d.why))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        told("2026-09-24", Length::Workdays(3), &[]),
        ["25 0 中秋节", "26 0 中秋节", "27 0 中秋节", "28 1 工作日", "29 1 工作日", "30 1 工作日"]
    );
    assert_eq!(
        told("2026-09-18", Length::Workdays(3), &[pause("2026-09-21 10:00", "2026-09-22 09:00")]),
        ["19 0 周六", "20 1 国庆节调休上班", "21 0 暂停：听证", "22 1 工作日", "23 1 工作日"]
    );
    assert_eq!(
        told("2026-09-24", Length::Days(2), &[]),
        [
            "25 1 自然日（中秋节）",
            "26 1 自然日（中秋节）",
            "27 0 顺延：中秋节",
            "28 0 末日逢休息日，顺延至此"
        ]
    );
    assert_eq!(
        told("2026-09-24 17:30", Length::WorkingHours(1), &[]),
        ["24 0 办公时间外", "25 0 中秋节", "26 0 中秋节", "27 0 中秋节", "28 1 工作日"]
    );
    let json = serde_json::to_value(explain(at("2026-12-31"), Length::Workdays(1), &c, &[])).expect("json");
    assert_eq!(json["due"]["provisional"], true);
    assert_eq!(json["received"]["why"], "收到当日不计入");
    assert_eq!(
        json["days"][0],
        serde_json::json!({"date":"2027-01-01","counts":true,"why":"工作日","provisional":true})
    );
}

#[test]
fn importing_a_year_changes_the_version_and_what_was_provisional() {
    let old = WorkCalendar::official();
    assert_eq!(old.last_published_year(), Some(2026));
    let json = r#"{"year":2027,"papers":["https://example.gov.cn"],"holidays":[{"name":"元旦","off":["2026-12-31..2027-01-03"],"work":["2026-12-27"]}]}"#;
    let new = old.with_notice(YearNotice::parse(json).expect("a notice"));
    let ends = |c: &WorkCalendar, start: &str| {
        let d = due(at(start), Length::Workdays(1), c, &[]);
        (d.at().expect("runs").date(), d.provisional())
    };
    assert_eq!(ends(&old, "2026-12-31"), (date(2027, 1, 1), true));
    assert_eq!(ends(&new, "2026-12-31"), (date(2027, 1, 4), false));
    // The next year's notice may also change the last days of a year that was published.
    assert_eq!(ends(&old, "2026-12-30"), (date(2026, 12, 31), false));
    assert_eq!(ends(&new, "2026-12-30"), (date(2027, 1, 4), false));
    assert_eq!(new.day(date(2026, 12, 27)).why, "元旦调休上班");
    assert_ne!(old.version(), new.version());
    assert_eq!(WorkCalendar::official().version(), old.version());
    assert!(old.version().starts_with("2007-2026/"));
    // A gap stays provisional.
    let gap = new
        .with_notice(YearNotice::parse(&json.replace("2027", "2029").replace("2026", "2028")).expect("one"));
    assert!(
        ends(&gap, "2028-05-08").1 && !ends(&gap, "2029-05-08").1 && gap.day(date(2028, 5, 8)).provisional
    );
}

#[test]
fn office_hours_and_the_close_are_configuration() {
    let c = WorkCalendar::official();
    assert_eq!(c.next_office_moment(at("2026-09-24 12:30")), at("2026-09-24 13:00"));
    assert_eq!(c.next_office_moment(at("2026-09-24 17:00")), at("2026-09-28 09:00"));
    assert!(c.is_open(at("2026-09-20 09:00")) && !c.is_open(at("2026-09-19 09:00")));
    let north: OfficeHours = "08:30-12:00,14:30-18:00".parse().expect("hours");
    let c = c.with_hours(north).with_close(Close::OfficeHours);
    assert_eq!(due(at("2026-09-24"), Length::Workdays(3), &c, &[]).at(), Some(at("2026-09-30 18:00")));
    assert_eq!(c.working_us(at("2026-09-24"), at("2026-09-25")), 7 * US_PER_HOUR);
    assert_ne!(c.version(), WorkCalendar::official().version());
}

#[test]
fn the_ends_of_time_do_not_panic() {
    let c = WorkCalendar::official();
    for us in [i64::MIN, -1, 0, i64::MAX] {
        let m = Moment::from_us(us);
        for length in [
            Length::Workdays(u32::MAX),
            Length::Days(u32::MAX),
            Length::WorkingHours(u32::MAX),
            Length::Workdays(0),
        ] {
            for pauses in [
                vec![],
                vec![
                    Pause { from: m, to: Some(m), reason: String::new() },
                    Pause { from: Moment::from_us(0), to: None, reason: String::new() },
                ],
            ] {
                let d = due(m, length, &c, &pauses);
                let _ = (d.at(), remaining(m, m, length, &c, &pauses));
            }
        }
        assert!(c.working_us(m, Moment::from_us(0)).abs() < i64::MAX / 2);
    }
    let long = explain(at("2026-01-01"), Length::Workdays(u32::MAX), &c, &[]);
    assert!(long.truncated && long.days.len() == workday::MAX_EXPLAINED_DAYS);
}

// ---- laws ----

fn moments() -> impl Strategy<Value = Moment> {
    // 2005–2029 in seconds: before, inside and after the published years.
    (1_104_537_600i64..1_893_456_000).prop_map(|s| Moment::from_us(s * 1_000_000))
}
fn lengths() -> impl Strategy<Value = Length> {
    (0u32..70, 0u8..4).prop_map(|(n, u)| match u {
        0 => Length::Workdays(n),
        1 => Length::Days(n),
        2 => Length::WorkingHours(n),
        _ => Length::Hours(n),
    })
}
/// Pauses as minutes after the start: some before it, some backwards, some open.
fn pauses(start: Moment, raw: &[(i64, i64, bool)]) -> Vec<Pause> {
    let minute = 60_000_000;
    raw.iter()
        .map(|&(from, len, open)| Pause {
            from: start.plus_us(from * minute),
            to: (!open).then(|| start.plus_us((from + len) * minute)),
            reason: "专家评审".into(),
        })
        .collect()
}
fn raw_pauses() -> impl Strategy<Value = Vec<(i64, i64, bool)>> {
    prop::collection::vec((-3_000i64..60_000, -600i64..20_000, prop::bool::weighted(0.1)), 0..5)
}
fn next(d: Date) -> Date {
    d.tomorrow().expect("inside the calendar")
}
fn stands_at_end(d: Date, pauses: &[Pause]) -> bool {
    let end = Moment::start_of(d).plus_us(US_PER_DAY - 1);
    pauses.iter().any(|p| p.from <= end && p.to.is_none_or(|to| end < to))
}
/// Limits in days, one day at a time; none when the clock stands for good.
fn naive(start: Moment, length: Length, c: &WorkCalendar, pauses: &[Pause]) -> Option<Date> {
    let (mut day, mut left) = (start.date(), length.n());
    let counts = |d: Date| match length {
        Length::Workdays(_) => c.day(d).counts && !stands_at_end(d, pauses),
        _ => !stands_at_end(d, pauses),
    };
    let good = |d: Date| c.day(d).counts && !stands_at_end(d, pauses);
    for _ in 0..3_000 {
        if left == 0 && good(day) {
            return Some(day);
        }
        day = next(day);
        left = left.saturating_sub(u32::from(counts(day)));
    }
    None
}
/// Office time minute by minute.
fn naive_working_us(c: &WorkCalendar, from: Moment, to: Moment) -> i64 {
    let mut sum = 0;
    let mut m = from;
    while m < to {
        let next = m.plus_us((60_000_000 - m.us().rem_euclid(60_000_000)).min(to.us_since(m)));
        let minute = m.us_of_day() / 60_000_000;
        let open = (540..720).contains(&minute) || (780..1020).contains(&minute);
        if open && c.day(m.date()).counts {
            sum += next.us_since(m);
        }
        m = next;
    }
    sum
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_fast_way_agrees_with_a_walk_of_days(start in moments(), n in 0u32..70, working: bool, raw in raw_pauses()) {
        let c = WorkCalendar::official();
        let length = if working { Length::Workdays(n) } else { Length::Days(n) };
        for pauses in [pauses(start, &raw), vec![]] {
            let fast = due(start, length, &c, &pauses);
            prop_assert_eq!(fast.at().map(Moment::date), naive(start, length, &c, &pauses));
            if let Due::Runs { at, .. } = fast {
                prop_assert_eq!(at.us_of_day(), US_PER_DAY - 1);
            }
        }
    }

    #[test]
    fn the_explanation_agrees_with_the_answer(start in moments(), length in lengths(), raw in raw_pauses()) {
        let c = WorkCalendar::official();
        let pauses = pauses(start, &raw);
        let e = explain(start, length, &c, &pauses);
        prop_assert_eq!(e.due, due(start, length, &c, &pauses));
        let counted = e.days.iter().filter(|d| d.counts).count() as i64;
        let us: i64 = e.days.iter().filter_map(|d| d.counted_us).sum();
        match (e.due, length) {
            (Due::Runs { at, .. }, Length::Workdays(n)) => {
                prop_assert_eq!(counted, i64::from(n.max(1)));
                prop_assert_eq!(e.days.last().map(|d| (d.date, d.counts)), Some((at.date(), true)));
            }
            (Due::Runs { .. }, Length::Days(n)) => prop_assert_eq!(counted, i64::from(n)),
            (Due::Runs { .. }, Length::WorkingHours(n) | Length::Hours(n)) => prop_assert_eq!(us, i64::from(n) * US_PER_HOUR),
            (Due::Stands { left: Left::Workdays(left), .. }, Length::Workdays(n)) if n > 0 => prop_assert_eq!(counted + left, i64::from(n)),
            (Due::Stands { left: Left::Days(left), .. }, _) => prop_assert_eq!(counted + left, i64::from(length.n())),
            (Due::Stands { left: Left::WorkingUs(left) | Left::Us(left), .. }, _) => prop_assert_eq!(us + left, i64::from(length.n()) * US_PER_HOUR),
            _ => {}
        }
    }

    #[test]
    fn longer_is_never_earlier_and_a_pause_never_brings_the_end_forward(
        start in moments(), length in lengths(), raw in raw_pauses(), more in raw_pauses(),
    ) {
        let c = WorkCalendar::official();
        let some = pauses(start, &raw);
        let all = [some.clone(), pauses(start, &more)].concat();
        let far = Moment::from_us(i64::MAX);
        let end = |length, p: &[Pause]| due(start, length, &c, p).at().unwrap_or(far);
        prop_assert!(end(Length::new(length.n() + 1, length.unit()), &some) >= end(length, &some));
        prop_assert!(end(length, &all) >= end(length, &some));
        prop_assert!(end(length, &some) >= start);
    }

    #[test]
    fn count_and_due_are_inverse(start in moments(), n in 1u32..2_000) {
        let c = WorkCalendar::official();
        let end = due(start, Length::Workdays(n), &c, &[]).at().expect("runs").date();
        prop_assert_eq!(c.count(start.date(), end), i64::from(n));
        prop_assert_eq!(c.count(end, start.date()), -i64::from(n));
        prop_assert!(c.works(end));
    }

    #[test]
    fn working_time_adds_up_and_is_what_a_clock_on_the_wall_shows(a in moments(), days in 0i64..20, us in 0i64..86_400_000_000, b in moments()) {
        let c = WorkCalendar::official();
        let near = a.plus_us(days * US_PER_DAY + us);
        prop_assert_eq!(c.working_us(a, near), naive_working_us(&c, a, near));
        prop_assert_eq!(c.working_us(a, b) + c.working_us(b, near), c.working_us(a, near));
        prop_assert_eq!(c.working_us(a, b), -c.working_us(b, a));
    }

    #[test]
    fn working_hours_end_when_that_much_office_time_has_passed(start in moments(), n in 1u32..200) {
        let c = WorkCalendar::official();
        let end = due(start, Length::WorkingHours(n), &c, &[]).at().expect("runs");
        prop_assert_eq!(c.working_us(start, end), i64::from(n) * US_PER_HOUR);
        prop_assert_eq!(c.working_us(start, end.plus_us(-1)), i64::from(n) * US_PER_HOUR - 1);
    }

    #[test]
    fn what_is_left_at_the_start_is_the_length(start in moments(), n in 1u32..200) {
        let c = WorkCalendar::official();
        for (length, left) in [
            (Length::Workdays(n), Left::Workdays(n.into())),
            (Length::WorkingHours(n), Left::WorkingUs(i64::from(n) * US_PER_HOUR)),
            (Length::Hours(n), Left::Us(i64::from(n) * US_PER_HOUR)),
        ] {
            prop_assert_eq!(remaining(start, start, length, &c, &[]).left, left);
        }
    }

    #[test]
    fn far_years_go_on_in_weeks(day in -40_000i64..80_000, n in 1u32..500) {
        // The table ends in 1989 and 2079; a naive walk knows nothing of it.
        let c = WorkCalendar::without_notices();
        let start = Moment::from_us(day * US_PER_DAY);
        prop_assert_eq!(due(start, Length::Workdays(n), &c, &[]).at().map(Moment::date), naive(start, Length::Workdays(n), &c, &[]));
        prop_assert!(due(start, Length::Workdays(n), &c, &[]).provisional());
    }

    #[test]
    fn the_next_office_moment_is_open_and_nothing_before_it_is(m in moments()) {
        let c = WorkCalendar::official();
        let open = c.next_office_moment(m);
        prop_assert!(open >= m && c.is_open(open));
        prop_assert_eq!(c.working_us(m, open), 0);
        prop_assert_eq!(c.working_us(m, open.plus_us(1)), 1);
    }
}
