//! 企的到点: what is late beside the clock of a whistle, and payments that come due, are told of once to who owes it (R11, P2).

use city::{Door as _, Error, Office};
use company::claim::ClaimState;
use kernel::{Moment, StreamId, StreamKind, US_PER_DAY, UnitId};
use resolve::{Phase, Side};
use store::claims::{self as claim_rows, ClaimRow};
use store::whistles::{self, WhistleRow};
use store::{Tx, asides, cases};

use crate::Companies;
use crate::claims::{due_of, state_of};
use crate::whistle::sides_of;

/// 企业诉求与兑付到点.
pub const COMPANY_MOMENTS: &str = "company-moments";

/// Whistles, and claims, of one round.
const BATCH: u32 = 200;
/// An open whistle is looked at at least so often: who is called after a look may have an hour.
const OFTEN_US: i64 = 5 * 60_000_000;
/// A case that came to its end may be taken up again for so long.
const AFTER_US: i64 = 400 * US_PER_DAY;

/// A moment as a message says it: 5月6日 17:30.
fn said(at: Moment) -> String {
    let text = at.to_string();
    let day = at.date();
    format!("{}月{}日 {}", day.month(), day.day(), text.get(11..16).unwrap_or_default())
}

fn late_words(side: &Side, name: &str) -> String {
    let what = match side.phase {
        Phase::Contact => "报到联系",
        Phase::Feedback => "向企业反馈",
        Phase::Assist => "反馈协办结果",
        _ => "裁定退回",
    };
    format!("{name}应在{}前{what}，至今没有", said(side.due))
}

impl Companies {
    /// Tells of what is late, and answers how many whistles and payments were looked at.
    ///
    /// # Errors
    /// The store could not.
    pub fn moments(&self) -> Result<usize, Error> {
        let now = self.city.store().now();
        let (blown, owed) = self
            .read(move |_, rd| {
                let blown = whistles::to_look_at(rd, now, BATCH)?;
                Ok::<_, Error>((blown, claim_rows::to_look_at(rd, now, BATCH)?))
            })
            .wait()?;
        let n = blown.len() + owed.len();
        for (w, looked) in blown {
            let case = w.case;
            self.alone(
                StreamId::case(case),
                move |app, tx| app.look_at_whistle(tx, &w, looked),
                move |tx, next| whistles::looked_at(tx, case, looked, Some(next)),
            )?;
        }
        for c in owed {
            let id = c.id;
            self.alone(
                StreamId::new(StreamKind::Claim, id),
                move |app, tx| app.look_at_claim(tx, &c),
                move |tx, next| claim_rows::looked_at(tx, id, Some(next)),
            )?;
        }
        Ok(n)
    }

    /// What is wrong with one holds up no other: it is put aside, where the administrator sees it, and looked at again tomorrow.
    fn alone(
        &self,
        subject: StreamId,
        look: impl Fn(&Self, &mut Tx<'_>) -> Result<(), Error> + Send + 'static,
        later: impl Fn(&mut Tx<'_>, Moment) -> Result<(), store::StoreError> + Send + 'static,
    ) -> Result<(), Error> {
        self.write(move |app, tx| {
            let was_aside = asides::is_aside(tx, COMPANY_MOMENTS, subject)?;
            if !city::one(tx, COMPANY_MOMENTS, subject, was_aside, |tx| look(app, tx).map(|()| true))? {
                let tomorrow = tx.now().plus_us(US_PER_DAY);
                later(tx, tomorrow)?;
            }
            Ok(())
        })
        .wait()
    }

    fn look_at_whistle(&self, tx: &mut Tx<'_>, w: &WhistleRow, looked: Moment) -> Result<(), Error> {
        let office = self.city.office(tx)?;
        let now = tx.now();
        let Some(case) = cases::by_id(tx, w.case)? else {
            return Ok(whistles::looked_at(tx, w.case, now, None)?);
        };
        let sides = sides_of(tx, &office, &case)?;
        let open = || sides.iter().filter(|s| s.open());
        for side in open().filter(|s| s.due < now && s.due >= looked) {
            let coordinator = office.reception(&case.region).map(|u| u.id);
            let name = side.unit.or(coordinator).map_or_else(|| "政管办".to_owned(), |u| office.unit_name(u));
            let words = late_words(side, &name);
            let mut told: Vec<UnitId> = side.unit.into_iter().chain(coordinator).collect();
            told.dedup();
            for unit in told {
                let at = office.rules.calendar.next_office_moment(now);
                let line = outbox::UnitWords::around(&case.title, |t| format!("{words}：{t}"));
                outbox::to_unit(&self.city, tx, unit, at, Some(case.id), line)?;
            }
        }
        let soon = now.plus_us(OFTEN_US);
        let next = if case.stage.kind().is_end() {
            (now.us_since(w.at) < AFTER_US).then(|| now.plus_us(US_PER_DAY))
        } else {
            let due = open().map(|s| s.due.plus_us(1)).filter(|d| *d > now).min();
            Some(due.map_or(soon, |d| d.min(soon)))
        };
        Ok(whistles::looked_at(tx, w.case, now, next)?)
    }

    fn look_at_claim(&self, tx: &mut Tx<'_>, c: &ClaimRow) -> Result<(), Error> {
        let office = self.city.office(tx)?;
        let now = tx.now();
        let due = due_of(c, &office.rules.calendar).filter(|_| state_of(c).is_ok_and(ClaimState::is_open));
        let Some(due) = due else { return Ok(claim_rows::looked_at(tx, c.id, None)?) };
        let soon = yellow(due, &office);
        let next = if now > due {
            self.say_of_claim(tx, &office, c, &format!("兑付已过期限（{}）", said(due)))?;
            None
        } else if now >= soon {
            self.say_of_claim(tx, &office, c, &format!("兑付将到期限（{}）", said(due)))?;
            Some(due.plus_us(1))
        } else {
            Some(soon)
        };
        Ok(claim_rows::looked_at(tx, c.id, next)?)
    }

    fn say_of_claim(&self, tx: &mut Tx<'_>, office: &Office, c: &ClaimRow, words: &str) -> Result<(), Error> {
        let at = office.rules.calendar.next_office_moment(tx.now());
        let words = format!("{words}：{}，{}", c.name, c.number);
        outbox::to_unit(&self.city, tx, c.unit, at, None, words.as_str())
    }
}

/// The light turns yellow with the working day before.
pub(crate) fn yellow(due: Moment, office: &Office) -> Moment {
    workday::yellow_at(due, workday::Length::Workdays(1), &office.rules.calendar)
}
