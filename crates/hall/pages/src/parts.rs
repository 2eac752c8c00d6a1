//! 零件: what several pages of halls show alike.

use hall::{Hours, Span};
use kernel::Moment;
use web_kit::{Reader, short_day, word};

use crate::texts::Texts;

/// A place to tap.
pub(crate) struct OfferLine {
    pub slot: i64,
    pub when: String,
    pub left: String,
}

/// Places of one hall.
pub(crate) struct OfferHall {
    id: i64,
    pub name: String,
    pub address: String,
    /// in which queue, how long it takes
    pub note: String,
    pub lines: Vec<OfferLine>,
}

/// Offers by hall, the hall with the earliest first.
pub(crate) fn by_hall(p: &Reader, t: &Texts, all: Vec<hall_acts::Offer>) -> Vec<OfferHall> {
    let mut out: Vec<OfferHall> = Vec::new();
    for o in all {
        let note = t.hall_takes.replace("{queue}", &o.queue).replace("{minutes}", &o.minutes.to_string());
        let mut left = t.hall_left.replace("{n}", &o.free.to_string());
        if o.kind != Hours::Office {
            left = format!("{} · {left}", word(p.lang, o.kind));
        }
        let when = soon(p, t, o.start);
        match out.iter_mut().find(|h| h.id == o.hall) {
            Some(h) => {
                if h.note != note {
                    left = format!("{} · {left}", o.queue);
                }
                h.lines.push(OfferLine { slot: o.slot, when, left });
            }
            None => out.push(OfferHall {
                id: o.hall,
                name: o.hall_name,
                address: o.address,
                note,
                lines: vec![OfferLine { slot: o.slot, when, left }],
            }),
        }
    }
    out
}

/// When, as one says it: today and tomorrow by their names.
pub(crate) fn soon(p: &Reader, t: &Texts, at: Moment) -> String {
    let day = match at.day_number() - p.now.day_number() {
        0 => t.hall_today.to_owned(),
        1 => t.hall_tomorrow.to_owned(),
        _ => short_day(p.lang, p.now, at.date()),
    };
    format!("{day} {}", clock(at))
}

/// Whole minutes of a length, one decimal above.
pub(crate) fn minutes(us: i64) -> String {
    format!("{:.1}", us as f64 / (60.0 * kernel::US_PER_SECOND as f64))
}

/// The wait as it is told: nothing is promised when no window works.
pub(crate) fn wait(t: &Texts, estimate: Option<u32>) -> String {
    match estimate {
        None => t.hall_no_estimate.to_owned(),
        Some(0) => t.hall_no_wait.to_owned(),
        Some(n) => t.hall_wait.replace("{n}", &n.to_string()),
    }
}

/// The same below a heading that says what it is.
pub(crate) fn about(t: &Texts, estimate: Option<u32>) -> String {
    match estimate {
        None => t.hall_no_estimate.to_owned(),
        Some(0) => t.hall_no_wait.to_owned(),
        Some(n) => t.hall_n_minutes.replace("{n}", &n.to_string()),
    }
}

/// When a hall is open today, as people read it; hours for who booked are said to be so.
pub(crate) fn open_today(t: &Texts, l: &hall_acts::HallLine) -> String {
    let mut all = Vec::new();
    if !l.today.is_empty() {
        all.push(Span::shown(&l.today));
    }
    if !l.elastic.is_empty() {
        all.push(t.hall_elastic.replace("{hours}", &Span::shown(&l.elastic)));
    }
    if all.is_empty() { t.hall_closed_today.to_owned() } else { all.join("；") }
}

/// The time of day of a moment.
pub(crate) fn clock(at: Moment) -> String {
    let t = at.beijing().time();
    format!("{:02}:{:02}", t.hour(), t.minute())
}
