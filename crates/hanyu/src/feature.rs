//! 特征: a letter as a sparse vector. Runs of one to three characters of what is left when stop words are taken
//! out, and the same of its beginning, hashed into a fixed space, weighted by how rare they are. Only what several
//! letters hold counts, and a run is not looked at further once its front is new. No cutting: the same letter gives
//! the same vector whether it came raw or already cut. Must not know labels.

use crate::normalise::{fold, is_han};

/// Bits of the hashed space.
pub const BITS: u32 = 19;
/// Size of the hashed space.
pub const SPACE: usize = 1 << BITS;
/// Characters of a letter that count as its title: cut rows do not say where the title ends.
const TITLE_CHARS: usize = 22;
/// Characters looked at in one letter; the rest repeats what was said.
const MAX_STREAM: usize = 600;
/// Weight of each block after it was brought to length one: words, characters, title words, title characters.
const BLOCKS: [f32; 4] = [1.0, 1.0, 0.7, 0.7];
/// Characters of the longest run.
const LONGEST_RUN: usize = 3;
/// The longest word that the lexicon knows.
const LONGEST_WORD: usize = 5;

/// Stop words by their first two characters, for taking the longest out of running text.
#[derive(Clone, Debug, Default)]
pub struct StopList {
    /// For each character of the basic plane the number of its list, from 1; 0 for none.
    first: Vec<u16>,
    lists: Vec<Vec<Vec<char>>>,
}

impl StopList {
    /// From words of at most eight characters.
    pub fn new<'w>(words: impl IntoIterator<Item = &'w str>) -> Self {
        let mut out = Self { first: vec![0; 1 << 16], lists: Vec::new() };
        for w in words.into_iter().collect::<std::collections::BTreeSet<_>>() {
            let chars: Vec<char> = w.chars().collect();
            let Some(slot) = chars.first().and_then(|c| out.first.get_mut(*c as usize)) else { continue };
            if chars.len() > 8 || out.lists.len() >= usize::from(u16::MAX) {
                continue;
            }
            if *slot == 0 {
                out.lists.push(Vec::new());
                *slot = out.lists.len() as u16;
            }
            let list = usize::from(*slot) - 1;
            out.lists[list].push(chars);
        }
        for list in &mut out.lists {
            // By second character, the word of one character first; of one second character the longest first.
            list.sort_by(|a, b| a.get(1).cmp(&b.get(1)).then(b.len().cmp(&a.len())).then_with(|| a.cmp(b)));
        }
        out
    }

    /// Length of the stop word at the front of `chars`, 0 if none stands there.
    fn at(&self, chars: &[char]) -> usize {
        let slot = self.first.get(chars[0] as usize).copied().unwrap_or(0);
        let Some(list) = usize::from(slot).checked_sub(1).and_then(|i| self.lists.get(i)) else { return 0 };
        if let Some(second) = chars.get(1) {
            let from = list.partition_point(|w| w.get(1) < Some(second));
            let longer = list[from..].iter().take_while(|w| w.get(1) == Some(second));
            if let Some(w) = longer.into_iter().find(|w| chars.starts_with(w)) {
                return w.len();
            }
        }
        usize::from(list.first().is_some_and(|w| w.len() == 1))
    }
}

/// What of a letter carries matter: its characters without marks and stop words.
#[derive(Clone, Debug, Default)]
pub struct Stream {
    chars: Vec<char>,
}

impl Stream {
    /// From a row of already cut words.
    pub fn from_cut(stop: &StopList, tokens: &str) -> Self {
        Self::of(stop, &fold(head(tokens, MAX_STREAM * 3)))
    }

    /// From a raw letter.
    pub fn from_raw(stop: &StopList, title: &str, body: &str) -> Self {
        Self::of(stop, &fold(&format!("{} {}", head(title, MAX_STREAM), head(body, MAX_STREAM * 2))))
    }

    fn of(stop: &StopList, folded: &str) -> Self {
        let text: Vec<char> = folded.chars().filter(|c| is_han(*c) || c.is_alphanumeric()).collect();
        let mut chars = Vec::with_capacity(text.len().min(MAX_STREAM));
        let mut i = 0;
        while i < text.len() && chars.len() < MAX_STREAM {
            let skip = stop.at(&text[i..]);
            if skip == 0 {
                chars.push(text[i]);
            }
            i += skip.max(1);
        }
        Self { chars }
    }

    /// The characters in order.
    pub fn chars(&self) -> &[char] {
        &self.chars
    }
}

/// Rows of a training of `n` that must hold a feature for it to count.
pub(crate) const fn least_rows(n: usize) -> u8 {
    if n < 1_000 { 2 } else { 3 }
}

/// At most `n` characters from the front.
fn head(text: &str, n: usize) -> &str {
    text.char_indices().nth(n).map_or(text, |(i, _)| &text[..i])
}

fn mix(h: u64, v: u64) -> u64 {
    (h ^ v).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29)
}

/// More bits than the space has tell known features from new ones.
const EXTRA_BITS: u32 = 3;

/// The place of a hash among the bits of [`Known`].
fn place(h: u64, bits: u32) -> u32 {
    ((h ^ (h >> 32)).wrapping_mul(0xff51_afd7_ed55_8ccd) >> (64 - bits - EXTRA_BITS)) as u32
}

/// The words known from training, as a set of bits: a word is taken for known by mistake once in a hundred times,
/// the same way in training and after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lexicon {
    bits: Vec<u64>,
}

impl Lexicon {
    /// Words of 64 bits each that a lexicon has.
    pub const SIZE: usize = 1 << 15;

    /// From words; those longer than five characters do not count.
    pub fn new<'w>(words: impl IntoIterator<Item = &'w str>) -> Self {
        let mut out = Self { bits: vec![0; Self::SIZE] };
        for w in words {
            let n = w.chars().count();
            if (2..=LONGEST_WORD).contains(&n) {
                let b = Self::bit(w.chars().fold(11, |h, c| mix(h, u64::from(u32::from(c)))));
                out.bits[b / 64] |= 1 << (b % 64);
            }
        }
        out
    }
    /// From its bits; None if they are not as many as they must be.
    pub fn from_bits(bits: Vec<u64>) -> Option<Self> {
        (bits.len() == Self::SIZE).then_some(Self { bits })
    }
    /// Its bits.
    pub fn bits(&self) -> &[u64] {
        &self.bits
    }
    fn bit(h: u64) -> usize {
        (h.wrapping_mul(0xff51_afd7_ed55_8ccd) >> 43) as usize
    }
    /// Length and hash of the longest known word at the front; one character if none is known.
    fn longest(&self, chars: &[char]) -> (usize, u64) {
        let mut h = 11;
        let mut best = (1, 0);
        for (i, c) in chars.iter().take(LONGEST_WORD).enumerate() {
            h = mix(h, u64::from(u32::from(*c)));
            let b = Self::bit(h);
            if i == 0 || self.bits[b / 64] >> (b % 64) & 1 == 1 {
                best = (i + 1, h);
            }
        }
        best
    }
}

/// The features that several rows of the training hold; all others say nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    bits: u32,
    set: Vec<u64>,
    /// How many are known before each 64 bits of the set: a known feature is told by its number, so that what is kept
    /// of features lies close together.
    before: Vec<u32>,
    space: usize,
}

impl Known {
    /// Words of 64 bits each for a space of this many bits.
    pub const fn size(bits: u32) -> usize {
        1 << (bits + EXTRA_BITS - 6)
    }
    /// From its bits; None if they are not as many as they must be.
    pub fn from_set(bits: u32, set: Vec<u64>) -> Option<Self> {
        (set.len() == Self::size(bits)).then(|| Self::new(bits, set))
    }
    /// Its bits.
    pub fn set(&self) -> &[u64] {
        &self.set
    }
    fn new(bits: u32, set: Vec<u64>) -> Self {
        let mut n = 0;
        let before = set
            .iter()
            .map(|w| {
                n += w.count_ones();
                n - w.count_ones()
            })
            .collect();
        Self { bits, set, before, space: (n as usize).clamp(1, 1 << bits) }
    }
    /// Bits of the space.
    pub const fn bits(&self) -> u32 {
        self.bits
    }
    /// Numbers of features are below this.
    pub const fn space(&self) -> usize {
        self.space
    }
    /// From the letters of a training.
    pub fn of<'s>(bits: u32, lexicon: &Lexicon, streams: impl Iterator<Item = &'s Stream>) -> Self {
        // In which row a feature was seen last, and in how many.
        let mut rows = vec![(u32::MAX, 0_u8); Self::size(bits) * 64];
        let mut n = 0;
        for (row, s) in streams.enumerate() {
            n += 1;
            features(lexicon, s, |_, h| {
                let seen = &mut rows[place(h, bits) as usize];
                if seen.0 != row as u32 {
                    *seen = (row as u32, seen.1.saturating_add(1));
                }
                true
            });
        }
        let least = least_rows(n);
        let mut set = vec![0; Self::size(bits)];
        for (i, (_, n)) in rows.into_iter().enumerate() {
            set[i / 64] |= u64::from(n >= least) << (i % 64);
        }
        Self::new(bits, set)
    }
    /// The number of the feature at a place, if it is known.
    fn number(&self, place: u32) -> Option<u32> {
        let (i, bit) = (place as usize / 64, place % 64);
        let word = self.set[i];
        if word >> bit & 1 == 0 {
            return None;
        }
        let n = self.before[i] + (word & ((1 << bit) - 1)).count_ones();
        // Only a small space has more features than numbers: some share theirs.
        Some(if (n as usize) < self.space { n } else { n % self.space as u32 })
    }
}

/// Names every feature of a letter, block by block: `see(block, hash)`; a longer run with the same front follows only
/// if it answers true.
fn features(lexicon: &Lexicon, s: &Stream, mut see: impl FnMut(usize, u64) -> bool) {
    let title = &s.chars[..s.chars.len().min(TITLE_CHARS)];
    let blocks = [(&s.chars[..], 0), (&s.chars[..], LONGEST_RUN), (title, 0), (title, LONGEST_RUN)];
    for (block, (chars, longest)) in blocks.into_iter().enumerate() {
        if longest == 0 {
            let mut i = 0;
            while i < chars.len() {
                let (n, h) = lexicon.longest(&chars[i..]);
                see(block, h.wrapping_add(block as u64 * 7919));
                i += n;
            }
            continue;
        }
        // Single characters of a title say little.
        let shortest = if block == 3 { 2 } else { 1 };
        for i in 0..chars.len() {
            let mut h = block as u64 + 101;
            for (n, c) in chars[i..].iter().take(longest).enumerate() {
                h = mix(h, u64::from(u32::from(*c)));
                if n + 1 >= shortest && !see(block, h.wrapping_add(n as u64)) {
                    break;
                }
            }
        }
    }
}

/// Scratch space for counting; reuse one for many letters.
#[derive(Debug)]
pub struct Counter {
    /// Slot and count where a slot falls, modulo the size; 0 where nothing is.
    table: Vec<(u32, u8)>,
    touched: Vec<u32>,
    /// Counts of the last letter: (slot, count) for each block.
    blocks: [Vec<(u32, u8)>; 4],
}

/// More than one block of a letter can hold.
const TABLE: usize = 8_192;

impl Default for Counter {
    fn default() -> Self {
        Self { table: vec![(0, 0); TABLE], touched: Vec::new(), blocks: Default::default() }
    }
}

impl Counter {
    /// Counts the known features of a letter block by block.
    pub fn count(&mut self, lexicon: &Lexicon, known: &Known, s: &Stream) -> &[Vec<(u32, u8)>; 4] {
        self.blocks.iter_mut().for_each(Vec::clear);
        let mut open = 0;
        features(lexicon, s, |block, h| {
            if block != open {
                self.drain(open);
                open = block;
            }
            let number = known.number(place(h, known.bits));
            if let Some(n) = number {
                self.touch(n);
            }
            number.is_some()
        });
        self.drain(open);
        &self.blocks
    }

    fn touch(&mut self, slot: u32) {
        let mut at = (slot.wrapping_mul(0x9e37_79b1) >> 16) as usize % TABLE;
        loop {
            let e = &mut self.table[at];
            if e.1 == 0 {
                *e = (slot, 1);
                self.touched.push(at as u32);
                return;
            }
            if e.0 == slot {
                e.1 = e.1.saturating_add(1);
                return;
            }
            at = (at + 1) % TABLE;
        }
    }

    fn drain(&mut self, block: usize) {
        for at in self.touched.drain(..) {
            let e = &mut self.table[at as usize];
            self.blocks[block].push(*e);
            *e = (0, 0);
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
            let v = LOG[usize::from(*n)] * rarity[*s as usize];
            norm += v * v;
            out.push((*s, v));
        }
        let scale = if norm > 0.0 { weight / norm.sqrt() } else { 0.0 };
        for (_, v) in &mut out[from..] {
            *v *= scale;
        }
    }
}

static LOG: std::sync::LazyLock<[f32; 256]> =
    std::sync::LazyLock::new(|| std::array::from_fn(|n| 1.0 + (n.max(1) as f32).ln()));

/// The slots of all runs inside one word, as words of the letter and of the title, for explanations.
pub(crate) fn word_slots(counter: &mut Counter, lexicon: &Lexicon, known: &Known, word: &str) -> Vec<u32> {
    let stream = Stream { chars: word.chars().take(20).collect() };
    counter.count(lexicon, known, &stream).iter().flatten().map(|(s, _)| *s).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_stop_word_is_taken_out() {
        let stop = StopList::new(["的", "我", "我们", "我们的", "因此"]);
        let rest = |t: &str| Stream::from_cut(&stop, t).chars().iter().collect::<String>();
        assert_eq!(rest("我们的小区,我的车。我们因为停电"), "小区车因为停电");
        assert_eq!(rest("因此我"), "");
    }

    #[test]
    fn only_what_several_letters_hold_counts_and_numbers_have_no_gaps() {
        let stop = StopList::default();
        let lexicon = Lexicon::new(["噪音"]);
        let streams = ["夜间噪音扰民", "噪音很大", "路灯不亮"].map(|t| Stream::from_cut(&stop, t));
        let known = Known::of(BITS, &lexicon, streams.iter());
        // 噪音 as a word, 噪, 音, 噪音 as runs, and the word and the run of the title.
        assert_eq!(known.space(), 6);
        let mut counter = Counter::default();
        let mut seen: Vec<u32> =
            counter.count(&lexicon, &known, &streams[0]).iter().flatten().map(|(n, _)| *n).collect();
        seen.sort_unstable();
        assert_eq!(seen, [0, 1, 2, 3, 4, 5]);
        assert_eq!(counter.count(&lexicon, &known, &streams[2]).concat(), []);
        assert_eq!(Known::from_set(BITS, known.set().to_vec()), Some(known));
    }
}
