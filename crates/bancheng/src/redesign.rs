//! `bancheng redesign MODEL.json [--json]`: the shortest lawful plan of a process, with its proof (O1–O3, O7).
#![expect(clippy::print_stdout, reason = "a command talks to the person who called it")]

use std::io::Read as _;
use std::path::PathBuf;

use anyhow::Context as _;

/// 由现行流程算出最短的合法流程,并说明理由 / the shortest lawful plan of a process, with its reasons
#[derive(clap::Args, Debug)]
pub struct Args {
    /// 流程模型(docs/redesign-model.md),- 为标准输入;加 --mine 时为日志 / the model; - reads standard input; a log with --mine
    pub model: PathBuf,
    /// 输出 JSON / print JSON
    #[arg(long)]
    pub json: bool,
    /// 另存甘特图和五减对比图(SVG)到此目录 / also write the charts as SVG into this directory
    #[arg(long, value_name = "DIR")]
    pub charts: Option<PathBuf>,
    /// 对照日志:取消的先后在多少真实办件里本来就不这样 / a log: in how many real cases a removed order was already otherwise
    #[arg(long, value_name = "LOG", conflicts_with = "mine")]
    pub log: Option<PathBuf>,
    /// 由日志生成流程模型(JSON),依据不明的先后全部标出 / make a model from a log; orders are of unknown ground
    #[arg(long)]
    pub mine: bool,
}

/// Longest model file that is read, bytes.
const MOST: u64 = 16 << 20;

/// Reads a text file, or standard input for `-`.
pub fn text_of(path: &std::path::Path) -> anyhow::Result<String> {
    let mut text = String::new();
    let read = if path.as_os_str() == "-" {
        std::io::stdin().lock().take(MOST + 1).read_to_string(&mut text)
    } else {
        let file = std::fs::File::open(path)
            .with_context(|| format!("打不开 {0} / cannot open {0}", path.display()))?;
        file.take(MOST + 1).read_to_string(&mut text)
    };
    read.with_context(|| format!("{0} 不是 UTF-8 文本 / {0} is not UTF-8 text", path.display()))?;
    Ok(text)
}

/// The words of the picture of the plan.
const LANES: optimise::LaneWords<'static> = optimise::LaneWords {
    title: "《{name}》现行与再造后的办理计划",
    today: "现行",
    plan: "再造后",
    days: "个工作日",
    longest: "最长路径：晚一天，整件晚一天",
    more: "另有 {n} 个环节未画",
};

/// Prints the model mined from a log; what is unknown goes to standard error.
fn mine(log: &std::path::Path) -> anyhow::Result<()> {
    let name = log.file_stem().and_then(|s| s.to_str()).unwrap_or("流程");
    let mined = optimise::mined::from_log(name, &crate::log::read(log)?, 1)?;
    for w in &mined.model.warnings {
        eprintln!("{w}");
    }
    for f in &mined.fits {
        match &f.fit {
            Some(fit) => eprintln!("{}:{}", f.step, fit.reading),
            None => eprintln!("{}：用时未知 / duration unknown", f.step),
        }
    }
    println!("{}", mined.model.to_json());
    Ok(())
}

/// Runs the command.
#[expect(clippy::needless_pass_by_value, reason = "every command is called with its arguments")]
pub fn run(args: Args) -> anyhow::Result<()> {
    if args.mine {
        return mine(&args.model);
    }
    let model = optimise::Model::from_json(&text_of(&args.model)?)?;
    let mut redesign = optimise::redesign(&model)?;
    if let Some(log) = &args.log {
        let log = crate::log::read(log)?;
        let cases = optimise::mined::cases_of(&eventlog::lifecycle::steps(&log).0);
        redesign.observe(&model, cases.iter().map(Vec::as_slice));
    }
    for w in &redesign.warnings {
        eprintln!("{w}");
    }
    if let Some(dir) = &args.charts {
        std::fs::create_dir_all(dir)?;
        for (name, svg) in [
            ("gantt.svg", redesign.gantt_svg()),
            ("plan.svg", redesign.lanes_svg(&LANES)),
            ("reductions.svg", redesign.reductions_svg()),
        ] {
            let file = dir.join(name);
            std::fs::write(&file, svg)
                .with_context(|| format!("写不了 {0} / cannot write {0}", file.display()))?;
        }
    }
    if args.json {
        println!("{}", serde_json::to_string_pretty(&redesign)?);
    } else {
        println!("{}", redesign.text(&model));
    }
    Ok(())
}
