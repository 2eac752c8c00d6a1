//! 超时: which cases passed their limit, and which step took the time.

use std::collections::HashMap;

use eventlog::when::NO_TIME;
use kernel::Said;

use super::deadline::dues;
use super::facts::{Facts, grouped, percent, shown};
use super::{Answer, Counted, Question};

pub(super) fn answer(f: &Facts<'_>) -> Answer {
    let mut answer = Answer::new(Question::Overdue, Counted::Cases);
    let log = &*f.log;
    let dues = dues(f, &mut answer);
    let mut known = 0u64;
    // Case, its end (or the end of the log), office time beyond the limit.
    let mut late: Vec<(u32, i64, i64)> = Vec::new();
    // Cases with a limit of which nobody knows whether they kept it.
    let mut unknown = 0u64;
    for (c, due) in dues.iter().enumerate() {
        let Some(due) = due else { continue };
        let since = f.standing[c].map(|s| s.since);
        let Some(last) = f.span(c).map(|s| s.1).max(since) else {
            unknown += 1;
            continue;
        };
        let end = if f.finished(c) {
            // Of an end without a time it is known only that it came after all others.
            let ends = f.log.case(c).next_back().is_some_and(|e| log.time()[e] != NO_TIME);
            if !ends && last <= *due {
                unknown += 1;
                continue;
            }
            last
        } else {
            f.as_of.max(last)
        };
        known += 1;
        if end > *due {
            late.push((c as u32, end, f.work(*due, end).unwrap_or(0)));
        }
    }
    let n = late.len();
    let beyond: i64 = late.iter().map(|l| l.2).sum();
    // By step: until it was done, or (the second) while the case stands in it; none: nothing followed.
    let mut took: HashMap<(Option<u32>, bool), (i64, Vec<(i64, u32)>)> = HashMap::new();
    let mut total = 0i64;
    for &(c, end, _) in &late {
        let r = log.case(c as usize);
        for e in r.start + 1..r.end {
            let Some(us) = f.work(log.time()[e - 1], log.time()[e]) else { continue };
            let cell = took.entry((Some(log.activity()[e]), false)).or_default();
            (cell.0, total) = (cell.0 + us, total + us);
            cell.1.push((us, c));
        }
        let last = f.span(c as usize).map(|s| s.1).or(f.standing[c as usize].map(|s| s.since)).unwrap_or(end);
        let tail = f.work(last, end).unwrap_or(0);
        if tail > 0 {
            let stands = f.standing[c as usize].map(|s| s.activity);
            let cell = took.entry((stands, stands.is_some())).or_default();
            (cell.0, total) = (cell.0 + tail, total + tail);
            cell.1.push((tail, c));
        }
    }
    let found = took.into_iter().filter(|t| t.1.0 > 0).map(|((a, stands), (us, mut cases))| {
        let share = us as f64 / total.max(1) as f64;
        // A case is behind a step when the step took a noticeable part of it.
        cases.retain(|c| c.0 > 0);
        let mut one = f.finding(share, Counted::Share, cases);
        let (days, part, k) = (shown(f.days(us)), percent(share), one.case_count);
        let Some(a) = a else {
            one.said = Said::new(
                format!("最后一步之后一直没有下文：占超期件用时的 {part}，{days} 个工作日，{k} 件。"),
                format!("Nothing followed the last step: {part} of the time of overdue cases, {days} working days, {k} cases."),
            );
            one.suggestion = Said::new("逐件催办或补登办结。", "Remind case by case, or register what is finished.");
            one.about = vec!["(无下文)".into()];
            return one;
        };
        let name = f.name(a);
        if stands {
            one.said = Said::new(
                format!("一直在“{name}”办理中：占超期件用时的 {part}，{days} 个工作日，{k} 件。"),
                format!("Still in {name:?}: {part} of the time of overdue cases, {days} working days, {k} cases."),
            );
            one.suggestion = Said::new(
                format!("逐件找“{name}”的承办人催办；办不下去的说明原因、上报协调，办完未登记的补登。"),
                format!("Ask the handler of {name:?} case by case: report what cannot go on, register what is done."),
            );
            one.about = vec![name, "办理中 in progress".into()];
        } else {
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
    if known == 0 {
        answer.figure = f64::NAN;
        if answer.said.zh.is_empty() {
            answer.said = Said::new("没有一件有时限可比。", "No case has a limit to compare with.");
        }
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
    let dueless =
        (0..log.case_count()).filter(|c| dues[*c].is_none() && f.begun(*c).is_none()).count() as u64;
    if unknown + dueless > 0 && dues.iter().any(Option::is_some) {
        let n = grouped((unknown + dueless) as i64);
        answer.note(
            format!("另有 {n} 件缺收件或办结的时间，判不了是否超期，没有计入。"),
            format!("{n} more cases lack the time of their beginning or end: nobody can tell whether they were late, they do not count."),
        );
    }
    f.note_ends(&mut answer);
    f.note_untimed(&mut answer);
    f.note_completed(&mut answer);
    answer
}
