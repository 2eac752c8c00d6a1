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

    /// All texts in the order of their numbers.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.ends.len() as u32).map(|id| self.get(id))
    }
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
    }
}
