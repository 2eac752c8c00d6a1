//! The desk of imports: nothing is written before somebody says so, what was said once is recognised, a run that was
//! ended goes on and doubles nothing, and the answer is the same as if it had not been.

use city::Error;
use imports::{Answer, How, Imports, Preview, State};
use kernel::{Actor, Role};
use people::NewStaff;
use resolve_acts::{ImportPlan, ImportRow};
use tabular::records::AskedColumn;

use super::{House, city};

/// An account that exists, so that the job finds it.
pub(super) fn account(app: &House, role: Role) -> Actor {
    let staff = NewStaff {
        login: format!("{}.imports", role.word()),
        name: "某人".into(),
        role,
        unit: "政管办".into(),
        position: String::new(),
        password: None,
    };
    let login = staff.login.clone();
    app.people.put_staff(Actor::system(), vec![staff]).unwrap();
    app.people.staff_called(Actor::system(), login).wait().unwrap().actor()
}

fn bring(app: &House, actor: &Actor, door: &str, bytes: &[u8]) -> Result<i64, Error> {
    let mut file = app.city.arriving(actor).unwrap();
    file.write(bytes).unwrap();
    app.imports.bring(actor, door, "台账.csv", file)
}

fn seen(imports: &Imports, actor: &Actor, id: i64) -> (How, Preview) {
    let v = imports.view(actor, id).unwrap();
    (v.how, v.preview.expect("nothing is written yet"))
}

fn cases(app: &House) -> i64 {
    let sql = "SELECT count(*) FROM import_row";
    app.city.store().read(|rd| rd.query_one(sql, &[], |r| r.i64(0))).unwrap()
}

fn answer(app: &House, actor: &Actor, id: i64) -> Answer {
    let b = app.imports.stands(actor, id).unwrap();
    assert_eq!(b.state, State::Done, "{}", b.answer);
    serde_json::from_str(&b.answer).unwrap()
}

fn column(column: &str, field: &str) -> AskedColumn {
    AskedColumn { sheet: String::new(), column: column.into(), field: field.into() }
}

const FOREIGN: &str = "单据,来函正文,落款日,来函人\nA1,桥下积水很深,2024-03-05,张三\nA2,,2024-03-06,李四\nA3,路灯不亮,2024-03-07,王五\n";

#[test]
fn columns_that_nobody_knows_are_said_once_and_recognised_the_next_time() {
    city(|app, _| {
        let actor = account(app, Role::Coordinator);
        let id = bring(app, &actor, "cases", FOREIGN.as_bytes()).unwrap();
        let (how, first) = seen(&app.imports, &actor, id);
        assert!(first.trouble.is_some(), "no header is known");
        let names: Vec<_> = first.parts[0].told.seen.iter().map(|c| c.name.as_str()).collect();
        assert_eq!(names, ["单据", "来函正文", "落款日", "来函人"]);
        assert_eq!(first.parts[0].told.seen[2].samples, ["2024-03-05", "2024-03-06", "2024-03-07"]);
        assert!(matches!(app.imports.begin(&actor, id, &how), Err(Error::Invalid { .. })), "not as it is");
        let mut how = how;
        how.asked.columns = vec![
            column("单据", "id"),
            column("来函正文", "body"),
            column("落款日", "time"),
            column("来函人", "author"),
        ];
        let mended = app.imports.ask(&actor, id, &how).unwrap();
        assert!(mended.trouble.is_none());
        assert_eq!((mended.rows, mended.good, mended.parts[0].told.set_aside[0].row), (3, 2, 3));
        app.imports.keep_template(&actor, id, "县信访局", &how).unwrap();
        assert_eq!(cases(app), 0, "nothing is written before somebody says so");
        app.imports.begin(&actor, id, &how).unwrap();
        assert!(matches!(app.imports.ask(&actor, id, &how), Err(Error::Invalid { .. })), "it has begun");
        assert_eq!(app.imports.run_due().unwrap(), 1);
        let done = answer(app, &actor, id);
        assert_eq!((done.rows, done.accepted, done.duplicates, done.rejected), (3, 2, 0, 1));
        let (name, aside) = app.imports.aside(&actor, id).unwrap();
        let aside = String::from_utf8(aside).unwrap();
        assert!(name.ends_with(".csv") && aside.contains("李四") && aside.contains("未收原因"), "{aside}");
        // The row that was mended, brought back as the file of rows set aside: the template is not for its two more
        // columns, but they are passed over.
        let mended = aside.replacen("\"A2\",\"\"", "\"A2\",\"井盖坏了\"", 1);
        let id = bring(app, &actor, "cases", mended.as_bytes()).unwrap();
        let (how, again) = seen(&app.imports, &actor, id);
        assert_eq!((how.template.as_deref(), again.good), (Some("县信访局"), 1));
        app.imports.begin(&actor, id, &how).unwrap();
        app.imports.run_due().unwrap();
        assert_eq!(answer(app, &actor, id).accepted, 1);
        // The same again: nothing is new.
        let id = bring(app, &actor, "cases", FOREIGN.as_bytes()).unwrap();
        let (how, _) = seen(&app.imports, &actor, id);
        app.imports.begin(&actor, id, &how).unwrap();
        app.imports.run_due().unwrap();
        assert_eq!((answer(app, &actor, id).accepted, answer(app, &actor, id).duplicates), (0, 2));
        assert_eq!(cases(app), 3);
        // What one person brought another does not find.
        let other = account(app, Role::SystemAdmin);
        assert_eq!(app.imports.view(&other, id).unwrap_err(), Error::NotFound);
        app.imports.forget(&actor, id).unwrap();
        assert_eq!(app.imports.view(&actor, id).unwrap_err(), Error::NotFound);
    });
}

#[test]
fn a_run_that_was_ended_in_the_middle_goes_on_and_answers_as_a_whole() {
    city(|app, _| {
        let actor = account(app, Role::Coordinator);
        let row = |n: u64| match n % 10 {
            3 => format!("{n},,\n"),
            7 => "5,第5件的内容,2024-03-05\n".to_owned(),
            _ => format!("{n},第{n}件的内容,2024-03-05\n"),
        };
        let text = format!("编号,内容,来信时间\n{}", (1..=60).map(row).collect::<String>());
        let id = bring(app, &actor, "cases", text.as_bytes()).unwrap();
        let (how, preview) = seen(&app.imports, &actor, id);
        // Six rows without words; of the rest six are row 5 once more.
        assert_eq!((preview.rows, preview.good), (60, 48));
        // An earlier run got through the first 20 rows of the file (up to its line 21) before its program ended.
        let digest = { sha2_of(text.as_bytes()) };
        let plan = ImportPlan { name: "台账".into(), digest, campaign: None, kind: resolve::Kind::Opinion };
        let import = app.cases.begin_import(&actor, plan).unwrap();
        let mut rows = Vec::new();
        let mut refused = Vec::new();
        for n in 1..=20u64 {
            let said = kernel::Said::new("标题和内容都是空的，请补上其一", "neither title nor body");
            match n % 10 {
                3 => refused.push((n + 1, said)),
                n10 => rows.push(ImportRow {
                    row: n + 1,
                    source_id: if n10 == 7 { "5".into() } else { n.to_string() },
                    body: format!("第{}件的内容", if n10 == 7 { 5 } else { n }),
                    at: Some("2024-03-05T00:00:00+08:00".parse().unwrap()),
                    ..ImportRow::default()
                }),
            }
        }
        import.chunk(rows, refused).unwrap().wait().unwrap();
        assert_eq!(cases(app), 16);
        app.imports.begin(&actor, id, &how).unwrap();
        assert_eq!(app.imports.run_due().unwrap(), 1);
        let done = answer(app, &actor, id);
        assert_eq!((done.rows, done.accepted, done.duplicates, done.rejected), (60, 48, 6, 6));
        assert_eq!(cases(app), 48, "nothing is doubled");
        let aside = String::from_utf8(app.imports.aside(&actor, id).unwrap().1).unwrap();
        assert_eq!(aside.lines().count(), 7, "also the rows that the earlier run refused: {aside}");
    });
}

fn sha2_of(bytes: &[u8]) -> [u8; 32] {
    use sha2::Digest as _;
    sha2::Sha256::digest(bytes).into()
}

#[test]
fn whoever_lost_the_right_meanwhile_takes_nothing_in() {
    city(|app, _| {
        let actor = account(app, Role::Coordinator);
        let id = bring(app, &actor, "cases", "编号,内容\n1,停水\n".as_bytes()).unwrap();
        app.imports.begin(&actor, id, &How::default()).unwrap();
        app.people
            .act_on_staff(Actor::system(), "coordinator.imports".into(), people::StaffAct::TurnOff)
            .wait()
            .unwrap();
        app.imports.run_due().unwrap();
        let b = app.imports.stands(&actor, id).unwrap();
        assert_eq!((b.state, cases(app)), (State::Failed, 0));
        assert!(bring(app, &super::handler(2), "cases", b"x").is_err(), "a handler imports no letters");
        assert_eq!(bring(app, &actor, "nothing", b"x").unwrap_err(), Error::NotFound);
        let pdf = bring(app, &actor, "cases", b"%PDF-1.7 no table").unwrap_err();
        assert!(pdf.to_string().contains("PDF"), "{pdf}");
        assert_eq!(app.imports.list(&actor).wait().unwrap().len(), 1, "what is no table does not stay");
    });
}

#[test]
fn items_rosters_and_ratings_come_through_the_same_desk() {
    city(|app, _| {
        let admin = account(app, Role::SystemAdmin);
        let roster = "单位编码,单位名称,行政区,初始密码\nK01,市场所,430602,Secret-123\n";
        let id = bring(app, &admin, "roster", roster.as_bytes()).unwrap();
        let (mut how, first) = seen(&app.imports, &admin, id);
        assert!(first.trouble.is_some(), "the column of the region is called otherwise");
        how.asked.columns = vec![column("行政区", "区划")];
        assert!(app.imports.ask(&admin, id, &how).unwrap().trouble.is_none());
        app.imports.begin(&admin, id, &how).unwrap();
        app.imports.run_due().unwrap();
        assert_eq!(answer(app, &admin, id).accepted, 1);
        assert!(
            app.imports.stands(&admin, id).unwrap().hash.is_empty(),
            "a roster may hold passwords: it does not stay"
        );
        let ratings = "办件编号,满意度,评价时间,评价渠道\nP1,5,2026-01-05 09:00:00,平板\nP2,十分,2026-01-05 09:00:00,平板\n";
        let id = bring(app, &admin, "ratings", ratings.as_bytes()).unwrap();
        let (how, seen_ratings) = seen(&app.imports, &admin, id);
        assert_eq!((seen_ratings.good, seen_ratings.rows), (1, 2));
        assert_eq!(seen_ratings.parts[0].told.values_unknown[0].value, "平板");
        app.imports.begin(&admin, id, &how).unwrap();
        app.imports.run_due().unwrap();
        let done = answer(app, &admin, id);
        assert_eq!((done.accepted + done.rejected, done.rows), (2, 2));
        let items = paper::sheet::write_book(
            catalogue::rows::export(&[catalogue::sample::food_licence()])
                .into_iter()
                .map(|s| (s.name, s.rows)),
        )
        .unwrap();
        let id = bring(app, &admin, "items", &items).unwrap();
        let (how, seen_items) = seen(&app.imports, &admin, id);
        assert_eq!((seen_items.good, seen_items.parts.len() > 1), (1, true));
        app.imports.begin(&admin, id, &how).unwrap();
        app.imports.run_due().unwrap();
        let done = answer(app, &admin, id);
        assert_eq!(done.accepted + done.rejected, 1, "{done:?}");
    });
}

#[test]
fn walks_of_a_table_are_the_walks_of_whoever_brings_it() {
    city(|app, _| {
        let mut item = catalogue::sample::food_licence();
        (item.unit, item.region) = ("市监局全称".into(), "4306".parse().ok());
        (item.version, item.effective_from) = (1, "2026-01-01".parse().ok());
        let step = item.steps[0].name.clone();
        app.catalogue
            .take_in_items(&super::who(Role::Coordinator, 1), vec![item.clone()])
            .unwrap()
            .wait()
            .unwrap();
        let actor = account(app, Role::Walker);
        let name = &item.name;
        let text = format!(
            "走访编号,事项名称,走访时间,结束时间,走访形式,走访地点,走访人,环节,发现问题,整改措施,整改期限,备注\n\
             Z1,{name},2026-03-01 09:00,2026-03-01 10:00,亲身办,政务大厅,某人,{step},排队两小时,增设窗口,2026-03-31,\n\
             Z1,{name},2026-03-01 09:00,,,,,不在指南里的环节,要了指南外的证明,,,顺带记一笔\n\
             Z2,没有这个事项,2026-03-01 09:00,,,,,,,,,\n\
             Z3,{name},2026-03-01 09:00,,,,李四,,别人的走访,,,\n\
             Z4,{name},明天,,,,,,,,,\n\
             合计,4,,,,,,,,,,\n"
        );
        let id = bring(app, &actor, "walks", text.as_bytes()).unwrap();
        let (how, preview) = seen(&app.imports, &actor, id);
        assert_eq!((preview.rows, preview.good), (6, 2), "{:?}", preview.parts[0].told);
        let mine = |app: &House| app.walks.my_walks(actor.clone()).wait().unwrap().len();
        assert_eq!(mine(app), 0, "nothing is written before somebody says so");
        app.imports.begin(&actor, id, &how).unwrap();
        app.imports.run_due().unwrap();
        let done = answer(app, &actor, id);
        assert_eq!((done.accepted, done.rejected, done.duplicates), (2, 3, 0), "{done:?}");
        let rows: Vec<u64> = done.told[0].set_aside.iter().map(|a| a.row).collect();
        assert_eq!(rows, [4, 5, 6, 7], "{:?}", done.told[0].set_aside);
        assert_eq!(mine(app), 1, "two rows of one number are one walk");
        let line = app.walks.my_walks(actor.clone()).wait().unwrap().pop().unwrap();
        let walk = app.walks.walk(actor.clone(), line.row.id).wait().unwrap();
        assert_eq!(walk.record.findings.len(), 2, "{:?}", walk.record.findings);
        assert_eq!(walk.record.findings[0].measures[0].1, Some("2026-03-31".parse().unwrap()));
        assert!(walk.record.steps.contains_key(&item.steps[0].id), "{:?}", walk.record.steps);
        assert_eq!(walk.record.visits, ["政务大厅"]);
        // The same again changes nothing; a row more is one operation more of the same walk.
        let again = bring(app, &actor, "walks", text.as_bytes()).unwrap();
        app.imports.begin(&actor, again, &how).unwrap();
        app.imports.run_due().unwrap();
        assert_eq!(answer(app, &actor, again).duplicates, 2);
        let more =
            format!("走访编号,事项编码,走访时间,发现问题\nZ1,{},2026-03-01 09:00,又一个问题\n", item.code);
        let id = bring(app, &actor, "walks", more.as_bytes()).unwrap();
        app.imports.begin(&actor, id, &seen(&app.imports, &actor, id).0).unwrap();
        app.imports.run_due().unwrap();
        assert_eq!((answer(app, &actor, id).changed, mine(app)), (1, 1));
    });
}

/// Takes a table in, as it is recognised.
fn taken(app: &House, actor: &Actor, door: &str, text: &str) -> Answer {
    let id = bring(app, actor, door, text.as_bytes()).unwrap();
    app.imports.begin(actor, id, &seen(&app.imports, actor, id).0).unwrap();
    app.imports.run_due().unwrap();
    answer(app, actor, id)
}

/// An item of the city, as a version that holds from a day.
fn item_from(app: &House, version: u32, day: &str, named: &str) -> catalogue::ServiceItem {
    let mut item = catalogue::sample::food_licence();
    (item.unit, item.region) = ("市监局全称".into(), "4306".parse().ok());
    (item.version, item.effective_from) = (version, day.parse().ok());
    named.clone_into(&mut item.name);
    let brought = app.catalogue.take_in_items(&super::who(Role::Coordinator, 1), vec![item.clone()]);
    brought.unwrap().wait().unwrap();
    item
}

#[test]
fn rows_of_one_number_are_of_one_item_and_a_walk_follows_the_version_of_its_day() {
    city(|app, _| {
        let old = item_from(app, 1, "2026-01-01", "食品经营许可");
        let new = item_from(app, 2, "2026-02-20", "食品经营许可（新）");
        let (code, actor) = (&old.code, account(app, Role::Walker));
        let text = format!(
            "序号,走访编号,事项编码,事项名称,走访时间,走访形式,发现问题\n\
             1,N1,{code},{},2026-02-01 09:00,亲身办,甲\n\
             2,N1,,别的事项,2026-02-01 09:00,,乙\n\
             3,N1,{code},,2026-02-01 09:00,陪同办,丙\n\
             4,N1,,{},2026-02-01 09:00,,丁\n\
             1,N2,{code},,2026-03-01 09:00,,戊\n\
             2,,{code},,2026-02-26 09:00,,己\n\
             2,,{code},,2026-02-27 09:00,,庚\n",
            old.name, old.name
        );
        let done = taken(app, &actor, "walks", &text);
        assert_eq!((done.accepted, done.rejected), (5, 2), "{done:?}");
        let aside = &done.told[0].set_aside;
        assert_eq!(aside.iter().map(|a| a.row).collect::<Vec<_>>(), [3, 4], "{aside:?}");
        assert!(aside[0].reason.contains("别的事项") && aside[1].reason.contains("陪同办"), "{aside:?}");
        let walks = app.walks.my_walks(actor.clone()).wait().unwrap();
        let mut versions: Vec<_> = walks.iter().map(|w| (w.row.began, w.row.version)).collect();
        versions.sort();
        let versions: Vec<i64> = versions.into_iter().map(|v| v.1).collect();
        assert_eq!(versions, [1, 2, 2, 2], "a running number joins nothing; {}", new.name);
    });
}

#[test]
fn what_of_a_walk_cannot_be_taken_is_told_and_the_rest_is_taken() {
    city(|app, _| {
        let item = item_from(app, 1, "2026-01-01", "食品经营许可");
        let (code, actor) = (&item.code, account(app, Role::Walker));
        let materials =
            |r: std::ops::Range<usize>| r.map(|i| format!("料{i}")).collect::<Vec<_>>().join("、");
        // A longer cell than one of 100,000 characters would be cut.
        let too_many =
            |n: usize| format!("C,{code},2026-03-01 11:00,,{},\n", materials(n * 4_000..n * 4_000 + 4_000));
        let text = format!(
            "走访编号,事项编码,走访时间,发现问题,多要的材料,备注\n\
             A,{code},2026-03-01 09:00,排队两小时,,{}\n\
             B,{code},2026-03-01 10:00,,{},\n\
             {}",
            "长".repeat(2_001),
            materials(0..1_200),
            (0..5).map(too_many).collect::<String>()
        );
        let done = taken(app, &actor, "walks", &text);
        assert_eq!((done.accepted, done.rejected), (2, 5), "{:?}", done.told[0].set_aside);
        assert!(done.told[0].set_aside[0].reason.contains("20000 条"), "{:?}", done.told[0].set_aside);
        let notes = &done.told[0].notes;
        assert!(notes.iter().any(|n| n.contains("第 2 行的走访有 1 条记录未收")), "{notes:?}");
        assert!(!notes.iter().any(|n| n.contains("第 3 行的走访有")), "{notes:?}");
        let lines = app.walks.my_walks(actor.clone()).wait().unwrap();
        let record = |at: &str| {
            let began = at.parse().ok();
            let line = lines.iter().find(|w| w.row.began == began).unwrap();
            app.walks.walk(actor.clone(), line.row.id).wait().unwrap().record
        };
        assert_eq!(record("2026-03-01 09:00").findings.len(), 1);
        assert_eq!(record("2026-03-01 10:00").asked_beyond_guide.len(), 1_200, "in several parts");
        assert_eq!(taken(app, &actor, "walks", &text).duplicates, 2, "the same again is the same");
    });
}

#[test]
fn policies_of_a_table_are_a_draft_and_an_item_without_one_of_its_conditions_is_none() {
    city(|app, _| {
        let actor = account(app, Role::Analyst);
        let text = "政策事项编码,事项名称,文号,起始日期,截止日期,金额,上限,条件字段,比较,条件值,条款原文\n\
            wengang,稳岗返还,人社〔2026〕1号,2026/1/1,2026年12月31日,1000,200万,参保月数,不低于,12,参保满12个月\n\
            ,,,,,,,规模,属于,中型、小型,中小企业\n\
            zuping,租金补贴,,2026-01-01,,500,,,,,只有一句话没有字段\n\
            daikuan,贷款贴息,,2026-01-01,,500,,信用等级,等于,A,信用等级为A\n\
            daikuan,别的名字,,,,,,规模,=,小型,\n\
            填表人：张某,,,,,,,,,,\n";
        let id = bring(app, &actor, "policies", text.as_bytes()).unwrap();
        let (how, preview) = seen(&app.imports, &actor, id);
        assert_eq!(preview.good, 2, "{:?}", preview.parts[0].told);
        assert!(app.companies.kitchen(actor.clone()).wait().unwrap().draft.is_none());
        app.imports.begin(&actor, id, &how).unwrap();
        app.imports.run_due().unwrap();
        let done = answer(app, &actor, id);
        assert_eq!((done.accepted, done.rejected), (2, 3), "{done:?}");
        let rows: Vec<u64> = done.told[0].set_aside.iter().map(|a| a.row).collect();
        assert_eq!(rows, [4, 5, 6, 7], "{:?}", done.told[0].set_aside);
        assert!(done.told[0].notes.iter().any(|n| n.contains("参保月数")), "{:?}", done.told[0].notes);
        let kitchen = app.companies.kitchen(actor.clone()).wait().unwrap();
        assert!(kitchen.released.is_none(), "another person releases it");
        let draft = kitchen.draft.expect("a draft");
        assert_eq!((draft.items.len(), draft.items[0].conditions.len()), (1, 2), "{:?}", draft.items);
        assert_eq!(draft.items[0].conditions[0].1, "参保满12个月");
        let again = bring(app, &actor, "policies", text.as_bytes()).unwrap();
        app.imports.begin(&actor, again, &how).unwrap();
        app.imports.run_due().unwrap();
        assert_eq!(answer(app, &actor, again).duplicates, 2, "the same item is no new version");
    });
}

#[test]
fn a_table_is_not_laid_over_the_draft_of_another_person() {
    city(|app, _| {
        let (one, two) = (account(app, Role::Analyst), account(app, Role::Coordinator));
        let text = |code: &str| {
            format!("政策事项编码,事项名称,金额,条件字段,比较,条件值\n{code},某项,1000,参保月数,不低于,12\n")
        };
        assert_eq!(taken(app, &one, "policies", &text("a")).accepted, 1);
        assert_eq!(taken(app, &one, "policies", &text("b")).accepted, 1, "over one's own draft");
        // Whoever brings the next table would be the proposer of all, and `one` could release what `one` wrote.
        let id = bring(app, &two, "policies", text("c").as_bytes()).unwrap();
        let (how, first) = seen(&app.imports, &two, id);
        let trouble = first.trouble.expect("another person's draft waits");
        assert!(trouble.zh.contains("他人的草案") && first.good == 1, "{trouble:?}");
        assert!(matches!(app.imports.begin(&two, id, &how), Err(Error::Invalid { .. })));
        let kitchen = |who: &Actor| app.companies.kitchen(who.clone()).wait().unwrap();
        let release = || {
            let boss = super::who(Role::Supervisor, 1);
            app.companies.release_policies(boss.clone(), kitchen(&boss).draft.unwrap().ver).wait().unwrap();
        };
        release();
        assert!(app.imports.ask(&two, id, &how).unwrap().trouble.is_none());
        app.imports.begin(&two, id, &how).unwrap();
        app.imports.run_due().unwrap();
        assert_eq!(answer(app, &two, id).accepted, 1);
        assert_eq!(kitchen(&two).draft.unwrap().items.len(), 3);
        release();
        // A draft that came between the look and the run.
        let id = bring(app, &two, "policies", text("d").as_bytes()).unwrap();
        app.imports.begin(&two, id, &seen(&app.imports, &two, id).0).unwrap();
        let book = r#"{"items": [{"code": "x", "name": "某项", "amount": 1}]}"#;
        app.companies.propose_policies(one.clone(), book.into(), "改".into()).wait().unwrap();
        app.imports.run_due().unwrap();
        let ended = app.imports.stands(&two, id).unwrap();
        assert!(ended.state == State::Failed && ended.answer.contains("他人的草案"), "{ended:?}");
        assert_eq!(kitchen(&one).draft.unwrap().items.len(), 1, "it stands as it was");
    });
}

#[test]
fn a_log_is_looked_at_read_with_its_progress_and_kept_with_its_figures() {
    city(|app, _| {
        let actor = account(app, Role::Analyst);
        let text = "单据,工序名,落款日,备注\n1,受理,2026-01-05 09:00,甲\n1,办结,2026-01-06 09:00,乙\n2,受理,2026-01-05 10:00,\n";
        let id = bring(app, &actor, "logs", text.as_bytes()).unwrap();
        let (mut how, first) = seen(&app.imports, &actor, id);
        assert!(first.trouble.is_some(), "which column is the case?");
        assert_eq!(first.parts[0].told.seen[1].samples, ["受理", "办结"]);
        how.asked.columns = vec![column("单据", "case"), column("工序名", "activity")];
        let seen = app.imports.ask(&actor, id, &how).unwrap();
        assert!(
            seen.trouble.is_none() && seen.parts[0].told.columns_used.len() == 3,
            "{:?}",
            seen.parts[0].told
        );
        app.imports.begin(&actor, id, &how).unwrap();
        app.imports.run_due().unwrap();
        let done = answer(app, &actor, id);
        assert_eq!((done.accepted, done.also[0].2), (3, 2));
        let key = done.seen_at.unwrap().rsplit('/').next().unwrap().to_owned();
        let kept = app.logs.kept_logs(&actor).wait().unwrap();
        let meta: optimise_acts::logs::KeptMeta = serde_json::from_str(&kept[0].log.meta).unwrap();
        let figures = meta.figures.expect("figures");
        assert_eq!(
            (kept[0].log.id.clone(), figures.activities, figures.median_s),
            (key.clone(), 2, Some(43_200.0))
        );
        let opened = app.logs.open_log(&actor, &key).unwrap();
        assert_eq!((opened.log.event_count(), opened.log.event_column("备注").is_some()), (3, true));
        // The same file again is the same log; what is no log is said so before anything is kept.
        let again = bring(app, &actor, "logs", text.as_bytes()).unwrap();
        app.imports.begin(&actor, again, &how).unwrap();
        app.imports.run_due().unwrap();
        assert_eq!(
            (answer(app, &actor, again).duplicates, app.logs.kept_logs(&actor).wait().unwrap().len()),
            (1, 1)
        );
        let page = b"<!DOCTYPE html><html><body>login</body></html>";
        assert!(matches!(bring(app, &actor, "logs", page), Err(Error::Invalid { .. })));
        let xes = "<log><trace><string key=\"concept:name\" value=\"1\"/><event><string key=\"concept:name\" value=\"A\"/><date key=\"time:timestamp\" value=\"2026-01-05T09:00:00+08:00\"/></event></trace></log>";
        let id = bring(app, &actor, "logs", xes.as_bytes()).unwrap();
        app.imports.begin(&actor, id, &How::default()).unwrap();
        app.imports.run_due().unwrap();
        assert_eq!(answer(app, &actor, id).accepted, 1);
        assert!(app.imports.door_for(&account(app, Role::Clerk), "logs").is_err());
    });
}

#[test]
fn companies_and_services_of_a_table_come_through_the_desk_and_what_cannot_be_taken_is_told() {
    city(|app, _| {
        let admin = account(app, Role::SystemAdmin);
        let text = "企业名录,,,,,,\n统一社会信用代码,企业名称,规模,行政区划,联系电话,参保人数@2025,备注码\n\
            91330100799655058B,临江机械有限公司,小型企业,430602,13800001234,12,\n\
            91330100799655058C,校验位不对的公司,小型企业,430602,,,\n\
            91110000100000392A,没有这种规模的公司,巨型,430602,,,\n\
            91350100M000100Y43,邻市的公司,小型企业,4307,,,\n\
            ９１３３０１００７９９６５５０５８Ｂ,又一次,,,,,\n\
            91110000100000392A,临江重机有限公司,中型,4306,1.38E+10,320,\n\
            填表人：张某,,,,,,\n";
        let id = bring(app, &admin, "companies", text.as_bytes()).unwrap();
        let (mut how, preview) = seen(&app.imports, &admin, id);
        let told = &preview.parts[0].told;
        let rows: Vec<u64> = told.set_aside.iter().map(|a| a.row).collect();
        assert_eq!((preview.good, rows.as_slice()), (2, &[4, 5, 6, 7, 9][..]), "{told:?}");
        assert_eq!(told.values_unknown[0].value, "1.38E+10");
        // The row that stands first is refused for its size: the good one of the same company is taken. What was taken is
        // not taken twice.
        assert!(told.set_aside[3].reason.contains("第 3 行"), "{:?}", told.set_aside);
        // A column is said to be nothing; another one to be something known.
        how.asked.columns = vec![column("备注码", ""), column("联系电话", "已知情况")];
        let again = app.imports.ask(&admin, id, &how).unwrap();
        let names: Vec<_> = again.parts[0].told.columns_unused.iter().map(|c| c.name.as_str()).collect();
        assert_eq!(names, ["备注码"]);
        app.imports.begin(&admin, id, &how).unwrap();
        app.imports.run_due().unwrap();
        let done = answer(app, &admin, id);
        assert_eq!((done.accepted, done.rejected), (2, 4), "{done:?}");
        let aside = String::from_utf8(app.imports.aside(&admin, id).unwrap().1).unwrap();
        // Mended and brought again: its two more columns are nothing known of a company.
        let mended = aside.replace("\"巨型\"", "\"大型\"").replace("\"4307\"", "\"4306\"");
        let done = taken(app, &admin, "companies", &mended);
        assert_eq!((done.accepted, done.changed, done.told[0].columns_unused.len()), (1, 2, 0), "{done:?}");
        let seen_company = app.companies.company(super::coordinator(), "91110000100000392A".into()).wait();
        let company = seen_company.unwrap();
        assert_eq!(company.row.size, "large");
        assert!(!format!("{:?}", company.facts).contains("原行号"), "{:?}", company.facts);
        assert!(app.imports.door_for(&account(app, Role::Clerk), "companies").is_err());

        let clerk = account(app, Role::Coordinator);
        let text = "办件编号,受理时间,单位名称,办件状态,承诺办结时间\n\
            B1,2026年1月5日下午3点半,市监局全称,办结,2026-01-10\n\
            B2,2026-01-05 09:00,市监局全称,办理中,五个工作日\n\
            B3,2026-01-05 09:00,没有这个局,办结,\n\
            B4,明天,市监局全称,办结,\n\
            B5,2027-01-05 09:00,市监局全称,办结,\n\
            合计,5,,,\n";
        let id = bring(app, &clerk, "services", text.as_bytes()).unwrap();
        let (_, preview) = seen(&app.imports, &clerk, id);
        let rows: Vec<u64> = preview.parts[0].told.set_aside.iter().map(|a| a.row).collect();
        assert_eq!((preview.good, rows.as_slice()), (2, &[4, 5, 6, 7][..]));
        assert_eq!(preview.parts[0].told.values_unknown[0].value, "五个工作日");
        let done = taken(app, &clerk, "services", text);
        assert_eq!((done.accepted, done.rejected, done.also[0].2), (1, 3, 1), "{done:?}");
        assert_eq!(taken(app, &clerk, "services", text).duplicates, 1);
        let lines = "[\n  {\"projectNo\": \"B9\", \"acceptDate\": \"2026-01-05 09:00:00\", \"deptCode\": \"市监局全称\", \"proStatus\": \"3\"},\n  {\"projectNo\": 5}\n]";
        let done = taken(app, &clerk, "services", lines);
        assert_eq!((done.accepted, done.rejected), (1, 1), "{done:?}");
    });
}
