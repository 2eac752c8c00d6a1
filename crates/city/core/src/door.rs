//! 两道门: every use case reads through one and writes through the other; there is no second way to the store.

use store::{Rd, Tx};

use super::{City, Error, Later};

/// A handle of the house: it stands on the city and brings itself into the transaction.
pub trait Door: Clone + Send + 'static {
    /// What it stands on.
    fn city(&self) -> &City;
    /// Writes, in one transaction. The closure may run again: it touches nothing outside of it.
    fn write<T: Send + 'static>(
        &self,
        mut f: impl FnMut(&Self, &mut Tx<'_>) -> Result<T, Error> + Send + 'static,
    ) -> Later<T> {
        let own = self.clone();
        self.city().store.submit(move |tx| f(&own, tx))
    }
    /// Reads, in one view.
    fn read<T: Send + 'static>(
        &self,
        f: impl FnOnce(&Self, &mut Rd<'_>) -> Result<T, Error> + Send + 'static,
    ) -> Later<T> {
        let own = self.clone();
        self.city().store.ask(move |rd| f(&own, rd))
    }
    /// Looks, then writes: what `look` refuses does not wait for the writer. The closure looks again, and may run again.
    fn look_then_write<T: Send + 'static>(
        &self,
        look: impl FnOnce(&Self, &mut Rd<'_>) -> Result<(), Error> + Send + 'static,
        mut f: impl FnMut(&Self, &mut Tx<'_>) -> Result<T, Error> + Send + 'static,
    ) -> Later<T> {
        let (sees, own) = (self.clone(), self.clone());
        self.city().store.ask_then(move |rd| look(&sees, rd), move |tx| f(&own, tx))
    }
    /// As [`Door::read`] for what computes for long: it does not stand in the way of what reads a page.
    fn study<T: Send + 'static>(
        &self,
        f: impl FnOnce(&Self, &mut Rd<'_>) -> Result<T, Error> + Send + 'static,
    ) -> Later<T> {
        let own = self.clone();
        self.city().store.ask_long(move |rd| f(&own, rd))
    }
}

impl Door for City {
    fn city(&self) -> &City {
        self
    }
}
