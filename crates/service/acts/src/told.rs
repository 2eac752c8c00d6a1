//! 告知申请人: of which acts the applicant hears, by the ways they left an address for (X3), and the page that shows them
//! their application and never acts.

use ::city::{Contact, Error, Later, Office, Vault};
use access::op;
use kernel::{Actor, Word as _};
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
        Act::RemindPromise => Topic::ApplicationPromise,
        Act::MissPromise => Topic::ApplicationMissed,
        Act::Withdraw => Topic::ApplicationWithdrawn,
        Act::Expire => Topic::ApplicationLapsed,
        // What was promised may still be open when the result is signed for.
        Act::Sign if stage == StageKind::Closed => Topic::ApplicationEnded,
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
        | Act::Sign
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
    // A draft that ends was never handed in: there is nobody to tell.
    let ends = matches!(act, Act::Withdraw | Act::Expire);
    let submit = Act::Submit.word();
    if ends && !rows::history(tx, after.id, 0)?.iter().any(|e| e.act == submit) {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_an_application_ended_is_told_as_it_was() {
        let said = |act, stage| topic(act, stage).map(Topic::zh);
        assert_eq!(said(Act::RemindPromise, StageKind::Issued), Some("请补交材料"));
        assert_eq!(said(Act::MissPromise, StageKind::Issued), Some("已逾期未补交"));
        assert_eq!(said(Act::Withdraw, StageKind::Withdrawn), Some("已撤回"));
        assert_eq!(said(Act::Expire, StageKind::Lapsed), Some("已失效"));
        assert_eq!(said(Act::Sign, StageKind::Closed), Some("已办结"));
        assert_eq!(said(Act::Sign, StageKind::Delivered), None);
    }
}
