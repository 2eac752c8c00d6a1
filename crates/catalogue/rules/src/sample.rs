//! 样例: two items for tests of every room: one that nothing is wrong with, one with every field filled.

use crate::fields::Record;
use crate::item::{Faq, Fee, Limit, Material, Outcome, ServiceItem, Special, Step, Window};
use crate::situation::{Answer, Question, Situations};
use crate::words::{
    Audience, Channel, Depth, Handling, ItemKind, ItemState, Level, LimitUnit, Medium, Need, Paper,
    ResultKind, Scope, Source, StepKind,
};

fn words(list: &[&str]) -> Vec<String> {
    list.iter().map(|w| (*w).to_owned()).collect()
}

fn material(id: &str, name: &str, kind: Paper, source: Source) -> Material {
    Material {
        id: id.to_owned(),
        name: name.to_owned(),
        kind,
        source,
        originals: 1,
        basis: "《食品经营许可和备案管理办法》第十二条".to_owned(),
        ..Material::blank()
    }
}

fn step(id: &str, name: &str, kind: StepKind, after: &[&str], consumes: &[&str], days: u16) -> Step {
    Step {
        id: id.to_owned(),
        name: name.to_owned(),
        kind,
        unit: "云汀市行政审批服务局".to_owned(),
        limit: Some(Limit::work_days(days)),
        after: words(after),
        consumes: words(consumes),
        online: true,
        ..Step::blank()
    }
}

/// An item in order: 食品经营许可, with two questions. Validation, situations and check-up find nothing in it.
pub fn food_licence() -> ServiceItem {
    let mut form = material("m1", "食品经营许可申请书", Paper::Form, Source::Applicant);
    form.blank_form = "forms/food-licence.docx".to_owned();
    form.sample_form = "forms/food-licence-sample.pdf".to_owned();
    form.copies = 1;
    let mut layout = material("m2", "经营场所平面布局图", Paper::Other, Source::Applicant);
    layout.medium = Medium::Either;
    let mut delegate = material("m3", "授权委托书", Paper::Other, Source::Applicant);
    delegate.basis = "《食品经营许可和备案管理办法》第十三条".to_owned();
    let mut rules = material("m4", "食品安全管理制度", Paper::Other, Source::Applicant);
    rules.need = Need::Deferrable;
    rules.defer_days = Some(10);
    let mut survey = step("s3", "现场勘查", StepKind::Survey, &["s2"], &["m2"], 4);
    survey.online = false;
    survey.order_basis = "《食品经营许可和备案管理办法》第十八条".to_owned();
    ServiceItem {
        code: "11990100MB00010259001312070240".to_owned(),
        base_code: "001031207024".to_owned(),
        name: "食品经营许可（新办）".to_owned(),
        kind: ItemKind::Licence,
        handling: Handling::Promised,
        level: Level::City,
        region: "9901".parse().ok(),
        unit: "云汀市行政审批服务局".to_owned(),
        legal_basis: words(&["《中华人民共和国食品安全法》第三十五条"]),
        audience: vec![Audience::Company, Audience::Other],
        conditions: words(&["有固定的经营场所", "有与经营品种相适应的设备"]),
        legal_limit: Some(Limit::work_days(20)),
        promised_limit: Some(Limit::work_days(8)),
        steps: vec![
            step("s1", "受理", StepKind::Accept, &[], &["m1"], 1),
            step("s2", "审查", StepKind::Review, &["s1"], &["m1", "m4"], 1),
            survey,
            step("s4", "决定", StepKind::Decide, &["s3"], &[], 1),
            step("s5", "制证送达", StepKind::Issue, &["s4"], &[], 1),
        ],
        materials: vec![form, layout, delegate, rules],
        visits: 1,
        visit_reason: "须到经营场所现场勘查".to_owned(),
        agent_allowed: true,
        channels: vec![Channel::Window, Channel::Web],
        depth: Some(Depth::III),
        online_url: "zwfw.example/food".to_owned(),
        express: true,
        in_hall: true,
        scope: Some(Scope::CrossCounty),
        windows: vec![Window {
            hall: "云汀市政务服务中心".to_owned(),
            counter: "2 楼 12 号窗口".to_owned(),
            address: "汀江大道 8 号".to_owned(),
            hours: "工作日 9:00—17:00".to_owned(),
            phone: "0999-8100001".to_owned(),
            region: None,
        }],
        results: vec![Outcome {
            name: "食品经营许可证".to_owned(),
            kind: ResultKind::Certificate,
            sample: String::new(),
            validity: "5 年".to_owned(),
        }],
        consult: "0999-8100001".to_owned(),
        complain: "0999-12345".to_owned(),
        situations: Some(Situations {
            questions: vec![
                Question {
                    id: "q1".to_owned(),
                    ask: "谁来办理？".to_owned(),
                    answers: vec![
                        Answer {
                            id: "a".to_owned(),
                            text: "法定代表人本人".to_owned(),
                            next: Some("q2".to_owned()),
                            ..Answer::default()
                        },
                        Answer {
                            id: "b".to_owned(),
                            text: "委托别人".to_owned(),
                            next: Some("q2".to_owned()),
                            adds: words(&["m3"]),
                            ..Answer::default()
                        },
                    ],
                },
                Question {
                    id: "q2".to_owned(),
                    ask: "只卖预包装食品吗？".to_owned(),
                    answers: vec![
                        Answer {
                            id: "a".to_owned(),
                            text: "不是，现场制作或散装".to_owned(),
                            ..Answer::default()
                        },
                        Answer {
                            id: "b".to_owned(),
                            text: "只卖预包装食品".to_owned(),
                            refuse: "不用办许可，请改办“仅销售预包装食品备案”".to_owned(),
                            ..Answer::default()
                        },
                    ],
                },
            ],
        }),
        state: ItemState::InForce,
        version: 1,
        effective_from: "2026-01-01".parse().ok(),
        ..ServiceItem::blank()
    }
}

/// An item with every field filled, none at its default.
pub fn full() -> ServiceItem {
    let mut item = food_licence();
    item.handling_code = "11990100MB0001025900131207024001".to_owned();
    item.unit_code = "11990100MB0001025X".to_owned();
    item.entrusted_by = "云汀市市场监督管理局".to_owned();
    item.joint_units = words(&["云汀市消防救援支队", "汀东区政府"]);
    item.content = "食品销售和餐饮服务许可".to_owned();
    item.powers = "市级负责市辖区".to_owned();
    item.topics = words(&["准营准办", "开办餐饮店"]);
    item.legal_limit_note = "不含现场勘查".to_owned();
    item.promised_limit_note = "不含补正".to_owned();
    item.special = vec![Special {
        name: "专家评审".to_owned(),
        limit: Some(Limit { amount: 10, unit: LimitUnit::Day }),
        basis: "《行政许可法》第四十五条".to_owned(),
    }];
    item.charged = true;
    item.fees = vec![Fee {
        name: "检测费".to_owned(),
        standard: "每件 200 元".to_owned(),
        amount_fen: Some(20_000),
        basis: "云发改价〔2024〕3号".to_owned(),
        relief: "小微企业免收".to_owned(),
    }];
    item.appointment = true;
    item.pay_online = true;
    item.quota = "无".to_owned();
    item.intermediary = words(&["卫生检测"]);
    item.faq = vec![Faq {
        question: "要不要健康证？".to_owned(), answer: "从业人员要有。".to_owned()
    }];
    item.effective_to = "2026-12-31".parse().ok();
    item.windows[0].region = "990102".parse().ok();
    item.results[0].sample = "samples/food-licence.pdf".to_owned();
    for m in &mut item.materials {
        m.issuer = "申请人".to_owned();
        m.copies = 2;
        m.paper_size = "A4".to_owned();
        m.defer_days = Some(10);
        m.commitment = true;
        m.shared = true;
        m.blank_form = "forms/blank.docx".to_owned();
        m.sample_form = "forms/sample.pdf".to_owned();
        m.fill_note = "用黑色笔填写".to_owned();
        m.accept_standard = "字迹清楚".to_owned();
    }
    for (i, s) in item.steps.iter_mut().enumerate() {
        s.post = "审批员".to_owned();
        s.produces = vec![format!("意见书{i}")];
        s.order_basis = "《行政许可法》第三十四条".to_owned();
        s.attend = i == 2;
        s.counted = i != 2;
    }
    item
}
