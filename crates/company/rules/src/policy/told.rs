//! 从正文认出文件要素: what the text of a policy says about itself. A proposal for the person who enters it; nothing is guessed
//! where the text does not say it.

use kernel::Date;

use super::document::{Document, TEXT_MAX};

/// What titles of official documents end with.
const TITLES: [&str; 14] = [
    "通知", "办法", "意见", "规定", "细则", "措施", "方案", "公告", "条例", "决定", "通告", "政策", "规划",
    "十条",
];
/// Lines from the top in which number and title are looked for.
const HEAD: usize = 20;

/// A number like 云政发〔2026〕7号 in a line, with the line's other brackets put right.
fn number_in(line: &str) -> Option<String> {
    let chars: Vec<char> = line.chars().collect();
    for (i, c) in chars.iter().enumerate() {
        if !matches!(c, '〔' | '[' | '［' | '【' | '(' | '（') {
            continue;
        }
        let year: String = chars.get(i + 1..i + 5)?.iter().collect();
        let closed = chars.get(i + 5).is_some_and(|c| matches!(c, '〕' | ']' | '］' | '】' | ')' | '）'));
        if !closed || year.parse::<u16>().ok().is_none_or(|y| !(1949..=2100).contains(&y)) {
            continue;
        }
        let tail: Vec<char> =
            chars[i + 6..].iter().copied().skip_while(|c| matches!(c, '第' | ' ')).collect();
        let digits: String = tail.iter().take_while(|c| c.is_ascii_digit()).collect();
        let ends = tail.iter().skip(digits.len()).find(|c| **c != ' ') == Some(&'号');
        let word = chars[..i].iter().rev().take_while(|c| is_han(**c)).take(12).collect::<Vec<_>>();
        // 号楼, 号令: the number of something else.
        let behind = tail.iter().skip(digits.len()).skip_while(|c| **c == ' ').nth(1);
        let other = behind.is_some_and(|c| is_han(*c) && !matches!(c, '文' | '和' | '同' | '的'));
        if digits.is_empty() || !ends || other || word.len() < 2 {
            continue;
        }
        let word: String = word.into_iter().rev().collect();
        return Some(format!("{word}〔{year}〕{digits}号"));
    }
    None
}

const fn is_han(c: char) -> bool {
    matches!(c, '\u{4e00}'..='\u{9fff}' | '\u{3400}'..='\u{4dbf}')
}

/// A numeral of one or two digits, in figures or in words: 5, 05, 五, 十二, 二十一.
fn small(text: &str) -> Option<i8> {
    if let Ok(n) = text.parse() {
        return Some(n);
    }
    let one =
        |c: char| "〇一二三四五六七八九".chars().position(|d| d == c).and_then(|n| i8::try_from(n).ok());
    let chars: Vec<char> = text.chars().collect();
    match chars[..] {
        ['十'] => Some(10),
        ['十', b] => Some(10 + one(b)?),
        [a, '十'] => Some(one(a)? * 10),
        [a, '十', b] => Some(one(a)? * 10 + one(b)?),
        [a] => one(a),
        _ => None,
    }
}

/// The first day that a text names, 2026年3月5日 or 二〇二六年三月五日, and what stands after it.
fn day_in(text: &str) -> Option<(Date, &str)> {
    for (at, _) in text.match_indices('年') {
        let before: String = {
            let mut last: Vec<char> = text[..at].chars().rev().filter(|c| *c != ' ').take(4).collect();
            last.reverse();
            last.into_iter()
                .map(|c| match "〇一二三四五六七八九".chars().position(|d| d == c) {
                    Some(n) => char::from_digit(u32::try_from(n).unwrap_or(0), 10).unwrap_or(c),
                    None if matches!(c, '零' | '○' | 'О' | 'O') => '0',
                    None => c,
                })
                .collect()
        };
        let after = &text[at + '年'.len_utf8()..];
        let Some((month, rest)) = after.split_once('月') else { continue };
        let Some((day, rest)) = rest.split_once('日') else { continue };
        let date = || {
            let year: i16 = before.parse().ok().filter(|y| (1949..=2200).contains(y))?;
            Date::new(year, small(month.trim())?, small(day.trim())?).ok()
        };
        if let Some(date) = date() {
            return Some((date, rest));
        }
    }
    None
}

fn bare(line: &str) -> String {
    line.chars().filter(|c| !c.is_whitespace()).collect()
}

fn ends_title(line: &str) -> bool {
    let line = line.trim_end_matches(['）', ')', '》']);
    let line = ["（试行", "(试行", "（暂行", "（修订", "（征求意见稿"]
        .iter()
        .find_map(|t| line.strip_suffix(t))
        .unwrap_or(line);
    TITLES.iter().any(|t| line.ends_with(t))
}

/// The title: from the line that names what it is about to the line that ends as titles end.
fn title_in(head: &[&str]) -> Option<String> {
    let first = head.iter().position(|l| l.contains("关于") || ends_title(&bare(l)))?;
    // The office stands above it, in a line of its own.
    let above = first.checked_sub(1).map(|n| head[n]).filter(|l| {
        let l = bare(l);
        l.chars().all(is_han)
            && (l.ends_with("人民政府")
                || l.ends_with("办公室")
                || l.ends_with('局')
                || l.ends_with("委员会"))
    });
    let mut title = above.map_or_else(String::new, bare);
    for line in head[first..].iter().take(4) {
        let line = bare(line);
        if line.ends_with(['：', ':', '。']) || number_in(&line).is_some() {
            break;
        }
        title.push_str(&line);
        if ends_title(&line) {
            return Some(title);
        }
    }
    None
}

fn level_of(office: &str) -> &'static str {
    if office.is_empty() {
        ""
    } else if office.starts_with("国务院") || office.starts_with("国家") || office.contains("中华人民共和国")
    {
        "国家级"
    } else if office.contains('县') || office.contains("区人民政府") || office.contains("区政府") {
        "县级"
    } else if office.contains('市') {
        "市级"
    } else if office.contains('省') || office.contains("自治区") {
        "省级"
    } else {
        ""
    }
}

/// So many years after a day, less one day; the 29th of February counts as the 28th.
fn years_after(from: Date, years: i16) -> Option<Date> {
    let year = from.year().checked_add(years)?;
    let same =
        Date::new(year, from.month(), from.day()).or_else(|_| Date::new(year, from.month(), 28)).ok()?;
    same.yesterday().ok()
}

/// 有效期两年, 有效期3年, 有效期为5年.
fn years_in(rest: &str) -> Option<i16> {
    let rest = rest.trim_start_matches(['为', '限', ' ']);
    let (n, _) = rest.split_once('年')?;
    let n = n.trim().replace('两', "二");
    small(&n).map(i16::from).filter(|n| (1..=20).contains(n))
}

/// What a text says about itself.
pub fn told(text: &str) -> Document {
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|l| !l.is_empty()).collect();
    let head = &lines[..lines.len().min(HEAD)];
    let number = head.iter().find_map(|l| number_in(l)).unwrap_or_default();
    let name = title_in(head).unwrap_or_default();
    // The signature: the last line that is a day and nothing else, and the office above it.
    let signed = lines.iter().enumerate().rev().find_map(|(i, l)| {
        let l = bare(l);
        let l = l.trim_matches(['（', '）', '(', ')']);
        let (day, rest) = day_in(l)?;
        (rest.is_empty() && l.chars().count() <= 12).then_some((i, day))
    });
    let issued = signed.map(|(_, day)| day);
    let above = signed
        .and_then(|(i, _)| i.checked_sub(1))
        .map(|i| bare(lines[i]))
        .filter(|l| l.chars().count() <= 40 && l.chars().all(|c| is_han(c) || c == '、'));
    let office = above.or_else(|| name.split_once("关于").map(|(o, _)| o.to_owned())).unwrap_or_default();
    let whole = bare(text);
    let day = |d: Option<Date>| d.map_or_else(String::new, |d| d.to_string());
    let mut from = None;
    let mut to = None;
    for sentence in whole.split(['。', '；']) {
        let begins = ["施行", "实施", "执行", "生效"].iter().any(|w| sentence.contains(&format!("起{w}")));
        if let Some((_, rest)) = sentence.split_once('自').filter(|_| begins) {
            from = from.or_else(|| {
                let at_once = ["印发之日", "发布之日", "公布之日"].iter().any(|w| rest.starts_with(w));
                if at_once { issued } else { day_in(rest).map(|d| d.0) }
            });
        }
        if let Some((_, rest)) = sentence.split_once("有效期") {
            to = to.or_else(|| {
                day_in(rest).map(|d| d.0).or_else(|| years_after(from.or(issued)?, years_in(rest)?))
            });
        } else if begins && to.is_none() {
            to = sentence
                .split_once('至')
                .and_then(|(_, rest)| day_in(rest))
                .filter(|(_, r)| r.starts_with('止'))
                .map(|d| d.0);
        }
    }
    let mut replaces = Vec::new();
    for sentence in whole.split('。').filter(|s| s.contains("废止") || s.contains("停止执行")) {
        for piece in sentence.split(['）', '、', '，', '；', ')']) {
            let closed = format!("{piece}）");
            replaces.extend(number_in(&closed).or_else(|| number_in(piece)).filter(|n| *n != number));
        }
    }
    Document {
        level: level_of(&office).to_owned(),
        number,
        name,
        office,
        issued: day(issued),
        from: day(from),
        to: day(to),
        replaces,
        details: Vec::new(),
        summary: String::new(),
        text: text.chars().take(TEXT_MAX).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "云汀市人民政府办公室文件\n云政办发〔2026〕12号\n云汀市人民政府办公室\n关于印发进一步支持小微企业若干措施（试行）的\n通知\n各县区人民政府：\n为支持小微企业，制定本措施。\n一、对符合条件的给予补助。\n二、本措施自2026年4月1日起施行，有效期两年。《云汀市稳岗办法》（云政发〔2021〕5号）、《扩岗办法》（云政办发[2020]18号）同时废止。\n云汀市人民政府办公室\n2026年3月20日";

    #[test]
    fn what_a_paper_says_about_itself_is_read() {
        let d = told(TEXT);
        assert_eq!(d.number, "云政办发〔2026〕12号");
        assert_eq!(d.name, "云汀市人民政府办公室关于印发进一步支持小微企业若干措施（试行）的通知");
        assert_eq!((d.office.as_str(), d.level.as_str()), ("云汀市人民政府办公室", "市级"));
        assert_eq!(
            (d.issued.as_str(), d.from.as_str(), d.to.as_str()),
            ("2026-03-20", "2026-04-01", "2028-03-31")
        );
        assert_eq!(d.replaces, ["云政发〔2021〕5号", "云政办发〔2020〕18号"]);
        assert_eq!(d.text, TEXT);
    }

    #[test]
    fn what_it_does_not_say_stays_empty() {
        let d = told("明天开会。\n请大家准时参加，自带午餐。");
        assert_eq!(Document { text: String::new(), ..d }, Document::default());
        assert_eq!(told("").number, "");
    }

    #[test]
    fn days_and_numbers_in_other_dress() {
        let last = "省财政厅\n二〇二五年十二月三十一日";
        let d = told(&format!(
            "省财政厅关于做好返还的意见\n财社[2025]第 9 号\n本意见自印发之日起施行，有效期至2027年12月31日。\n{last}"
        ));
        assert_eq!((d.number.as_str(), d.issued.as_str()), ("财社〔2025〕9号", "2025-12-31"));
        assert_eq!((d.from.as_str(), d.to.as_str(), d.level.as_str()), ("2025-12-31", "2027-12-31", "省级"));
        assert_eq!(number_in("见附件（2026）3号楼"), None);
        assert_eq!(years_after(Date::constant(2024, 2, 29), 1), Some(Date::constant(2025, 2, 27)));
    }
}
