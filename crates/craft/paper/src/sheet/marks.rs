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
    /// Numbers that people see with zeros or letters before them, which only the format of the cell has: 000012, BJ0012.
    pub(super) padded: Vec<(u32, u32, String)>,
    /// A cell does not say where it stands.
    unplaced: bool,
    /// A cell has an error that the reader of cells does not know.
    unknown: bool,
}

impl Marks {
    /// May errors that the reader of cells does not know be passed over? Where a cell does not say where it stands, those
    /// behind them would move.
    pub(super) const fn may_pass_over_errors(&self) -> bool {
        !(self.unplaced && self.unknown)
    }
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

/// The cell of a sheet that is being read.
#[derive(Default)]
struct Cell {
    open: bool,
    tag: Vec<u8>,
    /// of the type of errors
    error: bool,
    formula: bool,
    value: bool,
    in_value: bool,
    /// the beginning of its value
    text: Vec<u8>,
}

/// What the format of a cell puts before a whole number (编号格式): letters, and zeros up to so many digits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Padding {
    letters: String,
    digits: usize,
}

impl Padding {
    /// `000000` and `"BJ"0000`; none of `0.00`, `0%`, `0"件"`.
    fn of_format(code: &str) -> Option<Self> {
        let code = code.split(';').next()?;
        let (mut letters, mut digits) = (String::new(), 0);
        let mut rest = code.chars();
        while let Some(c) = rest.next() {
            match c {
                '0' => digits += 1,
                _ if digits > 0 => return None,
                '"' => letters.extend(rest.by_ref().take_while(|c| *c != '"')),
                '\\' => letters.extend(rest.next()),
                '-' => letters.push(c),
                _ => return None,
            }
        }
        (digits >= 2 || digits == 1 && !letters.is_empty()).then_some(Self { letters, digits })
    }
    fn shown(&self, number: &str) -> Option<String> {
        let n = number.parse::<f64>().ok().filter(|n| n.fract() == 0.0 && (0.0..1e15).contains(n))?;
        Some(format!("{}{n:0width$.0}", self.letters, width = self.digits))
    }
}

/// What each style of a workbook puts before its numbers, by its place.
pub(super) fn paddings(styles: &str) -> Vec<Option<Padding>> {
    let tag = |t: &str, name: &str| {
        t.split(|c: char| c.is_whitespace() || c == '>' || c == '/')
            .next()
            .is_some_and(|n| n.rsplit(':').next() == Some(name))
    };
    let formats: HashMap<&str, Padding> = styles
        .split('<')
        .filter(|t| tag(t, "numFmt"))
        .filter_map(|t| {
            let code = super::markup::decoded(attr(t, "formatCode")?);
            Some((attr(t, "numFmtId")?, Padding::of_format(&code)?))
        })
        .collect();
    if formats.is_empty() {
        return Vec::new();
    }
    let from = styles.split('<').skip_while(|t| !tag(t, "cellXfs"));
    let of_cells =
        from.take_while(|t| !(t.starts_with('/') && tag(&t[1..], "cellXfs"))).filter(|t| tag(t, "xf"));
    of_cells.map(|t| attr(t, "numFmtId").and_then(|id| formats.get(id)).cloned()).collect()
}

/// Bytes of a value by which an error is told.
const ERROR_BYTES: usize = 64;

impl Cell {
    fn begin(&mut self, tag: &[u8]) {
        self.tag.clear();
        self.tag.extend_from_slice(tag);
        self.text.clear();
        (self.formula, self.value, self.in_value) = (false, false, false);
        let maybe = tag.windows(3).any(|w| matches!(w, b"\"e\"" | b"'e'"));
        self.error = maybe && attr(&String::from_utf8_lossy(tag), "t") == Some("e");
    }
    fn value_goes_on(&mut self, text: &[u8]) {
        let room = ERROR_BYTES.saturating_sub(self.text.len());
        self.text.extend_from_slice(&text[..text.len().min(room)]);
    }
}

/// Does a tag end an element, and its name without the prefix.
fn named(tag: &[u8]) -> (bool, &[u8]) {
    let (ends, body) = tag.strip_prefix(b"/").map_or((false, tag), |body| (true, body));
    let to = body.iter().position(|b| b.is_ascii_whitespace() || *b == b'/').unwrap_or(body.len());
    let name = &body[..to];
    (ends, memchr::memrchr(b':', name).map_or(name, |at| &name[at + 1..]))
}

/// Looks for marks in the XML of a sheet that comes in pieces.
#[derive(Default)]
pub(super) struct Scan {
    carry: Vec<u8>,
    cell: Cell,
    paddings: Vec<Option<Padding>>,
    pub(super) marks: Marks,
}

impl Scan {
    /// With what the styles of the workbook put before numbers.
    pub(super) fn new(paddings: Vec<Option<Padding>>) -> Self {
        Self { paddings, ..Self::default() }
    }

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

    /// One pass from front to back: merged ranges, hidden rows, formulas without a result, errors that the reader of cells
    /// passes over (`#SPILL!`, `Err:502` and whatever programs invent), and whether all cells say where they stand.
    fn whole(&mut self, xml: &[u8]) {
        let mut at = 0;
        while let Some(open) = memchr::memchr(b'<', &xml[at..]).map(|n| at + n) {
            if self.cell.in_value {
                self.cell.value_goes_on(&xml[at..open]);
            }
            let Some(close) = memchr::memchr(b'>', &xml[open..]).map(|n| open + n) else { return };
            let tag = &xml[open + 1..close];
            at = close + 1;
            let empty = tag.ends_with(b"/");
            match named(tag) {
                (false, b"c") => {
                    let placed = memchr::memmem::find(tag, b" r=\"").is_some()
                        || attr(&String::from_utf8_lossy(tag), "r").is_some();
                    self.marks.unplaced |= !placed;
                    self.cell.begin(tag);
                    self.cell.open = !empty;
                }
                (true, b"c") => self.cell_ends(),
                (false, b"f") => self.cell.formula = true,
                (false, b"v") => (self.cell.value, self.cell.in_value) = (true, !empty),
                (true, b"v") => self.cell.in_value = false,
                (false, b"row") if memchr::memmem::find(tag, b"hidden").is_some() => self.row(tag),
                (false, b"mergeCell") if self.marks.merged.len() < MOST => {
                    self.marks.merged.extend(attr(&String::from_utf8_lossy(tag), "ref").and_then(range));
                }
                _ => {}
            }
        }
    }

    fn row(&mut self, tag: &[u8]) {
        let tag = String::from_utf8_lossy(tag);
        if matches!(attr(&tag, "hidden"), Some("1" | "true"))
            && let Some(row) = attr(&tag, "r").and_then(|r| r.parse().ok())
            && self.marks.hidden.len() < MOST
        {
            self.marks.hidden.push(row);
        }
    }

    fn cell_ends(&mut self) {
        if !std::mem::take(&mut self.cell.open) || self.marks.unsolved.len() >= MOST {
            return;
        }
        let Cell { tag, formula, value, text, error, .. } = &self.cell;
        let tag = String::from_utf8_lossy(tag);
        if !self.paddings.is_empty() && *value && self.marks.padded.len() < MOST {
            let style = attr(&tag, "s").and_then(|s| s.parse::<usize>().ok());
            let padding = style.and_then(|s| self.paddings.get(s)?.as_ref());
            let is_number = attr(&tag, "t").is_none_or(|t| t == "n");
            if let (Some(padding), true) = (padding, is_number)
                && let Some(shown) = padding.shown(&String::from_utf8_lossy(text))
                && let Some((r, c)) = attr(&tag, "r").and_then(cell)
            {
                self.marks.padded.push((r, c, shown));
            }
        }
        // A formula followed by no value, or by an empty one that is not a text that came out empty.
        let unsolved = *formula && text.is_empty() && !(*value && attr(&tag, "t") == Some("str"));
        let said = if unsolved {
            tabular::value::NO_RESULT
        } else {
            let text = String::from_utf8_lossy(text);
            if !error || !value || KNOWN.contains(&&*text) {
                return;
            }
            self.marks.unknown = true;
            tabular::value::error(&text).unwrap_or("#ERROR!")
        };
        self.marks.unsolved.extend(attr(&tag, "r").and_then(cell).map(|(r, c)| (r, c, said)));
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
    pub(super) paddings: Vec<Option<Padding>>,
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
        marks.padded.sort_unstable();
        marks
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_format_puts_before_a_number_is_part_of_it() {
        let styles = r#"<styleSheet><numFmts count="5"><numFmt numFmtId="164" formatCode="000000"/><numFmt numFmtId="165" formatCode="&quot;BJ&quot;0000"/><numFmt numFmtId="166" formatCode="0&quot;件&quot;"/><numFmt numFmtId="167" formatCode="0.00"/><numFmt numFmtId="168" formatCode="yyyy-mm-dd"/></numFmts><cellStyleXfs count="1"><xf numFmtId="164"/></cellStyleXfs><cellXfs count="6"><xf numFmtId="0"/><xf numFmtId="164"/><xf numFmtId="165"/><xf numFmtId="166"/><xf numFmtId="167"/><xf numFmtId="168"/></cellXfs></styleSheet>"#;
        let paddings = paddings(styles);
        assert_eq!(
            paddings.iter().map(Option::is_some).collect::<Vec<_>>(),
            [false, true, true, false, false, false]
        );
        let xml = br#"<row r="2"><c r="A2" s="1"><v>12</v></c><c r="B2" s="2"><v>12</v></c><c r="C2" s="3"><v>12</v></c><c r="D2" s="1" t="s"><v>12</v></c><c r="E2" s="1"><v>1.5</v></c><c r="F2" s="2"><v>123456</v></c></row>"#;
        let mut scan = Scan::new(paddings);
        scan.see(xml);
        let shown = scan.end().padded;
        assert_eq!(
            shown,
            [(1, 0, "000012".to_owned()), (1, 1, "BJ0012".to_owned()), (1, 5, "BJ123456".to_owned())]
        );
    }

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
        // In single quotes, with attributes and a prefix, and without a place.
        let xml = br#"<x:row r="1"><x:c r='A1' t='e'><x:v xml:space="preserve">#SPILL!</x:v></x:c><c r="B1" t='e'><v >#NEU!</v></c><c
r="C1"><f a="b">1</f><v a="b"></v></c><c r="D1" t="str"><f>"e"</f><v a="b"></v></c></x:row>"#;
        for size in [1, 7, 64, 4096] {
            let mut scan = Scan::default();
            xml.chunks(size).for_each(|p| scan.see(p));
            let marks = scan.end();
            let found: Vec<_> = marks.unsolved.iter().map(|c| (c.1, c.2)).collect();
            assert_eq!(found, [(0, "#SPILL!"), (1, "#ERROR!"), (2, tabular::value::NO_RESULT)], "{size}");
            assert!(marks.may_pass_over_errors(), "{size}");
        }
        let passed = |xml: &[u8]| {
            let mut scan = Scan::default();
            scan.see(xml);
            scan.end().may_pass_over_errors()
        };
        assert!(!passed(br#"<c t="e"><v>#SPILL!</v></c>"#));
        assert!(!passed(br#"<c r="A1" t="e"><v>#SPILL!</v></c><c><v>1</v></c>"#));
        assert!(passed(br#"<c r="A1" t="e"><v>#REF!</v></c><c><v>1</v></c>"#));
        assert!(passed(br#"<c r="A1"/><c><v>1</v></c>"#));
        for bad in ["", "A1", "A0:B1", "1:2", "B2:A1", "A1:ZZZZZZZZZZ1"] {
            assert_eq!(range(bad), None, "{bad}");
        }
    }
    #[test]
    fn hostile_marks_take_one_pass() {
        // Each of them was looked for to the end of the sheet.
        for piece in [
            "<c t=\"e\">",
            "<c r=\"A1\" t=\"e\"/>",
            "<f>",
            "<c r=\"A1\"><f/>",
            "<v>",
            "t=\"e\"",
            " hidden=",
            "mergeCell ",
            "<row hidden=",
            "<",
        ] {
            let xml = piece.repeat((4 << 20) / piece.len());
            let began = std::time::Instant::now();
            let mut scan = Scan::default();
            xml.as_bytes().chunks(64 << 10).for_each(|p| scan.see(p));
            drop(scan.end());
            assert!(began.elapsed() < std::time::Duration::from_secs(10), "{piece}: {:?}", began.elapsed());
        }
    }
}
