//! 办件量 (K4, S6): handled numbers by theme, region and channel, with zero and ten-or-fewer lists; names come from the
//! themes, never from free text.

use std::collections::BTreeMap;

use ::city::{Error, Later};
use access::{Region, decide, op};
use kernel::{Actor, Moment, RegionCode};
use service::{Channel, StageKind, Word as _};
use store::{applications as rows, themes};

use crate::Service;

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
}

/// Handled numbers of some days.
#[derive(Clone, Debug, Default, serde::Serialize)]
pub struct Handled {
    /// by theme, the most first; those with none are there
    pub themes: Vec<HandledLine>,
    /// by region, the most first; those with none are there
    pub regions: Vec<HandledLine>,
    /// all of them
    pub total: HandledLine,
    /// names of regions at ten or fewer, without those at zero
    pub few: Vec<String>,
    /// names of regions at zero
    pub none: Vec<String>,
}

/// 十件及以下 (S6).
const FEW: i64 = 10;

impl Service {
    /// Handled numbers handed in from `from` up to `to`, of the region of the actor and below.
    pub fn handled(&self, actor: Actor, from: Moment, to: Moment) -> Later<Handled> {
        self.city.read(move |city, rd| {
            let office = city.office(rd)?;
            let home: RegionCode = actor.region.clone().unwrap_or_else(|| office.settings.city.clone());
            decide(&actor, op::ReadHandled, Region(&home))?;
            let mut by_theme: BTreeMap<String, HandledLine> = BTreeMap::new();
            let mut by_region: BTreeMap<String, HandledLine> = BTreeMap::new();
            for t in themes::all(rd)? {
                let line = HandledLine { key: t.code.clone(), name: t.name, ..HandledLine::default() };
                by_theme.insert(t.code, line);
            }
            // Themes are compared between the parts of the region one level below.
            let below = home.as_str().len() + 2;
            for (code, name) in store::office::regions(rd)? {
                if code.len() == below && code.starts_with(home.as_str()) {
                    by_region.insert(code.clone(), HandledLine { key: code, name, ..HandledLine::default() });
                }
            }
            let mut total = HandledLine::default();
            for c in rows::counts(rd, from, to)? {
                if !c.region.starts_with(home.as_str()) {
                    continue;
                }
                let decided = StageKind::read(&c.stage).is_some_and(StageKind::is_decided);
                let part: String = c.region.chars().take(below).collect();
                let mut lines = vec![&mut total];
                if let Some(line) = by_theme.get_mut(&c.theme) {
                    lines.push(line);
                }
                if let Some(line) = by_region.get_mut(&part) {
                    lines.push(line);
                }
                for line in lines {
                    line.handed_in += c.n;
                    line.decided += if decided { c.n } else { 0 };
                    line.online += if c.channel == Channel::Online.word() { c.n } else { 0 };
                }
            }
            // What other systems handled counts with it: they are handled, and nobody knows how they came in.
            for (theme, region, n) in rows::handled_elsewhere(rd, from, to)? {
                if !region.starts_with(home.as_str()) {
                    continue;
                }
                let part: String = region.chars().take(below).collect();
                let of_theme = by_theme.values_mut().find(|l| l.name == theme);
                for line in [Some(&mut total), of_theme, by_region.get_mut(&part)].into_iter().flatten() {
                    line.handed_in += n;
                    line.decided += n;
                }
            }
            let sorted = |by: BTreeMap<String, HandledLine>| {
                let mut all: Vec<HandledLine> = by.into_values().collect();
                all.sort_by(|a, b| b.handed_in.cmp(&a.handed_in).then(a.key.cmp(&b.key)));
                all
            };
            let regions = sorted(by_region);
            let names = |f: fn(i64) -> bool| {
                regions.iter().filter(|r| f(r.handed_in)).map(|r| r.name.clone()).collect()
            };
            Ok::<_, Error>(Handled {
                few: names(|n| n > 0 && n <= FEW),
                none: names(|n| n == 0),
                themes: sorted(by_theme),
                regions,
                total,
            })
        })
    }
}
