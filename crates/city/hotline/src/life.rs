//! 工单的一生: one table for both sides of an order, drawn in `docs/hotline.md`. The order is the hotline's: what it takes back is
//! taken back wherever it stands here, so that both sides end alike whatever was on its way.

use kernel::Moment;
use serde::{Deserialize, Serialize};

kernel::words! {
    /// A side of an order (一方).
    inherent Side {
        Hotline = "hotline", "热线";
        Here = "here", "本市";
    }
}
kernel::words! {
    /// How far an order is (工单状态).
    inherent State {
        Offered = "offered", "待接单";
        Accepted = "accepted", "办理中";
        Answered = "answered", "已答复待回访";
        Closed = "closed", "已办结";
        Returned = "returned", "已退回";
        Withdrawn = "withdrawn", "已撤单";
    }
}
kernel::words! {
    /// What moves an order.
    inherent Step {
        Accept = "accept", "接单";
        Return = "return", "退回";
        OfferAgain = "offer_again", "再次派单";
        Answer = "answer", "答复";
        Again = "again", "回访不满意，请再办";
        Close = "close", "办结";
        Withdraw = "withdraw", "撤单";
    }
}

impl State {
    /// Is nothing more to be done here?
    pub const fn is_end(self) -> bool {
        matches!(self, Self::Closed | Self::Returned | Self::Withdrawn)
    }
}

/// A row: in this state this side may do this; then it stands so.
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
}

const fn r(from: State, step: Step, by: Side, to: State) -> Row {
    Row { from, step, by, to }
}

use Side::{Here, Hotline};

/// The life of an order. It begins offered.
pub const LIFE: &[Row] = &[
    r(State::Offered, Step::Accept, Here, State::Accepted),
    r(State::Offered, Step::Return, Here, State::Returned),
    r(State::Returned, Step::OfferAgain, Hotline, State::Offered),
    r(State::Accepted, Step::Answer, Here, State::Answered),
    r(State::Answered, Step::Again, Hotline, State::Accepted),
    r(State::Answered, Step::Close, Hotline, State::Closed),
    r(State::Offered, Step::Withdraw, Hotline, State::Withdrawn),
    r(State::Accepted, Step::Withdraw, Hotline, State::Withdrawn),
    r(State::Answered, Step::Withdraw, Hotline, State::Withdrawn),
    r(State::Returned, Step::Withdraw, Hotline, State::Withdrawn),
];

/// The row of a step in a state.
pub fn next(from: State, step: Step) -> Option<&'static Row> {
    LIFE.iter().find(|r| r.from == from && r.step == step)
}

/// The table as `docs/hotline.md` has it.
pub fn drawn() -> String {
    let mut out = String::from("| 状态 state | 动作 step | 谁 by | 之后 then |\n|---|---|---|---|\n");
    for row in LIFE {
        let (from, step, by, to) = (row.from, row.step, row.by, row.to);
        out += &format!(
            "| {} {} | {} {} | {} {} | {} {} |\n",
            from.zh(),
            from.word(),
            step.zh(),
            step.word(),
            by.zh(),
            by.word(),
            to.zh(),
            to.word()
        );
    }
    out
}

/// What is known of an order beside its row: no names, no telephones.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Known {
    /// one line, covered
    pub title: String,
    /// what it is about, a code word of the loop
    pub kind: String,
    /// the unit that the hotline thinks of: its id here
    pub unit: Option<i64>,
    /// and as it wrote it
    pub unit_named: String,
    /// the region, code
    pub region: String,
    /// until when it is taken or given back, by the hotline
    pub take_by: Option<Moment>,
    /// it was returned before: not again
    pub again: bool,
    /// how often the hotline urged
    pub urged: u32,
    /// why it was returned or withdrawn
    pub reason: String,
    /// where it stood when the hotline was told last: stage
    pub stage: String,
    /// and unit
    pub told_unit: String,
    /// how often it was answered
    pub answers: u32,
    /// how the person found it, a code word
    pub satisfied: Option<String>,
    /// files that came with it
    pub files: u32,
    /// of which limit somebody was reminded: 0 none, 1 it is near, 2 it is over
    pub warned: u8,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_is_reached_and_a_step_of_a_state_is_one_sides_alone() {
        for state in State::ALL {
            assert!(state == State::Offered || LIFE.iter().any(|r| r.to == state), "{state:?}");
            // Where nothing is to be done here, nothing is ours to do.
            assert!(!state.is_end() || LIFE.iter().all(|r| r.from != state || r.by == Hotline), "{state:?}");
            // What the hotline withdraws is withdrawn wherever it stands, but where it was closed.
            let closed = matches!(state, State::Closed | State::Withdrawn);
            assert_eq!(next(state, Step::Withdraw).is_none(), closed, "{state:?}");
        }
        for (i, row) in LIFE.iter().enumerate() {
            assert!(!LIFE[..i].iter().any(|r| r.from == row.from && r.step == row.step));
            assert!(LIFE.iter().all(|r| r.step != row.step || r.by == row.by), "{:?}", row.step);
        }
    }

    #[test]
    fn the_drawn_table_is_this_one() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../docs/hotline.md");
        let page = std::fs::read_to_string(path).unwrap();
        let (head, rest) = page.split_once("<!-- life -->\n").unwrap();
        let (_, tail) = rest.split_once("<!-- /life -->").unwrap();
        let right = format!("{head}<!-- life -->\n{}<!-- /life -->{tail}", drawn());
        if std::env::var_os("UPDATE_DOCS").is_some() {
            std::fs::write(path, &right).unwrap();
        }
        assert!(page == right || std::env::var_os("UPDATE_DOCS").is_some(), "cargo xtask docs");
    }
}
