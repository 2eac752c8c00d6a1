//! Filters, signals and pictures on the real logs.

use eventlog::draw::{DottedOptions, dotted_chart, variant_rows};
use eventlog::filter::{Filter, Within, apply};
use eventlog::signals::{drift, loops, lost_time, ping_pong};
use eventlog::{Map, MapOptions, Order, log_stats};

use super::xes;

#[test]
fn filters_commute_and_say_what_they_cost() {
    let log = xes("receipt.xes").0;
    let day = 86_400_000_000i64;
    let filters = [
        Filter::TopVariants { top: 5 },
        Filter::Follows {
            source: "T04 Determine confirmation of receipt".into(),
            target: "T05 Print and send confirmation of receipt".into(),
            eventually: false,
            within_us: None,
        },
        Filter::Duration { min_us: Some(day), max_us: None, working: false },
        Filter::Not {
            filter: Box::new(Filter::Attribute {
                of_case: true,
                key: "channel".into(),
                values: vec!["Internet".into()],
            }),
        },
        Filter::Time {
            from_us: 1_290_000_000_000_000,
            to_us: 1_320_000_000_000_000,
            within: Within::Touches,
        },
    ];
    let (kept, effects) = apply(&log, &filters, None);
    let mut turned = filters.to_vec();
    turned.reverse();
    let (again, _) = apply(&log, &turned, None);
    let figures = |l| serde_json::to_string(&log_stats(l, Order::Time)).unwrap();
    assert!(figures(&kept) == figures(&again), "filters do not commute");
    assert_eq!(effects.last().unwrap().left, kept.case_count());
    assert!(effects.windows(2).all(|w| w[1].left <= w[0].left));
    assert!(kept.case_count() > 0 && kept.case_count() < log.case_count());
    // The five most frequent variants of the reference: 713 + 123 + 116 + 115 + 75.
    assert_eq!(effects[0].alone, 1142);
    let (all, none) = apply(&log, &[], None);
    assert!(none.is_empty() && figures(&all) == figures(&log));
    // A filtered log still finds its attributes, and written and read again it is the same.
    let mut out = Vec::new();
    eventlog::write_xes(&kept, &mut out).unwrap();
    let (back, _) = eventlog::read_xes(&out[..], &Default::default()).unwrap();
    assert!(figures(&back) == figures(&kept));
    let text = serde_json::to_string(&filters).unwrap();
    assert_eq!(serde_json::from_str::<Vec<Filter>>(&text).unwrap(), filters);
}

#[test]
fn signals_agree_with_the_figures() {
    let log = xes("bpic2012.xes.gz").0;
    let lost = lost_time(&log, None);
    assert_eq!(
        (lost[0].source.as_str(), lost[0].target.as_str()),
        ("W_Nabellen offertes", "W_Nabellen offertes")
    );
    let found = loops(&log, 0, None);
    // A loop through nothing is a pair of an activity with itself: 105,776 in the reference.
    assert_eq!(found.iter().map(|l| l.count).sum::<u64>(), 105_776);
    assert!(ping_pong(&log, None).iter().all(|p| p.first != p.second && p.count > 0));
    assert!(drift(&log, 500).iter().all(|c| c.strength >= 2.0 && c.distance <= 1.0));
}

#[test]
fn pictures_are_whole_and_exact() {
    for file in ["receipt.xes", "bpic2012.xes.gz", "running-example.xes"] {
        let log = xes(file).0;
        let options = MapOptions { paths: 1.0, ..MapOptions::default() };
        let map = Map::of(&log, &options, None);
        let stats = log_stats(&log, Order::Time);
        assert_eq!(map.nodes.len(), stats.activities);
        let inner = map.edges.iter().filter(|e| e.source.is_some() && e.target.is_some());
        assert_eq!(
            inner.map(|e| e.count).sum::<u64>(),
            stats.directly_follows.iter().map(|f| f.count).sum::<u64>()
        );
        let few = Map::of(&log, &MapOptions { activities: 0.5, paths: 0.0, ..options.clone() }, None);
        assert_eq!(few.hidden_activities, map.nodes.len() - few.nodes.len());
        assert!(few.edges.len() < map.edges.len());
        for svg in [map.svg(&options), few.svg(&options), dotted_chart(&log, &DottedOptions::default())] {
            let root =
                eventlog::model::parse_xml(svg.as_bytes(), eventlog::Limits::default()).expect("SVG is XML");
            assert_eq!(root.name, "svg");
            assert!(!svg.contains("NaN") && !svg.contains("inf"), "{file}: a coordinate is missing");
        }
        if let Ok(folder) = std::env::var("EVENTLOG_PICTURES") {
            let default = MapOptions::default();
            let name = file.split('.').next().unwrap();
            let svg = Map::of(&log, &default, None).svg(&default);
            std::fs::write(format!("{folder}/{name}.svg"), svg).unwrap();
            std::fs::write(format!("{folder}/{name}_all.svg"), map.svg(&options)).unwrap();
            std::fs::write(
                format!("{folder}/{name}_dots.svg"),
                dotted_chart(&log, &DottedOptions::default()),
            )
            .unwrap();
        }
        let rows = variant_rows(&log, 0, 10);
        assert_eq!(rows[0].count, stats.top_variants[0].count);
        assert_eq!(rows[0].trace, stats.top_variants[0].trace);
    }
}
