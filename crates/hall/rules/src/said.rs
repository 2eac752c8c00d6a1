//! Hours and days as offices write them: `上午9:00－12:00，下午1:30—5:00`, `周一至周五`, `双休日`. What cannot be read is said with an
//! example, never guessed.

use kernel::Said;

use crate::words::{DayRule, Hours};

fn no(zh: String, en: String) -> Said {
    Said::new(zh, en)
}

fn short(text: &str) -> String {
    text.trim().chars().take(20).collect()
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Token {
    Time(u16),
    Dash,
}

/// Full-width digits and marks as plain ones.
fn plain(c: char) -> char {
    match c {
        '０'..='９' => char::from_u32(u32::from(c) - u32::from('０') + u32::from('0')).unwrap_or(c),
        '：' | '点' | '时' => ':',
        '-' | '－' | '–' | '—' | '~' | '～' | '至' | '到' | '―' => '-',
        '，' | '、' | '；' | ';' | '\n' | '/' => ',',
        '　' | '\t' | '（' | '）' | '(' | ')' => ' ',
        _ => c,
    }
}

/// Spans of hours in one text, in the order in which they stand: first minute of the day, and the minute at which it is over.
pub(crate) fn spans(text: &str) -> Result<Vec<(u16, u16)>, Said> {
    let wrong = || {
        let text = short(text);
        no(
            format!("“{text}”不是时段，请写成 09:00-12:00"),
            format!("{text:?} is no span of hours: write 09:00-12:00"),
        )
    };
    let chars: Vec<char> = text.chars().map(plain).collect();
    let (mut tokens, mut i) = (Vec::new(), 0);
    // Hours below this one are of the afternoon: “下午5:00”, “中午1点”.
    let mut after_noon = 0;
    while i < chars.len() {
        let c = chars[i];
        let digits = |from: usize, most: usize| {
            chars[from..].iter().take(most).take_while(|c| c.is_ascii_digit()).count()
        };
        let number =
            |from: usize, n: usize| chars[from..from + n].iter().collect::<String>().parse::<u16>().ok();
        match c {
            '0'..='9' => {
                let n = digits(i, 3);
                let hour = (n < 3).then(|| number(i, n)).flatten().ok_or_else(wrong)?;
                i += n;
                let mut minute = 0;
                if chars.get(i) == Some(&':') {
                    let n = digits(i + 1, 3);
                    if n == 2 {
                        minute = number(i + 1, n).ok_or_else(wrong)?;
                    } else if chars.get(i + 1) == Some(&'半') {
                        minute = 30;
                    } else if n != 0 {
                        return Err(wrong());
                    }
                    i += 1 + if minute == 30 && n == 0 { 1 } else { n };
                    i += usize::from(chars.get(i) == Some(&'分'));
                } else {
                    // “9-12” could be days: hours have their minutes, or 点.
                    return Err(wrong());
                }
                let hour = if hour < after_noon { hour + 12 } else { hour };
                if hour > 24 || minute > 59 || hour * 60 + minute > 24 * 60 {
                    return Err(wrong());
                }
                tokens.push(Token::Time(hour * 60 + minute));
                continue;
            }
            '-' => {
                if tokens.last() != Some(&Token::Dash) {
                    tokens.push(Token::Dash);
                }
            }
            '上' | '下' | '早' | '中' | '晚' => {
                let next = chars.get(i + 1).copied().unwrap_or(' ');
                if !matches!(next, '午' | '上') {
                    return Err(wrong());
                }
                after_noon = match c {
                    '下' | '晚' => 12,
                    '中' => 6,
                    _ => 0,
                };
                i += 2;
                continue;
            }
            ',' => after_noon = 0,
            ' ' => {}
            _ => return Err(wrong()),
        }
        i += 1;
    }
    if tokens.len() % 3 != 0 {
        return Err(wrong());
    }
    tokens
        .chunks(3)
        .map(|t| match t {
            [Token::Time(a), Token::Dash, Token::Time(b)] if a < b => Ok((*a, *b)),
            _ => Err(wrong()),
        })
        .collect()
}

/// The names of days of the week, Monday first.
const WEEK: [[char; 2]; 7] =
    [['一', '1'], ['二', '2'], ['三', '3'], ['四', '4'], ['五', '5'], ['六', '6'], ['日', '7']];

fn weekday(c: char) -> Option<u8> {
    let c = if c == '天' { '日' } else { c };
    WEEK.iter().position(|w| w.contains(&c)).and_then(|n| u8::try_from(n + 1).ok())
}

/// Days of one kind in one text: by the calendar, and which weekdays of it (empty: each).
///
/// # Errors
/// What is not read, and what would be two rules: each stands in a row of its own.
pub fn days(text: &str) -> Result<(DayRule, Vec<u8>), Said> {
    let text = text.trim();
    for (words, rule) in [
        (["工作日", "上班日"].as_slice(), DayRule::Workdays),
        (&["双休日", "周末", "休息日"], DayRule::Weekends),
        (&["节假日", "假日", "节日"], DayRule::Holidays),
    ] {
        if words.iter().any(|w| text.trim_start_matches("法定").starts_with(w)) {
            return Ok((rule, Vec::new()));
        }
    }
    let wrong = || {
        let text = short(text);
        no(
            format!("“{text}”不是日期规则，请写：工作日、双休日、节假日，或周一至周五、周六这样的星期"),
            format!("{text:?} says no days: write 工作日, 双休日, 节假日, or weekdays as 周一至周五 or 周六"),
        )
    };
    let (mut found, mut range, mut before) = (Vec::new(), false, '每');
    for c in text.chars().map(plain) {
        // 每日 and 每天 are every day, and no Sunday.
        if before == '每' && matches!(c, '日' | '天') {
            return Err(wrong());
        }
        before = c;
        match c {
            '周' | '星' | '期' | '礼' | '拜' | '每' | '逢' | ',' | ' ' => {}
            '-' => range = true,
            c => {
                let day = weekday(c).ok_or_else(wrong)?;
                let from = if range { found.last().copied().ok_or_else(wrong)? } else { day };
                if from > day {
                    return Err(wrong());
                }
                found.extend(from..=day);
                range = false;
            }
        }
    }
    found.sort_unstable();
    found.dedup();
    let (work, rest): (Vec<u8>, Vec<u8>) = found.iter().partition(|d| **d <= 5);
    match (work.is_empty(), rest.is_empty()) {
        // All five are the working days of the calendar, make-up days with them.
        (false, true) if work.len() == 5 => Ok((DayRule::Workdays, Vec::new())),
        (false, true) => Ok((DayRule::Workdays, work)),
        (true, false) if rest.len() == 2 => Ok((DayRule::Weekends, Vec::new())),
        (true, false) => Ok((DayRule::Weekends, rest)),
        (true, true) => Err(wrong()),
        (false, false) => Err(no(
            format!("“{}”既有工作日又有双休日，请分两行写，各写各的时段", short(text)),
            format!("{:?} holds workdays and weekends: write a row for each", short(text)),
        )),
    }
}

/// The kind of hours as it is called; what is left open is the usual one of the days.
///
/// # Errors
/// A kind that there is not.
pub fn hours_kind(text: &str, days: DayRule) -> Result<Hours, Said> {
    let text = text.trim();
    let usual = match days {
        DayRule::Workdays => Hours::Office,
        DayRule::Weekends => Hours::Weekend,
        DayRule::Holidays => Hours::Holiday,
    };
    for (part, kind) in [
        ("延时", Hours::Extended),
        ("错时", Hours::Shifted),
        ("弹性", Hours::Elastic),
        ("预约", Hours::Elastic),
        ("双休", Hours::Weekend),
        ("周末", Hours::Weekend),
        ("节假日", Hours::Holiday),
        ("工作时间", Hours::Office),
        ("正常", Hours::Office),
    ] {
        if text.contains(part) {
            return Ok(kind);
        }
    }
    if text.is_empty() {
        return Ok(usual);
    }
    Err(no(
        format!("“{}”不是时段类型，请写：工作时间、延时、错时、双休日、节假日或弹性", short(text)),
        format!("{:?} is no kind of hours: 工作时间, 延时, 错时, 双休日, 节假日 or 弹性", short(text)),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Span;

    #[test]
    fn hours_are_read_as_offices_write_them() {
        let day = "09:00-12:00,13:30-17:00";
        for text in [
            "09:00-12:00,13:30-17:00",
            "9:00-12:00 13:30-17:00",
            "９：００－１２：００，１３：３０～１７：００",
            "上午9:00—12:00，下午1:30—5:00",
            "上午 9:00 - 12:00；下午 1:30 - 5:00",
            "9点至12点、13点30分至17点",
            "9时—12时/13时30分——17时",
            "上午9点到12点\n下午1点半到5点",
        ] {
            let read = Span::read_all(text).unwrap_or_else(|e| panic!("{text}: {e}"));
            assert_eq!(Span::list(&read), day, "{text}");
        }
        for text in [
            "9-12",
            "9:00",
            "全天",
            "9:00-12:00-13:00",
            "25:00-26:00",
            "9:60-10:00",
            "12:00-9:00",
            "9:0-10:00",
            "上海-北京",
        ] {
            assert!(Span::read_all(text).is_err(), "{text}");
        }
        let noon = Span::read_all("中午11:30至1:00").unwrap();
        assert_eq!(Span::list(&noon), "11:30-13:00");
        assert!(Span::read_all("9:00-12:00、11:00-13:00").unwrap_err().zh.contains("重叠"));
        assert_eq!(Span::list(&Span::read_all("0:00-24:00").unwrap()), "00:00-24:00");
    }

    #[test]
    fn days_are_read_as_offices_write_them() {
        let read = |t: &str| days(t).unwrap_or_else(|e| panic!("{t}: {e}"));
        for text in [
            "工作日",
            "法定工作日",
            "周一至周五",
            "星期一到星期五",
            "周一、周二、周三、周四、周五",
            "1-5",
            "工作日（含调休上班日）",
        ] {
            assert_eq!(read(text), (DayRule::Workdays, vec![]), "{text}");
        }
        for text in ["双休日", "周末", "周六、周日", "周六至周日", "星期六,星期天", "六日"]
        {
            assert_eq!(read(text), (DayRule::Weekends, vec![]), "{text}");
        }
        assert_eq!(read("法定节假日").0, DayRule::Holidays);
        assert_eq!(read("每周三"), (DayRule::Workdays, vec![3]));
        assert_eq!(read("逢周一、周四"), (DayRule::Workdays, vec![1, 4]));
        assert_eq!(read("周六"), (DayRule::Weekends, vec![6]));
        for text in ["", "周", "随时", "周五至周一", "周一至周六", "每天", "每日", "日", "8"]
        {
            assert!(days(text).is_err(), "{text}");
        }
        assert!(days("周一至周六").unwrap_err().zh.contains("分两行"));
    }
}
