//! 省级标准: which movement each kind of standard is about: what stands there to be given, how it is made the city's own, and how
//! what stands differs from what was given.

use catalogue::given::CLOSED;
use catalogue_acts::Catalogue;
use city::given::{Difference, differences};
use city::standards::field_named;
use city::{City, Error, StandardKind};
use kernel::{Actor, Date, Said};
use people::People;
use serde_json::Value;
use store::{Rd, Tx};
use supervise_acts::Supervision;

/// What stands here and can be given to the cities below.
pub(crate) fn to_give(
    city: &City,
    rd: &mut Rd<'_>,
    about: StandardKind,
    word: &str,
) -> Result<Option<Value>, Error> {
    match about {
        StandardKind::Calendar => city.stands(rd, (about, word), false),
        // There is one of each.
        _ if about != StandardKind::Item && word != about.word() => Ok(None),
        StandardKind::Limits => city.stands(rd, (about, word), false),
        // The newest one, in force or to come.
        StandardKind::Formula => Supervision::formula_stands(rd, Date::MAX, true),
        StandardKind::Regions => {
            let tree = People::regions_stand(rd, None)?;
            Ok(tree["regions"].as_object().is_some_and(|r| !r.is_empty()).then_some(tree))
        }
        StandardKind::Item => Catalogue::item_stands(city, rd, word).map(Some),
    }
}

/// Makes what came from above that of this city.
pub(crate) fn is_taken(
    city: &City,
    tx: &mut Tx<'_>,
    actor: &Actor,
    about: StandardKind,
    doc: (&Value, Option<&Value>),
) -> Result<Option<Said>, Error> {
    match about {
        StandardKind::Calendar | StandardKind::Limits => city.take_standard(tx, actor, about, doc),
        StandardKind::Formula => Supervision::take_formula(city, tx, actor, doc),
        StandardKind::Regions => People::take_regions(city, tx, actor, doc),
        StandardKind::Item => Catalogue::take_item(city, tx, actor, doc),
    }
}

/// How what stands here differs from what was given.
pub(crate) fn compared(
    city: &City,
    rd: &mut Rd<'_>,
    about: StandardKind,
    word: &str,
    doc: &Value,
) -> Result<Vec<Difference>, Error> {
    let (given, own, closed) = match about {
        StandardKind::Calendar | StandardKind::Limits => {
            (doc.clone(), city.stands(rd, (about, word), true)?, &[][..])
        }
        StandardKind::Formula => {
            let since = doc.get("since").and_then(Value::as_str).and_then(|t| t.parse().ok());
            let day = since.map_or(city.store().now().date(), |s: Date| s.max(city.store().now().date()));
            (Supervision::formula_given(doc)?, Supervision::formula_stands(rd, day, false)?, &[][..])
        }
        StandardKind::Regions => {
            let at = city.office(rd)?.settings.city.clone();
            (people::given_within(doc, &at), Some(People::regions_stand(rd, Some(&at))?), &[][..])
        }
        StandardKind::Item => {
            let own = match Catalogue::item_stands(city, rd, word) {
                Err(Error::NotFound) => None,
                other => Some(Catalogue::item_given(&other?)?),
            };
            (Catalogue::item_given(doc)?, own, CLOSED)
        }
    };
    let named = if about == StandardKind::Item { catalogue::given::named } else { field_named };
    let found = differences(&given, &own.unwrap_or_default(), closed);
    Ok(found.into_iter().map(|d| Difference { named: named(&d.field), ..d }).collect())
}
