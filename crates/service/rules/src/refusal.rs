//! A refusal: which rule refused, and what would be allowed.

use kernel::Said;
use serde::{Deserialize, Serialize};

use crate::command::Act;
use crate::words::words;

words! {
    /// The rule that refused.
    RefusalCode {
        NotAtThisStage = "not_at_this_stage", "当前环节不能做";
        NotYours = "not_yours", "无权办理";
        NeedsText = "needs_text", "缺少必填内容";
        TooLong = "too_long", "内容过长";
        NoSuch = "no_such", "没有这一项";
        MaterialMissing = "material_missing", "材料不齐";
        WayNotAllowed = "way_not_allowed", "不能这样提交";
        FormIncomplete = "form_incomplete", "表单未填完";
        NotDeclared = "not_declared", "未作真实性声明";
        ToldAlready = "told_already", "只能一次告知";
        TooLate = "too_late", "已过期限";
        NotReady = "not_ready", "前面的环节未办完";
        NotStarted = "not_started", "尚未开始";
        StartedAlready = "started_already", "已经开始或办完";
        DecidedAlready = "decided_already", "已经决定";
        ClockStill = "clock_still", "正在特别程序中";
        ClockRuns = "clock_runs", "没有特别程序";
        BadDays = "bad_days", "天数不对";
        BadDate = "bad_date", "日期不对";
        ExtendedAlready = "extended_already", "已延期一次";
        SamePerson = "same_person", "须由他人办理";
        NotGranted = "not_granted", "未准予";
        PromiseState = "promise_state", "承诺状态不符";
        NotDue = "not_due", "未到时间";
        BadBasis = "bad_basis", "办理依据不成立";
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
    pub allowed: Vec<Act>,
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
