//! Log files at the command line: what is read, what is written, what is said about it.

use std::fs::File;
use std::io::{BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use eventlog::error::Limits;
use eventlog::filter::{Filter, apply};
use eventlog::{Log, Mapping, Order, Report};
use optimise::questions::Office;
use optimise_acts::logs::{
    ReadLog, ReadOptions, read_log, read_objects, write_ocel_sqlite, write_parquet, write_sheet,
};
use tabular::{DateOrder, Told};
use workday::{OfficeHours, WorkCalendar};

/// Which log, and which part of it.
#[derive(clap::Args)]
pub struct Input {
    /// 日志文件 / log file: XES, CSV, XLSX, Parquet, OCEL (JSON, XML, SQLite), also .gz; told apart by its content
    pub file: PathBuf,
    /// 事件次序:time 按时间(再按文件位置),file 按文件 / order of events
    #[arg(long, default_value = "time", value_parser = ["time", "file"])]
    order: String,
    /// 列对应模板(JSON)/ column mapping of a table (JSON); guessed when missing
    #[arg(long)]
    mapping: Option<PathBuf>,
    /// 对象日志以哪类对象为件 / of an object-centric log: whose objects are the cases
    #[arg(long)]
    object: Option<String>,
    /// 读哪张工作表;不写则读第一张看得见、有表头的 / which sheet; the first visible one with a header when missing
    #[arg(long, value_name = "NAME")]
    sheet: Option<String>,
    /// 日期次序:dmy 日/月/年,mdy 月/日/年,ymd 年/月/日;不写则看整列 / order of 03/04/2024 or 24-03-04: dmy, mdy or ymd; the column decides when missing
    #[arg(long, value_name = "dmy|mdy|ymd")]
    date_order: Option<DateOrder>,
    /// 筛选(JSON 数组)/ filters, a JSON array, for example '[{"by":"top_variants","top":10}]'
    #[arg(long)]
    filter: Option<String>,
}

/// When the office works.
#[derive(clap::Args)]
pub struct Hours {
    /// 办公时间 / office hours, Beijing time
    #[arg(long, default_value = "09:00-12:00,13:00-17:00")]
    hours: String,
}

impl Hours {
    /// The office that follows the statutory calendar.
    pub fn office(&self) -> anyhow::Result<Office> {
        let hours: OfficeHours = self.hours.parse()?;
        Ok(Office::of(&WorkCalendar::official().with_hours(hours)))
    }
}

impl Input {
    fn order(&self) -> Order {
        if self.order == "file" { Order::File } else { Order::Time }
    }

    /// Reads the log, tells on stderr what could not be kept, and applies the filters.
    pub fn read(&self) -> anyhow::Result<Log> {
        self.read_told().map(|(log, ..)| log)
    }

    /// The same, with how a table was read and what could not be kept as it was.
    pub fn read_told(&self) -> anyhow::Result<(Log, Option<Told>, Report)> {
        let shown = self.file.display();
        if self.file.is_dir() {
            bail!("{shown} 是文件夹，请给出日志文件 / is a folder, name a log file");
        }
        let file = File::open(&self.file).with_context(|| format!("无法打开 / cannot open {shown}"))?;
        let mapping: Option<Mapping> = match &self.mapping {
            Some(path) => {
                let file = File::open(path)
                    .with_context(|| format!("无法打开列对应 / cannot open {}", path.display()))?;
                Some(
                    serde_json::from_reader(file)
                        .context("列对应不是有效的 JSON / the column mapping is no valid JSON")?,
                )
            }
            None => None,
        };
        let guessed = mapping.is_none();
        let options = ReadOptions {
            order: self.order(),
            mapping,
            object_type: self.object.clone(),
            sheet: self.sheet.clone(),
            date_order: self.date_order,
            limits: Limits::default(),
        };
        let read = read_log(file, &options).with_context(|| format!("{shown}"))?;
        tell(&read, guessed);
        let Some(filters) = &self.filter else {
            return Ok((read.log, read.told, read.report));
        };
        let filters: Vec<Filter> = serde_json::from_str(filters)
            .context("筛选不是有效的 JSON 数组 / the filters are no valid JSON array")?;
        let (log, effects) = apply(&read.log, &filters, None);
        for effect in effects {
            say(&format!("筛选 / filter: {} ({})", effect.left, serde_json::to_string(&effect.filter)?));
        }
        Ok((log, read.told, read.report))
    }
}

pub(super) fn say(line: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{line}");
}

/// Everything that could not be kept as it was, and how a table was understood, to stderr.
fn tell(read: &ReadLog, guessed: bool) {
    if let Some(mapping) = read.mapping.as_ref().filter(|_| guessed)
        && let Ok(text) = serde_json::to_string(mapping)
    {
        say(&format!("列对应 / column mapping: {text}"));
    }
    if let Some(told) = &read.told {
        told.lines().iter().for_each(|line| say(line));
        for row in told.set_aside.iter().take(50) {
            say(&format!("第 {} 行未收：{}", row.row, row.reason));
        }
    }
    if let Some((used, _)) = read.object_types.first() {
        let all: Vec<String> = read.object_types.iter().map(|(t, n)| format!("{t} ({n})")).collect();
        say(&format!("以对象为件 / a case for each object of type {used}; --object: {}", all.join(", ")));
    }
    tell_problems(&read.report);
}

fn tell_problems(report: &Report) {
    for p in &report.problems {
        let (line, byte, count) = (p.line, p.byte, p.count);
        let place = match (line, byte) {
            (0, _) => String::new(),
            (_, 0) => format!("第 {line} 行 / line {line}, "),
            _ => format!("第 {line} 行 / line {line} (byte {byte}), "),
        };
        let what = if p.what.is_empty() { String::new() } else { format!("{}: ", p.what) };
        say(&format!("{place}×{count}: {what}{}", p.said));
    }
    if report.more_problems > 0 {
        say(&format!("另有 {0} 处 / {0} more", report.more_problems));
    }
}

/// A reader that went away (`| head`) is no error.
fn quiet(done: std::io::Result<()>) -> anyhow::Result<()> {
    match done {
        Err(e) if e.kind() == ErrorKind::BrokenPipe => Ok(()),
        other => Ok(other?),
    }
}

/// An answer as JSON on stdout.
pub fn print(answer: &impl serde::Serialize) -> anyhow::Result<()> {
    let mut text = serde_json::to_string_pretty(answer)?;
    text.push('\n');
    print_text(&text)
}

/// Text on stdout.
pub fn print_text(text: &str) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    quiet(out.write_all(text.as_bytes()).and_then(|()| out.flush()))
}

/// The ending of a name, in small letters.
pub fn ending(path: &Path) -> String {
    path.extension().map(|e| e.to_string_lossy().to_lowercase()).unwrap_or_default()
}

/// Writes a file; says which one when it cannot.
pub fn save(path: &Path, bytes: impl AsRef<[u8]>) -> anyhow::Result<()> {
    std::fs::write(path, bytes).with_context(|| format!("无法写入 / cannot write {}", path.display()))
}

/// Writes a log in the format of the ending.
pub fn write(log: &Log, path: &Path) -> anyhow::Result<()> {
    let name = path.to_string_lossy().to_lowercase();
    let plain = name.strip_suffix(".gz").unwrap_or(&name);
    let kind = plain.rsplit('.').next().unwrap_or_default();
    if kind == "parquet" {
        return save(path, write_parquet(log)?);
    }
    if !matches!(kind, "csv" | "xes" | "xlsx") {
        bail!(
            "不认识的扩展名，请用 .xes .csv（可加 .gz）、.xlsx .parquet，对象日志还可用 .jsonocel .xmlocel .sqlite / unknown ending, use .xes .csv (also .gz), .xlsx .parquet, for object-centric logs also .jsonocel .xmlocel .sqlite"
        );
    }
    if kind == "xlsx" {
        return save(path, write_sheet(log, "日志")?);
    }
    let file = File::create(path).with_context(|| format!("无法写入 / cannot write {}", path.display()))?;
    let file = BufWriter::new(file);
    let mut out: Box<dyn Write> =
        if name.ends_with(".gz") { Box::new(eventlog::gzip(file)) } else { Box::new(file) };
    if kind == "csv" {
        eventlog::write_csv(log, &mut out)?;
    } else {
        eventlog::write_xes(log, &mut out)?;
    }
    quiet(out.flush())
}

/// Writes an object-centric log in another format of its kind; `false` when the ending names none of them.
pub fn convert_objects(input: &Input, path: &Path) -> anyhow::Result<bool> {
    let kind = ending(path);
    if !matches!(kind.as_str(), "jsonocel" | "xmlocel" | "sqlite") {
        return Ok(false);
    }
    if input.filter.is_some() || input.object.is_some() {
        bail!(
            "对象日志之间的转换不能筛选，请去掉 --filter 和 --object / an object-centric log is written whole: leave out --filter and --object"
        );
    }
    let shown = input.file.display();
    let file = File::open(&input.file).with_context(|| format!("无法打开 / cannot open {shown}"))?;
    let (ocel, report) = read_objects(file, &Limits::default()).with_context(|| format!("{shown}"))?;
    tell_problems(&report);
    match kind.as_str() {
        "jsonocel" => save(path, eventlog::ocel::write_ocel_json(&ocel)?)?,
        "xmlocel" => save(path, eventlog::ocel::write_ocel_xml(&ocel))?,
        _ => save(path, write_ocel_sqlite(&ocel)?)?,
    }
    Ok(true)
}

/// Reads a log by its content, columns guessed, events by time.
pub fn read(file: &Path) -> anyhow::Result<Log> {
    let file = file.to_owned();
    Input {
        file,
        order: "time".to_owned(),
        mapping: None,
        object: None,
        sheet: None,
        date_order: None,
        filter: None,
    }
    .read()
}
