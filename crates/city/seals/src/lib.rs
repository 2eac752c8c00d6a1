//! 印章: the register of seals with the life of each, who holds their keys, every use on record, and what was sealed. Rows
//! X6, P6. `docs/seal.md`.
//!
//! A movement says what may be sealed ([`Paper`]); [`Seals::set`] does it. Private keys are never in the database: a
//! [`Device`] holds them. Must not know any movement, pages or SQL.

mod check;
mod device;
mod file_device;
mod life;
mod register;
mod service;
mod service_device;
mod set;

use std::sync::Arc;

use access::Permit;
use city::{City, Door, Error};
use kernel::{StreamId, StreamKind};
use serde::Serialize;
use store::Tx;

pub use check::Found;
pub use device::{Device, Devices, Draft, Trouble};
pub use file_device::{FileDevice, new_key};
pub use life::{By, LIFE, PaperKind, Row, SealAct, SealKind, SealState, USERS, next};
pub use register::{Asked, Listed, NewSeal, SealView, UseView};
pub use service::{Answer, Question, Service};
pub use service_device::{Drafted, Message, SealMade, ServiceDevice, Signed, TheCertificate};
pub use set::{Offered, Pages, Paper, Sealed, Usable, sealed_as};
pub use store::seals::SealedRow;

/// 印章. A clone is another handle.
#[derive(Clone)]
pub struct Seals {
    city: City,
    devices: Arc<Devices>,
}

impl std::fmt::Debug for Seals {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Seals({:?})", self.city)
    }
}

impl Seals {
    /// Over a city, with who holds keys here.
    pub fn new(city: City, devices: Devices) -> Self {
        Self { city, devices: Arc::new(devices) }
    }
}

impl Door for Seals {
    fn city(&self) -> &City {
        &self.city
    }
}

/// Puts on record what happened to a seal.
fn append<T: Serialize>(
    tx: &mut Tx<'_>,
    permit: &Permit,
    seal: i64,
    act: &str,
    data: &T,
) -> Result<(), Error> {
    let stream = StreamId::new(StreamKind::Seal, seal);
    let ver = store::ledger_rows::head_of(tx, stream)?.map_or(0, |h| h.0);
    let text = serde_json::to_string(data).map_err(Error::bug)?;
    let now = tx.now();
    tx.append(stream, ver, now, permit.actor(), act, &text)?;
    Ok(())
}
