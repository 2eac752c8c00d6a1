//! 大屏与晨报: who makes a wall, what its link opens, how it ends; a morning that is true; on both engines.

use city::Error;
use kernel::{Actor, Role, StreamId, StreamKind, US_PER_DAY, UnitId};
use supervise::{Dim, Screen, Value, WallSpec, figure};
use supervise_acts::{WallFigures, WallNow};

use super::{act, city, coordinator, handler, lodge, to, who};

fn spec() -> WallSpec {
    WallSpec {
        name: "指挥室".into(),
        screens: vec![(Screen::Figures, 10), (Screen::Ranking, 20)],
        targets: vec![("on_time_rate".into(), 95)],
    }
}
fn live(app: &assembly::House, id: i64, token: &str) -> Option<std::sync::Arc<WallFigures>> {
    match app.supervision.wall_now(id, token.into()).wait().unwrap() {
        WallNow::Live(of, figures) => {
            assert_eq!(of, spec());
            Some(figures)
        }
        WallNow::Over => None,
    }
}

#[test]
fn a_wall_is_made_by_who_may_opened_by_its_link_and_ended_on_record() {
    city(|app, clock| {
        for role in Role::ALL {
            // The program itself may do what a coordinator may.
            if !matches!(role, Role::Coordinator | Role::System) {
                let made = app.supervision.make_wall(who(role, 1), spec(), 30).wait();
                assert!(made.is_err(), "{role:?}");
                assert!(
                    role == Role::System || app.supervision.walls(who(role, 1)).wait().is_err(),
                    "{role:?}"
                );
            }
        }
        for (bad, days) in [
            (WallSpec { name: String::new(), ..spec() }, 30),
            (WallSpec { screens: vec![], ..spec() }, 30),
            (spec(), 0),
            (spec(), 367),
        ] {
            assert!(matches!(
                app.supervision.make_wall(coordinator(), bad, days).wait(),
                Err(Error::Invalid { .. })
            ));
        }
        let id = app.supervision.make_wall(coordinator(), spec(), 30).wait().unwrap();
        let other = app.supervision.make_wall(coordinator(), spec(), 30).wait().unwrap();
        let walls = app.supervision.walls(coordinator()).wait().unwrap();
        let token = |id: i64| walls.iter().find(|w| w.id == id).and_then(|w| w.token.clone()).unwrap();
        assert!(token(id).len() >= 32 && token(id) != token(other));

        // The link opens figures; a wrong one, that of another wall and one that never was are over.
        lodge(app);
        app.supervision.figures_on().unwrap();
        let figures = live(app, id, &token(id)).unwrap();
        assert_eq!(figures.total.value(figure("intake").unwrap()), Value::Count(1));
        assert_eq!(figures.stages.iter().map(|s| s.1.last().unwrap()).sum::<u64>(), 1, "it stands somewhere");
        assert_eq!(figures.districts.iter().map(|d| d.2).sum::<u64>(), 1);
        for (id, token) in
            [(id, String::new()), (id, token(other)), (999, token(id)), (id, format!("{}0", token(id)))]
        {
            assert!(live(app, id, &token).is_none());
            assert!(!app.supervision.wall_good(id, token).wait().unwrap());
        }

        // Another city's coordinator does not end it; its own does; the other wall hangs on.
        let far = who(Role::Coordinator, 4);
        assert!(app.supervision.end_wall(far.clone(), id).wait().is_err());
        assert!(app.supervision.walls(far).wait().unwrap().is_empty());
        assert!(app.supervision.end_wall(handler(2), id).wait().is_err());
        assert!(live(app, id, &token(id)).is_some());
        app.supervision.end_wall(coordinator(), id).wait().unwrap();
        assert!(live(app, id, &token(id)).is_none() && live(app, other, &token(other)).is_some());
        let after = app.supervision.walls(coordinator()).wait().unwrap();
        assert!(after.iter().any(|w| w.id == id && w.token.is_none() && w.ended.is_some()));
        // A link ends by itself on its day.
        clock.set(clock.now().plus_us(31 * US_PER_DAY));
        assert!(live(app, other, &token(other)).is_none());

        let stream = StreamId::new(StreamKind::Office, 1);
        let told = app.city.store().read(|rd| store::ledger_rows::stream(rd, stream, 0)).unwrap();
        let acts: Vec<_> = told.iter().map(|e| e.act.as_str()).filter(|a| a.ends_with("_wall")).collect();
        assert_eq!(acts, ["make_wall", "make_wall", "end_wall"]);
    });
}

#[test]
fn a_wall_counts_as_the_boards_count() {
    city(|app, clock| {
        let id = app.supervision.make_wall(coordinator(), spec(), 200).wait().unwrap();
        let token = app.supervision.walls(coordinator()).wait().unwrap()[0].token.clone().unwrap();
        let (a, _b) = (lodge(app), lodge(app));
        act(app, coordinator(), &a, to(2)).unwrap();
        clock.set(clock.now().plus_us(29 * US_PER_DAY));
        app.supervision.figures_on().unwrap();
        let wall = live(app, id, &token).unwrap();
        let today = clock.now().date();
        let from = clock.now().plus_us(-29 * US_PER_DAY).date();
        let ask = supervise::Ask { from, to: today, filter: supervise::Filter::default() };
        let board = app.supervision.board(coordinator(), ask, Dim::Unit).wait().unwrap();
        for key in supervise::WALL_FIGURES.iter().chain(&["intake", "open"]) {
            let f = figure(key).unwrap();
            assert_eq!(wall.total.value(f), board.total.value(f), "{key}");
        }
        let late =
            |l: &supervise_acts::NamedLine| l.line.value(figure("late").unwrap()).number().unwrap_or(0.0);
        let most = board.lines.iter().map(late).fold(0.0, f64::max);
        assert!(most > 0.0, "something is late after a month");
        assert_eq!(wall.units.first().map(|u| u.1 as f64), Some(most));
    });
}

#[test]
fn a_morning_is_true_when_nothing_happened_and_when_something_did() {
    city(|app, clock| {
        let quiet = app.supervision.morning(coordinator()).wait().unwrap();
        assert_eq!((quiet.told.fresh, quiet.told.late, quiet.told.open), (0, 0, 0));
        assert!(quiet.told.worst.is_none() && quiet.told.moved.is_none());
        assert_eq!(quiet.told.solved, Value::Share { part: 0, whole: 0 });
        assert_eq!(quiet.asked.week.filter.region, "4306", "narrowed to the reader");
        let number = lodge(app);
        lodge(app);
        act(app, coordinator(), &number, to(2)).unwrap();
        clock.set(clock.now().plus_us(30 * US_PER_DAY));
        app.supervision.figures_on().unwrap();
        let late = app.supervision.morning(coordinator()).wait().unwrap();
        assert_eq!((late.told.fresh, late.told.open, late.told.late), (0, 2, 2));
        let worst = late.told.worst.unwrap();
        assert!(worst.late >= 1 && !late.worst.is_empty());
        assert_ne!(worst.key, UnitId(0).0.to_string());
        // Its figures are those of the lists that they open.
        let f = figure("late").unwrap();
        let list = app.supervision.figure_list(coordinator(), late.asked.week, f, 0, 10).wait().unwrap();
        assert_eq!(list.count, 2);
        // Who answers for one unit reads of it only, by kind.
        let own = app.supervision.morning(who(Role::UnitAdmin, 2)).wait().unwrap();
        assert_eq!((own.by, own.asked.week.filter.unit), (Dim::Kind, Some(2)));
        for role in [Role::Clerk, Role::Handler, Role::Walker, Role::Volunteer, Role::Resident] {
            assert!(app.supervision.morning(Actor { role, ..coordinator() }).wait().is_err(), "{role:?}");
        }
    });
}
