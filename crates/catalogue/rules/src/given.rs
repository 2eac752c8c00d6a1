//! 统一要素: what the level above decides of an item, for all cities alike, and what a city decides itself (K1, R5). A city may add
//! to what is given; nobody is asked for more than it says: its conditions, materials, fees and special procedures are closed.

use std::collections::{BTreeMap, BTreeSet};

use kernel::Said;
use serde_json::{Map, Value};

use crate::fields::Record as _;
use crate::item::{Fee, Limit, Material, Outcome, ServiceItem, Special};

/// The fields that are given. All others (who, where, how, steps, situations) are the city's.
pub const GIVEN: &[&str] = &[
    "base_code",
    "name",
    "kind",
    "legal_basis",
    "content",
    "audience",
    "topics",
    "conditions",
    "legal_limit",
    "legal_limit_note",
    "special",
    "materials",
    "charged",
    "fees",
    "results",
    "quota",
    "intermediary",
];
/// Lists to which a city adds nothing.
pub const CLOSED: &[&str] = &["conditions", "special", "materials", "fees", "intermediary"];

/// What a field is called.
pub fn named(field: &str) -> Said {
    let own = ServiceItem::FIELDS.iter().find(|f| f.key == field).map(|f| (f.zh, f.en));
    let lists = [
        ("special", Special::SHEET, Special::EN),
        ("materials", Material::SHEET, Material::EN),
        ("fees", Fee::SHEET, Fee::EN),
        ("results", Outcome::SHEET, Outcome::EN),
    ];
    let list = lists.into_iter().find(|l| l.0 == field).map(|l| (l.1, l.2));
    let (zh, en) = own.or(list).unwrap_or((field, field));
    Said::new(zh, en)
}

/// What is given of an item, as a tree. Materials go by their names: the ids of an item are its own.
///
/// # Errors
/// The item is not one that can be written down.
pub fn given_tree(item: &ServiceItem) -> Result<Value, serde_json::Error> {
    let whole = serde_json::to_value(item)?;
    let mut tree = Map::new();
    for field in GIVEN {
        if let Some(value) = whole.get(*field) {
            tree.insert((*field).to_owned(), value.clone());
        }
    }
    for material in tree.get_mut("materials").and_then(Value::as_array_mut).into_iter().flatten() {
        material.as_object_mut().map(|m| m.remove("id"));
    }
    Ok(Value::Object(tree))
}

/// An item of a city with what is given: what the tree says, and the rest as the city has it. A material keeps its id where the city
/// knows it by name; steps no longer ask for one that is no more. The promised limit is never longer than the given one.
///
/// # Errors
/// The tree is none of an item.
pub fn overlaid(
    own: &ServiceItem,
    tree: &Value,
    promised: Option<Limit>,
) -> Result<ServiceItem, serde_json::Error> {
    let ids: BTreeMap<&str, &str> = own.materials.iter().map(|m| (m.name.as_str(), m.id.as_str())).collect();
    let mut whole = serde_json::to_value(own)?;
    if let Some(fields) = whole.as_object_mut() {
        for field in GIVEN {
            match tree.get(*field) {
                Some(value) => fields.insert((*field).to_owned(), value.clone()),
                None => fields.remove(*field),
            };
        }
        let mut free = (1..).map(|n: u32| format!("p{n}")).filter(|id| own.material(id).is_none());
        for material in fields.get_mut("materials").and_then(Value::as_array_mut).into_iter().flatten() {
            let name = material.get("name").and_then(Value::as_str).unwrap_or_default();
            let id = ids.get(name).map(|id| (*id).to_owned()).or_else(|| free.next()).unwrap_or_default();
            material.as_object_mut().map(|m| m.insert("id".to_owned(), Value::from(id)));
        }
    }
    let mut item: ServiceItem = serde_json::from_value(whole)?;
    let there: BTreeSet<String> = item.materials.iter().map(|m| m.id.clone()).collect();
    for step in &mut item.steps {
        step.consumes.retain(|id| there.contains(id));
    }
    if promises_more_time(promised, &item) {
        item.promised_limit = promised;
    }
    Ok(item)
}

/// Does an item promise more time than is given for it, or nothing?
pub fn promises_more_time(given: Option<Limit>, item: &ServiceItem) -> bool {
    given.is_some_and(|g| item.promised_limit.is_none_or(|own| own.work_hours() > g.work_hours()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{sample, validate};

    #[test]
    fn a_city_keeps_what_is_its_own_and_asks_for_what_is_given() {
        let own = sample::full();
        let mut given = own.clone();
        given.name = "统一名称".to_owned();
        given.materials.remove(0);
        given.materials[0].id = "other".to_owned();
        given.materials[0].copies += 1;
        given.promised_limit = Some(Limit::work_days(1));
        let after = overlaid(&own, &given_tree(&given).unwrap(), given.promised_limit).unwrap();
        assert_eq!(after.name, "统一名称");
        assert_eq!((&after.windows, &after.unit, &after.in_hall), (&own.windows, &own.unit, &own.in_hall));
        assert_eq!(after.materials.len(), own.materials.len() - 1);
        assert_eq!(after.materials[0].id, own.materials[1].id, "known by its name");
        assert_eq!(after.materials[0].copies, own.materials[1].copies + 1);
        let gone = &own.materials[0].id;
        assert!(after.steps.iter().all(|s| !s.consumes.contains(gone)), "no step asks for what is no more");
        assert_eq!(after.promised_limit, Some(Limit::work_days(1)), "not longer than given");
        assert_eq!(given_tree(&after).unwrap(), given_tree(&given).unwrap());
        assert!(validate(&overlaid(&own, &given_tree(&own).unwrap(), None).unwrap()).is_empty());
    }

    #[test]
    fn every_given_field_is_one_of_an_item() {
        let whole = serde_json::to_value(sample::full()).unwrap();
        for field in GIVEN.iter().chain(CLOSED) {
            assert!(whole.get(*field).is_some(), "{field}");
            assert!(!named(field).zh.is_ascii() && named(field).en.is_ascii(), "{field} has a name");
        }
        assert!(CLOSED.iter().all(|c| GIVEN.contains(c)));
        assert_eq!(
            overlaid(&sample::full(), &given_tree(&sample::full()).unwrap(), None).unwrap(),
            sample::full()
        );
    }
}
