//! 告知申请人 (X3): of which acts who asked for help hears, and the page behind the link, which shows and never acts.

use access::op;
use city::reach::public;
use city::{Contact, Door as _, Error, Later, Vault};
use hall::Hall;
use hall::help::{Act, HelpOrder};
use kernel::Actor;
use outbox::{Told, Topic};
use store::help as rows;
use store::{Rd, Tx};

use super::{HelpView, read};
use crate::Halls;
use crate::doors::load;

/// What the applicant hears of an act.
fn topic(act: Act) -> Option<Topic> {
    match act {
        Act::Accept => Some(Topic::HelpAccepted),
        Act::Refuse => Some(Topic::HelpRefused),
        Act::Plan => Some(Topic::HelpPlanned),
        Act::Suspend | Act::Lapse => Some(Topic::HelpSuspended),
        Act::Resume => Some(Topic::HelpResumed),
        Act::Finish => Some(Topic::HelpFinished),
        Act::End => Some(Topic::HelpEnded),
        // What people do themselves they know; papers change hands between two who are there.
        Act::Ask | Act::Assign | Act::Visited | Act::Receive | Act::GiveBack | Act::Acknowledge => None,
        Act::Withdraw | Act::Say | Act::Show | Act::Erase => None,
    }
}

/// After these nothing that still waits to be sent is true any more.
fn overtakes(act: Act) -> bool {
    topic(act).is_some() && act != Act::Accept || matches!(act, Act::Withdraw | Act::Erase)
}

impl Halls {
    pub(super) fn tell_helped(
        &self,
        tx: &mut Tx<'_>,
        of: &Hall,
        o: &HelpOrder,
        act: Act,
    ) -> Result<(), Error> {
        if overtakes(act) {
            outbox::forget(tx, &o.number)?;
        }
        let Some(topic) = topic(act) else { return Ok(()) };
        let office = self.city.office(tx)?;
        let set = &office.outreach;
        if !set.mail_on && !set.sms_on && office.receivers.is_empty() {
            return Ok(());
        }
        let contact = self.helped(tx, o.id)?.contact;
        let told = Told {
            topic,
            number: &o.number,
            unit: of.name.clone(),
            date: o.visit.as_ref().map_or_else(String::new, |v| format!("{} {}", v.day, v.hours)),
            path: format!("/see/h/{}/{}", o.number, self.see_help(tx, o)?),
        };
        outbox::to_person(&self.city, tx, &office, &told, &contact)
    }

    /// The token of the page that shows an order: it opens nothing else.
    fn see_help(&self, rd: &mut Rd<'_>, o: &HelpOrder) -> Result<String, Error> {
        let birth = rows::birth(rd, o.id)?.ok_or(Error::NotFound)?;
        let half = |n: u8| self.city.vault().code(&format!("{}/see/{n}", o.number), Some(&birth));
        Ok(format!("{}{}", half(1), half(2)))
    }

    /// An order for whoever has the link of a message: how it stands. Nothing can be done there, and who asked is not shown: links
    /// are passed on.
    pub fn look_help(&self, number: String, given: String) -> Later<HelpView> {
        self.read(move |app, rd| {
            public(op::PublicHalls)?;
            let row = rows::by_number(rd, number.trim())?.ok_or(Error::NotFound)?;
            let o = read(&row)?;
            if !Vault::code_reads(&given, &app.see_help(rd, &o)?) {
                return Err(Error::NotFound);
            }
            let l = load(rd, o.hall)?;
            let view = app.help_view(rd, &l.hall, &Actor::resident(), o, false)?;
            Ok(HelpView {
                contact: Contact::default(),
                wants: String::new(),
                words: Vec::new(),
                acts: Vec::new(),
                events: Vec::new(),
                rate: None,
                ..view
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_says_something_new_makes_what_waited_untrue() {
        for act in Act::ALL.into_iter().filter(|a| topic(*a).is_some()) {
            assert!(overtakes(act) || act == Act::Accept, "{act:?}");
        }
        for act in [Act::Accept, Act::Suspend, Act::Lapse, Act::Finish, Act::End] {
            assert!(topic(act).is_some(), "{act:?}");
        }
    }
}
