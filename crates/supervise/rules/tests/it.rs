//! The figures of the five sources as fixtures: what was told there is what the table reckons.

use kernel::{Actor, CaseId, Date, Moment, US_PER_DAY, US_PER_HOUR, UnitId};
use resolve::{
    Case, Cause, Channel, Command, Complexity, Happened, Kind, PlannedStep, Registration, Rules, register,
};
use supervise::{Ask, Dim, Facts, Filter, Places, ServiceEvent, Subject, figure, of_case, of_service};
use workday::WorkCalendar;

fn at(day: i64) -> Moment {
    Moment::start_of(Date::constant(2022, 5, 5)).plus_us(day * US_PER_DAY + 9 * US_PER_HOUR)
}

fn registration(kind: Kind, unit: i64) -> Registration {
    Registration {
        kind,
        channel: if kind == Kind::Problem { Channel::Walk } else { Channel::Window },
        region: "430602".parse().unwrap(),
        title: "问题".into(),
        words: "问题".into(),
        first_asked: UnitId(unit),
        complexity: Complexity::Simple,
        cause: (kind == Kind::Matter).then_some(Cause::Attitude),
        item: None,
        campaign: (kind == Kind::Problem).then(|| "走解优".to_owned()),
        place: None,
        source_id: None,
        support: 0,
        against: 0,
        hide_reporter: false,
        contact: None,
        set: None,
        ordered: false,
        lodged_at: None,
    }
}

/// A case played through the loop itself; who may do what is not asked here, the rules of the loop are.
struct Life {
    rules: Rules,
    case: Case,
    events: Vec<(Happened, Actor, Moment)>,
}

impl Life {
    fn begin(id: i64, kind: Kind, unit: i64, now: Moment) -> Self {
        let rules = Rules::new(WorkCalendar::official());
        let happened = register(registration(kind, unit), now, &rules).unwrap();
        let case = Case::begin(CaseId(id), String::new(), &happened, now).unwrap();
        Self { rules, case, events: vec![(happened, Actor::system(), now)] }
    }
    fn go(mut self, role: kernel::Role, unit: i64, asked: Command, now: Moment) -> Self {
        let actor = Actor {
            staff: Some(kernel::StaffId(role as i64)),
            role,
            unit: Some(UnitId(unit)),
            region: "4306".parse().ok(),
        };
        let (case, happened) = self.case.act(asked, &actor, now, &self.rules).map_err(|(_, r)| r).unwrap();
        self.events.push((happened, actor, now));
        self.case = case;
        self
    }
    fn facts(self) -> Subject {
        let none = |_: &kernel::RegionCode| None;
        let places = Places { calendar: &self.rules.calendar, reception: &none };
        of_case(self.case.id, self.events, &places).unwrap()
    }
}

use kernel::Role::{Coordinator, Handler};

fn ask() -> Ask {
    Ask { from: Date::constant(2022, 5, 1), to: Date::constant(2022, 7, 31), filter: Filter::default() }
}
fn told(facts: &Facts, key: &str) -> String {
    facts.value(&ask(), figure(key).unwrap(), at(200)).text()
}

#[test]
fn yueyang_95_problems_95_plans_33_mended() {
    let mut facts = Facts::new();
    for i in 0..95 {
        // 30 departments and 13 counties.
        let unit = i % 43 + 10;
        let step = PlannedStep { what: "共享审批结果".into(), due: at(60).date() };
        let mut life = Life::begin(i, Kind::Problem, unit, at(0))
            .go(Coordinator, 1, Command::Accept {}, at(0))
            .go(Coordinator, 1, Command::Dispatch { unit: UnitId(unit), note: String::new() }, at(0))
            .go(Handler, unit, Command::Take {}, at(1))
            .go(Handler, unit, Command::Plan { steps: vec![step.clone(), step] }, at(2));
        if i < 33 {
            for n in [1, 2] {
                life = life
                    .go(Handler, unit, Command::FinishStep { step: n, evidence: "照片".into() }, at(5))
                    .go(Coordinator, 1, Command::StrikeOff { step: n, checked: "已核".into() }, at(6));
            }
        }
        facts.put(&life.facts());
    }
    assert_eq!(
        ["problems", "plans", "mended", "mended_rate", "steps", "struck", "rectifying"]
            .map(|k| told(&facts, k)),
        ["95", "95", "33", "34.7%", "190", "66", "95"]
    );
    let by_unit = facts.board(&ask(), Dim::Unit, at(200));
    assert_eq!(by_unit.lines.iter().filter(|l| l.any()).count(), 43);
    // On the day before the first strike-off nothing was mended yet.
    let early = Ask { to: at(5).date(), ..ask() };
    assert_eq!(facts.value(&early, figure("mended").unwrap(), at(200)).text(), "0");
}

#[test]
fn chengzhong_44_are_30_consultations_and_14_matters_at_nine_windows() {
    let mut facts = Facts::new();
    for i in 0..44 {
        let (kind, window) = (if i < 30 { Kind::Consultation } else { Kind::Matter }, i % 9 + 1);
        facts.put(&Life::begin(i, kind, window, at(i % 20)).facts());
    }
    assert_eq!(["intake", "consulted", "matters"].map(|k| told(&facts, k)), ["44", "30", "14"]);
    assert_eq!(facts.board(&ask(), Dim::Unit, at(200)).lines.len(), 9, "nine windows");
    let intake = figure("intake").unwrap();
    let by_cause = facts.board(&ask(), Dim::Cause, at(200)).lines;
    let counts: Vec<_> = by_cause.iter().map(|l| (l.key.as_str(), l.value(intake).text())).collect();
    assert_eq!(counts, [("", "30".to_owned()), ("attitude", "14".to_owned())]);
}

#[test]
fn baoding_615_with_163_94_75_72_50_and_twelve_small_ones() {
    let mut facts = Facts::new();
    // The other counties are not told one by one: together with the named ones and the small ones they make 615.
    let named = [163u32, 94, 75, 72, 50];
    let small = [10, 9, 8, 7, 6, 5, 3, 2, 0, 0, 0, 0];
    let others = [31, 30, 28, 22];
    let mut id = 0;
    for (county, n) in named.iter().chain(&small).chain(&others).enumerate() {
        for _ in 0..*n {
            let serve = ServiceEvent::Serve {
                unit: UnitId(county as i64),
                region: format!("1306{county:02}"),
                place: String::new(),
                item: String::new(),
                theme: "残疾人服务".into(),
                source: "own".into(),
                code: id.to_string(),
                at: at(1),
            };
            facts.put(&of_service(id, [(serve, at(1))]).unwrap());
            id += 1;
        }
    }
    let themed = Ask { filter: Filter { theme: "残疾人服务".into(), ..Filter::default() }, ..ask() };
    let services = figure("services").unwrap();
    assert_eq!(facts.value(&themed, services, at(200)).text(), "615");
    let board = facts.board(&themed, Dim::Region, at(200));
    let mut counts: Vec<u64> = board
        .lines
        .iter()
        .map(|l| match l.value(services) {
            supervise::Value::Count(n) => n,
            supervise::Value::Share { .. } => 0,
        })
        .collect();
    counts.sort_unstable_by(|a, b| b.cmp(a));
    assert_eq!(counts[..5], [163, 94, 75, 72, 50]);
    // Those with none have no line here; the league table of `app` adds them from the list of regions.
    assert_eq!(counts.iter().filter(|n| **n <= 10).count() + 4, 12);
    // “占了全市四分之一多”
    assert_eq!(supervise::Value::Share { part: 163, whole: 615 }.text(), "26.5%");
}

#[test]
fn liaocheng_replies_within_five_working_days_are_in_time() {
    let mut facts = Facts::new();
    for i in 0..120 {
        // A hundred are answered on the fifth working day, twenty on the sixth: 2022-05-05 is a Thursday, 7 May is worked.
        let days = if i < 100 { 6 } else { 7 };
        let text = Command::Reply { text: "已办".into(), basis: String::new() };
        let life = Life::begin(i, Kind::Opinion, 2, at(0))
            .go(Coordinator, 1, Command::Accept {}, at(0))
            .go(Coordinator, 1, Command::Dispatch { unit: UnitId(2), note: String::new() }, at(0))
            .go(Handler, 2, Command::Take {}, at(0))
            .go(Handler, 2, text, at(days));
        facts.put(&life.facts());
    }
    assert_eq!(
        ["replied", "replied_in_time", "replied_late", "on_time_rate"].map(|k| told(&facts, k)),
        ["120", "100", "20", "83.3%"]
    );
}
