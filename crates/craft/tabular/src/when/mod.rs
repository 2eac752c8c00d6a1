//! 时间: the one reader of time for all doors: letters, rosters, walks, ratings, logs.
//!
//! A text without a zone is in the zone asked for, [`BEIJING_S`] everywhere in this house. Day and month without
//! a year first (`03/04/2024`) are never guessed from one cell: the whole column decides ([`Evidence`]).

mod order;

pub use order::{DateOrder, Evidence, Unclear};

/// Seconds by which Beijing is east of UTC: the zone of every time that names none.
pub const BEIJING_S: i32 = 8 * 3600;

const SECOND_US: i64 = 1_000_000;
const DAY_S: i64 = 86_400;

/// What a text says about a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// A moment.
    Time {
        /// Microseconds since 1970-01-01T00:00Z; smaller parts are cut off.
        us: i64,
        /// The text named its zone.
        zoned: bool,
    },
    /// 无, NULL, 0000-00-00 …: says that there is no time.
    Blank,
    /// Day and month, year last, and nobody said which is which.
    Order,
    /// No time.
    Not,
}

/// Words by which a cell says that it has no value.
pub fn is_blank_word(text: &str) -> bool {
    const WORDS: [&str; 19] = [
        "", "无", "暂无", "没有", "空", "未知", "不详", "null", "(null)", "none", "nil", "nan", "nat", "n/a",
        "na", "\\n", "#n/a", "待定", "未填",
    ];
    let t: String = text.trim().chars().map(half_width).flat_map(char::to_lowercase).collect();
    WORDS.contains(&t.as_str())
        || (t.len() < 16 && t.chars().all(|c| matches!(c, '-' | '—' | '/' | '\\' | '–' | '_')))
}

/// Full-width letters, digits, marks and blanks as half-width ones.
pub const fn half_width(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => match char::from_u32(c as u32 - 0xfee0) {
            Some(half) => half,
            None => c,
        },
        '\u{3000}' | '\u{a0}' | '\u{202f}' | '\u{2007}' => ' ',
        '\u{2013}' | '\u{2212}' | '\u{2010}' | '\u{2011}' => '-',
        c => c,
    }
}

/// Days from 1970-01-01 to a civil date of the Gregorian calendar.
pub const fn days_from_civil(y: i64, m: i64, d: i64) -> i64 {
    let y = if m <= 2 { y - 1 } else { y };
    let era = y.div_euclid(400);
    let yoe = y.rem_euclid(400);
    let doy = (153 * ((m + 9) % 12) + 2) / 5 + d - 1;
    era * 146_097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719_468
}

const fn days_in_month(y: i64, m: i64) -> i64 {
    match m {
        2 if y % 4 == 0 && (y % 100 != 0 || y % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// An Excel serial day number as seconds of the wall clock since 1970-01-01T00:00, rounded to the second; from
/// 1900-03-01 (before it Excel's calendar is wrong by a day) to 9999-12-31.
pub fn serial_wall_s(serial: f64, is_1904: bool) -> Option<i64> {
    let serial = if is_1904 { serial + 1462.0 } else { serial };
    #[expect(clippy::cast_possible_truncation, reason = "bounded just before")]
    (61.0..2_958_466.0).contains(&serial).then(|| ((serial - 25_569.0) * 86_400.0).round() as i64)
}

/// Serials that can hardly be anything else without a date format: 1954 to 2119.
pub fn is_plain_serial(n: f64) -> bool {
    (20_000.0..80_000.0).contains(&n)
}

/// Year, month, day.
type Civil = (i64, i64, i64);

fn civil(y: i64, m: i64, d: i64) -> Option<Civil> {
    ((1..=9999).contains(&y) && (1..=12).contains(&m) && d >= 1 && d <= days_in_month(y, m))
        .then_some((y, m, d))
}

/// Microseconds in a day; 24:00 is the end of the day.
fn in_day(h: i64, mi: i64, s: i64, us: i64) -> Option<i64> {
    let fits = (0..=24).contains(&h)
        && (0..60).contains(&mi)
        && (0..=60).contains(&s)
        && (h < 24 || mi + s + us == 0);
    fits.then_some(((h * 60 + mi) * 60 + s.min(59)) * SECOND_US + us)
}

fn moment((y, m, d): Civil, in_day_us: i64, offset_s: i64) -> i64 {
    (days_from_civil(y, m, d) * DAY_S - offset_s) * SECOND_US + in_day_us
}

/// Reads a time. `order` says which of day and month comes first where the year stands last.
pub fn read(text: &str, default_offset_s: i32, order: Option<DateOrder>) -> Reading {
    if text.len() > 160 {
        return Reading::Not;
    }
    if is_blank_word(text) || is_zero_date(text) {
        return Reading::Blank;
    }
    let plain = normal(text);
    if plain.bytes().all(|b| b.is_ascii_digit() || b == b'.') && plain.matches('.').count() < 2 {
        return number(&plain, default_offset_s)
            .map_or(Reading::Not, |(us, zoned)| Reading::Time { us, zoned });
    }
    let Some(found) = parse(&plain, order) else { return Reading::Not };
    let Some(date) = found.date else { return Reading::Order };
    let offset = found.zone_s.unwrap_or_else(|| i64::from(default_offset_s));
    Reading::Time { us: moment(date, found.in_day_us, offset), zoned: found.zone_s.is_some() }
}

/// A text that is a time by its looks alone: with marks between its parts, or 8, 12 or 14 digits.
pub fn looks_like_time(text: &str) -> bool {
    let t = text.trim();
    let digits = t.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    (!digits || matches!(t.len(), 8 | 12 | 14) && !t.contains('.'))
        && t.bytes().filter(u8::is_ascii_digit).count() >= 6
        && [DateOrder::DayFirst, DateOrder::MonthFirst]
            .into_iter()
            .any(|o| matches!(read(t, BEIJING_S, Some(o)), Reading::Time { .. }))
}

/// Does the text say a day and nothing about the hour?
pub fn is_date_only(text: &str) -> bool {
    let plain = normal(text);
    if plain.bytes().all(|b| b.is_ascii_digit()) {
        return plain.len() == 8 || plain.len() == 5;
    }
    let parsed =
        [DateOrder::DayFirst, DateOrder::MonthFirst].into_iter().find_map(|o| parse(&plain, Some(o)));
    parsed.is_some_and(|p| !p.has_clock && p.zone_s.is_none() && p.date.is_some()) || ends_in_midnight(&plain)
}

/// A date column of a spreadsheet comes as `2024-03-05 00:00:00`.
fn ends_in_midnight(plain: &str) -> bool {
    [" 00:00:00", " 0:00:00", " 00:00", " 0:00"].iter().any(|m| plain.ends_with(m))
        && plain.rsplit_once(' ').is_some_and(|(date, _)| !date.contains(':') && is_date_only(date))
}

/// The time of day that a text says and nothing else, in microseconds: `09:00:00`, `下午2:30`, `9时5分`, `0.375`.
pub fn clock(text: &str) -> Option<i64> {
    if text.len() > 60 {
        return None;
    }
    let plain = normal(text);
    if let Ok(part) = plain.parse::<f64>() {
        #[expect(clippy::cast_possible_truncation, reason = "a part of a day")]
        return ((0.0..1.0).contains(&part) && plain.contains('.'))
            .then(|| (part * 86_400.0).round() as i64 * SECOND_US);
    }
    let (rest, half) = take_half(&plain);
    let mut c = Cursor::new(&rest);
    c.spaces();
    let clock = c.clock(half, false)?;
    c.spaces();
    c.end().then_some(clock)
}

fn is_zero_date(text: &str) -> bool {
    let t = text.trim();
    t.len() >= 4
        && t.bytes().all(|b| matches!(b, b'0' | b'-' | b'/' | b':' | b' ' | b'T' | b'.'))
        && t.bytes().any(|b| b == b'0')
        && (t.contains('-') || t.contains('/') || t.len() >= 8)
        || matches!(t, "1900-01-00" | "1900/1/0" | "1900-01-00 00:00:00")
}

/// Half-width, small letters, Chinese numerals as digits, weekdays and quotes away.
fn normal(text: &str) -> String {
    let mut plain: String = text.trim().chars().map(half_width).flat_map(char::to_lowercase).collect();
    if let Some(at) = plain.find("[asia/") {
        plain.truncate(at);
    }
    for word in ["星期", "礼拜", "周"] {
        if let Some(at) = plain.find(word) {
            let tail: String = plain[at + word.len()..].chars().skip(1).collect();
            let before = plain[..at].trim_end_matches(['(', '（']).to_owned();
            let tail = tail.trim_start_matches([')', '）', ',']);
            plain = format!("{before} {tail}");
        }
    }
    let plain = plain.trim().trim_matches(['"', '\'']).trim().replace("北京时间", " ");
    let of_time = |c: char| matches!(c, '年' | '月' | '日' | '号' | '时' | '点' | '分');
    if plain.contains(of_time) { han_digits(plain.trim()) } else { plain.trim().to_owned() }
}

/// 二〇二四年三月十五日 as 2024年3月15日.
fn han_digits(text: &str) -> String {
    const DIGITS: &str = "〇一二三四五六七八九";
    let digit = |c: char| match c {
        '零' | '○' | 'o' | 'Ｏ' => Some(0),
        '两' => Some(2),
        _ => DIGITS.chars().position(|d| d == c),
    };
    let mut out = String::new();
    let mut run: Vec<char> = Vec::new();
    let flush = |run: &mut Vec<char>, out: &mut String| {
        if run.contains(&'十') {
            let at = run.iter().position(|c| *c == '十').unwrap_or(0);
            let tens = run[..at].iter().find_map(|c| digit(*c)).unwrap_or(1);
            let ones = run[at + 1..].iter().find_map(|c| digit(*c)).unwrap_or(0);
            out.push_str(&(tens * 10 + ones).to_string());
        } else {
            out.extend(run.iter().filter_map(|c| digit(*c)).map(|d| d.to_string()));
        }
        run.clear();
    };
    for c in text.chars() {
        if c == '十' || (digit(c).is_some() && c != 'o') {
            run.push(c);
        } else {
            flush(&mut run, &mut out);
            out.push(c);
        }
    }
    flush(&mut run, &mut out);
    out
}

/// Digits alone: packed dates, epochs, serials.
fn number(plain: &str, offset_s: i32) -> Option<(i64, bool)> {
    let offset = i64::from(offset_s);
    let digits = plain.split('.').next()?;
    let part = |r: std::ops::Range<usize>| digits.get(r).map_or(Some(0), |d| d.parse::<i64>().ok());
    let packed = || {
        let date = civil(part(0..4)?, part(4..6)?, part(6..8)?).filter(|d| (1900..=2999).contains(&d.0))?;
        let us = if digits.len() == 17 { part(14..17)? * 1000 } else { 0 };
        Some((moment(date, in_day(part(8..10)?, part(10..12)?, part(12..14)?, us)?, offset), false))
    };
    let whole = !plain.contains('.') || plain.ends_with(".0");
    match digits.len() {
        8 | 12 | 14 | 17 if whole || digits.len() == 14 => packed(),
        10 if whole && (digits.starts_with("20") || digits.starts_with("19")) && packed().is_some() => {
            packed()
        }
        10 => plain.parse::<f64>().ok().map(|s| ((s * 1e6).round() as i64, true)),
        13 if whole => Some((digits.parse::<i64>().ok()? * 1000, true)),
        16 if whole => Some((digits.parse::<i64>().ok()?, true)),
        5 => {
            let n = plain.parse::<f64>().ok().filter(|n| is_plain_serial(*n))?;
            Some(((serial_wall_s(n, false)? - offset) * SECOND_US, false))
        }
        _ => None,
    }
}

/// Halves of the day and what they do to an hour.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Half {
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
fn take_half(plain: &str) -> (String, Option<Half>) {
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

struct Parsed {
    /// None: day and month could not be told apart.
    date: Option<Civil>,
    has_clock: bool,
    in_day_us: i64,
    zone_s: Option<i64>,
}

struct Cursor {
    t: Vec<char>,
    i: usize,
}

/// Day and month as they stand, year last.
#[derive(Clone, Copy)]
struct YearLast {
    first: i64,
    second: i64,
    year: i64,
    /// The year has two digits, and may as well stand first.
    short: bool,
    /// Dots: the day comes first wherever they are used.
    dots: bool,
}

enum Date {
    Sure(Civil),
    YearLast(YearLast),
    /// `Mar 5` before a clock, the year behind it.
    NoYear(i64, i64),
}

impl Cursor {
    fn new(text: &str) -> Self {
        Self { t: text.chars().collect(), i: 0 }
    }
    fn peek(&self) -> Option<char> {
        self.t.get(self.i).copied()
    }
    fn end(&self) -> bool {
        self.i >= self.t.len()
    }
    fn eat(&mut self, any: &[char]) -> Option<char> {
        let c = self.peek().filter(|c| any.contains(c))?;
        self.i += 1;
        Some(c)
    }
    fn spaces(&mut self) {
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

    fn date(&mut self) -> Option<Date> {
        self.try_one(Self::year_first)
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
            None => self.digits(4, 8)?,
        };
        if n == 8 {
            return civil(first / 10_000, first / 100 % 100, first % 100).map(Date::Sure);
        }
        if n != 4 || first < 1000 {
            return None;
        }
        self.spaces();
        self.eat(&['-', '/', '.', '年'])?;
        self.spaces();
        let m = match self.month() {
            Some(m) => m,
            None => self.number(1, 2)?,
        };
        self.spaces();
        self.eat(&['-', '/', '.', '月'])?;
        self.spaces();
        let d = self.number(1, 2)?;
        self.try_one(|c| {
            c.spaces();
            c.eat(&['日', '号'])
        });
        civil(first, m, d).map(Date::Sure)
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
        let short = n == 2 && mark != '.';
        (short || n == 4 && year >= 1000).then_some(Date::YearLast(YearLast {
            first,
            second,
            year,
            short,
            dots: mark == '.',
        }))
    }

    /// A time of day; `packed` also takes `0900` and `090000`.
    fn clock(&mut self, half: Option<Half>, packed: bool) -> Option<i64> {
        if packed && let Some((n, digits)) = self.try_one(|c| c.digits(4, 6)) {
            let n = if digits == 4 { n * 100 } else { n };
            let us = self.fraction()?;
            return in_day(n / 10_000, n / 100 % 100, n % 100, us);
        }
        let h = self.number(1, 2)?;
        self.spaces();
        let mark = self.eat(&[':', '时', '点', '.', 'h']);
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
    /// A fraction of a second, in microseconds; more digits are cut off.
    fn fraction(&mut self) -> Option<i64> {
        if self.eat(&['.', ',', ':']).is_none() {
            return Some(0);
        }
        let (value, n) = self.digits(1, 9)?;
        Some(value * 10i64.pow(9 - n as u32) / 1000)
    }

    fn zone(&mut self) -> Option<i64> {
        self.try_one(|c| {
            let before = c.i;
            let word = c.word();
            match word.as_str() {
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

fn parse(plain: &str, order: Option<DateOrder>) -> Option<Parsed> {
    let (rest, half) = take_half(plain);
    let mut c = Cursor::new(&rest);
    // A weekday before the date.
    c.try_one(|c| {
        let word = c.word();
        let hit = DAYS.iter().any(|d| word.starts_with(d));
        c.eat(&['.', ',']);
        hit.then(|| c.spaces())
    });
    c.spaces();
    let before = c.i;
    let date = c.date()?;
    let packed = c.t[before..c.i].iter().all(char::is_ascii_digit);
    c.eat(&['t', ',', ':']);
    c.spaces();
    c.try_one(|c| {
        let word = c.word();
        DAYS.iter().any(|d| word.starts_with(d)).then(|| c.spaces())
    });
    c.eat(&['-', '_']);
    let mut clock = None;
    if c.peek().is_some_and(|d| d.is_ascii_digit()) {
        clock = Some(c.clock(half, packed)?);
    } else if half.is_some() {
        return None;
    }
    c.spaces();
    let mut zone_s = c.zone();
    c.spaces();
    // `GMT+0800 (中国标准时间)`, `(UTC+8)`
    if c.t.last() == Some(&')') && c.eat(&['(']).is_some() {
        zone_s = zone_s.or_else(|| c.zone());
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

#[cfg(test)]
mod tests;
