//! 读文 (R4, R8, R9, R10): proposals from what people write. Who should answer, what is the same matter, what came
//! back, what was solved before, whether a reply is complete. Everything here proposes; a person decides, the
//! decision is an event on a stream beside the case, and the next training data.
//!
//! What is learned and indexed follows from the record and can be built anew. Must not know pages or SQL.

mod alike;
mod hot;
mod index;
mod judge;
mod learn;
mod page;
mod precedents;
mod replies;

pub use index::READ;
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use hanyu::classify::{Classifier, Model, train_tables};
use hanyu::cut::Cutter;
use hanyu::letters::Table;
use hanyu::same::{self, Signature, Similarity, Why};
use kernel::{CaseId, Moment, RegionCode, Said, StreamId, UnitId};
use resolve::{Case, Command, Happened, StageKind};
use store::{Rd, texts};

pub use hot::{HotLetter, HotMatter, HotPage, PERIODS};
pub use judge::{Back, Judged};
pub use learn::{MonthView, ReadingView};
pub use page::{CaseReading, DraftReading};
pub use precedents::{NewPrecedent, PrecedentView};
pub use replies::{ReplyCheck, SignalView};

use crate::Cases;
use city::Cached;
use city::contained;
use city::{Error, Office};

/// A unit that could answer, with how sure that is and what speaks for it.
#[derive(Clone, Debug, PartialEq)]
pub struct Proposed {
    /// unit
    pub unit: UnitId,
    /// its short name
    pub name: String,
    /// 0 to 1
    pub p: f32,
    /// words of the letter that speak for it
    pub words: Vec<String>,
    /// earlier cases like this one that it answered: number, title
    pub cases: Vec<(String, String)>,
}

/// The units proposed for one letter, likeliest first.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Proposal {
    /// version of the model; 0 while only names and duties are known
    pub model: i64,
    /// units
    pub units: Vec<Proposed>,
}

impl Proposal {
    /// What was shown, in one line that a form carries along: `3;12=0.83;7=0.05`.
    pub fn mark(&self) -> String {
        let each = self.units.iter().map(|u| format!(";{}={:.3}", u.unit, u.p));
        format!("{}{}", self.model, each.collect::<String>())
    }
}

/// What was shown when a person chose, as a form brought it back.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Shown {
    /// version of the model
    pub model: i64,
    /// units and their probabilities, in the order shown
    pub units: Vec<(UnitId, f32)>,
}

impl Shown {
    /// Reads a mark; none when it is not one.
    pub fn parse(mark: &str) -> Option<Self> {
        let mut parts = mark.split(';');
        let model = parts.next()?.parse().ok()?;
        let unit = |part: &str| {
            let (unit, p) = part.split_once('=')?;
            let p: f32 = p.parse().ok()?;
            Some((UnitId(unit.parse().ok()?), p)).filter(|_| (0.0..=1.0).contains(&p))
        };
        let units: Option<Vec<_>> = parts.take(10).map(unit).collect();
        units.filter(|u| !u.is_empty()).map(|units| Self { model, units })
    }
}

/// Another case that seems to be about the same.
#[derive(Clone, Debug, PartialEq)]
pub struct Twin {
    /// its number
    pub number: String,
    /// its title
    pub title: String,
    /// where it stands
    pub stage: StageKind,
    /// when it was lodged
    pub lodged: Moment,
    /// short name of its unit
    pub unit: Option<String>,
    /// 0 to 1
    pub score: f32,
    /// why, strongest first
    pub why: Vec<Said>,
    /// days from its end to the new report, where it had ended
    pub days_after: Option<i64>,
    /// what a person said: confirmed or rejected
    pub verdict: Option<bool>,
}

/// What is read with: the city's words, duties and, if there is one, the model learned from its dispatches.
pub(crate) struct Loaded {
    key: u64,
    version: i64,
    cutter: Arc<Cutter>,
    duties: Option<Arc<Model>>,
    names: Arc<HashMap<String, UnitId>>,
    learned: Option<Arc<learn::Learned>>,
}

/// Copies in memory of what is kept; each is looked at again when its mark in the store changed.
#[derive(Default)]
pub(crate) struct Reading {
    loaded: Cached<(u64, i64), Loaded>,
    precedents: Cached<(i64, i64), precedents::Kept>,
}

/// 读文索引: the name of the care.
pub const INDEX: &str = "index";
/// Units proposed.
const PROPOSED: usize = 5;
/// Probability below which a unit is not worth showing.
const WORTH: f32 = 0.02;
/// Score from which another case speaks for its unit.
const SPEAKS: f32 = 0.25;

/// A number that changes when a unit's name, duty or standing does.
fn units_key(office: &Office) -> u64 {
    let mut h = 0xcbf2_9ce4_8422_2325_u64;
    for u in office.units() {
        for part in [&u.name, &u.short, &u.duties] {
            h = part.bytes().fold(h ^ 0xff, |h, b| (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3));
        }
        h ^= u64::from(u.active) + u.id.0 as u64;
    }
    h
}

impl Cases {
    /// What is read with now; made when units or the model changed.
    pub(crate) fn loaded(&self, rd: &mut Rd<'_>, office: &Office) -> Result<Arc<Loaded>, Error> {
        let (key, version) = (units_key(office), store::readings::model_version(rd)?);
        self.reading.loaded.at(rd, (key, version), |rd, known| {
            let learned = match known.filter(|l| l.version == version) {
                Some(l) => l.learned.clone(),
                None if version == 0 => None,
                None => store::readings::model_doc(rd, version)?
                    .and_then(|doc| learn::Learned::from_bytes(&doc))
                    .map(Arc::new),
            };
            Ok(match known.filter(|l| l.key == key) {
                Some(l) => Loaded {
                    key,
                    version,
                    cutter: Arc::clone(&l.cutter),
                    duties: l.duties.clone(),
                    names: Arc::clone(&l.names),
                    learned,
                },
                None => first_day(office, key, version, learned),
            })
        })
    }
}

/// From names and duties alone.
fn first_day(office: &Office, key: u64, version: i64, learned: Option<Arc<learn::Learned>>) -> Loaded {
    let units = office.units();
    let words = units.iter().flat_map(|u| [u.name.as_str(), u.short.as_str()]);
    let cutter = Cutter::with_words(words);
    let mut names: HashMap<String, UnitId> = HashMap::new();
    let mut rows: Vec<[String; 3]> = Vec::new();
    for u in units.iter().filter(|u| u.active && !u.duties.trim().is_empty()) {
        names.entry(u.name.clone()).or_insert(u.id);
        let duties = u.duties.split(['\n', ';', '、', '\u{ff1b}']).map(str::trim).filter(|d| !d.is_empty());
        rows.extend(duties.map(|d| [u.name.clone(), d.to_owned(), String::new()]));
    }
    let duties = train_tables(&cutter, &[Table::Taxonomy(rows)]).ok().map(Arc::new);
    Loaded { key, version, cutter: Arc::new(cutter), duties, names: Arc::new(names), learned }
}

/// Brings shares to one; none of them speaks when all are nothing.
fn normal(mut shares: HashMap<UnitId, f32>) -> HashMap<UnitId, f32> {
    let sum: f32 = shares.values().sum();
    if sum > 1e-9 {
        shares.values_mut().for_each(|v| *v /= sum);
    } else {
        shares.clear();
    }
    shares
}

impl Loaded {
    /// Version of the model.
    pub(crate) const fn version(&self) -> i64 {
        self.version
    }
    /// The city's segmenter.
    pub(crate) fn cutter(&self) -> &Cutter {
        &self.cutter
    }

    fn by_duties(
        &self,
        competent: &dyn Fn(UnitId) -> bool,
        title: &str,
        words: &str,
    ) -> HashMap<UnitId, f32> {
        let Some(model) = &self.duties else { return HashMap::new() };
        let p = Classifier::new(model, &self.cutter).probabilities(title, words);
        // A unit of which no duty is named has the least share of all: that is nothing.
        let least = p.iter().copied().fold(f32::MAX, f32::min);
        let each = model.labels().iter().zip(p).filter_map(|(label, p)| {
            let unit = *self.names.get(label)?;
            competent(unit).then_some((unit, p - least))
        });
        normal(each.collect())
    }

    /// Units with their shares, likeliest first. `competent` says which may be proposed at all.
    pub(crate) fn rank(
        &self,
        competent: &dyn Fn(UnitId) -> bool,
        title: &str,
        words: &str,
    ) -> Vec<(UnitId, f32)> {
        let duties = self.by_duties(competent, title, words);
        let learned =
            self.learned.as_ref().map(|l| (l, normal(l.shares(&self.cutter, competent, title, words))));
        let mut all = match learned {
            Some((l, shares)) if !shares.is_empty() => l.blend(&duties, &shares),
            _ => duties,
        };
        all.retain(|_, p| *p > 0.0);
        let mut out: Vec<(UnitId, f32)> = all.into_iter().collect();
        out.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        out
    }

    /// Words of the letter that speak for a unit.
    fn words_for(&self, unit: UnitId, title: &str, words: &str) -> Vec<String> {
        let mut out: Vec<String> = Vec::new();
        if let Some(l) = &self.learned {
            out.extend(l.words(&self.cutter, unit, title, words));
        }
        let name = self.names.iter().find(|(_, u)| **u == unit).map(|(n, _)| n);
        if let (Some(model), Some(name)) = (&self.duties, name) {
            let mut c = Classifier::new(model, &self.cutter);
            out.extend(c.reasons(title, words, name, 4).into_iter().map(|r| r.word));
        }
        out.retain(|w| w.chars().count() > 1);
        let mut seen = std::collections::HashSet::new();
        out.retain(|w| seen.insert(w.clone()));
        out.truncate(6);
        out
    }
}

/// The words of a case, from its record.
#[derive(Clone, Debug, Default)]
pub(crate) struct Words {
    pub words: String,
    pub place: String,
    pub source_id: String,
    pub author: String,
    pub support: i64,
    pub against: i64,
    /// what was added later
    pub added: Vec<String>,
    /// version, when, unit, what was replied
    pub replies: Vec<(i64, Moment, Option<UnitId>, String)>,
}

impl Words {
    /// Everything that was said, one after the other.
    pub(crate) fn all(&self) -> String {
        let mut out = format!("{} {}", self.words, self.place);
        for part in self.added.iter().chain(self.replies.iter().map(|r| &r.3)) {
            out.push(' ');
            out.push_str(part);
        }
        out
    }
}

/// Events with words that are read of one case.
const SAID_MAX: u32 = 40;

/// Reads the words of a case.
pub(crate) fn words_of(rd: &mut Rd<'_>, case: &Case) -> Result<Words, Error> {
    let mut out = Words::default();
    for e in texts::said(rd, case.id, SAID_MAX)? {
        let happened: Happened = serde_json::from_str(&e.data)
            .map_err(|err| store::StoreError::Damaged(format!("{} {}: {err}", case.number, e.ver)))?;
        match happened.asked {
            Command::Register(r) => {
                out.words = r.words;
                out.place = r.place.unwrap_or_default();
                out.source_id = r.source_id.unwrap_or_default();
                out.author = r.contact.unwrap_or_default();
                out.support = r.support;
                out.against = r.against;
            }
            Command::AddWords { words } => out.added.push(words),
            Command::Reply { text, basis } | Command::ReplyNegative { text, basis, .. } => {
                out.replies.push((e.ver, e.at, e.unit.map(UnitId), format!("{text}\n{basis}")));
            }
            Command::AnswerOnSpot { text } | Command::Backfill { text } => {
                out.replies.push((e.ver, e.at, e.unit.map(UnitId), text));
            }
            _ => {}
        }
    }
    Ok(out)
}

/// The words of a case for what is learned or counted over many; none when they cannot be read or the index put the case
/// aside: then it is left out there, and named where it was put aside.
pub(crate) fn words_if_sound(
    rd: &mut Rd<'_>,
    case: &Case,
    aside: &HashSet<StreamId>,
) -> Result<Option<Words>, Error> {
    if aside.contains(&StreamId::case(case.id)) {
        return Ok(None);
    }
    match contained(|| words_of(rd, case)) {
        Ok(words) => Ok(Some(words)),
        Err(e) if e.is_about_the_subject() => Ok(None),
        Err(e) => Err(e),
    }
}

/// What the index put aside.
pub(crate) fn unread(rd: &mut Rd<'_>) -> Result<HashSet<StreamId>, Error> {
    const MANY: u32 = 100_000;
    Ok(store::asides::of(rd, INDEX, MANY)?.into_iter().map(|a| a.0).collect())
}

/// What is compared of a letter besides its title: its words, and where it happened if that was said apart.
pub(crate) fn compared<'w>(words: &'w str, place: &str) -> Cow<'w, str> {
    if place.trim().is_empty() || words.contains(place) {
        return Cow::Borrowed(words);
    }
    // The place comes first: of a long letter only the beginning is compared.
    Cow::Owned(format!("{place}。{words}"))
}

pub(crate) fn signature_of(cutter: &Cutter, title: &str, words: &str, place: &str) -> Signature {
    same::signature(cutter, title, &compared(words, place))
}

/// Least score of a pair that is looked at further.
const NEAR: f32 = 0.2;

/// Cases whose letters are near, nearest first; not the case `me` itself.
pub(crate) fn near(
    rd: &mut Rd<'_>,
    signature: &Signature,
    me: Option<CaseId>,
) -> Result<Vec<(CaseId, Similarity)>, Error> {
    let lists = texts::banded(rd, &same::bands(signature), same::BAND_CANDIDATES as u32)?;
    let mut out = Vec::new();
    for (id, other) in texts::signatures(rd, &same::shortlist(lists))? {
        if me.is_some_and(|m| m.0 == id) {
            continue;
        }
        let close = Signature::from_bytes(&other).and_then(|o| same::compare_from(signature, &o, NEAR));
        out.extend(close.map(|similarity| (CaseId(id), similarity)));
    }
    out.sort_by(|a, b| b.1.score.total_cmp(&a.1.score).then(b.0.cmp(&a.0)));
    Ok(out)
}

/// Reasons in words.
pub(crate) fn why(similarity: &Similarity) -> Vec<Said> {
    let percent = |x: f32| (x * 100.0).round() as u32;
    let one = |w: &Why| match w {
        Why::Wording(x) => {
            Said::new(format!("文字相同 {}%", percent(*x)), format!("same wording {} %", percent(*x)))
        }
        Why::Matter(x) => {
            Said::new(format!("所说之事相近 {}%", percent(*x)), format!("same matter {} %", percent(*x)))
        }
        Why::SamePlace(p) => Said::new(format!("同一地点：{p}"), format!("same place: {p}")),
        Why::OtherPlace(a, b) => Said::new(format!("地点不同：{a}、{b}"), format!("other places: {a}, {b}")),
        Why::OtherArea(a, b) => Said::new(format!("区划不同：{a}、{b}"), format!("other areas: {a}, {b}")),
        Why::Words(w) => {
            Said::new(format!("共同的词：{}", w.join("、")), format!("words in common: {}", w.join(", ")))
        }
        Why::SameDay(d) => {
            let (m, d) = (d / 100, d % 100);
            Said::new(format!("都提到 {m} 月 {d} 日"), format!("both name {m}/{d}"))
        }
    };
    similarity.reasons.iter().map(one).collect()
}

/// Units that may be proposed for a region: active, competent there, not the one that only coordinates.
pub(crate) fn competent<'o>(office: &'o Office, region: &'o RegionCode) -> impl Fn(UnitId) -> bool + 'o {
    move |id| {
        office.unit(id).is_some_and(|u| {
            u.active && u.region.contains(region) && !matches!(u.kind.as_str(), "supervision" | "hall")
        })
    }
}

impl Cases {
    /// The units proposed for a letter, with reasons. `near` are cases like it, with their units.
    pub(crate) fn propose(
        loaded: &Loaded,
        office: &Office,
        region: &RegionCode,
        (title, words): (&str, &str),
        near: &[(Case, f32)],
    ) -> Proposal {
        let may = competent(office, region);
        let mut ranked = alike::with_decided(loaded.rank(&may, title, words), near, &may);
        ranked.truncate(PROPOSED);
        ranked.retain(|r| r.1 >= WORTH);
        let cases = |unit: UnitId| {
            let of = near.iter().filter(|(c, s)| *s >= SPEAKS && c.stage.owner() == Some(unit));
            of.take(3).map(|(c, _)| (c.number.clone(), c.title.clone())).collect()
        };
        let units = ranked.into_iter().map(|(unit, p)| Proposed {
            unit,
            name: office.unit_name(unit),
            p,
            words: loaded.words_for(unit, title, words),
            cases: cases(unit),
        });
        Proposal { model: loaded.version, units: units.collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_says_what_was_shown_and_rubbish_says_nothing() {
        let one =
            |unit, p| Proposed { unit: UnitId(unit), name: String::new(), p, words: vec![], cases: vec![] };
        let shown = Proposal { model: 3, units: vec![one(12, 0.83), one(7, 0.05)] };
        let back = Shown::parse(&shown.mark()).unwrap();
        assert_eq!((back.model, back.units[0].0, back.units.len()), (3, UnitId(12), 2));
        for bad in ["", "3", "x;1=0.5", "3;1=9", "3;1", "3;a=0.1"] {
            assert_eq!(Shown::parse(bad), None, "{bad}");
        }
    }
}
