//! 省级标准: versions of what was issued here and of what came from above, and which version each city below holds. Must not know
//! what a standard says.

use access::Permit;
use kernel::Moment;

use crate::conn::{Rd, Tx};
use crate::engine::Result;
use crate::vals;
use crate::value::Row;

/// One version of a standard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StandardRow {
    /// id; 0 before it is stored
    pub id: i64,
    /// code of the level above that issued it; empty for what was issued here
    pub origin: String,
    /// what kind it is
    pub kind: String,
    /// which one of its kind
    pub word: String,
    /// 1, 2, 3 …
    pub version: i64,
    /// when it was issued
    pub issued: Moment,
    /// when it came, or was issued here
    pub at: Moment,
    /// SM3 of its text
    pub digest: String,
    /// `issued` here; `held`, `refused`: came from above
    pub state: String,
    /// why it was refused
    pub why: String,
    /// its text
    pub doc: String,
}

/// Which version a city below was sent and holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AtRow {
    /// which city
    pub peer: i64,
    /// what kind
    pub kind: String,
    /// which one of its kind
    pub word: String,
    /// the version that was sent last
    pub sent: i64,
    /// when
    pub sent_at: Moment,
    /// the version that it says it holds; 0 for none
    pub held: i64,
    /// the digest of that
    pub digest: String,
    /// since when it holds it
    pub since: Option<Moment>,
    /// when it said so
    pub told: Option<Moment>,
    /// why it refused the version that was sent last
    pub why: String,
    /// what it added
    pub added: i64,
    /// what stands otherwise there
    pub altered: i64,
}

const STANDARD: &str = "id, origin, kind, word, version, issued, at, digest, state, why, doc";

fn standard_of(r: &Row<'_>) -> Result<StandardRow> {
    Ok(StandardRow {
        id: r.i64(0)?,
        origin: r.string(1)?,
        kind: r.string(2)?,
        word: r.string(3)?,
        version: r.i64(4)?,
        issued: r.moment(5)?,
        at: r.moment(6)?,
        digest: r.string(7)?,
        state: r.string(8)?,
        why: r.string(9)?,
        doc: r.string(10)?,
    })
}

const AT: &str = "peer, kind, word, sent, sent_at, held, digest, since, told, why, added, altered";

fn at_of(r: &Row<'_>) -> Result<AtRow> {
    Ok(AtRow {
        peer: r.i64(0)?,
        kind: r.string(1)?,
        word: r.string(2)?,
        sent: r.i64(3)?,
        sent_at: r.moment(4)?,
        held: r.i64(5)?,
        digest: r.string(6)?,
        since: r.opt_moment(7)?,
        told: r.opt_moment(8)?,
        why: r.string(9)?,
        added: r.i64(10)?,
        altered: r.i64(11)?,
    })
}

/// Keeps a version; one that is there with this digest gets the new state and reason.
pub fn put(tx: &mut Tx<'_>, _permit: &Permit, s: &StandardRow) -> Result<()> {
    let sql = "INSERT INTO standard (origin, kind, word, version, issued, at, digest, state, why, doc) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (origin, kind, word, version, digest) \
               DO UPDATE SET at = excluded.at, state = excluded.state, why = excluded.why";
    let (origin, kind, word) = (&s.origin, &s.kind, &s.word);
    let row = vals![origin, kind, word, s.version, s.issued, s.at, &s.digest, &s.state, &s.why, &s.doc];
    tx.exec(sql, row)?;
    Ok(())
}

/// The versions of one standard that stand so (`issued`, `held`, `refused`), the newest first.
pub fn versions(
    rd: &mut Rd<'_>,
    state: &str,
    kind: &str,
    word: &str,
    limit: u32,
) -> Result<Vec<StandardRow>> {
    let sql = format!(
        "SELECT {STANDARD} FROM standard WHERE state = $1 AND kind = $2 AND word = $3 ORDER BY version DESC LIMIT $4"
    );
    rd.query(&sql, vals![state, kind, word, limit], standard_of)
}

/// The newest version of each standard that stands so, by kind and word, after one of them.
pub fn newest(
    rd: &mut Rd<'_>,
    state: &str,
    (after_kind, after_word): (&str, &str),
    limit: u32,
) -> Result<Vec<StandardRow>> {
    let sql = format!(
        "SELECT {STANDARD} FROM standard WHERE id IN (SELECT max(s.id) FROM standard s WHERE s.state = $1 \
         AND s.version = (SELECT max(m.version) FROM standard m WHERE m.state = $1 AND m.kind = s.kind AND m.word = s.word) \
         GROUP BY s.kind, s.word) AND (kind > $2 OR (kind = $2 AND word > $3)) ORDER BY kind, word LIMIT $4"
    );
    rd.query(&sql, vals![state, after_kind, after_word, limit], standard_of)
}

/// How many standards stand so.
pub fn count(rd: &mut Rd<'_>, state: &str) -> Result<i64> {
    let sql = "SELECT count(*) FROM (SELECT DISTINCT kind, word FROM standard WHERE state = $1) t";
    rd.query_one(sql, vals![state], |r| r.i64(0))
}

/// Does any standard of a kind stand so?
pub fn any(rd: &mut Rd<'_>, state: &str, kind: &str) -> Result<bool> {
    let sql = "SELECT 1 FROM standard WHERE state = $1 AND kind = $2 LIMIT 1";
    Ok(rd.query_opt(sql, vals![state, kind], |r| r.i64(0))?.is_some())
}

/// One version.
pub fn by_id(rd: &mut Rd<'_>, id: i64) -> Result<Option<StandardRow>> {
    rd.query_opt(&format!("SELECT {STANDARD} FROM standard WHERE id = $1"), vals![id], standard_of)
}

/// What a city below was sent and holds of one standard.
pub fn at(rd: &mut Rd<'_>, peer: i64, kind: &str, word: &str) -> Result<Option<AtRow>> {
    let sql = format!("SELECT {AT} FROM standard_at WHERE peer = $1 AND kind = $2 AND word = $3");
    rd.query_opt(&sql, vals![peer, kind, word], at_of)
}

/// What all cities below hold of one standard.
pub fn all_at(rd: &mut Rd<'_>, kind: &str, word: &str) -> Result<Vec<AtRow>> {
    let sql = format!("SELECT {AT} FROM standard_at WHERE kind = $1 AND word = $2 ORDER BY peer LIMIT 1000");
    rd.query(&sql, vals![kind, word], at_of)
}

/// Keeps what a city was sent and holds.
pub fn put_at(tx: &mut Tx<'_>, a: &AtRow) -> Result<()> {
    let sql = "INSERT INTO standard_at (peer, kind, word, sent, sent_at, held, digest, since, told, why, added, altered) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT (peer, kind, word) \
               DO UPDATE SET sent = excluded.sent, sent_at = excluded.sent_at, held = excluded.held, \
               digest = excluded.digest, since = excluded.since, told = excluded.told, why = excluded.why, \
               added = excluded.added, altered = excluded.altered";
    let (kind, word) = (&a.kind, &a.word);
    let row = vals![
        a.peer, kind, word, a.sent, a.sent_at, a.held, &a.digest, a.since, a.told, &a.why, a.added,
        a.altered,
    ];
    tx.exec(sql, row)?;
    Ok(())
}

/// Standards issued here whose newest version was not sent to this city yet.
pub fn unsent(rd: &mut Rd<'_>, peer: i64, limit: u32) -> Result<Vec<StandardRow>> {
    let sql = format!(
        "SELECT {STANDARD} FROM standard WHERE state = 'issued' AND NOT EXISTS (SELECT 1 FROM standard m \
         WHERE m.state = 'issued' AND m.kind = standard.kind AND m.word = standard.word AND m.version > standard.version) \
         AND NOT EXISTS (SELECT 1 FROM standard_at a WHERE a.peer = $1 AND a.kind = standard.kind \
         AND a.word = standard.word AND a.sent >= standard.version) ORDER BY id LIMIT $2"
    );
    rd.query(&sql, vals![peer, limit], standard_of)
}
