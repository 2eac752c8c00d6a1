//! 到点: what the system itself owes a case when a moment comes. What it owes it may do: the law in `tests/it/owed.rs`
//! tries every stage with every state of a clock.

use kernel::Moment;
use workday::WorkCalendar;

use crate::case::Case;
use crate::clock::Run;
use crate::command::Command;

impl Case {
    /// The run that is watched. None at an end, where nothing is owed: the run of a merged case goes on, and is
    /// watched again when the merging is undone.
    pub fn watched(&self) -> Option<&Run> {
        self.clock.open().filter(|_| !self.stage.kind().is_end())
    }
    /// The next moment at which the system must act, if any.
    pub fn next_at(&self, calendar: &WorkCalendar) -> Option<Moment> {
        self.watched().and_then(|run| run.next_at(calendar))
    }
    /// The act that is due at `now`, if any.
    pub fn owed(&self, now: Moment, calendar: &WorkCalendar) -> Option<Command> {
        let run = self.watched()?;
        if let Some(still) = run.standing_still() {
            return (now >= still.ends_by()).then(|| Command::Resume { note: "暂停期满".to_owned() });
        }
        if run.red_lit {
            return None;
        }
        if now > run.due(calendar).0 {
            return Some(Command::WarnRed {});
        }
        (!run.yellow_lit && now >= run.yellow_at(calendar)).then_some(Command::WarnYellow {})
    }
}
