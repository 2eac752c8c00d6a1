//! 数据共享 (X8): the directory of resources, which papers items ask for, and requests for data. What may be done with a request is
//! decided by `service`. Must not decide anything.

use access::Permit;
use kernel::{Moment, StreamId, StreamKind, UnitId};

use crate::conn::{Rd, Tx};
use crate::engine::Result;
use crate::value::{Row, Value};
use crate::{counters, vals};

/// One resource of the directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResourceRow {
    /// id; 0 before it is stored
    pub id: i64,
    /// changes by hand; 0: as the catalogue gives it
    pub ver: i64,
    /// 信息资源代码
    pub code: String,
    /// its name, as materials are compared
    pub name: String,
    /// 提供方
    pub provider: String,
    /// the unit of that name, where there is one
    pub provider_unit: Option<UnitId>,
    /// the item that issues it; none: entered by hand
    pub item: Option<i64>,
    /// word of 共享类型
    pub sharing: String,
    /// everything else, JSON
    pub doc: String,
}

/// A paper that an item asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AskedRow {
    /// id of the material in its item
    pub material: String,
    /// its name, as results are held
    pub name: String,
    /// 材料名称
    pub title: String,
}

/// A paper that is asked for although an office holds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Overlap {
    /// who asks for it
    pub unit: String,
    /// key of the item
    pub item: (String, String),
    /// name of the item
    pub item_name: String,
    /// 材料名称
    pub title: String,
    /// id of the resource
    pub resource: i64,
    /// who holds it
    pub provider: String,
    /// word of 共享类型
    pub sharing: String,
}

/// A request for data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestRow {
    /// id
    pub id: i64,
    /// events so far
    pub ver: i64,
    /// 编号
    pub number: String,
    /// which resource
    pub resource: i64,
    /// who answers; none: no unit of this city
    pub provider_unit: Option<UnitId>,
    /// who asks
    pub asker: UnitId,
    /// word of the stage
    pub stage: String,
    /// since when
    pub since: Moment,
    /// when it is due
    pub due: Option<Moment>,
    /// purpose, basis, reason, JSON
    pub doc: String,
}

const RESOURCE: &str = "id, ver, code, name, provider, provider_unit, item, sharing, doc";
const REQUEST: &str = "id, ver, number, resource, provider_unit, asker, stage, since, due, doc";

fn resource_of(r: &Row<'_>) -> Result<ResourceRow> {
    Ok(ResourceRow {
        id: r.i64(0)?,
        ver: r.i64(1)?,
        code: r.string(2)?,
        name: r.string(3)?,
        provider: r.string(4)?,
        provider_unit: r.opt_i64(5)?.map(UnitId),
        item: r.opt_i64(6)?,
        sharing: r.string(7)?,
        doc: r.string(8)?,
    })
}

fn request_of(r: &Row<'_>) -> Result<RequestRow> {
    Ok(RequestRow {
        id: r.i64(0)?,
        ver: r.i64(1)?,
        number: r.string(2)?,
        resource: r.i64(3)?,
        provider_unit: r.opt_i64(4)?.map(UnitId),
        asker: UnitId(r.i64(5)?),
        stage: r.string(6)?,
        since: r.moment(7)?,
        due: r.opt_i64(8)?.map(Moment::from_us),
        doc: r.string(9)?,
    })
}

/// The changes of a resource by hand.
pub const fn resource_stream(id: i64) -> StreamId {
    StreamId::new(StreamKind::DataResource, id)
}

/// The life of a request.
pub const fn request_stream(id: i64) -> StreamId {
    StreamId::new(StreamKind::DataRequest, id)
}

/// Items whose newest version the directory was not made from yet: id and that version.
pub fn unread(rd: &mut Rd<'_>, limit: u32) -> Result<Vec<(i64, i64)>> {
    let sql = "SELECT i.id, i.version FROM item i LEFT JOIN data_read d ON d.item = i.id AND d.version = i.version \
               WHERE d.item IS NULL ORDER BY i.id LIMIT $1";
    rd.query(sql, vals![limit], |r| Ok((r.i64(0)?, r.i64(1)?)))
}

/// What an item issues and asks for, in the place of what it did before. A resource keeps its id as long as it is issued; what was
/// changed by hand or asked for stands, and so does what somebody else issues under the same name.
pub fn put_item(
    tx: &mut Tx<'_>,
    _permit: &Permit,
    (item, version): (i64, i64),
    issued: &[ResourceRow],
    asked: &[AskedRow],
) -> Result<()> {
    let before: Vec<(i64, String)> = tx.query(
        "SELECT r.id, r.code FROM data_resource r WHERE r.item = $1 AND r.ver = 0 \
         AND NOT EXISTS (SELECT 1 FROM data_request q WHERE q.resource = r.id)",
        vals![item],
        |r| Ok((r.i64(0)?, r.string(1)?)),
    )?;
    for (id, _) in before.iter().filter(|b| !issued.iter().any(|r| r.code == b.1)) {
        tx.exec("DELETE FROM data_resource WHERE id = $1", vals![*id])?;
    }
    for r in issued {
        tx.exec(
            "UPDATE data_resource SET name = $2, provider = $3, provider_unit = $4, doc = $5 WHERE code = $1 AND ver = 0 \
             AND NOT EXISTS (SELECT 1 FROM data_resource x WHERE x.name = $2 AND x.provider = $3 AND x.code <> $1)",
            vals![&r.code, &r.name, &r.provider, r.provider_unit, &r.doc],
        )?;
        tx.exec(
            "INSERT INTO data_resource (ver, code, name, provider, provider_unit, item, sharing, doc) \
             VALUES (0, $1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING",
            vals![&r.code, &r.name, &r.provider, r.provider_unit, item, &r.sharing, &r.doc],
        )?;
    }
    tx.exec("DELETE FROM data_asked WHERE item = $1", vals![item])?;
    let rows: Vec<[Value<'_>; 4]> = asked
        .iter()
        .map(|a| [item.into(), a.material.as_str().into(), a.name.as_str().into(), a.title.as_str().into()])
        .collect();
    let rows: Vec<&[Value<'_>]> = rows.iter().map(<[_; 4]>::as_slice).collect();
    // An item that was taken in long ago may have one number twice: it harms nobody else.
    tx.exec_many(
        "INSERT INTO data_asked (item, material, name, title) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
        &rows,
    )?;
    tx.exec(
        "INSERT INTO data_read (item, version) VALUES ($1, $2) ON CONFLICT (item) DO UPDATE SET version = excluded.version",
        vals![item, version],
    )?;
    Ok(())
}

/// Keeps a resource that was entered or changed by hand, with its event; answers its id. `ver` counts this change.
pub fn put_resource(tx: &mut Tx<'_>, permit: &Permit, r: &ResourceRow, act: &str, data: &str) -> Result<i64> {
    let now = tx.now();
    let id = if r.id == 0 {
        let sql = "INSERT INTO data_resource (ver, code, name, provider, provider_unit, item, sharing, doc) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id";
        tx.insert(
            sql,
            vals![r.ver, &r.code, &r.name, &r.provider, r.provider_unit, r.item, &r.sharing, &r.doc],
        )?
    } else {
        tx.exec(
            "UPDATE data_resource SET ver = $2, name = $3, provider = $4, provider_unit = $5, sharing = $6, doc = $7 \
             WHERE id = $1",
            vals![r.id, r.ver, &r.name, &r.provider, r.provider_unit, &r.sharing, &r.doc],
        )?;
        r.id
    };
    tx.append(resource_stream(id), r.ver - 1, now, permit.actor(), act, data)?;
    Ok(id)
}

/// One resource.
pub fn resource(rd: &mut Rd<'_>, id: i64) -> Result<Option<ResourceRow>> {
    rd.query_opt(&format!("SELECT {RESOURCE} FROM data_resource r WHERE r.id = $1"), vals![id], resource_of)
}

/// Resources whose name or provider holds this text, after an id, in the order of their ids.
pub fn resources(rd: &mut Rd<'_>, text: &str, after: i64, limit: u32) -> Result<Vec<ResourceRow>> {
    let sql = format!(
        "SELECT {RESOURCE} FROM data_resource r WHERE r.id > $1 AND ($2 = '' OR r.name LIKE $3 OR r.provider LIKE $3) \
         ORDER BY r.id LIMIT $4"
    );
    let like = format!("%{}%", text.replace(['%', '_'], ""));
    rd.query(&sql, vals![after, text, &like, limit], resource_of)
}

/// How many resources there are.
pub fn resource_count(rd: &mut Rd<'_>) -> Result<i64> {
    rd.query_one("SELECT count(*) FROM data_resource", &[], |r| r.i64(0))
}

/// The resource of this name that this unit provides; without one of it, none.
pub fn provided(rd: &mut Rd<'_>, name: &str, unit: UnitId) -> Result<Option<ResourceRow>> {
    let sql = format!(
        "SELECT {RESOURCE} FROM data_resource r WHERE r.name = $1 AND r.provider_unit = $2 ORDER BY r.id LIMIT 1"
    );
    rd.query_opt(&sql, vals![name, unit], resource_of)
}

/// Papers that are asked for although an office holds and shares them, of one unit when it is named, behind the first `skip`; by unit and item.
pub fn overlaps(rd: &mut Rd<'_>, unit: &str, skip: u32, limit: u32) -> Result<Vec<Overlap>> {
    let sql = "SELECT i.unit, i.code, i.handling, i.name, a.title, r.id, r.provider, r.sharing FROM data_asked a \
               JOIN item i ON i.id = a.item JOIN data_resource r ON r.id = (SELECT min(x.id) FROM data_resource x \
               WHERE x.name = a.name AND x.sharing <> 'closed') WHERE ($1 = '' OR i.unit = $1) ORDER BY i.unit, i.name, a.item, a.material \
               LIMIT $2 OFFSET $3";
    rd.query(sql, vals![unit, limit, skip], |r| {
        Ok(Overlap {
            unit: r.string(0)?,
            item: (r.string(1)?, r.string(2)?),
            item_name: r.string(3)?,
            title: r.string(4)?,
            resource: r.i64(5)?,
            provider: r.string(6)?,
            sharing: r.string(7)?,
        })
    })
}

/// How many papers each unit asks for although an office holds them, the most first: unit, papers, items.
pub fn overlap_counts(rd: &mut Rd<'_>, limit: u32) -> Result<Vec<(String, i64, i64)>> {
    let sql = "SELECT i.unit, count(*), count(DISTINCT i.id) FROM data_asked a JOIN item i ON i.id = a.item \
               WHERE EXISTS (SELECT 1 FROM data_resource x WHERE x.name = a.name AND x.sharing <> 'closed') \
               GROUP BY i.unit ORDER BY 2 DESC, 1 LIMIT $1";
    rd.query(sql, vals![limit], |r| Ok((r.string(0)?, r.i64(1)?, r.i64(2)?)))
}

/// A number for a resource that is entered by hand.
pub fn take_number(tx: &mut Tx<'_>) -> Result<i64> {
    counters::next(tx, "data_resource")
}

/// Is there a resource of this name by this provider?
pub fn is_named(rd: &mut Rd<'_>, name: &str, provider: &str) -> Result<bool> {
    let sql = "SELECT 1 FROM data_resource r WHERE r.name = $1 AND r.provider = $2 LIMIT 1";
    Ok(rd.query_opt(sql, vals![name, provider], |r| r.i64(0))?.is_some())
}

/// An id for a new request, and its number in its year.
pub fn take_id(tx: &mut Tx<'_>, year: i16) -> Result<(i64, i64)> {
    Ok((counters::next(tx, "data_request")?, counters::next(tx, &format!("data_request/{year}"))?))
}

/// Keeps a request with its event; `ver` counts this change.
pub fn put_request(tx: &mut Tx<'_>, permit: &Permit, q: &RequestRow, act: &str, data: &str) -> Result<()> {
    let now = tx.now();
    tx.append(request_stream(q.id), q.ver - 1, now, permit.actor(), act, data)?;
    tx.exec(
        "INSERT INTO data_request (id, ver, number, resource, provider_unit, asker, stage, since, due, doc) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (id) DO UPDATE SET ver = excluded.ver, \
         stage = excluded.stage, since = excluded.since, due = excluded.due, doc = excluded.doc",
        vals![
            q.id,
            q.ver,
            &q.number,
            q.resource,
            q.provider_unit,
            q.asker,
            &q.stage,
            q.since,
            q.due.map(Moment::us),
            &q.doc
        ],
    )?;
    Ok(())
}

/// The request with this number.
pub fn request(rd: &mut Rd<'_>, number: &str) -> Result<Option<RequestRow>> {
    rd.query_opt(
        &format!("SELECT {REQUEST} FROM data_request q WHERE q.number = $1"),
        vals![number],
        request_of,
    )
}

/// Requests that a unit asked or has to answer, all of them without a unit; the newest first, before an id (0: from the newest).
pub fn requests(rd: &mut Rd<'_>, unit: Option<UnitId>, before: i64, limit: u32) -> Result<Vec<RequestRow>> {
    let before = if before == 0 { i64::MAX } else { before };
    match unit {
        None => {
            let sql =
                format!("SELECT {REQUEST} FROM data_request q WHERE q.id < $1 ORDER BY q.id DESC LIMIT $2");
            rd.query(&sql, vals![before, limit], request_of)
        }
        Some(unit) => {
            let sql = format!(
                "SELECT {REQUEST} FROM data_request q WHERE q.id < $1 AND (q.asker = $2 OR q.provider_unit = $2) \
                 ORDER BY q.id DESC LIMIT $3"
            );
            rd.query(&sql, vals![before, unit, limit], request_of)
        }
    }
}

/// Does a unit have a request for a resource that stands at this stage?
pub fn has_request(rd: &mut Rd<'_>, resource: i64, asker: UnitId, stage: &str) -> Result<bool> {
    let sql = "SELECT 1 FROM data_request q WHERE q.resource = $1 AND q.asker = $2 AND q.stage = $3 LIMIT 1";
    Ok(rd.query_opt(sql, vals![resource, asker, stage], |r| r.i64(0))?.is_some())
}

/// Everything that happened to a request.
pub fn request_history(rd: &mut Rd<'_>, id: i64) -> Result<Vec<ledger::Event>> {
    crate::ledger_rows::stream(rd, request_stream(id), 0)
}
