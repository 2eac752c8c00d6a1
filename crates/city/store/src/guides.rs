//! 攻略与门牌: guides with their review round, comments, plates and their scans.

use access::Permit;
use kernel::Moment;

use crate::conn::{Rd, Tx};
use crate::engine::Result;
use crate::proof::prove;
use crate::vals;
use crate::value::Row;

/// A guide for an item and a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GuideRow {
    /// id
    pub id: i64,
    /// id of the item
    pub item: i64,
    /// region code
    pub region: String,
    /// changes so far
    pub ver: i64,
    /// word of the stage
    pub stage: String,
    /// JSON text
    pub doc: String,
}

fn guide_of(r: &Row<'_>) -> Result<GuideRow> {
    Ok(GuideRow {
        id: r.i64(0)?,
        item: r.i64(1)?,
        region: r.string(2)?,
        ver: r.i64(3)?,
        stage: r.string(4)?,
        doc: r.string(5)?,
    })
}
const GUIDE: &str = "id, item, region, ver, stage, doc";

/// The guides of an item, by region.
pub fn of_item(rd: &mut Rd<'_>, item: i64) -> Result<Vec<GuideRow>> {
    let sql = format!("SELECT {GUIDE} FROM guide WHERE item = $1 ORDER BY region LIMIT 500");
    rd.query(&sql, vals![item], guide_of)
}

/// Saves a guide.
pub fn put(tx: &mut Tx<'_>, _permit: &Permit, g: &GuideRow) -> Result<()> {
    tx.exec(
        "INSERT INTO guide (id, item, region, ver, stage, doc) VALUES ($1, $2, $3, $4, $5, $6) \
         ON CONFLICT (id) DO UPDATE SET ver = excluded.ver, stage = excluded.stage, doc = excluded.doc",
        vals![g.id, g.item, &g.region, g.ver, &g.stage, &g.doc],
    )?;
    prove(tx, "guide", g.id)
}

/// One comment: id, when, words, answer.
pub type Comment = (i64, Moment, String, Option<String>);

/// Comments on a guide, the oldest first, at most 500.
pub fn comments(rd: &mut Rd<'_>, guide: i64) -> Result<Vec<Comment>> {
    let sql = "SELECT id, at, words, answer FROM guide_comment WHERE guide = $1 ORDER BY id LIMIT 500";
    rd.query(sql, vals![guide], |r| {
        Ok((r.i64(0)?, r.moment(1)?, r.string(2)?, r.opt_text(3)?.map(str::to_owned)))
    })
}

/// Adds a comment.
pub fn comment(tx: &mut Tx<'_>, _permit: &Permit, guide: i64, words: &str) -> Result<()> {
    let now = tx.now();
    tx.exec("INSERT INTO guide_comment (guide, at, words) VALUES ($1, $2, $3)", vals![guide, now, words])?;
    Ok(())
}

/// Answers a comment that has no answer yet; says whether there was one.
pub fn answer(tx: &mut Tx<'_>, _permit: &Permit, guide: i64, comment: i64, words: &str) -> Result<bool> {
    let sql = "UPDATE guide_comment SET answer = $3 WHERE guide = $1 AND id = $2 AND answer IS NULL";
    Ok(tx.exec(sql, vals![guide, comment, words])? == 1)
}

/// A plate as it hangs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlateRow {
    /// 门牌号
    pub number: i64,
    /// changes so far
    pub ver: i64,
    /// raised when it is replaced
    pub issue: i64,
    /// 地点
    pub place: String,
    /// region code
    pub region: String,
    /// JSON list of item codes
    pub items: String,
}

fn plate_of(r: &Row<'_>) -> Result<PlateRow> {
    Ok(PlateRow {
        number: r.i64(0)?,
        ver: r.i64(1)?,
        issue: r.i64(2)?,
        place: r.string(3)?,
        region: r.string(4)?,
        items: r.string(5)?,
    })
}
const PLATE: &str = "number, ver, issue, place, region, items";

/// The plate with this number.
pub fn plate(rd: &mut Rd<'_>, number: i64) -> Result<Option<PlateRow>> {
    rd.query_opt(&format!("SELECT {PLATE} FROM plate WHERE number = $1"), vals![number], plate_of)
}

/// Plates of a region and below, after this number.
pub fn plates(rd: &mut Rd<'_>, region: &str, after: i64, limit: u32) -> Result<Vec<PlateRow>> {
    let end = format!("{region}:");
    let sql = format!(
        "SELECT {PLATE} FROM plate WHERE number > $1 AND region >= $2 AND region < $3 ORDER BY number LIMIT $4"
    );
    rd.query(&sql, vals![after, region, &end, limit], plate_of)
}

/// Saves a plate.
pub fn put_plate(tx: &mut Tx<'_>, _permit: &Permit, p: &PlateRow) -> Result<()> {
    tx.exec(
        "INSERT INTO plate (number, ver, issue, place, region, items) VALUES ($1, $2, $3, $4, $5, $6) \
         ON CONFLICT (number) DO UPDATE SET ver = excluded.ver, issue = excluded.issue, place = excluded.place, \
         region = excluded.region, items = excluded.items",
        vals![p.number, p.ver, p.issue, &p.place, &p.region, &p.items],
    )?;
    prove(tx, "plate", p.number)
}

/// One more scan of a plate on a day.
pub fn scan(tx: &mut Tx<'_>, plate: i64, day: &str) -> Result<()> {
    tx.exec(
        "INSERT INTO plate_scan (plate, day, n) VALUES ($1, $2, 1) \
         ON CONFLICT (plate, day) DO UPDATE SET n = plate_scan.n + 1",
        vals![plate, day],
    )?;
    Ok(())
}

/// Scans by plate between two days, both included.
pub fn scans(rd: &mut Rd<'_>, from: &str, to: &str) -> Result<Vec<(i64, i64)>> {
    let sql = "SELECT plate, CAST(sum(n) AS BIGINT) FROM plate_scan WHERE day >= $1 AND day <= $2 \
               GROUP BY plate ORDER BY plate";
    rd.query(sql, vals![from, to], |r| Ok((r.i64(0)?, r.i64(1)?)))
}
