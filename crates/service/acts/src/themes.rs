//! 一件事与事项: what can be applied for, the questions on the way, and keeping a theme.

use ::city::{Error, Later, Office};
use access::{Nothing, Region, decide, op};
use catalogue::ServiceItem;
use kernel::{Actor, RegionCode, Said};
use serde::{Deserialize, Serialize};
use service::{Next, Theme, ThemeCheck, ThemeFile, check_theme, package};
use store::Rd;
use store::themes::{self, ThemeRow};

use crate::Service;
use crate::city::City;

/// What is applied for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// 一件事: its code
    Theme(String),
    /// 单个事项: its implementation code
    Item(String),
}

/// A theme as a list shows it.
#[derive(Clone, Debug)]
pub struct Offered {
    /// code
    pub code: String,
    /// name
    pub name: String,
    /// what one gets by it
    pub summary: String,
    /// names of its items
    pub items: usize,
    /// promised limit, in words
    pub promised: Option<workday::Length>,
    /// the unit that leads
    pub lead: String,
    /// it is offered now
    pub offered: bool,
    /// version
    pub version: u32,
}

fn parse(row: &ThemeRow) -> Result<Theme, Error> {
    serde_json::from_str(&row.doc).map_err(|e| Error::bug(format!("theme {}: {e}", row.code)))
}

/// The theme and the items that are in force today.
pub(crate) fn load(city: &City, rd: &mut Rd<'_>, what: &What) -> Result<(Theme, Vec<ServiceItem>), Error> {
    let day = city.now().date();
    match what {
        What::Theme(code) => {
            let row = themes::by_code(rd, code)?.filter(|t| t.state == "offered").ok_or(Error::NotFound)?;
            let theme = parse(&row)?;
            let mut items = Vec::with_capacity(theme.items.len());
            for code in &theme.items {
                items.extend(city.item(rd, code, day)?);
            }
            Ok((theme, items))
        }
        What::Item(code) => {
            let item = city.item(rd, code, day)?.ok_or_else(|| {
                Error::invalid(
                    "item",
                    "这个事项今天没有在用的版本，请从事项库重新选择",
                    "no version of this item is in force today: choose it again in the catalogue",
                )
            })?;
            Ok((Theme::of_item(&item), vec![item]))
        }
    }
}

/// Where the answers lead.
pub(crate) fn next(
    office: &Office,
    theme: &Theme,
    items: &[ServiceItem],
    given: &[String],
) -> Result<Next, Error> {
    let items: Vec<&ServiceItem> = items.iter().collect();
    let unit = |name: &str| office.unit_called(name).filter(|u| u.active).map(|u| u.id);
    let of = service::Office { unit: &unit, region: &office.settings.city };
    package(theme, &items, given, &of).map_err(|said| Error::Invalid { field: "answers".to_owned(), said })
}

impl Service {
    /// The themes that are offered.
    pub fn offered(&self) -> Later<Vec<Offered>> {
        self.city.read(|_, rd| {
            decide(&Actor::resident(), op::PublicCatalogue, Nothing)?;
            let mut out = Vec::new();
            for row in themes::all(rd)? {
                let t = parse(&row)?;
                out.push(Offered {
                    code: row.code,
                    name: t.name,
                    summary: t.summary,
                    items: t.items.len(),
                    promised: t.promised,
                    lead: t.lead,
                    offered: row.state == "offered",
                    version: t.version,
                });
            }
            Ok(out)
        })
    }

    /// The questions on the way to what applies: the next one, a refusal with advice, or everything.
    pub fn ask(&self, what: What, given: Vec<String>) -> Later<(Theme, Next)> {
        self.city.read(move |city, rd| {
            decide(&Actor::resident(), op::PublicCatalogue, Nothing)?;
            let office = city.office(rd)?;
            let (theme, items) = load(city, rd, &what)?;
            let next = next(&office, &theme, &items, &given)?;
            Ok((theme, next))
        })
    }

    /// The check-up of a theme as it stands with the items of today.
    pub fn check_theme(&self, actor: Actor, code: String) -> Later<(Theme, ThemeCheck)> {
        self.city.read(move |city, rd| {
            decide(&actor, op::ListApplications, Nothing)?;
            let (theme, items) = load(city, rd, &What::Theme(code))?;
            let check = check_theme(&theme, &items);
            Ok((theme, check))
        })
    }

    /// Offers a theme, or the next version of one: refused with the reasons when it cannot be right. Its items must be in
    /// the catalogue.
    pub fn put_theme(&self, actor: Actor, mut theme: Theme) -> Later<u32> {
        self.city.write(move |city, tx| {
            let office = city.office(tx)?;
            let region: RegionCode = theme.region.clone().unwrap_or_else(|| office.settings.city.clone());
            let permit = decide(&actor, op::WriteThemes, Region(&region))?;
            let day = city.now().date();
            let mut items = Vec::new();
            for code in &theme.items {
                items.extend(city.item(tx, code, day)?);
            }
            let mut faults = check_theme(&theme, &items).faults;
            for name in [&theme.lead, &theme.reception].into_iter().filter(|n| !n.is_empty()) {
                if office.unit_called(name).is_none() {
                    faults.push(Said::new(
                        format!("单位表中没有“{name}”"),
                        format!("there is no unit {name:?}"),
                    ));
                }
            }
            if let Some(first) = faults.first() {
                let all = |f: fn(&Said) -> &str| faults.iter().map(f).collect::<Vec<_>>().join("；");
                let said =
                    if faults.len() == 1 { first.clone() } else { Said::new(all(|s| &s.zh), all(|s| &s.en)) };
                return Err(Error::Invalid { field: "theme".to_owned(), said });
            }
            let old = themes::by_code(tx, &theme.code)?;
            if let Some(old) = &old {
                let before = parse(old)?;
                theme.version = before.version;
                if before == theme && old.state == "offered" {
                    return Ok(before.version);
                }
                theme.version = before.version + 1;
            } else {
                theme.version = 1;
            }
            let doc = serde_json::to_string(&theme).map_err(Error::bug)?;
            let row = ThemeRow {
                id: old.as_ref().map_or(0, |o| o.id),
                code: theme.code.clone(),
                ver: old.map_or(0, |o| o.ver) + 1,
                version: i64::from(theme.version),
                name: theme.name.clone(),
                region: region.as_str().to_owned(),
                state: "offered".to_owned(),
                doc: doc.clone(),
            };
            themes::put(tx, &permit, &row, "offer", &doc)?;
            Ok(theme.version)
        })
    }
}

/// Reads a theme file as it is brought, for `put_theme`.
///
/// # Errors
/// `Invalid` on `file`.
pub fn read_file(text: &str) -> Result<ThemeFile, Error> {
    ThemeFile::parse(text).map_err(|said| Error::Invalid { field: "file".to_owned(), said })
}
