//! 告知事由: what is told, as one table: each stage of a case and of an application that its person hears of.

kernel::words! {
    /// What is told.
    inherent Topic {
        CaseRegistered = "case.registered", "已登记";
        CaseAccepted = "case.accepted", "已受理";
        CaseRefused = "case.refused", "不予受理";
        CaseDispatched = "case.dispatched", "已转办";
        CaseExtended = "case.extended", "已延期";
        CasePaused = "case.paused", "暂停计时";
        CaseResumed = "case.resumed", "恢复办理";
        CaseMerged = "case.merged", "已并案";
        CaseReplied = "case.replied", "已答复";
        CaseReopened = "case.reopened", "重新办理";
        CaseArchived = "case.archived", "已归档";
        ApplicationSubmitted = "application.submitted", "已提交";
        ApplicationCorrection = "application.correction", "需要补正";
        ApplicationAccepted = "application.accepted", "已受理";
        ApplicationRefused = "application.refused", "不予受理";
        ApplicationSurvey = "application.survey", "约定踏勘";
        ApplicationPaused = "application.paused", "暂停计时";
        ApplicationResumed = "application.resumed", "恢复办理";
        ApplicationExtended = "application.extended", "已延期";
        ApplicationDecided = "application.decided", "已作决定";
        ApplicationIssued = "application.issued", "证照已制发";
        ApplicationPromise = "application.promise", "请补交材料";
        ApplicationEnded = "application.ended", "已办结";
        UnitMessage = "unit.message", "本单位消息";
        Test = "test", "测试";
    }
}

/// Whom a topic is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum For {
    /// the person or company whose case or application it is, and systems that listen
    Person,
    /// a unit
    Unit,
    /// whoever tries whether it arrives
    Nobody,
}

impl Topic {
    /// Whom it is for.
    pub fn whom(self) -> For {
        match self {
            Self::UnitMessage => For::Unit,
            Self::Test => For::Nobody,
            _ => For::Person,
        }
    }
    /// Is it about an application?
    pub fn is_application(self) -> bool {
        self.word().starts_with("application.")
    }
}
