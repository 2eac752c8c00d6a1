//! The life of an application as one table. A row reads: *from these stages, these people may do this act, if these
//! guards hold; the application then stands there, and the clock does that; source*.

use kernel::{Relation, Role};

use crate::command::Act;
use crate::guard::Guard;
use crate::stage::StageKind;

/// Who may: a role standing in a relation. 申请人 is `Reporter`, 收件单位 `FirstAsked`, 决定单位 `Owner`, 办理环节的单位
/// `CoHandler`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Who(pub Role, pub Relation);

/// Where it stands afterwards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum To {
    /// Where it stood.
    Same,
    /// In this stage.
    Stage(StageKind),
    /// In one of these, by what is left to do.
    OneOf(&'static [StageKind]),
}

/// What the act does to the clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClockEffect {
    /// It goes on as it is.
    Keep,
    /// 收件审查 starts: 5 working days.
    StartAccept,
    /// 补正 starts.
    StartCorrect,
    /// 办理 starts with what is promised.
    StartHandle,
    /// 办理 starts at the moment of receipt.
    StartHandleBack,
    /// 送达 starts when everything was decided.
    DeliverWhenDecided,
    /// It stops.
    Stop,
    /// It stops when nothing is left to do.
    StopAtEnd,
    /// It stands still.
    Pause,
    /// It goes on.
    Resume,
    /// Working days on top.
    Extend,
    /// A light goes on record.
    Light,
}

/// One row.
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
    /// where it stands then
    pub to: To,
    /// what the clock does
    pub clock: ClockEffect,
    /// DOMAIN row and law it comes from
    pub source: &'static str,
}

const fn w(role: Role, relation: Relation) -> Who {
    Who(role, relation)
}
const APPLICANT: Who = w(Role::Resident, Relation::Reporter);
const WINDOW: Who = w(Role::Clerk, Relation::FirstAsked);
const TAKER: Who = w(Role::Handler, Relation::FirstAsked);
const DECIDER: Who = w(Role::Handler, Relation::Owner);
const WORKER: Who = w(Role::Handler, Relation::CoHandler);
const HEAD: Who = w(Role::UnitAdmin, Relation::Owner);
const COORD: Who = w(Role::Coordinator, Relation::InRegion);
const SYSTEM: Who = w(Role::System, Relation::InRegion);

use Act::*;
use ClockEffect as C;
use Guard as G;
use StageKind as S;

const AT_UNITS: &[S] = &[S::Handling];
const ACCEPTED: &[S] = &[S::Handling, S::Decided, S::Issued, S::Delivered];
const TAKEN_IN: &[S] = &[S::Submitted, S::Received];
const AFTER: &[S] = &[S::Handling, S::Decided, S::Issued, S::Delivered, S::Closed];
const TIMED: &[S] = &[S::Draft, S::Submitted, S::Received, S::Correcting, S::Handling, S::Decided, S::Issued];
const SEEN: &[S] = &[
    S::Submitted,
    S::Received,
    S::Correcting,
    S::Handling,
    S::Decided,
    S::Issued,
    S::Delivered,
    S::Closed,
    S::Refused,
];
const OPEN: &[S] =
    &[S::Submitted, S::Received, S::Correcting, S::Handling, S::Decided, S::Issued, S::Delivered];

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

/// The life. [`Act::Begin`] is no row: it makes an application from nothing (see [`crate::begin`]).
#[rustfmt::skip]
pub const TABLE: &[Row] = &[
    // 填写
    r(Save, &[S::Draft], &[APPLICANT, WINDOW], &[G::KnownMaterials], To::Same, C::Keep, "K4 一表申请:草稿不丢"),
    r(Rebase, &[S::Draft], &[APPLICANT, WINDOW], &[G::BasisHolds], To::Same, C::Keep, "K8 指南在填写中换版"),
    r(Submit, &[S::Draft], &[APPLICANT, WINDOW], &[G::KnownMaterials, G::WaysAllowed, G::NothingLacks, G::FormFilled, G::Declared], To::Stage(S::Submitted), C::StartAccept, "K8 行政许可法 29 31"),
    r(Expire, &[S::Draft, S::Correcting], &[SYSTEM], &[G::RunEnded], To::Stage(S::Lapsed), C::Stop, "K8 逾期不补正;草稿保存期满"),
    // 收件 受理 补正
    r(Receive, &[S::Submitted], &[WINDOW, TAKER], &[], To::Stage(S::Received), C::Keep, "K8 行政许可法 32 书面凭证"),
    r(TellCorrection, TAKEN_IN, &[WINDOW, TAKER], &[G::NotTold, G::WithinLimit, G::LacksKnown], To::Stage(S::Correcting), C::StartCorrect, "K8 行政许可法 32(四) 当场或五日内一次告知"),
    r(Supplement, &[S::Correcting], &[APPLICANT, WINDOW], &[G::KnownMaterials, G::WaysAllowed, G::LacksMended], To::Stage(S::Received), C::StartAccept, "K8 行政许可法 32(五)"),
    r(Accept, TAKEN_IN, &[WINDOW, TAKER], &[G::WithinLimit], To::Stage(S::Handling), C::StartHandle, "K8 行政许可法 32(五)"),
    r(AcceptBySilence, TAKEN_IN, &[SYSTEM], &[G::RunEnded], To::Stage(S::Handling), C::StartHandleBack, "K8 行政许可法 32(四) 逾期不告知的,自收到之日起即为受理"),
    r(Refuse, TAKEN_IN, &[WINDOW, TAKER], &[G::WithinLimit], To::Stage(S::Refused), C::Stop, "K8 行政许可法 32(一)(二) 38:说明理由,告知救济"),
    // 各单位并联办理
    r(StartTask, AT_UNITS, &[WORKER], &[G::TaskTheirs, G::TaskReady, G::TaskNotBegun], To::Same, C::Keep, "K4 K8 LC 并联办理"),
    r(FinishTask, AT_UNITS, &[WORKER], &[G::TaskTheirs, G::TaskBegun, G::NotADecision], To::Same, C::Keep, "K8 O4 每个环节的起止"),
    r(SendBack, AT_UNITS, &[DECIDER], &[G::TaskSendable], To::Same, C::Keep, "K8 O4 返工看得见"),
    r(CallSurvey, AT_UNITS, &[DECIDER, WORKER], &[G::SurveyAhead], To::Same, C::Keep, "K4 STANDARDS 2.5 联合踏勘"),
    r(FinishSurvey, AT_UNITS, &[DECIDER, WORKER], &[G::SurveyOpen], To::Same, C::Keep, "K4 STANDARDS 2.5"),
    r(Pause, AT_UNITS, &[DECIDER, WORKER], &[G::ClockRuns, G::SpecialWithin], To::Same, C::Pause, "K8 行政许可法 45 书面告知所需时间"),
    r(Resume, AT_UNITS, &[DECIDER, WORKER, SYSTEM], &[G::ClockStandsStill, G::SystemOnlyWhenDue], To::Same, C::Resume, "K8 行政许可法 45"),
    r(Extend, AT_UNITS, &[HEAD, COORD], &[G::NotExtended, G::ExtensionWithin, G::BeforeExpiry], To::Same, C::Extend, "K8 行政许可法 42 经负责人批准并告知理由"),
    // 决定 制证 送达
    r(Decide, AT_UNITS, &[DECIDER], &[G::TaskTheirs, G::TaskReady, G::IsADecision, G::ClockNotStill], To::OneOf(&[S::Handling, S::Decided, S::Issued]), C::DeliverWhenDecided, "K8 行政许可法 37 38"),
    r(Issue, &[S::Handling, S::Decided], &[DECIDER], &[G::PartToIssue], To::OneOf(&[S::Handling, S::Decided, S::Issued]), C::Keep, "K8 行政许可法 39"),
    r(Deliver, &[S::Issued], &[WINDOW, TAKER, DECIDER], &[], To::OneOf(&[S::Delivered, S::Closed]), C::Stop, "K8 行政许可法 44 十日内送达"),
    r(Sign, &[S::Delivered], &[APPLICANT, WINDOW, TAKER], &[G::NotSigned], To::OneOf(&[S::Delivered, S::Closed]), C::StopAtEnd, "K8 送达回证"),
    // 容缺 承诺
    r(HandIn, ACCEPTED, &[APPLICANT, WINDOW], &[G::KnownMaterials, G::WaysAllowed, G::PromisedLater], To::OneOf(&[S::Handling, S::Decided, S::Issued, S::Delivered, S::Closed]), C::StopAtEnd, "K5 容缺受理"),
    r(RemindPromise, ACCEPTED, &[SYSTEM], &[G::ReminderDue], To::Same, C::Keep, "K5 到期提醒"),
    r(MissPromise, ACCEPTED, &[SYSTEM], &[G::PromiseMissed], To::Same, C::Keep, "K5 逾期未补"),
    r(CheckCommitment, AFTER, &[DECIDER], &[G::Committed], To::OneOf(&[S::Handling, S::Decided, S::Issued, S::Delivered, S::Closed]), C::StopAtEnd, "K5 LC 证明事项承诺制:事后核查"),
    r(SettlePromise, AFTER, &[DECIDER], &[G::PromiseBroken], To::OneOf(&[S::Handling, S::Decided, S::Issued, S::Delivered, S::Closed]), C::StopAtEnd, "K5 不实的撤回结果、记入信用"),
    // 其他
    r(Withdraw, &[S::Draft, S::Submitted, S::Received, S::Correcting, S::Handling], &[APPLICANT, WINDOW], &[], To::Stage(S::Withdrawn), C::Stop, "K8 申请人可在决定前撤回"),
    r(Note, OPEN, &[WINDOW, TAKER, DECIDER, WORKER, COORD], &[], To::Same, C::Keep, "K8"),
    r(Show, SEEN, &[WINDOW, TAKER, DECIDER, WORKER], &[], To::Same, C::Keep, "X8 K8 用途留痕:谁看了、为了什么,本人可见"),
    r(WarnYellow, TIMED, &[SYSTEM], &[G::YellowDue], To::Same, C::Light, "K8 R3 黄灯"),
    r(WarnRed, &[S::Handling, S::Decided, S::Issued], &[SYSTEM], &[G::RedDue], To::Same, C::Light, "K8 R3 红灯"),
];

/// The row of an act in a stage.
pub fn row(stage: StageKind, act: Act) -> Option<&'static Row> {
    TABLE.iter().find(|r| r.act == act && r.from.contains(&stage))
}
