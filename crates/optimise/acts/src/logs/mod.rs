//! 日志:case logs from files and from our own record. Files are read by what they contain, never by their name.
//!
//! Knows the formats' readers (`eventlog`, `eventlog-files`, `paper`), the record and the door. Must not know pages.

mod applications;
mod boards;
mod days;
mod file;
mod gate;
mod kept;
mod record;
mod waiting;

pub use boards::{Board, BoardChange, BoardPart};
pub use days::case_days;
pub use eventlog_files::{write_ocel_sqlite, write_parquet};
pub use file::{
    FirstRows, Format, LogFileError, ReadLog, ReadOptions, first_rows, first_rows_of, read_log, read_objects,
    write_sheet,
};
pub use gate::{Figures, KeptMeta, LogFiles};
pub use kept::{Kept, Opened, ToKeep};
pub use record::{LogProblem, RecordAsk, RecordLog};
pub use waiting::Unnamed;
