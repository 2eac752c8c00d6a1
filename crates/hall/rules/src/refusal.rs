//! A refusal: which rule refused, in words that say what to do.

use kernel::Said;

use crate::words::words;

words! {
    /// The rule that refused.
    inherent RefusalCode {
        NotAtThisStage = "not_at_this_stage", "当前状态不能做";
        NotYours = "not_yours", "无权办理";
        NeedsText = "needs_text", "缺少必填内容";
        TooLate = "too_late", "时间已过";
        TooEarly = "too_early", "时间未到";
        TooOften = "too_often", "次数已满";
        OfficeLate = "office_late", "单位延误";
        OfficeOnTime = "office_on_time", "单位未延误";
        NoSuch = "no_such", "没有这一项";
        NotEntitled = "not_entitled", "不符合上门条件";
        NeedsMandate = "needs_mandate", "缺委托书";
        PapersOut = "papers_out", "原件未还";
    }
}

/// Why an act was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// the rule
    pub code: RefusalCode,
    /// the sentence
    pub said: Said,
}

impl Refusal {
    pub(crate) fn new(code: RefusalCode, zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self { code, said: Said::new(zh, en) }
    }
}
impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.said.fmt(f)
    }
}
impl std::error::Error for Refusal {}
