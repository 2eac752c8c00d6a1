//! 登录尝试: wrong passwords and codes, counted before they are looked at, in the transaction that says whether there is
//! another try. So any number of them sent at once is no more than so many one after another.

use kernel::{Moment, StaffId, US_PER_DAY};

use crate::conn::Tx;
use crate::engine::Result;
use crate::vals;

/// Tries of one account from one network, and of one account from everywhere, within [`SPAN_US`].
pub const OF_NETWORK: i64 = 5;
/// From networks that the account never signed in from.
pub const OF_ACCOUNT: i64 = 50;
/// How long they count, and how long a full count keeps the door closed.
pub const SPAN_US: i64 = 15 * 60 * 1_000_000;
/// So long a network from which somebody signed in stays theirs: strangers elsewhere do not lock them out there.
const KNOWN_US: i64 = 30 * US_PER_DAY;

/// Takes one try of an account from a network; false when there is none left.
pub fn take(tx: &mut Tx<'_>, staff: StaffId, net: i64) -> Result<bool> {
    let now = tx.now();
    let sql = "SELECT failed, since, good FROM sign_in_try WHERE staff = $1 AND net = $2";
    let row = tx.query_opt(sql, vals![staff, net], |r| Ok((r.i64(0)?, r.moment(1)?, r.opt_moment(2)?)))?;
    let (failed, since, good) = row.unwrap_or((0, now, None));
    let (failed, since) = if now.us_since(since) >= SPAN_US { (0, now) } else { (failed, since) };
    if failed >= OF_NETWORK {
        return Ok(false);
    }
    let known = good.is_some_and(|at| now.us_since(at) < KNOWN_US);
    if !known && !take_of_account(tx, staff, now)? {
        return Ok(false);
    }
    tx.exec(
        "INSERT INTO sign_in_try (staff, net, failed, since) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (staff, net) DO UPDATE SET failed = excluded.failed, since = excluded.since",
        vals![staff, net, failed + 1, since],
    )?;
    Ok(true)
}

fn take_of_account(tx: &mut Tx<'_>, staff: StaffId, now: Moment) -> Result<bool> {
    let sql = "SELECT failed, locked_until FROM staff WHERE id = $1";
    let Some((failed, locked)) = tx.query_opt(sql, vals![staff], |r| Ok((r.i64(0)?, r.opt_moment(1)?)))?
    else {
        return Ok(false);
    };
    if locked.is_some_and(|until| until > now) {
        return Ok(false);
    }
    let full = failed + 1 >= OF_ACCOUNT;
    let (failed, until) = if full { (0, Some(now.plus_us(SPAN_US))) } else { (failed + 1, None) };
    tx.exec("UPDATE staff SET failed = $2, locked_until = $3 WHERE id = $1", vals![staff, failed, until])?;
    Ok(true)
}

/// It was right: the tries are given back, and the network is known.
pub fn give_back(tx: &mut Tx<'_>, staff: StaffId, net: i64) -> Result<()> {
    let now = tx.now();
    tx.exec(
        "UPDATE sign_in_try SET failed = 0, since = $3, good = $3 WHERE staff = $1 AND net = $2",
        vals![staff, net, now],
    )?;
    tx.exec("UPDATE staff SET failed = 0, locked_until = NULL WHERE id = $1", vals![staff])?;
    Ok(())
}

/// An administrator opens the door again.
pub fn forget(tx: &mut Tx<'_>, staff: StaffId) -> Result<()> {
    tx.exec("UPDATE sign_in_try SET failed = 0 WHERE staff = $1", vals![staff])?;
    Ok(())
}

/// Forgets networks that nobody signed in from since `before`.
pub fn sweep(tx: &mut Tx<'_>, before: Moment) -> Result<u64> {
    tx.exec("DELETE FROM sign_in_try WHERE since < $1", vals![before])
}
