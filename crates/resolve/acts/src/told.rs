//! 告知反映人: of which acts the person who lodged hears, by the ways they left an address for (X3), and the page that shows
//! them their case and never acts.

use access::{decide, op};
use city::{City, Contact, Door as _, Error, Later, Office, Vault};
use kernel::Actor;
use ledger::Hash;
use outbox::{Told, Topic};
use resolve::{Act, Case, Command, Stage, StageKind};
use store::{Rd, Tx, cases};

use crate::Cases;
use crate::cases::ResidentView;

/// What the person hears of an act that led to this stage; none of what stays inside.
fn topic(act: Act, stage: StageKind) -> Option<Topic> {
    Some(match act {
        Act::Register => Topic::CaseRegistered,
        Act::Accept => Topic::CaseAccepted,
        Act::Refuse => Topic::CaseRefused,
        Act::Dispatch | Act::Redispatch | Act::HandOver => Topic::CaseDispatched,
        Act::GrantExtension => Topic::CaseExtended,
        Act::Pause => Topic::CasePaused,
        Act::Resume => Topic::CaseResumed,
        Act::Merge => Topic::CaseMerged,
        Act::AnswerOnSpot | Act::Reply | Act::ApproveNegative | Act::PeerAnswer => Topic::CaseReplied,
        Act::Callback if matches!(stage, StageKind::Handling | StageKind::HandedOver) => Topic::CaseReopened,
        Act::Reopen => Topic::CaseReopened,
        Act::Archive => Topic::CaseArchived,
        Act::Amend
        | Act::AddWords
        | Act::Note
        | Act::Take
        | Act::Arrive
        | Act::Return
        | Act::Arbitrate
        | Act::AddCo
        | Act::CoReply
        | Act::DropCo
        | Act::Remind
        | Act::Supervise
        | Act::AnswerOrder
        | Act::AskExtension
        | Act::DenyExtension
        | Act::Unmerge
        | Act::Absorb
        | Act::Release
        | Act::Confer
        | Act::Conclude
        | Act::FinishTask
        | Act::Escalate
        | Act::ComeBack
        | Act::Plan
        | Act::FinishStep
        | Act::StrikeOff
        | Act::RejectStep
        | Act::ReplyNegative
        | Act::SendBackNegative
        | Act::MissedCall
        | Act::Callback
        | Act::WarnYellow
        | Act::WarnRed
        | Act::Recompute
        | Act::Backfill
        | Act::PrintReceipt
        | Act::PeerAccept
        | Act::PeerReturn
        | Act::PeerCallback => return None,
    })
}

/// The token of the page that shows a case: it opens nothing else.
fn token(city: &City, number: &str, birth: &Hash) -> String {
    let half = |n: u8| city.vault().code(&format!("{number}/see/{n}"), Some(birth));
    format!("{}{}", half(1), half(2))
}

/// Tells the person of an act, when they hear of it.
pub(crate) fn tell_person(
    city: &City,
    tx: &mut Tx<'_>,
    office: &Office,
    after: &Case,
    asked: &Command,
    contact: Option<&Contact>,
) -> Result<(), Error> {
    let Some(topic) = topic(asked.act(), after.stage.kind()) else { return Ok(()) };
    let set = &office.outreach;
    if !set.mail_on && !set.sms_on && office.receivers.is_empty() {
        return Ok(());
    }
    let Some((_, birth)) = cases::birth(tx, after.id)? else { return Ok(()) };
    let contact = match contact {
        // Who handed it over tells the person; once is enough.
        _ if after.closed_elsewhere() => city::Contact::default(),
        Some(c) => c.clone(),
        None => city::contact_of(city, tx, after.id)?,
    };
    let clock = after.clock_view(&office.rules.calendar, tx.now());
    // What another city deals with is told as that city's.
    let unit = match &after.stage {
        Stage::HandedOver { peer, .. } => peer.name.clone(),
        stage => office.unit_name(stage.owner().unwrap_or(after.first_asked)),
    };
    let told = Told {
        topic,
        number: &after.number,
        unit,
        date: clock.map_or_else(|| "—".to_owned(), |c| c.due.date().to_string()),
        path: format!("/see/c/{}/{}", after.number, token(city, &after.number, &birth)),
    };
    outbox::to_person(city, tx, office, &told, &contact)
}

fn looked_at(city: &City, rd: &mut Rd<'_>, number: &str, given: &str) -> Result<Case, Error> {
    let case = cases::by_number(rd, number.trim())?.ok_or(Error::NotFound)?;
    let (_, birth) = cases::birth(rd, case.id)?.ok_or(Error::NotFound)?;
    if !Vault::code_reads(given, &token(city, &case.number, &birth)) {
        return Err(Error::NotFound);
    }
    decide(&Actor::resident(), op::ReadCase, &case)?;
    Ok(case)
}

impl Cases {
    /// A case for whoever has the link of a message: where it stands and what was answered. Nothing can be done there, and
    /// the words of the letter are not shown: links are passed on.
    pub fn look(&self, number: String, given: String) -> Later<ResidentView> {
        self.read(move |app, rd| {
            let case = looked_at(&app.city, rd, &number, &given)?;
            let office = app.city.office(rd)?;
            let events = app.events_for_resident(rd, &office, &case)?;
            let mut view = app.view_in(rd, &office, &Actor::resident(), case)?;
            view.contact = None;
            view.acts = Vec::new();
            Ok(ResidentView { view, events })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cases::shown_to_resident;
    use resolve::Word as _;

    /// What the person is told is what they may see on their page: a message says nothing that the page keeps back. An
    /// approved negative reply is shown as the reply that it approves.
    #[test]
    fn nobody_is_told_what_they_may_not_see() {
        for act in Act::ALL {
            let told = topic(*act, StageKind::Handling).is_some();
            assert!(!told || shown_to_resident(*act), "{act:?}");
        }
    }
}
