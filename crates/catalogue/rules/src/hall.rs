//! 进驻 (K6): which units and items must be in the hall, which are, and who is there but handles nothing.
//! Every figure names the items behind it. Must not know storage.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::checkup_rules::on_application;
use crate::item::ServiceItem;

/// Why an item must be in the hall.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// 依申请事项 (三集中三到位)
    OnApplication,
    /// 水电气暖网
    Utility,
    /// 市里点名要求
    Named,
}

/// An agreed exception: may stay outside, and why (涉密, 场地 …).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Exempt {
    /// Implementation code.
    pub code: String,
    /// The reason on record.
    pub reason: String,
}

/// What the city wants in the hall beside the rule.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct HallRule {
    /// Units of water, power, gas, heat, network: all their items belong in.
    pub utilities: BTreeSet<String>,
    /// Items named by code.
    pub named: BTreeSet<String>,
    /// Exceptions.
    pub exempt: Vec<Exempt>,
}

/// What the hall counted for one item in a period.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Handled {
    /// Applications of this item altogether.
    pub all: u64,
    /// Taken in at the hall's window.
    pub at_hall: u64,
    /// Decided in the hall, not carried back to the office.
    pub decided_at_hall: u64,
}

/// Which items must be there and where they stand, for one unit.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct UnitStanding {
    /// Codes that must be in the hall.
    pub must: Vec<String>,
    /// Of these, codes that are.
    pub present: Vec<String>,
    /// Of these, codes that are not.
    pub missing: Vec<String>,
    /// Codes exempt, with the reason.
    pub exempt: Vec<(String, String)>,
    /// 进厅不办事: present, applied for, and not one taken in at the hall.
    pub idle: Vec<String>,
    /// 体外循环: taken in at the hall but most of them decided elsewhere (fewer than half in the hall).
    pub carried_back: Vec<String>,
}

/// The difference between must and is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct HallReport {
    /// Standing of each unit.
    pub units: BTreeMap<String, UnitStanding>,
    /// Items that must be in.
    pub must: usize,
    /// Items that must and are.
    pub present: usize,
    /// 集中度 in thousandths of the items that must be in (LC: 950); none when none must.
    pub concentration_permille: Option<u32>,
    /// Units of which not one item is in the hall although some must be.
    pub absent_units: Vec<String>,
}

/// Why this item must be in the hall; none when it need not.
pub fn must_be_in(item: &ServiceItem, rule: &HallRule) -> Option<Reason> {
    if rule.utilities.contains(&item.unit) {
        Some(Reason::Utility)
    } else if rule.named.contains(&item.code) {
        Some(Reason::Named)
    } else {
        on_application(item.kind).then_some(Reason::OnApplication)
    }
}

/// The register of one hall: `handled` holds what was counted in the period, by implementation code.
pub fn register(items: &[ServiceItem], rule: &HallRule, handled: &BTreeMap<String, Handled>) -> HallReport {
    let mut report = HallReport::default();
    for item in items.iter().filter(|i| must_be_in(i, rule).is_some()) {
        let unit = report.units.entry(item.unit.clone()).or_default();
        if let Some(e) = rule.exempt.iter().find(|e| e.code == item.code) {
            unit.exempt.push((e.code.clone(), e.reason.clone()));
            continue;
        }
        unit.must.push(item.code.clone());
        report.must += 1;
        if !item.in_hall {
            unit.missing.push(item.code.clone());
            continue;
        }
        unit.present.push(item.code.clone());
        report.present += 1;
        let h = handled.get(&item.code).copied().unwrap_or_default();
        if h.all > 0 && h.at_hall == 0 {
            unit.idle.push(item.code.clone());
        } else if h.at_hall > 0 && h.decided_at_hall.saturating_mul(2) < h.at_hall {
            unit.carried_back.push(item.code.clone());
        }
    }
    let absent = report.units.iter().filter(|(_, u)| !u.must.is_empty() && u.present.is_empty());
    report.absent_units = absent.map(|(name, _)| name.clone()).collect();
    report.concentration_permille =
        (report.must > 0).then(|| u32::try_from(report.present * 1000 / report.must).unwrap_or(1000));
    report
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;
    use crate::words::ItemKind;

    fn item(code: &str, unit: &str, kind: ItemKind, in_hall: bool) -> ServiceItem {
        ServiceItem { code: code.into(), unit: unit.into(), kind, in_hall, ..sample::food_licence() }
    }

    #[test]
    fn the_difference_is_named_item_by_item() {
        let items = [
            item("1", "市监局", ItemKind::Licence, true),
            item("2", "市监局", ItemKind::Confirmation, false),
            item("3", "市监局", ItemKind::Penalty, false),
            item("4", "燃气公司", ItemKind::Other, false),
            item("5", "公安局", ItemKind::Licence, false),
            item("6", "住建局", ItemKind::Licence, true),
            item("7", "住建局", ItemKind::Licence, true),
        ];
        let rule = HallRule {
            utilities: ["燃气公司".to_owned()].into(),
            exempt: vec![Exempt { code: "5".into(), reason: "涉密".into() }],
            ..HallRule::default()
        };
        let handled = [
            ("1".to_owned(), Handled { all: 10, at_hall: 10, decided_at_hall: 9 }),
            ("6".to_owned(), Handled { all: 8, at_hall: 0, decided_at_hall: 0 }),
            ("7".to_owned(), Handled { all: 8, at_hall: 8, decided_at_hall: 3 }),
        ];
        let r = register(&items, &rule, &handled.into());
        assert_eq!((r.must, r.present, r.concentration_permille), (5, 3, Some(600)));
        assert_eq!(r.units["市监局"].missing, ["2"]);
        assert_eq!(r.units["公安局"].exempt, [("5".to_owned(), "涉密".to_owned())]);
        assert_eq!(r.units["住建局"].idle, ["6"], "进厅不办事");
        assert_eq!(r.units["住建局"].carried_back, ["7"], "体外循环");
        assert_eq!(r.absent_units, ["燃气公司"]);
        assert_eq!(must_be_in(&items[2], &rule), None, "nobody applies for a penalty");
        assert_eq!(register(&[], &rule, &BTreeMap::new()).concentration_permille, None);
    }

    /// LC: 95 % of the items concentrated in the hall.
    #[test]
    fn ninety_five_in_a_hundred() {
        let items: Vec<_> =
            (0..200).map(|n| item(&n.to_string(), "局", ItemKind::Licence, n % 20 != 0)).collect();
        let r = register(&items, &HallRule::default(), &BTreeMap::new());
        assert_eq!(r.concentration_permille, Some(950));
        assert_eq!(r.units["局"].missing.len(), 10);
    }
}
