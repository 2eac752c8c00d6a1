//! Lists of orders: what waits in a hall, what a helper has, whose doors they go to today, figures with the orders behind them.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use access::{Nothing, Own, decide, op};
use city::{Contact, Door as _, Error, Later};
use hall::help::figures::{HelpTally, Which, tally};
use hall::help::{HelpOrder, Next, Stage};
use hall::ical;
use kernel::{Actor, Date, Moment, StaffId, US_PER_DAY};
use store::Rd;
use store::help as rows;

use super::read;
use crate::Halls;
use crate::doors::{Loaded, door, load};

/// An order as lists show it.
#[derive(Clone, Debug)]
pub struct HelpLine {
    /// the order
    pub order: HelpOrder,
    /// name of the hall
    pub hall: String,
    /// who asked, covered
    pub contact: Contact,
    /// it should have been answered
    pub late: bool,
    /// its mandate ends within days
    pub soon: bool,
    /// its helper is no longer in the register, or their training is over
    pub helper_gone: bool,
}

/// A door to go to (上门路线).
#[derive(Clone, Debug)]
pub struct Stop {
    /// the order
    pub order: HelpOrder,
    /// name of the hall
    pub hall: String,
    /// who lives there; covered until it was put down why one looks
    pub contact: Contact,
}

/// Figures of one hall.
#[derive(Clone, Debug)]
pub struct HelpFigures {
    /// id of the hall
    pub hall: i64,
    /// its name
    pub name: String,
    /// its region
    pub region: String,
    /// what was counted
    pub tally: HelpTally,
    /// refused, with why
    pub refused: Vec<(String, String)>,
}

/// Orders of one list.
const LIST: u32 = 2_000;
/// Orders counted at once.
const MOST: u32 = 200_000;
/// Days at most.
const DAYS: i64 = 366;

fn asked_in(rd: &mut Rd<'_>, hall: i64, first: Date, last: Date) -> Result<Vec<HelpOrder>, Error> {
    let (from, to) = (Moment::start_of(first), Moment::start_of(last).plus_us(US_PER_DAY));
    if to <= from || to.day_number() - from.day_number() > DAYS {
        return Err(Error::invalid(
            "to",
            "请选一年以内的起止日期",
            "choose a first and a last day within a year",
        ));
    }
    rows::of_hall(rd, hall, from, to, MOST)?.iter().map(read).collect()
}

impl Halls {
    fn help_line(&self, rd: &mut Rd<'_>, l: &Loaded, order: HelpOrder) -> Result<HelpLine, Error> {
        let now = self.city.store().now();
        let office = self.city.office(rd)?;
        let helping = &l.hall.helping;
        let gone = |id: u32| helping.helper(id).is_none_or(|h| !h.holds(now.date()));
        Ok(HelpLine {
            hall: l.hall.name.clone(),
            contact: self.helped(rd, order.id)?.contact.masked(),
            late: order.answer_is_late(now, helping, &office.rules.calendar),
            soon: order.mandate_ends_soon(now, helping.numbers.warn_days, &office.rules.calendar),
            helper_gone: order.next().is_some() && order.helper.as_ref().is_some_and(|h| gone(h.id)),
            order,
        })
    }

    /// Orders in which something is to be done, of one hall or of all that this reader may look into: what waits for an answer
    /// first, then mandates that end, then the longest waiting.
    pub fn help_orders(&self, actor: Actor, hall: Option<i64>) -> Later<Vec<HelpLine>> {
        self.read(move |app, rd| {
            decide(&actor, op::ListHalls, Nothing)?;
            let today = app.city.store().now().date();
            let mut out = Vec::new();
            let all = app.all(rd)?;
            for l in all.iter().filter(|l| hall.is_none_or(|h| h == l.row.id)) {
                match door(&actor, op::ReadHelp, &l.hall, today) {
                    Ok(_) => {}
                    Err(e) if hall.is_some() => return Err(e),
                    Err(_) => continue,
                }
                for row in rows::open(rd, l.row.id, LIST)? {
                    out.push(app.help_line(rd, l, read(&row)?)?);
                }
            }
            let turn = |l: &HelpLine| (l.order.stage != Stage::Asked, !l.soon, l.order.asked, l.order.id);
            out.sort_by_key(turn);
            Ok(out)
        })
    }

    /// Orders in which this account helps and something is to be done.
    pub fn my_help(&self, actor: Actor) -> Later<Vec<HelpLine>> {
        self.read(move |app, rd| {
            decide(&actor, op::OwnHelp, Own(actor.staff))?;
            let me = actor.staff.ok_or(Error::NotFound)?;
            let mut halls: BTreeMap<i64, Loaded> = BTreeMap::new();
            let mut out = Vec::new();
            for row in rows::of_helper(rd, me, LIST)? {
                let l = match halls.entry(row.hall) {
                    Entry::Occupied(known) => known.into_mut(),
                    Entry::Vacant(new) => new.insert(load(rd, row.hall)?),
                };
                out.push(app.help_line(rd, l, read(&row)?)?);
            }
            out.sort_by_key(|l| (!l.soon, l.order.visit.clone(), l.order.asked, l.order.id));
            Ok(out)
        })
    }

    /// Doors that somebody goes to, for their calendar: when, for what and by which number; who lives there and where stands
    /// on no calendar.
    pub(crate) fn doors_of(&self, rd: &mut Rd<'_>, staff: StaffId) -> Result<Vec<ical::Entry>, Error> {
        let mut halls: BTreeMap<i64, Loaded> = BTreeMap::new();
        let mut out = Vec::new();
        for row in rows::of_helper(rd, staff, LIST)? {
            let o = read(&row)?;
            let Some(v) = o.visit.clone().filter(|_| o.stage == Stage::Accepted && o.visits.is_empty())
            else {
                continue;
            };
            let l = match halls.entry(row.hall) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(new) => new.insert(load(rd, row.hall)?),
            };
            out.push(ical::Entry {
                uid: format!("help-{}@bancheng", o.number),
                sequence: o.ver,
                start: hall::at(v.day, v.hours.from()),
                end: hall::at(v.day, v.hours.to()),
                summary: format!("{} {}", o.kind.zh(), o.name),
                place: l.hall.name.clone(),
                words: format!("{}，地址和电话在“我的帮办单”里", o.number),
                cancelled: false,
                remind_minutes: vec![12 * 60, 60],
            });
        }
        Ok(out)
    }

    fn stops(&self, rd: &mut Rd<'_>, actor: &Actor, day: Date) -> Result<Vec<Stop>, Error> {
        decide(actor, op::OwnHelp, Own(actor.staff))?;
        let me = actor.staff.ok_or(Error::NotFound)?;
        let mut out = Vec::new();
        for row in rows::of_helper(rd, me, LIST)? {
            let order = read(&row)?;
            let due = order.stage == Stage::Accepted
                && order.visit.as_ref().is_some_and(|v| v.day == day)
                && order.visits.iter().all(|at| at.date() != day);
            if due {
                let hall = load(rd, row.hall)?.hall.name;
                let contact = self.helped(rd, row.id)?.contact;
                out.push(Stop { order, hall, contact });
            }
        }
        // By hours, and what lies together one after the other.
        out.sort_by_key(|s| {
            let hours = s.order.visit.as_ref().map(|v| v.hours);
            (hours, s.order.region.clone(), s.contact.address.clone(), s.order.id)
        });
        Ok(out)
    }

    /// 今日上门路线: the doors to go to on a day, in order; who lives there is covered.
    pub fn my_route(&self, actor: Actor, day: Date) -> Later<Vec<Stop>> {
        self.read(move |app, rd| {
            let mut out = app.stops(rd, &actor, day)?;
            out.iter_mut().for_each(|s| s.contact = s.contact.masked());
            Ok(out)
        })
    }

    /// The same with names, telephones and addresses: on record for each of them, with its purpose.
    pub fn my_route_shown(&self, actor: Actor, day: Date, purpose: String) -> Later<Vec<Stop>> {
        self.write(move |app, tx| {
            let all = app.stops(tx, &actor, day)?;
            let mut out = Vec::with_capacity(all.len());
            for s in all {
                let l = load(tx, s.order.hall)?;
                let order = app.shown(tx, &actor, &l.hall, s.order, &purpose)?;
                // The identity number is for forms, not for the way.
                let contact = Contact { id_number: String::new(), ..s.contact };
                out.push(Stop { order, hall: s.hall, contact });
            }
            Ok(out)
        })
    }

    /// Figures of orders asked for from one day to another: of one hall, or of each that this reader may count.
    pub fn help_figures(
        &self,
        actor: Actor,
        hall: Option<i64>,
        first: Date,
        last: Date,
    ) -> Later<Vec<HelpFigures>> {
        self.study(move |app, rd| {
            decide(&actor, op::ListHalls, Nothing)?;
            let today = app.city.store().now().date();
            let mut out = Vec::new();
            let all = app.all(rd)?;
            for l in all.iter().filter(|l| hall.is_none_or(|h| h == l.row.id)) {
                match door(&actor, op::ReadHelp, &l.hall, today) {
                    Ok(_) => {}
                    Err(e) if hall.is_some() => return Err(e),
                    Err(_) => continue,
                }
                let orders = asked_in(rd, l.row.id, first, last)?;
                let refused = orders.iter().filter(|o| o.stage == Stage::Refused);
                out.push(HelpFigures {
                    hall: l.row.id,
                    name: l.hall.name.clone(),
                    region: l.hall.region.as_str().to_owned(),
                    refused: refused.map(|o| (o.number.clone(), o.reason.clone())).collect(),
                    tally: tally(&orders),
                });
            }
            Ok(out)
        })
    }

    /// The orders behind a figure of a hall, the newest first.
    pub fn help_list(
        &self,
        actor: Actor,
        hall: i64,
        first: Date,
        last: Date,
        which: Which,
    ) -> Later<Vec<HelpLine>> {
        self.study(move |app, rd| {
            let l = load(rd, hall)?;
            door(&actor, op::ReadHelp, &l.hall, app.city.store().now().date())?;
            let orders = asked_in(rd, hall, first, last)?;
            orders.into_iter().filter(|o| which.holds(o)).map(|o| app.help_line(rd, &l, o)).collect()
        })
    }
}

impl HelpLine {
    /// What is to be done next, as lists say it.
    pub fn next(&self) -> Option<Next> {
        self.order.next().map(|n| n.1)
    }
}
