//! 天数: lengths of time as offices write them: 五个工作日, ２个工作日, 15日内, 半天, 30天, 2小时.

use crate::when::half_width;

/// A length of time and its unit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Span {
    /// 工作日
    WorkingDays(f64),
    /// 自然日, 天, 日, 周, 月, 年 as days of the calendar
    NaturalDays(f64),
    /// hours; working hours where the office counts so
    Hours(f64),
    /// 即时, 当场: done at once
    AtOnce,
}

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

/// Reads a length of time; words around it (不超过, 自受理之日起, 内) are read over.
pub fn span(text: &str) -> Option<Span> {
    let plain: String =
        text.chars().map(half_width).filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase).collect();
    let mut rest = plain.as_str();
    let trimmed = rest.trim_end_matches(['。', '.', ';']);
    if [
        "即时",
        "即办",
        "即办件",
        "即来即办",
        "随到随办",
        "当场",
        "立即",
        "即时办结",
        "当场办结",
        "马上办",
        "当场办理",
    ]
    .contains(&trimmed)
    {
        return Some(Span::AtOnce);
    }
    for before in [
        "自受理之日起",
        "受理之日起",
        "受理后",
        "法定",
        "承诺",
        "不超过",
        "不多于",
        "最多",
        "约",
        "共",
        "第",
        "≤",
        "<=",
        "在",
        "为",
    ] {
        rest = rest.strip_prefix(before).unwrap_or(rest);
    }
    let (mut n, mut rest) = number(rest)?;
    if let Some(tail) = rest.strip_prefix("个") {
        rest = tail;
    }
    if let Some(tail) = rest.strip_prefix("半") {
        n += 0.5;
        rest = tail;
    }
    const UNITS: [(&str, fn(f64) -> Span); 30] = [
        ("工作日", Span::WorkingDays),
        ("个工作日", Span::WorkingDays),
        ("工作天", Span::WorkingDays),
        ("working days", Span::WorkingDays),
        ("workingdays", Span::WorkingDays),
        ("workingday", Span::WorkingDays),
        ("workdays", Span::WorkingDays),
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
        ("月", |n| Span::NaturalDays(n * 30.0)),
        ("季度", |n| Span::NaturalDays(n * 90.0)),
        ("年", |n| Span::NaturalDays(n * 365.0)),
        ("小时", Span::Hours),
        ("工作小时", Span::Hours),
        ("钟头", Span::Hours),
        ("hours", Span::Hours),
        ("h", Span::Hours),
        ("分钟", |n| Span::Hours(n / 60.0)),
        ("minutes", |n| Span::Hours(n / 60.0)),
    ];
    let (tail, make) = UNITS
        .iter()
        .filter_map(|(u, make)| rest.strip_prefix(u).map(|tail| (tail, *make)))
        .min_by_key(|(tail, _)| tail.len())?;
    let tail = tail.trim_matches(['。', '.', '(', ')']);
    let after = ["", "内", "以内", "之内", "内办结", "内完成", "内答复", "左右", "办结", "钟"];
    (n.is_finite() && n >= 0.0 && after.contains(&tail)).then(|| make(n))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offices_write_days_in_many_ways() {
        use Span::{AtOnce, Hours, NaturalDays, WorkingDays};
        for (text, want) in [
            ("五个工作日", WorkingDays(5.0)),
            ("２个工作日", WorkingDays(2.0)),
            ("15日内", NaturalDays(15.0)),
            ("半天", NaturalDays(0.5)),
            ("30天", NaturalDays(30.0)),
            ("十五个工作日内", WorkingDays(15.0)),
            ("二十个工作日", WorkingDays(20.0)),
            ("1个月", NaturalDays(30.0)),
            ("一个半月", NaturalDays(45.0)),
            ("两周", NaturalDays(14.0)),
            ("不超过 3 个工作日", WorkingDays(3.0)),
            ("自受理之日起20个工作日内", WorkingDays(20.0)),
            ("1.5个工作日", WorkingDays(1.5)),
            ("半个工作日", WorkingDays(0.5)),
            ("3 working days", WorkingDays(3.0)),
            ("2小时", Hours(2.0)),
            ("30分钟", Hours(0.5)),
            ("即时", AtOnce),
            ("当场办结", AtOnce),
            ("一百二十天", NaturalDays(120.0)),
            ("10自然日", NaturalDays(10.0)),
            ("60日", NaturalDays(60.0)),
        ] {
            assert_eq!(span(text), Some(want), "{text}");
        }
        for bad in ["", "工作日", "5", "很快", "5个人", "-3天", "五五开"] {
            assert_eq!(span(bad), None, "{bad}");
        }
    }
}
