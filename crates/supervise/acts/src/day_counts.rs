//! 一天的数据: what was counted on one day, as the level above is told it: sums and counts only, those of matters that other
//! cities handed over apart.

use std::collections::BTreeMap;

use access::{Nothing, decide, op};
use city::{Door as _, Error};
use kernel::{Actor, Date};
use supervise::{Ask, FIGURES, Filter, Line, Rule, Value};

use crate::Supervision;

/// What was counted on one day.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DayCounts {
    /// by figure: what happened on that day
    pub happened: BTreeMap<String, u64>,
    /// of these, to matters that other cities handed over
    pub happened_peers: BTreeMap<String, u64>,
    /// by figure: what stands at its end, or now
    pub stands: BTreeMap<String, u64>,
    /// of these, matters that other cities handed over
    pub stands_peers: BTreeMap<String, u64>,
    /// answers by the working days that they took, from 0; the last class is that many and more
    pub days: Vec<u64>,
}

fn counts(line: &Line, stands: bool) -> BTreeMap<String, u64> {
    let of = |f: &'static supervise::Figure| {
        let happened = matches!(f.rule, Rule::Happened(_) | Rule::Either(_));
        match line.value(f) {
            Value::Count(n) if happened != stands => Some((f.key.to_owned(), n)),
            _ => None,
        }
    };
    FIGURES.iter().filter_map(of).collect()
}

impl Supervision {
    /// What was counted on one day; answers in so many classes of working days.
    ///
    /// # Errors
    /// The store could not, or the facts are damaged.
    pub fn day_counts(&self, day: Date, classes: usize) -> Result<DayCounts, Error> {
        self.study(move |app, rd| {
            let office = app.city.office(rd)?;
            decide(&Actor::system(), op::ReadCells, Nothing)?;
            let ask = Ask { from: day, to: day, filter: Filter::default() };
            let board = app.board_as_asked(rd, ask, supervise::Dim::Channel)?;
            let peers =
                board.lines.iter().find(|l| l.line.key == resolve::Word::word(resolve::Channel::Peer));
            let theirs = |stands| peers.map(|l| counts(&l.line, stands)).unwrap_or_default();
            let calendar = &office.rules.calendar;
            Ok(DayCounts {
                happened: counts(&board.total, false),
                happened_peers: theirs(false),
                stands: counts(&board.total, true),
                stands_peers: theirs(true),
                days: app.with_facts(|f| f.reply_days(day, classes, |a, b| calendar.count(a, b))),
            })
        })
        .wait()
    }
}
