//! 踢皮球: a case goes from one to another and back, and something is done again that was done before.

use std::collections::HashMap;

use eventlog::Log;
use eventlog::intern::Interner;
use kernel::Said;

use super::facts::{Facts, grouped, percent, shown};
use super::{Answer, Counted, Question};

/// Columns that may name a unit.
pub(super) const UNITS: [&str; 13] = [
    "*承办单位",
    "*责任单位",
    "单位",
    "*单位名称",
    "部门",
    "*部门名称",
    "*科室",
    "*处室",
    "org:group",
    "unit",
    "*department",
    "org:unit",
    "org:role",
];

/// What systems write where nobody is named.
const NOBODY: [&str; 11] =
    ["EMPTY", "N/A", "NA", "NULL", "NONE", "UNDEFINED", "UNKNOWN", "MISSING", "-", "无", "未知"];

#[derive(Default)]
struct Returns {
    times: u64,
    us: i64,
    cases: Vec<(i64, u32)>,
}

/// Who did each event: units where the log names them, else people.
pub(super) fn hands(f: &Facts<'_>) -> (Option<String>, Vec<u32>, Interner) {
    let key = f.event_key(f.options.unit.as_ref(), &UNITS).filter(|k| k != "org:resource");
    let (who, names) = by(f, key.as_ref());
    (key, who, names)
}

/// Who did each event by a column of events, or by the people without one.
pub(super) fn by(f: &Facts<'_>, key: Option<&String>) -> (Vec<u32>, Interner) {
    let log = &*f.log;
    let mut names = Interner::default();
    let nobody = |text: &str| text.is_empty() || NOBODY.iter().any(|n| n.eq_ignore_ascii_case(text));
    let mut id = |text: &str| {
        let text = text.trim();
        if nobody(text) { Log::NONE } else { names.intern(text).unwrap_or(Log::NONE) }
    };
    let who = match key {
        Some(key) => (0..log.event_count()).map(|e| id(&log.text_of(e, key))).collect(),
        None => {
            let of: Vec<u32> = log.resources.iter().map(&mut id).collect();
            log.resource().iter().map(|&r| of.get(r as usize).copied().unwrap_or(Log::NONE)).collect()
        }
    };
    (who, names)
}

pub(super) fn answer(f: &Facts<'_>) -> Answer {
    let mut answer = Answer::new(Question::PingPong, Counted::Times);
    let log = &*f.log;
    let (key, who, names) = hands(f);
    if names.is_empty() {
        answer.said = Said::new(
            "日志没有记经办人或单位，看不出转来转去。请补上经办人列，或用 --unit 指定单位列。",
            "The log names neither people nor units, so hand-overs cannot be seen. Add such a column, or name one with --unit.",
        );
        return answer;
    }
    let mut found: HashMap<(u32, u32), Returns> = HashMap::new();
    let (mut plain, mut all_cases, mut all) = (0u64, 0u64, 0u64);
    for (c, r) in log.cases().enumerate() {
        let mut runs: Vec<(u32, usize, usize)> = Vec::new();
        for e in r.clone().filter(|&e| who[e] != Log::NONE) {
            match runs.last_mut() {
                Some(last) if last.0 == who[e] => last.2 = e,
                _ => runs.push((who[e], e, e)),
            }
        }
        let before = all;
        for w in runs.windows(3).filter(|w| w[0].0 == w[2].0) {
            let back = w[2].1;
            // Going on at the first hand is work; doing again what the case has seen is ball kicking.
            if !log.activity()[r.start..back].contains(&log.activity()[back]) {
                plain += 1;
                continue;
            }
            let us = f.work(log.time()[w[0].2], log.time()[back]).unwrap_or(0);
            let cell = found.entry((w[0].0, w[1].0)).or_default();
            (cell.times, cell.us, all) = (cell.times + 1, cell.us + us, all + 1);
            cell.cases.push((us, c as u32));
        }
        all_cases += u64::from(all > before);
    }
    let listed = found.into_iter().map(|((a, b), cell)| {
        let (a, b) = (names.get(a).to_owned(), names.get(b).to_owned());
        let (times, days) = (cell.times, shown(f.days(cell.us)));
        let mut one = f.finding(times as f64, Counted::Times, cell.cases);
        let n = one.case_count;
        one.said = Said::new(
            format!("“{a}”转给“{b}”又被转回并重做 {times} 次，涉及 {n} 件，来回耗 {days} 个工作日。"),
            format!("{a:?} handed to {b:?}, got it back and did a step again {times} times in {n} cases; the ways there and back took {days} working days."),
        );
        one.suggestion = Said::new(
            format!("由牵头单位召集“{a}”“{b}”定清分工，写进职责清单；再退回的须附依据并转协调人裁定，首问负责不变。"),
            format!("Let the lead unit settle who does what between {a:?} and {b:?}, in writing; further returns need their ground and go to the coordinator, and the first asked stays responsible."),
        );
        one.about = vec![a, b];
        one
    });
    answer.keep(listed.collect(), f.most());
    (answer.figure, answer.case_count) = (all as f64, all_cases);
    let (n, share) = (grouped(all_cases as i64), percent(all_cases as f64 / f.cases()));
    answer.said = match answer.findings.first() {
        None => Said::new(
            "没有发现转出去又转回来重做的件。",
            "No case was handed on, came back and was done again.",
        ),
        Some(first) => Said::new(
            format!(
                "{n} 件（占 {share}）转出去又转回来重做，共 {} 次；最多的是“{}”与“{}”之间。",
                grouped(all as i64),
                first.about[0],
                first.about[1]
            ),
            format!(
                "{n} cases ({share}) were handed on, came back and were done again, {} times in all; most between {:?} and {:?}.",
                grouped(all as i64),
                first.about[0],
                first.about[1]
            ),
        ),
    };
    let by = key.map_or_else(|| Said::new("经办人", "resource"), |k| Said::new(k.clone(), k));
    answer.note(
        format!("按“{}”区分；另有 {plain} 次往返回来后是新的一步，属正常流转，不算。", by.zh),
        format!("Told apart by {:?}; {plain} more returns went on with a new step: that is normal and not counted.", by.en),
    );
    f.note_completed(&mut answer);
    answer
}
