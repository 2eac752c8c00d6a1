//! 免申即享名单所见 (P3): lists as pages show them, and what everybody may see of them.

use access::{Nothing, decide, op};
use city::{Door, Error, Later, Office, reach};
use company::batch::{BatchAct, BatchState, Decision, Standing, may};
use company::claim::{Ground, Money};
use company::policy::item::PolicyWay;
use kernel::{Actor, Moment};
use store::batches::{self as rows, BatchRow, LineRow, ObjectionRow};
use store::funds::{self, FundRow};
use store::{Rd, claims, companies, office};

use crate::batches::{LISTS, due_lines, standing, state, until};
use crate::claims::fund_money;
use crate::policies::released_with;
use crate::views::EventLine;
use crate::{ClaimLine, Companies};

/// A company on a list.
#[derive(Clone, Debug)]
pub struct BatchLine {
    /// the row
    pub row: LineRow,
    /// how it stands
    pub standing: Standing,
    /// the sentences of the policy, and the amount
    pub grounds: Vec<Ground>,
}

/// An objection with names.
#[derive(Clone, Debug)]
pub struct ObjectionView {
    /// the row
    pub row: ObjectionRow,
    /// the company it is about
    pub about: String,
    /// who objects, or who took it down
    pub by: String,
    /// how it was decided
    pub decision: Option<Decision>,
}

/// A list as its page shows it.
#[derive(Clone, Debug)]
pub struct BatchView {
    /// the row
    pub row: BatchRow,
    /// where it stands
    pub state: BatchState,
    /// the unit that pays
    pub unit: String,
    /// the fund
    pub fund: FundRow,
    /// what became of its money
    pub money: Money,
    /// its companies, by code; empty in a list of lists
    pub lines: Vec<BatchLine>,
    /// companies that are due
    pub due: usize,
    /// how much is due, in fen
    pub sum: i64,
    /// objections
    pub objections: Vec<ObjectionView>,
    /// the last moment at which objections are taken
    pub until: Option<Moment>,
    /// that is over
    pub over: bool,
    /// who drew it up
    pub drawn_by: String,
    /// who approved it or gave it up
    pub ended_by: String,
    /// its claims, once it is approved
    pub claims: Vec<ClaimLine>,
    /// what the reader may do
    pub acts: Vec<BatchAct>,
    /// the reader may pay
    pub may_pay: bool,
    /// what happened, the newest first
    pub events: Vec<EventLine>,
}

/// A list as the public sees it.
#[derive(Clone, Debug)]
pub struct ShownList {
    /// 批次编号
    pub number: String,
    /// name of the item
    pub name: String,
    /// policy, clause
    pub policy: String,
    /// who answers for it
    pub unit: String,
    /// telephone
    pub phone: String,
    /// shown from, to
    pub days: (Moment, Moment),
    /// name of the company, amount in fen
    pub lines: Vec<(String, i64)>,
}

impl Companies {
    /// Lists that this reader may see, the newest first, and the items of which one can be drawn up.
    pub fn batches(&self, actor: Actor) -> Later<(Vec<BatchView>, Vec<(String, String)>)> {
        self.read(move |app, rd| {
            let office = app.city.office(rd)?;
            let home = reach::home(&actor, &office);
            decide(&actor, op::ReadPayments, reach::own_unit(&actor, &home))?;
            let mut out = Vec::new();
            for row in rows::list(rd, reach::bound_to(&actor), LISTS)? {
                if decide(&actor, op::ReadPayments, reach::unit_in(&office, row.unit)?).is_ok() {
                    out.push(app.batch_in(rd, &office, &actor, row)?);
                }
            }
            let at = app.city.store().now().date();
            let mut items = Vec::new();
            for i in released_with(rd)?.1.items {
                if i.way != PolicyWay::NoApplication || i.amount.is_none() || !i.in_force(at) {
                    continue;
                }
                let Some(fund) = funds::by_code(rd, &i.fund)? else { continue };
                if decide(&actor, op::WriteBatches, reach::unit_in(&office, fund.unit)?).is_ok() {
                    items.push((i.code, i.name));
                }
            }
            Ok((out, items))
        })
    }

    /// One list with its companies, objections and what became of it.
    pub fn batch(&self, actor: Actor, number: String) -> Later<BatchView> {
        self.read(move |app, rd| {
            let office = app.city.office(rd)?;
            let row = rows::by_number(rd, number.trim())?.ok_or(Error::NotFound)?;
            decide(&actor, op::ReadPayments, reach::unit_in(&office, row.unit)?)?;
            let lines = rows::lines(rd, row.id)?;
            let mut v = app.batch_in(rd, &office, &actor, row)?;
            for row in lines {
                let grounds = serde_json::from_str(&row.why).map_err(Error::bug)?;
                v.lines.push(BatchLine { standing: standing(&row)?, grounds, row });
            }
            for row in rows::objections(rd, v.row.id)? {
                let by = match (row.by_company, row.taken_by) {
                    (Some(id), _) => companies::by_id(rd, id)?.map_or_else(String::new, |c| c.name),
                    (None, Some(id)) => office::staff_by_id(rd, id)?.map_or_else(String::new, |s| s.name),
                    (None, None) => String::new(),
                };
                let about = companies::by_id(rd, row.company)?.map_or_else(String::new, |c| c.name);
                let decision = Decision::read(&row.decision);
                v.objections.push(ObjectionView { about, by, decision, row });
            }
            for claim in claims::of_batch(rd, v.row.id)? {
                v.claims.push(app.line_in(rd, &office, &actor, claim)?);
            }
            let events = rows::history(rd, v.row.id)?;
            v.events = crate::views::history_lines(rd, &office, events)?;
            Ok(v)
        })
    }

    fn batch_in(
        &self,
        rd: &mut Rd<'_>,
        office: &Office,
        actor: &Actor,
        row: BatchRow,
    ) -> Result<BatchView, Error> {
        let fund = funds::by_id(rd, row.fund)?.ok_or(Error::NotFound)?;
        let (due, sum) = rows::standing(rd, row.id, Standing::Due.word())?;
        let stands = state(&row)?;
        let until = until(office, &row);
        let now = self.city.store().now();
        let writes = decide(actor, op::WriteBatches, reach::unit_in(office, row.unit)?).is_ok();
        let approves = decide(actor, op::ApproveBatches, reach::unit_in(office, row.unit)?).is_ok();
        let second = row.drawn_by.is_none() || row.drawn_by != actor.staff;
        let over = until.is_some_and(|u| u < now);
        let acts = BatchAct::ALL
            .into_iter()
            .filter(|a| may(stands, *a))
            .filter(|a| match a {
                BatchAct::Approve => approves && second && over,
                BatchAct::Decide => approves,
                BatchAct::Object => writes && !over,
                _ => writes,
            })
            .collect();
        let mut name = |id: Option<kernel::StaffId>| -> Result<String, Error> {
            Ok(match id {
                Some(id) => office::staff_by_id(rd, id)?.map_or_else(String::new, |s| s.name),
                None => String::new(),
            })
        };
        let (drawn_by, ended_by) = (name(row.drawn_by)?, name(row.ended_by)?);
        Ok(BatchView {
            unit: office.unit_name(row.unit),
            money: fund_money(rd, &fund)?,
            due: usize::try_from(due).unwrap_or(0),
            sum,
            lines: Vec::new(),
            objections: Vec::new(),
            over,
            until,
            drawn_by,
            ended_by,
            claims: Vec::new(),
            may_pay: stands == BatchState::Approved
                && decide(actor, op::PayClaims, reach::unit_in(office, fund.unit)?).is_ok(),
            events: Vec::new(),
            state: stands,
            acts,
            fund,
            row,
        })
    }

    /// 公示: lists that are being shown, for everybody.
    pub fn publicity(&self) -> Later<Vec<ShownList>> {
        self.read(move |app, rd| {
            decide(&Actor::resident(), op::PublicPayments, Nothing)?;
            let office = app.city.office(rd)?;
            app.shown_in(rd, &office)
        })
    }

    pub(crate) fn shown_in(&self, rd: &mut Rd<'_>, office: &Office) -> Result<Vec<ShownList>, Error> {
        let (_, book) = released_with(rd)?;
        let now = self.city.store().now();
        let mut out = Vec::new();
        for row in rows::in_state(rd, BatchState::Shown.word(), LISTS)? {
            let (Some(from), Some(until)) = (row.shown, until(office, &row)) else { continue };
            if until < now {
                continue;
            }
            let item = book.items.iter().find(|i| i.code == row.item);
            let lines = rows::lines(rd, row.id)?;
            out.push(ShownList {
                policy: item
                    .map_or_else(String::new, |i| format!("{} {}", i.policy, i.clause).trim().to_owned()),
                unit: office.unit_name(row.unit),
                phone: item.map_or_else(String::new, |i| i.phone.clone()),
                days: (from, until),
                lines: due_lines(&lines).map(|l| (l.name.clone(), l.amount)).collect(),
                name: row.name,
                number: row.number,
            });
        }
        Ok(out)
    }
}
