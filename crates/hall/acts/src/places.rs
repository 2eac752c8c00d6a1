//! 号源: slots laid out ahead from the document of a hall, and the earliest place over all halls.

use std::collections::BTreeMap;

use access::{Permit, op};
use city::reach::public;
use city::{Door as _, Error, Later};
use hall::{Channel, Hall, Hours};
use kernel::{Date, Moment, RegionCode, US_PER_DAY};
use store::slots::{self, SlotRow};
use store::{Rd, Tx, items};
use workday::WorkCalendar;

use crate::Halls;
use crate::doors::Loaded;
use crate::halls::{hours, side};

/// A place that can be had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// id of the slot it begins with
    pub slot: i64,
    /// id of the hall
    pub hall: i64,
    /// its name
    pub hall_name: String,
    /// how to get there
    pub address: String,
    /// name of the queue
    pub queue: String,
    /// when it begins
    pub start: Moment,
    /// minutes it takes
    pub minutes: u32,
    /// in which kind of hours
    pub kind: Hours,
    /// places left in the slot
    pub free: i64,
}

/// Slots of one queue that are looked at for a long item.
pub(crate) const LOOKED: u32 = 600;
/// So many are looked at first.
const FIRST_LOOK: u32 = 24;

/// Lays out the slots of a hall from today to its horizon. What is taken stays; a slot that is no longer in the document has
/// no places left, or goes when nobody has one.
pub(crate) fn lay(
    tx: &mut Tx<'_>,
    permit: &Permit,
    id: i64,
    hall: &Hall,
    calendar: &WorkCalendar,
) -> Result<(), Error> {
    let now = tx.now();
    let today = now.date();
    let mut there: BTreeMap<(String, Moment), SlotRow> =
        slots::of_hall(tx, id, now)?.into_iter().map(|s| ((s.queue.clone(), s.start), s)).collect();
    for q in &hall.queues {
        let horizon = q.availability.iter().map(|a| a.horizon_days).max().unwrap_or(0);
        let mut day: Date = today;
        for _ in 0..=horizon {
            for s in hall::slots(hall, &q.letter, day, calendar).into_iter().filter(|s| s.start > now) {
                let old = there.remove(&(q.letter.clone(), s.start));
                let new = SlotRow {
                    id: old.as_ref().map_or(0, |o| o.id),
                    hall: id,
                    queue: q.letter.clone(),
                    start: s.start,
                    minutes: i64::from(s.minutes),
                    kind: s.kind.word().to_owned(),
                    places: [i64::from(s.places.phone), i64::from(s.places.counter)],
                    used: old.as_ref().map_or([0, 0], |o| o.used),
                    opens: s.opens,
                    shuts: s.shuts,
                };
                if old.as_ref() != Some(&new) {
                    slots::put(tx, permit, &new)?;
                }
            }
            day = Moment::start_of(day).plus_us(US_PER_DAY).date();
        }
    }
    for (_, s) in there {
        if s.used == [0, 0] {
            slots::remove(tx, permit, s.id)?;
        } else if s.places != [0, 0] {
            slots::put(tx, permit, &SlotRow { places: [0, 0], ..s })?;
        }
    }
    Ok(())
}

/// The slots that an item takes, beginning with this one; none when the run is broken, or one of them is full and not among
/// those that the appointment has already.
pub(crate) fn run_of(
    rd: &mut Rd<'_>,
    first: &SlotRow,
    n: u8,
    channel: Channel,
    kept: &[i64],
) -> Result<Option<Vec<SlotRow>>, Error> {
    let n = usize::from(n.max(1));
    let free = |s: &SlotRow| kept.contains(&s.id) || s.free(side(channel)) > 0;
    if n == 1 {
        return Ok(free(first).then(|| vec![first.clone()]));
    }
    let to = first.start.plus_us(US_PER_DAY);
    let all = slots::between(rd, first.hall, &first.queue, first.start, to, u32::try_from(n).unwrap_or(1))?;
    let run = hall::run(&all, 0, n, |s| (s.start, s.end()));
    Ok(run.filter(|r| r.iter().all(free)).map(<[SlotRow]>::to_vec))
}

fn offer(l: &Loaded, q: &hall::Queue, run: &[SlotRow], channel: Channel) -> Offer {
    let first = &run[0];
    Offer {
        slot: first.id,
        hall: l.row.id,
        hall_name: l.hall.name.clone(),
        address: l.hall.address.clone(),
        queue: q.name.clone(),
        start: first.start,
        minutes: run.iter().map(|s| u32::try_from(s.minutes).unwrap_or(0)).sum(),
        kind: hours(&first.kind),
        free: run.iter().map(|s| s.free(side(channel))).min().unwrap_or(0),
    }
}

impl Halls {
    /// The earliest places for an item over all halls, at most `each` of a hall, the earliest first. Halls of the region, its
    /// parts and what it is a part of come in; without a region all of them. `from` is the first day that suits.
    pub fn earliest(
        &self,
        item: String,
        region: Option<RegionCode>,
        from: Option<Moment>,
        each: u32,
        channel: Channel,
    ) -> Later<Vec<Offer>> {
        self.read(move |app, rd| {
            public(op::PublicHalls)?;
            let now = app.city.store().now();
            let from = from.unwrap_or(now).max(now);
            let unit = items::by_key(rd, &item, "")?.and_then(|i| i.unit_id);
            let all = app.all(rd)?;
            let near = |l: &&Loaded| {
                region.as_ref().is_none_or(|r| r.contains(&l.hall.region) || l.hall.region.contains(r))
            };
            // Every queue that handles it; a long item is looked at until enough runs of slots are found.
            let mut asks: Vec<(&Loaded, &hall::Queue, usize)> = Vec::new();
            for l in all.iter().filter(near) {
                asks.extend(l.hall.handling(&item, unit).map(|(q, n)| (l, q, usize::from(n))));
            }
            let mut found: BTreeMap<i64, Vec<Offer>> = BTreeMap::new();
            let long = asks.iter().any(|a| a.2 > 1);
            let mut looked = if long { FIRST_LOOK.max(each) } else { each };
            while !asks.is_empty() {
                let of: Vec<(i64, &str)> = asks.iter().map(|a| (a.0.row.id, a.1.letter.as_str())).collect();
                let free = slots::earliest(rd, &of, side(channel), (from, now), looked)?;
                let mut more = Vec::new();
                for (ask, free) in asks.into_iter().zip(free) {
                    let (l, q, n) = ask;
                    let runs = (0..free.len()).filter_map(|i| hall::run(&free, i, n, |s| (s.start, s.end())));
                    let runs: Vec<&[SlotRow]> = runs.take(each as usize).collect();
                    let whole = free.len() < looked as usize || looked >= LOOKED;
                    if runs.len() < each as usize && !whole {
                        more.push(ask);
                        continue;
                    }
                    let offers = found.entry(l.row.id).or_default();
                    offers.extend(runs.into_iter().map(|run| offer(l, q, run, channel)));
                }
                asks = more;
                looked = (looked * 4).min(LOOKED);
            }
            let mut out = Vec::new();
            for mut of_hall in found.into_values() {
                of_hall.sort_by_key(|o| (o.start, o.slot));
                of_hall.truncate(each as usize);
                out.extend(of_hall);
            }
            out.sort_by(|a, b| (a.start, &a.hall_name, a.slot).cmp(&(b.start, &b.hall_name, b.slot)));
            Ok(out)
        })
    }
}
