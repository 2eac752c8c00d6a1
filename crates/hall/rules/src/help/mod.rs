//! 上门办、帮办代办 (K7, W2): the life of an order of help. Somebody comes to who cannot come, advises, or acts in their place on a
//! mandate; free of charge and voluntary, the applicant stays responsible. It is the fold of its events; [`table::TABLE`] says
//! what may happen. Who the applicant is, and their own words, lie sealed beside it and never in it.

mod command;
pub mod figures;
mod guard;
mod mandate;
pub mod papers;
mod register;
pub mod table;

use kernel::{Actor, Date, Moment, Said, US_PER_DAY};
use serde::{Deserialize, Serialize};
use workday::WorkCalendar;

pub use command::{Act, Command, Happened, HelperRef, Visit, Wish};
pub use guard::Guard;
pub use mandate::{Line, MandatePaper, Sheet, identity};
pub(crate) use register::faults;
pub use register::{Ground, HelpRules, Helper, Helping};
pub use table::{Row, Stage, TABLE, row};

use guard::Scene;

use crate::numbers::TEXT_MAX;
use crate::refusal::{Refusal, RefusalCode as Code};
use crate::who::Here;
use crate::words::{Channel, words};

words! {
    /// How somebody is helped (帮办方式), K7.
    inherent HelpKind {
        /// somebody comes to the door
        Door = "door", "上门办";
        /// somebody advises, completes the papers, walks along
        Assist = "assist", "帮办";
        /// somebody acts in the applicant's place, on a mandate
        ActFor = "act_for", "代办";
    }
}
words! {
    /// Which part of a day suits (时段).
    inherent Half {
        Any = "any", "都可以";
        Morning = "morning", "上午";
        Afternoon = "afternoon", "下午";
    }
}
words! {
    /// Who a helper is (帮办员类别).
    inherent HelperSort {
        Staff = "staff", "单位人员";
        Village = "village", "村（社区）帮办员";
        Volunteer = "volunteer", "志愿者";
    }
}
words! {
    /// Whose turn it is (下一步在谁).
    inherent Turn {
        Hall = "hall", "大厅";
        Helper = "helper", "帮办员";
    }
}
words! {
    /// What is to be done next (下一步).
    inherent Next {
        Answer = "answer", "受理或不予受理";
        Visit = "visit", "按约定上门";
        Work = "work", "办理并办结";
        Resume = "resume", "续办或终止";
        GiveBack = "give_back", "还回原件";
    }
}

/// Words that the applicant may add to one order.
pub const WORDS_MAX: u32 = 20;

/// An order of help (帮办代办单).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HelpOrder {
    /// id
    pub id: i64,
    /// 单号
    pub number: String,
    /// events so far
    pub ver: i64,
    /// how
    pub kind: HelpKind,
    /// where it stands
    pub stage: Stage,
    /// the hall
    pub hall: i64,
    /// code of the item
    pub item: String,
    /// its name
    pub name: String,
    /// region of the applicant
    pub region: String,
    /// by page, or by telephone through a clerk
    pub channel: Channel,
    /// code of the ground for coming to the door; empty: none
    #[serde(default)]
    pub ground: String,
    /// why a clerk takes it all the same
    #[serde(default)]
    pub exception: String,
    /// when it suits
    pub wish: Wish,
    /// when it was asked for
    pub asked: Moment,
    /// when it was accepted
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accepted: Option<Moment>,
    /// who helps
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub helper: Option<HelperRef>,
    /// the mandate
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mandate: Option<MandatePaper>,
    /// the visit that is planned
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visit: Option<Visit>,
    /// visits that were made
    #[serde(default)]
    pub visits: Vec<Moment>,
    /// 材料交接清单
    #[serde(default)]
    pub papers: Vec<Sheet>,
    /// why it is suspended, refused or ended
    #[serde(default)]
    pub reason: String,
    /// what else is open to who was refused
    #[serde(default)]
    pub instead: String,
    /// what was done
    #[serde(default)]
    pub done: String,
    /// why an original stays out at the end
    #[serde(default)]
    pub kept: String,
    /// words that the applicant added
    #[serde(default)]
    pub said: u32,
    /// name, telephone and address are still there
    pub person_there: bool,
    /// when it was over
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<Moment>,
}

/// 申请: an order is made from nothing.
///
/// # Errors
/// Not entitled to this kind, without a reason of the office; a day that is over.
pub fn ask(asked: Command, now: Moment, helping: &Helping) -> Result<Happened, Refusal> {
    let Command::Ask { kind, item, ground, exception, wish, .. } = &asked else {
        return Err(Refusal::new(Code::NoSuch, "请先申请", "ask for it first"));
    };
    if !helping.offers(now.date()) {
        return Err(Refusal::new(
            Code::NoSuch,
            "这个大厅还没有帮办员，请换一个大厅，或打电话询问",
            "this hall has no helpers yet: choose another one, or call",
        ));
    }
    if wish.day.is_some_and(|d| d < now.date()) {
        return Err(Refusal::new(
            Code::TooLate,
            "希望的日子已过，请另选",
            "that day is over: choose another",
        ));
    }
    if exception.chars().count() > TEXT_MAX {
        return Err(too_long());
    }
    if *kind == HelpKind::Door && exception.trim().is_empty() {
        helping.may_come(ground, item)?;
    }
    Ok(Happened { asked, to: Stage::Asked })
}

fn too_long() -> Refusal {
    Refusal::new(
        Code::NeedsText,
        format!("最多 {TEXT_MAX} 个字，请精简"),
        format!("at most {TEXT_MAX} characters: shorten it"),
    )
}

impl HelpOrder {
    /// The order of its first event; none when it is no beginning.
    pub fn begin(id: i64, number: String, happened: &Happened, now: Moment) -> Option<Self> {
        let Command::Ask { hall, kind, item, name, region, channel, ground, exception, wish } =
            happened.asked.clone()
        else {
            return None;
        };
        Some(Self {
            id,
            number,
            ver: 1,
            kind,
            stage: happened.to,
            hall,
            item,
            name,
            region,
            channel,
            ground,
            exception,
            wish,
            asked: now,
            accepted: None,
            helper: None,
            mandate: None,
            visit: None,
            visits: Vec::new(),
            papers: Vec::new(),
            reason: String::new(),
            instead: String::new(),
            done: String::new(),
            kept: String::new(),
            said: 0,
            person_there: true,
            ended: None,
        })
    }

    /// What would happen.
    ///
    /// # Errors
    /// A refusal that names the rule.
    pub fn decide(
        &self,
        asked: Command,
        actor: &Actor,
        here: &Here<'_>,
        now: Moment,
        helping: &Helping,
    ) -> Result<Happened, Refusal> {
        let act = asked.act();
        let Some(row) = row(self.stage, act) else {
            return Err(Refusal::new(
                Code::NotAtThisStage,
                format!("本单{}，不能{}", self.stage.zh(), act.zh()),
                format!("it is “{}”: “{}” cannot be done now", self.stage.word(), act.word()),
            ));
        };
        if !here.is_one_of(actor, row.who) {
            return Err(Refusal::new(
                Code::NotYours,
                format!("{}无权对本单{}", actor.role.zh(), act.zh()),
                format!("as {} you may not do “{}” here", actor.role.word(), act.word()),
            ));
        }
        if asked.words().iter().any(|w| w.chars().count() > TEXT_MAX) {
            return Err(too_long());
        }
        let scene = Scene { of: self, asked: &asked, role: actor.role, now, helping };
        for guard in row.guards {
            guard.check(&scene)?;
        }
        Ok(Happened { to: row.to.unwrap_or(self.stage), asked })
    }

    /// One more event.
    #[must_use]
    pub fn evolve(mut self, happened: &Happened, now: Moment) -> Self {
        self.ver += 1;
        match happened.asked.clone() {
            Command::Accept { helper, mandate, visit, exception } => {
                self.accepted = Some(now);
                self.helper = Some(helper);
                self.mandate = mandate;
                self.visit = visit;
                if !exception.trim().is_empty() {
                    self.exception = exception;
                }
            }
            Command::Refuse { reason, instead } => (self.reason, self.instead) = (reason, instead),
            Command::Assign { helper, mandate, .. } => {
                self.helper = Some(helper);
                self.mandate = mandate.or(self.mandate);
            }
            Command::Plan { visit } => self.visit = Some(visit),
            Command::Visited {} => self.visits.push(now),
            Command::Receive { papers, signed } => {
                self.papers.extend(papers.into_iter().map(|line| Sheet::handed(line, now, signed)));
            }
            Command::GiveBack { lines, signed } => {
                for n in lines {
                    if let Some(sheet) = self.papers.get_mut(n) {
                        sheet.give_back(now, signed);
                    }
                }
            }
            Command::Acknowledge {} => self.papers.iter_mut().for_each(Sheet::acknowledge),
            Command::Suspend { reason } => self.reason = reason,
            Command::Lapse {} => "委托期满".clone_into(&mut self.reason),
            Command::Resume { mandate, .. } => {
                self.mandate = mandate.or(self.mandate);
                self.reason = String::new();
            }
            Command::Finish { done, kept } => (self.done, self.kept) = (done, kept),
            Command::End { reason, kept } => (self.reason, self.kept) = (reason, kept),
            Command::Say {} => self.said += 1,
            Command::Erase {} => self.person_there = false,
            Command::Ask { .. } | Command::Withdraw {} | Command::Show { .. } => {}
        }
        if happened.to.is_end() && !self.stage.is_end() {
            self.ended = Some(now);
        }
        self.stage = happened.to;
        self
    }

    /// Acts that this actor may do now, by stage and person; guards may still refuse.
    pub fn permitted(&self, actor: &Actor, here: &Here<'_>) -> Vec<Act> {
        let mine = |r: &&Row| r.from.contains(&self.stage) && here.is_one_of(actor, r.who);
        TABLE.iter().filter(mine).map(|r| r.act).collect()
    }

    /// Originals that are out: handed on, and not back with both having said so.
    pub fn originals_out(&self) -> usize {
        self.papers.iter().filter(|s| s.is_out()).count()
    }

    /// Whose turn it is and what is to be done; none when it is over and nothing is out.
    pub fn next(&self) -> Option<(Turn, Next)> {
        Some(match self.stage {
            Stage::Asked => (Turn::Hall, Next::Answer),
            Stage::Accepted if self.kind == HelpKind::Door && self.visits.is_empty() => {
                (Turn::Helper, Next::Visit)
            }
            Stage::Accepted => (Turn::Helper, Next::Work),
            Stage::Suspended => (Turn::Helper, Next::Resume),
            _ if self.originals_out() > 0 => (Turn::Helper, Next::GiveBack),
            _ => return None,
        })
    }

    /// Last day of its mandate, while it is worked on.
    pub fn mandate_until(&self) -> Option<Date> {
        self.mandate.as_ref().filter(|_| self.stage == Stage::Accepted).map(|m| m.until)
    }

    /// Does its mandate end within so many working days, today not counted?
    pub fn mandate_ends_soon(&self, now: Moment, days: u32, calendar: &WorkCalendar) -> bool {
        self.mandate_until().is_some_and(|until| calendar.count(now.date(), until) <= i64::from(days))
    }

    /// Should it have been answered by now?
    pub fn answer_is_late(&self, now: Moment, helping: &Helping, calendar: &WorkCalendar) -> bool {
        self.stage == Stage::Asked
            && calendar.count(self.asked.date(), now.date()) > i64::from(helping.numbers.answer_days)
    }

    /// When the system must act next.
    pub fn next_at(&self, helping: &Helping) -> Option<Moment> {
        if let Some(until) = self.mandate_until() {
            return Some(Moment::start_of(until).plus_us(US_PER_DAY));
        }
        // What somebody still has to get back is never without its owner.
        if self.person_there && self.originals_out() == 0 {
            let keep = i64::from(helping.numbers.keep_days) * US_PER_DAY;
            return self.ended.map(|e| e.plus_us(keep));
        }
        None
    }

    /// What the system owes by now.
    pub fn owed(&self, now: Moment, helping: &Helping) -> Option<Command> {
        if self.next_at(helping)? > now {
            return None;
        }
        Some(if self.stage == Stage::Accepted { Command::Lapse {} } else { Command::Erase {} })
    }

    /// What a person is told of where it stands.
    pub fn told(&self) -> Said {
        Said::new(self.stage.zh(), self.stage.word().replace('_', " "))
    }
}
