//! Slots obey the calendar, both tables are whole, and random acts of everybody never break a life.

#[path = "it/availability.rs"]
mod availability;
#[path = "it/help.rs"]
mod help;
#[path = "it/lives.rs"]
mod lives;
#[path = "it/roster.rs"]
mod rostering;
#[path = "it/rules.rs"]
mod rules;
#[path = "it/table.rs"]
mod table;

use hall::*;
use kernel::{Date, Moment, StaffId, UnitId};
use workday::WorkCalendar;

pub fn moment(text: &str) -> Moment {
    text.parse().unwrap()
}
pub fn day(text: &str) -> Date {
    text.parse().unwrap()
}
pub fn spans(text: &str) -> Vec<Span> {
    Span::read_all(text).unwrap()
}
pub fn calendar() -> WorkCalendar {
    WorkCalendar::official()
}

/// Office hours on workdays, Saturdays in the morning; two queues, three windows.
pub fn hall() -> Hall {
    let first = day("2026-01-01");
    let opening =
        |kind, rule, hours: &str| Opening { kind, days: Days::each(rule, first), hours: spans(hours) };
    let availability = |hours: &str, phone| Availability {
        days: Days::each(DayRule::Workdays, first),
        hours: spans(hours),
        breaks: spans("10:00-10:20"),
        slot_minutes: 20,
        places: Places { phone, counter: 1, walk_in: 2 },
        lead_minutes: 60,
        horizon_days: 7,
    };
    let queue = |letter: &str, items: &[(&str, u8)], phone| Queue {
        letter: letter.into(),
        name: format!("业务{letter}"),
        handles: Handles {
            items: items.iter().map(|(c, n)| ((*c).to_owned(), *n)).collect(),
            ..Handles::default()
        },
        minutes: 15,
        availability: vec![availability("09:00-12:00,13:00-17:00", phone)],
    };
    let window = |number, queues: &[&str]| Window {
        number,
        name: format!("{number}号"),
        queues: queues.iter().map(|q| (*q).to_owned()).collect(),
    };
    let post = |window, staff| Post {
        window,
        staff: StaffId(staff),
        unit: UnitId(2),
        part: Part::First,
        from: first,
        until: None,
        authority: "受理".into(),
        training: Some(Training {
            course: "岗前".into(),
            passed: first,
            valid_until: day("2026-12-31"),
            mark: String::new(),
        }),
    };
    Hall {
        name: "市政务服务中心".into(),
        unit: UnitId(1),
        region: "9901".parse().unwrap(),
        address: "人民路1号".into(),
        phone: "0999-1000".into(),
        windows: vec![window(1, &["A"]), window(2, &["A", "B"]), window(3, &["B"])],
        queues: vec![queue("A", &[("short", 1), ("long", 3)], 2), queue("B", &[("other", 1)], 3)],
        openings: vec![
            opening(Hours::Office, DayRule::Workdays, "09:00-12:00,13:00-17:00"),
            opening(Hours::Extended, DayRule::Workdays, "17:00-18:00"),
            opening(Hours::Weekend, DayRule::Weekends, "09:00-12:00"),
        ],
        closures: Vec::new(),
        posts: vec![post(1, 10), post(2, 20), post(3, 30)],
        booking: BookingRules::default(),
        queueing: QueueRules::default(),
        misuse: MisuseRules::default(),
        rostering: hall::roster::Rostering::default(),
        helping: hall::help::Helping::default(),
    }
}
