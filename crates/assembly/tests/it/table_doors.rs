//! The doors of companies, services, ratings, walks and policies: whatever office sends the table, in whatever dress, the same
//! rows come out of it. What a dress would change is a new row or a changed one; the same rows again are neither.

use std::fs::File;
use std::io::Write as _;

use imports::{Answer, Gate, How, Run};
use kernel::{Actor, Role};
use testkit::TempDir;

use super::offices::books::Book;
use super::offices::{ALL, Dress, dressed};
use super::{House, city, who};

fn take_in(gate: &dyn Gate, actor: &Actor, bytes: &[u8]) -> Answer {
    let place = TempDir::new();
    let path = place.path().join("台账");
    File::create(&path).unwrap().write_all(bytes).unwrap();
    let (mut file, how) = (File::open(&path).unwrap(), How::default());
    let seen = gate.look(actor, file.try_clone().unwrap(), &how).expect("is looked at");
    assert!(seen.trouble.is_none(), "{:?}", seen.trouble);
    let digest = imports::digest_of(&mut file, &how).unwrap();
    let run = Run { actor, name: "台账", file, digest, how: &how, progress: &mut |_| Ok(()) };
    let answer = gate.take_in(run).expect("is taken");
    assert_eq!(
        (seen.rows, seen.parts[0].told.set_aside_count),
        (answer.rows, answer.told[0].set_aside_count)
    );
    answer
}

/// The table in every dress: taken once, and never anything new after that.
fn every_dress(app: &House, door: &str, actor: &Actor, header: &[&str], rows: &[&[&str]]) {
    let gate = app.imports.gate(door).expect("a door");
    let rows: Vec<Vec<String>> = rows.iter().map(|r| r.iter().map(|c| (*c).to_owned()).collect()).collect();
    let all = rows.len() as u64;
    let first = take_in(&*gate, actor, &dressed(Dress::Plain, header, &rows));
    assert_eq!((first.accepted, first.rejected), (all, 0), "{door}: {:?}", first.told);
    let again = |answer: &Answer, dress: &dyn std::fmt::Debug| {
        let told = &answer.told[0];
        let counts = (answer.accepted, answer.changed, answer.duplicates, answer.rejected);
        assert_eq!(counts, (0, 0, all, 0), "{door} {dress:?}: {told:?}");
        assert!(told.columns_unused.is_empty(), "{door} {dress:?}: {:?}", told.columns_unused);
        assert_eq!(told.columns_used.len(), header.len(), "{door} {dress:?}");
    };
    for dress in ALL {
        again(&take_in(&*gate, actor, &dressed(dress, header, &rows)), &dress);
    }
    for book in Book::all() {
        let answer = take_in(&*gate, actor, &book.bytes(header, &rows));
        again(&answer, &book);
        let told = &answer.told[0];
        assert_eq!(
            (told.set_aside.len(), told.sheets_other.len()),
            (book.aside(), book.others()),
            "{door} {book:?}"
        );
        assert_eq!(
            (told.header_rows.as_slice(), told.hidden_rows),
            (book.header_rows(), book.hidden_rows()),
            "{door} {book:?}"
        );
    }
}

#[test]
fn the_same_companies_come_out_of_every_dress() {
    city(|app, _| {
        let header = ["统一社会信用代码", "企业名称", "行政区划", "参保人数@2025", "企业规模", "联系电话"];
        let rows: [&[&str]; 3] = [
            &["91330100799655058B", "临江机械有限公司", "430602", "12", "小型企业", "13800001234"],
            &["91110000100000392A", "临江重机有限公司", "430602", "320", "小型企业", "0730-8888888"],
            &["91350100M000100Y43", "\"老街\"饮食店，总店", "4306", "", "微型企业", "13800001235"],
        ];
        every_dress(app, "companies", &who(Role::SystemAdmin, 1), &header, &rows);
    });
}

#[test]
fn the_same_services_come_out_of_every_dress() {
    city(|app, _| {
        let header = ["办件编号", "受理时间", "单位名称", "事项名称", "办件状态"];
        let rows: [&[&str]; 3] = [
            &["B001", "2026-01-05 09:00:00", "市监局全称", "食品经营许可", "办结"],
            &["B002", "2026-01-05 10:30:00", "市监局全称", "食品经营许可", "办结"],
            &["B003", "2026-01-06 09:00:00", "住建局全称", "\"施工\"许可，变更", "已办结"],
        ];
        every_dress(app, "services", &who(Role::Coordinator, 1), &header, &rows);
    });
}

#[test]
fn the_same_ratings_come_out_of_every_dress() {
    city(|app, _| {
        let header = ["办件编号", "满意度", "评价时间", "单位名称", "评价内容"];
        let rows: [&[&str]; 3] = [
            &["P001", "非常满意", "2026-01-05 09:00:00", "市监局全称", "很快"],
            &["P002", "满意", "2026-01-05 10:30:00", "市监局全称", "窗口说“稍等”"],
            &["P003", "满意", "2026-01-06 09:00:00", "住建局全称", ""],
        ];
        every_dress(app, "ratings", &who(Role::Coordinator, 1), &header, &rows);
    });
}

#[test]
fn the_same_walks_come_out_of_every_dress() {
    city(|app, _| {
        let mut item = catalogue::sample::food_licence();
        (item.unit, item.region) = ("市监局全称".into(), "4306".parse().ok());
        (item.version, item.effective_from) = (1, "2026-01-01".parse().ok());
        app.catalogue.take_in_items(&who(Role::Coordinator, 1), vec![item.clone()]).unwrap().wait().unwrap();
        let actor = super::imports_desk::account(app, Role::Walker);
        let header = ["走访编号", "事项名称", "走访时间", "走访形式", "发现问题"];
        let name = item.name.as_str();
        let rows: [&[&str]; 3] = [
            &["Z1", name, "2026-03-01 09:00", "亲身办", "排队两小时"],
            &["Z1", name, "2026-03-01 09:00", "亲身办", "要了“指南”外的证明"],
            &["Z2", name, "2026-03-01 10:00", "亲身办", "窗口没有人"],
        ];
        every_dress(app, "walks", &actor, &header, &rows);
    });
}

#[test]
fn the_same_policies_come_out_of_every_dress() {
    city(|app, _| {
        let actor = super::imports_desk::account(app, Role::Analyst);
        let header = ["事项编码", "事项名称", "兑现时限", "金额", "条件字段", "比较", "条件值", "条款原文"];
        let rows: [&[&str]; 3] = [
            &["wengang", "稳岗返还", "30个工作日", "1000", "参保月数", "不低于", "12", "参保满12个月"],
            &["wengang", "稳岗返还", "30个工作日", "1000", "规模", "等于", "小型", "小型企业"],
            &["zuping", "租金补贴", "", "500", "规模", "等于", "微型", "“微型”企业"],
        ];
        every_dress(app, "policies", &actor, &header, &rows);
    });
}

/// Halls, their queues and windows, who is posted with training, and leave: each a table of its own, told by its columns.
#[test]
fn the_same_halls_come_out_of_every_dress() {
    city(|app, _| {
        let clerk = super::imports_desk::account(app, Role::Clerk);
        let (login, called) = ("clerk.imports", "某人");
        let head = who(Role::Coordinator, 1);
        let header = ["大厅名称", "管理单位", "地址", "联系电话"];
        let rows: [&[&str]; 2] = [
            &["临江市大厅", "市监局全称", "人民路1号", "0730-8888888"],
            &["分大厅", "住建局全称", "\"老街\"2号", ""],
        ];
        every_dress(app, "halls", &head, &header, &rows);
        let header = ["大厅", "业务代号", "业务名称", "每人用时", "办理单位", "一窗受理"];
        let rows: [&[&str]; 3] = [
            &["临江市大厅", "A", "企业登记", "15", "市监局全称", "否"],
            &["临江市大厅", "B", "工程建设", "20", "住建局全称", "否"],
            &["分大厅", "A", "综合受理", "12", "", "是"],
        ];
        every_dress(app, "halls", &head, &header, &rows);
        let header = ["大厅", "日期类型", "开放时间", "时段类型", "生效日期"];
        let rows: [&[&str]; 3] = [
            &["临江市大厅", "周一至周五", "上午9:00-12:00，下午1:30-5:00", "工作时间", "2026-01-05"],
            &["临江市大厅", "周六", "09:00-12:00", "双休日服务", "2026-01-05"],
            &["分大厅", "工作日", "9时至17时", "", "2026-01-05"],
        ];
        every_dress(app, "halls", &head, &header, &rows);
        let header =
            ["大厅", "业务代号", "日期类型", "号源时段", "网上号数", "现场号数", "每段分钟", "可约天数"];
        let rows: [&[&str]; 3] = [
            &["临江市大厅", "A", "工作日", "09:00-12:00、13:30-17:00", "3", "2", "30", "7"],
            &["临江市大厅", "B", "双休日", "9:00-12:00", "1", "0", "60", "14"],
            &["分大厅", "综合受理", "工作日", "10:00-11:00", "2", "1", "20", "7"],
        ];
        every_dress(app, "halls", &head, &header, &rows);
        let header = ["大厅", "窗口号", "窗口名称", "办理业务"];
        let rows: [&[&str]; 3] = [
            &["临江市大厅", "1", "登记", "A"],
            &["临江市大厅", "2", "综合，办不成事", "A、B"],
            &["分大厅", "1", "综合", "综合受理"],
        ];
        every_dress(app, "halls", &head, &header, &rows);
        let header = [
            "大厅",
            "窗口号",
            "登录名",
            "AB岗",
            "上岗日期",
            "授权事项",
            "培训课程",
            "培训日期",
            "有效期至",
            "成绩",
        ];
        let (from, until) = ("2026-01-05", "2036-01-05");
        let rows: [&[&str]; 3] = [
            &["临江市大厅", "1", login, "A岗", from, "受理、出件", "窗口规范", from, until, "92"],
            &["临江市大厅", "2", login, "B岗", from, "受理", "窗口规范", from, until, "合格"],
            &["分大厅", "1", login, "A岗", from, "受理", "窗口“规范”", from, until, "合格"],
        ];
        every_dress(app, "halls", &head, &header, &rows);
        let day = |n: i64| app.city.store().now().plus_us(n * kernel::US_PER_DAY).date().to_string();
        let days: Vec<String> = (1..=6).map(|n| day(n * 3)).collect();
        let header = ["姓名", "请假类别", "开始日期", "结束日期", "时段"];
        let rows: [&[&str]; 3] = [
            &[called, "年休假", &days[0], &days[1], ""],
            &[called, "病假", &days[2], &days[2], "13:00-17:00"],
            &[called, "出差", &days[4], &days[5], "全天"],
        ];
        every_dress(app, "halls", &head, &header, &rows);
        // What came of it: posted, trained, away.
        let halls = app.halls.halls(head.clone()).wait().unwrap();
        let of = halls.iter().find(|h| h.hall.name == "临江市大厅").unwrap();
        let hours: Vec<usize> = of.hall.openings.iter().map(|o| o.hours.len()).collect();
        assert_eq!(hours, [2, 1]);
        let places = &of.hall.queues[0].availability[0];
        assert_eq!((places.places.phone, places.places.walk_in, places.slot_minutes), (3, 2, 30));
        let today = app.city.store().now().date();
        assert_eq!(of.hall.posts_of(clerk.staff.unwrap(), today).count(), 2, "posted, authorised, trained");
        assert_eq!(of.hall.posts[0].training.as_ref().unwrap().mark, "92");
        let away: usize =
            halls.iter().map(|h| app.halls.leave_of_hall(head.clone(), h.id).wait().unwrap().len()).sum();
        assert_eq!(away, 3);
    });
}

/// A row that cannot be taken says why, and harms no other.
#[test]
fn what_is_wrong_in_a_table_of_a_hall_is_told_row_by_row() {
    city(|app, _| {
        let gate = app.imports.gate("halls").expect("a door");
        let head = who(Role::Coordinator, 1);
        let take = |actor: &Actor, header: &[&str], rows: &[&[&str]]| {
            let rows: Vec<Vec<String>> =
                rows.iter().map(|r| r.iter().map(|c| (*c).to_owned()).collect()).collect();
            take_in(&*gate, actor, &dressed(Dress::Plain, header, &rows))
        };
        let halls = ["大厅名称", "管理单位", "地址"];
        let made =
            take(&head, &halls, &[&["大厅甲", "市监局全称", "甲路"], &["大厅乙", "没有的单位", "乙路"]]);
        assert_eq!((made.accepted, made.rejected), (1, 1), "{:?}", made.aside);
        assert!(made.aside[0].rows[0].2.contains("没有单位"), "{:?}", made.aside);
        let windows = ["大厅", "窗口号", "办理业务"];
        let wrong =
            take(&head, &windows, &[&["大厅甲", "1", "Z"], &["大厅丙", "1", "A"], &["大厅甲", "零", "A"]]);
        let why: Vec<&str> = wrong.aside[0].rows.iter().map(|r| r.2.as_str()).collect();
        assert_eq!((wrong.accepted, wrong.rejected), (0, 3), "{why:?}");
        assert!(why[0].contains("没有业务") && why[1].contains("没有大厅") && why[2].contains("不是窗口号"));
        let hours = ["大厅", "日期类型", "开放时间"];
        let wrong = take(
            &head,
            &hours,
            &[
                &["大厅甲", "工作日", "9:00-12:00"],
                &["大厅甲", "周一至周六", "13:00-17:00"],
                &["大厅甲", "双休日", "全天"],
                &["大厅甲", "双休日", ""],
            ],
        );
        let why: Vec<&str> = wrong.aside[0].rows.iter().map(|r| r.2.as_str()).collect();
        assert_eq!((wrong.accepted, wrong.rejected), (1, 3), "{why:?}");
        assert!(why[0].contains("分两行") && why[1].contains("不是时段"), "{why:?}");
        let queues = ["大厅", "业务代号", "业务名称"];
        take(&head, &queues, &[&["大厅甲", "A", "登记"]]);
        let places = ["大厅", "业务代号", "日期类型", "号源时段", "网上号数", "每段分钟"];
        let wrong = take(
            &head,
            &places,
            &[
                &["大厅甲", "A", "工作日", "9:00-12:00", "2", "30"],
                &["大厅甲", "A", "工作日", "8:00-12:00", "2", "30"],
                &["大厅甲", "Q", "工作日", "9:00-12:00", "2", "30"],
                &["大厅甲", "A", "双休日", "9:00-12:00", "两", "30"],
            ],
        );
        let why: Vec<&str> = wrong.aside[0].rows.iter().map(|r| r.2.as_str()).collect();
        assert_eq!((wrong.accepted, wrong.changed, wrong.rejected), (1, 1, 2), "{why:?}");
        assert!(why[0].contains("没有业务") && why[1].contains("整数"), "{why:?}");
        let posts = ["大厅", "窗口号", "登录名"];
        let wrong = take(&head, &posts, &[&["大厅甲", "1", "nobody"]]);
        assert!(wrong.aside[0].rows[0].2.contains("账号"), "{:?}", wrong.aside);
        let leave = ["登录名", "请假类别", "开始日期", "结束日期"];
        let wrong = take(&head, &leave, &[&["nobody", "病假", "2026-03-05", "2026-03-06"]]);
        assert!(wrong.aside[0].rows[0].2.contains("定岗"), "{:?}", wrong.aside);
        // Of another city nothing is written, and a handler does not pass the door at all.
        let other = Actor { region: "4307".parse().ok(), ..who(Role::Coordinator, 2) };
        let refused = take(&other, &halls, &[&["大厅甲", "市监局全称", "别处"]]);
        assert_eq!((refused.changed, refused.rejected), (0, 1));
        let office = app.city.office_now().wait().unwrap();
        assert!(gate.may(&who(Role::Handler, 2), &office).is_err());
    });
}
