//! 有效走访的条件 (W3, W5, W8): what a walk of a campaign must show before it counts, beside what the rule of its form
//! asks for. Whoever organises the campaign sets them; a walk is judged by those that hold when it is sent. Must not know
//! storage.

use std::collections::{BTreeMap, BTreeSet};

use kernel::Said;
use serde::{Deserialize, Serialize};

use crate::forms::Identity;

/// The conditions of a campaign. The default asks for what the forms ask for and nothing more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Validity {
    /// 环节走全: every step that the form goes through; otherwise one is enough
    pub all_steps: bool,
    /// 要素作答: of the elements of the checklist, at least so many percent
    pub answered_percent: u8,
    /// 有据: an element found wanting has words or a photo with it
    pub shown: bool,
    /// 用时: at least so many seconds a step, online
    pub seconds_online: u16,
    /// the same where one goes there
    pub seconds_on_site: u16,
    /// 照片: at least one photo or file where one goes there
    pub photo: bool,
    /// 双重身份: a person is done only after a walk as applicant and one as staff
    pub both: bool,
}

impl Default for Validity {
    fn default() -> Self {
        Self {
            all_steps: true,
            answered_percent: 0,
            shown: false,
            seconds_online: 0,
            seconds_on_site: 0,
            photo: false,
            both: false,
        }
    }
}

impl Validity {
    /// What a new campaign is offered.
    pub const PROPOSED: Self = Self {
        all_steps: true,
        answered_percent: 50,
        shown: true,
        seconds_online: 20,
        seconds_on_site: 60,
        photo: false,
        both: false,
    };

    /// Why these cannot be conditions; none when they can.
    pub fn fault(&self) -> Option<(&'static str, Said)> {
        if self.answered_percent > 100 {
            return Some(("answered", Said::new("要素作答比例最多 100%", "at most 100 % of the elements")));
        }
        (self.seconds_online > 3_600 || self.seconds_on_site > 3_600)
            .then(|| ("seconds", Said::new("每个环节最少用时不超过 3600 秒", "at most 3,600 seconds a step")))
    }

    /// The conditions in words, one each; for people who are to walk by them.
    pub fn said(&self) -> Vec<Said> {
        let mut out = Vec::new();
        let mut row = |is: bool, zh: String, en: String| out.extend(is.then(|| Said::new(zh, en)));
        row(self.all_steps, "走完全部环节".into(), "every step is walked".into());
        row(!self.all_steps, "至少走完一个环节".into(), "at least one step is walked".into());
        let n = self.answered_percent;
        row(n > 0, format!("要素清单至少作答 {n}%"), format!("at least {n} % of the elements are answered"));
        row(
            self.shown,
            "点“有问题”的要素要写说明或附照片".into(),
            "words or a photo with every element found wanting".into(),
        );
        let (on, off) = (self.seconds_online, self.seconds_on_site);
        row(
            on > 0 || off > 0,
            format!("平均每个环节网上不少于 {on} 秒、现场不少于 {off} 秒"),
            format!("on average at least {on} s a step online, {off} s on site"),
        );
        row(self.photo, "现场走访至少有一张照片".into(), "at least one photo where one goes there".into());
        row(
            self.both,
            "每人既以办事群众身份、也以工作人员身份走".into(),
            "everybody walks once as applicant and once as staff".into(),
        );
        out
    }
}

/// 双重身份: persons who walked as applicant and as staff, each with the moment when the later of the two was first done.
pub fn both_done<K: Ord + Copy, T: Ord + Copy>(
    walks: impl Iterator<Item = (K, Identity, T)>,
) -> BTreeMap<K, T> {
    let mut first: BTreeMap<(K, bool), T> = BTreeMap::new();
    let mut who = BTreeSet::new();
    for (k, identity, at) in walks {
        who.insert(k);
        first.entry((k, identity == Identity::Staff)).and_modify(|t| *t = (*t).min(at)).or_insert(at);
    }
    let later = |k: K| Some((k, *first.get(&(k, true))?.max(first.get(&(k, false))?)));
    who.into_iter().filter_map(later).collect()
}
