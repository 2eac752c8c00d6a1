//! What a reader may refuse, and what it reports about input that it could only partly keep.
//!
//! A reader never panics and never drops anything silently: what it could not keep is a [`Problem`] with
//! its place; what it will not touch at all is an [`Error`].

use serde::Serialize;

/// Why something could not be read or answered at all.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The source could not be read.
    #[error("读取失败，请检查文件后重试 / reading failed, check the file and try again: {0}")]
    Io(std::io::Error),
    /// Not the expected format.
    #[error("第 {line} 行：不是{what}，请选择正确的文件 / line {line}: not{what}, choose the right file")]
    NotThis {
        /// The format, with a blank before it.
        what: &'static str,
        line: u64,
    },
    /// A document type declaration, an entity or something else that is only used to attack readers.
    #[error(
        "第 {line} 行：文件含有不允许的内容（{what}），请删除后再导入 / line {line}: {what} is refused, remove it and import again"
    )]
    Forbidden { what: &'static str, line: u64 },
    /// A limit was passed.
    #[error(
        "超过上限（{} 最多 {limit}），请拆分文件 / too large ({}, at most {limit}), split the file",
        zh(what),
        en(what)
    )]
    TooLarge { what: &'static str, limit: u64 },
    /// The text breaks the rules of its format.
    #[error(
        "第 {line} 行：{}，请修正后再导入 / line {line}: {}, correct it and import again",
        zh(what),
        en(what)
    )]
    Broken { what: String, line: u64 },
    /// A column that the mapping names does not exist.
    #[error("没有列“{0}”，请修改列对应 / there is no column {0:?}, change the column mapping")]
    NoColumn(String),
    /// It could not be found out which column means something that a log needs.
    #[error(
        "认不出哪一列是“{field}”（表头：{columns}）。请给出列对应，例如 {{\"case\":\"编号\",\"activity\":\"环节\",\"time\":\"时间\"}} / which column is {field:?}? The header is: {columns}. Give a column mapping that names case, activity and time"
    )]
    Unmapped { field: &'static str, columns: String },
    /// Day and month cannot be told apart.
    #[error("{zh} / {en}")]
    DateOrder { zh: String, en: String },
    /// A model cannot be used for what was asked.
    #[error("模型不可用：{}，请修改模型 / the model cannot be used: {}, change the model", zh(.0), en(.0))]
    Model(String),
    /// A model may be right, and yet nothing was found within the budget or the time: what to do, in both languages.
    #[error("没有算出来：{} / no answer: {}", zh(.0), en(.0))]
    Unanswered(String),
}

/// The Chinese half of a sentence in both languages.
fn zh(both: &str) -> &str {
    both.split_once(" / ").map_or(both, |(zh, _)| zh)
}
/// The English half.
fn en(both: &str) -> &str {
    both.split_once(" / ").map_or(both, |(_, en)| en)
}

/// Carried by an [`std::io::Error`] of a decompressor that met a bomb.
#[derive(Debug, thiserror::Error)]
#[error("压缩比过高 / compressed too strongly")]
pub(crate) struct Bomb {
    pub limit: u64,
}

impl From<std::io::Error> for Error {
    fn from(e: std::io::Error) -> Self {
        match e.get_ref().and_then(|inner| inner.downcast_ref::<Bomb>()) {
            Some(bomb) => Self::TooLarge { what: "压缩比 / compression ratio", limit: bomb.limit },
            None => Self::Io(e),
        }
    }
}

/// Bounds on what a reader accepts; every reader has some, none is infinite.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes after decompression.
    pub bytes: u64,
    /// Events kept in one log.
    pub events: u64,
    /// Different attribute names (by name, type and parent).
    pub columns: usize,
    /// Bytes of one tag, text or field.
    pub token: usize,
    /// Nesting of elements.
    pub depth: usize,
    /// Decompressed bytes for one compressed byte, checked after the first 64 MiB.
    pub ratio: u64,
    /// Bytes of different texts kept in dictionaries.
    pub text: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            bytes: 64 << 30,
            events: 1 << 30,
            columns: 20_000,
            token: 4 << 20,
            depth: 64,
            ratio: 300,
            text: 3 << 30,
        }
    }
}

impl Limits {
    /// Small bounds for uploads that a page handles at once, and for tests.
    pub fn small() -> Self {
        Self {
            bytes: 256 << 20,
            events: 5_000_000,
            columns: 2_000,
            token: 1 << 20,
            depth: 32,
            ratio: 300,
            text: 256 << 20,
        }
    }
}

/// What kind of thing was wrong in the input.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ProblemKind {
    /// The input ends too early or becomes unreadable; everything before is kept.
    Truncated,
    /// A quote that is opened and not closed; the row is set aside, those after it are read.
    OpenQuote,
    /// A value does not have its declared type; kept as text.
    BadValue,
    /// A time could not be read; the event is kept without a time.
    BadTime,
    /// An event without a time; kept at its place in the file.
    NoTime,
    /// An event without an activity; kept with an empty name.
    NoActivity,
    /// A step that ends before it begins; kept, and left out where begin and end are needed.
    EndBeforeStart,
    /// An attribute that an event can have only once; the last one is kept.
    Twice,
    /// A time without a zone; read with the default offset.
    NaiveTime,
    /// An element or attribute that the format does not know; not kept.
    Unknown,
    /// An entity that is not one of the five of XML; kept as it is written.
    Entity,
    /// Bytes that are not UTF-8; kept with replacement characters.
    Encoding,
    /// A row with another number of fields than the header.
    Fields,
    /// A case without a name, or two cases with the same name.
    CaseName,
    /// More columns than allowed; the values are not kept.
    TooManyColumns,
    /// A reference to something that does not exist.
    Reference,
}

impl ProblemKind {
    /// What was kept, in both languages.
    pub fn said(self) -> &'static str {
        match self {
            Self::Truncated => {
                "文件中断，之前的内容已保留，之后的没有 / the file breaks off; what came before is kept, the rest is not"
            }
            Self::OpenQuote => {
                "引号没有闭合，这一行未收，其余照常读入 / a quote is not closed: this row is set aside, the rest is read"
            }
            Self::BadValue => "值与类型不符，按文字保留 / value does not fit its type; kept as text",
            Self::BadTime => {
                "时间无法识别，事件保留、无时间 / time not understood; the event is kept without a time"
            }
            Self::NoTime => {
                "事件没有时间，按文件位置保留 / event without a time; kept at its place in the file"
            }
            Self::NoActivity => {
                "事件没有活动名称，以空名保留 / event without an activity; kept with an empty name"
            }
            Self::EndBeforeStart => {
                "结束早于开始：事件保留，等待和办理用时不计它 / ends before it begins: kept, and left out of waiting and handling"
            }
            Self::Twice => {
                "同一事件重复出现，保留最后一个 / more than once in an event; the last one is kept"
            }
            Self::NaiveTime => {
                "时间没有时区，按默认时区读取 / time without a zone; read with the default offset"
            }
            Self::Unknown => "不认识的元素，未保留 / unknown element; not kept",
            Self::Entity => "不认识的实体，原样保留 / unknown entity; kept as written",
            Self::Encoding => "编码错误，以替代字符保留 / not UTF-8; kept with replacement characters",
            Self::Fields => {
                "字段数与表头不同；缺的为空，多的未保留 / wrong number of fields; missing ones are empty, surplus ones are not kept"
            }
            Self::CaseName => {
                "案件没有名称或名称重复，各自保留 / case without a name or with a name used before; each is kept"
            }
            Self::TooManyColumns => "属性种类超过上限，未保留 / too many different attributes; not kept",
            Self::Reference => "引用的对象不存在，未保留 / refers to something that does not exist; not kept",
        }
    }
}

/// Characters of a subject that are shown.
const WHAT: usize = 240;

/// One kind of problem with one subject: how often, and where first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    pub kind: ProblemKind,
    /// The attribute, element or value concerned (shortened).
    pub what: String,
    /// Line of the first occurrence, from 1.
    pub line: u64,
    /// Byte of the first occurrence in the decompressed input (start of its tag or row), from 0.
    pub byte: u64,
    /// Occurrences.
    pub count: u64,
    /// What was kept and what was not.
    pub said: &'static str,
}

/// What happened while reading: complete or not, how much, and every kind of problem.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Bytes read after decompression.
    pub bytes: u64,
    /// Lines read.
    pub lines: u64,
    /// The input was read to its regular end.
    pub complete: bool,
    pub problems: Vec<Problem>,
    /// Kinds of problem beyond [`Report::MAX`], only counted.
    pub more_problems: u64,
}

impl Report {
    /// Different problems listed one by one.
    pub const MAX: usize = 200;

    /// Counts a problem; lists it when it is the first of its kind and subject.
    pub fn add(&mut self, kind: ProblemKind, what: &str, line: u64, byte: u64) {
        let mut what: String = what.chars().take(WHAT + 1).collect();
        if let Some((cut, _)) = what.char_indices().nth(WHAT) {
            what.truncate(cut);
            what.push('…');
        }
        if let Some(p) = self.problems.iter_mut().find(|p| p.kind == kind && p.what == what) {
            p.count += 1;
        } else if self.problems.len() < Self::MAX {
            self.problems.push(Problem { kind, what, line, byte, count: 1, said: kind.said() });
        } else {
            self.more_problems += 1;
        }
    }

    /// How often this kind occurred.
    pub fn count(&self, kind: ProblemKind) -> u64 {
        self.problems.iter().filter(|p| p.kind == kind).map(|p| p.count).sum()
    }
}
