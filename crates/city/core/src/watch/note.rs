//! One request: its number, which the reader is shown when something fails, who asked, and why it failed.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use kernel::StaffId;
use store::StoreError;

use crate::Error;

/// Longest cause in a line of the log, in characters.
const CAUSE_MAX: usize = 300;

/// What is known of a request while it is worked on. It travels with the request; a clone is the same note.
#[derive(Clone, Debug)]
pub struct RequestNote(Arc<Inside>);

#[derive(Debug)]
struct Inside {
    number: String,
    staff: AtomicI64,
    cause: Mutex<String>,
}

/// Start of the process: numbers of two runs differ.
static RUN: LazyLock<u64> = LazyLock::new(|| store::system_clock().us().unsigned_abs() / 1_000);
static COUNT: AtomicU64 = AtomicU64::new(0);

impl Default for RequestNote {
    fn default() -> Self {
        let number = format!("{:x}-{:x}", *RUN, COUNT.fetch_add(1, Ordering::Relaxed));
        Self(Arc::new(Inside { number, staff: AtomicI64::new(0), cause: Mutex::default() }))
    }
}

impl RequestNote {
    /// The number of the request.
    pub fn number(&self) -> &str {
        &self.0.number
    }
    /// Notes who asks.
    pub fn asked_by(&self, staff: StaffId) {
        self.0.staff.store(staff.0, Ordering::Relaxed);
    }
    /// Who asked; none without an account.
    pub fn staff(&self) -> Option<StaffId> {
        Some(StaffId(self.0.staff.load(Ordering::Relaxed))).filter(|s| s.0 != 0)
    }
    /// Notes why it was not done.
    pub fn failed(&self, e: &Error) {
        *self.0.cause.lock().unwrap_or_else(PoisonError::into_inner) = cause(e);
    }
    /// Notes what broke where nothing is known but its words.
    pub fn broke(&self, what: &str) {
        *self.0.cause.lock().unwrap_or_else(PoisonError::into_inner) = covered(what);
    }
    /// Why it was not done; empty when it was.
    pub fn cause(&self) -> String {
        self.0.cause.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// A cause for the log: which refusal it was, never the words that were refused; of the store what it said.
fn cause(e: &Error) -> String {
    match e {
        Error::SignIn => "sign_in".to_owned(),
        Error::NotSignedIn(_) => "not_signed_in".to_owned(),
        Error::NotFound => "not_found".to_owned(),
        Error::Forbidden(_) => "forbidden".to_owned(),
        Error::Refused(r) => format!("refused {}", resolve::Word::word(r.code)),
        Error::Invalid { field, .. } => format!("invalid {}", covered(field)),
        Error::Behind { read, of } => format!("behind {read}/{of}"),
        Error::TooOften { .. } => "too_often".to_owned(),
        Error::Changed(s) | Error::Store(s) => match s {
            // What was taken already may be somebody's: the column says enough.
            StoreError::Duplicate { what } => format!("exists {}", covered(what)),
            s => covered(&s.to_string()),
        },
    }
}

/// What the machine said, on one line, with what looks like personal data covered: a damaged row is quoted in it.
fn covered(text: &str) -> String {
    let line: String = text.chars().take(CAUSE_MAX).map(|c| if c.is_control() { ' ' } else { c }).collect();
    hanyu::mask::mask(&line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cause_tells_which_refusal_and_never_whose() {
        let note = RequestNote::default();
        assert_ne!(note.number(), RequestNote::default().number());
        note.failed(&Error::invalid("words", "“王小二13800001234”太长", "too long"));
        assert_eq!(note.cause(), "invalid words");
        note.failed(&Error::bug("case: invalid value: 联系人王小二,13800001234\nat line 1"));
        assert!(
            !note.cause().contains("13800001234") && !note.cause().contains("王小二"),
            "{}",
            note.cause()
        );
        assert!(!note.cause().contains('\n') && note.cause().contains("at line 1"));
        assert_eq!(note.staff(), None);
        note.asked_by(StaffId(7));
        assert_eq!(note.staff(), Some(StaffId(7)));
    }
}
