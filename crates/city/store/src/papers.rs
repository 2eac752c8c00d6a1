//! 发文: official papers on their way, their versions, and on whose lists they stand. What a stage means is not known here; each
//! save appends the event, and digests of the row, in one transaction.

use access::Permit;
use kernel::{Moment, StaffId, StreamId, StreamKind, UnitId};

use crate::conn::{Rd, Tx};
use crate::engine::Result;
use crate::error::StoreError;
use crate::proof::prove;
use crate::vals;
use crate::value::Row;

/// A paper as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaperRow {
    /// id; 0 before it is stored
    pub id: i64,
    /// events so far
    pub ver: i64,
    /// 发文单位
    pub unit: UnitId,
    /// what it is, a code word
    pub kind: String,
    /// what it is about, where it came from another room; 0: nothing
    pub subject: i64,
    /// key of its form
    pub form: String,
    /// code word of the stage
    pub stage: String,
    /// 标题
    pub title: String,
    /// 拟稿人
    pub drafter: StaffId,
    /// the person it waits for
    pub holder: Option<StaffId>,
    /// 机关代字 with the year; empty before it has a number
    pub series: String,
    /// 序号; 0 before it has a number
    pub seq: i64,
    /// 发文字号
    pub number: String,
    /// when it was begun
    pub made: Moment,
    /// when it was issued
    pub issued: Option<Moment>,
    /// when somebody is reminded next
    pub next_at: Option<Moment>,
    /// the whole state, JSON
    pub doc: String,
}

/// One version of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextRow {
    /// 1, 2, 3 …
    pub n: i64,
    /// whose words
    pub author: StaffId,
    /// when they were left so
    pub at: Moment,
    /// the text, JSON
    pub doc: String,
}

/// Somebody on whose list a paper stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartRow {
    /// `staff`, `agree`, `take`
    pub sort: &'static str,
    /// which person or unit
    pub who: i64,
    /// something is asked of them
    pub open: bool,
}

/// The stream of a paper.
pub const fn stream(id: i64) -> StreamId {
    StreamId::new(StreamKind::Paper, id)
}

fn row_of(r: &Row<'_>) -> Result<PaperRow> {
    Ok(PaperRow {
        id: r.i64(0)?,
        ver: r.i64(1)?,
        unit: UnitId(r.i64(2)?),
        kind: r.string(3)?,
        subject: r.i64(4)?,
        form: r.string(5)?,
        stage: r.string(6)?,
        title: r.string(7)?,
        drafter: StaffId(r.i64(8)?),
        holder: r.opt_i64(9)?.map(StaffId),
        series: r.string(10)?,
        seq: r.i64(11)?,
        number: r.string(12)?,
        made: r.moment(13)?,
        issued: r.opt_moment(14)?,
        next_at: r.opt_moment(15)?,
        doc: r.string(16)?,
    })
}

fn put_parts(tx: &mut Tx<'_>, id: i64, parts: &[PartRow]) -> Result<()> {
    tx.exec("DELETE FROM paper_part WHERE paper = $1", vals![id])?;
    for p in parts {
        let sql = "INSERT INTO paper_part (sort, who, paper, open) VALUES ($1, $2, $3, $4)";
        tx.exec(sql, vals![p.sort, p.who, id, i64::from(p.open)])?;
    }
    Ok(())
}

/// Adds a paper with its first event; answers its id.
pub fn insert(
    tx: &mut Tx<'_>,
    permit: &Permit,
    p: &PaperRow,
    parts: &[PartRow],
    act: &str,
    data: &str,
) -> Result<i64> {
    let sql = "INSERT INTO paper (ver, unit, kind, subject, form, stage, title, drafter, holder, series, seq, number, \
               made, issued, next_at, doc) VALUES (1, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) \
               RETURNING id";
    let row = vals![
        p.unit, &p.kind, p.subject, &p.form, &p.stage, &p.title, p.drafter, p.holder, &p.series, p.seq,
        &p.number, p.made, p.issued, p.next_at, &p.doc
    ];
    let id = tx.insert(sql, row)?;
    let now = tx.now();
    tx.append(stream(id), 0, now, permit.actor(), act, data)?;
    put_parts(tx, id, parts)?;
    prove(tx, "paper", id)?;
    Ok(id)
}

/// Saves a paper after one more event; `p.ver` is the version it has now.
///
/// # Errors
/// `Conflict` when it is no longer at the version before.
pub fn save(
    tx: &mut Tx<'_>,
    permit: &Permit,
    p: &PaperRow,
    parts: &[PartRow],
    act: &str,
    data: &str,
) -> Result<()> {
    let now = tx.now();
    tx.append(stream(p.id), p.ver - 1, now, permit.actor(), act, data)?;
    let sql = "UPDATE paper SET ver = $2, form = $3, stage = $4, title = $5, holder = $6, series = $7, seq = $8, \
               number = $9, issued = $10, next_at = $11, doc = $12 WHERE id = $1 AND ver = $2 - 1";
    let row = vals![
        p.id, p.ver, &p.form, &p.stage, &p.title, p.holder, &p.series, p.seq, &p.number, p.issued, p.next_at,
        &p.doc
    ];
    if tx.exec(sql, row)? != 1 {
        return Err(StoreError::Bug(format!("paper {} was not saved", p.id)));
    }
    put_parts(tx, p.id, parts)?;
    prove(tx, "paper", p.id)
}

/// Keeps a version of the text; the same number again is the same person still writing.
pub fn put_text(tx: &mut Tx<'_>, _permit: &Permit, paper: i64, t: &TextRow) -> Result<()> {
    let sql = "INSERT INTO paper_text (paper, n, author, at, doc) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (paper, n) \
               DO UPDATE SET author = excluded.author, at = excluded.at, doc = excluded.doc RETURNING id";
    let id = tx.insert(sql, vals![paper, t.n, t.author, t.at, &t.doc])?;
    prove(tx, "paper_text", id)
}

fn text_of(r: &Row<'_>) -> Result<TextRow> {
    Ok(TextRow { n: r.i64(0)?, author: StaffId(r.i64(1)?), at: r.moment(2)?, doc: r.string(3)? })
}

/// One version.
pub fn text(rd: &mut Rd<'_>, paper: i64, n: i64) -> Result<Option<TextRow>> {
    let sql = "SELECT n, author, at, doc FROM paper_text WHERE paper = $1 AND n = $2";
    rd.query_opt(sql, vals![paper, n], text_of)
}

/// The versions without their words, the oldest first.
pub fn texts(rd: &mut Rd<'_>, paper: i64) -> Result<Vec<TextRow>> {
    rd.query("SELECT n, author, at, '' FROM paper_text WHERE paper = $1 ORDER BY n", vals![paper], text_of)
}

/// One paper.
pub fn by_id(rd: &mut Rd<'_>, id: i64) -> Result<Option<PaperRow>> {
    let sql = "SELECT id, ver, unit, kind, subject, form, stage, title, drafter, holder, series, seq, number, made, \
               issued, next_at, doc FROM paper WHERE id = $1";
    rd.query_opt(sql, vals![id], row_of)
}

/// The papers about something, the newest first.
pub fn about(rd: &mut Rd<'_>, kind: &str, subject: i64) -> Result<Vec<PaperRow>> {
    let sql = "SELECT id, ver, unit, kind, subject, form, stage, title, drafter, holder, series, seq, number, made, \
               issued, next_at, doc FROM paper WHERE kind = $1 AND subject = $2 AND subject > 0 ORDER BY id DESC LIMIT 20";
    rd.query(sql, vals![kind, subject], row_of)
}

/// What waits for a person, the oldest first.
pub fn held_by(rd: &mut Rd<'_>, staff: StaffId, limit: u32) -> Result<Vec<PaperRow>> {
    let sql = "SELECT id, ver, unit, kind, subject, form, stage, title, drafter, holder, series, seq, number, made, \
               issued, next_at, doc FROM paper WHERE holder = $1 ORDER BY id LIMIT $2";
    rd.query(sql, vals![staff, limit], row_of)
}

/// Papers on the list of a person or unit, the newest first; `open`: only those where something is asked of them.
pub fn with_part(rd: &mut Rd<'_>, sort: &str, who: i64, open: bool, limit: u32) -> Result<Vec<PaperRow>> {
    let sql = "SELECT p.id, p.ver, p.unit, p.kind, p.subject, p.form, p.stage, p.title, p.drafter, p.holder, p.series, \
               p.seq, p.number, p.made, p.issued, p.next_at, p.doc FROM paper_part t JOIN paper p ON p.id = t.paper \
               WHERE t.sort = $1 AND t.who = $2 AND t.open >= $3 ORDER BY p.id DESC LIMIT $4";
    rd.query(sql, vals![sort, who, i64::from(open), limit], row_of)
}

/// What a unit has issued, the newest first.
pub fn issued_by(rd: &mut Rd<'_>, unit: UnitId, limit: u32) -> Result<Vec<PaperRow>> {
    let sql = "SELECT id, ver, unit, kind, subject, form, stage, title, drafter, holder, series, seq, number, made, \
               issued, next_at, doc FROM paper WHERE unit = $1 AND issued IS NOT NULL ORDER BY id DESC LIMIT $2";
    rd.query(sql, vals![unit, limit], row_of)
}

/// Papers of which somebody is to be reminded by now, the longest due first, but for those that were put aside.
pub fn due(rd: &mut Rd<'_>, care: &str, now: Moment, limit: u32) -> Result<Vec<i64>> {
    let first = stream(0).0;
    let sql = "SELECT id FROM paper WHERE next_at IS NOT NULL AND next_at <= $1 AND NOT EXISTS (SELECT 1 FROM aside x \
               WHERE x.care = $3 AND x.subject = paper.id + $4 AND (x.again IS NULL OR x.again > $1)) \
               ORDER BY next_at, id LIMIT $2";
    rd.query(sql, vals![now, limit, care, first], |r| r.i64(0))
}
