//! 政策表: policy items of a spreadsheet, at the desk of imports and at the command line (P2, X4). A row is a condition of an
//! item; rows of one code are one item, all of whose conditions must be met. What comes of it is a draft of the book, which
//! another person releases, as of one that was typed.
//!
//! An item with a row that cannot be understood is set aside whole: without one of its conditions it would give too much.

use std::collections::{BTreeMap, HashMap};
use std::fs::File;

use access::{City, decide, op};
use city::{Error, Office};
use company::policy::condition::{COMPARISONS, Compare};
use company::policy::{Book, PolicyError};
use imports::{
    Answer, FieldName, Gate, How, Part, Preview, Question, Run, first_rows, no_header, read_tables,
};
use kernel::{Actor, Moment, Said};
use paper::sheet::Limits;
use serde_json::{Map, Value as Json, json};
use tabular::days::{Bent, Span};
use tabular::header::{Fields, Words};
use tabular::records::{self, Asked, Door, Records, Sheet};
use tabular::told::{AsideTable, Unknown};
use tabular::when::{self, BEIJING_S, Reading};
use tabular::{DateOrder, Told, value};

use crate::Companies;
use crate::book::whole_book;

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
    /// the cells that it is from, as they stand
    texts: BTreeMap<&'static str, String>,
    conditions: Vec<Json>,
    /// column, value and what was decided about it
    taken_as: Vec<(&'static str, String, String)>,
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

/// What was decided about a text, Chinese and English.
type Decided = (&'static str, &'static str);

/// Days of the calendar where working days are meant.
const AS_WORKING: Decided =
    ("原写自然日，按同样天数的工作日计", "days of the calendar, as so many working days");

/// A number of working days, in figures or in words, and what was decided about it; of a range the longer.
fn days(text: &str) -> Option<(u32, Vec<Decided>)> {
    // 天 and 日 alone stand for the days of the column.
    if let Some(n) = value::count(text.trim_end_matches(['天', '日'])) {
        return Some((n, Vec::new()));
    }
    let promise = tabular::days::promise(text)?;
    let mut decided: Vec<Decided> = promise.bent.map(Bent::said).into_iter().collect();
    let n = match promise.span {
        Span::AtOnce => 0.0,
        Span::WorkingDays(n) => n,
        Span::NaturalDays(n) => {
            decided.push(AS_WORKING);
            n
        }
        Span::Months(_) | Span::Hours(_) => return None,
    };
    if n.fract() != 0.0 {
        decided.push(("不足一天的按一天算", "a part of a day as a day"));
    }
    let n = n.ceil();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "whole and bounded")]
    (0.0..60_000.0).contains(&n).then_some((n as u32, decided))
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

/// Rows of one table, at most: an item may hold several of them, and a book is judged as a whole.
const ROWS_MAX: usize = 5_000;

/// Marks between the values of a list; a comma may also stand inside of a number.
const MARKS: [char; 3] = ['、', '；', ';'];
const COMMAS: [char; 2] = [',', '，'];

/// `1,000`, `1,000万`: digits in groups of three.
fn grouped(text: &str) -> bool {
    let whole = text.trim().trim_end_matches(['万', '亿', '元', '人', '%', '％']);
    let whole = whole.split('.').next().unwrap_or_default();
    let groups: Vec<&str> = whole.split(COMMAS).collect();
    let digits = |g: &str| !g.is_empty() && g.bytes().all(|b| b.is_ascii_digit());
    groups.len() > 1
        && digits(groups[0])
        && groups[0].len() <= 3
        && groups[1..].iter().all(|g| digits(g) && g.len() == 3)
}

/// The values of a list.
fn parts(text: &str) -> Vec<&str> {
    let marked = text.contains(MARKS);
    // Beside other marks the comma of 1,000 is one of the number.
    let split = |part| {
        let whole = marked && grouped(part);
        part.split(move |c| !whole && COMMAS.contains(&c))
    };
    text.split(MARKS).flat_map(split).map(str::trim).filter(|v| !v.is_empty()).collect()
}

/// The comparison of a row with its value: several values are a list, whatever the comparison is called.
fn compared(op: &str, value: &str) -> Result<(Compare, Json), Said> {
    let compare = match op {
        "" => Compare::Eq,
        op => Compare::read(op).ok_or_else(|| {
            let known = |f: fn(Compare) -> &'static str, mark: &str| {
                COMPARISONS.iter().map(|c| f(c.0)).collect::<Vec<_>>().join(mark)
            };
            Said::new(
                format!("不认识比较“{op}”，可用：{}", known(Compare::said, "、")),
                format!("comparison {op:?} is not understood, write one of: {}", known(Compare::word, " ")),
            )
        })?,
    };
    let list = |compare: Compare| match parts(value) {
        values if values.is_empty() => Err(Said::new(
            format!("“{value}”里没有值，几个值用“、”分开"),
            format!("no value in {value:?}: divide several by “、”"),
        )),
        values => Ok((compare, Json::Array(values.into_iter().map(plain).collect()))),
    };
    let marked = value.contains(MARKS);
    match compare {
        Compare::In | Compare::NotIn => list(compare),
        Compare::Eq | Compare::Ne if !marked && grouped(value) => Err(Said::new(
            format!("“{value}”是一个数还是几个值？一个数请去掉逗号，几个值请用“、”分开"),
            format!("{value:?} may be one number or several: leave out the commas, or divide by “、”"),
        )),
        Compare::Eq if marked || value.contains(COMMAS) => list(Compare::In),
        Compare::Ne if marked || value.contains(COMMAS) => list(Compare::NotIn),
        _ if value.contains('、') => Err(Said::new(
            format!("“{}”只能有一个值，不能是“{value}”；几个值请写“属于”或“不属于”", compare.said()),
            format!("{} takes one value, not {value:?}: several go with in or not_in", compare.word()),
        )),
        _ => Ok((compare, plain(value))),
    }
}

impl PolicyTable {
    /// What is told inside: that there is no header. A table that is too long is no matter of its columns.
    fn read(sheets: &[Sheet], asked: &Asked) -> Result<Result<Self, Said>, Error> {
        let mut table = match Self::table(sheets, asked) {
            Ok(table) => table,
            Err(why) => return Ok(Err(why)),
        };
        let mut orders = [None; 2];
        for (order, word) in orders.iter_mut().zip(["from", "to"]) {
            match table.date_order(at(word), asked.date_order) {
                Ok(found) => *order = found,
                Err((zh, en)) => return Ok(Err(Said::new(zh, en))),
            }
        }
        let mut read = Self { header: table.names().to_vec(), ..Self::default() };
        let rows = table.rows();
        if rows.len() > ROWS_MAX {
            return Err(Error::invalid(
                "file",
                format!("表里有 {} 行，一次最多 {ROWS_MAX} 行，请分成几份", rows.len()),
                format!("{} rows, {ROWS_MAX} at most at once: divide the table", rows.len()),
            ));
        }
        let mut places: HashMap<String, usize> = HashMap::new();
        let mut above = String::new();
        for row in rows {
            read.cells.insert(row.row, row.cells.to_vec());
            let get = |word: &str| row.get(at(word)).to_owned();
            // A merged cell that was not filled: the item of the row above goes on, wherever that item began.
            let code = match get("code") {
                code if code.is_empty() => above.clone(),
                code => code,
            };
            if code.is_empty() {
                read.refused
                    .push((row.row, "没有事项编码，请补上 / no code of the item: fill it in".to_owned()));
                continue;
            }
            above.clone_from(&code);
            let n = *places.entry(code).or_insert_with_key(|code| {
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
        let mut unknown = Unknown::default();
        for (column, value, taken_as) in read.items.iter().flat_map(|i| &i.taken_as) {
            unknown.add(column, value, taken_as);
        }
        read.told = Told { values_unknown: unknown.list(), ..table.told };
        Ok(Ok(read))
    }

    fn table<'a>(sheets: &'a [Sheet], asked: &Asked) -> Result<Records<'a>, Said> {
        let words = Words(FIELDS);
        let word = |f: usize| FIELDS[f].0.to_owned();
        let door = Door { words: &words, word: &word, fields: FIELDS.len(), asked };
        records::find(sheets, asked.sheet.as_deref(), &door).ok_or_else(|| {
            Said::new("找不到表头，须有“事项编码”和“事项名称”", "no header with 事项编码 and 事项名称")
        })
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
        let mut say = |key: &'static str, text: &str, value: Json| -> Result<(), Said> {
            match self.item.get(key) {
                Some(said) if *said != value => {
                    let above = self.texts.get(key).map_or("", String::as_str);
                    Err(Said::new(
                        format!("“{}”与同一事项上面的行不同：“{above}”、“{text}”", FIELDS[at(key)].1[0]),
                        format!("{key} differs from a row above of the same item: {above:?}, {text:?}"),
                    ))
                }
                _ => {
                    self.texts.insert(key, text.to_owned());
                    self.item.insert(key.to_owned(), value);
                    Ok(())
                }
            }
        };
        for key in TEXTS {
            let text = get(key);
            if !when::is_blank_word(&text) {
                say(key, &text, json!(text))?;
            }
        }
        for (key, order) in ["from", "to"].into_iter().zip(orders) {
            let text = get(key);
            if let Some(value) = day(&text, order)? {
                say(key, &text, value)?;
            }
        }
        for key in ["pay_days", "publicity_days"] {
            let text = get(key);
            if when::is_blank_word(&text) {
                continue;
            }
            let Some((days, decided)) = days(&text) else {
                return Err(Said::new(
                    format!("“{text}”不是天数，写作 5"),
                    format!("{text:?} is no number of days: write 5"),
                ));
            };
            say(key, &text, json!(days))?;
            if !decided.is_empty() {
                let column = FIELDS[at(key)].1[0];
                let join = |f: fn(&Decided) -> &'static str, mark| {
                    decided.iter().map(f).collect::<Vec<_>>().join(mark)
                };
                let (zh, en) = (join(|d| d.0, "，"), join(|d| d.1, ", "));
                self.taken_as.push((
                    column,
                    text,
                    format!("{days} 个工作日（{zh}） / {days} working days ({en})"),
                ));
            }
        }
        let (amount, cap) = (get("amount"), get("cap"));
        if !when::is_blank_word(&amount) {
            let mut value = Map::from_iter([("expr".to_owned(), plain(&amount))]);
            if !when::is_blank_word(&cap) {
                value.insert("cap".to_owned(), plain(&cap));
            }
            let text = if when::is_blank_word(&cap) { amount } else { format!("{amount}（上限 {cap}）") };
            say("amount", &text, Json::Object(value))?;
        } else if !when::is_blank_word(&cap) {
            return Err(Said::new(
                format!("有上限“{cap}”而没有金额，请写在同一行"),
                format!("a cap of {cap:?} without an amount: write both in one row"),
            ));
        }
        let (field, text) = (get("field"), get("text"));
        if when::is_blank_word(&field) {
            let half = ["op", "value"].map(get).into_iter().find(|t| !when::is_blank_word(t));
            return match half {
                Some(half) => Err(Said::new(
                    format!("有比较或条件值“{half}”而没有条件字段，请补上"),
                    format!("a comparison or value {half:?} without a field: fill it in"),
                )),
                None if when::is_blank_word(&text) => Ok(()),
                None => Err(Said::new(
                    format!("“{text}”只有原文，还要写明条件字段、比较和值，才能判定"),
                    format!("{text:?} is a sentence only: say its field, comparison and value as well"),
                )),
            };
        }
        let value = get("value");
        if value.is_empty() {
            return Err(Said::new(
                format!("条件“{field}”没有值"),
                format!("the condition on {field:?} has no value"),
            ));
        }
        let (compare, value) = compared(&get("op"), &value)?;
        let calculated = field.contains(['+', '/', '(', '*']);
        let mut condition = Map::from_iter([
            (if calculated { "expr" } else { "field" }.to_owned(), json!(field)),
            ("op".to_owned(), json!(compare.word())),
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

/// The book with the items of a table in the place of those of the same codes, and what is found in it by name.
#[derive(Clone, Debug, Default)]
struct Laid {
    /// everything but items and fields
    rest: Map<String, Json>,
    items: Vec<Json>,
    /// where the versions of a code stand
    places: HashMap<String, Vec<usize>>,
    fields: Vec<Json>,
    /// keys of fields by everything that they are called
    keys: HashMap<String, String>,
    added: u64,
    changed: u64,
    same: u64,
    /// fields that the book did not know
    fresh: Vec<String>,
}

impl Laid {
    fn over(book: Json) -> Self {
        let (mut rest, items) = match book {
            Json::Object(map) => (map, Vec::new()),
            Json::Array(items) => (Map::new(), items),
            _ => (Map::new(), Vec::new()),
        };
        let mut list = |key: &str| match rest.remove(key) {
            Some(Json::Array(list)) => list,
            _ => Vec::new(),
        };
        let (more, fields) = (list("items"), list("fields"));
        let mut laid =
            Self { rest, items: items.into_iter().chain(more).collect(), fields, ..Self::default() };
        for (n, item) in laid.items.iter().enumerate() {
            if let Some(code) = item.get("code").or_else(|| item.get("id")).and_then(Json::as_str) {
                laid.places.entry(code.to_owned()).or_default().push(n);
            }
        }
        for field in &laid.fields {
            let text = |k: &str| field.get(k).and_then(Json::as_str).unwrap_or_default();
            let synonyms = field.get("synonyms").and_then(Json::as_array).into_iter().flatten();
            for called in synonyms.filter_map(Json::as_str).chain([text("name"), text("key")]) {
                laid.keys.entry(called.to_owned()).or_insert_with(|| text("key").to_owned());
            }
        }
        laid
    }

    fn lay(&mut self, item: &ItemRows) {
        for called in item.conditions.iter().filter_map(|c| c.get("field").and_then(Json::as_str)) {
            let name = called.split('@').next().unwrap_or(called);
            if !self.keys.contains_key(name) {
                self.keys.insert(name.to_owned(), name.to_owned());
                self.fields.push(json!({ "key": name, "name": name }));
                self.fresh.push(name.to_owned());
            }
        }
        let one = item.json(&|called: &str| {
            let (name, when) = called.split_once('@').unwrap_or((called, ""));
            let key = self.keys.get(name).map_or(name, String::as_str);
            if when.is_empty() { key.to_owned() } else { format!("{key}@{when}") }
        });
        let places = self.places.entry(item.code.clone()).or_default();
        // Of several versions the one of the same first day is changed.
        let version = places.iter().copied().find(|n| self.items[*n].get("from") == one.get("from"));
        let rows = item.rows.len() as u64;
        match version {
            Some(n) if self.items[n] == one => self.same += rows,
            Some(n) => {
                self.items[n] = one;
                self.changed += rows;
            }
            None => {
                places.push(self.items.len());
                self.items.push(one);
                self.added += rows;
            }
        }
    }

    /// As a book is kept.
    fn book(self) -> Json {
        let mut book = self.rest;
        book.insert("items".to_owned(), Json::Array(self.items));
        if !self.fields.is_empty() {
            book.insert("fields".to_owned(), Json::Array(self.fields));
        }
        Json::Object(book)
    }

    fn judged(&self) -> Result<(), Said> {
        let join = |list: &[PolicyError], f: fn(&Said) -> &str| {
            list.iter().take(3).map(|e| f(&e.said)).collect::<Vec<_>>().join("；")
        };
        match Book::read(&self.clone().book().to_string()) {
            Ok(_) => Ok(()),
            Err(list) => Err(Said::new(join(&list, |s| &s.zh), join(&list, |s| &s.en))),
        }
    }
}

/// What cannot be read is set aside.
fn merge(book: Json, table: &mut PolicyTable) -> Laid {
    let mut good = Vec::new();
    for item in std::mem::take(&mut table.items) {
        let Some((row, said)) = &item.fault else {
            good.push(item);
            continue;
        };
        let said = Said::new(
            format!("事项“{}”第 {row} 行不能收，整个事项未收：{}", item.code, said.zh),
            format!(
                "row {row} of item {:?} cannot be taken: the whole item is set aside: {}",
                item.code, said.en
            ),
        );
        table.refuse(&item.rows, &said);
    }
    let laid = Laid::over(book);
    let together = |good: &[ItemRows]| {
        let mut all = laid.clone();
        good.iter().for_each(|i| all.lay(i));
        all
    };
    let all = together(&good);
    if good.is_empty() || all.judged().is_ok() {
        return all;
    }
    // Each with what the book shares and the versions of its own code, which is all that it may not go together with: a
    // whole book for every item of a long table would take minutes.
    let shared = Laid { items: Vec::new(), places: HashMap::new(), ..laid.clone() };
    good.retain(|item| {
        let mut alone = shared.clone();
        let versions = laid.places.get(&item.code).into_iter().flatten();
        alone.items = versions.map(|n| laid.items[*n].clone()).collect();
        alone.places.insert(item.code.clone(), (0..alone.items.len()).collect());
        alone.lay(item);
        let judged = alone.judged();
        if let Err(said) = &judged {
            table.refuse(&item.rows, said);
        }
        judged.is_ok()
    });
    let all = together(&good);
    match all.judged() {
        Ok(()) => all,
        // Too many for one book.
        Err(said) => {
            good.iter().for_each(|item| table.refuse(&item.rows, &said));
            laid
        }
    }
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
    fn look(&self, actor: &Actor, file: File, how: &How) -> Result<Preview, Error> {
        let again = file.try_clone().map_err(Error::bug)?;
        let (format, sheets) = read_tables(file, &Limits::default())?;
        if let Some(book) = whole_book(&sheets) {
            return self.look_at_book(actor, format, book);
        }
        let mut read = match PolicyTable::read(&sheets, &how.asked)? {
            Ok(read) => read,
            Err(why) => {
                let mut again = again;
                std::io::Seek::rewind(&mut again).map_err(Error::bug)?;
                let (sheet, rows) = first_rows(again, how.asked.sheet.as_deref())?;
                return Ok(no_header(&sheet, &rows, fields(), why));
            }
        };
        // The table is shown also while another person's draft is in its way.
        let base = self.0.policy_base()?;
        let trouble = base.in_the_way(actor);
        let merged = merge(base.book, &mut read);
        let good = merged.added + merged.changed + merged.same;
        let (mut told, _) = read.end();
        format.clone_into(&mut told.format);
        note_fields(&mut told, &merged.fresh);
        let rows = good + told.set_aside_count;
        Ok(Preview {
            parts: vec![Part { told, fields: fields() }],
            rows,
            good,
            trouble,
            ..Preview::default()
        })
    }
    fn take_in(&self, run: Run<'_>) -> Result<Answer, Error> {
        let Run { actor, name, file, how, progress, .. } = run;
        let (format, sheets) = read_tables(file, &Limits::default())?;
        if let Some(book) = whole_book(&sheets) {
            return self.take_in_book(actor, name, format, book, how.answer("why"));
        }
        let read = PolicyTable::read(&sheets, &how.asked)?;
        let mut read = read.map_err(|said| Error::Invalid { field: "file".to_owned(), said })?;
        let base = self.0.policy_base()?;
        if let Some(said) = base.in_the_way(actor) {
            return Err(Error::Invalid { field: "file".to_owned(), said });
        }
        let merged = merge(base.book, &mut read);
        let mut answer = Answer {
            accepted: merged.added,
            changed: merged.changed,
            duplicates: merged.same,
            rejected: read.refused.len() as u64,
            ..Answer::default()
        };
        let (mut told, aside) = read.end();
        format.clone_into(&mut told.format);
        note_fields(&mut told, &merged.fresh);
        if merged.added + merged.changed > 0 {
            let why = match how.answer("why") {
                "" => format!("导入政策表 {name}"),
                why => why.to_owned(),
            };
            self.0.propose_policies_over(actor.clone(), merged.book().to_string(), why, base.draft).wait()?;
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

#[cfg(test)]
mod tests;
