//! 附件: what a file is, told by its content and never by its name; how large it may be; and what is taken out
//! of a picture before it is kept: position, device, time, everything but the picture itself (rows R1, X6).
//!
//! Pure: bytes in, bytes out. Nothing is decoded, so nothing can blow up. Must not know where files are kept.

mod jpeg;
mod png;
mod webp;

use kernel::Said;

/// A kind of file that is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// 照片
    Jpeg,
    /// 截图
    Png,
    /// 网页图片
    Webp,
    /// PDF 文档
    Pdf,
    /// Word 文档
    Docx,
    /// Excel 表格
    Xlsx,
    /// 旧版 Word 文档
    Doc,
    /// 旧版 Excel 表格
    Xls,
    /// MP3 录音
    Mp3,
    /// 手机录音
    M4a,
    /// 手机录音 (AMR)
    Amr,
    /// WAV 录音
    Wav,
    /// 网页录音
    Ogg,
}

/// Who brings it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum From {
    /// 群众: pictures only
    Public,
    /// 工作人员
    Staff,
}

/// One row of the table of kinds.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// the kind
    pub kind: Kind,
    /// its media type
    pub media: &'static str,
    /// the ending it is served with
    pub ending: &'static str,
    /// the Chinese word
    pub zh: &'static str,
    /// most bytes
    pub most: usize,
    /// taken from the public too
    pub public: bool,
}

const MIB: usize = 1 << 20;

/// The table.
#[rustfmt::skip]
pub const KINDS: &[Row] = &[
    Row { kind: Kind::Jpeg, media: "image/jpeg", ending: "jpg", zh: "照片", most: 10 * MIB, public: true },
    Row { kind: Kind::Png, media: "image/png", ending: "png", zh: "截图", most: 10 * MIB, public: true },
    Row { kind: Kind::Webp, media: "image/webp", ending: "webp", zh: "图片", most: 10 * MIB, public: true },
    Row { kind: Kind::Pdf, media: "application/pdf", ending: "pdf", zh: "PDF 文档", most: 20 * MIB, public: false },
    Row { kind: Kind::Docx, media: "application/vnd.openxmlformats-officedocument.wordprocessingml.document", ending: "docx", zh: "Word 文档", most: 20 * MIB, public: false },
    Row { kind: Kind::Xlsx, media: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ending: "xlsx", zh: "Excel 表格", most: 20 * MIB, public: false },
    Row { kind: Kind::Doc, media: "application/msword", ending: "doc", zh: "旧版 Word 文档", most: 20 * MIB, public: false },
    Row { kind: Kind::Xls, media: "application/vnd.ms-excel", ending: "xls", zh: "旧版 Excel 表格", most: 20 * MIB, public: false },
    Row { kind: Kind::Mp3, media: "audio/mpeg", ending: "mp3", zh: "录音", most: 20 * MIB, public: false },
    Row { kind: Kind::M4a, media: "audio/m4a", ending: "m4a", zh: "录音", most: 20 * MIB, public: false },
    Row { kind: Kind::Amr, media: "audio/amr", ending: "amr", zh: "录音", most: 20 * MIB, public: false },
    Row { kind: Kind::Wav, media: "audio/x-wav", ending: "wav", zh: "录音", most: 20 * MIB, public: false },
    Row { kind: Kind::Ogg, media: "audio/ogg", ending: "ogg", zh: "录音", most: 20 * MIB, public: false },
];

/// Most bytes of any kind: what a reader of uploads has to take in before it can know the kind.
pub const MOST: usize = 20 * MIB;

/// The row of a media type.
pub fn row_of(media: &str) -> Option<&'static Row> {
    KINDS.iter().find(|r| r.media == media)
}

/// A file as it may be kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// what it is
    pub kind: Kind,
    /// media type
    pub media: &'static str,
    /// its bytes, cleaned
    pub bytes: Vec<u8>,
}

/// Looks at a file and makes it fit to be kept.
///
/// # Errors
/// Empty, too large, a kind that is not taken, a document with macros, a damaged picture: what to do instead.
pub fn accept(bytes: Vec<u8>, from: From) -> Result<Kept, Said> {
    if bytes.is_empty() {
        return Err(Said::new("文件是空的，请重新选择", "the file is empty: choose another one"));
    }
    let media = media_of(&bytes);
    let Some(row) = media.and_then(row_of).filter(|r| r.public || from == From::Staff) else {
        return Err(not_taken(from));
    };
    if bytes.len() > row.most {
        let most = row.most / MIB;
        return Err(Said::new(
            format!("{}不能超过 {most} MB，请压缩后再传", row.zh),
            format!("a {} may have {most} MB at most: make it smaller and send it again", row.ending),
        ));
    }
    if matches!(row.kind, Kind::Docx | Kind::Xlsx | Kind::Doc | Kind::Xls) && has_macros(&bytes) {
        return Err(Said::new(
            "文件含有宏，不能接收；请另存为不含宏的文档或 PDF 再传",
            "the document has macros: save it without them, or as PDF, and send it again",
        ));
    }
    let cleaned = match row.kind {
        Kind::Jpeg => jpeg::clean(&bytes),
        Kind::Png => png::clean(&bytes),
        Kind::Webp => webp::clean(&bytes),
        _ => Some(bytes),
    };
    let bytes = cleaned.ok_or_else(|| {
        Said::new("图片已损坏，请重新拍照或截图后再传", "the picture is damaged: take it again and send that")
    })?;
    Ok(Kept { kind: row.kind, media: row.media, bytes })
}

/// What the content says it is. Office packages are told apart by the parts that they must have, because the
/// programs of the field write them in any order.
fn media_of(bytes: &[u8]) -> Option<&'static str> {
    let told = infer::get(bytes)?.mime_type();
    if !bytes.starts_with(b"PK") {
        return Some(told);
    }
    let parts: [(&[u8], Kind); 2] = [(b"word/document.xml", Kind::Docx), (b"xl/workbook.xml", Kind::Xlsx)];
    let has = |name: &[u8]| bytes.windows(name.len()).any(|w| w == name);
    let found = parts.iter().find(|(part, _)| has(part) && has(b"[Content_Types].xml"));
    KINDS.iter().find(|r| found.is_some_and(|f| f.1 == r.kind)).map(|r| r.media)
}

fn not_taken(from: From) -> Said {
    match from {
        From::Public => Said::new(
            "只接收照片和截图（JPG、PNG、WebP）；请在手机相册中选择图片",
            "only pictures are taken (JPG, PNG, WebP): choose one of your photos",
        ),
        From::Staff => Said::new(
            "不接收这种文件；可以传图片（JPG、PNG、WebP）、PDF、Word、Excel 和录音（MP3、M4A、AMR、WAV、OGG）",
            "this kind of file is not taken: pictures (JPG, PNG, WebP), PDF, Word, Excel and recordings are",
        ),
    }
}

/// Names of the parts that hold macros stand uncompressed in both container formats.
fn has_macros(bytes: &[u8]) -> bool {
    let wide: Vec<u8> = "_VBA_PROJECT".bytes().flat_map(|b| [b, 0]).collect();
    let names: [&[u8]; 2] = [b"vbaProject.bin", &wide];
    // Names of parts do not tell large letters from small ones.
    names.iter().any(|name| bytes.windows(name.len()).any(|w| w.eq_ignore_ascii_case(name)))
}

/// A name as it may be shown and served: the last part of a path, without what a file system or a header could
/// misread, at most 80 characters, with the ending of what the file really is.
pub fn safe_name(name: &str, media: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let clean: String = last.chars().filter(|c| !c.is_control() && !r#"<>:"|?*;%"#.contains(*c)).collect();
    // Letters that turn the direction of writing can hide an ending.
    let clean: String = clean.chars().filter(|c| !matches!(*c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')).collect();
    let stem = clean.rsplit_once('.').map_or(clean.as_str(), |(stem, _)| stem);
    let stem: String = stem.trim_matches(|c: char| c == '.' || c.is_whitespace()).chars().take(80).collect();
    let stem = if stem.is_empty() { "附件".to_owned() } else { stem };
    match row_of(media) {
        Some(row) => format!("{stem}.{}", row.ending),
        None => stem,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_are_tame_and_end_as_what_the_file_is() {
        assert_eq!(safe_name("../../etc/passwd", "image/png"), "passwd.png");
        assert_eq!(safe_name("C:\\照片\\门头 1.HEIC.jpg", "image/jpeg"), "门头 1.HEIC.jpg");
        assert_eq!(safe_name("a\u{202e}gpj.exe", "application/pdf"), "agpj.pdf");
        assert_eq!(safe_name("...", "image/jpeg"), "附件.jpg");
        assert_eq!(safe_name("a\r\nSet-Cookie: x", "image/jpeg"), "aSet-Cookie x.jpg");
    }

    #[test]
    fn the_name_does_not_make_a_picture() {
        for bad in
            [&b"<svg xmlns='http://www.w3.org/2000/svg'/>"[..], b"<html><script>", b"MZ\x90\0", b"hello", b""]
        {
            assert!(accept(bad.to_vec(), From::Staff).is_err());
        }
        assert!(accept(b"%PDF-1.7\n".to_vec(), From::Staff).is_ok());
        assert!(accept(b"%PDF-1.7\n".to_vec(), From::Public).is_err(), "pictures only");
    }

    #[test]
    fn documents_with_macros_are_refused() {
        let part = |name: &str| {
            let mut p = b"PK\x03\x04\x14\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0".to_vec();
            p.extend([u8::try_from(name.len()).unwrap(), 0, 0, 0]);
            p.extend(name.as_bytes());
            p
        };
        let mut doc = [part("word/document.xml"), part("_rels/.rels"), part("[Content_Types].xml")].concat();
        assert_eq!(accept(doc.clone(), From::Staff).map(|k| k.kind), Ok(Kind::Docx));
        assert!(accept(part("a.txt"), From::Staff).is_err(), "an archive is not a document");
        doc.extend(b"word/vbaProject.BIN");
        let said = accept(doc, From::Staff).unwrap_err();
        assert!(said.zh.contains('宏'), "{said}");
    }

    proptest! {
        #[test]
        fn any_bytes_are_answered(head in 0..4_usize, tail in proptest::collection::vec(any::<u8>(), 0..400)) {
            let heads: [&[u8]; 4] = [b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF\x10\0\0\0WEBP", b""];
            let mut bytes = heads[head].to_vec();
            bytes.extend(tail);
            drop(accept(bytes.clone(), From::Staff));
            drop(accept(bytes, From::Public));
        }
    }
}
