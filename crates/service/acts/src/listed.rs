//! 办件清单 (K8): every application that somebody may see, by what is asked for, the newest first; opens from each handled number.

use ::city::{Error, Later, reach};
use access::{Nothing, decide, op};
use kernel::{Actor, Date, Moment, Role, UnitId};
use service::{Channel, StageKind, Word as _};
use store::applications::{self as rows, Listed};

use crate::Service;
use crate::desk::{Line, line};
use crate::saved::read;

/// Lines of one page.
pub const PAGE: u32 = 50;

/// What a list is asked for; what is left open asks for everything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListAsk {
    /// where it stands
    pub stage: Option<StageKind>,
    /// code of the theme; empty for single items
    pub theme: Option<String>,
    /// code of an item that is part of it
    pub item: String,
    /// how it came in
    pub channel: Option<Channel>,
    /// the leading unit
    pub lead: Option<UnitId>,
    /// code of a region
    pub region: String,
    /// everything of it was decided
    pub decided: bool,
    /// still open although due
    pub late: bool,
    /// handed in on this day or later
    pub from: Option<Date>,
    /// handed in on this day or earlier
    pub to: Option<Date>,
    /// older than this id; 0 from the newest
    pub before: i64,
}

/// One page of the list.
#[derive(Clone, Debug)]
pub struct ListPage {
    /// the applications
    pub lines: Vec<Line>,
    /// before which id the next ones are; 0 when these were all
    pub next: i64,
}

/// Who sees the applications of a region; everybody else those in which their unit has a part.
pub(crate) fn oversees(actor: &Actor) -> bool {
    matches!(actor.role, Role::Coordinator | Role::Supervisor | Role::Analyst)
}

impl Service {
    /// Applications that the reader may see: of the region for who oversees it, of the own unit for everybody else.
    pub fn applications(&self, actor: Actor, ask: ListAsk) -> Later<ListPage> {
        self.city.read(move |city, rd| {
            decide(&actor, op::ListApplications, Nothing)?;
            let office = city.office(rd)?;
            let home = reach::home(&actor, &office);
            let whole = home == office.settings.city;
            let mut region = (!whole).then(|| home.as_str().to_owned());
            // A region is asked for inside of the own one only.
            if ask.region.starts_with(home.as_str()) {
                region = Some(ask.region.clone());
            }
            let unit = if oversees(&actor) { None } else { Some(actor.unit.unwrap_or(UnitId(0))) };
            let day_after =
                |d: Date| d.tomorrow().map_or_else(|_| Moment::from_us(i64::MAX), Moment::start_of);
            let q = Listed {
                region: region.as_deref().filter(|_| unit.is_none() || !ask.region.is_empty()),
                unit,
                stage: ask.stage.map(StageKind::word),
                theme: ask.theme.as_deref(),
                item: Some(ask.item.as_str()).filter(|i| !i.is_empty()),
                channel: ask.channel.map(Channel::word),
                lead: ask.lead,
                decided: ask.decided,
                late: ask.late.then(|| city.now()),
                from: ask.from.map(Moment::start_of),
                to: ask.to.map(day_after),
                drafts: false,
                before: if ask.before == 0 { i64::MAX } else { ask.before },
                limit: PAGE + 1,
            };
            let mut found = rows::list(rd, &q)?;
            let more = found.len() > PAGE as usize;
            found.truncate(PAGE as usize);
            let lines = found.iter().map(|r| Ok(line(&read(r)?, &actor, city, &office)));
            Ok(ListPage {
                next: found.last().filter(|_| more).map_or(0, |r| r.id),
                lines: lines.collect::<Result<_, Error>>()?,
            })
        })
    }
}
