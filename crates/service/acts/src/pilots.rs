//! 试点 (K4, S6): which regions try a theme since when, how many may apply there, and what came of it beside the others.

use std::collections::BTreeMap;

use ::city::{Error, Later, reach, record};
use access::{Region, decide, op};
use kernel::{Actor, Date, Moment, US_PER_DAY};
use serde::{Deserialize, Serialize};
use service::pilot::{Arm, Compared, compare};
use store::{Rd, applications as rows, settings, themes};

use crate::Service;

/// The longest time before that is looked at, and the longest since.
const DAYS_MAX: i64 = 365;

/// The pilots of one theme, as they are kept.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pilots {
    /// since when
    pub since: Option<Date>,
    /// codes of the regions that take part
    pub regions: Vec<String>,
    /// how many people or companies may apply, by code of the region
    pub eligible: BTreeMap<String, i64>,
}

/// The pilots of a theme and what is seen of them.
#[derive(Clone, Debug)]
pub struct PilotView {
    /// name of the theme
    pub theme: String,
    /// what is set
    pub pilots: Pilots,
    /// code and name of every region that could take part
    pub regions: Vec<(String, String)>,
    /// how many days are compared, before and since
    pub days: (i64, i64),
    /// each region
    pub arms: Vec<Arm>,
    /// the comparison, when pilots are set
    pub compared: Option<Compared>,
    /// may the reader set them
    pub may_set: bool,
}

fn setting(theme: &str) -> String {
    format!("pilots/{theme}")
}

fn kept(rd: &mut Rd<'_>, theme: &str) -> Result<Pilots, Error> {
    let Some(kept) = settings::newest(rd, &setting(theme))? else { return Ok(Pilots::default()) };
    serde_json::from_str(&kept.doc)
        .map_err(|e| Error::Store(store::StoreError::Damaged(format!("pilots: {e}"))))
}

impl Service {
    /// The pilots of a theme beside the other regions, before and since: as many days before as there were since, a year at most.
    pub fn pilots(&self, actor: Actor, theme: String) -> Later<PilotView> {
        self.city.read(move |city, rd| {
            let office = city.office(rd)?;
            let home = reach::home(&actor, &office);
            decide(&actor, op::ReadHandled, Region(&home))?;
            let row = themes::by_code(rd, &theme)?.ok_or(Error::NotFound)?;
            let pilots = kept(rd, &theme)?;
            let below = home.as_str().len() + 2;
            let mut regions = store::office::regions(rd)?;
            regions.retain(|(code, _)| code.len() == below && code.starts_with(home.as_str()));
            let mut view = PilotView {
                theme: row.name.clone(),
                regions,
                days: (0, 0),
                arms: Vec::new(),
                compared: None,
                may_set: decide(&actor, op::WriteThemes, Region(&office.settings.city)).is_ok(),
                pilots,
            };
            let today = city.now().date();
            let Some(since) = view.pilots.since.filter(|d| *d <= today) else { return Ok(view) };
            let (start, now) = (Moment::start_of(since), Moment::start_of(today).plus_us(US_PER_DAY));
            let days = (now.us_since(start) / US_PER_DAY).clamp(1, DAYS_MAX);
            let first = start.plus_us(-days * US_PER_DAY);
            let end = start.plus_us(days * US_PER_DAY);
            let mut count = |from, to| -> Result<BTreeMap<String, i64>, Error> {
                let mut by: BTreeMap<String, i64> = BTreeMap::new();
                for c in rows::counts(rd, from, to)?.into_iter().filter(|c| c.key == theme) {
                    *by.entry(c.region.chars().take(below).collect()).or_default() += c.n;
                }
                for e in rows::handled_elsewhere(rd, from, to)?.into_iter().filter(|e| e.theme == row.name) {
                    *by.entry(e.region.chars().take(below).collect()).or_default() += e.n;
                }
                Ok(by)
            };
            let (before, after) = (count(first, start)?, count(start, end)?);
            view.arms = view
                .regions
                .iter()
                .map(|(code, name)| Arm {
                    name: name.clone(),
                    pilot: view.pilots.regions.contains(code),
                    eligible: view.pilots.eligible.get(code).copied(),
                    before: before.get(code).copied().unwrap_or(0),
                    after: after.get(code).copied().unwrap_or(0),
                })
                .collect();
            view.days = (days, days);
            view.compared = Some(compare(&view.arms, days as f64, days as f64));
            Ok(view)
        })
    }

    /// Sets the pilots of a theme.
    pub fn set_pilots(&self, actor: Actor, theme: String, new: Pilots) -> Later<()> {
        self.city.write(move |city, tx| {
            let office = city.office(tx)?;
            let permit = decide(&actor, op::WriteThemes, Region(&office.settings.city))?;
            let mut new = new.clone();
            themes::by_code(tx, &theme)?.ok_or(Error::NotFound)?;
            let known: Vec<String> = store::office::regions(tx)?.into_iter().map(|r| r.0).collect();
            let strange = new.regions.iter().chain(new.eligible.keys()).find(|r| !known.contains(*r));
            if strange.is_some() {
                return Err(Error::invalid(
                    "regions",
                    "有不认识的地区，请重新选择",
                    "a region is not known: choose again",
                ));
            }
            if let Some(n) = new.eligible.values().find(|n| !(1..=100_000_000).contains(*n)) {
                return Err(Error::invalid(
                    "eligible",
                    format!("可申请人数 {n} 不对：请填 1 到 1 亿的整数，不知道就留空"),
                    format!("{n} who may apply: a whole number from 1 to 100,000,000, or leave it empty"),
                ));
            }
            if !new.regions.is_empty() && new.since.is_none() {
                return Err(Error::invalid(
                    "since",
                    "请填试点从哪一天开始",
                    "say on which day the pilots began",
                ));
            }
            if new.since.is_some_and(|d| d > tx.now().date()) {
                return Err(Error::invalid("since", "试点开始的日子还没有到", "the first day lies ahead"));
            }
            new.regions.sort();
            new.regions.dedup();
            if kept(tx, &theme)? == new {
                return Ok(());
            }
            let doc = serde_json::to_string(&new).map_err(Error::bug)?;
            settings::put(tx, &setting(&theme), tx.now(), actor.staff, &doc)?;
            record(tx, &permit, "set_pilots", &doc)
        })
    }
}
