//! A pull scanner for XML that is fast on the many small tags of event logs and safe on hostile input.
//!
//! Knows tags, attributes and texts; nothing of logs. It reads any source through one small buffer, so memory
//! is bounded by the longest token. There are no entities but the five of XML and character numbers; a document
//! type declaration is refused, so nothing can expand. Nesting is checked; prefixes of names are cut off.

use std::borrow::Cow;
use std::io::Read;
use std::ops::Range;

use memchr::{memchr, memchr_iter, memmem};

use crate::error::{Error, Limits};

/// What comes next in the input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Token {
    /// `<name …>`, or `<name …/>` when `empty`.
    Open { empty: bool },
    /// `</name>`.
    Close,
    /// Text between tags, from its first character that is not white space.
    Text,
    /// `<![CDATA[…]]>`.
    Cdata,
    /// The input is over.
    End,
}

#[derive(Clone, Debug)]
struct Attr {
    name: Range<usize>,
    value: Range<usize>,
}

/// The scanner; see the module.
pub struct Scanner<R> {
    source: R,
    limits: Limits,
    buf: Vec<u8>,
    pos: usize,
    end: usize,
    eof: bool,
    failed: Option<Error>,
    /// Bytes and lines that have left the buffer.
    gone_bytes: u64,
    gone_lines: u64,
    /// Where the current token begins.
    start: usize,
    /// How many bytes of white space stand before it, as far as they are in the buffer.
    blank: usize,
    name: Range<usize>,
    attrs: Vec<Attr>,
    text: Range<usize>,
    /// Names of open elements, one after the other, and where each begins.
    open_names: Vec<u8>,
    open_starts: Vec<usize>,
}

const CHUNK: usize = 128 << 10;

/// An empty tag with a key and a value, of which only the value changes.
#[derive(Debug, Default)]
pub struct Shape {
    /// White space before the tag, and the tag up to the quote that opens its value.
    before: Box<[u8]>,
    indent: usize,
    quote: u8,
}

/// The bytes of a tag that can become a [`Shape`].
#[derive(Clone, Copy, Debug)]
pub struct Shapely<'a> {
    before: &'a [u8],
    indent: usize,
    quote: u8,
}

impl Shapely<'_> {
    /// Is this the same?
    pub fn is(&self, shape: &Shape) -> bool {
        *self.before == *shape.before
    }
    pub fn to_shape(self) -> Shape {
        Shape { before: self.before.into(), indent: self.indent, quote: self.quote }
    }
}

enum Tag {
    /// The tag ends after this many bytes of the buffer.
    Done {
        next: usize,
        empty: bool,
    },
    More,
    Bad(&'static str),
}

impl<R: Read> Scanner<R> {
    pub fn new(source: R, limits: Limits) -> Self {
        Self::with_chunk(source, limits, CHUNK)
    }

    pub(crate) fn with_chunk(source: R, limits: Limits, chunk: usize) -> Self {
        Self {
            source,
            limits,
            buf: vec![0; chunk],
            pos: 0,
            end: 0,
            eof: false,
            failed: None,
            gone_bytes: 0,
            gone_lines: 0,
            start: 0,
            blank: 0,
            name: 0..0,
            attrs: Vec::with_capacity(16),
            text: 0..0,
            open_names: Vec::new(),
            open_starts: Vec::new(),
        }
    }

    /// The name of the current tag without its prefix.
    pub fn name(&self) -> &[u8] {
        local(&self.buf[self.name.clone()])
    }
    /// The name of the current tag as it is written.
    pub fn full_name(&self) -> &[u8] {
        &self.buf[self.name.clone()]
    }
    /// How many attributes the current tag has.
    pub fn attr_count(&self) -> usize {
        self.attrs.len()
    }
    /// Name (with its prefix) and raw value of an attribute.
    pub fn attr(&self, i: usize) -> (&[u8], &[u8]) {
        let a = &self.attrs[i];
        (&self.buf[a.name.clone()], &self.buf[a.value.clone()])
    }
    /// The raw value of the attribute of this local name.
    pub fn value(&self, name: &[u8]) -> Option<&[u8]> {
        (0..self.attrs.len()).map(|i| self.attr(i)).find(|(n, _)| local(n) == name).map(|(_, v)| v)
    }
    /// The raw text of the current text token, or the raw value that [`Scanner::take_value`] has passed.
    pub fn text(&self) -> &[u8] {
        &self.buf[self.text.clone()]
    }
    /// The shape of the current tag, when it is `<name key="…" value="…"/>` and at most so long before its value.
    pub fn shape(&self, longest: usize) -> Option<Shapely<'_>> {
        let [key, value] = &self.attrs[..] else { return None };
        let named = self.buf[key.name.clone()] == *b"key" && self.buf[value.name.clone()] == *b"value";
        let plain = named && self.buf.get(value.value.end + 1..self.pos) == Some(b"/>");
        let before = &self.buf[self.start - self.blank.min(self.start)..value.value.start];
        let quote = *before.last()?;
        (plain && before.len() <= longest).then_some(Shapely {
            before,
            indent: self.blank.min(self.start),
            quote,
        })
    }

    /// Passes over the next tag when it has this shape and is wholly in the buffer. What was passed is the same
    /// that [`Scanner::next_token`] would have taken apart.
    #[inline]
    pub fn take_value(&mut self, shape: &Shape) -> bool {
        let rest = &self.buf[self.pos..self.end];
        let Some(rest) = rest.strip_prefix(&*shape.before) else { return false };
        let Some(len) = find_byte(rest, shape.quote) else { return false };
        if rest.get(len + 1..len + 3) != Some(b"/>") {
            return false;
        }
        self.start = self.pos + shape.indent;
        let from = self.pos + shape.before.len();
        self.text = from..from + len;
        self.pos = from + len + 3;
        true
    }

    /// Where the next tag begins, when it is in the buffer.
    #[inline]
    fn next_tag(&self, tag: &[u8]) -> Option<usize> {
        let rest = &self.buf[self.pos..self.end];
        let blank = rest.iter().position(|b| !b.is_ascii_whitespace())?;
        rest[blank..].starts_with(tag).then_some(self.pos + blank)
    }

    /// Passes over `<name>`, given as it is written, when it comes next.
    #[inline]
    pub fn take_open(&mut self, tag: &[u8]) -> bool {
        let Some(at) = self.next_tag(tag).filter(|_| self.open_starts.len() < self.limits.depth) else {
            return false;
        };
        (self.start, self.blank) = (at, 0);
        self.pos = at + tag.len();
        self.name = at + 1..self.pos - 1;
        self.attrs.clear();
        self.open_starts.push(self.open_names.len());
        self.open_names.extend_from_slice(&tag[1..tag.len() - 1]);
        true
    }

    /// Passes over `</name>`, given as it is written, when it comes next and that element is open.
    #[inline]
    pub fn take_close(&mut self, tag: &[u8]) -> bool {
        let Some(&open) = self.open_starts.last() else { return false };
        let Some(at) = self.next_tag(tag).filter(|_| self.open_names[open..] == tag[2..tag.len() - 1]) else {
            return false;
        };
        (self.start, self.blank) = (at, 0);
        self.pos = at + tag.len();
        self.name = at + 2..self.pos - 1;
        self.open_starts.pop();
        self.open_names.truncate(open);
        true
    }

    /// How many elements are open.
    pub fn depth(&self) -> usize {
        self.open_starts.len()
    }
    /// Line (from 1) of the current token; counts through the buffer, so ask only for reports.
    pub fn line(&self) -> u64 {
        self.gone_lines + memchr_iter(b'\n', &self.buf[..self.start]).count() as u64 + 1
    }
    /// Byte offset of the current token.
    pub fn byte(&self) -> u64 {
        self.gone_bytes + self.start as u64
    }
    /// Bytes and lines read so far.
    pub fn read_so_far(&self) -> (u64, u64) {
        let lines = memchr_iter(b'\n', &self.buf[..self.pos]).count() as u64;
        (self.gone_bytes + self.pos as u64, self.gone_lines + lines)
    }

    fn broken(&self, what: &str) -> Error {
        Error::Broken { what: format!("XML 有误 / faulty XML ({what})"), line: self.line() }
    }

    /// Moves what is left to the front and reads more. `false` when there is no more.
    fn refill(&mut self) -> Result<bool, Error> {
        if self.eof {
            return Ok(false);
        }
        if self.start > 0 {
            self.gone_lines += memchr_iter(b'\n', &self.buf[..self.start]).count() as u64;
            self.gone_bytes += self.start as u64;
            self.buf.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.pos -= self.start;
            self.start = 0;
            self.blank = 0;
        }
        if self.end == self.buf.len() {
            if self.buf.len() >= self.limits.token {
                return Err(Error::TooLarge {
                    what: "标签或文字 / tag or text",
                    limit: self.limits.token as u64,
                });
            }
            let len = (self.buf.len() * 2).min(self.limits.token.max(1));
            self.buf.resize(len, 0);
        }
        if let Some(e) = self.failed.take() {
            self.eof = true;
            return Err(e);
        }
        let before = self.end;
        while self.end < self.buf.len() {
            match self.source.read(&mut self.buf[self.end..]) {
                Ok(0) => {
                    self.eof = true;
                    break;
                }
                Ok(n) => self.end += n,
                Err(e) if e.kind() == std::io::ErrorKind::Interrupted => {}
                Err(e) if self.end == before => {
                    self.eof = true;
                    return Err(e.into());
                }
                Err(e) => {
                    // What came before the failure is still good.
                    self.failed = Some(e.into());
                    break;
                }
            }
        }
        if self.gone_bytes + self.end as u64 > self.limits.bytes {
            return Err(Error::TooLarge { what: "字节 / bytes", limit: self.limits.bytes });
        }
        Ok(self.end > before)
    }

    /// The next token. White space between tags, comments and processing instructions are passed over.
    pub fn next_token(&mut self) -> Result<Token, Error> {
        loop {
            self.start = self.pos;
            while self.pos < self.end && self.buf[self.pos].is_ascii_whitespace() {
                self.pos += 1;
            }
            if self.pos == self.end {
                self.start = self.pos;
                if self.refill()? {
                    continue;
                }
                return Ok(Token::End);
            }
            self.blank = self.pos - self.start;
            self.start = self.pos;
            if self.buf[self.pos] != b'<' {
                return self.scan_text();
            }
            if let Some(token) = self.scan_markup()? {
                return Ok(token);
            }
        }
    }

    fn scan_text(&mut self) -> Result<Token, Error> {
        let mut from = self.pos;
        loop {
            if let Some(i) = memchr(b'<', &self.buf[from..self.end]) {
                self.text = self.start..from + i;
                self.pos = from + i;
                return Ok(Token::Text);
            }
            from = self.end - self.start;
            if !self.refill()? {
                self.text = self.start..self.end;
                self.pos = self.end;
                return Ok(Token::Text);
            }
        }
    }

    fn scan_markup(&mut self) -> Result<Option<Token>, Error> {
        loop {
            let second = self.buf[..self.end].get(self.start + 1).copied();
            match second {
                None if self.refill()? => {}
                None => return Err(self.broken("文件在标签内结束 / ends inside a tag")),
                Some(b'/') => return self.scan_close().map(Some),
                Some(b'?') => {
                    self.skip_to(b"?>")?;
                    return Ok(None);
                }
                Some(b'!') => return self.scan_declaration(),
                Some(_) => return self.scan_open().map(Some),
            }
        }
    }

    fn skip_to(&mut self, close: &[u8]) -> Result<usize, Error> {
        loop {
            if let Some(i) = memmem::find(&self.buf[self.start..self.end], close) {
                let at = self.start + i;
                self.pos = at + close.len();
                return Ok(at);
            }
            self.pos = self.start;
            if !self.refill()? {
                return Err(self.broken("文件在标签内结束 / ends inside a tag"));
            }
        }
    }

    fn scan_declaration(&mut self) -> Result<Option<Token>, Error> {
        while self.end - self.start < 9 && self.refill()? {}
        let rest = &self.buf[self.start..self.end];
        if rest.starts_with(b"<!--") {
            self.start += 2;
            self.skip_to(b"-->")?;
            return Ok(None);
        }
        if rest.starts_with(b"<![CDATA[") {
            let close = self.skip_to(b"]]>")?;
            self.text = self.start + 9..close;
            return Ok(Some(Token::Cdata));
        }
        if rest.starts_with(b"<!DOCTYPE") || rest.starts_with(b"<!ENTITY") {
            return Err(Error::Forbidden { what: "DOCTYPE", line: self.line() });
        }
        Err(self.broken("<!"))
    }

    fn scan_close(&mut self) -> Result<Token, Error> {
        let at = self.skip_to(b">")?;
        let raw = &self.buf[self.start + 2..at];
        let len = raw.trim_ascii_end().len();
        self.name = self.start + 2..self.start + 2 + len;
        let Some(open) = self.open_starts.pop() else {
            return Err(self.broken("多余的结束标签 / closing tag without an opening one"));
        };
        if self.open_names[open..] != self.buf[self.name.clone()] {
            return Err(self.broken("结束标签与开始标签不符 / closing tag does not match"));
        }
        self.open_names.truncate(open);
        Ok(Token::Close)
    }

    fn scan_open(&mut self) -> Result<Token, Error> {
        loop {
            match self.scan_tag() {
                Tag::Done { next, empty } => {
                    self.pos = next;
                    if !empty {
                        if self.open_starts.len() >= self.limits.depth {
                            let limit = self.limits.depth as u64;
                            return Err(Error::TooLarge { what: "嵌套层数 / nesting", limit });
                        }
                        self.open_starts.push(self.open_names.len());
                        self.open_names.extend_from_slice(&self.buf[self.name.clone()]);
                    }
                    return Ok(Token::Open { empty });
                }
                Tag::More => {
                    self.pos = self.start;
                    if !self.refill()? {
                        return Err(self.broken("文件在标签内结束 / ends inside a tag"));
                    }
                }
                Tag::Bad(what) => return Err(self.broken(what)),
            }
        }
    }

    /// Scans one opening tag that begins at `start`, noting where its attributes are.
    fn scan_tag(&mut self) -> Tag {
        let buf = &self.buf[..self.end];
        let mut i = self.start + 1;
        self.attrs.clear();
        while i < buf.len() && !ends_name(buf[i]) {
            i += 1;
        }
        self.name = self.start + 1..i;
        if self.name.is_empty() && i < buf.len() {
            return Tag::Bad("标签没有名称 / tag without a name");
        }
        loop {
            while i < buf.len() && buf[i].is_ascii_whitespace() {
                i += 1;
            }
            match buf.get(i) {
                None => return Tag::More,
                Some(b'>') => return Tag::Done { next: i + 1, empty: false },
                Some(b'/') => match buf.get(i + 1) {
                    None => return Tag::More,
                    Some(b'>') => return Tag::Done { next: i + 2, empty: true },
                    Some(_) => return Tag::Bad("/"),
                },
                Some(_) => {}
            }
            let name_from = i;
            while i < buf.len() && !ends_name(buf[i]) {
                i += 1;
            }
            let name = name_from..i;
            while i < buf.len() && buf[i].is_ascii_whitespace() {
                i += 1;
            }
            match buf.get(i) {
                None => return Tag::More,
                Some(b'=') if !name.is_empty() => i += 1,
                Some(_) => return Tag::Bad("属性没有值 / attribute without a value"),
            }
            while i < buf.len() && buf[i].is_ascii_whitespace() {
                i += 1;
            }
            let quote = match buf.get(i) {
                None => return Tag::More,
                Some(&q @ (b'"' | b'\'')) => q,
                Some(_) => return Tag::Bad("属性值没有引号 / attribute value without quotes"),
            };
            let Some(len) = find_byte(&buf[i + 1..], quote) else { return Tag::More };
            self.attrs.push(Attr { name, value: i + 1..i + 1 + len });
            if self.attrs.len() > 1000 {
                return Tag::Bad("属性太多 / too many attributes");
            }
            i += len + 2;
        }
    }
}

#[inline]
fn ends_name(b: u8) -> bool {
    matches!(b, b' ' | b'=' | b'>' | b'/' | b'\t' | b'\n' | b'\r' | b'"' | b'\'' | b'<')
}

/// Like `memchr`, but inlined: values are short, and the call would cost more than the search.
#[inline]
fn find_byte(hay: &[u8], needle: u8) -> Option<usize> {
    const LOW: u64 = 0x0101_0101_0101_0101;
    let pattern = LOW * u64::from(needle);
    let mut i = 0;
    while let Some(chunk) = hay.get(i..i + 8) {
        let word = u64::from_le_bytes([
            chunk[0], chunk[1], chunk[2], chunk[3], chunk[4], chunk[5], chunk[6], chunk[7],
        ]) ^ pattern;
        let hit = word.wrapping_sub(LOW) & !word & (LOW << 7);
        if hit != 0 {
            return Some(i + (hit.trailing_zeros() / 8) as usize);
        }
        i += 8;
        if i == 64 {
            return memchr(needle, &hay[i..]).map(|at| at + i);
        }
    }
    hay[i..].iter().position(|&b| b == needle).map(|at| at + i)
}

/// The name without its prefix.
pub fn local(name: &[u8]) -> &[u8] {
    match name.iter().rposition(|&b| b == b':') {
        Some(i) => &name[i + 1..],
        None => name,
    }
}

/// A text with its entities resolved, and what was odd about it.
#[derive(Debug)]
pub struct Plain<'a> {
    pub text: Cow<'a, str>,
    /// An entity that is none of the five; it stays as written.
    pub odd_entity: bool,
    /// Bytes that were not UTF-8; replaced.
    pub bad_encoding: bool,
}

/// Resolves the entities of XML in a raw text; never expands to more bytes than it was given.
pub fn plain(raw: &[u8]) -> Plain<'_> {
    let (text, bad_encoding) = match std::str::from_utf8(raw) {
        Ok(t) => (Cow::Borrowed(t), false),
        Err(_) => (String::from_utf8_lossy(raw), true),
    };
    if !text.as_bytes().contains(&b'&') {
        return Plain { text, odd_entity: false, bad_encoding };
    }
    let mut out = String::with_capacity(text.len());
    let mut odd_entity = false;
    let mut rest = &*text;
    while let Some(i) = rest.find('&') {
        out.push_str(&rest[..i]);
        rest = &rest[i..];
        let close = rest.bytes().take(12).position(|b| b == b';');
        match close.and_then(|c| entity(&rest[1..c]).map(|ch| (c, ch))) {
            Some((c, ch)) => {
                out.push(ch);
                rest = &rest[c + 1..];
            }
            None => {
                odd_entity = true;
                out.push('&');
                rest = &rest[1..];
            }
        }
    }
    out.push_str(rest);
    Plain { text: Cow::Owned(out), odd_entity, bad_encoding }
}

fn entity(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix('x') {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code).filter(|&c| c >= ' ' || matches!(c, '\t' | '\n' | '\r'))
        }
    }
}

/// Appends a text so that it can stand between tags or in double quotes. Control characters that XML cannot
/// carry become spaces.
pub fn escape(out: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' => out.push_str("&#10;"),
            '\r' => out.push_str("&#13;"),
            '\t' => out.push_str("&#9;"),
            c if c < ' ' => out.push(' '),
            c => out.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn tokens(source: impl Read) -> Result<Vec<String>, Error> {
        tokens_in(source, CHUNK)
    }

    fn tokens_in(source: impl Read, chunk: usize) -> Result<Vec<String>, Error> {
        let mut s = Scanner::with_chunk(source, Limits::small(), chunk);
        let mut out = Vec::new();
        loop {
            let token = s.next_token()?;
            let mut line = match token {
                Token::End => return Ok(out),
                Token::Text | Token::Cdata => format!("T {}", plain(s.text()).text),
                Token::Open { empty } => {
                    format!("{} {}", if empty { "E" } else { "O" }, String::from_utf8_lossy(s.name()))
                }
                Token::Close => format!("C {}", String::from_utf8_lossy(s.name())),
            };
            if matches!(token, Token::Open { .. }) {
                for i in 0..s.attr_count() {
                    let (n, v) = s.attr(i);
                    line += &format!(" {}={}", String::from_utf8_lossy(n), plain(v).text);
                }
            }
            out.push(line);
        }
    }

    const DOC: &str = "<?xml version='1.0'?><!-- a > b --><x:log a='1>2' b=\"&lt;&#x41;&amp;\">\n \
        <e /> t &amp; u <![CDATA[<raw>]]></x:log >";

    #[test]
    fn reads_the_same_in_one_piece_and_byte_by_byte() {
        let wanted = ["O log a=1>2 b=<A&", "E e", "T t & u ", "T <raw>", "C x:log"];
        let got = tokens(DOC.as_bytes()).unwrap();
        assert_eq!(got[..4], wanted[..4]);
        for chunk in 1..DOC.len() {
            assert_eq!(tokens_in(DOC.as_bytes(), chunk).unwrap(), got);
        }
    }

    #[test]
    fn attacks_are_refused() {
        let bomb = "<!DOCTYPE lolz [<!ENTITY a \"aaaa\">]><log>&a;</log>";
        assert!(matches!(tokens(bomb.as_bytes()), Err(Error::Forbidden { .. })));
        let deep = "<a>".repeat(100_000);
        assert!(matches!(tokens(deep.as_bytes()), Err(Error::TooLarge { .. })));
        assert!(matches!(tokens(std::io::repeat(b'x')), Err(Error::TooLarge { .. })));
        let wide = std::io::Cursor::new(b"<a b=\"").chain(std::io::repeat(b'x'));
        assert!(matches!(tokens(wide), Err(Error::TooLarge { .. })));
        assert!(matches!(tokens(&b"<a></b>"[..]), Err(Error::Broken { .. })));
        let p = plain(b"&evil; &#0; &");
        assert_eq!((p.text.as_ref(), p.odd_entity), ("&evil; &#0; &", true));
    }

    proptest! {
        #[test]
        fn any_cut_and_any_change_is_bounded(at in 0usize..120, byte: u8, cut in 0usize..120, chunk in 1usize..40) {
            let mut bytes = DOC.as_bytes().to_vec();
            let at = at % bytes.len();
            bytes[at] = byte;
            bytes.truncate(cut.max(1));
            let whole = tokens(&bytes[..]).ok();
            prop_assert_eq!(whole, tokens_in(&bytes[..], chunk).ok());
        }
        #[test]
        fn escaped_texts_come_back(text in "[\\PC\\n\\t&<>\"']{0,30}") {
            let mut out = String::new();
            escape(&mut out, &text);
            let back = plain(out.as_bytes());
            prop_assert_eq!(back.text.as_ref(), text.as_str());
        }
    }
}
