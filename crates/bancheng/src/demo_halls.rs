//! 样板城市的大厅: the city hall with nine windows as CZ has them, halls of two counties and a township; four weeks of
//! bookings and tickets, and a queue that stands as it would on a working morning. Everything goes through the use cases
//! that people use.

use anyhow::{Context as _, Result};
use assembly::House;
use city::Contact;
use demo::Dice;
use hall::appointment::Act as Booking;
use hall::ticket::{Act, Command};
use hall::{
    Availability, BookingRules, Channel, DayRule, Days, Hall, Handles, Hours, MisuseRules, Opening, Part,
    Places, Post, Priority, Queue, QueueRules, Span, Training, Window,
};
use hall_acts::{Asked, AtWindow};
use kernel::{Actor, Date, Moment, US_PER_DAY, UnitId};

use crate::demo_help;

/// letter, name, minutes for a person, units whose items are handled
#[rustfmt::skip]
const QUEUES: [(&str, &str, u16, &[&str]); 7] = [
    ("A", "企业开办与登记", 15, &["market"]),
    ("B", "社保医保", 10, &["hrss", "medicare"]),
    ("C", "不动产与税费", 20, &["estate", "tax", "land", "fund"]),
    ("D", "户籍、交管与出入境", 10, &["police", "traffic", "exit"]),
    ("E", "综合受理", 12, &["civil", "disabled", "veteran", "justice", "edu", "health", "culture", "agri", "finance"]),
    ("F", "工程建设与联合报装", 20, &["housing", "env", "transport", "ndrc", "emergency", "tap", "power", "gas", "telecom"]),
    ("G", "办不成事反映", 15, &["hall"]),
];

/// number, name, letters of its queues, first, second
#[rustfmt::skip]
const WINDOWS: [(u16, &str, &[&str], &str, &str); 9] = [
    (1, "企业开办", &["A"], "market.clerk1", "hall.clerk1"),
    (2, "企业登记", &["A", "E"], "hall.clerk1", ""),
    (3, "社会保险", &["B"], "hrss.clerk1", "medicare.clerk1"),
    (4, "医疗保障", &["B"], "medicare.clerk1", "hrss.clerk1"),
    (5, "不动产与税费", &["C"], "estate.clerk1", "tax.clerk1"),
    (6, "公安综合", &["D"], "police.clerk1", "exit.clerk1"),
    (7, "综合受理", &["E"], "hall.clerk2", "hall.clerk3"),
    (8, "工程与报装", &["F"], "housing.clerk1", "power.clerk1"),
    (9, "办不成事反映", &["G"], "hall.clerk4", "hall.clerk3"),
];
/// Posted in the hall, and nobody comes to them there: for the list of 进厅不办事.
const IDLE: (u16, &str) = (8, "telecom.clerk1");

/// key of the unit, name, address, telephone
const SMALL: [(&str, &str, &str, &str); 3] = [
    ("hall-990102", "汀东区政务服务大厅", "汀东区东门路 18 号", "0999-2102000"),
    ("hall-990121", "安澜县政务服务大厅", "安澜县澜阳大道 6 号", "0999-2121000"),
    ("town-990102002", "柳堤街道便民服务中心", "柳堤路 3 号", "0999-2102002"),
];

/// Days of history that are played.
const DAYS: i64 = 14;
/// What tickets of one morning are for.
const MORNING: [(&str, Priority); 10] = [
    ("A", Priority::Normal),
    ("B", Priority::Normal),
    ("B", Priority::Elderly),
    ("C", Priority::Normal),
    ("D", Priority::Normal),
    ("E", Priority::Normal),
    ("F", Priority::Normal),
    ("A", Priority::Normal),
    ("B", Priority::Soldier),
    ("G", Priority::Normal),
];

/// The halls as they are played day by day.
pub(crate) struct Play<'a> {
    app: &'a House,
    seed: u64,
    dice: Dice,
    hall: i64,
    kiosk: String,
    /// who sits at which window
    clerks: Vec<(u16, Actor)>,
    items: Vec<String>,
    small: Vec<i64>,
}

fn spans(text: &str) -> Result<Vec<Span>> {
    Span::read_all(text).map_err(|said| anyhow::anyhow!("{}", said.zh))
}

fn places(rule: DayRule, first: Date, hours: &str, phone: u16) -> Result<Availability> {
    Ok(Availability {
        days: Days::each(rule, first),
        hours: spans(hours)?,
        breaks: Vec::new(),
        slot_minutes: 30,
        places: Places { phone, counter: 1, walk_in: 2 },
        lead_minutes: 30,
        horizon_days: 7,
    })
}

fn openings(first: Date) -> Result<Vec<Opening>> {
    let rows = [
        (Hours::Office, DayRule::Workdays, "09:00-12:00,13:00-17:00"),
        (Hours::Extended, DayRule::Workdays, "12:00-13:00,17:00-18:00"),
        (Hours::Weekend, DayRule::Weekends, "09:00-12:00"),
    ];
    rows.into_iter()
        .map(|(kind, rule, hours)| Ok(Opening { kind, days: Days::each(rule, first), hours: spans(hours)? }))
        .collect()
}

/// Who is posted at a window: unit, account.
struct Posted<'a> {
    app: &'a House,
    from: Date,
    valid: Date,
}

impl Posted<'_> {
    fn post(&self, window: u16, login: &str, part: Part) -> Result<(Post, Actor)> {
        let staff = self.app.people.staff_called(Actor::system(), login.to_owned()).wait();
        let actor = staff.with_context(|| login.to_owned())?.actor();
        let (staff, unit) = (actor.staff.context("no account")?, actor.unit.unwrap_or(UnitId(1)));
        let training = Training {
            course: "窗口服务规范".to_owned(),
            passed: self.from,
            valid_until: self.valid,
            mark: "合格".to_owned(),
        };
        let post = Post {
            window,
            staff,
            unit,
            part,
            from: self.from,
            until: None,
            authority: "受理、出件".to_owned(),
            training: Some(training),
        };
        Ok((post, actor))
    }
}

/// Makes the halls.
pub(crate) fn begin<'a>(app: &'a House, city: &demo::City, start: Moment) -> Result<Play<'a>> {
    let office = app.city.office_now().wait()?;
    let first = start.plus_us(-US_PER_DAY).date();
    let of = Posted { app, from: first, valid: start.plus_us(400 * US_PER_DAY).date() };
    let unit = |key: &str| office.unit_called(key).map(|u| u.id);
    let long = city.items.iter().find(|i| i.name.starts_with("不动产转移登记")).map(|i| (i.code.clone(), 2));
    let queues = QUEUES.iter().map(|(letter, name, minutes, units)| {
        // Who comes with 办不成事 needs no appointment.
        let mut availability = Vec::new();
        if *letter != "G" {
            availability.push(places(DayRule::Workdays, first, "09:00-12:00,13:00-17:00", 3)?);
        }
        if matches!(*letter, "B" | "C" | "E") {
            availability.push(places(DayRule::Weekends, first, "09:00-12:00", 2)?);
        }
        let items = if *letter == "C" { long.iter().cloned().collect() } else { Vec::new() };
        Ok(Queue {
            letter: (*letter).to_owned(),
            name: (*name).to_owned(),
            handles: Handles {
                units: units.iter().filter_map(|u| unit(u)).collect(),
                items,
                ..Handles::default()
            },
            minutes: *minutes,
            availability,
        })
    });
    let mut posts = Vec::new();
    let mut clerks = Vec::new();
    for (number, _, _, one, two) in WINDOWS {
        let (post, actor) = of.post(number, one, Part::First)?;
        posts.push(post);
        clerks.push((number, actor));
        if !two.is_empty() {
            posts.push(of.post(number, two, Part::Second)?.0);
        }
    }
    posts.push(of.post(IDLE.0, IDLE.1, Part::First)?.0);
    let window = |w: &(u16, &str, &[&str], &str, &str)| Window {
        number: w.0,
        name: w.1.to_owned(),
        queues: w.2.iter().map(|q| (*q).to_owned()).collect(),
    };
    let mut hall = Hall {
        name: "云汀市政务服务大厅".to_owned(),
        unit: unit("hall").context("no unit: hall")?,
        region: demo::CITY_CODE.parse()?,
        address: "云汀市汀江大道 100 号，公交 3 路、11 路市民中心站".to_owned(),
        phone: "0999-2100100".to_owned(),
        windows: WINDOWS.iter().map(window).collect(),
        queues: queues.collect::<Result<_>>()?,
        openings: openings(first)?,
        closures: Vec::new(),
        posts,
        booking: BookingRules::default(),
        queueing: QueueRules::default(),
        misuse: MisuseRules::default(),
        rostering: hall::roster::Rostering::default(),
        helping: hall::help::Helping::default(),
    };
    hall.rostering = hall::roster::usual(&hall);
    let hall = app.halls.put_hall(Actor::system(), 0, 0, hall).wait().context("hall")?;
    demo_help::register(app, hall, start)?;
    let mut small = Vec::new();
    for row in SMALL {
        small.push(app.halls.put_hall(Actor::system(), 0, 0, small_hall(&of, row)?).wait().context(row.0)?);
    }
    let kiosk = app.halls.kiosk_of(Actor::system(), hall).wait()?;
    let items = city.items.iter().map(|i| i.code.clone()).collect();
    Ok(Play { app, seed: city.seed, dice: Dice::new(city.seed, "halls"), hall, kiosk, clerks, items, small })
}

/// A hall of a county or a township: whatever comes, and 办不成事.
fn small_hall(of: &Posted<'_>, (key, name, address, phone): (&str, &str, &str, &str)) -> Result<Hall> {
    let office = of.app.city.office_now().wait()?;
    let unit = office.unit_called(key).with_context(|| format!("no unit: {key}"))?;
    let queue = |letter: &str, name: &str, everything| -> Result<Queue> {
        Ok(Queue {
            letter: letter.to_owned(),
            name: name.to_owned(),
            handles: Handles { everything, ..Handles::default() },
            minutes: 12,
            availability: if everything {
                vec![places(DayRule::Workdays, of.from, "09:00-12:00,13:00-17:00", 2)?]
            } else {
                Vec::new()
            },
        })
    };
    let window = |number, name: &str, queues: &[&str]| Window {
        number,
        name: name.to_owned(),
        queues: queues.iter().map(|q| (*q).to_owned()).collect(),
    };
    let posts = [(1, "clerk1", Part::First), (1, "clerk2", Part::Second), (2, "clerk3", Part::First)];
    Ok(Hall {
        name: name.to_owned(),
        unit: unit.id,
        region: unit.region.clone(),
        address: address.to_owned(),
        phone: phone.to_owned(),
        windows: vec![window(1, "一窗受理", &["A"]), window(2, "办不成事反映", &["A", "G"])],
        queues: vec![queue("A", "综合受理", true)?, queue("G", "办不成事反映", false)?],
        openings: openings(of.from)?,
        closures: Vec::new(),
        posts: posts
            .into_iter()
            .map(|(w, who, part)| Ok(of.post(w, &format!("{key}.{who}"), part)?.0))
            .collect::<Result<_>>()?,
        booking: BookingRules::default(),
        queueing: QueueRules::default(),
        misuse: MisuseRules::default(),
        rostering: hall::roster::Rostering::default(),
        helping: hall::help::Helping::default(),
    })
}

impl Play<'_> {
    /// One working day of the last fortnight: some book and come, some do not come, the windows serve.
    pub(crate) fn day(&mut self, days_left: i64, tick: &dyn Fn()) -> Result<()> {
        if days_left > DAYS {
            return Ok(());
        }
        let mut booked = Vec::new();
        for _ in 0..3 {
            tick();
            booked.extend(self.book(tick)?);
        }
        for (n, (queue, priority)) in MORNING.into_iter().enumerate() {
            (0..3).for_each(|_| tick());
            self.take(queue, priority)?;
            if n % 3 == 2 {
                self.serve(1, tick)?;
            }
            // Who booked comes when the time is near; one of them now and then does not.
            if n == 4 {
                let all = booked.len() - usize::from(days_left % 3 == 0).min(booked.len());
                for (number, phone) in &booked[..all] {
                    let last: String = phone.chars().skip(phone.len().saturating_sub(4)).collect();
                    // Who is too early or too late takes a number like everybody.
                    let _ =
                        self.app.halls.sign_in(self.hall, self.kiosk.clone(), number.clone(), last).wait();
                }
            }
        }
        self.serve(usize::MAX, tick)
    }

    /// The queue as it stands now: some were served, some are at a window, some wait.
    pub(crate) fn today(&mut self, tick: &dyn Fn()) -> Result<()> {
        for (queue, priority) in MORNING.iter().chain(&MORNING[..6]) {
            tick();
            self.take(queue, *priority)?;
        }
        self.roster()?;
        demo_help::Orders::of(self.app, self.hall, self.seed)?.play(tick)?;
        for hall in self.small.clone() {
            let kiosk = self.app.halls.kiosk_of(Actor::system(), hall).wait()?;
            for _ in 0..2 {
                tick();
                let (letter, normal) = ("A".to_owned(), Priority::Normal);
                self.app.halls.take_at_kiosk(hall, kiosk.clone(), letter, normal, None).wait()?;
            }
        }
        self.serve(1, tick)?;
        // At every second window somebody is called, at every third the work has begun.
        for (n, (window, clerk)) in self.clerks.clone().into_iter().enumerate().filter(|(n, _)| n % 3 != 1) {
            tick();
            let v = self.app.halls.next(clerk.clone(), self.hall, window, None).wait()?;
            if n % 3 == 0 {
                self.act(&clerk, &v, Command::Start {})?;
            }
        }
        for _ in 0..12 {
            tick();
            self.book(tick)?;
        }
        Ok(())
    }

    /// Four weeks are rostered from this Monday on, from what was played before.
    fn roster(&self) -> Result<()> {
        let system = Actor::system;
        let today = self.app.city.store().now().date();
        let first = hall_acts::monday(today).date();
        let drawn = self.app.halls.draw_roster(system(), self.hall, first, 4).wait()?;
        let id = self.app.halls.keep_drawn(system(), drawn).wait()?;
        self.app.halls.publish_roster(system(), id, 1).wait()?;
        Ok(())
    }

    fn take(&self, queue: &str, priority: Priority) -> Result<()> {
        let taken =
            self.app.halls.take_at_kiosk(self.hall, self.kiosk.clone(), queue.to_owned(), priority, None);
        taken.wait()?;
        Ok(())
    }

    /// Somebody books the earliest time for some item: number and telephone.
    fn book(&mut self, tick: &dyn Fn()) -> Result<Option<(String, String)>> {
        let item = self.items[self.dice.below(self.items.len())].clone();
        let offers = self.app.halls.earliest(item.clone(), None, None, 2, Channel::Phone).wait()?;
        let here: Vec<_> = offers.iter().filter(|o| o.hall == self.hall).collect();
        let Some(offer) = here.get(self.dice.below(here.len().max(1))) else { return Ok(None) };
        let held = self.app.halls.hold(offer.slot, item).wait()?;
        tick();
        let phone = demo::mobile(&mut self.dice);
        let contact =
            Contact { name: demo::person(&mut self.dice), phone: phone.clone(), ..Contact::default() };
        let asked = Asked::Confirm(contact);
        let done = self.app.halls.act_by_code(None, held.number.clone(), held.code.clone(), asked).wait()?;
        if done.acts.contains(&Booking::Cancel) && self.dice.percent(15) {
            self.app.halls.act_by_code(None, held.number, held.code, Asked::Cancel).wait()?;
            return Ok(None);
        }
        Ok(Some((held.number, phone)))
    }

    fn act(&self, clerk: &Actor, v: &AtWindow, asked: Command) -> Result<AtWindow> {
        let Some(t) = &v.current else { return Ok(v.clone()) };
        Ok(self.app.halls.serve(clerk.clone(), self.hall, v.window, t.id, t.ver, asked).wait()?)
    }

    /// Every window serves at most so many, all of them at the same time; now and then somebody does not answer the call.
    fn serve(&mut self, most: usize, tick: &dyn Fn()) -> Result<()> {
        for _ in 0..most.min(50) {
            let mut called = Vec::new();
            for (window, clerk) in &self.clerks {
                let v = self.app.halls.next(clerk.clone(), self.hall, *window, None).wait()?;
                if v.acts.contains(&Act::Start) {
                    called.push((clerk.clone(), v));
                }
            }
            if called.is_empty() {
                break;
            }
            tick();
            let mut begun = Vec::new();
            for (clerk, v) in called {
                if self.dice.percent(6) {
                    let v = self.act(&clerk, &v, Command::Recall {})?;
                    self.act(&clerk, &v, Command::Miss {})?;
                } else {
                    begun.push((clerk.clone(), self.act(&clerk, &v, Command::Start {})?));
                }
            }
            (0..6 + self.dice.below(8)).for_each(|_| tick());
            for (clerk, v) in begun {
                self.act(&clerk, &v, Command::End {})?;
            }
        }
        Ok(())
    }
}
