//! 车道: each receiver has a lane, each lane some parts; a part is worked on by one thread at a time, so that order within a
//! subject holds, and a receiver that is slow or gone keeps only its own threads. A lane whose receiver does not answer
//! pauses as a whole, longer each time: ten thousand messages do not each wait for it.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use city::{Error, contained};
use kernel::{Moment, US_PER_SECOND};
use store::outbox::{self, End, Out};

use crate::Outbox;
use crate::send::Ways;

/// Threads that send at a time.
const THREADS: usize = 64;
/// Messages claimed at a time.
const BATCH: u32 = 100;
/// Batches that one thread sends before others have their turn.
const BATCHES: usize = 20;
/// How long a batch is held.
const LEASE: Duration = Duration::from_secs(300);
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
        let now = self.city.store().now();
        let due = self.city.store().read(|rd| outbox::due_lanes(rd, now, 2_000))?;
        for part in due {
            if locked(&self.lanes.paused).get(&part.0).is_some_and(|p| p.0 > now) {
                continue;
            }
            {
                let mut busy = locked(&self.lanes.busy);
                if busy.len() >= THREADS || !busy.insert(part.clone()) {
                    continue;
                }
            }
            let turn = Turn(self.clone(), part);
            let begun = std::thread::Builder::new().name("outbox".to_owned()).spawn(move || {
                let (outbox, (lane, part)) = (&turn.0, &turn.1);
                // What fails here is the store: the lease ends and the next round tries again.
                drop(contained(|| outbox.part(lane, *part)));
            });
            begun.map_err(|e| Error::bug(format!("thread: {e}")))?;
        }
        Ok(self.lanes.ended.swap(0, Ordering::Relaxed))
    }

    /// Works until nothing is due and nobody sends, at most for so long; says whether it came to that.
    ///
    /// # Errors
    /// The store could not.
    pub fn settle(&self, patience: Duration) -> Result<bool, Error> {
        let until = Instant::now() + patience;
        while Instant::now() < until {
            self.work()?;
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
        for _ in 0..BATCHES {
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
            if !self.batch(lane, &batch, &ways, &mut sent) {
                break;
            }
        }
        Ok(sent)
    }

    /// Sends a batch; says whether the lane goes on. What became of each message is written at once, in the groups of the
    /// store, and waited for at the end.
    fn batch(&self, lane: &str, batch: &[Out], ways: &Ways<'_>, sent: &mut usize) -> bool {
        let begun = Instant::now();
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
            if !goes_on || begun.elapsed() > LEASE / 2 {
                let until = if goes_on { now } else { self.paused_until(lane).unwrap_or(now) };
                note(out, End::Release(until));
                continue;
            }
            let together: Vec<&Out> = if out.digest {
                batch[n..].iter().filter(|o| o.digest && o.who == out.who).collect()
            } else {
                vec![out]
            };
            let end = match ways.send(&together, now) {
                Ok(end) => {
                    locked(&self.lanes.paused).remove(lane);
                    end
                }
                Err(why) => {
                    let tried = out.attempts + 1;
                    if why.scope == delivery::Scope::Down {
                        goes_on = false;
                        self.pause(lane, now);
                    }
                    if why.scope == delivery::Scope::Never || tried >= ATTEMPTS_MAX {
                        End::Dead(why.why)
                    } else {
                        End::Later(now.plus_us(backoff_us(tried)), why.why)
                    }
                }
            };
            for one in together {
                done.insert(one.id);
                if let End::Later(until, _) | End::Release(until) = &end {
                    held.insert(one.subject.clone(), *until);
                } else {
                    *sent += 1;
                    self.lanes.ended.fetch_add(1, Ordering::Relaxed);
                }
                note(one, end.clone());
            }
        }
        for answer in answers {
            // What could not be written is sent again when the lease has ended: twice rather than never.
            drop(answer.wait());
        }
        goes_on
    }

    fn pause(&self, lane: &str, now: Moment) {
        let mut paused = locked(&self.lanes.paused);
        let failed = paused.get(lane).map_or(0, |p| p.1) + 1;
        let us = ((10 * US_PER_SECOND) << failed.min(10)).min(PAUSE_MAX_US);
        paused.insert(lane.to_owned(), (now.plus_us(us), failed));
    }

    fn paused_until(&self, lane: &str) -> Option<Moment> {
        locked(&self.lanes.paused).get(lane).map(|p| p.0)
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
