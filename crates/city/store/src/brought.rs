//! 导入台: files brought to be read, how far they are, what came of them, and templates of columns. Must not know what a
//! door does with a row.

use kernel::{Moment, StaffId};

use crate::conn::{Rd, Tx};
use crate::engine::Result;
use crate::vals;
use crate::value::Row;

/// How a file stands (状态).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// 待确认: looked at, nothing written
    Waiting,
    /// 导入中
    Running,
    /// 已完成
    Done,
    /// 未成
    Failed,
}

impl State {
    const ALL: [Self; 4] = [Self::Waiting, Self::Running, Self::Done, Self::Failed];
    /// Its word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Running => "running",
            Self::Done => "done",
            Self::Failed => "failed",
        }
    }
}

/// A file that was brought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Brought {
    /// id
    pub id: i64,
    /// which door reads it
    pub door: String,
    /// who brought it
    pub staff: StaffId,
    /// its name, for people
    pub name: String,
    /// SM3 of its bytes
    pub hash: String,
    /// bytes
    pub size: i64,
    /// how it is to be read, as JSON
    pub asked: String,
    /// how it stands
    pub state: State,
    /// rows that are done
    pub done: i64,
    /// rows there are, as far as is known
    pub total: i64,
    /// what came of it, as JSON; why it failed
    pub answer: String,
    /// SM3 of the file of rows set aside; empty: none
    pub aside: String,
    /// how often it was begun
    pub tries: i64,
    /// number of the run that holds it
    pub lease: i64,
    /// when it was brought
    pub at: Moment,
}

const COLUMNS: &str = "SELECT id, door, staff, name, hash, size, asked, state, done, total, answer, aside, tries, lease, at FROM brought";

fn of(row: &Row<'_>) -> Result<Brought> {
    let state = row.text(7)?;
    Ok(Brought {
        id: row.i64(0)?,
        door: row.string(1)?,
        staff: StaffId(row.i64(2)?),
        name: row.string(3)?,
        hash: row.string(4)?,
        size: row.i64(5)?,
        asked: row.string(6)?,
        state: State::ALL.into_iter().find(|s| s.word() == state).unwrap_or(State::Failed),
        done: row.i64(8)?,
        total: row.i64(9)?,
        answer: row.string(10)?,
        aside: row.string(11)?,
        tries: row.i64(12)?,
        lease: row.i64(13)?,
        at: row.moment(14)?,
    })
}

/// A file was brought; answers its id.
pub fn put(
    tx: &mut Tx<'_>,
    door: &str,
    staff: StaffId,
    (name, hash, size): (&str, &str, i64),
) -> Result<i64> {
    let now = tx.now();
    tx.insert(
        "INSERT INTO brought (door, staff, name, hash, size, asked, state, done, total, answer, aside, tries, lease, \
         leased_until, at) VALUES ($1, $2, $3, $4, $5, $7, 'waiting', 0, 0, '', '', 0, 0, 0, $6) RETURNING id",
        vals![door, staff, name, hash, size, now, "{}"],
    )
}

/// One of somebody's files.
pub fn get(rd: &mut Rd<'_>, id: i64, staff: StaffId) -> Result<Option<Brought>> {
    rd.query_opt(&format!("{COLUMNS} WHERE id = $1 AND staff = $2"), vals![id, staff], of)
}

/// The files of one person, the newest first.
pub fn of_staff(rd: &mut Rd<'_>, staff: StaffId, limit: u32) -> Result<Vec<Brought>> {
    rd.query(&format!("{COLUMNS} WHERE staff = $1 ORDER BY id DESC LIMIT $2"), vals![staff, limit], of)
}

/// How it is to be read, while nothing is written; says whether that was so.
pub fn ask(tx: &mut Tx<'_>, id: i64, asked: &str, total: i64) -> Result<bool> {
    let sql = "UPDATE brought SET asked = $2, total = $3 WHERE id = $1 AND state IN ('waiting', 'failed')";
    Ok(tx.exec(sql, vals![id, asked, total])? > 0)
}

/// It is to be read now; says whether it waited for that.
pub fn begin(tx: &mut Tx<'_>, id: i64) -> Result<bool> {
    let sql = "UPDATE brought SET state = 'running', done = 0, tries = 0, leased_until = 0, answer = '' \
               WHERE id = $1 AND state IN ('waiting', 'failed')";
    Ok(tx.exec(sql, vals![id])? > 0)
}

/// Is there one that is to be read and that nobody holds?
pub fn is_due(rd: &mut Rd<'_>, now: Moment) -> Result<bool> {
    let sql = "SELECT 1 FROM brought WHERE state = 'running' AND leased_until <= $1 LIMIT 1";
    Ok(rd.query_opt(sql, vals![now], |r| r.i64(0))?.is_some())
}

/// Takes one that is to be read and that nobody holds, for so long.
pub fn claim(tx: &mut Tx<'_>, lease_us: i64) -> Result<Option<Brought>> {
    let now = tx.now();
    let sql = format!("{COLUMNS} WHERE state = 'running' AND leased_until <= $1 ORDER BY id LIMIT 1");
    let Some(mut found) = tx.query_opt(&sql, vals![now], of)? else { return Ok(None) };
    (found.lease, found.tries) = (found.lease + 1, found.tries + 1);
    tx.exec(
        "UPDATE brought SET lease = $2, tries = $3, leased_until = $4 WHERE id = $1",
        vals![found.id, found.lease, found.tries, now.plus_us(lease_us)],
    )?;
    Ok(Some(found))
}

/// So far now; says whether this run still holds it.
pub fn advance(tx: &mut Tx<'_>, b: &Brought, done: i64, lease_us: i64) -> Result<bool> {
    let until = tx.now().plus_us(lease_us);
    let sql =
        "UPDATE brought SET done = $3, leased_until = $4 WHERE id = $1 AND lease = $2 AND state = 'running'";
    Ok(tx.exec(sql, vals![b.id, b.lease, done, until])? > 0)
}

/// It waits so long for another try.
pub fn again(tx: &mut Tx<'_>, b: &Brought, after_us: i64) -> Result<()> {
    let until = tx.now().plus_us(after_us);
    let sql = "UPDATE brought SET leased_until = $3 WHERE id = $1 AND lease = $2 AND state = 'running'";
    tx.exec(sql, vals![b.id, b.lease, until])?;
    Ok(())
}

/// Its end: what came of it, or why it failed.
pub fn end(tx: &mut Tx<'_>, b: &Brought, state: State, answer: &str, aside: &str) -> Result<bool> {
    let sql = "UPDATE brought SET state = $3, answer = $4, aside = $5 WHERE id = $1 AND lease = $2 AND state = 'running'";
    Ok(tx.exec(sql, vals![b.id, b.lease, state.word(), answer, aside])? > 0)
}

/// Its bytes are no longer needed; answers the hash when nothing else refers to it.
pub fn drop_bytes(tx: &mut Tx<'_>, b: &Brought) -> Result<Option<String>> {
    tx.exec("UPDATE brought SET hash = '' WHERE id = $1", vals![b.id])?;
    Ok(Some(b.hash.clone())
        .filter(|h| !h.is_empty())
        .filter(|h| crate::files::is_free(tx, h).unwrap_or(false)))
}

/// Forgets a file that is not being read; answers the hashes that nothing refers to now.
pub fn forget(tx: &mut Tx<'_>, b: &Brought) -> Result<Vec<String>> {
    if tx.exec("DELETE FROM brought WHERE id = $1 AND state <> 'running'", vals![b.id])? == 0 {
        return Ok(Vec::new());
    }
    let mut free = Vec::new();
    for hash in [&b.hash, &b.aside] {
        if !hash.is_empty() && crate::files::is_free(tx, hash)? {
            free.push(hash.clone());
        }
    }
    Ok(free)
}

/// Files brought before `before` that are not being read, at most so many.
pub fn old(rd: &mut Rd<'_>, before: Moment, limit: u32) -> Result<Vec<Brought>> {
    rd.query(
        &format!("{COLUMNS} WHERE at < $1 AND state <> 'running' ORDER BY at LIMIT $2"),
        vals![before, limit],
        of,
    )
}

/// A template of columns (列对应模板).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    /// id
    pub id: i64,
    /// which door
    pub door: String,
    /// its name
    pub name: String,
    /// names of the columns, as JSON
    pub heads: String,
    /// how it is read, as JSON
    pub asked: String,
}

/// Keeps a template; one of the same door and name is replaced.
pub fn put_template(tx: &mut Tx<'_>, t: &Template, staff: StaffId) -> Result<()> {
    let now = tx.now();
    tx.exec(
        "INSERT INTO sheet_template (door, name, heads, asked, staff, at) VALUES ($1, $2, $3, $4, $5, $6) \
         ON CONFLICT (door, name) DO UPDATE SET heads = excluded.heads, asked = excluded.asked, \
         staff = excluded.staff, at = excluded.at",
        vals![&t.door, &t.name, &t.heads, &t.asked, staff, now],
    )?;
    Ok(())
}

/// The templates of a door, the newest first.
pub fn templates(rd: &mut Rd<'_>, door: &str, limit: u32) -> Result<Vec<Template>> {
    let sql = "SELECT id, door, name, heads, asked FROM sheet_template WHERE door = $1 ORDER BY at DESC, id DESC LIMIT $2";
    rd.query(sql, vals![door, limit], |row| {
        Ok(Template {
            id: row.i64(0)?,
            door: row.string(1)?,
            name: row.string(2)?,
            heads: row.string(3)?,
            asked: row.string(4)?,
        })
    })
}

/// Forgets a template.
pub fn forget_template(tx: &mut Tx<'_>, door: &str, id: i64) -> Result<()> {
    tx.exec("DELETE FROM sheet_template WHERE door = $1 AND id = $2", vals![door, id])?;
    Ok(())
}
