//! 工单表: orders of a hotline without an interface, of a table, at the desk of imports. A row is a message as any other: once under
//! its number and its words, and aside where a word is not known.

use std::fs::File;

use access::{City, decide, op};
use city::{Door as _, Error, Office};
use imports::{
    Answer, FieldName, Gate, How, Part, Preview, Question, Run, first_rows, no_header, read_tables,
};
use kernel::{Actor, Said};
use paper::sheet::Limits;
use serde_json::{Map, Value};
use store::hotline::{self as rows, HotlineRow};
use tabular::Told;
use tabular::header::{Fields, Words};
use tabular::records::{self, Asked, Door, Sheet};
use tabular::told::AsideTable;

use crate::inbox::{Brought, digest};
use crate::words::Field;
use crate::{Hotlines, Shape};

/// The columns of a table of orders, by the names that hotlines give them.
const FIELDS: &Fields<'_> = &[
    ("number", &["number", "工单编号", "工单号", "受理编号", "诉求编号", "流水号", "编号"], true),
    (
        "words",
        &["words", "诉求内容", "反映内容", "来电内容", "工单内容", "问题描述", "内容", "主要内容"],
        true,
    ),
    ("title", &["title", "标题", "工单标题", "诉求标题", "事由"], false),
    ("kind", &["kind", "诉求类型", "工单类型", "诉求类别", "类型", "类别"], false),
    ("unit", &["unit", "承办单位", "主办单位", "承办部门", "责任单位", "办理单位"], false),
    ("region", &["region", "区划代码", "行政区划", "所属区域", "区域", "区县"], false),
    ("place", &["place", "事发地址", "事发地点", "诉求地址", "地点"], false),
    ("name", &["name", "来电人", "诉求人", "反映人", "姓名", "联系人"], false),
    ("phone", &["phone", "联系电话", "来电号码", "电话", "手机号", "联系方式"], false),
    ("address", &["address", "联系地址", "住址"], false),
    ("hide", &["hide", "是否保密", "保密", "信息保密"], false),
    ("came", &["came", "来电时间", "受理时间", "登记时间", "诉求时间"], false),
    ("dispatched", &["dispatched", "派单时间", "转办时间", "下派时间", "派发时间"], false),
    ("take_by", &["take_by", "签收时限", "接单时限", "签收截止时间"], false),
    ("due", &["due", "办结时限", "办理时限", "截止时间", "要求办结时间", "到期时间"], false),
    ("event", &["event", "消息类型"], false),
    ("solved", &["solved", "解决情况", "是否解决"], false),
    ("satisfied", &["satisfied", "满意度", "满意情况", "满意程度"], false),
    ("again", &["again", "是否重办", "重新办理"], false),
    ("reason", &["reason", "理由", "撤单理由"], false),
    ("call", &["call", "来电编号", "话单编号"], false),
];

/// 热线工单 at the desk of imports.
#[derive(Clone, Debug)]
pub struct OrderTables(pub Hotlines);

/// Rows of one transaction.
const CHUNK: usize = 100;

struct Table {
    told: Told,
    header: Vec<String>,
    /// row, cells, message
    good: Vec<(u64, Vec<String>, Value)>,
}

fn field_names() -> Vec<FieldName> {
    let zh = |w: &str| Field::read(w).map_or_else(|| w.to_owned(), |f| f.zh().to_owned());
    FIELDS.iter().map(|f| FieldName { word: f.0.to_owned(), said: (zh(f.0), f.0.to_owned()) }).collect()
}

fn no_table() -> Said {
    Said::new(
        "找不到表头，须有“工单编号”和“诉求内容”",
        "no header with a number (工单编号) and words (诉求内容)",
    )
}

impl Table {
    fn of(sheets: &[Sheet], asked: &Asked) -> Option<Self> {
        let words = Words(FIELDS);
        let word = |f: usize| FIELDS[f].0.to_owned();
        let door = Door { words: &words, word: &word, fields: FIELDS.len(), asked };
        let mut table = records::find(sheets, asked.sheet.as_deref(), &door)?;
        let header = table.names().to_vec();
        let mut good = Vec::new();
        for row in table.rows() {
            let mut all = Map::new();
            for (at, field) in FIELDS.iter().enumerate() {
                let text = tabular::value::unguarded(row.get(at));
                if !text.is_empty() {
                    all.insert(field.0.to_owned(), Value::from(text.as_ref()));
                }
            }
            good.push((row.row, row.cells.to_vec(), Value::Object(all)));
        }
        Some(Self { told: table.told, header, good })
    }
}

impl OrderTables {
    /// The hotline that is named, or the only one there is.
    fn hotline(&self, how: &How) -> Result<HotlineRow, Error> {
        let named = how.answer("hotline").to_owned();
        let all = self.0.city().store().read(rows::hotlines)?;
        let mut fits =
            all.into_iter().filter(|h| h.active && (named.is_empty() || h.code == named || h.name == named));
        match (fits.next(), fits.next()) {
            (Some(one), None) => Ok(one),
            _ => Err(Error::invalid(
                "file",
                "请写明是哪一条热线的工单（热线代码，如 12345）；还没有设置热线的，请系统管理员先设置",
                "say of which hotline it is, by its code; the administrator sets hotlines first",
            )),
        }
    }
}

impl Gate for OrderTables {
    fn word(&self) -> &'static str {
        "orders"
    }
    fn said(&self) -> (&'static str, &'static str) {
        ("热线工单", "Orders of a hotline")
    }
    fn questions(&self) -> Vec<Question> {
        vec![Question {
            word: "hotline",
            said: ("哪一条热线（代码；只有一条的不必填）", "Of which hotline, where there are several"),
            choices: Vec::new(),
        }]
    }
    fn may(&self, actor: &Actor, office: &Office) -> Result<(), Error> {
        decide(actor, op::TakeOrders, City(&office.settings.city))?;
        Ok(())
    }
    fn brief(&self) -> bool {
        // Names and telephones: what was taken in lies sealed.
        true
    }
    fn look(&self, actor: &Actor, file: File, how: &How) -> Result<Preview, Error> {
        let mut again = file.try_clone().map_err(Error::bug)?;
        let (format, sheets) = read_tables(file, &Limits::default())?;
        let Some(mut table) = Table::of(&sheets, &how.asked) else {
            std::io::Seek::rewind(&mut again).map_err(Error::bug)?;
            let (sheet, first) = first_rows(again, how.asked.sheet.as_deref())?;
            return Ok(no_header(&sheet, &first, field_names(), no_table()));
        };
        format.clone_into(&mut table.told.format);
        let (line, name) = match self.hotline(how) {
            Ok(line) => (Some(line), None),
            Err(Error::Invalid { said, .. }) => (None, Some(said)),
            Err(e) => return Err(e),
        };
        let mut good = 0;
        if let Some(line) = line {
            let (office, meanings) = self.0.city().store().read(|rd| {
                let office = self.0.city().office(rd)?;
                decide(actor, op::TakeOrders, City(&office.settings.city))?;
                Ok::<_, Error>((office, rows::meanings(rd, line.id)?))
            })?;
            let shape = Shape::new(meanings).neutral();
            for (row, _, body) in &table.good {
                match shape.read(&office, body) {
                    Ok(_) => good += 1,
                    Err(u) => table.told.aside(*row, u.said.to_string()),
                }
            }
        }
        let rows = table.good.len() as u64;
        let parts = vec![Part { told: table.told, fields: field_names() }];
        Ok(Preview { parts, rows, good, trouble: name, ..Preview::default() })
    }
    fn take_in(&self, run: Run<'_>) -> Result<Answer, Error> {
        let Run { actor, file, how, progress, .. } = run;
        let (format, sheets) = read_tables(file, &Limits::default())?;
        let table = Table::of(&sheets, &how.asked)
            .ok_or_else(|| Error::Invalid { field: "file".to_owned(), said: no_table() })?;
        let line = self.hotline(how)?;
        let mut told = Told { format: format.to_owned(), ..table.told };
        let mut answer = Answer { rows: table.good.len() as u64, ..Answer::default() };
        let (mut put_aside, mut refused) = (0, Vec::new());
        for chunk in table.good.chunks(CHUNK) {
            let bodies: Vec<String> = chunk.iter().map(|c| c.2.to_string()).collect();
            let became = self.take_rows(actor, &line, bodies)?;
            for ((row, cells, _), (new, why)) in chunk.iter().zip(became) {
                match (new, why.is_empty()) {
                    (true, true) => answer.accepted += 1,
                    (false, true) => answer.duplicates += 1,
                    _ => {
                        put_aside += 1;
                        told.aside(*row, why.clone());
                        refused.push((*row, cells.clone(), why));
                    }
                }
            }
            progress(chunk.last().map_or(0, |c| c.0))?;
        }
        if put_aside > 0 {
            let zh = "已留在“搁置”里，写好对照后再试一次即可，不必重传".to_owned();
            answer.also.push((
                zh,
                "kept aside: say what the word means, then try again".to_owned(),
                put_aside,
            ));
        }
        answer.told = vec![told];
        answer.aside = vec![AsideTable { sheet: "搁置".to_owned(), header: table.header, rows: refused }];
        answer.seen_at = Some("/desk/hotline".to_owned());
        Ok(answer)
    }
}

impl OrderTables {
    /// Whether each row was new, and why it stands aside.
    fn take_rows(
        &self,
        actor: &Actor,
        line: &HotlineRow,
        bodies: Vec<String>,
    ) -> Result<Vec<(bool, String)>, Error> {
        let (own, actor, line) = (self.0.clone(), actor.clone(), line.clone());
        self.0.city().store().write(move |tx| {
            let office = own.city().office(tx)?;
            decide(&actor, op::TakeOrders, City(&office.settings.city))?;
            let mut out = Vec::with_capacity(bodies.len());
            for body in &bodies {
                let key = format!("file/{}", &digest(body)[..40]);
                let new = rows::came(tx, line.id, &key)?.is_none();
                let (_, why) = own.take_in(tx, &office, &line, &key, body, &Brought::default())?;
                out.push((new, why));
            }
            Ok::<_, Error>(out)
        })
    }
}
