//! 事项: publish versions, take in many, read one with its history. A version is one event on record with the
//! digest of its text; the text is kept beside it and is checked against the digest when it is read.

use std::collections::{BTreeMap, HashMap};

use access::{Permit, Unit, decide, op};
use catalogue::{GuideFinding, History, ItemState, RULES, ServiceItem, checkup, validate};
use kernel::{Actor, Date, Said};
use sm3::{Digest, Sm3};
use store::items::{self, ItemRow, NewVersion};
use store::{Tx, counters};

use crate::Catalogue;
use city::reach::region_in;
use city::{City, Door, Error, Later, Office};
use shelf::{GENERATION, by_key, load};

/// What became of an item that was handed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ItemOutcome {
    /// it is new
    Added,
    /// a new version of one that was there
    NewVersion,
    /// this version was there, word for word
    Unchanged,
    /// why not
    Refused(Said),
}

/// One item with its versions.
#[derive(Clone, Debug)]
pub struct ItemView {
    /// as lists show it
    pub row: ItemRow,
    /// all versions, the oldest first
    pub history: History,
    /// the version that holds today; the newest when none does
    pub today: ServiceItem,
    /// what the check-up finds in it
    pub findings: Vec<GuideFinding>,
    /// the actor may publish versions of it
    pub may_write: bool,
}

/// An item made ready outside of the transaction.
pub(crate) struct Ready {
    new: NewVersion,
    refused: Option<Said>,
}

/// Everything about an item that does not depend on what is stored.
fn ready(item: &ServiceItem, today: Date) -> Result<Ready, Error> {
    let doc = serde_json::to_string(item).map_err(Error::bug)?;
    let digest: [u8; 32] = Sm3::digest(doc.as_bytes()).into();
    let found = checkup(item);
    let mut rules = 0i64;
    for f in &found {
        if let Some(i) = RULES.iter().position(|r| r.id == f.rule) {
            rules |= 1 << i.min(62);
        }
    }
    let since = item.effective_from.unwrap_or(today).to_string();
    let faults = validate(item);
    let refused = match faults.first() {
        Some(f) => Some(Said::new(format!("{}:{}", f.path, f.said.zh), format!("{}: {}", f.path, f.said.en))),
        None if item.state != ItemState::InForce => Some(Said::new(
            format!("状态是“{}”，只收在用的事项", item.state.zh()),
            "only items in force are taken in",
        )),
        None => None,
    };
    let event = serde_json::json!({
        "code": item.code, "handling_code": item.handling_code, "version": item.version, "since": since,
        "digest": ledger::hex(&digest), "findings": found.len(),
    });
    let row = ItemRow {
        id: 0,
        code: item.code.clone(),
        handling: item.handling_code.clone(),
        ver: 0,
        version: i64::from(item.version),
        name: item.name.clone(),
        unit: item.unit.clone(),
        unit_id: None,
        region: item.region.as_ref().map_or_else(String::new, ToString::to_string),
        kind: item.kind.word().to_owned(),
        in_hall: item.in_hall,
        online: item.is_online(),
        findings: i64::try_from(found.len()).unwrap_or(i64::MAX),
        rules,
    };
    Ok(Ready { new: NewVersion { row, since, digest, doc, event: event.to_string() }, refused })
}

/// Makes many ready on all cores.
pub(crate) fn ready_all(all: &[ServiceItem], today: Date) -> Result<Vec<Ready>, Error> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from).min(8);
    let size = all.len().div_ceil(cores).max(64);
    std::thread::scope(|scope| {
        let parts: Vec<_> = all
            .chunks(size)
            .map(|part| {
                scope.spawn(move || part.iter().map(|i| ready(i, today)).collect::<Result<Vec<_>, _>>())
            })
            .collect();
        let mut out = Vec::with_capacity(all.len());
        for part in parts {
            let part = part.join().map_err(|_| Error::bug("item: a thread ended"))?;
            out.extend(part?);
        }
        Ok(out)
    })
}

/// The units of items by name, looked up once for each name.
#[derive(Default)]
struct Units(HashMap<String, Option<kernel::UnitId>>);

impl Units {
    fn of(&mut self, office: &Office, name: &str) -> Option<kernel::UnitId> {
        if let Some(known) = self.0.get(name) {
            return *known;
        }
        let id = office.unit_called(name).map(|u| u.id);
        self.0.insert(name.to_owned(), id);
        id
    }
}

/// The newest version of an item: number, first day, digest.
struct Newest {
    version: i64,
    since: String,
    digest: [u8; 32],
}

/// What a version may be after the one that is there.
fn follows(there: &Newest, new: &NewVersion) -> ItemOutcome {
    let (has, wants) = (there.version, new.row.version);
    if wants == has && there.digest == new.digest {
        return ItemOutcome::Unchanged;
    }
    ItemOutcome::Refused(if wants == has {
        Said::new(
            format!("第 {has} 版已在库里且内容不同，请把版本改为 {} 并写明生效日期", has + 1),
            format!(
                "version {has} is there with other content: make it version {} with its first day",
                has + 1
            ),
        )
    } else if wants != has + 1 {
        Said::new(
            format!("库里是第 {has} 版，下一版应为 {}", has + 1),
            format!("version {has} is there: the next one is {}", has + 1),
        )
    } else if new.since <= there.since {
        Said::new(
            format!("生效日期须晚于上一版的 {}", there.since),
            format!("it must begin after {}, when the last version began", there.since),
        )
    } else {
        return ItemOutcome::NewVersion;
    })
}

/// May this actor write an item of this unit? Both where the item is and where its unit is must be in reach.
pub(crate) fn permit_for(
    actor: &Actor,
    office: &Office,
    unit: Option<kernel::UnitId>,
    region: &str,
) -> Result<Permit, Error> {
    if let Some(row) = unit.and_then(|u| office.unit(u)) {
        decide(actor, op::WriteCatalogue, Unit { unit, region: &row.region })?;
    }
    Ok(decide(actor, op::WriteCatalogue, Unit { unit, region: &region_in(region, office) })?)
}

/// Publishes the next version of one item inside a transaction that does more: a redesign that is published.
pub fn publish_item(city: &City, tx: &mut Tx<'_>, actor: &Actor, item: &ServiceItem) -> Result<(), Error> {
    let today = city.store().now().date();
    match publish_all(city, tx, actor, &[ready(item, today)?])?.pop() {
        Some(ItemOutcome::Refused(said)) => Err(Error::Invalid { field: "item".to_owned(), said }),
        _ => Ok(()),
    }
}

pub(crate) fn publish_all(
    city: &City,
    tx: &mut Tx<'_>,
    actor: &Actor,
    ready: &[Ready],
) -> Result<Vec<ItemOutcome>, Error> {
    let office = city.office(tx)?;
    let codes: Vec<&str> = ready.iter().map(|r| r.new.row.code.as_str()).collect();
    let mut there: BTreeMap<(String, String), ItemRow> = items::with_codes(tx, &codes)?
        .into_iter()
        .map(|r| ((r.code.clone(), r.handling.clone()), r))
        .collect();
    let mut units = Units::default();
    let mut permit = None;
    let given = city::standards::any_held(tx, city::StandardKind::Item)?;
    let (mut outcomes, mut new) = (Vec::with_capacity(ready.len()), Vec::new());
    for r in ready {
        let row = &r.new.row;
        let key = (row.code.clone(), row.handling.clone());
        let unit_id = units.of(&office, &row.unit);
        let of_unit =
            |id: Option<kernel::UnitId>| id.and_then(|u| office.unit(u)).map(|u| u.region.to_string());
        let region =
            if row.region.is_empty() { of_unit(unit_id).unwrap_or_default() } else { row.region.clone() };
        let may = permit_for(actor, &office, unit_id, &region).and_then(|new| match there.get(&key) {
            Some(w) => permit_for(actor, &office, w.unit_id, &w.region),
            None => Ok(new),
        });
        if let Ok(p) = &may {
            permit = Some(p.clone());
        }
        let mut refused = r.refused.clone();
        if given && refused.is_none() {
            refused = match crate::standards::keeps_to(tx, &r.new.doc) {
                Err(Error::Invalid { said, .. }) => Some(said),
                other => other.map(|()| None)?,
            };
        }
        let outcome = match (&refused, there.get(&key)) {
            (Some(said), _) => ItemOutcome::Refused(said.clone()),
            (None, _) if may.is_err() => ItemOutcome::Refused(Said::new(
                "不是您可以维护的事项：只能维护本单位或本区划的事项",
                "not an item you may write: only those of your own unit or region",
            )),
            (None, None) => ItemOutcome::Added,
            (None, Some(there)) => {
                let pending = new.iter().rev().find(|n: &&NewVersion| n.row.id == there.id);
                let newest = match pending {
                    Some(n) => Newest { version: n.row.version, since: n.since.clone(), digest: n.digest },
                    None => {
                        let v = items::version(tx, there.id, there.version)?.ok_or(Error::NotFound)?;
                        Newest { version: v.version, since: v.since, digest: v.digest }
                    }
                };
                follows(&newest, &r.new)
            }
        };
        if matches!(outcome, ItemOutcome::Added | ItemOutcome::NewVersion) {
            let mut v = r.new.clone();
            v.row.unit_id = unit_id;
            match there.get(&key) {
                Some(t) => (v.row.id, v.row.ver) = (t.id, t.ver + 1),
                None => (v.row.id, v.row.ver) = (-1, 1),
            }
            if v.row.id < 0 {
                v.row.id = counters::next(tx, "item")?;
            }
            there.insert(key, v.row.clone());
            new.push(v);
        }
        outcomes.push(outcome);
    }
    // Two versions of one item in one list go in one after the other.
    let mut left = new;
    while let Some(permit) = permit.as_ref().filter(|_| !left.is_empty()) {
        let mut seen = std::collections::HashSet::new();
        let (now, later): (Vec<_>, Vec<_>) = left.into_iter().partition(|v| seen.insert(v.row.id));
        items::put_many(tx, permit, &now)?;
        left = later;
    }
    if outcomes.iter().any(|o| matches!(o, ItemOutcome::Added | ItemOutcome::NewVersion)) {
        counters::next(tx, GENERATION)?;
    }
    Ok(outcomes)
}

impl Catalogue {
    /// Takes items in: each is new, the next version of one that is there, the same as one that is there, or
    /// refused with the reason. Answers when the whole list is durable, in its order.
    ///
    /// # Errors
    /// Not for this actor.
    pub fn take_in_items(
        &self,
        actor: &Actor,
        all: Vec<ServiceItem>,
    ) -> Result<Later<Vec<ItemOutcome>>, Error> {
        let office = self.city.office_now().wait()?;
        let home = city::reach::home(actor, &office);
        // Each item is decided about where it is written; this is for who writes none at all.
        decide(actor, op::WriteCatalogue, city::reach::own_unit(actor, &home))?;
        let ready = ready_all(&all, self.city.store().now().date())?;
        drop(all);
        let actor = actor.clone();
        Ok(self.write(move |app, tx| publish_all(&app.city, tx, &actor, &ready)))
    }

    /// One item with its versions and what the check-up finds in the one that holds today.
    pub fn item(&self, actor: Option<Actor>, key: String) -> Later<ItemView> {
        self.read(move |app, rd| {
            let row = by_key(rd, &key)?;
            let (history, today) = load(rd, &row, app.city.store().now().date())?;
            let findings = checkup(&today);
            city::reach::public(op::PublicCatalogue)?;
            let office = app.city.office(rd)?;
            let may_write =
                actor.as_ref().is_some_and(|a| permit_for(a, &office, row.unit_id, &row.region).is_ok());
            Ok(ItemView { row, history, today, findings, may_write })
        })
    }
}
