//! 幂等: a request that may be sent twice is done once and answered the same.
//!
//! The key is looked up and kept in the transaction of the act itself. A refused request keeps nothing: sent
//! again, it is decided again. Must not know HTTP.

use kernel::Actor;
use store::Tx;
use store::idempotency::{self, Kept};

use crate::{Error, retention};

/// The name of a request that is to be done once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Once {
    /// the key that the client made
    pub key: String,
    /// digest of the request: the same key with another request is refused
    pub digest: [u8; 32],
}

/// What a request that is done once was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answered {
    /// the answer as text
    pub body: String,
    /// it had been done before; nothing was done now
    pub replayed: bool,
}

/// Does `f` unless it was done before under this name by this actor.
pub fn once(
    tx: &mut Tx<'_>,
    actor: &Actor,
    name: &Once,
    f: impl FnOnce(&mut Tx<'_>) -> Result<String, Error>,
) -> Result<Answered, Error> {
    let who = actor.staff.map_or_else(|| actor.role.word().to_owned(), |id| format!("staff/{id}"));
    let now = tx.now();
    if let Some(kept) = idempotency::look(tx, &who, &name.key, &name.digest, now)? {
        return Ok(Answered { body: kept.answer, replayed: true });
    }
    let body = f(tx)?;
    let kept = Kept { status: 200, answer: body };
    let until = now.plus_us(retention::days(retention::ONCE_DAYS));
    idempotency::keep(tx, &who, &name.key, &name.digest, &kept, until)?;
    Ok(Answered { body: kept.answer, replayed: false })
}
