//! 公文: a bulletin is drafted from figures of a stated date, edited by a person, and goes the way of a paper (`papers`), which gives it its number; figures that
//! changed later show as differences. Rows S2, W11.

use std::collections::HashMap;

use access::{Permit, Region, decide, op};
use kernel::{Actor, Date, Moment, StreamId, StreamKind};
use resolve::{Stage, StageKind, StepState, Word as _};
use store::supervision::{self, BulletinRow};
use store::{Rd, cases};
use supervise::{
    Ask, Board, Bulletin, CaseLine, Difference, Dim, Facts, Figure, Filter, Form, Given, Line, Sort, Value,
    draft, figure,
};

use crate::Supervision;
use city::reach::{home, region_in};
use city::{Door, Error, Later, Office};

/// Units or regions printed in one table; cases in one list.
const LINES_MOST: usize = 60;
const CASES_MOST: usize = 200;

/// A bulletin with what has changed since.
#[derive(Clone, Debug)]
pub struct BulletinView {
    /// id, state, version
    pub row: BulletinRow,
    /// the content
    pub bulletin: Bulletin,
    /// figures that are not what they were
    pub differences: Vec<Difference>,
    /// this reader may edit it
    pub may_edit: bool,
}

/// What a person changes of a draft.
#[derive(Clone, Debug)]
pub struct Edited {
    /// 标题
    pub title: String,
    /// 主送
    pub to: String,
    /// 署名
    pub org: String,
    /// 成文日期
    pub date: Date,
    /// 抄送
    pub copies: String,
    /// the text blocks by their number
    pub texts: Vec<(usize, String)>,
}

/// Figures for many filters from a few boards: everything by unit and by region at once.
struct Sums {
    base: Ask,
    total: Line,
    units: HashMap<i64, Line>,
    regions: HashMap<String, Line>,
}

impl Sums {
    fn new(facts: &Facts, ask: &Ask, now: Moment) -> Self {
        let Board { lines, total } = facts.board(ask, Dim::Unit, now);
        let units = lines.into_iter().filter_map(|l| Some((l.key.parse().ok()?, l))).collect();
        let regions = facts.board(ask, Dim::Region, now).lines;
        let regions = regions.into_iter().map(|l| (l.key.clone(), l)).collect();
        Self { base: ask.clone(), total, units, regions }
    }
    /// The value, when it is one of those at hand.
    fn value(&self, f: &Figure, ask: &Ask) -> Option<Value> {
        let nothing = |f: &Figure| match f.rule {
            supervise::Rule::Share(..) => Value::Share { part: 0, whole: 0 },
            _ => Value::Count(0),
        };
        if (ask.from, ask.to) != (self.base.from, self.base.to) {
            return None;
        }
        if ask.filter == self.base.filter {
            return Some(self.total.value(f));
        }
        if let Some(unit) = ask.filter.unit
            && (Filter { unit: None, ..ask.filter.clone() }) == self.base.filter
        {
            return Some(self.units.get(&unit).map_or_else(|| nothing(f), |l| l.value(f)));
        }
        let above = Filter { region: self.base.filter.region.clone(), ..ask.filter.clone() };
        let line = self.regions.get(&ask.filter.region).filter(|_| above == self.base.filter);
        line.map(|l| l.value(f))
    }
}

impl Supervision {
    /// Drafts a bulletin; answers its id.
    pub fn draft_bulletin(&self, actor: Actor, form: Form, ask: Ask) -> Later<i64> {
        self.write(move |app, tx| {
            let region = home(&actor, &*app.city.office(tx)?);
            let permit = decide(&actor, op::WriteBulletins, Region(&region))?;
            let name = ask.filter.campaign.trim();
            let known = |c: &store::campaigns::CampaignRow| c.name == name;
            if form == Form::Campaign && name.is_empty() {
                return Err(Error::invalid(
                    "campaign",
                    "请写明是哪个行动的总结",
                    "name the campaign to sum up",
                ));
            }
            if !name.is_empty()
                && !store::campaigns::all(tx)?.iter().any(known)
                && !app.has_cases_of(name, tx.now())
            {
                return Err(Error::invalid(
                    "campaign",
                    format!("没有名为“{name}”的行动，也没有件属于它，请核对名称"),
                    format!("there is no campaign “{name}” and no case belongs to it: check the name"),
                ));
            }
            let b = app.draft_in(tx, &actor, form, ask.clone())?;
            let row = BulletinRow {
                id: 0,
                form: form.word().to_owned(),
                title: b.title.clone(),
                state: "draft".to_owned(),
                ver: 1,
                region: region.as_str().to_owned(),
                made: tx.now(),
                doc: json(&b)?,
            };
            let id = supervision::put_bulletin(tx, &permit, &row)?;
            crate::ratings::append(tx, &permit, stream(id), "draft", &(form.word(), &b.title, b.as_of))?;
            Ok(id)
        })
    }

    /// Does any case carry this campaign? Names also come in with files.
    fn has_cases_of(&self, campaign: &str, now: Moment) -> bool {
        let filter = Filter { campaign: campaign.to_owned(), ..Filter::default() };
        let ask = Ask { from: Date::constant(2000, 1, 1), to: now.date(), filter };
        let cases = |f: &Figure| self.with_facts(|facts| facts.value(&ask, f, now)).number();
        figure("intake").and_then(cases).is_some_and(|n| n > 0.0)
    }

    pub(crate) fn draft_in(
        &self,
        rd: &mut Rd<'_>,
        actor: &Actor,
        form: Form,
        ask: Ask,
    ) -> Result<Bulletin, Error> {
        let units = self.board_in(rd, actor, ask.clone(), Dim::Unit)?;
        let regions = self.board_in(rd, actor, ask, Dim::Region)?;
        let ask = units.ask.clone();
        let now = self.city.store().now();
        let office = self.city.office(rd)?;
        let sums = self.with_facts(|f| Sums::new(f, &ask, now));
        let value = |f: &Figure, a: &Ask| {
            sums.value(f, a).unwrap_or_else(|| self.with_facts(|facts| facts.value(a, f, now)))
        };
        let own = actor.unit.and_then(|u| office.unit(u));
        let city = office.settings.name.clone();
        let given = Given {
            org: own.map_or_else(|| city.clone(), |u| u.name.clone()),
            to: "各县（市、区）人民政府，市直有关单位".to_owned(),
            copies: "市政府办公室，市委督查室、市政府督查室".to_owned(),
            today: now.date(),
            campaign: ask.filter.campaign.clone(),
            units: busiest(&units.lines, |key| Filter { unit: key.parse().ok(), ..ask.filter.clone() }),
            regions: busiest(&regions.lines, |key| Filter { region: key.to_owned(), ..ask.filter.clone() }),
            cases: self.case_lines(rd, actor, &office, form, &ask)?,
            city,
            ask,
            value: &value,
        };
        Ok(draft(form, &given))
    }

    /// The cases that a form lists: problems with their plans, or everything open.
    fn case_lines(
        &self,
        rd: &mut Rd<'_>,
        actor: &Actor,
        office: &Office,
        form: Form,
        ask: &Ask,
    ) -> Result<Vec<CaseLine>, Error> {
        let key = match form {
            Form::Rectification => "plans",
            Form::ThreeLists => "problems",
            Form::Ledger => "intake",
            Form::Notice | Form::Monthly | Form::Campaign => return Ok(Vec::new()),
        };
        let Some(f) = figure(key) else { return Ok(Vec::new()) };
        let now = self.city.store().now();
        let (entries, _) = self.with_facts(|facts| facts.list(ask, f, now, 0, CASES_MOST));
        let mut out = Vec::with_capacity(entries.len());
        for e in entries.into_iter().filter(|e| e.sort == Sort::Case) {
            let case = cases::by_id(rd, kernel::CaseId(e.id))?.filter(|c| access::may_see(actor, c));
            let Some(c) = case else { continue };
            let steps = match &c.stage {
                Stage::Rectifying { steps, .. } => steps.as_slice(),
                _ => c.mended.as_slice(),
            };
            let due = steps
                .iter()
                .map(|s| s.due)
                .max()
                .or_else(|| c.clock.open().map(|r| r.due(&office.rules.calendar).0.date()));
            let struck = steps.iter().filter(|s| s.state == StepState::StruckOff).count();
            let stage = if steps.is_empty() || c.stage.kind() != StageKind::Rectifying {
                c.stage.kind().zh().to_owned()
            } else {
                format!("已销号{struck}/{}", steps.len())
            };
            out.push(CaseLine {
                number: c.number.clone(),
                title: hanyu::mask::mask(&c.title),
                unit: office.unit_name(c.stage.owner().unwrap_or(c.first_asked)),
                lodged: c.lodged.date().to_string(),
                due: due.map_or_else(String::new, |d| d.to_string()),
                stage,
                measure: steps.iter().map(|s| s.what.as_str()).collect::<Vec<_>>().join("；"),
            });
        }
        Ok(out)
    }

    /// The newest bulletins.
    pub fn bulletins(&self, actor: Actor) -> Later<Vec<BulletinRow>> {
        self.read(move |app, rd| {
            let office = app.city.office(rd)?;
            let region = home(&actor, &office);
            decide(&actor, op::ReadBulletins, Region(&region))?;
            let mut all = supervision::bulletins(rd, region.as_str(), 100)?;
            all.retain(|b| readable(&actor, b, &office).is_ok());
            Ok(all)
        })
    }

    /// One bulletin, with the figures reckoned again.
    pub fn bulletin(&self, actor: Actor, id: i64) -> Later<BulletinView> {
        self.read(move |app, rd| {
            let row = supervision::bulletin(rd, id)?.ok_or(Error::NotFound)?;
            let office = app.city.office(rd)?;
            readable(&actor, &row, &office)?;
            let may_edit =
                decide(&actor, op::WriteBulletins, Region(&region_in(&row.region, &office))).is_ok();
            let bulletin: Bulletin = parse(&row.doc)?;
            app.fresh(rd)?;
            let now = app.city.store().now();
            let differences = app.with_facts(|facts| {
                // The widest filter is what the others were cut from.
                let base = bulletin
                    .sources
                    .iter()
                    .map(|s| &s.ask)
                    .min_by_key(|a| (a.filter.unit.is_some(), a.filter.region.len()));
                let sums = base.map(|ask| Sums::new(facts, ask, now));
                supervise::differences(&bulletin, &|f, ask| {
                    let known = sums.as_ref().and_then(|s| s.value(f, ask));
                    known.unwrap_or_else(|| facts.value(ask, f, now))
                })
            });
            Ok(BulletinView { may_edit: may_edit && row.state == "draft", row, bulletin, differences })
        })
    }

    /// Keeps what a person changed of a draft that is still at version `ver`.
    pub fn save_bulletin(&self, actor: Actor, id: i64, ver: i64, edited: Edited) -> Later<()> {
        self.write(move |app, tx| {
            let (mut row, permit) = draft_row(app, tx, &actor, id)?;
            let mut b: Bulletin = parse(&row.doc)?;
            let e = edited.clone();
            (b.title, b.to) = (line(&e.title), line(&e.to));
            (b.org, b.date, b.copies) = (line(&e.org), e.date, line(&e.copies));
            for (n, text) in e.texts {
                if let Some(
                    supervise::Block::Heading { text: old, .. } | supervise::Block::Text { text: old },
                ) = b.blocks.get_mut(n)
                {
                    *old = text;
                }
            }
            b.check().map_err(|said| Error::Invalid { field: "text".to_owned(), said })?;
            row.title.clone_from(&b.title);
            (row.doc, row.ver) = (json(&b)?, ver);
            if !supervision::save_bulletin(tx, &permit, &row)? {
                return Err(Error::Changed(store::StoreError::Conflict {
                    stream: stream(id),
                    expected: ver,
                    found: ver + 1,
                }));
            }
            crate::ratings::append(tx, &permit, stream(id), "edit", &b.title)
        })
    }
}

fn line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(300).collect()
}

pub(crate) const fn stream(id: i64) -> StreamId {
    StreamId::new(StreamKind::Supervision, id)
}

/// An issued bulletin is read up and down the line of its region; a draft only by who may write it.
pub(crate) fn readable(actor: &Actor, row: &BulletinRow, office: &Office) -> Result<(), Error> {
    let region = region_in(&row.region, office);
    decide(actor, op::ReadBulletins, Region(&region))?;
    if !matches!(row.state.as_str(), "issued" | "revoked")
        && decide(actor, op::WriteBulletins, Region(&region)).is_err()
    {
        return Err(Error::NotFound);
    }
    Ok(())
}

/// A draft with the permit to change it.
fn draft_row(
    app: &Supervision,
    rd: &mut Rd<'_>,
    actor: &Actor,
    id: i64,
) -> Result<(BulletinRow, Permit), Error> {
    let row = supervision::bulletin(rd, id)?.ok_or(Error::NotFound)?;
    let office = app.city.office(rd)?;
    let region = region_in(&row.region, &office);
    let permit = decide(actor, op::WriteBulletins, Region(&region));
    if permit.is_err() {
        // A draft of the level above is not there for who may not write it.
        readable(actor, &row, &office)?;
    }
    let permit = permit?;
    if row.state == "draft" {
        return Ok((row, permit));
    }
    if row.state == "moving" {
        return Err(Error::invalid(
            "state",
            "这份公文已送核稿或签发，退回后才能改",
            "it is on its way to be checked and signed: it can be changed when it is sent back",
        ));
    }
    Err(Error::invalid(
        "state",
        "已印发的公文不能再改；请另拟一份更正",
        "an issued bulletin stays as it is: draft a correction",
    ))
}

pub(crate) fn json<T: serde::Serialize>(value: &T) -> Result<String, Error> {
    serde_json::to_string(value).map_err(Error::bug)
}
pub(crate) fn parse<T: for<'de> serde::Deserialize<'de>>(doc: &str) -> Result<T, Error> {
    serde_json::from_str(doc).map_err(|e| Error::Store(store::StoreError::Damaged(e.to_string())))
}

/// The lines with the most open and replied cases, the busiest first.
fn busiest(lines: &[crate::NamedLine], filter: impl Fn(&str) -> Filter) -> Vec<(String, Filter)> {
    let busy = |l: &Line| -> u64 {
        let keys = ["dispatched", "intake", "replied", "open", "plans"];
        let counts = keys.iter().filter_map(|k| figure(k)).map(|f| match l.value(f) {
            Value::Count(n) => n,
            Value::Share { .. } => 0,
        });
        counts.sum()
    };
    let mut all: Vec<_> =
        lines.iter().filter(|l| !l.line.key.is_empty()).map(|l| (busy(&l.line), l)).collect();
    all.retain(|(n, _)| *n > 0);
    all.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.line.key.cmp(&b.1.line.key)));
    all.into_iter().take(LINES_MOST).map(|(_, l)| (l.name.clone(), filter(&l.line.key))).collect()
}
