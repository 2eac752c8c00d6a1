//! 车道: each receiver has a lane, each lane some parts; a part is worked on by one thread at a time, so that order within a
//! subject holds, and a receiver that is slow or gone keeps only its own threads, each for a limited time. A lane whose receiver does not answer
//! pauses as a whole, longer each time: ten thousand messages do not each wait for it.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use city::{Error, contained};
use kernel::{Moment, US_PER_DAY, US_PER_SECOND};
use store::outbox::{self, End, Out};

use crate::Outbox;
use crate::send::Ways;
use crate::tell::HOOK;

/// Threads that send to webhooks at a time. Mail and short messages have eight each beside them: no webhook waits them out.
const THREADS: usize = 64;
/// Messages claimed at a time.
const BATCH: u32 = 100;
/// How long one thread sends before others have their turn.
const TURN: Duration = Duration::from_secs(30);
/// How long a batch is held.
const LEASE: Duration = Duration::from_secs(300);
/// What was due for so long and never went is given up: who is told so late is told wrong.
const STALE_US: i64 = 3 * US_PER_DAY;
/// How long a sender in the middle of a message is waited for at the end: a little more than it waits for the other side.
const LAST: Duration = Duration::from_secs(20);
/// Attempts before a message is given up: about two days.
const ATTEMPTS_MAX: i64 = 16;
const BACKOFF_FIRST_US: i64 = 30 * US_PER_SECOND;
const BACKOFF_MAX_US: i64 = 6 * 3_600 * US_PER_SECOND;
/// A lane pauses at most so long.
const PAUSE_MAX_US: i64 = 600 * US_PER_SECOND;

/// What this process sends now.
#[derive(Default)]
pub(crate) struct Lanes {
    busy: Mutex<HashSet<(String, i64)>>,
    /// lanes whose receiver does not answer: until when, after how many failures in a row
    paused: Mutex<HashMap<String, (Moment, u32)>>,
    ended: AtomicUsize,
    /// the part of a webhook that was begun last: the next one has its turn next
    last: Mutex<Option<(String, i64)>>,
    /// nothing more is begun
    stopping: AtomicBool,
}

fn locked<T>(m: &Mutex<T>) -> MutexGuard<'_, T> {
    m.lock().unwrap_or_else(PoisonError::into_inner)
}

/// When a message is tried again after so many attempts that failed.
pub(crate) fn backoff_us(failed: i64) -> i64 {
    let doublings = u32::try_from(failed - 1).unwrap_or(0).min(20);
    (BACKOFF_FIRST_US << doublings).min(BACKOFF_MAX_US)
}

/// A part of a lane is free again, however its thread ended.
struct Turn(Outbox, (String, i64));

impl Drop for Turn {
    fn drop(&mut self) {
        locked(&self.0.lanes.busy).remove(&self.1);
    }
}

impl Outbox {
    /// Sends what is due: begins a thread for each part of a lane that has something and is not being worked on. Says how
    /// many messages ended since it was asked last. Waits for nobody.
    ///
    /// # Errors
    /// The store could not.
    pub fn work(&self) -> Result<usize, Error> {
        self.begin()?;
        Ok(self.ended())
    }

    /// How many messages ended since it was asked last.
    pub fn ended(&self) -> usize {
        self.lanes.ended.swap(0, Ordering::Relaxed)
    }

    fn begin(&self) -> Result<(), Error> {
        if self.lanes.stopping.load(Ordering::SeqCst) {
            return Ok(());
        }
        let now = self.city.store().now();
        let before = now.plus_us(-STALE_US);
        let (due, stale) = self
            .city
            .store()
            .read(|rd| Ok::<_, Error>((outbox::due_lanes(rd, now, 2_000)?, outbox::is_stale(rd, before)?)))?;
        if stale {
            let why = "三天没有送出 / not sent in three days";
            let n =
                self.city.store().write(move |tx| Ok::<_, Error>(outbox::expire(tx, before, why, 1_000)?))?;
            self.lanes.ended.fetch_add(usize::try_from(n).unwrap_or(0), Ordering::Relaxed);
        }
        let (mut hooks, people): (Vec<_>, Vec<_>) = due.into_iter().partition(|d| d.0.starts_with(HOOK));
        // Whoever was served last waits for the others.
        hooks.sort();
        if let Some(last) = &*locked(&self.lanes.last) {
            let next = hooks.partition_point(|h| h <= last);
            hooks.rotate_left(next);
        }
        for part in people.into_iter().chain(hooks) {
            if locked(&self.lanes.paused).get(&part.0).is_some_and(|p| p.0 > now) {
                continue;
            }
            let hook = part.0.starts_with(HOOK);
            {
                let mut busy = locked(&self.lanes.busy);
                let full = hook && busy.iter().filter(|b| b.0.starts_with(HOOK)).count() >= THREADS;
                if full || !busy.insert(part.clone()) {
                    continue;
                }
            }
            if hook {
                *locked(&self.lanes.last) = Some(part.clone());
            }
            let turn = Turn(self.clone(), part);
            let begun = std::thread::Builder::new().name("outbox".to_owned()).spawn(move || {
                let (outbox, (lane, part)) = (&turn.0, &turn.1);
                // What fails here is the store: the lease ends and the next round tries again.
                drop(contained(|| outbox.part(lane, *part)));
            });
            begun.map_err(|e| Error::bug(format!("thread: {e}")))?;
        }
        Ok(())
    }

    /// Begins nothing more, gives back what is claimed, and waits for messages that are on their way: what was sent is noted
    /// before the store closes, or it would be sent again. Says whether all senders ended.
    pub fn stop(&self) -> bool {
        self.lanes.stopping.store(true, Ordering::SeqCst);
        let until = Instant::now() + LAST;
        while !locked(&self.lanes.busy).is_empty() {
            if Instant::now() > until {
                return false;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        true
    }

    /// Works until nothing is due and nobody sends, at most for so long; says whether it came to that.
    ///
    /// # Errors
    /// The store could not.
    pub fn settle(&self, patience: Duration) -> Result<bool, Error> {
        let until = Instant::now() + patience;
        while Instant::now() < until {
            self.begin()?;
            if locked(&self.lanes.busy).is_empty() {
                let now = self.city.store().now();
                let due = self.city.store().read(|rd| outbox::due_lanes(rd, now, 2_000))?;
                let paused = locked(&self.lanes.paused);
                if due.iter().all(|d| paused.get(&d.0).is_some_and(|p| p.0 > now)) {
                    return Ok(true);
                }
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        Ok(false)
    }

    /// One part of a lane, until nothing is due in it or its turn is over.
    fn part(&self, lane: &str, part: i64) -> Result<usize, Error> {
        let mut sent = 0;
        let begun = Instant::now();
        while begun.elapsed() < TURN && !self.lanes.stopping.load(Ordering::SeqCst) {
            let claimed = lane.to_owned();
            let lease_us = i64::try_from(LEASE.as_micros()).unwrap_or(i64::MAX);
            let batch = self
                .city
                .store()
                .write(move |tx| Ok::<_, Error>(outbox::claim(tx, &claimed, part, lease_us, BATCH)?))?;
            if batch.is_empty() {
                break;
            }
            let office = self.city.store().read(|rd| self.city.office(rd))?;
            let ways = Ways::new(&self.city, &office, lane);
            if !self.batch(lane, &batch, &ways, begun, &mut sent) {
                break;
            }
        }
        Ok(sent)
    }

    /// Sends a batch; says whether the lane goes on. What became of each message is written at once, in the groups of the
    /// store, and waited for at the end.
    fn batch(&self, lane: &str, batch: &[Out], ways: &Ways<'_>, turn: Instant, sent: &mut usize) -> bool {
        let mut answers = Vec::with_capacity(batch.len());
        let mut note = |out: &Out, end: End| {
            let (id, lease) = (out.id, out.lease);
            answers
                .push(self.city.store().submit(move |tx| Ok::<_, Error>(outbox::end(tx, id, lease, &end)?)));
        };
        let mut goes_on = true;
        // Who goes out together, and subjects of which something earlier is still to come.
        let (mut done, mut held): (HashSet<i64>, HashMap<String, Moment>) = Default::default();
        for (n, out) in batch.iter().enumerate() {
            if done.contains(&out.id) {
                continue;
            }
            let now = self.city.store().now();
            if let Some(until) = held.get(&out.subject) {
                note(out, End::Release(*until));
                continue;
            }
            if !goes_on || turn.elapsed() > TURN || self.lanes.stopping.load(Ordering::SeqCst) {
                // It stays due: the pause is kept beside it, and may be ended by a person.
                note(out, End::Release(now));
                continue;
            }
            let together: Vec<&Out> = if out.digest {
                batch[n..].iter().filter(|o| o.digest && o.who == out.who).collect()
            } else {
                vec![out]
            };
            let sent_or_why = ways.send(&together, now);
            match &sent_or_why {
                // Only what arrived says that the receiver answers.
                Ok(End::Sent) => drop(locked(&self.lanes.paused).remove(lane)),
                Err(why) if why.scope == delivery::Scope::Down => {
                    goes_on = false;
                    self.pause(lane, now);
                }
                _ => {}
            }
            // What goes out together is tried again together, and each is given up by its own attempts.
            let again = now.plus_us(backoff_us(out.attempts + 1));
            for one in together {
                done.insert(one.id);
                let end = match &sent_or_why {
                    Ok(end) => end.clone(),
                    Err(why) if why.scope == delivery::Scope::Never || one.attempts + 1 >= ATTEMPTS_MAX => {
                        End::Dead(why.why.clone())
                    }
                    Err(why) => End::Later(again, why.why.clone()),
                };
                if let End::Later(until, _) | End::Release(until) = &end {
                    held.insert(one.subject.clone(), *until);
                } else {
                    *sent += 1;
                    self.lanes.ended.fetch_add(1, Ordering::Relaxed);
                }
                note(one, end);
            }
        }
        for answer in answers {
            // What could not be written is sent again when the lease has ended: twice rather than never.
            drop(answer.wait());
        }
        goes_on
    }

    /// A lane pauses whose message, begun at this moment, found nobody. Its other parts find the same at the same time: what was
    /// begun before the pause ends says nothing new.
    fn pause(&self, lane: &str, begun: Moment) {
        let mut paused = locked(&self.lanes.paused);
        let failed = match paused.get(lane) {
            Some((until, _)) if *until > begun => return,
            before => before.map_or(0, |p| p.1) + 1,
        };
        let us = ((10 * US_PER_SECOND) << failed.min(10)).min(PAUSE_MAX_US);
        paused.insert(lane.to_owned(), (self.city.store().now().plus_us(us), failed));
    }

    /// The settings changed, or a person says so: what pauses is tried at once.
    pub(crate) fn unpause(&self) {
        locked(&self.lanes.paused).clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_tried_for_about_two_days() {
        let whole: i64 = (1..ATTEMPTS_MAX).map(backoff_us).sum();
        let hours = whole / (3_600 * US_PER_SECOND);
        assert!((36..60).contains(&hours), "{hours} h");
        assert!((1..ATTEMPTS_MAX).all(|n| backoff_us(n) <= backoff_us(n + 1)));
    }
}
