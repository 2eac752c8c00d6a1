//! 对接城市、跨域件与往来消息: peers, matters between cells, messages out and in, figures that other cells told. Must not know
//! what a message or a state means.

use access::Permit;
use kernel::{CaseId, Moment};

use crate::conn::{Rd, Tx};
use crate::engine::Result;
use crate::vals;
use crate::value::Row;

/// A cell this one speaks with (对接城市).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeerRow {
    /// id; 0 before it is stored
    pub id: i64,
    /// its code
    pub code: String,
    /// its name
    pub name: String,
    /// `https://…`; empty when it asks here and is never asked
    pub address: String,
    /// `beside`, `above`, `below`
    pub rank: String,
    /// what may pass, separated by commas
    pub purposes: String,
    /// the shared key, sealed
    pub secret: Vec<u8>,
    /// in use
    pub active: bool,
    /// when it was added
    pub made: Moment,
    /// when it was last heard of: a message or a receipt of it that was signed
    pub heard: Option<Moment>,
    /// attempts to reach it that failed since
    pub failed: i64,
    /// not asked before this moment
    pub next_at: Moment,
    /// why the last attempt failed
    pub why: String,
}

const PEER: &str = "id, code, name, address, rank, purposes, secret, active, made, heard, failed, \
                    next_at, why";

fn peer_of(r: &Row<'_>) -> Result<PeerRow> {
    Ok(PeerRow {
        id: r.i64(0)?,
        code: r.string(1)?,
        name: r.string(2)?,
        address: r.string(3)?,
        rank: r.string(4)?,
        purposes: r.string(5)?,
        secret: r.blob(6)?.to_vec(),
        active: r.bool(7)?,
        made: r.moment(8)?,
        heard: r.opt_moment(9)?,
        failed: r.i64(10)?,
        next_at: r.moment(11)?,
        why: r.string(12)?,
    })
}

/// Adds a peer, or changes what is set about it.
pub fn put_peer(tx: &mut Tx<'_>, _permit: &Permit, p: &PeerRow) -> Result<()> {
    let set = vals![&p.code, &p.name, &p.address, &p.rank, &p.purposes, &p.secret[..], p.active, p.made];
    let sql = "UPDATE cell_peer SET name = $2, address = $3, rank = $4, purposes = $5, secret = $6, active = $7, \
               failed = 0, next_at = $8, why = '' WHERE code = $1";
    if tx.exec(sql, set)? == 0 {
        let sql = "INSERT INTO cell_peer (code, name, address, rank, purposes, secret, active, made, failed, next_at, why) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, $8, '')";
        tx.exec(sql, set)?;
    }
    Ok(())
}

/// All peers, by code.
pub fn peers(rd: &mut Rd<'_>) -> Result<Vec<PeerRow>> {
    rd.query(&format!("SELECT {PEER} FROM cell_peer ORDER BY code LIMIT 1000"), &[], peer_of)
}

/// One peer.
pub fn peer(rd: &mut Rd<'_>, code: &str) -> Result<Option<PeerRow>> {
    rd.query_opt(&format!("SELECT {PEER} FROM cell_peer WHERE code = $1"), vals![code], peer_of)
}

/// A peer was heard of: it says something. Whether it can be reached is another matter.
pub fn heard(tx: &mut Tx<'_>, id: i64, at: Moment) -> Result<()> {
    tx.exec("UPDATE cell_peer SET heard = $2 WHERE id = $1", vals![id, at])?;
    Ok(())
}

/// A peer was reached: it receipted something.
pub fn reached(tx: &mut Tx<'_>, id: i64, at: Moment) -> Result<()> {
    let sql = "UPDATE cell_peer SET heard = $2, failed = 0, next_at = $2, why = '' WHERE id = $1";
    tx.exec(sql, vals![id, at])?;
    Ok(())
}

/// A peer could not be reached: it is asked again after this.
pub fn not_reached(tx: &mut Tx<'_>, id: i64, next_at: Moment, why: &str) -> Result<()> {
    let sql = "UPDATE cell_peer SET failed = failed + 1, next_at = $2, why = $3 WHERE id = $1";
    tx.exec(sql, vals![id, next_at, why])?;
    Ok(())
}

/// A message, out or in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageRow {
    /// id; 0 before it is stored
    pub id: i64,
    /// with whom
    pub peer: i64,
    /// its number among all from the one to the other: the idempotency key
    pub key: i64,
    /// what it is about
    pub subject: String,
    /// its place among those of its subject, from 1
    pub seq: i64,
    /// what kind it is
    pub kind: String,
    /// when it was written, or came
    pub at: Moment,
    /// out: `due`, `taken`, `aside`; in: `waits`, `done`, `aside`
    pub state: String,
    /// when it was receipted, or done
    pub ended: Option<Moment>,
    /// its text, sealed; gone when it ended
    pub body: Option<Vec<u8>>,
    /// why it stands aside
    pub why: String,
}

fn message_of(r: &Row<'_>) -> Result<MessageRow> {
    Ok(MessageRow {
        id: r.i64(0)?,
        peer: r.i64(1)?,
        key: r.i64(2)?,
        subject: r.string(3)?,
        seq: r.i64(4)?,
        kind: r.string(5)?,
        at: r.moment(6)?,
        state: r.string(7)?,
        ended: r.opt_moment(8)?,
        body: r.opt_blob(9)?.map(<[u8]>::to_vec),
        why: r.string(10)?,
    })
}

const OUT: &str = "id, peer, key, subject, seq, kind, made, state, ended, body, why";
const IN: &str = "id, peer, key, subject, seq, kind, came, state, ended, body, why";

/// The place that the next message about a subject has.
pub fn next_out(rd: &mut Rd<'_>, peer: i64, subject: &str) -> Result<i64> {
    let sql = "SELECT coalesce(max(seq), 0) + 1 FROM cell_out WHERE peer = $1 AND subject = $2";
    rd.query_one(sql, vals![peer, subject], |r| r.i64(0))
}

/// Writes a message that is to go out.
pub fn put_out(tx: &mut Tx<'_>, m: &MessageRow) -> Result<()> {
    let sql = "INSERT INTO cell_out (peer, key, subject, seq, kind, made, state, body, why) \
               VALUES ($1, $2, $3, $4, $5, $6, 'due', $7, '')";
    tx.exec(sql, vals![m.peer, m.key, &m.subject, m.seq, &m.kind, m.at, m.body.as_deref()])?;
    Ok(())
}

/// What a peer has not receipted yet, the oldest first.
pub fn due(rd: &mut Rd<'_>, peer: i64, limit: u32) -> Result<Vec<MessageRow>> {
    let sql = format!("SELECT {OUT} FROM cell_out WHERE peer = $1 AND state = 'due' ORDER BY key LIMIT $2");
    rd.query(&sql, vals![peer, limit], message_of)
}

/// How many wait, and since when the oldest does.
pub fn waiting(rd: &mut Rd<'_>, peer: i64) -> Result<(i64, Option<Moment>)> {
    let sql = "SELECT count(*), min(made) FROM cell_out WHERE peer = $1 AND state = 'due'";
    rd.query_one(sql, vals![peer], |r| Ok((r.i64(0)?, r.opt_moment(1)?)))
}

/// A message was receipted: `taken`, and its words go; or `aside` with the reason of the other side, to be said again.
pub fn end_out(tx: &mut Tx<'_>, peer: i64, key: i64, state: &str, at: Moment, why: &str) -> Result<bool> {
    let sql = "UPDATE cell_out SET state = $3, ended = $4, why = $5, \
               body = CASE WHEN $3 = 'aside' THEN body END WHERE peer = $1 AND key = $2 AND state <> 'taken'";
    Ok(tx.exec(sql, vals![peer, key, state, at, why])? == 1)
}

/// The message that went out under a key.
pub fn sent(rd: &mut Rd<'_>, peer: i64, key: i64) -> Result<Option<MessageRow>> {
    let sql = format!("SELECT {OUT} FROM cell_out WHERE peer = $1 AND key = $2");
    rd.query_opt(&sql, vals![peer, key], message_of)
}

/// What the other side put aside is said again. Answers how many.
pub fn say_again(tx: &mut Tx<'_>) -> Result<u64> {
    let sql = "UPDATE cell_out SET state = 'due', ended = NULL, why = '' WHERE state = 'aside' AND body IS NOT NULL";
    tx.exec(sql, &[])
}

/// What came under this key before.
pub fn came(rd: &mut Rd<'_>, peer: i64, key: i64) -> Result<Option<MessageRow>> {
    let sql = format!("SELECT {IN} FROM cell_in WHERE peer = $1 AND key = $2");
    rd.query_opt(&sql, vals![peer, key], message_of)
}

/// Digest of what came under this key before; none of what came before there were digests.
pub fn digest_in(rd: &mut Rd<'_>, peer: i64, key: i64) -> Result<Option<String>> {
    let sql = "SELECT digest FROM cell_in WHERE peer = $1 AND key = $2";
    Ok(rd.query_opt(sql, vals![peer, key], |r| Ok(r.opt_text(0)?.map(str::to_owned)))?.flatten())
}

/// Keeps a message that came, with the digest of its text.
pub fn put_in(tx: &mut Tx<'_>, m: &MessageRow, digest: &str) -> Result<i64> {
    let sql = "INSERT INTO cell_in (peer, key, subject, seq, kind, came, state, body, why, digest) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) RETURNING id";
    let body = m.body.as_deref();
    tx.insert(sql, vals![m.peer, m.key, &m.subject, m.seq, &m.kind, m.at, &m.state, body, &m.why, digest])
}

/// The message of a subject that is next in order, when it came and waits.
pub fn next_in(rd: &mut Rd<'_>, peer: i64, subject: &str) -> Result<Option<MessageRow>> {
    let sql = format!(
        "SELECT {IN} FROM cell_in WHERE peer = $1 AND subject = $2 AND state = 'waits' AND seq = 1 + \
         (SELECT coalesce(max(d.seq), 0) FROM cell_in d WHERE d.peer = $1 AND d.subject = $2 AND d.state = 'done')"
    );
    rd.query_opt(&sql, vals![peer, subject], message_of)
}

/// A message that came is done, or stands aside with its reason. What is done needs its words no more.
pub fn end_in(tx: &mut Tx<'_>, id: i64, state: &str, at: Moment, why: &str) -> Result<()> {
    let keep = if state == "done" { "NULL" } else { "body" };
    let sql = format!("UPDATE cell_in SET state = $2, ended = $3, why = $4, body = {keep} WHERE id = $1");
    tx.exec(&sql, vals![id, state, at, why])?;
    Ok(())
}

/// What came and stands aside (`aside`) or waits for something before it (`waits`), the oldest first.
pub fn unfinished_in(rd: &mut Rd<'_>, state: &str, limit: u32) -> Result<Vec<MessageRow>> {
    let sql = format!("SELECT {IN} FROM cell_in WHERE state = $1 ORDER BY id LIMIT $2");
    rd.query(&sql, vals![state, limit], message_of)
}

/// What the other side put aside.
pub fn aside_out(rd: &mut Rd<'_>, limit: u32) -> Result<Vec<MessageRow>> {
    let sql = format!("SELECT {OUT} FROM cell_out WHERE state = 'aside' ORDER BY id LIMIT $1");
    rd.query(&sql, vals![limit], message_of)
}

/// A matter between this cell and another (跨域件).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MatterRow {
    /// id; 0 before it is stored
    pub id: i64,
    /// with whom
    pub peer: i64,
    /// `out`: handed over from here; `in`: received
    pub side: String,
    /// its name between the two
    pub subject: String,
    /// its case here
    pub case: Option<CaseId>,
    /// how far it is
    pub state: String,
    /// grows with each change
    pub ver: i64,
    /// when it was handed over, or came
    pub made: Moment,
    /// when it last changed
    pub at: Moment,
    /// what is known of the other side
    pub doc: String,
    /// what was handed over, sealed; only until it is decided
    pub content: Option<Vec<u8>>,
}

const MATTER: &str = "id, peer, side, subject, case_id, state, ver, made, at, doc, content";

fn matter_of(r: &Row<'_>) -> Result<MatterRow> {
    Ok(MatterRow {
        id: r.i64(0)?,
        peer: r.i64(1)?,
        side: r.string(2)?,
        subject: r.string(3)?,
        case: r.opt_i64(4)?.map(CaseId),
        state: r.string(5)?,
        ver: r.i64(6)?,
        made: r.moment(7)?,
        at: r.moment(8)?,
        doc: r.string(9)?,
        content: r.opt_blob(10)?.map(<[u8]>::to_vec),
    })
}

/// Adds a matter.
pub fn put_matter(tx: &mut Tx<'_>, m: &MatterRow) -> Result<i64> {
    let sql = "INSERT INTO cell_matter (peer, side, subject, case_id, state, ver, made, at, doc, content) \
               VALUES ($1, $2, $3, $4, $5, 1, $6, $6, $7, $8) RETURNING id";
    let case = m.case.map(|c| c.0);
    tx.insert(sql, vals![m.peer, &m.side, &m.subject, case, &m.state, m.made, &m.doc, m.content.as_deref()])
}

/// Moves a matter that is still at version `m.ver`; says whether it was.
pub fn save_matter(tx: &mut Tx<'_>, m: &MatterRow) -> Result<bool> {
    let sql = "UPDATE cell_matter SET case_id = $3, state = $4, at = $5, doc = $6, content = $7, ver = ver + 1 \
               WHERE id = $1 AND ver = $2";
    let case = m.case.map(|c| c.0);
    Ok(tx.exec(sql, vals![m.id, m.ver, case, &m.state, m.at, &m.doc, m.content.as_deref()])? == 1)
}

/// A matter by its name between the two.
pub fn matter(rd: &mut Rd<'_>, peer: i64, side: &str, subject: &str) -> Result<Option<MatterRow>> {
    let sql = format!("SELECT {MATTER} FROM cell_matter WHERE peer = $1 AND side = $2 AND subject = $3");
    rd.query_opt(&sql, vals![peer, side, subject], matter_of)
}

/// One matter.
pub fn matter_by_id(rd: &mut Rd<'_>, id: i64) -> Result<Option<MatterRow>> {
    rd.query_opt(&format!("SELECT {MATTER} FROM cell_matter WHERE id = $1"), vals![id], matter_of)
}

/// The matters of a case, the newest first.
pub fn matters_of(rd: &mut Rd<'_>, case: CaseId, side: &str) -> Result<Vec<MatterRow>> {
    let sql = format!(
        "SELECT {MATTER} FROM cell_matter WHERE case_id = $1 AND side = $2 ORDER BY id DESC LIMIT 100"
    );
    rd.query(&sql, vals![case.0, side], matter_of)
}

/// The words of the messages of a matter that went or stand aside, and need not go again, are destroyed.
pub fn forget_words(tx: &mut Tx<'_>, peer: i64, subject: &str) -> Result<()> {
    for (table, goes) in [("cell_out", "'aside', 'taken'"), ("cell_in", "'aside', 'done'")] {
        let sql =
            format!("UPDATE {table} SET body = NULL WHERE peer = $1 AND subject = $2 AND state IN ({goes})");
        tx.exec(&sql, vals![peer, subject])?;
    }
    Ok(())
}

/// Matters of one side with ids below `before`, the newest first.
pub fn matters(rd: &mut Rd<'_>, side: &str, before: i64, limit: u32) -> Result<Vec<MatterRow>> {
    let sql =
        format!("SELECT {MATTER} FROM cell_matter WHERE side = $1 AND id < $2 ORDER BY id DESC LIMIT $3");
    rd.query(&sql, vals![side, before, limit], matter_of)
}

/// Matters of one side that stand so, the oldest first.
pub fn standing(rd: &mut Rd<'_>, side: &str, state: &str, limit: u32) -> Result<Vec<MatterRow>> {
    let sql = format!("SELECT {MATTER} FROM cell_matter WHERE side = $1 AND state = $2 ORDER BY id LIMIT $3");
    rd.query(&sql, vals![side, state, limit], matter_of)
}

/// How many matters of one side stand so.
pub fn count(rd: &mut Rd<'_>, side: &str, state: &str) -> Result<i64> {
    let sql = "SELECT count(*) FROM cell_matter WHERE side = $1 AND state = $2";
    rd.query_one(sql, vals![side, state], |r| r.i64(0))
}

/// The figures of a day, as a cell told them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FigureRow {
    /// which cell
    pub peer: i64,
    /// `2026-11-30`
    pub day: String,
    /// as of when
    pub as_of: Moment,
    /// the figures
    pub doc: String,
}

/// Keeps the figures of a day, unless newer ones are there.
pub fn put_figure(tx: &mut Tx<'_>, f: &FigureRow) -> Result<()> {
    let sql = "INSERT INTO cell_figure (peer, day, as_of, doc) VALUES ($1, $2, $3, $4) \
               ON CONFLICT (peer, day) DO UPDATE SET as_of = excluded.as_of, doc = excluded.doc \
               WHERE cell_figure.as_of < excluded.as_of";
    tx.exec(sql, vals![f.peer, &f.day, f.as_of, &f.doc])?;
    Ok(())
}

/// Figures of all cells from one day to another, both included.
pub fn figures(rd: &mut Rd<'_>, from: &str, to: &str) -> Result<Vec<FigureRow>> {
    let sql = "SELECT peer, day, as_of, doc FROM cell_figure WHERE day >= $1 AND day <= $2 ORDER BY peer, day LIMIT 200000";
    rd.query(sql, vals![from, to], |r| {
        Ok(FigureRow { peer: r.i64(0)?, day: r.string(1)?, as_of: r.moment(2)?, doc: r.string(3)? })
    })
}

/// Removes receipts of messages that ended before this, but for the last of each subject: the next one follows on it.
pub fn sweep(tx: &mut Tx<'_>, before: Moment, limit: u32) -> Result<()> {
    for table in ["cell_out", "cell_in"] {
        let done = if table == "cell_out" { "taken" } else { "done" };
        let sql = format!(
            "DELETE FROM {table} WHERE id IN (SELECT m.id FROM {table} m WHERE m.state = '{done}' AND m.ended < $1 \
             AND EXISTS (SELECT 1 FROM {table} l WHERE l.peer = m.peer AND l.subject = m.subject AND l.seq > m.seq \
             AND l.state = '{done}') LIMIT $2)"
        );
        tx.exec(&sql, vals![before, limit])?;
    }
    Ok(())
}

/// The place up to which the messages of a subject are done.
pub fn done_to(rd: &mut Rd<'_>, peer: i64, subject: &str) -> Result<i64> {
    let sql = "SELECT coalesce(max(seq), 0) FROM cell_in WHERE peer = $1 AND subject = $2 AND state = 'done'";
    rd.query_one(sql, vals![peer, subject], |r| r.i64(0))
}

/// A message that stood aside waits for its turn again.
pub fn wait_again(tx: &mut Tx<'_>, id: i64, subject: &str, seq: i64, kind: &str) -> Result<()> {
    let sql = "UPDATE cell_in SET state = 'waits', subject = $2, seq = $3, kind = $4, ended = NULL, why = '' WHERE id = $1";
    tx.exec(sql, vals![id, subject, seq, kind])?;
    Ok(())
}

/// When the last message about a subject was written.
pub fn last_out(rd: &mut Rd<'_>, peer: i64, subject: &str) -> Result<Option<Moment>> {
    let sql = "SELECT max(made) FROM cell_out WHERE peer = $1 AND subject = $2";
    rd.query_one(sql, vals![peer, subject], |r| r.opt_moment(0))
}

/// As of when the newest figures of a cell are.
pub fn last_figure(rd: &mut Rd<'_>, peer: i64) -> Result<Option<Moment>> {
    rd.query_one("SELECT max(as_of) FROM cell_figure WHERE peer = $1", vals![peer], |r| r.opt_moment(0))
}
