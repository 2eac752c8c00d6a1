//! 号码校验: identity numbers (GB 11643), unified social credit codes (GB 32100), telephone and bank-card
//! numbers. Knows the arithmetic only; must not know whose number it is or keep one.

use kernel::Date;

/// Sex as the seventeenth digit of an identity number says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sex {
    /// 女
    Female,
    /// 男
    Male,
}

/// What an identity number says about its holder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdentityNumber {
    /// The six digits of the division where it was first issued (区划代码).
    pub region: String,
    /// Date of birth (出生日期).
    pub born: Date,
    /// Sex (性别).
    pub sex: Sex,
}

/// Why a number is not a good one. Shown to the person who typed it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadNumber {
    /// Wrong length.
    #[error("号码长度不对，请核对位数 / wrong length, please count the digits")]
    Length,
    /// A character that cannot occur at this place.
    #[error("号码中有不允许的字符，请核对 / a character that cannot occur here, please check")]
    Character,
    /// The date of birth does not exist.
    #[error("出生日期不存在，请核对第 7 至 14 位 / no such date of birth, please check digits 7 to 14")]
    Date,
    /// The check character does not fit the others.
    #[error("校验码不符，至少有一位写错，请核对 / the check character does not fit: one digit is wrong")]
    Check,
}

const ID_WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const ID_CHECKS: &[u8; 11] = b"10X98765432";

/// Checks an 18-character resident identity number (公民身份号码, GB 11643; ISO 7064 MOD 11-2).
/// A lower-case `x` is accepted; spaces are not.
pub fn identity_number(text: &str) -> Result<IdentityNumber, BadNumber> {
    let b = text.as_bytes();
    if b.len() != 18 {
        return Err(BadNumber::Length);
    }
    let last = b[17].to_ascii_uppercase();
    if !b[..17].iter().all(u8::is_ascii_digit) || !(last.is_ascii_digit() || last == b'X') || b[0] == b'0' {
        return Err(BadNumber::Character);
    }
    let n = |from: usize, to: usize| b[from..to].iter().fold(0_i16, |a, d| a * 10 + i16::from(d - b'0'));
    let born = Date::new(n(6, 10), n(10, 12) as i8, n(12, 14) as i8).map_err(|_| BadNumber::Date)?;
    if born.year() < 1850 {
        return Err(BadNumber::Date);
    }
    let sum: u32 = ID_WEIGHTS.iter().zip(b).map(|(w, d)| w * u32::from(d - b'0')).sum();
    if ID_CHECKS[(sum % 11) as usize] != last {
        return Err(BadNumber::Check);
    }
    let sex = if (b[16] - b'0') % 2 == 1 { Sex::Male } else { Sex::Female };
    Ok(IdentityNumber { region: text[..6].to_owned(), born, sex })
}

const CREDIT_SET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";

/// Checks an 18-character unified social credit code (统一社会信用代码, GB 32100, modulus 31).
pub fn credit_code(text: &str) -> Result<(), BadNumber> {
    let b = text.as_bytes();
    if b.len() != 18 {
        return Err(BadNumber::Length);
    }
    let (mut sum, mut weight) = (0, 1);
    let mut last = 0;
    for (i, c) in b.iter().enumerate() {
        let v = CREDIT_SET.iter().position(|x| *x == c.to_ascii_uppercase()).ok_or(BadNumber::Character)?;
        if i < 17 {
            sum = (sum + v * weight) % 31;
            weight = weight * 3 % 31;
        } else {
            last = v;
        }
    }
    if !b[2..8].iter().all(u8::is_ascii_digit) {
        return Err(BadNumber::Character);
    }
    if (31 - sum) % 31 == last { Ok(()) } else { Err(BadNumber::Check) }
}

/// Kinds of telephone number in the numbering plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phone {
    /// 手机: eleven digits, 13–19.
    Mobile,
    /// 固定电话: area code and 7 or 8 digits.
    Landline,
    /// 400/800 号码
    Service,
    /// Short public numbers such as 12345, 110, 96xxx.
    Short,
}

/// Checks a telephone number; `+86`, spaces, hyphens and brackets are allowed between the digits.
pub fn phone(text: &str) -> Result<Phone, BadNumber> {
    let mut d = String::with_capacity(16);
    for c in text.trim().trim_start_matches("+86").chars().take(40) {
        match c {
            '0'..='9' => d.push(c),
            ' ' | '-' | '(' | ')' | '（' | '）' | '—' => {}
            _ => return Err(BadNumber::Character),
        }
    }
    let b = d.as_bytes();
    let kind = match b.len() {
        11 if b[0] == b'1' && (b'3'..=b'9').contains(&b[1]) => Phone::Mobile,
        10..=12 if b[0] == b'0' && b[1] != b'0' => Phone::Landline,
        7 | 8 if (b'2'..=b'8').contains(&b[0]) => Phone::Landline,
        10 if d.starts_with("400") || d.starts_with("800") => Phone::Service,
        3 if d.starts_with('1') => Phone::Short,
        5 if d.starts_with('1') || d.starts_with('9') => Phone::Short,
        _ => return Err(BadNumber::Length),
    };
    Ok(kind)
}

/// Does a run of 15 to 19 digits satisfy the Luhn check of bank cards (ISO/IEC 7812)?
pub fn bank_card(digits: &str) -> bool {
    let b = digits.as_bytes();
    if !(15..=19).contains(&b.len()) || !b.iter().all(u8::is_ascii_digit) || b.iter().all(|d| *d == b[0]) {
        return false;
    }
    let sum: u32 = b
        .iter()
        .rev()
        .enumerate()
        .map(|(i, d)| {
            let v = u32::from(d - b'0') << (i % 2);
            if v > 9 { v - 9 } else { v }
        })
        .sum();
    sum.is_multiple_of(10)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn published_examples_pass() {
        let a = identity_number("11010519491231002X").unwrap();
        assert_eq!((a.born, a.sex), (kernel::Date::constant(1949, 12, 31), Sex::Female));
        assert!(identity_number("440308199901101512").is_ok());
        for c in ["9144030071526726XG", "91330100799655058B", "91110108551385082Q"] {
            assert_eq!(credit_code(c), Ok(()), "{c}");
        }
        assert_eq!(identity_number("110105194913310020"), Err(BadNumber::Date));
        assert_eq!(identity_number("11010519491231002"), Err(BadNumber::Length));
        assert!(bank_card("4111111111111111") && !bank_card("4111111111111112"));
        assert_eq!(phone("+86 138-0013-8000"), Ok(Phone::Mobile));
        assert_eq!(phone("0731-85550123"), Ok(Phone::Landline));
        assert_eq!(phone("12345"), Ok(Phone::Short));
        assert!(phone("12880013800").is_err());
    }

    proptest! {
        /// MOD 11-2 and modulus 31 catch every single wrong digit.
        #[test]
        fn one_wrong_digit_never_passes(at in 0_usize..17, to in 0_u8..10) {
            let spoil = |good: &str| {
                let mut b = good.as_bytes().to_vec();
                b[at] = b'0' + to;
                String::from_utf8(b).unwrap()
            };
            let id = spoil("440308199901101512");
            prop_assert_eq!(identity_number(&id).is_ok(), id == "440308199901101512");
            let code = spoil("91330100799655058B");
            prop_assert_eq!(credit_code(&code).is_ok(), code == "91330100799655058B");
        }
        #[test]
        fn anything_is_answered(s in "\\PC{0,40}") {
            let _ = (identity_number(&s), credit_code(&s), phone(&s), bank_card(&s));
        }
    }
}
