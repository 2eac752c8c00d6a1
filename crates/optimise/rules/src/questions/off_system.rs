//! 体外循环: what must have happened and is not in the log, results before their inputs, dates typed in later.
//!
//! These are signals to check, never a verdict: the log cannot tell a step that was skipped from one that was
//! not written down.

use std::collections::HashMap;

use eventlog::when::NO_TIME;
use eventlog::{Filter, Log};
use kernel::{Said, US_PER_HOUR};

use super::facts::{Facts, grouped, percent};
use super::{Answer, Counted, Finding, Question};

/// A step is expected when this part of the finished cases have it.
const MUST_SHARE: f64 = 0.95;
/// An order is expected when this part of the cases with both steps keep it.
const ORDER_SHARE: f64 = 0.98;
/// Cases with both steps for an order to be learned.
const ORDER_LEAST: u64 = 20;
/// Different steps of a case looked at for orders.
const STEPS_MAX: usize = 150;
/// Where times fall in more of the places than this, and rise in more than this, the file is not in the order of recording…
const SORTED: f64 = 0.3;
/// …told from so many places.
const SORTED_LEAST: u64 = 20;
/// Several steps by one hand within this time were typed in at one go.
const BURST_US: i64 = 60_000_000;

pub(super) fn answer(f: &Facts<'_>) -> Answer {
    let mut answer = Answer::new(Question::OffSystem, Counted::Cases);
    let mut found = missing(f);
    found.extend(reversed(f));
    found.extend(typed_at_one_go(f));
    found.extend(backdated(f));
    // Lists of cases are cut, so cases in several findings are counted from the findings' own marks.
    let touched = found.iter().map(|(_, cases)| cases.iter().copied()).fold(
        vec![false; f.log.case_count()],
        |mut seen, cases| {
            cases.for_each(|c| seen[c as usize] = true);
            seen
        },
    );
    let n = touched.iter().filter(|&&t| t).count();
    answer.keep(found.into_iter().map(|x| x.0).collect(), f.most());
    (answer.figure, answer.case_count) = (n as f64, n as u64);
    let share = percent(n as f64 / f.cases());
    answer.said = if n == 0 {
        Said::new("没有发现体外循环的迹象。", "Nothing points to work outside of the system.")
    } else {
        Said::new(
            format!("{} 件（占 {share}）有体外循环的迹象，需逐件核实。", grouped(n as i64)),
            format!(
                "{} cases ({share}) show signs of work outside of the system; check them one by one.",
                grouped(n as i64)
            ),
        )
    };
    answer.note(
        "这是线索不是结论：日志分不清“没做”和“没记”。",
        "These are leads, not verdicts: a log cannot tell what was not done from what was not written down.",
    );
    if f.options.must.is_empty() {
        answer.note(
            format!("必经环节从日志推定：{} 以上的办结件都有。", percent(MUST_SHARE)),
            format!(
                "Expected steps are learned: at least {} of the finished cases have them.",
                percent(MUST_SHARE)
            ),
        );
    }
    f.note_ends(&mut answer);
    f.note_completed(&mut answer);
    answer
}

type Found = (Finding, Vec<u32>);

fn found(f: &Facts<'_>, cases: Vec<u32>) -> Found {
    let weighed = cases.iter().map(|&c| (0, c)).collect();
    (f.finding(cases.len() as f64, Counted::Cases, weighed), cases)
}

fn missing(f: &Facts<'_>) -> Vec<Found> {
    let log = &*f.log;
    let finished: Vec<u32> = (0..log.case_count() as u32).filter(|&c| f.finished(c as usize)).collect();
    let mut having = vec![0u64; log.activities.len()];
    let mut seen = vec![u32::MAX; log.activities.len()];
    for &c in &finished {
        for &a in &log.activity()[log.case(c as usize)] {
            if std::mem::replace(&mut seen[a as usize], c) != c {
                having[a as usize] += 1;
            }
        }
    }
    let learned = |a: &u32| {
        let n = having[*a as usize] as f64;
        finished.len() >= 20 && n >= finished.len() as f64 * MUST_SHARE
    };
    let expected: Vec<(String, Option<u32>)> = if f.options.must.is_empty() {
        (0..log.activities.len() as u32).filter(learned).map(|a| (f.name(a), Some(a))).collect()
    } else {
        f.options.must.iter().map(|m| (m.clone(), log.activities.find(m))).collect()
    };
    let mut all = Vec::new();
    for (name, activity) in expected {
        let lacks = |c: &&u32| activity.is_none_or(|a| !log.activity()[log.case(**c as usize)].contains(&a));
        let cases: Vec<u32> = finished.iter().filter(lacks).copied().collect();
        if cases.is_empty() {
            continue;
        }
        let (n, share) = (cases.len(), percent(1.0 - cases.len() as f64 / finished.len().max(1) as f64));
        let (mut one, cases) = found(f, cases);
        one.said = Said::new(
            format!("{n} 件办结了却没有“{name}”（{share} 的办结件都有）。"),
            format!("{n} finished cases lack {name:?}, which {share} of the finished cases have."),
        );
        one.suggestion = Said::new(
            format!(
                "抽查：“{name}”是免办（请在事项里写明情形）、漏录，还是在系统外办的；系统外办的收回线上。"
            ),
            format!(
                "Check samples: was {name:?} not needed (then say so in the item's situations), not recorded, or done outside? What is done outside comes back in."
            ),
        );
        one.about = vec![name];
        all.push((one, cases));
    }
    all
}

/// First times of the different activities of a case.
fn firsts(f: &Facts<'_>, c: usize) -> Vec<(u32, i64)> {
    let log = &*f.log;
    let mut first: Vec<(u32, i64)> = Vec::new();
    for e in log.case(c).filter(|&e| log.time()[e] != NO_TIME) {
        let (a, t) = (log.activity()[e], log.time()[e]);
        match first.iter().position(|x| x.0 == a) {
            Some(i) => first[i].1 = first[i].1.min(t),
            None if first.len() < STEPS_MAX => first.push((a, t)),
            None => {}
        }
    }
    first
}

fn reversed(f: &Facts<'_>) -> Vec<Found> {
    let log = &*f.log;
    let given: Vec<(u32, u32)> = f
        .options
        .orders
        .iter()
        .filter_map(|(a, b)| log.activities.find(a).zip(log.activities.find(b)))
        .collect();
    let mut before: HashMap<(u32, u32), u64> = HashMap::new();
    if f.options.orders.is_empty() {
        for c in 0..log.case_count() {
            let first = firsts(f, c);
            for &(a, ta) in &first {
                for &(b, tb) in &first {
                    if ta < tb {
                        *before.entry((a, b)).or_default() += 1;
                    }
                }
            }
        }
    }
    let count = |a: u32, b: u32| before.get(&(a, b)).copied().unwrap_or(0);
    let learned = before.iter().filter(|&(&(a, b), &n)| {
        let back = count(b, a);
        n >= ORDER_LEAST && back > 0 && n as f64 >= (n + back) as f64 * ORDER_SHARE
    });
    let mut orders: Vec<(u32, u32)> =
        if f.options.orders.is_empty() { learned.map(|(p, _)| *p).collect() } else { given };
    orders.sort_by_key(|&(a, b)| (std::cmp::Reverse(count(b, a)), a, b));
    orders.truncate(200);
    let mut cases: Vec<Vec<u32>> = vec![Vec::new(); orders.len()];
    for c in 0..log.case_count() {
        let first = firsts(f, c);
        let at = |a: u32| first.iter().find(|x| x.0 == a).map(|x| x.1);
        for (i, &(a, b)) in orders.iter().enumerate() {
            if let (Some(ta), Some(tb)) = (at(a), at(b))
                && tb < ta
            {
                cases[i].push(c as u32);
            }
        }
    }
    let listed = orders.into_iter().zip(cases).filter(|x| !x.1.is_empty()).map(|((a, b), cases)| {
        let (first, second) = (f.name(a), f.name(b));
        let n = cases.len();
        let (mut one, cases) = found(f, cases);
        one.said = Said::new(
            format!("{n} 件的“{second}”早于“{first}”：结果先于前提。"),
            format!("In {n} cases {second:?} comes before {first:?}: the result before its input."),
        );
        one.suggestion = Said::new(
            "核对这些件：是先办后补（体外循环）、补录时填错时间，还是顺序本就可以颠倒（那就在流程里放开）。",
            "Check these cases: done first and papered later, a wrong date typed in, or an order that may be turned round (then allow it).",
        );
        one.filter = Some(Filter::Follows {
            source: second.clone(),
            target: first.clone(),
            eventually: true,
            within_us: None,
        });
        one.about = vec![first, second];
        (one, cases)
    });
    listed.collect()
}

/// Three steps or more by one hand within a minute, where such steps usually lie an hour or more apart.
fn typed_at_one_go(f: &Facts<'_>) -> Option<Found> {
    let log = &*f.log;
    let mut gaps: HashMap<(u32, u32), Vec<i64>> = HashMap::new();
    for r in log.cases() {
        for e in r.start + 1..r.end {
            if log.time()[e] != NO_TIME && log.time()[e - 1] != NO_TIME {
                let pair = (log.activity()[e - 1], log.activity()[e]);
                gaps.entry(pair).or_default().push(log.time()[e] - log.time()[e - 1]);
            }
        }
    }
    let slow: HashMap<(u32, u32), bool> = gaps
        .into_iter()
        .map(|(p, mut g)| {
            g.sort_unstable();
            (p, g.len() >= 10 && g[g.len() / 2] >= US_PER_HOUR)
        })
        .collect();
    let quick = |e: usize| {
        let pair = (log.activity()[e - 1], log.activity()[e]);
        log.time()[e - 1] != NO_TIME
            && log.time()[e] != NO_TIME
            && log.time()[e] - log.time()[e - 1] <= BURST_US
            && log.resource()[e] != Log::NONE
            && log.resource()[e] == log.resource()[e - 1]
            && slow.get(&pair).copied().unwrap_or(false)
    };
    let burst = |r: std::ops::Range<usize>| {
        let mut run = 0;
        (r.start + 1..r.end).any(|e| {
            run = if quick(e) { run + 1 } else { 0 };
            run >= 2
        })
    };
    let cases: Vec<u32> =
        log.cases().enumerate().filter(|(_, r)| burst(r.clone())).map(|(c, _)| c as u32).collect();
    (!cases.is_empty()).then(|| {
        let n = cases.len();
        let (mut one, cases) = found(f, cases);
        one.said = Said::new(
            format!("{n} 件有同一人一分钟内连记三步以上，而这些步骤平时相隔一小时以上：像是事后集中补录。"),
            format!("In {n} cases one hand recorded three steps or more within a minute that usually lie an hour or more apart: it looks typed in afterwards."),
        );
        one.suggestion = Said::new(
            "办一步记一步；确需补录的，写明实际办理时间和补录原因。",
            "Record each step when it is done; where it must be later, state the real time and the reason.",
        );
        one.about = vec!["补录 typed in later".into()];
        (one, cases)
    })
}

/// The file has an event after another one of the same case whose time is earlier.
fn backdated(f: &Facts<'_>) -> Option<Found> {
    let log = &*f.log;
    let mut rows: Vec<(u32, i64)> = Vec::new();
    // Cases whose times fall, and those whose times rise, as the file has them; how often they do.
    let (mut cases, mut times): ([Vec<u32>; 2], [u64; 2]) = Default::default();
    for (c, r) in log.cases().enumerate() {
        rows.clear();
        rows.extend(r.filter(|&e| log.time()[e] != NO_TIME).map(|e| (log.row(e), log.time()[e])));
        rows.sort_unstable();
        for way in [0, 1] {
            let turns = |w: &&[(u32, i64)]| if way == 0 { w[1].1 < w[0].1 } else { w[1].1 > w[0].1 };
            let n = rows.windows(2).filter(turns).count() as u64;
            times[way] += n;
            if n > 0 {
                cases[way].push(c as u32);
            }
        }
    }
    // A file with the newest first tells what was filled in later by times that rise; one sorted by names tells nothing.
    let all = times[0] + times[1];
    let share = times[0] as f64 / all.max(1) as f64;
    let [falls, rises] = cases;
    let (cases, pairs) = match share {
        _ if all < SORTED_LEAST => (falls, times[0]),
        s if s >= 1.0 - SORTED => (rises, times[1]),
        s if s > SORTED => return None,
        _ => (falls, times[0]),
    };
    (!cases.is_empty()).then(|| {
        let (n, pairs) = (cases.len(), grouped(pairs as i64));
        let (mut one, cases) = found(f, cases);
        one.said = Said::new(
            format!("{n} 件里后记录的事件时间更早（共 {pairs} 处）：记录次序和所填时间不一致，可能事后补填了日期。"),
            format!("In {n} cases an event recorded later bears an earlier time ({pairs} places): dates may have been filled in afterwards."),
        );
        one.suggestion = Said::new(
            "先确认导出是否按记录次序；若是，由系统自动记时，人工改动的时间另列一栏并留痕。",
            "First make sure that the export keeps the order of recording; if so, let the system set the time, and keep times changed by hand in a column of their own, on record.",
        );
        one.about = vec!["倒填 backdated".into()];
        (one, cases)
    })
}
