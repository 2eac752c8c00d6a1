//! What can go wrong with the store, in words that say what to do.

use kernel::{Moment, StreamId};

/// Why the store did not do it. Unless a message says otherwise, nothing was written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// Somebody else was faster (optimistic concurrency).
    #[error(
        "{stream} 已被他人更新（您看到的是第 {expected} 版，现在是第 {found} 版），请刷新后再办 / {stream} was changed by someone else (you saw version {expected}, it is at {found}): reload and try again"
    )]
    Conflict {
        /// Which stream.
        stream: StreamId,
        /// The version the act was based on.
        expected: i64,
        /// The version it has.
        found: i64,
    },
    /// A unique key is taken; `what` is `table.column,column`.
    #[error("已经存在（{what}） / it exists already ({what})")]
    Duplicate {
        /// Which key.
        what: String,
    },
    /// The queue is full.
    #[error("系统正忙，请稍后再试 / busy, try again in a moment")]
    Busy,
    /// The disk, the quota or the tablespace is full.
    #[error(
        "磁盘已满，没有写入；请腾出空间后重试 / the disk is full, nothing was written: free some space and try again ({0})"
    )]
    Full(String),
    /// The place cannot be written.
    #[error(
        "数据目录或数据库不可写，请检查权限和挂载方式 / the data directory or database is read-only, check its permissions and how it is mounted ({0})"
    )]
    ReadOnly(String),
    /// The place cannot be opened at all.
    #[error(
        "打不开数据目录或数据库，请检查路径、权限和地址 / cannot open the data directory or database, check the path, its permissions and the address ({0})"
    )]
    CannotOpen(String),
    /// Another program holds the lock for too long.
    #[error(
        "数据库被其他程序长时间占用，请关闭它或稍后再试 / another program holds the database, close it or try again later ({0})"
    )]
    Locked(String),
    /// The database is damaged.
    #[error(
        "数据库已损坏；请停止服务，用最近的备份恢复，再运行 bancheng ledger verify / the database is damaged: stop, restore the latest backup, then run `bancheng ledger verify` ({0})"
    )]
    Damaged(String),
    /// The disk or the system refused.
    #[error(
        "读写磁盘出错，没有写入；请检查磁盘 / the disk reported an error, nothing was written: check the disk ({0})"
    )]
    Disk(String),
    /// The database was made by a newer program.
    #[error(
        "数据库是第 {found} 版，本程序只认到第 {known} 版；请换用新程序 / the database has schema version {found}, this program knows up to {known}: use the newer program"
    )]
    NewerSchema {
        /// What the database has.
        found: i64,
        /// What this program knows.
        known: i64,
    },
    /// The clock was set back.
    #[error(
        "系统时钟比最后一条留痕早（留痕写于 {last}，现在是 {now}），为保护留痕已停止写入。若现在的时间不对，请校正时钟；若留痕时的时钟快了、现在已对，请管理员执行 bancheng clock accept --reason 原因 / the clock is behind the record (last written at {last}, now it is {now}): writing is refused. If the clock is wrong now, correct it; if it was ahead then and is right now, run bancheng clock accept --reason WHY"
    )]
    ClockBack {
        /// When the last event was written.
        last: Moment,
        /// What the clock says.
        now: Moment,
    },
    /// The clock of this machine is ahead of the clock of the database.
    #[error(
        "本机时钟（{now}）比数据库的时钟（{database}）快，为保护留痕，本节点已停止写入；请校正本机时钟（如启用 NTP） / the clock of this machine ({now}) is ahead of that of the database ({database}): this node writes nothing, correct its clock (NTP)"
    )]
    ClockAhead {
        /// What this machine says.
        now: Moment,
        /// What the database says.
        database: Moment,
    },
    /// The connection was lost before anything was committed.
    #[error(
        "与数据库的连接中断，没有写入，请重试 / the connection to the database was lost, nothing was written: try again ({0})"
    )]
    Lost(String),
    /// The connection was lost while committing: it may have been written or not.
    #[error(
        "提交时连接中断，是否写入尚不确定；请查看结果后再决定是否重试 / the connection was lost while committing and it may have been written or not: look before you try again ({0})"
    )]
    Unknown(String),
    /// The job was given to another worker meanwhile.
    #[error(
        "第 {0} 号作业已由另一个进程接手，本次结果作废 / job {0} was taken over by another worker: this result is dropped"
    )]
    LeaseLost(i64),
    /// The idempotency key came with another request before.
    #[error(
        "同一幂等键已用于另一个请求，请换一个键 / this idempotency key was used for another request: use a new one"
    )]
    KeyReused,
    /// The keys beside the database are not those its records were made with.
    #[error("{0}")]
    WrongKeys(String),
    /// The database is older than the seal that was noted beside it.
    #[error("{0}")]
    RolledBack(String),
    /// A backup is not what its list says.
    #[error(
        "备份不完整或已损坏，没有恢复任何内容；请换用另一份备份 / the backup is incomplete or damaged, nothing was restored: use another backup ({0})"
    )]
    BadBackup(String),
    /// The store is shutting down.
    #[error("系统正在停止，请稍后再试 / shutting down, try again later")]
    Closed,
    /// Something is longer or larger than the store takes.
    #[error("内容过大或不合规（{0}） / too large or not acceptable ({0})")]
    Unacceptable(String),
    /// A rule of a table was hurt, a statement is wrong, or a closure panicked: a fault of the program.
    #[error(
        "程序出错，没有写入，请联系维护人员 / a fault of the program, nothing was written, tell its maintainers ({0})"
    )]
    Bug(String),
}

impl StoreError {
    /// Does it end the whole transaction, so that no other closure of the batch can be kept either?
    pub(crate) const fn ends_batch(&self) -> bool {
        matches!(
            self,
            Self::Full(_)
                | Self::ReadOnly(_)
                | Self::CannotOpen(_)
                | Self::Damaged(_)
                | Self::Disk(_)
                | Self::Lost(_)
        )
    }

    pub(crate) fn sqlite(e: &rusqlite::Error) -> Self {
        use rusqlite::ErrorCode as C;
        let said = e.to_string();
        let Some(code) = e.sqlite_error_code() else { return Self::Bug(said) };
        match code {
            C::DiskFull => Self::Full(said),
            C::ReadOnly => Self::ReadOnly(said),
            C::CannotOpen | C::PermissionDenied => Self::CannotOpen(said),
            C::DatabaseBusy | C::DatabaseLocked | C::FileLockingProtocolFailed => Self::Locked(said),
            C::DatabaseCorrupt | C::NotADatabase => Self::Damaged(said),
            C::SystemIoFailure => Self::Disk(said),
            C::ConstraintViolation => match said.split_once("UNIQUE constraint failed: ") {
                Some((_, columns)) => Self::Duplicate { what: sqlite_columns(columns) },
                None => Self::Bug(said),
            },
            _ => Self::Bug(said),
        }
    }

    pub(crate) fn postgres(e: &tokio_postgres::Error) -> Self {
        let Some(db) = e.as_db_error() else {
            return if e.is_closed() || has_io(e) { Self::Lost(whole(e)) } else { Self::Bug(whole(e)) };
        };
        let code = db.code().code();
        let said = format!("{} [{code}]", db.message());
        match code {
            "23505" => Self::Duplicate { what: postgres_columns(db) },
            "53100" | "53200" => Self::Full(said),
            "25006" | "42501" => Self::ReadOnly(said),
            "55P03" | "40001" | "40P01" | "57014" => Self::Locked(said),
            "XX001" | "XX002" => Self::Damaged(said),
            "58030" => Self::Disk(said),
            "28000" | "28P01" | "3D000" => Self::CannotOpen(said),
            "53300" => Self::Busy,
            _ if code.starts_with("08") || code.starts_with("57P") || code == "25P03" => Self::Lost(said),
            _ => Self::Bug(said),
        }
    }
}

/// An error with all its causes.
fn whole(e: &dyn std::error::Error) -> String {
    let mut said = e.to_string();
    let mut cause = e.source();
    while let Some(c) = cause {
        said.push_str(": ");
        said.push_str(&c.to_string());
        cause = c.source();
    }
    said
}

fn has_io(e: &tokio_postgres::Error) -> bool {
    let mut cause: Option<&dyn std::error::Error> = Some(e);
    while let Some(c) = cause {
        if c.is::<std::io::Error>() {
            return true;
        }
        cause = c.source();
    }
    e.to_string().contains("unexpected message")
}

/// `t.a, t.b` → `t.a,b`
fn sqlite_columns(columns: &str) -> String {
    let mut parts = columns.split(", ");
    let mut said = parts.next().unwrap_or_default().trim().to_owned();
    for part in parts {
        said.push(',');
        said.push_str(part.rsplit('.').next().unwrap_or(part).trim());
    }
    said
}

/// The same from `Key (a, b)=(1, 2) already exists.` and the name of the table.
fn postgres_columns(db: &tokio_postgres::error::DbError) -> String {
    let columns = db
        .detail()
        .and_then(|d| d.strip_prefix("Key ("))
        .and_then(|d| d.split_once(")="))
        .map_or_else(|| db.constraint().unwrap_or_default().to_owned(), |(c, _)| c.replace(", ", ","));
    format!("{}.{columns}", db.table().unwrap_or_default())
}
