//! What can be asked of a case. One variant for each act of the table; the accepted command is the event.

use kernel::{Date, Moment, RegionCode, UnitId};
use serde::{Deserialize, Serialize};

use crate::words::{
    ArriveWay, Cause, Channel, Complexity, Kind, Level, PauseReason, RefuseReason, ReturnReason,
    Satisfaction, words,
};

words! {
    /// The acts of the loop, as recorded and as named on buttons.
    Act {
        Register = "register", "登记";
        Amend = "amend", "更正登记";
        AddWords = "add_words", "补充反映";
        Note = "note", "批注";
        Accept = "accept", "受理";
        Refuse = "refuse", "不予受理";
        AnswerOnSpot = "answer_on_spot", "当场答复";
        Dispatch = "dispatch", "转办";
        Redispatch = "redispatch", "改派";
        Take = "take", "签收";
        Arrive = "arrive", "报到";
        Return = "return", "退回";
        Arbitrate = "arbitrate", "裁定";
        AddCo = "add_co", "交协办";
        CoReply = "co_reply", "协办反馈";
        DropCo = "drop_co", "撤销协办";
        Remind = "remind", "催办";
        Supervise = "supervise", "督办";
        AnswerOrder = "answer_order", "督办回复";
        AskExtension = "ask_extension", "申请延期";
        GrantExtension = "grant_extension", "批准延期";
        DenyExtension = "deny_extension", "不准延期";
        Pause = "pause", "暂停计时";
        Resume = "resume", "恢复计时";
        Merge = "merge", "并案";
        Unmerge = "unmerge", "撤销并案";
        Absorb = "absorb", "并入他件";
        Release = "release", "放出并件";
        Confer = "confer", "召集会商";
        Conclude = "conclude", "会商纪要";
        FinishTask = "finish_task", "完成会商任务";
        Escalate = "escalate", "上报";
        ComeBack = "come_back", "上级答复";
        Plan = "plan", "整改方案";
        FinishStep = "finish_step", "整改步骤完成";
        StrikeOff = "strike_off", "销号";
        RejectStep = "reject_step", "不予销号";
        Reply = "reply", "答复";
        ReplyNegative = "reply_negative", "否定答复报告";
        ApproveNegative = "approve_negative", "同意否定答复";
        SendBackNegative = "send_back_negative", "退回否定答复";
        MissedCall = "missed_call", "未联系上";
        Callback = "callback", "回头看";
        Reopen = "reopen", "重新办理";
        Archive = "archive", "归档";
        WarnYellow = "warn_yellow", "亮黄灯";
        WarnRed = "warn_red", "亮红灯";
        Recompute = "recompute", "重算期限";
        Backfill = "backfill", "补录历史件";
        PrintReceipt = "print_receipt", "重打凭证";
        HandOver = "hand_over", "跨域转办";
        PeerAccept = "peer_accept", "对方受理";
        PeerReturn = "peer_return", "对方退回";
        PeerAnswer = "peer_answer", "对方答复";
        PeerCallback = "peer_callback", "来件方回头看";
    }
}

words! {
    /// 解决了吗?
    Solved {
        Yes = "yes", "已解决";
        Partly = "partly", "部分解决";
        No = "no", "未解决";
    }
}

/// 登记: what is taken down. Who lodged it is kept apart from the record, sealed and masked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Registration {
    /// What it is about.
    pub kind: Kind,
    /// How it came in.
    pub channel: Channel,
    /// Where it belongs.
    pub region: RegionCode,
    /// One line.
    pub title: String,
    /// The words of the person.
    pub words: String,
    /// The unit that was asked first and stays responsible until another one signs for it (首问负责).
    pub first_asked: UnitId,
    /// Simple or complex; simple when nobody said.
    #[serde(default = "simple")]
    pub complexity: Complexity,
    /// Why it could not be done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<Cause>,
    /// Code of the service item it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<String>,
    /// Name of the campaign it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub campaign: Option<String>,
    /// Where it happened, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// Id in the system it came from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_id: Option<String>,
    /// How many others support it (点赞).
    #[serde(default, skip_serializing_if = "is_zero")]
    pub support: i64,
    /// How many are against it (反对).
    #[serde(default, skip_serializing_if = "is_zero")]
    pub against: i64,
    /// The person asks that the unit complained about does not learn who lodged it.
    #[serde(default, skip_serializing_if = "is_false")]
    pub hide_reporter: bool,
    /// Keyed digest of who lodged it; the data itself is not in the record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<String>,
    /// 期限集: the set of limits it goes by, by name; none: those of every case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub set: Option<String>,
    /// 派单: a hotline sent it as an order; it tells the person, calls back and closes (R14).
    #[serde(default, skip_serializing_if = "is_false")]
    pub ordered: bool,
    /// When it was lodged, if not now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lodged_at: Option<Moment>,
}

fn simple() -> Complexity {
    Complexity::Simple
}
#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature serde asks for")]
fn is_zero(n: &i64) -> bool {
    *n == 0
}
#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature serde asks for")]
fn is_false(b: &bool) -> bool {
    !*b
}

/// One step of a rectification plan (整改步骤).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedStep {
    /// What is done.
    pub what: String,
    /// By when.
    pub due: Date,
}

/// A command, and after it was accepted the content of its event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "snake_case")]
pub enum Command {
    /// 登记
    Register(Box<Registration>),
    /// 更正登记: what was taken down wrongly; the limit follows, the clock does not start again.
    Amend {
        /// what it is about
        #[serde(default, skip_serializing_if = "Option::is_none")]
        kind: Option<Kind>,
        /// simple or complex
        #[serde(default, skip_serializing_if = "Option::is_none")]
        complexity: Option<Complexity>,
        /// why it could not be done
        #[serde(default, skip_serializing_if = "Option::is_none")]
        cause: Option<Cause>,
        /// the item
        #[serde(default, skip_serializing_if = "Option::is_none")]
        item: Option<String>,
        /// the line
        #[serde(default, skip_serializing_if = "Option::is_none")]
        title: Option<String>,
        /// why it is changed
        reason: String,
    },
    /// 补充反映
    AddWords {
        /// what the person adds
        words: String,
    },
    /// 批注
    Note {
        /// for colleagues, never shown to the person
        words: String,
    },
    /// 受理
    Accept {},
    /// 不予受理
    Refuse {
        /// why
        reason: RefuseReason,
        /// in words for the person
        explain: String,
        /// where to go instead
        where_to: String,
    },
    /// 当场答复
    AnswerOnSpot {
        /// the answer
        text: String,
    },
    /// 转办
    Dispatch {
        /// who must answer
        unit: UnitId,
        /// a line for the unit
        #[serde(default, skip_serializing_if = "String::is_empty")]
        note: String,
    },
    /// 改派
    Redispatch {
        /// who must answer from now on
        unit: UnitId,
        /// why
        reason: String,
    },
    /// 签收
    Take {},
    /// 报到: an office that a company whistled for is there
    Arrive {
        /// how it came
        way: ArriveWay,
        /// the code that the company shows on site; checked at the door and not kept
        #[serde(default, skip_serializing_if = "String::is_empty")]
        code: String,
        /// whom it met, what was said first
        #[serde(default, skip_serializing_if = "String::is_empty")]
        note: String,
    },
    /// 退回
    Return {
        /// why
        reason: ReturnReason,
        /// what shows it
        evidence: String,
        /// who should have it instead
        #[serde(default, skip_serializing_if = "Option::is_none")]
        suggest: Option<UnitId>,
    },
    /// 裁定: binding
    Arbitrate {
        /// who must answer
        unit: UnitId,
        /// on which ground
        ground: String,
    },
    /// 交协办
    AddCo {
        /// who helps
        unit: UnitId,
        /// with what
        task: String,
    },
    /// 协办反馈
    CoReply {
        /// what was done
        text: String,
    },
    /// 撤销协办
    DropCo {
        /// whose task falls away
        unit: UnitId,
        /// why
        reason: String,
    },
    /// 催办
    Remind {
        /// what is asked
        words: String,
    },
    /// 督办
    Supervise {
        /// what is ordered
        words: String,
        /// answer by the end of this day
        answer_by: Date,
    },
    /// 督办回复
    AnswerOrder {
        /// number of the order, from 1
        order: u32,
        /// the answer
        text: String,
    },
    /// 申请延期
    AskExtension {
        /// working days more
        days: u32,
        /// why
        reason: String,
    },
    /// 批准延期
    GrantExtension {
        /// working days more
        days: u32,
    },
    /// 不准延期
    DenyExtension {
        /// why
        reason: String,
    },
    /// 暂停计时
    Pause {
        /// on which legal ground
        reason: PauseReason,
        /// the clock goes on at the end of this day at the latest
        until: Date,
        /// what the applicant was told in writing
        notice: String,
    },
    /// 恢复计时
    Resume {
        /// what ended it
        #[serde(default, skip_serializing_if = "String::is_empty")]
        note: String,
    },
    /// 并案
    Merge {
        /// number of the case it goes on in
        into: String,
    },
    /// 撤销并案
    Unmerge {
        /// why
        reason: String,
    },
    /// 并入他件: the other side of a merge
    Absorb {
        /// number of the case that was merged into this one
        from: String,
        /// how many people that brings
        reporters: u32,
    },
    /// 放出并件: the other side of an undone merge
    Release {
        /// number of the case that goes on by itself again
        from: String,
        /// how many people that takes
        reporters: u32,
    },
    /// 召集会商
    Confer {
        /// who comes
        units: Vec<UnitId>,
        /// when
        meets: Moment,
        /// what it must settle
        topic: String,
    },
    /// 会商纪要
    Conclude {
        /// the minutes
        minutes: String,
        /// who leads from now on
        lead: UnitId,
        /// who does what by when
        tasks: Vec<MeetingTaskGiven>,
    },
    /// 完成会商任务
    FinishTask {
        /// number of the task, from 1
        task: u32,
        /// what was done
        text: String,
    },
    /// 上报
    Escalate {
        /// to which level
        level: Level,
        /// to which office
        office: String,
        /// what is asked
        question: String,
    },
    /// 上级答复
    ComeBack {
        /// the answer from above
        answer: String,
        /// on which basis
        #[serde(default, skip_serializing_if = "String::is_empty")]
        basis: String,
    },
    /// 整改方案
    Plan {
        /// the steps in order
        steps: Vec<PlannedStep>,
    },
    /// 整改步骤完成
    FinishStep {
        /// number of the step, from 1
        step: u32,
        /// what shows it
        evidence: String,
    },
    /// 销号
    StrikeOff {
        /// number of the step, from 1
        step: u32,
        /// what was checked, and how
        checked: String,
    },
    /// 不予销号
    RejectStep {
        /// number of the step, from 1
        step: u32,
        /// why
        reason: String,
    },
    /// 答复
    Reply {
        /// the reply to the person
        text: String,
        /// on which basis
        #[serde(default, skip_serializing_if = "String::is_empty")]
        basis: String,
    },
    /// 否定答复报告
    ReplyNegative {
        /// the reply to the person
        text: String,
        /// which rule forbids it
        basis: String,
        /// what else the person can do
        instead: String,
    },
    /// 同意否定答复
    ApproveNegative {},
    /// 退回否定答复
    SendBackNegative {
        /// what must be looked at again
        reason: String,
    },
    /// 未联系上
    MissedCall {
        /// what was tried
        #[serde(default, skip_serializing_if = "String::is_empty")]
        note: String,
    },
    /// 回头看
    Callback {
        /// solved?
        solved: Solved,
        /// satisfied? (asked separately; none when the person did not say)
        #[serde(default, skip_serializing_if = "Option::is_none")]
        satisfied: Option<Satisfaction>,
        /// the words of the person
        #[serde(default, skip_serializing_if = "String::is_empty")]
        words: String,
    },
    /// 重新办理
    Reopen {
        /// why
        reason: String,
    },
    /// 归档
    Archive {
        /// in a line, for the file
        #[serde(default, skip_serializing_if = "String::is_empty")]
        summary: String,
        /// why it could not be done, where nobody said so before
        #[serde(default, skip_serializing_if = "Option::is_none")]
        cause: Option<Cause>,
    },
    /// 亮黄灯
    WarnYellow {},
    /// 亮红灯
    WarnRed {},
    /// 重算期限: a calendar year was imported
    Recompute {
        /// version of the calendar
        calendar: String,
        /// due before, if it was known
        before: Option<Moment>,
        /// due now
        after: Option<Moment>,
    },
    /// 补录历史件: a reply from before this system
    Backfill {
        /// the reply as it was given
        text: String,
    },
    /// 重打凭证: the code was printed again for the person
    PrintReceipt {
        /// why it is needed again
        purpose: String,
    },
    /// 跨域转办: to another city or to the province
    HandOver {
        /// its code
        cell: RegionCode,
        /// its name
        name: String,
        /// why it is theirs, and what is asked of them
        note: String,
    },
    /// 对方受理: from this moment on the clock is theirs
    PeerAccept {
        /// the number it has there
        number: String,
        /// when they took it
        at: Moment,
    },
    /// 对方退回: it was never theirs
    PeerReturn {
        /// why
        note: String,
    },
    /// 对方答复
    PeerAnswer {
        /// the answer
        text: String,
        /// it says no
        #[serde(default, skip_serializing_if = "is_false")]
        negative: bool,
        /// the unit that answered there
        office: String,
    },
    /// 来件方回头看: the city or the hotline it came from asked the person
    PeerCallback {
        /// solved? (none when it was closed without asking)
        #[serde(default, skip_serializing_if = "Option::is_none")]
        solved: Option<Solved>,
        /// satisfied?
        #[serde(default, skip_serializing_if = "Option::is_none")]
        satisfied: Option<Satisfaction>,
        /// what was said, covered
        #[serde(default, skip_serializing_if = "String::is_empty")]
        words: String,
        /// it is to be dealt with again
        again: bool,
    },
}

/// A task that a joint meeting gave (会商任务).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MeetingTaskGiven {
    /// who
    pub unit: UnitId,
    /// what
    pub what: String,
    /// by when
    pub due: Date,
}

macro_rules! act_of {
    ($($variant:ident),+ $(,)?) => {
        impl Command {
            /// Which act this is.
            pub const fn act(&self) -> Act {
                match self { $(Self::$variant { .. } => Act::$variant),+ }
            }
        }
    };
}
act_of!(
    Register,
    Amend,
    AddWords,
    Note,
    Accept,
    Refuse,
    AnswerOnSpot,
    Dispatch,
    Redispatch,
    Take,
    Arrive,
    Return,
    Arbitrate,
    AddCo,
    CoReply,
    DropCo,
    Remind,
    Supervise,
    AnswerOrder,
    AskExtension,
    GrantExtension,
    DenyExtension,
    Pause,
    Resume,
    Merge,
    Unmerge,
    Absorb,
    Release,
    Confer,
    Conclude,
    FinishTask,
    Escalate,
    ComeBack,
    Plan,
    FinishStep,
    StrikeOff,
    RejectStep,
    Reply,
    ReplyNegative,
    ApproveNegative,
    SendBackNegative,
    MissedCall,
    Callback,
    Reopen,
    Archive,
    WarnYellow,
    WarnRed,
    Recompute,
    Backfill,
    PrintReceipt,
    HandOver,
    PeerAccept,
    PeerReturn,
    PeerAnswer,
    PeerCallback,
);

/// The longest text of one field, in characters.
pub const TEXT_MAX: usize = 20_000;
/// The longest title, in characters.
pub const TITLE_MAX: usize = 200;

impl Command {
    /// The texts of this command with the name of their field; `true` marks the ones that must not be empty.
    pub fn texts(&self) -> Vec<(&'static str, &str, bool)> {
        match self {
            Self::Register(r) => vec![("title", &r.title, true), ("words", &r.words, true)],
            Self::Amend { reason, title, .. } => {
                let mut texts = vec![("reason", reason.as_str(), true)];
                texts.extend(title.as_deref().map(|t| ("title", t, true)));
                texts
            }
            Self::AddWords { words } | Self::Note { words } | Self::Remind { words } => {
                vec![("words", words, true)]
            }
            Self::Supervise { words, .. } => vec![("words", words, true)],
            Self::Refuse { explain, where_to, .. } => {
                vec![("explain", explain, true), ("where_to", where_to, true)]
            }
            Self::AnswerOnSpot { text } | Self::CoReply { text } | Self::Backfill { text } => {
                vec![("text", text, true)]
            }
            Self::AnswerOrder { text, .. } | Self::FinishTask { text, .. } => vec![("text", text, true)],
            Self::Dispatch { note, .. }
            | Self::Resume { note }
            | Self::MissedCall { note }
            | Self::Arrive { note, .. } => vec![("note", note, false)],
            Self::Redispatch { reason, .. }
            | Self::DropCo { reason, .. }
            | Self::AskExtension { reason, .. }
            | Self::DenyExtension { reason }
            | Self::Unmerge { reason }
            | Self::RejectStep { reason, .. }
            | Self::SendBackNegative { reason }
            | Self::Reopen { reason } => vec![("reason", reason, true)],
            Self::Return { evidence, .. } | Self::FinishStep { evidence, .. } => {
                vec![("evidence", evidence, true)]
            }
            Self::Arbitrate { ground, .. } => vec![("ground", ground, true)],
            Self::AddCo { task, .. } => vec![("task", task, true)],
            Self::Pause { notice, .. } => vec![("notice", notice, true)],
            Self::Confer { topic, .. } => vec![("topic", topic, true)],
            Self::Conclude { minutes, .. } => vec![("minutes", minutes, true)],
            Self::Escalate { office, question, .. } => {
                vec![("office", office, true), ("question", question, true)]
            }
            Self::ComeBack { answer, basis } => vec![("answer", answer, true), ("basis", basis, false)],
            Self::StrikeOff { checked, .. } => vec![("checked", checked, true)],
            Self::Reply { text, basis } => vec![("text", text, true), ("basis", basis, false)],
            Self::ReplyNegative { text, basis, instead } => {
                vec![("text", text, true), ("basis", basis, true), ("instead", instead, true)]
            }
            Self::Callback { words, .. } | Self::PeerCallback { words, .. } => vec![("words", words, false)],
            Self::HandOver { name, note, .. } => vec![("name", name, true), ("note", note, true)],
            Self::PeerReturn { note } => vec![("note", note, true)],
            Self::PeerAnswer { text, office, .. } => vec![("text", text, true), ("office", office, false)],
            Self::PrintReceipt { purpose } => vec![("purpose", purpose, true)],
            Self::Archive { summary, .. } => vec![("summary", summary, false)],
            Self::Accept {}
            | Self::Take {}
            | Self::PeerAccept { .. }
            | Self::GrantExtension { .. }
            | Self::Merge { .. }
            | Self::Absorb { .. }
            | Self::Release { .. }
            | Self::Plan { .. }
            | Self::ApproveNegative {}
            | Self::WarnYellow {}
            | Self::WarnRed {}
            | Self::Recompute { .. } => Vec::new(),
        }
    }
}
