//! Learning who answers what from the dispatches that were confirmed, and how well that goes.
//!
//! A case whose unit took it teaches: its words, and the unit it ended up with after every return and arbitration.
//! The newest fifth of the cases is kept back and judged by a model that saw only older ones; on it the mixture with
//! names and duties and the sharpness of the probabilities are chosen.

use std::collections::HashMap;

use access::{Nothing, decide, op};
use hanyu::classify::{Classifier, Corpus, Effort, Model};
use hanyu::cut::Cutter;
use hanyu::letters::{Letter, Table};
use kernel::{Actor, CaseId, Date, Moment, US_PER_DAY, US_PER_HOUR, UnitId};
use resolve::{Case, StageKind};
use serde::{Deserialize, Serialize};
use store::readings::{self, Agreement, ModelRow};
use store::{Rd, cases, texts};

use super::index::{FRESH, READ, letter};
use super::{Loaded, competent, unread, words_if_sound};
use crate::Cases;
use city::{Door, Error, Later};

/// Cases that are learned from: the newest.
const EXAMPLES: usize = 6_000;
/// Units that are learned: those with the most cases, each with at least so many.
const UNITS: usize = 64;
const LEAST: usize = 3;
/// Cases from which something is learned at all, and new ones that make another lesson worth it.
const ENOUGH: i64 = 20;
/// Between two lessons.
const PAUSE_US: i64 = US_PER_HOUR / 6;

/// A model learned from dispatches, with how it is mixed with names and duties.
#[derive(Clone, Debug)]
pub(crate) struct Learned {
    model: Model,
    units: Vec<UnitId>,
    mix: Mix,
}

/// How what was learned and what duties say become one probability.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
struct Mix {
    /// share of what was learned
    weight: f32,
    /// exponent: above one the first stands out more
    sharp: f32,
}

type Shares = HashMap<UnitId, f32>;

fn mixed(mix: Mix, duties: &Shares, learned: &Shares) -> Shares {
    let weight = if duties.is_empty() { 1.0 } else { mix.weight };
    let mut all: Shares = learned.iter().map(|(u, p)| (*u, p * weight)).collect();
    for (u, p) in duties {
        *all.entry(*u).or_default() += p * (1.0 - weight);
    }
    all.values_mut().for_each(|p| *p = p.powf(mix.sharp));
    super::normal(all)
}

impl Learned {
    fn new(model: Model, mix: Mix) -> Option<Self> {
        let units: Option<Vec<UnitId>> = model.labels().iter().map(|l| l.parse().ok().map(UnitId)).collect();
        Some(Self { units: units?, model, mix })
    }
    fn to_bytes(&self) -> Vec<u8> {
        let head = serde_json::to_vec(&self.mix).unwrap_or_default();
        let mut out = (head.len() as u32).to_le_bytes().to_vec();
        out.extend(head);
        out.extend(self.model.to_bytes());
        out
    }
    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (n, rest) = bytes.split_first_chunk::<4>()?;
        let (head, model) = rest.split_at_checked(u32::from_le_bytes(*n) as usize)?;
        Self::new(Model::from_bytes(model).ok()?, serde_json::from_slice(head).ok()?)
    }
    pub(crate) fn shares(
        &self,
        cutter: &Cutter,
        competent: &dyn Fn(UnitId) -> bool,
        title: &str,
        words: &str,
    ) -> Shares {
        let p = Classifier::new(&self.model, cutter).probabilities(title, words);
        self.units.iter().zip(p).filter(|(u, _)| competent(**u)).map(|(u, p)| (*u, p)).collect()
    }
    pub(crate) fn blend(&self, duties: &Shares, learned: &Shares) -> Shares {
        mixed(self.mix, duties, learned)
    }
    pub(crate) fn words(&self, cutter: &Cutter, unit: UnitId, title: &str, words: &str) -> Vec<String> {
        let mut c = Classifier::new(&self.model, cutter);
        c.reasons(title, words, &unit.to_string(), 5).into_iter().map(|r| r.word).collect()
    }
}

/// A case that teaches.
struct Example {
    case: Case,
    unit: UnitId,
    letter: Letter,
}

/// Has the unit of this case taken it, so that it teaches?
fn teaches(case: &Case) -> bool {
    !matches!(
        case.stage.kind(),
        StageKind::Registered
            | StageKind::Accepted
            | StageKind::Dispatched
            | StageKind::ReturnAsked
            | StageKind::Refused
            | StageKind::Merged
    ) && case.taken
}

/// The cases that teach, oldest first.
fn gather(rd: &mut Rd<'_>) -> Result<Vec<Example>, Error> {
    let mut out = Vec::new();
    let aside = unread(rd)?;
    let mut before = CaseId(i64::MAX);
    while out.len() < EXAMPLES {
        let page = cases::owned_before(rd, before, 500)?;
        let Some(last) = page.last() else { break };
        before = last.id;
        for case in page.into_iter().filter(teaches) {
            let Some(unit) = case.stage.owner() else { continue };
            let Some(words) = words_if_sound(rd, &case, &aside)? else { continue };
            let letter = letter(&case.title, &words.words, unit.to_string());
            out.push(Example { case, unit, letter });
        }
    }
    out.truncate(EXAMPLES);
    let mut count: HashMap<UnitId, usize> = HashMap::new();
    out.iter().for_each(|e| *count.entry(e.unit).or_default() += 1);
    let mut units: Vec<(UnitId, usize)> = count.into_iter().filter(|(_, n)| *n >= LEAST).collect();
    units.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
    units.truncate(UNITS);
    out.retain(|e| units.iter().any(|(u, _)| *u == e.unit));
    out.reverse();
    Ok(out)
}

/// What a trial on cases kept back showed.
#[derive(Clone, Copy, Debug, Default)]
struct Trial {
    judged: i64,
    first: i64,
    three: i64,
    gap: f64,
}

/// The mixture that gives the unseen cases the best odds, and how good it was.
fn choose(seen: &[(Shares, Shares, UnitId)]) -> (Mix, Trial) {
    let mut best = (f64::MAX, Mix { weight: 0.5, sharp: 1.0 });
    if seen.is_empty() {
        return (best.1, Trial::default());
    }
    for weight in [0.2, 0.4, 0.6, 0.8, 0.9, 0.97] {
        for sharp in [0.7, 1.0, 1.4, 2.0, 2.8, 4.0] {
            let mix = Mix { weight, sharp };
            let loss: f64 = seen
                .iter()
                .map(|(d, l, unit)| {
                    let p = mixed(mix, d, l).get(unit).copied().unwrap_or(0.0);
                    -f64::from(p.max(1e-4)).ln()
                })
                .sum();
            if loss < best.0 {
                best = (loss, mix);
            }
        }
    }
    let mut t = Trial { judged: seen.len() as i64, ..Trial::default() };
    let mut bins = [(0.0_f64, 0.0_f64); 10];
    for (d, l, unit) in seen {
        let mut ranked: Vec<(UnitId, f32)> = mixed(best.1, d, l).into_iter().collect();
        ranked.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        let hit = ranked.first().is_some_and(|r| r.0 == *unit);
        t.first += i64::from(hit);
        t.three += i64::from(ranked.iter().take(3).any(|r| r.0 == *unit));
        let p = ranked.first().map_or(0.0, |r| f64::from(r.1));
        let bin = &mut bins[((p * 10.0) as usize).min(9)];
        *bin = (bin.0 + p, bin.1 + f64::from(u8::from(hit)));
    }
    t.gap = bins.iter().map(|(p, hit)| (p - hit).abs()).sum::<f64>() / seen.len() as f64;
    (best.1, t)
}

fn table(examples: &[Example]) -> Table {
    Table::Letters(examples.iter().map(|e| e.letter.clone()).collect())
}

fn train(cutter: &Cutter, examples: &[Example]) -> Option<Model> {
    Corpus::read(cutter, &[table(examples)]).train_with(|_| true, Effort::light()).ok()
}

/// One lesson: the model and its row.
fn lesson(loaded: &Loaded, office: &city::Office, examples: &[Example]) -> Option<(Learned, ModelRow)> {
    let cutter = loaded.cutter();
    let kept = if examples.len() >= 40 { examples.len() / 5 } else { 0 };
    let (old, new) = examples.split_at(examples.len() - kept);
    let mut seen = Vec::new();
    if let Some(trial) = (kept > 0)
        .then(|| train(cutter, old))
        .flatten()
        .and_then(|m| Learned::new(m, Mix { weight: 1.0, sharp: 1.0 }))
    {
        for e in new {
            let may = competent(office, &e.case.region);
            let (title, words) = (e.letter.title.as_str(), e.letter.body.as_str());
            let learned = super::normal(trial.shares(cutter, &may, title, words));
            seen.push((loaded.by_duties(&may, title, words), learned, e.unit));
        }
    }
    let (mix, trial) = choose(&seen);
    let learned = Learned::new(train(cutter, examples)?, mix)?;
    let row = ModelRow {
        ver: 0,
        made: Moment::from_us(0),
        examples: examples.len() as i64,
        labels: learned.units.len() as i64,
        judged: trial.judged,
        first: trial.first,
        three: trial.three,
        gap: trial.gap,
    };
    Some((learned, row))
}

impl Cases {
    /// Learns again when enough was confirmed since the last time; says whether it did. Takes seconds of
    /// processor time and no transaction while it computes.
    ///
    /// # Errors
    /// The store could not.
    pub fn learn_if_due(&self) -> Result<bool, Error> {
        let app = self.clone();
        let now = self.city.store().now();
        let due = self.city.store().read_long(move |rd| {
            if !Self::index_is_near(rd)? {
                return Ok::<_, Error>(None);
            }
            let fresh = texts::number(rd, FRESH)?.0;
            let last = readings::models(rd, 1)?.pop();
            let (made, examples) = last.map_or((Moment::from_us(0), 0), |m| (m.made, m.examples));
            let waited = now.us_since(made);
            let worth =
                fresh >= ENOUGH.max(examples / 20) || (fresh > 0 && examples > 0 && waited > US_PER_DAY);
            if !worth || waited < PAUSE_US {
                return Ok(None);
            }
            let office = app.city.office(rd)?;
            let loaded = app.loaded(rd, &office)?;
            Ok(Some((fresh, office, loaded, gather(rd)?)))
        })?;
        let Some((fresh, office, loaded, examples)) = due else { return Ok(false) };
        if (examples.len() as i64) < ENOUGH {
            return Ok(false);
        }
        let Some((learned, row)) = lesson(&loaded, &office, &examples) else { return Ok(false) };
        let doc = learned.to_bytes();
        let before = loaded.version();
        self.city.store().write(move |tx| {
            if readings::model_version(tx)? != before {
                return Ok::<_, Error>(false);
            }
            readings::put_model(tx, &row, &doc)?;
            let left = (texts::number(tx, FRESH)?.0 - fresh).max(0);
            texts::set_number(tx, FRESH, left)?;
            Ok(true)
        })
    }
}

/// How people chose in one month, against what was proposed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MonthView {
    /// its first day
    pub from: Date,
    /// how choices agreed
    pub agreement: Agreement,
}

/// How reading stands: models, agreement, what came back, how far the record was read.
#[derive(Clone, Debug)]
pub struct ReadingView {
    /// newest first
    pub models: Vec<ModelRow>,
    /// newest first, the last six months
    pub months: Vec<MonthView>,
    /// the last 30 days against the 30 before: share of first proposals chosen; none without choices
    pub drift: Option<(f64, f64)>,
    /// confirmed and rejected recurrences of the last year
    pub came_back: (i64, i64),
    /// events not read yet
    pub behind: i64,
    /// units confirmed since the last lesson
    pub fresh: i64,
}

fn month_before(d: Date) -> Date {
    Date::new(d.year() - i16::from(d.month() == 1), if d.month() == 1 { 12 } else { d.month() - 1 }, 1)
        .unwrap_or(d)
}

impl Cases {
    /// How reading stands.
    pub fn reading_view(&self, actor: Actor) -> Later<ReadingView> {
        self.study(move |app, rd| {
            decide(&actor, op::ReadFigures, Nothing)?;
            let now = app.city.store().now();
            let mut months = Vec::new();
            let (mut end, today) = (now.plus_us(1), now.date());
            let mut from = Date::new(today.year(), today.month(), 1).unwrap_or(today);
            for _ in 0..6 {
                let start = Moment::start_of(from);
                let agreement = readings::agreement(rd, start, end)?;
                months.push(MonthView { from, agreement });
                (end, from) = (start, month_before(from));
            }
            let share = |a: Agreement| (a.choices > 0).then(|| a.first as f64 / a.choices as f64);
            let days = |n: i64| now.plus_us(-n * US_PER_DAY);
            let recent = share(readings::agreement(rd, days(30), now.plus_us(1))?);
            let before = share(readings::agreement(rd, days(60), days(30))?);
            Ok(ReadingView {
                models: readings::models(rd, 10)?,
                months,
                drift: recent.zip(before),
                came_back: readings::came_back_since(rd, days(365))?,
                behind: store::ledger_rows::event_count(rd)? - texts::number(rd, READ)?.0,
                fresh: texts::number(rd, FRESH)?.0,
            })
        })
    }
}
