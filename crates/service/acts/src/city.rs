//! 机关: everything this movement asks of the city, in one place: the store, the office of a view, files, codes, sealing,
//! items of a day, the rating of what was handled. What changes there is re-pointed here.

use std::sync::Arc;

use ::city::{Door as _, Error, Later, Office, Vault};
use catalogue::ServiceItem;
use kernel::{Actor, Date, FileRef, Moment, UnitId};
use ledger::Hash;
use service::Rules;
use store::applications::stream;
use store::{Rd, Tx};

use crate::policies::PolicyOutcome;

/// The city as this movement sees it.
#[derive(Clone, Debug)]
pub(crate) struct City {
    city: ::city::City,
    handovers: ServiceHandovers,
}

/// What applications hand over to other movements; given by the assembly.
#[derive(Clone, Copy, Debug)]
pub struct ServiceHandovers {
    /// 办结交评: the service that was given is on record and can be rated; answers the token of its rating
    pub application_becomes_service:
        fn(&::city::City, &mut Tx<'_>, &access::Permit, &store::ratings::ServiceRow) -> Result<String, Error>,
    /// 兑付随办件: what was decided on an application for a policy item, by its number, moves its payment
    pub application_moves_payment:
        fn(&::city::City, &mut Tx<'_>, &Actor, &str, PolicyOutcome) -> Result<(), Error>,
}

impl City {
    pub fn new(city: ::city::City, handovers: ServiceHandovers) -> Self {
        Self { city, handovers }
    }
    /// The city itself.
    pub fn base(&self) -> &::city::City {
        &self.city
    }
    pub fn now(&self) -> Moment {
        self.city.store().now()
    }
    pub fn write<T: Send + 'static>(
        &self,
        mut f: impl FnMut(&Self, &mut Tx<'_>) -> Result<T, Error> + Send + 'static,
    ) -> Later<T> {
        let own = self.clone();
        self.city.write(move |_, tx| f(&own, tx))
    }
    pub fn read<T: Send + 'static>(
        &self,
        f: impl FnOnce(&Self, &mut Rd<'_>) -> Result<T, Error> + Send + 'static,
    ) -> Later<T> {
        let own = self.clone();
        self.city.read(move |_, rd| f(&own, rd))
    }
    pub fn office(&self, rd: &mut Rd<'_>) -> Result<Arc<Office>, Error> {
        self.city.office(rd)
    }
    /// The numbers of the law, counted in the calendar of the office.
    pub fn rules(office: &Office) -> Rules {
        Rules::new(office.rules.calendar.clone())
    }
    pub fn files(
        tx: &mut Tx<'_>,
        actor: &Actor,
        tickets: &[String],
        id: i64,
        ver: i64,
    ) -> Result<Vec<FileRef>, Error> {
        ::city::claim_files(tx, actor, tickets, stream(id), ver)
    }
    pub fn file(&self, rd: &mut Rd<'_>, id: i64, hash: &str) -> Result<(FileRef, Vec<u8>), Error> {
        let (file, _) = store::files::of_stream(rd, stream(id), hash)?.ok_or(Error::NotFound)?;
        Ok((file, self.city.blobs().get_in(rd, hash)?))
    }
    pub fn code(&self, number: &str, birth: &Hash) -> String {
        self.city.vault().code(number, Some(birth))
    }
    pub fn is_code(&self, number: &str, birth: &Hash, code: &str) -> bool {
        Vault::code_reads(code, &self.code(number, birth))
    }
    /// Bound to the stream, so that no application opens what belongs to another.
    pub fn seal(&self, id: i64, text: &[u8]) -> Result<Vec<u8>, Error> {
        self.city.vault().seal_bytes(stream(id).0, text)
    }
    pub fn unseal(&self, id: i64, sealed: &[u8]) -> Result<Vec<u8>, Error> {
        self.city.vault().unseal_bytes(stream(id).0, sealed)
    }
    /// A keyed digest: says that two texts are the same and nothing else.
    pub fn digest(&self, purpose: &str, text: &str) -> String {
        ledger::hex(&self.city.vault().token_digest(&format!("application/{purpose}/{text}"))[..16])
    }
    /// The version of an item that is in force on a day; none when there is none.
    pub fn item(&self, rd: &mut Rd<'_>, code: &str, day: Date) -> Result<Option<ServiceItem>, Error> {
        let Some(row) = store::items::by_key(rd, code, "")? else { return Ok(None) };
        Ok(shelf::load(rd, &row, day)?.0.on(day).cloned())
    }
    /// Tells a unit that something waits for it.
    pub fn tell(&self, tx: &mut Tx<'_>, unit: UnitId, words: &str) -> Result<(), Error> {
        let now = tx.now();
        outbox::to_unit(&self.city, tx, unit, now, None, words)
    }
    /// 办结交评: the service that was given, to be rated; answers the token of its rating.
    pub fn to_rate(
        &self,
        tx: &mut Tx<'_>,
        permit: &access::Permit,
        row: &store::ratings::ServiceRow,
    ) -> Result<String, Error> {
        (self.handovers.application_becomes_service)(&self.city, tx, permit, row)
    }
    /// 兑付随办件: the payment of a policy item follows its application.
    pub fn moves_payment(
        &self,
        tx: &mut Tx<'_>,
        actor: &Actor,
        number: &str,
        outcome: PolicyOutcome,
    ) -> Result<(), Error> {
        (self.handovers.application_moves_payment)(&self.city, tx, actor, number, outcome)
    }
}
