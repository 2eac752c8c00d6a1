//! Random acts of everybody at random moments, for both lives.

use kernel::{Actor, Role, US_PER_SECOND};
use proptest::prelude::*;

use super::*;
use hall::appointment::{self as ap, Appointment, Booked};
use hall::ticket::{self as ti, Doing, Taken, Ticket};

const MINUTE: i64 = 60 * US_PER_SECOND;

fn people() -> Vec<Actor> {
    let at = |role, staff, unit| Actor {
        staff: Some(StaffId(staff)),
        role,
        unit: Some(UnitId(unit)),
        region: "9901".parse().ok(),
    };
    vec![
        Actor::system(),
        Actor::resident(),
        at(Role::Clerk, 10, 2),
        at(Role::Handler, 20, 2),
        at(Role::Clerk, 11, 1),
        at(Role::UnitAdmin, 12, 1),
        at(Role::Coordinator, 13, 9),
        at(Role::Supervisor, 14, 9),
        at(Role::Clerk, 99, 7),
    ]
}

/// How they stand to the hall and a window of it.
fn here<'a>(h: &'a Hall, who: &Actor, window: Option<u16>, now: Moment) -> Here<'a> {
    let posts: Vec<u16> =
        who.staff.map_or_else(Vec::new, |s| h.posts_of(s, now.date()).map(|p| p.window).collect());
    Here {
        unit: h.unit,
        region: &h.region,
        posted: !posts.is_empty(),
        at_window: window.is_some_and(|w| posts.contains(&w)),
        helps: false,
    }
}

fn booked(start: Moment) -> Booked {
    Booked {
        hall: 1,
        queue: "A".into(),
        slots: vec![7],
        start,
        end: start.plus_us(20 * MINUTE),
        hours: Hours::Office,
    }
}

fn held(now: Moment, start: Moment) -> Appointment {
    let asked = ap::Command::Hold {
        at: booked(start),
        item: "short".into(),
        name: "社保卡".into(),
        channel: Channel::Phone,
        answers: Vec::new(),
    };
    let h = ap::hold(asked, now, &BookingRules::default()).unwrap();
    Appointment::begin(1, "9901-2026-Y0000001".into(), &h, now).unwrap()
}

fn standing_by(now: Moment, start: Moment) -> Appointment {
    let asked = ap::Command::Standby {
        at: Booked { slots: Vec::new(), end: start.plus_us(2 * kernel::US_PER_DAY), ..booked(start) },
        item: "short".into(),
        name: "社保卡".into(),
        channel: Channel::Phone,
        person: "p0".into(),
    };
    let h = ap::stand_by(asked, now).unwrap();
    Appointment::begin(1, "9901-2026-Y0000001".into(), &h, now).unwrap()
}

fn entered(act: ap::Act, a: &Appointment, n: usize, late: bool) -> ap::Command {
    use ap::{Act, Command as C};
    let words = || ["", "系统升级", "家中有事"][n % 3].to_owned();
    match act {
        Act::Hold => {
            let (item, name, answers) = Default::default();
            C::Hold { at: a.at.clone(), item, name, channel: Channel::Phone, answers }
        }
        Act::Standby => C::Standby {
            at: a.at.clone(),
            item: String::new(),
            name: String::new(),
            channel: Channel::Phone,
            person: String::new(),
        },
        Act::Offer => {
            let to = booked(a.at.start.plus_us(n as i64 * 20 * MINUTE));
            C::Offer { asked_from: to.start.plus_us(-(n as i64) * 60 * MINUTE), to }
        }
        Act::Tell => C::Tell {},
        Act::Confirm => C::Confirm { person: format!("p{}", n % 2) },
        Act::Expire => C::Expire {},
        Act::Move => C::Move { to: booked(a.at.start.plus_us(n as i64 * 20 * MINUTE)) },
        Act::Cancel => C::Cancel {},
        Act::CallOff => C::CallOff { reason: words() },
        Act::Arrive => C::Arrive {},
        Act::Serve => C::Serve {},
        Act::Leave => C::Leave {},
        Act::Miss => C::Miss { office_late: late },
        Act::Excuse => C::Excuse { office_late: late },
        Act::Appeal => C::Appeal {},
        Act::Uphold => C::Uphold { reason: words() },
        Act::Reject => C::Reject { reason: words() },
        Act::Show => C::Show { purpose: words() },
        Act::Erase => C::Erase {},
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]
    #[test]
    fn no_appointment_is_lost_and_it_equals_its_replay(
        ahead in 1i64..3_000,
        stands_by in any::<bool>(),
        acts in prop::collection::vec((0usize..19, 0usize..9, 0usize..9, 0i64..400, any::<bool>()), 1..60),
    ) {
        let (h, rules, began) = (hall(), BookingRules::default(), moment("2026-03-02 08:00"));
        let start = began.plus_us(ahead * MINUTE);
        let first = || if stands_by { standing_by(began, start) } else { held(began, start) };
        let (mut a, mut now) = (first(), began);
        let mut record: Vec<(Moment, String)> = Vec::new();
        let people = people();
        for (act, n, who, minutes, late) in acts {
            now = now.plus_us(minutes * MINUTE);
            // The worker first. The office's own delay decides, and nothing else does.
            if let Some(asked) = a.owed(now, &rules, || late) {
                let was = a.stage;
                let done = a.decide(asked, &Actor::system(), &here(&h, &Actor::system(), None, now), now, &rules)
                    .unwrap_or_else(|r| panic!("{:?} owed at {now}: {r}", a.stage));
                record.push((now, serde_json::to_string(&done).unwrap()));
                a = a.evolve(&done, now, &rules);
                if was == ap::Stage::Confirmed {
                    prop_assert_eq!(a.stage == ap::Stage::Missed, !late, "the office's own delay never makes a no-show");
                }
                prop_assert!(a.owed(now, &rules, || late).is_none_or(|c| c.act() == ap::Act::Erase));
            }
            let person = &people[who % people.len()];
            let hr = here(&h, person, Some(1), now);
            let permitted = a.permitted(person, &hr);
            let act = if n % 2 == 0 && !permitted.is_empty() { permitted[act % permitted.len()] } else { ap::Act::ALL[act] };
            let stood_by = a.stage == ap::Stage::Standby;
            match a.decide(entered(act, &a, n, late), person, &hr, now, &rules) {
                Ok(done) => {
                    prop_assert!(permitted.contains(&act));
                    prop_assert!(!(done.to == ap::Stage::Missed && late && act == ap::Act::Miss));
                    if (act == ap::Act::Cancel || act == ap::Act::Move) && !stood_by {
                        prop_assert!(now < a.at.start);
                    }
                    record.push((now, serde_json::to_string(&done).unwrap()));
                    a = a.evolve(&done, now, &rules);
                }
                Err(r) => prop_assert!(!r.said.zh.is_empty() && !r.said.en.is_empty()),
            }
            // It always goes on: it is over, or somebody is woken for it, or somebody can act.
            prop_assert!(
                a.stage.is_end() || a.next_at(&rules).is_some() || matches!(a.stage, ap::Stage::Arrived | ap::Stage::Appealed)
            );
            prop_assert!(a.moves <= rules.moves_max);
            prop_assert_eq!(a.stage.is_end() || a.stage == ap::Stage::Appealed, a.ended.is_some());
            prop_assert!(!a.person_there || a.person.is_some());
        }
        let mut again = first();
        for (at, text) in &record {
            again = again.evolve(&serde_json::from_str(text).unwrap(), *at, &rules);
        }
        prop_assert_eq!(again, a);
    }

    /// One hall for a day: many tickets, three windows, everybody presses what they like.
    #[test]
    fn nobody_is_called_twice_and_a_window_has_one_ticket(
        steps in prop::collection::vec((0usize..12, 0usize..6, 0usize..9, 0i64..9), 1..220),
    ) {
        let h = hall();
        let began = moment("2026-03-02 09:00");
        let (mut all, mut now): (Vec<Ticket>, Moment) = (Vec::new(), began);
        let mut records: Vec<Vec<(Actor, Moment, String)>> = Vec::new();
        let staff = people();
        for (step, pick, who, minutes) in steps {
            now = now.plus_us(minutes * MINUTE);
            if step < 4 {
                let queue = if pick % 2 == 0 { "A" } else { "B" };
                let booked = (pick > 3).then(|| (1, began.plus_us(pick as i64 * 10 * MINUTE)));
                let priority = Priority::ALL[pick % Priority::ALL.len()];
                let taken = Taken { queue: queue.into(), priority, booked, item: String::new(), ahead: 0, estimate: None, tap: None };
                let done = ti::take(taken, &h).unwrap();
                let t = Ticket::begin(all.len() as i64 + 1, 1, format!("{queue}{:03}", all.len()), &done, now).unwrap();
                all.push(t);
                records.push(vec![(Actor::resident(), now, serde_json::to_string(&done).unwrap())]);
                continue;
            }
            let actor = &staff[who % staff.len()];
            let window = (pick % 4) as u16;
            let number = all.iter().find(|t| t.stage.at_a_window() && t.window == Some(window)).map(|t| t.number.clone());
            let doing = Doing { actor, here: here(&h, actor, Some(window), now), window: Some(window), busy: number.as_deref() };
            let which = match ti::Act::ALL[step] {
                ti::Act::Call => h.window(window).and_then(|w| queue::next(&all, w, &h, now)).map(|t| t.id),
                _ => number.as_deref().and_then(|n| all.iter().find(|t| t.number == n)).or(all.get(pick)).map(|t| t.id),
            };
            let Some(i) = which.map(|id| id as usize - 1) else { continue };
            use ti::Command as C;
            let asked = match ti::Act::ALL[step] {
                ti::Act::Take | ti::Act::Call => C::Call {},
                ti::Act::Recall => C::Recall {},
                ti::Act::Start => C::Start {},
                ti::Act::Park => C::Park { reason: ["", "补材料"][pick % 2].into() },
                ti::Act::Resume => C::Resume {},
                ti::Act::PassOn => C::PassOn { queue: "B".into(), window: [None, Some(3), Some(1)][pick % 3] },
                ti::Act::Miss => C::Miss {},
                ti::Act::Return => C::Return {},
                ti::Act::End => C::End {},
                ti::Act::Leave => C::Leave { reason: "不办了".into() },
                ti::Act::Break => C::Break {},
            };
            let t = &all[i];
            let was = t.clone();
            match t.decide(asked.clone(), &h, &doing) {
                Ok(done) => {
                    if asked.act() == ti::Act::Call {
                        prop_assert_eq!(was.stage, ti::Stage::Waiting, "nobody is called twice");
                    }
                    if matches!(actor.role, Role::Clerk | Role::Handler) && asked.act() != ti::Act::Resume
                        && asked.act() != ti::Act::Leave && asked.act() != ti::Act::Return {
                        prop_assert!(doing.here.at_window, "who is not posted there does nothing there");
                    }
                    records[i].push((actor.clone(), now, serde_json::to_string(&done).unwrap()));
                    all[i] = was.evolve(&done, actor, now);
                }
                Err(r) => prop_assert!(!r.said.zh.is_empty() && !r.said.en.is_empty()),
            }
            for w in 0..4 {
                let n = all.iter().filter(|t| t.stage.at_a_window() && t.window == Some(w)).count();
                prop_assert!(n <= 1, "window {w} has {n}");
            }
            for t in &all {
                prop_assert!(t.waited_us().is_none_or(|w| w >= 0));
                prop_assert_eq!(t.stage.is_end(), t.ended.is_some());
                prop_assert!(t.returns <= h.queueing.returns_max);
            }
        }
        for (t, record) in all.iter().zip(&records) {
            let read = |text: &str| serde_json::from_str::<ti::Happened>(text).unwrap();
            let mut again = Ticket::begin(t.id, 1, t.number.clone(), &read(&record[0].2), record[0].1).unwrap();
            for (who, at, text) in &record[1..] {
                again = again.evolve(&read(text), who, *at);
            }
            prop_assert_eq!(&again, t);
        }
    }
}

#[test]
fn who_is_told_by_telephone_and_when() {
    use ap::Telling;
    let (began, start) = (moment("2026-03-02 10:00"), moment("2026-03-04 09:00"));
    let rules = BookingRules::default();
    let mut a = held(began, start);
    (a.stage, a.channel, a.person_there) = (ap::Stage::Confirmed, Channel::Counter, true);
    let why = |a: &Appointment, at: &str| a.needs_telling(moment(at));
    assert_eq!(why(&a, "2026-03-02 11:00"), None, "two days before, and booked today");
    assert_eq!(why(&a, "2026-03-03 08:00"), Some(Telling::Tomorrow));
    let phone = Appointment { channel: Channel::Phone, ..a.clone() };
    assert_eq!(why(&phone, "2026-03-03 08:00"), None, "the calendar of the phone reminds");
    let told = ap::Happened { asked: ap::Command::Tell {}, to: ap::Stage::Confirmed, held_until: None };
    let a = a.evolve(&told, moment("2026-03-03 08:30"), &rules);
    assert_eq!(why(&a, "2026-03-03 09:00"), None);
    let reason = "系统升级".to_owned();
    let off =
        ap::Happened { asked: ap::Command::CallOff { reason }, to: ap::Stage::CalledOff, held_until: None };
    let a = a.evolve(&off, moment("2026-03-03 09:10"), &rules);
    assert_eq!(why(&a, "2026-03-03 09:20"), Some(Telling::CalledOff), "what changed is told anew");
    assert_eq!(why(&a, "2026-03-04 12:00"), None, "its time is over");
}
