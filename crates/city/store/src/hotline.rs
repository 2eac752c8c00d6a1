//! 热线: hotlines and what their words mean, their orders, messages in and out, missed calls. Must not know what a message,
//! a state or a word means.

use access::Permit;
use kernel::{CaseId, Moment, StaffId};

use crate::conn::{Rd, Tx};
use crate::engine::Result;
use crate::vals;
use crate::value::Row;

/// A hotline that this city takes orders from (热线).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HotlineRow {
    /// id; 0 before it is stored
    pub id: i64,
    /// its code
    pub code: String,
    /// its name
    pub name: String,
    /// `https://…`; empty when it has no interface and files go to and fro
    pub address: String,
    /// the shared key, sealed
    pub secret: Vec<u8>,
    /// in use
    pub active: bool,
    /// when it was added
    pub made: Moment,
    /// when it was last heard of
    pub heard: Option<Moment>,
    /// attempts to reach it that failed since
    pub failed: i64,
    /// not asked before this moment
    pub next_at: Moment,
    /// why the last attempt failed
    pub why: String,
}

const HOTLINE: &str = "id, code, name, address, secret, active, made, heard, failed, next_at, why";

fn hotline_of(r: &Row<'_>) -> Result<HotlineRow> {
    Ok(HotlineRow {
        id: r.i64(0)?,
        code: r.string(1)?,
        name: r.string(2)?,
        address: r.string(3)?,
        secret: r.blob(4)?.to_vec(),
        active: r.bool(5)?,
        made: r.moment(6)?,
        heard: r.opt_moment(7)?,
        failed: r.i64(8)?,
        next_at: r.moment(9)?,
        why: r.string(10)?,
    })
}

/// Adds a hotline, or changes what is set about it. Answers its id.
pub fn put_hotline(tx: &mut Tx<'_>, _permit: &Permit, h: &HotlineRow) -> Result<i64> {
    let sql = "INSERT INTO hotline (code, name, address, secret, active, made, failed, next_at, why) \
               VALUES ($1, $2, $3, $4, $5, $6, 0, $6, '') ON CONFLICT (code) DO UPDATE SET name = excluded.name, \
               address = excluded.address, secret = excluded.secret, active = excluded.active, failed = 0, \
               next_at = excluded.next_at, why = '' RETURNING id";
    tx.insert(sql, vals![&h.code, &h.name, &h.address, &h.secret[..], h.active, h.made])
}

/// All hotlines, by code.
pub fn hotlines(rd: &mut Rd<'_>) -> Result<Vec<HotlineRow>> {
    rd.query(&format!("SELECT {HOTLINE} FROM hotline ORDER BY code LIMIT 100"), &[], hotline_of)
}

/// One hotline.
pub fn hotline(rd: &mut Rd<'_>, code: &str) -> Result<Option<HotlineRow>> {
    rd.query_opt(&format!("SELECT {HOTLINE} FROM hotline WHERE code = $1"), vals![code], hotline_of)
}

/// A hotline was heard of.
pub fn heard(tx: &mut Tx<'_>, id: i64, at: Moment) -> Result<()> {
    tx.exec("UPDATE hotline SET heard = $2 WHERE id = $1", vals![id, at])?;
    Ok(())
}

/// A hotline was reached: it receipted something.
pub fn reached(tx: &mut Tx<'_>, id: i64, at: Moment) -> Result<()> {
    let sql = "UPDATE hotline SET heard = $2, failed = 0, next_at = $2, why = '' WHERE id = $1";
    tx.exec(sql, vals![id, at])?;
    Ok(())
}

/// A hotline could not be reached: it is asked again after this.
pub fn not_reached(tx: &mut Tx<'_>, id: i64, next_at: Moment, why: &str) -> Result<()> {
    let sql = "UPDATE hotline SET failed = failed + 1, next_at = $2, why = $3 WHERE id = $1";
    tx.exec(sql, vals![id, next_at, why])?;
    Ok(())
}

/// What one word means (对照): sort, word, meaning.
pub type Meaning = (String, String, String);

/// The whole table of a hotline, by sort and word.
pub fn meanings(rd: &mut Rd<'_>, hotline: i64) -> Result<Vec<Meaning>> {
    let sql = "SELECT sort, word, means FROM hotline_map WHERE hotline = $1 ORDER BY sort, word LIMIT 20000";
    rd.query(sql, vals![hotline], |r| Ok((r.string(0)?, r.string(1)?, r.string(2)?)))
}

/// Says what a word means.
pub fn put_meaning(
    tx: &mut Tx<'_>,
    _permit: &Permit,
    hotline: i64,
    (sort, word, means): &Meaning,
) -> Result<()> {
    let sql = "INSERT INTO hotline_map (hotline, sort, word, means) VALUES ($1, $2, $3, $4) \
               ON CONFLICT (hotline, sort, word) DO UPDATE SET means = excluded.means";
    tx.exec(sql, vals![hotline, sort, word, means])?;
    Ok(())
}

/// Takes a word out of the table; says whether it was there.
pub fn drop_meaning(tx: &mut Tx<'_>, _permit: &Permit, hotline: i64, sort: &str, word: &str) -> Result<bool> {
    let sql = "DELETE FROM hotline_map WHERE hotline = $1 AND sort = $2 AND word = $3";
    Ok(tx.exec(sql, vals![hotline, sort, word])? == 1)
}

/// An order of a hotline (热线工单).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderRow {
    /// id; 0 before it is stored
    pub id: i64,
    /// of which hotline
    pub hotline: i64,
    /// its number there
    pub number: String,
    /// its case here
    pub case: Option<CaseId>,
    /// how far it is
    pub state: String,
    /// grows with each change
    pub ver: i64,
    /// when it came
    pub made: Moment,
    /// when it last changed
    pub at: Moment,
    /// when the hotline sent it out
    pub dispatched: Moment,
    /// until when the hotline wants its answer
    pub due: Option<Moment>,
    /// when somebody is reminded next
    pub next_at: Option<Moment>,
    /// what is known of it
    pub doc: String,
    /// what it says, sealed; only until it is a case
    pub content: Option<Vec<u8>>,
}

const ORDER: &str =
    "id, hotline, number, case_id, state, ver, made, at, dispatched, due, next_at, doc, content";

fn order_of(r: &Row<'_>) -> Result<OrderRow> {
    Ok(OrderRow {
        id: r.i64(0)?,
        hotline: r.i64(1)?,
        number: r.string(2)?,
        case: r.opt_i64(3)?.map(CaseId),
        state: r.string(4)?,
        ver: r.i64(5)?,
        made: r.moment(6)?,
        at: r.moment(7)?,
        dispatched: r.moment(8)?,
        due: r.opt_moment(9)?,
        next_at: r.opt_moment(10)?,
        doc: r.string(11)?,
        content: r.opt_blob(12)?.map(<[u8]>::to_vec),
    })
}

/// Adds an order.
pub fn put_order(tx: &mut Tx<'_>, o: &OrderRow) -> Result<i64> {
    let sql = "INSERT INTO hotline_order (hotline, number, case_id, state, ver, made, at, dispatched, due, next_at, doc, content) \
               VALUES ($1, $2, $3, $4, 1, $5, $5, $6, $7, $8, $9, $10) RETURNING id";
    let case = o.case.map(|c| c.0);
    let content = o.content.as_deref();
    let all =
        vals![o.hotline, &o.number, case, &o.state, o.made, o.dispatched, o.due, o.next_at, &o.doc, content];
    tx.insert(sql, all)
}

/// Changes an order that is still at version `o.ver`; says whether it was.
pub fn save_order(tx: &mut Tx<'_>, o: &OrderRow) -> Result<bool> {
    let sql = "UPDATE hotline_order SET case_id = $3, state = $4, at = $5, dispatched = $6, due = $7, next_at = $8, \
               doc = $9, content = $10, ver = ver + 1 WHERE id = $1 AND ver = $2";
    let case = o.case.map(|c| c.0);
    let content = o.content.as_deref();
    let all = vals![o.id, o.ver, case, &o.state, o.at, o.dispatched, o.due, o.next_at, &o.doc, content];
    Ok(tx.exec(sql, all)? == 1)
}

/// An order by its number at the hotline.
pub fn order(rd: &mut Rd<'_>, hotline: i64, number: &str) -> Result<Option<OrderRow>> {
    let sql = format!("SELECT {ORDER} FROM hotline_order WHERE hotline = $1 AND number = $2");
    rd.query_opt(&sql, vals![hotline, number], order_of)
}

/// One order.
pub fn order_by_id(rd: &mut Rd<'_>, id: i64) -> Result<Option<OrderRow>> {
    rd.query_opt(&format!("SELECT {ORDER} FROM hotline_order WHERE id = $1"), vals![id], order_of)
}

/// The order that a case came from.
pub fn order_of_case(rd: &mut Rd<'_>, case: CaseId) -> Result<Option<OrderRow>> {
    let sql = format!("SELECT {ORDER} FROM hotline_order WHERE case_id = $1 ORDER BY id DESC LIMIT 1");
    rd.query_opt(&sql, vals![case.0], order_of)
}

/// Orders in one of these states (separated by commas) with ids below `before`, the newest first.
pub fn orders(rd: &mut Rd<'_>, states: &[&str], before: i64, limit: u32) -> Result<Vec<OrderRow>> {
    let mut five = [""; 5];
    for (place, state) in five.iter_mut().zip(states) {
        *place = state;
    }
    let sql = format!(
        "SELECT {ORDER} FROM hotline_order WHERE state IN ($1, $2, $3, $4, $5) AND id < $6 ORDER BY id DESC LIMIT $7"
    );
    rd.query(&sql, vals![five[0], five[1], five[2], five[3], five[4], before, limit], order_of)
}

/// How many orders stand so, by state.
pub fn order_counts(rd: &mut Rd<'_>) -> Result<Vec<(String, i64)>> {
    let sql = "SELECT state, count(*) FROM hotline_order GROUP BY state ORDER BY state LIMIT 20";
    rd.query(sql, &[], |r| Ok((r.string(0)?, r.i64(1)?)))
}

/// Orders that a hotline sent out between two moments, the first included, by number.
pub fn orders_between(rd: &mut Rd<'_>, hotline: i64, from: Moment, to: Moment) -> Result<Vec<OrderRow>> {
    let sql = format!(
        "SELECT {ORDER} FROM hotline_order WHERE hotline = $1 AND dispatched >= $2 AND dispatched < $3 \
         ORDER BY number LIMIT 50000"
    );
    rd.query(&sql, vals![hotline, from, to], order_of)
}

/// Orders whose next moment has come, the oldest first.
pub fn orders_due(rd: &mut Rd<'_>, now: Moment, limit: u32) -> Result<Vec<OrderRow>> {
    let sql = format!(
        "SELECT {ORDER} FROM hotline_order WHERE next_at IS NOT NULL AND next_at <= $1 ORDER BY next_at, id LIMIT $2"
    );
    rd.query(&sql, vals![now, limit], order_of)
}

/// A message that came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CameRow {
    /// id; 0 before it is stored
    pub id: i64,
    /// from which hotline
    pub hotline: i64,
    /// its name there: done once under it
    pub key: String,
    /// digest of its text
    pub digest: String,
    /// the order it is about; empty where it cannot be read
    pub number: String,
    /// what kind it is
    pub kind: String,
    /// when it came
    pub came: Moment,
    /// `waits`, `done`, `aside`, `dropped`
    pub state: String,
    /// its text, sealed; gone when it ended
    pub body: Option<Vec<u8>>,
    /// why it stands aside
    pub why: String,
    /// the word that is not known: sort and word
    pub lack: (String, String),
}

const CAME: &str = "id, hotline, key, digest, number, kind, came, state, body, why, lack_sort, lack_value";

fn came_of(r: &Row<'_>) -> Result<CameRow> {
    Ok(CameRow {
        id: r.i64(0)?,
        hotline: r.i64(1)?,
        key: r.string(2)?,
        digest: r.string(3)?,
        number: r.string(4)?,
        kind: r.string(5)?,
        came: r.moment(6)?,
        state: r.string(7)?,
        body: r.opt_blob(8)?.map(<[u8]>::to_vec),
        why: r.string(9)?,
        lack: (r.string(10)?, r.string(11)?),
    })
}

/// What came under this key before.
pub fn came(rd: &mut Rd<'_>, hotline: i64, key: &str) -> Result<Option<CameRow>> {
    let sql = format!("SELECT {CAME} FROM hotline_in WHERE hotline = $1 AND key = $2");
    rd.query_opt(&sql, vals![hotline, key], came_of)
}

/// One message that came.
pub fn came_by_id(rd: &mut Rd<'_>, id: i64) -> Result<Option<CameRow>> {
    rd.query_opt(&format!("SELECT {CAME} FROM hotline_in WHERE id = $1"), vals![id], came_of)
}

/// Keeps a message that came.
pub fn put_in(tx: &mut Tx<'_>, m: &CameRow) -> Result<i64> {
    let sql = "INSERT INTO hotline_in (hotline, key, digest, number, kind, came, state, body, why, lack_sort, lack_value) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) RETURNING id";
    let body = m.body.as_deref();
    let (sort, value) = (&m.lack.0, &m.lack.1);
    tx.insert(
        sql,
        vals![m.hotline, &m.key, &m.digest, &m.number, &m.kind, m.came, &m.state, body, &m.why, sort, value],
    )
}

/// What came about an order and is not done, in the order in which it came.
pub fn unfinished_of(rd: &mut Rd<'_>, hotline: i64, number: &str, state: &str) -> Result<Vec<CameRow>> {
    let sql = format!(
        "SELECT {CAME} FROM hotline_in WHERE hotline = $1 AND number = $2 AND state = $3 ORDER BY id LIMIT 500"
    );
    rd.query(&sql, vals![hotline, number, state], came_of)
}

/// What came and stands aside (`aside`) or waits for its order (`waits`), the oldest first.
pub fn unfinished_in(rd: &mut Rd<'_>, state: &str, limit: u32) -> Result<Vec<CameRow>> {
    let sql = format!("SELECT {CAME} FROM hotline_in WHERE state = $1 ORDER BY id LIMIT $2");
    rd.query(&sql, vals![state, limit], came_of)
}

/// How many messages stand so.
pub fn count_in(rd: &mut Rd<'_>, state: &str) -> Result<i64> {
    rd.query_one("SELECT count(*) FROM hotline_in WHERE state = $1", vals![state], |r| r.i64(0))
}

/// A message that came stands so now. What is done or dropped needs its words no more.
pub fn stand_in(tx: &mut Tx<'_>, m: &CameRow, now: Moment) -> Result<()> {
    let sql = "UPDATE hotline_in SET number = $2, kind = $3, state = $4, ended = $5, why = $6, lack_sort = $7, \
               lack_value = $8, body = CASE WHEN $4 IN ('done', 'dropped') THEN NULL ELSE body END WHERE id = $1";
    tx.exec(sql, vals![m.id, &m.number, &m.kind, &m.state, now, &m.why, &m.lack.0, &m.lack.1])?;
    Ok(())
}

/// A message that goes out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutRow {
    /// id; 0 before it is stored
    pub id: i64,
    /// to which hotline
    pub hotline: i64,
    /// about which order
    pub number: String,
    /// what kind it is
    pub kind: String,
    /// when it was written
    pub made: Moment,
    /// `due`, `taken`, `aside`
    pub state: String,
    /// its text, sealed; gone when it was taken
    pub body: Option<Vec<u8>>,
    /// why it stands aside
    pub why: String,
}

const OUT: &str = "id, hotline, number, kind, made, state, body, why";

fn out_of(r: &Row<'_>) -> Result<OutRow> {
    Ok(OutRow {
        id: r.i64(0)?,
        hotline: r.i64(1)?,
        number: r.string(2)?,
        kind: r.string(3)?,
        made: r.moment(4)?,
        state: r.string(5)?,
        body: r.opt_blob(6)?.map(<[u8]>::to_vec),
        why: r.string(7)?,
    })
}

/// Writes a message that is to go out; its body is sealed with its id afterwards.
pub fn put_out(tx: &mut Tx<'_>, m: &OutRow) -> Result<i64> {
    let sql = "INSERT INTO hotline_out (hotline, number, kind, made, state, why) VALUES ($1, $2, $3, $4, 'due', '') \
               RETURNING id";
    tx.insert(sql, vals![m.hotline, &m.number, &m.kind, m.made])
}

/// Its body.
pub fn fill_out(tx: &mut Tx<'_>, id: i64, body: &[u8]) -> Result<()> {
    tx.exec("UPDATE hotline_out SET body = $2 WHERE id = $1", vals![id, body])?;
    Ok(())
}

/// What a hotline has not receipted yet and nothing of the same order stands aside before it, the oldest first.
pub fn due(rd: &mut Rd<'_>, hotline: i64, limit: u32) -> Result<Vec<OutRow>> {
    let sql = format!(
        "SELECT {OUT} FROM hotline_out o WHERE hotline = $1 AND state = 'due' AND NOT EXISTS (SELECT 1 FROM hotline_out b \
         WHERE b.hotline = o.hotline AND b.number = o.number AND b.state = 'aside' AND b.id < o.id) ORDER BY id LIMIT $2"
    );
    rd.query(&sql, vals![hotline, limit], out_of)
}

/// How many wait, and since when the oldest does.
pub fn waiting(rd: &mut Rd<'_>, hotline: i64) -> Result<(i64, Option<Moment>)> {
    let sql = "SELECT count(*), min(made) FROM hotline_out WHERE hotline = $1 AND state = 'due'";
    rd.query_one(sql, vals![hotline], |r| Ok((r.i64(0)?, r.opt_moment(1)?)))
}

/// The message of this id.
pub fn sent(rd: &mut Rd<'_>, id: i64) -> Result<Option<OutRow>> {
    rd.query_opt(&format!("SELECT {OUT} FROM hotline_out WHERE id = $1"), vals![id], out_of)
}

/// A message was receipted: `taken`, and its words go; or it stands aside with the reason.
pub fn end_out(tx: &mut Tx<'_>, id: i64, state: &str, at: Moment, why: &str) -> Result<bool> {
    let sql = "UPDATE hotline_out SET state = $2, ended = $3, why = $4, \
               body = CASE WHEN $2 = 'aside' THEN body END WHERE id = $1 AND state <> 'taken'";
    Ok(tx.exec(sql, vals![id, state, at, why])? == 1)
}

/// What stands aside is said again. Answers how many.
pub fn say_again(tx: &mut Tx<'_>) -> Result<u64> {
    let sql = "UPDATE hotline_out SET state = 'due', ended = NULL, why = '' WHERE state = 'aside' AND body IS NOT NULL";
    tx.exec(sql, &[])
}

/// What went out and stands aside, the oldest first.
pub fn aside_out(rd: &mut Rd<'_>, limit: u32) -> Result<Vec<OutRow>> {
    let sql = format!("SELECT {OUT} FROM hotline_out WHERE state = 'aside' ORDER BY id LIMIT $1");
    rd.query(&sql, vals![limit], out_of)
}

/// The words of the messages of an order that went, came or stand aside are destroyed.
pub fn forget_words(tx: &mut Tx<'_>, hotline: i64, number: &str) -> Result<()> {
    let sql = "UPDATE hotline_out SET body = NULL WHERE hotline = $1 AND number = $2 AND state <> 'due'";
    tx.exec(sql, vals![hotline, number])?;
    let sql = "UPDATE hotline_in SET body = NULL, state = 'dropped' WHERE hotline = $1 AND number = $2 AND state <> 'done'";
    tx.exec(sql, vals![hotline, number])?;
    Ok(())
}

/// Removes receipts of what ended before this, and what orders say that stand so since then.
pub fn sweep(tx: &mut Tx<'_>, before: Moment, state: &str, limit: u32) -> Result<()> {
    let sql = "UPDATE hotline_order SET content = NULL, ver = ver + 1 WHERE id IN \
               (SELECT id FROM hotline_order WHERE state = $2 AND at < $1 AND content IS NOT NULL LIMIT $3)";
    tx.exec(sql, vals![before, state, limit])?;
    let sql = "DELETE FROM hotline_out WHERE id IN \
               (SELECT id FROM hotline_out WHERE state = 'taken' AND ended < $1 LIMIT $2)";
    tx.exec(sql, vals![before, limit])?;
    let sql = "DELETE FROM hotline_in WHERE id IN \
               (SELECT id FROM hotline_in WHERE state IN ('done', 'dropped') AND ended < $1 LIMIT $2)";
    tx.exec(sql, vals![before, limit])?;
    Ok(())
}

/// A missed call (未接来电).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallRow {
    /// id; 0 before it is stored
    pub id: i64,
    /// of which hotline
    pub hotline: i64,
    /// its name there
    pub key: String,
    /// when it was missed
    pub called: Moment,
    /// how far it is
    pub state: String,
    /// grows with each change
    pub ver: i64,
    /// when it came here
    pub made: Moment,
    /// when it last changed
    pub at: Moment,
    /// who rings back
    pub staff: Option<StaffId>,
    /// the case it became
    pub case: Option<CaseId>,
    /// keyed digest of the telephone
    pub person: String,
    /// the telephone, sealed; gone when it ended
    pub phone: Option<Vec<u8>>,
    /// what is known of it
    pub doc: String,
}

const CALL: &str = "id, hotline, key, called, state, ver, made, at, staff, case_id, person, phone, doc";

fn call_of(r: &Row<'_>) -> Result<CallRow> {
    Ok(CallRow {
        id: r.i64(0)?,
        hotline: r.i64(1)?,
        key: r.string(2)?,
        called: r.moment(3)?,
        state: r.string(4)?,
        ver: r.i64(5)?,
        made: r.moment(6)?,
        at: r.moment(7)?,
        staff: r.opt_i64(8)?.map(StaffId),
        case: r.opt_i64(9)?.map(CaseId),
        person: r.string(10)?,
        phone: r.opt_blob(11)?.map(<[u8]>::to_vec),
        doc: r.string(12)?,
    })
}

/// Adds a missed call; its telephone is sealed with its id afterwards.
pub fn put_call(tx: &mut Tx<'_>, c: &CallRow) -> Result<i64> {
    let sql = "INSERT INTO hotline_call (hotline, key, called, state, ver, made, at, person, doc) \
               VALUES ($1, $2, $3, $4, 1, $5, $5, $6, $7) RETURNING id";
    tx.insert(sql, vals![c.hotline, &c.key, c.called, &c.state, c.made, &c.person, &c.doc])
}

/// Its telephone, sealed.
pub fn fill_call(tx: &mut Tx<'_>, id: i64, phone: &[u8]) -> Result<()> {
    tx.exec("UPDATE hotline_call SET phone = $2 WHERE id = $1", vals![id, phone])?;
    Ok(())
}

/// Changes a call that is still at version `c.ver`; says whether it was.
pub fn save_call(tx: &mut Tx<'_>, c: &CallRow) -> Result<bool> {
    let sql = "UPDATE hotline_call SET called = $3, state = $4, at = $5, staff = $6, case_id = $7, phone = $8, doc = $9, \
               ver = ver + 1 WHERE id = $1 AND ver = $2";
    let (staff, case, phone) = (c.staff.map(|s| s.0), c.case.map(|c| c.0), c.phone.as_deref());
    Ok(tx.exec(sql, vals![c.id, c.ver, c.called, &c.state, c.at, staff, case, phone, &c.doc])? == 1)
}

/// A call by its name at the hotline.
pub fn call(rd: &mut Rd<'_>, hotline: i64, key: &str) -> Result<Option<CallRow>> {
    let sql = format!("SELECT {CALL} FROM hotline_call WHERE hotline = $1 AND key = $2");
    rd.query_opt(&sql, vals![hotline, key], call_of)
}

/// One call.
pub fn call_by_id(rd: &mut Rd<'_>, id: i64) -> Result<Option<CallRow>> {
    rd.query_opt(&format!("SELECT {CALL} FROM hotline_call WHERE id = $1"), vals![id], call_of)
}

/// The call of a person that waits or is being rung back.
pub fn call_of_person(rd: &mut Rd<'_>, person: &str, state: &str) -> Result<Option<CallRow>> {
    let sql = format!("SELECT {CALL} FROM hotline_call WHERE person = $1 AND state = $2 ORDER BY id LIMIT 1");
    rd.query_opt(&sql, vals![person, state], call_of)
}

/// Calls that stand so: the oldest first while something is to be done, else the newest.
pub fn calls(rd: &mut Rd<'_>, state: &str, limit: u32) -> Result<Vec<CallRow>> {
    let sql = format!("SELECT {CALL} FROM hotline_call WHERE state = $1 ORDER BY id LIMIT $2");
    rd.query(&sql, vals![state, limit], call_of)
}

/// Calls that stand so, the newest first.
pub fn calls_newest(rd: &mut Rd<'_>, state: &str, limit: u32) -> Result<Vec<CallRow>> {
    let sql = format!("SELECT {CALL} FROM hotline_call WHERE state = $1 ORDER BY id DESC LIMIT $2");
    rd.query(&sql, vals![state, limit], call_of)
}

/// How many calls stand so.
pub fn count_calls(rd: &mut Rd<'_>, state: &str) -> Result<i64> {
    rd.query_one("SELECT count(*) FROM hotline_call WHERE state = $1", vals![state], |r| r.i64(0))
}
