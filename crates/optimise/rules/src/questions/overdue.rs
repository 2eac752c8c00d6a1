//! 超时: which cases passed their limit, and which step took the time.

use std::collections::HashMap;

use eventlog::log::Value;
use eventlog::when::NO_TIME;
use kernel::{Moment, Said};
use workday::Length;

use super::facts::{Facts, grouped, percent, quantile, shown};
use super::{Answer, Counted, Question};

/// Attributes of cases that may hold the deadline.
const DEADLINES: [&str; 12] = [
    "办结期限",
    "承诺办结时间",
    "承诺时限",
    "到期时间",
    "到期日",
    "截止时间",
    "截止日期",
    "期限",
    "deadline",
    "due",
    "due_date",
    "enddate_planned",
];

pub(super) fn answer(f: &Facts<'_>) -> Answer {
    let mut answer = Answer::new(Question::Overdue, Counted::Cases);
    let log = &*f.log;
    let dues = dues(f, &mut answer);
    let mut known = 0u64;
    // Case, its end (or the end of the log), office time beyond the limit.
    let mut late: Vec<(u32, i64, i64)> = Vec::new();
    for (c, due) in dues.iter().enumerate() {
        let (Some(due), Some((_, last))) = (due, f.span(c)) else { continue };
        known += 1;
        let end = if f.finished(c) { last } else { f.as_of.max(last) };
        if end > *due {
            late.push((c as u32, end, f.work(*due, end)));
        }
    }
    let n = late.len();
    let beyond: i64 = late.iter().map(|l| l.2).sum();
    let mut took: HashMap<u32, (i64, Vec<(i64, u32)>)> = HashMap::new();
    let mut total = 0i64;
    for &(c, end, _) in &late {
        let r = log.case(c as usize);
        for e in r.start + 1..r.end {
            let us = f.work(log.time()[e - 1], log.time()[e]);
            let cell = took.entry(log.activity()[e]).or_default();
            (cell.0, total) = (cell.0 + us, total + us);
            cell.1.push((us, c));
        }
        let last = f.span(c as usize).map_or(end, |s| s.1);
        let tail = f.work(last, end);
        if tail > 0 {
            let cell = took.entry(u32::MAX).or_default();
            (cell.0, total) = (cell.0 + tail, total + tail);
            cell.1.push((tail, c));
        }
    }
    let found = took.into_iter().filter(|t| t.1.0 > 0).map(|(a, (us, mut cases))| {
        let share = us as f64 / total.max(1) as f64;
        // A case is behind a step when the step took a noticeable part of it.
        cases.retain(|c| c.0 > 0);
        let mut one = f.finding(share, Counted::Share, cases);
        let (days, part, k) = (shown(f.days(us)), percent(share), one.case_count);
        if a == u32::MAX {
            one.said = Said::new(
                format!("最后一步之后一直没有下文：占超期件用时的 {part}，{days} 个工作日，{k} 件。"),
                format!("Nothing followed the last step: {part} of the time of overdue cases, {days} working days, {k} cases."),
            );
            one.suggestion = Said::new("逐件催办或补登办结。", "Remind case by case, or register what is finished.");
            one.about = vec!["(无下文)".into()];
        } else {
            let name = f.name(a);
            one.said = Said::new(
                format!("等到“{name}”办完：占超期件用时的 {part}，{days} 个工作日，{k} 件。"),
                format!("Until {name:?} was done: {part} of the time of overdue cases, {days} working days, {k} cases."),
            );
            one.suggestion = Said::new(
                format!("给“{name}”单独定时限，到期前亮黄灯；不占时限的（听证、检测、专家评审、等申请人）依法停表并留痕。"),
                format!("Give {name:?} a limit of its own with a warning before it; stop the clock, on record, for what the law leaves out (hearing, testing, experts, the applicant)."),
            );
            one.about = vec![name];
        }
        one
    });
    answer.keep(found.collect(), f.most());
    (answer.figure, answer.case_count) = (n as f64, n as u64);
    if known == 0 && answer.said.zh.is_empty() {
        answer.said = Said::new("没有一件有时限可比。", "No case has a limit to compare with.");
    } else {
        let (part, days) = (percent(n as f64 / known.max(1) as f64), shown(f.days(beyond)));
        answer.said = Said::new(
            format!(
                "有时限的 {} 件中超期 {} 件（{part}），共超 {days} 个工作日。",
                grouped(known as i64),
                grouped(n as i64)
            ),
            format!(
                "Of {} cases with a limit {} passed it ({part}), by {days} working days in all.",
                grouped(known as i64),
                grouped(n as i64)
            ),
        );
    }
    f.note_ends(&mut answer);
    f.note_completed(&mut answer);
    answer
}

/// For each case the moment at which it falls due.
fn dues(f: &Facts<'_>, answer: &mut Answer) -> Vec<Option<i64>> {
    let log = &*f.log;
    let cases = 0..log.case_count();
    if let Some(days) = f.options.limit_days {
        answer.note(
            format!("时限 {days} 个工作日，收件当天不算，到最后一日 24:00。"),
            format!(
                "Limit: {days} working days; the day of receipt does not count, until 24:00 of the last day."
            ),
        );
        let due = |start| {
            let due = workday::due(Moment::from_us(start), Length::Workdays(days), &f.office.calendar, &[]);
            due.at().map(Moment::us)
        };
        return cases.map(|c| due(f.span(c)?.0)).collect();
    }
    let named = |c: &&eventlog::log::Column| {
        let key = c.key.to_lowercase();
        c.parent.is_none()
            && f.options.deadline.as_ref().map_or(DEADLINES.contains(&key.as_str()), |d| *d == c.key)
    };
    let column = |of: &'_ [eventlog::log::Column]| of.iter().position(|c| named(&c));
    let time = |v: Option<Value<'_>>| match v {
        Some(Value::Time(us)) if us != NO_TIME => Some(us),
        Some(Value::Text(t)) => eventlog::when::read_time(t.as_bytes(), 8 * 3600).map(|r| r.us),
        _ => None,
    };
    if let Some(i) = column(&log.case_columns) {
        let col = &log.case_columns[i];
        answer.note(
            format!("时限取自件的“{}”。", col.key),
            format!("Limits are read from {:?} of cases.", col.key),
        );
        return cases.map(|c| time(col.get(log.case_row(c)))).collect();
    }
    if let Some(i) = column(&log.event_columns) {
        let col = &log.event_columns[i];
        answer.note(
            format!("时限取自列“{}”。", col.key),
            format!("Limits are read from the column {:?}.", col.key),
        );
        return cases.map(|c| log.case(c).find_map(|e| time(col.get(log.row(e))))).collect();
    }
    answer.note(
        "日志和提问都没有给时限：改看最慢的一成（以第 90 百分位用时为线）。给出时限可用 --limit-days 或 --deadline。",
        "Neither log nor question gives a limit: the slowest tenth is taken instead. Give one with --limit-days or --deadline.",
    );
    let mut spans: Vec<i64> = cases.clone().filter_map(|c| f.span(c)).map(|(a, b)| f.work(a, b)).collect();
    spans.sort_unstable();
    let line = quantile(&spans, 0.9);
    cases
        .map(|c| {
            let (from, to) = f.span(c)?;
            // Only finished cases can be slow without a limit.
            let slow = f.finished(c) && f.work(from, to) > line;
            Some(if slow { to - 1 } else { i64::MAX })
        })
        .collect()
}
