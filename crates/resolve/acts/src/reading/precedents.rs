//! 先例 (R8): a closed case becomes a precedent by one short form; later cases find it by meaning.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use access::{Nothing, decide, op};
use hanyu::mask::mask;
use hanyu::precedent::{Matter, Precedents};
use kernel::{Actor, CaseId, Moment, US_PER_SECOND};
use resolve::Case;
use serde_json::json;
use store::readings::{self, PrecedentRow};
use store::{Rd, cases};

use super::Loaded;
use super::judge::record;
use crate::Cases;
use city::{Door, Error, Later};

/// Precedents held in memory: the newest. A city makes some hundred a year.
const HELD: u32 = 5_000;
/// Longest field, in characters.
const FIELD: usize = 2_000;

/// The short form.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewPrecedent {
    /// one line
    pub title: String,
    /// 问题
    pub problem: String,
    /// 堵点: what stood in the way
    pub obstacle: String,
    /// 怎么解决
    pub solution: String,
    /// 政策依据
    pub basis: String,
}

/// A precedent for a reader.
#[derive(Clone, Debug, PartialEq)]
pub struct PrecedentView {
    /// number of its case, when the reader may see that
    pub number: Option<String>,
    /// short name of the unit that made it
    pub unit: Option<String>,
    /// when
    pub made: Moment,
    /// the form
    pub form: NewPrecedent,
    /// how near in meaning, 0 to 1; 0 in a plain list
    pub score: f32,
    /// words and topics in common
    pub why: Vec<String>,
    /// cases like it that came in since
    pub since: usize,
}

/// The precedents in memory.
pub(crate) struct Kept {
    rows: Vec<PrecedentRow>,
    index: Precedents,
    /// For a case how many like it came in since, and when that was counted.
    since: Mutex<HashMap<i64, (Moment, usize)>>,
}

/// How long a count of cases like a precedent is shown before it is counted again: each costs a search of its own.
const COUNT_HOLDS: i64 = 600 * US_PER_SECOND;

fn matter_of(r: &PrecedentRow) -> Matter {
    Matter {
        title: r.title.clone(),
        body: format!("{} {} {}", r.problem, r.obstacle, r.solution),
        item: r.item.clone(),
        cause: r.cause.clone(),
        basis: r.basis.clone(),
    }
}

/// A case as a question to the precedents.
pub(super) fn question(case: &Case, words: &str) -> Matter {
    Matter {
        title: case.title.clone(),
        body: words.to_owned(),
        item: case.item.clone().unwrap_or_default(),
        cause: case.cause.map_or_else(String::new, |c| resolve::Word::zh(c).to_owned()),
        basis: String::new(),
    }
}

impl Cases {
    fn kept(&self, rd: &mut Rd<'_>, loaded: &Loaded) -> Result<Arc<Kept>, Error> {
        let mark = readings::precedent_mark(rd)?;
        self.reading.precedents.at(rd, mark, |rd, _| {
            let rows = readings::precedents(rd, HELD)?;
            let named = rows.iter().enumerate().map(|(i, r)| (i.to_string(), matter_of(r)));
            let index = Precedents::build(loaded.cutter(), named);
            Ok(Kept { index, rows, since: Mutex::default() })
        })
    }

    /// How many cases like that of a precedent came in since.
    fn since(&self, rd: &mut Rd<'_>, kept: &Kept, r: &PrecedentRow) -> Result<usize, Error> {
        let now = self.city.store().now();
        let known = kept.since.lock().unwrap_or_else(PoisonError::into_inner).get(&r.case).copied();
        if let Some((_, n)) = known.filter(|k| now.us_since(k.0) < COUNT_HOLDS) {
            return Ok(n);
        }
        let signature = store::texts::signature(rd, r.case)?;
        // While its case is not indexed there is nothing to count, and nothing to keep.
        let Some(signature) = signature.and_then(|b| hanyu::same::Signature::from_bytes(&b)) else {
            return Ok(0);
        };
        let near = super::near(rd, &signature, Some(CaseId(r.case)))?;
        let n = near.iter().filter(|(id, s)| id.0 > r.case && s.score >= SIMILAR).count();
        kept.since.lock().unwrap_or_else(PoisonError::into_inner).insert(r.case, (now, n));
        Ok(n)
    }

    fn shown_precedent(
        &self,
        rd: &mut Rd<'_>,
        office: &city::Office,
        actor: &Actor,
        (kept, r): (&Kept, &PrecedentRow),
    ) -> Result<PrecedentView, Error> {
        let case = cases::by_id(rd, CaseId(r.case))?;
        let since = self.since(rd, kept, r)?;
        Ok(PrecedentView {
            number: case.filter(|c| access::may_see(actor, c)).map(|c| c.number),
            unit: r.unit.map(|u| office.unit_name(kernel::UnitId(u))),
            made: Moment::from_us(r.made),
            form: NewPrecedent {
                title: mask(&r.title),
                problem: mask(&r.problem),
                obstacle: mask(&r.obstacle),
                solution: mask(&r.solution),
                basis: mask(&r.basis),
            },
            score: 0.0,
            why: Vec::new(),
            since,
        })
    }

    /// The precedents nearest in meaning, best first; never that of the case `me` itself.
    pub(super) fn nearest_precedents(
        &self,
        rd: &mut Rd<'_>,
        office: &city::Office,
        loaded: &Loaded,
        actor: &Actor,
        matter: &Matter,
        me: Option<CaseId>,
    ) -> Result<Vec<PrecedentView>, Error> {
        let kept = self.kept(rd, loaded)?;
        let mut out = Vec::new();
        for found in kept.index.rank(loaded.cutter(), matter, SHOWN + 1) {
            let Some(row) = found.id.parse().ok().and_then(|i: usize| kept.rows.get(i)) else { continue };
            if found.score < NEAR_ENOUGH || me.is_some_and(|m| m.0 == row.case) || out.len() == SHOWN {
                continue;
            }
            let view = self.shown_precedent(rd, office, actor, (&kept, row))?;
            out.push(PrecedentView { score: found.score, why: found.why, ..view });
        }
        Ok(out)
    }

    /// The precedent made from a case.
    pub(super) fn own_precedent(
        &self,
        rd: &mut Rd<'_>,
        loaded: &Loaded,
        case: CaseId,
    ) -> Result<Option<NewPrecedent>, Error> {
        let kept = self.kept(rd, loaded)?;
        Ok(kept.rows.iter().find(|r| r.case == case.0).map(|r| NewPrecedent {
            title: r.title.clone(),
            problem: r.problem.clone(),
            obstacle: r.obstacle.clone(),
            solution: r.solution.clone(),
            basis: r.basis.clone(),
        }))
    }

    /// Makes a closed case a precedent, or changes what it says. On record beside the case.
    pub fn make_precedent(&self, actor: Actor, number: String, form: NewPrecedent) -> Later<()> {
        self.write(move |_, tx| {
            let case = cases::by_number(tx, &number)?.ok_or(Error::NotFound)?;
            let permit = decide(&actor, op::MakePrecedent, &case)?;
            if !closed(&case) {
                return Err(Error::invalid(
                    "problem",
                    "办结后才能设为先例",
                    "a case becomes a precedent when it is closed",
                ));
            }
            let fields = [
                ("title", &form.title, true),
                ("problem", &form.problem, true),
                ("obstacle", &form.obstacle, true),
                ("solution", &form.solution, true),
                ("basis", &form.basis, false),
            ];
            for (name, text, must) in fields {
                if text.chars().count() > FIELD || (must && text.trim().is_empty()) {
                    return Err(Error::invalid(
                        name,
                        format!("请填写，{FIELD} 字以内"),
                        format!("fill this in, {FIELD} characters at most"),
                    ));
                }
                // The basis is filled in from the reply, whose telephone is the office's: it is covered, not refused.
                if must && let Some(said) = hanyu::mask::refusal(text) {
                    return Err(Error::Invalid { field: name.to_owned(), said });
                }
            }
            let row = PrecedentRow {
                case: case.id.0,
                title: form.title.trim().to_owned(),
                problem: form.problem.trim().to_owned(),
                obstacle: form.obstacle.trim().to_owned(),
                solution: form.solution.trim().to_owned(),
                basis: mask(form.basis.trim()),
                item: case.item.clone().unwrap_or_default(),
                cause: case.cause.map_or_else(String::new, |c| resolve::Word::zh(c).to_owned()),
                ..PrecedentRow::default()
            };
            readings::put_precedent(tx, &actor, &row)?;
            let data = json!({ "number": case.number, "title": row.title, "problem": row.problem,
                "obstacle": row.obstacle, "solution": row.solution, "basis": row.basis });
            record(tx, &permit, case.id, "precedent", &data)?;
            Ok(())
        })
    }

    /// Precedents: those nearest to a question, or the newest when nothing is asked.
    pub fn precedents(&self, actor: Actor, asked: String) -> Later<Vec<PrecedentView>> {
        self.study(move |app, rd| {
            decide(&actor, op::ListCases, Nothing)?;
            let office = app.city.office(rd)?;
            let loaded = app.loaded(rd, &office)?;
            let asked: String = asked.trim().chars().take(FIELD).collect();
            if asked.is_empty() {
                let kept = app.kept(rd, &loaded)?;
                let rows = readings::precedents(rd, 50)?;
                return rows.iter().map(|r| app.shown_precedent(rd, &office, &actor, (&kept, r))).collect();
            }
            let matter = Matter { title: asked, ..Matter::default() };
            app.nearest_precedents(rd, &office, &loaded, &actor, &matter, None)
        })
    }
}

/// Precedents shown beside a case, least nearness, and the score from which a later case counts as like it.
const SHOWN: usize = 5;
const NEAR_ENOUGH: f32 = 0.12;
const SIMILAR: f32 = 0.5;

/// Is a case so far that its solution can be told to others?
pub(super) fn closed(case: &Case) -> bool {
    use resolve::StageKind as S;
    matches!(case.stage.kind(), S::Archived | S::CalledBack | S::Replied)
}
