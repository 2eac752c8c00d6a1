//! One application inside a transaction: loading, the door, acting, saving, and what follows from it.

use ::city::{Error, Office};
use access::{Applied, decide, op};
use kernel::{Actor, UnitId};
use service::{Act, Application, Command, Happened, StageKind, Word as _};
use store::applications::{self as rows, ApplicationRow, PartRow, TaskRow, Told};
use store::held::{self, HeldRow};
use store::{Rd, Tx};
use workday::WorkCalendar;

use crate::city::City;
use crate::refused;
use crate::told::tell_applicant;

/// The application of a row.
pub(crate) fn read(row: &ApplicationRow) -> Result<Application, Error> {
    serde_json::from_str(&row.state)
        .map_err(|e| Error::Store(store::StoreError::Damaged(format!("application {}: {e}", row.number))))
}

pub(crate) fn by_number(rd: &mut Rd<'_>, number: &str) -> Result<Application, Error> {
    read(&rows::by_number(rd, number.trim())?.ok_or(Error::NotFound)?)
}

/// Whoever has a part in it besides reception and lead.
pub(crate) fn others(a: &Application) -> Vec<UnitId> {
    a.basis.units()
}

/// May this actor do this with the application?
pub(crate) fn door<O>(actor: &Actor, asked: O, a: &Application) -> Result<access::Permit, Error>
where
    O: for<'a> op::Op<On<'a> = Applied<'a>>,
{
    let others = others(a);
    let of = Applied {
        reception: a.basis.reception,
        lead: a.basis.lead,
        others: &others,
        region: &a.basis.region,
    };
    Ok(decide(actor, asked, of)?)
}

/// What the row says of an application.
pub(crate) fn row_of(a: &Application, calendar: &WorkCalendar) -> Result<ApplicationRow, Error> {
    let due = a.watched().map(|r| r.due(calendar).0);
    Ok(ApplicationRow {
        id: a.id,
        number: a.number.clone(),
        ver: a.ver,
        theme: a.basis.theme.clone(),
        name: a.basis.name.clone(),
        region: a.basis.region.as_str().to_owned(),
        reception: a.basis.reception,
        lead: a.basis.lead,
        channel: a.channel.word().to_owned(),
        stage: a.stage.word().to_owned(),
        due,
        next_at: a.next_at(calendar),
        calendar: calendar.version().to_owned(),
        begun: a.begun,
        submitted: a.submitted,
        accepted: a.accepted,
        decided: a.decided,
        ended: a.ended,
        ending: a.ending().filter(|_| a.stage.is_decided()).map_or("", |e| e.word()).to_owned(),
        state: serde_json::to_string(a).map_err(Error::bug)?,
    })
}

/// Its tasks for the lists of units.
pub(crate) fn tasks_of(a: &Application, calendar: &WorkCalendar) -> Vec<TaskRow> {
    let run = a.watched().map(|r| r.due(calendar).0);
    let last = run.or(a.ended).unwrap_or(a.begun);
    let handling = a.stage == StageKind::Handling;
    let to_issue: Vec<usize> =
        if handling || a.stage == StageKind::Decided { a.to_issue().collect() } else { Vec::new() };
    let row = |(n, (t, s)): (usize, (&service::Task, &service::TaskState))| TaskRow {
        task: i64::try_from(n).unwrap_or(i64::MAX),
        unit: t.unit,
        open: handling && s.finished.is_none() && a.is_ready(t)
            // A decided item whose certificate is still to be made is work of the unit that decided.
            || t.kind == catalogue::StepKind::Decide && to_issue.contains(&t.part),
        due: a.task_due(t, calendar).unwrap_or(last),
    };
    a.basis.tasks.iter().zip(&a.tasks).enumerate().map(row).collect()
}

pub(crate) fn parts_of(a: &Application) -> Vec<PartRow> {
    a.basis.parts.iter().map(|p| PartRow { item: p.item.clone(), unit: p.unit }).collect()
}

/// One act inside a transaction. What the system owes by now happened before it.
pub(crate) fn act(
    city: &City,
    tx: &mut Tx<'_>,
    office: &Office,
    actor: &Actor,
    a: Application,
    asked: Command,
) -> Result<Application, Error> {
    let a = catch_up(city, tx, office, a)?;
    let permit = door(actor, op::HandleApplication, &a)?;
    let now = tx.now();
    let (after, happened) = a.act(asked, actor, now, &City::rules(office)).map_err(|(_, r)| refused(r))?;
    keep(city, tx, office, &permit, &after, &happened)?;
    Ok(after)
}

/// What became due since somebody last looked: silence that counts as acceptance, lights, missed promises.
pub(crate) fn catch_up(
    city: &City,
    tx: &mut Tx<'_>,
    office: &Office,
    mut a: Application,
) -> Result<Application, Error> {
    let system = Actor::system();
    let rules = City::rules(office);
    let now = tx.now();
    while let Some(asked) = a.owed(now, &rules.calendar) {
        let permit = door(&system, op::HandleApplication, &a)?;
        let (after, happened) = a.act(asked, &system, now, &rules).map_err(|(_, r)| refused(r))?;
        keep(city, tx, office, &permit, &after, &happened)?;
        a = after;
    }
    Ok(a)
}

fn keep(
    city: &City,
    tx: &mut Tx<'_>,
    office: &Office,
    permit: &access::Permit,
    after: &Application,
    happened: &Happened,
) -> Result<(), Error> {
    let calendar = &office.rules.calendar;
    let data = serde_json::to_string(happened).map_err(Error::bug)?;
    if matches!(happened.asked, Command::Rebase { .. }) {
        rows::replace_parts(tx, permit, after.id, &parts_of(after))?;
    }
    let told = Told { at: tx.now(), act: happened.asked.act().word(), data: &data };
    rows::save(tx, permit, &row_of(after, calendar)?, told, &tasks_of(after, calendar))?;
    hold(tx, permit, after, &happened.asked)?;
    crate::policies::moves_payment(city, tx, permit.actor(), after, &happened.asked)?;
    tell_applicant(city, tx, office, after, happened.asked.act())?;
    tell(city, tx, after, &happened.asked)
}

/// What was issued is held at once: the next office does not ask for it (X8).
fn hold(tx: &mut Tx<'_>, permit: &access::Permit, after: &Application, asked: &Command) -> Result<(), Error> {
    let Command::Issue { part, certificate, until } = asked else { return Ok(()) };
    let (Some(subject), Some(of)) = (&after.applicant, after.basis.parts.get(*part)) else { return Ok(()) };
    let now = tx.now();
    let row = HeldRow {
        id: 0,
        subject: subject.clone(),
        name: service::one_name(&of.result, &[]),
        number: certificate.clone(),
        unit: of.unit,
        issued: now,
        until: until.map_or_else(String::new, |d| d.to_string()),
        application: after.id,
    };
    held::put(tx, permit, &row)?;
    Ok(())
}

/// Messages that follow from an act: to the units that have to do something now.
fn tell(city: &City, tx: &mut Tx<'_>, after: &Application, asked: &Command) -> Result<(), Error> {
    let words = |what: &str| format!("{what}：{} {}", after.number, after.basis.name);
    let to: Vec<UnitId> = match asked.act() {
        Act::Submit | Act::Supplement => vec![after.basis.reception],
        Act::Accept | Act::AcceptBySilence | Act::FinishTask | Act::SendBack => {
            after.at_hand().filter(|(_, s)| s.started.is_none()).map(|(t, _)| t.unit).collect()
        }
        Act::Decide if after.stage == StageKind::Issued => vec![after.basis.reception],
        Act::Decide if after.stage == StageKind::Handling => {
            after.at_hand().filter(|(_, s)| s.started.is_none()).map(|(t, _)| t.unit).collect()
        }
        Act::Issue if after.stage == StageKind::Issued => vec![after.basis.reception],
        Act::WarnYellow | Act::WarnRed if after.stage == StageKind::Handling => {
            after.at_hand().map(|(t, _)| t.unit).collect()
        }
        Act::MissPromise | Act::Withdraw => vec![after.basis.lead],
        _ => Vec::new(),
    };
    let mut told: Vec<UnitId> = Vec::new();
    for unit in to {
        if !told.contains(&unit) {
            city.tell(tx, unit, &words(asked.act().zh()))?;
            told.push(unit);
        }
    }
    Ok(())
}
