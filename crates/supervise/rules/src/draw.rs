//! 抽查: a sample that anyone can draw again from the published seed.
//!
//! Each subject gets the number SM3(seed ‖ “/” ‖ its name); in each stratum those with the smallest numbers are
//! drawn. Neither order nor other subjects matter, so a list in another order gives the same sample. Row S4.

use std::collections::BTreeMap;

use sm3::{Digest as _, Sm3};

/// One stratum (层): which, how many there are, how many are drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stratum {
    /// its name
    pub name: String,
    /// subjects in it
    pub of: usize,
    /// drawn from it
    pub drawn: usize,
}

/// One subject that was drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drawn {
    /// its name (number of a case)
    pub name: String,
    /// its stratum
    pub stratum: String,
    /// the first 16 hexadecimal digits of its number
    pub lot: String,
}

fn lot(seed: &str, name: &str) -> [u8; 32] {
    let mut h = Sm3::new();
    h.update(seed.as_bytes());
    h.update(b"/");
    h.update(name.as_bytes());
    h.finalize().into()
}

/// Draws `n` of `all` (name, stratum), shared out over the strata by their sizes (largest remainder), at least
/// one from each as long as `n` reaches. Where it does not reach, the smallest numbers of all decide, one from a
/// stratum: a stratum comes in with a chance that grows with its size, and every one can come in. Answers what was drawn in the order of strata and lots.
pub fn draw(seed: &str, all: &[(String, String)], n: usize) -> (Vec<Stratum>, Vec<Drawn>) {
    let mut strata: BTreeMap<&str, Vec<([u8; 32], &str)>> = BTreeMap::new();
    for (name, stratum) in all {
        strata.entry(stratum).or_default().push((lot(seed, name), name));
    }
    for lots in strata.values_mut() {
        lots.sort_unstable();
        lots.dedup();
    }
    let sizes: Vec<usize> = strata.values().map(Vec::len).collect();
    let smallest: Vec<[u8; 32]> = strata.values().map(|lots| lots[0].0).collect();
    let shares = share_out(&sizes, &smallest, n);
    let (mut told, mut drawn) = (Vec::new(), Vec::new());
    for ((name, lots), share) in strata.iter().zip(shares) {
        told.push(Stratum { name: (*name).to_owned(), of: lots.len(), drawn: share });
        drawn.extend(lots.iter().take(share).map(|(lot, subject)| Drawn {
            name: (*subject).to_owned(),
            stratum: (*name).to_owned(),
            lot: lot[..8].iter().map(|b| format!("{b:02x}")).collect(),
        }));
    }
    (told, drawn)
}

/// So many of each stratum: one each while it reaches, the rest by size. `smallest` are their smallest numbers.
fn share_out(sizes: &[usize], smallest: &[[u8; 32]], n: usize) -> Vec<usize> {
    let total: usize = sizes.iter().sum();
    let n = n.min(total);
    if n < sizes.len() {
        // Not one for each. The smallest of many numbers is smaller than that of few: size counts, none is shut out.
        let mut order: Vec<usize> = (0..sizes.len()).collect();
        order.sort_by_key(|i| smallest[*i]);
        let mut out = vec![0; sizes.len()];
        for i in order.into_iter().take(n) {
            out[i] = 1;
        }
        return out;
    }
    let rest = n - sizes.len();
    let left = total - sizes.len();
    let mut out = vec![1; sizes.len()];
    if left == 0 {
        return out;
    }
    let mut remainders = Vec::with_capacity(sizes.len());
    let mut given = 0;
    for (i, size) in sizes.iter().enumerate() {
        let exact = (size - 1) * rest;
        out[i] += exact / left;
        given += exact / left;
        remainders.push((std::cmp::Reverse(exact % left), i));
    }
    remainders.sort_unstable();
    for (_, i) in remainders.into_iter().take(rest - given) {
        out[i] += 1;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_same_seed_draws_the_same_whatever_the_order(
            sizes in prop::collection::vec(1usize..40, 1..6), n in 0usize..90, turn in 0usize..100,
        ) {
            let mut all = Vec::new();
            for (s, size) in sizes.iter().enumerate() {
                all.extend((0..*size).map(|i| (format!("{s}-{i}"), format!("层{s}"))));
            }
            let (strata, drawn) = draw("2026-03", &all, n);
            prop_assert_eq!(drawn.len(), n.min(all.len()));
            prop_assert!(strata.iter().all(|s| s.drawn <= s.of));
            if n >= sizes.len() {
                prop_assert!(strata.iter().all(|s| s.drawn >= 1));
            }
            let by = turn % all.len();
            all.rotate_left(by);
            prop_assert_eq!(draw("2026-03", &all, n).1, drawn);
        }
    }

    /// 32 units, one with half of the cases, twelve drawn: over many seeds each unit comes in, the large one nearly
    /// always, the small ones about equally often.
    #[test]
    fn every_stratum_can_be_drawn() {
        let mut all: Vec<(String, String)> =
            (0..31).map(|i| (format!("s{i}"), format!("小{i:02}"))).collect();
        all.extend((0..31).map(|i| (format!("b{i}"), "大".to_owned())));
        let mut times: BTreeMap<String, u32> = BTreeMap::new();
        for seed in 0..2000 {
            let (_, drawn) = draw(&format!("2026-{seed}"), &all, 12);
            assert_eq!(drawn.len(), 12);
            drawn.into_iter().for_each(|d| *times.entry(d.stratum).or_default() += 1);
        }
        assert_eq!(times.len(), 32);
        let large = times.remove("大").unwrap();
        assert!(large > 1990, "{large}");
        // Eleven of 31 each time, give or take: 2000 × 11/31 = 710.
        assert!(times.values().all(|n| (600..820).contains(n)), "{times:?}");
    }

    #[test]
    fn the_lot_is_plain_sm3() {
        // printf 'abc/1' | openssl dgst -sm3
        let (_, drawn) = draw("abc", &[("1".into(), String::new())], 1);
        let by_hand: String = Sm3::digest(b"abc/1")[..8].iter().map(|b| format!("{b:02x}")).collect();
        assert_eq!(drawn[0].lot, by_hand);
        let other = draw("abd", &[("1".into(), String::new())], 1).1;
        assert_ne!(other[0].lot, drawn[0].lot);
    }
}
