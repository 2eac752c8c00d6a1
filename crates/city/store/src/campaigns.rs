//! 行动: campaigns, the walks that were given out, and the papers that were handed in.

use access::Permit;
use kernel::{StaffId, StreamId, StreamKind, UnitId};

use crate::conn::{Rd, Tx};
use crate::engine::Result;
use crate::proof::prove;
use crate::vals;
use crate::value::{Row, Value};

/// A campaign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CampaignRow {
    /// id
    pub id: i64,
    /// events on record
    pub ver: i64,
    /// 行动名称
    pub name: String,
    /// first day
    pub first_day: String,
    /// last day
    pub last_day: String,
    /// region code
    pub region: String,
    /// JSON text
    pub doc: String,
}

const COLUMNS: &str = "id, ver, name, first_day, last_day, region, doc";
fn row_of(r: &Row<'_>) -> Result<CampaignRow> {
    Ok(CampaignRow {
        id: r.i64(0)?,
        ver: r.i64(1)?,
        name: r.string(2)?,
        first_day: r.string(3)?,
        last_day: r.string(4)?,
        region: r.string(5)?,
        doc: r.string(6)?,
    })
}

/// The campaign with this id.
pub fn by_id(rd: &mut Rd<'_>, id: i64) -> Result<Option<CampaignRow>> {
    rd.query_opt(&format!("SELECT {COLUMNS} FROM campaign WHERE id = $1"), vals![id], row_of)
}

/// Campaigns, the newest first, at most 200.
pub fn all(rd: &mut Rd<'_>) -> Result<Vec<CampaignRow>> {
    rd.query(
        &format!("SELECT {COLUMNS} FROM campaign ORDER BY first_day DESC, id DESC LIMIT 200"),
        &[],
        row_of,
    )
}

/// Saves a campaign with the event that made it so; `c.ver` is the version after it.
pub fn put(tx: &mut Tx<'_>, permit: &Permit, c: &CampaignRow, act: &str, data: &str) -> Result<()> {
    let now = tx.now();
    tx.append(StreamId::new(StreamKind::Campaign, c.id), c.ver - 1, now, permit.actor(), act, data)?;
    tx.exec(
        "INSERT INTO campaign (id, ver, name, first_day, last_day, region, doc) VALUES ($1, $2, $3, $4, $5, $6, $7) \
         ON CONFLICT (id) DO UPDATE SET ver = excluded.ver, name = excluded.name, first_day = excluded.first_day, \
         last_day = excluded.last_day, doc = excluded.doc",
        vals![c.id, c.ver, &c.name, &c.first_day, &c.last_day, &c.region, &c.doc],
    )?;
    prove(tx, "campaign", c.id)
}

/// One walk that was given out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AssignmentRow {
    /// id
    pub id: i64,
    /// campaign
    pub campaign: i64,
    /// who
    pub staff: StaffId,
    /// implementation code of the item
    pub item: String,
    /// by when
    pub by_day: String,
    /// index of the target; -1: by hand
    pub target: i64,
    /// 交叉式走流程
    pub crosses: bool,
    /// the walk it led to
    pub walk: Option<i64>,
    /// that walk counts
    pub done: bool,
}

const GIVEN: &str = "id, campaign, staff, item, by_day, target, crosses, walk, done";
fn given_of(r: &Row<'_>) -> Result<AssignmentRow> {
    Ok(AssignmentRow {
        id: r.i64(0)?,
        campaign: r.i64(1)?,
        staff: StaffId(r.i64(2)?),
        item: r.string(3)?,
        by_day: r.string(4)?,
        target: r.i64(5)?,
        crosses: r.bool(6)?,
        walk: r.opt_i64(7)?,
        done: r.bool(8)?,
    })
}

/// Walks given out in a campaign, after this id.
pub fn given(rd: &mut Rd<'_>, campaign: i64, after: i64, limit: u32) -> Result<Vec<AssignmentRow>> {
    let sql = format!("SELECT {GIVEN} FROM assignment WHERE campaign = $1 AND id > $2 ORDER BY id LIMIT $3");
    rd.query(&sql, vals![campaign, after, limit], given_of)
}

/// Walks given to one person that are not done, and the newest that are.
pub fn given_to(rd: &mut Rd<'_>, staff: StaffId) -> Result<Vec<AssignmentRow>> {
    let sql = format!("SELECT {GIVEN} FROM assignment WHERE staff = $1 ORDER BY done, by_day, id LIMIT 100");
    rd.query(&sql, vals![staff], given_of)
}

/// One of them.
pub fn assignment(rd: &mut Rd<'_>, id: i64) -> Result<Option<AssignmentRow>> {
    rd.query_opt(&format!("SELECT {GIVEN} FROM assignment WHERE id = $1"), vals![id], given_of)
}

/// Gives walks out.
pub fn give(tx: &mut Tx<'_>, _permit: &Permit, rows: &[AssignmentRow]) -> Result<()> {
    let rows: Vec<[Value<'_>; 7]> = rows
        .iter()
        .map(|a| {
            let (item, by) = (a.item.as_str(), a.by_day.as_str());
            [
                a.id.into(),
                a.campaign.into(),
                a.staff.into(),
                item.into(),
                by.into(),
                a.target.into(),
                a.crosses.into(),
            ]
        })
        .collect();
    let rows: Vec<&[Value<'_>]> = rows.iter().map(<[_; 7]>::as_slice).collect();
    tx.exec_many(
        "INSERT INTO assignment (id, campaign, staff, item, by_day, target, crosses) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        &rows,
    )?;
    Ok(())
}

/// Notes which walk an assignment led to and whether it counts.
pub fn note_walk(tx: &mut Tx<'_>, assignment: i64, walk: i64, done: bool) -> Result<()> {
    tx.exec("UPDATE assignment SET walk = $2, done = $3 WHERE id = $1", vals![assignment, walk, done])?;
    Ok(())
}

/// Notes that a unit handed a paper in; the first day counts.
pub fn hand_in(
    tx: &mut Tx<'_>,
    _permit: &Permit,
    campaign: i64,
    unit: UnitId,
    kind: &str,
    day: &str,
) -> Result<bool> {
    let sql =
        "INSERT INTO paper_in (campaign, unit, kind, day) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";
    Ok(tx.exec(sql, vals![campaign, unit, kind, day])? == 1)
}

/// What was handed in: unit, kind, day.
pub fn handed_in(rd: &mut Rd<'_>, campaign: i64) -> Result<Vec<(UnitId, String, String)>> {
    let sql = "SELECT unit, kind, day FROM paper_in WHERE campaign = $1 ORDER BY unit, kind";
    rd.query(sql, vals![campaign], |r| Ok((UnitId(r.i64(0)?), r.string(1)?, r.string(2)?)))
}
