//! 二进制工作簿的标记: merged ranges and hidden rows of `.xlsb`, hidden rows of `.xls`: what the reader of their cells does not
//! tell. Bytes come from outside: every place is asked for, and what is odd gives no marks.

use std::collections::{HashMap, HashSet};
use std::io::{Read, Seek};

use super::marks::{Marks, Merge, attr};

/// Ranges and hidden rows kept of one sheet.
const MOST: usize = 1 << 20;
/// Sheets of one workbook: its list of them may be long while all of them name one part.
const SHEETS_MOST: usize = 1_024;

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
    let mut targets = HashMap::new();
    for tag in relations.split('<') {
        if let (Some(id), Some(target)) = (attr(tag, "Id"), attr(tag, "Target")) {
            targets.entry(id).or_insert(target);
        }
    }
    let mut taken = HashSet::new();
    // BrtBundleSh: state, number, relation, name.
    for (_, body) in Records(&book).filter(|r| r.0 == 0x9c).take(SHEETS_MOST) {
        let Some((relation, end)) = text_at(body, 8) else { continue };
        let Some((name, _)) = text_at(body, end) else { continue };
        let Some(target) = targets.get(relation.as_str()) else { continue };
        let path = target.strip_prefix('/').map_or_else(|| format!("xl/{target}"), str::to_owned);
        // A part is one sheet: it is unpacked once.
        if taken.insert(path.clone())
            && let Some(sheet) = part(&path)
        {
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
    let mut sheets: Vec<(usize, String)> = Vec::new();
    let mut at = 0;
    while let Some((kind, body, next)) = biff(stream, at).filter(|_| sheets.len() < SHEETS_MOST) {
        match kind {
            0x000a => break,
            // BOUNDSHEET: where it begins, its state and kind, its name.
            0x0085 => {
                let name = body.get(8..).map(|text| match body[7] & 1 {
                    0 => text.iter().map(|b| char::from(*b)).collect(),
                    _ => wide(text),
                });
                let from = u32_at(body, 0).and_then(|n| usize::try_from(n).ok());
                sheets.extend(from.zip(name));
            }
            _ => {}
        }
        at = next;
    }
    // Sheets lie one behind another: what was read for one is not read for another that claims to begin inside of it.
    sheets.sort();
    let (mut all, mut read) = (HashMap::new(), 0);
    for (from, name) in sheets {
        if from >= read {
            let (hidden, end) = hidden_rows(stream, from);
            all.insert(name, hidden);
            read = end;
        }
    }
    all
}

/// The hidden rows of a sheet that begins here, and where it ends.
fn hidden_rows(stream: &[u8], from: usize) -> (Vec<u32>, usize) {
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
    (hidden, at.max(from + 1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn record(kind: u16, body: &[u8]) -> Vec<u8> {
        let length = u16::try_from(body.len()).unwrap();
        [&kind.to_le_bytes()[..], &length.to_le_bytes(), body].concat()
    }

    /// A stream of BIFF whose list of sheets says where each begins, behind the list.
    fn stream(begins: impl Fn(usize, usize) -> usize, sheets: usize, body: &[u8]) -> Vec<u8> {
        let entry = |n: usize, from: usize| {
            let mut body = u32::try_from(from).unwrap().to_le_bytes().to_vec();
            body.extend_from_slice(&[0, 0, 4, 0]);
            body.extend_from_slice(format!("{n:06}").as_bytes());
            record(0x85, &body)
        };
        let end = sheets * entry(0, 0).len() + 4;
        let mut all: Vec<u8> = (0..sheets).flat_map(|n| entry(n, begins(n, end))).collect();
        all.extend(record(0x0a, &[]));
        all.extend_from_slice(body);
        all
    }

    fn hidden_row(row: u16) -> Vec<u8> {
        let mut body = row.to_le_bytes().to_vec();
        body.resize(16, 0);
        body[12] = 0x20;
        record(0x0208, &body)
    }

    #[test]
    fn a_stream_is_read_once_however_many_sheets_name_it() {
        let one = |row| [record(0x0809, &[]), hidden_row(row), record(0x0a, &[])].concat();
        let two = [one(4), one(6)].concat();
        let sound = hidden_in(&stream(|n, end| end + n * one(0).len(), 2, &two));
        assert_eq!((&sound["000000"], &sound["000001"]), (&vec![5], &vec![7]));
        // 100,000 sheets of one stream of 400,000 records: each for itself would take hours.
        let rows: Vec<u8> = (0..400_000u32).flat_map(|n| hidden_row((n % 60_000) as u16)).collect();
        let long = [record(0x0809, &[]), rows].concat();
        let same = hidden_in(&stream(|_, end| end, 100_000, &long));
        assert_eq!((same.len(), same["000000"].len()), (1, 400_000));
        let inside = hidden_in(&stream(|n, end| end + n * 20, 100_000, &long));
        assert_eq!(inside.len(), 1);
    }

    #[test]
    fn a_part_is_unpacked_once_however_many_sheets_name_it() {
        use std::io::Write as _;
        let text = |t: &str| -> Vec<u8> {
            let units: Vec<u8> = t.encode_utf16().flat_map(u16::to_le_bytes).collect();
            [u32::try_from(t.len()).unwrap().to_le_bytes().to_vec(), units].concat()
        };
        let bundle = |n: usize, relation: &str| {
            let body = [vec![0; 8], text(relation), text(&format!("{n:06}"))].concat();
            [vec![0x9c, 0x01, u8::try_from(body.len()).unwrap()], body].concat()
        };
        // A hidden row: number, rest, flags.
        let mut row = vec![0, 12, 4, 0, 0, 0];
        row.resize(14, 0);
        row[13] = 0x10;
        let relations = r#"<Relationships><Relationship Id="r1" Target="s1.bin"/><Relationship Id="r2" Target="/xl/s2.bin"/>"#;
        let marks = |book: Vec<u8>| {
            let mut zip = ::zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
            for (name, bytes) in [
                ("xl/workbook.bin", book.as_slice()),
                ("xl/_rels/workbook.bin.rels", relations.as_bytes()),
                ("xl/s1.bin", &row),
                ("xl/s2.bin", &row),
            ] {
                zip.start_file(name, ::zip::write::SimpleFileOptions::default()).unwrap();
                zip.write_all(bytes).unwrap();
            }
            xlsb_marks(&mut ::zip::ZipArchive::new(zip.finish().unwrap()).unwrap())
        };
        let sound = marks([bundle(1, "r1"), bundle(2, "r2")].concat());
        assert_eq!((sound.len(), &sound["000001"].hidden, &sound["000002"].hidden), (2, &vec![5], &vec![5]));
        let many: Vec<u8> = (0..50_000).flat_map(|n| bundle(n, "r1")).collect();
        let same = marks([many.clone(), bundle(70_000, "r2")].concat());
        assert_eq!(same.keys().collect::<Vec<_>>(), ["000000"], "no more sheets than a workbook has");
    }

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
