//! 预约: the life of an appointment. Held for minutes, confirmed, moved or cancelled by a person's act, came or missed; what
//! the office delays itself is never a no-show. It is the fold of its events; [`table::TABLE`] says what may happen.

mod guard;
pub mod table;

use kernel::{Actor, Moment, Said, US_PER_DAY};
use serde::{Deserialize, Serialize};

pub use guard::Guard;
pub use table::{Clock, Row, Stage, TABLE, row};

use guard::{Scene, minutes};

use crate::numbers::{BookingRules, TEXT_MAX};
use crate::refusal::{Refusal, RefusalCode as Code};
use crate::who::Here;
use crate::words::{Channel, Hours, words};

words! {
    /// What can be done with an appointment.
    inherent Act {
        Hold = "hold", "占号";
        Standby = "standby", "登记候补";
        Offer = "offer", "候补有号";
        Confirm = "confirm", "确认预约";
        Expire = "expire", "占号到时";
        Move = "move", "改约";
        Cancel = "cancel", "取消预约";
        CallOff = "call_off", "单位取消";
        Arrive = "arrive", "到厅签到";
        Serve = "serve", "办理完毕";
        Leave = "leave", "离开";
        Miss = "miss", "记为爽约";
        Excuse = "excuse", "单位延误，不计爽约";
        Appeal = "appeal", "申诉";
        Uphold = "uphold", "申诉成立";
        Reject = "reject", "申诉不成立";
        Tell = "tell", "已告知本人";
        Show = "show", "查看联系方式";
        Erase = "erase", "删除联系方式";
    }
}

/// Where and when (号).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Booked {
    /// id of the hall
    pub hall: i64,
    /// letter of the queue
    pub queue: String,
    /// ids of the slots, one after the other
    pub slots: Vec<i64>,
    /// when it begins
    pub start: Moment,
    /// when it is over
    pub end: Moment,
    /// in which kind of hours
    pub hours: Hours,
}

/// One act with what was entered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the fields are those of the table")]
pub enum Command {
    Hold {
        at: Booked,
        item: String,
        name: String,
        channel: Channel,
        /// what was answered in the guide of the item, so that what to bring is known
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        answers: Vec<String>,
    },
    /// `at`: the queue and from when to when, without slots; `person`: a keyed digest of the telephone
    Standby {
        at: Booked,
        item: String,
        name: String,
        channel: Channel,
        person: String,
    },
    /// `asked_from`: when the hall can first be asked and can call, from which the time to confirm runs
    Offer {
        to: Booked,
        asked_from: Moment,
    },
    /// `person`: a keyed digest of the telephone
    Confirm {
        person: String,
    },
    Expire {},
    Move {
        to: Booked,
    },
    Cancel {},
    CallOff {
        reason: String,
    },
    Arrive {},
    Serve {},
    Leave {},
    Miss {
        office_late: bool,
    },
    Excuse {
        office_late: bool,
    },
    Appeal {},
    Uphold {
        reason: String,
    },
    Reject {
        reason: String,
    },
    Tell {},
    Show {
        purpose: String,
    },
    Erase {},
}

impl Command {
    /// Which act.
    pub const fn act(&self) -> Act {
        match self {
            Self::Hold { .. } => Act::Hold,
            Self::Standby { .. } => Act::Standby,
            Self::Offer { .. } => Act::Offer,
            Self::Tell {} => Act::Tell,
            Self::Confirm { .. } => Act::Confirm,
            Self::Expire {} => Act::Expire,
            Self::Move { .. } => Act::Move,
            Self::Cancel {} => Act::Cancel,
            Self::CallOff { .. } => Act::CallOff,
            Self::Arrive {} => Act::Arrive,
            Self::Serve {} => Act::Serve,
            Self::Leave {} => Act::Leave,
            Self::Miss { .. } => Act::Miss,
            Self::Excuse { .. } => Act::Excuse,
            Self::Appeal {} => Act::Appeal,
            Self::Uphold { .. } => Act::Uphold,
            Self::Reject { .. } => Act::Reject,
            Self::Show { .. } => Act::Show,
            Self::Erase {} => Act::Erase,
        }
    }
    /// The words that were given with it.
    pub fn words(&self) -> &str {
        match self {
            Self::CallOff { reason } | Self::Uphold { reason } | Self::Reject { reason } => reason,
            Self::Show { purpose } => purpose,
            _ => "",
        }
    }
}

/// What happened: all that a replay needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Happened {
    /// what was asked
    pub asked: Command,
    /// where it stands then
    pub to: Stage,
    /// until when the place is held, where a hold began
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held_until: Option<Moment>,
}

/// An appointment (预约).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Appointment {
    /// id
    pub id: i64,
    /// 预约号
    pub number: String,
    /// events so far
    pub ver: i64,
    /// where it stands
    pub stage: Stage,
    /// where and when
    pub at: Booked,
    /// code of the item
    pub item: String,
    /// its name
    pub name: String,
    /// 情形: what was answered in the guide of the item
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub answers: Vec<String>,
    /// how it was booked
    pub channel: Channel,
    /// keyed digest of who booked; none while it is held
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<String>,
    /// name and telephone are still there
    #[serde(default)]
    pub person_there: bool,
    /// when it was made
    pub made: Moment,
    /// until when the place is held for who has not confirmed
    pub held_until: Moment,
    /// how often it was moved
    #[serde(default)]
    pub moves: u32,
    /// the place was offered to who stood by
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub offered: bool,
    /// when the person was last told by telephone of how it stands
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub told: Option<Moment>,
    /// cancelled so late that nobody else could take the place
    #[serde(default)]
    pub late_cancel: bool,
    /// it was appealed once
    #[serde(default)]
    pub appealed: bool,
    /// when it was over
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<Moment>,
}

/// 占号: an appointment is made from nothing. Whether the place is free is asked by the store, who may by the door.
///
/// # Errors
/// A place that begins before now.
pub fn hold(asked: Command, now: Moment, rules: &BookingRules) -> Result<Happened, Refusal> {
    match &asked {
        Command::Hold { at, .. } if at.start > now => Ok(Happened {
            asked,
            to: Stage::Held,
            held_until: Some(now.plus_us(minutes(rules.hold_minutes))),
        }),
        _ => {
            Err(Refusal::new(Code::TooLate, "这个时间已过，请另选时间", "this time is over: choose another"))
        }
    }
}

/// 登记候补: who found no time is offered a place that is given back, within their days.
///
/// # Errors
/// Days that are over.
pub fn stand_by(asked: Command, now: Moment) -> Result<Happened, Refusal> {
    match &asked {
        Command::Standby { at, .. } if at.end > now && at.start < at.end => {
            let held_until = Some(at.end);
            Ok(Happened { asked, to: Stage::Standby, held_until })
        }
        _ => Err(Refusal::new(Code::TooLate, "这些日子已过，请另选", "these days are over: choose others")),
    }
}

words! {
    /// Why a person is to be told by telephone (告知).
    inherent Telling {
        Offered = "offered", "候补有号，请本人确认";
        CalledOff = "called_off", "单位取消，请告知本人";
        Tomorrow = "tomorrow", "电话预约的，提醒本人";
    }
}

impl Appointment {
    /// Has it a place? Who stands by has days only, also after that ended.
    pub const fn has_place(&self) -> bool {
        !self.at.slots.is_empty()
    }
    /// The appointment of its first event; none when it is no beginning.
    pub fn begin(id: i64, number: String, happened: &Happened, now: Moment) -> Option<Self> {
        let (at, item, name, channel, person, answers) = match &happened.asked {
            Command::Hold { at, item, name, channel, answers } => {
                (at, item, name, channel, None, answers.clone())
            }
            Command::Standby { at, item, name, channel, person } => {
                (at, item, name, channel, Some(person.clone()), Vec::new())
            }
            _ => return None,
        };
        Some(Self {
            id,
            number,
            ver: 1,
            stage: happened.to,
            at: at.clone(),
            item: item.clone(),
            name: name.clone(),
            answers,
            channel: *channel,
            person_there: person.is_some(),
            person,
            offered: false,
            told: None,
            made: now,
            held_until: happened.held_until.unwrap_or(now),
            moves: 0,
            late_cancel: false,
            appealed: false,
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
        rules: &BookingRules,
    ) -> Result<Happened, Refusal> {
        let act = asked.act();
        let Some(row) = row(self.stage, act) else {
            return Err(Refusal::new(
                Code::NotAtThisStage,
                format!("本预约{}，不能{}", self.stage.zh(), act.zh()),
                format!("it is “{}”: “{}” cannot be done now", self.stage.word(), act.word()),
            ));
        };
        if !here.is_one_of(actor, row.who) {
            return Err(Refusal::new(
                Code::NotYours,
                format!("{}无权对本预约{}", actor.role.zh(), act.zh()),
                format!("as {} you may not do “{}” here", actor.role.word(), act.word()),
            ));
        }
        if asked.words().chars().count() > TEXT_MAX {
            return Err(Refusal::new(
                Code::NeedsText,
                format!("最多 {TEXT_MAX} 个字，请精简"),
                format!("at most {TEXT_MAX} characters: shorten it"),
            ));
        }
        let scene = Scene { of: self, asked: &asked, role: actor.role, now, rules };
        for guard in row.guards {
            guard.check(&scene)?;
        }
        // Who is offered a place has longer than who holds one before the screen, but not beyond its beginning.
        let held_until = match &asked {
            Command::Offer { to, asked_from } => {
                Some(asked_from.plus_us(minutes(rules.standby_minutes)).min(to.start))
            }
            _ => None,
        };
        Ok(Happened { to: row.to.unwrap_or(self.stage), asked, held_until })
    }

    /// One more event.
    #[must_use]
    pub fn evolve(mut self, happened: &Happened, now: Moment, rules: &BookingRules) -> Self {
        self.ver += 1;
        match &happened.asked {
            Command::Confirm { person } => {
                self.person = Some(person.clone());
                self.person_there = true;
            }
            Command::Move { to } => {
                self.at = to.clone();
                self.moves += 1;
                self.told = None;
            }
            Command::Offer { to, .. } => {
                self.at = to.clone();
                self.offered = true;
                self.held_until = happened.held_until.unwrap_or(now);
            }
            Command::CallOff { .. } => self.told = None,
            Command::Tell {} => self.told = Some(now),
            Command::Cancel {} => {
                self.late_cancel = self.stage == Stage::Confirmed
                    && now >= self.at.start.plus_us(-minutes(rules.late_minutes));
            }
            Command::Appeal {} => self.appealed = true,
            Command::Erase {} => self.person_there = false,
            _ => {}
        }
        if happened.to.is_end() && !self.stage.is_end() && self.ended.is_none() {
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

    /// When the system must act next.
    pub fn next_at(&self, rules: &BookingRules) -> Option<Moment> {
        match self.stage {
            Stage::Held | Stage::Standby => Some(self.held_until),
            Stage::Confirmed => Some(self.at.start.plus_us(minutes(rules.grace_minutes))),
            s if s.is_end() && self.person_there => {
                self.ended.map(|e| e.plus_us(i64::from(rules.keep_days) * US_PER_DAY))
            }
            _ => None,
        }
    }

    /// What the system owes by now. `office_late` is asked only when it matters: was the office itself late at that time?
    pub fn owed(
        &self,
        now: Moment,
        rules: &BookingRules,
        office_late: impl FnOnce() -> bool,
    ) -> Option<Command> {
        if self.next_at(rules)? > now {
            return None;
        }
        Some(match self.stage {
            Stage::Held | Stage::Standby => Command::Expire {},
            Stage::Confirmed => match office_late() {
                true => Command::Excuse { office_late: true },
                false => Command::Miss { office_late: false },
            },
            _ => Command::Erase {},
        })
    }

    /// Is the person to be told by telephone, and why? Who booked on the phone is reminded by its calendar.
    pub fn needs_telling(&self, now: Moment) -> Option<Telling> {
        if self.told.is_some() || !self.person_there || self.at.end <= now {
            return None;
        }
        match self.stage {
            Stage::Held if self.offered => Some(Telling::Offered),
            Stage::CalledOff => Some(Telling::CalledOff),
            Stage::Confirmed if self.channel == Channel::Counter => {
                // Whoever booked today knows it still.
                let days = self.at.start.day_number() - now.day_number();
                (days <= 1 && self.made.day_number() < now.day_number()).then_some(Telling::Tomorrow)
            }
            _ => None,
        }
    }

    /// What a person is told of where it stands.
    pub fn told(&self) -> Said {
        Said::new(self.stage.zh(), self.stage.word().replace('_', " "))
    }
}
