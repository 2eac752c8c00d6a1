//! `bancheng log reproduce` and `bancheng log what-if`: a simulation learned from a log, held against months it has not
//! seen, and changes tried with it (O6).

use anyhow::{Context as _, bail};
use kernel::Moment;
use optimise::learned::{Learned, WhatIf, cases_of, reproduce};
use workday::WorkCalendar;

use super::files::{Input, print, print_text};

/// Seed when none is given: the same answer every time.
const SEED: u64 = 1;

#[derive(clap::Args)]
pub(super) struct ReproduceArgs {
    #[command(flatten)]
    input: Input,
    /// 留出核对的份额(按收件先后的最后一段)/ share held out: the last cases by when they began
    #[arg(long, default_value_t = 0.4)]
    hold_out: f64,
    /// 随机种子 / seed
    #[arg(long, default_value_t = SEED)]
    seed: u64,
    /// JSON 输出 / as JSON
    #[arg(long)]
    json: bool,
}

#[derive(clap::Args)]
pub(super) struct WhatIfArgs {
    #[command(flatten)]
    input: Input,
    /// 两个环节之间加快,写作 甲>乙=0.5,可多个 / the time between two steps multiplied, written A>B=0.5
    #[arg(long)]
    faster: Vec<String>,
    /// 取消一个环节,可多个 / leave a step out
    #[arg(long)]
    without: Vec<String>,
    /// 随机种子 / seed
    #[arg(long, default_value_t = SEED)]
    seed: u64,
    /// 不核对能否再现历史 / do not hold the simulation against the past first
    #[arg(long)]
    unproven: bool,
    /// JSON 输出 / as JSON
    #[arg(long)]
    json: bool,
}

/// Is a day, counted from 1970-01-01 in Beijing, worked by the statutory calendar?
fn works(calendar: &WorkCalendar) -> impl Fn(i64) -> bool + '_ {
    move |day| calendar.works(Moment::from_us(day * 86_400_000_000 - 8 * 3_600_000_000).date())
}

pub(super) fn reproduced(args: &ReproduceArgs) -> anyhow::Result<()> {
    if !(0.05..=0.8).contains(&args.hold_out) {
        bail!("留出的份额应在 0.05 到 0.8 之间 / the share held out lies between 0.05 and 0.8");
    }
    let calendar = WorkCalendar::official();
    let cases = cases_of(&args.input.read()?);
    let found = reproduce(&cases, args.hold_out, &works(&calendar), args.seed)?;
    if args.json {
        return print(&found);
    }
    let mut text = format!("{}\n", found.reading.zh);
    text += &format!("  所学 {} 件，核对 {} 件，看前 {} 步\n", found.cases.0, found.cases.1, found.history);
    let (past, real, made) = found.mean_hours;
    text += &format!("  平均小时：所学 {past:.1}，留出 {real:.1}，仿真 {made:.1}\n");
    for m in &found.moved {
        text += &format!(
            "  “{}”→“{}”：{:.1} → {:.1} 小时，每件 {:+.1} 小时\n",
            m.from, m.to, m.learned_hours, m.real_hours, m.share_hours
        );
    }
    print_text(&text)
}

pub(super) fn what_if(args: &WhatIfArgs) -> anyhow::Result<()> {
    let mut change = Vec::new();
    for text in &args.faster {
        let read = text.rsplit_once('=').and_then(|(pair, times)| {
            let (from, to) = pair.split_once('>')?;
            let times: f64 = times.trim().parse().ok().filter(|t: &f64| (0.0..=100.0).contains(t))?;
            Some(WhatIf::Faster { from: from.trim().to_owned(), to: to.trim().to_owned(), times })
        });
        change.push(read.with_context(|| {
            format!("看不懂“{text}”，应写作 甲>乙=0.5 / {text:?} cannot be read: write A>B=0.5")
        })?);
    }
    change.extend(args.without.iter().cloned().map(WhatIf::Without));
    if change.is_empty() {
        bail!("请给出要试的改动：--faster 或 --without / name a change: --faster or --without");
    }
    let calendar = WorkCalendar::official();
    let cases = cases_of(&args.input.read()?);
    if !args.unproven {
        let found = reproduce(&cases, 0.4, &works(&calendar), args.seed)?;
        if !found.holds {
            bail!("{} / {}", found.reading.zh, found.reading.en);
        }
    }
    let learned = Learned::from_cases(&cases, &works(&calendar), args.seed)?;
    let scenario = learned.what_if(&change, args.seed)?;
    if args.json { print(&scenario) } else { print_text(&format!("{}\n", scenario.reading.zh)) }
}
