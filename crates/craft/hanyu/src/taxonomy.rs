//! 职责: classifying on day one, from nothing but the names of duties in a taxonomy. The words of each duty, the
//! everyday words for them, and runs of two characters speak for its label, the more the fewer labels share them.
//! Must not know the labels of any letter.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde::{Deserialize, Serialize};

use crate::cut::{Cutter, is_stop_word};
use crate::normalise::fold;
use crate::proposal::{BadModel, Ranked, Reason};

/// Most labels of a taxonomy: a city with all its townships.
const MAX_DUTY_LABELS: usize = 1_500;
/// Most rows of a taxonomy that are read.
const MAX_DUTIES: usize = 20_000;
/// Words of a letter that are looked at, and how much more its title says.
const MAX_WORDS: usize = 400;
const TITLE: f32 = 3.0;
/// Sharpness of the probabilities; no labelled letter is there to fit it.
const SHARPNESS: f32 = 7.0;

/// What each duty's words say: for each word its weight for each label.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Duties {
    words: BTreeMap<String, Vec<f32>>,
}

pub(crate) fn plain_words() -> impl Iterator<Item = (&'static str, Vec<&'static str>)> {
    include_str!("../data/plain_words.txt").lines().filter(|l| !l.starts_with('#')).filter_map(|l| {
        let (term, words) = l.split_once(':')?;
        Some((term.trim(), words.split_whitespace().collect()))
    })
}

/// Words of duties that name no matter.
const EMPTY_DUTY: [&str; 12] =
    ["其他", "管理", "政策", "工作", "制度", "问题", "服务", "建设", "发展", "处理", "纠纷", "权益"];

/// Labels and what speaks for them, from taxonomy rows `[level1, level2, level3]`, level1 being the label.
pub(crate) fn learn(cutter: &Cutter, rows: &[[String; 3]]) -> Result<(Vec<String>, Duties), BadModel> {
    let mut labels: Vec<String> = rows.iter().map(|r| r[0].clone()).filter(|l| !l.is_empty()).collect();
    labels.sort();
    labels.dedup();
    match labels.len() {
        0 | 1 => return Err(BadModel::NothingToLearn),
        n if n > MAX_DUTY_LABELS => return Err(BadModel::TooManyLabels),
        _ => {}
    }
    let mut said: HashMap<String, Vec<f32>> = HashMap::new();
    let mut done: HashSet<(usize, String)> = HashSet::new();
    for row in rows.iter().take(MAX_DUTIES) {
        let Ok(l) = labels.binary_search(&row[0]) else { continue };
        for (name, weight) in row.iter().zip([2.0, 1.5, 1.0]) {
            if name.is_empty() || !done.insert((l, name.clone())) {
                continue;
            }
            let name = fold(name);
            for w in cutter.search_words(&name) {
                if !is_stop_word(w) && !EMPTY_DUTY.contains(&w) && w.chars().count() > 1 {
                    said.entry(w.to_owned()).or_insert_with(|| vec![0.0; labels.len()])[l] += weight;
                }
            }
            for (_, words) in plain_words().filter(|(term, _)| name.contains(term)) {
                for w in words {
                    said.entry(w.to_owned()).or_insert_with(|| vec![0.0; labels.len()])[l] += 1.0;
                }
            }
        }
    }
    let k = labels.len() as f32;
    let words = said
        .into_iter()
        .map(|(w, v)| {
            let v: Vec<f32> = v.iter().map(|x| (1.0 + x).ln()).collect();
            let total: f32 = v.iter().sum();
            let shared = v.iter().map(|x| (x / total).powi(2)).sum::<f32>();
            // One label alone: ln k; equally in all: nothing.
            let says = (shared * k).ln().max(0.05);
            let weights = v.iter().map(|x| x / total * says * total.min(2.0)).collect();
            (w, weights)
        })
        .collect();
    Ok((labels, Duties { words }))
}

impl Duties {
    /// Does every word carry a weight for each of `k` labels?
    pub(crate) fn fits(&self, k: usize) -> bool {
        self.words.values().all(|v| v.len() == k && v.iter().all(|x| x.is_finite()))
    }

    fn shares(&self, cutter: &Cutter, title: &str, body: &str) -> Vec<(String, f32)> {
        let mut count: BTreeMap<String, f32> = BTreeMap::new();
        for (text, weight) in [(title, TITLE), (body, 1.0)] {
            let folded = fold(text);
            for w in cutter.search_words(&folded).into_iter().take(MAX_WORDS) {
                if self.words.contains_key(w) {
                    *count.entry(w.to_owned()).or_default() += weight;
                }
            }
        }
        count.into_iter().map(|(w, n)| (w, (1.0 + n).ln())).collect()
    }

    pub(crate) fn probabilities(&self, cutter: &Cutter, title: &str, body: &str) -> Vec<f32> {
        let shares = self.shares(cutter, title, body);
        let k = self.words.values().next().map_or(0, Vec::len);
        let mut score = vec![0.0_f32; k];
        for (w, n) in &shares {
            self.words[w].iter().zip(&mut score).for_each(|(v, s)| *s += v * n);
        }
        let norm = score.iter().map(|s| s * s).sum::<f32>().sqrt().max(1.0);
        let top = score.iter().copied().fold(0.0, f32::max);
        let mut p: Vec<f32> = score.iter().map(|s| ((s - top) / norm * SHARPNESS).exp()).collect();
        let sum: f32 = p.iter().sum();
        p.iter_mut().for_each(|v| *v /= sum);
        p
    }

    pub(crate) fn reasons(&self, cutter: &Cutter, title: &str, body: &str, label: usize) -> Vec<Reason> {
        let share = |(w, n): (String, f32)| {
            let weight = self.words[&w][label] * n;
            Reason { word: w, weight }
        };
        self.shares(cutter, title, body).into_iter().map(share).collect()
    }
}

/// Keeps only some labels of a ranking, and brings their probabilities to one again: a city that has not all
/// kinds of unit of the taxonomy.
pub fn restrict(ranked: Vec<Ranked>, labels: &[String]) -> Vec<Ranked> {
    let mut out: Vec<Ranked> = ranked.into_iter().filter(|r| labels.contains(&r.label)).collect();
    let sum: f32 = out.iter().map(|r| r.p).sum();
    if sum > 0.0 {
        out.iter_mut().for_each(|r| r.p /= sum);
    }
    out
}
