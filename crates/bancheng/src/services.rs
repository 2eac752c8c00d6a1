//! `bancheng services import FILE`, `bancheng services stats`: services handled elsewhere come in by file, in the field set
//! of STANDARDS 2.1 (docs/service.md); each row is answered; sent twice, nothing changes.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Context as _, Result};
use kernel::{Actor, Date, Moment, Said, US_PER_DAY};
use paper::sheet::{Book, Limits};
use serde::Serialize;
use serde_json::{Map, Value};
use service_acts::{PUSH_MAX, Service, Taken};
use supervise::Record;

use crate::place::PlaceArgs;

/// 办件 / services
#[derive(clap::Args, Debug)]
pub struct Args {
    #[command(subcommand)]
    act: Act,
}

#[derive(clap::Subcommand, Debug)]
enum Act {
    /// 导入别处办结的办件(JSON、JSON Lines、CSV、XLSX) / take in services handled elsewhere
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

/// Chinese heads of columns for the fields of the interface.
const HEADS: &[(&str, &str)] = &[
    ("行政区划代码", "areaCode"),
    ("区划代码", "areaCode"),
    ("行政区划名称", "areaName"),
    ("部门统一社会信用代码", "deptCode"),
    ("部门编码", "deptCode"),
    ("事项编码", "taskCode"),
    ("实施编码", "taskCode"),
    ("业务办理项编码", "taskHandleItem"),
    ("事项名称", "taskName"),
    ("一件事", "subMatter"),
    ("子项名称", "subMatter"),
    ("办件编号", "projectNo"),
    ("办件状态", "proStatus"),
    ("受理部门编码", "proDepartCode"),
    ("受理部门名称", "proDepart"),
    ("受理部门", "proDepart"),
    ("受理时间", "acceptDate"),
    ("承诺办结时间", "promiseTime"),
    ("数据来源", "dataSource"),
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
        Some(_) => {
            let mut book = Book::open(open()?, Limits::default())?;
            let mut heads: Option<Vec<String>> = None;
            for row in book.rows()? {
                let row = row?;
                let cells: Vec<String> = row.cells.iter().map(|c| c.text().into_owned()).collect();
                let Some(heads) = &heads else {
                    heads = Some(heads_of(&cells)?);
                    continue;
                };
                let pairs = heads.iter().zip(&cells).filter(|(h, _)| !h.is_empty());
                let map: Map<String, Value> =
                    pairs.map(|(h, c)| (h.clone(), Value::String(c.clone()))).collect();
                f((row.number, record(Value::Object(map))))?;
            }
        }
    }
    Ok(())
}

/// What each column means: the name of the interface, or its Chinese name. Others are not read.
fn heads_of(cells: &[String]) -> Result<Vec<String>> {
    let known = serde_json::to_value(Record::default())?;
    let one = |c: &String| {
        let c = c.trim();
        let zh = HEADS.iter().find(|(zh, _)| *zh == c).map(|(_, field)| *field);
        zh.or_else(|| known.get(c).map(|_| c)).unwrap_or_default().to_owned()
    };
    let heads: Vec<String> = cells.iter().map(one).collect();
    anyhow::ensure!(
        heads.iter().any(|h| h == "projectNo"),
        "第一行应为列名，须有“办件编号”或 projectNo / the first row names the columns; projectNo is needed"
    );
    Ok(heads)
}

fn import(place: &PlaceArgs, path: &Path, json: bool) -> Result<ExitCode> {
    let began = Instant::now();
    let app = place.open()?;
    app.ensure_ready()?;
    let service = Service::over(&app);
    let mut intake = Intake { service: &service, json, waiting: Vec::new(), summary: Summary::default() };
    rows(path, |read| intake.take(read))?;
    intake.send()?;
    let mut summary = intake.summary;
    store::ledger_rows::seal_now(app.store(), Some(app.vault().seal_key()))?;
    app.store().clone().close();
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
    let now = app.store().now();
    let to = to.map_or(now.plus_us(US_PER_DAY), |d| Moment::start_of(d).plus_us(US_PER_DAY));
    let from = from.map_or(Moment::from_us(0), Moment::start_of);
    let mut who = Actor::system();
    who.role = kernel::Role::Coordinator;
    who.region = Some(app.office_now().wait()?.settings.city.clone());
    let h = Service::over(&app).handled(who, from, to).wait()?;
    app.store().clone().close();
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
