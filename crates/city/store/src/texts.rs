//! 文: the index of what people write: terms to find cases by, bands and signatures to compare them by.
//!
//! On SQLite terms and bands stand in FTS5 tables without content, which are written in runs: a row costs the same in a
//! large city as in a small one. On PostgreSQL terms are an array of numbers with a GIN index, bands a table; both
//! numbers begin with the stretch of ids, so that what is written lies close together however much there is, and the
//! newest stretch is read first: a common word costs no more than a rare one. Must not know how a text becomes terms,
//! nor who may see what.

use std::ops::RangeInclusive;

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

/// Bits of a hash beside the number of a stretch.
const HASH_BITS: u32 = 44;

/// The number of a hash in a stretch, on PostgreSQL: those of one stretch lie together.
const fn placed(stretch: i64, hash: u64) -> i64 {
    stretch << HASH_BITS | (hash >> (u64::BITS - HASH_BITS)) as i64
}

fn mark(stretch: i64, term: &str) -> i64 {
    // FNV-1a, mixed once more: its first bits alone are poor.
    let h = term
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325, |h: u64, b| (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3));
    placed(stretch, (h ^ (h >> 32)).wrapping_mul(0x9e37_79b9_7f4a_7c15))
}

fn array<'t>(stretch: i64, terms: impl Iterator<Item = &'t String>) -> String {
    let marks: Vec<String> = terms.map(|t| mark(stretch, t).to_string()).collect();
    format!("{{{}}}", marks.join(","))
}

/// A band as a word, on SQLite: nine digits of base 32.
fn band_word(band: u64) -> String {
    const DIGITS: &[u8; 32] = b"0123456789abcdefghijklmnopqrstuv";
    (1..10).map(|i| char::from(DIGITS[(band >> (u64::BITS - 5 * i) & 31) as usize])).collect()
}

fn plain(term: &str) -> bool {
    !term.is_empty() && term.len() <= 128 && term.chars().all(char::is_alphanumeric)
}

/// Puts cases into the index, or anew. What stood there of them goes first, but for old bands, which lead to a
/// comparison too many.
pub fn put_many(tx: &mut Tx<'_>, docs: &[Doc]) -> Result<()> {
    let dialect = tx.dialect();
    let (forget, put) = match dialect {
        Dialect::Sqlite => {
            ("DELETE FROM text_term WHERE rowid = $1", "INSERT INTO text_term (rowid, t) VALUES ($1, $2)")
        }
        Dialect::Postgres => (
            "DELETE FROM text_term WHERE case_id = $1",
            "INSERT INTO text_term (case_id, marks) VALUES ($1, CAST(CAST($2 AS TEXT) AS BIGINT[]))",
        ),
    };
    let ids: Vec<_> = docs.iter().map(|d| [Value::Int(d.case)]).collect();
    for sql in [forget, "DELETE FROM text_doc WHERE case_id = $1"] {
        exec_rows(tx, sql, &ids)?;
    }
    let signatures: Vec<_> = docs.iter().map(|d| [Value::Int(d.case), Value::Blob(&d.signature)]).collect();
    exec_rows(tx, "INSERT INTO text_doc (case_id, sig) VALUES ($1, $2)", &signatures)?;
    let terms: Vec<String> = docs.iter().map(|d| terms_of(d, dialect)).collect();
    let terms: Vec<_> = docs.iter().zip(&terms).map(|(d, t)| [Value::Int(d.case), Value::Text(t)]).collect();
    exec_rows(tx, put, &terms)?;
    match dialect {
        Dialect::Sqlite => {
            let words = |d: &Doc| bands_of(d).iter().map(|b| band_word(*b)).collect::<Vec<_>>().join(" ");
            let words: Vec<String> = docs.iter().map(words).collect();
            let rows: Vec<_> =
                docs.iter().zip(&words).map(|(d, w)| [Value::Int(d.case), Value::Text(w)]).collect();
            exec_rows(tx, "INSERT INTO text_band (rowid, b) VALUES ($1, $2)", &rows)
        }
        Dialect::Postgres => {
            let row = |d: &Doc, b: &u64| [Value::Int(placed(d.case / STRETCH, *b)), Value::Int(d.case)];
            let rows: Vec<_> = docs.iter().flat_map(|d| bands_of(d).iter().map(move |b| row(d, b))).collect();
            let put = "INSERT INTO text_band (band, case_id) VALUES ($1, $2) ON CONFLICT DO NOTHING";
            exec_rows(tx, put, &rows)?;
            // What waits to be put in order would be read through by every search of every stretch.
            tx.query("SELECT gin_clean_pending_list('text_term_marks')", &[], |_| Ok(())).map(drop)
        }
    }
}

fn bands_of(d: &Doc) -> &[u64] {
    &d.bands[..d.bands.len().min(BANDS_MAX)]
}

fn exec_rows<const N: usize>(tx: &mut Tx<'_>, sql: &str, rows: &[[Value<'_>; N]]) -> Result<()> {
    let rows: Vec<&[Value<'_>]> = rows.iter().map(<[_; N]>::as_slice).collect();
    tx.exec_many(sql, &rows).map(drop)
}

/// What stands in the column of terms of a case.
fn terms_of(d: &Doc, dialect: Dialect) -> String {
    let mut terms = d.terms.iter().filter(|t| plain(t)).take(TERMS_MAX);
    match dialect {
        Dialect::Sqlite => terms.fold(String::with_capacity(d.terms.len() * 9), |text, t| text + t + " "),
        Dialect::Postgres => array(d.case / STRETCH, &mut terms),
    }
}

/// Empties the index, so that it is built anew from the record.
pub fn clear(tx: &mut Tx<'_>) -> Result<()> {
    for table in ["text_term", "text_band"] {
        match tx.dialect() {
            Dialect::Sqlite => {
                tx.exec(&format!("INSERT INTO {table} ({table}) VALUES ('delete-all')"), &[])?;
            }
            Dialect::Postgres => crate::facts::empty(tx, table)?,
        }
    }
    for table in ["text_doc", "text_reply"] {
        crate::facts::empty(tx, table)?;
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

/// A word of a search, taken as it stands.
fn quoted(word: &str) -> String {
    format!("\"{word}\"")
}

fn find_embedded(rd: &mut Rd<'_>, w: &Wanted, before: i64, limit: u32) -> Result<Vec<CaseId>> {
    let any = |terms: &[String]| {
        let words: Vec<String> = terms.iter().map(|t| quoted(t)).collect();
        format!("({})", words.join(" OR "))
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

/// The stretches before `before`, the newest alone, then twice as many at once each time: a common word is found in
/// the first, and a rare one in few rounds.
fn stretches(rd: &mut Rd<'_>, before: i64) -> Result<impl Iterator<Item = RangeInclusive<i64>> + use<>> {
    let newest = "SELECT case_id FROM text_term ORDER BY case_id DESC LIMIT 1";
    let newest = rd.query_opt(newest, &[], |r| r.i64(0))?;
    let mut last = newest.map_or(-1, |n| n.min(before.saturating_sub(1)).div_euclid(STRETCH));
    let mut many = 1;
    Ok(std::iter::from_fn(move || {
        let part = (last >= 0).then(|| (last - many + 1).max(0)..=last);
        last -= many;
        many *= 2;
        part
    }))
}

fn find_postgres(rd: &mut Rd<'_>, w: &Wanted, before: i64, limit: u32) -> Result<Vec<CaseId>> {
    let single: Vec<&String> = w.all.iter().filter(|c| c.len() == 1).map(|c| &c[0]).collect();
    let several: Vec<&Vec<String>> = w.all.iter().filter(|c| c.len() > 1).collect();
    let marks = |n: usize| format!("CAST(k.a{n} AS BIGINT[])");
    // For each stretch its own arrays; columns a0 must all be there, of each other one must be, of the last none.
    let mut wanted = format!("marks @> {} AND marks && {}", marks(0), marks(1));
    for i in 0..several.len() {
        wanted.push_str(&format!(" AND marks && {}", marks(i + 2)));
    }
    let columns = 2 + several.len() + usize::from(!w.not.is_empty());
    if !w.not.is_empty() {
        wanted.push_str(&format!(" AND NOT marks && {}", marks(columns - 1)));
    }
    let names: Vec<String> = (0..columns).map(|i| format!("a{i}")).collect();
    let row = |r: usize| {
        let all: Vec<String> =
            (0..columns).map(|c| format!("CAST(${} AS TEXT)", 3 + r * columns + c)).collect();
        format!("({})", all.join(", "))
    };
    let mut out: Vec<CaseId> = Vec::new();
    for part in stretches(rd, before)? {
        let left = i64::from(limit) - out.len() as i64;
        if left <= 0 {
            break;
        }
        let arrays: Vec<String> = part
            .rev()
            .flat_map(|stretch| {
                let mut row = vec![array(stretch, single.iter().copied()), array(stretch, w.scopes.iter())];
                row.extend(several.iter().map(|c| array(stretch, c.iter())));
                if !w.not.is_empty() {
                    row.push(array(stretch, w.not.iter()));
                }
                row
            })
            .collect();
        let rows: Vec<String> = (0..arrays.len() / columns).map(row).collect();
        // Found first and ordered after: the planner must not walk the ids when a word is rare.
        let sql = format!(
            "SELECT f.case_id FROM (VALUES {}) AS k ({}) CROSS JOIN LATERAL (SELECT case_id FROM \
             (SELECT case_id FROM text_term WHERE {wanted} OFFSET 0) AS all_found \
             WHERE case_id < $1 ORDER BY case_id DESC LIMIT $2) AS f ORDER BY f.case_id DESC LIMIT $2",
            rows.join(", "),
            names.join(", "),
        );
        let mut params: Vec<Value<'_>> = vec![Value::Int(before), Value::Int(left)];
        params.extend(arrays.iter().map(|a| Value::Text(a)));
        out.extend(rd.query(&sql, &params, |r| Ok(CaseId(r.i64(0)?)))?);
    }
    Ok(out)
}

/// The newest cases of each band, at most `each`.
pub fn banded(rd: &mut Rd<'_>, bands: &[u64], each: u32) -> Result<Vec<Vec<i64>>> {
    match rd.dialect() {
        Dialect::Sqlite => {
            let sql = "SELECT rowid FROM text_band WHERE text_band MATCH $1 ORDER BY rowid DESC LIMIT $2";
            bands.iter().map(|b| rd.query(sql, vals![&quoted(&band_word(*b)), each], |r| r.i64(0))).collect()
        }
        Dialect::Postgres => banded_postgres(rd, bands, each),
    }
}

fn banded_postgres(rd: &mut Rd<'_>, bands: &[u64], each: u32) -> Result<Vec<Vec<i64>>> {
    let sql = "SELECT k.i, f.case_id FROM unnest(CAST(CAST($1 AS TEXT) AS BIGINT[])) WITH ORDINALITY AS k (band, i) \
               CROSS JOIN LATERAL (SELECT case_id FROM text_band WHERE band = k.band \
               ORDER BY case_id DESC LIMIT $2) AS f ORDER BY k.i, f.case_id DESC";
    let mut out = vec![Vec::new(); bands.len()];
    for part in stretches(rd, i64::MAX)? {
        let keys: Vec<String> = part
            .rev()
            .flat_map(|stretch| bands.iter().map(move |b| placed(stretch, *b).to_string()))
            .collect();
        let keys = format!("{{{}}}", keys.join(","));
        for (i, case) in rd.query(sql, vals![&keys, each], |r| Ok((r.i64(0)?, r.i64(1)?)))? {
            let list: &mut Vec<i64> = &mut out[(i - 1) as usize % bands.len()];
            if list.len() < each as usize {
                list.push(case);
            }
        }
    }
    Ok(out)
}

/// The signature of a case; none while it is not indexed.
pub fn signature(rd: &mut Rd<'_>, case: i64) -> Result<Option<Vec<u8>>> {
    let sql = "SELECT sig FROM text_doc WHERE case_id = $1";
    rd.query_opt(sql, vals![case], |r| Ok(r.blob(0)?.to_vec()))
}

/// The signatures of cases, of each that is indexed, in no order.
pub fn signatures(rd: &mut Rd<'_>, cases: &[i64]) -> Result<Vec<(i64, Vec<u8>)>> {
    let select = "SELECT case_id, sig FROM text_doc WHERE case_id IN";
    rd.query_ids(select, cases, |r| Ok((r.i64(0)?, r.blob(1)?.to_vec())))
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
