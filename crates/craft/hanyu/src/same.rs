//! 同事: is this the same matter again (merge proposals, R4, R9)? A signature for each text, bands for an index, and
//! a comparison with reasons that weighs wording, place and things named. Must not know cases or decide.

use serde::{Deserialize, Serialize};

use crate::cut::{Cutter, Token};
use crate::mask::{covered_words, may_show};
use crate::minhash::{Fingerprint, counted};
use crate::normalise::{fold, head};
use crate::place::{PlaceKind, places_in};
use crate::spot::times;
use crate::vector::{BODY_CHARS, cosine, key};
use crate::word::tables::SUFFIXES;

/// From this score two texts are proposed as one matter (default; precision in docs/QUALITY.md).
pub const SAME: f32 = 0.75;
/// Terms kept of one text: the heaviest.
const KEPT_TERMS: usize = 120;
/// Places kept of one text.
const KEPT_PLACES: usize = 12;
/// Bands that stand for places.
const PLACE_BANDS: usize = 8;

/// What is compared of a text. About 1.5 KB as bytes; keep it with the case.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Signature {
    pub(crate) print: Fingerprint,
    /// Weighted terms, length one, sorted by key; keys of 32 bits.
    pub(crate) terms: Vec<(u64, f32)>,
    /// Words behind the heaviest terms, none that personal data holds.
    pub(crate) words: Vec<String>,
    /// Specific places as written.
    pub(crate) places: Vec<String>,
    /// Divisions, most exact last.
    pub(crate) areas: Vec<String>,
    /// Days named, as month × 100 + day.
    pub(crate) days: Vec<u16>,
}

impl Signature {
    /// The fingerprint of its wording.
    pub const fn wording(&self) -> &Fingerprint {
        &self.print
    }
}

/// Why two texts are held for one matter, or not.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// 文字相近: the fraction of shared wording.
    Wording(f32),
    /// 用词相近: the cosine of what is talked about.
    Matter(f32),
    /// 同一地点: the name both give.
    SamePlace(String),
    /// 地点不同: each names places, none in common.
    OtherPlace(String, String),
    /// 区划不同
    OtherArea(String, String),
    /// 共同的词: words that both use and few others do.
    Words(Vec<String>),
    /// 提到同一天
    SameDay(u16),
}

/// How alike two texts are.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Similarity {
    /// 0 to 1; from `SAME` on a proposal.
    pub score: f32,
    /// Words that both say beyond where it is.
    #[serde(default)]
    pub beyond: usize,
    /// Reasons, strongest first.
    pub reasons: Vec<Why>,
}

/// The signature of a text: a title (may be empty) and a body.
pub fn signature(cutter: &Cutter, title: &str, body: &str) -> Signature {
    let compared = Compared::of(title, body);
    let tokens = cutter.read(&compared.text, false);
    compared.signature(cutter, tokens)
}

/// What is compared of a letter: the beginning of its title and of its body, folded.
pub(crate) struct Compared {
    pub text: String,
    title_end: usize,
}

impl Compared {
    pub fn of(title: &str, body: &str) -> Self {
        let title = fold(head(title, BODY_CHARS * 2));
        // The blank between the two ends a word: the whole is cut as each of them would be.
        Self { title_end: title.len(), text: title + " " + &fold(head(body, BODY_CHARS * 2)) }
    }

    /// The signature of the text that was cut into these pieces.
    pub fn signature(&self, cutter: &Cutter, tokens: Vec<Token<'_>>) -> Signature {
        signature_in(cutter, &self.text, self.title_end, tokens)
    }
}

fn signature_in(cutter: &Cutter, text: &str, title_end: usize, mut tokens: Vec<Token<'_>>) -> Signature {
    let hidden = covered_words(text, tokens.iter().map(|t| (t.start, t.word)));
    let shown = |w: &str| !hidden.contains(w) && may_show(w);
    let mut said: Vec<(u64, &str, f32, f32)> = Vec::with_capacity(tokens.len());
    for t in &tokens {
        let f = t.facts;
        if f.is_word() && !f.is_stop() && !f.set_phrase() && (f.chars > 1 || f.any_han()) {
            let weight = if t.start < title_end { 2.0 } else { 1.0 };
            said.push((f.key, t.word, f.weight, weight));
        }
    }
    said.sort_unstable_by_key(|(key, word, ..)| (*key, *word));
    let mut heavy: Vec<(&str, f32, u64)> = said
        .chunk_by(|a, b| (a.0, a.1) == (b.0, b.1))
        .map(|c| {
            let n: f32 = c.iter().map(|x| x.3).sum();
            (c[0].1, (1.0 + n.ln()) * c[0].2, c[0].0)
        })
        .collect();
    heavy.sort_unstable_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(b.0)));
    heavy.truncate(KEPT_TERMS);
    let norm = heavy.iter().map(|(_, x, _)| x * x).sum::<f32>().sqrt().max(1e-6);
    let mut terms: Vec<(u64, f32)> = heavy.iter().map(|(_, x, key)| (key >> 32, x / norm)).collect();
    terms.sort_by_key(|t| t.0);
    terms.dedup_by_key(|t| t.0);
    let (mut named, mut areas) = (Vec::new(), Vec::new());
    for p in places_in(cutter, text, &mut tokens) {
        let list =
            if matches!(p.kind, PlaceKind::Division | PlaceKind::Township) { &mut areas } else { &mut named };
        if !list.contains(&p.name) && list.len() < KEPT_PLACES {
            list.push(p.name);
        }
    }
    let mut days: Vec<u16> = times(text)
        .iter()
        .filter_map(|t| Some(t.month? as u16 * 100 + t.day? as u16))
        .take(KEPT_PLACES)
        .collect();
    days.sort_unstable();
    days.dedup();
    Signature {
        print: Fingerprint::of(&counted(text)),
        terms,
        words: heavy.iter().map(|(w, ..)| *w).filter(|w| shown(w)).take(40).map(ToOwned::to_owned).collect(),
        places: named,
        areas,
        days,
    }
}

/// Numbers for an index: texts that share one are candidates. The store keeps rows `(band, id)`.
/// At most 40, sorted, each once: those of the wording and those of the places named.
pub fn bands(s: &Signature) -> Vec<u64> {
    let mut out = s.print.bands();
    out.extend(s.places.iter().take(PLACE_BANDS).map(|p| key(9, called(p))));
    out.sort_unstable();
    out.dedup();
    out
}

/// How a place is called in short: its last four characters.
fn called(name: &str) -> &str {
    name.char_indices().rev().nth(3).map_or(name, |(i, _)| &name[i..])
}

/// The exact area of the anonymised or plain kind, if it is below a city.
fn county(s: &Signature) -> Option<&String> {
    s.areas.iter().find(|a| a.ends_with(['区', '县']) && a.chars().count() >= 2)
}

/// Words that stand before the last word of a place and name none.
const NO_NAME: [&str; 34] = [
    "过街",
    "人行",
    "加油",
    "充电",
    "变电",
    "普惠性",
    "普惠",
    "公办",
    "民办",
    "公立",
    "私立",
    "市委",
    "县委",
    "区委",
    "政府",
    "附近",
    "大型",
    "农贸",
    "便民",
    "污水处理",
    "垃圾",
    "垃圾中转",
    "中转",
    "公交",
    "公共",
    "服务",
    "政务",
    "安置",
    "商业",
    "培训",
    "教育",
    "相关",
    "当地",
    "电信",
];

/// Is it a kind of place rather than a place?
fn kind_only(name: &str) -> bool {
    let mut rest = name;
    while let Some(cut) = NO_NAME.iter().find_map(|w| rest.strip_prefix(w)) {
        rest = cut;
    }
    rest.len() < name.len() && rest.chars().count() <= 3
}

/// Is it so long that two matters on it may be far apart?
fn long_stretch(name: &str) -> bool {
    ["号线", "高速", "路", "大道", "街", "社区", "开发区"].iter().any(|s| name.ends_with(s))
}

/// How alike the letters are in what they say beyond where it is.
fn aspect(a: &Signature, b: &Signature) -> f32 {
    let names: Vec<&str> =
        a.places.iter().chain(&b.places).chain(&a.areas).chain(&b.areas).map(String::as_str).collect();
    // Which characters occur in names, roughly: most words begin with none of them and need no search.
    let mut occur = [0_u64; 16];
    let place = |c: char| ((u32::from(c) >> 6) as usize % 16, u32::from(c) % 64);
    for (i, bit) in names.iter().flat_map(|n| n.chars()).map(place) {
        occur[i] |= 1 << bit;
    }
    let in_name = |w: &str| {
        w.chars().map(place).all(|(i, bit)| occur[i] >> bit & 1 == 1) && names.iter().any(|n| n.contains(w))
    };
    let mut named: Vec<u64> = a.words.iter().filter(|w| in_name(w)).map(|w| key(0, w) >> 32).collect();
    named.extend(b.words.iter().filter(|w| in_name(w)).map(|w| key(0, w) >> 32));
    let rest = |s: &Signature| -> Vec<(u64, f32)> {
        s.terms.iter().filter(|t| !named.contains(&t.0)).copied().collect()
    };
    let (x, y) = (rest(a), rest(b));
    let norm = |v: &[(u64, f32)]| v.iter().map(|t| t.1 * t.1).sum::<f32>().sqrt().max(1e-6);
    cosine(&x, &y) / (norm(&x) * norm(&y))
}

/// What a comparison is made of.
#[derive(Clone, Debug, PartialEq)]
pub struct Parts {
    /// shared wording, 0 to 1
    pub wording: f32,
    /// cosine of what is talked about
    pub matter: f32,
    /// the same without the words of places
    pub aspect: f32,
    /// a place both name
    pub place: Option<String>,
    /// the place is a road or a line: two matters on it may be far apart
    pub long: bool,
    /// each names places, none in common
    pub other_place: Option<(String, String)>,
    /// other counties
    pub other_area: Option<(String, String)>,
    /// a day both name
    pub day: Option<u16>,
}

/// Takes a comparison apart.
pub fn parts(a: &Signature, b: &Signature) -> Parts {
    fn named(s: &Signature) -> Vec<&String> {
        s.places.iter().filter(|p| !kind_only(p)).collect()
    }
    let (x, y) = (named(a), named(b));
    let both: Vec<&String> = x.iter().filter(|p| y.iter().any(|q| called(p) == called(q))).copied().collect();
    let place = both.iter().find(|p| !long_stretch(p)).or(both.first()).map(|p| (*p).clone());
    let other_place =
        (place.is_none() && !x.is_empty() && !y.is_empty()).then(|| (x[0].clone(), y[0].clone()));
    let other_area = match (county(a), county(b)) {
        (Some(p), Some(q)) if !a.areas.contains(q) && !b.areas.contains(p) => Some((p.clone(), q.clone())),
        _ => None,
    };
    Parts {
        wording: a.print.resemblance(&b.print),
        matter: cosine(&a.terms, &b.terms),
        aspect: aspect(a, b),
        long: place.as_ref().is_some_and(|p| long_stretch(p)),
        place,
        other_place,
        other_area,
        day: a.days.iter().find(|d| b.days.contains(d)).copied(),
    }
}

/// Weights of the parts, fitted on one half of the annotated pairs (docs/QUALITY.md): constant, wording, matter,
/// aspect, place, long place, other place, other county, day.
const WEIGHTS: [f32; 9] = [-5.71, 2.07, 9.26, 2.06, 2.58, -0.75, -0.3, -1.2, 0.3];

impl Parts {
    /// The parts as numbers, in the order of the weights.
    pub fn numbers(&self) -> [f32; 9] {
        let on = |b: bool| f32::from(u8::from(b));
        [
            1.0,
            self.wording,
            self.matter,
            self.aspect,
            on(self.place.is_some() && !self.long),
            on(self.place.is_some() && self.long),
            on(self.other_place.is_some()),
            on(self.other_area.is_some()),
            on(self.day.is_some()),
        ]
    }
}

/// Compares two signatures.
pub fn compare(a: &Signature, b: &Signature) -> Similarity {
    let p = parts(a, b);
    let score = score(&p, a, b);
    explained(p, score, a, b)
}

/// The same where the score is at least so much; what is not alike is not explained.
pub fn compare_from(a: &Signature, b: &Signature, least: f32) -> Option<Similarity> {
    let p = parts(a, b);
    let score = score(&p, a, b);
    (score >= least).then(|| explained(p, score, a, b))
}

fn score(p: &Parts, a: &Signature, b: &Signature) -> f32 {
    let x: f32 = p.numbers().iter().zip(WEIGHTS).map(|(n, w)| n * w).sum();
    if a.print.is_empty() || b.print.is_empty() { 0.0 } else { 1.0 / (1.0 + (-x).exp()) }
}

fn explained(p: Parts, score: f32, a: &Signature, b: &Signature) -> Similarity {
    let mut reasons = Vec::new();
    if p.wording >= 0.1 {
        reasons.push(Why::Wording(p.wording));
    }
    if p.matter >= 0.1 {
        reasons.push(Why::Matter(p.matter));
    }
    reasons.extend(p.place.map(Why::SamePlace));
    reasons.extend(p.other_place.map(|(a, b)| Why::OtherPlace(a, b)));
    reasons.extend(p.other_area.map(|(a, b)| Why::OtherArea(a, b)));
    reasons.extend(p.day.map(Why::SameDay));
    // Signatures kept from before may hold numbers.
    let shared: Vec<&String> = a.words.iter().filter(|w| b.words.contains(w) && may_show(w)).collect();
    let names: Vec<&String> = a.places.iter().chain(&a.areas).chain(&b.places).chain(&b.areas).collect();
    let of_place = |w: &str| {
        names.iter().any(|n| n.contains(w) || w.contains(n.as_str())) || SUFFIXES.iter().any(|(s, _)| *s == w)
    };
    let beyond = shared.iter().filter(|w| !of_place(w)).count();
    let shared: Vec<String> = shared.into_iter().take(6).cloned().collect();
    if !shared.is_empty() {
        reasons.push(Why::Words(shared));
    }
    Similarity { score, beyond, reasons }
}

/// Two letters, by position, that seem to be about one matter.
#[derive(Clone, Debug, PartialEq)]
pub struct SamePair {
    /// The earlier position.
    pub a: usize,
    /// The later position.
    pub b: usize,
    /// How alike.
    pub similarity: Similarity,
}

/// The newest entries of one band that are looked at: a band that everyone shares must not cost everything.
pub const BAND_CANDIDATES: usize = 200;
/// Candidates that are compared in full.
pub const COMPARED: usize = 300;

/// From the entries of each band to the candidates worth comparing: those that share most bands, at most
/// `COMPARED`, ties to the larger (newer) id.
pub fn shortlist<I: Ord + Copy>(bands: impl IntoIterator<Item = Vec<I>>) -> Vec<I> {
    let mut all: Vec<I> = bands.into_iter().flat_map(|b| b.into_iter().take(BAND_CANDIDATES)).collect();
    all.sort_unstable();
    let mut counted: Vec<(usize, I)> = all.chunk_by(|a, b| a == b).map(|c| (c.len(), c[0])).collect();
    counted.sort_unstable_by(|a, b| b.cmp(a));
    counted.truncate(COMPARED);
    counted.into_iter().map(|c| c.1).collect()
}

/// All pairs in bulk from shared bands, as registration would find them one by one.
pub fn pairs(cutter: &Cutter, letters: &[crate::letters::Letter], least: f32) -> Vec<SamePair> {
    let mut index: std::collections::HashMap<u64, Vec<u32>> = std::collections::HashMap::new();
    let mut known: Vec<Signature> = Vec::with_capacity(letters.len());
    let mut out = Vec::new();
    for (b, l) in letters.iter().enumerate() {
        let s = signature(cutter, &l.title, &l.body);
        let entries = bands(&s).into_iter().map(|band| {
            let list = index.entry(band).or_default();
            let newest: Vec<u32> = list.iter().rev().take(BAND_CANDIDATES).copied().collect();
            list.push(b as u32);
            newest
        });
        let mut near = shortlist(entries.collect::<Vec<_>>());
        near.sort_unstable();
        for a in near {
            let close = compare_from(&known[a as usize], &s, least);
            out.extend(close.map(|similarity| SamePair { a: a as usize, b, similarity }));
        }
        known.push(s);
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn s(t: &str) -> Signature {
        signature(Cutter::standard(), "", t)
    }

    #[test]
    fn reworded_reports_meet_and_templates_elsewhere_do_not() {
        let a = s("A3区梧桐花园小区旁边的搅拌站每天半夜施工,噪音很大,严重扰民,请查处");
        let b = s("投诉A3区梧桐花园附近搅拌站夜间施工噪音扰民,粉尘也大");
        let c = s("A7县松湖雅苑小区停车位不足,物业乱收停车费");
        assert!(compare(&a, &b).score > compare(&a, &c).score + 0.3);
        assert!(compare(&a, &c).score < SAME);
        assert_eq!(compare(&a, &a).score.max(SAME), compare(&a, &a).score);
        assert!(bands(&a).iter().any(|x| bands(&b).contains(x)));
        assert_eq!(compare(&s(""), &s("")).score, 0.0);
    }

    proptest! {
        #[test]
        fn comparing_is_symmetric_and_bounded(a in "\\PC{0,80}", b in "[一-龥A3区,。0-9]{0,80}") {
            let (x, y) = (s(&a), s(&b));
            let (p, q) = (compare(&x, &y).score, compare(&y, &x).score);
            prop_assert!((p - q).abs() < 1e-5 && (0.0..=1.0).contains(&p));
        }
    }
}
