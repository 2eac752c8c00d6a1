//! 编码: bytes as text. The encoding is decided by the whole of a file and mended line by line, so that one cut
//! character neither refuses a file nor turns it into another script.

use std::borrow::Cow;
use std::io::{self, Read};

use encoding_rs::{BIG5, Decoder, GB18030, UTF_16BE, UTF_16LE};

/// How a text is encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8, with or without a mark.
    Utf8,
    /// GBK or GB18030.
    Gb18030,
    /// Big5, as tables from Hong Kong, Macao and Taiwan come.
    Big5,
    /// UTF-16, little end first.
    Utf16Le,
    /// UTF-16, big end first.
    Utf16Be,
}

impl Encoding {
    /// As the web names it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "utf-8",
            Self::Gb18030 => "gb18030",
            Self::Big5 => "big5",
            Self::Utf16Le => "utf-16le",
            Self::Utf16Be => "utf-16be",
        }
    }
    /// Reads such a name; also what people call it.
    pub fn read(name: &str) -> Option<Self> {
        let e = encoding_rs::Encoding::for_label(name.trim().as_bytes())?;
        match e.name() {
            "UTF-8" => Some(Self::Utf8),
            "GBK" | "gb18030" => Some(Self::Gb18030),
            "Big5" => Some(Self::Big5),
            "UTF-16LE" => Some(Self::Utf16Le),
            "UTF-16BE" => Some(Self::Utf16Be),
            _ => None,
        }
    }
    const fn is_utf16(self) -> bool {
        matches!(self, Self::Utf16Le | Self::Utf16Be)
    }
    /// Two bytes a character: GB18030 or Big5.
    const fn is_double(self) -> bool {
        matches!(self, Self::Gb18030 | Self::Big5)
    }
}

/// Bytes from the first that is no ASCII on, by which Big5 is told from GB18030.
const SAMPLE: usize = 64 << 10;

/// Characters that every Chinese table is full of, in both scripts.
const COMMON: &str = "\
    的一是不了人在有我中上大个個为為和国國地到以时時要就出会會年过過后後作用道行所家事成方多去法学學\
    如都同现現当當没沒动動面看定天分进進好小部理本前开開日者无無力长長民公工已明全三关關正业業外高间\
    間由问問重手应應向文政相等产產或新身制加月内內信表化位次度门門任通教原提立及比员員水名处處入口条\
    條平系题題电電数數安少报報结結受目市场場件计計管期路区區保社号號编編标標单單请請来來办辦类類状狀\
    态態投诉訴求建议議答复復申联聯姓址街镇鎮乡鄉县縣村居住楼樓室灯燈停修坏壞";
/// Bytes by which the characters are compared.
const COMPARED: usize = 8 << 10;
/// Characters of a list by whose bytes it is told.
const FEW: u32 = 40;

/// Is a text of two bytes a character Big5? Read so, its characters are common ones, and read as GB18030 they are not.
/// Its second bytes lie in `@`…`~` as often as above, and never between;
/// those of GB2312 all lie above, those of the rarer characters of GBK everywhere. And the common characters of Big5
/// begin with a4…c6. A list of names has few common characters: of a longer one it tells that every tenth begins
/// with a6…a9 and not every second, which in GB18030 are letters of other scripts and the lines of boxes.
fn is_big5(sample: &[u8]) -> bool {
    let (mut pairs, mut low, mut between, mut common, mut foreign) = (0u32, 0u32, 0u32, 0u32, 0u32);
    let mut at = 0;
    while let Some(pair) = sample.get(at..at + 2) {
        if pair[0] < 0x80 {
            at += 1;
            continue;
        }
        at += 2;
        pairs += 1;
        common += u32::from(matches!(pair[0], 0xa1..=0xc6));
        foreign += u32::from(matches!(pair[0], 0xa6..=0xa9));
        match pair[1] {
            0x40..=0x7e => low += 1,
            0xa1..=0xfe => {}
            _ => between += 1,
        }
    }
    if pairs < 6 || between * 50 > pairs || common * 10 < pairs * 7 {
        return false;
    }
    let (text, list) =
        (low * 100 >= pairs * 15, pairs >= FEW && foreign * 10 >= pairs && foreign * 2 <= pairs);
    if !text && !list {
        return false;
    }
    let head = &sample[..sample.len().min(COMPARED)];
    let known = |text: &str| text.chars().filter(|c| !c.is_ascii() && COMMON.contains(*c)).count();
    let as_big5 = known(&BIG5.decode_without_bom_handling(head).0);
    let as_gb = known(&GB18030.decode_without_bom_handling(head).0);
    let all = head.iter().filter(|b| !b.is_ascii()).count() / 2;
    text && as_big5 > as_gb * 2 && as_big5 * 6 > all || list && as_big5 > as_gb
}

/// What was seen of a text (通读一遍): enough to decide its encoding and its line ends.
#[derive(Clone, Debug, Default)]
pub struct Survey {
    head: Vec<u8>,
    tail: Vec<u8>,
    sample: Vec<u8>,
    good: u64,
    bad: u64,
    ends: Ends,
}

/// Line ends outside of quotes: a quoted cell may hold line ends of its own.
#[derive(Clone, Debug, Default)]
struct Ends {
    quoted: bool,
    /// The last byte was a return outside of quotes.
    after_return: bool,
    news: u64,
    /// Returns without a new line behind them.
    returns: u64,
}

impl Ends {
    fn see(&mut self, piece: &[u8]) {
        if self.after_return && piece.first() == Some(&b'\n') {
            self.returns -= 1;
        }
        if !piece.is_empty() {
            self.after_return = false;
        }
        for at in memchr::memchr3_iter(b'"', b'\n', b'\r', piece) {
            match piece[at] {
                b'"' => self.quoted = !self.quoted,
                _ if self.quoted => {}
                b'\n' => self.news += 1,
                _ => match piece.get(at + 1) {
                    Some(b'\n') => {}
                    next => {
                        self.returns += 1;
                        self.after_return = next.is_none();
                    }
                },
            }
        }
    }
    const fn is_cr_only(&self) -> bool {
        self.returns > self.news
    }
}

impl Survey {
    /// Looks at the next piece.
    pub fn see(&mut self, piece: &[u8]) {
        if self.head.len() < 4 {
            self.head.extend_from_slice(&piece[..piece.len().min(512)]);
        }
        self.ends.see(piece);
        if self.sample.len() < SAMPLE {
            let from = match self.sample.is_empty() {
                true => piece.iter().position(|b| !b.is_ascii()).unwrap_or(piece.len()),
                false => 0,
            };
            let to = piece.len().min(from + SAMPLE - self.sample.len());
            self.sample.extend_from_slice(&piece[from..to]);
        }
        // A character may lie across two pieces.
        let joined;
        let bytes = if self.tail.is_empty() {
            piece
        } else {
            joined = [&self.tail[..], piece].concat();
            &joined
        };
        let mut keep = Vec::new();
        let mut chunks = bytes.utf8_chunks().peekable();
        while let Some(chunk) = chunks.next() {
            let valid = chunk.valid();
            if !valid.is_ascii() {
                self.good += valid.chars().filter(|c| !c.is_ascii()).count() as u64;
            }
            let invalid = chunk.invalid();
            if invalid.is_empty() {
                continue;
            }
            let whole = |n: usize| invalid.len() < n;
            let cut = match invalid[0] {
                0xc2..=0xdf => whole(2),
                0xe0..=0xef => whole(3),
                0xf0..=0xf4 => whole(4),
                _ => false,
            };
            if chunks.peek().is_none() && cut {
                keep = invalid.to_vec();
            } else {
                self.bad += 1;
            }
        }
        self.tail = keep;
    }
    /// Looks at everything to the end.
    ///
    /// # Errors
    /// The reader's own.
    pub fn all(source: &mut impl Read) -> io::Result<Self> {
        let mut survey = Self::default();
        let mut buf = vec![0; 256 << 10];
        loop {
            match source.read(&mut buf)? {
                0 => return Ok(survey),
                n => survey.see(&buf[..n]),
            }
        }
    }
    /// Of bytes in memory.
    pub fn of(bytes: &[u8]) -> Self {
        let mut survey = Self::default();
        survey.see(bytes);
        survey
    }
    /// The encoding: by its mark, by the zeros of UTF-16, else by more good than broken characters.
    pub fn encoding(&self) -> Encoding {
        match self.head.as_slice() {
            [0xff, 0xfe, ..] => return Encoding::Utf16Le,
            [0xfe, 0xff, ..] => return Encoding::Utf16Be,
            [0xef, 0xbb, 0xbf, ..] => return Encoding::Utf8,
            _ => {}
        }
        // Without a mark every other byte of commas, digits and line ends is nought.
        let zeros = |odd: usize| self.head.iter().skip(odd).step_by(2).filter(|b| **b == 0).count();
        let (many, low, high) = (self.head.len() / 2, zeros(1), zeros(0));
        if many > 3 && low.max(high) * 10 >= many {
            // A few characters end in a nought themselves.
            if low > high * 2 {
                return Encoding::Utf16Le;
            }
            if high > low * 2 {
                return Encoding::Utf16Be;
            }
        }
        if self.good >= self.bad {
            Encoding::Utf8
        } else if is_big5(&self.sample) {
            Encoding::Big5
        } else {
            Encoding::Gb18030
        }
    }
    /// Lines end as those of old Macs; new lines then stand inside of cells.
    pub const fn is_cr_only(&self) -> bool {
        self.ends.is_cr_only()
    }
}

/// A whole text, held in memory, in the encoding that its bytes show (JSON that is not UTF-8); without its mark.
pub fn decoded(bytes: &[u8]) -> Cow<'_, str> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    match Survey::of(bytes).encoding() {
        Encoding::Utf8 => String::from_utf8_lossy(bytes),
        Encoding::Gb18030 => encoding_rs::GB18030.decode(bytes).0,
        Encoding::Big5 => encoding_rs::BIG5.decode(bytes).0,
        Encoding::Utf16Le => encoding_rs::UTF_16LE.decode(bytes).0,
        Encoding::Utf16Be => encoding_rs::UTF_16BE.decode(bytes).0,
    }
}

/// One line as text in the encoding of the whole, or in the other one where that is plainly what it is; and
/// whether bytes of it could not be read.
pub fn line(bytes: &[u8], whole: Encoding) -> (Cow<'_, str>, bool) {
    if bytes.is_ascii() {
        return (String::from_utf8_lossy(bytes), false);
    }
    let double = if whole == Encoding::Big5 { BIG5 } else { GB18030 };
    let gb = || double.decode_without_bom_handling(bytes);
    match (std::str::from_utf8(bytes), whole) {
        (Ok(text), whole) if whole.is_double() => {
            // Three characters of three bytes each are hardly ever GB18030 or Big5 by chance.
            let (other, faults) = gb();
            let wide = text.chars().filter(|c| c.len_utf8() == 3).count();
            if faults || wide >= 3 { (Cow::Borrowed(text), false) } else { (other, false) }
        }
        (Ok(text), _) => (Cow::Borrowed(text), false),
        (Err(_), whole) if whole.is_double() => gb(),
        (Err(_), _) => {
            let survey = Survey::of(bytes);
            let (other, faults) = gb();
            if survey.bad > survey.good && !faults {
                (other, false)
            } else if let Some(mended) = by_cells(bytes) {
                (Cow::Owned(mended), false)
            } else {
                (String::from_utf8_lossy(bytes), true)
            }
        }
    }
}

/// A line whose cells are in two encodings: each by itself, where it is plain. The marks between cells are never part
/// of a character of GB18030.
fn by_cells(bytes: &[u8]) -> Option<String> {
    let mut out = String::with_capacity(bytes.len() * 2);
    let mut rest = bytes;
    while !rest.is_empty() {
        let end = rest.iter().position(|b| matches!(b, b',' | b'"' | b'\t' | b';')).unwrap_or(rest.len());
        let (cell, tail) = rest.split_at(end);
        match std::str::from_utf8(cell) {
            Ok(text) => out.push_str(text),
            Err(_) => {
                let survey = Survey::of(cell);
                let (text, faults) = GB18030.decode_without_bom_handling(cell);
                let plain = cell.iter().filter(|b| !b.is_ascii()).count() >= 4;
                if faults || !plain || survey.good * 2 >= survey.bad {
                    return None;
                }
                out.push_str(&text);
            }
        }
        let mark = tail.len().min(1);
        out.push_str(std::str::from_utf8(&tail[..mark]).ok()?);
        rest = &tail[mark..];
    }
    Some(out)
}

/// Physical lines of a text, decoded.
pub struct Lines<R> {
    source: R,
    encoding: Encoding,
    decoder: Option<Box<Decoder>>,
    end: u8,
    buf: Vec<u8>,
    pos: usize,
    eof: bool,
    ended: bool,
    /// Bytes before the buffer.
    gone: u64,
    /// Bytes of one line at most.
    most: usize,
    raw: Vec<u8>,
}

/// A line that is longer than allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooLong;

impl<R: Read> Lines<R> {
    /// Begins at the start of the text; a mark is passed over.
    pub fn new(source: R, encoding: Encoding, cr_only: bool, most: usize) -> Self {
        let decoder = match encoding {
            Encoding::Utf16Le => Some(Box::new(UTF_16LE.new_decoder_with_bom_removal())),
            Encoding::Utf16Be => Some(Box::new(UTF_16BE.new_decoder_with_bom_removal())),
            _ => None,
        };
        Self {
            source,
            encoding,
            decoder,
            end: if cr_only && !encoding.is_utf16() { b'\r' } else { b'\n' },
            buf: Vec::new(),
            pos: 0,
            eof: false,
            ended: false,
            gone: 0,
            most,
            raw: vec![0; 256 << 10],
        }
    }
    /// The encoding of the whole.
    pub const fn encoding(&self) -> Encoding {
        self.encoding
    }
    /// The byte at which the next line begins (of UTF-16: of its decoded text).
    pub const fn byte(&self) -> u64 {
        self.gone + self.pos as u64
    }
    /// The bytes that were read.
    pub const fn bytes(&self) -> u64 {
        self.gone + self.buf.len() as u64
    }

    fn fill(&mut self) -> io::Result<()> {
        let first = self.gone == 0 && self.buf.is_empty();
        self.buf.drain(..self.pos);
        self.gone += self.pos as u64;
        self.pos = 0;
        let n = match self.source.read(&mut self.raw) {
            Err(e) if e.kind() == io::ErrorKind::Interrupted => return Ok(()),
            other => other?,
        };
        self.eof = n == 0;
        match &mut self.decoder {
            None => self.buf.extend_from_slice(&self.raw[..n]),
            Some(decoder) => {
                let mut text = String::with_capacity(n * 3 + 16);
                let _ = decoder.decode_to_string(&self.raw[..n], &mut text, self.eof);
                let mut ends = Ends::default();
                ends.see(text.as_bytes());
                if first && ends.is_cr_only() {
                    self.end = b'\r';
                }
                self.buf.extend_from_slice(text.as_bytes());
            }
        }
        if first && self.buf.starts_with(b"\xef\xbb\xbf") {
            self.pos = 3;
        }
        Ok(())
    }

    /// The next line without its end into `out`; `false` at the end of the text. Gives whether bytes of it could
    /// not be read.
    ///
    /// # Errors
    /// The reader's own; the inner error is a line longer than allowed.
    pub fn next(&mut self, out: &mut String) -> io::Result<Result<Option<bool>, TooLong>> {
        out.clear();
        let mut looked = 0;
        loop {
            if self.ended {
                return Ok(Ok(None));
            }
            let rest = &self.buf[self.pos..];
            let found = memchr::memchr(self.end, &rest[looked..]).map(|n| n + looked);
            let end = match found {
                Some(n) => n,
                None if !self.eof => {
                    if rest.len() > self.most {
                        return Ok(Err(TooLong));
                    }
                    looked = rest.len();
                    self.fill()?;
                    if self.gone == 0 && self.pos == 3 {
                        looked = looked.saturating_sub(3);
                    }
                    continue;
                }
                None => {
                    self.ended = true;
                    rest.len()
                }
            };
            let mut bytes = &rest[..end];
            if self.end == b'\n' {
                bytes = bytes.strip_suffix(b"\r").unwrap_or(bytes);
            }
            // Noughts that a machine left at the end of a line.
            while let Some(before) = bytes.strip_suffix(b"\0") {
                bytes = before;
            }
            // The end mark of old systems, and what stands behind it.
            if self.ended {
                while let Some(before) = bytes.strip_suffix(b"\x1a").or_else(|| bytes.strip_suffix(b"\0")) {
                    bytes = before;
                }
                if bytes.is_empty() {
                    return Ok(Ok(None));
                }
            } else if bytes == b"\x1a" {
                self.ended = true;
                return Ok(Ok(None));
            }
            let whole = if self.encoding.is_utf16() { Encoding::Utf8 } else { self.encoding };
            let (text, fault) = line(bytes, whole);
            out.push_str(&text);
            let fault = fault || (self.decoder.is_some() && text.contains('\u{fffd}'));
            self.pos += (end + 1).min(rest.len());
            return Ok(Ok(Some(fault)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(bytes: &[u8]) -> (Encoding, Vec<(String, bool)>) {
        let survey = Survey::of(bytes);
        let mut lines = Lines::new(bytes, survey.encoding(), survey.is_cr_only(), 1 << 20);
        let (mut out, mut text) = (Vec::new(), String::new());
        while let Some(fault) = lines.next(&mut text).unwrap().unwrap() {
            out.push((text.clone(), fault));
        }
        (survey.encoding(), out)
    }
    fn texts(lines: &[(String, bool)]) -> Vec<&str> {
        lines.iter().map(|l| l.0.as_str()).collect()
    }

    #[test]
    fn every_encoding_and_every_line_end() {
        let text = "编号,标题\r\n1,路灯不亮\r\n2,㐀𠀀\r\n";
        let want = ["编号,标题", "1,路灯不亮", "2,㐀𠀀"];
        let utf16 = |mark: &[u8], big: bool| -> Vec<u8> {
            let units = text.encode_utf16().flat_map(|u| if big { u.to_be_bytes() } else { u.to_le_bytes() });
            mark.iter().copied().chain(units).collect()
        };
        for (bytes, encoding) in [
            (text.as_bytes().to_vec(), Encoding::Utf8),
            (format!("\u{feff}{text}").into_bytes(), Encoding::Utf8),
            (GB18030.encode(text).0.into_owned(), Encoding::Gb18030),
            (utf16(b"\xff\xfe", false), Encoding::Utf16Le),
            (utf16(b"\xfe\xff", true), Encoding::Utf16Be),
            (utf16(b"", false), Encoding::Utf16Le),
            (utf16(b"", true), Encoding::Utf16Be),
            (text.replace("\r\n", "\r").into_bytes(), Encoding::Utf8),
            (
                text.replace("\r\n", "\r").encode_utf16().flat_map(u16::to_le_bytes).collect(),
                Encoding::Utf16Le,
            ),
            (text.replace("\r\n", "\n").into_bytes(), Encoding::Utf8),
            (format!("{text}\u{1a}").into_bytes(), Encoding::Utf8),
            (format!("{text}\u{1a}\r\n").into_bytes(), Encoding::Utf8),
            (GB18030.encode(&text.replace("\r\n", "\r")).0.into_owned(), Encoding::Gb18030),
        ] {
            let (found, lines) = all(&bytes);
            assert_eq!((found, texts(&lines)), (encoding, want.to_vec()));
            assert!(lines.iter().all(|l| !l.1));
        }
    }

    #[test]
    fn big5_is_told_from_gb18030() {
        let text = "編號,標題,內容\r\n1,路燈不亮,中山路口的路燈三天不亮\r\n2,井蓋鬆動,請儘快處理\r\n";
        let want: Vec<&str> = text.trim_end().split("\r\n").collect();
        let (found, lines) = all(&BIG5.encode(text).0);
        assert_eq!((found, texts(&lines)), (Encoding::Big5, want.clone()));
        // The same characters in GBK, and texts of the mainland, stay what they are.
        assert_eq!(all(&GB18030.encode(text).0).0, Encoding::Gb18030);
        for plain in [
            "编号,标题\n1,路灯不亮\n",
            "姓名\n朱镕\n",
            "地址\n㐀𠀀路喆囍\n",
            "编号,内容\n1,電話打不通，請處理\n",
        ] {
            assert_eq!(all(&GB18030.encode(plain).0).0, Encoding::Gb18030, "{plain}");
        }
        assert_eq!(all(text.as_bytes()).0, Encoding::Utf8);
        // A list of names has hardly a common character.
        let names = format!("姓名,電話\n{}", "陳志豪,28550000\n".repeat(19));
        assert_eq!(all(&BIG5.encode(&names).0).0, Encoding::Big5);
        assert_eq!(all(&GB18030.encode(&names).0).0, Encoding::Gb18030);
        for other in ["俄文名称,中文名称,ИВАН\n", "┌──┬──┐\n│甲│乙│\n", "铃木,スズキイチロウ\n"]
        {
            assert_eq!(all(&GB18030.encode(&other.repeat(30)).0).0, Encoding::Gb18030, "{other}");
        }
        let names = format!("姓名,电话\n{}", "陈志豪,28550000\n龚鑫淼,28550001\n".repeat(19));
        assert_eq!(all(&GB18030.encode(&names).0).0, Encoding::Gb18030);
    }

    #[test]
    fn a_cut_character_is_told_with_its_line_and_a_foreign_line_is_mended() {
        let mut bytes = "编号,标题\n1,路灯不亮\n".as_bytes().to_vec();
        bytes.extend_from_slice(&"2,井盖松动请处理".as_bytes()[..21]);
        bytes.extend_from_slice(b",x\n");
        let (found, lines) = all(&bytes);
        assert_eq!(found, Encoding::Utf8);
        assert_eq!(lines.iter().map(|l| l.1).collect::<Vec<_>>(), [false, false, true]);
        // A file put together from two.
        let mut both = "编号,标题\n1,路灯不亮已经三天了\n".as_bytes().to_vec();
        both.extend_from_slice(&GB18030.encode("2,井盖\n").0);
        assert_eq!(texts(&all(&both).1), ["编号,标题", "1,路灯不亮已经三天了", "2,井盖"]);
        let mut both = "编号,标题,内容\n1,路灯不亮已经三天了,".as_bytes().to_vec();
        both.extend_from_slice(&GB18030.encode("井盖松动").0);
        assert_eq!(texts(&all(&both).1), ["编号,标题,内容", "1,路灯不亮已经三天了,井盖松动"]);
        let mut both = GB18030.encode("编号,标题\n1,路灯不亮已经三天了\n").0.into_owned();
        both.extend_from_slice("2,井盖松动".as_bytes());
        assert_eq!(texts(&all(&both).1), ["编号,标题", "1,路灯不亮已经三天了", "2,井盖松动"]);
    }

    #[test]
    fn line_ends_inside_of_quotes_do_not_count() {
        let texts = |s: &str| all(s.as_bytes()).1.len();
        assert_eq!(texts("a,b\r\"x\ny\n\nz\",1\r2,3\r"), 3);
        assert_eq!(texts("a,b\n\"x\ry\r\rz\",1\n2,3\n"), 3);
    }

    #[test]
    fn pieces_of_any_size_decide_the_same() {
        let text = "编号,标题\r\n1,路灯不亮\r\n";
        for bytes in [text.as_bytes().to_vec(), GB18030.encode(text).0.into_owned(), b"a\rb\rc\n".to_vec()] {
            for size in 1..8 {
                let mut survey = Survey::default();
                bytes.chunks(size).for_each(|c| survey.see(c));
                let whole = Survey::of(&bytes);
                assert_eq!(
                    (survey.encoding(), survey.is_cr_only()),
                    (whole.encoding(), whole.is_cr_only()),
                    "{size}"
                );
            }
        }
    }
}
