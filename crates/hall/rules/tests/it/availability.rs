use proptest::prelude::*;

use super::*;

#[test]
fn the_statutory_calendar_opens_and_closes() {
    let (hall, cal) = (hall(), calendar());
    let n = |d: &str| slots(&hall, "A", day(d), &cal).len();
    // 09:00–12:00 without 10:00–10:20 is three and five slots; 13:00–17:00 is twelve.
    assert_eq!(n("2026-03-02"), 20, "a Monday");
    assert_eq!(n("2026-03-01"), 0, "a Sunday");
    assert_eq!(n("2026-10-01"), 0, "国庆节");
    assert_eq!(n("2026-02-14"), 20, "a Saturday on which one works: 春节调休上班");
    let kinds = |d: &str| hall.open_on(day(d), &cal).iter().map(|o| o.kind).collect::<Vec<_>>();
    assert_eq!(kinds("2026-03-02"), [Hours::Office, Hours::Office, Hours::Extended]);
    assert_eq!(kinds("2026-02-28"), [Hours::Office, Hours::Office, Hours::Extended], "a make-up Saturday");
    assert_eq!(kinds("2026-03-07"), [Hours::Weekend], "a Saturday");
    assert!(kinds("2026-10-03").is_empty(), "a holiday on a Saturday is a holiday");
}

#[test]
fn who_is_asked_after_hours_is_asked_when_the_hall_opens_next() {
    let (h, c) = (hall(), calendar());
    for (from, next) in [
        ("2026-03-02 10:00", "2026-03-02 10:00"),
        ("2026-03-02 12:30", "2026-03-02 13:00"),
        ("2026-03-02 18:30", "2026-03-03 09:00"),
        // On Saturdays in the morning too.
        ("2026-03-06 18:30", "2026-03-07 09:00"),
    ] {
        assert_eq!(h.next_open(moment(from), &c), Some(moment(next)), "{from}");
    }
    assert_eq!(Hall { openings: Vec::new(), ..h }.next_open(moment("2026-03-02 10:00"), &c), None);
}

#[test]
fn a_closure_takes_its_hours_of_its_queues_only() {
    let (mut hall, cal) = (hall(), calendar());
    hall.closures.push(Closure {
        first: day("2026-03-02"),
        last: day("2026-03-03"),
        hours: Span::new(13 * 60, 17 * 60),
        queues: vec!["A".into()],
        reason: "系统升级".into(),
    });
    let n = |q: &str, d: &str| slots(&hall, q, day(d), &cal).len();
    assert_eq!((n("A", "2026-03-02"), n("B", "2026-03-02"), n("A", "2026-03-04")), (8, 20, 20));
    assert_eq!(hall.open_on(day("2026-03-02"), &cal).len(), 3, "the hall itself is open");
}

#[test]
fn a_long_item_takes_slots_without_a_gap() {
    let (hall, cal) = (hall(), calendar());
    let all = slots(&hall, "A", day("2026-03-02"), &cal);
    let span = |s: &Slot| (s.start, s.end());
    assert_eq!(run(&all, 0, 3, span).unwrap().len(), 3);
    assert!(run(&all, 1, 3, span).is_none(), "the break is in between");
    assert!(run(&all, 18, 3, span).is_none(), "the day ends");
    assert!(run(&all, 0, 0, span).is_none());
    assert!(run(&all, usize::MAX, 3, span).is_none());
}

#[test]
fn every_second_week_counts_from_the_first() {
    let cal = calendar();
    let mut d =
        Days { weekdays: vec![2], every_weeks: 2, ..Days::each(DayRule::Workdays, day("2026-03-03")) };
    let on: Vec<_> = (1..=31).map(|n| Date::constant(2026, 3, n)).filter(|x| d.holds(*x, &cal)).collect();
    assert_eq!(on, [day("2026-03-03"), day("2026-03-17"), day("2026-03-31")]);
    let other = Days { first: day("2026-03-10"), ..d.clone() };
    assert!(!d.can_meet(&other), "the weeks between");
    d.last = Some(day("2026-03-01"));
    assert!(!d.can_meet(&d.clone()) || d.first <= day("2026-03-01"));
}

#[test]
fn hours_are_read_and_refused_in_words() {
    assert_eq!(Span::list(&spans("13:00-17:00，9:00–12:00")), "09:00-12:00,13:00-17:00");
    for bad in ["9-12", "12:00-09:00", "09:00-25:00", "09:00-10:61", "x"] {
        assert!(Span::read_all(bad).is_err(), "{bad}");
    }
    assert!(Span::read_all("09:00-12:00,11:00-13:00").unwrap_err().zh.contains("重叠"));
}

fn any_span() -> impl Strategy<Value = Span> {
    (0u16..1439, 1u16..400).prop_map(|(from, n)| Span::new(from, (from + n).min(1440)).unwrap())
}
fn any_days() -> impl Strategy<Value = Days> {
    let rule = prop::sample::select(DayRule::ALL.to_vec());
    (rule, prop::collection::vec(1u8..8, 0..4), 1u8..4, 0i64..60, prop::option::of(0i64..200)).prop_map(
        |(rule, weekdays, every_weeks, first, length)| {
            let first = Moment::start_of(day("2026-01-01")).plus_us(first * kernel::US_PER_DAY);
            let last = length.map(|n| first.plus_us(n * kernel::US_PER_DAY).date());
            Days { rule, weekdays, every_weeks, first: first.date(), last }
        },
    )
}
fn any_availability() -> impl Strategy<Value = Availability> {
    (
        any_days(),
        prop::collection::vec(any_span(), 1..4),
        prop::collection::vec(any_span(), 0..3),
        5u16..120,
        (0u16..9, 0u16..9, 0u16..9),
    )
        .prop_map(|(days, hours, breaks, slot_minutes, (phone, counter, walk_in))| Availability {
            days,
            hours,
            breaks,
            slot_minutes,
            places: Places { phone, counter, walk_in },
            lead_minutes: 30,
            horizon_days: 14,
        })
}
fn any_hall() -> impl Strategy<Value = Hall> {
    let kind = || prop::sample::select(Hours::ALL.to_vec());
    let opening = (kind(), any_days(), prop::collection::vec(any_span(), 1..4))
        .prop_map(|(kind, days, hours)| Opening { kind, days, hours });
    let closure = (0i64..300, 0i64..5, prop::option::of(any_span()), any::<bool>()).prop_map(
        |(first, n, hours, all)| {
            let first = Moment::start_of(day("2026-01-01")).plus_us(first * kernel::US_PER_DAY);
            Closure {
                first: first.date(),
                last: first.plus_us(n * kernel::US_PER_DAY).date(),
                hours,
                queues: if all { vec![] } else { vec!["A".into()] },
                reason: "检修".into(),
            }
        },
    );
    (
        prop::collection::vec(opening, 0..5),
        prop::collection::vec(closure, 0..4),
        prop::collection::vec(any_availability(), 0..4),
    )
        .prop_map(|(openings, closures, availability)| {
            let mut h = hall();
            (h.openings, h.closures) = (openings, closures);
            h.queues[0].availability = availability;
            h
        })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]
    /// Whatever the document says, even one that the check-up would refuse.
    #[test]
    fn slots_never_overlap_and_lie_in_open_hours(h in any_hall(), n in 0i64..365) {
        let cal = calendar();
        let d = Moment::start_of(day("2026-01-01")).plus_us(n * kernel::US_PER_DAY).date();
        let all = slots(&h, "A", d, &cal);
        for pair in all.windows(2) {
            prop_assert!(pair[0].end() <= pair[1].start, "{:?}", pair);
        }
        let kind = cal.day(d);
        for s in &all {
            prop_assert_eq!(s.start.date(), d);
            prop_assert!(s.opens <= s.shuts && s.shuts <= s.start);
            // Open by an opening of this very day, and closed by nothing.
            let inside = |span: &Span| at(d, span.from()) <= s.start && s.end() <= at(d, span.to());
            let on = h.openings.iter().filter(|o| o.days.holds(d, &cal));
            prop_assert!(on.flat_map(|o| &o.hours).any(|x| at(d, x.from()) <= s.start && s.start < at(d, x.to())));
            for c in h.closures.iter().filter_map(|c| c.closes("A", d)) {
                prop_assert!(s.end() <= at(d, c.from()) || at(d, c.to()) <= s.start);
            }
            let made = h.queues[0].availability.iter().any(|a| a.days.holds(d, &cal)
                && a.hours.iter().any(inside) && a.slot_minutes == s.minutes);
            prop_assert!(made, "made by a rule of this day");
        }
        // 调休: on a make-up day nothing of weekends is open, on a holiday nothing of workdays.
        for o in h.openings.iter().filter(|o| o.days.holds(d, &cal)) {
            prop_assert_eq!(o.days.rule == DayRule::Workdays, kind.counts);
        }
    }

    #[test]
    fn places_never_fall_below_nought(places: u16, taken: u32) {
        let n = left(places, taken);
        prop_assert!(n <= places);
        prop_assert_eq!(u64::from(n), u64::from(places).saturating_sub(u64::from(taken)));
    }

    /// What the check-up calls clean does not overlap on any day; what overlaps on a day it does not call clean.
    #[test]
    fn the_check_up_finds_every_overlap(h in any_hall()) {
        let cal = calendar();
        let clean = !faults(&h).iter().any(|f| f.field == "openings");
        for n in 0..365 {
            let d = Moment::start_of(day("2026-01-01")).plus_us(n * kernel::US_PER_DAY).date();
            let on: Vec<_> = h.openings.iter().filter(|o| o.days.holds(d, &cal)).collect();
            for (i, a) in on.iter().enumerate() {
                for b in &on[i + 1..] {
                    let meet = a.hours.iter().any(|x| b.hours.iter().any(|y| x.meets(*y)));
                    prop_assert!(!(clean && meet), "{d}: {a:?} {b:?}");
                }
            }
        }
    }
}
