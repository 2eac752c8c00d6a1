//! 用时: of each case of a log the days on which it began and ended, as rows for measuring an effect.

use std::fmt::Write as _;
use std::io::Cursor;

use kernel::{Date, Moment};

use super::{ReadOptions, read_log};
use crate::city::Error;

/// How many cases, and a row for each: day of the first event, day of the last. Cases without any time are left out.
///
/// # Errors
/// Not a log; no case of it has a time.
pub fn case_days(bytes: Vec<u8>) -> Result<(usize, String), Error> {
    let read = read_log(Cursor::new(bytes), &ReadOptions::default());
    let read = read.map_err(|e| Error::told("file", &e))?;
    let (mut rows, mut n) = (String::new(), 0);
    for case in read.log.cases() {
        let times = read.log.time()[case].iter().copied().filter(|t| *t != eventlog::when::NO_TIME);
        let Some((first, last)) = times.fold(None, |span: Option<(i64, i64)>, t| {
            Some(span.map_or((t, t), |(a, b)| (a.min(t), b.max(t))))
        }) else {
            continue;
        };
        let day = |us: i64| -> Date { Moment::from_us(us).date() };
        let _ = writeln!(rows, "{},{}", day(first), day(last));
        n += 1;
    }
    if n == 0 {
        return Err(Error::invalid("file", "日志里没有带时间的件", "no case of this log has a time"));
    }
    Ok((n, rows))
}
