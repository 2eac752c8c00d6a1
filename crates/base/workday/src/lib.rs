//! 工作日: the statutory calendar of China, limits in working days, natural days and hours, and why a limit
//! ends when it ends (R3).
//!
//! A limit is a pure function of its start, its length, a version of the calendar and the pauses; every answer
//! can be explained day by day. Must not know cases, acts, storage or who asks. Pure: no clock, no I/O.
//!
//! Rules and where they come from:
//! - the day of receipt does not count; hours count from their moment (民法典 201);
//! - a limit ends with its last day at 24:00, or when the office closes; a last day that is a holiday rolls
//!   forward (民法典 203);
//! - time for 听证, 检验, 检测, 专家评审 … is not in the limit (行政许可法 45);
//! - working days leave out statutory holidays (行政许可法 82) and follow the yearly notice of the State Council
//!   (国务院办公厅放假通知), make-up workdays included.

mod calendar;
mod due;
mod error;
mod explain;
mod hours;
mod length;
mod light;
mod notice;
mod notice_file;
mod notice_text;
pub mod stats;

pub use calendar::{DayKind, WorkCalendar};
pub use due::{Due, Left, Pause, Remaining, due, remaining};
pub use error::CalendarError;
pub use explain::{DayLine, Explained, MAX_EXPLAINED_DAYS, explain};
pub use hours::{Close, OfficeHours};
pub use length::{Length, Unit};
pub use light::{Light, ask_by, light, yellow_at};
pub use notice::{NoticeDay, YearNotice};

/// Beijing is UTC+8, the day begins that many microseconds before the UTC day.
pub(crate) const BEIJING_US: i64 = 8 * kernel::US_PER_HOUR;
/// 9999-12-31, the last day that arithmetic can reach: longer limits saturate here.
pub(crate) const LAST_DAY: i64 = 2_932_896;
/// 1600-01-01, the first one; earlier moments are taken for it.
pub(crate) const FIRST_DAY: i64 = -135_140;

/// Beijing day number and microseconds since its midnight; moments outside 1600..9999 are taken for the end.
#[inline]
pub(crate) fn split(at: kernel::Moment) -> (i64, i64) {
    const FIRST_US: i64 = FIRST_DAY * kernel::US_PER_DAY;
    let us = at.us().clamp(FIRST_US, LAST_DAY * kernel::US_PER_DAY) + BEIJING_US;
    // Not negative from here on: dividing without a sign takes half the instructions.
    let us = (us - FIRST_US).unsigned_abs();
    let (day, rest) = (us / kernel::US_PER_DAY.unsigned_abs(), us % kernel::US_PER_DAY.unsigned_abs());
    (day.cast_signed() + FIRST_DAY, rest.cast_signed())
}

/// The moment `us` microseconds after midnight of a Beijing day.
#[inline]
pub(crate) fn join(day: i64, us: i64) -> kernel::Moment {
    kernel::Moment::from_us(day.clamp(FIRST_DAY, LAST_DAY) * kernel::US_PER_DAY - BEIJING_US + us)
}

/// The day number of a date.
pub(crate) fn number_of(date: kernel::Date) -> i64 {
    kernel::Moment::start_of(date).day_number()
}

/// The date of a day number.
pub(crate) fn date_of(day: i64) -> kernel::Date {
    join(day, 0).date()
}
