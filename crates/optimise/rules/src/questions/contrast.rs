//! 快慢之别: what the slowest quarter of the finished cases has more (or less) often than the fastest quarter.
//!
//! Association, not cause: two things that go together are both listed. Only differences beyond chance count.

use std::collections::HashMap;

use eventlog::log::{Column, Kind, Value, show};
use eventlog::{Filter, Log};
use kernel::{Moment, Said};

use super::facts::{Facts, percent, shown};
use super::ping_pong::hands;
use super::{Answer, Counted, Question};

/// Finished cases needed.
const LEAST: usize = 40;
/// Standard errors that a difference must have: far beyond chance even for thousands of features.
const SURE: f64 = 4.5;
/// Smallest difference of shares worth telling.
const WORTH: f64 = 0.1;
/// Different texts of an attribute looked at.
const TEXTS_MAX: usize = 300;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Feature {
    Has(u32),
    Repeats(u32),
    Hand(u32),
    /// attribute, number of the text
    Text(u32, u32),
    /// attribute: above its median
    Above(u32),
    Long,
    Weekday(u8),
    LateInDay,
}

struct Columns<'a> {
    /// attributes of cases, and those of events that never change within a case
    all: Vec<(bool, &'a Column)>,
    texts: HashMap<(u32, String), u32>,
    names: Vec<String>,
    medians: HashMap<u32, f64>,
}

fn number(v: Value<'_>) -> Option<f64> {
    match v {
        Value::Int(i) => Some(i as f64),
        Value::Float(x) if x.is_finite() => Some(x),
        _ => None,
    }
}

impl<'a> Columns<'a> {
    fn of(log: &'a Log) -> Self {
        let top = |c: &&Column| c.parent.is_none();
        let steady = log.event_columns.iter().filter(top).filter(|c| {
            let text = matches!(c.kind, Kind::String | Kind::Boolean);
            text && c.dictionary().len() <= TEXTS_MAX && never_changes(log, c)
        });
        let of_cases = log.case_columns.iter().filter(top).map(|c| (true, c));
        let mut columns = Self {
            all: of_cases.chain(steady.map(|c| (false, c))).collect(),
            texts: HashMap::new(),
            names: Vec::new(),
            medians: HashMap::new(),
        };
        for i in 0..columns.all.len() {
            let col = columns.all[i].1;
            let values = (0..log.case_count()).filter_map(|c| columns.value(log, i, c));
            if matches!(col.kind, Kind::Int | Kind::Float) {
                let mut numbers: Vec<f64> = values.filter_map(number).collect();
                numbers.sort_by(f64::total_cmp);
                if let Some(&m) = numbers.get(numbers.len() / 2).filter(|_| numbers.first() != numbers.last())
                {
                    columns.medians.insert(i as u32, m);
                }
            } else if matches!(col.kind, Kind::String | Kind::Boolean | Kind::Id)
                && col.dictionary().len() <= TEXTS_MAX
            {
                let texts: std::collections::BTreeSet<String> = values.map(show).collect();
                for text in texts {
                    columns.texts.insert((i as u32, text.clone()), columns.names.len() as u32);
                    columns.names.push(text);
                }
            }
        }
        columns
    }

    /// The value of an attribute of a case.
    fn value(&self, log: &Log, i: usize, case: usize) -> Option<Value<'a>> {
        let (of_case, col) = self.all[i];
        if of_case {
            return col.get(log.case_row(case));
        }
        log.case(case).find_map(|e| col.get(log.row(e)))
    }
}

/// Does an attribute of events have one value in each case, and not the same in all?
fn never_changes(log: &Log, col: &Column) -> bool {
    let mut seen: Option<String> = None;
    let mut differs = false;
    for r in log.cases() {
        let mut of_case: Option<Value<'_>> = None;
        for v in r.filter_map(|e| col.get(log.row(e))) {
            if of_case.is_some_and(|first| first != v) {
                return false;
            }
            of_case = Some(v);
        }
        if let Some(v) = of_case {
            differs |= seen.as_ref().is_some_and(|s| *s != show(v));
            seen.get_or_insert_with(|| show(v));
        }
    }
    differs
}

fn features(f: &Facts<'_>, c: usize, who: &[u32], columns: &Columns<'_>, typical: usize) -> Vec<Feature> {
    let log = &*f.log;
    let r = log.case(c);
    let mut all = Vec::new();
    let mut acts: Vec<u32> = log.activity()[r.clone()].to_vec();
    acts.sort_unstable();
    for same in acts.chunk_by(|a, b| a == b) {
        all.push(Feature::Has(same[0]));
        if same.len() > 1 {
            all.push(Feature::Repeats(same[0]));
        }
    }
    if r.len() > typical {
        all.push(Feature::Long);
    }
    let mut hands: Vec<u32> = who[r].iter().copied().filter(|&w| w != Log::NONE).collect();
    hands.sort_unstable();
    hands.dedup();
    all.extend(hands.into_iter().map(Feature::Hand));
    for i in 0..columns.all.len() {
        let Some(v) = columns.value(log, i, c) else { continue };
        let i = i as u32;
        if let (Some(x), Some(m)) = (number(v), columns.medians.get(&i)) {
            if x > *m {
                all.push(Feature::Above(i));
            }
        } else if let Some(&text) = columns.texts.get(&(i, show(v))) {
            all.push(Feature::Text(i, text));
        }
    }
    if let Some((first, _)) = f.span(c) {
        let at = Moment::from_us(first).beijing();
        all.push(Feature::Weekday(at.weekday().to_monday_zero_offset().unsigned_abs()));
        if at.hour() >= 15 {
            all.push(Feature::LateInDay);
        }
    }
    all
}

pub(super) fn answer(f: &Facts<'_>) -> Answer {
    let mut answer = Answer::new(Question::SlowAndFast, Counted::Share);
    let log = &*f.log;
    let mut cases: Vec<(i64, u32)> = (0..log.case_count())
        .filter(|&c| f.finished(c))
        .filter_map(|c| f.span(c).and_then(|(a, b)| Some((f.work(a, b)?, c as u32))))
        .collect();
    cases.sort_unstable();
    if cases.len() < LEAST {
        answer.said = Said::new(
            format!("办结件只有 {} 件，少于 {LEAST} 件，比不出快慢。", cases.len()),
            format!("Only {} finished cases, fewer than {LEAST}: too few to compare.", cases.len()),
        );
        f.note_ends(&mut answer);
        return answer;
    }
    let quarter = cases.len() / 4;
    let (fast, slow) = (&cases[..quarter], &cases[cases.len() - quarter..]);
    let (_, who, names) = hands(f);
    let columns = Columns::of(log);
    let mut lengths: Vec<usize> = cases.iter().map(|c| log.case(c.1 as usize).len()).collect();
    lengths.sort_unstable();
    let typical = lengths[lengths.len() / 2];
    let mut counts: HashMap<Feature, [u32; 2]> = HashMap::new();
    for (side, group) in [fast, slow].into_iter().enumerate() {
        for &(_, c) in group {
            for feature in features(f, c as usize, &who, &columns, typical) {
                counts.entry(feature).or_default()[side] += 1;
            }
        }
    }
    let n = quarter as f64;
    let mut told: Vec<(f64, Feature, f64, f64)> = counts
        .into_iter()
        .filter_map(|(feature, [a, b])| {
            let (p, q) = (f64::from(a) / n, f64::from(b) / n);
            let mean = (p + q) / 2.0;
            let error = (2.0 * mean * (1.0 - mean) / n).sqrt().max(1e-12);
            let sure = ((q - p) / error).abs() >= SURE && (q - p).abs() >= WORTH;
            sure.then_some((q - p, feature, p, q))
        })
        .collect();
    told.sort_by(|a, b| b.0.abs().total_cmp(&a.0.abs()).then(a.1.cmp(&b.1)));
    answer.more = told.len().saturating_sub(f.most());
    told.truncate(f.most());
    let (mid_fast, mid_slow) = (shown(f.days(fast[quarter / 2].0)), shown(f.days(slow[quarter / 2].0)));
    for &(gap, feature, p, q) in &told {
        // Behind a finding stand the slow cases that have it, or lack it.
        let has = |c: u32| features(f, c as usize, &who, &columns, typical).contains(&feature);
        let behind = slow.iter().filter(|x| has(x.1) == (gap > 0.0)).copied().collect();
        let mut one = f.finding(gap.abs(), Counted::Share, behind);
        let (name, filter, about) = named(f, feature, &names, &columns, typical);
        let (p, q) = (percent(p), percent(q));
        one.said = Said::new(
            format!("{}：慢件中 {q}，快件中 {p}。", name.zh),
            format!("{}: {q} of the slow cases, {p} of the fast ones.", name.en),
        );
        one.suggestion = advice(feature, gap > 0.0, &name);
        one.filter = filter;
        one.about = vec![about];
        answer.findings.push(one);
    }
    answer.figure = answer.findings.first().map_or(0.0, |x| x.figure);
    answer.case_count = quarter as u64;
    answer.said = match answer.findings.first() {
        None => Said::new(
            format!(
                "最慢四分之一（中位 {mid_slow} 个工作日）与最快四分之一（{mid_fast}）之间，没有超出偶然的差别。"
            ),
            format!(
                "Between the slowest quarter (median {mid_slow} working days) and the fastest ({mid_fast}) nothing differs beyond chance."
            ),
        ),
        Some(first) => Said::new(
            format!(
                "最慢四分之一中位 {mid_slow} 个工作日，最快四分之一 {mid_fast}；差别最大的是——{}",
                first.said.zh
            ),
            format!(
                "The slowest quarter takes {mid_slow} working days (median), the fastest {mid_fast}; the largest difference: {}",
                first.said.en
            ),
        ),
    };
    answer.note(
        "同时出现不等于原因；相互牵连的特点会一起列出。",
        "Going together is not causing; features that hang together are all listed.",
    );
    f.note_ends(&mut answer);
    answer
}

fn named(
    f: &Facts<'_>,
    feature: Feature,
    hands: &eventlog::intern::Interner,
    columns: &Columns<'_>,
    typical: usize,
) -> (Said, Option<Filter>, String) {
    let key = |i: u32| columns.all[i as usize].1.key.clone();
    match feature {
        Feature::Has(a) => {
            let a = f.name(a);
            let filter =
                Filter::Attribute { of_case: false, key: "concept:name".into(), values: vec![a.clone()] };
            (Said::new(format!("经过“{a}”"), format!("passes {a:?}")), Some(filter), a)
        }
        Feature::Repeats(a) => {
            let a = f.name(a);
            (Said::new(format!("“{a}”重复办理"), format!("{a:?} is repeated")), None, a)
        }
        Feature::Hand(h) => {
            let h = hands.get(h).to_owned();
            (Said::new(format!("经“{h}”办理"), format!("is handled by {h:?}")), None, h)
        }
        Feature::Text(i, t) => {
            let (key, text) = (key(i), columns.names.get(t as usize).cloned().unwrap_or_default());
            let of_case = columns.all[i as usize].0;
            let filter = Filter::Attribute { of_case, key: key.clone(), values: vec![text.clone()] };
            (Said::new(format!("{key}为“{text}”"), format!("{key} is {text:?}")), Some(filter), key)
        }
        Feature::Above(i) => {
            let (key, m) = (key(i), columns.medians.get(&i).copied().unwrap_or(0.0));
            (Said::new(format!("{key}大于 {m}"), format!("{key} above {m}")), None, key)
        }
        Feature::Long => (
            Said::new(format!("步数多于 {typical} 步"), format!("has more than {typical} steps")),
            None,
            "步数 steps".into(),
        ),
        Feature::Weekday(d) => {
            let zh = ["一", "二", "三", "四", "五", "六", "日"][usize::from(d).min(6)];
            let en = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
                [usize::from(d).min(6)];
            (Said::new(format!("星期{zh}收件"), format!("begins on a {en}")), None, en.into())
        }
        Feature::LateInDay => (Said::new("下午三点后收件", "begins after 15:00"), None, "15:00".into()),
    }
}

fn advice(feature: Feature, slow: bool, name: &Said) -> Said {
    if !slow {
        return Said::new(
            format!("快件的做法值得推广：看能否让更多件“{}”。", name.zh),
            format!(
                "What fast cases do is worth spreading: see whether more cases can be like this ({}).",
                name.en
            ),
        );
    }
    match feature {
        Feature::Has(_) => Said::new(
            "看这一步能否取消、并联，或用告知承诺、部门共享代替。",
            "See whether this step can go, run in parallel, or give way to a commitment or shared data.",
        ),
        Feature::Repeats(_) | Feature::Long => Said::new(
            "先解决返工：一次性告知、提交时校验、退回一次说全。",
            "Deal with rework first: one-time notice, checks on submission, all reasons at once.",
        ),
        Feature::Hand(_) => Said::new(
            "比较件量和难度后再谈原因：是忙不过来、权限不够，还是标准不清。",
            "Compare volume and difficulty first: too much work, too little authority, or unclear standards.",
        ),
        Feature::Text(..) | Feature::Above(_) => Said::new(
            "把这一类单列情形：单独的材料、步骤和时限，或设专人。",
            "Make this a situation of its own, with its materials, steps and limit, or a post of its own.",
        ),
        Feature::Weekday(_) | Feature::LateInDay => Said::new(
            "看当日人手与排班，把集中的件错开。",
            "Look at staffing on that day and spread what comes at once.",
        ),
    }
}
