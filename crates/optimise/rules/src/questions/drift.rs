//! 变化: since when the work is done differently, and whether a change helped.

use eventlog::signals;
use kernel::{Moment, Said};

use super::facts::{Facts, follows, percent, quantile, shown};
use super::{Answer, Counted, Question};
use crate::effect::{Judgement, Seen, effect};

pub(super) fn answer(f: &Facts<'_>) -> Answer {
    let mut answer = Answer::new(Question::Drift, Counted::Times);
    let log = &*f.log;
    // Start, office time, case: of finished cases; and the start of every case.
    let mut begun: Vec<(i64, u32)> =
        (0..log.case_count()).filter_map(|c| f.span(c).map(|s| (s.0, c as u32))).collect();
    begun.sort_unstable();
    let done: Vec<(i64, i64)> = begun
        .iter()
        .filter(|&&(_, c)| f.finished(c as usize))
        .filter_map(|&(start, c)| f.span(c as usize).and_then(|(a, b)| Some((start, f.work(a, b)?))))
        .collect();
    let window = (log.case_count() / 10).clamp(50, 2000);
    let changes = signals::drift(log, window);
    for change in &changes {
        let at = begun.partition_point(|b| b.0 < change.at_us);
        let after = begun[at..(at + window).min(begun.len())].iter().map(|b| (0, b.1)).collect();
        let middle = |from: usize, to: usize| {
            let (from, to) =
                (begun.get(from).map_or(i64::MAX, |b| b.0), begun.get(to).map_or(i64::MAX, |b| b.0));
            let mut all: Vec<i64> = done.iter().filter(|d| d.0 >= from && d.0 < to).map(|d| d.1).collect();
            all.sort_unstable();
            shown(f.days(quantile(&all, 0.5)))
        };
        let (before, later) = (middle(at.saturating_sub(window), at), middle(at, at + window));
        let day = Moment::from_us(change.at_us).date();
        let times = format!("{:.1}", change.strength);
        let pair = change.pairs.first();
        let (zh, en) = pair.map_or((String::new(), String::new()), |(s, t, p, q)| {
            let (p, q) = (percent(*p), percent(*q));
            (
                format!("；变化最大的是“{s}”→“{t}”，由 {p} 变为 {q}"),
                format!("; what changed most is {s:?} → {t:?}, from {p} to {q}"),
            )
        });
        let mut one = f.finding(change.strength, Counted::Times, after);
        one.said = Said::new(
            format!(
                "{day} 起收的件办法不同了（差别是平时的 {times} 倍）{zh}；用时中位由 {before} 变为 {later} 个工作日。"
            ),
            format!(
                "Cases begun from {day} on are handled differently ({times} times the usual difference){en}; their median time went from {before} to {later} working days."
            ),
        );
        one.suggestion = Said::new(
            "查这一天前后有什么新规定、新系统或人员变动；若是改革，用“--since”核对成效；若不是，查明原因。",
            "Find what was new around that day: a rule, a system, staff. If it was a reform, judge it with --since; if not, find the cause.",
        );
        one.about = vec![day.to_string()];
        one.filter = pair.and_then(|(s, t, _, _)| follows(s, t));
        answer.findings.push(one);
    }
    answer.more = answer.findings.len().saturating_sub(f.most());
    answer.findings.truncate(f.most());
    answer.figure = changes.len() as f64;
    answer.case_count = begun.len() as u64;
    answer.said = if begun.len() < window * 3 {
        Said::new(
            format!("件数太少（{} 件，至少要 {}），看不出变化。", begun.len(), window * 3),
            format!("Too few cases ({}, at least {} are needed) to see a change.", begun.len(), window * 3),
        )
    } else {
        match answer.findings.first() {
            None => Said::new("没有发现办法的明显变化。", "No clear change in how cases are handled."),
            Some(first) => Said::new(
                format!("有 {} 处明显变化，最强的在 {}。", changes.len(), first.about[0]),
                format!("{} clear changes, the strongest on {}.", changes.len(), first.about[0]),
            ),
        }
    };
    if let Some(since) = f.options.since_us {
        helped(f, &done, since, &mut answer);
    }
    answer.note(
        format!("每 {window} 件一段，比较前后两段各路径的比重；这是距离，不是显著性检验。"),
        format!("Windows of {window} cases; the shares of paths before and after are compared. A distance, not a test of significance."),
    );
    answer
}

/// Did it help? Cases begun and finished before the change, against those begun after it.
fn helped(f: &Facts<'_>, done: &[(i64, i64)], since: i64, answer: &mut Answer) {
    let seen = |d: &(i64, i64)| Seen { day: Moment::from_us(d.0).day_number(), value: f.days(d.1) };
    let before: Vec<Seen> = done.iter().filter(|d| d.0 < since).map(seen).collect();
    // Of the last cases only the quick ones have ended: a case counts when nearly all of its time would have.
    let mut worked: Vec<i64> = done.iter().filter(|d| d.0 < since).map(|d| d.1).collect();
    worked.sort_unstable();
    let most = if worked.is_empty() { 0 } else { quantile(&worked, 0.95) };
    let ripe = |d: &&(i64, i64)| f.work(d.0, f.as_of).is_some_and(|us| us >= most);
    let late: Vec<&(i64, i64)> = done.iter().filter(|d| d.0 >= since).collect();
    let after: Vec<Seen> = late.iter().copied().filter(ripe).map(seen).collect();
    if after.len() < late.len() {
        let n = late.len() - after.len();
        answer.note(
            format!("日志末尾收的 {n} 件不计：慢的还没办完，只算快的会显得变快。"),
            format!("{n} cases begun near the end of the log are left out: of these only the quick ones have ended."),
        );
    }
    match effect(&before, &after, None, None, 1) {
        Ok(e) => {
            if e.judgement != Judgement::TooFew {
                answer.figure = e.shift;
                answer.counted = Counted::WorkingDays;
            }
            answer.said = e.reading;
        }
        Err(e) => {
            let said = e.to_string();
            answer.note(said.clone(), said);
        }
    }
}
