//! 单位、人员、会话: units, staff, sessions, messages.

use access::Permit;
use kernel::{Actor, CaseId, Moment, RegionCode, Role, StaffId, UnitId};

use crate::conn::{Rd, Tx};
use crate::engine::Result;
use crate::error::StoreError;
use crate::vals;
use crate::value::Row;
use crate::value::contains;

/// A unit (单位).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnitRow {
    /// id; 0 before it is stored
    pub id: UnitId,
    /// a short key, stable over imports
    pub key: String,
    /// full name
    pub name: String,
    /// short name
    pub short: String,
    /// department, hall, township …
    pub kind: String,
    /// the unit above
    pub parent: Option<UnitId>,
    /// its region
    pub region: RegionCode,
    /// what it is responsible for, one duty a line
    pub duties: String,
    /// still there
    pub active: bool,
}

/// An account (人员).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StaffRow {
    /// id; 0 before it is stored
    pub id: StaffId,
    /// name at sign-in
    pub login: String,
    /// name
    pub name: String,
    /// role
    pub role: Role,
    /// unit
    pub unit: UnitId,
    /// the region the role is bounded by
    pub region: RegionCode,
    /// position
    pub position: String,
    /// password hash; none: cannot sign in with a password
    pub secret: Option<String>,
    /// 初始密码: somebody else gave it; its owner makes one of his own before anything else
    pub lent: bool,
    /// key of the second factor
    pub totp: Option<Vec<u8>>,
    /// the last time step a code was used at
    pub totp_step: i64,
    /// wrong passwords in a row
    pub failed: i64,
    /// locked until
    pub locked_until: Option<Moment>,
    /// still there
    pub active: bool,
    /// who it is to the identity provider; none: not bound
    pub subject: Option<String>,
    /// the name there that waits for an administrator to bind it
    pub subject_asked: Option<String>,
}

impl StaffRow {
    /// How this account acts.
    pub fn actor(&self) -> Actor {
        Actor {
            staff: Some(self.id),
            role: self.role,
            unit: Some(self.unit),
            region: Some(self.region.clone()),
        }
    }
}

fn region(row: &Row<'_>, i: usize) -> Result<RegionCode> {
    row.text(i)?.parse().map_err(|e| StoreError::Bug(format!("{e}")))
}

fn unit_of(row: &Row<'_>) -> Result<UnitRow> {
    Ok(UnitRow {
        id: UnitId(row.i64(0)?),
        key: row.string(1)?,
        name: row.string(2)?,
        short: row.string(3)?,
        kind: row.string(4)?,
        parent: row.opt_i64(5)?.map(UnitId),
        region: region(row, 6)?,
        duties: row.string(7)?,
        active: row.bool(8)?,
    })
}

/// All units; a city has some hundreds to ten thousand.
pub fn units(rd: &mut Rd<'_>) -> Result<Vec<UnitRow>> {
    rd.query(
        "SELECT id, key, name, short, kind, parent, region, duties, active FROM unit ORDER BY id LIMIT 20000",
        &[],
        unit_of,
    )
}

/// Adds a unit, or changes the one with the same key; answers its id.
pub fn put_unit(tx: &mut Tx<'_>, _permit: &Permit, u: &UnitRow) -> Result<UnitId> {
    let sql = "INSERT INTO unit (key, name, short, kind, parent, region, duties, active) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (key) DO UPDATE SET name = excluded.name, \
               short = excluded.short, kind = excluded.kind, parent = excluded.parent, region = excluded.region, \
               duties = excluded.duties, active = excluded.active RETURNING id";
    let id = tx.insert(
        sql,
        vals![&u.key, &u.name, &u.short, &u.kind, u.parent, u.region.as_str(), &u.duties, u.active],
    )?;
    Ok(UnitId(id))
}

/// The name of one region.
pub fn region_name(rd: &mut Rd<'_>, code: &str) -> Result<Option<String>> {
    rd.query_opt("SELECT name FROM region WHERE code = $1", vals![code], |r| r.string(0))
}

/// Names of regions.
pub fn regions(rd: &mut Rd<'_>) -> Result<Vec<(String, String)>> {
    rd.query("SELECT code, name FROM region ORDER BY code LIMIT 50000", &[], |r| {
        Ok((r.string(0)?, r.string(1)?))
    })
}

/// Names a region.
pub fn put_region(tx: &mut Tx<'_>, _permit: &Permit, code: &RegionCode, name: &str) -> Result<()> {
    tx.exec(
        "INSERT INTO region (code, name) VALUES ($1, $2) ON CONFLICT (code) DO UPDATE SET name = excluded.name",
        vals![code.as_str(), name],
    )?;
    Ok(())
}

/// Takes the name of a region away.
pub fn drop_region(tx: &mut Tx<'_>, _permit: &Permit, code: &str) -> Result<()> {
    tx.exec("DELETE FROM region WHERE code = $1", vals![code])?;
    Ok(())
}

const STAFF: &str = "SELECT id, login, name, role, unit, region, position, secret, totp, totp_step, failed, \
                     locked_until, active, subject, subject_asked, lent FROM staff";

fn staff_of(row: &Row<'_>) -> Result<StaffRow> {
    Ok(StaffRow {
        id: StaffId(row.i64(0)?),
        login: row.string(1)?,
        name: row.string(2)?,
        role: row.text(3)?.parse().map_err(|e| StoreError::Bug(format!("{e}")))?,
        unit: UnitId(row.i64(4)?),
        region: region(row, 5)?,
        position: row.string(6)?,
        secret: row.opt_text(7)?.map(ToOwned::to_owned),
        totp: row.opt_blob(8)?.map(<[u8]>::to_vec),
        totp_step: row.i64(9)?,
        failed: row.i64(10)?,
        locked_until: row.opt_moment(11)?,
        active: row.bool(12)?,
        subject: row.opt_text(13)?.map(ToOwned::to_owned),
        subject_asked: row.opt_text(14)?.map(ToOwned::to_owned),
        lent: row.bool(15)?,
    })
}

/// The account that signs in with this name.
pub fn staff_by_login(rd: &mut Rd<'_>, login: &str) -> Result<Option<StaffRow>> {
    rd.query_opt(&format!("{STAFF} WHERE login = $1"), vals![login], staff_of)
}

/// The account that is bound to this name at the identity provider.
pub fn staff_by_subject(rd: &mut Rd<'_>, subject: &str) -> Result<Option<StaffRow>> {
    rd.query_opt(&format!("{STAFF} WHERE subject = $1"), vals![subject], staff_of)
}

/// The account with this id.
pub fn staff_by_id(rd: &mut Rd<'_>, id: StaffId) -> Result<Option<StaffRow>> {
    rd.query_opt(&format!("{STAFF} WHERE id = $1"), vals![id], staff_of)
}

/// The accounts with these ids, in no order; what is no account is left out.
pub fn staff_by_ids(rd: &mut Rd<'_>, ids: &[StaffId]) -> Result<Vec<StaffRow>> {
    let ids: Vec<i64> = ids.iter().map(|s| s.0).collect();
    rd.query_ids(&format!("{STAFF} WHERE id IN"), &ids, staff_of)
}

/// A page of accounts, of one unit or all, whose name or login holds `part`.
pub fn staff(
    rd: &mut Rd<'_>,
    unit: Option<UnitId>,
    part: &str,
    after: StaffId,
    limit: u32,
) -> Result<Vec<StaffRow>> {
    let like = contains(part);
    let (of, unit) = unit.map_or(("0 = $4", 0), |u| ("unit = $4", u.0));
    let sql = format!(
        "{STAFF} WHERE id > $1 AND (login LIKE $2 ESCAPE '!' OR name LIKE $2 ESCAPE '!') AND {of} \
         ORDER BY id LIMIT $3"
    );
    rd.query(&sql, vals![after, &like, limit, unit], staff_of)
}

/// Every account, of one unit or all; a city has some ten thousand.
pub fn all_staff(rd: &mut Rd<'_>, unit: Option<UnitId>) -> Result<Vec<StaffRow>> {
    let (mut all, mut after) = (Vec::new(), StaffId(0));
    loop {
        let page = staff(rd, unit, "", after, 1_000)?;
        let Some(last) = page.last() else { return Ok(all) };
        after = last.id;
        all.extend(page);
    }
}

/// How many accounts there are.
pub fn staff_count(rd: &mut Rd<'_>) -> Result<i64> {
    rd.query_one("SELECT count(*) FROM staff", &[], |r| r.i64(0))
}

/// Adds an account, or changes the one with the same login: its password stays unless one is given, and one that
/// was turned off stays off.
pub fn put_staff(tx: &mut Tx<'_>, _permit: &Permit, s: &StaffRow) -> Result<StaffId> {
    let sql = "INSERT INTO staff (login, name, role, unit, region, position, secret, active, lent) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (login) DO UPDATE SET name = excluded.name, \
               role = excluded.role, unit = excluded.unit, region = excluded.region, position = excluded.position, \
               secret = coalesce(excluded.secret, staff.secret), \
               lent = CASE WHEN excluded.secret IS NULL THEN staff.lent ELSE excluded.lent END RETURNING id";
    let id = tx.insert(
        sql,
        vals![
            &s.login,
            &s.name,
            s.role.word(),
            s.unit,
            s.region.as_str(),
            &s.position,
            s.secret.as_deref(),
            s.active,
            s.lent
        ],
    )?;
    Ok(StaffId(id))
}

/// Sets the password hash; `lent`: somebody else chose it.
pub fn set_secret(tx: &mut Tx<'_>, id: StaffId, secret: &str, lent: bool) -> Result<()> {
    tx.exec("UPDATE staff SET secret = $2, lent = $3 WHERE id = $1", vals![id, secret, lent])?;
    Ok(())
}

/// Binds an account to a name at the identity provider, or frees it.
pub fn set_subject(tx: &mut Tx<'_>, id: StaffId, subject: Option<&str>) -> Result<()> {
    tx.exec("UPDATE staff SET subject = $2, subject_asked = NULL WHERE id = $1", vals![id, subject])?;
    Ok(())
}

/// Keeps the name at the identity provider that somebody asks to be bound to, until an administrator says so.
pub fn ask_subject(tx: &mut Tx<'_>, id: StaffId, subject: &str) -> Result<()> {
    tx.exec("UPDATE staff SET subject_asked = $2 WHERE id = $1", vals![id, subject])?;
    Ok(())
}

/// Turns an account off (停用) or on again.
pub fn set_active(tx: &mut Tx<'_>, id: StaffId, active: bool) -> Result<()> {
    tx.exec(
        "UPDATE staff SET active = $2, failed = 0, locked_until = NULL WHERE id = $1",
        vals![id, active],
    )?;
    crate::tries::forget(tx, id)
}

/// Sets the key of the second factor, or takes it away.
pub fn set_totp(tx: &mut Tx<'_>, id: StaffId, key: Option<&[u8]>) -> Result<()> {
    tx.exec("UPDATE staff SET totp = $2, totp_step = 0 WHERE id = $1", vals![id, key])?;
    Ok(())
}

/// Notes that the code of a time step was used; answers whether it was the first time.
pub fn use_totp(tx: &mut Tx<'_>, id: StaffId, step: i64) -> Result<bool> {
    let sql = "UPDATE staff SET totp_step = $2 WHERE id = $1 AND totp_step < $2";
    Ok(tx.exec(sql, vals![id, step])? == 1)
}

/// A session or an interface token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionRow {
    /// whose
    pub staff: StaffId,
    /// `session` or `token`
    pub kind: String,
    /// for people
    pub label: String,
    /// since
    pub made: Moment,
    /// until
    pub until: Moment,
}

/// Opens a session.
pub fn put_session(tx: &mut Tx<'_>, digest: &[u8; 32], s: &SessionRow) -> Result<()> {
    tx.exec(
        "INSERT INTO session (digest, staff, kind, label, made, until) VALUES ($1, $2, $3, $4, $5, $6)",
        vals![digest, s.staff, &s.kind, &s.label, s.made, s.until],
    )?;
    Ok(())
}

/// The account behind a token, if it is still good.
pub fn by_session(rd: &mut Rd<'_>, digest: &[u8; 32], now: Moment) -> Result<Option<StaffRow>> {
    let sql = "SELECT staff FROM session WHERE digest = $1 AND until > $2";
    let Some(id) = rd.query_opt(sql, vals![digest, now], |r| r.i64(0))? else { return Ok(None) };
    Ok(staff_by_id(rd, StaffId(id))?.filter(|s| s.active))
}

/// Ends a session.
pub fn end_session(tx: &mut Tx<'_>, digest: &[u8; 32]) -> Result<()> {
    tx.exec("DELETE FROM session WHERE digest = $1", vals![digest])?;
    Ok(())
}

/// Ends every session of an account.
pub fn end_sessions(tx: &mut Tx<'_>, staff: StaffId) -> Result<u64> {
    tx.exec("DELETE FROM session WHERE staff = $1", vals![staff])
}

/// Clears sessions that ran out.
pub fn sweep_sessions(tx: &mut Tx<'_>, now: Moment) -> Result<u64> {
    tx.exec("DELETE FROM session WHERE until <= $1", vals![now])
}

/// Removes messages from before a moment, at most `limit`.
pub fn sweep_messages(tx: &mut Tx<'_>, before: Moment, limit: u32) -> Result<u64> {
    tx.exec(
        "DELETE FROM message WHERE id IN (SELECT id FROM message WHERE at < $1 ORDER BY id LIMIT $2)",
        vals![before, limit],
    )
}

/// A message to a unit (站内消息).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageRow {
    /// id
    pub id: i64,
    /// when it is shown
    pub at: Moment,
    /// about which case
    pub case: Option<CaseId>,
    /// the words
    pub words: String,
    /// somebody has read it
    pub seen: bool,
}

/// Leaves a message for a unit.
pub fn put_message(
    tx: &mut Tx<'_>,
    unit: UnitId,
    at: Moment,
    case: Option<CaseId>,
    words: &str,
) -> Result<()> {
    tx.exec(
        "INSERT INTO message (unit, at, case_id, words) VALUES ($1, $2, $3, $4)",
        vals![unit, at, case, words],
    )?;
    Ok(())
}

/// The newest messages of a unit.
pub fn messages(rd: &mut Rd<'_>, unit: UnitId, now: Moment, limit: u32) -> Result<Vec<MessageRow>> {
    let sql = "SELECT id, at, case_id, words, seen FROM message WHERE unit = $1 AND at <= $2 ORDER BY id DESC LIMIT $3";
    rd.query(sql, vals![unit, now, limit], |r| {
        Ok(MessageRow {
            id: r.i64(0)?,
            at: r.moment(1)?,
            case: r.opt_i64(2)?.map(CaseId),
            words: r.string(3)?,
            seen: r.bool(4)?,
        })
    })
}

/// Marks the messages of a unit up to `id` as read.
pub fn see_messages(tx: &mut Tx<'_>, unit: UnitId, id: i64) -> Result<u64> {
    tx.exec("UPDATE message SET seen = 1 WHERE unit = $1 AND id <= $2 AND seen = 0", vals![unit, id])
}
