//! 情形 (K2): a short tree of questions that leads to exactly the materials and steps that apply, and the
//! checks that it has no gap, no contradiction and no dead end. Must not know pages or applicants.

use std::collections::{BTreeMap, BTreeSet};

use kernel::Said;
use serde::{Deserialize, Serialize};

use crate::fault::Fault;
use crate::item::{Material, ServiceItem, Step};
use crate::words::Need;

/// The most questions of one item.
pub const QUESTIONS_MAX: usize = 60;
/// The most answers of one question.
pub const ANSWERS_MAX: usize = 20;
/// The most ways through a tree; a tree with more is refused as unreadable.
pub const PATHS_MAX: usize = 4_096;

/// The questions of one item; the first is asked first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Situations {
    /// All questions.
    pub questions: Vec<Question>,
}

/// One question, in words an applicant understands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// Short id: `q1`.
    pub id: String,
    /// 问题
    pub ask: String,
    /// The possible answers; at least two.
    pub answers: Vec<Answer>,
}

/// One answer and what follows from it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// Short id, unique in its question: `a`.
    pub id: String,
    /// 答案
    pub text: String,
    /// The question asked next; none when the way ends here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// Materials that only some situations need, needed now.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub adds: Vec<String>,
    /// Materials of everyone, not needed now.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub drops: Vec<String>,
    /// Steps that only some situations take, taken now.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub adds_steps: Vec<String>,
    /// Steps of everyone, not taken now.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub drops_steps: Vec<String>,
    /// It cannot be done this way: why, and what to do instead.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub refuse: String,
}

/// Where a way through the tree ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Applies<'a> {
    /// The answers given, as (question, answer) texts.
    pub way: Vec<(&'a str, &'a str)>,
    /// Exactly the materials that apply, in the order of the item.
    pub materials: Vec<&'a Material>,
    /// Exactly the steps that apply, in the order of the item.
    pub steps: Vec<&'a Step>,
    /// It cannot be done this way: why, and what to do instead.
    pub refused: Option<&'a str>,
}

/// Why answers lead nowhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoWay {
    /// The next question to ask (its id): the answers given do not reach an end yet.
    Ask(String),
    /// This id is no answer of the question that is asked now.
    NoSuchAnswer {
        /// The question.
        question: String,
        /// What was given.
        answer: String,
    },
    /// The tree itself is broken here; see [`check`].
    Broken(String),
}

impl NoWay {
    /// What to tell the person.
    pub fn said(&self) -> Said {
        match self {
            Self::Ask(q) => Said::new(
                format!("还有问题没有回答（{q}），请继续选择"),
                format!("one more question to answer ({q}); go on"),
            ),
            Self::NoSuchAnswer { question, .. } => Said::new(
                format!("问题 {question} 没有这个选项，请重新选择"),
                format!("question {question} has no such answer; choose again"),
            ),
            Self::Broken(q) => Said::new(
                format!("情形设置有误（{q}），请联系窗口；工作人员请看指南体检"),
                format!(
                    "the situations are set up wrongly ({q}); ask at the window; staff: see the check-up"
                ),
            ),
        }
    }
}

impl Situations {
    /// The question with this id.
    pub fn question(&self, id: &str) -> Option<&Question> {
        self.questions.iter().find(|q| q.id == id)
    }
    /// Faults that keep a tree from being taken in: sizes and ids.
    pub(crate) fn bounds(&self) -> Vec<Fault> {
        let mut out = Vec::new();
        let mut seen = BTreeSet::new();
        let too_many = self.questions.len() > QUESTIONS_MAX
            || self.questions.iter().any(|q| q.answers.len() > ANSWERS_MAX);
        if too_many {
            out.push(Fault {
                path: "situations".to_owned(),
                said: Said::new(
                    format!("情形最多 {QUESTIONS_MAX} 个问题，每题最多 {ANSWERS_MAX} 个选项，请精简"),
                    format!("at most {QUESTIONS_MAX} questions of {ANSWERS_MAX} answers; make it shorter"),
                ),
            });
        }
        for q in self.questions.iter().take(QUESTIONS_MAX) {
            let mut answers = BTreeSet::new();
            let twice = q.answers.iter().any(|a| !answers.insert(&a.id));
            if twice || q.id.is_empty() || !seen.insert(&q.id) {
                out.push(Fault {
                    path: format!("situations/{}", q.id),
                    said: Said::new(
                        format!("问题“{}”或它的选项编号为空或重复，请各用一个编号", q.ask),
                        format!("the id of question {:?} or of an answer is empty or used twice", q.ask),
                    ),
                });
            }
        }
        out
    }
}

/// Materials and steps that only some situations need: the ones that any answer adds.
fn situational(tree: &Situations) -> (BTreeSet<&str>, BTreeSet<&str>) {
    let answers = || tree.questions.iter().flat_map(|q| &q.answers);
    (
        answers().flat_map(|a| &a.adds).map(String::as_str).collect(),
        answers().flat_map(|a| &a.adds_steps).map(String::as_str).collect(),
    )
}

/// What applies after these answers (ids, in the order in which the questions are asked). An item without
/// questions asks for everything.
///
/// # Errors
/// The next question when an end is not reached, or where the answers do not fit.
pub fn resolve<'a>(item: &'a ServiceItem, answers: &[&str]) -> Result<Applies<'a>, NoWay> {
    let empty = Situations::default();
    let Some(tree) = item.situations.as_ref().filter(|t| !t.questions.is_empty()) else {
        return Ok(collect(item, &empty, &[]));
    };
    let mut chosen: Vec<(&Question, &Answer)> = Vec::new();
    let mut now = Some(&tree.questions[0]);
    let mut given = answers.iter();
    while let Some(q) = now {
        if chosen.len() >= QUESTIONS_MAX || chosen.iter().any(|(seen, _)| seen.id == q.id) {
            return Err(NoWay::Broken(q.id.clone()));
        }
        let Some(id) = given.next() else { return Err(NoWay::Ask(q.id.clone())) };
        let Some(a) = q.answers.iter().find(|a| a.id == **id) else {
            return Err(NoWay::NoSuchAnswer { question: q.id.clone(), answer: crate::words::echo(id) });
        };
        chosen.push((q, a));
        now = match &a.next {
            _ if !a.refuse.is_empty() => None,
            None => None,
            Some(next) => Some(tree.question(next).ok_or_else(|| NoWay::Broken(next.clone()))?),
        };
    }
    Ok(collect(item, tree, &chosen))
}

fn collect<'a>(
    item: &'a ServiceItem,
    tree: &Situations,
    chosen: &[(&'a Question, &'a Answer)],
) -> Applies<'a> {
    let (some, some_steps) = situational(tree);
    let has = |pick: fn(&Answer) -> &Vec<String>, id: &str| {
        chosen.iter().any(|(_, a)| pick(a).iter().any(|x| x == id))
    };
    let materials = item
        .materials
        .iter()
        .filter(|m| (!some.contains(m.id.as_str()) || has(|a| &a.adds, &m.id)) && !has(|a| &a.drops, &m.id));
    let steps = item.steps.iter().filter(|s| {
        (!some_steps.contains(s.id.as_str()) || has(|a| &a.adds_steps, &s.id))
            && !has(|a| &a.drops_steps, &s.id)
    });
    Applies {
        way: chosen.iter().map(|(q, a)| (q.ask.as_str(), a.text.as_str())).collect(),
        materials: materials.collect(),
        steps: steps.collect(),
        refused: chosen.last().map(|(_, a)| a.refuse.as_str()).filter(|r| !r.is_empty()),
    }
}

/// All ways through the tree as lists of answer ids, in the order in which questions and answers stand, at most [`PATHS_MAX`] (then
/// the flag is true). Ways that break off (unknown question, circle) are left out: [`check`] names them.
pub fn ways(tree: &Situations) -> (Vec<Vec<&str>>, bool) {
    let mut out = Vec::new();
    let Some(first) = tree.questions.first() else { return (out, false) };
    // the question asked next (none: the end), the answers given, the questions asked
    let mut stack: Vec<(Option<&Question>, Vec<&str>, Vec<&str>)> =
        vec![(Some(first), Vec::new(), Vec::new())];
    let mut work = 0usize;
    while let Some((now, way, seen)) = stack.pop() {
        let Some(q) = now else {
            out.push(way);
            continue;
        };
        work += 1;
        if work > PATHS_MAX * 8 || out.len() >= PATHS_MAX {
            return (out, true);
        }
        if seen.contains(&q.id.as_str()) {
            continue;
        }
        for a in q.answers.iter().rev() {
            let (mut way, mut seen) = (way.clone(), seen.clone());
            way.push(a.id.as_str());
            seen.push(q.id.as_str());
            match &a.next {
                Some(next) if a.refuse.is_empty() => {
                    if let Some(q) = tree.question(next) {
                        stack.push((Some(q), way, seen));
                    }
                }
                _ => stack.push((None, way, seen)),
            }
        }
    }
    (out, false)
}

/// What is wrong with a tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Flaw {
    /// 缺口: something is named that does not exist, or needed and not asked for
    Gap,
    /// 矛盾: one way adds and drops the same
    Contradiction,
    /// 死路: a way does not end, or a question is never reached
    DeadEnd,
    /// 多余: a question that changes nothing
    Idle,
}

/// One flaw with its place and sentence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What sort.
    pub flaw: Flaw,
    /// `situations/q1/a`
    pub path: String,
    /// What is wrong and what to do.
    pub said: Said,
}

struct Notes(Vec<Finding>);
impl Notes {
    fn add(&mut self, flaw: Flaw, path: String, zh: String, en: &str) {
        if self.0.len() < 200 && !self.0.iter().any(|f| f.flaw == flaw && f.path == path && f.said.zh == zh) {
            let said = Said::new(zh, format!("{en} ({path})"));
            self.0.push(Finding { flaw, path, said });
        }
    }
}

/// Every flaw of an item's situations (at most 200): gaps, contradictions, dead ends, idle questions.
/// Without flaws, every way through the tree ends, asks for no material twice, and every step on it finds
/// the materials it needs.
pub fn check(item: &ServiceItem) -> Vec<Finding> {
    let Some(tree) = &item.situations else { return Vec::new() };
    let mut notes = Notes(Vec::new());
    if !tree.bounds().is_empty() {
        for f in tree.bounds() {
            notes.add(Flaw::Gap, f.path, f.said.zh, "sizes or ids");
        }
        return notes.0;
    }
    for q in &tree.questions {
        question(item, tree, q, &mut notes);
    }
    reach(tree, &mut notes);
    let (all, cut) = ways(tree);
    if cut {
        let zh = format!("走法超过 {PATHS_MAX} 种，没有人读得完，请拆分事项或合并问题");
        notes.add(Flaw::DeadEnd, "situations".to_owned(), zh, "too many ways through the questions");
    }
    for way in &all {
        if let Ok(applies) = resolve(item, way) {
            walk_through(item, way, &applies, &mut notes);
        }
    }
    notes.0
}

fn question(item: &ServiceItem, tree: &Situations, q: &Question, notes: &mut Notes) {
    let at = format!("situations/{}", q.id);
    if q.answers.len() < 2 {
        let zh = format!("问题“{}”不足两个选项，问了等于没问或无法往下走，请补选项", q.ask);
        notes.add(Flaw::DeadEnd, at.clone(), zh, "a question needs at least two answers");
    }
    let mut texts = BTreeSet::new();
    for a in &q.answers {
        let at = format!("{at}/{}", a.id);
        if !texts.insert(a.text.trim()) {
            let zh = format!("问题“{}”有两个选项都写着“{}”，请改清楚", q.ask, a.text);
            notes.add(Flaw::Contradiction, at.clone(), zh, "two answers read the same");
        }
        if let Some(next) = &a.next
            && tree.question(next).is_none()
        {
            let zh = format!("选“{}”后要问的问题“{next}”不存在，请改编号或删去", a.text);
            notes.add(Flaw::DeadEnd, at.clone(), zh, "the next question does not exist");
        }
        for m in a.adds.iter().chain(&a.drops).filter(|m| item.material(m).is_none()) {
            let zh = format!("选“{}”涉及的材料编号“{m}”不存在，请补材料或改编号", a.text);
            notes.add(Flaw::Gap, at.clone(), zh, "a material that does not exist");
        }
        for s in a.adds_steps.iter().chain(&a.drops_steps).filter(|s| item.step(s).is_none()) {
            let zh = format!("选“{}”涉及的环节编号“{s}”不存在，请补环节或改编号", a.text);
            notes.add(Flaw::Gap, at.clone(), zh, "a step that does not exist");
        }
    }
    let same = |a: &Answer, b: &Answer| {
        a.next == b.next
            && a.adds == b.adds
            && a.drops == b.drops
            && a.adds_steps == b.adds_steps
            && a.drops_steps == b.drops_steps
            && a.refuse == b.refuse
    };
    if q.answers.len() > 1 && q.answers.windows(2).all(|w| same(&w[0], &w[1])) {
        let zh = format!("问题“{}”怎么答结果都一样，请删去这个问题", q.ask);
        notes.add(Flaw::Idle, at, zh, "every answer leads to the same; drop the question");
    }
}

/// Questions never asked, and circles.
fn reach(tree: &Situations, notes: &mut Notes) {
    let Some(first) = tree.questions.first() else { return };
    let next = |q: &Question| -> Vec<&Question> {
        let open = q.answers.iter().filter(|a| a.refuse.is_empty());
        open.filter_map(|a| a.next.as_ref()).filter_map(|n| tree.question(n)).collect()
    };
    let mut reached = BTreeSet::from([first.id.as_str()]);
    let mut work = vec![first];
    while let Some(q) = work.pop() {
        for n in next(q) {
            if reached.insert(&n.id) {
                work.push(n);
            }
        }
    }
    for q in tree.questions.iter().filter(|q| !reached.contains(q.id.as_str())) {
        let zh = format!("问题“{}”永远问不到，请接上或删去", q.ask);
        notes.add(Flaw::DeadEnd, format!("situations/{}", q.id), zh, "a question that is never asked");
    }
    // A circle: strike questions that lead only to struck ones; what is left goes round.
    let mut left: BTreeMap<&str, Vec<&str>> = tree
        .questions
        .iter()
        .map(|q| (q.id.as_str(), next(q).into_iter().map(|n| n.id.as_str()).collect()))
        .collect();
    loop {
        let ends: Vec<&str> = left.iter().filter(|(_, n)| n.is_empty()).map(|(q, _)| *q).collect();
        if ends.is_empty() {
            break;
        }
        for e in &ends {
            left.remove(e);
        }
        for n in left.values_mut() {
            n.retain(|x| !ends.contains(x));
        }
    }
    if let Some(q) = left.keys().next() {
        let zh = "问题之间绕成了圈，怎么答都走不完，请断开其中一处".to_owned();
        notes.add(Flaw::DeadEnd, format!("situations/{q}"), zh, "the questions go round in a circle");
    }
}

/// What a material or a step is called.
fn named<'a>(item: &'a ServiceItem, id: &'a str) -> &'a str {
    let step = || item.step(id).map(|s| s.name.as_str());
    item.material(id).map(|m| m.name.as_str()).or_else(step).unwrap_or(id)
}

fn walk_through(item: &ServiceItem, way: &[&str], applies: &Applies<'_>, notes: &mut Notes) {
    let Some(tree) = &item.situations else { return };
    let at = format!("situations/{}", way.join("/"));
    let said: Vec<_> = applies.way.iter().map(|(_, a)| *a).collect();
    let said = said.join("→");
    let mut now = tree.questions.first();
    let (mut adds, mut drops) = (BTreeSet::new(), BTreeSet::new());
    for id in way {
        let Some(a) = now.and_then(|q| q.answers.iter().find(|a| a.id == *id)) else { break };
        adds.extend(a.adds.iter().chain(&a.adds_steps));
        drops.extend(a.drops.iter().chain(&a.drops_steps));
        now = a.next.as_ref().and_then(|n| tree.question(n));
    }
    for both in adds.intersection(&drops) {
        let zh = format!("走法“{said}”既要求又免除“{}”，请只留一个", named(item, both));
        notes.add(Flaw::Contradiction, at.clone(), zh, "one way both adds and drops it");
    }
    if applies.refused.is_some() {
        return;
    }
    let have: BTreeSet<&str> = applies.materials.iter().map(|m| m.id.as_str()).collect();
    for s in &applies.steps {
        for m in s.consumes.iter().filter(|m| !have.contains(m.as_str())) {
            let zh = format!(
                "走法“{said}”要走环节“{}”，它要用的材料“{}”却没有要求提交，请补上或免去环节",
                s.name,
                named(item, m)
            );
            notes.add(Flaw::Gap, at.clone(), zh, "a step needs a material that is not asked for");
        }
    }
    let nothing = applies.materials.iter().all(|m| m.need == Need::Optional) && applies.steps.is_empty();
    if nothing {
        let zh = format!("走法“{said}”最后没有任何材料和环节，等于什么也没告诉申请人");
        notes.add(Flaw::DeadEnd, at, zh, "this way ends with nothing to do");
    }
}
