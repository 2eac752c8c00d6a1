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
fn account(app: &House, role: Role) -> Actor {
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
        assert_eq!((preview.rows, preview.good), (60, 54));
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
