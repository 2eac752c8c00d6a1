//! The row of a case against the fold of its events.

use std::collections::BTreeSet;

use kernel::{CaseId, Moment, StreamId};
use resolve::{Case, Happened, Word as _};

use super::parties;
use crate::conn::Rd;
use crate::engine::Result;
use crate::error::StoreError;
use crate::ledger_rows::events_of;
use crate::vals;

/// A row as it stands: the columns in the order of [`COLUMNS`], as text.
#[derive(Debug)]
pub(crate) struct Raw {
    pub id: CaseId,
    number: String,
    columns: Vec<Option<String>>,
}

/// Every column that follows from the events alone. `due`, `provisional` and `next_at` follow from the clock and the
/// calendar of the day they were written: they order lists, and what a person is told is computed from the state.
pub(crate) const COLUMNS: &[&str] = &[
    "ver",
    "kind",
    "channel",
    "region",
    "first_asked",
    "unit",
    "stage",
    "title",
    "lodged",
    "closed",
    "rounds",
    "returns",
    "support",
    "campaign",
    "item",
    "state",
];

pub(crate) fn rows_after(rd: &mut Rd<'_>, after: CaseId, limit: u32) -> Result<Vec<Raw>> {
    let columns: Vec<String> = COLUMNS.iter().map(|c| format!("CAST({c} AS TEXT)")).collect();
    let columns = columns.join(", ");
    let sql = format!("SELECT id, number, {columns} FROM case_file WHERE id > $1 ORDER BY id LIMIT $2");
    rd.query(&sql, vals![after, limit], |r| {
        let texts = (0..COLUMNS.len()).map(|i| Ok(r.opt_text(i + 2)?.map(str::to_owned)));
        Ok(Raw { id: CaseId(r.i64(0)?), number: r.string(1)?, columns: texts.collect::<Result<_>>()? })
    })
}

/// The state after all events, when the last one happened, and who was a party to it at any time.
fn folded(rd: &mut Rd<'_>, row: &Raw) -> Result<Option<(Case, Moment, BTreeSet<i64>)>> {
    let (mut case, mut at, mut seen, mut ver): (Option<Case>, _, _, _) =
        (None, Moment::from_us(0), BTreeSet::new(), 0);
    loop {
        let events = events_of(rd, StreamId::case(row.id), ver, 500)?;
        let Some(last) = events.last() else { break };
        ver = last.ver;
        for e in &events {
            let happened: Happened = serde_json::from_str(&e.data)
                .map_err(|why| StoreError::Damaged(format!("event {}: {why}", e.seq)))?;
            case = match case.take() {
                None => Case::begin(row.id, row.number.clone(), &happened, e.at),
                Some(before) => Some(before.evolve(&happened, &e.actor, e.at)),
            };
            seen.extend(case.iter().flat_map(parties).map(|u| u.0));
            at = e.at;
        }
    }
    Ok(case.map(|c| (c, at, seen)))
}

/// Column, what stands, what should.
pub(crate) fn differences(rd: &mut Rd<'_>, row: &Raw) -> Result<Vec<(&'static str, String, String)>> {
    let Some((case, at, seen)) = folded(rd, row)? else {
        return Ok(vec![("*", row.number.clone(), "不在留痕里 / not on record".to_owned())]);
    };
    let closed = case.stage.kind().is_end().then_some(at);
    let state = serde_json::to_string(&case).map_err(|e| StoreError::Bug(e.to_string()))?;
    let should: [Option<String>; 16] = [
        Some(case.ver.to_string()),
        Some(case.kind.word().to_owned()),
        Some(case.channel.word().to_owned()),
        Some(case.region.as_str().to_owned()),
        Some(case.first_asked.to_string()),
        case.stage.owner().map(|u| u.to_string()),
        Some(case.stage.kind().word().to_owned()),
        Some(case.title.clone()),
        Some(case.lodged.us().to_string()),
        closed.map(|m| m.us().to_string()),
        Some(case.rounds.to_string()),
        Some(case.returns.to_string()),
        Some(case.support.to_string()),
        case.campaign.clone(),
        case.item.clone(),
        Some(state),
    ];
    let text = |v: &Option<String>| v.clone().unwrap_or_else(|| "NULL".to_owned());
    let mut out: Vec<_> = COLUMNS
        .iter()
        .zip(row.columns.iter().zip(&should))
        .filter(|(_, (stands, should))| stands != should)
        .map(|(column, (stands, should))| (*column, text(stands), text(should)))
        .collect();
    let there = rd.query("SELECT unit FROM case_party WHERE case_id = $1", vals![row.id], |r| r.i64(0))?;
    for unit in there.into_iter().filter(|u| !seen.contains(u)) {
        out.push(("case_party", unit.to_string(), "—".to_owned()));
    }
    Ok(out)
}
