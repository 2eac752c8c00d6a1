//! 工作日历: which days count, and office time between moments by prefix sums.
//!
//! A table of 1990–2079 holds, for every day, how many working days lie before it and whether it is one; before
//! and after it weeks of Monday to Friday go on. Both ends are Mondays, which keeps that arithmetic short.
//! Must not know limits and pauses.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use kernel::{Date, Moment};

use crate::{Close, LAST_DAY, OfficeHours, YearNotice, date_of, join, number_of, split};

/// 1990-01-01, a Monday.
const BASE: i64 = 7_305;
/// 2080-01-01, a Monday: the first day behind the table.
const END: i64 = 40_177;
const DAYS: usize = (END - BASE) as usize;

/// What one day is (日期性质).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DayKind<'a> {
    /// Is it a working day?
    pub counts: bool,
    /// Why: `工作日`, `周六`, `中秋节`, `国庆节调休上班`.
    pub why: Cow<'a, str>,
    /// No notice of its year is known (yet): Monday to Friday is assumed (暂定).
    pub provisional: bool,
}

/// The statutory calendar (工作日历): immutable, a clone is a reference to the same tables.
#[derive(Clone)]
pub struct WorkCalendar {
    tables: Arc<Tables>,
}

struct Tables {
    /// For each day of the table: working days before it × 2 + (is it one?).
    days: Box<[u32; DAYS]>,
    /// Index of the k-th working day of the table.
    nth: Box<[u16]>,
    hours: OfficeHours,
    close: Close,
    /// The days every year of which has a notice, up to the first gap after the first notice.
    published: std::ops::Range<i64>,
    notices: BTreeMap<i16, YearNotice>,
    /// Day number → year of the notice and index of the day in it.
    named: BTreeMap<i64, (i16, usize)>,
    version: String,
}

impl std::fmt::Debug for WorkCalendar {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "WorkCalendar({})", self.version())
    }
}

macro_rules! shipped {
    ($($year:literal)*) => {
        [$(include_str!(concat!("../../../../data/holidays/", $year, ".json"))),*]
    };
}
/// The notices that ship with the program (`data/holidays`).
const SHIPPED: [&str; 20] = shipped!(2007 2008 2009 2010 2011 2012 2013 2014 2015 2016
    2017 2018 2019 2020 2021 2022 2023 2024 2025 2026);

static OFFICIAL: LazyLock<WorkCalendar> = LazyLock::new(|| {
    let read = |json| YearNotice::parse(json).map(|n| (n.year(), n)).ok();
    let notices = SHIPPED.into_iter().filter_map(read).collect();
    WorkCalendar::build(notices, OfficeHours::default(), Close::default())
});

impl WorkCalendar {
    /// The calendar that ships with the program: the notices of 2007–2026, default office hours.
    pub fn official() -> Self {
        OFFICIAL.clone()
    }
    /// No notice at all: Monday to Friday, everything provisional.
    pub fn without_notices() -> Self {
        Self::build(BTreeMap::new(), OfficeHours::default(), Close::default())
    }
    /// This calendar with one more notice; a notice of the same year is replaced.
    #[must_use]
    pub fn with_notice(&self, notice: YearNotice) -> Self {
        let mut notices = self.tables.notices.clone();
        notices.insert(notice.year(), notice);
        Self::build(notices, self.tables.hours, self.tables.close)
    }
    /// This calendar with other office hours.
    #[must_use]
    pub fn with_hours(&self, hours: OfficeHours) -> Self {
        Self::build(self.tables.notices.clone(), hours, self.tables.close)
    }
    /// This calendar with another end of the last day.
    #[must_use]
    pub fn with_close(&self, close: Close) -> Self {
        Self::build(self.tables.notices.clone(), self.tables.hours, close)
    }

    fn build(notices: BTreeMap<i16, YearNotice>, hours: OfficeHours, close: Close) -> Self {
        // Years ascend, so where two notices speak of a day in late December the later one stands.
        let mut named = BTreeMap::new();
        for (year, notice) in &notices {
            for (i, day) in notice.days().iter().enumerate() {
                named.insert(number_of(day.date), (*year, i));
            }
        }
        let mut days = vec![0u32; DAYS];
        let mut nth = Vec::with_capacity(DAYS);
        for (i, slot) in days.iter_mut().enumerate() {
            let day = BASE + i as i64;
            let works = match named.get(&day) {
                Some((year, at)) => !notices[year].days()[*at].off,
                None => weekday(day) < 5,
            };
            *slot = (nth.len() as u32) << 1 | u32::from(works);
            if works {
                nth.push(i as u16);
            }
        }
        let days: Box<[u32; DAYS]> =
            days.into_boxed_slice().try_into().unwrap_or_else(|_| Box::new([0; DAYS]));
        let version = version(&notices, &hours, close);
        let published = published(&notices);
        Self {
            tables: Arc::new(Tables {
                days,
                nth: nth.into(),
                hours,
                close,
                published,
                notices,
                named,
                version,
            }),
        }
    }

    /// A label of the content, equal for equal content: `2007-2026/93c1f0a2b4d5e6f7`.
    pub fn version(&self) -> &str {
        &self.tables.version
    }
    /// The notices known, by year.
    pub fn notices(&self) -> impl Iterator<Item = &YearNotice> {
        self.tables.notices.values()
    }
    /// The notice of one year.
    pub fn notice(&self, year: i16) -> Option<&YearNotice> {
        self.tables.notices.get(&year)
    }
    /// The last year with a notice; `None` without any.
    pub fn last_published_year(&self) -> Option<i16> {
        self.tables.notices.last_key_value().map(|(y, _)| *y)
    }
    /// The office hours (办公时间).
    pub fn hours(&self) -> &OfficeHours {
        &self.tables.hours
    }
    /// When limits in days end on their last day.
    pub fn close(&self) -> Close {
        self.tables.close
    }

    /// What a day is, and why.
    pub fn day(&self, date: Date) -> DayKind<'_> {
        let day = number_of(date);
        if let Some((year, i)) = self.tables.named.get(&day) {
            let said = &self.tables.notices[year].days()[*i];
            let why = match (said.off, weekday(day) < 5) {
                (true, _) => Cow::Borrowed(said.name.as_str()),
                (false, false) => Cow::Owned(format!("{}调休上班", said.name)),
                (false, true) => Cow::Borrowed("工作日"),
            };
            return DayKind { counts: !said.off, why, provisional: false };
        }
        let provisional = !self.tables.notices.contains_key(&date.year());
        let (counts, why) = match weekday(day) {
            5 => (false, "周六"),
            6 => (false, "周日"),
            _ => (true, "工作日"),
        };
        DayKind { counts, why: Cow::Borrowed(why), provisional }
    }

    /// Is it a working day?
    pub fn works(&self, date: Date) -> bool {
        self.works_on(number_of(date))
    }

    /// Working days after `from` up to and including `to`; negative when `to` is before `from`.
    pub fn count(&self, from: Date, to: Date) -> i64 {
        self.count_days(number_of(from), number_of(to))
    }

    /// The last working day at or before a day: on it nothing is left of a limit that ends on that day but today.
    pub fn last_left(&self, date: Date) -> Date {
        date_of(self.nth_after(number_of(date), 0))
    }

    /// Office time between two moments in microseconds; negative when `to` is before `from`. O(1).
    #[inline]
    pub fn working_us(&self, from: Moment, to: Moment) -> i64 {
        let t = &*self.tables;
        t.worked(to) - t.worked(from)
    }

    /// The first moment at or after `at` at which the office is open.
    pub fn next_office_moment(&self, at: Moment) -> Moment {
        let (day, us) = split(at);
        if self.works_on(day)
            && let Some(us) = self.tables.hours.next_open(us)
        {
            return join(day, us);
        }
        join(self.nth_after(day, 1), self.tables.hours.open_us())
    }

    /// Is the office open at this moment?
    pub fn is_open(&self, at: Moment) -> bool {
        self.next_office_moment(at) == at
    }

    // Day numbers, for the rest of the crate.

    pub(crate) fn works_on(&self, day: i64) -> bool {
        self.tables.at(day).1
    }
    /// Working days in `(from, to]`, negative backwards.
    pub(crate) fn count_days(&self, from: i64, to: i64) -> i64 {
        self.tables.at(to + 1).0 - self.tables.at(from + 1).0
    }
    /// The `n`-th working day after `day` (`n` ≥ 1); the last one at or before it for `n` = 0, and so on back.
    #[inline]
    pub(crate) fn nth_after(&self, day: i64, n: i64) -> i64 {
        let t = &*self.tables;
        t.select(t.at(day + 1).0 + n - 1)
    }
    /// The moment at which a limit ends that ends on this day.
    #[inline]
    pub(crate) fn close_of(&self, day: i64) -> Moment {
        match self.tables.close {
            Close::Midnight => join(day, kernel::US_PER_DAY - 1),
            Close::OfficeHours => join(day, self.tables.hours.close_us()),
        }
    }
    /// The first moment at which `us` (≥ 1) more office time has passed than at `from`; with `us` ≤ 0 the last
    /// moment before which that much less had passed.
    pub(crate) fn after_working_us(&self, from: Moment, us: i64) -> Moment {
        let t = &*self.tables;
        let per_day = t.hours.us_per_day();
        let target = t.worked(from).saturating_add(us);
        let day = t.select((target - 1).div_euclid(per_day));
        join(day, t.hours.at_passed((target - 1).rem_euclid(per_day) + 1))
    }
    /// Does the year of any day in `first..=last` lack its notice?
    #[inline]
    pub(crate) fn provisional_between(&self, first: i64, last: i64) -> bool {
        let p = &self.tables.published;
        if first >= p.start && last < p.end {
            return false;
        }
        self.provisional_cold(first, last)
    }
    #[cold]
    fn provisional_cold(&self, first: i64, last: i64) -> bool {
        let (first, last) = (date_of(first).year(), date_of(last).year());
        (first..=last).any(|year| !self.tables.notices.contains_key(&year))
    }
}

impl Tables {
    /// Working days before this day (negative before 1990), and whether it is one.
    #[inline]
    fn at(&self, day: i64) -> (i64, bool) {
        match usize::try_from(day - BASE).ok().and_then(|i| self.days.get(i)) {
            Some(v) => (i64::from(v >> 1), v & 1 == 1),
            None => self.at_cold(day),
        }
    }
    #[cold]
    fn at_cold(&self, day: i64) -> (i64, bool) {
        // Working days in x days from a Monday on.
        let weeks = |x: i64| x.div_euclid(7) * 5 + x.rem_euclid(7).min(5);
        let before = if day < BASE { weeks(day - BASE) } else { self.nth.len() as i64 + weeks(day - END) };
        (before, weekday(day) < 5)
    }
    /// The day of the k-th working day, counted from the start of the table.
    #[inline]
    fn select(&self, k: i64) -> i64 {
        match usize::try_from(k).ok().and_then(|k| self.nth.get(k)) {
            Some(i) => BASE + i64::from(*i),
            None => self.select_cold(k),
        }
    }
    #[cold]
    fn select_cold(&self, k: i64) -> i64 {
        let days = |k: i64| k.div_euclid(5) * 7 + k.rem_euclid(5);
        let total = self.nth.len() as i64;
        let k = k.clamp(-LAST_DAY, LAST_DAY);
        if k < 0 { BASE + days(k) } else { (END + days(k - total)).min(LAST_DAY) }
    }
    /// Office time from the start of the table to this moment, microseconds.
    #[inline]
    fn worked(&self, at: Moment) -> i64 {
        let (day, us) = split(at);
        let (before, works) = self.at(day);
        // A product and not a branch: whether a day works cannot be predicted.
        before * self.hours.us_per_day() + self.hours.passed_us(us) * i64::from(works)
    }
}

/// 0 = Monday … 6 = Sunday.
pub(crate) const fn weekday(day: i64) -> i64 {
    (day + 3).rem_euclid(7)
}

/// From the first noticed year up to the first one without.
fn published(notices: &BTreeMap<i16, YearNotice>) -> std::ops::Range<i64> {
    let Some(first) = notices.keys().next().copied() else { return 0..0 };
    let gap = (first..).find(|y| !notices.contains_key(y)).unwrap_or(first);
    let start = |year: i16| Date::new(year, 1, 1).map_or(0, number_of);
    start(first)..start(gap)
}

/// First and last year, and 64 bits of FNV-1a over everything that an answer depends on.
fn version(notices: &BTreeMap<i16, YearNotice>, hours: &OfficeHours, close: Close) -> String {
    let mut hash = 0xcbf2_9ce4_8422_2325u64;
    let mut eat = |text: &str| {
        for b in text.bytes().chain([0]) {
            hash = (hash ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3);
        }
    };
    eat(&hours.to_string());
    eat(if close == Close::Midnight { "24:00" } else { "office" });
    for (year, notice) in notices {
        eat(&year.to_string());
        for paper in notice.papers() {
            eat(paper);
        }
        for day in notice.days() {
            eat(&day.date.to_string());
            eat(&day.name);
            eat(if day.off { "off" } else { "work" });
        }
    }
    match (notices.keys().next(), notices.keys().next_back()) {
        (Some(first), Some(last)) => format!("{first}-{last}/{hash:016x}"),
        _ => format!("none/{hash:016x}"),
    }
}
