//! 进厅不办事: units, windows and people that are present and handle nothing, or hardly anything.

use std::collections::{BTreeMap, BTreeSet};

use eventlog::Log;
use eventlog::when::NO_TIME;
use kernel::{Moment, Said, US_PER_DAY, US_PER_HOUR};

use super::facts::{Facts, grouped, percent};
use super::ping_pong::{by, hands};
use super::{Answer, Counted, Finding, Question};

/// Present on the record for at least this many working days to be judged.
const DAYS_LEAST: i64 = 20;
/// Working on at most this part of these days is hardly anything.
const HARDLY: f64 = 0.2;

#[derive(Default)]
struct Seen {
    events: u64,
    days: BTreeSet<i64>,
    cases: BTreeSet<u32>,
}

/// What each of them did.
fn seen_by(log: &Log, who: &[u32]) -> BTreeMap<u32, Seen> {
    let mut seen: BTreeMap<u32, Seen> = BTreeMap::new();
    for (c, r) in log.cases().enumerate() {
        for e in r.filter(|&e| who[e] != Log::NONE) {
            let one = seen.entry(who[e]).or_default();
            one.events += 1;
            if log.time()[e] != NO_TIME {
                one.days.insert(day_of(log.time()[e]));
            }
            if one.cases.len() < 10_000 {
                one.cases.insert(c as u32);
            }
        }
    }
    seen
}

fn day_of(us: i64) -> i64 {
    (us + 8 * US_PER_HOUR).div_euclid(US_PER_DAY)
}

pub(super) fn answer(f: &Facts<'_>) -> Answer {
    let mut answer = Answer::new(Question::IdlePresence, Counted::Times);
    let log = &*f.log;
    let (key, who, names) = hands(f);
    let seen = seen_by(log, &who);
    if seen.is_empty() && f.options.roster.is_empty() {
        answer.said = Said::new(
            "日志没有记窗口、单位或经办人，看不出谁在场不办事。请补上这一列或给出在岗名单（--roster）。",
            "The log names no window, unit or person. Add such a column, or give the list of who is present (--roster).",
        );
        return answer;
    }
    let first = log.time().iter().copied().filter(|&t| t != NO_TIME).min().unwrap_or(f.as_of);
    let mut found = Vec::new();
    // A list may name units or people: whoever is no unit of the log is looked for among its people.
    let people = (key.is_some() && f.options.roster.iter().any(|n| names.find(n.trim()).is_none()))
        .then(|| by(f, None))
        .map(|(who, names)| (seen_by(log, &who), names));
    let (mut as_people, mut nowhere) = (Vec::new(), Vec::new());
    for name in &f.options.roster {
        let mut one = names.find(name.trim()).and_then(|id| seen.get(&id));
        if one.is_none() {
            one = people.as_ref().and_then(|(seen, names)| seen.get(&names.find(name.trim())?));
            if one.is_some() { &mut as_people } else { &mut nowhere }.push(name.trim());
        }
        let from = Moment::from_us(first).date();
        let days = f.office.calendar.count(from, Moment::from_us(f.as_of).date()).max(1);
        found.extend(judge(f, name.trim(), one.unwrap_or(&Seen::default()), days, true));
    }
    if f.options.roster.is_empty() {
        for (id, one) in &seen {
            let (Some(a), Some(b)) = (one.days.first(), one.days.last()) else { continue };
            let date = |day: i64| Moment::from_us(day * US_PER_DAY - 8 * US_PER_HOUR).date();
            let days = f.office.calendar.count(date(*a), date(*b)) + 1;
            found.extend(judge(f, names.get(*id), one, days, false));
        }
    }
    let n = found.len();
    answer.keep(found, f.most());
    answer.figure = n as f64;
    answer.case_count = answer.findings.iter().map(|x| x.case_count).sum();
    answer.said = match answer.findings.first() {
        None => Said::new(
            "没有发现在场却很少办件的。",
            "Nobody was found who is present and hardly handles anything.",
        ),
        Some(first) => Said::new(
            format!("{n} 个在场却没有或很少办件，最突出的是“{}”。", first.about[0]),
            format!("{n} are present and handle nothing or hardly anything, above all {:?}.", first.about[0]),
        ),
    };
    let column = key.map_or_else(|| Said::new("经办人", "resource"), |k| Said::new(k.clone(), k));
    if f.options.roster.is_empty() {
        answer.note(
            format!("没有在岗名单：按“{}”第一条到最后一条记录之间视为在场，至少 {DAYS_LEAST} 个工作日才判断。真正一件没办的要有名单才看得出。", column.zh),
            format!("Without a list of who is present, everybody counts as present from the first to the last record of {:?}, and is judged from {DAYS_LEAST} working days on. Who handled nothing at all is seen only with a list.", column.en),
        );
    } else {
        answer.note(
            format!("按在岗名单 {} 个，与“{}”比对。", f.options.roster.len(), column.zh),
            format!(
                "{} on the list of who is present, compared with {:?}.",
                f.options.roster.len(),
                column.en
            ),
        );
        if !as_people.is_empty() {
            let names = as_people.join("、");
            answer.note(
                format!("{names} 不是“{}”里的，按经办人比对。", column.zh),
                format!("{names}: not found in {:?}, compared with the people who handled cases.", column.en),
            );
        }
        if !nowhere.is_empty() {
            let names = nowhere.join("、");
            answer.note(
                format!("{names} 在日志里一次也没有出现：先核对名字写法是否与日志一致。"),
                format!("{names}: nowhere in the log; check first that the names are written as in the log."),
            );
        }
    }
    answer
}

/// A finding about one of them, when it handled hardly anything. Days off with work count as days with work.
fn judge(f: &Facts<'_>, name: &str, seen: &Seen, days: i64, listed: bool) -> Option<Finding> {
    let busy = seen.days.len() as i64;
    let idle = (days - busy).max(0);
    let share = busy as f64 / days.max(1) as f64;
    let judged = listed || days >= DAYS_LEAST;
    if !judged || share > HARDLY {
        return None;
    }
    let cases = seen.cases.iter().map(|&c| (0, c)).collect();
    let mut one = f.finding(idle as f64, Counted::WorkingDays, cases);
    let (events, part) = (grouped(seen.events as i64), percent(share));
    one.said = if seen.events == 0 {
        Said::new(
            format!("“{name}”在岗 {days} 个工作日，没有办过一件。"),
            format!("{name:?} was present for {days} working days and handled nothing."),
        )
    } else {
        Said::new(
            format!("“{name}”在场 {days} 个工作日，只有 {busy} 天有记录（{part}），共 {events} 条。"),
            format!(
                "{name:?} was present for {days} working days, with records on {busy} of them ({part}), {events} in all."
            ),
        )
    };
    one.suggestion = Said::new(
        format!("核实“{name}”是否人进事不进、授权不到位：事项和审批权一并进厅；确实件少的并入综合窗口。"),
        format!(
            "Find out whether {name:?} came without its items or without authority: bring both in; where there is little to do, merge it into the general window."
        ),
    );
    one.about = vec![name.to_owned()];
    Some(one)
}
