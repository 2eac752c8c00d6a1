//! 文: what was proposed from texts and what people said to it: verdicts on pairs of cases, choices of units, models,
//! hot matters, weighed replies, precedents. Must not know how a proposal is made.

use kernel::{Actor, CaseId, Moment, UnitId};

use crate::conn::{Rd, Tx};
use crate::engine::Result;
use crate::vals;
use crate::value::Row;

/// What a person said about two cases.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// `same` or `back`
    pub kind: String,
    /// the earlier case
    pub a: CaseId,
    /// the later case
    pub b: CaseId,
    /// confirmed, else rejected
    pub holds: bool,
    /// when
    pub at: Moment,
}

/// Keeps a verdict; the last one counts.
pub fn put_verdict(tx: &mut Tx<'_>, kind: &str, a: CaseId, b: CaseId, holds: bool) -> Result<()> {
    let at = tx.now();
    tx.exec(
        "INSERT INTO text_verdict (kind, a, b, holds, at) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (kind, a, b) DO UPDATE SET holds = excluded.holds, at = excluded.at",
        vals![kind, a, b, holds, at],
    )?;
    Ok(())
}

/// All verdicts about a case, at most 500.
pub fn verdicts(rd: &mut Rd<'_>, case: CaseId) -> Result<Vec<Verdict>> {
    let of = |row: &Row<'_>| {
        Ok(Verdict {
            kind: row.string(0)?,
            a: CaseId(row.i64(1)?),
            b: CaseId(row.i64(2)?),
            holds: row.i64(3)? == 1,
            at: row.moment(4)?,
        })
    };
    let columns = "SELECT kind, a, b, holds, at FROM text_verdict";
    let mut all = Vec::new();
    for kind in ["same", "back"] {
        let sql = format!("{columns} WHERE kind = $1 AND a = $2 ORDER BY b LIMIT 250");
        all.extend(rd.query(&sql, vals![kind, case], of)?);
    }
    let sql = format!("{columns} WHERE b = $1 ORDER BY kind, a LIMIT 250");
    all.extend(rd.query(&sql, vals![case], of)?);
    Ok(all)
}

/// How many pairs were confirmed to have come back since `from`, and how many rejected.
pub fn came_back_since(rd: &mut Rd<'_>, from: Moment) -> Result<(i64, i64)> {
    let sql = "SELECT CAST(coalesce(sum(holds), 0) AS BIGINT), count(*) FROM text_verdict WHERE kind = 'back' AND at >= $1";
    let (yes, all) = rd.query_one(sql, vals![from], |r| Ok((r.i64(0)?, r.i64(1)?)))?;
    Ok((yes, all - yes))
}

/// A choice of a unit with what had been proposed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Choice {
    /// version of the model that proposed; 0 before anything was learned
    pub model: i64,
    /// probability of the first proposal
    pub p: f64,
    /// place of the chosen unit among the proposals, from 1; 0 when it was not among them
    pub place: i64,
    /// chosen unit
    pub chosen: UnitId,
}

/// Keeps a choice under the place of its event.
pub fn put_choice(tx: &mut Tx<'_>, case: CaseId, ver: i64, c: &Choice) -> Result<()> {
    let at = tx.now();
    tx.exec(
        "INSERT INTO text_choice (case_id, ver, at, model, p, place, chosen) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        vals![case, ver, at, c.model, c.p, c.place, c.chosen],
    )?;
    Ok(())
}

/// How choices of a stretch of time agreed with what was proposed.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Agreement {
    /// choices where something was proposed
    pub choices: i64,
    /// the first proposal was chosen
    pub first: i64,
    /// one of the first three was chosen
    pub three: i64,
    /// mean probability of the first proposal
    pub p: f64,
}

/// Agreement between `from` and `to`.
pub fn agreement(rd: &mut Rd<'_>, from: Moment, to: Moment) -> Result<Agreement> {
    let sql = "SELECT count(*), CAST(coalesce(sum(CASE WHEN place = 1 THEN 1 ELSE 0 END), 0) AS BIGINT), \
               CAST(coalesce(sum(CASE WHEN place BETWEEN 1 AND 3 THEN 1 ELSE 0 END), 0) AS BIGINT), \
               coalesce(avg(p), 0.0) FROM text_choice WHERE at >= $1 AND at < $2";
    rd.query_one(sql, vals![from, to], |r| {
        Ok(Agreement { choices: r.i64(0)?, first: r.i64(1)?, three: r.i64(2)?, p: r.f64(3)? })
    })
}

/// A model and what it was worth on cases it had not seen.
#[derive(Clone, Debug, PartialEq)]
pub struct ModelRow {
    /// 1, 2, 3 …
    pub ver: i64,
    /// when
    pub made: Moment,
    /// cases it learned from
    pub examples: i64,
    /// units it knows
    pub labels: i64,
    /// cases it was judged on
    pub judged: i64,
    /// of these, first proposal right
    pub first: i64,
    /// of these, right one among the first three
    pub three: i64,
    /// expected calibration error on them, 0 to 1
    pub gap: f64,
}

/// Keeps a model as the next version, and only the newest three of them whole.
pub fn put_model(tx: &mut Tx<'_>, m: &ModelRow, doc: &[u8]) -> Result<i64> {
    let sql = "SELECT coalesce(max(ver), 0) + 1 FROM text_model";
    let ver = tx.query_one(sql, &[], |r| r.i64(0))?;
    let made = tx.now();
    tx.exec(
        "INSERT INTO text_model (ver, made, examples, labels, judged, first, three, gap, doc) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        vals![ver, made, m.examples, m.labels, m.judged, m.first, m.three, m.gap, doc],
    )?;
    let none: &[u8] = &[];
    tx.exec("UPDATE text_model SET doc = $2 WHERE ver <= $1", vals![ver - 3, none])?;
    Ok(ver)
}

/// The newest models, at most `limit`.
pub fn models(rd: &mut Rd<'_>, limit: u32) -> Result<Vec<ModelRow>> {
    let sql = "SELECT ver, made, examples, labels, judged, first, three, gap FROM text_model \
               ORDER BY ver DESC LIMIT $1";
    rd.query(sql, vals![limit], |r| {
        Ok(ModelRow {
            ver: r.i64(0)?,
            made: r.moment(1)?,
            examples: r.i64(2)?,
            labels: r.i64(3)?,
            judged: r.i64(4)?,
            first: r.i64(5)?,
            three: r.i64(6)?,
            gap: r.f64(7)?,
        })
    })
}

/// Version of the newest model; 0 when there is none.
pub fn model_version(rd: &mut Rd<'_>) -> Result<i64> {
    rd.query_one("SELECT coalesce(max(ver), 0) FROM text_model", &[], |r| r.i64(0))
}

/// The bytes of a model.
pub fn model_doc(rd: &mut Rd<'_>, ver: i64) -> Result<Option<Vec<u8>>> {
    rd.query_opt("SELECT doc FROM text_model WHERE ver = $1", vals![ver], |r| Ok(r.blob(0)?.to_vec()))
}

/// Keeps the hot matters of the last `days` days; `read` is how far the record had been read.
pub fn put_hot(tx: &mut Tx<'_>, days: i64, read: i64, doc: &str) -> Result<()> {
    let made = tx.now();
    tx.exec(
        "INSERT INTO text_hot (days, made, read, doc) VALUES ($1, $2, $3, $4) ON CONFLICT (days) \
         DO UPDATE SET made = excluded.made, read = excluded.read, doc = excluded.doc",
        vals![days, made, read, doc],
    )?;
    Ok(())
}

/// The hot matters of the last `days` days: when they were made, how far was read, JSON text.
pub fn hot(rd: &mut Rd<'_>, days: i64) -> Result<Option<(Moment, i64, String)>> {
    let sql = "SELECT made, read, doc FROM text_hot WHERE days = $1";
    rd.query_opt(sql, vals![days], |r| Ok((r.moment(0)?, r.i64(1)?, r.string(2)?)))
}

/// A reply as it was weighed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReplyRow {
    /// case
    pub case: CaseId,
    /// version of the case after the reply
    pub ver: i64,
    /// when
    pub at: Moment,
    /// unit that replied
    pub unit: Option<UnitId>,
    /// 0 to 100
    pub score: i64,
    /// words of signals, joined with blanks
    pub signals: String,
    /// case whose reply has the same wording for another problem
    pub twin: Option<CaseId>,
    /// fingerprint of its wording
    pub print: Vec<u8>,
}

const REPLY: &str = "case_id, ver, at, unit, score, signals, twin, print";

fn reply_of(r: &Row<'_>) -> Result<ReplyRow> {
    Ok(ReplyRow {
        case: CaseId(r.i64(0)?),
        ver: r.i64(1)?,
        at: r.moment(2)?,
        unit: r.opt_i64(3)?.map(UnitId),
        score: r.i64(4)?,
        signals: r.string(5)?,
        twin: r.opt_i64(6)?.map(CaseId),
        print: r.blob(7)?.to_vec(),
    })
}

/// Keeps a reply as weighed.
pub fn put_reply(tx: &mut Tx<'_>, r: &ReplyRow) -> Result<()> {
    tx.exec(
        "INSERT INTO text_reply (case_id, ver, at, unit, score, signals, twin, print) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (case_id, ver) DO UPDATE SET \
         score = excluded.score, signals = excluded.signals, twin = excluded.twin, print = excluded.print",
        vals![r.case, r.ver, r.at, r.unit, r.score, &r.signals, r.twin, &r.print],
    )?;
    Ok(())
}

/// Replies of one case.
pub fn replies(rd: &mut Rd<'_>, case: CaseId) -> Result<Vec<ReplyRow>> {
    let sql = format!("SELECT {REPLY} FROM text_reply WHERE case_id = $1 ORDER BY ver LIMIT 20");
    rd.query(&sql, vals![case], reply_of)
}

/// Replies with a signal, the newest first.
pub fn signalled(rd: &mut Rd<'_>, limit: u32) -> Result<Vec<ReplyRow>> {
    let sql =
        format!("SELECT {REPLY} FROM text_reply WHERE signals <> '' ORDER BY at DESC, case_id DESC LIMIT $1");
    rd.query(&sql, vals![limit], reply_of)
}

/// A precedent: how one problem was solved, for those who meet the next.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PrecedentRow {
    /// id
    pub id: i64,
    /// the case
    pub case: i64,
    /// when it was made one, µs
    pub made: i64,
    /// unit that made it
    pub unit: Option<i64>,
    /// one line
    pub title: String,
    /// 问题
    pub problem: String,
    /// 堵点
    pub obstacle: String,
    /// 怎么解决
    pub solution: String,
    /// 依据
    pub basis: String,
    /// 事项
    pub item: String,
    /// 原因
    pub cause: String,
}

/// Keeps a precedent, or anew for the same case; answers its id.
pub fn put_precedent(tx: &mut Tx<'_>, actor: &Actor, p: &PrecedentRow) -> Result<i64> {
    let made = tx.now();
    tx.insert(
        "INSERT INTO precedent (case_id, made, staff, unit, title, problem, obstacle, solution, basis, item, cause) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT (case_id) DO UPDATE SET \
         made = excluded.made, staff = excluded.staff, unit = excluded.unit, title = excluded.title, \
         problem = excluded.problem, obstacle = excluded.obstacle, solution = excluded.solution, \
         basis = excluded.basis, item = excluded.item, cause = excluded.cause RETURNING id",
        vals![
            p.case, made, actor.staff, actor.unit, &p.title, &p.problem, &p.obstacle, &p.solution, &p.basis,
            &p.item, &p.cause
        ],
    )
}

/// Precedents, the newest first.
pub fn precedents(rd: &mut Rd<'_>, limit: u32) -> Result<Vec<PrecedentRow>> {
    let sql = "SELECT id, case_id, made, unit, title, problem, obstacle, solution, basis, item, cause \
               FROM precedent ORDER BY made DESC, id DESC LIMIT $1";
    rd.query(sql, vals![limit], |r| {
        Ok(PrecedentRow {
            id: r.i64(0)?,
            case: r.i64(1)?,
            made: r.i64(2)?,
            unit: r.opt_i64(3)?,
            title: r.string(4)?,
            problem: r.string(5)?,
            obstacle: r.string(6)?,
            solution: r.string(7)?,
            basis: r.string(8)?,
            item: r.string(9)?,
            cause: r.string(10)?,
        })
    })
}

/// How many precedents there are and when the last one was made: tells whether a copy is stale.
pub fn precedent_mark(rd: &mut Rd<'_>) -> Result<(i64, i64)> {
    rd.query_one("SELECT count(*), coalesce(max(made), 0) FROM precedent", &[], |r| {
        Ok((r.i64(0)?, r.i64(1)?))
    })
}
