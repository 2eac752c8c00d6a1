//! Poison harms itself alone: a damaged case, job, letter and figure, and a care that panics; on both engines. And time:
//! a corrected notice, and rules that two nodes with different clocks read alike.

use std::time::Duration;

use assembly::{CARES, Care, House, JOBS, Worker};
use kernel::{CaseId, Moment, Role, StreamId, US_PER_DAY, US_PER_HOUR};
use resolve::{Act, Command, Light};
use resolve_acts::{INDEX, LIGHTS, RECOMPUTE};
use store::{Rd, StoreError, Tx, asides, jobs, vals};
use supervise::{Ask, Dim, Filter, figure};
use supervise_acts::FIGURES;

use super::{act, city, city_with_poison, coordinator, handler, keys, lodge, to, who};

fn exec(app: &House, sql: &'static str, id: i64) {
    let done = app.city.store().write(move |tx: &mut Tx<'_>| tx.exec(sql, vals![id])).unwrap();
    assert_eq!(done, 1, "{sql}");
}
fn aside(app: &House) -> Vec<(String, StreamId, i64)> {
    let all = app.city.store().read(|rd| asides::list(rd, 50)).unwrap();
    assert!(all.iter().all(|a| !a.reason.is_empty()));
    all.into_iter().map(|a| (a.care, a.subject, a.tries)).collect()
}
fn id_of(app: &House, number: &str) -> i64 {
    app.cases.case(coordinator(), number.into()).wait().unwrap().case.id.0
}
fn stream(id: i64) -> StreamId {
    StreamId::case(CaseId(id))
}
fn count<T>(app: &House, f: impl FnOnce(&mut Rd<'_>) -> Result<T, StoreError>) -> T {
    app.city.store().read(f).unwrap()
}

/// All cares but the one that tells of damage: it finds here what the test damages.
fn untold(app: &House) -> Worker {
    let cares: Vec<Care> = CARES.iter().filter(|c| c.name != "compare").copied().collect();
    Worker::with(app.clone(), &cares)
}

#[test]
fn one_damaged_case_letter_job_and_figure_harm_themselves_alone() {
    city_with_poison(|app, clock| {
        let numbers: Vec<_> = (0..4).map(|_| lodge(app)).collect();
        for n in &numbers {
            act(app, coordinator(), n, to(2)).unwrap();
        }
        let (state, letter) = (id_of(app, &numbers[0]), id_of(app, &numbers[1]));
        // A row that is nonsense, oldest of all; an event that cannot be read; a job with a damaged payload.
        exec(app, "UPDATE case_file SET state = '{\"id\":', next_at = 1 WHERE id = $1", state);
        testkit::behind(
            app.city.store().place(),
            &format!("UPDATE event SET data = '{{' WHERE act = 'register' AND stream = {}", stream(letter).0),
        );
        app.city
            .store()
            .write(|tx| {
                let due = tx.now();
                jobs::enqueue(tx, &jobs::NewJob { kind: RECOMPUTE, unique: None, due, payload: "{" })
            })
            .unwrap();
        clock.move_us(14 * US_PER_DAY);
        let tick = untold(app).round();
        assert!(tick.troubles.is_empty(), "{:?}", tick.troubles);
        assert_eq!(tick.of(LIGHTS), 3, "the other three are lit");
        assert!(tick.of("seals") == 1 && tick.of(INDEX) >= 2 && tick.of(FIGURES) >= 2, "{tick:?}");
        let put = aside(app);
        for (care, id) in [(LIGHTS, state), (INDEX, state), (INDEX, letter), (FIGURES, letter)] {
            assert!(put.contains(&(care.into(), stream(id), 1)), "{care} {id}: {put:?}");
        }
        let dead = count(app, |rd| jobs::dead(rd, 9));
        assert!(dead.len() == 1 && dead[0].error.contains("payload"), "{dead:?}");
        // Tried again later each time, with a bound; what is sound goes on all the while.
        for _ in 0..jobs::ATTEMPTS_MAX + 2 {
            untold(app).tick().unwrap();
            clock.move_us(2 * US_PER_HOUR);
        }
        let put = count(app, |rd| asides::list(rd, 50));
        assert!(put.iter().all(|a| a.tries == jobs::ATTEMPTS_MAX && a.again.is_none()), "{put:?}");
        // Mended by hand, and told to try again, it is as if nothing had been.
        let whole = count(app, |rd| {
            rd.query_one("SELECT state FROM case_file WHERE number = $1", vals![&numbers[2]], |r| r.string(0))
        });
        let (own, number) = (
            whole.replace(&format!("\"id\":{}", id_of(app, &numbers[2])), &format!("\"id\":{state}")),
            numbers[0].clone(),
        );
        let own = own.replace(&numbers[2], &number);
        app.city
            .store()
            .write(move |tx| tx.exec("UPDATE case_file SET state = $2 WHERE id = $1", vals![state, &own]))
            .unwrap();
        assert!(app.city.try_again().unwrap() > 0);
        untold(app).tick().unwrap();
        assert!(!aside(app).iter().any(|a| a.0 == INDEX && a.1 == stream(state)), "it is read again");
    });
}

#[test]
fn a_care_that_panics_is_told_and_the_others_go_on() {
    city_with_poison(|app, _| {
        lodge(app);
        let broken =
            Care { name: "broken", zh: "坏的", every: Duration::ZERO, run: |_| panic!("nonsense") };
        let mut cares = vec![broken];
        cares.extend(CARES);
        let worker = Worker::with(app.clone(), &cares);
        let round = worker.round();
        assert_eq!(round.done.len(), CARES.len());
        assert!(round.troubles.len() == 1 && round.troubles[0].to_string().contains("nonsense"), "{round:?}");
        assert!(aside(app).contains(&("broken".into(), asides::WHOLE, 1)));
        assert!(worker.round().troubles.is_empty(), "it waits before it is tried again");
        assert!(worker.tick().is_err());
        // Mended, it goes, and what was noted of it is gone.
        let mended = Care { run: |_| Ok(7), ..broken };
        assert_eq!(Worker::with(app.clone(), &[mended]).round().of("broken"), 7);
        assert!(aside(app).is_empty());
        assert!(count(app, asides::last_round).is_some(), "rounds are noted");
    });
}

#[test]
fn an_attempt_counts_and_a_job_nobody_knows_dies_in_the_end() {
    city_with_poison(|app, clock| {
        app.city
            .store()
            .write(|tx| {
                let due = tx.now();
                jobs::enqueue(tx, &jobs::NewJob { kind: "from-tomorrow", unique: None, due, payload: "{}" })
            })
            .unwrap();
        for _ in 0..jobs::ATTEMPTS_MAX {
            assert!(count(app, |rd| jobs::dead(rd, 9)).is_empty());
            assert_eq!(Worker::new(app.clone()).tick().unwrap().of(JOBS), 0);
            clock.move_us(2 * US_PER_HOUR);
        }
        let dead = count(app, |rd| jobs::dead(rd, 9));
        assert!(dead.len() == 1 && dead[0].error.contains("from-tomorrow"), "{dead:?}");
    });
}

/// The notice of a published year is corrected: every open limit it moves is computed again, on record, and a light it
/// takes back comes again in its time.
#[test]
fn a_corrected_notice_moves_every_open_limit_it_touches() {
    city(|app, clock| {
        let (near, far) = (lodge(app), lodge(app));
        act(app, coordinator(), &near, to(2)).unwrap();
        act(app, coordinator(), &far, to(2)).unwrap();
        act(app, handler(2), &far, Command::Take {}).unwrap();
        let clock_of = |n: &str| app.cases.case(coordinator(), n.into()).wait().unwrap().clock.unwrap();
        let before = clock_of(&near);
        assert!(!before.provisional);
        clock.set(before.due.plus_us(US_PER_HOUR));
        Worker::new(app.clone()).tick().unwrap();
        assert_eq!(clock_of(&near).light, Light::Red);
        let days: Vec<_> =
            (2..=20).map(|d| format!(r#"{{"name":"假","date":"2026-03-{d:02}","isOffDay":true}}"#)).collect();
        let notice = format!(
            r#"{{"year":2026,"papers":["https://www.gov.cn/zhengce/2026.htm"],"days":[{}]}}"#,
            days.join(",")
        );
        app.city.import_calendar(who(Role::SystemAdmin, 1), notice).wait().unwrap();
        assert_eq!(Worker::new(app.clone()).tick().unwrap().of(JOBS), 2);
        for n in [&near, &far] {
            let after = clock_of(n);
            assert!(after.due > before.due && after.light == Light::Green, "{after:?}");
            let events = app.cases.events(coordinator(), n.clone(), 0).wait().unwrap();
            assert_eq!(events.iter().filter(|e| e.act == Act::Recompute).count(), 1);
        }
        assert_eq!(Worker::new(app.clone()).tick().unwrap().of(JOBS), 0, "once");
        clock.set(clock_of(&near).due.plus_us(1));
        assert_eq!(Worker::new(app.clone()).tick().unwrap().of(LIGHTS), 2, "red again, in its time");
    });
}

/// Two nodes, one behind: what was set last holds on both.
#[test]
fn rules_are_the_newest_whatever_a_nodes_clock_says() {
    let early: Moment = "2026-03-02 08:59".parse().unwrap();
    city(|app, _| {
        let slow = std::sync::Arc::new(move || early);
        let options = store::Options { clock: slow, ..store::Options::default() };
        let other = store::Store::open(app.city.store().place(), options).unwrap();
        let node = House::open(other.clone(), &keys()).unwrap();
        let mut limits = resolve::default_limits();
        limits.truncate(1);
        app.city.set_limits(who(Role::SystemAdmin, 1), limits).wait().unwrap();
        assert_eq!(
            node.city.office_now().wait().unwrap().rules.limits.iter().filter(|l| l.set.is_none()).count(),
            1,
            "read by a clock that is behind"
        );
        drop(node);
        other.close();
    });
}

/// A rebuild reaches the memory of this node and of every other one; an older view does not throw memory away.
#[test]
fn facts_are_made_anew_in_the_memory_of_every_node() {
    city(|app, _| {
        lodge(app);
        let now = app.city.store().now();
        let options = store::Options { clock: std::sync::Arc::new(move || now), ..store::Options::default() };
        let other = store::Store::open(app.city.store().place(), options).unwrap();
        let node = House::open(other.clone(), &keys()).unwrap();
        let intake = |app: &House| {
            let filter = Filter::default();
            let ask = Ask { from: "2026-03-01".parse().unwrap(), to: "2026-03-31".parse().unwrap(), filter };
            let board = app.supervision.board(who(Role::Supervisor, 1), ask, Dim::Channel).wait().unwrap();
            board.total.value(figure("intake").unwrap()).text()
        };
        app.supervision.figures_ready().unwrap();
        assert_eq!([intake(app), intake(&node)], ["1", "1"]);
        // What is in memory is made wrong on both nodes: the rows are gone, and both are told so.
        app.city
            .store()
            .write(|tx: &mut Tx<'_>| {
                tx.exec("DELETE FROM fact", &[])?;
                store::facts::new_epoch(tx)
            })
            .unwrap();
        assert_eq!([intake(app), intake(&node)], ["0", "0"]);
        assert_eq!(app.supervision.rebuild_figures(&kernel::Actor::system()).unwrap(), 1);
        assert_eq!([intake(app), intake(&node)], ["1", "1"]);
        drop(node);
        other.close();
    });
}
