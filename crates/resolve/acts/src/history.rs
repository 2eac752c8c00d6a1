//! 留痕: the record of cases page by page, as far as the actor may see it; names of people who lodged never.

use std::collections::HashMap;

use kernel::{Actor, Moment, Role, StaffId, UnitId};
use resolve::{Act, Case, Happened, Kind, Word as _};
use store::cases::{self, Query, Scope};
use store::{Rd, office};

use crate::cases::scope_of;
use crate::reporter::veil_of;
use city::{City, Error};

/// Which page of the record.
#[derive(Clone, Debug)]
pub struct PastAsk {
    /// lodged at or after this
    pub from: Option<Moment>,
    /// lodged before this
    pub to: Option<Moment>,
    /// of this kind
    pub kind: Option<Kind>,
    /// of this campaign
    pub campaign: Option<String>,
    /// acts of the system (lights, resumptions) as well
    pub with_system: bool,
    /// after this place; none: from the beginning
    pub after: Option<(i64, i64)>,
    /// cases at most
    pub most: usize,
}

/// A case and everything that happened to it.
#[derive(Clone, Debug)]
pub struct PastCase {
    /// as it stands
    pub case: Case,
    /// in order
    pub acts: Vec<PastAct>,
}

/// An act on record.
#[derive(Clone, Debug)]
pub struct PastAct {
    /// what
    pub act: Act,
    /// when
    pub at: Moment,
    /// who: name of the account, or the role
    pub who: String,
    /// for which unit
    pub unit: Option<UnitId>,
    /// why, where the act states a reason
    pub reason: String,
}

/// A page of the record.
#[derive(Clone, Debug)]
pub struct PastPage {
    /// its cases
    pub cases: Vec<PastCase>,
    /// where the next page begins; none when this is the last
    pub next: Option<(i64, i64)>,
    /// there were more cases than were asked for
    pub cut: bool,
}

/// One page of the record: one look at the store.
///
/// # Errors
/// Not for this actor, or the store could not.
pub fn past_page(city: &City, rd: &mut Rd<'_>, actor: &Actor, ask: &PastAsk) -> Result<PastPage, Error> {
    let mut query = Query {
        kind: ask.kind.map(|k| k.word().to_owned()),
        campaign: ask.campaign.clone(),
        limit: 200,
        after: ask.after,
        ..Query::of(Scope::Region(String::new()))
    };
    query.scope = scope_of(actor, &query.scope)?;
    let found = cases::list(rd, &query)?;
    let next = (found.len() == query.limit as usize)
        .then(|| found.last().map(|r| cases::cursor_of(r, query.sort)))
        .flatten();
    let mut page = PastPage { cases: Vec::new(), next, cut: false };
    let mut names = HashMap::new();
    for row in found.into_iter().filter(|r| wanted(actor, ask, &r.case)) {
        if page.cases.len() >= ask.most {
            page.cut = true;
            break;
        }
        let acts = acts_of(city, rd, (actor, &row.case), ask.with_system, &mut names)?;
        page.cases.push(PastCase { case: row.case, acts });
    }
    Ok(page)
}

fn wanted(actor: &Actor, ask: &PastAsk, case: &Case) -> bool {
    access::may_see(actor, case)
        && ask.from.is_none_or(|from| case.lodged >= from)
        && ask.to.is_none_or(|to| case.lodged < to)
}

fn acts_of(
    city: &City,
    rd: &mut Rd<'_>,
    (actor, case): (&Actor, &Case),
    with_system: bool,
    names: &mut HashMap<StaffId, String>,
) -> Result<Vec<PastAct>, Error> {
    let mut acts = Vec::new();
    let veil = veil_of(city, rd, actor, case)?;
    for e in cases::history(rd, case.id, 0)? {
        let act = e.happened.asked.act();
        if !with_system && matches!(act, Act::WarnYellow | Act::WarnRed | Act::Recompute) {
            continue;
        }
        let who = match e.actor.staff {
            None => e.actor.role.zh().to_owned(),
            Some(id) => match names.get(&id) {
                Some(name) => name.clone(),
                None => {
                    let name = office::staff_by_id(rd, id)?.map_or_else(|| format!("#{id}"), |s| s.name);
                    names.insert(id, name.clone());
                    name
                }
            },
        };
        let at = veil.moment_of(e.at, e.actor.role == Role::Resident);
        acts.push(PastAct { act, at, who, unit: e.actor.unit, reason: veil.text(&reason(&e.happened)) });
    }
    Ok(acts)
}

/// Why, where the act states a reason.
fn reason(happened: &Happened) -> String {
    if matches!(happened.asked.act(), Act::Register) {
        return String::new();
    }
    let value = serde_json::to_value(&happened.asked).unwrap_or_default();
    let stated = value.as_object().and_then(|o| {
        o.get("reason").or_else(|| o.values().find_map(|v| v.as_object().and_then(|o| o.get("reason"))))
    });
    stated.and_then(|r| r.as_str()).unwrap_or_default().chars().take(200).collect()
}
