//! 数据共享目录 (X8): what government already holds, so that nobody is asked for it again. The directory with the core
//! metadata of the national guide, drawn from the catalogue; requests for data with their limits as a table; correction
//! (校核纠错). Must not know storage, or whose data it is: a subject is a keyed digest.

use catalogue::{Material, Need, Paper, ResultKind, ServiceItem};
use kernel::{Date, Moment, Said};
use serde::{Deserialize, Serialize};
use workday::{Length, WorkCalendar};

use crate::words::{Word as _, words};

words! {
    /// How a resource may be shared (共享类型). 国令 809 《政务数据共享条例》.
    Sharing {
        Free = "free", "无条件共享";
        Conditional = "conditional", "有条件共享";
        Closed = "closed", "不予共享";
    }
}
words! {
    /// What sort of resource (资源分类). 发改高技〔2017〕1272 号.
    Class {
        Base = "base", "基础信息";
        Theme = "theme", "主题信息";
        Department = "department", "部门信息";
    }
}

/// One item of a resource (信息项).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DataItem {
    /// 名称
    pub name: String,
    /// 数据类型
    pub kind: String,
}

/// One resource of the directory (信息资源), with the core metadata of the national guide.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resource {
    /// 信息资源代码
    pub code: String,
    /// 信息资源名称
    pub name: String,
    /// 提供方
    pub provider: String,
    /// 提供方代码
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub provider_code: String,
    /// 摘要
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub summary: String,
    /// 分类
    pub class: Class,
    /// 信息项
    pub items: Vec<DataItem>,
    /// 共享类型
    pub sharing: Sharing,
    /// 共享条件; a condition is needed for what is shared on conditions
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub condition: String,
    /// 更新周期
    pub updates: String,
    /// 发布日期
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub published: Option<Date>,
}

impl Resource {
    /// What keeps it out of the directory.
    pub fn faults(&self) -> Vec<Said> {
        let mut out = Vec::new();
        let mut must = |holds: bool, zh: &str, en: &str| {
            if !holds {
                out.push(Said::new(zh, en));
            }
        };
        must(
            !self.code.trim().is_empty() && !self.name.trim().is_empty(),
            "须有代码和名称",
            "code and name are needed",
        );
        must(!self.provider.trim().is_empty(), "须写明提供方", "name the provider");
        must(!self.items.is_empty(), "须列出信息项", "list the items");
        must(
            self.sharing != Sharing::Conditional || !self.condition.trim().is_empty(),
            "有条件共享的须写明条件",
            "what is shared on conditions needs them",
        );
        out
    }
}

/// What an item puts into the directory: every document that it ends with is a resource of the unit that issues it.
pub fn issued(item: &ServiceItem, published: Date) -> Vec<Resource> {
    let documents = item.results.iter().filter(|r| r.kind == ResultKind::Certificate);
    // Items of one code are told apart by their handling code.
    let handling =
        if item.handling_code.is_empty() { String::new() } else { format!("~{}", item.handling_code) };
    let field = |name: &str, kind: &str| DataItem { name: name.to_owned(), kind: kind.to_owned() };
    documents
        .enumerate()
        .map(|(n, r)| Resource {
            code: format!("{}{handling}/{}", item.code, n + 1),
            name: crate::theme::one_name(&r.name, &[]),
            provider: item.unit.clone(),
            provider_code: item.unit_code.clone(),
            summary: format!("{}的办理结果", item.name),
            class: Class::Department,
            items: vec![
                field("证照编号", "字符型"),
                field("持有人", "字符型"),
                field("签发单位", "字符型"),
                field("签发日期", "日期型"),
                field("有效期至", "日期型"),
            ],
            sharing: Sharing::Free,
            condition: String::new(),
            updates: "实时".to_owned(),
            published: Some(published),
        })
        .collect()
}

/// Papers that an item asks an applicant for: id, name as results are held, and the name it has there. What is fetched already, and what
/// only the applicant can write, is not among them.
pub fn asked_of(item: &ServiceItem) -> Vec<(String, String, String)> {
    let wanted = |m: &&Material| !m.shared && m.need != Need::Optional && m.kind != Paper::Form;
    let papers = item.materials.iter().filter(wanted);
    papers.map(|m| (m.id.clone(), crate::theme::one_name(&m.name, &[]), m.name.clone())).collect()
}

/// May a unit see a resource without asking, or has it been granted? What is closed is never seen.
pub const fn may_see(sharing: Sharing, granted: bool) -> bool {
    match sharing {
        Sharing::Free => true,
        Sharing::Conditional => granted,
        Sharing::Closed => false,
    }
}

/// The directory in the vocabulary of W3C DCAT 3, as JSON-LD. `base` is the address of the city's own pages.
pub fn dcat(title: &str, base: &str, all: &[(i64, Resource)]) -> String {
    let dataset = |(id, r): &(i64, Resource)| {
        let fields: Vec<_> = r.items.iter().map(|i| format!("{}（{}）", i.name, i.kind)).collect();
        let mut one = serde_json::json!({
            "@type": "dcat:Dataset",
            "@id": format!("{base}/desk/data/r/{id}"),
            "dct:identifier": r.code,
            "dct:title": { "@value": r.name, "@language": "zh" },
            "dct:description": { "@value": r.summary, "@language": "zh" },
            "dct:publisher": { "@type": "foaf:Organization", "foaf:name": r.provider, "dct:identifier": r.provider_code },
            "dct:accessRights": { "@type": "dct:RightsStatement", "rdfs:label": r.sharing.zh() },
            "dct:accrualPeriodicity": r.updates,
            "dcat:theme": r.class.zh(),
            "dcat:keyword": fields,
        });
        if !r.condition.is_empty() {
            one["dct:rights"] = serde_json::json!(r.condition);
        }
        if let Some(day) = r.published {
            one["dct:issued"] = serde_json::json!({ "@value": day.to_string(), "@type": "xsd:date" });
        }
        one
    };
    serde_json::json!({
        "@context": {
            "dcat": "http://www.w3.org/ns/dcat#",
            "dct": "http://purl.org/dc/terms/",
            "foaf": "http://xmlns.com/foaf/0.1/",
            "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
            "xsd": "http://www.w3.org/2001/XMLSchema#",
        },
        "@type": "dcat:Catalog",
        "@id": format!("{base}/desk/data"),
        "dct:title": { "@value": title, "@language": "zh" },
        "dcat:dataset": all.iter().map(dataset).collect::<Vec<_>>(),
    })
    .to_string()
}

words! {
    /// What is asked of the holder: to use a resource (数据需求申请), or to mend what is wrong in it (校核纠错).
    Sort {
        Use = "use", "数据申请";
        Correction = "correction", "校核纠错";
    }
}
words! {
    /// Where a request stands.
    RequestStage {
        Asked = "asked", "待核对";
        WithProvider = "with_provider", "待提供方答复";
        Granted = "granted", "已授权";
        Refused = "refused", "不予提供";
        Negotiating = "negotiating", "协商中";
        WithAuthority = "with_authority", "待数据主管部门裁定";
        Closed = "closed", "已终止";
        Mended = "mended", "已更正";
        Kept = "kept", "核查后不更正";
    }
}
words! {
    /// What is done with a request.
    RequestAct {
        Check = "check", "核对";
        Grant = "grant", "授权";
        Refuse = "refuse", "不予提供";
        Dispute = "dispute", "提出异议";
        GiveWay = "give_way", "协商一致提供";
        Raise = "raise", "提请裁定";
        Order = "order", "裁定提供";
        Uphold = "uphold", "裁定不提供";
        Mend = "mend", "核实并更正";
        Keep = "keep", "核查后不更正";
        OrderMend = "order_mend", "责令更正";
        Settle = "settle", "裁定维持";
    }
}

/// Who does it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Party {
    /// the unit that asks
    Asker,
    /// the unit that holds it
    Provider,
    /// 数据主管部门
    Authority,
}

/// Sort, from, who, act, to. A refusal needs its reason; it can be disputed, and the authority decides in the end
/// (国令 809:申请—答复—争议三步). What is wrong goes to the holder at once, who mends it or says why not.
#[rustfmt::skip]
pub const REQUEST_MOVES: &[(Sort, RequestStage, Party, RequestAct, RequestStage)] = &[
    (Sort::Use, RequestStage::Asked, Party::Authority, RequestAct::Check, RequestStage::WithProvider),
    (Sort::Use, RequestStage::Asked, Party::Authority, RequestAct::Refuse, RequestStage::Refused),
    (Sort::Use, RequestStage::WithProvider, Party::Provider, RequestAct::Grant, RequestStage::Granted),
    (Sort::Use, RequestStage::WithProvider, Party::Provider, RequestAct::Refuse, RequestStage::Refused),
    (Sort::Use, RequestStage::Refused, Party::Asker, RequestAct::Dispute, RequestStage::Negotiating),
    (Sort::Use, RequestStage::Negotiating, Party::Provider, RequestAct::GiveWay, RequestStage::Granted),
    (Sort::Use, RequestStage::Negotiating, Party::Asker, RequestAct::Raise, RequestStage::WithAuthority),
    (Sort::Use, RequestStage::WithAuthority, Party::Authority, RequestAct::Order, RequestStage::Granted),
    (Sort::Use, RequestStage::WithAuthority, Party::Authority, RequestAct::Uphold, RequestStage::Closed),
    (Sort::Correction, RequestStage::WithProvider, Party::Provider, RequestAct::Mend, RequestStage::Mended),
    (Sort::Correction, RequestStage::WithProvider, Party::Provider, RequestAct::Keep, RequestStage::Kept),
    (Sort::Correction, RequestStage::Kept, Party::Asker, RequestAct::Raise, RequestStage::WithAuthority),
    (Sort::Correction, RequestStage::WithAuthority, Party::Authority, RequestAct::OrderMend, RequestStage::WithProvider),
    (Sort::Correction, RequestStage::WithAuthority, Party::Authority, RequestAct::Settle, RequestStage::Closed),
];

/// Acts that owe their reason: what is refused, what is left as it is, and what was mended.
pub const REASONED: &[RequestAct] =
    &[RequestAct::Refuse, RequestAct::Uphold, RequestAct::Mend, RequestAct::Keep, RequestAct::Settle];

/// One limit of a request. Places differ and the national text was not seen: data, not code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestLimit {
    /// of which sort
    #[serde(default = "of_use")]
    pub sort: Sort,
    /// in which stage
    pub stage: RequestStage,
    /// only for resources that are published in the directory, or only for those that are not
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub published: Option<bool>,
    /// how long
    pub length: Length,
    /// where the number comes from
    pub source: String,
}

const fn of_use() -> Sort {
    Sort::Use
}

/// Most working days that a limit of a request may have.
pub const LIMIT_MAX: u16 = 60;

/// The limits a new city starts with: 2 working days to check, 5 to answer, 10 where it is not in the directory yet.
/// Source: a city's guide (sxgp.gov.cn, zcwd 202403); the national text names no numbers that were seen.
pub fn request_limits() -> Vec<RequestLimit> {
    let limit = |stage, published, days, source: &str| RequestLimit {
        sort: Sort::Use,
        stage,
        published,
        length: Length::Workdays(days),
        source: source.to_owned(),
    };
    vec![
        limit(RequestStage::Asked, None, 2, "参照外地 2024 年的办事规定：2 个工作日核对"),
        limit(
            RequestStage::WithProvider,
            Some(true),
            5,
            "参照外地 2024 年的办事规定：提供单位 5 个工作日答复",
        ),
        limit(
            RequestStage::WithProvider,
            Some(false),
            10,
            "参照外地 2024 年的办事规定：未发布的 10 个工作日答复",
        ),
        limit(RequestStage::Negotiating, None, 10, "本市设定"),
        limit(RequestStage::WithAuthority, None, 10, "本市设定"),
        RequestLimit { sort: Sort::Correction, ..limit(RequestStage::WithProvider, None, 5, "本市设定") },
        RequestLimit {
            sort: Sort::Correction, ..limit(RequestStage::WithAuthority, None, 10, "本市设定")
        },
    ]
}

/// A request for data (数据需求).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// what is asked for
    #[serde(default = "of_use")]
    pub sort: Sort,
    /// code of the resource
    pub resource: String,
    /// is it published in the directory
    pub published: bool,
    /// 用途: what for; nothing else may be done with it (国令 809 第 25 条). Of a correction: what is wrong
    pub purpose: String,
    /// 依据. Of a correction: what is right, and what proves it
    pub basis: String,
    /// where it stands
    pub stage: RequestStage,
    /// since when
    pub since: Moment,
    /// the reason of the last refusal
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
}

/// Asks for a resource. What is shared freely is authorised directly once it was checked; what is closed is refused at once,
/// with the reason.
///
/// # Errors
/// Without a purpose and its basis nothing is asked for.
pub fn ask(resource: &Resource, purpose: &str, basis: &str, now: Moment) -> Result<Request, Said> {
    if purpose.trim().is_empty() || basis.trim().is_empty() {
        return Err(Said::new("请写明用途和依据", "say what it is for, and on which ground"));
    }
    let closed = resource.sharing == Sharing::Closed;
    Ok(Request {
        sort: Sort::Use,
        resource: resource.code.clone(),
        published: resource.published.is_some(),
        purpose: purpose.trim().to_owned(),
        basis: basis.trim().to_owned(),
        stage: if closed { RequestStage::Refused } else { RequestStage::Asked },
        since: now,
        reason: if closed { format!("目录列为“{}”", Sharing::Closed.zh()) } else { String::new() },
    })
}

/// 校核纠错: tells the holder what is wrong in a resource.
///
/// # Errors
/// Without what is wrong and what proves it nobody can look into it.
pub fn report(resource: &Resource, wrong: &str, proof: &str, now: Moment) -> Result<Request, Said> {
    if wrong.trim().is_empty() || proof.trim().is_empty() {
        return Err(Said::new(
            "请写明哪里不对、正确的是什么和依据",
            "say what is wrong, what is right, and what proves it",
        ));
    }
    Ok(Request {
        sort: Sort::Correction,
        resource: resource.code.clone(),
        published: resource.published.is_some(),
        purpose: wrong.trim().to_owned(),
        basis: proof.trim().to_owned(),
        stage: RequestStage::WithProvider,
        since: now,
        reason: String::new(),
    })
}

impl Request {
    /// One move.
    ///
    /// # Errors
    /// Not at this stage, not by this party, or a refusal without reason.
    pub fn step(
        mut self,
        who: Party,
        act: RequestAct,
        sharing: Sharing,
        reason: &str,
        now: Moment,
    ) -> Result<Self, Said> {
        let found = REQUEST_MOVES
            .iter()
            .find(|(s, f, w, a, _)| (*s, *f, *w, *a) == (self.sort, self.stage, who, act));
        let Some((.., to)) = found else {
            return Err(Said::new(
                format!("申请{}，不能{}", self.stage.zh(), act.zh()),
                format!("the request is at {:?}: {:?} cannot be done", self.stage.word(), act.word()),
            ));
        };
        if REASONED.contains(&act) && reason.trim().is_empty() {
            return Err(Said::new(
                format!("“{}”须说明理由或结果", act.zh()),
                format!("{:?} needs its reason or result", act.word()),
            ));
        }
        // What is shared freely has nothing to be answered: it is authorised when it was checked.
        let free = act == RequestAct::Check && sharing == Sharing::Free && self.published;
        self.stage = if free { RequestStage::Granted } else { *to };
        self.since = now;
        if !reason.trim().is_empty() {
            reason.trim().clone_into(&mut self.reason);
        }
        Ok(self)
    }
    /// What this party may do with it now.
    pub fn offers(&self, who: Party) -> impl Iterator<Item = RequestAct> + '_ {
        REQUEST_MOVES.iter().filter(move |m| (m.0, m.1, m.2) == (self.sort, self.stage, who)).map(|m| m.3)
    }
    /// When this stage is due; none where nobody owes anything.
    pub fn due(&self, limits: &[RequestLimit], calendar: &WorkCalendar) -> Option<Moment> {
        let fits = |l: &&RequestLimit| {
            (l.sort, l.stage) == (self.sort, self.stage) && l.published.is_none_or(|p| p == self.published)
        };
        let limit = limits.iter().find(fits)?;
        workday::due(self.since, limit.length, calendar, &[]).at()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resource(sharing: Sharing) -> Resource {
        let mut all = issued(&catalogue::sample::food_licence(), "2026-01-01".parse().unwrap());
        Resource { sharing, condition: "仅用于办理".into(), ..all.remove(0) }
    }

    #[test]
    fn what_an_item_issues_is_a_resource_and_what_it_asks_for_is_known() {
        let item = catalogue::sample::food_licence();
        let all = issued(&item, "2026-01-01".parse().unwrap());
        assert_eq!(all.len(), 1);
        let other = ServiceItem { handling_code: "02".into(), ..item.clone() };
        assert_ne!(issued(&other, "2026-01-01".parse().unwrap())[0].code, all[0].code);
        let asked = asked_of(&item);
        assert!(!asked.is_empty() && asked.iter().all(|a| item.material(&a.0).is_some_and(|m| !m.shared)));
        for (sharing, granted, sees) in [
            (Sharing::Free, false, true),
            (Sharing::Conditional, false, false),
            (Sharing::Conditional, true, true),
            (Sharing::Closed, true, false),
        ] {
            assert_eq!(may_see(sharing, granted), sees, "{sharing:?} {granted}");
        }
        let dcat = dcat("目录", "https://x", &[(7, all[0].clone())]);
        let dcat: serde_json::Value = serde_json::from_str(&dcat).unwrap();
        assert_eq!(dcat["dcat:dataset"][0]["@id"], "https://x/desk/data/r/7");
        assert_eq!(dcat["dcat:dataset"][0]["dct:issued"]["@value"], "2026-01-01");
        assert_eq!(
            (all[0].name.as_str(), all[0].provider.as_str()),
            ("食品经营许可证", "云汀市行政审批服务局")
        );
        assert!(all[0].faults().is_empty());
        let bad = Resource {
            condition: String::new(),
            sharing: Sharing::Conditional,
            items: vec![],
            ..all[0].clone()
        };
        assert_eq!(bad.faults().len(), 2);
    }

    #[test]
    fn a_request_has_its_limit_in_every_stage_where_somebody_owes_something() {
        let calendar = WorkCalendar::official();
        let now: Moment = "2026-09-07 10:00".parse().unwrap();
        let due = |r: &Request| r.due(&request_limits(), &calendar).map(|m| m.date().to_string());
        let r = ask(&resource(Sharing::Conditional), "核验营业执照", "食品安全法第三十五条", now).unwrap();
        assert_eq!(due(&r).unwrap(), "2026-09-09");
        let r = r.step(Party::Authority, RequestAct::Check, Sharing::Conditional, "", now).unwrap();
        assert_eq!((r.stage, due(&r).unwrap().as_str()), (RequestStage::WithProvider, "2026-09-14"));
        let unpublished = Request { published: false, ..r.clone() };
        // Ten working days, of which Sunday the 20th is one.
        assert_eq!(due(&unpublished).unwrap(), "2026-09-20");
        assert!(r.clone().step(Party::Asker, RequestAct::Grant, Sharing::Conditional, "", now).is_err());
        assert!(r.clone().step(Party::Provider, RequestAct::Refuse, Sharing::Conditional, " ", now).is_err());
        let r = r.step(Party::Provider, RequestAct::Refuse, Sharing::Conditional, "依据不足", now).unwrap();
        assert_eq!(due(&r), None);
        let r = r.step(Party::Asker, RequestAct::Dispute, Sharing::Conditional, "", now).unwrap();
        let r = r.step(Party::Asker, RequestAct::Raise, Sharing::Conditional, "", now).unwrap();
        let r = r.step(Party::Authority, RequestAct::Order, Sharing::Conditional, "", now).unwrap();
        assert_eq!(r.stage, RequestStage::Granted);
        let free = ask(&resource(Sharing::Free), "核验", "依据", now).unwrap();
        let free = free.step(Party::Authority, RequestAct::Check, Sharing::Free, "", now).unwrap();
        assert_eq!(free.stage, RequestStage::Granted, "no added conditions");
        assert_eq!(
            ask(&resource(Sharing::Closed), "核验", "依据", now).unwrap().stage,
            RequestStage::Refused
        );
        assert!(ask(&resource(Sharing::Free), "", "依据", now).is_err());
        // Every stage is reached, only the ends owe nothing, and where somebody owes something there is a limit.
        for (sort, first, ends) in [
            (Sort::Use, RequestStage::Asked, [RequestStage::Granted, RequestStage::Closed]),
            (Sort::Correction, RequestStage::WithProvider, [RequestStage::Mended, RequestStage::Closed]),
        ] {
            let moves = || REQUEST_MOVES.iter().filter(move |m| m.0 == sort);
            let mut stages: Vec<RequestStage> = moves().map(|m| m.4).collect();
            stages.push(first);
            for stage in stages {
                assert_eq!(moves().any(|m| m.1 == stage), !ends.contains(&stage), "{sort:?} {stage:?}");
                let asker = moves()
                    .any(|m| m.1 == stage && m.2 == Party::Asker && stage != RequestStage::Negotiating);
                let owes = !ends.contains(&stage) && !asker;
                let limited = request_limits().iter().any(|l| (l.sort, l.stage) == (sort, stage));
                assert_eq!(limited, owes, "{sort:?} {stage:?}");
            }
        }
        assert!(
            RequestStage::ALL
                .iter()
                .all(|s| { *s == RequestStage::Asked || REQUEST_MOVES.iter().any(|m| m.4 == *s) })
        );
    }

    #[test]
    fn what_is_wrong_goes_to_its_holder_and_comes_back_with_what_became_of_it() {
        let now: Moment = "2026-09-07 10:00".parse().unwrap();
        let of = resource(Sharing::Free);
        assert!(report(&of, "成立日期错", " ", now).is_err());
        let r = report(&of, "成立日期应为 2019-03-01", "营业执照副本", now).unwrap();
        let due = r.due(&request_limits(), &WorkCalendar::official()).unwrap();
        assert_eq!(due.date().to_string(), "2026-09-14");
        let step = |r: &Request, who, act, why: &str| r.clone().step(who, act, Sharing::Free, why, now);
        assert!(step(&r, Party::Provider, RequestAct::Grant, "x").is_err(), "a correction grants nothing");
        assert!(step(&r, Party::Provider, RequestAct::Mend, "").is_err(), "what was mended is said");
        let kept = step(&r, Party::Provider, RequestAct::Keep, "与登记档案一致").unwrap();
        let up = step(&kept, Party::Asker, RequestAct::Raise, "").unwrap();
        let back = step(&up, Party::Authority, RequestAct::OrderMend, "").unwrap();
        let done = step(&back, Party::Provider, RequestAct::Mend, "已按档案更正").unwrap();
        assert_eq!((done.stage, done.reason.as_str()), (RequestStage::Mended, "已按档案更正"));
    }
}
