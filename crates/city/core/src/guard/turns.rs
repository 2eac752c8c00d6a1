//! 轮次: so many at the same time, so many waiting, and whoever comes then is asked to come again.

use std::sync::{Condvar, Mutex, PoisonError};

use store::StoreError;

use crate::Error;

/// Turns at something that takes memory or time and that anybody can ask for.
#[derive(Debug)]
pub struct Turns {
    at_once: usize,
    waiting_max: usize,
    /// working, waiting
    state: Mutex<(usize, usize)>,
    freed: Condvar,
}

/// A turn; given back when it is dropped.
#[derive(Debug)]
pub struct Turn<'t>(&'t Turns);

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner).0 -= 1;
        self.0.freed.notify_one();
    }
}

impl Turns {
    /// So many at once, so many waiting.
    pub const fn new(at_once: usize, waiting_max: usize) -> Self {
        Self { at_once, waiting_max, state: Mutex::new((0, 0)), freed: Condvar::new() }
    }
    /// A turn; waits for it on this thread.
    ///
    /// # Errors
    /// `Busy`: too many wait.
    pub fn take(&self) -> Result<Turn<'_>, Error> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.0 >= self.at_once && state.1 >= self.waiting_max {
            return Err(Error::Store(StoreError::Busy));
        }
        state.1 += 1;
        while state.0 >= self.at_once {
            state = self.freed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.1 -= 1;
        state.0 += 1;
        Ok(Turn(self))
    }
}
