//! Bytes as they come, unpacked when they are gzip; a bomb is refused while it unpacks.
//!
//! Knows readers; nothing of what they contain.

use std::io::{BufRead, BufReader, Read};

use encoding_rs::{Decoder, Encoding, GB18030, UTF_8};
use flate2::bufread::MultiGzDecoder;

use crate::error::{Bomb, Error, Limits};

struct Counted<R> {
    inner: R,
    taken: u64,
}

impl<R: BufRead> Read for Counted<R> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        let n = self.inner.read(out)?;
        self.taken += n as u64;
        Ok(n)
    }
}

impl<R: BufRead> BufRead for Counted<R> {
    fn fill_buf(&mut self) -> std::io::Result<&[u8]> {
        self.inner.fill_buf()
    }
    fn consume(&mut self, n: usize) {
        self.taken += n as u64;
        self.inner.consume(n);
    }
}

/// Bytes after unpacking.
pub struct Unpacked<R: Read>(Kind<R>);

enum Kind<R: Read> {
    Plain(BufReader<R>),
    Gzip { decoder: Box<MultiGzDecoder<Counted<BufReader<R>>>>, out: u64, ratio: u64 },
}

impl<R: Read> Read for Unpacked<R> {
    fn read(&mut self, buf: &mut [u8]) -> std::io::Result<usize> {
        match &mut self.0 {
            Kind::Plain(r) => r.read(buf),
            Kind::Gzip { decoder, out, ratio } => {
                let n = decoder.read(buf)?;
                *out += n as u64;
                let taken = decoder.get_ref().taken.max(1);
                if *out > 64 << 20 && *out / taken > *ratio {
                    return Err(std::io::Error::other(Bomb { limit: *ratio }));
                }
                Ok(n)
            }
        }
    }
}

/// Opens a source: gzip by its first two bytes, anything else as it is.
pub fn unpack<R: Read>(source: R, limits: &Limits) -> Result<Unpacked<R>, Error> {
    let mut reader = BufReader::with_capacity(64 << 10, source);
    let gzip = reader.fill_buf()?.starts_with(&[0x1f, 0x8b]);
    Ok(Unpacked(if gzip {
        let decoder = Box::new(MultiGzDecoder::new(Counted { inner: reader, taken: 0 }));
        Kind::Gzip { decoder, out: 0, ratio: limits.ratio }
    } else {
        Kind::Plain(reader)
    }))
}

/// Text as UTF-8, whatever it was written in; line ends of old Macs become ours where a table asks for it.
pub struct Utf8<R: Read> {
    inner: BufReader<R>,
    state: State,
    /// Decoded text that was not taken yet.
    out: Vec<u8>,
    at: usize,
    returns: bool,
}

enum State {
    /// Passed on as it is.
    Plain,
    /// Only ASCII so far: the first other byte decides between UTF-8 and GB18030.
    Undecided,
    Decoding(Box<Decoder>),
    Ended,
}

/// Bytes decoded at a time.
const PIECE: usize = 32 << 10;

impl<R: Read> Utf8<R> {
    /// The encoding in use, as the web names it.
    pub fn encoding(&self) -> Option<&'static str> {
        match &self.state {
            State::Decoding(d) => Some(d.encoding().name()),
            _ => None,
        }
    }

    fn decide(&mut self) -> std::io::Result<()> {
        let input = self.inner.fill_buf()?;
        if !input.is_ascii() {
            self.state = if is_gb(input) {
                State::Decoding(Box::new(GB18030.new_decoder_without_bom_handling()))
            } else {
                State::Plain
            };
        }
        Ok(())
    }

    fn refill(&mut self) -> std::io::Result<()> {
        self.out.clear();
        self.at = 0;
        if matches!(self.state, State::Undecided) {
            self.decide()?;
        }
        let input = self.inner.fill_buf()?;
        let input = &input[..input.len().min(PIECE)];
        let last = input.is_empty();
        let taken = match &mut self.state {
            State::Decoding(decoder) => {
                self.out.resize(PIECE * 3 + 16, 0);
                let (_, taken, written, _) = decoder.decode_to_utf8(input, &mut self.out, last);
                self.out.truncate(written);
                taken
            }
            State::Ended => 0,
            _ => {
                self.out.extend_from_slice(input);
                input.len()
            }
        };
        self.inner.consume(taken);
        if last {
            self.state = State::Ended;
        }
        if self.returns {
            self.out.iter_mut().filter(|b| **b == b'\r').for_each(|b| *b = b'\n');
        }
        Ok(())
    }
}

impl<R: Read> Read for Utf8<R> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        if matches!(self.state, State::Plain) && !self.returns && self.at == self.out.len() {
            return self.inner.read(out);
        }
        while self.at == self.out.len() {
            if matches!(self.state, State::Ended) {
                return Ok(0);
            }
            self.refill()?;
        }
        let n = out.len().min(self.out.len() - self.at);
        out[..n].copy_from_slice(&self.out[self.at..self.at + n]);
        self.at += n;
        Ok(n)
    }
}

/// GB18030 rather than UTF-8: it reads without a fault as the one, and has more faults than characters as the
/// other. The last bytes may be half of a character.
fn is_gb(input: &[u8]) -> bool {
    let valid = Encoding::utf8_valid_up_to(input);
    if input.len() - valid < 4 && !input[..valid].is_ascii() {
        return false;
    }
    let text = String::from_utf8_lossy(input);
    let bad = text.chars().filter(|&c| c == char::REPLACEMENT_CHARACTER).count();
    let good = text.chars().filter(|&c| !c.is_ascii() && c != char::REPLACEMENT_CHARACTER).count();
    let mut decoder = GB18030.new_decoder_without_bom_handling();
    let mut sink = vec![0; input.len() * 3 + 16];
    let (_, _, _, faults) = decoder.decode_to_utf8(input, &mut sink, false);
    !faults && bad > good
}

/// UTF-16 by its mark or by the zeros beside a first ASCII character.
fn utf16(head: &[u8]) -> Option<&'static Encoding> {
    match head {
        [0xff, 0xfe, ..] | [1..=255, 0, ..] => Some(encoding_rs::UTF_16LE),
        [0xfe, 0xff, ..] | [0, 1..=255, ..] => Some(encoding_rs::UTF_16BE),
        _ => None,
    }
}

fn reader<R: Read>(inner: BufReader<R>, encoding: Option<&'static Encoding>, otherwise: State) -> Utf8<R> {
    let state = encoding.map_or(otherwise, |e| State::Decoding(Box::new(e.new_decoder_with_bom_removal())));
    Utf8 { inner, state, out: Vec::new(), at: 0, returns: false }
}

/// Opens XML text by its mark or by the encoding that it declares.
pub fn utf8<R: Read>(source: R) -> Result<Utf8<R>, Error> {
    let mut inner = BufReader::with_capacity(16 << 10, source);
    let head = inner.fill_buf()?;
    let encoding = utf16(head).or_else(|| {
        let head = String::from_utf8_lossy(&head[..head.len().min(120)]).to_lowercase();
        let declared = head.strip_prefix("<?xml")?.split("?>").next()?.split("encoding").nth(1)?;
        let label = declared.trim_start().strip_prefix('=')?.trim_start();
        let label = label.split(['"', '\'']).nth(1)?;
        // Bytes that show no zeros are no UTF-16, whatever they declare.
        Encoding::for_label(label.as_bytes()).filter(|e| *e != UTF_8 && e.is_ascii_compatible())
    });
    Ok(reader(inner, encoding, State::Plain))
}

/// Opens the text of a table: by its mark, else UTF-8 or GB18030 by its first characters beyond ASCII; or as
/// it is told.
pub fn text<R: Read>(source: R, encoding: Option<&str>) -> Result<Utf8<R>, Error> {
    let mut inner = BufReader::with_capacity(64 << 10, source);
    let head = inner.fill_buf()?;
    let told = encoding.and_then(|e| Encoding::for_label(e.as_bytes()));
    let found = utf16(head);
    let returns = found.is_none() && !head.contains(&b'\n') && head.contains(&b'\r');
    let state = if told == Some(UTF_8) { State::Plain } else { State::Undecided };
    let mut text = reader(inner, found.or(told.filter(|e| *e != UTF_8)), state);
    text.returns = returns;
    Ok(text)
}

/// The text of a table, unpacked and in UTF-8.
pub fn table_text<R: Read>(source: R, limits: &Limits) -> Result<Utf8<Unpacked<R>>, Error> {
    text(unpack(source, limits)?, None)
}

/// Packs what is written as gzip; the end is written when it is dropped.
pub fn gzip<W: std::io::Write>(out: W) -> impl std::io::Write {
    flate2::write::GzEncoder::new(out, flate2::Compression::default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::{Compression, write::GzEncoder};
    use std::io::Write;

    #[test]
    fn latin_1_becomes_utf_8_whatever_the_room() {
        let text = b"<?xml version='1.0' encoding='ISO-8859-1'?><a>\xe9t\xe9</a>";
        let mut whole = String::new();
        utf8(&text[..]).unwrap().read_to_string(&mut whole).unwrap();
        assert!(whole.ends_with("<a>été</a>"));
        let mut reader = utf8(&text[..]).unwrap();
        let (mut slow, mut one) = (Vec::new(), [0u8; 1]);
        while reader.read(&mut one).unwrap() == 1 {
            slow.push(one[0]);
        }
        assert_eq!(slow, whole.as_bytes());
    }

    #[test]
    fn tables_are_read_in_the_encoding_of_the_office() {
        let table = "编号,环节\n1,受理\n".repeat(20_000);
        let (gb, _, _) = GB18030.encode(&table);
        let utf16: Vec<u8> =
            [0xff, 0xfe].into_iter().chain(table.encode_utf16().flat_map(u16::to_le_bytes)).collect();
        let read = |bytes: &[u8], told: Option<&str>| {
            let mut reader = text(bytes, told).unwrap();
            let mut all = String::new();
            reader.read_to_string(&mut all).unwrap();
            all
        };
        assert_eq!(read(&gb, None), table);
        assert_eq!(read(&gb, Some("gbk")), table);
        assert_eq!(read(&utf16, None), table);
        assert_eq!(read(table.as_bytes(), None), table);
        assert_eq!(read(table.replace('\n', "\r").as_bytes(), None), table);
        // One faulty byte does not make UTF-8 Chinese of another kind.
        let mut faulty = table.clone().into_bytes();
        faulty.insert(3, 0xff);
        assert!(String::from_utf8_lossy(&faulty).contains("环节"));
        let mut all = Vec::new();
        text(&faulty[..], None).unwrap().read_to_end(&mut all).unwrap();
        assert_eq!(all, faulty);
    }

    #[test]
    fn gzip_is_unpacked_and_a_bomb_is_refused() {
        let mut gz = GzEncoder::new(Vec::new(), Compression::fast());
        gz.write_all(b"hello").unwrap();
        let bytes = gz.finish().unwrap();
        let mut text = String::new();
        unpack(&bytes[..], &Limits::small()).unwrap().read_to_string(&mut text).unwrap();
        assert_eq!(text, "hello");

        let mut gz = GzEncoder::new(Vec::new(), Compression::best());
        let zeros = vec![b' '; 1 << 20];
        for _ in 0..80 {
            gz.write_all(&zeros).unwrap();
        }
        let bytes = gz.finish().unwrap();
        let mut source = unpack(&bytes[..], &Limits::small()).unwrap();
        let error = std::io::copy(&mut source, &mut std::io::sink()).unwrap_err();
        assert!(matches!(Error::from(error), Error::TooLarge { .. }));
    }
}
