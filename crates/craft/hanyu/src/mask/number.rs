//! 号码: numbers and addresses in plain digits: identity, telephone, card, passport, plate, e-mail, messenger.

use std::ops::Range;

use super::{Found, MAX_FOUND, Personal, UNITS};
use crate::checks::{bank_card, credit_code, identity_number};

const PROVINCES: &str = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼使领";
/// Words behind which any long number is somebody's, whatever its length.
const ACCOUNTS: [&str; 15] = [
    "卡号",
    "账号",
    "帐号",
    "账户",
    "帐户",
    "社保号",
    "医保号",
    "公积金号",
    "户号",
    "身份证",
    "身份证号",
    "身份证号码",
    "证件号",
    "证件号码",
    "残疾证号",
];
/// The same for telephones.
const PHONES: [&str; 7] = ["电话", "手机", "手机号", "手机号码", "联系方式", "座机", "电话号码"];
/// Digits of a number behind such a word at least.
const TOLD_MIN: usize = 7;

/// Runs of ASCII letters, digits and joining marks: where numbers and addresses stand.
pub(super) fn ascii_runs(text: &str, out: &mut Vec<Found>) {
    let b = text.as_bytes();
    let joins = |c: u8| c.is_ascii_alphanumeric() || matches!(c, b'@' | b'.' | b'_' | b'-' | b'+' | b' ');
    let mut i = 0;
    while i < b.len() && out.len() < MAX_FOUND {
        if !b[i].is_ascii_alphanumeric() {
            i += 1;
            continue;
        }
        let end = i + b[i..].iter().take_while(|c| joins(**c)).count();
        let before = out.len();
        email(text, i..end, out);
        if out.len() == before {
            digit_groups(text, i..end, out);
        }
        i = end;
    }
}

fn email(text: &str, run: Range<usize>, out: &mut Vec<Found>) {
    let mut at = run.start;
    for word in text[run].split(' ') {
        if let Some((name, host)) = word.split_once('@')
            && !name.is_empty()
            && host.split('.').count() >= 2
            && host.split('.').all(|p| !p.is_empty())
        {
            out.push(Found { at: at..at + word.len(), kind: Personal::Email });
        }
        at += word.len() + 1;
    }
}

/// Digits with blanks or hyphens between them, and the letters that belong (X at the end, passports).
fn digit_groups(text: &str, run: Range<usize>, out: &mut Vec<Found>) {
    let b = text.as_bytes();
    let mut i = run.start;
    while i < run.end {
        if !b[i].is_ascii_alphanumeric() {
            i += 1;
            continue;
        }
        let word_end = i + b[i..run.end].iter().take_while(|c| c.is_ascii_alphanumeric()).count();
        let word = &text[i..word_end];
        let digits = word.bytes().take_while(u8::is_ascii_digit).count();
        let of_a_person = digits >= 17 && word.get(6..14).is_some_and(plausible_birth);
        if digits < word.len() && !of_a_person && credit_code(word).is_ok() {
            i = word_end; // a company's code is public
            continue;
        }
        if let Some(kind) = word_kind(text, i, word).or_else(|| told_kind(&text[..i], word)) {
            out.push(Found { at: i..word_end, kind });
            i = word_end;
            continue;
        }
        if digits < word.len() && within(i, word, out) {
            i = word_end;
            continue;
        }
        // 138 0013 8000, 6222 0000 …: join groups of digits.
        let (mut digits, mut end, mut j) = (String::new(), i, i);
        while j < run.end && digits.len() < 20 && (b[j].is_ascii_digit() || matches!(b[j], b' ' | b'-')) {
            if b[j].is_ascii_digit() {
                digits.push(char::from(b[j]));
                end = j + 1;
            }
            j += 1;
        }
        // 430101 19900307 123X: the check letter belongs to the digits before it.
        let letter = digits.len() == 17 && b.get(end).is_some_and(|c| c.eq_ignore_ascii_case(&b'x'));
        if end >= word_end && letter && plausible_birth(&digits[6..14]) {
            out.push(Found { at: i..end + 1, kind: Personal::Identity });
            i = end + 1;
            continue;
        }
        if end > word_end
            && let Some(kind) = joined_kind(&digits)
        {
            out.push(Found { at: i..end, kind });
            i = end;
        } else {
            i = word_end.max(i + 1);
        }
    }
}

/// A number of any length behind a word that says whose it is: 社保卡号4306001234567.
fn told_kind(before: &str, word: &str) -> Option<Personal> {
    let public = word.starts_with("400") || word.starts_with("800");
    if word.len() < TOLD_MIN || !word.bytes().all(|c| c.is_ascii_digit()) || public {
        return None;
    }
    let before = before.trim_end_matches([':', '：', ' ', '是', '为', '=', '(', '（', '“', '"']);
    if ACCOUNTS.iter().any(|w| before.ends_with(w)) {
        return Some(Personal::BankCard);
    }
    PHONES.iter().any(|w| before.ends_with(w)).then_some(Personal::Phone)
}

/// Mobile and identity numbers to which letters are glued: tel13800138000abc. Also with l and o for 1 and 0.
fn within(start: usize, word: &str, out: &mut Vec<Found>) -> bool {
    let alike = |c: char| match c {
        'l' | 'I' => '1',
        'o' | 'O' => '0',
        c => c,
    };
    let plain: String = word.chars().map(alike).collect();
    let digits = word.bytes().filter(u8::is_ascii_digit).count();
    if plain.len() == 11 && digits >= 7 && digits_kind(&plain) == Some(Personal::Phone) {
        out.push(Found { at: start..start + word.len(), kind: Personal::Phone });
        return true;
    }
    let (before, mut at) = (out.len(), 0);
    let b = word.as_bytes();
    while at < b.len() {
        let n = b[at..].iter().take_while(|c| c.is_ascii_digit()).count();
        let x = n == 17 && b.get(at + n).is_some_and(|c| c.eq_ignore_ascii_case(&b'x'));
        let end = at + n + usize::from(x);
        let kind = match end - at {
            18 => identity_number(&word[at..end]).is_ok().then_some(Personal::Identity),
            11 => digits_kind(&word[at..end]),
            _ => None,
        };
        out.extend(kind.map(|kind| Found { at: start + at..start + end, kind }));
        at = end.max(at + 1);
    }
    out.len() > before
}

/// Years in a row are no card: 2019 2020 2021 2022.
pub(super) fn years(digits: &str) -> bool {
    digits.len().is_multiple_of(4)
        && digits.as_bytes().chunks(4).all(|year| year.starts_with(b"19") || year.starts_with(b"20"))
}

fn word_kind(text: &str, start: usize, word: &str) -> Option<Personal> {
    let b = word.as_bytes();
    let digits = b.iter().take_while(|c| c.is_ascii_digit()).count();
    let before: String = text[..start]
        .chars()
        .rev()
        .filter(|c| !matches!(c, ':' | '：' | ' ' | '是' | '为'))
        .take(3)
        .collect();
    let cue = |c: &str| before.chars().rev().collect::<String>().to_lowercase().ends_with(c);
    if identity_number(word).is_ok() || (b.len() == 18 && digits >= 17 && plausible_birth(&word[6..14])) {
        return Some(Personal::Identity);
    }
    if b.len() == 15 && digits == 15 && plausible_birth(&format!("19{}", &word[6..12])) {
        return Some(Personal::Identity);
    }
    if cue("微信") || cue("微信号") || cue("qq") || cue("q号") {
        return (b.len() >= 5).then_some(Personal::Messenger);
    }
    if digits == b.len() {
        let counted = matches!(b.len(), 7 | 8)
            && text[start + word.len()..].trim_start().chars().next().is_some_and(|c| UNITS.contains(c));
        return digits_kind(word).filter(|_| !counted);
    }
    let passport = matches!(b[0].to_ascii_uppercase(), b'E' | b'G' | b'D' | b'P' | b'H' | b'M' | b'C');
    (b.len() == 9 && passport && b[1..].iter().filter(|c| c.is_ascii_digit()).count() >= 7)
        .then_some(Personal::Passport)
}

pub(super) fn digits_kind(digits: &str) -> Option<Personal> {
    let b = digits.as_bytes();
    match b.len() {
        11 if b[0] == b'1' && (b'3'..=b'9').contains(&b[1]) => Some(Personal::Phone),
        13 if digits.starts_with("861") => Some(Personal::Phone),
        10..=12 if b[0] == b'0' && (b'1'..=b'9').contains(&b[1]) => Some(Personal::Phone),
        7 | 8 if (b'2'..=b'8').contains(&b[0]) && !plausible_birth(digits) => Some(Personal::Phone),
        15..=19 if identity_number(digits).is_ok() => Some(Personal::Identity),
        15..=19 if bank_card(digits) => Some(Personal::BankCard),
        14 if plausible_birth(&digits[..8]) => None, // a moment: 20261127100000
        14..=30 => Some(Personal::BankCard),
        _ => None,
    }
}

/// Groups of digits with blanks or hyphens between them. A number of a case (4306-2026-0000001) is nobody's.
fn joined_kind(digits: &str) -> Option<Personal> {
    match digits.len() {
        _ if years(digits) => None,
        18 if plausible_birth(&digits[6..14]) => Some(Personal::Identity),
        16 | 19 => Some(Personal::BankCard),
        _ => digits_kind(digits).filter(|k| *k != Personal::BankCard || bank_card(digits)),
    }
}

pub(super) fn plausible_birth(d: &str) -> bool {
    let n = |r: Range<usize>| d.get(r).and_then(|t| t.parse::<u32>().ok()).unwrap_or(0);
    d.len() == 8
        && (1900..2100).contains(&n(0..4))
        && (1..=12).contains(&n(4..6))
        && (1..=31).contains(&n(6..8))
}

pub(super) fn plates(text: &str, out: &mut Vec<Found>) {
    for (i, c) in text.char_indices() {
        if !PROVINCES.contains(c) || out.len() >= MAX_FOUND {
            continue;
        }
        let start = i + c.len_utf8();
        let mut end = start;
        let mut n = 0;
        let mut digits = 0;
        for (j, p) in text[start..].char_indices().take(9) {
            if matches!(p, '·' | '.' | ' ' | '-') && n == 1 {
                continue;
            }
            let good = if n == 0 { p.is_ascii_alphabetic() } else { p.is_ascii_alphanumeric() };
            let last = n >= 5 && matches!(p, '学' | '警' | '港' | '澳' | '挂');
            if !(good || last) {
                break;
            }
            digits += usize::from(p.is_ascii_digit());
            n += 1;
            end = start + j + p.len_utf8();
        }
        if (6..=7).contains(&n) && digits >= 2 {
            out.push(Found { at: i..end, kind: Personal::Plate });
        }
    }
}
