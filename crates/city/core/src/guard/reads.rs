//! 查阅留痕: who has looked at which case today, so that one look a day goes on record and not each page turned.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use kernel::{Actor, Date, Moment, StaffId};

/// Looks remembered; when there are more, some are put on record twice.
const MOST: usize = 50_000;

/// The looks of one day.
#[derive(Debug, Default)]
pub struct Reads(Mutex<(Option<Date>, HashSet<(StaffId, String)>)>);

impl Reads {
    /// Need nothing be put on record for this look?
    pub fn holds(&self, actor: &Actor, number: &str, now: Moment) -> bool {
        let Some(staff) = actor.staff else { return true };
        let day = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        day.0 == Some(now.date()) && day.1.contains(&(staff, number.to_owned()))
    }
    /// It was put on record, or need not be.
    pub fn note(&self, actor: &Actor, number: &str, now: Moment) {
        let Some(staff) = actor.staff else { return };
        let mut day = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if day.0 != Some(now.date()) || day.1.len() >= MOST {
            *day = (Some(now.date()), HashSet::new());
        }
        day.1.insert((staff, number.to_owned()));
    }
}
