//! 省级考核公式: the formula that the level above gave. A city may add parts of its own; what was given stays as it was given, from
//! its day on.

use std::collections::BTreeSet;

use access::{City, Permit, decide, op};
use city::standards::{Standard, held, on_day};
use city::{Error, StandardKind};
use kernel::{Actor, Date, Said};
use serde_json::Value;
use store::{Rd, Tx, settings};
use supervise::Formula;

use crate::Supervision;
use crate::bulletins::{json, parse};

/// The setting that formulas are kept in.
pub(crate) const FORMULA: &str = "score-formula";
const KIND: StandardKind = StandardKind::Formula;

/// Its name and its day are those of whoever writes it.
fn tree(formula: &Formula) -> Result<Value, Error> {
    let mut tree = serde_json::to_value(formula).map_err(Error::bug)?;
    if let Some(fields) = tree.as_object_mut() {
        fields.remove("name");
        fields.remove("since");
    }
    Ok(tree)
}

fn formula_in(doc: &Value) -> Result<Formula, Error> {
    serde_json::from_value(doc.clone()).map_err(|e| {
        Error::invalid("formula", format!("公式读不懂：{e}"), format!("the formula cannot be read: {e}"))
    })
}

/// Keeps a formula, on record.
pub(crate) fn put_formula(tx: &mut Tx<'_>, permit: &Permit, formula: &Formula) -> Result<(), Error> {
    let doc = json(formula)?;
    let now = tx.now();
    settings::put(tx, FORMULA, now, permit.actor().staff, &doc)?;
    city::record(tx, permit, "set_formula", &doc)
}

/// The days from which a formula is or will be in force, each once.
fn formula_days(rd: &mut Rd<'_>) -> Result<BTreeSet<Date>, Error> {
    let all = settings::history(rd, FORMULA, 200)?;
    all.iter().map(|s| parse::<Formula>(&s.doc).map(|f| f.since)).collect()
}

/// Refuses a formula that alters what was given for its days.
pub(crate) fn keeps_to(rd: &mut Rd<'_>, formula: &Formula) -> Result<(), Error> {
    let versions = held(rd, KIND, KIND.word())?;
    let Some(of) = on_day(&versions, "since", formula.since) else { return Ok(()) };
    let given = Standard { version: of.version, doc: tree(&formula_in(&of.doc)?)? };
    city::standards::keeps_to(KIND, &given, &tree(formula)?, (&[], &city::standards::field_named))
}

impl Supervision {
    /// The formula that holds here on a day, as a tree to give or to compare; with its name and day, or without.
    ///
    /// # Errors
    /// The store could not.
    pub fn formula_stands(rd: &mut Rd<'_>, day: Date, named: bool) -> Result<Option<Value>, Error> {
        let Some(formula) = Self::formula_on(rd, day)? else { return Ok(None) };
        if named {
            serde_json::to_value(&formula).map(Some).map_err(Error::bug)
        } else {
            tree(&formula).map(Some)
        }
    }

    /// What was given, as it is compared with what stands here.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn formula_given(doc: &Value) -> Result<Value, Error> {
        tree(&formula_in(doc)?)
    }

    /// Makes a formula that came from above that of this city, from its day on, with the parts that the city had added to the one
    /// before; formulas that were set for later days get what is given as well. Answers what it took the place of.
    ///
    /// # Errors
    /// It cannot be used here: why.
    pub fn take_formula(
        city: &city::City,
        tx: &mut Tx<'_>,
        actor: &Actor,
        (doc, before): (&Value, Option<&Value>),
    ) -> Result<Option<Said>, Error> {
        let permit = decide(actor, op::WriteScores, City(&city.office(tx)?.settings.city))?;
        let given = formula_in(doc)?;
        let own = Self::formula_on(tx, given.since)?;
        let old = before.map(formula_in).transpose()?.map(|f| tree(&f)).transpose()?;
        let mine = own.as_ref().map(tree).transpose()?;
        let theirs = tree(&given)?;
        let put = |tx: &mut Tx<'_>, mine: Option<&Value>, (name, since): (&str, Date)| {
            let mut after = city::given::merged(&theirs, old.as_ref(), mine);
            after["name"] = Value::from(name);
            after["since"] = serde_json::to_value(since).map_err(Error::bug)?;
            let after = formula_in(&after)?;
            after.check().map_err(|e| Error::Invalid { field: e.part.clone(), said: e.said })?;
            put_formula(tx, &permit, &after)
        };
        put(tx, mine.as_ref(), (&given.name, given.since))?;
        let versions = held(tx, KIND, KIND.word())?;
        let (mut zh, mut en) = (Vec::new(), Vec::new());
        for day in formula_days(tx)?.into_iter().filter(|d| *d > given.since) {
            let newest = on_day(&versions, "since", day).is_none_or(|v| v.doc == *doc);
            let Some(later) = Self::formula_on(tx, day)?.filter(|_| newest) else { continue };
            put(tx, Some(&tree(&later)?), (&later.name, day))?;
            zh.push(format!("{day} 起的“{}”也按下发的调整", later.name));
            en.push(format!("“{}” from {day} follows what is given", later.name));
        }
        match (own.filter(|_| old.is_none()), &old, &mine) {
            (Some(f), ..) => {
                zh.insert(0, format!("自 {} 起取代本市的“{}”", given.since, f.name));
                en.insert(0, format!("from {} it takes the place of “{}” of this city", given.since, f.name));
            }
            (None, Some(old), Some(mine)) => {
                if let Some(said) =
                    city::standards::replaced(&parts_replaced(&theirs, old, mine), "项", "parts")
                {
                    zh.insert(0, said.zh);
                    en.insert(0, said.en);
                }
            }
            _ => {}
        }
        Ok((!zh.is_empty()).then(|| Said::new(zh.join("；"), en.join("; "))))
    }
}

/// Parts that a city had added and that are given now, otherwise.
fn parts_replaced(given: &Value, old: &Value, mine: &Value) -> Vec<String> {
    let of = |tree: &Value| tree["parts"].as_array().cloned().unwrap_or_default();
    let find = |all: &[Value], name: &Value| all.iter().find(|p| p["name"] == *name).cloned();
    let (given, old) = (of(given), of(old));
    let otherwise =
        |p: &&Value| find(&old, &p["name"]).is_none() && find(&given, &p["name"]).is_some_and(|g| g != **p);
    of(mine).iter().filter(otherwise).filter_map(|p| p["name"].as_str().map(str::to_owned)).collect()
}
