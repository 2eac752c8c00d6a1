//! 省级事项要素: what the level above decides of an item. A city has versions of its own; what was given stays in each of them.

use catalogue::ServiceItem;
use catalogue::given::{CLOSED, given_tree, named, overlaid, promises_more_time};
use city::standards::{Standard, altered, held};
use city::{City, Error, StandardKind};
use kernel::{Actor, Said};
use serde_json::Value;
use shelf::{by_key, key_of, load};
use store::{Rd, Tx};

use crate::{Catalogue, publish_item};

const KIND: StandardKind = StandardKind::Item;

fn item_in(doc: &Value) -> Result<ServiceItem, Error> {
    serde_json::from_value(doc.clone()).map_err(|e| {
        Error::invalid("item", format!("事项读不懂：{e}"), format!("the item cannot be read: {e}"))
    })
}

fn tree(item: &ServiceItem) -> Result<Value, Error> {
    given_tree(item).map_err(Error::bug)
}

/// Refuses a version of an item that alters what was given of it.
pub(crate) fn keeps_to(rd: &mut Rd<'_>, doc: &str) -> Result<(), Error> {
    let item: ServiceItem = serde_json::from_str(doc).map_err(Error::bug)?;
    let word = key_of(&item.code, &item.handling_code);
    let Some(newest) = held(rd, KIND, &word)?.into_iter().next() else { return Ok(()) };
    let given = item_in(&newest.doc)?;
    let of = Standard { version: newest.version, doc: tree(&given)? };
    city::standards::keeps_to(KIND, &of, &tree(&item)?, (CLOSED, &named))?;
    // Nobody ends by a version of its own what is given, or goes on with what is no more.
    if item.effective_to != given.effective_to {
        return Err(altered(KIND, newest.version, &named("effective_to")));
    }
    if promises_more_time(given.promised_limit, &item) {
        return Err(altered(
            KIND,
            newest.version,
            &Said::new("承诺办结时限不能更长", "the promised limit is not longer"),
        ));
    }
    Ok(())
}

impl Catalogue {
    /// An item as it stands here: its newest version.
    ///
    /// # Errors
    /// There is none of this code; the store could not.
    pub fn item_stands(city: &City, rd: &mut Rd<'_>, word: &str) -> Result<Value, Error> {
        let row = by_key(rd, word)?;
        let (history, today) = load(rd, &row, city.store().now().date())?;
        serde_json::to_value(history.versions().last().unwrap_or(&today)).map_err(Error::bug)
    }

    /// What is given of an item, for comparing.
    ///
    /// # Errors
    /// The text is none of an item.
    pub fn item_given(doc: &Value) -> Result<Value, Error> {
        tree(&item_in(doc)?)
    }

    /// Makes what came from above of an item part of the item of this city: of a new one, or of its next version, from the day it
    /// holds from or the first day after the version that is there.
    ///
    /// # Errors
    /// It cannot be an item here: why.
    pub fn take_item(
        city: &city::City,
        tx: &mut Tx<'_>,
        actor: &Actor,
        (doc, before): (&Value, Option<&Value>),
    ) -> Result<Option<Said>, Error> {
        let given = item_in(doc)?;
        let word = key_of(&given.code, &given.handling_code);
        let today = city.store().now().date();
        let row = match by_key(tx, &word) {
            Err(Error::NotFound) => None,
            other => Some(other?),
        };
        let Some(row) = row else {
            let region = Some(city.office(tx)?.settings.city.clone());
            let mut first = ServiceItem { region, version: 1, windows: Vec::new(), ..given };
            first.effective_from = first.effective_from.filter(|from| *from > today).or(Some(today));
            publish_item(city, tx, actor, &first)?;
            return Ok(None);
        };
        let (history, current) = load(tx, &row, today)?;
        let newest = history.versions().last().unwrap_or(&current);
        let mine = tree(newest)?;
        let old = before.map(item_in).transpose()?.map(|i| tree(&i)).transpose()?;
        let mut after = city::given::merged(&tree(&given)?, old.as_ref(), Some(&mine));
        for field in CLOSED {
            // Nothing that a city asked for beyond what is given stays.
            let only = tree(&given)?.get(*field).cloned();
            if let Some(fields) = after.as_object_mut() {
                match only {
                    Some(list) => fields.insert((*field).to_owned(), list),
                    None => fields.remove(*field),
                };
            }
        }
        let mut next = overlaid(newest, &after, given.promised_limit).map_err(Error::bug)?;
        if next == *newest && newest.effective_to == given.effective_to {
            return Ok(None);
        }
        let follows = newest.effective_from.and_then(|d| d.tomorrow().ok()).map_or(today, |d| d.max(today));
        next.effective_from = Some(given.effective_from.map_or(follows, |from| from.max(follows)));
        next.effective_to = given.effective_to;
        next.version = newest.version.saturating_add(1);
        publish_item(city, tx, actor, &next)?;
        let changed = catalogue::compare(newest, &next).len();
        // A version that was to come here first puts off what is given: that is said.
        let late =
            next.effective_from.filter(|from| *from > given.effective_from.map_or(today, |g| g.max(today)));
        let (mut zh, mut en) = (Vec::new(), Vec::new());
        if changed > 0 && before.is_none() {
            zh.push(format!("与本市原来的有 {changed} 处不同，成为第 {} 版", next.version));
            en.push(format!("{changed} fields differ from what this city had: version {}", next.version));
        }
        if let Some(from) = late {
            zh.push(format!("因本市前一版的施行日期，自 {from} 起施行"));
            en.push(format!("in force from {from}, after the version of this city before it"));
        }
        Ok((!zh.is_empty()).then(|| Said::new(zh.join("；"), en.join("; "))))
    }
}
