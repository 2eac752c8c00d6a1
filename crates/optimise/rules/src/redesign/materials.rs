//! What each material is asked for and whether it must be (O3, K5).
//!
//! The verdict of a material is the first of its findings in the order of [`Verdict`].

use std::collections::{BTreeSet, HashMap};

use kernel::Said;
use serde::Serialize;

use super::{Case, tidy};
use crate::model::{Material, Source, normal};

/// What becomes of a material, strongest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// 无环节使用: no step needs it
    Unused,
    /// 前序已产生: an earlier step makes it
    MadeByStep,
    /// 政府核发: issued by government, shared instead
    IssuedByGovernment,
    /// 告知承诺: a commitment replaces it
    Commitment,
    /// 重复提交: asked for more than once, handed in once
    AskedTwice,
    /// 容缺: handed in later
    Deferrable,
    /// 保留
    Keep,
}

impl Verdict {
    /// The Chinese word.
    pub const fn zh(self) -> &'static str {
        match self {
            Self::Unused => "取消（无环节使用）",
            Self::MadeByStep => "免交（前序环节已产生）",
            Self::IssuedByGovernment => "免交（政府核发，共享获取）",
            Self::Commitment => "告知承诺替代",
            Self::AskedTwice => "一次提交（原重复索要）",
            Self::Deferrable => "容缺后补",
            Self::Keep => "保留",
        }
    }
    /// Does the applicant still hand it in?
    pub const fn handed_in(self) -> bool {
        matches!(self, Self::AskedTwice | Self::Deferrable | Self::Keep)
    }
}

/// One material with its verdict.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MaterialVerdict {
    /// name as first written
    pub name: String,
    /// the strongest finding
    pub verdict: Verdict,
    /// why
    pub reason: Said,
    /// all findings
    pub findings: Vec<Verdict>,
    /// the unit to share it with instead, when known
    #[serde(skip_serializing_if = "String::is_empty")]
    pub share_from: String,
    /// hand-ins today (all situations together)
    #[serde(serialize_with = "tidy")]
    pub asked_before: f64,
    /// hand-ins after
    #[serde(serialize_with = "tidy")]
    pub asked_after: f64,
}

/// Lines of the list that mean the same material.
pub(crate) struct Group {
    pub rows: Vec<usize>,
}

/// Lines of the same normal name, in the order of the list.
pub(super) fn groups(case: &Case<'_>) -> Vec<Group> {
    let mut at: HashMap<String, usize> = HashMap::new();
    let mut out: Vec<Group> = Vec::new();
    for (m, row) in case.model.materials.iter().enumerate() {
        let k = *at.entry(normal(&row.name)).or_insert_with(|| {
            out.push(Group { rows: Vec::new() });
            out.len() - 1
        });
        out[k].rows.push(m);
    }
    out
}

impl Group {
    fn lines<'a>(
        &'a self,
        case: &'a Case<'_>,
        k: Option<usize>,
    ) -> impl Iterator<Item = (usize, &'a Material)> {
        let all = self.rows.iter().map(|&m| (m, &case.model.materials[m]));
        all.filter(move |(_, row)| case.model.occurs(&row.when, k))
    }
    /// Hand-ins today in situation `k`: of one paper that stands on several lists (身份证, 身份证复印件) each place that needs it asks once.
    pub fn asks(&self, case: &Case<'_>, k: Option<usize>) -> f64 {
        self.handed_in(case, k).0
    }
    /// Hand-ins today, their copies and their fees.
    fn handed_in(&self, case: &Case<'_>, k: Option<usize>) -> (f64, f64, f64) {
        let (mut times, mut copies, mut fees) = (0.0, 0.0, 0.0);
        let mut add = |n: f64, row: (f64, f64)| {
            times += n;
            copies += n * row.0;
            fees += n * row.1;
        };
        let mut places = BTreeSet::new();
        let (mut by_place, mut alone) = ((0.0, 0.0), Vec::new());
        for (m, row) in self.lines(case, k) {
            let own = places_of(case, m, k);
            if !row.asked_by.is_empty() {
                add(row.asked_by.iter().collect::<BTreeSet<_>>().len() as f64, (row.copies, row.fee));
            } else if own.is_empty() {
                alone.push((row.copies, row.fee));
            } else {
                places.extend(own);
                by_place = (row.copies.max(by_place.0), row.fee.max(by_place.1));
            }
        }
        add(places.len() as f64, by_place);
        // It is on the list: each list asks for it, where no step says that it needs it.
        if places.is_empty() {
            alone.into_iter().for_each(|row| add(1.0, row));
        }
        (times, copies, fees)
    }
    /// Is it asked for at all in situation `k`?
    pub fn occurs(&self, case: &Case<'_>, k: Option<usize>) -> bool {
        self.lines(case, k).next().is_some()
    }
    /// Copies and fees of one hand-in after.
    pub fn once(&self, case: &Case<'_>, k: Option<usize>) -> (f64, f64) {
        self.lines(case, k).fold((0.0, 0.0), |(c, f), (_, row)| (row.copies.max(c), row.fee.max(f)))
    }
    /// Copies and fees of all hand-ins today.
    pub fn today(&self, case: &Case<'_>, k: Option<usize>) -> (f64, f64) {
        let (_, copies, fees) = self.handed_in(case, k);
        (copies, fees)
    }
    /// All findings in situation `k`, strongest first; empty when it is not asked for there.
    pub fn findings(&self, case: &Case<'_>, k: Option<usize>) -> Vec<Verdict> {
        let mut found = BTreeSet::new();
        let present = case.present(k);
        let users: Vec<usize> =
            self.users(case).into_iter().filter(|&j| present[j] && case.stays[j]).collect();
        let makers: BTreeSet<usize> =
            self.rows.iter().flat_map(|&m| case.linked.makers[m].iter().copied()).collect();
        if users.is_empty() && needs_are_known(case) {
            found.insert(Verdict::Unused);
        }
        let made = |j: usize| makers.iter().any(|&i| i != j && present[i] && case.stays[i]);
        if !users.is_empty() && users.iter().all(|&j| made(j)) {
            found.insert(Verdict::MadeByStep);
        }
        if self.lines(case, k).any(|(_, row)| row.source == Source::Government) {
            found.insert(Verdict::IssuedByGovernment);
        }
        if self.lines(case, k).any(|(_, row)| row.promise) {
            found.insert(Verdict::Commitment);
        }
        if self.asks(case, k) > 1.0 {
            found.insert(Verdict::AskedTwice);
        }
        if self.lines(case, k).any(|(_, row)| row.defer) {
            found.insert(Verdict::Deferrable);
        }
        if found.is_empty() {
            found.insert(Verdict::Keep);
        }
        found.into_iter().collect()
    }
    /// The strongest finding in situation `k`.
    pub fn verdict(&self, case: &Case<'_>, k: Option<usize>) -> Verdict {
        self.findings(case, k).first().copied().unwrap_or(Verdict::Keep)
    }
    fn users(&self, case: &Case<'_>) -> BTreeSet<usize> {
        self.rows.iter().flat_map(|&m| users(case, m)).collect()
    }
}

/// Steps that use line `m`: those that need it, and those said to ask for it that state no needs at all.
fn users(case: &Case<'_>, m: usize) -> Vec<usize> {
    let mut users = case.linked.users[m].clone();
    for (j, s) in case.model.steps.iter().enumerate() {
        let asks = case.model.materials[m].asked_by.iter().any(|a| *a == s.id || *a == s.name);
        if asks && s.needs.is_empty() && !users.contains(&j) {
            users.push(j);
        }
    }
    users
}

/// Without any stated need nothing can be called unused.
fn needs_are_known(case: &Case<'_>) -> bool {
    case.model.steps.iter().any(|s| !s.needs.is_empty())
}

/// The units (and items) among the steps that need line `m` in situation `k`, whether it is handed in at a counter or online. Rule of
/// hand-ins: (1) as many as `asked_by` names; else (2) one for each of these; else (3) one, since it is on the list.
fn places_of<'c>(case: &'c Case<'_>, m: usize, k: Option<usize>) -> BTreeSet<(&'c str, &'c str)> {
    let present = case.present(k);
    let steps = case.linked.users[m].iter().filter(|&&j| present[j]).map(|&j| &case.model.steps[j]);
    steps.map(|s| (s.item.as_str(), s.unit.as_str())).collect()
}

/// Every material with its verdict.
pub(super) fn verdicts(case: &Case<'_>, groups: &[Group]) -> Vec<MaterialVerdict> {
    groups.iter().map(|g| verdict(case, g)).collect()
}

fn verdict(case: &Case<'_>, g: &Group) -> MaterialVerdict {
    let first = &case.model.materials[g.rows[0]];
    let findings = g.findings(case, None);
    let verdict = findings.first().copied().unwrap_or(Verdict::Keep);
    let issuer = g.rows.iter().map(|&m| &case.model.materials[m].issuer).find(|i| !i.is_empty());
    let maker = g.rows.iter().flat_map(|&m| &case.linked.makers[m]).next().copied();
    let share_from = match (verdict, maker) {
        (Verdict::MadeByStep, Some(i)) => case.unit_name(i),
        (Verdict::IssuedByGovernment, _) => issuer.cloned().unwrap_or_default(),
        _ => String::new(),
    };
    MaterialVerdict {
        name: first.name.clone(),
        verdict,
        reason: reason(case, g, verdict, issuer.map_or("", |s| s), maker),
        findings,
        share_from,
        asked_before: g.asks(case, None),
        asked_after: f64::from(u8::from(verdict.handed_in())),
    }
}

fn reason(case: &Case<'_>, g: &Group, verdict: Verdict, issuer: &str, maker: Option<usize>) -> Said {
    let users: Vec<&str> = g.users(case).into_iter().map(|j| case.model.steps[j].name.as_str()).collect();
    let users = users.join("、");
    let times = g.asks(case, None);
    match verdict {
        Verdict::Unused => Said::new("没有任何环节使用，不应再要", "no step uses it: do not ask for it"),
        Verdict::MadeByStep => {
            let by = maker.map_or("", |i| case.model.steps[i].name.as_str());
            Said::new(
                format!("前序环节“{by}”已经产生，由系统传给：{users}"),
                format!("the earlier step {by:?} makes it; pass it on to: {users}"),
            )
        }
        Verdict::IssuedByGovernment if issuer.is_empty() => Said::new(
            "由政府部门核发（出具单位未写），应当共享获取",
            "issued by government (the unit is not stated): share it instead",
        ),
        Verdict::IssuedByGovernment => Said::new(
            format!("由{issuer}核发，应向{issuer}共享获取，不再要申请人提交"),
            format!("issued by {issuer}: share it with {issuer} instead of asking the applicant"),
        ),
        Verdict::Commitment => {
            Said::new("可以告知承诺替代，事中事后核查", "a commitment may replace it, checked afterwards")
        }
        Verdict::AskedTwice => Said::new(
            format!("现被索要 {times} 次，改为提交一次，共用于：{users}"),
            format!("asked for {times} times today; hand it in once for: {users}"),
        ),
        Verdict::Deferrable => Said::new(
            "可容缺受理，限期补交，不影响先行办理",
            "may be handed in later; handling begins without it",
        ),
        Verdict::Keep => Said::new(
            format!("申请人自备，环节需要：{users}"),
            format!("the applicant has it and steps need it: {users}"),
        ),
    }
}

/// What could not be judged.
pub(super) fn doubts(case: &Case<'_>, warnings: &mut Vec<Said>) {
    if !case.model.materials.is_empty() && !needs_are_known(case) {
        warnings.push(Said::new(
            "没有一个环节写明需要什么，无法判断材料是否有用",
            "no step states what it needs: whether a material is used cannot be judged",
        ));
    }
}
