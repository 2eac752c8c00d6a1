//! Bytes as they come, unpacked when they are gzip; a bomb is refused while it unpacks.
//!
//! Knows readers; nothing of what they contain.

use std::io::{BufRead, BufReader, Read};

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

/// Text as UTF-8: Latin-1, where an XML declaration says so, is rewritten on the way.
pub struct Utf8<R: Read> {
    inner: BufReader<R>,
    latin: bool,
    /// The second byte of a character for which there was no room.
    second: Option<u8>,
}

impl<R: Read> Read for Utf8<R> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        if !self.latin {
            return self.inner.read(out);
        }
        if let (Some(b), false) = (self.second, out.is_empty()) {
            self.second = None;
            out[0] = b;
            return Ok(1);
        }
        let input = self.inner.fill_buf()?;
        if let ([b, ..], 1) = (input, out.len()) {
            // One byte becomes at most two.
            let mut two = [0; 2];
            let text = char::from(*b).encode_utf8(&mut two).as_bytes();
            out[0] = text[0];
            self.second = text.get(1).copied();
            self.inner.consume(1);
            return Ok(1);
        }
        let n = input.len().min(out.len() / 2);
        let mut at = 0;
        for &b in &input[..n] {
            let mut two = [0; 2];
            for &b in char::from(b).encode_utf8(&mut two).as_bytes() {
                out[at] = b;
                at += 1;
            }
        }
        self.inner.consume(n);
        Ok(at)
    }
}

/// Opens XML text by the encoding that it declares.
pub fn utf8<R: Read>(source: R) -> Result<Utf8<R>, Error> {
    let mut inner = BufReader::with_capacity(16 << 10, source);
    let head = inner.fill_buf()?;
    let head = String::from_utf8_lossy(&head[..head.len().min(120)]).to_lowercase();
    let declared = head.starts_with("<?xml").then(|| head.split("?>").next().unwrap_or_default().to_owned());
    let latin =
        declared.is_some_and(|d| ["iso-8859-1", "windows-1252", "latin1"].iter().any(|e| d.contains(e)));
    Ok(Utf8 { inner, latin, second: None })
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
