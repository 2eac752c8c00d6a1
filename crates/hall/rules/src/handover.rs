//! 交接单 (R12): what one at a window hands to the next when a shift or a posting changes: what is open there, papers and things,
//! given by one and taken by the other, both on record. Which are due follows from the roster and from posts that end.

use kernel::{Date, Moment, Said, StaffId};
use serde::{Deserialize, Serialize};

use crate::halls::Hall;
use crate::roster::{Duty, plus};
use crate::words::{Part, words};

words! {
    /// Where a hand-over sheet stands (交接单状态).
    inherent HandStage {
        Given = "given", "等接收";
        Taken = "taken", "已接收";
        Returned = "returned", "退回补全";
    }
}
words! {
    /// Why something is handed over (交接事由).
    inherent HandWhy {
        Shift = "shift", "换班";
        Post = "post", "岗位变动";
        Leave = "leave", "请假";
    }
}

/// Lines of a sheet at most, and characters of one.
pub const LINES: usize = 50;

/// A number of the queue that is not done (在办、暂存的号).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenTicket {
    /// its number
    pub number: String,
    /// word of where it stands
    pub stage: String,
    /// what it is about, and why it was parked
    pub words: String,
}

/// A hand-over sheet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandOver {
    /// why
    pub why: HandWhy,
    /// numbers that were open at the window when it was given
    pub open: Vec<OpenTicket>,
    /// who was still expected at its queues that day
    pub expected: usize,
    /// papers, seals, things and matters, a line each
    pub lines: Vec<String>,
    /// when it was given
    pub given: Moment,
    /// when it was taken or returned
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered: Option<Moment>,
    /// what was missing, when it was returned
    #[serde(default)]
    pub missing: String,
    /// where it stands
    pub stage: HandStage,
}

/// Lines as they were typed, without what is empty.
///
/// # Errors
/// Too many, or one too long.
pub fn lines_of(text: &str) -> Result<Vec<String>, Said> {
    let all: Vec<String> = text.lines().map(|l| l.trim().to_owned()).filter(|l| !l.is_empty()).collect();
    if all.len() > LINES || all.iter().any(|l| l.chars().count() > crate::TEXT_MAX) {
        return Err(Said::new(
            format!("一行写一件，最多 {LINES} 行，每行 {} 字以内", crate::TEXT_MAX),
            format!("one thing a line, at most {LINES} lines of {} characters", crate::TEXT_MAX),
        ));
    }
    Ok(all)
}

/// A hand-over that is due: at which window, on which day, from whom to whom.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Due {
    /// day on which it is given
    pub day: Date,
    /// number of the window
    pub window: u16,
    /// who gives
    pub gives: StaffId,
    /// who takes
    pub takes: StaffId,
    /// because a posting ends
    pub post: bool,
}

/// What is due from one day to another: at each change of persons at a window, by the roster; and at the end of a post.
pub fn due(hall: &Hall, duties: &[Duty], (from, to): (Date, Date)) -> Vec<Due> {
    let mut out = Vec::new();
    for w in &hall.windows {
        let begins = |d: &Duty| hall.rostering.shift(&d.shift).and_then(|s| s.ends()).map_or(0, |e| e.0);
        let mut of: Vec<&Duty> = duties.iter().filter(|d| d.window == w.number).collect();
        of.sort_by_key(|d| (d.day, begins(d)));
        for pair in of.windows(2).filter(|p| p[0].staff != p[1].staff) {
            out.push(Due {
                day: pair[0].day,
                window: w.number,
                gives: pair[0].staff,
                takes: pair[1].staff,
                post: false,
            });
        }
        for p in hall.posts.iter().filter(|p| p.window == w.number) {
            let Some(last) = p.until else { continue };
            let next = plus(last, 1);
            let stays =
                hall.posts.iter().any(|o| o.window == p.window && o.staff == p.staff && o.is_on(next));
            let mut heirs: Vec<_> = hall
                .posts
                .iter()
                .filter(|o| o.window == p.window && o.staff != p.staff && o.holds(next))
                .collect();
            heirs.sort_by_key(|o| (o.part != Part::First, o.staff));
            if let (false, Some(heir)) = (stays, heirs.first()) {
                out.push(Due { day: last, window: w.number, gives: p.staff, takes: heir.staff, post: true });
            }
        }
    }
    out.retain(|d| from <= d.day && d.day <= to);
    out.sort();
    out.dedup_by_key(|d| (d.day, d.window, d.gives, d.takes));
    out
}
