//! 到点: what the system itself owes an application when a moment comes. What it owes it may do (a law of the tests).

use catalogue::deferred::{Promise, REMIND_DAYS, Sort};
use kernel::{Moment, US_PER_DAY};
use workday::WorkCalendar;

use crate::application::Application;
use crate::clock::Phase;
use crate::command::Command;
use crate::stage::StageKind;

impl Application {
    /// The next moment at which the system must act, if any.
    pub fn next_at(&self, calendar: &WorkCalendar) -> Option<Moment> {
        let run = self
            .watched()
            .and_then(|r| if self.stage == StageKind::Delivered { None } else { r.next_at(calendar) });
        run.into_iter().chain(self.promise_moments().map(|m| m.0)).min()
    }

    /// When a promise is reminded of or missed, with the act.
    fn promise_moments(&self) -> impl Iterator<Item = (Moment, Command)> {
        let accepted = matches!(
            self.stage,
            StageKind::Handling | StageKind::Decided | StageKind::Issued | StageKind::Delivered
        );
        let open = self.materials.iter().zip(&self.basis.materials).filter_map(|(m, w)| {
            let p = m.promise.as_ref()?;
            let owed = p.sort == Sort::HandInLater && p.state == Promise::Open;
            owed.then(|| (m.reminded, p.due, w.id.clone()))
        });
        open.filter(move |_| accepted).map(|(reminded, due, material)| {
            let day = Moment::start_of(due);
            if reminded {
                (day.plus_us(US_PER_DAY), Command::MissPromise { material })
            } else {
                (day.plus_us(-REMIND_DAYS * US_PER_DAY), Command::RemindPromise { material })
            }
        })
    }

    /// The act that is due at `now`, if any; one at a time, what is about the clock first.
    pub fn owed(&self, now: Moment, calendar: &WorkCalendar) -> Option<Command> {
        self.owed_by_clock(now, calendar).or_else(|| {
            let (at, asked) = self.promise_moments().min_by_key(|m| m.0)?;
            if now < at {
                return None;
            }
            // A reminder that comes after the day says nothing any more.
            Some(match asked {
                Command::RemindPromise { material } if self.is_past(&material, now) => {
                    Command::MissPromise { material }
                }
                other => other,
            })
        })
    }

    fn is_past(&self, material: &str, now: Moment) -> bool {
        let promise = self.material(material).and_then(|m| m.promise.as_ref());
        promise.is_some_and(|p| now.date() > p.due)
    }

    fn owed_by_clock(&self, now: Moment, calendar: &WorkCalendar) -> Option<Command> {
        let run = self.watched()?;
        if self.stage == StageKind::Delivered {
            return None;
        }
        if let Some(still) = run.standing_still() {
            return (now >= still.ends_by())
                .then(|| Command::Resume { result: "告知的时间已到".to_owned() });
        }
        if now > run.due(calendar).0 {
            return match run.phase {
                Phase::Draft | Phase::Correct => Some(Command::Expire {}),
                Phase::Accept => Some(Command::AcceptBySilence {}),
                Phase::Handle | Phase::Deliver => (!run.red_lit).then_some(Command::WarnRed {}),
            };
        }
        (!run.yellow_lit && now >= run.yellow_at(calendar)).then_some(Command::WarnYellow {})
    }
}
