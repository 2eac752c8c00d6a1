//! 上报与汇总: each city tells the level above what it counted, day by day, as sums and counts with their moment; the level
//! above adds up what it was told. Nothing but sums is added: a share is a sum over a sum, a middle comes from added counts.

use std::collections::BTreeMap;

use access::{Nothing, decide, op};
use city::{Door as _, Error, Later};
use kernel::{Actor, Date, Moment, US_PER_DAY, US_PER_HOUR};
use serde::{Deserialize, Serialize};
use store::Tx;
use store::cells::{self as rows, FigureRow, PeerRow};

use crate::Cells;
use crate::message::Content;
use crate::peers::{Purpose, Rank, purposes_of};
use crate::post::send;

/// Days that a city tells when it begins to, or was away.
const BACK: i64 = 35;
/// Today is told so often.
const EVERY_US: i64 = US_PER_HOUR;
/// Who has not told its figures for so long is silent.
const SILENT_US: i64 = 3 * US_PER_HOUR;
/// Days of a board.
const DAYS_MAX: i64 = 400;
/// Working days of the last class of [`Told::days`]: so many and more.
pub const DAYS_CLASSES: usize = 61;

/// Counts by figure.
pub type Counts = BTreeMap<String, u64>;

/// What a city counted on one day (一天的数据).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// what happened on that day
    pub happened: Counts,
    /// of these, to matters that other cities handed over
    pub happened_peers: Counts,
    /// what stands at its end, or at the moment it was told
    pub stands: Counts,
    /// of these, matters that other cities handed over
    pub stands_peers: Counts,
    /// answers of that day by the working days that they took, from 0; the last class is that many and more
    pub days: Vec<u64>,
}

/// Figures that are counted where a matter was lodged; all others are counted where it is dealt with. So each is counted
/// once, whatever is on its way between two cities.
pub const AT_ORIGIN: &[&str] =
    &["intake", "consulted", "matters", "problems", "open", "archived", "handed_over"];

/// Figures of a day at most, and the largest count that is one.
const KEYS_MAX: usize = 200;
const COUNT_MAX: u64 = 1_000_000_000;

fn once(all: &Counts, peers: &Counts) -> Counts {
    let own = |(key, n): (&String, &u64)| {
        let theirs = if AT_ORIGIN.contains(&key.as_str()) { peers.get(key).copied().unwrap_or(0) } else { 0 };
        (key.clone(), n.saturating_sub(theirs))
    };
    all.iter().map(own).collect()
}

fn add(sum: &mut Counts, more: &Counts) {
    for (key, n) in more {
        let sum = sum.entry(key.clone()).or_default();
        *sum = sum.saturating_add(*n);
    }
}

/// The middle of what was counted in classes: the class of the middle answer. None without any.
pub fn middle(days: &[u64]) -> Option<usize> {
    let all: u64 = days.iter().sum();
    let mut seen = 0;
    days.iter().position(|n| {
        seen += n;
        all > 0 && seen * 2 >= all
    })
}

/// One city on the board, or all of them together.
#[derive(Clone, Debug, Default)]
pub struct BoardLine {
    /// its code; empty for all together
    pub code: String,
    /// its name
    pub name: String,
    /// where its own boards are
    pub address: String,
    /// sums; none when it has told nothing for these days
    pub counts: Option<Counts>,
    /// answers by working days
    pub days: Vec<u64>,
    /// as of when what stands was told
    pub as_of: Option<Moment>,
    /// days of those asked for that were told
    pub told: usize,
    /// silent since then; none while it tells
    pub silent: Option<Moment>,
}

/// The board of a province (全省看板).
#[derive(Clone, Debug)]
pub struct ProvinceBoard {
    /// the cities, by code
    pub cities: Vec<BoardLine>,
    /// what was told, together
    pub total: BoardLine,
    /// days asked for
    pub days: i64,
}

fn days_between(from: Date, to: Date) -> i64 {
    Moment::start_of(to).us_since(Moment::start_of(from)) / US_PER_DAY + 1
}

impl Cells {
    /// Tells the level above what was counted: today once an hour, each day that has ended once more, and what was not told
    /// yet. `count` counts a day. Says how many days were told.
    ///
    /// # Errors
    /// The store could not, or `count` could not.
    pub fn tell_figures(&self, count: impl Fn(Date) -> Result<Told, Error>) -> Result<usize, Error> {
        let office = self.city.office_now().wait()?;
        decide(&Actor::system(), op::ReadCells, Nothing)?;
        let now = self.city.store().now();
        let peers = self.city.store().read(rows::peers)?;
        let mut n = 0;
        for peer in peers.into_iter().filter(|p| p.active && p.rank == Rank::Above.word()) {
            if !purposes_of(&peer).contains(&Purpose::Figures) {
                continue;
            }
            for back in (0..=BACK).rev() {
                let start = Moment::start_of(now.plus_us(-back * US_PER_DAY).date());
                let day = start.date();
                let subject = format!("figures/{day}");
                let about = subject.clone();
                let last = self.city.store().read(|rd| rows::last_out(rd, peer.id, &about))?;
                let end = start.plus_us(US_PER_DAY);
                let due = match last {
                    None => true,
                    Some(told) => told < end && (now >= end || now.us_since(told) >= EVERY_US),
                };
                if !due {
                    continue;
                }
                let told = count(day)?;
                let (own, peer, office) = (self.clone(), peer.clone(), office.clone());
                self.city.store().write(move |tx| {
                    let content = Content::Figures { day, told: Box::new(told.clone()) };
                    send(&own.city, tx, &office, &peer, &subject, &content)
                })?;
                n += 1;
            }
        }
        Ok(n)
    }

    /// What a city tells: only from a city below, where that was agreed.
    pub(crate) fn told_figures(
        &self,
        tx: &mut Tx<'_>,
        peer: &PeerRow,
        day: Date,
        told: &Told,
        as_of: Moment,
    ) -> Result<(), Error> {
        // Where it was not agreed they are not wanted, hour after hour: nothing is lost, the city counts for itself.
        if peer.rank != Rank::Below.word() || !purposes_of(peer).contains(&Purpose::Figures) {
            return Ok(());
        }
        let counts = [&told.happened, &told.happened_peers, &told.stands, &told.stands_peers];
        let many = counts.iter().any(|c| c.len() > KEYS_MAX || c.keys().any(|k| k.len() > 60));
        if told.days.len() > DAYS_CLASSES || many {
            return Err(Error::invalid("days", "分组过多", "too many classes"));
        }
        let all = counts.iter().flat_map(|c| c.values()).chain(&told.days);
        if all.max().is_some_and(|n| *n > COUNT_MAX) {
            return Err(Error::invalid("counts", "数目大得不可信", "a count is too large to be one"));
        }
        // A clock that is ahead there makes nothing newer than now.
        let as_of = as_of.min(tx.now());
        let doc = serde_json::to_string(told).map_err(Error::bug)?;
        Ok(rows::put_figure(tx, &FigureRow { peer: peer.id, day: day.to_string(), as_of, doc })?)
    }

    /// The board over all cities below, from one day to another, both included.
    pub fn province(&self, actor: Actor, from: Date, to: Date) -> Later<ProvinceBoard> {
        self.read(move |app, rd| {
            decide(&actor, op::ReadCells, Nothing)?;
            let days = days_between(from, to);
            if !(1..=DAYS_MAX).contains(&days) {
                return Err(Error::invalid(
                    "from",
                    format!("起止日期不对，最多 {DAYS_MAX} 天"),
                    format!("the days are wrong: {DAYS_MAX} at most"),
                ));
            }
            let now = app.city.store().now();
            let told = rows::figures(rd, &from.to_string(), &to.to_string())?;
            let below = rows::peers(rd)?.into_iter().filter(|p| p.active && p.rank == Rank::Below.word());
            let mut cities = Vec::new();
            let mut total = BoardLine { counts: Some(Counts::new()), ..BoardLine::default() };
            for peer in below.filter(|p| purposes_of(p).contains(&Purpose::Figures)) {
                let last = rows::last_figure(rd, peer.id)?;
                let line = line_of(&peer, told.iter().filter(|f| f.peer == peer.id), last, now)?;
                if let (Some(sum), Some(counts)) = (&mut total.counts, &line.counts) {
                    add(sum, counts);
                }
                add_days(&mut total.days, &line.days);
                cities.push(line);
            }
            Ok(ProvinceBoard { cities, total, days })
        })
    }
}

fn add_days(sum: &mut Vec<u64>, more: &[u64]) {
    if sum.len() < more.len() {
        sum.resize(more.len(), 0);
    }
    sum.iter_mut().zip(more).for_each(|(a, b)| *a = a.saturating_add(*b));
}

fn line_of<'a>(
    peer: &PeerRow,
    told: impl Iterator<Item = &'a FigureRow>,
    last: Option<Moment>,
    now: Moment,
) -> Result<BoardLine, Error> {
    let mut line = BoardLine {
        code: peer.code.clone(),
        name: peer.name.clone(),
        address: peer.address.clone(),
        silent: match last {
            None => Some(peer.made),
            Some(at) => (now.us_since(at) > SILENT_US).then_some(at),
        },
        ..BoardLine::default()
    };
    let mut stands = Counts::new();
    for row in told {
        let day: Told = serde_json::from_str(&row.doc).map_err(Error::bug)?;
        add(line.counts.get_or_insert_default(), &once(&day.happened, &day.happened_peers));
        add_days(&mut line.days, &day.days);
        // Days come in their order: what stands is what stood at the end of the last one.
        stands = once(&day.stands, &day.stands_peers);
        line.as_of = Some(row.as_of);
        line.told += 1;
    }
    if let Some(counts) = &mut line.counts {
        add(counts, &stands);
    }
    Ok(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn middles_merge_by_adding_and_nothing_has_no_middle() {
        assert_eq!(middle(&[]), None);
        assert_eq!(middle(&[0, 0]), None);
        assert_eq!(middle(&[1, 0, 0, 1]), Some(0));
        let mut sum = vec![3, 1];
        add_days(&mut sum, &[0, 0, 5]);
        assert_eq!((sum.clone(), middle(&sum)), (vec![3, 1, 5], Some(2)), "no middle of middles");
    }

    #[test]
    fn a_matter_between_two_cities_is_counted_once() {
        let of =
            |pairs: &[(&str, u64)]| -> Counts { pairs.iter().map(|(k, n)| ((*k).to_owned(), *n)).collect() };
        // The origin has it open and handed over; the receiver has it open too, late, and answers it.
        let origin = once(&of(&[("open", 1), ("intake", 1), ("late", 0), ("replied", 0)]), &Counts::new());
        let receiver = of(&[("open", 1), ("intake", 1), ("late", 1), ("replied", 1)]);
        let mut sum = origin;
        add(&mut sum, &once(&receiver, &receiver));
        assert_eq!(sum, of(&[("open", 1), ("intake", 1), ("late", 1), ("replied", 1)]));
    }
}
