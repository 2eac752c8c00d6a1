//! 办件作日志 (O3): every application is a case of a log, its steps with start and end, without anyone exporting it. Only what the actor
//! oversees; who applied never.

use access::{Region, decide, op};
use eventlog::{Mapping, Order, TableBuilder, error::Limits};
use kernel::Actor;

use crate::logs::record::{CASES_MAX, RecordLog};
use crate::{AppliedRow, Logs};
use city::Error;

/// The columns; those of the case begin with `case:`.
const COLUMNS: [&str; 11] = [
    "办件编号",
    "环节",
    "时间",
    "开始时间",
    "经办人",
    "单位",
    "case:事项",
    "case:一件事",
    "case:渠道",
    "case:区划",
    "case:状态",
];

/// Applications read in one look at the store.
const PAGE: u32 = 500;

fn mapping() -> Mapping {
    Mapping {
        case: COLUMNS[0].into(),
        activity: COLUMNS[1].into(),
        time: Some(COLUMNS[2].into()),
        start: Some(COLUMNS[3].into()),
        resource: Some(COLUMNS[4].into()),
        ..Mapping::default()
    }
}

impl Logs {
    /// Applications as a log, as far as the actor oversees them, the newest first where there are too many. Reads page by page, as the
    /// record of cases is read.
    ///
    /// # Errors
    /// Not for this actor, or the store could not.
    pub fn applications_log(&self, actor: &Actor) -> Result<RecordLog, Error> {
        let home = city::reach::home(actor, &*self.city.office_now().wait()?);
        decide(actor, op::ReadLogs, Region(&home))?;
        let as_of = self.city.store().now();
        let mut table = TableBuilder::new(COLUMNS.map(str::to_owned).to_vec(), &mapping(), Limits::small())
            .map_err(Error::bug)?;
        let bad = |e: eventlog::Error| Error::invalid("log", e.to_string(), e.to_string());
        let (mut taken, mut before) = (0usize, 0);
        let cut = loop {
            let (some, next) = self.city.store().read(|rd| {
                (self.hands.application_history_becomes_event_log)(&self.city, rd, actor, before, PAGE)
            })?;
            for application in some {
                taken += 1;
                for row in application {
                    table.row(fields(row), taken as u64, 0).map_err(bad)?;
                }
            }
            match next {
                Some(_) if taken >= CASES_MAX => break true,
                Some(id) => before = id,
                None => break false,
            }
        };
        let (log, report) = table.finish(Order::Time).map_err(bad)?;
        Ok(RecordLog { log, report, cut, as_of })
    }
}

/// A row of the table, in the order of [`COLUMNS`].
fn fields(row: AppliedRow) -> Vec<String> {
    vec![
        row.number,
        row.step,
        eventlog::when::write_time(row.at.us()),
        row.start.map_or_else(String::new, |m| eventlog::when::write_time(m.us())),
        row.who,
        row.unit,
        row.name,
        if row.theme { "是" } else { "否" }.to_owned(),
        row.channel.to_owned(),
        row.region,
        row.stage.to_owned(),
    ]
}
