//! 文: the index of what people write: terms to find cases by, bands and signatures to compare them by.
//!
//! On SQLite the terms stand in an FTS5 table without content; on PostgreSQL in an array of hashes with a GIN
//! index. The hash of a term holds the number of a stretch of ids, so that the newest stretch is read first and
//! a common word costs no more than a rare one. Must not know how a text becomes terms, nor who may see what.

use kernel::{CaseId, Moment};

use crate::conn::{Rd, Tx};
use crate::engine::{Dialect, Result};
use crate::error::StoreError;
use crate::vals;
use crate::value::Value;

/// Ids of one stretch on PostgreSQL.
const STRETCH: i64 = 32_768;
/// Most terms of one case; a longer list is cut.
pub const TERMS_MAX: usize = 1_500;
/// Most bands of one case.
const BANDS_MAX: usize = 96;

/// What is indexed of one case. Terms are letters and digits only, lower case.
#[derive(Clone, Debug, Default)]
pub struct Doc {
    /// id
    pub case: i64,
    /// terms, each once
    pub terms: Vec<String>,
    /// for comparing
    pub signature: Vec<u8>,
    /// for finding what to compare with
    pub bands: Vec<u64>,
}

/// What is looked for: one of each list, none of `not`, one of `scopes`.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// clauses, of each of which one term must be there
    pub all: Vec<Vec<String>>,
    /// none of these
    pub not: Vec<String>,
    /// one of these; none given: nothing is found
    pub scopes: Vec<String>,
}

/// A number that is kept, and when it was kept.
pub fn number(rd: &mut Rd<'_>, name: &str) -> Result<(i64, Moment)> {
    let sql = "SELECT n, at FROM text_state WHERE name = $1";
    let found = rd.query_opt(sql, vals![name], |r| Ok((r.i64(0)?, r.moment(1)?)))?;
    Ok(found.unwrap_or((0, Moment::from_us(0))))
}

/// Keeps a number.
pub fn set_number(tx: &mut Tx<'_>, name: &str, n: i64) -> Result<()> {
    let at = tx.now();
    tx.exec(
        "INSERT INTO text_state (name, n, at) VALUES ($1, $2, $3) \
         ON CONFLICT (name) DO UPDATE SET n = excluded.n, at = excluded.at",
        vals![name, n, at],
    )?;
    Ok(())
}

/// An event as far as the index needs it: its place, its stream, its act.
pub fn events_after(rd: &mut Rd<'_>, seq: i64, limit: u32) -> Result<Vec<(i64, i64, String)>> {
    let sql = "SELECT seq, stream, act FROM event WHERE seq > $1 ORDER BY seq LIMIT $2";
    rd.query(sql, vals![seq, limit], |r| Ok((r.i64(0)?, r.i64(1)?, r.string(2)?)))
}

/// FNV-1a over the stretch and the term.
fn mark(stretch: i64, term: &str) -> i32 {
    let seed = 0xcbf2_9ce4_8422_2325 ^ (stretch as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let h = term.bytes().fold(seed, |h, b| (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3));
    (h ^ (h >> 32)) as u32 as i32
}

fn array<'t>(stretch: i64, terms: impl Iterator<Item = &'t String>) -> String {
    let marks: Vec<String> = terms.map(|t| mark(stretch, t).to_string()).collect();
    format!("{{{}}}", marks.join(","))
}

fn plain(term: &str) -> bool {
    !term.is_empty() && term.len() <= 128 && term.chars().all(char::is_alphanumeric)
}

/// Puts cases into the index, or anew.
pub fn put_many(tx: &mut Tx<'_>, docs: &[Doc]) -> Result<()> {
    let dialect = tx.dialect();
    for d in docs {
        let terms: Vec<&String> = d.terms.iter().filter(|t| plain(t)).take(TERMS_MAX).collect();
        let known = tx.query_opt("SELECT 1 FROM text_doc WHERE case_id = $1", vals![d.case], |_| Ok(()))?;
        if known.is_some() {
            forget(tx, d.case)?;
        }
        match dialect {
            Dialect::Sqlite => {
                let mut text = String::with_capacity(terms.len() * 9);
                for t in terms {
                    text.push_str(t);
                    text.push(' ');
                }
                tx.exec("INSERT INTO text_term (rowid, t) VALUES ($1, $2)", vals![d.case, &text])?;
            }
            Dialect::Postgres => {
                let marks = array(d.case / STRETCH, terms.into_iter());
                tx.exec(
                    "INSERT INTO text_term (case_id, marks) VALUES ($1, CAST(CAST($2 AS TEXT) AS INTEGER[])) \
                     ON CONFLICT (case_id) DO UPDATE SET marks = excluded.marks",
                    vals![d.case, &marks],
                )?;
            }
        }
        tx.exec(
            "INSERT INTO text_doc (case_id, sig) VALUES ($1, $2) \
             ON CONFLICT (case_id) DO UPDATE SET sig = excluded.sig",
            vals![d.case, &d.signature],
        )?;
    }
    let mut bands: Vec<[Value<'_>; 2]> = Vec::new();
    for d in docs {
        bands.extend(d.bands.iter().take(BANDS_MAX).map(|b| [Value::Int(*b as i64), Value::Int(d.case)]));
    }
    let rows: Vec<&[Value<'_>]> = bands.iter().map(<[_; 2]>::as_slice).collect();
    tx.exec_many("INSERT INTO text_band (band, case_id) VALUES ($1, $2) ON CONFLICT DO NOTHING", &rows)?;
    Ok(())
}

fn forget(tx: &mut Tx<'_>, case: i64) -> Result<()> {
    if tx.dialect() == Dialect::Sqlite {
        tx.exec("DELETE FROM text_term WHERE rowid = $1", vals![case])?;
    }
    Ok(())
}

/// Empties the index, so that it is built anew from the record.
pub fn clear(tx: &mut Tx<'_>) -> Result<()> {
    match tx.dialect() {
        Dialect::Sqlite => tx.exec("INSERT INTO text_term (text_term) VALUES ('delete-all')", &[])?,
        Dialect::Postgres => tx.exec("DELETE FROM text_term", &[])?,
    };
    for table in ["text_doc", "text_band", "text_reply"] {
        tx.exec(&format!("DELETE FROM {table}"), &[])?;
    }
    set_number(tx, "read", 0)
}

/// Cases that answer, the newest first, before `before` (an id), at most `limit`.
pub fn find(rd: &mut Rd<'_>, w: &Wanted, before: i64, limit: u32) -> Result<Vec<CaseId>> {
    let sane = w.all.iter().flatten().chain(&w.not).chain(&w.scopes).all(|t| plain(t));
    if !sane {
        return Err(StoreError::Bug("terms must be letters and digits".into()));
    }
    if w.all.is_empty() || w.scopes.is_empty() || w.all.iter().any(Vec::is_empty) {
        return Ok(Vec::new());
    }
    match rd.dialect() {
        Dialect::Sqlite => find_embedded(rd, w, before, limit),
        Dialect::Postgres => find_postgres(rd, w, before, limit),
    }
}

fn find_embedded(rd: &mut Rd<'_>, w: &Wanted, before: i64, limit: u32) -> Result<Vec<CaseId>> {
    let any = |terms: &[String]| {
        let quoted: Vec<String> = terms.iter().map(|t| format!("\"{t}\"")).collect();
        format!("({})", quoted.join(" OR "))
    };
    let mut ask: Vec<String> = w.all.iter().map(|c| any(c)).collect();
    ask.push(any(&w.scopes));
    let mut text = format!("({})", ask.join(" AND "));
    if !w.not.is_empty() {
        text.push_str(&format!(" NOT {}", any(&w.not)));
    }
    let sql =
        "SELECT rowid FROM text_term WHERE text_term MATCH $1 AND rowid < $2 ORDER BY rowid DESC LIMIT $3";
    rd.query(sql, vals![&text, before, limit], |r| Ok(CaseId(r.i64(0)?)))
}

fn find_postgres(rd: &mut Rd<'_>, w: &Wanted, before: i64, limit: u32) -> Result<Vec<CaseId>> {
    let newest = "SELECT case_id FROM text_term ORDER BY case_id DESC LIMIT 1";
    let Some(newest) = rd.query_opt(newest, &[], |r| r.i64(0))? else { return Ok(Vec::new()) };
    let single: Vec<&String> = w.all.iter().filter(|c| c.len() == 1).map(|c| &c[0]).collect();
    let several: Vec<&Vec<String>> = w.all.iter().filter(|c| c.len() > 1).collect();
    // Found first and ordered after: the planner must not walk the ids when a word is rare.
    let mut sql = String::from(
        "WITH found AS MATERIALIZED (SELECT case_id FROM text_term WHERE \
         marks @> CAST(CAST($4 AS TEXT) AS INTEGER[]) AND marks && CAST(CAST($5 AS TEXT) AS INTEGER[])",
    );
    for i in 0..several.len() {
        sql.push_str(&format!(" AND marks && CAST(CAST(${} AS TEXT) AS INTEGER[])", i + 6));
    }
    if !w.not.is_empty() {
        sql.push_str(&format!(" AND NOT marks && CAST(CAST(${} AS TEXT) AS INTEGER[])", several.len() + 6));
    }
    sql.push_str(
        ") SELECT case_id FROM found WHERE case_id < $1 AND case_id >= $2 ORDER BY case_id DESC LIMIT $3",
    );
    let mut out: Vec<CaseId> = Vec::new();
    let mut stretch = newest.min(before.saturating_sub(1)) / STRETCH;
    while stretch >= 0 && out.len() < limit as usize {
        let mut arrays = vec![array(stretch, single.iter().copied()), array(stretch, w.scopes.iter())];
        arrays.extend(several.iter().map(|c| array(stretch, c.iter())));
        if !w.not.is_empty() {
            arrays.push(array(stretch, w.not.iter()));
        }
        let end = before.min((stretch + 1) * STRETCH);
        let left = i64::from(limit) - out.len() as i64;
        let mut params: Vec<Value<'_>> =
            vec![Value::Int(end), Value::Int(stretch * STRETCH), Value::Int(left)];
        params.extend(arrays.iter().map(|a| Value::Text(a)));
        out.extend(rd.query(&sql, &params, |r| Ok(CaseId(r.i64(0)?)))?);
        stretch -= 1;
    }
    Ok(out)
}

/// The newest cases of each band, at most `each`.
pub fn banded(rd: &mut Rd<'_>, bands: &[u64], each: u32) -> Result<Vec<Vec<i64>>> {
    let sql = "SELECT case_id FROM text_band WHERE band = $1 ORDER BY case_id DESC LIMIT $2";
    bands.iter().map(|b| rd.query(sql, vals![*b as i64, each], |r| r.i64(0))).collect()
}

/// The signature of a case; none while it is not indexed.
pub fn signature(rd: &mut Rd<'_>, case: i64) -> Result<Option<Vec<u8>>> {
    let sql = "SELECT sig FROM text_doc WHERE case_id = $1";
    rd.query_opt(sql, vals![case], |r| Ok(r.blob(0)?.to_vec()))
}

/// Events of a case that hold words: what was said and what was answered, in order, at most `limit`.
pub fn said(rd: &mut Rd<'_>, case: CaseId, limit: u32) -> Result<Vec<Said>> {
    let sql = "SELECT ver, at, unit, act, data FROM event WHERE stream = $1 AND act IN ('register', 'add_words', \
               'reply', 'reply_negative', 'answer_on_spot', 'backfill') ORDER BY ver LIMIT $2";
    rd.query(sql, vals![kernel::StreamId::case(case), limit], |r| {
        Ok(Said {
            ver: r.i64(0)?,
            at: r.moment(1)?,
            unit: r.opt_i64(2)?,
            act: r.string(3)?,
            data: r.string(4)?,
        })
    })
}

/// An event that holds words.
#[derive(Clone, Debug)]
pub struct Said {
    /// version of the case after it
    pub ver: i64,
    /// when
    pub at: Moment,
    /// for which unit the writer acted
    pub unit: Option<i64>,
    /// word of the act
    pub act: String,
    /// JSON text
    pub data: String,
}
