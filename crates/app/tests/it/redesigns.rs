//! 再造案 on both engines: drawn up, reviewed, approved, published, measured; who may what; the record.

use app::{Error, RedesignWish};
use kernel::{Role, US_PER_DAY};
use optimise::proposal::{Answer, Happened, Proposal, Stage};
use optimise::{Ground, Judgement};
use store::{ledger_rows, redesigns};

use super::{city, who};

const MODEL: &str = r#"{"name":"餐饮一件事","steps":[
  {"id":"a","name":"受理","unit":"政管办","days":1,"makes":["受理通知"],"needs":["申请表"],"visits":1},
  {"id":"b","name":"审查","unit":"市监局","days":5,"needs":["受理通知"]},
  {"id":"c","name":"消防核查","unit":"住建局","days":3,"needs":["受理通知"]}],
  "orders":[{"from":"a","to":"b","ground":"habit"},{"from":"b","to":"c","ground":"habit"}]}"#;

fn text(s: &str) -> String {
    s.to_owned()
}

fn object(cite: &str) -> RedesignWish {
    RedesignWish::Object {
        from: text("b"),
        to: text("c"),
        ground: Ground::Law,
        cite: text(cite),
        words: text("须先审查"),
    }
}

#[test]
fn a_redesign_goes_from_proposal_to_measured_effect_and_every_act_is_on_record() {
    city(|app, clock| {
        let analyst = who(Role::Analyst, 1);
        let number = app.redesigns.draw_redesign(analyst.clone(), "", MODEL).unwrap();
        assert!(number.starts_with("LC4306-2026-"), "{number}");
        let act = |actor, wish: RedesignWish| app.redesigns.act_on_redesign(&actor, &number, None, &wish);
        let state = |n: &str| app.redesigns.redesign(&analyst, n).unwrap().proposal;
        // A draft is not for others.
        assert!(matches!(app.redesigns.redesign(&who(Role::Handler, 2), &number), Err(Error::NotFound)));
        act(analyst.clone(), RedesignWish::Submit { units: vec![text("市监局"), text("住建局")] }).unwrap();
        assert_eq!(app.redesigns.redesigns_to_review(who(Role::Handler, 2)).wait().unwrap().len(), 1);
        assert!(app.city.inbox(who(Role::Handler, 2)).wait().unwrap()[0].0.words.contains(&number));

        // Units answer for themselves; the neighbouring city sees nothing.
        assert!(matches!(app.redesigns.redesign(&who(Role::Handler, 4), &number), Err(Error::NotFound)));
        assert!(matches!(
            act(who(Role::Handler, 1), RedesignWish::Agree { words: text("") }),
            Err(Error::Forbidden(_))
        ));
        act(who(Role::Handler, 3), RedesignWish::Agree { words: text("同意") }).unwrap();
        assert!(act(who(Role::Handler, 2), object("")).is_err(), "no rule, no objection");
        assert_eq!(state(&number).summary.after.working_days, 6.0);
        act(who(Role::Handler, 2), object("消防法第十五条")).unwrap();
        let p = state(&number);
        assert_eq!((p.summary.after.working_days, p.constraints.len()), (9.0, 1));
        assert_eq!(p.pending().count(), 1, "the step of the other unit moved: it looks again");
        let boss = who(Role::Supervisor, 1);
        assert!(act(boss.clone(), RedesignWish::Approve { words: text("") }).is_err(), "not while one waits");
        act(who(Role::Handler, 2), RedesignWish::Recall { from: text("b"), to: text("c") }).unwrap();
        for unit in [2, 3] {
            act(who(Role::Handler, unit), RedesignWish::Agree { words: text("") }).unwrap();
        }
        let may = app.redesigns.redesign(&boss, &number).unwrap().may;
        assert!(may.approve && !may.edit);
        act(boss, RedesignWish::Approve { words: text("同意") }).unwrap();
        let p = state(&number);
        let foretold = p.prediction.clone().unwrap();
        assert_eq!((p.stage, foretold.lawful_days), (Stage::Approved, (9.0, 6.0)));
        assert!(foretold.simulated_days.1 < foretold.simulated_days.0);

        // Published from a later day; measured against the prediction, honestly.
        let today = clock.now().date();
        let coordinator = who(Role::Coordinator, 1);
        assert!(act(coordinator.clone(), RedesignWish::Publish { from: today }).is_err());
        let first = clock.now().plus_us(7 * US_PER_DAY).date();
        act(coordinator, RedesignWish::Publish { from: first }).unwrap();
        let published = clock.now();
        let day = |k: i64| published.plus_us(k * US_PER_DAY).date();
        let early = RedesignWish::Measure { source: text("x"), rows: format!("{},5", day(20)) };
        assert!(act(analyst.clone(), early).unwrap_err().to_string().contains("还没有发生"));
        clock.move_us(140 * US_PER_DAY);
        let mut rows = text("到达,工作日\n");
        for k in 0..120 {
            rows += &format!("{},{}\n", day(k - 120), 9 + k % 3);
            rows += &format!("{},{}\n", day(7 + k), 6 + k % 3);
        }
        act(analyst.clone(), RedesignWish::Measure { source: text("本市办件"), rows }).unwrap();
        let e = state(&number).effects[0].clone();
        assert_eq!((e.judgement, e.cases), (Judgement::Helped, (120, 120)), "{}", e.reading.zh);
        let flat: String = (0..60)
            .map(|k| format!("{},{}\n{},{}\n", day(k - 60), 9 + k % 3, day(7 + k), 9 + k % 3))
            .collect();
        act(analyst.clone(), RedesignWish::Measure { source: text("再次"), rows: flat }).unwrap();
        assert_eq!(state(&number).effects[1].judgement, Judgement::NoEvidence);
        let bad = RedesignWish::Measure { source: text("x"), rows: text("2026-01-02,5\n昨天,3") };
        assert!(act(analyst.clone(), bad).unwrap_err().to_string().contains("第 2 行"));

        // The row follows from the events.
        let (row, events) = app
            .city
            .store()
            .read(|rd| {
                let row = redesigns::by_number(rd, &number)?.unwrap();
                let events = ledger_rows::events_of(rd, redesigns::stream(row.id), 0, 100)?;
                Ok::<_, store::StoreError>((row, events))
            })
            .unwrap();
        let read = |e: &ledger::Event| serde_json::from_str::<Happened>(&e.data).unwrap();
        let mut folded = Proposal::begin(&read(&events[0]), events[0].actor.staff).unwrap();
        for e in &events[1..] {
            folded.apply(&read(e), e.actor.staff, e.at);
        }
        assert_eq!(serde_json::from_str::<Proposal>(&row.state).unwrap(), folded);
        assert_eq!(folded.ver, row.ver);
        assert!(folded.reviews.iter().all(|r| r.answer == Answer::Agreed));
    });
}

#[test]
fn an_item_is_published_as_its_next_version_and_stale_forms_are_refused() {
    city(|app, clock| {
        let mut item = catalogue::sample::food_licence();
        item.effective_from = Some("2025-01-01".parse().unwrap());
        (item.unit, item.region) = ("市监局全称".into(), "4306".parse().ok());
        let json = serde_json::to_string(&item).unwrap();
        let coordinator = who(Role::Coordinator, 1);
        app.catalogue.take_in_items(&coordinator, vec![item.clone()]).unwrap().wait().unwrap();
        let number = app.redesigns.draw_redesign(coordinator.clone(), "食品经营许可", &json).unwrap();
        let act = |actor: &kernel::Actor, ver, wish: RedesignWish| {
            app.redesigns.act_on_redesign(actor, &number, ver, &wish)
        };
        act(&coordinator, Some(1), RedesignWish::Submit { units: vec![text("市监局")] }).unwrap();
        let late = act(&coordinator, Some(1), RedesignWish::Withdraw { words: text("重复") });
        assert!(matches!(late, Err(Error::Changed(_))));
        act(&who(Role::UnitAdmin, 2), None, RedesignWish::Agree { words: text("") }).unwrap();
        let own = act(&coordinator, None, RedesignWish::Approve { words: text("") });
        assert!(matches!(own, Err(Error::Invalid { .. })), "who drew it up may not approve it");
        act(&who(Role::Supervisor, 1), None, RedesignWish::Approve { words: text("") }).unwrap();
        let from = clock.now().plus_us(10 * US_PER_DAY).date();
        act(&coordinator, None, RedesignWish::Publish { from }).unwrap();
        let shelf = app.catalogue.item(None, item.code.clone()).wait().unwrap();
        assert_eq!((shelf.row.version, shelf.history.versions().len()), (i64::from(item.version) + 1, 2));
        assert_eq!(shelf.today.version, item.version, "the new version begins later");
        let new = app.redesigns.published_item(coordinator, item.code.clone()).wait().unwrap().unwrap();
        let new: catalogue::ServiceItem = serde_json::from_str(&new).unwrap();
        let mut history = catalogue::History::default();
        history.publish(item.clone()).unwrap();
        history.publish(new).unwrap();
        assert_eq!(history.on(from).unwrap().version, item.version + 1);
        assert!(matches!(
            app.redesigns.draw_redesign(
                who(Role::Analyst, 1),
                "坏",
                "{\"steps\":[{\"id\":\"a\",\"days\":-1}]}"
            ),
            Err(Error::Invalid { .. })
        ));
        assert!(matches!(
            app.redesigns.draw_redesign(who(Role::Handler, 2), "", MODEL),
            Err(Error::Forbidden(_))
        ));
    });
}
