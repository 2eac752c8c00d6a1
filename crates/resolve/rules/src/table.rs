//! The closed loop as one table. A row reads: *from these stages, these people may do this act, if these
//! guards hold; the case then stands there, and the clock does that; source*.
//!
//! `decide` runs from it, `draw` prints it, `tests/it.rs` checks it (every stage reachable, no trap, every
//! act has a row, rows of one act do not overlap).

use kernel::{Relation, Role};

use crate::clock::Phase;
use crate::command::Act;
use crate::guard::Guard;
use crate::stage::StageKind;

/// Who may: a role standing in a relation to the case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Who(pub Role, pub Relation);

/// Where the case stands afterwards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum To {
    /// Where it stood.
    Same,
    /// In this stage.
    Stage(StageKind),
    /// In one of these, by what the command says.
    OneOf(&'static [StageKind]),
    /// Where it stood before it was merged.
    Before,
}

/// What the act does to the clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClockEffect {
    /// It goes on as it is. Transfers are here: they never reset it.
    Keep,
    /// A new run of this phase starts.
    Start(Phase),
    /// A run starts to a fixed day: the last step of the plan.
    StartPlan,
    /// It stops.
    Stop,
    /// It stands still on a legal ground.
    Pause,
    /// It goes on.
    Resume,
    /// Working days on top.
    Extend,
    /// Another limit, same start.
    Relimit,
    /// A light goes on record.
    Light,
    /// Lights that the calendar takes back go out.
    Relight,
    /// A handling run again when reopened, a filing run otherwise; it stops where another cell deals with it again.
    ByAnswer,
    /// It stopped at the moment at which another cell took the matter.
    Pass,
}

/// One row of the loop.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// the act
    pub act: Act,
    /// stages in which it may be done
    pub from: &'static [StageKind],
    /// people who may do it
    pub who: &'static [Who],
    /// what must hold
    pub guards: &'static [Guard],
    /// where the case stands then
    pub to: To,
    /// what the clock does
    pub clock: ClockEffect,
    /// DOMAIN row and text it comes from
    pub source: &'static str,
}

const fn w(role: Role, relation: Relation) -> Who {
    Who(role, relation)
}
const COORD: Who = w(Role::Coordinator, Relation::InRegion);
const SUPER: Who = w(Role::Supervisor, Relation::InRegion);
const CLERK: Who = w(Role::Clerk, Relation::FirstAsked);
const OWNER: Who = w(Role::Handler, Relation::Owner);
const CO: Who = w(Role::Handler, Relation::CoHandler);
const SYSTEM: Who = w(Role::System, Relation::InRegion);
const REPORTER: Who = w(Role::Resident, Relation::Reporter);

use Act::*;
use StageKind as S;

const WITH_UNIT: &[S] = &[
    S::Dispatched,
    S::Handling,
    S::ReturnAsked,
    S::Conferring,
    S::Escalated,
    S::NegativeReview,
    S::Rectifying,
];
const WORKED_ON: &[S] = &[S::Handling, S::Conferring, S::Escalated, S::Rectifying];
const NOT_ENDED: &[S] = &[
    S::Registered,
    S::Accepted,
    S::Dispatched,
    S::Handling,
    S::ReturnAsked,
    S::Conferring,
    S::Escalated,
    S::HandedOver,
    S::NegativeReview,
    S::Rectifying,
    S::Replied,
    S::CalledBack,
];
const BEFORE_REPLY: &[S] = &[
    S::Registered,
    S::Accepted,
    S::Dispatched,
    S::Handling,
    S::ReturnAsked,
    S::Conferring,
    S::Escalated,
    S::NegativeReview,
    S::Rectifying,
];
const EVERY: &[S] = &[
    S::Registered,
    S::Accepted,
    S::Dispatched,
    S::Handling,
    S::ReturnAsked,
    S::Conferring,
    S::Escalated,
    S::HandedOver,
    S::NegativeReview,
    S::Rectifying,
    S::Replied,
    S::CalledBack,
    S::Archived,
    S::Refused,
    S::Merged,
];

const fn r(
    act: Act,
    from: &'static [StageKind],
    who: &'static [Who],
    guards: &'static [Guard],
    to: To,
    clock: ClockEffect,
    source: &'static str,
) -> Row {
    Row { act, from, who, guards, to, clock, source }
}

/// The loop. [`Register`] is not a row: it makes a case from nothing (see [`crate::register`]).
#[rustfmt::skip]
pub const TABLE: &[Row] = &[
    // 登记 → 受理
    r(Accept, &[S::Registered], &[COORD, CLERK], &[], To::Stage(S::Accepted), ClockEffect::Keep, "R2 CZ 一(四) 受理"),
    r(Refuse, &[S::Registered, S::Accepted], &[COORD], &[Guard::NotFromPeer], To::Stage(S::Refused), ClockEffect::Stop, "R2 STANDARDS 3.1 不受理须告知救济"),
    r(AnswerOnSpot, &[S::Registered, S::Accepted], &[COORD, CLERK], &[Guard::NotFromPeer], To::Stage(S::CalledBack), ClockEffect::Start(Phase::File), "R2 CZ 二(二) 咨询"),
    r(Amend, NOT_ENDED, &[COORD], &[], To::Same, ClockEffect::Relimit, "R2 CZ 一(四) 登记"),
    r(AddWords, NOT_ENDED, &[REPORTER, COORD, CLERK], &[], To::Same, ClockEffect::Keep, "R1 LC 吐槽找茬; P1"),
    r(Note, EVERY, &[COORD, SUPER, CLERK, OWNER, CO], &[], To::Same, ClockEffect::Keep, "R2"),
    // 转办
    r(Dispatch, &[S::Registered, S::Accepted], &[COORD], &[], To::Stage(S::Dispatched), ClockEffect::Start(Phase::Handle), "R2 R4 CZ 一(四) 转办; clock starts here"),
    r(Redispatch, &[S::Dispatched, S::Handling], &[COORD], &[Guard::AnotherUnit], To::Stage(S::Dispatched), ClockEffect::Keep, "R3 R4 transfers never reset the clock"),
    r(Take, &[S::Dispatched], &[OWNER], &[], To::Stage(S::Handling), ClockEffect::Keep, "R4 HY 四(二) 首问负责"),
    r(Arrive, WITH_UNIT, &[OWNER, CO], &[Guard::CalledHere], To::Same, ClockEffect::Keep, "R11 LC 企业吹哨 部门报到"),
    r(Return, &[S::Dispatched, S::Handling], &[OWNER], &[Guard::MayReturn], To::Stage(S::ReturnAsked), ClockEffect::Keep, "R4 STANDARDS 3.4 退单须依据且限次"),
    r(Arbitrate, &[S::ReturnAsked], &[COORD], &[], To::Stage(S::Dispatched), ClockEffect::Keep, "R4 STANDARDS 3.4 争议裁定"),
    // 协办
    r(AddCo, &[S::Dispatched, S::Handling, S::Rectifying], &[COORD, OWNER], &[Guard::NotYetCo], To::Same, ClockEffect::Keep, "R2 CZ 四(一) 部门联动"),
    r(CoReply, WITH_UNIT, &[CO], &[Guard::HasOpenCoTask], To::Same, ClockEffect::Keep, "R2 CZ 四(一)"),
    r(DropCo, WITH_UNIT, &[COORD], &[Guard::IsCo], To::Same, ClockEffect::Keep, "R2"),
    // 催办 督办
    r(Remind, WITH_UNIT, &[COORD, SUPER, SYSTEM], &[], To::Same, ClockEffect::Keep, "R2 R14 CZ 四(二); a hotline urges too"),
    r(Supervise, WITH_UNIT, &[SUPER], &[Guard::AnswerByAhead], To::Same, ClockEffect::Keep, "R2 HY 五(三) 督查室"),
    r(AnswerOrder, NOT_ENDED, &[OWNER, COORD], &[Guard::OrderOpen], To::Same, ClockEffect::Keep, "R2 HY 五(三)"),
    // 延期 暂停
    r(AskExtension, WORKED_ON, &[OWNER], &[Guard::BeforeExpiry, Guard::NoExtensionPending, Guard::ExtensionWithin], To::Same, ClockEffect::Keep, "R3 STANDARDS 2.2 到期前申请"),
    r(GrantExtension, NOT_ENDED, &[COORD], &[Guard::ExtensionPending, Guard::NotTheAsker, Guard::ExtensionWithin], To::Same, ClockEffect::Extend, "R3 行政许可法 42"),
    r(DenyExtension, NOT_ENDED, &[COORD], &[Guard::ExtensionPending], To::Same, ClockEffect::Keep, "R3 行政许可法 42"),
    r(Pause, WORKED_ON, &[OWNER, COORD], &[Guard::ClockRuns, Guard::PauseWithin], To::Same, ClockEffect::Pause, "R3 行政许可法 45"),
    r(Resume, NOT_ENDED, &[OWNER, COORD, SYSTEM], &[Guard::ClockStandsStill, Guard::SystemOnlyWhenDue], To::Same, ClockEffect::Resume, "R3 行政许可法 45"),
    // 并案
    r(Merge, BEFORE_REPLY, &[COORD], &[Guard::NotFromPeer, Guard::NotIntoItself, Guard::NothingMergedIn], To::Stage(S::Merged), ClockEffect::Keep, "R2 STANDARDS 3.4 重复件并案"),
    r(Unmerge, &[S::Merged], &[COORD], &[], To::Before, ClockEffect::Keep, "R2 can be undone; the clock ran on"),
    r(Absorb, NOT_ENDED, &[COORD], &[Guard::NotIntoItself], To::Same, ClockEffect::Keep, "R2 keeps every reporter"),
    r(Release, EVERY, &[COORD], &[], To::Same, ClockEffect::Keep, "R2"),
    // 会商 上报
    r(Confer, &[S::Dispatched, S::Handling], &[COORD], &[Guard::UnitsNamed, Guard::MeetsAhead], To::Stage(S::Conferring), ClockEffect::Keep, "R5 CZ 四(一) 协商会议"),
    r(Conclude, &[S::Conferring], &[COORD], &[Guard::TasksWithin], To::Stage(S::Handling), ClockEffect::Keep, "R5 CZ 四(一) 会商纪要"),
    r(FinishTask, NOT_ENDED, &[OWNER, CO], &[Guard::TaskOfTheirs], To::Same, ClockEffect::Keep, "R5"),
    r(Escalate, &[S::Handling, S::Conferring], &[COORD], &[], To::Stage(S::Escalated), ClockEffect::Keep, "R5 CZ 四(一) 上报市级、自治区级"),
    r(ComeBack, &[S::Escalated], &[COORD], &[], To::Stage(S::Handling), ClockEffect::Keep, "R5 CZ 四(一) tracked until it comes back"),
    // 跨域转办: matters between cells (docs/CELLS.md)
    r(HandOver, &[S::Accepted, S::Dispatched, S::Handling], &[COORD], &[Guard::NotFromPeer, Guard::ClockNotStill, Guard::PartsDone], To::Stage(S::HandedOver), ClockEffect::Keep, "R5 R14 跨域通办 收受分离; our clock runs until they take it"),
    r(PeerAccept, &[S::HandedOver], &[SYSTEM], &[Guard::BeyondOffered], To::Same, ClockEffect::Pass, "R5 the clock is theirs from the moment they took it"),
    r(PeerReturn, &[S::HandedOver], &[SYSTEM], &[Guard::BeyondOffered], To::OneOf(&[S::Handling, S::Accepted]), ClockEffect::Keep, "R4 R5 a return never resets the clock"),
    r(PeerAnswer, &[S::HandedOver], &[SYSTEM], &[Guard::BeyondTaken], To::Same, ClockEffect::Start(Phase::Callback), "R5 R7 the callback is ours"),
    r(PeerCallback, &[S::Replied], &[SYSTEM], &[Guard::FromPeer], To::OneOf(&[S::CalledBack, S::Handling]), ClockEffect::ByAnswer, "R7 who took it in asks the person"),
    // 整改
    r(Plan, &[S::Handling], &[OWNER], &[Guard::StepsDated], To::Stage(S::Rectifying), ClockEffect::StartPlan, "R6 HY 五(二) 整改台账"),
    r(FinishStep, &[S::Rectifying], &[OWNER], &[Guard::StepOpen], To::Same, ClockEffect::Keep, "R6 HY 五(二)"),
    r(StrikeOff, &[S::Rectifying], &[COORD, SUPER], &[Guard::StepFinished, Guard::NotTheOwner], To::Same, ClockEffect::Keep, "R6 HY 五(二) 逐一销号"),
    r(RejectStep, &[S::Rectifying], &[COORD, SUPER], &[Guard::StepFinished, Guard::NotTheOwner], To::Same, ClockEffect::Keep, "R6 STANDARDS 十(10) 纸面销号"),
    // 答复
    r(Reply, &[S::Dispatched, S::Handling, S::Rectifying], &[OWNER], &[Guard::ClockNotStill, Guard::PartsDone], To::Stage(S::Replied), ClockEffect::Start(Phase::Callback), "R2 CZ 一(二) 件件有回复"),
    r(ReplyNegative, &[S::Handling], &[OWNER], &[Guard::ClockNotStill], To::Stage(S::NegativeReview), ClockEffect::Keep, "R2 STANDARDS 3.1 否定答复报告制"),
    r(ApproveNegative, &[S::NegativeReview], &[COORD], &[Guard::NotTheOwner], To::Stage(S::Replied), ClockEffect::Start(Phase::Callback), "R2 STANDARDS 3.1"),
    r(SendBackNegative, &[S::NegativeReview], &[COORD], &[], To::Stage(S::Handling), ClockEffect::Keep, "R2 STANDARDS 3.1"),
    // 回头看 归档
    r(MissedCall, &[S::Replied], &[COORD], &[Guard::NotFromPeer], To::Same, ClockEffect::Keep, "R7 YY 电话回访"),
    r(Callback, &[S::HandedOver], &[COORD, REPORTER], &[Guard::BeyondAnswered], To::OneOf(&[S::CalledBack, S::HandedOver]), ClockEffect::ByAnswer, "R7 what another cell answered is asked after here"),
    r(Callback, &[S::Replied], &[COORD, REPORTER], &[Guard::NotFromPeer], To::OneOf(&[S::CalledBack, S::Handling]), ClockEffect::ByAnswer, "R7 CZ 一(四) 回头看"),
    r(Archive, &[S::CalledBack], &[COORD], &[Guard::PartsDone, Guard::CauseKnown], To::Stage(S::Archived), ClockEffect::Stop, "R2 CZ 一(四) 归档"),
    r(Archive, &[S::Replied], &[COORD], &[Guard::CalledEnough, Guard::PartsDone, Guard::CauseKnown], To::Stage(S::Archived), ClockEffect::Stop, "R7 nobody answered the callback"),
    r(Reopen, &[S::CalledBack, S::Archived], &[COORD, SUPER], &[Guard::NotFromPeer], To::OneOf(&[S::Handling, S::Accepted]), ClockEffect::ByAnswer, "R7 R9 HY 五(三) 抽查回访"),
    r(Reopen, &[S::Refused], &[COORD, SUPER], &[], To::Stage(S::Accepted), ClockEffect::Start(Phase::Intake), "R2 a refusal can be put right"),
    r(PrintReceipt, EVERY, &[COORD, SUPER, CLERK], &[Guard::NotAnswering], To::Same, ClockEffect::Keep, "R1 R7 回头看不得由被反映单位代答"),
    // 系统
    r(WarnYellow, NOT_ENDED, &[SYSTEM], &[Guard::YellowDue], To::Same, ClockEffect::Light, "R3 yellow light"),
    r(WarnRed, NOT_ENDED, &[SYSTEM], &[Guard::RedDue], To::Same, ClockEffect::Light, "R3 red light"),
    r(Recompute, NOT_ENDED, &[SYSTEM], &[], To::Same, ClockEffect::Relight, "R3 a calendar year was imported or corrected"),
    r(Backfill, &[S::Registered], &[COORD, SYSTEM], &[Guard::NotFromPeer], To::Stage(S::Archived), ClockEffect::Stop, "R10 replies from before this system"),
];

/// The row of an act in a stage.
pub fn row(stage: StageKind, act: Act) -> Option<&'static Row> {
    TABLE.iter().find(|r| r.act == act && r.from.contains(&stage))
}
