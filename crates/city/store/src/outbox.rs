//! 发件箱: what goes out, in lanes. A row is written in the transaction of the act that it follows from; a lane is claimed
//! for a limited time, in the order of its rows; what comes later about the same subject waits for what comes earlier.
//! Row X3. Must not know what a message says or how it travels.

use kernel::{Moment, UnitId};

use crate::conn::{Rd, Tx};
use crate::engine::Result;
use crate::vals;
use crate::value::Row;

/// Parts of a lane: subjects are spread over them, so that some of one lane can be on their way at a time.
pub const PARTS: i64 = 8;

/// A message to be sent.
#[derive(Clone, Copy, Debug)]
pub struct NewOut<'a> {
    /// `mail`, `sms`, or `hook/` with the id of the receiver
    pub lane: &'a str,
    /// about what: order is kept within it
    pub subject: &'a str,
    /// code word of what is told
    pub topic: &'a str,
    /// keyed digest of the address
    pub who: &'a [u8],
    /// the sealed address
    pub address: &'a [u8],
    /// what the template is filled with: a JSON object of texts
    pub filled: &'a str,
    /// `zh` or `en`
    pub lang: &'a str,
    /// may go out in one message with others to the same address
    pub digest: bool,
    /// not before
    pub due: Moment,
}

/// A message that a sender holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Out {
    /// its id
    pub id: i64,
    /// when it was written
    pub made: Moment,
    /// its lane
    pub lane: String,
    /// about what
    pub subject: String,
    /// what is told
    pub topic: String,
    /// keyed digest of the address
    pub who: Vec<u8>,
    /// the sealed address; none when it was forgotten
    pub address: Option<Vec<u8>>,
    /// what the template is filled with
    pub filled: String,
    /// `zh` or `en`
    pub lang: String,
    /// may go out together with others
    pub digest: bool,
    /// how often it was tried before
    pub attempts: i64,
    /// number of this lease
    pub lease: i64,
    /// its receiver wants no more
    pub stopped: bool,
}

/// How a message ended, or goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// the receiver has it
    Sent,
    /// the receiver wants none, or what it was about was forgotten
    Stopped,
    /// tried again then
    Later(Moment, String),
    /// was not tried: not before then; a moment that has come leaves it due since when it was
    Release(Moment),
    /// given up (死信)
    Dead(String),
}

fn part_of(subject: &str) -> i64 {
    // FNV-1a: the same on every node and in every version.
    let hash = subject
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |h, b| (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3));
    i64::try_from(hash % PARTS.unsigned_abs()).unwrap_or(0)
}

/// Writes a message.
pub fn put(tx: &mut Tx<'_>, new: &NewOut<'_>) -> Result<i64> {
    let now = tx.now();
    tx.insert(
        "INSERT INTO outbox (made, lane, part, subject, topic, who, address, filled, lang, digest, due_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) RETURNING id",
        vals![
            now,
            new.lane,
            part_of(new.subject),
            new.subject,
            new.topic,
            new.who,
            new.address,
            new.filled,
            new.lang,
            new.digest,
            new.due
        ],
    )
}

/// Nothing earlier about the same subject waits for its moment or is with another sender; `$1` is now.
const FREE: &str = "NOT EXISTS (SELECT 1 FROM outbox b WHERE b.lane = o.lane AND b.subject = o.subject AND b.id < o.id \
                    AND b.state IN ('waiting', 'leased') AND (b.state = 'leased' OR b.due_at > $1))";

/// Lanes and parts in which something can be sent, at most `limit`; leases that ran out count.
pub fn due_lanes(rd: &mut Rd<'_>, now: Moment, limit: u32) -> Result<Vec<(String, i64)>> {
    // From the end: mail and short messages before any number of webhooks.
    let sql = format!(
        "SELECT DISTINCT lane, part FROM outbox o WHERE state = 'waiting' AND due_at <= $1 AND {FREE} \
         UNION SELECT lane, part FROM outbox WHERE state = 'leased' AND leased_until <= $1 \
         ORDER BY lane DESC, part LIMIT $2"
    );
    rd.query(&sql, vals![now, limit], |r| Ok((r.string(0)?, r.i64(1)?)))
}

/// Is something due since before a moment that nobody has sent?
pub fn is_stale(rd: &mut Rd<'_>, before: Moment) -> Result<bool> {
    let sql = "SELECT 1 FROM outbox WHERE state = 'waiting' AND due_at < $1 LIMIT 1";
    Ok(rd.query_opt(sql, vals![before], |_| Ok(()))?.is_some())
}

/// What is due since before a moment becomes a dead letter, at most `limit`.
pub fn expire(tx: &mut Tx<'_>, before: Moment, why: &str, limit: u32) -> Result<u64> {
    let now = tx.now();
    tx.exec(
        "UPDATE outbox SET state = 'dead', ended = $2, error = coalesce(error, $3) WHERE id IN \
         (SELECT id FROM outbox WHERE state = 'waiting' AND due_at < $1 ORDER BY due_at LIMIT $4)",
        vals![before, now, why, limit],
    )
}

/// Claims what is due in a part of a lane, in the order it was written, for `lease_us` microseconds. Nothing is claimed
/// while something earlier about the same subject waits for its moment or is with another sender.
pub fn claim(tx: &mut Tx<'_>, lane: &str, part: i64, lease_us: i64, limit: u32) -> Result<Vec<Out>> {
    let now = tx.now();
    tx.exec(
        "UPDATE outbox SET state = 'waiting' WHERE state = 'leased' AND leased_until <= $1 AND lane = $2 AND part = $3",
        vals![now, lane, part],
    )?;
    let sql = format!(
        "SELECT id, made, lane, subject, topic, o.who, address, filled, lang, digest, attempts, lease + 1, u.at \
         FROM outbox o LEFT JOIN unsubscribed u ON u.who = o.who \
         WHERE lane = $2 AND part = $3 AND state = 'waiting' AND due_at <= $1 AND {FREE} ORDER BY id LIMIT $4"
    );
    let rows = tx.query(&sql, vals![now, lane, part, limit], out_of)?;
    // What another node claimed in between is its own.
    let mut mine = Vec::with_capacity(rows.len());
    for row in rows {
        let n = tx.exec(
            "UPDATE outbox SET state = 'leased', leased_until = $2, lease = $3 \
             WHERE id = $1 AND state = 'waiting' AND lease = $3 - 1",
            vals![row.id, now.plus_us(lease_us), row.lease],
        )?;
        if n > 0 {
            mine.push(row);
        }
    }
    Ok(mine)
}

fn out_of(r: &Row<'_>) -> Result<Out> {
    Ok(Out {
        id: r.i64(0)?,
        made: r.moment(1)?,
        lane: r.string(2)?,
        subject: r.string(3)?,
        topic: r.string(4)?,
        who: r.blob(5)?.to_vec(),
        address: r.opt_blob(6)?.map(<[u8]>::to_vec),
        filled: r.string(7)?,
        lang: r.string(8)?,
        digest: r.bool(9)?,
        attempts: r.i64(10)?,
        lease: r.i64(11)?,
        stopped: r.opt_i64(12)?.is_some(),
    })
}

/// What is filled in when nothing is.
const NOTHING_FILLED: &str = "{}";

/// Notes how a message ended; nothing when another sender has it by now. An address and what was filled in, a link that works
/// among it, end with their message, but for dead ones, which a person may have tried again.
pub fn end(tx: &mut Tx<'_>, id: i64, lease: i64, end: &End) -> Result<bool> {
    let now = tx.now();
    let held = "WHERE id = $1 AND lease = $2 AND state = 'leased'";
    let short = |s: &str| s.chars().take(300).collect::<String>();
    let n = match end {
        End::Sent | End::Stopped => {
            let state = if *end == End::Sent { "sent" } else { "stopped" };
            let sql = format!(
                "UPDATE outbox SET state = $3, ended = $4, address = NULL, filled = $5, error = NULL {held}"
            );
            tx.exec(&sql, vals![id, lease, state, now, NOTHING_FILLED])?
        }
        End::Later(due, why) => {
            let sql = format!(
                "UPDATE outbox SET state = 'waiting', due_at = $3, attempts = attempts + 1, error = $4 {held}"
            );
            tx.exec(&sql, vals![id, lease, *due, &short(why)])?
        }
        End::Release(due) => {
            // What may go at once stays due since when it was; and it was not tried, so this lease tells of no attempt.
            let back = "UPDATE outbox SET state = 'waiting', leased_until = NULL";
            if *due <= now {
                tx.exec(&format!("{back} {held}"), vals![id, lease])?
            } else {
                tx.exec(&format!("{back}, due_at = $3 {held}"), vals![id, lease, *due])?
            }
        }
        End::Dead(why) => {
            let sql = format!(
                "UPDATE outbox SET state = 'dead', ended = $3, attempts = attempts + 1, error = $4 {held}"
            );
            tx.exec(&sql, vals![id, lease, now, &short(why)])?
        }
    };
    Ok(n > 0)
}

/// Forgets to whom messages about a subject go, and with which link: those that wait are not sent. What systems are told names
/// nobody and goes on.
pub fn forget(tx: &mut Tx<'_>, subject: &str) -> Result<u64> {
    let now = tx.now();
    tx.exec(
        "UPDATE outbox SET address = NULL, filled = $3, \
         state = CASE WHEN state = 'sent' THEN state ELSE 'stopped' END, \
         ended = coalesce(ended, $2) WHERE subject = $1 AND lane IN ('mail', 'sms')",
        vals![subject, now, NOTHING_FILLED],
    )
}

/// Has a message on a topic about a subject been taken by the way of a person?
pub fn has_arrived(rd: &mut Rd<'_>, subject: &str, topic: &str) -> Result<bool> {
    let sql = "SELECT 1 FROM outbox WHERE lane IN ('mail', 'sms') AND subject = $1 AND topic = $2 AND state = 'sent' LIMIT 1";
    Ok(rd.query_opt(sql, vals![subject, topic], |_| Ok(()))?.is_some())
}

/// A dead letter (死信), without its address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dead {
    /// id
    pub id: i64,
    /// its lane
    pub lane: String,
    /// about what
    pub subject: String,
    /// what was to be told
    pub topic: String,
    /// when it was written
    pub made: Moment,
    /// how often it was tried
    pub attempts: i64,
    /// why the last attempt failed
    pub error: String,
}

/// Dead letters, the newest first.
pub fn dead(rd: &mut Rd<'_>, limit: u32) -> Result<Vec<Dead>> {
    let sql = "SELECT id, lane, subject, topic, made, attempts, coalesce(error, '') FROM outbox \
               WHERE state = 'dead' ORDER BY id DESC LIMIT $1";
    rd.query(sql, vals![limit], |r| {
        Ok(Dead {
            id: r.i64(0)?,
            lane: r.string(1)?,
            subject: r.string(2)?,
            topic: r.string(3)?,
            made: r.moment(4)?,
            attempts: r.i64(5)?,
            error: r.string(6)?,
        })
    })
}

/// Dead letters are tried again from now on: one, or all (`id` 0).
pub fn revive(tx: &mut Tx<'_>, id: i64) -> Result<u64> {
    let now = tx.now();
    tx.exec(
        "UPDATE outbox SET state = 'waiting', attempts = 0, due_at = $2, ended = NULL \
         WHERE state = 'dead' AND address IS NOT NULL AND (id = $1 OR $1 = 0)",
        vals![id, now],
    )
}

/// A dead letter is given up for good.
pub fn drop_dead(tx: &mut Tx<'_>, id: i64) -> Result<u64> {
    tx.exec(
        "UPDATE outbox SET state = 'stopped', address = NULL, filled = $2 WHERE state = 'dead' AND id = $1",
        vals![id, NOTHING_FILLED],
    )
}

/// How a lane stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// its name
    pub lane: String,
    /// waits or is on its way
    pub waiting: i64,
    /// waits since
    pub oldest: Option<Moment>,
    /// arrived since the moment asked for
    pub sent: i64,
    /// dead letters
    pub dead: i64,
    /// why the newest attempt that failed did
    pub error: String,
}

/// How each lane stands, with what arrived since a moment.
pub fn standing(rd: &mut Rd<'_>, since: Moment) -> Result<Vec<Standing>> {
    // A lease is kept in its row after an attempt, so the newest of them tells of the newest attempt.
    let sql = "SELECT o.lane, sum(CASE WHEN state IN ('waiting', 'leased') THEN 1 ELSE 0 END), \
               min(CASE WHEN state IN ('waiting', 'leased') THEN made END), \
               sum(CASE WHEN state = 'sent' AND ended >= $1 THEN 1 ELSE 0 END), \
               sum(CASE WHEN state = 'dead' THEN 1 ELSE 0 END), \
               coalesce(max(e.error), '') FROM outbox o LEFT JOIN (SELECT lane, error, row_number() OVER \
               (PARTITION BY lane ORDER BY coalesce(leased_until, 0) DESC, id DESC) AS nth FROM outbox \
               WHERE state IN ('waiting', 'dead') AND error IS NOT NULL) e ON e.lane = o.lane AND e.nth = 1 \
               GROUP BY o.lane ORDER BY o.lane LIMIT 1000";
    rd.query(sql, vals![since], |r| {
        Ok(Standing {
            lane: r.string(0)?,
            waiting: r.i64(1)?,
            oldest: r.opt_moment(2)?,
            sent: r.i64(3)?,
            dead: r.i64(4)?,
            error: r.string(5)?,
        })
    })
}

/// How many messages wait, and how many are dead.
pub fn counts(rd: &mut Rd<'_>) -> Result<(i64, i64)> {
    let of = |rd: &mut Rd<'_>, sql: &str| rd.query_one(sql, &[], |r| r.i64(0));
    let waiting = of(rd, "SELECT count(*) FROM outbox WHERE state IN ('waiting', 'leased')")?;
    Ok((waiting, of(rd, "SELECT count(*) FROM outbox WHERE state = 'dead'")?))
}

/// Removes what ended before a moment, at most `limit`.
pub fn sweep(tx: &mut Tx<'_>, before: Moment, limit: u32) -> Result<u64> {
    tx.exec(
        "DELETE FROM outbox WHERE id IN (SELECT id FROM outbox WHERE ended < $1 ORDER BY ended LIMIT $2)",
        vals![before, limit],
    )
}

/// A receiver (接收方): a unit or a system that asked to be told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReceiverRow {
    /// id; 0 before it is stored
    pub id: i64,
    /// `mail`, `sms`, `hook`
    pub way: String,
    /// what it is called
    pub name: String,
    /// sealed
    pub address: Vec<u8>,
    /// sealed; what a webhook is signed with
    pub secret: Option<Vec<u8>>,
    /// the unit whose messages it gets; none: what is told of every case and application
    pub unit: Option<UnitId>,
    /// code words of what it is told, separated by commas; empty: everything
    pub topics: String,
    /// several in one message
    pub digest: bool,
    /// `zh` or `en`
    pub lang: String,
    /// is told at all
    pub active: bool,
}

/// All receivers; a city has some hundreds.
pub fn receivers(rd: &mut Rd<'_>) -> Result<Vec<ReceiverRow>> {
    let sql = "SELECT id, way, name, address, secret, unit, topics, digest, lang, active FROM receiver \
               ORDER BY id LIMIT 5000";
    rd.query(sql, &[], |r| {
        Ok(ReceiverRow {
            id: r.i64(0)?,
            way: r.string(1)?,
            name: r.string(2)?,
            address: r.blob(3)?.to_vec(),
            secret: r.opt_blob(4)?.map(<[u8]>::to_vec),
            unit: r.opt_i64(5)?.map(UnitId),
            topics: r.string(6)?,
            digest: r.bool(7)?,
            lang: r.string(8)?,
            active: r.bool(9)?,
        })
    })
}

/// Adds a receiver (id 0) or changes one; answers its id.
pub fn put_receiver(tx: &mut Tx<'_>, _permit: &access::Permit, r: &ReceiverRow) -> Result<i64> {
    let secret = r.secret.as_deref();
    if r.id == 0 {
        return tx.insert(
            "INSERT INTO receiver (way, name, address, secret, unit, topics, digest, lang, active) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING id",
            vals![&r.way, &r.name, &r.address[..], secret, r.unit, &r.topics, r.digest, &r.lang, r.active],
        );
    }
    tx.exec(
        "UPDATE receiver SET way = $2, name = $3, address = $4, secret = $5, unit = $6, topics = $7, digest = $8, \
         lang = $9, active = $10 WHERE id = $1",
        vals![r.id, &r.way, &r.name, &r.address[..], secret, r.unit, &r.topics, r.digest, &r.lang, r.active],
    )?;
    Ok(r.id)
}

/// Notes that an address wants no more, or wants to be told again.
pub fn set_unsubscribed(tx: &mut Tx<'_>, who: &[u8], stop: bool) -> Result<()> {
    let now = tx.now();
    if stop {
        let sql = "INSERT INTO unsubscribed (who, at) VALUES ($1, $2) ON CONFLICT DO NOTHING";
        tx.exec(sql, vals![who, now])?;
    } else {
        tx.exec("DELETE FROM unsubscribed WHERE who = $1", vals![who])?;
    }
    Ok(())
}

/// Does this address want no more?
pub fn is_unsubscribed(rd: &mut Rd<'_>, who: &[u8]) -> Result<bool> {
    let sql = "SELECT 1 FROM unsubscribed WHERE who = $1";
    Ok(rd.query_opt(sql, vals![who], |_| Ok(()))?.is_some())
}

/// Was this address ever written to?
pub fn is_known(rd: &mut Rd<'_>, who: &[u8]) -> Result<bool> {
    let sql = "SELECT 1 FROM outbox WHERE who = $1 LIMIT 1";
    Ok(rd.query_opt(sql, vals![who], |_| Ok(()))?.is_some())
}
