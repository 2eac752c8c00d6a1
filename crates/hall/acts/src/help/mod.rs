//! 上门办、帮办代办 (K7, W2): orders of help: asked for by page or by telephone, followed by number and code, kept at the desk, worked
//! on by helpers. Opening a link changes nothing.

mod act;
mod ask;
mod lists;
mod moments;
mod told;

use access::{Own, Permit, decide, op};
use city::{Contact, Error, Vault};
use hall::help::{Command, HelpOrder, Helping};
use hall::{Hall, Here};
use kernel::{Actor, Date, Moment};
use serde::{Deserialize, Serialize};
use store::help::{self as rows, HelpRow};
use store::{Rd, Tx};

use crate::booking::digits;
use crate::doors::{door, here};
use crate::{Halls, refused};

pub use act::{Grantor, HelpAsked};
pub use ask::NewHelp;
pub use lists::{HelpFigures, HelpLine, Stop};

/// Who asked to be helped, sealed beside the order and never in it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Helped {
    pub contact: Contact,
    /// what they need, in their own words
    #[serde(default)]
    pub wants: String,
    /// what they added
    #[serde(default)]
    pub words: Vec<(Moment, String)>,
}

/// What happened to an order, for one reader.
#[derive(Clone, Debug)]
pub struct HelpEvent {
    /// version after it
    pub ver: i64,
    /// when
    pub at: Moment,
    /// who: name of the account, or the role
    pub who: String,
    /// all of it
    pub happened: hall::help::Happened,
    /// the order as it stood then
    pub after: HelpOrder,
}

/// An order of help for one reader.
#[derive(Clone, Debug)]
pub struct HelpView {
    /// the order
    pub order: HelpOrder,
    /// name of the hall
    pub hall: String,
    /// its telephone
    pub phone: String,
    /// who asked; covered for staff
    pub contact: Contact,
    /// what they need, in their own words; what they left of themselves covered for staff
    pub wants: String,
    /// what they added
    pub words: Vec<(Moment, String)>,
    /// what may be done now
    pub acts: Vec<hall::help::Act>,
    /// what the hall offers of help
    pub helping: Helping,
    /// all that happened
    pub events: Vec<HelpEvent>,
    /// the token with which it is rated, when it is done
    pub rate: Option<String>,
    /// it should have been answered
    pub late: bool,
    /// its mandate ends within days
    pub soon: bool,
}

/// The order of a row.
pub(crate) fn read(row: &HelpRow) -> Result<HelpOrder, Error> {
    serde_json::from_str(&row.state)
        .map_err(|e| Error::Store(store::StoreError::Damaged(format!("order of help {}: {e}", row.number))))
}

pub(crate) fn row_of(o: &HelpOrder, helping: &Helping) -> Result<HelpRow, Error> {
    Ok(HelpRow {
        id: o.id,
        number: o.number.clone(),
        ver: o.ver,
        hall: o.hall,
        kind: o.kind.word().to_owned(),
        stage: o.stage.word().to_owned(),
        item: o.item.clone(),
        region: o.region.clone(),
        staff: o.helper.as_ref().and_then(|h| h.staff),
        day: o.visit.as_ref().map(|v| Moment::start_of(v.day).day_number()),
        out: i64::try_from(o.originals_out()).unwrap_or(i64::MAX),
        asked: o.asked,
        ended: o.ended,
        next_at: o.next_at(helping),
        state: serde_json::to_string(o).map_err(Error::bug)?,
    })
}

/// Is the actor the helper of this order?
fn helps(actor: &Actor, o: &HelpOrder) -> bool {
    actor.staff.is_some() && o.helper.as_ref().is_some_and(|h| h.staff == actor.staff)
}

/// How the actor stands to the hall and to an order of it.
pub(crate) fn stands<'a>(hall: &'a Hall, actor: &Actor, o: &HelpOrder, day: Date) -> Here<'a> {
    Here { helps: helps(actor, o), ..here(hall, actor, None, day) }
}

/// The door of the hall, or the helper's own.
fn either<O>(actor: &Actor, asked: O, hall: &Hall, o: &HelpOrder, day: Date) -> Result<Permit, Error>
where
    O: for<'a> op::Op<On<'a> = access::Hall<'a>>,
{
    match door(actor, asked, hall, day) {
        Err(_) if helps(actor, o) => Ok(decide(actor, op::OwnHelp, Own(actor.staff))?),
        answer => answer,
    }
}

/// The code under which the service of an order is rated.
pub(crate) fn service_code(number: &str) -> String {
    format!("help/{number}")
}

impl Halls {
    fn help_code(&self, rd: &mut Rd<'_>, o: &HelpOrder) -> Result<String, Error> {
        let birth = rows::birth(rd, o.id)?.ok_or(Error::NotFound)?;
        Ok(self.city.vault().code(&o.number, Some(&birth)))
    }

    fn help_by_code(&self, rd: &mut Rd<'_>, number: &str, code: &str) -> Result<HelpOrder, Error> {
        let row = rows::by_number(rd, number.trim())?.ok_or(Error::NotFound)?;
        let o = read(&row)?;
        let right = self.help_code(rd, &o)?;
        if Vault::code_reads(code, &right) { Ok(o) } else { Err(Error::NotFound) }
    }

    /// Who asked, as it lies sealed.
    pub(crate) fn helped(&self, rd: &mut Rd<'_>, id: i64) -> Result<Helped, Error> {
        let Some(sealed) = rows::person(rd, id)? else { return Ok(Helped::default()) };
        let text = self.city.vault().unseal_bytes(rows::stream(id).0, &sealed)?;
        serde_json::from_slice(&text).map_err(|e| {
            Error::Store(store::StoreError::Damaged(format!("who asked for help in order {id}: {e}")))
        })
    }

    fn keep_helped(&self, tx: &mut Tx<'_>, id: i64, helped: &Helped) -> Result<(), Error> {
        let text = serde_json::to_vec(helped).map_err(Error::bug)?;
        let sealed = self.city.vault().seal_bytes(rows::stream(id).0, &text)?;
        let digest = digits(&helped.contact.phone).ok().map(|d| self.person(&d));
        Ok(rows::put_person(tx, id, digest.as_deref(), &sealed)?)
    }

    /// Decided and saved; what follows: the applicant is told, what was done can be rated.
    pub(crate) fn help_does(
        &self,
        tx: &mut Tx<'_>,
        of: &Hall,
        actor: &Actor,
        o: HelpOrder,
        asked: Command,
    ) -> Result<HelpOrder, Error> {
        let now = tx.now();
        let permit = either(actor, op::HandleHelp, of, &o, now.date())?;
        let at = stands(of, actor, &o, now.date());
        let happened = o.decide(asked, actor, &at, now, &of.helping).map_err(refused)?;
        let after = o.evolve(&happened, now);
        let data = serde_json::to_string(&happened).map_err(Error::bug)?;
        rows::save(tx, &permit, &row_of(&after, &of.helping)?, happened.asked.act().word(), &data)?;
        if matches!(happened.asked, Command::Erase {}) {
            rows::erase_person(tx, after.id)?;
        }
        if matches!(happened.asked, Command::Finish { .. }) {
            self.help_becomes_service(tx, &permit, of, &after)?;
        }
        self.tell_helped(tx, of, &after, happened.asked.act())?;
        Ok(after)
    }

    fn help_becomes_service(
        &self,
        tx: &mut Tx<'_>,
        permit: &Permit,
        of: &Hall,
        o: &HelpOrder,
    ) -> Result<(), Error> {
        let cut = |text: String, most: usize| -> String { text.chars().take(most).collect() };
        let row = store::ratings::ServiceRow {
            id: 0,
            code: service_code(&o.number),
            unit: of.unit,
            region: of.region.as_str().to_owned(),
            place: cut(format!("{} {}", of.name, o.kind.zh()), 60),
            item: cut(o.name.clone(), 120),
            theme: String::new(),
            at: tx.now(),
            source: "own".to_owned(),
            case: None,
        };
        (self.hands.ticket_becomes_service)(&self.city, tx, permit, &row).map(drop)
    }

    fn help_events(&self, rd: &mut Rd<'_>, o: &HelpOrder) -> Result<Vec<HelpEvent>, Error> {
        let mut out: Vec<HelpEvent> = Vec::new();
        let mut stood: Option<HelpOrder> = None;
        for e in store::ledger_rows::stream(rd, rows::stream(o.id), 0)? {
            let happened: hall::help::Happened = serde_json::from_str(&e.data).map_err(|err| {
                Error::Store(store::StoreError::Damaged(format!("{} {}: {err}", e.stream, e.ver)))
            })?;
            let after = match stood.take() {
                None => HelpOrder::begin(o.id, o.number.clone(), &happened, e.at)
                    .ok_or_else(|| Error::bug("an order of help that does not begin"))?,
                Some(before) => before.evolve(&happened, e.at),
            };
            stood = Some(after.clone());
            let who = match e.actor.staff {
                None => e.actor.role.zh().to_owned(),
                Some(staff) => {
                    store::office::staff_by_id(rd, staff)?.map_or_else(|| format!("#{staff}"), |s| s.name)
                }
            };
            out.push(HelpEvent { ver: e.ver, at: e.at, who, happened, after });
        }
        Ok(out)
    }

    fn help_view(
        &self,
        rd: &mut Rd<'_>,
        of: &Hall,
        actor: &Actor,
        order: HelpOrder,
        full: bool,
    ) -> Result<HelpView, Error> {
        let now = self.city.store().now();
        let office = self.city.office(rd)?;
        let Helped { contact, wants, words } = self.helped(rd, order.id)?;
        let covered = |text: String| if full { text } else { contact.cover(&text) };
        let events = self.help_events(rd, &order)?;
        let rate = match order.done.is_empty() {
            true => None,
            false => (self.hands.token_of_service)(&self.city, rd, &service_code(&order.number))?,
        };
        let calendar = &office.rules.calendar;
        Ok(HelpView {
            hall: of.name.clone(),
            phone: of.phone.clone(),
            wants: covered(wants),
            words: words.into_iter().map(|(at, w)| (at, covered(w))).collect(),
            contact: if full { contact.clone() } else { contact.masked() },
            acts: order.permitted(actor, &stands(of, actor, &order, now.date())),
            late: order.answer_is_late(now, &of.helping, calendar),
            soon: order.mandate_ends_soon(now, of.helping.numbers.warn_days, calendar),
            helping: of.helping.clone(),
            events,
            rate,
            order,
        })
    }
}
