//! What fails alone: a panic becomes an error, and of many subjects those that fail are named and the rest goes on.

use std::panic::{AssertUnwindSafe, catch_unwind};

use kernel::StreamId;
use store::{Rd, Tx, asides};

use crate::city::Error;

/// Runs something; a panic becomes an error.
pub fn contained<T>(f: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
    catch_unwind(AssertUnwindSafe(f)).unwrap_or_else(|panic| {
        let said = panic.downcast_ref::<&str>().map(|s| (*s).to_owned());
        let said = said.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default();
        Err(Error::bug(format!("panic: {said}")))
    })
}

/// What became of many subjects.
#[derive(Debug)]
pub struct Each<T> {
    /// of those that could be done
    pub done: Vec<T>,
    /// those that could not, and why
    pub bad: Vec<(StreamId, String)>,
}

/// Does the same for each subject in one view. `Err` only when the store itself fails.
pub fn each<T>(
    rd: &mut Rd<'_>,
    subjects: impl IntoIterator<Item = StreamId>,
    f: impl Fn(&mut Rd<'_>, StreamId) -> Result<Option<T>, Error>,
) -> Result<Each<T>, Error> {
    let mut all = Each { done: Vec::new(), bad: Vec::new() };
    for subject in subjects {
        match contained(|| f(rd, subject)) {
            Ok(done) => all.done.extend(done),
            Err(e) if e.is_about_the_subject() => all.bad.push((subject, e.to_string())),
            Err(e) => return Err(e),
        }
    }
    Ok(all)
}

/// Does one subject as a part of a transaction: when it fails, its part is undone and it is put aside under `care`. Says
/// whether it was done. `was_aside`: it had been put aside before.
pub fn one(
    tx: &mut Tx<'_>,
    care: &str,
    subject: StreamId,
    was_aside: bool,
    f: impl FnOnce(&mut Tx<'_>) -> Result<bool, Error>,
) -> Result<bool, Error> {
    match tx.part(|tx| contained(|| f(tx))) {
        Ok(done) => {
            if was_aside {
                asides::done(tx, care, subject)?;
            }
            Ok(done)
        }
        Err(e) if e.is_about_the_subject() => {
            asides::put(tx, care, subject, &e.to_string())?;
            Ok(false)
        }
        Err(e) => Err(e),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_that_panics_is_named_and_the_rest_goes_on() {
        let dir = testkit::TempDir::new();
        let place = store::Place::Embedded { dir: dir.path().to_owned() };
        let store = store::Store::open(&place, store::Options::default()).unwrap();
        let work = |_: &mut Rd<'_>, s: StreamId| match s.0 {
            2 => panic!("nonsense"),
            3 => Err(Error::NotFound),
            n => Ok(Some(n)),
        };
        let all = store.read(|rd| each(rd, (1..=4).map(StreamId), work)).unwrap();
        assert_eq!(all.done, [1, 4]);
        assert_eq!(all.bad.iter().map(|b| b.0.0).collect::<Vec<_>>(), [2, 3]);
        assert!(all.bad[0].1.contains("nonsense"));
        let lost = |_: &mut Rd<'_>, _| Err::<Option<()>, _>(Error::Store(store::StoreError::Busy));
        assert!(
            store.read(|rd| each(rd, [StreamId(1)], lost)).is_err(),
            "a store that fails is nobody's fault"
        );
    }
}
