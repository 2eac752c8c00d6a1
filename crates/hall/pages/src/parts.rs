//! 零件: what several pages of halls show alike.

use hall::Hours;
use kernel::Moment;
use web_kit::{Lang, Reader, when, word};

use crate::texts::Texts;

/// A place to tap.
pub(crate) struct OfferLine {
    pub slot: i64,
    pub when: String,
    pub kind: String,
    pub left: String,
}

/// Places of one hall.
pub(crate) struct OfferHall {
    pub name: String,
    pub address: String,
    pub lines: Vec<OfferLine>,
}

/// Offers by hall, the hall with the earliest first.
pub(crate) fn by_hall(p: &Reader, t: &Texts, all: Vec<hall_acts::Offer>) -> Vec<OfferHall> {
    let mut out: Vec<OfferHall> = Vec::new();
    for o in all {
        let line = OfferLine {
            slot: o.slot,
            when: when(p.lang, o.start),
            kind: if o.kind == Hours::Office { String::new() } else { word(p.lang, o.kind) },
            left: t
                .hall_left
                .replace("{n}", &o.free.to_string())
                .replace("{queue}", &o.queue)
                .replace("{minutes}", &o.minutes.to_string()),
        };
        match out.iter_mut().find(|h| h.name == o.hall_name) {
            Some(h) => h.lines.push(line),
            None => out.push(OfferHall { name: o.hall_name, address: o.address, lines: vec![line] }),
        }
    }
    out
}

/// Whole minutes of a length, one decimal above.
pub(crate) fn minutes(us: i64) -> String {
    format!("{:.1}", us as f64 / (60.0 * kernel::US_PER_SECOND as f64))
}

/// The wait as it is told: nothing is promised when no window works.
pub(crate) fn wait(t: &Texts, estimate: Option<u32>) -> String {
    estimate.map_or_else(|| t.hall_no_estimate.to_owned(), |n| t.hall_wait.replace("{n}", &n.to_string()))
}

/// The time of day of a moment.
pub(crate) fn clock(_: Lang, at: Moment) -> String {
    let t = at.beijing().time();
    format!("{:02}:{:02}", t.hour(), t.minute())
}
