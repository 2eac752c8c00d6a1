//! 号票: the life of a ticket in the queue of a hall, for who booked and who walked in alike. It is the fold of its events.

mod guard;
pub mod table;

use kernel::{Actor, Moment, StaffId};
use serde::{Deserialize, Serialize};

pub use guard::Guard;
pub use table::{Clock, Row, Stage, TABLE, row};

use guard::Scene;

use crate::halls::Hall;
use crate::numbers::TEXT_MAX;
use crate::refusal::{Refusal, RefusalCode as Code};
use crate::who::Here;
use crate::words::{Priority, words};

words! {
    /// What can be done with a ticket.
    inherent Act {
        Take = "take", "取号";
        Call = "call", "叫号";
        Recall = "recall", "重呼";
        Start = "start", "开始办理";
        Park = "park", "暂存";
        Resume = "resume", "取出暂存";
        PassOn = "pass_on", "转号";
        Miss = "miss", "过号";
        Return = "return", "过号续号";
        End = "end", "办理完毕";
        Leave = "leave", "离开";
        Break = "break", "闭馆结束";
    }
}

/// One act with what was entered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the fields are those of the table")]
pub enum Command {
    Take(Taken),
    Call {},
    Recall {},
    Start {},
    Park { reason: String },
    Resume {},
    PassOn { queue: String, window: Option<u16> },
    Miss {},
    Return {},
    End {},
    Leave { reason: String },
    Break {},
}

/// What a ticket is taken with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Taken {
    /// letter of the queue
    pub queue: String,
    /// who goes before others
    pub priority: Priority,
    /// the appointment, and when it begins
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub booked: Option<(i64, Moment)>,
    /// what comes of it: name of the item
    #[serde(default)]
    pub item: String,
    /// people waiting before it, as it was told
    pub ahead: u32,
    /// the wait as it was told, minutes; none when no window was open
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub estimate: Option<u32>,
    /// at a kiosk: by what the tap is known
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tap: Option<Tap>,
}

/// One tap at a kiosk. Sent again, it is the same tap.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tap {
    /// by what it is known: some letters and figures that no other tap has
    pub id: String,
    /// when the kiosk handed out a number by itself, because the network failed (断网取号); none: the queue gave the number
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub given: Option<Moment>,
}

impl Tap {
    /// By what a tap is known, as a kiosk sends it; none when it is something else.
    pub fn id_of(text: &str) -> Option<String> {
        let fits =
            (8..=40).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        fits.then(|| text.to_owned())
    }
}

/// Kiosks of a hall on a day, and numbers that one of them hands out for a queue without a network.
pub const SPARE_MAX: u8 = 99;

/// The number that a kiosk makes by itself: the letter, nought, which kiosk, and two figures: `A0103`. The queue never gives such
/// a number: its own have three figures, or more that do not begin with nought. None beyond [`SPARE_MAX`].
pub fn spare_number(letter: &str, kiosk: u8, n: u8) -> Option<String> {
    let all = 1..=SPARE_MAX;
    (all.contains(&kiosk) && all.contains(&n)).then(|| format!("{letter}0{kiosk}{n:02}"))
}

/// The number that a queue gives.
pub fn queue_number(letter: &str, n: i64) -> String {
    format!("{letter}{n:03}")
}

/// May somebody without an appointment take a number now? Not in elastic hours, which are for who booked.
///
/// # Errors
/// It is such an hour.
pub fn takes_walk_ins(hall: &Hall, now: Moment, calendar: &workday::WorkCalendar) -> Result<(), Refusal> {
    if hall.hours_at(now, calendar) == Some(crate::words::Hours::Elastic) {
        return Err(Refusal::new(
            Code::NotAtThisStage,
            "现在是弹性服务时间，只办预约的；可以预约弹性时段，或在工作时间来取号",
            "elastic hours are for who booked: book one, or take a number in office hours",
        ));
    }
    Ok(())
}

impl Command {
    /// Which act.
    pub const fn act(&self) -> Act {
        match self {
            Self::Take(_) => Act::Take,
            Self::Call {} => Act::Call,
            Self::Recall {} => Act::Recall,
            Self::Start {} => Act::Start,
            Self::Park { .. } => Act::Park,
            Self::Resume {} => Act::Resume,
            Self::PassOn { .. } => Act::PassOn,
            Self::Miss {} => Act::Miss,
            Self::Return {} => Act::Return,
            Self::End {} => Act::End,
            Self::Leave { .. } => Act::Leave,
            Self::Break {} => Act::Break,
        }
    }
    /// The words that were given with it.
    pub fn words(&self) -> &str {
        match self {
            Self::Park { reason } | Self::Leave { reason } => reason,
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
    /// the window that acted
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window: Option<u16>,
}

/// A ticket (号票).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ticket {
    /// id
    pub id: i64,
    /// what is called: `A012`
    pub number: String,
    /// events so far
    pub ver: i64,
    /// id of the hall
    pub hall: i64,
    /// letter of the queue it waits in
    pub queue: String,
    /// where it stands
    pub stage: Stage,
    /// who goes before others
    pub priority: Priority,
    /// the appointment, and when it begins
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub booked: Option<(i64, Moment)>,
    /// name of the item, where it is known
    #[serde(default)]
    pub item: String,
    /// when it was taken
    pub taken: Moment,
    /// since when it waits: not before its appointment
    pub waits_from: Moment,
    /// when it was called for the first time
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub called: Option<Moment>,
    /// when it was called last
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub called_last: Option<Moment>,
    /// when the window began
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started: Option<Moment>,
    /// when it was over
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<Moment>,
    /// the window that has it, or that it goes back to
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window: Option<u16>,
    /// who served it
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub staff: Option<StaffId>,
    /// how often it was called since it last waited
    #[serde(default)]
    pub calls: u32,
    /// how often it came back after being missed
    #[serde(default)]
    pub returns: u32,
    /// the wait as it was told when it was taken, minutes
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub estimate: Option<u32>,
    /// the tap at a kiosk that it came of
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tap: Option<String>,
}

/// 取号: a ticket is made from nothing.
///
/// # Errors
/// A queue that is not there, or that no window serves.
pub fn take(taken: Taken, hall: &Hall) -> Result<Happened, Refusal> {
    if hall.queue(&taken.queue).is_none() {
        return Err(Refusal::new(Code::NoSuch, "没有这个业务，请重新选择", "no such queue: choose again"));
    }
    if hall.serving(&taken.queue).next().is_none() {
        return Err(Refusal::new(
            Code::NoSuch,
            "现在没有窗口办理这个业务，请到导办台",
            "no window serves this: ask at the desk",
        ));
    }
    Ok(Happened { asked: Command::Take(taken), to: Stage::Waiting, window: None })
}

/// At which window, by whom, an act is done.
#[derive(Clone, Copy, Debug)]
pub struct Doing<'a> {
    /// who
    pub actor: &'a Actor,
    /// how they stand to the hall and the window
    pub here: Here<'a>,
    /// the window that acts; none for the desk and the system
    pub window: Option<u16>,
    /// number of the ticket that window has
    pub busy: Option<&'a str>,
}

impl Ticket {
    /// The ticket of its first event; none when it is no beginning.
    pub fn begin(id: i64, hall: i64, number: String, happened: &Happened, now: Moment) -> Option<Self> {
        let Command::Take(t) = &happened.asked else { return None };
        // What was taken while the network failed was taken then.
        let taken = t.tap.as_ref().and_then(|s| s.given).map_or(now, |given| given.min(now));
        Some(Self {
            id,
            number,
            ver: 1,
            hall,
            queue: t.queue.clone(),
            stage: Stage::Waiting,
            priority: t.priority,
            booked: t.booked,
            item: t.item.clone(),
            taken,
            waits_from: t.booked.map_or(taken, |(_, start)| start.max(taken)),
            called: None,
            called_last: None,
            started: None,
            ended: None,
            window: None,
            staff: None,
            calls: 0,
            returns: 0,
            estimate: t.estimate,
            tap: t.tap.as_ref().map(|s| s.id.clone()),
        })
    }

    /// What would happen.
    ///
    /// # Errors
    /// A refusal that names the rule.
    pub fn decide(&self, asked: Command, hall: &Hall, doing: &Doing<'_>) -> Result<Happened, Refusal> {
        let act = asked.act();
        let Some(row) = row(self.stage, act) else {
            return Err(Refusal::new(
                Code::NotAtThisStage,
                format!("{} 号{}，不能{}", self.number, self.stage.zh(), act.zh()),
                format!("{} is “{}”: “{}” cannot be done now", self.number, self.stage.word(), act.word()),
            ));
        };
        if !doing.here.is_one_of(doing.actor, row.who) {
            return Err(Refusal::new(
                Code::NotYours,
                format!("您今天不在这个窗口（须定岗、授权且培训在有效期内），不能{}", act.zh()),
                format!("you are not posted at this window today: “{}” is not yours to do", act.word()),
            ));
        }
        if asked.words().chars().count() > TEXT_MAX {
            return Err(Refusal::new(
                Code::NeedsText,
                format!("最多 {TEXT_MAX} 个字，请精简"),
                format!("at most {TEXT_MAX} characters: shorten it"),
            ));
        }
        let scene = Scene { of: self, asked: &asked, hall, window: doing.window, busy: doing.busy };
        for guard in row.guards {
            guard.check(&scene)?;
        }
        Ok(Happened { to: row.to, asked, window: doing.window })
    }

    /// One more event.
    #[must_use]
    pub fn evolve(mut self, happened: &Happened, actor: &Actor, now: Moment) -> Self {
        self.ver += 1;
        match &happened.asked {
            Command::Call {} | Command::Recall {} => {
                if self.called.is_none() {
                    self.called = Some(now);
                }
                self.called_last = Some(now);
                self.calls += 1;
                self.window = happened.window;
            }
            Command::Start {} => {
                self.started = Some(now);
                self.staff = actor.staff;
            }
            Command::Resume {} => self.calls = 0,
            Command::PassOn { queue, window } => {
                (self.queue, self.window) = (queue.clone(), *window);
                (self.calls, self.started, self.waits_from) = (0, None, now);
            }
            Command::Return {} => {
                self.returns += 1;
                (self.calls, self.window, self.waits_from) = (0, None, now);
            }
            _ => {}
        }
        if happened.to.is_end() {
            self.ended = Some(now);
        }
        self.stage = happened.to;
        self
    }

    /// Acts that may be done now at this window; guards may still refuse.
    pub fn permitted(&self, doing: &Doing<'_>) -> Vec<Act> {
        let mine = |r: &&Row| r.from.contains(&self.stage) && doing.here.is_one_of(doing.actor, r.who);
        TABLE.iter().filter(mine).map(|r| r.act).collect()
    }

    /// How long it waited, microseconds: called − max(arrival, appointment), never below nought; none before it was called.
    pub fn waited_us(&self) -> Option<i64> {
        let from = self.booked.map_or(self.taken, |(_, start)| start.max(self.taken));
        self.called.map(|c| c.us_since(from).max(0))
    }
}
