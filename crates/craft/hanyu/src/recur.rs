//! 屡改屡犯: is a new problem one that was struck off before (R9)? Compares a new text with struck-off ones of the
//! same unit or item, across months and wordings. A person confirms or rejects; rejected pairs stay rejected.
//! Must not know ledgers or what follows.

use std::collections::HashSet;

use kernel::{Moment, US_PER_DAY};
use serde::{Deserialize, Serialize};

use crate::same::{Signature, Similarity, compare};

/// Score from which a recurrence is proposed when unit and item are the same; 0.1 more is asked for each that is not.
pub const RECURS: f32 = 0.3;
/// After this many years a problem counts as a new one.
const FORGOTTEN_YEARS: i64 = 3;

/// A problem as far as recurrence needs it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Trouble {
    /// Its id.
    pub id: String,
    /// The unit responsible (承办单位), empty if not known.
    pub unit: String,
    /// The item (事项) it is about, empty if not known.
    pub item: String,
    /// What it says.
    pub signature: Signature,
    /// When it was reported.
    pub reported: Moment,
    /// When it was struck off (销号); none while open.
    pub struck_off: Option<Moment>,
}

/// A proposal: this seems to have come back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Recurrence {
    /// The struck-off problem.
    pub earlier: String,
    /// How alike, and why.
    pub similarity: Similarity,
    /// Whole days from the strike-off to the new report.
    pub days_after: i64,
    /// Same unit, same item.
    pub same_unit: bool,
    /// Same item.
    pub same_item: bool,
}

/// Struck-off problems that a new one repeats, likeliest first, at most `n`. `rejected` holds pairs
/// (earlier, new) that a person has rejected.
pub fn recurrences(
    new: &Trouble,
    struck_off: &[Trouble],
    rejected: &HashSet<(String, String)>,
    n: usize,
) -> Vec<Recurrence> {
    let mut out: Vec<Recurrence> = struck_off
        .iter()
        .filter(|e| e.id != new.id && !rejected.contains(&(e.id.clone(), new.id.clone())))
        .filter_map(|e| recurrence(new, e))
        .collect();
    out.sort_by(|a, b| {
        b.similarity.score.total_cmp(&a.similarity.score).then_with(|| a.earlier.cmp(&b.earlier))
    });
    out.truncate(n);
    out
}

/// Is the likeness enough for a return to be proposed? Where it is alone is not: two troubles in one street are two.
pub fn recurs(similarity: &Similarity, same_unit: bool, same_item: bool) -> bool {
    let needed = RECURS + if same_unit { 0.0 } else { 0.1 } + if same_item { 0.0 } else { 0.1 };
    similarity.score >= needed && similarity.beyond > 0
}

fn recurrence(new: &Trouble, earlier: &Trouble) -> Option<Recurrence> {
    let days_after = (new.reported.us() - earlier.struck_off?.us()).div_euclid(US_PER_DAY);
    if !(0..=FORGOTTEN_YEARS * 366).contains(&days_after) {
        return None;
    }
    let same = |a: &str, b: &str| !a.is_empty() && a == b;
    let (same_unit, same_item) = (same(&new.unit, &earlier.unit), same(&new.item, &earlier.item));
    if !same_unit && !same_item {
        return None;
    }
    let similarity = compare(&new.signature, &earlier.signature);
    recurs(&similarity, same_unit, same_item).then(|| Recurrence {
        earlier: earlier.id.clone(),
        similarity,
        days_after,
        same_unit,
        same_item,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cut::Cutter;
    use crate::same::signature;

    fn trouble(id: &str, text: &str, reported: i64, struck: Option<i64>) -> Trouble {
        Trouble {
            id: id.into(),
            unit: "城管局".into(),
            item: String::new(),
            signature: signature(Cutter::standard(), "", text),
            reported: Moment::from_us(reported * US_PER_DAY),
            struck_off: struck.map(|d| Moment::from_us(d * US_PER_DAY)),
        }
    }

    #[test]
    fn what_came_back_is_seen_and_rejected_pairs_stay_rejected() {
        let old = [
            trouble("1", "A3区梧桐花园小区临街餐馆油烟直排扰民", 10, Some(40)),
            trouble("2", "A3区松湖公园路灯不亮", 10, Some(40)),
            trouble("3", "A3区梧桐花园小区临街餐馆油烟直排扰民", 10, None),
        ];
        let new = trouble("9", "梧桐花园楼下餐馆又在直排油烟,夜里噪音扰民", 200, None);
        let none = HashSet::new();
        let found = recurrences(&new, &old, &none, 5);
        assert_eq!(found.iter().map(|f| f.earlier.as_str()).collect::<Vec<_>>(), ["1"]);
        assert_eq!(found[0].days_after, 160);
        let rejected = HashSet::from([("1".to_owned(), "9".to_owned())]);
        assert!(recurrences(&new, &old, &rejected, 5).is_empty());
        let before = trouble("9", "梧桐花园楼下餐馆又在直排油烟", 20, None);
        assert!(recurrences(&before, &old, &none, 5).is_empty());
        let other = Trouble { unit: "交警".into(), ..new };
        assert!(recurrences(&other, &old, &none, 5).is_empty());
    }

    /// A place alone is no return; the same trouble at it is, however it is worded.
    #[test]
    fn another_trouble_at_the_same_place_is_no_return() {
        let place = "望桥区松湖社区梧桐花园小区";
        let told = [
            ["路灯坏了，晚上出行不便", "路灯坏了几个月没人修"],
            ["自来水管爆裂，家里停水", "又停水了，水管漏水没有修好"],
            ["临街餐馆油烟直排扰民", "楼下餐馆又在直排油烟"],
            ["电梯经常停运，老人上下楼困难", "电梯又坏了，停运好几天"],
            ["垃圾堆放没人清运，臭味大", "垃圾又堆成山，没有清运"],
        ];
        for (i, a) in told.iter().enumerate() {
            for (j, b) in told.iter().enumerate() {
                let old = [trouble("1", &format!("{place}{}", a[0]), 10, Some(40))];
                let new = trouble("9", &format!("{place}{}", b[1]), 200, None);
                let found = recurrences(&new, &old, &HashSet::new(), 5);
                assert_eq!(found.len(), usize::from(i == j), "{} / {} {found:?}", a[0], b[1]);
            }
        }
    }
}
