//! The way of a paper as one table. A row reads: *from these stages, this person may do this act, if these guards hold; it then
//! stands there; source*. What is not in it cannot be done.

kernel::words! {
    /// Where a paper stands (环节).
    inherent Stage {
        Drafting = "drafting", "拟稿";
        Checking = "checking", "核稿";
        Agreeing = "agreeing", "会签";
        Signing = "signing", "签发";
        Sealing = "sealing", "用印";
        Publishing = "publishing", "待发布";
        Published = "published", "已发布";
        Archived = "archived", "已归档";
        Dropped = "dropped", "已撤稿";
        Revoked = "revoked", "已撤销";
    }
}

impl Stage {
    /// Is it over?
    pub const fn is_end(self) -> bool {
        matches!(self, Self::Archived | Self::Dropped | Self::Revoked)
    }
    /// Has it a number?
    pub const fn is_issued(self) -> bool {
        matches!(self, Self::Sealing | Self::Publishing | Self::Published | Self::Archived | Self::Revoked)
    }
    /// Is it out of the house?
    pub const fn is_out(self) -> bool {
        matches!(self, Self::Published | Self::Archived)
    }
    /// The name in English.
    pub const fn en(self) -> &'static str {
        match self {
            Self::Drafting => "Drafting",
            Self::Checking => "Checking",
            Self::Agreeing => "Other units agree",
            Self::Signing => "Signing",
            Self::Sealing => "Sealing",
            Self::Publishing => "To be sent out",
            Self::Published => "Sent out",
            Self::Archived => "Archived",
            Self::Dropped => "Dropped",
            Self::Revoked => "Revoked",
        }
    }
}

kernel::words! {
    /// What is done with a paper.
    inherent Act {
        Write = "write", "修改文稿";
        Submit = "submit", "送出";
        Approve = "approve", "核稿同意";
        Agree = "agree", "会签同意";
        SendBack = "send_back", "退回修改";
        Issue = "issue", "签发";
        Seal = "seal", "用印";
        Publish = "publish", "发布";
        Take = "take", "签收";
        Answer = "answer", "反馈";
        Archive = "archive", "归档";
        Pass = "pass", "转交";
        Comment = "comment", "批注";
        Drop = "drop", "撤稿";
        Revoke = "revoke", "撤销发文";
        Remind = "remind", "催办";
    }
}

impl Act {
    /// The name in English.
    pub const fn en(self) -> &'static str {
        match self {
            Self::Write => "Change the text",
            Self::Submit => "Send on",
            Self::Approve => "Checked",
            Self::Agree => "Agree",
            Self::SendBack => "Send back",
            Self::Issue => "Sign",
            Self::Seal => "Seal",
            Self::Publish => "Send out",
            Self::Take => "Confirm receipt",
            Self::Answer => "Answer",
            Self::Archive => "Archive",
            Self::Pass => "Pass on to somebody else",
            Self::Comment => "Comment",
            Self::Drop => "Drop",
            Self::Revoke => "Revoke",
            Self::Remind => "Remind",
        }
    }
}

/// Who does it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// the person it waits for
    Holder,
    /// the person it waits for, who may sign
    Signer,
    /// anybody of the issuing unit who writes papers
    Unit,
    /// who signs papers in the issuing unit
    Head,
    /// who signs papers in a unit that was asked to agree
    Asked,
    /// anybody of a unit that it goes to
    Receiver,
    /// anybody of the issuing unit, of a unit that was asked, or that it went to
    Known,
    /// the system
    System,
}

impl By {
    /// As the drawn table has it.
    pub const fn zh(self) -> &'static str {
        match self {
            Self::Holder => "当前经办人",
            Self::Signer => "当前经办人（有签发权）",
            Self::Unit => "发文单位的人员",
            Self::Head => "发文单位有签发权的人员",
            Self::Asked => "会签单位有签发权的人员",
            Self::Receiver => "收文单位的人员",
            Self::Known => "发文、会签、收文单位的人员",
            Self::System => "系统",
        }
    }
}

/// What must hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Guard {
    /// who acts did not draft it
    NotDrafter,
    /// who acts did not check it
    NotChecker,
    /// who acts did not sign it
    NotSigner,
    /// a reason is given
    Reason,
    /// whoever does the next step is named, and may do it
    NextNamed,
    /// the unit has not agreed yet
    NotAgreed,
    /// the unit has not confirmed the receipt
    NotTaken,
    /// an answer is asked for, and the unit has received it and not answered
    AnswerOwed,
    /// everybody received and answered, or it is said why not waited for
    AllDone,
    /// somebody is to be reminded
    RemindDue,
}

impl Guard {
    /// As the drawn table has it.
    pub const fn zh(self) -> &'static str {
        match self {
            Self::NotDrafter => "不是拟稿人",
            Self::NotChecker => "不是核稿人",
            Self::NotSigner => "不是签发人",
            Self::Reason => "写明理由",
            Self::NextNamed => "写明下一步交给谁，且其可以办理",
            Self::NotAgreed => "本单位尚未会签",
            Self::NotTaken => "本单位尚未签收",
            Self::AnswerOwed => "要求反馈、本单位已签收、尚未反馈",
            Self::AllDone => "都已签收和反馈（或写明不再等的理由）",
            Self::RemindDue => "到了催办的时间",
        }
    }
}

/// Where it stands then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum To {
    /// where it stood
    Same,
    /// there
    There(Stage),
    /// at the next step that its form has; with the last unit that agrees
    Next,
}

/// One row.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// stages in which it may be done
    pub from: &'static [Stage],
    /// the act
    pub act: Act,
    /// who may
    pub by: By,
    /// what must hold
    pub guards: &'static [Guard],
    /// where it stands then
    pub to: To,
    /// where it comes from
    pub source: &'static str,
}

const fn r(
    from: &'static [Stage],
    act: Act,
    by: By,
    guards: &'static [Guard],
    to: To,
    source: &'static str,
) -> Row {
    Row { from, act, by, guards, to, source }
}

use Act as A;
use Guard as G;
use Stage as S;

const MOVING: &[Stage] = &[S::Drafting, S::Checking, S::Signing, S::Sealing, S::Publishing, S::Published];

/// The table.
#[rustfmt::skip]
pub const TABLE: &[Row] = &[
    r(&[S::Drafting], A::Write, By::Holder, &[], To::Same, "X6 公文处理条例 19 起草"),
    r(&[S::Checking], A::Write, By::Holder, &[G::NotDrafter], To::Same, "X6 条例 20 审核可以修改"),
    r(&[S::Signing], A::Write, By::Signer, &[G::NotDrafter], To::Same, "X6 条例 22 签发人可以修改"),
    r(&[S::Drafting], A::Submit, By::Holder, &[G::NextNamed], To::Next, "X6 条例 19、20"),
    r(&[S::Checking], A::Approve, By::Holder, &[G::NotDrafter, G::NextNamed], To::Next, "X6 条例 20 发文机关办公厅（室）审核"),
    r(&[S::Agreeing], A::Agree, By::Asked, &[G::NotAgreed], To::Next, "X6 条例 19(五) 涉及其他部门职权须会商一致"),
    r(&[S::Checking], A::SendBack, By::Holder, &[G::NotDrafter, G::Reason], To::There(S::Drafting), "X6 条例 21 不宜发文的退回并说明理由"),
    r(&[S::Agreeing], A::SendBack, By::Asked, &[G::NotAgreed, G::Reason], To::There(S::Drafting), "X6 条例 19(五)"),
    r(&[S::Signing], A::SendBack, By::Signer, &[G::NotDrafter, G::Reason], To::There(S::Drafting), "X6 条例 22"),
    r(&[S::Signing], A::Issue, By::Signer, &[G::NotDrafter, G::NotChecker], To::Next, "X6 条例 22 签发；编发文字号 条例 25(二)"),
    r(&[S::Sealing], A::Seal, By::Holder, &[G::NotSigner], To::Next, "X6 条例 9(十三) 印章"),
    r(&[S::Publishing], A::Publish, By::Unit, &[], To::There(S::Published), "X6 条例 25(四) 核发"),
    r(&[S::Published], A::Take, By::Receiver, &[G::NotTaken], To::Same, "X6 条例 24(一) 签收"),
    r(&[S::Published], A::Answer, By::Receiver, &[G::AnswerOwed], To::Same, "X6 条例 24(六) 催办、(七) 答复"),
    r(&[S::Published], A::Archive, By::Unit, &[G::AllDone], To::There(S::Archived), "X6 条例 27 归档"),
    r(MOVING, A::Pass, By::Holder, &[G::NextNamed], To::Same, "X6 任何时候都有经办人"),
    r(MOVING, A::Pass, By::Head, &[G::NextNamed], To::Same, "X6 经办人离岗时由本单位负责人转交"),
    r(&[S::Drafting, S::Checking, S::Agreeing, S::Signing, S::Sealing, S::Publishing, S::Published], A::Comment, By::Known, &[G::Reason], To::Same, "X6 意见留痕"),
    r(&[S::Drafting], A::Drop, By::Holder, &[G::Reason], To::There(S::Dropped), "X6 条例 21"),
    r(&[S::Agreeing], A::SendBack, By::Head, &[G::Reason], To::There(S::Drafting), "X6 会签久不答复时收回"),
    r(&[S::Sealing, S::Publishing, S::Published, S::Archived], A::Revoke, By::Head, &[G::Reason], To::There(S::Revoked), "X6 条例 34 撤销自始无效"),
    r(&[S::Checking, S::Agreeing, S::Signing, S::Sealing, S::Publishing, S::Published], A::Remind, By::System, &[G::RemindDue], To::Same, "X6 条例 24(六) 催办"),
];
