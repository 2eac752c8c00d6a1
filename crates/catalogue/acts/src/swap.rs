//! 批量修改: one change over many items, each its next version, looked at first.

use catalogue::edit::Swap;
use city::{Door as _, Error, Later};
use kernel::{Actor, Date};
use shelf::{ItemAsk, item_key, load};

use crate::Catalogue;
use crate::items::{ItemOutcome, permit_for, publish_all, ready_all};

/// Items that one change touches at most.
pub const SWAP_MAX: usize = 1_000;

/// One change over many.
#[derive(Clone, Debug)]
pub struct SwapAsk {
    /// which items
    pub items: ItemAsk,
    /// what of them
    pub swap: Swap,
    /// what it was; empty: the whole field
    pub from: String,
    /// what it is to be
    pub to: String,
    /// the day from which it holds
    pub since: Date,
}

/// What a change does to one item.
#[derive(Clone, Debug)]
pub struct SwapLine {
    /// key of the item
    pub key: String,
    /// its name
    pub name: String,
    /// its unit
    pub unit: String,
    /// how it reads now
    pub before: String,
    /// how it will read
    pub after: String,
    /// what became of it; none while it is only looked at
    pub outcome: Option<ItemOutcome>,
}

impl Catalogue {
    /// What a change does to the newest version of each item that the actor may write; with `only`, it is published for
    /// those of them, each refused or taken by itself.
    pub fn swap_items(&self, actor: Actor, ask: SwapAsk, only: Option<Vec<String>>) -> Later<Vec<SwapLine>> {
        self.write(move |app, tx| {
            let (office, today) = (app.city.office(tx)?, app.city.store().now().date());
            let rows = app.items.shelf_in(tx)?.search(&ask.items).items;
            let (mut lines, mut items) = (Vec::new(), Vec::new());
            for row in rows.iter().take(SWAP_MAX) {
                let key = item_key(row);
                if only.as_ref().is_some_and(|only| !only.contains(&key))
                    || permit_for(&actor, &office, row.unit_id, &row.region).is_err()
                {
                    continue;
                }
                let (history, now) = load(tx, row, today)?;
                let newest = history.versions().last().unwrap_or(&now);
                let Some((mut new, before, after)) = ask.swap.of(newest, &ask.from, &ask.to) else {
                    continue;
                };
                (new.version, new.effective_from, new.effective_to) =
                    (newest.version + 1, Some(ask.since), None);
                let (name, unit) = (row.name.clone(), row.unit.clone());
                lines.push(SwapLine { key, name, unit, before, after, outcome: None });
                items.push(new);
            }
            if only.is_some() && !items.is_empty() {
                let done = publish_all(&app.city, tx, &actor, &ready_all(&items, today)?)?;
                for (line, outcome) in lines.iter_mut().zip(done) {
                    line.outcome = Some(outcome);
                }
            }
            Ok::<_, Error>(lines)
        })
    }
}
