//! 事项: sixty items of the model city as a table, made into full implementation lists. Some carry a fault on
//! purpose, so that the check-up, the walks and the redesign have something to find.

use catalogue::situation::{Answer, Question, Situations};
use catalogue::{
    Audience, BodyNature, Channel, Depth, Fee, Handling, ItemKind, ItemState, Level, Limit, Material, Medium,
    Need, Outcome, Paper, Record, ResultKind, Scope, ServiceItem, Source, Step, StepKind, Window,
};

use crate::units::Unit;

/// What is wrong with an item on purpose.
#[derive(Clone, Copy, PartialEq)]
enum Fault {
    None,
    /// No reason for the visit.
    NoReason,
    /// A government document asked from people.
    AsksIssued,
    /// A catch-all material.
    CatchAll,
    /// Promised longer than legal.
    TooLong,
    /// The result's kind is wrong.
    WrongKind,
}
use Fault::{AsksIssued, CatchAll, NoReason, None as Fine, TooLong, WrongKind};
use ItemKind::{Confirmation as Conf, Grant, Licence as Lic, Other, PublicService as Pub};

/// unit, name, kind, for companies?, working days (0: at once), result, own materials, survey?, fault
type Row =
    (&'static str, &'static str, ItemKind, bool, u16, &'static str, &'static [&'static str], bool, Fault);

#[rustfmt::skip]
const ITEMS: [Row; 60] = [
    ("market", "个体工商户设立登记", Lic, false, 0, "营业执照", &["登记申请书", "经营场所使用证明"], false, Fine),
    ("market", "有限责任公司设立登记", Lic, true, 1, "营业执照", &["登记申请书", "公司章程", "股东主体资格文件", "住所使用证明"], false, Fine),
    ("market", "公司变更登记", Lic, true, 2, "营业执照", &["变更申请书", "股东会决议", "修改后的章程"], false, AsksIssued),
    ("market", "公司注销登记", Lic, true, 3, "准予注销通知书", &["注销申请书", "清算报告"], false, CatchAll),
    ("market", "食品经营许可", Lic, true, 8, "食品经营许可证", &["食品经营许可申请书", "经营场所平面布局图", "食品安全管理制度"], true, Fine),
    ("market", "小作坊登记", Lic, false, 7, "小作坊登记证", &["登记申请书", "工艺流程说明"], true, NoReason),
    ("market", "特种设备使用登记", Lic, true, 5, "特种设备使用登记证", &["使用登记表", "产品合格证明"], false, Fine),
    ("hrss", "职工正常退休申请", Conf, false, 15, "退休核定表", &["退休申请表", "职工档案"], false, AsksIssued),
    ("hrss", "失业保险金申领", Grant, false, 5, "失业金核定单", &["申领登记表"], false, Fine),
    ("hrss", "工伤认定申请", Conf, true, 30, "工伤认定决定书", &["工伤认定申请表", "劳动关系证明材料", "医疗诊断证明"], true, Fine),
    ("hrss", "社会保障卡补办", Pub, false, 0, "社会保障卡", &["补领登记表"], false, Fine),
    ("hrss", "灵活就业人员参保登记", Pub, false, 0, "参保登记回执", &["参保登记表"], false, Fine),
    ("hrss", "劳务派遣经营许可", Lic, true, 10, "劳务派遣经营许可证", &["许可申请书", "管理制度文本", "办公场所使用证明"], true, WrongKind),
    ("medicare", "异地就医备案", Pub, false, 0, "备案告知", &["备案表"], false, Fine),
    ("medicare", "住院费用报销", Grant, false, 20, "报销结算单", &["报销申请表", "费用清单", "出院记录"], false, Fine),
    ("medicare", "门诊慢特病认定", Conf, false, 10, "待遇认定告知书", &["认定申请表", "病历资料"], false, CatchAll),
    ("medicare", "生育津贴支付", Grant, true, 10, "津贴支付单", &["津贴申领表", "出院小结"], false, AsksIssued),
    ("police", "出生登记（落户）", Conf, false, 0, "居民户口簿", &["落户申请表"], false, AsksIssued),
    ("police", "居民身份证换领", Conf, false, 20, "居民身份证", &["换领登记表"], false, NoReason),
    ("police", "居住证签注", Pub, false, 0, "居住证", &["签注申请表", "居住证明材料"], false, Fine),
    ("police", "旅馆业特种行业许可", Lic, true, 10, "特种行业许可证", &["许可申请书", "安全管理制度", "房屋平面图"], true, Fine),
    ("traffic", "机动车驾驶证期满换证", Conf, false, 1, "机动车驾驶证", &["换证申请表", "身体条件证明"], false, Fine),
    ("traffic", "电动自行车登记", Conf, false, 0, "电动自行车号牌", &["登记申请表", "购车发票"], false, NoReason),
    ("exit", "普通护照签发", Conf, false, 7, "普通护照", &["出入境证件申请表", "证件照片回执"], false, Fine),
    ("civil", "最低生活保障确认", Grant, false, 20, "低保确认通知书", &["低保申请书", "家庭收入申报表"], true, Fine),
    ("civil", "高龄津贴发放", Grant, false, 10, "津贴发放通知", &["津贴申请表"], false, AsksIssued),
    ("civil", "结婚登记", Conf, false, 0, "结婚证", &["结婚登记声明书", "双方合影"], false, Fine),
    ("civil", "社会团体成立登记", Lic, true, 30, "社会团体法人登记证书", &["成立申请书", "章程草案", "会员名册"], false, TooLong),
    ("estate", "不动产转移登记（买卖）", Conf, false, 3, "不动产权证书", &["登记申请书", "买卖合同"], false, AsksIssued),
    ("estate", "不动产抵押登记", Conf, true, 1, "不动产登记证明", &["登记申请书", "抵押合同"], false, Fine),
    ("estate", "不动产首次登记", Conf, true, 5, "不动产权证书", &["登记申请书", "竣工测绘报告", "权属来源材料"], true, Fine),
    ("land", "建设工程规划许可", Lic, true, 10, "建设工程规划许可证", &["许可申请表", "建设工程设计方案"], false, AsksIssued),
    ("land", "农村宅基地审批", Lic, false, 20, "农村宅基地批准书", &["建房申请表", "村民会议记录"], true, Fine),
    ("housing", "建筑工程施工许可", Lic, true, 3, "建筑工程施工许可证", &["施工许可申请表", "施工合同", "施工图审查意见"], false, AsksIssued),
    ("housing", "公租房申请", Grant, false, 20, "公租房资格确认单", &["公租房申请表", "收入申报表"], false, CatchAll),
    ("housing", "住宅专项维修资金使用备案", Other, true, 7, "维修资金使用备案表", &["使用申请表", "业主表决结果", "维修方案"], true, Fine),
    ("housing", "商品房预售许可", Lic, true, 5, "商品房预售许可证", &["预售申请表", "预售方案", "资金监管协议"], false, AsksIssued),
    ("transport", "道路货物运输经营许可", Lic, true, 5, "道路运输经营许可证", &["经营申请表", "车辆购置承诺书"], false, Fine),
    ("transport", "网约车驾驶员证", Lic, false, 10, "网络预约出租汽车驾驶员证", &["资格申请表"], false, WrongKind),
    ("env", "建设项目环评审批（报告表）", Lic, true, 15, "环评批复", &["审批申请书", "环境影响报告表"], true, Fine),
    ("env", "排污许可", Lic, true, 20, "排污许可证", &["排污许可申请表", "自行监测方案"], true, Fine),
    ("edu", "义务教育入学报名", Pub, false, 10, "入学通知书", &["入学报名表"], false, AsksIssued),
    ("edu", "教师资格认定", Lic, false, 20, "教师资格证书", &["认定申请表", "体检表"], false, Fine),
    ("health", "公共场所卫生许可", Lic, true, 5, "公共场所卫生许可证", &["卫生许可申请表", "场所平面图", "检测报告"], true, Fine),
    ("health", "医疗机构设置备案", Lic, true, 15, "医疗机构备案回执", &["备案信息表", "选址报告"], true, Fine),
    ("health", "生育登记", Pub, false, 0, "生育登记回执", &["生育登记表"], false, Fine),
    ("disabled", "残疾人证办理", Conf, false, 15, "残疾人证", &["残疾人证申请表", "残疾评定表"], false, NoReason),
    ("disabled", "残疾人两项补贴申请", Grant, false, 10, "补贴确认通知书", &["补贴申请审批表"], false, Fine),
    ("disabled", "辅助器具适配", Grant, false, 15, "辅具发放单", &["适配申请表", "适配评估表"], true, Fine),
    ("tax", "契税申报", Pub, false, 0, "完税证明", &["契税申报表", "权属转移合同"], false, Fine),
    ("fund", "租房提取住房公积金", Pub, false, 3, "公积金提取回单", &["提取申请表"], false, Fine),
    ("fund", "住房公积金贷款", Pub, false, 10, "贷款审批通知", &["贷款申请表", "购房合同"], false, CatchAll),
    ("veteran", "退役军人优待证申领", Pub, false, 20, "优待证", &["优待证申请表"], false, Fine),
    ("justice", "法律援助申请", Grant, false, 5, "法律援助决定书", &["法律援助申请表", "经济困难说明"], false, Fine),
    ("emergency", "危险化学品经营许可", Lic, true, 20, "危险化学品经营许可证", &["许可申请书", "安全评价报告", "应急预案"], true, TooLong),
    ("culture", "娱乐场所设立许可", Lic, true, 15, "娱乐经营许可证", &["设立申请书", "场所平面图"], true, Fine),
    ("agri", "种粮补贴申报", Grant, false, 15, "补贴发放公示", &["补贴申报表"], false, Fine),
    ("tap", "用水报装", Pub, true, 3, "用水合同", &["用水申请表"], true, Fine),
    ("power", "低压用电报装", Pub, true, 3, "供用电合同", &["用电申请表"], true, Fine),
    ("gas", "燃气报装", Pub, true, 4, "供用气合同", &["用气申请表"], true, NoReason),
];

/// The sixty items, each in force from 1 January 2026.
pub fn items(units: &[Unit]) -> Vec<ServiceItem> {
    ITEMS
        .iter()
        .enumerate()
        .filter_map(|(n, row)| Some(item(n, row, units.iter().find(|u| u.key == row.0)?)))
        .collect()
}

fn item(n: usize, row: &Row, unit: &Unit) -> ServiceItem {
    let (_, name, kind, company, days, result, own, survey, fault) = *row;
    let promised = Limit::work_days(days.max(1));
    let days = if survey { days.max(5) } else { days };
    let legal = if fault == TooLong { days.saturating_sub(2).max(1) } else { (days * 2).clamp(10, 60) };
    let materials = materials(own, company, fault);
    let visit = survey || fault == NoReason || days > 7;
    let certificate =
        ["证", "证书", "执照", "批复", "批准书", "户口簿", "护照"].iter().any(|e| result.ends_with(e));
    let result_kind = match (certificate, fault) {
        (true, WrongKind) | (false, _) => ResultKind::NoCertificate,
        _ => ResultKind::Certificate,
    };
    ServiceItem {
        code: format!("{}3{:012}", unit.credit_code, 990_100_000 + n),
        base_code: format!("{:012}", 990_100_000 + n),
        name: name.to_owned(),
        kind,
        handling: if days == 0 { Handling::AtOnce } else { Handling::Promised },
        level: Level::City,
        region: Some(unit.region.clone()),
        unit: unit.name.clone(),
        unit_code: unit.credit_code.clone(),
        nature: BodyNature::Statutory,
        legal_basis: vec![format!("云汀市政务服务事项目录（2026 年版）第 {} 项", n + 1)],
        audience: if company { vec![Audience::Company, Audience::Other] } else { vec![Audience::Person] },
        conditions: vec![if company {
            "在本市登记经营".to_owned()
        } else {
            "户籍或居住地在本市".to_owned()
        }],
        legal_limit: Some(Limit::work_days(legal)),
        promised_limit: Some(if days == 0 { promised } else { Limit::work_days(days) }),
        steps: steps(unit, &materials, days, survey),
        visits: u8::from(visit),
        visit_reason: if visit && fault != NoReason {
            "须核对原件或到现场查看".to_owned()
        } else {
            String::new()
        },
        agent_allowed: true,
        channels: vec![Channel::Window, Channel::Web, Channel::Mobile],
        depth: Some(if visit { Depth::III } else { Depth::IV }),
        online_url: format!("zwfw.yunting.example/{n}"),
        appointment: true,
        express: true,
        in_hall: !matches!(unit.key.as_str(), "gas" | "traffic"),
        scope: Some(Scope::CrossCounty),
        windows: vec![Window {
            hall: "云汀市政务服务中心".to_owned(),
            counter: format!("{} 楼 {} 号窗口", 1 + n % 3, 1 + n % 24),
            address: "云汀市汀江大道8号".to_owned(),
            hours: "工作日 9:00—12:00，13:00—17:00".to_owned(),
            phone: unit.phone.clone(),
            region: None,
        }],
        results: vec![Outcome { name: result.to_owned(), kind: result_kind, ..Outcome::blank() }],
        charged: name.contains("护照"),
        fees: if name.contains("护照") { vec![passport_fee()] } else { Vec::new() },
        consult: unit.phone.clone(),
        complain: "0999-12345".to_owned(),
        situations: Some(situations(company)),
        materials,
        state: ItemState::InForce,
        version: 1,
        effective_from: "2026-01-01".parse().ok(),
        ..ServiceItem::blank()
    }
}

fn passport_fee() -> Fee {
    Fee {
        name: "证件工本费".to_owned(),
        standard: "每本 120 元".to_owned(),
        amount_fen: Some(12_000),
        basis: "云发改价〔2024〕3号".to_owned(),
        relief: String::new(),
    }
}

fn materials(own: &[&str], company: bool, fault: Fault) -> Vec<Material> {
    let material = |id: String, name: &str| Material {
        id,
        name: name.to_owned(),
        kind: Paper::Other,
        originals: 1,
        medium: Medium::Either,
        ..Material::blank()
    };
    let mut all: Vec<Material> =
        own.iter().enumerate().map(|(i, name)| material(format!("m{}", i + 1), name)).collect();
    for m in &mut all {
        if ["表", "申请书", "声明书"].iter().any(|e| m.name.ends_with(e)) {
            m.kind = Paper::Form;
            m.blank_form = "forms/blank.docx".to_owned();
            m.sample_form = "forms/sample.pdf".to_owned();
        } else if m.name.contains("制度") || m.name.contains("说明") {
            m.need = Need::Deferrable;
            m.defer_days = Some(10);
        }
    }
    let mut identity = material("m90".to_owned(), if company { "营业执照" } else { "居民身份证" });
    identity.kind = Paper::Certificate;
    identity.source = Source::Government;
    identity.shared = fault != AsksIssued;
    all.push(identity);
    all.push(material("m91".to_owned(), "授权委托书"));
    if fault == CatchAll {
        all.push(material("m92".to_owned(), "需要提供的其他相关材料"));
    }
    all
}

fn steps(unit: &Unit, materials: &[Material], days: u16, survey: bool) -> Vec<Step> {
    let all: Vec<String> = materials.iter().map(|m| m.id.clone()).collect();
    // A delegate's paper is looked at only when there is one.
    let consumed: Vec<String> = all.iter().filter(|id| *id != "m91").cloned().collect();
    let mut names = vec![("受理", StepKind::Accept)];
    if days > 0 {
        names.push(("审查", StepKind::Review));
        if survey {
            names.push(("现场勘查", StepKind::Survey));
        }
        names.push(("决定", StepKind::Decide));
    }
    names.push(("制证送达", StepKind::Deliver));
    let count = u16::try_from(names.len()).unwrap_or(1);
    let each = days / count;
    names
        .into_iter()
        .enumerate()
        .map(|(i, (name, kind))| Step {
            id: format!("s{}", i + 1),
            name: name.to_owned(),
            kind,
            unit: unit.name.clone(),
            post: if i == 0 { "窗口" } else { "审批岗" }.to_owned(),
            limit: (each > 0).then(|| Limit::work_days(each)),
            consumes: if i == 0 { consumed.clone() } else { Vec::new() },
            after: if i == 0 { Vec::new() } else { vec![format!("s{i}")] },
            attend: kind == StepKind::Survey,
            online: kind != StepKind::Survey,
            ..Step::blank()
        })
        .collect()
}

fn situations(company: bool) -> Situations {
    let own = if company { "法定代表人本人" } else { "本人" };
    Situations {
        questions: vec![Question {
            id: "q1".to_owned(),
            ask: "谁来办理？".to_owned(),
            answers: vec![
                Answer { id: "a".to_owned(), text: own.to_owned(), ..Answer::default() },
                Answer {
                    id: "b".to_owned(),
                    text: "委托别人".to_owned(),
                    adds: vec!["m91".to_owned()],
                    ..Answer::default()
                },
            ],
        }],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::{BTreeMap, BTreeSet};

    /// What the pages name as examples of a search, and what people type, finds an item.
    #[test]
    fn what_people_type_finds_an_item() {
        use catalogue::saying::{How, Sought};
        let all = items(&crate::units());
        for asked in [
            "开饭馆",
            "补社保卡",
            "食品 市监",
            "社保卡",
            "营业执照",
            "房产证",
            "换身份证",
            "生孩子",
            "公積金",
            "驾照",
            "租房补贴",
            "结婚证",
            "上户口",
            "装修",
            "报销",
            "护照",
            "残疾证",
            "退休",
            "失业金",
            "通水",
        ] {
            let sought = Sought::new(asked);
            let finds = |how| all.iter().any(|i| sought.rank(how, &i.name, &i.unit, &i.code).is_some());
            assert!(How::ALL.into_iter().any(finds), "{asked}");
        }
    }

    #[test]
    fn sixty_items_that_can_be_taken_in_with_faults_only_where_meant() {
        let units = crate::units();
        let all = items(&units);
        assert_eq!(all.len(), 60);
        let codes: BTreeSet<_> = all.iter().map(|i| &i.code).collect();
        assert_eq!(codes.len(), 60);
        let mut rules: BTreeMap<&str, usize> = BTreeMap::new();
        for (i, row) in all.iter().zip(ITEMS) {
            assert_eq!(catalogue::validate(i), [], "{}", i.name);
            assert_eq!(catalogue::situation::check(i), [], "{}", i.name);
            let found = catalogue::checkup(i);
            for f in &found {
                *rules.entry(f.rule).or_default() += 1;
            }
            if row.8 != Fine {
                assert!(!found.is_empty(), "{} has a fault on purpose", i.name);
            }
        }
        for rule in ["G07", "G08", "G11", "G13", "G19"] {
            assert!(rules.contains_key(rule), "{rule} has nothing to show: {rules:?}");
        }
        let clean = all.iter().filter(|i| catalogue::checkup(i).is_empty()).count();
        assert!(clean >= 15, "only {clean} items in order: {rules:?}");
    }
}
