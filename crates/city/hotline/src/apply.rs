//! 办信: what a message of a hotline means here. Each goes through the life of the order and, where there is a case, through the
//! table of the loop, in one transaction with its receipt.

use city::{Error, Office};
use kernel::{Actor, CaseId, Moment};
use resolve::{Command, Solved, StageKind, Word as _};
use store::hotline::{self as rows, HotlineRow, OrderRow};
use store::{Tx, cases};

use crate::Hotlines;
use crate::inbox::Brought;
use crate::life::{Known, Side, State, Step, next};
use crate::moments::next_moment;
use crate::shape::{Heard, OrderSaid};
use crate::words::Event;

pub(crate) fn known_of(row: &OrderRow) -> Result<Known, Error> {
    serde_json::from_str(&row.doc).map_err(Error::bug)
}

pub(crate) fn state_of(row: &OrderRow) -> Result<State, Error> {
    State::read(&row.state).ok_or_else(|| Error::bug("state of an order"))
}

/// Takes a step: the row moves.
pub(crate) fn step(row: &mut OrderRow, by: Side, asked: Step) -> Result<(), Error> {
    let state = state_of(row)?;
    let Some(way) = next(state, asked).filter(|r| r.by == by) else {
        return Err(Error::invalid(
            "state",
            format!("本单{}，不能{}", state.zh(), asked.zh()),
            format!("the order is “{}”: “{}” cannot be done now", state.word(), asked.word()),
        ));
    };
    way.to.word().clone_into(&mut row.state);
    Ok(())
}

/// Saves what is known of an order, with the next moment to look at it.
pub(crate) fn save(tx: &mut Tx<'_>, office: &Office, row: &mut OrderRow, known: &Known) -> Result<(), Error> {
    row.doc = serde_json::to_string(known).map_err(Error::bug)?;
    row.at = tx.now();
    row.next_at = next_moment(office, row, known)?;
    if !rows::save_order(tx, row)? {
        return Err(Error::invalid("state", "刚被别人改过，请刷新", "somebody else changed it: reload"));
    }
    row.ver += 1;
    Ok(())
}

/// As much of the words as a case holds at once.
pub(crate) fn chunks(words: &str) -> Vec<String> {
    let all: Vec<char> = words.chars().collect();
    all.chunks(resolve::TEXT_MAX).map(|part| part.iter().collect()).collect()
}

impl Hotlines {
    /// Does a message; says whether it was done. Otherwise its order has not come yet.
    pub(crate) fn apply(
        &self,
        tx: &mut Tx<'_>,
        office: &Office,
        hotline: &HotlineRow,
        key: &str,
        heard: &Heard,
        brought: &Brought,
    ) -> Result<bool, Error> {
        match heard.event {
            Event::Order => self.order_comes(tx, office, hotline, heard)?,
            Event::Missed => self.call_comes(tx, hotline, key, heard)?,
            _ => {
                let Some(row) = rows::order(tx, hotline.id, &heard.number)? else { return Ok(false) };
                self.says(tx, office, hotline, row, heard, brought)?;
            }
        }
        Ok(true)
    }

    /// 派单: it waits for a coordinator, sealed until then. What comes again changes nothing; what comes later than its return is
    /// offered again, and not returned a second time.
    fn order_comes(
        &self,
        tx: &mut Tx<'_>,
        office: &Office,
        hotline: &HotlineRow,
        heard: &Heard,
    ) -> Result<(), Error> {
        let said = heard.order.as_ref().ok_or_else(|| Error::bug("an order without one"))?;
        let now = tx.now();
        let dispatched = heard.dispatched.unwrap_or(now);
        let before = rows::order(tx, hotline.id, &heard.number)?;
        let again = match &before {
            Some(row) if state_of(row)? == State::Returned && dispatched > row.dispatched => true,
            Some(_) => return Ok(()),
            None => false,
        };
        let known = Known {
            title: hanyu::mask::mask(&said.contact.cover(&said.title)),
            kind: said.kind.word().to_owned(),
            unit: heard.unit.as_ref().map(|u| u.0.0),
            unit_named: heard.unit.as_ref().map(|u| u.1.clone()).unwrap_or_default(),
            region: said.region.to_string(),
            take_by: heard.take_by,
            again,
            files: u32::try_from(said.files.len()).unwrap_or(u32::MAX),
            ..Known::default()
        };
        if let Some(mut row) = before {
            step(&mut row, Side::Hotline, Step::OfferAgain)?;
            let mut said = said.clone();
            if row.content.is_some() {
                let old = self.content_of(&row)?;
                said.files.extend(old.files);
                said.added = old.added;
            }
            let known = Known { urged: known_of(&row)?.urged, ..known };
            let content = Some(self.sealed(hotline, &said)?);
            (row.dispatched, row.due, row.content) = (dispatched, heard.due, content);
            save(tx, office, &mut row, &known)?;
        } else {
            let content = Some(self.sealed(hotline, said)?);
            let mut row = OrderRow {
                id: 0,
                hotline: hotline.id,
                number: heard.number.clone(),
                case: None,
                state: State::Offered.word().to_owned(),
                ver: 1,
                made: now,
                at: now,
                dispatched,
                due: heard.due,
                next_at: None,
                doc: serde_json::to_string(&known).map_err(Error::bug)?,
                content,
            };
            row.next_at = next_moment(office, &row, &known)?;
            rows::put_order(tx, &row)?;
        }
        let words = if again { "再次派单，请接单" } else { "派来一单，请接单或退回" };
        self.tell_coordinator(tx, office, &format!("{}{words}：{}", hotline.name, heard.number))
    }

    pub(crate) fn sealed(&self, hotline: &HotlineRow, said: &OrderSaid) -> Result<Vec<u8>, Error> {
        let text = serde_json::to_vec(said).map_err(Error::bug)?;
        self.city.vault().seal_bytes(hotline.id, &text)
    }

    pub(crate) fn content_of(&self, row: &OrderRow) -> Result<OrderSaid, Error> {
        let sealed = row.content.as_deref().ok_or(Error::NotFound)?;
        let text = self.city.vault().unseal_bytes(row.hotline, sealed)?;
        serde_json::from_slice(&text).map_err(Error::bug)
    }

    pub(crate) fn tell_coordinator(
        &self,
        tx: &mut Tx<'_>,
        office: &Office,
        words: &str,
    ) -> Result<(), Error> {
        let Some(unit) = office.reception(&office.settings.city).map(|u| u.id) else { return Ok(()) };
        let at = office.rules.calendar.next_office_moment(tx.now());
        outbox::to_unit(&self.city, tx, unit, at, None, words)
    }

    /// What the hotline says of an order that is here. The order is saved before the case acts: what follows from an act is told by
    /// the order as it stands then.
    fn says(
        &self,
        tx: &mut Tx<'_>,
        office: &Office,
        hotline: &HotlineRow,
        mut row: OrderRow,
        heard: &Heard,
        brought: &Brought,
    ) -> Result<(), Error> {
        let mut known = known_of(&row)?;
        let state = state_of(&row)?;
        match heard.event {
            Event::Words => match row.case {
                Some(case) => self.case_hears(tx, case, &heard.words, heard, brought),
                // What was returned may be sent again: then all of it is there.
                None if matches!(state, State::Offered | State::Returned) && row.content.is_some() => {
                    let mut said = self.content_of(&row)?;
                    said.added.push(heard.words.clone());
                    said.files.extend(heard.files.iter().cloned());
                    known.files = u32::try_from(said.files.len()).unwrap_or(u32::MAX);
                    row.content = Some(self.sealed(hotline, &said)?);
                    save(tx, office, &mut row, &known)
                }
                // It was withdrawn meanwhile: the words are with the hotline.
                None => Ok(()),
            },
            Event::Urge => {
                known.urged += 1;
                save(tx, office, &mut row, &known)?;
                self.urge(tx, office, hotline, &row, heard)
            }
            Event::Deadline => {
                row.due = heard.due.or(row.due);
                known.take_by = heard.take_by.or(known.take_by);
                known.warned = 0;
                save(tx, office, &mut row, &known)
            }
            Event::Callback => self.called_back(tx, office, (row, known), heard, brought),
            Event::Closed if state == State::Answered => {
                let case = row.case.ok_or(Error::NotFound)?;
                step(&mut row, Side::Hotline, Step::Close)?;
                save(tx, office, &mut row, &known)?;
                self.closed_unasked(tx, case)
            }
            Event::Closed | Event::Withdraw => {
                if matches!(state, State::Withdrawn | State::Closed) {
                    return Ok(());
                }
                step(&mut row, Side::Hotline, Step::Withdraw)?;
                let what =
                    if heard.event == Event::Closed { "热线已自行办结" } else { "热线撤单" };
                known.reason = hanyu::mask::mask(&heard.words);
                row.content = None;
                save(tx, office, &mut row, &known)?;
                let said =
                    format!("{what}：{}", if known.reason.is_empty() { "未写理由" } else { &known.reason });
                let Some(case) = row.case else {
                    return self.tell_coordinator(tx, office, &format!("{what}：{}", row.number));
                };
                self.does(tx, &Actor::resident(), case, Command::AddWords { words: cut(&said) })?;
                self.closed_unasked(tx, case)?;
                self.tell_owner(tx, office, case, &format!("{what}，办理情况记录后归档"))
            }
            Event::Order | Event::Missed => Err(Error::bug("not about an order that is here")),
        }
    }

    /// 回访: the person was asked; it is closed, or dealt with again.
    fn called_back(
        &self,
        tx: &mut Tx<'_>,
        office: &Office,
        (mut row, mut known): (OrderRow, Known),
        heard: &Heard,
        brought: &Brought,
    ) -> Result<(), Error> {
        let state = state_of(&row)?;
        let case = row.case.filter(|_| state == State::Answered).ok_or_else(|| {
            Error::invalid(
                "state",
                format!("本单{}，没有等待回访的答复，请与热线核对", state.zh()),
                format!("the order is “{}”: no answer waits for a callback; ask the hotline", state.word()),
            )
        })?;
        step(&mut row, Side::Hotline, if heard.again { Step::Again } else { Step::Close })?;
        known.satisfied = heard.satisfied.map(|s| s.word().to_owned());
        known.warned = 0;
        save(tx, office, &mut row, &known)?;
        let asked = Command::PeerCallback {
            solved: heard.solved.or(heard.again.then_some(Solved::No)),
            satisfied: heard.satisfied,
            words: heard.words.clone(),
            again: heard.again,
        };
        self.does(tx, &Actor::system(), case, asked)?;
        if heard.again { self.case_hears(tx, case, "", heard, brought) } else { Ok(()) }
    }

    pub(crate) fn does(
        &self,
        tx: &mut Tx<'_>,
        actor: &Actor,
        case: CaseId,
        asked: Command,
    ) -> Result<(), Error> {
        (self.handovers.case_does)(&self.city, tx, actor, case, asked, &[]).map(drop)
    }

    /// The hotline closed it without asking the person: the case is at its end too, once it is answered.
    pub(crate) fn closed_unasked(&self, tx: &mut Tx<'_>, case: CaseId) -> Result<(), Error> {
        let replied = cases::by_id(tx, case)?.is_some_and(|c| c.stage.kind() == StageKind::Replied);
        if !replied {
            return Ok(());
        }
        let asked =
            Command::PeerCallback { solved: None, satisfied: None, words: String::new(), again: false };
        self.does(tx, &Actor::system(), case, asked)
    }

    /// What the person adds, with files.
    fn case_hears(
        &self,
        tx: &mut Tx<'_>,
        case: CaseId,
        words: &str,
        heard: &Heard,
        brought: &Brought,
    ) -> Result<(), Error> {
        let (tickets, not) = brought.of(&heard.files)?;
        let mut words = words.to_owned();
        for line in not {
            if !words.is_empty() {
                words.push('\n');
            }
            words.push_str(&line);
        }
        if words.is_empty() && !tickets.is_empty() {
            "补充附件".clone_into(&mut words);
        }
        let mut tickets = tickets.as_slice();
        for part in chunks(&words) {
            let asked = Command::AddWords { words: part };
            (self.handovers.case_does)(&self.city, tx, &Actor::resident(), case, asked, tickets)?;
            tickets = &[];
        }
        Ok(())
    }

    /// 催办: on the record of the case while a unit deals with it; else who coordinates hears of it.
    fn urge(
        &self,
        tx: &mut Tx<'_>,
        office: &Office,
        hotline: &HotlineRow,
        row: &OrderRow,
        heard: &Heard,
    ) -> Result<(), Error> {
        let words = if heard.words.is_empty() { "请尽快办理".to_owned() } else { heard.words.clone() };
        if let Some(case) = row.case {
            let asked = Command::Remind { words: cut(&format!("{}催办：{words}", hotline.name)) };
            match tx.part(|tx| self.does(tx, &Actor::system(), case, asked)) {
                Err(Error::Refused(_)) => {}
                other => return other,
            }
        }
        self.tell_coordinator(tx, office, &format!("{}催办：{}", hotline.name, row.number))
    }

    pub(crate) fn tell_owner(
        &self,
        tx: &mut Tx<'_>,
        office: &Office,
        case: CaseId,
        words: &str,
    ) -> Result<(), Error> {
        let Some(c) = cases::by_id(tx, case)? else { return Ok(()) };
        let unit = c.stage.owner().unwrap_or(c.first_asked);
        let at = office.rules.calendar.next_office_moment(tx.now());
        let title = format!(" {}", c.title);
        let said = outbox::UnitWords::around(&title, |t| format!("{words}：{}{t}", c.number));
        outbox::to_unit(&self.city, tx, unit, at, Some(case), said)
    }
}

pub(crate) fn cut(text: &str) -> String {
    text.chars().take(resolve::TEXT_MAX).collect()
}

/// The end of the day of a moment, as a limit of a day is meant.
pub(crate) fn is_over(limit: Option<Moment>, now: Moment) -> bool {
    limit.is_some_and(|l| now > l)
}
