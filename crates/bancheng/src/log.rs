//! `bancheng log`: event logs at the command line. Answers go to stdout as JSON, messages to stderr.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use eventlog::error::Limits;
use eventlog::{Log, Mapping, Order, Report, XesOptions};

/// 日志:读取、统计、转换、发现流程、核对 / event logs: read, count, convert, discover, check
#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    act: Act,
}

#[derive(clap::Subcommand)]
enum Act {
    /// 统计 / the figures of a log
    Stats {
        #[command(flatten)]
        input: Input,
        /// JSON (默认即 JSON / always JSON; kept for scripts)
        #[arg(long)]
        json: bool,
        /// 列出多少变体 / how many variants to list
        #[arg(long, default_value_t = eventlog::stats::TOP)]
        top: usize,
    },
    /// 转换格式(按扩展名)/ write in another format, by the ending: .xes .xes.gz .csv .csv.gz
    Convert {
        #[command(flatten)]
        input: Input,
        /// 输出文件 / output file
        output: PathBuf,
    },
    /// 发现流程模型 / discover a process tree (inductive miner): prints the tree, or writes .ptml .pnml .bpmn
    Discover {
        #[command(flatten)]
        input: Input,
        /// 噪声阈值 0–1 / noise threshold: 0 fits everything
        #[arg(long, default_value_t = 0.0)]
        noise: f64,
        /// 输出模型 / write the model: .ptml .pnml .bpmn
        #[arg(long)]
        output: Option<PathBuf>,
    },
    /// 核对日志与模型 / exact alignments of a log with a model (.pnml .ptml .bpmn)
    Conformance {
        #[command(flatten)]
        input: Input,
        model: PathBuf,
    },
    /// 画流程图(SVG)/ the map as SVG
    Map {
        #[command(flatten)]
        input: Input,
        output: PathBuf,
        /// 活动比例 / part of the activities, 0–1
        #[arg(long, default_value_t = 1.0)]
        activities: f64,
        /// 路径比例 / part of the paths, 0–1
        #[arg(long, default_value_t = 0.4)]
        paths: f64,
        /// 路径上标什么 / what stands at the paths
        #[arg(long, default_value = "count", value_parser = ["count", "mean", "median", "sum"])]
        measure: String,
    },
    /// 点阵图(SVG)/ the dotted chart as SVG
    Dots {
        #[command(flatten)]
        input: Input,
        output: PathBuf,
        /// 从案件开始算起 / time since the case began
        #[arg(long)]
        relative: bool,
    },
    /// 等待、反复、踢皮球、变化 / lost time, loops, ping-pong, changes
    Signals {
        #[command(flatten)]
        input: Input,
    },
}

#[derive(clap::Args)]
struct Input {
    /// 日志文件 / log file: .xes .xes.gz .csv .csv.gz
    file: PathBuf,
    /// 事件次序:time 按时间(再按文件位置),file 按文件 / order of events
    #[arg(long, default_value = "time", value_parser = ["time", "file"])]
    order: String,
    /// 列对应模板(JSON)/ column mapping of a CSV (JSON); guessed when missing
    #[arg(long)]
    mapping: Option<PathBuf>,
}

/// Runs the command.
pub fn run(args: Args) -> anyhow::Result<()> {
    match args.act {
        Act::Stats { input, json: _, top } => {
            let log = input.read()?;
            print(&eventlog::stats::log_stats_top(&log, log.order(), top))
        }
        Act::Convert { input, output } => write(&input.read()?, &output),
        Act::Discover { input, noise, output } => {
            let tree = eventlog::inductive_miner(&input.read()?, noise)?;
            match output {
                Some(path) => Ok(std::fs::write(&path, model_text(&tree, &path)?)?),
                None => print(&serde_json::json!({ "process_tree": tree.to_string() })),
            }
        }
        Act::Conformance { input, model } => {
            let net = read_net(&model)?;
            print(&eventlog::conformance(&input.read()?, &net, Default::default())?)
        }
        Act::Map { input, output, activities, paths, measure } => {
            let measure = serde_json::from_value(measure.into())?;
            let options = eventlog::MapOptions { activities, paths, measure, ..Default::default() };
            let map = eventlog::Map::of(&input.read()?, &options, None);
            Ok(std::fs::write(output, map.svg(&options))?)
        }
        Act::Dots { input, output, relative } => {
            let options = eventlog::draw::DottedOptions { relative, ..Default::default() };
            Ok(std::fs::write(output, eventlog::draw::dotted_chart(&input.read()?, &options))?)
        }
        Act::Signals { input } => {
            use eventlog::signals::{drift, loops, lost_time, ping_pong};
            let log = input.read()?;
            let window = (log.case_count() / 10).clamp(50, 2000);
            print(&serde_json::json!({
                "lost_time": lost_time(&log, None),
                "loops": loops(&log, 5, None),
                "ping_pong": ping_pong(&log, None),
                "drift": drift(&log, window),
            }))
        }
    }
}

fn ending(path: &Path) -> String {
    path.extension().map(|e| e.to_string_lossy().to_lowercase()).unwrap_or_default()
}

fn model_text(tree: &eventlog::Tree, path: &Path) -> anyhow::Result<String> {
    Ok(match ending(path).as_str() {
        "ptml" => eventlog::model::write_ptml(tree),
        "pnml" => eventlog::model::write_pnml(&eventlog::Net::of_tree(tree)),
        "bpmn" => eventlog::bpmn::write_bpmn(&eventlog::bpmn::of_tree(tree, "流程")),
        _ => bail!("不认识的扩展名,请用 .ptml .pnml .bpmn / unknown ending, use .ptml .pnml .bpmn"),
    })
}

fn read_net(path: &Path) -> anyhow::Result<eventlog::Net> {
    let file = File::open(path).with_context(|| format!("无法打开 / cannot open {}", path.display()))?;
    let limits = Limits::small();
    Ok(match ending(path).as_str() {
        "pnml" => eventlog::model::read_pnml(file, limits)?,
        "ptml" => eventlog::Net::of_tree(&eventlog::model::read_ptml(file, limits)?),
        "bpmn" => eventlog::bpmn::to_net(&eventlog::bpmn::read_bpmn(file, limits)?)?,
        _ => bail!("不认识的扩展名,请用 .pnml .ptml .bpmn / unknown ending, use .pnml .ptml .bpmn"),
    })
}

/// Reads a log by its ending, columns guessed, events by time.
pub fn read(file: &Path) -> anyhow::Result<Log> {
    Input { file: file.to_owned(), order: "time".to_owned(), mapping: None }.read()
}

impl Input {
    fn order(&self) -> Order {
        if self.order == "file" { Order::File } else { Order::Time }
    }

    fn read(&self) -> anyhow::Result<Log> {
        let shown = self.file.display();
        let file = File::open(&self.file).with_context(|| format!("无法打开 / cannot open {shown}"))?;
        let name = self.file.to_string_lossy().to_lowercase();
        let (log, report) = if name.trim_end_matches(".gz").ends_with(".csv") {
            let mapping: Option<Mapping> = match &self.mapping {
                Some(path) => Some(serde_json::from_reader(File::open(path)?)?),
                None => None,
            };
            let (log, report, used) =
                eventlog::read_csv(file, mapping.as_ref(), Limits::default(), self.order())?;
            if mapping.is_none() {
                let template = serde_json::to_string(&used)?;
                let _ = writeln!(std::io::stderr(), "列对应 / column mapping: {template}");
            }
            (log, report)
        } else {
            let options = XesOptions { order: self.order(), ..XesOptions::default() };
            eventlog::read_xes(file, &options)?
        };
        tell(&report);
        Ok(log)
    }
}

/// Everything that could not be kept as it was, to stderr.
fn tell(report: &Report) {
    let mut err = std::io::stderr().lock();
    for p in &report.problems {
        let (line, byte, count) = (p.line, p.byte, p.count);
        let _ = writeln!(err, "第 {line} 行 / line {line} (byte {byte}), ×{count}: {} {}", p.what, p.said);
    }
    if report.more_problems > 0 {
        let _ = writeln!(err, "另有 {0} 处 / {0} more", report.more_problems);
    }
}

fn print(answer: &impl serde::Serialize) -> anyhow::Result<()> {
    let mut out = BufWriter::new(std::io::stdout().lock());
    serde_json::to_writer_pretty(&mut out, answer)?;
    out.write_all(b"\n")?;
    Ok(out.flush()?)
}

fn write(log: &Log, path: &Path) -> anyhow::Result<()> {
    let name = path.to_string_lossy().to_lowercase();
    let file = BufWriter::new(File::create(path)?);
    let mut out: Box<dyn Write> =
        if name.ends_with(".gz") { Box::new(eventlog::gzip(file)) } else { Box::new(file) };
    match name.trim_end_matches(".gz") {
        n if n.ends_with(".csv") => eventlog::write_csv(log, &mut out)?,
        n if n.ends_with(".xes") => eventlog::write_xes(log, &mut out)?,
        _ => bail!("不认识的扩展名,请用 .xes 或 .csv / unknown ending, use .xes or .csv"),
    }
    Ok(out.flush()?)
}
