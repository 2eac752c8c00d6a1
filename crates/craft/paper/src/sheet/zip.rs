//! What a workbook is before it is opened: a zip that might be a bomb.
//!
//! Sizes in a zip are claims, so every part is inflated once and counted. On the way it looks at the one number in
//! the parts by which a reader reserves memory, and for the marks that cells do not carry.

use std::io::{Read, Seek};

use super::SheetError;
use super::marks::{self, Parts, Scan};

const PARTS: usize = 10_000;
const STYLES: &str = "xl/styles.xml";
/// Bytes kept of the parts that name the sheets.
const NAMING: usize = 4 << 20;

/// Refuses an archive that unzips to more than `max` bytes or claims more strings than its bytes can hold; tells
/// what is in it.
pub(super) fn check(reader: impl Read + Seek, max: u64) -> Result<Parts, SheetError> {
    let bad = |e: ::zip::result::ZipError| SheetError::BadXlsx(e.to_string());
    let mut archive = ::zip::ZipArchive::new(reader).map_err(bad)?;
    if archive.len() > PARTS {
        return Err(SheetError::BadXlsx(format!("{} parts", archive.len())));
    }
    let mut found = Parts::default();
    let mut left = max;
    let mut buf = vec![0; 128 * 1024];
    // The styles first: they say how the numbers of the sheets are shown.
    let styles = archive.file_names().position(|n| n.as_ref().is_ok_and(|n| n.eq_ignore_ascii_case(STYLES)));
    let order = styles.into_iter().chain((0..archive.len()).filter(|i| Some(*i) != styles));
    for i in order {
        let part = archive.by_index(i).map_err(bad)?;
        if part.encrypted() {
            return Err(SheetError::Password);
        }
        let name = part.name().map_err(bad)?.to_lowercase().replace('\\', "/");
        let strings = name.ends_with("sharedstrings.xml");
        let is_sheet = name.starts_with("xl/worksheets/") && name.ends_with(".xml");
        let mut scan = is_sheet.then(|| Scan::new(found.paddings.clone()));
        let mut naming = match name.as_str() {
            "xl/workbook.xml" => Some(Vec::new()),
            "xl/_rels/workbook.xml.rels" | STYLES => Some(Vec::new()),
            _ => None,
        };
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
            let piece = &buf[keep..keep + n];
            if let Some(scan) = &mut scan {
                scan.see(piece);
            }
            if let Some(text) = naming.as_mut().filter(|t| t.len() < NAMING) {
                text.extend_from_slice(piece);
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
        if let Some(scan) = scan {
            found.marks.insert(name.clone(), scan.end());
        }
        if let Some(text) = naming {
            let text = String::from_utf8_lossy(&text).into_owned();
            match name.as_str() {
                STYLES => found.paddings = marks::paddings(&text),
                "xl/workbook.xml" => found.workbook = text,
                _ => found.relations = text,
            }
        }
        found.names.push(name);
    }
    Ok(found)
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
