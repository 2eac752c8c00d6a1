//! 走访记录 (W3, W4, W5): what one walk shows, computed from its operations, and what it still lacks before it
//! counts. Must not know where operations come from.

use std::collections::{BTreeMap, BTreeSet};

use kernel::{Moment, Said, StaffId, US_PER_SECOND};
use serde::Serialize;

use crate::checklist;
use crate::forms::{Covers, Form, Identity};
use crate::ops::{Act, FindingKind, Log, Op, OpId, Timed, Verdict};
use crate::validity::Validity;

/// One step as it was walked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct StepWalked {
    /// First entry.
    pub began: Option<Moment>,
    /// Last exit.
    pub ended: Option<Moment>,
    /// Got through?
    pub through: bool,
    /// Times it was entered.
    pub entered: u32,
    /// µs of waiting (overlapping timers count once).
    pub waiting_us: i64,
    /// µs of handling.
    pub handling_us: i64,
}

/// One answer of the checklist.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Answer {
    /// How it looks.
    pub verdict: Verdict,
    /// What was seen.
    pub note: String,
    /// Attachments that show it.
    pub evidence: Vec<String>,
}

/// A problem or demand found on the way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Its id for ever.
    pub id: OpId,
    /// Which.
    pub kind: FindingKind,
    /// Step of the item version where it happened.
    pub step: String,
    /// Words.
    pub text: String,
    /// When.
    pub at: Moment,
    /// Measures: words, and the day when it is a dated plan (none: at once).
    pub measures: Vec<(String, Option<kernel::Date>)>,
}

/// One walk as its operations tell it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct WalkRecord {
    /// Form, identity, item, version, simulated.
    pub start: Option<(Form, Identity, String, u32, bool)>,
    /// First operation.
    pub began: Option<Moment>,
    /// Last operation.
    pub last: Option<Moment>,
    /// Finished, and did it reach its end?
    pub finished: Option<bool>,
    /// Authorisation on file.
    pub authorisation: Option<String>,
    /// Who was accompanied.
    pub companion: Option<String>,
    /// Case it goes backward from.
    pub case: Option<String>,
    /// Steps.
    pub steps: BTreeMap<String, StepWalked>,
    /// Asked for although the guide does not have it: (step, material).
    pub asked_beyond_guide: BTreeSet<(String, String)>,
    /// Asked for as the guide says.
    pub asked_as_guide: BTreeSet<String>,
    /// Places gone to, in order.
    pub visits: Vec<String>,
    /// Fen paid, and fen the guide does not have.
    pub paid_fen: u64,
    /// Fen the guide does not have.
    pub paid_beyond_guide_fen: u64,
    /// Entered again: (field, system).
    pub reentered: Vec<(String, String)>,
    /// Sent elsewhere: (to, said).
    pub redirected: Vec<(String, String)>,
    /// Attachments.
    pub files: BTreeSet<String>,
    /// Nearest fix: metres off, accuracy.
    pub located: Option<(u32, u32)>,
    /// Checklist.
    pub answers: BTreeMap<String, Answer>,
    /// Notes: (step, text).
    pub notes: Vec<(String, String)>,
    /// Problems and demands.
    pub findings: Vec<Finding>,
    /// Operations that count (not taken back).
    pub ops: usize,
}

impl WalkRecord {
    /// The walk that these operations tell. Depends on the set alone, not on how it came together.
    pub fn of(log: &Log) -> Self {
        let all = log.in_order();
        let gone: BTreeSet<OpId> = all
            .iter()
            .filter_map(|op| match op.act {
                Act::Retract { op } => Some(op),
                _ => None,
            })
            .collect();
        let mut w = Self::default();
        let mut timers: BTreeMap<(String, Timed), Vec<(i64, i64)>> = BTreeMap::new();
        let mut shown: Vec<(String, String)> = Vec::new();
        let kept: Vec<&Op> = all.into_iter().filter(|op| !gone.contains(&op.id)).collect();
        for op in &kept {
            w.take(op, &mut timers, &mut shown);
        }
        // Last, because a phone whose clock is behind may date a measure before its finding.
        for op in &kept {
            if let Act::Measure { finding, text, by } = &op.act
                && let Some(f) = w.findings.iter_mut().find(|f| f.id == *finding)
            {
                f.measures.push((text.clone(), *by));
            }
        }
        for ((step, kind), spans) in timers {
            let us = covered_us(spans);
            let s = w.steps.entry(step).or_default();
            match kind {
                Timed::Waiting => s.waiting_us = us,
                Timed::Handling => s.handling_us = us,
            }
        }
        for (element, file) in shown {
            if let Some(a) = w.answers.get_mut(&element) {
                a.evidence.push(file);
            }
        }
        w
    }

    fn take(
        &mut self,
        op: &Op,
        timers: &mut BTreeMap<(String, Timed), Vec<(i64, i64)>>,
        shown: &mut Vec<(String, String)>,
    ) {
        let at = op.at.wall;
        self.ops += 1;
        self.began = Some(self.began.map_or(at, |b| b.min(at)));
        self.last = Some(self.last.map_or(at, |l| l.max(at)));
        match &op.act {
            // The first start counts: a walk does not change what it is.
            Act::Start { form, identity, item, version, simulated } => {
                self.start.get_or_insert((*form, *identity, item.clone(), *version, *simulated));
            }
            Act::Authorised { file } => self.authorisation = Some(file.clone()),
            Act::Companion { who } => self.companion = Some(who.clone()),
            Act::FromCase { case } => self.case = Some(case.clone()),
            Act::StepBegan { step } => {
                let s = self.steps.entry(step.clone()).or_default();
                s.began.get_or_insert(at);
                s.entered += 1;
            }
            Act::StepEnded { step, through } => {
                let s = self.steps.entry(step.clone()).or_default();
                s.ended = Some(at);
                s.through = *through;
            }
            Act::Asked { step, material, in_guide: false } => {
                self.asked_beyond_guide.insert((step.clone(), material.clone()));
            }
            Act::Asked { material, .. } => {
                self.asked_as_guide.insert(material.clone());
            }
            Act::Visit { place } => self.visits.push(place.clone()),
            Act::Timer { step, kind, from, to } => {
                timers.entry((step.clone(), *kind)).or_default().push((from.us(), to.us()));
            }
            Act::Paid { fen, in_guide, .. } => {
                self.paid_fen = self.paid_fen.saturating_add(*fen);
                if !in_guide {
                    self.paid_beyond_guide_fen = self.paid_beyond_guide_fen.saturating_add(*fen);
                }
            }
            Act::Reentered { field, system } => self.reentered.push((field.clone(), system.clone())),
            Act::Redirected { to, said } => self.redirected.push((to.clone(), said.clone())),
            Act::Attached { file, shows } => {
                if self.files.insert(file.clone()) && !shows.is_empty() {
                    shown.push((shows.clone(), file.clone()));
                }
            }
            Act::Located { metres_off, accuracy } => {
                let fix = (*metres_off, *accuracy);
                self.located = Some(self.located.map_or(fix, |l| l.min(fix)));
            }
            Act::Checked { element, verdict, note } => {
                let answer = Answer { verdict: *verdict, note: note.clone(), evidence: Vec::new() };
                self.answers.insert(element.clone(), answer);
            }
            Act::Noted { step, text } => self.notes.push((step.clone(), text.clone())),
            Act::Found { kind, step, text } => self.findings.push(Finding {
                id: op.id,
                kind: *kind,
                step: step.clone(),
                text: text.clone(),
                at,
                measures: Vec::new(),
            }),
            Act::Finish { reached_end } => self.finished = Some(*reached_end),
            Act::Measure { .. } | Act::Retract { .. } => {}
        }
    }

    /// Was it done without going anywhere?
    pub fn is_online(&self) -> bool {
        self.start.as_ref().is_some_and(|s| s.0.rule().online_only) || self.visits.is_empty()
    }

    /// What the walk lacks before it counts, by the rule of its form and the conditions of its campaign. `steps` are the
    /// item's step ids with whether each is at the window; empty when it counts.
    pub fn lacks(&self, steps: &[(&str, StepPlace)], by: &Validity) -> Vec<Said> {
        let mut out = Vec::new();
        let Some((form, _, _, _, simulated)) = &self.start else {
            return vec![Said::new(
                "还没有开始，请先选形式和事项",
                "not started; choose form and item first",
            )];
        };
        let rule = form.rule();
        let mut need = |missing: bool, zh: &str, en: &str| {
            if missing {
                out.push(Said::new(format!("{}：{zh}", rule.zh), format!("{}: {en}", rule.en)));
            }
        };
        need(
            rule.needs_authorisation && self.authorisation.is_none(),
            "缺申请人的授权委托，请拍照上传",
            "the applicant's authorisation is missing; photograph it",
        );
        need(
            rule.needs_companion && self.companion.is_none(),
            "没有写陪同的是哪位群众或企业",
            "who was accompanied is missing",
        );
        need(
            rule.needs_case && self.case.is_none(),
            "没有选从哪件不满意的件倒推",
            "the unsatisfied case it starts from is missing",
        );
        let wanted = |place: StepPlace| match rule.covers {
            Covers::WholeWay | Covers::ResultToStart => true,
            Covers::WindowSteps => place == StepPlace::Window,
            Covers::InnerSteps => place == StepPlace::Inside,
            Covers::OneVisit => false,
        };
        let asked = steps.iter().filter(|(_, p)| wanted(*p)).count();
        let skipped = steps
            .iter()
            .filter(|(s, p)| wanted(*p) && self.steps.get(*s).is_none_or(|w| w.ended.is_none()))
            .count();
        if skipped > 0 && (by.all_steps || skipped == asked) {
            let zh = format!("还有 {skipped} 个环节没有走完");
            need(true, &zh, &format!("{skipped} steps are not walked yet"));
        }
        need(
            rule.covers == Covers::OneVisit && self.visits.is_empty(),
            "没有记录到过哪里",
            "no place was visited",
        );
        need(
            *simulated && self.finished != Some(true),
            "虚拟事项也要跑完整个流程",
            "a simulated item must be walked to its end as well",
        );
        need(self.finished.is_none(), "还没有点“走完”", "it is not finished yet");
        if self.finished.is_some() {
            out.extend(self.lacks_by(by));
        }
        out
    }

    /// What it lacks by the conditions of its campaign; steps that are missing are said by the form's rule.
    fn lacks_by(&self, by: &Validity) -> Vec<Said> {
        let mut out = Vec::new();
        let answered = self.answers.len();
        let least = (checklist::count() * usize::from(by.answered_percent)).div_ceil(100);
        if answered < least {
            out.push(Said::new(
                format!("要素清单至少要作答 {least} 项，现在 {answered} 项"),
                format!("at least {least} elements are to be answered, {answered} are"),
            ));
        }
        let bare = self
            .answers
            .values()
            .filter(|a| a.verdict == Verdict::Bad && a.note.trim().is_empty() && a.evidence.is_empty())
            .count();
        if by.shown && bare > 0 {
            out.push(Said::new(
                format!("有 {bare} 项点了“有问题”，没有说明也没有照片"),
                format!("{bare} elements found wanting have neither words nor a photo"),
            ));
        }
        out.extend(self.too_fast(by));
        if by.photo && !self.is_online() && self.files.is_empty() {
            out.push(Said::new("现场走访要有至少一张照片", "a walk on site needs at least one photo"));
        }
        out
    }

    fn too_fast(&self, by: &Validity) -> Option<Said> {
        let each = if self.is_online() { by.seconds_online } else { by.seconds_on_site };
        let steps = self.steps.values().filter(|s| s.ended.is_some()).count();
        let least = i64::try_from(steps).ok()?.checked_mul(i64::from(each))?;
        let took = self.last?.us_since(self.began?).max(0) / US_PER_SECOND;
        (took < least).then(|| {
            Said::new(
                format!("{steps} 个环节至少要 {least} 秒，只用了 {took} 秒"),
                format!("{steps} steps take at least {least} s, this took {took} s"),
            )
        })
    }

    /// Does it count?
    pub fn counts(&self, steps: &[(&str, StepPlace)], by: &Validity) -> bool {
        self.lacks(steps, by).is_empty()
    }

    /// Materials of the guide that nobody asked for: (asked as the guide says) against all of it.
    pub fn never_asked<'a>(&self, guide: &[&'a str]) -> Vec<&'a str> {
        guide.iter().copied().filter(|m| !self.asked_as_guide.contains(*m)).collect()
    }
    /// µs of waiting and of handling altogether.
    pub fn times_us(&self) -> (i64, i64) {
        self.steps
            .values()
            .fold((0, 0), |(w, h), s| (w.saturating_add(s.waiting_us), h.saturating_add(s.handling_us)))
    }
    /// All words of the walker, for comparing walks.
    pub fn words(&self) -> String {
        let notes = self.notes.iter().map(|(_, t)| t.as_str());
        let answers = self.answers.values().map(|a| a.note.as_str());
        let findings = self.findings.iter().map(|f| f.text.as_str());
        notes.chain(answers).chain(findings).filter(|t| !t.is_empty()).collect::<Vec<_>>().join("\n")
    }
}

/// Where a step is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepPlace {
    /// At the window or by the applicant.
    Window,
    /// Behind it.
    Inside,
}

/// Time covered by spans that may overlap (two phones, one queue).
fn covered_us(mut spans: Vec<(i64, i64)>) -> i64 {
    spans.sort_unstable();
    let mut sum = 0i64;
    let mut until = i64::MIN;
    for (from, to) in spans {
        let from = from.max(until);
        if to > from {
            sum = sum.saturating_add(to - from);
            until = to;
        }
    }
    sum
}

/// Who may see who walked (一线暗访: hidden until it is over).
pub fn walker_shown_to(
    record: &WalkRecord,
    walker: StaffId,
    reader: Option<StaffId>,
    reader_supervises: bool,
) -> Option<StaffId> {
    let hidden = record.start.as_ref().is_some_and(|s| s.0.rule().hidden) && record.finished.is_none();
    (!hidden || reader_supervises || reader == Some(walker)).then_some(walker)
}
