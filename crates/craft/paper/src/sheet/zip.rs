//! What a workbook is before it is opened: a zip that might be a bomb.
//!
//! Sizes in a zip are claims, so every part is inflated once and counted. It also looks at the one number in the
//! parts by which a reader reserves memory. Must not know spreadsheets beyond that.

use std::io::{Read, Seek};

use super::SheetError;

const PARTS: usize = 10_000;

/// Refuses an archive that unzips to more than `max` bytes or claims more strings than its bytes can hold.
pub(super) fn check(reader: impl Read + Seek, max: u64) -> Result<(), SheetError> {
    let bad = |e: ::zip::result::ZipError| SheetError::BadXlsx(e.to_string());
    let mut archive = ::zip::ZipArchive::new(reader).map_err(bad)?;
    if archive.len() > PARTS {
        return Err(SheetError::BadXlsx(format!("{} parts", archive.len())));
    }
    let mut left = max;
    let mut buf = vec![0; 128 * 1024];
    for i in 0..archive.len() {
        let part = archive.by_index(i).map_err(bad)?;
        if part.encrypted() {
            return Err(SheetError::OldExcel);
        }
        let strings = part.name().map_err(bad)?.to_ascii_lowercase().ends_with("sharedstrings.xml");
        let mut part = part.take(left.saturating_add(1));
        let (mut bytes, mut claim) = (0u64, 0u64);
        let mut keep = 0;
        loop {
            let n = part.read(&mut buf[keep..]).map_err(|e| SheetError::BadXlsx(e.to_string()))?;
            if n == 0 {
                break;
            }
            bytes += n as u64;
            if bytes > left {
                return Err(SheetError::Bomb(max));
            }
            if strings {
                claim = claim.max(claimed(&buf[..keep + n]));
                // The name of the attribute may lie across two reads.
                let tail = (keep + n).min(64);
                buf.copy_within(keep + n - tail..keep + n, 0);
                keep = tail;
            }
        }
        left -= bytes;
        if claim > bytes / 4 {
            return Err(SheetError::BadXlsx(format!("uniqueCount {claim}")));
        }
    }
    Ok(())
}

/// The largest number after `uniqueCount` in a chunk.
fn claimed(chunk: &[u8]) -> u64 {
    memchr::memmem::find_iter(chunk, b"uniqueCount")
        .map(|at| {
            let rest = chunk[at + 11..].iter().take(40).skip_while(|b| !b.is_ascii_digit());
            let digits = rest.take_while(|b| b.is_ascii_digit());
            digits.fold(0u64, |n, b| n.saturating_mul(10).saturating_add(u64::from(b - b'0')))
        })
        .max()
        .unwrap_or(0)
}
