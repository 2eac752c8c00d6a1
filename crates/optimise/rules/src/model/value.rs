//! One JSON object being read: fields by any of their spellings, with the place in the file for messages.
//!
//! Knows JSON and the table of words. Must not know what a model means.

use std::cell::RefCell;

use serde_json::{Map, Value};

use super::words::{row, squeeze};
use super::{MAX_LIST, Said};
use crate::OptimiseError;

type Result<T> = std::result::Result<T, OptimiseError>;

/// A value with the place it was found at.
#[derive(Clone, Copy)]
pub(super) struct At<'a> {
    pub value: &'a Value,
    pub path: &'a str,
}

/// An object whose fields are taken one by one; what is left at the end was not understood.
pub(super) struct Obj<'a> {
    of: &'static str,
    pub path: String,
    left: RefCell<Vec<(String, &'a str, &'a Value)>>,
}

/// A short rendering of a value for a message.
pub(super) fn show(v: &Value) -> String {
    let text = v.to_string();
    if text.chars().count() > 60 { text.chars().take(57).chain("...".chars()).collect() } else { text }
}

pub(super) fn wrong(path: &str, zh: &str, en: &str, v: &Value) -> OptimiseError {
    OptimiseError::Wrong { path: root(path), wanted_zh: zh.into(), wanted_en: en.into(), found: show(v) }
}

impl<'a> Obj<'a> {
    pub fn new(of: &'static str, map: &'a Map<String, Value>, path: &str) -> Self {
        let left = map.iter().map(|(k, v)| (squeeze(k), k.as_str(), v)).collect();
        Self { of, path: path.to_owned(), left: RefCell::new(left) }
    }
    pub fn of(of: &'static str, v: &'a Value, path: &str) -> Result<Self> {
        match v {
            Value::Object(map) => Ok(Self::new(of, map, path)),
            _ => Err(wrong(path, "对象 {…}", "an object {…}", v)),
        }
    }
    /// Takes a field by any spelling; `null` counts as missing. The canonical name wins.
    pub fn take(&self, name: &'static str) -> Option<(&'a Value, String)> {
        let mut left = self.left.borrow_mut();
        let also = row(self.of, name).map_or(&[][..], |r| r.also);
        let key = squeeze(name);
        let find = |k: &str| left.iter().position(|(s, ..)| s == k);
        let at = find(&key).or_else(|| also.iter().find_map(|a| find(a)))?;
        let (_, spelled, value) = left.swap_remove(at);
        (!value.is_null()).then(|| (value, join(&self.path, spelled)))
    }
    /// Fields nobody asked for.
    pub fn unread(self, warnings: &mut Vec<Said>) {
        let mut keys: Vec<_> = self.left.into_inner().into_iter().map(|(_, k, _)| k.to_owned()).collect();
        keys.retain(|k| !k.starts_with('$') && !k.starts_with("//") && !k.starts_with("x-"));
        keys.sort();
        for key in keys {
            let p = join(&self.path, &key);
            warnings.push(Said::new(
                format!("{p}：不认识的字段，未读取"),
                format!("{p}: unknown field, not read"),
            ));
        }
    }
    pub fn text(&self, name: &'static str) -> Result<String> {
        let Some((v, path)) = self.take(name) else { return Ok(String::new()) };
        text(v, &path)
    }
    pub fn number(&self, name: &'static str, least: f64, most: f64) -> Result<Option<f64>> {
        self.take(name).map(|(v, path)| number(v, &path, least, most)).transpose()
    }
    pub fn yes(&self, name: &'static str) -> Result<Option<bool>> {
        self.take(name).map(|(v, path)| yes(v, &path)).transpose()
    }
    /// A list of names: a list, one name, or names separated by `、` `,` `;`.
    pub fn names(&self, name: &'static str) -> Result<Vec<String>> {
        let Some((v, path)) = self.take(name) else { return Ok(Vec::new()) };
        match v {
            Value::String(s) => Ok(split_names(s)),
            _ => each(v, &path)?.into_iter().map(|(v, p)| name_of(v, &p)).collect(),
        }
    }
    pub fn missing(&self, name: &str) -> OptimiseError {
        let zh = row(self.of, name).map_or("", |r| r.zh);
        OptimiseError::Missing { path: root(&self.path), field: format!("{name}({zh})") }
    }
}

pub(super) fn root(path: &str) -> String {
    if path.is_empty() { "$".into() } else { path.into() }
}

pub(super) fn join(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}

fn split_names(s: &str) -> Vec<String> {
    s.split(['、', ',', ';', ',', ';']).map(str::trim).filter(|s| !s.is_empty()).map(str::to_owned).collect()
}

/// A name: text, a number, or an object that carries one.
fn name_of(v: &Value, path: &str) -> Result<String> {
    const KEYS: [&str; 14] = [
        "name", "id", "material", "result", "field", "data", "step", "what", "名称", "材料", "结果", "字段",
        "数据", "环节",
    ];
    match v {
        Value::Object(map) => KEYS
            .iter()
            .find_map(|k| map.get(*k))
            .ok_or_else(|| wrong(path, "名称", "a name", v))
            .and_then(|inner| text(inner, path)),
        _ => text(v, path),
    }
}

/// The entries of a list with their places; a single value is a list of one.
pub(super) fn each<'a>(v: &'a Value, path: &str) -> Result<Vec<(&'a Value, String)>> {
    match v {
        Value::Array(list) if list.len() > MAX_LIST => {
            Err(OptimiseError::TooMany { path: path.into(), count: list.len(), limit: MAX_LIST })
        }
        Value::Array(list) => Ok(list.iter().enumerate().map(|(i, v)| (v, format!("{path}[{i}]"))).collect()),
        Value::Null => Ok(Vec::new()),
        _ => Ok(vec![(v, path.to_owned())]),
    }
}

pub(super) fn text(v: &Value, path: &str) -> Result<String> {
    const LONGEST: usize = 4_000;
    match v {
        Value::String(s) if s.len() > LONGEST => {
            Err(OptimiseError::TooMany { path: path.into(), count: s.len(), limit: LONGEST })
        }
        Value::String(s) => Ok(s.trim().to_owned()),
        Value::Number(n) => Ok(n.to_string()),
        Value::Bool(_) | Value::Null | Value::Array(_) | Value::Object(_) => {
            Err(wrong(path, "文字", "text", v))
        }
    }
}

pub(super) fn number(v: &Value, path: &str, least: f64, most: f64) -> Result<f64> {
    let n = match v {
        Value::Number(n) => n.as_f64(),
        Value::String(s) => percent(s),
        Value::Bool(b) => Some(f64::from(u8::from(*b))),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    };
    n.filter(|n| n.is_finite() && *n >= least && *n <= most).ok_or_else(|| {
        let most = if most > 1e8 { String::new() } else { format!(" ≤ {most}") };
        wrong(path, &format!("数字（≥ {least}{most}）"), &format!("a number (≥ {least}{most})"), v)
    })
}

/// Is the number written with its per cent sign?
pub(super) fn has_percent(v: &Value) -> bool {
    v.as_str().is_some_and(|s| s.trim().ends_with(['%', '％']))
}

/// `12`, `12.5`, `１２`, `30%`, `20元`.
fn percent(s: &str) -> Option<f64> {
    let s: String = s.trim().chars().map(tabular::when::half_width).collect();
    let s = s.trim();
    if let Some(p) = s.strip_suffix('%') {
        return p.trim().parse::<f64>().ok().map(|x| x / 100.0);
    }
    s.trim_end_matches(['元', '次', '份', '人', '个']).trim().parse().ok()
}

pub(super) fn yes(v: &Value, path: &str) -> Result<bool> {
    let word = match v {
        Value::Bool(b) => return Ok(*b),
        Value::Number(n) => n.to_string(),
        Value::String(s) => squeeze(&s.chars().map(tabular::when::half_width).collect::<String>()),
        Value::Object(_) => return Ok(true),
        Value::Null | Value::Array(_) => String::new(),
    };
    match word.as_str() {
        "yes" | "true" | "y" | "1" | "1.0" | "是" | "可" | "可以" | "能" | "有" | "允许" | "对" | "√"
        | "✓" | "✔" => Ok(true),
        "no" | "false" | "n" | "0" | "0.0" | "否" | "不" | "不是" | "不可" | "不可以" | "不能" | "无"
        | "没有" | "不允许" | "错" | "×" | "✗" | "✘" | "" => Ok(false),
        _ => Err(wrong(path, "是或否", "yes or no", v)),
    }
}
