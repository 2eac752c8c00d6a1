//! 告知申请人: of which acts the applicant hears, by the ways they left an address for (X3), and the page that shows them
//! their application and never acts.

use ::city::{Contact, Error, Later, Office, Vault};
use access::op;
use kernel::Actor;
use ledger::Hash;
use outbox::{Told, Topic};
use service::{Act, Application, StageKind};
use store::Tx;
use store::applications as rows;

use crate::city::City;
use crate::views::{events, view};
use crate::{ApplicantView, Service, saved};

/// What the applicant hears of an act that led to this stage; none of what stays inside.
fn topic(act: Act, stage: StageKind) -> Option<Topic> {
    Some(match act {
        Act::Submit => Topic::ApplicationSubmitted,
        Act::TellCorrection => Topic::ApplicationCorrection,
        Act::Accept | Act::AcceptBySilence => Topic::ApplicationAccepted,
        Act::Refuse => Topic::ApplicationRefused,
        Act::CallSurvey => Topic::ApplicationSurvey,
        Act::Pause => Topic::ApplicationPaused,
        Act::Resume => Topic::ApplicationResumed,
        Act::Extend => Topic::ApplicationExtended,
        // Of several items some may still be decided: the applicant hears of the whole.
        Act::Decide if stage != StageKind::Handling => Topic::ApplicationDecided,
        Act::Issue if stage == StageKind::Issued => Topic::ApplicationIssued,
        Act::RemindPromise | Act::MissPromise => Topic::ApplicationPromise,
        Act::Withdraw | Act::Expire | Act::Sign => Topic::ApplicationEnded,
        Act::Begin
        | Act::Save
        | Act::Rebase
        | Act::Receive
        | Act::Supplement
        | Act::StartTask
        | Act::FinishTask
        | Act::SendBack
        | Act::FinishSurvey
        | Act::Decide
        | Act::Issue
        | Act::Deliver
        | Act::HandIn
        | Act::CheckCommitment
        | Act::SettlePromise
        | Act::Note
        | Act::Show
        | Act::WarnYellow
        | Act::WarnRed => return None,
    })
}

/// The token of the page that shows an application: it opens nothing else.
fn token(city: &City, number: &str, birth: &Hash) -> String {
    let half = |n: u8| city.code(&format!("{number}/see/{n}"), birth);
    format!("{}{}", half(1), half(2))
}

/// Tells the applicant of an act, when they hear of it.
pub(crate) fn tell_applicant(
    city: &City,
    tx: &mut Tx<'_>,
    office: &Office,
    after: &Application,
    act: Act,
) -> Result<(), Error> {
    let Some(topic) = topic(act, after.stage) else { return Ok(()) };
    let set = &office.outreach;
    if !set.mail_on && !set.sms_on && office.receivers.is_empty() {
        return Ok(());
    }
    let Some((_, birth)) = rows::birth(tx, after.id)? else { return Ok(()) };
    let values = crate::views::values(city, tx, after.id)?;
    let value = |name: &str| values.get(name).cloned().unwrap_or_default();
    let contact = Contact { phone: value("phone"), email: value("email"), ..Contact::default() };
    let due = after.watched().map(|run| run.due(&office.rules.calendar).0.date().to_string());
    let told = Told {
        topic,
        number: &after.number,
        unit: office.unit_name(after.basis.lead),
        date: due.unwrap_or_else(|| "—".to_owned()),
        path: format!("/see/a/{}/{}", after.number, token(city, &after.number, &birth)),
    };
    outbox::to_person(city.base(), tx, office, &told, &contact)
}

impl Service {
    /// An application for whoever has the link of a message: where it stands. Nothing can be done there, and nothing that
    /// was filled in is shown: links are passed on.
    pub fn look(&self, number: String, given: String) -> Later<ApplicantView> {
        self.city.read(move |city, rd| {
            let a = saved::by_number(rd, &number)?;
            let (_, birth) = rows::birth(rd, a.id)?.ok_or(Error::NotFound)?;
            if !Vault::code_reads(&given, &token(city, &a.number, &birth)) {
                return Err(Error::NotFound);
            }
            let me = Actor::resident();
            saved::door(&me, op::ReadApplication, &a)?;
            let office = city.office(rd)?;
            let mut all = events(rd, &office, a.id)?;
            all.retain(|e| crate::applicant::shown_to_applicant(e.act));
            let mut view = view(city, rd, &office, &me, a)?;
            view.acts = Vec::new();
            Ok(ApplicantView { view, events: all, uses: Vec::new() })
        })
    }
}
