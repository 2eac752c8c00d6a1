//! Nobody reaches beyond their reach: every example that was found, tried and read back, on both engines.

use ::supervise::{Adjust, AdjustKind, Ask, Filter, Form};
use assembly::House;
use catalogue::guide::Variant;
use catalogue::plate::Plate;
use catalogue_acts::HallSettings;
use city::{Contact, Error};
use kernel::{Actor, Date, Role, StaffId, StreamId, StreamKind, UnitId};
use people::{NewStaff, NewUnit, StaffAct};
use resolve::Command;
use supervise_acts::{AccountState, Edited, Measure, Published};
use walk::campaign::{Campaign, Target};
use walk::papers::PaperKind;

use super::{city, coordinator, lodge, matter, to, who};

/// Units of two counties and a township beside those of the city: 5 甲县, 6 乙县, 7 甲县一乡.
fn counties(app: &House) {
    let unit = |key: &str, region: &str| NewUnit {
        key: key.into(),
        name: format!("{key}全称"),
        short: key.into(),
        kind: "coordination".into(),
        parent: None,
        region: region.parse().unwrap(),
        duties: String::new(),
    };
    let units = vec![unit("甲县办", "430602"), unit("乙县办", "430603"), unit("甲县一乡", "430602001")];
    app.people.put_units(Actor::system(), units).wait().unwrap();
}
fn at(role: Role, unit: i64) -> Actor {
    let region = match unit {
        5 => "430602",
        6 => "430603",
        7 => "430602001",
        _ => "4306",
    };
    Actor { region: region.parse().ok(), ..who(role, unit) }
}
fn ask() -> Ask {
    Ask { from: Date::constant(2026, 3, 1), to: Date::constant(2026, 3, 31), filter: Filter::default() }
}
/// It lies beyond the actor: refused in words, or answered as if it were not there.
#[expect(clippy::needless_pass_by_value, reason = "it is asked for only to be refused")]
fn refused<T: std::fmt::Debug>(done: Result<T, Error>) {
    assert!(matches!(done, Err(Error::Forbidden(_) | Error::NotFound)), "{done:?}");
}

#[test]
fn what_holds_in_the_whole_city_is_set_by_the_city_only() {
    city(|app, _| {
        counties(app);
        for unit in [5, 6, 7] {
            let limits = app.city.office_now().wait().unwrap().rules.limits.clone();
            let mut other = limits.clone();
            other.truncate(1);
            for role in Role::ALL {
                if matches!(role, Role::System | Role::Resident) {
                    continue;
                }
                refused(app.city.set_limits(at(role, unit), other.clone()).wait());
                refused(app.catalogue.set_hall(at(role, unit), HallSettings::default()).wait());
                refused(app.people.put_units(at(role, unit), vec![]).wait());
                refused(app.people.put_regions(at(role, unit), vec![]).wait());
                refused(app.city.import_calendar(at(role, unit), String::new()).wait());
                refused(app.catalogue.rotate_plate_key(at(role, unit), Date::constant(2026, 4, 1)).wait());
                refused(app.supervision.rebuild_figures(&at(role, unit)));
                refused(app.cases.forget_index(at(role, unit)).wait());
                refused(app.city.seals(at(role, unit), 0, 10).wait());
                refused(app.city.system_view(at(role, unit)).wait());
                refused(app.people.sign_on(at(role, unit)).wait());
            }
            assert_eq!(app.city.office_now().wait().unwrap().rules.limits, limits, "the limits stand");
        }
        let named = HallSettings { named: vec!["X".into()], ..HallSettings::default() };
        app.catalogue.set_hall(coordinator(), named.clone()).wait().unwrap();
        refused(app.catalogue.set_hall(at(Role::Coordinator, 5), HallSettings::default()).wait());
        assert_eq!(app.catalogue.hall(coordinator()).wait().unwrap().0, named);
    });
}

fn account(login: &str, role: Role, unit: &str) -> NewStaff {
    NewStaff {
        login: login.into(),
        name: login.into(),
        role,
        unit: unit.into(),
        position: String::new(),
        password: None,
    }
}

#[test]
fn accounts_and_tokens_are_of_the_own_reach_and_powerful_acts_stand_on_record() {
    city(|app, _| {
        counties(app);
        let seats = vec![
            account("city-super", Role::Supervisor, "政管办"),
            account("city-admin", Role::SystemAdmin, "政管办"),
            account("market-handler", Role::Handler, "市监局"),
            account("county-coord", Role::Coordinator, "甲县办"),
            account("county-handler", Role::Handler, "甲县办"),
        ];
        app.people.put_staff(Actor::system(), seats).unwrap();
        let all = |app: &House| {
            let all = app
                .people
                .staff_list(who(Role::SystemAdmin, 1), String::new(), StaffId(0), 100)
                .wait()
                .unwrap();
            all.into_iter().map(|s| (s.login, s.role, s.unit, s.active)).collect::<Vec<_>>()
        };
        let before = all(app);
        // C1: a unit administrator gives no role that reaches beyond the unit, and touches no such account.
        for role in Role::ALL {
            let done = app.people.put_staff(at(Role::UnitAdmin, 5), vec![account("new", role, "甲县办")]);
            let may = matches!(role, Role::Clerk | Role::Handler | Role::UnitAdmin);
            assert_eq!(done.is_ok(), may, "{role:?}: {done:?}");
            if may {
                app.people
                    .act_on_staff(at(Role::UnitAdmin, 5), "new".into(), StaffAct::TurnOff)
                    .wait()
                    .unwrap();
            }
        }
        refused(
            app.people.act_on_staff(at(Role::UnitAdmin, 5), "county-coord".into(), StaffAct::TurnOff).wait(),
        );
        assert!(
            app.people
                .put_staff(at(Role::UnitAdmin, 5), vec![account("county-coord", Role::Handler, "甲县办")])
                .is_err()
        );
        // A system administrator of a county neither above nor beside.
        let county = at(Role::SystemAdmin, 5);
        for login in ["city-super", "city-admin", "market-handler"] {
            for act in StaffAct::ALL {
                refused(app.people.act_on_staff(county.clone(), login.into(), act).wait());
            }
            refused(app.people.make_token(&county, login, "x"));
            refused(app.people.staff_called(county.clone(), login.into()).wait());
        }
        assert!(
            app.people
                .put_staff(county.clone(), vec![account("city-super", Role::Supervisor, "政管办")])
                .is_err()
        );
        assert!(
            app.people.put_staff(county.clone(), vec![account("beside", Role::Handler, "乙县办")]).is_err()
        );
        let after: Vec<_> = all(app).into_iter().filter(|s| s.0 != "new").collect();
        assert_eq!(after, before, "nothing of it happened");
        let seen = app.people.staff_list(county.clone(), String::new(), StaffId(0), 100).wait().unwrap();
        assert!(
            seen.iter().all(|s| s.region.as_str().starts_with("430602") && s.secret.is_none()),
            "{seen:?}"
        );
        // What is within reach works, and is on record.
        app.people.make_token(&county, "county-handler", "对接").unwrap();
        let events = app
            .city
            .store()
            .read(|rd| {
                store::ledger_rows::events_of(rd, StreamId::new(StreamKind::Office, 1), 0, 500)
                    .map_err(Error::from)
            })
            .unwrap();
        let made = events.iter().filter(|e| e.act == "make_token").collect::<Vec<_>>();
        assert!(made.len() == 1 && made[0].data.contains("对接"), "{made:?}");
        assert!(made[0].actor.role == Role::SystemAdmin && !made[0].data.contains("token\""));
    });
}

#[test]
fn a_letter_is_lodged_inside_the_city_only() {
    city(|app, _| {
        for region in ["110101", "43", "4307"] {
            let mut away = matter();
            away.region = region.parse().unwrap();
            for actor in [Actor::resident(), coordinator(), Actor::system()] {
                let done = app.cases.register(actor, away.clone(), Contact::default()).wait();
                assert!(matches!(&done, Err(Error::Invalid { field, .. }) if field == "region"), "{done:?}");
            }
        }
        let here = app.cases.register(Actor::resident(), matter(), Contact::default()).wait().unwrap();
        assert!(app.cases.case(coordinator(), here.number).wait().is_ok(), "who dispatches sees it");
    });
}

fn campaign() -> Campaign {
    let target = Target {
        positions: vec!["局长".into()],
        units: vec![],
        regions: vec![],
        walks_each: 1,
        by: "2026-03-20".parse().unwrap(),
        forms: vec![],
        cross: false,
    };
    Campaign {
        name: "走流程".into(),
        from: "2026-03-01".parse().unwrap(),
        to: "2026-03-31".parse().unwrap(),
        targets: vec![target],
        documents_due: "2026-06-30".parse().unwrap(),
        yearly: true,
        planned_groups: vec![],
        validity: walk::validity::Validity::default(),
    }
}

#[test]
fn a_campaign_is_organised_by_its_own_level_and_read_along_its_line() {
    city(|app, _| {
        counties(app);
        let mut leader = account("w", Role::Walker, "市监局");
        leader.position = "局长".into();
        app.people.put_staff(Actor::system(), vec![leader]).unwrap();
        let mut item = catalogue::sample::food_licence();
        (item.unit, item.region, item.version) = ("市监局全称".into(), "4306".parse().ok(), 1);
        item.effective_from = "2026-01-01".parse().ok();
        let code = item.code.clone();
        app.catalogue.take_in_items(&coordinator(), vec![item]).unwrap().wait().unwrap();
        let of_city = app.walks.make_campaign(coordinator(), campaign()).wait().unwrap();
        let of_a = app.walks.make_campaign(at(Role::Coordinator, 5), campaign()).wait().unwrap();
        let by: Date = "2026-03-20".parse().unwrap();
        // (who, campaign): below, beside.
        for (unit, id) in [(5, of_city), (7, of_city), (7, of_a), (6, of_a)] {
            for role in [Role::Coordinator, Role::Supervisor, Role::UnitAdmin, Role::SystemAdmin] {
                let actor = || at(role, unit);
                refused(app.walks.give_walks(actor(), id, 1).wait());
                refused(app.walks.give_walk(actor(), id, "w".into(), code.clone(), by).wait());
                refused(app.walks.repeat_campaign(actor(), id).wait());
                refused(app.walks.hand_in_paper(actor(), id, UnitId(2), PaperKind::ALL[0]).wait());
            }
        }
        for role in [Role::Supervisor, Role::Coordinator] {
            for look in [
                app.walks.signals(at(role, 6), of_a).wait().map(drop),
                app.walks.three_lists(at(role, 6), of_a).wait().map(drop),
                app.walks.papers(at(role, 6), of_a, by).wait().map(drop),
                app.walks.walk_board(at(role, 6), of_a, by).wait().map(drop),
                app.walks.given(at(role, 6), of_a, 0, 10).wait().map(drop),
                app.walks.campaign_walks(at(role, 6), of_a, 0, 10).wait().map(drop),
            ] {
                assert_eq!(look.unwrap_err(), Error::NotFound, "of another county");
            }
        }
        refused(app.walks.signals(at(Role::Supervisor, 5), of_city).wait());
        assert!(
            app.walks.campaign(at(Role::Coordinator, 5), of_city).wait().is_ok(),
            "the line of the region reads it"
        );
        let mine = |unit| app.walks.campaigns(at(Role::Coordinator, unit)).wait().unwrap().len();
        assert_eq!((mine(1), mine(5), mine(6), mine(7)), (2, 2, 1, 2));
        assert!(
            app.walks.given(coordinator(), of_city, 0, 10).wait().unwrap().is_empty(),
            "nothing was given out"
        );
        let nobody = app.walks.give_walk(at(Role::Coordinator, 5), of_a, "w".into(), code, by).wait();
        assert!(
            matches!(nobody, Err(Error::Invalid { .. })),
            "a walker of the city for a county: {nobody:?}"
        );
    });
}

#[test]
fn items_guides_and_plates_are_written_where_they_belong() {
    city(|app, _| {
        counties(app);
        let version = |n: u32, from: &str| {
            let mut item = catalogue::sample::food_licence();
            (item.unit, item.region, item.version) = ("市监局全称".into(), "4306".parse().ok(), n);
            item.effective_from = from.parse().ok();
            item
        };
        let key = version(1, "2026-01-01").code;
        app.catalogue.take_in_items(&coordinator(), vec![version(1, "2026-01-01")]).unwrap().wait().unwrap();
        let mut renamed = version(2, "2026-03-01");
        renamed.name = "改名".into();
        for actor in
            [at(Role::Analyst, 6), at(Role::Coordinator, 5), at(Role::SystemAdmin, 5), at(Role::UnitAdmin, 3)]
        {
            let done = app.catalogue.take_in_items(&actor, vec![renamed.clone()]).unwrap().wait().unwrap();
            assert!(matches!(done[0], catalogue_acts::ItemOutcome::Refused(_)), "{actor:?}: {done:?}");
            // Nor by claiming that it belongs to the own unit or region.
            let mut stolen = renamed.clone();
            stolen.region = actor.region.clone();
            stolen.unit =
                app.city.office_now().wait().unwrap().unit(actor.unit.unwrap()).unwrap().name.clone();
            let done = app.catalogue.take_in_items(&actor, vec![stolen]).unwrap().wait().unwrap();
            assert!(matches!(done[0], catalogue_acts::ItemOutcome::Refused(_)), "{actor:?}: {done:?}");
            assert!(!app.catalogue.item(Some(actor), key.clone()).wait().unwrap().may_write);
        }
        let city_guide =
            Variant { region: "4306".parse().unwrap(), helper: Some("骗子".into()), tips: vec![] };
        for actor in [at(Role::UnitAdmin, 3), at(Role::Coordinator, 5), at(Role::Analyst, 6)] {
            refused(app.catalogue.write_guide(actor, key.clone(), city_guide.clone()).wait());
        }
        let guide = app.catalogue.guide(key.clone(), None).wait().unwrap();
        assert_eq!((guide.row.version, guide.variant.helper), (1, None), "the item and its guide stand");
        let plate = Plate {
            number: 1,
            issue: 1,
            place: "市政务服务中心".into(),
            region: "4306".parse().unwrap(),
            items: vec![key.clone()],
        };
        app.catalogue.put_plates(coordinator(), vec![plate.clone()]).wait().unwrap();
        let taken =
            Plate { issue: 2, place: "骗子".into(), region: "430602".parse().unwrap(), ..plate.clone() };
        for actor in [at(Role::UnitAdmin, 3), at(Role::Coordinator, 5), at(Role::Coordinator, 6)] {
            refused(app.catalogue.put_plates(actor.clone(), vec![taken.clone()]).wait());
            refused(app.catalogue.put_plates(actor, vec![Plate { items: vec![], ..taken.clone() }]).wait());
        }
        assert_eq!(app.catalogue.plates(coordinator(), 0, 10).wait().unwrap()[0].plate, plate);
        app.catalogue.put_plates(at(Role::UnitAdmin, 2), vec![Plate { issue: 2, ..plate }]).wait().unwrap();
    });
}

#[test]
fn papers_of_supervision_stay_with_their_level() {
    city(|app, _| {
        counties(app);
        app.supervision.figures_ready().unwrap();
        let id = app.supervision.draft_bulletin(coordinator(), Form::Monthly, ask()).wait().unwrap();
        let before = app.supervision.bulletin(coordinator(), id).wait().unwrap();
        let edited = || Edited {
            title: "假".into(),
            to: String::new(),
            org: String::new(),
            date: Date::constant(2026, 3, 2),
            copies: String::new(),
            texts: vec![],
        };
        for unit in [5, 6, 7] {
            refused(app.supervision.save_bulletin(at(Role::Coordinator, unit), id, 1, edited()).wait());
            assert_eq!(
                app.supervision.bulletin(at(Role::Coordinator, unit), id).wait().unwrap_err(),
                Error::NotFound
            );
        }
        let after = app.supervision.bulletin(coordinator(), id).wait().unwrap();
        assert_eq!((after.row.state.as_str(), after.bulletin.title), ("draft", before.bulletin.title));

        // The register of accountability.
        app.people
            .put_staff(Actor::system(), vec![account("city-super", Role::Supervisor, "政管办")])
            .unwrap();
        let staff = app.people.staff_called(Actor::system(), "city-super".into()).wait().unwrap();
        let (measure, why) = (|| Measure::ALL[0], || "事由".to_owned());
        for unit in [5, 6, 7] {
            refused(
                app.supervision
                    .hold_account(at(Role::Supervisor, unit), UnitId(2), measure(), why(), vec![])
                    .wait(),
            );
        }
        refused(
            app.supervision.hold_account(at(Role::Supervisor, 6), UnitId(5), measure(), why(), vec![]).wait(),
        );
        let held =
            app.supervision.hold_account(staff.actor(), UnitId(5), measure(), why(), vec![]).wait().unwrap();
        for unit in [5, 6, 7] {
            refused(
                app.supervision
                    .move_account(at(Role::Supervisor, unit), held, AccountState::Withdrawn, why())
                    .wait(),
            );
        }
        let open = app.supervision.accounts(coordinator()).wait().unwrap();
        assert_eq!(open.iter().map(|a| (a.id, a.state)).collect::<Vec<_>>(), [(held, AccountState::Open)]);
        assert!(app.supervision.accounts(at(Role::Supervisor, 6)).wait().unwrap().is_empty());

        // Draws: another level checks nothing; who may not see a case is not told its number.
        let number = lodge(app);
        app.cases.act(coordinator(), number.clone(), to(2), None).wait().unwrap();
        app.supervision.figures_ready().unwrap();
        let key = "dispatched".to_owned();
        let draw =
            app.supervision.draw(at(Role::Supervisor, 1), ask(), key, "种子".into(), 3).wait().unwrap();
        for unit in [5, 6, 7] {
            let done = app.supervision.check_drawn(
                at(Role::Supervisor, unit),
                draw,
                number.clone(),
                "假".into(),
                "无".into(),
            );
            refused(done.wait());
        }
        let told = |actor| app.supervision.draws(actor).wait().unwrap()[0].drawn[0].clone();
        let seen = told(coordinator());
        assert_eq!((seen.name.as_str(), seen.result.as_str()), (number.as_str(), ""));
        for role in [Role::Volunteer, Role::Evaluator, Role::UnitAdmin] {
            let hidden = told(at(role, 3));
            assert!(!hidden.name.contains(&number) && hidden.lot.is_empty(), "{role:?}: {hidden:?}");
        }
        assert_eq!(told(at(Role::UnitAdmin, 2)).name, number, "the own unit's case");

        // Wishes about scores.
        let adjust = Adjust {
            kind: AdjustKind::Bonus,
            part: String::new(),
            points: 1.0,
            reason: "创新".into(),
            day: Date::constant(2026, 3, 2),
        };
        let wish =
            app.supervision.ask_adjust(at(Role::UnitAdmin, 2), UnitId(2), adjust.clone()).wait().unwrap();
        refused(app.supervision.ask_adjust(at(Role::UnitAdmin, 3), UnitId(2), adjust.clone()).wait());
        refused(app.supervision.ask_adjust(at(Role::Coordinator, 5), UnitId(2), adjust).wait());
        refused(app.supervision.decide_adjust(at(Role::Supervisor, 5), wish, true).wait());
        assert_eq!(app.supervision.adjusts(coordinator()).wait().unwrap()[0].state, "asked");
        assert!(app.supervision.adjusts(at(Role::Supervisor, 6)).wait().unwrap().is_empty());
    });
}

#[test]
fn cases_are_found_published_and_told_of_only_where_they_are_seen() {
    city(|app, clock| {
        counties(app);
        let number = lodge(app);
        for asked in [Command::Accept {}, to(2)] {
            clock.move_us(1_000_000);
            app.cases.act(coordinator(), number.clone(), asked, None).wait().unwrap();
        }
        // M6: the message of the unit names the case; who may not see it gets none.
        assert_eq!(app.city.inbox(at(Role::Handler, 2)).wait().unwrap().len(), 1);
        for role in [Role::Walker, Role::SystemAdmin, Role::Volunteer, Role::Evaluator] {
            assert!(app.city.inbox(at(role, 2)).wait().unwrap().is_empty(), "{role:?}");
            assert!(app.city.messages(&at(role, 2)).wait().unwrap().is_empty(), "{role:?}");
        }
        // M14: the way of a case backward.
        assert!(app.walks.walk_backward(coordinator(), number.clone()).wait().is_ok());
        for actor in
            [at(Role::Walker, 3), at(Role::UnitAdmin, 3), at(Role::Coordinator, 6), at(Role::Evaluator, 1)]
        {
            let done = app.walks.walk_backward(actor.clone(), number.clone()).wait();
            refused(done);
        }
        for asked in [Command::Take {}, Command::Reply { text: "已办好。".into(), basis: String::new() }]
        {
            clock.move_us(1_000_000);
            app.cases.act(at(Role::Handler, 2), number.clone(), asked, None).wait().unwrap();
        }
        let what = || Published {
            title: "题".into(),
            words: "问".into(),
            answer: "答".into(),
            unit: "市公安局（冒名）".into(),
            typical: false,
        };
        // The case is of county 430602.
        refused(app.supervision.publish(at(Role::Coordinator, 6), number.clone(), what()).wait());
        let id = app.supervision.publish(coordinator(), number.clone(), what()).wait().unwrap();
        for actor in [at(Role::Coordinator, 6), at(Role::Coordinator, 7), at(Role::UnitAdmin, 2)] {
            refused(app.supervision.withdraw(actor, id, "不想".into()).wait());
        }
        let shown = app.supervision.published(None).wait().unwrap();
        assert_eq!(shown.len(), 1, "it still stands");
        assert_eq!(shown[0].shown.unit, "市监局", "in the name of who answered, whatever the form said");
    });
}
