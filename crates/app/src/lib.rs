//! 用例: what people do with the system. Each use case passes the door (`access`), loads, lets the movement
//! decide (`resolve`), and saves events, state and jobs in one transaction (`store`). There is no second way
//! to change anything. Must not know pages, HTTP or SQL.

mod account;
mod bulletins;
mod campaigns;
mod cases;
mod desk;
mod entries;
mod error;
mod figures;
mod files;
mod guides;
mod intake;
mod items;
mod known;
mod leads;
pub mod logs;
mod office;
mod once;
mod people;
mod ratings;
mod reach;
mod reading;
mod record;
mod redesigns;
mod roster;
mod search;
mod setup;
mod shelf;
mod sso;
mod supervision;
mod timeliness;
mod vault;
mod walk_files;
mod walks;
mod worker;

use std::path::Path;
use std::sync::{Arc, RwLock};

use store::{Answer, Rd, Store, Tx};

pub use account::{Offered, StaffAct};
pub use bulletins::{BulletinView, Edited};
pub use campaigns::{BoardView, CampaignView, Given, Listed};
pub use cases::{CasePage, CaseView, ClockView, EventView, Lodged, NewContact, ResidentView};
pub use desk::SystemView;
pub use entries::{Entered, NewStaff, NewUnit};
pub use error::Error;
pub use figures::{FigureBoard, FigureEntry, FigureList, League, NamedLine};
pub use files::{FILE_MOST, TICKETS_MAX, Uploaded};
pub use guides::{GuideAct, GuideView, HallSettings, PlateView};
pub use intake::{Chunk, Import, ImportPlan, ImportRow, Outcome};
pub use items::{ItemOutcome, ItemView, item_key};
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
pub use worker::{Tick, Worker};

/// The system: a store, the keys, and the office as it is set up now. A clone is another handle.
#[derive(Clone)]
pub struct App {
    store: Store,
    vault: Arc<Vault>,
    office: Arc<RwLock<Arc<Office>>>,
    known: Arc<known::Known>,
    blobs: store::blobs::Blobs,
    scan: Option<Arc<Path>>,
    reading: Arc<reading::Reading>,
    shelf: Arc<RwLock<Arc<Shelf>>>,
    figures: Arc<figures::Held>,
}

impl std::fmt::Debug for App {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "App({:?})", self.store)
    }
}

/// What a use case answers: later, when it is durable.
pub type Later<T> = Answer<T, Error>;

impl App {
    /// The system over a store, with its keys in `keys` (made there when missing).
    ///
    /// # Errors
    /// Keys that cannot be read or made, or settings that cannot be read.
    pub fn open(store: Store, keys: &Path) -> Result<Self, Error> {
        let vault = Arc::new(Vault::open(keys)?);
        let office = {
            let now = store.now();
            store.read(|rd| Office::load(rd, now))?
        };
        Ok(Self {
            store,
            vault,
            office: Arc::new(RwLock::new(Arc::new(office))),
            known: Arc::default(),
            blobs: store::blobs::Blobs::at(keys.join("files")),
            scan: None,
            reading: Arc::default(),
            shelf: Arc::default(),
            figures: Arc::default(),
        })
    }
    /// Every file that is brought is shown to this program first; it takes the path as its argument and answers
    /// with its exit code: 0 for clean.
    #[must_use]
    pub fn scan_with(mut self, program: Option<&Path>) -> Self {
        self.scan = program.map(Arc::from);
        self
    }
    /// The store.
    pub const fn store(&self) -> &Store {
        &self.store
    }
    /// The keys.
    pub fn vault(&self) -> &Vault {
        &self.vault
    }
    /// The office as this transaction sees it: loaded again when somebody changed it.
    fn office(&self, rd: &mut Rd<'_>) -> Result<Arc<Office>, Error> {
        let now = Office::read_generation(rd)?;
        let known = Arc::clone(&self.office.read().unwrap_or_else(std::sync::PoisonError::into_inner));
        if known.generation() == now {
            return Ok(known);
        }
        let fresh = Arc::new(Office::load(rd, self.store.now())?);
        *self.office.write().unwrap_or_else(std::sync::PoisonError::into_inner) = Arc::clone(&fresh);
        Ok(fresh)
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
}
