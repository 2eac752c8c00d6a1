//! What goes into a statement and what comes out of a row: integers, reals, text, bytes and nothing.

use bytes::BytesMut;
use kernel::{CaseId, Moment, StaffId, StreamId, UnitId};
use rusqlite::types::{ToSqlOutput, ValueRef};
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};

use crate::error::StoreError;

/// One parameter of a statement, borrowed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value<'a> {
    /// NULL
    Null,
    /// BIGINT
    Int(i64),
    /// DOUBLE PRECISION
    Real(f64),
    /// TEXT
    Text(&'a str),
    /// BLOB, BYTEA
    Blob(&'a [u8]),
}

/// The parameters of a statement: `vals![id, name, moment]`.
#[macro_export]
macro_rules! vals {
    ($($v:expr),* $(,)?) => { &[$($crate::Value::from($v)),*] };
}

macro_rules! value_from {
    ($($t:ty, $x:ident => $v:expr;)*) => {$(
        impl<'a> From<$t> for Value<'a> {
            fn from($x: $t) -> Self { $v }
        }
    )*};
}
value_from! {
    i64, x => Self::Int(x);
    i32, x => Self::Int(x.into());
    u32, x => Self::Int(x.into());
    bool, x => Self::Int(x.into());
    f64, x => Self::Real(x);
    &'a str, x => Self::Text(x);
    &'a String, x => Self::Text(x);
    &'a [u8], x => Self::Blob(x);
    &'a Vec<u8>, x => Self::Blob(x);
    Moment, x => Self::Int(x.us());
    StreamId, x => Self::Int(x.0);
    CaseId, x => Self::Int(x.0);
    UnitId, x => Self::Int(x.0);
    StaffId, x => Self::Int(x.0);
}
impl<'a, const N: usize> From<&'a [u8; N]> for Value<'a> {
    fn from(x: &'a [u8; N]) -> Self {
        Self::Blob(x)
    }
}
impl<'a, T: Into<Value<'a>>> From<Option<T>> for Value<'a> {
    fn from(x: Option<T>) -> Self {
        x.map_or(Self::Null, Into::into)
    }
}

impl rusqlite::ToSql for Value<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match *self {
            Self::Null => ValueRef::Null,
            Self::Int(n) => ValueRef::Integer(n),
            Self::Real(x) => ValueRef::Real(x),
            Self::Text(s) => ValueRef::Text(s.as_bytes()),
            Self::Blob(b) => ValueRef::Blob(b),
        }))
    }
}

type Refused = Box<dyn std::error::Error + Sync + Send>;

impl ToSql for Value<'_> {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, Refused> {
        let wrong = || Err(format!("{self:?} does not fit a parameter of type {ty}").into());
        match (*self, ty) {
            (Self::Null, _) => return Ok(IsNull::Yes),
            (Self::Int(n), &Type::INT8) => out.extend_from_slice(&n.to_be_bytes()),
            (Self::Int(n), &Type::INT4) => out.extend_from_slice(&i32::try_from(n)?.to_be_bytes()),
            (Self::Int(n), &Type::INT2) => out.extend_from_slice(&i16::try_from(n)?.to_be_bytes()),
            (Self::Int(n), &Type::FLOAT8) => out.extend_from_slice(&(n as f64).to_be_bytes()),
            (Self::Int(n), &Type::BOOL) => out.extend_from_slice(&[u8::from(n != 0)]),
            (Self::Real(x), &Type::FLOAT8) => out.extend_from_slice(&x.to_be_bytes()),
            (Self::Text(s), &(Type::TEXT | Type::VARCHAR | Type::NAME | Type::UNKNOWN)) => {
                out.extend_from_slice(s.as_bytes());
            }
            (Self::Blob(b), &Type::BYTEA) => out.extend_from_slice(b),
            _ => return wrong(),
        }
        Ok(IsNull::No)
    }
    fn accepts(_: &Type) -> bool {
        true
    }
    to_sql_checked!();
}

/// A row of an answer; columns count from 0. The text and bytes it lends live as long as the row.
#[derive(Debug)]
pub enum Row<'r> {
    /// of the embedded engine
    #[doc(hidden)]
    Sqlite(&'r rusqlite::Row<'r>),
    /// of PostgreSQL
    #[doc(hidden)]
    Postgres(&'r tokio_postgres::Row),
}

/// Any PostgreSQL integer.
struct AnyInt(i64);
impl<'a> FromSql<'a> for AnyInt {
    fn from_sql(ty: &Type, raw: &'a [u8]) -> Result<Self, Refused> {
        Ok(Self(match *ty {
            Type::INT8 => i64::from_be_bytes(raw.try_into()?),
            Type::INT4 => i32::from_be_bytes(raw.try_into()?).into(),
            Type::INT2 => i16::from_be_bytes(raw.try_into()?).into(),
            Type::BOOL => i64::from(raw == [1]),
            _ => return Err(format!("{ty} is not an integer").into()),
        }))
    }
    fn accepts(ty: &Type) -> bool {
        matches!(*ty, Type::INT8 | Type::INT4 | Type::INT2 | Type::BOOL)
    }
}

impl<'r> Row<'r> {
    fn sqlite(row: &'r rusqlite::Row<'r>, i: usize) -> Result<ValueRef<'r>, StoreError> {
        row.get_ref(i).map_err(|e| StoreError::Bug(format!("column {i}: {e}")))
    }
    fn postgres<T: FromSql<'r>>(row: &'r tokio_postgres::Row, i: usize) -> Result<Option<T>, StoreError> {
        row.try_get(i).map_err(|e| StoreError::Bug(format!("column {i}: {e}")))
    }
    /// An integer or nothing.
    pub fn opt_i64(&self, i: usize) -> Result<Option<i64>, StoreError> {
        match self {
            Self::Sqlite(row) => match Self::sqlite(row, i)? {
                ValueRef::Null => Ok(None),
                ValueRef::Integer(n) => Ok(Some(n)),
                other => Err(wrong(i, "an integer", &other)),
            },
            Self::Postgres(row) => Ok(Self::postgres::<AnyInt>(row, i)?.map(|n| n.0)),
        }
    }
    /// A real number or nothing.
    pub fn opt_f64(&self, i: usize) -> Result<Option<f64>, StoreError> {
        match self {
            Self::Sqlite(row) => match Self::sqlite(row, i)? {
                ValueRef::Null => Ok(None),
                ValueRef::Real(x) => Ok(Some(x)),
                ValueRef::Integer(n) => Ok(Some(n as f64)),
                other => Err(wrong(i, "a number", &other)),
            },
            Self::Postgres(row) => Self::postgres(row, i),
        }
    }
    /// Text or nothing.
    pub fn opt_text(&self, i: usize) -> Result<Option<&'r str>, StoreError> {
        match self {
            Self::Sqlite(row) => match Self::sqlite(row, i)? {
                ValueRef::Null => Ok(None),
                ValueRef::Text(s) => match std::str::from_utf8(s) {
                    Ok(s) => Ok(Some(s)),
                    Err(_) => Err(StoreError::Damaged("text that is not UTF-8".into())),
                },
                other => Err(wrong(i, "text", &other)),
            },
            Self::Postgres(row) => Self::postgres(row, i),
        }
    }
    /// Bytes or nothing.
    pub fn opt_blob(&self, i: usize) -> Result<Option<&'r [u8]>, StoreError> {
        match self {
            Self::Sqlite(row) => match Self::sqlite(row, i)? {
                ValueRef::Null => Ok(None),
                ValueRef::Blob(b) => Ok(Some(b)),
                other => Err(wrong(i, "bytes", &other)),
            },
            Self::Postgres(row) => Self::postgres(row, i),
        }
    }
    /// An integer.
    pub fn i64(&self, i: usize) -> Result<i64, StoreError> {
        self.opt_i64(i)?.ok_or_else(|| null(i))
    }
    /// An integer that is 0 or not.
    pub fn bool(&self, i: usize) -> Result<bool, StoreError> {
        Ok(self.i64(i)? != 0)
    }
    /// A real number.
    pub fn f64(&self, i: usize) -> Result<f64, StoreError> {
        self.opt_f64(i)?.ok_or_else(|| null(i))
    }
    /// Text.
    pub fn text(&self, i: usize) -> Result<&'r str, StoreError> {
        self.opt_text(i)?.ok_or_else(|| null(i))
    }
    /// Text of one's own.
    pub fn string(&self, i: usize) -> Result<String, StoreError> {
        self.text(i).map(str::to_owned)
    }
    /// Bytes.
    pub fn blob(&self, i: usize) -> Result<&'r [u8], StoreError> {
        self.opt_blob(i)?.ok_or_else(|| null(i))
    }
    /// A digest of 32 bytes.
    pub fn hash(&self, i: usize) -> Result<[u8; 32], StoreError> {
        self.blob(i)?.try_into().map_err(|_| StoreError::Damaged("a digest that is not 32 bytes".into()))
    }
    /// A moment.
    pub fn moment(&self, i: usize) -> Result<Moment, StoreError> {
        self.i64(i).map(Moment::from_us)
    }
    /// A moment or nothing.
    pub fn opt_moment(&self, i: usize) -> Result<Option<Moment>, StoreError> {
        Ok(self.opt_i64(i)?.map(Moment::from_us))
    }
}

/// What a text must be `LIKE … ESCAPE '!'` to hold `part`.
pub fn contains(part: &str) -> String {
    format!("%{}%", part.replace('!', "!!").replace('%', "!%").replace('_', "!_"))
}

fn null(i: usize) -> StoreError {
    StoreError::Bug(format!("column {i} is NULL"))
}
fn wrong(i: usize, want: &str, got: &ValueRef<'_>) -> StoreError {
    StoreError::Bug(format!("column {i} is {:?}, not {want}", got.data_type()))
}
