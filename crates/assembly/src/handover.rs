//! 交接: where one movement goes on in another, each in one transaction. The loop closes by reading this file: a walk
//! finds what is wrong and it becomes a case, the answered case is rated and a bad rating becomes a case again, the
//! record of cases becomes a log and what the log shows becomes a case, a redesign becomes the next version of the item
//! that is walked. Translates between movements; each side decides for itself.

use access::{Region, decide, op};
use catalogue::ServiceItem;
use kernel::{Actor, CaseId, RegionCode, Role};
use resolve::{Case, Channel, Complexity, Kind, Registration, Word as _};
use store::{Rd, Tx};
use walk::ops::FindingKind;

use crate::{House, standards};
use catalogue_acts::publish_item;
use cells::{CellHandovers, DAYS_CLASSES, Matter, Told};
use city::{City, Contact, Error, Office};
use company_acts::{Companies, CompanyHandovers, Follows, PolicyAsked, WhistleCase};
use hall_acts::HallHandovers;
use hotline::{CallCase, HotlineHandovers, OrderSaid};
use optimise_acts::logs::LogProblem;
use optimise_acts::{AppliedRow, HistoryAsk, HistoryPage, HistoryRow, LogHandovers, RedesignHandovers};
use resolve_acts::{
    PastAsk, PastCase, as_resident, code_fits, enqueue_recompute, past_page, plan_of, register_in, seen,
};
use service_acts::{
    KnownField, PastApplication, PolicyApplication, PolicyOutcome, Service, ServiceHandovers,
    past_applications,
};
use supervise_acts::{AnsweredCase, BadRating, Opened, RatingHandovers};
use walk_acts::{Plan, WalkFinding, WalkHandovers};

/// What walks hand over.
pub(crate) const OF_WALKS: WalkHandovers = WalkHandovers { walk_finding_becomes_case, case_tells_its_plan };
/// What redesigns hand over.
pub(crate) const OF_REDESIGNS: RedesignHandovers = RedesignHandovers { redesign_becomes_catalogue_version };
/// What logs hand over and are made of.
pub(crate) const OF_LOGS: LogHandovers = LogHandovers {
    case_history_becomes_event_log,
    application_history_becomes_event_log,
    log_finding_becomes_case,
};
/// What ratings hand over.
pub(crate) const OF_RATINGS: RatingHandovers =
    RatingHandovers { bad_rating_becomes_case, answered_case_becomes_service };

/// What applications hand over.
pub(crate) const OF_SERVICES: ServiceHandovers = ServiceHandovers {
    application_becomes_service: supervise_acts::service_to_rate,
    application_moves_payment,
};

/// What companies hand over.
pub(crate) const OF_COMPANIES: CompanyHandovers = CompanyHandovers {
    whistle_becomes_case,
    case_goes_to_unit,
    case_tells_its_code: resolve_acts::code_in,
    case_tells_its_arrival_code: resolve_acts::arrival_code,
    order_becomes_service: supervise_acts::service_to_rate,
    token_of_order: supervise_acts::token_to_rate,
    policy_is_applied_for,
    application_is_withdrawn,
    application_tells_its_code,
};

/// 政策申报: what a policy gives is applied for by the one application, filled in from the file of the company.
fn policy_is_applied_for(
    city: &City,
    tx: &mut Tx<'_>,
    actor: &Actor,
    asked: PolicyAsked,
) -> Result<String, Error> {
    let known = |(n, (name, value)): (usize, (String, String))| KnownField {
        code: format!("known_{n}"),
        name,
        value,
    };
    let application = PolicyApplication {
        item: asked.item,
        name: asked.name,
        unit: asked.unit,
        region: asked.region,
        days: asked.days,
        applicant: asked.applicant,
        known: asked.known.into_iter().enumerate().map(known).collect(),
    };
    Service::new(city.clone(), OF_SERVICES).apply_for_policy(tx, actor, &application)
}

fn application_is_withdrawn(city: &City, tx: &mut Tx<'_>, actor: &Actor, number: &str) -> Result<(), Error> {
    Service::new(city.clone(), OF_SERVICES).withdraw_policy(tx, actor, number)
}

fn application_tells_its_code(
    city: &City,
    rd: &mut Rd<'_>,
    number: &str,
) -> Result<(String, (&'static str, &'static str)), Error> {
    Service::new(city.clone(), OF_SERVICES).policy_application(rd, number)
}

/// 兑付随办件: what was decided on the application is what becomes of the payment.
fn application_moves_payment(
    city: &City,
    tx: &mut Tx<'_>,
    actor: &Actor,
    number: &str,
    outcome: PolicyOutcome,
) -> Result<(), Error> {
    let follows = match outcome {
        PolicyOutcome::Granted => Follows::Granted,
        PolicyOutcome::Denied(reason) => Follows::Denied(reason),
        PolicyOutcome::Withdrawn => Follows::Withdrawn,
    };
    Companies::new(city.clone(), OF_COMPANIES).payment_follows(tx, actor, number, follows)
}

/// 吹哨成件: a whistle enters the closed loop, with the set of limits that it goes by. Whoever answers it is not told who
/// blew when it came in the confidential way.
fn whistle_becomes_case(
    city: &City,
    tx: &mut Tx<'_>,
    actor: &Actor,
    whistle: WhistleCase<'_>,
) -> Result<(CaseId, String), Error> {
    let office = city.office(tx)?;
    let first_asked = office.taker(&whistle.region).or(actor.unit).ok_or(Error::NotFound)?;
    let registration = Registration {
        kind: Kind::Demand,
        title: whistle.title,
        words: whistle.words.to_owned(),
        complexity: Complexity::Complex,
        hide_reporter: whistle.secret,
        set: Some(whistle.set.to_owned()),
        ..blank(Channel::Whistle, whistle.region, first_asked)
    };
    let (case, lodged) = register_in(city, tx, actor, registration, &whistle.contact, &[])?;
    Ok((case, lodged.number))
}

/// 承诺交办: whoever promised something owes it from that moment on.
fn case_goes_to_unit(
    city: &City,
    tx: &mut Tx<'_>,
    actor: &Actor,
    case: CaseId,
    unit: kernel::UnitId,
) -> Result<(), Error> {
    let asked = resolve::Command::Dispatch { unit, note: String::new() };
    resolve_acts::case_does(city, tx, actor, case, asked).map(drop)
}

/// What matters between cities hand over to the loop.
pub(crate) const OF_CELLS: CellHandovers = CellHandovers {
    case_does: resolve_acts::case_does,
    matter_becomes_case,
    standard_to_give: standards::to_give,
    standard_is_taken: standards::is_taken,
    standard_compared: standards::compared,
};

/// What hotlines hand over to the loop.
pub(crate) const OF_HOTLINES: HotlineHandovers =
    HotlineHandovers { case_does: resolve_acts::case_does_with, order_becomes_case, call_becomes_case };

/// 工单成件: an order of a hotline enters the closed loop, with a number and a calendar of this city; the hotline tells the
/// person, calls back and closes.
fn order_becomes_case(
    city: &City,
    tx: &mut Tx<'_>,
    actor: &Actor,
    said: &OrderSaid,
    source: &str,
    tickets: &[String],
) -> Result<(CaseId, String), Error> {
    let office = city.office(tx)?;
    let region = said.region.clone();
    let first_asked = office.taker(&region).or(actor.unit).ok_or(Error::NotFound)?;
    // As much as a case holds at once; what is more follows as its additions.
    let all: Vec<char> = said.words.chars().collect();
    let mut parts = all.chunks(resolve::TEXT_MAX).map(|part| part.iter().collect::<String>());
    let registration = Registration {
        kind: said.kind,
        title: cut(&said.title, resolve::TITLE_MAX),
        words: parts.next().unwrap_or_default(),
        place: said.place.clone().map(|p| cut(&p, 200)),
        hide_reporter: said.hide,
        source_id: Some(source.to_owned()),
        ordered: true,
        lodged_at: said.came.filter(|at| *at <= tx.now()),
        ..blank(Channel::Hotline, region, first_asked)
    };
    let (case, lodged) = register_in(city, tx, actor, registration, &said.contact, tickets)?;
    for words in parts {
        let asked = resolve::Command::AddWords { words };
        resolve_acts::case_does(city, tx, &Actor::resident(), case, asked)?;
    }
    Ok((case, lodged.number))
}

/// 回拨成件: whoever was rung back lodges something as if they had come to the counter.
fn call_becomes_case(
    city: &City,
    tx: &mut Tx<'_>,
    actor: &Actor,
    call: &CallCase<'_>,
) -> Result<(CaseId, String), Error> {
    let office = city.office(tx)?;
    let region = office.settings.city.clone();
    let first_asked = actor.unit.or_else(|| office.taker(&region)).ok_or(Error::NotFound)?;
    let registration = Registration {
        kind: resolve::kind_told(call.words).unwrap_or(Kind::Problem),
        title: call.title.to_owned(),
        words: call.words.to_owned(),
        source_id: Some(call.source.to_owned()),
        ..blank(Channel::Phone, region, first_asked)
    };
    let (case, lodged) = register_in(city, tx, actor, registration, &call.contact, &[])?;
    Ok((case, lodged.number))
}

/// 上报数据: what was counted here, day by day, for the level above.
pub(crate) fn figures_go_up(house: &House) -> Result<usize, Error> {
    house.cells.tell_figures(|day| {
        let c = house.supervision.day_counts(day, DAYS_CLASSES)?;
        Ok(Told {
            happened: c.happened,
            happened_peers: c.happened_peers,
            stands: c.stands,
            stands_peers: c.stands_peers,
            days: c.days,
        })
    })
}

/// 来件成案: what another city handed over enters the closed loop here, with a number and a calendar of this city.
fn matter_becomes_case(
    city: &City,
    tx: &mut Tx<'_>,
    actor: &Actor,
    matter: &Matter,
    source: &str,
    contact: &Contact,
) -> Result<(CaseId, String), Error> {
    let office = city.office(tx)?;
    let region = office.settings.city.clone();
    let first_asked = office.taker(&region).or(actor.unit).ok_or(Error::NotFound)?;
    // As much as a case holds at once; what is more follows as its additions.
    let all: Vec<char> = matter.words.chars().chain(['\n']).chain(matter.note.chars()).collect();
    let mut parts = all.chunks(resolve::TEXT_MAX).map(|part| part.iter().collect::<String>());
    let registration = Registration {
        kind: matter.kind,
        title: matter.title.clone(),
        words: parts.next().unwrap_or_default(),
        complexity: matter.complexity,
        place: matter.place.clone(),
        hide_reporter: matter.hide_reporter,
        source_id: Some(source.to_owned()),
        ..blank(Channel::Peer, region, first_asked)
    };
    let (case, lodged) = register_in(city, tx, actor, registration, contact, &[])?;
    for words in parts {
        let asked = resolve::Command::AddWords { words };
        resolve_acts::case_does(city, tx, &Actor::resident(), case, asked)?;
    }
    Ok((case, lodged.number))
}

/// What halls hand over: what was done at a window is a service that was given, to be rated.
pub(crate) const OF_HALLS: HallHandovers = HallHandovers {
    ticket_becomes_service: supervise_acts::service_to_rate,
    token_of_service: supervise_acts::token_to_rate,
};

/// 走查发现转件: a problem or demand enters the closed loop, tied to walk, item and campaign.
fn walk_finding_becomes_case(
    city: &City,
    tx: &mut Tx<'_>,
    actor: &Actor,
    found: WalkFinding<'_>,
) -> Result<CaseId, Error> {
    let (office, f, name) = (city.office(tx)?, found.finding, found.item);
    let region = f.region.parse().unwrap_or_else(|_| office.settings.city.clone());
    let inside = actor.region.as_ref().is_none_or(|r| r.contains(&region));
    let region = if inside { region } else { actor.region.clone().unwrap_or(region) };
    let first = office.reception(&region).map(|u| u.id).or(actor.unit).ok_or(Error::NotFound)?;
    let title = cut(&resolve::found_title(name, &f.words), resolve::TITLE_MAX);
    let registration = Registration {
        kind: if found.kind == FindingKind::Problem { Kind::Problem } else { Kind::Opinion },
        title,
        words: f.words.clone(),
        item: Some(f.item.clone()).filter(|i| !i.is_empty()),
        campaign: found.campaign.map(str::to_owned),
        source_id: Some(format!("walk/{}/{}-{}", f.walk, f.device, f.counter)),
        ..blank(Channel::Walk, region, first)
    };
    // 义务监督员、第三方评估 register nothing themselves: the system does it on behalf of their account, which
    // stays on the event.
    let own = decide(actor, op::RegisterCase, Region(&registration.region)).is_ok();
    let behalf = Actor { role: Role::System, ..actor.clone() };
    let by = if own { actor } else { &behalf };
    Ok(register_in(city, tx, by, registration, &Contact::default(), &[])?.0)
}

/// 整改计划: the steps of the plan that a case has are measures of the finding it came from.
fn case_tells_its_plan(rd: &mut Rd<'_>, case: CaseId) -> Result<Plan, Error> {
    plan_of(rd, case)
}

/// 差评转件: who rated stays hidden from who was rated.
fn bad_rating_becomes_case(city: &City, tx: &mut Tx<'_>, bad: BadRating<'_>) -> Result<Opened, Error> {
    let office = city.office(tx)?;
    let (service, row, level) = (bad.service, bad.rating, bad.level);
    let unit = office.unit_name(service.unit);
    let what = if service.item.is_empty() { unit.clone() } else { service.item.clone() };
    let ticked: Vec<_> = row
        .reasons
        .split(',')
        .filter_map(|c| supervise::REASONS.iter().find(|r| r.code == c).map(|r| r.bad))
        .collect();
    let mut words = format!("{}：{unit}", level.zh());
    for more in [ticked.join("、"), row.words.clone()] {
        if !more.is_empty() {
            words.push('\n');
            words.push_str(&more);
        }
    }
    let region: RegionCode = service.region.parse::<RegionCode>().map_err(Error::bug)?;
    let first_asked = office.reception(&region).map_or(service.unit, |u| u.id);
    let registration = Registration {
        kind: Kind::BadRating,
        title: cut(&format!("差评（{}）：{what}", level.zh()), resolve::TITLE_MAX),
        words,
        item: (!service.item.is_empty()).then(|| service.item.clone()),
        place: (!service.place.is_empty()).then(|| service.place.clone()),
        source_id: Some(service.code.clone()),
        hide_reporter: true,
        ..blank(Channel::Rating, region, first_asked)
    };
    let contact = Contact { phone: cut(bad.phone, 30), ..Contact::default() };
    let (case, lodged) = register_in(city, tx, &Actor::resident(), registration, &contact, &[])?;
    Ok(Opened { case, number: lodged.number, code: lodged.code, desk: first_asked })
}

/// 答复可评: whoever has the number and the code of a case may rate its service once it was answered.
fn answered_case_becomes_service(
    city: &City,
    rd: &mut Rd<'_>,
    signed: Option<&Actor>,
    number: &str,
    code: &str,
) -> Result<Option<AnsweredCase>, Error> {
    if !code_fits(city, rd, number, code)? {
        return Err(Error::NotFound);
    }
    let case = seen(rd, &Actor::resident(), number)?;
    as_resident(signed, &case)?;
    Ok(case.rateable().map(|unit| AnsweredCase {
        case: case.id,
        unit,
        began: case.clock.open().map(|run| run.started),
        round: case.rounds,
        item: case.item.unwrap_or_default(),
        region: case.region,
    }))
}

/// 留痕即日志: a page of the record as a log tells it.
fn case_history_becomes_event_log(
    city: &City,
    rd: &mut Rd<'_>,
    actor: &Actor,
    ask: &HistoryAsk<'_>,
) -> Result<HistoryPage, Error> {
    let what = ask.what;
    let asked = PastAsk {
        from: what.from,
        to: what.to,
        kind: what.kind,
        campaign: what.campaign.clone(),
        with_system: what.with_system,
        after: ask.after,
        most: ask.most,
    };
    let office = city.office(rd)?;
    let page = past_page(city, rd, actor, &asked)?;
    let cases = page.cases.into_iter().map(|past| rows_of(&office, past)).collect();
    Ok(HistoryPage { cases, next: page.next, cut: page.cut })
}

fn rows_of(office: &Office, past: PastCase) -> Vec<HistoryRow> {
    let case: Case = past.case;
    let row = |e: resolve_acts::PastAct| HistoryRow {
        number: case.number.clone(),
        act: e.act.zh(),
        at: e.at,
        who: e.who,
        unit: e.unit.map(|u| office.unit_name(u)).unwrap_or_default(),
        reason: e.reason,
        kind: case.kind.zh(),
        channel: case.channel.zh(),
        complexity: case.complexity.zh(),
        region: case.region.to_string(),
        first_asked: office.unit_name(case.first_asked),
        item: case.item.clone().unwrap_or_default(),
    };
    past.acts.into_iter().map(row).collect()
}

/// 办件作日志: a page of applications with their steps.
fn application_history_becomes_event_log(
    city: &City,
    rd: &mut Rd<'_>,
    actor: &Actor,
    before: i64,
    most: u32,
) -> Result<(Vec<Vec<AppliedRow>>, Option<i64>), Error> {
    let (past, next) = past_applications(city, rd, actor, before, most)?;
    let rows = |a: PastApplication| {
        let row = |s: service_acts::PastStep| AppliedRow {
            number: a.number.clone(),
            step: s.step,
            start: s.start,
            at: s.at,
            who: s.who,
            unit: s.unit,
            name: a.name.clone(),
            theme: a.theme,
            channel: a.channel,
            region: a.region.clone(),
            stage: a.stage,
        };
        a.steps.into_iter().map(row).collect()
    };
    Ok((past.into_iter().map(rows).collect(), next))
}

/// 日志问题转件: what a log shows enters the closed loop with its evidence.
fn log_finding_becomes_case(
    city: &City,
    tx: &mut Tx<'_>,
    actor: &Actor,
    problem: &LogProblem,
) -> Result<String, Error> {
    let region = match &actor.region {
        Some(own) => own.clone(),
        None => city.office(tx)?.settings.city.clone(),
    };
    let registration = Registration {
        kind: Kind::Problem,
        title: problem.title.clone(),
        words: problem.words.clone(),
        complexity: Complexity::Complex,
        cause: Some(problem.cause),
        source_id: Some(format!("log:{}", problem.question)),
        ..blank(Channel::Inspection, region, actor.unit.ok_or(Error::NotFound)?)
    };
    Ok(register_in(city, tx, actor, registration, &Contact::default(), &[])?.1.number)
}

/// 再造成果入库: the next version of the item that was redesigned.
fn redesign_becomes_catalogue_version(
    city: &City,
    tx: &mut Tx<'_>,
    actor: &Actor,
    item: &ServiceItem,
) -> Result<(), Error> {
    publish_item(city, tx, actor, item)
}

/// 历改重算: an imported calendar moves limits that run; a job looks at all of them.
pub(crate) fn calendar_recomputes_open_limits(tx: &mut Tx<'_>) -> Result<(), Error> {
    enqueue_recompute(tx)
}

/// A registration that says no more than how it came.
fn blank(channel: Channel, region: RegionCode, first_asked: kernel::UnitId) -> Registration {
    Registration {
        kind: Kind::Problem,
        channel,
        region,
        title: String::new(),
        words: String::new(),
        first_asked,
        complexity: Complexity::Simple,
        cause: None,
        item: None,
        campaign: None,
        place: None,
        source_id: None,
        support: 0,
        against: 0,
        hide_reporter: false,
        contact: None,
        set: None,
        ordered: false,
        lodged_at: None,
    }
}

fn cut(text: &str, most: usize) -> String {
    text.trim().chars().take(most).collect()
}
