//! 再造案 on record (O7): drawn up, reviewed by the units concerned, approved by somebody else, published, measured.
//!
//! What may happen when is decided by `optimise::proposal`; who may do it by the door. Computing (redesign,
//! simulation, effect) happens before the transaction, which then checks that nothing has changed since.
//! These calls compute and wait: call them on a thread of their own.

mod wishes;

use access::{Operation, Permit, Region, Unit, decide, offers, op};
use kernel::{Actor, Date, Moment, UnitId};
use optimise::proposal::{self, Happened, ItemRef, Proposal, Publication, Stage};
use optimise::{Ground, Model, OptimiseError, Redesign};
use outbox::UnitWords;
use store::redesigns::{self, RedesignRow};
use store::{Rd, StoreError, Tx, counters, ledger_rows, office};

use crate::Redesigns;
use city::reach::{home, own_unit};
use city::{Door, Error, Later, Office};
pub use wishes::foretell;
use wishes::{happened, read_source};

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
            Self::Publish { .. } => Operation::PublishRedesigns,
        }
    }
}

fn wrong(field: &str, e: &OptimiseError) -> Error {
    Error::told(field, e)
}

fn state_of(row: &RedesignRow) -> Result<Proposal, Error> {
    serde_json::from_str(&row.state).map_err(Error::bug)
}

/// May this actor see it? Drafts only who may draw up; the rest within the region, and the units that were asked.
fn sees(actor: &Actor, p: &Proposal) -> bool {
    let asked = actor.unit.is_some_and(|u| p.review_of(u).is_some());
    match p.stage {
        Stage::Draft => decide(actor, op::WriteRedesigns, Region(&p.region)).is_ok(),
        _ if asked => offers(actor, Operation::ReadRedesigns),
        _ => decide(actor, op::ReadRedesigns, Region(&p.region)).is_ok(),
    }
}

fn permit(actor: &Actor, p: &Proposal, operation: Operation) -> Result<Permit, Error> {
    let region = Region(&p.region);
    Ok(match operation {
        Operation::ReviewRedesigns => {
            // It is theirs to answer when the unit was asked.
            let unit = actor.unit.filter(|u| p.review_of(*u).is_some());
            decide(actor, op::ReviewRedesigns, Unit { unit, region: &p.region })?
        }
        Operation::ApproveRedesigns => decide(actor, op::ApproveRedesigns, region)?,
        Operation::PublishRedesigns => decide(actor, op::PublishRedesigns, region)?,
        _ => decide(actor, op::WriteRedesigns, region)?,
    })
}

fn row_after(row: &RedesignRow, p: &Proposal) -> Result<RedesignRow, Error> {
    Ok(RedesignRow {
        ver: p.ver,
        title: p.title.clone(),
        stage: p.stage.word().to_owned(),
        state: serde_json::to_string(p).map_err(Error::bug)?,
        ..row.clone()
    })
}

impl Redesigns {
    /// Redesigns this actor may see, the one that changed last first; `after` is the place of the last one seen.
    pub fn redesigns(
        &self,
        actor: Actor,
        after: Option<(Moment, i64)>,
        limit: u32,
    ) -> Later<Vec<RedesignLine>> {
        self.read(move |app, rd| {
            decide(&actor, op::ReadRedesigns, Region(&home(&actor, &*app.city.office(rd)?)))?;
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
        self.read(move |app, rd| {
            let home = home(&actor, &*app.city.office(rd)?);
            if decide(&actor, op::ReviewRedesigns, own_unit(&actor, &home)).is_err() {
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
        let (region, unit) = actor.region.clone().zip(actor.unit).ok_or(Error::NotFound)?;
        decide(&actor, op::WriteRedesigns, Region(&region))?;
        let (model, item) = read_source(text)?;
        let (_, summary) = proposal::summary(&model).map_err(|e| wrong("model", &e))?;
        let title = if title.trim().is_empty() { model.name.clone() } else { title.trim().to_owned() };
        if title.is_empty() || title.chars().count() > 100 {
            return Err(Error::invalid(
                "title",
                "请填写标题（100 字以内）",
                "fill in a title, 100 characters at most",
            ));
        }
        let json = model.to_json();
        if json.len() > proposal::MODEL_MAX {
            return Err(Error::invalid(
                "model",
                "模型过大（上限 1 MiB），请拆分",
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
            source: item.as_ref().map(serde_json::to_string).transpose().map_err(Error::bug)?,
            region: region.clone(),
            unit,
            model: json,
            summary,
        };
        let done = self.write(move |_, tx| {
            let permit = decide(&actor, op::WriteRedesigns, Region(&region))?;
            let p = Proposal::begin(&first, actor.staff).ok_or_else(|| Error::bug("a first event"))?;
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
                state: serde_json::to_string(&p).map_err(Error::bug)?,
            };
            let data = serde_json::to_string(&first).map_err(Error::bug)?;
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
                let office = app.city.office(rd)?;
                let events = events_of(rd, &office, row.id)?;
                let unit = office.unit_name(p.unit);
                Ok((row, p, events, unit))
            })
            .wait()?;
        let model = Model::from_json(&p.model).map_err(Error::bug)?;
        let redesign = optimise::redesign(&model).map_err(Error::bug)?;
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
            publish: is(Operation::PublishRedesigns) && stage(&[Stage::Approved]),
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
        let (p, office) =
            self.read(move |app, rd| Ok((seen(rd, &who, &n)?.1, app.city.office(rd)?))).wait()?;
        if ver.is_some_and(|v| v != p.ver) {
            return Err(changed(&p, ver));
        }
        permit(actor, &p, wish.operation())?;
        let today = self.city.store().now().date();
        let happened = happened(&p, wish, actor, today, &office)?;
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
            let data = serde_json::to_string(&happened).map_err(Error::bug)?;
            let reviews: Vec<_> =
                p.reviews.iter().map(|r| (r.unit, r.answer == proposal::Answer::Pending)).collect();
            redesigns::save(tx, &permit, &after, (happened.word(), &data), &reviews)?;
            if let Happened::Published(Publication { item: Some(item), .. }) = &happened {
                let item = serde_json::from_str(item).map_err(Error::bug)?;
                (app.hands.redesign_becomes_catalogue_version)(&app.city, tx, &actor, &item)?;
            }
            tell(app, tx, &row.number, &p, &before, &happened, &actor)
        });
        done.wait()
    }

    /// Codes of items that have a published redesign: the new version of the item as JSON of the catalogue.
    pub fn published_item(&self, actor: Actor, code: String) -> Later<Option<String>> {
        self.read(move |_, rd| {
            let rows = redesigns::published_of(rd, &code, 1)?;
            let p = rows.first().map(state_of).transpose()?.filter(|p| sees(&actor, p));
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
    for e in ledger_rows::stream(rd, redesigns::stream(id), 0)? {
        let happened = serde_json::from_str(&e.data).map_err(Error::bug)?;
        let staff = e.actor.staff.map(|s| office::staff_by_id(rd, s)).transpose()?.flatten();
        let unit = e.actor.unit.map(|u| office.unit_name(u)).unwrap_or_default();
        let name = staff.map_or_else(|| e.actor.role.zh().to_owned(), |s| s.name);
        out.push(RedesignEvent { at: e.at, by: format!("{unit} {name}").trim().to_owned(), happened });
    }
    Ok(out)
}

/// Leaves messages for whoever must act next.
fn tell(
    app: &Redesigns,
    tx: &mut Tx<'_>,
    number: &str,
    p: &Proposal,
    before: &[UnitId],
    happened: &Happened,
    actor: &Actor,
) -> Result<(), Error> {
    let now = tx.now();
    let title = format!("《{}》", p.title);
    let office = app.city.office(tx)?;
    let unit = actor.unit.map(|u| office.unit_name(u)).unwrap_or_default();
    for r in p.pending().filter(|r| !before.contains(&r.unit)) {
        let words = UnitWords::around(&title, |t| match happened {
            Happened::Submitted { .. } => format!("再造案 {number}{t}征求本单位意见，请答复"),
            _ => format!("再造案 {number}{t}因{unit}的意见有变，涉及本单位环节，请再看并答复"),
        });
        outbox::to_unit(&app.city, tx, r.unit, now, None, words)?;
    }
    let words = match happened {
        Happened::Agreed { .. } | Happened::Objected { .. } | Happened::Recalled { .. } => {
            let what = happened.said().zh;
            let left = p.pending().count();
            let next =
                if left == 0 { "各单位均已答复，可以批准" } else { "其他单位还在答复" };
            Some(UnitWords::around(&title, |t| format!("再造案 {number}{t}：{unit}{what}；{next}")))
        }
        Happened::Approved { .. } | Happened::Returned { .. } | Happened::Published(_) => {
            Some(UnitWords::around(&title, |t| format!("再造案 {number}{t}：{}", happened.said().zh)))
        }
        _ => None,
    };
    if let Some(words) = words {
        outbox::to_unit(&app.city, tx, p.unit, now, None, words)?;
    }
    Ok(())
}
