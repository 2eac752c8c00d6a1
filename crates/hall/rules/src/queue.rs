//! 排队: who is next at a window, and how long it will take. One list for booked and walk-in: whoever was parked or passed on
//! to this window, then who has waited beyond patience, the booked whose time has come, who has priority, everybody else as
//! they came; who is early for an appointment is called when nobody else waits.

use kernel::{Moment, US_PER_SECOND};

use crate::halls::{Hall, Window};
use crate::ticket::{Stage, Ticket};
use crate::time::US_PER_MINUTE;
use crate::words::Priority;

/// The place in the list: smaller goes first.
fn rank(t: &Ticket, window: &Window, hall: &Hall, now: Moment) -> (u8, Moment, i64) {
    let patience = i64::from(hall.queueing.patience_minutes) * US_PER_MINUTE;
    let class = if t.window == Some(window.number) {
        0
    } else if now.us_since(t.waits_from) >= patience {
        1
    } else {
        match t.booked {
            Some((_, start)) if t.returns == 0 && start <= now => 2,
            Some(_) if t.returns == 0 => 5,
            _ if t.priority != Priority::Normal && t.returns == 0 => 3,
            _ => 4,
        }
    };
    (class, t.waits_from, t.id)
}

/// May this window call it?
pub fn is_for(t: &Ticket, window: &Window) -> bool {
    t.stage == Stage::Waiting
        && t.window.map_or_else(|| window.queues.contains(&t.queue), |w| w == window.number)
}

/// Who is next at a window; none when nobody waits for it.
pub fn next<'t>(waiting: &'t [Ticket], window: &Window, hall: &Hall, now: Moment) -> Option<&'t Ticket> {
    waiting.iter().filter(|t| is_for(t, window)).min_by_key(|t| rank(t, window, hall, now))
}

/// Everybody who waits for a window, in the order in which they would be called now.
pub fn line<'t>(waiting: &'t [Ticket], window: &Window, hall: &Hall, now: Moment) -> Vec<&'t Ticket> {
    let mut all: Vec<&Ticket> = waiting.iter().filter(|t| is_for(t, window)).collect();
    all.sort_by_key(|t| rank(t, window, hall, now));
    all
}

/// 预计等候: so many before, so many windows that work, so long for each, in whole minutes, rounded up; none when no window
/// works: nothing is promised then.
pub fn estimate(ahead: u32, windows: u32, minutes_each: f64) -> Option<u32> {
    if windows == 0 {
        return None;
    }
    let rounds = f64::from(ahead) / f64::from(windows);
    Some((rounds * minutes_each).ceil().clamp(0.0, 1_440.0) as u32)
}

/// How long one person takes, minutes: the median of those served last; what the queue says before there are five.
pub fn minutes_each(served_us: &mut [i64], said: u16) -> f64 {
    if served_us.len() < 5 {
        return f64::from(said.max(1));
    }
    served_us.sort_unstable();
    let middle = served_us[served_us.len() / 2];
    (middle as f64 / (60.0 * US_PER_SECOND as f64)).max(0.5)
}
