//! The readers: a bounded number of connections, used on the caller's thread or on threads of their own.

use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::conn::Rd;
use crate::engine::{Engine, Result};
use crate::error::StoreError;
use crate::store::Connect;

/// A reading that was handed over to a thread of the pool.
pub(crate) type Reader = Box<dyn FnOnce(&Connections) + Send>;

pub(crate) struct Pool {
    connections: Arc<Connections>,
    queue: Mutex<Option<SyncSender<Reader>>>,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

/// Connections at rest. A connection is opened when it is first needed.
pub(crate) struct Connections {
    rest: Mutex<Rest>,
    back: Condvar,
    connect: Connect,
    /// How long to wait for a connection.
    patience: Duration,
}

struct Rest {
    idle: Vec<Engine>,
    /// How many more may be opened.
    unopened: usize,
}

fn lock<T>(m: &Mutex<T>) -> MutexGuard<'_, T> {
    m.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Pool {
    pub(crate) fn new(connect: Connect, readers: usize, queue: usize, patience: Duration) -> Result<Self> {
        let rest = Mutex::new(Rest { idle: Vec::new(), unopened: readers });
        let connections = Arc::new(Connections { rest, back: Condvar::new(), connect, patience });
        let (sender, receiver) = sync_channel::<Reader>(queue);
        let receiver = Arc::new(Mutex::new(receiver));
        let threads = (0..readers)
            .map(|i| {
                let (receiver, connections) = (Arc::clone(&receiver), Arc::clone(&connections));
                std::thread::Builder::new()
                    .name(format!("store-reader-{i}"))
                    .spawn(move || serve(&receiver, &connections))
                    .map_err(|e| StoreError::CannotOpen(e.to_string()))
            })
            .collect::<Result<Vec<_>>>()?;
        Ok(Self { connections, queue: Mutex::new(Some(sender)), threads: Mutex::new(threads) })
    }

    pub(crate) fn read<T, E: From<StoreError>>(
        &self,
        f: impl FnOnce(&mut Rd<'_>) -> std::result::Result<T, E>,
    ) -> std::result::Result<T, E> {
        self.connections.read(f)
    }

    pub(crate) fn submit(&self, reader: Reader) -> Result<()> {
        let queue = lock(&self.queue).clone().ok_or(StoreError::Closed)?;
        queue.try_send(reader).map_err(|e| match e {
            TrySendError::Full(_) => StoreError::Busy,
            TrySendError::Disconnected(_) => StoreError::Closed,
        })
    }

    pub(crate) fn close(&self) {
        drop(lock(&self.queue).take());
        for thread in lock(&self.threads).drain(..) {
            if thread.thread().id() != std::thread::current().id() {
                drop(thread.join());
            }
        }
        lock(&self.connections.rest).idle.clear();
    }
}

fn serve(queue: &Mutex<Receiver<Reader>>, connections: &Connections) {
    loop {
        let next = lock(queue).recv();
        match next {
            // A closure that panics drops its reply, and its caller is told; the thread lives on.
            Ok(reader) => {
                drop(std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| reader(connections))));
            }
            Err(_) => return,
        }
    }
}

impl Connections {
    pub(crate) fn read<T, E: From<StoreError>>(
        &self,
        f: impl FnOnce(&mut Rd<'_>) -> std::result::Result<T, E>,
    ) -> std::result::Result<T, E> {
        let mut lent = self.take()?;
        lent.begin()?;
        let Some(engine) = lent.engine.as_mut() else { return Err(StoreError::Closed.into()) };
        f(&mut Rd { engine, writes: false })
    }

    fn take(&self) -> Result<Lent<'_>> {
        let mut rest = lock(&self.rest);
        loop {
            if let Some(engine) = rest.idle.pop() {
                return Ok(Lent { engine: Some(engine), home: self });
            }
            if rest.unopened > 0 {
                rest.unopened -= 1;
                drop(rest);
                let mut lent = Lent { engine: None, home: self };
                lent.engine = Some((self.connect)()?);
                return Ok(lent);
            }
            let (again, waited) =
                self.back.wait_timeout(rest, self.patience).unwrap_or_else(PoisonError::into_inner);
            if waited.timed_out() {
                return Err(StoreError::Busy);
            }
            rest = again;
        }
    }
}

/// A connection that goes home by itself, also when the closure panics.
struct Lent<'a> {
    engine: Option<Engine>,
    home: &'a Connections,
}

impl Lent<'_> {
    /// Begins the view; a connection that died at rest is replaced once.
    fn begin(&mut self) -> Result<()> {
        let Some(engine) = self.engine.as_mut() else { return Err(StoreError::Closed) };
        match engine.begin_read() {
            Err(StoreError::Lost(_)) => {
                let mut fresh = (self.home.connect)()?;
                fresh.begin_read()?;
                self.engine = Some(fresh);
                Ok(())
            }
            done => done,
        }
    }
}

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        let engine = self.engine.take().and_then(|mut e| {
            e.rollback();
            (!e.is_broken()).then_some(e)
        });
        let mut rest = lock(&self.home.rest);
        match engine {
            Some(engine) => rest.idle.push(engine),
            None => rest.unopened += 1,
        }
        drop(rest);
        self.home.back.notify_one();
    }
}
