//! Items, guides, plates, campaigns and walks on both engines.

use std::collections::BTreeMap;

use assembly::House;
use catalogue::ServiceItem;
use catalogue::edit::Swap;
use catalogue::plate::{NotAPlate, Plate};
use catalogue::review::Act as Review;
use catalogue_acts::{GuideAct, ItemOutcome, SWAP_MAX, SwapAsk};
use city::Error;
use kernel::{Actor, Moment, Role, StaffId, US_PER_DAY, US_PER_SECOND, UnitId};
use people::NewStaff;
use resolve::Command;
use shelf::ItemAsk;
use testkit::HandClock;
use walk::campaign::{Campaign, Target};
use walk::ops::{FindingKind, Verdict};
use walk::validity::Validity;
use walk::{Act, Form, Hlc, Op, OpId};
use walk_acts::{Outcome, WalkSync};

use super::{city, coordinator, who};

fn licence(version: u32, from: &str) -> ServiceItem {
    let mut item = catalogue::sample::food_licence();
    item.unit = "市监局全称".into();
    item.region = "4306".parse().ok();
    (item.version, item.effective_from) = (version, from.parse().ok());
    item
}
fn take(app: &House, actor: &Actor, items: Vec<ServiceItem>) -> Vec<ItemOutcome> {
    app.catalogue.take_in_items(actor, items).unwrap().wait().unwrap()
}
fn leaders(app: &House) -> Vec<Actor> {
    let staff = |login: &str, unit: &str| NewStaff {
        login: login.into(),
        name: login.into(),
        role: Role::Walker,
        unit: unit.into(),
        position: "局长".into(),
        password: None,
    };
    app.people.put_staff(Actor::system(), vec![staff("a", "市监局"), staff("b", "住建局")]).unwrap();
    let actor = |id: i64, unit: i64| Actor {
        staff: Some(StaffId(id)),
        role: Role::Walker,
        unit: Some(UnitId(unit)),
        region: "4306".parse().ok(),
    };
    vec![actor(1, 2), actor(2, 3)]
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
        name: "2026 年走流程".into(),
        from: "2026-03-01".parse().unwrap(),
        to: "2026-03-31".parse().unwrap(),
        targets: vec![target],
        documents_due: "2026-06-30".parse().unwrap(),
        yearly: true,
        planned_groups: vec![],
        validity: Validity::default(),
    }
}

/// A phone: a device with its counter and its clock.
struct Phone {
    device: u64,
    next: u32,
    clock: Hlc,
}
impl Phone {
    fn new(device: u64) -> Self {
        Self { device, next: 0, clock: Hlc { wall: "2026-03-02 09:00".parse().unwrap(), logical: 0 } }
    }
    fn does(&mut self, act: Act) -> serde_json::Value {
        self.clock = self.clock.tick(self.clock.wall.plus_us(90 * US_PER_SECOND));
        let op = Op { id: OpId { device: self.device, counter: self.next }, at: self.clock, act };
        self.next += 1;
        serde_json::to_value(op).unwrap()
    }
}
fn start(item: &ServiceItem, form: Form) -> Act {
    let identity = form.rule().identity;
    Act::Start { form, identity, item: item.code.clone(), version: item.version, simulated: false }
}
fn whole_walk(p: &mut Phone, item: &ServiceItem, form: Form) -> Vec<serde_json::Value> {
    let mut ops = vec![p.does(start(item, form))];
    for s in &item.steps {
        ops.push(p.does(Act::StepBegan { step: s.id.clone() }));
        ops.push(p.does(Act::StepEnded { step: s.id.clone(), through: true }));
    }
    let step = item.steps[0].id.clone();
    let found =
        Act::Found { kind: FindingKind::Problem, step, text: "要求再交一份结婚证复印件".into() };
    ops.push(p.does(found));
    ops.push(p.does(Act::Finish { reached_end: true }));
    ops
}
fn sync(
    app: &House,
    who: &Actor,
    name: &str,
    assignment: Option<i64>,
    ops: Vec<serde_json::Value>,
) -> walk_acts::Synced {
    let staff = who.staff.unwrap().0;
    let sent = WalkSync { name: name.into(), staff, campaign: None, assignment, ops, known: BTreeMap::new() };
    app.walks.sync_walks(who.clone(), vec![sent]).wait().unwrap().remove(0)
}

/// 批量修改: looked at first, then published for what is ticked; nobody changes what is not theirs.
#[test]
fn one_change_over_many_items_is_their_next_version() {
    city(|app, _| {
        let mut one = licence(1, "2026-01-01");
        one.consult = "0730-8888123".into();
        let mut two = ServiceItem { code: format!("{}9", one.code), ..one.clone() };
        two.name = "另一事项".into();
        let mut far = ServiceItem { code: format!("{}8", one.code), ..one.clone() };
        far.consult = "12345".into();
        take(app, &coordinator(), vec![one.clone(), two.clone(), far]);
        let ask = |to: &str| SwapAsk {
            items: ItemAsk { limit: SWAP_MAX, ..ItemAsk::default() },
            swap: Swap::Consult,
            from: "8888123".into(),
            to: to.into(),
            since: "2026-05-01".parse().unwrap(),
        };
        let looked = app.catalogue.swap_items(coordinator(), ask("6666000"), None).wait().unwrap();
        assert_eq!(looked.len(), 2, "what does not hold it is not touched");
        assert!(looked.iter().all(|l| l.outcome.is_none() && l.after == "0730-6666000"));
        let strange = app.catalogue.swap_items(who(Role::UnitAdmin, 3), ask("1"), None).wait().unwrap();
        assert!(strange.is_empty(), "not theirs: {strange:?}");
        let ticked = vec![looked[0].key.clone()];
        let done =
            app.catalogue.swap_items(coordinator(), ask("6666000"), Some(ticked.clone())).wait().unwrap();
        assert_eq!(done.len(), 1);
        assert_eq!(done[0].outcome, Some(ItemOutcome::NewVersion));
        let view = app.catalogue.item(Some(coordinator()), ticked[0].clone()).wait().unwrap();
        let versions = view.history.versions();
        assert_eq!((versions.len(), versions[1].consult.as_str()), (2, "0730-6666000"));
        // A day before the last version began is refused for that item alone.
        let early = SwapAsk { since: "2026-04-01".parse().unwrap(), from: String::new(), ..ask("1") };
        let done = app.catalogue.swap_items(coordinator(), early, Some(ticked)).wait().unwrap();
        assert!(matches!(done[0].outcome, Some(ItemOutcome::Refused(_))));
    });
}

#[test]
fn items_have_versions_and_are_found() {
    city(|app, clock| {
        let admin = coordinator();
        let one = licence(1, "2026-01-01");
        let mut broken = one.clone();
        (broken.code, broken.name) = ("other".into(), String::new());
        let out = take(app, &admin, vec![one.clone(), broken, one.clone()]);
        assert_eq!(out[0], ItemOutcome::Added);
        assert!(matches!(&out[1], ItemOutcome::Refused(s) if s.zh.contains("名称")));
        assert_eq!(out[2], ItemOutcome::Unchanged, "the same twice in one list");
        let mut two = licence(2, "2026-04-01");
        two.materials[0].copies = 0;
        assert_eq!(take(app, &admin, vec![two.clone()]), [ItemOutcome::NewVersion]);
        assert!(
            matches!(&take(app, &admin, vec![licence(4, "2026-05-01")])[0], ItemOutcome::Refused(s) if s.zh.contains("第 2 版"))
        );
        let mut changed = two.clone();
        changed.visits = 9;
        assert!(
            matches!(take(app, &admin, vec![changed])[0], ItemOutcome::Refused(_)),
            "a version is never overwritten"
        );
        let view = app.catalogue.item(None, one.code.clone()).wait().unwrap();
        assert_eq!((view.history.versions().len(), view.today.version), (2, 1));
        assert!(!view.may_write && !catalogue::compare(&one, &two).is_empty());
        clock.move_us(60 * US_PER_DAY);
        assert_eq!(app.catalogue.item(None, one.code.clone()).wait().unwrap().today.version, 2);
        let shelf = app.items.shelf().wait().unwrap();
        let found =
            |text: &str| shelf.search(&ItemAsk { text: text.into(), limit: 10, ..ItemAsk::default() }).total;
        assert_eq!((found("食品"), found("食品 市监局"), found("没有"), found(&one.code)), (1, 1, 0, 1));
        assert_eq!(shelf.rows()[0].unit_id, Some(UnitId(2)));
        let other = who(Role::UnitAdmin, 3);
        assert!(matches!(take(app, &other, vec![licence(3, "2026-08-01")])[0], ItemOutcome::Refused(_)));
        assert!(app.catalogue.take_in_items(&who(Role::Clerk, 2), vec![]).is_err());
    });
}

#[test]
fn a_guide_is_tried_commented_and_published() {
    city(|app, clock| {
        let one = licence(1, "2026-01-01");
        take(app, &coordinator(), vec![one.clone()]);
        let walker = leaders(app).remove(0);
        let region: kernel::RegionCode = "4306".parse().unwrap();
        let act = |who: &Actor, act, words: &str, comment| {
            let asked = GuideAct { act, got_through: true, words: words.into(), comment };
            app.catalogue.review_guide(who.clone(), one.code.clone(), region.clone(), asked).wait()
        };
        act(&coordinator(), Review::Submit, "", 0).unwrap();
        assert!(act(&coordinator(), Review::OpenComments, "", 0).is_err(), "nobody tried it yet");
        act(&walker, Review::Try, "", 0).unwrap();
        act(&coordinator(), Review::OpenComments, "", 0).unwrap();
        act(&Actor::resident(), Review::Comment, "窗口电话是多少?", 0).unwrap();
        clock.move_us(8 * US_PER_DAY);
        act(&coordinator(), Review::CloseComments, "", 0).unwrap();
        assert!(act(&coordinator(), Review::Publish, "", 0).is_err(), "a comment is open");
        let view = app.catalogue.guide(one.code.clone(), None).wait().unwrap();
        act(&coordinator(), Review::Answer, "已写在最后一节", view.comments[0].0).unwrap();
        act(&coordinator(), Review::Publish, "", 0).unwrap();
        let view = app.catalogue.guide(one.code.clone(), "430602".parse().ok()).wait().unwrap();
        assert!(view.current && view.review.published.is_some(), "a county reads the guide of its city");
        let mut two = licence(2, "2026-03-05");
        two.windows[0].hours = "工作日".into();
        take(app, &coordinator(), vec![two]);
        assert!(!app.catalogue.guide(one.code.clone(), None).wait().unwrap().current, "the data changed");
    });
}

#[test]
fn a_plate_is_told_from_a_false_one_and_counts_nobody() {
    city(|app, _| {
        let region: kernel::RegionCode = "4306".parse().unwrap();
        let plate =
            Plate {
                number: 7, issue: 1, place: "东门便民服务点".into(), region, items: vec!["x".into()]
            };
        app.catalogue.put_plates(coordinator(), vec![plate.clone()]).wait().unwrap();
        let token = |app: &House| app.catalogue.plates(coordinator(), 0, 10).wait().unwrap()[0].token.clone();
        let first = token(app);
        let scan = |t: &str| app.catalogue.scan_plate(t.to_owned(), true).wait().unwrap();
        assert_eq!(scan(&first).unwrap(), plate);
        let last = if first.ends_with('0') { "2" } else { "0" };
        let forged = format!("{}{last}", &first[..36]);
        assert!(matches!(scan(&forged), Err(NotAPlate::False | NotAPlate::Form)));
        assert_eq!(app.catalogue.plates(coordinator(), 0, 10).wait().unwrap()[0].scans, 1);
        app.catalogue
            .rotate_plate_key(who(Role::SystemAdmin, 1), "2026-12-31".parse().unwrap())
            .wait()
            .unwrap();
        assert!(scan(&first).is_ok() && token(app) != first, "what hangs holds until its day");
        app.catalogue.put_plates(coordinator(), vec![Plate { issue: 2, ..plate.clone() }]).wait().unwrap();
        assert_eq!(scan(&first), Err(NotAPlate::Replaced));
        assert!(app.catalogue.put_plates(coordinator(), vec![plate]).wait().is_err(), "an issue never falls");
    });
}

#[test]
fn walks_sync_in_any_order_from_two_phones_and_become_cases() {
    city(|app, clock: &HandClock| {
        let item = licence(1, "2026-01-01");
        take(app, &coordinator(), vec![item.clone()]);
        let walkers = leaders(app);
        let id = app.walks.make_campaign(coordinator(), campaign()).wait().unwrap();
        assert_eq!(app.walks.give_walks(coordinator(), id, 1).wait().unwrap(), 2);
        assert!(app.walks.give_walks(coordinator(), id, 1).wait().is_err(), "given out once");
        let a = &walkers[0];
        let given = app.walks.my_assignments(a.clone()).wait().unwrap();
        assert_eq!((given.len(), given[0].row.done), (1, false));
        let assignment = Some(given[0].row.id);
        let (mut one, mut two) = (Phone::new(11), Phone::new(22));
        let ops = whole_walk(&mut one, &item, Form::Oneself);
        let more = vec![two.does(Act::Paid { name: "复印费".into(), fen: 200, in_guide: false })];
        clock.move_us(7 * US_PER_DAY);
        // The end before the beginning, twice, in pieces.
        let (head, tail) = ops.split_at(4);
        sync(app, a, "walk-0001", assignment, tail.to_vec());
        sync(app, a, "walk-0001", assignment, more.clone());
        sync(app, a, "walk-0001", assignment, tail.to_vec());
        let done = sync(app, a, "walk-0001", assignment, head.to_vec());
        assert!(done.lacks.is_empty() && done.refused_ops.is_empty(), "{done:?}");
        assert_eq!(done.ops.len(), ops.len() + 1, "a phone that knows nothing is told everything");
        assert_eq!(done.cases.len(), 1);
        let again = sync(app, a, "walk-0001", assignment, ops.clone());
        assert_eq!((again.cases.clone(), again.id), (done.cases.clone(), done.id), "nothing doubled");
        let view = app.walks.walk(a.clone(), done.id).wait().unwrap();
        assert_eq!((view.record.ops, view.record.paid_fen, view.row.counted), (ops.len() + 1, 200, true));
        assert_eq!(view.row.ver, 3, "a sync that brings nothing new leaves no event");
        // Somebody else cannot write into it, nor read it.
        let b = &walkers[1];
        assert!(sync(app, b, "walk-0001", None, more).refused.is_some());
        assert_eq!(app.walks.walk(b.clone(), done.id).wait().err(), Some(Error::NotFound));
        // The problem is a case of this item and campaign.
        let number = done.cases[0].1.clone();
        let case = app.cases.case(coordinator(), number.clone()).wait().unwrap().case;
        assert_eq!(
            (case.item.as_deref(), case.campaign.as_deref()),
            (Some(item.code.as_str()), Some("2026 年走流程"))
        );
        let board = |app: &House| {
            app.walks.walk_board(coordinator(), id, "2026-03-31".parse().unwrap()).wait().unwrap().board
        };
        let before = board(app);
        assert_eq!((before.walks.len(), before.problems.len(), before.planned.len()), (1, 1, 0));
        assert_eq!(before.sides[&walk::board::Side::Leader].walked.len(), 1);
        for asked in [Command::Accept {}, Command::Dispatch { unit: UnitId(2), note: String::new() }] {
            app.cases.act(coordinator(), number.clone(), asked, None).wait().unwrap();
        }
        let handler = who(Role::Handler, 2);
        let plan = Command::Plan {
            steps: vec![resolve::PlannedStep {
                what: "窗口代为复印".into(),
                due: "2026-03-20".parse().unwrap(),
            }],
        };
        for asked in [Command::Take {}, plan] {
            app.cases.act(handler.clone(), number.clone(), asked, None).wait().unwrap();
        }
        let after = board(app);
        assert_eq!((after.of_value.len(), after.planned.len(), after.fixed.len()), (1, 1, 0));
        let lists = app.walks.three_lists(coordinator(), id).wait().unwrap();
        assert_eq!(lists.len(), 1);
        assert_eq!(lists[0].measures[0].0, "窗口代为复印", "the plan of the case is a measure");
        assert_eq!(lists[0].step, item.steps[0].name);
        assert!(app.walks.my_assignments(a.clone()).wait().unwrap()[0].row.done);
        assert!(
            app.walks.signals(coordinator(), id).wait().is_err(),
            "signals are for the supervision office"
        );
        app.walks.signals(who(Role::Supervisor, 1), id).wait().unwrap();
        let papers = app.walks.papers(coordinator(), id, "2026-07-01".parse().unwrap()).wait().unwrap();
        assert_eq!(papers.len(), 6);
    });
}

/// 有效走访的条件, 走过场信号: the conditions of a campaign are judged when a walk is sent; what a supervisor finds settles a
/// sign once, and a walk that is to be made again counts no more, whatever its phone sends later.
#[test]
fn a_walk_counts_by_the_conditions_of_its_campaign_and_not_when_it_is_to_be_made_again() {
    city(|app, _| {
        let item = licence(1, "2026-01-01");
        take(app, &coordinator(), vec![item.clone()]);
        let [a, b] = <[Actor; 2]>::try_from(leaders(app)).unwrap();
        let id = app.walks.make_campaign(coordinator(), campaign()).wait().unwrap();
        let ver = app.walks.campaign(coordinator(), id).wait().unwrap().ver;
        let strict = Validity { answered_percent: 10, ..Validity::default() };
        let set = |who: Actor, ver, v| app.walks.set_validity(who, id, ver, v).wait();
        assert!(set(a.clone(), ver, strict).is_err(), "whoever walks does not set what counts");
        assert!(set(coordinator(), ver, Validity { answered_percent: 101, ..strict }).is_err());
        set(coordinator(), ver, strict).unwrap();
        assert!(matches!(set(coordinator(), ver, Validity::default()), Err(Error::Changed(_))));
        assert_eq!(app.walks.campaign(coordinator(), id).wait().unwrap().campaign.validity, strict);
        let send = |who: &Actor, name: &str, ops| {
            let staff = who.staff.unwrap().0;
            let sent = WalkSync {
                name: name.into(),
                staff,
                campaign: Some(id),
                assignment: None,
                ops,
                known: BTreeMap::new(),
            };
            app.walks.sync_walks(who.clone(), vec![sent]).wait().unwrap().remove(0)
        };
        let mut p = Phone::new(1);
        let one = send(&a, "counts-01", whole_walk(&mut p, &item, Form::Oneself));
        assert!(one.lacks.iter().any(|l| l.zh.contains("要素清单")), "{:?}", one.lacks);
        let answers: Vec<_> = ["A1", "A2", "A3", "A4"]
            .map(|e| Act::Checked { element: e.into(), verdict: Verdict::Good, note: String::new() })
            .into_iter()
            .map(|act| p.does(act))
            .collect();
        assert_eq!(send(&a, "counts-01", answers).lacks, []);
        let counted = |who: &Actor| {
            let mine = app.walks.my_walks(who.clone()).wait().unwrap();
            mine.iter().filter(|l| l.row.counted).count()
        };
        assert_eq!(counted(&a), 1);
        // Judged: by the supervision office alone, with words, once, never of one's own.
        let judge = |who: Actor, outcome, words: &str| {
            app.walks.judge_walk(who, one.id, outcome, words.into()).wait()
        };
        for who in [coordinator(), a.clone(), b.clone()] {
            assert!(judge(who, Outcome::Clear, "核实").is_err());
        }
        let supervisor = who(Role::Supervisor, 1);
        let own = Actor { staff: a.staff, ..supervisor.clone() };
        assert!(judge(own, Outcome::Clear, "核实").is_err());
        assert!(judge(supervisor.clone(), Outcome::Again, "  ").is_err());
        judge(supervisor.clone(), Outcome::Again, "大厅录像里没有见到本人").unwrap();
        assert!(judge(supervisor.clone(), Outcome::Clear, "核实").is_err(), "settled");
        assert_eq!(counted(&a), 0);
        let settled = app.walks.signals(supervisor, id).wait().unwrap();
        let line = settled.iter().find(|s| s.line.row.id == one.id).unwrap();
        assert_eq!(line.settled.as_ref().unwrap().1.verdict, "again");
        assert!(!line.may_judge);
        let later =
            send(&a, "counts-01", vec![p.does(Act::Noted { step: String::new(), text: "补记".into() })]);
        assert!(later.lacks.iter().any(|l| l.zh.contains("大厅录像")), "{:?}", later.lacks);
        assert_eq!(counted(&a), 0, "more of it changes nothing");
        let board = app.walks.walk_board(coordinator(), id, "2026-03-31".parse().unwrap()).wait().unwrap();
        assert_eq!(board.board.walks.len(), 0);
        let root = who(Role::SystemAdmin, 1);
        app.city.verify_record(&root).unwrap().expect("every chain holds");
    });
}

#[test]
fn an_unannounced_walk_is_hidden_and_its_cases_wait() {
    city(|app, _| {
        let item = licence(1, "2026-01-01");
        take(app, &coordinator(), vec![item.clone()]);
        let a = leaders(app).remove(0);
        let mut p = Phone::new(5);
        let mut ops = whole_walk(&mut p, &item, Form::Unannounced);
        let end = ops.pop().unwrap();
        let s = sync(app, &a, "hidden-01", None, ops);
        assert!(s.cases.is_empty());
        let seen = |app: &House, who: Actor| app.walks.walk(who, s.id).wait().unwrap().walker;
        // H9: nobody but the walker and the supervision office knows of it before it is over, on any path.
        for role in
            Role::ALL.into_iter().filter(|r| !matches!(r, Role::System | Role::Resident | Role::Supervisor))
        {
            for unit in 1..=3 {
                let reader = who(role, unit);
                assert!(app.walks.walk(reader.clone(), s.id).wait().is_err(), "{role:?} {unit}");
                let lists = [
                    app.walks.newest_walks(reader.clone(), 100),
                    app.walks.walks_with_ids(reader, vec![s.id]),
                ];
                for list in lists {
                    assert!(list.wait().map_or(true, |l| l.is_empty()), "{role:?} {unit}");
                }
            }
        }
        assert!(seen(app, who(Role::Supervisor, 1)).is_some());
        assert_eq!(sync(app, &a, "hidden-01", None, vec![end]).cases.len(), 1);
        assert!(seen(app, coordinator()).is_some());
    });
}

#[test]
fn hostile_batches_are_refused_alone() {
    city(|app, _| {
        let item = licence(1, "2026-01-01");
        take(app, &coordinator(), vec![item.clone()]);
        let a = leaders(app).remove(0);
        let mut p = Phone::new(5);
        let ops = vec![
            serde_json::json!({"id": {"device": 5, "counter": 9}, "at": 1, "act": {"act": "explode"}}),
            p.does(start(&item, Form::Oneself)),
            p.does(Act::Checked {
                element: "Z1".into(),
                verdict: walk::ops::Verdict::Good,
                note: String::new(),
            }),
        ];
        let s = sync(app, &a, "walk-0002", None, ops);
        assert_eq!((s.refused_ops.len(), s.ops.len()), (2, 1));
        assert!(sync(app, &a, "../etc", None, vec![]).refused.is_some());
        let many: Vec<_> = (0..1_001).map(|_| serde_json::json!(null)).collect();
        let sent = WalkSync {
            name: "walk-0003".into(),
            staff: 1,
            campaign: None,
            assignment: None,
            ops: many,
            known: BTreeMap::new(),
        };
        assert!(app.walks.sync_walks(a, vec![sent]).wait().is_err());
        assert!(
            app.walks.sync_walks(who(Role::Handler, 2), vec![]).wait().is_err(),
            "a handler does not walk"
        );
        let _: Moment = app.city.store().now();
    });
}
