//! 检索: the terms under which a text is found, what a query asks for, and the one score by which results are
//! ordered, so that two databases order alike. Must not know a database or who may see what.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use crate::cut::{Cutter, Token};
use crate::normalise::{MAX_CHARS, fold, is_han};
use crate::place::places_in;
use crate::word::initials;

/// The most clauses of one query and the longest query read, in characters.
pub const MAX_CLAUSES: usize = 24;
/// Longest query in characters.
pub const MAX_QUERY: usize = 200;
/// Mark before pinyin initials, so that they never meet a written word.
const PINYIN: &str = "0py";

/// The terms of a text for an index, each with how often it stands there: runs of two characters, words, numbers
/// and Latin words in lower case, place names, and pinyin initials of words (`0pyhbj` for 环保局). Every term is
/// made of letters and digits only, so that a plain tokenizer keeps it whole.
pub fn search_terms(cutter: &Cutter, text: &str) -> BTreeMap<String, u32> {
    let folded = fold(text);
    terms_in(cutter, &folded, &mut cutter.read(&folded, true)).into_iter().collect()
}

/// The same of a folded text that was cut already, with the shorter words; sorted, each once. Leaves the pieces of
/// the text itself.
pub(crate) fn terms_in(cutter: &Cutter, folded: &str, tokens: &mut Vec<Token<'_>>) -> Vec<(String, u32)> {
    // What occurs most is counted as numbers: eight initials, two characters.
    let (mut short, mut pairs): (Vec<u64>, Vec<u64>) = (Vec::new(), Vec::with_capacity(folded.len() / 3));
    let mut long: Vec<Cow<'_, str>> = Vec::new();
    for t in tokens.iter() {
        if t.facts.all_han() && t.facts.chars > 1 {
            if t.facts.chars > 2 {
                long.push(Cow::Borrowed(t.word));
            }
            if t.facts.chars <= 8 {
                short.push(u64::from_be_bytes(t.facts.initials));
            }
        }
    }
    runs(folded, |run| match run {
        Run::Han([one]) => long.push(Cow::Owned(one.to_string())),
        Run::Han(chars) => {
            pairs.extend(
                chars.windows(2).map(|p| u64::from(u32::from(p[0])) << 32 | u64::from(u32::from(p[1]))),
            );
        }
        Run::Latin(word) => long.push(Cow::Owned(word.to_owned())),
    });
    for p in places_in(cutter, folded, tokens) {
        let name = p.name.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_lowercase();
        if (2..=8).contains(&name.chars().count()) && name.chars().all(is_han) {
            short.push(u64::from_be_bytes(initials(&name)));
        }
        long.push(Cow::Owned(name));
    }
    counted(short, pairs, long)
}

/// Terms with how often each stands there, from initials, pairs of characters and longer terms.
fn counted(mut short: Vec<u64>, mut pairs: Vec<u64>, mut long: Vec<Cow<'_, str>>) -> Vec<(String, u32)> {
    short.sort_unstable();
    pairs.sort_unstable();
    long.sort_unstable();
    let times = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    let with_mark = |i: u64| {
        let mut term = String::with_capacity(PINYIN.len() + 8);
        term.push_str(PINYIN);
        term.extend(i.to_be_bytes().into_iter().take_while(|b| *b != 0).map(char::from));
        term
    };
    let pair = |p: u64| {
        let mut term = String::with_capacity(8);
        term.extend([p >> 32, p & 0xffff_ffff].map(|u| char::from_u32(u as u32).unwrap_or(' ')));
        term
    };
    let mut out: Vec<(String, u32)> = Vec::with_capacity(pairs.len() + short.len() + long.len());
    out.extend(short.chunk_by(|a, b| a == b).map(|c| (with_mark(c[0]), times(c.len()))));
    out.extend(pairs.chunk_by(|a, b| a == b).map(|c| (pair(c[0]), times(c.len()))));
    out.extend(long.chunk_by(|a, b| a == b).map(|c| (c[0].as_ref().to_owned(), times(c.len()))));
    // Three sorted lists, which a stable sort merges. A place of two characters is also a pair: the same term is counted
    // once.
    out.sort_by(|a, b| a.0.cmp(&b.0));
    out.dedup_by(|b, a| {
        let same = a.0 == b.0;
        a.1 += if same { b.1 } else { 0 };
        same
    });
    out
}

enum Run<'r> {
    Han(&'r [char]),
    Latin(&'r str),
}

/// Names the runs of Chinese characters and of Latin letters and digits in order. `4.23` stays `4` and `23`, as a
/// database cuts it.
fn runs(folded: &str, mut see: impl FnMut(Run<'_>)) {
    let (mut han, mut latin) = (Vec::new(), String::new());
    for c in folded.chars().take(MAX_CHARS).chain([' ']) {
        let is_han = is_han(c);
        let is_latin = !is_han && c.is_alphanumeric();
        if !is_han && !han.is_empty() {
            see(Run::Han(&han));
            han.clear();
        }
        if !latin.is_empty() && (!is_latin || latin.len() >= 64) {
            see(Run::Latin(&latin));
            latin.clear();
        }
        if is_han {
            han.push(c);
        } else if is_latin {
            latin.extend(c.to_lowercase().filter(|c| c.is_alphanumeric()));
        }
    }
}

/// One condition of a query: a text must have one of `any` (or, if `not`, none of them).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clause {
    /// Terms of which one suffices, all lower case, letters and digits only: safe to hand to a database.
    pub any: Vec<String>,
    /// 排除
    pub not: bool,
}

/// What a reader asks for (检索式).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    /// All must hold.
    pub clauses: Vec<Clause>,
}

impl Query {
    /// Reads what a person typed: words with blanks between all must occur; `-word` must not; Chinese words are
    /// found inside longer ones; two to eight Latin letters also find words by their pinyin initials.
    pub fn parse(text: &str) -> Self {
        let folded = fold(&text.chars().take(MAX_QUERY).collect::<String>());
        let mut clauses: Vec<Clause> = Vec::new();
        for part in folded.split_whitespace() {
            let (not, word) = match part.strip_prefix('-') {
                Some(rest) if !rest.is_empty() => (true, rest),
                _ => (false, part),
            };
            runs(word, |run| {
                let found: Vec<Vec<String>> = match run {
                    Run::Han([one]) => vec![vec![one.to_string()]],
                    Run::Han(c) => c.windows(2).map(|p| vec![p.iter().collect()]).collect(),
                    Run::Latin(w) => {
                        let letters = (2..=8).contains(&w.len()) && w.bytes().all(|b| b.is_ascii_lowercase());
                        let py = letters.then(|| format!("{PINYIN}{w}"));
                        vec![std::iter::once(w.to_owned()).chain(py).collect()]
                    }
                };
                for any in found {
                    let clause = Clause { any, not };
                    if clauses.len() < MAX_CLAUSES && !clauses.contains(&clause) {
                        clauses.push(clause);
                    }
                }
            });
        }
        Self { clauses }
    }

    /// Is there nothing to look for?
    pub fn is_empty(&self) -> bool {
        self.clauses.iter().all(|c| c.not)
    }
}

/// How many texts there are, how long they are, and in how many each term stands: from the database's counts.
#[derive(Clone, Debug, Default)]
pub struct Scale {
    /// Number of texts.
    pub texts: u64,
    /// Mean number of terms of a text.
    pub mean_terms: f64,
    /// Number of texts with a term; a term that is missing is taken for rare.
    pub with_term: HashMap<String, u64>,
}

/// How much more a term of the title counts.
const TITLE: f64 = 2.5;

impl Scale {
    /// The score of a text for a query (BM25, k1 1.2, b 0.6; title terms count more), in whole millionths so that
    /// every machine orders alike. None if the text does not answer the query.
    pub fn score(
        &self,
        query: &Query,
        title: &BTreeMap<String, u32>,
        body: &BTreeMap<String, u32>,
    ) -> Option<u64> {
        let length = f64::from(title.values().chain(body.values()).sum::<u32>());
        let norm = 1.2 * (0.4 + 0.6 * length / self.mean_terms.max(1.0));
        let count = |m: &BTreeMap<String, u32>, t: &String| f64::from(m.get(t).copied().unwrap_or(0));
        let mut sum = 0.0;
        for clause in &query.clauses {
            let best = clause
                .any
                .iter()
                .map(|t| (count(title, t) * TITLE + count(body, t), t))
                .filter(|(n, _)| *n > 0.0)
                .map(|(n, t)| {
                    let df = self.with_term.get(t).copied().unwrap_or(1) as f64;
                    let idf = (1.0 + (self.texts as f64 - df + 0.5).max(0.5) / (df + 0.5)).ln();
                    idf * n * 2.2 / (n + norm)
                })
                .fold(None, |a: Option<f64>, b| Some(a.map_or(b, |a| a.max(b))));
            match (best, clause.not) {
                (Some(_), true) | (None, false) => return None,
                (Some(s), false) => sum += s,
                (None, true) => {}
            }
        }
        Some((sum * 1e6).round() as u64)
    }
}

/// Orders candidates: best score first, then newest (larger `at`), then id. The same on every engine.
pub fn order<I: Ord>(found: &mut [(u64, i64, I)]) {
    found.sort_by(|a, b| b.0.cmp(&a.0).then(b.1.cmp(&a.1)).then(a.2.cmp(&b.2)));
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn terms(t: &str) -> BTreeMap<String, u32> {
        search_terms(Cutter::standard(), t)
    }

    #[test]
    fn two_characters_numbers_places_and_initials_are_found() {
        let t = terms("A市环保局对桐梓坡西路110KV变电站的答复");
        let scale = Scale { texts: 10, mean_terms: 30.0, with_term: HashMap::new() };
        let hit = |q: &str| scale.score(&Query::parse(q), &BTreeMap::new(), &t).is_some();
        for q in ["环保", "环保局", "hbj", "110kv", "桐梓坡西路", "变电站 答复", "變電站", "答复 -投诉"]
        {
            assert!(hit(q), "{q} {t:?}");
        }
        for q in ["局长", "bhj", "110", "答复 -环保"] {
            assert!(!hit(q), "{q}");
        }
        assert!(Query::parse("  ").is_empty() && Query::parse("-甲乙").is_empty());
    }

    #[test]
    fn titles_and_rare_terms_come_first() {
        let scale = Scale {
            texts: 1000,
            mean_terms: 20.0,
            with_term: [("噪音".into(), 500), ("搅拌".into(), 3)].into(),
        };
        let q = Query::parse("噪音");
        let (a, b) = (terms("噪音扰民"), terms("夜里有噪音"));
        let none = BTreeMap::new();
        assert!(scale.score(&q, &a, &none) > scale.score(&q, &none, &b));
        let rare = scale.score(&Query::parse("搅拌"), &none, &terms("搅拌"));
        assert!(rare > scale.score(&q, &none, &terms("噪音")));
        let mut found = [(5, 1, "b"), (5, 2, "c"), (9, 0, "a"), (5, 2, "a")];
        order(&mut found);
        assert_eq!(found.map(|f| (f.1, f.2)), [(0, "a"), (2, "a"), (2, "c"), (1, "b")]);
    }

    proptest! {
        #[test]
        fn any_query_is_bounded_and_safe(q in "\\PC{0,300}") {
            let q = Query::parse(&q);
            prop_assert!(q.clauses.len() <= MAX_CLAUSES);
            for t in q.clauses.iter().flat_map(|c| &c.any) {
                prop_assert!(t.chars().all(char::is_alphanumeric), "{}", t);
            }
        }
        #[test]
        fn a_text_is_found_by_its_own_words(s in "[一-龥]{2,20}", at in 0_usize..18) {
            let chars: Vec<char> = s.chars().collect();
            let at = at.min(chars.len() - 2);
            let q: String = chars[at..at + 2].iter().collect();
            let scale = Scale { texts: 2, mean_terms: 10.0, with_term: HashMap::new() };
            prop_assert!(scale.score(&Query::parse(&q), &BTreeMap::new(), &terms(&s)).is_some());
        }
    }
}
