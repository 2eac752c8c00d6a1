//! 变化: what happened to cases that somebody may see, in the order of the record, for systems that follow it.

use access::{Nothing, decide, op};
use city::{Door, Error, Later};
use kernel::{Actor, CaseId, Moment, StreamKind};
use store::{cases, ledger_rows};

use crate::Cases;

/// One thing that happened to a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseChange {
    /// place in the record
    pub seq: i64,
    /// 受理编号
    pub number: String,
    /// version of the case after it
    pub ver: i64,
    /// when
    pub at: Moment,
    /// word of the act
    pub act: String,
}

impl Cases {
    /// What happened after place `after` to cases that the reader may see, and the place to go on from. A place without
    /// changes may come back: ask again from there.
    ///
    /// # Errors
    /// The reader has no list of cases.
    pub fn changes(&self, actor: Actor, after: i64, limit: u32) -> Later<(Vec<CaseChange>, i64)> {
        self.read(move |_, rd| {
            decide(&actor, op::ListCases, Nothing)?;
            let (found, seen) = ledger_rows::changes(rd, StreamKind::Case, after.max(0), limit)?;
            let mut ids: Vec<CaseId> = found.iter().map(|c| CaseId(c.subject)).collect();
            ids.sort_unstable();
            ids.dedup();
            let rows = cases::by_ids(rd, &ids)?;
            let number = |id: i64| {
                rows.iter()
                    .find(|r| r.id.0 == id && access::may_see(&actor, &r.case))
                    .map(|r| r.case.number.clone())
            };
            let told = found.into_iter().filter_map(|c| {
                Some(CaseChange { seq: c.seq, number: number(c.subject)?, ver: c.ver, at: c.at, act: c.act })
            });
            Ok::<_, Error>((told.collect(), seen))
        })
    }
}
