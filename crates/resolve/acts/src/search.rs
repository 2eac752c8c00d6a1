//! 检索: full text over everything a person may see. The index knows whose a case is, so that nobody's page is
//! emptied by what is not theirs; and every case found still passes the door before it is shown.

use std::collections::HashSet;

use access::{Nothing, decide, op};
use hanyu::search::Query as Words;
use kernel::{Actor, CaseId, Role};
use resolve::Case;
use store::cases::{self, CaseRow, Query, Scope};
use store::texts::{self, Wanted};

use crate::cases::scope_of;
use crate::reading::words_of;
use crate::{CaseView, Cases};
use city::{Door, Error, Later};

/// Cases looked through in one stretch, and stretches of one page.
const STRETCH: u32 = 200;
const STRETCHES: usize = 10;
/// Characters shown around a word found.
const AROUND: usize = 60;

/// A case found.
#[derive(Clone, Debug)]
pub struct Hit {
    /// the case
    pub view: CaseView,
    /// some of its words around what was looked for; empty when the title has it
    pub excerpt: String,
}

/// A page of cases found.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// best of the newest first
    pub hits: Vec<Hit>,
    /// continue with cases before this id
    pub next: Option<i64>,
}

/// Terms that say whose cases an actor may find, within the scope asked for. They mirror `access::may_see`; what
/// they let through by mistake is held back there.
fn scopes(actor: &Actor, wished: &Scope) -> Result<Vec<String>, Error> {
    let unit = actor.unit.ok_or(Error::NotFound)?;
    let narrowed = scope_of(actor, wished)?;
    Ok(match (wished, narrowed) {
        // Who asks for no scope of their own looks through everything they may see.
        (Scope::Region(_), Scope::Owned(_) | Scope::FirstAsked(_)) => match actor.role {
            Role::Clerk | Role::Handler | Role::UnitAdmin => {
                vec![format!("0u{unit}"), format!("0f{unit}"), format!("0p{unit}")]
            }
            _ => Vec::new(),
        },
        (_, Scope::Region(code)) => vec![format!("0r{code}")],
        (_, Scope::Owned(u)) => vec![format!("0u{u}")],
        (_, Scope::FirstAsked(u)) => vec![format!("0f{u}")],
        (_, Scope::Party(u)) => vec![format!("0p{u}")],
    })
}

/// Does a case pass the other conditions of a query?
fn fits(q: &Query, row: &CaseRow) -> bool {
    let c: &Case = &row.case;
    (q.stages.is_empty() || q.stages.contains(&row.stage))
        && q.kind.as_deref().is_none_or(|k| resolve::Word::word(c.kind) == k)
        && q.campaign.as_ref().is_none_or(|a| Some(a) == c.campaign.as_ref())
        && q.due_before.is_none_or(|before| row.due.is_some_and(|d| d < before))
        && q.unit.is_none_or(|u| c.stage.owner() == Some(u))
        && (!q.returned || c.returns > 0)
        && (!q.reopened || c.rounds > 0)
}

/// How well a title answers: all of what was typed at once, else how many of the words.
fn title_score(typed: &str, words: &[String], title: &str) -> u32 {
    let title = hanyu::normalise::fold(title).to_lowercase();
    if !typed.is_empty() && title.contains(typed) {
        return 1_000;
    }
    words.iter().filter(|w| title.contains(w.as_str())).count() as u32
}

/// Some characters around the first of the words in a text.
fn excerpt(text: &str, words: &[String]) -> String {
    let folded = hanyu::normalise::fold(text).to_lowercase();
    let Some(at) = words.iter().filter_map(|w| folded.find(w.as_str())).min() else { return String::new() };
    let before = folded[..at].chars().count();
    let from = before.saturating_sub(AROUND / 3);
    let some: String = folded.chars().skip(from).take(AROUND).collect();
    let (head, tail) =
        (if from > 0 { "…" } else { "" }, if folded.chars().count() > from + AROUND { "…" } else { "" });
    format!("{head}{}{tail}", some.replace(['\n', '\r'], " "))
}

impl Cases {
    /// Cases with these words that the actor may see and that fit the query: the newest first, of one page those
    /// whose title answers best on top. `before` continues behind an id.
    pub fn search(&self, actor: Actor, asked: String, mut query: Query, before: Option<i64>) -> Later<Found> {
        self.read(move |app, rd| {
            decide(&actor, op::ListCases, Nothing)?;
            let scopes = scopes(&actor, &query.scope)?;
            query.limit = query.limit.clamp(1, 100);
            let parsed = Words::parse(&asked);
            if parsed.is_empty() {
                return Ok(Found::default());
            }
            let (not, all): (Vec<_>, Vec<_>) = parsed.clauses.into_iter().partition(|c| c.not);
            let words: Vec<String> = all.iter().filter_map(|c| c.any.first().cloned()).collect();
            let wanted = Wanted {
                all: all.into_iter().map(|c| c.any).collect(),
                not: not.into_iter().flat_map(|c| c.any).collect(),
                scopes,
            };
            let office = app.city.office(rd)?;
            let now = app.city.store().now();
            let (mut rows, mut before, mut more): (Vec<CaseRow>, i64, bool) =
                (Vec::new(), before.unwrap_or(i64::MAX), true);
            for round in 0..STRETCHES {
                // Most questions have no other condition: then little more than a page is read.
                let many = if round == 0 { STRETCH.min(query.limit + query.limit / 4 + 1) } else { STRETCH };
                let ids = texts::find(rd, &wanted, before, many)?;
                more = ids.len() == many as usize;
                let Some(last) = ids.last() else { break };
                let known: HashSet<CaseId> = ids.iter().copied().collect();
                let mut page = cases::by_ids(rd, &ids)?;
                page.retain(|r| known.contains(&r.id) && access::may_see(&actor, &r.case) && fits(&query, r));
                page.sort_by_key(|r| std::cmp::Reverse(r.id));
                before = last.0;
                rows.extend(page);
                if rows.len() >= query.limit as usize || !more {
                    break;
                }
            }
            if rows.len() > query.limit as usize {
                rows.truncate(query.limit as usize);
                before = rows.last().map_or(before, |r| r.id.0);
                more = true;
            }
            let typed = hanyu::normalise::fold(asked.trim()).to_lowercase();
            rows.sort_by_key(|r| std::cmp::Reverse((title_score(&typed, &words, &r.title), r.id)));
            let mut hits = Vec::with_capacity(rows.len());
            for r in rows {
                let titled = title_score(&typed, &words, &r.title) > 0;
                // What the reader may not see in the letter they do not see in a piece of it either.
                let text = if titled {
                    String::new()
                } else {
                    app.veil(rd, &actor, &r.case)?.text(&words_of(rd, &r.case)?.all())
                };
                let view = CaseView {
                    clock: r.case.clock_view(&office.rules.calendar, now),
                    acts: access::acts(&actor, &r.case),
                    contact: None,
                    owner: r.case.stage.owner().map(|u| office.unit_name(u)),
                    office: std::sync::Arc::clone(&office),
                    case: crate::reporter::case_in_list(&actor, r.case),
                };
                hits.push(Hit { view, excerpt: excerpt(&text, &words) });
            }
            Ok(Found { hits, next: more.then_some(before) })
        })
    }
}
