//! 计数: what happened since the process began: requests by route and status, rounds of the worker by care.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// The counters of this process.
pub static METER: Meter = Meter { all: Mutex::new(None) };

/// Upper ends of the buckets of durations, milliseconds.
const ENDS_MS: [u64; 9] = [5, 10, 25, 50, 100, 250, 1_000, 5_000, 30_000];
/// Series at most. Routes are those of the router, so this is never met; it bounds memory whatever happens.
const SERIES_MAX: usize = 4_000;

/// Counters.
#[derive(Debug)]
pub struct Meter {
    all: Mutex<Option<Counts>>,
}

#[derive(Debug, Default)]
struct Counts {
    requests: BTreeMap<(String, &'static str, u16), Timed>,
    cares: BTreeMap<&'static str, Cared>,
}

#[derive(Debug, Default)]
struct Timed {
    n: u64,
    us: u64,
    within: [u64; ENDS_MS.len()],
}

#[derive(Debug, Default)]
struct Cared {
    done: u64,
    failed: u64,
    amount: u64,
    us: u64,
}

fn us(took: Duration) -> u64 {
    u64::try_from(took.as_micros()).unwrap_or(u64::MAX)
}

impl Meter {
    /// A request was answered.
    pub fn request(&self, route: &str, method: &'static str, status: u16, took: Duration) {
        let mut all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        let all = all.get_or_insert_default();
        if all.requests.len() >= SERIES_MAX {
            return;
        }
        let timed = all.requests.entry((route.to_owned(), method, status)).or_default();
        timed.n += 1;
        timed.us = timed.us.saturating_add(us(took));
        let ms = took.as_millis();
        for (n, _) in timed.within.iter_mut().zip(ENDS_MS).filter(|(_, end)| ms <= u128::from(*end)) {
            *n += 1;
        }
    }
    /// A care of the worker was done, or failed.
    pub fn care(&self, name: &'static str, done: Option<usize>, took: Duration) {
        let mut all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        let care = all.get_or_insert_default().cares.entry(name).or_default();
        match done {
            Some(n) => {
                care.done += 1;
                care.amount += n as u64;
            }
            None => care.failed += 1,
        }
        care.us = care.us.saturating_add(us(took));
    }
    /// Everything, as Prometheus reads it.
    pub fn write(&self, out: &mut String) {
        let all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(all) = &*all else { return };
        out.push_str(
            "# HELP bancheng_request_seconds Requests by route and status, and how long they took.\n",
        );
        out.push_str("# TYPE bancheng_request_seconds histogram\n");
        for ((route, method, status), t) in &all.requests {
            let of = format!("route=\"{route}\",method=\"{method}\",status=\"{status}\"");
            for (end, n) in ENDS_MS.iter().zip(t.within) {
                let end = *end as f64 / 1_000.0;
                let _ = writeln!(out, "bancheng_request_seconds_bucket{{{of},le=\"{end}\"}} {n}");
            }
            let _ = writeln!(out, "bancheng_request_seconds_bucket{{{of},le=\"+Inf\"}} {}", t.n);
            let _ = writeln!(out, "bancheng_request_seconds_sum{{{of}}} {}", t.us as f64 / 1e6);
            let _ = writeln!(out, "bancheng_request_seconds_count{{{of}}} {}", t.n);
        }
        for (name, help, of) in [
            (
                "care_rounds",
                "Rounds of a care that were done.",
                (|c: &Cared| c.done as f64) as fn(&Cared) -> f64,
            ),
            ("care_failures", "Rounds of a care that failed.", |c| c.failed as f64),
            ("care_done", "What a care has done: lights, letters read, facts.", |c| c.amount as f64),
            ("care_seconds", "Seconds a care has worked.", |c| c.us as f64 / 1e6),
        ] {
            let _ =
                writeln!(out, "# HELP bancheng_{name}_total {help}\n# TYPE bancheng_{name}_total counter");
            for (care, c) in &all.cares {
                let _ = writeln!(out, "bancheng_{name}_total{{care=\"{care}\"}} {}", of(c));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_counted_is_told() {
        let meter = Meter { all: Mutex::new(None) };
        meter.request("/r/{n}/{code}", "GET", 200, Duration::from_millis(7));
        meter.request("/r/{n}/{code}", "GET", 200, Duration::from_secs(60));
        meter.care("lights", Some(3), Duration::from_millis(2));
        meter.care("lights", None, Duration::ZERO);
        let mut out = String::new();
        meter.write(&mut out);
        let of = "route=\"/r/{n}/{code}\",method=\"GET\",status=\"200\"";
        for line in [
            format!("bancheng_request_seconds_bucket{{{of},le=\"0.005\"}} 0"),
            format!("bancheng_request_seconds_bucket{{{of},le=\"0.01\"}} 1"),
            format!("bancheng_request_seconds_bucket{{{of},le=\"+Inf\"}} 2"),
            format!("bancheng_request_seconds_count{{{of}}} 2"),
            "bancheng_care_done_total{care=\"lights\"} 3".into(),
            "bancheng_care_failures_total{care=\"lights\"} 1".into(),
        ] {
            assert!(out.lines().any(|l| l == line), "{line} in\n{out}");
        }
    }
}
