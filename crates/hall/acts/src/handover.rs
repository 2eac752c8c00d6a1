//! 交接: a sheet given by who leaves a window and taken by who comes, both on record; what is due by the roster and by posts
//! that end. AB 岗: items that nobody stands in for.

use std::collections::BTreeMap;

use access::{Own, op};
use city::{Door as _, Error, Later};
use hall::ab::cover;
use hall::handover::{Due, HandOver, HandStage, HandWhy, OpenTicket, due, lines_of};
use hall::roster::plus;
use hall::ticket::Stage as TicketStage;
use kernel::{Actor, Date, Moment, StaffId, StreamKind, US_PER_DAY};
use serde::Serialize;
use store::rosters::{self as rows, HandOverRow};
use store::{Rd, appointments, items};

use crate::Halls;
use crate::doors::{Loaded, door, load};
use crate::rosters::{accounts, date, number, rostered, unchanged};
use crate::tickets::of_day;

/// Days back for which sheets and what is due are listed.
const BACK: i64 = 14;

/// A hand-over sheet as lists and pages show it.
#[derive(Clone, Debug)]
pub struct HandOverView {
    /// id
    pub id: i64,
    /// version
    pub ver: i64,
    /// id of the hall
    pub hall: i64,
    /// its name
    pub hall_name: String,
    /// number of the window
    pub window: u16,
    /// day
    pub day: Date,
    /// who gave
    pub gives: String,
    /// who takes
    pub takes: String,
    /// all of it
    pub sheet: HandOver,
    /// this reader takes it or returns it
    pub may_answer: bool,
    /// this reader gave it and it was returned
    pub may_mend: bool,
}

/// A hand-over that is due.
#[derive(Clone, Debug)]
pub struct DueLine {
    /// what
    pub due: Due,
    /// id of the hall
    pub hall: i64,
    /// its name
    pub hall_name: String,
    /// name of who gives
    pub gives: String,
    /// name of who takes
    pub takes: String,
    /// this reader gives
    pub mine: bool,
}

/// What is open at a window, for the sheet.
#[derive(Clone, Debug)]
pub struct OpenAt {
    /// name of the hall
    pub hall_name: String,
    /// numbers that are not done
    pub tickets: Vec<OpenTicket>,
    /// who is still expected today
    pub expected: usize,
    /// who may take over: posted at the window, by name
    pub heirs: Vec<(StaffId, String)>,
    /// who is next by the roster or the posts
    pub next: Option<StaffId>,
}

/// Firsts and seconds of a queue, by name.
#[derive(Clone, Debug)]
pub struct QueueCover {
    /// letter and name of the queue
    pub queue: (String, String),
    /// A岗
    pub first: Vec<String>,
    /// B岗
    pub second: Vec<String>,
}

/// An item without a first or a second.
#[derive(Clone, Debug)]
pub struct Uncovered {
    /// its code
    pub code: String,
    /// its name
    pub name: String,
    /// short name of its unit
    pub unit: String,
    /// letters of the queues that handle it
    pub queues: Vec<String>,
    /// nobody is first
    pub no_first: bool,
}

/// AB 岗 of a hall.
#[derive(Clone, Debug)]
pub struct AbView {
    /// name of the hall
    pub hall: String,
    /// queues
    pub queues: Vec<QueueCover>,
    /// items handled here
    pub items: usize,
    /// of these, items without a first or a second
    pub uncovered: Vec<Uncovered>,
}

fn name_of(rd: &mut Rd<'_>, staff: StaffId) -> Result<String, Error> {
    Ok(store::office::staff_by_id(rd, staff)?.map_or_else(|| format!("#{staff}"), |s| s.name))
}

fn sheet_of(row: &HandOverRow) -> Result<HandOver, Error> {
    serde_json::from_str(&row.doc)
        .map_err(|e| Error::Store(store::StoreError::Damaged(format!("hand-over sheet {}: {e}", row.id))))
}

/// Who is or was at a window until a few days ago may give it over.
fn gives(l: &Loaded, actor: &Actor, window: u16, today: Date) -> Result<StaffId, Error> {
    access::decide(actor, op::OwnShifts, Own(actor.staff))?;
    let me = actor.staff.ok_or(Error::NotFound)?;
    let recent = |p: &&hall::Post| {
        p.window == window
            && p.staff == me
            && (p.is_on(today) || p.until.is_some_and(|u| u >= plus(today, -BACK)))
    };
    if l.hall.posts.iter().any(|p| recent(&p)) {
        return Ok(me);
    }
    Err(Error::invalid(
        "window",
        "您没有在这个窗口定岗，没有可交接的",
        "you are not posted at this window: there is nothing to hand over",
    ))
}

impl Halls {
    fn hand_view(&self, rd: &mut Rd<'_>, row: &HandOverRow, reader: &Actor) -> Result<HandOverView, Error> {
        let (l, sheet) = (load(rd, row.hall)?, sheet_of(row)?);
        Ok(HandOverView {
            id: row.id,
            ver: row.ver,
            hall: row.hall,
            hall_name: l.hall.name,
            window: u16::try_from(row.desk).unwrap_or(0),
            day: date(row.day),
            gives: name_of(rd, row.gives)?,
            takes: name_of(rd, row.takes)?,
            may_answer: sheet.stage == HandStage::Given && reader.staff == Some(row.takes),
            may_mend: sheet.stage == HandStage::Returned && reader.staff == Some(row.gives),
            sheet,
        })
    }

    /// What is due in a hall and has no sheet yet.
    fn due_in(&self, rd: &mut Rd<'_>, l: &Loaded, reader: &Actor) -> Result<Vec<DueLine>, Error> {
        let today = self.city.store().now().date();
        let (from, to) = (plus(today, -2), today);
        // Who takes over may come days later.
        let duties = rostered(rd, l, from, plus(to, 7))?.duties;
        let there = rows::hand_overs(rd, l.row.id, number(from))?;
        let mut out = Vec::new();
        for d in due(&l.hall, &duties, (from, to)) {
            let same = |s: &&HandOverRow| {
                s.desk == i64::from(d.window) && s.gives == d.gives && s.day >= number(d.day)
            };
            if there.iter().any(|s| same(&s)) {
                continue;
            }
            out.push(DueLine {
                hall: l.row.id,
                hall_name: l.hall.name.clone(),
                gives: name_of(rd, d.gives)?,
                takes: name_of(rd, d.takes)?,
                mine: reader.staff == Some(d.gives),
                due: d,
            });
        }
        Ok(out)
    }

    /// Sheets of a hall of the last days, and what is due without one.
    pub fn hand_overs(&self, actor: Actor, hall: i64) -> Later<(Vec<HandOverView>, Vec<DueLine>)> {
        self.read(move |app, rd| {
            let l = load(rd, hall)?;
            let today = app.city.store().now().date();
            door(&actor, op::ReadRoster, &l.hall, today)?;
            let mut out = Vec::new();
            for row in rows::hand_overs(rd, hall, number(today) - BACK)? {
                out.push(app.hand_view(rd, &row, &actor)?);
            }
            Ok((out, app.due_in(rd, &l, &actor)?))
        })
    }

    /// Sheets that somebody gave or takes, and what is due of them.
    pub fn my_hand_overs(&self, actor: Actor) -> Later<(Vec<HandOverView>, Vec<DueLine>)> {
        self.read(move |app, rd| {
            access::decide(&actor, op::OwnShifts, Own(actor.staff))?;
            let me = actor.staff.ok_or(Error::NotFound)?;
            let today = app.city.store().now().date();
            let mut out = Vec::new();
            for row in rows::hand_overs_of(rd, me, number(today) - BACK)? {
                out.push(app.hand_view(rd, &row, &actor)?);
            }
            let mut owed = Vec::new();
            for l in app.all(rd)?.iter().filter(|l| l.hall.posts.iter().any(|p| p.staff == me)) {
                owed.extend(app.due_in(rd, l, &actor)?.into_iter().filter(|d| d.mine));
            }
            Ok((out, owed))
        })
    }

    fn open_tickets(
        &self,
        rd: &mut Rd<'_>,
        l: &Loaded,
        window: u16,
    ) -> Result<(Vec<OpenTicket>, usize), Error> {
        let now = self.city.store().now();
        let mut open = Vec::new();
        for t in of_day(rd, l.row.id, now.day_number())? {
            let stands = matches!(t.stage, TicketStage::Called | TicketStage::Serving | TicketStage::Parked);
            if stands && t.window == Some(window) {
                open.push(OpenTicket {
                    number: t.number.clone(),
                    stage: t.stage.word().to_owned(),
                    words: t.item.clone(),
                });
            }
        }
        let served = |letter: &str| l.hall.serving(letter).any(|w| w.number == window);
        let to = Moment::start_of(now.date()).plus_us(US_PER_DAY);
        let booked = appointments::of_hall(rd, l.row.id, now, to, 2_000)?;
        let expected = booked.iter().filter(|a| a.stage == "confirmed" && served(&a.queue)).count();
        Ok((open, expected))
    }

    /// What is open at a window, for who hands it over.
    pub fn open_at(&self, actor: Actor, hall: i64, window: u16) -> Later<OpenAt> {
        self.read(move |app, rd| {
            let l = load(rd, hall)?;
            let today = app.city.store().now().date();
            let me = gives(&l, &actor, window, today)?;
            let (tickets, expected) = app.open_tickets(rd, &l, window)?;
            let mut heirs = BTreeMap::new();
            for p in l.hall.posts.iter().filter(|p| p.window == window && p.staff != me) {
                if p.until.is_none_or(|u| u >= today) && !heirs.contains_key(&p.staff) {
                    heirs.insert(p.staff, name_of(rd, p.staff)?);
                }
            }
            let next = app.due_in(rd, &l, &actor)?.into_iter().find(|d| d.mine && d.due.window == window);
            Ok(OpenAt {
                hall_name: l.hall.name,
                tickets,
                expected,
                next: next.map(|d| d.due.takes),
                heirs: heirs.into_iter().collect(),
            })
        })
    }

    /// 交: a sheet with what is open now and what was written, a line for each thing. `mends` is one that was returned.
    pub fn give_over(
        &self,
        actor: Actor,
        (hall, window): (i64, u16),
        why: HandWhy,
        takes: StaffId,
        written: String,
        mends: Option<i64>,
    ) -> Later<i64> {
        self.write(move |app, tx| {
            let l = load(tx, hall)?;
            let now = tx.now();
            let me = gives(&l, &actor, window, now.date())?;
            let permit = access::decide(&actor, op::OwnShifts, Own(Some(me)))?;
            // What was returned goes back to whom it was given to.
            let mended = match mends {
                None => None,
                Some(id) => {
                    let row = rows::hand_over_by_id(tx, id)?.ok_or(Error::NotFound)?;
                    let returned = sheet_of(&row)?.stage == HandStage::Returned;
                    if row.gives != me || row.hall != hall || row.desk != i64::from(window) || !returned {
                        return Err(Error::NotFound);
                    }
                    Some(row)
                }
            };
            let takes = mended.as_ref().map_or(takes, |row| row.takes);
            let heir =
                l.hall.posts.iter().any(|p| {
                    p.window == window && p.staff == takes && p.until.is_none_or(|u| u >= now.date())
                });
            if !heir || takes == me {
                return Err(Error::invalid(
                    "takes",
                    "请选择在这个窗口定岗的接收人",
                    "choose who takes over: somebody else who is posted at this window",
                ));
            }
            let lines =
                lines_of(&written).map_err(|said| Error::Invalid { field: "lines".to_owned(), said })?;
            let (open, expected) = app.open_tickets(tx, &l, window)?;
            let sheet = HandOver {
                why,
                open,
                expected,
                lines,
                given: now,
                answered: None,
                missing: String::new(),
                stage: HandStage::Given,
            };
            let row = mended.unwrap_or_else(|| HandOverRow {
                id: 0,
                ver: 0,
                hall,
                desk: i64::from(window),
                day: now.day_number(),
                gives: me,
                takes,
                state: String::new(),
                doc: String::new(),
            });
            save(tx, &permit, &row, &sheet, "give")
        })
    }

    /// One sheet, for the two and for who keeps the hall.
    pub fn hand_over(&self, actor: Actor, id: i64) -> Later<HandOverView> {
        self.read(move |app, rd| {
            let row = rows::hand_over_by_id(rd, id)?.ok_or(Error::NotFound)?;
            let l = load(rd, row.hall)?;
            let part = actor.staff.is_some_and(|s| s == row.gives || s == row.takes);
            if part {
                access::decide(&actor, op::OwnShifts, Own(actor.staff))?;
            } else {
                door(&actor, op::ReadRoster, &l.hall, app.city.store().now().date())?;
            }
            app.hand_view(rd, &row, &actor)
        })
    }

    /// 接: taken as it is, or returned with what is missing; by who takes, once.
    pub fn answer_hand_over(&self, actor: Actor, id: i64, ver: i64, missing: Option<String>) -> Later<()> {
        self.write(move |_, tx| {
            let row = rows::hand_over_by_id(tx, id)?.ok_or(Error::NotFound)?;
            let permit = access::decide(&actor, op::OwnShifts, Own(actor.staff))?;
            if actor.staff != Some(row.takes) {
                return Err(Error::NotFound);
            }
            unchanged(StreamKind::HandOver, id, ver, row.ver)?;
            let mut sheet = sheet_of(&row)?;
            if sheet.stage != HandStage::Given {
                return Err(Error::invalid(
                    "act",
                    "这张交接单已经接收或退回，请刷新",
                    "it was taken or returned already: reload",
                ));
            }
            sheet.answered = Some(tx.now());
            let act = match &missing {
                None => {
                    sheet.stage = HandStage::Taken;
                    "take"
                }
                Some(words) => {
                    let words = words.trim();
                    if words.is_empty() || words.chars().count() > hall::TEXT_MAX {
                        return Err(Error::invalid(
                            "missing",
                            format!("退回请写明缺什么（{} 字以内）", hall::TEXT_MAX),
                            format!("say what is missing, in at most {} characters", hall::TEXT_MAX),
                        ));
                    }
                    (sheet.stage, sheet.missing) = (HandStage::Returned, words.to_owned());
                    "return"
                }
            };
            save(tx, &permit, &row, &sheet, act).map(drop)
        })
    }

    /// AB 岗 of a hall today: each queue with its people, and the items that have no first or no second.
    pub fn first_and_second(&self, actor: Actor, hall: i64) -> Later<AbView> {
        self.study(move |app, rd| {
            let l = load(rd, hall)?;
            let today = app.city.store().now().date();
            door(&actor, op::ReadHall, &l.hall, today)?;
            let office = app.city.office(rd)?;
            let (active, names) = accounts(rd, l.hall.posts.iter().map(|p| p.staff))?;
            // Whose account is turned off, and who is away all of today, is nobody's first or second.
            let day = crate::rosters::number(today);
            let away: Vec<StaffId> = store::rosters::away(rd, day, day)?
                .iter()
                .filter(|r| r.hours.is_empty())
                .map(|r| r.staff)
                .collect();
            let all = cover(&l.hall, today, |s| active.contains(&s) && !away.contains(&s));
            let named = |of: &[StaffId]| of.iter().filter_map(|s| names.get(s).cloned()).collect();
            let queue = |c: &hall::ab::Cover| QueueCover {
                queue: (
                    c.letter.clone(),
                    l.hall.queue(&c.letter).map_or_else(String::new, |q| q.name.clone()),
                ),
                first: named(&c.first),
                second: named(&c.second),
            };
            let queues = all.iter().map(queue).collect();
            let (mut n, mut uncovered) = (0, Vec::new());
            items::each(rd, |item| {
                let of: Vec<_> = l
                    .hall
                    .handling(&item.code, item.unit_id)
                    .filter_map(|(q, _)| all.iter().find(|c| c.letter == q.letter))
                    .collect();
                if of.is_empty() {
                    return;
                }
                n += 1;
                let no_first = of.iter().all(|c| c.first.is_empty());
                if no_first || of.iter().all(|c| c.second.is_empty()) {
                    uncovered.push(Uncovered {
                        code: item.code,
                        name: item.name,
                        unit: item.unit_id.map_or_else(String::new, |u| office.unit_name(u)),
                        queues: of.iter().map(|c| c.letter.clone()).collect(),
                        no_first,
                    });
                }
            })?;
            uncovered.sort_by(|a, b| {
                (!a.no_first, &a.queues, &a.unit, &a.name).cmp(&(!b.no_first, &b.queues, &b.unit, &b.name))
            });
            Ok(AbView { hall: l.hall.name, queues, items: n, uncovered })
        })
    }
}

fn save(
    tx: &mut store::Tx<'_>,
    permit: &access::Permit,
    row: &HandOverRow,
    sheet: &HandOver,
    act: &str,
) -> Result<i64, Error> {
    #[derive(Serialize)]
    struct Happened<'a> {
        hall: i64,
        window: i64,
        gives: StaffId,
        takes: StaffId,
        sheet: &'a HandOver,
    }
    let data = Happened { hall: row.hall, window: row.desk, gives: row.gives, takes: row.takes, sheet };
    let data = serde_json::to_string(&data).map_err(Error::bug)?;
    let row = HandOverRow {
        ver: row.ver + 1,
        state: sheet.stage.word().to_owned(),
        doc: serde_json::to_string(sheet).map_err(Error::bug)?,
        ..row.clone()
    };
    Ok(rows::put_hand_over(tx, permit, &row, act, &data)?)
}
