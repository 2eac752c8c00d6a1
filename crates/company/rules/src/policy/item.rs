//! 政策事项: one thing that a clause gives, as it stands in a file; and the book (底账) of all of them.

use std::collections::{BTreeMap, BTreeSet};

use kernel::{Date, Said};
use serde::Deserialize;
use serde_json::Value as Json;

use super::amount::{Ladder, LadderFault, Rounding, ladder_fault};
use super::condition::{self, Condition};
use super::document::Document;
use super::expr::{self, Expr};
use super::number::Number;
use super::value::Value;

/// What is wrong with a policy, an item or facts, and what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{said}")]
pub struct PolicyError {
    /// the sentence
    pub said: Said,
}

impl PolicyError {
    /// In both languages.
    pub fn new(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self { said: Said::new(zh, en) }
    }
    /// From an error that prints itself in both languages.
    pub fn of(error: &dyn std::fmt::Display) -> Self {
        Self { said: Said::of_both(&error.to_string()) }
    }
    /// The same, with the place named in front.
    pub fn at(self, place: &str) -> Self {
        Self::new(format!("{place}:{}", self.said.zh), format!("{place}: {}", self.said.en))
    }
}

/// 类: what a clause gives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, serde::Serialize)]
pub enum PolicyClass {
    /// 减免
    #[serde(rename = "减免", alias = "reduction")]
    Reduction,
    /// 奖补
    #[default]
    #[serde(rename = "奖补", alias = "subsidy")]
    Subsidy,
    /// 权益
    #[serde(rename = "权益", alias = "benefit")]
    Benefit,
    /// 资质
    #[serde(rename = "资质", alias = "qualification")]
    Qualification,
}

/// 兑现方式.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, serde::Serialize)]
pub enum PolicyWay {
    /// 免申即享
    #[serde(rename = "免申即享", alias = "no_application")]
    NoApplication,
    /// 快申快享
    #[serde(rename = "快申快享", alias = "quick")]
    Quick,
    /// 申报
    #[default]
    #[serde(rename = "申报", alias = "application")]
    Application,
}

/// A field that facts may supply (字段).
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FieldDeclared {
    /// its key in conditions
    pub key: String,
    /// its name for people; a column of facts may be called so
    #[serde(default)]
    pub name: String,
    /// 人, 元, 个月 …
    #[serde(default)]
    pub unit: String,
    /// number, text, bool, date
    #[serde(default, rename = "type")]
    pub kind: FieldKind,
    /// which register it comes from
    #[serde(default)]
    pub source: String,
    /// what it is called elsewhere
    #[serde(default)]
    pub synonyms: Vec<String>,
    /// can the company itself say it?
    #[serde(default = "yes")]
    pub ask: bool,
}

const fn yes() -> bool {
    true
}

/// 字段类型.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldKind {
    /// as it comes
    #[default]
    Any,
    /// 数
    Number,
    /// 文字
    Text,
    /// 是否
    Bool,
    /// 日期
    Date,
}

/// A parameter in force from one day to another (参数), a number or a table by key.
#[derive(Clone, Debug, PartialEq)]
pub struct Dated {
    /// from this day
    pub from: Option<Date>,
    /// to this day, included
    pub to: Option<Date>,
    /// the value
    pub value: Param,
}

/// What a parameter is.
#[derive(Clone, Debug, PartialEq)]
pub enum Param {
    /// one value
    One(Value),
    /// values by key
    Table(BTreeMap<String, Value>),
}

/// 金额.
#[derive(Clone, Debug, PartialEq)]
pub struct Amount {
    /// how much, in yuan
    pub expr: Expr,
    /// as written
    pub written: String,
    /// 上限
    pub cap: Option<Expr>,
    /// 下限
    pub least: Option<Expr>,
    /// 尾数
    pub rounding: Rounding,
}

/// 政策事项, read and understood.
#[derive(Clone, Debug)]
pub struct PolicyItem {
    /// its code; versions of one item share it
    pub code: String,
    /// its name
    pub name: String,
    /// of which policy (name or number)
    pub policy: String,
    /// which clause
    pub clause: String,
    /// 类
    pub class: PolicyClass,
    /// 兑现方式
    pub way: PolicyWay,
    /// in force from
    pub from: Option<Date>,
    /// in force to, included; none is flagged
    pub to: Option<Date>,
    /// who may have it
    pub conditions: Condition,
    /// how much
    pub amount: Option<Amount>,
    /// 互斥组: only one item of a group is paid
    pub group: String,
    /// 责任单位
    pub office: String,
    /// 电话
    pub phone: String,
    /// 兑现时限(工作日)
    pub pay_days: Option<u32>,
    /// 公示期(工作日)
    pub publicity_days: Option<u32>,
    /// 资金池
    pub fund: String,
    /// parameters of its own
    pub params: BTreeMap<String, Vec<Dated>>,
    /// ladders of its own
    pub ladders: BTreeMap<String, Ladder>,
}

/// 资金.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fund {
    /// its code
    pub code: String,
    /// its name
    #[serde(default)]
    pub name: String,
    /// what is left, in yuan
    pub balance: Number,
}

/// 事项底账: items with what they share.
#[derive(Clone, Debug, Default)]
pub struct Book {
    /// every item, in the order of the file
    pub items: Vec<PolicyItem>,
    /// the fields that are supplied
    pub fields: Vec<FieldDeclared>,
    /// parameters for all
    pub params: BTreeMap<String, Vec<Dated>>,
    /// ladders for all
    pub ladders: BTreeMap<String, Ladder>,
    /// funds
    pub funds: Vec<Fund>,
    /// 政策文件: what the items rest on
    pub documents: Vec<Document>,
}

/// Items in one book, at most.
pub const ITEMS_MAX: usize = 10_000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawBook {
    items: Vec<Json>,
    #[serde(default)]
    fields: Vec<FieldDeclared>,
    #[serde(default)]
    params: BTreeMap<String, Json>,
    #[serde(default)]
    ladders: BTreeMap<String, Ladder>,
    #[serde(default)]
    funds: Vec<Fund>,
    #[serde(default)]
    documents: Vec<Document>,
    #[serde(default, rename = "note")]
    _note: Option<Json>,
}

/// A code is text; one of digits only may be written as a number.
fn code_read<'de, D: serde::Deserializer<'de>>(d: D) -> Result<String, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Code {
        Text(String),
        Number(u64),
    }
    Ok(match Code::deserialize(d)? {
        Code::Text(t) => t,
        Code::Number(n) => n.to_string(),
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawItem {
    #[serde(alias = "id", deserialize_with = "code_read")]
    code: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    policy: String,
    #[serde(default)]
    clause: String,
    #[serde(default)]
    class: PolicyClass,
    #[serde(default)]
    way: PolicyWay,
    #[serde(default, alias = "valid_from")]
    from: Option<String>,
    #[serde(default, alias = "valid_to")]
    to: Option<String>,
    #[serde(default, alias = "condition")]
    conditions: Option<Json>,
    #[serde(default)]
    amount: Option<Json>,
    #[serde(default)]
    group: String,
    #[serde(default)]
    office: String,
    #[serde(default)]
    phone: String,
    #[serde(default)]
    pay_days: Option<u32>,
    #[serde(default)]
    publicity_days: Option<u32>,
    #[serde(default)]
    fund: String,
    #[serde(default)]
    params: BTreeMap<String, Json>,
    #[serde(default)]
    ladders: BTreeMap<String, Ladder>,
    #[serde(default, rename = "note")]
    _note: Option<Json>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawAmount {
    expr: Json,
    #[serde(default)]
    cap: Option<Json>,
    #[serde(default)]
    least: Option<Json>,
    #[serde(default)]
    round: Rounding,
    #[serde(default, rename = "text")]
    _text: Option<Json>,
}

/// What a reader of JSON says of a shape it does not know, in both languages.
fn misread(e: &serde_json::Error) -> PolicyError {
    let en = e.to_string();
    let quoted = |after: &str| {
        let rest = &en[en.find(after)? + after.len()..];
        rest.split('`').nth(1).map(str::to_owned)
    };
    let zh = if let Some(key) = quoted("unknown field ") {
        let known =
            en.split_once("expected one of ").map_or("", |x| x.1).replace('`', "").replace(", ", "、");
        format!("不认识“{key}”这一项，可用 {known}")
    } else if let Some(key) = quoted("missing field ") {
        format!("缺少“{key}”一项")
    } else if let Some(word) = quoted("unknown variant ") {
        let known =
            en.split_once("expected one of ").map_or("", |x| x.1).replace('`', "").replace(", ", "、");
        format!("不能填“{word}”，可填 {known}")
    } else if let Some(key) = quoted("duplicate field ") {
        format!("“{key}”写了两次，只留一个")
    } else if en.starts_with("invalid type")
        || en.starts_with("invalid value")
        || en.starts_with("data did not")
    {
        format!("有一项的写法不对，应为文字、数或列表中规定的一种（{en}）")
    } else {
        format!("写得不对（{en}）")
    };
    PolicyError::new(zh, format!("not understood: {en}"))
}

fn day(text: Option<&str>) -> Result<Option<Date>, PolicyError> {
    match text.map(str::trim).filter(|t| !t.is_empty()) {
        None => Ok(None),
        Some(t) => super::value::read_date(t).map(Some).ok_or_else(|| {
            PolicyError::new(
                format!("“{t}”不是日期,写作 2025-12-31"),
                format!("“{t}” is no date; write 2025-12-31"),
            )
        }),
    }
}

fn param(raw: &Json) -> Result<Vec<Dated>, PolicyError> {
    let wrong = || {
        PolicyError::new(
            "参数写成一个数、一张表({\"大型\":0.3}),或若干 {\"from\",\"to\",\"value\"}",
            "a parameter is a number, a table ({\"large\":0.3}) or several {\"from\",\"to\",\"value\"}",
        )
    };
    let value = |raw: &Json| -> Result<Param, PolicyError> {
        match raw {
            Json::Object(map) if !map.is_empty() => map
                .iter()
                .map(|(k, v)| Some((k.clone(), number_first(v)?)))
                .collect::<Option<BTreeMap<_, _>>>()
                .map(Param::Table)
                .ok_or_else(wrong),
            other => number_first(other).map(Param::One).ok_or_else(wrong),
        }
    };
    match raw {
        Json::Array(list) if !list.is_empty() => list
            .iter()
            .map(|one| {
                let map = one.as_object().ok_or_else(wrong)?;
                if let Some(k) = map.keys().find(|k| !["from", "to", "value", "text"].contains(&k.as_str())) {
                    return Err(wrong().at(k));
                }
                let text = |key: &str| map.get(key).and_then(Json::as_str);
                Ok(Dated {
                    from: day(text("from"))?,
                    to: day(text("to"))?,
                    value: value(map.get("value").ok_or_else(wrong)?)?,
                })
            })
            .collect(),
        other => Ok(vec![Dated { from: None, to: None, value: value(other)? }]),
    }
}

/// A value that is a number wherever it can be read as one: “60%”.
fn number_first(raw: &Json) -> Option<Value> {
    if let Json::String(s) = raw
        && let Some(n) = Number::read(s)
    {
        return Some(Value::Number(n));
    }
    Value::from_json(raw)
}

fn params(raw: &BTreeMap<String, Json>) -> Result<BTreeMap<String, Vec<Dated>>, PolicyError> {
    raw.iter().map(|(name, p)| Ok((name.clone(), param(p).map_err(|e| e.at(&format!("${name}")))?))).collect()
}

fn formula(raw: &Json) -> Result<(Expr, String), PolicyError> {
    match raw {
        Json::String(s) => {
            expr::no_expression(s)?;
            Ok((expr::read(s)?, s.clone()))
        }
        Json::Number(_) => match number_first(raw) {
            Some(v) => Ok((Expr::Const(v), raw.to_string())),
            None => Err(PolicyError::new(format!("“{raw}”不是数"), format!("“{raw}” is not a number"))),
        },
        other => Err(PolicyError::new(
            format!("金额写成数或算式,不能是 {other}"),
            format!("an amount is a number or an expression, not {other}"),
        )),
    }
}

fn amount(raw: &Json) -> Result<Option<Amount>, PolicyError> {
    let raw = match raw {
        Json::Null => return Ok(None),
        Json::Object(_) => {
            serde_json::from_value::<RawAmount>(raw.clone()).map_err(|e| misread(&e).at("金额"))?
        }
        plain => {
            RawAmount { expr: plain.clone(), cap: None, least: None, round: Rounding::default(), _text: None }
        }
    };
    let (expr, written) = formula(&raw.expr)?;
    let side = |s: &Option<Json>| s.as_ref().map(|s| formula(s).map(|(e, _)| e)).transpose();
    Ok(Some(Amount { expr, written, cap: side(&raw.cap)?, least: side(&raw.least)?, rounding: raw.round }))
}

fn item(raw: Json) -> Result<PolicyItem, PolicyError> {
    let code = raw.get("code").or_else(|| raw.get("id")).and_then(Json::as_str).unwrap_or("?").to_owned();
    let place = format!("事项 {code}");
    let raw: RawItem = serde_json::from_value(raw).map_err(|e| misread(&e).at(&place))?;
    let built = || -> Result<PolicyItem, PolicyError> {
        if raw.code.trim().is_empty() {
            return Err(PolicyError::new("没有 code", "it has no code"));
        }
        let (from, to) = (day(raw.from.as_deref())?, day(raw.to.as_deref())?);
        if let (Some(f), Some(t)) = (from, to)
            && f > t
        {
            return Err(PolicyError::new(
                format!("有效期倒了:{f} 至 {t}"),
                format!("it ends before it begins: {f} to {t}"),
            ));
        }
        Ok(PolicyItem {
            code: raw.code.trim().to_owned(),
            name: if raw.name.is_empty() { raw.code.clone() } else { raw.name.clone() },
            policy: raw.policy.clone(),
            clause: raw.clause.clone(),
            class: raw.class,
            way: raw.way,
            from,
            to,
            conditions: condition::read(raw.conditions.as_ref().unwrap_or(&Json::Array(Vec::new())))?,
            amount: amount(raw.amount.as_ref().unwrap_or(&Json::Null))?,
            group: raw.group.clone(),
            office: raw.office.clone(),
            phone: raw.phone.clone(),
            pay_days: raw.pay_days,
            publicity_days: raw.publicity_days,
            fund: raw.fund.clone(),
            params: params(&raw.params)?,
            ladders: raw.ladders.clone(),
        })
    };
    built().map_err(|e| e.at(&place))
}

impl Book {
    /// Reads a book from JSON: an object with `items`, or a bare list of items. Names that stand nowhere, ladders
    /// with gaps or overlaps, and two versions of one item that are in force on one day are refused.
    ///
    /// # Errors
    /// Every fault of the file at once.
    pub fn read(text: &str) -> Result<Self, Vec<PolicyError>> {
        let one = |e: PolicyError| vec![e];
        let raw: Json = serde_json::from_str(text.trim_start_matches('\u{feff}')).map_err(|e| {
            one(PolicyError::new(format!("事项文件不是 JSON:{e}"), format!("the items are not JSON: {e}")))
        })?;
        let raw = if raw.is_array() {
            RawBook::of(raw)
        } else {
            serde_json::from_value::<RawBook>(raw).map_err(|e| misread(&e))
        };
        let raw = raw.map_err(|e| one(e.at("事项文件")))?;
        if raw.items.len() > ITEMS_MAX {
            return Err(one(PolicyError::new(
                format!("事项超过 {ITEMS_MAX} 个,请分成几份"),
                format!("more than {ITEMS_MAX} items: divide the file"),
            )));
        }
        let mut faults = Vec::new();
        let shared = params(&raw.params).unwrap_or_else(|e| {
            faults.push(e);
            BTreeMap::new()
        });
        let mut items = Vec::with_capacity(raw.items.len());
        for one in raw.items {
            match item(one) {
                Ok(i) => items.push(i),
                Err(e) => faults.push(e),
            }
        }
        let book = Self {
            items,
            fields: raw.fields,
            params: shared,
            ladders: raw.ladders,
            funds: raw.funds,
            documents: raw.documents,
        };
        faults.extend(book.document_faults());
        faults.extend(book.faults());
        if faults.is_empty() { Ok(book) } else { Err(faults) }
    }

    /// What makes a book unusable.
    fn faults(&self) -> Vec<PolicyError> {
        let mut found = Vec::new();
        for (name, ladder) in &self.ladders {
            found.extend(hard(name, ladder));
        }
        for item in &self.items {
            let place = format!("事项 {}", item.code);
            found.extend(item.ladders.iter().flat_map(|(n, l)| hard(n, l)).map(|e| e.at(&place)));
            let mut missing = BTreeSet::new();
            item.exprs(&mut |e| {
                e.walk(&mut |e| match e {
                    Expr::Param(n) | Expr::Lookup(n, _) if self.param(item, n).is_none() => {
                        missing.insert(format!("${n}"));
                    }
                    Expr::Ladder(n, _) if self.ladder(item, n).is_none() => {
                        missing.insert(format!("ladder {n}"));
                    }
                    _ => {}
                });
            });
            for name in missing {
                found.push(
                    PolicyError::new(
                        format!("用到了没有定义的 {name},请写进 params 或 ladders"),
                        format!("{name} is used and defined nowhere: add it to params or ladders"),
                    )
                    .at(&place),
                );
            }
        }
        let mut by_code: BTreeMap<&str, Vec<&PolicyItem>> = BTreeMap::new();
        for item in &self.items {
            by_code.entry(&item.code).or_default().push(item);
        }
        for (code, mut versions) in by_code {
            versions.sort_by_key(|v| v.from);
            for pair in versions.windows(2) {
                if pair[0].to.is_none_or(|to| pair[1].from.is_none_or(|from| from <= to)) {
                    found.push(PolicyError::new(
                        format!("事项 {code}:两个版本的有效期重叠,请写明各自的 from、to"),
                        format!(
                            "item {code}: two versions are in force on one day; give each its from and to"
                        ),
                    ));
                }
            }
        }
        found
    }

    /// A parameter as an item sees it.
    pub fn param<'a>(&'a self, item: &'a PolicyItem, name: &str) -> Option<&'a [Dated]> {
        item.params.get(name).or_else(|| self.params.get(name)).map(Vec::as_slice)
    }
    /// A ladder as an item sees it.
    pub fn ladder<'a>(&'a self, item: &'a PolicyItem, name: &str) -> Option<&'a Ladder> {
        item.ladders.get(name).or_else(|| self.ladders.get(name))
    }
    /// What a field is called by people.
    pub fn field_name<'a>(&'a self, key: &'a str) -> &'a str {
        self.fields
            .iter()
            .find(|f| f.key == key)
            .map(|f| f.name.as_str())
            .filter(|n| !n.is_empty())
            .unwrap_or(key)
    }
    /// A declared field, by its key or as people call it.
    pub fn field(&self, key: &str) -> Option<&FieldDeclared> {
        let key = self.key_of(key);
        self.fields.iter().find(|f| f.key == key)
    }
    /// The key of a field that is named as people call it; the same where it is a key, or no field is called so.
    pub fn key_of<'a>(&'a self, name: &'a str) -> &'a str {
        if self.fields.iter().any(|f| f.key == name) {
            return name;
        }
        let mut called = self.fields.iter().filter(|f| f.name.trim() == name.trim());
        match (called.next(), called.next()) {
            (Some(f), None) => &f.key,
            _ => name,
        }
    }
}

impl RawBook {
    fn of(items: Json) -> Result<Self, PolicyError> {
        let items = serde_json::from_value(items).map_err(|e| misread(&e))?;
        Ok(Self {
            items,
            fields: Vec::new(),
            params: BTreeMap::new(),
            ladders: BTreeMap::new(),
            funds: Vec::new(),
            documents: Vec::new(),
            _note: None,
        })
    }
}

/// Faults that make a ladder unusable; a drop may be meant and is only flagged by the check-up.
fn hard(name: &str, ladder: &Ladder) -> Vec<PolicyError> {
    let faults = ladder.faults();
    faults.iter().filter(|f| !matches!(f, LadderFault::Drop(_))).map(|f| ladder_fault(name, f)).collect()
}

impl PolicyItem {
    /// Goes over every expression of the item.
    pub fn exprs<'a>(&'a self, f: &mut dyn FnMut(&'a Expr)) {
        self.conditions.exprs(f);
        if let Some(a) = &self.amount {
            f(&a.expr);
            a.cap.iter().chain(&a.least).for_each(f);
        }
    }
    /// Is it in force on a day?
    pub fn in_force(&self, day: Date) -> bool {
        self.from.is_none_or(|f| f <= day) && self.to.is_none_or(|t| day <= t)
    }
}

impl Dated {
    /// Is it in force on a day?
    pub fn in_force(&self, day: Date) -> bool {
        self.from.is_none_or(|f| f <= day) && self.to.is_none_or(|t| day <= t)
    }
}
