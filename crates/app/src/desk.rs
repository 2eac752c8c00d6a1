//! 工作台所见: what the pages of the workbench read about the office itself: people, messages, jobs, seals.

use access::{Operation, decide};
use kernel::{Actor, Moment, Role, StaffId, UnitId};
use store::asides::{self, Aside};
use store::jobs::{self, DeadJob};
use store::office::{self, MessageRow, StaffRow};
use store::{cases, ledger_rows};

use crate::{App, Error, Later};

/// How the system itself stands.
#[derive(Clone, Debug)]
pub struct SystemView {
    /// jobs that wait or run
    pub jobs_open: i64,
    /// jobs that were given up
    pub jobs_dead: Vec<DeadJob>,
    /// what was put aside, and why
    pub aside: Vec<Aside>,
    /// when a worker last noted a round; none when none ever ran
    pub last_round: Option<Moment>,
    /// accounts
    pub staff: i64,
    /// events on record
    pub events: i64,
    /// the last seal
    pub seal: Option<ledger::Seal>,
}

impl App {
    /// Accounts after `after`: of all units for a system administrator, of the own unit for everybody else.
    pub fn staff_list(&self, actor: Actor, part: String, after: StaffId, limit: u32) -> Later<Vec<StaffRow>> {
        self.read(move |app, rd| {
            decide(&actor, Operation::ReadOffice, None)?;
            let own: Option<UnitId> =
                if actor.role == Role::SystemAdmin { None } else { Some(actor.unit.ok_or(Error::NotFound)?) };
            let office = app.office(rd)?;
            let called = office.unit_called(&part).map(|u| u.id);
            let part = if called.is_some() { "" } else { part.trim() };
            if own.is_some() && called.is_some() && own != called {
                return Ok(Vec::new());
            }
            Ok(office::staff(rd, own.or(called), part, after, limit.min(500))?)
        })
    }

    /// Codes and names of regions.
    pub fn regions(&self) -> Later<Vec<(String, String)>> {
        self.read(|_, rd| Ok(office::regions(rd)?))
    }

    /// The name of a region; its code when it has none.
    pub fn region_name(&self, code: kernel::RegionCode) -> Later<String> {
        self.read(
            move |_, rd| Ok(office::region_name(rd, code.as_str())?.unwrap_or_else(|| code.to_string())),
        )
    }

    /// The newest messages of the actor's unit, with the number of the case each is about.
    pub fn inbox(&self, actor: Actor) -> Later<Vec<(MessageRow, Option<String>)>> {
        self.read(move |app, rd| {
            let unit = actor.unit.ok_or(Error::NotFound)?;
            let mut all = Vec::new();
            for message in office::messages(rd, unit, app.store.now(), 100)? {
                let case = message.case.map(|id| cases::by_id(rd, id)).transpose()?.flatten();
                let seen = case.as_ref().is_some_and(|c| access::may_see(&actor, c));
                let mut message = message;
                // A message to a unit is read by all its roles: number and title are for who may see the case.
                if let Some(c) = case.as_ref().filter(|_| !seen) {
                    message.words = without_case(&message.words, c);
                } else {
                    message.words = hanyu::mask::mask(&message.words);
                }
                all.push((message, case.filter(|_| seen).map(|c| c.number)));
            }
            Ok(all)
        })
    }

    /// Marks the messages of the actor's unit up to `id` as seen.
    pub fn see_messages(&self, actor: Actor, id: i64) -> Later<u64> {
        self.write(move |_, tx| {
            let unit = actor.unit.ok_or(Error::NotFound)?;
            decide(&actor, Operation::ReadOffice, None)?;
            Ok(office::see_messages(tx, unit, id)?)
        })
    }

    /// How jobs and the record stand.
    pub fn system_view(&self, actor: Actor) -> Later<SystemView> {
        self.read(move |_, rd| {
            decide(&actor, Operation::ReadJobs, None)?;
            Ok(SystemView {
                jobs_open: jobs::open_count(rd)?,
                jobs_dead: jobs::dead(rd, 50)?,
                aside: asides::list(rd, 200)?,
                last_round: asides::last_round(rd)?,
                staff: office::staff_count(rd)?,
                events: ledger_rows::event_count(rd)?,
                seal: ledger_rows::last_seal(rd)?,
            })
        })
    }
}

/// What a message says to who may not see its case: what is to be done, not with what.
fn without_case(words: &str, case: &resolve::Case) -> String {
    let what = words.split(&case.number).next().unwrap_or_default().trim_end_matches([':', '：', ' ']);
    let what = what.replace(&case.title, "");
    format!("{what}（本单位的一件，您的角色不能查看）")
}
