//! 分隔文本: records out of lines, whatever stands between their fields. A quote that is left open costs its own
//! line, not the rest of the file.

use std::collections::VecDeque;
use std::io::{self, Read};

use crate::text::{Encoding, Lines, Survey};

/// What is wrong with a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Bytes that are no text in its encoding.
    Encoding,
    /// A quote that is not closed.
    OpenQuote,
}

/// One record.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Record {
    /// Its number as a spreadsheet would show it: blank lines count, lines inside of quotes do not.
    pub number: u64,
    /// The line at which it begins, from 1.
    pub line: u64,
    /// The byte at which it begins.
    pub byte: u64,
    /// Its fields.
    pub fields: Vec<String>,
    /// What is wrong with it.
    pub fault: Option<Fault>,
}

/// Why nothing more can be read.
#[derive(Debug)]
pub enum Error {
    /// The reader's own.
    Io(io::Error),
    /// A line longer than allowed.
    TooLong {
        /// Its number.
        line: u64,
    },
}
impl From<io::Error> for Error {
    fn from(e: io::Error) -> Self {
        Self::Io(e)
    }
}

/// Marks that offices put between fields, the likeliest first.
const SEPARATORS: [char; 10] = [',', '\t', ';', '|', '，', '；', '^', '~', '\u{1}', '\u{1f}'];

/// Marks that texts are full of: believed only where they cut nearly every line alike and no mark above does.
const WEAK: [char; 18] = [
    '#', '@', '!', '$', '%', '*', '&', '\\', '¦', '｜', '│', '、', '/', ':', '\u{2}', '\u{1c}', '\u{1d}',
    '\u{1e}',
];

/// Lines by which the separator is found.
const LOOKED: usize = 40;

struct Line {
    text: String,
    fault: bool,
    line: u64,
    byte: u64,
}

/// Reads records one after the other.
pub struct CsvReader<R> {
    lines: Lines<R>,
    ahead: VecDeque<Line>,
    separator: char,
    number: u64,
    line: u64,
    /// Bytes of a record at most.
    most: usize,
    spare: Vec<Line>,
    /// Quotes that were left open: in a file full of them they are not looked for far.
    left_open: u32,
}

impl<R: Read> CsvReader<R> {
    /// Opens a text that was surveyed; without a separator it is told by a first line `sep=` or found.
    ///
    /// # Errors
    /// The reader's own, or a first line longer than allowed.
    pub fn new(
        source: R,
        survey: &Survey,
        encoding: Option<Encoding>,
        separator: Option<char>,
        most: usize,
    ) -> Result<Self, Error> {
        let lines =
            Lines::new(source, encoding.unwrap_or_else(|| survey.encoding()), survey.is_cr_only(), most);
        let mut reader = Self {
            lines,
            ahead: VecDeque::new(),
            separator: separator.unwrap_or(','),
            number: 0,
            line: 0,
            most,
            spare: Vec::new(),
            left_open: 0,
        };
        let mut first = VecDeque::new();
        while first.len() < LOOKED && first.iter().map(|l: &Line| l.text.len()).sum::<usize>() < 1 << 20 {
            match reader.read_line()? {
                Some(line) => first.push_back(line),
                None => break,
            }
        }
        let told = first.front().and_then(|l| {
            let rest = l.text.trim_start_matches('\u{feff}').trim_matches('"');
            let rest = rest.get(..4).filter(|s| s.eq_ignore_ascii_case("sep=")).and(rest.get(4..))?;
            let mut chars = rest.chars();
            chars.next().filter(|_| chars.as_str().trim().is_empty())
        });
        if told.is_some() {
            first.pop_front();
            reader.number = 1;
        }
        reader.separator =
            separator.or(told).unwrap_or_else(|| separator_of(first.iter().map(|l| l.text.as_str())));
        reader.ahead = first;
        Ok(reader)
    }
    /// The separator in use.
    pub const fn separator(&self) -> char {
        self.separator
    }
    /// The encoding of the whole.
    pub const fn encoding(&self) -> Encoding {
        self.lines.encoding()
    }
    /// Lines and bytes read so far.
    pub const fn read_so_far(&self) -> (u64, u64) {
        (self.line, self.lines.bytes())
    }

    fn read_line(&mut self) -> Result<Option<Line>, Error> {
        let byte = self.lines.byte();
        let mut line =
            self.spare.pop().unwrap_or(Line { text: String::new(), fault: false, line: 0, byte: 0 });
        match self.lines.next(&mut line.text)? {
            Err(_) => Err(Error::TooLong { line: self.line + 1 }),
            Ok(None) => Ok(None),
            Ok(Some(fault)) => {
                self.line += 1;
                (line.fault, line.line, line.byte) = (fault, self.line, byte);
                Ok(Some(line))
            }
        }
    }
    fn next_line(&mut self) -> Result<Option<Line>, Error> {
        match self.ahead.pop_front() {
            Some(line) => Ok(Some(line)),
            None => self.read_line(),
        }
    }

    /// The next record into `out`; `false` at the end. Blank lines are counted and passed over.
    ///
    /// # Errors
    /// The reader's own, or a line longer than allowed.
    pub fn next(&mut self, out: &mut Record) -> Result<bool, Error> {
        loop {
            let Some(first) = self.next_line()? else { return Ok(false) };
            self.number += 1;
            (out.number, out.line, out.byte) = (self.number, first.line, first.byte);
            out.fault = first.fault.then_some(Fault::Encoding);
            if first.text.trim_matches([' ', '\t', '\0', '\u{feff}']).is_empty()
                && !first.text.contains(self.separator)
            {
                self.spare.push(first);
                continue;
            }
            let mut more: Vec<Line> = Vec::new();
            let mut parts = Parts::new(self.separator);
            let mut size = first.text.len();
            parts.line(&first.text, &mut out.fields, true);
            // A quote goes on over lines until it is closed as it should be.
            let far = if self.left_open < 100 { LINES_MAX } else { LINES_MAX / 100 };
            while parts.open && !parts.odd && size <= self.most && more.len() < far {
                let Some(next) = self.next_line()? else { break };
                size += next.text.len() + 1;
                parts.line(&next.text, &mut out.fields, false);
                more.push(next);
            }
            if parts.open || (parts.odd && !more.is_empty()) {
                // It was never closed: the line stands for itself, and those after it, too.
                let mut parts = Parts::new(self.separator);
                parts.literal = true;
                self.left_open += 1;
                parts.line(&first.text, &mut out.fields, true);
                out.fault = out.fault.or(Some(Fault::OpenQuote));
                for line in more.into_iter().rev() {
                    self.ahead.push_front(line);
                }
            } else if more.iter().any(|l| l.fault) {
                out.fault = Some(Fault::Encoding);
            } else {
                self.spare.extend(more.into_iter().take(4));
            }
            if self.spare.len() < 8 {
                self.spare.push(first);
            }
            return Ok(true);
        }
    }
}

/// Lines inside of one pair of quotes at most.
const LINES_MAX: usize = 5_000;

/// The fields of a record while its lines come.
struct Parts {
    separator: char,
    /// Inside of quotes.
    open: bool,
    /// Something stands behind a closing quote.
    odd: bool,
    /// Quotes mean nothing.
    literal: bool,
    count: usize,
}

impl Parts {
    const fn new(separator: char) -> Self {
        Self { separator, open: false, odd: false, literal: false, count: 0 }
    }

    fn line(&mut self, text: &str, fields: &mut Vec<String>, first: bool) {
        let mut sep = [0u8; 4];
        let sep = self.separator.encode_utf8(&mut sep).as_bytes();
        let bytes = text.as_bytes();
        let mut i = 0;
        if first {
            self.count = 0;
        } else if self.open && self.count > 0 {
            fields[self.count - 1].push('\n');
        }
        loop {
            if !self.open {
                self.begin(fields);
                let quoted = !self.literal && bytes.get(i) == Some(&b'"');
                if !quoted {
                    let end = find(&bytes[i..], sep).map_or(bytes.len(), |n| i + n);
                    let field = &text[i..end];
                    let field = if self.literal { field.trim().trim_matches('"') } else { field };
                    fields[self.count - 1].push_str(field);
                    if end == bytes.len() {
                        break;
                    }
                    i = end + sep.len();
                    continue;
                }
                self.open = true;
                i += 1;
            }
            // Inside of quotes.
            match memchr::memchr(b'"', &bytes[i..]) {
                None => {
                    fields[self.count - 1].push_str(&text[i..]);
                    return;
                }
                Some(n) => {
                    fields[self.count - 1].push_str(&text[i..i + n]);
                    i += n + 1;
                    if bytes.get(i) == Some(&b'"') {
                        fields[self.count - 1].push('"');
                        i += 1;
                        continue;
                    }
                    self.open = false;
                    let end = find(&bytes[i..], sep).map_or(bytes.len(), |n| i + n);
                    let rest = &text[i..end];
                    if !rest.trim().is_empty() {
                        self.odd = true;
                        fields[self.count - 1].push_str(rest);
                    }
                    if end == bytes.len() {
                        break;
                    }
                    i = end + sep.len();
                }
            }
        }
        fields.truncate(self.count);
    }

    fn begin(&mut self, fields: &mut Vec<String>) {
        if self.count < fields.len() {
            fields[self.count].clear();
        } else {
            fields.push(String::new());
        }
        self.count += 1;
    }
}

fn find(bytes: &[u8], sep: &[u8]) -> Option<usize> {
    if let [one] = sep { memchr::memchr(*one, bytes) } else { memchr::memmem::find(bytes, sep) }
}

/// The mark that cuts most lines into the same number of fields.
fn separator_of<'a>(lines: impl Iterator<Item = &'a str>) -> char {
    let all: Vec<char> = SEPARATORS.into_iter().chain(WEAK).collect();
    let mut counts: Vec<Vec<usize>> = Vec::new();
    let mut now = vec![0; all.len()];
    let mut quoted = false;
    for line in lines {
        for c in line.chars() {
            quoted ^= c == '"';
            if !quoted && let Some(i) = all.iter().position(|s| *s == c) {
                now[i] += 1;
            }
        }
        if !quoted {
            counts.push(std::mem::replace(&mut now, vec![0; all.len()]));
        }
    }
    if counts.is_empty() {
        counts.push(now);
    }
    let score = |i: usize| {
        let mut seen: Vec<usize> = counts.iter().map(|c| c[i]).filter(|n| *n > 0).collect();
        seen.sort_unstable();
        // The most frequent number of marks, and in how many lines it stands.
        let best = seen.chunk_by(|a, b| a == b).map(|same| (same.len(), same[0])).max().unwrap_or_default();
        (best.0, best.1, all.len() - i)
    };
    let best = (0..SEPARATORS.len()).max_by_key(|i| score(*i)).unwrap_or(0);
    let weak = (SEPARATORS.len()..all.len()).max_by_key(|i| score(*i)).unwrap_or(best);
    let nearly_all = score(weak).0 * 10 >= counts.len() * 7 && score(weak).0 >= 2;
    if nearly_all && score(weak).0 > score(best).0 * 2 {
        all[weak]
    } else if score(best).0 == 0 {
        ','
    } else {
        all[best]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(bytes: &[u8]) -> Vec<Record> {
        let mut csv = CsvReader::new(bytes, &Survey::of(bytes), None, None, 1 << 20).unwrap();
        let (mut all, mut one) = (Vec::new(), Record::default());
        while csv.next(&mut one).unwrap() {
            all.push(one.clone());
        }
        all
    }
    fn fields(records: &[Record]) -> Vec<Vec<&str>> {
        records.iter().map(|r| r.fields.iter().map(String::as_str).collect()).collect()
    }

    #[test]
    fn every_separator_is_found_or_told() {
        for sep in SEPARATORS.into_iter().chain(WEAK) {
            let s = sep.to_string();
            let text = "市长信箱\n编号#标题#内容\n1#停水#停水两天\n2#\"a#b\"#c\n".replace('#', &s);
            let quoted = format!("a{s}b");
            let want = [vec!["编号", "标题", "内容"], vec!["1", "停水", "停水两天"], vec!["2", &quoted, "c"]];
            assert_eq!(fields(&read(text.as_bytes()))[1..], want, "{sep:?}");
        }
        let tabs = "编号\t标题\t内容\n1\t停水,停电\t一,二;三\n2\t噪音\t四,五,六\n";
        assert_eq!(fields(&read(tabs.as_bytes()))[1], ["1", "停水,停电", "一,二;三"]);
        for first in ["sep=!", "\"sep=!\"", "SEP=!", "\u{feff}sep=!"] {
            let all = read(format!("{first}\r\na!b\r\n1,2!3\r\n").as_bytes());
            assert_eq!(fields(&all), [["a", "b"], ["1,2", "3"]], "{first}");
            assert_eq!(all[0].number, 2);
        }
    }

    #[test]
    fn quotes_close_go_over_lines_or_cost_their_own_line() {
        let all =
            read("a,b\n1,\"x\ny \"\"z\"\"\"\n2,\"never closed\n3,c\n\n4,\"d\"\n5,\"open again\n".as_bytes());
        assert_eq!(
            fields(&all),
            [
                ["a", "b"],
                ["1", "x\ny \"z\""],
                ["2", "never closed"],
                ["3", "c"],
                ["4", "d"],
                ["5", "open again"]
            ]
        );
        let faults: Vec<_> = all.iter().map(|r| r.fault.is_some()).collect();
        assert_eq!(faults, [false, false, true, false, false, true]);
        assert_eq!(all.iter().map(|r| r.number).collect::<Vec<_>>(), [1, 2, 3, 4, 6, 7]);
        assert_eq!(all[3].line, 5);
        assert_eq!(fields(&read(b"a,b\n\"x\"y,z\n")), [["a", "b"], ["xy", "z"]]);
        assert_eq!(fields(&read(b"a,,\n\"\",,\n")), [["a", "", ""], ["", "", ""]]);
    }

    fn written(rows: &[Vec<String>], sep: char) -> String {
        rows.iter()
            .map(|r| {
                r.iter()
                    .map(|f| format!("\"{}\"", f.replace('"', "\"\"")))
                    .collect::<Vec<_>>()
                    .join(&sep.to_string())
                    + "\r\n"
            })
            .collect()
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(rows in prop::collection::vec(prop::collection::vec("[a-c,;|\t\"\n路灯^ ]{0,8}", 2..4), 1..8), sep in prop::sample::select(&SEPARATORS[..])) {
            let text = written(&rows, sep);
            let mut csv = CsvReader::new(text.as_bytes(), &Survey::of(text.as_bytes()), None, Some(sep), 1 << 20).unwrap();
            let (mut all, mut one) = (Vec::new(), Record::default());
            while csv.next(&mut one).unwrap() {
                prop_assert_eq!(one.fault, None);
                all.push(one.fields.clone());
            }
            prop_assert_eq!(all, rows);
        }
        #[test]
        fn nothing_panics(bytes in prop::collection::vec(prop::sample::select(&b"a,\"\n\r;\t\xe8\xb7\xaf\xff\x1a\0 "[..]), 0..80)) {
            for r in read(&bytes) {
                prop_assert!(!r.fields.is_empty());
            }
        }
    }
}
