//! 公文的一生: pure. [`TABLE`] says what can be done, [`Form`] which steps a paper goes through, [`Way::decide`] whether somebody may, and
//! [`Way::evolve`] what follows. No clock, no storage.

mod form;
mod guard;
mod moments;
mod table;

use kernel::{Date, Moment, Said, StaffId, UnitId};
use seals::PaperKind;
use serde::{Deserialize, Serialize};

pub use form::{FORMS_MOST, Form, check, is_sign, usual};
pub use guard::MAY;
pub use moments::{Owes, STALL_WORKDAYS};
pub use table::{Act, By, Guard, Row, Stage, TABLE, To};

/// Units that may be asked to agree, or that one paper goes to.
pub const UNITS_MOST: usize = 200;
/// Characters of a reason, a comment or an answer.
pub const WORDS_MOST: usize = 2_000;

/// A unit that is asked to agree.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// which
    pub unit: UnitId,
    /// who agreed for it
    pub by: Option<StaffId>,
}

/// A unit that it goes to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receiver {
    /// which
    pub unit: UnitId,
    /// when it confirmed the receipt, and who
    pub taken: Option<(Moment, StaffId)>,
    /// when it answered, and who
    pub answered: Option<(Moment, StaffId)>,
    /// what it answered
    pub answer: String,
}

/// 发文字号.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Number {
    /// 机关代字 with what the form adds
    pub sign: String,
    /// its year
    pub year: i16,
    /// counted from 1 in that year
    pub seq: i64,
}

impl Number {
    /// What is counted within: `云政管〔2026〕`.
    pub fn series(&self) -> String {
        format!("{}〔{}〕", self.sign, self.year)
    }
}
impl std::fmt::Display for Number {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}〔{}〕{}号", self.sign, self.year, self.seq)
    }
}

/// Where it goes, and until when an answer is asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Address {
    /// units that must agree
    pub agree: Vec<UnitId>,
    /// units that it goes to
    pub to: Vec<UnitId>,
    /// the day until which they answer
    pub answer_by: Option<Date>,
}

/// A paper on its way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Way {
    /// 发文单位
    pub unit: UnitId,
    /// what it is
    pub kind: PaperKind,
    /// the source that it came from; empty: it was written here
    pub source: String,
    /// what it is about there; 0: nothing
    pub subject: i64,
    /// its text is written where it came from
    pub written_there: bool,
    /// its form, as it was when it began
    pub form: Form,
    /// where it stands
    pub stage: Stage,
    /// everybody who wrote it as a draft
    pub drafters: Vec<StaffId>,
    /// the person it waits for
    pub holder: Option<StaffId>,
    /// who checked it
    pub checker: Option<StaffId>,
    /// who is to sign it, while other units agree
    pub next_signer: Option<StaffId>,
    /// who signed it
    pub signer: Option<StaffId>,
    /// everybody who had a hand in it
    pub hands: Vec<StaffId>,
    /// units that are asked to agree
    pub agreeing: Vec<Asked>,
    /// units that it goes to
    pub receivers: Vec<Receiver>,
    /// the day until which they answer
    pub answer_by: Option<Date>,
    /// the newest version of its text
    pub version: i64,
    /// who wrote it, while nobody else did anything since
    pub writing: Option<StaffId>,
    /// its number
    pub number: Option<Number>,
    /// since when it waits for whom it waits for
    pub since: Moment,
    /// when somebody was reminded last, since then
    pub reminded: Option<Moment>,
    /// when it was signed
    pub issued: Option<Moment>,
    /// when it went out
    pub published: Option<Moment>,
    /// why it was sent back, dropped or revoked
    pub why: String,
}

/// Somebody who wants to do something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Person {
    /// who; none: the system
    pub staff: Option<StaffId>,
    /// of which unit
    pub unit: Option<UnitId>,
    /// writes papers
    pub writes: bool,
    /// signs papers
    pub signs: bool,
    /// receives papers
    pub takes: bool,
}

/// What somebody wants to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    /// what
    pub act: Act,
    /// why, a comment, an answer
    pub words: String,
    /// who does the next step
    pub next: Option<Person>,
    /// the number that is free now: for signing
    pub number: Option<Number>,
    /// the version of the text and where it goes: for writing
    pub address: Option<Address>,
}

impl Command {
    /// This act and nothing else.
    pub const fn only(act: Act) -> Self {
        Self { act, words: String::new(), next: None, number: None, address: None }
    }
}

/// What happened: the content of its event. A replay needs nothing else.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Happened {
    /// what
    pub act: Act,
    /// who; none: the system
    pub by: Option<StaffId>,
    /// for which unit
    pub unit: Option<UnitId>,
    /// where it stands then
    pub to: Stage,
    /// whom it waits for then
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holder: Option<StaffId>,
    /// who is to sign it later
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_signer: Option<StaffId>,
    /// why, a comment, an answer
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub words: String,
    /// its number
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<Number>,
    /// where it goes
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<Address>,
    /// the version that was written
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<i64>,
}

/// What a draft begins as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Begun {
    /// 发文单位
    pub unit: UnitId,
    /// what it is
    pub kind: PaperKind,
    /// the source that it comes from; empty: it is written here
    pub source: String,
    /// what it is about there; 0: nothing
    pub subject: i64,
    /// its text is written where it came from
    pub written_there: bool,
    /// its form
    pub form: Form,
    /// 拟稿人
    pub by: StaffId,
    /// where it goes
    pub address: Address,
}

fn said(zh: impl Into<String>, en: impl Into<String>) -> Said {
    Said::new(zh, en)
}

impl Way {
    /// A draft.
    ///
    /// # Errors
    /// It goes to too many units.
    pub fn begin(b: Begun, now: Moment) -> Result<Self, Said> {
        let mut way = Self {
            unit: b.unit,
            kind: b.kind,
            source: b.source,
            subject: b.subject,
            written_there: b.written_there,
            form: b.form,
            stage: Stage::Drafting,
            drafters: vec![b.by],
            holder: Some(b.by),
            checker: None,
            next_signer: None,
            signer: None,
            hands: vec![b.by],
            agreeing: Vec::new(),
            receivers: Vec::new(),
            answer_by: None,
            version: 1,
            writing: Some(b.by),
            number: None,
            since: now,
            reminded: None,
            issued: None,
            published: None,
            why: String::new(),
        };
        way.checked(&b.address)?;
        way.address(&b.address);
        Ok(way)
    }

    fn checked(&self, a: &Address) -> Result<(), Said> {
        if a.agree.len() > UNITS_MOST || a.to.len() > UNITS_MOST {
            return Err(said(
                format!("会签和收文单位最多各 {UNITS_MOST} 个"),
                format!("{UNITS_MOST} units at most"),
            ));
        }
        if a.agree.contains(&self.unit) {
            return Err(said("发文单位不用会签自己的文", "the issuing unit is not asked to agree"));
        }
        if a.answer_by.is_some() && a.to.is_empty() {
            return Err(said("要求反馈的，请选择收文单位", "choose who is to answer"));
        }
        Ok(())
    }

    fn address(&mut self, a: &Address) {
        let mut seen = Vec::new();
        let mut once = |u: &UnitId| {
            !seen.contains(u) && {
                seen.push(*u);
                true
            }
        };
        self.agreeing = a.agree.iter().filter(|u| once(u)).map(|u| Asked { unit: *u, by: None }).collect();
        seen = Vec::new();
        let mut once = |u: &UnitId| {
            !seen.contains(u) && {
                seen.push(*u);
                true
            }
        };
        let receiver = |u: &UnitId| Receiver { unit: *u, taken: None, answered: None, answer: String::new() };
        self.receivers = a.to.iter().filter(|u| once(u)).map(receiver).collect();
        self.answer_by = a.answer_by;
    }

    /// The steps still before it, with where it stands.
    pub fn steps(&self) -> Vec<Stage> {
        let asked = !self.agreeing.is_empty();
        self.form.steps().into_iter().filter(|s| *s != Stage::Agreeing || asked).collect()
    }

    /// The step that follows when this one is done.
    pub fn next_stage(&self) -> Option<Stage> {
        self.form.after(self.stage, !self.agreeing.is_empty())
    }

    /// The stage whose person is named now: the next one that a single person does.
    pub fn names(&self) -> Option<Stage> {
        match self.next_stage()? {
            Stage::Agreeing => Some(Stage::Signing),
            s @ (Stage::Checking | Stage::Signing) => Some(s),
            _ => None,
        }
    }

    /// What follows. Total: a record is never refused.
    #[must_use]
    pub fn evolve(&self, h: &Happened, now: Moment) -> Self {
        let mut w = self.clone();
        if let Some(by) = h.by
            && !w.hands.contains(&by)
        {
            w.hands.push(by);
        }
        match h.act {
            Act::Write => {
                w.version = h.version.unwrap_or(w.version);
                if let Some(a) = &h.address {
                    w.address(a);
                }
                if self.stage == Stage::Drafting {
                    w.drafters.extend(h.by.filter(|s| !self.drafters.contains(s)));
                }
            }
            Act::Approve => w.checker = h.by,
            Act::Agree => {
                for a in w.agreeing.iter_mut().filter(|a| Some(a.unit) == h.unit) {
                    a.by = h.by;
                }
            }
            Act::SendBack => {
                w.checker = None;
                w.next_signer = None;
                w.agreeing.iter_mut().for_each(|a| a.by = None);
                w.why.clone_from(&h.words);
            }
            Act::Issue => {
                w.signer = h.by;
                w.number.clone_from(&h.number);
                w.issued = Some(now);
            }
            Act::Publish => w.published = Some(now),
            Act::Take | Act::Answer => {
                for r in w.receivers.iter_mut().filter(|r| Some(r.unit) == h.unit) {
                    let mark = h.by.map(|by| (now, by));
                    r.taken = r.taken.or(mark);
                    if h.act == Act::Answer {
                        r.answered = mark;
                        r.answer.clone_from(&h.words);
                    }
                }
            }
            Act::Drop | Act::Revoke => w.why.clone_from(&h.words),
            Act::Pass if self.stage == Stage::Drafting => {
                w.drafters.extend(h.holder.filter(|s| !self.drafters.contains(s)));
            }
            Act::Remind => w.reminded = Some(now),
            Act::Submit => w.why.clear(),
            Act::Seal | Act::Archive | Act::Pass | Act::Comment => {}
        }
        w.writing = if h.act == Act::Write { h.by } else { None };
        if matches!(h.act, Act::Submit | Act::Approve) {
            w.next_signer = h.next_signer;
        }
        w.stage = h.to;
        if w.stage != self.stage || h.holder != self.holder {
            w.since = now;
            w.reminded = None;
        }
        w.holder = h.holder;
        w
    }
}
