//! The writer: one thread that takes closures from a bounded queue and commits them in groups.
//!
//! Nothing is answered before it is durable. A closure that refuses is undone alone; when the disk is
//! full or the connection lost, the whole group is undone and everyone is told.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::Receiver;
use std::time::{Duration, Instant};

use kernel::{Moment, US_PER_SECOND};
use ledger::Chain;
use tokio::sync::oneshot;

use crate::conn::{Rd, Tx, Writing};
use crate::engine::{Engine, LedgerState, Result};
use crate::error::StoreError;
use crate::store::{Busy, Clock, Connect};

/// A clock that is behind the last event by no more than this is waited for by standing still.
pub const CLOCK_SLACK_US: i64 = 300 * US_PER_SECOND;
/// How often a group is tried when the connection is lost before its commit.
const RECONNECTS: u32 = 6;

/// How long somebody who can tell is looked for when a commit was not answered: longer than another server needs to lead.
const LOOKED_UP: Duration = Duration::from_secs(45);

/// What a closure made of its turn.
pub(crate) enum Ran {
    Kept,
    Refused,
}

/// One closure in the queue.
pub(crate) trait Task: Send {
    /// Runs the closure and keeps its result; may be called again after its effects were undone.
    fn run(&mut self, tx: &mut Tx<'_>) -> Ran;
    /// Sends the result, or the fate of the group when that is an error.
    fn answer(self: Box<Self>, fate: Result<()>);
}

pub(crate) struct TaskOf<T, E, F> {
    pub f: F,
    pub done: Option<std::result::Result<T, E>>,
    pub reply: oneshot::Sender<std::result::Result<T, E>>,
}

impl<T, E, F> Task for TaskOf<T, E, F>
where
    T: Send,
    E: From<StoreError> + Send,
    F: FnMut(&mut Tx<'_>) -> std::result::Result<T, E> + Send,
{
    fn run(&mut self, tx: &mut Tx<'_>) -> Ran {
        let f = &mut self.f;
        let done = catch_unwind(AssertUnwindSafe(|| f(tx)));
        let done = done.unwrap_or_else(|panic| {
            let said = panic.downcast_ref::<&str>().map(|s| (*s).to_owned());
            let said = said.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default();
            Err(StoreError::Bug(format!("panic: {said}")).into())
        });
        let ran = if done.is_ok() { Ran::Kept } else { Ran::Refused };
        self.done = Some(done);
        ran
    }
    fn answer(self: Box<Self>, fate: Result<()>) {
        let done = match (fate, self.done) {
            (Ok(()), Some(done)) => done,
            (Ok(()), None) => Err(StoreError::Closed.into()),
            (Err(e), _) => Err(e.into()),
        };
        drop(self.reply.send(done));
    }
}

pub(crate) struct Writer {
    pub queue: Receiver<Box<dyn Task>>,
    pub engine: Option<Engine>,
    pub connect: Connect,
    pub clock: Clock,
    pub database_clock: bool,
    pub batch_max: usize,
    pub batch_time: Duration,
    pub busy: Arc<Busy>,
}

impl Writer {
    /// Runs until every handle of the store is gone; what is in the queue by then is still done.
    pub(crate) fn run(mut self) {
        while let Ok(first) = self.queue.recv() {
            let mut group = vec![first];
            let fate = self.group(&mut group);
            let n = i64::try_from(group.len()).unwrap_or(i64::MAX);
            self.busy.last_group.store(n, Ordering::Relaxed);
            self.busy.groups.fetch_add(1, Ordering::Relaxed);
            self.busy.writes.fetch_add(n, Ordering::Relaxed);
            self.busy.waiting.fetch_sub(n, Ordering::Relaxed);
            for task in group {
                task.answer(fate.clone());
            }
        }
    }

    /// Commits one group; tries again while nothing can have been written.
    fn group(&mut self, group: &mut Vec<Box<dyn Task>>) -> Result<()> {
        let mut pause = Duration::from_millis(50);
        for attempt in 0.. {
            let fate = self.try_group(group);
            match fate {
                Err(StoreError::Lost(_)) if attempt < RECONNECTS => {
                    std::thread::sleep(pause);
                    pause = (pause * 2).min(Duration::from_secs(2));
                }
                fate => return fate,
            }
        }
        Ok(())
    }

    fn try_group(&mut self, group: &mut Vec<Box<dyn Task>>) -> Result<()> {
        let mut engine = match self.engine.take() {
            Some(engine) if !engine.is_broken() => engine,
            _ => (self.connect)()?,
        };
        let fate = self.with_engine(&mut engine, group);
        match fate {
            Ok(()) => {}
            Err(StoreError::Unknown(why)) => {
                let Some(fate) = self.look_it_up(&engine) else { return Err(StoreError::Unknown(why)) };
                return if fate { Ok(()) } else { Err(StoreError::Lost(why)) };
            }
            Err(_) => engine.rollback(),
        }
        if !engine.is_broken() {
            self.engine = Some(engine);
        }
        fate
    }

    /// Asks the server, on a new connection, what became of the commit that was not answered. While another server takes
    /// over there is nobody to ask: it is waited for.
    fn look_it_up(&mut self, lost: &Engine) -> Option<bool> {
        let Engine::Postgres(lost) = lost else { return None };
        let (group, since) = (lost.group(), Instant::now());
        let mut pause = Duration::from_millis(50);
        while since.elapsed() < LOOKED_UP {
            std::thread::sleep(pause);
            pause = (pause * 2).min(Duration::from_secs(1));
            if let Ok(Engine::Postgres(mut fresh)) = (self.connect)()
                && let Ok(fate) = fresh.was_committed(&group)
            {
                self.engine = Some(Engine::Postgres(fresh));
                return Some(fate);
            }
        }
        None
    }

    fn with_engine(&self, engine: &mut Engine, group: &mut Vec<Box<dyn Task>>) -> Result<()> {
        let before = engine.begin_write()?;
        let began = Instant::now();
        self.not_ahead(engine)?;
        let now = self.now(before)?;
        let mut writing = Writing { ledger: before, now, chain: Chain::new(), fatal: None, depth: 0 };
        let mut i = 0;
        loop {
            if i == group.len() {
                if i >= self.batch_max || began.elapsed() >= self.batch_time {
                    break;
                }
                match self.queue.try_recv() {
                    Ok(task) => group.push(task),
                    Err(_) => break,
                }
            }
            one(engine, &mut writing, &mut *group[i])?;
            i += 1;
            writing.now = self.now(writing.ledger)?;
        }
        let state = (writing.ledger != before).then_some(writing.ledger);
        engine.commit(state).map_err(|e| match e {
            StoreError::Lost(why) => StoreError::Unknown(why),
            other => other,
        })
    }

    /// A clock that is ahead of the database's writes nothing: all other nodes would have to stop until they are there.
    fn not_ahead(&self, engine: &Engine) -> Result<()> {
        let Some(database) = engine.clock().filter(|_| self.database_clock) else { return Ok(()) };
        let now = (self.clock)();
        if now.us_since(database) > CLOCK_SLACK_US {
            Err(StoreError::ClockAhead { now, database })
        } else {
            Ok(())
        }
    }

    /// The moment of writing: never earlier than the last event, refused when the clock is far behind it.
    fn now(&self, ledger: LedgerState) -> Result<Moment> {
        let (now, last) = ((self.clock)(), Moment::from_us(ledger.recorded));
        if last.us_since(now) > CLOCK_SLACK_US {
            return Err(StoreError::ClockBack { last, now });
        }
        Ok(now.max(last))
    }
}

/// Runs one closure inside the open transaction. `Err`: the whole group must be given up.
fn one(engine: &mut Engine, writing: &mut Writing, task: &mut dyn Task) -> Result<()> {
    let kept = writing.ledger;
    engine.mark()?;
    let ran = task.run(&mut Tx { rd: Rd { engine: &mut *engine, writes: true }, writing: &mut *writing });
    writing.depth = 0;
    if let Some(fatal) = writing.fatal.take() {
        return Err(fatal);
    }
    if engine.is_broken() {
        return Err(StoreError::Lost("connection closed".into()));
    }
    if !engine.transaction_is_open() {
        return Err(StoreError::Disk("the transaction was given up by the engine".into()));
    }
    match ran {
        Ran::Kept => engine.keep(),
        Ran::Refused => {
            writing.ledger = kept;
            engine.undo()
        }
    }
}
