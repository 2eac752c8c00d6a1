//! What can be wrong with a calendar, in the words of the person who imports it.

use thiserror::Error;

/// A calendar, a notice, office hours or a length that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum CalendarError {
    /// Larger than any notice can be.
    #[error(
        "文件过大（{0} 字节），放假安排文件不超过 64 KB / file too large ({0} bytes): a notice has at most 64 KB"
    )]
    TooLarge(usize),
    /// Not JSON, or not one of the two formats.
    #[error(
        "不是放假安排，请粘贴国务院办公厅通知的全文（也可用 holiday-cn 的文件）: {0} / not a holiday notice, paste its text or use the file of holiday-cn: {0}"
    )]
    NotANotice(String),
    /// A sentence of the published text that cannot be right; Chinese and English.
    #[error("{0} / {1}")]
    Sentence(String, String),
    /// A year outside the tables.
    #[error("年份 {0} 不在 1991–2078 之间，请检查 year / year {0} is not within 1991–2078, check `year`")]
    YearOutOfRange(i64),
    /// The file of a year whose notice is not out yet.
    #[error(
        "{0} 年放假安排尚未公布（文件中没有日期），公布后再导入 / the notice for {0} has not been announced (no days in the file); import it when it is"
    )]
    NotAnnounced(i16),
    /// No source is cited.
    #[error(
        "{0} 年文件没有注明通知网址（papers），请补上 / the file for {0} cites no notice (`papers`), add its address"
    )]
    NoPaper(i16),
    /// More entries than a year can have.
    #[error("{0} 年列出的日期过多（{1} 个，最多 120 个） / too many days listed for {0}: {1}, at most 120")]
    TooManyDays(i16, usize),
    /// Not a date or a range of dates.
    #[error(
        "“{0}”不是日期，应写作 2026-10-01 或 2026-10-01..2026-10-07 / not a date or a range of dates: {0:?}"
    )]
    NotADate(String),
    /// A day that the notice of that year cannot speak about.
    #[error(
        "{1} 不属于 {0} 年放假安排的范围（上年 12 月至次年 1 月） / {1} is outside what the notice for {0} can say (December before to January after)"
    )]
    DayOutOfYear(i16, String),
    /// The same day twice.
    #[error("{0} 出现两次，请只保留一条 / {0} is listed twice, keep one")]
    Twice(String),
    /// A holiday with a name nobody can show.
    #[error(
        "节日名称应为 1–30 个字，不含控制字符: {0:?} / a holiday's name has 1–30 characters and no control characters: {0:?}"
    )]
    BadName(String),
    /// A notice address nobody can show.
    #[error(
        "通知网址无效（1–8 个，每个不超过 300 字）: {0:?} / bad notice address (1–8 of at most 300 characters): {0:?}"
    )]
    BadPaper(String),
    /// Spans that are empty, overlap or go backwards.
    #[error(
        "办公时间应为 1–3 段，依次递增且不重叠，如 09:00-12:00,13:00-17:00: {0} / office hours are 1–3 spans in order without overlap, such as 09:00-12:00,13:00-17:00: {0}"
    )]
    BadHours(String),
    /// No such unit of length.
    #[error(
        "没有这个期限单位 {0:?}，可用 workdays、days、working-hours、hours / no such unit {0:?}; use workdays, days, working-hours or hours"
    )]
    NoSuchUnit(String),
    /// Not a number with an optional unit.
    #[error("“{0}”不是期限，应写作 3、3wd、5d、4wh、24h / not a length, write 3, 3wd, 5d, 4wh or 24h: {0:?}")]
    NotALength(String),
}

/// At most 60 characters of somebody else's text, for a message.
pub(crate) fn shown(text: &str) -> String {
    text.chars().take(60).collect()
}
