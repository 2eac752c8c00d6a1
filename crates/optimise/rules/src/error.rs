//! What can be wrong with a model, in words a person can act on, with the place in the file.

use thiserror::Error;

/// Why a model, a schedule or a simulation was refused. Every message is Chinese / English and says what to do.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum OptimiseError {
    /// The text is no JSON.
    #[error(
        "不是有效的 JSON（第 {line} 行第 {column} 列）：{what}。请检查括号、逗号和引号 / not valid JSON (line {line}, column {column}): {what}. Check brackets, commas and quotes"
    )]
    NotJson {
        /// line, from 1
        line: usize,
        /// column, from 1
        column: usize,
        /// what the reader of JSON said
        what: String,
    },
    /// The text is larger than is read.
    #[error(
        "文件过大：{bytes} 字节，上限 {limit}。请拆分 / the file is too large: {bytes} bytes, at most {limit}. Split it"
    )]
    TooLarge {
        /// size of the text
        bytes: usize,
        /// the largest that is read
        limit: usize,
    },
    /// A list has more entries than are taken.
    #[error(
        "{path}：条目过多（{count}，上限 {limit}） / too many entries at {path}: {count}, at most {limit}"
    )]
    TooMany {
        /// place in the file
        path: String,
        /// entries found
        count: usize,
        /// entries taken at most
        limit: usize,
    },
    /// The model was written for a format this program does not know.
    #[error(
        "{path}：模型格式版本 {found} 不认识，本程序读版本 {known} / {path}: model format {found} is unknown, this program reads {known}"
    )]
    Format {
        /// place in the file
        path: String,
        /// version found
        found: String,
        /// version known
        known: u32,
    },
    /// Something that must be there is missing.
    #[error("{path}：缺少“{field}” / {path}: {field:?} is missing")]
    Missing {
        /// place in the file
        path: String,
        /// the field, with its Chinese name
        field: String,
    },
    /// A value has the wrong kind or lies outside what is possible.
    #[error("{path}：应为{wanted_zh}，却是 {found} / {path}: expected {wanted_en}, found {found}")]
    Wrong {
        /// place in the file
        path: String,
        /// what was wanted, Chinese
        wanted_zh: String,
        /// what was wanted, English
        wanted_en: String,
        /// what is there
        found: String,
    },
    /// The same id twice.
    #[error(
        "{path}：编号“{id}”重复，每个编号只能用一次 / {path}: the id {id:?} occurs twice, every id may be used once"
    )]
    Twice {
        /// place in the file
        path: String,
        /// the id
        id: String,
    },
    /// A name that refers to nothing.
    #[error(
        "{path}：没有叫“{name}”的{what_zh}；已有：{known} / {path}: there is no {what_en} {name:?}; known: {known}"
    )]
    Unknown {
        /// place in the file
        path: String,
        /// the name used
        name: String,
        /// of what kind, Chinese
        what_zh: String,
        /// of what kind, English
        what_en: String,
        /// some that exist
        known: String,
    },
    /// The orders contradict each other.
    #[error(
        "先后顺序成环，无法排出方案：{cycle}。请改正其中一条 / the orders form a cycle, no plan exists: {cycle}. Correct one of them"
    )]
    Cycle {
        /// the cycle, each arrow with its ground
        cycle: String,
        /// the ids of the steps on it, the first not repeated
        steps: Vec<String>,
    },
    /// A file of another format could not be read.
    #[error("{format}{}：{what_zh} / {format}{}: {what_en}", at_zh(.line), at_en(.line))]
    File {
        /// which format
        format: &'static str,
        /// line, from 1; 0 when it is about the whole
        line: usize,
        /// Chinese
        what_zh: String,
        /// English
        what_en: String,
    },
    /// What was asked cannot be computed.
    #[error("{what_zh} / {what_en}")]
    Cannot {
        /// Chinese
        what_zh: String,
        /// English
        what_en: String,
    },
}

/// A line, where it is known.
fn at_zh(line: &usize) -> String {
    if *line == 0 { String::new() } else { format!(" 第 {line} 行") }
}
fn at_en(line: &usize) -> String {
    if *line == 0 { String::new() } else { format!(", line {line}") }
}

impl OptimiseError {
    pub(crate) fn cannot(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self::Cannot { what_zh: zh.into(), what_en: en.into() }
    }
}
