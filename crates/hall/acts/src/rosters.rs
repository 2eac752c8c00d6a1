//! 排班: a roster drawn, kept, changed by hand and published by the head of a hall. Drawing reads and computes for a second or
//! so beside the writer; keeping writes what was drawn when nothing has changed since.

use std::collections::BTreeMap;

use access::op;
use city::{Door as _, Error, Later, Office};
use hall::roster::{
    Before, Broken, Burdens, Duty, Elsewhere, Leave, Need, Report, Sheet, SheetState, Task, borne, broken,
    demand, look, moved, plan, plus, replan,
};
use hall::{Hall, Rostered, Span};
use kernel::{Actor, Date, Moment, Said, StaffId, StreamId, StreamKind, US_PER_DAY};
use serde::Serialize;
use store::rosters::{self as rows, LeaveRow, RosterRow};
use store::{Rd, appointments, tickets};

use crate::Halls;
use crate::doors::{Loaded, door, load};

/// Weeks of one roster at most.
const WEEKS: u8 = 6;
/// Days around a roster that count for rest, weeks and rows of days.
const AROUND: i64 = 14;
/// Days back over which burdens are carried.
const CARRIED: i64 = 56;
/// Tickets and appointments read for demand, at most.
const MOST: u32 = 200_000;
/// So many served say how long one takes.
const SERVED: usize = 20;

/// A roster in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RosterLine {
    /// id
    pub id: i64,
    /// first day
    pub first: Date,
    /// last day
    pub last: Date,
    /// where it stands
    pub state: SheetState,
}

/// A roster drawn and not yet kept.
#[derive(Clone, Debug)]
pub struct Drawn {
    row: RosterRow,
    hall_ver: i64,
    sheet: Sheet,
    act: &'static str,
    /// days of people on which something else stands than before
    pub moved: usize,
}

/// How a roster is drawn again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Redraw {
    /// 补班: as few moves as can be
    Least,
    /// 重排: demand read anew and everything planned anew, from today on
    Anew,
}

/// A roster for who keeps it or works by it.
#[derive(Clone, Debug)]
pub struct RosterView {
    /// id
    pub id: i64,
    /// version
    pub ver: i64,
    /// id of the hall
    pub hall_id: i64,
    /// the hall
    pub hall: Hall,
    /// first day
    pub first: Date,
    /// last day
    pub last: Date,
    /// all of it
    pub sheet: Sheet,
    /// what is shown: the draft to who writes, what was published to others
    pub shown: Vec<Duty>,
    /// what that comes to
    pub report: Report,
    /// hard rules that are broken, since something changed after it was planned
    pub broken: Vec<Broken>,
    /// who is away
    pub leave: Vec<Leave>,
    /// who is on duty in another hall
    pub elsewhere: Vec<Elsewhere>,
    /// people posted, with their names, by name
    pub people: Vec<(StaffId, String)>,
    /// this reader may change it
    pub may_write: bool,
}

/// What a plan stands on.
pub(crate) struct Ground {
    pub hall: Hall,
    pub office: std::sync::Arc<Office>,
    pub active: Vec<StaffId>,
    pub names: BTreeMap<StaffId, String>,
    /// who is away
    pub leave: Vec<Leave>,
    /// duties of these people in other halls
    pub elsewhere: Vec<Elsewhere>,
    pub fixed: Vec<Duty>,
    pub carried: Vec<(StaffId, Burdens)>,
}

impl Ground {
    pub fn task<'a>(&'a self, (first, last): (Date, Date), needs: &'a [Need]) -> Task<'a> {
        Task {
            hall: &self.hall,
            calendar: &self.office.rules.calendar,
            first,
            last,
            active: &self.active,
            leave: &self.leave,
            elsewhere: &self.elsewhere,
            needs,
            fixed: &self.fixed,
            carried: &self.carried,
        }
    }
}

pub(crate) fn number(day: Date) -> i64 {
    Moment::start_of(day).day_number()
}
pub(crate) fn date(number: i64) -> Date {
    Moment::start_of(plus(Date::constant(1970, 1, 1), number)).date()
}

pub(crate) fn sheet_of(row: &RosterRow) -> Result<Sheet, Error> {
    serde_json::from_str(&row.doc)
        .map_err(|e| Error::Store(store::StoreError::Damaged(format!("roster {}: {e}", row.id))))
}

/// Leave as plans read it.
pub(crate) fn leave_of(row: &LeaveRow) -> Result<Leave, Error> {
    let hours: Option<Span> = if row.hours.is_empty() {
        None
    } else {
        let read = row.hours.parse();
        Some(read.map_err(|e: Said| {
            Error::Store(store::StoreError::Damaged(format!("leave {}: {}", row.id, e.en)))
        })?)
    };
    Ok(Leave { staff: row.staff, first: date(row.first), last: date(row.last), hours })
}

/// Of these people: whose account is in use, and the names of all of them.
pub(crate) fn accounts(
    rd: &mut Rd<'_>,
    of: impl Iterator<Item = StaffId>,
) -> Result<(Vec<StaffId>, BTreeMap<StaffId, String>), Error> {
    let mut names: BTreeMap<StaffId, String> = of.map(|s| (s, format!("#{s}"))).collect();
    let ids: Vec<StaffId> = names.keys().copied().collect();
    let mut active = Vec::new();
    for s in store::office::staff_by_ids(rd, &ids)? {
        if s.active {
            active.push(s.id);
        }
        names.insert(s.id, s.name);
    }
    active.sort_unstable();
    active.dedup();
    Ok((active, names))
}

pub(crate) fn load_roster(rd: &mut Rd<'_>, id: i64) -> Result<(RosterRow, Sheet), Error> {
    let row = rows::by_id(rd, id)?.ok_or(Error::NotFound)?;
    let sheet = sheet_of(&row)?;
    Ok((row, sheet))
}

/// Version of somebody else's in between: look again.
pub(crate) fn unchanged(kind: StreamKind, id: i64, expected: i64, found: i64) -> Result<(), Error> {
    if expected == found {
        return Ok(());
    }
    let stream = StreamId::new(kind, id);
    Err(Error::Changed(store::StoreError::Conflict { stream, expected, found }))
}

/// Writes a roster with one more event.
pub(crate) fn save(
    tx: &mut store::Tx<'_>,
    permit: &access::Permit,
    row: &RosterRow,
    sheet: &Sheet,
    act: &str,
    data: &impl Serialize,
) -> Result<i64, Error> {
    let row = RosterRow {
        ver: row.ver + 1,
        state: sheet.state().word().to_owned(),
        doc: serde_json::to_string(sheet).map_err(Error::bug)?,
        ..row.clone()
    };
    let data = serde_json::to_string(data).map_err(Error::bug)?;
    Ok(rows::put(tx, permit, &row, act, &data)?)
}

/// How far ahead a roster may begin, days: a wrong year is a slip.
const AHEAD: i64 = 7 * 26;

fn weeks_of(l: &Loaded, first: Date, weeks: u8, today: Date) -> Result<Date, Error> {
    if first.weekday().to_monday_zero_offset() != 0 {
        return Err(Error::invalid("first", "请从星期一开始排班", "a roster begins on a Monday"));
    }
    if first > plus(today, AHEAD) {
        return Err(Error::invalid(
            "first",
            "最多提前半年排班，请核对年份",
            "a roster begins within half a year: look at the year",
        ));
    }
    if !(1..=WEEKS).contains(&weeks) {
        return Err(Error::invalid(
            "weeks",
            format!("一次请排 1 到 {WEEKS} 周"),
            format!("a roster is of 1 to {WEEKS} weeks"),
        ));
    }
    if l.hall.rostering.shifts.is_empty() {
        return Err(Error::invalid(
            "shifts",
            "还没有班次：请先在“班次与规则”里添加，或按开放时间生成",
            "no shifts yet: add some first, or make them from the hours of the hall",
        ));
    }
    Ok(plus(first, 7 * i64::from(weeks) - 1))
}

impl Halls {
    /// What a plan of these days of a hall stands on; `but` is the roster that is planned itself.
    pub(crate) fn ground(
        &self,
        rd: &mut Rd<'_>,
        l: &Loaded,
        (first, last): (Date, Date),
        but: i64,
    ) -> Result<Ground, Error> {
        let office = self.city.office(rd)?;
        let (active, names) = accounts(rd, l.hall.posts.iter().map(|p| p.staff))?;
        let (a, b) = (number(first), number(last));
        let leave = rows::away(rd, a - AROUND, b + AROUND)?;
        let mut leave = leave.iter().map(leave_of).collect::<Result<Vec<_>, _>>()?;
        leave.retain(|l| names.contains_key(&l.staff));
        let (mut fixed, mut before) = (Vec::new(), Vec::new());
        for row in rows::between(rd, l.row.id, a - CARRIED, b + AROUND)? {
            if row.id != but {
                let sheet = sheet_of(&row)?;
                // What people go by, else what is drafted for them.
                let of = sheet.published.unwrap_or(sheet.duties);
                before.extend(of.iter().filter(|d| d.day < first).cloned());
                let near = |d: &&Duty| (a - AROUND..=b + AROUND).contains(&number(d.day));
                fixed.extend(of.iter().filter(near).cloned());
            }
        }
        let elsewhere = self.elsewhere(rd, l.row.id, &names, (a - AROUND, b + AROUND))?;
        let carried = borne(&l.hall, &office.rules.calendar, &before);
        Ok(Ground { hall: l.hall.clone(), office, active, names, leave, elsewhere, fixed, carried })
    }

    /// What these people have to do in other halls, with the hours that their shifts have there.
    fn elsewhere(
        &self,
        rd: &mut Rd<'_>,
        but: i64,
        names: &BTreeMap<StaffId, String>,
        (a, b): (i64, i64),
    ) -> Result<Vec<Elsewhere>, Error> {
        let shared =
            |o: &&Loaded| o.row.id != but && o.hall.posts.iter().any(|p| names.contains_key(&p.staff));
        let all = self.all(rd)?;
        let others: BTreeMap<i64, &Hall> = all.iter().filter(shared).map(|o| (o.row.id, &o.hall)).collect();
        let mut out = Vec::new();
        if others.is_empty() {
            return Ok(out);
        }
        for row in rows::of_all(rd, a, b)? {
            let Some(hall) = others.get(&row.hall) else { continue };
            let sheet = sheet_of(&row)?;
            let of = sheet.published.unwrap_or(sheet.duties);
            let near = |d: &Duty| (a..=b).contains(&number(d.day)) && names.contains_key(&d.staff);
            out.extend(of.into_iter().filter(near).map(|d| Elsewhere {
                staff: d.staff,
                day: d.day,
                hours: hall.rostering.shift(&d.shift).map_or_else(Vec::new, |s| s.hours.clone()),
            }));
        }
        Ok(out)
    }

    /// Who came before and who is booked.
    fn before(&self, rd: &mut Rd<'_>, l: &Loaded, (first, last): (Date, Date)) -> Result<Before, Error> {
        let today = number(self.city.store().now().date());
        let back = i64::from(l.hall.rostering.rules.back_weeks) * 7;
        let half = |at: Moment| u8::try_from(at.us_of_day() / (30 * 60 * kernel::US_PER_SECOND)).unwrap_or(0);
        let mut out = Before::default();
        let mut served: BTreeMap<String, Vec<i64>> = BTreeMap::new();
        for t in tickets::of_days(rd, l.row.id, today - back, today - 1, MOST)? {
            let booked = t.appointment.is_some();
            out.came.push((t.taken.date(), t.queue.clone(), half(t.waits_from.max(t.taken)), booked));
            if let (Some(a), Some(b), "ended") = (t.started, t.ended, t.stage.as_str()) {
                served.entry(t.queue).or_default().push(b.us_since(a));
            }
        }
        for (queue, mut all) in served.into_iter().filter(|s| s.1.len() >= SERVED) {
            all.sort_unstable();
            let minutes = hall::figures::percentile(&all, 50) / (60 * kernel::US_PER_SECOND);
            out.minutes.insert(queue, u16::try_from(minutes.clamp(1, 240)).unwrap_or(1));
        }
        let (from, to) = (Moment::start_of(first), Moment::start_of(last).plus_us(US_PER_DAY));
        for a in appointments::of_hall(rd, l.row.id, from, to, MOST)? {
            if matches!(a.stage.as_str(), "held" | "confirmed" | "arrived" | "served") {
                out.booked.push((a.start.date(), a.queue, half(a.start)));
            }
        }
        Ok(out)
    }

    /// Rosters of a hall, the newest first.
    pub fn rosters(&self, actor: Actor, hall: i64) -> Later<Vec<RosterLine>> {
        self.read(move |app, rd| {
            let l = load(rd, hall)?;
            let today = app.city.store().now().date();
            door(&actor, op::ReadRoster, &l.hall, today)?;
            let writes = door(&actor, op::WriteRoster, &l.hall, today).is_ok();
            let mut out = Vec::new();
            for row in rows::between(rd, hall, number(today) - 400, i64::MAX)?.iter().rev() {
                let state = SheetState::read(&row.state).unwrap_or(SheetState::Draft);
                if writes || state != SheetState::Draft {
                    out.push(RosterLine { id: row.id, first: date(row.first), last: date(row.last), state });
                }
            }
            Ok(out)
        })
    }

    /// Draws a roster of so many weeks from a Monday on; nothing is written.
    pub fn draw_roster(&self, actor: Actor, hall: i64, first: Date, weeks: u8) -> Later<Drawn> {
        self.study(move |app, rd| {
            let l = load(rd, hall)?;
            let today = app.city.store().now().date();
            door(&actor, op::WriteRoster, &l.hall, today)?;
            let last = weeks_of(&l, first, weeks, app.city.store().now().date())?;
            if last < today {
                return Err(Error::invalid("first", "这几周已经过去", "these weeks are over"));
            }
            let (a, b) = (number(first), number(last));
            free_of_others(rd, hall, (a, b))?;
            let from = first.max(today);
            let ground = app.ground(rd, &l, (from, last), 0)?;
            let before = app.before(rd, &l, (from, last))?;
            let needs = demand(&l.hall, &ground.office.rules.calendar, (from, last), &before);
            let duties = plan(&ground.task((from, last), &needs));
            let row = RosterRow {
                id: 0,
                ver: 0,
                hall,
                first: a,
                last: b,
                state: String::new(),
                doc: String::new(),
            };
            let moved = duties.len();
            let sheet = Sheet { since: Some(from), needs, duties, ..Sheet::default() };
            Ok(Drawn { row, hall_ver: l.row.ver, sheet, act: "draw", moved })
        })
    }

    /// Draws a roster again from today on; what is over stays; nothing is written.
    pub fn redraw_roster(&self, actor: Actor, id: i64, ver: i64, how: Redraw) -> Later<Drawn> {
        self.study(move |app, rd| {
            let (row, mut sheet) = load_roster(rd, id)?;
            let l = load(rd, row.hall)?;
            let today = app.city.store().now().date();
            door(&actor, op::WriteRoster, &l.hall, today)?;
            unchanged(StreamKind::Roster, id, ver, row.ver)?;
            let (first, last) = (date(row.first).max(today), date(row.last));
            if last < today {
                return Err(Error::invalid("first", "这张排班表已经过去", "this roster is over"));
            }
            let mut ground = app.ground(rd, &l, (date(row.first), last), id)?;
            let old = sheet.duties.clone();
            let over: Vec<Duty> = old.iter().filter(|d| d.day < first).cloned().collect();
            ground.fixed.extend(over.iter().cloned());
            let new = match how {
                Redraw::Least => replan(&ground.task((first, last), &sheet.needs), &old),
                Redraw::Anew => {
                    let before = app.before(rd, &l, (first, last))?;
                    sheet.needs.retain(|n| n.day < first);
                    sheet.needs.extend(demand(
                        &l.hall,
                        &ground.office.rules.calendar,
                        (first, last),
                        &before,
                    ));
                    plan(&ground.task((first, last), &sheet.needs))
                }
            };
            sheet.duties = over.into_iter().chain(new).collect();
            let moved = moved(&old, &sheet.duties);
            let act = if how == Redraw::Least { "replan" } else { "draw" };
            Ok(Drawn { row, hall_ver: l.row.ver, sheet, act, moved })
        })
    }

    /// Keeps what was drawn, when the hall and the roster are as they were then. Answers the id.
    pub fn keep_drawn(&self, actor: Actor, drawn: Drawn) -> Later<i64> {
        self.write(move |_, tx| {
            let l = load(tx, drawn.row.hall)?;
            let permit = door(&actor, op::WriteRoster, &l.hall, tx.now().date())?;
            unchanged(StreamKind::Hall, l.row.id, drawn.hall_ver, l.row.ver)?;
            if drawn.row.id == 0 {
                free_of_others(tx, drawn.row.hall, (drawn.row.first, drawn.row.last))?;
            } else {
                let (row, _) = load_roster(tx, drawn.row.id)?;
                unchanged(StreamKind::Roster, row.id, drawn.row.ver, row.ver)?;
            }
            save(tx, &permit, &drawn.row, &drawn.sheet, drawn.act, &drawn.sheet)
        })
    }

    /// One roster.
    pub fn roster(&self, actor: Actor, id: i64) -> Later<RosterView> {
        self.study(move |app, rd| {
            let (row, sheet) = load_roster(rd, id)?;
            let l = load(rd, row.hall)?;
            let today = app.city.store().now().date();
            door(&actor, op::ReadRoster, &l.hall, today)?;
            let may_write = door(&actor, op::WriteRoster, &l.hall, today).is_ok();
            if !may_write && sheet.published.is_none() {
                return Err(Error::NotFound);
            }
            let (first, last) = (date(row.first), date(row.last));
            let ground = app.ground(rd, &l, (first, last), id)?;
            let shown = if may_write { sheet.duties.clone() } else { sheet.in_force().to_vec() };
            let task = ground.task((first, last), &sheet.needs);
            let (report, broken) = (look(&task, &shown), broken(&task, &shown));
            let gone = shown.iter().map(|d| d.staff).filter(|s| !ground.names.contains_key(s));
            let gone = accounts(rd, gone)?.1;
            let mut people: Vec<(StaffId, String)> = ground.names.clone().into_iter().chain(gone).collect();
            people.sort_by(|a, b| (&a.1, a.0).cmp(&(&b.1, b.0)));
            Ok(RosterView {
                id,
                ver: row.ver,
                hall_id: row.hall,
                first,
                last,
                shown,
                report,
                // What is over cannot be mended.
                broken: broken.into_iter().filter(|b| b.day >= today).collect(),
                leave: ground.leave,
                elsewhere: ground.elsewhere,
                people,
                may_write,
                hall: l.hall,
                sheet,
            })
        })
    }

    /// Puts somebody at a window for a shift of a day, or gives them the day off. What would break a hard rule is refused with
    /// the rule.
    pub fn set_duty(
        &self,
        actor: Actor,
        id: i64,
        ver: i64,
        (staff, day): (StaffId, Date),
        to: Option<(u16, String)>,
    ) -> Later<()> {
        self.write(move |app, tx| {
            let (row, mut sheet) = load_roster(tx, id)?;
            let l = load(tx, row.hall)?;
            let today = tx.now().date();
            let permit = door(&actor, op::WriteRoster, &l.hall, today)?;
            unchanged(StreamKind::Roster, id, ver, row.ver)?;
            let (first, last) = (date(row.first), date(row.last));
            if day < today || day < first || day > last {
                return Err(Error::invalid(
                    "day",
                    "只能改这张表里今天和以后的班",
                    "only days of this roster from today on can be changed",
                ));
            }
            let ground = app.ground(tx, &l, (first, last), id)?;
            let task = ground.task((first, last), &sheet.needs);
            let new = sheet.with(staff, day, to.clone());
            let before = broken(&task, &sheet.duties);
            let worse: Vec<Broken> =
                broken(&task, &new).into_iter().filter(|b| !before.contains(b)).collect();
            refuse(&worse, &ground.names)?;
            #[derive(Serialize)]
            struct Set<'a> {
                staff: StaffId,
                day: Date,
                to: &'a Option<(u16, String)>,
            }
            sheet.duties = new;
            save(tx, &permit, &row, &sheet, "set", &Set { staff, day, to: &to }).map(drop)
        })
    }

    /// 发布: people go by it from now on. Refused while a hard rule is broken.
    pub fn publish_roster(&self, actor: Actor, id: i64, ver: i64) -> Later<()> {
        self.write(move |app, tx| {
            let (row, mut sheet) = load_roster(tx, id)?;
            let l = load(tx, row.hall)?;
            let today = tx.now().date();
            let permit = door(&actor, op::WriteRoster, &l.hall, today)?;
            unchanged(StreamKind::Roster, id, ver, row.ver)?;
            let (first, last) = (date(row.first), date(row.last));
            let ground = app.ground(tx, &l, (first, last), id)?;
            let bad = broken(&ground.task((first, last), &sheet.needs), &sheet.duties);
            let ahead: Vec<Broken> = bad.into_iter().filter(|b| b.day >= today).collect();
            refuse(&ahead, &ground.names)?;
            #[derive(Serialize)]
            struct Published<'a> {
                duties: &'a [Duty],
            }
            sheet.publish(sheet.duties.clone());
            save(tx, &permit, &row, &sheet, "publish", &Published { duties: sheet.in_force() }).map(drop)
        })
    }

    /// The window is named on the wall: who sits where on some days, by what was published; who is away is not named.
    pub fn wall(&self, hall: i64, first: Date, days: i64) -> Later<(Hall, Vec<(Duty, String)>)> {
        self.read(move |_, rd| {
            city::reach::public(op::PublicHalls)?;
            let l = load(rd, hall)?;
            let (a, b) = (number(first), number(first) + days.clamp(1, 14) - 1);
            let leave = rows::away(rd, a, b)?.iter().map(leave_of).collect::<Result<Vec<_>, _>>()?;
            let mut on: Vec<Duty> = Vec::new();
            for row in rows::between(rd, hall, a, b)? {
                on.extend(sheet_of(&row)?.published.unwrap_or_default());
            }
            on.retain(|d| {
                let hours = l.hall.rostering.shift(&d.shift).map_or(&[][..], |s| &s.hours);
                (a..=b).contains(&number(d.day)) && !leave.iter().any(|x| x.meets(d.staff, d.day, hours))
            });
            let (active, names) = accounts(rd, on.iter().map(|d| d.staff))?;
            let named = |d: Duty| Some((names.get(&d.staff).cloned()?, d)).map(|(name, d)| (d, name));
            let mut out: Vec<(Duty, String)> =
                on.into_iter().filter(|d| active.contains(&d.staff)).filter_map(named).collect();
            // Who comes first in the day stands first.
            let begins = |d: &Duty| l.hall.rostering.shift(&d.shift).map(hall::roster::Shift::ends);
            out.sort_by_key(|x| (x.0.day, x.0.window, begins(&x.0), x.0.shift.clone()));
            Ok((l.hall, out))
        })
    }
}

/// Who was on duty by what was published, without who was away: for who was present.
pub(crate) fn rostered(rd: &mut Rd<'_>, l: &Loaded, first: Date, last: Date) -> Result<Rostered, Error> {
    let (a, b) = (number(first), number(last));
    let mut out = Rostered::default();
    if b < a {
        return Ok(out);
    }
    let leave = rows::away(rd, a, b)?.iter().map(leave_of).collect::<Result<Vec<_>, _>>()?;
    for row in rows::between(rd, l.row.id, a, b)? {
        let sheet = sheet_of(&row)?;
        let Some(duties) = sheet.published else { continue };
        out.days.push((sheet.since.unwrap_or(date(row.first)), date(row.last)));
        let hours = |d: &Duty| l.hall.rostering.shift(&d.shift).map_or(&[][..], |s| &s.hours);
        let away = |d: &Duty| leave.iter().any(|x| x.meets(d.staff, d.day, hours(d)));
        out.duties.extend(duties.into_iter().filter(|d| first <= d.day && d.day <= last && !away(d)));
    }
    Ok(out)
}

/// Shifts that people were told keep their hours: a duty holds only the code of its shift, and what was published, also what
/// is over, would become another one unseen.
pub(crate) fn keeps_shifts(
    rd: &mut Rd<'_>,
    hall: i64,
    old: &Hall,
    new: &Hall,
    today: Date,
) -> Result<(), Error> {
    let hours = |h: &Hall, code: &str| h.rostering.shift(code).map(|s| s.hours.clone());
    let moved = old.rostering.shifts.iter().filter(|s| hours(new, &s.code).as_ref() != Some(&s.hours));
    let moved: Vec<_> = moved.map(|s| (s.code.clone(), s.name.clone())).collect();
    if moved.is_empty() {
        return Ok(());
    }
    for row in rows::between(rd, hall, number(today) - 400, i64::MAX)? {
        let sheet = sheet_of(&row)?;
        let held = |code: &str| sheet.in_force().iter().any(|d| d.shift == code);
        if let Some((_, name)) = moved.iter().find(|m| held(&m.0)) {
            return Err(Error::invalid(
                "shifts",
                format!("班次“{name}”已经发布在排班表里，不能改时间或删除；请另建一个班次，再重排"),
                format!("the shift “{name}” stands in a published roster: make another one and draw again"),
            ));
        }
    }
    Ok(())
}

/// What is broken, in words; nothing when nothing is.
pub(crate) fn refuse(bad: &[Broken], names: &BTreeMap<StaffId, String>) -> Result<(), Error> {
    if bad.is_empty() {
        return Ok(());
    }
    let name = |b: &Broken| names.get(&b.staff).cloned().unwrap_or_else(|| format!("#{}", b.staff));
    let all: Vec<Said> = bad.iter().take(5).map(|b| b.said(&name(b))).collect();
    let join = |of: fn(&Said) -> &str, by: &str| all.iter().map(of).collect::<Vec<_>>().join(by);
    let more = if bad.len() > 5 { format!("（共 {} 处）", bad.len()) } else { String::new() };
    Err(Error::invalid(
        "duty",
        format!("违反硬规则：{}{more}。请换一天，或换别人", join(|s| &s.zh, "；")),
        format!(
            "a hard rule would be broken: {}{}. Choose another day or somebody else",
            join(|s| &s.en, "; "),
            if bad.len() > 5 { format!(" ({} in all)", bad.len()) } else { String::new() }
        ),
    ))
}

/// A day of a hall has one roster.
fn free_of_others(rd: &mut Rd<'_>, hall: i64, (a, b): (i64, i64)) -> Result<(), Error> {
    if let Some(other) = rows::between(rd, hall, a, b)?.first() {
        let (from, to) = (date(other.first), date(other.last));
        return Err(Error::invalid(
            "first",
            format!("{from} 至 {to} 已有排班表，请从它之后的星期一开始，或打开它重排"),
            format!("{from} to {to} has a roster: begin on a Monday after it, or draw that one again"),
        ));
    }
    Ok(())
}
