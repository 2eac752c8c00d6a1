//! AB 岗 (R12): who is first and who is second for each queue, so that no item has nobody when one is away.

use kernel::{Date, StaffId};

use crate::halls::Hall;
use crate::words::Part;

/// Firsts and seconds of a queue on a day: posted at a window that serves it, authorised and trained.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cover {
    /// letter of the queue
    pub letter: String,
    /// A岗
    pub first: Vec<StaffId>,
    /// B岗, for somebody else: who is the only first is second to nobody
    pub second: Vec<StaffId>,
}

/// Of each queue, in the order of the document; `here` says who can be counted on that day (account in use, not away).
pub fn cover(hall: &Hall, day: Date, here: impl Fn(StaffId) -> bool) -> Vec<Cover> {
    let of = |letter: &str, part: Part| {
        let served = |n: u16| hall.serving(letter).any(|w| w.number == n);
        let mut all: Vec<StaffId> = hall
            .posts
            .iter()
            .filter(|p| p.part == part && p.holds(day) && served(p.window) && here(p.staff))
            .map(|p| p.staff)
            .collect();
        all.sort_unstable();
        all.dedup();
        all
    };
    hall.queues
        .iter()
        .map(|q| {
            let (first, mut second) = (of(&q.letter, Part::First), of(&q.letter, Part::Second));
            // Two who are first at two windows of the queue and second at each other's do cover each other.
            second.retain(|s| first.is_empty() || first.iter().any(|f| f != s));
            Cover { letter: q.letter.clone(), first, second }
        })
        .collect()
}
