//! 恳谈、走访 (R11): a talk is planned with its agenda and the companies invited, held with its minutes, and each promise becomes a
//! case of the loop with its owner and limit on the spot. It is followed until the company says that it is solved.

use access::{Nothing, Region, decide, op};
use city::{Door, Error, Later, Office, reach};
use company::talk::{TalkAct, TalkKind, TalkState, may};
use kernel::{Actor, Moment, RegionCode, Said};
use serde_json::json;
use store::companies::{self, CompanyRow};
use store::talks::{self as rows, PromiseRow, TalkRow};
use store::{Rd, Tx, cases, whistles};

use crate::claims::refused;
use crate::views::EventLine;
use crate::whistle::whistle_view;
use crate::{Companies, NewWhistle, WhistleView};

/// Talks of one page at most; of one company at most; companies of one talk at most.
const TALKS: u32 = 500;
const OWN: u32 = 10;
const INVITED: usize = 200;
/// The longest line and the longest text, in characters.
const LINE_MAX: usize = 100;
const WORDS_MAX: usize = 10_000;

/// A talk as somebody plans it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewTalk {
    /// word of the kind
    pub kind: String,
    /// what it is about
    pub title: String,
    /// where
    pub place: String,
    /// when
    pub at: Option<Moment>,
    /// 议题
    pub agenda: String,
    /// credit codes of who is invited
    pub codes: Vec<String>,
}

/// What was promised, with where it stands.
#[derive(Clone, Debug)]
pub struct PromiseView {
    /// the row
    pub row: PromiseRow,
    /// the company
    pub company: String,
    /// who owes it
    pub unit: String,
    /// its case as a whistle of the company
    pub whistle: WhistleView,
    /// it became a case on a later day than the talk
    pub late: bool,
}

/// A talk as a page shows it.
#[derive(Clone, Debug)]
pub struct TalkView {
    /// the row
    pub row: TalkRow,
    /// 恳谈 or 走访
    pub kind: TalkKind,
    /// where it stands
    pub state: TalkState,
    /// who invites
    pub unit: String,
    /// who is invited, and who came
    pub companies: Vec<(CompanyRow, bool)>,
    /// what was promised
    pub promises: Vec<PromiseView>,
    /// what the reader may do
    pub acts: Vec<TalkAct>,
    /// what happened, the newest first
    pub lines: Vec<EventLine>,
}

impl TalkView {
    /// Promises that their company calls solved.
    pub fn agreed(&self) -> usize {
        self.promises.iter().filter(|p| p.whistle.solved()).count()
    }
}

fn text(field: &str, value: &str, most: usize, zh: &str) -> Result<String, Error> {
    let value = value.trim();
    if value.is_empty() || value.chars().count() > most {
        let (zh, en) = (format!("请填写{zh}，最多 {most} 个字"), format!("{field}: 1 to {most} characters"));
        return Err(Error::invalid(field, zh, en));
    }
    Ok(value.to_owned())
}

fn state_of(t: &TalkRow) -> Result<TalkState, Error> {
    TalkState::read(&t.state).ok_or_else(|| Error::bug(format!("talk {}: {}", t.number, t.state)))
}

fn region_of(t: &TalkRow) -> Result<RegionCode, Error> {
    t.region.parse().map_err(Error::bug)
}

/// Companies by their codes, of those that the actor may look at.
fn found(rd: &mut Rd<'_>, actor: &Actor, codes: &[String]) -> Result<Vec<i64>, Error> {
    let mut out = Vec::new();
    for code in codes.iter().map(|c| c.trim()).filter(|c| !c.is_empty()) {
        let row = companies::by_code(rd, &code.to_ascii_uppercase())?.ok_or_else(|| {
            Error::invalid(
                "codes",
                format!("没有信用代码为“{code}”的企业档案，请核对或先建档"),
                format!("there is no company “{code}”: check the code, or enter it first"),
            )
        })?;
        decide(actor, op::ReadCompany, Region(&crate::views::region_of(&row)?))?;
        if !out.contains(&row.id) {
            out.push(row.id);
        }
    }
    if out.is_empty() || out.len() > INVITED {
        return Err(Error::invalid(
            "codes",
            format!("请填写邀请的企业，1 到 {INVITED} 家"),
            format!("invite 1 to {INVITED} companies"),
        ));
    }
    Ok(out)
}

impl Companies {
    /// Talks of some days in the region of the reader, in their order.
    pub fn talks(&self, actor: Actor, from: Moment, to: Moment) -> Later<Vec<TalkView>> {
        self.read(move |app, rd| {
            decide(&actor, op::ListCompanies, Nothing)?;
            let office = app.city.office(rd)?;
            let home = reach::home(&actor, &office);
            let all = rows::between(rd, home.as_str(), from, to, TALKS)?;
            all.into_iter().map(|t| app.talk_in(rd, &office, &actor, t)).collect()
        })
    }

    /// One talk.
    pub fn talk(&self, actor: Actor, number: String) -> Later<TalkView> {
        self.read(move |app, rd| {
            let row = rows::by_number(rd, number.trim())?.ok_or(Error::NotFound)?;
            decide(&actor, op::ReadCompany, Region(&region_of(&row)?))?;
            let office = app.city.office(rd)?;
            let events = rows::history(rd, row.id)?;
            let lines = crate::views::history_lines(rd, &office, events)?;
            Ok(TalkView { lines, ..app.talk_in(rd, &office, &actor, row)? })
        })
    }

    fn talk_in(
        &self,
        rd: &mut Rd<'_>,
        office: &Office,
        actor: &Actor,
        row: TalkRow,
    ) -> Result<TalkView, Error> {
        let (state, region) = (state_of(&row)?, region_of(&row)?);
        let mut invited = Vec::new();
        for (id, came) in rows::companies(rd, row.id)? {
            invited.push((companies::by_id(rd, id)?.ok_or(Error::NotFound)?, came));
        }
        let mut promises = Vec::new();
        for p in rows::promises(rd, row.id)? {
            let case = cases::by_id(rd, p.case)?.ok_or(Error::NotFound)?;
            let Some(w) = whistles::of_case(rd, p.case)? else { continue };
            let company = companies::by_id(rd, p.company)?;
            let name = company.as_ref().map_or_else(String::new, |c| c.name.clone());
            promises.push(PromiseView {
                company: name,
                unit: office.unit_name(p.unit),
                whistle: whistle_view(rd, office, &w, &case, company)?,
                late: p.at.date() > row.at.date(),
                row: p,
            });
        }
        let writes = decide(actor, op::WriteTalks, Region(&region)).is_ok();
        Ok(TalkView {
            kind: TalkKind::read(&row.kind).unwrap_or(TalkKind::Talk),
            unit: office.unit_name(row.unit),
            acts: TalkAct::ALL.into_iter().filter(|a| writes && may(state, *a)).collect(),
            companies: invited,
            promises,
            lines: Vec::new(),
            state,
            row,
        })
    }

    /// Talks a company is invited to, for its own page.
    pub(crate) fn invitations(&self, rd: &mut Rd<'_>, company: i64) -> Result<Vec<TalkRow>, Error> {
        let mut all = rows::of_company(rd, company, OWN)?;
        all.retain(|t| t.state != TalkState::CalledOff.word());
        Ok(all)
    }

    /// Plans a talk, or changes one that was not held yet; answers its number.
    pub fn plan_talk(&self, actor: Actor, new: NewTalk, of: Option<(String, i64)>) -> Later<String> {
        self.write(move |app, tx| {
            let office = app.city.office(tx)?;
            let before = match &of {
                Some((number, ver)) => Some(app.talk_loaded(tx, number, *ver, TalkAct::Plan)?),
                None => None,
            };
            let region = match &before {
                Some(t) => region_of(t)?,
                None => reach::home(&actor, &office),
            };
            let permit = decide(&actor, op::WriteTalks, Region(&region))?;
            let kind = TalkKind::read(&new.kind).ok_or_else(|| {
                Error::invalid("kind", "请选择恳谈会或走访", "choose a talk or a visit")
            })?;
            let at = new.at.ok_or_else(|| {
                Error::invalid("at", "请填写时间，如 2026-03-05 09:30", "say when, like 2026-03-05 09:30")
            })?;
            let invited: Vec<(i64, bool)> = found(tx, &actor, &new.codes)?.into_iter().map(|c| (c, false)).collect();
            let year = tx.now().date().year();
            let (id, number, ver) = match before {
                Some(t) => (t.id, t.number, t.ver + 1),
                None => {
                    let (id, n) = rows::take_id(tx, year)?;
                    (id, format!("{}-{year}-T{n:04}", office.settings.city.as_str()), 1)
                }
            };
            let row = TalkRow {
                id,
                number,
                ver,
                kind: kind.word().to_owned(),
                title: text("title", &new.title, LINE_MAX, "主题")?,
                place: text("place", &new.place, LINE_MAX, "地点")?,
                region: region.as_str().to_owned(),
                unit: actor.unit.or(office.taker(&region)).ok_or(Error::NotFound)?,
                at,
                state: TalkState::Planned.word().to_owned(),
                agenda: text("agenda", &new.agenda, WORDS_MAX, "议题")?,
                minutes: String::new(),
            };
            let data = json!({ "kind": row.kind, "title": row.title, "at": at.to_string(), "invited": invited.len() });
            rows::put(tx, &permit, &row, TalkAct::Plan.word(), &data.to_string())?;
            rows::put_companies(tx, &permit, id, &invited)?;
            Ok(row.number)
        })
    }

    fn talk_loaded(&self, tx: &mut Tx<'_>, number: &str, ver: i64, act: TalkAct) -> Result<TalkRow, Error> {
        let row = rows::by_number(tx, number.trim())?.ok_or(Error::NotFound)?;
        if row.ver != ver {
            let stream = rows::stream(row.id);
            return Err(Error::Changed(store::StoreError::Conflict {
                stream,
                expected: ver,
                found: row.ver,
            }));
        }
        let state = state_of(&row)?;
        if !may(state, act) {
            return Err(refused(Said::new(
                format!("现在是“{}”，不能“{}”", state.zh(), act.zh()),
                format!("it stands at “{}”: “{}” does not belong here", state.word(), act.word()),
            )));
        }
        Ok(row)
    }

    /// 纪要: what was said, and who came.
    pub fn hold_talk(
        &self,
        actor: Actor,
        number: String,
        ver: i64,
        minutes: String,
        came: Vec<String>,
    ) -> Later<()> {
        self.write(move |app, tx| {
            let mut row = app.talk_loaded(tx, &number, ver, TalkAct::Hold)?;
            let permit = decide(&actor, op::WriteTalks, Region(&region_of(&row)?))?;
            if row.at > tx.now() {
                return Err(refused(Said::new("还没有到时间，举行后再写纪要", "it has not begun yet")));
            }
            let mut invited = rows::companies(tx, row.id)?;
            for (id, was) in &mut invited {
                let company = companies::by_id(tx, *id)?.ok_or(Error::NotFound)?;
                *was = came.iter().any(|c| c.trim() == company.code);
            }
            row.minutes = text("minutes", &minutes, WORDS_MAX, "纪要")?;
            row.ver += 1;
            TalkState::Held.word().clone_into(&mut row.state);
            let data = json!({ "minutes": row.minutes, "came": invited.iter().filter(|c| c.1).count() });
            rows::put(tx, &permit, &row, TalkAct::Hold.word(), &data.to_string())?;
            rows::put_companies(tx, &permit, row.id, &invited)?;
            Ok(())
        })
    }

    /// 取消, with the reason.
    pub fn call_off_talk(&self, actor: Actor, number: String, ver: i64, reason: String) -> Later<()> {
        self.write(move |app, tx| {
            let mut row = app.talk_loaded(tx, &number, ver, TalkAct::CallOff)?;
            let permit = decide(&actor, op::WriteTalks, Region(&region_of(&row)?))?;
            let reason = text("reason", &reason, LINE_MAX, "原因")?;
            row.ver += 1;
            TalkState::CalledOff.word().clone_into(&mut row.state);
            let data = json!({ "purpose": reason });
            rows::put(tx, &permit, &row, TalkAct::CallOff.word(), &data.to_string())?;
            Ok(())
        })
    }

    /// 承诺立件: a promise to a company becomes a case that goes by a set of limits, handed to its owner in the same transaction;
    /// answers its number.
    pub fn promise(
        &self,
        actor: Actor,
        number: String,
        ver: i64,
        code: String,
        unit: String,
        new: NewWhistle,
    ) -> Later<String> {
        self.write(move |app, tx| {
            let office = app.city.office(tx)?;
            let mut row = app.talk_loaded(tx, &number, ver, TalkAct::Promise)?;
            let permit = decide(&actor, op::WriteTalks, Region(&region_of(&row)?))?;
            let owner = office.unit_called(&unit).filter(|u| u.active).ok_or_else(|| {
                Error::invalid("unit", "请选择由哪个单位兑现承诺", "choose the unit that owes it")
            })?;
            let company = companies::by_code(tx, code.trim())?.ok_or(Error::NotFound)?;
            if !rows::companies(tx, row.id)?.iter().any(|c| c.0 == company.id) {
                return Err(Error::invalid(
                    "company",
                    "这家企业不在邀请名单里",
                    "this company was not invited",
                ));
            }
            let id = company.id;
            // A promise is a whistle of the company: whoever may not take one down for it makes none.
            let whistle = decide(&actor, op::WriteCompany, Region(&crate::views::region_of(&company)?))?;
            let case_number = app.blow(tx, &actor, &whistle, company, &new)?;
            let case = cases::by_number(tx, &case_number)?.ok_or(Error::NotFound)?;
            (app.handovers.case_goes_to_unit)(&app.city, tx, &actor, case.id, owner.id)?;
            let promise = PromiseRow {
                case: case.id,
                talk: row.id,
                company: id,
                unit: owner.id,
                words: new.words.trim().to_owned(),
                at: tx.now(),
            };
            rows::put_promise(tx, &permit, &promise)?;
            row.ver += 1;
            let data = json!({ "case": case_number, "unit": owner.id });
            rows::put(tx, &permit, &row, TalkAct::Promise.word(), &data.to_string())?;
            Ok(case_number)
        })
    }
}
