//! 热点: what many people write about now, for several periods. Computed beside the work when new letters came in,
//! kept as a document; a reader sees the groups with the cases that are theirs to see.

use access::{Nothing, decide, op};
use hanyu::hot::{Heat, Hot, HotGroup, keep_ids};
use hanyu::letters::Letter;
use kernel::{Actor, CaseId, Moment, Role, US_PER_DAY, US_PER_HOUR};
use serde::{Deserialize, Serialize};
use store::{Rd, cases, readings, texts};

use super::index::READ;
use super::{unread, words_if_sound};
use crate::Cases;
use city::{Door, Error, Later};

/// Periods in days; 0 is everything there is.
pub const PERIODS: [i64; 4] = [30, 90, 365, 0];
/// Letters of one period: the newest.
const LETTERS: usize = 5_000;
/// Cases looked through for them.
const LOOKED: usize = 20_000;
/// Groups kept, and letters kept of one.
const GROUPS: usize = 50;
const BEHIND: usize = 500;
/// Between two computations when few and when many letters are in the period.
const PAUSE_US: i64 = US_PER_HOUR / 6;
const PAUSE_MANY_US: i64 = US_PER_HOUR;

#[derive(Default, Serialize, Deserialize)]
struct Doc {
    letters: usize,
    groups: Vec<HotGroup>,
}

/// A letter behind a hot matter.
#[derive(Clone, Debug)]
pub struct HotLetter {
    /// number of its case
    pub number: String,
    /// title
    pub title: String,
    /// when it was lodged
    pub lodged: Moment,
    /// where it stands
    pub stage: resolve::StageKind,
    /// short name of the unit that answers
    pub unit: Option<String>,
    /// how many support it
    pub support: i64,
}

/// A hot matter as a reader sees it.
#[derive(Clone, Debug)]
pub struct HotMatter {
    /// number of one of its cases; for those who see all of it the same from day to day
    pub id: String,
    /// how hot, and why
    pub heat: Heat,
    /// where
    pub place: String,
    /// first and last letter
    pub from: Option<Moment>,
    /// last letter
    pub to: Option<Moment>,
    /// one line
    pub line: String,
    /// words that set it apart
    pub words: Vec<String>,
    /// letters altogether
    pub count: usize,
    /// letters that the reader may see, the newest first
    pub letters: Vec<HotLetter>,
}

/// The hot matters of a period.
#[derive(Clone, Debug, Default)]
pub struct HotPage {
    /// when they were computed; none yet
    pub made: Option<Moment>,
    /// letters they were computed from
    pub letters: usize,
    /// hottest first
    pub matters: Vec<HotMatter>,
}

/// Letters of a period, the newest first, each with the item it is about.
fn letters(rd: &mut Rd<'_>, now: Moment, days: i64) -> Result<Vec<(String, Letter)>, Error> {
    let from = if days == 0 { Moment::from_us(i64::MIN / 2) } else { now.plus_us(-days * US_PER_DAY) };
    let aside = unread(rd)?;
    let (mut out, mut before, mut looked) = (Vec::new(), CaseId(i64::MAX), 0);
    while out.len() < LETTERS && looked < LOOKED {
        let page = cases::newest(rd, before, 500)?;
        let Some(last) = page.last() else { break };
        before = last.id;
        looked += page.len();
        for case in page.into_iter().filter(|c| c.lodged >= from) {
            let Some(w) = words_if_sound(rd, &case, &aside)? else { continue };
            let votes = |n: i64| u32::try_from(n.max(0)).unwrap_or(u32::MAX);
            // People that a merged case brought along count as support for the one they were merged into.
            let more = i64::from(case.reporters.saturating_sub(1));
            let item = case.item.unwrap_or_default();
            let letter = Letter {
                author: if w.author.is_empty() { case.number.clone() } else { w.author },
                id: case.number,
                title: case.title,
                body: w.words,
                at: Some(case.lodged),
                support: votes(w.support.saturating_add(more)),
                against: votes(w.against),
                ..Letter::default()
            };
            out.push((item, letter));
        }
    }
    out.truncate(LETTERS);
    out.reverse();
    Ok(out)
}

/// The hot matters among letters. Letters about different items are never one matter: what ratings and walks say is
/// much the same from item to item, and would join everything that was slow somewhere.
fn by_item(cutter: &hanyu::cut::Cutter, letters: Vec<(String, Letter)>) -> Vec<HotGroup> {
    let mut of: std::collections::BTreeMap<String, Vec<Letter>> = std::collections::BTreeMap::new();
    for (item, letter) in letters {
        of.entry(item).or_default().push(letter);
    }
    let each = of.values().filter(|some| some.len() > 1);
    let mut groups: Vec<HotGroup> = each.flat_map(|some| Hot::new(cutter, some).ranked(some, 2)).collect();
    groups.sort_by(|a, b| b.heat.value.total_cmp(&a.heat.value).then_with(|| a.id.cmp(&b.id)));
    groups
}

impl Cases {
    /// Computes the hot matters of one period that is due; says whether there was one. Takes seconds of
    /// processor time for thousands of letters, and no transaction while it computes.
    ///
    /// # Errors
    /// The store could not.
    pub fn heat_if_due(&self) -> Result<bool, Error> {
        let app = self.clone();
        let now = self.city.store().now();
        let due = self.city.store().read_long(move |rd| {
            if !Self::index_is_near(rd)? {
                return Ok::<_, Error>(None);
            }
            let (read, _) = texts::number(rd, READ)?;
            for days in PERIODS {
                let kept = readings::hot(rd, days)?;
                let old: Doc =
                    kept.as_ref().and_then(|(.., doc)| serde_json::from_str(doc).ok()).unwrap_or_default();
                let pause = if old.letters > 1_000 { PAUSE_MANY_US } else { PAUSE_US };
                let due = kept.is_none_or(|(made, up_to, _)| {
                    (read > up_to && now.us_since(made) >= pause) || now.us_since(made) >= US_PER_DAY
                });
                if due && read > 0 {
                    let office = app.city.office(rd)?;
                    let loaded = app.loaded(rd, &office)?;
                    return Ok(Some((days, read, old, loaded, letters(rd, now, days)?)));
                }
            }
            Ok(None)
        })?;
        let Some((days, read, old, loaded, letters)) = due else { return Ok(false) };
        let read_of = letters.len();
        let mut groups = by_item(loaded.cutter(), letters);
        keep_ids(&old.groups, &mut groups);
        groups.truncate(GROUPS);
        groups.iter_mut().for_each(|g| {
            let n = g.ids.len();
            g.ids.drain(..n.saturating_sub(BEHIND));
        });
        let doc = serde_json::to_string(&Doc { letters: read_of, groups }).map_err(Error::bug)?;
        self.city.store().write(move |tx| Ok::<_, Error>(readings::put_hot(tx, days, read, &doc)?))?;
        Ok(true)
    }

    /// The hot matters of a period as this reader may see them, at most `most`, with at most `behind` letters
    /// each. With `only`, just the matter of that id with all its letters.
    pub fn hot(&self, actor: Actor, days: i64, only: Option<String>) -> Later<HotPage> {
        self.study(move |app, rd| {
            decide(&actor, op::ListCases, Nothing)?;
            let Some((made, _, doc)) = readings::hot(rd, days)? else { return Ok(HotPage::default()) };
            let doc: Doc =
                serde_json::from_str(&doc).map_err(|e| store::StoreError::Damaged(e.to_string()))?;
            let office = app.city.office(rd)?;
            let (most, behind) = if only.is_some() { (1, BEHIND) } else { (15, 3) };
            // Who sees the whole city sees every letter; for others all are looked at, and what is not theirs
            // neither counts nor gives the matter its name.
            let whole = matches!(actor.role, Role::Coordinator | Role::Supervisor | Role::Analyst)
                && actor.region.as_ref().is_some_and(|r| r.contains(&office.settings.city));
            let look = if whole { behind } else { BEHIND };
            let mut matters = Vec::new();
            for g in doc.groups.into_iter().filter(|g| only.as_ref().is_none_or(|o| g.ids.contains(o))) {
                if matters.len() == most {
                    break;
                }
                let mut letters = app.behind(rd, &office, &actor, &g, look)?;
                let seen = if whole { g.ids.len() } else { letters.len() };
                // Who sees none of its letters does not learn of the matter.
                if letters.is_empty() {
                    continue;
                }
                let all = seen == g.ids.len();
                let own = |text: String| if all { text } else { String::new() };
                let line = if all { g.line } else { letters[0].title.clone() };
                let (from, to) =
                    (letters.iter().map(|l| l.lodged).min(), letters.iter().map(|l| l.lodged).max());
                let heat = if all { g.heat } else { Heat { people: seen, support: 0, ..g.heat } };
                letters.truncate(behind);
                matters.push(HotMatter {
                    id: if all { g.id } else { letters[0].number.clone() },
                    heat,
                    place: own(g.place),
                    from: if all { g.from } else { from },
                    to: if all { g.to } else { to },
                    line,
                    words: if all { g.words } else { Vec::new() },
                    count: seen,
                    letters,
                });
            }
            Ok(HotPage { made: Some(made), letters: doc.letters, matters })
        })
    }

    fn behind(
        &self,
        rd: &mut Rd<'_>,
        office: &city::Office,
        actor: &Actor,
        group: &HotGroup,
        most: usize,
    ) -> Result<Vec<HotLetter>, Error> {
        let newest: Vec<String> = group.ids.iter().rev().cloned().collect();
        let mut out = Vec::new();
        // As many at once as are wanted: of a group that the reader sees none of, all are looked at.
        for some in newest.chunks(most.max(1)) {
            let seen = cases::by_numbers(rd, some)?.into_iter().filter(|c| access::may_see(actor, c));
            out.extend(seen.take(most - out.len()).map(|case| HotLetter {
                stage: case.stage.kind(),
                unit: case.stage.owner().map(|u| office.unit_name(u)),
                support: case.support,
                lodged: case.lodged,
                number: case.number,
                title: case.title,
            }));
            if out.len() == most {
                break;
            }
        }
        Ok(out)
    }
}
