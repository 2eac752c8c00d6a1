//! A token bucket for each address that has no account. Bounded: when too many addresses are known, those
//! that are full again are forgotten.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use kernel::{Moment, US_PER_SECOND};

const ADDRESSES_MAX: usize = 50_000;

pub(crate) struct Buckets {
    burst: f64,
    per_us: f64,
    all: Mutex<HashMap<Option<IpAddr>, (f64, Moment)>>,
}

impl Buckets {
    pub(crate) fn new(burst: u32, per_minute: u32) -> Self {
        Self {
            burst: f64::from(burst.max(1)),
            per_us: f64::from(per_minute.max(1)) / (60.0 * US_PER_SECOND as f64),
            all: Mutex::default(),
        }
    }
    /// Takes one; when there is none, answers in how many seconds there is.
    pub(crate) fn take(&self, address: Option<IpAddr>, now: Moment) -> Result<(), u32> {
        // A network of a household or an office is one client, not 2^64.
        let address = address.map(|a| match a.to_canonical() {
            IpAddr::V6(six) => {
                let mut parts = six.segments();
                parts[4..].fill(0);
                IpAddr::from(parts)
            }
            four => four,
        });
        let mut all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= ADDRESSES_MAX {
            all.retain(|_, (left, at)| *left + now.us_since(*at) as f64 * self.per_us < self.burst);
            if all.len() >= ADDRESSES_MAX {
                all.clear();
            }
        }
        let (left, at) = all.entry(address).or_insert((self.burst, now));
        *left = (*left + now.us_since(*at).max(0) as f64 * self.per_us).min(self.burst);
        *at = now;
        if *left >= 1.0 {
            *left -= 1.0;
            return Ok(());
        }
        Err(((1.0 - *left) / self.per_us / US_PER_SECOND as f64).ceil() as u32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_empties_and_fills_again() {
        let buckets = Buckets::new(3, 60);
        let one: Option<IpAddr> = Some("192.0.2.1".parse().unwrap());
        let now = Moment::from_us(0);
        for _ in 0..3 {
            assert_eq!(buckets.take(one, now), Ok(()));
        }
        assert_eq!(buckets.take(one, now), Err(1));
        assert_eq!(buckets.take(Some("192.0.2.2".parse().unwrap()), now), Ok(()));
        assert_eq!(buckets.take(one, now.plus_us(1_000_000)), Ok(()));
        assert_eq!(buckets.take(one, now.plus_us(1_000_000)), Err(1));
        let of = |s: &str| Some(s.parse::<IpAddr>().unwrap());
        for i in 0..3 {
            assert_eq!(buckets.take(of(&format!("2001:db8:0:1::{i}")), now), Ok(()));
        }
        assert!(buckets.take(of("2001:db8:0:1:ffff::9"), now).is_err(), "one network, one bucket");
    }
}
