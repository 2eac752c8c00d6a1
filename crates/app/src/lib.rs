//! 用例: what people do with the system. Each use case passes the door (`access`), loads, lets the movement
//! decide (`resolve`), and saves events, state and jobs in one transaction (`store`). There is no second way
//! to change anything. Must not know pages, HTTP or SQL.

mod account;
mod bulletins;
mod cached;
mod campaigns;
mod cases;
mod desk;
mod entries;
mod erasures;
mod error;
mod figures;
mod files;
mod guard;
mod guides;
mod intake;
mod items;
mod keys;
mod known;
mod leads;
pub mod logs;
mod office;
mod once;
mod people;
mod plans;
mod rated;
mod ratings;
mod reach;
mod reading;
mod record;
mod redesigns;
mod reporter;
mod retention;
mod roster;
mod search;
mod setup;
mod shelf;
mod sso;
mod supervision;
mod timeliness;
mod unannounced;
mod vault;
mod walk_files;
mod walks;
mod watch;
mod worker;

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use store::{Answer, Rd, Store, Tx};

pub use account::{Offered, StaffAct};
pub use bulletins::{BulletinView, Edited};
pub use campaigns::{BoardView, CampaignView, Given, Listed};
pub use cases::{CasePage, CaseView, ClockView, EventView, Lodged, NewContact, ResidentView};
pub use desk::SystemView;
pub use entries::{Entered, NewStaff, NewUnit};
pub use erasures::{ErasureStep, ErasureView};
pub use error::Error;
pub use figures::{FigureBoard, FigureEntry, FigureList, League, NamedLine};
pub use files::{FILE_MOST, TICKETS_MAX, Uploaded};
pub use guard::{Limits, Network, Strangers, Way};
pub use guides::{GuideAct, GuideView, HallSettings, PlateView};
pub use intake::{Chunk, Import, ImportPlan, ImportRow, Outcome};
pub use items::{ItemOutcome, ItemView, item_key};
pub use keys::Accepted;
pub use leads::{BackwardView, CalledFor, LeadMove, LeadView, NewLead};
pub use office::{Office, Settings};
pub use once::{Answered, Once};
pub use people::SignedIn;
pub use ratings::{NewRating, NewService, OpenResult, Pushed, RatePage, RatingView, Receipt, ServiceView};
pub use reading::{
    Back, CaseReading, DraftReading, HotLetter, HotMatter, HotPage, Judged, MonthView, NewPrecedent, PERIODS,
    PrecedentView, Proposal, Proposed, ReadingView, ReplyCheck, Shown, SignalView, Twin,
};
pub use redesigns::{RedesignActs, RedesignEvent, RedesignLine, RedesignView, RedesignWish, foretell};
pub use reporter::{CaseReceipt, Unmasked};
pub use retention::{Ends, KEPT, Kind as KeptKind, kept_table};
pub use roster::{Taken, UNIT_KINDS, Wrong};
pub use search::{Found, Hit};
pub use setup::FirstSetup;
pub use shelf::{ItemAsk, ItemList, Shelf, UnitCheck};
pub use sso::{BACK, Claim, ERRAND_S, SignOn};
pub use supervision::{
    Account, AccountState, AdjustView, Checked, DrawView, Measure, Published, PublishedView, ScoreBoard,
    ScoreView, Weekly,
};
pub use timeliness::timeliness;
pub use vault::{Contact, Vault};
pub use walk_files::WalkFile;
pub use walks::{BATCH_MAX, RefusedOp, Synced, WalkLine, WalkSync, WalkView, form_of, places};
pub use watch::{Gauge, METER, Meter, RequestNote};
pub use worker::{CARES, Care, FIGURES, INDEX, JOBS, LIGHTS, RECOMPUTE, Tick, Trouble, Worker};

/// The system: a store, the keys, and the office as it is set up now. A clone is another handle.
#[derive(Clone)]
pub struct App {
    store: Store,
    vault: Arc<Vault>,
    codes_after: i64,
    office: Arc<cached::Cached<i64, Office>>,
    filling: Arc<AtomicBool>,
    known: Arc<known::Known>,
    blobs: store::blobs::Blobs,
    scan: Option<Arc<Path>>,
    reading: Arc<reading::Reading>,
    shelf: Arc<cached::Cached<i64, Shelf>>,
    figures: Arc<figures::Held>,
    compared: Arc<Mutex<store::proof::Place>>,
    strangers: Arc<Strangers>,
    keys: Arc<Path>,
    reads: Arc<guard::reads::Reads>,
}

impl std::fmt::Debug for App {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "App({:?})", self.store)
    }
}

/// A view that fills a cache is on its way; however that ends, the next may be asked for.
struct Filling(Arc<AtomicBool>);

impl Drop for Filling {
    fn drop(&mut self) {
        self.0.store(false, Ordering::SeqCst);
    }
}

/// What a use case answers: later, when it is durable.
pub type Later<T> = Answer<T, Error>;

impl App {
    /// The system over a store, with its keys in `keys` (made there when the database is empty).
    ///
    /// # Errors
    /// `WrongKeys`: the database has records and the keys are missing or not its own. `RolledBack`: the database is
    /// older than the seal noted beside it. Otherwise what cannot be read.
    pub fn open(store: Store, keys: &Path) -> Result<Self, Error> {
        let app = Self::open_to_check(store, keys)?;
        app.store.read(|rd| store::ledger_rows::check_anchor(rd, app.vault.seal_key()))?;
        app.erase_again()?;
        Ok(app)
    }
    /// The same, also over a database that was set back: to verify it, to back it up, to confirm the rollback.
    ///
    /// # Errors
    /// As [`App::open`], but for `RolledBack`.
    pub fn open_to_check(store: Store, keys: &Path) -> Result<Self, Error> {
        let (vault, codes_after) = keys::open(&store, keys)?;
        let vault = Arc::new(vault);
        let app = Self {
            store,
            vault,
            codes_after,
            office: Arc::default(),
            filling: Arc::default(),
            known: Arc::default(),
            blobs: store::blobs::Blobs::at(keys.join("files")),
            scan: None,
            reading: Arc::default(),
            shelf: Arc::default(),
            figures: Arc::default(),
            compared: Arc::default(),
            strangers: Arc::new(Strangers::new(Limits::default())),
            keys: Arc::from(keys),
            reads: Arc::default(),
        };
        app.store.read(|rd| app.office(rd))?;
        Ok(app)
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
        self.strangers = Arc::new(Strangers::new(limits));
        self
    }
    /// Somebody without an account asks: may they?
    ///
    /// # Errors
    /// `TooOften`, with the seconds until they may.
    pub fn ask_as_stranger(&self, way: Way, network: Network) -> Result<(), Error> {
        let taken = self.strangers.take(way, network, self.store.now());
        taken.map_err(|after_s| Error::TooOften { after_s })
    }
    /// The store.
    pub const fn store(&self) -> &Store {
        &self.store
    }
    /// The keys.
    pub fn vault(&self) -> &Vault {
        &self.vault
    }
    /// The office as this view sees it: loaded again when somebody changed it.
    fn office(&self, rd: &mut Rd<'_>) -> Result<Arc<Office>, Error> {
        let now = Office::read_generation(rd)?;
        if rd.writes() && !self.office.holds(now) && !self.filling.swap(true, Ordering::SeqCst) {
            // A transaction that writes remembers nothing: a view beside it does, so that the next one finds it.
            let filling = Filling(Arc::clone(&self.filling));
            drop(self.read(move |app, rd| {
                drop(filling);
                app.office(rd).map(drop)
            }));
        }
        self.office.at(rd, now, |rd, _| Office::load(rd))
    }
    fn write<T: Send + 'static>(
        &self,
        mut f: impl FnMut(&Self, &mut Tx<'_>) -> Result<T, Error> + Send + 'static,
    ) -> Later<T> {
        let app = self.clone();
        self.store.submit(move |tx| f(&app, tx))
    }
    fn read<T: Send + 'static>(
        &self,
        f: impl FnOnce(&Self, &mut Rd<'_>) -> Result<T, Error> + Send + 'static,
    ) -> Later<T> {
        let app = self.clone();
        self.store.ask(move |rd| f(&app, rd))
    }
    /// The same for what computes for long: it does not stand in the way of what reads a page.
    fn study<T: Send + 'static>(
        &self,
        f: impl FnOnce(&Self, &mut Rd<'_>) -> Result<T, Error> + Send + 'static,
    ) -> Later<T> {
        let app = self.clone();
        self.store.ask_long(move |rd| f(&app, rd))
    }
}
