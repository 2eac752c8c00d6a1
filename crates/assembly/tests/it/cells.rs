//! 城市间: two and three cities over a network that loses, repeats, disorders and changes messages and is silent for days.
//! Whatever the order, in the end both sides agree, nothing is lost, nothing is doubled, and at each moment the clock of a
//! matter is with exactly one.

use std::collections::{BTreeMap, BTreeSet};

use assembly::House;
use cells::{Arrived, HandOver, MatterView, NewPeer, Parcel, Purpose, Rank, Side, State, Turn};
use city::{Contact, Error, Settings};
use kernel::{Actor, Role, StaffId, US_PER_DAY, US_PER_HOUR, UnitId};
use people::NewUnit;
use resolve::{Case, Channel, Command, Registration, Satisfaction, Solved, Stage, StageKind, Word as _};
use store::{Options, Place, Store, cases};
use testkit::{HandClock, TempDir};

use super::{START, matter, ticks_clean};

pub(super) const KEY: &str = "一把足够长的共享密钥-0123456789-abcdefghij";

/// A city of the test.
pub(super) struct Town {
    pub house: House,
    pub code: &'static str,
    pub name: &'static str,
    pub store: Store,
    pub _dirs: (TempDir, TempDir),
}

impl Town {
    pub(super) fn who(&self, role: Role, unit: i64) -> Actor {
        let staff = Some(StaffId(unit * 100 + role as i64));
        Actor { staff, role, unit: Some(UnitId(unit)), region: self.code.parse().ok() }
    }
    pub(super) fn coordinator(&self) -> Actor {
        self.who(Role::Coordinator, 1)
    }
    pub(super) fn admin(&self) -> Actor {
        self.who(Role::SystemAdmin, 1)
    }
    pub(super) fn act(&self, actor: Actor, number: &str, asked: Command) -> Result<Case, Error> {
        self.house.cases.act(actor, number.into(), asked, None).wait().map(|v| v.case)
    }
    pub(super) fn case(&self, number: &str) -> Case {
        self.store.read(|rd| cases::by_number(rd, number)).unwrap().unwrap()
    }
    pub(super) fn lodge(&self, words: &str) -> String {
        let registration =
            Registration { region: self.code.parse().unwrap(), words: words.into(), ..matter() };
        let contact = Contact { name: "王小二".into(), phone: "13800001234".into(), ..Contact::default() };
        let number =
            self.house.cases.register(self.coordinator(), registration, contact).wait().unwrap().number;
        self.act(self.coordinator(), &number, Command::Accept {}).unwrap();
        number
    }
    pub(super) fn hand(&self, number: &str, to: &Town) -> Result<String, Error> {
        let asked = HandOver {
            number: number.into(),
            peer: to.code.into(),
            note: "属地管辖，请办理".into(),
            contact_for: String::new(),
        };
        self.house.cells.hand_over(self.coordinator(), asked).wait()
    }
    pub(super) fn matters(&self, side: Side) -> Vec<MatterView> {
        self.house.cells.matters(self.coordinator(), side, None).wait().unwrap()
    }
    pub(super) fn find(&self, side: Side, subject: &str) -> Option<MatterView> {
        self.matters(side).into_iter().find(|m| m.subject == subject)
    }
    pub(super) fn parcels(&self, to: &Town) -> Vec<Parcel> {
        self.house.cells.parcels(to.code, 100).unwrap()
    }
    /// A parcel comes in: the receipt as it goes back.
    pub(super) fn takes(&self, p: &Parcel) -> Result<Vec<u8>, Error> {
        let arrived =
            Arrived { id: p.id.clone(), at_s: p.at_s, signature: p.signature.clone(), body: p.body.clone() };
        self.house.cells.receive(arrived).wait().map(|r| serde_json::to_vec(&r).unwrap())
    }
}

pub(super) const NAMES: [(&str, &str); 3] = [("4306", "临江市"), ("4304", "衡州市"), ("4307", "德水市")];

pub(super) fn fill(house: &House, code: &'static str, name: &'static str) {
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

pub(super) fn towns(clock: &HandClock, n: usize) -> Vec<Town> {
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
pub(super) fn settle(towns: &[Town]) {
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
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }
    pub(super) fn roll(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % n
    }
    pub(super) fn one_in(&mut self, n: usize) -> bool {
        self.roll(n) == 0
    }
}

/// What is on its way: from, to, what.
#[derive(Default)]
pub(super) struct Net {
    pub flying: Vec<(usize, usize, Parcel)>,
    /// nothing passes between these two
    silent: BTreeSet<(usize, usize)>,
}

impl Net {
    pub(super) fn step(&mut self, towns: &[Town], dice: &mut Dice) {
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
pub(super) fn play(
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

pub(super) fn turns(m: &MatterView) -> &[Turn] {
    &m.known.turns
}

/// Each matter by both of its sides.
pub(super) fn pairs(towns: &[Town]) -> Vec<(MatterView, Option<MatterView>, usize, usize)> {
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
pub(super) fn one_owner(towns: &[Town]) {
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
pub(super) fn agreed(towns: &[Town], lodged: &[(usize, String)], added: &[(String, String)]) {
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

pub(super) fn walk(seed: u64, n: usize, steps: usize) -> BTreeSet<State> {
    let clock = HandClock::at(START.parse().unwrap());
    let towns = towns(&clock, n);
    let mut dice = Dice::new(seed);
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
