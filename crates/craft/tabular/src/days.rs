//! 天数: lengths of time as offices write them: 五个工作日, ２个工作日, 15日内, 半天, 30天, 2小时, 3-5个工作日, 即时.

use crate::when::half_width;

/// A length of time and its unit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Span {
    /// 工作日
    WorkingDays(f64),
    /// 自然日, 天, 日, 周 as days of the calendar
    NaturalDays(f64),
    /// 月, 季度, 半年, 年 as months of the calendar
    Months(f64),
    /// hours; working hours where the office counts so
    Hours(f64),
    /// 即时, 当场: done at once
    AtOnce,
}

/// A length of time, and whether something was decided about it that the text leaves open (要交代).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Promise {
    /// How long.
    pub span: Span,
    /// Why it is not what stands there word for word.
    pub bent: Option<Bent>,
}

/// What was decided about a length of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bent {
    /// 3至5天: the longer one is what is promised.
    Longer,
    /// 次日, 次月, 当日: a day or a month to come.
    Coming,
    /// 1个工作日4小时: two units, eight hours a working day.
    Mixed,
}

impl Bent {
    /// What is said about it, Chinese and English.
    pub const fn said(self) -> (&'static str, &'static str) {
        match self {
            Self::Longer => ("范围，按较长的算", "a range: the longer one is the promise"),
            Self::Coming => ("按从办理之日起算", "counted from the day of the application"),
            Self::Mixed => ("两种单位合在一起算", "two units taken together"),
        }
    }
}

/// Hours of a working day, where hours stand beside working days.
const WORKING_HOURS: f64 = 8.0;
/// Days of a month of the calendar, where months stand beside days.
const MONTH_DAYS: f64 = 30.0;

/// A Chinese or Arabic number at the beginning: 五, 十五, 二十, 一百二十, 两, 半, 1.5; and the rest.
fn number(text: &str) -> Option<(f64, &str)> {
    let digits = text.bytes().take_while(|b| b.is_ascii_digit() || *b == b'.').count();
    if digits > 0 {
        return Some((text[..digits].parse().ok()?, &text[digits..]));
    }
    if let Some(rest) = text.strip_prefix('半') {
        return Some((0.5, rest));
    }
    let (mut total, mut now, mut used) = (0u32, 0u32, 0);
    for c in text.chars() {
        match c {
            '零' | '〇' => {}
            '一' | '壹' => now = 1,
            '二' | '两' | '贰' => now = 2,
            '三' | '叁' => now = 3,
            '四' | '肆' => now = 4,
            '五' | '伍' => now = 5,
            '六' | '陆' => now = 6,
            '七' | '柒' => now = 7,
            '八' | '捌' => now = 8,
            '九' | '玖' => now = 9,
            '十' | '拾' => {
                total += now.max(1) * 10;
                now = 0;
            }
            '百' | '佰' => {
                total += now.max(1) * 100;
                now = 0;
            }
            _ => break,
        }
        used += c.len_utf8();
    }
    (used > 0).then(|| (f64::from(total + now), &text[used..]))
}

/// Done at once, in the words of offices.
const AT_ONCE: [&str; 17] = [
    "即时",
    "即办",
    "即办件",
    "即来即办",
    "即时办",
    "即收即办",
    "随到随办",
    "随时",
    "当场",
    "现场",
    "立即",
    "立等可取",
    "立等即取",
    "马上办",
    "immediate",
    "immediately",
    "atonce",
];

/// A day or a month to come, of which a promise lasts no longer than this.
const COMING: [(&str, Span); 9] = [
    ("当日", Span::NaturalDays(1.0)),
    ("当天", Span::NaturalDays(1.0)),
    ("即日", Span::NaturalDays(1.0)),
    ("次日", Span::NaturalDays(1.0)),
    ("隔日", Span::NaturalDays(1.0)),
    ("次个工作日", Span::WorkingDays(1.0)),
    ("次一工作日", Span::WorkingDays(1.0)),
    ("下一工作日", Span::WorkingDays(1.0)),
    ("次月", Span::Months(1.0)),
];

/// What may stand behind a length of time.
const BEHIND: [&str; 19] = [
    "",
    "内",
    "以内",
    "之内",
    "内办结",
    "内完成",
    "内答复",
    "内办理",
    "内回复",
    "内出证",
    "内反馈",
    "左右",
    "办结",
    "办理",
    "完成",
    "办好",
    "出证",
    "出件",
    "钟",
];

/// What may stand before it.
const BEFORE: [&str; 30] = [
    "自受理之日起",
    "自收到申请之日起",
    "自申请之日起",
    "自收到申请材料之日起",
    "自收件之日起",
    "收到申请之日起",
    "收件之日起",
    "受理之日起",
    "受理后",
    "受理起",
    "收件后",
    "法定办结时限",
    "承诺办结时限",
    "法定时限",
    "承诺时限",
    "法定",
    "承诺",
    "不超过",
    "不多于",
    "不得超过",
    "最多",
    "最长",
    "约",
    "共",
    "第",
    "≤",
    "<=",
    "在",
    "为",
    ":",
];

type Unit = fn(f64) -> Span;
const UNITS: [(&str, Unit); 34] = [
    ("工作日", Span::WorkingDays),
    ("工作天", Span::WorkingDays),
    ("workingdays", Span::WorkingDays),
    ("workingday", Span::WorkingDays),
    ("workdays", Span::WorkingDays),
    ("workday", Span::WorkingDays),
    ("自然日", Span::NaturalDays),
    ("日历日", Span::NaturalDays),
    ("日历天", Span::NaturalDays),
    ("自然天", Span::NaturalDays),
    ("天", Span::NaturalDays),
    ("日", Span::NaturalDays),
    ("days", Span::NaturalDays),
    ("day", Span::NaturalDays),
    ("d", Span::NaturalDays),
    ("星期", |n| Span::NaturalDays(n * 7.0)),
    ("周", |n| Span::NaturalDays(n * 7.0)),
    ("礼拜", |n| Span::NaturalDays(n * 7.0)),
    ("weeks", |n| Span::NaturalDays(n * 7.0)),
    ("week", |n| Span::NaturalDays(n * 7.0)),
    ("月", Span::Months),
    ("months", Span::Months),
    ("month", Span::Months),
    ("季度", |n| Span::Months(n * 3.0)),
    ("年", |n| Span::Months(n * 12.0)),
    ("工作小时", Span::Hours),
    ("工作时", Span::Hours),
    ("小时", Span::Hours),
    ("钟头", Span::Hours),
    ("hours", Span::Hours),
    ("hour", Span::Hours),
    ("h", Span::Hours),
    ("分钟", |n| Span::Hours(n / 60.0)),
    ("minutes", |n| Span::Hours(n / 60.0)),
];

/// A unit at the beginning, with 半 behind the counter (一个半月) or behind the unit (一天半), and the rest.
fn unit(mut n: f64, text: &str) -> Option<(Span, &str)> {
    let mut rest = text.strip_prefix("个").unwrap_or(text);
    if let Some(tail) = rest.strip_prefix("半") {
        n += 0.5;
        rest = tail;
    }
    let (tail, make) = UNITS
        .iter()
        .filter_map(|(u, make)| rest.strip_prefix(u).map(|tail| (tail, *make)))
        .min_by_key(|(tail, _)| tail.len())?;
    match tail.strip_prefix("半") {
        Some(tail) => Some((make(n + 0.5), tail)),
        None => Some((make(n), tail)),
    }
}

/// What stands between the two ends of a range.
fn between(text: &str) -> Option<&str> {
    ["--", "-", "－", "—", "–", "~", "～", "至", "到", "或者", "或"].iter().find_map(|m| text.strip_prefix(m))
}

/// Two lengths one after the other: 2小时30分钟, 1年6个月, 1个工作日4小时.
fn sum(a: Span, b: Span) -> Option<(Span, bool)> {
    use Span::{Hours, Months, NaturalDays, WorkingDays};
    Some(match (a, b) {
        (WorkingDays(a), WorkingDays(b)) => (WorkingDays(a + b), false),
        (NaturalDays(a), NaturalDays(b)) => (NaturalDays(a + b), false),
        (Months(a), Months(b)) => (Months(a + b), false),
        (Hours(a), Hours(b)) => (Hours(a + b), false),
        (WorkingDays(a), Hours(b)) => (WorkingDays(a + b / WORKING_HOURS), true),
        (NaturalDays(a), Hours(b)) => (NaturalDays(a + b / 24.0), true),
        (Months(a), NaturalDays(b)) => (NaturalDays(a * MONTH_DAYS + b), true),
        _ => return None,
    })
}

/// How long it roughly is, to find the longer of two.
const fn length(span: Span) -> f64 {
    match span {
        Span::WorkingDays(n) => n * 1.4,
        Span::NaturalDays(n) => n,
        Span::Months(n) => n * MONTH_DAYS,
        Span::Hours(n) => n / 24.0,
        Span::AtOnce => 0.0,
    }
}

/// Reads a length of time; words around it (不超过, 自受理之日起, 内) are read over. Of a range the longer end holds.
pub fn promise(text: &str) -> Option<Promise> {
    let plain: String = text
        .chars()
        .map(half_width)
        .filter(|c| !c.is_whitespace())
        .flat_map(char::to_lowercase)
        .take(200)
        .collect();
    let mut rest = plain.trim_end_matches(['。', '.', ';']);
    loop {
        let shorter =
            BEFORE.iter().find_map(|b| rest.strip_prefix(b)).map(|r| r.trim_start_matches([',', '，', '、']));
        match shorter {
            Some(shorter) => rest = shorter,
            None => break,
        }
    }
    let word = |w: &str| rest.strip_prefix(w).is_some_and(|tail| BEHIND.contains(&tail) || tail == "件");
    if AT_ONCE.iter().any(|w| word(w)) {
        return Some(Promise { span: Span::AtOnce, bent: None });
    }
    if let Some((_, span)) = COMING.iter().find(|(w, _)| word(w)) {
        return Some(Promise { span: *span, bent: Some(Bent::Coming) });
    }
    let (mut span, mut tail, mut bent) = (None, rest, None);
    let mut low = None;
    loop {
        let (n, after) = number(tail)?;
        if let Some(after) = between(after) {
            // 3-5个工作日: only one range, and nothing before it.
            if low.is_some() || span.is_some() {
                return None;
            }
            (low, tail) = (Some(n), after);
            continue;
        }
        let (one, after) = unit(n, after)?;
        if low.is_some_and(|low| low > n) {
            return None;
        }
        (span, tail) = match span {
            None => (Some(one), after),
            Some(before) => {
                let (both, mixed) = sum(before, one)?;
                bent = bent.or(mixed.then_some(Bent::Mixed));
                (Some(both), after)
            }
        };
        if low.is_some() {
            bent = Some(Bent::Longer);
        }
        // 3个工作日至5个工作日, 1周-10天: each end with its unit.
        if let Some(after) = between(tail) {
            if low.is_some() {
                return None;
            }
            let to = promise(after)?;
            let longer = span.filter(|s| length(*s) <= length(to.span)).map(|_| to.span)?;
            return Some(Promise { span: longer, bent: Some(Bent::Longer) });
        }
        // A second length may follow: 1个月零5天.
        let next = tail.strip_prefix(['零', '又', '加', '+']).unwrap_or(tail);
        if low.is_some() || number(next).is_none() {
            break;
        }
        tail = next;
    }
    let tail = tail.trim_matches(['。', '.', '(', ')']);
    let span = span?;
    let sound = length(span).is_finite() && length(span) >= 0.0;
    (sound && BEHIND.contains(&tail)).then_some(Promise { span, bent })
}

/// The same without what was decided.
pub fn span(text: &str) -> Option<Span> {
    promise(text).map(|p| p.span)
}

#[cfg(test)]
mod tests {
    use super::*;
    use Bent::{Coming, Longer, Mixed};
    use Span::{AtOnce, Hours, Months, NaturalDays, WorkingDays};

    #[test]
    fn offices_write_days_in_many_ways() {
        for (text, want) in [
            ("五个工作日", WorkingDays(5.0)),
            ("２个工作日", WorkingDays(2.0)),
            ("１５个工作日", WorkingDays(15.0)),
            ("15日内", NaturalDays(15.0)),
            ("半天", NaturalDays(0.5)),
            ("一天半", NaturalDays(1.5)),
            ("30天", NaturalDays(30.0)),
            ("十五个工作日内", WorkingDays(15.0)),
            ("二十个工作日", WorkingDays(20.0)),
            ("1个月", Months(1.0)),
            ("一个半月", Months(1.5)),
            ("半年", Months(6.0)),
            ("一年", Months(12.0)),
            ("一年半", Months(18.0)),
            ("两个季度", Months(6.0)),
            ("两周", NaturalDays(14.0)),
            ("不超过 3 个工作日", WorkingDays(3.0)),
            ("自受理之日起20个工作日内", WorkingDays(20.0)),
            ("自收到申请之日起，不超过5个工作日内办结。", WorkingDays(5.0)),
            ("承诺时限：5个工作日", WorkingDays(5.0)),
            ("1.5个工作日", WorkingDays(1.5)),
            ("半个工作日", WorkingDays(0.5)),
            ("3 working days", WorkingDays(3.0)),
            ("2小时", Hours(2.0)),
            ("２４小时内", Hours(24.0)),
            ("4个工作小时", Hours(4.0)),
            ("2小时30分钟", Hours(2.5)),
            ("30分钟", Hours(0.5)),
            ("1年6个月", Months(18.0)),
            ("即时", AtOnce),
            ("当场办结", AtOnce),
            ("立等可取", AtOnce),
            ("即办件", AtOnce),
            ("一百二十天", NaturalDays(120.0)),
            ("10自然日", NaturalDays(10.0)),
            ("60日", NaturalDays(60.0)),
        ] {
            assert_eq!(promise(text), Some(Promise { span: want, bent: None }), "{text}");
        }
        for bad in [
            "",
            "工作日",
            "5",
            "很快",
            "5个人",
            "-3天",
            "五五开",
            "3-5",
            "5-3天",
            "3-5-7天",
            "3天-",
            "2024-03-05",
        ] {
            assert_eq!(promise(bad), None, "{bad}");
        }
    }

    #[test]
    fn what_was_decided_is_said() {
        for (text, want, bent) in [
            ("3-5个工作日", WorkingDays(5.0), Longer),
            ("7至15日", NaturalDays(15.0), Longer),
            ("5-7天", NaturalDays(7.0), Longer),
            ("３～５个工作日内", WorkingDays(5.0), Longer),
            ("三到五个工作日", WorkingDays(5.0), Longer),
            ("3—5天", NaturalDays(5.0), Longer),
            ("3个工作日至5个工作日", WorkingDays(5.0), Longer),
            ("1周-10天", NaturalDays(10.0), Longer),
            ("3 ~ 6个月", Months(6.0), Longer),
            ("3或5个工作日", WorkingDays(5.0), Longer),
            ("次日", NaturalDays(1.0), Coming),
            ("次日办结", NaturalDays(1.0), Coming),
            ("当天办结", NaturalDays(1.0), Coming),
            ("次月", Months(1.0), Coming),
            ("1个工作日4小时", WorkingDays(1.5), Mixed),
            ("1个月15天", NaturalDays(45.0), Mixed),
            ("1个月零5天", NaturalDays(35.0), Mixed),
            ("2天12小时", NaturalDays(2.5), Mixed),
        ] {
            assert_eq!(promise(text), Some(Promise { span: want, bent: Some(bent) }), "{text}");
        }
    }
}
