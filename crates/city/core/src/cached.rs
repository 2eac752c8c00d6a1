//! 缓存: what is loaded from the database and kept in memory until its generation moves. There is one such type, so that
//! its two rules hold everywhere: the generation is read in the same view as what is loaded, and nothing that was read
//! inside a transaction that writes is remembered, because it may be given up.

use std::sync::{Arc, PoisonError, RwLock};

use store::Rd;

use crate::Error;

/// One value and the generation it belongs to.
pub struct Cached<K, T>(RwLock<Option<(K, Arc<T>)>>);

impl<K, T> Default for Cached<K, T> {
    fn default() -> Self {
        Self(RwLock::new(None))
    }
}

impl<K: Copy + PartialEq, T> Cached<K, T> {
    /// The value at generation `key`, which the caller has read in this view. When it is not the one in memory, `load`
    /// makes it from this view; it is given the one in memory, parts of which may still hold.
    pub fn at(
        &self,
        rd: &mut Rd<'_>,
        key: K,
        load: impl FnOnce(&mut Rd<'_>, Option<&T>) -> Result<T, Error>,
    ) -> Result<Arc<T>, Error> {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((_, value)) = known.as_ref().filter(|k| k.0 == key) {
            return Ok(Arc::clone(value));
        }
        let fresh = Arc::new(load(rd, known.as_ref().map(|k| &*k.1))?);
        if !rd.writes() {
            *self.0.write().unwrap_or_else(PoisonError::into_inner) = Some((key, Arc::clone(&fresh)));
        }
        Ok(fresh)
    }
    /// The value in memory, of whatever generation.
    pub(crate) fn held(&self) -> Option<Arc<T>> {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        known.as_ref().map(|k| Arc::clone(&k.1))
    }
    /// Is the value of this generation in memory?
    pub fn holds(&self, key: K) -> bool {
        self.0.read().unwrap_or_else(PoisonError::into_inner).as_ref().is_some_and(|k| k.0 == key)
    }
}
