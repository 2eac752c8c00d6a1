//! 时钟校正: the way out when the clock was ahead once, wrote, and was set right: nothing may be written before the last
//! event until a person says, with a reason on record, that the clock is right now.

use kernel::{Actor, Moment, StreamId, StreamKind};
use ledger::{ACCEPT_CLOCK, Chain};

use crate::conn::{Rd, Tx, Writing};
use crate::engine::{LedgerState, Result};
use crate::error::StoreError;
use crate::ledger_rows::head_of;
use crate::store::{Store, connect};
use crate::vals;

/// The stream on which clocks that were accepted stand.
const STREAM: StreamId = StreamId::new(StreamKind::Office, 5);
/// Characters of a reason.
const REASON_MAX: usize = 500;

impl Store {
    /// Goes on writing from what the clock says now, although the last event was written later by a clock that was
    /// ahead. The step back stands on record with its reason, and the verifier knows it. Answers when the last event
    /// was written; none when the clock is not behind it: then nothing is written.
    ///
    /// # Errors
    /// A reason that is missing or too long; what the place refuses.
    pub fn accept_clock(&self, actor: &Actor, reason: &str) -> Result<Option<Moment>> {
        let (reason, now) = (reason.trim(), self.now());
        if reason.is_empty() || reason.chars().count() > REASON_MAX {
            return Err(StoreError::Unacceptable(format!(
                "请写明原因，最多 {REASON_MAX} 字 / a reason of at most {REASON_MAX} characters"
            )));
        }
        // On a connection of its own: the writer refuses everything while its clock is behind.
        let mut engine = connect(self.place())?;
        let before = engine.begin_write()?;
        let last = Moment::from_us(before.recorded);
        if last <= now {
            engine.rollback();
            return Ok(None);
        }
        let data = serde_json::json!({ "reason": reason, "last": last, "now": now }).to_string();
        let ledger = LedgerState { recorded: now.us(), ..before };
        let mut writing = Writing { ledger, now, chain: Chain::new(), fatal: None, depth: 0 };
        let mut tx = Tx { rd: Rd { engine: &mut engine, writes: true }, writing: &mut writing };
        let ver = head_of(&mut tx, STREAM)?.map_or(0, |h| h.0);
        tx.append(STREAM, ver, now, actor, ACCEPT_CLOCK, &data)?;
        // Leases and second tries that were given by the wrong clock would hold for as long as it was ahead.
        tx.exec("UPDATE job SET leased_until = $1 WHERE state = 'leased' AND leased_until > $1", vals![now])?;
        tx.exec("UPDATE aside SET again = $1 WHERE again > $1", vals![now])?;
        engine.commit(Some(writing.ledger))?;
        Ok(Some(last))
    }
}
