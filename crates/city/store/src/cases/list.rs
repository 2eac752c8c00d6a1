//! 件列表: pages of cases by any filter, in any of three orders, and how many there are. Every filter has a
//! stretch of an index (`12_lists.sql`, `13_newest.sql`), so that a page costs the same in a town and in a city of millions.

use kernel::{Moment, UnitId};
use resolve::{StageKind, Word as _};

use super::{COLUMNS, CaseRow, row_of};
use crate::conditions::Where;
use crate::conn::Rd;
use crate::engine::Result;
use crate::value::{Value, contains};

/// Whose cases a list shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Of this region and below, by code.
    Region(String),
    /// Owned by this unit.
    Owned(UnitId),
    /// First asked at this unit.
    FirstAsked(UnitId),
    /// Co-handled or formerly owned by this unit.
    Party(UnitId),
}

/// In which order a list is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sort {
    /// what expires first on top; cases without an open clock last
    #[default]
    Due,
    /// what was lodged last on top
    Newest,
    /// what most people stand behind on top
    Support,
}

/// What a list is asked for.
#[derive(Clone, Debug)]
pub struct Query {
    /// whose
    pub scope: Scope,
    /// in these stages; empty for all
    pub stages: Vec<StageKind>,
    /// of this kind
    pub kind: Option<String>,
    /// of this campaign
    pub campaign: Option<String>,
    /// due before this moment
    pub due_before: Option<Moment>,
    /// due at this moment or later
    pub due_from: Option<Moment>,
    /// no clock runs: nothing is due
    pub untimed: bool,
    /// owned by this unit
    pub unit: Option<UnitId>,
    /// the title contains this
    pub text: Option<String>,
    /// given back at least once
    pub returned: bool,
    /// reopened at least once
    pub reopened: bool,
    /// in which order
    pub sort: Sort,
    /// continue behind this row
    pub after: Option<(i64, i64)>,
    /// at most so many
    pub limit: u32,
}

impl Query {
    /// Everything of a scope.
    pub fn of(scope: Scope) -> Self {
        Self {
            scope,
            stages: Vec::new(),
            kind: None,
            campaign: None,
            due_before: None,
            due_from: None,
            untimed: false,
            unit: None,
            text: None,
            returned: false,
            reopened: false,
            sort: Sort::Due,
            after: None,
            limit: 50,
        }
    }
}

/// Cases without an open clock sort behind every due moment.
const NEVER: i64 = i64::MAX;

/// The condition of a query. `walk`: the rows are walked in an order of their own, so the indexes of stages,
/// kinds and counties must not be taken for it; an expression in place of a column keeps both engines from it. What
/// was lodged last has a stretch of its own for each stage, and so has what has most support, by the same expression. What was given back or reopened is
/// rare, and its own index is to be taken whatever else is asked.
fn conditions<'a>(
    q: &'a Query,
    like: &'a str,
    region: &'a Region,
    walk: bool,
    by_support: bool,
) -> Where<'a> {
    let mut w = Where::default();
    let by_stage = walk && q.stages.len() == 1 && !by_support;
    let walk = walk || q.returned || q.reopened;
    let column = |name: &str| if walk { format!("coalesce({name}, '')") } else { name.to_owned() };
    match &q.scope {
        Scope::Region(code) => {
            if let Some(county) = &region.county {
                let of = if walk { "coalesce(substr(region, 1, 6), '')" } else { "substr(region, 1, 6)" };
                w.and(&format!("{of} = ?"), &[county.into()]);
            }
            if code.len() != COUNTY {
                w.and("region >= ? AND region < ?", &[code.into(), (&region.end).into()]);
            }
        }
        Scope::Owned(unit) => w.and("unit = ?", &[(*unit).into()]),
        Scope::FirstAsked(unit) => w.and("first_asked = ?", &[(*unit).into()]),
        Scope::Party(unit) => {
            w.and("id IN (SELECT case_id FROM case_party WHERE unit = ?)", &[(*unit).into()]);
        }
    }
    // What is due before a moment is found stage by stage; there is no index of due moments alone.
    let stages = if q.due_before.is_some() && q.stages.is_empty() { StageKind::ALL } else { &q.stages };
    if !stages.is_empty() {
        let marks = vec!["?"; stages.len()].join(", ");
        let values: Vec<Value<'_>> = stages.iter().map(|s| s.word().into()).collect();
        let stage = if by_stage { "stage".to_owned() } else { column("stage") };
        w.and(&format!("{stage} IN ({marks})"), &values);
    }
    if let Some(kind) = &q.kind {
        w.and(&format!("{} = ?", column("kind")), &[kind.into()]);
    }
    if let Some(campaign) = &q.campaign {
        w.and(&format!("{} = ?", column("campaign")), &[campaign.into()]);
    }
    if let Some(before) = q.due_before {
        w.and("due IS NOT NULL AND due < ?", &[before.into()]);
    }
    if let Some(from) = q.due_from {
        w.and("due >= ?", &[from.into()]);
    }
    if q.untimed {
        w.and("due IS NULL", &[]);
    }
    if let Some(unit) = q.unit {
        w.and("unit = ?", &[unit.into()]);
    }
    if !like.is_empty() {
        w.and("title LIKE ? ESCAPE '!'", &[like.into()]);
    }
    // Written out, so that the partial indexes are known to fit.
    if q.returned {
        w.and("returns > 0", &[]);
    }
    if q.reopened {
        w.and("rounds > 0", &[]);
    }
    w
}

/// Digits of a county's code.
const COUNTY: usize = 6;

/// What the condition on a region needs: the county it lies in, and the first text behind its codes.
struct Region {
    county: Option<String>,
    end: String,
}

impl Region {
    fn of(scope: &Scope) -> Self {
        match scope {
            // ':' follows '9', so this is the first text behind every code that begins so.
            Scope::Region(code) => {
                Self { county: code.get(..COUNTY).map(str::to_owned), end: format!("{code}:") }
            }
            _ => Self { county: None, end: String::new() },
        }
    }
}

fn like(q: &Query) -> String {
    q.text.as_deref().map(str::trim).filter(|t| !t.is_empty()).map_or_else(String::new, contains)
}

/// A page of cases in the order asked for.
pub fn list(rd: &mut Rd<'_>, q: &Query) -> Result<Vec<CaseRow>> {
    list_by(rd, q, FEW)
}

/// The same with another idea of how many are few, so that tests see both ways on a small table.
pub fn list_by(rd: &mut Rd<'_>, q: &Query, few: u32) -> Result<Vec<CaseRow>> {
    if q.sort == Sort::Due { by_due(rd, q) } else { by_key(rd, q, few) }
}

/// What expires first on top; cases without an open clock last.
fn by_due(rd: &mut Rd<'_>, q: &Query) -> Result<Vec<CaseRow>> {
    // Each stage is read by its own stretch of an index and the pages are merged here.
    let every: &[StageKind] = if q.stages.is_empty() { StageKind::ALL } else { &q.stages };
    if every.len() > 1 && !q.returned && !q.reopened {
        let mut all = Vec::new();
        for stage in every {
            let one = Query { stages: vec![*stage], ..q.clone() };
            all.extend(by_due(rd, &one)?);
        }
        all.sort_by_key(|r| (r.due.map_or(NEVER, Moment::us), r.id));
        all.truncate(q.limit as usize);
        return Ok(all);
    }
    let mut out = if q.untimed { Vec::new() } else { page(rd, q, true)? };
    // What is asked for by when it is due has no rows without.
    if out.len() < q.limit as usize && q.due_from.is_none() && q.due_before.is_none() {
        let rest = Query { limit: q.limit - out.len() as u32, ..q.clone() };
        out.extend(page(rd, &rest, false)?);
    }
    Ok(out)
}

/// Rows with a due moment in its order, or rows without one in the order of their ids.
fn page(rd: &mut Rd<'_>, q: &Query, dated: bool) -> Result<Vec<CaseRow>> {
    let (like, region) = (like(q), Region::of(&q.scope));
    let mut w = conditions(q, &like, &region, false, false);
    match (dated, q.after) {
        (true, Some((due, _))) if due == NEVER => return Ok(Vec::new()),
        (true, Some((due, id))) => w.and("due IS NOT NULL AND (due, id) > (?, ?)", &[due.into(), id.into()]),
        (true, None) => w.and("due IS NOT NULL", &[]),
        (false, Some((due, id))) if due == NEVER => w.and("due IS NULL AND id > ?", &[id.into()]),
        (false, _) => w.and("due IS NULL", &[]),
    }
    let order = if dated { "due, id" } else { "id" };
    select(rd, w, order, q.limit)
}

fn select(rd: &mut Rd<'_>, mut w: Where<'_>, order: &str, limit: u32) -> Result<Vec<CaseRow>> {
    w.params.push(limit.into());
    let sql = format!("SELECT {COLUMNS} FROM case_file{} ORDER BY {order} LIMIT ${}", w.sql, w.params.len());
    rd.query(&sql, &w.params, row_of)
}

/// So few are read whole and sorted here; more are dense enough to be walked in the order of the key.
const FEW: u32 = 2000;

/// By a key that goes down: what most people stand behind, or what was lodged last. Then by id, going down.
fn by_key(rd: &mut Rd<'_>, q: &Query, few: u32) -> Result<Vec<CaseRow>> {
    let key = |r: &CaseRow| (if q.sort == Sort::Support { r.case.support } else { 0_i64 }, r.id.0);
    if count(rd, q, few)? < i64::from(few) {
        let (like, region) = (like(q), Region::of(&q.scope));
        let mut all = select(rd, conditions(q, &like, &region, false, false), "id", few)?;
        all.retain(|r| q.after.is_none_or(|after| key(r) < after));
        all.sort_by_key(|r| std::cmp::Reverse(key(r)));
        all.truncate(q.limit as usize);
        return Ok(all);
    }
    if q.sort == Sort::Newest && q.stages.is_empty() {
        return walk(rd, q, None);
    }
    let stages = if q.stages.is_empty() { StageKind::ALL } else { &q.stages };
    let mut all = Vec::new();
    for stage in stages {
        all.extend(of_stage(rd, &Query { stages: vec![*stage], ..q.clone() })?);
    }
    all.sort_by_key(|r| std::cmp::Reverse(key(r)));
    all.truncate(q.limit as usize);
    Ok(all)
}

/// The same within one stage.
fn of_stage(rd: &mut Rd<'_>, q: &Query) -> Result<Vec<CaseRow>> {
    if q.sort == Sort::Newest {
        return walk(rd, q, None);
    }
    let mut out = Vec::new();
    if q.after.is_none_or(|a| a.0 > 0) {
        out = walk(rd, q, Some(true))?;
    }
    if out.len() < q.limit as usize {
        let after = q.after.filter(|a| a.0 == 0);
        let rest = Query { limit: q.limit - out.len() as u32, after, ..q.clone() };
        out.extend(walk(rd, &rest, Some(false))?);
    }
    Ok(out)
}

/// Walks an index of the key downwards; `supported`: only with, or only without support.
fn walk(rd: &mut Rd<'_>, q: &Query, supported: Option<bool>) -> Result<Vec<CaseRow>> {
    let (like, region) = (like(q), Region::of(&q.scope));
    let by_support = supported == Some(true);
    let mut w = conditions(q, &like, &region, true, by_support);
    match supported {
        Some(true) => w.and("support > 0", &[]),
        Some(false) => w.and("support = 0", &[]),
        None => {}
    }
    match q.after {
        Some((key, id)) if by_support => w.and("(support, id) < (?, ?)", &[key.into(), id.into()]),
        Some((_, id)) => w.and("id < ?", &[id.into()]),
        None => {}
    }
    select(rd, w, if by_support { "support DESC, id DESC" } else { "id DESC" }, q.limit)
}

/// How many a list has altogether, counted up to `most`.
pub fn count(rd: &mut Rd<'_>, q: &Query, most: u32) -> Result<i64> {
    let (like, region) = (like(q), Region::of(&q.scope));
    let mut w = conditions(q, &like, &region, false, false);
    w.params.push(most.into());
    let sql = format!(
        "SELECT count(*) FROM (SELECT 1 FROM case_file{} LIMIT ${}) AS counted",
        w.sql,
        w.params.len()
    );
    rd.query_one(&sql, &w.params, |r| r.i64(0))
}

/// Where a page ends, for the next one.
pub fn cursor_of(row: &CaseRow, sort: Sort) -> (i64, i64) {
    let key = match sort {
        Sort::Due => row.due.map_or(NEVER, Moment::us),
        Sort::Newest => 0,
        Sort::Support => row.case.support,
    };
    (key, row.id.0)
}
