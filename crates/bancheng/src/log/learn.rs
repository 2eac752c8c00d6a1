//! `bancheng log reproduce` and `bancheng log what-if`: a simulation learned from a log, held against months it has not
//! seen, and changes tried with it (O6).

use anyhow::{Context as _, bail};
use kernel::Moment;
use optimise::learned::{Learned, WhatIf, cases_of, reproduce};
use optimise::questions::Office;
use optimise::trial::{Change, Hours, Tried};
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
    /// 办某环节的人手(同时办几件),写作 环节=4,可多个 / how many work at once on a step, written STEP=4
    #[arg(long)]
    people: Vec<String>,
    /// 办某环节的时段,写作 环节=8-19,双休日也办加 +,可多个 / hours of a step, STEP=8-19, with + also on days off
    #[arg(long)]
    hours: Vec<String>,
    /// 两个环节同时办,写作 甲+乙,可多个 / two steps at the same time, written A+B
    #[arg(long)]
    parallel: Vec<String>,
    /// 后办的改为先办,写作 甲<乙(乙先办),可多个 / the second goes first, written A<B
    #[arg(long)]
    earlier: Vec<String>,
    /// 某环节不再攒批,可多个 / a step is no longer done in batches
    #[arg(long)]
    no_batch: Vec<String>,
    /// 占比,写作 渠道=网上:80 / the share of a value, written KEY=VALUE:80 (per cent)
    #[arg(long)]
    share: Option<String>,
    /// 收件量是现在的几倍 / arrivals, times those of now
    #[arg(long)]
    arrivals: Option<f64>,
    /// 承诺时限(自然日):看多少件在时限内 / limit in calendar days: how many keep it
    #[arg(long)]
    limit_days: Option<f64>,
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

/// Two parts of a text around a sign.
fn two<'a>(text: &'a str, sign: char, wanted: &str) -> anyhow::Result<(&'a str, &'a str)> {
    let both = text.rsplit_once(sign).map(|(a, b)| (a.trim(), b.trim()));
    both.filter(|(a, b)| !a.is_empty() && !b.is_empty())
        .with_context(|| format!("看不懂“{text}”，应写作 {wanted} / {text:?} cannot be read: write {wanted}"))
}

/// A change that needs people and hours: with the simulation that has them.
fn with_people(args: &WhatIfArgs, flow: &[WhatIf]) -> anyhow::Result<()> {
    let office = Office::of(&WorkCalendar::official());
    let log = args.input.read()?;
    let (tried, check) = Tried::learn(&log, &office, args.seed)?;
    if !check.holds() && !args.unproven {
        bail!("{} / {}", check.reading().zh, check.reading().en);
    }
    let known = tried.known();
    let group = |step: &str| {
        let found = known.groups.iter().position(|g| g.steps.iter().any(|s| s == step));
        found.with_context(|| {
            format!(
                "没有人办环节“{step}”，或日志没有开始时间 / nobody does {step:?}, or the log has no begins"
            )
        })
    };
    let mut change = Change { arrivals: args.arrivals, no_batch: args.no_batch.clone(), ..Change::default() };
    for text in &args.people {
        let (step, n) = two(text, '=', "环节=4")?;
        change
            .people
            .insert(group(step)?, n.parse().with_context(|| format!("人手不是整数 / no whole number: {n}"))?);
    }
    for text in &args.hours {
        let (step, hours) = two(text, '=', "环节=8-19")?;
        let days_off = hours.ends_with('+');
        let (from, to) = two(hours.trim_end_matches('+'), '-', "环节=8-19")?;
        let hour = |t: &str| t.parse::<u8>().with_context(|| format!("不是整点 / no full hour: {t}"));
        change.hours.insert(group(step)?, Hours { from: hour(from)?, to: hour(to)?, days_off });
    }
    for text in &args.parallel {
        let (a, b) = two(text, '+', "甲+乙")?;
        change.parallel.push((a.to_owned(), b.to_owned()));
    }
    for text in &args.earlier {
        let (a, b) = two(text, '<', "甲<乙")?;
        change.earlier.push((a.to_owned(), b.to_owned()));
    }
    if let Some(text) = &args.share {
        let (of, share) = two(text, ':', "渠道=网上:80")?;
        let (key, value) = two(of, '=', "渠道=网上:80")?;
        let option = known.shares.iter().position(|s| s.key == key && s.value == value);
        let option = option
            .with_context(|| format!("日志里没有“{key}={value}” / the log has no {key:?} = {value:?}"))?;
        let share: f64 = share.trim_end_matches('%').parse().context("占比应为 0–100 / a share is 0–100")?;
        change.share = Some((option, share / 100.0));
    }
    for one in flow {
        match one {
            WhatIf::Faster { from, to, times } => change.faster.push((from.clone(), to.clone(), *times)),
            WhatIf::Without(step) => change.without.push(step.clone()),
        }
    }
    let limit = args.limit_days.map(|d| d * 24.0);
    let c = tried.compare(&office, &change, &Change::default(), limit)?;
    if args.json {
        return print(&c);
    }
    let mut text = format!(
        "平均由 {:.1} 小时（{:.1}–{:.1}）变为 {:.1} 小时（{:.1}–{:.1}），每件少 {:.1} 小时（95% 区间 {:.1} 到 {:.1}），更快的把握 {:.0}%\n",
        c.today.mean_hours.mean,
        c.today.mean_hours.low,
        c.today.mean_hours.high,
        c.first.mean_hours.mean,
        c.first.mean_hours.low,
        c.first.mean_hours.high,
        c.saved[0].mean,
        c.saved[0].low,
        c.saved[0].high,
        c.better[0] * 100.0
    );
    if let (Some(was), Some(is)) = (c.today.within, c.first.within) {
        text += &format!("  时限内的件：{:.0}% → {:.0}%\n", was.mean * 100.0, is.mean * 100.0);
    }
    if let Some(g) = c.first.overloaded {
        text += &format!("  “{}”的人手忙不过来，越积越多，用时没有意义\n", known.groups[g].steps.join("、"));
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
    let queues = !(args.people.is_empty()
        && args.hours.is_empty()
        && args.parallel.is_empty()
        && args.earlier.is_empty()
        && args.no_batch.is_empty()
        && args.share.is_none()
        && args.arrivals.is_none());
    if queues {
        return with_people(args, &change);
    }
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
