//! 反复提交、补正: which steps are done again, by which way back, what it costs, and which material causes it.

use std::collections::HashMap;

use kernel::Said;

use super::facts::{Facts, grouped, percent, shown};
use super::{Answer, Counted, Question};

/// Columns that may name the material or the reason, most telling first.
const MATERIALS: [&str; 9] =
    ["*补正材料", "*材料", "*补正", "*退回原因", "*原因", "*事由", "*material", "*reason", "*document"];
/// Activities between two occurrences for the way to be told.
const WAY_MAX: usize = 6;

#[derive(Default)]
struct Again {
    extra: u64,
    us: i64,
    cases: Vec<(i64, u32)>,
    ways: HashMap<Vec<u32>, u64>,
    materials: HashMap<String, u64>,
}

pub(super) fn answer(f: &Facts<'_>) -> Answer {
    let mut answer = Answer::new(Question::Rework, Counted::WorkingDays);
    let log = &*f.log;
    let key = f.event_key(f.options.material.as_ref(), &MATERIALS);
    let mut again: HashMap<u32, Again> = HashMap::new();
    let mut last_at: HashMap<u32, usize> = HashMap::new();
    let (mut cases, mut lost) = (0u64, 0i64);
    for (c, r) in log.cases().enumerate() {
        last_at.clear();
        let mut ways: Vec<(usize, usize)> = Vec::new();
        for e in r {
            let a = log.activity()[e];
            let Some(before) = last_at.insert(a, e) else { continue };
            ways.push((before, e));
            let us = f.work(log.time()[before], log.time()[e]).unwrap_or(0);
            let cell = again.entry(a).or_default();
            cell.extra += 1;
            cell.us += us;
            match cell.cases.last_mut().filter(|l| l.1 == c as u32) {
                Some(last) => last.0 += us,
                None => cell.cases.push((us, c as u32)),
            }
            if e - before - 1 <= WAY_MAX {
                *cell.ways.entry(log.activity()[before + 1..e].to_vec()).or_default() += 1;
            }
            if let Some(key) = &key {
                // What is named on the way back, or else by the repeated step itself.
                let named = (before + 1..=e).map(|e| log.text_of(e, key)).find(|t| !t.trim().is_empty());
                if let Some(text) = named.filter(|_| cell.materials.len() < 10_000) {
                    *cell.materials.entry(text.trim().chars().take(60).collect()).or_default() += 1;
                }
            }
        }
        cases += u64::from(!ways.is_empty());
        lost += covered(f, &ways);
    }
    let found = again.into_iter().map(|(a, cell)| finding(f, a, cell)).collect();
    answer.keep(found, f.most());
    (answer.figure, answer.case_count) = (f.days(lost), cases);
    let (n, share, days) = (grouped(cases as i64), percent(cases as f64 / f.cases()), shown(f.days(lost)));
    answer.said = match answer.findings.first() {
        None => Said::new("没有环节重复办理。", "No step was done twice in a case."),
        Some(first) => Said::new(
            format!(
                "{n} 件有返工（占 {share}），往返共耗 {days} 个工作日；最费时的是反复“{}”。",
                first.about[0]
            ),
            format!(
                "{n} cases had rework ({share}); the ways back took {days} working days, most of them repeating {:?}.",
                first.about[0]
            ),
        ),
    };
    match key {
        Some(key) => {
            answer.note(format!("原因取自列“{key}”。"), format!("Causes are read from the column {key:?}."));
        }
        None => answer.note(
            "日志没有写明材料或原因的列，说不出是哪份材料引起；可用 --material 指定。",
            "No column names the material or the reason, so the cause cannot be told; name one with --material.",
        ),
    }
    f.note_untimed(&mut answer);
    f.note_completed(&mut answer);
    answer
}

/// Office time covered by the ways back of one case; ways inside of others count once.
fn covered(f: &Facts<'_>, ways: &[(usize, usize)]) -> i64 {
    let time = f.log.time();
    let mut sum = 0;
    let mut block: Option<(usize, usize)> = None;
    // Ways end one after the other: from the last, a block grows to the left while ways reach into it.
    for &(from, to) in ways.iter().rev() {
        block = match block {
            Some((left, right)) if to > left => Some((left.min(from), right)),
            Some((left, right)) => {
                sum += f.work(time[left], time[right]).unwrap_or(0);
                Some((from, to))
            }
            None => Some((from, to)),
        };
    }
    sum + block.map_or(0, |(left, right)| f.work(time[left], time[right]).unwrap_or(0))
}

fn finding(f: &Facts<'_>, a: u32, cell: Again) -> super::Finding {
    let name = f.name(a);
    let (n, extra, days) = (cell.cases.len(), grouped(cell.extra as i64), shown(f.days(cell.us)));
    let way = cell.ways.iter().max_by_key(|(way, n)| (**n, std::cmp::Reverse((*way).clone())));
    let path: Vec<String> = way.map(|w| w.0.iter().map(|&a| f.name(a)).collect()).unwrap_or_default();
    let (way_zh, way_en) = match (way, path.is_empty()) {
        (None, _) => (String::new(), String::new()),
        (Some((_, k)), true) => {
            (format!("，多是紧接着重做（{k} 次）"), format!(", mostly straight again ({k} times)"))
        }
        (Some((_, k)), false) => {
            let through = path.join("→");
            (
                format!("，最常见的回路经过“{through}”（{k} 次）"),
                format!(", most often by way of {through:?} ({k} times)"),
            )
        }
    };
    let mut materials: Vec<(String, u64)> = cell.materials.into_iter().collect();
    materials.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    materials.truncate(3);
    let listed = |sep: &str| materials.iter().map(|(m, n)| format!("{m} {n}")).collect::<Vec<_>>().join(sep);
    let (why_zh, why_en) = if materials.is_empty() {
        (String::new(), String::new())
    } else {
        (format!("；主要因为：{}", listed("、")), format!("; mostly because of: {}", listed(", ")))
    };
    let mut one = f.finding(f.days(cell.us), Counted::WorkingDays, cell.cases);
    one.said = Said::new(
        format!("“{name}”在 {n} 件中重复 {extra} 次，往返耗 {days} 个工作日{way_zh}{why_zh}。"),
        format!(
            "{name:?} was done again {extra} times in {n} cases; that took {days} working days{way_en}{why_en}."
        ),
    );
    one.suggestion = match materials.first() {
        Some((m, _)) => Said::new(
            format!("把“{m}”写进一次性告知并附样例，提交时先校验；能由部门共享取得的不再要。"),
            format!(
                "Put {m:?} into the one-time notice with a sample, check it on submission, and fetch it from other departments where that is possible."
            ),
        ),
        None if path.is_empty() => Said::new(
            format!("查明为什么“{name}”要连做几遍：一次录不全、系统要求、还是换人重做；能合并的合并。"),
            format!(
                "Find out why {name:?} is done several times in a row: incomplete entry, a rule of the system, or another hand; merge where possible."
            ),
        ),
        None => Said::new(
            format!("在“{name}”之前把标准讲清（一次性告知、样表），退回须一次说全理由。"),
            format!(
                "Make the standard clear before {name:?} (one-time notice, samples); whoever sends back must give all reasons at once."
            ),
        ),
    };
    one.about = std::iter::once(name).chain(path).chain(materials.into_iter().map(|m| m.0)).collect();
    one
}
