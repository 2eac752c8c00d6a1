//! 日志文件: the formats of logs that need a library of their own: Parquet, and OCEL 2.0 in SQLite. Bytes in,
//! values out, and back; nothing here opens a file or knows what a log is about.
//!
//! Apart from `eventlog` so that only programs that read files pay for these libraries (docs/adr/0083). The SQL here
//! belongs to a file format; our own data is `store`'s alone.

mod pages;
mod parquet;
mod sqlite;

pub use parquet::{first_parquet_rows, read_kept_parquet, read_parquet, write_parquet, write_parquet_heard};
pub use sqlite::{read_ocel_sqlite, write_ocel_sqlite};

/// Why such a file could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// The log in it.
    #[error(transparent)]
    Log(#[from] eventlog::Error),
    /// The file is damaged, or made to do harm.
    #[error(
        "{what} 文件已损坏或不规范，请重新导出 / the {what} file is damaged or irregular, export it again: {why}"
    )]
    Damaged {
        /// the format
        what: &'static str,
        /// what the library says
        why: String,
    },
    /// The log cannot be written in this format.
    #[error("不能写成 {what}：{why} / it cannot be written as {what}: {why}")]
    Unwritable {
        /// the format
        what: &'static str,
        /// what stands against it
        why: String,
    },
}
