//! 工作簿的标记: what the cells of a sheet do not say: merged ranges, hidden rows. Read while the zip is checked.

use std::collections::HashMap;

/// A merged range, from 0, ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Merge {
    pub(super) rows: (u32, u32),
    pub(super) columns: (u32, u32),
}

/// The marks of one sheet.
#[derive(Clone, Debug, Default)]
pub(super) struct Marks {
    pub(super) merged: Vec<Merge>,
    /// Hidden rows, from 1, in order.
    pub(super) hidden: Vec<u32>,
}

/// Ranges and hidden rows kept of one sheet.
const MOST: usize = 1 << 20;

/// `B2:C4`
fn range(text: &str) -> Option<Merge> {
    let cell = |t: &str| -> Option<(u32, u32)> {
        let t = t.trim_matches('$');
        let letters = t.bytes().take_while(u8::is_ascii_alphabetic).count();
        let column = t[..letters].bytes().try_fold(0u32, |n, b| {
            n.checked_mul(26)?.checked_add(u32::from(b.to_ascii_uppercase() - b'A') + 1)
        })?;
        Some((
            t[letters..].trim_start_matches('$').parse::<u32>().ok()?.checked_sub(1)?,
            column.checked_sub(1)?,
        ))
    };
    let (a, b) = text.split_once(':')?;
    let ((r1, c1), (r2, c2)) = (cell(a)?, cell(b)?);
    (r1 <= r2 && c1 <= c2).then_some(Merge { rows: (r1, r2), columns: (c1, c2) })
}

/// Looks for marks in the XML of a sheet that comes in pieces.
#[derive(Default)]
pub(super) struct Scan {
    carry: Vec<u8>,
    pub(super) marks: Marks,
}

impl Scan {
    pub(super) fn see(&mut self, piece: &[u8]) {
        let Some(end) = memchr::memrchr(b'>', piece).map(|n| n + 1) else {
            if self.carry.len() < 1 << 16 {
                self.carry.extend_from_slice(piece);
            }
            return;
        };
        self.carry.extend_from_slice(&piece[..end]);
        let whole = std::mem::take(&mut self.carry);
        self.whole(&whole);
        self.carry = piece[end..].to_vec();
    }

    fn whole(&mut self, xml: &[u8]) {
        for at in memchr::memmem::find_iter(xml, b"mergeCell ") {
            let end = memchr::memchr(b'>', &xml[at..]).map_or(xml.len(), |n| at + n);
            let tag = String::from_utf8_lossy(&xml[at..end]);
            if let Some(merge) = attr(&tag, "ref").and_then(range).filter(|_| self.marks.merged.len() < MOST)
            {
                self.marks.merged.push(merge);
            }
        }
        for at in memchr::memmem::find_iter(xml, b" hidden=") {
            let start = memchr::memrchr(b'<', &xml[..at]).unwrap_or(at);
            let end = memchr::memchr(b'>', &xml[at..]).map_or(xml.len(), |n| at + n);
            let tag = String::from_utf8_lossy(&xml[start..end]);
            let name = tag.trim_start_matches('<').split_whitespace().next().unwrap_or_default();
            let hidden = matches!(attr(&tag, "hidden"), Some("1" | "true"));
            if hidden
                && name.rsplit(':').next() == Some("row")
                && let Some(row) = attr(&tag, "r").and_then(|r| r.parse().ok())
                && self.marks.hidden.len() < MOST
            {
                self.marks.hidden.push(row);
            }
        }
    }
}

/// The value of an attribute in a tag.
pub(super) fn attr<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let mut rest = tag;
    loop {
        let at = rest.find(name)?;
        let before = rest[..at].chars().next_back();
        let after = rest[at + name.len()..].trim_start();
        if before.is_some_and(char::is_whitespace)
            && let Some(value) = after.strip_prefix('=').map(str::trim_start)
            && let Some(quote) = value.chars().next().filter(|q| matches!(q, '"' | '\''))
        {
            return value[1..].split(quote).next();
        }
        rest = &rest[at + name.len()..];
    }
}

/// What a zip of Office is made of.
#[derive(Default)]
pub(super) struct Parts {
    pub(super) names: Vec<String>,
    pub(super) workbook: String,
    pub(super) relations: String,
    pub(super) marks: HashMap<String, Marks>,
}

impl Parts {
    pub(super) fn has(&self, part: &str) -> bool {
        self.names.iter().any(|n| n == part)
    }

    /// The marks of the sheet with this name.
    pub(super) fn of_sheet(&self, name: &str) -> Marks {
        let tags = |xml: &str, end: &str| -> Vec<String> {
            let tag =
                |t: &&str| t.split_whitespace().next().is_some_and(|n| n.rsplit(':').next() == Some(end));
            xml.split('<').filter(tag).map(str::to_owned).collect()
        };
        let sheet = tags(&self.workbook, "sheet")
            .into_iter()
            .find(|t| attr(t, "name").is_some_and(|n| super::markup::decoded(n) == name));
        let id = sheet.as_deref().and_then(|t| {
            let key =
                t.split_whitespace().find(|w| w.split('=').next().is_some_and(|k| k.ends_with(":id")))?;
            attr(t, key.split('=').next()?).map(str::to_owned)
        });
        let target =
            tags(&self.relations, "Relationship").into_iter().find(|t| attr(t, "Id") == id.as_deref());
        let target = target.as_deref().and_then(|t| attr(t, "Target")).unwrap_or_default().to_lowercase();
        let path = match target.strip_prefix('/') {
            Some(rest) => rest.to_owned(),
            None if target.starts_with("xl/") => target,
            None => format!("xl/{target}"),
        };
        let mut marks = self.marks.get(&path).cloned().unwrap_or_default();
        marks.merged.sort_by_key(|m| m.rows.0);
        marks.hidden.sort_unstable();
        marks
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_found_whatever_the_pieces() {
        let xml = br#"<x:sheetData><row r="2" hidden="1"><c r="A2"/></row><row hidden='true' r='3'/><col hidden="1" r="9"/><row r="4" hidden="0"/></x:sheetData><x:mergeCells><x:mergeCell ref="A1:F1"/><mergeCell ref="$B$2:AA4"/></x:mergeCells>"#;
        for size in [1, 7, 64, 4096] {
            let mut scan = Scan::default();
            xml.chunks(size).for_each(|p| scan.see(p));
            assert_eq!(scan.marks.hidden, [2, 3], "{size}");
            let ranges: Vec<_> = scan.marks.merged.iter().map(|m| (m.rows, m.columns)).collect();
            assert_eq!(ranges, [((0, 0), (0, 5)), ((1, 3), (1, 26))], "{size}");
        }
        for bad in ["", "A1", "A0:B1", "1:2", "B2:A1", "A1:ZZZZZZZZZZ1"] {
            assert_eq!(range(bad), None, "{bad}");
        }
    }
}
