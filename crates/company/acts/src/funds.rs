//! 资金与收款账户 (P2): funds that policies are paid from, what is left of them, and where companies are paid to.

use access::{City, Permit, Region, decide, op};
use city::{Door, Error, Later, Office, reach};
use company::claim::{Account, ClaimState, Money, fen, yuan};
use company::policy::Number;
use kernel::{Actor, Role, StreamId, StreamKind};
use serde_json::json;
use store::companies::CompanyRow;
use store::funds::{self as rows, AccountRow, FundRow};
use store::{Rd, Tx, claims};

use crate::claims::{due_of, fund_money};
use crate::views::{EventLine, region_of};
use crate::{Companies, policies};

/// The longest name and the longest reason, in characters.
const NAME_MAX: usize = 100;
const WHY_MAX: usize = 500;
/// Claims of one fund looked through for late ones.
pub(crate) const OPEN_MAX: u32 = 20_000;

/// A fund as somebody enters it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewFund {
    /// its code, as policy items name it
    pub code: String,
    /// 名称
    pub name: String,
    /// 资金来源
    pub source: String,
    /// 年度
    pub year: String,
    /// 支付单位: key, full or short name
    pub unit: String,
    /// 总额 in yuan, as people write it: `3000万`
    pub amount: String,
    /// why it is entered or changed
    pub why: String,
}

/// A fund with its money.
#[derive(Clone, Debug)]
pub struct FundView {
    /// the row
    pub row: FundRow,
    /// name of the unit that pays
    pub unit: String,
    /// what became of its money
    pub money: Money,
    /// claims in each state
    pub counts: Vec<(ClaimState, i64)>,
    /// claims that are late
    pub late: usize,
    /// names of the items in force that are paid from it
    pub items: Vec<String>,
    /// the reader may change it
    pub may_write: bool,
    /// the reader may pay from it
    pub may_pay: bool,
    /// what happened to it, the newest first; empty in a list
    pub lines: Vec<EventLine>,
}

fn said(field: &str, why: kernel::Said) -> Error {
    Error::Invalid { field: field.to_owned(), said: why }
}

fn text(field: &str, value: &str, most: usize, zh: &str) -> Result<String, Error> {
    let value = value.trim();
    if value.is_empty() || value.chars().count() > most {
        let (zh, en) = (format!("请填写{zh}，最多 {most} 个字"), format!("{field}: 1 to {most} characters"));
        return Err(Error::invalid(field, zh, en));
    }
    Ok(value.to_owned())
}

impl Companies {
    /// Funds with their money that this reader may see; and what items in force name as their fund and nobody has entered.
    pub fn funds(&self, actor: Actor) -> Later<(Vec<FundView>, Vec<NewFund>)> {
        self.read(move |app, rd| {
            let office = app.city.office(rd)?;
            let home = reach::home(&actor, &office);
            decide(&actor, op::ReadPayments, reach::own_unit(&actor, &home))?;
            let all = rows::all(rd)?;
            let (_, book) = policies::released_with(rd)?;
            let missing = book
                .funds
                .iter()
                .filter(|f| !all.iter().any(|r| r.code == f.code))
                .map(|f| NewFund {
                    code: f.code.clone(),
                    name: f.name.clone(),
                    year: app.city.store().now().date().year().to_string(),
                    amount: f.balance.to_string(),
                    unit: book
                        .items
                        .iter()
                        .find(|i| i.fund == f.code)
                        .map_or_else(String::new, |i| i.office.clone()),
                    ..NewFund::default()
                })
                .collect();
            let mut out = Vec::new();
            for row in all {
                if decide(&actor, op::ReadPayments, reach::unit_in(&office, row.unit)?).is_ok() {
                    out.push(app.fund_view(rd, &office, &actor, row, &book)?);
                }
            }
            Ok((out, missing))
        })
    }

    /// One fund with what happened to it.
    pub fn fund(&self, actor: Actor, code: String) -> Later<FundView> {
        self.read(move |app, rd| {
            let office = app.city.office(rd)?;
            let row = rows::by_code(rd, code.trim())?.ok_or(Error::NotFound)?;
            decide(&actor, op::ReadPayments, reach::unit_in(&office, row.unit)?)?;
            let (_, book) = policies::released_with(rd)?;
            let events = rows::history(rd, row.id)?;
            let lines = crate::views::history_lines(rd, &office, events)?;
            Ok(FundView { lines, ..app.fund_view(rd, &office, &actor, row, &book)? })
        })
    }

    fn fund_view(
        &self,
        rd: &mut Rd<'_>,
        office: &Office,
        actor: &Actor,
        row: FundRow,
        book: &company::policy::Book,
    ) -> Result<FundView, Error> {
        let sums = claims::sums_of(rd, row.id)?;
        let counts = sums.iter().filter_map(|s| Some((ClaimState::read(&s.0)?, s.1))).collect();
        let now = self.city.store().now();
        let mut late = 0;
        for state in ClaimState::ALL.into_iter().filter(|s| s.is_open()) {
            let query = claims::Query {
                fund: Some(row.id),
                state: state.word().to_owned(),
                limit: OPEN_MAX,
                ..claims::Query::default()
            };
            let open = claims::list(rd, &query)?;
            late +=
                open.iter().filter(|c| due_of(c, &office.rules.calendar).is_some_and(|d| d < now)).count();
        }
        Ok(FundView {
            unit: office.unit_name(row.unit),
            money: fund_money(rd, &row)?,
            counts,
            late,
            items: book.items.iter().filter(|i| i.fund == row.code).map(|i| i.name.clone()).collect(),
            may_pay: decide(actor, op::PayClaims, reach::unit_in(office, row.unit)?).is_ok(),
            may_write: decide(actor, op::WriteFunds, City(&office.settings.city)).is_ok(),
            lines: Vec::new(),
            row,
        })
    }

    /// Enters a fund, or changes it; answers its code. `expect` is the version that was read.
    pub fn put_fund(&self, actor: Actor, new: NewFund, expect: Option<i64>) -> Later<String> {
        self.write(move |app, tx| {
            let office = app.city.office(tx)?;
            let permit = decide(&actor, op::WriteFunds, City(&office.settings.city))?;
            let code = text("code", &new.code, 40, "资金编码")?;
            let before = rows::by_code(tx, &code)?;
            match (&before, expect) {
                (Some(row), None) => {
                    return Err(Error::invalid(
                        "code",
                        format!("编码“{code}”已是“{}”，请打开它修改", row.name),
                        format!("“{code}” is there already: open it"),
                    ));
                }
                (Some(row), Some(expected)) if row.ver != expected => {
                    let stream = rows::stream(row.id);
                    return Err(Error::Changed(store::StoreError::Conflict { stream, expected, found: row.ver }));
                }
                (None, Some(_)) => return Err(Error::NotFound),
                _ => {}
            }
            let year: i64 = new.year.trim().parse().ok().filter(|y| (2000..=2100).contains(y)).ok_or_else(
                || Error::invalid("year", "年度请填四位年份，如 2026", "the year has four digits, like 2026"),
            )?;
            let unit = office.unit_called(&new.unit).filter(|u| u.active).ok_or_else(|| {
                Error::invalid("unit", "没有这个单位，请从列表中选择支付单位", "choose the unit that pays")
            })?;
            let amount = Number::read(&new.amount).and_then(fen).filter(|a| *a >= 0).ok_or_else(|| {
                Error::invalid(
                    "amount",
                    "总额请填金额，单位元，如 3000万 或 1,200,000",
                    "the amount in yuan, like 1,200,000",
                )
            })?;
            let why = text("why", &new.why, WHY_MAX, "为什么设立或调整")?;
            let mut row = FundRow {
                id: before.as_ref().map_or(0, |b| b.id),
                code: code.clone(),
                ver: before.as_ref().map_or(0, |b| b.ver) + 1,
                name: text("name", &new.name, NAME_MAX, "资金名称")?,
                source: text("source", &new.source, NAME_MAX, "资金来源")?,
                year,
                unit: unit.id,
                amount,
                updated: tx.now(),
            };
            if let Some(old) = before {
                // Held, so that nobody binds it meanwhile.
                rows::held(tx, old.id)?;
                app.may_become(tx, &old, &row)?;
                row.id = old.id;
            }
            let data = json!({
                "name": row.name, "source": row.source, "year": row.year, "unit": row.unit, "amount": row.amount,
                "purpose": why,
            });
            rows::put(tx, &permit, &row, "put_fund", &data.to_string())?;
            Ok(code)
        })
    }

    /// What is bound is not taken away again, and a year with claims stays that year.
    fn may_become(&self, tx: &mut Tx<'_>, old: &FundRow, new: &FundRow) -> Result<(), Error> {
        let money = fund_money(tx, old)?;
        let bound = money.reserved + money.paid;
        if new.amount < bound {
            let bound = yuan(bound);
            return Err(Error::invalid(
                "amount",
                format!("已核准和已支付的共 {bound} 元，总额不能少于它"),
                format!("{bound} yuan are approved or paid: the amount cannot be less"),
            ));
        }
        if new.year != old.year && !claims::sums_of(tx, old.id)?.is_empty() {
            return Err(Error::invalid(
                "year",
                "这笔资金已有兑付，年度不能再改；新年度请另设一笔",
                "there are claims of this year: enter another fund for a new year",
            ));
        }
        Ok(())
    }

    /// 收款账户, by the company itself.
    pub fn set_account(
        &self,
        signed: Option<Actor>,
        code: String,
        pass: String,
        bank: String,
        number: String,
    ) -> Later<()> {
        self.write(move |app, tx| {
            let (row, permit) = app.opened(tx, signed.as_ref(), &code, &pass)?;
            app.put_account(tx, &permit, row, &bank, &number, None)
        })
    }

    /// 收款账户, taken down at the window from the papers of the bank: an act with its purpose, which the company sees.
    pub fn enter_account(
        &self,
        actor: Actor,
        code: String,
        bank: String,
        number: String,
        purpose: String,
    ) -> Later<()> {
        self.write(move |app, tx| {
            let row = store::companies::by_code(tx, code.trim())?.ok_or(Error::NotFound)?;
            let permit = decide(&actor, op::WriteCompany, Region(&region_of(&row)?))?;
            let purpose = city::purpose_of(&purpose)?;
            app.put_account(tx, &permit, row, &bank, &number, Some(purpose))
        })
    }

    fn put_account(
        &self,
        tx: &mut Tx<'_>,
        permit: &Permit,
        row: CompanyRow,
        bank: &str,
        number: &str,
        purpose: Option<String>,
    ) -> Result<(), Error> {
        let account = Account::read(bank, number).map_err(|why| said("number", why))?;
        let vault = self.city.vault();
        let plain = serde_json::to_vec(&account).map_err(Error::bug)?;
        let digest = ledger::hex(&vault.token_digest(&format!("account/{}", account.number))[..16]);
        let kept = AccountRow {
            company: row.id,
            sealed: vault.seal_bytes(account_bound(row.id), &plain)?,
            shown: account.masked(),
            digest: digest.clone(),
        };
        rows::put_account(tx, permit, &kept)?;
        let data = match purpose {
            Some(purpose) => json!({ "account": digest, "purpose": purpose }),
            None => json!({ "account": digest }),
        };
        Self::note(tx, permit, row, "account", &data)
    }

    /// The whole account of a company, for whoever pays.
    pub(crate) fn account_in(&self, rd: &mut Rd<'_>, company: i64) -> Result<Option<Account>, Error> {
        let Some(kept) = rows::account(rd, company)? else { return Ok(None) };
        let plain = self.city.vault().unseal_bytes(account_bound(company), &kept.sealed)?;
        serde_json::from_slice(&plain).map(Some).map_err(Error::bug)
    }
}

/// What the account of a company is sealed for: not what its contact is.
const fn account_bound(company: i64) -> i64 {
    StreamId::new(StreamKind::Claim, company).0
}

/// Staff at a desk, not the system: some acts want a person behind them.
pub(crate) fn a_person(permit: &Permit) -> Result<(), Error> {
    if permit.actor().role == Role::System {
        return Err(Error::NotFound);
    }
    Ok(())
}
