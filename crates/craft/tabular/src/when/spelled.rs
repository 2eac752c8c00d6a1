//! 写法: dates and times of day as people and programs spell them, read from front to back.

use super::{BEIJING_S, Civil, DAY_S, DateOrder, SECOND_US, civil, in_day, order};

/// Halves of the day and what they do to an hour.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Half {
    Morning,
    Noon,
    Afternoon,
    Night,
}

const HALVES: [(&str, Half); 25] = [
    ("上午", Half::Morning),
    ("凌晨", Half::Morning),
    ("清晨", Half::Morning),
    ("早上", Half::Morning),
    ("早晨", Half::Morning),
    ("中午", Half::Noon),
    ("正午", Half::Noon),
    ("下午", Half::Afternoon),
    ("午后", Half::Afternoon),
    ("傍晚", Half::Afternoon),
    ("晚上", Half::Night),
    ("晚间", Half::Night),
    ("夜间", Half::Night),
    ("夜里", Half::Night),
    ("深夜", Half::Night),
    ("午夜", Half::Night),
    ("半夜", Half::Night),
    ("夜晚", Half::Night),
    ("当晚", Half::Night),
    ("a.m.", Half::Morning),
    ("p.m.", Half::Afternoon),
    ("am", Half::Morning),
    ("pm", Half::Afternoon),
    ("晚", Half::Night),
    ("早", Half::Morning),
];

/// The text without its word for the half of the day, and that word.
pub(super) fn take_half(plain: &str) -> (String, Option<Half>) {
    for (word, half) in HALVES {
        if let Some(at) = plain.find(word) {
            return (format!("{} {}", &plain[..at], &plain[at + word.len()..]), Some(half));
        }
    }
    (plain.to_owned(), None)
}

const fn hour(h: i64, half: Option<Half>) -> i64 {
    match (half, h) {
        (Some(Half::Afternoon), 0..=11) | (Some(Half::Noon), 0..=3) | (Some(Half::Night), 4..=11) => h + 12,
        (Some(Half::Morning), 12) => 0,
        _ => h,
    }
}

const MONTHS: [&str; 12] =
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

pub(super) struct Parsed {
    /// None: day and month could not be told apart.
    pub(super) date: Option<Civil>,
    pub(super) has_clock: bool,
    pub(super) in_day_us: i64,
    pub(super) zone_s: Option<i64>,
}

pub(super) struct Cursor {
    t: Vec<char>,
    i: usize,
}

/// Day and month as they stand, year last.
#[derive(Clone, Copy)]
pub(super) struct YearLast {
    pub(super) first: i64,
    pub(super) second: i64,
    pub(super) year: i64,
    /// The year has two digits, and may as well stand first.
    pub(super) short: bool,
    /// Dots and a year of four digits: the day comes first wherever it is written so.
    pub(super) dots: bool,
}

pub(super) enum Date {
    Sure(Civil),
    YearLast(YearLast),
    /// `Mar 5` before a clock, the year behind it.
    NoYear(i64, i64),
}

impl Cursor {
    pub(super) fn new(text: &str) -> Self {
        Self { t: text.chars().collect(), i: 0 }
    }
    fn peek(&self) -> Option<char> {
        self.t.get(self.i).copied()
    }
    pub(super) fn end(&self) -> bool {
        self.i >= self.t.len()
    }
    fn eat(&mut self, any: &[char]) -> Option<char> {
        let c = self.peek().filter(|c| any.contains(c))?;
        self.i += 1;
        Some(c)
    }
    pub(super) fn spaces(&mut self) {
        while self.eat(&[' ', '\t', '\n', '\r']).is_some() {}
    }
    fn digits(&mut self, min: usize, max: usize) -> Option<(i64, usize)> {
        let n = self.t[self.i..].iter().take_while(|c| c.is_ascii_digit()).count();
        if n < min || n > max {
            return None;
        }
        let value =
            self.t[self.i..self.i + n].iter().fold(0i64, |v, c| v * 10 + i64::from(*c as u32 - '0' as u32));
        self.i += n;
        Some((value, n))
    }
    fn number(&mut self, min: usize, max: usize) -> Option<i64> {
        self.digits(min, max).map(|d| d.0)
    }
    fn word(&mut self) -> String {
        let word: String = self.t[self.i..].iter().take_while(|c| c.is_ascii_alphabetic()).collect();
        self.i += word.len();
        word
    }
    /// A month by its name; the cursor stays when there is none.
    fn month(&mut self) -> Option<i64> {
        let before = self.i;
        let word = self.word();
        let found = MONTHS.iter().position(|m| word.len() >= 3 && word.starts_with(m) && word.len() <= 9);
        if found.is_none() {
            self.i = before;
        } else {
            self.eat(&['.']);
        }
        found.map(|m| m as i64 + 1)
    }
    fn try_one<T>(&mut self, f: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        let before = self.i;
        let found = f(self);
        if found.is_none() {
            self.i = before;
        }
        found
    }

    /// Passes over a weekday in English.
    pub(super) fn weekday(&mut self) {
        self.try_one(|c| {
            let word = c.word();
            let hit = DAYS.iter().any(|d| word.starts_with(d));
            c.eat(&['.', ',']);
            hit.then(|| c.spaces())
        });
    }
    pub(super) fn date(&mut self) -> Option<Date> {
        self.try_one(Self::year_first)
            .or_else(|| self.try_one(Self::short_year_first))
            .or_else(|| self.try_one(Self::named_month))
            .or_else(|| self.try_one(Self::year_last))
    }
    fn year_first(&mut self) -> Option<Date> {
        // 24年3月5日: behind two digits that 年 follows nothing else can be meant.
        let short = self.try_one(|c| {
            let (year, _) = c.digits(2, 2)?;
            (c.peek() == Some('年')).then_some(if year < 70 { 2000 + year } else { 1900 + year })
        });
        let (first, n) = match short {
            Some(year) => (year, 4),
            None => self.try_one(|c| c.digits(4, 8)).or_else(|| self.try_one(Self::joined_date))?,
        };
        if n == 8 {
            return civil(first / 10_000, first / 100 % 100, first % 100).map(Date::Sure);
        }
        if n != 4 || first < 1000 {
            return None;
        }
        self.spaces();
        self.eat(&['-', '/', '.', '、', '年'])?;
        self.spaces();
        let m = match self.month() {
            Some(m) => m,
            None => self.number(1, 2)?,
        };
        self.spaces();
        self.eat(&['-', '/', '.', '、', '月'])?;
        self.spaces();
        let d = self.number(1, 2)?;
        self.try_one(|c| {
            c.spaces();
            c.eat(&['日', '号'])
        });
        civil(first, m, d).map(Date::Sure)
    }
    /// 24.3.5, 24-12-1: what has one digit at its end is no year, so that the year stands first.
    fn short_year_first(&mut self) -> Option<Date> {
        let year = self.number(2, 2)?;
        let mark = self.eat(&['.', '-', '/'])?;
        let m = self.number(1, 2)?;
        self.eat(&[mark])?;
        let d = self.number(1, 1)?;
        civil(if year < 70 { 2000 + year } else { 1900 + year }, m, d).map(Date::Sure)
    }
    fn named_month(&mut self) -> Option<Date> {
        let mark = |c: &mut Self| {
            c.spaces();
            c.eat(&['-', '/', ',', '.']);
            c.spaces();
        };
        if let Some(m) = self.month() {
            mark(self);
            let d = self.number(1, 2)?;
            self.try_one(|c| ["st", "nd", "rd", "th"].contains(&c.word().as_str()).then_some(()));
            mark(self);
            let year = self.try_one(|c| c.number(4, 4));
            return match year {
                Some(y) => civil(y, m, d).map(Date::Sure),
                None => Some(Date::NoYear(m, d)),
            };
        }
        let d = self.number(1, 2)?;
        self.try_one(|c| ["st", "nd", "rd", "th"].contains(&c.word().as_str()).then_some(()));
        mark(self);
        let m = match self.month() {
            Some(m) => m,
            None => {
                let m = self.number(1, 2)?;
                self.eat(&['月'])?;
                m
            }
        };
        mark(self);
        let (y, n) = self.digits(2, 4)?;
        let y = match (n, y) {
            (4, y) => y,
            (2, 0..=69) => 2000 + y,
            (2, y) => 1900 + y,
            _ => return None,
        };
        civil(y, m, d).map(Date::Sure)
    }
    fn year_last(&mut self) -> Option<Date> {
        let first = self.number(1, 2)?;
        let mark = self.eat(&['/', '-', '.'])?;
        let second = self.number(1, 2)?;
        self.eat(&[mark])?;
        let (year, n) = self.digits(2, 4)?;
        let short = n == 2;
        (short || n == 4 && year >= 1000).then_some(Date::YearLast(YearLast {
            first,
            second,
            year,
            short,
            dots: mark == '.' && !short,
        }))
    }

    /// A time of day; `packed` also takes `0900` and `090000`.
    pub(super) fn clock(&mut self, half: Option<Half>, packed: bool) -> Option<i64> {
        if packed && let Some((n, digits)) = self.try_one(|c| c.digits(4, 6)) {
            let n = if digits == 4 { n * 100 } else { n };
            let us = self.fraction()?;
            return in_day(n / 10_000, n / 100 % 100, n % 100, us);
        }
        let h = self.number(1, 2)?;
        self.spaces();
        let mark = self.eat(&[':', '时', '点', '.', 'h', ';']).map(|m| if m == ';' { ':' } else { m });
        let (mut mi, mut s, mut us) = (0, 0, 0);
        match mark {
            None if half.is_some() => {}
            None => return None,
            Some(mark) => {
                if mark == '点' {
                    self.eat(&['钟', '整']);
                }
                self.spaces();
                if self.eat(&['半']).is_some() {
                    mi = 30;
                } else if let Some(n) = self.try_one(|c| c.number(1, 2)) {
                    mi = n;
                    self.spaces();
                    if self.eat(&['刻']).is_some() {
                        mi = Some(15 * n).filter(|_| (1..=3).contains(&n))?;
                    } else if self.eat(&[':', '分', '.']).is_some() {
                        self.spaces();
                        if let Some(n) = self.try_one(|c| c.number(1, 2)) {
                            s = n;
                            us = self.fraction()?;
                            self.spaces();
                            self.eat(&['秒']);
                        }
                    }
                } else if mark == ':' || mark == '.' {
                    return None;
                }
            }
        }
        // 晚上12点半 is half an hour into the night that follows the day.
        if half == Some(Half::Night) && h == 12 {
            return Some(in_day(0, mi, s, us)? + DAY_S * SECOND_US);
        }
        in_day(hour(h, half), mi, s, us)
    }
    /// The date of fourteen digits or twelve in a row, of which the clock is left.
    fn joined_date(&mut self) -> Option<(i64, usize)> {
        let run = self.t[self.i..].iter().take_while(|c| c.is_ascii_digit()).count();
        matches!(run, 12 | 14).then_some(())?;
        let date = self.t[self.i..self.i + 8].iter().collect::<String>().parse().ok()?;
        self.i += 8;
        Some((date, 8))
    }
    /// The clock that is left of them.
    fn joined_clock(&mut self) -> Option<i64> {
        self.try_one(|c| {
            let (n, digits) = c.digits(4, 6)?;
            let n = if digits == 4 { n * 100 } else { n };
            (digits != 5).then_some(())?;
            in_day(n / 10_000, n / 100 % 100, n % 100, 0)
        })
    }
    /// A fraction of a second, in microseconds; more digits are cut off.
    fn fraction(&mut self) -> Option<i64> {
        if self.eat(&['.', ',', ':']).is_none() {
            return Some(0);
        }
        let (value, n) = self.digits(1, 9)?;
        Some(value * 10i64.pow(9 - n as u32) / 1000)
    }

    /// A zone behind a clock. `slot`: a minus here is between two clocks: `09:00-10:00` is from nine to ten, nothing west
    /// of Greenwich.
    fn zone(&mut self, slot: bool) -> Option<i64> {
        self.try_one(|c| {
            let before = c.i;
            let word = c.word();
            match word.as_str() {
                "" if slot && c.peek() == Some('-') => None,
                "z" | "utc" | "gmt" | "" => {
                    let Some(sign) = c.eat(&['+', '-']) else { return (!word.is_empty()).then_some(0) };
                    let (h, n) = c.digits(1, 4)?;
                    let (h, mut m) = if n > 2 { (h / 100, h % 100) } else { (h, 0) };
                    if n <= 2 && c.eat(&[':']).is_some() {
                        m = c.number(2, 2)?;
                    }
                    let off = h * 3600 + m * 60;
                    (h <= 15 && m < 60).then_some(if sign == '-' { -off } else { off })
                }
                // What the computers of this country write for their own time.
                "cst" | "prc" => Some(i64::from(BEIJING_S)),
                "asia" => {
                    c.eat(&['/'])?;
                    let here = ["shanghai", "chongqing", "harbin", "beijing", "hong"];
                    let word = c.word();
                    if word == "hong" {
                        c.eat(&['_']).and_then(|_| (c.word() == "kong").then_some(()))?;
                    }
                    here.contains(&word.as_str()).then_some(i64::from(BEIJING_S))
                }
                _ => {
                    c.i = before;
                    None
                }
            }
        })
    }
}

pub(super) fn parse(plain: &str, order: Option<DateOrder>) -> Option<Parsed> {
    let (rest, half) = take_half(plain);
    let mut c = Cursor::new(&rest);
    c.weekday();
    c.spaces();
    let mut before = c.i;
    let mut clock = None;
    let date = match c.date() {
        Some(date) => date,
        // 下午2:30 2024年3月5日
        None => {
            clock = Some(c.clock(half, false)?);
            c.spaces();
            before = c.i;
            c.date()?
        }
    };
    let packed = c.t[before..c.i].iter().all(char::is_ascii_digit);
    if packed && clock.is_none() {
        // 20240305143000+0800
        clock = c.joined_clock();
    }
    let iso = c.eat(&['t', ',', ':']) == Some('t');
    c.spaces();
    c.weekday();
    c.eat(&['-', '_']);
    let at_clock = c.i;
    if clock.is_some() {
        // It stood before the date.
    } else if c.peek().is_some_and(|d| d.is_ascii_digit()) {
        clock = Some(c.clock(half, packed)?);
    } else if half.is_some() {
        return None;
    }
    let seconds = c.t[at_clock..c.i].iter().filter(|c| **c == ':').count() > 1;
    c.spaces();
    let mut zone_s = c.zone(!iso && !seconds);
    c.spaces();
    // `+0800 CST`: the zone by its number and by its name.
    if zone_s == Some(i64::from(BEIJING_S)) {
        c.try_one(|c| c.zone(true).filter(|z| *z == i64::from(BEIJING_S)));
        c.spaces();
    }
    // `GMT+0800 (中国标准时间)`, `(UTC+8)`
    if c.t.last() == Some(&')') && c.eat(&['(']).is_some() {
        zone_s = zone_s.or_else(|| c.zone(false));
        let known = zone_s.is_some() || c.t[c.i..].iter().all(|c| matches!(c, ' ' | ')'));
        c.i = if known { c.t.len() } else { c.i };
    }
    let date = match date {
        Date::NoYear(m, d) => Date::Sure(civil(c.number(4, 4)?, m, d)?),
        other => other,
    };
    c.spaces();
    if !c.end() {
        return None;
    }
    let date = match date {
        Date::Sure(date) => Some(date),
        Date::YearLast(l) => tell(l, order)?,
        Date::NoYear(..) => return None,
    };
    Some(Parsed { date, has_clock: clock.is_some(), in_day_us: clock.unwrap_or(0), zone_s })
}

/// The outer `None` is no date at all; the inner one a date whose order nobody knows.
fn tell(l: YearLast, order: Option<DateOrder>) -> Option<Option<Civil>> {
    let read = order::readings(l);
    if l.dots {
        return read[0].map(Some);
    }
    match order {
        Some(DateOrder::DayFirst) => read[0].map(Some),
        Some(DateOrder::MonthFirst) => read[1].map(Some),
        Some(DateOrder::YearFirst) if l.short => read[2].map(Some),
        // With four digits the year stands last whatever the order of the others.
        Some(DateOrder::YearFirst) | None => {
            let mut days = read.iter().flatten();
            let first = days.next()?;
            Some(days.all(|d| d == first).then_some(*first).filter(|_| l.first == l.second))
        }
    }
}
