//! 政策表: policy items of a spreadsheet, at the desk of imports and at the command line (P2, X4). A row is a condition of an
//! item; rows of one code are one item, all of whose conditions must be met. What comes of it is a draft of the book, which
//! another person releases, as of one that was typed.
//!
//! An item with a row that cannot be understood is set aside whole: without one of its conditions it would give too much.

use std::collections::BTreeMap;
use std::fs::File;

use access::{City, decide, op};
use city::{Error, Office};
use company::policy::Book;
use imports::{
    Answer, FieldName, Gate, How, Part, Preview, Question, Run, first_rows, no_header, read_tables,
};
use kernel::{Actor, Moment, Said};
use paper::sheet::Limits;
use serde_json::{Map, Value as Json, json};
use tabular::header::{Fields, Words};
use tabular::records::{self, Asked, Door, Sheet};
use tabular::told::AsideTable;
use tabular::when::{self, BEIJING_S, Reading};
use tabular::{DateOrder, Told};

use crate::Companies;

const FIELDS: &Fields<'_> = &[
    ("code", &["政策事项编码", "事项编码", "政策编码", "编码", "编号"], true),
    ("name", &["政策事项名称", "政策事项", "事项名称", "政策名称", "名称"], true),
    ("policy", &["政策文号", "文号", "政策依据", "依据", "文件名称", "政策文件"], false),
    ("clause", &["条款", "条款号", "政策条款", "第几条"], false),
    ("class", &["类别", "政策类别", "政策类型", "类型"], false),
    ("way", &["兑现方式", "享受方式", "申报方式"], false),
    ("from", &["起始日期", "生效日期", "开始日期", "施行日期", "有效期起"], false),
    ("to", &["截止日期", "失效日期", "结束日期", "有效期止", "有效期至"], false),
    ("group", &["互斥组", "同类只享其一", "不可兼得组"], false),
    ("office", &["责任单位", "主管部门", "牵头部门", "受理单位"], false),
    ("phone", &["咨询电话", "联系电话", "电话"], false),
    ("pay_days", &["兑现时限", "兑现天数", "兑现时限(工作日)"], false),
    ("publicity_days", &["公示期", "公示天数"], false),
    ("fund", &["资金", "资金池", "资金来源"], false),
    ("amount", &["金额", "奖补金额", "补贴金额", "计算方式", "金额计算"], false),
    ("cap", &["上限", "最高金额", "封顶", "不超过"], false),
    ("field", &["条件字段", "字段", "条件项", "指标"], false),
    ("op", &["比较", "比较方式", "条件关系", "运算符", "关系"], false),
    ("value", &["条件值", "值", "标准", "阈值", "要求"], false),
    ("source", &["数据来源", "来源"], false),
    ("text", &["条件原文", "条款原文", "条件", "申报条件", "享受条件"], false),
];

fn at(word: &str) -> usize {
    FIELDS.iter().position(|f| f.0 == word).unwrap_or(usize::MAX)
}

/// Texts of an item that stand as they are.
const TEXTS: [&str; 9] = ["name", "policy", "clause", "class", "way", "group", "office", "phone", "fund"];

/// An item as the rows of a table tell it.
#[derive(Debug, Default)]
struct ItemRows {
    code: String,
    rows: Vec<u64>,
    item: Map<String, Json>,
    conditions: Vec<Json>,
    /// why one of its rows cannot be understood
    fault: Option<(u64, Said)>,
}

#[derive(Debug, Default)]
struct PolicyTable {
    told: Told,
    items: Vec<ItemRows>,
    header: Vec<String>,
    cells: BTreeMap<u64, Vec<String>>,
    refused: Vec<(u64, String)>,
}

fn day(text: &str, order: Option<DateOrder>) -> Result<Option<Json>, Said> {
    match when::read(text, BEIJING_S, order) {
        Reading::Time { us, .. } => Ok(Some(json!(Moment::from_us(us).date().to_string()))),
        Reading::Blank => Ok(None),
        Reading::Order | Reading::Not => Err(Said::new(
            format!("“{text}”不是日期，写作 2025-12-31"),
            format!("{text:?} is no date: write 2025-12-31"),
        )),
    }
}

/// A number stays a number, so that `12` is not the text "12".
fn plain(text: &str) -> Json {
    let whole = tabular::value::whole(text);
    match whole.parse::<i64>() {
        Ok(n) if n.to_string() == whole => json!(n),
        _ => match text {
            "是" | "true" => json!(true),
            "否" | "false" => json!(false),
            text => json!(text),
        },
    }
}

/// Comparisons as tables write them, beside those that a book reads itself.
const OPS: [(&str, &[&str]); 6] = [
    (">=", &["≥", ">=", "不低于", "不少于", "不小于", "大于等于", "以上", "至少", "满"]),
    ("<=", &["≤", "<=", "不超过", "不高于", "不大于", "小于等于", "以下", "至多", "以内"]),
    (">", &[">", "＞", "大于", "超过", "高于", "多于"]),
    ("<", &["<", "＜", "小于", "低于", "不足", "少于", "不满"]),
    ("=", &["=", "＝", "等于", "是", "为"]),
    ("!=", &["!=", "≠", "<>", "不等于", "不是", "不为"]),
];

fn compare(text: &str) -> String {
    let text = text.trim();
    OPS.iter().find(|o| o.1.contains(&text)).map_or(text, |o| o.0).to_owned()
}

impl PolicyTable {
    fn read(sheets: &[Sheet], asked: &Asked) -> Result<Self, Said> {
        let words = Words(FIELDS);
        let word = |f: usize| FIELDS[f].0.to_owned();
        let door = Door { words: &words, word: &word, fields: FIELDS.len(), asked };
        let Some(mut table) = records::find(sheets, asked.sheet.as_deref(), &door) else {
            return Err(Said::new(
                "找不到表头，须有“事项编码”和“事项名称”",
                "no header with 事项编码 and 事项名称",
            ));
        };
        let mut orders = [None; 2];
        for (order, word) in orders.iter_mut().zip(["from", "to"]) {
            *order = table.date_order(at(word), asked.date_order).map_err(|(zh, en)| Said::new(zh, en))?;
        }
        let mut read = Self { header: table.names().to_vec(), ..Self::default() };
        for row in table.rows() {
            read.cells.insert(row.row, row.cells.to_vec());
            let get = |word: &str| row.get(at(word)).to_owned();
            let code = match get("code") {
                // A merged cell that was not filled: the item goes on.
                code if code.is_empty() => read.items.last().map(|i| i.code.clone()).unwrap_or_default(),
                code => code,
            };
            if code.is_empty() {
                read.refused
                    .push((row.row, "没有事项编码，请补上 / no code of the item: fill it in".to_owned()));
                continue;
            }
            let n = read.items.iter().position(|i| i.code == code).unwrap_or_else(|| {
                read.items.push(ItemRows { code: code.clone(), ..ItemRows::default() });
                read.items.len() - 1
            });
            let item = &mut read.items[n];
            item.rows.push(row.row);
            if let Err(said) = item.take(&get, orders)
                && item.fault.is_none()
            {
                item.fault = Some((row.row, said));
            }
        }
        read.told = table.told;
        Ok(read)
    }

    fn refuse(&mut self, rows: &[u64], said: &Said) {
        self.refused.extend(rows.iter().map(|r| (*r, format!("{} / {}", said.zh, said.en))));
    }

    fn end(mut self) -> (Told, AsideTable) {
        self.refused.sort();
        let mut rows = Vec::with_capacity(self.refused.len());
        for (row, why) in self.refused {
            self.told.aside(row, why.clone());
            rows.push((row, self.cells.remove(&row).unwrap_or_default(), why));
        }
        self.told.set_aside.sort_by_key(|s| s.row);
        (self.told, AsideTable { sheet: "未收".to_owned(), header: self.header, rows })
    }
}

impl ItemRows {
    /// What a row says of its item.
    fn take(&mut self, get: &dyn Fn(&str) -> String, orders: [Option<DateOrder>; 2]) -> Result<(), Said> {
        let mut say = |key: &str, value: Json| -> Result<(), Said> {
            match self.item.get(key) {
                Some(said) if *said != value => Err(Said::new(
                    format!("“{}”与同一事项上面的行不同：{said}、{value}", FIELDS[at(key)].1[0]),
                    format!("{key} differs from a row above of the same item: {said}, {value}"),
                )),
                _ => {
                    self.item.insert(key.to_owned(), value);
                    Ok(())
                }
            }
        };
        for key in TEXTS {
            let text = get(key);
            if !when::is_blank_word(&text) {
                say(key, json!(text))?;
            }
        }
        for (key, order) in ["from", "to"].into_iter().zip(orders) {
            if let Some(value) = day(&get(key), order)? {
                say(key, value)?;
            }
        }
        for key in ["pay_days", "publicity_days"] {
            let text = get(key);
            if when::is_blank_word(&text) {
                continue;
            }
            let days =
                text.trim_end_matches("工作日").trim_end_matches(['个', '天', '日']).trim().parse::<u32>();
            let days = days.map_err(|_| {
                Said::new(
                    format!("“{text}”不是天数，写作 5"),
                    format!("{text:?} is no number of days: write 5"),
                )
            })?;
            say(key, json!(days))?;
        }
        let (amount, cap) = (get("amount"), get("cap"));
        if !when::is_blank_word(&amount) {
            let mut value = Map::from_iter([("expr".to_owned(), plain(&amount))]);
            if !when::is_blank_word(&cap) {
                value.insert("cap".to_owned(), plain(&cap));
            }
            say("amount", Json::Object(value))?;
        }
        let (field, text) = (get("field"), get("text"));
        if field.is_empty() {
            return if text.is_empty() {
                Ok(())
            } else {
                Err(Said::new(
                    format!("“{text}”只有原文，还要写明条件字段、比较和值，才能判定"),
                    format!("{text:?} is a sentence only: say its field, comparison and value as well"),
                ))
            };
        }
        let value = get("value");
        if value.is_empty() {
            return Err(Said::new(
                format!("条件“{field}”没有值"),
                format!("the condition on {field:?} has no value"),
            ));
        }
        let op = compare(&get("op"));
        let op = if op.is_empty() { "=".to_owned() } else { op };
        let list = value.contains(['、', '；', ';']) && (op == "=" || op == "in" || op == "属于");
        let value = if list {
            Json::Array(value.split(['、', '；', ';']).map(|v| plain(v.trim())).collect())
        } else {
            plain(&value)
        };
        let op = if list { "in".to_owned() } else { op };
        let calculated = field.contains(['+', '/', '(', '*']);
        let mut condition = Map::from_iter([
            (if calculated { "expr" } else { "field" }.to_owned(), json!(field)),
            ("op".to_owned(), json!(op)),
            ("value".to_owned(), value),
        ]);
        for (key, text) in [("text", text), ("source", get("source"))] {
            if !text.is_empty() {
                condition.insert(key.to_owned(), json!(text));
            }
        }
        self.conditions.push(Json::Object(condition));
        Ok(())
    }

    /// The item as a book has it.
    fn json(&self, key_of: &dyn Fn(&str) -> String) -> Json {
        let mut item = self.item.clone();
        item.insert("code".to_owned(), json!(self.code));
        let mut all = self.conditions.clone();
        for condition in &mut all {
            if let Some(field) = condition.get("field").and_then(Json::as_str).map(key_of) {
                condition["field"] = json!(field);
            }
        }
        item.insert("conditions".to_owned(), json!({ "all": all }));
        Json::Object(item)
    }
}

/// The book with the items of a table in the place of those of the same codes; what cannot be read is set aside.
struct Merged {
    book: Json,
    added: u64,
    changed: u64,
    same: u64,
    /// fields that the book did not know
    fields: Vec<String>,
}

fn merge(mut book: Json, table: &mut PolicyTable) -> Merged {
    let list = |book: &Json, key: &str| book.get(key).and_then(Json::as_array).cloned().unwrap_or_default();
    if !book.is_object() {
        book = json!({ "items": book.as_array().cloned().unwrap_or_default() });
    }
    let mut merged = Merged { book, added: 0, changed: 0, same: 0, fields: Vec::new() };
    for item in std::mem::take(&mut table.items) {
        if let Some((row, said)) = &item.fault {
            let why =
                |zh: &str, en: &str| Said::new(format!("{zh}：{}", said.zh), format!("{en}: {}", said.en));
            let said = why(
                &format!("事项“{}”第 {row} 行不能收，整个事项未收", item.code),
                &format!("row {row} of item {:?} cannot be taken: the whole item is set aside", item.code),
            );
            table.refuse(&item.rows, &said);
            continue;
        }
        let mut fields = list(&merged.book, "fields");
        let mut fresh = Vec::new();
        let known: Vec<(String, Vec<String>)> = fields
            .iter()
            .map(|f| {
                let text = |k: &str| f.get(k).and_then(Json::as_str).unwrap_or_default().to_owned();
                let synonyms = f.get("synonyms").and_then(Json::as_array).cloned().unwrap_or_default();
                let synonyms = synonyms.iter().filter_map(Json::as_str).map(str::to_owned);
                (text("key"), synonyms.chain([text("name"), text("key")]).collect())
            })
            .collect();
        let key_of = |called: &str| {
            let (name, when) = called.split_once('@').map_or((called, ""), |(n, w)| (n, w));
            let key = known.iter().find(|k| k.1.iter().any(|n| n == name)).map_or(name, |k| &k.0);
            if when.is_empty() { key.to_owned() } else { format!("{key}@{when}") }
        };
        for called in item.conditions.iter().filter_map(|c| c.get("field").and_then(Json::as_str)) {
            let name = called.split('@').next().unwrap_or(called);
            if !known.iter().any(|k| k.1.iter().any(|n| n == name)) && !fresh.contains(&name.to_owned()) {
                fresh.push(name.to_owned());
            }
        }
        fields.extend(fresh.iter().map(|name| json!({ "key": name, "name": name })));
        let one = item.json(&key_of);
        let mut items = list(&merged.book, "items");
        let same_code = |i: &Json| i.get("code").or_else(|| i.get("id")) == one.get("code");
        let there: Vec<usize> =
            items.iter().enumerate().filter(|(_, i)| same_code(i)).map(|(n, _)| n).collect();
        // Of several versions the one of the same first day is changed.
        let version = there.iter().copied().find(|n| items[*n].get("from") == one.get("from"));
        let unchanged = version.is_some_and(|n| items[n] == one);
        match version {
            Some(n) => items[n] = one,
            None => items.push(one),
        }
        let mut candidate = merged.book.clone();
        candidate["items"] = Json::Array(items);
        if !fields.is_empty() {
            candidate["fields"] = Json::Array(fields);
        }
        match Book::read(&candidate.to_string()) {
            Ok(_) => {
                merged.book = candidate;
                merged.fields.extend(fresh);
                let count = match version {
                    None => &mut merged.added,
                    Some(_) if unchanged => &mut merged.same,
                    Some(_) => &mut merged.changed,
                };
                *count += item.rows.len() as u64;
            }
            Err(list) => {
                let join = |f: fn(&Said) -> &str| {
                    list.iter().take(3).map(|e| f(&e.said)).collect::<Vec<_>>().join("；")
                };
                table.refuse(&item.rows, &Said::new(join(|s| &s.zh), join(|s| &s.en)));
            }
        }
    }
    merged
}

/// 政策事项 at the desk of imports.
#[derive(Clone, Debug)]
pub struct PolicyTables(pub Companies);

fn fields() -> Vec<FieldName> {
    let name = |f: &(&str, &[&str], bool)| FieldName {
        word: f.0.to_owned(),
        said: (f.1.first().copied().unwrap_or(f.0).to_owned(), f.0.to_owned()),
    };
    FIELDS.iter().map(name).collect()
}

fn note_fields(told: &mut Told, fields: &[String]) {
    if !fields.is_empty() {
        let names = fields.join("、");
        told.note(format!(
            "底账里没有的字段，已按此名加入：{names}；请核对是否有数据来源 / fields that the book did not know, added under these names: {names}; see that somebody supplies them"
        ));
    }
}

impl Gate for PolicyTables {
    fn word(&self) -> &'static str {
        "policies"
    }
    fn said(&self) -> (&'static str, &'static str) {
        ("政策事项", "Policy items")
    }
    fn questions(&self) -> Vec<Question> {
        vec![Question {
            word: "why",
            said: ("为什么改（审批人会看到）", "why, for whoever releases it"),
            choices: vec![],
        }]
    }
    fn may(&self, actor: &Actor, office: &Office) -> Result<(), Error> {
        decide(actor, op::WritePolicies, City(&office.settings.city))?;
        Ok(())
    }
    fn look(&self, _: &Actor, file: File, how: &How) -> Result<Preview, Error> {
        let again = file.try_clone().map_err(Error::bug)?;
        let (format, sheets) = read_tables(file, &Limits::default())?;
        let mut read = match PolicyTable::read(&sheets, &how.asked) {
            Ok(read) => read,
            Err(why) => {
                let mut again = again;
                std::io::Seek::rewind(&mut again).map_err(Error::bug)?;
                let (sheet, rows) = first_rows(again, how.asked.sheet.as_deref())?;
                return Ok(no_header(&sheet, &rows, fields(), why));
            }
        };
        let merged = merge(self.0.policy_base()?, &mut read);
        let good = merged.added + merged.changed + merged.same;
        let (mut told, _) = read.end();
        format.clone_into(&mut told.format);
        note_fields(&mut told, &merged.fields);
        let rows = good + told.set_aside_count;
        Ok(Preview { parts: vec![Part { told, fields: fields() }], rows, good, ..Preview::default() })
    }
    fn take_in(&self, run: Run<'_>) -> Result<Answer, Error> {
        let Run { actor, name, file, how, progress, .. } = run;
        let (format, sheets) = read_tables(file, &Limits::default())?;
        let read = PolicyTable::read(&sheets, &how.asked);
        let mut read = read.map_err(|said| Error::Invalid { field: "file".to_owned(), said })?;
        let merged = merge(self.0.policy_base()?, &mut read);
        let mut answer = Answer {
            accepted: merged.added,
            changed: merged.changed,
            duplicates: merged.same,
            rejected: read.refused.len() as u64,
            ..Answer::default()
        };
        let (mut told, aside) = read.end();
        format.clone_into(&mut told.format);
        note_fields(&mut told, &merged.fields);
        if merged.added + merged.changed > 0 {
            let why = match how.answer("why") {
                "" => format!("导入政策表 {name}"),
                why => why.to_owned(),
            };
            self.0.propose_policies(actor.clone(), merged.book.to_string(), why).wait()?;
            told.note(
                "已成草案，由另一人审批发布后生效 / a draft: it holds when another person has released it",
            );
            answer.seen_at = Some("/desk/companies/policies".to_owned());
        }
        progress(answer.accepted + answer.changed + answer.duplicates)?;
        answer.rows = answer.accepted + answer.changed + answer.duplicates + told.set_aside_count;
        (answer.told, answer.aside) = (vec![told], vec![aside]);
        Ok(answer)
    }
}
