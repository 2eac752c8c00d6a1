//! 维护情形 (K2): the questions of an item as a form, and the item's notice along every way through them. Must not know pages.
//!
//! Names in the form: `q.sent` (the form has this part), `q.first`, `q.3.id`, `q.3.ask`, `q.3.drop`, and of the second answer of
//! that question `q.3.1.id`, `.text`, `.next`, `.refuse`, `.adds`, `.drops`, `.adds_steps`, `.drops_steps`.

use std::collections::BTreeSet;

use kernel::{Date, Said};

use crate::fields::{Raw, Wrong};
use crate::item::ServiceItem;
use crate::notice::{Notice, notice};
use crate::situation::{ANSWERS_MAX, Answer, QUESTIONS_MAX, Question, Situations, resolve, ways};

/// The questions as they are drawn: one after the other, each under the answer that leads to it.
#[derive(Clone, Debug, Default)]
pub struct Tree {
    /// id of the question that is asked first
    pub first: String,
    /// the questions there are
    pub questions: Vec<Asked>,
    /// the place for one more
    pub blank: Asked,
}

/// One question.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// its inputs begin with this: `q.3`
    pub name: String,
    /// its id
    pub id: String,
    /// 第几题, as drawn
    pub number: usize,
    /// the question
    pub ask: String,
    /// how many questions are asked before it
    pub depth: usize,
    /// the answer that leads here: number of its question and its text
    pub after: Option<(usize, String)>,
    /// no answer leads here, and it is not the first
    pub lost: bool,
    /// the tick is set that takes it out
    pub dropped: bool,
    /// why it cannot stand
    pub wrong: Option<Said>,
    /// its answers, with room for more
    pub answers: Vec<Choice>,
}

/// One answer.
#[derive(Clone, Debug, Default)]
pub struct Choice {
    /// its inputs begin with this: `q.3.1`
    pub name: String,
    /// its id
    pub id: String,
    /// the answer; empty: it is taken out, or room for one more
    pub text: String,
    /// id of the question asked next
    pub next: String,
    /// why it cannot be done this way
    pub refuse: String,
    /// 另需、免交的材料, 另走、免走的环节: ids
    pub sets: [Vec<String>; 4],
    /// why it cannot stand
    pub wrong: Option<Said>,
}

/// Names of the four sets of an answer.
pub const SETS: [&str; 4] = ["adds", "drops", "adds_steps", "drops_steps"];

impl Choice {
    /// Is this id in the set of this number?
    pub fn holds(&self, set: &usize, id: &str) -> bool {
        self.sets[*set].iter().any(|x| x == id)
    }
    /// How much it adds and takes away.
    pub fn weight(&self) -> (usize, usize) {
        (self.sets[0].len() + self.sets[2].len(), self.sets[1].len() + self.sets[3].len())
    }
}

/// The inputs of the questions as they stand.
pub fn raw_of(raw: &mut Raw, item: &ServiceItem) {
    raw.insert("q.sent".to_owned(), "1".to_owned());
    let Some(tree) = &item.situations else { return };
    for (n, q) in tree.questions.iter().enumerate() {
        raw.insert(format!("q.{n}.id"), q.id.clone());
        raw.insert(format!("q.{n}.ask"), q.ask.clone());
        for (m, a) in q.answers.iter().enumerate() {
            let mut put = |key: &str, value: String| raw.insert(format!("q.{n}.{m}.{key}"), value);
            put("id", a.id.clone());
            put("text", a.text.clone());
            put("next", a.next.clone().unwrap_or_default());
            put("refuse", a.refuse.clone());
            for (key, set) in SETS.iter().zip([&a.adds, &a.drops, &a.adds_steps, &a.drops_steps]) {
                put(key, set.join("\n"));
            }
        }
    }
}

/// The questions that the inputs make; those of `item` where the form had none. Materials and steps that the item no longer has
/// go out of the answers with it.
pub(crate) fn read(item: &ServiceItem, raw: &Raw, wrong: &mut Wrong) -> Option<Situations> {
    if !raw.contains_key("q.sent") {
        return item.situations.clone();
    }
    let all = asked(raw);
    let kept: Vec<&Asked> = all.iter().filter(|q| !q.dropped && q.is_written()).collect();
    let there = |id: &str| kept.iter().any(|q| q.id == id);
    let materials: BTreeSet<&str> = item.materials.iter().map(|m| m.id.as_str()).collect();
    let steps: BTreeSet<&str> = item.steps.iter().map(|s| s.id.as_str()).collect();
    let mut questions = Vec::new();
    for q in &kept {
        if q.ask.is_empty() {
            let why = Said::new("请写出要问的问题，或勾选删除", "write the question, or take it out");
            wrong.push((format!("{}.ask", q.name), why));
        }
        let mut answers = Vec::new();
        for a in q.answers.iter().filter(|a| !a.text.is_empty()) {
            if !a.next.is_empty() && !there(&a.next) {
                let why = Said::new(
                    "要接着问的那一题没有了，请改选",
                    "the question to be asked next is gone; choose again",
                );
                wrong.push((format!("{}.next", a.name), why));
            }
            let only = |set: usize, known: &BTreeSet<&str>| {
                a.sets[set].iter().filter(|id| known.contains(id.as_str())).cloned().collect()
            };
            answers.push(Answer {
                id: a.id.clone(),
                text: a.text.clone(),
                next: (!a.next.is_empty()).then(|| a.next.clone()),
                adds: only(0, &materials),
                drops: only(1, &materials),
                adds_steps: only(2, &steps),
                drops_steps: only(3, &steps),
                refuse: a.refuse.clone(),
            });
        }
        if answers.len() < 2 && !q.ask.is_empty() {
            let why = Said::new("至少要有两个答案可选", "there must be two answers at least");
            wrong.push((format!("{}.ask", q.name), why));
        }
        questions.push(Question { id: q.id.clone(), ask: q.ask.clone(), answers });
    }
    if let Some(first) = raw.get("q.first")
        && let Some(at) = questions.iter().position(|q| q.id == *first)
    {
        let q = questions.remove(at);
        questions.insert(0, q);
    }
    (!questions.is_empty()).then_some(Situations { questions })
}

impl Asked {
    fn is_written(&self) -> bool {
        !self.ask.is_empty() || self.answers.iter().any(|a| !a.text.is_empty())
    }
}

/// Numbers that follow `start` in names: `q.3.ask` after `q.` gives 3.
fn numbers(raw: &Raw, start: &str, most: usize) -> Vec<usize> {
    let of = |name: &str| name.strip_prefix(start)?.split_once('.')?.0.parse().ok();
    let all: BTreeSet<usize> = raw.keys().filter_map(|name| of(name)).collect();
    all.into_iter().take(most).collect()
}

/// The first of these that is not taken.
fn free(taken: &BTreeSet<String>, of: impl Fn(usize) -> String) -> String {
    (0..=taken.len()).map(of).find(|id| !taken.contains(id)).unwrap_or_default()
}

fn letter(n: usize) -> String {
    match u8::try_from(n) {
        Ok(n) if n < 26 => char::from(b'a' + n).to_string(),
        _ => format!("a{n}"),
    }
}

/// Every question that the inputs hold, in their order, each with an id of its own.
fn asked(raw: &Raw) -> Vec<Asked> {
    let value = |name: String| raw.get(&name).map(|v| v.trim().to_owned()).unwrap_or_default();
    // One more than may be, so that too many are refused and not cut off.
    let all = numbers(raw, "q.", QUESTIONS_MAX + 1);
    let mut ids: BTreeSet<String> = all.iter().map(|n| value(format!("q.{n}.id"))).collect();
    let mut seen = BTreeSet::new();
    let mut out = Vec::new();
    for n in all {
        let name = format!("q.{n}");
        let mut id = value(format!("{name}.id"));
        if id.is_empty() || !seen.insert(id.clone()) {
            id = free(&ids, |k| format!("q{}", k + 1));
            ids.insert(id.clone());
            seen.insert(id.clone());
        }
        let answers = answers(raw, &name);
        let ask = value(format!("{name}.ask"));
        let dropped = raw.contains_key(&format!("{name}.drop"));
        out.push(Asked { name, id, ask, dropped, answers, ..Asked::default() });
    }
    out
}

fn answers(raw: &Raw, of: &str) -> Vec<Choice> {
    let value = |name: String| raw.get(&name).map(|v| v.trim().to_owned()).unwrap_or_default();
    let all = numbers(raw, &format!("{of}."), ANSWERS_MAX + 1);
    let mut ids: BTreeSet<String> = all.iter().map(|m| value(format!("{of}.{m}.id"))).collect();
    let mut seen = BTreeSet::new();
    let mut out = Vec::new();
    for m in all {
        let name = format!("{of}.{m}");
        let mut id = value(format!("{name}.id"));
        if id.is_empty() || !seen.insert(id.clone()) {
            id = free(&ids, letter);
            ids.insert(id.clone());
            seen.insert(id.clone());
        }
        let set = |key: &str| {
            let lines = value(format!("{name}.{key}"));
            lines.lines().map(str::trim).filter(|l| !l.is_empty()).map(str::to_owned).collect()
        };
        out.push(Choice {
            id,
            text: value(format!("{name}.text")),
            next: value(format!("{name}.next")),
            refuse: value(format!("{name}.refuse")),
            sets: SETS.map(set),
            wrong: None,
            name,
        });
    }
    out
}

/// Room for answers of a new question, and for one more of one that is there.
const ROOM: usize = 3;

fn room(q: &mut Asked, places: usize) {
    q.answers.retain(|a| !a.text.is_empty() || a.wrong.is_some());
    let last = q.answers.iter().filter_map(|a| a.name.rsplit_once('.')?.1.parse::<usize>().ok()).max();
    let mut ids: BTreeSet<String> = q.answers.iter().map(|a| a.id.clone()).collect();
    for k in 0..places.min(ANSWERS_MAX.saturating_sub(q.answers.len())) {
        let id = free(&ids, letter);
        ids.insert(id.clone());
        let name = format!("{}.{}", q.name, last.map_or(0, |l| l + 1) + k);
        q.answers.push(Choice { name, id, ..Choice::default() });
    }
}

/// The questions as they are drawn.
pub fn draw(raw: &Raw, wrong: &Wrong) -> Tree {
    let mut all = asked(raw);
    let next_number = numbers(raw, "q.", usize::MAX).last().map_or(0, |n| n + 1);
    all.retain(Asked::is_written);
    let of = |name: &str| wrong.iter().find(|w| w.0 == name).map(|w| w.1.clone());
    for q in &mut all {
        q.wrong = of(&format!("{}.ask", q.name));
        for a in &mut q.answers {
            a.wrong = of(&format!("{}.next", a.name));
        }
        room(q, 1);
    }
    let ids: BTreeSet<String> = all.iter().map(|q| q.id.clone()).collect();
    let mut blank = Asked {
        name: format!("q.{next_number}"),
        id: free(&ids, |k| format!("q{}", k + 1)),
        ..Asked::default()
    };
    room(&mut blank, ROOM);
    let (out, kept): (Vec<Asked>, Vec<Asked>) = all.into_iter().partition(|q| q.dropped);
    let first = raw.get("q.first").filter(|f| kept.iter().any(|q| q.id == **f)).cloned();
    let first = first.or_else(|| kept.first().map(|q| q.id.clone())).unwrap_or_default();
    let mut questions = in_order(kept, &first);
    // What is taken out stands last until it is published, so that it can be taken back.
    for mut q in out {
        q.number = questions.len() + 1;
        questions.push(q);
    }
    Tree { questions, first, blank }
}

/// Each question under the first answer that leads to it; those that nothing leads to at the end.
fn in_order(mut left: Vec<Asked>, first: &str) -> Vec<Asked> {
    let mut out: Vec<Asked> = Vec::new();
    // id, depth, where it comes from; the last is next
    let mut work: Vec<(String, usize, Option<(usize, String)>)> = vec![(first.to_owned(), 0, None)];
    while !left.is_empty() {
        let (id, depth, after, lost) = match work.pop() {
            Some((id, depth, after)) => (id, depth, after, false),
            None => (left[0].id.clone(), 0, None, true),
        };
        let Some(at) = left.iter().position(|q| q.id == id) else { continue };
        let mut q = left.remove(at);
        (q.number, q.depth, q.after, q.lost) = (out.len() + 1, depth, after, lost);
        let onward = q.answers.iter().filter(|a| !a.text.is_empty() && !a.next.is_empty()).rev();
        work.extend(onward.map(|a| (a.next.clone(), depth + 1, Some((q.number, a.text.clone())))));
        out.push(q);
    }
    out
}

/// The notice along every way through the questions of an item, `most` at most, and how many ways there are beyond that. An item
/// without questions has one.
pub fn notices(item: &ServiceItem, on: Date, most: usize) -> (Vec<Notice>, usize) {
    let tree = item.situations.clone().unwrap_or_default();
    let mut all = ways(&tree).0;
    if tree.questions.is_empty() {
        all.push(Vec::new());
    }
    let seen = all.iter().filter_map(|way| resolve(item, way).ok());
    let out: Vec<Notice> = seen.take(most).map(|applies| notice(item, &applies, on)).collect();
    let beyond = all.len().saturating_sub(most);
    (out, beyond)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::edit::{self, raw_of as raw_of_item};

    fn put(raw: &mut Raw, all: &[(&str, &str)]) {
        raw.extend(all.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())));
    }

    /// Names and values of every input that the drawn form sends back.
    fn sent(tree: &Tree) -> Raw {
        let mut raw = Raw::new();
        raw.insert("q.sent".into(), "1".into());
        raw.insert("q.first".into(), tree.first.clone());
        for q in tree.questions.iter().chain([&tree.blank]) {
            raw.insert(format!("{}.id", q.name), q.id.clone());
            raw.insert(format!("{}.ask", q.name), q.ask.clone());
            for a in &q.answers {
                put(
                    &mut raw,
                    &[
                        (&format!("{}.id", a.name), &a.id),
                        (&format!("{}.text", a.name), &a.text),
                        (&format!("{}.next", a.name), &a.next),
                        (&format!("{}.refuse", a.name), &a.refuse),
                    ],
                );
                for (key, set) in SETS.iter().zip(&a.sets).filter(|s| !s.1.is_empty()) {
                    raw.insert(format!("{}.{key}", a.name), set.join("\n"));
                }
            }
        }
        raw
    }

    #[test]
    fn questions_drawn_and_sent_back_are_the_same_questions() {
        let item = crate::sample::food_licence();
        let tree = item.situations.clone().expect("the sample has questions");
        let raw = raw_of_item(&item);
        let drawn = draw(&raw, &Wrong::new());
        assert_eq!(drawn.questions.len(), tree.questions.len());
        let mut back = raw.clone();
        back.retain(|name, _| !name.starts_with("q."));
        back.extend(sent(&drawn));
        let (again, wrong) = edit::read(&item, &back);
        assert_eq!((again.situations, wrong), (Some(tree), vec![]));
        // A form that knows no questions leaves them.
        let mut none = raw;
        none.retain(|name, _| !name.starts_with("q."));
        assert_eq!(edit::read(&item, &none).0.situations, item.situations);
    }

    #[test]
    fn a_question_written_into_an_empty_place_is_asked_and_every_way_has_its_notice() {
        let mut item = crate::sample::food_licence();
        item.situations = None;
        let (m, s) = (item.materials[0].id.clone(), item.steps[0].id.clone());
        let mut raw = raw_of_item(&item);
        assert!(draw(&raw, &Wrong::new()).questions.is_empty());
        let blank = draw(&raw, &Wrong::new()).blank;
        assert_eq!((blank.id.as_str(), blank.answers.len()), ("q1", ROOM));
        put(
            &mut raw,
            &[
                ("q.0.ask", "有没有营业执照？"),
                ("q.0.0.text", "有"),
                ("q.0.0.drops", &format!("{m}\nm99")),
                ("q.0.1.text", "没有"),
                ("q.0.1.next", "q2"),
                ("q.0.2.text", "不是本市的"),
                ("q.0.2.refuse", "请到注册地办理"),
                ("q.1.ask", "要不要上门？"),
                ("q.1.0.text", "要"),
                ("q.1.0.adds_steps", &s),
                ("q.1.1.text", "不要"),
            ],
        );
        let (new, wrong) = edit::read(&item, &raw);
        assert_eq!(wrong, []);
        let tree = new.situations.clone().unwrap();
        assert_eq!(tree.questions[0].answers[0].drops, [m], "a material that is not there is not named");
        assert_eq!(tree.questions[1].id, "q2");
        let (all, beyond) = notices(&new, Date::new(2026, 12, 1).unwrap(), 10);
        assert_eq!((all.len(), beyond), (4, 0));
        assert_eq!(all.iter().filter(|n| n.refused.is_some()).count(), 1);
        assert_eq!(notices(&new, Date::new(2026, 12, 1).unwrap(), 3).1, 1);
        let drawn = draw(&raw, &wrong);
        assert_eq!(drawn.questions[1].depth, 1);
        assert_eq!(drawn.questions[1].after, Some((1, "没有".to_owned())));
        // The other one first; nothing leads to what was first: it is drawn, and said.
        raw.insert("q.first".into(), "q2".into());
        assert_eq!(edit::read(&item, &raw).0.situations.unwrap().questions[0].id, "q2");
        assert!(draw(&raw, &wrong).questions[1].lost);
    }

    #[test]
    fn what_cannot_stand_is_named_at_its_place() {
        let item = crate::sample::food_licence();
        let mut raw = raw_of_item(&item);
        let tree = item.situations.clone().unwrap();
        let led = tree.questions.iter().position(|q| q.answers.iter().any(|a| a.next.is_some())).unwrap();
        let gone = tree.questions[led].answers.iter().find_map(|a| a.next.clone()).unwrap();
        let at = tree.questions.iter().position(|q| q.id == gone).unwrap();
        raw.insert(format!("q.{at}.drop"), "1".into());
        put(
            &mut raw,
            &[("q.40.0.text", "没有问题的答案"), ("q.41.ask", "只有一个答案？"), ("q.41.0.text", "是")],
        );
        let wrong = edit::read(&item, &raw).1;
        let names: Vec<&str> = wrong.iter().map(|w| w.0.as_str()).collect();
        assert!(names.iter().any(|n| n.ends_with(".next")), "{names:?}");
        assert!(names.contains(&"q.40.ask") && names.contains(&"q.41.ask"), "{names:?}");
        let drawn = draw(&raw, &wrong);
        assert!(drawn.questions.iter().any(|q| q.name == "q.40" && q.wrong.is_some()));
        let last = drawn.questions.last().unwrap();
        assert!(last.dropped && !last.lost, "what is taken out stands last");
        // Hostile ids: the same twice, none at all.
        put(&mut raw, &[("q.50.ask", "甲？"), ("q.50.id", "q1"), ("q.51.ask", "乙？"), ("q.51.id", "")]);
        let all = asked(&raw);
        let ids: BTreeSet<&String> = all.iter().map(|q| &q.id).collect();
        assert_eq!(ids.len(), all.len());
    }
}
