//! A refusal: which rule refused, and what would be allowed.

use kernel::Said;
use serde::{Deserialize, Serialize};

use crate::words::words;

words! {
    /// The rule that refused.
    RefusalCode {
        NotAtThisStage = "not_at_this_stage", "当前环节不能做";
        NotYours = "not_yours", "无权办理";
        NeedsText = "needs_text", "缺少必填内容";
        TooLong = "too_long", "内容过长";
        TooManyReturns = "too_many_returns", "退回次数已满";
        SamePerson = "same_person", "须由他人办理";
        SameUnit = "same_unit", "须为其他单位";
        AfterExpiry = "after_expiry", "已超过期限";
        NoExtensionAsked = "no_extension_asked", "没有延期申请";
        ExtensionPending = "extension_pending", "延期申请待批";
        TooLongExtension = "too_long_extension", "延期天数超限";
        AlreadyPaused = "already_paused", "已暂停计时";
        NotPaused = "not_paused", "没有暂停计时";
        BadDate = "bad_date", "日期不对";
        TooManyPauses = "too_many_pauses", "暂停次数已满";
        StillOpen = "still_open", "还有未完成的任务";
        NoSuchTask = "no_such_task", "没有这项任务";
        NothingPlanned = "nothing_planned", "没有整改步骤";
        NotReached = "not_reached", "尚未联系满规定次数";
        CauseOwed = "cause_owed", "缺少办不成的原因";
        OwnCase = "own_case", "不能并入自身";
        HasMerged = "has_merged", "有并入件";
        NotDue = "not_due", "未到时间";
    }
}

/// Why an act was refused, in words for a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// The rule that refused.
    pub code: RefusalCode,
    /// The sentence.
    pub said: Said,
    /// The field of the command that is wrong, if it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// Acts that this actor could do now instead.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub allowed: Vec<crate::Act>,
}

impl Refusal {
    pub(crate) fn new(code: RefusalCode, zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self { code, said: Said::new(zh, en), field: None, allowed: Vec::new() }
    }
    pub(crate) fn at(mut self, field: &str) -> Self {
        self.field = Some(field.to_owned());
        self
    }
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.said.fmt(f)
    }
}
impl std::error::Error for Refusal {}
