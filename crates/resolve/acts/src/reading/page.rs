//! What a page shows beside a case or beside a letter that is being registered.

use access::{Region, decide, op};
use hanyu::recur::recurs;
use hanyu::same::{SAME, Similarity};
use kernel::{Actor, CaseId, RegionCode, US_PER_DAY};
use resolve::{Act, Case, StageKind};
use store::readings::{self, Verdict};
use store::{Rd, cases};

use super::precedents::{closed, question};
use super::{Back, Loaded, NewPrecedent, PrecedentView, Proposal, Twin, near, signature_of, why, words_of};
use crate::Cases;
use city::{Door, Error, Later, Office};

/// Characters of a letter that are shown in a list.
const OPENING: usize = 48;
/// Candidates shown of each kind.
const SHOWN: usize = 5;
/// After this many days a problem counts as a new one.
const FORGOTTEN: i64 = 3 * 366;
/// Nearest cases that are heard for each of many letters.
const LISTENED: usize = 12;
/// A copy of its own letter is looked at in full only so often.
const LOADED: usize = 60;

/// What was read of a case, for one reader.
#[derive(Clone, Debug, Default)]
pub struct CaseReading {
    /// units that could answer; empty when this reader chooses none now
    pub proposal: Proposal,
    /// open cases that seem to be the same matter
    pub same: Vec<Twin>,
    /// closed ones of which this seems to be the return
    pub back: Vec<Twin>,
    /// confirmed: this came back, or what was struck off here did not last
    pub history: Vec<Back>,
    /// how the like was solved before
    pub precedents: Vec<PrecedentView>,
    /// the precedent made of this case
    pub own: Option<NewPrecedent>,
    /// the reader may say whether pairs hold
    pub may_judge: bool,
    /// the reader may merge this case into another
    pub may_merge: bool,
    /// the reader may make this case a precedent
    pub may_make: bool,
}

/// What is known of a letter before it is registered.
#[derive(Clone, Debug, Default)]
pub struct DraftReading {
    /// units that could answer
    pub proposal: Proposal,
    /// cases that seem to be the same matter
    pub same: Vec<Twin>,
    /// how the like was solved before
    pub precedents: Vec<PrecedentView>,
    /// the region that it names, below the one that was asked for
    pub region: Option<String>,
    /// the place that it names
    pub place: String,
    /// its kind, by its words
    pub kind: Option<resolve::Kind>,
}

/// Parts of a place that are kept of a letter.
const PLACE_PARTS: usize = 4;

/// The place that a letter names: its parts as they follow one another. What the city's own regions are called is known;
/// of a name that no book of words has (望桥区), cutting sees the end only.
fn place_told(cutter: &hanyu::cut::Cutter, regions: &[(String, String)], words: &str) -> String {
    let folded = hanyu::normalise::fold(words);
    let named = regions.iter().map(|r| r.1.as_str()).filter(|r| r.chars().count() > 1);
    let mut parts: Vec<std::ops::Range<usize>> =
        named.flat_map(|r| folded.match_indices(r).map(|(i, r)| i..i + r.len())).collect();
    for p in hanyu::place::places(cutter, &folded) {
        // A longer name that only begins or ends with a region is taken apart there.
        let mut start = p.at.start;
        while let Some(r) = parts.iter().find(|r| r.start <= start && start < r.end) {
            start = r.end;
        }
        if start < p.at.end && !parts.iter().any(|r| r.start < p.at.end && start < r.end) {
            parts.push(start..p.at.end);
        }
    }
    parts.sort_by_key(|r| (r.start, std::cmp::Reverse(r.end)));
    let mut all = parts.into_iter();
    let Some(mut told) = all.next() else { return String::new() };
    for next in all.take(PLACE_PARTS - 1) {
        if next.start > told.end {
            break;
        }
        told.end = told.end.max(next.end);
    }
    folded.get(told).unwrap_or_default().to_owned()
}

/// The smallest region below `within` that a letter names; none when it names two that lie beside one another.
fn region_told(all: &[(String, String)], within: &RegionCode, words: &str) -> Option<String> {
    let named: Vec<&(String, String)> = all
        .iter()
        .filter(|(code, name)| {
            code.parse().is_ok_and(|c: RegionCode| within.contains(&c) && c != *within)
                && words.contains(name.as_str())
        })
        .collect();
    let deepest = named.iter().max_by_key(|r| r.0.len())?;
    let alone = named.iter().all(|r| deepest.0.starts_with(&r.0));
    alone.then(|| deepest.0.clone())
}

fn twin(office: &Office, case: &Case, similarity: &Similarity) -> Twin {
    Twin {
        number: case.number.clone(),
        title: case.title.clone(),
        stage: case.stage.kind(),
        lodged: case.lodged,
        unit: case.stage.owner().map(|u| office.unit_name(u)),
        score: similarity.score,
        why: why(similarity),
        days_after: None,
        verdict: None,
    }
}

/// Cases near a letter that the reader may see, nearest first.
fn seen_near(
    rd: &mut Rd<'_>,
    actor: &Actor,
    found: Vec<(CaseId, Similarity)>,
) -> Result<Vec<(Case, Similarity)>, Error> {
    let ids: Vec<CaseId> = found.iter().map(|f| f.0).take(LOADED).collect();
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut rows: std::collections::HashMap<CaseId, Case> =
        cases::by_ids(rd, &ids)?.into_iter().map(|r| (r.id, r.case)).collect();
    let both = found.into_iter().filter_map(|(id, s)| Some((rows.remove(&id)?, s)));
    Ok(both.filter(|(c, _)| access::may_see(actor, c)).collect())
}

/// Are these two about different items? Then they are not the same matter, however alike their words are: the words of
/// ratings and of walks are those of their forms. An item stands as its code or as its name; of one of each nothing
/// is known.
fn of_other_items(a: &Case, b: &Case) -> bool {
    let (Some(a), Some(b)) = (&a.item, &b.item) else { return false };
    a != b && a.is_ascii() == b.is_ascii()
}

/// When a case ended, as its row says.
fn ended_days(case: &Case, later: &Case, closed: Option<kernel::Moment>) -> Option<i64> {
    let days = later.lodged.us_since(closed?).div_euclid(US_PER_DAY);
    (closed.is_some() && case.id < later.id && (0..=FORGOTTEN).contains(&days)).then_some(days)
}

impl Cases {
    /// What is known of a letter before it is registered.
    pub fn read_draft(
        &self,
        actor: Actor,
        region: RegionCode,
        title: String,
        words: String,
        place: String,
    ) -> Later<DraftReading> {
        self.study(move |app, rd| {
            decide(&actor, op::RegisterCase, Region(&region))?;
            let office = app.city.office(rd)?;
            let loaded = app.loaded(rd, &office)?;
            let signature = signature_of(loaded.cutter(), &title, &words, &place);
            let found = near(rd, &signature, None)?;
            let close = seen_near(rd, &actor, found)?;
            let speak: Vec<(Case, f32)> = close.iter().map(|(c, s)| (c.clone(), s.score)).collect();
            let proposal = Self::propose(&loaded, &office, &region, (&title, &words), &speak);
            let alike = close.iter().filter(|(_, s)| s.score >= SHOW_SAME);
            let regions = store::office::regions(rd)?;
            let told = (
                region_told(&regions, &region, &format!("{title} {words}")),
                place_told(loaded.cutter(), &regions, &words),
                resolve::kind_told(&words),
            );
            let matter = hanyu::precedent::Matter { title, body: words, ..Default::default() };
            Ok(DraftReading {
                region: told.0,
                place: told.1,
                kind: told.2,
                same: alike.take(SHOWN).map(|(c, s)| twin(&office, c, s)).collect(),
                precedents: app.nearest_precedents(rd, &office, &loaded, &actor, &matter, None)?,
                proposal,
            })
        })
    }

    /// Units proposed for several cases that the reader may see, with how each letter begins (personal data covered),
    /// by number; at most 100.
    pub fn propose_many(
        &self,
        actor: Actor,
        numbers: Vec<String>,
    ) -> Later<std::collections::HashMap<String, (Proposal, String)>> {
        self.study(move |app, rd| {
            let office = app.city.office(rd)?;
            let loaded = app.loaded(rd, &office)?;
            let mut out = std::collections::HashMap::new();
            for number in numbers.into_iter().take(100) {
                let Some(case) = cases::by_number(rd, &number)? else { continue };
                decide(&actor, op::ReadCase, &case)?;
                let words = words_of(rd, &case)?;
                let signature = signature_of(loaded.cutter(), &case.title, &words.words, &words.place);
                let mut found = near(rd, &signature, Some(case.id))?;
                found.truncate(LISTENED);
                let close = seen_near(rd, &actor, found)?;
                let speak: Vec<(Case, f32)> = close.into_iter().map(|(c, s)| (c, s.score)).collect();
                let text = (case.title.as_str(), words.words.as_str());
                let proposal = Self::propose(&loaded, &office, &case.region, text, &speak);
                let veil = app.veil(rd, &actor, &case)?;
                let opening = resolve::clause(&veil.text(&words.words).replace('\n', " "), OPENING);
                out.insert(number, (proposal, opening));
            }
            Ok(out)
        })
    }

    /// What was read of a case.
    pub fn case_reading(&self, actor: Actor, number: String) -> Later<CaseReading> {
        self.study(move |app, rd| {
            let case = cases::by_number(rd, &number)?.ok_or(Error::NotFound)?;
            decide(&actor, op::ReadCase, &case)?;
            let office = app.city.office(rd)?;
            let loaded = app.loaded(rd, &office)?;
            app.reading_in(rd, &office, &loaded, &actor, &case)
        })
    }

    fn reading_in(
        &self,
        rd: &mut Rd<'_>,
        office: &Office,
        loaded: &Loaded,
        actor: &Actor,
        case: &Case,
    ) -> Result<CaseReading, Error> {
        let words = words_of(rd, case)?;
        let signature = signature_of(loaded.cutter(), &case.title, &words.words, &words.place);
        let found = near(rd, &signature, Some(case.id))?;
        let close = seen_near(rd, actor, found)?;
        let acts = access::acts(actor, case);
        let may_judge = decide(actor, op::JudgePairs, case).is_ok();
        let may_make = closed(case) && decide(actor, op::MakePrecedent, case).is_ok();
        let verdicts = readings::verdicts(rd, case.id)?;
        let mut out = CaseReading {
            may_judge,
            may_merge: acts.contains(&Act::Merge),
            may_make,
            own: self.own_precedent(rd, loaded, case.id)?,
            history: history(rd, office, actor, case, &verdicts)?,
            ..CaseReading::default()
        };
        let chooses = [Act::Dispatch, Act::Redispatch, Act::Arbitrate].iter().any(|a| acts.contains(a));
        if chooses {
            let speak: Vec<(Case, f32)> = close.iter().map(|(c, s)| (c.clone(), s.score)).collect();
            let text = (case.title.as_str(), words.words.as_str());
            out.proposal = Self::propose(loaded, office, &case.region, text, &speak);
        }
        let judged = |kind: &str, other: CaseId| {
            verdicts.iter().any(|v| v.kind == kind && (v.a == other || v.b == other))
        };
        for (other, similarity) in close.iter().filter(|(other, _)| !of_other_items(case, other)) {
            let ended = other.stage.kind() == StageKind::Archived;
            let open = !case.stage.kind().is_end() && !other.stage.kind().is_end();
            if open && similarity.score >= SHOW_SAME && out.same.len() < SHOWN {
                if !judged("same", other.id) {
                    out.same.push(twin(office, other, similarity));
                }
            } else if ended && out.back.len() < SHOWN && !judged("back", other.id) {
                out.back.extend(returned(rd, office, case, other, similarity)?);
            }
        }
        if !closed(case) || may_make {
            let matter = question(case, &words.words);
            out.precedents = self.nearest_precedents(rd, office, loaded, actor, &matter, Some(case.id))?;
        }
        Ok(out)
    }
}

/// Score from which the same matter is shown: below the default for proposing it, and said so by the figure.
const SHOW_SAME: f32 = SAME * 0.75;

/// The case as the return of an earlier one that had ended, if it looks like that.
fn returned(
    rd: &mut Rd<'_>,
    office: &Office,
    case: &Case,
    earlier: &Case,
    similarity: &Similarity,
) -> Result<Option<Twin>, Error> {
    let Some(days) = ended_days(earlier, case, cases::ended_at(rd, earlier.id)?) else { return Ok(None) };
    let same = |a: Option<&String>, b: Option<&String>| a.is_some() && a == b;
    let same_item = same(case.item.as_ref(), earlier.item.as_ref());
    let unit = case.stage.owner();
    let same_unit = unit.is_some() && unit == earlier.stage.owner();
    if !recurs(similarity, same_unit, same_item) || (unit.is_some() && !same_unit && !same_item) {
        return Ok(None);
    }
    Ok(Some(Twin { days_after: Some(days), ..twin(office, earlier, similarity) }))
}

fn history(
    rd: &mut Rd<'_>,
    office: &Office,
    actor: &Actor,
    case: &Case,
    verdicts: &[Verdict],
) -> Result<Vec<Back>, Error> {
    let mut out = Vec::new();
    for v in verdicts.iter().filter(|v| v.kind == "back" && v.holds) {
        let earlier = v.b == case.id;
        let other = if earlier { v.a } else { v.b };
        let Some(other) = cases::by_id(rd, other)?.filter(|c| access::may_see(actor, c)) else { continue };
        let none = Similarity { score: 0.0, beyond: 0, reasons: Vec::new() };
        let mut twin = twin(office, &other, &none);
        twin.verdict = Some(true);
        out.push(Back { twin, earlier });
    }
    out.sort_by_key(|b| b.twin.lodged);
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_begins_with_the_whole_name_of_a_region() {
        let regions: Vec<(String, String)> = [
            ("43", "云州省"),
            ("4399", "云汀市"),
            ("439902", "望桥区"),
            ("439903", "清溪县"),
            ("439902001", "桥头街道"),
        ]
        .map(|(c, n)| (c.to_owned(), n.to_owned()))
        .to_vec();
        let cutter = hanyu::cut::Cutter::standard();
        for (words, place, region) in [
            ("望桥区松湖社区的路灯不亮", "望桥区松湖社区", Some("439902")),
            ("云汀市望桥区桐梓坡西路路面塌陷", "云汀市望桥区桐梓坡西路", Some("439902")),
            ("我住在望桥区桥头街道，水管坏了", "望桥区桥头街道", Some("439902001")),
            ("望桥区和清溪县的班车停了", "望桥区", None),
            ("办事要跑三次", "", None),
        ] {
            assert_eq!(place_told(cutter, &regions, words), place, "{words}");
            let within: RegionCode = "4399".parse().unwrap();
            assert_eq!(region_told(&regions, &within, words).as_deref(), region, "{words}");
        }
    }
}
