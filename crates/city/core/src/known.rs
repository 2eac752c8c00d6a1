//! Who was known a moment ago: spares a look at the store for each request of somebody who works.
//!
//! Bounded in size and in age. Signing out or changing accounts in this process empties it; a command beside it is heard
//! of when the entry is too old, after five seconds at most. On PostgreSQL, where there can be several nodes, it is not
//! used: an account that was turned off works nowhere from then on.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use kernel::{Moment, US_PER_SECOND};
use store::office::StaffRow;

const AGE_US_MAX: i64 = 5 * US_PER_SECOND;
const ENTRIES_MAX: usize = 20_000;

/// Digest of a token → when its account was looked up, and the account.
type Entries = HashMap<[u8; 32], (Moment, Arc<StaffRow>)>;

#[derive(Default)]
pub(crate) struct Known(RwLock<Entries>);

impl Known {
    pub(crate) fn look(&self, digest: &[u8; 32], now: Moment) -> Option<Arc<StaffRow>> {
        let all = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let (at, staff) = all.get(digest)?;
        (0..AGE_US_MAX).contains(&now.us_since(*at)).then(|| Arc::clone(staff))
    }
    pub(crate) fn remember(&self, digest: [u8; 32], staff: &StaffRow, now: Moment) {
        let mut all = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= ENTRIES_MAX {
            all.clear();
        }
        all.insert(digest, (now, Arc::new(staff.clone())));
    }
    pub(crate) fn forget(&self) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).clear();
    }
}
