//! 走访表: walks that were written down in a spreadsheet, at the desk of imports and at the command line (W4, X4). A row is a
//! walk, a step of it or something found on it; rows of one number are one walk.
//!
//! What a row says becomes operations, as a phone would send them: the same row brought twice is the same operation, and a
//! walk of the recorder and one of a table are judged alike. Everybody brings their own walks.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs::File;

use access::{Own, decide, op};
use catalogue::ServiceItem;
use city::{Error, Office};
use imports::{
    Answer, FieldName, Gate, How, Part, Preview, Question, Run, first_rows, no_header, read_tables,
};
use kernel::{Actor, Date, Moment, Said, StaffId};
use paper::sheet::Limits;
use sm3::{Digest as _, Sm3};
use store::Rd;
use tabular::header::{Fields, Words};
use tabular::records::{self, Asked, Door, Sheet};
use tabular::told::{AsideTable, Unknown};
use tabular::when::{self, BEIJING_S, Reading};
use tabular::{DateOrder, Told};
use walk::forms::FORMS;
use walk::ops::{FindingKind, Hlc, OPS_MAX};
use walk::{Act, Form, Op, OpId};

use crate::form_names::form_named;
use crate::{BATCH_MAX, WalkSync, Walks};

const FIELDS: &Fields<'_> = &[
    ("walk", &["走访编号", "走流程编号", "记录编号", "编号"], false),
    ("item", &["事项编码", "实施编码", "事项代码", "走访事项编码"], false),
    ("name", &["走访事项", "走流程事项", "事项名称", "事项", "办理事项"], false),
    ("began", &["走访时间", "开始时间", "走流程时间", "走访日期", "日期", "时间"], true),
    ("ended", &["结束时间", "完成时间", "办结时间", "结束日期"], false),
    ("form", &["走访形式", "走流程形式", "形式", "走访方式", "方式"], false),
    ("place", &["走访地点", "地点", "大厅", "走访大厅", "办事地点", "走访单位"], false),
    ("walker", &["走访人", "走流程人", "走访干部", "姓名", "账号"], false),
    ("companion", &["陪同群众", "陪同对象", "陪同的群众或企业", "群众", "企业"], false),
    ("case", &["倒推件编号", "不满意件编号", "关联件编号"], false),
    ("step", &["环节", "环节名称", "步骤", "办理环节"], false),
    ("through", &["是否走通", "走通", "环节走通", "是否通过"], false),
    ("asked", &["多要的材料", "指南外材料", "额外材料"], false),
    ("problem", &["发现问题", "发现的问题", "存在问题", "存在的问题", "问题描述", "问题", "堵点"], false),
    ("demand", &["群众需求", "企业需求", "需求", "诉求", "意见建议", "建议"], false),
    ("measure", &["整改措施", "措施", "解决措施", "处理意见"], false),
    ("by", &["整改期限", "整改时限", "完成期限", "限期"], false),
    ("note", &["走访记录", "走访情况", "情况说明", "备注", "记录"], false),
    ("end", &["是否走完", "是否办成", "办成", "走完"], false),
];

fn at(word: &str) -> usize {
    FIELDS.iter().position(|f| f.0 == word).unwrap_or(usize::MAX)
}

/// A walk as the rows of a table tell it.
#[derive(Debug, Default)]
struct ToldWalk {
    rows: Vec<u64>,
    form: Option<Form>,
    item: (String, String),
    began: Option<Moment>,
    ended: Option<Moment>,
    acts: Vec<RowAct>,
    reached_end: Option<bool>,
}

/// What a row adds; steps are names until the item is known.
#[derive(Debug)]
enum RowAct {
    Plain(Act),
    Step(String, bool),
    Asked(String, String),
    Found(FindingKind, String, String, Option<(String, Option<Date>)>),
    Noted(String, String),
}

/// A table of walks that was read and not yet taken in.
#[derive(Debug, Default)]
struct WalkTable {
    told: Told,
    walks: Vec<ToldWalk>,
    header: Vec<String>,
    cells: BTreeMap<u64, Vec<String>>,
    refused: Vec<(u64, String)>,
}

impl ToldWalk {
    fn day(&self, today: Moment) -> Date {
        self.began.unwrap_or(today).date()
    }
    /// Why a row of the same number is no row of this walk; what it does not fill in differs from nothing.
    fn differs(&self, row: &Self) -> Option<String> {
        let form = |w: &Self| w.form.map_or("", |f| f.rule().zh);
        let told = [
            ("事项编码", &*self.item.0, &*row.item.0),
            ("事项名称", &*self.item.1, &*row.item.1),
            ("走访形式", form(self), form(row)),
        ];
        let (field, said, other) =
            told.into_iter().find(|(_, a, b)| !a.is_empty() && !b.is_empty() && a != b)?;
        Some(format!(
            "{field}“{other}”与同一走访编号上面的行“{said}”不同，不同的走访请用不同的编号 / {other:?} differs from {said:?} of a row above with the same number: give another walk another number"
        ))
    }
}

fn yes(text: &str) -> Option<bool> {
    match text.trim() {
        "走通" | "走完" | "办成" | "通过" | "已完成" | "完成" => Some(true),
        "未走通" | "未走完" | "未办成" | "未通过" | "不通过" | "未完成" => Some(false),
        other => tabular::value::yes_no(other),
    }
}

impl WalkTable {
    fn read(
        sheets: &[Sheet],
        asked: &Asked,
        form: Form,
        me: (&str, &str),
        now: Moment,
    ) -> Result<Self, Said> {
        let words = Words(FIELDS);
        let word = |f: usize| FIELDS[f].0.to_owned();
        let door = Door { words: &words, word: &word, fields: FIELDS.len(), asked };
        let Some(mut table) = records::find(sheets, asked.sheet.as_deref(), &door) else {
            return Err(Said::new(
                "找不到表头，须有“走访时间”，和“事项编码”或“事项名称”",
                "no header with 走访时间, and 事项编码 or 事项名称",
            ));
        };
        if !table.has(at("item")) && !table.has(at("name")) {
            return Err(Said::new(
                "请指明哪一列是事项编码或事项名称",
                "say which column is the code or the name of the item",
            ));
        }
        let mut orders = [None; 3];
        for (order, word) in orders.iter_mut().zip(["began", "ended", "by"]) {
            *order = table.date_order(at(word), asked.date_order).map_err(|(zh, en)| Said::new(zh, en))?;
        }
        let mut read = Self { header: table.names().to_vec(), ..Self::default() };
        let mut unknown = Unknown::default();
        let mut numbers: HashMap<String, usize> = HashMap::new();
        for row in table.rows() {
            read.cells.insert(row.row, row.cells.to_vec());
            let get = |word: &str| row.get(at(word)).to_owned();
            let one = match row_of(&get, orders, me, now, &mut unknown) {
                Ok(one) => one,
                Err(why) => {
                    read.refused.push((row.row, why));
                    continue;
                }
            };
            let key = match get("walk").as_str() {
                "" => {
                    let form = one.form.unwrap_or(form);
                    format!("{form:?}|{}|{}|{:?}", one.item.0, one.item.1, one.began)
                }
                number => number.to_owned(),
            };
            let n = *numbers.entry(key).or_insert_with(|| {
                read.walks.push(ToldWalk::default());
                read.walks.len() - 1
            });
            let walk = &mut read.walks[n];
            // A number that was given twice would make one walk of two.
            if let Some(why) = walk.differs(&one) {
                read.refused.push((row.row, why));
                continue;
            }
            walk.rows.push(row.row);
            // What one row says of the walk holds for the others; a later end is a later end.
            walk.form = walk.form.or(one.form);
            for (said, filled) in [(&mut walk.item.0, one.item.0), (&mut walk.item.1, one.item.1)] {
                if said.is_empty() {
                    *said = filled;
                }
            }
            walk.began = [walk.began, one.began].into_iter().flatten().min();
            walk.ended = walk.ended.max(one.ended);
            walk.reached_end = one.reached_end.or(walk.reached_end);
            walk.acts.extend(one.acts);
        }
        for walk in &mut read.walks {
            walk.form = walk.form.or(Some(form));
        }
        read.told = table.told;
        read.told.values_unknown = unknown.list();
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

fn row_of(
    get: &dyn Fn(&str) -> String,
    orders: [Option<DateOrder>; 3],
    (name, login): (&str, &str),
    now: Moment,
    unknown: &mut Unknown,
) -> Result<ToldWalk, String> {
    let time = |text: &str, order| match when::read(text, BEIJING_S, order) {
        Reading::Time { us, .. } => Ok(Some(Moment::from_us(us))),
        Reading::Blank => Ok(None),
        Reading::Order | Reading::Not => {
            let text: String = text.chars().take(40).collect();
            Err(format!(
                "“{text}”不是时间，应写作 2024-03-05 09:00 / {text:?} is not a time: write 2024-03-05 09:00"
            ))
        }
    };
    let walker = get("walker");
    if !walker.is_empty() && walker != name && walker != login {
        return Err(format!(
            "这是“{walker}”的走访，请本人登录后导入 / a walk of {walker:?}: they bring it themselves"
        ));
    }
    let began = time(&get("began"), orders[0])?
        .ok_or_else(|| "没有走访时间，请补上 / no time of the walk: fill it in".to_owned())?;
    if began > now {
        return Err("走访时间在将来，请核对 / the walk is in the future: check it".to_owned());
    }
    let ended = time(&get("ended"), orders[1])?;
    if ended.is_some_and(|e| e < began) {
        return Err("结束早于开始，请核对 / it ends before it begins: check it".to_owned());
    }
    let by = time(&get("by"), orders[2])?.map(Moment::date);
    let form = match get("form").as_str() {
        "" => None,
        text => Some(form_named(text).ok_or_else(|| {
            let all: Vec<&str> = FORMS.iter().map(|r| r.zh).collect();
            format!("没有走访形式“{text}”，有：{} / no form {text:?}", all.join("、"))
        })?),
    };
    let item = (get("item"), get("name"));
    if item.0.is_empty() && item.1.is_empty() {
        return Err("没有事项，请填事项编码或名称 / no item: fill in its code or name".to_owned());
    }
    let step = get("step");
    let mut said = |field: &str, taken: bool, otherwise: &str| {
        let text = get(field);
        yes(&text).unwrap_or_else(|| {
            if !text.is_empty() {
                unknown.add(FIELDS[at(field)].1[0], &text, otherwise);
            }
            taken
        })
    };
    let through = said("through", true, "当作走通 / taken as got through");
    let reached = said("end", true, "当作走完 / taken as its end was reached");
    let mut acts = Vec::new();
    let mut plain = |act: Act| acts.push(RowAct::Plain(act));
    if !get("companion").is_empty() {
        plain(Act::Companion { who: get("companion") });
    }
    if !get("case").is_empty() {
        plain(Act::FromCase { case: get("case") });
    }
    if !get("place").is_empty() {
        plain(Act::Visit { place: get("place") });
    }
    if !step.is_empty() {
        acts.push(RowAct::Step(step.clone(), through));
    }
    for material in get("asked").split(['、', ';', '；', '\n']).map(str::trim).filter(|m| !m.is_empty()) {
        acts.push(RowAct::Asked(step.clone(), material.to_owned()));
    }
    let measure = Some(get("measure")).filter(|m| !m.is_empty()).map(|m| (m, by));
    for (kind, field) in [(FindingKind::Problem, "problem"), (FindingKind::Demand, "demand")] {
        let text = get(field);
        if !when::is_blank_word(&text) {
            // A measure stands for what was found first.
            let first = kind == FindingKind::Problem || when::is_blank_word(&get("problem"));
            acts.push(RowAct::Found(kind, step.clone(), text, measure.clone().filter(|_| first)));
        }
    }
    if measure.is_some() && ["problem", "demand"].iter().all(|f| when::is_blank_word(&get(f))) {
        return Err(
            "有措施而没有问题或需求，请补上 / a measure without a problem or demand: fill it in".to_owned()
        );
    }
    if !get("note").is_empty() {
        acts.push(RowAct::Noted(step, get("note")));
    }
    let told = ["through", "end"].map(|f| !get(f).is_empty());
    Ok(ToldWalk {
        rows: Vec::new(),
        form,
        item,
        began: Some(began),
        ended,
        acts,
        reached_end: told[1].then_some(reached),
    })
}

/// The operations of a walk; a step that the item does not have stays as it is called.
fn ops_of(told: &ToldWalk, name: &str, item: &ServiceItem) -> Vec<Op> {
    let digest = |parts: &[&[u8]]| {
        let mut hash = Sm3::new();
        parts.iter().for_each(|p| hash.update(p));
        let hash: [u8; 32] = hash.finalize().into();
        u64::from_be_bytes([hash[0], hash[1], hash[2], hash[3], hash[4], hash[5], hash[6], hash[7]])
    };
    let device = digest(&[name.as_bytes()]) >> 1;
    let step_id = |called: &str| {
        let fits = |s: &&catalogue::Step| s.id == called || s.name == called;
        item.steps.iter().find(fits).map_or_else(|| called.to_owned(), |s| s.id.clone())
    };
    let began = told.began.unwrap_or(Moment::from_us(0));
    let ended = told.ended.unwrap_or(began).max(began);
    let form = told.form.unwrap_or(Form::Oneself);
    let mut all: Vec<Op> = Vec::new();
    let mut put = |wall: Moment, key: &str, act: Act| {
        // The number follows from what is said: the same row again is the same operation.
        let id = OpId { device, counter: u32::try_from(digest(&[key.as_bytes()]) >> 33).unwrap_or(0) };
        let logical = u32::try_from(all.len()).unwrap_or(u32::MAX);
        all.push(Op { id, at: Hlc { wall, logical }, act });
        id
    };
    let start = Act::Start {
        form,
        identity: form.rule().identity,
        item: item.code.clone(),
        version: item.version,
        simulated: false,
    };
    put(began, "start", start);
    for act in &told.acts {
        let key = format!("{act:?}");
        match act {
            RowAct::Plain(act) => {
                put(began, &key, act.clone());
            }
            RowAct::Step(step, through) => {
                let step = step_id(step);
                put(began, &format!("b{key}"), Act::StepBegan { step: step.clone() });
                put(ended, &format!("e{key}"), Act::StepEnded { step, through: *through });
            }
            RowAct::Asked(step, material) => {
                let act = Act::Asked { step: step_id(step), material: material.clone(), in_guide: false };
                put(began, &key, act);
            }
            RowAct::Found(kind, step, text, measure) => {
                let act = Act::Found { kind: *kind, step: step_id(step), text: text.clone() };
                let finding = put(began, &format!("f{kind:?}{step}{text}"), act);
                if let Some((text, by)) = measure {
                    let key = format!("m{}{text}{by:?}", finding.counter);
                    put(began, &key, Act::Measure { finding, text: text.clone(), by: *by });
                }
            }
            RowAct::Noted(step, text) => {
                put(began, &key, Act::Noted { step: step_id(step), text: text.clone() });
            }
        }
    }
    put(ended, "finish", Act::Finish { reached_end: told.reached_end.unwrap_or(true) });
    all
}

/// 走访 at the desk of imports.
#[derive(Clone, Debug)]
pub struct WalkTables(pub Walks);

/// Walks of one transaction.
const CHUNK: usize = 50;

fn fields() -> Vec<FieldName> {
    let name = |f: &(&str, &[&str], bool)| FieldName {
        word: f.0.to_owned(),
        said: (f.1.first().copied().unwrap_or(f.0).to_owned(), f.0.to_owned()),
    };
    FIELDS.iter().map(name).collect()
}

/// The item by its code, else the only one of this name; its version that held on the day of the walk.
fn item_of(rd: &mut Rd<'_>, walks: &Walks, item: &(String, String), day: Date) -> Result<ServiceItem, Error> {
    let shelf = walks.items.shelf_in(rd)?;
    let named = || {
        let mut all = shelf.rows().iter().filter(|r| r.name == item.1);
        match (all.next(), all.next()) {
            (Some(row), None) => Ok(row),
            (None, _) => Err(Error::invalid(
                "item",
                format!("没有事项“{}”，请填事项编码", item.1),
                format!("no item {:?}: fill in its code", item.1),
            )),
            (Some(_), Some(_)) => Err(Error::invalid(
                "item",
                format!("“{}”有多个事项同名，请填事项编码", item.1),
                format!("several items are called {:?}: fill in the code", item.1),
            )),
        }
    };
    let row = match shelf.by_code(&item.0).filter(|_| !item.0.is_empty()) {
        Some(row) => row,
        None if !item.0.is_empty() => {
            return Err(Error::invalid(
                "item",
                format!("没有编码为“{}”的事项", item.0),
                format!("there is no item with the code {:?}", item.0),
            ));
        }
        None => named()?,
    };
    Ok(shelf::load(rd, row, day)?.1)
}

/// What came of the operations of a walk.
#[derive(Debug, Default)]
struct Sent {
    /// there is a walk
    stored: bool,
    /// why some of it was not taken
    refused: Vec<Said>,
    lacks: Vec<Said>,
    cases: u64,
}

fn no_operation() -> Said {
    Said::new("这次走访没有可收的记录", "no record of this walk could be taken")
}

/// Sentences as one, each once.
fn joined(said: &[Said]) -> Said {
    let mut told = HashSet::new();
    let once: Vec<&Said> = said.iter().filter(|s| told.insert(s.zh.as_str())).collect();
    let join = |f: fn(&Said) -> &str| once.iter().map(|s| f(s)).collect::<Vec<_>>().join("；");
    Said::new(join(|s| &s.zh), join(|s| &s.en))
}

impl WalkTables {
    fn read(
        &self,
        actor: &Actor,
        file: File,
        how: &How,
    ) -> Result<(&'static str, Result<WalkTable, Said>), Error> {
        let (format, sheets) = read_tables(file, &Limits::default())?;
        let staff = actor.staff.ok_or(Error::SignIn)?;
        let me = self
            .0
            .city
            .store()
            .read(move |rd| store::office::staff_by_id(rd, staff))?
            .ok_or(Error::SignIn)?;
        let form = form_named(how.answer("form")).unwrap_or(Form::Oneself);
        let now = self.0.city.store().now();
        let read = |asked: &Asked| WalkTable::read(&sheets, asked, form, (&me.name, &me.login), now);
        let table = read(&how.asked);
        Ok((format, table))
    }

    /// A long walk goes in several parts, as a phone would send it; what it lacks is known after the last.
    fn send(&self, actor: &Actor, staff: StaffId, name: &str, ops: &[Op]) -> Result<Sent, Error> {
        let mut sent = Sent::default();
        if ops.len() > OPS_MAX {
            sent.refused.push(Said::new(
                format!("一次走访最多 {OPS_MAX} 条记录，请分成几次走访"),
                format!("a walk has at most {OPS_MAX} records: make several of it"),
            ));
            return Ok(sent);
        }
        for part in ops.chunks(BATCH_MAX) {
            let ops: Result<_, _> = part.iter().map(serde_json::to_value).collect();
            let walk = WalkSync {
                name: name.to_owned(),
                staff: staff.0,
                campaign: None,
                assignment: None,
                ops: ops.map_err(Error::bug)?,
                known: BTreeMap::new(),
            };
            let synced = self.0.sync_walks(actor.clone(), vec![walk]).wait()?.pop();
            let synced = synced.ok_or_else(|| Error::bug("no answer to a walk of a table"))?;
            // What is refused as a whole has no number.
            sent.stored |= synced.id != 0;
            sent.refused
                .extend(synced.refused.into_iter().chain(synced.refused_ops.into_iter().map(|r| r.said)));
            if synced.id != 0 {
                (sent.lacks, sent.cases) = (synced.lacks, synced.cases.len() as u64);
            }
        }
        Ok(sent)
    }
}

/// The token of a walk of a table: the same for the same person and number.
fn token(staff: StaffId, told: &ToldWalk, number: &str) -> String {
    let mut hash = Sm3::new();
    hash.update(staff.0.to_be_bytes());
    match number {
        "" => hash.update(format!("{:?}|{:?}|{:?}", told.form, told.item, told.began).as_bytes()),
        number => hash.update(format!("{number}|{:?}", told.began.map(Moment::date)).as_bytes()),
    }
    let hash: [u8; 32] = hash.finalize().into();
    format!("table-{}", &ledger::hex(&hash)[..32])
}

impl Gate for WalkTables {
    fn word(&self) -> &'static str {
        "walks"
    }
    fn said(&self) -> (&'static str, &'static str) {
        ("走访记录", "Walks")
    }
    fn questions(&self) -> Vec<Question> {
        let choices = FORMS.iter().map(|r| (r.zh, r.zh, r.en)).collect();
        vec![Question {
            word: "form",
            said: ("表里没写形式的，当作", "form where the table has none"),
            choices,
        }]
    }
    fn may(&self, actor: &Actor, _: &Office) -> Result<(), Error> {
        decide(actor, op::RecordWalk, Own(actor.staff))?;
        Ok(())
    }
    fn look(&self, actor: &Actor, file: File, how: &How) -> Result<Preview, Error> {
        let again = file.try_clone().map_err(Error::bug)?;
        let (format, read) = self.read(actor, file, how)?;
        let mut read = match read {
            Ok(read) => read,
            Err(why) => {
                let mut again = again;
                std::io::Seek::rewind(&mut again).map_err(Error::bug)?;
                let (sheet, rows) = first_rows(again, how.asked.sheet.as_deref())?;
                return Ok(no_header(&sheet, &rows, fields(), why));
            }
        };
        // Items that do not exist are told before anything is written.
        let now = self.0.city.store().now();
        let own = self.0.clone();
        let asked: Vec<(usize, (String, String), Date)> =
            read.walks.iter().enumerate().map(|(n, w)| (n, w.item.clone(), w.day(now))).collect();
        let bad = self.0.city.store().read(move |rd| {
            let mut bad = Vec::new();
            for (n, item, day) in asked {
                match item_of(rd, &own, &item, day) {
                    Err(Error::Invalid { said, .. }) => bad.push((n, said)),
                    Err(e) => return Err(e),
                    Ok(_) => {}
                }
            }
            Ok(bad)
        })?;
        for (n, said) in &bad {
            let rows = read.walks[*n].rows.clone();
            read.refuse(&rows, said);
        }
        let gone: std::collections::BTreeSet<usize> = bad.iter().map(|b| b.0).collect();
        let kept = read.walks.iter().enumerate().filter(|(n, _)| !gone.contains(n));
        let good = kept.map(|(_, w)| w.rows.len() as u64).sum();
        let walks = read.walks.len() - gone.len();
        let (mut told, _) = read.end();
        format.clone_into(&mut told.format);
        told.note(format!("合为 {walks} 次走访 / {walks} walks"));
        let rows = good + told.set_aside_count;
        Ok(Preview { parts: vec![Part { told, fields: fields() }], rows, good, ..Preview::default() })
    }
    fn take_in(&self, run: Run<'_>) -> Result<Answer, Error> {
        let Run { actor, file, how, progress, .. } = run;
        let staff = actor.staff.ok_or(Error::SignIn)?;
        let (format, read) = self.read(actor, file, how)?;
        let mut read = read.map_err(|said| Error::Invalid { field: "file".to_owned(), said })?;
        let walks = std::mem::take(&mut read.walks);
        let mut answer = Answer::default();
        let (mut done, mut open, mut cases) = (0, 0, 0);
        let number = |read: &WalkTable, walk: &ToldWalk| -> String {
            let column = read.told.columns_used.iter().find(|c| c.field == "walk").map(|c| c.name.clone());
            let at = column.and_then(|c| tabular::header::unique(&read.header).iter().position(|h| *h == c));
            let row = walk.rows.first().and_then(|r| read.cells.get(r));
            at.and_then(|c| row?.get(c)).map_or_else(String::new, |t| t.trim().to_owned())
        };
        for chunk in walks.chunks(CHUNK) {
            for walk in chunk {
                let name = token(staff, walk, &number(&read, walk));
                let day = walk.day(self.0.city.store().now());
                let (own, item, key) = (self.0.clone(), walk.item.clone(), name.clone());
                let found = self.0.city.store().read(move |rd| {
                    let before = store::walks::by_name(rd, &key)?.map(|w| w.ops);
                    match item_of(rd, &own, &item, day) {
                        Ok(found) => Ok(Ok((found, before))),
                        Err(Error::Invalid { said, .. }) => Ok(Err(said)),
                        Err(e) => Err(e),
                    }
                })?;
                let (item, before) = match found {
                    Ok(found) => found,
                    Err(said) => {
                        read.refuse(&walk.rows, &said);
                        continue;
                    }
                };
                let sent = self.send(actor, staff, &name, &ops_of(walk, &name, &item))?;
                if !sent.stored {
                    let said = sent.refused.first().cloned().unwrap_or_else(no_operation);
                    read.refuse(&walk.rows, &said);
                    continue;
                }
                let row = walk.rows.first().copied().unwrap_or_default();
                if !sent.refused.is_empty() {
                    let (join, n) = (joined(&sent.refused), sent.refused.len());
                    read.told.note(format!(
                        "第 {row} 行的走访有 {n} 条记录未收，其余已收：{} / {n} records of the walk of row {row} were not taken, all others were: {}",
                        join.zh, join.en
                    ));
                }
                let after =
                    self.0.city.store().read(move |rd| store::walks::by_name(rd, &name))?.map(|w| w.ops);
                let rows = walk.rows.len() as u64;
                match before {
                    None => answer.accepted += rows,
                    Some(_) if before == after => answer.duplicates += rows,
                    Some(_) => answer.changed += rows,
                }
                cases += sent.cases;
                if !sent.lacks.is_empty() {
                    open += 1;
                    let join = joined(&sent.lacks);
                    read.told.note(format!(
                        "第 {row} 行的走访还不计入：{} / the walk of row {row} does not count yet: {}",
                        join.zh, join.en
                    ));
                }
            }
            done += chunk.iter().map(|w| w.rows.len() as u64).sum::<u64>();
            progress(done)?;
        }
        answer.also.push(("走访".to_owned(), "walks".to_owned(), walks.len() as u64));
        if open > 0 {
            answer.also.push(("还不计入的走访".to_owned(), "walks that do not count yet".to_owned(), open));
        }
        if cases > 0 {
            answer.also.push(("立件".to_owned(), "cases opened".to_owned(), cases));
        }
        answer.rejected = read.refused.len() as u64;
        let (mut told, aside) = read.end();
        format.clone_into(&mut told.format);
        answer.rows = answer.accepted + answer.changed + answer.duplicates + told.set_aside_count;
        (answer.told, answer.aside) = (vec![told], vec![aside]);
        Ok(answer)
    }
}
