//! Exact numbers: money and rates are fractions of whole numbers, so that 5.5 % is 5.5 % and a boundary is a boundary.

use std::cmp::Ordering;
use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A fraction in lowest terms; the divisor is above 0. Arithmetic that would leave 128 bits answers `None`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Number {
    num: i128,
    den: i128,
}

const DIGITS_MAX: usize = 30;

const fn gcd(mut a: i128, mut b: i128) -> i128 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    if a < 0 { -a } else { a }
}

/// A number without the marks between its groups: 1,200 and 1 200 000, each group of three. 1,5 and 1 2 3 are none.
fn ungrouped(text: &str) -> Option<String> {
    let chars: Vec<char> = text.chars().collect();
    let digit = |i: usize| chars.get(i).is_some_and(char::is_ascii_digit);
    let run = |mut i: usize| {
        let from = i;
        while digit(i) {
            i += 1;
        }
        i - from
    };
    let mut out = String::with_capacity(text.len());
    for (i, c) in chars.iter().enumerate() {
        if !matches!(c, ',' | ' ') {
            out.push(*c);
            continue;
        }
        if i > 0 && digit(i - 1) && digit(i + 1) {
            let before = chars[..i].iter().rev().take_while(|c| c.is_ascii_digit()).count();
            let first = i == before || !matches!(chars[i - before - 1], ',' | ' ');
            let whole = !chars[..i].contains(&'.');
            if run(i + 1) != 3 || !whole || !(before == 3 || first && before < 3) {
                return None;
            }
        } else if *c == ',' {
            return None;
        }
    }
    Some(out)
}

impl Number {
    /// 0
    pub const ZERO: Self = Self { num: 0, den: 1 };
    /// 1
    pub const ONE: Self = Self { num: 1, den: 1 };

    /// A whole number.
    pub const fn whole(n: i64) -> Self {
        Self { num: n as i128, den: 1 }
    }

    fn new(num: i128, den: i128) -> Option<Self> {
        if den == 0 || num == i128::MIN || den == i128::MIN {
            return None;
        }
        let g = gcd(num, den).max(1);
        let sign = if den < 0 { -1 } else { 1 };
        Some(Self { num: num / g * sign, den: den / g * sign })
    }

    /// The sum.
    pub fn plus(self, other: Self) -> Option<Self> {
        if self.den == 1 && other.den == 1 {
            return Some(Self { num: self.num.checked_add(other.num)?, den: 1 });
        }
        let g = gcd(self.den, other.den);
        let a = self.num.checked_mul(other.den / g)?;
        let b = other.num.checked_mul(self.den / g)?;
        Self::new(a.checked_add(b)?, (self.den / g).checked_mul(other.den)?)
    }
    /// The difference.
    pub fn minus(self, other: Self) -> Option<Self> {
        self.plus(Self { num: other.num.checked_neg()?, den: other.den })
    }
    /// The product.
    pub fn times(self, other: Self) -> Option<Self> {
        if self.den == 1 && other.den == 1 {
            return Some(Self { num: self.num.checked_mul(other.num)?, den: 1 });
        }
        let (a, b) = (gcd(self.num, other.den).max(1), gcd(other.num, self.den).max(1));
        let num = (self.num / a).checked_mul(other.num / b)?;
        let den = (self.den / b).checked_mul(other.den / a)?;
        Self::new(num, den)
    }
    /// The quotient; none when `other` is 0.
    pub fn over(self, other: Self) -> Option<Self> {
        self.times(Self::new(other.den, other.num)?)
    }
    /// Is it 0?
    pub const fn is_zero(self) -> bool {
        self.num == 0
    }
    /// Is it below 0?
    pub const fn is_negative(self) -> bool {
        self.num < 0
    }
    /// Has it no part behind the point?
    pub const fn is_whole(self) -> bool {
        self.den == 1
    }
    /// The distance from 0.
    pub const fn abs(self) -> Self {
        Self { num: self.num.abs(), den: self.den }
    }
    /// The largest whole number that is not above.
    pub const fn floor(self) -> Self {
        Self { num: self.num.div_euclid(self.den), den: 1 }
    }
    /// The smallest whole number that is not below.
    pub const fn ceil(self) -> Self {
        Self { num: -((-self.num).div_euclid(self.den)), den: 1 }
    }
    /// 四舍五入 to so many places behind the point: half goes away from 0.
    pub fn round(self, places: u32) -> Option<Self> {
        let scale = Self { num: 10i128.checked_pow(places)?, den: 1 };
        let half = Self { num: 1, den: 2 };
        let scaled = self.abs().times(scale)?.plus(half)?.floor();
        let back = scaled.over(scale)?;
        Some(if self.num < 0 { Self { num: -back.num, den: back.den } } else { back })
    }
    /// The same as a floating number, for drawing and JSON.
    pub fn to_f64(self) -> f64 {
        // Through the decimal text, so that 0.1 leaves as 0.1.
        self.to_string().parse().unwrap_or(self.num as f64 / self.den as f64)
    }

    /// Reads what people write: `1,200.50`, `5.5%`, `30万`, `1.2亿`, `3千万`, full-width digits, a sign, `1e6`; `三十万元`,
    /// `百分之五点五`, `十二个月`. One Chinese figure alone is a word (一, in a class of that name) and no number.
    pub fn read(text: &str) -> Option<Self> {
        let mut plain = String::with_capacity(text.len());
        for c in text.trim().chars() {
            match c {
                '０'..='９' => plain.push(char::from(b'0' + (c as u32 - '０' as u32) as u8)),
                '．' => plain.push('.'),
                '％' => plain.push('%'),
                '－' | '−' => plain.push('-'),
                '＋' => plain.push('+'),
                ',' | '，' | '_' => plain.push(','),
                ' ' | '\u{a0}' | '\u{3000}' => plain.push(' '),
                _ => plain.push(c),
            }
        }
        let mut plain = ungrouped(&plain)?;
        for sign in ["人民币", "¥", "￥", "RMB", "CNY"] {
            if let Some(rest) = plain.strip_prefix(sign) {
                plain = rest.to_owned();
            }
        }
        if plain.ends_with("元整") || plain.ends_with("元正") {
            plain.pop();
        }
        let whole = plain.len();
        for unit in ["个月", "家", "名", "户", "项", "件", "个"] {
            // A counted thing; a year or a day is not: 1年 and 12 are unlike.
            if plain.len() > unit.len() && plain.ends_with(unit) {
                plain.truncate(plain.len() - unit.len());
                break;
            }
        }
        let mut s = plain.as_str();
        if s.starts_with(|c| in_words(c) || matches!(c, '百' | '千' | '万')) {
            s = s.trim_end_matches(['元', '人']);
            // One figure alone is a word: 一, 三.
            return Self::words(s).filter(|_| s.chars().count() > 1 || s.len() < whole);
        }
        let mut scale = Self::ONE;
        loop {
            let (rest, by) = if let Some(r) = s.strip_suffix('%') {
                (r, Self { num: 1, den: 100 })
            } else if let Some(r) = s.strip_suffix('‰') {
                (r, Self { num: 1, den: 1000 })
            } else if let Some(r) = s.strip_suffix('万') {
                (r, Self::whole(10_000))
            } else if let Some(r) = s.strip_suffix('千') {
                (r, Self::whole(1_000))
            } else if let Some(r) = s.strip_suffix('百') {
                (r, Self::whole(100))
            } else if let Some(r) = s.strip_suffix('亿') {
                (r, Self::whole(100_000_000))
            } else if let Some(r) = s.strip_suffix('元').or_else(|| s.strip_suffix('人')) {
                (r, Self::ONE)
            } else {
                break;
            };
            scale = scale.times(by)?;
            s = rest;
        }
        // 1亿2000万: each part has its unit.
        let parts = || Self::mixed(plain.trim_end_matches(['元', '人']));
        Self::decimal(s).and_then(|n| n.times(scale)).or_else(parts)
    }

    /// 1亿2000万, 3万5千: parts that fall, each with its unit.
    fn mixed(s: &str) -> Option<Self> {
        let (mut sum, mut rest, mut below, mut parts) = (Self::ZERO, s, i64::MAX, 0);
        while !rest.is_empty() {
            let end = rest.find(|c: char| !(c.is_ascii_digit() || c == '.'))?;
            let mut units = rest[end..].chars();
            let (mut unit, mut used) = (1_i64, 0);
            for c in units.by_ref().take_while(|c| matches!(c, '亿' | '万' | '千' | '百')) {
                unit = unit.checked_mul(match c {
                    '亿' => 100_000_000,
                    '万' => 10_000,
                    '千' => 1_000,
                    _ => 100,
                })?;
                used += c.len_utf8();
            }
            if unit >= below || used == 0 || end == 0 {
                return None;
            }
            sum = sum.plus(Self::decimal(&rest[..end])?.times(Self::whole(unit))?)?;
            (below, parts) = (unit, parts + 1);
            rest = &rest[end + used..];
        }
        (parts > 1).then_some(sum)
    }

    /// In Chinese figures: 三十万, 一亿二千万, 百分之五点五.
    fn words(s: &str) -> Option<Self> {
        if s == "百分之百" {
            return Some(Self::ONE);
        }
        for (mark, of) in [("百分之", 100), ("千分之", 1_000), ("万分之", 10_000)] {
            if let Some(rest) = s.strip_prefix(mark) {
                return Self::words(rest).or_else(|| Self::decimal(rest))?.over(Self::whole(of));
            }
        }
        let (whole, part) = s.split_once('点').unwrap_or((s, ""));
        if whole.is_empty() {
            return None;
        }
        let digit = |c: char| {
            "零一二三四五六七八九".chars().position(|d| d == figure(c)).and_then(|n| i64::try_from(n).ok())
        };
        let mut number = {
            // What is before 亿, before 万, and the rest; inside of each 千百十 fall.
            let (mut all, mut section, mut low, mut below) = (0_i64, 0_i64, None::<i64>, i64::MAX);
            let mut above = i64::MAX;
            let (mut last, mut nought) = (1_i64, false);
            for c in whole.chars() {
                let unit = match c {
                    '十' | '拾' => 10,
                    '百' | '佰' => 100,
                    '千' | '仟' => 1_000,
                    '万' | '萬' => 10_000,
                    '亿' | '億' => 100_000_000,
                    c => {
                        if low.is_some_and(|n| n > 0) {
                            return None;
                        }
                        low = Some(digit(c)?);
                        nought |= low == Some(0);
                        continue;
                    }
                };
                (last, nought) = (unit, false);
                if unit >= 10_000 {
                    if unit >= above {
                        return None;
                    }
                    above = unit;
                    let before = section + low.take().unwrap_or(0);
                    if before == 0 {
                        return None;
                    }
                    all = all.checked_add(before.checked_mul(unit)?)?;
                    (section, below) = (0, i64::MAX);
                } else {
                    if unit >= below {
                        return None;
                    }
                    below = unit;
                    let many = match low.take() {
                        None if unit == 10 && section == 0 => 1,
                        many => many.filter(|n| *n > 0)?,
                    };
                    section += many * unit;
                }
            }
            // 一百五 is 150 to some and 105 to others.
            if last >= 100 && !nought && low.is_some_and(|n| n > 0) {
                return None;
            }
            Self::whole(all.checked_add(section + low.unwrap_or(0))?)
        };
        let mut place = Self::ONE;
        for c in part.chars() {
            place = place.over(Self::whole(10))?;
            number = number.plus(place.times(Self::whole(digit(c)?))?)?;
        }
        (!s.ends_with('点')).then_some(number)
    }

    fn decimal(s: &str) -> Option<Self> {
        let (body, exponent) = match s.split_once(['e', 'E']) {
            Some((b, e)) => (b, e.parse::<i32>().ok().filter(|e| e.abs() <= 30)?),
            None => (s, 0),
        };
        let (negative, body) = match body.as_bytes().first()? {
            b'-' => (true, &body[1..]),
            b'+' => (false, &body[1..]),
            _ => (false, body),
        };
        let (whole, part) = body.split_once('.').unwrap_or((body, ""));
        if whole.is_empty() && part.is_empty() || whole.len() + part.len() > DIGITS_MAX {
            return None;
        }
        let mut num: i128 = 0;
        for b in whole.bytes().chain(part.bytes()) {
            if !b.is_ascii_digit() {
                return None;
            }
            num = num * 10 + i128::from(b - b'0');
        }
        let places = i32::try_from(part.len()).ok()? - exponent;
        let power = 10i128.checked_pow(places.unsigned_abs())?;
        let num = if negative { -num } else { num };
        if places >= 0 { Self::new(num, power) } else { Self::new(num.checked_mul(power)?, 1) }
    }
}

/// The plain form of a Chinese figure.
const fn figure(c: char) -> char {
    match c {
        '〇' | '○' => '零',
        '两' | '贰' => '二',
        '壹' => '一',
        '叁' => '三',
        '肆' => '四',
        '伍' => '五',
        '陆' => '六',
        '柒' => '七',
        '捌' => '八',
        '玖' => '九',
        c => c,
    }
}

/// Does a number in words begin so?
fn in_words(c: char) -> bool {
    "零一二三四五六七八九十".contains(figure(c))
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        if self.den == other.den {
            return self.num.cmp(&other.num);
        }
        // Whole parts first: the rest is a fraction below 1, compared by continued fractions, which cannot overflow.
        let (mut a, mut b) = (*self, *other);
        let mut turned = false;
        loop {
            let (qa, qb) = (a.num.div_euclid(a.den), b.num.div_euclid(b.den));
            let (ra, rb) = (a.num.rem_euclid(a.den), b.num.rem_euclid(b.den));
            let found = match (qa.cmp(&qb), ra, rb) {
                (Ordering::Equal, 0, 0) => Ordering::Equal,
                (Ordering::Equal, 0, _) => Ordering::Less,
                (Ordering::Equal, _, 0) => Ordering::Greater,
                (Ordering::Equal, _, _) => {
                    (a, b) = (Self { num: a.den, den: ra }, Self { num: b.den, den: rb });
                    turned = !turned;
                    continue;
                }
                (unequal, _, _) => unequal,
            };
            return if turned { found.reverse() } else { found };
        }
    }
}

impl fmt::Display for Number {
    /// As a decimal number; what does not end is rounded at the eighth place.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (sign, n) = (if self.num < 0 { "-" } else { "" }, self.num.unsigned_abs());
        let d = self.den.unsigned_abs();
        let (whole, mut rest) = (n / d, n % d);
        let mut digits = String::new();
        while rest != 0 && digits.len() < 12 {
            let Some(ten) = rest.checked_mul(10) else { break };
            rest = ten % d;
            digits.push(char::from(b'0' + (ten / d) as u8));
        }
        if rest != 0 {
            return match self.round(8) {
                Some(r) if r != *self => write!(f, "{r}"),
                _ => write!(f, "{sign}{whole}.{digits}"),
            };
        }
        if digits.is_empty() { write!(f, "{sign}{whole}") } else { write!(f, "{sign}{whole}.{digits}") }
    }
}

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        match i64::try_from(self.num) {
            Ok(n) if self.den == 1 => s.serialize_i64(n),
            _ => s.serialize_f64(self.to_f64()),
        }
    }
}
impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let raw = serde_json::Value::deserialize(d)?;
        let text = match &raw {
            serde_json::Value::Number(n) => n.to_string(),
            serde_json::Value::String(s) => s.clone(),
            _ => String::new(),
        };
        Self::read(&text).ok_or_else(|| {
            serde::de::Error::custom(format!(
                "不是数 / not a number: {raw}（如 / such as 0.055、5.5%、30万）"
            ))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn n(text: &str) -> Number {
        Number::read(text).unwrap()
    }

    #[test]
    fn groups_of_three_and_money_as_people_write_it() {
        let read = |t: &str| Number::read(t).map(|n| n.to_string());
        for (text, want) in [
            ("1,200.50", "1200.5"),
            ("1,200,000", "1200000"),
            ("1 200", "1200"),
            ("12,000", "12000"),
            ("30 万", "300000"),
            ("¥1,200", "1200"),
            ("￥30万", "300000"),
            ("人民币30万元", "300000"),
            ("30万元整", "300000"),
            ("1亿2000万", "120000000"),
            ("3万5千元", "35000"),
            ("万分之五", "0.0005"),
            ("百分之百", "1"),
        ] {
            assert_eq!(read(text).as_deref(), Some(want), "{text}");
        }
        for text in
            ["1,5", "12,34", "1 2 3", "1,2000", "1,200,0", "1.5,000", "1234,567", "3万5", "5千3万", "1,,200"]
        {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn reads_what_people_write() {
        for (text, same) in [
            ("5.5%", "0.055"),
            ("1,200.50元", "1200.5"),
            ("30万", "300000"),
            ("1.2亿", "120000000"),
            ("－３．５", "-3.5"),
            ("1e3", "1000"),
            ("25E-2", "0.25"),
            ("3‰", "0.003"),
            ("3千万元", "30000000"),
            ("三十万元", "300000"),
            ("一亿二千万", "120000000"),
            ("一百零五", "105"),
            ("十二个月", "12"),
            ("12个月", "12"),
            ("两家", "2"),
            ("百分之五点五", "0.055"),
            ("百分之5.5", "0.055"),
            ("壹佰贰拾叁", "123"),
            ("三点一四", "3.14"),
        ] {
            assert_eq!(n(text), n(same), "{text}");
        }
        for bad in [
            "",
            ".",
            "五",
            "三五",
            "十百",
            "万",
            "一万万",
            "一百五",
            "三万五",
            "二级",
            "一点",
            "百分之",
            "三十年",
            "1.2.3",
            "1e99",
            "--1",
            "1234567890123456789012345678901",
        ] {
            assert_eq!(Number::read(bad), None, "{bad}");
        }
    }

    #[test]
    fn boundaries_are_exact() {
        let rate = n("11").over(n("200")).unwrap();
        assert_eq!(rate, n("5.5%"));
        assert_eq!(n("0.1").plus(n("0.2")).unwrap(), n("0.3"));
        assert_eq!(n("1").over(n("0")), None);
        assert_eq!(n("2.345").round(2).unwrap(), n("2.35"));
        assert_eq!(n("-2.345").round(2).unwrap(), n("-2.35"));
        assert_eq!(n("-0.5").ceil(), Number::ZERO);
        assert_eq!(n("1").over(n("3")).unwrap().to_string(), "0.33333333");
    }

    proptest! {
        #[test]
        fn order_is_that_of_the_products(a in -1_000_000i64..1_000_000, b in 1i64..100_000, c in -1_000_000i64..1_000_000, d in 1i64..100_000) {
            let x = Number::whole(a).over(Number::whole(b)).unwrap();
            let y = Number::whole(c).over(Number::whole(d)).unwrap();
            let oracle = (i128::from(a) * i128::from(d)).cmp(&(i128::from(c) * i128::from(b)));
            prop_assert_eq!(x.cmp(&y), oracle);
        }
        #[test]
        fn what_is_written_is_read_again(a in any::<i64>(), places in 0u32..9) {
            let x = Number::whole(a).over(Number { num: 10i128.pow(places), den: 1 }).unwrap();
            prop_assert_eq!(Number::read(&x.to_string()), Some(x));
        }
        #[test]
        fn never_a_panic(text in "\\PC{0,40}", a in any::<i128>(), b in any::<i128>()) {
            let _ = Number::read(&text);
            if let Some(x) = Number::new(a, b) {
                let _ = (x.plus(x), x.times(x), x.minus(x), x.over(x), x.floor(), x.ceil(), x.round(3), x.cmp(&x), x.to_string());
            }
        }
    }
}
