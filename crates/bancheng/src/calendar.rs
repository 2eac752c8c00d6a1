//! `bancheng calendar due|count|show|import`: the statutory calendar from the command line (R3).
//!
//! Answers go to `out` as JSON or as text; the calendar is handed in, and so is what an import does with a checked
//! notice. Must not know where calendars are kept.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use kernel::{Date, Moment};
use serde::Serialize;
use workday::{DayLine, Due, Left, Length, Pause, Unit, WorkCalendar, YearNotice, explain};

/// 工作日历 / the statutory calendar
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// 期限哪天到、为什么 / when a limit ends, day by day with the reason
    Due(DueArgs),
    /// FROM 之后到 TO(含)的工作日数 / working days after FROM up to and including TO
    Count {
        /// 起(不计入) / from, not counted
        #[arg(value_parser = moment)]
        from: Moment,
        /// 止(计入) / to, counted
        #[arg(value_parser = moment)]
        to: Moment,
        /// 输出 JSON / print JSON
        #[arg(long)]
        json: bool,
    },
    /// 一年的放假与调休 / a year's holidays and make-up workdays
    Show {
        /// 年份 / the year
        #[arg(value_parser = clap::value_parser!(i16).range(1..=9999))]
        year: i16,
        /// 输出 JSON / print JSON
        #[arg(long)]
        json: bool,
    },
    /// 导入一年的放假安排 / import the notice of one year
    Import {
        /// 放假安排 JSON(本系统或 holiday-cn 格式) / the notice as JSON, our format or that of holiday-cn
        file: PathBuf,
        /// 输出 JSON / print JSON
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, clap::Args)]
struct DueArgs {
    /// 收到的日期或时刻 / the date or moment of receipt
    #[arg(value_parser = moment)]
    start: Moment,
    /// 期限,如 3、3wd、5d、4wh、24h、五个工作日、15日内 / the length, such as 3, 3wd, 5d, 4wh, 24h
    #[arg(value_parser = length)]
    length: Length,
    /// 期限单位: workdays、days、working-hours、hours / the unit of a bare number
    #[arg(long)]
    unit: Option<Unit>,
    /// 暂停,如 2026-09-28..2026-09-29=听证;未结束的写 2026-09-28..=听证 / a pause, without its end when it stands
    #[arg(long = "pause", value_name = "FROM..TO=REASON", value_parser = pause)]
    pauses: Vec<Pause>,
    /// 输出 JSON / print JSON
    #[arg(long)]
    json: bool,
}

/// A day or a moment in any writing of an office.
fn moment(text: &str) -> Result<Moment, String> {
    text.parse::<Moment>().or_else(|e| match tabular::when::read(text, tabular::BEIJING_S, None) {
        tabular::when::Reading::Time { us, .. } => Ok(Moment::from_us(us)),
        _ => Err(e.to_string()),
    })
}

/// A length, short (`3wd`) or as offices write it: 五个工作日, 15日内, 半天, 30天.
fn length(text: &str) -> Result<Length, String> {
    use tabular::days::Span;
    text.parse::<Length>().or_else(|e| {
        let whole = |n: f64| (n.fract() == 0.0 && (0.0..1e6).contains(&n)).then_some(n as u32);
        let read = match tabular::days::span(text) {
            Some(Span::WorkingDays(n)) if n.fract() != 0.0 => whole(n * 8.0).map(Length::WorkingHours),
            Some(Span::WorkingDays(n)) => whole(n).map(Length::Workdays),
            Some(Span::NaturalDays(n)) if n < 1.0 => whole(n * 8.0).map(Length::WorkingHours),
            Some(Span::NaturalDays(n)) => whole(n).map(Length::Days),
            Some(Span::Hours(n)) => whole(n).map(Length::Hours),
            Some(Span::AtOnce) => Some(Length::Workdays(0)),
            Some(Span::Months(_)) => {
                return Err(format!(
                    "“{text}”按月算，日历只算日和小时，请改写成天数，如 30天 / {text:?} counts in months: write days, such as 30d"
                ));
            }
            None => None,
        };
        read.ok_or_else(|| e.to_string())
    })
}

fn pause(text: &str) -> Result<Pause, String> {
    let bad = || "暂停应写作 FROM..TO=原因 / write a pause as FROM..TO=REASON".to_owned();
    let (span, reason) = text.split_once('=').ok_or_else(bad)?;
    let (from, to) = span.split_once("..").ok_or_else(bad)?;
    let to = if to.is_empty() { None } else { Some(moment(to)?) };
    Ok(Pause { from: moment(from)?, to, reason: reason.trim().to_owned() })
}

impl Args {
    /// Does it import a year, so that there must be a place to keep it?
    pub const fn imports(&self) -> bool {
        matches!(self.what, What::Import { .. })
    }
}

/// Answers one question to the calendar. `import` is handed a notice that has been checked; what it returns is
/// printed after "imported".
pub fn run(
    args: &Args,
    calendar: &WorkCalendar,
    out: &mut dyn Write,
    import: impl FnOnce(YearNotice) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    match &args.what {
        What::Due(ask) => {
            let answer = due(ask, calendar)?;
            print(out, ask.json, &answer, |out| due_text(out, &answer))
        }
        What::Count { from, to, json } => {
            let answer = count(*from, *to, calendar)?;
            print(out, *json, &answer, |out| {
                let mark = if answer.provisional { "(暂定)" } else { "" };
                writeln!(out, "{} 个工作日{mark}，{} 个自然日", answer.workdays, answer.days)
            })
        }
        What::Show { year, json } => {
            let answer = show(*year, calendar)?;
            print(out, *json, &answer, |out| show_text(out, &answer))
        }
        What::Import { file, json } => {
            let notice = read_notice(file)?;
            let answer = Imported {
                year: notice.year(),
                days: notice.days().len(),
                calendar: calendar.with_notice(notice.clone()).version().to_owned(),
            };
            import(notice)?;
            print(out, *json, &answer, |out| {
                writeln!(
                    out,
                    "已导入 {} 年放假安排（{} 天），日历版本 {}",
                    answer.year, answer.days, answer.calendar
                )
            })
        }
    }
}

fn print(
    out: &mut dyn Write,
    json: bool,
    answer: &impl Serialize,
    text: impl FnOnce(&mut dyn Write) -> std::io::Result<()>,
) -> anyhow::Result<()> {
    if json {
        serde_json::to_writer(&mut *out, answer)?;
        writeln!(out)?;
    } else {
        text(out)?;
    }
    Ok(())
}

/// Reads and checks a notice file; a larger file than any notice is refused unread.
pub fn read_notice(file: &Path) -> anyhow::Result<YearNotice> {
    let name = file.display();
    let open = std::fs::File::open(file).with_context(|| format!("打不开 {name} / cannot open {name}"))?;
    let mut text = String::new();
    open.take(80 * 1024)
        .read_to_string(&mut text)
        .with_context(|| format!("{name} 不是 UTF-8 文本 / {name} is not UTF-8 text"))?;
    Ok(YearNotice::parse(&text)?)
}

#[derive(Debug, Serialize)]
struct DueAnswer {
    /// A date for limits in days, a moment for limits in hours; none while the clock stands.
    due: Option<String>,
    due_at: Option<Moment>,
    provisional: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    left: Option<Left>,
    start: Moment,
    length: Length,
    received: DayLine,
    days: Vec<DayLine>,
    truncated: bool,
    calendar: String,
}

/// Years that dates and their explanation are sensible for.
fn sensible(at: Moment) -> anyhow::Result<Moment> {
    let range = -2_208_988_800_000_000..32_503_680_000_000_000i64;
    if !range.contains(&at.us()) {
        bail!("日期应在 1900–2999 年之间 / the date must lie within 1900–2999");
    }
    Ok(at)
}

fn due(ask: &DueArgs, calendar: &WorkCalendar) -> anyhow::Result<DueAnswer> {
    let start = sensible(ask.start)?;
    let length = ask.unit.map_or(ask.length, |unit| Length::new(ask.length.n(), unit));
    let told = explain(start, length, calendar, &ask.pauses);
    let hours = matches!(length, Length::Hours(_) | Length::WorkingHours(_));
    let shown = |at: Moment| if hours { at.to_string() } else { at.date().to_string() };
    Ok(DueAnswer {
        due: told.due.at().map(shown),
        due_at: told.due.at(),
        provisional: told.due.provisional(),
        left: match told.due {
            Due::Runs { .. } => None,
            Due::Stands { left, .. } => Some(left),
        },
        start,
        length,
        received: told.received,
        days: told.days,
        truncated: told.truncated,
        calendar: told.calendar,
    })
}

fn due_text(out: &mut dyn Write, answer: &DueAnswer) -> std::io::Result<()> {
    let mark = if answer.provisional { "(暂定：所跨年份的放假安排尚未公布)" } else { "" };
    match &answer.due {
        Some(due) => writeln!(out, "{} 起 {}，到期 {due}{mark}", answer.start, answer.length.zh())?,
        None => writeln!(out, "暂停中，到期日未定 / the clock stands, nobody knows the end yet")?,
    }
    for day in std::iter::once(&answer.received).chain(&answer.days) {
        writeln!(out, "  {} {} {}", day.date, if day.counts { "计" } else { "—" }, day.why)?;
    }
    Ok(())
}

#[derive(Debug, Serialize)]
struct CountAnswer {
    workdays: i64,
    days: i64,
    from: Date,
    to: Date,
    provisional: bool,
    calendar: String,
}

fn count(from: Moment, to: Moment, calendar: &WorkCalendar) -> anyhow::Result<CountAnswer> {
    let (from, to) = (sensible(from)?.date(), sensible(to)?.date());
    let years = from.year().min(to.year())..=from.year().max(to.year());
    Ok(CountAnswer {
        workdays: calendar.count(from, to),
        days: Moment::start_of(to).day_number() - Moment::start_of(from).day_number(),
        from,
        to,
        provisional: from != to && years.into_iter().any(|year| calendar.notice(year).is_none()),
        calendar: calendar.version().to_owned(),
    })
}

#[derive(Debug, Serialize)]
struct ShowAnswer {
    year: i16,
    published: bool,
    papers: Vec<String>,
    workdays: i64,
    off: Vec<NamedDay>,
    work: Vec<NamedDay>,
    office_hours: String,
    calendar: String,
}

#[derive(Debug, Serialize)]
struct NamedDay {
    date: Date,
    why: String,
}

/// The days of a calendar year that are not what their weekday says, whichever notice says so.
fn show(year: i16, calendar: &WorkCalendar) -> anyhow::Result<ShowAnswer> {
    let first = Date::new(year, 1, 1).context("年份无效 / not a year")?;
    let last = Date::new(year, 12, 31).context("年份无效 / not a year")?;
    let (mut off, mut work) = (Vec::new(), Vec::new());
    for day in 0..366 {
        let date = Moment::start_of(first).plus_us(day * kernel::US_PER_DAY).date();
        if date > last {
            break;
        }
        let day = calendar.day(date);
        if !matches!(&*day.why, "工作日" | "周六" | "周日") {
            let named = NamedDay { date, why: day.why.into_owned() };
            if day.counts { &mut work } else { &mut off }.push(named);
        }
    }
    let notice = calendar.notice(year);
    Ok(ShowAnswer {
        year,
        published: notice.is_some(),
        papers: notice.map_or_else(Vec::new, |n| n.papers().to_vec()),
        workdays: calendar.count(first, last) + i64::from(calendar.works(first)),
        off,
        work,
        office_hours: calendar.hours().to_string(),
        calendar: calendar.version().to_owned(),
    })
}

fn show_text(out: &mut dyn Write, answer: &ShowAnswer) -> std::io::Result<()> {
    if answer.published {
        writeln!(out, "{} 年，{} 个工作日；依据 {}", answer.year, answer.workdays, answer.papers.join(" "))?;
    } else {
        writeln!(out, "{} 年放假安排尚未公布，暂按周一至周五 {} 个工作日", answer.year, answer.workdays)?;
    }
    for (mark, days) in [("放假", &answer.off), ("上班", &answer.work)] {
        for day in days {
            writeln!(out, "  {mark} {} {}", day.date, day.why)?;
        }
    }
    Ok(())
}

#[derive(Debug, Serialize)]
struct Imported {
    year: i16,
    days: usize,
    calendar: String,
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Cli {
        #[command(flatten)]
        args: Args,
    }

    fn ask(line: &str) -> serde_json::Value {
        let words = ["calendar"].into_iter().chain(line.split(' ')).chain(["--json"]);
        let cli = Cli::try_parse_from(words).unwrap_or_else(|e| panic!("{e}"));
        let mut out = Vec::new();
        run(&cli.args, &WorkCalendar::official(), &mut out, |_| Ok(())).expect("an answer");
        serde_json::from_slice(&out).expect("json")
    }

    #[test]
    fn due_says_when_and_why() {
        let answer = ask("due 2026-09-24 3");
        assert_eq!(
            (answer["due"].as_str(), answer["provisional"].as_bool()),
            (Some("2026-09-30"), Some(false))
        );
        assert_eq!(answer["days"][0]["date"], "2026-09-25");
        assert_eq!(
            (answer["days"][0]["counts"].as_bool(), answer["days"][0]["why"].as_str()),
            (Some(false), Some("中秋节"))
        );
        assert_eq!(answer["days"].as_array().map(Vec::len), Some(6));
        assert_eq!(ask("due 2026-09-24T16:00 2 --unit working-hours")["due"], "2026-09-28T10:00:00+08:00");
        assert_eq!(ask("due 2026-09-24 1d")["due"], "2026-09-28");
        assert_eq!(ask("due 2026-12-31 1")["provisional"], true);
        assert_eq!(ask("due 2026-09-24 3 --pause 2026-09-28..2026-09-29=听证")["due"], "2026-10-08");
        let open = ask("due 2026-09-24 3 --pause 2026-09-29..=听证");
        assert_eq!((open["due"].is_null(), open["left"]["workdays"].as_i64()), (true, Some(2)));
    }

    #[test]
    fn days_and_lengths_in_the_writing_of_offices() {
        let due = |line: &str| ask(&format!("due {line}"))["due"].clone();
        for (start, length, same) in [
            ("2026年9月24日", "五个工作日", "5wd"),
            ("2026/9/24", "２个工作日", "2wd"),
            ("2026.9.24", "5个工作日内", "5wd"),
            ("20260924", "15日内", "15d"),
            ("2026-9-24", "30天", "30d"),
            ("2026-09-24", "半天", "4wh"),
            ("2026-09-24", "5天（工作日）", "5wd"),
        ] {
            assert_eq!(
                due(&format!("{start} {length}")),
                due(&format!("2026-09-24 {same}")),
                "{start} {length}"
            );
        }
        assert_eq!(ask("count 2026年9月24日 2026/9/30")["workdays"], 3);
        let words = ["calendar", "due", "2026-09-24", "1个月"];
        assert!(Cli::try_parse_from(words).is_err());
    }

    #[test]
    fn count_and_show() {
        let answer = ask("count 2026-09-24 2026-09-30");
        assert_eq!((answer["workdays"].as_i64(), answer["days"].as_i64()), (Some(3), Some(6)));
        assert_eq!(ask("count 2026-09-30 2026-09-24")["workdays"], -3);
        let year = ask("show 2026");
        assert_eq!((year["workdays"].as_i64(), year["off"].as_array().map(Vec::len)), (Some(248), Some(33)));
        assert_eq!(year["work"][0], serde_json::json!({"date":"2026-01-04","why":"元旦调休上班"}));
        // 2018-12-31 stands in the notice of 2019.
        assert_eq!(
            ask("show 2018")["off"].as_array().and_then(|d| d.last()).map(|d| d["date"].clone()),
            Some("2018-12-31".into())
        );
        assert_eq!(ask("show 2027")["published"], false);
    }

    #[test]
    fn what_cannot_be_read_is_refused_in_both_languages() {
        for line in [
            "due tomorrow 3",
            "due 2026-09-24 soon",
            "due 2026-09-24 3 --unit weeks",
            "due 2026-09-24 3 --pause x",
            "show 0",
        ] {
            let words = ["calendar"].into_iter().chain(line.split(' '));
            assert!(Cli::try_parse_from(words).is_err(), "{line}");
        }
        let e = read_notice(Path::new("no-such-file.json")).expect_err("missing");
        assert!(e.to_string().contains(" / "));
    }
}
