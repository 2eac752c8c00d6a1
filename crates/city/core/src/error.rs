//! Everything that can go wrong in a use case, mapped exhaustively by the pages and the interface.

use access::Denied;
use kernel::Said;
use resolve::Refusal;
use store::StoreError;

/// Why a use case was not done.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Not signed in, or no longer.
    #[error("请先登录 / sign in first")]
    SignIn,
    /// The name or the password is wrong, or the account is locked.
    #[error("{0}")]
    NotSignedIn(Said),
    /// It does not exist, or not for this actor.
    #[error("没有找到，或无权查看 / not found, or not yours to see")]
    NotFound,
    /// Seen, but not for this role.
    #[error("{0}")]
    Forbidden(Said),
    /// A rule of the loop refused.
    #[error("{0}")]
    Refused(Box<Refusal>),
    /// A field is wrong.
    #[error("{said}")]
    Invalid {
        /// which
        field: String,
        /// what is wrong and what to do
        said: Said,
    },
    /// It was changed by somebody else since it was read.
    #[error("{0}")]
    Changed(StoreError),
    /// Figures are still being counted from the record.
    #[error(
        "正在汇总留痕，已读 {read} / {of} 条，请稍候 / still counting the record, {read} of {of} read: wait a little"
    )]
    Behind {
        /// events read
        read: i64,
        /// events there are
        of: i64,
    },
    /// Too much was asked from one network.
    #[error("操作过于频繁，请稍后再试 / too many requests, try again later")]
    TooOften {
        /// seconds until it may be tried again
        after_s: u32,
    },
    /// The store could not.
    #[error("{0}")]
    Store(StoreError),
}

impl Error {
    /// A field is wrong.
    pub fn invalid(field: &str, zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self::Invalid { field: field.to_owned(), said: Said::new(zh, en) }
    }
    /// A fault of this program: what could not go wrong did.
    pub fn bug(what: impl std::fmt::Display) -> Self {
        Self::Store(StoreError::Bug(what.to_string()))
    }
    /// Does it say something about what was worked on, so that it would come again? The rest is about the store, and
    /// passes: a full disk, a lost connection, a clock.
    pub const fn is_about_the_subject(&self) -> bool {
        use StoreError as E;
        match self {
            Self::Store(e) | Self::Changed(e) => matches!(
                e,
                E::Damaged(_) | E::Bug(_) | E::Unacceptable(_) | E::Duplicate { .. } | E::Conflict { .. }
            ),
            _ => true,
        }
    }
    /// A field is wrong, for a reason that prints itself as “中文 / English”.
    pub fn told(field: &str, why: &dyn std::fmt::Display) -> Self {
        Self::Invalid { field: field.to_owned(), said: Said::of_both(&why.to_string()) }
    }
}

impl From<StoreError> for Error {
    fn from(e: StoreError) -> Self {
        match e {
            StoreError::Conflict { .. } => Self::Changed(e),
            other => Self::Store(other),
        }
    }
}
impl From<Denied> for Error {
    fn from(d: Denied) -> Self {
        match d {
            Denied::Hidden => Self::NotFound,
            Denied::Forbidden(said) => Self::Forbidden(said),
        }
    }
}
impl From<Refusal> for Error {
    fn from(r: Refusal) -> Self {
        Self::Refused(Box::new(r))
    }
}
