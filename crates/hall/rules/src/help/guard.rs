//! What must hold for an act on an order of help.

use kernel::{Moment, Role, US_PER_DAY};

use super::mandate::{lines_there, mandate_holds, papers_fit};
use super::{Command, HelpKind, HelpOrder, Helping, WORDS_MAX};
use crate::refusal::{Refusal, RefusalCode as Code};
use crate::words::words;

words! {
    /// Conditions of the table.
    inherent Guard {
        Entitled = "entitled", "符合上门条件（或写明破例理由）";
        HelperFits = "helper_fits", "帮办员在册、培训有效、能这样帮";
        MandateHolds = "mandate_holds", "代办有在期限内的委托书";
        MandateOver = "mandate_over", "委托已期满";
        VisitPlanned = "visit_planned", "上门的约定时间";
        IsDoor = "is_door", "是上门办";
        VisitMade = "visit_made", "上门的已经上门";
        PapersNamed = "papers_named", "写明材料和份数";
        LinesThere = "lines_there", "清单上有且未还";
        SheetsWait = "sheets_wait", "清单有待确认的";
        NoOriginalOut = "no_original_out", "原件都已还回（或写明理由）";
        NothingOut = "nothing_out", "原件都已还回";
        ReasonGiven = "reason_given", "写明理由";
        InsteadGiven = "instead_given", "告知其他途径";
        WordsLeft = "words_left", "补充次数未满";
        PersonThere = "person_there", "申请人信息尚在";
        KeptLongEnough = "kept_long_enough", "保存期满（本人可提前要求）";
    }
}

/// Everything a guard looks at.
pub(super) struct Scene<'a> {
    pub of: &'a HelpOrder,
    pub asked: &'a Command,
    pub role: Role,
    pub now: Moment,
    pub helping: &'a Helping,
}

impl Scene<'_> {
    /// The helper that the act names, else the one of the order.
    fn helper(&self) -> Option<u32> {
        match self.asked {
            Command::Accept { helper, .. } | Command::Assign { helper, .. } => Some(helper.id),
            _ => self.of.helper.as_ref().map(|h| h.id),
        }
    }
}

/// The first word that must not be empty.
fn main_words(asked: &Command) -> &str {
    asked.words().first().copied().unwrap_or_default()
}

impl Guard {
    pub(super) fn check(self, s: &Scene<'_>) -> Result<(), Refusal> {
        let (o, today) = (s.of, s.now.date());
        let holds = match self {
            Self::Entitled => {
                let given =
                    matches!(s.asked, Command::Accept { exception, .. } if !exception.trim().is_empty());
                return match o.kind == HelpKind::Door && o.exception.trim().is_empty() && !given {
                    true => s.helping.may_come(&o.ground, &o.item),
                    false => Ok(()),
                };
            }
            Self::MandateHolds => return mandate_holds(s, s.helper()),
            Self::PapersNamed => return papers_fit(s),
            Self::LinesThere => return lines_there(s),
            Self::HelperFits => s.helper().and_then(|id| s.helping.helper(id)).is_some_and(|h| {
                h.holds(today)
                    && h.kinds.contains(&o.kind)
                    && match s.asked {
                        Command::Accept { helper, .. } | Command::Assign { helper, .. } => {
                            *helper == h.named()
                        }
                        _ => true,
                    }
            }),
            Self::MandateOver => o.mandate.as_ref().is_some_and(|m| m.until < today),
            Self::VisitPlanned => match (s.asked, o.kind) {
                (Command::Accept { visit, .. }, HelpKind::Door) => {
                    visit.as_ref().is_some_and(|v| v.day >= today)
                }
                (Command::Accept { visit, .. }, _) => visit.is_none(),
                (Command::Plan { visit }, _) => visit.day >= today,
                _ => true,
            },
            Self::IsDoor => o.kind == HelpKind::Door,
            Self::VisitMade => o.kind != HelpKind::Door || !o.visits.is_empty(),
            Self::SheetsWait => o.papers.iter().any(super::Sheet::waits),
            Self::NoOriginalOut => {
                o.originals_out() == 0
                    || matches!(s.asked, Command::Finish { kept, .. } | Command::End { kept, .. } if !kept.trim().is_empty())
            }
            Self::NothingOut => o.originals_out() == 0,
            Self::ReasonGiven => !main_words(s.asked).trim().is_empty(),
            Self::InsteadGiven => {
                matches!(s.asked, Command::Refuse { instead, .. } if !instead.trim().is_empty())
            }
            Self::WordsLeft => o.said < WORDS_MAX,
            Self::PersonThere => o.person_there,
            Self::KeptLongEnough => {
                let kept = i64::from(s.helping.numbers.keep_days) * US_PER_DAY;
                s.role == Role::Resident || o.ended.is_some_and(|e| s.now >= e.plus_us(kept))
            }
        };
        if holds { Ok(()) } else { Err(self.refusal(s)) }
    }

    fn refusal(self, s: &Scene<'_>) -> Refusal {
        let r = |code, zh: String, en: String| Refusal::new(code, zh, en);
        match self {
            Self::HelperFits => r(
                Code::NoSuch,
                format!("请选择在册、培训有效且能{}的帮办员", s.of.kind.zh()),
                "choose a helper of the register who is trained and does this kind of help".into(),
            ),
            Self::MandateOver => r(Code::TooEarly, "委托还在期限内".into(), "the mandate still runs".into()),
            Self::VisitPlanned if s.of.kind != HelpKind::Door => {
                r(Code::NoSuch, "本单不上门，不用约上门时间".into(), "nobody visits in this order".into())
            }
            Self::VisitPlanned => r(
                Code::NeedsText,
                "请约好上门的日期和时段，日期不早于今天".into(),
                "plan the visit: a day from today on, and hours".into(),
            ),
            Self::IsDoor => r(Code::NoSuch, "本单不是上门办".into(), "nobody visits in this order".into()),
            Self::VisitMade => r(
                Code::TooEarly,
                "还没有上门，请先记“已上门”".into(),
                "nobody was there yet: put down the visit first".into(),
            ),
            Self::SheetsWait => {
                r(Code::NoSuch, "清单没有要确认的".into(), "nothing of the list waits for you".into())
            }
            Self::NoOriginalOut | Self::NothingOut => {
                let n = s.of.originals_out();
                r(
                    Code::PapersOut,
                    format!("还有 {n} 件原件没有还回（或本人还没有确认）：请先还回，或写明为什么不还"),
                    format!(
                        "{n} originals are not back, or the applicant has not said so: give them back, or say why not"
                    ),
                )
            }
            Self::ReasonGiven => r(Code::NeedsText, "请写明情况或理由".into(), "say what and why".into()),
            Self::InsteadGiven => {
                r(Code::NeedsText, "请告知还有什么途径可以办".into(), "say what else is open to them".into())
            }
            Self::WordsLeft => r(
                Code::TooOften,
                format!("最多补充 {WORDS_MAX} 次，请直接打大厅电话"),
                format!("at most {WORDS_MAX} times: call the hall"),
            ),
            Self::PersonThere => r(
                Code::NoSuch,
                "申请人信息已经删除".into(),
                "what was kept of the applicant is deleted".into(),
            ),
            Self::Entitled | Self::MandateHolds | Self::PapersNamed | Self::LinesThere => {
                r(Code::NoSuch, "条件不符".into(), "a condition does not hold".into())
            }
            Self::KeptLongEnough => r(Code::TooEarly, "时间未到".into(), "not yet".into()),
        }
    }
}
