//! 线索与触发 (W7, W10): leads of the public, and what speaks for walking an item at once.

use access::Permit;
use kernel::{Moment, StreamId, StreamKind};

use crate::conn::{Rd, Tx};
use crate::engine::Result;
use crate::vals;
use crate::value::Row;

/// One lead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeadRow {
    /// id, also its number
    pub id: i64,
    /// events on record
    pub ver: i64,
    /// region it is about
    pub region: String,
    /// when it came
    pub at: Moment,
    /// where it stands, a code word
    pub state: String,
    /// the lead as JSON
    pub doc: String,
    /// who sent it, sealed
    pub contact: Option<Vec<u8>>,
}

const LEAD: &str = "id, ver, region, at, state, doc, contact";

fn lead_of(r: &Row<'_>) -> Result<LeadRow> {
    Ok(LeadRow {
        id: r.i64(0)?,
        ver: r.i64(1)?,
        region: r.string(2)?,
        at: r.moment(3)?,
        state: r.string(4)?,
        doc: r.string(5)?,
        contact: r.opt_blob(6)?.map(<[u8]>::to_vec),
    })
}

/// One of them.
pub fn by_id(rd: &mut Rd<'_>, id: i64) -> Result<Option<LeadRow>> {
    rd.query_opt(&format!("SELECT {LEAD} FROM lead WHERE id = $1"), vals![id], lead_of)
}

/// Those in a state below a region, the newest first, before this id (0: from the end).
pub fn page(rd: &mut Rd<'_>, region: &str, state: &str, before: i64, limit: u32) -> Result<Vec<LeadRow>> {
    let end = format!("{region}:");
    let sql = format!(
        "SELECT {LEAD} FROM lead WHERE state = $1 AND region >= $2 AND region < $3 AND ($4 = 0 OR id < $4) \
         ORDER BY id DESC LIMIT $5"
    );
    rd.query(&sql, vals![state, region, &end, before, limit], lead_of)
}

/// Keeps a lead and what happened to it. The event holds no name and no telephone.
pub fn put(tx: &mut Tx<'_>, permit: &Permit, l: &LeadRow, act: &str, data: &str) -> Result<()> {
    let now = tx.now();
    tx.append(StreamId::new(StreamKind::Lead, l.id), l.ver - 1, now, permit.actor(), act, data)?;
    tx.exec(
        "INSERT INTO lead (id, ver, region, at, state, doc, contact) VALUES ($1, $2, $3, $4, $5, $6, $7) \
         ON CONFLICT (id) DO UPDATE SET ver = excluded.ver, state = excluded.state, doc = excluded.doc",
        vals![l.id, l.ver, &l.region, l.at, &l.state, &l.doc, l.contact.as_deref()],
    )?;
    Ok(())
}

/// Ends the contacts of leads that came before a moment; the leads stay. Answers how many.
pub fn sweep(tx: &mut Tx<'_>, before: Moment, limit: u32) -> Result<u64> {
    let sql = "UPDATE lead SET contact = NULL WHERE id IN \
               (SELECT id FROM lead WHERE contact IS NOT NULL AND at < $1 LIMIT $2)";
    tx.exec(sql, vals![before, limit])
}

/// Ratings that count about services since a moment, by item: item, all, bad ones (the two lowest levels).
pub fn ratings_since(rd: &mut Rd<'_>, since: Moment) -> Result<Vec<(String, i64, i64)>> {
    let sql = "SELECT s.item, count(*), CAST(sum(CASE WHEN r.level <= 2 THEN 1 ELSE 0 END) AS BIGINT) \
               FROM service s JOIN rating r ON r.service = s.id AND r.times = 1 \
               WHERE s.at >= $1 AND s.item <> '' AND r.state = 'counted' AND r.by_default = 0 GROUP BY s.item";
    rd.query(sql, vals![since], |r| Ok((r.string(0)?, r.i64(1)?, r.i64(2)?)))
}

/// Complaints about items since a moment, by item.
pub fn complaints_since(rd: &mut Rd<'_>, since: Moment) -> Result<Vec<(String, i64)>> {
    let sql = "SELECT item, count(*) FROM case_file WHERE lodged >= $1 AND kind = 'complaint' \
               AND item IS NOT NULL GROUP BY item";
    rd.query(sql, vals![since], |r| Ok((r.string(0)?, r.i64(1)?)))
}

/// When each item was last walked.
pub fn last_walks(rd: &mut Rd<'_>) -> Result<Vec<(String, Moment)>> {
    let sql = "SELECT item, max(began) FROM walk WHERE began IS NOT NULL GROUP BY item";
    rd.query(sql, &[], |r| Ok((r.string(0)?, r.moment(1)?)))
}
