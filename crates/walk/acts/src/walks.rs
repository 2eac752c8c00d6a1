//! 走访: phones send operations, in any order, any number of times, from any phone of one walker; what is kept is
//! the set of them, and everything else follows: the walk, what it lacks, its problems and demands, and the
//! cases these become. Must not know how operations travel.

use std::collections::{BTreeMap, BTreeSet};

use access::{Own, Permit, Region, Unit, decide, op};
use catalogue::{ServiceItem, StepKind};
use kernel::{Actor, CaseId, Role, Said, StaffId};
use outbox::UnitWords;
use serde::{Deserialize, Serialize};
use sm3::{Digest, Sm3};
use store::items::ItemRow;
use store::walks::{self, FindingRow, WalkRow};
use store::{Rd, Tx, campaigns, counters, items};
use walk::ops::{FindingKind, OPS_MAX};
use walk::record::{Finding, StepPlace, walker_shown_to};
use walk::{Form, Log, Op, OpId, WalkRecord};

use crate::WalkFinding;
use crate::Walks;
use crate::unannounced::hidden_from;
use city::{City, Door, Error, Later, Office};

/// The most operations of one request.
pub const BATCH_MAX: usize = 1_000;

/// What a phone sends of one walk.
#[derive(Clone, Debug, Deserialize)]
pub struct WalkSync {
    /// the name the phone gave the walk: unique for ever
    pub name: String,
    /// whose walk it is: the account that was signed in when it began
    pub staff: i64,
    /// the campaign it belongs to
    #[serde(default)]
    pub campaign: Option<i64>,
    /// the assignment it serves
    #[serde(default)]
    pub assignment: Option<i64>,
    /// operations; one that this program cannot read is refused alone
    #[serde(default)]
    pub ops: Vec<serde_json::Value>,
    /// how far the phone knows each device, without a gap
    #[serde(default)]
    pub known: BTreeMap<u64, u32>,
}

/// An operation that was not taken in.
#[derive(Clone, Debug, Serialize)]
pub struct RefusedOp {
    /// its id, as far as it could be read
    pub id: serde_json::Value,
    /// why
    pub said: Said,
}

/// What the phone is told about one walk.
#[derive(Clone, Debug, Serialize)]
pub struct Synced {
    /// the name of the walk
    pub name: String,
    /// the whole walk is refused: why
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refused: Option<Said>,
    /// operations that were not taken in; all others are safe
    pub refused_ops: Vec<RefusedOp>,
    /// operations of other phones that this one does not know
    pub ops: Vec<Op>,
    /// what it still lacks before it counts
    pub lacks: Vec<Said>,
    /// numbers of the cases its findings became
    pub cases: Vec<(OpId, String)>,
    /// id of the walk here
    pub id: i64,
}

/// What signals look at, kept with the walk.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Kept {
    pub place: String,
    pub online: bool,
    pub steps: (u32, u32),
    pub words: String,
    pub files: u32,
    pub located: Option<(u32, u32)>,
    pub answers: (u32, u32),
    pub simulated: bool,
    pub waiting_us: i64,
    pub handling_us: i64,
    pub visits: u32,
    pub paid_fen: u64,
    pub beyond: u32,
}

/// A walk for a reader.
#[derive(Clone, Debug)]
pub struct WalkView {
    /// as lists show it
    pub row: WalkRow,
    /// what its operations tell
    pub record: WalkRecord,
    /// what it lacks
    pub lacks: Vec<Said>,
    /// the version of the item it followed
    pub item: Option<ServiceItem>,
    /// problems and demands with their cases
    pub findings: Vec<FindingRow>,
    /// who walked; none while this reader must not know
    pub walker: Option<String>,
}

/// A line of a list of walks.
#[derive(Clone, Debug)]
pub struct WalkLine {
    /// as kept
    pub row: WalkRow,
    /// name of the item
    pub item: String,
    /// who; none while this reader must not know
    pub walker: Option<String>,
}

/// The code word of a closed word.
pub(crate) fn word_of<T: Serialize>(value: T) -> String {
    serde_json::to_value(value).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default()
}

/// The form with this code word.
pub fn form_of(word: &str) -> Option<Form> {
    serde_json::from_value(serde_json::Value::String(word.to_owned())).ok()
}

/// Where each step of an item is done.
pub fn places(item: &ServiceItem) -> Vec<(&str, StepPlace)> {
    let place = |s: &catalogue::Step| {
        let window = s.attend || matches!(s.kind, StepKind::Receive | StepKind::Accept | StepKind::Deliver);
        if window { StepPlace::Window } else { StepPlace::Inside }
    };
    item.steps.iter().map(|s| (s.id.as_str(), place(s))).collect()
}

const fn signed(device: u64) -> i64 {
    device.cast_signed()
}

/// Operations as stored, back as a log.
fn log_of(rows: &[walks::OpRow]) -> Result<Log, Error> {
    let mut log = Log::default();
    for (_, _, doc) in rows {
        log.add(serde_json::from_str(doc).map_err(Error::bug)?);
    }
    Ok(log)
}

fn good_name(name: &str) -> bool {
    (8..=64).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

/// Reads and judges the operations of a request.
fn read_ops(sent: &[serde_json::Value]) -> (Vec<Op>, Vec<RefusedOp>) {
    let (mut good, mut refused) = (Vec::new(), Vec::new());
    for value in sent {
        let id = || value.get("id").cloned().unwrap_or_default();
        match serde_json::from_value::<Op>(value.clone()) {
            Ok(op) => match op.fault() {
                None => good.push(op),
                Some(said) => refused.push(RefusedOp { id: id(), said }),
            },
            Err(_) => refused.push(RefusedOp {
                id: id(),
                said: Said::new(
                    "读不懂这条记录，请更新走访页面",
                    "this record cannot be read: reload the recorder",
                ),
            }),
        }
    }
    (good, refused)
}

fn kept_of(record: &WalkRecord, item: Option<&ServiceItem>) -> Kept {
    let form = record.start.as_ref().map(|s| s.0);
    let walked = record.steps.values().filter(|s| s.ended.is_some()).count();
    let all = item.map_or(record.steps.len(), |i| i.steps.len());
    let n = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    let good = record.answers.values().filter(|a| a.verdict == walk::ops::Verdict::Good).count();
    let (waiting_us, handling_us) = record.times_us();
    let online = form.is_some_and(|f| f.rule().online_only) || record.visits.is_empty();
    Kept {
        place: record.visits.first().cloned().unwrap_or_default(),
        online,
        steps: (n(walked), n(all)),
        words: record.words().chars().take(4_000).collect(),
        files: n(record.files.len()),
        located: record.located,
        answers: (n(record.answers.len()), n(good)),
        simulated: record.start.as_ref().is_some_and(|s| s.4),
        waiting_us,
        handling_us,
        visits: n(record.visits.len()),
        paid_fen: record.paid_fen,
        beyond: n(record.asked_beyond_guide.len()),
    }
}

/// What a walk lacks: by its form, by the conditions of its campaign, and by what a supervisor found.
fn lacks_of(
    rd: &mut Rd<'_>,
    row: &WalkRow,
    record: &WalkRecord,
    steps: &[(&str, StepPlace)],
) -> Result<Vec<Said>, Error> {
    let campaign = row.campaign.map(|c| campaigns::by_id(rd, c)).transpose()?.flatten();
    let validity = campaign.map(|c| crate::campaigns::validity_of(&c)).transpose()?.unwrap_or_default();
    let mut out = record.lacks(steps, &validity);
    let judged = if row.id == 0 { None } else { walks::judged(rd, row.id)? };
    if let Some(j) = judged.filter(|j| j.verdict == crate::judged::Outcome::Again.word()) {
        out.push(Said::new(
            format!("督查要求重走：{}。请另开一次走访", j.words),
            format!("to be walked again, says the supervisor: {}. Begin another walk", j.words),
        ));
    }
    Ok(out)
}

impl Walks {
    /// Takes in what a phone sends of its walks and answers what it does not know. Each walk stands alone: one
    /// that is refused does not keep the others.
    pub fn sync_walks(&self, actor: Actor, sent: Vec<WalkSync>) -> Later<Vec<Synced>> {
        self.write(move |app, tx| {
            let permit = decide(&actor, op::RecordWalk, Own(actor.staff))?;
            if sent.iter().map(|w| w.ops.len()).sum::<usize>() > BATCH_MAX || sent.len() > 100 {
                return Err(Error::invalid(
                    "ops",
                    "一次最多 1000 条，请分次同步",
                    "at most 1,000 operations at once",
                ));
            }
            let office = app.city.office(tx)?;
            let mut out = Vec::with_capacity(sent.len());
            for walk in &sent {
                let done = tx.part(|tx| app.sync_one(tx, &office, &permit, walk));
                out.push(match done {
                    Ok(synced) => synced,
                    Err(Error::Invalid { said, .. } | Error::Forbidden(said)) => Synced {
                        name: walk.name.clone(),
                        refused: Some(said),
                        refused_ops: Vec::new(),
                        ops: Vec::new(),
                        lacks: Vec::new(),
                        cases: Vec::new(),
                        id: 0,
                    },
                    Err(e) => return Err(e),
                });
            }
            Ok(out)
        })
    }

    fn sync_one(
        &self,
        tx: &mut Tx<'_>,
        office: &Office,
        permit: &Permit,
        sent: &WalkSync,
    ) -> Result<Synced, Error> {
        let actor = permit.actor();
        if !good_name(&sent.name) {
            return Err(Error::invalid(
                "name",
                "走访编号不对，请更新走访页面",
                "a bad name of a walk: reload the recorder",
            ));
        }
        let other = || {
            Error::invalid(
                "staff",
                "这次走访是另一个账号开始的，请用那个账号登录后同步",
                "another account began this walk: sign in with it",
            )
        };
        let staff = actor.staff.filter(|s| s.0 == sent.staff).ok_or_else(other)?;
        let there = walks::by_name(tx, &sent.name)?;
        if there.as_ref().is_some_and(|w| w.staff != staff) {
            return Err(other());
        }
        let (ops, refused_ops) = read_ops(&sent.ops);
        let mut row = match there {
            Some(row) => row,
            // Nothing of it holds: there is no walk yet, and no number is given.
            None if ops.is_empty() => {
                return Ok(Synced {
                    name: sent.name.clone(),
                    refused: None,
                    refused_ops,
                    ops: Vec::new(),
                    lacks: Vec::new(),
                    cases: Vec::new(),
                    id: 0,
                });
            }
            None => Self::new_walk(tx, office, actor, staff, sent)?,
        };
        let mut log = log_of(&walks::ops(tx, row.id)?)?;
        let fresh: Vec<Op> = ops.into_iter().filter(|op| log.add(op.clone())).collect();
        if log.len() > OPS_MAX {
            return Err(Error::invalid(
                "ops",
                "一次走访的记录太多，请结束后另开一次",
                "too many records in one walk: begin another",
            ));
        }
        let record = WalkRecord::of(&log);
        let code = record.start.as_ref().map_or("", |s| s.2.as_str());
        let item_row = items::by_key(tx, code, "")?;
        let version = record.start.as_ref().map_or(0, |s| i64::from(s.3));
        let item = match &item_row {
            Some(r) => shelf::version_of(tx, r, version)?,
            None => None,
        };
        let steps = item.as_ref().map(places).unwrap_or_default();
        let lacks = lacks_of(tx, &row, &record, &steps)?;
        if !fresh.is_empty() {
            self.keep(
                tx,
                office,
                permit,
                &mut row,
                &fresh,
                &record,
                (item_row.as_ref(), item.as_ref()),
                lacks.is_empty(),
            )?;
        }
        let numbers = walks::findings_of(tx, row.id)?;
        let cases = numbers.iter().filter_map(|f| {
            let counter = u32::try_from(f.counter).ok()?;
            Some((OpId { device: f.device.cast_unsigned(), counter }, f.number.clone()?))
        });
        Ok(Synced {
            name: row.name.clone(),
            refused: None,
            refused_ops,
            ops: log.beyond(&sent.known),
            lacks,
            cases: cases.collect(),
            id: row.id,
        })
    }

    fn new_walk(
        tx: &mut Tx<'_>,
        office: &Office,
        actor: &Actor,
        staff: StaffId,
        sent: &WalkSync,
    ) -> Result<WalkRow, Error> {
        let given = match sent.assignment {
            Some(id) => campaigns::assignment(tx, id)?.filter(|a| a.staff == staff),
            None => None,
        };
        let near = |c: &campaigns::CampaignRow| {
            let region = city::reach::region_in(&c.region, office);
            actor.region.as_ref().is_some_and(|r| r.contains(&region) || region.contains(r))
        };
        let campaign = match (given.as_ref().map(|g| g.campaign), sent.campaign) {
            (Some(c), _) => Some(c),
            // A walk is made for a campaign of the own region or of one above.
            (None, Some(c)) => campaigns::by_id(tx, c)?.filter(near).map(|c| c.id),
            (None, None) => None,
        };
        let missing = || Error::invalid("unit", "账号没有单位或区划", "the account has no unit or region");
        Ok(WalkRow {
            id: counters::next(tx, "walk")?,
            name: sent.name.clone(),
            ver: 0,
            staff,
            unit: actor.unit.ok_or_else(missing)?,
            region: actor.region.as_ref().ok_or_else(missing)?.to_string(),
            campaign,
            assignment: given.map(|g| g.id),
            item: String::new(),
            version: 0,
            item_unit: None,
            form: String::new(),
            began: None,
            last: None,
            finished: None,
            counted: false,
            ops: 0,
            findings: 0,
            facts: String::new(),
        })
    }

    /// Keeps new operations and everything that follows from them.
    #[expect(clippy::too_many_arguments, reason = "what a sync has found out about one walk")]
    fn keep(
        &self,
        tx: &mut Tx<'_>,
        office: &Office,
        permit: &Permit,
        row: &mut WalkRow,
        fresh: &[Op],
        record: &WalkRecord,
        (item_row, item): (Option<&ItemRow>, Option<&ServiceItem>),
        counts: bool,
    ) -> Result<(), Error> {
        let mut docs = Vec::with_capacity(fresh.len());
        let mut digest = Sm3::new();
        for op in fresh {
            let doc = serde_json::to_string(op).map_err(Error::bug)?;
            digest.update(doc.as_bytes());
            docs.push((signed(op.id.device), i64::from(op.id.counter), doc));
        }
        walks::put_ops(tx, permit, row.id, &docs)?;
        if let Some((form, _, code, version, _)) = &record.start {
            (row.form, row.item, row.version) = (word_of(*form), code.clone(), i64::from(*version));
        }
        row.item_unit = item_row.and_then(|r| r.unit_id);
        (row.began, row.last) = (record.began, record.last);
        row.finished = record.finished.map(i64::from);
        row.counted = counts;
        row.ops = i64::try_from(record.ops).unwrap_or(i64::MAX);
        row.findings = i64::try_from(record.findings.len()).unwrap_or(i64::MAX);
        row.facts = serde_json::to_string(&kept_of(record, item)).map_err(Error::bug)?;
        row.ver += 1;
        let ids: Vec<_> = fresh.iter().map(|op| (op.id.device, op.id.counter)).collect();
        let digest: [u8; 32] = digest.finalize().into();
        let data = serde_json::json!({
            "walk": row.name, "item": row.item, "ops": ids, "digest": ledger::hex(&digest), "counted": row.counted,
        });
        walks::put(tx, permit, row, "sync_walk", &data.to_string())?;
        if let Some(assignment) = row.assignment {
            campaigns::note_walk(tx, assignment, row.id, row.counted)?;
        }
        self.keep_findings(tx, office, permit, row, record, item_row)
    }

    /// Findings follow the operations; a finding becomes a case once, unannounced walks when they are over.
    fn keep_findings(
        &self,
        tx: &mut Tx<'_>,
        office: &Office,
        permit: &Permit,
        row: &WalkRow,
        record: &WalkRecord,
        item: Option<&ItemRow>,
    ) -> Result<(), Error> {
        let there = walks::findings_of(tx, row.id)?;
        let key = |f: &Finding| (signed(f.id.device), i64::from(f.id.counter));
        let now: BTreeSet<_> = record.findings.iter().map(key).collect();
        for gone in there.iter().filter(|f| !f.gone && !now.contains(&(f.device, f.counter))) {
            walks::put_finding(tx, permit, &FindingRow { gone: true, ..gone.clone() })?;
        }
        let hidden = record.start.as_ref().is_some_and(|s| s.0.rule().hidden) && record.finished.is_none();
        for f in &record.findings {
            let (device, counter) = key(f);
            let was = there.iter().find(|t| (t.device, t.counter) == (device, counter));
            let id = match was {
                Some(w) => w.id,
                None => counters::next(tx, "finding")?,
            };
            let region = item.map_or_else(String::new, |i| i.region.clone());
            let mut next = FindingRow {
                id,
                walk: row.id,
                device,
                counter,
                kind: word_of(f.kind),
                campaign: row.campaign,
                item: row.item.clone(),
                version: row.version,
                step: f.step.clone(),
                words: f.text.clone(),
                unit: row.item_unit,
                region: if region.is_empty() { row.region.clone() } else { region },
                at: f.at,
                gone: false,
                measures: i64::try_from(f.measures.len()).unwrap_or(i64::MAX),
                case: was.and_then(|w| w.case),
                number: None,
                stage: None,
            };
            let ready = record.start.is_some() && !hidden;
            if next.case.is_none() && ready && !f.text.trim().is_empty() {
                // What the loop refuses stays a finding, and the coordinator is told to take it up by hand.
                let lodged = tx.part(|tx| self.hand_over(tx, permit.actor(), &next, f.kind));
                match lodged {
                    Ok(case) => next.case = Some(case),
                    Err(e @ (Error::Refused(_) | Error::Invalid { .. } | Error::Forbidden(_))) => {
                        if was.is_none() {
                            tell_refused(&self.city, tx, office, &next, &e)?;
                        }
                    }
                    Err(e) => return Err(e),
                }
            }
            walks::put_finding(tx, permit, &next)?;
            let measures: Vec<walks::MeasureRow> = (0i64..)
                .zip(&f.measures)
                .map(|(n, (text, by))| (device, n, text.clone(), by.map(|d| d.to_string())))
                .collect();
            walks::set_measures(tx, permit, id, &measures)?;
        }
        Ok(())
    }

    /// 走查发现转件: with the names of the item and the campaign it is about.
    fn hand_over(
        &self,
        tx: &mut Tx<'_>,
        actor: &Actor,
        finding: &FindingRow,
        kind: FindingKind,
    ) -> Result<CaseId, Error> {
        let campaign = match finding.campaign {
            Some(id) => campaigns::by_id(tx, id)?.map(|c| c.name),
            None => None,
        };
        let item = items::by_key(tx, &finding.item, "")?.map_or_else(String::new, |r| r.name);
        let found = WalkFinding { finding, kind, item: &item, campaign: campaign.as_deref() };
        (self.hands.walk_finding_becomes_case)(&self.city, tx, actor, found)
    }

    /// One walk, all of it.
    pub fn walk(&self, actor: Actor, id: i64) -> Later<WalkView> {
        self.read(move |app, rd| {
            let row = walks::by_id(rd, id)?.ok_or(Error::NotFound)?;
            let mine = actor.staff == Some(row.staff);
            if !mine {
                see(&actor, &row, &*app.city.office(rd)?)?;
            }
            let record = WalkRecord::of(&log_of(&walks::ops(rd, row.id)?)?);
            let item = match items::by_key(rd, &row.item, "")? {
                Some(r) => shelf::version_of(rd, &r, row.version)?,
                None => None,
            };
            let lacks = lacks_of(rd, &row, &record, &item.as_ref().map(places).unwrap_or_default())?;
            let findings = walks::findings_of(rd, row.id)?;
            let supervises = actor.role == Role::Supervisor;
            let walker = walker_shown_to(&record, row.staff, actor.staff, supervises);
            let walker = walker.map(|s| app.city.staff_name(rd, s)).transpose()?;
            Ok(WalkView { row, record, lacks, item, findings, walker })
        })
    }

    /// Rows of walks for a reader: names, and nobody who must stay hidden.
    pub(crate) fn lines(
        &self,
        rd: &mut Rd<'_>,
        actor: &Actor,
        rows: Vec<WalkRow>,
    ) -> Result<Vec<WalkLine>, Error> {
        let shelf = self.items.shelf_in(rd)?;
        let mut names: BTreeMap<StaffId, String> = BTreeMap::new();
        let mut out = Vec::with_capacity(rows.len());
        for row in rows {
            let walker = match (!hidden_from(actor, &row), names.get(&row.staff)) {
                (false, _) => None,
                (true, Some(name)) => Some(name.clone()),
                (true, None) => {
                    let name = self.city.staff_name(rd, row.staff)?;
                    names.insert(row.staff, name.clone());
                    Some(name)
                }
            };
            out.push(WalkLine { item: shelf.name(&row.item), walker, row });
        }
        Ok(out)
    }

    /// The actor's own walks, the newest first.
    pub fn my_walks(&self, actor: Actor) -> Later<Vec<WalkLine>> {
        self.read(move |app, rd| {
            decide(&actor, op::RecordWalk, Own(actor.staff))?;
            let rows = walks::of_staff(rd, actor.staff.ok_or(Error::NotFound)?, 100)?;
            app.lines(rd, &actor, rows)
        })
    }

    /// The newest walks that the actor may read.
    pub fn newest_walks(&self, actor: Actor, limit: u32) -> Later<Vec<WalkLine>> {
        self.read(move |app, rd| {
            let office = app.city.office(rd)?;
            let region = city::reach::home(&actor, &office);
            decide(&actor, op::ReadWalks, Region(&region))?;
            let mut rows = walks::newest(rd, region.as_str(), limit.min(500))?;
            rows.retain(|r| see(&actor, r, &office).is_ok());
            app.lines(rd, &actor, rows)
        })
    }
}

/// A finding that could not become a case goes to the reception of its region, with why.
fn tell_refused(
    city: &City,
    tx: &mut Tx<'_>,
    office: &Office,
    f: &FindingRow,
    why: &Error,
) -> Result<(), Error> {
    let region = f.region.parse().unwrap_or_else(|_| office.settings.city.clone());
    let Some(desk) = office.reception(&region).map(|u| u.id).or(f.unit) else { return Ok(()) };
    let line = resolve::clause(&hanyu::mask::mask(f.words.trim()), 40);
    let now = tx.now();
    let title = format!("：{line}（{why}）");
    let words = UnitWords::around(&title, |t| format!("走查发现未能自动转件，请人工登记{t}"));
    outbox::to_unit(city, tx, desk, now, None, words)
}

/// Who may read a walk of somebody else: the region's offices; a unit its own items and its own people.
pub(crate) fn see(actor: &Actor, row: &WalkRow, office: &Office) -> Result<(), Error> {
    if hidden_from(actor, row) {
        return Err(Error::NotFound);
    }
    let region = city::reach::region_in(&row.region, office);
    let as_of = |unit| decide(actor, op::ReadWalk, Unit { unit, region: &region });
    match as_of(Some(row.unit)).or_else(|_| as_of(row.item_unit)) {
        Ok(_) => Ok(()),
        Err(_) => Err(Error::NotFound),
    }
}
