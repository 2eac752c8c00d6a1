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
    /// Cells with an error that is told here: a formula whose result the file does not hold, an error that the reader of
    /// cells does not know; row and column from 0.
    pub(super) unsolved: Vec<(u32, u32, &'static str)>,
}

/// `B2`
fn cell(text: &str) -> Option<(u32, u32)> {
    let t = text.trim_matches('$');
    let letters = t.bytes().take_while(u8::is_ascii_alphabetic).count();
    let column = t[..letters].bytes().try_fold(0u32, |n, b| {
        n.checked_mul(26)?.checked_add(u32::from(b.to_ascii_uppercase() - b'A') + 1)
    })?;
    Some((t[letters..].trim_start_matches('$').parse::<u32>().ok()?.checked_sub(1)?, column.checked_sub(1)?))
}

/// Ranges, hidden rows and unsolved cells kept of one sheet.
const MOST: usize = 1 << 20;
/// Errors that the reader of cells knows.
const KNOWN: [&str; 7] = ["#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!"];
/// Bytes of one cell that is waited for to its end.
const CELL_BYTES: usize = 1 << 18;

/// `B2:C4`
fn range(text: &str) -> Option<Merge> {
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
        // Whole cells where there are any, else whole tags.
        let end = memchr::memmem::rfind(piece, b"</c>").map(|n| n + 4);
        let end = end.or_else(|| {
            let tag = memchr::memrchr(b'>', piece).filter(|_| self.carry.len() > CELL_BYTES);
            tag.map(|n| n + 1)
        });
        let Some(end) = end else {
            if self.carry.len() < CELL_BYTES * 2 {
                self.carry.extend_from_slice(piece);
            }
            return;
        };
        self.carry.extend_from_slice(&piece[..end]);
        let whole = std::mem::take(&mut self.carry);
        self.whole(&whole);
        self.carry = piece[end..].to_vec();
    }

    /// The marks, when all has been seen.
    pub(super) fn end(mut self) -> Marks {
        let rest = std::mem::take(&mut self.carry);
        self.whole(&rest);
        self.marks
    }

    /// Formulas without a result: a cell whose formula is followed by no value, or by an empty one that is not a
    /// text that came out empty.
    fn unsolved(&mut self, xml: &[u8]) {
        for at in memchr::memmem::find_iter(xml, b"<f") {
            if !matches!(xml.get(at + 2), Some(b'>' | b' ' | b'/')) || self.marks.unsolved.len() >= MOST {
                continue;
            }
            let end = memchr::memmem::find(&xml[at..], b"</c>").map_or(xml.len(), |n| at + n);
            let value = memchr::memmem::find(&xml[at..end], b"<v>").map(|n| at + n + 3);
            if value.is_some_and(|v| !xml[v..end].starts_with(b"</v>")) {
                continue;
            }
            let Some(start) = memchr::memmem::rfind(&xml[..at], b"<c ") else { continue };
            let tag = String::from_utf8_lossy(&xml[start..at]);
            if attr(&tag, "t") != Some("str")
                || value.is_none() && !xml[at..end].windows(2).any(|w| w == b"<v")
            {
                let at = attr(&tag, "r").and_then(cell);
                self.marks.unsolved.extend(at.map(|(r, c)| (r, c, tabular::value::NO_RESULT)));
            }
        }
    }

    /// Errors that the reader of cells passes over: `#SPILL!`, `Err:502` and whatever programs invent.
    fn unknown_errors(&mut self, xml: &[u8]) {
        for at in memchr::memmem::find_iter(xml, b"t=\"e\"") {
            let Some(start) = memchr::memrchr(b'<', &xml[..at]) else { continue };
            let end = memchr::memmem::find(&xml[at..], b"</v>").map_or(xml.len(), |n| at + n);
            let Some(value) = memchr::memmem::find(&xml[at..end], b"<v>").map(|n| at + n + 3) else {
                continue;
            };
            let text = String::from_utf8_lossy(&xml[value..end]);
            if KNOWN.contains(&&*text) || self.marks.unsolved.len() >= MOST {
                continue;
            }
            let error = tabular::value::error(&text).unwrap_or("#ERROR!");
            let close = memchr::memchr(b'>', &xml[at..]).map_or(xml.len(), |n| at + n);
            let tag = String::from_utf8_lossy(&xml[start..close]);
            let place = attr(&tag, "r").and_then(cell);
            self.marks.unsolved.extend(place.map(|(r, c)| (r, c, error)));
        }
    }

    fn whole(&mut self, xml: &[u8]) {
        self.unsolved(xml);
        self.unknown_errors(xml);
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
        marks.unsolved.sort_unstable();
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
            let marks = scan.end();
            assert_eq!(marks.hidden, [2, 3], "{size}");
            let ranges: Vec<_> = marks.merged.iter().map(|m| (m.rows, m.columns)).collect();
            assert_eq!(ranges, [((0, 0), (0, 5)), ((1, 3), (1, 26))], "{size}");
        }
        let xml = br#"<row r="1"><c r="A1"><f>1+1</f><v>2</v></c><c r="B1"><f>1+1</f></c><c r="C1"><f>1</f><v></v></c><c r="D1" t="str"><f>""</f><v></v></c><c r="E1"><f t="shared" si="0"/></c><c r="F1"><v/></c><c r="G1" t="str"><f>A1</f><v>x</v></c><c r="H1" t="str"><f>""</f><v/></c><c r="I1" t="str"><f>A1</f></c></row>"#;
        for size in [1, 7, 64, 4096] {
            let mut scan = Scan::default();
            xml.chunks(size).for_each(|p| scan.see(p));
            let columns: Vec<u32> = scan.end().unsolved.iter().map(|c| c.1).collect();
            assert_eq!(columns, [1, 2, 4, 8], "{size}");
        }
        let xml = br#"<row r="1"><c r="A1" t="e"><v>#REF!</v></c><c r="B1" t="e"><f>X()</f><v>#SPILL!</v></c><c t="e" r="C1" s="1"><v>Err:502</v></c><c r="D1" s="1" t="e"><v>#NEU!</v></c></row>"#;
        for size in [1, 7, 64, 4096] {
            let mut scan = Scan::default();
            xml.chunks(size).for_each(|p| scan.see(p));
            let found: Vec<_> = scan.end().unsolved.iter().map(|c| (c.1, c.2)).collect();
            assert_eq!(found, [(1, "#SPILL!"), (2, "Err:"), (3, "#ERROR!")], "{size}");
        }
        for bad in ["", "A1", "A0:B1", "1:2", "B2:A1", "A1:ZZZZZZZZZZ1"] {
            assert_eq!(range(bad), None, "{bad}");
        }
    }
}
