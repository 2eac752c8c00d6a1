//! 先例: earlier texts that mean the same, not only those that say it alike (R8). Everyday words count for the
//! official ones, and what the nearest texts have in common widens the question. Must not know cases or rights.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::cut::Cutter;
use crate::taxonomy::plain_words;
use crate::vector::{Common, Term, Terms, cosine, key};

/// Most texts in one collection held in memory.
pub const MAX_TEXTS: usize = 2_000_000;
/// Nearest texts that widen the question, and how much they do.
const WIDEN_BY: usize = 5;
const WIDEN: f32 = 0.35;
/// Weight of a topic (an official word that everyday words stand for).
const TOPIC: f32 = 0.8;

/// What is put in or asked: every part may be empty.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Matter {
    /// 标题
    pub title: String,
    /// 问题
    pub body: String,
    /// 事项
    pub item: String,
    /// 原因
    pub cause: String,
    /// 政策依据
    pub basis: String,
}

/// A precedent found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Found {
    /// Its id.
    pub id: String,
    /// 0 to 1.
    pub score: f32,
    /// Words and topics that both have, strongest first.
    pub why: Vec<String>,
}

/// A collection to search.
#[derive(Debug, Default)]
pub struct Precedents {
    ids: Vec<String>,
    vectors: Vec<Vec<(u64, f32)>>,
    postings: HashMap<u64, Vec<(u32, f32)>>,
    common: Common,
    names: HashMap<u64, String>,
}

fn topics() -> &'static [(String, Vec<&'static str>)] {
    static ALL: std::sync::LazyLock<Vec<(String, Vec<&'static str>)>> =
        std::sync::LazyLock::new(|| plain_words().map(|(t, w)| (t.to_owned(), w)).collect());
    &ALL
}

/// The terms of a matter with its topics, and the words behind them.
fn terms(cutter: &Cutter, m: &Matter) -> (Terms, Vec<(u64, String)>) {
    let body = format!("{} {} {} {}", m.item, m.cause, m.basis, m.body);
    let mut t = Terms::of(cutter, &m.title, &body);
    let mut names = t.words.clone();
    let said: std::collections::HashSet<&str> = t.words.iter().map(|(_, w)| w.as_str()).collect();
    let mut more = Vec::new();
    for (topic, words) in topics() {
        let n =
            words.iter().filter(|w| said.contains(*w)).count() + usize::from(said.contains(topic.as_str()));
        if n > 0 {
            let k = key(3, topic);
            more.push(Term { key: k, count: n as f32, kind: TOPIC });
            names.push((k, format!("〔{topic}〕")));
        }
    }
    t.terms.extend(more);
    t.terms.sort_by_key(|t| t.key);
    (t, names)
}

impl Precedents {
    /// Builds a collection; texts beyond `MAX_TEXTS` are left out.
    pub fn build(cutter: &Cutter, matters: impl IntoIterator<Item = (String, Matter)>) -> Self {
        let mut out = Self::default();
        let mut all = Vec::new();
        for (id, m) in matters.into_iter().take(MAX_TEXTS) {
            let (t, names) = terms(cutter, &m);
            out.common.add(&t);
            out.names.extend(names);
            out.ids.push(id);
            all.push(Terms { terms: t.terms, ..Terms::default() });
        }
        for (i, t) in all.iter().enumerate() {
            let v = out.common.vector(t);
            for (k, x) in &v {
                out.postings.entry(*k).or_default().push((i as u32, *x));
            }
            out.vectors.push(v);
        }
        out
    }

    /// Number of texts.
    pub fn len(&self) -> usize {
        self.ids.len()
    }
    /// Empty?
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// The `n` texts nearest in meaning, best first, ties by id.
    pub fn rank(&self, cutter: &Cutter, query: &Matter, n: usize) -> Vec<Found> {
        let (t, _) = terms(cutter, query);
        let mut q = self.common.vector(&t);
        let first = self.nearest(&q, WIDEN_BY);
        if first.first().is_some_and(|f| f.1 > 0.1) {
            q = self.widened(&q, &first);
        }
        self.nearest(&q, n).into_iter().map(|(i, score)| self.found(&q, i, score)).collect()
    }

    fn nearest(&self, q: &[(u64, f32)], n: usize) -> Vec<(usize, f32)> {
        let mut sums: HashMap<u32, f32> = HashMap::new();
        for (k, x) in q {
            for (i, y) in self.postings.get(k).map_or(&[][..], Vec::as_slice) {
                *sums.entry(*i).or_default() += x * y;
            }
        }
        let mut out: Vec<(usize, f32)> = sums.into_iter().map(|(i, s)| (i as usize, s)).collect();
        out.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| self.ids[a.0].cmp(&self.ids[b.0])));
        out.truncate(n);
        out
    }

    fn widened(&self, q: &[(u64, f32)], near: &[(usize, f32)]) -> Vec<(u64, f32)> {
        let total: f32 = near.iter().map(|n| n.1).sum::<f32>().max(1e-6);
        let mut sum: std::collections::BTreeMap<u64, f32> = q.iter().copied().collect();
        for (i, s) in near {
            for (k, x) in &self.vectors[*i] {
                *sum.entry(*k).or_default() += WIDEN * x * s / total;
            }
        }
        let norm = sum.values().map(|x| x * x).sum::<f32>().sqrt().max(1e-6);
        sum.into_iter().map(|(k, x)| (k, x / norm)).collect()
    }

    fn found(&self, q: &[(u64, f32)], i: usize, score: f32) -> Found {
        let mine: HashMap<u64, f32> = self.vectors[i].iter().copied().collect();
        let mut shared: Vec<(&String, f32)> =
            q.iter().filter_map(|(k, x)| Some((self.names.get(k)?, x * mine.get(k)?))).collect();
        shared.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(b.0)));
        let why = shared.into_iter().take(6).map(|(w, _)| w.clone()).collect();
        Found { id: self.ids[i].clone(), score: score.clamp(0.0, 1.0), why }
    }

    /// Similarity of two texts of the collection, for measuring.
    pub fn between(&self, a: usize, b: usize) -> f32 {
        cosine(&self.vectors[a], &self.vectors[b])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everyday_words_find_official_ones() {
        let m =
            |title: &str, body: &str| Matter { title: title.into(), body: body.into(), ..Matter::default() };
        let all = [
            ("1", m("关于营业性客货运输车辆管理的答复", "客货运输 班车 票价")),
            ("2", m("小区物业服务纠纷的处理", "业主与物业就物业费争议")),
            ("3", m("出租车运价监管", "出租车 运价 打表")),
            ("4", m("出租车不打表拒载", "打表 司机")),
            ("5", m("物业费太高业主不满", "业委会")),
        ];
        let cutter = Cutter::standard();
        let p = Precedents::build(cutter, all.map(|(i, m)| (i.to_owned(), m)));
        let found = p.rank(cutter, &m("的士司机拒载", ""), 3);
        assert!(["3", "4"].contains(&found[0].id.as_str()), "{found:?}");
        assert!(!found[0].why.is_empty());
        assert!(p.rank(cutter, &Matter::default(), 3).is_empty());
    }
}
