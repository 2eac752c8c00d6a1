//! 指标表: every figure once: its name, its words, how it is reckoned, its unit, where it comes from. Boards,
//! lists, interface and bulletins read this table and no other.

use crate::facts::{Standing, What};

/// What a figure is measured in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// 件
    Cases,
    /// 次
    Times,
    /// 个
    Pieces,
    /// %, one decimal
    Percent,
}

impl Measure {
    /// The Chinese word.
    pub const fn zh(self) -> &'static str {
        match self {
            Self::Cases => "件",
            Self::Times => "次",
            Self::Pieces => "个",
            Self::Percent => "%",
        }
    }
}

/// How a figure is reckoned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// Not at rest at the moment asked for.
    Open,
    /// Not at rest, and the clock ran out before the moment asked for.
    Late,
    /// Not at rest, the yellow light is on, not late, the clock not standing still.
    Near,
    /// Stands there at the moment asked for.
    Stands(Standing),
    /// Happened within the days asked for.
    Happened(What),
    /// Both happened kinds together within the days asked for.
    Either(&'static [What]),
    /// The first figure over the second, in percent; its list is the list of the first.
    Share(&'static str, &'static str),
}

/// One figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Figure {
    /// in addresses, interface and formulas
    pub key: &'static str,
    /// Chinese name
    pub zh: &'static str,
    /// English name
    pub en: &'static str,
    /// how it is reckoned, in Chinese
    pub how: &'static str,
    /// how it is reckoned, in English
    pub how_en: &'static str,
    /// measured in
    pub measure: Measure,
    /// more is worse: shown as such
    pub worse: bool,
    /// rows of DOMAIN.md and texts
    pub source: &'static str,
    /// the rule
    pub rule: Rule,
}

const fn f(
    key: &'static str,
    (zh, en): (&'static str, &'static str),
    (how, how_en): (&'static str, &'static str),
    measure: Measure,
    worse: bool,
    source: &'static str,
    rule: Rule,
) -> Figure {
    Figure { key, zh, en, how, how_en, measure, worse, source, rule }
}

use Measure::{Cases, Percent, Pieces, Times};
use Rule::{Either, Happened, Share, Stands};

/// The table.
#[rustfmt::skip]
pub const FIGURES: &[Figure] = &[
    f("intake", ("登记", "Taken in"), ("本期登记的件（首问单位）", "cases registered in the period, at the unit asked first"), Cases, false, "S1 CZ 二（二） 44件", Happened(What::Registered)),
    f("consulted", ("其中咨询", "Consultations"), ("本期登记、类别为咨询", "registered in the period, kind consultation"), Cases, false, "CZ 二（二） 咨询30件", Happened(What::Consulted)),
    f("matters", ("其中办件", "Matters"), ("本期登记、类别为办件", "registered in the period, kind matter"), Cases, false, "CZ 二（二） 办件14件", Happened(What::Matter)),
    f("problems", ("其中问题", "Problems"), ("本期登记、类别为问题（走流程梳理）", "registered in the period, kind problem"), Cases, false, "YY 梳理问题95个", Happened(What::Problem)),
    f("dispatched", ("转办", "Sent to a unit"), ("本期转办、改派、裁定给本单位", "sent, sent again or awarded to the unit in the period"), Times, false, "R2 R4 S1", Happened(What::Dispatched)),
    f("open", ("在办", "Open"), ("截至当日未办结（未归档、未并案、未作不予受理）", "not at rest at the end of the day"), Cases, false, "S1", Rule::Open),
    f("late", ("超期", "Late"), ("截至当日在办且已过期限", "open and past its limit at the end of the day"), Cases, true, "S1 R3", Rule::Late),
    f("near", ("临期", "Near its limit"), ("截至当日在办、已亮黄灯未超期", "open, yellow light on, not late"), Cases, true, "S1 R3", Rule::Near),
    f("rectifying", ("整改中", "Being mended"), ("截至当日在整改", "in rectification at the end of the day"), Cases, false, "R6 HY 五（二）", Stands(Standing::Rectifying)),
    f("awaiting_call", ("待回头看", "Callback owed"), ("截至当日已答复、未回访", "replied, callback owed at the end of the day"), Cases, false, "R7 CZ 四（二）", Stands(Standing::Replied)),
    f("handed_over", ("已转外地", "With another city"), ("截至当日转给其他城市或上级、还没有回访了结", "handed to another city or the province, not closed at the end of the day"), Cases, false, "R5 R14", Stands(Standing::HandedOver)),
    f("bounced", ("退回", "Given back"), ("本期退回次数", "given back in the period"), Times, true, "R4 S1", Happened(What::Returned)),
    f("reopened", ("重新办理", "Reopened"), ("本期因未解决、不满意或抽查重新办理的次数", "reopened in the period"), Times, true, "R7 R9 S1", Happened(What::Reopened)),
    f("recurred", ("反复", "Came back"), ("本期经人确认为已办结问题再次发生", "confirmed in the period to be a closed problem come back"), Times, true, "R9 S1", Happened(What::Recurred)),
    f("replied", ("答复", "Replied"), ("本期答复次数（含当场答复，不含补录的历史件）", "replies given in the period"), Times, false, "R2 CZ 一（二）", Either(&[What::Replied, What::RepliedLate])),
    f("replied_late", ("超期答复", "Replied late"), ("本期答复时已过期限", "replies given after the limit"), Times, true, "R3 LC 5个工作日", Happened(What::RepliedLate)),
    f("archived", ("办结归档", "Archived"), ("本期归档", "archived in the period"), Cases, false, "R2", Happened(What::Archived)),
    f("called", ("回访", "Called back"), ("本期完成的回头看", "callbacks answered in the period"), Times, false, "R7 CZ 四（二）", Happened(What::CalledBack)),
    f("solved", ("已解决", "Solved"), ("本期回头看答“已解决”", "callbacks in the period that said solved"), Times, false, "R7 S1", Happened(What::Solved)),
    f("asked_satisfied", ("答满意度", "Said how satisfied"), ("本期回头看说了满意度", "callbacks that said how satisfied"), Times, false, "R7", Happened(What::AskedSatisfied)),
    f("satisfied", ("满意", "Satisfied"), ("本期回头看答基本满意及以上", "callbacks that said satisfied or better"), Times, false, "R7 S1", Happened(What::Satisfied)),
    f("plans", ("整改方案", "Plans made"), ("本期出台的整改方案", "rectification plans made in the period"), Pieces, false, "R6 YY 全部出台整改方案95", Happened(What::Planned)),
    f("mended", ("完成整改", "Mended"), ("本期全部步骤销号的整改", "plans whose last step was struck off in the period"), Pieces, false, "R6 YY 已完成整改33", Happened(What::Mended)),
    f("steps", ("整改步骤", "Steps planned"), ("本期方案中的步骤", "steps in plans of the period"), Pieces, false, "R6", Happened(What::StepPlanned)),
    f("struck", ("步骤销号", "Steps struck off"), ("本期经核销号的步骤", "steps struck off in the period"), Pieces, false, "R6 HY 逐一销号", Happened(What::StepStruck)),
    f("rejected", ("不予销号", "Strike-off refused"), ("本期报完成而核查未过的步骤（纸面整改）", "steps said to be done that failed the check"), Times, true, "R6 STANDARDS 3.4 纸面销号", Happened(What::StepRejected)),
    f("reminded", ("催办", "Reminded"), ("本期催办次数", "reminders in the period"), Times, true, "R2", Happened(What::Reminded)),
    f("ordered", ("督办", "Orders"), ("本期督办次数", "supervision orders in the period"), Times, true, "R2 HY 五（三）", Happened(What::Ordered)),
    f("on_time_rate", ("按期答复率", "On time"), ("按期答复÷答复", "replied in time ÷ replied"), Percent, false, "S1 LC", Share("replied_in_time", "replied")),
    f("replied_in_time", ("按期答复", "Replied in time"), ("本期在期限内的答复", "replies given within the limit"), Times, false, "S1 LC", Happened(What::Replied)),
    f("solved_rate", ("解决率", "Solved, share"), ("已解决÷回访", "solved ÷ called back"), Percent, false, "S1 R7", Share("solved", "called")),
    f("satisfied_rate", ("满意率", "Satisfied, share"), ("满意÷答满意度", "satisfied ÷ said how satisfied"), Percent, false, "S1 R7", Share("satisfied", "asked_satisfied")),
    f("mended_rate", ("整改完成率", "Mended, share"), ("完成整改÷整改方案", "mended ÷ plans made"), Percent, false, "S1 YY", Share("mended", "plans")),
    f("services", ("办件量", "Services given"), ("本期提供的服务（一次服务一条）", "services given in the period"), Cases, false, "S6 BD 615件 E1", Happened(What::Served)),
    f("ratings", ("主动评价", "Ratings"), ("本期群众主动作出的评价（不含默认、已排除）", "ratings given by people, without default and excluded ones"), Times, false, "E1 STANDARDS 2.1", Either(&[What::RatedGood, What::RatedBad])),
    f("good", ("好评", "Good ratings"), ("主动评价中基本满意及以上", "of these, basically satisfied or better"), Times, false, "E1 STANDARDS 2.1", Happened(What::RatedGood)),
    f("bad", ("差评", "Bad ratings"), ("主动评价中不满意、非常不满意", "of these, dissatisfied or worse"), Times, true, "E2 STANDARDS 2.1", Happened(What::RatedBad)),
    f("default_ratings", ("默认评价", "Default ratings"), ("系统默认的评价，单列，不进任何率", "ratings made by default; in no share"), Times, false, "STANDARDS 2.1", Happened(What::RatedDefault)),
    f("excluded", ("排除评价", "Excluded ratings"), ("经复核排除的误评、恶意评价", "mistaken or malicious ratings excluded on appeal"), Times, false, "E2 STANDARDS 2.1", Happened(What::Excluded)),
    f("second_good", ("二次评价转好", "Second rating good"), ("差评整改后二次评价为基本满意及以上", "second ratings after mending that are good"), Times, false, "E2 STANDARDS 2.1", Happened(What::SecondGood)),
    f("good_rate", ("好评率", "Good, share"), ("好评÷主动评价", "good ÷ ratings"), Percent, false, "E4 STANDARDS 2.1", Share("good", "ratings")),
    f("rated_rate", ("主动评价率", "Rated, share"), ("主动评价÷办件量", "ratings ÷ services"), Percent, false, "E1 STANDARDS 2.1", Share("ratings", "services")),
];

/// The figure with this key.
pub fn figure(key: &str) -> Option<&'static Figure> {
    FIGURES.iter().find(|f| f.key == key)
}

/// The value of a figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value {
    /// so many
    Count(u64),
    /// so many of so many; no share without any
    Share {
        /// of these
        part: u64,
        /// among these
        whole: u64,
    },
}

impl Value {
    /// As a number, for charts, formulas and order: a share in percent; none when there is nothing to share.
    #[expect(clippy::cast_precision_loss, reason = "counts of cases")]
    pub fn number(self) -> Option<f64> {
        match self {
            Self::Count(n) => Some(n as f64),
            Self::Share { whole: 0, .. } => None,
            Self::Share { part, whole } => Some(part as f64 * 100.0 / whole as f64),
        }
    }
    /// As people read it: 33, 85.7%, –.
    pub fn text(self) -> String {
        match self {
            Self::Count(n) => n.to_string(),
            Self::Share { whole: 0, .. } => "–".to_owned(),
            // Rounded half up in whole numbers, so that every page and paper says the same.
            Self::Share { part, whole } => {
                let tenths = (part * 2000 / whole).div_ceil(2);
                format!("{}.{}%", tenths / 10, tenths % 10)
            }
        }
    }
}

/// Counters that the facts are counted into: one for each [`What`], then three for open, late, near, then one
/// for each [`Standing`].
pub(crate) const COUNTERS: usize = 30 + 3 + 11;
pub(crate) const C_OPEN: usize = 30;
pub(crate) const C_LATE: usize = 31;
pub(crate) const C_NEAR: usize = 32;
pub(crate) const C_STANDS: usize = 33;

impl Rule {
    /// The counters that a count is the sum of; empty for a share.
    pub(crate) fn counters(self) -> Vec<usize> {
        match self {
            Self::Open => vec![C_OPEN],
            Self::Late => vec![C_LATE],
            Self::Near => vec![C_NEAR],
            Self::Stands(s) => vec![C_STANDS + s as usize],
            Self::Happened(w) => vec![w as usize],
            Self::Either(all) => all.iter().map(|w| *w as usize).collect(),
            Self::Share(..) => Vec::new(),
        }
    }
}

/// The value of a figure from counts by figure key (for sums from elsewhere, such as a source text).
pub fn of_counts(figure: &Figure, count: &impl Fn(&str) -> u64) -> Value {
    match figure.rule {
        Rule::Share(part, whole) => Value::Share { part: count(part), whole: count(whole) },
        _ => Value::Count(count(figure.key)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sound() {
        for (i, f) in FIGURES.iter().enumerate() {
            assert!(FIGURES[..i].iter().all(|g| g.key != f.key && g.zh != f.zh), "{} twice", f.key);
            assert!(!f.source.is_empty() && !f.how.is_empty() && !f.how_en.is_empty(), "{}", f.key);
            match f.rule {
                Rule::Share(a, b) => {
                    for key in [a, b] {
                        let of = figure(key).unwrap_or_else(|| panic!("{}: no {key}", f.key));
                        assert!(!matches!(of.rule, Rule::Share(..)), "{key}");
                    }
                    assert_eq!(f.measure, Measure::Percent);
                }
                rule => assert!(rule.counters().iter().all(|c| *c < COUNTERS), "{}", f.key),
            }
        }
        assert_eq!(What::ALL.len(), C_OPEN);
        assert_eq!(Standing::ALL.len() + C_STANDS, COUNTERS);
        assert!(What::ALL.iter().enumerate().all(|(i, w)| *w as usize == i));
    }

    #[test]
    fn shares_are_rounded_half_up_and_never_divide_by_nothing() {
        let share = |part, whole| Value::Share { part, whole }.text();
        assert_eq!(share(33, 95), "34.7%");
        assert_eq!(share(163, 615), "26.5%");
        assert_eq!(share(1, 2000), "0.1%");
        assert_eq!(share(0, 0), "–");
        assert_eq!(share(7, 7), "100.0%");
        assert_eq!(Value::Share { part: 0, whole: 0 }.number(), None);
    }
}
