//! 时间: what a cell says about when; the reading itself is that of all doors ([`tabular::when`]).

use std::fmt;

use kernel::{Moment, US_PER_SECOND};
use tabular::when::{self, BEIJING_S, DateOrder, Reading};

use super::Cell;

/// The cell holds something, but not a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotADate(pub String);
impl fmt::Display for NotADate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "不是时间，应写作 2019-01-06 12:09:38 / not a time, write 2019-01-06 12:09:38: {:?}",
            self.0
        )
    }
}
impl std::error::Error for NotADate {}

/// What is known of a column of times.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Dates {
    /// The workbook counts its days from 1904.
    pub is_1904: bool,
    /// Which of day and month comes first where the year stands last.
    pub order: Option<DateOrder>,
}

/// Years of a letter, a rating or a walk.
const YEARS: std::ops::Range<i64> = 1900..3000;

fn of_us(us: i64) -> Option<Moment> {
    let years = when::days_from_civil(YEARS.start, 1, 1)..when::days_from_civil(YEARS.end, 1, 1);
    // The day is that of Beijing: 1900-01-01 began there in what was still 1899 in Greenwich.
    let day = (us + i64::from(BEIJING_S) * US_PER_SECOND).div_euclid(86_400 * US_PER_SECOND);
    years.contains(&day).then(|| Moment::from_us(us))
}

/// The time that a cell says; none for an empty cell and for one that says there is none (无, NULL, 0000-00-00).
/// Excel dates are exact to the second, as Excel shows them.
pub fn moment_of(cell: &Cell<'_>, dates: Dates) -> Result<Option<Moment>, NotADate> {
    match cell {
        Cell::Empty => Ok(None),
        Cell::DateTime(at) => Ok(Some(*at)),
        Cell::Number(n) => of_number(*n, dates).map(Some).ok_or_else(|| NotADate(n.to_string())),
        Cell::Text(text) => match text.trim().parse::<f64>().ok().filter(|_| dates.is_1904) {
            // A serial that was typed or turned into text counts its days as the workbook does.
            Some(n) if when::is_plain_serial(n + 1462.0) || when::is_plain_serial(n) => {
                of_number(n, dates).map(Some).ok_or_else(|| NotADate(text.chars().take(60).collect()))
            }
            _ => of_text(text, dates.order),
        },
        Cell::Bool(_) | Cell::Error(_) => Err(NotADate(cell.text().into_owned())),
    }
}

/// A number as a date: `20190106`, `20190106120938`, or an Excel serial.
fn of_number(n: f64, dates: Dates) -> Option<Moment> {
    let serial = if dates.is_1904 { n + 1462.0 } else { n };
    if when::is_plain_serial(serial) {
        return moment_of_serial(n, dates.is_1904);
    }
    (n.fract() == 0.0 && n > 1e7).then(|| of_text(&format!("{n:.0}"), None).ok().flatten())?
}

/// An Excel serial day number as a moment.
pub(super) fn moment_of_serial(serial: f64, is_1904: bool) -> Option<Moment> {
    // Serials are wall-clock days: the epoch day in Beijing begins eight hours before the one in Greenwich.
    let wall = when::serial_wall_s(serial, is_1904)?;
    Some(Moment::from_us((wall - i64::from(BEIJING_S)) * US_PER_SECOND))
}

fn of_text(text: &str, order: Option<DateOrder>) -> Result<Option<Moment>, NotADate> {
    let fail = || NotADate(text.chars().take(60).collect());
    match when::read(text, BEIJING_S, order) {
        Reading::Blank => Ok(None),
        Reading::Time { us, .. } => of_us(us).map(Some).ok_or_else(fail),
        Reading::Order | Reading::Not => Err(fail()),
    }
}

/// The time that a text says, Beijing where it names no zone.
pub fn moment_of_text(text: &str) -> Result<Moment, NotADate> {
    let none = || NotADate(text.chars().take(60).collect());
    of_text(text, None)?.ok_or_else(none)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn cells_say_when() {
        let at = |s: &str| -> Option<Moment> { Some(s.parse().unwrap()) };
        let d = Dates::default();
        assert_eq!(moment_of(&Cell::Empty, d), Ok(None));
        assert_eq!(moment_of(&Cell::Text("无".into()), d), Ok(None));
        assert_eq!(moment_of(&Cell::Number(20_190_106.0), d), Ok(at("2019-01-06")));
        assert_eq!(moment_of(&Cell::Number(20_190_106_120_938.0), d), Ok(at("2019-01-06 12:09:38")));
        assert_eq!(moment_of(&Cell::Number(43_471.506689814814), d), Ok(at("2019-01-06 12:09:38")));
        let of_1904 = Dates { is_1904: true, ..d };
        assert_eq!(moment_of(&Cell::Number(42_009.506689814814), of_1904), Ok(at("2019-01-06 12:09:38")));
        assert_eq!(
            moment_of(&Cell::Text("42009.506689814814".into()), of_1904),
            Ok(at("2019-01-06 12:09:38"))
        );
        assert_eq!(moment_of(&Cell::Text("43471.506689814814".into()), d), Ok(at("2019-01-06 12:09:38")));
        assert_eq!(moment_of(&Cell::Text("20190106".into()), of_1904), Ok(at("2019-01-06")));
        assert_eq!(moment_of(&Cell::Text("1900-01-01".into()), d), Ok(at("1900-01-01")));
        for bad in [f64::NAN, f64::INFINITY, -1.0, 60.0, 13_800_000_000.0 * 1e9] {
            assert!(moment_of(&Cell::Number(bad), d).is_err(), "{bad}");
        }
        assert!(moment_of(&Cell::Bool(true), d).is_err() && moment_of(&Cell::Error("#REF!"), d).is_err());
        assert!(
            moment_of_text("").is_err()
                && moment_of_text("1/6/2019").is_err()
                && moment_of_text("1019-01-06").is_err()
        );
    }

    proptest! {
        #[test]
        fn moments_and_texts_say_the_same_second(s in 0i64..4_000_000_000) {
            let at = Moment::from_us(s * US_PER_SECOND);
            let serial = (at.us() / US_PER_SECOND + 8 * 3600) as f64 / 86_400.0 + 25_569.0;
            prop_assert_eq!(moment_of_serial(serial, false), Some(at));
            prop_assert_eq!(moment_of_text(&at.to_string()), Ok(at));
        }
    }
}
