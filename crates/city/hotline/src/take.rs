//! 接单与退单: what a coordinator does with an order. It is returned once, with a reason, within the limit of the hotline.

use access::{City, decide, op};
use city::{Door as _, Error, Later};
use kernel::{Actor, UnitId};
use resolve::{Command, ReturnReason, Word as _};
use store::cases;
use store::hotline as rows;

use crate::Hotlines;
use crate::apply::{chunks, is_over, known_of, save, step};
use crate::follow::{hotline_of, put_say, stand_of};
use crate::life::{Side, Step};
use crate::shape::Saying;
use crate::words::Says;

/// 接单, as asked for.
#[derive(Clone, Debug, Default)]
pub struct Taking {
    /// the unit that it goes to at once; none to leave that for later
    pub unit: Option<UnitId>,
    /// a line for the unit
    pub note: String,
}

impl Hotlines {
    /// 接单: the order becomes a case here, with a number and a calendar of this city; with a unit it is dispatched at once. Works on
    /// this thread until its files are durable: not for asynchronous code.
    ///
    /// # Errors
    /// Not for this actor; it does not wait any more; the unit is none. The store could not.
    pub fn accept(&self, actor: &Actor, id: i64, how: Taking) -> Result<String, Error> {
        let said = self.city.store().read(|rd| {
            let office = self.city.office(rd)?;
            decide(actor, op::TakeOrders, City(&office.settings.city))?;
            let mut row = rows::order_by_id(rd, id)?.ok_or(Error::NotFound)?;
            step(&mut row, Side::Here, Step::Accept)?;
            self.content_of(&row)
        })?;
        let brought = self.bring(actor, &said.files)?;
        let (own, actor) = (self.clone(), actor.clone());
        self.city.store().write(move |tx| {
            let office = own.city.office(tx)?;
            let permit = decide(&actor, op::TakeOrders, City(&office.settings.city))?;
            let mut row = rows::order_by_id(tx, id)?.ok_or(Error::NotFound)?;
            let mut known = known_of(&row)?;
            step(&mut row, Side::Here, Step::Accept)?;
            // What was added since it was looked at comes along; its files are tried again.
            let mut said = own.content_of(&row)?;
            let hotline = hotline_of(tx, row.hotline)?;
            let source = format!("hotline/{}/{}", hotline.code, row.number);
            let (tickets, not) = brought.of(&said.files)?;
            said.added.extend(not);
            let added = std::mem::take(&mut said.added);
            let (first, later) = tickets.split_at(tickets.len().min(city::TICKETS_MAX));
            let (case, number) =
                (own.handovers.order_becomes_case)(&own.city, tx, &actor, &said, &source, first)?;
            for words in added.iter().flat_map(|w| chunks(w)) {
                own.does(tx, &Actor::resident(), case, Command::AddWords { words })?;
            }
            for some in later.chunks(city::TICKETS_MAX) {
                let asked = Command::AddWords { words: "补充附件".to_owned() };
                (own.handovers.case_does)(&own.city, tx, &actor, case, asked, some)?;
            }
            own.does(tx, &actor, case, Command::Accept {})?;
            if let Some(unit) = how.unit {
                own.does(tx, &actor, case, Command::Dispatch { unit, note: how.note.clone() })?;
            }
            row.case = Some(case);
            row.content = None;
            known.warned = 0;
            let after = cases::by_id(tx, case)?.ok_or_else(|| Error::bug("a case that was made"))?;
            let (stage, unit, due) = stand_of(&office, &after, tx.now());
            known.stage.clone_from(&stage);
            known.told_unit.clone_from(&unit);
            let say = Saying { our_number: number.clone(), status: stage, unit, due, ..Saying::default() };
            put_say(&own.city, tx, &row, Says::Accepted, say)?;
            save(tx, &office, &mut row, &known)?;
            let data = serde_json::json!({ "order": row.number, "hotline": hotline.code, "number": number });
            city::note(tx, &permit, "accept_order", &data.to_string())?;
            Ok::<_, Error>(number)
        })
    }

    /// 退单: once, with a reason, within the limit of the hotline.
    pub fn give_back(&self, actor: Actor, id: i64, reason: ReturnReason, words: String) -> Later<()> {
        self.write(move |app, tx| {
            let office = app.city.office(tx)?;
            let permit = decide(&actor, op::TakeOrders, City(&office.settings.city))?;
            let mut row = rows::order_by_id(tx, id)?.ok_or(Error::NotFound)?;
            let mut known = known_of(&row)?;
            if known.again {
                return Err(Error::invalid(
                    "reason",
                    "本单已退回过一次，不能再退：请接单，有争议请热线工作机构裁定",
                    "it was returned once and not again: take it, and bring a dispute to the office of the hotline",
                ));
            }
            if is_over(known.take_by, tx.now()) {
                return Err(Error::invalid(
                    "reason",
                    "已过热线规定的接单时限，不能再退：请接单，有争议请热线工作机构裁定",
                    "the limit of the hotline for returning is over: take it, and bring a dispute to its office",
                ));
            }
            let words = words.trim().to_owned();
            if words.is_empty() || words.chars().count() > 1_000 {
                return Err(Error::invalid(
                    "words",
                    "请写明退回的依据（1000 字以内）",
                    "say on which ground it is returned, 1,000 characters at most",
                ));
            }
            step(&mut row, Side::Here, Step::Return)?;
            known.reason = format!("{}：{}", reason.zh(), hanyu::mask::mask(&words));
            known.warned = 0;
            let say = Saying { reason: reason.word().to_owned(), words, ..Saying::default() };
            put_say(&app.city, tx, &row, Says::Returned, say)?;
            save(tx, &office, &mut row, &known)?;
            let data = serde_json::json!({ "order": row.number, "reason": reason, "ground": known.reason });
            city::note(tx, &permit, "return_order", &data.to_string())
        })
    }
}
