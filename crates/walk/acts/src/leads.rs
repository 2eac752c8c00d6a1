//! 线索、触发走访、倒推办: what the public sends about walks, items that must be walked at once, and the way of an
//! unsatisfied case from its result backward (rows W2, W7, W10). Must not know pages.

use std::collections::{BTreeMap, HashMap};

use access::{Permit, Region, decide, op};
use kernel::{Actor, Date, Moment, RegionCode, Said, US_PER_DAY, UnitId};
use outbox::UnitWords;
use resolve::Word as _;
use store::leads::{self, LeadRow};
use store::{Rd, Tx, cases, counters};
use walk::backward::{CaseEvent, ItemVoices, Stretch, TriggerRule, Triggered, backward, triggered};
use walk::leads::{LEAD_MOVES, Lead, LeadAct, LeadKind, LeadState};

use crate::Walks;
use city::Contact;
use city::{Door, Error, Later};

/// A lead as it is sent.
#[derive(Clone, Debug)]
pub struct NewLead {
    /// what sort
    pub kind: LeadKind,
    /// item code or name, free
    pub item: String,
    /// the words
    pub text: String,
    /// where
    pub region: RegionCode,
    /// whom to call back
    pub contact: Contact,
}

/// A lead for staff.
#[derive(Clone, Debug)]
pub struct LeadView {
    /// number
    pub id: i64,
    /// when it came
    pub at: Moment,
    /// the lead
    pub lead: Lead,
    /// who, masked
    pub contact: Contact,
    /// what can be done now
    pub acts: Vec<LeadAct>,
}

/// What somebody does with a lead.
#[derive(Clone, Debug)]
pub enum LeadMove {
    /// into a walk: campaign, account of the walker, item code, by when
    Plan(i64, String, String, Date),
    /// the walk is done
    Walked,
    /// it did not happen
    Release,
    /// called back: what was said
    CalledBack(String),
    /// not taken up, with a reason
    Decline(String),
}

/// An item that must be walked at once.
#[derive(Clone, Debug)]
pub struct CalledFor {
    /// code
    pub code: String,
    /// name
    pub name: String,
    /// why
    pub why: Triggered,
    /// when it was last walked
    pub last_walk: Option<Date>,
}

/// A case told from its result backward.
#[derive(Clone, Debug)]
pub struct BackwardView {
    /// its number
    pub number: String,
    /// where it stands
    pub stage: String,
    /// item code, when it has one
    pub item: Option<String>,
    /// latest first
    pub line: Vec<Stretch>,
    /// working time of one working day, µs
    pub day_us: i64,
    /// names of the units in it
    pub units: HashMap<UnitId, String>,
}

const TEXT_MAX: usize = 5_000;
/// Contacts of leads are sealed beside those of cases, whose numbers are positive.
const fn sealed_as(id: i64) -> i64 {
    -1_000 - id
}
/// Longer than two working days without anything is a standstill to look into; ours.
const STILL_DAYS: i64 = 2;

fn lead_of(row: &LeadRow) -> Result<Lead, Error> {
    serde_json::from_str(&row.doc).map_err(Error::bug)
}

fn region_of(actor: &Actor) -> Result<&RegionCode, Error> {
    actor.region.as_ref().ok_or(Error::NotFound)
}

/// A lead that the actor deals with, and the permit to do it. One of another region, or of the level above, is not there.
fn found(app: &Walks, rd: &mut Rd<'_>, actor: &Actor, id: i64) -> Result<(LeadRow, Permit), Error> {
    let row = leads::by_id(rd, id)?.ok_or(Error::NotFound)?;
    let region = city::reach::region_in(&row.region, &*app.city.office(rd)?);
    if !region_of(actor)?.contains(&region) {
        return Err(Error::NotFound);
    }
    let permit = decide(actor, op::WriteWalks, Region(&region))?;
    Ok((row, permit))
}

fn step(
    tx: &mut Tx<'_>,
    permit: &Permit,
    mut row: LeadRow,
    act: LeadAct,
    (note, told): (&str, &str),
) -> Result<(), Error> {
    let refused = |said: Said| Error::Invalid { field: "lead".into(), said };
    let lead = lead_of(&row)?.step(act, note).map_err(refused)?;
    row.state = lead.state.word().to_owned();
    row.doc = serde_json::to_string(&lead).map_err(Error::bug)?;
    row.ver += 1;
    let act = serde_json::to_value(act).map_err(Error::bug)?;
    let data = serde_json::json!({ "act": act, "note": note, "told": told, "state": row.state });
    leads::put(tx, permit, &row, "act_on_lead", &data.to_string())?;
    Ok(())
}

impl Walks {
    /// Takes a lead of somebody without an account; answers its number.
    pub fn lodge_lead(&self, new: NewLead) -> Later<i64> {
        self.write(move |app, tx| {
            let office = app.city.office(tx)?;
            city::reach::in_city(&office, &new.region)?;
            let permit = decide(&Actor::resident(), op::LodgeCase, Region(&new.region))?;
            let text = new.text.trim();
            if text.chars().count() < 5 || text.chars().count() > TEXT_MAX {
                return Err(Error::invalid(
                    "words",
                    "请用几句话写明，5000 字以内",
                    "tell it in a few sentences",
                ));
            }
            if new.contact.phone.chars().filter(char::is_ascii_digit).count() < 7 {
                return Err(Error::invalid(
                    "phone",
                    "请留下能打通的电话，处理结果会电话告诉您",
                    "leave a telephone number: you will be called about the outcome",
                ));
            }
            let id = counters::next(tx, "lead")?;
            let lead = Lead {
                kind: new.kind,
                item: Some(new.item.trim().chars().take(100).collect()).filter(|i: &String| !i.is_empty()),
                text: text.to_owned(),
                state: LeadState::New,
                walk: None,
                reason: String::new(),
            };
            let doc = serde_json::to_string(&lead).map_err(Error::bug)?;
            let row = LeadRow {
                id,
                ver: 1,
                region: new.region.to_string(),
                at: tx.now(),
                state: lead.state.word().to_owned(),
                contact: Some(app.city.vault().seal(sealed_as(id), &new.contact)?),
                doc,
            };
            leads::put(tx, &permit, &row, "lodge_lead", &row.doc)?;
            if let Some(unit) = office.reception(&new.region) {
                let now = tx.now();
                let title = format!("：{}", resolve::clause(&hanyu::mask::mask(text.trim()), 60));
                let words = UnitWords::around(&title, |t| format!("走流程线索 {id} 号{t}"));
                outbox::to_unit(&app.city, tx, unit.id, now, None, words)?;
            }
            Ok(id)
        })
    }

    /// Leads in a state, the newest first, before a number (0: from the end).
    pub fn leads(&self, actor: Actor, state: LeadState, before: i64) -> Later<Vec<LeadView>> {
        self.read(move |app, rd| {
            let region = region_of(&actor)?;
            decide(&actor, op::ReadWalks, Region(region))?;
            let may = decide(&actor, op::WriteWalks, Region(region)).is_ok();
            let rows = leads::page(rd, region.as_str(), state.word(), before, 50)?;
            rows.iter()
                .map(|row| {
                    let lead = lead_of(row)?;
                    let sealed = row.contact.as_deref();
                    let contact =
                        sealed.map(|s| app.city.vault().unseal(sealed_as(row.id), s)).transpose()?;
                    let acts = LEAD_MOVES.iter().filter(|(from, _, _)| may && *from == lead.state);
                    Ok(LeadView {
                        id: row.id,
                        at: row.at,
                        acts: acts.map(|(_, act, _)| *act).collect(),
                        contact: contact.unwrap_or_default().masked(),
                        lead,
                    })
                })
                .collect()
        })
    }

    /// Whom to call about a lead. On record, with the purpose.
    pub fn unmask_lead(&self, actor: Actor, id: i64) -> Later<Contact> {
        self.write(move |app, tx| {
            let (mut row, permit) = found(app, tx, &actor, id)?;
            let sealed = row.contact.as_deref().ok_or_else(|| {
                Error::invalid(
                    "contact",
                    "联系方式已过保存期，已经删除",
                    "the contact ended when its time was over",
                )
            })?;
            let contact = app.city.vault().unseal(sealed_as(id), sealed)?;
            row.ver += 1;
            leads::put(tx, &permit, &row, "unmask_lead", "{\"purpose\":\"callback\"}")?;
            Ok(contact)
        })
    }

    /// Moves a lead on; planning gives the walk out at once.
    pub fn move_lead(&self, actor: Actor, id: i64, doing: LeadMove) -> Later<()> {
        self.write(move |app, tx| {
            let (row, permit) = found(app, tx, &actor, id)?;
            match &doing {
                LeadMove::Plan(campaign, login, item, by) => {
                    app.give_one(tx, &actor, *campaign, (login, item), *by)?;
                    step(tx, &permit, row, LeadAct::Plan, (&format!("{campaign}/{item}"), login))
                }
                LeadMove::Walked => step(tx, &permit, row, LeadAct::Walk, ("", "")),
                LeadMove::Release => step(tx, &permit, row, LeadAct::Release, ("", "")),
                LeadMove::CalledBack(told) if told.trim().is_empty() => Err(Error::invalid(
                    "told",
                    "请写明回访时对方怎么说",
                    "write down what the person said at the callback",
                )),
                LeadMove::CalledBack(told) => step(tx, &permit, row, LeadAct::CallBack, ("", told.trim())),
                LeadMove::Decline(why) => step(tx, &permit, row, LeadAct::Decline, (why, "")),
            }
        })
    }

    /// Items that bad ratings and complaints call for, the most voices first.
    pub fn called_for(&self, actor: Actor, today: Date) -> Later<Vec<CalledFor>> {
        self.read(move |app, rd| {
            decide(&actor, op::ReadWalks, Region(region_of(&actor)?))?;
            let rule = TriggerRule::default();
            let since = Moment::start_of(today).plus_us(-(rule.days - 1) * US_PER_DAY);
            let mut voices: BTreeMap<String, ItemVoices> = BTreeMap::new();
            let small = |n: i64| u32::try_from(n).unwrap_or(u32::MAX);
            // Both are counted over the whole window already: the day within it does not matter any more.
            for (item, all, bad) in leads::ratings_since(rd, since)? {
                voices.entry(item).or_default().ratings.insert(today, (small(all), small(bad)));
            }
            for (item, n) in leads::complaints_since(rd, since)? {
                voices.entry(item).or_default().complaints.insert(today, small(n));
            }
            for (item, at) in leads::last_walks(rd)? {
                if let Some(v) = voices.get_mut(&item) {
                    v.last_walk = Some(at.date());
                }
            }
            let shelf = app.items.shelf_in(rd)?;
            let named = |code: &str| shelf.by_code(code).map_or_else(|| code.to_owned(), |r| r.name.clone());
            let mut out: Vec<_> = voices
                .into_iter()
                .filter_map(|(code, v)| {
                    let why = triggered(&rule, &v, today)?;
                    Some(CalledFor { name: named(&code), code, why, last_walk: v.last_walk })
                })
                .collect();
            out.sort_by_key(|c| std::cmp::Reverse(c.why.bad + c.why.complaints));
            Ok(out)
        })
    }

    /// 倒推办: the way of a case from its result backward, with every gap: units and times, no words and no persons. A
    /// case that the reader may not see is not there.
    pub fn walk_backward(&self, actor: Actor, number: String) -> Later<BackwardView> {
        self.read(move |app, rd| {
            let case = cases::by_number(rd, number.trim())?.ok_or(Error::NotFound)?;
            // Whoever may see the case; a walker also cases of the items that were given to them or that they walked.
            if decide(&actor, op::ReadCase, &case).is_err() && !walks_item_of(rd, &actor, &case)? {
                return Err(Error::NotFound);
            }
            decide(&actor, op::ReadWalks, Region(&case.region))?;
            let office = app.city.office(rd)?;
            let mut owner = Some(case.first_asked);
            let mut events = Vec::new();
            for e in cases::history(rd, case.id, 0)? {
                owner = resolve::new_owner(&e.happened.asked).or(owner);
                let what = e.happened.asked.act().zh().to_owned();
                events.push(CaseEvent { at: e.at, what, unit: owner });
            }
            let calendar = &office.rules.calendar;
            let work = |a, b| calendar.working_us(a, b);
            let from = Moment::start_of(case.lodged.date());
            // The longest of the first fortnight: holidays have none, a whole working day has them all.
            let day = |n: i64| work(from.plus_us(n * US_PER_DAY), from.plus_us((n + 1) * US_PER_DAY));
            let day_us = (0..14).map(day).max().unwrap_or(0).max(1);
            let line = backward(&events, work, STILL_DAYS * day_us, None);
            let ids = line.iter().filter_map(|s| s.unit);
            let units = ids.map(|u| (u, office.unit_name(u))).collect();
            let stage = case.stage.kind().zh().to_owned();
            Ok(BackwardView { number: case.number, stage, item: case.item, line, day_us, units })
        })
    }
}

/// Was the item of this case given to this walker, or walked by them?
fn walks_item_of(rd: &mut Rd<'_>, actor: &Actor, case: &resolve::Case) -> Result<bool, Error> {
    let inside = actor.region.as_ref().is_some_and(|r| r.contains(&case.region));
    let (Some(staff), Some(item)) = (actor.staff, &case.item) else { return Ok(false) };
    if actor.role != kernel::Role::Walker || !inside {
        return Ok(false);
    }
    Ok(store::campaigns::given_to(rd, staff)?.iter().any(|a| a.item == *item)
        || store::walks::of_staff(rd, staff, 100)?.iter().any(|w| w.item == *item))
}
