//! 断点: where cases stop: the last step is no regular end, and it has been quiet for longer than usual there.

use kernel::{Said, US_PER_DAY};

use super::facts::{Facts, grouped, percent, quantile, shown};
use super::{Answer, Counted, Finding, Question};

pub(super) fn answer(f: &Facts<'_>) -> Answer {
    let mut answer = Answer::new(Question::Stops, Counted::Cases);
    let log = &*f.log;
    let usual = usual_silence(f);
    let inside = usual_handling(f);
    // After a step, and inside of one.
    let mut stopped: [Vec<Vec<(i64, u32)>>; 2] = [(); 2].map(|()| vec![Vec::new(); log.activities.len()]);
    let (mut running, mut unknown) = (0u64, 0u64);
    for c in 0..log.case_count() {
        if f.finished(c) {
            continue;
        }
        let Some((a, since, stands)) = f.place(c) else { continue };
        let usual = if stands { &inside } else { &usual };
        match f.work(since, f.as_of) {
            Some(silence) if silence > usual[a as usize] => {
                stopped[usize::from(stands)][a as usize].push((silence, c as u32));
            }
            Some(_) => running += 1,
            None => unknown += 1,
        }
    }
    let all: usize = stopped.iter().flatten().map(Vec::len).sum();
    let mut found = Vec::new();
    let [after, within] = stopped;
    for (a, cases) in within.into_iter().enumerate().filter(|s| !s.1.is_empty()) {
        found.push(in_step(f, a as u32, cases, inside[a]));
    }
    for (a, cases) in after.into_iter().enumerate().filter(|s| !s.1.is_empty()) {
        let name = f.name(a as u32);
        let n = cases.len();
        let mut silence: Vec<i64> = cases.iter().map(|c| c.0).collect();
        silence.sort_unstable();
        let (median, share) =
            (shown(f.days(quantile(&silence, 0.5))), percent(n as f64 / f.having[a].max(1) as f64));
        let limit = shown(f.days(usual[a]));
        let mut one = f.finding(n as f64, Counted::Cases, cases);
        one.said = Said::new(
            format!(
                "{n} 件停在“{name}”之后（到过这一步的 {share}），一半已静默 {median} 个工作日以上；正常间隔不超过 {limit} 个工作日。"
            ),
            format!(
                "{n} cases stopped after {name:?} ({share} of those that got there); half have been silent for {median} working days or more, while the usual pause is at most {limit}."
            ),
        );
        one.suggestion = Said::new(
            format!(
                "逐件核实：办结未登记的补登，等申请人的书面告知并停表，没人接的明确承办人；给“{name}”之后设超期提醒。"
            ),
            format!(
                "Check case by case: register what is finished, notify applicants in writing and stop the clock, name a handler where nobody took it; set a reminder after {name:?}."
            ),
        );
        one.about = vec![name];
        found.push(one);
    }
    answer.keep(found, f.most());
    (answer.figure, answer.case_count) = (all as f64, all as u64);
    let share = percent(all as f64 / f.cases());
    answer.said = match answer.findings.first() {
        None => Said::new("没有发现停在中途的件。", "No case was found that stopped on its way."),
        Some(first) => Said::new(
            format!(
                "{} 件停在中途（占 {share}），最多的停在“{}”{}（{} 件）。",
                grouped(all as i64),
                first.about[0],
                if first.about.len() > 1 { "办理中" } else { "之后" },
                first.case_count
            ),
            format!(
                "{} cases stopped on their way ({share}), most of them {} {:?} ({}).",
                grouped(all as i64),
                if first.about.len() > 1 { "in" } else { "after" },
                first.about[0],
                first.case_count
            ),
        ),
    };
    f.note_ends(&mut answer);
    let day = kernel::Moment::from_us(f.as_of).date();
    answer.note(
        format!("以 {day} 为截止日；{running} 件没到结束环节但间隔正常，按在办计。"),
        format!("As of {day}; {running} cases have not reached an end but their pause is usual: they count as running."),
    );
    if unknown > 0 {
        answer.note(
            format!("另有 {unknown} 件没到结束环节而没有一条记录有时间，看不出停了多久。"),
            format!("{unknown} more cases have not reached an end and have no time at all: how long they have been silent is not known."),
        );
    }
    f.note_untimed(&mut answer);
    f.note_completed(&mut answer);
    answer
}

/// Cases that stand in a step that was begun and has not ended.
fn in_step(f: &Facts<'_>, a: u32, cases: Vec<(i64, u32)>, usual: i64) -> Finding {
    let name = f.name(a);
    let n = cases.len();
    let mut silence: Vec<i64> = cases.iter().map(|c| c.0).collect();
    silence.sort_unstable();
    let (median, limit) = (shown(f.days(quantile(&silence, 0.5))), shown(f.days(usual)));
    let mut one = f.finding(n as f64, Counted::Cases, cases);
    one.said = Said::new(
        format!(
            "{n} 件停在“{name}”办理中：已开始、没有办完，一半已 {median} 个工作日以上；这一步正常不超过 {limit} 个工作日。"
        ),
        format!(
            "{n} cases stand in {name:?}: begun and not ended, half of them for {median} working days or more, while it usually takes at most {limit}."
        ),
    );
    one.suggestion = Said::new(
        format!(
            "逐件找“{name}”的承办人核实：办完未登记的补登，办不下去的说明原因、上报协调；给“{name}”设办理时限和到期提醒。"
        ),
        format!(
            "Ask the handler of {name:?} case by case: register what is done, report what cannot go on; give {name:?} a limit and a reminder."
        ),
    );
    one.about = vec![name, "办理中 in progress".into()];
    one
}

/// For each activity how long 95 of 100 cases are in it at most (at least one day of office time); of all together where few are
/// known.
fn usual_handling(f: &Facts<'_>) -> Vec<i64> {
    let log = &*f.log;
    let mut lasts: Vec<Vec<i64>> = vec![Vec::new(); log.activities.len()];
    if let Some(begin) = log.begin() {
        for e in 0..log.event_count() {
            if let Some(us) = f.work(begin[e], log.time()[e]) {
                lasts[log.activity()[e] as usize].push(us);
            }
        }
    }
    quantiles(f, lasts)
}

/// For each activity the pause after it that 95 of 100 cases do not exceed (at least one calendar day's worth
/// of office time); of all activities together where it is always the last.
fn usual_silence(f: &Facts<'_>) -> Vec<i64> {
    let log = &*f.log;
    let mut gaps: Vec<Vec<i64>> = vec![Vec::new(); log.activities.len()];
    for r in log.cases() {
        for e in r.start + 1..r.end {
            if let Some(us) = f.work(log.time()[e - 1], log.time()[e]) {
                gaps[log.activity()[e - 1] as usize].push(us);
            }
        }
    }
    quantiles(f, gaps)
}

fn quantiles(f: &Facts<'_>, mut gaps: Vec<Vec<i64>>) -> Vec<i64> {
    let mut all: Vec<i64> = gaps.iter().flatten().copied().collect();
    all.sort_unstable();
    let day = f.office.day_us.min(US_PER_DAY);
    let overall = quantile(&all, 0.95).max(day);
    let of = |gaps: &mut Vec<i64>| {
        gaps.sort_unstable();
        if gaps.len() < 5 { overall } else { quantile(gaps, 0.95).max(day) }
    };
    gaps.iter_mut().map(of).collect()
}
