//! 词向量: a letter as weighted terms (words, runs of two characters, place names) for comparing matters, and how
//! rare each term is in a collection. Must not know labels or groups.

use hashbrown::HashMap;

use crate::cut::Cutter;
use crate::mask::{covered_words, may_show};
use crate::normalise::{fold, head};
use crate::place::{Place, PlaceKind, places_in};
pub use crate::word::hash::key;
use crate::word::hash::pair_key;

/// How much more a term of the title counts.
const TITLE: f32 = 2.0;
/// Characters of the body that are compared.
pub const BODY_CHARS: usize = 400;
/// Weights of the kinds of term.
const PAIR: f32 = 0.5;
const NAME: f32 = 2.0;
/// Most terms of one letter.
const MAX_TERMS: usize = 2_000;

/// A term of a letter: its hash, how often it stands there (weighted), the weight of its kind.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Term {
    /// Hash of kind and text.
    pub key: u64,
    /// Count, title terms counting double.
    pub count: f32,
    /// Weight of its kind.
    pub kind: f32,
}

/// The terms of a letter, its words and its places.
#[derive(Clone, Debug, Default)]
pub struct Terms {
    /// Sorted by key, each once.
    pub terms: Vec<Term>,
    /// Content words (key, word) in order of first appearance, for descriptions: none that personal data holds.
    pub words: Vec<(u64, String)>,
    /// Specific places: no divisions, no townships.
    pub places: Vec<String>,
    /// Divisions and townships.
    pub areas: Vec<String>,
}

/// The name by which others would call a place: without the divisions and streets before it, the last four
/// characters (涉外经济学院 and A市经济学院 are called alike).
fn tail(name: &str) -> String {
    let n = name.chars().count();
    name.chars().skip(n.saturating_sub(4)).collect()
}

impl Terms {
    /// Of a letter.
    pub fn of(cutter: &Cutter, title: &str, body: &str) -> Self {
        let mut found: HashMap<u64, Term> = HashMap::new();
        let mut out = Self::default();
        for (text, weight) in [(fold(head(title, BODY_CHARS)), TITLE), (fold(head(body, BODY_CHARS)), 1.0)] {
            let mut add = |k: u64, w: f32, kind: f32| {
                let t = found.entry(k).or_insert(Term { key: k, count: 0.0, kind });
                t.count += w;
            };
            let mut tokens = cutter.read(&text, false);
            let hidden = covered_words(&text, tokens.iter().map(|t| (t.start, t.word)));
            let mut stream: Vec<char> = Vec::new();
            for t in tokens.iter().filter(|t| t.facts.is_word() && !t.facts.is_stop()) {
                let f = t.facts;
                let lone_digits = f.chars == 1 && !f.all_han();
                if !lone_digits {
                    add(f.key, weight, 1.0);
                    if f.chars > 1 && !hidden.contains(t.word) && may_show(t.word) {
                        out.words.push((f.key, t.word.to_owned()));
                    }
                }
                stream.extend(t.word.chars());
            }
            for p in stream.windows(2) {
                add(pair_key(p[0], p[1]), weight * 0.5, PAIR);
            }
            for Place { name, kind, .. } in places_in(cutter, &text, &mut tokens) {
                if matches!(kind, PlaceKind::Division | PlaceKind::Township) {
                    out.areas.push(name);
                } else {
                    add(key(2, &tail(&name)), weight, NAME);
                    out.places.push(name);
                }
            }
        }
        out.terms = found.into_values().collect();
        out.terms.sort_by_key(|t| t.key);
        out.terms.truncate(MAX_TERMS);
        out
    }
}

/// In how many letters of a collection each term stands.
#[derive(Clone, Debug, Default)]
pub struct Common {
    letters: usize,
    df: HashMap<u64, u32>,
}

/// Below so many texts a collection cannot tell which terms are rare.
pub const SMALL: usize = 50;
const SMOOTH: f32 = 20.0;
/// How strongly rarity counts.
const RARITY: f32 = 1.35;

impl Common {
    /// Counts a letter in.
    pub fn add(&mut self, t: &Terms) {
        self.letters += 1;
        for t in &t.terms {
            *self.df.entry(t.key).or_default() += 1;
        }
    }

    /// Number of letters with this term.
    pub fn count(&self, key: u64) -> u32 {
        self.df.get(&key).copied().unwrap_or(0)
    }

    /// Number of letters counted.
    pub fn letters(&self) -> usize {
        self.letters
    }

    /// The vector of length one of a letter: terms in at least two letters and at most a fifth of all. In a
    /// collection of fewer than [`SMALL`] every term counts that it has at all.
    pub fn vector(&self, t: &Terms) -> Vec<(u64, f32)> {
        let n = self.letters.max(1) as f32;
        let weight = |t: &Term| {
            let df = self.count(t.key) as f32;
            let small = self.letters < SMALL;
            if df < 1.0 || (!small && (df < 2.0 || df > (n * 0.2).max(2.0))) {
                return None;
            }
            let n = if small { n + SMOOTH } else { n };
            let tf = if t.count >= 1.0 { 1.0 + t.count.ln() } else { t.count };
            Some((t.key, tf * (n / df).ln().max(0.05).powf(RARITY) * t.kind))
        };
        let mut v: Vec<(u64, f32)> = t.terms.iter().filter_map(weight).collect();
        let norm = v.iter().map(|(_, x)| x * x).sum::<f32>().sqrt();
        if norm > 0.0 {
            v.iter_mut().for_each(|(_, x)| *x /= norm);
        }
        v
    }
}

/// The cosine of two vectors sorted by key.
pub fn cosine(a: &[(u64, f32)], b: &[(u64, f32)]) -> f32 {
    let (mut i, mut j, mut sum) = (0, 0, 0.0);
    while i < a.len() && j < b.len() {
        match a[i].0.cmp(&b[j].0) {
            std::cmp::Ordering::Less => i += 1,
            std::cmp::Ordering::Greater => j += 1,
            std::cmp::Ordering::Equal => {
                sum += a[i].1 * b[j].1;
                i += 1;
                j += 1;
            }
        }
    }
    sum
}
