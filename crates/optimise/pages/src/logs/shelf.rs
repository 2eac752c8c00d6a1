//! 书架: logs in memory, bounded: the least recently used one goes first and is read again from where it is kept
//! (`optimise_acts::logs`). Who may read a log is asked there each time.

use std::sync::{Arc, Mutex, PoisonError};

use eventlog::{Log, Mapping, Report};
use kernel::StaffId;
use optimise::questions::Office;
use optimise_acts::logs::{KeptMeta, RecordAsk};
use tabular::Told;
use web_kit::Oops;

use crate::logs::trial::Learnt;
use crate::{Desk, Kit};

/// Bytes of all logs together.
const BYTES_MAX: usize = 768 << 20;
/// Logs at once, and of one person.
const BOOKS_MAX: usize = 40;
const OWN_MAX: usize = 6;
/// Simulations at once.
const LEARNT_MAX: usize = 6;
/// How long our own record is used before it is read again, microseconds.
const FRESH_US: i64 = 60_000_000;

/// One log.
pub(crate) struct Book {
    pub id: String,
    owner: StaffId,
    pub name: String,
    pub log: Arc<Log>,
    pub report: Report,
    /// of a table: which column meant what, for next time
    pub mapping: Option<Mapping>,
    /// of a table: how it was read and what was left
    pub told: Option<Told>,
    /// the log tells everything until then; the last time in it when none
    pub as_of: Option<i64>,
    /// what is of this city: where one of its cases is looked at, `/desk/case`; empty: of a file
    pub at: &'static str,
    /// there was more than was read
    pub cut: bool,
    bytes: usize,
    made_us: i64,
}

#[derive(Default)]
struct Inside {
    /// most recently used last
    books: Vec<Arc<Book>>,
    office: Option<(String, Arc<Office>)>,
    /// simulations that were learned, the last ones: of which log and filters
    learnt: Vec<(String, Arc<Result<Learnt, String>>)>,
}

/// Files that may arrive at once: each is held in memory.
const UPLOADS_AT_ONCE: usize = 3;

/// All logs. A clone is another handle.
#[derive(Clone)]
pub(crate) struct Shelf {
    inside: Arc<Mutex<Inside>>,
    pub uploads: Arc<tokio::sync::Semaphore>,
}

impl Default for Shelf {
    fn default() -> Self {
        Self { inside: Arc::default(), uploads: Arc::new(tokio::sync::Semaphore::new(UPLOADS_AT_ONCE)) }
    }
}

impl Shelf {
    fn inside(&self) -> std::sync::MutexGuard<'_, Inside> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn find(&self, owner: StaffId, id: &str) -> Option<Arc<Book>> {
        let mut inside = self.inside();
        let at = inside.books.iter().position(|b| b.id == id && b.owner == owner)?;
        let book = inside.books.remove(at);
        inside.books.push(Arc::clone(&book));
        Some(book)
    }

    /// Puts a log on the shelf; others go where there is no room.
    pub fn put(&self, mut book: Book) {
        let (a, b) = book.log.heap_bytes();
        book.bytes = a + b;
        let mut inside = self.inside();
        inside.books.retain(|b| b.id != book.id || b.owner != book.owner);
        let owner = book.owner;
        inside.books.push(Arc::new(book));
        while inside.books.iter().filter(|b| b.owner == owner).count() > OWN_MAX {
            let Some(at) = inside.books.iter().position(|b| b.owner == owner) else { break };
            inside.books.remove(at);
        }
        while inside.books.len() > 1
            && (inside.books.len() > BOOKS_MAX
                || inside.books.iter().map(|b| b.bytes).sum::<usize>() > BYTES_MAX)
        {
            inside.books.remove(0);
        }
    }

    /// What was learned from a log as it is looked at; learned once while the log is the same.
    pub fn learnt(
        &self,
        key: &str,
        log: &Arc<Log>,
        learn: impl FnOnce() -> Result<Learnt, String>,
    ) -> Arc<Result<Learnt, String>> {
        // A filtered log is made anew for each page: it is the same while its cases and events are.
        let key = format!("{key}\u{1f}{}\u{1f}{}", log.case_count(), log.event_count());
        if let Some(found) = self.inside().learnt.iter().find(|l| l.0 == key) {
            return Arc::clone(&found.1);
        }
        let made = Arc::new(learn());
        let mut inside = self.inside();
        inside.learnt.push((key, Arc::clone(&made)));
        if inside.learnt.len() > LEARNT_MAX {
            inside.learnt.remove(0);
        }
        made
    }

    /// Takes a log away from everybody: it was changed or deleted.
    pub fn forget(&self, id: &str) {
        self.inside().books.retain(|b| b.id != id);
    }

    /// The office that follows the calendar of the city.
    pub async fn office(&self, kit: &Kit) -> Result<Arc<Office>, Oops> {
        let calendar = kit.city.office_now().await?.rules.calendar.clone();
        if let Some((version, office)) = &self.inside().office
            && version == calendar.version()
        {
            return Ok(Arc::clone(office));
        }
        let office = Arc::new(Office::of(&calendar));
        self.inside().office = Some((calendar.version().to_owned(), Arc::clone(&office)));
        Ok(office)
    }

    /// A log that is kept, from memory or from where it lies.
    async fn kept(&self, kit: &Kit, desk: &Desk, id: &str) -> Result<Arc<Book>, Oops> {
        let kept = kit.acts.logs.log_is_open_to(&desk.actor(), id).await?;
        let reader = desk.me.staff.id;
        if let Some(book) = self.find(reader, id) {
            return Ok(book);
        }
        let (acts, actor, key) = (kit.acts.clone(), desk.actor(), id.to_owned());
        let opened = blocking(move || acts.logs.open_log(&actor, &key)).await??;
        let now = kit.city.store().now().us();
        let mut book = Book::new(id.to_owned(), reader, kept.name, opened.log, opened.report, now);
        let meta: KeptMeta = serde_json::from_str(&kept.meta).unwrap_or_default();
        (book.mapping, book.told) = (meta.mapping, meta.told);
        self.put(book);
        self.find(reader, id).ok_or(Oops(city::Error::NotFound))
    }

    /// A log by its id: our own record, our applications, one that this person keeps, or one that a colleague shares.
    pub async fn book(&self, kit: &Kit, desk: &Desk, id: &str) -> Result<Arc<Book>, Oops> {
        access::offered(&desk.actor(), access::Operation::ReadLogs).map_err(city::Error::from)?;
        if id != RECORD && id != APPLICATIONS {
            return self.kept(kit, desk, id).await;
        }
        let applied = id == APPLICATIONS;
        let owner = desk.me.staff.id;
        let found = self.find(owner, id);
        let now = kit.city.store().now().us();
        if let Some(book) = found.filter(|b| now - b.made_us < FRESH_US) {
            return Ok(book);
        }
        let (acts, actor) = (kit.acts.clone(), desk.actor());
        let read = blocking(move || match applied {
            true => acts.logs.applications_log(&actor),
            false => acts.logs.record_log(&actor, &RecordAsk::default()),
        });
        let read = read.await??;
        let t = desk.page.t.log;
        let (name, at) = match applied {
            true => (t.applied, "/desk/services/at"),
            false => (t.own_record, "/desk/case"),
        };
        let mut book = Book::new(id.to_owned(), owner, name.to_owned(), read.log, read.report, now);
        (book.as_of, book.at, book.cut) = (Some(read.as_of.us()), at, read.cut);
        self.put(book);
        self.find(owner, id).ok_or(Oops(city::Error::NotFound))
    }
}

/// The id of our own record.
pub(crate) const RECORD: &str = "record";
/// The id of our applications.
pub(crate) const APPLICATIONS: &str = "applications";

impl Book {
    pub fn new(id: String, owner: StaffId, name: String, log: Log, report: Report, made_us: i64) -> Self {
        let log = Arc::new(log);
        Self {
            id,
            owner,
            name,
            log,
            report,
            mapping: None,
            told: None,
            as_of: None,
            at: "",
            cut: false,
            bytes: 0,
            made_us,
        }
    }
}

/// Work that computes for long goes to a thread of its own.
pub(crate) async fn blocking<T: Send + 'static>(f: impl FnOnce() -> T + Send + 'static) -> Result<T, Oops> {
    Ok(web_kit::blocking(move || Ok(f())).await?)
}
