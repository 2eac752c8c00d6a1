//! 工作台: the clerk's and the handler's lists and acts, and showing in full what an applicant filled in, on record.

use ::city::{Answered, Error, Later, Once, once};
use access::{Nothing, decide, op};
use kernel::{Actor, Moment, Role};
use service::form::Values;
use service::{Application, Command, Light, StageKind, Word as _};
use store::applications as rows;

use crate::Service;
use crate::city::City;
use crate::draft::opened;
use crate::saved::{self, act, door, read};
use crate::views::{ApplicationView, EventView, clock_view, events, values, view};

/// One line of a list.
#[derive(Clone, Debug)]
pub struct Line {
    /// number
    pub number: String,
    /// what is applied for
    pub name: String,
    /// where it stands
    pub stage: StageKind,
    /// names of the tasks that this unit has in hand
    pub tasks: Vec<String>,
    /// when it is due
    pub due: Option<Moment>,
    /// its light
    pub light: Light,
    /// when it was handed in
    pub submitted: Option<Moment>,
    /// how it came in
    pub channel: service::Channel,
    /// name of the unit that leads
    pub lead: String,
}

/// What waits for a unit.
#[derive(Clone, Debug, Default)]
pub struct DeskLists {
    /// to be received or accepted here
    pub intake: Waiting,
    /// steps, decisions and certificates of this unit
    pub tasks: Waiting,
    /// to be delivered here
    pub deliver: Waiting,
    /// everything in the region, for who oversees it
    pub region: Vec<Line>,
}

/// What waits, what is due first on top.
#[derive(Clone, Debug, Default)]
pub struct Waiting {
    /// the first of them
    pub lines: Vec<Line>,
    /// how many there are
    pub all: i64,
}

/// Lines of one list on the desk; the list of all has the rest.
const LIST: u32 = 200;

pub(crate) fn line(a: &Application, actor: &Actor, city: &City, office: &::city::Office) -> Line {
    let clock = clock_view(a, office, city.now());
    let mine = a.at_hand().filter(|(t, _)| Some(t.unit) == actor.unit);
    Line {
        number: a.number.clone(),
        name: a.basis.name.clone(),
        stage: a.stage,
        tasks: mine.map(|(t, _)| t.name.clone()).collect(),
        due: clock.as_ref().map(|c| c.due),
        light: clock.map_or(Light::Off, |c| c.light),
        submitted: a.submitted,
        channel: a.channel,
        lead: office.unit_name(a.basis.lead),
    }
}

/// One act of staff, inside a transaction.
fn act_on(
    city: &City,
    tx: &mut store::Tx<'_>,
    actor: &Actor,
    number: &str,
    asked: &Command,
    expect: Option<i64>,
) -> Result<ApplicationView, Error> {
    let office = city.office(tx)?;
    let a = opened(city, tx, actor, number, None)?;
    if let Some(expected) = expect.filter(|v| *v != a.ver) {
        let stream = rows::stream(a.id);
        return Err(Error::Changed(store::StoreError::Conflict { stream, expected, found: a.ver }));
    }
    let a = act(city, tx, &office, actor, a, asked.clone())?;
    view(city, tx, &office, actor, a)
}

impl Service {
    /// What waits for the unit of this actor.
    pub fn desk(&self, actor: Actor) -> Later<DeskLists> {
        self.city.read(move |city, rd| {
            decide(&actor, op::ListApplications, Nothing)?;
            let office = city.office(rd)?;
            let mut out = DeskLists::default();
            let lines = |found: Vec<rows::ApplicationRow>| -> Result<Vec<Line>, Error> {
                found.iter().map(|r| Ok(line(&read(r)?, &actor, city, &office))).collect()
            };
            if let Some(unit) = actor.unit {
                for stage in [StageKind::Submitted, StageKind::Received] {
                    out.intake.all += rows::count_received(rd, unit, stage.word())?;
                    out.intake.lines.extend(lines(rows::received(rd, unit, stage.word(), (0, 0), LIST)?)?);
                }
                out.tasks.all = rows::count_at_hand(rd, unit)?;
                out.tasks.lines = lines(rows::at_hand(rd, unit, LIST)?)?;
                let issued = StageKind::Issued.word();
                out.deliver.all = rows::count_received(rd, unit, issued)?;
                out.deliver.lines = lines(rows::received(rd, unit, issued, (0, 0), LIST)?)?;
            }
            if crate::listed::oversees(&actor) {
                let region = actor.region.as_ref().unwrap_or(&office.settings.city).as_str().to_owned();
                out.region = lines(rows::of_region(rd, &region, i64::MAX, LIST)?)?;
            }
            Ok(out)
        })
    }

    /// An application with everything that happened to it, for staff.
    pub fn application(&self, actor: Actor, number: String) -> Later<(ApplicationView, Vec<EventView>)> {
        self.city.read(move |city, rd| {
            let a = saved::by_number(rd, &number)?;
            door(&actor, op::ReadApplication, &a)?;
            let office = city.office(rd)?;
            let all = events(rd, &office, a.id)?;
            Ok((view(city, rd, &office, &actor, a)?, all))
        })
    }

    /// One act of staff. `expect` is the version the person saw; another one is refused.
    pub fn act(
        &self,
        actor: Actor,
        number: String,
        asked: Command,
        expect: Option<i64>,
    ) -> Later<ApplicationView> {
        self.city.write(move |city, tx| act_on(city, tx, &actor, &number, &asked, expect))
    }

    /// The same for a request that may be sent twice: it is done once, and `render` is its answer.
    pub fn act_once(
        &self,
        actor: Actor,
        number: String,
        asked: Command,
        expect: Option<i64>,
        name: Once,
        render: fn(&ApplicationView) -> String,
    ) -> Later<Answered> {
        self.city.write(move |city, tx| {
            once(tx, &actor, &name, |tx| Ok(render(&act_on(city, tx, &actor, &number, &asked, expect)?)))
        })
    }

    /// What the applicant filled in, in full: an act on record, with its purpose, seen by the applicant.
    pub fn unmask(&self, actor: Actor, number: String, purpose: String) -> Later<(ApplicationView, Values)> {
        self.city.write(move |city, tx| {
            let office = city.office(tx)?;
            let a = opened(city, tx, &actor, &number, None)?;
            door(&actor, op::UnmaskApplicant, &a)?;
            let asked = Command::Show { purpose: purpose.clone() };
            let a = act(city, tx, &office, &actor, a, asked)?;
            let all = values(city, tx, a.id)?;
            Ok((view(city, tx, &office, &actor, a)?, all))
        })
    }

    /// The code of an application once more, for the receipt that the window prints: only of the clerk who began it there,
    /// while it is a draft or just handed in.
    pub fn code_at_window(&self, actor: Actor, number: String) -> Later<String> {
        self.city.read(move |city, rd| {
            let a = opened(city, rd, &actor, &number, None)?;
            let ours = actor.role == Role::Clerk
                && actor.unit == Some(a.basis.reception)
                && a.channel == service::Channel::Window
                && matches!(a.stage, StageKind::Draft | StageKind::Submitted | StageKind::Received);
            if !ours {
                return Err(Error::NotFound);
            }
            let (_, birth) = rows::birth(rd, a.id)?.ok_or(Error::NotFound)?;
            Ok(city.code(&a.number, &birth))
        })
    }
}
