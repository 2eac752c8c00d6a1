//! 机关: what every movement stands on. The store with its two doors, the keys, the office as it is set up now, files,
//! messages, who is signed in. Must not know any movement, pages, HTTP or SQL.

mod alone;
mod cached;
mod desk;
mod door;
mod drafts;
mod error;
mod files;
pub mod given;
pub mod guard;
mod keys;
mod known;
mod office;
mod once;
mod outreach;
mod purpose;
pub mod reach;
mod record;
pub mod retention;
pub mod standards;
mod unit_names;
mod vault;
mod views;
mod watch;
mod who;

use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex};

use store::{Answer, Rd, Store, Tx};

pub use alone::{Each, contained, each, one};
pub use cached::Cached;
pub use desk::{About, SystemView};
pub use door::Door;
pub use drafts::Draft;
pub use error::Error;
pub use files::{FILE_MOST, TICKETS_MAX, Uploaded, claim_files};
pub use guard::{Limits, Network, Strangers, Way};
pub use keys::Accepted;
pub use office::{
    NoOneUnit, OUTREACH, Office, SIGN_IN, Settings, note, note_read, note_sign_in, put_city, record,
};
pub use once::{Answered, Once, once};
pub use outreach::{Outreach, Words};
pub use purpose::purpose_of;
pub use retention::{Ends, KEPT, Kind as KeptKind, kept_table};
pub use standards::StandardKind;
pub use unit_names::UnitNames;
pub use vault::{Contact, Vault, contact_of, random};
pub use views::{ListViews, NewView, SavedView, VIEWS_MOST, VIEWS_SHOWN, ViewAct};
pub use watch::{METER, Meter, RequestNote};
pub use who::without_secrets;

/// The system: a store, the keys, and the office as it is set up now. A clone is another handle.
#[derive(Clone)]
pub struct City {
    store: Store,
    vault: Arc<Vault>,
    codes_after: i64,
    office: Arc<Cached<i64, Office>>,
    filling: Arc<AtomicBool>,
    known: Arc<known::Known>,
    blobs: store::blobs::Blobs,
    scan: Option<Arc<Path>>,
    compared: Arc<Mutex<store::proof::Place>>,
    strangers: Arc<Strangers>,
    /// the name of this process among the nodes of the city
    node: Arc<str>,
    /// the last line of `asked_lately` that was heard
    heard: Arc<AtomicI64>,
    keys: Arc<Path>,
    calendar_recomputes: CalendarRecomputes,
}

/// 历改重算: what an imported calendar hands over, in the transaction that imports it.
pub type CalendarRecomputes = fn(&mut Tx<'_>) -> Result<(), Error>;

impl std::fmt::Debug for City {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "City({:?})", self.store)
    }
}

/// A view that fills a cache is on its way; however that ends, the next may be asked for.
struct Filling(Arc<AtomicBool>);

impl Drop for Filling {
    fn drop(&mut self) {
        self.0.store(false, Ordering::SeqCst);
    }
}

/// Networks as nodes name them to each other.
fn network_key_of(vault: &Arc<Vault>) -> guard::Key {
    let vault = Arc::clone(vault);
    Arc::new(move |network| who::network_key(&vault, network))
}

/// What a use case answers: later, when it is durable.
pub type Later<T> = Answer<T, Error>;

impl City {
    /// The city over a store, with its keys in `keys` (made there when the database is empty).
    ///
    /// # Errors
    /// `WrongKeys`: the database has records and the keys are missing or not its own. `RolledBack`: the database is
    /// older than the seal noted beside it. Otherwise what cannot be read.
    pub fn open(store: Store, keys: &Path, calendar_recomputes: CalendarRecomputes) -> Result<Self, Error> {
        let city = Self::open_to_check(store, keys, calendar_recomputes)?;
        city.store.read(|rd| store::ledger_rows::check_anchor(rd, city.vault.seal_key()))?;
        Ok(city)
    }
    /// The same, also over a database that was set back: to verify it, to back it up, to confirm the rollback.
    ///
    /// # Errors
    /// As [`City::open`], but for `RolledBack`.
    pub fn open_to_check(
        store: Store,
        keys: &Path,
        calendar_recomputes: CalendarRecomputes,
    ) -> Result<Self, Error> {
        let (vault, codes_after) = keys::open(&store, keys)?;
        let (vault, blobs_of) = (Arc::new(vault), store.clone());
        let strangers = Arc::new(Strangers::new(Limits::default(), network_key_of(&vault)));
        let node = vault.new_token()?[..16].into();
        let city = Self {
            store,
            vault,
            codes_after,
            office: Arc::default(),
            filling: Arc::default(),
            known: Arc::default(),
            blobs: store::blobs::Blobs::of(blobs_of, keys.join("files")),
            scan: None,
            compared: Arc::default(),
            strangers,
            node,
            heard: Arc::default(),
            keys: Arc::from(keys),
            calendar_recomputes,
        };
        city.store.read(|rd| city.office(rd))?;
        Ok(city)
    }
    /// Every file that is brought is shown to this program first; it takes the path as its argument and answers
    /// with its exit code: 0 for clean.
    #[must_use]
    pub fn scan_with(mut self, program: Option<&Path>) -> Self {
        self.scan = program.map(Arc::from);
        self
    }
    /// What one network may ask without an account, on pages and interface together.
    #[must_use]
    pub fn limit(mut self, limits: Limits) -> Self {
        self.strangers = Arc::new(Strangers::new(limits, network_key_of(&self.vault)));
        self
    }
    /// Where the keys are.
    pub fn keys(&self) -> &Path {
        &self.keys
    }
    /// The office in memory, of whatever generation.
    pub(crate) fn office_held(&self) -> Option<Arc<Office>> {
        self.office.held()
    }
    /// The store.
    pub const fn store(&self) -> &Store {
        &self.store
    }
    /// The keys.
    pub fn vault(&self) -> &Vault {
        &self.vault
    }
    /// Events on record when codes began to be bound to the event that began their case.
    pub const fn codes_after(&self) -> i64 {
        self.codes_after
    }
    /// The files that were brought.
    pub const fn blobs(&self) -> &store::blobs::Blobs {
        &self.blobs
    }
    /// Accounts changed: who was known a moment ago is looked up again.
    pub fn forget_known(&self) {
        self.known.forget();
    }
    /// The office as this view sees it: loaded again when somebody changed it.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn office(&self, rd: &mut Rd<'_>) -> Result<Arc<Office>, Error> {
        let now = Office::read_generation(rd)?;
        if rd.writes() && !self.office.holds(now) && !self.filling.swap(true, Ordering::SeqCst) {
            // A transaction that writes remembers nothing: a view beside it does, so that the next one finds it.
            let filling = Filling(Arc::clone(&self.filling));
            drop(self.read(move |city, rd| {
                drop(filling);
                city.office(rd).map(drop)
            }));
        }
        self.office.at(rd, now, |rd, _| Office::load(rd))
    }
}
