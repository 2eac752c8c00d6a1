//! 兑付 (P2): a company asks for a policy item, the unit decides by what is known, pays, and takes back what was wrong. The
//! amount is what the formula of the item gives on the day of the decision; a fund is held while it is bound.

use access::{Permit, Region, Unit, decide, op};
use city::{Contact, Door, Error, Later, Office, reach};
use company::claim::{ClaimAct, ClaimState, Ground, Money, fen, grounds, step, yuan};
use company::policy::{PolicyItem, Truth};
use kernel::{Actor, Moment, UnitId};
use outbox::{Told, Topic};
use serde_json::{Value as Json, json};
use store::claims::{self as rows, ClaimRow};
use store::companies::{self, CompanyRow};
use store::funds::{self, FundRow};
use store::{Rd, Tx};
use workday::{Length, WorkCalendar};

use crate::Companies;
use crate::funds::a_person;
use crate::views::region_of;

/// The longest reason and the longest receipt, in characters.
const REASON_MAX: usize = 500;
const RECEIPT_MAX: usize = 60;

/// Sentences of a claim that stand on the form of its application; the longest name of a field, and the longest value.
const SAID: usize = 40;
const FIELD_MAX: usize = 60;
const SAID_MAX: usize = 400;

/// What of a policy is applied for: the form is filled in from the file of the company.
#[derive(Clone, Debug)]
pub struct PolicyAsked {
    /// code of the policy item
    pub item: String,
    /// its name
    pub name: String,
    /// the unit that decides
    pub unit: UnitId,
    /// region of the company
    pub region: kernel::RegionCode,
    /// working days, where the item names them
    pub days: Option<u32>,
    /// the company: name, credit code, telephone
    pub applicant: (String, String, String),
    /// what is known, by name
    pub known: Vec<(String, String)>,
}

/// What was decided on the application of a claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Follows {
    /// 准予
    Granted,
    /// not accepted or not granted, with the reason
    Denied(String),
    /// taken back, or lapsed
    Withdrawn,
}

/// What somebody does to a claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClaimDoing {
    /// 核准: so much, in fen, as it was looked at
    Approve(i64),
    /// 不予兑付, with the reason
    Refuse(String),
    /// 支付, with the number of the receipt
    Pay(String),
    /// 重新核算: what is known now, and so much
    Recount,
    /// 退回, with the reason
    GiveBack(String),
    /// 重新支付, with the reason
    Again(String),
}

impl ClaimDoing {
    const fn act(&self) -> ClaimAct {
        match self {
            Self::Approve(_) => ClaimAct::Approve,
            Self::Refuse(_) => ClaimAct::Refuse,
            Self::Pay(_) => ClaimAct::Pay,
            Self::Recount => ClaimAct::Recount,
            Self::GiveBack(_) => ClaimAct::GiveBack,
            Self::Again(_) => ClaimAct::Again,
        }
    }
}

/// When a claim must be paid; none where its item names no days, or it is over.
pub(crate) fn due_of(c: &ClaimRow, calendar: &WorkCalendar) -> Option<Moment> {
    let days = u32::try_from(c.pay_days).ok().filter(|d| *d > 0)?;
    workday::due(c.began, Length::Workdays(days), calendar, &[]).at()
}

/// What became of the money of a fund.
pub(crate) fn fund_money(rd: &mut Rd<'_>, fund: &FundRow) -> Result<Money, Error> {
    let sums = rows::sums_of(rd, fund.id)?;
    Ok(Money::of(fund.amount, sums.into_iter().filter_map(|s| Some((ClaimState::read(&s.0)?, s.2)))))
}

pub(crate) fn state_of(c: &ClaimRow) -> Result<ClaimState, Error> {
    ClaimState::read(&c.state).ok_or_else(|| Error::bug(format!("claim {}: {}", c.number, c.state)))
}

/// It waits for the decision on its application.
pub(crate) fn goes_by_application(c: &ClaimRow) -> Result<bool, Error> {
    Ok(!c.application.is_empty() && state_of(c)? == ClaimState::Asked)
}

fn cut(text: &str, most: usize) -> String {
    text.chars().take(most).collect()
}

pub(crate) fn refused(said: kernel::Said) -> Error {
    Error::Invalid { field: "act".to_owned(), said }
}

/// 互斥组, else the item.
pub(crate) fn slot_of(item: &PolicyItem) -> String {
    if item.group.is_empty() { format!("item/{}", item.code) } else { format!("group/{}", item.group) }
}

/// The unit that decides on an item: its office where that is a unit of the city, else who pays.
pub(crate) fn unit_of(office: &Office, item: &PolicyItem, fund: &FundRow) -> UnitId {
    office.unit_called(&item.office).filter(|u| u.active).map_or(fund.unit, |u| u.id)
}

/// The fund that an item is paid from, as it was entered.
pub(crate) fn fund_of(rd: &mut Rd<'_>, item: &PolicyItem) -> Result<FundRow, Error> {
    if item.fund.is_empty() {
        return Err(Error::invalid(
            "item",
            format!("“{}”没有挂资金，不在这里兑付，请按指南找{}", item.name, item.office),
            format!("“{}” is not paid from a fund here: ask {}", item.name, item.office),
        ));
    }
    funds::by_code(rd, &item.fund)?.ok_or_else(|| {
        Error::invalid(
            "item",
            format!("“{}”的资金“{}”还没有建档，请与{}联系", item.name, item.fund, item.office),
            format!("the fund “{}” of “{}” is not entered yet: ask {}", item.fund, item.name, item.office),
        )
    })
}

/// What gives money says how much, and it is something.
pub(crate) fn amount_of(item: &PolicyItem, answer: &company::policy::Answer) -> Result<i64, Error> {
    answer.amount.and_then(fen).filter(|a| *a > 0).ok_or_else(|| {
        Error::invalid(
            "item",
            format!("“{}”按现有情况算不出应付的金额", item.name),
            format!("what is known gives no amount for “{}”", item.name),
        )
    })
}

impl Companies {
    /// 申请兑付 by the company itself; answers its number.
    pub fn ask_as_company(
        &self,
        signed: Option<Actor>,
        code: String,
        pass: String,
        item: String,
    ) -> Later<String> {
        self.write(move |app, tx| {
            let (row, permit) = app.opened(tx, signed.as_ref(), &code, &pass)?;
            app.ask_in(tx, &Actor::resident(), &permit, row, &item)
        })
    }

    /// The same, taken down at the window for a company.
    pub fn ask_for(&self, actor: Actor, code: String, item: String) -> Later<String> {
        self.write(move |app, tx| {
            let row = companies::by_code(tx, code.trim())?.ok_or(Error::NotFound)?;
            let permit = decide(&actor, op::WriteCompany, Region(&region_of(&row)?))?;
            app.ask_in(tx, &actor, &permit, row, &item)
        })
    }

    fn ask_in(
        &self,
        tx: &mut Tx<'_>,
        actor: &Actor,
        permit: &Permit,
        row: CompanyRow,
        item: &str,
    ) -> Result<String, Error> {
        let office = self.city.office(tx)?;
        let (item, answer) = self.answer_in(tx, &row, item.trim())?;
        let fund = fund_of(tx, &item)?;
        if answer.verdict != Truth::Met {
            let open = grounds(&answer).into_iter().find(|g| g.result != "met").unwrap_or_else(|| Ground {
                result: String::new(),
                text: item.name.clone(),
                how: String::new(),
            });
            return Err(Error::invalid(
                "item",
                format!("现在还不能申请“{}”：{} {}", item.name, open.text, open.how),
                format!("“{}” cannot be asked for yet: {} {}", item.name, open.text, open.how),
            ));
        }
        let amount = amount_of(&item, &answer)?;
        let slot = slot_of(&item);
        if let Some(other) = rows::live(tx, row.id, fund.year, &slot, &item.code)? {
            return Err(Error::invalid(
                "item",
                format!(
                    "{} 年度已有“{}”（{}），同一事项或互斥的事项一年只兑付一次",
                    fund.year, other.name, other.number
                ),
                format!(
                    "there is {} of {} already: one a year of what excludes each other",
                    other.number, fund.year
                ),
            ));
        }
        let Some(account) = funds::account(tx, row.id)? else {
            return Err(Error::invalid(
                "account",
                "请先填写收款账户，再申请兑付",
                "enter the account you are paid to first",
            ));
        };
        let year = tx.now().date().year();
        let (id, n) = rows::take_ids(tx, year, 1)?;
        let (number, unit) = (claim_number(&office, year, n), unit_of(&office, &item, &fund));
        let sentences = grounds(&answer);
        let application = {
            let policy = format!("{} {}", item.policy, item.clause).trim().to_owned();
            let mark = |g: &Ground| if g.result == "met" { "符合" } else { "待核" };
            let known =
                [("兑付编号", number.clone()), ("政策依据", policy), ("申请金额（元）", yuan(amount))];
            let known = known.into_iter().map(|(name, value)| (name.to_owned(), value));
            let known = known.chain([("收款账户".to_owned(), account.shown)]);
            let said =
                |g: &Ground| (cut(&g.text, FIELD_MAX), cut(&format!("{}：{}", mark(g), g.how), SAID_MAX));
            let contact: Contact = self.contact_in(tx, row.id)?;
            let asked = PolicyAsked {
                item: item.code.clone(),
                name: item.name.clone(),
                unit,
                region: region_of(&row)?,
                days: item.pay_days,
                applicant: (row.name.clone(), row.code.clone(), contact.phone),
                known: known.chain(sentences.iter().take(SAID).map(said)).collect(),
            };
            (self.handovers.policy_is_applied_for)(&self.city, tx, actor, asked)?
        };
        let claim = ClaimRow {
            id,
            number,
            ver: 1,
            company: row.id,
            item: item.code.clone(),
            name: item.name.clone(),
            slot,
            year: fund.year,
            fund: fund.id,
            unit,
            batch: None,
            state: step(None, ClaimAct::Ask).map_err(refused)?.word().to_owned(),
            amount,
            pay_days: item.pay_days.map_or(0, i64::from),
            began: tx.now(),
            decided: None,
            decided_by: None,
            paid: None,
            receipt: String::new(),
            account: String::new(),
            digest: String::new(),
            reason: String::new(),
            why: serde_json::to_string(&sentences).map_err(Error::bug)?,
            application,
        };
        let data = json!({
            "item": item.code, "amount": amount, "fund": fund.code, "company": row.code,
            "application": claim.application,
        });
        rows::put(tx, permit, &claim, ClaimAct::Ask.word(), &data.to_string())?;
        Self::note(tx, permit, row, "claim", &json!({ "number": claim.number }))?;
        Ok(claim.number)
    }

    /// 撤回 by the company, before anybody decided.
    pub fn withdraw_claim(
        &self,
        signed: Option<Actor>,
        code: String,
        pass: String,
        number: String,
    ) -> Later<()> {
        self.write(move |app, tx| {
            let (row, permit) = app.opened(tx, signed.as_ref(), &code, &pass)?;
            let mut claim =
                rows::by_number(tx, number.trim())?.filter(|c| c.company == row.id).ok_or(Error::NotFound)?;
            if !claim.application.is_empty() {
                step(Some(state_of(&claim)?), ClaimAct::Withdraw).map_err(refused)?;
                let withdrawn = app.handovers.application_is_withdrawn;
                return withdrawn(&app.city, tx, &Actor::resident(), &claim.application);
            }
            let after = step(Some(state_of(&claim)?), ClaimAct::Withdraw).map_err(refused)?;
            claim.ver += 1;
            after.word().clone_into(&mut claim.state);
            rows::put(tx, &permit, &claim, ClaimAct::Withdraw.word(), "{}")?;
            Ok(())
        })
    }

    /// One act of a unit on a claim; `ver` is the version that was looked at.
    pub fn act_on_claim(&self, actor: Actor, number: String, ver: i64, doing: ClaimDoing) -> Later<()> {
        self.write(move |app, tx| {
            let office = app.city.office(tx)?;
            let mut claim = rows::by_number(tx, number.trim())?.ok_or(Error::NotFound)?;
            // Held until the end: what is left of the fund is true until it is bound.
            let fund = funds::held(tx, claim.fund)?.ok_or(Error::NotFound)?;
            let act = doing.act();
            let permit = door(&office, &actor, &claim, &fund, act)?;
            if claim.ver != ver {
                let stream = rows::stream(claim.id);
                return Err(Error::Changed(store::StoreError::Conflict {
                    stream,
                    expected: ver,
                    found: claim.ver,
                }));
            }
            if goes_by_application(&claim)? && matches!(act, ClaimAct::Approve | ClaimAct::Refuse) {
                let number = &claim.application;
                return Err(refused(kernel::Said::new(
                    format!("这笔兑付随办件 {number} 办理，请在办件中受理并作出决定"),
                    format!("this payment goes by application {number}: accept and decide it there"),
                )));
            }
            let data = app.happens(tx, &permit, &mut claim, &fund, &doing)?;
            claim.ver += 1;
            rows::put(tx, &permit, &claim, act.word(), &data.to_string()).map_err(twice)?;
            app.tell_company(tx, &office, &claim, topic(act))
        })
    }

    /// 兑付随办件: what was decided on the application of a claim, in the same transaction.
    ///
    /// # Errors
    /// It cannot be granted: the conditions are not met any more, the amount is another one, or the fund does not suffice.
    pub fn payment_follows(
        &self,
        tx: &mut Tx<'_>,
        actor: &Actor,
        application: &str,
        follows: Follows,
    ) -> Result<(), Error> {
        let claim = rows::by_application(tx, application)?.ok_or(Error::NotFound)?;
        let fund = funds::held(tx, claim.fund)?.ok_or(Error::NotFound)?;
        // Read again now that the fund is held: nobody decides on a claim twice.
        let mut claim = rows::by_number(tx, &claim.number)?.ok_or(Error::NotFound)?;
        let office = self.city.office(tx)?;
        let behalf = Actor { role: kernel::Role::System, ..actor.clone() };
        let (act, by) = match &follows {
            Follows::Granted => (ClaimAct::Approve, actor),
            Follows::Denied(_) => (ClaimAct::Refuse, &behalf),
            Follows::Withdrawn => (ClaimAct::Withdraw, &behalf),
        };
        let permit = decide(by, op::DecideClaims, reach::unit_in(&office, claim.unit)?)?;
        let data = match follows {
            Follows::Granted => {
                let amount = claim.amount;
                self.happens(tx, &permit, &mut claim, &fund, &ClaimDoing::Approve(amount))?
            }
            Follows::Denied(reason) => {
                let reason = cut(reason.trim(), REASON_MAX);
                let mut data = Self::settles(&mut claim, ClaimAct::Refuse, &reason)?;
                (claim.decided, claim.decided_by) = (Some(tx.now()), actor.staff);
                data["purpose"] = json!(reason);
                data
            }
            Follows::Withdrawn => Self::settles(&mut claim, ClaimAct::Withdraw, "")?,
        };
        claim.ver += 1;
        rows::put(tx, &permit, &claim, act.word(), &data.to_string()).map_err(twice)?;
        self.tell_company(tx, &office, &claim, topic(act))
    }

    /// An end that binds no money.
    fn settles(claim: &mut ClaimRow, act: ClaimAct, reason: &str) -> Result<Json, Error> {
        let after = step(Some(state_of(claim)?), act).map_err(refused)?;
        after.word().clone_into(&mut claim.state);
        reason.clone_into(&mut claim.reason);
        Ok(json!({ "application": claim.application }))
    }

    /// What an act makes of a claim; answers what is told of it on record.
    pub(crate) fn happens(
        &self,
        tx: &mut Tx<'_>,
        permit: &Permit,
        claim: &mut ClaimRow,
        fund: &FundRow,
        doing: &ClaimDoing,
    ) -> Result<Json, Error> {
        a_person(permit)?;
        let before = state_of(claim)?;
        let after = step(Some(before), doing.act()).map_err(refused)?;
        let now = tx.now();
        let data = match doing {
            ClaimDoing::Approve(seen) => {
                let row = companies::by_id(tx, claim.company)?.ok_or(Error::NotFound)?;
                let (item, answer) = self.answer_in(tx, &row, &claim.item)?;
                let amount = amount_of(&item, &answer)?;
                if answer.verdict != Truth::Met {
                    return Err(refused(kernel::Said::new(
                        "按现在的情况已不符合条件，请看核对结果；不能核准，可以不予兑付并说明原因",
                        "what is known now does not meet the conditions: refuse it with the reason",
                    )));
                }
                if amount != *seen {
                    let amount = yuan(amount);
                    return Err(refused(kernel::Said::new(
                        format!("金额已变为 {amount} 元，请先在兑付页“重新核算”，再核准"),
                        format!(
                            "the amount is {amount} yuan now: reckon it again on the page of the payment first"
                        ),
                    )));
                }
                claim.amount = amount;
                claim.why = serde_json::to_string(&grounds(&answer)).map_err(Error::bug)?;
                (claim.decided, claim.decided_by) = (Some(now), permit.actor().staff);
                json!({ "amount": amount })
            }
            ClaimDoing::Recount => {
                let row = companies::by_id(tx, claim.company)?.ok_or(Error::NotFound)?;
                let (item, answer) = self.answer_in(tx, &row, &claim.item)?;
                if answer.verdict != Truth::Met {
                    return Err(refused(kernel::Said::new(
                        "按现在的情况已不符合条件，没有可核算的金额",
                        "what is known now does not meet the conditions: there is nothing to reckon",
                    )));
                }
                let before = claim.amount;
                claim.amount = amount_of(&item, &answer)?;
                claim.why = serde_json::to_string(&grounds(&answer)).map_err(Error::bug)?;
                json!({ "before": before, "amount": claim.amount })
            }
            ClaimDoing::Refuse(reason) => {
                claim.reason = reason_of(reason)?;
                (claim.decided, claim.decided_by) = (Some(now), permit.actor().staff);
                json!({ "purpose": claim.reason })
            }
            ClaimDoing::Pay(receipt) => {
                self.may_be_paid(tx, permit, claim)?;
                let account = funds::account(tx, claim.company)?.ok_or_else(no_account)?;
                claim.receipt = receipt_of(receipt)?;
                (claim.account, claim.digest) = (account.shown, account.digest);
                claim.paid = Some(now);
                json!({
                    "amount": claim.amount, "receipt": claim.receipt, "account": claim.account,
                    "digest": claim.digest,
                })
            }
            ClaimDoing::GiveBack(reason) => {
                claim.reason = reason_of(reason)?;
                json!({ "amount": claim.amount, "receipt": claim.receipt, "purpose": claim.reason })
            }
            ClaimDoing::Again(reason) => {
                if let Some(other) = rows::live(tx, claim.company, claim.year, &claim.slot, &claim.item)? {
                    return Err(refused(kernel::Said::new(
                        format!("退回后企业已另有 {}，不能再付这一笔", other.number),
                        format!("there is {} by now: this one cannot be paid again", other.number),
                    )));
                }
                let reason = reason_of(reason)?;
                (claim.paid, claim.began) = (None, now);
                let old = std::mem::take(&mut claim.receipt);
                // It is paid to the account that the company has then; who approved it still does not pay it.
                (claim.account, claim.digest) = (String::new(), String::new());
                claim.decided = Some(now);
                json!({ "amount": claim.amount, "before": old, "purpose": reason })
            }
        };
        if after.binds() && !before.binds() {
            fund_money(tx, fund)?.takes(claim.amount).map_err(refused)?;
        }
        after.word().clone_into(&mut claim.state);
        Ok(data)
    }

    /// Whoever approved does not pay, and nobody is paid twice under two names.
    pub(crate) fn may_be_paid(
        &self,
        rd: &mut Rd<'_>,
        permit: &Permit,
        claim: &ClaimRow,
    ) -> Result<(), Error> {
        if claim.decided_by.is_some() && claim.decided_by == permit.actor().staff {
            return Err(refused(kernel::Said::new(
                "核准的人不能自己支付，请另一人办理",
                "who approved it cannot pay it: another person must",
            )));
        }
        let account = funds::account(rd, claim.company)?.ok_or_else(no_account)?;
        if let Some(other) = rows::paid_to(rd, &claim.slot, claim.year, &account.digest, claim.company)?
            && !self.was_looked_at(rd, claim)?
        {
            return Err(refused(kernel::Said::new(
                format!("同一收款账户本年度已由另一户领过（{other}），请核实是否重复"),
                format!("this account was paid already under another name ({other}): find out first"),
            )));
        }
        Ok(())
    }

    /// The whole account that a claim is paid to: an act on record with its purpose.
    pub fn show_account(
        &self,
        actor: Actor,
        number: String,
        purpose: String,
    ) -> Later<company::claim::Account> {
        self.write(move |app, tx| {
            let office = app.city.office(tx)?;
            let mut claim = rows::by_number(tx, number.trim())?.ok_or(Error::NotFound)?;
            let fund = funds::by_id(tx, claim.fund)?.ok_or(Error::NotFound)?;
            let permit = door(&office, &actor, &claim, &fund, ClaimAct::Account)?;
            step(Some(state_of(&claim)?), ClaimAct::Account).map_err(refused)?;
            let data = json!({ "purpose": city::purpose_of(&purpose)? });
            let account = app.account_in(tx, claim.company)?.ok_or_else(no_account)?;
            claim.ver += 1;
            rows::put(tx, &permit, &claim, ClaimAct::Account.word(), &data.to_string())?;
            Ok(account)
        })
    }

    /// Tells a company what became of what it is paid.
    pub(crate) fn tell_company(
        &self,
        tx: &mut Tx<'_>,
        office: &Office,
        claim: &ClaimRow,
        topic: Option<Topic>,
    ) -> Result<(), Error> {
        let Some(topic) = topic else { return Ok(()) };
        let Some(birth) = rows::birth(tx, claim.id)? else { return Ok(()) };
        let contact: Contact = self.contact_in(tx, claim.company)?;
        let due = due_of(claim, &office.rules.calendar);
        let told = Told {
            topic,
            number: &claim.number,
            unit: office.unit_name(claim.unit),
            date: due.map_or_else(|| "—".to_owned(), |d| d.date().to_string()),
            path: format!("/see/p/{}/{}", claim.number, self.see_token(&claim.number, &birth)),
        };
        outbox::to_person(&self.city, tx, office, &told, &contact)
    }

    /// The token of the page that shows a claim: it opens nothing else.
    pub(crate) fn see_token(&self, number: &str, birth: &ledger::Hash) -> String {
        let half = |n: u8| self.city.vault().code(&format!("{number}/see/{n}"), Some(birth));
        format!("{}{}", half(1), half(2))
    }
}

pub(crate) fn claim_number(office: &Office, year: i16, n: i64) -> String {
    format!("{}-{year}-D{n:06}", office.settings.city.as_str())
}

/// The door of an act: the unit that decides for what is decided, the unit whose fund it is for what is paid.
pub(crate) fn door(
    office: &Office,
    actor: &Actor,
    claim: &ClaimRow,
    fund: &FundRow,
    act: ClaimAct,
) -> Result<Permit, Error> {
    let (decides, pays): (Unit<'_>, Unit<'_>) =
        (reach::unit_in(office, claim.unit)?, reach::unit_in(office, fund.unit)?);
    Ok(match act {
        ClaimAct::Approve | ClaimAct::Refuse | ClaimAct::Recount => decide(actor, op::DecideClaims, decides)?,
        ClaimAct::Pay | ClaimAct::GiveBack | ClaimAct::Again | ClaimAct::Account => {
            decide(actor, op::PayClaims, pays)?
        }
        // What the company does, and what comes with a list, has a door of its own.
        ClaimAct::Ask | ClaimAct::Withdraw | ClaimAct::List => return Err(Error::NotFound),
    })
}

/// What a company hears of an act.
const fn topic(act: ClaimAct) -> Option<Topic> {
    match act {
        ClaimAct::Approve | ClaimAct::List | ClaimAct::Again => Some(Topic::PaymentApproved),
        ClaimAct::Refuse => Some(Topic::PaymentRefused),
        ClaimAct::Pay => Some(Topic::PaymentPaid),
        ClaimAct::GiveBack => Some(Topic::PaymentReturned),
        ClaimAct::Ask | ClaimAct::Withdraw | ClaimAct::Account | ClaimAct::Recount => None,
    }
}

pub(crate) fn no_account() -> Error {
    refused(kernel::Said::new(
        "企业还没有确认收款账户，不能支付；请企业在自己的页面填写",
        "the company has not confirmed its account yet",
    ))
}

fn reason_of(text: &str) -> Result<String, Error> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > REASON_MAX {
        return Err(Error::invalid(
            "reason",
            format!("请写明原因，最多 {REASON_MAX} 个字；企业会看到"),
            format!("say why, {REASON_MAX} characters at most; the company reads it"),
        ));
    }
    Ok(text.to_owned())
}

fn receipt_of(text: &str) -> Result<String, Error> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > RECEIPT_MAX {
        return Err(Error::invalid(
            "receipt",
            format!("请填写银行或国库的支付凭证号，最多 {RECEIPT_MAX} 个字"),
            format!("the number of the receipt, {RECEIPT_MAX} characters at most"),
        ));
    }
    Ok(text.to_owned())
}

/// A key that holds what two clerks do at once, told in words.
pub(crate) fn twice(e: store::StoreError) -> Error {
    match &e {
        store::StoreError::Duplicate { what } if what.contains("receipt") => Error::invalid(
            "receipt",
            "这笔资金已有同号的支付凭证，请核对凭证号",
            "this fund has a payment with that receipt: check the number",
        ),
        store::StoreError::Duplicate { what } if what.contains("slot") => Error::invalid(
            "item",
            "同一事项或互斥的事项本年度已有一笔，不能重复",
            "there is one of what excludes each other this year already",
        ),
        _ => e.into(),
    }
}
