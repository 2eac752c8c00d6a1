//! 恳谈、走访 (R11): talks with companies, who is invited, what was promised. Where a promise stands says its case. Must not decide
//! anything.

use access::Permit;
use kernel::{CaseId, Moment, StreamId, StreamKind, UnitId};

use crate::conn::{Rd, Tx};
use crate::engine::Result;
use crate::value::{Row, Value};
use crate::{counters, vals};

/// A talk or a visit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TalkRow {
    /// id
    pub id: i64,
    /// 编号
    pub number: String,
    /// events so far
    pub ver: i64,
    /// word of the kind
    pub kind: String,
    /// what it is about
    pub title: String,
    /// where
    pub place: String,
    /// region code
    pub region: String,
    /// who invites
    pub unit: UnitId,
    /// when it begins
    pub at: Moment,
    /// word of the state
    pub state: String,
    /// 议题
    pub agenda: String,
    /// 纪要; empty before it was held
    pub minutes: String,
}

/// What was promised to a company.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PromiseRow {
    /// its case
    pub case: CaseId,
    /// in which talk
    pub talk: i64,
    /// to whom
    pub company: i64,
    /// who owes it
    pub unit: UnitId,
    /// the words
    pub words: String,
    /// when it became a case
    pub at: Moment,
}

const COLUMNS: &str = "id, number, ver, kind, title, place, region, unit, at, state, agenda, minutes";

fn row_of(r: &Row<'_>) -> Result<TalkRow> {
    Ok(TalkRow {
        id: r.i64(0)?,
        number: r.string(1)?,
        ver: r.i64(2)?,
        kind: r.string(3)?,
        title: r.string(4)?,
        place: r.string(5)?,
        region: r.string(6)?,
        unit: UnitId(r.i64(7)?),
        at: r.moment(8)?,
        state: r.string(9)?,
        agenda: r.string(10)?,
        minutes: r.string(11)?,
    })
}

/// The events of a talk.
pub const fn stream(id: i64) -> StreamId {
    StreamId::new(StreamKind::Talk, id)
}

/// An id for a new talk, and its number in its year.
pub fn take_id(tx: &mut Tx<'_>, year: i16) -> Result<(i64, i64)> {
    Ok((counters::next(tx, "talk")?, counters::next(tx, &format!("talk/{year}"))?))
}

/// Keeps a talk with its event; `ver` counts this change.
pub fn put(tx: &mut Tx<'_>, permit: &Permit, t: &TalkRow, act: &str, data: &str) -> Result<()> {
    let now = tx.now();
    tx.append(stream(t.id), t.ver - 1, now, permit.actor(), act, data)?;
    tx.exec(
        "INSERT INTO talk (id, number, ver, kind, title, place, region, unit, at, state, agenda, minutes) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT (id) DO UPDATE SET ver = excluded.ver, \
         kind = excluded.kind, title = excluded.title, place = excluded.place, unit = excluded.unit, at = excluded.at, \
         state = excluded.state, agenda = excluded.agenda, minutes = excluded.minutes",
        vals![
            t.id, &t.number, t.ver, &t.kind, &t.title, &t.place, &t.region, t.unit, t.at, &t.state, &t.agenda,
            &t.minutes
        ],
    )?;
    Ok(())
}

/// Who is invited, in the place of who was: company, and whether it came.
pub fn put_companies(tx: &mut Tx<'_>, _permit: &Permit, talk: i64, all: &[(i64, bool)]) -> Result<()> {
    tx.exec("DELETE FROM talk_company WHERE talk = $1", vals![talk])?;
    let rows: Vec<[Value<'_>; 3]> =
        all.iter().map(|(c, came)| [talk.into(), (*c).into(), (*came).into()]).collect();
    let rows: Vec<&[Value<'_>]> = rows.iter().map(<[_; 3]>::as_slice).collect();
    tx.exec_many("INSERT INTO talk_company (talk, company, came) VALUES ($1, $2, $3)", &rows)?;
    Ok(())
}

/// The talk with this number.
pub fn by_number(rd: &mut Rd<'_>, number: &str) -> Result<Option<TalkRow>> {
    rd.query_opt(&format!("SELECT {COLUMNS} FROM talk t WHERE t.number = $1"), vals![number], row_of)
}

/// Talks of a region from `from` up to `to`, in their order.
pub fn between(rd: &mut Rd<'_>, region: &str, from: Moment, to: Moment, limit: u32) -> Result<Vec<TalkRow>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM talk t WHERE t.at >= $1 AND t.at < $2 AND t.region >= $3 AND t.region < $4 \
         ORDER BY t.at, t.id LIMIT $5"
    );
    let end = format!("{region}:");
    rd.query(&sql, vals![from, to, region, &end, limit], row_of)
}

/// Talks a company is or was invited to, the newest first.
pub fn of_company(rd: &mut Rd<'_>, company: i64, limit: u32) -> Result<Vec<TalkRow>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM talk t JOIN talk_company c ON c.talk = t.id WHERE c.company = $1 \
         ORDER BY t.at DESC, t.id DESC LIMIT $2"
    );
    rd.query(&sql, vals![company, limit], row_of)
}

/// Who is invited to a talk, and whether they came.
pub fn companies(rd: &mut Rd<'_>, talk: i64) -> Result<Vec<(i64, bool)>> {
    let sql = "SELECT company, came FROM talk_company WHERE talk = $1 ORDER BY company";
    rd.query(sql, vals![talk], |r| Ok((r.i64(0)?, r.i64(1)? != 0)))
}

/// Keeps a promise; its event is one of the talk.
pub fn put_promise(tx: &mut Tx<'_>, _permit: &Permit, p: &PromiseRow) -> Result<()> {
    let sql = "INSERT INTO promise (case_id, talk, company, unit, words, at) VALUES ($1, $2, $3, $4, $5, $6)";
    tx.exec(sql, vals![p.case, p.talk, p.company, p.unit, &p.words, p.at])?;
    Ok(())
}

/// What was promised in a talk, in its order.
pub fn promises(rd: &mut Rd<'_>, talk: i64) -> Result<Vec<PromiseRow>> {
    let sql = "SELECT case_id, talk, company, unit, words, at FROM promise WHERE talk = $1 ORDER BY case_id";
    rd.query(sql, vals![talk], |r| {
        Ok(PromiseRow {
            case: CaseId(r.i64(0)?),
            talk: r.i64(1)?,
            company: r.i64(2)?,
            unit: UnitId(r.i64(3)?),
            words: r.string(4)?,
            at: r.moment(5)?,
        })
    })
}

/// Everything that happened to a talk.
pub fn history(rd: &mut Rd<'_>, id: i64) -> Result<Vec<ledger::Event>> {
    crate::ledger_rows::stream(rd, stream(id), 0)
}
