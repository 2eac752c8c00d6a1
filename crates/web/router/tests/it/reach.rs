//! `docs/page-matrix.md`: every route × role × where the asker sits → status, by really asking.
//!
//! The routes come from the router itself; a path with a part for which no subject stands in [`subject_of`] fails the
//! test. All subjects belong to one county. They are asked for from there, from the county beside it and from the
//! city. Forms are sent with the subject and without the rest: who passes the door is told what is missing (422) or
//! led on (303), who does not gets 403, or 404 where there is nothing for them. `UPDATE_DOCS=1` writes the document.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use assembly::House;
use axum::http::StatusCode;
use city::{Contact, Settings};
use kernel::{Actor, Date, Role, UnitId};
use people::{NewStaff, NewUnit};
use resolve::{Channel, Command, Complexity, Kind, RefuseReason, Registration, Word as _};
use supervise::{Adjust, AdjustKind, Ask, Filter, Form, Level, RateChannel};
use supervise_acts::{Measure, NewRating, NewService, Published};
use walk_acts::{NewLead, WalkSync};

use crate::it::help::{Browser, City, between_cities, city_with, own_passwords};

pub const SEATS: [(&str, &str); 3] = [("a", "本县"), ("b", "邻县"), ("city", "市级")];
pub const ROLES: [Role; 10] = [
    Role::Clerk,
    Role::Handler,
    Role::Coordinator,
    Role::Walker,
    Role::Supervisor,
    Role::Analyst,
    Role::UnitAdmin,
    Role::SystemAdmin,
    Role::Volunteer,
    Role::Evaluator,
];
const MODEL: &str = r#"{"name":"一件事","steps":[{"id":"a","name":"受理","unit":"甲县局","days":1},
  {"id":"b","name":"审查","unit":"甲县局","days":2}],"orders":[{"from":"a","to":"b","ground":"habit"}]}"#;

/// What of county A is asked for.
pub struct Things {
    claim: String,
    talk: String,
    list: String,
    order: String,
    case: String,
    code: String,
    item: String,
    redesign: String,
    rating: i64,
    bulletin: i64,
    adjust: [i64; 3],
    draw: i64,
    account: i64,
    lead: i64,
    campaign: i64,
    walk: i64,
    rate: String,
    application: (String, String),
    data: (i64, String),
    company: (String, String),
    hall: i64,
    /// its roster
    roster: i64,
    /// a sheet that its clerk gave
    hand_over: i64,
    /// who is posted at its window
    posted: i64,
    kiosk: String,
    /// a set of indicators
    indicators: i64,
    /// a wall that is ended while pages are asked, and one that hangs, with its token
    wall: i64,
    hung: (i64, String),
    booking: (String, String),
    /// an order of help of its hall
    help: (String, String),
    /// a request that the data of a reporter end
    erasure: i64,
    seal: i64,
    /// a letter of the unit, drafted
    paper: i64,
    matter: i64,
    to_hand: String,
}

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

/// A city with two counties; a department and an office in each, an account for each role at each.
pub fn settle(app: &House) -> (Things, BTreeMap<String, String>) {
    let settings = Settings {
        city: "9901".parse().unwrap(),
        name: "云汀市".into(),
        returns_max: None,
        extension_days_max: None,
        rounds_max: None,
    };
    app.city.set_city(Actor::system(), settings).wait().unwrap();
    let unit = |key: &str, name: &str, kind: &str, region: &str| NewUnit {
        key: key.into(),
        name: name.into(),
        short: name.into(),
        kind: kind.into(),
        parent: None,
        region: region.parse().unwrap(),
        duties: String::new(),
    };
    let units = vec![
        unit("city", "市审批局", "coordination", "9901"),
        unit("a", "甲县局", "coordination", "990102"),
        unit("b", "乙县局", "coordination", "990103"),
    ];
    app.people.put_units(Actor::system(), units).wait().unwrap();
    let account = |seat: &str, role: Role| NewStaff {
        login: format!("{}.{seat}", role.word()),
        name: "某人".into(),
        role,
        unit: seat.into(),
        position: String::new(),
        password: None,
    };
    let all = SEATS.iter().flat_map(|(seat, _)| ROLES.iter().map(|r| account(seat, *r))).collect();
    app.people.put_staff(Actor::system(), all).unwrap();
    let actor = |role: Role, seat: &str| {
        app.people.staff_called(Actor::system(), format!("{}.{seat}", role.word())).wait().unwrap().actor()
    };
    let root = actor(Role::SystemAdmin, "city");
    let mut tokens = BTreeMap::new();
    for (seat, _) in SEATS {
        for role in ROLES {
            let login = format!("{}.{seat}", role.word());
            tokens.insert(login.clone(), app.people.make_token(&root, &login, "test").unwrap().token);
        }
    }
    (things(app, &actor), tokens)
}

fn things(app: &House, actor: &dyn Fn(Role, &str) -> Actor) -> Things {
    let (coordinator, supervisor) = (actor(Role::Coordinator, "a"), actor(Role::Supervisor, "a"));
    let a = coordinator.unit.unwrap();
    let registration = Registration {
        kind: Kind::Matter,
        channel: Channel::Window,
        region: "990102".parse().unwrap(),
        title: "窗口不收材料".into(),
        words: "来了三次".into(),
        first_asked: a,
        complexity: Complexity::Simple,
        cause: None,
        item: None,
        campaign: None,
        place: None,
        source_id: None,
        support: 0,
        against: 0,
        hide_reporter: true,
        contact: None,
        set: None,
        ordered: false,
        lodged_at: None,
    };
    let lodged =
        app.cases.register(Actor::resident(), registration.clone(), Contact::default()).wait().unwrap();
    let handler = actor(Role::Handler, "a");
    for (who, asked) in [
        (&coordinator, Command::Accept {}),
        (&coordinator, Command::Dispatch { unit: a, note: String::new() }),
        (&handler, Command::Take {}),
        (&handler, Command::Reply { text: "已收。".into(), basis: String::new() }),
    ] {
        app.cases.act(who.clone(), lodged.number.clone(), asked, None).wait().unwrap();
    }
    let mut item = catalogue::sample::food_licence();
    (item.unit, item.region) = ("甲县局".into(), "990102".parse().ok());
    item.steps.iter_mut().for_each(|s| s.unit.clear());
    app.catalogue.take_in_items(&coordinator, vec![item.clone()]).unwrap().wait().unwrap();
    let service = NewService { unit: Some(a), item: "注册".into(), ..NewService::default() };
    let receipt = app.supervision.serve(actor(Role::Clerk, "a"), service).wait().unwrap();
    let rating = NewRating {
        level: Level::Dissatisfied,
        reasons: vec!["101".into()],
        words: String::new(),
        channel: RateChannel::Qr,
        device: "x".into(),
        phone: String::new(),
    };
    app.supervision.rate(None, receipt.token.clone(), rating).wait().unwrap();
    let rating = app.supervision.ratings(coordinator.clone(), String::new(), 0).wait().unwrap()[0].rating.id;
    app.supervision.appeal_rating(actor(Role::UnitAdmin, "a"), rating, "误评".into()).wait().unwrap();
    app.supervision.figures_ready().unwrap();
    let today = app.city.store().now().date();
    let ask = || Ask { from: day("2026-01-01"), to: today, filter: Filter::default() };
    let campaign = walk::campaign::Campaign {
        name: "走流程".into(),
        from: day("2026-01-01"),
        to: day("2026-12-31"),
        targets: vec![],
        documents_due: day("2026-12-31"),
        yearly: true,
        planned_groups: vec![],
        validity: walk::validity::Validity::default(),
    };
    let campaign = app.walks.make_campaign(coordinator.clone(), campaign).wait().unwrap();
    let walker = actor(Role::Walker, "a");
    let op = serde_json::json!({"id": {"device": 7, "counter": 0},
        "at": {"wall": app.city.store().now(), "logical": 0},
        "act": {"act": "start", "form": "oneself", "identity": "applicant", "item": item.code, "version": 1,
            "simulated": false}});
    let sent = WalkSync {
        name: "phone-walk-1".into(),
        staff: walker.staff.unwrap().0,
        campaign: Some(campaign),
        assignment: None,
        ops: vec![op],
        known: BTreeMap::new(),
    };
    let walk = app.walks.sync_walks(walker, vec![sent]).wait().unwrap().remove(0).id;
    assert!(walk > 0, "a walk to look at");
    let lead = NewLead {
        kind: walk::leads::LeadKind::Lead,
        item: String::new(),
        text: "窗口推诿,请来走一走".into(),
        region: "990102".parse().unwrap(),
        contact: Contact { phone: "13800001234".into(), ..Contact::default() },
    };
    let adjust = Adjust {
        kind: AdjustKind::Bonus,
        points: 1.0,
        part: String::new(),
        reason: "创新".into(),
        day: today,
    };
    let (matter, to_hand) =
        between_cities(app, &coordinator, &actor(Role::Coordinator, "city"), &registration);
    // An ended case whose reporter's data are asked to end.
    let over = Registration { title: "不属于我们".into(), ..registration.clone() };
    let over = app.cases.register(coordinator.clone(), over, Contact::default()).wait().unwrap().number;
    let refuse = Command::Refuse {
        reason: RefuseReason::ALL[0],
        explain: "不属于受理范围".into(),
        where_to: "请向法院提出".into(),
    };
    app.cases.act(coordinator.clone(), over.clone(), refuse, None).wait().unwrap();
    let erasure = app.cases.ask_erasure(coordinator.clone(), over, "本人申请".into()).wait().unwrap();
    let what = Published {
        title: "题".into(),
        words: "问".into(),
        answer: "答".into(),
        unit: String::new(),
        typical: false,
    };
    app.supervision.publish(coordinator.clone(), lodged.number.clone(), what).wait().unwrap();
    let begun = app
        .services
        .begin(
            actor(Role::Clerk, "a"),
            service_acts::What::Item(item.code.clone()),
            vec!["a".into(), "a".into()],
        )
        .wait()
        .unwrap();
    let application = (begun.number, begun.code);
    let new = company_acts::NewCompany {
        code: "91330100799655058B".into(),
        name: "甲县机械有限公司".into(),
        region: "990102".into(),
        size: "小型".into(),
        ..company_acts::NewCompany::default()
    };
    let code = app.companies.put(actor(Role::Clerk, "a"), new, None).wait().unwrap();
    let pass = app.companies.print_code(actor(Role::Clerk, "a"), code.clone(), "当面".into());
    let company = (code, pass.wait().unwrap());
    let (claim, list, order) = crate::it::paid::paid(app, &company, &actor(Role::Clerk, "a"));
    let posted = actor(Role::Clerk, "a").staff.unwrap().0;
    let spec = supervise::WallSpec {
        name: "大屏".into(),
        screens: vec![(supervise::Screen::Figures, 20)],
        targets: Vec::new(),
    };
    let make = || app.supervision.make_wall(coordinator.clone(), spec.clone(), 30).wait().unwrap();
    let set = supervise::IndicatorSet::read("评价", supervise::Period::Year, "办件 | 办件量\n用时 | 填报");
    let indicators =
        app.supervision.write_indicators(Actor::system(), None, set.unwrap(), false).wait().unwrap();
    let (wall, hung) = (make(), make());
    let walls = app.supervision.walls(coordinator.clone()).wait().unwrap();
    let hung = (hung, walls.into_iter().find(|w| w.id == hung).and_then(|w| w.token).unwrap());
    let (hall, kiosk, booking) = super::a_hall::hall(
        app,
        &coordinator,
        actor(Role::Clerk, "a"),
        &actor(Role::Handler, "a"),
        &item.code,
    );
    let talk = company_acts::NewTalk {
        kind: "talk".into(),
        title: "恳谈".into(),
        place: "三楼".into(),
        at: Some(app.city.store().now()),
        agenda: "用工".into(),
        codes: vec![company.0.clone()],
    };
    let talk = app.companies.plan_talk(actor(Role::Coordinator, "a"), talk, None).wait().unwrap();
    let today = app.city.store().now().date();
    let this_week = hall::roster::plus(today, -i64::from(today.weekday().to_monday_zero_offset()));
    let drawn = app.halls.draw_roster(coordinator.clone(), hall, this_week, 1).wait().unwrap();
    let roster = app.halls.keep_drawn(coordinator.clone(), drawn).wait().unwrap();
    app.halls.publish_roster(coordinator.clone(), roster, 1).wait().unwrap();
    let (clerk, heir) = (actor(Role::Clerk, "a"), actor(Role::Handler, "a").staff.unwrap());
    let why = hall::handover::HandWhy::Leave;
    let hand_over = app.halls.give_over(clerk, (hall, 1), why, heir, "印章一枚".into(), None).wait().unwrap();
    Things {
        talk,
        claim,
        list,
        order,
        hall,
        roster,
        hand_over,
        posted,
        kiosk,
        indicators,
        wall,
        hung,
        booking,
        help: super::a_hall::order(app, hall),
        case: lodged.number,
        code: lodged.code,
        item: item.code,
        redesign: app.redesigns.draw_redesign(coordinator.clone(), "", MODEL).unwrap(),
        rating,
        bulletin: app.supervision.draft_bulletin(coordinator, Form::Monthly, ask()).wait().unwrap(),
        // One for each seat: a wish is decided once.
        adjust: [0; 3].map(|_| {
            app.supervision.ask_adjust(actor(Role::UnitAdmin, "a"), a, adjust.clone()).wait().unwrap()
        }),
        draw: app
            .supervision
            .draw(supervisor.clone(), ask(), "intake".into(), "种子".into(), 10)
            .wait()
            .unwrap(),
        account: app
            .supervision
            .hold_account(supervisor, UnitId(a.0), Measure::Warning, "事由".into(), vec![])
            .wait()
            .unwrap(),
        lead: app.walks.lodge_lead(lead).wait().unwrap(),
        erasure,
        seal: app.seals.apply(Actor::system(), new_seal(a)).wait().unwrap(),
        paper: app.papers.begin(actor(Role::UnitAdmin, "a"), super::a_paper::letter()).wait().unwrap(),
        matter,
        to_hand,
        campaign,
        walk,
        rate: receipt.token,
        application,
        data: super::shared::asked(app, actor(Role::UnitAdmin, "a"), actor(Role::Coordinator, "city")),
        company,
    }
}

/// A seal that county A has applied for.
fn new_seal(unit: UnitId) -> seals::NewSeal {
    seals::NewSeal {
        name: String::new(),
        kind: seals::SealKind::Unit,
        unit,
        papers: vec![seals::PaperKind::Bulletin],
        roles: vec![Role::Coordinator],
        picture: None,
    }
}

/// The path with the subject of county A in its parts; none when nobody said what it is about.
pub fn subject_of(path: &str, t: &Things, seat: usize) -> Option<String> {
    if !path.contains('{') {
        return Some(path.to_owned());
    }
    let digest = "0".repeat(64);
    let digest_of_none = digest.clone();
    let parts: &[(&str, &str, String)] = &[
        ("/desk/case/", "{number}", t.case.clone()),
        ("/desk/case/", "{act}", "note".into()),
        ("/desk/case/", "{hash}", digest.clone()),
        ("/desk/receipt/", "{number}", t.case.clone()),
        ("/desk/publish/", "{number}", t.case.clone()),
        ("/r/", "{number}", t.case.clone()),
        ("/r/", "{code}", t.code.clone()),
        ("/r/", "{hash}", digest.clone()),
        ("/see/c/", "{number}", t.case.clone()),
        ("/see/a/", "{number}", t.application.0.clone()),
        ("/see/b/", "{number}", t.booking.0.clone()),
        ("/see/", "{token}", "0".repeat(16)),
        ("/stop/", "{who}", "0".repeat(32)),
        ("/verify/", "{code}", "0".repeat(16)),
        ("/verify/", "{file}", "paper.ofd".into()),
        ("/desk/seals/", "{id}", t.seal.to_string()),
        ("/desk/cells/hand/", "{number}", t.to_hand.clone()),
        ("/desk/cells/", "{id}", t.matter.to_string()),
        ("/desk/hotline/", "{code}", "12345".into()),
        ("/desk/hotline/orders/", "{id}", "1".into()),
        ("/rate/", "{token}", t.rate.clone()),
        ("/setup/", "{token}", digest.clone()),
        ("/p/", "{token}", "x".into()),
        ("/assets/", "{name}", "none.css".into()),
        ("/desk/redesigns/", "{number}", t.redesign.clone()),
        ("/desk/redesigns/", "{act}", "approve".into()),
        ("/desk/redesigns/", "{n}", "1".into()),
        ("/desk/redesigns/", "{option}", "1".into()),
        ("/desk/redesigns/", "{file}", "model.json".into()),
        ("/desk/logs/boards/", "{id}", "1".into()),
        ("/desk/logs/", "{id}", "record".into()),
        ("/desk/indicators/", "{id}", t.indicators.to_string()),
        ("/desk/indicators/", "{hash}", digest.clone()),
        ("/desk/import/", "{door}", "cases".into()),
        ("/desk/import/file/", "{id}", "1".into()),
        ("/desk/boards/list/", "{figure}", "intake".into()),
        ("/desk/ratings/", "{id}", t.rating.to_string()),
        ("/desk/erasures/", "{id}", t.erasure.to_string()),
        ("/desk/papers/", "{id}", t.paper.to_string()),
        ("/desk/papers/", "{file}", "paper.docx".into()),
        ("/desk/bulletins/", "{id}", t.bulletin.to_string()),
        ("/desk/bulletins/", "{file}", "bulletin.docx".into()),
        ("/desk/scores/adjust/", "{id}", t.adjust[seat].to_string()),
        ("/desk/watch/draws/", "{id}", t.draw.to_string()),
        ("/desk/watch/register/", "{id}", t.account.to_string()),
        ("/desk/items/i/", "{key}", t.item.clone()),
        ("/guide/", "{key}", t.item.clone()),
        ("/desk/walks/leads/", "{id}", t.lead.to_string()),
        ("/desk/walks/w/", "{id}", t.walk.to_string()),
        ("/desk/walks/w/", "{digest}", digest),
        ("/desk/walks/", "{id}", t.campaign.to_string()),
        ("/desk/walks/", "{kind}", "summary".into()),
        ("/desk/companies/c/", "{code}", t.company.0.clone()),
        ("/desk/companies/funds/", "{code}", "fund".into()),
        ("/desk/companies/payments/", "{number}", t.claim.clone()),
        ("/desk/companies/batches/", "{number}", t.list.clone()),
        ("/desk/companies/aids/", "{code}", "aid".into()),
        ("/desk/companies/orders/", "{number}", t.order.clone()),
        ("/desk/companies/talks/", "{number}", t.talk.clone()),
        ("/see/p/", "{number}", t.claim.clone()),
        ("/publicity/", "{number}", t.list.clone()),
        ("/c/", "{code}", t.company.0.clone()),
        ("/c/", "{pass}", t.company.1.clone()),
        ("/desk/halls/at/", "{id}", t.hall.to_string()),
        ("/desk/halls/at/{id}/shifts/", "{part}", "numbers".into()),
        ("/desk/halls/at/{id}/helping/", "{part}", "numbers".into()),
        ("/desk/help/at/", "{number}", t.help.0.clone()),
        ("/desk/help/at/", "{act}", "refuse".into()),
        ("/desk/help/at/", "{file}", "1-mandate.docx".into()),
        ("/help/for/", "{item}", t.item.clone()),
        ("/h/", "{number}", t.help.0.clone()),
        ("/h/", "{code}", t.help.1.clone()),
        ("/h/", "{act}", "say".into()),
        ("/h/", "{file}", "1-mandate.docx".into()),
        ("/see/h/", "{number}", t.help.0.clone()),
        ("/desk/halls/at/", "{part}", "about".into()),
        ("/desk/halls/at/", "{window}", "1".into()),
        ("/desk/halls/at/", "{act}", "recall".into()),
        ("/desk/halls/booking/", "{number}", t.booking.0.clone()),
        ("/desk/halls/booking/", "{act}", "show".into()),
        ("/desk/views/", "{list}", "cases".into()),
        ("/desk/rosters/", "{id}", t.roster.to_string()),
        ("/desk/rosters/", "{act}", "publish".into()),
        ("/desk/handovers/", "{id}", t.hand_over.to_string()),
        ("/desk/shifts/", "{act}", "swap".into()),
        ("/shifts/", "{staff}", t.posted.to_string()),
        ("/shifts/", "{token}", "x".into()),
        ("/halls/", "{id}", t.hall.to_string()),
        ("/k/", "{id}", t.hall.to_string()),
        ("/k/", "{token}", t.kiosk.clone()),
        ("/desk/wall/", "{id}", t.wall.to_string()),
        ("/wall/", "{id}", t.hung.0.to_string()),
        ("/wall/", "{token}", t.hung.1.clone()),
        ("/book/for/", "{item}", t.item.clone()),
        ("/b/", "{number}", t.booking.0.clone()),
        ("/b/", "{code}", t.booking.1.clone()),
        ("/b/", "{act}", "move".into()),
        ("/desk/data/", "{id}", t.data.0.to_string()),
        ("/desk/data/", "{number}", t.data.1.clone()),
        ("/desk/services/at/", "{number}", t.application.0.clone()),
        ("/desk/services/at/", "{act}", "receive".into()),
        ("/desk/services/at/", "{hash}", digest_of_none.clone()),
        ("/desk/services/at/", "{file}", "1.docx".into()),
        ("/desk/services/new/", "{sort}", "item".into()),
        ("/desk/services/new/", "{code}", t.item.clone()),
        ("/desk/services/themes/", "{code}", "none".into()),
        ("/desk/services/pilots/", "{code}", "none".into()),
        ("/apply/to/", "{sort}", "item".into()),
        ("/apply/to/", "{code}", t.item.clone()),
        ("/a/", "{number}", t.application.0.clone()),
        ("/a/", "{code}", t.application.1.clone()),
        ("/a/", "{act}", "sign".into()),
        ("/a/", "{material}", "m1".into()),
        ("/a/", "{hash}", digest_of_none.clone()),
        ("/a/", "{file}", "1.docx".into()),
    ];
    let mut out = path.to_owned();
    for (prefix, part, value) in parts {
        if path.starts_with(prefix) && !(*prefix == "/desk/walks/" && path.starts_with("/desk/walks/leads/"))
        {
            out = out.replace(part, value);
        }
    }
    (!out.contains('{')).then_some(out)
}

/// What a form says about its subject; the rest is left out.
fn fields_of(path: &str, t: &Things) -> Vec<(&'static str, String)> {
    let text = |pairs: &[(&'static str, &str)]| pairs.iter().map(|(n, v)| (*n, (*v).to_owned())).collect();
    match path {
        "/desk/office/staff" => {
            text(&[("login", "new.a"), ("name", "新人"), ("role", "handler"), ("unit", "a")])
        }
        "/desk/office/staff/act" => text(&[("login", "handler.a"), ("act", "unbind_sign_on")]),
        "/desk/office/limits" => text(&[
            ("phase", "handle"),
            ("n", "5"),
            ("n_unit", "workdays"),
            ("yellow", "1"),
            ("yellow_unit", "workdays"),
            ("effective", "2026-08-01"),
            ("source", "试行办法第三条"),
        ]),
        "/desk/office/units" => text(&[
            ("key", "x"),
            ("name", "新单位"),
            ("kind", "department"),
            ("region", "990102"),
            ("parent", "nowhere"),
        ]),
        "/desk/items/plates" => {
            vec![("number", "1".into()), ("region", "990102".into()), ("items", t.item.clone())]
        }
        "/desk/items/hall" => text(&[("exempt", "X")]),
        "/desk/items/i/{key}/guide" => text(&[("act", "write"), ("region", "990102"), ("tips", "先交500元")]),
        "/guide/{key}/comment" => text(&[("region", "990102")]),
        "/desk/scores" => text(&[("parts", "")]),
        "/desk/scores/adjust" | "/desk/watch/register" => text(&[("unit", "甲县局")]),
        "/desk/watch/draws/{id}" => vec![("name", t.case.clone())],
        "/desk/watch/register/{id}" => text(&[("to", "final")]),
        "/desk/walks/{id}/papers" => text(&[("unit", "2"), ("kind", "summary")]),
        "/desk/walks/{id}/given" => text(&[("login", "nobody"), ("item", "x"), ("by", "2026-12-01")]),
        "/desk/posted" => {
            vec![("hall", t.hall.to_string()), ("window", "1".into()), ("staff", t.posted.to_string())]
        }
        "/desk/halls/at/{id}/help" => text(&[("kind", "assist"), ("hall", "0"), ("item", "other")]),
        "/desk/halls/at/{id}/rosters" => text(&[("first", "2026-01-05"), ("weeks", "1")]),
        "/desk/halls/at/{id}/leave" => {
            vec![("staff", t.posted.to_string()), ("kind", "duty".into()), ("first", "2036-01-01".into())]
        }
        "/desk/rosters/{id}/{act}" | "/desk/help/at/{number}/{act}" => text(&[("ver", "1")]),
        "/desk/cells/{id}" => text(&[("act", "recall")]),
        "/desk/cells/hand/{number}" => text(&[("peer", "9902"), ("note", "属地管辖")]),
        "/desk/cells/peers" => text(&[
            ("code", "9903"),
            ("name", "远市"),
            ("secret", "0123456789abcdef0123456789abcdef"),
            ("purposes", "matters"),
        ]),
        "/desk/erasures" => vec![("number", t.case.clone()), ("reason", "本人申请".into())],
        "/desk/erasures/{id}" => text(&[("step", "check")]),
        "/desk/walks/leads/{id}" => text(&[("act", "call")]),
        "/desk/ratings/phone" => text(&[("code", "x"), ("level", "5")]),
        "/desk/walks" => text(&[("from", "2026-01-01"), ("to", "2026-12-31")]),
        "/desk/case/{number}/choose" => text(&[("unit", "2"), ("act", "dispatch")]),
        "/desk/register" => text(&[("kind", "matter"), ("channel", "window"), ("region", "990102")]),
        "/desk/dispatch" => vec![("one", t.case.clone()), ("pick", t.case.clone())],
        _ => Vec::new(),
    }
}

/// Every route of the router, with its methods, as the router itself prints them.
pub fn routes(city: &City) -> Vec<(String, &'static str)> {
    let text = format!("{:?}", city.router);
    // The router of fallbacks, which follows, numbers its own routes from 0 again.
    let (text, _) = text.split_once(", fallback_router: ").expect("the router prints its fallbacks");
    let mut by_id = BTreeMap::new();
    // `RouteId(7): "/desk"` in the node, `RouteId(7): MethodRouter(MethodRouter { get: …` among the routes.
    for part in text.split("RouteId(").skip(1) {
        let Some((id, rest)) = part.split_once("): ") else { continue };
        let Ok(id) = id.parse::<u32>() else { continue };
        let one: &mut (String, Vec<&'static str>) = by_id.entry(id).or_default();
        if let Some(path) = rest.strip_prefix('"').and_then(|r| r.split_once('"')) {
            one.0 = path.0.to_owned();
        }
        for (field, method) in [("get: ", "GET"), ("post: ", "POST")] {
            if rest.starts_with("MethodRouter")
                && rest.split_once(field).is_some_and(|(_, v)| !v.starts_with("None"))
            {
                one.1.push(method);
            }
        }
    }
    let mut all: Vec<_> = by_id
        .into_values()
        .filter(|(path, _)| !path.contains("__private"))
        .flat_map(|(path, methods)| methods.into_iter().map(move |m| (path.clone(), m)))
        .collect();
    all.sort();
    all.dedup();
    all
}

async fn ask(
    city: &City,
    token: &str,
    method: &str,
    path: &str,
    fields: &[(&'static str, String)],
) -> StatusCode {
    let mut b = Browser::new(city);
    if !token.is_empty() {
        b.cookie = format!("session={token}");
    }
    if method == "GET" {
        return b.get(path).await.status;
    }
    let digest = city.app.city.vault().token_digest(&format!("form:{token}"));
    let form: String = digest[..16].iter().map(|b| format!("{b:02x}")).collect();
    let mut all = vec![("_t".to_owned(), form)];
    all.extend(fields.iter().map(|(n, v)| ((*n).to_owned(), v.clone())));
    b.send(b.form(path, "http://bc.test", &all)).await.status
}

#[tokio::test]
async fn the_printed_page_matrix_is_what_the_pages_answer() {
    let city = city_with(web::Options::default(), false);
    let (things, tokens) = std::thread::scope(|s| s.spawn(|| settle(&city.app)).join().unwrap());
    let routes = routes(&city);
    assert!(routes.len() > 140, "the router prints its routes otherwise: {}", routes.len());
    let mut page = String::from(
        "# 页面权限表 Pages\n\n由测试逐页询问生成，请勿手改 (`UPDATE_DOCS=1 cargo nextest run -p web reach`). Generated by asking.\n\n\
         对象都属于甲县；依次由甲县（本县）、乙县（邻县）和市级人员询问。200 打开，303 通过，401/403 不可以，404 视同不存在，\
         422 已过权限关、内容不全。\n",
    );
    let mut faults = Vec::new();
    for (n, (seat, zh)) in SEATS.into_iter().enumerate() {
        let _ = write!(page, "\n## {zh}\n\n| 页面 | 未登录 |");
        for role in ROLES {
            let _ = write!(page, " {} |", role.zh());
        }
        let _ = write!(page, "\n|---|{}", "---|".repeat(ROLES.len() + 1));
        for (path, method) in &routes {
            let Some(at) = subject_of(path, &things, n) else {
                faults.push(format!("{method} {path}: say in subject_of what it is about"));
                continue;
            };
            // Whoever asks to end the own session would be nobody afterwards; a changed code opens nothing any more.
            if matches!(path.as_str(), "/desk/sign-out" | "/desk/account/sessions" | "/c/{code}/{pass}/renew")
            {
                continue;
            }
            let fields = fields_of(path, &things);
            let _ = write!(page, "\n| {method} {path} |");
            let logins = std::iter::once(String::new()).chain(ROLES.map(|r| format!("{}.{seat}", r.word())));
            for login in logins {
                let token = tokens.get(&login).map_or("", String::as_str);
                let status = ask(&city, token, method, &at, &fields).await;
                if status.is_server_error() {
                    faults.push(format!("{method} {at} as {login:?}: {status}"));
                }
                let _ = write!(page, " {} |", status.as_u16());
                // Who was given a first password opens nothing before there is one of his own; that is tried elsewhere.
                if path == "/desk/office/roster/passwords" && status == StatusCode::OK {
                    own_passwords(&city.app);
                }
            }
        }
        page.push('\n');
    }
    assert!(faults.is_empty(), "{faults:#?}");
    let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../docs/page-matrix.md");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&file, &page).unwrap();
    }
    let committed = std::fs::read_to_string(&file).unwrap_or_default();
    let first = committed.lines().zip(page.lines()).find(|(a, b)| a != b);
    assert!(committed == page, "docs/page-matrix.md is old at {first:?}; UPDATE_DOCS=1 writes it");
    crate::it::beside::beside_is_closed(&page);
}
