//! 增值服务 (R11): services that companies may order, and the orders. Must not know what a state means.

use access::Permit;
use kernel::{Moment, StreamId, StreamKind, UnitId};

use crate::conn::{Rd, Tx};
use crate::engine::Result;
use crate::value::Row;
use crate::{counters, vals};

/// A service of the catalogue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AidRow {
    /// id
    pub id: i64,
    /// code, unique
    pub code: String,
    /// events so far
    pub ver: i64,
    /// name
    pub name: String,
    /// word of the kind
    pub kind: String,
    /// region code
    pub region: String,
    /// who serves
    pub unit: UnitId,
    /// what one gets, and for whom it is
    pub about: String,
    /// what it costs, in words
    pub price: String,
    /// telephone
    pub phone: String,
    /// working days it takes
    pub days: i64,
    /// word of the state
    pub state: String,
}

/// What a company ordered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderRow {
    /// id
    pub id: i64,
    /// number
    pub number: String,
    /// events so far
    pub ver: i64,
    /// the service
    pub aid: i64,
    /// who ordered
    pub company: i64,
    /// who serves
    pub unit: UnitId,
    /// word of the state
    pub state: String,
    /// what is wanted
    pub words: String,
    /// when it was ordered
    pub began: Moment,
    /// working days it may take
    pub days: i64,
    /// when somebody took it on
    pub taken: Option<Moment>,
    /// when it was done, declined or taken back
    pub ended: Option<Moment>,
    /// what came of it
    pub result: String,
}

const AID: &str = "id, code, ver, name, kind, region, unit, about, price, phone, days, state";
const ORDER: &str = "id, number, ver, aid, company, unit, state, words, began, days, taken, ended, result";

fn aid_of(r: &Row<'_>) -> Result<AidRow> {
    Ok(AidRow {
        id: r.i64(0)?,
        code: r.string(1)?,
        ver: r.i64(2)?,
        name: r.string(3)?,
        kind: r.string(4)?,
        region: r.string(5)?,
        unit: UnitId(r.i64(6)?),
        about: r.string(7)?,
        price: r.string(8)?,
        phone: r.string(9)?,
        days: r.i64(10)?,
        state: r.string(11)?,
    })
}

fn order_of(r: &Row<'_>) -> Result<OrderRow> {
    Ok(OrderRow {
        id: r.i64(0)?,
        number: r.string(1)?,
        ver: r.i64(2)?,
        aid: r.i64(3)?,
        company: r.i64(4)?,
        unit: UnitId(r.i64(5)?),
        state: r.string(6)?,
        words: r.string(7)?,
        began: r.moment(8)?,
        days: r.i64(9)?,
        taken: r.opt_moment(10)?,
        ended: r.opt_moment(11)?,
        result: r.string(12)?,
    })
}

/// The events of a service.
pub const fn stream(id: i64) -> StreamId {
    StreamId::new(StreamKind::Aid, id)
}

/// The events of an order.
pub const fn order_stream(id: i64) -> StreamId {
    StreamId::new(StreamKind::AidOrder, id)
}

/// An id for a new service.
pub fn take_id(tx: &mut Tx<'_>) -> Result<i64> {
    counters::next(tx, "aid")
}

/// An id for a new order, and its number in its year.
pub fn take_order_id(tx: &mut Tx<'_>, year: i16) -> Result<(i64, i64)> {
    Ok((counters::next(tx, "aid_order")?, counters::next(tx, &format!("aid_order/{year}"))?))
}

/// Keeps a service with its event; `ver` counts this change.
pub fn put(tx: &mut Tx<'_>, permit: &Permit, a: &AidRow, act: &str, data: &str) -> Result<()> {
    let now = tx.now();
    tx.append(stream(a.id), a.ver - 1, now, permit.actor(), act, data)?;
    tx.exec(
        "INSERT INTO aid (id, code, ver, name, kind, region, unit, about, price, phone, days, state) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT (id) DO UPDATE SET ver = excluded.ver, \
         name = excluded.name, kind = excluded.kind, unit = excluded.unit, about = excluded.about, \
         price = excluded.price, phone = excluded.phone, days = excluded.days, state = excluded.state",
        vals![
            a.id, &a.code, a.ver, &a.name, &a.kind, &a.region, a.unit, &a.about, &a.price, &a.phone, a.days,
            &a.state
        ],
    )?;
    Ok(())
}

/// Keeps an order with its event; `ver` counts this change.
pub fn put_order(tx: &mut Tx<'_>, permit: &Permit, o: &OrderRow, act: &str, data: &str) -> Result<()> {
    let now = tx.now();
    tx.append(order_stream(o.id), o.ver - 1, now, permit.actor(), act, data)?;
    tx.exec(
        "INSERT INTO aid_order (id, number, ver, aid, company, unit, state, words, began, days, taken, ended, result) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) \
         ON CONFLICT (id) DO UPDATE SET ver = excluded.ver, state = excluded.state, taken = excluded.taken, \
         ended = excluded.ended, result = excluded.result",
        vals![
            o.id, &o.number, o.ver, o.aid, o.company, o.unit, &o.state, &o.words, o.began, o.days, o.taken,
            o.ended, &o.result
        ],
    )?;
    Ok(())
}

/// Every service, by its code.
pub fn all(rd: &mut Rd<'_>) -> Result<Vec<AidRow>> {
    rd.query(&format!("SELECT {AID} FROM aid ORDER BY code"), &[], aid_of)
}

/// The service with this code.
pub fn by_code(rd: &mut Rd<'_>, code: &str) -> Result<Option<AidRow>> {
    rd.query_opt(&format!("SELECT {AID} FROM aid WHERE code = $1"), vals![code], aid_of)
}

/// The service with this id.
pub fn by_id(rd: &mut Rd<'_>, id: i64) -> Result<Option<AidRow>> {
    rd.query_opt(&format!("SELECT {AID} FROM aid WHERE id = $1"), vals![id], aid_of)
}

/// The order with this number.
pub fn order_by_number(rd: &mut Rd<'_>, number: &str) -> Result<Option<OrderRow>> {
    rd.query_opt(&format!("SELECT {ORDER} FROM aid_order WHERE number = $1"), vals![number], order_of)
}

/// Orders of a company, the newest first.
pub fn orders_of_company(rd: &mut Rd<'_>, company: i64, limit: u32) -> Result<Vec<OrderRow>> {
    let sql = format!("SELECT {ORDER} FROM aid_order WHERE company = $1 ORDER BY id DESC LIMIT $2");
    rd.query(&sql, vals![company, limit], order_of)
}

/// Which orders a list asks for.
#[derive(Clone, Debug, Default)]
pub struct Ordered {
    /// of which service; 0: of all
    pub aid: i64,
    /// of which unit; none: of all
    pub unit: Option<UnitId>,
    /// word of the state; empty: in any
    pub state: String,
    /// only those that are open
    pub open: bool,
    /// older than this id
    pub before: i64,
    /// at most so many
    pub limit: u32,
}

/// Orders that fit, the newest first.
pub fn orders(rd: &mut Rd<'_>, q: &Ordered) -> Result<Vec<OrderRow>> {
    let sql = format!(
        "SELECT {ORDER} FROM aid_order WHERE (CAST($1 AS BIGINT) = 0 OR aid = $1) \
         AND (CAST($2 AS BIGINT) = 0 OR unit = $2) AND ($3 = '' OR state = $3) \
         AND (CAST($4 AS BIGINT) = 0 OR ended IS NULL) AND id < $5 ORDER BY id DESC LIMIT $6"
    );
    let unit = q.unit.map_or(0, |u| u.0);
    rd.query(&sql, vals![q.aid, unit, &q.state, i64::from(q.open), q.before, q.limit], order_of)
}

/// Of each service and state: how many orders, of a unit or of all.
pub fn sums(rd: &mut Rd<'_>, unit: Option<UnitId>) -> Result<Vec<(i64, String, i64)>> {
    let sql = "SELECT aid, state, count(*) FROM aid_order WHERE (CAST($1 AS BIGINT) = 0 OR unit = $1) \
               GROUP BY aid, state";
    rd.query(sql, vals![unit.map_or(0, |u| u.0)], |r| Ok((r.i64(0)?, r.string(1)?, r.i64(2)?)))
}

/// Of each service: how many of its orders were rated and count, and their levels together.
pub fn rated(rd: &mut Rd<'_>) -> Result<Vec<(i64, i64, i64)>> {
    let sql = "SELECT o.aid, count(*), CAST(sum(r.level) AS BIGINT) FROM aid_order o \
               JOIN service s ON s.code = 'own/' || o.number JOIN rating r ON r.service = s.id \
               WHERE r.state <> 'excluded' AND r.times = 1 GROUP BY o.aid";
    rd.query(sql, &[], |r| Ok((r.i64(0)?, r.i64(1)?, r.i64(2)?)))
}

/// Everything that happened to an order.
pub fn order_history(rd: &mut Rd<'_>, id: i64) -> Result<Vec<ledger::Event>> {
    crate::ledger_rows::stream(rd, order_stream(id), 0)
}
