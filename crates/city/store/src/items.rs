//! 事项: items as rows for lists, and the text of each version. Must not know what an item is: the text, the
//! digest and the figures come from `app`.

use access::Permit;
use kernel::{Moment, StreamId, StreamKind, UnitId};

use crate::conn::{Rd, Tx};
use crate::engine::Result;
use crate::ledger_rows::NewEvent;
use crate::vals;
use crate::value::{Row, Value};

/// An item as a list shows it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ItemRow {
    /// id; 0 before it is stored
    pub id: i64,
    /// 实施编码
    pub code: String,
    /// 业务办理项编码
    pub handling: String,
    /// events on record
    pub ver: i64,
    /// newest version
    pub version: i64,
    /// 事项名称
    pub name: String,
    /// 实施主体 as written
    pub unit: String,
    /// the unit, when it is one of ours
    pub unit_id: Option<UnitId>,
    /// region code; empty when none
    pub region: String,
    /// code word of its kind
    pub kind: String,
    /// in the hall
    pub in_hall: bool,
    /// can be applied for online
    pub online: bool,
    /// findings of the check-up
    pub findings: i64,
    /// rules of the check-up that found something, one bit each
    pub rules: i64,
}

/// A version that is added.
#[derive(Clone, Debug)]
pub struct NewVersion {
    /// the row as it is after it
    pub row: ItemRow,
    /// in force from this day, `2026-05-31`
    pub since: String,
    /// SM3 of the text
    pub digest: [u8; 32],
    /// JSON text
    pub doc: String,
    /// what the event says
    pub event: String,
}

/// One version as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VersionRow {
    /// 1, 2, 3 …
    pub version: i64,
    /// in force from
    pub since: String,
    /// when it was written
    pub written: Moment,
    /// SM3 of the text
    pub digest: [u8; 32],
    /// JSON text
    pub doc: String,
}

const COLUMNS: &str = "id, code, handling, ver, version, name, unit, unit_id, region, kind, in_hall, online, \
                       findings, rules";

fn row_of(r: &Row<'_>) -> Result<ItemRow> {
    Ok(ItemRow {
        id: r.i64(0)?,
        code: r.string(1)?,
        handling: r.string(2)?,
        ver: r.i64(3)?,
        version: r.i64(4)?,
        name: r.string(5)?,
        unit: r.string(6)?,
        unit_id: r.opt_i64(7)?.map(UnitId),
        region: r.string(8)?,
        kind: r.string(9)?,
        in_hall: r.bool(10)?,
        online: r.bool(11)?,
        findings: r.i64(12)?,
        rules: r.i64(13)?,
    })
}

/// All items, in the order of their ids, each handed to `f`.
pub fn each(rd: &mut Rd<'_>, mut f: impl FnMut(ItemRow)) -> Result<()> {
    rd.each(&format!("SELECT {COLUMNS} FROM item ORDER BY id"), &[], |r| {
        f(row_of(r)?);
        Ok(true)
    })
}

/// The item with this code.
pub fn by_key(rd: &mut Rd<'_>, code: &str, handling: &str) -> Result<Option<ItemRow>> {
    let sql = format!("SELECT {COLUMNS} FROM item WHERE code = $1 AND handling = $2");
    rd.query_opt(&sql, vals![code, handling], row_of)
}

/// Codes asked for by one statement.
const CODES_AT_ONCE: usize = 500;

/// Items with one of these codes.
pub fn with_codes(rd: &mut Rd<'_>, codes: &[&str]) -> Result<Vec<ItemRow>> {
    let mut out = Vec::new();
    for part in codes.chunks(CODES_AT_ONCE) {
        let marks: Vec<_> = (1..=part.len()).map(|n| format!("${n}")).collect();
        let sql = format!("SELECT {COLUMNS} FROM item WHERE code IN ({})", marks.join(", "));
        let params: Vec<Value<'_>> = part.iter().map(|c| Value::from(*c)).collect();
        out.extend(rd.query(&sql, &params, row_of)?);
    }
    Ok(out)
}

/// Counts changes of the list of items.
pub const GENERATION: &str = "item-generation";

/// Items that were brought before their unit was there belong to it from now on: `unit_of` knows units by what items call
/// them. Answers how many.
pub fn find_units(
    tx: &mut Tx<'_>,
    _permit: &Permit,
    unit_of: impl Fn(&str) -> Option<UnitId>,
) -> Result<u64> {
    let open = tx.query("SELECT DISTINCT unit FROM item WHERE unit_id IS NULL", &[], |r| r.string(0))?;
    let mut found = 0;
    for (name, unit) in open.iter().filter_map(|name| Some((name, unit_of(name)?))) {
        let sql = "UPDATE item SET unit_id = $1 WHERE unit_id IS NULL AND unit = $2";
        found += tx.exec(sql, vals![unit, name])?;
    }
    if found > 0 {
        crate::counters::next(tx, GENERATION)?;
    }
    Ok(found)
}

const PUT: &str = "INSERT INTO item (id, code, handling, ver, version, name, unit, unit_id, region, kind, in_hall, \
     online, findings, rules) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) \
     ON CONFLICT (id) DO UPDATE SET ver = excluded.ver, version = excluded.version, name = excluded.name, \
     unit = excluded.unit, unit_id = excluded.unit_id, region = excluded.region, kind = excluded.kind, \
     in_hall = excluded.in_hall, online = excluded.online, findings = excluded.findings, rules = excluded.rules";
const PUT_VERSION: &str = "INSERT INTO item_version (item, version, since, written, digest, doc) \
                           VALUES ($1, $2, $3, $4, $5, $6)";

/// Adds versions with their events; the rows carry their ids and the version of the stream after it.
pub fn put_many(tx: &mut Tx<'_>, permit: &Permit, new: &[NewVersion]) -> Result<()> {
    let now = tx.now();
    let events: Vec<_> = new
        .iter()
        .map(|n| NewEvent {
            stream: StreamId::new(StreamKind::Item, n.row.id),
            expected: n.row.ver - 1,
            at: now,
            actor: permit.actor(),
            act: "publish_item",
            data: &n.event,
        })
        .collect();
    tx.append_many(&events)?;
    let rows: Vec<[Value<'_>; 14]> = new
        .iter()
        .map(|n| {
            let r = &n.row;
            [
                r.id.into(),
                (&r.code).into(),
                (&r.handling).into(),
                r.ver.into(),
                r.version.into(),
                (&r.name).into(),
                (&r.unit).into(),
                r.unit_id.into(),
                (&r.region).into(),
                (&r.kind).into(),
                r.in_hall.into(),
                r.online.into(),
                r.findings.into(),
                r.rules.into(),
            ]
        })
        .collect();
    let rows: Vec<&[Value<'_>]> = rows.iter().map(<[_; 14]>::as_slice).collect();
    tx.exec_many(PUT, &rows)?;
    let rows: Vec<[Value<'_>; 6]> = new
        .iter()
        .map(|n| {
            let r = &n.row;
            [
                r.id.into(),
                r.version.into(),
                (&n.since).into(),
                now.into(),
                (&n.digest).into(),
                (&n.doc).into(),
            ]
        })
        .collect();
    let rows: Vec<&[Value<'_>]> = rows.iter().map(<[_; 6]>::as_slice).collect();
    tx.exec_many(PUT_VERSION, &rows)?;
    Ok(())
}

fn version_of(r: &Row<'_>) -> Result<VersionRow> {
    Ok(VersionRow {
        version: r.i64(0)?,
        since: r.string(1)?,
        written: r.moment(2)?,
        digest: r.hash(3)?,
        doc: r.string(4)?,
    })
}

/// Versions of an item, the oldest first, at most 1,000.
pub fn versions(rd: &mut Rd<'_>, item: i64) -> Result<Vec<VersionRow>> {
    let sql = "SELECT version, since, written, digest, doc FROM item_version WHERE item = $1 \
               ORDER BY version LIMIT 1000";
    rd.query(sql, vals![item], version_of)
}

/// One version of an item.
pub fn version(rd: &mut Rd<'_>, item: i64, version: i64) -> Result<Option<VersionRow>> {
    let sql =
        "SELECT version, since, written, digest, doc FROM item_version WHERE item = $1 AND version = $2";
    rd.query_opt(sql, vals![item, version], version_of)
}
