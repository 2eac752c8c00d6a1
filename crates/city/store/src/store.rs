//! The handle of one city's database: open, write, read, close.

use std::future::Future;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::mpsc::{SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::thread::JoinHandle;
use std::time::Duration;

use kernel::Moment;
use tokio::sync::oneshot;

use crate::conn::{Rd, Tx};
use crate::engine::{Dialect, Engine, Result};
use crate::error::StoreError;
use crate::migrations;
use crate::pool::{Pool, Reader};
use crate::postgres::{Postgres, PostgresPlace};
use crate::sqlite::{Sqlite, SqliteOptions};
use crate::writer::{Task, TaskOf, Writer};

/// Where a city's database is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// The embedded engine: one file in this directory, which is made when it is missing.
    Embedded {
        /// The data directory.
        dir: PathBuf,
    },
    /// PostgreSQL: one schema of one database, which is made when it is missing.
    Postgres {
        /// `postgres://user:password@host:port/database`; several hosts are tried in order.
        url: String,
        /// The schema, `[a-z_][a-z0-9_]*`.
        schema: String,
    },
}

/// Closures that may wait for the long readers; each may take seconds.
const LONG_QUEUE: usize = 64;
/// The name of the file in the data directory.
pub const FILE: &str = "bancheng.sqlite3";

/// Where the time comes from.
pub type Clock = Arc<dyn Fn() -> Moment + Send + Sync>;
pub(crate) type Connect = Arc<dyn Fn() -> Result<Engine> + Send + Sync>;

/// How a store behaves.
#[derive(Clone)]
pub struct Options {
    /// Where the time comes from.
    pub clock: Clock,
    /// Refuse to write when the clock is ahead of that of PostgreSQL. For a clock that is this machine's.
    pub database_clock: bool,
    /// A standby of PostgreSQL that is read while no server leads; none: then nothing is read. What it shows may be a moment
    /// old.
    pub standby: Option<String>,
    /// Connections that read.
    pub readers: usize,
    /// Connections for what reads and computes for long: boards, hot matters, comparisons. However many of those are asked
    /// for, what reads little does not wait behind them.
    pub long_readers: usize,
    /// Closures that may wait for the writer, and for the readers.
    pub queue: usize,
    /// Closures that are committed together at most.
    pub batch_max: usize,
    /// How long a group may take in new closures.
    pub batch_time: Duration,
    /// How long to wait for another program that holds the database.
    pub lock_patience: Duration,
    /// How long to wait for an answer of PostgreSQL.
    pub patience: Duration,
    /// Most bytes of the embedded database file; none for no limit.
    pub max_bytes: Option<u64>,
    /// Memory for pages of the embedded writer, KiB; a reader gets a quarter.
    pub cache_kib: u32,
    /// Pages of 4 KiB that the embedded engine's log holds before they are carried over into the file.
    pub log_pages: u32,
}

impl Options {
    /// For one program that takes in a great deal and then ends: pages that are touched again and again by many
    /// indexes stay in memory, and are carried over into the file seldom. Every commit is durable all the same.
    #[must_use]
    pub fn bulk() -> Self {
        Self { cache_kib: 262_144, log_pages: 48_000, ..Self::default() }
    }
}

impl Default for Options {
    fn default() -> Self {
        Self {
            clock: Arc::new(system_clock),
            database_clock: false,
            standby: None,
            readers: 4,
            long_readers: 2,
            queue: 4096,
            batch_max: 512,
            batch_time: Duration::from_millis(20),
            lock_patience: Duration::from_secs(10),
            patience: Duration::from_secs(30),
            max_bytes: None,
            cache_kib: 16_384,
            log_pages: 4_000,
        }
    }
}

impl std::fmt::Debug for Options {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Options(readers {}, queue {}, batch {})", self.readers, self.queue, self.batch_max)
    }
}

/// The clock of this machine.
pub fn system_clock() -> Moment {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    Moment::from_us(since.map_or(0, |d| i64::try_from(d.as_micros()).unwrap_or(i64::MAX)))
}

/// A city's database. A clone is another handle of the same one.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    place: Place,
    dialect: Dialect,
    clock: Clock,
    queue: Mutex<Option<SyncSender<Box<dyn Task>>>>,
    writer: Mutex<Option<JoinHandle<()>>>,
    pool: Pool,
    long: Pool,
    busy: Arc<Busy>,
}

/// How much is asked of the threads of a store; counted while it runs.
#[derive(Debug, Default)]
pub(crate) struct Busy {
    pub waiting: AtomicI64,
    pub last_group: AtomicI64,
    pub groups: AtomicI64,
    pub writes: AtomicI64,
    pub readers_waiting: AtomicI64,
}

/// How much is asked of the threads of a store, at one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Load {
    /// closures that wait for the writer, or that it works on
    pub waiting: i64,
    /// closures of the last group
    pub last_group: i64,
    /// groups since the store was opened
    pub groups: i64,
    /// closures answered since then
    pub writes: i64,
    /// closures that wait for a reader
    pub readers_waiting: i64,
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Store({:?})", self.inner.dialect)
    }
}

impl Store {
    /// Opens a place, makes it when it is missing and brings its schema forward.
    ///
    /// # Errors
    /// `NewerSchema` when a newer program made it; otherwise what the place refuses.
    pub fn open(place: &Place, options: Options) -> Result<Self> {
        let (connect_writer, connect_reader) = connectors(place, &options)?;
        let mut engine = connect_writer()?;
        migrations::migrate(&mut engine, place, (options.clock)(), None)?;
        let dialect = engine.dialect();
        let (queue, tasks) = sync_channel(options.queue.max(1));
        let busy = Arc::new(Busy::default());
        let writer = Writer {
            busy: Arc::clone(&busy),
            queue: tasks,
            engine: Some(engine),
            connect: connect_writer,
            clock: Arc::clone(&options.clock),
            database_clock: options.database_clock,
            batch_max: options.batch_max.max(1),
            batch_time: options.batch_time,
        };
        let writer = std::thread::Builder::new()
            .name("store-writer".into())
            .spawn(move || writer.run())
            .map_err(|e| StoreError::CannotOpen(e.to_string()))?;
        let long = Pool::new(
            Arc::clone(&connect_reader),
            options.long_readers.max(1),
            LONG_QUEUE,
            options.patience,
        )?;
        let pool = Pool::new(connect_reader, options.readers.max(1), options.queue.max(1), options.patience)?;
        let inner = Inner {
            place: place.clone(),
            dialect,
            clock: options.clock,
            queue: Mutex::new(Some(queue)),
            writer: Mutex::new(Some(writer)),
            pool,
            long,
            busy,
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Where it is.
    pub fn place(&self) -> &Place {
        &self.inner.place
    }
    /// Which engine it runs on.
    pub fn dialect(&self) -> Dialect {
        self.inner.dialect
    }
    /// How much is asked of it just now.
    pub fn load(&self) -> Load {
        let of = |n: &AtomicI64| n.load(Ordering::Relaxed);
        let b = &self.inner.busy;
        Load {
            waiting: of(&b.waiting),
            last_group: of(&b.last_group),
            groups: of(&b.groups),
            writes: of(&b.writes),
            readers_waiting: of(&b.readers_waiting),
        }
    }
    /// What its clock says.
    pub fn now(&self) -> Moment {
        (self.inner.clock)()
    }

    /// Writes, and waits until it is durable. Waits for room in the queue. Not for asynchronous code.
    ///
    /// The closure may be run again when its effects were undone (connection lost before the commit), so
    /// it must not change anything but the database. When it refuses, all it wrote is undone. It must not
    /// call the store itself: it would wait for its own end.
    pub fn write<T, E>(
        &self,
        f: impl FnMut(&mut Tx<'_>) -> std::result::Result<T, E> + Send + 'static,
    ) -> std::result::Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let Some(queue) = self.queue() else { return Err(StoreError::Closed.into()) };
        let (task, answer) = task(f);
        self.inner.busy.waiting.fetch_add(1, Ordering::Relaxed);
        if queue.send(task).is_err() {
            self.inner.busy.waiting.fetch_sub(1, Ordering::Relaxed);
            return Err(StoreError::Closed.into());
        }
        answer.wait()
    }

    /// Writes; the answer comes when it is durable. Answers `Busy` at once when the queue is full.
    pub fn submit<T, E>(
        &self,
        f: impl FnMut(&mut Tx<'_>) -> std::result::Result<T, E> + Send + 'static,
    ) -> Answer<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let Some(queue) = self.queue() else { return Answer::refused(StoreError::Closed) };
        let (task, answer) = task(f);
        self.inner.busy.waiting.fetch_add(1, Ordering::Relaxed);
        let refused = match queue.try_send(task) {
            Ok(()) => return answer,
            Err(TrySendError::Full(_)) => StoreError::Busy,
            Err(TrySendError::Disconnected(_)) => StoreError::Closed,
        };
        self.inner.busy.waiting.fetch_sub(1, Ordering::Relaxed);
        Answer::refused(refused)
    }

    /// Reads one consistent view on this thread. Not for asynchronous code, and not inside another read or
    /// write. Answers `Busy` when all connections are in use for `patience`.
    pub fn read<T, E: From<StoreError>>(
        &self,
        f: impl FnOnce(&mut Rd<'_>) -> std::result::Result<T, E>,
    ) -> std::result::Result<T, E> {
        self.inner.pool.read(f)
    }

    /// The same for what computes for long while it reads, on a connection of its own kind.
    pub fn read_long<T, E: From<StoreError>>(
        &self,
        f: impl FnOnce(&mut Rd<'_>) -> std::result::Result<T, E>,
    ) -> std::result::Result<T, E> {
        self.inner.long.read(f)
    }

    /// Reads one consistent view on a thread of the store. Answers `Busy` at once when too many wait.
    pub fn ask<T, E>(
        &self,
        f: impl FnOnce(&mut Rd<'_>) -> std::result::Result<T, E> + Send + 'static,
    ) -> Answer<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        self.ask_of(&self.inner.pool, f)
    }

    /// The same for what reads and computes for long, on threads and connections of its own.
    pub fn ask_long<T, E>(
        &self,
        f: impl FnOnce(&mut Rd<'_>) -> std::result::Result<T, E> + Send + 'static,
    ) -> Answer<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        self.ask_of(&self.inner.long, f)
    }

    fn ask_of<T, E>(
        &self,
        pool: &Pool,
        f: impl FnOnce(&mut Rd<'_>) -> std::result::Result<T, E> + Send + 'static,
    ) -> Answer<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let (reply, rx) = oneshot::channel();
        let busy = Arc::clone(&self.inner.busy);
        let reader: Reader = Box::new(move |pool| {
            busy.readers_waiting.fetch_sub(1, Ordering::Relaxed);
            drop(reply.send(pool.read(f)));
        });
        self.inner.busy.readers_waiting.fetch_add(1, Ordering::Relaxed);
        match pool.submit(reader) {
            Ok(()) => Answer { got: Got::Later(rx) },
            Err(e) => {
                self.inner.busy.readers_waiting.fetch_sub(1, Ordering::Relaxed);
                Answer::refused(e)
            }
        }
    }

    /// Looks before it writes: `look` reads on a thread of the store, and only what it does not refuse waits for the writer.
    /// What was seen may have changed by then: the closure looks again.
    pub fn ask_then<T, E>(
        &self,
        look: impl FnOnce(&mut Rd<'_>) -> std::result::Result<(), E> + Send + 'static,
        f: impl FnMut(&mut Tx<'_>) -> std::result::Result<T, E> + Send + 'static,
    ) -> Answer<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let Some(queue) = self.queue() else { return Answer::refused(StoreError::Closed) };
        let (reply, rx) = oneshot::channel();
        let task = TaskOf { f, done: None, reply };
        let busy = Arc::clone(&self.inner.busy);
        let reader: Reader = Box::new(move |pool| {
            busy.readers_waiting.fetch_sub(1, Ordering::Relaxed);
            if let Err(refused) = pool.read(look) {
                drop(task.reply.send(Err(refused)));
                return;
            }
            busy.waiting.fetch_add(1, Ordering::Relaxed);
            let (task, fate): (Box<dyn Task>, _) = match queue.try_send(Box::new(task)) {
                Ok(()) => return,
                Err(TrySendError::Full(task)) => (task, StoreError::Busy),
                Err(TrySendError::Disconnected(task)) => (task, StoreError::Closed),
            };
            busy.waiting.fetch_sub(1, Ordering::Relaxed);
            task.answer(Err(fate));
        });
        self.inner.busy.readers_waiting.fetch_add(1, Ordering::Relaxed);
        match self.inner.pool.submit(reader) {
            Ok(()) => Answer { got: Got::Later(rx) },
            Err(e) => {
                self.inner.busy.readers_waiting.fetch_sub(1, Ordering::Relaxed);
                Answer::refused(e)
            }
        }
    }

    /// Stops taking closures, does what is waiting, and ends the threads.
    pub fn close(self) {
        self.inner.close();
    }

    fn queue(&self) -> Option<SyncSender<Box<dyn Task>>> {
        self.inner.queue.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Inner {
    fn close(&self) {
        drop(self.queue.lock().unwrap_or_else(PoisonError::into_inner).take());
        let writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner).take();
        // The last handle may be dropped by a closure on one of the store's own threads.
        if let Some(writer) = writer.filter(|w| w.thread().id() != std::thread::current().id()) {
            drop(writer.join());
        }
        self.pool.close();
        self.long.close();
    }
}
impl Drop for Inner {
    fn drop(&mut self) {
        self.close();
    }
}

fn task<T, E, F>(f: F) -> (Box<dyn Task>, Answer<T, E>)
where
    T: Send + 'static,
    E: From<StoreError> + Send + 'static,
    F: FnMut(&mut Tx<'_>) -> std::result::Result<T, E> + Send + 'static,
{
    let (reply, rx) = oneshot::channel();
    (Box::new(TaskOf { f, done: None, reply }), Answer { got: Got::Later(rx) })
}

enum Got<T, E> {
    Later(oneshot::Receiver<std::result::Result<T, E>>),
    Refused(Option<StoreError>),
}

/// An answer that comes later: await it, or [`wait`](Answer::wait) for it.
#[must_use = "an answer nobody looks at may be a refusal"]
pub struct Answer<T, E> {
    got: Got<T, E>,
}
impl<T, E> std::fmt::Debug for Answer<T, E> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Answer")
    }
}
impl<T, E: From<StoreError>> Answer<T, E> {
    fn refused(e: StoreError) -> Self {
        Self { got: Got::Refused(Some(e)) }
    }
    /// Waits on this thread. Not for asynchronous code.
    pub fn wait(self) -> std::result::Result<T, E> {
        match self.got {
            Got::Later(rx) => rx.blocking_recv().unwrap_or_else(|_| Err(StoreError::Closed.into())),
            Got::Refused(e) => Err(e.unwrap_or(StoreError::Closed).into()),
        }
    }
}
impl<T, E> Unpin for Answer<T, E> {}
impl<T, E: From<StoreError>> Future for Answer<T, E> {
    type Output = std::result::Result<T, E>;
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        match &mut self.got {
            Got::Later(rx) => {
                Pin::new(rx).poll(cx).map(|got| got.unwrap_or_else(|_| Err(StoreError::Closed.into())))
            }
            Got::Refused(e) => Poll::Ready(Err(e.take().unwrap_or(StoreError::Closed).into())),
        }
    }
}

/// One connection that writes.
pub(crate) fn connect(place: &Place) -> Result<Engine> {
    connectors(place, &Options::default())?.0()
}

/// Functions that open a writing and a reading connection.
fn connectors(place: &Place, options: &Options) -> Result<(Connect, Connect)> {
    match place {
        Place::Embedded { dir } => {
            let file = prepare_dir(dir)?;
            let write = SqliteOptions {
                busy_ms: options.lock_patience.as_millis() as u64,
                max_bytes: options.max_bytes,
                cache_kib: options.cache_kib,
                log_pages: options.log_pages,
            };
            let read = SqliteOptions { cache_kib: options.cache_kib / 4, ..write };
            let for_reading = file.clone();
            Ok((
                Arc::new(move || Sqlite::open(&file, write, true).map(|e| Engine::Sqlite(Box::new(e)))),
                Arc::new(move || {
                    Sqlite::open(&for_reading, read, false).map(|e| Engine::Sqlite(Box::new(e)))
                }),
            ))
        }
        Place::Postgres { url, schema } => {
            let lock_ms = options.lock_patience.as_millis() as u64;
            let place = PostgresPlace::new(url, schema, options.patience, lock_ms)?;
            let connect: Connect =
                Arc::new(move || Postgres::open(&place).map(|e| Engine::Postgres(Box::new(e))));
            let Some(standby) = &options.standby else { return Ok((Arc::clone(&connect), connect)) };
            let standby = PostgresPlace::new(standby, schema, options.patience, lock_ms)?;
            let leads = Arc::clone(&connect);
            let read = move || match leads() {
                Ok(engine) => Ok(engine),
                // Why nobody leads says more than why the standby cannot be asked either.
                Err(why) => match Postgres::open(&standby) {
                    Ok(e) => Ok(Engine::Postgres(Box::new(e.of_standby()))),
                    Err(_) => Err(why),
                },
            };
            Ok((connect, Arc::new(read)))
        }
    }
}

/// Makes a file that only its owner may read; one that is there is emptied and kept from others too.
///
/// # Errors
/// The file cannot be made.
pub fn private_file(path: &Path) -> std::io::Result<std::fs::File> {
    let mut options = std::fs::OpenOptions::new();
    options.read(true).write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path)?;
    keep_private(path);
    Ok(file)
}

/// Takes a file away from everybody but its owner. A file of somebody else stays as it is.
fn keep_private(path: &Path) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        drop(std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)));
    }
}

/// Makes a directory, readable by its owner only; one that is there stays as it is.
pub(crate) fn make_private_dir(dir: &Path) -> Result<()> {
    if dir.is_dir() {
        return Ok(());
    }
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(dir).map_err(|e| {
        let said = format!("{}: {e}", dir.display());
        match e.kind() {
            std::io::ErrorKind::ReadOnlyFilesystem => StoreError::ReadOnly(said),
            std::io::ErrorKind::StorageFull => StoreError::Full(said),
            _ => StoreError::CannotOpen(said),
        }
    })
}

/// Makes the data directory and the file of the database, readable by their owner only, and says where the file is.
/// SQLite gives its journals the mode of the file.
fn prepare_dir(dir: &Path) -> Result<PathBuf> {
    make_private_dir(dir)?;
    let file = dir.join(FILE);
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    // What cannot be made is said by the engine, with its reason.
    drop(options.open(&file));
    for tail in ["", "-wal", "-shm"] {
        keep_private(&dir.join(format!("{FILE}{tail}")));
    }
    Ok(file)
}
