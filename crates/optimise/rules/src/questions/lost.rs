//! 堵点: between which two steps working time is lost, ranked by lost working days.

use std::collections::HashMap;

use eventlog::dfg::pair_times;
use eventlog::waiting::{Waiting, WaitingOptions, waiting_of_events};
use kernel::Said;

use super::facts::{Facts, follows, grouped, percent, quantile, shown};
use super::{Answer, Counted, Finding, Question};

/// What happened between one pair of steps.
#[derive(Default)]
struct Between {
    /// office time and case of every passing
    waits: Vec<(i64, u32)>,
    /// passings with another hand on the other side
    handed: u64,
    /// causes of waiting, where the log has starts
    causes: Waiting,
}

pub(super) fn answer(f: &Facts<'_>) -> Answer {
    let mut answer = Answer::new(Question::LostTime, Counted::WorkingDays);
    let mut pairs = pair_times(&f.log, Some(&f.office.clock));
    pairs.sort_by_key(|p| (std::cmp::Reverse(p.sum_us), p.source, p.target));
    let total: i128 = pairs.iter().map(|p| p.sum_us.max(0)).sum();
    let found = pairs.iter().filter(|p| p.sum_us > 0).count();
    let top: Vec<(u32, u32)> = pairs.iter().take(f.most()).map(|p| (p.source, p.target)).collect();
    let between = collect(f, &top);
    let total_days = total as f64 / f.office.day_us as f64;
    for (pair, b) in top.iter().zip(&between) {
        if b.waits.iter().any(|w| w.0 > 0) {
            answer.findings.push(finding(f, *pair, b, total));
        }
    }
    answer.more = found.saturating_sub(answer.findings.len());
    answer.figure = total_days;
    answer.case_count = f.log.case_count() as u64;
    answer.said = match answer.findings.first() {
        Some(first) => {
            let (all, part) = (shown(total_days), percent(first.figure / total_days));
            let (a, b) = (&first.about[0], &first.about[1]);
            Said::new(
                format!("全部件共耗去 {all} 个工作日；最堵的是“{a}”到“{b}”，占 {part}。"),
                format!(
                    "All cases together took {all} working days; {part} were lost between {a:?} and {b:?}."
                ),
            )
        }
        None => Said::new("各环节之间没有耗去工作时间。", "No working time passed between steps."),
    };
    answer.note(
        "按法定工作日历和办公时间计，夜间、周末、节假日不算。",
        "Counted in office hours of the statutory calendar: nights, weekends and holidays do not count.",
    );
    if f.log.begin().is_none() {
        answer.note(
            "日志没有开始时间，分不出等待和办理；以下是两步之间的全部时间。",
            "The log has no start times, so waiting and handling cannot be told apart: this is all time between two steps.",
        );
    }
    f.note_completed(&mut answer);
    answer
}

fn collect(f: &Facts<'_>, top: &[(u32, u32)]) -> Vec<Between> {
    let log = &*f.log;
    let index: HashMap<(u32, u32), usize> = top.iter().enumerate().map(|(i, p)| (*p, i)).collect();
    let mut between: Vec<Between> = top.iter().map(|_| Between::default()).collect();
    for (c, r) in log.cases().enumerate() {
        for e in r.start + 1..r.end {
            if let Some(&i) = index.get(&(log.activity()[e - 1], log.activity()[e])) {
                let us = f.work(log.time()[e - 1], log.time()[e]);
                between[i].waits.push((us, c as u32));
                between[i].handed += u64::from(log.resource()[e - 1] != log.resource()[e]);
            }
        }
    }
    let duty = |_: &str| Some(&f.office.clock);
    for w in waiting_of_events(log, &WaitingOptions::default(), duty).unwrap_or_default() {
        let pair = (log.activity()[w.source as usize], log.activity()[w.target as usize]);
        if let Some(&i) = index.get(&pair) {
            let (sum, one) = (&mut between[i].causes, &w.waiting);
            sum.total_us += one.total_us;
            sum.batching_us += one.batching_us;
            sum.contention_us += one.contention_us;
            sum.prioritization_us += one.prioritization_us;
            sum.unavailability_us += one.unavailability_us;
            sum.extraneous_us += one.extraneous_us;
        }
    }
    between
}

fn finding(f: &Facts<'_>, (s, t): (u32, u32), b: &Between, total: i128) -> Finding {
    let (source, target) = (f.name(s), f.name(t));
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
    let mut zh = format!(
        "“{source}”→“{target}”：{times} 次共耗 {lost} 个工作日（占 {share}），中位 {median}、平均 {mean}、最长 {max} 个工作日"
    );
    let mut en = format!(
        "{source:?} → {target:?}: {times} times, {lost} working days in all ({share}); median {median}, mean {mean}, longest {max} working days"
    );
    if few {
        let part = percent(tail);
        zh += &format!("；最慢的一成占去其中 {part}，只看中位数看不出来");
        en += &format!("; the slowest tenth takes {part} of it, which the median hides");
    }
    let waits: Vec<(i64, u32)> = b.waits.iter().copied().filter(|w| w.0 > 0).collect();
    let mut found = f.finding(f.days(sum), Counted::WorkingDays, waits);
    if let Some((cause_zh, cause_en, share)) = main_cause(&b.causes) {
        zh += &format!("；等待主要因为{cause_zh}({share})");
        en += &format!("; it waits mostly because of {cause_en} ({share})");
    }
    found.said = Said::new(zh + "。", en + ".");
    found.suggestion = suggestion(&b.causes, few, b.handed as f64 / n.max(1) as f64, &target);
    found.filter = follows(&source, &target);
    found.about = vec![source, target];
    found
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
            "下班、休息",
            "office hours",
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

fn main_cause(w: &Waiting) -> Option<(&'static str, &'static str, String)> {
    let all = causes(w);
    let main = all.iter().max_by_key(|c| c.0).filter(|c| c.0 > 0)?;
    Some((main.1, main.2, percent(main.0 as f64 / w.total_us.max(1) as f64)))
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
