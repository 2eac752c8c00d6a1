//! `bancheng log`: event logs at the command line. Answers go to stdout, messages to stderr.

mod ahead;
mod files;
mod learn;
mod waits;

pub use files::read;

use std::fs::File;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use eventlog::error::Limits;
use optimise::questions::{Answer, AskOptions, Question, ask, ask_all};

use files::{Hours, Input, convert_objects, ending, print, print_text, save, write};

/// 日志:读取、统计、转换、发现流程、核对、提问 / event logs: read, count, convert, discover, check, ask
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
        /// 另按法定工作日历计 / also in working days of the statutory calendar
        #[arg(long)]
        working: bool,
        #[command(flatten)]
        hours: Hours,
    },
    /// 提问:堵点 断点 反复 踢皮球 体外循环 超时 … / ask: bottlenecks, breaks, rework, ping-pong …
    Ask(Box<AskArgs>),
    /// 转换格式(按扩展名)/ write in another format, by the ending: .xes .csv (also .gz) .xlsx .parquet; objects: .jsonocel .xmlocel .sqlite
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
        /// 最多算几秒,算不完的计为未知 / seconds at most; what is not answered by then is unknown
        #[arg(long, default_value_t = 20)]
        seconds: u64,
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
        /// 时间按法定工作日历 / times in working time of the statutory calendar
        #[arg(long)]
        working: bool,
        /// English labels / 英文标签
        #[arg(long)]
        english: bool,
        #[command(flatten)]
        hours: Hours,
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
    /// 变体 / variants, with cases and durations
    Variants {
        #[command(flatten)]
        input: Input,
        /// 列出多少 / how many
        #[arg(long, default_value_t = 25)]
        top: usize,
    },
    /// 等待及其原因、办理,逐个环节之间 / waiting with all its causes and handling, for every transition (JSON)
    Waits {
        #[command(flatten)]
        input: Input,
        /// 再按经办人分 / also by resource
        #[arg(long)]
        by_resource: bool,
        /// JSON (默认即 JSON / always JSON; kept for scripts)
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        hours: Hours,
    },
    /// 学出仿真并用没有见过的月份核对 / learn a simulation and hold it against months it has not seen
    Reproduce(learn::ReproduceArgs),
    /// 用学得的仿真试一个改动 / try a change with the learned simulation
    WhatIf(Box<learn::WhatIfArgs>),
    /// 逐条核对规则(必须、不得、先于、之后必须…<= 5、由、不同人…)/ rules one by one, a file with a rule a line
    Rules(ahead::RulesArgs),
    /// 没办结的件还要多久、会不会超期 / how long open cases will still take and whether they will be late
    Ahead(ahead::AheadArgs),
    /// 等待、反复、踢皮球、变化(原始数据)/ lost time, loops, ping-pong, changes: raw
    Signals {
        #[command(flatten)]
        input: Input,
        /// 时间按法定工作日历 / in working time of the statutory calendar
        #[arg(long)]
        working: bool,
        #[command(flatten)]
        hours: Hours,
    },
}

#[derive(clap::Args)]
struct AskArgs {
    #[command(flatten)]
    input: Input,
    /// 只问这些 / only these: lost_time stops rework ping_pong off_system overdue idle_presence slow_and_fast drift
    #[arg(long)]
    question: Vec<String>,
    /// JSON 输出 / as JSON
    #[arg(long)]
    json: bool,
    /// 承诺时限(工作日)/ promised limit, working days
    #[arg(long)]
    limit_days: Option<u32>,
    /// 时限所在的列 / attribute that holds the deadline
    #[arg(long)]
    deadline: Option<String>,
    /// 正常结束环节,可多个 / regular last steps
    #[arg(long)]
    end: Vec<String>,
    /// 必经环节,可多个 / steps that must happen
    #[arg(long)]
    must: Vec<String>,
    /// 必须的先后,写作 甲>乙,可多个 / orders that must hold, written A>B
    #[arg(long)]
    before: Vec<String>,
    /// 在岗名单,可多个 / who is present
    #[arg(long)]
    roster: Vec<String>,
    /// 单位所在的列 / attribute that names the unit
    #[arg(long)]
    unit: Option<String>,
    /// 材料或原因所在的列 / attribute that names the material or reason
    #[arg(long)]
    material: Option<String>,
    /// 改革日期,核对成效 / day of a change, to judge whether it helped
    #[arg(long)]
    since: Option<String>,
    /// 截止时间 / until when the log is complete
    #[arg(long)]
    as_of: Option<String>,
    /// 每问最多列几条 / findings listed for one question
    #[arg(long, default_value_t = 10)]
    most: usize,
    #[command(flatten)]
    hours: Hours,
}

/// Runs the command.
pub fn run(args: Args) -> anyhow::Result<()> {
    match args.act {
        Act::Stats { input, json: _, top, working, hours } => stats(&input, top, working.then_some(&hours)),
        Act::Ask(args) => questions(&args),
        Act::Convert { input, output } => {
            if convert_objects(&input, &output)? {
                Ok(())
            } else {
                write(&input.read()?, &output)
            }
        }
        Act::Discover { input, noise, output } => {
            if !(0.0..=1.0).contains(&noise) {
                bail!("噪声阈值应在 0 到 1 之间 / the noise threshold lies between 0 and 1");
            }
            let tree = eventlog::inductive_miner(&steps(&input.read()?), noise)?;
            match output {
                Some(path) => save(&path, model_text(&tree, &path)?),
                None => print(&serde_json::json!({ "process_tree": tree.to_string() })),
            }
        }
        Act::Conformance { input, model, seconds } => {
            let shown = || model.display().to_string();
            let net = read_net(&model).with_context(shown)?;
            let log = input.read()?;
            let began = std::time::Instant::now();
            let over = || began.elapsed().as_secs() >= seconds;
            let found = eventlog::conformance_until(&steps(&log), &net, Default::default(), &over);
            print(&found.with_context(shown)?)
        }
        Act::Map { input, output, activities, paths, measure, working, english, hours } => {
            let office = working.then(|| hours.office()).transpose()?;
            let options = eventlog::MapOptions {
                activities,
                paths,
                measure: serde_json::from_value(measure.into())?,
                day_hours: office.as_ref().map_or(24.0, |o| o.day_hours()),
                english,
                ..Default::default()
            };
            let map = eventlog::Map::of(&steps(&input.read()?), &options, office.as_ref().map(|o| &o.clock));
            save(&output, map.svg(&options))
        }
        Act::Dots { input, output, relative } => {
            let options = eventlog::draw::DottedOptions { relative, ..Default::default() };
            save(&output, eventlog::draw::dotted_chart(&input.read()?, &options))
        }
        Act::Variants { input, top } => print(&eventlog::draw::variant_rows(&steps(&input.read()?), 0, top)),
        Act::Waits { input, by_resource, json: _, hours } => waits::run(&input, &hours, by_resource),
        Act::Reproduce(args) => learn::reproduced(&args),
        Act::WhatIf(args) => learn::what_if(&args),
        Act::Rules(args) => ahead::rules(&args),
        Act::Ahead(args) => ahead::ahead(&args),
        Act::Signals { input, working, hours } => {
            use eventlog::signals::{drift, loops, lost_time, ping_pong};
            let office = working.then(|| hours.office()).transpose()?;
            let clock = office.as_ref().map(|o| &o.clock);
            let log = input.read()?;
            let log = steps(&log);
            let window = (log.case_count() / 10).clamp(50, 2000);
            if log.case_count() > 0 && (0..log.case_count()).all(|c| log.span(c).is_none()) {
                files::say(
                    "日志没有时间：耗时、漂移等看不出来 / the log has no times: lost time and drift cannot be told",
                );
            }
            print(&serde_json::json!({
                "lost_time": lost_time(&log, clock),
                "loops": loops(&log, 5, clock),
                "ping_pong": ping_pong(&log, None),
                "drift": drift(&log, window),
            }))
        }
    }
}

/// The log by steps: the records that one step leaves (start, complete) are no loop.
fn steps(log: &eventlog::Log) -> std::borrow::Cow<'_, eventlog::Log> {
    let (steps, several) = eventlog::lifecycle::steps(log);
    if several {
        files::say("同一环节的开始、完成等记录合为一步 / records of one step (start, complete …) are joined");
    }
    steps
}

fn stats(input: &Input, top: usize, hours: Option<&Hours>) -> anyhow::Result<()> {
    let office = hours.map(Hours::office).transpose()?;
    let (log, told, report) = input.read_told()?;
    let mut answer = serde_json::to_value(eventlog::stats::log_stats_top(&log, log.order(), top))?;
    // How a table was read stands beside the figures.
    if let (Some(serde_json::Value::Object(told)), Some(map)) =
        (told.map(serde_json::to_value).transpose()?, answer.as_object_mut())
    {
        map.extend(told);
    }
    // What could not be kept as it was, whatever the format.
    if let Some(map) = answer.as_object_mut().filter(|_| !report.problems.is_empty()) {
        map.insert("problems".into(), serde_json::to_value(&report.problems)?);
    }
    if let (Some(office), Some(map)) = (office, answer.as_object_mut()) {
        let working = eventlog::stats::working_stats(&log, &office.clock, office.day_us);
        map.insert("working".into(), serde_json::to_value(working)?);
    }
    print(&answer)
}

fn moment(text: Option<&String>) -> anyhow::Result<Option<i64>> {
    let read = |t: &String| {
        let read = eventlog::when::read_time(t.as_bytes(), 8 * 3600).map(|r| r.us);
        read.with_context(|| {
            format!("看不懂的时间“{t}”，请写成 2024-07-01 / {t:?} is no time, write 2024-07-01")
        })
    };
    text.map(read).transpose()
}

fn questions(args: &AskArgs) -> anyhow::Result<()> {
    let wanted = args.question.iter().map(|word| {
        let known = || Question::ALL.map(Question::word).join(" ");
        let read = Question::read(word);
        read.with_context(|| {
            format!("没有问题“{word}”；有 / there is no question {word:?}; there are: {}", known())
        })
    });
    let wanted = wanted.collect::<anyhow::Result<Vec<_>>>()?;
    let orders = args.before.iter().map(|o| {
        let parts = o.split_once('>').map(|(a, b)| (a.trim().to_owned(), b.trim().to_owned()));
        parts.with_context(|| format!("先后应写作 甲>乙 / write an order as A>B: {o}"))
    });
    let options = AskOptions {
        as_of_us: moment(args.as_of.as_ref())?,
        limit_days: args.limit_days,
        deadline: args.deadline.clone(),
        ends: args.end.clone(),
        must: args.must.clone(),
        orders: orders.collect::<anyhow::Result<Vec<_>>>()?,
        roster: args.roster.clone(),
        unit: args.unit.clone(),
        material: args.material.clone(),
        since_us: moment(args.since.as_ref())?,
        most: args.most,
    };
    let office = args.hours.office()?;
    let log = args.input.read()?;
    let answers: Vec<Answer> = if wanted.is_empty() {
        ask_all(&log, &office, &options)
    } else {
        wanted.into_iter().map(|q| ask(&log, q, &office, &options)).collect()
    };
    if args.json { print(&answers) } else { print_text(&words(&answers)) }
}

/// Answers for reading.
fn words(answers: &[Answer]) -> String {
    let mut text = String::new();
    for a in answers {
        text += &format!("■ {}\n  {}\n", a.asked.zh, a.said.zh);
        for (i, found) in a.findings.iter().enumerate() {
            let some = found.cases.iter().take(5).cloned().collect::<Vec<_>>().join(" ");
            let more = if found.case_count > 5 { " …" } else { "" };
            text += &format!("  {}. {}\n", i + 1, found.said.zh);
            for part in &found.parts {
                let some = part.cases.iter().take(5).cloned().collect::<Vec<_>>().join(" ");
                text += &format!(
                    "     {}：{:.2} 个工作日（{} 件）{some}\n",
                    part.said.zh, part.days, part.case_count
                );
            }
            text += &format!("     建议：{}\n", found.suggestion.zh);
            if !some.is_empty() {
                text += &format!("     件（{}）：{some}{more}\n", found.case_count);
            }
        }
        if a.more > 0 {
            text += &format!("  另有 {} 条，用 --most 列出。\n", a.more);
        }
        for note in &a.notes {
            text += &format!("  注：{}\n", note.zh);
        }
        text.push('\n');
    }
    text
}

fn model_text(tree: &eventlog::Tree, path: &Path) -> anyhow::Result<String> {
    Ok(match ending(path).as_str() {
        "ptml" => eventlog::model::write_ptml(tree),
        "pnml" => eventlog::model::write_pnml(&eventlog::Net::of_tree(tree)),
        "bpmn" => eventlog::bpmn::write_bpmn(&eventlog::bpmn::of_tree(tree, "流程")),
        _ => bail!("不认识的扩展名，请用 .ptml .pnml .bpmn / unknown ending, use .ptml .pnml .bpmn"),
    })
}

fn read_net(path: &Path) -> anyhow::Result<eventlog::Net> {
    let file = File::open(path).with_context(|| format!("无法打开 / cannot open {}", path.display()))?;
    let limits = Limits::small();
    Ok(match ending(path).as_str() {
        "pnml" => eventlog::model::read_pnml(file, limits)?,
        "ptml" => eventlog::Net::of_tree(&eventlog::model::read_ptml(file, limits)?),
        "bpmn" => eventlog::bpmn::to_net(&eventlog::bpmn::read_bpmn(file, limits)?)?,
        _ => bail!("不认识的扩展名，请用 .pnml .ptml .bpmn / unknown ending, use .pnml .ptml .bpmn"),
    })
}
