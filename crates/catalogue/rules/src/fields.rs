//! 字段表: every field of an item and its parts, one row each. Spreadsheets, comparison and documentation
//! run from this table, so that no field is forgotten by one of them. Must not know where rows come from.

use std::collections::BTreeMap;

use kernel::Said;
use tabular::days::Span;

use crate::item::{Faq, Fee, Limit, Material, Outcome, ServiceItem, Special, Step, Window};
use crate::situation::Situations;
use crate::words::{
    BodyNature, Cell, Handling, ItemKind, ItemState, Level, LimitUnit, Medium, Need, Paper, ResultKind,
    Source, StepKind, echo,
};

/// What stands in the inputs of a form, by name; several values of one input on a line each.
pub type Raw = BTreeMap<String, String>;
/// What cannot be read: name of the input, and why.
pub type Wrong = Vec<(String, Said)>;

/// One field of a record.
pub struct Field<T: 'static> {
    /// The name in JSON and in paths of findings.
    pub key: &'static str,
    /// The heading in spreadsheets and the word in sentences.
    pub zh: &'static str,
    /// English.
    pub en: &'static str,
    /// The value as one cell.
    pub get: fn(&T) -> String,
    /// Reads one cell.
    pub set: fn(&mut T, &str) -> Result<(), Said>,
    /// What was decided when this cell was read as the value of a record, where the cell leaves something open.
    pub taken_as: fn(&T, &str) -> Option<String>,
    /// The values there are, where they are a closed list.
    pub choices: fn() -> Vec<&'static str>,
    /// Are there several, one a line?
    pub list: bool,
    /// How heavy the value is for an applicant, when that can be said: more is heavier.
    pub burden: Option<fn(&T) -> i64>,
}

/// A record that is one row of a sheet.
pub trait Record: Sized + Clone + PartialEq + 'static {
    /// The name of its sheet, and of one record in a sentence.
    const SHEET: &'static str;
    /// English.
    const EN: &'static str;
    /// Its fields, in the order of the columns.
    const FIELDS: &'static [Field<Self>];
    /// An empty record to be filled from a row.
    fn blank() -> Self;
    /// What it is known by among its fellows.
    fn known_by(&self) -> String;
    /// Is one more of these heavier (1), lighter (-1) or neither (0) for an applicant?
    const WEIGHT: i64;
}

fn choices_of<T, C: Cell>(_: fn(&T) -> &C) -> Vec<&'static str> {
    C::choices()
}
const fn is_list<T, C: Cell>(_: fn(&T) -> &C) -> bool {
    C::LIST
}

macro_rules! fields {
    ($T:ty; $($key:ident $zh:literal $en:literal $(=> $burden:expr)?),+ $(,)?) => {
        &[$(Field::<$T> {
            key: stringify!($key),
            zh: $zh,
            en: $en,
            get: |t| t.$key.show(),
            set: |t, text| { t.$key = Cell::read(text)?; Ok(()) },
            taken_as: |t, text| t.$key.taken_as(text),
            choices: || choices_of(|t: &$T| &t.$key),
            list: is_list(|t: &$T| &t.$key),
            burden: fields!(@burden $($burden)?),
        }),+]
    };
    (@burden) => { None };
    (@burden $burden:expr) => { Some($burden) };
}

impl Cell for Limit {
    fn show(&self) -> String {
        format!("{}{}", self.amount, self.unit.zh())
    }
    fn read(text: &str) -> Result<Self, Said> {
        let text = text.trim();
        match plainly(text).or_else(|| in_words(text)) {
            Some(limit) => Ok(limit),
            None => Err(Said::new(
                format!("“{}”不是时限，请写成“5个工作日”", echo(text)),
                format!("{:?} is not a limit; write 5个工作日 (5 working days)", echo(text)),
            )),
        }
    }
    fn taken_as(&self, text: &str) -> Option<String> {
        let text = text.trim();
        if plainly(text).is_some() {
            return None;
        }
        let promise = tabular::days::promise(text)?;
        let (zh, en) = match (promise.bent, promise.span) {
            (Some(bent), _) => bent.said(),
            (None, Span::AtOnce) => ("当场办结", "done at once"),
            (None, span) => parted(span)
                .then_some(("不足一个单位的换成较小的单位", "a part of a unit, in a smaller one"))?,
        };
        Some(format!("{}（{zh}） / {} {} ({en})", self.show(), self.amount, self.unit.word()))
    }
}

/// `5个工作日`, `2小时`: a number and the word of a unit.
fn plainly(text: &str) -> Option<Limit> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let unit = match text[digits..].trim() {
        "个工作日" | "工作日" | "work_day" => LimitUnit::WorkDay,
        "个自然日" | "自然日" | "天" | "日" | "day" => LimitUnit::Day,
        "小时" | "个小时" | "hour" => LimitUnit::Hour,
        "个月" | "月" | "month" => LimitUnit::Month,
        _ => return None,
    };
    Some(Limit { amount: text[..digits].parse().ok()?, unit })
}

/// Not a whole number of its unit?
fn parted(span: Span) -> bool {
    let (Span::WorkingDays(n) | Span::NaturalDays(n) | Span::Months(n) | Span::Hours(n)) = span else {
        return false;
    };
    n.fract() != 0.0
}

/// 五个工作日, ２个工作日, 15日内, 3-5天, 半天: in other words. A part of a working day, and half a day, is in working
/// hours, eight of them a day; a part of a month is in days; what is left open is the longer.
fn in_words(text: &str) -> Option<Limit> {
    let (n, unit) = match tabular::days::span(text)? {
        Span::AtOnce => (0.0, LimitUnit::WorkDay),
        Span::WorkingDays(n) if n.fract() != 0.0 => (n * 8.0, LimitUnit::Hour),
        Span::WorkingDays(n) => (n, LimitUnit::WorkDay),
        Span::NaturalDays(n) if n < 1.0 => (n * 8.0, LimitUnit::Hour),
        Span::NaturalDays(n) => (n, LimitUnit::Day),
        Span::Months(n) if n.fract() != 0.0 => (n * 30.0, LimitUnit::Day),
        Span::Months(n) => (n, LimitUnit::Month),
        Span::Hours(n) => (n, LimitUnit::Hour),
    };
    let n = n.ceil();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "whole and bounded")]
    (0.0..60_000.0).contains(&n).then_some(Limit { amount: n as u16, unit })
}

/// A question tree is one cell of JSON.
impl Cell for Situations {
    fn show(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
    fn read(text: &str) -> Result<Self, Said> {
        serde_json::from_str(text).map_err(|e| {
            Said::new(
                format!("情形一栏不是可读的 JSON：{e}"),
                format!("the situations are not readable JSON: {e}"),
            )
        })
    }
}

fn hours(limit: Option<Limit>) -> i64 {
    limit.map_or(0, |l| i64::from(l.work_hours()))
}
const fn lighter_if(yes: bool) -> i64 {
    if yes { 0 } else { 1 }
}

impl Record for ServiceItem {
    const SHEET: &'static str = "事项";
    const EN: &'static str = "item";
    const WEIGHT: i64 = 0;
    const FIELDS: &'static [Field<Self>] = fields![Self;
        code "实施编码" "implementation code",
        handling_code "业务办理项编码" "handling code",
        base_code "基本编码" "base code",
        name "事项名称" "name",
        kind "事项类型" "kind",
        handling "办件类型" "handling",
        level "行使层级" "level",
        region "行政区划" "region",
        unit "实施主体" "unit",
        unit_code "实施主体代码" "unit code",
        nature "实施主体性质" "nature of the unit",
        entrusted_by "委托部门" "entrusted by",
        joint_units "联办机构" "joint units",
        legal_basis "设定依据" "legal basis",
        content "行使内容" "content",
        powers "权限划分" "division of powers",
        audience "服务对象" "audience",
        topics "服务主题" "topics",
        conditions "受理条件" "conditions" => |t| t.conditions.len() as i64,
        legal_limit "法定办结时限" "legal limit",
        legal_limit_note "法定办结时限说明" "note on the legal limit",
        promised_limit "承诺办结时限" "promised limit" => |t| hours(t.promised_limit),
        promised_limit_note "承诺办结时限说明" "note on the promised limit",
        charged "是否收费" "charged" => |t| i64::from(t.charged),
        visits "到办事现场次数" "visits" => |t| i64::from(t.visits),
        visit_reason "必须现场办理原因" "reason for the visit",
        agent_allowed "是否可代办" "agents allowed" => |t| lighter_if(t.agent_allowed),
        channels "办理形式" "channels" => |t| -(t.channels.len() as i64),
        depth "网上办理深度" "online depth" => |t| t.depth.map_or(0, |d| -(d as i64)),
        online_url "网办地址" "online address",
        appointment "是否支持预约" "appointment" => |t| lighter_if(t.appointment),
        pay_online "是否支持网上支付" "online payment" => |t| lighter_if(t.pay_online),
        express "是否支持物流快递" "sent by post" => |t| lighter_if(t.express),
        in_hall "是否进驻政务大厅" "in the hall",
        scope "通办范围" "scope" => |t| t.scope.map_or(0, |s| -(s as i64)),
        quota "数量限制" "quota",
        intermediary "中介服务" "intermediary services" => |t| t.intermediary.len() as i64,
        consult "咨询方式" "enquiries",
        complain "监督投诉方式" "complaints",
        situations "情形" "situations",
        state "事项状态" "state",
        version "版本" "version",
        effective_from "生效日期" "in force from",
        effective_to "取消日期" "in force until",
    ];
    fn blank() -> Self {
        Self {
            code: String::new(),
            handling_code: String::new(),
            base_code: String::new(),
            name: String::new(),
            kind: ItemKind::Other,
            handling: Handling::Promised,
            level: Level::County,
            region: None,
            unit: String::new(),
            unit_code: String::new(),
            nature: BodyNature::Statutory,
            entrusted_by: String::new(),
            joint_units: Vec::new(),
            legal_basis: Vec::new(),
            content: String::new(),
            powers: String::new(),
            audience: Vec::new(),
            topics: Vec::new(),
            conditions: Vec::new(),
            legal_limit: None,
            legal_limit_note: String::new(),
            promised_limit: None,
            promised_limit_note: String::new(),
            special: Vec::new(),
            steps: Vec::new(),
            materials: Vec::new(),
            charged: false,
            fees: Vec::new(),
            visits: 0,
            visit_reason: String::new(),
            agent_allowed: false,
            channels: Vec::new(),
            depth: None,
            online_url: String::new(),
            appointment: false,
            pay_online: false,
            express: false,
            in_hall: false,
            scope: None,
            windows: Vec::new(),
            results: Vec::new(),
            quota: String::new(),
            intermediary: Vec::new(),
            consult: String::new(),
            complain: String::new(),
            faq: Vec::new(),
            situations: None,
            state: ItemState::Draft,
            version: 1,
            effective_from: None,
            effective_to: None,
        }
    }
    fn known_by(&self) -> String {
        self.name.clone()
    }
}

impl Record for Step {
    const SHEET: &'static str = "环节";
    const EN: &'static str = "step";
    const WEIGHT: i64 = 1;
    const FIELDS: &'static [Field<Self>] = fields![Self;
        id "环节编号" "id",
        name "环节名称" "name",
        kind "环节类型" "kind",
        unit "办理单位" "unit",
        post "岗位" "post",
        limit "环节时限" "limit" => |t| hours(t.limit),
        consumes "使用材料编号" "materials used",
        produces "产生" "makes",
        after "前置环节编号" "after",
        order_basis "先后顺序依据" "law behind the order",
        attend "是否须本人到场" "attendance" => |t| i64::from(t.attend),
        online "是否可网办" "online" => |t| lighter_if(t.online),
        counted "是否计入时限" "counted in the limit" => |t| lighter_if(t.counted),
    ];
    fn blank() -> Self {
        Self {
            id: String::new(),
            name: String::new(),
            kind: StepKind::Other,
            unit: String::new(),
            post: String::new(),
            limit: None,
            consumes: Vec::new(),
            produces: Vec::new(),
            after: Vec::new(),
            order_basis: String::new(),
            attend: false,
            online: false,
            counted: true,
        }
    }
    fn known_by(&self) -> String {
        self.name.clone()
    }
}

impl Record for Material {
    const SHEET: &'static str = "材料";
    const EN: &'static str = "material";
    const WEIGHT: i64 = 1;
    const FIELDS: &'static [Field<Self>] = fields![Self;
        id "材料编号" "id",
        name "材料名称" "name",
        kind "材料类型" "kind",
        need "材料必要性" "necessity" => |t| lighter_if(t.need != Need::Required),
        source "来源渠道" "source",
        issuer "出具机构" "issuer",
        medium "材料形式" "medium" => |t| lighter_if(t.medium != Medium::Paper),
        originals "原件份数" "originals" => |t| i64::from(t.originals),
        copies "复印件份数" "copies" => |t| i64::from(t.copies),
        paper_size "纸质材料规格" "paper size",
        defer_days "容缺补交工作日" "working days to hand in later",
        commitment "是否可告知承诺" "commitment instead" => |t| lighter_if(t.commitment),
        shared "是否共享免交" "fetched from shared data" => |t| lighter_if(t.shared),
        basis "要求提供的依据" "basis",
        blank_form "空白表" "blank form",
        sample_form "样表" "sample form",
        fill_note "填报须知" "how to fill in",
        accept_standard "受理标准" "standard of acceptance",
    ];
    fn blank() -> Self {
        Self {
            id: String::new(),
            name: String::new(),
            kind: Paper::Other,
            need: Need::Required,
            source: Source::Applicant,
            issuer: String::new(),
            medium: Medium::Either,
            originals: 0,
            copies: 0,
            paper_size: String::new(),
            defer_days: None,
            commitment: false,
            shared: false,
            basis: String::new(),
            blank_form: String::new(),
            sample_form: String::new(),
            fill_note: String::new(),
            accept_standard: String::new(),
        }
    }
    fn known_by(&self) -> String {
        self.name.clone()
    }
}

impl Record for Fee {
    const SHEET: &'static str = "收费";
    const EN: &'static str = "fee";
    const WEIGHT: i64 = 1;
    const FIELDS: &'static [Field<Self>] = fields![Self;
        name "收费项目名称" "name",
        standard "收费标准" "standard",
        amount_fen "金额（分）" "amount in fen" => |t| t.amount_fen.map_or(0, |n| i64::try_from(n).unwrap_or(i64::MAX)),
        basis "收费依据" "basis",
        relief "允许减免依据" "relief",
    ];
    fn blank() -> Self {
        Self {
            name: String::new(),
            standard: String::new(),
            amount_fen: None,
            basis: String::new(),
            relief: String::new(),
        }
    }
    fn known_by(&self) -> String {
        self.name.clone()
    }
}

impl Record for Window {
    const SHEET: &'static str = "窗口";
    const EN: &'static str = "window";
    const WEIGHT: i64 = -1;
    const FIELDS: &'static [Field<Self>] = fields![Self;
        hall "办理地点" "place",
        counter "窗口" "counter",
        address "地址" "address",
        hours "办理时间" "hours",
        phone "电话" "telephone",
        region "服务区划" "region served",
    ];
    fn blank() -> Self {
        Self {
            hall: String::new(),
            counter: String::new(),
            address: String::new(),
            hours: String::new(),
            phone: String::new(),
            region: None,
        }
    }
    fn known_by(&self) -> String {
        format!("{}{}", self.hall, self.counter)
    }
}

impl Record for Outcome {
    const SHEET: &'static str = "结果";
    const EN: &'static str = "result";
    const WEIGHT: i64 = 0;
    const FIELDS: &'static [Field<Self>] = fields![Self;
        name "结果名称" "name",
        kind "结果类型" "kind",
        sample "结果样本" "sample",
        validity "有效期" "validity",
    ];
    fn blank() -> Self {
        Self { name: String::new(), kind: ResultKind::Other, sample: String::new(), validity: String::new() }
    }
    fn known_by(&self) -> String {
        self.name.clone()
    }
}

impl Record for Special {
    const SHEET: &'static str = "特别程序";
    const EN: &'static str = "special procedure";
    const WEIGHT: i64 = 1;
    const FIELDS: &'static [Field<Self>] = fields![Self;
        name "特别程序" "name",
        limit "所需时间" "time it takes" => |t| hours(t.limit),
        basis "依据" "basis",
    ];
    fn blank() -> Self {
        Self { name: String::new(), limit: None, basis: String::new() }
    }
    fn known_by(&self) -> String {
        self.name.clone()
    }
}

impl Record for Faq {
    const SHEET: &'static str = "常见问题";
    const EN: &'static str = "question";
    const WEIGHT: i64 = 0;
    const FIELDS: &'static [Field<Self>] = fields![Self;
        question "问题" "question",
        answer "答案" "answer",
    ];
    fn blank() -> Self {
        Self { question: String::new(), answer: String::new() }
    }
    fn known_by(&self) -> String {
        self.question.clone()
    }
}
