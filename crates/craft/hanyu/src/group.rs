//! 归并: groups of letters about one matter, by average similarity. Two groups are joined while the mean of all
//! similarities between their letters is high enough, so that a chain of half-alike letters makes no blob.
//! Must not know heat, people or times.

use std::collections::{BinaryHeap, HashMap};

/// Similarities below this count as none.
const FLOOR: f32 = 0.03;
/// Most letters that are grouped at once.
pub const MAX_LETTERS: usize = 50_000;

/// A pair of groups that might be joined, ordered by mean similarity, then by number.
#[derive(PartialEq)]
struct Pair {
    mean: f32,
    a: u32,
    b: u32,
    /// Sizes when the pair was made: a changed group makes the pair stale.
    sizes: (u32, u32),
}
impl Eq for Pair {}
impl PartialOrd for Pair {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Pair {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.mean.total_cmp(&other.mean).then_with(|| (other.a, other.b).cmp(&(self.a, self.b)))
    }
}

/// Similarities of each letter to the letters before it.
fn similar_before(vectors: &[Vec<(u64, f32)>]) -> Vec<Vec<(u32, f32)>> {
    let mut postings: HashMap<u64, Vec<(u32, f32)>> = HashMap::new();
    let mut sums = vec![0.0_f32; vectors.len()];
    let mut touched: Vec<u32> = Vec::new();
    let mut out = Vec::with_capacity(vectors.len());
    for (i, v) in vectors.iter().enumerate() {
        for (k, x) in v {
            let list = postings.entry(*k).or_default();
            for (j, y) in list.iter() {
                let s = &mut sums[*j as usize];
                if *s == 0.0 {
                    touched.push(*j);
                }
                *s += x * y;
            }
            list.push((i as u32, *x));
        }
        let mut near: Vec<(u32, f32)> = Vec::new();
        for j in touched.drain(..) {
            let s = std::mem::take(&mut sums[j as usize]);
            if s >= FLOOR {
                near.push((j, s));
            }
        }
        near.sort_unstable_by_key(|n| n.0);
        out.push(near);
    }
    out
}

/// Groups vectors of length one; each group's members in order, groups by their first member. `threshold` is the
/// least mean similarity. Letters beyond `MAX_LETTERS` stay alone.
pub fn group(vectors: &[Vec<(u64, f32)>], threshold: f32) -> Vec<Vec<usize>> {
    let n = vectors.len().min(MAX_LETTERS);
    let mut links: Vec<HashMap<u32, f32>> = vec![HashMap::new(); n];
    let mut heap = BinaryHeap::new();
    for (i, near) in similar_before(&vectors[..n]).into_iter().enumerate() {
        for (j, s) in near {
            links[i].insert(j, s);
            links[j as usize].insert(i as u32, s);
            if s >= threshold {
                heap.push(Pair { mean: s, a: j, b: i as u32, sizes: (1, 1) });
            }
        }
    }
    let mut members: Vec<Vec<usize>> = (0..n).map(|i| vec![i]).collect();
    let size = |m: &[Vec<usize>], i: u32| m[i as usize].len() as u32;
    while let Some(p) = heap.pop() {
        if (size(&members, p.a), size(&members, p.b)) != p.sizes {
            continue;
        }
        // b goes into a: sums of similarities add up.
        let moved = std::mem::take(&mut members[p.b as usize]);
        members[p.a as usize].extend(moved);
        let gone = std::mem::take(&mut links[p.b as usize]);
        links[p.a as usize].remove(&p.b);
        for (c, s) in gone {
            if c == p.a {
                continue;
            }
            let there = &mut links[c as usize];
            there.remove(&p.b);
            *there.entry(p.a).or_default() += s;
            *links[p.a as usize].entry(c).or_default() += s;
        }
        let na = size(&members, p.a);
        for (c, s) in &links[p.a as usize] {
            let nc = size(&members, *c);
            let mean = s / (na * nc) as f32;
            if mean >= threshold && nc > 0 {
                let (a, b) = (p.a.min(*c), p.a.max(*c));
                let sizes = if a == p.a { (na, nc) } else { (nc, na) };
                heap.push(Pair { mean, a, b, sizes });
            }
        }
    }
    let mut out: Vec<Vec<usize>> = members.into_iter().filter(|m| !m.is_empty()).collect();
    out.iter_mut().for_each(|m| m.sort_unstable());
    out.extend((n..vectors.len()).map(|i| vec![i]));
    out.sort_by_key(|m| m[0]);
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_chain_is_not_one_group() {
        let v = |ks: &[u64]| -> Vec<(u64, f32)> {
            ks.iter().map(|k| (*k, (1.0 / ks.len() as f32).sqrt())).collect()
        };
        let chain: Vec<_> = (0..8_u64).map(|i| v(&[i, i + 1])).collect();
        let groups = group(&chain, 0.4);
        assert!(groups.iter().all(|g| g.len() <= 2), "{groups:?}");
        let same: Vec<_> = (0..5).map(|_| v(&[1, 2])).collect();
        assert_eq!(group(&same, 0.4), [vec![0, 1, 2, 3, 4]]);
        assert!(group(&[], 0.4).is_empty());
    }

    proptest! {
        #[test]
        fn every_letter_is_in_one_group(keys in proptest::collection::vec(proptest::collection::btree_set(0_u64..12, 0..5), 0..40)) {
            let vs: Vec<Vec<(u64, f32)>> = keys.iter()
                .map(|k| k.iter().map(|x| (*x, (1.0 / k.len() as f32).sqrt())).collect()).collect();
            let groups = group(&vs, 0.2);
            let mut all: Vec<usize> = groups.concat();
            all.sort_unstable();
            prop_assert_eq!(all, (0..vs.len()).collect::<Vec<_>>());
        }
    }
}
