//! 好差评: services that were given and the ratings of them. Must not know what a level means.

use access::Permit;
use kernel::{CaseId, Moment, UnitId};

use crate::conn::{Rd, Tx};
use crate::engine::Result;
use crate::proof::prove;
use crate::vals;
use crate::value::Row;

/// One service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceRow {
    /// id; 0 before it is stored
    pub id: i64,
    /// names it for ever: number of a case with its round, or source and project number
    pub code: String,
    /// who gave it
    pub unit: UnitId,
    /// where
    pub region: String,
    /// window
    pub place: String,
    /// the item
    pub item: String,
    /// 一件事
    pub theme: String,
    /// when
    pub at: Moment,
    /// the system that says so
    pub source: String,
    /// the case, when it is one of ours
    pub case: Option<CaseId>,
}

/// One rating.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RatingRow {
    /// id; 0 before it is stored
    pub id: i64,
    /// of which service
    pub service: i64,
    /// 1 first, 2 second
    pub times: i64,
    /// 1 to 5, 5 is best
    pub level: i64,
    /// made by default, by nobody
    pub by_default: bool,
    /// how it came
    pub channel: String,
    /// codes of reasons, separated by commas
    pub reasons: String,
    /// in words
    pub words: String,
    /// when
    pub at: Moment,
    /// keyed digest of the device
    pub device: Option<String>,
    /// `counted`, `appealed`, `upheld`, `excluded`
    pub state: String,
    /// why the unit appeals
    pub ground: String,
    /// why it was decided so
    pub decision: String,
    /// the case that a bad rating became
    pub case: Option<CaseId>,
}

const SERVICE: &str = "s.id, s.code, s.unit, s.region, s.place, s.item, s.theme, s.at, s.source, s.case_id";
const RATING: &str = "r.id, r.service, r.times, r.level, r.by_default, r.channel, r.reasons, r.words, r.at, r.device, \
                      r.state, r.ground, r.decision, r.case_id";

fn service_of(r: &Row<'_>, from: usize) -> Result<ServiceRow> {
    Ok(ServiceRow {
        id: r.i64(from)?,
        code: r.string(from + 1)?,
        unit: UnitId(r.i64(from + 2)?),
        region: r.string(from + 3)?,
        place: r.string(from + 4)?,
        item: r.string(from + 5)?,
        theme: r.string(from + 6)?,
        at: r.moment(from + 7)?,
        source: r.string(from + 8)?,
        case: r.opt_i64(from + 9)?.map(CaseId),
    })
}
fn rating_of(r: &Row<'_>) -> Result<RatingRow> {
    Ok(RatingRow {
        id: r.i64(0)?,
        service: r.i64(1)?,
        times: r.i64(2)?,
        level: r.i64(3)?,
        by_default: r.bool(4)?,
        channel: r.string(5)?,
        reasons: r.string(6)?,
        words: r.string(7)?,
        at: r.moment(8)?,
        device: r.opt_text(9)?.map(ToOwned::to_owned),
        state: r.string(10)?,
        ground: r.string(11)?,
        decision: r.string(12)?,
        case: r.opt_i64(13)?.map(CaseId),
    })
}

/// Adds a service; answers its id. The code must be new.
pub fn put_service(tx: &mut Tx<'_>, _permit: &Permit, s: &ServiceRow) -> Result<i64> {
    let sql = "INSERT INTO service (code, unit, region, place, item, theme, at, source, case_id) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING id";
    let values = vals![&s.code, s.unit, &s.region, &s.place, &s.item, &s.theme, s.at, &s.source, s.case];
    let id = tx.insert(sql, values)?;
    prove(tx, "service", id)?;
    Ok(id)
}

/// The service with this id.
pub fn service(rd: &mut Rd<'_>, id: i64) -> Result<Option<ServiceRow>> {
    rd.query_opt(&format!("SELECT {SERVICE} FROM service s WHERE s.id = $1"), vals![id], |r| service_of(r, 0))
}

/// The service with this code.
pub fn by_code(rd: &mut Rd<'_>, code: &str) -> Result<Option<ServiceRow>> {
    rd.query_opt(&format!("SELECT {SERVICE} FROM service s WHERE s.code = $1"), vals![code], |r| {
        service_of(r, 0)
    })
}

/// Adds a rating; answers its id. Each service has one for each of `times`: a second one is `Duplicate`.
pub fn put(tx: &mut Tx<'_>, _permit: &Permit, r: &RatingRow) -> Result<i64> {
    let sql = "INSERT INTO rating (service, times, level, by_default, channel, reasons, words, at, device, state, case_id) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) RETURNING id";
    let id = tx.insert(
        sql,
        vals![
            r.service,
            r.times,
            r.level,
            r.by_default,
            &r.channel,
            &r.reasons,
            &r.words,
            r.at,
            r.device.as_deref(),
            &r.state,
            r.case
        ],
    )?;
    prove(tx, "rating", id)?;
    Ok(id)
}

/// Moves the state of a rating, with ground and decision.
pub fn decide(tx: &mut Tx<'_>, _permit: &Permit, r: &RatingRow) -> Result<()> {
    let sql = "UPDATE rating SET state = $2, ground = $3, decision = $4 WHERE id = $1";
    tx.exec(sql, vals![r.id, &r.state, &r.ground, &r.decision])?;
    prove(tx, "rating", r.id)
}

/// Links a rating with the case it became.
pub fn link_case(tx: &mut Tx<'_>, rating: i64, case: CaseId) -> Result<()> {
    tx.exec("UPDATE rating SET case_id = $2 WHERE id = $1", vals![rating, case])?;
    prove(tx, "rating", rating)
}

/// The ratings of a service, the first one first.
pub fn of_service(rd: &mut Rd<'_>, service: i64) -> Result<Vec<RatingRow>> {
    let sql = format!("SELECT {RATING} FROM rating r WHERE r.service = $1 ORDER BY r.times LIMIT 2");
    rd.query(&sql, vals![service], rating_of)
}

/// One rating with its service.
pub fn rating(rd: &mut Rd<'_>, id: i64) -> Result<Option<(RatingRow, ServiceRow)>> {
    let sql = format!(
        "SELECT {RATING}, {SERVICE} FROM rating r JOIN service s ON s.id = r.service WHERE r.id = $1"
    );
    rd.query_opt(&sql, vals![id], |r| Ok((rating_of(r)?, service_of(r, 14)?)))
}

/// The rating that a case came from, with its service.
pub fn of_case(rd: &mut Rd<'_>, case: CaseId) -> Result<Option<(RatingRow, ServiceRow)>> {
    let sql = format!(
        "SELECT {RATING}, {SERVICE} FROM rating r JOIN service s ON s.id = r.service WHERE r.case_id = $1"
    );
    rd.query_opt(&sql, vals![case], |r| Ok((rating_of(r)?, service_of(r, 14)?)))
}

/// Ratings after `after`, in the order they came, of a unit or of all below a region.
pub fn page(
    rd: &mut Rd<'_>,
    region: &str,
    unit: Option<UnitId>,
    after: i64,
    limit: u32,
) -> Result<Vec<(RatingRow, ServiceRow)>> {
    let end = format!("{region}:");
    let sql = format!(
        "SELECT {RATING}, {SERVICE} FROM rating r JOIN service s ON s.id = r.service \
         WHERE r.id > $1 AND s.region >= $2 AND s.region < $3 AND ($4 = 0 OR s.unit = $4) ORDER BY r.id LIMIT $5"
    );
    let unit = unit.map_or(0, |u| u.0);
    rd.query(&sql, vals![after, region, &end, unit, limit], |r| Ok((rating_of(r)?, service_of(r, 14)?)))
}

/// The newest ratings before `before` (0: from the end), the newest first; of a unit or below a region, and when
/// `state` is not empty only those in it.
pub fn newest(
    rd: &mut Rd<'_>,
    region: &str,
    unit: Option<UnitId>,
    state: &str,
    before: i64,
    limit: u32,
) -> Result<Vec<(RatingRow, ServiceRow)>> {
    let end = format!("{region}:");
    let sql = format!(
        "SELECT {RATING}, {SERVICE} FROM rating r JOIN service s ON s.id = r.service \
         WHERE ($1 = 0 OR r.id < $1) AND s.region >= $2 AND s.region < $3 AND ($4 = 0 OR s.unit = $4) \
         AND ($5 = '' OR r.state = $5) ORDER BY r.id DESC LIMIT $6"
    );
    let unit = unit.map_or(0, |u| u.0);
    rd.query(&sql, vals![before, region, &end, unit, state, limit], |r| {
        Ok((rating_of(r)?, service_of(r, 14)?))
    })
}

/// How many ratings of a unit, or below a region, are in a state (empty: in any), counted up to `most`.
pub fn count(rd: &mut Rd<'_>, region: &str, unit: Option<UnitId>, state: &str, most: u32) -> Result<i64> {
    let end = format!("{region}:");
    let sql = "SELECT count(*) FROM (SELECT 1 FROM rating r JOIN service s ON s.id = r.service \
               WHERE s.region >= $1 AND s.region < $2 AND ($3 = 0 OR s.unit = $3) AND ($4 = '' OR r.state = $4) \
               LIMIT $5) AS counted";
    rd.query_one(sql, vals![region, &end, unit.map_or(0, |u| u.0), state, most], |r| r.i64(0))
}

/// Services between two moments below a region with their first rating, for the search for odd patterns.
pub fn between(
    rd: &mut Rd<'_>,
    region: &str,
    (from, to): (Moment, Moment),
    limit: u32,
) -> Result<Vec<(ServiceRow, Option<RatingRow>)>> {
    let end = format!("{region}:");
    let sql = format!(
        "SELECT {RATING}, {SERVICE} FROM service s LEFT JOIN rating r ON r.service = s.id AND r.times = 1 \
         WHERE s.at >= $1 AND s.at < $2 AND s.region >= $3 AND s.region < $4 ORDER BY s.at, s.id LIMIT $5"
    );
    rd.query(&sql, vals![from, to, region, &end, limit], |r| {
        let rating = r.opt_i64(0)?.map(|_| rating_of(r)).transpose()?;
        Ok((service_of(r, 14)?, rating))
    })
}
