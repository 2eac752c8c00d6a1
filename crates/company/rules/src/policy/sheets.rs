//! 底账成表: a book as sheets of plain cells and back, so that nobody has to read or write JSON. Nothing of a book is lost on
//! the way: what it says of every company is the same (tests). Each sheet is a table of its own columns.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json, json};

use super::condition::Compare;
use super::item::PolicyError;

/// A sheet: its name, and its rows with the header first.
pub type Sheet = (String, Vec<Vec<String>>);

/// Columns of items: key in a book, name on the sheet.
pub const ITEM: [(&str, &str); 20] = [
    ("code", "事项编码"),
    ("name", "事项名称"),
    ("policy", "政策文号"),
    ("clause", "条款"),
    ("class", "类别"),
    ("way", "兑现方式"),
    ("from", "起始日期"),
    ("to", "截止日期"),
    ("group", "互斥组"),
    ("office", "责任单位"),
    ("phone", "咨询电话"),
    ("pay_days", "兑现时限"),
    ("publicity_days", "公示期"),
    ("fund", "资金"),
    ("amount", "金额"),
    ("cap", "上限"),
    ("least", "下限"),
    ("round", "尾数"),
    ("note", "备注"),
    ("said", "金额说明"),
];

/// Columns of conditions behind the item and its first day.
pub const CONDITION: [(&str, &str); 8] = [
    ("place", "序号"),
    ("kind", "种类"),
    ("field", "字段或算式"),
    ("as_of", "时点"),
    ("op", "比较"),
    ("value", "值"),
    ("source", "数据来源"),
    ("text", "条款原文"),
];

/// Words of closed columns: as a book has them, as people read them.
const KINDS: [(&str, &str); 4] = [("number", "数"), ("text", "文字"), ("bool", "是否"), ("date", "日期")];
const ROUNDS: [(&str, &str); 5] = [
    ("fen", "到分"),
    ("yuan", "到元"),
    ("down_yuan", "舍到元"),
    ("down_hundred", "舍到百元"),
    ("exact", "不取整"),
];
const MODES: [(&str, &str); 2] = [("whole", "全额"), ("marginal", "分段")];
/// Groups of conditions: a row, and what its parts are joined by.
pub const GROUPS: [(&str, &str); 4] =
    [("row", "条件"), ("all", "全部满足"), ("any", "满足其一"), ("not", "不得")];
/// `至少2项`
const AT_LEAST: (&str, &str) = ("至少", "项");
/// In front of a field or an expression that stands in the place of a value.
const OTHER_FIELD: &str = "字段：";
const OTHER_EXPR: &str = "算式：";
/// Between values of a list.
const MARK: char = '、';

fn said_of(table: &[(&str, &str)], word: &str) -> String {
    table.iter().find(|w| w.0 == word).map_or(word, |w| w.1).to_owned()
}

fn word_of(table: &[(&str, &str)], said: &str, column: &str) -> Result<String, PolicyError> {
    let found = table.iter().find(|w| w.0 == said || w.1 == said).map(|w| w.0.to_owned());
    found.ok_or_else(|| {
        let all: Vec<&str> = table.iter().map(|w| w.1).collect();
        PolicyError::new(
            format!("“{column}”不能填“{said}”，可填 {}", all.join("、")),
            format!("“{said}” does not belong in {column}: one of {}", all.join(", ")),
        )
    })
}

fn text(map: &Json, key: &str) -> String {
    match map.get(key) {
        None | Some(Json::Null) => String::new(),
        Some(Json::String(s)) => s.clone(),
        Some(other) => other.to_string(),
    }
}

/// A number stays a number, all else is text.
fn number_or_text(cell: &str) -> Json {
    let whole = cell.parse::<i64>().ok().map(|n| json!(n));
    let number = whole.or_else(|| cell.parse::<f64>().ok().map(|x| json!(x)));
    let text = || json!(cell);
    number.filter(|n| n.to_string().as_str() == cell).unwrap_or_else(text)
}

/// One value as a cell; text that would be read as something else stands in quotes.
fn scalar(value: &Json) -> String {
    match value {
        Json::Bool(true) => "是".to_owned(),
        Json::Bool(false) => "否".to_owned(),
        Json::String(s) => {
            let plain =
                read_scalar(s) == json!(s) && !s.contains([MARK, '"']) && s.trim() == s && !s.is_empty();
            if plain { s.clone() } else { json!(s).to_string() }
        }
        Json::Object(map) => {
            let one = |key: &str| map.get(key).and_then(Json::as_str).filter(|_| map.len() == 1);
            if let Some(name) = one("param") {
                format!("${}", name.trim_start_matches('$'))
            } else if let Some(field) = one("field") {
                format!("{OTHER_FIELD}{field}")
            } else if let Some(expr) = one("expr") {
                format!("{OTHER_EXPR}{expr}")
            } else {
                value.to_string()
            }
        }
        other => other.to_string(),
    }
}

/// What stands behind such a word, typed with either colon.
fn behind<'a>(cell: &'a str, word: &str) -> Option<&'a str> {
    let bare = word.trim_end_matches('：');
    cell.strip_prefix(bare)?.strip_prefix(['：', ':'])
}

fn read_scalar(cell: &str) -> Json {
    if let Some(field) = behind(cell, OTHER_FIELD) {
        return json!({ "field": field.trim() });
    }
    if let Some(expr) = behind(cell, OTHER_EXPR) {
        return json!({ "expr": expr.trim() });
    }
    match cell {
        "是" | "true" => json!(true),
        "否" | "false" => json!(false),
        _ if cell.starts_with('"') => serde_json::from_str(cell).unwrap_or_else(|_| json!(cell)),
        _ => number_or_text(cell),
    }
}

/// The parts of a list; marks inside of quotes do not divide.
fn divided(cell: &str) -> Vec<String> {
    let (mut out, mut one, mut quoted, mut escaped) = (Vec::new(), String::new(), false, false);
    for c in cell.chars() {
        match c {
            '"' if !escaped => {
                quoted = !quoted;
                one.push(c);
            }
            c if c == MARK && !quoted => out.push(std::mem::take(&mut one)),
            c => one.push(c),
        }
        escaped = c == '\\' && !escaped;
    }
    out.push(one);
    out.into_iter().map(|p| p.trim().to_owned()).filter(|p| !p.is_empty()).collect()
}

/// An item as a row of its columns.
pub fn item_row(item: &Json) -> Vec<String> {
    let amount = item.get("amount").cloned().unwrap_or(Json::Null);
    let of_amount = |key: &str| match &amount {
        Json::Object(map) => map.get(key).map_or_else(String::new, |v| text(&json!({ "v": v }), "v")),
        Json::Null => String::new(),
        plain if key == "expr" => text(&json!({ "v": plain }), "v"),
        _ => String::new(),
    };
    ITEM.iter()
        .map(|(key, _)| match *key {
            "amount" => of_amount("expr"),
            "cap" | "least" => of_amount(key),
            "said" => of_amount("text"),
            "round" => Some(of_amount("round"))
                .filter(|r| !r.is_empty())
                .map_or_else(String::new, |r| said_of(&ROUNDS, &r)),
            "code" if item.get("code").is_none() => text(item, "id"),
            "from" if item.get("from").is_none() => text(item, "valid_from"),
            "to" if item.get("to").is_none() => text(item, "valid_to"),
            key => text(item, key),
        })
        .collect()
}

/// The conditions of an item as rows of their columns; what must all hold stands without a group of its own.
pub fn condition_rows(item: &Json) -> Vec<Vec<String>> {
    let mut out = Vec::new();
    let root = item.get("conditions").or_else(|| item.get("condition")).unwrap_or(&Json::Null);
    let parts: Vec<&Json> = match root {
        Json::Null => Vec::new(),
        Json::Array(list) => list.iter().collect(),
        Json::Object(map) if map.len() == 1 && map.contains_key("all") => {
            map["all"].as_array().into_iter().flatten().collect()
        }
        one => vec![one],
    };
    for (n, part) in parts.into_iter().enumerate() {
        condition_row(part, &(n + 1).to_string(), &mut out);
    }
    out
}

fn condition_row(one: &Json, place: &str, out: &mut Vec<Vec<String>>) {
    let row = |kind: String, rest: [String; 6]| -> Vec<String> {
        [place.to_owned(), kind].into_iter().chain(rest).collect()
    };
    let blank = || [const { String::new() }; 5];
    let group = |kind: String, parts: Vec<&Json>, out: &mut Vec<Vec<String>>| {
        let [a, b, c, d, e] = blank();
        out.push(row(kind, [a, b, c, d, e, text(one, "text")]));
        for (n, part) in parts.into_iter().enumerate() {
            condition_row(part, &format!("{place}.{}", n + 1), out);
        }
    };
    let list = |key: &str| one.get(key).and_then(Json::as_array).map(|l| l.iter().collect::<Vec<_>>());
    if let Json::Array(parts) = one {
        group(said_of(&GROUPS, "all"), parts.iter().collect(), out);
    } else if let Some(parts) = list("all") {
        group(said_of(&GROUPS, "all"), parts, out);
    } else if let Some(parts) = list("any") {
        group(said_of(&GROUPS, "any"), parts, out);
    } else if let Some(n) = one.get("at_least") {
        group(format!("{}{n}{}", AT_LEAST.0, AT_LEAST.1), list("of").unwrap_or_default(), out);
    } else if let Some(inner) = one.get("not") {
        group(said_of(&GROUPS, "not"), vec![inner], out);
    } else {
        let field = match one.get("expr").and_then(Json::as_str) {
            Some(expr) => format!("{OTHER_EXPR}{expr}"),
            None => text(one, "field"),
        };
        let op = text(one, "op");
        let op = Compare::read(&op).map_or(op, |c| c.said().to_owned());
        let value = match one.get("value") {
            Some(Json::Array(list)) => list.iter().map(scalar).collect::<Vec<_>>().join(&MARK.to_string()),
            Some(one) => scalar(one),
            None => String::new(),
        };
        let rest = [field, text(one, "as_of"), op, value, text(one, "source"), text(one, "text")];
        out.push(row(said_of(&GROUPS, "row"), rest));
    }
}

fn cell<'a>(columns: &[(&str, &str)], row: &'a [String], key: &str) -> &'a str {
    let at = columns.iter().position(|c| c.0 == key);
    at.and_then(|i| row.get(i)).map_or("", |c| c.trim())
}

/// An item from its row and the rows of its conditions; what else it had (parameters and ladders of its own) is kept from
/// `before`.
///
/// # Errors
/// What is not understood, with the place.
pub fn item_of(
    row: &[String],
    conditions: &[Vec<String>],
    before: Option<&Json>,
) -> Result<Json, PolicyError> {
    let get = |key: &str| cell(&ITEM, row, key);
    let code = get("code");
    if code.is_empty() {
        return Err(PolicyError::new("请填写事项编码", "the code of the item is missing"));
    }
    let at = |e: PolicyError| e.at(&format!("事项 {code}"));
    let mut item = Map::new();
    for (key, column) in ITEM {
        let value = get(key);
        if value.is_empty() || ["amount", "cap", "least", "round", "said"].contains(&key) {
            continue;
        }
        let value = match key {
            "pay_days" | "publicity_days" => json!(value.parse::<u32>().map_err(|_| {
                at(PolicyError::new(
                    format!("“{column}”须为天数，不能是“{value}”"),
                    format!("{column} is a number of days, not “{value}”"),
                ))
            })?),
            _ => json!(value),
        };
        item.insert(key.to_owned(), value);
    }
    if let Some(amount) = amount_of(get).map_err(at)? {
        item.insert("amount".to_owned(), amount);
    }
    item.insert("conditions".to_owned(), conditions_of(conditions).map_err(at)?);
    for key in ["params", "ladders"] {
        if let Some(own) = before.and_then(|b| b.get(key)) {
            item.insert(key.to_owned(), own.clone());
        }
    }
    Ok(Json::Object(item))
}

fn amount_of<'a>(get: impl Fn(&str) -> &'a str) -> Result<Option<Json>, PolicyError> {
    let expr = get("amount");
    let more: Vec<(&str, &str)> = ["cap", "least", "round", "said"]
        .into_iter()
        .map(|k| (k, get(k)))
        .filter(|m| !m.1.is_empty())
        .collect();
    if expr.is_empty() {
        return match more.first() {
            None => Ok(None),
            Some((_, value)) => Err(PolicyError::new(
                format!("有“{value}”而没有金额，请一并填写"),
                format!("“{value}” without an amount: fill in both"),
            )),
        };
    }
    let mut amount = Map::from_iter([("expr".to_owned(), number_or_text(expr))]);
    for (key, value) in more {
        if key == "said" {
            amount.insert("text".to_owned(), json!(value));
            continue;
        }
        let value = match key {
            "round" => json!(word_of(&ROUNDS, value, "尾数")?),
            _ => number_or_text(value),
        };
        amount.insert(key.to_owned(), value);
    }
    if amount.len() == 1 { Ok(amount.remove("expr")) } else { Ok(Some(Json::Object(amount))) }
}

/// Numbers of a place: `2.1`.
fn place_of(text: &str) -> Result<Vec<u32>, PolicyError> {
    let numbers: Option<Vec<u32>> = text.split('.').map(|n| n.trim().parse().ok()).collect();
    numbers.filter(|n| !n.is_empty()).ok_or_else(|| {
        PolicyError::new(
            format!("条件的序号写作 1、2、2.1，不能是“{text}”"),
            format!("the place of a condition is like 1, 2, 2.1, not “{text}”"),
        )
    })
}

fn conditions_of(rows: &[Vec<String>]) -> Result<Json, PolicyError> {
    let mut placed: BTreeMap<Vec<u32>, &Vec<String>> = BTreeMap::new();
    for row in rows {
        let place = place_of(cell(&CONDITION, row, "place"))?;
        if placed.insert(place, row).is_some() {
            let place = cell(&CONDITION, row, "place");
            return Err(PolicyError::new(
                format!("两行条件的序号都是“{place}”"),
                format!("two conditions have the place “{place}”"),
            ));
        }
    }
    let places: Vec<&Vec<u32>> = placed.keys().collect();
    for place in &places {
        let above = &place[..place.len() - 1];
        if !above.is_empty() && !placed.contains_key(above) {
            let name = |p: &[u32]| p.iter().map(u32::to_string).collect::<Vec<_>>().join(".");
            return Err(PolicyError::new(
                format!("条件 {} 上面没有 {} 这一组", name(place), name(above)),
                format!("condition {} has no group {} above it", name(place), name(above)),
            ));
        }
    }
    Ok(json!({ "all": parts_of(&placed, &[])? }))
}

fn parts_of(placed: &BTreeMap<Vec<u32>, &Vec<String>>, above: &[u32]) -> Result<Vec<Json>, PolicyError> {
    let below = placed.iter().filter(|(p, _)| p.len() == above.len() + 1 && p.starts_with(above));
    below.map(|(place, row)| condition_of(placed, place, row)).collect()
}

fn condition_of(
    placed: &BTreeMap<Vec<u32>, &Vec<String>>,
    place: &[u32],
    row: &[String],
) -> Result<Json, PolicyError> {
    let get = |key: &str| cell(&CONDITION, row, key);
    let parts = parts_of(placed, place)?;
    let kind = get("kind");
    let at = |e: PolicyError| e.at(&format!("条件 {}", get("place")));
    let mut out = Map::new();
    let least = kind.strip_prefix(AT_LEAST.0).and_then(|k| k.strip_suffix(AT_LEAST.1));
    if let Some(n) = least {
        let n: u32 = n.trim().parse().map_err(|_| {
            at(PolicyError::new(
                format!("“{kind}”里要写几项，如“至少2项”"),
                format!("“{kind}”: say how many"),
            ))
        })?;
        out.insert("at_least".to_owned(), json!(n));
        out.insert("of".to_owned(), json!(parts));
    } else {
        match word_of(&GROUPS, if kind.is_empty() { "条件" } else { kind }, "种类").map_err(at)?.as_str()
        {
            "row" if !parts.is_empty() => {
                return Err(at(PolicyError::new(
                    "下面还有条件，种类请选“全部满足”“满足其一”“至少n项”或“不得”",
                    "there are conditions below: say how they are joined",
                )));
            }
            "row" => return row_of(get).map_err(at),
            "not" => {
                let mut parts = parts;
                let inner = if parts.len() == 1 { parts.remove(0) } else { json!({ "all": parts }) };
                out.insert("not".to_owned(), inner);
            }
            group => {
                out.insert(group.to_owned(), json!(parts));
            }
        }
    }
    if !get("text").is_empty() {
        out.insert("text".to_owned(), json!(get("text")));
    }
    Ok(Json::Object(out))
}

fn row_of<'a>(get: impl Fn(&str) -> &'a str) -> Result<Json, PolicyError> {
    let mut out = Map::new();
    let left = get("field");
    match behind(left, OTHER_EXPR) {
        Some(expr) => out.insert("expr".to_owned(), json!(expr.trim())),
        None => out.insert("field".to_owned(), json!(left)),
    };
    let op = get("op");
    let compare = Compare::read(op);
    out.insert("op".to_owned(), json!(compare.map_or_else(|| op.to_owned(), |c| c.word().to_owned())));
    let value = get("value");
    let value = match compare {
        Some(Compare::In | Compare::NotIn) => {
            Json::Array(divided(value).iter().map(|v| read_scalar(v)).collect())
        }
        _ if value.is_empty() => Json::Null,
        _ => read_scalar(value),
    };
    out.insert("value".to_owned(), value);
    for key in ["as_of", "source", "text"] {
        if !get(key).is_empty() {
            out.insert(key.to_owned(), json!(get(key)));
        }
    }
    Ok(Json::Object(out))
}

mod book;
pub use book::{DOCUMENT, document_of, document_row, from_sheets, to_sheets};

#[cfg(test)]
mod tests;
