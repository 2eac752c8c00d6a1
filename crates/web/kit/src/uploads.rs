//! 上传的位置: how many forms with files arrive at once. Strangers have places apart from staff, and one network of
//! strangers has few of them: whoever fills theirs closes nothing for anybody else.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use city::{Error, Network};

/// Each holds one file in memory at most.
const OF_STAFF: usize = 16;
const OF_STRANGERS: usize = 16;
const OF_NETWORK: usize = 3;

/// The places that are taken.
#[derive(Debug, Default)]
pub(crate) struct Uploads(Mutex<Taken>);

#[derive(Debug, Default)]
struct Taken {
    staff: usize,
    strangers: HashMap<Network, usize>,
}

/// A place; free again when it is dropped.
#[derive(Debug)]
pub(crate) struct UploadPlace {
    of: Arc<Uploads>,
    network: Option<Network>,
}

impl Uploads {
    /// A place for staff, or for a stranger from this network.
    pub(crate) fn take(self: &Arc<Self>, network: Option<Network>) -> Result<UploadPlace, Error> {
        let mut taken = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match network {
            None if taken.staff >= OF_STAFF => return Err(Error::Store(store::StoreError::Busy)),
            None => taken.staff += 1,
            Some(network) => {
                let all: usize = taken.strangers.values().sum();
                let of_network = taken.strangers.get(&network).copied().unwrap_or_default();
                if of_network >= OF_NETWORK {
                    return Err(Error::TooOften { after_s: 10 });
                }
                // Where many networks press at once, each is left one place.
                if all >= OF_STRANGERS && (of_network > 0 || all >= 4 * OF_STRANGERS) {
                    return Err(Error::Store(store::StoreError::Busy));
                }
                *taken.strangers.entry(network).or_default() += 1;
            }
        }
        Ok(UploadPlace { of: Arc::clone(self), network })
    }
}

impl Drop for UploadPlace {
    fn drop(&mut self) {
        let mut taken = self.of.0.lock().unwrap_or_else(PoisonError::into_inner);
        match self.network {
            None => taken.staff -= 1,
            Some(network) => {
                if let Some(n) = taken.strangers.get_mut(&network) {
                    *n -= 1;
                    if *n == 0 {
                        taken.strangers.remove(&network);
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_network_fills_its_own_places_only() {
        let uploads = Arc::new(Uploads::default());
        let net = |n: u8| Some(Network::of([192, 0, 2, n].into()));
        let held: Vec<_> = (0..20).map_while(|_| uploads.take(net(1)).ok()).collect();
        assert_eq!(held.len(), OF_NETWORK);
        assert!(uploads.take(net(2)).is_ok() && uploads.take(None).is_ok());
        let many: Vec<_> = (2..60).filter_map(|n| uploads.take(net(n)).ok()).collect();
        assert!(many.len() > OF_STRANGERS && uploads.take(None).is_ok(), "staff have places of their own");
        drop((held, many));
        assert!(uploads.take(net(1)).is_ok());
        assert!(uploads.0.lock().unwrap().strangers.is_empty());
    }
}
