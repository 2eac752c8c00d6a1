//! `bancheng simulate MODEL.json --cases N --seed S [--json]`: cycle time, waiting and utilisation with
//! intervals; of a redesign model today and redesigned on the same random numbers (O6), or of a BPMN process
//! with the parameters of the reference tool.
#![expect(clippy::print_stdout, reason = "a command talks to the person who called it")]

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use optimise::{Model, Options};

use crate::redesign::text_of;

/// 仿真:办结时间、等待、忙碌程度及其区间 / simulate a process: cycle time, waiting, utilisation with intervals
#[derive(clap::Args, Debug)]
pub struct Args {
    /// 流程模型,或仿真参数 JSON / a redesign model, or the JSON parameters of a BPMN process
    pub model: PathBuf,
    /// 参数 JSON 所属的 BPMN;不写则找同名文件 / the BPMN the parameters belong to; else the file of the same name
    #[arg(long, value_name = "FILE")]
    pub bpmn: Option<PathBuf>,
    /// 每次重复的件数 / cases in each replication
    #[arg(long, default_value_t = 1000)]
    pub cases: u64,
    /// 随机种子 / seed
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// 重复次数 / replications
    #[arg(long, value_parser = clap::value_parser!(u32).range(2..=1000))]
    pub replications: Option<u32>,
    /// 不去除起始阶段 / keep the warm-up
    #[arg(long)]
    pub keep_warm_up: bool,
    /// 先与真实日志核对:不能再现历史就不预测 / hold it against a real log first; no prediction when it does not reproduce it
    #[arg(long, value_name = "LOG")]
    pub log: Option<PathBuf>,
    /// 输出 JSON / print JSON
    #[arg(long)]
    pub json: bool,
}

/// Runs the command.
#[expect(clippy::needless_pass_by_value, reason = "every command is called with its arguments")]
pub fn run(args: Args) -> anyhow::Result<()> {
    let text = text_of(&args.model)?;
    let mut options = Options::new(args.cases, args.seed);
    options.replications = args.replications.unwrap_or(options.replications);
    options.settle = !args.keep_warm_up;
    if args.bpmn.is_some() || is_parameters(&text) {
        let bpmn = args.bpmn.clone().map_or_else(|| beside(&args.model), Ok)?;
        let files = || format!("{}（{}）", args.model.display(), bpmn.display());
        let scenario = optimise::read_scenario(&text_of(&bpmn)?, &text).with_context(files)?;
        let report = optimise::simulate_scenario(&scenario, options)?;
        return show(&report, args.json, || report.text());
    }
    let model = Model::from_json(&text)?;
    if let Some(log) = &args.log {
        let log = crate::log::read(log)?;
        let cases = optimise::mined::cases_of(&eventlog::lifecycle::steps(&log).0);
        let hours: Vec<f64> = cases.iter().filter_map(|c| hours_of(c)).collect();
        let found = optimise::mined::validate(&model, &hours, options)?;
        if !found.holds {
            return show(&serde_json::json!({ "validation": found }), args.json, || {
                found.reading.to_string()
            });
        }
        let both = optimise::compare(&model, options)?;
        let mut answer = serde_json::to_value(&both)?;
        answer["validation"] = serde_json::to_value(&found)?;
        return show(&answer, args.json, || format!("{}\n\n{}", found.reading, both.text()));
    }
    let both = optimise::compare(&model, options)?;
    show(&both, args.json, || both.text())
}

/// Hours from the first event of a case to its last.
fn hours_of(case: &[optimise::Ran]) -> Option<f64> {
    let first = case.iter().map(|r| r.start).min()?;
    let last = case.iter().map(|r| r.end).max()?;
    Some((last - first) as f64 / 3.6e9)
}

fn show(answer: &impl serde::Serialize, json: bool, text: impl Fn() -> String) -> anyhow::Result<()> {
    if json {
        println!("{}", serde_json::to_string_pretty(answer)?);
    } else {
        println!("{}", text());
    }
    Ok(())
}

fn is_parameters(text: &str) -> bool {
    serde_json::from_str::<serde_json::Value>(text)
        .is_ok_and(|v| v.get("task_resource_distribution").is_some() || v.get("resource_profiles").is_some())
}

/// `X.bpmn` beside `X.json`, also when the parameters are called `X_logs.json` or `X_….json`.
fn beside(model: &Path) -> anyhow::Result<PathBuf> {
    let stem = model.file_stem().and_then(|s| s.to_str()).unwrap_or_default();
    let folder = model.parent().unwrap_or_else(|| Path::new("."));
    let mut names = vec![stem.to_owned(), stem.trim_end_matches("_logs").to_owned()];
    if let Ok(entries) = std::fs::read_dir(folder) {
        let first = stem.split('_').next().unwrap_or(stem);
        let others = entries.flatten().filter_map(|e| e.path().file_stem()?.to_str().map(str::to_owned));
        names.extend(others.filter(|n| !first.is_empty() && n.starts_with(&format!("{first}_"))));
    }
    let files = names.into_iter().map(|n| folder.join(format!("{n}.bpmn")));
    files.into_iter().find(|f| f.is_file()).with_context(|| {
        "找不到参数所属的 BPMN，请用 --bpmn 指明 / the BPMN of these parameters was not found: name it with --bpmn"
    })
}
