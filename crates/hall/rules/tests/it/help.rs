//! 帮办代办: random acts of everybody at random moments; who is entitled; what a mandate must have; papers that are out.

use hall::help::*;
use kernel::{Actor, RegionCode, Role, US_PER_DAY, US_PER_HOUR};
use proptest::prelude::*;

use super::*;

fn helping() -> Helping {
    let helper = |id, staff: Option<i64>, kinds: &[HelpKind], until: &str| Helper {
        id,
        name: format!("帮办员{id}"),
        staff: staff.map(StaffId),
        sort: HelperSort::Village,
        place: "河西村".into(),
        region: "990102".parse().unwrap(),
        kinds: kinds.to_vec(),
        trained_until: day(until),
    };
    Helping {
        at_home: vec!["short".into()],
        helpers: vec![
            helper(1, Some(50), &HelpKind::ALL, "2026-12-31"),
            helper(2, None, &[HelpKind::Door, HelpKind::Assist], "2026-12-31"),
            helper(3, Some(51), &HelpKind::ALL, "2026-03-20"),
        ],
        given: 3,
        ..Helping::default()
    }
}

fn people() -> Vec<Actor> {
    let at = |role, staff, unit| Actor {
        staff: Some(StaffId(staff)),
        role,
        unit: Some(UnitId(unit)),
        region: "9901".parse().ok(),
    };
    vec![
        Actor::resident(),
        at(Role::Clerk, 11, 1),
        at(Role::Volunteer, 50, 8),
        at(Role::Walker, 51, 8),
        at(Role::Coordinator, 13, 9),
        at(Role::Clerk, 99, 7),
        at(Role::Supervisor, 14, 9),
    ]
}

fn stands<'a>(h: &'a Hall, o: &HelpOrder, who: &Actor) -> Here<'a> {
    let helps = who.staff.is_some() && o.helper.as_ref().is_some_and(|x| x.staff == who.staff);
    Here { unit: h.unit, region: &h.region, posted: false, at_window: false, helps }
}

fn wants(kind: HelpKind, ground: &str) -> Command {
    Command::Ask {
        hall: 1,
        kind,
        item: "short".into(),
        name: "社保卡".into(),
        region: "990102".into(),
        channel: Channel::Phone,
        ground: ground.into(),
        exception: String::new(),
        wish: Wish { day: None, half: Half::Any },
    }
}

fn mandate_paper(agent: u32, from: Moment, days: i64) -> MandatePaper {
    MandatePaper {
        person: "p0".into(),
        agent,
        agent_name: format!("帮办员{agent}"),
        matter: "申领社保卡".into(),
        scope: "代交材料、代领".into(),
        signed: from.date(),
        until: from.plus_us(days * US_PER_DAY).date(),
    }
}

fn visit(now: Moment, days: i64) -> Visit {
    Visit { day: now.plus_us(days * US_PER_DAY).date(), hours: Span::new(540, 600).unwrap() }
}

/// What somebody enters who presses this, good and bad alike.
fn entered(act: Act, o: &HelpOrder, n: usize, now: Moment, helping: &Helping) -> Command {
    let words = || ["说明情况", "", "需要补办"][n % 3].to_owned();
    let helper = helping.helpers[n % 3].named();
    let mandate =
        (o.kind == HelpKind::ActFor && n % 4 != 3).then(|| mandate_paper(helper.id, now, (n % 5) as i64));
    match act {
        Act::Ask => wants(o.kind, "aged80"),
        Act::Accept => Command::Accept {
            visit: (o.kind == HelpKind::Door && n % 5 != 4).then(|| visit(now, n as i64 % 4 - 1)),
            exception: String::new(),
            helper,
            mandate,
        },
        Act::Refuse => Command::Refuse { reason: words(), instead: words() },
        Act::Assign => Command::Assign { helper, reason: words(), mandate },
        Act::Plan => Command::Plan { visit: visit(now, n as i64 % 4 - 1) },
        Act::Visited => Command::Visited {},
        Act::Receive => Command::Receive {
            papers: vec![Line { name: words(), original: n.is_multiple_of(2), pieces: n as u16 % 3 }],
            signed: n.is_multiple_of(3),
        },
        Act::GiveBack => Command::GiveBack { lines: vec![n % 4], signed: n.is_multiple_of(2) },
        Act::Acknowledge => Command::Acknowledge {},
        Act::Suspend => Command::Suspend { reason: words() },
        Act::Lapse => Command::Lapse {},
        Act::Resume => {
            let mandate = o.helper.as_ref().filter(|_| n.is_multiple_of(3) && o.kind == HelpKind::ActFor);
            Command::Resume {
                note: words(),
                mandate: mandate.map(|h| mandate_paper(h.id, now, (n % 5) as i64)),
            }
        }
        Act::Finish => Command::Finish { done: words(), kept: ["", "", "窗口收存"][n % 3].into() },
        Act::End => Command::End { reason: words(), kept: ["", "本人要求存放", ""][n % 3].into() },
        Act::Withdraw => Command::Withdraw {},
        Act::Say => Command::Say {},
        Act::Show => Command::Show { purpose: words() },
        Act::Erase => Command::Erase {},
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, ..ProptestConfig::default() })]
    #[test]
    fn no_order_is_without_owner_and_next_step_and_no_original_is_forgotten(
        kind in 0usize..3,
        acts in prop::collection::vec((0usize..40, 0usize..30, 0usize..7, 0i64..60), 1..80),
    ) {
        let (h, helping, began) = (hall(), helping(), moment("2026-03-02 08:00"));
        let first = ask(wants(HelpKind::ALL[kind], "aged80"), began, &helping).unwrap();
        let begin = || HelpOrder::begin(1, "9901-2026-B0000001".into(), &first, began).unwrap();
        let (mut o, mut now) = (begin(), began);
        let mut record: Vec<(Moment, String)> = Vec::new();
        let (people, mut handed, mut ended_at) = (people(), 0usize, None);
        for (act, n, who, hours) in acts {
            now = now.plus_us(hours * US_PER_HOUR);
            // The worker first: what it owes it can do, and then owes nothing more.
            if let Some(asked) = o.owed(now, &helping) {
                let system = Actor::system();
                let done = o.decide(asked, &system, &stands(&h, &o, &system), now, &helping)
                    .unwrap_or_else(|r| panic!("{:?} owed at {now}: {r}", o.stage));
                record.push((now, serde_json::to_string(&done).unwrap()));
                o = o.evolve(&done, now);
                prop_assert!(o.owed(now, &helping).is_none());
            }
            let person = &people[who];
            let at = stands(&h, &o, person);
            let permitted = o.permitted(person, &at);
            let act = if act % 4 != 0 && !permitted.is_empty() { permitted[act % permitted.len()] } else { Act::ALL[act % Act::ALL.len()] };
            let before = o.clone();
            match o.decide(entered(act, &o, n, now, &helping), person, &at, now, &helping) {
                Ok(done) => {
                    prop_assert!(permitted.contains(&act));
                    if let Command::Receive { papers, .. } = &done.asked {
                        handed += papers.len();
                    }
                    if matches!(done.to, Stage::Done | Stage::Ended) && !before.stage.is_end() && before.originals_out() > 0 {
                        let (Command::Finish { kept, .. } | Command::End { kept, .. }) = &done.asked else { unreachable!() };
                        prop_assert!(!kept.is_empty(), "an original is out and nobody says why");
                    }
                    if done.to == Stage::Accepted && o.kind == HelpKind::ActFor && act != Act::GiveBack && act != Act::Show && act != Act::Say {
                        let after = o.clone().evolve(&done, now);
                        let m = after.mandate.as_ref().expect("who acts for somebody has a mandate");
                        prop_assert!(m.until >= now.date() || !matches!(act, Act::Accept | Act::Resume | Act::Assign));
                        prop_assert_eq!(Some(m.agent), after.helper.as_ref().map(|x| x.id));
                    }
                    if matches!(done.to, Stage::Done) && o.kind == HelpKind::Door {
                        prop_assert!(!o.visits.is_empty());
                    }
                    record.push((now, serde_json::to_string(&done).unwrap()));
                    o = o.evolve(&done, now);
                }
                Err(r) => prop_assert!(!r.said.zh.is_empty() && !r.said.en.is_empty()),
            }
            // Owner and next step, until it is over and everything is back.
            prop_assert_eq!(o.next().is_none(), o.stage.is_end() && o.originals_out() == 0);
            if let Some((Turn::Helper, _)) = o.next() {
                prop_assert!(o.helper.is_some(), "{:?} waits for a helper and has none", o.stage);
            }
            // Somebody can do the next step.
            if let Some((_, next)) = o.next() {
                let does = match next {
                    Next::Answer => Act::Accept,
                    Next::Visit => Act::Visited,
                    Next::Work => Act::Finish,
                    Next::Resume => Act::Resume,
                    Next::GiveBack => Act::GiveBack,
                };
                prop_assert!(people.iter().any(|p| o.permitted(p, &stands(&h, &o, p)).contains(&does)));
            }
            // Every paper is on the list; whose it is stays known while an original is out.
            prop_assert_eq!(o.papers.len(), handed);
            prop_assert!(o.person_there || o.originals_out() == 0);
            prop_assert_eq!(o.stage.is_end(), o.ended.is_some());
            prop_assert!(ended_at.is_none() || ended_at == o.ended, "it ends once");
            ended_at = o.ended;
            prop_assert!(o.said <= WORDS_MAX);
        }
        let mut again = begin();
        for (at, text) in &record {
            again = again.evolve(&serde_json::from_str(text).unwrap(), *at);
        }
        prop_assert_eq!(again, o);
    }
}

fn clerk() -> Actor {
    people()[1].clone()
}
fn accept(helper: &Helping, id: u32, mandate: Option<MandatePaper>, at: Option<Visit>) -> Command {
    Command::Accept {
        helper: helper.helper(id).unwrap().named(),
        mandate,
        visit: at,
        exception: String::new(),
    }
}
fn order(kind: HelpKind, now: Moment) -> HelpOrder {
    let first = ask(wants(kind, "aged80"), now, &helping()).unwrap();
    HelpOrder::begin(1, "x".into(), &first, now).unwrap()
}
fn does(o: &HelpOrder, asked: Command, who: &Actor, now: Moment) -> Result<HelpOrder, RefusalCode> {
    let (h, helping) = (hall(), helping());
    let done = o.decide(asked, who, &stands(&h, o, who), now, &helping).map_err(|r| r.code)?;
    Ok(o.clone().evolve(&done, now))
}

#[test]
fn who_is_not_entitled_is_told_what_else_there_is_and_a_clerk_may_write_why() {
    let (now, helping) = (moment("2026-03-02 09:00"), helping());
    for ground in ["", "rich"] {
        let no = ask(wants(HelpKind::Door, ground), now, &helping).unwrap_err();
        assert_eq!(no.code, RefusalCode::NotEntitled);
        assert!(
            no.said.zh.contains("80 周岁以上") && no.said.zh.contains("帮办") && no.said.zh.contains("预约")
        );
        assert!(ask(wants(HelpKind::Assist, ground), now, &helping).is_ok());
    }
    let with = |item: &str, exception: &str| {
        let Command::Ask { hall, kind, name, region, channel, wish, .. } = wants(HelpKind::Door, "") else {
            unreachable!()
        };
        let (item, exception, ground) = (item.to_owned(), exception.to_owned(), String::new());
        Command::Ask { hall, kind, item, name, region, channel, ground, exception, wish }
    };
    assert!(ask(with("short", "独居，摔伤在家"), now, &helping).is_ok());
    // An item that is not done at home.
    let Command::Ask { hall, kind, name, region, channel, wish, exception, .. } =
        wants(HelpKind::Door, "aged80")
    else {
        unreachable!()
    };
    let other = Command::Ask {
        hall,
        kind,
        item: "long".into(),
        name,
        region,
        channel,
        ground: "aged80".into(),
        exception,
        wish,
    };
    assert!(ask(other, now, &helping).unwrap_err().said.zh.contains("不能上门"));
    // A hall without helpers takes no orders; neither does one whose helpers' training is over.
    assert!(ask(wants(HelpKind::Assist, ""), now, &Helping::default()).is_err());
    assert!(ask(wants(HelpKind::Assist, ""), moment("2027-01-01 09:00"), &helping).is_err());
    // The ground went from the list since: it is accepted with a reason only.
    let o = order(HelpKind::Door, now);
    let gone = Helping { grounds: Vec::new(), ..helping.clone() };
    let (h, who) = (super::hall(), clerk());
    let asked = |exception: &str| Command::Accept {
        helper: gone.helper(1).unwrap().named(),
        mandate: None,
        visit: Some(visit(now, 1)),
        exception: exception.into(),
    };
    let tried = |e: &str| o.decide(asked(e), &who, &stands(&h, &o, &who), now, &gone).map_err(|r| r.code);
    assert_eq!(tried("").unwrap_err(), RefusalCode::NotEntitled);
    assert!(tried("申请时符合").is_ok());
}

#[test]
fn nobody_acts_for_another_without_a_mandate_that_runs() {
    let now = moment("2026-03-02 09:00");
    let (helping, o) = (helping(), order(HelpKind::ActFor, now));
    let take = |m: Option<MandatePaper>| does(&o, accept(&helping, 1, m, None), &clerk(), now);
    assert_eq!(take(None).unwrap_err(), RefusalCode::NeedsMandate);
    let good = mandate_paper(1, now, 10);
    for bad in [
        MandatePaper { person: String::new(), ..good.clone() },
        MandatePaper { matter: " ".into(), ..good.clone() },
        MandatePaper { scope: String::new(), ..good.clone() },
        MandatePaper { agent: 3, ..good.clone() },
        MandatePaper { signed: day("2026-03-03"), ..good.clone() },
        MandatePaper { signed: day("2026-02-01"), until: day("2026-03-01"), ..good.clone() },
        mandate_paper(1, now, 181),
    ] {
        assert_eq!(take(Some(bad)).unwrap_err(), RefusalCode::NeedsMandate);
    }
    let o = take(Some(good)).unwrap();
    assert_eq!(o.next_at(&helping), Some(moment("2026-03-13 00:00")));
    // Seen three working days before its end (12 March, a Thursday), not four: the 8th is a Sunday.
    let soon = |text: &str| o.mandate_ends_soon(moment(text), 3, &calendar());
    assert!(!soon("2026-03-08 12:00") && soon("2026-03-09 09:00") && soon("2026-03-12 20:00"));
    // Its last day is a day of it; then the order stands suspended, and goes on with another mandate only.
    assert!(o.owed(moment("2026-03-12 23:59"), &helping).is_none());
    let over = moment("2026-03-13 00:00");
    let o = does(&o, o.owed(over, &helping).unwrap(), &Actor::system(), over).unwrap();
    assert_eq!((o.stage, o.reason.as_str()), (Stage::Suspended, "委托期满"));
    let again = |m| does(&o, Command::Resume { note: "续办".into(), mandate: m }, &people()[2], over);
    assert_eq!(again(None).unwrap_err(), RefusalCode::NeedsMandate);
    assert_eq!(again(Some(mandate_paper(1, over, 30))).unwrap().stage, Stage::Accepted);
    // Another helper needs another mandate.
    let o = again(Some(mandate_paper(1, over, 30))).unwrap();
    let to = |m| {
        let helper = helping.helper(3).unwrap().named();
        does(&o, Command::Assign { helper, reason: "换人".into(), mandate: m }, &clerk(), over)
    };
    assert_eq!(to(None).unwrap_err(), RefusalCode::NeedsMandate);
    assert!(to(Some(mandate_paper(3, over, 30))).is_ok());
    // Who only advises has none.
    let assist = order(HelpKind::Assist, now);
    let tried = does(&assist, accept(&helping, 1, Some(mandate_paper(1, now, 10)), None), &clerk(), now);
    assert_eq!(tried.unwrap_err(), RefusalCode::NeedsMandate);
}

#[test]
fn an_original_is_back_when_both_say_so_and_only_then_is_all_forgotten() {
    let now = moment("2026-03-02 09:00");
    let (helping, helper, person) = (helping(), people()[2].clone(), Actor::resident());
    let o = does(&order(HelpKind::Assist, now), accept(&helping, 1, None, None), &clerk(), now).unwrap();
    let lines = [("身份证", true), ("申请表", false)].map(|(name, original)| Line {
        name: name.into(),
        original,
        pieces: 1,
    });
    let o = does(&o, Command::Receive { papers: lines.to_vec(), signed: false }, &helper, now).unwrap();
    assert_eq!(o.originals_out(), 1);
    let finish = |kept: &str| Command::Finish { done: "已领卡".into(), kept: kept.into() };
    assert_eq!(does(&o, finish(""), &helper, now).unwrap_err(), RefusalCode::PapersOut);
    // The helper says it is back: the applicant has not.
    let back = does(&o, Command::GiveBack { lines: vec![0], signed: false }, &helper, now).unwrap();
    assert_eq!(does(&back, finish(""), &helper, now).unwrap_err(), RefusalCode::PapersOut);
    let both = does(&back, Command::Acknowledge {}, &person, now).unwrap();
    assert_eq!(does(&both, finish(""), &helper, now).unwrap().next(), None);
    // Withdrawn with an original out: it waits for the helper, and who it belongs to stays known.
    let gone = does(&o, Command::Withdraw {}, &person, now).unwrap();
    assert_eq!(gone.next(), Some((Turn::Helper, Next::GiveBack)));
    assert_eq!(gone.next_at(&helping), None);
    assert_eq!(does(&gone, Command::Erase {}, &person, now).unwrap_err(), RefusalCode::PapersOut);
    let late = moment("2026-09-01 09:00");
    let back = does(&gone, Command::GiveBack { lines: vec![0], signed: true }, &helper, late).unwrap();
    assert_eq!(back.owed(late, &helping), Some(Command::Erase {}));
    // A wrong line, or one that is back, is told.
    for lines in [vec![], vec![7], vec![0]] {
        let tried = does(&both, Command::GiveBack { lines, signed: true }, &helper, now);
        assert_eq!(tried.unwrap_err(), RefusalCode::NoSuch);
    }
}

#[test]
fn only_the_helper_of_the_order_and_the_hall_act_on_it() {
    let now = moment("2026-03-02 09:00");
    let (helping, all) = (helping(), people());
    let o = does(&order(HelpKind::Door, now), accept(&helping, 1, None, Some(visit(now, 0))), &clerk(), now)
        .unwrap();
    assert!(does(&o, Command::Visited {}, &all[2], now).is_ok(), "the volunteer who helps");
    assert_eq!(does(&o, Command::Visited {}, &all[3], now).unwrap_err(), RefusalCode::NotYours);
    assert_eq!(does(&o, Command::Visited {}, &all[5], now).unwrap_err(), RefusalCode::NotYours);
    let plan = Command::Plan { visit: visit(now, -1) };
    assert!(does(&o, plan, &all[2], now).is_err(), "yesterday");
    let done = Command::Finish { done: "好".into(), kept: String::new() };
    assert_eq!(does(&o, done, &all[2], now).unwrap_err(), RefusalCode::TooEarly);
}

#[test]
fn every_paper_says_that_it_is_free_and_who_answers_for_what() {
    use hall::help::papers::{Applicant, PaperKind, made_by, paper as paper_of};
    let now = moment("2026-03-02 09:00");
    let helping = helping();
    let who =
        Applicant {
            name: "王小明".into(), id_number: "990102194001010018".into(), ..Applicant::default()
        };
    let o = does(
        &order(HelpKind::ActFor, now),
        accept(&helping, 1, Some(mandate_paper(1, now, 10)), None),
        &clerk(),
        now,
    )
    .unwrap();
    let asked = accept(&helping, 1, Some(mandate_paper(1, now, 10)), None);
    let happened = Happened { asked, to: Stage::Accepted };
    assert_eq!(made_by(&o, &happened), [PaperKind::Acceptance, PaperKind::Mandate]);
    for kind in PaperKind::ALL {
        let p = paper_of(kind, &o, &happened, (2, now), &who);
        let said = format!("{p:?}");
        assert!(said.contains("免费") && said.contains("真实性、合法性负责"), "{kind:?}");
        assert_eq!(format!("{p:?}").contains("990102194001010018"), kind == PaperKind::Mandate, "{kind:?}");
    }
}

#[test]
fn figures_count_what_their_lists_hold() {
    use hall::help::figures::*;
    let now = moment("2026-03-02 09:00");
    let helping = helping();
    let open = order(HelpKind::Door, now);
    let o = does(&order(HelpKind::Assist, now), accept(&helping, 1, None, None), &clerk(), now).unwrap();
    let later = now.plus_us(3 * US_PER_DAY);
    let done = Command::Finish { done: "好".into(), kept: String::new() };
    let all = vec![open, does(&o, done, &people()[2], later).unwrap()];
    let t = tally(&all);
    assert_eq!(t.median_days, Some(3.0));
    for which in Which::all() {
        assert_eq!(Which::read(&which.word()), Some(which));
        assert_eq!(t.of(which), all.iter().filter(|o| which.holds(o)).count());
    }
    assert_eq!(
        (t.of(Which::All), t.of(Which::Stage(Stage::Done)), t.of(Which::Kind(HelpKind::Door))),
        (2, 1, 1)
    );
    assert_eq!(tally(&[]).median_days, None);
}

#[test]
fn helpers_of_the_applicants_region_come_first_and_a_bad_register_is_told() {
    let mut h = helping();
    h.helpers[0].region = "9901".parse().unwrap();
    h.helpers[1].region = "990103".parse().unwrap();
    let fit = h.fit(HelpKind::Assist, "990103", day("2026-03-02"));
    assert_eq!(fit.iter().map(|x| x.id).collect::<Vec<_>>(), [1, 2, 3]);
    let mut with = hall();
    with.helping = helping();
    assert!(faults(&with).is_empty(), "{:?}", faults(&with));
    with.helping.helpers[0].region = "9902".parse::<RegionCode>().unwrap();
    assert!(faults(&with).iter().any(|f| f.field == "helpers"));
    with.helping =
        Helping { numbers: HelpRules { keep_days: 0, ..HelpRules::default() }, ..Helping::default() };
    assert!(faults(&with).iter().any(|f| f.field == "help_numbers"));
}

#[test]
fn a_mistyped_identity_number_is_found() {
    assert_eq!(identity(" 11010519491231002x ").as_deref(), Some("11010519491231002X"));
    assert_eq!(identity("110105194912310021"), None);
    assert_eq!(identity("E12345678").as_deref(), Some("E12345678"));
    assert!(["", "12", "身份证号码", "1101051949123100211111"].iter().all(|t| identity(t).is_none()));
}
