//! 跨域件的一生: one table for both sides of a matter. Each row is done by one side alone, in its own transaction, and the
//! other side hears of it; the clock is with who did the last row, so it is always with exactly one.

use kernel::Moment;
use serde::{Deserialize, Serialize};

kernel::words! {
    /// A side of a matter (一方).
    inherent Side {
        Origin = "origin", "来件城市";
        Receiver = "receiver", "承办城市";
    }
}
kernel::words! {
    /// How far a matter is (跨域件状态).
    inherent State {
        Offered = "offered", "待对方受理";
        Accepted = "accepted", "承办城市办理中";
        Answered = "answered", "已答复待回访";
        Closed = "closed", "已了结";
        Returned = "returned", "已退回";
        Withdrawn = "withdrawn", "已撤回";
    }
}
kernel::words! {
    /// What moves a matter.
    inherent Step {
        Accept = "accept", "受理";
        Return = "return", "退回";
        Withdraw = "withdraw", "同意撤回";
        Answer = "answer", "答复";
        Again = "again", "回访不满意，请再办";
        Close = "close", "回访了结";
    }
}

impl State {
    /// Is nothing more to come?
    pub const fn is_end(self) -> bool {
        matches!(self, Self::Closed | Self::Returned | Self::Withdrawn)
    }
}

/// A row: in this state this side may do this; then it stands so, and the clock is there.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// in this state
    pub from: State,
    /// what
    pub step: Step,
    /// by whom; the other side hears of it
    pub by: Side,
    /// then
    pub to: State,
    /// whose clock runs from then on
    pub clock: Side,
}

const fn r(from: State, step: Step, by: Side, to: State, clock: Side) -> Row {
    Row { from, step, by, to, clock }
}

use Side::{Origin, Receiver};

/// The life of a matter. A matter begins offered, with the clock at its origin.
pub const LIFE: &[Row] = &[
    r(State::Offered, Step::Accept, Receiver, State::Accepted, Receiver),
    r(State::Offered, Step::Return, Receiver, State::Returned, Origin),
    r(State::Offered, Step::Withdraw, Receiver, State::Withdrawn, Origin),
    r(State::Accepted, Step::Answer, Receiver, State::Answered, Origin),
    r(State::Answered, Step::Again, Origin, State::Accepted, Receiver),
    r(State::Answered, Step::Close, Origin, State::Closed, Origin),
];

/// The row of a step in a state.
pub fn next(from: State, step: Step) -> Option<&'static Row> {
    LIFE.iter().find(|r| r.from == from && r.step == step)
}

/// From this moment on the clock is there (计时责任).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Turn {
    /// from when
    pub at: Moment,
    /// where
    pub side: Side,
}

/// Whose clock it was at a moment.
pub fn clock_at(turns: &[Turn], at: Moment) -> Option<Side> {
    turns.iter().rev().find(|t| t.at <= at).map(|t| t.side)
}

/// What is known of a matter, on either side.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Known {
    /// one line, covered
    pub title: String,
    /// why it was handed over
    pub note: String,
    /// its number where it came from
    pub origin: String,
    /// its number where it is dealt with
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// the telephone of the person went along
    #[serde(default)]
    pub contact: bool,
    /// it was returned by the same city before: not again
    #[serde(default)]
    pub again: bool,
    /// the origin asked for it back and has no answer yet
    #[serde(default)]
    pub recalling: bool,
    /// why it was returned
    #[serde(default)]
    pub reason: String,
    /// where it stands there, a code word of the loop
    #[serde(default)]
    pub stage: String,
    /// who deals with it there
    #[serde(default)]
    pub unit: String,
    /// until when, by the calendar there
    #[serde(default)]
    pub due: Option<Moment>,
    /// working days that were left there when it was told
    #[serde(default)]
    pub left: Option<i64>,
    /// when that was told
    #[serde(default)]
    pub told: Option<Moment>,
    /// how the person found it, a code word
    #[serde(default)]
    pub satisfied: Option<String>,
    /// where its clock was, turn by turn
    pub turns: Vec<Turn>,
}

impl Known {
    /// Takes a step at a moment: never before the step that it follows, whatever the clocks of two cities say.
    pub(crate) fn turn(&mut self, row: &Row, at: Moment) -> Moment {
        let last = self.turns.last();
        let at = last.map_or(at, |t| t.at.max(at));
        if last.is_none_or(|t| t.side != row.clock) {
            self.turns.push(Turn { at, side: row.clock });
        }
        at
    }
    /// Whose clock runs now.
    pub fn clock(&self) -> Side {
        self.turns.last().map_or(Side::Origin, |t| t.side)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_is_reached_and_every_step_is_one_sides_alone() {
        for state in State::ALL {
            assert!(state == State::Offered || LIFE.iter().any(|r| r.to == state), "{state:?}");
            assert_eq!(state.is_end(), !LIFE.iter().any(|r| r.from == state), "{state:?}");
        }
        for (i, row) in LIFE.iter().enumerate() {
            assert!(!LIFE[..i].iter().any(|r| r.from == row.from && r.step == row.step));
            // Two sides that could both move the same state would race: a state is one side's to move.
            assert!(LIFE.iter().all(|r| r.from != row.from || r.by == row.by), "{:?}", row.from);
        }
    }

    #[test]
    fn the_clock_never_goes_back() {
        let mut known =
            Known { turns: vec![Turn { at: Moment::from_us(100), side: Side::Origin }], ..blank() };
        let row = next(State::Offered, Step::Accept).unwrap();
        assert_eq!(known.turn(row, Moment::from_us(40)), Moment::from_us(100), "a clock that is slow");
        let row = next(State::Accepted, Step::Answer).unwrap();
        known.turn(row, Moment::from_us(200));
        assert_eq!(clock_at(&known.turns, Moment::from_us(150)), Some(Side::Receiver));
        assert_eq!(clock_at(&known.turns, Moment::from_us(200)), Some(Side::Origin));
        assert_eq!(clock_at(&known.turns, Moment::from_us(10)), None);
    }

    fn blank() -> Known {
        Known {
            title: String::new(),
            note: String::new(),
            origin: String::new(),
            number: None,
            contact: false,
            again: false,
            recalling: false,
            reason: String::new(),
            stage: String::new(),
            unit: String::new(),
            due: None,
            left: None,
            told: None,
            satisfied: None,
            turns: Vec::new(),
        }
    }
}
