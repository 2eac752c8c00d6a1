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
    /// B岗, who are not first for the same queue themselves
    pub second: Vec<StaffId>,
}

/// Of each queue, in the order of the document.
pub fn cover(hall: &Hall, day: Date) -> Vec<Cover> {
    let of = |letter: &str, part: Part| {
        let served = |n: u16| hall.serving(letter).any(|w| w.number == n);
        let mut all: Vec<StaffId> = hall
            .posts
            .iter()
            .filter(|p| p.part == part && p.holds(day) && served(p.window))
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
            second.retain(|s| !first.contains(s));
            Cover { letter: q.letter.clone(), first, second }
        })
        .collect()
}
