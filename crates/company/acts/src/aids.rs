//! 增值服务 (R11): the catalogue of services that companies may order, the orders with their limit, and what companies say of them: an
//! order that was done is a service that was given, rated like all others.

use access::{Nothing, Region, decide, op};
use city::{Door, Error, Later, Office, reach};
use company::aid::{AidKind, AidState, OrderAct, OrderState, OrderWho, step};
use kernel::{Actor, Moment, RegionCode, UnitId};
use serde_json::json;
use store::aids::{self as rows, AidRow, OrderRow};
use store::companies::{self, CompanyRow};
use store::ratings::{self, ServiceRow};
use store::{Rd, Tx};
use workday::{Length, WorkCalendar};

use crate::Companies;
use crate::claim_views::may_read;
use crate::claims::refused;
use crate::views::{EventLine, history_lines, region_of};

/// The longest name, line and text, in characters; the most working days; orders of one list.
const NAME_MAX: usize = 60;
const LINE_MAX: usize = 100;
const WORDS_MAX: usize = 2_000;
const DAYS_MAX: i64 = 250;
const ORDERS: u32 = 50;
/// Orders of a company shown; open ones that one company may have.
const OWN: u32 = 30;
const OPEN_MAX: usize = 20;

/// A service as somebody enters it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewAid {
    /// its code; a new one when it is empty
    pub code: String,
    /// name
    pub name: String,
    /// word of the kind
    pub kind: String,
    /// the unit that serves: key, full or short name
    pub unit: String,
    /// what one gets, and for whom it is
    pub about: String,
    /// what it costs, in words
    pub price: String,
    /// telephone
    pub phone: String,
    /// working days
    pub days: String,
    /// it is offered
    pub offered: bool,
}

/// A service as a page shows it.
#[derive(Clone, Debug)]
pub struct AidView {
    /// the row
    pub row: AidRow,
    /// what it is about
    pub kind: AidKind,
    /// it is offered
    pub offered: bool,
    /// who serves
    pub unit: String,
    /// orders in each state
    pub counts: Vec<(OrderState, i64)>,
    /// how many orders were rated
    pub rated: i64,
    /// mean level of those, in tenths
    pub tenths: i64,
}

/// An order as a page shows it.
#[derive(Clone, Debug)]
pub struct OrderView {
    /// the row
    pub row: OrderRow,
    /// where it stands
    pub state: OrderState,
    /// code of the service
    pub code: String,
    /// its name
    pub name: String,
    /// who ordered
    pub company: String,
    /// its credit code
    pub company_code: String,
    /// who serves
    pub unit: String,
    /// to be done by
    pub due: Option<Moment>,
    /// open, and that is over
    pub late: bool,
    /// the reader may open it
    pub opens: bool,
    /// 1–5 as it was rated; none before
    pub level: Option<i64>,
    /// by which the company rates it, once it was done; empty for everybody else
    pub token: String,
    /// what the reader may do
    pub acts: Vec<OrderAct>,
    /// what happened, the newest first; empty in a list
    pub lines: Vec<EventLine>,
}

/// What a list of orders is asked for.
#[derive(Clone, Debug, Default)]
pub struct OrdersAsked {
    /// code of the service
    pub aid: String,
    /// state
    pub state: Option<OrderState>,
    /// only those that are late
    pub late: bool,
    /// older than this id; 0 from the newest
    pub before: i64,
}

fn text(field: &str, value: &str, least: usize, most: usize, zh: &str) -> Result<String, Error> {
    let value = value.trim();
    if value.chars().count() < least || value.chars().count() > most {
        let (zh, en) =
            (format!("请填写{zh}，最多 {most} 个字"), format!("{field}: {least} to {most} characters"));
        return Err(Error::invalid(field, zh, en));
    }
    Ok(value.to_owned())
}

fn state_of(o: &OrderRow) -> Result<OrderState, Error> {
    OrderState::read(&o.state).ok_or_else(|| Error::bug(format!("order {}: {}", o.number, o.state)))
}

fn due_of(o: &OrderRow, calendar: &WorkCalendar) -> Option<Moment> {
    let days = u32::try_from(o.days).ok().filter(|d| *d > 0)?;
    workday::due(o.began, Length::Workdays(days), calendar, &[]).at()
}

fn service_code(number: &str) -> String {
    format!("own/{number}")
}

impl Companies {
    /// The catalogue with its figures, for staff; for companies what is offered.
    pub fn aids(&self, actor: Actor) -> Later<Vec<AidView>> {
        self.read(move |app, rd| {
            decide(&actor, op::ListCompanies, Nothing)?;
            let office = app.city.office(rd)?;
            // What is counted is what the list of this reader shows.
            app.aids_in(rd, &office, reach::bound_to(&actor))
        })
    }

    fn aids_in(&self, rd: &mut Rd<'_>, office: &Office, unit: Option<UnitId>) -> Result<Vec<AidView>, Error> {
        let (sums, rated) = (rows::sums(rd, unit)?, rows::rated(rd)?);
        let view = |row: AidRow| {
            let count = |s: OrderState| {
                sums.iter().filter(|x| x.0 == row.id && x.1 == s.word()).map(|x| x.2).sum::<i64>()
            };
            let (many, levels) = rated.iter().find(|r| r.0 == row.id).map_or((0, 0), |r| (r.1, r.2));
            AidView {
                kind: AidKind::read(&row.kind).unwrap_or(AidKind::Other),
                offered: row.state == AidState::Offered.word(),
                unit: office.unit_name(row.unit),
                counts: OrderState::ALL.into_iter().map(|s| (s, count(s))).collect(),
                rated: many,
                tenths: if many > 0 { (levels * 10 + many / 2) / many } else { 0 },
                row,
            }
        };
        Ok(rows::all(rd)?.into_iter().map(view).collect())
    }

    /// Enters a service, or changes it; `expect` is the version that was read.
    pub fn put_aid(&self, actor: Actor, new: NewAid, expect: Option<i64>) -> Later<String> {
        self.write(move |app, tx| {
            let office = app.city.office(tx)?;
            let before = match new.code.trim() {
                "" => None,
                code => rows::by_code(tx, code)?,
            };
            let region: RegionCode = match &before {
                Some(b) => b.region.parse().map_err(Error::bug)?,
                None => reach::home(&actor, &office),
            };
            let permit = decide(&actor, op::WriteAids, Region(&region))?;
            match (&before, expect) {
                (Some(b), Some(expected)) if b.ver == expected => {}
                (Some(b), Some(expected)) => {
                    let (stream, found) = (rows::stream(b.id), b.ver);
                    return Err(Error::Changed(store::StoreError::Conflict { stream, expected, found }));
                }
                (Some(b), None) => {
                    return Err(Error::invalid(
                        "code",
                        format!("编码 {} 已用于“{}”，请换一个或打开它修改", b.code, b.name),
                        format!("code {} is that of “{}”: choose another, or open it", b.code, b.name),
                    ));
                }
                (None, Some(_)) => return Err(Error::NotFound),
                (None, None) => {}
            }
            let kind = AidKind::read(&new.kind)
                .ok_or_else(|| Error::invalid("kind", "请选择服务类别", "choose what it is about"))?;
            let unit = office
                .unit_called(&new.unit)
                .filter(|u| u.active)
                .ok_or_else(|| Error::invalid("unit", "请选择由哪个单位服务", "choose the unit that serves"))?;
            let days = new.days.trim().parse::<i64>().ok().filter(|d| (1..=DAYS_MAX).contains(d)).ok_or_else(|| {
                Error::invalid(
                    "days",
                    format!("服务时限填 1 到 {DAYS_MAX} 个工作日"),
                    format!("1 to {DAYS_MAX} working days"),
                )
            })?;
            let state = if new.offered { AidState::Offered } else { AidState::Stopped };
            let id = match &before {
                Some(b) => b.id,
                None => rows::take_id(tx)?,
            };
            let code = match new.code.trim() {
                "" => format!("Z{id:04}"),
                code => text("code", code, 1, 40, "编码")?,
            };
            let row = AidRow {
                id,
                ver: before.as_ref().map_or(1, |b| b.ver + 1),
                name: text("name", &new.name, 1, NAME_MAX, "服务名称")?,
                kind: kind.word().to_owned(),
                region: region.as_str().to_owned(),
                unit: unit.id,
                about: text("about", &new.about, 1, WORDS_MAX, "服务内容和对象")?,
                price: text("price", &new.price, 1, LINE_MAX, "收费")?,
                phone: text("phone", &new.phone, 0, 40, "电话")?,
                days,
                state: state.word().to_owned(),
                code,
            };
            let data = json!({ "code": row.code, "name": row.name, "unit": row.unit, "days": row.days, "state": row.state });
            rows::put(tx, &permit, &row, "put_aid", &data.to_string())?;
            Ok(row.code)
        })
    }

    /// 下单 by the company; answers its number.
    pub fn order_as_company(
        &self,
        signed: Option<Actor>,
        code: String,
        pass: String,
        aid: String,
        words: String,
    ) -> Later<String> {
        self.write(move |app, tx| {
            let (row, permit) = app.opened(tx, signed.as_ref(), &code, &pass)?;
            app.order_in(tx, &permit, &row, &aid, &words)
        })
    }

    /// The same, taken down for a company.
    pub fn order_for(&self, actor: Actor, code: String, aid: String, words: String) -> Later<String> {
        self.write(move |app, tx| {
            let row = companies::by_code(tx, code.trim())?.ok_or(Error::NotFound)?;
            let permit = decide(&actor, op::WriteCompany, Region(&region_of(&row)?))?;
            app.order_in(tx, &permit, &row, &aid, &words)
        })
    }

    fn order_in(
        &self,
        tx: &mut Tx<'_>,
        permit: &access::Permit,
        company: &CompanyRow,
        aid: &str,
        words: &str,
    ) -> Result<String, Error> {
        let aid = rows::by_code(tx, aid.trim())?.filter(|a| a.state == AidState::Offered.word()).ok_or_else(
            || {
                Error::invalid(
                    "aid",
                    "这项服务现在不提供，请另选",
                    "this service is not offered now: choose another",
                )
            },
        )?;
        let mine = rows::orders_of_company(tx, company.id, 500)?;
        let open: Vec<&OrderRow> =
            mine.iter().filter(|o| state_of(o).is_ok_and(OrderState::is_open)).collect();
        if let Some(same) = open.iter().find(|o| o.aid == aid.id) {
            return Err(Error::invalid(
                "aid",
                format!("“{}”已有一单（{}）还没办完，不用再下", aid.name, same.number),
                format!("{} of “{}” is still open: there is no need of another", same.number, aid.name),
            ));
        }
        if open.len() >= OPEN_MAX {
            return Err(Error::invalid(
                "aid",
                format!("还有 {OPEN_MAX} 单没有办完，请等办完再下，或取消不需要的"),
                format!("{OPEN_MAX} orders are open: wait, or cancel what is not needed"),
            ));
        }
        let (office, year) = (self.city.office(tx)?, tx.now().date().year());
        let (id, n) = rows::take_order_id(tx, year)?;
        let row = OrderRow {
            id,
            number: format!("{}-{year}-Z{n:05}", office.settings.city.as_str()),
            ver: 1,
            aid: aid.id,
            company: company.id,
            unit: aid.unit,
            state: step(None, OrderAct::Order, OrderWho::Company).map_err(refused)?.word().to_owned(),
            words: text("words", words, 1, WORDS_MAX, "需要什么")?,
            began: tx.now(),
            days: aid.days,
            taken: None,
            ended: None,
            result: String::new(),
        };
        let data = json!({ "aid": aid.code, "company": company.code, "days": aid.days });
        rows::put_order(tx, permit, &row, OrderAct::Order.word(), &data.to_string())?;
        let words = outbox::UnitWords::around("", |_| {
            format!("企业预约增值服务“{}”：{}，请接单", aid.name, row.number)
        });
        outbox::to_unit(&self.city, tx, row.unit, row.began, None, words)?;
        Ok(row.number)
    }

    /// 取消 by the company.
    pub fn cancel_order(
        &self,
        signed: Option<Actor>,
        code: String,
        pass: String,
        number: String,
    ) -> Later<()> {
        self.write(move |app, tx| {
            let (company, permit) = app.opened(tx, signed.as_ref(), &code, &pass)?;
            let mut row = rows::order_by_number(tx, number.trim())?
                .filter(|o| o.company == company.id)
                .ok_or(Error::NotFound)?;
            let after = step(Some(state_of(&row)?), OrderAct::Cancel, OrderWho::Company).map_err(refused)?;
            row.ver += 1;
            row.ended = Some(tx.now());
            after.word().clone_into(&mut row.state);
            rows::put_order(tx, &permit, &row, OrderAct::Cancel.word(), "{}")?;
            let words = outbox::UnitWords::around("", |_| format!("企业取消了增值服务订单 {}", row.number));
            outbox::to_unit(&app.city, tx, row.unit, tx.now(), None, words)
        })
    }

    /// One act of the unit that serves; `ver` is the version that was looked at. What came of it is for the company to read.
    pub fn act_on_order(
        &self,
        actor: Actor,
        number: String,
        ver: i64,
        act: OrderAct,
        said: String,
    ) -> Later<()> {
        self.write(move |app, tx| {
            let office = app.city.office(tx)?;
            let mut row = rows::order_by_number(tx, number.trim())?.ok_or(Error::NotFound)?;
            let permit = decide(&actor, op::ServeAids, reach::unit_in(&office, row.unit)?)?;
            if row.ver != ver {
                let (stream, found) = (rows::order_stream(row.id), row.ver);
                return Err(Error::Changed(store::StoreError::Conflict { stream, expected: ver, found }));
            }
            let after = step(Some(state_of(&row)?), act, OrderWho::Unit).map_err(refused)?;
            let now = tx.now();
            let mut data = json!({});
            if after.is_open() {
                row.taken = Some(now);
            } else {
                let zh =
                    if act == OrderAct::Finish { "服务结果" } else { "不能提供的原因和建议" };
                row.result = text("result", &said, 1, WORDS_MAX, zh)?;
                row.ended = Some(now);
                data["purpose"] = json!(row.result);
            }
            row.ver += 1;
            after.word().clone_into(&mut row.state);
            rows::put_order(tx, &permit, &row, act.word(), &data.to_string())?;
            if after == OrderState::Done {
                app.to_be_rated(tx, &office, &row)?;
            }
            Ok(())
        })
    }

    fn to_be_rated(&self, tx: &mut Tx<'_>, office: &Office, o: &OrderRow) -> Result<(), Error> {
        let aid = rows::by_id(tx, o.aid)?.ok_or(Error::NotFound)?;
        let unit = reach::unit_in(office, o.unit)?;
        let region = unit.region.as_str().to_owned();
        let permit = decide(&Actor::system(), op::WriteServices, unit)?;
        let row = ServiceRow {
            id: 0,
            code: service_code(&o.number),
            unit: o.unit,
            region,
            place: office.unit_name(o.unit),
            item: aid.name,
            theme: String::new(),
            at: tx.now(),
            source: "own".to_owned(),
            case: None,
        };
        (self.handovers.order_becomes_service)(&self.city, tx, &permit, &row).map(drop)
    }

    fn order_view(
        &self,
        rd: &mut Rd<'_>,
        office: &Office,
        actor: &Actor,
        row: OrderRow,
    ) -> Result<OrderView, Error> {
        let (state, due) = (state_of(&row)?, due_of(&row, &office.rules.calendar));
        let aid = rows::by_id(rd, row.aid)?.ok_or(Error::NotFound)?;
        let company = companies::by_id(rd, row.company)?.ok_or(Error::NotFound)?;
        let own = actor.role == kernel::Role::Resident;
        let code = service_code(&row.number);
        let service = if state == OrderState::Done { ratings::by_code(rd, &code)? } else { None };
        let level = match &service {
            Some(s) => {
                ratings::of_service(rd, s.id)?.into_iter().find(|r| r.state != "excluded").map(|r| r.level)
            }
            None => None,
        };
        let token = match own && service.is_some() && level.is_none() {
            true => (self.handovers.token_of_order)(&self.city, rd, &code)?.unwrap_or_default(),
            false => String::new(),
        };
        let who = if own { OrderWho::Company } else { OrderWho::Unit };
        let may = own || decide(actor, op::ServeAids, reach::unit_in(office, row.unit)?).is_ok();
        Ok(OrderView {
            acts: state.acts(who).filter(|_| may).collect(),
            code: aid.code,
            name: aid.name,
            company: company.name,
            company_code: company.code,
            unit: office.unit_name(row.unit),
            late: state.is_open() && due.is_some_and(|d| d < self.city.store().now()),
            opens: may_read(office, actor, row.unit)?,
            lines: Vec::new(),
            state,
            due,
            level,
            token,
            row,
        })
    }

    /// A page of the orders that this reader may see, the newest first; and before which id the next ones are, 0 when these were all.
    pub fn orders(&self, actor: Actor, asked: OrdersAsked) -> Later<(Vec<OrderView>, i64)> {
        self.read(move |app, rd| {
            let office = app.city.office(rd)?;
            let home = reach::home(&actor, &office);
            decide(&actor, op::ReadPayments, reach::own_unit(&actor, &home))?;
            let aid = match asked.aid.trim() {
                "" => 0,
                code => rows::by_code(rd, code)?.ok_or(Error::NotFound)?.id,
            };
            let mut q = rows::Ordered {
                aid,
                unit: reach::bound_to(&actor),
                state: asked.state.map_or("", OrderState::word).to_owned(),
                open: asked.late,
                before: if asked.before == 0 { i64::MAX } else { asked.before },
                limit: ORDERS,
            };
            let (calendar, now) = (&office.rules.calendar, app.city.store().now());
            let mut out = Vec::new();
            // What is late is found among what is open, stretch by stretch, until a page is full.
            loop {
                let found = rows::orders(rd, &q)?;
                let more = found.len() == ORDERS as usize;
                for row in found {
                    if out.len() == ORDERS as usize {
                        return Ok((out, q.before));
                    }
                    q.before = row.id;
                    if !asked.late || due_of(&row, calendar).is_some_and(|d| d < now) {
                        out.push(app.order_view(rd, &office, &actor, row)?);
                    }
                }
                if !more || !asked.late {
                    return Ok((out, if more { q.before } else { 0 }));
                }
            }
        })
    }

    /// One order.
    pub fn order(&self, actor: Actor, number: String) -> Later<OrderView> {
        self.read(move |app, rd| {
            let office = app.city.office(rd)?;
            let row = rows::order_by_number(rd, number.trim())?.ok_or(Error::NotFound)?;
            decide(&actor, op::ReadPayments, reach::unit_in(&office, row.unit)?)?;
            let events = rows::order_history(rd, row.id)?;
            let lines = history_lines(rd, &office, events)?;
            Ok(OrderView { lines, ..app.order_view(rd, &office, &actor, row)? })
        })
    }

    /// What a company may order and what it ordered, for its own page and its file.
    pub(crate) fn orders_of(
        &self,
        rd: &mut Rd<'_>,
        office: &Office,
        actor: &Actor,
        company: i64,
    ) -> Result<(Vec<AidView>, Vec<OrderView>), Error> {
        let mut aids = self.aids_in(rd, office, None)?;
        aids.retain(|a| a.offered);
        let mut orders = Vec::new();
        for row in rows::orders_of_company(rd, company, OWN)? {
            orders.push(self.order_view(rd, office, actor, row)?);
        }
        Ok((aids, orders))
    }
}
