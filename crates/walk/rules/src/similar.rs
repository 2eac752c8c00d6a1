//! 雷同: the most similar other walk of each walk, by the words alone: three-character shingles, MinHash with 16
//! bands of 4 rows to find candidates, then the true Jaccard. Must not know what similarity means.

use std::collections::{BTreeSet, HashMap};

use crate::facts::WalkFacts;

const BANDS: usize = 16;
const ROWS: usize = 4;
/// In one band no more than this many are compared with each other: a stock phrase of thousands is one signal.
const BUCKET_MAX: usize = 64;

fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// Hashes of all three-character runs; blanks and stops are passed over. At most 4,000 characters are read.
fn shingles(text: &str) -> Vec<u64> {
    let chars: Vec<u64> =
        text.chars().filter(|c| c.is_alphanumeric()).take(4_000).map(|c| u64::from(u32::from(c))).collect();
    let mut out: Vec<u64> = chars.windows(3).map(|w| mix(w[0] << 42 | w[1] << 21 | w[2])).collect();
    out.sort_unstable();
    out.dedup();
    out
}

fn jaccard(a: &[u64], b: &[u64]) -> f64 {
    let (mut i, mut j, mut both) = (0, 0, 0usize);
    while i < a.len() && j < b.len() {
        match a[i].cmp(&b[j]) {
            std::cmp::Ordering::Less => i += 1,
            std::cmp::Ordering::Greater => j += 1,
            std::cmp::Ordering::Equal => {
                both += 1;
                i += 1;
                j += 1;
            }
        }
    }
    let union = a.len() + b.len() - both;
    if union == 0 { 0.0 } else { both as f64 / union as f64 }
}

/// For each walk the index of the most similar walk of someone else, and the Jaccard similarity (0–1).
pub fn most_similar(walks: &[WalkFacts]) -> Vec<Option<(usize, f64)>> {
    let shingles: Vec<Vec<u64>> = walks.iter().map(|w| shingles(&w.words)).collect();
    let mut buckets: HashMap<(usize, u64), Vec<usize>> = HashMap::new();
    for (i, s) in shingles.iter().enumerate().filter(|(_, s)| s.len() >= 8) {
        for band in 0..BANDS {
            let mut key = 0u64;
            for row in 0..ROWS {
                let salt = mix((band * ROWS + row) as u64 + 1);
                let least = s.iter().map(|h| mix(h ^ salt)).min().unwrap_or(0);
                key = mix(key ^ least);
            }
            let bucket = buckets.entry((band, key)).or_default();
            if bucket.len() < BUCKET_MAX {
                bucket.push(i);
            }
        }
    }
    let mut pairs: BTreeSet<(usize, usize)> = BTreeSet::new();
    for bucket in buckets.values() {
        for (n, a) in bucket.iter().enumerate() {
            for b in &bucket[n + 1..] {
                if walks[*a].staff != walks[*b].staff {
                    pairs.insert((*a, *b));
                }
            }
        }
    }
    let mut best: Vec<Option<(usize, f64)>> = vec![None; walks.len()];
    for (a, b) in pairs {
        let s = jaccard(&shingles[a], &shingles[b]);
        for (x, y) in [(a, b), (b, a)] {
            if best[x].is_none_or(|(_, old)| s > old) {
                best[x] = Some((y, s));
            }
        }
    }
    best
}
