//! 现状: how the system stands now, read from the database in one look: what waits, what is late, what lags behind.

use std::fmt::Write as _;

use kernel::{Moment, US_PER_SECOND};
use store::{Rd, asides, facts, jobs, ledger_rows, office, texts, vitals};

use crate::House;
use city::{City, Door as _, Error, Later, METER};

/// One number that says how the system stands.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gauge {
    /// its name after `bancheng_`
    pub name: &'static str,
    /// what it means
    pub help: &'static str,
    /// now
    pub value: f64,
}

fn seconds(from: Option<Moment>, to: Moment) -> f64 {
    from.map_or(-1.0, |at| (to.us_since(at).max(0) / US_PER_SECOND) as f64)
}

impl House {
    /// How the system stands, for machines that watch it.
    pub fn gauges(&self) -> Later<Vec<Gauge>> {
        self.city.read(gauges_in)
    }

    /// Counters and gauges as Prometheus reads them.
    pub fn metrics(&self) -> Later<String> {
        self.city.read(|city, rd| {
            let mut out = String::new();
            for g in gauges_in(city, rd)? {
                let kind = if g.name.ends_with("_total") { "counter" } else { "gauge" };
                let (name, help, value) = (g.name, g.help, g.value);
                let _ = writeln!(out, "# HELP bancheng_{name} {help}\n# TYPE bancheng_{name} {kind}\nbancheng_{name} {value}");
            }
            let engine = match city.store().dialect() {
                store::Dialect::Sqlite => "sqlite",
                store::Dialect::Postgres => "postgresql",
            };
            let _ = writeln!(
                out,
                "# HELP bancheng_info The program.\n# TYPE bancheng_info gauge\nbancheng_info{{version=\"{}\",engine=\"{engine}\",schema=\"{}\"}} 1",
                env!("CARGO_PKG_VERSION"),
                store::migrations::latest()
            );
            METER.write(&mut out);
            Ok(out)
        })
    }
}

fn gauges_in(city: &City, rd: &mut Rd<'_>) -> Result<Vec<Gauge>, Error> {
    let now = city.store().now();
    let last = ledger_rows::event_count(rd)?;
    let behind = |reached: i64| (last - reached).max(0) as f64;
    let writer = city.store().load();
    let (waiting, dead) = store::outbox::counts(rd)?;
    let gauge = |name, help, value| Gauge { name, help, value };
    Ok(vec![
        gauge("events", "Events on record.", last as f64),
        gauge("cases_open", "Cases that have not ended.", vitals::open_cases(rd)? as f64),
        gauge("cases_late", "Open cases past their due moment.", vitals::late_cases(rd, now)? as f64),
        gauge(
            "lights_due",
            "Moments of cases that came and were not yet acted on.",
            vitals::waiting_moments(rd, now)? as f64,
        ),
        gauge("jobs_open", "Jobs that wait or run.", jobs::open_count(rd)? as f64),
        gauge("jobs_dead", "Jobs that were given up.", jobs::dead(rd, 500)?.len() as f64),
        gauge("outbox_waiting", "Messages to people and systems outside that wait.", waiting as f64),
        gauge("outbox_dead", "Messages to people and systems outside that were given up.", dead as f64),
        gauge("put_aside", "What the worker put aside with a reason.", asides::count(rd)? as f64),
        gauge(
            "worker_silent_seconds",
            "Seconds since a worker noted a round; -1: never.",
            seconds(asides::last_round(rd)?, now),
        ),
        gauge(
            "index_lag_events",
            "Events that the text index has not read.",
            behind(texts::number(rd, resolve_acts::READ)?.0),
        ),
        gauge("facts_lag_events", "Events that the figures have not read.", behind(facts::reached(rd)?)),
        gauge(
            "seal_age_seconds",
            "Seconds since the last seal; -1: none yet.",
            seconds(ledger_rows::last_seal(rd)?.map(|s| s.at), now),
        ),
        gauge("sessions", "Sessions and tokens that are good.", vitals::sessions(rd, now)? as f64),
        gauge("staff", "Accounts.", office::staff_count(rd)? as f64),
        gauge("writer_waiting", "Writes that wait for their turn.", writer.waiting as f64),
        gauge(
            "writer_group",
            "Writes of the last group that was committed together.",
            writer.last_group as f64,
        ),
        gauge("writer_groups_total", "Groups committed.", writer.groups as f64),
        gauge("writes_total", "Writes committed.", writer.writes as f64),
        gauge("readers_waiting", "Reads that wait for their turn.", writer.readers_waiting as f64),
    ])
}
