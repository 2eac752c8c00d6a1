//! 时刻列: the time of day that stands in a column of its own, beside that of the day: which two columns belong together, and
//! what they say together.
//!
//! A column of h:mm may as well be a duration, a share of 0.95 or an appointment: the name of the column decides, the cells
//! only confirm it.

use crate::header;
use crate::when::{self, DateOrder, Reading};

/// Parts of names of columns that hold a length, a share or a plan, be their cells ever so much like clocks.
const NEVER: [&str; 38] = [
    "时长", "用时", "耗时", "历时", "工时", "时限", "期限", "时效", "时差", "间隔", "平均", "均时", "累计",
    "剩余", "超时", "超期", "率", "占比", "比例", "比重", "权重", "系数", "分值", "得分", "评分", "分数",
    "duration", "elapsed", "spent", "cost", "rate", "ratio", "share", "weight", "score", "average", "limit",
    "timeout",
];
/// Parts of names of what is only meant to happen.
const MEANT: [&str; 14] = [
    "预", "约", "计划", "拟", "应", "截止", "截至", "到期", "希望", "要求", "plan", "due", "appoint",
    "expect",
];
/// Words for a time of day at the end of a name, the longest first.
const OF_CLOCK: [&str; 20] = [
    "具体时间",
    "时分秒",
    "时间点",
    "时间",
    "时刻",
    "时分",
    "时点",
    "钟点",
    "timeofday",
    "time",
    "clock",
    "hour",
    "点钟",
    "几点",
    "小时",
    "日期",
    "时",
    "点",
    "date",
    "day",
];
/// Words that mean nothing but a time of day.
const CLOCKS: [&str; 4] = ["钟点", "时刻", "时分", "几点"];
/// Words for a day at the end of a name.
const OF_DAY: [&str; 9] = ["年月日", "日期", "时间", "日子", "date", "time", "day", "日", "天"];
/// Where a step or a walk begins and ends: of one day both may have their clocks.
const BEGUN: [&str; 8] = ["开始", "起始", "起", "始", "到达", "进入", "start", "begin"];
const ENDED: [&str; 8] = ["结束", "终止", "止", "终", "离开", "完成", "end", "finish"];

/// A table of which two columns may be one time.
pub struct Grid<'a> {
    /// The names of its columns.
    pub names: &'a [String],
    /// How many rows are looked at.
    pub rows: usize,
    /// The text of a cell, by row and column.
    pub cell: &'a dyn Fn(usize, usize) -> &'a str,
}

/// What a day and a clock beside it say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Joined {
    /// The moment, in microseconds of the epoch.
    At(i64),
    /// The day begins then; nothing stands in the cell of the clock.
    NoClock(i64),
    /// The day begins then; what stands in the cell of the clock is none.
    BadClock(i64),
}

fn stem<'n>(name: &'n str, words: &[&str]) -> &'n str {
    words.iter().find_map(|w| name.strip_suffix(w)).unwrap_or(name)
}

fn has(name: &str, parts: &[&str]) -> bool {
    parts.iter().any(|p| name.contains(p))
}

fn plain(name: &str) -> String {
    header::name(name).chars().filter(|c| !matches!(c, '_' | '-')).collect()
}

/// May a column of this name hold times of day at all?
pub fn may_be_clock(name: &str) -> bool {
    let name = plain(name);
    !has(&name, &NEVER)
}

/// Does a column of clocks belong to a column of days, by their names? `same`: the door takes both for one field.
pub fn belong(day: &str, clock: &str, same: bool) -> bool {
    let (day, clock) = (plain(day), plain(clock));
    if same || has(&clock, &NEVER) {
        return same;
    }
    let (of_day, of_clock) = (stem(&day, &OF_DAY), stem(&clock, &OF_CLOCK));
    let says_time = of_clock.len() < clock.len();
    if of_day == of_clock {
        return true;
    }
    if has(&clock, &MEANT) || has(of_day, &MEANT) {
        return false;
    }
    let (begins, ends) =
        (|n: &str| BEGUN.iter().any(|w| n.ends_with(w)), |n: &str| ENDED.iter().any(|w| n.ends_with(w)));
    // A day of the beginning is not that of the end.
    if begins(of_day) && ends(of_clock) || ends(of_day) && begins(of_clock) {
        return false;
    }
    clock.is_empty()
        || has(&clock, &CLOCKS)
        || says_time && (of_clock.is_empty() || of_day.is_empty() || begins(of_clock) || ends(of_clock))
}

/// A text as the time of day of a column whose name says that it holds some: also `0900`, `90000` and `0`.
pub fn clock_in_column(text: &str) -> Option<i64> {
    let text = text.trim();
    when::clock(text).or_else(|| {
        let digits = text.bytes().all(|b| b.is_ascii_digit());
        let n: i64 = text.parse().ok().filter(|_| digits)?;
        let (h, m, s) = match text.len() {
            1 if n == 0 => (0, 0, 0),
            3 | 4 => (n / 100, n % 100, 0),
            5 | 6 => (n / 10_000, n / 100 % 100, n % 100),
            _ => return None,
        };
        (h < 24 && m < 60 && s < 60).then_some(((h * 60 + m) * 60 + s) * 1_000_000)
    })
}

/// The column of days and that of their clocks, where the column `at`, which a door takes for a time, is one of the two.
/// `free`: columns that mean nothing else; `same`: whether the door takes a column for the same field as `at`.
pub fn pair(
    grid: &Grid<'_>,
    at: usize,
    free: &dyn Fn(usize) -> bool,
    same: &dyn Fn(usize) -> bool,
) -> Option<(usize, usize)> {
    let share = |c: usize, fits: &dyn Fn(&str) -> bool| {
        let (mut all, mut good) = (0usize, 0usize);
        for row in 0..grid.rows {
            let text = (grid.cell)(row, c).trim();
            if !when::is_blank_word(text) {
                all += 1;
                good += usize::from(fits(text));
            }
        }
        // A row at the foot of the table may say anything, and a few cells may be wrong.
        good > 0 && good * 2 >= all
    };
    let day = |t: &str| when::is_date_only(t);
    let clock = |t: &str| clock_in_column(t).is_some();
    // Without a name a clock must look like one.
    let plain_clock = |t: &str| when::clock(t).is_some() && !t.contains('.');
    let near = |c: &usize| (c.abs_diff(at), *c < at);
    let columns = || (0..grid.names.len()).filter(|c| *c != at && free(*c));
    let name = |c: usize| grid.names[c].as_str();
    let named = |c: usize| !plain(name(c)).is_empty();
    if share(at, &day) {
        let fits = |c: &usize| {
            belong(name(at), name(*c), same(*c))
                && if named(*c) { share(*c, &clock) } else { share(*c, &plain_clock) }
        };
        // The one that is called after the day goes before one that is only near.
        let called = |c: &usize| stem(&plain(name(*c)), &OF_CLOCK) != stem(&plain(name(at)), &OF_DAY);
        return columns().filter(fits).min_by_key(|c| (called(c), near(c))).map(|clock| (at, clock));
    }
    if !share(at, &plain_clock) || !may_be_clock(name(at)) {
        return None;
    }
    let days: Vec<usize> = columns().filter(|c| share(*c, &day)).collect();
    let belongs = days.iter().copied().filter(|c| belong(name(*c), name(at), same(*c))).min_by_key(near);
    // A column of nothing but clocks has its days somewhere: in the only column of days that is no plan.
    let only = || match days.as_slice() {
        [one] if !has(&plain(name(*one)), &MEANT) => Some(*one),
        _ => None,
    };
    belongs.or_else(only).map(|day| (day, at))
}

/// A day and what stands in the column of clocks beside it, together. A day that names its time itself needs none.
pub fn join(day: &str, clock: &str, offset_s: i32, order: Option<DateOrder>) -> Option<Joined> {
    let Reading::Time { us, .. } = when::read(day, offset_s, order) else { return None };
    if !when::is_date_only(day) {
        return Some(Joined::At(us));
    }
    Some(with_clock(us, clock, offset_s))
}

/// The same of a day that was read.
pub fn with_clock(day_us: i64, clock: &str, offset_s: i32) -> Joined {
    if when::is_blank_word(clock) {
        return Joined::NoClock(day_us);
    }
    if let Some(in_day) = clock_in_column(clock) {
        return Joined::At(day_us + in_day);
    }
    // The cell of the clock may say the day once more: 2024-03-05 14:30.
    match when::read(clock, offset_s, None) {
        Reading::Time { us, .. }
            if (0..=86_400_000_000).contains(&(us - day_us)) && !when::is_date_only(clock) =>
        {
            Joined::At(us)
        }
        _ => Joined::BadClock(day_us),
    }
}

/// A day and its clock as one text that the reader of all doors reads: what cannot be read stays as it stands, for the door
/// to say so.
pub fn text(day: &str, clock: &str) -> String {
    let (day, clock) = (day.trim(), clock.trim());
    if when::is_blank_word(clock) || !day.is_empty() && !when::is_date_only(day) {
        return day.to_owned();
    }
    if when::is_blank_word(day) {
        return clock.to_owned();
    }
    let serial = day.len() == 5 && day.bytes().all(|b| b.is_ascii_digit());
    let whole =
        day.split_once(' ').map_or(day, |(date, _)| if date.contains(['-', '/', '.']) { date } else { day });
    let day = match when::read(day, when::BEIJING_S, None) {
        Reading::Time { us, .. } if serial => {
            let days = (us / 1_000_000 + i64::from(when::BEIJING_S)).div_euclid(86_400);
            let (y, m, d) = when::civil_from_days(days);
            format!("{y:04}-{m:02}-{d:02}")
        }
        _ => whole.to_owned(),
    };
    match clock_in_column(clock) {
        Some(us) if us < 86_400_000_000 => {
            let s = us / 1_000_000;
            format!("{day} {:02}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60)
        }
        _ if matches!(when::read(clock, when::BEIJING_S, None), Reading::Time { .. }) => clock.to_owned(),
        _ => format!("{day} {clock}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::when::BEIJING_S;

    #[test]
    fn one_text_of_two_cells_says_the_same() {
        for day in [
            "2024-03-05",
            "2024/3/5",
            "2024年3月5日",
            "20240305",
            "45356",
            "2024-03-05 00:00:00",
            "2024-03-05 周二",
        ] {
            for clock in
                ["14:30", "1430", "下午2:30", "0.604166666667", "14时30分", "2024-03-05 14:30", "14:30:00"]
            {
                let whole = when::read(&text(day, clock), BEIJING_S, None);
                let apart = join(day, clock, BEIJING_S, None);
                assert!(
                    matches!((whole, apart), (Reading::Time { us, .. }, Some(Joined::At(at))) if us == at),
                    "{day} {clock}: {}",
                    text(day, clock)
                );
            }
        }
        for (day, clock, want) in [
            ("2024-03-05", "", "2024-03-05"),
            ("2024-03-05", "下午", "2024-03-05 下午"),
            ("2024-03-05 09:00", "10:00", "2024-03-05 09:00"),
            ("", "9:00", "9:00"),
            ("03/05/2024", "9:00", "03/05/2024 09:00:00"),
            ("2024-03-05", "晚上12点半", "2024-03-05 晚上12点半"),
        ] {
            assert_eq!(text(day, clock), want);
        }
    }

    #[test]
    fn the_name_decides_what_is_a_clock() {
        for (day, clock) in [
            ("来信日期", "来信时间"),
            ("受理日期", "受理时刻"),
            ("日期", "时间"),
            ("日期", "办理时间"),
            ("办理日期", "时刻"),
            ("评价日期", "评价时间"),
            ("走访日期", "开始时间"),
            ("走访日期", "结束时间"),
            ("开始日期", "开始时间"),
            ("预约日期", "预约时间"),
            ("date", "time"),
            ("来信日期", ""),
            ("留言日期", "钟点"),
            ("日期", "钟点列"),
            ("受理日期", "登记时刻"),
        ] {
            assert!(belong(day, clock, false), "{day} {clock}");
        }
        for (day, clock) in [
            ("来信日期", "通话时长"),
            ("来信日期", "权重"),
            ("来信日期", "约见时间"),
            ("办理日期", "用时"),
            ("日期", "办理用时"),
            ("日期", "满意率"),
            ("日期", "预约时间"),
            ("办理日期", "预约时间"),
            ("开始日期", "结束时间"),
            ("受理日期", "备注"),
            ("受理日期", "回复时间"),
            ("日期", "计划时间"),
            ("日期", "duration"),
            ("日期", "办理时限"),
        ] {
            assert!(!belong(day, clock, false), "{day} {clock}");
        }
    }

    #[test]
    fn a_day_and_its_clock_are_one_moment_once() {
        let at = |t: &str| match when::read(t, BEIJING_S, None) {
            Reading::Time { us, .. } => us,
            _ => panic!("{t}"),
        };
        for (day, clock, want) in [
            ("2024-03-05", "14:30", Joined::At(at("2024-03-05 14:30"))),
            ("2024-03-05", "下午2:30", Joined::At(at("2024-03-05 14:30"))),
            ("2024-03-05", "1430", Joined::At(at("2024-03-05 14:30"))),
            ("20240305", "090000", Joined::At(at("2024-03-05 09:00"))),
            ("2024-03-05", "900", Joined::At(at("2024-03-05 09:00"))),
            ("2024-03-05", "0", Joined::At(at("2024-03-05 00:00"))),
            ("2024-03-05", "0.375", Joined::At(at("2024-03-05 09:00"))),
            ("2024-03-05 14:30", "14:30", Joined::At(at("2024-03-05 14:30"))),
            ("2024-03-05 14:30", "下午", Joined::At(at("2024-03-05 14:30"))),
            ("2024-03-05 00:00:00", "9:00", Joined::At(at("2024-03-05 09:00"))),
            ("2024-03-05", "2024-03-05 14:30", Joined::At(at("2024-03-05 14:30"))),
            ("2024-03-05", "无", Joined::NoClock(at("2024-03-05"))),
            ("2024-03-05", "", Joined::NoClock(at("2024-03-05"))),
            ("2024-03-05", "下午", Joined::BadClock(at("2024-03-05"))),
            ("2024-03-05", "25:00", Joined::BadClock(at("2024-03-05"))),
            ("2024-03-05", "9", Joined::BadClock(at("2024-03-05"))),
            ("2024-03-05", "09:00-10:00", Joined::BadClock(at("2024-03-05"))),
            ("2024-03-05", "2024-03-07 14:30", Joined::BadClock(at("2024-03-05"))),
        ] {
            assert_eq!(join(day, clock, BEIJING_S, None), Some(want), "{day} {clock}");
        }
        assert_eq!(join("无", "9:00", BEIJING_S, None), None);
    }

    #[test]
    fn columns_are_put_together_by_name_and_cells() {
        let find = |text: &str, at: usize| {
            let mut rows: Vec<Vec<String>> =
                text.lines().map(|l| l.split(',').map(str::to_owned).collect()).collect();
            let names = rows.remove(0);
            let cell = |r: usize, c: usize| rows.get(r).and_then(|r| r.get(c)).map_or("", |t| t.as_str());
            let grid = Grid { names: &names, rows: rows.len(), cell: &cell };
            pair(&grid, at, &|_| true, &|_| false)
        };
        assert_eq!(find("来信日期,来信时间\n2024-03-05,9:00\n2024-03-06,上午", 0), Some((0, 1)));
        assert_eq!(find("来信日期,来信时间\n2024-03-05,9:00\n2024-03-06,上午", 1), Some((0, 1)));
        assert_eq!(find("来信日期,通话时长\n2024-03-05,0:45", 0), None);
        assert_eq!(find("日期,满意率\n2024-03-05,0.95", 0), None);
        assert_eq!(find("日期,\n2024-03-05,0.95", 0), None);
        assert_eq!(find("日期,\n2024-03-05,9:15", 0), Some((0, 1)));
        assert_eq!(find("走访日期,开始时间,结束时间\n2024-03-05,9:00,10:00", 2), Some((0, 2)));
        assert_eq!(find("受理日期,办理时间\n2024-03-05,9:00", 1), Some((0, 1)));
        assert_eq!(find("截止日期,办理时间\n2024-03-05,9:00", 1), None);
        assert_eq!(find("办理日期,时刻\n20240305,0900\n20240306,1430", 0), Some((0, 1)));
        assert_eq!(find("来信时间,来信时刻\n2024-03-05 9:00,9:00", 0), None);
    }
}
