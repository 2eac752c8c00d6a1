//! 版本: the versions of an item; each text is checked against its digest when it is read.

use access::op;
use catalogue::{History, ServiceItem};
use kernel::Date;
use sm3::{Digest, Sm3};
use store::items::{self, ItemRow, VersionRow};
use store::{Rd, StoreError};

use crate::Items;
use city::{Door as _, Error, Later};

/// The history of an item from its versions; each text is checked against its digest.
pub fn history_of(rows: &[VersionRow]) -> Result<History, Error> {
    let mut history = History::default();
    for v in rows {
        let mut item = item_of(v)?;
        item.effective_from = v.since.parse().ok().or(item.effective_from);
        history.publish(item).map_err(|e| Error::Store(StoreError::Damaged(format!("item: {e}"))))?;
    }
    Ok(history)
}

fn item_of(v: &VersionRow) -> Result<ServiceItem, Error> {
    let digest: [u8; 32] = Sm3::digest(v.doc.as_bytes()).into();
    if digest != v.digest {
        return Err(Error::Store(StoreError::Damaged(format!("item version {}: its digest", v.version))));
    }
    serde_json::from_str(&v.doc).map_err(Error::bug)
}

/// An item as it stands: its row and the version that holds on a day.
pub fn load(rd: &mut Rd<'_>, row: &ItemRow, day: Date) -> Result<(History, ServiceItem), Error> {
    let history = history_of(&items::versions(rd, row.id)?)?;
    let today = history.on(day).or_else(|| history.versions().last()).cloned().ok_or(Error::NotFound)?;
    Ok((history, today))
}

/// The version of an item that a walk followed; the newest when that one is not there.
pub fn version_of(rd: &mut Rd<'_>, row: &ItemRow, version: i64) -> Result<Option<ServiceItem>, Error> {
    let found = match items::version(rd, row.id, version)? {
        Some(v) => Some(v),
        None => items::version(rd, row.id, row.version)?,
    };
    found.as_ref().map(item_of).transpose()
}

/// The key of an item in an address: the implementation code, `~` and the handling code where there is one.
pub fn item_key(row: &ItemRow) -> String {
    key_of(&row.code, &row.handling)
}

/// The same of the two codes.
pub fn key_of(code: &str, handling: &str) -> String {
    if handling.is_empty() { code.to_owned() } else { format!("{code}~{handling}") }
}

pub fn by_key(rd: &mut Rd<'_>, key: &str) -> Result<ItemRow, Error> {
    let (code, handling) = key.split_once('~').unwrap_or((key, ""));
    items::by_key(rd, code, handling)?.ok_or(Error::NotFound)
}

impl Items {
    /// The version of an item that holds today; the newest when none does.
    pub fn item_today(&self, key: String) -> Later<ServiceItem> {
        self.read(move |items, rd| {
            city::reach::public(op::PublicCatalogue)?;
            let row = by_key(rd, &key)?;
            Ok(load(rd, &row, items.city.store().now().date())?.1)
        })
    }

    /// The versions of items that hold today, at most 2,000 of them, in the order of the list.
    pub fn items_today(&self, rows: Vec<ItemRow>) -> Later<Vec<ServiceItem>> {
        self.read(move |app, rd| {
            city::reach::public(op::PublicCatalogue)?;
            let day = app.city.store().now().date();
            rows.iter().take(2_000).map(|r| load(rd, r, day).map(|l| l.1)).collect()
        })
    }
}
