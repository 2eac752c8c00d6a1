//! 放号: the slots of a day, laid out from the document of a hall by the calendar.

use kernel::{Date, Moment, US_PER_DAY};
use workday::WorkCalendar;

use crate::availability::Slot;
use crate::halls::Hall;
use crate::opening::open_on;
use crate::time::{Span, US_PER_MINUTE, at};

/// The slots of a queue on a day, in order.
pub fn slots(hall: &Hall, queue: &str, day: Date, calendar: &WorkCalendar) -> Vec<Slot> {
    let Some(q) = hall.queue(queue) else { return Vec::new() };
    let open = open_on(&hall.openings, &hall.closures, Some(queue), day, calendar);
    let mut taken: Vec<Span> = Vec::new();
    let mut out = Vec::new();
    for a in q.availability.iter().filter(|a| a.days.holds(day, calendar) && a.slot_minutes > 0) {
        for o in &open {
            let hours = Span::apart(&a.hours);
            let inside = hours.iter().filter_map(|h| {
                let (from, to) = (h.from().max(o.span.from()), h.to().min(o.span.to()));
                Span::new(from, to)
            });
            let free =
                a.breaks.iter().chain(&taken).fold(inside.collect(), |left: Vec<Span>, b| b.cut_from(&left));
            for s in free {
                let mut from = s.from();
                while from + a.slot_minutes <= s.to() {
                    let start = at(day, from);
                    out.push(Slot {
                        start,
                        minutes: a.slot_minutes,
                        kind: o.kind,
                        places: a.places,
                        opens: Moment::start_of(day).plus_us(-i64::from(a.horizon_days) * US_PER_DAY),
                        shuts: start.plus_us(-i64::from(a.lead_minutes) * US_PER_MINUTE),
                    });
                    from += a.slot_minutes;
                }
            }
        }
        taken.extend(&a.hours);
    }
    out.sort_unstable_by_key(|s| s.start);
    out
}
