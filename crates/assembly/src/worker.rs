//! 到点办理: what the system does when a moment comes, as a table of cares. Each care is done for itself: what one of
//! them cannot do is told and tried again later, and the others go on. Inside a care each case, letter and figure harms
//! itself alone: it is put aside with its reason (`store::asides`), seen by the administrator, and tried again with a bound.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use store::{asides, idempotency, ledger_rows, office};

use crate::{House, handover, jobs};
use cells::{CELLS, STANDARDS};
use city::{Error, METER, contained, retention};
use company_acts::COMPANY_MOMENTS;
use hall_acts::HALLS;
use hotline::{HOTLINE, ORDERS};
use outbox::OUTBOX;
use papers::PAPERS;
use resolve_acts::{INDEX, LIGHTS};
use service_acts::{DIRECTORY, MOMENTS};
use supervise_acts::FIGURES;

/// Something the system cares for again and again.
#[derive(Clone, Copy, Debug)]
pub struct Care {
    /// its name, for records and commands
    pub name: &'static str,
    /// its name, for people
    pub zh: &'static str,
    /// at most so often
    pub every: Duration,
    /// does what is due now, and says how much that was
    pub run: fn(&House) -> Result<usize, Error>,
}

const ALWAYS: Duration = Duration::ZERO;
const MINUTE: Duration = Duration::from_secs(60);
/// Steps of reading in one round.
const STEPS: usize = 100;

/// Cases, items and walks compared with the record in one round.
const COMPARED: u32 = 50;

/// 作业.
pub const JOBS: &str = "jobs";

/// What the system cares for, in the order of one round: the moments of cases first.
pub const CARES: &[Care] = &[
    Care { name: LIGHTS, zh: "亮灯与恢复计时", every: ALWAYS, run: |house| house.cases.lights_on() },
    Care { name: MOMENTS, zh: "办件到点", every: ALWAYS, run: |house| house.services.moments() },
    Care {
        name: COMPANY_MOMENTS,
        zh: "吹哨与兑付到点",
        every: ALWAYS,
        run: |house| house.companies.moments(),
    },
    Care { name: HALLS, zh: "预约与号票到点", every: ALWAYS, run: |house| house.halls.moments() },
    Care { name: JOBS, zh: "作业", every: ALWAYS, run: jobs::run },
    Care { name: PAPERS, zh: "发文催办", every: ALWAYS, run: |house| house.papers.moments() },
    Care { name: OUTBOX, zh: "对外告知", every: ALWAYS, run: |house| house.outbox.work() },
    Care { name: CELLS, zh: "城市间往来", every: ALWAYS, run: |house| house.cells.work() },
    Care { name: HOTLINE, zh: "热线往来", every: ALWAYS, run: |house| house.hotlines.work() },
    Care { name: ORDERS, zh: "热线时限", every: ALWAYS, run: |house| house.hotlines.moments() },
    Care { name: "imports", zh: "导入", every: ALWAYS, run: |house| house.imports.work() },
    Care { name: "seals", zh: "封签", every: ALWAYS, run: seals },
    Care { name: INDEX, zh: "读文索引", every: ALWAYS, run: |house| house.cases.read_on(STEPS) },
    Care { name: FIGURES, zh: "统计数据", every: ALWAYS, run: |house| house.supervision.figures_on() },
    Care { name: DIRECTORY, zh: "数据编目", every: MINUTE, run: |house| house.services.directory_on() },
    Care { name: STANDARDS, zh: "下发标准", every: MINUTE, run: |house| house.cells.hand_down() },
    Care { name: "figures-up", zh: "上报数据", every: MINUTE, run: handover::figures_go_up },
    Care {
        name: "learning",
        zh: "学习转办",
        every: MINUTE,
        run: |house| house.cases.learn_if_due().map(usize::from),
    },
    Care {
        name: "hot", zh: "热点", every: MINUTE, run: |house| house.cases.heat_if_due().map(usize::from)
    },
    Care { name: "compare", zh: "抽查留痕", every: ALWAYS, run: compare },
    Care { name: "sweep", zh: "清理", every: MINUTE, run: sweep },
];

fn seals(house: &House) -> Result<usize, Error> {
    Ok(ledger_rows::seal_now(house.city.store(), Some(house.city.vault().seal_key()))?.len())
}

/// Compares some rows with the record; what was changed past it is this care's failure, told until it is mended.
fn compare(house: &House) -> Result<usize, Error> {
    let found = house.city.compare_some(COMPARED)?;
    if found.findings.is_empty() {
        return Ok(0);
    }
    let said: Vec<String> = found.findings.iter().take(5).map(ToString::to_string).collect();
    Err(Error::Store(store::StoreError::Damaged(said.join("; "))))
}

fn sweep(house: &House) -> Result<usize, Error> {
    house.city.store().write(|tx| {
        let now = tx.now();
        asides::sweep(tx, LIGHTS)?;
        asides::note_round(tx)?;
        office::sweep_sessions(tx, now)?;
        idempotency::purge(tx, now, 10_000)?;
        let old = |n: i64| kernel::Moment::from_us(now.us() - retention::days(n));
        store::tries::sweep(tx, old(retention::TRIES_DAYS))?;
        store::drafts::sweep(tx, old(retention::UNSENT_DAYS))?;
        store::applications::sweep_forms(tx, old(retention::FORMS_DAYS), old(retention::DRAFTS_DAYS), 1_000)?;
        store::leads::sweep(tx, old(retention::LEADS_DAYS), 1_000)?;
        store::outbox::sweep(tx, old(retention::OUTBOX_DAYS), 10_000)?;
        store::cells::sweep(tx, old(retention::CELLS_DAYS), 10_000)?;
        let returned = hotline::State::Returned.word();
        store::hotline::sweep(tx, old(retention::CELLS_DAYS), returned, 10_000)?;
        office::sweep_messages(tx, old(retention::MESSAGES_DAYS), 10_000)?;
        Ok::<_, Error>(())
    })?;
    house.city.sweep_files()?;
    house.cases.erase_again()?;
    house.imports.sweep()?;
    Ok(0)
}

/// A care that failed as a whole, or something that a care could not do.
#[derive(Clone, Debug)]
pub struct Trouble {
    /// which care
    pub care: Care,
    /// why
    pub why: Error,
}

impl std::fmt::Display for Trouble {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}({}): {}", self.care.zh, self.care.name, self.why)
    }
}

/// What one round did.
#[derive(Clone, Debug, Default)]
pub struct Tick {
    /// how much each care did, of those that were due and could
    pub done: Vec<(&'static str, usize)>,
    /// how long each care took that was tried
    pub took: Vec<(&'static str, Duration)>,
    /// cares that failed; the others were done all the same
    pub troubles: Vec<Trouble>,
}

impl Tick {
    /// How much a care did.
    pub fn of(&self, care: &str) -> usize {
        self.done.iter().filter(|d| d.0 == care).map(|d| d.1).sum()
    }
}

/// How a care stands in this process.
#[derive(Clone, Copy, Default)]
struct State {
    /// it was tried at least once
    tried: bool,
    /// attempts that failed since the last one that did not
    failed: u32,
    /// not before this
    next: Option<Instant>,
}

/// A care that fails is tried again after so long, doubled each time, up to this.
const PAUSE: Duration = Duration::from_secs(10);
const PAUSE_MAX: Duration = Duration::from_secs(600);

/// Does what is due, round by round. A clone shares what is known of the cares.
#[derive(Clone)]
pub struct Worker {
    house: House,
    cares: Arc<[Care]>,
    states: Arc<Mutex<Vec<State>>>,
}

impl std::fmt::Debug for Worker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Worker({:?})", self.house)
    }
}

impl Worker {
    /// Over this system, with all its cares.
    pub fn new(house: House) -> Self {
        Self::with(house, CARES)
    }
    /// Over this system, with these cares.
    pub fn with(house: House, cares: &[Care]) -> Self {
        let states = Arc::new(Mutex::new(vec![State::default(); cares.len()]));
        Self { house, cares: cares.into(), states }
    }

    /// One round: every care that is due now by its own measure. A care that failed waits longer each time.
    pub fn round(&self) -> Tick {
        let now = Instant::now();
        self.over(|s| s.next.is_none_or(|next| next <= now))
    }

    /// Every care once, whatever it waits for.
    ///
    /// # Errors
    /// The first care that failed; all others were done.
    pub fn tick(&self) -> Result<Tick, Error> {
        let mut tick = self.over(|_| true);
        if tick.troubles.is_empty() { Ok(tick) } else { Err(tick.troubles.swap_remove(0).why) }
    }

    fn over(&self, due: impl Fn(&State) -> bool) -> Tick {
        let mut tick = Tick::default();
        for (i, care) in self.cares.iter().enumerate() {
            let state = self.states.lock().unwrap_or_else(PoisonError::into_inner)[i];
            if !due(&state) {
                continue;
            }
            let begun = Instant::now();
            let done = contained(|| (care.run)(&self.house));
            let took = begun.elapsed();
            METER.care(care.name, done.as_ref().ok().copied(), took);
            tick.took.push((care.name, took));
            let failed = if done.is_ok() { 0 } else { state.failed.saturating_add(1) };
            let pause =
                if failed == 0 { care.every } else { (PAUSE * (1 << (failed - 1).min(10))).min(PAUSE_MAX) };
            let next = Instant::now().checked_add(pause);
            self.states.lock().unwrap_or_else(PoisonError::into_inner)[i] =
                State { tried: true, failed, next };
            match done {
                Ok(n) => {
                    if !state.tried || state.failed > 0 {
                        self.forget(*care);
                    }
                    tick.done.push((care.name, n));
                }
                Err(why) => {
                    let (name, reason) = (care.name, why.to_string());
                    // When the store itself is what fails, this is only told to whoever started the round.
                    let noted = move |tx: &mut store::Tx<'_>| asides::put(tx, name, asides::WHOLE, &reason);
                    drop(self.house.city.store().write(noted));
                    tick.troubles.push(Trouble { care: *care, why });
                }
            }
        }
        tick
    }

    /// The care goes again: what was noted of its failing, by this process or an earlier one, holds no more.
    fn forget(&self, care: Care) {
        let name = care.name;
        if self.house.city.store().read(|rd| asides::is_aside(rd, name, asides::WHOLE)).unwrap_or(false) {
            drop(self.house.city.store().write(move |tx| asides::done(tx, name, asides::WHOLE)));
        }
    }
}
