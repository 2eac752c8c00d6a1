//! What can be asked of an application. One variant for each act of the table; the accepted command is the event.

use kernel::{Date, FileRef};
use serde::{Deserialize, Serialize};

use crate::basis::Basis;
use crate::words::{Channel, Delivery, RefuseGround, SpecialKind, Way, words};

/// Longest text of an act, in characters.
pub const TEXT_MAX: usize = 5_000;

words! {
    /// The acts, as recorded and as named on buttons.
    Act {
        Begin = "begin", "开始填写";
        Save = "save", "保存草稿";
        Rebase = "rebase", "换用新版指南";
        Submit = "submit", "提交申请";
        Receive = "receive", "收件";
        TellCorrection = "tell_correction", "一次告知补正";
        Supplement = "supplement", "补正材料";
        Accept = "accept", "受理";
        AcceptBySilence = "accept_by_silence", "逾期未告知视为受理";
        Refuse = "refuse", "不予受理";
        StartTask = "start_task", "开始办理环节";
        FinishTask = "finish_task", "办完环节";
        SendBack = "send_back", "退回重办环节";
        CallSurvey = "call_survey", "约定联合踏勘";
        FinishSurvey = "finish_survey", "记录踏勘结果";
        Pause = "pause", "启动特别程序";
        Resume = "resume", "结束特别程序";
        Extend = "extend", "批准延期";
        Decide = "decide", "作出决定";
        Issue = "issue", "制发证照";
        Deliver = "deliver", "送达";
        Sign = "sign", "签收";
        HandIn = "hand_in", "补交容缺材料";
        RemindPromise = "remind_promise", "提醒补交";
        MissPromise = "miss_promise", "容缺逾期";
        CheckCommitment = "check_commitment", "核查承诺";
        SettlePromise = "settle_promise", "了结逾期或不实";
        Withdraw = "withdraw", "撤回申请";
        Expire = "expire", "逾期失效";
        Note = "note", "批注";
        Show = "show", "查看填写内容";
        WarnYellow = "warn_yellow", "亮黄灯";
        WarnRed = "warn_red", "亮红灯";
    }
}

/// How one material comes in (提交方式).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "way", rename_all = "snake_case")]
pub enum How {
    /// 上传文件
    File {
        /// what was brought
        files: Vec<FileRef>,
    },
    /// 窗口核验原件
    Seen {
        /// what the clerk saw
        #[serde(default, skip_serializing_if = "String::is_empty")]
        note: String,
    },
    /// 容缺后补
    Later {
        /// last day to hand it in
        until: Date,
    },
    /// 告知承诺
    Commitment {
        /// what the applicant commits to
        text: String,
    },
    /// 免交: the office has it or gets it itself
    Held {
        /// code of the resource; empty when it is looked up by hand at the window
        #[serde(default, skip_serializing_if = "String::is_empty")]
        resource: String,
        /// what was found there, in words
        #[serde(default, skip_serializing_if = "String::is_empty")]
        found: String,
    },
}

impl How {
    /// The word.
    pub const fn way(&self) -> Way {
        match self {
            Self::File { .. } => Way::File,
            Self::Seen { .. } => Way::Seen,
            Self::Later { .. } => Way::Later,
            Self::Commitment { .. } => Way::Commitment,
            Self::Held { .. } => Way::Held,
        }
    }
}

/// One material and how it comes in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandedIn {
    /// id of the material
    pub material: String,
    /// how
    #[serde(flatten)]
    pub how: How,
}

/// The form as the record keeps it: what was filled in lies sealed beside it; here is only which fields are there, and
/// a keyed digest of all of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FormSeal {
    /// keyed digest
    pub digest: String,
    /// codes of the fields that hold a value
    pub filled: Vec<String>,
}

/// One thing to be put right (补正内容).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lack {
    /// id of a material, or code of a field
    pub what: String,
    /// what is wrong and how to put it right
    pub words: String,
}

/// What an application begins with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Beginning {
    /// what it goes by
    pub basis: Basis,
    /// how it comes in
    pub channel: Channel,
    /// keyed digest of the applicant, when known already
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub applicant: Option<String>,
}

/// A command, and after it was accepted the content of its event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "snake_case")]
pub enum Command {
    /// 开始填写
    Begin(Box<Beginning>),
    /// 保存草稿: nothing is checked, nothing is lost
    Save {
        /// the form so far
        form: FormSeal,
        /// materials so far
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        materials: Vec<HandedIn>,
    },
    /// 换用新版指南: the item changed while the form was filled in
    Rebase {
        /// what it goes by from now on
        basis: Box<Basis>,
    },
    /// 提交申请
    Submit {
        /// the form
        form: FormSeal,
        /// every material and how it comes in
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        materials: Vec<HandedIn>,
        /// the applicant declares that all of it is true (真实性声明, 行政许可法 31)
        declared: bool,
        /// how the result shall come
        delivery: Delivery,
        /// keyed digest of the applicant
        applicant: String,
    },
    /// 收件: the receipt is given
    Receive {},
    /// 一次告知补正
    TellCorrection {
        /// everything that must be put right
        lacks: Vec<Lack>,
        /// a line of advice
        #[serde(default, skip_serializing_if = "String::is_empty")]
        advice: String,
    },
    /// 补正材料
    Supplement {
        /// the form, when fields had to be put right
        #[serde(default, skip_serializing_if = "Option::is_none")]
        form: Option<FormSeal>,
        /// the materials
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        materials: Vec<HandedIn>,
    },
    /// 受理
    Accept {},
    /// 逾期未告知视为受理
    AcceptBySilence {},
    /// 不予受理
    Refuse {
        /// on which ground
        ground: RefuseGround,
        /// in words for the applicant
        reason: String,
        /// where to go instead, and how to have it reviewed
        remedy: String,
    },
    /// 开始办理环节
    StartTask {
        /// which
        task: String,
    },
    /// 办完环节
    FinishTask {
        /// which
        task: String,
        /// does it meet the conditions
        passed: bool,
        /// opinion
        words: String,
    },
    /// 退回重办环节
    SendBack {
        /// which
        task: String,
        /// why
        reason: String,
    },
    /// 约定联合踏勘
    CallSurvey {
        /// on which day
        day: Date,
        /// where and who, for all who come
        words: String,
    },
    /// 记录踏勘结果
    FinishSurvey {
        /// what was seen
        words: String,
        /// does it meet the conditions
        passed: bool,
    },
    /// 启动特别程序: the clock stands still, and the applicant is told in writing
    Pause {
        /// which procedure
        kind: SpecialKind,
        /// working days it takes, as told
        days: u32,
        /// the notice
        notice: String,
    },
    /// 结束特别程序
    Resume {
        /// its result
        result: String,
    },
    /// 批准延期
    Extend {
        /// working days more
        days: u32,
        /// reason, told to the applicant
        reason: String,
    },
    /// 作出决定
    Decide {
        /// id of the deciding step
        task: String,
        /// granted?
        granted: bool,
        /// the reasons
        reason: String,
        /// how to have it reviewed; needed when it is not granted
        #[serde(default, skip_serializing_if = "String::is_empty")]
        remedy: String,
    },
    /// 制发证照
    Issue {
        /// number of the part, from 0
        part: usize,
        /// number of the certificate
        certificate: String,
        /// last day on which it holds; none: for ever
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<Date>,
    },
    /// 送达
    Deliver {
        /// how
        delivery: Delivery,
        /// who took it, number of the letter, or the address
        trace: String,
    },
    /// 签收
    Sign {
        /// by whom
        words: String,
    },
    /// 补交容缺材料
    HandIn {
        /// what
        #[serde(flatten)]
        handed: HandedIn,
    },
    /// 提醒补交
    RemindPromise {
        /// id of the material
        material: String,
    },
    /// 容缺逾期
    MissPromise {
        /// id of the material
        material: String,
    },
    /// 核查承诺
    CheckCommitment {
        /// id of the material
        material: String,
        /// is it as committed
        kept: bool,
        /// what was found
        words: String,
    },
    /// 了结逾期或不实: the result is withdrawn, or what came late was accepted
    SettlePromise {
        /// id of the material
        material: String,
        /// what was done
        words: String,
    },
    /// 撤回申请
    Withdraw {
        /// why
        #[serde(default, skip_serializing_if = "String::is_empty")]
        reason: String,
    },
    /// 逾期失效: a draft nobody went on with, a correction that never came
    Expire {},
    /// 批注: for colleagues
    Note {
        /// the words
        words: String,
    },
    /// 查看填写内容: somebody looked at it in full; the applicant sees who, and for what
    Show {
        /// for what
        purpose: String,
    },
    /// 亮黄灯
    WarnYellow {},
    /// 亮红灯
    WarnRed {},
}

impl Command {
    /// Its act.
    pub const fn act(&self) -> Act {
        match self {
            Self::Begin(_) => Act::Begin,
            Self::Save { .. } => Act::Save,
            Self::Rebase { .. } => Act::Rebase,
            Self::Submit { .. } => Act::Submit,
            Self::Receive {} => Act::Receive,
            Self::TellCorrection { .. } => Act::TellCorrection,
            Self::Supplement { .. } => Act::Supplement,
            Self::Accept {} => Act::Accept,
            Self::AcceptBySilence {} => Act::AcceptBySilence,
            Self::Refuse { .. } => Act::Refuse,
            Self::StartTask { .. } => Act::StartTask,
            Self::FinishTask { .. } => Act::FinishTask,
            Self::SendBack { .. } => Act::SendBack,
            Self::CallSurvey { .. } => Act::CallSurvey,
            Self::FinishSurvey { .. } => Act::FinishSurvey,
            Self::Pause { .. } => Act::Pause,
            Self::Resume { .. } => Act::Resume,
            Self::Extend { .. } => Act::Extend,
            Self::Decide { .. } => Act::Decide,
            Self::Issue { .. } => Act::Issue,
            Self::Deliver { .. } => Act::Deliver,
            Self::Sign { .. } => Act::Sign,
            Self::HandIn { .. } => Act::HandIn,
            Self::RemindPromise { .. } => Act::RemindPromise,
            Self::MissPromise { .. } => Act::MissPromise,
            Self::CheckCommitment { .. } => Act::CheckCommitment,
            Self::SettlePromise { .. } => Act::SettlePromise,
            Self::Withdraw { .. } => Act::Withdraw,
            Self::Expire {} => Act::Expire,
            Self::Note { .. } => Act::Note,
            Self::Show { .. } => Act::Show,
            Self::WarnYellow {} => Act::WarnYellow,
            Self::WarnRed {} => Act::WarnRed,
        }
    }

    /// Its texts: field, value, must it be there.
    pub(crate) fn texts(&self) -> Vec<(&'static str, &str, bool)> {
        match self {
            Self::TellCorrection { lacks, advice } => {
                let mut all: Vec<_> = lacks.iter().map(|l| ("lacks", l.words.as_str(), true)).collect();
                all.push(("advice", advice, false));
                all
            }
            Self::Refuse { reason, remedy, .. } => vec![("reason", reason, true), ("remedy", remedy, true)],
            Self::FinishTask { words, .. } => vec![("words", words, true)],
            Self::SendBack { reason, .. } | Self::Extend { reason, .. } => vec![("reason", reason, true)],
            Self::CallSurvey { words, .. }
            | Self::FinishSurvey { words, .. }
            | Self::CheckCommitment { words, .. }
            | Self::SettlePromise { words, .. }
            | Self::Sign { words }
            | Self::Note { words } => vec![("words", words, true)],
            Self::Show { purpose } => vec![("purpose", purpose, true)],
            Self::Pause { notice, .. } => vec![("notice", notice, true)],
            Self::Resume { result } => vec![("result", result, true)],
            Self::Decide { reason, granted, remedy, .. } => {
                vec![("reason", reason, true), ("remedy", remedy, !granted)]
            }
            Self::Issue { certificate, .. } => vec![("certificate", certificate, true)],
            Self::Deliver { trace, .. } => vec![("trace", trace, true)],
            Self::Withdraw { reason } => vec![("reason", reason, false)],
            _ => Vec::new(),
        }
    }
}
