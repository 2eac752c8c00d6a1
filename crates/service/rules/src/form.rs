//! 表单 (K4): fields with checks. A value is checked by its kind; what is wrong is said at the field, and what was typed
//! stays. Identity numbers by GB 11643, credit codes by GB 32100 (STANDARDS 2.8).

use std::collections::BTreeMap;

use kernel::{Date, Said};
use serde::{Deserialize, Serialize};

use crate::words::{Word as _, words};

/// Longest value of one field, in characters.
pub const VALUE_MAX: usize = 500;

words! {
    /// What a field holds (表单项类型).
    FieldKind {
        Text = "text", "文字";
        Identity = "identity", "身份证号";
        CreditCode = "credit_code", "统一社会信用代码";
        Phone = "phone", "电话";
        Date = "date", "日期";
        PastDate = "past_date", "过去的日期";
        Number = "number", "数";
        Choice = "choice", "选项";
        YesNo = "yes_no", "是否";
    }
}

/// One field (表单项).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// code, unique in the form; the same code means the same thing everywhere
    pub code: String,
    /// name as printed
    pub name: String,
    /// what it holds
    pub kind: FieldKind,
    /// must it be filled in
    #[serde(default = "yes")]
    pub required: bool,
    /// a line of help
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub help: String,
    /// the choices
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<String>,
}

const fn yes() -> bool {
    true
}

/// What was filled in, by code of field.
pub type Values = BTreeMap<String, String>;

/// One fault of a form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldFault {
    /// code of the field
    pub field: String,
    /// what is wrong and what to do
    pub said: Said,
}

/// Checks a form as it is submitted: every required field holds a value, every value fits its kind, and a birthday
/// agrees with the identity number of the same person (codes that differ in `_birth` and `_id` only).
pub fn check(fields: &[Field], values: &Values, today: Date) -> Vec<FieldFault> {
    let mut out = Vec::new();
    for f in fields {
        let value = values.get(&f.code).map_or("", |v| v.trim());
        let fault = if value.is_empty() {
            f.required.then(|| Said::new(format!("请填写“{}”", f.name), format!("fill in {:?}", f.name)))
        } else {
            check_value(f, value, today).err()
        };
        out.extend(fault.map(|said| FieldFault { field: f.code.clone(), said }));
    }
    for (code, born) in values {
        let Some(person) = code.strip_suffix("_birth") else { continue };
        let Some(id) = values.get(&format!("{person}_id")) else { continue };
        let (id, born) = (normal(FieldKind::Identity, id), normal(FieldKind::Date, born));
        if is_identity(&id) && born.len() == 10 && id[6..14] != born.replace('-', "") {
            out.push(FieldFault {
                field: code.clone(),
                said: Said::new(
                    "出生日期与身份证号不一致，请核对",
                    "the birthday does not agree with the identity number; check both",
                ),
            });
        }
    }
    out
}

/// Does one value fit its field?
///
/// # Errors
/// What is wrong and what to write instead.
pub fn check_value(f: &Field, value: &str, today: Date) -> Result<(), Said> {
    if value.chars().count() > VALUE_MAX {
        return Err(Said::new(
            format!("“{}”最多 {VALUE_MAX} 个字", f.name),
            format!("{:?} holds at most {VALUE_MAX} characters", f.name),
        ));
    }
    let value = &normal(f.kind, value);
    let wrong =
        |zh: &str, en: &str| Err(Said::new(format!("“{}”{zh}", f.name), format!("{:?} {en}", f.name)));
    match f.kind {
        FieldKind::Text => Ok(()),
        FieldKind::Identity if is_identity(value) => Ok(()),
        FieldKind::Identity => wrong(
            "不是有效的 18 位身份证号，请逐位核对（末位可能是 X）",
            "is no valid identity number of 18 digits; check each digit (the last may be X)",
        ),
        FieldKind::CreditCode if is_credit_code(value) => Ok(()),
        FieldKind::CreditCode => wrong(
            "不是有效的 18 位统一社会信用代码，请对照营业执照核对",
            "is no valid credit code of 18 characters; compare it with the licence",
        ),
        FieldKind::Phone => {
            let digits = value.chars().filter(char::is_ascii_digit).count();
            let fits =
                (7..=15).contains(&digits) && value.chars().all(|c| c.is_ascii_digit() || "+-".contains(c));
            if fits {
                Ok(())
            } else {
                wrong("请写手机号或带区号的座机号", "must be a telephone number")
            }
        }
        FieldKind::Date | FieldKind::PastDate => match value.parse::<Date>() {
            Err(_) => wrong("不是日期，请写成 2026-05-31", "is no date; write 2026-05-31"),
            Ok(day) if f.kind == FieldKind::PastDate && day > today => {
                wrong("不能晚于今天", "cannot lie in the future")
            }
            Ok(_) => Ok(()),
        },
        FieldKind::Number => {
            let fits = value.parse::<f64>().is_ok_and(|n| n.is_finite() && n >= 0.0);
            if fits {
                Ok(())
            } else {
                wrong("请写数字，如 120 或 98.5", "must be a number, as 120 or 98.5")
            }
        }
        FieldKind::Choice if f.options.iter().any(|o| o == value) => Ok(()),
        FieldKind::Choice => {
            let (zh, en) = (f.options.join("、"), f.options.join(", "));
            wrong(&format!("请从这些中选：{zh}"), &format!("must be one of: {en}"))
        }
        FieldKind::YesNo if matches!(value.as_str(), "是" | "否") => Ok(()),
        FieldKind::YesNo => wrong("请选“是”或“否”", "must be 是 (yes) or 否 (no)"),
    }
}

/// A value as it is kept: full-width digits as plain ones, capitals in numbers, no blanks around or inside of codes.
pub fn normal(kind: FieldKind, value: &str) -> String {
    let plain = |c: char| match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        '\u{3000}' => ' ',
        other => other,
    };
    let value = value.trim();
    match kind {
        FieldKind::Identity | FieldKind::CreditCode => {
            value.chars().map(plain).filter(|c| !c.is_whitespace()).map(|c| c.to_ascii_uppercase()).collect()
        }
        FieldKind::Phone | FieldKind::Number => {
            value.chars().map(plain).filter(|c| !c.is_whitespace()).collect()
        }
        FieldKind::Date | FieldKind::PastDate => date(&value.chars().map(plain).collect::<String>()),
        _ => value.to_owned(),
    }
}

/// `2026/5/31`, `2026.5.31`, `2026年5月31日`, `20260531` as `2026-05-31`; anything else as it is.
fn date(text: &str) -> String {
    let parts: Vec<&str> = text.split(|c: char| !c.is_ascii_digit()).filter(|p| !p.is_empty()).collect();
    match parts.as_slice() {
        [y, m, d] if y.len() == 4 && m.len() <= 2 && d.len() <= 2 => format!("{y}-{m:0>2}-{d:0>2}"),
        [all] if all.len() == 8 && all.len() == text.trim().len() => {
            format!("{}-{}-{}", &all[..4], &all[4..6], &all[6..])
        }
        _ => text.trim().to_owned(),
    }
}

/// GB 11643: 18 places, a birthday, and the check place.
pub fn is_identity(text: &str) -> bool {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let bytes = text.as_bytes();
    if bytes.len() != 18 || !bytes[..17].iter().all(u8::is_ascii_digit) {
        return false;
    }
    let born = format!("{}-{}-{}", &text[6..10], &text[10..12], &text[12..14]);
    if born.parse::<Date>().is_err() {
        return false;
    }
    let sum: u32 = bytes[..17].iter().zip(WEIGHTS).map(|(b, w)| u32::from(b - b'0') * w).sum();
    b"10X98765432"[(sum % 11) as usize] == bytes[17]
}

/// GB 32100: 18 characters without I O S V Z, and the check character.
pub fn is_credit_code(text: &str) -> bool {
    const SIGNS: &str = "0123456789ABCDEFGHJKLMNPQRTUWXY";
    const WEIGHTS: [usize; 17] = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];
    let places: Option<Vec<usize>> = text.chars().map(|c| SIGNS.find(c)).collect();
    let Some(places) = places.filter(|p| p.len() == 18) else { return false };
    let sum: usize = places.iter().zip(WEIGHTS).map(|(p, w)| p * w).sum();
    (31 - sum % 31) % 31 == places[17]
}

/// Which fields hold a value.
pub fn filled(fields: &[Field], values: &Values) -> Vec<String> {
    let has = |f: &&Field| values.get(&f.code).is_some_and(|v| !v.trim().is_empty());
    fields.iter().filter(has).map(|f| f.code.clone()).collect()
}

/// A field as the page explains it: its help, or what its kind wants.
pub fn hint(f: &Field) -> &str {
    if f.help.is_empty() && f.kind != FieldKind::Text { f.kind.zh() } else { &f.help }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(code: &str, kind: FieldKind) -> Field {
        Field {
            code: code.into(),
            name: code.into(),
            kind,
            required: true,
            help: String::new(),
            options: vec!["甲".into(), "乙".into()],
        }
    }

    #[test]
    fn numbers_of_persons_and_companies_are_checked_by_their_standards() {
        for good in ["11010519491231002X", "440308199901101512"] {
            assert!(is_identity(good), "{good}");
        }
        for bad in ["110105194912310021", "11010519491331002X", "1101051949123100", "4403081999011015１２"]
        {
            assert!(!is_identity(bad), "{bad}");
        }
        for good in ["9144030071526726XG", "91330100799655058B", "91110108551385082Q"] {
            assert!(is_credit_code(good), "{good}");
        }
        for bad in ["9144030071526726XA", "91330100799655058b", "IIIIIIIIIIIIIIIIII", ""] {
            assert!(!is_credit_code(bad), "{bad}");
        }
    }

    #[test]
    fn what_people_write_is_read_and_what_is_wrong_is_said_at_its_field() {
        let today: Date = "2026-11-30".parse().unwrap();
        let ok = |kind, v: &str| check_value(&field("f", kind), v, today).is_ok();
        assert!(ok(FieldKind::Identity, " 11010519491231002x "));
        assert!(ok(FieldKind::Identity, "１１０１０５１９４９１２３１００２Ｘ"));
        for d in ["2026/5/31", "2026.05.31", "2026年5月31日", "20260531", "2026-05-31"] {
            assert!(ok(FieldKind::Date, d), "{d}");
        }
        assert!(!ok(FieldKind::Date, "5月31日") && !ok(FieldKind::Date, "2026-02-30"));
        assert!(!ok(FieldKind::PastDate, "2026-12-01") && ok(FieldKind::Date, "2026-12-01"));
        assert!(ok(FieldKind::Phone, "0999-8100001") && !ok(FieldKind::Phone, "没有"));
        assert!(
            ok(FieldKind::Number, "98.5") && !ok(FieldKind::Number, "-1") && !ok(FieldKind::Number, "NaN")
        );
        assert!(ok(FieldKind::Choice, "甲") && !ok(FieldKind::Choice, "丙"));
        assert!(!ok(FieldKind::Text, &"长".repeat(VALUE_MAX + 1)));
        let fields = [field("father_id", FieldKind::Identity), field("father_birth", FieldKind::PastDate)];
        let mut values = Values::from([("father_id".into(), "11010519491231002X".into())]);
        assert_eq!(check(&fields, &values, today)[0].field, "father_birth");
        values.insert("father_birth".into(), "1949/12/30".into());
        assert_eq!(check(&fields, &values, today).len(), 1);
        values.insert("father_birth".into(), "1949-12-31".into());
        assert!(check(&fields, &values, today).is_empty());
    }
}
