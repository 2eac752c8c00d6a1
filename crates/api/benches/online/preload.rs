//! A city with many cases, written in batches through the store: one in ten waits for acceptance, one in
//! ten for a unit, the others are closed.

use std::path::Path;
use std::time::Instant;

use access::{City, decide, op};
use assembly::House;
use city::Settings;
use kernel::{Actor, CaseId, Role};
use people::{NewStaff, NewUnit};
use resolve::{Case, Channel, Command, Complexity, Kind, Registration};
use store::cases::{NewCase, Told, insert_many};
use store::{Options, Place, Store, StoreError, counters};

const BATCH: usize = 5_000;
pub const UNITS: usize = 40;

/// Opens the city in `dir`.
pub fn open(dir: &Path) -> House {
    let place = Place::Embedded { dir: dir.to_path_buf() };
    let store = Store::open(&place, Options::default()).unwrap_or_else(|e| panic!("{e}"));
    House::open(store, dir).unwrap_or_else(|e| panic!("{e}"))
}

/// The account that accepts and dispatches, and one handler for each unit.
pub fn login(unit: Option<usize>) -> String {
    unit.map_or_else(|| "coordinator".to_owned(), |i| format!("handler{i}"))
}

pub fn fill(dir: &Path, cases: usize) {
    let began = Instant::now();
    let app = open(dir);
    settle(&app);
    let office = app.city.office_now().wait().unwrap_or_else(|e| panic!("{e}"));
    let units: Vec<_> = office.units().iter().map(|u| u.id).collect();
    let mut done = 0;
    while done < cases {
        let n = BATCH.min(cases - done);
        let (office, units) = (office.clone(), units.clone());
        app.city
            .store()
            .write(move |tx| {
                let system = Actor::system();
                let permit = decide(&system, op::ImportCases, City(&office.settings.city))
                    .map_err(|e| StoreError::Bug(e.to_string()))?;
                let now = tx.now();
                let id = counters::take(tx, "case", n as u32)?;
                let no = counters::take(tx, &format!("case/{}", now.date().year()), n as u32)?;
                let mut new = Vec::with_capacity(n);
                for i in 0..n {
                    let number = format!("9901-{}-{:07}", now.date().year(), no + i as i64);
                    let unit = units[1 + i % (units.len() - 1)];
                    new.push(
                        one(CaseId(id + i as i64), number, i, units[0], unit, &office, now)
                            .ok_or_else(|| StoreError::Bug("case".into()))?,
                    );
                }
                insert_many(tx, &permit, &new.iter().collect::<Vec<_>>(), &office.rules.calendar)?;
                Ok(())
            })
            .unwrap_or_else(|e: StoreError| panic!("{e}"));
        done += n;
    }
    let seconds = began.elapsed().as_secs_f64();
    eprintln!("{cases} cases in {seconds:.1} s ({:.0}/s)", cases as f64 / seconds);
    app.city.store().clone().close();
}

fn one(
    id: CaseId,
    number: String,
    i: usize,
    reception: kernel::UnitId,
    unit: kernel::UnitId,
    office: &city::Office,
    now: kernel::Moment,
) -> Option<NewCase> {
    let registration = Registration {
        kind: [Kind::Matter, Kind::Problem, Kind::Opinion, Kind::Complaint][i % 4],
        channel: Channel::Hotline,
        region: "990102".parse().ok()?,
        title: format!("第{i}号来信:办理证照跑了三趟仍未办结"),
        words: "材料齐全仍被退回,窗口说系统不通,请核实并尽快办理,盼复。".repeat(3),
        first_asked: reception,
        complexity: Complexity::Simple,
        cause: None,
        item: None,
        campaign: None,
        place: None,
        source_id: None,
        support: 0,
        against: 0,
        hide_reporter: false,
        contact: None,
        set: None,
        ordered: false,
        lodged_at: None,
    };
    let coordinator =
        Actor { staff: None, role: Role::Coordinator, unit: Some(reception), region: "9901".parse().ok() };
    let happened = resolve::register(registration, now, &office.rules).ok()?;
    let mut case = Case::begin(id, number, &happened, now)?;
    let mut events = vec![Told::of(&happened, now, &coordinator).ok()?];
    let next = match i % 10 {
        0 => None,
        1 => Some(Command::Dispatch { unit, note: String::new() }),
        _ => Some(Command::Backfill { text: "经核实,已补发证照,并向反映人说明。".repeat(2) }),
    };
    if let Some(asked) = next {
        let (after, happened) = case.act(asked, &coordinator, now, &office.rules).ok()?;
        case = after;
        events.push(Told::of(&happened, now, &coordinator).ok()?);
    }
    Some(NewCase { case, events })
}

fn settle(app: &House) {
    let system = Actor::system();
    let fail = |e: city::Error| -> ! { panic!("{e}") };
    let city = Settings {
        city: "9901".parse().unwrap_or_else(|_| unreachable!()),
        name: "云汀市".into(),
        returns_max: None,
        extension_days_max: None,
        rounds_max: None,
    };
    app.city.set_city(system.clone(), city).wait().unwrap_or_else(|e| fail(e));
    let unit = |i: usize| NewUnit {
        key: format!("u{i}"),
        name: format!("第{i}局"),
        short: format!("{i}局"),
        kind: if i == 0 { "coordination".into() } else { "department".into() },
        parent: None,
        region: "9901".parse().unwrap_or_else(|_| unreachable!()),
        duties: String::new(),
    };
    app.people.put_units(system.clone(), (0..=UNITS).map(unit).collect()).wait().unwrap_or_else(|e| fail(e));
    let staff = |i: Option<usize>| NewStaff {
        login: login(i),
        name: login(i),
        role: if i.is_some() { Role::Handler } else { Role::Coordinator },
        unit: format!("u{}", i.unwrap_or(0)),
        position: String::new(),
        password: None,
    };
    let all = std::iter::once(None).chain((1..=UNITS).map(Some)).map(staff).collect();
    app.people.put_staff(system, all).unwrap_or_else(|e| fail(e));
}
