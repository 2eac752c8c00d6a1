//! Against the public holiday files: every day of 1990–2030 as an independent reader of them would say.

use std::collections::BTreeMap;
use std::path::PathBuf;

use jiff::civil::{Weekday, date};
use workday::{CalendarError, WorkCalendar, YearNotice};

fn shared(path: &str) -> PathBuf {
    let root = std::env::var_os("BANCHENG_SHARED").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../../shared")),
        PathBuf::from,
    );
    let file = root.join("data").join(path);
    assert!(file.exists(), "需要 ../shared/data(或设 BANCHENG_SHARED) / the shared data folder is missing");
    file
}

#[test]
fn every_day_of_the_public_files_is_in_the_shipped_calendar() {
    let mut said = BTreeMap::new();
    let mut read = WorkCalendar::without_notices();
    for year in 2007..=2026 {
        let text = std::fs::read_to_string(shared(&format!("holiday/{year}.json"))).expect("a file");
        let json: serde_json::Value = serde_json::from_str(&text).expect("json");
        for day in json["days"].as_array().expect("days") {
            let works = !day["isOffDay"].as_bool().expect("isOffDay");
            said.insert(day["date"].as_str().expect("date").to_owned(), works);
        }
        let notice = YearNotice::parse(&text).expect("a notice");
        let ours = WorkCalendar::official();
        assert_eq!(ours.notice(year).map(YearNotice::papers), Some(notice.papers()));
        read = read.with_notice(notice);
    }
    assert!(said.len() > 600);
    let ours = WorkCalendar::official();
    let mut day = date(1990, 1, 1);
    while day < date(2031, 1, 1) {
        let week = !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
        let works = said.get(&day.to_string()).copied().unwrap_or(week);
        assert_eq!((ours.day(day).counts, ours.works(day)), (works, works), "{day}");
        assert_eq!(read.works(day), works, "{day}");
        day = day.tomorrow().expect("a day");
    }
}

#[test]
fn the_empty_file_of_2027_is_not_announced() {
    let text = std::fs::read_to_string(shared("holiday/2027.json")).expect("a file");
    assert_eq!(YearNotice::parse(&text), Err(CalendarError::NotAnnounced(2027)));
}
