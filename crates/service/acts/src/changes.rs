//! 变化: what happened to applications that somebody may see, in the order of the record, for systems that follow it.

use ::city::{Error, Later};
use access::{Nothing, decide, op};
use kernel::{Actor, Moment, StreamKind};
use store::applications as rows;
use store::ledger_rows;

use crate::Service;
use crate::saved::{door, read};

/// One thing that happened to an application.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApplicationChange {
    /// place in the record
    pub seq: i64,
    /// 办件编号
    pub number: String,
    /// version of the application after it
    pub ver: i64,
    /// when
    pub at: Moment,
    /// word of the act
    pub act: String,
}

impl Service {
    /// What happened after place `after` to applications that the reader may see, and the place to go on from. A place
    /// without changes may come back: ask again from there.
    ///
    /// # Errors
    /// The reader has no list of applications.
    pub fn changes(&self, actor: Actor, after: i64, limit: u32) -> Later<(Vec<ApplicationChange>, i64)> {
        self.city.read(move |_, rd| {
            decide(&actor, op::ListApplications, Nothing)?;
            let (found, seen) = ledger_rows::changes(rd, StreamKind::Application, after.max(0), limit)?;
            let mut ids: Vec<i64> = found.iter().map(|c| c.subject).collect();
            ids.sort_unstable();
            ids.dedup();
            let mut numbers = std::collections::HashMap::new();
            for id in ids {
                let a = rows::by_id(rd, id)?.map(|row| read(&row)).transpose()?;
                if let Some(a) = a.filter(|a| door(&actor, op::ReadApplication, a).is_ok()) {
                    numbers.insert(id, a.number);
                }
            }
            let told: Vec<ApplicationChange> = found
                .into_iter()
                .filter_map(|c| {
                    let number = numbers.get(&c.subject)?.clone();
                    Some(ApplicationChange { seq: c.seq, number, ver: c.ver, at: c.at, act: c.act })
                })
                .collect();
            Ok::<_, Error>((told, seen))
        })
    }
}
