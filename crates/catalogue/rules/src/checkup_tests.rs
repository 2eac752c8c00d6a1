//! Every rule of the check-up: one item that it finds, and one near to it that it must leave alone.

use std::collections::BTreeSet;

use crate::fields::Record;
use crate::item::{Fee, Limit, Material, ServiceItem, Special};
use crate::words::{Channel, Depth, Handling, LimitUnit, Medium, Need, ResultKind, Source};
use crate::{RULES, checkup, sample, tally};

type Change = fn(&mut ServiceItem);

fn add(i: &mut ServiceItem, name: &str, change: fn(&mut Material)) {
    let mut m = Material { id: "mx".into(), name: name.into(), shared: true, ..Material::blank() };
    change(&mut m);
    i.materials.push(m);
}

/// rule, what breaks it, what comes near and is right.
const TABLE: &[(&str, Change, Change)] = &[
    (
        "G01",
        |i| i.handling = Handling::AtOnce,
        |i| {
            i.handling = Handling::AtOnce;
            i.promised_limit = Some(Limit::work_days(1));
            i.steps.clear();
        },
    ),
    (
        "G02",
        |i| i.promised_limit = Some(Limit::work_days(4)),
        |i| i.promised_limit = Some(Limit::work_days(5)),
    ),
    (
        "G03",
        |i| i.conditions.push("须本人到场签字".into()),
        |i| {
            i.conditions.push("须本人到场签字".into());
            i.agent_allowed = false;
        },
    ),
    (
        "G04",
        |i| i.conditions.push("取得消防安全检查合格证".into()),
        |i| {
            i.conditions.push("取得消防安全检查合格证".into());
            add(i, "消防安全检查合格证", |_| {});
        },
    ),
    (
        "G05",
        |i| i.conditions.push("经办人照片两张，申请表一式两份".into()),
        |i| {
            i.conditions.push("经营场所符合卫生要求".into());
        },
    ),
    (
        "G06",
        |i| {
            i.visits = 0;
            i.channels = vec![Channel::Window];
        },
        |i| {
            i.visits = 0;
            i.channels = vec![Channel::Window, Channel::Post];
            i.depth = None;
        },
    ),
    (
        "G07",
        |i| i.visit_reason = " ".into(),
        |i| {
            i.visits = 0;
            i.visit_reason.clear();
        },
    ),
    (
        "G08",
        |i| i.results[0].kind = ResultKind::NoCertificate,
        |i| {
            i.results[0].name = "备案告知书".into();
            i.results[0].kind = ResultKind::NoCertificate;
        },
    ),
    (
        "G09",
        |i| i.promised_limit = Some(Limit { amount: 15, unit: LimitUnit::Day }),
        |i| {
            i.promised_limit = Some(Limit { amount: 80, unit: LimitUnit::Hour });
        },
    ),
    (
        "G10",
        |i| {
            i.charged = true;
            i.fees = vec![Fee { name: "工本费".into(), amount_fen: Some(500), ..Fee::blank() }];
        },
        |i| {
            i.charged = true;
            i.fees = vec![Fee {
                name: "工本费".into(),
                amount_fen: Some(500),
                basis: "云发改价〔2024〕3号".into(),
                ..Fee::blank()
            }];
        },
    ),
    (
        "G11",
        |i| i.promised_limit = Some(Limit::work_days(21)),
        |i| i.promised_limit = Some(Limit::work_days(20)),
    ),
    (
        "G12",
        |i| {
            let mut twin = i.materials[1].clone();
            twin.id = "m9".into();
            twin.name = "经营场所平面布局图（原件）".into();
            i.steps[2].consumes.push("m9".into());
            i.materials.push(twin);
        },
        |i| {
            let mut other = i.materials[1].clone();
            other.id = "m9".into();
            other.name = "设备布局图".into();
            i.steps[2].consumes.push("m9".into());
            i.materials.push(other);
        },
    ),
    ("G13", |i| add(i, "建设工程规划许可证", |m| m.shared = false), |i| add(i, "建设工程规划许可证", |_| {})),
    ("G14", |i| i.content = "<p>食品经营</p>".into(), |i| i.content = "面积 < 50 平方米 & 不油炸".into()),
    ("G15", |i| i.fees = vec![Fee { name: "工本费".into(), ..Fee::blank() }], |i| i.fees.clear()),
    (
        "G16",
        |i| i.promised_limit = None,
        |i| {
            i.promised_limit = None;
            i.handling = Handling::AtOnce;
        },
    ),
    ("G17", |i| i.legal_basis = vec![" ".into()], |i| i.legal_basis.push(String::new())),
    (
        "G18",
        |i| i.legal_limit = None,
        |i| {
            i.legal_limit = None;
            i.kind = crate::ItemKind::PublicService;
        },
    ),
    ("G19", |i| add(i, "法律法规规定的其他材料", |_| {}), |i| add(i, "等级评定证书", |_| {})),
    (
        "G20",
        |i| {
            add(i, "设备清单", |m| {
                m.medium = Medium::Electronic;
                m.copies = 1;
            });
        },
        |i| add(i, "设备清单", |m| m.copies = 1),
    ),
    (
        "G21",
        |i| i.depth = Some(Depth::IV),
        |i| {
            i.depth = Some(Depth::IV);
            i.visits = 0;
        },
    ),
    (
        "G22",
        |i| i.windows[0].hours.clear(),
        |i| {
            i.windows.clear();
            i.channels = vec![Channel::Web];
        },
    ),
    (
        "G23",
        |i| i.materials[3].defer_days = None,
        |i| {
            i.materials[3].defer_days = None;
            i.materials[3].need = Need::Required;
        },
    ),
    ("G24", |i| add(i, "环境照片说明", |m| m.shared = false), |i| add(i, "委托书副本", |m| m.shared = false)),
    (
        "G25",
        |i| i.steps[1].limit = Some(Limit::work_days(2)),
        |i| {
            // Two reviews side by side take no longer than one.
            let mut twin = i.steps[1].clone();
            twin.id = "s2b".into();
            i.steps[2].after.push("s2b".into());
            i.steps.push(twin);
        },
    ),
    ("G26", |i| i.results.clear(), |i| i.results[0].name = "食品经营许可证（副本）".into()),
    (
        "G27",
        |i| i.conditions.push("法律法规规定的其他条件".into()),
        |i| {
            i.conditions.push("《食品安全法》第三十三条规定的其他条件".into());
        },
    ),
    (
        "G28",
        |i| i.special = vec![Special { name: "听证".into(), ..Special::blank() }],
        |i| {
            i.special =
                vec![Special {
                    name: "听证".into(), limit: Some(Limit::work_days(20)), ..Special::blank()
                }];
        },
    ),
    (
        "G29",
        |i| add(i, "法定代表人身份证复印件", |m| m.copies = 1),
        |i| add(i, "法定代表人身份证", |m| m.originals = 1),
    ),
    (
        "G30",
        |i| add(i, "亲属关系证明", |m| m.shared = false),
        |i| add(i, "亲属关系证明", |m| m.commitment = true),
    ),
    ("G31", |i| i.consult = "见公告".into(), |i| i.consult = "12345".into()),
    (
        "G32",
        |i| i.in_hall = false,
        |i| {
            i.in_hall = false;
            i.depth = Some(Depth::IV);
            i.visits = 0;
        },
    ),
    ("G33", |i| i.situations.as_mut().unwrap().questions[1].answers.truncate(1), |i| i.situations = None),
    (
        "G34",
        |i| {
            i.materials[0].blank_form.clear();
            i.materials[0].sample_form.clear();
        },
        |i| i.materials[0].blank_form.clear(),
    ),
];

#[test]
fn an_item_in_order_has_no_finding() {
    assert_eq!(checkup(&sample::food_licence()), []);
}

#[test]
fn every_rule_finds_its_fault_and_leaves_the_near_miss() {
    for (rule, broken, right) in TABLE {
        let mut item = sample::food_licence();
        broken(&mut item);
        let found: Vec<_> = checkup(&item).into_iter().filter(|f| f.rule == *rule).collect();
        assert_eq!(found.len(), 1, "{rule} on its fault: {:?}", checkup(&item));
        let f = &found[0];
        assert!(!f.path.is_empty() && !f.mend.zh.is_empty() && !f.said.en.is_empty(), "{f:?}");
        let mut item = sample::food_licence();
        right(&mut item);
        let found: Vec<_> = checkup(&item).into_iter().filter(|f| f.rule == *rule).collect();
        assert_eq!(found, [], "{rule} on its near miss");
    }
}

#[test]
fn every_rule_is_in_the_table_once_with_a_source() {
    let tested: BTreeSet<_> = TABLE.iter().map(|t| t.0).collect();
    let rules: BTreeSet<_> = RULES.iter().map(|r| r.id).collect();
    assert_eq!(tested, rules);
    assert_eq!(rules.len(), RULES.len());
    assert!(RULES.iter().all(|r| !r.source.is_empty() && !r.field.is_empty()));
    let doc = include_str!("../../../../docs/catalogue.md");
    for r in RULES {
        assert!(doc.contains(r.id) && doc.contains(r.zh), "{} is not in docs/catalogue.md", r.id);
    }
}

#[test]
fn the_figure_of_a_unit_counts_items_and_findings() {
    let good = sample::food_licence();
    let mut bad = good.clone();
    bad.visit_reason.clear();
    bad.results.clear();
    let units = tally([&good, &bad]);
    let t = &units["云汀市行政审批服务局"];
    assert_eq!((t.items, t.clean, t.findings), (2, 1, 2));
    assert_eq!(t.by_rule.keys().copied().collect::<Vec<_>>(), ["G07", "G26"]);
}

/// A document asked from the applicant although an office issued it.
#[test]
fn what_the_government_issued_is_found_by_source_and_by_name() {
    for (name, source, hit) in [
        ("营业执照（副本）", Source::Applicant, true),
        ("某批复", Source::Government, true),
        ("自述材料", Source::Applicant, false),
    ] {
        let mut item = sample::food_licence();
        add(&mut item, name, |m| m.shared = false);
        item.materials.last_mut().unwrap().source = source;
        assert_eq!(checkup(&item).iter().any(|f| f.rule == "G13"), hit, "{name}");
    }
}
