//! 再造案 on record (O7): drawn up, reviewed by the units concerned, approved by somebody else, published, measured.
//!
//! What may happen when is decided by `optimise::proposal`; who may do it by the door. Computing (redesign,
//! simulation, effect) happens before the transaction, which then checks that nothing has changed since.
//! These calls compute and wait: call them on a thread of their own.

use access::{Operation, Permit, decide};
use kernel::{Actor, Date, Moment, Said, UnitId};
use optimise::proposal::{
    self, Constraint, Happened, ItemRef, Measured, Prediction, Proposal, Publication, Stage,
};
use optimise::{Ground, Model, OptimiseError, Options, Redesign};
use store::redesigns::{self, RedesignRow};
use store::{Rd, StoreError, Tx, counters, ledger_rows, office};

use crate::{App, Error, Later, Office};

/// Cases of each replication, and seed, of the simulation that foretells.
const FORETELL: (u64, u64) = (400, 20_260_101);
/// Rows of measured cases at most.
const MEASURED_MAX: usize = 200_000;

/// A redesign as a list shows it.
#[derive(Clone, Debug)]
pub struct RedesignLine {
    /// number
    pub number: String,
    /// the state
    pub proposal: Proposal,
    /// when it changed last
    pub changed: Moment,
    /// place in the list, for the next page
    pub place: (Moment, i64),
}

/// One event of a redesign.
#[derive(Clone, Debug)]
pub struct RedesignEvent {
    /// when
    pub at: Moment,
    /// who, as people read it
    pub by: String,
    /// what
    pub happened: Happened,
}

/// What may be done with a redesign by this actor now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RedesignActs {
    /// change the model
    pub edit: bool,
    /// send for review
    pub submit: bool,
    /// agree or object for the own unit
    pub review: bool,
    /// approve
    pub approve: bool,
    /// send back
    pub give_back: bool,
    /// publish
    pub publish: bool,
    /// measure the effect
    pub measure: bool,
    /// withdraw
    pub withdraw: bool,
}

/// A redesign as its page shows it.
#[derive(Clone, Debug)]
pub struct RedesignView {
    /// number
    pub number: String,
    /// the state
    pub proposal: Proposal,
    /// its model
    pub model: Model,
    /// the plan, computed
    pub redesign: Redesign,
    /// its events, oldest first
    pub events: Vec<RedesignEvent>,
    /// what this actor may do now
    pub may: RedesignActs,
    /// short name of the unit that drew it up
    pub unit: String,
}

/// What somebody wants to do.
#[derive(Clone, Debug)]
pub enum RedesignWish {
    /// 修改
    Edit {
        /// the model, any accepted JSON
        model: String,
        /// why
        words: String,
    },
    /// 送审
    Submit {
        /// keys or names of the units asked
        units: Vec<String>,
    },
    /// 同意
    Agree {
        /// in words
        words: String,
    },
    /// 异议
    Object {
        /// id of the step that comes first
        from: String,
        /// id of the step that comes after
        to: String,
        /// law or need
        ground: Ground,
        /// the rule, or the result
        cite: String,
        /// in words
        words: String,
    },
    /// 收回异议
    Recall {
        /// id of the step that came first
        from: String,
        /// id of the step that came after
        to: String,
    },
    /// 退回
    Return {
        /// why
        words: String,
    },
    /// 批准
    Approve {
        /// in words
        words: String,
    },
    /// 发布
    Publish {
        /// first day
        from: Date,
    },
    /// 评估成效
    Measure {
        /// where the cases came from
        source: String,
        /// rows: day of arrival, then working days taken or the day of the end; header allowed
        rows: String,
    },
    /// 撤回
    Withdraw {
        /// why
        words: String,
    },
}

impl RedesignWish {
    const fn operation(&self) -> Operation {
        match self {
            Self::Edit { .. } | Self::Submit { .. } | Self::Measure { .. } | Self::Withdraw { .. } => {
                Operation::WriteRedesigns
            }
            Self::Agree { .. } | Self::Object { .. } | Self::Recall { .. } => Operation::ReviewRedesigns,
            Self::Approve { .. } | Self::Return { .. } => Operation::ApproveRedesigns,
            Self::Publish { .. } => Operation::Publish,
        }
    }
}

fn wrong(field: &str, e: &OptimiseError) -> Error {
    let text = e.to_string();
    let (zh, en) = text.split_once(" / ").unwrap_or((&text, &text));
    Error::invalid(field, zh, en)
}

fn bug(e: impl std::fmt::Display) -> Error {
    Error::Store(StoreError::Bug(e.to_string()))
}

fn state_of(row: &RedesignRow) -> Result<Proposal, Error> {
    serde_json::from_str(&row.state).map_err(bug)
}

/// May this actor see it? Drafts only who may draw up; the rest within the region, and the units that were asked.
fn sees(actor: &Actor, p: &Proposal) -> bool {
    if decide(actor, Operation::ReadRedesigns, None).is_err() {
        return false;
    }
    let near = actor.region.as_ref().is_some_and(|r| r.contains(&p.region) || p.region.contains(r));
    let asked = actor.unit.is_some_and(|u| p.review_of(u).is_some());
    match p.stage {
        Stage::Draft => within(actor, p) && decide(actor, Operation::WriteRedesigns, None).is_ok(),
        _ => near || asked,
    }
}

/// Is the proposal within the actor's region?
fn within(actor: &Actor, p: &Proposal) -> bool {
    actor.region.as_ref().is_some_and(|r| r.contains(&p.region))
}

fn permit(actor: &Actor, p: &Proposal, operation: Operation) -> Result<Permit, Error> {
    let permit = decide(actor, operation, None)?;
    let reaches = match operation {
        Operation::ReviewRedesigns => actor.unit.is_some_and(|u| p.review_of(u).is_some()),
        _ => within(actor, p),
    };
    if reaches {
        return Ok(permit);
    }
    Err(Error::Forbidden(Said::new(
        "只能办理本区划、或征求本单位意见的再造案",
        "only redesigns of your own region, or those your unit was asked about",
    )))
}

fn row_after(row: &RedesignRow, p: &Proposal) -> Result<RedesignRow, Error> {
    Ok(RedesignRow {
        ver: p.ver,
        title: p.title.clone(),
        stage: p.stage.word().to_owned(),
        state: serde_json::to_string(p).map_err(bug)?,
        ..row.clone()
    })
}

impl App {
    /// Redesigns this actor may see, the one that changed last first; `after` is the place of the last one seen.
    pub fn redesigns(
        &self,
        actor: Actor,
        after: Option<(Moment, i64)>,
        limit: u32,
    ) -> Later<Vec<RedesignLine>> {
        self.read(move |_, rd| {
            decide(&actor, Operation::ReadRedesigns, None)?;
            let (mut out, mut place) = (Vec::new(), after);
            // Few are hidden; a bounded number of pages is looked through.
            for _ in 0..20 {
                let rows = redesigns::list(rd, place, limit.min(200))?;
                let Some(last) = rows.last() else { break };
                place = Some((last.changed, last.id));
                for row in &rows {
                    let line = line_of(row)?;
                    if sees(&actor, &line.proposal) && out.len() < limit as usize {
                        out.push(line);
                    }
                }
                if out.len() >= limit as usize {
                    break;
                }
            }
            Ok(out)
        })
    }

    /// Redesigns that wait for the answer of the actor's unit.
    pub fn redesigns_to_review(&self, actor: Actor) -> Later<Vec<RedesignLine>> {
        self.read(move |_, rd| {
            if decide(&actor, Operation::ReviewRedesigns, None).is_err() {
                return Ok(Vec::new());
            }
            let Some(unit) = actor.unit else { return Ok(Vec::new()) };
            redesigns::waiting_for(rd, unit, 100)?.iter().map(line_of).collect()
        })
    }

    /// Draws up a redesign; answers its number. `item`: JSON of a catalogue item, when it comes from one and the
    /// model is to be drawn from it.
    ///
    /// # Errors
    /// Not for this actor; a model or an item that cannot be read, named with its place.
    pub fn draw_redesign(&self, actor: Actor, title: &str, text: &str) -> Result<String, Error> {
        decide(&actor, Operation::WriteRedesigns, None)?;
        let (region, unit) = actor.region.clone().zip(actor.unit).ok_or(Error::NotFound)?;
        let (model, item) = read_source(text)?;
        let (_, summary) = proposal::summary(&model).map_err(|e| wrong("model", &e))?;
        let title = if title.trim().is_empty() { model.name.clone() } else { title.trim().to_owned() };
        if title.is_empty() || title.chars().count() > 100 {
            return Err(Error::invalid(
                "title",
                "请填写标题(100 字以内)",
                "fill in a title, 100 characters at most",
            ));
        }
        let json = model.to_json();
        if json.len() > proposal::MODEL_MAX {
            return Err(Error::invalid(
                "model",
                "模型过大(上限 1 MiB),请拆分",
                "the model is larger than 1 MiB: split it",
            ));
        }
        let first = Happened::Drafted {
            title: title.clone(),
            item: item.as_ref().map(|i| ItemRef {
                code: i.code.clone(),
                name: i.name.clone(),
                version: i.version,
            }),
            source: item.as_ref().map(serde_json::to_string).transpose().map_err(bug)?,
            region: region.clone(),
            unit,
            model: json,
            summary,
        };
        let done = self.write(move |_, tx| {
            let permit = decide(&actor, Operation::WriteRedesigns, None)?;
            let p = Proposal::begin(&first, actor.staff).ok_or_else(|| bug("a first event"))?;
            let year = tx.now().date().year();
            let n = counters::next(tx, &format!("redesign-{region}-{year}"))?;
            let row = RedesignRow {
                id: 0,
                number: format!("LC{region}-{year}-{n:04}"),
                ver: 1,
                title: title.clone(),
                item: p.item.as_ref().map(|i| i.code.clone()),
                region: region.to_string(),
                unit,
                stage: p.stage.word().to_owned(),
                made: tx.now(),
                changed: tx.now(),
                state: serde_json::to_string(&p).map_err(bug)?,
            };
            let data = serde_json::to_string(&first).map_err(bug)?;
            redesigns::insert(tx, &permit, &row, first.word(), &data)?;
            Ok(row.number)
        });
        done.wait()
    }

    /// A redesign with its plan, its events and what may be done.
    ///
    /// # Errors
    /// Not there, or not for this actor.
    pub fn redesign(&self, actor: &Actor, number: &str) -> Result<RedesignView, Error> {
        let (number, who) = (number.to_owned(), actor.clone());
        let (row, p, events, unit) = self
            .read(move |app, rd| {
                let (row, p) = seen(rd, &who, &number)?;
                let office = app.office(rd)?;
                let events = events_of(rd, &office, row.id)?;
                let unit = office.unit_name(p.unit);
                Ok((row, p, events, unit))
            })
            .wait()?;
        let model = Model::from_json(&p.model).map_err(bug)?;
        let redesign = optimise::redesign(&model).map_err(bug)?;
        let may = self.redesign_acts(actor, &p);
        Ok(RedesignView { number: row.number, proposal: p, model, redesign, events, may, unit })
    }

    fn redesign_acts(&self, actor: &Actor, p: &Proposal) -> RedesignActs {
        let is = |operation| permit(actor, p, operation).is_ok();
        let stage = |s: &[Stage]| s.contains(&p.stage);
        let write = is(Operation::WriteRedesigns);
        let approve = is(Operation::ApproveRedesigns);
        RedesignActs {
            edit: write && stage(&[Stage::Draft]),
            submit: write && stage(&[Stage::Draft]),
            review: is(Operation::ReviewRedesigns) && stage(&[Stage::Review]),
            approve: approve
                && stage(&[Stage::Review])
                && p.pending().next().is_none()
                && actor.staff.is_some_and(|s| !p.authors.contains(&s)),
            give_back: approve && stage(&[Stage::Review, Stage::Approved]),
            publish: is(Operation::Publish) && stage(&[Stage::Approved]),
            measure: write && stage(&[Stage::Published]),
            withdraw: write && stage(&[Stage::Draft, Stage::Review, Stage::Approved]),
        }
    }

    /// Does something with a redesign. `ver`: the version the person saw; none: whatever it is now.
    ///
    /// # Errors
    /// Not for this actor; not now; changed meanwhile; or what was entered cannot be used, in words.
    pub fn act_on_redesign(
        &self,
        actor: &Actor,
        number: &str,
        ver: Option<i64>,
        wish: &RedesignWish,
    ) -> Result<(), Error> {
        let (n, who) = (number.to_owned(), actor.clone());
        let (p, office) = self.read(move |app, rd| Ok((seen(rd, &who, &n)?.1, app.office(rd)?))).wait()?;
        if ver.is_some_and(|v| v != p.ver) {
            return Err(changed(&p, ver));
        }
        permit(actor, &p, wish.operation())?;
        let today = self.store.now().date();
        let happened = happened(&p, wish, actor, &office)?;
        if let Some(why) = proposal::refusal(&p, &happened, actor.staff, today) {
            return Err(Error::Invalid { field: "act".into(), said: why });
        }
        let (number, actor, ver, operation) = (number.to_owned(), actor.clone(), p.ver, wish.operation());
        let done = self.write(move |app, tx| {
            let (row, mut p) = seen(tx, &actor, &number)?;
            if p.ver != ver {
                return Err(changed(&p, Some(ver)));
            }
            let permit = permit(&actor, &p, operation)?;
            if let Some(why) = proposal::refusal(&p, &happened, actor.staff, tx.now().date()) {
                return Err(Error::Invalid { field: "act".into(), said: why });
            }
            let before: Vec<UnitId> = p.pending().map(|r| r.unit).collect();
            p.apply(&happened, actor.staff, tx.now());
            let after = row_after(&row, &p)?;
            let data = serde_json::to_string(&happened).map_err(bug)?;
            let reviews: Vec<_> =
                p.reviews.iter().map(|r| (r.unit, r.answer == proposal::Answer::Pending)).collect();
            redesigns::save(tx, &permit, &after, (happened.word(), &data), &reviews)?;
            tell(app, tx, &row.number, &p, &before, &happened, &actor)
        });
        done.wait()
    }

    /// Codes of items that have a published redesign: the new version of the item as JSON of the catalogue.
    pub fn published_item(&self, actor: Actor, code: String) -> Later<Option<String>> {
        self.read(move |_, rd| {
            decide(&actor, Operation::ReadRedesigns, None)?;
            let rows = redesigns::published_of(rd, &code, 1)?;
            let p = rows.first().map(state_of).transpose()?;
            Ok(p.and_then(|p| p.publication).and_then(|p| p.item))
        })
    }
}

fn changed(p: &Proposal, ver: Option<i64>) -> Error {
    let stream = kernel::StreamId::new(kernel::StreamKind::Redesign, 0);
    Error::Changed(StoreError::Conflict { stream, expected: ver.unwrap_or(0), found: p.ver })
}

fn line_of(row: &RedesignRow) -> Result<RedesignLine, Error> {
    Ok(RedesignLine {
        number: row.number.clone(),
        proposal: state_of(row)?,
        changed: row.changed,
        place: (row.changed, row.id),
    })
}

fn seen(rd: &mut Rd<'_>, actor: &Actor, number: &str) -> Result<(RedesignRow, Proposal), Error> {
    let row = redesigns::by_number(rd, number)?.ok_or(Error::NotFound)?;
    let p = state_of(&row)?;
    if sees(actor, &p) { Ok((row, p)) } else { Err(Error::NotFound) }
}

fn events_of(rd: &mut Rd<'_>, office: &Office, id: i64) -> Result<Vec<RedesignEvent>, Error> {
    let mut out = Vec::new();
    for e in ledger_rows::events_of(rd, redesigns::stream(id), 0, 1_000)? {
        let happened = serde_json::from_str(&e.data).map_err(bug)?;
        let staff = e.actor.staff.map(|s| office::staff_by_id(rd, s)).transpose()?.flatten();
        let unit = e.actor.unit.map(|u| office.unit_name(u)).unwrap_or_default();
        let name = staff.map_or_else(|| e.actor.role.zh().to_owned(), |s| s.name);
        out.push(RedesignEvent { at: e.at, by: format!("{unit} {name}").trim().to_owned(), happened });
    }
    Ok(out)
}

/// A model, or an item of the catalogue from which one is drawn.
fn read_source(text: &str) -> Result<(Model, Option<catalogue::ServiceItem>), Error> {
    if text.len() > 4 << 20 {
        return Err(Error::invalid("model", "文件过大(上限 4 MiB)", "the file is larger than 4 MiB"));
    }
    let is_item = serde_json::from_str::<serde_json::Value>(text)
        .is_ok_and(|v| v.get("handling").is_some() && v.get("code").is_some());
    if !is_item {
        return Ok((Model::from_json(text).map_err(|e| wrong("model", &e))?, None));
    }
    let item: catalogue::ServiceItem = serde_json::from_str(text).map_err(|e| {
        Error::invalid("model", format!("事项不完整:{e}"), format!("the item is not complete: {e}"))
    })?;
    let model = optimise::drawn::from_item(&item).map_err(|e| wrong("model", &e))?;
    Ok((model, Some(item)))
}

/// Computes what a wish amounts to.
fn happened(p: &Proposal, wish: &RedesignWish, actor: &Actor, office: &Office) -> Result<Happened, Error> {
    let find = |name: &str| office.unit_called(name).map(|u| u.id);
    let mine = || actor.unit.ok_or(Error::NotFound);
    let model = || Model::from_json(&p.model).map_err(bug);
    Ok(match wish {
        RedesignWish::Edit { model, words } => {
            let model = Model::from_json(model).map_err(|e| wrong("model", &e))?;
            let (_, summary) = proposal::summary(&model).map_err(|e| wrong("model", &e))?;
            Happened::Edited { model: model.to_json(), summary, words: words.clone() }
        }
        RedesignWish::Submit { units } => Happened::Submitted { units: asked(units, office)? },
        RedesignWish::Agree { words } => Happened::Agreed { unit: mine()?, words: words.clone() },
        RedesignWish::Object { from, to, ground, cite, words } => {
            let constraint = Constraint {
                unit: mine()?,
                from: from.clone(),
                to: to.clone(),
                ground: *ground,
                cite: cite.trim().to_owned(),
                words: words.clone(),
            };
            let empty = Happened::Objected {
                constraint: constraint.clone(),
                model: String::new(),
                summary: p.summary,
                lapsed: Vec::new(),
            };
            // What is refused is refused before it is computed.
            if let Some(why) = proposal::refusal(p, &empty, actor.staff, Date::MIN) {
                return Err(Error::Invalid { field: "cite".into(), said: why });
            }
            proposal::objection(p, constraint, &find).map_err(|e| wrong("to", &e))?
        }
        RedesignWish::Recall { from, to } => {
            proposal::recall(p, mine()?, (from, to), &find).map_err(|e| wrong("from", &e))?
        }
        RedesignWish::Return { words } => Happened::Returned { words: words.clone() },
        RedesignWish::Withdraw { words } => Happened::Withdrawn { words: words.clone() },
        RedesignWish::Approve { words } => {
            Happened::Approved { words: words.clone(), prediction: foretell(&model()?)? }
        }
        RedesignWish::Publish { from } => publication(p, &model()?, *from)?,
        RedesignWish::Measure { source, rows } => Happened::Measured(measured(p, source, rows, office)?),
    })
}

fn asked(units: &[String], office: &Office) -> Result<Vec<(UnitId, String)>, Error> {
    let mut out: Vec<(UnitId, String)> = Vec::new();
    for name in units.iter().map(|u| u.trim()).filter(|u| !u.is_empty()) {
        let unit = office.unit_called(name).ok_or_else(|| {
            Error::invalid("units", format!("没有单位“{name}”"), format!("there is no unit “{name}”"))
        })?;
        if !out.iter().any(|u| u.0 == unit.id) {
            out.push((unit.id, unit.name.clone()));
        }
    }
    Ok(out)
}

/// What today and the redesign will be, simulated on the same numbers.
pub fn foretell(model: &Model) -> Result<Prediction, Error> {
    let (cases, seed) = FORETELL;
    let c = optimise::compare(model, Options::new(cases, seed)).map_err(|e| wrong("model", &e))?;
    let saved = c.saved_hours;
    let mut warnings = c.today.warnings.clone();
    if c.today.overloaded || c.redesigned.overloaded {
        warnings.push(Said::new(
            "有单位做不完:仿真平均值没有意义,请先核对人手和到达",
            "a unit cannot keep up: the simulated means mean nothing; check staff and arrivals first",
        ));
    }
    Ok(Prediction {
        lawful_days: (c.lawful_days.before, c.lawful_days.after),
        simulated_days: (c.today.cycle_working_days.mean, c.redesigned.cycle_working_days.mean),
        saved_hours: (saved.mean, saved.low, saved.high),
        seed,
        cases,
        warnings,
    })
}

fn publication(p: &Proposal, model: &Model, from: Date) -> Result<Happened, Error> {
    let r = optimise::redesign(model).map_err(bug)?;
    let item: Option<catalogue::ServiceItem> =
        p.source.as_deref().map(serde_json::from_str).transpose().map_err(bug)?;
    let new = item.map(|i| optimise::drawn::next_version(&i, model, &r, from));
    if let Some(fault) = new.as_ref().and_then(|n| catalogue::validate(n).into_iter().next()) {
        let zh = format!("新版本不合格:{fault:?}");
        return Err(Error::invalid("item", zh.clone(), zh));
    }
    Ok(Happened::Published(Publication {
        from,
        version: new.as_ref().map_or(1, |n| n.version),
        guide: optimise::drawn::guide_changes(&r),
        item: new.as_ref().map(serde_json::to_string).transpose().map_err(bug)?,
    }))
}

/// Reads the cases (day of arrival; working days, or the day of the end) and measures before against after.
fn measured(p: &Proposal, source: &str, rows: &str, office: &Office) -> Result<Measured, Error> {
    let from = p.publication.as_ref().map(|p| p.from).ok_or(Error::NotFound)?;
    let (before, after) = times(rows, from, office)?;
    let predicted = p.prediction.as_ref().map(|f| f.simulated_days.1 - f.simulated_days.0);
    let e = optimise::effect(&before, &after, None, predicted, 1).map_err(|e| wrong("rows", &e))?;
    let finite = e.interval.0.is_finite() && e.interval.1.is_finite();
    Ok(Measured {
        source: source.trim().chars().take(200).collect(),
        cases: e.cases,
        mean: e.mean,
        interval: finite.then_some(e.interval),
        predicted: e.predicted,
        judgement: e.judgement,
        reading: e.reading,
    })
}

fn times(
    rows: &str,
    from: Date,
    office: &Office,
) -> Result<(Vec<optimise::Seen>, Vec<optimise::Seen>), Error> {
    let (mut before, mut after) = (Vec::new(), Vec::new());
    let lines = rows.lines().map(str::trim).enumerate().filter(|(_, l)| !l.is_empty());
    for (k, line) in lines {
        if before.len() + after.len() >= MEASURED_MAX {
            return Err(Error::invalid("rows", "最多 20 万件", "200,000 cases at most"));
        }
        let mut cells = line.split([',', '\t', ';', ',']).map(|c| c.trim().trim_matches('"'));
        let (first, second) = (cells.next().unwrap_or(""), cells.next().unwrap_or(""));
        let Some(day) = first.parse::<Date>().ok().or_else(|| first.parse::<Moment>().ok().map(Moment::date))
        else {
            // Only the first line may be a heading.
            if k == 0 {
                continue;
            }
            return Err(bad_row(k, line));
        };
        let end = second.parse::<Date>().ok().or_else(|| second.parse::<Moment>().ok().map(Moment::date));
        let value = match (second.parse::<f64>(), end) {
            (Ok(days), _) if days.is_finite() && (0.0..=10_000.0).contains(&days) => days,
            (Err(_), Some(end)) if end >= day => office.rules.calendar.count(day, end) as f64,
            _ => return Err(bad_row(k, line)),
        };
        let seen = optimise::Seen { day: Moment::start_of(day).day_number(), value };
        if day < from { before.push(seen) } else { after.push(seen) }
    }
    Ok((before, after))
}

fn bad_row(k: usize, line: &str) -> Error {
    let shown: String = line.chars().take(40).collect();
    Error::invalid(
        "rows",
        format!("第 {} 行“{shown}”不对:应为 到达日期,办结工作日数(或办结日期),如 2026-03-02,5", k + 1),
        format!(
            "line {} “{shown}” is wrong: day of arrival, then working days or the day of the end: 2026-03-02,5",
            k + 1
        ),
    )
}

/// Leaves messages for whoever must act next.
fn tell(
    app: &App,
    tx: &mut Tx<'_>,
    number: &str,
    p: &Proposal,
    before: &[UnitId],
    happened: &Happened,
    actor: &Actor,
) -> Result<(), Error> {
    let now = tx.now();
    let title = &p.title;
    let office = app.office(tx)?;
    let unit = actor.unit.map(|u| office.unit_name(u)).unwrap_or_default();
    for r in p.pending().filter(|r| !before.contains(&r.unit)) {
        let words = match happened {
            Happened::Submitted { .. } => format!("再造案 {number}《{title}》征求本单位意见,请答复"),
            _ => format!("再造案 {number}《{title}》因{unit}的意见有变,涉及本单位环节,请再看并答复"),
        };
        office::put_message(tx, r.unit, now, None, &words)?;
    }
    let words = match happened {
        Happened::Agreed { .. } | Happened::Objected { .. } | Happened::Recalled { .. } => {
            let what = happened.said().zh;
            let left = p.pending().count();
            let next =
                if left == 0 { "各单位均已答复,可以批准" } else { "其他单位还在答复" };
            Some(format!("再造案 {number}《{title}》:{unit}{what};{next}"))
        }
        Happened::Approved { .. } | Happened::Returned { .. } | Happened::Published(_) => {
            Some(format!("再造案 {number}《{title}》:{}", happened.said().zh))
        }
        _ => None,
    };
    if let Some(words) = words {
        office::put_message(tx, p.unit, now, None, &words)?;
    }
    Ok(())
}
