//! 催办: when somebody is reminded, and who.

use kernel::{Moment, StaffId, UnitId};
use workday::{Length, WorkCalendar, due};

use super::{Stage, Way};

/// A step that waits so many working days is reminded of.
pub const STALL_WORKDAYS: u32 = 2;

/// Who is asked for something now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Owes {
    /// the person it waits for
    pub person: Option<StaffId>,
    /// units that have not agreed
    pub agree: Vec<UnitId>,
    /// units that have not confirmed the receipt
    pub take: Vec<UnitId>,
    /// units that have not answered
    pub answer: Vec<UnitId>,
}

impl Owes {
    /// Is nothing asked of anybody?
    pub const fn is_empty(&self) -> bool {
        self.person.is_none() && self.agree.is_empty() && self.take.is_empty() && self.answer.is_empty()
    }
}

fn later(at: Moment, workdays: u32, cal: &WorkCalendar) -> Moment {
    let at_due = due(at, Length::Workdays(workdays), cal, &[]);
    at_due.at().unwrap_or_else(|| at.plus_us(i64::from(workdays) * kernel::US_PER_DAY))
}

impl Way {
    /// Who owes what: never nobody while the paper is on its way.
    pub fn owes(&self) -> Owes {
        let mut owes = Owes { person: self.holder, ..Owes::default() };
        if self.stage == Stage::Agreeing {
            owes.agree = self.agreeing.iter().filter(|a| a.by.is_none()).map(|a| a.unit).collect();
        }
        if self.stage == Stage::Published {
            owes.take = self.receivers.iter().filter(|r| r.taken.is_none()).map(|r| r.unit).collect();
            if self.answer_by.is_some() {
                let owing = self.receivers.iter().filter(|r| r.answered.is_none());
                owes.answer = owing.map(|r| r.unit).collect();
            }
        }
        owes
    }

    /// When somebody is reminded next: two working days after a step began to wait, or after the last reminder; of an answer on
    /// the morning of its last day, and each working day when it is late.
    pub fn next_at(&self, cal: &WorkCalendar) -> Option<Moment> {
        let last = self.reminded.unwrap_or(self.since);
        match self.stage {
            Stage::Checking | Stage::Agreeing | Stage::Signing | Stage::Sealing | Stage::Publishing => {
                Some(later(last, STALL_WORKDAYS, cal))
            }
            Stage::Published => {
                let owes = self.owes();
                let take = (!owes.take.is_empty()).then(|| later(last, STALL_WORKDAYS, cal));
                let answer = self.answer_by.filter(|_| !owes.answer.is_empty()).map(|day| {
                    let morning = cal.next_office_moment(Moment::start_of(day));
                    if last < morning { morning } else { later(last, 1, cal) }
                });
                take.into_iter().chain(answer).min()
            }
            Stage::Drafting | Stage::Archived | Stage::Dropped | Stage::Revoked => None,
        }
    }

    /// Is an answer late?
    pub fn is_late(&self, now: Moment) -> bool {
        self.stage == Stage::Published
            && self.answer_by.is_some_and(|day| now.date() > day)
            && !self.owes().answer.is_empty()
    }
}
