//! 办件表: services that other systems handled, of a table, of JSON or of JSON lines, at the desk of imports and at the
//! command line (E1, S6, X4).

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader, Read as _, Seek as _};

use ::city::{Error, Office};
use access::{decide, op};
use imports::{Answer, FieldName, Gate, How, Part, Preview, Run, first_rows, no_header, read_tables};
use kernel::{Actor, Moment, Said};
use paper::sheet::Limits;
use serde_json::Value;
use supervise::Record;
use tabular::header::{Fields, Words};
use tabular::kind::{FileKind, HEAD};
use tabular::records::{self, Asked, Door, Sheet};
use tabular::told::{AsideTable, Unknown};
use tabular::when::{self, BEIJING_S, Reading};
use tabular::{DateOrder, Told};

use crate::{PUSH_MAX, Service, Taken};

/// The columns of a table of services: the fields of the national interface by the names that offices give them.
const FIELDS: &Fields<'_> = &[
    ("projectNo", &["projectno", "办件编号", "办件号", "业务流水号", "受理编号", "流水号", "编号"], true),
    ("acceptDate", &["acceptdate", "受理时间", "办理时间", "受理日期", "办理日期", "办结时间"], true),
    ("proStatus", &["prostatus", "办件状态", "办理状态", "状态"], false),
    (
        "deptCode",
        &[
            "deptcode",
            "部门编码",
            "单位编码",
            "统一社会信用代码",
            "部门",
            "单位",
            "承办单位",
            "部门名称",
            "单位名称",
            "办理部门",
            "办理单位",
            "承办部门",
            "责任部门",
            "责任单位",
            "主办部门",
            "主办单位",
            "实施部门",
            "实施单位",
            "实施主体",
            "处理部门",
            "处理单位",
            "业务部门",
            "被评价部门",
            "被评价单位",
        ],
        false,
    ),
    ("areaCode", &["areacode", "行政区划代码", "区划代码", "区划"], false),
    ("taskCode", &["taskcode", "事项编码", "实施编码"], false),
    ("taskHandleItem", &["taskhandleitem", "业务办理项编码"], false),
    ("taskName", &["taskname", "事项名称", "事项", "办理事项"], false),
    ("subMatter", &["submatter", "一件事", "一件事主题", "主题", "子项名称"], false),
    ("proDepart", &["prodepart", "受理部门", "受理部门名称", "受理单位"], false),
    ("promiseTime", &["promisetime", "承诺办结时间"], false),
    ("dataSource", &["datasource", "数据来源", "来源系统"], false),
];

/// A file of JSON that is one list is held whole; longer ones come a line a record.
const LIST_MAX: u64 = 64 << 20;
/// A line of JSON.
const LINE_MAX: u64 = 1 << 20;

/// 办件 at the desk of imports.
#[derive(Clone, Debug)]
pub struct ServiceTables(pub Service);

/// Services that were read and not yet taken in.
#[derive(Debug, Default)]
struct ServiceTable {
    told: Told,
    good: Vec<(u64, Record)>,
    header: Vec<String>,
    cells: BTreeMap<u64, Vec<String>>,
    refused: Vec<(u64, String)>,
}

fn disk(e: &std::io::Error) -> Error {
    Error::Store(store::StoreError::Disk(e.to_string()))
}

fn at(word: &str) -> usize {
    FIELDS.iter().position(|f| f.0 == word).unwrap_or(usize::MAX)
}

/// As the national interface writes a time.
fn stamp(text: &str, order: Option<DateOrder>) -> Result<String, Said> {
    match when::read(text, BEIJING_S, order) {
        Reading::Time { us, .. } => {
            Ok(Moment::from_us(us).beijing().to_string().replace('T', " ").chars().take(19).collect())
        }
        Reading::Blank => Ok(String::new()),
        Reading::Order | Reading::Not => Err(Said::new(
            format!("“{text}”不是时间，应写作 2024-03-05 09:00:00"),
            format!("{text:?} is no time: write 2024-03-05 09:00:00"),
        )),
    }
}

/// The code of a status, also where it is written as a word.
fn status(text: &str) -> String {
    let plain: String = text.trim().chars().map(when::half_width).collect();
    match tabular::value::whole(plain.trim()) {
        "待受理" | "未受理" | "已收件" | "收件" => "1".to_owned(),
        "办理中" | "在办" | "受理" | "已受理" | "审批中" | "审核中" | "受理中" => {
            "2".to_owned()
        }
        "办结" | "已办结" | "办毕" | "已办" | "完结" | "已完结" | "已完成" | "完成" => {
            "3".to_owned()
        }
        other => other.to_owned(),
    }
}

fn field_names() -> Vec<FieldName> {
    let name = |f: &(&str, &[&str], bool)| FieldName {
        word: f.0.to_owned(),
        said: (f.1.get(1).copied().unwrap_or(f.0).to_owned(), f.0.to_owned()),
    };
    FIELDS.iter().map(name).collect()
}

impl ServiceTable {
    fn of_sheets(sheets: &[Sheet], asked: &Asked) -> Result<Self, Said> {
        let words = Words(FIELDS);
        let word = |f: usize| FIELDS[f].0.to_owned();
        let door = Door { words: &words, word: &word, fields: FIELDS.len(), asked };
        let Some(mut table) = records::find(sheets, asked.sheet.as_deref(), &door) else {
            return Err(Said::new(
                "找不到表头，须有“办件编号”和“受理时间”",
                "no header with a number (办件编号) and a time of acceptance (受理时间)",
            ));
        };
        let mut orders = [None; 2];
        for (order, word) in orders.iter_mut().zip(["acceptDate", "promiseTime"]) {
            *order = table.date_order(at(word), asked.date_order).map_err(|(zh, en)| Said::new(zh, en))?;
        }
        let mut out = Self { header: table.names().to_vec(), ..Self::default() };
        let mut unknown = Unknown::default();
        for row in table.rows() {
            out.cells.insert(row.row, row.cells.to_vec());
            let get = |word: &str| row.get(at(word)).to_owned();
            if let Some(said) = spoiled(&get("projectNo")) {
                out.refuse(row.row, "projectNo", &said);
                continue;
            }
            let task_code = Some(get("taskCode")).filter(|c| !tabular::value::is_spoiled_number(c));
            if task_code.is_none() {
                unknown.add(
                    "实施编码",
                    &get("taskCode"),
                    "长数字已被表格软件改坏，按空处理 / a long number spoiled by a spreadsheet: read as empty",
                );
            }
            let accept_date = match stamp(&get("acceptDate"), orders[0]) {
                Ok(stamp) => stamp,
                Err(said) => {
                    out.refuse(row.row, "acceptDate", &said);
                    continue;
                }
            };
            // A promised time is no reason to leave a service out.
            let promise_time = stamp(&get("promiseTime"), orders[1]).unwrap_or_else(|_| {
                unknown.add(
                    "承诺办结时间",
                    &get("promiseTime"),
                    "不是时间，按空处理 / no time: read as empty",
                );
                String::new()
            });
            let record = Record {
                accept_date,
                promise_time,
                project_no: get("projectNo"),
                pro_status: status(&get("proStatus")),
                dept_code: get("deptCode"),
                area_code: get("areaCode"),
                task_code: task_code.unwrap_or_default(),
                task_handle_item: get("taskHandleItem"),
                task_name: get("taskName"),
                sub_matter: get("subMatter"),
                pro_depart: get("proDepart"),
                data_source: get("dataSource"),
                ..Record::default()
            };
            out.good.push((row.row, record));
        }
        out.told = Told { values_unknown: unknown.list(), ..table.told };
        Ok(out)
    }

    /// A list of JSON, or a record a line.
    fn of_json(file: File) -> Result<Self, Error> {
        let mut out = Self::default();
        let bytes = file.metadata().map_err(|e| disk(&e))?.len();
        let mut reader = BufReader::new(file);
        let head = reader.fill_buf().map_err(|e| disk(&e))?;
        let first =
            head.iter().copied().find(|b| !b.is_ascii_whitespace() && !matches!(b, 0xef | 0xbb | 0xbf));
        // UTF-16 and the like, and an answer of an interface that holds its list in a field: {"data":[…]}.
        let odd = head.iter().take(64).any(|b| *b == 0) || matches!(first, Some(0xff | 0xfe));
        let whole = first == Some(b'[') || odd;
        if !whole && first == Some(b'{') && bytes <= LIST_MAX {
            let mut all = Vec::new();
            reader.read_to_end(&mut all).map_err(|e| disk(&e))?;
            let text = tabular::text::decoded(&all);
            if let Some(list) = list_inside(&text) {
                "JSON".clone_into(&mut out.told.format);
                for (n, value) in (1..).zip(list) {
                    out.take(n, record(value));
                }
                return Ok(out);
            }
            let file: &mut dyn BufRead = &mut std::io::Cursor::new(all);
            return out.of_lines(file);
        }
        if whole {
            if bytes > LIST_MAX {
                return Err(Error::invalid(
                    "file",
                    format!("一个列表的 JSON 最大 {} MB，更大的请一行写一条（JSON Lines）", LIST_MAX >> 20),
                    format!("JSON that is one list may have {} MB: write a record a line", LIST_MAX >> 20),
                ));
            }
            let mut all = Vec::new();
            reader.read_to_end(&mut all).map_err(|e| disk(&e))?;
            let text = tabular::text::decoded(&all);
            let text = text.trim_start_matches('\u{feff}').trim();
            if !text.starts_with('[') {
                if let Some(list) = list_inside(text) {
                    "JSON".clone_into(&mut out.told.format);
                    for (n, value) in (1..).zip(list) {
                        out.take(n, record(value));
                    }
                    return Ok(out);
                }
                return out.of_lines(&mut text.as_bytes());
            }
            let all: Vec<Value> = serde_json::from_str(text).map_err(|e| not_json(&e))?;
            "JSON".clone_into(&mut out.told.format);
            for (n, value) in (1..).zip(all) {
                out.take(n, record(value));
            }
            return Ok(out);
        }
        out.of_lines(&mut reader)
    }

    /// A record a line.
    fn of_lines(mut self, reader: &mut dyn BufRead) -> Result<Self, Error> {
        "JSON Lines".clone_into(&mut self.told.format);
        let mut line = Vec::new();
        for n in 1.. {
            line.clear();
            let got = (&mut *reader).take(LINE_MAX + 1).read_until(b'\n', &mut line).map_err(|e| disk(&e))?;
            if got == 0 {
                break;
            }
            if got as u64 > LINE_MAX {
                return Err(Error::invalid(
                    "file",
                    format!("第 {n} 行超过 {} MB，应一行写一条", LINE_MAX >> 20),
                    format!("line {n} has more than {} MB: write a record a line", LINE_MAX >> 20),
                ));
            }
            let text = String::from_utf8_lossy(&line);
            let text = text.trim_start_matches('\u{feff}').trim();
            if text.is_empty() {
                continue;
            }
            let read = serde_json::from_str::<Value>(text)
                .map_err(|e| Said::new(format!("不是有效的 JSON：{e}"), format!("not valid JSON: {e}")));
            self.take(n, read.and_then(record));
        }
        Ok(self)
    }

    fn take(&mut self, row: u64, read: Result<Record, Said>) {
        match read {
            Ok(record) => self.good.push((row, record)),
            Err(said) => self.refuse(row, "", &said),
        }
    }

    fn refuse(&mut self, row: u64, field: &str, said: &Said) {
        let name = FIELDS.iter().find(|f| f.0 == field).and_then(|f| f.1.get(1).copied());
        self.refused.push((row, name.map_or_else(|| said.to_string(), |name| format!("“{name}”：{said}"))));
    }

    fn end(mut self) -> (Told, AsideTable) {
        self.refused.sort_by_key(|r| r.0);
        let mut rows = Vec::with_capacity(self.refused.len());
        for (row, why) in self.refused {
            self.told.aside(row, why.clone());
            rows.push((row, self.cells.remove(&row).unwrap_or_default(), why));
        }
        self.told.set_aside.sort_by_key(|s| s.row);
        (self.told, AsideTable { sheet: "未收".to_owned(), header: self.header, rows })
    }
}

/// The only list of records in an answer of an interface: `{"data":[…]}`, also `{"data":{"rows":[…]}}`.
fn list_inside(text: &str) -> Option<Vec<Value>> {
    let mut at = serde_json::from_str::<Value>(text).ok()?;
    for _ in 0..3 {
        let Value::Object(fields) = at else { return None };
        let holds = |v: &Value| v.as_array().is_some_and(|a| a.iter().all(Value::is_object) && !a.is_empty());
        let mut lists = fields.iter().filter(|(_, v)| holds(v));
        if let (Some((key, _)), None) = (lists.next(), lists.next()) {
            // A record that has a list of its own has its own fields beside it.
            let Value::Array(list) = fields[key].clone() else { return None };
            return record(Value::Object(fields)).is_err().then_some(list);
        }
        let mut inner = fields.into_iter().map(|f| f.1).filter(Value::is_object);
        at = inner.next()?;
    }
    None
}

fn not_json(e: &dyn std::fmt::Display) -> Error {
    Error::invalid("file", format!("不是有效的 JSON：{e}"), format!("not valid JSON: {e}"))
}

/// A number of a service that a spreadsheet has rounded names many services: none of them is taken.
fn spoiled(number: &str) -> Option<Said> {
    tabular::value::is_spoiled_number(number).then(|| {
        Said::new(
            format!("“{number}”是被表格软件改坏的长数字，分不清是哪一件；请把编号列设为文本后重新导出"),
            format!("{number:?} is a long number spoiled by a spreadsheet: it does not tell which service; format the column as text and export it again"),
        )
    })
}

/// A value of JSON as the text that stands for it: whole numbers and words, as systems write codes and times.
fn text_of(key: &str, value: Value) -> Result<String, Said> {
    match value {
        Value::Null => Ok(String::new()),
        Value::String(text) => Ok(text),
        Value::Bool(b) => Ok(if b { "1" } else { "0" }.to_owned()),
        Value::Number(n) if n.is_f64() => {
            Ok(format!("{:E}", n.as_f64().unwrap_or(0.0)).replace('E', "E+").replace("E+-", "E-"))
        }
        Value::Number(n) => Ok(n.to_string()),
        Value::Array(_) | Value::Object(_) => Err(Said::new(
            format!("“{key}”应是文字或数字，不能是列表或对象"),
            format!("{key:?} must be a text or a number, no list or object"),
        )),
    }
}

/// One record of JSON, its values written as people and systems write them.
fn record(value: Value) -> Result<Record, Said> {
    let Value::Object(fields) = value else {
        return Err(Said::new("每一条应是一个对象：{…}", "each record is an object: {…}"));
    };
    let mut texts = serde_json::Map::new();
    for (key, value) in fields {
        let text = text_of(&key, value)?;
        texts.insert(key, Value::String(text));
    }
    let mut read: Record = serde_json::from_value(Value::Object(texts)).map_err(|e| {
        // What is left to go wrong is a field that nobody knows.
        let text = e.to_string();
        let field = text.split('`').nth(1).unwrap_or_default();
        Said::new(
            format!("没有“{field}”这个字段，请按办件交换的字段名写（如 projectNo、acceptDate）"),
            format!(
                "there is no field {field:?}: use those of the interface, such as projectNo and acceptDate"
            ),
        )
    })?;
    if let Some(said) = spoiled(&read.project_no) {
        return Err(said);
    }
    let named = |name: &str, e: Said| Said::new(format!("“{name}”：{}", e.zh), format!("{name}: {}", e.en));
    read.accept_date = stamp(&read.accept_date, None).map_err(|e| named("acceptDate", e))?;
    read.promise_time = stamp(&read.promise_time, None).map_err(|e| named("promiseTime", e))?;
    read.pro_status = status(&read.pro_status);
    Ok(read)
}

fn read(mut file: File, how: &How) -> Result<Result<ServiceTable, Said>, Error> {
    let mut head = Vec::new();
    (&mut file).take(HEAD as u64).read_to_end(&mut head).map_err(|e| disk(&e))?;
    file.rewind().map_err(|e| disk(&e))?;
    if FileKind::of(&head) == FileKind::Json {
        return ServiceTable::of_json(file).map(Ok);
    }
    let (format, sheets) = read_tables(file, &Limits::default())?;
    Ok(ServiceTable::of_sheets(&sheets, &how.asked).map(|mut table| {
        format.clone_into(&mut table.told.format);
        table
    }))
}

impl Gate for ServiceTables {
    fn word(&self) -> &'static str {
        "services"
    }
    fn said(&self) -> (&'static str, &'static str) {
        ("办件（别处办结的）", "Services handled elsewhere")
    }
    fn may(&self, actor: &Actor, office: &Office) -> Result<(), Error> {
        // Each service is decided about where it was handled; this is for who writes none at all.
        let home = ::city::reach::home(actor, office);
        decide(actor, op::WriteServices, ::city::reach::own_unit(actor, &home))?;
        Ok(())
    }
    fn look(&self, actor: &Actor, file: File, how: &How) -> Result<Preview, Error> {
        let mut again = file.try_clone().map_err(Error::bug)?;
        let mut read = match read(file, how)? {
            Ok(read) => read,
            Err(why) => {
                again.rewind().map_err(|e| disk(&e))?;
                let (sheet, rows) = first_rows(again, how.asked.sheet.as_deref())?;
                return Ok(no_header(&sheet, &rows, field_names(), why));
            }
        };
        let mut good = 0;
        let all = std::mem::take(&mut read.good);
        for chunk in all.chunks(PUSH_MAX) {
            let records = chunk.iter().map(|(_, r)| r.clone()).collect();
            for ((row, _), taken) in
                chunk.iter().zip(self.0.look_over_services(actor.clone(), records).wait()?)
            {
                match taken {
                    Taken::Refused(field, said) => read.refuse(*row, &field, &said),
                    Taken::Added | Taken::Known | Taken::NotYet => good += 1,
                }
            }
        }
        let (told, _) = read.end();
        let rows = good + told.set_aside_count;
        let parts = vec![Part { told, fields: field_names() }];
        Ok(Preview { parts, rows, good, ..Preview::default() })
    }
    fn take_in(&self, run: Run<'_>) -> Result<Answer, Error> {
        let Run { actor, file, how, progress, .. } = run;
        let read = read(file, how)?;
        let mut read = read.map_err(|said| Error::Invalid { field: "file".to_owned(), said })?;
        let mut answer = Answer::default();
        let mut not_yet = 0;
        let all = std::mem::take(&mut read.good);
        let mut done = 0;
        for chunk in all.chunks(PUSH_MAX) {
            let records = chunk.iter().map(|(_, r)| r.clone()).collect();
            for ((row, _), taken) in chunk.iter().zip(self.0.import_services(actor.clone(), records).wait()?)
            {
                match taken {
                    Taken::Added => answer.accepted += 1,
                    Taken::Known => answer.duplicates += 1,
                    // Nothing is wrong with it; it comes again when it is done.
                    Taken::NotYet => not_yet += 1,
                    Taken::Refused(field, said) => read.refuse(*row, &field, &said),
                }
            }
            done += chunk.len() as u64;
            progress(done)?;
        }
        answer.rejected = read.refused.len() as u64;
        let (told, aside) = read.end();
        answer.rows = answer.accepted + answer.duplicates + not_yet + told.set_aside_count;
        if not_yet > 0 {
            let zh = "尚未办结，未收，办结后再报".to_owned();
            answer.also.push((
                zh,
                "not handled yet, not taken: to be sent again when they are".to_owned(),
                not_yet,
            ));
        }
        (answer.told, answer.aside) = (vec![told], vec![aside]);
        Ok(answer)
    }
}
