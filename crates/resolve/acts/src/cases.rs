//! 件: register, act, look, list. The way of one case through the door, the loop and the store.

use std::sync::Arc;

use access::{Nothing, decide, op};
use kernel::{Actor, Moment, Role, StreamId, UnitId};
use resolve::{
    Act, Case, ClockView, Command, Happened, Refusal, RefusalCode, Registration, StageKind, Word as _,
};
use serde::{Deserialize, Serialize};
use store::cases::{Query, Scope};
use store::{Rd, Tx, cases};

use crate::Cases;
use crate::doors::{as_resident, code_fits, code_in, events_in, register_in, seen};
use crate::reporter::{case_in_list, case_on_page};
use crate::told::tell_person;
use city::Contact;
use city::{Answered, Once, once};
use city::{Door, Error, Later, Office};

/// Who lodges, as entered.
pub type NewContact = Contact;

/// What a person who lodged takes home.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lodged {
    /// 受理编号
    pub number: String,
    /// 查询码
    pub code: String,
    /// 1
    pub version: i64,
}

/// A case for one reader: what it is, how its clock stands, and what this reader may do now.
#[derive(Clone, Debug)]
pub struct CaseView {
    /// the case
    pub case: Case,
    /// the open clock
    pub clock: Option<ClockView>,
    /// acts allowed to this reader now
    pub acts: Vec<Act>,
    /// who lodged it, masked; none when this reader must not know or nobody left a name
    pub contact: Option<Contact>,
    /// short name of the unit that must answer
    pub owner: Option<String>,
    /// the office it was read in
    pub office: Arc<Office>,
}

/// A page of a list.
#[derive(Clone, Debug)]
pub struct CasePage {
    /// the cases, what expires first on top
    pub cases: Vec<CaseView>,
    /// where the next page begins; none when this is the last
    pub next: Option<(i64, i64)>,
}

/// One event for a reader.
#[derive(Clone, Debug)]
pub struct EventView {
    /// version of the case after it
    pub ver: i64,
    /// when it happened
    pub at: Moment,
    /// when it was written
    pub recorded: Moment,
    /// who: account name, or the role
    pub who: String,
    /// for which unit
    pub unit: Option<String>,
    /// what
    pub act: Act,
    /// the person who lodged did it, with the code
    pub by_resident: bool,
    /// by then the office had printed that code again
    pub reprinted: bool,
    /// all of it
    pub happened: Happened,
}

/// What the person who lodged may see: no names of staff, no notes.
#[derive(Clone, Debug)]
pub struct ResidentView {
    /// the case
    pub view: CaseView,
    /// what happened, as far as it is theirs to know
    pub events: Vec<EventView>,
}

/// The units that a command names.
fn units_named(asked: &Command) -> Vec<(UnitId, &'static str)> {
    match asked {
        Command::Dispatch { unit, .. }
        | Command::Redispatch { unit, .. }
        | Command::Arbitrate { unit, .. }
        | Command::AddCo { unit, .. } => vec![(*unit, "unit")],
        Command::Return { suggest: Some(unit), .. } => vec![(*unit, "suggest")],
        Command::Confer { units, .. } => units.iter().map(|u| (*u, "units")).collect(),
        Command::Conclude { lead, tasks, .. } => {
            let mut all = vec![(*lead, "lead")];
            all.extend(tasks.iter().map(|t| (t.unit, "tasks")));
            all
        }
        _ => Vec::new(),
    }
}

fn check_units(asked: &Command, office: &Office) -> Result<(), Error> {
    for (unit, field) in units_named(asked) {
        if !office.unit(unit).is_some_and(|u| u.active) {
            return Err(Error::invalid(
                field,
                format!("没有编号为 {unit} 的单位，请从单位列表中选择"),
                format!("there is no unit {unit}: choose one from the list"),
            ));
        }
    }
    Ok(())
}

/// A contact that somebody leaves reaches them: what is no telephone and no mailbox is told at once, while they can mend it.
fn reachable(contact: &NewContact) -> Result<(), Error> {
    let (phone, email) = (contact.phone.trim(), contact.email.trim());
    if !phone.is_empty() && !tabular::value::is_phone(phone) {
        return Err(Error::invalid(
            "phone",
            "这个电话号码打不通，请再看一下：手机号 11 位，座机带区号",
            "this telephone number cannot be called: look at it again",
        ));
    }
    if !email.is_empty() && !outbox::is_mailbox(email) {
        return Err(Error::invalid(
            "email",
            "邮箱地址不对，请再看一下",
            "this is no e-mail address: look at it again",
        ));
    }
    Ok(())
}

impl Cases {
    /// 登记. Answers when it is durable.
    pub fn register(&self, actor: Actor, registration: Registration, contact: NewContact) -> Later<Lodged> {
        self.register_with(actor, registration, contact, Vec::new())
    }

    /// 登记, with files: their tickets.
    pub fn register_with(
        &self,
        actor: Actor,
        registration: Registration,
        contact: NewContact,
        tickets: Vec<String>,
    ) -> Later<Lodged> {
        self.write(move |app, tx| {
            reachable(&contact)?;
            Ok(register_in(&app.city, tx, &actor, registration.clone(), &contact, &tickets)?.1)
        })
    }

    /// 登记, done once under this name. Answers what it answered the first time, and whether it was that.
    pub fn register_once(
        &self,
        actor: Actor,
        registration: Registration,
        contact: NewContact,
        name: Once,
    ) -> Later<(Lodged, bool)> {
        self.write(move |app, tx| {
            reachable(&contact)?;
            // Only the number is kept: the code follows from it and its case and belongs in no table.
            let done = once(tx, &actor, &name, |tx| {
                Ok(register_in(&app.city, tx, &actor, registration.clone(), &contact, &[])?.1.number)
            })?;
            let code = code_in(&app.city, tx, &done.body)?;
            Ok((Lodged { number: done.body, code, version: 1 }, done.replayed))
        })
    }

    /// One act on a case. `expect` is the version the person saw; another one is refused, nothing is lost.
    pub fn act(&self, actor: Actor, number: String, asked: Command, expect: Option<i64>) -> Later<CaseView> {
        self.act_with(actor, number, asked, expect, Vec::new())
    }

    /// One act with files: their tickets, as [`Cases::upload`] gave them. When the act is refused the files wait.
    pub fn act_with(
        &self,
        actor: Actor,
        number: String,
        asked: Command,
        expect: Option<i64>,
        tickets: Vec<String>,
    ) -> Later<CaseView> {
        self.write(move |app, tx| {
            has_no_other_side(&asked)?;
            let office = app.city.office(tx)?;
            let case = cases::by_number(tx, &number)?.ok_or(Error::NotFound)?;
            let case = app.act_with_in(tx, &office, &actor, &case, asked.clone(), expect, &tickets)?;
            app.view_in(tx, &office, &actor, case)
        })
    }

    /// One act, done once under this name. `render` makes the answer that is kept and given again.
    pub fn act_once(
        &self,
        actor: Actor,
        number: String,
        asked: Command,
        expect: Option<i64>,
        name: Once,
        render: fn(&CaseView) -> String,
    ) -> Later<Answered> {
        self.write(move |app, tx| {
            once(tx, &actor, &name, |tx| {
                has_no_other_side(&asked)?;
                let office = app.city.office(tx)?;
                let case = cases::by_number(tx, &number)?.ok_or(Error::NotFound)?;
                let case = app.act_in(tx, &office, &actor, &case, asked.clone(), expect)?;
                Ok(render(&app.view_in(tx, &office, &actor, case)?))
            })
        })
    }

    /// One act inside a transaction: the door, the loop, the store, and what follows from it.
    pub(crate) fn act_in(
        &self,
        tx: &mut Tx<'_>,
        office: &Office,
        actor: &Actor,
        case: &Case,
        asked: Command,
        expect: Option<i64>,
    ) -> Result<Case, Error> {
        self.act_with_in(tx, office, actor, case, asked, expect, &[])
    }

    #[expect(clippy::too_many_arguments, reason = "one act: who, on what, what, and what comes with it")]
    pub(crate) fn act_with_in(
        &self,
        tx: &mut Tx<'_>,
        office: &Office,
        actor: &Actor,
        case: &Case,
        asked: Command,
        expect: Option<i64>,
        tickets: &[String],
    ) -> Result<Case, Error> {
        let now = tx.now();
        if !access::may_see(actor, case) {
            return Err(Error::NotFound);
        }
        if let Some(expected) = expect.filter(|v| *v != case.ver) {
            let stream = StreamId::case(case.id);
            return Err(Error::Changed(store::StoreError::Conflict { stream, expected, found: case.ver }));
        }
        if matches!(asked.act(), Act::Absorb | Act::Release) {
            return Err(refuse(
                "请在被并入的件上办理并案或撤销并案",
                "merge or unmerge the other case instead",
            ));
        }
        check_units(&asked, office)?;
        let asked = match asked {
            Command::Amend { title: Some(title), kind, complexity, cause, item, reason } => {
                let title = Some(hanyu::mask::mask(&title));
                Command::Amend { title, kind, complexity, cause, item, reason }
            }
            other => other,
        };
        let asked = crate::doors::check_arrival(&self.city, case, actor, asked)?;
        // The loop says more about why not than the door does, so it is asked first.
        let (after, mut happened) = case.clone().act(asked, actor, now, &office.rules).map_err(|(_, r)| r)?;
        let permit = decide(actor, op::Doing(happened.asked.act()), case)?;
        happened.files = city::claim_files(tx, actor, tickets, StreamId::case(case.id), after.ver)?;
        cases::save(tx, &permit, &after, &happened, now, &office.rules.calendar)?;
        Self::other_side(tx, office, actor, case, &happened.asked)?;
        tell(&self.city, tx, office, &after, &happened.asked)?;
        tell_person(&self.city, tx, office, &after, &happened.asked, None)?;
        cells::follow(&self.city, tx, office, case, &after, &happened.asked)?;
        hotline::follow(&self.city, tx, office, case, &after, &happened)?;
        Ok(after)
    }

    /// A merge has two sides; both are written in the same transaction.
    fn other_side(
        tx: &mut Tx<'_>,
        office: &Office,
        actor: &Actor,
        before: &Case,
        asked: &Command,
    ) -> Result<(), Error> {
        let (main, asked) = match (asked, &before.stage) {
            (Command::Merge { into }, _) => {
                let from = before.number.clone();
                (into.clone(), Command::Absorb { from, reporters: before.reporters })
            }
            (Command::Unmerge { .. }, resolve::Stage::Merged { into, .. }) => {
                let from = before.number.clone();
                (into.clone(), Command::Release { from, reporters: before.reporters })
            }
            _ => return Ok(()),
        };
        let now = tx.now();
        let other = cases::by_number(tx, &main)?.filter(|c| access::may_see(actor, c)).ok_or_else(|| {
            Error::invalid("into", format!("没有编号为 {main} 的件"), format!("there is no case {main}"))
        })?;
        let (after, happened) = other.clone().act(asked, actor, now, &office.rules).map_err(|(_, r)| r)?;
        let permit = decide(actor, op::Doing(happened.asked.act()), &other)?;
        cases::save(tx, &permit, &after, &happened, now, &office.rules.calendar)?;
        Ok(())
    }

    pub(crate) fn view_in(
        &self,
        rd: &mut Rd<'_>,
        office: &Arc<Office>,
        actor: &Actor,
        case: Case,
    ) -> Result<CaseView, Error> {
        let veil = self.veil(rd, actor, &case)?;
        let contact = veil.contact();
        let case = case_on_page(actor, &veil, case);
        Ok(CaseView {
            clock: case.clock_view(&office.rules.calendar, self.city.store().now()),
            acts: access::acts(actor, &case),
            contact,
            owner: case.stage.owner().map(|u| office.unit_name(u)),
            office: Arc::clone(office),
            case,
        })
    }

    /// A case for one reader.
    pub fn case(&self, actor: Actor, number: String) -> Later<CaseView> {
        self.read(move |app, rd| {
            let office = app.city.office(rd)?;
            let case = seen(rd, &actor, &number)?;
            app.view_in(rd, &office, &actor, case)
        })
    }

    /// Everything that happened to a case, after version `after`.
    pub fn events(&self, actor: Actor, number: String, after: i64) -> Later<Vec<EventView>> {
        if self.reads.holds(&actor, &number, self.city.store().now()) {
            return self.read(move |app, rd| Ok(app.events_for(rd, &actor, &number, after)?.1));
        }
        // The first look of a day at a case that is not with the own unit is on record before it is answered.
        self.write(move |app, tx| {
            let (case, events) = app.events_for(tx, &actor, &number, after)?;
            if actor.staff.is_some() && access::Side::of(&actor, &case) == access::Side::Elsewhere {
                let data = serde_json::json!({ "number": case.number }).to_string();
                city::note_read(tx, &actor, "read_case", &data)?;
            }
            app.reads.note(&actor, &number, app.city.store().now());
            Ok(events)
        })
    }

    fn events_for(
        &self,
        rd: &mut Rd<'_>,
        actor: &Actor,
        number: &str,
        after: i64,
    ) -> Result<(Case, Vec<EventView>), Error> {
        let office = self.city.office(rd)?;
        let case = seen(rd, actor, number)?;
        let veil = self.veil(rd, actor, &case)?;
        let all = events_in(rd, &office, &case, after)?;
        Ok((case, all.into_iter().map(|e| veil.event(e)).collect()))
    }

    /// Why a limit ends when it ends: the open clock of a case, day by day.
    pub fn explain(&self, actor: Actor, number: String) -> Later<Option<workday::Explained>> {
        self.read(move |app, rd| {
            let office = app.city.office(rd)?;
            let case = seen(rd, &actor, &number)?;
            Ok(case.clock.open().and_then(|run| {
                let length = run.length()?;
                Some(workday::explain(run.started, length, &office.rules.calendar, &run.pauses()))
            }))
        })
    }

    /// A case for the person who has its number and code: as `NotFound` when the code does not fit. `signed` is the
    /// account that is signed in on the same device, if there is one: not everybody may look as the person.
    pub fn follow(&self, signed: Option<Actor>, number: String, code: String) -> Later<ResidentView> {
        self.read(move |app, rd| {
            let number = number.trim().to_owned();
            if !code_fits(&app.city, rd, &number, &code)? {
                return Err(Error::NotFound);
            }
            let office = app.city.office(rd)?;
            let actor = Actor::resident();
            let case = seen(rd, &actor, &number)?;
            as_resident(signed.as_ref(), &case)?;
            let events = app.events_for_resident(rd, &office, &case)?;
            let mut view = app.view_in(rd, &office, &actor, case)?;
            view.contact = None;
            Ok(ResidentView { view, events })
        })
    }

    /// What of a timeline is theirs to know.
    pub(crate) fn events_for_resident(
        &self,
        rd: &mut Rd<'_>,
        office: &Office,
        case: &Case,
    ) -> Result<Vec<EventView>, Error> {
        let mut events = events_in(rd, office, case, 0)?;
        // A negative reply is theirs once it was approved.
        let approved = events.iter().filter(|e| e.act == Act::ApproveNegative).map(|e| e.ver).max();
        events
            .retain(|e| shown_to_resident(e.act) || (e.act == Act::ReplyNegative && Some(e.ver) < approved));
        Ok(events)
    }

    /// An act of the person who has the number and the code.
    pub fn act_as_resident(
        &self,
        signed: Option<Actor>,
        number: String,
        code: String,
        asked: Command,
    ) -> Later<CaseView> {
        self.act_as_resident_with(signed, number, code, asked, Vec::new())
    }

    /// An act of the person who has the number and the code, with files.
    pub fn act_as_resident_with(
        &self,
        signed: Option<Actor>,
        number: String,
        code: String,
        asked: Command,
        tickets: Vec<String>,
    ) -> Later<CaseView> {
        self.write(move |app, tx| {
            let number = number.trim().to_owned();
            if !code_fits(&app.city, tx, &number, &code)? {
                return Err(Error::NotFound);
            }
            let office = app.city.office(tx)?;
            let case = cases::by_number(tx, &number)?.ok_or(Error::NotFound)?;
            let actor = as_resident(signed.as_ref(), &case)?;
            let case = app.act_with_in(tx, &office, &actor, &case, asked.clone(), None, &tickets)?;
            app.view_in(tx, &office, &actor, case)
        })
    }

    /// A list. Its scope is narrowed to what the actor may see; the rest of the query is the actor's.
    pub fn list(&self, actor: Actor, mut query: Query) -> Later<CasePage> {
        self.read(move |app, rd| {
            decide(&actor, op::ListCases, Nothing)?;
            query.scope = scope_of(&actor, &query.scope)?;
            query.limit = query.limit.clamp(1, 500);
            let office = app.city.office(rd)?;
            let now = app.city.store().now();
            let rows = cases::list(rd, &query)?;
            let more = (rows.len() == query.limit as usize)
                .then(|| rows.last().map(|r| cases::cursor_of(r, query.sort)))
                .flatten();
            let views = rows
                .into_iter()
                .filter(|r| access::may_see(&actor, &r.case))
                .map(|r| case_in_list(&actor, r.case))
                .map(|case| CaseView {
                    clock: case.clock_view(&office.rules.calendar, now),
                    acts: access::acts(&actor, &case),
                    contact: None,
                    owner: case.stage.owner().map(|u| office.unit_name(u)),
                    office: Arc::clone(&office),
                    case,
                })
                .collect();
            Ok(CasePage { cases: views, next: more })
        })
    }

    /// How many a list has, counted up to `most`.
    pub fn count(&self, actor: Actor, mut query: Query, most: u32) -> Later<i64> {
        self.read(move |_, rd| {
            decide(&actor, op::ListCases, Nothing)?;
            query.scope = scope_of(&actor, &query.scope)?;
            Ok(cases::count(rd, &query, most.min(100_000))?)
        })
    }

    /// How many each of several lists has, counted up to `most`: one look at the store.
    pub fn counts(&self, actor: Actor, queries: Vec<Query>, most: u32) -> Later<Vec<i64>> {
        self.read(move |_, rd| {
            decide(&actor, op::ListCases, Nothing)?;
            let one = |q: &Query| {
                let scope = scope_of(&actor, &q.scope)?;
                Ok(cases::count(rd, &Query { scope, ..q.clone() }, most.min(100_000))?)
            };
            queries.iter().map(one).collect()
        })
    }
}

/// What of a timeline belongs to the person who lodged.
pub(crate) fn shown_to_resident(act: Act) -> bool {
    !matches!(
        act,
        Act::Note
            | Act::Return
            | Act::Arbitrate
            | Act::Remind
            | Act::Supervise
            | Act::AnswerOrder
            | Act::WarnYellow
            | Act::WarnRed
            | Act::Recompute
            | Act::ReplyNegative
            | Act::SendBackNegative
            | Act::Absorb
            | Act::Release
            | Act::DenyExtension
            | Act::AskExtension
            | Act::MissedCall
            | Act::PeerReturn
            | Act::PeerCallback
    )
}

/// The list an actor may ask for: the scope wished for when it is theirs, else their own.
pub fn scope_of(actor: &Actor, wished: &Scope) -> Result<Scope, Error> {
    let unit = actor.unit.ok_or(Error::NotFound)?;
    let region = actor.region.as_ref().ok_or(Error::NotFound)?;
    let wide = matches!(actor.role, Role::Coordinator | Role::Supervisor | Role::Analyst);
    Ok(match wished {
        Scope::Region(code) if wide => {
            let asked = code.parse().unwrap_or_else(|_| region.clone());
            let within = if region.contains(&asked) { asked } else { region.clone() };
            Scope::Region(within.as_str().to_owned())
        }
        Scope::Party(_) => Scope::Party(unit),
        Scope::FirstAsked(_) => Scope::FirstAsked(unit),
        Scope::Owned(_) => Scope::Owned(unit),
        Scope::Region(_) if actor.role == Role::Clerk => Scope::FirstAsked(unit),
        Scope::Region(_) => Scope::Owned(unit),
    })
}

/// What another city must hear of is done where it is told: alone it would move the case and tell nobody.
fn has_no_other_side(asked: &Command) -> Result<(), Error> {
    if asked.act() == Act::HandOver {
        return Err(refuse("请在“跨域转办”里办理", "hand it over on the page between cities"));
    }
    Ok(())
}

fn refuse(zh: &str, en: &str) -> Error {
    let said = kernel::Said::new(zh, en);
    Error::Refused(Box::new(Refusal { code: RefusalCode::NotYours, said, field: None, allowed: Vec::new() }))
}

/// Messages that follow from an act (X3): to the unit that has to do something now, in office hours.
fn tell(
    city: &city::City,
    tx: &mut Tx<'_>,
    office: &Office,
    after: &Case,
    asked: &Command,
) -> Result<(), Error> {
    let calendar = &office.rules.calendar;
    let now = tx.now();
    let title = format!(" {}", after.title);
    let words = |what: &str| outbox::UnitWords::around(&title, |t| format!("{what}：{}{t}", after.number));
    let whistle = after.channel == resolve::Channel::Whistle;
    match asked {
        Command::Dispatch { unit, .. }
        | Command::Redispatch { unit, .. }
        | Command::Arbitrate { unit, .. } => {
            let what = if whistle { "企业吹哨，请报到并牵头办理" } else { "新转办件" };
            outbox::to_unit(city, tx, *unit, now, Some(after.id), words(what))?;
        }
        Command::AddCo { unit, .. } => {
            let what = if whistle { "企业吹哨，请报到并协办" } else { "请协办" };
            outbox::to_unit(city, tx, *unit, now, Some(after.id), words(what))?;
        }
        Command::Remind { .. }
        | Command::Supervise { .. }
        | Command::WarnYellow {}
        | Command::WarnRed {}
        | Command::GrantExtension { .. }
        | Command::DenyExtension { .. }
        | Command::SendBackNegative { .. }
        | Command::RejectStep { .. } => {
            let unit = after.stage.owner().unwrap_or(after.first_asked);
            let at = calendar.next_office_moment(now);
            outbox::to_unit(city, tx, unit, at, Some(after.id), words(asked.act().zh()))?;
        }
        Command::Callback { .. } if after.stage.kind() == StageKind::Handling => {
            if let Some(unit) = after.stage.owner() {
                let at = calendar.next_office_moment(now);
                outbox::to_unit(city, tx, unit, at, Some(after.id), words("回头看未解决或不满意，重新办理"))?;
            }
            // 企业不认可: one level up for each round, to who coordinates there.
            if whistle && let Some(up) = one_up(office, after) {
                outbox::to_unit(city, tx, up, now, Some(after.id), words("企业不认可，提级办理"))?;
            }
        }
        _ => {}
    }
    Ok(())
}

/// The office that coordinates so many levels above a case as it was reopened; the topmost when there are no more.
fn one_up(office: &Office, case: &Case) -> Option<kernel::UnitId> {
    let mut region = case.region.clone();
    for _ in 0..case.rounds {
        region = region.parent().unwrap_or(region);
    }
    office.reception(&region).or_else(|| office.reception(&office.settings.city)).map(|u| u.id)
}
