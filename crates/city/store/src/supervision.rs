//! 督: papers of the supervision office: bulletins, adjustments of scores, draws, the accountability register,
//! what is public. Their content is a document; what it means is not known here.

use access::Permit;
use kernel::{CaseId, Moment, StaffId, UnitId};

use crate::conn::{Rd, Tx};
use crate::engine::Result;
use crate::proof::prove;
use crate::vals;
use crate::value::Row;

/// A bulletin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BulletinRow {
    /// id; 0 before it is stored
    pub id: i64,
    /// its form
    pub form: String,
    /// its title
    pub title: String,
    /// `draft`, `issued`
    pub state: String,
    /// grows with each change
    pub ver: i64,
    /// whose figures
    pub region: String,
    /// when it was made
    pub made: Moment,
    /// the content
    pub doc: String,
}

fn bulletin_of(r: &Row<'_>) -> Result<BulletinRow> {
    Ok(BulletinRow {
        id: r.i64(0)?,
        form: r.string(1)?,
        title: r.string(2)?,
        state: r.string(3)?,
        ver: r.i64(4)?,
        region: r.string(5)?,
        made: r.moment(6)?,
        doc: r.string(7)?,
    })
}

/// Adds a bulletin.
pub fn put_bulletin(tx: &mut Tx<'_>, _permit: &Permit, b: &BulletinRow) -> Result<i64> {
    let sql = "INSERT INTO bulletin (form, title, state, ver, region, made, doc) VALUES ($1, $2, $3, 1, $4, $5, $6) \
               RETURNING id";
    let id = tx.insert(sql, vals![&b.form, &b.title, &b.state, &b.region, b.made, &b.doc])?;
    prove(tx, "bulletin", id)?;
    Ok(id)
}

/// Changes a bulletin that is still at version `b.ver`; says whether it was.
pub fn save_bulletin(tx: &mut Tx<'_>, _permit: &Permit, b: &BulletinRow) -> Result<bool> {
    let sql =
        "UPDATE bulletin SET title = $3, state = $4, doc = $5, ver = ver + 1 WHERE id = $1 AND ver = $2";
    let saved = tx.exec(sql, vals![b.id, b.ver, &b.title, &b.state, &b.doc])? == 1;
    if saved {
        prove(tx, "bulletin", b.id)?;
    }
    Ok(saved)
}

/// One bulletin.
pub fn bulletin(rd: &mut Rd<'_>, id: i64) -> Result<Option<BulletinRow>> {
    let sql = "SELECT id, form, title, state, ver, region, made, doc FROM bulletin WHERE id = $1";
    rd.query_opt(sql, vals![id], bulletin_of)
}

/// The newest bulletins of a region and below.
pub fn bulletins(rd: &mut Rd<'_>, region: &str, limit: u32) -> Result<Vec<BulletinRow>> {
    let sql = "SELECT id, form, title, state, ver, region, made, '' FROM bulletin WHERE region >= $1 AND region < $2 \
               ORDER BY id DESC LIMIT $3";
    rd.query(sql, vals![region, &format!("{region}:"), limit], bulletin_of)
}

/// A paper with a unit, a state and a content: an adjustment of a score, an entry of the accountability register.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaperRow {
    /// id; 0 before it is stored
    pub id: i64,
    /// about whom
    pub unit: UnitId,
    /// where it stands
    pub state: String,
    /// who asked for it
    pub asked_by: Option<StaffId>,
    /// when
    pub at: Moment,
    /// the content
    pub doc: String,
}

/// Asks for an adjustment of a score.
pub fn put_adjust(tx: &mut Tx<'_>, _permit: &Permit, p: &PaperRow) -> Result<i64> {
    let sql =
        "INSERT INTO score_adjust (unit, doc, state, asked_by, at) VALUES ($1, $2, $3, $4, $5) RETURNING id";
    let id = tx.insert(sql, vals![p.unit, &p.doc, &p.state, p.asked_by.map(|s| s.0), p.at])?;
    prove(tx, "score_adjust", id)?;
    Ok(id)
}

/// Moves an adjustment.
pub fn set_adjust(tx: &mut Tx<'_>, _permit: &Permit, id: i64, state: &str) -> Result<()> {
    tx.exec("UPDATE score_adjust SET state = $2 WHERE id = $1", vals![id, state])?;
    prove(tx, "score_adjust", id)
}

/// All adjustments, of one unit or of all, the oldest first.
pub fn adjusts(rd: &mut Rd<'_>, unit: Option<UnitId>) -> Result<Vec<PaperRow>> {
    let sql = "SELECT id, unit, state, asked_by, at, doc FROM score_adjust WHERE ($1 = 0 OR unit = $1) \
               ORDER BY id LIMIT 5000";
    rd.query(sql, vals![unit.map_or(0, |u| u.0)], |r| {
        Ok(PaperRow {
            id: r.i64(0)?,
            unit: UnitId(r.i64(1)?),
            state: r.string(2)?,
            asked_by: r.opt_i64(3)?.map(StaffId),
            at: r.moment(4)?,
            doc: r.string(5)?,
        })
    })
}

/// Enters something in the accountability register.
pub fn put_account(tx: &mut Tx<'_>, _permit: &Permit, p: &PaperRow) -> Result<i64> {
    let sql = "INSERT INTO accountability (unit, state, at, doc) VALUES ($1, $2, $3, $4) RETURNING id";
    let id = tx.insert(sql, vals![p.unit, &p.state, p.at, &p.doc])?;
    prove(tx, "accountability", id)?;
    Ok(id)
}

/// Changes an entry.
pub fn save_account(tx: &mut Tx<'_>, _permit: &Permit, p: &PaperRow) -> Result<()> {
    tx.exec("UPDATE accountability SET state = $2, doc = $3 WHERE id = $1", vals![p.id, &p.state, &p.doc])?;
    prove(tx, "accountability", p.id)
}

fn account_of(r: &Row<'_>) -> Result<PaperRow> {
    Ok(PaperRow {
        id: r.i64(0)?,
        unit: UnitId(r.i64(1)?),
        state: r.string(2)?,
        asked_by: None,
        at: r.moment(3)?,
        doc: r.string(4)?,
    })
}

/// The register, of one unit or of all, the newest first.
pub fn accounts(rd: &mut Rd<'_>, unit: Option<UnitId>, limit: u32) -> Result<Vec<PaperRow>> {
    let sql = "SELECT id, unit, state, at, doc FROM accountability WHERE ($1 = 0 OR unit = $1) ORDER BY id DESC LIMIT $2";
    rd.query(sql, vals![unit.map_or(0, |u| u.0), limit], account_of)
}

/// One entry of the register.
pub fn account(rd: &mut Rd<'_>, id: i64) -> Result<Option<PaperRow>> {
    rd.query_opt("SELECT id, unit, state, at, doc FROM accountability WHERE id = $1", vals![id], account_of)
}

/// A draw.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DrawRow {
    /// id; 0 before it is stored
    pub id: i64,
    /// the published seed
    pub seed: String,
    /// when
    pub at: Moment,
    /// what was drawn and what was found
    pub doc: String,
}

fn draw_of(r: &Row<'_>) -> Result<DrawRow> {
    Ok(DrawRow { id: r.i64(0)?, seed: r.string(1)?, at: r.moment(2)?, doc: r.string(3)? })
}

/// Keeps a draw.
pub fn put_draw(tx: &mut Tx<'_>, _permit: &Permit, d: &DrawRow) -> Result<i64> {
    let sql = "INSERT INTO drawing (seed, at, doc) VALUES ($1, $2, $3) RETURNING id";
    let id = tx.insert(sql, vals![&d.seed, d.at, &d.doc])?;
    prove(tx, "drawing", id)?;
    Ok(id)
}

/// Writes what was found.
pub fn save_draw(tx: &mut Tx<'_>, _permit: &Permit, d: &DrawRow) -> Result<()> {
    tx.exec("UPDATE drawing SET doc = $2 WHERE id = $1", vals![d.id, &d.doc])?;
    prove(tx, "drawing", d.id)
}

/// One draw.
pub fn drawing(rd: &mut Rd<'_>, id: i64) -> Result<Option<DrawRow>> {
    rd.query_opt("SELECT id, seed, at, doc FROM drawing WHERE id = $1", vals![id], draw_of)
}

/// The newest draws.
pub fn drawings(rd: &mut Rd<'_>, limit: u32) -> Result<Vec<DrawRow>> {
    rd.query("SELECT id, seed, at, doc FROM drawing ORDER BY id DESC LIMIT $1", vals![limit], draw_of)
}

/// What is public of a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicationRow {
    /// id; 0 before it is stored
    pub id: i64,
    /// of which case
    pub case: CaseId,
    /// `shown`, `withdrawn`
    pub state: String,
    /// since when
    pub at: Moment,
    /// the content
    pub doc: String,
}

fn publication_of(r: &Row<'_>) -> Result<PublicationRow> {
    Ok(PublicationRow {
        id: r.i64(0)?,
        case: CaseId(r.i64(1)?),
        state: r.string(2)?,
        at: r.moment(3)?,
        doc: r.string(4)?,
    })
}

/// Publishes, or changes what is public of a case.
pub fn put_publication(tx: &mut Tx<'_>, _permit: &Permit, p: &PublicationRow) -> Result<i64> {
    let sql = "INSERT INTO publication (case_id, state, at, doc) VALUES ($1, $2, $3, $4) ON CONFLICT (case_id) \
               DO UPDATE SET state = excluded.state, at = excluded.at, doc = excluded.doc RETURNING id";
    let id = tx.insert(sql, vals![p.case, &p.state, p.at, &p.doc])?;
    prove(tx, "publication", id)?;
    Ok(id)
}

/// What is public of this case.
pub fn publication_of_case(rd: &mut Rd<'_>, case: CaseId) -> Result<Option<PublicationRow>> {
    let sql = "SELECT id, case_id, state, at, doc FROM publication WHERE case_id = $1";
    rd.query_opt(sql, vals![case], publication_of)
}

/// One publication.
pub fn publication(rd: &mut Rd<'_>, id: i64) -> Result<Option<PublicationRow>> {
    rd.query_opt(
        "SELECT id, case_id, state, at, doc FROM publication WHERE id = $1",
        vals![id],
        publication_of,
    )
}

/// What is public, the newest first, before (`at`, `id`).
pub fn shown(rd: &mut Rd<'_>, before: Option<(Moment, i64)>, limit: u32) -> Result<Vec<PublicationRow>> {
    let (at, id) = before.unwrap_or((Moment::from_us(i64::MAX), i64::MAX));
    let sql = "SELECT id, case_id, state, at, doc FROM publication WHERE state = 'shown' AND (at, id) < ($1, $2) \
               ORDER BY at DESC, id DESC LIMIT $3";
    rd.query(sql, vals![at, id, limit], publication_of)
}
