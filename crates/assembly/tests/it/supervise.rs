//! Ratings, boards, bulletins, scores and the register on both engines.

use ::supervise::{
    Adjust, AdjustKind, Ask, Codes, Convention, Dim, FIGURES, Filter, Form, Formula, Level, Part,
    RateChannel, Record, Value, figure,
};
use assembly::House;
use city::Error;
use kernel::{Actor, Date, Role, US_PER_DAY, US_PER_HOUR, UnitId};
use resolve::{Command, Kind, StageKind};
use supervise_acts::{AccountState, Edited, Measure, NewRating, NewService, Published, Pushed};
use testkit::HandClock;

use super::{city, coordinator, handler, matter, who};

fn ask() -> Ask {
    Ask { from: Date::constant(2026, 3, 1), to: Date::constant(2026, 3, 31), filter: Filter::default() }
}
fn told(app: &House, key: &str) -> String {
    app.supervision.figures_ready().unwrap();
    let board = app.supervision.board(supervisor(), ask(), Dim::Channel).wait().unwrap();
    board.total.value(figure(key).unwrap()).text()
}
fn supervisor() -> Actor {
    who(Role::Supervisor, 1)
}
fn rating(level: Level) -> NewRating {
    NewRating {
        level,
        reasons: vec!["101".into(), "999".into()],
        words: "等了一上午".into(),
        channel: RateChannel::Qr,
        device: "手机".into(),
        phone: "13800001234".into(),
    }
}
fn serve(app: &House) -> supervise_acts::Receipt {
    let service = NewService {
        unit: Some(UnitId(2)),
        place: "1号窗口".into(),
        item: "注册".into(),
        ..NewService::default()
    };
    app.supervision.serve(who(Role::Clerk, 2), service).wait().unwrap()
}
/// A matter through the loop up to its reply.
fn replied(app: &House, clock: &HandClock) -> (String, String) {
    let lodged = app.cases.register(coordinator(), matter(), city::Contact::default()).wait().unwrap();
    for (actor, asked) in [
        (coordinator(), Command::Accept {}),
        (coordinator(), Command::Dispatch { unit: UnitId(2), note: String::new() }),
        (handler(2), Command::Take {}),
        (handler(2), Command::Reply { text: "已办理，请联系13800001234。".into(), basis: String::new() }),
    ] {
        clock.move_us(US_PER_HOUR / 4);
        app.cases.act(actor, lodged.number.clone(), asked, None).wait().unwrap();
    }
    (lodged.number, lodged.code)
}

#[test]
fn a_link_works_once_and_a_bad_rating_is_a_case_at_once() {
    city(|app, clock| {
        let good = serve(app);
        for _ in 0..3 {
            assert!(
                app.supervision.rate_page(None, good.token.clone()).wait().unwrap().open,
                "opening is not a vote"
            );
        }
        assert_eq!(
            app.supervision.rate(None, good.token.clone(), rating(Level::VerySatisfied)).wait().unwrap(),
            None
        );
        assert!(matches!(
            app.supervision.rate(None, good.token.clone(), rating(Level::Satisfied)).wait(),
            Err(Error::Invalid { .. })
        ));
        assert!(
            matches!(
                app.supervision.rate_page(None, format!("{}0", good.token)).wait(),
                Err(Error::NotFound)
            ),
            "a forged token"
        );

        let bad = serve(app);
        let (number, _) = app
            .supervision
            .rate(None, bad.token.clone(), rating(Level::VeryDissatisfied))
            .wait()
            .unwrap()
            .unwrap();
        let case = app.cases.case(coordinator(), number.clone()).wait().unwrap().case;
        assert_eq!(
            (case.kind, case.hide_reporter, case.stage.kind()),
            (Kind::BadRating, true, StageKind::Registered)
        );
        assert!(
            !app.supervision.rate_page(None, bad.token.clone()).wait().unwrap().open,
            "not before it was answered"
        );
        for (actor, asked) in [
            (coordinator(), Command::Dispatch { unit: UnitId(2), note: String::new() }),
            (handler(2), Command::Take {}),
            (handler(2), Command::Reply { text: "已整改".into(), basis: String::new() }),
        ] {
            clock.move_us(US_PER_HOUR);
            app.cases.act(actor, number.clone(), asked, None).wait().unwrap();
        }
        assert!(app.supervision.rate_page(None, bad.token.clone()).wait().unwrap().second);
        assert_eq!(app.supervision.rate(None, bad.token, rating(Level::Satisfied)).wait().unwrap(), None);
        assert_eq!(
            ["services", "ratings", "good_rate", "bad", "second_good"].map(|k| told(app, k)),
            ["2", "2", "50.0%", "1", "1"]
        );
    });
}

#[test]
fn who_is_rated_neither_enters_nor_decides_and_learns_no_hour() {
    city(|app, _| {
        let service = serve(app);
        let own = app.supervision.rate_by_phone(
            who(Role::Clerk, 2),
            service.code.clone(),
            rating(Level::Satisfied),
        );
        assert!(matches!(own.wait(), Err(Error::Invalid { .. })));
        let number = app
            .supervision
            .rate_by_phone(coordinator(), service.code, rating(Level::Dissatisfied))
            .wait()
            .unwrap();
        assert!(number.is_some());
        let seen = app.supervision.ratings(handler(2), String::new(), 0).wait().unwrap();
        assert_eq!(seen.len(), 1);
        assert!(
            seen[0].of.service.code.is_empty()
                && seen[0].case.is_empty()
                && seen[0].rating.at.us_of_day() == 0
        );
        assert!(app.supervision.ratings(handler(3), String::new(), 0).wait().unwrap().is_empty());
        let id = seen[0].rating.id;
        assert!(matches!(
            app.supervision.appeal_rating(handler(3), id, "误评".into()).wait(),
            Err(Error::NotFound)
        ));
        app.supervision.appeal_rating(handler(2), id, "评的是隔壁窗口".into()).wait().unwrap();
        assert!(
            app.supervision.decide_rating(who(Role::Supervisor, 2), id, true, "x".into()).wait().is_err(),
            "the own unit"
        );
        app.supervision.decide_rating(supervisor(), id, true, "监控显示不在该窗口".into()).wait().unwrap();
        assert_eq!(["ratings", "bad", "excluded", "services"].map(|k| told(app, k)), ["0", "0", "1", "1"]);
    });
}

#[test]
fn pushed_ratings_are_taken_once_and_come_back_in_either_convention() {
    city(|app, _| {
        let record = |no: &str, satisfaction: &str, pf: &str| Record {
            dept_code: "市监局".into(),
            area_code: "430602".into(),
            task_name: "注册".into(),
            project_no: no.into(),
            satisfaction: satisfaction.into(),
            pf: pf.into(),
            assess_time: "2026-03-02 08:00:00".into(),
            data_source: "省平台".into(),
            user_name: "王小明".into(),
            ..Record::default()
        };
        let codes = Codes { convention: Convention::FiveBest };
        let admin = who(Role::SystemAdmin, 1);
        let sent = vec![
            record("P1", "5", "1"),
            record("P2", "1", "3"),
            record("P3", "3", "8"),
            record("", "5", "1"),
            record("P4", "7", "1"),
        ];
        let done = app.supervision.push_ratings(admin.clone(), sent.clone(), codes).wait().unwrap();
        assert_eq!(done[0], Pushed::Taken(None));
        assert!(matches!(&done[1], Pushed::Taken(Some(_))) && done[2] == Pushed::Taken(None));
        assert!(matches!(&done[3], Pushed::Refused(f, _) if f == "projectNo"));
        assert!(matches!(&done[4], Pushed::Refused(f, _) if f == "satisfaction"));
        let again = app.supervision.push_ratings(admin.clone(), sent, codes).wait().unwrap();
        assert!(again[..3].iter().all(|p| *p == Pushed::Known));
        assert_eq!(["ratings", "default_ratings", "bad"].map(|k| told(app, k)), ["2", "1", "1"]);
        let other = Codes { convention: Convention::OneBest };
        let (records, last) = app.supervision.pull_ratings(admin.clone(), other, 0, 100).wait().unwrap();
        assert_eq!(records.iter().map(|r| r.satisfaction.as_str()).collect::<Vec<_>>(), ["1", "5", "3"]);
        assert!(records.iter().all(|r| r.user_name.is_empty()), "who rated is not handed on");
        assert!(app.supervision.pull_ratings(admin, other, last, 100).wait().unwrap().0.is_empty());
    });
}

#[test]
fn board_list_and_bulletin_say_the_same_and_a_later_change_shows() {
    city(|app, clock| {
        let (number, _) = replied(app, clock);
        replied(app, clock);
        app.supervision.figures_ready().unwrap();
        let board = app.supervision.board(supervisor(), ask(), Dim::Unit).wait().unwrap();
        for f in FIGURES {
            let list = app.supervision.figure_list(supervisor(), ask(), f, 0, 500).wait().unwrap();
            let n = match board.total.value(f) {
                Value::Count(n) => n,
                Value::Share { part, .. } => part,
            };
            assert_eq!((list.count as u64, list.entries.len() as u64), (n, n), "{}", f.key);
        }
        assert_eq!(
            ["intake", "replied", "on_time_rate", "open"].map(|k| told(app, k)),
            ["2", "2", "100.0%", "2"]
        );
        for campaign in ["", "不存在的行动"] {
            let mut asked = ask();
            asked.filter.campaign = campaign.into();
            assert!(
                app.supervision.draft_bulletin(coordinator(), Form::Campaign, asked).wait().is_err(),
                "{campaign}"
            );
        }
        let id = app.supervision.draft_bulletin(coordinator(), Form::Monthly, ask()).wait().unwrap();
        let view = app.supervision.bulletin(coordinator(), id).wait().unwrap();
        assert!(view.differences.is_empty(), "{:?}", view.differences);
        for s in &view.bulletin.sources {
            let value = app
                .supervision
                .figure_list(supervisor(), s.ask.clone(), figure(&s.key).unwrap(), 0, 1)
                .wait()
                .unwrap()
                .value;
            assert_eq!(value.text(), s.value, "{}", s.key);
        }
        let done = Command::Callback { solved: resolve::Solved::Yes, satisfied: None, words: String::new() };
        app.cases.act(coordinator(), number, done, None).wait().unwrap();
        app.supervision.figures_ready().unwrap();
        let changed = app.supervision.bulletin(coordinator(), id).wait().unwrap().differences;
        assert!(
            changed.iter().any(|d| view.bulletin.sources[d.source].key == "called" && d.now == "1"),
            "{changed:?}"
        );
        // Edited by a person; how it is signed, and then stays, is tried with papers.
        let b = view.bulletin;
        let edited = Edited {
            title: b.title.clone(),
            to: b.to.clone(),
            org: b.org.clone(),
            date: b.date,
            copies: String::new(),
            texts: vec![(1, "本期登记{1}件。".into())],
        };
        app.supervision.save_bulletin(coordinator(), id, 1, edited.clone()).wait().unwrap();
        assert!(matches!(
            app.supervision.save_bulletin(coordinator(), id, 1, edited).wait(),
            Err(Error::Changed(_))
        ));
        let wrong = |tx: &mut store::Tx<'_>| {
            tx.exec("DELETE FROM fact", &[])?;
            store::facts::new_epoch(tx)
        };
        app.city.store().write(wrong).unwrap();
        assert_eq!(told(app, "called"), "0", "memory follows the facts");
        app.supervision.rebuild_figures(&Actor::system()).unwrap();
        assert_eq!(told(app, "called"), "1", "made again from the record");
    });
}

#[test]
fn the_league_of_a_theme_counts_what_its_board_counts() {
    city(|app, _| {
        // All of it is handled by the city's own unit: no district has any.
        app.people
            .put_regions(Actor::system(), vec![("430602".parse().unwrap(), "岳阳楼区".into())])
            .wait()
            .unwrap();
        for theme in ["残疾人服务", "残疾人服务", "信用修复"] {
            let unit = Some(UnitId(2));
            let service =
                NewService { unit, theme: theme.into(), item: "注册".into(), ..NewService::default() };
            app.supervision.serve(who(Role::Clerk, 2), service).wait().unwrap();
        }
        app.supervision.figures_ready().unwrap();
        let services = figure("services").unwrap();
        let board = app.supervision.board(supervisor(), ask(), Dim::Theme).wait().unwrap();
        for l in board.lines.iter().filter(|l| !l.line.key.is_empty()) {
            let mut asked = ask();
            asked.filter.theme.clone_from(&l.line.key);
            let league = app.supervision.league(supervisor(), asked).wait().unwrap();
            assert_eq!(Value::Count(league.total), l.line.value(services), "{}: {league:?}", l.line.key);
            assert_eq!(league.none, ["岳阳楼区"]);
            assert!(league.rows[0].0.ends_with("本级"), "{league:?}");
        }
        assert_eq!(board.lines.iter().filter(|l| !l.line.key.is_empty()).count(), 2);
    });
}

#[test]
fn a_score_is_by_the_formula_of_its_day_and_nobody_approves_the_own_wish() {
    city(|app, clock| {
        replied(app, clock);
        let formula = |name: &str, since: &str, points: u32| Formula {
            name: name.into(),
            since: since.parse().unwrap(),
            parts: vec![Part {
                name: "按期".into(),
                expr: format!("{points} * on_time_rate / 100"),
                most: 100.0,
                needs: None,
            }],
            size: "replied".into(),
            size_min: 1,
            adjust_most: 5.0,
        };
        app.supervision.set_formula(supervisor(), formula("旧", "2026-01-01", 50)).wait().unwrap();
        app.supervision.set_formula(supervisor(), formula("新", "2026-04-01", 100)).wait().unwrap();
        app.supervision.figures_ready().unwrap();
        let score = |to: Date| {
            let asked = Ask { to, ..ask() };
            let board = app.supervision.scores(supervisor(), asked).wait().unwrap();
            let one = board.scores.iter().find(|s| s.unit == UnitId(2)).unwrap();
            (board.formula.unwrap().name, one.card.total, one.place)
        };
        assert_eq!(score(Date::constant(2026, 3, 31)), ("旧".into(), 50.0, Some(1)));
        assert_eq!(score(Date::constant(2026, 4, 2)), ("新".into(), 100.0, Some(1)));
        let bonus = Adjust {
            kind: AdjustKind::Bonus,
            points: 3.0,
            part: String::new(),
            reason: "典型经验".into(),
            day: Date::constant(2026, 3, 3),
        };
        let id = app.supervision.ask_adjust(supervisor(), UnitId(2), bonus).wait().unwrap();
        assert!(app.supervision.decide_adjust(supervisor(), id, true).wait().is_err());
        app.supervision.decide_adjust(who(Role::Supervisor, 3), id, true).wait().unwrap();
        assert_eq!(score(Date::constant(2026, 3, 31)).1, 53.0);
    });
}

#[test]
fn what_is_published_holds_no_personal_data_and_can_be_taken_back() {
    city(|app, clock| {
        let (number, _) = replied(app, clock);
        let draft = app.supervision.publication_draft(coordinator(), number.clone()).wait().unwrap();
        assert!(!draft.answer.contains("13800001234"));
        let open = Published { answer: "请联系13800001234".into(), ..draft.clone() };
        assert!(matches!(
            app.supervision.publish(coordinator(), number.clone(), open).wait(),
            Err(Error::Invalid { .. })
        ));
        let id = app.supervision.publish(coordinator(), number, draft).wait().unwrap();
        assert_eq!(app.supervision.published(None).wait().unwrap().len(), 1);
        app.supervision.withdraw(coordinator(), id, "当事人要求".into()).wait().unwrap();
        assert!(app.supervision.published(None).wait().unwrap().is_empty());
    });
}

#[test]
fn a_draw_is_repeatable_and_the_register_hears_the_unit_first() {
    city(|app, clock| {
        for _ in 0..6 {
            replied(app, clock);
        }
        app.supervision.figures_ready().unwrap();
        let draw = || {
            app.supervision
                .draw(supervisor(), ask(), "replied".into(), "双色球2026025期".into(), 3)
                .wait()
                .unwrap()
        };
        draw();
        draw();
        let draws = app.supervision.draws(supervisor()).wait().unwrap();
        assert_eq!(draws[0].drawn, draws[1].drawn);
        assert_eq!(draws[0].drawn.len(), 3);
        let name = draws[0].drawn[0].name.clone();
        let without =
            app.supervision.check_drawn(supervisor(), draws[0].id, name.clone(), "属实".into(), " ".into());
        assert!(without.wait().is_err());
        app.supervision
            .check_drawn(supervisor(), draws[0].id, name, "属实".into(), "现场照片2张".into())
            .wait()
            .unwrap();

        let id = app
            .supervision
            .hold_account(supervisor(), UnitId(2), Measure::Talk, "连续两月靠后".into(), vec![])
            .wait()
            .unwrap();
        let unit = who(Role::UnitAdmin, 2);
        assert!(
            app.supervision
                .move_account(who(Role::UnitAdmin, 3), id, AccountState::Answered, "x".into())
                .wait()
                .is_err()
        );
        app.supervision
            .move_account(unit.clone(), id, AccountState::Answered, "系统故障所致".into())
            .wait()
            .unwrap();
        app.supervision
            .move_account(supervisor(), id, AccountState::Final, "核实后维持".into())
            .wait()
            .unwrap();
        let seen = app.supervision.accounts(unit).wait().unwrap();
        assert_eq!((seen.len(), seen[0].state), (1, AccountState::Final));
        assert!(app.supervision.accounts(who(Role::UnitAdmin, 3)).wait().unwrap().is_empty());
        // Without its answer an entry stands only when the unit has had five working days.
        let id = app
            .supervision
            .hold_account(supervisor(), UnitId(2), Measure::Warning, "逾期未办".into(), vec![])
            .wait()
            .unwrap();
        let close =
            || app.supervision.move_account(supervisor(), id, AccountState::Final, "维持".into()).wait();
        assert!(close().unwrap_err().to_string().contains("申辩期为 5 个工作日"));
        clock.move_us(3 * US_PER_DAY);
        assert!(close().is_err());
        clock.move_us(7 * US_PER_DAY);
        close().unwrap();
        assert!(app.supervision.weekly(supervisor()).wait().unwrap().idle.is_empty());
    });
}
