//! 二进制工作簿的标记: merged ranges and hidden rows of `.xlsb`, hidden rows of `.xls`: what the reader of their cells does not
//! tell. Bytes come from outside: every place is asked for, and what is odd gives no marks.

use std::collections::HashMap;
use std::io::{Read, Seek};

use super::marks::{Marks, Merge, attr};

/// Ranges and hidden rows kept of one sheet.
const MOST: usize = 1 << 20;

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}
fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}
fn wide(bytes: &[u8]) -> String {
    let units = bytes.chunks_exact(2).map(|c| u16::from_le_bytes([c[0], c[1]]));
    char::decode_utf16(units).map(|c| c.unwrap_or('\u{fffd}')).collect()
}

/// The records of a part of an XLSB: a number of one or two bytes, a length of up to four, that many bytes.
struct Records<'a>(&'a [u8]);

impl<'a> Iterator for Records<'a> {
    type Item = (u16, &'a [u8]);
    fn next(&mut self) -> Option<Self::Item> {
        let mut at = 0;
        let mut byte = || {
            let b = self.0.get(at).copied();
            at += 1;
            b
        };
        let first = u16::from(byte()?);
        let kind = if first & 0x80 == 0 { first } else { (first & 0x7f) | (u16::from(byte()?) & 0x7f) << 7 };
        let mut length = 0usize;
        for shift in [0, 7, 14, 21] {
            let b = byte()?;
            length |= usize::from(b & 0x7f) << shift;
            if b & 0x80 == 0 {
                break;
            }
        }
        let end = at.checked_add(length)?;
        let body = self.0.get(at..end)?;
        self.0 = &self.0[end..];
        Some((kind, body))
    }
}

/// A text behind its length, and where it ends.
fn text_at(bytes: &[u8], at: usize) -> Option<(String, usize)> {
    let units = usize::try_from(u32_at(bytes, at)?).ok()?;
    let end = at.checked_add(4)?.checked_add(units.checked_mul(2)?)?;
    Some((wide(bytes.get(at + 4..end)?), end))
}

/// The marks of the sheets of an XLSB, by their names. Its parts were counted before.
pub(super) fn xlsb_marks(archive: &mut ::zip::ZipArchive<impl Read + Seek>) -> HashMap<String, Marks> {
    let mut part = |name: &str| -> Option<Vec<u8>> {
        let mut bytes = Vec::new();
        archive.by_name(name).ok()?.read_to_end(&mut bytes).ok()?;
        Some(bytes)
    };
    let mut all = HashMap::new();
    let Some((book, relations)) = part("xl/workbook.bin").zip(part("xl/_rels/workbook.bin.rels")) else {
        return all;
    };
    let relations = String::from_utf8_lossy(&relations).into_owned();
    let target = |id: &str| {
        let tag = relations.split('<').find(|t| attr(t, "Id") == Some(id))?;
        attr(tag, "Target").map(str::to_owned)
    };
    // BrtBundleSh: state, number, relation, name.
    for (_, body) in Records(&book).filter(|r| r.0 == 0x9c) {
        let Some((relation, end)) = text_at(body, 8) else { continue };
        let Some((name, _)) = text_at(body, end) else { continue };
        let Some(target) = target(&relation) else { continue };
        let path = target.strip_prefix('/').map_or_else(|| format!("xl/{target}"), str::to_owned);
        if let Some(sheet) = part(&path) {
            all.insert(name, xlsb_sheet(&sheet));
        }
    }
    all
}

fn xlsb_sheet(part: &[u8]) -> Marks {
    let mut marks = Marks::default();
    for (kind, body) in Records(part) {
        match kind {
            // BrtRowHdr
            0 => {
                let hidden = body.get(11).is_some_and(|flags| flags & 0x10 != 0);
                if let Some(row) = u32_at(body, 0).filter(|_| hidden && marks.hidden.len() < MOST) {
                    marks.hidden.push(row.saturating_add(1));
                }
            }
            // BrtMergeCell
            0xb0 => {
                let at = |n: usize| u32_at(body, n * 4);
                if let (Some(r1), Some(r2), Some(c1), Some(c2)) = (at(0), at(1), at(2), at(3))
                    && r1 <= r2
                    && c1 <= c2
                    && marks.merged.len() < MOST
                {
                    marks.merged.push(Merge { rows: (r1, r2), columns: (c1, c2) });
                }
            }
            _ => {}
        }
    }
    marks
}

/// The hidden rows of the sheets of an XLS, by their names.
pub(super) fn xls_hidden(bytes: &[u8]) -> HashMap<String, Vec<u32>> {
    workbook_stream(bytes).map(|stream| hidden_in(&stream)).unwrap_or_default()
}

/// The stream in which the workbook lies, in sectors chained by a table.
fn workbook_stream(bytes: &[u8]) -> Option<Vec<u8>> {
    const END: u32 = 0xffff_fff0;
    let shift = u16_at(bytes, 30).filter(|s| matches!(s, 9 | 12))?;
    let size = 1usize << shift;
    let sector = |n: u32| {
        let at = usize::try_from(n).ok()?.checked_add(1)?.checked_mul(size)?;
        bytes.get(at..at.checked_add(size)?.min(bytes.len()))
    };
    // Where the table of chains lies: the first places in the header, the others in sectors of their own.
    let mut places: Vec<u32> = (0..109).filter_map(|i| u32_at(bytes, 76 + i * 4)).collect();
    let mut more = u32_at(bytes, 68)?;
    let most = bytes.len() / size + 1;
    for _ in 0..most {
        let Some(part) = (more < END).then(|| sector(more)).flatten() else { break };
        let count = size / 4 - 1;
        places.extend((0..count).filter_map(|i| u32_at(part, i * 4)));
        more = u32_at(part, count * 4)?;
    }
    let chains: Vec<u32> = places
        .into_iter()
        .filter(|p| *p < END)
        .filter_map(sector)
        .flat_map(|part| part.chunks_exact(4).map(|c| u32::from_le_bytes([c[0], c[1], c[2], c[3]])))
        .collect();
    let chain = |first: u32| {
        let (mut out, mut next) = (Vec::new(), first);
        for _ in 0..most {
            let Some(part) = (next < END).then(|| sector(next)).flatten() else { break };
            out.extend_from_slice(part);
            next = chains.get(usize::try_from(next).unwrap_or(usize::MAX)).copied().unwrap_or(u32::MAX);
        }
        out
    };
    let directory = chain(u32_at(bytes, 48)?);
    let entry = directory.chunks_exact(128).find(|e| {
        let length = usize::from(u16_at(e, 64).unwrap_or(0)).saturating_sub(2).min(64);
        let name = wide(&e[..length]);
        name.eq_ignore_ascii_case("Workbook") || name.eq_ignore_ascii_case("Book")
    })?;
    // A book below 4,096 bytes lies among small pieces; no spreadsheet writes one.
    let length = usize::try_from(u32_at(entry, 120)?).ok().filter(|n| *n >= 4096)?;
    let mut stream = chain(u32_at(entry, 116)?);
    stream.truncate(length);
    Some(stream)
}

/// A record of BIFF: its number, its bytes, where the next one begins.
fn biff(stream: &[u8], at: usize) -> Option<(u16, &[u8], usize)> {
    let (kind, length) = (u16_at(stream, at)?, usize::from(u16_at(stream, at + 2)?));
    Some((kind, stream.get(at + 4..at + 4 + length)?, at + 4 + length))
}

fn hidden_in(stream: &[u8]) -> HashMap<String, Vec<u32>> {
    let mut all = HashMap::new();
    let mut at = 0;
    while let Some((kind, body, next)) = biff(stream, at) {
        match kind {
            0x000a => break,
            // BOUNDSHEET: where it begins, its state and kind, its name.
            0x0085 => {
                let name = body.get(8..).map(|text| match body[7] & 1 {
                    0 => text.iter().map(|b| char::from(*b)).collect(),
                    _ => wide(text),
                });
                if let Some((name, from)) = name.zip(u32_at(body, 0).and_then(|n| usize::try_from(n).ok())) {
                    all.insert(name, hidden_rows(stream, from));
                }
            }
            _ => {}
        }
        at = next;
    }
    all
}

fn hidden_rows(stream: &[u8], from: usize) -> Vec<u32> {
    let (mut hidden, mut at, mut depth) = (Vec::new(), from, 0u32);
    while let Some((kind, body, next)) = biff(stream, at) {
        match kind {
            // A chart inside of a sheet begins and ends as a sheet does.
            0x0809 => depth += 1,
            0x000a if depth <= 1 => break,
            0x000a => depth -= 1,
            // ROW with a height of nought.
            0x0208
                if depth == 1 && u16_at(body, 12).is_some_and(|f| f & 0x20 != 0) && hidden.len() < MOST =>
            {
                hidden.extend(u16_at(body, 0).map(|r| u32::from(r) + 1));
            }
            _ => {}
        }
        at = next;
    }
    hidden
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..3_000)) {
            let _ = (xls_hidden(&bytes), xlsb_sheet(&bytes), hidden_in(&bytes));
            let mut file = vec![0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];
            file.resize(30, 0);
            file.extend_from_slice(&[9, 0]);
            file.extend_from_slice(&bytes);
            let _ = xls_hidden(&file);
        }
    }
}
