//! 热点: which matters many people write about now. Groups letters about one matter and gives each group a heat
//! that anyone can recompute. Proposes only; must not know cases, units or what is done about it.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use kernel::{Moment, US_PER_DAY};
use serde::{Deserialize, Serialize};

use crate::cut::Cutter;
use crate::group::group;
use crate::letters::Letter;
use crate::mask::mask;
use crate::vector::{Common, Terms, cosine, key};

/// Words that name a matter beside its place.
const SHARED_WORDS: usize = 3;

/// Least mean similarity within a group (chosen on the public letters, see docs/QUALITY.md).
pub const THRESHOLD: f32 = 0.115;

/// What heat is made of (热度): `(people + letters/4 + √support·min(1, people/3)) · focus · density · growth`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Heat {
    /// The product.
    pub value: f32,
    /// Different authors; several letters of one count once.
    pub people: usize,
    /// Votes for its letters less votes against, at least 0.
    pub support: u32,
    /// 0.4 to 1: how close its letters are to each other, `(mean similarity − 0.05) / 0.15`: one matter at one place
    /// is close, a topic is not.
    pub focus: f32,
    /// `√(365 / (90 + days from first to last))`, 0.6 to 1.5: many in a short time are hotter than a few a year.
    pub density: f32,
    /// 0.9 to 1.2: share of letters in the last third of its time, against a third.
    pub growth: f32,
}

/// One matter that several letters are about.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct HotGroup {
    /// Id of its first letter by time: stays the same as letters come in.
    pub id: String,
    /// Heat and its parts.
    pub heat: Heat,
    /// The place or thing most of its letters name.
    pub place: String,
    /// First letter.
    pub from: Option<Moment>,
    /// Last letter.
    pub to: Option<Moment>,
    /// One line: the place and the words that most of its letters share; where they share no words, the title of the
    /// letter nearest the middle.
    pub line: String,
    /// Words that set it apart.
    pub words: Vec<String>,
    /// Ids of its letters, by time.
    pub ids: Vec<String>,
}

/// Letters grouped, with what is needed to place the next letter.
#[derive(Clone, Debug)]
pub struct Hot {
    common: Common,
    vectors: Vec<Vec<(u64, f32)>>,
    terms: Vec<Terms>,
    groups: Vec<Vec<usize>>,
}

impl Hot {
    /// Groups letters from nothing.
    pub fn new(cutter: &Cutter, letters: &[Letter]) -> Self {
        let terms: Vec<Terms> = letters.iter().map(|l| Terms::of(cutter, &l.title, &l.body)).collect();
        let mut common = Common::default();
        terms.iter().for_each(|t| common.add(t));
        let vectors: Vec<_> = terms.iter().map(|t| common.vector(t)).collect();
        let groups = group(&vectors, THRESHOLD);
        Self { common, vectors, terms, groups }
    }

    /// Places one more letter: into the group with the highest mean similarity if that reaches the threshold,
    /// else alone. Existing groups do not change. Returns the group's number.
    pub fn add(&mut self, cutter: &Cutter, letter: &Letter) -> usize {
        let terms = Terms::of(cutter, &letter.title, &letter.body);
        let v = self.common.vector(&terms);
        self.common.add(&terms);
        let mean =
            |g: &Vec<usize>| g.iter().map(|i| cosine(&v, &self.vectors[*i])).sum::<f32>() / g.len() as f32;
        let best = self
            .groups
            .iter()
            .enumerate()
            .map(|(i, g)| (i, mean(g)))
            .max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)))
            .filter(|(_, m)| *m >= THRESHOLD);
        let me = self.vectors.len();
        self.vectors.push(v);
        self.terms.push(terms);
        match best {
            Some((i, _)) => {
                self.groups[i].push(me);
                i
            }
            None => {
                self.groups.push(vec![me]);
                self.groups.len() - 1
            }
        }
    }

    /// Members of each group, as positions in the letters given and added.
    pub fn groups(&self) -> &[Vec<usize>] {
        &self.groups
    }

    /// The groups of at least `min_letters`, hottest first. `letters` are the same letters in the same order.
    pub fn ranked(&self, letters: &[Letter], min_letters: usize) -> Vec<HotGroup> {
        let mut out: Vec<HotGroup> = self
            .groups
            .iter()
            .filter(|g| g.len() >= min_letters.max(1) && g.iter().all(|i| *i < letters.len()))
            .map(|g| self.describe(letters, g))
            .collect();
        out.sort_by(|a, b| b.heat.value.total_cmp(&a.heat.value).then_with(|| a.id.cmp(&b.id)));
        out
    }

    fn describe(&self, letters: &[Letter], members: &[usize]) -> HotGroup {
        let mut order = members.to_vec();
        order.sort_by_key(|i| (letters[*i].at, *i));
        let place = self.shared_name(members);
        let (middle, alike) = self.middle(members);
        HotGroup {
            id: letters[order[0]].id.clone(),
            heat: heat(letters, &order, alike),
            place: place.clone(),
            from: order.iter().find_map(|i| letters[*i].at),
            to: order.iter().rev().find_map(|i| letters[*i].at),
            line: self.shared_line(members, &place).unwrap_or_else(|| {
                mask(&letters[middle].title.split_whitespace().collect::<Vec<_>>().join(" "))
            }),
            words: self.telling_words(members),
            ids: order.iter().map(|i| letters[*i].id.clone()).collect(),
        }
    }

    /// The letter most similar to all others of its group, and the mean similarity of all pairs.
    fn middle(&self, members: &[usize]) -> (usize, f32) {
        let some: Vec<usize> = members.iter().copied().take(200).collect();
        let others = |i: usize| some.iter().filter(move |j| **j != i);
        let sum = |i: usize| others(i).map(|j| cosine(&self.vectors[i], &self.vectors[*j])).sum::<f32>();
        let sums: Vec<(usize, f32)> = some.iter().map(|i| (*i, sum(*i))).collect();
        let pairs = (some.len() * (some.len() - 1)).max(1) as f32;
        let mean = if some.len() > 1 { sums.iter().map(|s| s.1).sum::<f32>() / pairs } else { 1.0 };
        let best = sums.into_iter().max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)));
        (best.map_or(members[0], |b| b.0), mean)
    }

    /// The specific place that most letters name; else the division.
    fn shared_name(&self, members: &[usize]) -> String {
        let most = |names: &dyn Fn(&Terms) -> BTreeSet<&str>| {
            let mut count: BTreeMap<String, usize> = BTreeMap::new();
            for i in members {
                names(&self.terms[*i]).into_iter().for_each(|n| *count.entry(n.to_owned()).or_default() += 1);
            }
            count.into_iter().max_by_key(|(p, c)| (*c, p.chars().count()))
        };
        let place = most(&|t| t.places.iter().map(String::as_str).collect());
        let area =
            || most(&|t| t.areas.iter().map(String::as_str).collect()).map(|(a, _)| a).unwrap_or_default();
        place.filter(|(_, c)| *c * 4 >= members.len()).map_or_else(area, |(p, _)| p)
    }

    /// What most letters of a group share: where, and the words that tell it apart, none of them said twice. Words of
    /// one letter alone never name a matter of many.
    fn shared_line(&self, members: &[usize], place: &str) -> Option<String> {
        if members.len() < 2 {
            return None;
        }
        let most = (members.len() / 2 + 1).max(2);
        let mut words: Vec<&str> = Vec::new();
        for (w, _, n) in self.scored_words(members) {
            let said = |other: &&str| other.contains(w) || w.contains(*other);
            if n < most || w.chars().count() < 2 || place.contains(w) || words.iter().any(said) {
                continue;
            }
            words.push(w);
            if words.len() == SHARED_WORDS {
                break;
            }
        }
        if words.is_empty() || (words.len() < 2 && place.is_empty()) {
            return None;
        }
        let words = words.join("、");
        Some(mask(&if place.is_empty() { words } else { format!("{place}：{words}") }))
    }

    /// Words of a group with what they weigh and in how many letters they stand, the heaviest first.
    fn scored_words(&self, members: &[usize]) -> Vec<(&str, f32, usize)> {
        let mut score: BTreeMap<&str, (f32, usize)> = BTreeMap::new();
        for i in members {
            let mut seen = HashSet::new();
            for (k, w) in &self.terms[*i].words {
                if seen.insert(*k) {
                    let df = self.common.count(key(0, w)).max(1) as f32;
                    let s = score.entry(w).or_default();
                    *s = (s.0 + (self.common.letters() as f32 / df).ln(), s.1 + 1);
                }
            }
        }
        let mut best: Vec<(&str, f32, usize)> = score.into_iter().map(|(w, (s, n))| (w, s, n)).collect();
        best.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(b.0)));
        best
    }

    fn telling_words(&self, members: &[usize]) -> Vec<String> {
        // A word of one letter tells of that letter, not of the matter.
        let least = if members.len() > 1 { 2 } else { 1 };
        let all = self.scored_words(members);
        all.into_iter().filter(|w| w.2 >= least).take(6).map(|w| w.0.to_owned()).collect()
    }
}

/// The heat of a group whose letters are given by time.
fn heat(letters: &[Letter], order: &[usize], alike: f32) -> Heat {
    let authors: HashSet<&str> = order.iter().map(|i| letters[*i].author.as_str()).collect();
    let people = if authors.contains("") { order.len() } else { authors.len() };
    let votes = |f: fn(&Letter) -> u32| order.iter().map(|i| u64::from(f(&letters[*i]))).sum::<u64>();
    let support = votes(|l| l.support).saturating_sub(votes(|l| l.against)).min(u64::from(u32::MAX)) as u32;
    let days: Vec<i64> = order.iter().filter_map(|i| letters[*i].at).map(|t| t.us() / US_PER_DAY).collect();
    let (first, last) = (days.first().copied().unwrap_or(0), days.last().copied().unwrap_or(0));
    // The middle nine tenths of its time: one early letter does not stretch a matter over years.
    let cut = days.len() / 20;
    let core = days.get(days.len().saturating_sub(1 + cut)).copied().unwrap_or(0)
        - days.get(cut).copied().unwrap_or(0);
    let density = (365.0 / (90.0 + core as f32)).sqrt().clamp(0.6, 1.5);
    let late = days.iter().filter(|d| **d * 3 >= first + 2 * last).count() as f32 / days.len().max(1) as f32;
    let growth = if last > first { (0.9 + 0.3 * late).min(1.2) } else { 1.0 };
    let focus = ((alike - 0.05) / 0.15).clamp(0.4, 1.0);
    let crowd =
        people as f32 + order.len() as f32 / 4.0 + (support as f32).sqrt() * (people as f32 / 3.0).min(1.0);
    Heat { value: crowd * focus * density * growth, people, support, focus, density, growth }
}

/// Gives regrouped matters the ids they had before: a new group takes the old id with which it shares most
/// letters, each old id once. Letters are compared by id.
pub fn keep_ids(before: &[HotGroup], now: &mut [HotGroup]) {
    let mut owner: HashMap<&str, usize> = HashMap::new();
    for (g, b) in before.iter().enumerate() {
        b.ids.iter().for_each(|i| {
            owner.insert(i, g);
        });
    }
    let mut shared: Vec<(usize, usize, usize)> = Vec::new();
    for (n, g) in now.iter().enumerate() {
        let mut count: BTreeMap<usize, usize> = BTreeMap::new();
        g.ids.iter().filter_map(|i| owner.get(i.as_str())).for_each(|o| *count.entry(*o).or_default() += 1);
        shared.extend(count.into_iter().map(|(o, c)| (c, o, n)));
    }
    shared.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)).then(a.2.cmp(&b.2)));
    let (mut old_used, mut new_used) = (HashSet::new(), HashSet::new());
    for (_, o, n) in shared {
        if !old_used.contains(&o) && !new_used.contains(&n) {
            old_used.insert(o);
            new_used.insert(n);
            now[n].id.clone_from(&before[o].id);
        }
    }
    // A letter may have given its name to a matter that it has left: who has it now is called by another of its letters.
    let mut called: HashSet<String> = HashSet::new();
    let (kept, others): (Vec<usize>, Vec<usize>) = (0..now.len()).partition(|n| new_used.contains(n));
    for n in kept.into_iter().chain(others) {
        if !called.insert(now[n].id.clone())
            && let Some(free) = now[n].ids.iter().find(|i| !called.contains(*i)).cloned()
        {
            called.insert(free.clone());
            now[n].id = free;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letter(id: usize, title: &str, day: &str) -> Letter {
        Letter {
            id: id.to_string(),
            author: format!("u{id}"),
            title: title.to_owned(),
            body: title.to_owned(),
            at: crate::letters::moment(day),
            ..Letter::default()
        }
    }

    #[test]
    fn no_two_matters_share_an_id_whatever_moved_between_them() {
        let group = |id: &str, ids: &[&str]| HotGroup {
            id: id.to_owned(),
            ids: ids.iter().map(|i| (*i).to_owned()).collect(),
            ..HotGroup::default()
        };
        let before = [group("1", &["1", "2", "3"]), group("9", &["9", "8"])];
        // The letter that named the first matter went over to another.
        let mut now =
            [group("1", &["1", "7"]), group("2", &["2", "3"]), group("8", &["8"]), group("9", &["9", "6"])];
        keep_ids(&before, &mut now);
        let ids: Vec<&str> = now.iter().map(|g| g.id.as_str()).collect();
        let apart: HashSet<&str> = ids.iter().copied().collect();
        assert_eq!(apart.len(), now.len(), "{ids:?}");
        assert_eq!(now[1].id, "1", "most of its letters are here");
        for g in &now {
            assert!(g.ids.contains(&g.id) || before.iter().any(|b| b.id == g.id), "{g:?}");
        }
    }

    #[test]
    fn a_matter_is_named_by_what_its_letters_share() {
        let texts = [
            "梧桐花园小区旁边的搅拌站半夜施工噪音扰民",
            "梧桐花园附近搅拌站粉尘噪音污染严重",
            "投诉梧桐花园旁违建搅拌站噪音",
            "第三中学暑假强制学生补课收费",
            "枫林路公交站台没有座椅",
        ];
        let letters: Vec<Letter> =
            texts.iter().enumerate().map(|(i, t)| letter(i, t, &format!("2020-01-0{}", i + 1))).collect();
        let hot = Hot::new(Cutter::standard(), &letters);
        let ranked = hot.ranked(&letters, 2);
        let line = &ranked[0].line;
        assert!(line.contains("搅拌站") && line.contains("噪音"), "{line}");
        for only_one in ["半夜", "粉尘", "违建", "投诉"] {
            assert!(!line.contains(only_one), "{line}");
        }
    }

    #[test]
    fn one_matter_in_many_wordings_is_one_group_and_stays_it() {
        let texts = [
            "梧桐花园小区旁边的搅拌站半夜施工噪音扰民",
            "梧桐花园附近搅拌站粉尘噪音污染严重",
            "投诉梧桐花园旁违建搅拌站扰民",
            "第三中学暑假强制学生补课收费",
            "第三中学违规补课乱收费",
            "枫林路公交站台没有座椅",
            "松湖大桥什么时候通车",
            "医保卡异地报销怎么办理",
        ];
        let mut letters: Vec<Letter> =
            texts.iter().enumerate().map(|(i, t)| letter(i, t, &format!("2020-01-0{}", i + 1))).collect();
        let cutter = Cutter::standard();
        let mut hot = Hot::new(cutter, &letters);
        let first = hot.ranked(&letters, 2);
        assert_eq!(first[0].ids, ["0", "1", "2"]);
        letters.push(letter(8, "梧桐花园搅拌站何时搬走,噪音太大", "2020-01-20"));
        hot.add(cutter, &letters[8]);
        let again = hot.ranked(&letters, 2);
        assert_eq!((&again[0].id, again[0].ids.len()), (&first[0].id, 4));
        assert!(again[0].heat.value > first[0].heat.value);
        let mut renamed = again.clone();
        renamed[0].id = "x".into();
        keep_ids(&first, &mut renamed);
        assert_eq!(renamed[0].id, first[0].id);
    }
}
