//! 大厅: keeping the document of a hall, and closing with a preview of whom that would cancel.

use access::{Nothing, decide, op};
use city::reach::public;
use city::{Door as _, Error, Later};
use hall::appointment::{Command, Stage};
use hall::{Closure, Hall};
use kernel::{Actor, Moment, Said, US_PER_DAY};
use store::halls::{self as rows, HallRow};
use store::{Rd, appointments};

use crate::Halls;
use crate::doors::{self, door, load};
use crate::{places, saved};

/// A hall as lists show it.
#[derive(Clone, Debug)]
pub struct HallLine {
    /// id
    pub id: i64,
    /// the document
    pub hall: Hall,
    /// short name of the unit that runs it
    pub unit: String,
    /// when it is open today
    pub today: Vec<hall::Span>,
    /// when it is open today for who booked (弹性服务)
    pub elastic: Vec<hall::Span>,
}

/// A hall for who keeps it.
#[derive(Clone, Debug)]
pub struct HallView {
    /// id
    pub id: i64,
    /// version of the document
    pub ver: i64,
    /// the document
    pub hall: Hall,
    /// what should be put right
    pub warnings: Vec<Said>,
    /// this reader may change it
    pub may_write: bool,
    /// names of the accounts that are posted
    pub names: Vec<(kernel::StaffId, String)>,
}

/// An appointment that a closure would cancel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Touched {
    /// its number
    pub number: String,
    /// when
    pub start: Moment,
    /// what for
    pub name: String,
    /// letter of the queue
    pub queue: String,
}

/// Appointments looked at for one closure.
const LOOKED: u32 = 20_000;

fn touched(rd: &mut Rd<'_>, id: i64, c: &Closure) -> Result<Vec<(i64, Touched)>, Error> {
    let (from, to) = (Moment::start_of(c.first), Moment::start_of(c.last).plus_us(US_PER_DAY));
    let mut out = Vec::new();
    for row in appointments::of_hall(rd, id, from, to, LOOKED)? {
        let a = saved::read(&row)?;
        if !matches!(a.stage, Stage::Held | Stage::Confirmed) {
            continue;
        }
        let day = a.at.start.date();
        let hit = c
            .closes(&a.at.queue, day)
            .is_some_and(|s| a.at.start < hall::at(day, s.to()) && hall::at(day, s.from()) < a.at.end);
        if hit {
            let line = Touched {
                number: a.number.clone(),
                start: a.at.start,
                name: a.name.clone(),
                queue: a.at.queue,
            };
            out.push((a.id, line));
        }
    }
    Ok(out)
}

impl Halls {
    /// Halls with their queues, for everybody.
    pub fn public_halls(&self) -> Later<Vec<HallLine>> {
        self.read(|app, rd| {
            public(op::PublicHalls)?;
            app.lines(rd)
        })
    }

    fn lines(&self, rd: &mut Rd<'_>) -> Result<Vec<HallLine>, Error> {
        let office = self.city.office(rd)?;
        let today = self.city.store().now().date();
        let line = |l: &doors::Loaded| {
            let open = l.hall.open_on(today, &office.rules.calendar);
            let of = |elastic: bool| {
                let these = open.iter().filter(|o| (o.kind == hall::Hours::Elastic) == elastic);
                hall::Span::joined(these.map(|o| o.span))
            };
            HallLine {
                id: l.row.id,
                unit: office.unit_name(l.hall.unit),
                today: of(false),
                elastic: of(true),
                hall: l.hall.clone(),
            }
        };
        Ok(self.all(rd)?.iter().map(line).collect())
    }

    /// The halls that this member of staff may look into.
    pub fn halls(&self, actor: Actor) -> Later<Vec<HallLine>> {
        self.read(move |app, rd| {
            decide(&actor, op::ListHalls, Nothing)?;
            let today = app.city.store().now().date();
            let mut all = app.lines(rd)?;
            all.retain(|l| door(&actor, op::ReadHall, &l.hall, today).is_ok());
            Ok(all)
        })
    }

    /// One hall, for who keeps it or works there.
    pub fn hall(&self, actor: Actor, id: i64) -> Later<HallView> {
        self.read(move |app, rd| {
            let l = load(rd, id)?;
            let today = app.city.store().now().date();
            door(&actor, op::ReadHall, &l.hall, today)?;
            let names = crate::rosters::accounts(rd, l.hall.posts.iter().map(|p| p.staff))?.1;
            let names = names.into_iter().collect();
            Ok(HallView {
                id,
                ver: l.row.ver,
                warnings: hall::warnings(&l.hall, today),
                may_write: door(&actor, op::WriteHall, &l.hall, today).is_ok(),
                hall: l.hall,
                names,
            })
        })
    }

    /// Keeps the document of a hall; `id` 0 makes one. `ver` is the version the person saw. Slots follow at once; what is
    /// booked stays. Answers the id.
    pub fn put_hall(&self, actor: Actor, id: i64, ver: i64, new: Hall) -> Later<i64> {
        self.write(move |app, tx| app.put_in(tx, &actor, (id, ver), &new))
    }

    pub(crate) fn put_in(
        &self,
        tx: &mut store::Tx<'_>,
        actor: &Actor,
        (id, ver): (i64, i64),
        new: &Hall,
    ) -> Result<i64, Error> {
        let today = tx.now().date();
        if id != 0 {
            let old = load(tx, id)?;
            door(actor, op::WriteHall, &old.hall, today)?;
            crate::rosters::keeps_shifts(tx, id, &old.hall, new, today)?;
            if old.row.ver != ver {
                let stream = kernel::StreamId::new(kernel::StreamKind::Hall, id);
                return Err(Error::Changed(store::StoreError::Conflict {
                    stream,
                    expected: ver,
                    found: old.row.ver,
                }));
            }
        }
        let permit = door(actor, op::WriteHall, new, today)?;
        let office = self.city.office(tx)?;
        doors::in_its_unit(&office, new)?;
        if let Some(f) = hall::faults(new).into_iter().next() {
            return Err(Error::Invalid { field: f.field.to_owned(), said: f.said });
        }
        let (active, _) = crate::rosters::accounts(tx, new.posts.iter().map(|p| p.staff))?;
        if new.posts.iter().any(|p| !active.contains(&p.staff)) {
            return Err(Error::invalid(
                "posts",
                "定岗的人员账号不存在或已停用",
                "no such account, or it is turned off",
            ));
        }
        for staff in new.helping.helpers.iter().filter_map(|h| h.staff) {
            let known = store::office::staff_by_id(tx, staff)?.filter(|s| s.active);
            if !known.is_some_and(|s| hall::help::table::HELPING.contains(&s.role)) {
                return Err(Error::invalid(
                    "helpers",
                    "帮办员的账号不存在、已停用，或岗位不能帮办（窗口、经办、统筹、走流程、单位管理和志愿者可以）",
                    "no such account in use, or not of a role that helps",
                ));
            }
        }
        let doc = serde_json::to_string(new).map_err(Error::bug)?;
        let row = HallRow {
            id,
            ver: ver + 1,
            name: new.name.clone(),
            region: new.region.as_str().to_owned(),
            unit: new.unit,
            state: "open".to_owned(),
            doc: doc.clone(),
        };
        let id = rows::put(tx, &permit, &row, if id == 0 { "make" } else { "change" }, &doc)?;
        places::lay(tx, &permit, id, new, &office.rules.calendar)?;
        Ok(id)
    }

    /// Whom a closure would cancel: asked before it is made.
    pub fn preview_closure(&self, actor: Actor, id: i64, closure: Closure) -> Later<Vec<Touched>> {
        self.read(move |app, rd| {
            let l = load(rd, id)?;
            door(&actor, op::WriteHall, &l.hall, app.city.store().now().date())?;
            Ok(touched(rd, id, &closure)?.into_iter().map(|t| t.1).collect())
        })
    }

    /// Closes, and calls off what is booked in it, with the reason. `told` is how many the preview named: when it is another
    /// number by now, nothing is done.
    pub fn close(&self, actor: Actor, id: i64, closure: Closure, told: usize) -> Later<usize> {
        self.write(move |app, tx| {
            let mut l = load(tx, id)?;
            let now = tx.now();
            let permit = door(&actor, op::WriteHall, &l.hall, now.date())?;
            let office = app.city.office(tx)?;
            let all = touched(tx, id, &closure)?;
            if all.len() != told {
                return Err(Error::invalid(
                    "told",
                    format!("现在会取消 {} 个预约（刚才是 {told} 个），请再看一遍名单", all.len()),
                    format!("{} appointments by now, not {told}: look at the list again", all.len()),
                ));
            }
            l.hall.closures.push(closure.clone());
            if let Some(f) = hall::faults(&l.hall).into_iter().next() {
                return Err(Error::Invalid { field: f.field.to_owned(), said: f.said });
            }
            let doc = serde_json::to_string(&l.hall).map_err(Error::bug)?;
            let row = HallRow { ver: l.row.ver + 1, doc, ..l.row };
            let data = serde_json::to_string(&closure).map_err(Error::bug)?;
            rows::put(tx, &permit, &row, "close", &data)?;
            let system = Actor::system();
            for (a, _) in &all {
                let row = appointments::by_id(tx, *a)?.ok_or(Error::NotFound)?;
                let asked = Command::CallOff { reason: closure.reason.clone() };
                app.act(tx, &l.hall, &system, saved::read(&row)?, asked)?;
            }
            places::lay(tx, &permit, id, &l.hall, &office.rules.calendar)?;
            Ok(all.len())
        })
    }

    /// What the kiosk of a hall is opened with: who has the address may take numbers there.
    pub fn kiosk_of(&self, actor: Actor, id: i64) -> Later<String> {
        self.read(move |app, rd| {
            let l = load(rd, id)?;
            door(&actor, op::WriteHall, &l.hall, app.city.store().now().date())?;
            Ok(app.kiosk_token(id))
        })
    }

    pub(crate) fn kiosk_token(&self, id: i64) -> String {
        ledger::hex(&self.city.vault().token_digest(&format!("kiosk/{id}"))[..16])
    }
}

/// The side of a channel that can be booked.
pub(crate) fn side(channel: hall::Channel) -> store::slots::Side {
    match channel {
        hall::Channel::Phone => store::slots::Side::Phone,
        _ => store::slots::Side::Counter,
    }
}

/// The kind of hours of a slot.
pub(crate) fn hours(word: &str) -> hall::Hours {
    hall::Hours::read(word).unwrap_or(hall::Hours::Office)
}

impl Halls {
    /// The account of a login and its unit, to be posted at a window of this hall.
    pub fn account_for(
        &self,
        actor: Actor,
        id: i64,
        login: String,
    ) -> Later<(kernel::StaffId, kernel::UnitId)> {
        self.read(move |app, rd| {
            let l = load(rd, id)?;
            door(&actor, op::WriteHall, &l.hall, app.city.store().now().date())?;
            let found = store::office::staff_by_login(rd, login.trim())?.filter(|s| s.active);
            let found = found.ok_or_else(|| {
                Error::invalid(
                    "login",
                    "没有这个在用的账号，请核对登录名",
                    "no such account in use: check the login",
                )
            })?;
            Ok((found.id, found.unit))
        })
    }
}
