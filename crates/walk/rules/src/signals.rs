//! 走过场的信号 (W8): signs that a walk was formal: the same words as another, an impossible pace, the same place
//! and minute in a group, no evidence, a place that does not match, no problem anywhere. Each with its evidence
//! and a weight; their sum is a chance for a supervisor to look at, never a verdict.
//!
//! The weights were fitted on the generated walks of `synthetic`, not on real ones: a city that has judged some
//! hundred walks fits its own with [`fit`]. Must not know storage or pages.

use std::collections::BTreeMap;

use kernel::{Said, StaffId, US_PER_SECOND};
use serde::Serialize;

pub use crate::facts::WalkFacts;
use crate::similar::most_similar;

/// One detector: a row of the table.
pub struct Detector {
    /// Stable id.
    pub id: &'static str,
    /// What it looks for.
    pub zh: &'static str,
    /// English.
    pub en: &'static str,
    /// Its weight in the logistic sum.
    pub weight: f64,
}

/// The constant of the logistic sum: no signal at all leaves a chance of about one in fifty-five.
pub const BIAS: f64 = -4.0;

/// The table of detectors. Weights: fitted on `synthetic::walks(1, 4000)` by [`fit`], rounded; see docs/walk.md.
pub const DETECTORS: [Detector; 8] = [
    Detector {
        id: "same_words",
        zh: "与别人的记录文字雷同",
        en: "the same words as another walk",
        weight: 4.4,
    },
    Detector { id: "pace", zh: "快得不可能", en: "an impossible pace", weight: 6.7 },
    Detector {
        id: "group",
        zh: "同一地点同一时刻多人一起走，且没有事先安排",
        en: "a group at one place and minute, not planned",
        weight: 7.1,
    },
    Detector {
        id: "no_evidence", zh: "没有照片、录音、定位或文字", en: "no evidence", weight: 4.9
    },
    Detector {
        id: "elsewhere", zh: "定位离应到的地点太远", en: "located away from the place", weight: 5.1
    },
    Detector {
        id: "never_a_problem",
        zh: "走了几次都零问题，别人走同样的事项却有发现",
        en: "never a problem where others find some",
        weight: 0.7,
    },
    Detector {
        id: "straight_line",
        zh: "要素清单一路点“好”，没有一句说明",
        en: "every element ticked good without a word",
        weight: 3.3,
    },
    Detector {
        id: "skipped",
        zh: "跳过了一半以上的环节却写走完",
        en: "more than half of the steps passed over",
        weight: 2.9,
    },
];

/// The chance from which a walk is shown to a supervisor.
pub const SHOWN_FROM: f64 = 0.5;

/// One signal with its evidence.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Signal {
    /// Which detector.
    pub id: &'static str,
    /// How strong, 0–1.
    pub strength: f64,
    /// The evidence in words.
    pub said: Said,
    /// Other walks it was compared with.
    pub walks: Vec<u32>,
}

/// The signals of one walk.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Judged {
    /// Walk id.
    pub walk: u32,
    /// Signals with a strength above 0.
    pub signals: Vec<Signal>,
    /// The chance by the logistic sum, 0–1.
    pub chance: f64,
}

impl Judged {
    /// Is it shown to a supervisor?
    pub fn is_shown(&self) -> bool {
        self.chance >= SHOWN_FROM
    }
}

/// The chance that a walk was formal, from the strengths of its signals.
pub fn chance(signals: &[Signal]) -> f64 {
    let weight = |id: &str| DETECTORS.iter().find(|d| d.id == id).map_or(0.0, |d| d.weight);
    logistic(BIAS + signals.iter().map(|s| weight(s.id) * s.strength).sum::<f64>())
}

fn logistic(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

/// Judges all walks of a campaign together, because several signals compare walks.
pub fn judge(walks: &[WalkFacts]) -> Vec<Judged> {
    let alike = most_similar(walks);
    let groups = groups(walks);
    let finders = finders(walks);
    walks
        .iter()
        .enumerate()
        .map(|(i, w)| {
            let mut signals: Vec<Signal> = Vec::new();
            signals.extend(same_words(walks, i, alike[i]));
            signals.extend(pace(w));
            signals.extend(group(walks, i, &groups));
            signals.extend(no_evidence(w));
            signals.extend(elsewhere(w));
            signals.extend(never_a_problem(w, &finders));
            signals.extend(straight_line(w));
            signals.extend(skipped(w));
            Judged { walk: w.walk, chance: chance(&signals), signals }
        })
        .collect()
}

fn signal(id: &'static str, strength: f64, zh: String, en: String, walks: Vec<u32>) -> Option<Signal> {
    (strength > 0.0).then(|| Signal { id, strength: strength.min(1.0), said: Said::new(zh, en), walks })
}

/// Shorter notes than this are too alike by nature (没有问题, 态度很好).
const WORDS_CHARS_MIN: usize = 30;

fn same_words(walks: &[WalkFacts], i: usize, alike: Option<(usize, f64)>) -> Option<Signal> {
    let (j, similarity) = alike?;
    if walks[i].words.chars().count() < WORDS_CHARS_MIN {
        return None;
    }
    let other = walks[j].walk;
    let percent = (similarity * 100.0) as u32;
    signal(
        "same_words",
        (similarity - 0.5) / 0.3,
        format!("文字与第 {other} 号走访有 {percent}% 相同"),
        format!("{percent}% of the words as in walk {other}"),
        vec![other],
    )
}

/// The least time a step takes a person who really does it: online 20 s, on site 60 s; and half a second a tap.
pub const STEP_SECONDS_ONLINE: i64 = 20;
/// On site.
pub const STEP_SECONDS_ON_SITE: i64 = 60;

fn pace(w: &WalkFacts) -> Option<Signal> {
    if w.steps.0 == 0 {
        return None;
    }
    let taken = w.ended.us_since(w.began).max(0);
    let each = if w.online { STEP_SECONDS_ONLINE } else { STEP_SECONDS_ON_SITE };
    let least = (i64::from(w.steps.0) * each * US_PER_SECOND).max(i64::from(w.ops) * US_PER_SECOND / 2);
    let (minutes, seconds) = (taken / US_PER_SECOND / 60, taken / US_PER_SECOND % 60);
    signal(
        "pace",
        1.0 - taken as f64 / least as f64,
        format!("{} 个环节只用了 {minutes} 分 {seconds} 秒", w.steps.0),
        format!("{} steps in {minutes} min {seconds} s", w.steps.0),
        vec![],
    )
}

/// Walks at one place whose beginnings lie within ten minutes: place → (beginning, index), sorted.
fn groups(walks: &[WalkFacts]) -> BTreeMap<&str, Vec<(i64, usize)>> {
    let mut at: BTreeMap<&str, Vec<(i64, usize)>> = BTreeMap::new();
    for (i, w) in walks.iter().enumerate().filter(|(_, w)| !w.online && !w.place.is_empty()) {
        at.entry(w.place.as_str()).or_default().push((w.began.us(), i));
    }
    at.values_mut().for_each(|l| l.sort_unstable());
    at
}

/// A group begins within so many minutes.
const GROUP_MINUTES: i64 = 3;
/// And is at least so many people, the walker included: two may meet by chance, in a busy hall three.
const GROUP_MIN: usize = 4;

fn group(walks: &[WalkFacts], i: usize, groups: &BTreeMap<&str, Vec<(i64, usize)>>) -> Option<Signal> {
    let w = &walks[i];
    if w.online || w.planned_group {
        return None;
    }
    let all = groups.get(w.place.as_str())?;
    let reach = GROUP_MINUTES * 60 * US_PER_SECOND;
    let from = all.partition_point(|(t, _)| *t < w.began.us() - reach);
    let near = all[from..].iter().take_while(|(t, _)| *t <= w.began.us() + reach);
    // The same matter together is a group; different matters at one counter are a busy hall.
    let others: Vec<u32> = near
        .filter(|(_, j)| walks[*j].staff != w.staff && walks[*j].item == w.item)
        .map(|(_, j)| walks[*j].walk)
        .take(50)
        .collect();
    if others.len() + 1 < GROUP_MIN {
        return None;
    }
    let n = others.len() + 1;
    signal(
        "group",
        (n as f64 - 2.0) / 3.0,
        format!("{n} 人在“{}”{GROUP_MINUTES} 分钟内一起走同一事项，行动里没有安排", w.place),
        format!("{n} people within {GROUP_MINUTES} minutes at one place for one item, not planned"),
        others,
    )
}

fn no_evidence(w: &WalkFacts) -> Option<Signal> {
    let words = w.words.chars().count() >= 10;
    let located = w.located.is_some() && !w.online;
    let strength = if w.files == 0 && !words && !located { 1.0 } else { 0.0 };
    signal(
        "no_evidence",
        strength,
        "没有照片、录音、截图、定位，也没有十个字以上的记录".to_owned(),
        "no photo, recording, screenshot, fix, nor ten words".to_owned(),
        vec![],
    )
}

/// A fix counts as elsewhere from this distance beyond its own accuracy.
const ELSEWHERE_METRES: u32 = 500;

fn elsewhere(w: &WalkFacts) -> Option<Signal> {
    let (off, accuracy) = w.located.filter(|_| !w.online)?;
    let beyond = off.saturating_sub(accuracy.max(50));
    if beyond < ELSEWHERE_METRES {
        return None;
    }
    signal(
        "elsewhere",
        0.5 + f64::from(beyond) / 4_000.0,
        format!("定位离“{}”最近也有 {off} 米", w.place),
        format!("never nearer than {off} metres"),
        vec![],
    )
}

/// For each item: walks and walks with findings, by staff.
struct Finders<'a> {
    items: BTreeMap<&'a str, (u32, u32)>,
    staff: BTreeMap<StaffId, Vec<(&'a str, bool)>>,
}

fn finders(walks: &[WalkFacts]) -> Finders<'_> {
    let mut f = Finders { items: BTreeMap::new(), staff: BTreeMap::new() };
    for w in walks {
        let item = f.items.entry(w.item.as_str()).or_default();
        item.0 += 1;
        item.1 += u32::from(w.findings > 0);
        f.staff.entry(w.staff).or_default().push((w.item.as_str(), w.findings > 0));
    }
    f
}

fn never_a_problem(w: &WalkFacts, f: &Finders<'_>) -> Option<Signal> {
    let mine = f.staff.get(&w.staff)?;
    if mine.len() < 3 || mine.iter().any(|(_, found)| *found) {
        return None;
    }
    // What one would expect to find if one looked as others do: the product of their not finding.
    let none: f64 = mine
        .iter()
        .filter_map(|(item, _)| f.items.get(item))
        .map(|(n, found)| 1.0 - f64::from(*found) / f64::from((*n).max(1)))
        .product();
    let expected = 1.0 - none;
    signal(
        "never_a_problem",
        (expected - 0.6) / 0.4,
        format!(
            "走了 {} 次都是零问题；别人走同样的事项，照常至少该有一次发现（{:.0}%）",
            mine.len(),
            expected * 100.0
        ),
        format!(
            "{} walks without a finding; others would have found one ({:.0} %)",
            mine.len(),
            expected * 100.0
        ),
        vec![],
    )
}

fn straight_line(w: &WalkFacts) -> Option<Signal> {
    let (answers, good) = w.answers;
    let strength = if answers >= 15 && good == answers && w.words.chars().count() < 10 { 1.0 } else { 0.0 };
    signal(
        "straight_line",
        strength,
        format!("{answers} 个要素全部点“好”，没有一句说明"),
        format!("all {answers} elements ticked good without a word"),
        vec![],
    )
}

fn skipped(w: &WalkFacts) -> Option<Signal> {
    let (walked, all) = w.steps;
    if all < 2 || walked * 2 >= all {
        return None;
    }
    signal(
        "skipped",
        1.0 - f64::from(walked) * 2.0 / f64::from(all),
        format!("{all} 个环节只走了 {walked} 个"),
        format!("{walked} of {all} steps walked"),
        vec![],
    )
}

/// The ridge with which the table was fitted.
pub const RIDGE: f64 = 0.0005;

/// Fits bias and weights to judged walks by logistic regression: gradient descent, 4,000 rounds, a ridge
/// (so that separable data keep finite weights), weights never below 0 (a sign of faking never speaks for honesty).
pub fn fit(judged: &[Judged], faked: &[bool], ridge: f64) -> (f64, Vec<f64>) {
    let rows: Vec<Vec<f64>> = judged
        .iter()
        .map(|j| {
            DETECTORS
                .iter()
                .map(|d| j.signals.iter().find(|s| s.id == d.id).map_or(0.0, |s| s.strength))
                .collect()
        })
        .collect();
    let n = rows.len().min(faked.len());
    let (mut bias, mut weights) = (0.0, vec![0.0; DETECTORS.len()]);
    if n == 0 {
        return (bias, weights);
    }
    for _ in 0..4_000 {
        let mut slope = vec![0.0; DETECTORS.len()];
        let mut slope_bias = 0.0;
        for (x, y) in rows.iter().zip(faked) {
            let sum: f64 = bias + x.iter().zip(&weights).map(|(x, w)| x * w).sum::<f64>();
            let error = logistic(sum) - f64::from(u8::from(*y));
            slope_bias += error;
            slope.iter_mut().zip(x).for_each(|(s, x)| *s += error * x);
        }
        bias -= 4.0 * slope_bias / n as f64;
        for (w, s) in weights.iter_mut().zip(slope) {
            *w = (*w - 4.0 * (s / n as f64 + ridge * *w)).max(0.0);
        }
    }
    (bias, weights)
}

/// How well chances tell faked from honest.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Quality {
    /// Area under the ROC curve (ties count half).
    pub auc: f64,
    /// Honest walks shown at [`SHOWN_FROM`], as a share.
    pub false_positive_rate: f64,
    /// Faked walks shown, as a share.
    pub true_positive_rate: f64,
}

/// Measures chances against the truth.
pub fn quality(judged: &[Judged], faked: &[bool]) -> Quality {
    let mut all: Vec<(f64, bool)> = judged.iter().map(|j| j.chance).zip(faked.iter().copied()).collect();
    all.sort_by(|a, b| a.0.total_cmp(&b.0));
    let bad = all.iter().filter(|(_, f)| *f).count() as f64;
    let good = all.len() as f64 - bad;
    let (mut below, mut area, mut i) = (0.0, 0.0, 0);
    while i < all.len() {
        let same = all[i..].iter().take_while(|(c, _)| *c == all[i].0).count();
        let tied = &all[i..i + same];
        let tied_bad = tied.iter().filter(|(_, f)| *f).count() as f64;
        let tied_good = same as f64 - tied_bad;
        area += tied_bad * (below + tied_good / 2.0);
        below += tied_good;
        i += same;
    }
    let shown = |truth: bool| all.iter().filter(|(c, f)| *f == truth && *c >= SHOWN_FROM).count() as f64;
    Quality {
        auc: if bad * good > 0.0 { area / (bad * good) } else { f64::NAN },
        false_positive_rate: if good > 0.0 { shown(false) / good } else { 0.0 },
        true_positive_rate: if bad > 0.0 { shown(true) / bad } else { 0.0 },
    }
}
