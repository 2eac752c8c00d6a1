//! 形式 (W2, W3): the eleven forms of a walk, one row each, with their rules. Must not know walks.

use serde::{Deserialize, Serialize};

/// As whom one walks (两种身份).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Identity {
    /// 办事群众
    Applicant,
    /// 工作人员
    Staff,
}

/// The form of a walk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// 亲身办
    Oneself,
    /// 帮代办
    OnBehalf,
    /// 陪同办
    Accompany,
    /// 坐窗办
    AtWindow,
    /// 倒推办
    Backward,
    /// 实地陪同办
    AccompanyOnSite,
    /// 网上全程办
    OnlineThroughout,
    /// 一线暗访办
    Unannounced,
    /// 坐窗接待办
    ReceiveAtWindow,
    /// 内部审批办
    InnerApproval,
    /// 参与监管办
    JoinSupervision,
}

/// Which steps a walk of this form must go through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Covers {
    /// From asking what to bring to holding the result.
    WholeWay,
    /// What happens at the window: answer, take in, hand out.
    WindowSteps,
    /// What happens behind it: review, decide.
    InnerSteps,
    /// From the result back to the application.
    ResultToStart,
    /// One supervision on site.
    OneVisit,
}

/// One row: a form and its rules.
#[derive(Debug)]
pub struct FormRule {
    /// Which form.
    pub form: Form,
    /// The Chinese word.
    pub zh: &'static str,
    /// English.
    pub en: &'static str,
    /// HY or YY.
    pub source: &'static str,
    /// As whom.
    pub identity: Identity,
    /// The applicant's authorisation must be on file before it begins.
    pub needs_authorisation: bool,
    /// An applicant is accompanied: who, must be on file.
    pub needs_companion: bool,
    /// The walker is hidden until it is over.
    pub hidden: bool,
    /// It starts from a case that left someone unsatisfied.
    pub needs_case: bool,
    /// Only online steps count.
    pub online_only: bool,
    /// An item may be walked as a simulation (虚拟事项), to its end.
    pub may_simulate: bool,
    /// What it must go through.
    pub covers: Covers,
}

/// The table of forms.
#[rustfmt::skip]
pub const FORMS: [FormRule; 11] = [
    row(Form::Oneself, "亲身办", "do it oneself", "HY 三(一)", Identity::Applicant, Covers::WholeWay).simulate(),
    row(Form::OnBehalf, "帮代办", "do it for someone", "HY 三(二)", Identity::Applicant, Covers::WholeWay).authorised(),
    row(Form::Accompany, "陪同办", "accompany", "HY 三(三)", Identity::Applicant, Covers::WholeWay).companion(),
    row(Form::AtWindow, "坐窗办", "sit at the window", "HY 三(四)", Identity::Staff, Covers::WholeWay),
    row(Form::Backward, "倒推办", "go backward from the result", "HY 三(五)", Identity::Staff, Covers::ResultToStart).case(),
    row(Form::AccompanyOnSite, "实地陪同办", "accompany on site", "YY", Identity::Applicant, Covers::WholeWay).companion(),
    row(Form::OnlineThroughout, "网上全程办", "online throughout", "YY", Identity::Applicant, Covers::WholeWay).online().simulate(),
    row(Form::Unannounced, "一线暗访办", "unannounced", "YY", Identity::Applicant, Covers::WholeWay).hidden().simulate(),
    row(Form::ReceiveAtWindow, "坐窗接待办", "receive at the window", "YY", Identity::Staff, Covers::WindowSteps),
    row(Form::InnerApproval, "内部审批办", "approve inside", "YY", Identity::Staff, Covers::InnerSteps),
    row(Form::JoinSupervision, "参与监管办", "join supervision", "YY", Identity::Staff, Covers::OneVisit),
];

const fn row(
    form: Form,
    zh: &'static str,
    en: &'static str,
    source: &'static str,
    identity: Identity,
    covers: Covers,
) -> FormRule {
    FormRule {
        form,
        zh,
        en,
        source,
        identity,
        needs_authorisation: false,
        needs_companion: false,
        hidden: false,
        needs_case: false,
        online_only: false,
        may_simulate: false,
        covers,
    }
}

impl FormRule {
    const fn simulate(mut self) -> Self {
        self.may_simulate = true;
        self
    }
    const fn authorised(mut self) -> Self {
        self.needs_authorisation = true;
        self
    }
    const fn companion(mut self) -> Self {
        self.needs_companion = true;
        self
    }
    const fn hidden(mut self) -> Self {
        self.hidden = true;
        self
    }
    const fn case(mut self) -> Self {
        self.needs_case = true;
        self
    }
    const fn online(mut self) -> Self {
        self.online_only = true;
        self
    }
}

impl Form {
    /// Its row.
    pub fn rule(self) -> &'static FormRule {
        &FORMS[self as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_of_hengyang_and_six_of_yueyang_in_the_order_of_the_enum() {
        for (i, r) in FORMS.iter().enumerate() {
            assert_eq!(r.form as usize, i);
            assert_eq!(r.form.rule().zh, r.zh);
        }
        assert_eq!(FORMS.iter().filter(|r| r.source.starts_with("HY")).count(), 5);
        assert_eq!(FORMS.iter().filter(|r| r.source == "YY").count(), 6);
        for identity in [Identity::Applicant, Identity::Staff] {
            assert!(FORMS.iter().filter(|r| r.identity == identity).count() >= 5, "both identities");
        }
        assert!(Form::OnBehalf.rule().needs_authorisation && Form::Unannounced.rule().hidden);
        assert!(Form::Backward.rule().needs_case && !Form::AtWindow.rule().may_simulate);
    }
}
