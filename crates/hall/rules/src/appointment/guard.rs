//! What must hold for an act on an appointment.

use kernel::{Moment, Role, US_PER_DAY};

use super::{Appointment, Command};
use crate::numbers::BookingRules;
use crate::refusal::{Refusal, RefusalCode as Code};
use crate::time::US_PER_MINUTE;
use crate::words::words;

words! {
    /// Conditions of the table.
    inherent Guard {
        HoldRuns = "hold_runs", "占号时间未到";
        HoldEnded = "hold_ended", "占号时间已到";
        BeforeStart = "before_start", "尚未到预约时间";
        MovesLeft = "moves_left", "改约次数未满";
        NotTooEarly = "not_too_early", "签到时间已开始";
        GraceRuns = "grace_runs", "宽限时间未过";
        GraceOver = "grace_over", "宽限时间已过";
        OfficeOnTime = "office_on_time", "单位按时叫号";
        OfficeLate = "office_late", "单位自己延误";
        AppealOnce = "appeal_once", "未申诉过";
        AppealInTime = "appeal_in_time", "在申诉期内";
        ReasonGiven = "reason_given", "写明理由";
        PersonThere = "person_there", "联系方式尚在";
        KeptLongEnough = "kept_long_enough", "保存期满（本人可提前要求）";
    }
}

/// Everything a guard looks at.
pub(super) struct Scene<'a> {
    pub of: &'a Appointment,
    pub asked: &'a Command,
    pub role: Role,
    pub now: Moment,
    pub rules: &'a BookingRules,
}

pub(super) const fn minutes(n: u32) -> i64 {
    n as i64 * US_PER_MINUTE
}

impl Guard {
    pub(super) fn check(self, s: &Scene<'_>) -> Result<(), Refusal> {
        let (a, now, rules) = (s.of, s.now, s.rules);
        let grace = a.at.start.plus_us(minutes(rules.grace_minutes));
        let kept = a.ended.map(|e| e.plus_us(i64::from(rules.keep_days) * US_PER_DAY));
        let holds = match self {
            Self::HoldRuns => now < a.held_until,
            Self::HoldEnded => now >= a.held_until,
            Self::BeforeStart => now < a.at.start,
            Self::MovesLeft => a.moves < rules.moves_max,
            Self::NotTooEarly => now >= a.at.start.plus_us(-minutes(rules.early_minutes)),
            Self::GraceRuns => now < grace,
            Self::GraceOver => now >= grace,
            Self::OfficeOnTime => matches!(s.asked, Command::Miss { office_late: false }),
            Self::OfficeLate => matches!(s.asked, Command::Excuse { office_late: true }),
            Self::AppealOnce => !a.appealed,
            Self::AppealInTime => {
                a.ended.is_none_or(|e| now < e.plus_us(i64::from(rules.appeal_days) * US_PER_DAY))
            }
            Self::ReasonGiven => !s.asked.words().trim().is_empty(),
            Self::PersonThere => a.person_there,
            Self::KeptLongEnough => s.role == Role::Resident || kept.is_some_and(|k| now >= k),
        };
        if holds { Ok(()) } else { Err(self.refuse(rules)) }
    }

    fn refuse(self, rules: &BookingRules) -> Refusal {
        let r = |code, zh: String, en: String| Refusal::new(code, zh, en);
        match self {
            Self::HoldRuns => r(
                Code::TooLate,
                "占号时间已过，号已退回，请重新选时间".to_owned(),
                "the place is no longer held and was given back: choose again".to_owned(),
            ),
            Self::BeforeStart => r(
                Code::TooLate,
                "预约时间已到，不能再改约或取消；来不了的请打大厅电话".into(),
                "it has begun and cannot be moved or cancelled: call the hall".into(),
            ),
            Self::MovesLeft => r(
                Code::TooOften,
                format!("最多改约 {} 次；时间仍不合适的，请取消后重新预约", rules.moves_max),
                format!("moved {} times at most: cancel it and book again", rules.moves_max),
            ),
            Self::NotTooEarly => r(
                Code::TooEarly,
                format!("预约时间前 {} 分钟内可以签到，请到时再来", rules.early_minutes),
                format!("one signs in up to {} minutes before: come back then", rules.early_minutes),
            ),
            Self::GraceRuns => r(
                Code::TooLate,
                format!("已超过预约时间 {} 分钟，请现场取号", rules.grace_minutes),
                format!("more than {} minutes late: take a number here", rules.grace_minutes),
            ),
            Self::OfficeOnTime => r(
                Code::OfficeLate,
                "当时是单位自己延误，不计爽约".into(),
                "the office itself was late: that is no no-show".into(),
            ),
            Self::OfficeLate => {
                r(Code::OfficeOnTime, "当时单位没有延误".into(), "the office was on time".into())
            }
            Self::AppealOnce => r(
                Code::TooOften,
                "已经申诉过一次，结果见本页".into(),
                "it was appealed once; the result is on this page".into(),
            ),
            Self::AppealInTime => r(
                Code::TooLate,
                format!("申诉期为 {} 天，已过", rules.appeal_days),
                format!("an appeal is made within {} days", rules.appeal_days),
            ),
            Self::ReasonGiven => r(Code::NeedsText, "请写明理由".into(), "give the reason".into()),
            Self::PersonThere => {
                r(Code::NoSuch, "联系方式已经删除".into(), "name and telephone are deleted already".into())
            }
            Self::HoldEnded | Self::GraceOver | Self::KeptLongEnough => {
                r(Code::TooEarly, "时间未到".into(), "not yet".into())
            }
        }
    }
}
