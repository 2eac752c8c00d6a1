//! A clock that stands still until a test moves it.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use kernel::Moment;

/// A clock to move; a clone is the same clock.
#[derive(Clone, Debug)]
pub struct HandClock(Arc<AtomicI64>);

impl HandClock {
    /// A clock that shows `at`.
    pub fn at(at: Moment) -> Self {
        Self(Arc::new(AtomicI64::new(at.us())))
    }
    /// What it shows.
    pub fn now(&self) -> Moment {
        Moment::from_us(self.0.load(Ordering::SeqCst))
    }
    /// Moves it, back when negative.
    pub fn move_us(&self, us: i64) {
        self.0.fetch_add(us, Ordering::SeqCst);
    }
    /// Sets it.
    pub fn set(&self, at: Moment) {
        self.0.store(at.us(), Ordering::SeqCst);
    }
    /// As a store wants it.
    pub fn as_clock(&self) -> store::Clock {
        let me = self.clone();
        Arc::new(move || me.now())
    }
}
