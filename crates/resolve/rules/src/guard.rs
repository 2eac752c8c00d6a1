//! The guards of the table: each one question about the case, the command, the actor and the moment.

use kernel::{Actor, Moment, Role, US_PER_DAY};

use crate::case::Case;
use crate::clock::Run;
use crate::command::Command;
use crate::limits::Rules;
use crate::refusal::{Refusal, RefusalCode as Code};
use crate::stage::{BeyondStep, Stage};
use crate::step::StepState;

/// What must hold for an act.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Guard {
    /// 改派给其他单位
    AnotherUnit,
    /// 退回次数未满,且未经裁定
    MayReturn,
    /// 该单位尚未协办
    NotYetCo,
    /// 该单位在协办
    IsCo,
    /// 有未完成的协办任务
    HasOpenCoTask,
    /// 本单位被吹哨、尚未报到
    CalledHere,
    /// 督办回复日在今天之后
    AnswerByAhead,
    /// 督办尚未回复
    OrderOpen,
    /// 尚未到期
    BeforeExpiry,
    /// 没有待批的延期
    NoExtensionPending,
    /// 有待批的延期
    ExtensionPending,
    /// 延期天数在规定内
    ExtensionWithin,
    /// 批准人不是申请人
    NotTheAsker,
    /// 正在计时
    ClockRuns,
    /// 正在暂停
    ClockStandsStill,
    /// 不在暂停
    ClockNotStill,
    /// 系统只在到期时恢复
    SystemOnlyWhenDue,
    /// 暂停到今天之后、一年之内,次数未满
    PauseWithin,
    /// 不并入自身
    NotIntoItself,
    /// 没有并入它的件
    NothingMergedIn,
    /// 写明参会单位
    UnitsNamed,
    /// 会议在现在之后
    MeetsAhead,
    /// 任务数与日期合规
    TasksWithin,
    /// 是本单位未完成的会商任务
    TaskOfTheirs,
    /// 整改步骤有日期且按先后
    StepsDated,
    /// 步骤在整改中
    StepOpen,
    /// 步骤待销号
    StepFinished,
    /// 不是承办单位的人,也不是报完成的人
    NotTheOwner,
    /// 步骤、协办、会商任务、督办都已完成
    PartsDone,
    /// 办件写明了办不成的原因
    CauseKnown,
    /// 已按规定次数联系
    CalledEnough,
    /// 到了亮黄灯的时间
    YellowDue,
    /// 到了亮红灯的时间
    RedDue,
    /// 本单位没有承办、协办过
    NotAnswering,
    /// 不是外地或热线转来的件
    NotFromPeer,
    /// 是外地或热线转来的件
    FromPeer,
    /// 对方还没有受理
    BeyondOffered,
    /// 对方在办
    BeyondTaken,
    /// 对方已答复
    BeyondAnswered,
}

/// Everything a guard may look at.
pub(crate) struct Scene<'a> {
    pub case: &'a Case,
    pub asked: &'a Command,
    pub actor: &'a Actor,
    pub now: Moment,
    pub rules: &'a Rules,
}

impl Scene<'_> {
    fn run(&self) -> Option<&Run> {
        self.case.clock.open()
    }
    fn step(&self) -> Result<&crate::RectStep, Refusal> {
        let n = match self.asked {
            Command::FinishStep { step, .. }
            | Command::StrikeOff { step, .. }
            | Command::RejectStep { step, .. } => *step,
            _ => 0,
        };
        let Stage::Rectifying { steps, .. } = &self.case.stage else { return Err(no_such("step", n)) };
        (n as usize).checked_sub(1).and_then(|i| steps.get(i)).ok_or_else(|| no_such("step", n))
    }
}

fn no_such(field: &str, n: u32) -> Refusal {
    Refusal::new(
        Code::NoSuchTask,
        format!("没有第 {n} 项，请刷新后重选"),
        format!("there is no number {n}; reload and choose again"),
    )
    .at(field)
}

/// A moment to the minute, as a refusal says it.
fn hour(at: Moment) -> String {
    let text = at.to_string();
    text.replace('T', " ").chars().take(16).collect()
}

fn must(holds: bool, code: Code, zh: impl Into<String>, en: impl Into<String>) -> Result<(), Refusal> {
    if holds { Ok(()) } else { Err(Refusal::new(code, zh, en)) }
}

impl Guard {
    /// The guard in words, for the printed table.
    pub const fn zh(self) -> &'static str {
        match self {
            Self::AnotherUnit => "改派给其他单位",
            Self::MayReturn => "退回次数未满且未经裁定",
            Self::NotYetCo => "该单位尚未协办",
            Self::IsCo => "该单位在协办",
            Self::HasOpenCoTask => "本单位有未完成的协办任务",
            Self::CalledHere => "本单位被吹哨、尚未报到",
            Self::AnswerByAhead => "回复日在今天或以后",
            Self::OrderOpen => "督办尚未回复",
            Self::BeforeExpiry => "尚未到期",
            Self::NoExtensionPending => "没有待批的延期",
            Self::ExtensionPending => "有待批的延期",
            Self::ExtensionWithin => "延期天数在规定内",
            Self::NotTheAsker => "批准人不是申请人",
            Self::ClockRuns => "正在计时",
            Self::ClockStandsStill => "正在暂停",
            Self::ClockNotStill => "不在暂停",
            Self::SystemOnlyWhenDue => "系统只在到期时恢复",
            Self::PauseWithin => "暂停日期与次数合规",
            Self::NotIntoItself => "不并入自身",
            Self::NothingMergedIn => "没有并入它的件",
            Self::UnitsNamed => "写明参会单位",
            Self::MeetsAhead => "会议时间在现在之后",
            Self::TasksWithin => "任务数与日期合规",
            Self::TaskOfTheirs => "是本单位未完成的任务",
            Self::StepsDated => "步骤有日期且按先后",
            Self::StepOpen => "步骤在整改中",
            Self::StepFinished => "步骤待销号",
            Self::NotTheOwner => "不是承办单位也不是报完成的人",
            Self::PartsDone => "步骤、任务、督办都已完成",
            Self::CauseKnown => "办件写明了办不成的原因",
            Self::CalledEnough => "已按规定次数联系",
            Self::YellowDue => "到了亮黄灯的时间",
            Self::RedDue => "到了亮红灯的时间",
            Self::NotAnswering => "本单位没有承办、协办过",
            Self::NotFromPeer => "不是外地或热线转来的件",
            Self::FromPeer => "是外地或热线转来的件",
            Self::BeyondOffered => "对方还没有受理",
            Self::BeyondTaken => "对方在办",
            Self::BeyondAnswered => "对方已答复",
        }
    }

    /// Between cells, and with a hotline: where a matter came from, and how far the other side is.
    pub(crate) fn about_cells(self, case: &Case) -> Result<(), Refusal> {
        let came = case.closed_elsewhere();
        let step = match &case.stage {
            Stage::HandedOver { peer, .. } => Some(peer.step),
            _ => None,
        };
        let (holds, zh, en) = match self {
            Self::NotFromPeer => (
                !came,
                "外地或热线转来的件由来件方告知、回访和了结，这里只办理和答复",
                "what another city or a hotline sent is closed there: here it is dealt with and answered",
            ),
            Self::FromPeer => (came, "本件不是外地或热线转来的", "no other city or hotline sent this case"),
            Self::BeyondOffered => (
                step == Some(BeyondStep::Offered),
                "对方已经受理或答复",
                "the other side has taken it already",
            ),
            Self::BeyondTaken => {
                (step == Some(BeyondStep::Taken), "对方不在办理", "the other side is not dealing with it")
            }
            _ => {
                (step == Some(BeyondStep::Answered), "对方还没有答复", "the other side has not answered yet")
            }
        };
        must(holds, Code::NotAtThisStage, zh, en)
    }

    /// The question. Errors say which rule refused.
    pub(crate) fn check(self, s: &Scene<'_>) -> Result<(), Refusal> {
        match self {
            Self::AnotherUnit
            | Self::MayReturn
            | Self::NotYetCo
            | Self::IsCo
            | Self::HasOpenCoTask
            | Self::CalledHere => self.about_units(s),
            Self::AnswerByAhead
            | Self::OrderOpen
            | Self::UnitsNamed
            | Self::MeetsAhead
            | Self::TasksWithin
            | Self::TaskOfTheirs => self.about_tasks(s),
            Self::BeforeExpiry
            | Self::NoExtensionPending
            | Self::ExtensionPending
            | Self::ExtensionWithin
            | Self::NotTheAsker => self.about_extension(s),
            Self::ClockRuns
            | Self::ClockStandsStill
            | Self::ClockNotStill
            | Self::SystemOnlyWhenDue
            | Self::PauseWithin
            | Self::YellowDue
            | Self::RedDue => self.about_clock(s),
            Self::StepsDated
            | Self::StepOpen
            | Self::StepFinished
            | Self::NotTheOwner
            | Self::NotAnswering
            | Self::PartsDone => self.about_mending(s),
            Self::NotFromPeer
            | Self::FromPeer
            | Self::BeyondOffered
            | Self::BeyondTaken
            | Self::BeyondAnswered => self.about_cells(s.case),
            Self::NotIntoItself => {
                let other = match s.asked {
                    Command::Merge { into } => into,
                    Command::Absorb { from, .. } => from,
                    _ => return Ok(()),
                };
                must(
                    *other != s.case.number,
                    Code::OwnCase,
                    "不能把件并入自身",
                    "a case cannot be merged into itself",
                )
            }
            Self::NothingMergedIn => must(
                s.case.merged.is_empty(),
                Code::HasMerged,
                "本件有并入件，请把它作为主件，或先放出并件",
                "other cases were merged into this one: make it the main case, or release them first",
            ),
            Self::CauseKnown => {
                let said = matches!(s.asked, Command::Archive { cause: Some(_), .. });
                must(
                    said || !s.case.owes_cause(),
                    Code::CauseOwed,
                    "这件事本该一次办成：请选定办不成的原因再归档，原因分析由此而来",
                    "a matter that failed: say why it could not be done before it is filed; the analysis of causes rests on it",
                )
                .map_err(|e| e.at("cause"))
            }
            Self::CalledEnough => {
                let Stage::Replied { missed_calls, .. } = s.case.stage else { return Ok(()) };
                let least = s.rules.missed_calls_min;
                must(
                    missed_calls >= least,
                    Code::NotReached,
                    format!(
                        "未做回头看，且只联系了 {missed_calls} 次；联系满 {least} 次仍无人应答才能直接归档"
                    ),
                    format!(
                        "no callback yet and only {missed_calls} attempts; {least} are needed to archive without one"
                    ),
                )
            }
        }
    }

    fn about_units(self, s: &Scene<'_>) -> Result<(), Refusal> {
        let co_of = |unit| s.case.co.iter().any(|c| c.unit == unit);
        match (self, s.asked) {
            (Self::AnotherUnit, Command::Redispatch { unit, .. }) => must(
                s.case.stage.owner() != Some(*unit),
                Code::SameUnit,
                "已由该单位承办，请选择其他单位",
                "this unit already has it; choose another",
            )
            .map_err(|e| e.at("unit")),
            (Self::MayReturn, _) => {
                let most = s.rules.returns_max;
                must(
                    !s.case.bound && s.case.returns < most,
                    Code::TooManyReturns,
                    format!(
                        "已退回 {} 次或已经裁定，裁定有约束力，请办理；确有困难请告知政管办，由政管办会商或上报",
                        s.case.returns
                    ),
                    format!(
                        "returned {} times or settled by arbitration, which binds: handle it, or tell the coordinating office, which can call a joint meeting or take it up",
                        s.case.returns
                    ),
                )?;
                let Some(last) = s.case.object_until(s.rules) else { return Ok(()) };
                must(
                    s.now <= last,
                    Code::AfterExpiry,
                    format!("对转办有异议须在 {} 前提出，现已超过，请办理；确有困难请告知政管办", hour(last)),
                    format!(
                        "an objection to the assignment was to be made by {}; handle it, or tell the coordinating office",
                        hour(last)
                    ),
                )
            }
            (Self::NotYetCo, Command::AddCo { unit, .. }) => {
                must(
                    s.case.stage.owner() != Some(*unit)
                        && !s.case.co.iter().any(|c| c.unit == *unit && !c.done),
                    Code::SameUnit,
                    "该单位已是承办或在协办",
                    "this unit already handles it or has an open task in it",
                )
                .map_err(|e| e.at("unit"))?;
                must(
                    s.case.co.len() < s.rules.parts_max,
                    Code::TooLong,
                    format!("协办任务最多 {} 项", s.rules.parts_max),
                    format!("at most {} co-handlers", s.rules.parts_max),
                )
            }
            (Self::IsCo, Command::DropCo { unit, .. }) => {
                must(co_of(*unit), Code::NoSuchTask, "该单位没有协办任务", "this unit has no task in it")
                    .map_err(|e| e.at("unit"))
            }
            (Self::CalledHere, _) => must(
                s.case.awaited(s.actor.unit),
                Code::NoSuchTask,
                "本单位没有待报到的吹哨，或已经报到",
                "your unit was not whistled for, or is there already",
            ),
            (Self::HasOpenCoTask, _) => must(
                s.case.co.iter().any(|c| Some(c.unit) == s.actor.unit && !c.done),
                Code::NoSuchTask,
                "本单位没有未完成的协办任务",
                "your unit has no open task in it",
            ),
            _ => Ok(()),
        }
    }

    fn about_tasks(self, s: &Scene<'_>) -> Result<(), Refusal> {
        let today = s.now.date();
        match (self, s.asked) {
            (Self::AnswerByAhead, Command::Supervise { answer_by, .. }) => must(
                *answer_by >= today,
                Code::BadDate,
                "回复日期不能早于今天",
                "the day of the answer lies in the past",
            )
            .map_err(|e| e.at("answer_by")),
            (Self::OrderOpen, Command::AnswerOrder { order, .. }) => {
                let open = (*order as usize)
                    .checked_sub(1)
                    .and_then(|i| s.case.orders.get(i))
                    .is_some_and(|o| !o.answered);
                if open { Ok(()) } else { Err(no_such("order", *order)) }
            }
            (Self::UnitsNamed, Command::Confer { units, .. }) => must(
                (1..=s.rules.parts_max).contains(&units.len()),
                Code::NeedsText,
                format!("请写明参会单位（1–{} 个）", s.rules.parts_max),
                format!("name the units that come (1–{})", s.rules.parts_max),
            )
            .map_err(|e| e.at("units")),
            (Self::MeetsAhead, Command::Confer { meets, .. }) => {
                must(*meets >= s.now, Code::BadDate, "会议时间不能早于现在", "the meeting lies in the past")
                    .map_err(|e| e.at("meets"))
            }
            (Self::TasksWithin, Command::Conclude { tasks, .. }) => {
                must(
                    tasks.len() + s.case.tasks.len() <= s.rules.parts_max
                        && tasks.iter().all(|t| !t.what.trim().is_empty()),
                    Code::TooLong,
                    format!("会商任务最多 {} 项，每项写明内容", s.rules.parts_max),
                    format!("at most {} tasks, each with its content", s.rules.parts_max),
                )
                .map_err(|e| e.at("tasks"))?;
                must(
                    tasks.iter().all(|t| t.due >= today),
                    Code::BadDate,
                    "任务期限不能早于今天",
                    "a task is due in the past",
                )
                .map_err(|e| e.at("tasks"))
            }
            (Self::TaskOfTheirs, Command::FinishTask { task, .. }) => {
                let theirs = (*task as usize)
                    .checked_sub(1)
                    .and_then(|i| s.case.tasks.get(i))
                    .is_some_and(|t| !t.done && Some(t.unit) == s.actor.unit);
                if theirs { Ok(()) } else { Err(no_such("task", *task)) }
            }
            _ => Ok(()),
        }
    }

    fn about_extension(self, s: &Scene<'_>) -> Result<(), Refusal> {
        match self {
            Self::BeforeExpiry => {
                let open = s.run().is_some_and(|r| s.now <= r.due(&s.rules.calendar).0);
                must(
                    open,
                    Code::AfterExpiry,
                    "延期须在到期前申请，本件已超期",
                    "an extension must be asked for before the limit ends; it has ended",
                )?;
                let Some(last) = s.case.extension_until(s.rules) else { return Ok(()) };
                must(
                    s.now <= last,
                    Code::AfterExpiry,
                    format!("延期须提前申请，最迟为 {}，现已超过", hour(last)),
                    format!("an extension must be asked for ahead, by {}; that has passed", hour(last)),
                )
            }
            Self::NoExtensionPending => must(
                s.case.extension.is_none(),
                Code::ExtensionPending,
                "已有延期申请待批",
                "an extension already waits for a decision",
            ),
            Self::ExtensionPending => must(
                s.case.extension.is_some(),
                Code::NoExtensionAsked,
                "没有待批的延期申请",
                "no extension was asked for",
            ),
            Self::NotTheAsker => {
                let asker = s.case.extension.as_ref().and_then(|e| e.by);
                must(
                    asker.is_none() || asker != s.actor.staff,
                    Code::SamePerson,
                    "延期须由申请人以外的人批准",
                    "someone other than the person who asked must approve it",
                )
            }
            Self::ExtensionWithin => {
                let (Command::AskExtension { days, .. } | Command::GrantExtension { days }) = s.asked else {
                    return Ok(());
                };
                let most = s.rules.extension_days_max;
                must(
                    (1..=most).contains(days),
                    Code::TooLongExtension,
                    format!("一次延期为 1–{most} 个工作日"),
                    format!("an extension is 1 to {most} working days"),
                )
                .map_err(|e| e.at("days"))
            }
            _ => Ok(()),
        }
    }

    fn about_clock(self, s: &Scene<'_>) -> Result<(), Refusal> {
        let still = s.run().is_some_and(|r| r.standing_still().is_some());
        match self {
            Self::ClockRuns => must(
                s.run().is_some() && !still,
                Code::AlreadyPaused,
                "没有正在进行的计时",
                "no clock is running",
            ),
            Self::ClockStandsStill => {
                must(still, Code::NotPaused, "没有暂停计时", "the clock does not stand still")
            }
            Self::ClockNotStill => must(
                !still,
                Code::AlreadyPaused,
                "正在暂停计时，请先恢复计时",
                "the clock stands still; resume it first",
            ),
            Self::SystemOnlyWhenDue => {
                let due = s.run().and_then(Run::standing_still).is_none_or(|p| s.now >= p.ends_by());
                must(
                    s.actor.role != Role::System || due,
                    Code::NotDue,
                    "暂停期限未到",
                    "the standstill has not ended",
                )
            }
            Self::PauseWithin => {
                let Command::Pause { until, .. } = s.asked else { return Ok(()) };
                let last = s.now.plus_us(366 * US_PER_DAY).date();
                must(
                    *until >= s.now.date() && *until <= last,
                    Code::BadDate,
                    "暂停截止日须在今天至一年之内",
                    "the standstill must end between today and a year from now",
                )
                .map_err(|e| e.at("until"))?;
                let count = s.run().map_or(0, |r| r.standstills.len());
                must(
                    count < s.rules.pauses_max,
                    Code::TooManyPauses,
                    format!("本次计时已暂停 {count} 次，不能再暂停"),
                    format!("this clock stood still {count} times already"),
                )
            }
            Self::YellowDue => {
                let due = s.run().is_some_and(|r| {
                    !r.yellow_lit && r.standing_still().is_none() && s.now >= r.yellow_at(&s.rules.calendar)
                });
                must(due, Code::NotDue, "未到亮黄灯的时间", "not yet time for the yellow light")
            }
            Self::RedDue => {
                let due = s.run().is_some_and(|r| {
                    !r.red_lit && r.standing_still().is_none() && s.now > r.due(&s.rules.calendar).0
                });
                must(due, Code::NotDue, "未到亮红灯的时间", "not yet time for the red light")
            }
            _ => Ok(()),
        }
    }

    fn about_mending(self, s: &Scene<'_>) -> Result<(), Refusal> {
        match (self, s.asked) {
            (Self::StepsDated, Command::Plan { steps }) => {
                must(
                    (1..=s.rules.parts_max).contains(&steps.len())
                        && steps.iter().all(|p| !p.what.trim().is_empty()),
                    Code::NothingPlanned,
                    format!("整改方案须有 1–{} 个步骤，每步写明内容", s.rules.parts_max),
                    format!("a plan has 1 to {} steps, each with its content", s.rules.parts_max),
                )
                .map_err(|e| e.at("steps"))?;
                let last = s.now.plus_us(3 * 366 * US_PER_DAY).date();
                must(
                    steps.is_sorted_by_key(|p| p.due)
                        && steps.iter().all(|p| p.due >= s.now.date() && p.due <= last),
                    Code::BadDate,
                    "整改步骤的日期须从今天起、三年之内，并按先后排列",
                    "the steps must be dated from today to three years from now, in order",
                )
                .map_err(|e| e.at("steps"))
            }
            (Self::StepOpen, _) => must(
                s.step()?.state == StepState::Open,
                Code::NoSuchTask,
                "该步骤已报完成",
                "this step was already reported as finished",
            ),
            (Self::StepFinished, _) => must(
                s.step()?.state == StepState::Finished,
                Code::NoSuchTask,
                "该步骤不在待销号状态",
                "this step does not wait to be struck off",
            ),
            (Self::NotTheOwner, _) => {
                let finisher = s.step().ok().and_then(|p| p.finished_by);
                must(
                    (finisher.is_none() || finisher != s.actor.staff)
                        && (s.actor.unit.is_none() || s.actor.unit != s.case.stage.owner()),
                    Code::SamePerson,
                    "须由承办单位以外的人核实",
                    "someone outside the unit that handles it must verify this",
                )
            }
            (Self::NotAnswering, _) => must(
                !s.actor.unit.is_some_and(|u| s.case.answers(u)),
                Code::SamePerson,
                "承办过或协办过本件的单位不能重打查询凭证，请反映人到首问单位或政管办办理",
                "a unit that answers for this case may not print its code again; the person can ask the first unit or the coordinator",
            ),
            (Self::PartsDone, _) => {
                let open = s.case.open_parts();
                must(
                    open == 0,
                    Code::StillOpen,
                    format!("还有 {open} 项整改、协办、会商或督办任务未完成"),
                    format!("{open} steps, tasks or orders are still open"),
                )
            }
            _ => Ok(()),
        }
    }
}
