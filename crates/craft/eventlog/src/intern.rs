//! Texts kept once: a dictionary from text to a dense number and back.
//!
//! Knows bytes and numbers. One arena of text, one table of numbers; 12 bytes a text besides the text.

use hashbrown::{DefaultHashBuilder, HashTable};
use std::hash::BuildHasher;

/// A dictionary of texts, numbered from 0 in the order of their first occurrence.
#[derive(Clone, Default)]
pub struct Interner {
    arena: String,
    ends: Vec<u32>,
    table: HashTable<u32>,
    hasher: DefaultHashBuilder,
}

impl std::fmt::Debug for Interner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl Interner {
    /// How many texts.
    pub fn len(&self) -> usize {
        self.ends.len()
    }
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }
    /// Bytes of all texts.
    pub fn text_bytes(&self) -> usize {
        self.arena.len()
    }
    /// Bytes held in memory.
    pub fn heap_bytes(&self) -> usize {
        self.arena.capacity() + self.ends.capacity() * 4 + self.table.capacity() * 5
    }

    /// The text of a number; empty when there is no such number.
    pub fn get(&self, id: u32) -> &str {
        let i = id as usize;
        let Some(&end) = self.ends.get(i) else { return "" };
        let start = if i == 0 { 0 } else { self.ends[i - 1] };
        &self.arena[start as usize..end as usize]
    }

    /// The number of a text that is there.
    pub fn find(&self, text: &str) -> Option<u32> {
        let hash = self.hasher.hash_one(text.as_bytes());
        self.table.find(hash, |&id| self.get(id) == text).copied()
    }

    /// The number of a text, new when it is not there. The dictionary ends at 4 GiB of text: then `None`.
    pub fn intern(&mut self, text: &str) -> Option<u32> {
        let hash = self.hasher.hash_one(text.as_bytes());
        if let Some(&id) = self.table.find(hash, |&id| same(&self.arena, &self.ends, id, text)) {
            return Some(id);
        }
        let id = u32::try_from(self.ends.len()).ok().filter(|&id| id != u32::MAX)?;
        let end = u32::try_from(self.arena.len() + text.len()).ok()?;
        self.arena.push_str(text);
        self.ends.push(end);
        let (arena, ends, hasher) = (&self.arena, &self.ends, &self.hasher);
        self.table.insert_unique(hash, id, |&id| {
            let i = id as usize;
            let start = if i == 0 { 0 } else { ends[i - 1] };
            hasher.hash_one(&arena.as_bytes()[start as usize..ends[i] as usize])
        });
        Some(id)
    }

    /// Is this the text of that number?
    #[inline]
    fn is(&self, id: u32, text: &[u8]) -> bool {
        let Some(&end) = self.ends.get(id as usize) else { return false };
        let start = if id == 0 { 0 } else { self.ends[id as usize - 1] };
        self.arena.as_bytes()[start as usize..end as usize] == *text
    }

    /// All texts in the order of their numbers.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.ends.len() as u32).map(|id| self.get(id))
    }
}

/// Which number a value met lately has, found by its bytes as they stand in the file: a repeated value needs no
/// check of its encoding, no decoding and no look into the dictionary.
#[derive(Clone, Default)]
pub(crate) struct Recent(Vec<u32>);

impl Recent {
    const SIZE: usize = 256;

    #[inline]
    pub fn find(&self, dict: &Interner, raw: &[u8]) -> Option<u32> {
        let id = *self.0.get(place(raw))?;
        dict.is(id, raw).then_some(id)
    }

    /// Notes a value whose text is the same as its bytes.
    pub fn note(&mut self, raw: &[u8], id: u32) {
        if self.0.is_empty() {
            self.0.resize(Self::SIZE, u32::MAX);
        }
        self.0[place(raw)] = id;
    }
}

/// A place for these bytes, by their length, beginning and end.
#[inline]
fn place(raw: &[u8]) -> usize {
    let (a, b) = match (raw.first_chunk::<8>(), raw.last_chunk::<8>()) {
        (Some(a), Some(b)) => (u64::from_le_bytes(*a), u64::from_le_bytes(*b)),
        _ => match (raw.first_chunk::<4>(), raw.last_chunk::<4>()) {
            (Some(a), Some(b)) => (u64::from(u32::from_le_bytes(*a)), u64::from(u32::from_le_bytes(*b))),
            _ => (raw.iter().fold(0, |n, &b| n << 8 | u64::from(b)), 0),
        },
    };
    let mixed = (a ^ b.rotate_left(21) ^ raw.len() as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (mixed >> 56) as usize
}

fn same(arena: &str, ends: &[u32], id: u32, text: &str) -> bool {
    let i = id as usize;
    let start = if i == 0 { 0 } else { ends[i - 1] } as usize;
    let end = ends[i] as usize;
    end - start == text.len() && arena.as_bytes()[start..end] == *text.as_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn numbers_are_dense_and_come_back(texts in proptest::collection::vec(".{0,6}", 0..60)) {
            let mut dict = Interner::default();
            for t in &texts {
                let id = dict.intern(t).unwrap();
                prop_assert_eq!(dict.get(id), t.as_str());
                prop_assert_eq!(dict.find(t), Some(id));
            }
            let distinct: std::collections::BTreeSet<_> = texts.iter().collect();
            prop_assert_eq!(dict.len(), distinct.len());
        }

        #[test]
        fn what_was_met_lately_has_the_number_of_the_dictionary(texts in proptest::collection::vec("[ab]{0,3}|.{0,20}", 0..400)) {
            let (mut dict, mut recent) = (Interner::default(), Recent::default());
            for t in &texts {
                let quick = recent.find(&dict, t.as_bytes());
                let id = dict.intern(t).unwrap();
                prop_assert!(quick.is_none_or(|q| q == id));
                recent.note(t.as_bytes(), id);
                prop_assert_eq!(recent.find(&dict, t.as_bytes()), Some(id));
            }
        }
    }
}
