//! A small deterministic generator (xoshiro256++, seeded by splitmix64) with one stream per purpose.
//!
//! Streams make common random numbers possible: the n-th duration of a step is the same draw in every
//! design that is compared. Not for secrets.

/// A deterministic stream of random numbers.
#[derive(Clone, Debug)]
pub struct Rng {
    s: [u64; 4],
}

/// One step of splitmix64: a good mixer of small seeds.
pub(crate) const fn mix(x: u64) -> u64 {
    let z = x.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

impl Rng {
    /// The stream of `seed`.
    pub const fn new(seed: u64) -> Self {
        Self::stream(seed, 0)
    }
    /// Stream number `purpose` of `seed`: independent of every other stream of that seed.
    pub const fn stream(seed: u64, purpose: u64) -> Self {
        let a = mix(seed ^ mix(purpose.wrapping_mul(0xD134_2543_DE82_EF95)));
        let b = mix(a);
        let c = mix(b);
        Self { s: [a, b, c, mix(c)] }
    }
    /// The next 64 bits.
    #[inline]
    pub const fn bits(&mut self) -> u64 {
        let s = &mut self.s;
        let out = s[0].wrapping_add(s[3]).rotate_left(23).wrapping_add(s[0]);
        let t = s[1] << 17;
        s[2] ^= s[0];
        s[3] ^= s[1];
        s[1] ^= s[2];
        s[0] ^= s[3];
        s[2] ^= t;
        s[3] = s[3].rotate_left(45);
        out
    }
    /// Uniform in `0..1`, never 1.
    #[inline]
    pub const fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 * (1.0 / (1u64 << 53) as f64)
    }
    /// Uniform in `0..1`, never 0: fit for a logarithm.
    #[inline]
    pub const fn open(&mut self) -> f64 {
        ((self.bits() >> 11) as f64 + 0.5) * (1.0 / (1u64 << 53) as f64)
    }
    /// A whole number in `0..n`; 0 when `n` is 0.
    pub const fn below(&mut self, n: usize) -> usize {
        ((self.bits() as u128 * n as u128) >> 64) as usize
    }
    /// Standard normal (Marsaglia's polar method, one value per call).
    #[inline]
    pub fn normal(&mut self) -> f64 {
        loop {
            let (u, v) = (2.0 * self.unit() - 1.0, 2.0 * self.unit() - 1.0);
            let s = u * u + v * v;
            if s > 0.0 && s < 1.0 {
                return u * (-2.0 * s.ln() / s).sqrt();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn same_seed_same_stream_and_streams_differ() {
        let draw = |seed, p| {
            let mut r = Rng::stream(seed, p);
            (0..8).map(|_| r.bits()).collect::<Vec<_>>()
        };
        assert_eq!(draw(7, 1), draw(7, 1));
        assert_ne!(draw(7, 1), draw(7, 2));
        assert_ne!(draw(7, 1), draw(8, 1));
    }

    #[test]
    fn the_first_two_moments_are_right() {
        let mut r = Rng::new(1);
        let n = 200_000;
        let (mut u, mut z, mut zz) = (0.0, 0.0, 0.0);
        for _ in 0..n {
            u += r.unit();
            let x = r.normal();
            z += x;
            zz += x * x;
        }
        let n = f64::from(n);
        assert!((u / n - 0.5).abs() < 0.003);
        assert!((z / n).abs() < 0.01);
        assert!((zz / n - 1.0).abs() < 0.02);
    }
}
