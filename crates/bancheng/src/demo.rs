//! `bancheng demo`: the model city, played through some weeks by its own people, then served.
//!
//! The weeks are played on a clock that is moved by hand, through the same use cases that everybody uses; so the
//! record, the lights and the limits are real ones.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use anyhow::Result;
use assembly::{House, Worker};
use city::{Contact, Settings};
use demo::{City, Dice, Letter};
use kernel::{Actor, Moment, Role, US_PER_DAY, US_PER_HOUR, UnitId};
use people::{NewStaff, NewUnit};
use resolve::{
    Act, Cause, Channel, Command, Complexity, Kind, Registration, ReturnReason, Satisfaction, Solved, Stage,
    Word as _,
};
use store::Options;

use crate::place::PlaceArgs;
use crate::serve;
use crate::{demo_halls, demo_walks};

/// 样板城市 / the model city
#[derive(Debug, clap::Args)]
pub struct Args {
    /// 端口 / port
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// 件数 / how many cases
    #[arg(long, default_value_t = 240)]
    cases: usize,
    /// 只建立,不启动 / make it, do not serve
    #[arg(long)]
    no_serve: bool,
}

/// The password of every account of the model city. A real city has none: its first start prints a set-up address.
const PASSWORD: &str = "bancheng-demo";
const SEED: u64 = 2026;
const DAYS: i64 = 30;

/// Makes the city when the place is empty, and serves it.
pub fn run(place: &PlaceArgs, args: &Args) -> Result<()> {
    make(place, args.cases)?;
    println!("\n样板城市账号（密码均为 {PASSWORD}） / accounts, all with this password:");
    for (who, login) in notable() {
        println!("  {login:<14} {who}");
    }
    if args.no_serve {
        return Ok(());
    }
    serve::run(place, &serve::Args::local(args.port))
}

/// One account for each role, to be printed.
fn notable() -> Vec<(String, String)> {
    let city = demo::city(SEED);
    let mut seen = std::collections::BTreeSet::new();
    city.staff
        .iter()
        .filter(|s| seen.insert(s.role))
        .map(|s| {
            let unit = city.units.iter().find(|u| u.key == s.unit).map_or("", |u| u.short.as_str());
            (format!("{} · {unit} · {}", s.role.zh(), s.name), s.login.clone())
        })
        .collect()
}

fn make(place: &PlaceArgs, cases: usize) -> Result<()> {
    let now = store::system_clock();
    let clock = Arc::new(AtomicI64::new(now.plus_us(-DAYS * US_PER_DAY).us()));
    let hand = Arc::clone(&clock);
    let options = Options {
        clock: Arc::new(move || Moment::from_us(hand.load(Ordering::SeqCst))),
        ..Options::default()
    };
    let app = place.open_with(options).or_else(|e| {
        // A city that was made before has events later than the hand-moved clock; it is opened as it is.
        place.open().map_err(|_| e)
    })?;
    if !app.people.is_empty()? {
        eprintln!("样板城市已在 / the model city is there: {}", place.data_dir.display());
        app.city.store().clone().close();
        return Ok(());
    }
    eprintln!("正在建立样板城市 / making the model city …");
    let city = demo::city(SEED);
    people(&app, &city)?;
    // A day has as many letters as it has, and as many acts as there are cases under way: some five times that.
    let a_day = i64::try_from(cases).unwrap_or(i64::MAX / US_PER_DAY) / DAYS * 6 + 1;
    let tick_us = (10 * US_PER_HOUR / a_day).clamp(1, 60 * kernel::US_PER_SECOND);
    crate::demo_services::begin(&app)?;
    crate::demo_companies::begin(&app, SEED)?;
    crate::demo_aids::begin(&app)?;
    crate::demo_seals::begin(&app)?;
    let start = now.plus_us(-DAYS * US_PER_DAY);
    let walks = demo_walks::begin(&app, &city, start, DAYS)?;
    let halls = demo_halls::begin(&app, &city, start)?;
    Play {
        app: &app,
        city: &city,
        clock: &clock,
        dice: Dice::new(SEED, "play"),
        tongue: Dice::new(SEED, "replies"),
        now,
        tick_us,
        walks,
        halls,
    }
    .weeks(cases, now)?;
    afternoon_over(&app, now)?;
    app.city.store().clone().close();
    Ok(())
}

/// The limits of the model city confirmed, its first bulletin signed, papers on their way: nothing of its first afternoon is left to do.
fn afternoon_over(app: &House, now: Moment) -> Result<()> {
    let Some(who) = app.people.actor_of("approve.coordinator1")? else { return Ok(()) };
    let limits = app.city.office_now().wait()?.rules.limits.clone();
    app.city.set_limits(who.clone(), limits).wait()?;
    let from = now.plus_us(-DAYS * US_PER_DAY).date();
    let ask = supervise::Ask { from, to: now.date(), filter: supervise::Filter::default() };
    let id = app.supervision.draft_bulletin(who.clone(), supervise::Form::Notice, ask).wait()?;
    if let Some(supervisor) = app.people.actor_of("inspect.supervisor1")?
        && let Some((name, _, period, lines)) = supervise::INDICATOR_SAMPLES.last()
    {
        let set =
            supervise::IndicatorSet::read(name, *period, lines).map_err(|e| anyhow::anyhow!("{}", e.said))?;
        app.supervision.write_indicators(supervisor, None, set, false).wait()?;
    }
    crate::demo_data::begin(app, &who)?;
    crate::demo_aids::today(app, SEED)?;
    crate::demo_papers::begin(app, id, now)
}

fn people(app: &House, city: &City) -> Result<()> {
    let system = Actor::system;
    let settings = Settings {
        city: demo::CITY_CODE.parse()?,
        name: demo::CITY_NAME.to_owned(),
        returns_max: None,
        extension_days_max: None,
        rounds_max: None,
    };
    app.city.set_city(system(), settings).wait()?;
    let (zones, zone_units, zone_staff) = demo_walks::zones();
    let regions = city.regions.iter().map(|r| (r.code.clone(), r.name.clone()));
    let zones: Vec<_> = zones.into_iter().filter_map(|(c, n)| Some((c.parse().ok()?, n))).collect();
    app.people.put_regions(system(), regions.chain(zones).collect()).wait()?;
    let unit = |u: &demo::Unit| NewUnit {
        key: u.key.clone(),
        name: u.name.clone(),
        short: u.short.clone(),
        kind: format!("{:?}", u.kind).to_lowercase(),
        parent: u.parent.clone(),
        region: u.region.clone(),
        duties: u.duties.join("\n"),
    };
    app.people.put_units(system(), city.units.iter().map(unit).chain(zone_units).collect()).wait()?;
    let staff = |s: &demo::Staff| NewStaff {
        login: s.login.clone(),
        name: s.name.clone(),
        role: s.role,
        unit: s.unit.clone(),
        position: s.position.clone(),
        password: Some(PASSWORD.to_owned()),
    };
    let zone_staff = zone_staff.into_iter().map(|s| NewStaff { password: Some(PASSWORD.to_owned()), ..s });
    app.people.put_staff(system(), city.staff.iter().map(staff).chain(zone_staff).collect())?;
    Ok(())
}

/// The weeks being played.
struct Play<'a> {
    app: &'a House,
    city: &'a City,
    clock: &'a AtomicI64,
    dice: Dice,
    /// what is said: apart, so that other words make no other city
    tongue: Dice,
    now: Moment,
    /// Between two things that happen, µs: a minute, less when a day has more than its hours hold.
    tick_us: i64,
    walks: demo_walks::Walks<'a>,
    halls: demo_halls::Play<'a>,
}

/// What a clerk notes as the cause when the words say it.
const CAUSES: [(&str, Cause); 10] = [
    ("材料", Cause::MaterialsIncomplete),
    ("系统", Cause::SystemFault),
    ("网上", Cause::SystemFault),
    ("态度", Cause::Attitude),
    ("推", Cause::UnclearDuty),
    ("没人", Cause::UnclearDuty),
    ("迟迟", Cause::Overdue),
    ("一直", Cause::Overdue),
    ("规定", Cause::RigidPolicy),
    ("多年", Cause::Legacy),
];

impl Play<'_> {
    fn weeks(&mut self, cases: usize, now: Moment) -> Result<()> {
        let letters = self.city.letters_over(cases, DAYS as usize);
        let start = now.plus_us(-DAYS * US_PER_DAY);
        let mut open: Vec<(String, UnitId)> = Vec::new();
        let mut letters = letters.iter().peekable();
        let mut beside = crate::demo_ratings::Beside::new(self.app, self.city, SEED);
        let mut applications = crate::demo_applications::Play::new(self.app, self.city, SEED, cases)?;
        let mut whistles = crate::demo_whistles::Play::new(self.app, SEED)?;
        let (clock, tick_us, mut workday) = (self.clock, self.tick_us, 0);
        // The next thing happens a little later, never after now: the record does not take what lies ahead.
        let tick = || {
            let next = clock.load(Ordering::SeqCst) + tick_us;
            clock.fetch_max(next.min(now.us()), Ordering::SeqCst);
        };
        for day in 0..DAYS {
            let morning = Moment::start_of(start.plus_us(day * US_PER_DAY).date());
            self.set(morning.plus_us(9 * US_PER_HOUR).max(start));
            while let Some(letter) = letters.next_if(|l| l.at_us < (day + 1) * US_PER_DAY) {
                self.tick();
                open.push(self.lodge(letter)?);
            }
            let office = self.app.city.office_now().wait()?;
            if office.rules.calendar.works(morning.date()) {
                self.desk_day(&mut open)?;
                beside.day(workday, morning, &tick)?;
                self.halls.day(DAYS - day, &tick)?;
                applications.day(&tick)?;
                whistles.day(workday, Moment::from_us(clock.load(Ordering::SeqCst)), &tick)?;
                workday += 1;
            }
            let at = Moment::from_us(clock.load(Ordering::SeqCst));
            self.walks.day(day, at, tick)?;
            self.set(morning.plus_us(20 * US_PER_HOUR).min(now));
            Worker::new(self.app.clone()).tick()?;
        }
        // Of today what the last two hours saw.
        self.set(Moment::start_of(now.date()).max(now.plus_us(-2 * US_PER_HOUR)));
        let step = now.us().saturating_sub(clock.load(Ordering::SeqCst)) / 150;
        self.halls.today(&|| {
            clock.fetch_max((clock.load(Ordering::SeqCst) + step).min(now.us()), Ordering::SeqCst);
        })?;
        applications.today(&|| self.tick())?;
        self.set(now);
        Worker::new(self.app.clone()).tick()?;
        Ok(())
    }
    fn set(&self, at: Moment) {
        self.clock.fetch_max(at.us(), Ordering::SeqCst);
    }
    /// The next thing happens a little later, never after now: the record does not take what lies ahead.
    fn tick(&self) {
        let next = self.clock.load(Ordering::SeqCst) + self.tick_us;
        self.clock.fetch_max(next.min(self.now.us()), Ordering::SeqCst);
    }

    fn lodge(&self, l: &Letter) -> Result<(String, UnitId)> {
        let office = self.app.city.office_now().wait()?;
        let hall = office.units().iter().find(|u| u.kind == "hall").map_or(UnitId(1), |u| u.id);
        let handler = office.unit_called(l.unit).map_or(hall, |u| u.id);
        let registration = Registration {
            kind: match l.want {
                demo::Want::Ask => Kind::Consultation,
                demo::Want::Help => Kind::Matter,
                demo::Want::Suggest => Kind::Opinion,
                demo::Want::Complain | demo::Want::Report => Kind::Complaint,
            },
            channel: Channel::read(l.channel.word()).unwrap_or(Channel::Web),
            region: l.region.clone(),
            title: l.title.clone(),
            words: l.body.clone(),
            first_asked: hall,
            complexity: if l.no.is_multiple_of(4) { Complexity::Complex } else { Complexity::Simple },
            cause: CAUSES.iter().find(|c| l.body.contains(c.0)).map(|c| c.1),
            item: None,
            campaign: None,
            place: Some(l.place.clone()),
            source_id: None,
            support: 0,
            against: 0,
            hide_reporter: l.no.is_multiple_of(11),
            contact: None,
            set: None,
            ordered: false,
            lodged_at: None,
        };
        let contact = Contact { name: l.name.clone(), phone: l.phone.clone(), ..Contact::default() };
        let lodged = self.app.cases.register(Actor::system(), registration, contact).wait()?;
        Ok((lodged.number, handler))
    }

    /// What the people of the city do on one working day: most cases move one step, some wait.
    fn desk_day(&mut self, open: &mut Vec<(String, UnitId)>) -> Result<()> {
        let mut still = Vec::with_capacity(open.len());
        for (number, handler) in std::mem::take(open) {
            self.tick();
            let case = self.app.cases.case(Actor::system(), number.clone()).wait()?.case;
            if self.dice.percent(22) {
                still.push((number, handler));
                continue;
            }
            let Some((role, unit, asked)) = self.next_step(&case, handler) else { continue };
            let act = asked.act();
            self.app.cases.act(self.somebody(role, unit, &case), number.clone(), asked, None).wait()?;
            if act != Act::Archive {
                still.push((number, handler));
            }
        }
        *open = still;
        Ok(())
    }

    fn somebody(&self, role: Role, unit: Option<UnitId>, case: &resolve::Case) -> Actor {
        Actor {
            staff: None,
            role,
            unit: unit.or(Some(case.first_asked)),
            region: demo::CITY_CODE.parse().ok(),
        }
    }

    fn next_step(
        &mut self,
        case: &resolve::Case,
        handler: UnitId,
    ) -> Option<(Role, Option<UnitId>, Command)> {
        let text = |s: &str| s.to_owned();
        let coordinator = |c| Some((Role::Coordinator, None, c));
        match &case.stage {
            Stage::Registered if case.kind == Kind::Consultation && self.dice.percent(60) => {
                coordinator(Command::AnswerOnSpot {
                    text: text("已当面说明所需材料和办理地点，并一次性告知。"),
                })
            }
            Stage::Registered => coordinator(Command::Accept {}),
            Stage::Accepted => {
                coordinator(Command::Dispatch { unit: handler, note: text("请按期答复反映人") })
            }
            Stage::Dispatched { owner } if !case.bound && case.returns == 0 && self.dice.percent(8) => {
                let evidence = text("三定方案中无此项职责");
                let back = Command::Return { reason: ReturnReason::NotOurDuty, evidence, suggest: None };
                Some((Role::Handler, Some(*owner), back))
            }
            Stage::Dispatched { owner } => Some((Role::Handler, Some(*owner), Command::Take {})),
            Stage::ReturnAsked { owner, .. } => coordinator(Command::Arbitrate {
                unit: *owner,
                ground: text("职责目录载明由该单位牵头"),
            }),
            Stage::Handling { owner } if self.dice.percent(30) => {
                Some((Role::Handler, Some(*owner), Command::Note { words: text("已联系反映人，正在核实") }))
            }
            Stage::Handling { owner } => {
                let (said, basis) = demo::reply(&mut self.tongue, &case.title);
                Some((Role::Handler, Some(*owner), Command::Reply { text: text(said), basis: text(basis) }))
            }
            Stage::Replied { .. } => {
                let happy = self.dice.percent(86);
                coordinator(Command::Callback {
                    solved: if happy { Solved::Yes } else { Solved::No },
                    satisfied: Some(if happy { Satisfaction::Satisfied } else { Satisfaction::Dissatisfied }),
                    words: String::new(),
                })
            }
            Stage::CalledBack { .. } => {
                let cause = case.owes_cause().then(|| *self.tongue.of(Cause::ALL));
                coordinator(Command::Archive { summary: String::new(), cause })
            }
            _ => None,
        }
    }
}
