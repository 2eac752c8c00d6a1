//! 正文: the text of a document as an office sends it. Word (`.docx`), PDF, OFD and plain text of any encoding are read; what
//! else comes is named with how to save it. Input is hostile: bounded, never trusted, never run.

mod ofd;
mod package;
mod pages;
mod pdf;
mod plain;
mod word;

use kernel::Said;

/// The largest file, in bytes.
pub const FILE_MOST: usize = 20 << 20;
/// The longest text, in characters.
pub const TEXT_MOST: usize = 400_000;
/// Bytes that a file may unpack to.
const UNPACKED_MOST: usize = 128 << 20;
/// Pages that are read.
const PAGES_MOST: usize = 1_000;

/// What kind of file it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `.docx`
    Word,
    /// PDF
    Pdf,
    /// OFD
    Ofd,
    /// text of any encoding
    Plain,
}

impl Kind {
    /// The word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Word => "word",
            Self::Pdf => "pdf",
            Self::Ofd => "ofd",
            Self::Plain => "plain",
        }
    }
}

/// The text of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// what it was
    pub kind: Kind,
    /// its paragraphs, one a line; rows of tables as lines with tabs between cells
    pub text: String,
    /// what was not read, in words
    pub left: Vec<Said>,
}

fn said(zh: impl Into<String>, en: impl Into<String>) -> Said {
    Said::new(zh, en)
}

/// Reads a document by its content; its name is not believed.
///
/// ```
/// let document = doctext::read("关于印发办法的通知\r\n各县区：".as_bytes()).unwrap();
/// assert_eq!(document.text, "关于印发办法的通知\n各县区：");
/// ```
///
/// # Errors
/// It cannot be read, with what to do.
pub fn read(bytes: &[u8]) -> Result<Document, Said> {
    if bytes.len() > FILE_MOST {
        let most = FILE_MOST >> 20;
        return Err(said(
            format!("文件超过 {most} 兆，请只上传正文，附件另存"),
            format!("larger than {most} MB: send the text itself, without its annexes"),
        ));
    }
    let (kind, text, left) = match bytes {
        [] => return Err(said("文件是空的", "the file is empty")),
        [b'P', b'K', 3, 4, ..] => {
            let mut package = package::Package::open(bytes)?;
            if package.has("word/document.xml") {
                let (text, left) = word::read(&mut package)?;
                (Kind::Word, text, left)
            } else if package.has("OFD.xml") {
                (Kind::Ofd, ofd::read(&mut package)?, Vec::new())
            } else if package.has("xl/workbook.xml") {
                return Err(said(
                    "这是 Excel 工作簿，不是文件正文；请上传 Word、PDF、OFD 或纯文本",
                    "this is a workbook, not a text: send Word, PDF, OFD or plain text",
                ));
            } else if package.has("content.xml") {
                return Err(save_as("这是 ODT 文档", "this is an ODT document"));
            } else {
                return Err(said(
                    "这是压缩包，请解压后上传其中的正文",
                    "this is an archive: unpack it and send the text in it",
                ));
            }
        }
        [0xd0, 0xcf, 0x11, 0xe0, ..] => {
            return Err(save_as(
                "这是旧版 Word 或 WPS 文档（.doc、.wps）",
                "this is an old Word or WPS document (.doc, .wps)",
            ));
        }
        b if b.starts_with(b"{\\rtf") => return Err(save_as("这是 RTF 文档", "this is an RTF document")),
        b if window(b, 1024, b"%PDF-") => {
            let (text, left) = pdf::read(b)?;
            (Kind::Pdf, text, left)
        }
        b if plain::is_picture(b) => {
            return Err(said(
                "这是图片，里面的文字读不出来；请上传 Word、OFD 或带文字的 PDF，或把文字粘贴进来",
                "this is a picture, whose words cannot be read: send Word, OFD or a PDF with text, or paste the text",
            ));
        }
        b => (Kind::Plain, plain::read(b)?, Vec::new()),
    };
    let text = tidy(&text);
    if text.is_empty() {
        return Err(match kind {
            Kind::Pdf => said(
                "PDF 里没有文字，像是扫描件；请上传 Word 或 OFD，或把文字粘贴进来",
                "the PDF holds no text, it seems to be scanned: send Word or OFD, or paste the text",
            ),
            _ => said("文件里没有文字", "there is no text in the file"),
        });
    }
    if text.chars().count() > TEXT_MOST {
        return Err(said(
            format!("正文超过 {TEXT_MOST} 个字，请分成几个文件"),
            format!("longer than {TEXT_MOST} characters: send it in parts"),
        ));
    }
    Ok(Document { kind, text, left })
}

fn save_as(zh: &str, en: &str) -> Said {
    said(
        format!("{zh}，请在 Word 或 WPS 里打开，另存为 .docx 再上传"),
        format!("{en}: open it in Word or WPS and save it as .docx"),
    )
}

fn window(bytes: &[u8], most: usize, mark: &[u8]) -> bool {
    bytes[..bytes.len().min(most)].windows(mark.len()).any(|w| w == mark)
}

/// Lines without what ends them, without characters that control, at most one empty line between two.
fn tidy(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut empty = 0;
    for line in text.lines() {
        let seen = line.chars().filter(|c| *c == '\t' || !c.is_control() && !unseen(*c));
        let mut line: String = seen.map(tabular::script::unified).collect();
        if line.contains(|c| matches!(c, '\u{fb00}'..='\u{fb06}')) {
            for (one, letters) in
                [("ﬀ", "ff"), ("ﬁ", "fi"), ("ﬂ", "fl"), ("ﬃ", "ffi"), ("ﬄ", "ffl"), ("ﬅ", "st"), ("ﬆ", "st")]
            {
                line = line.replace(one, letters);
            }
        }
        let line = line.trim_end();
        if line.is_empty() {
            empty += 1;
            continue;
        }
        if !out.is_empty() {
            out.push_str(if empty > 0 { "\n\n" } else { "\n" });
        }
        empty = 0;
        out.push_str(line);
    }
    out
}

/// Marks that nobody sees: of direction, of width nought.
const fn unseen(c: char) -> bool {
    matches!(c, '\u{feff}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{ad}')
}
