//! JSON 导入导出 (K1): one item a line (JSON Lines) or one array, read as a stream, so that a province's list
//! needs the memory of one line. Must not know files: the caller hands in a reader.

use std::collections::HashSet;
use std::io::BufRead;

use kernel::Said;
use serde::Serialize;

use crate::check::validate;
use crate::item::ServiceItem;

/// The longest line read, in bytes; a longer one is refused and passed over.
pub const LINE_BYTES_MAX: usize = 1 << 20;
/// The most problems reported in full; further ones are counted.
pub const PROBLEMS_MAX: usize = 1_000;

/// What was wrong with one line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LineProblem {
    /// Line, from 1.
    pub line: usize,
    /// Where in the item; empty when the line is no item at all.
    pub path: String,
    /// What is wrong and what to do.
    pub said: Said,
}

/// The sum of an import.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Imported {
    /// Items taken in.
    pub items: usize,
    /// Lines refused.
    pub refused: usize,
    /// What was wrong, at most [`PROBLEMS_MAX`].
    pub problems: Vec<LineProblem>,
    /// Problems beyond that.
    pub problems_left_out: usize,
}

impl Imported {
    fn note(&mut self, line: usize, path: &str, said: Said) {
        if self.problems.len() < PROBLEMS_MAX {
            self.problems.push(LineProblem { line, path: path.to_owned(), said });
        } else {
            self.problems_left_out += 1;
        }
    }
}

/// Follows how deep the brackets of a line of JSON go, outside of its texts.
fn seen(line: &[u8], depth: &mut usize) {
    let (mut within, mut escaped) = (false, false);
    for b in line {
        match b {
            _ if escaped => escaped = false,
            b'\\' if within => escaped = true,
            b'"' => within = !within,
            b'{' | b'[' if !within => *depth += 1,
            b'}' | b']' if !within => *depth = depth.saturating_sub(1),
            _ => {}
        }
    }
}

/// Reads items line by line, validates each and hands the good ones to `take`. Blank lines, a byte-order mark,
/// and the brackets and commas of a JSON array are passed over; an item may stand on one line or, as programs print it
/// for people, on several that begin with a brace alone. A key (implementation
/// code, handling code, version) that came before is refused.
///
/// # Errors
/// Only when the reader itself fails; everything else is in [`Imported::problems`].
pub fn import_lines(
    mut reader: impl BufRead,
    mut take: impl FnMut(ServiceItem),
) -> Result<Imported, std::io::Error> {
    let mut sum = Imported::default();
    let mut keys: HashSet<u128> = HashSet::new();
    let mut line = Vec::new();
    let mut number = 0;
    loop {
        number += 1;
        match read_line(&mut reader, &mut line)? {
            Line::End => return Ok(sum),
            Line::TooLong => {
                sum.refused += 1;
                sum.note(
                    number,
                    "",
                    Said::new(
                        format!("第 {number} 行超过 {LINE_BYTES_MAX} 字节，请检查是否漏了换行"),
                        format!(
                            "line {number} is longer than {LINE_BYTES_MAX} bytes; is a line break missing?"
                        ),
                    ),
                );
                continue;
            }
            Line::Read => {}
        }
        // A brace alone on its line begins an item that is written over several.
        let mut lines = 0;
        if trim(&line) == b"{" {
            let mut depth = 0;
            let mut more = Vec::new();
            seen(&line, &mut depth);
            while depth > 0 && line.len() <= LINE_BYTES_MAX {
                if !matches!(read_line(&mut reader, &mut more)?, Line::Read) {
                    break;
                }
                lines += 1;
                seen(&more, &mut depth);
                line.push(b'\n');
                line.extend_from_slice(&more);
            }
        }
        let text = trim(&line);
        if text.is_empty() {
            continue;
        }
        match one(text) {
            Ok(item) if keys.insert(fingerprint(&item)) => {
                sum.items += 1;
                take(item);
            }
            Ok(item) => {
                sum.refused += 1;
                sum.note(
                    number,
                    "code",
                    Said::new(
                        format!(
                            "实施编码 {} 第 {} 版在文件里出现了两次，请删去一个",
                            item.code, item.version
                        ),
                        format!(
                            "code {} version {} comes twice in the file; remove one",
                            item.code, item.version
                        ),
                    ),
                );
            }
            Err(problems) => {
                sum.refused += 1;
                for (path, said) in problems {
                    sum.note(number, &path, said);
                }
            }
        }
        number += lines;
    }
}

/// Reads and validates one item.
///
/// # Errors
/// Every fault with its path and sentence.
pub fn one(text: &[u8]) -> Result<ServiceItem, Vec<(String, Said)>> {
    let item: ServiceItem = serde_json::from_slice(text).map_err(|e| {
        let said = Said::new(
            format!("第 {} 个字节处读不懂：{e}；请对照 docs/catalogue.md 的字段", e.column()),
            format!("cannot be read at byte {}: {e}; see the fields in docs/catalogue.md", e.column()),
        );
        vec![(String::new(), said)]
    })?;
    let faults = validate(&item);
    if faults.is_empty() { Ok(item) } else { Err(faults.into_iter().map(|f| (f.path, f.said)).collect()) }
}

/// Writes one item as one line, without the line break.
///
/// # Errors
/// Never for an item; the type is serde_json's.
pub fn export_line(item: &ServiceItem) -> Result<String, serde_json::Error> {
    serde_json::to_string(item)
}

enum Line {
    Read,
    TooLong,
    End,
}

/// One line into `into`, never more than the bound in memory; the rest of a longer line is passed over.
fn read_line(reader: &mut impl BufRead, into: &mut Vec<u8>) -> std::io::Result<Line> {
    into.clear();
    let mut long = false;
    let mut any = false;
    loop {
        let chunk = reader.fill_buf()?;
        if chunk.is_empty() {
            return Ok(match (any, long) {
                (false, _) => Line::End,
                (true, true) => Line::TooLong,
                (true, false) => Line::Read,
            });
        }
        any = true;
        let end = chunk.iter().position(|b| *b == b'\n');
        let n = end.map_or(chunk.len(), |e| e);
        if into.len() + n > LINE_BYTES_MAX {
            long = true;
            into.clear();
        } else if !long {
            into.extend_from_slice(&chunk[..n]);
        }
        let used = end.map_or(n, |e| e + 1);
        reader.consume(used);
        if end.is_some() {
            return Ok(if long { Line::TooLong } else { Line::Read });
        }
    }
}

fn trim(line: &[u8]) -> &[u8] {
    let text = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line).trim_ascii();
    match text {
        b"[" | b"]" | b"," => b"",
        _ => text.strip_suffix(b",").unwrap_or(text),
    }
}

/// 128 bits of the key by two FNV-1a runs: 16 bytes an item instead of its strings. Two different keys of one
/// file of 10⁶ items meet with a chance of about 10⁻²⁶.
fn fingerprint(item: &ServiceItem) -> u128 {
    let run = |seed: u64| {
        let version = item.version.to_le_bytes();
        let bytes = item.code.bytes().chain([0]).chain(item.handling_code.bytes()).chain([0]).chain(version);
        bytes.fold(seed, |h, b| (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3).rotate_left(29))
    };
    u128::from(run(0xcbf2_9ce4_8422_2325)) << 64 | u128::from(run(0x9e37_79b9_7f4a_7c15))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    fn import(text: &[u8]) -> (Vec<ServiceItem>, Imported) {
        let mut items = Vec::new();
        let sum = import_lines(text, |i| items.push(i)).unwrap();
        (items, sum)
    }

    #[test]
    fn what_is_exported_comes_back() {
        let all = [sample::food_licence(), sample::full()];
        let lines: Vec<_> = all.iter().map(|i| export_line(i).unwrap()).collect();
        for text in [lines.join("\n"), format!("\u{feff}[\n{}\n]\n", lines.join(",\n")), lines.join("\r\n")] {
            let (items, sum) = import(text.as_bytes());
            assert_eq!(items, all, "{sum:?}");
            assert_eq!((sum.items, sum.refused), (2, 0));
        }
    }

    #[test]
    fn bad_lines_are_named_and_the_others_taken() {
        let good = export_line(&sample::food_licence()).unwrap();
        let typo = good.replacen("\"visits\"", "\"visit\"", 1);
        let empty = good.replacen("食品经营许可（新办）", "", 1);
        let long = format!("\"{}\"", "长".repeat(LINE_BYTES_MAX / 2));
        let text = [&typo, "not json", &empty, &long, &good, &good].join("\n");
        let (items, sum) = import(text.as_bytes());
        assert_eq!(items.len(), 1);
        assert_eq!(sum.refused, 5);
        let lines: Vec<_> = sum.problems.iter().map(|p| (p.line, p.path.as_str())).collect();
        assert_eq!(lines, [(1, ""), (2, ""), (3, "name"), (4, ""), (6, "code")]);
        assert!(sum.problems[0].said.en.contains("visit"), "the unknown field is named");
    }
}
