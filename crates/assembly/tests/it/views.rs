//! 常用视图与列: whose they are, who sees what is shared, what is bounded; on both engines.

use city::{Error, ListViews, NewView, VIEWS_MOST, ViewAct};
use kernel::{Actor, Role, StaffId};
use resolve::{Lateness, stretches};
use store::cases::{Query, Scope};

use super::{START, city, coordinator, handler, lodge, who};

fn new(list: &str, name: &str) -> NewView {
    NewView { list: list.into(), name: name.into(), query: "late=1".into(), ..NewView::default() }
}
fn of(app: &assembly::House, actor: &Actor) -> ListViews {
    app.city.views(actor.clone(), "cases".into()).wait().unwrap()
}
fn names(v: &ListViews) -> Vec<&str> {
    v.views.iter().map(|v| v.name.as_str()).collect()
}
/// Somebody else of the unit of the coordinator.
fn colleague() -> Actor {
    Actor { staff: Some(StaffId(150)), ..who(Role::Clerk, 1) }
}

#[test]
fn a_view_is_its_owners_and_nobody_elses() {
    city(|app, _| {
        let (me, other) = (handler(2), handler(3));
        let id = app.city.save_view(me.clone(), new("cases", "我的")).wait().unwrap();
        assert_eq!(names(&of(app, &me)), ["我的"]);
        assert!(of(app, &other).views.is_empty());
        for act in [
            ViewAct::Rename("x".into()),
            ViewAct::Up,
            ViewAct::Down,
            ViewAct::First(true),
            ViewAct::Share(true),
            ViewAct::Share(false),
            ViewAct::Ask(String::new()),
            ViewAct::Columns(vec!["due".into()]),
            ViewAct::Delete,
        ] {
            for who in [other.clone(), coordinator(), colleague(), who(Role::SystemAdmin, 1)] {
                let done = app.city.change_view(who, id, act.clone()).wait();
                assert_eq!(done, Err(Error::NotFound), "{act:?}");
            }
        }
        for nobody in [Actor::resident(), Actor::system()] {
            assert!(app.city.views(nobody.clone(), "cases".into()).wait().is_err());
            assert!(app.city.save_view(nobody, new("cases", "a")).wait().is_err());
        }
        assert_eq!(names(&of(app, &me)), ["我的"], "it stands as it was");
        // One list has nothing to do with another.
        assert!(app.city.views(me, "ratings".into()).wait().unwrap().views.is_empty());
    });
}

#[test]
fn views_are_named_ordered_chosen_and_bounded() {
    city(|app, _| {
        let me = handler(2);
        let save = |name: &str| app.city.save_view(me.clone(), new("cases", name)).wait();
        let act = |id: i64, act: ViewAct| app.city.change_view(me.clone(), id, act).wait();
        let (a, b, c) = (save("甲").unwrap(), save("乙").unwrap(), save("丙").unwrap());
        assert!(matches!(save("甲"), Err(Error::Invalid { .. })), "a name is given once");
        assert!(save(" ").is_err() && save(&"长".repeat(21)).is_err());
        assert!(act(b, ViewAct::Rename("甲".into())).is_err());
        act(b, ViewAct::Rename("乙二".into())).unwrap();
        act(c, ViewAct::Up).unwrap();
        act(a, ViewAct::Up).unwrap();
        assert_eq!(names(&of(app, &me)), ["甲", "丙", "乙二"]);
        act(a, ViewAct::Down).unwrap();
        assert_eq!(names(&of(app, &me)), ["丙", "甲", "乙二"]);
        act(a, ViewAct::First(true)).unwrap();
        act(b, ViewAct::First(false)).unwrap();
        assert_eq!(of(app, &me).first, Some(a), "only what opens first can stop to");
        // Columns of the list and of a view are apart.
        app.city.set_columns(me.clone(), "cases".into(), vec!["title".into(), "due".into()]).wait().unwrap();
        act(a, ViewAct::Columns(vec!["title".into(), "unit".into()])).unwrap();
        let seen = of(app, &me);
        assert_eq!((seen.columns.len(), seen.first), (2, Some(a)));
        assert_eq!(seen.view(a).unwrap().columns, ["title", "unit"]);
        assert!(act(a, ViewAct::Columns(vec!["x y; DROP".into()])).is_err());
        act(a, ViewAct::Delete).unwrap();
        let seen = of(app, &me);
        assert_eq!((names(&seen), seen.first, seen.columns.len()), (vec!["丙", "乙二"], None, 2));
        for n in 0..VIEWS_MOST - 2 {
            app.city.save_view(me.clone(), new("ratings", &format!("第{n}"))).wait().unwrap();
        }
        assert!(matches!(save("多"), Err(Error::Invalid { .. })), "so many over all lists");
        assert!(
            app.city
                .save_view(me.clone(), NewView { query: "q=".repeat(600), ..new("cases", "q") })
                .wait()
                .is_err()
        );
    });
}

#[test]
fn what_is_shared_is_seen_in_the_unit_and_changed_by_its_owner() {
    city(|app, _| {
        let (me, mate, far) = (coordinator(), colleague(), handler(2));
        // Who may not share does not, neither at once nor later.
        let shared = |name: &str| NewView { shared: true, ..new("cases", name) };
        assert!(matches!(app.city.save_view(far.clone(), shared("a")).wait(), Err(Error::Forbidden(_))));
        let own = app.city.save_view(far.clone(), new("cases", "a")).wait().unwrap();
        assert!(matches!(
            app.city.change_view(far.clone(), own, ViewAct::Share(true)).wait(),
            Err(Error::Forbidden(_))
        ));
        assert!(!of(app, &far).may_share && of(app, &me).may_share);

        let id = app.city.save_view(me.clone(), shared("全办")).wait().unwrap();
        let seen = of(app, &mate);
        assert_eq!(names(&seen), ["全办"]);
        assert!(!seen.views[0].own && seen.views[0].shared);
        assert_eq!(names(&of(app, &far)), ["a"], "another unit does not see it");
        // A reader opens with it, and changes nothing of it.
        app.city.change_view(mate.clone(), id, ViewAct::First(true)).wait().unwrap();
        assert_eq!(of(app, &mate).first, Some(id));
        for act in
            [ViewAct::Rename("x".into()), ViewAct::Delete, ViewAct::Share(false), ViewAct::Ask(String::new())]
        {
            let done = app.city.change_view(mate.clone(), id, act.clone()).wait();
            assert!(matches!(done, Err(Error::Forbidden(_))), "{act:?}: {done:?}");
        }
        // Who may share in the unit ends what is shared there, also of somebody who has left.
        let head = Actor { staff: Some(StaffId(151)), ..who(Role::UnitAdmin, 1) };
        app.city.change_view(head, id, ViewAct::Share(false)).wait().unwrap();
        let after = of(app, &mate);
        assert!(after.views.is_empty() && after.first.is_none());
        assert_eq!(names(&of(app, &me)), ["全办"], "it is still its owner's");
    });
}

#[test]
fn the_stretches_of_a_list_add_up_to_the_list() {
    city(|app, clock| {
        for _ in 0..6 {
            lodge(app);
        }
        let whole = Query::of(Scope::Region("4306".into()));
        for days in [0, 1, 2, 4, 9, 20] {
            clock.set(START.parse::<kernel::Moment>().unwrap().plus_us(days * kernel::US_PER_DAY));
            let office = app.city.office_now().wait().unwrap();
            let all = stretches(app.city.store().now(), &office.rules.calendar);
            let queries: Vec<Query> = all
                .iter()
                .map(|s| Query {
                    due_from: s.from,
                    due_before: s.before,
                    untimed: s.of == Lateness::Untimed,
                    ..whole.clone()
                })
                .collect();
            let counts = app.cases.counts(coordinator(), queries.clone(), 1000).wait().unwrap();
            let sum = app.cases.count(coordinator(), whole.clone(), 1000).wait().unwrap();
            assert_eq!(counts.iter().sum::<i64>(), sum, "{days}: {counts:?}");
            let mut seen = std::collections::BTreeSet::new();
            for (q, n) in queries.into_iter().zip(counts) {
                let page = app.cases.list(coordinator(), q).wait().unwrap();
                assert_eq!(page.cases.len(), usize::try_from(n).unwrap());
                seen.extend(page.cases.into_iter().map(|v| v.case.number));
            }
            assert_eq!(seen.len(), usize::try_from(sum).unwrap(), "none twice");
        }
    });
}
