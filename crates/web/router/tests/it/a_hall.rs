//! 一个大厅: what the table of pages asks about halls.

use assembly::House;
use city::Contact;
use kernel::Actor;

fn day(text: &str) -> kernel::Date {
    text.parse().unwrap()
}

/// A hall of county A that is always open, the clerk posted at its window, and somebody who has booked there.
pub fn hall(
    app: &House,
    keeper: &Actor,
    clerk: Actor,
    second: &Actor,
    item: &str,
) -> (i64, String, (String, String)) {
    use hall::{
        Availability, DayRule, Days, Handles, Hours, Opening, Part, Places, Post, Queue, Training, Window,
    };
    let whole = hall::Span::read_all("00:00-24:00").unwrap();
    let each = [DayRule::Workdays, DayRule::Weekends, DayRule::Holidays];
    let each = each.map(|rule| Days::each(rule, day("2026-01-01")));
    let places = |days: Days| Availability {
        days,
        hours: whole.clone(),
        breaks: Vec::new(),
        slot_minutes: 60,
        places: Places { phone: 9, counter: 9, walk_in: 9 },
        lead_minutes: 0,
        horizon_days: 2,
    };
    let opening = |days: Days| Opening { kind: Hours::Office, days, hours: whole.clone() };
    let training = Training {
        course: "岗前".into(),
        passed: day("2026-01-01"),
        valid_until: day("2036-01-01"),
        mark: String::new(),
    };
    let mut new = hall::Hall {
        name: "甲县政务服务大厅".into(),
        unit: keeper.unit.unwrap(),
        region: "990102".parse().unwrap(),
        address: "县前街1号".into(),
        phone: "0999-1000".into(),
        windows: vec![Window { number: 1, name: "综合".into(), queues: vec!["A".into()] }],
        queues: vec![Queue {
            letter: "A".into(),
            name: "综合受理".into(),
            handles: Handles { everything: true, ..Handles::default() },
            minutes: 10,
            availability: each.iter().cloned().map(places).collect(),
        }],
        openings: each.iter().cloned().map(opening).collect(),
        closures: Vec::new(),
        posts: vec![Post {
            window: 1,
            staff: clerk.staff.unwrap(),
            unit: clerk.unit.unwrap(),
            part: Part::First,
            from: day("2026-01-01"),
            until: None,
            authority: "受理".into(),
            training: Some(training),
        }],
        booking: hall::BookingRules::default(),
        queueing: hall::QueueRules::default(),
        misuse: hall::MisuseRules::default(),
        rostering: hall::roster::Rostering::default(),
        helping: hall::help::Helping::default(),
    };
    let post = new.posts[0].clone();
    new.posts.push(Post { staff: second.staff.unwrap(), part: Part::Second, ..post });
    new.rostering = hall::roster::usual(&new);
    new.helping.helpers.push(hall::help::Helper {
        id: 1,
        name: "某人".into(),
        staff: second.staff,
        sort: hall::help::HelperSort::Staff,
        place: "甲县局".into(),
        region: "990102".parse().unwrap(),
        kinds: hall::help::HelpKind::ALL.to_vec(),
        trained_until: day("2036-01-01"),
    });
    let id = app.halls.put_hall(keeper.clone(), 0, 0, new).wait().unwrap();
    let kiosk = app.halls.kiosk_of(keeper.clone(), id).wait().unwrap();
    let phone = hall::Channel::Phone;
    let slot = app.halls.earliest(item.to_owned(), None, None, 1, phone).wait().unwrap()[0].slot;
    let contact = Contact { phone: "13800001234".into(), ..Contact::default() };
    let begun = app.halls.book_for(clerk, slot, item.to_owned(), contact).wait().unwrap();
    (id, kiosk, (begun.number, begun.code))
}

/// Somebody asks to be helped there on a mandate: number and code.
pub fn order(app: &House, hall: i64) -> (String, String) {
    let new = hall_acts::NewHelp {
        hall,
        kind: hall::help::HelpKind::ActFor,
        item: String::new(),
        wants: "代领社保卡".into(),
        ground: String::new(),
        exception: String::new(),
        region: String::new(),
        wish: hall::help::Wish { day: None, half: hall::help::Half::Any },
        contact: Contact { name: "王某".into(), phone: "13800001234".into(), ..Contact::default() },
    };
    let begun = app.halls.ask_help(None, new).wait().unwrap();
    (begun.number, begun.code)
}
