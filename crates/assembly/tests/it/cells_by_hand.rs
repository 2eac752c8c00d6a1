//! 城市间, by hand: the whole way of one matter, what is returned, what cannot be read, both engines, and figures up.

use assembly::{House, Worker};
use cells::{HandOver, Known, NewPeer, Parcel, Purpose, Rank, Side, State, clock_at};
use city::Error;
use kernel::{Actor, Moment, Role, StaffId, US_PER_DAY, US_PER_HOUR};
use resolve::{Act, Command, Solved, StageKind};
use resolve_acts::ErasureStep;
use store::{Options, Place, Store};
use testkit::{HandClock, TempDir, both_engines};

use super::cells_of_cities::{KEY, NAMES, Town, fill, pairs, settle, towns, turns};
use super::{START, ticks_clean};

/// The whole way of one matter, with the numbers, the clock, the words and what each side shows; then once more on both engines.
#[test]
fn a_matter_is_handed_over_dealt_with_and_comes_back() {
    let clock = HandClock::at(START.parse().unwrap());
    let all = towns(&clock, 2);
    let (a, b) = (&all[0], &all[1]);
    let number = a.lodge("在衡州办不了社保转移，我的电话13912345678");
    let subject = a.hand(&number, b).unwrap();
    assert_eq!(subject, format!("{number}/1"));
    assert!(a.hand(&number, b).is_err(), "it is handed over already");
    assert_eq!(a.find(Side::Origin, &subject).unwrap().state, State::Offered);
    assert!(a.case(&number).clock.open().is_some(), "our clock runs until they take it");
    settle(&all);
    let came = b.find(Side::Receiver, &subject).unwrap();
    let shown = b.house.cells.matter(b.coordinator(), came.id).wait().unwrap().content.unwrap();
    assert!(shown.words.contains("社保转移") && !shown.words.contains("13912345678"), "{}", shown.words);
    assert!(shown.contact.is_none());
    // Nobody but the coordinator of the city takes it, and not twice.
    for (role, unit) in [(Role::Handler, 2), (Role::Clerk, 1), (Role::Supervisor, 1)] {
        assert!(b.house.cells.accept(b.who(role, unit), came.id).wait().is_err(), "{role:?}");
    }
    clock.move_us(US_PER_DAY);
    let theirs = b.house.cells.accept(b.coordinator(), came.id).wait().unwrap();
    assert!(theirs.starts_with("4304-"), "a number of that city");
    assert!(b.house.cells.accept(b.coordinator(), came.id).wait().is_err());
    let taken = clock_of(b, &subject);
    // Five days pass before it is heard of here; the red light that came on meanwhile is out again.
    clock.move_us(9 * US_PER_DAY);
    a.house.cases.lights_on().unwrap();
    let before = a.case(&number);
    assert!(before.clock.open().unwrap().red_lit);
    settle(&all);
    let after = a.case(&number);
    assert!(after.clock.open().is_none());
    let run = after.clock.runs.last().unwrap();
    assert_eq!(run.stopped, Some(taken), "stopped when they took it, not when it was heard of");
    assert!(!run.red_lit);
    // Dealt with there.
    b.act(b.coordinator(), &theirs, super::to(2)).unwrap();
    let handler = b.who(Role::Handler, 2);
    b.act(handler.clone(), &theirs, Command::Take {}).unwrap();
    settle(&all);
    let seen = a.find(Side::Origin, &subject).unwrap();
    assert_eq!((seen.known.stage.as_str(), seen.known.unit.as_str()), ("handling", "市监局"));
    assert!(seen.known.left.is_some() && seen.known.due.is_some());
    for never in [
        Command::Merge { into: "x".into() },
        Command::AnswerOnSpot { text: "x".into() },
        Command::HandOver { cell: "4306".parse().unwrap(), name: "x".into(), note: "x".into() },
    ] {
        assert!(b.act(b.coordinator(), &theirs, never).is_err());
    }
    b.act(handler.clone(), &theirs, Command::Reply { text: "已经转好".into(), basis: String::new() })
        .unwrap();
    let callback = |solved| Command::Callback { solved, satisfied: None, words: String::new() };
    assert!(b.act(b.coordinator(), &theirs, callback(Solved::Yes)).is_err(), "who took it in calls back");
    settle(&all);
    let offered = a.house.cases.case(a.coordinator(), number.clone()).wait().unwrap();
    assert!(offered.acts.contains(&Act::Callback));
    let events = a.house.cases.events(a.coordinator(), number.clone(), 0).wait().unwrap();
    let said = events.iter().find(|e| e.act == Act::PeerAnswer).unwrap();
    assert!(matches!(&said.happened.asked, Command::PeerAnswer { text, .. } if text == "已经转好"));
    // Not solved: it goes back there, the clock with it.
    a.act(a.coordinator(), &number, callback(Solved::No)).unwrap();
    assert!(a.case(&number).clock.open().is_none());
    settle(&all);
    assert_eq!(b.case(&theirs).stage.kind(), StageKind::Handling);
    b.act(handler, &theirs, Command::Reply { text: "这次好了".into(), basis: String::new() }).unwrap();
    settle(&all);
    a.act(a.coordinator(), &number, callback(Solved::Yes)).unwrap();
    settle(&all);
    assert_eq!(b.case(&theirs).stage.kind(), StageKind::CalledBack);
    assert_eq!(a.case(&number).stage.kind(), StageKind::CalledBack);
    for (town, number) in [(a, &number), (b, &theirs)] {
        town.act(
            town.coordinator(),
            number,
            Command::Archive { summary: String::new(), cause: Some(resolve::Cause::Other) },
        )
        .unwrap();
    }
    let (here, there) = (a.find(Side::Origin, &subject).unwrap(), b.find(Side::Receiver, &subject).unwrap());
    assert_eq!((here.state, turns(&here)), (State::Closed, turns(&there)));
    assert_eq!(turns(&here).len(), 5, "origin, receiver, origin, receiver, origin");
    assert_eq!(clock_at(turns(&here), taken), Some(Side::Receiver));
    for t in &all {
        ticks_clean(&t.house);
    }
}

fn clock_of(town: &Town, subject: &str) -> Moment {
    let known: Known = town.find(Side::Receiver, subject).unwrap().known;
    known.turns.last().unwrap().at
}

#[test]
fn a_matter_is_returned_once_and_a_contact_goes_only_where_it_was_agreed() {
    let clock = HandClock::at(START.parse().unwrap());
    let all = towns(&clock, 2);
    let (a, b) = (&all[0], &all[1]);
    let number = a.lodge("要办的事");
    let run = |a: &Town| a.case(&number).clock.open().map(|r| r.started);
    let started = run(a);
    let first = a.hand(&number, b).unwrap();
    settle(&all);
    let id = b.find(Side::Receiver, &first).unwrap().id;
    assert!(b.house.cells.give_back(b.coordinator(), id, " ".into()).wait().is_err(), "not without a reason");
    b.house.cells.give_back(b.coordinator(), id, "不属本市".into()).wait().unwrap();
    settle(&all);
    assert_eq!(a.case(&number).stage.kind(), StageKind::Accepted);
    assert_eq!(run(a), started, "a return resets no clock");
    // With the contact: only where the two cities agreed on it, and for a purpose.
    let with = |purpose: &str| HandOver {
        number: number.clone(),
        peer: b.code.into(),
        note: "请再核对".into(),
        contact_for: purpose.into(),
    };
    assert!(a.house.cells.hand_over(a.coordinator(), with("联系申请人")).wait().is_err());
    let agreed = |address: &str| NewPeer {
        code: b.code.into(),
        name: b.name.into(),
        address: address.into(),
        rank: Rank::Beside,
        purposes: vec![Purpose::Matters, Purpose::Contact],
        secret: String::new(),
        active: true,
    };
    let plain = a.house.cells.set_peer(a.admin(), agreed("http://b.example")).wait();
    assert!(plain.is_err(), "contacts pass over https only");
    a.house.cells.set_peer(a.admin(), agreed("https://b.example")).wait().unwrap();
    let there = NewPeer { code: a.code.into(), name: a.name.into(), ..agreed("https://a.example") };
    b.house.cells.set_peer(b.admin(), there).wait().unwrap();
    assert!(a.house.cells.set_peer(a.coordinator(), agreed("https://b.example")).wait().is_err());
    let second = a.house.cells.hand_over(a.coordinator(), with("联系申请人")).wait().unwrap();
    settle(&all);
    let came = b.find(Side::Receiver, &second).unwrap();
    assert!(came.known.again && came.known.contact);
    let shown = b.house.cells.matter(b.coordinator(), came.id).wait().unwrap().content.unwrap();
    assert_eq!(shown.contact.unwrap().phone, "138****1234", "masked until it is taken");
    assert!(b.house.cells.give_back(b.coordinator(), came.id, "还是不属".into()).wait().is_err(), "once");
    let theirs = b.house.cells.accept(b.coordinator(), came.id).wait().unwrap();
    let unmasked = b.house.cases.unmask(b.coordinator(), theirs, "联系申请人".into()).wait().unwrap();
    assert_eq!(unmasked.contact.phone, "13800001234");
    settle(&all);
    assert_eq!(a.find(Side::Origin, &second).unwrap().state, State::Accepted);
}

/// 涂去: what is known of a case beside the city's own record is covered too, on the side that erases.
#[test]
fn an_erased_person_is_not_in_what_was_handed_over() {
    let clock = HandClock::at(START.parse().unwrap());
    let all = towns(&clock, 2);
    let (a, b) = (&all[0], &all[1]);
    let number = a.lodge("要办的事");
    let note = "本人电话13800001234，请核对".to_owned();
    let asked = HandOver { number: number.clone(), peer: b.code.into(), note, contact_for: String::new() };
    let subject = a.house.cells.hand_over(a.coordinator(), asked).wait().unwrap();
    settle(&all);
    let came = b.find(Side::Receiver, &subject).unwrap();
    let theirs = b.house.cells.accept(b.coordinator(), came.id).wait().unwrap();
    b.act(b.coordinator(), &theirs, super::to(2)).unwrap();
    let reply = Command::Reply { text: "办好了".into(), basis: String::new() };
    b.act(b.who(Role::Handler, 2), &theirs, reply).unwrap();
    settle(&all);
    let yes = Command::Callback { solved: Solved::Yes, satisfied: None, words: String::new() };
    a.act(a.coordinator(), &number, yes).unwrap();
    a.act(
        a.coordinator(),
        &number,
        Command::Archive { summary: String::new(), cause: Some(resolve::Cause::Other) },
    )
    .unwrap();
    settle(&all);
    let id = a.house.cases.ask_erasure(a.coordinator(), number.clone(), "本人申请".into()).wait().unwrap();
    for (n, step) in [(901, ErasureStep::Check), (902, ErasureStep::Approve)] {
        let by = Actor { staff: Some(StaffId(n)), ..a.coordinator() };
        a.house.cases.step_erasure(by, id, step).wait().unwrap();
    }
    let rows = a
        .store
        .read(|rd| {
            let case = store::cases::by_number(rd, &number)?.unwrap().id;
            store::cells::matters_of(rd, case, "out")
        })
        .unwrap();
    assert_eq!(rows.len(), 1);
    assert!(rows[0].content.is_none() && !rows[0].doc.contains("13800001234"), "{}", rows[0].doc);
    assert!(a.find(Side::Origin, &subject).unwrap().known.note.contains("请核对"), "the rest stays");
}

/// What cannot be read stands aside and is seen on both sides; what follows waits; who is no peer learns nothing.
#[test]
fn what_cannot_be_read_stands_aside_and_strangers_learn_nothing() {
    let clock = HandClock::at(START.parse().unwrap());
    let all = towns(&clock, 3);
    let (a, b, c) = (&all[0], &all[1], &all[2]);
    let number = a.lodge("要办的事");
    a.hand(&number, b).unwrap();
    let parcel = a.parcels(b).remove(0);
    // Another key, another sender, another receiver.
    let forged = Parcel {
        signature: delivery_signature("另一把也足够长的共享密钥-0123456789-xyz", &parcel),
        ..parcel.clone()
    };
    assert_eq!(b.takes(&forged).unwrap_err(), Error::NotFound);
    let stranger = Parcel { id: format!("9999/{}", parcel.key), ..parcel.clone() };
    assert_eq!(b.takes(&stranger).unwrap_err(), Error::NotFound);
    let elsewhere = c.takes(&parcel).unwrap();
    let receipt: serde_json::Value = serde_json::from_slice(&elsewhere).unwrap();
    assert_eq!(receipt["state"], "aside", "signed, but for another city");
    // A kind of a later version.
    let body = parcel.body.replace("\"kind\":\"offer\"", "\"kind\":\"offer_of_2030\"");
    let later = sign(Parcel { body, ..parcel.clone() });
    let receipt = b.takes(&later).unwrap();
    let said: serde_json::Value = serde_json::from_slice(&receipt).unwrap();
    assert_eq!(said["state"], "aside");
    // A receipt of other words than those that were sent is none, though the other side signed it.
    assert!(a.house.cells.receipted(b.code, parcel.key, &receipt).is_err());
    // The same number with other words: the sender was set back.
    let receipt = b.takes(&parcel).unwrap();
    assert!(String::from_utf8(receipt.clone()).unwrap().contains("恢复过备份"));
    a.house.cells.receipted(b.code, parcel.key, &receipt).unwrap();
    for (town, came) in [(a, false), (b, true)] {
        let asides = town.house.cells.asides(town.coordinator()).wait().unwrap();
        assert!(
            asides.iter().any(|m| m.came == came && m.state == "aside" && !m.why.is_empty()),
            "{asides:?}"
        );
    }
    assert!(a.house.cells.receipted(b.code, parcel.key, b"{}").is_err(), "no receipt of theirs");
}

/// What was not agreed stands aside on both sides, and goes its way once it is agreed and said again.
#[test]
fn what_was_not_agreed_stands_aside_until_it_is() {
    let clock = HandClock::at(START.parse().unwrap());
    let all = towns(&clock, 2);
    let (a, b) = (&all[0], &all[1]);
    let agreed = |purposes| NewPeer {
        code: a.code.into(),
        name: a.name.into(),
        address: String::new(),
        rank: Rank::Beside,
        purposes,
        secret: String::new(),
        active: true,
    };
    b.house.cells.set_peer(b.admin(), agreed(vec![])).wait().unwrap();
    let number = a.lodge("要办的事");
    let subject = a.hand(&number, b).unwrap();
    settle(&all);
    for (town, came) in [(a, false), (b, true)] {
        let asides = town.house.cells.asides(town.coordinator()).wait().unwrap();
        assert!(asides.iter().any(|m| m.came == came && m.why.contains("没有约定")), "{asides:?}");
    }
    b.house.cells.set_peer(b.admin(), agreed(vec![Purpose::Matters])).wait().unwrap();
    assert_eq!(b.house.cells.try_messages_again(b.admin()).wait().unwrap(), 1);
    assert_eq!(b.find(Side::Receiver, &subject).unwrap().state, State::Offered);
    // Said again here, it is done there already.
    assert_eq!(a.house.cells.try_messages_again(a.admin()).wait().unwrap(), 1);
    settle(&all);
    for town in &all {
        assert!(town.house.cells.asides(town.coordinator()).wait().unwrap().is_empty());
    }
}

fn delivery_signature(secret: &str, p: &Parcel) -> String {
    delivery::signature(secret, &p.id, p.at_s, &p.body)
}

fn sign(p: Parcel) -> Parcel {
    Parcel { signature: delivery_signature(KEY, &p), ..p }
}

/// The tables of the messages on both engines: a city that speaks with itself in another database is two cities.
#[test]
fn the_rows_of_messages_and_matters_are_the_same_on_both_engines() {
    let clock = HandClock::at(START.parse().unwrap());
    let options = Options { clock: clock.as_clock(), ..Options::default() };
    both_engines(&options, |store| {
        clock.set(START.parse().unwrap());
        let keys = TempDir::new();
        let house = House::open(store.clone(), keys.path()).unwrap();
        fill(&house, NAMES[0].0, NAMES[0].1);
        let other = towns(&clock, 2).remove(1);
        let here = Town {
            house: house.clone(),
            code: NAMES[0].0,
            name: NAMES[0].1,
            store: store.clone(),
            _dirs: (TempDir::new(), TempDir::new()),
        };
        let peer = NewPeer {
            code: other.code.into(),
            name: other.name.into(),
            address: String::new(),
            rank: Rank::Beside,
            purposes: vec![Purpose::Matters],
            secret: KEY.into(),
            active: true,
        };
        house.cells.set_peer(here.admin(), peer).wait().unwrap();
        let all = [here, other];
        let (number, back) = (all[0].lodge("去的事"), all[1].lodge("来的事"));
        let out = all[0].hand(&number, &all[1]).unwrap();
        let came = all[1].hand(&back, &all[0]).unwrap();
        settle(&all);
        for (town, subject) in [(&all[1], &out), (&all[0], &came)] {
            let m = town.find(Side::Receiver, subject).unwrap();
            let theirs = town.house.cells.accept(town.coordinator(), m.id).wait().unwrap();
            town.act(town.coordinator(), &theirs, super::to(2)).unwrap();
            let reply = Command::Reply { text: "办好了".into(), basis: String::new() };
            town.act(town.who(Role::Handler, 2), &theirs, reply).unwrap();
        }
        settle(&all);
        for (town, number) in [(&all[0], &number), (&all[1], &back)] {
            let asked = Command::Callback { solved: Solved::Yes, satisfied: None, words: String::new() };
            town.act(town.coordinator(), number, asked).unwrap();
        }
        settle(&all);
        for (here, there, ..) in pairs(&all) {
            assert_eq!((here.state, turns(&here)), (State::Closed, turns(&there.unwrap())));
        }
        clock.move_us(200 * US_PER_DAY);
        Worker::new(house.clone()).tick().unwrap();
        ticks_clean(&house);
    });
}

/// Figures go up by day; the board above adds them, each matter once wherever it is; a silent city is silent since when and
/// never nought; told twice, late and in the wrong order they are what they were.
#[test]
fn a_province_adds_up_what_its_cities_tell_and_who_is_silent_is_not_nought() {
    let clock = HandClock::at(START.parse().unwrap());
    let mut all = towns(&clock, 2);
    let dirs = (TempDir::new(), TempDir::new());
    let options = Options { clock: clock.as_clock(), ..Options::default() };
    let store = Store::open(&Place::Embedded { dir: dirs.0.path().to_owned() }, options).unwrap();
    let house = House::open(store.clone(), dirs.1.path()).unwrap();
    fill(&house, "43", "湘省");
    all.push(Town { house, code: "43", name: "湘省", store, _dirs: dirs });
    let peer = |of: &Town, rank, purposes| NewPeer {
        code: of.code.into(),
        name: of.name.into(),
        address: String::new(),
        rank,
        purposes,
        secret: KEY.into(),
        active: true,
    };
    let (a, b, top) = (&all[0], &all[1], &all[2]);
    for city in [a, b] {
        city.house
            .cells
            .set_peer(city.admin(), peer(top, Rank::Above, vec![Purpose::Figures]))
            .wait()
            .unwrap();
        top.house
            .cells
            .set_peer(top.admin(), peer(city, Rank::Below, vec![Purpose::Figures]))
            .wait()
            .unwrap();
    }
    let day = |n: i64| START.parse::<Moment>().unwrap().plus_us(n * US_PER_DAY).date();
    let board =
        |from: i64, to: i64| top.house.cells.province(top.coordinator(), day(from), day(to)).wait().unwrap();
    let before = board(0, 0);
    assert!(
        before.cities.iter().all(|l| l.counts.is_none() && l.silent.is_some()),
        "nothing told is not nought"
    );
    // Three lodged in one city, one in the other; one of the three is handed over, taken and answered there.
    let (handed, own) = (a.lodge("转出去的事"), a.lodge("自己办的事"));
    a.lodge("还没有办的事");
    b.lodge("那边的事");
    let subject = a.hand(&handed, b).unwrap();
    settle(&all);
    let came = b.find(Side::Receiver, &subject).unwrap();
    let theirs = b.house.cells.accept(b.coordinator(), came.id).wait().unwrap();
    for (town, number) in [(a, &own), (b, &theirs)] {
        town.act(town.coordinator(), number, super::to(2)).unwrap();
        let reply = Command::Reply { text: "办好了".into(), basis: String::new() };
        town.act(town.who(Role::Handler, 2), number, reply).unwrap();
    }
    // The figures of that moment: the origin does not know yet that it was answered.
    let tell = |t: &Town| Worker::new(t.house.clone()).tick().unwrap();
    tell(a);
    tell(b);
    let old: Vec<Parcel> = a.parcels(top);
    settle(&all);
    let now = board(0, 0);
    let total = now.total.counts.as_ref().unwrap();
    let of = |key: &str| total[key];
    assert_eq!((of("intake"), of("open"), of("replied"), of("handed_over")), (4, 4, 2, 1));
    assert_eq!(now.total.days.iter().sum::<u64>(), 2);
    assert_eq!(cells::middle(&now.total.days), Some(0));
    assert!(now.cities.iter().all(|l| l.silent.is_none() && l.as_of.is_some()));
    let line =
        |b: &cells::ProvinceBoard, code: &str| b.cities.iter().find(|l| l.code == code).unwrap().clone();
    assert_eq!(line(&now, "4304").counts.unwrap()["intake"], 1, "what was received was lodged elsewhere");
    // Two days on only one of them tells: the other is silent since it told last, and its numbers are those of then.
    clock.move_us(2 * US_PER_DAY);
    a.lodge("又一件事");
    tell(a);
    settle(&all);
    let later = board(0, 2);
    let b_line = line(&later, "4304");
    assert_eq!(b_line.silent, line(&now, "4304").as_of);
    assert_eq!((b_line.counts.unwrap()["open"], b_line.told), (1, 1));
    assert_eq!(line(&later, "4306").told, 3, "each day that ended is told");
    assert_eq!(later.total.counts.as_ref().unwrap()["intake"], 5);
    assert!(line(&board(2, 2), "4304").counts.is_none(), "no figures are no nought");
    // Old figures that come once more change nothing.
    for p in &old {
        top.takes(p).unwrap();
    }
    assert_eq!(line(&board(0, 2), "4306").counts, line(&later, "4306").counts);
    // Who is not below, or not agreed, tells nothing; who may not read it sees nothing.
    assert!(top.house.cells.province(top.who(Role::Handler, 2), day(0), day(1)).wait().is_err());
    assert!(top.house.cells.province(top.coordinator(), day(1), day(0)).wait().is_err());
    top.house.cells.set_peer(top.admin(), peer(a, Rank::Beside, vec![])).wait().unwrap();
    clock.move_us(2 * US_PER_HOUR);
    tell(a);
    let p = a.parcels(top).remove(0);
    let receipt: serde_json::Value = serde_json::from_slice(&top.takes(&p).unwrap()).unwrap();
    assert_eq!(receipt["state"], "taken", "what is not wanted is not said again and again");
    assert!(board(0, 4).cities.iter().all(|l| l.code != a.code), "and counts nowhere");
}
