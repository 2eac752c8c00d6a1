//! Bytes as they come, unpacked when they are gzip; a bomb is refused while it unpacks.
//!
//! Knows readers; nothing of what they contain.

use std::io::{BufRead, BufReader, Read};

use encoding_rs::{Decoder, Encoding, UTF_8};
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

/// Text as UTF-8, whatever it was written in.
pub struct Utf8<R: Read> {
    inner: BufReader<R>,
    state: State,
    /// Decoded text that was not taken yet.
    out: Vec<u8>,
    at: usize,
}

enum State {
    /// Passed on as it is.
    Plain,
    Decoding(Box<Decoder>),
    Ended,
}

/// Bytes decoded at a time.
const PIECE: usize = 32 << 10;

impl<R: Read> Utf8<R> {
    fn refill(&mut self) -> std::io::Result<()> {
        self.out.clear();
        self.at = 0;
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
        Ok(())
    }
}

impl<R: Read> Read for Utf8<R> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        if matches!(self.state, State::Plain) && self.at == self.out.len() {
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

/// UTF-16 by its mark or by the zeros beside a first ASCII character.
fn utf16(head: &[u8]) -> Option<&'static Encoding> {
    match head {
        [0xff, 0xfe, ..] | [1..=255, 0, ..] => Some(encoding_rs::UTF_16LE),
        [0xfe, 0xff, ..] | [0, 1..=255, ..] => Some(encoding_rs::UTF_16BE),
        _ => None,
    }
}

fn reader<R: Read>(inner: BufReader<R>, encoding: Option<&'static Encoding>) -> Utf8<R> {
    let state =
        encoding.map_or(State::Plain, |e| State::Decoding(Box::new(e.new_decoder_with_bom_removal())));
    Utf8 { inner, state, out: Vec::new(), at: 0 }
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
    Ok(reader(inner, encoding))
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
