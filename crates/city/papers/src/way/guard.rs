//! May somebody do it, and what happens then.

use kernel::{Moment, Said, StaffId};
use workday::WorkCalendar;

use super::{Act, By, Command, Guard, Happened, Person, Row, Stage, TABLE, To, WORDS_MOST, Way, said};

/// What a person must be able to do to be given the next step there.
pub const MAY: &[(Stage, fn(&Person) -> bool)] = &[
    (Stage::Drafting, |p| p.writes),
    (Stage::Checking, |p| p.writes),
    (Stage::Signing, |p| p.signs),
    (Stage::Sealing, |p| p.writes),
    (Stage::Publishing, |p| p.writes),
    (Stage::Published, |p| p.writes),
];

impl Way {
    /// Does this row speak of this person here?
    fn is_by(&self, by: By, who: &Person) -> bool {
        let own = who.unit == Some(self.unit);
        let holds = who.staff.is_some() && self.holder == who.staff;
        let asked = || self.agreeing.iter().any(|a| Some(a.unit) == who.unit);
        let receives = || self.receivers.iter().any(|r| Some(r.unit) == who.unit);
        match by {
            By::Holder => holds && own && who.writes,
            By::Signer => holds && own && who.signs,
            By::Unit => own && who.writes && who.staff.is_some(),
            By::Head => own && who.signs && who.staff.is_some(),
            By::Asked => asked() && who.signs && who.staff.is_some(),
            By::Receiver => receives() && who.takes && who.staff.is_some(),
            By::Known => {
                who.staff.is_some()
                    && (own && who.writes
                        || self.stage == Stage::Agreeing && asked() && who.writes
                        || self.stage.is_out() && receives() && who.takes)
            }
            By::System => who.staff.is_none(),
        }
    }

    /// The rows of an act that speak of this person now.
    fn rows<'a>(&'a self, act: Act, who: &'a Person) -> impl Iterator<Item = &'static Row> + 'a {
        TABLE.iter().filter(move |r| r.act == act && r.from.contains(&self.stage) && self.is_by(r.by, who))
    }

    /// May this person be given a step? Nobody who did one that the rule keeps apart from it.
    ///
    /// # Errors
    /// Why not.
    pub fn may_hold(&self, stage: Stage, who: &Person) -> Result<(), Said> {
        let may = MAY.iter().find(|m| m.0 == stage).is_some_and(|m| (m.1)(who));
        if who.unit != Some(self.unit) || who.staff.is_none() || !may {
            return Err(said(
                format!("请选择本单位能办“{}”的人", stage.zh()),
                format!("choose somebody of the own unit for: {}", stage.en()),
            ));
        }
        let was = |part: Option<StaffId>| part.is_some() && part == who.staff;
        let drafted = who.staff.is_some_and(|s| self.drafters.contains(&s));
        let barred = match stage {
            Stage::Checking => drafted,
            Stage::Signing => drafted || was(self.checker),
            Stage::Sealing => was(self.signer),
            _ => false,
        };
        if barred {
            return Err(said(
                format!("{}须由另一人办理：拟稿、核稿、签发不能是同一人，用印的不能是签发人", stage.zh()),
                format!(
                    "{} is done by somebody else: nobody drafts, checks and signs one paper, and who signs does not seal",
                    stage.en()
                ),
            ));
        }
        Ok(())
    }

    fn holds(
        &self,
        guard: Guard,
        who: &Person,
        c: &Command,
        now: Moment,
        cal: &WorkCalendar,
    ) -> Result<(), Said> {
        let mine = |part: Option<StaffId>| part.is_some() && part == who.staff;
        let fits = match guard {
            Guard::NotDrafter => !who.staff.is_some_and(|s| self.drafters.contains(&s)),
            Guard::NotChecker => !mine(self.checker),
            Guard::NotSigner => !mine(self.signer),
            Guard::Reason => !c.words.trim().is_empty(),
            Guard::NextNamed => {
                let stage = if c.act == Act::Pass { Some(self.stage) } else { self.names() };
                let Some(stage) = stage else { return Ok(()) };
                let next = c.next.ok_or_else(|| {
                    said(
                        format!("请选择由谁办“{}”", stage.zh()),
                        format!("choose who does the next step: {}", stage.en()),
                    )
                })?;
                // Who checks now has not signed yet: the one named must not be the same.
                if c.act == Act::Approve && next.staff == who.staff {
                    return Err(said("签发须由另一人办理，不能是核稿人", "who checks does not sign"));
                }
                return self.may_hold(stage, &next);
            }
            Guard::NotAgreed => self.agreeing.iter().any(|a| Some(a.unit) == who.unit && a.by.is_none()),
            Guard::NotTaken => self.receivers.iter().any(|r| Some(r.unit) == who.unit && r.taken.is_none()),
            Guard::AnswerOwed => {
                let owes = self.receivers.iter().any(|r| Some(r.unit) == who.unit && r.answered.is_none());
                if self.answer_by.is_some() && owes && c.words.trim().is_empty() {
                    return Err(said("请写反馈内容", "write the answer"));
                }
                self.answer_by.is_some() && owes
            }
            Guard::AllDone => self.all_done() || !c.words.trim().is_empty(),
            Guard::RemindDue => self.next_at(cal).is_some_and(|at| at <= now),
        };
        if fits {
            return Ok(());
        }
        Err(said(
            format!("现在不能{}：须“{}”", c.act.zh(), guard.zh()),
            format!("not now: {} ({guard:?})", c.act.en()),
        ))
    }

    /// Has everybody whom it went to received and answered it?
    pub fn all_done(&self) -> bool {
        self.receivers.iter().all(|r| r.taken.is_some() && (self.answer_by.is_none() || r.answered.is_some()))
    }

    /// What this person may do now, as far as it depends on nothing that is still to be filled in.
    pub fn permitted(&self, who: &Person, now: Moment, cal: &WorkCalendar) -> Vec<Act> {
        let fills = |g: &Guard| matches!(g, Guard::Reason | Guard::NextNamed | Guard::AllDone);
        let may = |act: Act| {
            let c = Command { words: "。".to_owned(), ..Command::only(act) };
            self.rows(act, who).any(|r| {
                r.guards.iter().filter(|g| !fills(g)).all(|g| self.holds(*g, who, &c, now, cal).is_ok())
            })
        };
        Act::ALL.into_iter().filter(|a| may(*a)).collect()
    }

    /// May it be done, and what happens then?
    ///
    /// # Errors
    /// Why not, and what to do.
    pub fn decide(
        &self,
        c: &Command,
        who: &Person,
        now: Moment,
        cal: &WorkCalendar,
    ) -> Result<Happened, Said> {
        if c.words.chars().count() > WORDS_MOST {
            return Err(said(
                format!("意见最多 {WORDS_MOST} 个字"),
                format!("{WORDS_MOST} characters at most"),
            ));
        }
        let mut why = None;
        let fits = self.rows(c.act, who).find(|r| {
            let refused = r.guards.iter().find_map(|g| self.holds(*g, who, c, now, cal).err());
            let ok = refused.is_none();
            why = why.take().or(refused);
            ok
        });
        let row = fits.ok_or_else(|| {
            why.unwrap_or_else(|| {
                said(
                    format!("这份文在“{}”环节，您现在不能“{}”", self.stage.zh(), c.act.zh()),
                    format!("it is at {}: you cannot do this now ({})", self.stage.en(), c.act.en()),
                )
            })
        })?;
        if let Some(a) = &c.address {
            self.checked(a)?;
        }
        let to = match row.to {
            To::Same => self.stage,
            To::There(s) => s,
            To::Next if c.act == Act::Agree && self.still_asked(who) => self.stage,
            To::Next => self.next_stage().unwrap_or(self.stage),
        };
        let number = if c.act == Act::Issue {
            let free = c.number.clone();
            Some(free.ok_or_else(|| said("还没有发文字号", "it has no number yet"))?)
        } else {
            None
        };
        let next = c.next.and_then(|n| n.staff);
        let moves = to != self.stage;
        let drafter = self.drafters.first().copied();
        let holder = match (c.act, to) {
            (Act::Pass, _) => next,
            _ if !moves => self.holder,
            (_, Stage::Drafting) => self.drafters.last().copied(),
            (Act::Submit | Act::Approve, Stage::Checking | Stage::Signing) => next,
            (Act::Agree, Stage::Signing) => self.next_signer,
            (_, Stage::Sealing | Stage::Publishing | Stage::Published) => drafter,
            _ => None,
        };
        Ok(Happened {
            act: c.act,
            by: who.staff,
            unit: who.unit,
            to,
            holder,
            next_signer: if to == Stage::Agreeing && moves { next } else { None },
            words: c.words.trim().to_owned(),
            number,
            address: c.address.clone(),
            version: (c.act == Act::Write).then(|| {
                // Whoever goes on writing writes the same version; what others have seen stays as it was.
                if self.writing.is_some() && self.writing == who.staff {
                    self.version
                } else {
                    self.version + 1
                }
            }),
        })
    }

    /// Is another unit than this one still asked to agree?
    fn still_asked(&self, who: &Person) -> bool {
        self.agreeing.iter().any(|a| a.by.is_none() && Some(a.unit) != who.unit)
    }
}
