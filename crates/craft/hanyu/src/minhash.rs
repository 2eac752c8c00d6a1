//! 指纹: the fingerprint of a text (MinHash over runs of three characters, one permutation) and its bands for an
//! index. Two texts that share a fraction J of their runs agree in about that fraction of the fingerprint.
//! Must not know places, times or cases.

use serde::{Deserialize, Serialize};

use crate::normalise::in_word;

/// Positions of a fingerprint.
pub const BINS: usize = 128;
/// Positions of one band: with 32 bands of 4, a pair with J = 0.5 meets in some band with 87 %, J = 0.2 with 5 %.
pub const BAND: usize = 4;

/// The fingerprint of a text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fingerprint(pub(crate) Vec<u32>);

const EMPTY: u32 = u32::MAX;

fn mix(mut h: u64) -> u64 {
    h ^= h >> 33;
    h = h.wrapping_mul(0xff51_afd7_ed55_8ccd);
    h ^= h >> 33;
    h = h.wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    h ^ (h >> 33)
}

/// Hashes of the runs of three characters (Chinese, letters, digits; marks are passed over).
pub fn shingles(chars: &[char]) -> impl Iterator<Item = u64> + '_ {
    chars.windows(3).map(|w| {
        mix(u64::from(u32::from(w[0])) << 42 ^ u64::from(u32::from(w[1])) << 21 ^ u64::from(u32::from(w[2])))
    })
}

/// The characters of a folded text that count.
pub fn counted(folded: &str) -> Vec<char> {
    folded.chars().filter(|c| in_word(*c)).collect()
}

impl Fingerprint {
    /// Of counted characters; a text of fewer than three has an empty one, which is like no other.
    pub fn of(chars: &[char]) -> Self {
        let mut bins = vec![EMPTY; BINS];
        for h in shingles(chars) {
            let bin = &mut bins[(h >> 57) as usize];
            *bin = (*bin).min(h as u32 & 0x7fff_ffff);
        }
        if chars.len() < 3 {
            return Self(bins);
        }
        // An empty position borrows from the next full one, changed by the distance.
        let full = bins.clone();
        for i in 0..BINS {
            let mut d = 0;
            while full[(i + d) % BINS] == EMPTY {
                d += 1;
            }
            if d > 0 {
                bins[i] = mix(u64::from(full[(i + d) % BINS]) + ((d as u64) << 40)) as u32 & 0x7fff_ffff;
            }
        }
        Self(bins)
    }

    /// Is there anything to compare?
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(|b| *b == EMPTY)
    }

    /// The estimated fraction of shared runs, 0 to 1.
    pub fn resemblance(&self, other: &Self) -> f32 {
        if self.is_empty() || other.is_empty() || self.0.len() != other.0.len() {
            return 0.0;
        }
        self.0.iter().zip(&other.0).filter(|(a, b)| a == b).count() as f32 / BINS as f32
    }

    /// One number per band; two texts with the same number in the same band are candidates.
    pub fn bands(&self) -> Vec<u64> {
        if self.is_empty() {
            return Vec::new();
        }
        let band = |(i, b): (usize, &[u32])| {
            b.iter().fold(i as u64 + 1, |h, v| mix(h ^ u64::from(*v)).rotate_left(5))
        };
        self.0.chunks(BAND).enumerate().map(band).collect()
    }
}

/// The smallest sets that hold together what is linked (union-find), with a bound on their size.
#[derive(Clone, Debug)]
pub struct Sets {
    parent: Vec<u32>,
}

impl Sets {
    /// `n` sets of one.
    pub fn new(n: usize) -> Self {
        Self { parent: (0..n as u32).collect() }
    }
    /// The first member of the set of `i`.
    pub fn find(&mut self, mut i: usize) -> usize {
        while self.parent[i] as usize != i {
            self.parent[i] = self.parent[self.parent[i] as usize];
            i = self.parent[i] as usize;
        }
        i
    }
    /// Joins two sets; the smaller number stays first.
    pub fn join(&mut self, a: usize, b: usize) {
        let (a, b) = (self.find(a), self.find(b));
        let (low, high) = (a.min(b), a.max(b));
        self.parent[high] = low as u32;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn resemblance_estimates_the_shared_fraction() {
        let a: Vec<char> = (0..400_u32).map(|i| char::from_u32(0x4e00 + i * 7 % 3000).unwrap()).collect();
        let mut b = a.clone();
        b.truncate(300);
        let r = Fingerprint::of(&a).resemblance(&Fingerprint::of(&b));
        assert!((r - 0.75).abs() < 0.12, "{r}");
        assert!(Fingerprint::of(&[]).bands().is_empty());
    }

    proptest! {
        #[test]
        fn a_text_resembles_itself(s in "[一-龥]{3,60}") {
            let f = Fingerprint::of(&counted(&s));
            prop_assert_eq!(f.resemblance(&f), 1.0);
            prop_assert_eq!(f.bands().len(), BINS / BAND);
        }
    }
}
