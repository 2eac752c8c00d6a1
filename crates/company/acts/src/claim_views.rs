//! 兑付所见 (P2): claims as lists and pages show them; the page behind the link in a message.

use access::{Region, decide, op};
use city::{Door, Error, Later, Office, Vault, reach};
use company::claim::{ClaimAct, ClaimState, Ground, Money, fen, grounds};
use company::policy::Truth;
use kernel::{Actor, Moment, UnitId};
use store::claims::{self as rows, ClaimRow};
use store::{Rd, companies, funds, office};

use crate::Companies;
use crate::claims::{door, due_of, fund_money, goes_by_application, state_of};
use crate::funds::OPEN_MAX;
use crate::views::{EventLine, region_of};

/// Claims of one page of a list.
const PAGE: u32 = 50;
/// Claims of a company shown.
const OWN: u32 = 50;

/// A claim as a list shows it.
#[derive(Clone, Debug)]
pub struct ClaimLine {
    /// the row
    pub row: ClaimRow,
    /// where it stands
    pub state: ClaimState,
    /// 统一社会信用代码
    pub code: String,
    /// name of the company
    pub company: String,
    /// name of the fund
    pub fund: String,
    /// must be paid by; none where the item names no days
    pub due: Option<Moment>,
    /// open, and that is over
    pub late: bool,
    /// open, and that is at hand: the next working day is the last
    pub soon: bool,
    /// the reader may open it
    pub opens: bool,
    /// where the application stands that it goes by, in both languages; empty where there is none
    pub stage: (&'static str, &'static str),
    /// 查询码 of that application: on the page of the company itself, else empty
    pub application_code: String,
}

/// A claim as its page shows it.
#[derive(Clone, Debug)]
pub struct ClaimView {
    /// as a list shows it
    pub line: ClaimLine,
    /// the sentences behind verdict and amount
    pub grounds: Vec<Ground>,
    /// the unit that decides
    pub unit: String,
    /// who decided
    pub decided_by: String,
    /// number of the list it came by
    pub batch: String,
    /// what became of the money of its fund
    pub money: Money,
    /// code of its fund
    pub fund_code: String,
    /// while it waits: what the policies say today
    pub today: Option<(Truth, i64, Vec<Ground>)>,
    /// where the company is paid to, as it may be shown
    pub account: String,
    /// what the reader may do
    pub acts: Vec<ClaimAct>,
    /// what happened, the newest first
    pub lines: Vec<EventLine>,
}

/// What a list of claims is asked for.
#[derive(Clone, Debug, Default)]
pub struct ClaimsAsked {
    /// code of the fund
    pub fund: String,
    /// state
    pub state: Option<ClaimState>,
    /// only those that are late
    pub late: bool,
    /// before this id
    pub before: Option<i64>,
}

/// A page of claims.
#[derive(Clone, Debug, Default)]
pub struct ClaimsPage {
    /// the claims
    pub lines: Vec<ClaimLine>,
    /// go on before this id
    pub next: Option<i64>,
}

impl Companies {
    /// A claim as the link in a message shows it: it shows and never acts.
    pub fn see_claim(&self, number: String, token: String) -> Later<ClaimLine> {
        self.read(move |app, rd| {
            let claim = rows::by_number(rd, number.trim())?.ok_or(Error::NotFound)?;
            let birth = rows::birth(rd, claim.id)?.ok_or(Error::NotFound)?;
            if !Vault::code_reads(&token, &app.see_token(&claim.number, &birth)) {
                return Err(Error::NotFound);
            }
            let company = companies::by_id(rd, claim.company)?.ok_or(Error::NotFound)?;
            decide(&Actor::resident(), op::OwnCompany, Region(&region_of(&company)?))?;
            let office = app.city.office(rd)?;
            app.line_in(rd, &office, &Actor::resident(), claim)
        })
    }

    /// The claims of a company, for its own page and its file.
    pub(crate) fn claims_of(
        &self,
        rd: &mut Rd<'_>,
        office: &Office,
        actor: &Actor,
        company: i64,
    ) -> Result<Vec<ClaimLine>, Error> {
        let mut lines = Vec::new();
        for row in rows::of_company(rd, company, OWN)? {
            let mut line = self.line_in(rd, office, actor, row)?;
            if actor.role == kernel::Role::Resident && !line.row.application.is_empty() {
                let tells = self.handovers.application_tells_its_code;
                line.application_code = tells(&self.city, rd, &line.row.application)?.0;
            }
            lines.push(line);
        }
        Ok(lines)
    }

    pub(crate) fn line_in(
        &self,
        rd: &mut Rd<'_>,
        office: &Office,
        actor: &Actor,
        row: ClaimRow,
    ) -> Result<ClaimLine, Error> {
        let company = companies::by_id(rd, row.company)?.ok_or(Error::NotFound)?;
        let fund = funds::by_id(rd, row.fund)?.ok_or(Error::NotFound)?;
        let (state, due) = (state_of(&row)?, due_of(&row, &office.rules.calendar));
        let late = state.is_open() && due.is_some_and(|d| d < self.city.store().now());
        let soon = state.is_open()
            && !late
            && due.is_some_and(|d| crate::moments::yellow(d, office) <= self.city.store().now());
        let stage = match row.application.as_str() {
            "" => ("", ""),
            number => (self.handovers.application_tells_its_code)(&self.city, rd, number)?.1,
        };
        let opens = may_read(office, actor, row.unit)? || may_read(office, actor, fund.unit)?;
        Ok(ClaimLine {
            state,
            code: company.code,
            company: company.name,
            fund: fund.name,
            due,
            late,
            soon,
            opens,
            stage,
            application_code: String::new(),
            row,
        })
    }

    /// Claims that this reader may see, the newest first.
    pub fn claims(&self, actor: Actor, asked: ClaimsAsked) -> Later<ClaimsPage> {
        self.read(move |app, rd| {
            let office = app.city.office(rd)?;
            let home = reach::home(&actor, &office);
            decide(&actor, op::ReadPayments, reach::own_unit(&actor, &home))?;
            let fund = match asked.fund.trim() {
                "" => None,
                code => Some(funds::by_code(rd, code)?.ok_or(Error::NotFound)?.id),
            };
            let mut query = rows::Query {
                fund,
                state: asked.state.map_or_else(String::new, |s| s.word().to_owned()),
                unit: reach::bound_to(&actor),
                before: asked.before,
                limit: if asked.late { OPEN_MAX } else { PAGE },
                ..rows::Query::default()
            };
            let mut found = Vec::new();
            if asked.late {
                for state in ClaimState::ALL.into_iter().filter(|s| s.is_open()) {
                    state.word().clone_into(&mut query.state);
                    found.extend(rows::list(rd, &query)?);
                }
            } else {
                found = rows::list(rd, &query)?;
            }
            let now = app.city.store().now();
            let calendar = &office.rules.calendar;
            let next =
                (!asked.late && found.len() == PAGE as usize).then(|| found.last().map(|c| c.id)).flatten();
            found.retain(|c| !asked.late || due_of(c, calendar).is_some_and(|d| d < now));
            found.sort_by_key(|c| std::cmp::Reverse(c.id));
            let mut lines = Vec::with_capacity(found.len());
            for c in found {
                lines.push(app.line_in(rd, &office, &actor, c)?);
            }
            lines.retain(|l| l.opens);
            Ok(ClaimsPage { lines, next })
        })
    }

    /// One claim.
    pub fn claim(&self, actor: Actor, number: String) -> Later<ClaimView> {
        self.read(move |app, rd| {
            let office = app.city.office(rd)?;
            let row = rows::by_number(rd, number.trim())?.ok_or(Error::NotFound)?;
            let fund = funds::by_id(rd, row.fund)?.ok_or(Error::NotFound)?;
            let decides = decide(&actor, op::ReadPayments, reach::unit_in(&office, row.unit)?);
            if decides.is_err() {
                decide(&actor, op::ReadPayments, reach::unit_in(&office, fund.unit)?)?;
            }
            let state = state_of(&row)?;
            let today = if state == ClaimState::Asked {
                let company = companies::by_id(rd, row.company)?.ok_or(Error::NotFound)?;
                match app.answer_in(rd, &company, &row.item) {
                    Ok((_, answer)) => {
                        let amount = answer.amount.and_then(fen).unwrap_or(0);
                        Some((answer.verdict, amount, grounds(&answer)))
                    }
                    // The item ended meanwhile.
                    Err(Error::Invalid { .. } | Error::NotFound) => Some((Truth::Unmet, 0, Vec::new())),
                    Err(e) => return Err(e),
                }
            } else {
                None
            };
            // What goes by an application is decided there.
            let there = goes_by_application(&row)?;
            let acts = state
                .acts()
                .filter(|a| !(there && matches!(a, ClaimAct::Approve | ClaimAct::Refuse)))
                .filter(|a| door(&office, &actor, &row, &fund, *a).is_ok())
                .collect();
            let events = rows::history(rd, row.id)?;
            let batch = match row.batch {
                Some(id) => store::batches::by_id(rd, id)?.map_or_else(String::new, |b| b.number),
                None => String::new(),
            };
            let account = if row.account.is_empty() {
                funds::account(rd, row.company)?.map_or_else(String::new, |a| a.shown)
            } else {
                row.account.clone()
            };
            Ok(ClaimView {
                grounds: serde_json::from_str(&row.why).map_err(Error::bug)?,
                unit: office.unit_name(row.unit),
                decided_by: match row.decided_by {
                    Some(id) => office::staff_by_id(rd, id)?.map_or_else(String::new, |s| s.name),
                    None => String::new(),
                },
                batch,
                money: fund_money(rd, &fund)?,
                fund_code: fund.code,
                today,
                account,
                acts,
                lines: crate::views::history_lines(rd, &office, events)?,
                line: app.line_in(rd, &office, &actor, row)?,
            })
        })
    }
}

pub(crate) fn may_read(office: &Office, actor: &Actor, unit: UnitId) -> Result<bool, Error> {
    Ok(decide(actor, op::ReadPayments, reach::unit_in(office, unit)?).is_ok())
}
