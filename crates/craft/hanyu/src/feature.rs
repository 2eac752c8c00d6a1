//! 特征: a letter as a sparse vector. Runs of one to three characters of what is left when stop words are taken
//! out, and the same of its beginning, hashed into a fixed space, weighted by how rare they are. Only what several
//! letters hold counts, and a run is not looked at further once its front is new. No cutting: the same letter gives
//! the same vector whether it came raw or already cut. Must not know labels.

use crate::normalise::{fold_each, head, in_word};

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
    /// For each character of the basic plane the number of its list, from 1, and `ALONE`; 0 for none.
    first: Vec<u16>,
    lists: Vec<Vec<Vec<char>>>,
    /// With which two characters a longer word may begin, as a set of bits: most pairs begin none.
    fronts: Vec<u64>,
}

/// The character is a stop word by itself.
const ALONE: u16 = 1 << 15;
/// Bits of `StopList::fronts`.
const FRONT_BITS: u32 = 16;

/// The place of two characters among the bits of `StopList::fronts`.
fn front(first: char, second: char) -> usize {
    let both = u32::from(first).wrapping_mul(0x9e37_79b1) ^ u32::from(second).wrapping_mul(0x85eb_ca6b);
    (both >> (32 - FRONT_BITS)) as usize
}

impl StopList {
    /// From words of at most eight characters.
    pub fn new<'w>(words: impl IntoIterator<Item = &'w str>) -> Self {
        let mut out =
            Self { first: vec![0; 1 << 16], lists: Vec::new(), fronts: vec![0; 1 << (FRONT_BITS - 6)] };
        for w in words.into_iter().collect::<std::collections::BTreeSet<_>>() {
            let chars: Vec<char> = w.chars().collect();
            let Some(slot) = chars.first().and_then(|c| out.first.get_mut(*c as usize)) else { continue };
            if chars.len() > 8 || out.lists.len() + 1 >= usize::from(ALONE) {
                continue;
            }
            if let [one, two, ..] = chars[..] {
                let at = front(one, two);
                out.fronts[at / 64] |= 1 << (at % 64);
            } else {
                *slot |= ALONE;
            }
            if *slot & !ALONE == 0 {
                out.lists.push(Vec::new());
                *slot |= out.lists.len() as u16;
            }
            let list = usize::from(*slot & !ALONE) - 1;
            out.lists[list].push(chars);
        }
        for list in &mut out.lists {
            // By second character; of one second character the longest first.
            list.sort_by(|a, b| a.get(1).cmp(&b.get(1)).then(b.len().cmp(&a.len())).then_with(|| a.cmp(b)));
        }
        out
    }

    /// Length of the stop word at the front of `chars`, 0 if none stands there.
    fn at(&self, chars: &[char]) -> usize {
        let slot = self.first.get(chars[0] as usize).copied().unwrap_or(0);
        let Some(list) = usize::from(slot & !ALONE).checked_sub(1).map(|i| &self.lists[i]) else { return 0 };
        if let Some(second) = chars.get(1) {
            let at = front(chars[0], *second);
            if self.fronts[at / 64] >> (at % 64) & 1 == 1 {
                let from = list.partition_point(|w| w.get(1) < Some(second));
                let mut longer = list[from..].iter().take_while(|w| w.get(1) == Some(second));
                if let Some(w) = longer.find(|w| chars.starts_with(w)) {
                    return w.len();
                }
            }
        }
        usize::from(slot & ALONE != 0)
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
        Self::of(stop, &[head(tokens, MAX_STREAM * 3)])
    }

    /// From a raw letter.
    pub fn from_raw(stop: &StopList, title: &str, body: &str) -> Self {
        Self::of(stop, &[head(title, MAX_STREAM), head(body, MAX_STREAM * 2)])
    }

    fn of(stop: &StopList, parts: &[&str]) -> Self {
        let mut text: Vec<char> = Vec::with_capacity(parts.iter().map(|p| p.len()).sum::<usize>() / 3);
        for part in parts {
            fold_each(part, |c| {
                if in_word(c) {
                    text.push(c);
                }
            });
        }
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

/// The features that several rows of the training hold; all others say nothing. A known feature is told by its number,
/// so that what is kept of features lies close together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    bits: u32,
    /// For each 32 places: which of them are known (low half) and how many are known before (high half), side by side
    /// because both are asked for together.
    cells: Vec<u64>,
    /// The number of each known feature in the order of their places, the commonest first: what is asked for most lies
    /// together. Empty where features share numbers.
    numbers: Vec<u32>,
    space: usize,
}

impl Known {
    /// Words of 64 bits each for a space of this many bits.
    pub const fn size(bits: u32) -> usize {
        1 << (bits + EXTRA_BITS - 6)
    }
    /// From its bits, not yet numbered by how common they are; None if they are not as many as they must be.
    pub fn from_set(bits: u32, set: &[u64]) -> Option<Self> {
        (set.len() == Self::size(bits)).then(|| Self::new(bits, set))
    }
    /// Its bits.
    pub fn set(&self) -> impl Iterator<Item = u64> + '_ {
        let half = |cell: u64| cell & 0xffff_ffff;
        self.cells.chunks_exact(2).map(move |c| half(c[0]) | half(c[1]) << 32)
    }
    fn new(bits: u32, set: &[u64]) -> Self {
        let mut n = 0_u32;
        let halves = set.iter().flat_map(|w| [*w as u32, (*w >> 32) as u32]);
        let cells = halves
            .map(|places| {
                let cell = u64::from(n) << 32 | u64::from(places);
                n += places.count_ones();
                cell
            })
            .collect();
        Self { bits, cells, numbers: Vec::new(), space: (n as usize).clamp(1, 1 << bits) }
    }
    /// Numbers the features by `rank`, least first; `rank` has one entry for each feature in the order of their places.
    /// Features that share numbers keep them.
    pub(crate) fn number_by<R: Ord>(&mut self, rank: impl Fn(usize) -> R) {
        let n: usize = self.cells.iter().map(|c| (*c as u32).count_ones() as usize).sum();
        if n > self.space {
            return;
        }
        let mut order: Vec<u32> = (0..n as u32).collect();
        order.sort_by_key(|i| rank(*i as usize));
        self.numbers = vec![0; n];
        order.iter().zip(0..).for_each(|(i, number)| self.numbers[*i as usize] = number);
    }
    /// Numbers in the order of places: where files keep what belongs to a feature.
    pub(crate) fn numbers(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.space).map(|i| self.number(i as u32) as usize)
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
        let mut rows = vec![(u32::MAX, 0_u32); Self::size(bits) * 64];
        let mut n = 0;
        for (row, s) in streams.enumerate() {
            n += 1;
            for block in 0..N_BLOCKS {
                features(lexicon, s, block, |names| {
                    for h in names {
                        let seen = &mut rows[place(*h, bits) as usize];
                        if seen.0 != row as u32 {
                            *seen = (row as u32, seen.1 + 1);
                        }
                    }
                });
            }
        }
        let least = u32::from(least_rows(n));
        let mut set = vec![0; Self::size(bits)];
        for (i, (_, n)) in rows.iter().enumerate() {
            set[i / 64] |= u64::from(*n >= least) << (i % 64);
        }
        let mut out = Self::new(bits, &set);
        let held: Vec<u32> = rows.into_iter().map(|r| r.1).filter(|n| *n >= least).collect();
        out.number_by(|i| std::cmp::Reverse(held[i]));
        out
    }
    /// Is the feature at this place known, and how many are known before it?
    fn find(&self, place: u32) -> (bool, u32) {
        let cell = self.cells[place as usize / 32];
        let (places, bit) = (cell as u32, place % 32);
        (places >> bit & 1 == 1, (cell >> 32) as u32 + (places & ((1 << bit) - 1)).count_ones())
    }
    /// The number of the known feature with so many before it.
    fn number(&self, before: u32) -> u32 {
        // Only a small space has more features than numbers: some share theirs.
        self.numbers.get(before as usize).copied().unwrap_or_else(|| before % self.space as u32)
    }
}

/// Blocks of a letter: words, runs, and both again of its beginning.
const N_BLOCKS: usize = BLOCKS.len();

/// Names the features of one block of a letter by their hashes: a word, or the runs that begin at one character from the
/// shortest on. A run counts only if all before it in its list do.
fn features(lexicon: &Lexicon, s: &Stream, block: usize, mut see: impl FnMut(&[u64])) {
    let chars = if block < 2 { &s.chars[..] } else { &s.chars[..s.chars.len().min(TITLE_CHARS)] };
    if block.is_multiple_of(2) {
        let mut i = 0;
        while i < chars.len() {
            let (n, h) = lexicon.longest(&chars[i..]);
            see(&[h.wrapping_add(block as u64 * 7919)]);
            i += n;
        }
        return;
    }
    // Single characters of a title say little.
    let shortest = if block == 3 { 2 } else { 1 };
    for i in 0..chars.len() {
        let mut h = block as u64 + 101;
        let mut names = [0; LONGEST_RUN];
        let run = &chars[i..chars.len().min(i + LONGEST_RUN)];
        for (n, c) in run.iter().enumerate() {
            h = mix(h, u64::from(u32::from(*c)));
            names[n] = h.wrapping_add(n as u64);
        }
        see(&names[run.len().min(shortest - 1)..run.len()]);
    }
}

/// Scratch space for counting; reuse one for many letters.
#[derive(Debug)]
pub struct Counter {
    /// Slot and count where a slot falls, modulo the size; 0 where nothing is.
    table: Vec<(u32, u8)>,
    touched: Vec<u32>,
    /// The places of the features of one block, `FIRST` at the first of each list.
    asked: Vec<u32>,
    /// Those of them that are known.
    found: Vec<u32>,
    /// Counts of the last letter: (slot, count) for each block.
    blocks: [Vec<(u32, u8)>; N_BLOCKS],
}

/// Mark of a place in `Counter::asked`; places are below it.
const FIRST: u32 = 1 << 31;
/// Twice what one block of a letter can hold, and little enough to stay at hand.
const TABLE: usize = 4_096;
const _: () = assert!(MAX_STREAM * LONGEST_RUN * 2 < TABLE, "a block has room");

impl Default for Counter {
    fn default() -> Self {
        Self {
            table: vec![(0, 0); TABLE],
            touched: Vec::new(),
            asked: Vec::with_capacity(MAX_STREAM * LONGEST_RUN),
            found: vec![0; MAX_STREAM * LONGEST_RUN],
            blocks: Default::default(),
        }
    }
}

impl Counter {
    /// Counts the known features of a letter block by block.
    pub fn count(&mut self, lexicon: &Lexicon, known: &Known, s: &Stream) -> &[Vec<(u32, u8)>; N_BLOCKS] {
        for block in 0..N_BLOCKS {
            // Step by step over the whole block, so that what is fetched from far does not wait for one another.
            self.asked.clear();
            features(lexicon, s, block, |names| {
                let mut first = FIRST;
                for h in names {
                    self.asked.push(place(*h, known.bits) | std::mem::take(&mut first));
                }
            });
            // Whether a run is known cannot be foretold: each is written down, and those that are not are written over.
            let (mut n, mut open) = (0, true);
            for p in &self.asked {
                let (is_known, before) = known.find(p & !FIRST);
                open = is_known & (open | (p & FIRST != 0));
                self.found[n] = before;
                n += usize::from(open);
            }
            self.found[..n].iter_mut().for_each(|f| *f = known.number(*f));
            for i in 0..n {
                self.touch(self.found[i]);
            }
            self.drain(block);
        }
        &self.blocks
    }

    fn touch(&mut self, slot: u32) {
        let mut at = slot as usize % TABLE;
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
        let Self { table, touched, blocks, .. } = self;
        blocks[block].clear();
        blocks[block].extend(touched.drain(..).map(|at| std::mem::take(&mut table[at as usize])));
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
        let mut again = Known::from_set(BITS, &known.set().collect::<Vec<_>>()).unwrap();
        again.number_by(|_| 2);
        assert_eq!(again, known);
    }
}
