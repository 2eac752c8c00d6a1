//! 草稿: long forms that somebody has not sent yet. What is in them is sealed before it comes here.

use kernel::{Moment, StaffId};

use crate::conn::{Rd, Tx};
use crate::engine::Result;
use crate::vals;

/// Keeps a draft in place of the one before.
pub fn put(tx: &mut Tx<'_>, staff: StaffId, form: &str, doc: &[u8]) -> Result<()> {
    let now = tx.now();
    tx.exec(
        "INSERT INTO draft (staff, form, at, doc) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (staff, form) DO UPDATE SET at = excluded.at, doc = excluded.doc",
        vals![staff, form, now, doc],
    )?;
    Ok(())
}

/// A draft, and when it was kept.
pub fn get(rd: &mut Rd<'_>, staff: StaffId, form: &str) -> Result<Option<(Moment, Vec<u8>)>> {
    let sql = "SELECT at, doc FROM draft WHERE staff = $1 AND form = $2";
    rd.query_opt(sql, vals![staff, form], |r| Ok((r.moment(0)?, r.blob(1)?.to_vec())))
}

/// Drafts of an account whose names begin so, with when each was kept.
pub fn names(rd: &mut Rd<'_>, staff: StaffId, begin: &str) -> Result<Vec<(String, Moment)>> {
    let end = format!("{begin}\u{7f}");
    let sql = "SELECT form, at FROM draft WHERE staff = $1 AND form >= $2 AND form < $3 ORDER BY form";
    rd.query(sql, vals![staff, begin, end.as_str()], |r| Ok((r.text(0)?.to_owned(), r.moment(1)?)))
}

/// Drafts of an account.
pub fn count(rd: &mut Rd<'_>, staff: StaffId) -> Result<i64> {
    let found = rd.query_opt("SELECT count(*) FROM draft WHERE staff = $1", vals![staff], |r| r.i64(0))?;
    Ok(found.unwrap_or(0))
}

/// The form was sent, or is not wanted.
pub fn forget(tx: &mut Tx<'_>, staff: StaffId, form: &str) -> Result<()> {
    tx.exec("DELETE FROM draft WHERE staff = $1 AND form = $2", vals![staff, form])?;
    Ok(())
}

/// Ends those kept before this moment.
pub fn sweep(tx: &mut Tx<'_>, before: Moment) -> Result<u64> {
    tx.exec("DELETE FROM draft WHERE at < $1", vals![before])
}
