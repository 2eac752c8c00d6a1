//! 样板城市的增值服务与政策申报: a catalogue of services, what companies ordered of it, and policies they applied for, some of them
//! granted and paid.

use anyhow::{Context as _, Result};
use assembly::House;
use company::aid::OrderAct;
use company::policy::pack::Got;
use company_acts::{ClaimDoing, NewAid};
use kernel::Actor;
use service::Command;
use supervise::{Level, RateChannel};
use supervise_acts::NewRating;

/// Name, kind, key of the unit, its name, what one gets, price, working days.
const AIDS: [(&str, &str, &str, &str, &str, &str, &str); 8] = [
    (
        "融资对接",
        "finance",
        "finance",
        "市财政局",
        "为小微企业对接银行和政府性融资担保，帮助准备材料，推荐两家以上机构。",
        "免费",
        "10",
    ),
    ("合同体检", "law", "justice", "市司法局", "公益律师团为企业审查常用合同，出具书面意见。", "免费", "7"),
    (
        "涉外法律咨询",
        "law",
        "justice",
        "市司法局",
        "出口企业的合同、仲裁、制裁合规咨询，一次一小时。",
        "前两次免费",
        "5",
    ),
    (
        "用工招聘专场",
        "talent",
        "hrss",
        "市人社局",
        "为用工 20 人以上的企业组织一场招聘会，并在平台发布岗位。",
        "免费",
        "15",
    ),
    (
        "职业技能培训上门",
        "talent",
        "hrss",
        "市人社局",
        "按岗位定制培训，讲师到厂，计入补贴性培训。",
        "按补贴标准，不足部分协商",
        "20",
    ),
    (
        "专利检索与申请辅导",
        "patent",
        "market",
        "市市监局",
        "实用新型和发明专利的检索、撰写辅导，不代替代理机构。",
        "免费",
        "10",
    ),
    ("智能化诊断", "digital", "industry", "市科工局", "专家到厂诊断，提出数字化改造建议书。", "免费", "20"),
    (
        "境外展会组展",
        "market",
        "commerce",
        "市商务局",
        "协助办理展位、签证邀请和展品通关。",
        "摊位费自理",
        "15",
    ),
];
const WANTED: [&str; 4] = [
    "希望尽快安排，周三下午都有时间。",
    "先电话沟通一下需要准备什么。",
    "我们第一次办，请讲讲流程。",
    "想了解费用和周期。",
];
const DONE: [&str; 3] =
    ["已上门服务，书面意见已交企业。", "已完成对接，企业确认收到材料。", "已安排专场，企业反馈满意。"];

/// The catalogue.
pub(crate) fn begin(app: &House) -> Result<()> {
    for (name, kind, _, unit, about, price, days) in AIDS {
        let new = NewAid {
            name: name.into(),
            kind: kind.into(),
            unit: unit.into(),
            about: about.into(),
            price: price.into(),
            phone: "0999-6001100".into(),
            days: days.into(),
            offered: true,
            ..NewAid::default()
        };
        app.companies.put_aid(Actor::system(), new, None).wait()?;
    }
    Ok(())
}

/// What the companies ordered and applied for.
pub(crate) fn today(app: &House, seed: u64) -> Result<()> {
    let year = app.city.store().now().date().year();
    let clerk = app.people.actor_of("hall.clerk1")?.context("hall.clerk1")?;
    let boss = app.people.actor_of("approve.coordinator1")?.context("approve.coordinator1")?;
    let aids = app.companies.aids(boss).wait()?;
    for (n, c) in demo::companies(seed, 40, year).into_iter().enumerate() {
        let pass = app.companies.print_code(clerk.clone(), c.code.clone(), "当面交给经办人".into()).wait()?;
        if n.is_multiple_of(2) {
            let of = n / 2 % AIDS.len();
            let aid = aids.iter().find(|a| a.row.name == AIDS[of].0).context("aid")?.row.code.clone();
            order(app, n, (&c.code, &pass), aid, AIDS[of].2)?;
        } else {
            apply(app, n, (&c.code, &pass))?;
        }
    }
    Ok(())
}

fn order(app: &House, n: usize, (code, pass): (&str, &str), aid: String, key: &str) -> Result<()> {
    let (code, pass) = (code.to_owned(), pass.to_owned());
    let words = WANTED[n % WANTED.len()].to_owned();
    let number = app.companies.order_as_company(None, code.clone(), pass.clone(), aid, words).wait()?;
    let who = app.people.actor_of(&format!("{key}.handler1"))?.context("handler")?;
    let does = |act, ver, said: &str| {
        app.companies.act_on_order(who.clone(), number.clone(), ver, act, said.to_owned()).wait()
    };
    if n % 10 == 8 {
        return Ok(());
    }
    does(OrderAct::Take, 1, "")?;
    if n % 10 == 6 {
        does(OrderAct::Decline, 2, "企业用工不足 20 人，达不到专场条件；已登记到每周综合招聘会。")?;
    } else if n % 10 != 4 {
        does(OrderAct::Finish, 2, DONE[n % DONE.len()])?;
        let own = app.companies.follow(None, code, pass).wait()?.view;
        let token = own.orders.first().map(|o| o.token.clone()).unwrap_or_default();
        let level = if n.is_multiple_of(4) { Level::VerySatisfied } else { Level::Satisfied };
        let rating = NewRating {
            level,
            reasons: Vec::new(),
            words: String::new(),
            channel: RateChannel::Qr,
            device: format!("企业手机{n}"),
            phone: String::new(),
        };
        app.supervision.rate(None, token, rating).wait()?;
    }
    Ok(())
}

/// A company applies for the first thing it may have; its unit grants it, and another person pays.
fn apply(app: &House, n: usize, (code, pass): (&str, &str)) -> Result<()> {
    let view = app.companies.follow(None, code.to_owned(), pass.to_owned()).wait()?.view;
    let Some(pack) = view.pack.filter(|_| !view.account.is_empty()) else { return Ok(()) };
    let may = |g: &&Got| pack.applies.contains(&g.item) && g.amount.is_some();
    let Some(item) = pack.pack.met.iter().find(may).map(|g| g.item.clone()) else { return Ok(()) };
    let number = app.companies.ask_as_company(None, code.to_owned(), pass.to_owned(), item).wait()?;
    if n % 8 == 7 {
        return Ok(());
    }
    let view = app.companies.claim(Actor::system(), number.clone()).wait()?;
    let claim = view.line.row;
    let pays = app.companies.fund(Actor::system(), view.fund_code).wait()?.row.unit;
    let who = |unit, role: &str| -> Result<Actor> {
        let office = app.city.office_now().wait()?;
        let key = office.unit(unit).map(|u| u.key.clone()).unwrap_or_default();
        app.people.actor_of(&format!("{key}.{role}1"))?.with_context(|| format!("{key}.{role}1"))
    };
    let handler = who(claim.unit, "handler")?;
    let act = |asked| app.services.act(handler.clone(), claim.application.clone(), asked, None).wait();
    act(Command::Accept {})?;
    if n % 8 == 5 {
        return Ok(());
    }
    let (task, reason) = ("decide".to_owned(), "经核对，符合申报条件。".to_owned());
    act(Command::Decide { task, granted: true, reason, remedy: String::new() })?;
    if n % 8 == 1 {
        let doing = ClaimDoing::Pay(format!("银付{:08}", 26_000_000 + n));
        app.companies.act_on_claim(who(pays, "unit_admin")?, number, 2, doing).wait()?;
    }
    Ok(())
}
