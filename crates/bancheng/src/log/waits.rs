//! `bancheng log waits`: for every transition its waiting with all its causes, and the handling apart.

use eventlog::Log;
use eventlog::waiting::{
    Cause, EventWaiting, TransitionWaiting, Waiting, WaitingOptions, waiting_of_events,
    waiting_of_transitions,
};
use serde_json::{Value, json};

use super::files::{Hours, Input, print};

/// Cases named behind one cause.
const NAMED: usize = 100;

pub(super) fn run(input: &Input, hours: &Hours, by_resource: bool) -> anyhow::Result<()> {
    let office = hours.office()?;
    let log = input.read()?;
    // Records of the beginning and the end of a step are one step.
    let (log, _) = eventlog::lifecycle::steps(&log);
    let duty = |_: &str| Some(&office.clock);
    let Some(events) = waiting_of_events(&log, &WaitingOptions::default(), duty, Some(&office.clock)) else {
        anyhow::bail!(
            "日志没有开始时间，分不出等待和办理：请用含“开始时间”“结束时间”两列的表，或带 start、complete 记录的 XES / \
             the log has no start times, so waiting cannot be told from handling: use a table with start and end, or XES with start and complete records"
        );
    };
    let (mut waiting, mut working, mut handling) = (Waiting::default(), Waiting::default(), (0, 0));
    for w in &events {
        waiting.add(&w.waiting);
        working.add(&w.working);
        handling = (handling.0 + w.handling_us, handling.1 + w.handling_working_us);
    }
    let transitions: Vec<Value> =
        waiting_of_transitions(&log, &events, by_resource).iter().map(|t| shown(&log, &events, t)).collect();
    print(&json!({
        "transitions": transitions,
        "total": {
            "count": events.len(),
            "waiting": seconds(&waiting),
            "waiting_working": seconds(&working),
            "handling_seconds": secs(handling.0),
            "handling_working_seconds": secs(handling.1),
        },
        "working_day_seconds": secs(office.day_us),
    }))
}

fn secs(us: i64) -> f64 {
    us as f64 / 1e6
}

fn word(cause: Cause) -> &'static str {
    match cause {
        Cause::Batching => "batching",
        Cause::Contention => "contention",
        Cause::Prioritization => "prioritization",
        Cause::Unavailability => "unavailability",
        Cause::Extraneous => "extraneous",
    }
}

/// All parts in seconds; they add up to `total`.
fn seconds(w: &Waiting) -> Value {
    let mut out = json!({ "total": secs(w.total_us) });
    for cause in Cause::ALL {
        out[word(cause)] = secs(w.part(cause)).into();
    }
    out
}

fn shown(log: &Log, events: &[EventWaiting], t: &TransitionWaiting) -> Value {
    let name = |c: u32| log.case_name(c as usize);
    let mut parts = serde_json::Map::new();
    for cause in Cause::ALL {
        let mut behind: Vec<(u32, i64)> = Vec::new();
        for w in t.events.iter().map(|&e| &events[e as usize]).filter(|w| w.waiting.part(cause) > 0) {
            match behind.last_mut() {
                Some(last) if last.0 == w.case => last.1 += w.waiting.part(cause),
                _ => behind.push((w.case, w.waiting.part(cause))),
            }
        }
        behind.sort_by_key(|&(c, us)| (std::cmp::Reverse(us), c));
        let named: Vec<&str> = behind.iter().take(NAMED).map(|&(c, _)| name(c)).collect();
        parts.insert(word(cause).into(), json!({ "count": behind.len(), "cases": named }));
    }
    let mut out = json!({
        "source": t.source_activity,
        "target": t.target_activity,
        "count": t.count,
        "case_count": t.cases.len(),
        "waiting": seconds(&t.waiting),
        "waiting_working": seconds(&t.working),
        "handling_seconds": secs(t.handling_us),
        "handling_working_seconds": secs(t.handling_working_us),
        "behind": parts,
    });
    if !t.source_resource.is_empty() || !t.target_resource.is_empty() {
        out["source_resource"] = t.source_resource.clone().into();
        out["target_resource"] = t.target_resource.clone().into();
    }
    out
}
