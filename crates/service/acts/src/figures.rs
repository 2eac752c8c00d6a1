//! 办件量 (K4, S6): handled numbers by theme, region, unit, item and channel, with zero and ten-or-fewer lists; names come from
//! the themes and the catalogue, never from free text.

use std::collections::BTreeMap;

use ::city::{Error, Later, reach};
use access::{Region, decide, op};
use kernel::{Actor, Moment};
use service::{Channel, Word as _};
use store::applications::{self as rows, Listed};
use store::{Rd, themes};

use crate::Service;
use crate::saved::read;

/// Handled numbers of one theme, region or channel.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct HandledLine {
    /// code
    pub key: String,
    /// name
    pub name: String,
    /// handed in
    pub handed_in: i64,
    /// decided
    pub decided: i64,
    /// handed in online
    pub online: i64,
    /// of `handed_in`, what other systems handled
    pub elsewhere: i64,
}

/// Handled numbers of some days.
#[derive(Clone, Debug, Default, serde::Serialize)]
pub struct Handled {
    /// by theme, the most first; those with none are there
    pub themes: Vec<HandledLine>,
    /// by region, the most first; those with none are there
    pub regions: Vec<HandledLine>,
    /// by leading unit, the most first
    pub units: Vec<HandledLine>,
    /// by channel
    pub channels: Vec<HandledLine>,
    /// all of them
    pub total: HandledLine,
    /// names of regions at ten or fewer, without those at zero
    pub few: Vec<String>,
    /// names of regions at zero
    pub none: Vec<String>,
}

/// Key of the line of what was applied for outside of a theme.
pub const SINGLE: &str = "-";

/// 十件及以下 (S6).
const FEW: i64 = 10;

impl Service {
    /// Handled numbers handed in from `from` up to `to`, of the region of the actor and below.
    pub fn handled(&self, actor: Actor, from: Moment, to: Moment) -> Later<Handled> {
        self.city.read(move |city, rd| {
            let office = city.office(rd)?;
            let home = reach::home(&actor, &office);
            decide(&actor, op::ReadHandled, Region(&home))?;
            let mut by_theme: BTreeMap<String, HandledLine> = BTreeMap::new();
            let mut by_region: BTreeMap<String, HandledLine> = BTreeMap::new();
            for t in themes::all(rd)? {
                let line = HandledLine { key: t.code.clone(), name: t.name, ..HandledLine::default() };
                by_theme.insert(t.code, line);
            }
            let single =
                HandledLine {
                    key: SINGLE.to_owned(), name: "单个事项".to_owned(), ..HandledLine::default()
                };
            by_theme.insert(String::new(), single);
            // Themes are compared between the parts of the region one level below.
            let below = home.as_str().len() + 2;
            for (code, name) in store::office::regions(rd)? {
                if code.len() == below && code.starts_with(home.as_str()) {
                    by_region.insert(code.clone(), HandledLine { key: code, name, ..HandledLine::default() });
                }
            }
            let mut total = HandledLine::default();
            let mut by_unit: BTreeMap<i64, HandledLine> = BTreeMap::new();
            let mut by_channel: BTreeMap<&str, HandledLine> = BTreeMap::new();
            for c in Channel::ALL {
                let (key, name) = (c.word().to_owned(), c.zh().to_owned());
                by_channel.insert(c.word(), HandledLine { key, name, ..HandledLine::default() });
            }
            for c in rows::counts(rd, from, to)? {
                if !c.region.starts_with(home.as_str()) {
                    continue;
                }
                let part: String = c.region.chars().take(below).collect();
                let of_unit = by_unit.entry(c.lead.0).or_insert_with(|| HandledLine {
                    key: c.lead.0.to_string(),
                    name: office.unit_name(c.lead),
                    ..HandledLine::default()
                });
                let lines = [
                    Some(&mut total),
                    Some(of_unit),
                    by_channel.get_mut(c.channel.as_str()),
                    by_theme.get_mut(&c.key),
                    by_region.get_mut(&part),
                ];
                for line in lines.into_iter().flatten() {
                    line.add(&c);
                }
            }
            // What other systems handled counts with it: they are handled, and nobody knows how they came in.
            for e in rows::handled_elsewhere(rd, from, to)? {
                if !e.region.starts_with(home.as_str()) {
                    continue;
                }
                let part: String = e.region.chars().take(below).collect();
                let of_theme = by_theme.values_mut().find(|l| l.name == e.theme);
                let of_unit = by_unit.entry(e.unit.0).or_insert_with(|| HandledLine {
                    key: e.unit.0.to_string(),
                    name: office.unit_name(e.unit),
                    ..HandledLine::default()
                });
                let lines = [Some(&mut total), Some(of_unit), of_theme, by_region.get_mut(&part)];
                for line in lines.into_iter().flatten() {
                    line.add_elsewhere(e.n);
                }
            }
            let regions = sorted(by_region.into_values());
            let names = |f: fn(i64) -> bool| {
                regions.iter().filter(|r| f(r.handed_in)).map(|r| r.name.clone()).collect()
            };
            Ok::<_, Error>(Handled {
                few: names(|n| n > 0 && n <= FEW),
                none: names(|n| n == 0),
                themes: sorted(by_theme.into_values()),
                units: sorted(by_unit.into_values()),
                channels: sorted(by_channel.into_values()),
                regions,
                total,
            })
        })
    }

    /// Handled numbers by item; an application of several items counts for each of them.
    pub fn handled_items(&self, actor: Actor, from: Moment, to: Moment) -> Later<Vec<HandledLine>> {
        self.city.read(move |city, rd| {
            let office = city.office(rd)?;
            let home = reach::home(&actor, &office);
            decide(&actor, op::ReadHandled, Region(&home))?;
            let mut by_item: BTreeMap<String, HandledLine> = BTreeMap::new();
            for c in rows::counts_by_item(rd, from, to)? {
                if c.region.starts_with(home.as_str()) {
                    by_item.entry(c.key.clone()).or_default().add(&c);
                }
            }
            let codes: Vec<&str> = by_item.keys().map(String::as_str).collect();
            let mut names: BTreeMap<String, String> =
                store::items::with_codes(rd, &codes)?.into_iter().map(|i| (i.code, i.name)).collect();
            for (code, line) in &mut by_item {
                line.name = match names.remove(code) {
                    Some(name) => name,
                    // What a policy gives is no item of the catalogue: it is called as its applications call it.
                    None => name_of_part(rd, code)?,
                };
                line.key.clone_from(code);
            }
            // Services that came from elsewhere know the name of their item.
            for e in rows::handled_elsewhere(rd, from, to)? {
                if e.item.is_empty() || !e.region.starts_with(home.as_str()) {
                    continue;
                }
                let named = by_item.values().find(|l| l.name == e.item).map(|l| l.key.clone());
                let line = by_item.entry(named.unwrap_or_else(|| format!("/{}", e.item))).or_default();
                if line.name.is_empty() {
                    line.name = e.item;
                }
                line.add_elsewhere(e.n);
            }
            Ok::<_, Error>(sorted(by_item.into_values()))
        })
    }
}

impl HandledLine {
    fn add(&mut self, c: &rows::Count) {
        self.handed_in += c.n;
        self.decided += c.decided;
        self.online += if c.channel == Channel::Online.word() { c.n } else { 0 };
    }
    fn add_elsewhere(&mut self, n: i64) {
        self.handed_in += n;
        self.decided += n;
        self.elsewhere += n;
    }
}

/// What the newest application calls one of its parts.
fn name_of_part(rd: &mut Rd<'_>, code: &str) -> Result<String, Error> {
    let newest = Listed { item: Some(code), before: i64::MAX, limit: 1, ..Listed::default() };
    let Some(row) = rows::list(rd, &newest)?.into_iter().next() else { return Ok(code.to_owned()) };
    let part = read(&row)?.basis.parts.into_iter().find(|p| p.item == code);
    Ok(part.map_or(row.name, |p| p.name))
}

/// The most first.
fn sorted(lines: impl Iterator<Item = HandledLine>) -> Vec<HandledLine> {
    let mut all: Vec<HandledLine> = lines.collect();
    all.sort_by(|a, b| b.handed_in.cmp(&a.handed_in).then(a.key.cmp(&b.key)));
    all
}
