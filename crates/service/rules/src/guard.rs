//! The guards of the table: each one question about the application, the command, the actor and the moment.

use catalogue::deferred::{Promise, Sort};
use catalogue::{Need, StepKind};
use kernel::{Actor, Date, Moment, Role};
use workday::{Length, WorkCalendar};

use crate::application::{Application, MaterialState};
use crate::basis::Wanted;
use crate::clock::{Phase, Run};
use crate::command::{Command, FormSeal, HandedIn, How};
use crate::limits::Rules;
use crate::refusal::{Refusal, RefusalCode as Code};
use crate::words::Word as _;

/// What must hold for an act.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Guard {
    /// 材料在清单内
    KnownMaterials,
    /// 提交方式是指南允许的
    WaysAllowed,
    /// 必要的材料都有着落
    NothingLacks,
    /// 必填项已填
    FormFilled,
    /// 已声明真实
    Declared,
    /// 新依据成立
    BasisHolds,
    /// 期限已过
    RunEnded,
    /// 在期限之内
    WithinLimit,
    /// 尚未告知过补正
    NotTold,
    /// 补正内容明确
    LacksKnown,
    /// 告知的内容都已补正
    LacksMended,
    /// 是本单位的环节
    TaskTheirs,
    /// 前面的环节已办完
    TaskReady,
    /// 环节尚未开始
    TaskNotBegun,
    /// 环节已开始、未办完
    TaskBegun,
    /// 不是决定环节
    NotADecision,
    /// 是决定环节且未决定
    IsADecision,
    /// 环节已办完、所属事项未决定
    TaskSendable,
    /// 踏勘日在今天或以后
    SurveyAhead,
    /// 有未记录结果的踏勘
    SurveyOpen,
    /// 正在计时
    ClockRuns,
    /// 正在特别程序中
    ClockStandsStill,
    /// 不在特别程序中
    ClockNotStill,
    /// 系统只在告知的时间到后结束
    SystemOnlyWhenDue,
    /// 特别程序天数合规
    SpecialWithin,
    /// 尚未延期
    NotExtended,
    /// 延期天数合规
    ExtensionWithin,
    /// 尚未到期
    BeforeExpiry,
    /// 该事项已准予、证照未制发
    PartToIssue,
    /// 尚未签收
    NotSigned,
    /// 该材料是容缺后补的
    PromisedLater,
    /// 到了提醒的时间
    ReminderDue,
    /// 容缺逾期
    PromiseMissed,
    /// 该材料是承诺的
    Committed,
    /// 逾期或不实
    PromiseBroken,
    /// 到了亮黄灯的时间
    YellowDue,
    /// 到了亮红灯的时间
    RedDue,
}

/// Everything a guard may look at.
pub(crate) struct Scene<'a> {
    pub of: &'a Application,
    pub asked: &'a Command,
    pub actor: &'a Actor,
    pub now: Moment,
    pub rules: &'a Rules,
}

/// The last day of so many working days from a moment.
pub(crate) fn last_day(now: Moment, days: u32, calendar: &WorkCalendar) -> Date {
    workday::due(now, Length::Workdays(days), calendar, &[]).at().unwrap_or(now).date()
}

fn must(holds: bool, code: Code, zh: impl Into<String>, en: impl Into<String>) -> Result<(), Refusal> {
    if holds { Ok(()) } else { Err(Refusal::new(code, zh, en)) }
}
fn no_such(field: &str, what: &str) -> Refusal {
    let what: String = what.chars().take(40).collect();
    Refusal::new(
        Code::NoSuch,
        format!("没有“{what}”这一项，请刷新后重选"),
        format!("there is no {what:?}; reload and choose again"),
    )
    .at(field)
}

/// The materials that a command hands in.
fn handed(asked: &Command) -> &[HandedIn] {
    match asked {
        Command::Save { materials, .. }
        | Command::Submit { materials, .. }
        | Command::Supplement { materials, .. } => materials,
        Command::HandIn { handed } => std::slice::from_ref(handed),
        _ => &[],
    }
}

impl Scene<'_> {
    fn run(&self) -> Option<&Run> {
        self.of.clock.open()
    }
    fn due(&self) -> Option<Moment> {
        self.run().map(|r| r.due(&self.rules.calendar).0)
    }
    fn task_id(&self) -> &str {
        match self.asked {
            Command::StartTask { task }
            | Command::FinishTask { task, .. }
            | Command::SendBack { task, .. }
            | Command::Decide { task, .. } => task,
            _ => "",
        }
    }
    fn promise(&self) -> Option<(&Wanted, &MaterialState)> {
        let id = match self.asked {
            Command::HandIn { handed } => &handed.material,
            Command::RemindPromise { material }
            | Command::MissPromise { material }
            | Command::CheckCommitment { material, .. }
            | Command::SettlePromise { material, .. } => material,
            _ => return None,
        };
        Some((self.of.basis.wanted(id)?, self.of.material(id)?))
    }
    fn today(&self) -> Date {
        self.now.date()
    }
}

impl Guard {
    /// The guard in words, for the printed table.
    pub const fn zh(self) -> &'static str {
        match self {
            Self::KnownMaterials => "材料在清单内",
            Self::WaysAllowed => "提交方式是指南允许的",
            Self::NothingLacks => "必要的材料都有着落",
            Self::FormFilled => "必填项已填",
            Self::Declared => "已声明真实",
            Self::BasisHolds => "新依据成立",
            Self::RunEnded => "期限已过",
            Self::WithinLimit => "在期限之内",
            Self::NotTold => "尚未告知过补正",
            Self::LacksKnown => "补正内容明确",
            Self::LacksMended => "告知的内容都已补正",
            Self::TaskTheirs => "是本单位的环节",
            Self::TaskReady => "前面的环节已办完",
            Self::TaskNotBegun => "环节尚未开始",
            Self::TaskBegun => "环节已开始、未办完",
            Self::NotADecision => "不是决定环节",
            Self::IsADecision => "是决定环节",
            Self::TaskSendable => "环节已办完、所属事项未决定",
            Self::SurveyAhead => "踏勘日在今天或以后",
            Self::SurveyOpen => "有未记录结果的踏勘",
            Self::ClockRuns => "正在计时",
            Self::ClockStandsStill => "正在特别程序中",
            Self::ClockNotStill => "不在特别程序中",
            Self::SystemOnlyWhenDue => "系统只在告知的时间到后结束",
            Self::SpecialWithin => "特别程序天数合规",
            Self::NotExtended => "尚未延期",
            Self::ExtensionWithin => "延期天数合规",
            Self::BeforeExpiry => "尚未到期",
            Self::PartToIssue => "该事项已准予、证照未制发",
            Self::NotSigned => "尚未签收",
            Self::PromisedLater => "该材料是容缺后补的",
            Self::ReminderDue => "到了提醒的时间",
            Self::PromiseMissed => "容缺逾期",
            Self::Committed => "该材料是承诺的",
            Self::PromiseBroken => "逾期或不实",
            Self::YellowDue => "到了亮黄灯的时间",
            Self::RedDue => "到了亮红灯的时间",
        }
    }

    /// The question. Errors say which rule refused.
    pub(crate) fn check(self, s: &Scene<'_>) -> Result<(), Refusal> {
        match self {
            Self::KnownMaterials | Self::WaysAllowed | Self::NothingLacks | Self::LacksMended => {
                self.about_materials(s)
            }
            Self::FormFilled | Self::Declared | Self::BasisHolds | Self::NotTold | Self::LacksKnown => {
                self.about_form(s)
            }
            Self::TaskTheirs
            | Self::TaskReady
            | Self::TaskNotBegun
            | Self::TaskBegun
            | Self::NotADecision
            | Self::IsADecision
            | Self::TaskSendable
            | Self::PartToIssue => self.about_tasks(s),
            Self::SurveyAhead | Self::SurveyOpen | Self::NotSigned => self.about_end(s),
            Self::PromisedLater
            | Self::ReminderDue
            | Self::PromiseMissed
            | Self::Committed
            | Self::PromiseBroken => self.about_promises(s),
            _ => self.about_clock(s),
        }
    }

    fn about_materials(self, s: &Scene<'_>) -> Result<(), Refusal> {
        let all = handed(s.asked);
        match self {
            Self::KnownMaterials => match all.iter().find(|h| s.of.basis.wanted(&h.material).is_none()) {
                Some(h) => Err(no_such("materials", &h.material)),
                None => Ok(()),
            },
            Self::WaysAllowed => {
                for h in all {
                    if let Some(w) = s.of.basis.wanted(&h.material) {
                        way_allowed(w, h, s)?;
                    }
                }
                Ok(())
            }
            Self::NothingLacks => {
                let given = |w: &Wanted| all.iter().any(|h| h.material == w.id);
                let lacks: Vec<&str> =
                    s.of.basis
                        .materials
                        .iter()
                        .filter(|w| w.need != Need::Optional && !given(w))
                        .map(|w| w.name.as_str())
                        .collect();
                must(
                    lacks.is_empty(),
                    Code::MaterialMissing,
                    format!("还缺：{}。请上传，或按提示选择窗口核验、容缺后补、告知承诺", lacks.join("、")),
                    format!(
                        "still lacking: {}. Upload it, or choose another way that is offered",
                        lacks.join(", ")
                    ),
                )
                .map_err(|e| e.at("materials"))
            }
            _ => {
                let Command::Supplement { form, materials } = s.asked else { return Ok(()) };
                let mended = |what: &str| {
                    materials.iter().any(|h| h.material == what && !matches!(h.how, How::Later { .. }))
                        || (s.of.basis.fields.iter().any(|f| f.code == what)
                            && form.as_ref().is_some_and(|f| f.filled.iter().any(|c| c == what)))
                };
                let left: Vec<String> = s
                    .of
                    .lacks
                    .iter()
                    .filter(|l| !mended(&l.what))
                    .map(|l| s.of.basis.wanted(&l.what).map_or_else(|| l.what.clone(), |w| w.name.clone()))
                    .collect();
                must(
                    left.is_empty(),
                    Code::MaterialMissing,
                    format!("告知补正的还有：{}。请一次补齐再提交", left.join("、")),
                    format!(
                        "of what was told there is still: {}. Put all of it right at once",
                        left.join(", ")
                    ),
                )
                .map_err(|e| e.at("materials"))
            }
        }
    }

    fn about_form(self, s: &Scene<'_>) -> Result<(), Refusal> {
        match (self, s.asked) {
            (Self::FormFilled, Command::Submit { form, .. }) => form_filled(s, form),
            (Self::Declared, Command::Submit { declared, .. }) => must(
                *declared,
                Code::NotDeclared,
                "请勾选“所填内容和材料真实”后再提交",
                "declare that what you entered is true before you submit",
            )
            .map_err(|e| e.at("declared")),
            (Self::BasisHolds, Command::Rebase { basis }) => {
                basis.check().map_err(|said| Refusal { said, ..Refusal::new(Code::BadBasis, "", "") })?;
                let same = basis.theme == s.of.basis.theme
                    && basis.region == s.of.basis.region
                    && basis.reception == s.of.basis.reception;
                must(
                    same,
                    Code::BadBasis,
                    "换版不能换成别的事项，请重新开始填写",
                    "another version cannot be another item: begin anew",
                )
            }
            (Self::NotTold, _) => must(
                !s.of.told,
                Code::ToldAlready,
                "补正内容应当一次告知，本件已告知过；现在只能受理或不予受理",
                "what must be put right is told once, and it was; accept it or refuse it",
            ),
            (Self::LacksKnown, Command::TellCorrection { lacks, .. }) => {
                must(
                    !lacks.is_empty(),
                    Code::NeedsText,
                    "请写明需要补正的全部内容",
                    "name everything that must be put right",
                )
                .map_err(|e| e.at("lacks"))?;
                let known = |what: &str| {
                    s.of.basis.wanted(what).is_some() || s.of.basis.fields.iter().any(|f| f.code == what)
                };
                match lacks.iter().find(|l| !known(&l.what)) {
                    Some(l) => Err(no_such("lacks", &l.what)),
                    None => Ok(()),
                }
            }
            _ => Ok(()),
        }
    }

    fn about_tasks(self, s: &Scene<'_>) -> Result<(), Refusal> {
        if self == Self::PartToIssue {
            let Command::Issue { part, until, .. } = s.asked else { return Ok(()) };
            must(
                s.of.to_issue().any(|n| n == *part),
                Code::NotGranted,
                "这个事项未准予、没有证照，或证照已制发",
                "this item was not granted, has no certificate, or it was made already",
            )
            .map_err(|e| e.at("part"))?;
            must(
                until.is_none_or(|d| d >= s.today()),
                Code::BadDate,
                "有效期不能早于今天",
                "it would have expired already",
            )
            .map_err(|e| e.at("until"))?;
            let theirs = s.of.basis.parts.get(*part).is_some_and(|p| Some(p.unit) == s.actor.unit);
            return must(
                theirs,
                Code::NotYours,
                "证照由作出决定的单位制发",
                "the unit that decided makes the certificate",
            );
        }
        let id = s.task_id();
        let Some((task, state)) = s.of.task(id) else { return Err(no_such("task", id)) };
        match self {
            Self::TaskTheirs => must(
                s.actor.unit == Some(task.unit),
                Code::NotYours,
                format!("“{}”是其他单位的环节", task.name),
                format!("{:?} is a step of another unit", task.name),
            ),
            Self::TaskReady => {
                let waits: Vec<&str> = task
                    .after
                    .iter()
                    .filter_map(|a| s.of.task(a))
                    .filter(|(_, st)| st.finished.is_none())
                    .map(|(t, _)| t.name.as_str())
                    .collect();
                must(
                    waits.is_empty(),
                    Code::NotReady,
                    format!("要先办完：{}", waits.join("、")),
                    format!("this comes after: {}", waits.join(", ")),
                )
            }
            Self::TaskNotBegun => must(
                state.started.is_none() && state.finished.is_none(),
                Code::StartedAlready,
                format!("“{}”已经开始或办完", task.name),
                format!("{:?} was begun already", task.name),
            ),
            Self::TaskBegun => must(
                state.started.is_some() && state.finished.is_none(),
                Code::NotStarted,
                format!("请先开始“{}”；已办完的不能重复办", task.name),
                format!("begin {:?} first; what is finished is not done twice", task.name),
            ),
            Self::NotADecision => must(
                task.kind != StepKind::Decide,
                Code::WayNotAllowed,
                "决定环节请用“作出决定”",
                "a decision is made by the act “decide”",
            ),
            Self::IsADecision => {
                must(
                    task.kind == StepKind::Decide,
                    Code::WayNotAllowed,
                    "这不是决定环节",
                    "this is no step of deciding",
                )?;
                must(
                    state.finished.is_none(),
                    Code::DecidedAlready,
                    "这个事项已经决定",
                    "this item was decided already",
                )
            }
            _ => {
                let decided = s.of.parts.get(task.part).is_some_and(|p| p.granted.is_some());
                let theirs = s.of.basis.parts.get(task.part).is_some_and(|p| Some(p.unit) == s.actor.unit);
                must(
                    theirs || s.actor.unit == Some(s.of.basis.lead),
                    Code::NotYours,
                    "只有决定单位可以退回重办",
                    "only the unit that decides may send it back",
                )?;
                must(
                    state.finished.is_some() && task.kind != StepKind::Decide && !decided,
                    Code::NotStarted,
                    "只能退回已办完、所属事项未决定的环节",
                    "only a finished step of an undecided item can be sent back",
                )
            }
        }
    }

    fn about_end(self, s: &Scene<'_>) -> Result<(), Refusal> {
        match (self, s.asked) {
            (Self::SurveyAhead, Command::CallSurvey { day, .. }) => must(
                *day >= s.today() && *day <= s.now.plus_us(120 * kernel::US_PER_DAY).date(),
                Code::BadDate,
                "踏勘日须在今天以后、四个月以内",
                "the survey must lie ahead, within four months",
            )
            .map_err(|e| e.at("day")),
            (Self::SurveyOpen, _) => must(
                s.of.surveys.last().is_some_and(|v| v.passed.is_none()),
                Code::NotStarted,
                "没有等待结果的踏勘",
                "no survey waits for its result",
            ),
            (Self::NotSigned, _) => must(
                s.of.sent.as_ref().is_some_and(|x| x.signed.is_none()),
                Code::NotDue,
                "已经签收",
                "it was signed for already",
            ),
            _ => Ok(()),
        }
    }

    fn about_clock(self, s: &Scene<'_>) -> Result<(), Refusal> {
        let still = s.run().and_then(Run::standing_still);
        match self {
            Self::RunEnded => {
                must(s.due().is_some_and(|d| s.now > d), Code::NotDue, "期限未到", "the limit has not ended")
            }
            Self::WithinLimit => {
                let of = s.run().filter(|r| r.phase == Phase::Accept);
                must(
                    of.is_none_or(|r| s.now <= r.due(&s.rules.calendar).0),
                    Code::TooLate,
                    "五个工作日内没有告知，自收到之日起即为受理，请直接办理",
                    "nothing was told within five working days: it counts as accepted since it was received",
                )
            }
            Self::ClockRuns => must(
                s.run().is_some() && still.is_none(),
                Code::ClockStill,
                "正在特别程序中，结束后再启动",
                "a special procedure is on; end it first",
            ),
            Self::ClockStandsStill => {
                must(still.is_some(), Code::ClockRuns, "没有特别程序", "no special procedure is on")
            }
            Self::ClockNotStill => must(
                still.is_none(),
                Code::ClockStill,
                "正在特别程序中，请先结束特别程序",
                "a special procedure is on; end it first",
            ),
            Self::SystemOnlyWhenDue => must(
                s.actor.role != Role::System || still.is_none_or(|p| s.now >= p.ends_by()),
                Code::NotDue,
                "告知的时间未到",
                "the time that was told has not passed",
            ),
            Self::SpecialWithin => {
                let Command::Pause { days, .. } = s.asked else { return Ok(()) };
                let most = s.rules.numbers.special_days_max;
                must(
                    (1..=most).contains(days),
                    Code::BadDays,
                    format!("特别程序为 1–{most} 个工作日，并书面告知"),
                    format!("a special procedure takes 1 to {most} working days, told in writing"),
                )
                .map_err(|e| e.at("days"))
            }
            Self::NotExtended => must(
                s.run().is_some_and(|r| r.extended == 0),
                Code::ExtendedAlready,
                "只能延期一次",
                "it can be extended once",
            ),
            Self::ExtensionWithin => {
                let Command::Extend { days, .. } = s.asked else { return Ok(()) };
                let n = &s.rules.numbers;
                let most =
                    if s.of.basis.is_joint() { n.joint_extension_days_max } else { n.extension_days_max };
                must(
                    (1..=most).contains(days),
                    Code::BadDays,
                    format!("可延长 1–{most} 个工作日"),
                    format!("1 to {most} working days more"),
                )
                .map_err(|e| e.at("days"))
            }
            Self::BeforeExpiry => must(
                s.due().is_some_and(|d| s.now <= d),
                Code::TooLate,
                "延期须在到期前批准，本件已超期",
                "an extension must be approved before the limit ends; it has ended",
            ),
            Self::YellowDue => must(
                s.run().is_some_and(|r| !r.yellow_lit && s.now >= r.yellow_at(&s.rules.calendar)),
                Code::NotDue,
                "未到亮黄灯的时间",
                "the yellow light is not due",
            ),
            _ => must(
                s.run().is_some_and(|r| !r.red_lit && s.now > r.due(&s.rules.calendar).0),
                Code::NotDue,
                "未到亮红灯的时间",
                "the red light is not due",
            ),
        }
    }

    fn about_promises(self, s: &Scene<'_>) -> Result<(), Refusal> {
        let Some((wanted, state)) = s.promise() else { return Err(no_such("material", "")) };
        let promise = state.promise.as_ref();
        let is = |sort: Sort, states: &[Promise]| {
            promise.is_some_and(|p| p.sort == sort && states.contains(&p.state))
        };
        let holds = match self {
            Self::PromisedLater => is(Sort::HandInLater, &[Promise::Open, Promise::Overdue]),
            Self::ReminderDue => !state.reminded && promise.is_some_and(|p| p.remind_on(s.today())),
            Self::PromiseMissed => {
                is(Sort::HandInLater, &[Promise::Open]) && promise.is_some_and(|p| s.today() > p.due)
            }
            Self::Committed => is(Sort::Commitment, &[Promise::Open, Promise::Kept]),
            _ => promise.is_some_and(|p| matches!(p.state, Promise::Overdue | Promise::Untrue)),
        };
        must(
            holds,
            Code::PromiseState,
            format!("“{}”现在不能“{}”", wanted.name, s.asked.act().zh()),
            format!("{:?} cannot take {:?} now", wanted.name, s.asked.act().word()),
        )
        .map_err(|e| e.at("material"))
    }
}

fn form_filled(s: &Scene<'_>, form: &FormSeal) -> Result<(), Refusal> {
    let empty: Vec<&str> =
        s.of.basis
            .fields
            .iter()
            .filter(|f| f.required && !form.filled.contains(&f.code))
            .map(|f| f.name.as_str())
            .collect();
    must(
        empty.is_empty(),
        Code::FormIncomplete,
        format!("还没有填：{}", empty.join("、")),
        format!("not filled in yet: {}", empty.join(", ")),
    )
    .map_err(|e| e.at("form"))
}

/// May this material come in this way, from this actor?
fn way_allowed(w: &Wanted, h: &HandedIn, s: &Scene<'_>) -> Result<(), Refusal> {
    let no = |zh: &str, en: &str| {
        Refusal::new(Code::WayNotAllowed, format!("“{}”{zh}", w.name), format!("{:?} {en}", w.name))
            .at(&format!("m.{}", w.id))
    };
    match &h.how {
        How::File { files } if files.is_empty() => Err(no("没有选择文件", "has no file")),
        How::File { .. } => Ok(()),
        How::Seen { .. } if s.actor.role == Role::Resident => Err(no(
            "要由窗口工作人员核验原件，请上传或到窗口",
            "is seen by a clerk: upload it, or come to the window",
        )),
        How::Seen { .. } => Ok(()),
        How::Later { until } => {
            if w.need != Need::Deferrable || matches!(s.asked, Command::HandIn { .. }) {
                return Err(no("不能容缺后补", "cannot be handed in later"));
            }
            let last = last_day(s.now, w.defer_days.unwrap_or(s.rules.numbers.defer_days), &s.rules.calendar);
            if *until < s.today() || *until > last {
                return Err(no(&format!("最晚 {last} 补交"), &format!("must be there by {last}")));
            }
            Ok(())
        }
        How::Commitment { text } => {
            if !w.commitment || matches!(s.asked, Command::HandIn { .. }) {
                return Err(no("不能以承诺代替", "cannot be replaced by a commitment"));
            }
            if text.trim().is_empty() {
                return Err(no("请写明承诺内容", "needs the words of the commitment"));
            }
            Ok(())
        }
        // What was issued here is held, whatever the guide says of it; only the office finds it.
        How::Held { resource, .. } if !w.held && resource.is_empty() => {
            Err(no("不在免交清单内", "is not held by the office"))
        }
        How::Held { .. } => Ok(()),
    }
}
