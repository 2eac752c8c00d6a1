//! Parquet: a table of events in columns, as data platforms write it. Which column means what is told or guessed, as
//! with CSV; what is written has the same headers as our CSV, with types.
//!
//! The library is asked row by row within bounds. Where it gives up on a damaged file by a panic, that is caught
//! here and told as damage.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use bytes::Bytes;
use eventlog::error::{Error, Limits, Report};
use eventlog::log::{Column, Kind, Value};
use eventlog::when::{NO_TIME, write_time};
use eventlog::{GroupedRows, Log, Mapping, Order, TableBuilder};
use parquet::basic::{Compression, LogicalType, Repetition, TimeUnit, Type as Physical};
use parquet::data_type::{BoolType, ByteArray, ByteArrayType, DoubleType, Int64Type};
use parquet::file::properties::WriterProperties;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter};
use parquet::record::Field;
use parquet::schema::types::Type;

use crate::{FileError, pages};

const NAME: &str = "Parquet";

fn damaged(e: impl std::fmt::Display) -> FileError {
    FileError::Damaged { what: NAME, why: e.to_string() }
}

/// Reads a Parquet file. Without a mapping it is guessed; the one used comes back.
///
/// # Errors
/// No such file, damaged, larger than the limits, or its columns cannot be told.
pub fn read_parquet(
    bytes: Vec<u8>,
    mapping: Option<&Mapping>,
    limits: Limits,
    order: Order,
) -> Result<(Log, Report, Mapping), FileError> {
    let length = bytes.len() as u64;
    if length > limits.bytes {
        return Err(Error::TooLarge { what: "字节 / bytes", limit: limits.bytes }.into());
    }
    let bytes = Bytes::from(bytes);
    let read = catch_unwind(AssertUnwindSafe(|| read(&bytes, mapping, limits, order)));
    let (log, mut report, used) = read.unwrap_or_else(|_| Err(damaged("panic")))?;
    (report.bytes, report.complete) = (length, true);
    Ok((log, report, used))
}

/// Reads what [`write_parquet`] wrote: typed columns, the rows of a case together, so that nothing is held beside the log.
///
/// # Errors
/// Damaged, not written by us, or larger than the limits.
pub fn read_kept_parquet(bytes: Vec<u8>, limits: Limits) -> Result<(Log, Report), FileError> {
    let length = bytes.len() as u64;
    let bytes = Bytes::from(bytes);
    let read = catch_unwind(AssertUnwindSafe(|| {
        let reader = SerializedFileReader::new(bytes.clone()).map_err(damaged)?;
        let fields = reader.metadata().file_metadata().schema().get_fields().to_vec();
        let columns = fields.iter().map(|f| (f.name().to_owned(), kind_of(f))).collect();
        let mut rows = GroupedRows::new(columns, limits).ok_or_else(|| damaged(eventlog::grouped::CASE))?;
        // What is held is the log; its builder counts its texts.
        let all = Limits { text: usize::MAX, ..limits };
        each_row(&bytes, &all, |_, row| rows.push(&row).map(|()| true).map_err(FileError::from))?;
        Ok(rows.finish(Order::File))
    }));
    let (log, mut report) = read.unwrap_or_else(|_| Err(damaged("panic")))?;
    report.bytes = length;
    Ok((log, report))
}

/// The type of the values of a column that we wrote.
fn kind_of(field: &Type) -> Kind {
    let Type::PrimitiveType { physical_type, .. } = field else { return Kind::String };
    match (unit(field), *physical_type) {
        (Unit::Time { .. }, _) => Kind::Date,
        (_, Physical::INT64) => Kind::Int,
        (_, Physical::DOUBLE) => Kind::Float,
        (_, Physical::BOOLEAN) => Kind::Boolean,
        _ => Kind::String,
    }
}

/// The first rows as texts, the header first.
///
/// # Errors
/// As [`read_parquet`].
pub fn first_parquet_rows(bytes: Vec<u8>, most: usize) -> Result<Vec<Vec<String>>, FileError> {
    let read = catch_unwind(AssertUnwindSafe(|| {
        let mut all = Vec::new();
        each_row(&Bytes::from(bytes), &Limits::small(), |header, row| {
            if all.is_empty() {
                all.push(header.to_vec());
            }
            all.push(row);
            Ok(all.len() < most)
        })?;
        Ok(all)
    }));
    read.unwrap_or_else(|_| Err(damaged("panic")))
}

/// What the numbers of a column mean beyond what the library tells.
#[derive(Clone, Copy)]
enum Unit {
    Plain,
    /// Times in this many parts of a microsecond (or microseconds), with or without a zone.
    Time {
        nanos: bool,
        zoned: bool,
    },
}

fn unit(field: &Type) -> Unit {
    let Type::PrimitiveType { physical_type, .. } = field else { return Unit::Plain };
    match field.get_basic_info().logical_type_ref() {
        Some(LogicalType::Timestamp(t)) => {
            Unit::Time { nanos: matches!(t.unit, TimeUnit::NANOS), zoned: t.is_adjusted_to_u_t_c }
        }
        _ if *physical_type == Physical::INT96 => Unit::Time { nanos: false, zoned: false },
        _ => Unit::Plain,
    }
}

fn each_row(
    bytes: &Bytes,
    limits: &Limits,
    mut each: impl FnMut(&[String], Vec<String>) -> Result<bool, FileError>,
) -> Result<(), FileError> {
    if !bytes.starts_with(b"PAR1") {
        return Err(Error::NotThis { what: " Parquet", line: 1 }.into());
    }
    let reader = SerializedFileReader::new(bytes.clone()).map_err(damaged)?;
    let meta = reader.metadata();
    pages::check(bytes, meta, limits)?;
    let fields = meta.file_metadata().schema().get_fields().to_vec();
    if fields.len() > limits.columns {
        return Err(Error::TooLarge { what: "列 / columns", limit: limits.columns as u64 }.into());
    }
    let header: Vec<String> = fields.iter().map(|f| f.name().to_owned()).collect();
    let units: Vec<Unit> = fields.iter().map(|f| unit(f)).collect();
    let mut text = 0;
    for row in reader.get_row_iter(None).map_err(damaged)? {
        let row = row.map_err(damaged)?;
        let cells: Vec<String> = row.get_column_iter().zip(&units).map(|((_, f), &u)| cell(f, u)).collect();
        text += cells.iter().map(|c| c.len() + 8).sum::<usize>();
        if text > limits.text {
            return Err(Error::TooLarge { what: "文字 / text", limit: limits.text as u64 }.into());
        }
        if !each(&header, cells)? {
            break;
        }
    }
    Ok(())
}

/// A cell as text; nothing where there is nothing.
fn cell(field: &Field, unit: Unit) -> String {
    let time = |us: i64| {
        let text = write_time(us.clamp(-62_135_596_800_000_000, 253_402_300_799_000_000));
        // Without a zone the clock of the office is meant, which the mapping tells.
        match unit {
            Unit::Time { zoned: false, .. } => text.replace("+00:00", ""),
            _ => text,
        }
    };
    match (field, unit) {
        (Field::Null, _) => String::new(),
        (Field::Str(s), _) => s.clone(),
        (Field::Bytes(b), _) => String::from_utf8_lossy(b.data()).into_owned(),
        (Field::Long(n), Unit::Time { nanos: true, .. }) => time(n.div_euclid(1000)),
        (Field::TimestampMicros(n) | Field::Long(n), Unit::Time { .. }) | (Field::TimestampMicros(n), _) => {
            time(*n)
        }
        (Field::TimestampMillis(n), _) => time(n.saturating_mul(1000)),
        (Field::Date(d), _) => time(i64::from(*d) * 86_400_000_000)[..10].to_owned(),
        (Field::Float(f), _) => f.to_string(),
        (Field::Double(f), _) => f.to_string(),
        (other, _) => other.to_string(),
    }
}

fn read(
    bytes: &Bytes,
    mapping: Option<&Mapping>,
    limits: Limits,
    order: Order,
) -> Result<(Log, Report, Mapping), FileError> {
    let mut header: Vec<String> = Vec::new();
    let mut first: Vec<Vec<String>> = Vec::new();
    let mut table: Option<(TableBuilder, Mapping)> = None;
    let mut number = 0;
    each_row(bytes, &limits, |names, row| {
        number += 1;
        if header.is_empty() {
            header = names.to_vec();
        }
        match &mut table {
            Some((table, _)) => table.row(row, number, 0)?,
            None => {
                first.push(row);
                if first.len() >= 50 {
                    table = Some(begin(&header, &mut first, mapping, limits)?);
                }
            }
        }
        Ok(true)
    })?;
    let (table, used) = match table {
        Some(begun) => begun,
        None => begin(&header, &mut first, mapping, limits)?,
    };
    let (log, report) = table.finish(order)?;
    Ok((log, report, used))
}

fn begin(
    header: &[String],
    first: &mut Vec<Vec<String>>,
    mapping: Option<&Mapping>,
    limits: Limits,
) -> Result<(TableBuilder, Mapping), FileError> {
    let used = mapping.cloned().unwrap_or_else(|| Mapping::guess(header, first));
    if let Some(field) = used.missing().filter(|&f| f != "time") {
        let columns = header.join(" | ").chars().take(300).collect();
        return Err(Error::Unmapped { field, columns }.into());
    }
    let mut table = TableBuilder::new(header.to_vec(), &used, limits)?;
    for (i, row) in first.drain(..).enumerate() {
        table.row(row, i as u64 + 1, 0)?;
    }
    Ok((table, used))
}

/// Rows of one group of a file that is written.
const GROUP: usize = 500_000;

/// Where the values of a column come from.
enum Source<'a> {
    Case,
    Activity,
    Resource,
    Lifecycle,
    Moment(&'a [i64]),
    OfCase(&'a Column),
    OfEvent(&'a Column),
}

impl Source<'_> {
    fn kind(&self) -> Kind {
        match self {
            Self::Moment(_) => Kind::Date,
            Self::OfCase(c) | Self::OfEvent(c) => c.kind,
            _ => Kind::String,
        }
    }

    fn value<'a>(&'a self, log: &'a Log, case: usize, event: usize) -> Option<Value<'a>> {
        let text = |t: &'a str| Some(Value::Text(t)).filter(|_| !t.is_empty());
        match self {
            Self::Case => Some(Value::Text(log.case_name(case))),
            Self::Activity => Some(Value::Text(log.activities.get(log.activity()[event]))),
            Self::Resource => text(log.resources.get(log.resource()[event])),
            Self::Lifecycle => text(log.lifecycles.get(u32::from(log.lifecycle()[event]))),
            Self::Moment(times) => Some(Value::Time(times[event])).filter(|_| times[event] != NO_TIME),
            Self::OfCase(c) => c.get(log.case_row(case)),
            Self::OfEvent(c) => c.get(log.row(event)),
        }
    }
}

/// Writes a log as Parquet, a row for each event, with the headers of our CSV and the types of the attributes. Nested
/// attributes are named `parent/child`; of lists the last value is kept. A name that occurs with two types gets a
/// number the second time.
///
/// # Errors
/// The library refuses; it does not for logs that were read.
pub fn write_parquet(log: &Log) -> Result<Vec<u8>, FileError> {
    write_parquet_heard(log, &mut || {})
}

/// The same; `heard` is called now and then, for a large log takes a while.
///
/// # Errors
/// As [`write_parquet`].
pub fn write_parquet_heard(log: &Log, heard: &mut dyn FnMut()) -> Result<Vec<u8>, FileError> {
    write(log, heard).map_err(|e| FileError::Unwritable { what: NAME, why: e.to_string() })
}

fn sources(log: &Log) -> Vec<(String, Source<'_>)> {
    let mut all = vec![
        ("case:concept:name".to_owned(), Source::Case),
        ("concept:name".to_owned(), Source::Activity),
        ("org:resource".to_owned(), Source::Resource),
        ("lifecycle:transition".to_owned(), Source::Lifecycle),
    ];
    all.extend(log.begin().map(|times| ("start_timestamp".to_owned(), Source::Moment(times))));
    all.push(("time:timestamp".to_owned(), Source::Moment(log.time())));
    let of_cases =
        log.case_columns.iter().map(|c| (format!("case:{}", path(&log.case_columns, c)), Source::OfCase(c)));
    all.extend(of_cases.filter(|(_, s)| !matches!(s.kind(), Kind::List | Kind::Container)));
    let of_events = log.event_columns.iter().map(|c| (path(&log.event_columns, c), Source::OfEvent(c)));
    all.extend(of_events.filter(|(_, s)| !matches!(s.kind(), Kind::List | Kind::Container)));
    let mut taken = std::collections::HashSet::new();
    for (name, _) in &mut all {
        let (wanted, mut n) = (name.clone(), 2);
        while !taken.insert(name.clone()) {
            *name = format!("{wanted}_{n}");
            n += 1;
        }
    }
    all
}

fn path(columns: &[Column], column: &Column) -> String {
    match column.parent {
        Some(p) => format!("{}/{}", path(columns, &columns[p as usize]), column.key),
        None => column.key.clone(),
    }
}

fn write(log: &Log, heard: &mut dyn FnMut()) -> parquet::errors::Result<Vec<u8>> {
    let sources = sources(log);
    let fields = sources.iter().map(|(name, source)| {
        let (physical, logical) = match source.kind() {
            Kind::Date => (Physical::INT64, Some(LogicalType::timestamp(true, TimeUnit::MICROS))),
            Kind::Int => (Physical::INT64, None),
            Kind::Float => (Physical::DOUBLE, None),
            Kind::Boolean => (Physical::BOOLEAN, None),
            _ => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
        };
        let field = Type::primitive_type_builder(name, physical).with_logical_type(logical);
        field.with_repetition(Repetition::OPTIONAL).build().map(Arc::new)
    });
    let fields = fields.collect::<Result<Vec<_>, _>>()?;
    let schema = Arc::new(Type::group_type_builder("log").with_fields(fields).build()?);
    let properties = Arc::new(WriterProperties::builder().set_compression(Compression::SNAPPY).build());
    let mut out = Vec::new();
    let mut writer = SerializedFileWriter::new(&mut out, schema, properties)?;
    let rows: Vec<(u32, u32)> =
        (0..log.case_count()).flat_map(|c| log.case(c).map(move |e| (c as u32, e as u32))).collect();
    for part in rows.chunks(GROUP) {
        let mut group = writer.next_row_group()?;
        for (_, source) in &sources {
            let Some(mut column) = group.next_column()? else { break };
            fill(&mut column, log, source, part)?;
            column.close()?;
        }
        group.close()?;
        heard();
    }
    writer.close()?;
    Ok(out)
}

/// Writes the values of one column in one group; a row without a value has level 0.
fn fill(
    column: &mut SerializedColumnWriter<'_>,
    log: &Log,
    source: &Source<'_>,
    rows: &[(u32, u32)],
) -> parquet::errors::Result<()> {
    let mut levels: Vec<i16> = Vec::with_capacity(rows.len());
    let (mut texts, mut ints, mut floats, mut bools) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for &(c, e) in rows {
        let value = source.value(log, c as usize, e as usize);
        levels.push(i16::from(value.is_some()));
        match value {
            Some(Value::Text(t)) => texts.push(ByteArray::from(t)),
            Some(Value::Time(n) | Value::Int(n)) => ints.push(n),
            Some(Value::Float(f)) => floats.push(f),
            Some(Value::Bool(b)) => bools.push(b),
            Some(Value::Nothing) | None => {}
        }
    }
    let levels = Some(levels.as_slice());
    match source.kind() {
        Kind::Date | Kind::Int => column.typed::<Int64Type>().write_batch(&ints, levels, None),
        Kind::Float => column.typed::<DoubleType>().write_batch(&floats, levels, None),
        Kind::Boolean => column.typed::<BoolType>().write_batch(&bools, levels, None),
        _ => column.typed::<ByteArrayType>().write_batch(&texts, levels, None),
    }
    .map(drop)
}
