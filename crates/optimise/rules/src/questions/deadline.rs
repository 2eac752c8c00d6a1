//! 时限: when each case falls due: by a limit that was asked for, by a column of the log, or by how long the others took.
//!
//! A bare day ends at 24:00, as a limit in working days does. What cannot be read is named, never taken as kept.

use std::collections::BTreeMap;

use eventlog::log::{Column, Value};
use eventlog::when::NO_TIME;
use kernel::{Moment, Said, US_PER_DAY, US_PER_HOUR};
use tabular::days::Span;
use tabular::when::{BEIJING_S, Evidence, Reading, is_blank_word, is_date_only, read};
use workday::Length;

use super::Answer;
use super::facts::{Facts, grouped, quantile};

/// Attributes that may hold the deadline.
const DEADLINES: [&str; 29] = [
    "办结期限",
    "应办结时间",
    "应办结日期",
    "应办结日",
    "应完成时间",
    "承诺办结时间",
    "承诺办结日期",
    "承诺时限",
    "承诺办结时限",
    "法定办结时限",
    "承诺期限",
    "承诺天数",
    "法定时限",
    "法定期限",
    "时限",
    "办结时限",
    "办理时限",
    "办理期限",
    "到期时间",
    "到期日期",
    "到期日",
    "截止时间",
    "截止日期",
    "期限",
    "deadline",
    "due",
    "due_date",
    "due date",
    "enddate_planned",
];
/// Values that cannot be read, of which are named at most so many.
const NAMED: usize = 5;

/// What a value says about the deadline.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Due {
    At(i64),
    /// So long from the beginning of the case.
    Within(Length),
    Blank,
    Not,
}

/// For each case the moment at which it falls due; what was decided, and what could not be read, goes into the answer.
pub(super) fn dues(f: &Facts<'_>, answer: &mut Answer) -> Vec<Option<i64>> {
    let log = &*f.log;
    let cases = 0..log.case_count();
    if let Some(days) = f.options.limit_days {
        answer.note(
            format!("时限 {days} 个工作日，收件当天不算，到最后一日 24:00。"),
            format!(
                "Limit: {days} working days; the day of receipt does not count, until 24:00 of the last day."
            ),
        );
        return cases.map(|c| within(f, f.begun(c)?, Length::Workdays(days))).collect();
    }
    let column = |of: &[Column]| of.iter().position(|c| named(f, c));
    let (col, texts) = if let Some(i) = column(&log.case_columns) {
        let col = &log.case_columns[i];
        (col, cases.map(|c| stated(col.get(log.case_row(c)))).collect::<Vec<_>>())
    } else if let Some(i) = column(&log.event_columns) {
        let col = &log.event_columns[i];
        let first = |c| log.case(c).map(|e| stated(col.get(log.row(e)))).find(|s| *s != Stated::Nothing);
        (col, cases.map(|c| first(c).unwrap_or(Stated::Nothing)).collect())
    } else if let Some(asked) = &f.options.deadline {
        no_column(f, asked, answer);
        return vec![None; log.case_count()];
    } else {
        return slowest(f, answer);
    };
    of_column(f, &col.key, &texts, answer)
}

/// Is this the column asked for, or one that may hold the deadline?
fn named(f: &Facts<'_>, col: &Column) -> bool {
    let plain = |t: &str| {
        let half: String = t.trim().chars().map(tabular::when::half_width).collect();
        half.trim_start_matches("case:").to_lowercase()
    };
    let key = plain(&col.key);
    col.parent.is_none()
        && f.options.deadline.as_ref().map_or(DEADLINES.contains(&key.as_str()), |d| plain(d) == key)
}

fn no_column(f: &Facts<'_>, asked: &str, answer: &mut Answer) {
    let all = f.log.case_columns.iter().chain(f.log.event_columns.iter()).filter(|c| c.parent.is_none());
    let own = |key: &&str| !matches!(*key, "concept:name" | "time:timestamp" | "lifecycle:transition");
    let mut names: Vec<&str> = all.map(|c| c.key.as_str()).filter(own).collect();
    names.dedup();
    names.truncate(20);
    let names = names.join("、");
    answer.said = Said::new(
        format!("日志里没有“{asked}”这一列，无法比时限。有：{names}。"),
        format!("The log has no column {asked:?} with limits. There are: {names}."),
    );
}

/// What stands in a cell.
#[derive(Clone, Debug, PartialEq)]
enum Stated {
    Time(i64),
    Text(String),
    Nothing,
}

fn stated(v: Option<Value<'_>>) -> Stated {
    match v {
        Some(Value::Time(us)) if us != NO_TIME => Stated::Time(us),
        Some(Value::Text(t)) if !t.trim().is_empty() => Stated::Text(t.trim().to_owned()),
        Some(Value::Int(n)) => Stated::Text(n.to_string()),
        Some(Value::Float(n)) => Stated::Text(n.to_string()),
        _ => Stated::Nothing,
    }
}

/// The end of the day where a moment is the midnight with which it begins: a bare date.
fn day_end(us: i64, bare: bool) -> i64 {
    let midnight = (us + 8 * US_PER_HOUR).rem_euclid(US_PER_DAY) == 0;
    if bare && midnight { us + US_PER_DAY } else { us }
}

/// Reads a text as a day, a moment, or a length of time.
fn read_due(text: &str, order: Option<tabular::DateOrder>) -> Due {
    match read(text, BEIJING_S, order) {
        Reading::Time { us, .. } => Due::At(day_end(us, is_date_only(text))),
        Reading::Blank => Due::Blank,
        Reading::Order => Due::Not,
        Reading::Not if is_blank_word(text) => Due::Blank,
        Reading::Not => {
            let whole = |n: f64| (n >= 0.0 && n.fract() == 0.0 && n <= 36_500.0).then_some(n as u32);
            let length = match tabular::days::span(text) {
                Some(Span::WorkingDays(n)) => whole(n).map(Length::Workdays),
                Some(Span::NaturalDays(n)) => whole(n).map(Length::Days),
                // Done at once: on the day itself.
                Some(Span::AtOnce) => Some(Length::Workdays(0)),
                // A bare number is of working days, as everywhere else.
                None => text
                    .trim()
                    .parse()
                    .ok()
                    .filter(|n| *n > 0.0 && *n < 1000.0)
                    .and_then(whole)
                    .map(Length::Workdays),
                Some(Span::Months(_) | Span::Hours(_)) => None,
            };
            length.map_or(Due::Not, Due::Within)
        }
    }
}

fn within(f: &Facts<'_>, start: i64, length: Length) -> Option<i64> {
    workday::due(Moment::from_us(start), length, &f.office.calendar, &[]).at().map(Moment::us)
}

fn of_column(f: &Facts<'_>, key: &str, all: &[Stated], answer: &mut Answer) -> Vec<Option<i64>> {
    answer.note(
        format!("时限取自“{key}”；只写日期的到当日 24:00。"),
        format!("Limits are read from {key:?}; a bare date lasts until 24:00."),
    );
    let mut seen = Evidence::default();
    for (row, one) in all.iter().enumerate() {
        if let Stated::Text(text) = one {
            seen.see(text, row as u64 + 1);
        }
    }
    let order = match seen.order() {
        Ok(found) => found.map(|o| o.0),
        Err(unclear) => {
            let (zh, en) = unclear.said(key);
            answer.note(zh, en);
            None
        }
    };
    let mut unread: BTreeMap<String, u64> = BTreeMap::new();
    let mut lengths = false;
    let mut of = |c: usize, one: &Stated| match one {
        Stated::Nothing => None,
        Stated::Time(us) => Some(day_end(*us, true)),
        Stated::Text(text) => match read_due(text, order) {
            Due::At(us) => Some(us),
            Due::Within(length) => {
                lengths = true;
                within(f, f.begun(c)?, length)
            }
            Due::Blank => None,
            Due::Not => {
                *unread.entry(text.chars().take(40).collect()).or_default() += 1;
                None
            }
        },
    };
    let dues: Vec<Option<i64>> = all.iter().enumerate().map(|(c, one)| of(c, one)).collect();
    if lengths {
        answer.note(
            format!("“{key}”写的是时长的，从收件次日起算；只写数字的按工作日。"),
            format!("Where {key:?} states a length of time it runs from the day after receipt; a bare number is of working days."),
        );
    }
    if !unread.is_empty() {
        let count = unread.values().sum::<u64>();
        let shown: Vec<&str> = unread.keys().map(String::as_str).take(NAMED).collect();
        let more = if unread.len() > NAMED { " …" } else { "" };
        let (zh, en) = (shown.join("”、“"), shown.join(", "));
        let count = grouped(count as i64);
        let said = Said::new(
            format!(
                "{count} 件的“{key}”读不懂，没有计入：“{zh}”{more}。请写成 2026-03-09 或 2026-03-09 17:00。"
            ),
            format!(
                "{key:?} of {count} cases cannot be read and does not count: {en}{more}. Write 2026-03-09 or 2026-03-09 17:00."
            ),
        );
        if dues.iter().all(Option::is_none) {
            answer.said = said;
        } else {
            answer.notes.push(said);
        }
    }
    dues
}

/// Without any limit: the slowest tenth of the finished cases.
fn slowest(f: &Facts<'_>, answer: &mut Answer) -> Vec<Option<i64>> {
    answer.note(
        "日志和提问都没有给时限：改看最慢的一成（以第 90 百分位用时为线）。给出时限可用 --limit-days 或 --deadline。",
        "Neither log nor question gives a limit: the slowest tenth is taken instead. Give one with --limit-days or --deadline.",
    );
    let cases = 0..f.log.case_count();
    let mut spans: Vec<i64> =
        cases.clone().filter_map(|c| f.span(c)).filter_map(|(a, b)| f.work(a, b)).collect();
    spans.sort_unstable();
    let line = quantile(&spans, 0.9);
    cases
        .map(|c| {
            let (from, to) = f.span(c)?;
            // Only finished cases can be slow without a limit.
            let slow = f.finished(c) && f.work(from, to)? > line;
            Some(if slow { to - 1 } else { i64::MAX })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Writings of a deadline: a day lasts until 24:00, a time until then, a length is told from both.
    #[test]
    fn every_writing_of_a_deadline() {
        let at = |text: &str| text.parse::<Moment>().unwrap().us();
        let (day, hour) = (at("2026-03-10T00:00:00+08:00"), at("2026-03-09T17:00:00+08:00"));
        for text in [
            "2026-03-09",
            "2026/3/9",
            "2026.3.9",
            "20260309",
            "2026年3月9日",
            "２０２６－０３－０９",
            "46090",
            "2026-03-09 00:00:00",
            "2026-03-09 周一",
        ] {
            assert_eq!(read_due(text, None), Due::At(day), "{text}");
        }
        for text in ["2026-03-09 17:00", "2026-03-09T17:00:00+08:00", "2026-03-09 下午5:00", "20260309170000"]
        {
            assert_eq!(read_due(text, None), Due::At(hour), "{text}");
        }
        assert_eq!(read_due("9/3/2026", Some(tabular::DateOrder::DayFirst)), Due::At(day));
        for (text, length) in [
            ("5个工作日", Length::Workdays(5)),
            ("五个工作日内", Length::Workdays(5)),
            ("15日", Length::Days(15)),
        ] {
            assert_eq!(read_due(text, None), Due::Within(length), "{text}");
        }
        for text in ["无", "-", "待定", "null"] {
            assert_eq!(read_due(text, None), Due::Blank, "{text}");
        }
        assert_eq!(read_due("5", None), Due::Within(Length::Workdays(5)));
        assert_eq!(read_due("即办", None), Due::Within(Length::Workdays(0)));
        for text in ["9/3/2026", "尽快", "半天", "2026-13-09", "3月9日", "-5", "5.5"] {
            assert_eq!(read_due(text, None), Due::Not, "{text}");
        }
    }
}
