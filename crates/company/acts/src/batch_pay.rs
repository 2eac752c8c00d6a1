//! 免申即享的支付 (P3): the claims of a list are paid like any other, many at once; and the sheet for the bank.

use std::collections::{HashMap, HashSet};

use access::{Permit, decide, op};
use city::{Door, Error, Later, reach};
use company::claim::{Account, ClaimAct, ClaimState};
use kernel::{Actor, Said};
use outbox::Topic;
use serde_json::json;
use store::claims::{self, ClaimRow};
use store::{Rd, Tx, batches as rows, companies, funds};

use crate::batches::due_lines;
use crate::claims::{ClaimDoing, state_of, twice};
use crate::funds::{OPEN_MAX, a_person};
use crate::{ClaimLine, Companies};

/// Claims of one list of those that were paid under several names.
const TWINS: u32 = 500;

/// One row of the sheet for the bank.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SheetRow {
    /// 兑付编号
    pub number: String,
    /// 统一社会信用代码
    pub code: String,
    /// name of the company
    pub name: String,
    /// where to
    pub account: Account,
    /// in fen
    pub amount: i64,
}

/// Keeps the groups in which the reader may open one.
fn beside_own(lines: &mut Vec<ClaimLine>, group: impl Fn(&ClaimLine) -> String) {
    let own: HashSet<String> = lines.iter().filter(|l| l.opens).map(&group).collect();
    lines.retain(|l| own.contains(&group(l)));
}

impl Companies {
    /// 批量支付: all of a list that wait, under one receipt of the bank; answers how many, and who could not be paid and why.
    pub fn pay_batch(
        &self,
        actor: Actor,
        number: String,
        receipt: String,
    ) -> Later<(usize, Vec<(String, Said)>)> {
        self.write(move |app, tx| {
            let office = app.city.office(tx)?;
            let row = rows::by_number(tx, number.trim())?.ok_or(Error::NotFound)?;
            let fund = funds::held(tx, row.fund)?.ok_or(Error::NotFound)?;
            let permit = decide(&actor, op::PayClaims, reach::unit_in(&office, fund.unit)?)?;
            let (mut paid, mut left) = (0, Vec::new());
            for mut claim in claims::of_batch(tx, row.id)? {
                if state_of(&claim)? != ClaimState::Approved {
                    continue;
                }
                let own = format!("{}/{}", receipt.trim(), claim.number);
                let doing = ClaimDoing::Pay(if receipt.trim().is_empty() { String::new() } else { own });
                match app.happens(tx, &permit, &mut claim, &fund, &doing) {
                    Ok(data) => {
                        claim.ver += 1;
                        claims::put(tx, &permit, &claim, ClaimAct::Pay.word(), &data.to_string())
                            .map_err(twice)?;
                        app.tell_company(tx, &office, &claim, Some(Topic::PaymentPaid))?;
                        paid += 1;
                    }
                    Err(Error::Invalid { field, said }) if field != "receipt" => {
                        left.push((claim.number, said));
                    }
                    Err(e) => return Err(e),
                }
            }
            Ok((paid, left))
        })
    }

    /// 付款清单: who waits to be paid, with whole accounts: an act on record with its purpose.
    ///
    /// Beside it who is left out, and why: whom the program would not pay the bank is not told to pay.
    pub fn pay_sheet(
        &self,
        actor: Actor,
        number: String,
        purpose: String,
    ) -> Later<(Vec<SheetRow>, Vec<(String, Said)>)> {
        self.write(move |app, tx| {
            let office = app.city.office(tx)?;
            let mut row = rows::by_number(tx, number.trim())?.ok_or(Error::NotFound)?;
            let fund = funds::by_id(tx, row.fund)?.ok_or(Error::NotFound)?;
            let permit = decide(&actor, op::PayClaims, reach::unit_in(&office, fund.unit)?)?;
            a_person(&permit)?;
            let data = json!({ "purpose": city::purpose_of(&purpose)? });
            let waiting = claims::of_batch(tx, row.id)?;
            let (out, left) = app.sheet_in(tx, &permit, waiting)?;
            row.ver += 1;
            rows::put(tx, &permit, &row, "pay_sheet", &data.to_string())?;
            Ok((out, left))
        })
    }

    /// 付款清单 of a fund: all that wait to be paid from it, whichever way they came, as an act on record with its purpose.
    pub fn fund_sheet(
        &self,
        actor: Actor,
        code: String,
        purpose: String,
    ) -> Later<(Vec<SheetRow>, Vec<(String, Said)>)> {
        self.write(move |app, tx| {
            let office = app.city.office(tx)?;
            let mut fund = funds::by_code(tx, code.trim())?.ok_or(Error::NotFound)?;
            let permit = decide(&actor, op::PayClaims, reach::unit_in(&office, fund.unit)?)?;
            a_person(&permit)?;
            let data = json!({ "purpose": city::purpose_of(&purpose)? });
            let query = claims::Query {
                fund: Some(fund.id),
                state: ClaimState::Approved.word().to_owned(),
                limit: OPEN_MAX,
                ..claims::Query::default()
            };
            let waiting = claims::list(tx, &query)?;
            let (out, left) = app.sheet_in(tx, &permit, waiting)?;
            fund.ver += 1;
            funds::put(tx, &permit, &fund, "pay_sheet", &data.to_string())?;
            Ok((out, left))
        })
    }

    /// Who of these waits to be paid, to which account; and who is left out, and why.
    fn sheet_in(
        &self,
        tx: &mut Tx<'_>,
        permit: &Permit,
        waiting: Vec<ClaimRow>,
    ) -> Result<(Vec<SheetRow>, Vec<(String, Said)>), Error> {
        let (mut out, mut left, mut digests) = (Vec::new(), Vec::new(), HashMap::new());
        for claim in waiting {
            if state_of(&claim)? != ClaimState::Approved {
                continue;
            }
            match self.may_be_paid(tx, permit, &claim) {
                Ok(()) => {}
                Err(Error::Invalid { said, .. }) => {
                    left.push((claim.number, said));
                    continue;
                }
                Err(e) => return Err(e),
            }
            // One company may be paid for several items to its account; two companies may not without a look.
            let digest = funds::account(tx, claim.company)?.map(|a| a.digest).unwrap_or_default();
            let twin = digests.entry(digest).or_insert((claim.company, claim.number.clone())).clone();
            if twin.0 != claim.company && !self.was_looked_at(tx, &claim).unwrap_or(false) {
                let other = twin.1;
                left.push((
                    claim.number,
                    Said::new(
                        format!("与 {other} 是同一收款账户，请核实是否重复"),
                        format!("the account is that of {other}: find out first"),
                    ),
                ));
                continue;
            }
            let Some(account) = self.account_in(tx, claim.company)? else { continue };
            let company = companies::by_id(tx, claim.company)?.ok_or(Error::NotFound)?;
            out.push(SheetRow {
                number: claim.number,
                code: company.code,
                name: company.name,
                account,
                amount: claim.amount,
            });
        }
        Ok((out, left))
    }

    /// 查重: what was paid in a year under several names, to one account or to one subject.
    pub fn paid_twice(&self, actor: Actor, year: i64) -> Later<(Vec<ClaimLine>, Vec<ClaimLine>)> {
        self.read(move |app, rd| {
            let office = app.city.office(rd)?;
            let home = reach::home(&actor, &office);
            decide(&actor, op::ReadPayments, reach::own_unit(&actor, &home))?;
            let (account, subject) =
                (claims::one_account(rd, year, TWINS)?, claims::one_subject(rd, year, TWINS)?);
            let mut lines = |rows: Vec<ClaimRow>| -> Result<Vec<ClaimLine>, Error> {
                rows.into_iter().map(|c| app.line_in(rd, &office, &actor, c)).collect()
            };
            let (mut account, mut subject) = (lines(account)?, lines(subject)?);
            // An office sees the others' only beside its own.
            if reach::bound_to(&actor).is_some() {
                beside_own(&mut account, |l| l.row.digest.clone());
                beside_own(&mut subject, |l| l.code.get(8..17).unwrap_or_default().to_owned());
            }
            Ok((account, subject))
        })
    }

    /// Was the account of a claim looked at by a person, who put the company on the list with a reason?
    pub(crate) fn was_looked_at(&self, rd: &mut Rd<'_>, claim: &ClaimRow) -> Result<bool, Error> {
        let Some(batch) = claim.batch else { return Ok(false) };
        let lines = rows::lines(rd, batch)?;
        Ok(due_lines(&lines).any(|l| l.company == claim.company && !l.said.is_empty()))
    }
}
