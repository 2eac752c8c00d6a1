//! The table is whole, and random acts from every role never break the loop.

#[path = "it/owed.rs"]
mod owed;
#[path = "it/sides.rs"]
mod sides;
#[path = "it/today.rs"]
mod today;

use std::collections::{BTreeMap, BTreeSet};

use kernel::{Actor, CaseId, Date, Moment, Relation, Role, StaffId, US_PER_DAY, US_PER_HOUR, UnitId};
use proptest::prelude::*;
use resolve::*;
use workday::WorkCalendar;

const UNITS: i64 = 4;

fn at(text: &str) -> Moment {
    text.parse().unwrap()
}
fn rules() -> Rules {
    Rules::new(WorkCalendar::official())
}
fn registration(kind: Kind) -> Registration {
    Registration {
        kind,
        channel: Channel::Window,
        region: "430602".parse().unwrap(),
        title: "经营范围无法登记".into(),
        words: "拟经营“交通安全统筹”,窗口说没有这个分类,不予登记。".into(),
        first_asked: UnitId(1),
        complexity: Complexity::Simple,
        cause: Some(Cause::NoRule),
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
fn new_case(kind: Kind, now: Moment) -> (Case, Happened) {
    let h = register(registration(kind), now, &rules()).unwrap();
    (Case::begin(CaseId(1), "BC4306-2026-000001".into(), &h, now).unwrap(), h)
}
fn actor(role: Role, staff: i64, unit: i64) -> Actor {
    match role {
        Role::System => Actor::system(),
        Role::Resident => Actor::resident(),
        _ => Actor {
            staff: Some(StaffId(staff)),
            role,
            unit: Some(UnitId(unit)),
            region: Some("4306".parse().unwrap()),
        },
    }
}
fn coordinator() -> Actor {
    actor(Role::Coordinator, 100, 9)
}

fn targets(row: &Row) -> Vec<StageKind> {
    match row.to {
        To::Same => row.from.to_vec(),
        To::Stage(k) => vec![k],
        To::OneOf(ks) => ks.to_vec(),
        // Merging is possible before the reply; undoing it leads back there.
        To::Before => TABLE.iter().find(|r| r.act == Act::Merge).unwrap().from.to_vec(),
    }
}

#[test]
fn every_act_has_rows_that_do_not_overlap_and_name_their_source() {
    for act in Act::ALL.iter().filter(|a| **a != Act::Register) {
        let rows: Vec<_> = TABLE.iter().filter(|r| r.act == *act).collect();
        assert!(!rows.is_empty(), "{act:?} has no row");
        let mut seen = BTreeSet::new();
        for stage in rows.iter().flat_map(|r| r.from) {
            assert!(seen.insert(*stage), "{act:?} has two rows at {stage:?}");
        }
        for row in rows {
            assert!(!row.who.is_empty() && !row.source.is_empty(), "{act:?}");
            assert!(row.source.starts_with('R'), "{act:?} cites no DOMAIN row");
        }
    }
}

#[test]
fn every_stage_is_reached_and_none_is_a_trap() {
    let mut edges: BTreeMap<StageKind, BTreeSet<StageKind>> = BTreeMap::new();
    for row in TABLE {
        for from in row.from {
            let to = if row.to == To::Same { vec![*from] } else { targets(row) };
            edges.entry(*from).or_default().extend(to);
        }
    }
    let reach = |start: StageKind| {
        let mut seen = BTreeSet::from([start]);
        let mut todo = vec![start];
        while let Some(k) = todo.pop() {
            for next in edges.get(&k).into_iter().flatten() {
                if seen.insert(*next) {
                    todo.push(*next);
                }
            }
        }
        seen
    };
    assert_eq!(
        reach(StageKind::Registered),
        StageKind::ALL.iter().copied().collect(),
        "a stage is unreachable"
    );
    for kind in StageKind::ALL {
        assert!(reach(*kind).contains(&StageKind::Archived), "{kind:?} is a trap");
    }
}

/// The acts that the sources name must be there, by their Chinese word.
#[test]
fn the_acts_of_the_sources_are_present() {
    for word in [
        "登记",
        "受理",
        "转办",
        "答复",
        "回头看",
        "归档",
        "不予受理",
        "当场答复",
        "退回",
        "裁定",
        "催办",
        "督办",
        "申请延期",
        "批准延期",
        "并案",
        "撤销并案",
        "交协办",
        "召集会商",
        "会商纪要",
        "上报",
        "上级答复",
        "整改方案",
        "销号",
        "重新办理",
        "否定答复报告",
        "暂停计时",
        "签收",
    ] {
        assert!(Act::read(word).is_some(), "{word}");
    }
}

#[test]
fn a_simple_case_goes_from_registration_to_archive() {
    let rules = rules();
    let mut now = at("2026-09-21 10:00");
    let (mut case, _) = new_case(Kind::Matter, now);
    let steps: Vec<(Actor, Command)> = vec![
        (coordinator(), Command::Accept {}),
        (coordinator(), Command::Dispatch { unit: UnitId(2), note: String::new() }),
        (actor(Role::Handler, 20, 2), Command::Take {}),
        (
            actor(Role::Handler, 20, 2),
            Command::Reply { text: "已核准登记。".into(), basis: "国发〔2012〕30号".into() },
        ),
        (
            coordinator(),
            Command::Callback {
                solved: Solved::Yes,
                satisfied: Some(Satisfaction::Satisfied),
                words: String::new(),
            },
        ),
        (coordinator(), Command::Archive { summary: String::new(), cause: None }),
    ];
    for (who, asked) in steps {
        now = now.plus_us(US_PER_HOUR);
        let act = asked.act();
        case = case.act(asked, &who, now, &rules).unwrap_or_else(|(_, r)| panic!("{act:?}: {r}")).0;
        if act == Act::Dispatch {
            // Dispatched on Monday 21 Sep 2026: three working days end on Thursday the 24th.
            let (due, provisional) = case.clock.open().unwrap().due(&rules.calendar);
            assert_eq!(due.date().to_string(), "2026-09-24");
            assert!(!provisional);
            assert_eq!(
                case.accountable(),
                UnitId(1),
                "until somebody signs, the unit asked first answers for it"
            );
        }
        if act == Act::Take {
            assert_eq!(case.accountable(), UnitId(2));
        }
    }
    assert_eq!(case.stage, Stage::Archived { owner: Some(UnitId(2)) });
    assert!(case.duty().is_none());
}

#[test]
fn a_transfer_never_resets_the_clock_and_the_arbitration_binds() {
    let rules = rules();
    let t = at("2026-09-21 10:00");
    let (case, _) = new_case(Kind::Matter, t);
    #[expect(clippy::result_large_err, reason = "the case is given back")]
    let go =
        |case: Case, who: &Actor, now: Moment, asked: Command| case.act(asked, who, now, &rules).map(|c| c.0);
    let h2 = actor(Role::Handler, 20, 2);
    let case =
        go(case, &coordinator(), t, Command::Dispatch { unit: UnitId(2), note: String::new() }).unwrap();
    let due = case.clock.open().unwrap().due(&rules.calendar);
    let back = Command::Return {
        reason: ReturnReason::NotOurDuty,
        evidence: "三定方案第五条".into(),
        suggest: None,
    };
    let case = go(case, &h2, t.plus_us(US_PER_DAY), back.clone()).unwrap();
    assert_eq!(case.duty().unwrap().role, Role::Coordinator);
    let case = go(
        case,
        &coordinator(),
        t.plus_us(US_PER_DAY),
        Command::Arbitrate { unit: UnitId(3), ground: "职责目录".into() },
    )
    .unwrap();
    assert_eq!(case.clock.open().unwrap().due(&rules.calendar), due, "the clock goes on");
    assert_eq!(case.past_owners, vec![UnitId(2)]);
    let (case, refusal) = go(case, &actor(Role::Handler, 30, 3), t.plus_us(US_PER_DAY), back).unwrap_err();
    assert_eq!(refusal.code, RefusalCode::TooManyReturns);
    assert!(refusal.allowed.contains(&Act::Take));
    // A stranger is told that it is not theirs.
    let (_, refusal) = go(case, &h2, t, Command::Take {}).unwrap_err();
    assert_eq!(refusal.code, RefusalCode::NotYours);
}

#[test]
fn a_pause_moves_the_limit_and_ends_by_itself() {
    let rules = rules();
    let t = at("2026-03-02 10:00");
    let (case, _) = new_case(Kind::Matter, t);
    let h2 = actor(Role::Handler, 20, 2);
    #[expect(clippy::result_large_err, reason = "the case is given back")]
    let go =
        |case: Case, who: &Actor, now: Moment, asked: Command| case.act(asked, who, now, &rules).map(|c| c.0);
    let case =
        go(case, &coordinator(), t, Command::Dispatch { unit: UnitId(2), note: String::new() }).unwrap();
    let case = go(case, &h2, t, Command::Take {}).unwrap();
    let until: Date = "2026-03-06".parse().unwrap();
    let pause =
        Command::Pause { reason: PauseReason::Correction, until, notice: "请补交租赁合同".into() };
    let case = go(case, &h2, at("2026-03-03 09:00"), pause).unwrap();
    let run = case.clock.open().unwrap();
    assert_eq!(run.light(at("2026-03-04 09:00"), &rules.calendar), Light::Paused);
    assert_eq!(run.next_at(&rules.calendar), Some(at("2026-03-07")));
    // 3, 4 and 5 March do not count and 6 March ends with the clock still standing: due after three more days.
    assert_eq!(run.due(&rules.calendar).0.date().to_string(), "2026-03-11");
    let (case, refusal) =
        go(case, &Actor::system(), at("2026-03-04"), Command::Resume { note: String::new() }).unwrap_err();
    assert_eq!(refusal.code, RefusalCode::NotDue);
    let case = go(case, &h2, at("2026-03-04 15:00"), Command::Resume { note: "材料已补".into() }).unwrap();
    // Only the 3rd was lost: the clock ran again when the 4th ended.
    assert_eq!(case.clock.open().unwrap().due(&rules.calendar).0.date().to_string(), "2026-03-06");
}

#[test]
fn an_unhappy_callback_reopens_and_a_plan_is_struck_off_by_others() {
    let rules = rules();
    let mut now = at("2026-03-02 10:00");
    let (mut case, _) = new_case(Kind::Problem, now);
    let h2 = actor(Role::Handler, 20, 2);
    let until: Date = "2026-04-01".parse().unwrap();
    let plan = Command::Plan { steps: vec![PlannedStep { what: "打通系统接口".into(), due: until }] };
    let script: Vec<(Actor, Command, Option<RefusalCode>)> = vec![
        (coordinator(), Command::Dispatch { unit: UnitId(2), note: String::new() }, None),
        (h2.clone(), Command::Take {}, None),
        (h2.clone(), plan, None),
        (
            h2.clone(),
            Command::Reply { text: "好了".into(), basis: String::new() },
            Some(RefusalCode::StillOpen),
        ),
        (
            coordinator(),
            Command::StrikeOff { step: 1, checked: "现场看过".into() },
            Some(RefusalCode::NoSuchTask),
        ),
        (h2.clone(), Command::FinishStep { step: 1, evidence: "上线公告".into() }, None),
        (
            actor(Role::Coordinator, 20, 2),
            Command::StrikeOff { step: 1, checked: "自查".into() },
            Some(RefusalCode::SamePerson),
        ),
        (coordinator(), Command::StrikeOff { step: 1, checked: "现场看过".into() }, None),
        (h2.clone(), Command::Reply { text: "接口已打通".into(), basis: String::new() }, None),
        (
            Actor::resident(),
            Command::Callback { solved: Solved::No, satisfied: None, words: "还是要重复录入".into() },
            None,
        ),
    ];
    for (who, asked, refused) in script {
        now = now.plus_us(US_PER_HOUR);
        case = match (case.act(asked.clone(), &who, now, &rules), refused) {
            (Ok((case, _)), None) => case,
            (Err((case, r)), Some(code)) => {
                assert_eq!(r.code, code, "{asked:?}");
                case
            }
            (Ok(_), Some(code)) => panic!("{asked:?} should be refused: {code:?}"),
            (Err((_, r)), None) => panic!("{asked:?}: {r}"),
        };
    }
    assert_eq!(case.stage.kind(), StageKind::Handling, "not solved: it is open again");
    assert_eq!(case.rounds, 1);
    assert_eq!(case.mended.len(), 1);
}

#[test]
fn a_joint_meeting_gives_tasks_that_must_be_done_before_the_reply() {
    let rules = rules();
    let now = at("2026-03-02 10:00");
    let (mut case, _) = new_case(Kind::Matter, now);
    let h2 = actor(Role::Handler, 20, 2);
    let h3 = actor(Role::Handler, 30, 3);
    let meets = at("2026-03-03 09:00");
    let task =
        MeetingTaskGiven {
            unit: UnitId(3), what: "出具分类意见".into(), due: "2026-03-05".parse().unwrap()
        };
    let reply = Command::Reply { text: "可以登记".into(), basis: String::new() };
    let script = vec![
        (coordinator(), Command::Dispatch { unit: UnitId(2), note: String::new() }, true),
        (
            coordinator(),
            Command::Confer { units: vec![UnitId(2), UnitId(3)], meets, topic: "经营范围".into() },
            true,
        ),
        (
            coordinator(),
            Command::Conclude { minutes: "参照外地做法".into(), lead: UnitId(2), tasks: vec![task] },
            true,
        ),
        (h2.clone(), reply.clone(), false),
        (h2.clone(), Command::FinishTask { task: 1, text: "代办".into() }, false),
        (h3, Command::FinishTask { task: 1, text: "意见已出".into() }, true),
        (h2, reply, true),
    ];
    for (who, asked, goes) in script {
        let act = asked.act();
        case = match case.act(asked, &who, now, &rules) {
            Ok((case, _)) => {
                assert!(goes, "{act:?} should be refused");
                case
            }
            Err((case, r)) => {
                assert!(!goes, "{act:?}: {r}");
                case
            }
        };
    }
    assert_eq!(case.stage.kind(), StageKind::Replied);
}

/// Everything printable that documentation shows is what the code runs from.
#[test]
fn the_documentation_is_generated_from_the_table() {
    let page = format!(
        "# 闭环规则表 The closed loop\n\n由代码生成,请勿手改 (`UPDATE_DOCS=1 cargo nextest run -p resolve`). Generated from `resolve::TABLE`.\n\n```mermaid\n{}```\n\n{}",
        loop_diagram(),
        loop_table_markdown()
    );
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../docs/LOOP.md");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(path, &page).unwrap();
    }
    let committed = std::fs::read_to_string(path).unwrap_or_default();
    assert!(committed == page, "docs/LOOP.md is stale: run UPDATE_DOCS=1 cargo nextest run -p resolve");
}

// ---- model-based ----

#[derive(Clone, Debug)]
struct Try {
    role: Role,
    staff: i64,
    unit: i64,
    act: usize,
    other: i64,
    n: u32,
    wait_h: i64,
    /// pick among what somebody may really do, so that the deep stages are met
    smart: bool,
    pick: usize,
}

fn tries() -> impl Strategy<Value = Vec<Try>> {
    let one = (
        0..Role::ALL.len(),
        0..6i64,
        1..=UNITS,
        0..Act::ALL.len(),
        1..=UNITS,
        0..4u32,
        0..60i64,
        proptest::bool::weighted(0.7),
        any::<u32>(),
    )
        .prop_map(|(role, staff, unit, act, other, n, wait_h, smart, pick)| Try {
            role: Role::ALL[role],
            staff,
            unit,
            act,
            other,
            n,
            wait_h,
            smart,
            pick: pick as usize,
        });
    proptest::collection::vec(one, 1..120)
}

fn command(t: &Try, now: Moment) -> Command {
    let day = now.plus_us(i64::from(t.n) * US_PER_DAY).date();
    let text = || "写明情况".to_owned();
    let unit = UnitId(t.other);
    match Act::ALL[t.act] {
        Act::Register => Command::Note { words: text() },
        Act::Amend => Command::Amend {
            kind: None,
            complexity: Some(Complexity::Complex),
            cause: None,
            item: None,
            title: None,
            reason: text(),
        },
        Act::AddWords => Command::AddWords { words: text() },
        Act::Note => Command::Note { words: text() },
        Act::Accept => Command::Accept {},
        Act::Refuse => {
            Command::Refuse { reason: RefuseReason::Litigation, explain: text(), where_to: text() }
        }
        Act::AnswerOnSpot => Command::AnswerOnSpot { text: text() },
        Act::Dispatch => Command::Dispatch { unit, note: String::new() },
        Act::Redispatch => Command::Redispatch { unit, reason: text() },
        Act::Take => Command::Take {},
        Act::Arrive => Command::Arrive { way: ArriveWay::Online, code: String::new(), note: text() },
        Act::Return => {
            Command::Return { reason: ReturnReason::NotOurDuty, evidence: text(), suggest: Some(unit) }
        }
        Act::Arbitrate => Command::Arbitrate { unit, ground: text() },
        Act::AddCo => Command::AddCo { unit, task: text() },
        Act::CoReply => Command::CoReply { text: text() },
        Act::DropCo => Command::DropCo { unit, reason: text() },
        Act::Remind => Command::Remind { words: text() },
        Act::Supervise => Command::Supervise { words: text(), answer_by: day },
        Act::AnswerOrder => Command::AnswerOrder { order: t.n, text: text() },
        Act::AskExtension => Command::AskExtension { days: t.n, reason: text() },
        Act::GrantExtension => Command::GrantExtension { days: t.n },
        Act::DenyExtension => Command::DenyExtension { reason: text() },
        Act::Pause => Command::Pause { reason: PauseReason::Hearing, until: day, notice: text() },
        Act::Resume => Command::Resume { note: String::new() },
        Act::Merge => Command::Merge { into: format!("BC-{}", t.n) },
        Act::Unmerge => Command::Unmerge { reason: text() },
        Act::Absorb => Command::Absorb { from: format!("BC-{}", t.n), reporters: t.n },
        Act::Release => Command::Release { from: format!("BC-{}", t.n), reporters: t.n },
        Act::Confer => Command::Confer { units: vec![unit], meets: now.plus_us(US_PER_DAY), topic: text() },
        Act::Conclude => Command::Conclude {
            minutes: text(),
            lead: unit,
            tasks: vec![MeetingTaskGiven { unit, what: text(), due: day }],
        },
        Act::FinishTask => Command::FinishTask { task: 1 + t.n / 2, text: text() },
        Act::Escalate => Command::Escalate { level: Level::City, office: text(), question: text() },
        Act::ComeBack => Command::ComeBack { answer: text(), basis: String::new() },
        Act::Plan => Command::Plan { steps: vec![PlannedStep { what: text(), due: day }] },
        Act::FinishStep => Command::FinishStep { step: 1 + t.n / 2, evidence: text() },
        Act::StrikeOff => Command::StrikeOff { step: 1 + t.n / 2, checked: text() },
        Act::RejectStep => Command::RejectStep { step: 1 + t.n / 2, reason: text() },
        Act::Reply => Command::Reply { text: text(), basis: String::new() },
        Act::ReplyNegative => Command::ReplyNegative { text: text(), basis: text(), instead: text() },
        Act::ApproveNegative => Command::ApproveNegative {},
        Act::SendBackNegative => Command::SendBackNegative { reason: text() },
        Act::MissedCall => Command::MissedCall { note: String::new() },
        Act::PrintReceipt => Command::PrintReceipt { purpose: text() },
        Act::HandOver => {
            Command::HandOver { cell: "4304".parse().unwrap(), name: "衡阳市".into(), note: text() }
        }
        Act::PeerAccept => {
            let at = now.plus_us(-i64::from(t.n) * US_PER_DAY);
            Command::PeerAccept { number: "4304-2026-0000001".into(), at }
        }
        Act::PeerReturn => Command::PeerReturn { note: text() },
        Act::PeerAnswer => {
            Command::PeerAnswer { text: text(), negative: t.n == 1, office: "衡阳市人社局".into() }
        }
        Act::PeerCallback => Command::PeerCallback {
            solved: [Some(Solved::No), Some(Solved::Yes), None][t.n as usize % 3],
            satisfied: None,
            words: String::new(),
            again: t.n == 0,
        },
        Act::Callback => Command::Callback {
            solved: if t.n == 0 { Solved::No } else { Solved::Yes },
            satisfied: None,
            words: String::new(),
        },
        Act::Reopen => Command::Reopen { reason: text() },
        Act::Archive => Command::Archive { summary: String::new(), cause: None },
        Act::WarnYellow => Command::WarnYellow {},
        Act::WarnRed => Command::WarnRed {},
        Act::Recompute => Command::Recompute { calendar: "c".into(), before: None, after: None },
        Act::Backfill => Command::Backfill { text: text() },
    }
}

/// Somebody can always do something about a case that is not at rest: its duty names who, and the table
/// lets that role act.
fn has_next_step(case: &Case) {
    let Some(duty) = case.duty() else {
        assert!(case.stage.kind().is_end(), "{:?} is nobody's", case.stage);
        return;
    };
    // What another cell owes is moved by its message.
    if let Stage::HandedOver { peer, .. } = &case.stage
        && peer.step != BeyondStep::Answered
    {
        let awaited = if peer.step == BeyondStep::Offered { Act::PeerAccept } else { Act::PeerAnswer };
        assert!(case.permitted(&Actor::system()).iter().any(|p| p.act == awaited), "{:?}", case.stage);
        return;
    }
    let who = actor(duty.role, 77, duty.unit.map_or(50, |u| u.0));
    let moves = case.permitted(&who).iter().any(|p| p.row.to != To::Same);
    assert!(moves, "{duty:?} cannot move {:?}", case.stage);
}

/// One of the acts that somebody may do now, and somebody who may.
fn clever(case: &Case, t: &mut Try) -> Actor {
    let mut acts: BTreeMap<Act, Vec<Actor>> = BTreeMap::new();
    for role in
        [Role::Resident, Role::Clerk, Role::Handler, Role::Coordinator, Role::Supervisor, Role::System]
    {
        for unit in 1..=UNITS {
            let who = actor(role, t.staff, unit);
            for p in case.permitted(&who) {
                acts.entry(p.act).or_default().push(who.clone());
            }
        }
    }
    // Ways out of the loop end a walk too early to be met often.
    let out = [Act::Merge, Act::Refuse, Act::Backfill, Act::Note, Act::AddWords, Act::AnswerOnSpot];
    if t.n > 0 && acts.keys().any(|a| !out.contains(a)) {
        acts.retain(|a, _| !out.contains(a));
    }
    let (act, people) = acts.iter().nth((t.pick >> 8) % acts.len()).unwrap();
    t.act = Act::ALL.iter().position(|a| a == act).unwrap();
    people[t.pick % people.len()].clone()
}

/// The walk of the property below meets every stage, so what it proves is about all of them.
#[test]
fn random_acts_meet_every_stage() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let rules = rules();
    let mut met = BTreeSet::new();
    let mut done = BTreeSet::new();
    for n in 0..400 {
        let list = tries().new_tree(&mut runner).unwrap().current();
        let mut now = at("2026-01-05 09:00");
        let (mut case, _) = new_case(Kind::Matter, now);
        if n % 4 == 1 {
            // Where another city handed it over, that city calls back.
            case.channel = Channel::Peer;
        }
        if n % 8 == 5 {
            // And a hotline, where it sent an order.
            case.ordered = true;
        }
        if n % 2 == 0 {
            // Offices arrive where a company whistled.
            case.channel = Channel::Whistle;
        }
        for mut t in list {
            now = now.plus_us(t.wait_h * US_PER_HOUR);
            let who = if t.smart { clever(&case, &mut t) } else { actor(t.role, t.staff, t.unit) };
            let asked = command(&t, now);
            let act = asked.act();
            case = match case.act(asked, &who, now, &rules) {
                Ok((case, _)) => {
                    done.insert(act);
                    case
                }
                Err((case, _)) => case,
            };
            met.insert(case.stage.kind());
        }
    }
    assert_eq!(met, StageKind::ALL.iter().copied().collect());
    let missing: Vec<_> = Act::ALL.iter().filter(|a| !done.contains(a) && **a != Act::Register).collect();
    assert!(missing.is_empty(), "never succeeded: {missing:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, ..ProptestConfig::default() })]
    #[test]
    fn random_acts_from_every_role_keep_the_loop(tries in tries(), kind in 0..Kind::ALL.len()) {
        let rules = rules();
        let mut now = at("2026-01-05 09:00");
        let (mut case, first) = new_case(Kind::ALL[kind], now);
        let mut record = vec![(first, actor(Role::Clerk, 1, 1), now)];
        for t in &tries {
            now = now.plus_us(t.wait_h * US_PER_HOUR);
            let mut t = t.clone();
            let who = if t.smart { clever(&case, &mut t) } else { actor(t.role, t.staff, t.unit) };
            let asked = command(&t, now);
            let before = case.clone();
            let started = case.clock.open().map(|r| (r.phase, r.started));
            let act = asked.act();
            match case.act(asked, &who, now, &rules) {
                Ok((after, happened)) => {
                    prop_assert!(!before.stage.kind().is_end() || matches!(act, Act::Reopen | Act::Unmerge | Act::Note | Act::Release | Act::PrintReceipt),
                        "{act:?} past the end");
                    if matches!(act, Act::Redispatch | Act::Return | Act::Arbitrate | Act::Take | Act::Confer | Act::Escalate | Act::ComeBack | Act::HandOver | Act::PeerReturn) {
                        prop_assert_eq!(after.clock.open().map(|r| (r.phase, r.started)), started, "{:?} touched the clock", act);
                    }
                    prop_assert_eq!(after.stage.kind(), happened.to);
                    prop_assert_eq!(after.ver, before.ver + 1);
                    record.push((happened, who, now));
                    case = after;
                }
                Err((same, refusal)) => {
                    prop_assert_eq!(&same, &before, "a refusal changes nothing");
                    prop_assert!(!refusal.said.zh.is_empty() && !refusal.said.en.is_empty());
                    case = same;
                }
            }
            has_next_step(&case);
            // With a unit, and not at rest, a clock runs or stands still for a legal reason.
            let passed = matches!(&case.stage, Stage::HandedOver { peer, .. } if peer.step == BeyondStep::Taken);
            if passed {
                prop_assert!(case.clock.open().is_none(), "the clock is the other cell's");
            } else if !case.stage.kind().is_end() {
                prop_assert!(case.clock.open().is_some(), "no clock in {:?}", case.stage);
            }
        }
        // A replay from nothing, through the text of the events, gives the same case and the same clock.
        let mut again: Option<Case> = None;
        for (happened, who, when) in &record {
            let text = serde_json::to_string(happened).unwrap();
            let read: Happened = serde_json::from_str(&text).unwrap();
            prop_assert_eq!(&read, happened);
            again = match again {
                None => Case::begin(CaseId(1), "BC4306-2026-000001".into(), &read, *when),
                Some(c) => Some(c.evolve(&read, who, *when)),
            };
        }
        let again = again.unwrap();
        prop_assert_eq!(&again, &case);
        let state = serde_json::to_string(&case).unwrap();
        prop_assert_eq!(serde_json::from_str::<Case>(&state).unwrap(), case);
    }
}

#[test]
fn who_stands_how_to_a_case() {
    let (case, _) = new_case(Kind::Matter, at("2026-01-05"));
    assert_eq!(relations(&case, &actor(Role::Clerk, 1, 1)), vec![Relation::FirstAsked, Relation::InRegion]);
    let mut far = coordinator();
    far.region = Some("4307".parse().unwrap());
    assert_eq!(relations(&case, &far), vec![Relation::Stranger]);
    assert!(case.permitted(&far).is_empty());
}
