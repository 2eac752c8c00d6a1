//! The export file: the whole record as JSON Lines, plain or gzip, verifiable without the database.
//!
//! One object a line: `{"header":…}`, then `{"event":…}` in the order of `seq` with `{"seal":…}` right after
//! the last event it covers, then `{"end":{"events":N,"seals":K}}`.

use std::io::{BufRead, BufReader, Read, Write};

use flate2::read::MultiGzDecoder;
use kernel::Moment;
use serde::{Deserialize, Serialize};

use crate::event::{Event, MAX_DATA_BYTES};
use crate::seal::{Seal, SealKey};
use crate::verify::{Anchor, Break, Totals, Verified, Verifier};

/// Version of the file format.
const VERSION: u32 = 1;
/// Longest line that is read, in bytes: the largest event with every byte escaped, and room.
pub const MAX_LINE_BYTES: u64 = 6 * MAX_DATA_BYTES as u64 + 65_536;

/// First line of the file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// Version of the format.
    pub version: u32,
    /// Whose record it is.
    pub city: String,
    /// When it was exported.
    pub exported: Moment,
}

#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum LineOut<'a> {
    Header(&'a Header),
    Event(&'a Event),
    Seal(&'a Seal),
    End(End),
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum LineIn {
    Header(Header),
    Event(Event),
    Seal(Seal),
    End(End),
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct End {
    events: i64,
    seals: i64,
}

/// What is wrong with an export file.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The file cannot be read or written.
    #[error("读写出错，请检查文件和磁盘 / cannot read or write, check the file and the disk: {0}")]
    Io(#[from] std::io::Error),
    /// A line is not what the format says.
    #[error(
        "第 {line} 行不是本格式（{why}）；文件可能损坏，请重新导出 / line {line} is not of this format ({why}); the file may be damaged, export again"
    )]
    Malformed {
        /// Which line, from 1.
        line: u64,
        /// What was wrong.
        why: String,
    },
    /// The file was made by a newer program.
    #[error(
        "文件格式是第 {0} 版，本程序只认第 1 版，请用新程序 / the file has format version {0}, this program knows 1: use a newer program"
    )]
    Newer(u32),
    /// The record is broken.
    #[error("{0}")]
    Broken(#[from] Box<Break>),
}

/// Writes an export file.
#[derive(Debug)]
pub struct Exporter<W: Write> {
    out: W,
    end: End,
}

impl<W: Write> Exporter<W> {
    /// Writes the header.
    pub fn new(out: W, city: &str, exported: Moment) -> Result<Self, ExportError> {
        let header = Header { version: VERSION, city: city.to_owned(), exported };
        let mut exporter = Self { out, end: End { events: 0, seals: 0 } };
        exporter.line(&LineOut::Header(&header))?;
        Ok(exporter)
    }
    /// Writes the next event.
    pub fn event(&mut self, e: &Event) -> Result<(), ExportError> {
        self.end.events += 1;
        self.line(&LineOut::Event(e))
    }
    /// Writes the next seal.
    pub fn seal(&mut self, s: &Seal) -> Result<(), ExportError> {
        self.end.seals += 1;
        self.line(&LineOut::Seal(s))
    }
    /// Writes the last line and gives the writer back.
    pub fn finish(mut self) -> Result<W, ExportError> {
        let end = self.end;
        self.line(&LineOut::End(end))?;
        self.out.flush()?;
        Ok(self.out)
    }
    fn line(&mut self, line: &LineOut<'_>) -> Result<(), ExportError> {
        serde_json::to_writer(&mut self.out, line).map_err(std::io::Error::from)?;
        self.out.write_all(b"\n")?;
        Ok(())
    }
}

/// A file that holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Exported {
    /// Its first line.
    pub header: Header,
    /// What was read.
    pub verified: Verified,
}

/// Verifies an export file, plain or gzip, without the database.
pub fn verify_export(
    mut file: impl BufRead,
    key: Option<SealKey>,
    anchor: Option<Anchor>,
) -> Result<Exported, ExportError> {
    if file.fill_buf()?.starts_with(&[0x1f, 0x8b]) {
        verify_lines(BufReader::with_capacity(1 << 16, MultiGzDecoder::new(file)), key, anchor)
    } else {
        verify_lines(file, key, anchor)
    }
}

fn verify_lines(
    mut file: impl BufRead,
    key: Option<SealKey>,
    anchor: Option<Anchor>,
) -> Result<Exported, ExportError> {
    let mut lines = Lines { buf: Vec::new(), line: 0 };
    let Some(LineIn::Header(header)) = lines.next(&mut file)? else {
        return Err(lines.malformed("没有文件头 / no header"));
    };
    if header.version != VERSION {
        return Err(ExportError::Newer(header.version));
    }
    let mut verifier = Verifier::new(key, anchor);
    loop {
        match lines.next(&mut file)? {
            Some(LineIn::Event(e)) => verifier.event(&e)?,
            Some(LineIn::Seal(s)) => verifier.seal(&s)?,
            Some(LineIn::End(end)) => {
                if lines.next(&mut file)?.is_some() {
                    return Err(lines.malformed("结尾之后还有内容 / something after the end"));
                }
                let verified = verifier.finish(Totals { seq: end.events, seals: end.seals })?;
                // Too few are found by the verifier; more than the end counts were put in afterwards.
                if verified.seals != end.seals {
                    return Err(lines.malformed("封签数与结尾不符 / the end counts another number of seals"));
                }
                return Ok(Exported { header, verified });
            }
            Some(LineIn::Header(_)) => return Err(lines.malformed("又一个文件头 / another header")),
            None => return Err(lines.malformed("没有结尾，文件不完整 / no end: the file is incomplete")),
        }
    }
}

struct Lines {
    buf: Vec<u8>,
    line: u64,
}

impl Lines {
    fn malformed(&self, why: impl Into<String>) -> ExportError {
        ExportError::Malformed { line: self.line, why: why.into() }
    }
    fn next(&mut self, file: &mut impl BufRead) -> Result<Option<LineIn>, ExportError> {
        self.buf.clear();
        self.line += 1;
        let n = file.by_ref().take(MAX_LINE_BYTES).read_until(b'\n', &mut self.buf)?;
        if n == 0 {
            return Ok(None);
        }
        if n as u64 == MAX_LINE_BYTES {
            return Err(self.malformed("行太长 / the line is too long"));
        }
        serde_json::from_slice(&self.buf).map(Some).map_err(|e| self.malformed(e.to_string()))
    }
}
