//! 告知预约人 (X3, R12): of which acts who booked hears, by the ways they left an address for; the reminder on the day before;
//! and the page that shows an appointment and never acts.

use access::op;
use city::reach::public;
use city::{Contact, Door as _, Error, Later, Vault};
use hall::Hall;
use hall::appointment::{Act, Appointment, Command, Stage, Telling};
use kernel::{Actor, Moment, US_PER_HOUR};
use outbox::{Told, Topic};
use store::appointments as rows;
use store::{Rd, Tx};

use crate::booking::AppointmentView;
use crate::doors::load;
use crate::{Halls, saved};

/// Hours before the day of an appointment at which its person is reminded: four in the afternoon.
const REMIND_HOURS: i64 = 8;

/// What the person hears of an act that led to this stage.
fn topic(act: Act, stage: Stage) -> Option<Topic> {
    match act {
        Act::Confirm => Some(Topic::AppointmentBooked),
        Act::Move if stage == Stage::Confirmed => Some(Topic::AppointmentMoved),
        Act::Offer => Some(Topic::AppointmentOffered),
        Act::CallOff => Some(Topic::AppointmentCalledOff),
        // A held place is in front of whoever holds it, and what people do themselves they know.
        Act::Hold | Act::Standby | Act::Move | Act::Cancel | Act::Expire => None,
        Act::Arrive | Act::Serve | Act::Leave | Act::Miss | Act::Excuse => None,
        Act::Appeal | Act::Uphold | Act::Reject | Act::Tell | Act::Show | Act::Erase => None,
    }
}

/// After these nothing that still waits to be sent is true any more.
fn overtakes(act: Act) -> bool {
    matches!(
        act,
        Act::Move | Act::Offer | Act::CallOff | Act::Cancel | Act::Expire | Act::Arrive | Act::Erase
    )
}

/// What a clerk would ring for, as it is told.
fn topic_of(telling: Telling) -> Topic {
    match telling {
        Telling::Offered => Topic::AppointmentOffered,
        Telling::CalledOff => Topic::AppointmentCalledOff,
        Telling::Tomorrow => Topic::AppointmentReminder,
    }
}

/// When the person is reminded; none when they booked later than that.
fn reminded_at(a: &Appointment, now: Moment) -> Option<Moment> {
    let at = Moment::start_of(a.at.start.date()).plus_us(-REMIND_HOURS * US_PER_HOUR);
    (a.stage == Stage::Confirmed && now < at).then_some(at)
}

/// `2026-03-02 09:30`
fn to_the_minute(at: Moment) -> String {
    at.to_string().replace('T', " ").chars().take(16).collect()
}

impl Halls {
    /// One act of an appointment, and what its person hears of it.
    pub(crate) fn act(
        &self,
        tx: &mut Tx<'_>,
        of: &Hall,
        actor: &Actor,
        a: Appointment,
        asked: Command,
    ) -> Result<Appointment, Error> {
        let act = asked.act();
        let after = saved::act(tx, of, actor, a, asked)?;
        if overtakes(act) {
            outbox::forget(tx, &after.number)?;
        }
        if let Some(topic) = topic(act, after.stage) {
            self.tell(tx, &after, topic)?;
        }
        Ok(after)
    }

    fn tell(&self, tx: &mut Tx<'_>, a: &Appointment, topic: Topic) -> Result<(), Error> {
        let office = self.city.office(tx)?;
        let set = &office.outreach;
        if !set.mail_on && !set.sms_on && office.receivers.is_empty() {
            return Ok(());
        }
        let contact = self.booker(tx, a.id)?.contact;
        // What is offered is to be confirmed by then; anything else is about the time itself.
        let at = if topic == Topic::AppointmentOffered { a.held_until } else { a.at.start };
        let told = Told {
            topic,
            number: &a.number,
            unit: load(tx, a.at.hall)?.hall.name.clone(),
            date: to_the_minute(at),
            path: format!("/see/b/{}/{}", a.number, self.see(tx, a)?),
        };
        outbox::to_person(&self.city, tx, &office, &told, &contact)?;
        if let Some(at) = reminded_at(a, tx.now()) {
            let told = Told { topic: Topic::AppointmentReminder, ..told };
            outbox::remind(&self.city, tx, &office, &told, &contact, at)?;
        }
        Ok(())
    }

    /// Has a message said to the person what a clerk would ring for?
    pub(crate) fn has_said(&self, rd: &mut Rd<'_>, a: &Appointment, why: Telling) -> Result<bool, Error> {
        outbox::has_arrived(rd, &a.number, topic_of(why))
    }

    /// The token of the page that shows an appointment: it opens nothing else.
    fn see(&self, rd: &mut Rd<'_>, a: &Appointment) -> Result<String, Error> {
        let birth = rows::birth(rd, a.id)?.ok_or(Error::NotFound)?;
        let half = |n: u8| self.city.vault().code(&format!("{}/see/{n}", a.number), Some(&birth));
        Ok(format!("{}{}", half(1), half(2)))
    }

    /// An appointment for whoever has the link of a message: when and where. Nothing can be done there, and who booked is not
    /// shown: links are passed on.
    pub fn look(&self, number: String, given: String) -> Later<AppointmentView> {
        self.read(move |app, rd| {
            public(op::PublicHalls)?;
            let row = rows::by_number(rd, number.trim())?.ok_or(Error::NotFound)?;
            let a = saved::read(&row)?;
            if !Vault::code_reads(&given, &app.see(rd, &a)?) {
                return Err(Error::NotFound);
            }
            let view = app.view_for(rd, &Actor::resident(), a)?;
            Ok(AppointmentView {
                contact: Contact::default(),
                appeal: String::new(),
                acts: Vec::new(),
                warning: None,
                ..view
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_clerk_rings_for_is_also_told() {
        let told: Vec<Topic> = Act::ALL
            .iter()
            .filter_map(|act| topic(*act, Stage::Confirmed))
            .chain([Topic::AppointmentReminder])
            .collect();
        for why in Telling::ALL {
            assert!(told.contains(&topic_of(why)), "{why:?}");
        }
        // Whatever says something new makes what waited untrue, but for the first word.
        for act in Act::ALL.iter().filter(|a| topic(**a, Stage::Confirmed).is_some()) {
            assert!(overtakes(*act) || *act == Act::Confirm, "{act:?}");
        }
    }
}
