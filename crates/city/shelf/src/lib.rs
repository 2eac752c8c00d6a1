//! 书架: what lists show of every item, in memory, loaded again when somebody changed an item anywhere. A city has
//! some thousands of items; 100,000 take some 40 MB and are searched in milliseconds. Must not know pages.

use std::collections::HashMap;
use std::sync::Arc;

use catalogue::saying::{How, Sought};
use kernel::UnitId;
use store::items::{self, ItemRow};
use store::{Rd, counters};

mod versions;

pub use versions::{by_key, history_of, item_key, key_of, load, version_of};

use city::{Cached, City, Door, Error};

/// Counts up with every change of an item.
pub use store::items::GENERATION;

/// What a search of items is asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ItemAsk {
    /// what somebody looks for, by name, code or unit, in official or everyday words
    pub text: String,
    /// of this unit
    pub unit: Option<UnitId>,
    /// of units that are none of ours, by the name as written
    pub unit_called: Option<String>,
    /// the check-up found something by this rule (index into `catalogue::RULES`)
    pub rule: Option<usize>,
    /// the check-up found something
    pub faulty: bool,
    /// pass over so many
    pub skip: usize,
    /// at most so many
    pub limit: usize,
}

/// A page of items.
#[derive(Clone, Debug)]
pub struct ItemList {
    /// the items, the best fit first
    pub items: Vec<ItemRow>,
    /// how many there are altogether
    pub total: usize,
    /// where the next page begins
    pub next: Option<usize>,
}

/// Figures of the check-up for one unit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UnitCheck {
    /// the unit, when it is one of ours
    pub unit: Option<UnitId>,
    /// its name as written
    pub name: String,
    /// items
    pub items: usize,
    /// items without a finding
    pub clean: usize,
    /// findings
    pub findings: i64,
    /// items that must be in the hall, and that are
    pub hall: (usize, usize),
}

/// All items as lists show them.
#[derive(Debug, Default)]
pub struct Shelf {
    rows: Vec<ItemRow>,
    by_code: HashMap<String, u32>,
}

impl Shelf {
    fn load(rd: &mut Rd<'_>) -> Result<Self, Error> {
        let mut rows = Vec::new();
        items::each(rd, |r| rows.push(r))?;
        let mut by_code = HashMap::with_capacity(rows.len());
        for (i, r) in (0u32..).zip(&rows) {
            by_code.entry(r.code.clone()).or_insert(i);
        }
        Ok(Self { rows, by_code })
    }
    /// All rows, by id.
    pub fn rows(&self) -> &[ItemRow] {
        &self.rows
    }
    /// The item with this implementation code.
    pub fn by_code(&self, code: &str) -> Option<&ItemRow> {
        self.by_code.get(code).and_then(|i| self.rows.get(*i as usize))
    }
    /// The name of an item; the code itself when it is not there.
    pub fn name(&self, code: &str) -> String {
        self.by_code(code).map_or_else(|| code.to_owned(), |r| r.name.clone())
    }
    /// A page of what is asked for. A few milliseconds for 100,000 items.
    pub fn search(&self, ask: &ItemAsk) -> ItemList {
        let sought = Sought::new(&ask.text);
        let bit = ask.rule.map_or(0, |r| 1i64 << r.min(62));
        let fits = |r: &ItemRow| {
            ask.unit.is_none_or(|u| r.unit_id == Some(u))
                && ask.unit_called.as_ref().is_none_or(|n| r.unit_id.is_none() && r.unit == *n)
                && (bit == 0 || r.rules & bit != 0)
                && (!ask.faulty || r.findings > 0)
        };
        let by = |how| -> Vec<(u32, u32, u32)> {
            let all = (0u32..).zip(&self.rows).filter(|(_, r)| fits(r));
            let rank = |r: &ItemRow| sought.rank(how, &r.name, &r.unit, &r.code);
            all.filter_map(|(i, r)| Some((rank(r)?, r.name.len() as u32, i))).collect()
        };
        let mut found = How::ALL.into_iter().map(by).find(|f| !f.is_empty()).unwrap_or_default();
        let total = found.len();
        let limit = ask.limit.clamp(1, 1000);
        let end = ask.skip.saturating_add(limit).min(total);
        if sought.is_empty() {
            found.iter_mut().for_each(|f| f.1 = 0);
        }
        if end > 0 && end < total {
            found.select_nth_unstable(end - 1);
        }
        found.truncate(end);
        found.sort_unstable();
        let page = found.get(ask.skip.min(end)..).unwrap_or_default();
        let items = page.iter().map(|f| self.rows[f.2 as usize].clone()).collect();
        ItemList { items, total, next: (end < total).then_some(end) }
    }
    /// Figures of the check-up and of the hall for each unit, the most findings first.
    pub fn units(&self, must: impl Fn(&ItemRow) -> bool) -> Vec<UnitCheck> {
        let mut all: HashMap<(Option<UnitId>, &str), UnitCheck> = HashMap::new();
        for r in &self.rows {
            let name = if r.unit_id.is_some() { "" } else { r.unit.as_str() };
            let u = all.entry((r.unit_id, name)).or_insert_with(|| UnitCheck {
                unit: r.unit_id,
                name: r.unit.clone(),
                ..UnitCheck::default()
            });
            u.items += 1;
            u.clean += usize::from(r.findings == 0);
            u.findings += r.findings;
            if must(r) {
                u.hall.0 += 1;
                u.hall.1 += usize::from(r.in_hall);
            }
        }
        let mut all: Vec<_> = all.into_values().collect();
        all.sort_by(|a, b| b.findings.cmp(&a.findings).then_with(|| a.name.cmp(&b.name)));
        all
    }
    /// How many items each rule of the check-up finds something in, by the index of the rule.
    pub fn by_rule(&self) -> Vec<usize> {
        let mut out = vec![0; catalogue::RULES.len()];
        for r in self.rows.iter().filter(|r| r.rules != 0) {
            for (i, n) in out.iter_mut().enumerate() {
                *n += usize::from(r.rules >> i & 1 == 1);
            }
        }
        out
    }
}

/// 事项库, to read: every movement may ask it. A clone is another handle.
#[derive(Clone)]
pub struct Items {
    city: City,
    shelf: Arc<Cached<i64, Shelf>>,
}

impl std::fmt::Debug for Items {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Items({:?})", self.city)
    }
}

impl Door for Items {
    fn city(&self) -> &City {
        &self.city
    }
}

impl Items {
    /// Over a city.
    pub fn new(city: City) -> Self {
        Self { city, shelf: Arc::default() }
    }

    /// The shelf as this view of the database sees it.
    pub fn shelf_in(&self, rd: &mut Rd<'_>) -> Result<Arc<Shelf>, Error> {
        let now = counters::last(rd, GENERATION)?;
        self.shelf.at(rd, now, |rd, _| Shelf::load(rd))
    }
    /// All items as lists show them. Items are public.
    pub fn shelf(&self) -> city::Later<Arc<Shelf>> {
        self.read(|app, rd| {
            city::reach::public(access::op::PublicCatalogue)?;
            app.shelf_in(rd)
        })
    }
}
