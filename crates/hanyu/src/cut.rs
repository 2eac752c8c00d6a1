//! 分词: cutting folded text into words, with a city's own words added. Must not know what a word is for.

use std::collections::HashSet;
use std::fmt;
use std::sync::LazyLock;

use jieba_rs::Jieba;

use crate::normalise::is_han;

/// The most words a city may add to the dictionary.
pub const MAX_USER_WORDS: usize = 200_000;

static STANDARD: LazyLock<Cutter> = LazyLock::new(|| Cutter::with_words(std::iter::empty::<&str>()));

static STOP: LazyLock<HashSet<&'static str>> = LazyLock::new(|| {
    include_str!("../data/stopwords.txt")
        .lines()
        .filter(|l| !l.starts_with('#'))
        .flat_map(str::split_whitespace)
        .collect()
});

/// Cuts text into words. Loading takes about 0.2 s: make one and keep it.
pub struct Cutter {
    jieba: Jieba,
}

impl fmt::Debug for Cutter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Cutter")
    }
}

/// Does a word only carry grammar or courtesy (停用词)?
pub fn is_stop_word(word: &str) -> bool {
    STOP.contains(word)
}

/// All general stop words.
pub(crate) fn stop_words() -> impl Iterator<Item = &'static str> {
    STOP.iter().copied()
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
        Self { jieba }
    }

    /// The words of a folded text in order, without marks and blanks.
    pub fn words<'t>(&self, folded: &'t str) -> Vec<&'t str> {
        let mut out: Vec<&str> = self.jieba.cut(folded, true).into_iter().map(|t| t.word).collect();
        out.retain(|w| w.chars().any(|c| is_han(c) || c.is_alphanumeric()));
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
        out.retain(|w| w.chars().any(|c| is_han(c) || c.is_alphanumeric()));
        out
    }

    /// How rare a word is in general use: about 1 for the commonest, 12 and more for names.
    pub(crate) fn rarity(&self, word: &str) -> f32 {
        let freq = if self.jieba.has_word(word) { self.jieba.suggest_freq(word) } else { 2 };
        (6e7_f32 / (freq as f32 + 10.0)).ln().max(0.5)
    }

    /// Words with their part of speech (词性) in the notation of the dictionary.
    pub(crate) fn tagged<'t>(&'t self, folded: &'t str) -> Vec<(&'t str, &'t str)> {
        self.jieba.tag(folded, true).into_iter().map(|t| (t.word, t.tag)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
