//! 堵点: between which two steps working time is lost, ranked by lost working days.

use std::collections::HashMap;

use eventlog::dfg::pair_times;
use eventlog::waiting::{Cause, Waiting, WaitingOptions, waiting_of_events};
use kernel::Said;

use super::facts::{Facts, follows, grouped, percent, quantile, shown};
use super::{Answer, Counted, EVIDENCE, Finding, Part, Question};

/// What happened between one pair of steps.
#[derive(Default)]
struct Between {
    source: u32,
    target: u32,
    /// office time and case of every passing: of the waiting alone where the log has starts, else of all between
    waits: Vec<(i64, u32)>,
    /// passings with another hand on the other side
    handed: u64,
    /// where the log has starts: the waiting in office hours and by the clock
    working: Waiting,
    clock: Waiting,
    /// for each cause: office time (for 不在班 the time by the clock) and case
    parts: [Vec<(i64, u32)>; 5],
    /// office time in which the second step was handled
    handling: i64,
}

impl Between {
    fn lost(&self) -> i64 {
        self.waits.iter().map(|w| w.0).sum()
    }
}

pub(super) fn answer(f: &Facts<'_>) -> Answer {
    let mut answer = Answer::new(Question::LostTime, Counted::WorkingDays);
    let apart = waits_apart(f);
    let told_apart = apart.is_some();
    let mut between = apart.unwrap_or_else(|| all_between(f));
    let total: i64 = between.iter().map(|b| b.lost().max(0)).sum();
    let handled: i64 = between.iter().map(|b| b.handling).sum();
    between.retain(|b| b.lost() > 0);
    between.sort_by_key(|b| (std::cmp::Reverse(b.lost()), b.source, b.target));
    let found = between.len();
    answer.findings = between.iter().take(f.most()).map(|b| finding(f, b, total, told_apart)).collect();
    answer.more = found.saturating_sub(answer.findings.len());
    answer.figure = f.days(total);
    answer.case_count = f.log.case_count() as u64;
    answer.said = match answer.findings.first() {
        Some(first) => {
            let (all, part) = (shown(answer.figure), percent(first.figure / answer.figure));
            let (a, b) = (&first.about[0], &first.about[1]);
            if told_apart {
                let work = shown(f.days(handled));
                Said::new(
                    format!(
                        "全部件共等待 {all} 个工作日（另有办理 {work} 个工作日）；最堵的是“{a}”到“{b}”，占等待的 {part}。"
                    ),
                    format!(
                        "All cases together waited {all} working days (and were handled for {work}); {part} of the waiting lies between {a:?} and {b:?}."
                    ),
                )
            } else {
                Said::new(
                    format!("全部件共耗去 {all} 个工作日；最堵的是“{a}”到“{b}”，占 {part}。"),
                    format!(
                        "All cases together took {all} working days; {part} were lost between {a:?} and {b:?}."
                    ),
                )
            }
        }
        None => Said::new("各环节之间没有耗去工作时间。", "No working time passed between steps."),
    };
    answer.note(
        "按法定工作日历和办公时间计，夜间、周末、节假日不算。",
        "Counted in office hours of the statutory calendar: nights, weekends and holidays do not count.",
    );
    if told_apart {
        answer.note(
            "等待从上一个环节办完算起，到本环节开始为止；办理时间另计。同一段时间只算一个原因，依次为攒批、经办人忙、插队、不在班、其他。",
            "Waiting runs from the end of the step before to the start of this one; handling is counted apart. Each stretch has one cause, looked for in this order: batching, contention, priorities, off duty, the rest.",
        );
    } else {
        answer.note(
            "日志没有开始时间，分不出等待和办理；以下是两步之间的全部时间。",
            "The log has no start times, so waiting and handling cannot be told apart: this is all time between two steps.",
        );
    }
    f.note_untimed(&mut answer);
    f.note_completed(&mut answer);
    answer
}

/// Waiting with its causes and handling, told apart; `None` when the log has no starts.
fn waits_apart(f: &Facts<'_>) -> Option<Vec<Between>> {
    let log = &*f.log;
    let clock = &f.office.clock;
    let events = waiting_of_events(log, &WaitingOptions::default(), |_: &str| Some(clock), Some(clock))?;
    let mut cells: HashMap<(u32, u32), Between> = HashMap::new();
    for w in events {
        let (s, t) = (w.source as usize, w.target as usize);
        let pair = (log.activity()[s], log.activity()[t]);
        let b = cells.entry(pair).or_insert_with(|| Between {
            source: pair.0,
            target: pair.1,
            ..Between::default()
        });
        b.waits.push((w.working.total_us, w.case));
        b.handed += u64::from(log.resource()[s] != log.resource()[t]);
        b.working.add(&w.working);
        b.clock.add(&w.waiting);
        b.handling += w.handling_working_us;
        for (part, cause) in b.parts.iter_mut().zip(Cause::ALL) {
            let of = if cause == Cause::Unavailability { &w.waiting } else { &w.working };
            if of.part(cause) > 0 {
                part.push((of.part(cause), w.case));
            }
        }
    }
    Some(cells.into_values().collect())
}

/// All office time between steps that follow each other.
fn all_between(f: &Facts<'_>) -> Vec<Between> {
    let log = &*f.log;
    let mut pairs = pair_times(log, Some(&f.office.clock));
    pairs.sort_by_key(|p| (std::cmp::Reverse(p.sum_us), p.source, p.target));
    let index: HashMap<(u32, u32), usize> =
        pairs.iter().enumerate().map(|(i, p)| ((p.source, p.target), i)).collect();
    let of =
        |p: &eventlog::dfg::PairTimes| Between { source: p.source, target: p.target, ..Between::default() };
    let mut between: Vec<Between> = pairs.iter().map(of).collect();
    for (c, r) in log.cases().enumerate() {
        for e in r.start + 1..r.end {
            if let Some(&i) = index.get(&(log.activity()[e - 1], log.activity()[e])) {
                let Some(us) = f.work(log.time()[e - 1], log.time()[e]) else { continue };
                between[i].waits.push((us, c as u32));
                between[i].handed += u64::from(log.resource()[e - 1] != log.resource()[e]);
            }
        }
    }
    between
}

fn finding(f: &Facts<'_>, b: &Between, total: i64, told_apart: bool) -> Finding {
    let (source, target) = (f.name(b.source), f.name(b.target));
    let mut sorted: Vec<i64> = b.waits.iter().map(|w| w.0).collect();
    sorted.sort_unstable();
    let sum: i64 = sorted.iter().sum();
    let n = sorted.len();
    let slowest: i64 = sorted[n - n.div_ceil(10)..].iter().sum();
    let tail = slowest as f64 / sum.max(1) as f64;
    let few = n >= 10 && tail >= 0.5;
    let days = |us: i64| shown(f.days(us));
    let (lost, times, share) = (days(sum), grouped(n as i64), percent(sum as f64 / total.max(1) as f64));
    let (median, mean, max) =
        (days(quantile(&sorted, 0.5)), days(sum / n.max(1) as i64), days(sorted[n - 1]));
    let (verb_zh, verb_en) = if told_apart { ("共等待", "of waiting ") } else { ("共耗", "") };
    let mut zh = format!(
        "“{source}”→“{target}”：{times} 次{verb_zh} {lost} 个工作日（占 {share}），中位 {median}、平均 {mean}、最长 {max} 个工作日"
    );
    let mut en = format!(
        "{source:?} → {target:?}: {times} times, {lost} working days {verb_en}in all ({share}); median {median}, mean {mean}, longest {max} working days"
    );
    if few {
        let part = percent(tail);
        zh += &format!("；最慢的一成占去其中 {part}，只看中位数看不出来");
        en += &format!("; the slowest tenth takes {part} of it, which the median hides");
    }
    let waits: Vec<(i64, u32)> = b.waits.iter().copied().filter(|w| w.0 > 0).collect();
    let mut found = f.finding(f.days(sum), Counted::WorkingDays, waits);
    if told_apart {
        let named: Vec<_> = causes(&b.working).into_iter().filter(|c| c.0 > 0).collect();
        let list = |of: &dyn Fn(&(i64, &'static str, &'static str, Said)) -> &'static str| -> Vec<String> {
            let share = |us: i64| percent(us as f64 / b.working.total_us.max(1) as f64);
            named.iter().map(|c| format!("{} {}({})", of(c), days(c.0), share(c.0))).collect()
        };
        zh += &format!("；其中{}", list(&|c| c.1).join("、"));
        en += &format!("; of it {}", list(&|c| c.2).join(", "));
        if b.clock.unavailability_us > 0 {
            let hours = grouped(b.clock.unavailability_us / 3_600_000_000);
            zh += &format!("；另隔着下班和休息 {hours} 小时，不计");
            en += &format!("; besides, {hours} hours off duty, not counted");
        }
        zh += &format!("；“{target}”办理用去 {} 个工作日", days(b.handling));
        en += &format!("; handling {target:?} took {} working days", days(b.handling));
        found.parts = parts(f, b);
    }
    found.said = Said::new(zh + "。", en + ".");
    found.suggestion = suggestion(&b.working, few, b.handed as f64 / n.max(1) as f64, &target);
    found.filter = follows(&source, &target);
    found.about = vec![source, target];
    found
}

/// The parts of a waiting with the cases behind each, then the handling.
fn parts(f: &Facts<'_>, b: &Between) -> Vec<Part> {
    let words = causes(&b.working);
    let mut out: Vec<Part> = Cause::ALL
        .iter()
        .zip(&b.parts)
        .zip(&words)
        .map(|((cause, cases), (_, zh, en, _))| {
            let mut by_case: HashMap<u32, i64> = HashMap::new();
            cases.iter().for_each(|&(us, c)| *by_case.entry(c).or_default() += us);
            let mut by_case: Vec<(u32, i64)> = by_case.into_iter().collect();
            by_case.sort_by_key(|&(c, us)| (std::cmp::Reverse(us), c));
            Part {
                word: *cause,
                said: Said::new(*zh, *en),
                days: f.days(b.working.part(*cause)),
                clock_hours: b.clock.part(*cause) as f64 / 3.6e9,
                case_count: by_case.len() as u64,
                cases: by_case.iter().take(EVIDENCE).map(|&(c, _)| f.case(c)).collect(),
            }
        })
        .collect();
    out.retain(|p| p.case_count > 0);
    out
}

/// The five causes of waiting with what to do about each.
fn causes(w: &Waiting) -> [(i64, &'static str, &'static str, Said); 5] {
    let said = |zh: &str, en: &str| Said::new(zh, en);
    [
        (
            w.batching_us,
            "攒批办理",
            "batching",
            said(
                "改为随到随办，或缩短攒批间隔、固定批次时刻并告知申请人。",
                "Handle each as it comes, or make batches shorter, at fixed hours that applicants know.",
            ),
        ),
        (
            w.contention_us,
            "经办人忙于别的件",
            "contention: hands busy with other cases",
            said(
                "给这一步增加经办人或分流到空闲岗位；先用仿真看需要几个人。",
                "Add hands to this step or spread the load; simulate first how many it takes.",
            ),
        ),
        (
            w.prioritization_us,
            "后来的件插了队",
            "priorities: later cases went first",
            said(
                "明确先后规则，插队须有理由并留痕。",
                "State the rule of order; whoever is moved up needs a reason on record.",
            ),
        ),
        (
            w.unavailability_us,
            "不在班",
            "off duty",
            said(
                "能自动办的改自动办；临近下班的件设 A/B 岗接续。",
                "Automate what needs no person; let a second post take over what arrives at closing time.",
            ),
        ),
        (
            w.extraneous_us,
            "日志之外的原因",
            "causes outside of the log",
            said(
                "逐件问清在等谁（申请人、外单位、系统），给每一种等待定时限。",
                "Ask case by case who is waited for (applicant, other unit, system) and give each a limit.",
            ),
        ),
    ]
}

fn suggestion(w: &Waiting, few: bool, handed: f64, target: &str) -> Said {
    if let Some(main) = causes(w).into_iter().max_by_key(|c| c.0).filter(|c| c.0 > 0) {
        return main.3;
    }
    if few {
        return Said::new(
            format!("多数件很快，少数件拖得久：逐件核查下列件在等什么，并给“{target}”设到期前预警。"),
            format!(
                "Most pass quickly, few take very long: look at the cases below one by one, and warn before {target:?} falls due."
            ),
        );
    }
    if handed >= 0.7 {
        return Said::new(
            format!("这里换人办理：到件即时提醒，“{target}”能并联就提前启动，能授权就少转一手。"),
            format!(
                "Here a case changes hands: notify at once, start {target:?} in parallel where possible, delegate to save a hand-over."
            ),
        );
    }
    Said::new(
        format!("普遍都慢：看“{target}”能否与前一步合并、并联或授权窗口直接办。"),
        format!(
            "It is slow for everybody: see whether {target:?} can be merged with the step before, run in parallel or be delegated to the window."
        ),
    )
}
