//! Limits as data (R3): which limit applies to which case, since when, and the other numbers a city sets.

use kernel::{Date, Moment, UnitId};
use serde::{Deserialize, Serialize};
use workday::{Length, WorkCalendar};

use crate::clock::Phase;
use crate::words::{Channel, Complexity, Kind, Word as _};

/// One limit (期限规则). Empty conditions match everything; the rule with the most conditions wins, then the
/// one that took effect last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LimitRule {
    /// Short name, unique together with `effective`.
    pub id: String,
    /// What is timed.
    pub phase: Phase,
    /// How long.
    pub length: Length,
    /// The yellow light comes on so long before the end; 0 working days is the last day itself.
    pub yellow: Length,
    /// Only for this kind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<Kind>,
    /// Only for simple or for complex cases.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub complexity: Option<Complexity>,
    /// Only for cases that came in this way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<Channel>,
    /// Only for cases handled by this unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<UnitId>,
    /// Only for cases about this item.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<String>,
    /// Only for cases that go by this set (期限集), by its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub set: Option<String>,
    /// In force for clocks that start on this day or later.
    pub effective: Date,
    /// Where the number comes from.
    pub source: String,
}

impl LimitRule {
    fn matches(&self, of: &Subject<'_>) -> bool {
        self.phase == of.phase
            && self.effective <= of.start.date()
            && self.kind.is_none_or(|k| k == of.kind)
            && self.complexity.is_none_or(|c| c == of.complexity)
            && self.channel.is_none_or(|c| c == of.channel)
            && self.unit.is_none_or(|u| Some(u) == of.unit)
            && self.item.as_deref().is_none_or(|i| Some(i) == of.item)
            && self.set.as_deref().is_none_or(|s| Some(s) == of.set)
    }
    /// The conditions beside the phase and the set, each as a word.
    fn conditions(&self) -> [Option<String>; 5] {
        [
            self.kind.map(|k| k.word().to_owned()),
            self.complexity.map(|c| c.word().to_owned()),
            self.channel.map(|c| c.word().to_owned()),
            self.unit.map(|u| u.to_string()),
            self.item.clone(),
        ]
    }
    /// Can one case be of all three? What a set says is not measured by limits outside of it.
    fn meets(&self, a: &Self, b: &Self) -> bool {
        let one = |x: &Option<String>, y: &Option<String>| x.is_none() || y.is_none() || x == y;
        let (own, a_is, b_is) = (self.conditions(), a.conditions(), b.conditions());
        let all = (0..own.len())
            .all(|i| one(&own[i], &a_is[i]) && one(&own[i], &b_is[i]) && one(&a_is[i], &b_is[i]));
        all && [a, b].iter().all(|o| o.phase == self.phase && o.set == self.set)
    }
    /// Is every case of the two one of this?
    fn asks_no_more(&self, a: &Self, b: &Self) -> bool {
        let (own, a_is, b_is) = (self.conditions(), a.conditions(), b.conditions());
        (0..own.len()).all(|i| own[i].is_none() || own[i] == a_is[i] || own[i] == b_is[i])
    }
    fn weight(&self) -> u32 {
        // A set says more than an item, an item more than a unit, a unit more than a channel, a channel more than a kind.
        u32::from(self.set.is_some()) * 32
            + u32::from(self.item.is_some()) * 16
            + u32::from(self.unit.is_some()) * 8
            + u32::from(self.channel.is_some()) * 4
            + u32::from(self.kind.is_some()) * 2
            + u32::from(self.complexity.is_some())
    }
}

/// Of limits that hold everywhere one that `own` would take the place of for some case and is laxer than: it gives more time, or
/// time of another unit, which nobody can compare. None when it takes the place of none, is one of them, or is as strict.
pub fn laxer<'a>(given: &'a [LimitRule], own: &LimitRule) -> Option<&'a LimitRule> {
    if given.contains(own) {
        return None;
    }
    given.iter().find(|g| {
        let as_strict = g.length.unit() == own.length.unit() && own.length.n() <= g.length.n();
        // Among cases of both another one that is given goes before this one anyway.
        let shadowed = |h: &LimitRule| h.weight() > g.weight() && h.meets(g, own) && h.asks_no_more(g, own);
        !as_strict && own.weight() >= g.weight() && g.meets(g, own) && !given.iter().any(shadowed)
    })
}

/// What a limit is looked up for.
pub(crate) struct Subject<'a> {
    pub phase: Phase,
    pub kind: Kind,
    pub complexity: Complexity,
    pub channel: Channel,
    pub unit: Option<UnitId>,
    pub item: Option<&'a str>,
    pub set: Option<&'a str>,
    pub start: Moment,
}

/// Everything a city can set about the loop, with the calendar. A value, versioned by the store.
#[derive(Clone, Debug)]
pub struct Rules {
    /// the limits
    pub limits: Vec<LimitRule>,
    /// the statutory calendar
    pub calendar: WorkCalendar,
    /// returns before the arbitration is final (退回次数)
    pub returns_max: u32,
    /// standstills of one run
    pub pauses_max: usize,
    /// working days of one extension
    pub extension_days_max: u32,
    /// times a case is reopened by an unhappy callback before it is closed with an explanation
    pub rounds_max: u32,
    /// attempts at a callback before a case may be archived without one
    pub missed_calls_min: u32,
    /// steps of one plan, tasks of one meeting, co-handlers of one case
    pub parts_max: usize,
}

impl Rules {
    /// The numbers of the sources (CZ 一(二), LC) with the calendar given.
    pub fn new(calendar: WorkCalendar) -> Self {
        Self {
            limits: default_limits(),
            calendar,
            returns_max: 2,
            pauses_max: 10,
            extension_days_max: 10,
            rounds_max: 2,
            missed_calls_min: 3,
            parts_max: 50,
        }
    }

    /// The rule for a subject, where one is set.
    pub(crate) fn rule(&self, of: &Subject<'_>) -> Option<&LimitRule> {
        self.limits
            .iter()
            .filter(|r| r.matches(of))
            .max_by(|a, b| (a.weight(), a.effective, &b.id).cmp(&(b.weight(), b.effective, &a.id)))
    }

    /// The limit for a subject. There is always one: without a rule it is ten working days.
    pub(crate) fn limit(&self, of: &Subject<'_>) -> (Length, Length, String) {
        match self.rule(of) {
            Some(r) => (r.length, r.yellow, format!("{}@{}", r.id, r.effective)),
            None => (Length::Workdays(10), Length::Workdays(1), "none".to_owned()),
        }
    }
}

/// One set of limits (期限集) as it is in force, for who chooses one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LimitSet {
    /// its name
    pub name: String,
    /// what it limits and how long, in the order of the phases; of two lengths the one of a simple case
    pub parts: Vec<(Phase, Length)>,
    /// where the numbers come from
    pub source: String,
}

impl Rules {
    /// The sets of limits that are named, in the order of the rules, as they are on a day.
    pub fn sets(&self, day: Date) -> Vec<LimitSet> {
        let mut all: Vec<LimitSet> = Vec::new();
        let mut newest: Vec<&LimitRule> = self.limits.iter().filter(|r| r.effective <= day).collect();
        newest.sort_by_key(|r| r.effective);
        for r in newest {
            let Some(name) = &r.set else { continue };
            let at = all.iter().position(|s| s.name == *name).unwrap_or_else(|| {
                all.push(LimitSet { name: name.clone(), parts: Vec::new(), source: r.source.clone() });
                all.len() - 1
            });
            if r.complexity.is_some_and(|c| c != Complexity::Simple) {
                continue;
            }
            let parts = &mut all[at].parts;
            parts.retain(|(phase, _)| *phase != r.phase);
            parts.push((r.phase, r.length));
        }
        for set in &mut all {
            set.parts.sort_by_key(|(phase, _)| Phase::ALL.iter().position(|p| p == phase));
        }
        all
    }
}

/// The sets of limits that a city starts with for whistles of companies (企业吹哨), R11.
const WHISTLES: &[(&str, &[(Phase, Length)], &str)] = {
    use Length::{Days, Hours, Workdays, WorkingHours};
    use Phase::{Assist, Contact, ExtensionAsk, Feedback, Handle, Object, Ruling};
    &[
        (
            "2115",
            &[(Contact, WorkingHours(2)), (Feedback, Workdays(1)), (Handle, Workdays(15))],
            "山东 2115，2 小时联系到场、1 个工作日反馈、15 个工作日解决",
        ),
        (
            "1-3-15",
            &[(Contact, Workdays(1)), (Feedback, Workdays(3)), (Handle, Workdays(15))],
            "山东企业诉求平台 2020，1-3-15（跨级 30）个工作日",
        ),
        (
            "60-24-7",
            &[(Contact, Hours(1)), (Feedback, Hours(24)), (Handle, Days(7))],
            "江门，60 分钟联系、24 小时方案、7 天办结",
        ),
        (
            "3-7",
            &[
                (Object, Workdays(1)),
                (Ruling, Workdays(0)),
                (Assist, Workdays(3)),
                (ExtensionAsk, Workdays(1)),
                (Handle, Workdays(7)),
            ],
            "泉州，异议 1 个工作日内提出、当日裁定且不再变，协办 3 个、主办 7 个工作日，延期提前 1 个工作日申请",
        ),
    ]
};

/// The rules of these sets.
pub fn whistle_limits() -> Vec<LimitRule> {
    use Length::Workdays;
    let since = Date::constant(2000, 1, 1);
    let mut all = Vec::new();
    for (set, parts, source) in WHISTLES {
        let rule = |phase: Phase, length, yellow| LimitRule {
            id: format!("whistle-{set}-{}", phase.word()),
            phase,
            length,
            yellow,
            kind: None,
            complexity: None,
            channel: Some(Channel::Whistle),
            unit: None,
            item: None,
            set: Some((*set).to_owned()),
            effective: since,
            source: (*source).to_owned(),
        };
        for (phase, length) in *parts {
            let yellow = match (phase, length) {
                (Phase::Handle, Length::Days(_)) => Length::Days(1),
                (Phase::Handle, _) => Workdays(1),
                _ => Workdays(0),
            };
            all.push(rule(*phase, *length, yellow));
        }
        if *set == "1-3-15" {
            all.push(LimitRule {
                id: format!("whistle-{set}-handle-complex"),
                complexity: Some(Complexity::Complex),
                ..rule(Phase::Handle, Workdays(30), Workdays(2))
            });
        }
    }
    all
}

/// The limits a new city starts with.
pub fn default_limits() -> Vec<LimitRule> {
    let since = Date::constant(2000, 1, 1);
    let rule = |id: &str, phase, days, yellow, source: &str| LimitRule {
        id: id.to_owned(),
        phase,
        length: Length::Workdays(days),
        yellow: Length::Workdays(yellow),
        kind: None,
        complexity: None,
        channel: None,
        unit: None,
        item: None,
        set: None,
        effective: since,
        source: source.to_owned(),
    };
    let simple = LimitRule {
        complexity: Some(Complexity::Simple),
        ..rule(
            "simple",
            Phase::Handle,
            3,
            1,
            "“办不成事”反映窗口办件规程一（二）：条件简单、流程清晰的，3 个工作日",
        )
    };
    let complex = LimitRule {
        complexity: Some(Complexity::Complex),
        ..rule(
            "complex",
            Phase::Handle,
            10,
            2,
            "“办不成事”反映窗口办件规程一（二）：要素复杂、需要协调的，10 个工作日",
        )
    };
    let opinion = LimitRule {
        kind: Some(Kind::Opinion),
        ..rule("opinion", Phase::Handle, 5, 1, "流程再造征求意见办理：意见建议 5 个工作日内办理")
    };
    let rating = LimitRule {
        kind: Some(Kind::BadRating),
        ..rule("bad-rating", Phase::Handle, 5, 1, "政务服务“好差评”制度：差评 5 个工作日内整改反馈")
    };
    let mut all = vec![
        rule("intake", Phase::Intake, 1, 0, "12345 热线工单办理通行做法：当日联系，次日转办"),
        simple,
        complex,
        opinion,
        rating,
        rule("callback", Phase::Callback, 5, 1, "“办不成事”反映窗口办件规程四（二）：定期回访"),
        rule("file", Phase::File, 5, 1, "“办不成事”反映窗口办件规程一（四）：归档"),
    ];
    all.extend(whistle_limits());
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_may_be_stricter_than_what_is_given_and_not_laxer() {
        let usual = default_limits();
        assert!(usual.iter().all(|l| laxer(&usual, l).is_none()), "what is given is as it is given");
        let of = |id: &str| usual.iter().find(|l| l.id == id).unwrap();
        let (simple, complex) = (of("simple"), of("complex"));
        let given = [simple.clone(), complex.clone()];
        let like = |l: &LimitRule, n: u32| LimitRule {
            id: "own".to_owned(),
            length: Length::Workdays(n),
            channel: Some(Channel::Hotline),
            ..l.clone()
        };
        for l in [simple, complex] {
            assert_eq!(laxer(&given, &like(l, l.length.n())), None);
            assert_eq!(laxer(&given, &like(l, l.length.n() - 1)), None);
            assert_eq!(laxer(&given, &like(l, l.length.n() + 1)), Some(l));
            assert_eq!(laxer(&given, &LimitRule { length: Length::Hours(1), ..like(l, 1) }), Some(l));
        }
        assert_eq!(laxer(&usual, &like(complex, complex.length.n())).map(|l| l.id.as_str()), Some("opinion"));
        // Of both kinds at once it goes before both.
        let both = LimitRule { complexity: None, ..like(simple, simple.length.n() + 1) };
        assert_eq!(laxer(&given, &both), Some(simple));
        // A general one that is given does not count where another one that is given goes before it.
        let general = LimitRule { id: "general".to_owned(), complexity: None, ..simple.clone() };
        let with = [general, complex.clone()];
        assert_eq!(laxer(&with, &like(complex, complex.length.n())), None);
        assert_eq!(laxer(&[], &like(simple, 90)), None, "nothing is given");
    }
}
