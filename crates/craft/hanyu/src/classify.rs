//! 分类: which of several labels a letter belongs to, with probabilities and reasons (R4, as a proposal only).
//! Learns from raw letters, already cut rows and a taxonomy of duties. Must not know what a label means.

use hashbrown::{HashMap, HashSet};

use crate::cut::Cutter;
use crate::feature::{self, Counter, Known, Lexicon, Rarity, StopList, Stream};
use crate::letters::Table;
use crate::linear::{Calibration, LANES, Row, Weights, train};
use crate::mask::{covered_words, may_show};
use crate::minhash::{Fingerprint, Sets};
use crate::normalise::fold;
pub use crate::proposal::{BadModel, MAX_LABELS, Ranked, Reason};
use crate::taxonomy;

/// Characters of a letter that a model looks at, about.
pub const LETTER_CHARS: usize = 1_200;
/// Parts of the inner cross-validation that calibrates, and how many of them are judged: a model of four fifths is
/// nearly as sure of itself as the whole, and three parts are letters enough.
const FOLDS: usize = 5;
const JUDGED_FOLDS: usize = 3;
/// How much more a raw letter weighs than a cut row when probabilities are fitted: raw letters are what comes.
const RAW_WEIGHT: f32 = 8.0;

/// Shared runs from which two examples count as copies of one letter.
const COPY: f32 = 0.35;

/// One example to learn from.
#[derive(Clone, Debug)]
pub struct Example {
    stream: Stream,
    label: String,
    raw: bool,
}

/// A trained model. Cheap to share, never changes.
#[derive(Clone, Debug)]
pub struct Model {
    pub(crate) labels: Vec<String>,
    pub(crate) kind: Kind,
}

#[derive(Clone, Debug)]
pub(crate) enum Kind {
    /// Learned from labelled letters.
    Learned(Box<Learned>),
    /// From names and duties only: day one.
    Duties(Box<taxonomy::Duties>),
}

#[derive(Clone, Debug)]
pub(crate) struct Learned {
    /// Words that cut rows never hold although raw letters do: their stop words.
    pub stop: HashSet<String>,
    pub list: StopList,
    pub lexicon: Lexicon,
    pub known: Known,
    pub rarity: Vec<f32>,
    /// Weights in steps of `scale`, side by side for each feature.
    pub weights: Vec<Vec<[i16; LANES]>>,
    pub scale: Vec<[f32; LANES]>,
    pub bias: Vec<[f32; LANES]>,
    pub calibration: Calibration,
}

/// Trains on tables of any kind; letters without label are passed over. With labelled letters the taxonomy is
/// not needed; without, the taxonomy alone makes the model. Same input, same model, to the bit.
pub fn train_tables(cutter: &Cutter, tables: &[Table]) -> Result<Model, BadModel> {
    let corpus = Corpus::read(cutter, tables);
    if !corpus.examples.is_empty() {
        return corpus.train(|_| true);
    }
    let duties: Vec<[String; 3]> = tables
        .iter()
        .filter_map(|t| if let Table::Taxonomy(r) = t { Some(r.clone()) } else { None })
        .flatten()
        .collect();
    let (labels, duties) = taxonomy::learn(cutter, &duties)?;
    Ok(Model { labels, kind: Kind::Duties(Box::new(duties)) })
}

/// How much is spent on a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Effort {
    /// The features are folded into two to this many: memory is 16 bytes for each and eight labels.
    pub bits: u32,
    /// Fit the probabilities on scores of unseen letters; otherwise the caller does.
    pub calibrate: bool,
}

impl Effort {
    /// Everything.
    pub const fn full() -> Self {
        Self { bits: feature::BITS, calibrate: true }
    }
    /// For a model of many labels that is kept in a database: a megabyte for eight labels.
    pub const fn light() -> Self {
        Self { bits: 16, calibrate: false }
    }
}

/// Sharpness of probabilities that the caller will calibrate.
const PLAIN_SHARPNESS: f32 = 2.5;

/// Labelled examples of several tables in the order given, ready to train on all or a part of them.
#[derive(Clone, Debug)]
pub struct Corpus {
    examples: Vec<Example>,
    stop: HashSet<String>,
    lexicon: Lexicon,
}

impl Corpus {
    /// Reads the labelled rows of tables.
    pub fn read(cutter: &Cutter, tables: &[Table]) -> Self {
        let stop = learned_stop_words(cutter, tables);
        let list = StopList::new(stop.iter().map(String::as_str));
        let mut examples = Vec::new();
        for table in tables {
            match table {
                Table::Letters(letters) => examples.extend(letters.iter().filter_map(|l| {
                    let label = l.label.clone()?;
                    Some(Example { stream: Stream::from_raw(&list, &l.title, &l.body), label, raw: true })
                })),
                Table::Cut(rows) => examples.extend(rows.iter().filter(|r| !r.label.is_empty()).map(|r| {
                    Example { stream: Stream::from_cut(&list, &r.tokens), label: r.label.clone(), raw: false }
                })),
                Table::Taxonomy(_) => {}
            }
        }
        Self { examples, stop, lexicon: lexicon(cutter, tables) }
    }
    /// Number of examples.
    pub fn len(&self) -> usize {
        self.examples.len()
    }
    /// No example?
    pub fn is_empty(&self) -> bool {
        self.examples.is_empty()
    }
    /// Was this example a raw letter?
    pub fn is_raw(&self, i: usize) -> bool {
        self.examples[i].raw
    }
    /// Its label.
    pub fn label(&self, i: usize) -> &str {
        &self.examples[i].label
    }
    /// A number for each example; copies of one letter, raw or cut, near or exact, have the same.
    pub fn copies(&self) -> Vec<usize> {
        copies(&self.examples)
    }
    /// Trains on the examples that `take` names.
    pub fn train(&self, take: impl Fn(usize) -> bool) -> Result<Model, BadModel> {
        self.train_with(take, Effort::full())
    }
    /// Trains with the effort given.
    pub fn train_with(&self, take: impl Fn(usize) -> bool, effort: Effort) -> Result<Model, BadModel> {
        let chosen: Vec<Example> =
            self.examples.iter().enumerate().filter(|(i, _)| take(*i)).map(|(_, e)| e.clone()).collect();
        learn(&chosen, self.stop.clone(), self.lexicon.clone(), effort)
    }
    /// Probabilities of an example under a model trained on this corpus.
    pub fn probabilities(&self, classifier: &mut Classifier<'_>, i: usize) -> Vec<f32> {
        match &classifier.model.kind {
            Kind::Learned(m) => classifier.learned(m, &self.examples[i].stream),
            Kind::Duties(_) => Vec::new(),
        }
    }
}

/// When cut rows are given, what they left out is learned from them: words that raw letters use and cut rows
/// never do. Otherwise the general list serves.
fn learned_stop_words(cutter: &Cutter, tables: &[Table]) -> HashSet<String> {
    let mut known = HashSet::new();
    for t in tables {
        if let Table::Cut(rows) = t {
            known.extend(rows.iter().flat_map(|r| r.tokens.split_whitespace()));
        }
    }
    if known.len() < 5_000 {
        return crate::word::tables::stop_words().map(str::to_owned).collect();
    }
    let mut stop: HashSet<String> =
        crate::word::tables::stop_words().filter(|w| !known.contains(w)).map(str::to_owned).collect();
    let mut seen: HashMap<String, u32> = HashMap::new();
    for t in tables {
        let Table::Letters(letters) = t else { continue };
        for l in letters {
            let folded = fold(&format!("{} {}", l.title, l.body));
            let words: HashSet<&str> =
                cutter.words(&folded).into_iter().filter(|w| !known.contains(w)).collect();
            for w in words {
                *seen.entry(w.to_owned()).or_default() += 1;
            }
        }
    }
    stop.extend(seen.into_iter().filter(|(_, n)| *n >= 2).map(|(w, _)| w));
    stop
}

/// The words that occur in at least two labelled rows.
fn lexicon(cutter: &Cutter, tables: &[Table]) -> Lexicon {
    let mut seen: HashMap<String, u32> = HashMap::new();
    for t in tables {
        match t {
            Table::Cut(rows) => {
                for r in rows {
                    for w in r.tokens.split_whitespace().collect::<HashSet<_>>() {
                        match seen.get_mut(w) {
                            Some(n) => *n += 1,
                            None => drop(seen.insert(w.to_owned(), 1)),
                        }
                    }
                }
            }
            Table::Letters(letters) => {
                for l in letters {
                    let folded = fold(&format!("{} {}", l.title, l.body));
                    for w in cutter.words(&folded).into_iter().collect::<HashSet<_>>() {
                        *seen.entry(w.to_owned()).or_default() += 1;
                    }
                }
            }
            Table::Taxonomy(_) => {}
        }
    }
    Lexicon::new(seen.iter().filter(|(_, n)| **n >= 2).map(|(w, _)| w.as_str()))
}

fn learn(
    examples: &[Example],
    stop: HashSet<String>,
    lexicon: Lexicon,
    effort: Effort,
) -> Result<Model, BadModel> {
    let mut labels: Vec<String> = examples.iter().map(|e| e.label.clone()).collect();
    labels.sort();
    labels.dedup();
    if labels.len() < 2 {
        return Err(BadModel::NothingToLearn);
    }
    if labels.len() > MAX_LABELS {
        return Err(BadModel::TooManyLabels);
    }
    let ys: Vec<u8> = examples.iter().map(|e| labels.binary_search(&e.label).unwrap_or(0) as u8).collect();
    let bits = effort.bits.clamp(10, feature::BITS);
    let known = Known::of(bits, &lexicon, examples.iter().map(|e| &e.stream));
    let space = known.space();
    let (rows, rarity) = vectors(examples, &lexicon, &known);
    let all: Vec<usize> = (0..rows.len()).collect();
    let calibration = if effort.calibrate {
        calibrate(examples, &rows, &ys, labels.len(), space)
    } else {
        Calibration::plain(labels.len(), PLAIN_SHARPNESS)
    };
    let groups = train_groups(&rows, &ys, &all, labels.len(), space);
    let (mut weights, mut scale, mut bias) = (Vec::new(), Vec::new(), Vec::new());
    for g in groups {
        let (q, s) = quantise(&g);
        weights.push(q);
        scale.push(s);
        bias.push(g.bias);
    }
    let list = StopList::new(stop.iter().map(String::as_str));
    let learned = Learned { stop, list, lexicon, known, rarity: rarity.0, weights, scale, bias, calibration };
    Ok(Model { labels, kind: Kind::Learned(Box::new(learned)) })
}

fn vectors(examples: &[Example], lexicon: &Lexicon, known: &Known) -> (Vec<Row>, Rarity) {
    let mut counter = Counter::default();
    let mut df = vec![0_u32; known.space()];
    let counts: Vec<_> = examples
        .iter()
        .map(|e| {
            let blocks = counter.count(lexicon, known, &e.stream).clone();
            blocks.iter().flatten().for_each(|(s, _)| df[*s as usize] += 1);
            blocks
        })
        .collect();
    let rarity = Rarity::from_counts(&df, examples.len());
    let rows = counts
        .iter()
        .map(|b| {
            let mut row = Row::new();
            feature::weigh(b, &rarity.0, &mut row);
            row
        })
        .collect();
    (rows, rarity)
}

fn train_groups(rows: &[Row], ys: &[u8], which: &[usize], k: usize, space: usize) -> Vec<Weights> {
    // A feature that counts only because of a letter left out must not help to judge that letter.
    let least = u32::from(feature::least_rows(rows.len()));
    let share = which.len() as f32 / rows.len().max(1) as f32;
    let chosen: Vec<&Row> = which.iter().map(|i| &rows[*i]).collect();
    (0..k.div_ceil(LANES))
        .map(|g| {
            let first = (g * LANES) as u8;
            let ys: Vec<u8> = which.iter().map(|i| ys[*i].checked_sub(first).unwrap_or(u8::MAX)).collect();
            train(&chosen, &ys, k, space, least, share)
        })
        .collect()
}

fn scores_of(groups: &[Weights], row: &[(u32, f32)], k: usize) -> Vec<f32> {
    groups.iter().flat_map(|g| g.scores(row)).take(k).collect()
}

/// Fits probabilities on scores of letters that the scorer has not seen, in parts that keep copies of one letter
/// together.
fn calibrate(examples: &[Example], rows: &[Row], ys: &[u8], k: usize, space: usize) -> Calibration {
    let fold = folds(examples, FOLDS);
    let parts: Vec<Vec<(usize, Vec<f32>)>> = std::thread::scope(|s| {
        let part = |f: usize| {
            let (test, train): (Vec<usize>, Vec<usize>) = (0..rows.len()).partition(|i| fold[*i] == f);
            let groups = train_groups(rows, ys, &train, k, space);
            test.into_iter().map(|i| (i, scores_of(&groups, &rows[i], k))).collect()
        };
        let running: Vec<_> = (0..JUDGED_FOLDS).map(|f| s.spawn(move || part(f))).collect();
        running.into_iter().map(|h| h.join().unwrap_or_default()).collect()
    });
    let (mut scores, mut labels, mut weights) = (Vec::new(), Vec::new(), Vec::new());
    let raw = examples.iter().filter(|e| e.raw).count();
    for (i, s) in parts.into_iter().flatten() {
        scores.push(s);
        labels.push(ys[i]);
        weights.push(if examples[i].raw && raw >= 100 { RAW_WEIGHT } else { 1.0 });
    }
    Calibration::fit(&scores, &labels, &weights, k)
}

fn copies(examples: &[Example]) -> Vec<usize> {
    let mut sets = Sets::new(examples.len());
    let mut seen: HashMap<u64, usize> = HashMap::new();
    let prints: Vec<Fingerprint> = examples.iter().map(|e| Fingerprint::of(e.stream.chars())).collect();
    for (i, print) in prints.iter().enumerate() {
        for band in print.bands() {
            match seen.get(&band) {
                Some(j) if print.resemblance(&prints[*j]) >= COPY => sets.join(i, *j),
                Some(_) => {}
                None => {
                    seen.insert(band, i);
                }
            }
        }
    }
    (0..examples.len()).map(|i| sets.find(i)).collect()
}

/// A part number for each example; copies of one letter share theirs.
fn folds(examples: &[Example], n: usize) -> Vec<usize> {
    let mut next = 0;
    let mut part: HashMap<usize, usize> = HashMap::new();
    copies(examples)
        .into_iter()
        .map(|root| {
            *part.entry(root).or_insert_with(|| {
                next += 1;
                (next * 7 + next / n) % n
            })
        })
        .collect()
}

/// Weights as 16-bit steps: half the memory, so that they stay in the cache; the error is below 1/30,000.
fn quantise(w: &Weights) -> (Vec<[i16; LANES]>, [f32; LANES]) {
    let mut top = [1e-9_f32; LANES];
    for r in &w.rows {
        for l in 0..LANES {
            top[l] = top[l].max(r[l].abs());
        }
    }
    let scale = top.map(|t| t / 32_000.0);
    let step = |r: &[f32; LANES]| std::array::from_fn(|l| (r[l] / scale[l]).round() as i16);
    (w.rows.iter().map(step).collect(), scale)
}

/// Classifies letters one after another with one scratch space; one for each thread.
#[derive(Debug)]
pub struct Classifier<'m> {
    model: &'m Model,
    cutter: &'m Cutter,
    counter: Counter,
    row: Row,
}

impl<'m> Classifier<'m> {
    /// Ready to classify.
    pub fn new(model: &'m Model, cutter: &'m Cutter) -> Self {
        Self { model, cutter, counter: Counter::default(), row: Row::new() }
    }

    /// All labels, most probable first; ties in the order of the labels.
    pub fn rank(&mut self, title: &str, body: &str) -> Vec<Ranked> {
        let p = self.probabilities(title, body);
        let mut out: Vec<Ranked> =
            self.model.labels.iter().zip(p).map(|(l, p)| Ranked { label: l.clone(), p }).collect();
        out.sort_by(|a, b| b.p.total_cmp(&a.p));
        out
    }

    /// Probabilities in the order of `Model::labels`.
    pub fn probabilities(&mut self, title: &str, body: &str) -> Vec<f32> {
        match &self.model.kind {
            Kind::Duties(d) => d.probabilities(self.cutter, title, body),
            Kind::Learned(m) => {
                let stream = Stream::from_raw(&m.list, title, body);
                self.learned(m, &stream)
            }
        }
    }

    fn learned(&mut self, m: &Learned, stream: &Stream) -> Vec<f32> {
        feature::weigh(self.counter.count(&m.lexicon, &m.known, stream), &m.rarity, &mut self.row);
        let mut scores = Vec::with_capacity(self.model.labels.len());
        for ((weights, scale), bias) in m.weights.iter().zip(&m.scale).zip(&m.bias) {
            let mut sum = [0.0_f32; LANES];
            for (f, v) in &self.row {
                let w = &weights[*f as usize];
                for l in 0..LANES {
                    sum[l] += f32::from(w[l]) * v;
                }
            }
            scores.extend((0..LANES).map(|l| sum[l] * scale[l] + bias[l]));
        }
        scores.truncate(self.model.labels.len());
        m.calibration.apply(&scores)
    }

    /// The words of this letter that speak most for a label, strongest first, at most `n`.
    pub fn reasons(&mut self, title: &str, body: &str, label: &str, n: usize) -> Vec<Reason> {
        let Some(l) = self.model.labels.iter().position(|x| x == label) else { return Vec::new() };
        let mut out = match &self.model.kind {
            Kind::Duties(d) => d.reasons(self.cutter, title, body, l),
            Kind::Learned(m) => {
                let stream = Stream::from_raw(&m.list, title, body);
                feature::weigh(self.counter.count(&m.lexicon, &m.known, &stream), &m.rarity, &mut self.row);
                let values: HashMap<u32, f32> = self.row.iter().copied().collect();
                let (g, lane) = (l / LANES, l % LANES);
                let counter = &mut self.counter;
                let mut share = |word: &str| {
                    feature::word_slots(counter, &m.lexicon, &m.known, word)
                        .iter()
                        .map(|s| {
                            let w = f32::from(m.weights[g][*s as usize][lane]) * m.scale[g][lane];
                            w * values.get(s).copied().unwrap_or(0.0)
                        })
                        .sum::<f32>()
                };
                let folded = fold(&format!("{title} {body}"));
                let distinct: HashSet<&str> = self
                    .cutter
                    .words(&folded)
                    .into_iter()
                    .take(400)
                    .filter(|w| !m.stop.contains(*w))
                    .collect();
                distinct.into_iter().map(|w| Reason { weight: share(w), word: w.to_owned() }).collect()
            }
        };
        let folded = fold(&format!("{title} {body}"));
        let tokens = self.cutter.read(&folded, false);
        let hidden = covered_words(&folded, tokens.iter().map(|t| (t.start, t.word)));
        out.retain(|r| r.weight > 0.0 && !hidden.contains(r.word.as_str()) && may_show(&r.word));
        out.sort_by(|a, b| b.weight.total_cmp(&a.weight).then_with(|| a.word.cmp(&b.word)));
        out.truncate(n);
        out
    }
}

impl Model {
    /// The labels in their order.
    pub fn labels(&self) -> &[String] {
        &self.labels
    }
}
