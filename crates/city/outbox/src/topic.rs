//! 告知事由: what is told, as one table: each stage of a case, of an application,
//! of an appointment, of an order of help and of a payment that its person hears of.

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
        ApplicationMissed = "application.missed", "已逾期未补交";
        ApplicationWithdrawn = "application.withdrawn", "已撤回";
        ApplicationLapsed = "application.lapsed", "已失效";
        ApplicationEnded = "application.ended", "已办结";
        AppointmentBooked = "appointment.booked", "已约好";
        AppointmentMoved = "appointment.moved", "已改期";
        AppointmentOffered = "appointment.offered", "候补有号";
        AppointmentCalledOff = "appointment.called_off", "大厅取消";
        AppointmentReminder = "appointment.reminder", "到厅提醒";
        HelpAccepted = "help.accepted", "已受理";
        HelpRefused = "help.refused", "不予受理";
        HelpPlanned = "help.planned", "约定上门";
        HelpSuspended = "help.suspended", "已中止";
        HelpResumed = "help.resumed", "已续办";
        HelpFinished = "help.finished", "已办结";
        HelpEnded = "help.ended", "已终止";
        PaymentListed = "payment.listed", "已列入公示";
        PaymentApproved = "payment.approved", "已核准";
        PaymentRefused = "payment.refused", "不予兑付";
        PaymentPaid = "payment.paid", "已支付";
        PaymentReturned = "payment.returned", "已退回";
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
    /// In English, as it stands in a sentence.
    pub fn en(self) -> &'static str {
        match self {
            Self::CaseRegistered => "registered",
            Self::CaseAccepted | Self::ApplicationAccepted | Self::HelpAccepted => "accepted",
            Self::CaseRefused | Self::ApplicationRefused | Self::HelpRefused => "not accepted",
            Self::CaseDispatched => "with the unit that answers",
            Self::CaseExtended | Self::ApplicationExtended => "given a new limit",
            Self::CasePaused | Self::ApplicationPaused | Self::HelpSuspended => "paused",
            Self::CaseResumed | Self::ApplicationResumed | Self::HelpResumed => "resumed",
            Self::CaseMerged => "handled with others",
            Self::CaseReplied => "answered",
            Self::CaseReopened => "opened again",
            Self::CaseArchived => "archived",
            Self::ApplicationSubmitted => "handed in",
            Self::ApplicationCorrection => "to be corrected",
            Self::ApplicationSurvey | Self::HelpPlanned => "visit arranged",
            Self::ApplicationDecided => "decided",
            Self::ApplicationIssued => "certificate issued",
            Self::ApplicationPromise => "material due soon",
            Self::ApplicationMissed => "material overdue",
            Self::ApplicationWithdrawn => "withdrawn",
            Self::ApplicationLapsed => "lapsed",
            Self::ApplicationEnded | Self::HelpEnded => "ended",
            Self::HelpFinished => "done",
            Self::AppointmentBooked => "booked",
            Self::AppointmentMoved => "moved",
            Self::AppointmentOffered => "a place is free",
            Self::AppointmentCalledOff => "called off by the hall",
            Self::AppointmentReminder => "reminder",
            Self::PaymentListed => "on the list that is shown",
            Self::PaymentApproved => "approved",
            Self::PaymentRefused => "not granted",
            Self::PaymentPaid => "paid",
            Self::PaymentReturned => "paid back",
            Self::UnitMessage => "message for the unit",
            Self::Test => "test",
        }
    }
    /// In a list, where a stage alone does not say of what: Chinese, English.
    pub fn listed(self) -> (String, String) {
        let (zh, en) = match self.word().split_once('.') {
            Some(("case", _)) => ("诉求·", "Case · "),
            Some(("application", _)) => ("申请·", "Application · "),
            Some(("appointment", _)) => ("预约·", "Appointment · "),
            Some(("help", _)) => ("帮办·", "Help · "),
            Some(("payment", _)) => ("兑付·", "Payment · "),
            _ => ("", ""),
        };
        (format!("{zh}{}", self.zh()), format!("{en}{}", self.en()))
    }
}
