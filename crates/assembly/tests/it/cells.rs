//! 城市间: two and three cities over a network that loses, repeats, disorders and changes messages and is silent for days.
//! Whatever the order, in the end both sides agree, nothing is lost, nothing is doubled, and at each moment the clock of a
//! matter is with exactly one.

use std::collections::{BTreeMap, BTreeSet};

use assembly::{House, Worker};
use cells::{
    Arrived, HandOver, Known, MatterView, NewPeer, Parcel, Purpose, Rank, Side, State, Turn, clock_at,
};
use city::{Contact, Error, Settings};
use kernel::{Actor, Moment, Role, StaffId, US_PER_DAY, US_PER_HOUR, UnitId};
use people::NewUnit;
use resolve::{Act, Case, Channel, Command, Registration, Satisfaction, Solved, Stage, StageKind, Word as _};
use store::{Options, Place, Store, cases};
use testkit::{HandClock, TempDir, both_engines};

use super::{START, matter, ticks_clean};

const KEY: &str = "一把足够长的共享密钥-0123456789-abcdefghij";

/// A city of the test.
struct Town {
    house: House,
    code: &'static str,
    name: &'static str,
    store: Store,
    _dirs: (TempDir, TempDir),
}

impl Town {
    fn who(&self, role: Role, unit: i64) -> Actor {
        let staff = Some(StaffId(unit * 100 + role as i64));
        Actor { staff, role, unit: Some(UnitId(unit)), region: self.code.parse().ok() }
    }
    fn coordinator(&self) -> Actor {
        self.who(Role::Coordinator, 1)
    }
    fn admin(&self) -> Actor {
        self.who(Role::SystemAdmin, 1)
    }
    fn act(&self, actor: Actor, number: &str, asked: Command) -> Result<Case, Error> {
        self.house.cases.act(actor, number.into(), asked, None).wait().map(|v| v.case)
    }
    fn case(&self, number: &str) -> Case {
        self.store.read(|rd| cases::by_number(rd, number)).unwrap().unwrap()
    }
    fn lodge(&self, words: &str) -> String {
        let registration =
            Registration { region: self.code.parse().unwrap(), words: words.into(), ..matter() };
        let contact = Contact { name: "王小二".into(), phone: "13800001234".into(), ..Contact::default() };
        let number =
            self.house.cases.register(self.coordinator(), registration, contact).wait().unwrap().number;
        self.act(self.coordinator(), &number, Command::Accept {}).unwrap();
        number
    }
    fn hand(&self, number: &str, to: &Town) -> Result<String, Error> {
        let asked = HandOver {
            number: number.into(),
            peer: to.code.into(),
            note: "属地管辖，请办理".into(),
            contact_for: String::new(),
        };
        self.house.cells.hand_over(self.coordinator(), asked).wait()
    }
    fn matters(&self, side: Side) -> Vec<MatterView> {
        self.house.cells.matters(self.coordinator(), side, None).wait().unwrap()
    }
    fn find(&self, side: Side, subject: &str) -> Option<MatterView> {
        self.matters(side).into_iter().find(|m| m.subject == subject)
    }
    fn parcels(&self, to: &Town) -> Vec<Parcel> {
        self.house.cells.parcels(to.code, 100).unwrap()
    }
    /// A parcel comes in: the receipt as it goes back.
    fn takes(&self, p: &Parcel) -> Result<Vec<u8>, Error> {
        let arrived =
            Arrived { id: p.id.clone(), at_s: p.at_s, signature: p.signature.clone(), body: p.body.clone() };
        self.house.cells.receive(arrived).wait().map(|r| serde_json::to_vec(&r).unwrap())
    }
}

const NAMES: [(&str, &str); 3] = [("4306", "临江市"), ("4304", "衡州市"), ("4307", "德水市")];

fn fill(house: &House, code: &'static str, name: &'static str) {
    let settings = Settings {
        city: code.parse().unwrap(),
        name: name.into(),
        returns_max: None,
        extension_days_max: None,
        rounds_max: None,
    };
    house.city.set_city(Actor::system(), settings).wait().unwrap();
    let unit = |key: &str, kind: &str| NewUnit {
        key: key.into(),
        name: format!("{name}{key}"),
        short: key.into(),
        kind: kind.into(),
        parent: None,
        region: code.parse().unwrap(),
        duties: String::new(),
    };
    let units =
        vec![unit("政管办", "coordination"), unit("市监局", "department"), unit("住建局", "department")];
    house.people.put_units(Actor::system(), units).wait().unwrap();
}

fn towns(clock: &HandClock, n: usize) -> Vec<Town> {
    let all: Vec<Town> = NAMES[..n]
        .iter()
        .map(|(code, name)| {
            let dirs = (TempDir::new(), TempDir::new());
            let options = Options { clock: clock.as_clock(), ..Options::default() };
            let store = Store::open(&Place::Embedded { dir: dirs.0.path().to_owned() }, options).unwrap();
            let house = House::open(store.clone(), dirs.1.path()).unwrap();
            fill(&house, code, name);
            Town { house, code, name, store, _dirs: dirs }
        })
        .collect();
    for a in &all {
        for b in all.iter().filter(|b| b.code != a.code) {
            let peer = NewPeer {
                code: b.code.into(),
                name: b.name.into(),
                address: format!("https://{}.example", b.code),
                rank: Rank::Beside,
                purposes: vec![Purpose::Matters],
                secret: KEY.into(),
                active: true,
            };
            a.house.cells.set_peer(a.admin(), peer).wait().unwrap();
        }
    }
    all
}

/// Carries everything both ways until nothing is on its way.
fn settle(towns: &[Town]) {
    for _ in 0..200 {
        let mut quiet = true;
        for a in towns {
            for b in towns.iter().filter(|b| b.code != a.code) {
                for p in a.parcels(b) {
                    quiet = false;
                    let receipt = b.takes(&p).unwrap();
                    a.house.cells.receipted(b.code, p.key, &receipt).unwrap();
                }
            }
        }
        if quiet {
            return;
        }
    }
    panic!("messages without end");
}

/// Same numbers for the same seed.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % n
    }
    fn one_in(&mut self, n: usize) -> bool {
        self.roll(n) == 0
    }
}

/// What is on its way: from, to, what.
struct Net {
    flying: Vec<(usize, usize, Parcel)>,
    /// nothing passes between these two
    silent: BTreeSet<(usize, usize)>,
}

impl Net {
    fn step(&mut self, towns: &[Town], dice: &mut Dice) {
        let (a, b) = (dice.roll(towns.len()), dice.roll(towns.len()));
        if a == b {
            return;
        }
        let pair = (a.min(b), a.max(b));
        if dice.one_in(12) {
            if !self.silent.remove(&pair) {
                self.silent.insert(pair);
            }
            return;
        }
        for p in towns[a].parcels(&towns[b]) {
            // Each goes out again and again until it is receipted.
            if dice.one_in(2) {
                self.flying.push((a, b, p));
            }
        }
        for _ in 0..dice.roll(5) {
            if self.flying.is_empty() {
                break;
            }
            let (from, to, mut p) = self.flying.swap_remove(dice.roll(self.flying.len()));
            if self.silent.contains(&(from.min(to), from.max(to))) || dice.one_in(5) {
                continue;
            }
            if dice.one_in(20) {
                p.body = p.body.replace("seq\":", "seq\": ");
                assert_eq!(towns[to].takes(&p).unwrap_err(), Error::NotFound, "changed on its way");
                continue;
            }
            let receipt = towns[to].takes(&p).unwrap();
            if dice.one_in(4) {
                // It comes once more, much later.
                self.flying.push((from, to, p.clone()));
            }
            if !dice.one_in(4) {
                towns[from].house.cells.receipted(towns[to].code, p.key, &receipt).unwrap();
            }
        }
    }
}

/// One random thing that somebody in a city does; what the rules refuse changes nothing.
fn play(
    towns: &[Town],
    dice: &mut Dice,
    lodged: &mut Vec<(usize, String)>,
    added: &mut Vec<(String, String)>,
) {
    let at = dice.roll(towns.len());
    let town = &towns[at];
    let matters_in = town.matters(Side::Receiver);
    let matters_out = town.matters(Side::Origin);
    let pick =
        |all: &[MatterView], dice: &mut Dice| (!all.is_empty()).then(|| all[dice.roll(all.len())].clone());
    // Mostly what there is something to do about, so that the late states are met.
    let likely = |all: &[MatterView], state: State, dice: &mut Dice| {
        let some: Vec<MatterView> = all.iter().filter(|m| m.state == state).cloned().collect();
        if some.is_empty() || dice.one_in(4) { pick(all, dice) } else { pick(&some, dice) }
    };
    match dice.roll(9) {
        0 => lodged.push((at, town.lodge(&format!("办不成的事，电话13912345678，第{}件", lodged.len())))),
        1 | 2 => {
            let other = (at + 1 + dice.roll(towns.len() - 1)) % towns.len();
            let own: Vec<&String> = lodged.iter().filter(|l| l.0 == at).map(|l| &l.1).collect();
            if !own.is_empty() {
                drop(town.hand(own[dice.roll(own.len())], &towns[other]));
            }
        }
        3 | 4 => {
            if let Some(m) = likely(&matters_in, State::Offered, dice) {
                if dice.one_in(3) {
                    drop(town.house.cells.give_back(town.coordinator(), m.id, "不属本市管辖".into()).wait());
                } else {
                    drop(town.house.cells.accept(town.coordinator(), m.id).wait());
                }
            }
        }
        5 | 6 => {
            if let Some(m) = likely(&matters_in, State::Accepted, dice).filter(|m| !m.number.is_empty()) {
                let unit = 2 + dice.roll(2) as i64;
                let handler = town.who(Role::Handler, unit);
                let text = format!("已办理{}", dice.roll(1_000_000));
                drop(town.act(town.coordinator(), &m.number, super::to(unit)));
                drop(town.act(handler.clone(), &m.number, Command::Take {}));
                if dice.one_in(2) {
                    drop(town.act(handler, &m.number, Command::Reply { text, basis: String::new() }));
                }
            }
        }
        7 => {
            if let Some(m) = likely(&matters_out, State::Answered, dice) {
                let solved = if dice.one_in(3) { Solved::No } else { Solved::Yes };
                let satisfied = Some(if solved == Solved::No {
                    Satisfaction::ALL[Satisfaction::ALL.len() - 1]
                } else {
                    Satisfaction::ALL[0]
                });
                let asked = Command::Callback { solved, satisfied, words: "电话回访".into() };
                drop(town.act(town.coordinator(), &m.number, asked));
                if dice.one_in(4) {
                    drop(town.house.cells.recall(town.coordinator(), m.id).wait());
                }
            }
        }
        _ => {
            if let Some(m) = pick(&matters_out, dice) {
                let words = format!("补充说明甲{}乙", added.len());
                let before = town.case(&m.number);
                if town.act(town.coordinator(), &m.number, Command::AddWords { words: words.clone() }).is_ok()
                    && before.stage.kind() == StageKind::HandedOver
                {
                    added.push((m.number, words));
                }
            }
        }
    }
}

fn turns(m: &MatterView) -> &[Turn] {
    &m.known.turns
}

/// Each matter by both of its sides.
fn pairs(towns: &[Town]) -> Vec<(MatterView, Option<MatterView>, usize, usize)> {
    let mut received: BTreeMap<(String, String), (usize, MatterView)> = BTreeMap::new();
    for (i, t) in towns.iter().enumerate() {
        for m in t.matters(Side::Receiver) {
            received.insert((m.subject.clone(), t.code.to_owned()), (i, m));
        }
    }
    let mut out = Vec::new();
    for (i, t) in towns.iter().enumerate() {
        for m in t.matters(Side::Origin) {
            let there = towns.iter().position(|o| o.code == m.peer).unwrap();
            let twin = received.remove(&(m.subject.clone(), m.peer.clone())).map(|(_, m)| m);
            out.push((m, twin, i, there));
        }
    }
    assert!(received.is_empty(), "received and never handed over: {received:?}");
    out
}

/// At each moment, for each matter: what one side knows of the turns of the clock is a beginning of what the other knows, so
/// that its owner is one and the same for who knows both; and the clocks that run are those of the owner.
fn one_owner(towns: &[Town]) {
    for (here, there, a, b) in pairs(towns) {
        let mine = turns(&here);
        let theirs = there.as_ref().map_or(&mine[..1], |t| turns(t));
        let (short, long) = if mine.len() < theirs.len() { (mine, theirs) } else { (theirs, mine) };
        assert_eq!(&long[..short.len()], short, "{}: the two sides tell different turns", here.subject);
        assert!(long.windows(2).all(|w| w[0].at <= w[1].at && w[0].side != w[1].side), "{long:?}");
        let case = towns[a].case(&here.number);
        let beyond = match &case.stage {
            Stage::HandedOver { peer, .. } => peer.clone(),
            _ => continue,
        };
        // Only the newest hand-over of a case is what its stage tells of.
        if beyond.cell.as_str() != here.peer || here.state.is_end() {
            continue;
        }
        let runs_here = case.clock.open().is_some();
        assert_eq!(runs_here, here.known.clock() == Side::Origin, "{}: {:?}", here.subject, here.known);
        if let Some(t) = there.filter(|t| !t.number.is_empty()) {
            let theirs = towns[b].case(&t.number);
            let handled = !matches!(theirs.stage.kind(), StageKind::CalledBack | StageKind::Archived);
            let runs_there = handled && theirs.clock.open().is_some();
            assert_eq!(runs_there, t.known.clock() == Side::Receiver, "{}: {:?}", t.subject, theirs.stage);
        }
    }
}

/// Both sides agree, nothing lost, nothing doubled.
fn agreed(towns: &[Town], lodged: &[(usize, String)], added: &[(String, String)]) {
    let mut taken = BTreeSet::new();
    for (here, there, _, b) in pairs(towns) {
        let there = there.unwrap_or_else(|| panic!("{} never arrived", here.subject));
        if matches!(here.state, State::Accepted | State::Answered | State::Closed) {
            assert!(taken.insert(here.number.clone()), "{} is dealt with in two places", here.number);
        }
        assert_eq!((here.state, turns(&here)), (there.state, turns(&there)), "{}", here.subject);
        assert_eq!(here.known.number.as_deref().unwrap_or_default(), there.number, "{}", here.subject);
        assert_eq!(here.known.satisfied, there.known.satisfied);
        assert_eq!(here.known.reason, there.known.reason);
        if here.state == State::Accepted {
            let theirs = towns[b].case(&there.number);
            if theirs.stage.kind() != StageKind::Accepted {
                let stage = theirs.stage.kind();
                assert_eq!(here.known.stage, stage.word(), "{}", here.subject);
                let rules = &towns[b].house.city.office_now().wait().unwrap().rules;
                let due = theirs.clock.open().map(|r| r.due(&rules.calendar).0);
                assert_eq!(here.known.due, due, "the limit by the calendar there");
            }
        }
    }
    for t in towns {
        assert!(t.house.cells.asides(t.coordinator()).wait().unwrap().is_empty(), "{}", t.code);
        assert!(t.house.cells.peers(t.admin()).wait().unwrap().iter().all(|p| p.waiting == 0));
    }
    // Every case was lodged in one city; what another city has of it says that it came from there, once.
    let mut own = 0;
    let mut sources = BTreeSet::new();
    let mut told = String::new();
    for t in towns {
        let all = t.store.read(|rd| cases::newest(rd, kernel::CaseId(i64::MAX >> 16), 10_000)).unwrap();
        for case in all {
            own += usize::from(case.channel != Channel::Peer);
            let history = t.store.read(|rd| cases::history(rd, case.id, 0)).unwrap();
            if case.channel == Channel::Peer {
                for e in history {
                    match e.happened.asked {
                        Command::Register(r) => {
                            assert!(!r.words.contains("13912345678") && r.contact.is_none(), "{}", r.words);
                            assert!(sources.insert((t.code, r.source_id.unwrap())), "twice");
                            told += &r.words;
                        }
                        Command::AddWords { words } => told += &words,
                        _ => {}
                    }
                }
            }
        }
    }
    assert_eq!(own, lodged.len(), "each counted once");
    for (number, words) in added {
        let n = usize::from(taken.contains(number));
        assert_eq!(told.matches(words.as_str()).count(), n, "{number}: {words}");
    }
}

fn walk(seed: u64, n: usize, steps: usize) -> BTreeSet<State> {
    let clock = HandClock::at(START.parse().unwrap());
    let towns = towns(&clock, n);
    let mut dice = Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
    let mut net = Net { flying: Vec::new(), silent: BTreeSet::new() };
    let (mut lodged, mut added) = (Vec::new(), Vec::new());
    for step in 0..steps {
        if dice.one_in(2) {
            play(&towns, &mut dice, &mut lodged, &mut added);
        } else {
            net.step(&towns, &mut dice);
        }
        clock.move_us(match dice.roll(20) {
            0 => 3 * US_PER_DAY,
            1..5 => US_PER_HOUR,
            _ => US_PER_HOUR / 60,
        });
        if step % 7 == 0 {
            for t in &towns {
                t.house.cases.lights_on().unwrap();
            }
        }
        one_owner(&towns);
    }
    settle(&towns);
    // What flew about comes down at last, long after it was done.
    for (_, to, p) in net.flying.drain(..) {
        towns[to].takes(&p).unwrap();
    }
    settle(&towns);
    one_owner(&towns);
    agreed(&towns, &lodged, &added);
    let met = towns.iter().flat_map(|t| t.matters(Side::Origin)).map(|m| m.state).collect();
    for t in &towns {
        ticks_clean(&t.house);
    }
    met
}

#[test]
fn two_cities_agree_whatever_the_network_does() {
    for seed in 1..=4 {
        walk(seed, 2, 260);
    }
}

#[test]
fn three_cities_agree_whatever_the_network_does() {
    let mut met = BTreeSet::new();
    for seed in 11..=14 {
        met.extend(walk(seed, 3, 400));
    }
    assert_eq!(met, State::ALL.into_iter().collect(), "the walks meet every state");
}

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
        town.act(town.coordinator(), number, Command::Archive { summary: String::new() }).unwrap();
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
    assert_eq!(receipt["state"], "aside");
}
