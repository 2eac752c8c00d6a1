//! 特征: a letter as a sparse vector. Words, runs of one to four characters and the same of the title, hashed
//! into a fixed space, weighted by how rare they are. The same letter gives the same vector whether it came
//! raw or already cut. Must not know labels.

use crate::cut::Cutter;
use crate::normalise::{fold, is_han};

/// Bits of the hashed space.
pub const BITS: u32 = 19;
/// Size of the hashed space.
pub const SPACE: usize = 1 << BITS;
/// Words of a letter that count as its title: cut rows do not say where the title ends.
const TITLE_WORDS: usize = 10;
/// Words looked at in one letter; the rest repeats what was said.
const MAX_WORDS: usize = 400;
/// Weight of each block after it was brought to length one: words, characters, title words, title characters.
const BLOCKS: [f32; 4] = [1.0, 1.0, 0.7, 0.7];

/// The words of one letter that carry matter, joined into one buffer.
#[derive(Clone, Debug, Default)]
pub struct Words {
    chars: Vec<char>,
    ends: Vec<u32>,
}

impl Words {
    /// From a row of already cut words.
    pub fn from_cut(tokens: &str) -> Self {
        let mut out = Self::default();
        for t in tokens.split_whitespace().take(MAX_WORDS) {
            out.push(t);
        }
        out
    }

    /// From a raw letter; `keep` decides which words carry matter.
    pub fn from_raw(cutter: &Cutter, title: &str, body: &str, keep: impl Fn(&str) -> bool) -> Self {
        let mut out = Self::default();
        // About 1.6 characters make a word; marks and stop words need room.
        let folded = fold(&format!("{title} {}", head(body, MAX_WORDS * 2)));
        for w in cutter.words(&folded) {
            if out.ends.len() >= MAX_WORDS {
                break;
            }
            if keep(w) {
                out.push(w);
            }
        }
        out
    }

    fn push(&mut self, word: &str) {
        self.chars.extend(word.chars().take(64).filter(|c| is_han(*c) || c.is_alphanumeric()));
        let end = self.chars.len() as u32;
        if self.ends.last().copied().unwrap_or(0) < end {
            self.ends.push(end);
        }
    }

    /// The words one by one.
    pub fn iter(&self) -> impl Iterator<Item = String> + '_ {
        (0..self.ends.len()).map(|i| self.chars[self.range(i)].iter().collect())
    }

    fn range(&self, i: usize) -> std::ops::Range<usize> {
        let start = if i == 0 { 0 } else { self.ends[i - 1] };
        start as usize..self.ends[i] as usize
    }
}

/// At most `n` characters from the front.
fn head(text: &str, n: usize) -> &str {
    text.char_indices().nth(n).map_or(text, |(i, _)| &text[..i])
}

fn mix(h: u64, v: u64) -> u64 {
    (h ^ v).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29)
}

fn slot(h: u64) -> u32 {
    ((h ^ (h >> 32)).wrapping_mul(0xff51_afd7_ed55_8ccd) >> (64 - BITS)) as u32
}

/// Scratch space for counting; reuse one for many letters.
#[derive(Debug)]
pub struct Counter {
    seen: Vec<u8>,
    touched: Vec<u32>,
    /// Counts of the last letter: (slot, count) for each block.
    blocks: [Vec<(u32, u8)>; 4],
}

impl Default for Counter {
    fn default() -> Self {
        Self { seen: vec![0; SPACE], touched: Vec::new(), blocks: Default::default() }
    }
}

impl Counter {
    /// Counts the features of a letter block by block.
    pub fn count(&mut self, w: &Words) -> &[Vec<(u32, u8)>; 4] {
        let title = w.ends.len().min(TITLE_WORDS);
        let title_end = if title == 0 { 0 } else { w.ends[title - 1] as usize };
        self.words(w, w.ends.len(), 0);
        self.grams(&w.chars, 1..=4, 1);
        self.words(w, title, 2);
        self.grams(&w.chars[..title_end], 2..=3, 3);
        &self.blocks
    }

    fn words(&mut self, w: &Words, n: usize, block: usize) {
        for i in 0..n {
            let h = w.chars[w.range(i)].iter().fold(block as u64 + 11, |h, c| mix(h, u64::from(u32::from(*c))));
            self.touch(slot(h));
        }
        self.drain(block);
    }

    fn grams(&mut self, chars: &[char], sizes: std::ops::RangeInclusive<usize>, block: usize) {
        for i in 0..chars.len() {
            let mut h = block as u64 + 101;
            for (n, c) in chars[i..].iter().take(*sizes.end()).enumerate() {
                h = mix(h, u64::from(u32::from(*c)));
                if n + 1 >= *sizes.start() {
                    self.touch(slot(h.wrapping_add(n as u64)));
                }
            }
        }
        self.drain(block);
    }

    fn touch(&mut self, s: u32) {
        let n = &mut self.seen[s as usize];
        if *n == 0 {
            self.touched.push(s);
        }
        *n = n.saturating_add(1);
    }

    fn drain(&mut self, block: usize) {
        let out = &mut self.blocks[block];
        out.clear();
        for s in self.touched.drain(..) {
            let n = &mut self.seen[s as usize];
            out.push((s, *n));
            *n = 0;
        }
    }
}

/// How rare each feature is, from the letters seen (idf).
#[derive(Clone, Debug)]
pub struct Rarity(pub Vec<f32>);

impl Rarity {
    /// From document counts over `n` letters; features seen once say nothing and get 0.
    pub fn from_counts(df: &[u32], n: usize) -> Self {
        let idf = |d: &u32| if *d < 2 { 0.0 } else { ((1.0 + n as f32) / (1.0 + *d as f32)).ln() + 1.0 };
        Self(df.iter().map(idf).collect())
    }
}

/// Weights the counts: sublinear count × rarity, each block to its length.
pub fn weigh(blocks: &[Vec<(u32, u8)>; 4], rarity: &[f32], out: &mut Vec<(u32, f32)>) {
    out.clear();
    for (block, weight) in blocks.iter().zip(BLOCKS) {
        let from = out.len();
        let mut norm = 0.0_f32;
        for (s, n) in block {
            let r = rarity[*s as usize];
            if r > 0.0 {
                let v = LOG[usize::from(*n)] * r;
                norm += v * v;
                out.push((*s, v));
            }
        }
        let scale = if norm > 0.0 { weight / norm.sqrt() } else { 0.0 };
        for (_, v) in &mut out[from..] {
            *v *= scale;
        }
    }
}

static LOG: std::sync::LazyLock<[f32; 256]> =
    std::sync::LazyLock::new(|| std::array::from_fn(|n| 1.0 + (n.max(1) as f32).ln()));

/// The slots of one word as a word of the body and of the title, for explanations.
pub(crate) fn word_slots(word: &str) -> [u32; 2] {
    let hash = |block: u64| word.chars().fold(block + 11, |h, c| mix(h, u64::from(u32::from(c))));
    [slot(hash(0)), slot(hash(2))]
}

impl Words {
    /// The characters of all words in order, without blanks.
    pub fn chars(&self) -> &[char] {
        &self.chars
    }
}
