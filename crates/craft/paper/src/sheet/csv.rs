//! CSV: UTF-8 with or without a mark, GBK and GB18030, commas, tabs or semicolons.
//!
//! In GB18030 the second bytes of a character are never a quote, comma, semicolon, tab or line break, so records
//! are split before they are decoded. Must not know XLSX or what columns mean.

use std::borrow::Cow;
use std::cell::Cell as Shared;
use std::io::{self, Read, Seek, SeekFrom};
use std::rc::Rc;

use encoding_rs::GB18030;

use super::{Cell, Limits, Row, SheetError, clean, fill};

const CHUNK: usize = 256 * 1024;

/// How the text of a CSV is encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8, with or without a mark.
    Utf8,
    /// GBK or GB18030.
    Gb18030,
}

/// How a CSV is written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Dialect {
    pub(super) encoding: Encoding,
    start: u64,
    delimiter: u8,
}

impl Dialect {
    /// Reads the whole file once: UTF-8 if all of it is, else GB18030 if all of that is. Ends at the start.
    pub(super) fn of(reader: &mut (impl Read + Seek)) -> Result<Self, SheetError> {
        let mut buf = vec![0; CHUNK];
        let mut keep = 0;
        let mut utf8 = true;
        let mut gb = GB18030.new_decoder_without_bom_handling();
        let mut gb_text = String::with_capacity(CHUNK * 2);
        let (mut gb_good, mut delimiter) = (true, None);
        let mut start = 0;
        loop {
            let n = fill(reader, &mut buf[keep..])?;
            let chunk = &buf[..keep + n];
            let end = n == 0 || keep + n < CHUNK;
            if delimiter.is_none() {
                start = if chunk.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
                delimiter = Some(delimiter_of(chunk));
            }
            if utf8 {
                let valid = encoding_rs::Encoding::utf8_valid_up_to(chunk);
                let rest = chunk.len() - valid;
                utf8 = rest == 0 || (!end && rest < 4);
                if !utf8 {
                    // From the start again as GB18030.
                    reader.rewind()?;
                    keep = 0;
                    continue;
                }
                buf.copy_within(valid..valid + rest, 0);
                keep = rest;
            } else {
                gb_text.clear();
                let (_, _, had_errors) = gb.decode_to_string(chunk, &mut gb_text, end);
                gb_good &= !had_errors;
                keep = 0;
            }
            if end || !gb_good {
                break;
            }
        }
        if !gb_good {
            return Err(SheetError::UnknownEncoding);
        }
        let encoding = if utf8 { Encoding::Utf8 } else { Encoding::Gb18030 };
        Ok(Self { encoding, start, delimiter: delimiter.unwrap_or(b',') })
    }
}

/// The most frequent of comma, tab and semicolon in the first lines, outside of quotes.
fn delimiter_of(head: &[u8]) -> u8 {
    let mut counts = [(b',', 0), (b'\t', 0), (b';', 0)];
    let (mut quoted, mut lines) = (false, 0);
    for &b in head.iter().take(16 * 1024) {
        quoted ^= b == b'"';
        lines += usize::from(b == b'\n' && !quoted);
        if lines == 5 {
            break;
        }
        for (mark, n) in &mut counts {
            *n += usize::from(b == *mark && !quoted);
        }
    }
    // The first of equals wins.
    counts.iter().rev().max_by_key(|c| c.1).map_or(b',', |c| c.0)
}

pub(super) struct CsvRows<'a, R: Read> {
    reader: csv_crate::Reader<Fuel<'a, R>>,
    fuel: Rc<Shared<usize>>,
    record: csv_crate::ByteRecord,
    encoding: Encoding,
    number: u64,
}

use ::csv as csv_crate;

/// A reader that gives only so many bytes for one record.
struct Fuel<'a, R> {
    inner: &'a mut R,
    fuel: Rc<Shared<usize>>,
}
impl<R: Read> Read for Fuel<'_, R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if self.fuel.get() == 0 {
            return Err(io::Error::other("row too long"));
        }
        let n = self.inner.read(buf)?;
        self.fuel.set(self.fuel.get().saturating_sub(n));
        Ok(n)
    }
}

impl<'a, R: Read + Seek> CsvRows<'a, R> {
    pub(super) fn new(reader: &'a mut R, dialect: Dialect, limits: &Limits) -> Result<Self, SheetError> {
        reader.seek(SeekFrom::Start(dialect.start))?;
        let fuel = Rc::new(Shared::new(limits.row_bytes));
        let reader = csv_crate::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(dialect.delimiter)
            .buffer_capacity(CHUNK)
            .from_reader(Fuel { inner: reader, fuel: Rc::clone(&fuel) });
        Ok(Self { reader, fuel, record: csv_crate::ByteRecord::new(), encoding: dialect.encoding, number: 0 })
    }

    pub(super) fn next<'c>(&mut self, limits: &Limits) -> Result<Option<Row<'c>>, SheetError> {
        self.number += 1;
        self.fuel.set(limits.row_bytes);
        let more = self.reader.read_byte_record(&mut self.record).map_err(|e| match e.into_kind() {
            csv_crate::ErrorKind::Io(_) if self.fuel.get() == 0 => {
                SheetError::RowTooLong { row: self.number, max: limits.row_bytes }
            }
            csv_crate::ErrorKind::Io(e) => SheetError::Io(e),
            other => SheetError::Io(io::Error::other(format!("{other:?}"))),
        })?;
        if !more {
            return Ok(None);
        }
        let filled = self.record.iter().rposition(|f| !f.is_empty()).map_or(0, |i| i + 1);
        if filled > limits.columns {
            return Err(SheetError::TooManyColumns { row: self.number, max: limits.columns });
        }
        let cell = |field: &[u8]| {
            let text = match self.encoding {
                Encoding::Utf8 => String::from_utf8_lossy(field),
                Encoding::Gb18030 => GB18030.decode_without_bom_handling(field).0,
            };
            match clean(text, limits.cell_chars) {
                Cell::Text(text) => Cell::Text(Cow::Owned(text.into_owned())),
                _ => Cell::Empty,
            }
        };
        let cells = self.record.iter().take(filled).map(cell).collect();
        Ok(Some(Row { number: self.number, cells }))
    }
}
