//! 分词: cutting folded text into words, with a city's own words added. Must not know what a word is for.

use std::fmt;
use std::sync::{LazyLock, PoisonError, RwLock};

use hashbrown::HashMap;
use jieba_rs::Jieba;

use crate::normalise::in_word;
use crate::word::Facts;
pub use crate::word::tables::is_stop_word;

/// The most words a city may add to the dictionary.
pub const MAX_USER_WORDS: usize = 200_000;

static STANDARD: LazyLock<Cutter> = LazyLock::new(|| Cutter::with_words(std::iter::empty::<&str>()));

/// The most words whose facts are kept at hand; then they are gathered anew.
const MAX_KNOWN: usize = 1 << 17;

/// Cuts text into words. Loading takes about 0.2 s: make one and keep it.
pub struct Cutter {
    jieba: Jieba,
    /// What is true of a word wherever it stands, gathered as words are met. Only speed depends on it.
    known: RwLock<KnownWords>,
}

/// Facts of words: nearly all words are short enough to be told by a number.
#[derive(Default)]
struct KnownWords {
    short: HashMap<u128, Facts>,
    long: HashMap<Box<str>, Facts>,
}

/// The bytes and the length of a word of at most fifteen bytes.
fn short_key(word: &str) -> Option<u128> {
    let mut bytes = [0; 16];
    bytes[..15].get_mut(..word.len())?.copy_from_slice(word.as_bytes());
    bytes[15] = word.len() as u8;
    Some(u128::from_le_bytes(bytes))
}

impl KnownWords {
    fn get(&self, word: &str) -> Option<&Facts> {
        match short_key(word) {
            Some(key) => self.short.get(&key),
            None => self.long.get(word),
        }
    }
    fn insert(&mut self, word: &str, facts: Facts) {
        match short_key(word) {
            Some(key) => drop(self.short.insert(key, facts)),
            None => drop(self.long.insert(word.into(), facts)),
        }
    }
    fn len(&self) -> usize {
        self.short.len() + self.long.len()
    }
}

/// One piece of a text: a word, a mark or a blank.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Token<'t> {
    /// As written.
    pub word: &'t str,
    /// Byte at which it begins.
    pub start: usize,
    /// Is it a piece of the text itself, not a shorter word inside one?
    pub whole: bool,
    /// What is true of it.
    pub facts: Facts,
}

impl fmt::Debug for Cutter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Cutter")
    }
}

impl Cutter {
    /// The general dictionary, loaded once.
    pub fn standard() -> &'static Self {
        &STANDARD
    }

    /// The general dictionary with a city's words: names of units, places and items (用户词典).
    /// Words of one character or of more than 32 are passed over, and all beyond `MAX_USER_WORDS`.
    pub fn with_words<S: AsRef<str>>(words: impl IntoIterator<Item = S>) -> Self {
        let mut jieba = Jieba::new();
        for word in words.into_iter().take(MAX_USER_WORDS) {
            let word = word.as_ref().trim();
            if (2..=32).contains(&word.chars().count()) && !jieba.has_word(word) {
                // 3,000 is the weight of an ordinary word: it wins against its parts, not against all else.
                let freq = jieba.suggest_freq(word).max(3000);
                jieba.add_word(word, Some(freq), Some("nz"));
            }
        }
        Self { jieba, known: RwLock::default() }
    }

    /// The words of a folded text in order, without marks and blanks.
    pub fn words<'t>(&self, folded: &'t str) -> Vec<&'t str> {
        let mut out: Vec<&str> = self.jieba.cut(folded, true).into_iter().map(|t| t.word).collect();
        out.retain(|w| w.chars().any(in_word));
        out
    }

    /// The words that carry matter: `words` without stop words.
    pub fn content_words<'t>(&self, folded: &'t str) -> Vec<&'t str> {
        let mut out = self.words(folded);
        out.retain(|w| !is_stop_word(w));
        out
    }

    /// Words for an index: long words also give the shorter words inside them.
    pub fn search_words<'t>(&self, folded: &'t str) -> Vec<&'t str> {
        let mut out: Vec<&str> =
            self.jieba.cut_for_search(folded, true).into_iter().map(|t| t.word).collect();
        out.retain(|w| w.chars().any(in_word));
        out
    }

    /// How rare a word is in general use: about 1 for the commonest, 12 and more for names.
    pub(crate) fn rarity(&self, word: &str) -> f32 {
        let freq = if self.jieba.has_word(word) { self.jieba.suggest_freq(word) } else { 2 };
        (6e7_f32 / (freq as f32 + 10.0)).ln().max(0.5)
    }

    /// All pieces of a folded text in order, marks and blanks too, each with what is true of it; with `inner` also the
    /// shorter words inside long ones, before the word that holds them.
    pub(crate) fn read<'t>(&self, folded: &'t str, inner: bool) -> Vec<Token<'t>> {
        let cut = if inner { self.jieba.cut_for_search(folded, true) } else { self.jieba.cut(folded, true) };
        let mut missed = Vec::new();
        let mut out: Vec<Token<'t>> = Vec::with_capacity(cut.len());
        {
            let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
            for t in cut {
                let facts = known.get(t.word).copied().unwrap_or_else(|| {
                    missed.push(out.len());
                    Facts::default()
                });
                out.push(Token { word: t.word, start: t.byte_start, whole: true, facts });
            }
        }
        if !missed.is_empty() {
            self.learn(&mut out, &missed);
        }
        if inner {
            let mut from = usize::MAX;
            for t in out.iter_mut().rev() {
                t.whole = t.start + t.word.len() <= from;
                if t.whole {
                    from = t.start;
                }
            }
        }
        out
    }

    /// What `read(folded, false)` answers, for a text that begins as another whose pieces are at hand (those of the
    /// text itself only): what both have in common is not cut again.
    pub(crate) fn read_like<'t>(
        &self,
        folded: &'t str,
        other: &'t str,
        pieces: &[Token<'t>],
    ) -> Vec<Token<'t>> {
        let alike = folded.bytes().zip(other.bytes()).take_while(|(a, b)| a == b).count();
        let ends = |text: &str| text.get(alike..).is_some_and(|t| t.chars().next().is_none_or(ends_run));
        let from = if ends(folded) && ends(other) { alike } else { last_run(folded, alike) };
        let mut out: Vec<Token<'t>> = pieces[..pieces.partition_point(|t| t.start < from)].to_vec();
        let rest = self.read(&folded[from..], false);
        out.extend(rest.into_iter().map(|t| Token { start: t.start + from, ..t }));
        out
    }

    /// Gathers the facts of words not met before.
    fn learn(&self, tokens: &mut [Token<'_>], missed: &[usize]) {
        for i in missed {
            let t = &mut tokens[*i];
            t.facts = Facts::of(t.word, self.rarity(t.word));
            if self.jieba.has_word(t.word) || t.word.is_ascii() {
                self.tag_alone(t);
            }
        }
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        if known.len() + missed.len() > MAX_KNOWN {
            *known = KnownWords::default();
        }
        for t in missed.iter().map(|i| &tokens[*i]).filter(|t| t.word.len() <= 64) {
            known.insert(t.word, t.facts);
        }
    }

    /// The part of speech (词性) belongs to the word, not to its place: cut alone, a word that stays whole tells it.
    fn tag_alone(&self, t: &mut Token<'_>) -> bool {
        match self.jieba.tag(t.word, true).as_slice() {
            [one] if one.word == t.word => {
                t.facts.set_tag(t.word, one.tag);
                true
            }
            _ => false,
        }
    }

    /// Makes sure that the part of speech of piece `i` is known; rarely asked, so it is gathered when asked.
    pub(crate) fn tag(&self, folded: &str, tokens: &mut [Token<'_>], i: usize) {
        if tokens[i].facts.has_tag() {
            return;
        }
        if !self.tag_alone(&mut tokens[i]) {
            // The run between two marks is cut as in the whole text.
            let (from, to) = run_around(folded, tokens[i].start);
            let at = tokens[i].start - from;
            let all = self.jieba.tag(&folded[from..to], true);
            let word = tokens[i].word;
            let tag = all.iter().find(|t| t.byte_start == at && t.word == word).map_or("x", |t| t.tag);
            tokens[i].facts.set_tag(word, tag);
        }
        let t = &tokens[i];
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        if known.get(t.word).is_some() {
            known.insert(t.word, t.facts);
        }
    }
}

/// Does this blank or mark end a run: what stands on its two sides is cut apart?
fn ends_run(c: char) -> bool {
    !in_word(c) && !c.is_ascii_punctuation()
}

/// Where the run begins that holds the byte before `to`.
fn last_run(text: &str, to: usize) -> usize {
    let marks = text[..text.floor_char_boundary(to)].char_indices().rev();
    marks.into_iter().find(|(_, c)| ends_run(*c)).map_or(0, |(i, c)| i + c.len_utf8())
}

/// The bytes of the run without blanks and marks of sentences around a byte.
fn run_around(text: &str, at: usize) -> (usize, usize) {
    let to = text[at..].find(ends_run).map_or(text.len(), |i| at + i);
    (last_run(text, at), to)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is known of a word does not depend on whether it was met before, nor on the text around it.
    #[test]
    fn pieces_and_tags_are_those_of_the_segmenter() {
        let text =
            "A3区梧桐花园小区旁边的搅拌站 半夜施工,坚决抵制!咏梅苑(二期)韶光社区WES-5.4噪音很大;乾坤湾公馆";
        let fresh = Cutter::with_words(["乾坤湾公馆"]);
        for _ in 0..2 {
            let mut pieces = fresh.read(text, false);
            let tags = fresh.jieba.tag(text, true);
            assert_eq!(pieces.len(), tags.len());
            for (i, tag) in tags.iter().enumerate() {
                fresh.tag(text, &mut pieces, i);
                let mut want = Facts::of(tag.word, fresh.rarity(tag.word));
                want.set_tag(tag.word, tag.tag);
                assert_eq!((pieces[i].word, pieces[i].start), (tag.word, tag.byte_start));
                assert_eq!(pieces[i].facts, want, "{}", tag.word);
            }
            let inner = fresh.read(text, true);
            let whole: Vec<&str> = inner.iter().filter(|t| t.whole).map(|t| t.word).collect();
            assert_eq!(whole, pieces.iter().map(|t| t.word).collect::<Vec<_>>());
            assert_eq!(inner.len(), fresh.jieba.cut_for_search(text, true).len());
        }
    }

    #[test]
    fn a_city_adds_its_words() {
        let text = "伊景园滨河苑捆绑销售车位";
        let plain = Cutter::standard().words(text);
        let city = Cutter::with_words(["伊景园滨河苑", "车"]);
        assert!(!plain.contains(&"伊景园滨河苑"));
        assert_eq!(city.words(text)[0], "伊景园滨河苑");
        assert_eq!(city.content_words("我们的小区!"), ["小区"]);
    }
}
