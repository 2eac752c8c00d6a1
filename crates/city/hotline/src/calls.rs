//! 未接来电回拨: who called a hotline and was not answered is rung back by somebody, the result is on record, and it becomes a case or
//! ends. A caller who tried several times waits once.

use access::{City, Unit, decide, op};
use city::reach::unit_in;
use city::{Contact, Door as _, Error, Later, Office};
use kernel::{Actor, Moment};
use serde::{Deserialize, Serialize};
use store::hotline::{self as rows, CallRow, HotlineRow};
use store::{Rd, Tx, cases};

use crate::follow::put_say_of;
use crate::shape::{Heard, Saying};
use crate::words::{Rung, Says};
use crate::{CallCase, Hotlines};

/// After so many attempts nobody is rung any more.
pub(crate) const TRIES_MAX: u32 = 3;
/// The longest note.
const WORDS_MAX: usize = 2_000;

kernel::words! {
    /// How far a missed call is (回拨状态).
    inherent CallState {
        Waiting = "waiting", "待回拨";
        Ringing = "ringing", "回拨中";
        Ended = "ended", "已了结";
    }
}

/// What is known of a call beside its row: no telephone.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct About {
    /// how often they called
    pub times: u32,
    /// names of the later calls at the hotline
    pub more: Vec<String>,
    /// attempts to ring back, with what came of each
    pub rung: Vec<(Moment, Rung)>,
    /// what was said at last, covered
    pub words: String,
}

/// A missed call as it is shown.
#[derive(Clone, Debug)]
pub struct CallView {
    /// its id
    pub id: i64,
    /// name of the hotline
    pub hotline_name: String,
    /// when they called last
    pub called: Moment,
    /// how often
    pub times: u32,
    /// how far it is
    pub state: CallState,
    /// who rings back
    pub by: String,
    /// it is the reader
    pub mine: bool,
    /// the telephone: in full for who rings back, else masked; empty when it ended
    pub phone: String,
    /// attempts, with what came of each
    pub rung: Vec<(Moment, Rung)>,
    /// what was said at last
    pub words: String,
    /// number of the case it became
    pub case: String,
}

/// What came of ringing back, as it is noted.
#[derive(Clone, Debug)]
pub struct Ring {
    /// what
    pub result: Rung,
    /// what was said; for a case the words of the person
    pub words: String,
    /// one line, for a case
    pub title: String,
    /// the name that was given, for a case
    pub name: String,
}

/// The unit that takes in what is lodged with the city: its windows ring back.
fn desk_of(office: &Office) -> Result<Unit<'_>, Error> {
    unit_in(office, office.taker(&office.settings.city).ok_or(Error::NotFound)?)
}

fn about(row: &CallRow) -> Result<About, Error> {
    serde_json::from_str(&row.doc).map_err(Error::bug)
}

fn state(row: &CallRow) -> Result<CallState, Error> {
    CallState::read(&row.state).ok_or_else(|| Error::bug("state of a call"))
}

fn save(tx: &mut Tx<'_>, row: &mut CallRow, about: &About) -> Result<(), Error> {
    row.doc = serde_json::to_string(about).map_err(Error::bug)?;
    row.at = tx.now();
    if !rows::save_call(tx, row)? {
        return Err(Error::invalid("state", "刚被别人改过，请刷新", "somebody else changed it: reload"));
    }
    Ok(())
}

impl Hotlines {
    /// A missed call comes: once under its name; who waits already has called once more.
    pub(crate) fn call_comes(
        &self,
        tx: &mut Tx<'_>,
        hotline: &HotlineRow,
        _key: &str,
        heard: &Heard,
    ) -> Result<(), Error> {
        if rows::call(tx, hotline.id, &heard.number)?.is_some() {
            return Ok(());
        }
        let now = tx.now();
        let called = heard.came.unwrap_or(now);
        let person = self.city.vault().person(&Contact { phone: heard.phone.clone(), ..Contact::default() });
        for open in [CallState::Waiting, CallState::Ringing] {
            let Some(mut row) = rows::call_of_person(tx, &person, open.word())? else { continue };
            let mut about = about(&row)?;
            if !about.more.contains(&heard.number) {
                about.times += 1;
                about.more.push(heard.number.clone());
                row.called = row.called.max(called);
                save(tx, &mut row, &about)?;
            }
            return Ok(());
        }
        let about = About { times: 1, ..About::default() };
        let row = CallRow {
            id: 0,
            hotline: hotline.id,
            key: heard.number.clone(),
            called,
            state: CallState::Waiting.word().to_owned(),
            ver: 1,
            made: now,
            at: now,
            staff: None,
            case: None,
            person,
            phone: None,
            doc: serde_json::to_string(&about).map_err(Error::bug)?,
        };
        let id = rows::put_call(tx, &row)?;
        rows::fill_call(tx, id, &self.city.vault().seal_bytes(id, heard.phone.as_bytes())?)?;
        Ok(())
    }

    fn phone_of(&self, row: &CallRow) -> Result<String, Error> {
        let Some(sealed) = &row.phone else { return Ok(String::new()) };
        String::from_utf8(self.city.vault().unseal_bytes(row.id, sealed)?).map_err(Error::bug)
    }

    /// Missed calls that wait, are being rung back, and ended last.
    pub fn calls(&self, actor: Actor) -> Later<Vec<CallView>> {
        self.read(move |app, rd| {
            let office = app.city.office(rd)?;
            match decide(&actor, op::RingBack, desk_of(&office)?) {
                Ok(_) => {}
                // Calls are those of the unit that takes in for the city: nobody else has any.
                Err(_) if access::offers(&actor, access::Operation::RingBack) => return Ok(Vec::new()),
                Err(e) => return Err(e.into()),
            }
            let lines = rows::hotlines(rd)?;
            let mut all = rows::calls(rd, CallState::Ringing.word(), 200)?;
            all.extend(rows::calls(rd, CallState::Waiting.word(), 500)?);
            all.extend(rows::calls_newest(rd, CallState::Ended.word(), 50)?);
            all.iter().map(|row| app.call_view(rd, &actor, &lines, row)).collect()
        })
    }

    fn call_view(
        &self,
        rd: &mut Rd<'_>,
        actor: &Actor,
        lines: &[HotlineRow],
        row: &CallRow,
    ) -> Result<CallView, Error> {
        let known = about(row)?;
        let mine = row.staff.is_some() && row.staff == actor.staff;
        let phone = self.phone_of(row)?;
        let case = match row.case {
            Some(id) => cases::numbers(rd, &[id])?.remove(&id.0).unwrap_or_default(),
            None => String::new(),
        };
        Ok(CallView {
            id: row.id,
            hotline_name: lines
                .iter()
                .find(|h| h.id == row.hotline)
                .map(|h| h.name.clone())
                .unwrap_or_default(),
            called: row.called,
            times: known.times,
            state: state(row)?,
            by: row.staff.map(|s| self.city.staff_name(rd, s)).transpose()?.unwrap_or_default(),
            mine,
            phone: if mine { phone } else { Contact { phone, ..Contact::default() }.masked().phone },
            rung: known.rung,
            words: known.words,
            case,
        })
    }

    /// 领取: I ring this one back. The telephone is shown to me from then on; that is on record.
    pub fn take_call(&self, actor: Actor, id: i64) -> Later<()> {
        self.write(move |app, tx| {
            let office = app.city.office(tx)?;
            let permit = decide(&actor, op::RingBack, desk_of(&office)?)?;
            let mut row = rows::call_by_id(tx, id)?.ok_or(Error::NotFound)?;
            if state(&row)? != CallState::Waiting {
                return Err(Error::invalid(
                    "state",
                    "这个来电已有人在回拨，或已了结",
                    "somebody rings this one back, or it ended",
                ));
            }
            let about = about(&row)?;
            row.staff = actor.staff;
            CallState::Ringing.word().clone_into(&mut row.state);
            save(tx, &mut row, &about)?;
            city::note(tx, &permit, "take_call", &serde_json::json!({ "call": row.key }).to_string())
        })
    }

    /// 登记回拨结果: it becomes a case, ends, or waits to be tried again. Answers the number of the case.
    pub fn note_call(&self, actor: Actor, id: i64, ring: Ring) -> Later<String> {
        self.write(move |app, tx| {
            let office = app.city.office(tx)?;
            let permit = decide(&actor, op::RingBack, desk_of(&office)?)?;
            let mut row = rows::call_by_id(tx, id)?.ok_or(Error::NotFound)?;
            if state(&row)? != CallState::Ringing || row.staff != actor.staff {
                return Err(Error::invalid("state", "请先领取这个来电", "take this call first"));
            }
            let words = ring.words.trim();
            let needs = matches!(ring.result, Rung::Answered | Rung::Case);
            if (needs && words.is_empty()) || words.chars().count() > WORDS_MAX {
                return Err(Error::invalid(
                    "words",
                    "请写明对方说了什么、怎样答复的（2000 字以内）",
                    "say what was said, 2,000 characters at most",
                ));
            }
            let mut known = about(&row)?;
            let now = tx.now();
            known.rung.push((now, ring.result));
            let tries = known.rung.iter().filter(|r| r.1 == Rung::NoAnswer).count();
            let again = ring.result == Rung::NoAnswer && tries < TRIES_MAX as usize;
            let phone = app.phone_of(&row)?;
            let contact = Contact { phone, name: ring.name.trim().to_owned(), ..Contact::default() };
            known.words = hanyu::mask::mask(&contact.cover(words));
            let mut number = String::new();
            if ring.result == Rung::Case {
                let line = crate::follow::hotline_of(tx, row.hotline)?;
                let source = format!("call/{}/{}", line.code, row.key);
                let title = ring.title.trim();
                let title = if title.is_empty() { words } else { title };
                let title: String = title.chars().take(resolve::TITLE_MAX).collect();
                let case = CallCase { title: &title, words, contact, source: &source };
                let (id, made) = (app.handovers.call_becomes_case)(&app.city, tx, &actor, &case)?;
                row.case = Some(id);
                number = made;
            }
            if again {
                CallState::Waiting.word().clone_into(&mut row.state);
                row.staff = None;
            } else {
                CallState::Ended.word().clone_into(&mut row.state);
                row.phone = None;
                for name in std::iter::once(&row.key).chain(&known.more) {
                    let say = Saying {
                        result: ring.result.word().to_owned(),
                        our_number: number.clone(),
                        ..Saying::default()
                    };
                    put_say_of(&app.city, tx, row.hotline, name, Says::Called, say)?;
                }
            }
            save(tx, &mut row, &known)?;
            let data = serde_json::json!({ "call": row.key, "result": ring.result, "number": number });
            city::note(tx, &permit, "note_call", &data.to_string())?;
            Ok(number)
        })
    }

    /// 放回: somebody else is to ring back.
    pub fn leave_call(&self, actor: Actor, id: i64) -> Later<()> {
        self.write(move |app, tx| {
            let office = app.city.office(tx)?;
            let permit = decide(&actor, op::RingBack, desk_of(&office)?)?;
            let mut row = rows::call_by_id(tx, id)?.ok_or(Error::NotFound)?;
            let coordinates = decide(&actor, op::TakeOrders, City(&office.settings.city)).is_ok();
            if state(&row)? != CallState::Ringing || (row.staff != actor.staff && !coordinates) {
                return Err(Error::NotFound);
            }
            let about = about(&row)?;
            row.staff = None;
            CallState::Waiting.word().clone_into(&mut row.state);
            save(tx, &mut row, &about)?;
            city::note(tx, &permit, "leave_call", &serde_json::json!({ "call": row.key }).to_string())
        })
    }
}
