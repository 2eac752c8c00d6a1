//! `bancheng services import FILE`, `bancheng services stats`: services handled elsewhere come in by file, in the field set
//! of STANDARDS 2.1 (docs/service.md); each row is answered; sent twice, nothing changes.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Context as _, Result};
use kernel::{Actor, Date, Moment, Said, US_PER_DAY};
use paper::sheet::{Limits, read_sheets};
use serde::Serialize;
use serde_json::Value;
use service_acts::{PUSH_MAX, Service, Taken};
use supervise::Record;
use tabular::header::{Fields, Words};
use tabular::records::{self, Door, NOTHING_ASKED};
use tabular::when::{self, BEIJING_S, Reading};

use crate::place::PlaceArgs;

/// 办件 / services
#[derive(clap::Args, Debug)]
pub struct Args {
    #[command(subcommand)]
    act: Act,
}

#[derive(clap::Subcommand, Debug)]
enum Act {
    /// 导入别处办结的办件(JSON、JSON Lines 或任何表格) / take in services handled elsewhere
    Import {
        /// 文件 / the file
        file: PathBuf,
        /// 输出 JSON:每行一条结果,最后一行是汇总 / print JSON: an answer a row, a summary at the end
        #[arg(long)]
        json: bool,
    },
    /// 办件量:按一件事、地区 / handled numbers by theme and region
    Stats {
        /// 从哪一天 / from this day
        #[arg(long)]
        from: Option<Date>,
        /// 到哪一天(含) / to this day, with it
        #[arg(long)]
        to: Option<Date>,
        /// 输出 JSON / print JSON
        #[arg(long)]
        json: bool,
    },
}

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
        ],
        false,
    ),
    ("areaCode", &["areacode", "行政区划代码", "区划代码", "区划"], false),
    ("taskCode", &["taskcode", "事项编码", "实施编码"], false),
    ("taskHandleItem", &["taskhandleitem", "业务办理项编码"], false),
    ("taskName", &["taskname", "事项名称", "事项", "办理事项"], false),
    ("subMatter", &["submatter", "一件事", "一件事主题", "主题", "子项名称"], false),
    ("proDepart", &["prodepart", "受理部门", "受理部门名称"], false),
    ("promiseTime", &["promisetime", "承诺办结时间"], false),
    ("dataSource", &["datasource", "数据来源", "来源系统"], false),
];

#[derive(Serialize)]
struct RowAnswer {
    row: u64,
    #[serde(skip_serializing_if = "String::is_empty")]
    project_no: String,
    result: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<Said>,
}

#[derive(Default, Serialize)]
struct Summary {
    rows: u64,
    added: u64,
    known: u64,
    not_yet: u64,
    refused: u64,
    seconds: f64,
}

/// Runs the command; 1 when a row was refused.
pub fn run(place: &PlaceArgs, args: &Args) -> Result<ExitCode> {
    match &args.act {
        Act::Import { file, json } => import(place, file, *json),
        Act::Stats { from, to, json } => stats(place, *from, *to, *json),
    }
}

/// A row as it was read: its number, and the record or why it is none.
type Read = (u64, Result<Record, Said>);

/// Rows on their way into the store.
struct Intake<'a> {
    service: &'a Service,
    json: bool,
    waiting: Vec<(u64, Record)>,
    summary: Summary,
}

impl Intake<'_> {
    fn take(&mut self, (row, read): Read) -> Result<()> {
        self.summary.rows += 1;
        match read {
            Ok(record) => self.waiting.push((row, record)),
            Err(said) => self.answer(row, "", Taken::Refused("row".to_owned(), said))?,
        }
        if self.waiting.len() >= PUSH_MAX { self.send() } else { Ok(()) }
    }
    fn send(&mut self) -> Result<()> {
        let chunk = std::mem::take(&mut self.waiting);
        if chunk.is_empty() {
            return Ok(());
        }
        let records = chunk.iter().map(|(_, r)| r.clone()).collect();
        let answers = self.service.import_services(Actor::system(), records).wait()?;
        for ((row, r), taken) in chunk.into_iter().zip(answers) {
            self.answer(row, &r.project_no, taken)?;
        }
        Ok(())
    }
    fn answer(&mut self, row: u64, number: &str, taken: Taken) -> Result<()> {
        let (result, field, reason) = match taken {
            Taken::Added => ("added", None, None),
            Taken::Known => ("known", None, None),
            Taken::NotYet => ("not_yet", None, None),
            Taken::Refused(field, said) => ("refused", Some(field), Some(said)),
        };
        *match result {
            "added" => &mut self.summary.added,
            "known" => &mut self.summary.known,
            "not_yet" => &mut self.summary.not_yet,
            _ => &mut self.summary.refused,
        } += 1;
        let mut out = std::io::stdout().lock();
        if self.json {
            let line = RowAnswer { row, project_no: number.to_owned(), result, field, reason };
            writeln!(out, "{}", serde_json::to_string(&line)?)?;
        } else if let (Some(field), Some(said)) = (field, reason) {
            writeln!(out, "第 {row} 行 {number} 未收：{field}：{said}")?;
        }
        Ok(())
    }
}

fn record(value: Value) -> Result<Record, Said> {
    serde_json::from_value(value)
        .map_err(|e| Said::new(format!("读不懂这一行：{e}"), format!("this row cannot be read: {e}")))
}

/// Hands over every row of a file.
fn rows(path: &Path, mut f: impl FnMut(Read) -> Result<()>) -> Result<()> {
    let open = || File::open(path).with_context(|| format!("打不开文件 / cannot open {}", path.display()));
    let first = {
        let mut reader = BufReader::new(open()?);
        let head = reader.fill_buf()?;
        head.iter().copied().find(|b| !b.is_ascii_whitespace() && !matches!(b, 0xef | 0xbb | 0xbf))
    };
    match first {
        None => anyhow::bail!("文件是空的 / the file is empty"),
        Some(b'[') => {
            let text = std::fs::read_to_string(path)?;
            let all: Vec<Value> = serde_json::from_str(text.trim_start_matches('\u{feff}'))
                .context("不是有效的 JSON / not valid JSON")?;
            for (n, value) in (1..).zip(all) {
                f((n, record(value)))?;
            }
        }
        Some(b'{') => {
            for (n, line) in (1..).zip(BufReader::new(open()?).lines()) {
                let line = line?;
                let line = line.trim_start_matches('\u{feff}').trim();
                if line.is_empty() {
                    continue;
                }
                let read = serde_json::from_str::<Value>(line)
                    .map_err(|e| Said::new(format!("不是有效的 JSON：{e}"), format!("not valid JSON: {e}")));
                f((n, read.and_then(record)))?;
            }
        }
        Some(_) => table(path, &mut f)?,
    }
    Ok(())
}

/// The code of a status, also where it is written as a word.
fn status(text: &str) -> String {
    match text.trim() {
        "待受理" => "1".to_owned(),
        "办理中" | "受理" | "已受理" => "2".to_owned(),
        "办结" | "已办结" | "完结" | "已完结" => "3".to_owned(),
        other => other.to_owned(),
    }
}

/// Rows of a table of any format.
fn table(path: &Path, f: &mut impl FnMut(Read) -> Result<()>) -> Result<()> {
    let shown = || path.display().to_string();
    let (_, sheets) = read_sheets(File::open(path)?, &Limits::default()).with_context(shown)?;
    let words = Words(FIELDS);
    let word = |f: usize| FIELDS[f].0.to_owned();
    let door = Door { words: &words, word: &word, fields: FIELDS.len(), asked: &NOTHING_ASKED };
    let Some(mut table) = records::find(&sheets, None, &door) else {
        anyhow::bail!("{}：找不到表头，须有“办件编号”和“受理时间” / no header with these columns", shown());
    };
    let at = |word: &str| FIELDS.iter().position(|f| f.0 == word).unwrap_or(usize::MAX);
    let order = table
        .date_order(at("acceptDate"), None)
        .map_err(|(zh, en)| anyhow::anyhow!("{}：{zh} / {en}", shown()))?;
    for row in table.rows() {
        let get = |word: &str| row.get(at(word)).to_owned();
        let text = get("acceptDate");
        let read = match when::read(&text, BEIJING_S, order) {
            Reading::Time { us, .. } => {
                let stamp = Moment::from_us(us).beijing().to_string().replace('T', " ");
                Ok(stamp.chars().take(19).collect())
            }
            Reading::Blank => Ok(String::new()),
            Reading::Order | Reading::Not => Err(Said::new(
                format!("“{text}”不是时间，应写作 2024-03-05 09:00:00"),
                format!("{text:?} is no time: write 2024-03-05 09:00:00"),
            )),
        };
        let record = read.map(|accept_date| Record {
            accept_date,
            project_no: get("projectNo"),
            pro_status: status(&get("proStatus")),
            dept_code: get("deptCode"),
            area_code: get("areaCode"),
            task_code: get("taskCode"),
            task_handle_item: get("taskHandleItem"),
            task_name: get("taskName"),
            sub_matter: get("subMatter"),
            pro_depart: get("proDepart"),
            promise_time: get("promiseTime"),
            data_source: get("dataSource"),
            ..Record::default()
        });
        f((row.row, record))?;
    }
    Ok(())
}

fn import(place: &PlaceArgs, path: &Path, json: bool) -> Result<ExitCode> {
    let began = Instant::now();
    let app = place.open()?;
    app.people.ensure_ready()?;
    let service = app.services.clone();
    let mut intake = Intake { service: &service, json, waiting: Vec::new(), summary: Summary::default() };
    rows(path, |read| intake.take(read))?;
    intake.send()?;
    let mut summary = intake.summary;
    store::ledger_rows::seal_now(app.city.store(), Some(app.city.vault().seal_key()))?;
    app.city.store().clone().close();
    summary.seconds = began.elapsed().as_secs_f64();
    if json {
        println!("{}", serde_json::to_string(&summary)?);
    } else {
        println!(
            "共 {} 条：新增 {}，已有 {}，未办结 {}，未收 {}；用时 {:.1} 秒",
            summary.rows, summary.added, summary.known, summary.not_yet, summary.refused, summary.seconds
        );
    }
    Ok(if summary.refused == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn stats(place: &PlaceArgs, from: Option<Date>, to: Option<Date>, json: bool) -> Result<ExitCode> {
    let app = place.open()?;
    let now = app.city.store().now();
    let to = to.map_or(now.plus_us(US_PER_DAY), |d| Moment::start_of(d).plus_us(US_PER_DAY));
    let from = from.map_or(Moment::from_us(0), Moment::start_of);
    let mut who = Actor::system();
    who.role = kernel::Role::Coordinator;
    who.region = Some(app.city.office_now().wait()?.settings.city.clone());
    let h = app.services.clone().handled(who, from, to).wait()?;
    app.city.store().clone().close();
    if json {
        println!("{}", serde_json::to_string(&h)?);
        return Ok(ExitCode::SUCCESS);
    }
    println!("合计 {} 件，办结 {}，网上 {}", h.total.handed_in, h.total.decided, h.total.online);
    for l in h.themes.iter().chain(&h.regions) {
        println!("  {}\t{}\t{}\t{}", l.name, l.handed_in, l.decided, l.online);
    }
    println!("零办件：{}", h.none.join("、"));
    println!("十件及以下：{}", h.few.join("、"));
    Ok(ExitCode::SUCCESS)
}
