//! 走访: walks, their operations, and what they found. The row of a walk follows from its operations; this module
//! only keeps what `app` computed. Operations are only added, never changed but by a greater one of the same id.

use access::Permit;
use kernel::{CaseId, Moment, StaffId, StreamId, StreamKind, UnitId};

use crate::conn::{Rd, Tx};
use crate::engine::Result;
use crate::vals;
use crate::value::{Row, Value};

/// A walk as a list shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WalkRow {
    /// id
    pub id: i64,
    /// the name the phone gave it
    pub name: String,
    /// events on record
    pub ver: i64,
    /// who
    pub staff: StaffId,
    /// of which unit
    pub unit: UnitId,
    /// region code
    pub region: String,
    /// campaign
    pub campaign: Option<i64>,
    /// the assignment it serves
    pub assignment: Option<i64>,
    /// implementation code of the item
    pub item: String,
    /// version of the item
    pub version: i64,
    /// the unit of the item
    pub item_unit: Option<UnitId>,
    /// word of the form; empty while it has not begun
    pub form: String,
    /// first operation
    pub began: Option<Moment>,
    /// last operation
    pub last: Option<Moment>,
    /// finished: 1 reached its end, 0 did not; none: goes on
    pub finished: Option<i64>,
    /// it counts
    pub counted: bool,
    /// operations
    pub ops: i64,
    /// problems and demands
    pub findings: i64,
    /// JSON text: what signals look at
    pub facts: String,
}

const COLUMNS: &str = "id, name, ver, staff, unit, region, campaign, assignment, item, version, item_unit, form, \
                       began, last, finished, counted, ops, findings, facts";

fn row_of(r: &Row<'_>) -> Result<WalkRow> {
    Ok(WalkRow {
        id: r.i64(0)?,
        name: r.string(1)?,
        ver: r.i64(2)?,
        staff: StaffId(r.i64(3)?),
        unit: UnitId(r.i64(4)?),
        region: r.string(5)?,
        campaign: r.opt_i64(6)?,
        assignment: r.opt_i64(7)?,
        item: r.string(8)?,
        version: r.i64(9)?,
        item_unit: r.opt_i64(10)?.map(UnitId),
        form: r.string(11)?,
        began: r.opt_moment(12)?,
        last: r.opt_moment(13)?,
        finished: r.opt_i64(14)?,
        counted: r.bool(15)?,
        ops: r.i64(16)?,
        findings: r.i64(17)?,
        facts: r.string(18)?,
    })
}

/// The walk with this name.
pub fn by_name(rd: &mut Rd<'_>, name: &str) -> Result<Option<WalkRow>> {
    rd.query_opt(&format!("SELECT {COLUMNS} FROM walk WHERE name = $1"), vals![name], row_of)
}
/// The walk with this id.
pub fn by_id(rd: &mut Rd<'_>, id: i64) -> Result<Option<WalkRow>> {
    rd.query_opt(&format!("SELECT {COLUMNS} FROM walk WHERE id = $1"), vals![id], row_of)
}
/// Walks of a campaign, after this id.
pub fn of_campaign(rd: &mut Rd<'_>, campaign: i64, after: i64, limit: u32) -> Result<Vec<WalkRow>> {
    let sql = format!("SELECT {COLUMNS} FROM walk WHERE campaign = $1 AND id > $2 ORDER BY id LIMIT $3");
    rd.query(&sql, vals![campaign, after, limit], row_of)
}
/// Walks of one person, the newest first.
pub fn of_staff(rd: &mut Rd<'_>, staff: StaffId, limit: u32) -> Result<Vec<WalkRow>> {
    let sql = format!("SELECT {COLUMNS} FROM walk WHERE staff = $1 ORDER BY id DESC LIMIT $2");
    rd.query(&sql, vals![staff, limit], row_of)
}
/// The newest walks of a region and below.
pub fn newest(rd: &mut Rd<'_>, region: &str, limit: u32) -> Result<Vec<WalkRow>> {
    let end = format!("{region}:");
    let sql =
        format!("SELECT {COLUMNS} FROM walk WHERE region >= $1 AND region < $2 ORDER BY id DESC LIMIT $3");
    rd.query(&sql, vals![region, &end, limit], row_of)
}

/// A walk that counts.
#[derive(Clone, Debug)]
pub struct CountedRow {
    /// id
    pub id: i64,
    /// who
    pub staff: StaffId,
    /// of which unit
    pub unit: UnitId,
    /// word of the form
    pub form: String,
    /// last operation
    pub last: Moment,
}

/// The walks of a campaign that count.
pub fn counted(rd: &mut Rd<'_>, campaign: i64) -> Result<Vec<CountedRow>> {
    let sql = "SELECT id, staff, unit, form, last FROM walk WHERE campaign = $1 AND counted = 1 AND last IS NOT NULL ORDER BY id";
    rd.query(sql, vals![campaign], |r| {
        Ok(CountedRow {
            id: r.i64(0)?,
            staff: StaffId(r.i64(1)?),
            unit: UnitId(r.i64(2)?),
            form: r.string(3)?,
            last: r.moment(4)?,
        })
    })
}

/// What a supervisor found when he looked at a walk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JudgedRow {
    /// id of the walk
    pub walk: i64,
    /// code word of what follows
    pub verdict: String,
    /// his words
    pub words: String,
    /// who looked
    pub staff: StaffId,
    /// when
    pub at: Moment,
}

const JUDGED: &str = "j.walk, j.verdict, j.words, j.staff, j.at";

fn judged_row(r: &Row<'_>) -> Result<JudgedRow> {
    Ok(JudgedRow {
        walk: r.i64(0)?,
        verdict: r.string(1)?,
        words: r.string(2)?,
        staff: StaffId(r.i64(3)?),
        at: r.moment(4)?,
    })
}

/// What was found of one walk.
pub fn judged(rd: &mut Rd<'_>, walk: i64) -> Result<Option<JudgedRow>> {
    rd.query_opt(&format!("SELECT {JUDGED} FROM walk_judged j WHERE j.walk = $1"), vals![walk], judged_row)
}

/// What was found of the walks of a campaign.
pub fn judged_in(rd: &mut Rd<'_>, campaign: i64) -> Result<Vec<JudgedRow>> {
    let sql = format!(
        "SELECT {JUDGED} FROM walk_judged j JOIN walk w ON w.id = j.walk WHERE w.campaign = $1 ORDER BY j.walk"
    );
    rd.query(&sql, vals![campaign], judged_row)
}

/// Keeps what was found of a walk; says whether nothing was found of it before.
pub fn put_judged(tx: &mut Tx<'_>, _permit: &Permit, j: &JudgedRow) -> Result<bool> {
    let sql = "INSERT INTO walk_judged (walk, verdict, words, staff, at) VALUES ($1, $2, $3, $4, $5) \
               ON CONFLICT (walk) DO NOTHING";
    Ok(tx.exec(sql, vals![j.walk, &j.verdict, &j.words, j.staff, j.at])? == 1)
}

/// Saves the row of a walk with the event that made it so; `w.ver` is the version after it.
pub fn put(tx: &mut Tx<'_>, permit: &Permit, w: &WalkRow, act: &str, data: &str) -> Result<()> {
    let now = tx.now();
    tx.append(StreamId::new(StreamKind::Walk, w.id), w.ver - 1, now, permit.actor(), act, data)?;
    tx.exec(
        "INSERT INTO walk (id, name, ver, staff, unit, region, campaign, assignment, item, version, item_unit, form, \
         began, last, finished, counted, ops, findings, facts) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, \
         $12, $13, $14, $15, $16, $17, $18, $19) ON CONFLICT (id) DO UPDATE SET ver = excluded.ver, \
         item = excluded.item, version = excluded.version, item_unit = excluded.item_unit, form = excluded.form, \
         began = excluded.began, last = excluded.last, finished = excluded.finished, counted = excluded.counted, \
         ops = excluded.ops, findings = excluded.findings, facts = excluded.facts",
        vals![
            w.id, &w.name, w.ver, w.staff, w.unit, &w.region, w.campaign, w.assignment, &w.item, w.version,
            w.item_unit, &w.form, w.began, w.last, w.finished, w.counted, w.ops, w.findings, &w.facts
        ],
    )?;
    Ok(())
}

/// An operation: device, counter, JSON text.
pub type OpRow = (i64, i64, String);

/// All operations of a walk.
pub fn ops(rd: &mut Rd<'_>, walk: i64) -> Result<Vec<OpRow>> {
    let sql = "SELECT device, counter, doc FROM walk_op WHERE walk = $1 ORDER BY device, counter";
    rd.query(sql, vals![walk], |r| Ok((r.i64(0)?, r.i64(1)?, r.string(2)?)))
}

/// Adds operations; one that is there is replaced (the caller decided that the new one is the greater).
pub fn put_ops(tx: &mut Tx<'_>, _permit: &Permit, walk: i64, ops: &[OpRow]) -> Result<()> {
    let rows: Vec<[Value<'_>; 4]> =
        ops.iter().map(|(d, c, doc)| [walk.into(), (*d).into(), (*c).into(), doc.into()]).collect();
    let rows: Vec<&[Value<'_>]> = rows.iter().map(<[_; 4]>::as_slice).collect();
    tx.exec_many(
        "INSERT INTO walk_op (walk, device, counter, doc) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (walk, device, counter) DO UPDATE SET doc = excluded.doc",
        &rows,
    )?;
    Ok(())
}

/// A problem or demand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FindingRow {
    /// id
    pub id: i64,
    /// walk
    pub walk: i64,
    /// device of the operation
    pub device: i64,
    /// its counter
    pub counter: i64,
    /// `problem` or `demand`
    pub kind: String,
    /// campaign
    pub campaign: Option<i64>,
    /// item
    pub item: String,
    /// version of the item
    pub version: i64,
    /// step of that version
    pub step: String,
    /// words
    pub words: String,
    /// the unit of the item
    pub unit: Option<UnitId>,
    /// region code
    pub region: String,
    /// when
    pub at: Moment,
    /// taken back
    pub gone: bool,
    /// measures that answer it
    pub measures: i64,
    /// the case it became
    pub case: Option<CaseId>,
    /// 受理编号 of that case
    pub number: Option<String>,
    /// stage of that case
    pub stage: Option<String>,
}

const FOUND: &str = "f.id, f.walk, f.device, f.counter, f.kind, f.campaign, f.item, f.version, f.step, f.words, \
                     f.unit, f.region, f.at, f.gone, f.measures, f.case_id, c.number, c.stage";
const FROM: &str = "FROM finding f LEFT JOIN case_file c ON c.id = f.case_id";

fn found_of(r: &Row<'_>) -> Result<FindingRow> {
    Ok(FindingRow {
        id: r.i64(0)?,
        walk: r.i64(1)?,
        device: r.i64(2)?,
        counter: r.i64(3)?,
        kind: r.string(4)?,
        campaign: r.opt_i64(5)?,
        item: r.string(6)?,
        version: r.i64(7)?,
        step: r.string(8)?,
        words: r.string(9)?,
        unit: r.opt_i64(10)?.map(UnitId),
        region: r.string(11)?,
        at: r.moment(12)?,
        gone: r.bool(13)?,
        measures: r.i64(14)?,
        case: r.opt_i64(15)?.map(CaseId),
        number: r.opt_text(16)?.map(str::to_owned),
        stage: r.opt_text(17)?.map(str::to_owned),
    })
}

/// What a walk found, taken back or not.
pub fn findings_of(rd: &mut Rd<'_>, walk: i64) -> Result<Vec<FindingRow>> {
    rd.query(&format!("SELECT {FOUND} {FROM} WHERE f.walk = $1 ORDER BY f.id"), vals![walk], found_of)
}

/// Problems and demands of a campaign that were not taken back.
pub fn findings_in(rd: &mut Rd<'_>, campaign: i64, limit: u32) -> Result<Vec<FindingRow>> {
    let sql = format!("SELECT {FOUND} {FROM} WHERE f.campaign = $1 AND f.gone = 0 ORDER BY f.id LIMIT $2");
    rd.query(&sql, vals![campaign, limit], found_of)
}

/// The figures of a problem: id, unit, measures, stage of its case.
pub type Problem = (i64, Option<UnitId>, i64, Option<String>);

/// The problems of a campaign that were not taken back, for figures.
pub fn problems_in(rd: &mut Rd<'_>, campaign: i64) -> Result<Vec<Problem>> {
    let sql = format!(
        "SELECT f.id, f.unit, f.measures, c.stage {FROM} WHERE f.campaign = $1 AND f.kind = 'problem' AND f.gone = 0"
    );
    let mut all = rd.query(&sql, vals![campaign], |r| {
        Ok((r.i64(0)?, r.opt_i64(1)?.map(UnitId), r.i64(2)?, r.opt_text(3)?.map(str::to_owned)))
    })?;
    all.sort_unstable_by_key(|p| p.0);
    Ok(all)
}

/// Saves a finding.
pub fn put_finding(tx: &mut Tx<'_>, _permit: &Permit, f: &FindingRow) -> Result<()> {
    tx.exec(
        "INSERT INTO finding (id, walk, device, counter, kind, campaign, item, version, step, words, unit, region, at, \
         gone, measures, case_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16) \
         ON CONFLICT (id) DO UPDATE SET kind = excluded.kind, item = excluded.item, version = excluded.version, \
         step = excluded.step, words = excluded.words, unit = excluded.unit, at = excluded.at, gone = excluded.gone, \
         measures = excluded.measures, case_id = excluded.case_id",
        vals![
            f.id, f.walk, f.device, f.counter, &f.kind, f.campaign, &f.item, f.version, &f.step, &f.words, f.unit,
            &f.region, f.at, f.gone, f.measures, f.case
        ],
    )?;
    Ok(())
}

/// One measure: device and counter of its operation, words, day (none: at once).
pub type MeasureRow = (i64, i64, String, Option<String>);

/// The measures of a finding are these.
pub fn set_measures(tx: &mut Tx<'_>, _permit: &Permit, finding: i64, all: &[MeasureRow]) -> Result<()> {
    tx.exec("DELETE FROM measure WHERE finding = $1", vals![finding])?;
    for (device, counter, words, day) in all {
        tx.exec(
            "INSERT INTO measure (finding, device, counter, words, by_day) VALUES ($1, $2, $3, $4, $5)",
            vals![finding, *device, *counter, words, day.as_deref()],
        )?;
    }
    Ok(())
}

/// Measures of a campaign: finding, words, day.
pub fn measures_in(rd: &mut Rd<'_>, campaign: i64) -> Result<Vec<(i64, String, Option<String>)>> {
    let sql = "SELECT m.finding, m.words, m.by_day FROM measure m JOIN finding f ON f.id = m.finding \
               WHERE f.campaign = $1 AND f.gone = 0 ORDER BY m.finding, m.device, m.counter LIMIT 100000";
    rd.query(sql, vals![campaign], |r| Ok((r.i64(0)?, r.string(1)?, r.opt_text(2)?.map(str::to_owned))))
}
