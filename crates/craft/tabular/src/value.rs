//! 值: what a single cell hides: guards against spreadsheets, long numbers they spoiled, telephone, identity and
//! credit codes that are checked.

use std::borrow::Cow;

use crate::plain::{Plain, numeral};
use crate::when::half_width;

/// A text without the guard by which an export keeps a spreadsheet from touching it: `="00012"`, `'00012`, a tab.
pub fn unguarded(text: &str) -> Cow<'_, str> {
    let t = text.trim_matches(['\t', '\u{feff}', '\u{200b}', '\u{200e}', '\u{202c}', '\u{202d}']).trim();
    if let Some(inner) = t.strip_prefix("=\"").and_then(|t| t.strip_suffix('"')) {
        // Quotes inside of a formula are doubled; where one stands alone it is no guard.
        if !inner.contains('"') {
            return Cow::Borrowed(inner.trim());
        }
        if !inner.replace("\"\"", "").contains('"') {
            return Cow::Owned(inner.replace("\"\"", "\"").trim().to_owned());
        }
    }
    Cow::Borrowed(match t.strip_prefix(['\'', '\u{2018}', '`']) {
        // An apostrophe before a number or a formula; not one that opens a quotation.
        Some(rest)
            if rest.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '=' | '+' | '-' | '@'))
                && !rest.ends_with('\'') =>
        {
            rest.trim()
        }
        _ => t,
    })
}

/// Where a spreadsheet could not calculate; as text they come out of a CSV.
const ERRORS: [&str; 17] = [
    "#REF!",
    "#N/A",
    "#VALUE!",
    "#NAME?",
    "#DIV/0!",
    "#NUM!",
    "#NULL!",
    "#SPILL!",
    "#CALC!",
    "#GETTING_DATA",
    "#FIELD!",
    "#BLOCKED!",
    "#ERROR!",
    "#BUSY!",
    "#CONNECT!",
    "#UNKNOWN!",
    NO_RESULT,
];

/// A formula whose result the file does not hold (公式没有结果).
pub const NO_RESULT: &str = "#公式无结果";

/// The error that a cell shows instead of a value (错误值): `#REF!`, `####` of a column too narrow, `Err:502`.
pub fn error(text: &str) -> Option<&'static str> {
    let t = text.trim();
    match t.as_bytes().first()? {
        b'#' if t.len() >= 4 && t.bytes().all(|b| b == b'#') => Some("####"),
        b'#' => ERRORS.into_iter().find(|e| t.eq_ignore_ascii_case(e)).or_else(|| {
            // As other languages write them: `#WERT!`, `#VALEUR!`.
            let word = t[1..].strip_suffix(['!', '?'])?;
            let fits = (3..=12).contains(&word.len())
                && word.bytes().all(|b| b.is_ascii_uppercase() || matches!(b, b'/' | b'_' | b'0'..=b'9'));
            fits.then_some("#ERROR!")
        }),
        b'E' | b'e' => {
            let code = t.get(..4).filter(|h| h.eq_ignore_ascii_case("err:")).and(t.get(4..))?;
            (code.len() == 3 && code.bytes().all(|b| b.is_ascii_digit())).then_some("Err:")
        }
        _ => None,
    }
}

/// `1.38E+10`: a long number that a spreadsheet has rounded.
pub fn is_spoiled_number(text: &str) -> bool {
    let t = text.trim();
    let Some((front, power)) = t.split_once(['E', 'e']) else { return false };
    let digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
    let front_fits =
        front.split_once('.').map_or_else(|| digits(front), |(a, b)| a.len() == 1 && digits(a) && digits(b));
    // Without a plus 1E5 may be a code; 1.38E10 is none.
    let long = |p: &str| front.contains('.') && p.parse::<u8>().is_ok_and(|p| p >= 9);
    front_fits
        && match power.strip_prefix('+') {
            Some(p) => digits(p) && p.len() <= 2,
            None => digits(power) && power.len() <= 2 && long(power),
        }
}

/// A whole number without the `.0` that a program wrote behind it: `13800000000.0`.
pub fn whole(text: &str) -> &str {
    let digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
    text.trim()
        .split_once('.')
        .filter(|(front, zeros)| digits(front) && !zeros.is_empty() && zeros.bytes().all(|b| b == b'0'))
        .map_or(text, |(front, _)| front)
}

/// Digits of a number that a cell may hold exactly.
pub const EXACT_DIGITS: f64 = 9_007_199_254_740_992.0;

/// The digits of a telephone number, or none when it is not one: mobile, landline with or without area code and
/// extension, service numbers, `+86`; several with a mark between them.
pub fn is_phone(text: &str) -> bool {
    let plain: String = text.chars().map(half_width).collect();
    let mut any = false;
    for one in plain.split(['、', '/', ',', ';', '，', '；', '\n']).map(str::trim).filter(|t| !t.is_empty())
    {
        any = true;
        if !is_one_phone(one) {
            return false;
        }
    }
    any
}

fn is_one_phone(text: &str) -> bool {
    let text = text.trim_start_matches("电话").trim_start_matches([':', ' ']);
    let (main, extension) = match text.split_once(['转', '#']).or_else(|| text.split_once("ext")) {
        Some((main, ext)) => (main, ext),
        None => (text, ""),
    };
    if !extension.chars().all(|c| c.is_ascii_digit() || matches!(c, ' ' | '.')) {
        return false;
    }
    let mut parts = main.split('-').filter(|p| !p.trim().is_empty());
    if main.chars().any(|c| !(c.is_ascii_digit() || matches!(c, ' ' | '-' | '(' | ')' | '+'))) {
        return false;
    }
    // 0730-8888888-123: the last part is an extension.
    let split: Vec<&str> = parts.by_ref().collect();
    let main = if split.len() == 3 && split[0].trim().starts_with('0') {
        split[..2].concat()
    } else {
        split.concat()
    };
    let digits: String = main.chars().filter(char::is_ascii_digit).collect();
    let digits = digits
        .strip_prefix("0086")
        .or_else(|| digits.strip_prefix("86").filter(|d| d.len() >= 10))
        .unwrap_or(&digits);
    match digits.as_bytes() {
        [b'1', b'3'..=b'9', ..] if digits.len() == 11 => true,
        [b'0', ..] => (10..=12).contains(&digits.len()),
        [b'4' | b'8', b'0', b'0', ..] if digits.len() == 10 => true,
        [b'2'..=b'8', ..] => (7..=8).contains(&digits.len()) && split.len() <= 2,
        [b'1' | b'9', ..] => (3..=6).contains(&digits.len()),
        _ => false,
    }
}

/// A resident identity number whose last place fits (居民身份证号); also the old one of 15 places.
pub fn is_identity(text: &str) -> bool {
    let t: Vec<u8> = text.trim().to_ascii_uppercase().into_bytes();
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    if t.len() == 15 {
        return t.iter().all(u8::is_ascii_digit);
    }
    if t.len() != 18 || !t[..17].iter().all(u8::is_ascii_digit) {
        return false;
    }
    let sum: u32 = t.iter().zip(WEIGHTS).map(|(d, w)| u32::from(d - b'0') * w).sum();
    b"10X98765432"[(sum % 11) as usize] == t[17]
}

/// A unified social credit code whose last place fits (统一社会信用代码).
pub fn is_credit_code(text: &str) -> bool {
    const PLACES: &[u8] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
    const WEIGHTS: [usize; 17] = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];
    let t = text.trim().to_ascii_uppercase();
    if t.len() != 18 {
        return false;
    }
    let places: Option<Vec<usize>> = t.bytes().map(|b| PLACES.iter().position(|p| *p == b)).collect();
    let Some(places) = places else { return false };
    let sum: usize = places.iter().zip(WEIGHTS).map(|(p, w)| p * w).sum();
    (31 - sum % 31) % 31 == places[17]
}

/// What the values of a column look like, for a column that nobody named (可能是什么).
pub fn likely(samples: &[String]) -> Option<&'static str> {
    let filled: Vec<&str> = samples.iter().map(|s| s.trim()).filter(|s| !s.is_empty()).collect();
    let all = |f: &dyn Fn(&str) -> bool| !filled.is_empty() && filled.iter().all(|s| f(s));
    let identity = |s: &str| {
        let t = s.to_ascii_uppercase();
        t.len() == 18 && t.bytes().take(17).all(|b| b.is_ascii_digit()) && !t.starts_with('9')
            || is_spoiled_number(s) && s.ends_with("17")
    };
    if all(&identity) {
        return Some("identity");
    }
    if all(&is_credit_code) {
        return Some("credit_code");
    }
    if all(&crate::when::looks_like_time) {
        return Some("time");
    }
    if all(&|s| crate::when::clock(s).is_some() && !s.contains('.')) {
        return Some("clock");
    }
    if all(&|s| is_one_phone(s) && s.len() >= 7) {
        return Some("phone");
    }
    None
}

/// Places of a number that is shown only at its ends.
const LONG: usize = 15;
/// Marks that may stand between the groups of a telephone or identity number.
const GROUP_MARKS: &[char] = &[' ', '-', '.', '/', '·', '_', '(', ')', ','];

/// A value for people to recognise a column by, with what would tell whose it is covered: telephone, identity and
/// card numbers in whatever digits and with whatever marks, addresses of mail.
pub fn sample(text: &str) -> String {
    let shown: String = text.chars().take(40).collect();
    // A part of a day, an amount: 0.395833333333.
    let digits = |t: &str| !t.is_empty() && t.bytes().all(|b| b.is_ascii_digit());
    let fraction =
        shown.split_once('.').is_some_and(|(whole, part)| whole.len() <= 2 && digits(whole) && digits(part));
    if fraction {
        return shown;
    }
    let long = shown.len() >= LONG
        && shown.bytes().filter(u8::is_ascii_digit).count() >= LONG - 1
        && shown.is_ascii()
        && !shown.contains([' ', ':', '-']);
    if long {
        return format!("{}******{}", &shown[..4], &shown[shown.len() - 4..]);
    }
    if crate::when::looks_like_time(&shown) {
        return shown;
    }
    let plain: Vec<char> = Plain::of(&shown).text.chars().collect();
    let digit = |c: char| c.to_digit(10).or_else(|| numeral(c)?.to_digit(10));
    let mut hide = vec![false; plain.len()];
    let mut at = 0;
    while at < plain.len() {
        if digit(plain[at]).is_none() {
            at += 1;
            continue;
        }
        // Groups of digits with one mark between two of them.
        let (mut end, mut groups) = (at, vec![String::new()]);
        let mut i = at;
        while i < plain.len() {
            match digit(plain[i]) {
                Some(d) => {
                    if i > end {
                        groups.push(String::new());
                    }
                    if let (Some(group), Some(d)) = (groups.last_mut(), char::from_digit(d, 10)) {
                        group.push(d);
                    }
                    end = i + 1;
                }
                None if i == end && GROUP_MARKS.contains(&plain[i]) => {}
                None => break,
            }
            i += 1;
        }
        let digits = (at..end).filter(|i| digit(plain[*i]).is_some()).collect::<Vec<_>>();
        if is_somebodys(&groups) {
            let (head, tail) = if digits.len() >= LONG - 1 { (4, 4) } else { (3, 2) };
            digits[head.min(digits.len())..digits.len().saturating_sub(tail).max(head)]
                .iter()
                .for_each(|i| hide[*i] = true);
        }
        at = end;
    }
    let mail = plain.iter().position(|c| *c == '@').filter(|at| *at > 0 && plain[at + 1..].contains(&'.'));
    if let Some(at) = mail {
        (1..at).filter(|i| plain[*i] != ' ').for_each(|i| hide[i] = true);
    }
    if hide.contains(&true) {
        plain.iter().zip(hide).map(|(c, hide)| if hide { '*' } else { *c }).collect()
    } else {
        shown
    }
}

/// Are these groups of digits the number of a telephone, a person or a card?
fn is_somebodys(groups: &[String]) -> bool {
    let all = groups.concat();
    let all =
        all.strip_prefix("0086").or_else(|| all.strip_prefix("86").filter(|r| r.len() == 11)).unwrap_or(&all);
    let b = all.as_bytes();
    let year = |g: &str| g.len() == 4 && (g.starts_with("19") || g.starts_with("20"));
    let first = groups.first().map_or(0, String::len);
    match b.len() {
        11 if b[0] == b'1' && b[1] >= b'3' => groups.len() != 2 || first != 10,
        10..=12 if b[0] == b'0' && b[1] != b'0' => true,
        n if n >= LONG - 1 => !groups.iter().all(|g| year(g)) && groups.iter().any(|g| g.len() >= 4),
        _ => groups.iter().any(|g| {
            matches!(g.len(), 7 | 8) && (b'2'..=b'8').contains(&g.as_bytes()[0]) && groups.len() == 1
        }),
    }
}

/// Parts of the name of a column that says who somebody is, where they live and how they are reached.
const PERSONAL_COLUMNS: [&str; 22] = [
    "姓名",
    "电话",
    "手机",
    "身份证",
    "证件号",
    "联系人",
    "联系方式",
    "来信人",
    "来电人",
    "留言人",
    "评价人",
    "反映人",
    "诉求人",
    "投诉人",
    "举报人",
    "申请人",
    "信访人",
    "住址",
    "地址",
    "邮箱",
    "微信",
    "账户",
];

/// A value of a column of that name, for people to recognise it by: of one that is about a person only the first
/// character, and of what is longer the last two.
pub fn sample_of(column: &str, text: &str) -> String {
    let shown = sample(text);
    let name = crate::header::name(column);
    if shown.contains('*') || !PERSONAL_COLUMNS.iter().any(|p| name.contains(p)) {
        return shown;
    }
    let n = shown.chars().count();
    let keeps = |i: usize| i == 0 || n > 6 && i + 2 >= n;
    shown.chars().enumerate().map(|(i, c)| if keeps(i) { c } else { '*' }).collect()
}

/// 是 or 否, in the words and marks of offices: `√`, 有, 不收费, `Y`; also with a note behind: 是（每本120元）.
pub fn yes_no(text: &str) -> Option<bool> {
    const YES: [&str; 22] = [
        "是",
        "有",
        "√",
        "✓",
        "✔",
        "☑",
        "对",
        "可",
        "可以",
        "能",
        "需",
        "需要",
        "要",
        "收费",
        "支持",
        "已开通",
        "是的",
        "y",
        "yes",
        "true",
        "t",
        "1",
    ];
    const NO: [&str; 27] = [
        "否",
        "无",
        "没有",
        "×",
        "✗",
        "✘",
        "☒",
        "x",
        "不",
        "不是",
        "不可",
        "不可以",
        "不能",
        "不需",
        "不需要",
        "无需",
        "不用",
        "不收费",
        "免费",
        "不支持",
        "未开通",
        "非",
        "n",
        "no",
        "false",
        "f",
        "0",
    ];
    let plain: String = text
        .trim()
        .chars()
        .map(half_width)
        .filter(|c| !c.is_whitespace())
        .flat_map(char::to_lowercase)
        .collect();
    // What stands behind a mark explains the word before it.
    let word = plain.split(['(', ',', ';', ':', '。', '，', '：', '；', '、']).next().unwrap_or_default();
    if YES.contains(&word) { Some(true) } else { NO.contains(&word).then_some(false) }
}

/// A whole number as people write it, and whether something was decided about it: `２`, `1.0`, `1次`; of 不超过1次 and 1-2 the
/// most.
pub fn at_most(text: &str) -> Option<(u32, bool)> {
    let count = |t: &str| count(t).or_else(|| spelled(t));
    if let Some(n) = count(text) {
        return Some((n, false));
    }
    let plain: String = text.trim().chars().map(half_width).filter(|c| !c.is_whitespace()).collect();
    if matches!(
        plain.as_str(),
        "不用跑" | "不跑" | "零跑动" | "零跑腿" | "无需到场" | "不用到场" | "不见面" | "全程网办"
    ) {
        return Some((0, true));
    }
    let plain = plain.replace("最多跑", "最多");
    let bare = ["不超过", "不多于", "最多", "至多", "≤", "<="].iter().find_map(|w| plain.strip_prefix(w));
    if let Some(n) = bare.and_then(count) {
        return Some((n, true));
    }
    let (from, to) = plain.split_once(['-', '~', '至', '到', '或', '—', '～'])?;
    let (from, to) = (count(from)?, count(to)?);
    (from <= to).then_some((to, true))
}

/// 一次, 两次, 零: a small number in characters.
fn spelled(text: &str) -> Option<u32> {
    let one = text.trim().trim_end_matches(['次', '个', '趟']);
    let mut all = one.chars();
    let (c, None) = (all.next()?, all.next()) else { return None };
    if c == '两' {
        return Some(2);
    }
    "零一二三四五六七八九十".chars().position(|n| n == c || n == '零' && c == '〇').map(|n| n as u32)
}

/// A count written by people: `3`, `３`, `1,234`, `12.0`, `5个`.
pub fn count(text: &str) -> Option<u32> {
    let plain: String = text.chars().map(half_width).filter(|c| !matches!(c, ',' | ' ')).collect();
    let plain = plain.trim_end_matches(['个', '次', '件', '人', '票', '条']);
    let plain = plain
        .split_once('.')
        .filter(|(_, b)| !b.is_empty() && b.bytes().all(|b| b == b'0'))
        .map_or(plain, |(a, _)| a);
    plain.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guards_are_taken_off_and_spoiled_numbers_told() {
        for (text, want) in [
            ("=\"00012\"", "00012"),
            ("\t00013", "00013"),
            ("'00014", "00014"),
            ("'2024-03-17 10:00", "2024-03-17 10:00"),
            ("'引文'", "'引文'"),
            ("=A1", "=A1"),
            ("=\"甲说\"\"好\"\"\"", "甲说\"好\""),
            ("=\"a\"&\"b\"", "=\"a\"&\"b\""),
            ("'12'", "'12'"),
            ("", ""),
        ] {
            assert_eq!(unguarded(text), want);
        }
        for bad in ["1.38E+10", "4.3010119900307123E+17", "6E+18", "1.5e+09", "1.38E10", "1.19902e30"] {
            assert!(is_spoiled_number(bad), "{bad}");
        }
        for good in ["13800000000", "E+10", "1.38", "A1E+5", "12.3E+4", "1E5", "1.38E-5"] {
            assert!(!is_spoiled_number(good), "{good}");
        }
    }

    #[test]
    fn errors_are_told_from_texts() {
        for bad in ["#REF!", "#n/a", " #DIV/0! ", "#######", "Err:502", "#WERT!", "#VALEUR!", NO_RESULT] {
            assert!(error(bad).is_some(), "{bad}");
        }
        for good in ["", "#", "###", "#3", "#1号楼", "#急!", "#A!", "Error", "err:", "Err:5022", "Ex"] {
            assert_eq!(error(good), None, "{good}");
        }
    }

    #[test]
    fn yes_and_no_and_numbers_of_clerks() {
        for text in ["是", "√", "有", "Ｙ", "收费", "是（每本120元）", "是，每本120元", "可以", "TRUE", "1"]
        {
            assert_eq!(yes_no(text), Some(true), "{text}");
        }
        for text in ["否", "×", "无", "不收费", "免费", "N", "否（免征）", "不需要", "0"] {
            assert_eq!(yes_no(text), Some(false), "{text}");
        }
        for text in ["", "视情况", "是否收费", "有时", "12"] {
            assert_eq!(yes_no(text), None, "{text}");
        }
        for (text, want) in [
            ("２", Some((2, false))),
            ("1.0", Some((1, false))),
            ("1次", Some((1, false))),
            ("不超过1次", Some((1, true))),
            ("最多２次", Some((2, true))),
            ("1-2", Some((2, true))),
            ("0至1次", Some((1, true))),
            ("2-1", None),
            ("几次", None),
            ("一次", Some((1, false))),
            ("最多跑一次", Some((1, true))),
            ("不用跑", Some((0, true))),
            ("零", Some((0, false))),
        ] {
            assert_eq!(at_most(text), want, "{text}");
        }
    }

    #[test]
    fn codes_are_checked() {
        for good in [
            "13800000000",
            "138 0000 0000",
            "+86 13800000000",
            "0730-8888888",
            "(0730)8888888",
            "07308888888",
            "8888888",
            "12345",
            "110",
            "400-800-1234",
            "010-88888888-123",
            "010-88888888转123",
            "13800000000、13900000000",
            "１３８００００００００",
        ] {
            assert!(is_phone(good), "{good}");
        }
        for bad in ["1380000000", "138000000001", "1.38E+10", "无", "12800000000", "", "张某"] {
            assert!(!is_phone(bad), "{bad}");
        }
        assert!(is_identity("11010519491231002X") && is_identity("11010519491231002x"));
        assert!(!is_identity("110105194912310021") && !is_identity("1101051949123100"));
        assert!(is_credit_code("91350100M000100Y43") && !is_credit_code("91350100M000100Y44"));
        let one = |s: &str| likely(&[s.to_owned()]);
        assert_eq!(one("11010519491231002X"), Some("identity"));
        assert_eq!(one("91350100M000100Y43"), Some("credit_code"));
        assert_eq!(
            (one("13800000000"), one("2024-03-05"), one("09:00"), one("甲")),
            (Some("phone"), Some("time"), Some("clock"), None)
        );
        // Six Chinese characters have the bytes of an identity number.
        assert_eq!((one("桥下积水很深"), sample("桥下积水很深").as_str()), (None, "桥下积水很深"));
        assert_eq!(sample("11010519491231002X"), "1101******002X");
        assert_eq!(sample("2024-03-20 17:00:00"), "2024-03-20 17:00:00");
        for (text, want) in [
            ("13800000000", "138******00"),
            ("１３８００００００００", "138******00"),
            ("138-0000-0000", "138-****-**00"),
            ("138 0000 0000", "138 **** **00"),
            ("138.0000.0000", "138.****.**00"),
            ("一三八〇〇〇〇一二三四", "一三八******三四"),
            ("①③⑧00001234", "138******34"),
            ("张某 13800001234", "张某 138******34"),
            ("0730-8888123", "073*-*****23"),
            ("8888123", "888**23"),
            ("430611 19900307 1234", "4306** ******** 1234"),
            ("zhang.san@example.com", "z********@example.com"),
        ] {
            assert_eq!(sample(text), want);
        }
        for text in [
            "2024-03-05",
            "20240305",
            "2024-13-45",
            "20240305090000",
            "1234567",
            "19,000,000",
            "0.395833333333",
            "3.1415926",
            "1200元",
            "45356.604166",
            "12345",
            "2019 2020 2021 2022",
            "幸福路12号",
            "一二三四五",
        ] {
            assert_eq!(sample(text), text);
        }
        for (column, text, want) in [
            ("评价人姓名", "张晓明", "张**"),
            ("联系地址", "建设路12号3栋502室", "建*********2室"),
            ("备注", "张晓明", "张晓明"),
            ("联系电话", "1380000", "1****00"),
        ] {
            assert_eq!(sample_of(column, text), want);
        }
        assert_eq!(
            (count("３"), count("1,234"), count("12.0"), count("5个"), count("-1"), count("x")),
            (Some(3), Some(1234), Some(12), Some(5), None, None)
        );
    }

    proptest::proptest! {
        #[test]
        fn what_any_value_looks_like_is_asked_without_panic(text in "[\\PC]{0,8}|[甲-癸0-9Xx]{5,19}|[0-9A-Z]{17,19}") {
            let _ = (likely(std::slice::from_ref(&text)), sample(&text), is_identity(&text), is_credit_code(&text));
            let _ = (is_phone(&text), error(&text), is_spoiled_number(&text), count(&text), unguarded(&text).len());
        }
    }
}
