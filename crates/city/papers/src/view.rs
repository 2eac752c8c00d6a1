//! 一份文: what it reads like, where it stands, who did what with which words, and what is asked of who looks.

use std::collections::BTreeMap;

use access::{decide, op};
use city::{Door as _, Error, Later, Office};
use kernel::{Actor, Moment, StaffId};
use paper::gongwen::Document;
use seals::SealedRow;
use store::papers as rows;
use store::{Rd, ledger_rows, office};

use crate::desk::{Loaded, document_of, load, person};
use crate::way::{Act, Happened, Stage, Way};
use crate::{Change, Drawn, Papers, compare, paragraphs};

/// Somebody by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// who
    pub id: StaffId,
    /// the name
    pub name: String,
    /// what they do
    pub role: kernel::Role,
}

/// One step on record.
#[derive(Clone, Debug)]
pub struct Step {
    /// when
    pub at: Moment,
    /// who; empty: the system
    pub who: String,
    /// of which unit; empty: the issuing one
    pub unit: String,
    /// what; none: it was begun
    pub act: Option<Act>,
    /// where it stood then
    pub to: Stage,
    /// with which words
    pub words: String,
    /// the version that was written
    pub version: Option<i64>,
    /// to whom it went
    pub next: String,
}

/// A version of the text.
#[derive(Clone, Debug)]
pub struct VersionView {
    /// 1, 2, 3 …
    pub n: i64,
    /// whose
    pub who: String,
    /// when
    pub at: Moment,
}

/// A unit that was asked or that it went to.
#[derive(Clone, Debug)]
pub struct UnitView {
    /// its name
    pub name: String,
    /// who agreed, or confirmed the receipt; empty: nobody yet
    pub who: String,
    /// when it was received
    pub at: Option<Moment>,
    /// when it answered
    pub answered: Option<Moment>,
    /// what it answered; only for who sent it and for itself
    pub answer: String,
}

/// A paper as somebody sees it.
#[derive(Clone, Debug)]
pub struct PaperView {
    /// id
    pub id: i64,
    /// its version: sent back with each act
    pub ver: i64,
    /// the way
    pub way: Way,
    /// who sends it
    pub unit: String,
    /// the person it waits for
    pub holder: String,
    /// as it is printed
    pub document: Document,
    /// what may be done now
    pub acts: Vec<Act>,
    /// who may be given the next step
    pub next: Vec<Named>,
    /// to whom it may be passed on
    pub pass: Vec<Named>,
    /// units that must agree
    pub agreeing: Vec<UnitView>,
    /// units that it goes to
    pub receivers: Vec<UnitView>,
    /// what happened, the oldest first
    pub steps: Vec<Step>,
    /// its versions, the oldest first
    pub versions: Vec<VersionView>,
    /// what it was sealed as
    pub sealed: Option<SealedRow>,
    /// where it is written or comes from
    pub href: Option<String>,
}

/// Two versions side by side.
#[derive(Clone, Debug)]
pub struct Versions {
    /// the title
    pub title: String,
    /// the older one
    pub older: VersionView,
    /// the newer one
    pub newer: VersionView,
    /// everything that stands in them
    pub changes: Vec<Change>,
}

struct Names<'a> {
    office: &'a Office,
    known: BTreeMap<i64, String>,
}

impl Names<'_> {
    fn of(&mut self, rd: &mut Rd<'_>, id: Option<StaffId>) -> Result<String, Error> {
        let Some(id) = id else { return Ok(String::new()) };
        if let Some(name) = self.known.get(&id.0) {
            return Ok(name.clone());
        }
        let name = office::staff_by_id(rd, id)?.map_or_else(String::new, |s| s.name);
        self.known.insert(id.0, name.clone());
        Ok(name)
    }
}

impl Papers {
    /// The paper as it is printed: with its number and the day on which it was signed. `n`: another version than the newest.
    pub(crate) fn document_in(&self, rd: &mut Rd<'_>, l: &Loaded, n: Option<i64>) -> Result<Document, Error> {
        let _ = self;
        let text = rows::text(rd, l.row.id, n.unwrap_or(l.way.version))?.ok_or(Error::NotFound)?;
        let mut d = document_of(&text)?;
        if let Some(number) = &l.way.number {
            d.number = number.to_string();
        }
        if let Some(at) = l.way.issued {
            d.date = at.date();
        }
        Ok(d)
    }

    /// What a paper about something reads like, before it is begun.
    pub fn drawn(&self, actor: Actor, source: String, subject: i64) -> Later<Drawn> {
        self.read(move |app, rd| {
            decide(&actor, op::ListPapers, access::Nothing)?;
            app.source(&source).ok_or(Error::NotFound)?.drawn(rd, &actor, subject)
        })
    }

    /// Is the text of papers of this source written there?
    pub fn written_there(&self, source: &str) -> bool {
        self.source(source).is_some_and(crate::Source::written_there)
    }
    /// What the papers of a source are.
    pub fn kind_of(&self, source: &str) -> Option<seals::PaperKind> {
        self.source(source).map(crate::Source::kind)
    }

    /// A paper.
    pub fn paper(&self, actor: Actor, id: i64) -> Later<PaperView> {
        self.read(move |app, rd| {
            let office = app.city.office(rd)?;
            let l = load(rd, &office, &actor, id)?;
            let document = app.document_in(rd, &l, None)?;
            let (who, now) = (person(&actor), app.city.store().now());
            let acts = l.way.permitted(&who, now, &office.rules.calendar);
            let mut names = Names { office: &office, known: BTreeMap::new() };
            let own = actor.unit == Some(l.way.unit);
            let (mut next, mut pass) = (Vec::new(), Vec::new());
            if own && acts.iter().any(|a| matches!(a, Act::Submit | Act::Approve | Act::Pass)) {
                for s in office::all_staff(rd, Some(l.way.unit))?.into_iter().filter(|s| s.active) {
                    let p = person(&s.actor());
                    let named = Named { id: s.id, name: s.name.clone(), role: s.role };
                    let checks_now = l.way.stage == Stage::Checking && l.way.holder == Some(s.id);
                    if l.way.names().is_some_and(|stage| l.way.may_hold(stage, &p).is_ok()) && !checks_now {
                        next.push(named.clone());
                    }
                    if l.way.holder != Some(s.id) && l.way.may_hold(l.way.stage, &p).is_ok() {
                        pass.push(named);
                    }
                }
            }
            let mut agreeing = Vec::new();
            for a in &l.way.agreeing {
                let who = names.of(rd, a.by)?;
                let name = office.unit_name(a.unit);
                agreeing.push(UnitView { name, who, at: None, answered: None, answer: String::new() });
            }
            let mut receivers = Vec::new();
            for r in &l.way.receivers {
                let reads = own || actor.unit == Some(r.unit);
                receivers.push(UnitView {
                    name: office.unit_name(r.unit),
                    who: names.of(rd, r.taken.map(|t| t.1))?,
                    at: r.taken.map(|t| t.0),
                    answered: r.answered.map(|t| t.0),
                    answer: if reads { r.answer.clone() } else { String::new() },
                });
            }
            let inside = own || l.way.agreeing.iter().any(|a| Some(a.unit) == actor.unit);
            Ok(PaperView {
                id,
                ver: l.row.ver,
                unit: office.unit_name(l.way.unit),
                holder: names.of(rd, l.way.holder)?,
                document,
                acts,
                next,
                pass,
                agreeing,
                receivers,
                // Who only receives it reads what was sent, not how it came about.
                steps: if inside { steps(rd, &mut names, &l, own)? } else { Vec::new() },
                versions: if inside { versions(rd, &mut names, id)? } else { Vec::new() },
                sealed: app.sealed_in(rd, &l.way, id)?,
                href: app.source(&l.way.source).filter(|_| own).map(|s| s.href(l.way.subject)),
                way: l.way,
            })
        })
    }

    /// The paper as it is printed.
    pub fn document(&self, actor: Actor, id: i64) -> Later<(Document, Option<SealedRow>)> {
        self.read(move |app, rd| {
            let office = app.city.office(rd)?;
            let l = load(rd, &office, &actor, id)?;
            Ok((app.document_in(rd, &l, None)?, app.sealed_in(rd, &l.way, id)?))
        })
    }

    /// Two versions side by side.
    pub fn compare(&self, actor: Actor, id: i64, older: i64, newer: i64) -> Later<Versions> {
        self.read(move |app, rd| {
            let office = app.city.office(rd)?;
            let l = load(rd, &office, &actor, id)?;
            let own = actor.unit == Some(l.way.unit);
            if !own && !l.way.agreeing.iter().any(|a| Some(a.unit) == actor.unit) {
                return Err(Error::NotFound);
            }
            let mut names = Names { office: &office, known: BTreeMap::new() };
            let all = versions(rd, &mut names, id)?;
            let find = |n: i64| all.iter().find(|v| v.n == n).cloned().ok_or(Error::NotFound);
            let (older, newer) = (find(older)?, find(newer)?);
            let (a, mut b) =
                (app.document_in(rd, &l, Some(older.n))?, app.document_in(rd, &l, Some(newer.n))?);
            // The day is set with each version and nobody's change.
            b.date = a.date;
            let changes = compare(&paragraphs(&a), &paragraphs(&b));
            Ok(Versions { title: l.row.title, older, newer, changes })
        })
    }
}

fn versions(rd: &mut Rd<'_>, names: &mut Names<'_>, id: i64) -> Result<Vec<VersionView>, Error> {
    let mut out = Vec::new();
    for t in rows::texts(rd, id)? {
        out.push(VersionView { n: t.n, who: names.of(rd, Some(t.author))?, at: t.at });
    }
    Ok(out)
}

/// Events of one paper that are shown.
const STEPS_MOST: u32 = 500;

fn steps(rd: &mut Rd<'_>, names: &mut Names<'_>, l: &Loaded, own: bool) -> Result<Vec<Step>, Error> {
    let mut out = Vec::new();
    let mut held = l.way.drafters.first().copied();
    for e in ledger_rows::events_of(rd, rows::stream(l.row.id), 0, STEPS_MOST)? {
        let Ok(h) = serde_json::from_str::<Happened>(&e.data) else {
            let who = names.of(rd, e.actor.staff)?;
            out.push(Step {
                at: e.at,
                who,
                unit: String::new(),
                act: None,
                to: Stage::Drafting,
                words: String::new(),
                version: Some(1),
                next: String::new(),
            });
            continue;
        };
        let to = h.holder.filter(|s| Some(*s) != h.by && Some(*s) != held);
        held = h.holder;
        // What is answered to the sender is not shown to other units.
        if !own && matches!(h.act, Act::Take | Act::Answer) {
            continue;
        }
        let unit = h.unit.filter(|u| *u != l.way.unit);
        out.push(Step {
            at: e.at,
            who: names.of(rd, h.by)?,
            unit: unit.map_or_else(String::new, |u| names.office.unit_name(u)),
            act: Some(h.act),
            to: h.to,
            next: names.of(rd, to)?,
            version: h.version,
            words: h.words,
        });
    }
    Ok(out)
}
