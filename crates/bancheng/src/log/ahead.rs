//! `bancheng log rules` and `bancheng log ahead`: the rules of a guide one by one, and how long open cases will still take.

use std::path::PathBuf;

use anyhow::Context as _;
use optimise::declared::{judge, read};
use optimise::remaining::foretell;

use super::files::{Hours, Input, print, print_text};

/// Cases named in a line of text.
const NAMED: usize = 10;

#[derive(clap::Args)]
pub(super) struct RulesArgs {
    #[command(flatten)]
    input: Input,
    /// 规则文件,一行一条 / file with a rule a line
    rules: PathBuf,
    /// JSON 输出 / as JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    hours: Hours,
}

#[derive(clap::Args)]
pub(super) struct AheadArgs {
    #[command(flatten)]
    input: Input,
    /// 承诺时限(工作日)/ limit, working days
    #[arg(long)]
    limit_days: Option<f64>,
    /// 截止时间 / until when the log is complete
    #[arg(long)]
    as_of: Option<String>,
    /// JSON 输出 / as JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    hours: Hours,
}

pub(super) fn rules(args: &RulesArgs) -> anyhow::Result<()> {
    let shown = || args.rules.display().to_string();
    let text = std::fs::read_to_string(&args.rules).with_context(shown)?;
    let rules = read(&text)?;
    let office = args.hours.office()?;
    let log = args.input.read()?;
    let judged = judge(&log, &office, &rules);
    if args.json {
        return print(&judged);
    }
    let mut out = String::new();
    for j in &judged {
        let named: Vec<&str> = j.cases.iter().take(NAMED).map(|&c| log.case_name(c as usize)).collect();
        out += &format!("{}：涉及 {} 件，违反 {} 件 {}\n", j.line, j.about, j.broken, named.join(" "));
        if let Some(note) = &j.note {
            out += &format!("  {}\n", note.zh);
        }
    }
    print_text(&out)
}

pub(super) fn ahead(args: &AheadArgs) -> anyhow::Result<()> {
    let office = args.hours.office()?;
    let log = args.input.read()?;
    if args.limit_days.is_some_and(|d| !(d > 0.0 && d <= 3_650.0)) {
        anyhow::bail!("时限应在 0 到 3650 个工作日之间 / the limit lies between 0 and 3650 working days");
    }
    let found = foretell(&log, &office, super::moment(args.as_of.as_ref())?, args.limit_days)?;
    if args.json {
        return print(&found);
    }
    let mut out = format!(
        "{}\n按 {:.1} 个工作日；没办结 {} 件\n",
        found.judged.reading.zh,
        found.limit_days,
        found.open.len()
    );
    for a in found.open.iter().take(50) {
        let (middle, low, high) = a.still_days;
        let name = log.case_name(a.case as usize);
        let place = match &a.in_step {
            Some(step) => format!("在办“{step}”"),
            None => format!("“{}”之后", a.last),
        };
        let so_far = format!("  {name} {place}，已 {:.1} 日", a.age_days);
        out += &match (a.alike, a.is_late) {
            (0, _) => format!("{so_far}：久未动，没有可比的件\n"),
            (_, true) => format!("{so_far}：已超期，还要 {middle:.1}（{low:.1}–{high:.1}）日\n"),
            _ => format!(
                "{so_far}：还要 {middle:.1}（{low:.1}–{high:.1}）日，超期的可能 {:.0}%\n",
                a.late * 100.0
            ),
        };
    }
    print_text(&out)
}
