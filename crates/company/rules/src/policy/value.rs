//! A known value of a field: number, text, yes or no, day. What is not known has no value; it is never nought.

use std::cmp::Ordering;
use std::sync::Arc;

use kernel::Date;
use serde::{Serialize, Serializer};

use super::number::Number;

/// One value.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// 数
    Number(Number),
    /// 文字
    Text(Arc<str>),
    /// 是、否
    Bool(bool),
    /// 日期
    Date(Date),
}

/// Reads `2024-03-17`, `2024/3/17`, `2024.3.17`, `20240317`, `2024年3月17日`.
pub fn read_date(text: &str) -> Option<Date> {
    let text = text.trim();
    if text.len() == 8 && text.bytes().all(|b| b.is_ascii_digit()) {
        let (y, md) = text.split_at(4);
        let (m, d) = md.split_at(2);
        return Date::new(y.parse().ok()?, m.parse().ok()?, d.parse().ok()?).ok();
    }
    let text = text.strip_suffix('日').unwrap_or(text);
    let mut parts = text.split(['-', '/', '.', '年', '月']);
    let (y, m, d) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || y.len() != 4 || m.len() > 2 || d.len() > 2 {
        return None;
    }
    Date::new(y.parse().ok()?, m.parse().ok()?, d.parse().ok()?).ok()
}

fn read_bool(text: &str) -> Option<bool> {
    match text.trim() {
        "是" | "有" | "真" | "true" | "yes" | "Y" | "TRUE" => Some(true),
        "否" | "无" | "假" | "false" | "no" | "N" | "FALSE" => Some(false),
        _ => None,
    }
}

impl Value {
    /// A text value.
    pub fn text(s: &str) -> Self {
        Self::Text(Arc::from(s))
    }

    /// From JSON; null is not known, lists and objects are not values.
    pub fn from_json(raw: &serde_json::Value) -> Option<Self> {
        match raw {
            serde_json::Value::Number(n) => Number::read(&n.to_string()).map(Self::Number),
            serde_json::Value::Bool(b) => Some(Self::Bool(*b)),
            serde_json::Value::String(s) => {
                let s = s.trim();
                let blank = s.is_empty()
                    || matches!(s, "未知" | "不详" | "unknown" | "?" | "？" | "null" | "NULL" | "N/A");
                (!blank).then(|| read_date(s).map_or_else(|| Self::text(s), Self::Date))
            }
            _ => None,
        }
    }

    /// As a number, also when it was written as text.
    pub fn as_number(&self) -> Option<Number> {
        match self {
            Self::Number(n) => Some(*n),
            Self::Text(s) => Number::read(s),
            Self::Bool(_) | Self::Date(_) => None,
        }
    }
    /// As yes or no, also when it was written as text.
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Bool(b) => Some(*b),
            Self::Text(s) => read_bool(s),
            Self::Number(_) | Self::Date(_) => None,
        }
    }
    /// As a day, also when it was written as text or as eight digits.
    pub fn as_date(&self) -> Option<Date> {
        match self {
            Self::Date(d) => Some(*d),
            Self::Text(s) => read_date(s),
            Self::Number(n) if n.is_whole() => read_date(&n.to_string()),
            Self::Bool(_) | Self::Number(_) => None,
        }
    }

    /// The order of two values; none when they are not of one kind.
    pub fn order(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Number(a), Self::Number(b)) => Some(a.cmp(b)),
            (Self::Date(_), _) | (_, Self::Date(_)) => Some(self.as_date()?.cmp(&other.as_date()?)),
            (Self::Number(_), _) | (_, Self::Number(_)) => Some(self.as_number()?.cmp(&other.as_number()?)),
            (Self::Bool(_), _) | (_, Self::Bool(_)) => Some(self.as_bool()?.cmp(&other.as_bool()?)),
            (Self::Text(a), Self::Text(b)) => Some(a.trim().cmp(b.trim())),
        }
    }
}

impl std::fmt::Display for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Number(n) => n.fmt(f),
            Self::Text(s) => f.write_str(s),
            Self::Bool(b) => f.write_str(if *b { "是" } else { "否" }),
            Self::Date(d) => d.fmt(f),
        }
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Number(n) => n.serialize(s),
            Self::Text(t) => s.serialize_str(t),
            Self::Bool(b) => s.serialize_bool(*b),
            Self::Date(d) => s.collect_str(d),
        }
    }
}
