//! 大厅的表 at the desk of imports and at the command line (R12, K7, X4): halls, queues, hours, places, windows, who is posted with
//! their training, leave. A file holds one of them or several, each on a sheet; which one it is, is told by its columns. A cell that is empty
//! changes nothing; a row that is there already is the same row.

mod edit;
mod hours;
mod leave;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Seek as _;

use access::{decide, op};
use city::{Error, Office};
use imports::{Answer, FieldName, Gate, How, Part, Preview, Run, first_rows, no_header, read_tables};
use kernel::{Actor, Moment, Said};
use paper::sheet::Limits;
use tabular::Told;
use tabular::header::{Fields, Words};
use tabular::records::{self, Door, Sheet};
use tabular::told::AsideTable;
use tabular::when::{self, BEIJING_S, Reading};

use crate::Halls;

/// 大厅 at the desk of imports.
#[derive(Clone, Debug)]
pub struct HallTables(pub Halls);

/// What the rows of a table are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Halls,
    Queues,
    Openings,
    Places,
    Windows,
    Posts,
    Leave,
}

/// In the order in which they are taken in: a window stands in a hall, places lie within open hours, a post is at a window.
const KINDS: [Kind; 7] =
    [Kind::Halls, Kind::Queues, Kind::Openings, Kind::Places, Kind::Windows, Kind::Posts, Kind::Leave];

const HALL: &[&str] = &["大厅名称", "大厅", "所在大厅", "政务服务大厅"];
const LOGIN: &[&str] = &["登录名", "账号", "登录账号", "用户名"];

const DAYS: &[&str] = &["日期类型", "适用日期", "开放日", "放号日"];
const WEEKDAYS: &[&str] = &["星期", "周几"];
const EVERY: &[&str] = &["每几周"];
const FIRST: &[&str] = &["生效日期", "开始日期", "起始日期"];
const LAST: &[&str] = &["失效日期", "结束日期", "截止日期"];

impl Kind {
    const fn fields(self) -> &'static Fields<'static> {
        match self {
            Self::Halls => &[
                ("hall", HALL, true),
                ("unit", &["管理单位", "主管单位", "单位名称", "单位"], true),
                ("address", &["地址", "大厅地址", "详细地址"], true),
                ("region", &["行政区划", "区划代码", "区划"], false),
                ("phone", &["电话", "联系电话", "咨询电话", "预约电话"], false),
            ],
            Self::Queues => &[
                ("hall", HALL, true),
                ("letter", &["业务代号", "队列代号", "代号"], true),
                ("queue", &["业务名称", "队列名称", "业务队列"], true),
                ("minutes", &["每人用时", "每人分钟", "平均用时", "用时"], false),
                ("units", &["办理单位", "进驻单位", "入驻单位"], false),
                ("items", &["事项编码", "办理事项", "事项"], false),
                ("all", &["一窗受理", "全部受理"], false),
            ],
            Self::Openings => &[
                ("hall", HALL, true),
                ("days", DAYS, true),
                ("hours", &["开放时间", "服务时间", "办公时间", "营业时间", "上班时间"], true),
                ("kind", &["时段类型", "服务类型", "时间类型"], false),
                ("weekdays", WEEKDAYS, false),
                ("every", EVERY, false),
                ("first", FIRST, false),
                ("last", LAST, false),
            ],
            Self::Places => &[
                ("hall", HALL, true),
                ("letter", &["业务代号", "队列代号", "代号", "业务名称", "业务"], true),
                ("days", DAYS, true),
                ("hours", &["号源时段", "预约时段", "放号时段", "时段"], true),
                ("phone", &["网上号数", "网上预约号数", "网上", "号数"], true),
                ("counter", &["代约号数", "柜台号数", "电话号数"], false),
                ("walk_in", &["现场号数", "现场"], false),
                ("slot", &["每段分钟", "每号分钟", "时段长度"], false),
                ("breaks", &["休息时段", "休息"], false),
                ("lead", &["提前分钟", "最少提前分钟"], false),
                ("horizon", &["可约天数", "预约天数", "提前天数"], false),
                ("weekdays", WEEKDAYS, false),
                ("every", EVERY, false),
                ("first", FIRST, false),
                ("last", LAST, false),
            ],
            Self::Windows => &[
                ("hall", HALL, true),
                ("window", &["窗口号", "窗口编号", "窗口"], true),
                ("queues", &["办理业务", "业务范围", "办理范围"], true),
                ("name", &["窗口名称", "窗口类型"], false),
            ],
            Self::Posts => &[
                ("hall", HALL, true),
                ("window", &["窗口号", "窗口编号", "窗口"], true),
                ("login", LOGIN, true),
                ("part", &["ab岗", "岗别", "岗位"], false),
                ("from", &["上岗日期", "定岗日期", "开始日期", "起始日期"], false),
                ("until", &["离岗日期", "结束日期", "截止日期"], false),
                ("authority", &["授权事项", "授权内容", "授权"], false),
                ("course", &["培训课程", "课程"], false),
                ("passed", &["培训日期", "通过日期", "培训通过日期"], false),
                ("valid", &["培训有效期至", "有效期至", "有效至"], false),
                ("mark", &["培训成绩", "成绩"], false),
            ],
            Self::Leave => &[
                ("login", &["登录名", "账号", "登录账号", "用户名", "姓名", "人员"], true),
                ("kind", &["请假类别", "请假类型", "假别", "类别"], true),
                ("first", &["开始日期", "请假开始", "起始日期", "开始时间"], true),
                ("last", &["结束日期", "请假结束", "截止日期", "结束时间"], true),
                ("hall", HALL, false),
                ("hours", &["时段", "请假时段"], false),
            ],
        }
    }
    /// Fields that are days.
    const fn days(self) -> &'static [&'static str] {
        match self {
            Self::Posts => &["from", "until", "passed", "valid"],
            Self::Leave | Self::Openings | Self::Places => &["first", "last"],
            _ => &[],
        }
    }
    fn names(self) -> Vec<FieldName> {
        let zh = |f: &(&str, &[&str], bool)| f.1.first().map_or(f.0, |n| *n).to_owned();
        let name =
            |f: &(&str, &[&str], bool)| FieldName { word: f.0.to_owned(), said: (zh(f), f.0.to_owned()) };
        self.fields().iter().map(name).collect()
    }
}

/// One row: what its fields say, days as `2026-03-02`.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    row: u64,
    said: BTreeMap<&'static str, String>,
}

impl Line {
    fn get(&self, field: &str) -> &str {
        self.said.get(field).map_or("", String::as_str)
    }
}

/// What becomes of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Became {
    Added,
    Changed,
    Same,
    Refused(Said),
}

/// One table of a file.
struct Table {
    kind: Kind,
    told: Told,
    header: Vec<String>,
    lines: Vec<Line>,
    cells: BTreeMap<u64, Vec<String>>,
    refused: Vec<(u64, String)>,
}

impl Table {
    fn refuse(&mut self, row: u64, said: &Said) {
        self.refused.push((row, said.to_string()));
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

fn limits() -> Limits {
    Limits { rows: 20_000, ..Limits::default() }
}

fn no_table() -> Said {
    Said::new(
        "找不到表头。可以导入七种表：大厅（大厅名称、管理单位、地址）、业务（大厅、业务代号、业务名称）、开放时间（大厅、日期类型、开放时间）、\
         号源（大厅、业务代号、日期类型、号源时段、网上号数）、窗口（大厅、窗口号、办理业务）、定岗培训（大厅、窗口号、登录名）、请假（登录名、请假类别、开始日期、结束日期）",
        "no header: a table of halls (大厅名称、管理单位、地址), queues (大厅、业务代号、业务名称), hours (大厅、日期类型、开放时间), places (大厅、业务代号、日期类型、号源时段、网上号数), windows \
         (大厅、窗口号、办理业务), posts \
         and training (大厅、窗口号、登录名) or leave (登录名、请假类别、开始日期、结束日期)",
    )
}

fn table(kind: Kind, sheets: &[Sheet], how: &How) -> Result<Option<Table>, Said> {
    let fields = kind.fields();
    let words = Words(fields);
    let word = |f: usize| fields[f].0.to_owned();
    let door = Door { words: &words, word: &word, fields: fields.len(), asked: &how.asked };
    let Some(mut found) = records::find(sheets, how.asked.sheet.as_deref(), &door) else { return Ok(None) };
    let at = |word: &str| fields.iter().position(|f| f.0 == word).unwrap_or(usize::MAX);
    let mut orders = BTreeMap::new();
    for day in kind.days() {
        let order = found.date_order(at(day), how.asked.date_order);
        orders.insert(*day, order.map_err(|(zh, en)| Said::new(zh, en))?);
    }
    let mut out = Table {
        kind,
        told: Told::default(),
        header: found.names().to_vec(),
        lines: Vec::new(),
        cells: BTreeMap::new(),
        refused: Vec::new(),
    };
    for r in found.rows() {
        out.cells.insert(r.row, r.cells.to_vec());
        let mut said: BTreeMap<&'static str, String> =
            fields.iter().enumerate().map(|(f, x)| (x.0, r.get(f).to_owned())).collect();
        let mut wrong = None;
        for (day, order) in &orders {
            let text = said.get_mut(day).map(std::mem::take).unwrap_or_default();
            match when::read(&text, BEIJING_S, *order) {
                Reading::Time { us, .. } => {
                    said.insert(day, Moment::from_us(us).date().to_string());
                }
                Reading::Blank => {}
                Reading::Order | Reading::Not => wrong = wrong.or(Some(text)),
            }
        }
        match wrong {
            Some(text) => out.refused.push((
                r.row,
                format!("“{text}”不是日期，写作 2026-03-05 / {text:?} is no day: write 2026-03-05"),
            )),
            None => out.lines.push(Line { row: r.row, said }),
        }
    }
    out.told = found.told;
    Ok(Some(out))
}

/// The tables of a file, at most one for each kind, and each sheet read as what most of its columns say.
fn tables(file: File, how: &How) -> Result<Result<Vec<Table>, Said>, Error> {
    let (format, sheets) = read_tables(file, &limits())?;
    let mut all: Vec<Table> = Vec::new();
    for kind in KINDS {
        let mut new = match table(kind, &sheets, how) {
            Ok(Some(new)) => new,
            Ok(None) => continue,
            Err(why) => return Ok(Err(why)),
        };
        format.clone_into(&mut new.told.format);
        let used = |t: &Table| t.told.columns_used.len();
        match all.iter().position(|t| t.told.sheet == new.told.sheet) {
            Some(at) if used(&all[at]) >= used(&new) => {}
            Some(at) => all[at] = new,
            None => all.push(new),
        }
    }
    Ok(if all.is_empty() { Err(no_table()) } else { Ok(all) })
}

impl Gate for HallTables {
    fn word(&self) -> &'static str {
        "halls"
    }
    fn said(&self) -> (&'static str, &'static str) {
        (
            "大厅（窗口、开放时间、号源、定岗培训、请假）",
            "Halls: windows, hours, places, posts and training, leave",
        )
    }
    fn may(&self, actor: &Actor, office: &Office) -> Result<(), Error> {
        // Each row is decided about its own hall; this is for who keeps none at all.
        let home = city::reach::home(actor, office);
        let of = access::Hall { unit: actor.unit.unwrap_or(kernel::UnitId(0)), posted: None, region: &home };
        decide(actor, op::WriteHall, of)?;
        Ok(())
    }
    fn look(&self, actor: &Actor, file: File, how: &How) -> Result<Preview, Error> {
        let mut again = file.try_clone().map_err(Error::bug)?;
        let all = match tables(file, how)? {
            Ok(all) => all,
            Err(why) => {
                again.rewind().map_err(Error::bug)?;
                let (sheet, rows) = first_rows(again, how.asked.sheet.as_deref())?;
                let mut names: Vec<FieldName> = Vec::new();
                for name in KINDS.iter().flat_map(|k| k.names()) {
                    if names.iter().all(|n| n.word != name.word) {
                        names.push(name);
                    }
                }
                return Ok(no_header(&sheet, &rows, names, why));
            }
        };
        let (mut good, mut parts) = (0, Vec::new());
        let several = all.len() > 1;
        for mut t in all {
            let lines = std::mem::take(&mut t.lines);
            let kind = t.kind;
            // What stands on another sheet of the same file is not there yet when this one is looked at.
            let judged = match several && kind != Kind::Halls {
                true => vec![Became::Added; lines.len()],
                false => self.0.put_rows(actor.clone(), kind, lines.clone(), true).wait()?,
            };
            for (line, became) in lines.iter().zip(judged) {
                match became {
                    Became::Refused(said) => t.refuse(line.row, &said),
                    _ => good += 1,
                }
            }
            parts.push(Part { told: t.end().0, fields: kind.names() });
        }
        let rows = good + parts.iter().map(|p| p.told.set_aside_count).sum::<u64>();
        Ok(Preview { parts, rows, good, ..Preview::default() })
    }
    fn take_in(&self, run: Run<'_>) -> Result<Answer, Error> {
        let Run { actor, file, how, progress, .. } = run;
        let all = tables(file, how)?.map_err(|said| Error::Invalid { field: "file".to_owned(), said })?;
        let (mut answer, mut done) = (Answer::default(), 0);
        for mut t in all {
            let lines = std::mem::take(&mut t.lines);
            let became = self.0.put_rows(actor.clone(), t.kind, lines.clone(), false).wait()?;
            for (line, became) in lines.iter().zip(became) {
                match became {
                    Became::Added => answer.accepted += 1,
                    Became::Changed => answer.changed += 1,
                    Became::Same => answer.duplicates += 1,
                    Became::Refused(said) => t.refuse(line.row, &said),
                }
            }
            done += lines.len() as u64;
            progress(done)?;
            let (told, aside) = t.end();
            answer.rejected += aside.rows.len() as u64;
            answer.rows += told.set_aside_count;
            answer.told.push(told);
            answer.aside.push(aside);
        }
        answer.rows += answer.accepted + answer.changed + answer.duplicates;
        answer.seen_at = Some("/desk/halls".to_owned());
        Ok(answer)
    }
}
