//! 我们自己的留痕作日志: every case of the closed loop is a case of a log without anyone exporting it. Only what
//! the actor may see; names of people who lodged never.

use access::{Region, decide, op};
use eventlog::{Log, Mapping, Order, Report, TableBuilder, error::Limits};
use kernel::{Actor, Moment};
use resolve::{Cause, Kind};

use crate::city::{Door as _, Error, Later};
use crate::optimise::{HistoryAsk, HistoryRow, Logs};

/// Cases read for one log.
pub const CASES_MAX: usize = 50_000;

/// Which part of the record.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RecordAsk {
    /// lodged at or after this
    pub from: Option<Moment>,
    /// lodged before this
    pub to: Option<Moment>,
    /// of this kind
    pub kind: Option<Kind>,
    /// of this campaign
    pub campaign: Option<String>,
    /// acts of the system (lights, resumptions) as well
    pub with_system: bool,
}

/// The record as a log.
#[derive(Clone, Debug)]
pub struct RecordLog {
    /// a case for each 件, an event for each act
    pub log: Log,
    /// nothing, unless a number occurs twice
    pub report: Report,
    /// there are more cases than were read
    pub cut: bool,
    /// when it was read: until then the record is complete
    pub as_of: Moment,
}

/// The columns; those of the case begin with `case:`.
const COLUMNS: [&str; 12] = [
    "办件编号",
    "环节",
    "时间",
    "经办人",
    "单位",
    "原因",
    "case:类型",
    "case:渠道",
    "case:繁简",
    "case:区划",
    "case:首问单位",
    "case:事项",
];

fn mapping() -> Mapping {
    Mapping {
        case: COLUMNS[0].into(),
        activity: COLUMNS[1].into(),
        time: Some(COLUMNS[2].into()),
        resource: Some(COLUMNS[3].into()),
        ..Mapping::default()
    }
}

/// A problem that a log shows, as it becomes a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogProblem {
    /// title
    pub title: String,
    /// what was found, by which figures, from where
    pub words: String,
    /// its cause
    pub cause: Cause,
    /// code word of the question that found it
    pub question: String,
}

impl Logs {
    /// Our own record as a log (留痕即日志), as far as the actor may see it. Reads page by page: each page is one look
    /// at the store, no reader is held long. Takes seconds when there are many cases: call it on a thread of its own.
    ///
    /// # Errors
    /// Not for this actor, or the store could not.
    pub fn record_log(&self, actor: &Actor, ask: &RecordAsk) -> Result<RecordLog, Error> {
        let home = crate::city::reach::home(actor, &*self.city.office_now().wait()?);
        decide(actor, op::ReadLogs, Region(&home))?;
        let as_of = self.city.store().now();
        let mut table = TableBuilder::new(COLUMNS.map(str::to_owned).to_vec(), &mapping(), Limits::small())
            .map_err(Error::bug)?;
        let bad = |e: eventlog::Error| Error::invalid("log", e.to_string(), e.to_string());
        let (mut taken, mut after) = (0usize, None);
        let cut = loop {
            let asked = HistoryAsk { what: ask, after, most: CASES_MAX - taken };
            let page = self
                .city
                .store()
                .read(|rd| (self.hands.case_history_becomes_event_log)(&self.city, rd, actor, &asked))?;
            for case in page.cases {
                taken += 1;
                for row in case {
                    table.row(fields(row), taken as u64, 0).map_err(bad)?;
                }
            }
            match page.next {
                Some(next) if !page.cut => after = Some(next),
                _ => break page.cut,
            }
        };
        let (log, report) = table.finish(Order::Time).map_err(bad)?;
        Ok(RecordLog { log, report, cut, as_of })
    }

    /// A problem that a log shows becomes a case; answers its number.
    pub fn take_up(&self, actor: Actor, problem: LogProblem) -> Later<String> {
        self.write(move |logs, tx| (logs.hands.log_finding_becomes_case)(&logs.city, tx, &actor, &problem))
    }
}

/// A row of the table, in the order of [`COLUMNS`].
fn fields(row: HistoryRow) -> Vec<String> {
    vec![
        row.number,
        row.act.to_owned(),
        eventlog::when::write_time(row.at.us()),
        row.who,
        row.unit,
        row.reason,
        row.kind.to_owned(),
        row.channel.to_owned(),
        row.complexity.to_owned(),
        row.region,
        row.first_asked,
        row.item,
    ]
}
