//! What can be wrong with a whole file. A single row that is wrong is rejected in `intake` instead.

use thiserror::Error;

/// The file cannot be read (further).
#[derive(Debug, Error)]
pub enum SheetError {
    /// The reader failed.
    #[error("读取文件失败: {0} / the file could not be read: {0}")]
    Io(#[from] std::io::Error),
    /// No content.
    #[error("文件是空的 / the file is empty")]
    Empty,
    /// Larger than allowed.
    #[error(
        "文件过大（{bytes} 字节，上限 {max}），请拆成几个文件 / the file is too large ({bytes} bytes, at most {max}), split it"
    )]
    FileTooLarge {
        /// What it is.
        bytes: u64,
        /// What it may be.
        max: u64,
    },
    /// A zip bomb.
    #[error(
        "解压后超过 {0} 字节，拒绝读取；如文件无误请拆分 / it unzips to more than {0} bytes and is refused; split it if it is genuine"
    )]
    Bomb(u64),
    /// A password is needed to open it.
    #[error(
        "这个文件设了打开密码，请在表格软件里取消密码（另存为时不设密码），存为 .xlsx 再导入 / the file opens with a password only: save it as .xlsx without one"
    )]
    Password,
    /// A file of another kind: what it is, and what to do.
    #[error("{0} / {1}")]
    NotATable(String, String),
    /// No sheet with this name.
    #[error("没有工作表“{0}”；有：{1} / there is no sheet {0:?}; there are: {1}")]
    NoSuchSheet(String, String),
    /// No sheet in which a header was found; names of those that were looked at.
    #[error(
        "在{0}里找不到表头，请检查列名，或指明工作表、指明各列是什么 / no header was found in {0}: check the names of the columns, name the sheet, or say which column is what"
    )]
    NoHeaderIn(String),
    /// Day and month cannot be told apart.
    #[error("{0} / {1}")]
    DateOrder(String, String),
    /// Damaged, cut off, or not a workbook.
    #[error(
        "表格文件不完整或已损坏（{0}），请重新索取，或在表格软件里打开后另存为 .xlsx / the workbook is cut off or damaged ({0}): ask for it again, or open it in a spreadsheet and save it as .xlsx"
    )]
    BadXlsx(String),
    /// No sheet with cells.
    #[error("工作簿里没有工作表 / the workbook has no worksheet")]
    NoSheet,
    /// More rows than allowed.
    #[error("超过 {0} 行，请拆成几个文件 / more than {0} rows, split the file")]
    TooManyRows(u64),
    /// More columns than allowed.
    #[error(
        "第 {row} 行超过 {max} 列，请删去多余的列 / row {row} has more than {max} columns, delete the others"
    )]
    TooManyColumns {
        /// Where.
        row: u64,
        /// How many may be.
        max: usize,
    },
    /// A quote that is never closed.
    #[error(
        "第 {row} 行超过 {max} 字节，可能缺少右引号 / row {row} is longer than {max} bytes, a closing quote may be missing"
    )]
    RowTooLong {
        /// Where.
        row: u64,
        /// How many bytes may be.
        max: usize,
    },
    /// No row looks like a header.
    #[error(
        "前 {0} 行里找不到表头，请检查列名，或指明各列是什么 / no header within the first {0} rows: check the names of the columns, or say which column is what"
    )]
    NoHeader(usize),
    /// A mapped column is not in the file.
    #[error(
        "表里没有“{0}”这一列，请检查指明的列名 / there is no column {0:?}: check the name that was given"
    )]
    NoSuchColumn(String),
    /// A mapping that cannot be read.
    #[error(
        "“{0}”不是映射，应写作 列=field,field 可为 {1} / not a mapping, write column=field with one of {1}: {0:?}"
    )]
    BadMapping(String, String),
    /// Two columns for one field.
    #[error(
        "“{0}”与“{1}”都像是“{2}”，请指明各列是什么，把其中一列改为不用 / {0:?} and {1:?} both mean {2}: say which column is what, and leave one unused"
    )]
    TwoColumns(String, String, &'static str),
    /// The writer refused.
    #[error("写表失败: {0} / the sheet could not be written: {0}")]
    Write(String),
}
