//! What all answers start from: the log as events that were completed, its regular ends, its last moment.

use std::borrow::Cow;

use eventlog::lifecycle::Standing;
use eventlog::log::Kind;
use eventlog::when::NO_TIME;
use eventlog::{Filter, Log};
use kernel::Said;

use super::{Answer, AskOptions, Counted, EVIDENCE, Finding, Office};

/// A last activity is regular when at least this part of the cases that reach it end with it…
const ENDS_SHARE: f64 = 0.4;
/// …and at least this part of all cases end with it.
const ENDS_LEAST: f64 = 0.01;

pub(super) struct Facts<'a> {
    pub log: Cow<'a, Log>,
    pub office: &'a Office,
    pub options: &'a AskOptions,
    /// For each activity whether cases regularly end with it.
    pub regular: Vec<bool>,
    /// For each activity the cases that have it.
    pub having: Vec<u64>,
    /// The moment until which the log tells what happened.
    pub as_of: i64,
    /// Only completed events were looked at; the log has others.
    pub completed_only: bool,
    /// For each case the step in which it stands.
    pub standing: Vec<Option<Standing>>,
}

impl<'a> Facts<'a> {
    pub fn of(log: &'a Log, office: &'a Office, options: &'a AskOptions) -> Self {
        let standing = eventlog::lifecycle::standing(log);
        let latest = standing.iter().flatten().map(|s| s.since).max();
        let (log, completed_only) = eventlog::lifecycle::steps(log);
        let known = log.time().iter().copied().filter(|&t| t != NO_TIME);
        let as_of = options.as_of_us.unwrap_or_else(|| known.chain(latest).max().unwrap_or(0));
        let mut having = vec![0u64; log.activities.len()];
        let mut ended = vec![0u64; log.activities.len()];
        let mut last_seen = vec![usize::MAX; log.activities.len()];
        for (c, r) in log.cases().enumerate() {
            for &a in &log.activity()[r.clone()] {
                if std::mem::replace(&mut last_seen[a as usize], c) != c {
                    having[a as usize] += 1;
                }
            }
            if let Some(&a) = log.activity()[r].last() {
                ended[a as usize] += 1;
            }
        }
        let least = (log.case_count() as f64 * ENDS_LEAST).max(1.0);
        let mut regular: Vec<bool> = if options.ends.is_empty() {
            let often = |(&e, &h): (&u64, &u64)| e as f64 >= least && e as f64 >= h as f64 * ENDS_SHARE;
            ended.iter().zip(&having).map(often).collect()
        } else {
            log.activities.iter().map(|name| options.ends.iter().any(|e| e == name)).collect()
        };
        if options.ends.is_empty()
            && !regular.contains(&true)
            && let Some((a, _)) = ended.iter().enumerate().max_by_key(|(_, n)| **n)
        {
            regular[a] = true;
        }
        let mut facts =
            Self { log, office, options, regular, having, as_of, completed_only, standing: Vec::new() };
        facts.standing = facts.real_standing(standing);
        facts
    }
    /// An end that is never recorded leaves no case standing in its last step.
    fn real_standing(&self, mut standing: Vec<Option<Standing>>) -> Vec<Option<Standing>> {
        let mut stand = vec![0u64; self.regular.len()];
        for s in standing.iter().flatten() {
            stand[s.activity as usize] += 1;
        }
        for one in &mut standing {
            let unrecorded = |s: &Standing| {
                let a = s.activity as usize;
                self.regular[a] && stand[a] * 2 > self.having[a].max(stand[a])
            };
            if one.as_ref().is_some_and(unrecorded) {
                *one = None;
            }
        }
        standing
    }

    /// Does any event have a time?
    pub fn has_times(&self) -> bool {
        self.log.time().iter().any(|&t| t != NO_TIME)
    }
    pub fn most(&self) -> usize {
        if self.options.most == 0 { 10 } else { self.options.most.min(500) }
    }
    pub fn cases(&self) -> f64 {
        self.log.case_count().max(1) as f64
    }
    pub fn name(&self, activity: u32) -> String {
        let name = self.log.activities.get(activity);
        if name.is_empty() { "(无名)".into() } else { name.into() }
    }
    /// First and last known moment of a case.
    pub fn span(&self, case: usize) -> Option<(i64, i64)> {
        self.log.span(case)
    }
    /// Did the case come to a regular end?
    pub fn finished(&self, case: usize) -> bool {
        self.standing[case].is_none()
            && self.log.activity()[self.log.case(case)].last().is_some_and(|&a| self.regular[a as usize])
    }
    /// Office time between two moments, never negative; none when one is unknown: nobody knows how long it was.
    pub fn work(&self, from: i64, to: i64) -> Option<i64> {
        let known = from != NO_TIME && to != NO_TIME;
        known.then(|| self.office.clock.working_us(from, to).max(0))
    }
    /// Where and since when a case is: the step in which it stands, or its last one, with the last moment known of it.
    pub fn place(&self, case: usize) -> Option<(u32, i64, bool)> {
        if let Some(s) = self.standing[case] {
            return Some((s.activity, s.since, true));
        }
        let last = self.log.case(case).next_back()?;
        let at = self.log.time()[last];
        let at = if at == NO_TIME { self.span(case).map_or(NO_TIME, |s| s.1) } else { at };
        Some((self.log.activity()[last], at, false))
    }
    /// The first moment of a case, where its first step has one.
    pub fn begun(&self, case: usize) -> Option<i64> {
        let Some(first) = self.log.case(case).next() else {
            return self.standing[case].map(|s| s.since);
        };
        let begin = self.log.begin().map_or(NO_TIME, |b| b[first]);
        (self.log.time()[first] != NO_TIME || begin != NO_TIME).then(|| self.span_of(case)).flatten()
    }
    fn span_of(&self, case: usize) -> Option<i64> {
        self.span(case).map(|s| s.0).or(self.standing[case].map(|s| s.since))
    }
    /// The note on records without a time that answers about lengths of time carry.
    pub fn note_untimed(&self, answer: &mut Answer) {
        let begin = |e: usize| self.log.begin().map_or(NO_TIME, |b| b[e]);
        let none =
            (0..self.log.event_count()).filter(|e| self.log.time()[*e] == NO_TIME && begin(*e) == NO_TIME);
        let n = none.count();
        if n > 0 {
            let n = grouped(n as i64);
            answer.note(
                format!("有 {n} 条记录没有时间：和它们相邻的间隔不知道多长，没有计入。"),
                format!("{n} records have no time: how long the gaps beside them were is not known, they do not count."),
            );
        }
    }
    pub fn days(&self, us: i64) -> f64 {
        self.office.days(us)
    }

    /// A finding with the cases behind it: by falling weight, then in the order of the log.
    pub fn finding(&self, figure: f64, counted: Counted, mut cases: Vec<(i64, u32)>) -> Finding {
        cases.sort_by_key(|&(weight, c)| (c, std::cmp::Reverse(weight)));
        cases.dedup_by_key(|c| c.1);
        cases.sort_by_key(|&(weight, c)| (std::cmp::Reverse(weight), c));
        Finding {
            said: Said::new("", ""),
            figure,
            counted,
            about: Vec::new(),
            case_count: cases.len() as u64,
            cases: cases.iter().take(EVIDENCE).map(|&(_, c)| self.case(c)).collect(),
            suggestion: Said::new("", ""),
            filter: None,
            parts: Vec::new(),
        }
    }
    /// How a case is called.
    pub fn case(&self, c: u32) -> String {
        let name = self.log.case_name(c as usize);
        if name.is_empty() { format!("#{}", c + 1) } else { name.into() }
    }

    /// The attribute of events asked for, or the first that has one of these names (in small letters, parts of
    /// a name count when they begin with `*`).
    pub fn event_key(&self, asked: Option<&String>, names: &[&str]) -> Option<String> {
        let has = |key: &str| self.log.event_columns.iter().any(|c| c.parent.is_none() && c.key == key);
        if let Some(key) = asked {
            return (has(key) || key == "org:resource").then(|| key.clone());
        }
        names.iter().find_map(|name| {
            let hit = |c: &&eventlog::log::Column| {
                let key = c.key.to_lowercase();
                let like = name.strip_prefix('*').map_or(key == *name, |part| key.contains(part));
                c.parent.is_none() && like && matches!(c.kind, Kind::String | Kind::Id)
            };
            self.log.event_columns.iter().find(hit).map(|c| c.key.clone())
        })
    }

    /// The note on regular ends that answers about finished cases carry.
    pub fn note_ends(&self, answer: &mut Answer) {
        let names: Vec<String> = (0..self.regular.len() as u32)
            .filter(|&a| self.regular[a as usize])
            .map(|a| self.name(a))
            .collect();
        let shown = names.iter().take(6).cloned().collect::<Vec<_>>().join("、");
        let (zh, en) = if self.options.ends.is_empty() {
            ("从日志推定的正常结束环节", "Regular last steps, learned from the log")
        } else {
            ("指定的结束环节", "Last steps as given")
        };
        let more = if names.len() > 6 { " …" } else { "" };
        answer.note(format!("{zh}：{shown}{more}。"), format!("{en}: {shown}{more}."));
    }
    pub fn note_completed(&self, answer: &mut Answer) {
        if self.completed_only {
            answer.note(
                "日志里同一环节有开始、完成等多条记录，这里只按“完成”计。",
                "The log has several records for one step (start, complete …); only completions are counted here.",
            );
        }
    }
}

/// The filter that shows the cases with a pair.
pub(super) fn follows(source: &str, target: &str) -> Option<Filter> {
    Some(Filter::Follows { source: source.into(), target: target.into(), eventually: false, within_us: None })
}

/// A number of working days for a sentence: `12.5`, `0.25`.
pub(super) fn shown(days: f64) -> String {
    if days >= 100.0 {
        grouped(days.round() as i64)
    } else if days >= 1.0 || days == 0.0 {
        format!("{days:.1}")
    } else {
        format!("{days:.2}")
    }
}

/// `12,345`
pub(super) fn grouped(n: i64) -> String {
    let digits = n.unsigned_abs().to_string();
    let mut out = String::new();
    for (i, d) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(d);
    }
    if n < 0 { format!("-{out}") } else { out }
}

/// `12.3%`
pub(super) fn percent(share: f64) -> String {
    format!("{:.1}%", share * 100.0)
}

/// A quantile of sorted values, the nearest at or above.
pub(super) fn quantile(sorted: &[i64], q: f64) -> i64 {
    let at = ((sorted.len() as f64 * q).ceil() as usize).clamp(1, sorted.len().max(1)) - 1;
    sorted.get(at).copied().unwrap_or(0)
}
