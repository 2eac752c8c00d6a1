//! 规范化: one written form for what was typed in many. Full to half width, traditional to simplified, line
//! breaks and blanks, circled numbers; and Chinese numerals read as numbers.
//! Must not know words: it works on characters.

use std::sync::LazyLock;

use tabular::plain::is_noise;
use tabular::script::simplified;

/// The most characters that any reading of one text looks at; the rest is left out (bounded work).
pub const MAX_CHARS: usize = 20_000;

/// For each character of the basic plane the one it is folded to; 0 for those that need a closer look.
static FOLDED: LazyLock<Vec<u16>> = LazyLock::new(|| {
    let simple = |u: u16| {
        char::from_u32(u32::from(u)).map_or(u, |c| u16::try_from(u32::from(simplified(c))).unwrap_or(u))
    };
    let mut map: Vec<u16> = (0..=u16::MAX).map(simple).collect();
    for u in 0..=u16::MAX {
        let c = char::from_u32(u32::from(u)).unwrap_or('\0');
        let plain = half_width(c);
        let look = plain == ' ' || matches!(plain, '_' | '\n' | '\r' | '\u{2028}' | '\u{2460}'..='\u{2473}');
        if look || is_noise(plain) || c == '\0' {
            map[usize::from(u)] = 0;
        } else if plain != c {
            map[usize::from(u)] = map[plain as usize];
        }
    }
    map
});

const fn half_width(c: char) -> char {
    match c {
        '\u{3000}' | '\u{a0}' | '\t' | '\u{2002}'..='\u{200a}' => ' ',
        '\u{ff01}'..='\u{ff5e}' => (c as u32 - 0xfee0) as u8 as char,
        _ => c,
    }
}

/// The text in its one written form, at most `MAX_CHARS` characters besides blanks: half width, simplified, without control
/// and invisible characters, blanks and line breaks joined to one, `①` as `1`, spreadsheet leftovers
/// (`_x000D_`) gone. Applying it twice changes nothing.
pub fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len().min(4 * MAX_CHARS));
    fold_each(text, |c| out.push(c));
    out
}

/// Names the characters of `fold(text)` in order.
pub(crate) fn fold_each(text: &str, mut see: impl FnMut(char)) {
    let map: &[u16] = &FOLDED;
    let mut blank = '\0';
    let mut rest = text.chars();
    let mut n = 0;
    while let Some(raw) = rest.next() {
        let plain = map.get(raw as usize).map_or(raw, |u| char::from_u32(u32::from(*u)).unwrap_or('\0'));
        if plain == '\0' {
            let c = half_width(raw);
            if raw == '_' && rest.as_str().starts_with("x000D_") {
                rest.by_ref().take(6).for_each(drop);
                blank = '\n';
                continue;
            }
            match c {
                '\n' | '\r' | '\u{2028}' => blank = '\n',
                ' ' if blank == '\0' => blank = ' ',
                _ => {}
            }
            if !matches!(c, '_' | '\u{2460}'..='\u{2473}') {
                continue;
            }
        }
        if blank != '\0' && n > 0 {
            see(blank);
        }
        blank = '\0';
        match plain {
            '\0' => fold_rare(raw, &mut see),
            _ => see(plain),
        }
        n += 1;
        if n >= MAX_CHARS {
            break;
        }
    }
}

/// A low line, also a wide one, or a circled number.
fn fold_rare(raw: char, see: &mut impl FnMut(char)) {
    match half_width(raw) {
        c @ '\u{2460}'..='\u{2473}' => (u32::from(c) - 0x245f).to_string().chars().for_each(see),
        c => see(c),
    }
}

/// At most `n` characters from the front.
pub(crate) fn head(text: &str, n: usize) -> &str {
    // As many bytes hold at most as many characters: most texts are short and need no counting.
    if text.len() <= n {
        return text;
    }
    let mut rest = text.chars();
    match n.checked_sub(1).map(|last| rest.nth(last)) {
        Some(None) => text,
        Some(_) => &text[..text.len() - rest.as_str().len()],
        None => "",
    }
}

/// Is this a Chinese character (basic block or extension A)?
pub const fn is_han(c: char) -> bool {
    matches!(c, '\u{4e00}'..='\u{9fff}' | '\u{3400}'..='\u{4dbf}')
}

/// May this character stand in a word: Chinese, a letter or a digit?
pub(crate) fn in_word(c: char) -> bool {
    if is_han(c) {
        return true;
    }
    // Common marks are told without the large tables.
    let mark = matches!(c, '\u{2010}'..='\u{2027}' | '\u{3001}'..='\u{3004}' | '\u{3008}'..='\u{3020}');
    if c.is_ascii() { c.is_ascii_alphanumeric() } else { !mark && c.is_alphanumeric() }
}

fn digit(c: char) -> Option<u32> {
    Some(match c {
        '0'..='9' => u32::from(c) - 48,
        '零' | '〇' | '○' => 0,
        '一' | '壹' | '幺' => 1,
        '二' | '贰' | '两' => 2,
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

fn unit(c: char) -> Option<f64> {
    Some(match c {
        '十' | '拾' => 1e1,
        '百' | '佰' => 1e2,
        '千' | '仟' => 1e3,
        '万' => 1e4,
        '亿' => 1e8,
        _ => return None,
    })
}

/// May this character stand in a number?
pub(crate) fn in_number(c: char) -> bool {
    digit(c).is_some() || unit(c).is_some() || c == '.' || c == ','
}

/// Reads a number written in digits, in Chinese or mixed: `1,200`, `3.5万`, `三万五千`, `二〇一九`, `十二`.
/// None if the text is anything else. At most 40 characters.
pub fn number(text: &str) -> Option<f64> {
    let chars: Vec<char> = text.chars().take(41).filter(|c| *c != ',').collect();
    if chars.is_empty() || chars.len() > 40 {
        return None;
    }
    let (mut total, mut section, mut plain) = (0.0, 0.0, None::<f64>);
    let (mut point, mut last_unit) = (0.0, 1.0);
    for c in chars {
        if c == '.' {
            if point > 0.0 || plain.is_none() {
                return None;
            }
            point = 0.1;
        } else if let Some(d) = digit(c) {
            let d = f64::from(d);
            plain = Some(if point > 0.0 {
                let v = plain? + d * point;
                point /= 10.0;
                v
            } else {
                plain.unwrap_or(0.0) * 10.0 + d
            });
        } else {
            let u = unit(c)?;
            point = 0.0;
            if u >= 1e4 {
                let head = section + plain.take().unwrap_or(0.0);
                // 亿 counts everything before it, 万 only what stands since 亿.
                total = if u > 1e4 { (total + head) * u } else { total + head * u };
                section = 0.0;
            } else {
                section += plain.take().unwrap_or(1.0) * u;
            }
            last_unit = u;
        }
    }
    // 三万五 is 35,000 and 二百五 is 250; 一百零五 keeps its zero and is read as written.
    let tail = match plain {
        Some(p) if last_unit >= 1e2 && (1.0..10.0).contains(&p) && !text.contains('零') => {
            p * last_unit / 10.0
        }
        Some(p) => p,
        None => 0.0,
    };
    Some(total + section + tail)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn many_writings_become_one() {
        assert_eq!(fold("Ａ３區　 違章建築_x000D_\r\n　②請處理！\u{200b}"), "A3区 违章建筑\n2请处理!");
        assert_eq!(fold("乾隆著名"), "乾隆著名");
        assert_eq!(fold(""), "");
    }

    #[test]
    fn what_may_stand_in_a_word() {
        let all = ('\0'..=char::MAX).filter(|c| in_word(*c) != (is_han(*c) || c.is_alphanumeric()));
        assert_eq!(all.collect::<String>(), "");
    }

    #[test]
    fn numerals_are_read() {
        for (t, n) in [
            ("1,200", 1200.0),
            ("3.5万", 35_000.0),
            ("三万五千", 35_000.0),
            ("三万五", 35_000.0),
            ("十二", 12.0),
            ("一百零五", 105.0),
            ("二〇一九", 2019.0),
            ("一亿二千万", 120_000_000.0),
            ("两", 2.0),
        ] {
            assert!(number(t).is_some_and(|v| (v - n).abs() < 1e-6), "{t} {:?}", number(t));
        }
        assert!(number("").is_none() && number("三个").is_none() && number(".").is_none());
    }

    proptest! {
        #[test]
        fn folding_twice_changes_nothing(s in "\\PC{0,200}") {
            let once = fold(&s);
            prop_assert_eq!(fold(&once), once);
        }
        #[test]
        fn a_head_holds_as_many_characters_as_asked(s in "\\PC{0,40}", n in 0_usize..50) {
            prop_assert_eq!(head(&s, n), s.chars().take(n).collect::<String>());
        }
        #[test]
        fn numbers_never_panic(s in "[0-9零一二三四五六七八九十百千万亿.,]{0,60}") {
            let _ = number(&s);
        }
    }
}
