//! 涂去: the one change that an event admits. The engine itself lets nothing else through (`18_guard.sql`).

use ledger::Event;

use crate::conn::Tx;
use crate::engine::Result;
use crate::error::StoreError;
use crate::vals;

/// Puts the covered data of an event in the place of its data. The event that says so is appended in the same transaction.
pub fn cover(tx: &mut Tx<'_>, covered: &Event) -> Result<()> {
    let sql = "UPDATE event SET data = $2 WHERE seq = $1";
    if tx.exec(sql, vals![covered.seq, &covered.data])? != 1 {
        return Err(StoreError::Bug(format!("no event {}", covered.seq)));
    }
    Ok(())
}
