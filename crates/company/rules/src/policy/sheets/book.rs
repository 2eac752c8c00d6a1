//! 整本底账: all sheets of a book together: 事项, 条件, 字段, 参数, 档次, 资金, 说明.

use std::collections::BTreeMap;

use kernel::Said;
use serde_json::{Map, Value as Json, json};

use super::super::item::PolicyError;
use super::{
    CONDITION, ITEM, KINDS, MARK, MODES, Sheet, condition_rows, divided, item_of, item_row, number_or_text,
    read_scalar, said_of, scalar, text, word_of,
};

const FIELD: [(&str, &str); 7] = [
    ("key", "字段编码"),
    ("name", "字段名称"),
    ("unit", "单位"),
    ("type", "类型"),
    ("source", "数据来源"),
    ("synonyms", "别名"),
    ("ask", "企业可填"),
];
const PARAM: [&str; 8] = ["参数", "键", "从", "到", "值", "说明", "事项编码", "起始日期"];
const BAND: [&str; 10] = ["档次", "方式", "从", "超过", "到", "不足", "比例", "定额", "事项编码", "起始日期"];
const FUND: [(&str, &str); 3] = [("code", "资金编码"), ("name", "资金名称"), ("balance", "余额")];
/// Columns of documents: key in a book, name on the sheet.
pub const DOCUMENT: [(&str, &str); 11] = [
    ("number", "文号"),
    ("name", "名称"),
    ("level", "层级"),
    ("office", "发布单位"),
    ("issued", "发布日期"),
    ("from", "起始日期"),
    ("to", "截止日期"),
    ("replaces", "替代"),
    ("details", "细化"),
    ("summary", "摘要"),
    ("text", "原文"),
];
const BAND_KEYS: [&str; 6] = ["from", "over", "to", "below", "rate", "give"];

fn head(columns: &[(&str, &str)]) -> Vec<String> {
    columns.iter().map(|c| c.1.to_owned()).collect()
}

/// A book as sheets: 事项, 条件, 字段, 参数, 档次, 资金, 文件, 说明.
pub fn to_sheets(book: &Json) -> Vec<Sheet> {
    let whole = if book.is_array() { json!({ "items": book }) } else { book.clone() };
    let list = |key: &str| whole.get(key).and_then(Json::as_array).cloned().unwrap_or_default();
    let items = list("items");
    let key_of = |item: &Json| {
        let row = item_row(item);
        [row[0].clone(), row[6].clone()]
    };
    let mut item_rows = vec![head(&ITEM)];
    item_rows.extend(items.iter().map(item_row));
    let mut conditions =
        vec![["事项编码", "起始日期"].map(str::to_owned).into_iter().chain(head(&CONDITION)).collect()];
    for item in &items {
        conditions
            .extend(condition_rows(item).into_iter().map(|r| key_of(item).into_iter().chain(r).collect()));
    }
    let mut fields = vec![head(&FIELD)];
    fields.extend(list("fields").iter().map(|f| {
        FIELD
            .iter()
            .map(|(key, _)| match *key {
                "type" => said_of(&KINDS, &text(f, key)),
                "synonyms" => f[key]
                    .as_array()
                    .into_iter()
                    .flatten()
                    .filter_map(Json::as_str)
                    .collect::<Vec<_>>()
                    .join(&MARK.to_string()),
                "ask" => {
                    if f.get(key).and_then(Json::as_bool).unwrap_or(true) { "是" } else { "否" }.to_owned()
                }
                key => text(f, key),
            })
            .collect()
    }));
    let mut params: Vec<Vec<String>> = vec![PARAM.map(str::to_owned).to_vec()];
    let mut bands: Vec<Vec<String>> = vec![BAND.map(str::to_owned).to_vec()];
    let none = [String::new(), String::new()];
    for (of, key) in std::iter::once((&whole, none)).chain(items.iter().map(|i| (i, key_of(i)))) {
        for (name, param) in of.get("params").and_then(Json::as_object).into_iter().flatten() {
            params.extend(param_rows(name, param, &key));
        }
        for (name, ladder) in of.get("ladders").and_then(Json::as_object).into_iter().flatten() {
            let mode = said_of(
                &MODES,
                Some(text(ladder, "mode")).filter(|m| !m.is_empty()).as_deref().unwrap_or("whole"),
            );
            for band in ladder.get("bands").and_then(Json::as_array).into_iter().flatten() {
                let cells = BAND_KEYS.iter().map(|k| text(band, k));
                bands
                    .push([name.clone(), mode.clone()].into_iter().chain(cells).chain(key.clone()).collect());
            }
        }
    }
    let mut funds = vec![head(&FUND)];
    funds.extend(list("funds").iter().map(|f| FUND.iter().map(|(key, _)| text(f, key)).collect()));
    let mut out: Vec<Sheet> = [
        ("事项", item_rows),
        ("条件", conditions),
        ("字段", fields),
        ("参数", params),
        ("档次", bands),
        ("资金", funds),
    ]
    .map(|(name, rows)| (name.to_owned(), rows))
    .to_vec();
    let documents = list("documents");
    if !documents.is_empty() {
        let mut rows = vec![head(&DOCUMENT)];
        rows.extend(documents.iter().map(document_row));
        out.push(("文件".to_owned(), rows));
    }
    if let Some(note) = whole.get("note").filter(|n| !n.is_null()) {
        let said = text(&json!({ "v": note }), "v");
        out.push(("说明".to_owned(), vec![vec!["说明".to_owned()], vec![said]]));
    }
    out
}

fn param_rows(name: &str, param: &Json, key: &[String; 2]) -> Vec<Vec<String>> {
    let mut out = Vec::new();
    let mut one = |from: String, to: String, said: String, value: &Json| match value {
        Json::Object(table) => {
            for (k, v) in table {
                let cells = [name.to_owned(), k.clone(), from.clone(), to.clone(), scalar(v), said.clone()];
                out.push(cells.into_iter().chain(key.clone()).collect());
            }
        }
        v => {
            let cells = [name.to_owned(), String::new(), from, to, scalar(v), said];
            out.push(cells.into_iter().chain(key.clone()).collect());
        }
    };
    match param {
        Json::Array(dated) => {
            for d in dated {
                one(text(d, "from"), text(d, "to"), text(d, "text"), &d["value"]);
            }
        }
        plain => one(String::new(), String::new(), String::new(), plain),
    }
    out
}

/// A sheet that was read, with the place of each column.
struct Read<'a> {
    name: &'a str,
    rows: &'a [Vec<String>],
    places: Vec<Option<usize>>,
}

impl<'a> Read<'a> {
    fn new(sheets: &'a [Sheet], name: &'a str, columns: &[&str]) -> Result<Self, PolicyError> {
        let rows = sheets.iter().find(|s| s.0.trim() == name).map_or(&[][..], |s| s.1.as_slice());
        let (head, rows) = rows.split_first().map_or((&[][..], rows), |(h, r)| (h.as_slice(), r));
        let places: Vec<Option<usize>> =
            columns.iter().map(|c| head.iter().position(|h| h.trim() == *c)).collect();
        let unknown = head.iter().find(|h| !h.trim().is_empty() && !columns.contains(&h.trim()));
        if let Some(unknown) = unknown {
            return Err(PolicyError::new(
                format!("“{name}”表里不认识“{unknown}”一列，可用 {}", columns.join("、")),
                format!(
                    "column “{unknown}” of sheet “{name}” is not known; there are {}",
                    columns.join(", ")
                ),
            ));
        }
        Ok(Self { name, rows, places })
    }
    /// The rows that are not empty, in the order of the columns, with their number on the sheet.
    fn rows(&self) -> impl Iterator<Item = (usize, Vec<String>)> + '_ {
        let one = |row: &Vec<String>| -> Vec<String> {
            let cell = |p: &Option<usize>| p.and_then(|i| row.get(i)).map_or("", |c| c.trim()).to_owned();
            self.places.iter().map(cell).collect()
        };
        self.rows
            .iter()
            .map(one)
            .enumerate()
            .map(|(n, r)| (n + 2, r))
            .filter(|(_, r)| r.iter().any(|c| !c.is_empty()))
    }
    fn at(&self, row: usize, e: PolicyError) -> PolicyError {
        let Said { zh, en } = e.said;
        PolicyError::new(
            format!("“{}”表第 {row} 行：{zh}", self.name),
            format!("sheet “{}”, row {row}: {en}", self.name),
        )
    }
}

/// A book from its sheets; what [`to_sheets`] writes. Whether it makes sense is seen when it is read as a book.
///
/// # Errors
/// Every cell that is not understood, with sheet and row.
pub fn from_sheets(sheets: &[Sheet]) -> Result<Json, Vec<PolicyError>> {
    let mut faults = Vec::new();
    let mut note = |e: PolicyError| faults.push(e);
    let names = |c: &[(&'static str, &'static str)]| c.iter().map(|c| c.1).collect::<Vec<_>>();
    let conditions_head: Vec<&str> = ["事项编码", "起始日期"].into_iter().chain(names(&CONDITION)).collect();
    let (items, conditions, fields, params, bands, funds) = match (
        Read::new(sheets, "事项", &names(&ITEM)),
        Read::new(sheets, "条件", &conditions_head),
        Read::new(sheets, "字段", &names(&FIELD)),
        Read::new(sheets, "参数", &PARAM),
        Read::new(sheets, "档次", &BAND),
        Read::new(sheets, "资金", &names(&FUND)),
    ) {
        (Ok(a), Ok(b), Ok(c), Ok(d), Ok(e), Ok(f)) => (a, b, c, d, e, f),
        (a, b, c, d, e, f) => {
            return Err([a.err(), b.err(), c.err(), d.err(), e.err(), f.err()]
                .into_iter()
                .flatten()
                .collect());
        }
    };
    let mut of_item: BTreeMap<(String, String), Vec<Vec<String>>> = BTreeMap::new();
    for (_, row) in conditions.rows() {
        let (key, rest) = row.split_at(2);
        of_item.entry((key[0].clone(), key[1].clone())).or_default().push(rest.to_vec());
    }
    let (mut out, mut places) = (Vec::new(), BTreeMap::new());
    for (n, row) in items.rows() {
        let key = (row[0].clone(), row[6].clone());
        match item_of(&row, &of_item.remove(&key).unwrap_or_default(), None) {
            Ok(item) => {
                places.insert(key, out.len());
                out.push(item);
            }
            Err(e) => note(items.at(n, e)),
        }
    }
    for (code, from) in of_item.keys().filter(|k| !places.contains_key(*k)) {
        note(PolicyError::new(
            format!("“条件”表里的事项“{code} {from}”在“事项”表里没有"),
            format!("conditions of “{code} {from}”, which is not on the sheet of items"),
        ));
    }
    let mut book = json!({});
    let declared: Vec<Json> =
        fields.rows().filter_map(|(n, row)| field_of(&row).map_err(|e| note(fields.at(n, e))).ok()).collect();
    let mut own = |row: usize, sheet: &Read<'_>, key: &[String], name: &str, value: Json, what: &str| {
        let place = (key[0].clone(), key[1].clone());
        let of = if key[0].is_empty() {
            &mut book
        } else {
            match places.get(&place) {
                Some(at) => &mut out[*at],
                None => {
                    note(sheet.at(
                        row,
                        PolicyError::new(
                            format!("没有事项“{} {}”", key[0], key[1]),
                            format!("there is no item “{} {}”", key[0], key[1]),
                        ),
                    ));
                    return;
                }
            }
        };
        let slot = &mut of[what][name];
        if what == "params" {
            param_put(slot, value);
        } else if let Err(e) = band_put(slot, &value) {
            note(sheet.at(row, e));
        }
    };
    for (n, row) in params.rows() {
        let [name, k, from, to, value, said] = [0, 1, 2, 3, 4, 5].map(|i| row[i].clone());
        let value = json!({ "key": k, "from": from, "to": to, "value": read_scalar(&value), "text": said });
        own(n, &params, &row[6..8], &name, value, "params");
    }
    let mut wrong = Vec::new();
    for (n, row) in bands.rows() {
        let mode = match word_of(&MODES, if row[1].is_empty() { "全额" } else { &row[1] }, "方式") {
            Ok(mode) => mode,
            Err(e) => {
                wrong.push(bands.at(n, e));
                continue;
            }
        };
        let cells = BAND_KEYS.iter().zip(&row[2..8]).filter(|(_, v)| !v.is_empty());
        let band: Map<String, Json> = cells.map(|(k, v)| ((*k).to_owned(), number_or_text(v))).collect();
        own(n, &bands, &row[8..10], &row[0], json!({ "mode": mode, "band": band }), "ladders");
    }
    let funds: Vec<Json> = funds
        .rows()
        .map(|(_, row)| json!({ "code": row[0], "name": row[1], "balance": number_or_text(&row[2]) }))
        .collect();
    for of in out.iter_mut().chain(std::iter::once(&mut book)) {
        params_end(of);
    }
    faults.extend(wrong);
    if !faults.is_empty() {
        return Err(faults);
    }
    let documents: Vec<Json> = match Read::new(sheets, "文件", &names(&DOCUMENT)) {
        Ok(read) => read.rows().map(|(_, row)| document_of(&row)).collect(),
        Err(e) => return Err(vec![e]),
    };
    for (key, list) in [("fields", declared), ("funds", funds), ("documents", documents), ("items", out)] {
        if !list.is_empty() || key == "items" {
            book[key] = Json::Array(list);
        }
    }
    if let Some(said) = sheets.iter().find(|s| s.0.trim() == "说明").and_then(|s| s.1.get(1)?.first()) {
        book["note"] = serde_json::from_str(said).unwrap_or_else(|_| json!(said));
    }
    Ok(book)
}

/// A document as a row of its columns.
pub fn document_row(d: &Json) -> Vec<String> {
    let cell = |(key, _): &(&str, &str)| match d.get(*key) {
        Some(Json::Array(list)) => {
            list.iter().filter_map(Json::as_str).collect::<Vec<_>>().join(&MARK.to_string())
        }
        _ => text(d, key),
    };
    DOCUMENT.iter().map(cell).collect()
}

/// A document from the cells of its row.
pub fn document_of(row: &[String]) -> Json {
    let cells = DOCUMENT.iter().zip(row).filter(|(_, v)| !v.trim().is_empty());
    let value = |key: &str, v: &String| match key {
        "replaces" | "details" => json!(divided(v)),
        _ => json!(v),
    };
    Json::Object(cells.map(|((key, _), v)| ((*key).to_owned(), value(key, v))).collect())
}

fn field_of(row: &[String]) -> Result<Json, PolicyError> {
    let mut out = Map::new();
    for ((key, column), value) in FIELD.iter().zip(row).filter(|(_, v)| !v.is_empty()) {
        let value = match *key {
            "type" => json!(word_of(&KINDS, value, column)?),
            "synonyms" => json!(divided(value)),
            "ask" if value == "否" => json!(false),
            "ask" => continue,
            _ => json!(value),
        };
        out.insert((*key).to_owned(), value);
    }
    Ok(Json::Object(out))
}

/// Rows of a parameter are gathered as a list; [`params_end`] makes of it what a book has.
fn param_put(slot: &mut Json, row: Json) {
    match slot {
        Json::Array(list) => list.push(row),
        other => *other = Json::Array(vec![row]),
    }
}

fn band_put(slot: &mut Json, row: &Json) -> Result<(), PolicyError> {
    let mode = row["mode"].as_str().unwrap_or("whole");
    if slot.is_null() {
        *slot = if mode == "whole" { json!({ "bands": [] }) } else { json!({ "mode": mode, "bands": [] }) };
    }
    if slot.get("mode").and_then(Json::as_str).unwrap_or("whole") != mode {
        return Err(PolicyError::new(
            "同一档次的方式须相同，全是“全额”或全是“分段”",
            "all bands of a ladder go by one mode",
        ));
    }
    if let Some(bands) = slot["bands"].as_array_mut() {
        bands.push(row["band"].clone());
    }
    Ok(())
}

fn params_end(of: &mut Json) {
    let Some(params) = of.get_mut("params").and_then(Json::as_object_mut) else { return };
    for param in params.values_mut() {
        let rows = param.as_array().cloned().unwrap_or_default();
        let mut dated: Vec<(Json, Json)> = Vec::new();
        for row in rows {
            let days = json!([row["from"], row["to"], row["text"]]);
            let key = row["key"].as_str().unwrap_or_default().to_owned();
            if key.is_empty() {
                dated.push((days, row["value"].clone()));
            } else if let Some((_, Json::Object(table))) =
                dated.iter_mut().find(|d| d.0 == days && d.1.is_object())
            {
                table.insert(key, row["value"].clone());
            } else {
                dated.push((days, json!({ key: row["value"] })));
            }
        }
        let plain = dated.len() == 1 && dated[0].0 == json!(["", "", ""]);
        *param = if plain {
            dated.remove(0).1
        } else {
            let one = |(days, value): (Json, Json)| {
                let mut out = Map::from_iter([("value".to_owned(), value)]);
                for (i, key) in ["from", "to", "text"].into_iter().enumerate() {
                    if let Some(day) = days[i].as_str().filter(|d| !d.is_empty()) {
                        out.insert(key.to_owned(), json!(day));
                    }
                }
                Json::Object(out)
            };
            Json::Array(dated.into_iter().map(one).collect())
        };
    }
}
