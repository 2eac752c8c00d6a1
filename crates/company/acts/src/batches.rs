//! 免申即享 (P3): a list is drawn up from what is known, shown for some working days, objections are decided, a second person
//! approves, and what is due becomes a claim that is paid like any other. Drawn up again for the same day it says the same.

use std::collections::HashMap;

use access::{Permit, decide, op};
use city::{Door, Error, Later, Office, reach};
use company::batch::{
    BatchAct, BatchState, Candidate, Decision, PUBLICITY_DAYS, Standing, may, settles, standings,
};
use company::claim::{ClaimAct, fen, grounds, step};
use company::policy::item::PolicyWay;
use company::policy::{Engine, PolicyItem, Truth};
use kernel::{Actor, Date, Moment, Said};
use outbox::{Told, Topic};
use serde_json::json;
use store::batches::{self as rows, BatchRow, LineRow, ObjectionRow};
use store::claims::{self, ClaimRow};
use store::funds;
use store::{Rd, Tx, companies};
use workday::Length;

use crate::Companies;
use crate::claims::{claim_number, fund_money, fund_of, refused, slot_of, twice, unit_of};
use crate::funds::a_person;
use crate::policies::{all_facts, released_with};

/// Lists shown on one page.
pub(crate) const LISTS: u32 = 200;
/// The longest words of an objection and the longest reason, in characters.
const WORDS_MAX: usize = 1_000;

/// A list that was drawn up and not kept yet.
#[derive(Clone, Debug)]
pub struct Drawn {
    item: PolicyItem,
    book: i64,
    as_of: Date,
    lines: Vec<LineRow>,
    unknown: i64,
    digest: String,
}

/// A list drawn up once more for its day, beside what was kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rerun {
    /// it says the same
    pub same: bool,
    /// code, amount then, amount now, in fen; none where the company is not on the list
    pub differs: Vec<(String, Option<i64>, Option<i64>)>,
    /// companies that would be paid now
    pub due: usize,
}

pub(crate) fn state(b: &BatchRow) -> Result<BatchState, Error> {
    BatchState::read(&b.state).ok_or_else(|| Error::bug(format!("pay_batch {}: {}", b.number, b.state)))
}

pub(crate) fn standing(l: &LineRow) -> Result<Standing, Error> {
    Standing::read(&l.standing).ok_or_else(|| Error::bug(format!("batch_line {}: {}", l.code, l.standing)))
}

pub(crate) fn due_lines(lines: &[LineRow]) -> impl Iterator<Item = &LineRow> {
    lines.iter().filter(|l| l.standing == Standing::Due.word())
}

fn words_of(field: &str, text: &str) -> Result<String, Error> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > WORDS_MAX {
        return Err(Error::invalid(
            field,
            format!("请写明内容和理由，最多 {WORDS_MAX} 个字"),
            format!("say what and why, {WORDS_MAX} characters at most"),
        ));
    }
    Ok(text.to_owned())
}

impl Companies {
    /// 生成名单: who would be paid of an item today and how each company stands. Nothing is kept yet.
    pub fn draw_up(&self, actor: Actor, item: String) -> Later<Drawn> {
        self.study(move |app, rd| {
            let office = app.city.office(rd)?;
            let at = app.city.store().now().date();
            let drawn = app.drawn_in(rd, &office, item.trim(), at, None)?;
            let fund = fund_of(rd, &drawn.item)?;
            decide(&actor, op::WriteBatches, reach::unit_in(&office, fund.unit)?)?;
            Ok(drawn)
        })
    }

    /// The list of an item for a day; what the companies of a list had by that list does not count against it.
    fn drawn_in(
        &self,
        rd: &mut Rd<'_>,
        office: &Office,
        code: &str,
        at: Date,
        own: Option<i64>,
    ) -> Result<Drawn, Error> {
        let (ver, book) = released_with(rd)?;
        let place = book.items.iter().position(|i| i.code == code && i.in_force(at)).ok_or_else(|| {
            Error::invalid("item", "这个事项在那一天不在有效期内", "the item is not in force on that day")
        })?;
        let item = book.items[place].clone();
        if item.way != PolicyWay::NoApplication || item.amount.is_none() {
            return Err(Error::invalid(
                "item",
                format!("“{}”不是免申即享的兑付事项，请按申请办理", item.name),
                format!("“{}” is not paid without applying", item.name),
            ));
        }
        let fund = fund_of(rd, &item)?;
        let facts = all_facts(rd, office.settings.city.as_str(), &book)?;
        let engine = Engine::new(&book, &facts, at);
        let mine: std::collections::HashSet<i64> = match own {
            Some(batch) => claims::of_batch(rd, batch)?.into_iter().map(|c| c.company).collect(),
            None => std::collections::HashSet::new(),
        };
        let had: HashMap<i64, String> = claims::live_of_slot(rd, fund.year, &slot_of(&item), &item.code)?
            .into_iter()
            .filter(|h| !mine.contains(&h.0))
            .collect();
        let accounts: HashMap<i64, String> = funds::accounts(rd)?.into_iter().collect();
        let (mut met, mut unknown) = (Vec::new(), 0);
        for one in &facts.companies {
            match engine.verdict(place, &engine.values(one)).0 {
                Truth::Met => met.push(one),
                Truth::Unknown => unknown += 1,
                Truth::Unmet => {}
            }
        }
        let codes: Vec<String> = met.iter().map(|c| c.id.clone()).collect();
        let ids = companies::by_codes(rd, &codes)?;
        let mut all = Vec::with_capacity(met.len());
        let mut known: HashMap<i64, (String, String)> = HashMap::with_capacity(met.len());
        for (one, row) in met.iter().zip(ids) {
            let Some(row) = row else { continue };
            let answer = engine.answer(place, one);
            let why = serde_json::to_string(&grounds(&answer)).map_err(Error::bug)?;
            all.push(Candidate {
                company: row.id,
                code: row.code,
                amount: answer.amount.and_then(fen).unwrap_or(0),
                account: accounts.get(&row.id).cloned(),
                had: had.get(&row.id).cloned(),
            });
            known.insert(row.id, (row.name, why));
        }
        let lines: Vec<LineRow> = standings(all)
            .into_iter()
            .map(|(c, s, said)| {
                let (name, why) = known.remove(&c.company).unwrap_or_default();
                LineRow {
                    company: c.company,
                    code: c.code,
                    name,
                    amount: c.amount,
                    standing: s.word().to_owned(),
                    said: said.zh,
                    why,
                }
            })
            .collect();
        let found: Vec<String> = lines.iter().map(|l| format!("{}={}", l.code, l.amount)).collect();
        let whole = format!("batch/{code}/{at}/{}", found.join(","));
        let digest = ledger::hex(&self.city.vault().token_digest(&whole)[..16]);
        Ok(Drawn { item, book: ver, as_of: at, lines, unknown, digest })
    }

    /// Keeps a list that was drawn up; answers its number.
    pub fn keep_batch(&self, actor: Actor, drawn: Drawn) -> Later<String> {
        self.write(move |app, tx| {
            let office = app.city.office(tx)?;
            let fund = fund_of(tx, &drawn.item)?;
            let permit = decide(&actor, op::WriteBatches, reach::unit_in(&office, fund.unit)?)?;
            if released_with(tx)?.0 != drawn.book {
                return Err(Error::invalid(
                    "item",
                    "政策事项刚有新版，请重新生成名单",
                    "the policies changed meanwhile: draw it up again",
                ));
            }
            let open = rows::list(tx, None, LISTS)?;
            let open = open.iter().find(|b| {
                b.item == drawn.item.code
                    && [BatchState::Drawn.word(), BatchState::Shown.word()].contains(&b.state.as_str())
            });
            if let Some(open) = open {
                let number = &open.number;
                return Err(Error::invalid(
                    "item",
                    format!("这个事项还有未办完的名单 {number}，请先办完或作废"),
                    format!("the list {number} of this item is still open: finish it or drop it"),
                ));
            }
            let year = tx.now().date().year();
            let (id, n) = rows::take_id(tx, year)?;
            let row = BatchRow {
                id,
                number: format!("{}-{year}-M{n:04}", office.settings.city.as_str()),
                ver: 1,
                item: drawn.item.code.clone(),
                name: drawn.item.name.clone(),
                book: drawn.book,
                fund: fund.id,
                unit: fund.unit,
                state: BatchState::Drawn.word().to_owned(),
                as_of: drawn.as_of.to_string(),
                digest: drawn.digest.clone(),
                days: i64::from(drawn.item.publicity_days.unwrap_or(PUBLICITY_DAYS)),
                unknown: drawn.unknown,
                drawn: tx.now(),
                drawn_by: permit.actor().staff,
                shown: None,
                ended: None,
                ended_by: None,
            };
            let data = json!({
                "item": row.item, "as_of": row.as_of, "book": row.book, "digest": row.digest,
                "companies": drawn.lines.len(), "due": due_lines(&drawn.lines).count(),
                "sum": due_lines(&drawn.lines).map(|l| l.amount).sum::<i64>(),
            });
            rows::put(tx, &permit, &row, BatchAct::Draw.word(), &data.to_string())?;
            rows::put_lines(tx, &permit, id, &drawn.lines)?;
            Ok(row.number)
        })
    }

    /// 复算: the same list drawn up once more for its day, from what is known now.
    pub fn rerun_batch(&self, actor: Actor, number: String) -> Later<Rerun> {
        self.study(move |app, rd| {
            let office = app.city.office(rd)?;
            let row = rows::by_number(rd, number.trim())?.ok_or(Error::NotFound)?;
            decide(&actor, op::ReadPayments, reach::unit_in(&office, row.unit)?)?;
            let at: Date = row.as_of.parse().map_err(Error::bug)?;
            let now = app.drawn_in(rd, &office, &row.item, at, None)?;
            let amounts = |lines: &[LineRow]| -> std::collections::BTreeMap<String, i64> {
                lines.iter().map(|l| (l.code.clone(), l.amount)).collect()
            };
            let (then, again) = (amounts(&rows::lines(rd, row.id)?), amounts(&now.lines));
            let codes: std::collections::BTreeSet<&String> = then.keys().chain(again.keys()).collect();
            let differs: Vec<_> = codes
                .into_iter()
                .map(|c| (c.clone(), then.get(c).copied(), again.get(c).copied()))
                .filter(|d| d.1 != d.2)
                .collect();
            Ok(Rerun { same: now.digest == row.digest, differs, due: due_lines(&now.lines).count() })
        })
    }

    /// A list that stands so that this act may be done to it, as it was looked at.
    fn loaded(&self, tx: &mut Tx<'_>, number: &str, ver: i64, act: BatchAct) -> Result<BatchRow, Error> {
        let row = rows::by_number(tx, number.trim())?.ok_or(Error::NotFound)?;
        if row.ver != ver {
            let stream = rows::stream(row.id);
            return Err(Error::Changed(store::StoreError::Conflict {
                stream,
                expected: ver,
                found: row.ver,
            }));
        }
        let stands = state(&row)?;
        if !may(stands, act) {
            return Err(refused(Said::new(
                format!("名单现在是“{}”，不能“{}”", stands.zh(), act.zh()),
                format!("the list stands at “{}”: “{}” does not belong here", stands.word(), act.word()),
            )));
        }
        Ok(row)
    }

    /// 核实: a company that was held is put on the list of those who are paid, or one is taken off, with the reason.
    pub fn settle_line(
        &self,
        actor: Actor,
        number: String,
        ver: i64,
        code: String,
        due: bool,
        reason: String,
    ) -> Later<()> {
        self.write(move |app, tx| {
            let office = app.city.office(tx)?;
            let mut row = app.loaded(tx, &number, ver, BatchAct::Settle)?;
            let permit = decide(&actor, op::WriteBatches, reach::unit_in(&office, row.unit)?)?;
            let reason = words_of("reason", &reason)?;
            let mut line = rows::lines(tx, row.id)?
                .into_iter()
                .find(|l| l.code == code.trim())
                .ok_or(Error::NotFound)?;
            let to = if due { Standing::Due } else { Standing::Out };
            settles(standing(&line)?, to).map_err(refused)?;
            if due && funds::account(tx, line.company)?.is_none() {
                return Err(crate::claims::no_account());
            }
            to.word().clone_into(&mut line.standing);
            line.said.clone_from(&reason);
            rows::put_lines(tx, &permit, row.id, &[line])?;
            row.ver += 1;
            let data = json!({ "company": code.trim(), "due": due, "purpose": reason });
            rows::put(tx, &permit, &row, BatchAct::Settle.word(), &data.to_string())?;
            Ok(())
        })
    }

    /// 开始公示; each company on it is told.
    pub fn show_batch(&self, actor: Actor, number: String, ver: i64) -> Later<()> {
        self.write(move |app, tx| {
            let office = app.city.office(tx)?;
            let mut row = app.loaded(tx, &number, ver, BatchAct::Show)?;
            let permit = decide(&actor, op::WriteBatches, reach::unit_in(&office, row.unit)?)?;
            let fund = funds::held(tx, row.fund)?.ok_or(Error::NotFound)?;
            let lines = rows::lines(tx, row.id)?;
            let sum: i64 = due_lines(&lines).map(|l| l.amount).sum();
            if sum == 0 {
                return Err(refused(Said::new(
                    "名单上没有可以兑付的企业，不用公示",
                    "nobody on the list is due: there is nothing to show",
                )));
            }
            fund_money(tx, &fund)?.takes(sum).map_err(refused)?;
            row.ver += 1;
            BatchState::Shown.word().clone_into(&mut row.state);
            row.shown = Some(tx.now());
            let data = json!({ "days": row.days, "due": due_lines(&lines).count(), "sum": sum });
            rows::put(tx, &permit, &row, BatchAct::Show.word(), &data.to_string())?;
            let now = tx.now();
            let until = until(&office, &row).map_or_else(String::new, |m| m.date().to_string());
            for line in due_lines(&lines) {
                let contact = app.contact_in(tx, line.company)?;
                let told = Told {
                    topic: Topic::PaymentListed,
                    number: &row.number,
                    unit: office.unit_name(row.unit),
                    date: until.clone(),
                    path: format!("/publicity/{}", row.number),
                };
                outbox::remind(&app.city, tx, &office, &told, &contact, now)?;
            }
            Ok(())
        })
    }

    /// 异议 by a company on its own page, to a list that is being shown: about another company by its code, else about itself.
    pub fn object_as_company(
        &self,
        signed: Option<Actor>,
        code: String,
        pass: String,
        number: String,
        about: String,
        words: String,
    ) -> Later<()> {
        self.write(move |app, tx| {
            let (own, permit) = app.opened(tx, signed.as_ref(), &code, &pass)?;
            let row = rows::by_number(tx, number.trim())?.ok_or(Error::NotFound)?;
            let about = if about.trim().is_empty() { own.id } else { about_of(tx, &about)? };
            app.object_in(tx, &permit, row, about, Some(own.id), &words)
        })
    }

    fn object_in(
        &self,
        tx: &mut Tx<'_>,
        permit: &Permit,
        mut row: BatchRow,
        company: i64,
        by_company: Option<i64>,
        words: &str,
    ) -> Result<(), Error> {
        let office = self.city.office(tx)?;
        let over = until(&office, &row).is_none_or(|until| until < tx.now());
        if !may(state(&row)?, BatchAct::Object) || over {
            return Err(refused(Said::new(
                "名单不在公示期内，异议请直接向责任单位提出",
                "the list is not being shown: go to the office that answers for it",
            )));
        }
        let words = words_of("words", words)?;
        row.ver += 1;
        let objection = ObjectionRow {
            id: 0,
            batch: row.id,
            company,
            by_company,
            words,
            at: tx.now(),
            taken_by: permit.actor().staff,
            decision: String::new(),
            reason: String::new(),
            decided: None,
            decided_by: None,
        };
        let id = rows::put_objection(tx, permit, &objection)?;
        let data = json!({ "objection": id, "company": company, "purpose": objection.words });
        rows::put(tx, permit, &row, BatchAct::Object.word(), &data.to_string())?;
        let words =
            outbox::UnitWords::around("", |_| format!("免申即享名单 {} 有新的异议，请处理", row.number));
        outbox::to_unit(&self.city, tx, row.unit, objection.at, None, words)
    }

    /// 异议 of somebody who came or rang, taken down by who keeps the list.
    pub fn take_objection(&self, actor: Actor, number: String, code: String, words: String) -> Later<()> {
        self.write(move |app, tx| {
            let office = app.city.office(tx)?;
            let row = rows::by_number(tx, number.trim())?.ok_or(Error::NotFound)?;
            let permit = decide(&actor, op::WriteBatches, reach::unit_in(&office, row.unit)?)?;
            let about = about_of(tx, &code)?;
            app.object_in(tx, &permit, row, about, None, &words)
        })
    }

    /// 处理异议: where it holds, the company it is about is taken off the list; one that should be on it applies for itself.
    pub fn decide_objection(
        &self,
        actor: Actor,
        number: String,
        id: i64,
        decision: Decision,
        reason: String,
    ) -> Later<()> {
        self.write(move |app, tx| {
            let office = app.city.office(tx)?;
            let mut row = rows::by_number(tx, number.trim())?.ok_or(Error::NotFound)?;
            let permit = decide(&actor, op::ApproveBatches, reach::unit_in(&office, row.unit)?)?;
            a_person(&permit)?;
            if !may(state(&row)?, BatchAct::Decide) {
                return Err(refused(Said::new("名单已办完，异议不能再处理", "the list is finished")));
            }
            let mut o = rows::objections(tx, row.id)?
                .into_iter()
                .find(|o| o.id == id && o.decided.is_none())
                .ok_or(Error::NotFound)?;
            let reason = words_of("reason", &reason)?;
            decision.word().clone_into(&mut o.decision);
            o.reason.clone_from(&reason);
            (o.decided, o.decided_by) = (Some(tx.now()), permit.actor().staff);
            rows::put_objection(tx, &permit, &o)?;
            let line = rows::lines(tx, row.id)?.into_iter().find(|l| l.company == o.company);
            if let Some(mut line) = line.filter(|l| l.standing == Standing::Due.word())
                && decision == Decision::Upheld
                && o.by_company != Some(line.company)
            {
                Standing::Out.word().clone_into(&mut line.standing);
                line.said.clone_from(&reason);
                rows::put_lines(tx, &permit, row.id, &[line])?;
            }
            row.ver += 1;
            let data = json!({ "objection": id, "decision": decision.word(), "purpose": reason });
            rows::put(tx, &permit, &row, BatchAct::Decide.word(), &data.to_string())?;
            Ok(())
        })
    }

    /// 核准兑付 by a second person, once it was shown long enough and every objection is decided: what is due becomes claims,
    /// all of them or none. Who had something of it meanwhile is left out and told on the list.
    pub fn approve_batch(&self, actor: Actor, number: String, ver: i64) -> Later<usize> {
        self.write(move |app, tx| {
            let office = app.city.office(tx)?;
            let mut row = app.loaded(tx, &number, ver, BatchAct::Approve)?;
            let fund = funds::held(tx, row.fund)?.ok_or(Error::NotFound)?;
            let permit = decide(&actor, op::ApproveBatches, reach::unit_in(&office, row.unit)?)?;
            a_person(&permit)?;
            app.may_be_approved(tx, &office, &permit, &row)?;
            let now = tx.now();
            let book = released_with(tx)?.1;
            let today = now.date();
            let in_force = |i: &&PolicyItem| i.code == row.item && i.in_force(today);
            let item = book.items.iter().find(in_force).cloned().ok_or_else(|| {
                Error::invalid(
                    "item",
                    "这个事项已不在现行政策里，不能核准；请撤回名单",
                    "this item is not in force any more: call the list off",
                )
            })?;
            let (slot, unit) = (slot_of(&item), unit_of(&office, &item, &fund));
            let had: HashMap<i64, String> =
                claims::live_of_slot(tx, fund.year, &slot, &row.item)?.into_iter().collect();
            let (mut due, mut left) = (Vec::new(), Vec::new());
            for line in rows::lines(tx, row.id)?.into_iter().filter(|l| l.standing == Standing::Due.word()) {
                match had.get(&line.company) {
                    Some(other) => left.push(LineRow {
                        standing: Standing::Had.word().to_owned(),
                        said: format!("公示期间已有兑付 {other}"),
                        ..line
                    }),
                    None => due.push(line),
                }
            }
            let sum: i64 = due.iter().map(|l| l.amount).sum();
            fund_money(tx, &fund)?.takes(sum).map_err(refused)?;
            rows::put_lines(tx, &permit, row.id, &left)?;
            row.ver += 1;
            BatchState::Approved.word().clone_into(&mut row.state);
            (row.ended, row.ended_by) = (Some(now), permit.actor().staff);
            let data = json!({ "due": due.len(), "sum": sum, "left_out": left.len() });
            rows::put(tx, &permit, &row, BatchAct::Approve.word(), &data.to_string())?;
            let year = now.date().year();
            let many = u32::try_from(due.len()).map_err(Error::bug)?;
            let (id, n) = if many == 0 { (0, 0) } else { claims::take_ids(tx, year, many)? };
            let state = step(None, ClaimAct::List).map_err(refused)?;
            for (i, line) in (0..).zip(&due) {
                let claim = ClaimRow {
                    id: id + i,
                    number: claim_number(&office, year, n + i),
                    ver: 1,
                    company: line.company,
                    item: row.item.clone(),
                    name: row.name.clone(),
                    slot: slot.clone(),
                    year: fund.year,
                    fund: fund.id,
                    unit,
                    batch: Some(row.id),
                    state: state.word().to_owned(),
                    amount: line.amount,
                    pay_days: item.pay_days.map_or(0, i64::from),
                    began: now,
                    decided: Some(now),
                    decided_by: permit.actor().staff,
                    paid: None,
                    receipt: String::new(),
                    account: String::new(),
                    digest: String::new(),
                    reason: String::new(),
                    why: line.why.clone(),
                    application: String::new(),
                };
                let data = json!({ "batch": row.number, "amount": line.amount, "company": line.code });
                claims::put(tx, &permit, &claim, ClaimAct::List.word(), &data.to_string()).map_err(twice)?;
                app.tell_company(tx, &office, &claim, Some(Topic::PaymentApproved))?;
            }
            Ok(due.len())
        })
    }

    fn may_be_approved(
        &self,
        rd: &mut Rd<'_>,
        office: &Office,
        permit: &Permit,
        row: &BatchRow,
    ) -> Result<(), Error> {
        if row.drawn_by.is_some() && row.drawn_by == permit.actor().staff {
            return Err(refused(Said::new(
                "生成名单的人不能自己核准，请另一人办理",
                "who drew up the list cannot approve it: another person must",
            )));
        }
        if let Some(until) = until(office, row).filter(|u| *u >= self.city.store().now()) {
            let day = until.date();
            return Err(refused(Said::new(
                format!("公示到 {day} 才满，期满后再核准"),
                format!("it is shown until {day}: approve it then"),
            )));
        }
        let open = rows::objections(rd, row.id)?.iter().filter(|o| o.decided.is_none()).count();
        if open > 0 {
            return Err(refused(Said::new(
                format!("还有 {open} 条异议没有处理"),
                format!("{open} objections are not decided yet"),
            )));
        }
        Ok(())
    }

    /// 作废, with the reason.
    pub fn drop_batch(&self, actor: Actor, number: String, ver: i64, reason: String) -> Later<()> {
        self.write(move |app, tx| {
            let office = app.city.office(tx)?;
            let mut row = app.loaded(tx, &number, ver, BatchAct::Drop)?;
            let permit = decide(&actor, op::WriteBatches, reach::unit_in(&office, row.unit)?)?;
            let reason = words_of("reason", &reason)?;
            row.ver += 1;
            BatchState::Dropped.word().clone_into(&mut row.state);
            (row.ended, row.ended_by) = (Some(tx.now()), permit.actor().staff);
            let data = json!({ "purpose": reason });
            rows::put(tx, &permit, &row, BatchAct::Drop.word(), &data.to_string())?;
            Ok(())
        })
    }
}

/// The last moment at which a list is shown; none before it is.
pub(crate) fn until(office: &Office, row: &BatchRow) -> Option<Moment> {
    let days = Length::Workdays(u32::try_from(row.days).unwrap_or(PUBLICITY_DAYS));
    workday::due(row.shown?, days, &office.rules.calendar, &[]).at()
}

/// The company that an objection is about.
fn about_of(rd: &mut Rd<'_>, code: &str) -> Result<i64, Error> {
    companies::by_code(rd, code.trim())?.map(|c| c.id).ok_or_else(|| {
        Error::invalid("code", "没有这家企业的档案，请核对信用代码", "there is no company with this code")
    })
}
