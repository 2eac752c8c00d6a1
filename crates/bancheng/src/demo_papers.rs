//! 样板城市的发文: the first bulletin, signed; papers on their way, one at each step; signs of offices.

use anyhow::{Context as _, Result};
use assembly::House;
use kernel::{Actor, Moment, US_PER_DAY, UnitId};
use paper::gongwen::Document;
use papers::{Act, Address, Doing, NewPaper, PaperKind, PaperRules, body_of};
use supervise_acts::BULLETIN;

/// How far a paper of the model city is.
#[derive(Clone, Copy, PartialEq, PartialOrd)]
enum Far {
    Draft,
    Checking,
    Agreeing,
    Signing,
    Sealing,
    Out,
}

/// Title, body, form, how far.
const LETTERS: &[(&str, &str, &str, Far)] = &[
    (
        "关于开展政务服务窗口延时服务的通知",
        "根据群众和企业反映的中午、周末办事不便问题，现就窗口延时服务通知如下。\n一、服务时间\n工作日中午和周六上午安排值班窗口，可以预约。\n\
         二、工作要求\n各单位明确值班人员和联系电话，并在大厅公示。",
        "full",
        Far::Checking,
    ),
    (
        "关于商请共享婚姻登记信息的函",
        "为减少群众重复提交材料，商请在落户、公积金提取事项中共享婚姻登记信息。请研究后函复。",
        "letter",
        Far::Agreeing,
    ),
    (
        "关于报送四季度走流程问题整改情况的通知",
        "请对照问题清单逐条报送整改情况，未完成的说明原因和完成时间。",
        "letter",
        Far::Out,
    ),
    (
        "关于召开窗口人员培训会的通知",
        "兹定于本周五下午在政务大厅培训室召开窗口人员培训会，请准时参加。",
        "inner",
        Far::Signing,
    ),
    (
        "关于调整大厅综合窗口的通知",
        "自下月起，综合窗口由六个增加到八个，请做好人员安排。",
        "letter",
        Far::Sealing,
    ),
    (
        "关于征求“一件事”清单意见的函",
        "现将年度“一件事”清单征求意见稿印发，请提出意见。",
        "letter",
        Far::Draft,
    ),
];

fn does(app: &House, actor: &Actor, id: i64, act: Act, words: &str, next: Option<&Actor>) -> Result<()> {
    let ver = app.papers.paper(actor.clone(), id).wait()?.ver;
    let doing = Doing { act: Some(act), ver, words: words.to_owned(), next: next.and_then(|n| n.staff) };
    Ok(app.papers.act(actor.clone(), id, doing).wait()?)
}

/// Signs of offices: the short name of each unit of the city level, where it is one.
fn signs(app: &House) -> Result<Vec<(UnitId, String)>> {
    let office = app.city.office_now().wait()?;
    let mut out: Vec<(UnitId, String)> = Vec::new();
    for u in office.units().into_iter().filter(|u| u.region == office.settings.city) {
        let short: String = u.short.trim_start_matches('市').trim_end_matches(['局', '委', '办']).to_owned();
        let sign = format!("云{short}");
        let fits = (2..=6).contains(&sign.chars().count()) && sign.chars().all(papers::way::is_sign);
        if fits && !out.iter().any(|s| s.1 == sign) {
            out.push((u.id, sign));
        }
    }
    Ok(out)
}

/// Everything. `bulletin`: the first bulletin, drafted.
pub fn begin(app: &House, bulletin: i64, now: Moment) -> Result<()> {
    let find = |login: &str| app.people.actor_of(login);
    let (Some(drafter), Some(signer)) = (find("approve.coordinator1")?, find("approve.coordinator2")?) else {
        return Ok(());
    };
    let checker = find("approve.handler1")?.or(find("approve.clerk1")?).context("somebody who checks")?;
    app.papers
        .set_rules(Actor::system(), PaperRules { signs: signs(app)?, ..PaperRules::default() })
        .wait()?;
    let office = app.city.office_now().wait()?;
    let city = &office.settings.city;
    let others: Vec<UnitId> = (office.units().into_iter())
        .filter(|u| u.region == *city && Some(u.id) != drafter.unit && u.kind == "department")
        .map(|u| u.id)
        .take(3)
        .collect();

    let new =
        |source: &str, subject: i64, form: &str, document: Option<Document>, address: Address| NewPaper {
            kind: PaperKind::Letter,
            source: source.to_owned(),
            subject,
            form: form.to_owned(),
            document,
            address,
        };
    let first = new(BULLETIN, bulletin, "letter", None, Address { to: others.clone(), ..Address::default() });
    let id = app.papers.begin(drafter.clone(), first).wait()?;
    does(app, &drafter, id, Act::Submit, "", Some(&signer))?;
    does(app, &signer, id, Act::Issue, "同意印发。", None)?;

    for (title, body, form, far) in LETTERS {
        let document = Document {
            mark: None,
            number: String::new(),
            title: (*title).to_owned(),
            to: "市直有关单位".to_owned(),
            blocks: body_of(body),
            attachments: Vec::new(),
            org: String::new(),
            date: now.date(),
            copies: String::new(),
            check: None,
        };
        let answer_by = (*far == Far::Out).then(|| now.plus_us(5 * US_PER_DAY).date());
        let agree = if *far == Far::Agreeing { others[..others.len().min(1)].to_vec() } else { Vec::new() };
        let address = Address { agree, to: others.clone(), answer_by };
        // What needs no seal goes out today; the others wait for one at the desk.
        let form = if *far == Far::Out { "inner" } else { form };
        let id = app.papers.begin(drafter.clone(), new("", 0, form, Some(document), address)).wait()?;
        match far {
            Far::Draft => {}
            Far::Checking => does(app, &drafter, id, Act::Submit, "", Some(&checker))?,
            _ => does(app, &drafter, id, Act::Submit, "", Some(&signer))?,
        }
        if matches!(far, Far::Sealing | Far::Out) {
            does(app, &signer, id, Act::Issue, "发。", None)?;
        }
        if *far == Far::Out {
            does(app, &drafter, id, Act::Publish, "", None)?;
        }
    }
    Ok(())
}
