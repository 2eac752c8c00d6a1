//! 工作台所见: what the pages of the workbench read about the office itself: people, messages, jobs, seals.

use std::collections::{BTreeMap, HashMap};

use access::{Nothing, decide, op};
use kernel::{Actor, CaseId, Moment, StaffId};
use store::asides::{self, Aside};
use store::jobs::{self, DeadJob};
use store::office::{self, MessageRow};
use store::{Rd, cases, ledger_rows};

use crate::{City, Door as _, Error, Later};

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

/// The case that a message is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct About {
    /// 受理编号
    pub number: String,
    /// title
    pub title: String,
    /// the next step is the reader's now
    pub owed: bool,
}

impl City {
    /// Codes and names of regions.
    pub fn regions(&self) -> Later<Vec<(String, String)>> {
        self.read(|_, rd| {
            crate::reach::public(op::PublicOffice)?;
            Ok(office::regions(rd)?)
        })
    }

    /// The name of a region; its code when it has none.
    pub fn region_name(&self, code: kernel::RegionCode) -> Later<String> {
        self.read(move |_, rd| {
            crate::reach::public(op::PublicOffice)?;
            Ok(office::region_name(rd, code.as_str())?.unwrap_or_else(|| code.to_string()))
        })
    }

    /// The newest messages of the actor's unit, of cases those that the actor may see.
    pub fn messages(&self, actor: &Actor) -> Later<Vec<office::MessageRow>> {
        let actor = actor.clone();
        self.read(move |app, rd| {
            Ok(app.messages_in(rd, &actor, 50, |_| true)?.into_iter().map(|m| m.0).collect())
        })
    }

    /// The newest messages of the actor's unit, with the number of the case each is about. A message names the case, so
    /// one about a case that the actor may not see is not shown.
    pub fn inbox(&self, actor: Actor) -> Later<Vec<(MessageRow, Option<About>)>> {
        self.read(move |app, rd| app.messages_in(rd, &actor, 100, |_| true))
    }

    pub fn messages_in(
        &self,
        rd: &mut Rd<'_>,
        actor: &Actor,
        most: u32,
        wanted: impl FnMut(&MessageRow) -> bool,
    ) -> Result<Vec<(MessageRow, Option<About>)>, Error> {
        let office = self.office(rd)?;
        let unit = actor.unit.ok_or(Error::NotFound)?;
        let home = crate::reach::home(actor, &office);
        decide(actor, op::ReadMessages, crate::reach::own_unit(actor, &home))?;
        let mut messages = office::messages(rd, unit, self.store.now(), most)?;
        messages.retain(wanted);
        let ids: Vec<CaseId> = messages.iter().filter_map(|m| m.case).collect();
        // Who owes the next step now: what a message asked for may be done long since.
        let owed = |case: &resolve::Case| {
            case.duty().is_some_and(|d| match d.unit {
                Some(unit) => Some(unit) == actor.unit,
                None => d.role == actor.role,
            })
        };
        let about = |case: resolve::Case| About { owed: owed(&case), number: case.number, title: case.title };
        let known: HashMap<CaseId, About> = cases::by_ids(rd, &ids)?
            .into_iter()
            .filter(|r| access::may_see(actor, &r.case))
            .map(|r| (r.id, about(r.case)))
            .collect();
        let shown = messages.into_iter().filter_map(|m| match m.case {
            None => Some((m, None)),
            Some(id) => known.get(&id).cloned().map(|about| (m, Some(about))),
        });
        Ok(shown.collect())
    }

    /// How many of the newest messages nobody has looked at: those that [`City::messages`] shows.
    pub fn unseen(&self, actor: Actor) -> Later<usize> {
        self.read(move |app, rd| Ok(app.messages_in(rd, &actor, 50, |m| !m.seen)?.len()))
    }

    /// Marks the messages of the actor's unit up to `id` as seen.
    pub fn see_messages(&self, actor: Actor, id: i64) -> Later<u64> {
        self.write(move |app, tx| {
            let unit = actor.unit.ok_or(Error::NotFound)?;
            let home = crate::reach::home(&actor, &*app.office(tx)?);
            decide(&actor, op::ReadMessages, crate::reach::own_unit(&actor, &home))?;
            Ok(office::see_messages(tx, unit, id)?)
        })
    }

    /// 再试一次: everything that was put aside and every dead job, asked for by an administrator and on record.
    pub fn try_again_by(&self, actor: Actor) -> Later<u64> {
        self.write(move |app, tx| {
            let permit = decide(&actor, op::ReadJobs, access::City(&app.office(tx)?.settings.city))?;
            let n = asides::revive(tx)? + jobs::revive_all(tx)?;
            crate::note(tx, &permit, "try_again", &serde_json::json!({ "put_aside": n }).to_string())?;
            Ok(n)
        })
    }

    /// How jobs and the record stand.
    pub fn system_view(&self, actor: Actor) -> Later<SystemView> {
        self.read(move |app, rd| {
            decide(&actor, op::ReadJobs, access::City(&app.office(rd)?.settings.city))?;
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

    /// Names of accounts, at most 1,000.
    pub fn staff_names(&self, actor: Actor, ids: Vec<StaffId>) -> Later<BTreeMap<StaffId, String>> {
        self.read(move |app, rd| {
            decide(&actor, op::ReadOffice, Nothing)?;
            ids.iter().take(1_000).map(|id| Ok((*id, app.staff_name(rd, *id)?))).collect()
        })
    }

    /// The name of an account.
    pub fn staff_name(&self, rd: &mut Rd<'_>, id: StaffId) -> Result<String, Error> {
        Ok(office::staff_by_id(rd, id)?.map_or_else(|| format!("#{id}"), |s| s.name))
    }

    /// Everything that was put aside and every dead job is tried again from now on; says how much that is.
    ///
    /// # Errors
    /// The store could not.
    pub fn try_again(&self) -> Result<u64, Error> {
        Ok(self
            .store
            .write(|tx| Ok::<_, store::StoreError>(asides::revive(tx)? + store::jobs::revive_all(tx)?))?)
    }
}
