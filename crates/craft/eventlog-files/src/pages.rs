//! The pages of a Parquet file, looked at before anything is unpacked: how large each says it will become. A small file
//! that would fill the memory is refused here.
//!
//! Knows the compact encoding of page headers as far as to walk over them; nothing of what pages hold.

use eventlog::error::{Error, Limits};
use parquet::file::metadata::ParquetMetaData;

use crate::FileError;

/// Bytes of one page after unpacking.
const PAGE_MAX: u64 = 256 << 20;
/// Nesting within a header.
const DEPTH: u32 = 8;

/// Adds up what the pages say, within the limits.
pub(crate) fn check(bytes: &[u8], meta: &ParquetMetaData, limits: &Limits) -> Result<(), FileError> {
    let broken = || FileError::Damaged { what: "Parquet", why: "page header".to_owned() };
    let mut sum = 0u64;
    for column in meta.row_groups().iter().flat_map(|g| g.columns()) {
        let (from, len) = column.byte_range();
        let to = from.checked_add(len).ok_or_else(broken)?;
        let region = usize::try_from(from).ok().zip(usize::try_from(to).ok());
        let mut rest = region.and_then(|(a, b)| bytes.get(a..b)).ok_or_else(broken)?;
        while !rest.is_empty() {
            let page = Header(rest).page().ok_or_else(broken)?;
            rest = rest.get(page.end..).ok_or_else(broken)?;
            sum = sum.saturating_add(page.unpacked);
            if page.unpacked > PAGE_MAX {
                return Err(Error::TooLarge { what: "页的字节 / bytes of a page", limit: PAGE_MAX }.into());
            }
            if sum > limits.bytes {
                return Err(Error::TooLarge { what: "字节 / bytes", limit: limits.bytes }.into());
            }
            if sum > 64 << 20 && sum / bytes.len().max(1) as u64 > limits.ratio {
                return Err(
                    Error::TooLarge { what: "压缩比 / compression ratio", limit: limits.ratio }.into()
                );
            }
        }
    }
    Ok(())
}

struct Page {
    unpacked: u64,
    /// Bytes of header and content.
    end: usize,
}

struct Header<'a>(&'a [u8]);

impl Header<'_> {
    fn page(mut self) -> Option<Page> {
        let whole = self.0.len();
        let (mut unpacked, mut packed) = (None, None);
        let mut id = 0i64;
        loop {
            let kind = self.field(&mut id)?;
            match (id, kind) {
                (_, 0) => break,
                (2, 5) => unpacked = Some(self.signed()?),
                (3, 5) => packed = Some(self.signed()?),
                _ => self.skip(kind, DEPTH)?,
            }
        }
        let packed = usize::try_from(packed?).ok()?;
        let end = (whole - self.0.len()).checked_add(packed)?;
        Some(Page { unpacked: u64::try_from(unpacked?).ok()?, end })
    }

    fn byte(&mut self) -> Option<u8> {
        let (&first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(first)
    }
    fn pass(&mut self, n: u64) -> Option<()> {
        self.0 = self.0.get(usize::try_from(n).ok()?..)?;
        Some(())
    }
    fn varint(&mut self) -> Option<u64> {
        let mut value = 0u64;
        for shift in (0..64).step_by(7) {
            let b = self.byte()?;
            value |= u64::from(b & 0x7f) << shift;
            if b < 0x80 {
                return Some(value);
            }
        }
        None
    }
    fn signed(&mut self) -> Option<i64> {
        let n = self.varint()?;
        Some((n >> 1) as i64 ^ -((n & 1) as i64))
    }
    /// The type of the next field, its number in `id`; 0 at the end of a structure.
    fn field(&mut self, id: &mut i64) -> Option<u8> {
        let b = self.byte()?;
        if b & 0x0f == 0 {
            return Some(0);
        }
        *id = match b >> 4 {
            0 => self.signed()?,
            delta => id.checked_add(i64::from(delta))?,
        };
        Some(b & 0x0f)
    }

    fn skip(&mut self, kind: u8, depth: u32) -> Option<()> {
        let depth = depth.checked_sub(1)?;
        match kind {
            // The value of a field that is a truth value stands in its type.
            1 | 2 => Some(()),
            3 => self.pass(1),
            4..=6 => self.varint().map(drop),
            7 => self.pass(8),
            8 => {
                let n = self.varint()?;
                self.pass(n)
            }
            9 | 10 => {
                let head = self.byte()?;
                let n = if head >> 4 == 15 { self.varint()? } else { u64::from(head >> 4) };
                self.elements(n, &[head & 0x0f], depth)
            }
            11 => {
                let n = self.varint()?;
                let kinds = if n == 0 { 0 } else { self.byte()? };
                self.elements(n, &[kinds >> 4, kinds & 0x0f], depth)
            }
            12 => {
                let mut id = 0;
                loop {
                    match self.field(&mut id)? {
                        0 => return Some(()),
                        kind => self.skip(kind, depth)?,
                    }
                }
            }
            _ => None,
        }
    }

    fn elements(&mut self, n: u64, kinds: &[u8], depth: u32) -> Option<()> {
        // Each element takes a byte at least, so that a large number ends with the input.
        for _ in 0..n {
            for &kind in kinds {
                if matches!(kind, 1 | 2) { self.pass(1)? } else { self.skip(kind, depth)? }
            }
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_walked_over_whatever_they_hold() {
        // type 0, unpacked 300, packed 2, a structure with a list of texts and a truth value; then two bytes.
        let header = [
            0x15, 0x00, 0x15, 0xd8, 0x04, 0x15, 0x04, 0x2c, 0x19, 0x28, 1, b'a', 2, b'b', b'c', 0x11, 0, 0,
            9, 9,
        ];
        let page = Header(&header).page().unwrap();
        assert_eq!((page.unpacked, page.end), (300, header.len()));
        for cut in 0..header.len() - 2 {
            assert!(Header(&header[..cut]).page().is_none(), "{cut}");
        }
        let negative = [0x15, 0, 0x15, 1, 0x15, 2, 0];
        assert!(Header(&negative).page().is_none());
        // Structures within structures without end.
        assert!(Header(&[0x1c; 1000]).page().is_none());
    }
}
