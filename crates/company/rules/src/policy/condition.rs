//! 条件: rows of field, comparison and value, each with the sentence of the clause, joined by all, any, at least n, not.

use serde_json::{Map, Value as Json};

use super::expr::{self, Expr};
use super::item::PolicyError;
use super::number::Number;
use super::period::Period;
use super::value::Value;

/// How a field is compared (比较).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compare {
    /// 等于
    Eq,
    /// 不等于
    Ne,
    /// 小于
    Lt,
    /// 不超过
    Le,
    /// 大于
    Gt,
    /// 不低于
    Ge,
    /// 属于: one of a list
    In,
    /// 不属于
    NotIn,
    /// 开头是: a code below another, such as an industry or a region
    StartsWith,
    /// 含有
    Contains,
}

/// Every comparison: its word, how else it may be written, how it is said.
pub const COMPARISONS: &[(Compare, &str, &[&str], &str)] = &[
    (Compare::Eq, "=", &["==", "＝", "eq", "等于", "是", "为"], "是"),
    (Compare::Ne, "!=", &["<>", "≠", "ne", "不等于", "不是", "不为"], "不是"),
    (Compare::Lt, "<", &["＜", "lt", "小于", "不足", "不满", "低于", "少于", "早于", "before"], "低于"),
    (
        Compare::Le,
        "<=",
        &[
            "≤",
            "le",
            "lte",
            "小于等于",
            "不超过",
            "不高于",
            "不大于",
            "不多于",
            "至多",
            "以下",
            "以内",
            "不晚于",
        ],
        "不超过",
    ),
    (Compare::Gt, ">", &["＞", "gt", "大于", "超过", "高于", "多于", "晚于", "after"], "超过"),
    (
        Compare::Ge,
        ">=",
        &["≥", "ge", "gte", "大于等于", "不低于", "不小于", "不少于", "至少", "以上", "满", "达到", "不早于"],
        "不低于",
    ),
    (Compare::In, "in", &["属于", "之一"], "属于"),
    (Compare::NotIn, "not_in", &["not in", "不属于", "除外"], "不属于"),
    (Compare::StartsWith, "starts_with", &["开头是", "前缀"], "开头是"),
    (Compare::Contains, "contains", &["含有", "包含"], "含有"),
];

impl Compare {
    /// Reads the word of a comparison.
    pub fn read(text: &str) -> Option<Self> {
        let t = text.trim();
        COMPARISONS.iter().find(|(_, w, more, _)| *w == t || more.contains(&t)).map(|(c, ..)| *c)
    }
    /// Its word in a file.
    pub fn word(self) -> &'static str {
        COMPARISONS.iter().find(|(c, ..)| *c == self).map_or("", |(_, w, ..)| w)
    }
    /// As one says it.
    pub fn said(self) -> &'static str {
        COMPARISONS.iter().find(|(c, ..)| *c == self).map_or("", |(.., s)| s)
    }
}

/// One row.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// what is looked at
    pub left: Expr,
    /// how it is written, for people
    pub left_said: String,
    /// how it is compared
    pub compare: Compare,
    /// against what: one expression, or the list of `in`
    pub right: Vec<Expr>,
    /// from which source the value should come (来源)
    pub source: String,
    /// the sentence of the clause (条款原文)
    pub text: String,
}

/// A condition.
#[derive(Clone, Debug, PartialEq)]
pub enum Condition {
    /// a row
    Row(Box<Row>),
    /// 全部满足
    All(Vec<Condition>, String),
    /// 满足其一
    Any(Vec<Condition>, String),
    /// 至少满足 n 项
    AtLeast(usize, Vec<Condition>, String),
    /// 不得
    Not(Box<Condition>, String),
}

/// Rows of one item, at most.
pub const ROWS_MAX: usize = 500;
const DEPTH_MAX: usize = 16;

fn bad(zh: impl Into<String>, en: impl Into<String>) -> PolicyError {
    PolicyError::new(zh, en)
}

fn short(raw: &Json) -> String {
    let text = raw.to_string();
    let cut: String = text.chars().take(80).collect();
    if cut.len() < text.len() { format!("{cut}…") } else { cut }
}

fn string(map: &Map<String, Json>, key: &str) -> String {
    map.get(key).and_then(Json::as_str).unwrap_or_default().trim().to_owned()
}

/// Reads a condition from its JSON form; a list stands for “all”.
///
/// # Errors
/// Says which part is not understood and how it is written.
pub fn read(raw: &Json) -> Result<Condition, PolicyError> {
    let mut rows = 0;
    node(raw, 0, &mut rows)
}

fn node(raw: &Json, depth: usize, rows: &mut usize) -> Result<Condition, PolicyError> {
    if depth > DEPTH_MAX {
        return Err(bad(
            format!("条件套得太深(最多 {DEPTH_MAX} 层)"),
            format!("conditions are nested deeper than {DEPTH_MAX}"),
        ));
    }
    match raw {
        Json::Array(list) => Ok(Condition::All(nodes(list, depth, rows)?, String::new())),
        Json::Object(map) => {
            let text = string(map, "text");
            let list = |key: &str| map.get(key).and_then(Json::as_array);
            let only = |keys: &[&str]| match map.keys().find(|k| !keys.contains(&k.as_str())) {
                Some(k) => Err(bad(
                    format!("条件里不认识“{k}”(可用 {}):{}", keys.join("、"), short(raw)),
                    format!(
                        "“{k}” is not understood in a condition (known: {}): {}",
                        keys.join(", "),
                        short(raw)
                    ),
                )),
                None => Ok(()),
            };
            if let Some(l) = list("all") {
                only(&["all", "text"])?;
                Ok(Condition::All(nodes(l, depth, rows)?, text))
            } else if let Some(l) = list("any") {
                only(&["any", "text"])?;
                Ok(Condition::Any(nodes(l, depth, rows)?, text))
            } else if let Some(n) = map.get("at_least") {
                only(&["at_least", "of", "text"])?;
                let parts = nodes(list("of").map_or(&[], Vec::as_slice), depth, rows)?;
                match n.as_u64().and_then(|n| usize::try_from(n).ok()) {
                    Some(n) if n >= 1 && n <= parts.len() => Ok(Condition::AtLeast(n, parts, text)),
                    _ => Err(bad(
                        format!("at_least 要是 1 到 of 的个数({})之间的整数:{}", parts.len(), short(raw)),
                        format!(
                            "at_least must be a whole number from 1 to the length of of ({}): {}",
                            parts.len(),
                            short(raw)
                        ),
                    )),
                }
            } else if let Some(inner) = map.get("not") {
                only(&["not", "text"])?;
                Ok(Condition::Not(Box::new(node(inner, depth + 1, rows)?), text))
            } else {
                only(&["field", "expr", "op", "value", "as_of", "source", "text"])?;
                *rows += 1;
                if *rows > ROWS_MAX {
                    return Err(bad(
                        format!("一个事项的条件最多 {ROWS_MAX} 行"),
                        format!("an item has at most {ROWS_MAX} rows of conditions"),
                    ));
                }
                row(map, text, raw).map(|r| Condition::Row(Box::new(r)))
            }
        }
        _ => Err(bad(
            format!("条件写成一行(field、op、value)、all、any、at_least 或 not,不能是 {}", short(raw)),
            format!(
                "a condition is a row (field, op, value), all, any, at_least or not, and not {}",
                short(raw)
            ),
        )),
    }
}

fn nodes(list: &[Json], depth: usize, rows: &mut usize) -> Result<Vec<Condition>, PolicyError> {
    list.iter().map(|c| node(c, depth + 1, rows)).collect()
}

fn row(map: &Map<String, Json>, text: String, raw: &Json) -> Result<Row, PolicyError> {
    let (field, written) = (string(map, "field"), string(map, "expr"));
    let as_of = string(map, "as_of");
    let (left, left_said) = match (field.is_empty(), written.is_empty()) {
        (false, true) => {
            let name = if as_of.is_empty() { field } else { format!("{field}@{as_of}") };
            (expr::field(&name)?, name)
        }
        (true, false) if as_of.is_empty() => (expr::read(&written)?, written),
        (true, false) => {
            return Err(bad(
                format!("算式的时点写在字段后面(如 参保人数@{as_of}):{}", short(raw)),
                format!(
                    "in an expression the time is written behind the field (insured@{as_of}): {}",
                    short(raw)
                ),
            ));
        }
        _ => {
            return Err(bad(
                format!("一行条件要有 field 或 expr(只能一个):{}", short(raw)),
                format!("a row has a field or an expr, one of them: {}", short(raw)),
            ));
        }
    };
    // A comparison that stands in the expression itself needs no second one.
    let whole = !map.contains_key("op") && !map.contains_key("value") && string(map, "field").is_empty();
    let op = if whole { "=".to_owned() } else { string(map, "op") };
    let compare = Compare::read(&op).ok_or_else(|| {
        let known: Vec<&str> = COMPARISONS.iter().map(|(_, w, ..)| *w).collect();
        bad(
            format!("不认识比较“{op}”,可用 {}", known.join(" ")),
            format!("comparison “{op}” is not understood; there are {}", known.join(" ")),
        )
    })?;
    let value = if whole { &Json::Bool(true) } else { map.get("value").unwrap_or(&Json::Null) };
    let right = match (compare, value) {
        (Compare::In | Compare::NotIn, Json::Array(list)) if !list.is_empty() => {
            list.iter().map(|v| side(v, raw)).collect::<Result<Vec<_>, _>>()?
        }
        (Compare::In | Compare::NotIn, _) => {
            return Err(bad(
                format!("“{op}”后面要有一个不空的列表:{}", short(raw)),
                format!("“{op}” needs a list that is not empty: {}", short(raw)),
            ));
        }
        (_, v) => vec![side(v, raw)?],
    };
    Ok(Row { left, left_said, compare, right, source: string(map, "source"), text })
}

fn side(value: &Json, raw: &Json) -> Result<Expr, PolicyError> {
    if let Json::Object(map) = value {
        let one = |key: &str| map.get(key).and_then(Json::as_str).filter(|_| map.len() == 1);
        if let Some(name) = one("param") {
            return Ok(Expr::Param(name.trim_start_matches('$').to_owned()));
        }
        if let Some(name) = one("field") {
            return expr::field(name);
        }
        if let Some(text) = one("expr") {
            return expr::read(text);
        }
    }
    if let Json::String(s) = value
        && let Some(name) = s.strip_prefix('$')
    {
        return Ok(Expr::Param(name.to_owned()));
    }
    // “5.5%” and “30万” are numbers wherever a value stands; codes of digits only stay text.
    if let Json::String(s) = value
        && s.contains(['%', '％', '万', '亿'])
        && let Some(n) = Number::read(s)
    {
        return Ok(Expr::Const(Value::Number(n)));
    }
    Value::from_json(value).map(Expr::Const).ok_or_else(|| {
        bad(
            format!("缺少可比的 value(数、文字、是否、日期、{{\"param\"}}、{{\"field\"}}、{{\"expr\"}}):{}", short(raw)),
            format!("a value to compare with is missing (number, text, true/false, date, {{\"param\"}}, {{\"field\"}}, {{\"expr\"}}): {}", short(raw)),
        )
    })
}

impl Condition {
    /// The parts of a group; none for a row.
    pub fn parts(&self) -> &[Self] {
        match self {
            Self::Row(_) => &[],
            Self::All(p, _) | Self::Any(p, _) | Self::AtLeast(_, p, _) => p,
            Self::Not(p, _) => std::slice::from_ref(&**p),
        }
    }
    /// What is said above the parts of a group: its sentence, or how many of them must hold; empty for a row.
    pub fn heading(&self) -> String {
        let (text, usual) = match self {
            Self::Row(_) => return String::new(),
            Self::All(_, t) => (t, "以下全部满足".to_owned()),
            Self::Any(_, t) => (t, "以下满足其一".to_owned()),
            Self::AtLeast(n, _, t) => (t, format!("以下至少满足 {n} 项")),
            Self::Not(_, t) => (t, "不得有以下情形".to_owned()),
        };
        if text.is_empty() { usual } else { text.clone() }
    }
    /// Goes over every row.
    pub fn rows<'a>(&'a self, f: &mut dyn FnMut(&'a Row)) {
        match self {
            Self::Row(r) => f(r),
            group => group.parts().iter().for_each(|p| p.rows(f)),
        }
    }
    /// Goes over every expression.
    pub fn exprs<'a>(&'a self, f: &mut dyn FnMut(&'a Expr)) {
        self.rows(&mut |r| {
            f(&r.left);
            r.right.iter().for_each(&mut *f);
        });
    }
    /// The field of a period that an expression is, when it is nothing else.
    pub fn plain_field(expr: &Expr) -> Option<(&str, Period)> {
        match expr {
            Expr::Field(name, period) => Some((name, *period)),
            _ => None,
        }
    }
}
