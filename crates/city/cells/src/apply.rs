//! 办信: what a message that came means here. Each goes through the life of the matter and, where there is a case, through the
//! table of the loop, in one transaction with its receipt.

use city::{Error, Office};
use kernel::{Actor, Moment};
use resolve::{Command, Word as _};
use store::Tx;
use store::cells::{self as rows, MatterRow, PeerRow};

use crate::hand::note_of;
use crate::life::{Known, Side, State, Step, Turn, next};
use crate::message::{Content, Matter, Message};
use crate::peers::Purpose;
use crate::post::send;
use crate::{Cells, life};

pub(crate) fn known_of(row: &MatterRow) -> Result<Known, Error> {
    serde_json::from_str(&row.doc).map_err(Error::bug)
}

pub(crate) fn state_of(row: &MatterRow) -> Result<State, Error> {
    State::read(&row.state).ok_or_else(|| Error::bug("state of a matter"))
}

/// Takes a step: the row moves, and the clock with it. Answers from when it holds.
pub(crate) fn step(
    tx: &mut Tx<'_>,
    row: &mut MatterRow,
    known: &mut Known,
    by: Side,
    asked: Step,
    at: Moment,
) -> Result<Moment, Error> {
    let state = state_of(row)?;
    let Some(way) = next(state, asked).filter(|r| r.by == by) else {
        return Err(Error::invalid(
            "state",
            format!("本件{}，不能{}", state.zh(), asked.zh()),
            format!("the matter is “{}”: “{}” cannot be done now", state.word(), asked.word()),
        ));
    };
    let at = known.turn(way, at);
    row.state = way.to.word().to_owned();
    save(tx, row, known)?;
    Ok(at)
}

/// Saves what is known of a matter.
pub(crate) fn save(tx: &mut Tx<'_>, row: &mut MatterRow, known: &Known) -> Result<(), Error> {
    row.doc = serde_json::to_string(known).map_err(Error::bug)?;
    row.at = tx.now();
    if !rows::save_matter(tx, row)? {
        return Err(Error::invalid("state", "刚被别人改过，请刷新", "somebody else changed it: reload"));
    }
    row.ver += 1;
    Ok(())
}

impl Cells {
    pub(crate) fn apply(
        &self,
        tx: &mut Tx<'_>,
        office: &Office,
        peer: &PeerRow,
        message: &Message,
        content: &Content,
    ) -> Result<(), Error> {
        let subject = message.subject.as_str();
        match content {
            Content::Figures { day, told } => self.told_figures(tx, peer, *day, told, message.at),
            Content::Standard(sent) => self.standard_comes(tx, office, peer, sent),
            Content::StandardHeld(told) => self.standard_is_held(tx, peer, told, message.at),
            Content::Offer(matter) => self.comes_in(tx, office, peer, subject, matter),
            Content::Recall {} | Content::Words { .. } | Content::CalledBack { .. } => {
                let row = rows::matter(tx, peer.id, "in", subject)?.ok_or(Error::NotFound)?;
                self.origin_says(tx, office, peer, row, content)
            }
            Content::Accepted { .. }
            | Content::Returned { .. }
            | Content::Progress { .. }
            | Content::Answered { .. } => {
                let row = rows::matter(tx, peer.id, "out", subject)?.ok_or(Error::NotFound)?;
                self.receiver_says(tx, office, peer, row, content)
            }
        }
    }

    /// 来件: it waits for a coordinator; who lodged it is sealed until then.
    fn comes_in(
        &self,
        tx: &mut Tx<'_>,
        office: &Office,
        peer: &PeerRow,
        subject: &str,
        matter: &Matter,
    ) -> Result<(), Error> {
        if rows::matter(tx, peer.id, "in", subject)?.is_some() {
            return Err(Error::invalid("subject", "本件已经收到过", "this matter came before"));
        }
        let may = crate::peers::purposes_of(peer);
        if !may.contains(&Purpose::Matters) {
            return Err(Error::invalid(
                "purposes",
                "没有约定由该城市转来跨域件，请系统管理员在“对接城市”里核对",
                "that city may hand nothing over: see to what was agreed with it",
            ));
        }
        if matter.contact.is_some() && !may.contains(&Purpose::Contact) {
            return Err(Error::invalid(
                "contact",
                "没有约定传送联系方式，请对方去掉联系方式再转",
                "contacts may not pass: it is to be handed over without",
            ));
        }
        let now = tx.now();
        // The clock began to run there when it was offered.
        let known = Known {
            title: matter.title.clone(),
            note: matter.note.clone(),
            origin: matter.number.clone(),
            number: None,
            contact: matter.contact.is_some(),
            again: matter.again,
            recalling: false,
            reason: String::new(),
            stage: String::new(),
            unit: String::new(),
            due: None,
            left: None,
            told: None,
            satisfied: None,
            turns: vec![Turn { at: matter.at, side: Side::Origin }],
        };
        let text = serde_json::to_vec(matter).map_err(Error::bug)?;
        let row = MatterRow {
            id: 0,
            peer: peer.id,
            side: "in".to_owned(),
            subject: subject.to_owned(),
            case: None,
            state: State::Offered.word().to_owned(),
            ver: 1,
            made: now,
            at: now,
            doc: serde_json::to_string(&known).map_err(Error::bug)?,
            content: Some(self.city.vault().seal_bytes(peer.id, &text)?),
        };
        rows::put_matter(tx, &row)?;
        let words = format!("{}转来一件，请受理或退回：{}", peer.name, matter.number);
        self.tell_coordinator(tx, office, &words)
    }

    fn tell_coordinator(&self, tx: &mut Tx<'_>, office: &Office, words: &str) -> Result<(), Error> {
        let Some(unit) = office.reception(&office.settings.city).map(|u| u.id) else { return Ok(()) };
        let at = office.rules.calendar.next_office_moment(tx.now());
        outbox::to_unit(&self.city, tx, unit, at, None, words)
    }

    pub(crate) fn matter_in(&self, row: &MatterRow) -> Result<Matter, Error> {
        let sealed = row.content.as_deref().ok_or(Error::NotFound)?;
        let text = self.city.vault().unseal_bytes(row.peer, sealed)?;
        serde_json::from_slice(&text).map_err(Error::bug)
    }

    /// What the city that handed it over says later.
    fn origin_says(
        &self,
        tx: &mut Tx<'_>,
        office: &Office,
        peer: &PeerRow,
        mut row: MatterRow,
        content: &Content,
    ) -> Result<(), Error> {
        let mut known = known_of(&row)?;
        let now = tx.now();
        match content {
            // Who has taken it deals with it; who has not gives it back.
            Content::Recall {} if state_of(&row)? != State::Offered => Ok(()),
            Content::Recall {} => {
                row.content = None;
                let at = step(tx, &mut row, &mut known, Side::Receiver, Step::Withdraw, now)?;
                let back = Content::Returned { reason: String::new(), recalled: true, at };
                send(&self.city, tx, office, peer, &row.subject, &back)
            }
            Content::Words { words } => match row.case {
                Some(case) => {
                    let asked = Command::AddWords { words: words.clone() };
                    (self.handovers.case_does)(&self.city, tx, &Actor::resident(), case, asked)?;
                    Ok(())
                }
                None if state_of(&row)? == State::Offered => {
                    let mut matter = self.matter_in(&row)?;
                    matter.words = format!("{}\n{words}", matter.words);
                    let text = serde_json::to_vec(&matter).map_err(Error::bug)?;
                    row.content = Some(self.city.vault().seal_bytes(row.peer, &text)?);
                    save(tx, &mut row, &known)
                }
                // It was given back meanwhile: the words are with the case where it is.
                None => Ok(()),
            },
            Content::CalledBack { solved, satisfied, words, again, at } => {
                let case = row.case.ok_or(Error::NotFound)?;
                known.satisfied = satisfied.map(|s| s.word().to_owned());
                let asked = if *again { Step::Again } else { Step::Close };
                step(tx, &mut row, &mut known, Side::Origin, asked, *at)?;
                let asked = Command::PeerCallback {
                    solved: Some(*solved),
                    satisfied: *satisfied,
                    words: words.clone(),
                    again: *again,
                };
                (self.handovers.case_does)(&self.city, tx, &Actor::system(), case, asked)?;
                Ok(())
            }
            _ => Err(Error::bug("not of an origin")),
        }
    }

    /// What the city that deals with it says.
    fn receiver_says(
        &self,
        tx: &mut Tx<'_>,
        office: &Office,
        peer: &PeerRow,
        mut row: MatterRow,
        content: &Content,
    ) -> Result<(), Error> {
        let mut known = known_of(&row)?;
        let case = row.case.ok_or(Error::NotFound)?;
        let does = |tx: &mut Tx<'_>, asked| {
            (self.handovers.case_does)(&self.city, tx, &Actor::system(), case, asked).map(drop)
        };
        match content {
            Content::Accepted { number, at } => {
                known.number = Some(number.clone());
                known.recalling = false;
                let at = step(tx, &mut row, &mut known, Side::Receiver, Step::Accept, *at)?;
                does(tx, Command::PeerAccept { number: number.clone(), at })
            }
            Content::Returned { reason, recalled, at } => {
                known.reason.clone_from(reason);
                known.recalling = false;
                let asked = if *recalled { Step::Withdraw } else { Step::Return };
                step(tx, &mut row, &mut known, Side::Receiver, asked, *at)?;
                let note = if *recalled { life::State::Withdrawn.zh() } else { reason };
                does(tx, Command::PeerReturn { note: note_of(&peer.name, note) })?;
                let words = format!("{}退回，请另行转办：{}", peer.name, known.origin);
                self.tell_coordinator(tx, office, &words)
            }
            Content::Progress { stage, unit, due, left } => {
                known.stage.clone_from(stage);
                known.unit.clone_from(unit);
                (known.due, known.left) = (*due, *left);
                known.told = Some(tx.now());
                save(tx, &mut row, &known)
            }
            Content::Answered { text, negative, unit, at } => {
                known.unit.clone_from(unit);
                (known.due, known.left) = (None, None);
                known.stage = resolve::StageKind::Replied.word().to_owned();
                known.told = Some(tx.now());
                step(tx, &mut row, &mut known, Side::Receiver, Step::Answer, *at)?;
                let asked =
                    Command::PeerAnswer { text: text.clone(), negative: *negative, office: unit.clone() };
                does(tx, asked)?;
                let words = format!("{}已答复，请回访：{}", peer.name, known.origin);
                self.tell_coordinator(tx, office, &words)
            }
            _ => Err(Error::bug("not of a receiver")),
        }
    }
}
