//! 行动: campaigns, walks given out by rule or by hand, the board, the three lists, papers. Every figure is
//! computed from walks and cases when it is asked for. Must not know pages.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use access::{Own, Permit, Region, Unit, decide, offers, op};
use kernel::{Actor, Date, RegionCode, RegionLevel, Role, UnitId};
use outbox::UnitWords;
use resolve::{StageKind, Word as _};
use store::campaigns::{self, AssignmentRow, CampaignRow};
use store::office::{self, StaffRow};
use store::walks::{self, FindingRow};
use store::{Rd, Tx, cases, counters};
use walk::board::{self, Board, Expected, Problem, Side, Walked};
use walk::campaign::{Assignment, Campaign, Candidate, Lack, Shortfall, Walkable, assign, lacks};
use walk::papers::{HandedIn, PaperKind, hand_in};
use walk::validity::Validity;

use crate::Walks;
use crate::unannounced::{given_shown, hidden_from};
use crate::walks::{WalkLine, form_of, see, word_of};
use city::reach::{home, region_in, unit_in};
use city::{Door, Error, Later, Office};
use shelf::Shelf;

/// A campaign for a reader.
#[derive(Clone, Debug)]
pub struct CampaignView {
    /// id
    pub id: i64,
    /// events on record
    pub ver: i64,
    /// the campaign
    pub campaign: Campaign,
    /// this reader organises it
    pub may_organise: bool,
}

/// One walk that was given out, for people.
#[derive(Clone, Debug)]
pub struct Given {
    /// as kept
    pub row: AssignmentRow,
    /// who
    pub who: String,
    /// of which unit
    pub unit: String,
    /// name of the item
    pub item: String,
    /// name of the campaign
    pub campaign: String,
}

/// What an assignment by rule would give.
#[derive(Clone, Debug)]
pub struct Proposal {
    /// the walks
    pub given: Vec<Assignment>,
    /// walks that could not be given out
    pub short: Vec<Shortfall>,
    /// why not
    pub lacks: Vec<Lack>,
}

/// The board of a campaign with names for its lists.
#[derive(Clone, Debug)]
pub struct BoardView {
    /// the campaign
    pub campaign: CampaignView,
    /// figures and the lists behind them
    pub board: Board,
    /// as of
    pub today: Date,
    /// the office it was read in
    pub office: Arc<Office>,
}

/// A problem or demand with the measures that answer it.
#[derive(Clone, Debug)]
pub struct Listed {
    /// as kept
    pub row: FindingRow,
    /// name of the item
    pub item: String,
    /// name of the step
    pub step: String,
    /// measures: words, day (none: at once)
    pub measures: Vec<(String, Option<Date>)>,
    /// its case says: a plan is made, it is fixed
    pub planned: bool,
    /// mended and answered
    pub fixed: bool,
    /// accepted as a problem of the process
    pub of_value: bool,
    /// the reader may open the walk it was found on: a unit that it is about reads the finding, not always the walk
    pub opens: bool,
}

/// Items from which walks are given out at most; the ones with the most findings first.
const WALKABLE_MAX: usize = 2_000;

pub(crate) fn view(row: &CampaignRow) -> Result<CampaignView, Error> {
    let campaign = serde_json::from_str(&row.doc).map_err(Error::bug)?;
    Ok(CampaignView { id: row.id, ver: row.ver, campaign, may_organise: false })
}

/// A campaign as this actor may read it.
fn view_for(app: &Walks, rd: &mut Rd<'_>, actor: &Actor, id: i64) -> Result<CampaignView, Error> {
    let (row, region) = read(app, rd, actor, id)?;
    let may_organise = decide(actor, op::WriteWalks, Region(&region)).is_ok();
    Ok(CampaignView { may_organise, ..view(&row)? })
}

/// The conditions of a campaign.
pub(crate) fn validity_of(row: &CampaignRow) -> Result<Validity, Error> {
    Ok(view(row)?.campaign.validity)
}

fn sound(validity: &Validity) -> Result<(), Error> {
    validity.fault().map_or(Ok(()), |(field, said)| Err(Error::Invalid { field: field.to_owned(), said }))
}

fn found(rd: &mut Rd<'_>, id: i64) -> Result<CampaignRow, Error> {
    campaigns::by_id(rd, id)?.ok_or(Error::NotFound)
}

/// A campaign that the actor may read, and the region it is for.
pub(crate) fn read(
    app: &Walks,
    rd: &mut Rd<'_>,
    actor: &Actor,
    id: i64,
) -> Result<(CampaignRow, RegionCode), Error> {
    let row = found(rd, id)?;
    let region = region_in(&row.region, &*app.city.office(rd)?);
    decide(actor, op::ReadWalks, Region(&region))?;
    Ok((row, region))
}

/// A campaign that the actor organises, with the permit to do it.
fn organised(app: &Walks, rd: &mut Rd<'_>, actor: &Actor, id: i64) -> Result<(CampaignRow, Permit), Error> {
    let row = found(rd, id)?;
    let region = region_in(&row.region, &*app.city.office(rd)?);
    let permit = decide(actor, op::WriteWalks, Region(&region))?;
    Ok((row, permit))
}

/// All accounts that walk.
fn walkers(rd: &mut Rd<'_>) -> Result<Vec<StaffRow>, Error> {
    let mut all = office::all_staff(rd, None)?;
    all.retain(|s| s.active && s.role == Role::Walker);
    Ok(all)
}

fn candidates(office: &Office, staff: &[StaffRow]) -> Vec<Candidate> {
    let mut near: BTreeMap<UnitId, BTreeSet<UnitId>> = BTreeMap::new();
    for u in office.units() {
        if let Some(parent) = u.parent {
            near.entry(u.id).or_default().insert(parent);
            near.entry(parent).or_default().insert(u.id);
        }
    }
    let one = |s: &StaffRow| {
        let mut own = near.get(&s.unit).cloned().unwrap_or_default();
        own.insert(s.unit);
        let (staff, position) = (s.id, s.position.clone());
        Candidate { staff, position, unit: s.unit, own, region: s.region.clone() }
    };
    staff.iter().map(one).collect()
}

/// How a case stands for the board: planned, fixed, of value.
fn standing(measures: i64, stage: Option<&str>) -> (bool, bool, bool) {
    let kind = stage.and_then(StageKind::read);
    let mended = matches!(kind, Some(StageKind::Replied | StageKind::CalledBack | StageKind::Archived));
    let planned = measures > 0 || mended || kind == Some(StageKind::Rectifying);
    let value = !matches!(kind, None | Some(StageKind::Registered | StageKind::Refused));
    (planned, mended, value)
}

/// The column of a unit on the board, and the unit that stands for it: a county is its government.
fn side_of(office: &Office, unit: UnitId) -> Option<(Side, UnitId)> {
    let u = office.unit(unit)?;
    match u.region.level() {
        RegionLevel::Province | RegionLevel::City => Some((Side::Department, unit)),
        _ => {
            let county: String = u.region.as_str().chars().take(6).collect();
            let seat = |x: &&&store::office::UnitRow| x.kind == "government" && x.region.as_str() == county;
            let units = office.units();
            Some((Side::County, units.iter().find(seat).map_or(unit, |x| x.id)))
        }
    }
}

impl Walks {
    /// Makes a campaign.
    pub fn make_campaign(&self, actor: Actor, c: Campaign) -> Later<i64> {
        self.write(move |app, tx| {
            let home = home(&actor, &*app.city.office(tx)?);
            let permit = decide(&actor, op::WriteWalks, Region(&home))?;
            let name = c.name.trim();
            if name.is_empty() || name.chars().count() > 60 {
                return Err(Error::invalid(
                    "name",
                    "请写行动名称（60 字以内）",
                    "name the campaign in 60 characters",
                ));
            }
            if c.to < c.from || c.targets.iter().any(|t| t.by < c.from) {
                return Err(Error::invalid(
                    "to",
                    "结束日和各项任务的期限不能早于开始日",
                    "nothing ends before the first day",
                ));
            }
            if c.targets.len() > 50 || c.targets.iter().any(|t| t.walks_each > 50) {
                return Err(Error::invalid(
                    "targets",
                    "最多 50 项任务，每人每项最多 50 次",
                    "at most 50 targets of 50 walks each",
                ));
            }
            sound(&c.validity)?;
            let id = counters::next(tx, "campaign")?;
            let doc = serde_json::to_string(&c).map_err(Error::bug)?;
            let (first_day, last_day) = (c.from.to_string(), c.to.to_string());
            let (name, region) = (name.to_owned(), home.to_string());
            let row = CampaignRow { id, ver: 1, name, first_day, last_day, region, doc };
            campaigns::put(tx, &permit, &row, "make_campaign", &row.doc)?;
            Ok(id)
        })
    }

    /// What a walk of a campaign must show before it counts, from now on: a walk that was sent before is judged anew when more
    /// of it comes.
    pub fn set_validity(&self, actor: Actor, id: i64, ver: i64, validity: Validity) -> Later<()> {
        self.write(move |app, tx| {
            let (mut row, permit) = organised(app, tx, &actor, id)?;
            sound(&validity)?;
            let mut c = view(&row)?.campaign;
            let before = std::mem::replace(&mut c.validity, validity);
            row.doc = serde_json::to_string(&c).map_err(Error::bug)?;
            // Where it was changed meanwhile, this is not the next event of it.
            row.ver = ver + 1;
            let data = serde_json::json!({ "before": before, "after": validity }).to_string();
            Ok(campaigns::put(tx, &permit, &row, "set_validity", &data)?)
        })
    }

    /// The same campaign a year later.
    pub fn repeat_campaign(&self, actor: Actor, id: i64) -> Later<i64> {
        self.write(move |app, tx| {
            let (was, permit) = organised(app, tx, &actor, id)?;
            let not =
                || Error::invalid("yearly", "这个行动没有设为每年重复", "this campaign does not repeat");
            let c = view(&was)?.campaign.repeat().ok_or_else(not)?;
            let new = counters::next(tx, "campaign")?;
            let doc = serde_json::to_string(&c).map_err(Error::bug)?;
            let (first_day, last_day) = (c.from.to_string(), c.to.to_string());
            let row = CampaignRow {
                id: new,
                ver: 1,
                name: c.name.clone(),
                first_day,
                last_day,
                region: was.region,
                doc,
            };
            campaigns::put(tx, &permit, &row, "repeat_campaign", &row.doc)?;
            Ok(new)
        })
    }

    /// Campaigns, the newest first.
    pub fn campaigns(&self, actor: Actor) -> Later<Vec<CampaignView>> {
        self.read(move |app, rd| {
            let office = app.city.office(rd)?;
            decide(&actor, op::ReadWalks, Region(&home(&actor, &office)))?;
            let near = |c: &&CampaignRow| {
                decide(&actor, op::ReadWalks, Region(&region_in(&c.region, &office))).is_ok()
            };
            campaigns::all(rd)?.iter().filter(near).map(view).collect()
        })
    }

    /// One campaign.
    pub fn campaign(&self, actor: Actor, id: i64) -> Later<CampaignView> {
        self.read(move |app, rd| view_for(app, rd, &actor, id))
    }

    /// What an assignment by rule would give: the same seed gives the same, so it can be looked at first.
    pub fn propose_walks(&self, actor: Actor, id: i64, seed: u64) -> Later<Proposal> {
        self.read(move |app, rd| {
            let (row, _) = organised(app, rd, &actor, id)?;
            let shelf = app.items.shelf_in(rd)?;
            app.proposed(rd, &shelf, &row, seed)
        })
    }

    fn proposed(
        &self,
        rd: &mut Rd<'_>,
        shelf: &Shelf,
        row: &CampaignRow,
        seed: u64,
    ) -> Result<Proposal, Error> {
        let c = view(row)?.campaign;
        let office = self.city.office(rd)?;
        // A campaign of a county is walked by its own people, at its own items.
        let region = region_in(&row.region, &office);
        let mut staff = walkers(rd)?;
        staff.retain(|s| region.contains(&s.region));
        let mut rows: Vec<_> = shelf.rows().iter().filter(|r| r.handling.is_empty()).collect();
        rows.sort_by_key(|r| (std::cmp::Reverse(r.findings), r.id));
        let mut unplaced = 0;
        let items: Vec<Walkable> = rows
            .into_iter()
            .take(WALKABLE_MAX)
            .filter_map(|r| {
                let at = region_in(&r.region, &office);
                if !region.contains(&at) {
                    return None;
                }
                let region = at;
                let weight = if r.findings > 0 { 2 } else { 1 };
                unplaced += usize::from(r.unit_id.is_none());
                Some(Walkable { item: r.code.clone(), unit: r.unit_id?, region, weight })
            })
            .collect();
        let people = candidates(&office, &staff);
        let (given, short) = assign(seed, &c, &people, &items);
        let lacks = lacks(&c, &people, &items, unplaced, &short);
        Ok(Proposal { given, short, lacks })
    }

    /// Gives the walks of a campaign out by rule and announces them. Done once: a campaign that has walks given out
    /// by rule gets no second round.
    pub fn give_walks(&self, actor: Actor, id: i64, seed: u64) -> Later<usize> {
        self.write(move |app, tx| {
            let (row, permit) = organised(app, tx, &actor, id)?;
            let shelf = app.items.shelf_in(tx)?;
            let Proposal { given, short, lacks } = app.proposed(tx, &shelf, &row, seed)?;
            if let Some(why) = lacks.first().filter(|_| given.is_empty()) {
                return Err(Error::Invalid { field: "seed".to_owned(), said: why.said() });
            }
            if campaigns::given(tx, id, 0, 1_000)?.iter().any(|a| a.target >= 0) {
                return Err(Error::invalid(
                    "seed",
                    "已经按规则分派过了，可以逐个补派",
                    "walks were given out by rule already: add single ones",
                ));
            }
            let note = serde_json::json!({ "seed": seed, "given": given, "missing": short });
            app.announce(tx, &permit, row, &given, "give_walks", &note)
        })
    }

    /// Gives one walk out by hand.
    pub fn give_walk(&self, actor: Actor, id: i64, login: String, item: String, by: Date) -> Later<usize> {
        self.write(move |app, tx| app.give_one(tx, &actor, id, (&login, &item), by))
    }

    pub(crate) fn give_one(
        &self,
        tx: &mut Tx<'_>,
        actor: &Actor,
        id: i64,
        (login, item): (&str, &str),
        by: Date,
    ) -> Result<usize, Error> {
        let (row, permit) = organised(self, tx, actor, id)?;
        let region = region_in(&row.region, &*self.city.office(tx)?);
        let nobody = || {
            Error::invalid(
                "login",
                "没有这个账号，或不是本行动区划内的走查人",
                "no such account, or it does not walk in the region of this campaign",
            )
        };
        let walks = |s: &StaffRow| {
            s.active && region.contains(&s.region) && offers(&s.actor(), access::Operation::RecordWalk)
        };
        let staff = office::staff_by_login(tx, login.trim())?.filter(walks).ok_or_else(nobody)?;
        if store::items::by_key(tx, item.trim(), "")?.is_none() {
            return Err(Error::invalid("item", "没有这个事项编码", "there is no item with this code"));
        }
        let one = Assignment {
            staff: staff.id,
            item: item.trim().to_owned(),
            by,
            target: usize::MAX,
            cross: false,
        };
        let note = serde_json::json!({ "staff": staff.id, "item": one.item, "by": by });
        self.announce(tx, &permit, row, &[one], "give_walk", &note)
    }

    fn announce(
        &self,
        tx: &mut Tx<'_>,
        permit: &Permit,
        mut row: CampaignRow,
        given: &[Assignment],
        act: &str,
        note: &serde_json::Value,
    ) -> Result<usize, Error> {
        let n = u32::try_from(given.len()).unwrap_or(u32::MAX);
        if n == 0 {
            return Err(Error::invalid(
                "targets",
                "没有可分派的走访：请检查任务和事项",
                "nothing to give out: check targets and items",
            ));
        }
        let first = counters::take(tx, "assignment", n)?;
        let rows: Vec<AssignmentRow> = (first..)
            .zip(given)
            .map(|(id, a)| AssignmentRow {
                id,
                campaign: row.id,
                staff: a.staff,
                item: a.item.clone(),
                by_day: a.by.to_string(),
                target: i64::try_from(a.target).unwrap_or(-1),
                crosses: a.cross,
                walk: None,
                done: false,
            })
            .collect();
        campaigns::give(tx, permit, &rows)?;
        row.ver += 1;
        campaigns::put(tx, permit, &row, act, &note.to_string())?;
        let mut units: BTreeMap<UnitId, usize> = BTreeMap::new();
        for a in given {
            if let Some(s) = office::staff_by_id(tx, a.staff)? {
                *units.entry(s.unit).or_default() += 1;
            }
        }
        let now = tx.now();
        let title = format!("：{}", row.name);
        for (unit, n) in units {
            let words =
                UnitWords::around(&title, |t| format!("走流程任务{t}，本单位 {n} 次，请用“走访”记录"));
            outbox::to_unit(&self.city, tx, unit, now, None, words)?;
        }
        Ok(given.len())
    }

    /// Walks given out in a campaign, with names, after this id.
    pub fn given(&self, actor: Actor, id: i64, after: i64, limit: u32) -> Later<Vec<Given>> {
        self.read(move |app, rd| {
            let name = read(app, rd, &actor, id)?.0.name;
            let shelf = app.items.shelf_in(rd)?;
            let mut rows = Vec::new();
            for row in campaigns::given(rd, id, after, limit.min(1_000))? {
                let unit = shelf.by_code(&row.item).and_then(|i| i.unit_id);
                if given_shown(rd, &actor, &row, unit)? {
                    rows.push(row);
                }
            }
            app.given_lines(rd, rows, |_| name.clone())
        })
    }

    /// Walks given to the actor.
    pub fn my_assignments(&self, actor: Actor) -> Later<Vec<Given>> {
        self.read(move |app, rd| {
            decide(&actor, op::RecordWalk, Own(actor.staff))?;
            let names: BTreeMap<i64, String> =
                campaigns::all(rd)?.into_iter().map(|c| (c.id, c.name)).collect();
            let rows = campaigns::given_to(rd, actor.staff.ok_or(Error::NotFound)?)?;
            app.given_lines(rd, rows, |c| names.get(&c).cloned().unwrap_or_default())
        })
    }

    fn given_lines(
        &self,
        rd: &mut Rd<'_>,
        rows: Vec<AssignmentRow>,
        campaign: impl Fn(i64) -> String,
    ) -> Result<Vec<Given>, Error> {
        let (shelf, office) = (self.items.shelf_in(rd)?, self.city.office(rd)?);
        let mut out = Vec::with_capacity(rows.len());
        for row in rows {
            let staff = office::staff_by_id(rd, row.staff)?;
            let (who, unit) = staff.map_or_else(Default::default, |s| (s.name, office.unit_name(s.unit)));
            out.push(Given { who, unit, item: shelf.name(&row.item), campaign: campaign(row.campaign), row });
        }
        Ok(out)
    }

    /// The board of a campaign as of the end of a day.
    pub fn walk_board(&self, actor: Actor, id: i64, today: Date) -> Later<BoardView> {
        self.read(move |app, rd| {
            let campaign = view_for(app, rd, &actor, id)?;
            let office = app.city.office(rd)?;
            let expected = expected(rd, &office, &campaign.campaign)?;
            let seat = |u: UnitId| side_of(&office, u).map_or(u, |(_, seat)| seat);
            let walks: Vec<Walked> = walks::counted(rd, id)?
                .into_iter()
                .filter_map(|w| {
                    Some(Walked {
                        walk: u32::try_from(w.id).unwrap_or(u32::MAX),
                        staff: w.staff,
                        unit: seat(w.unit),
                        identity: form_of(&w.form)?.rule().identity,
                        on: w.last.date(),
                    })
                })
                .collect();
            let problems: Vec<Problem> = walks::problems_in(rd, id)?
                .into_iter()
                .map(|(problem, unit, measures, stage)| {
                    let (planned, fixed, of_value) = standing(measures, stage.as_deref());
                    let problem = u32::try_from(problem).unwrap_or(u32::MAX);
                    Problem { problem, unit: unit.unwrap_or(UnitId(0)), of_value, planned, fixed }
                })
                .collect();
            let both = campaign.campaign.validity.both;
            let board = board::board(&expected, &walks, &problems, both, today);
            Ok(BoardView { campaign, board, today, office })
        })
    }

    /// These walks, as far as the actor may read them, at most 1,000.
    pub fn walks_with_ids(&self, actor: Actor, ids: Vec<i64>) -> Later<Vec<WalkLine>> {
        self.read(move |app, rd| {
            let office = app.city.office(rd)?;
            decide(&actor, op::ReadWalks, Region(&home(&actor, &office)))?;
            let mut rows = Vec::with_capacity(ids.len());
            for id in ids.iter().take(1_000) {
                let row = walks::by_id(rd, *id)?;
                rows.extend(row.filter(|r| actor.staff == Some(r.staff) || see(&actor, r, &office).is_ok()));
            }
            app.lines(rd, &actor, rows)
        })
    }

    /// Walks of a campaign, all or those that count, after this id.
    pub fn campaign_walks(&self, actor: Actor, id: i64, after: i64, limit: u32) -> Later<Vec<WalkLine>> {
        self.read(move |app, rd| {
            read(app, rd, &actor, id)?;
            let mut rows = walks::of_campaign(rd, id, after, limit.min(1_000))?;
            let office = app.city.office(rd)?;
            rows.retain(|r| see(&actor, r, &office).is_ok());
            app.lines(rd, &actor, rows)
        })
    }

    /// The three lists of a campaign: problems and demands with the measures that answer them.
    pub fn three_lists(&self, actor: Actor, id: i64) -> Later<Vec<Listed>> {
        self.study(move |app, rd| {
            read(app, rd, &actor, id)?;
            let office = app.city.office(rd)?;
            let shelf = app.items.shelf_in(rd)?;
            let mut measures: BTreeMap<i64, Vec<(String, Option<Date>)>> = BTreeMap::new();
            for (finding, words, day) in walks::measures_in(rd, id)? {
                measures.entry(finding).or_default().push((words, day.and_then(|d| d.parse().ok())));
            }
            let mut steps: BTreeMap<(String, i64), BTreeMap<String, String>> = BTreeMap::new();
            let mut out = Vec::new();
            // Of each walk: hidden from the reader, open to the reader.
            let mut looked: BTreeMap<i64, (bool, bool)> = BTreeMap::new();
            for mut row in walks::findings_in(rd, id, 20_000)? {
                let (hidden, opens) = match looked.get(&row.walk) {
                    Some(both) => *both,
                    None => {
                        let walk = walks::by_id(rd, row.walk)?;
                        let opens = walk
                            .as_ref()
                            .is_some_and(|w| actor.staff == Some(w.staff) || see(&actor, w, &office).is_ok());
                        let both = (walk.is_some_and(|w| hidden_from(&actor, &w)), opens);
                        looked.insert(row.walk, both);
                        both
                    }
                };
                if hidden {
                    continue;
                }
                // A finding is for who reads its walk: the offices of its region, the unit it is about.
                let region = region_in(&row.region, &office);
                if decide(&actor, op::ReadWalk, Unit { unit: row.unit, region: &region }).is_err() {
                    continue;
                }
                let key = (row.item.clone(), row.version);
                if !steps.contains_key(&key) && steps.len() < 2_000 {
                    let item = match shelf.by_code(&row.item) {
                        Some(r) => shelf::version_of(rd, r, row.version)?,
                        None => None,
                    };
                    let names = item.iter().flat_map(|i| &i.steps).map(|s| (s.id.clone(), s.name.clone()));
                    steps.insert(key.clone(), names.collect());
                }
                let step = steps.get(&key).and_then(|s| s.get(&row.step)).cloned();
                let (planned, fixed, of_value) = standing(row.measures, row.stage.as_deref());
                let mut mine = measures.remove(&row.id).unwrap_or_default();
                if planned && let Some(case) = row.case {
                    mine.extend((app.hands.case_tells_its_plan)(rd, case)?);
                }
                if let Some(case) = row.case {
                    let seen = cases::by_id(rd, case)?.is_some_and(|c| access::may_see(&actor, &c));
                    row.number = row.number.filter(|_| seen);
                }
                out.push(Listed {
                    item: shelf.name(&row.item),
                    step: step.unwrap_or_else(|| row.step.clone()),
                    measures: mine,
                    planned,
                    fixed,
                    of_value,
                    opens,
                    row,
                });
            }
            Ok(out)
        })
    }

    /// Which unit has handed in what (HY: by 30 June).
    pub fn papers(
        &self,
        actor: Actor,
        id: i64,
        today: Date,
    ) -> Later<BTreeMap<(UnitId, PaperKind), HandedIn>> {
        self.read(move |app, rd| {
            let campaign = view(&read(app, rd, &actor, id)?.0)?.campaign;
            let office = app.city.office(rd)?;
            let units: BTreeSet<UnitId> = expected(rd, &office, &campaign)?
                .iter()
                .filter(|e| e.staff.is_none())
                .map(|e| e.unit)
                .collect();
            let units: Vec<_> = units.into_iter().collect();
            let kind = |w: &str| PaperKind::ALL.into_iter().find(|k| word_of(*k) == w);
            let received: Vec<_> = campaigns::handed_in(rd, id)?
                .into_iter()
                .filter_map(|(u, k, d)| Some((u, kind(&k)?, d.parse().ok()?)))
                .collect();
            Ok(hand_in(&units, &PaperKind::ALL, &received, campaign.documents_due, today))
        })
    }

    /// Notes that a unit handed a paper in today.
    pub fn hand_in_paper(&self, actor: Actor, id: i64, unit: UnitId, kind: PaperKind) -> Later<()> {
        self.write(move |app, tx| {
            let (mut row, permit) = organised(app, tx, &actor, id)?;
            unit_in(&*app.city.office(tx)?, unit)?;
            let day = tx.now().date().to_string();
            if campaigns::hand_in(tx, &permit, id, unit, &word_of(kind), &day)? {
                row.ver += 1;
                let data = serde_json::json!({ "unit": unit, "kind": kind, "day": day });
                campaigns::put(tx, &permit, &row, "hand_in", &data.to_string())?;
            }
            Ok(())
        })
    }
}

/// Who must walk by the targets: each leader, and each department or county that has one.
fn expected(rd: &mut Rd<'_>, office: &Office, campaign: &Campaign) -> Result<Vec<Expected>, Error> {
    let people = candidates(office, &walkers(rd)?);
    let mut out = Vec::new();
    for target in &campaign.targets {
        for c in people.iter().filter(|c| target.means(c)) {
            out.push(Expected { staff: Some(c.staff), unit: c.unit, side: Side::Leader, by: target.by });
            if let Some((side, seat)) = side_of(office, c.unit) {
                out.push(Expected { staff: None, unit: seat, side, by: target.by });
            }
        }
    }
    Ok(out)
}
