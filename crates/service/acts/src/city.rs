//! 机关: everything this movement asks of the city, in one place: the store, the office of a view, files, codes, sealing,
//! items of a day. What changes there is re-pointed here.

use std::sync::Arc;

use app::{App, Error, Later, Office};
use catalogue::ServiceItem;
use kernel::{Actor, Date, FileRef, Moment, UnitId};
use ledger::Hash;
use service::Rules;
use store::applications::stream;
use store::{Rd, Tx};

/// The city as this movement sees it.
#[derive(Clone, Debug)]
pub(crate) struct City(App);

impl City {
    pub fn of(app: &App) -> Self {
        Self(app.clone())
    }
    pub fn now(&self) -> Moment {
        self.0.store().now()
    }
    pub fn write<T: Send + 'static>(
        &self,
        mut f: impl FnMut(&Self, &mut Tx<'_>) -> Result<T, Error> + Send + 'static,
    ) -> Later<T> {
        let city = self.clone();
        self.0.store().submit(move |tx| f(&city, tx))
    }
    pub fn read<T: Send + 'static>(
        &self,
        f: impl FnOnce(&Self, &mut Rd<'_>) -> Result<T, Error> + Send + 'static,
    ) -> Later<T> {
        let city = self.clone();
        self.0.store().ask(move |rd| f(&city, rd))
    }
    pub fn office(&self, rd: &mut Rd<'_>) -> Result<Arc<Office>, Error> {
        self.0.office_in(rd)
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
        App::files_of_act(tx, actor, tickets, stream(id), ver)
    }
    pub fn file(&self, rd: &mut Rd<'_>, id: i64, hash: &str) -> Result<(FileRef, Vec<u8>), Error> {
        self.0.file_of_stream(rd, stream(id), hash)
    }
    pub fn code(&self, number: &str, birth: &Hash) -> String {
        self.0.code_of(number, birth)
    }
    pub fn is_code(&self, number: &str, birth: &Hash, code: &str) -> bool {
        self.0.is_code(number, birth, code)
    }
    pub fn seal(&self, id: i64, text: &[u8]) -> Result<Vec<u8>, Error> {
        self.0.seal_for(stream(id), text)
    }
    pub fn unseal(&self, id: i64, sealed: &[u8]) -> Result<Vec<u8>, Error> {
        self.0.unseal_for(stream(id), sealed)
    }
    /// A keyed digest: says that two texts are the same and nothing else.
    pub fn digest(&self, purpose: &str, text: &str) -> String {
        ledger::hex(&self.0.vault().token_digest(&format!("application/{purpose}/{text}"))[..16])
    }
    pub fn item(&self, rd: &mut Rd<'_>, code: &str, day: Date) -> Result<Option<ServiceItem>, Error> {
        self.0.item_on(rd, code, day)
    }
    /// Tells a unit that something waits for it.
    pub fn tell(&self, tx: &mut Tx<'_>, unit: UnitId, words: &str) -> Result<(), Error> {
        self.0.message_to(tx, unit, words)
    }
    /// The service that was given, to be rated; answers the token of its rating.
    pub fn to_rate(
        &self,
        tx: &mut Tx<'_>,
        permit: &access::Permit,
        row: &store::ratings::ServiceRow,
    ) -> Result<String, Error> {
        self.0.service_to_rate(tx, permit, row)
    }
}
