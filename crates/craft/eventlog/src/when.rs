//! Times as logs write them, fast where they are ISO 8601; every other spelling is read by the one reader of all
//! doors ([`tabular::when`]).
//!
//! Knows text and microseconds since the epoch (UTC). Anything that is not exactly a date and time is `None`.

/// No time: sorts before everything and is never a real time.
pub const NO_TIME: i64 = i64::MIN;

const DAY_US: i64 = 86_400_000_000;

/// A time read from text, and whether the text named its zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Read {
    /// Microseconds since 1970-01-01T00:00Z; smaller parts are cut off.
    pub us: i64,
    /// The text named a zone.
    pub zoned: bool,
}

pub use tabular::when::{BEIJING_S, civil_from_days, days_from_civil};

fn days_in_month(y: i64, m: i64) -> i64 {
    match m {
        2 if y % 4 == 0 && (y % 100 != 0 || y % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

struct Cursor<'a>(&'a [u8]);

impl Cursor<'_> {
    fn peek(&self) -> Option<u8> {
        self.0.first().copied()
    }
    fn eat(&mut self, wanted: &[u8]) -> Option<u8> {
        let b = self.peek().filter(|b| wanted.contains(b))?;
        self.0 = &self.0[1..];
        Some(b)
    }
    /// `min..=max` digits.
    fn number(&mut self, min: usize, max: usize) -> Option<i64> {
        let n = self.0.iter().take(max).take_while(|b| b.is_ascii_digit()).count();
        if n < min {
            return None;
        }
        let value = self.0[..n].iter().fold(0i64, |v, b| v * 10 + i64::from(b - b'0'));
        self.0 = &self.0[n..];
        Some(value)
    }
    fn spaces(&mut self) {
        while self.eat(b" \t").is_some() {}
    }
}

/// Reads a time; a text without a zone is at `default_offset_s` seconds east of UTC.
pub fn read_time(text: &[u8], default_offset_s: i32) -> Option<Read> {
    fast_iso(text)
        .or_else(|| year_first(text, default_offset_s))
        .or_else(|| any_spelling(text, default_offset_s))
}

/// Reads times one after the other and remembers the last date and zone: in a log they repeat.
#[derive(Clone, Copy, Debug, Default)]
pub struct TimeReader {
    date: [u8; 10],
    zone: [u8; 6],
    zone_len: usize,
    /// The beginning of that day in that zone; `None` before anything was read.
    base_us: Option<i64>,
}

impl TimeReader {
    /// The same as [`read_time`].
    #[inline]
    pub fn read(&mut self, text: &[u8], default_offset_s: i32) -> Option<Read> {
        let parts = parts(text);
        if let (Some((date, in_day, zone)), Some(base)) = (parts, self.base_us)
            && *date == self.date
            && *zone == self.zone[..self.zone_len]
        {
            return Some(Read { us: base + in_day, zoned: true });
        }
        let read = read_time(text, default_offset_s)?;
        if let Some((date, in_day, zone)) = parts.filter(|p| read.zoned && p.2.len() <= 6) {
            self.date = *date;
            self.zone[..zone.len()].copy_from_slice(zone);
            self.zone_len = zone.len();
            self.base_us = Some(read.us - in_day);
        }
        Some(read)
    }
}

/// Of `2011-10-01T00:38:44.546+02:00`, also without milliseconds: the date, the microseconds in the day, the
/// rest. Date and rest are not looked at.
#[inline]
fn parts(text: &[u8]) -> Option<(&[u8; 10], i64, &[u8])> {
    let (date, rest) = text.split_first_chunk::<10>()?;
    let (b'T', rest) = rest.split_first()? else { return None };
    let (clock, rest) = rest.split_first_chunk::<8>()?;
    // Digits become 0 to 9 and colons 0; anything else is seen in the sum.
    let x = u64::from_le_bytes(*clock) ^ u64::from_le_bytes(*b"00:00:00");
    let odd = (x | x.wrapping_add(0x7676_7676_7676_7676)) & 0x8080_8080_8080_8080 | x & 0x0000_ff00_00ff_0000;
    let two = |shift: u32| (x >> shift & 0xff) as i64 * 10 + (x >> (shift + 8) & 0xff) as i64;
    let (h, m, s) = (two(0), two(24), two(48));
    if odd != 0 || h > 23 || m > 59 || s > 59 {
        return None;
    }
    let in_day = (h * 3600 + m * 60 + s) * 1_000_000;
    let [b'.', a, b, c, rest @ ..] = rest else { return Some((date, in_day, rest)) };
    let ms = [a, b, c].map(|d| i64::from(d.wrapping_sub(b'0')));
    if ms.iter().any(|d| *d > 9) || rest.first().is_some_and(u8::is_ascii_digit) {
        return None;
    }
    Some((date, in_day + (ms[0] * 100 + ms[1] * 10 + ms[2]) * 1000, rest))
}

/// `2011-10-01T00:38:44.546+02:00` and the same without a fraction or with `Z`, without any loop over forms.
fn fast_iso(t: &[u8]) -> Option<Read> {
    let head: &[u8; 19] = t.get(..19)?.try_into().ok()?;
    if head[4] != b'-' || head[7] != b'-' || head[10] != b'T' || head[13] != b':' || head[16] != b':' {
        return None;
    }
    let mut bad = 0u8;
    let mut two = |i: usize| {
        let (a, b) = (head[i].wrapping_sub(b'0'), head[i + 1].wrapping_sub(b'0'));
        bad |= u8::from(a > 9) | u8::from(b > 9);
        i64::from(a) * 10 + i64::from(b)
    };
    let (y, m, d) = (two(0) * 100 + two(2), two(5), two(8));
    let (h, mi, s) = (two(11), two(14), two(17));
    if bad != 0 {
        return None;
    }
    let mut rest = &t[19..];
    let mut us = 0;
    if rest.first() == Some(&b'.') {
        let digits = rest[1..].iter().take_while(|b| b.is_ascii_digit()).count();
        if digits == 0 {
            return None;
        }
        let mut scale = 100_000;
        for b in &rest[1..=digits.min(6)] {
            us += i64::from(b - b'0') * scale;
            scale /= 10;
        }
        rest = &rest[1 + digits..];
    }
    let offset_s = match rest {
        b"Z" => 0,
        [sign @ (b'+' | b'-'), a, b, b':', c, e] => {
            let digits = [a, b, c, e];
            if !digits.iter().all(|x| x.is_ascii_digit()) {
                return None;
            }
            let n = |x: &u8| i64::from(x - b'0');
            let off = (n(a) * 10 + n(b)) * 3600 + (n(c) * 10 + n(e)) * 60;
            if *sign == b'-' { -off } else { off }
        }
        _ => return None,
    };
    compose(y, m, d, h, mi, s, us, offset_s).map(|us| Read { us, zoned: true })
}

#[expect(clippy::too_many_arguments, reason = "the parts of a time, in their order")]
fn compose(y: i64, m: i64, d: i64, h: i64, mi: i64, s: i64, us: i64, offset_s: i64) -> Option<i64> {
    let valid = (1..=12).contains(&m)
        && (1..=9999).contains(&y)
        && d >= 1
        && d <= days_in_month(y, m)
        && mi < 60
        && s <= 60
        && (h < 24 || (h == 24 && mi == 0 && s == 0));
    let day = days_from_civil(y, m, d) * DAY_US;
    valid.then_some(day + (h * 3600 + mi * 60 + s - offset_s) * 1_000_000 + us)
}

/// Whatever people write; day and month without a year first only where they cannot be confused.
fn any_spelling(text: &[u8], default_offset_s: i32) -> Option<Read> {
    match tabular::when::read(std::str::from_utf8(text).ok()?, default_offset_s, None) {
        tabular::when::Reading::Time { us, zoned } => Some(Read { us, zoned }),
        _ => None,
    }
}

/// `2024-03-05 09:00:00.123`, also with slashes and dots, with or without a zone: what most tables hold.
fn year_first(text: &[u8], default_offset_s: i32) -> Option<Read> {
    let mut c = Cursor(text.trim_ascii());
    let y = c.number(4, 4)?;
    let sep = c.eat(b"-/.")?;
    let m = c.number(1, 2)?;
    c.eat(&[sep])?;
    let d = c.number(1, 2)?;
    let (mut h, mut mi, mut s, mut us) = (0, 0, 0, 0);
    let mut whole = c.eat(b"Tt").is_some();
    c.spaces();
    if c.peek().is_some_and(|b| b.is_ascii_digit()) {
        h = c.number(1, 2)?;
        c.eat(b":")?;
        mi = c.number(1, 2)?;
        if c.eat(b":").is_some() {
            s = c.number(1, 2)?;
            whole = true;
        }
        if c.eat(b".,").is_some() {
            let before = c.0.len();
            let value = c.number(1, 9)?;
            let digits = before - c.0.len();
            us = value * 10i64.pow(9 - digits as u32) / 1000;
        }
    }
    c.spaces();
    // 09:00-10:00 is from nine to ten, no zone.
    if !whole && c.peek() == Some(b'-') {
        return None;
    }
    let (offset, zoned) = zone(&mut c, default_offset_s)?;
    if !c.0.is_empty() {
        return None;
    }
    compose(y, m, d, h, mi, s, us, offset).map(|us| Read { us, zoned })
}

fn zone(c: &mut Cursor<'_>, default_offset_s: i32) -> Option<(i64, bool)> {
    if c.eat(b"Zz").is_some() {
        return Some((0, true));
    }
    let Some(sign) = c.eat(b"+-") else { return Some((i64::from(default_offset_s), false)) };
    let h = c.number(2, 2)?;
    let colon = c.eat(b":").is_some();
    let m = if colon || !c.0.is_empty() { c.number(2, 2)? } else { 0 };
    let off = h * 3600 + m * 60;
    Some((if sign == b'-' { -off } else { off }, true))
}

/// `2011-09-30T22:38:44.546000+00:00`, the fraction only when there is one (three or six digits).
pub fn write_time(us: i64) -> String {
    let (day, in_day) = (us.div_euclid(DAY_US), us.rem_euclid(DAY_US));
    let (y, m, d) = civil_from_days(day);
    let s = in_day / 1_000_000;
    let (h, mi, s, frac) = (s / 3600, s / 60 % 60, s % 60, in_day % 1_000_000);
    let frac = match frac {
        0 => String::new(),
        f if f % 1000 == 0 => format!(".{:03}", f / 1000),
        f => format!(".{f:06}"),
    };
    format!("{y:04}-{m:02}-{d:02}T{h:02}:{mi:02}:{s:02}{frac}+00:00")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn us(text: &str) -> Option<i64> {
        read_time(text.as_bytes(), 8 * 3600).map(|r| r.us)
    }

    #[test]
    fn one_moment_in_many_spellings() {
        let wanted = us("2011-10-01T00:38:44.546+02:00").unwrap();
        assert_eq!(write_time(wanted), "2011-09-30T22:38:44.546+00:00");
        for text in [
            "2011-09-30T22:38:44.546Z",
            "2011-10-01 06:38:44.546",
            "2011/10/1 6:38:44.546",
            "01.10.2011 06:38:44,546",
            "2011-10-01 06:38:44.546000 +08:00",
            "2011年10月1日 6时38分44.546",
            "2011-09-30 22:38:44.546000+00:00",
            "2011-10-01T06:38:44.546+0800",
            "1317422324546",
        ] {
            assert_eq!(us(text), Some(wanted), "{text}");
        }
        assert_eq!(us("2011年10月1日 下午"), None);
        assert_eq!(us("2011/10/1 6:38 PM"), us("2011-10-01T18:38:00+08:00"));
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in [
            "",
            "2011",
            "2011-13-01",
            "2011-02-29T00:00:00Z",
            "2011-10-01T25:00:00Z",
            "yesterday",
            "12",
            "2011-10-01T00:00:00Zx",
        ] {
            assert_eq!(us(text), None, "{text}");
        }
        assert_eq!(us("2024-02-29"), us("2024-02-28T16:00:00Z"));
    }

    proptest! {
        #[test]
        fn written_times_read_back(t in -60_000_000_000_000_000i64..200_000_000_000_000_000) {
            prop_assert_eq!(us(&write_time(t)), Some(t));
        }
        #[test]
        fn reading_in_a_row_reads_the_same(texts in proptest::collection::vec(
            "2024-0[12]-[23][0-9]T[012][0-9]:[0-6][0-9]:[0-6][0-9](\\.[0-9]{1,4})?(Z|Z |[+-]0[12]:?00|)|[0-9T:. -]{0,30}", 0..40),
            changes in proptest::collection::vec((0usize..30, any::<u8>()), 0..5)) {
            let mut reader = TimeReader::default();
            for (i, text) in texts.iter().enumerate() {
                let mut text = text.clone().into_bytes();
                for &(at, byte) in changes.iter().filter(|_| i % 3 == 0) {
                    if let Some(b) = text.get_mut(at) {
                        *b = byte;
                    }
                }
                prop_assert_eq!(reader.read(&text, 3600), read_time(&text, 3600), "{}", String::from_utf8_lossy(&text));
            }
        }
        #[test]
        fn any_text_is_read_or_refused(text in "[0-9T:. +/年月日Z-]{0,40}") {
            let _ = us(&text);
        }
    }
}
