//! The laws of the figures: board, list and lines agree at any date.

use super::*;
use crate::figures::figure;
use proptest::prelude::*;

fn day(n: i64) -> Moment {
    Moment::start_of(Date::constant(2026, 3, 1)).plus_us(n * US_PER_DAY)
}

fn subject(id: i64, region: u8, unit: i64, life: &[(u8, u8, u8)]) -> Subject {
    let mut s = Subject {
        sort: Sort::Case,
        id,
        region: format!("4306{:02}", region % 4),
        item: format!("i{}", id % 2),
        campaign: format!("c{}", id % 3),
        theme: format!("t{}", id % 4),
        channel: if id % 2 == 0 { "web" } else { "window" }.to_owned(),
        kind: if id % 5 == 0 { "matter" } else { "opinion" }.to_owned(),
        window: format!("w{}", id % 6),
        cause: if id % 3 == 0 { "attitude" } else { "" }.to_owned(),
        spans: Vec::new(),
        marks: Vec::new(),
    };
    let mut at = day(0);
    for (what, standing, days) in life {
        at = at.plus_us(i64::from(days % 9) * US_PER_DAY / 3);
        if let Some(last) = s.spans.last_mut() {
            last.to = Some(at);
        }
        let due = Some(at.plus_us(3 * US_PER_DAY));
        s.spans.push(Span {
            from: at,
            to: None,
            standing: Standing::of(standing % 10).unwrap_or(Standing::Ended),
            unit: Some(UnitId(unit % 5)),
            due,
            yellow: Some(at.plus_us(2 * US_PER_DAY)),
        });
        s.marks.push(Mark {
            at,
            what: What::of(what % 21).unwrap_or(What::Registered),
            unit: Some(UnitId(unit % 5)),
        });
    }
    s
}
/// Counts the slow way, straight from the subjects.
fn oracle(all: &[Subject], ask: &Ask, key: &str, now: Moment) -> u64 {
    let until = ask.as_of(now);
    let from = Moment::start_of(ask.from);
    let unit_fits = |u: Option<UnitId>| ask.filter.unit.is_none_or(|x| u == Some(UnitId(x)));
    let mut n = 0;
    for s in all.iter().filter(|s| s.region.starts_with(&ask.filter.region)) {
        let stands = s.spans.iter().find(|p| p.from <= until && p.to.is_none_or(|t| until < t));
        let open = stands.filter(|p| p.standing != Standing::Ended && unit_fits(p.unit));
        n += match key {
            "open" => u64::from(open.is_some()),
            "late" => u64::from(open.is_some_and(|p| p.due.is_some_and(|d| d < until))),
            "bounced" => {
                let hits = s.marks.iter().filter(|m| {
                    m.what == What::Returned && m.at >= from && m.at <= until && unit_fits(m.unit)
                });
                hits.count() as u64
            }
            _ => unreachable!(),
        };
    }
    n
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(120))]
    #[test]
    fn board_and_list_and_a_slow_count_agree_on_any_day(
        lives in prop::collection::vec((any::<u8>(), 0i64..5, prop::collection::vec((any::<u8>(), any::<u8>(), any::<u8>()), 0..7)), 0..40),
        from in 0i8..20, days in 0i8..20, region in 0usize..3, unit in prop::option::of(0i64..6),
    ) {
        let all: Vec<Subject> = lives.iter().enumerate().map(|(i, (r, u, l))| subject(i as i64, *r, *u, l)).collect();
        let mut facts = Facts::new();
        for s in &all {
            // What is put twice counts once.
            facts.put(&Subject { marks: Vec::new(), ..s.clone() });
            facts.put(s);
        }
        let from = day(i64::from(from)).date();
        let ask = Ask { from, to: Moment::start_of(from).plus_us(i64::from(days) * US_PER_DAY).date(),
            filter: Filter { region: ["", "4306", "430601"][region].to_owned(), unit, ..Filter::default() } };
        let now = day(25);
        for by in Dim::ALL {
            let board = facts.board(&ask, by, now);
            for f in FIGURES {
                let value = board.total.value(f);
                let count = match value { Value::Count(n) => n, Value::Share { part, .. } => part };
                prop_assert_eq!(facts.list(&ask, f, now, 0, usize::MAX).1 as u64, count, "{}", f.key);
                let lines: u64 = board.lines.iter().map(|l| match l.value(f) { Value::Count(n) => n, Value::Share { part, .. } => part }).sum();
                prop_assert_eq!(lines, count, "{} by {}", f.key, by.word());
            }
        }
        for key in ["open", "late", "bounced"] {
            let f = figure(key).unwrap();
            prop_assert_eq!(facts.value(&ask, f, now), Value::Count(oracle(&all, &ask, key, now)), "{}", key);
        }
    }
}

#[test]
fn a_line_of_any_dimension_opens_the_same_list() {
    let mut facts = Facts::new();
    for i in 0..60 {
        facts.put(&subject(i, i as u8, i, &[(0, 2, 1), (2, 2, 4), (3, 7, 2)]));
    }
    let ask =
        Ask { from: Date::constant(2026, 3, 1), to: Date::constant(2026, 3, 9), filter: Filter::default() };
    for by in Dim::ALL {
        let lines = facts.board(&ask, by, day(30)).lines;
        assert!(lines.len() > 1, "{}", by.word());
        // A line of those that say nothing opens no list of its own.
        for line in lines.iter().filter(|l| !l.key.is_empty()) {
            let mut filter = Filter::default();
            let key = line.key.clone();
            match by {
                Dim::Region => filter.region = key,
                Dim::Unit => filter.unit = key.parse().ok(),
                Dim::Item => filter.item = key,
                Dim::Campaign => filter.campaign = key,
                Dim::Channel => filter.channel = key,
                Dim::Kind => filter.kind = key,
                Dim::Theme => filter.theme = key,
                Dim::Window => filter.window = key,
                Dim::Cause => filter.cause = key,
            }
            let one = Ask { filter, ..ask.clone() };
            for f in FIGURES {
                assert_eq!(line.value(f), facts.value(&one, f, day(30)), "{} {}", by.word(), f.key);
            }
        }
    }
}

#[test]
fn a_trend_adds_up_to_its_figure() {
    let mut facts = Facts::new();
    for i in 0..40 {
        facts.put(&subject(i, i as u8, i, &[(0, 2, i as u8), (2, 2, 4), (3, 7, 2)]));
    }
    let ask =
        Ask { from: Date::constant(2026, 3, 1), to: Date::constant(2026, 3, 20), filter: Filter::default() };
    let figures: Vec<_> = ["intake", "bounced", "replied"].into_iter().filter_map(figure).collect();
    for most in [1, 3, 31] {
        let (starts, rows) = facts.trend(&ask, &figures, day(30), most);
        assert!(starts.len() <= most as usize);
        for (f, row) in figures.iter().zip(rows) {
            assert_eq!(Value::Count(row.iter().sum()), facts.value(&ask, f, day(30)), "{}", f.key);
        }
    }
}

#[test]
fn regions_are_told_one_level_down() {
    assert_eq!(below("430602001", ""), "430602");
    assert_eq!(below("430602001", "4306"), "430602");
    assert_eq!(below("430602001005", "430602"), "430602001");
    assert_eq!(below("4306", "4306"), "4306");
}
