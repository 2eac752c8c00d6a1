//! 行动 (W1): a time-boxed round of walks with targets, its yearly repeat, and walks given out by rule: the same
//! seed gives the same assignment, everyone gets as much as the target says, items are spread evenly, and a
//! cross-walk is never at one's own unit. Must not know storage.

use std::collections::{BTreeMap, BTreeSet};

use kernel::{Date, RegionCode, Said, StaffId, UnitId};
use serde::{Deserialize, Serialize};

use crate::forms::Form;
use crate::validity::Validity;

/// Who must walk how much by when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Target {
    /// Positions (职务); empty: all.
    #[serde(default)]
    pub positions: Vec<String>,
    /// Units; empty: all.
    #[serde(default)]
    pub units: Vec<UnitId>,
    /// Regions, each with its parts; empty: all.
    #[serde(default)]
    pub regions: Vec<RegionCode>,
    /// Walks for each person.
    pub walks_each: u16,
    /// By when.
    pub by: Date,
    /// Forms that count; empty: all eleven.
    #[serde(default)]
    pub forms: Vec<Form>,
    /// 交叉式走流程: never one's own unit.
    #[serde(default)]
    pub cross: bool,
}

/// A campaign (行动).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Campaign {
    /// 行动名称
    pub name: String,
    /// First day.
    pub from: Date,
    /// Last day.
    pub to: Date,
    /// Targets.
    pub targets: Vec<Target>,
    /// Documents are due on (HY: 30 June).
    pub documents_due: Date,
    /// 每年重复
    pub yearly: bool,
    /// Visits that were planned as a group: (place, day). A group there is no sign of a formal walk.
    #[serde(default)]
    pub planned_groups: Vec<(String, Date)>,
    /// What a walk must show before it counts.
    #[serde(default)]
    pub validity: Validity,
}

/// The same day a year later; 29 February becomes 28 February.
fn next_year(d: Date) -> Date {
    Date::new(d.year().saturating_add(1), d.month(), d.day())
        .or_else(|_| Date::new(d.year().saturating_add(1), 2, 28))
        .unwrap_or(d)
}

impl Campaign {
    /// The campaign of the next year; none when it does not repeat. Planned group visits are not repeated.
    pub fn repeat(&self) -> Option<Self> {
        self.yearly.then(|| Self {
            name: self.name.replace(&self.from.year().to_string(), &(self.from.year() + 1).to_string()),
            from: next_year(self.from),
            to: next_year(self.to),
            documents_due: next_year(self.documents_due),
            targets: self.targets.iter().map(|t| Target { by: next_year(t.by), ..t.clone() }).collect(),
            yearly: true,
            planned_groups: Vec::new(),
            validity: self.validity,
        })
    }
}

/// Someone who can be asked to walk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Account.
    pub staff: StaffId,
    /// 职务
    pub position: String,
    /// Unit.
    pub unit: UnitId,
    /// Units that count as one's own: one's unit, the ones above and below it.
    pub own: BTreeSet<UnitId>,
    /// Region.
    pub region: RegionCode,
}

/// An item that can be walked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Walkable {
    /// Implementation code.
    pub item: String,
    /// Unit.
    pub unit: UnitId,
    /// Where it is walked.
    pub region: RegionCode,
    /// More is more urgent: 高频 or 急难愁盼; 1 is ordinary.
    pub weight: u16,
}

/// One walk given out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Assignment {
    /// Who.
    pub staff: StaffId,
    /// Which item.
    pub item: String,
    /// By when.
    pub by: Date,
    /// Index of the target it serves.
    pub target: usize,
    /// Cross-walk?
    pub cross: bool,
}

/// A walk that could not be given out, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Shortfall {
    /// Who.
    pub staff: StaffId,
    /// Which target.
    pub target: usize,
    /// Walks missing.
    pub missing: u16,
}

impl Target {
    /// Does the target mean this person?
    pub fn means(&self, c: &Candidate) -> bool {
        (self.positions.is_empty() || self.positions.contains(&c.position))
            && (self.units.is_empty() || self.units.contains(&c.unit))
            && (self.regions.is_empty() || self.regions.iter().any(|r| r.contains(&c.region)))
    }
}

/// Mixes a seed with a name: the order of chance, the same on every machine.
fn mix(seed: u64, text: &[u8]) -> u64 {
    let mut z = text.iter().fold(seed ^ 0x9e37_79b9_7f4a_7c15, |h, b| {
        (h ^ u64::from(*b)).wrapping_mul(0x0100_0000_01b3).rotate_left(23)
    });
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// Gives the walks of a campaign out. The order of the lists does not matter. Nobody gets the same item twice;
/// an item is given again only when all others that fit were given as often for their weight.
pub fn assign(
    seed: u64,
    campaign: &Campaign,
    people: &[Candidate],
    items: &[Walkable],
) -> (Vec<Assignment>, Vec<Shortfall>) {
    let mut people: Vec<&Candidate> = people.iter().collect();
    people.sort_by_key(|c| (mix(seed, &c.staff.0.to_le_bytes()), c.staff));
    people.dedup_by_key(|c| c.staff);
    let mut items: Vec<&Walkable> = items.iter().collect();
    items.sort_by_key(|w| (mix(seed, w.item.as_bytes()), w.item.clone()));
    items.dedup_by(|a, b| a.item == b.item);
    let mut given: Vec<u32> = vec![0; items.len()];
    let mut has: BTreeMap<StaffId, BTreeSet<usize>> = BTreeMap::new();
    let mut out = Vec::new();
    let mut short: BTreeMap<(usize, StaffId), u16> = BTreeMap::new();
    for (t, target) in campaign.targets.iter().enumerate() {
        // Round by round, so that when items run out everyone lacks about as many.
        for _ in 0..target.walks_each {
            for c in people.iter().filter(|c| target.means(c)) {
                let mine = has.entry(c.staff).or_default();
                let fits =
                    |i: &usize| !mine.contains(i) && (!target.cross || !c.own.contains(&items[*i].unit));
                let load = |i: &usize| {
                    (
                        u64::from(given[*i]) * 1_000 / u64::from(items[*i].weight.max(1)),
                        mix(c.staff.0 as u64, &i.to_le_bytes()),
                    )
                };
                match (0..items.len()).filter(fits).min_by_key(load) {
                    Some(i) => {
                        given[i] += 1;
                        mine.insert(i);
                        let item = items[i].item.clone();
                        out.push(Assignment {
                            staff: c.staff,
                            item,
                            by: target.by,
                            target: t,
                            cross: target.cross,
                        });
                    }
                    None => *short.entry((t, c.staff)).or_default() += 1,
                }
            }
        }
    }
    out.sort_by(|a, b| (a.target, a.staff, &a.item).cmp(&(b.target, b.staff, &b.item)));
    let short = short.into_iter().map(|((target, staff), missing)| Shortfall { staff, target, missing });
    (out, short.collect())
}

/// Why a campaign gives out nothing, or less than its targets say (为什么派不出).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lack {
    /// no account walks
    NoWalkers,
    /// nobody has the positions of the targets: those asked for, those that there are
    NobodyMeant(String, String),
    /// the catalogue has no item here
    NoItems,
    /// so many items, all of units that are none of ours
    NoUnits(usize),
    /// a cross-walk, and all items are of the walkers' own units: so many walks
    OnlyOwn(usize),
    /// nobody walks an item twice: so many walks more than there are items
    FewItems(usize),
}

impl Lack {
    /// In words, with what to do.
    pub fn said(&self) -> Said {
        match self {
            Self::NoWalkers => Said::new(
                "没有走查人账号：请系统管理员在花名册里导入领导，或把账号的角色改为“走查人”",
                "no account walks: the administrator brings leaders in a list of staff, or makes accounts walkers",
            ),
            Self::NobodyMeant(asked, there) => Said::new(
                format!(
                    "没有人的职务是“{asked}”；现有走查人的职务：{there}。请按这些职务另建行动，或把职务留空（所有走查人）"
                ),
                format!(
                    "nobody has the position {asked:?}; there are: {there}. Make a campaign for these, or leave positions empty"
                ),
            ),
            Self::NoItems => Said::new(
                "事项库是空的：请先导入事项，现成的事项清单就行",
                "there are no items: bring them first, from whatever list there is",
            ),
            Self::NoUnits(n) => Said::new(
                format!(
                    "{n} 个事项的单位在系统里都没有：请先导入这些单位，或把事项的单位改成系统里的全称、简称，再导入一次"
                ),
                format!(
                    "all {n} items are of units that are not here: bring the units, or mend the names, and bring the items again"
                ),
            ),
            Self::OnlyOwn(n) => Said::new(
                format!(
                    "交叉走不走本单位的事项，有 {n} 次派不出：请再导入别的单位的事项，或另建不勾“交叉走”的行动"
                ),
                format!(
                    "a cross-walk is never at home: {n} walks cannot be given; bring items of other units, or make a campaign without crossing"
                ),
            ),
            Self::FewItems(n) => Said::new(
                format!("事项不够：同一人不重复走一个事项，有 {n} 次派不出；请再导入事项，或减少每人次数"),
                format!(
                    "too few items: nobody walks one twice, {n} walks cannot be given; bring more items or ask for fewer walks"
                ),
            ),
        }
    }
}

/// What keeps a campaign from being given out as its targets say; `unplaced` are items here whose unit is none of ours.
pub fn lacks(
    campaign: &Campaign,
    people: &[Candidate],
    items: &[Walkable],
    unplaced: usize,
    short: &[Shortfall],
) -> Vec<Lack> {
    let mut out = Vec::new();
    let meant: Vec<&Candidate> =
        people.iter().filter(|c| campaign.targets.iter().any(|t| t.means(c))).collect();
    if people.is_empty() {
        out.push(Lack::NoWalkers);
    } else if meant.is_empty() {
        let asked: BTreeSet<&str> =
            campaign.targets.iter().flat_map(|t| t.positions.iter().map(String::as_str)).collect();
        let there: BTreeSet<&str> =
            people.iter().map(|c| c.position.as_str()).filter(|p| !p.is_empty()).take(200).collect();
        let list = |all: BTreeSet<&str>| all.into_iter().take(8).collect::<Vec<_>>().join("、");
        out.push(Lack::NobodyMeant(list(asked), list(there)));
    }
    if items.is_empty() {
        out.push(if unplaced > 0 { Lack::NoUnits(unplaced) } else { Lack::NoItems });
    }
    let missing: usize = short.iter().map(|s| usize::from(s.missing)).sum();
    if out.is_empty() && missing > 0 {
        // Who lacks a walk has either walked every item that is not at home, or none is away from home.
        let at_home = |c: &&&Candidate| items.iter().all(|w| c.own.contains(&w.unit));
        let crosses = short.iter().any(|s| campaign.targets.get(s.target).is_some_and(|t| t.cross));
        let home = crosses && meant.iter().any(|c| at_home(&c));
        out.push(if home { Lack::OnlyOwn(missing) } else { Lack::FewItems(missing) });
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day(d: &str) -> Date {
        d.parse().unwrap()
    }
    fn campaign(walks_each: u16, cross: bool) -> Campaign {
        Campaign {
            name: "2026 年走流程".into(),
            from: day("2026-05-01"),
            to: day("2026-05-31"),
            targets: vec![Target {
                positions: vec!["局长".into()],
                units: vec![],
                regions: vec!["9901".parse().unwrap()],
                walks_each,
                by: day("2026-05-15"),
                forms: vec![],
                cross,
            }],
            documents_due: day("2026-06-30"),
            yearly: true,
            planned_groups: vec![("市大厅".into(), day("2026-05-10"))],
            validity: Validity::default(),
        }
    }
    fn people(n: i64) -> Vec<Candidate> {
        (0..n)
            .map(|i| Candidate {
                staff: StaffId(i),
                position: "局长".into(),
                unit: UnitId(i % 5),
                own: [UnitId(i % 5)].into(),
                region: "990102".parse().unwrap(),
            })
            .collect()
    }
    fn items(n: i64) -> Vec<Walkable> {
        (0..n)
            .map(|i| Walkable {
                item: format!("item{i}"),
                unit: UnitId(i % 5),
                region: "9901".parse().unwrap(),
                weight: 1,
            })
            .collect()
    }

    #[test]
    fn next_year_begins_on_the_same_day() {
        let c = campaign(1, false).repeat().unwrap();
        assert_eq!(c.name, "2027 年走流程");
        assert_eq!(
            (c.from, c.targets[0].by, c.documents_due),
            (day("2027-05-01"), day("2027-05-15"), day("2027-06-30"))
        );
        assert!(c.planned_groups.is_empty());
        assert_eq!(next_year(day("2028-02-29")), day("2029-02-28"));
        assert!(Campaign { yearly: false, ..c }.repeat().is_none());
    }

    #[test]
    fn who_is_not_meant_gets_nothing_and_who_cannot_be_served_is_named() {
        let mut p = people(4);
        p[0].position = "科长".into();
        p[1].region = "88".parse().unwrap();
        let (given, short) = assign(1, &campaign(3, false), &p, &items(2));
        assert!(given.iter().all(|a| a.staff.0 >= 2));
        assert_eq!(given.len(), 4);
        assert_eq!(short.iter().map(|s| s.missing).collect::<Vec<_>>(), [1, 1], "two items for three walks");
    }

    #[test]
    fn a_campaign_that_gives_out_too_little_says_why() {
        let why = |c: &Campaign, p: &[Candidate], i: &[Walkable], unplaced| {
            let (given, short) = assign(1, c, p, i);
            let lacks = lacks(c, p, i, unplaced, &short);
            assert!(lacks.iter().all(|l| !l.said().zh.is_empty() && !l.said().en.is_empty()));
            assert_eq!(lacks.is_empty(), short.is_empty() && !given.is_empty(), "{lacks:?}");
            lacks
        };
        let c = campaign(2, false);
        assert_eq!(why(&c, &[], &[], 0), [Lack::NoWalkers, Lack::NoItems]);
        assert_eq!(why(&c, &people(2), &[], 7), [Lack::NoUnits(7)]);
        let mut others = people(2);
        others.iter_mut().for_each(|p| p.position = "主任".into());
        assert_eq!(why(&c, &others, &items(9), 0), [Lack::NobodyMeant("局长".into(), "主任".into())]);
        assert_eq!(why(&c, &people(2), &items(1), 0), [Lack::FewItems(2)]);
        assert_eq!(why(&campaign(1, true), &people(1), &items(1), 0), [Lack::OnlyOwn(1)]);
        assert_eq!(why(&c, &people(2), &items(9), 3), []);
    }

    proptest! {
        #[test]
        fn fair_repeatable_and_never_at_home(seed: u64, n in 1i64..40, m in 8i64..60, each in 1u16..4, turn in 0usize..30) {
            let (p, i) = (people(n), items(m));
            let c = campaign(each, true);
            let (given, short) = assign(seed, &c, &p, &i);
            // The order of the lists does not matter.
            let (mut p2, mut i2) = (p.clone(), i.clone());
            p2.rotate_left(turn % p.len());
            i2.reverse();
            prop_assert_eq!(&given, &assign(seed, &c, &p2, &i2).0);
            // Everyone has as many as the target says, no item twice, never the own unit.
            prop_assert_eq!(given.len() + short.iter().map(|s| usize::from(s.missing)).sum::<usize>(), n as usize * usize::from(each));
            for a in &given {
                let unit = i.iter().find(|w| w.item == a.item).unwrap().unit;
                prop_assert!(!p[a.staff.0 as usize].own.contains(&unit), "a cross-walk at home");
            }
            let mut pairs: Vec<_> = given.iter().map(|a| (a.staff, &a.item)).collect();
            pairs.sort();
            pairs.dedup();
            prop_assert_eq!(pairs.len(), given.len());
        }
        #[test]
        fn items_are_spread_evenly(seed: u64, n in 1i64..60, m in 4i64..40, each in 1u16..4) {
            let (given, _) = assign(seed, &campaign(each, false), &people(n), &items(m));
            let mut load = vec![0usize; m as usize];
            for a in &given {
                load[a.item[4..].parse::<usize>().unwrap()] += 1;
            }
            prop_assert!(load.iter().max().unwrap() - load.iter().min().unwrap() <= 1 + usize::from(each), "{load:?}");
        }
    }
}
