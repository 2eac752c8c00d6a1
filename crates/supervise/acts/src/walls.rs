//! 大屏与晨报: the same boards for a wall and for the morning of somebody who answers for them.
//!
//! A wall is known by its link, as a kiosk is: who has it sees figures of a region, of units and of stages, never a case. It
//! is made and ended by who may, on record, and its link ends by itself on a day that is said when it is made.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use access::{Nothing, Region, decide, op};
use kernel::{Actor, Date, Moment, RegionCode, Role, US_PER_DAY, US_PER_SECOND};
use store::wall::{self, WallRow};
use store::{Rd, StoreError};
use supervise::{
    Ask, BadWall, Dim, Filter, Line, Morning, MorningAsk, Standing, Value, WEEKS, WallSpec, figure, morning,
    morning_ask,
};

use crate::Supervision;
use crate::figures::FigureBoard;
use city::{Door, Error, Later};

/// Walls of a region and its parts that go at once.
const MOST: u32 = 50;
/// A link is good for so many days at most.
pub const WALL_DAYS_MOST: i64 = 366;
/// Days of the figures of a wall.
const SPAN: i64 = 30;
/// Figures of a wall are counted again after so long, however many screens ask.
const KEPT_US: i64 = 10 * US_PER_SECOND;

/// A wall for who keeps it.
#[derive(Clone, Debug)]
pub struct WallView {
    /// id
    pub id: i64,
    /// what it shows
    pub spec: WallSpec,
    /// whose figures
    pub region: String,
    /// who made it
    pub by: String,
    /// its link is good until then
    pub ends: Moment,
    /// it was ended before
    pub ended: Option<Moment>,
    /// what its address ends with, while its link is good
    pub token: Option<String>,
}

/// The figures of a wall.
#[derive(Clone, Debug)]
pub struct WallFigures {
    /// counted then
    pub at: Moment,
    /// the figures of the last thirty days
    pub total: Line,
    /// and of the thirty days before
    pub before: Line,
    /// name, late, open of each district
    pub districts: Vec<(String, u64, u64)>,
    /// name, late of each unit with something late, the most first
    pub units: Vec<(String, u64)>,
    /// the last day of each week
    pub weeks: Vec<Date>,
    /// how many stood at each stage at the end of each week
    pub stages: Vec<(Standing, Vec<u64>)>,
}

/// What the link of a wall opens.
#[derive(Clone, Debug)]
pub enum WallNow {
    /// its figures
    Live(WallSpec, Arc<WallFigures>),
    /// its link is over
    Over,
}

/// A morning, with what its sentences open.
#[derive(Clone, Debug)]
pub struct MorningView {
    /// what it says
    pub told: Morning,
    /// the name of where most is late
    pub worst: String,
    /// the days of the boards, narrowed to what the reader may see
    pub asked: MorningAsk,
    /// lines of the board are of these
    pub by: Dim,
}

/// Figures of walls as they were counted last.
#[derive(Default)]
pub(crate) struct Walls(Mutex<HashMap<i64, Arc<WallFigures>>>);

/// Stages that a wall shows: where work waits, in the order of the loop.
const STANDINGS: [Standing; 7] = [
    Standing::Intake,
    Standing::Waiting,
    Standing::Handling,
    Standing::Conferring,
    Standing::Rectifying,
    Standing::Replied,
    Standing::CalledBack,
];

fn bad(why: BadWall) -> Error {
    let (field, zh, en) = match why {
        BadWall::Name => {
            ("name", "请给大屏起一个名称，30 字以内", "give the wall a name of 30 characters at most")
        }
        BadWall::Screens => ("screens", "请至少勾选一个看板", "tick one board at least"),
        BadWall::Seconds => ("seconds", "每个看板停留 5 到 3600 秒", "each board stands 5 to 3600 seconds"),
        BadWall::Target => ("target", "目标是 0 到 100 的百分数", "a target is a percentage from 0 to 100"),
    };
    Error::invalid(field, zh, en)
}

fn spec_of(row: &WallRow) -> Result<WallSpec, Error> {
    serde_json::from_str(&row.doc)
        .map_err(|e| Error::Store(StoreError::Damaged(format!("wall {}: {e}", row.id))))
}

fn counted(line: &Line, key: &str) -> u64 {
    match figure(key).map(|f| line.value(f)) {
        Some(Value::Count(n)) => n,
        _ => 0,
    }
}

fn back(day: Date, days: i64) -> Date {
    Moment::start_of(day).plus_us(-days * US_PER_DAY).date()
}

impl Supervision {
    fn wall_token(&self, id: i64) -> String {
        ledger::hex(&self.city.vault().token_digest(&format!("wall/{id}"))[..16])
    }

    fn wall_view(&self, rd: &mut Rd<'_>, row: WallRow) -> Result<WallView, Error> {
        let good = row.ended.is_none() && row.ends > self.city.store().now();
        Ok(WallView {
            spec: spec_of(&row)?,
            by: store::office::staff_by_id(rd, row.staff)?.map(|s| s.name).unwrap_or_default(),
            token: good.then(|| self.wall_token(row.id)),
            id: row.id,
            region: row.region,
            ends: row.ends,
            ended: row.ended,
        })
    }

    /// The walls of the actor's region and its parts, the newest first.
    pub fn walls(&self, actor: Actor) -> Later<Vec<WallView>> {
        self.read(move |app, rd| {
            let region = actor.region.as_ref().ok_or(Error::NotFound)?;
            decide(&actor, op::WriteWalls, Region(region))?;
            let rows = wall::of_region(rd, region.as_str(), MOST)?;
            rows.into_iter().map(|row| app.wall_view(rd, row)).collect()
        })
    }

    /// Makes a wall of the actor's region whose link is good for so many days.
    pub fn make_wall(&self, actor: Actor, spec: WallSpec, days: i64) -> Later<i64> {
        self.write(move |app, tx| {
            let region = actor.region.as_ref().ok_or(Error::NotFound)?;
            let permit = decide(&actor, op::WriteWalls, Region(region))?;
            let staff = actor.staff.ok_or(Error::NotFound)?;
            spec.check().map_err(bad)?;
            if !(1..=WALL_DAYS_MOST).contains(&days) {
                return Err(Error::invalid(
                    "days",
                    format!("链接的有效期为 1 到 {WALL_DAYS_MOST} 天"),
                    format!("a link is good for 1 to {WALL_DAYS_MOST} days"),
                ));
            }
            let now = app.city.store().now();
            let good = |w: &WallRow| w.ended.is_none() && w.ends > now;
            if wall::of_region(tx, region.as_str(), MOST)?.iter().filter(|w| good(w)).count() >= MOST as usize
            {
                return Err(Error::invalid(
                    "name",
                    format!("在用的大屏已有 {MOST} 块，请先停用不用的"),
                    format!("there are {MOST} walls already: end one that is not used first"),
                ));
            }
            let row = WallRow {
                id: 0,
                region: region.as_str().to_owned(),
                staff,
                made: now,
                ends: now.plus_us(days * US_PER_DAY),
                ended: None,
                doc: serde_json::to_string(&spec).map_err(Error::bug)?,
            };
            let id = wall::insert(tx, &permit, &row)?;
            let data = serde_json::json!({ "wall": id, "region": row.region, "days": days, "spec": spec });
            city::note(tx, &permit, "make_wall", &data.to_string())?;
            Ok(id)
        })
    }

    /// Ends the link of a wall: whoever has it sees nothing more.
    pub fn end_wall(&self, actor: Actor, id: i64) -> Later<()> {
        self.write(move |app, tx| {
            let row = wall::get(tx, id)?.ok_or(Error::NotFound)?;
            let region: RegionCode = row.region.parse().map_err(Error::bug)?;
            let permit = decide(&actor, op::WriteWalls, Region(&region))?;
            if row.ended.is_some() {
                return Ok(());
            }
            let row = WallRow { ended: Some(app.city.store().now()), ..row };
            wall::save(tx, &permit, &row)?;
            city::note(tx, &permit, "end_wall", &serde_json::json!({ "wall": id }).to_string())?;
            Ok(())
        })
    }

    /// Is this the link of a wall, and good? A link that never was is answered as one that is over.
    pub fn wall_good(&self, id: i64, token: String) -> Later<bool> {
        self.read(move |app, rd| {
            city::reach::public(op::PublicWall)?;
            let now = app.city.store().now();
            let known = app.wall_token(id) == token.trim();
            Ok(known && wall::get(rd, id)?.is_some_and(|w| w.ended.is_none() && w.ends > now))
        })
    }

    /// What a wall shows now, for who has its link.
    pub fn wall_now(&self, id: i64, token: String) -> Later<WallNow> {
        self.study(move |app, rd| {
            city::reach::public(op::PublicWall)?;
            // A link that never was is answered as one that is over.
            if app.wall_token(id) != token.trim() {
                return Ok(WallNow::Over);
            }
            let now = app.city.store().now();
            let Some(row) = wall::get(rd, id)?.filter(|w| w.ended.is_none() && w.ends > now) else {
                return Ok(WallNow::Over);
            };
            let spec = spec_of(&row)?;
            let held = app.walls.0.lock().unwrap_or_else(PoisonError::into_inner).get(&id).cloned();
            if let Some(held) = held.filter(|h| now.us_since(h.at) < KEPT_US && now >= h.at) {
                return Ok(WallNow::Live(spec, held));
            }
            let figures = Arc::new(app.wall_figures(rd, &row.region, now)?);
            let mut all = app.walls.0.lock().unwrap_or_else(PoisonError::into_inner);
            // What nobody looks at any more is not kept.
            all.retain(|_, f| now.us_since(f.at) < 10 * KEPT_US);
            all.insert(id, Arc::clone(&figures));
            Ok(WallNow::Live(spec, figures))
        })
    }

    fn wall_figures(&self, rd: &mut Rd<'_>, region: &str, now: Moment) -> Result<WallFigures, Error> {
        let today = now.date();
        let ask = |from: Date, to: Date| Ask {
            from,
            to,
            filter: Filter { region: region.to_owned(), ..Filter::default() },
        };
        let span = ask(back(today, SPAN - 1), today);
        let by_region = self.board_as_asked(rd, span.clone(), Dim::Region)?;
        let by_unit = self.board_as_asked(rd, span, Dim::Unit)?;
        let before = ask(back(today, 2 * SPAN - 1), back(today, SPAN));
        let before = self.with_facts(|f| f.board(&before, Dim::Channel, now).total);
        let mut weeks: Vec<Date> = (0..WEEKS as i64).map(|w| back(today, 7 * w)).collect();
        weeks.reverse();
        let totals: Vec<Line> = self.with_facts(|f| {
            weeks.iter().map(|end| f.board(&ask(back(*end, 6), *end), Dim::Channel, now).total).collect()
        });
        let stage = |s: &Standing| (*s, totals.iter().map(|t| t.stands(*s)).collect());
        let mut units: Vec<(String, u64)> = by_unit
            .lines
            .into_iter()
            .filter(|l| !l.line.key.is_empty())
            .map(|l| (l.name, counted(&l.line, "late")))
            .filter(|u| u.1 > 0)
            .collect();
        units.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        let mut districts: Vec<(String, u64, u64)> = by_region
            .lines
            .into_iter()
            .filter(|l| !l.line.key.is_empty())
            .map(|l| (l.name, counted(&l.line, "late"), counted(&l.line, "open")))
            .filter(|d| d.2 > 0)
            .collect();
        // When not all find a place, those with the most late ones do.
        if districts.len() > supervise::TILES {
            districts.sort_by_key(|d| std::cmp::Reverse(d.1));
        }
        Ok(WallFigures {
            at: now,
            total: by_region.total,
            before,
            districts,
            units,
            weeks,
            stages: STANDINGS.iter().map(stage).collect(),
        })
    }

    /// The morning of the reader: what they answer for, by unit; who answers for one unit reads it by kind.
    pub fn morning(&self, actor: Actor) -> Later<MorningView> {
        self.study(move |app, rd| {
            decide(&actor, op::ReadFigures, Nothing)?;
            let today = app.city.store().now().date();
            let by = if actor.role == Role::UnitAdmin { Dim::Kind } else { Dim::Unit };
            let office = app.city.office(rd)?;
            let own = Ask { from: today, to: today, filter: Filter::default() };
            let asked = morning_ask(&own, today, &office.rules.calendar);
            let mut board = |ask: &Ask, by: Dim| app.board_in(rd, &actor, ask.clone(), by);
            let week: FigureBoard = board(&asked.week, by)?;
            let fresh = board(&asked.fresh, Dim::Channel)?;
            let fresh_before = board(&asked.fresh_before, Dim::Channel)?;
            let week_before = board(&asked.week_before, Dim::Channel)?;
            let lines: Vec<Line> = week.lines.iter().map(|l| l.line.clone()).collect();
            let told = morning(&fresh.total, &fresh_before.total, (&week.total, &lines), &week_before.total);
            let worst = told.worst.as_ref().and_then(|w| week.lines.iter().find(|l| l.line.key == w.key));
            Ok(MorningView {
                worst: worst.map(|l| l.name.clone()).unwrap_or_default(),
                told,
                asked: MorningAsk {
                    fresh: fresh.ask,
                    fresh_before: fresh_before.ask,
                    week: week.ask,
                    week_before: week_before.ask,
                },
                by,
            })
        })
    }
}
