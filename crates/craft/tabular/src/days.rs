//! 天数: lengths of time as offices write them: 五个工作日, ２个工作日, 15日内, 半天, 30天, 2小时, 3-5个工作日, 即时.

use crate::script::simplified;
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

/// A number at the beginning: its lower end where it is a range by itself (三五天), itself, and the rest.
type Figure<'a> = (Option<f64>, f64, &'a str);

/// A Chinese or Arabic number at the beginning: 五, 十五, 一百二十, 一二〇, 两, 半, 1.5, and ranges: 三五, 二三十.
fn number(text: &str) -> Option<Figure<'_>> {
    let digits = text.bytes().take_while(|b| b.is_ascii_digit() || *b == b'.').count();
    if digits > 0 {
        return Some((None, text[..digits].parse().ok()?, &text[digits..]));
    }
    match text.strip_prefix('半') {
        Some(rest) => Some((None, 0.5, rest)),
        None => chinese(text),
    }
}

/// The digit of a Chinese figure.
const fn digit(c: char) -> Option<u32> {
    Some(match c {
        '零' | '〇' | '○' => 0,
        '一' | '壹' => 1,
        '二' | '两' | '贰' => 2,
        '三' | '叁' => 3,
        '四' | '肆' => 4,
        '五' | '伍' => 5,
        '六' | '陆' => 6,
        '七' | '柒' => 7,
        '八' | '捌' => 8,
        '九' | '玖' => 9,
        _ => return None,
    })
}

/// Digits without a unit between, as both ends of a range: 三五 is three to five, 二三 two to three; else read by place,
/// 一五 is 15 and 一二〇 is 120.
fn by_place(run: &[char]) -> Option<(u32, u32)> {
    let digits: Vec<u32> = run.iter().copied().map_while(digit).collect();
    match *digits.as_slice() {
        [a, b] if a > 0 && b == a + 1 || (a, b) == (3, 5) => return Some((a, b)),
        // 两 is no digit of a place.
        [_, _, ..] if run.contains(&'两') => return None,
        _ => {}
    }
    let n = digits.iter().try_fold(0u32, |n, d| n.checked_mul(10)?.checked_add(*d))?;
    Some((n, n))
}

/// Twenty, thirty and forty in one character (廿、卅、卌).
fn tens(text: &str) -> Option<Figure<'_>> {
    let (from, rest) = [('廿', 20), ('卅', 30), ('卌', 40)]
        .into_iter()
        .find_map(|(c, n)| text.strip_prefix(c).map(|rest| (n, rest)))?;
    let ones = rest.chars().next().and_then(digit).filter(|n| *n > 0);
    let (n, rest) = match ones {
        Some(n) => (from + n, &rest[rest.chars().next().map_or(0, char::len_utf8)..]),
        None => (from, rest),
    };
    Some((None, f64::from(n), rest))
}

/// A number in Chinese figures up to the hundreds.
fn chinese(text: &str) -> Option<Figure<'_>> {
    if let Some(found) = tens(text) {
        return Some(found);
    }
    let (mut low, mut high, mut used) = (0, 0, 0);
    // What follows a unit is smaller than it.
    let mut below = 1000;
    let mut run = Vec::new();
    for c in text.chars() {
        let unit = match c {
            '十' | '拾' => 10,
            '百' | '佰' => 100,
            _ if digit(c).is_some() => 1,
            _ => break,
        };
        used += c.len_utf8();
        if unit == 1 {
            run.push(c);
            continue;
        }
        let (a, b) = if run.is_empty() { (1, 1) } else { by_place(&run)? };
        if unit >= below || b > 9 {
            return None;
        }
        (low, high, below) = (low + a * unit, high + b * unit, unit);
        run.clear();
    }
    if used == 0 {
        return None;
    }
    let (a, b) = by_place(&run)?;
    // 一百五 is 150 to some and 105 to others.
    if (below < 1000 && b >= below) || (below == 100 && run.first().is_some_and(|c| digit(*c) != Some(0))) {
        return None;
    }
    (low, high) = (low.checked_add(a)?, high.checked_add(b)?);
    Some(((low != high).then(|| f64::from(low)), f64::from(high), &text[used..]))
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
const COMING: [(&str, Span); 15] = [
    ("当日", Span::NaturalDays(1.0)),
    ("当天", Span::NaturalDays(1.0)),
    ("即日", Span::NaturalDays(1.0)),
    ("次日", Span::NaturalDays(1.0)),
    ("隔日", Span::NaturalDays(1.0)),
    ("次个工作日", Span::WorkingDays(1.0)),
    ("次一工作日", Span::WorkingDays(1.0)),
    ("下一工作日", Span::WorkingDays(1.0)),
    ("次月", Span::Months(1.0)),
    ("第二天", Span::NaturalDays(1.0)),
    ("第2天", Span::NaturalDays(1.0)),
    ("第二日", Span::NaturalDays(1.0)),
    ("第2日", Span::NaturalDays(1.0)),
    ("第二个工作日", Span::WorkingDays(1.0)),
    ("第2个工作日", Span::WorkingDays(1.0)),
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
const BEFORE: [&str; 29] = [
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

/// A unit in brackets behind the figure.
const NOTED: [(&str, Unit); 6] = [
    ("(工作日)", Span::WorkingDays),
    ("(个工作日)", Span::WorkingDays),
    ("(自然日)", Span::NaturalDays),
    ("(天)", Span::NaturalDays),
    ("(日)", Span::NaturalDays),
    ("(小时)", Span::Hours),
];
/// Which days are meant, behind 天 or 日.
const DAYS_ARE: [(&str, Unit); 5] = [
    ("工作日", Span::WorkingDays),
    ("指工作日", Span::WorkingDays),
    ("按工作日计", Span::WorkingDays),
    ("自然日", Span::NaturalDays),
    ("日历日", Span::NaturalDays),
];

/// A length of time with its unit.
struct One {
    span: Span,
    /// One of its unit.
    per: Span,
    /// 个 stood before the unit, without which 月 may be a month of the year.
    counted: bool,
}

impl One {
    /// 12月 without the counter.
    fn may_be_date(&self) -> bool {
        self.per == Span::Months(1.0) && !self.counted
    }
}

/// Years of a length of time, at most: 2025年 is a date.
const YEARS_MAX: f64 = 100.0;

/// A unit at the beginning, with 半 behind the counter (一个半月) or behind the unit (一天半), and the rest.
fn unit(mut n: f64, text: &str) -> Option<(One, &str)> {
    // 10（工作日）: the unit in brackets.
    let noted = NOTED.iter().find_map(|(note, make)| text.strip_prefix(note).map(|tail| (tail, *make)));
    if let Some((tail, make)) = noted {
        return Some((One { span: make(n), per: make(1.0), counted: true }, tail));
    }
    let counted = text.starts_with('个');
    let mut rest = text.strip_prefix('个').unwrap_or(text);
    if let Some(tail) = rest.strip_prefix('半') {
        // 两个半天 are two halves, 一个半月 is one and a half: nobody says 个天.
        n = if counted && tail.starts_with(['天', '日']) { n * 0.5 } else { n + 0.5 };
        rest = tail;
    }
    let (mut tail, make) = UNITS
        .iter()
        .filter_map(|(u, make)| rest.strip_prefix(u).map(|tail| (tail, *make)))
        .min_by_key(|(tail, _)| tail.len())?;
    if let Some(after) = tail.strip_prefix('半') {
        n += 0.5;
        tail = after;
    }
    // 5天（工作日）, 五天工作日: which days they are.
    let days = make(1.0) == Span::NaturalDays(1.0);
    let which = [("(", ")"), ("", "")].into_iter().find_map(|(open, close)| {
        let inner = tail.strip_prefix(open)?;
        let (word, make) = DAYS_ARE.iter().find(|(w, _)| inner.starts_with(w))?;
        Some((inner[word.len()..].strip_prefix(close)?, *make))
    });
    let make = match which.filter(|_| days) {
        Some((after, which)) => {
            tail = after;
            which
        }
        None => make,
    };
    let per = make(1.0);
    let fits = per != Span::Months(12.0) || n <= YEARS_MAX;
    fits.then(|| (One { span: make(n), per, counted }, tail))
}

/// What stands between the two ends of a range.
fn between(text: &str) -> Option<&str> {
    ["--", "-", "－", "—", "–", "~", "～", "至", "到", "或者", "或"]
        .iter()
        .find_map(|m| text.strip_prefix(m))
        .map(|rest| rest.trim_start_matches('\n'))
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
        // Of seven days of the calendar five are worked.
        (Months(a), WorkingDays(b)) => (NaturalDays(a * MONTH_DAYS + b * 7.0 / 5.0), true),
        _ => return None,
    })
}

/// Do two lengths stand together? The second has the smaller unit; of one unit, 加 stands between. No date: 12月31日, 24年3月.
fn together(first: &One, second: &One, added: bool) -> bool {
    let smaller = length(second.per) < length(first.per);
    !first.may_be_date() && !second.may_be_date() && (smaller || added)
}

/// How long it roughly is in days of the calendar, to find the longer of two.
pub const fn length(span: Span) -> f64 {
    match span {
        Span::WorkingDays(n) => n * 1.4,
        Span::NaturalDays(n) => n,
        Span::Months(n) => n * MONTH_DAYS,
        Span::Hours(n) => n / 24.0,
        Span::AtOnce => 0.0,
    }
}

/// The text in half width, simplified, without blanks. A line break stays where a figure follows: there something else begins.
fn plain(text: &str) -> String {
    let mut out = String::new();
    let mut broken = false;
    for c in text.trim().chars().map(half_width).map(simplified).take(400) {
        if c.is_whitespace() {
            broken |= matches!(c, '\n' | '\r' | '\u{b}' | '\u{85}' | '\u{2028}' | '\u{2029}');
            continue;
        }
        if std::mem::take(&mut broken) && (c.is_ascii_digit() || digit(c).is_some() || "十拾半".contains(c))
        {
            out.push('\n');
        }
        out.extend(c.to_lowercase());
    }
    out
}

/// Of a cell that holds what the law limits and what the office promises (法定20个工作日，承诺5个工作日): the part that is asked for.
pub fn part_of(text: &str, law: bool) -> Option<&str> {
    let (own, other) = if law { ("法定", "承诺") } else { ("承诺", "法定") };
    let (at, rival) = (text.find(own)?, text.find(other)?);
    let part = if at < rival { &text[at..rival] } else { &text[at..] };
    Some(part.trim_matches(|c: char| c.is_whitespace() || "，,、;；。/()（）".contains(c)))
}

/// Reads a length of time; words around it (不超过, 自受理之日起, 内) are read over. Of a range the longer end holds.
/// A date (12月31日, 2024年3月) is none, nor are two lengths in two lines.
pub fn promise(text: &str) -> Option<Promise> {
    let plain = plain(text);
    let mut rest = plain.trim_end_matches(['。', '.', ';']);
    loop {
        let shorter = BEFORE
            .iter()
            .find_map(|b| rest.strip_prefix(b))
            .map(|r| r.trim_start_matches([',', '，', '、', '\n']));
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
    measured(rest.strip_prefix('第').unwrap_or(rest))
}

/// A length of time in figures, a sum of two or a range.
fn measured(text: &str) -> Option<Promise> {
    let (mut span, mut tail, mut bent) = (None::<One>, text, None);
    let (mut low, mut added) = (None, false);
    loop {
        let (from, n, after) = number(tail)?;
        if from.is_some() && (low.is_some() || span.is_some()) {
            return None;
        }
        low = low.or(from);
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
                if !together(&before, &one, added) {
                    return None;
                }
                let (both, mixed) = sum(before.span, one.span)?;
                bent = bent.or(mixed.then_some(Bent::Mixed));
                (Some(One { span: both, ..one }), after)
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
            let longer = span.filter(|s| length(s.span) <= length(to.span)).map(|_| to.span)?;
            return Some(Promise { span: longer, bent: Some(Bent::Longer) });
        }
        // A second length may follow: 1个月零5天.
        let plus = tail.strip_prefix(['又', '加', '+']);
        let next = plus.or_else(|| tail.strip_prefix('零')).unwrap_or(tail);
        if low.is_some() || number(next).is_none() {
            break;
        }
        (tail, added) = (next, plus.is_some());
    }
    let tail = tail.trim_matches(['。', '.', '(', ')']);
    let span = span?.span;
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
            ("二〇个工作日", WorkingDays(20.0)),
            ("一二〇天", NaturalDays(120.0)),
            ("一五日", NaturalDays(15.0)),
            ("一百零五天", NaturalDays(105.0)),
            ("二百一十天", NaturalDays(210.0)),
            ("百二十日", NaturalDays(120.0)),
            ("二十天加五天", NaturalDays(25.0)),
            ("20个工作日+5个工作日", WorkingDays(25.0)),
            ("1周3天", NaturalDays(10.0)),
            ("自受理之日起\n5个工作日内", WorkingDays(5.0)),
            ("5个工\r\n作日", WorkingDays(5.0)),
            ("3个月", Months(3.0)),
            ("12月", Months(12.0)),
            ("5個工作日內", WorkingDays(5.0)),
            ("3個月", Months(3.0)),
            ("2週", NaturalDays(14.0)),
            ("當場辦結", AtOnce),
            ("30分鐘", Hours(0.5)),
            ("5天（工作日）", WorkingDays(5.0)),
            ("5日(自然日)", NaturalDays(5.0)),
            ("五天工作日", WorkingDays(5.0)),
            ("10（工作日）", WorkingDays(10.0)),
            ("15(个工作日)", WorkingDays(15.0)),
            ("2个半天", NaturalDays(1.0)),
            ("两个半天", NaturalDays(1.0)),
            ("两天半", NaturalDays(2.5)),
            ("两个半小时", Hours(2.5)),
            ("一个半工作日", WorkingDays(1.5)),
            ("不超过廿日", NaturalDays(20.0)),
            ("廿五个工作日", WorkingDays(25.0)),
            ("卅日", NaturalDays(30.0)),
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
            // the law says one and the office another
            "法定20个工作日、承诺5个工作日",
            "45个工作日/60日",
            "3-5",
            "5-3天",
            "3-5-7天",
            "3天-",
            "2024-03-05",
            // dates, in full and in part
            "12月31日",
            "3月15日",
            "三月十五日",
            "2024年3月",
            "2024年3月5日",
            "24年3月",
            "24年3月5日",
            "2025年",
            "二〇二五年",
            "2024-2025年",
            // two lengths that nobody added
            "20个工作日\n5个工作日",
            "3\n5个工作日",
            "20个工作日5个工作日",
            "1天零2天",
            "3天2周",
            // figures that mean nothing, or two things
            "十十天",
            "十百天",
            "一百五天",
            "二五十天",
            "十二五天",
            "两五天",
            "一二三四五六七八九一二三天",
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
            ("三五天", NaturalDays(5.0), Longer),
            ("三五个工作日内", WorkingDays(5.0), Longer),
            ("两三个月", Months(3.0), Longer),
            ("一二天", NaturalDays(2.0), Longer),
            ("二三十天", NaturalDays(30.0), Longer),
            ("十五六天", NaturalDays(16.0), Longer),
            ("3-\n5个工作日", WorkingDays(5.0), Longer),
            ("次日", NaturalDays(1.0), Coming),
            ("第二天", NaturalDays(1.0), Coming),
            ("受理后第二个工作日", WorkingDays(1.0), Coming),
            ("第2个工作日内", WorkingDays(1.0), Coming),
            ("次日办结", NaturalDays(1.0), Coming),
            ("当天办结", NaturalDays(1.0), Coming),
            ("次月", Months(1.0), Coming),
            ("1个工作日4小时", WorkingDays(1.5), Mixed),
            ("1个月15天", NaturalDays(45.0), Mixed),
            ("3个月零5个工作日", NaturalDays(97.0), Mixed),
            ("1个月零5天", NaturalDays(35.0), Mixed),
            ("2天12小时", NaturalDays(2.5), Mixed),
        ] {
            assert_eq!(promise(text), Some(Promise { span: want, bent: Some(bent) }), "{text}");
        }
    }
}
