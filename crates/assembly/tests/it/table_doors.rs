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
