//! 文件种类: what a file is by its first bytes, told before anything is parsed, with what to do about it.

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// Nothing in it.
    Empty,
    /// A zip: XLSX, ODS, XLSB, DOCX … or an archive.
    Zip,
    /// The compound file of Office 97: XLS, DOC, PPT, or a workbook with a password.
    Compound,
    /// A web page.
    Html,
    /// A spreadsheet in the XML of Excel 2003.
    Xml2003,
    /// Other XML.
    Xml,
    /// JSON.
    Json,
    /// Parquet.
    Parquet,
    /// SQLite.
    Sqlite,
    /// PDF.
    Pdf,
    /// RTF.
    Rtf,
    /// A picture.
    Picture,
    /// RAR or 7z.
    Archive,
    /// gzip.
    Gzip,
    /// A program or something else that is no text.
    Binary,
    /// Text: a table with separators, it is hoped.
    Text,
}

/// Bytes that are needed to tell.
pub const HEAD: usize = 4096;

impl FileKind {
    /// By the first [`HEAD`] bytes.
    pub fn of(head: &[u8]) -> Self {
        match head {
            [] => return Self::Empty,
            [b'P', b'K', 3 | 5, ..] => return Self::Zip,
            [0xd0, 0xcf, 0x11, 0xe0, ..] => return Self::Compound,
            [b'P', b'A', b'R', b'1', ..] => return Self::Parquet,
            [b'%', b'P', b'D', b'F', ..] => return Self::Pdf,
            [0x1f, 0x8b, ..] => return Self::Gzip,
            [b'{', b'\\', b'r', b't', b'f', ..] => return Self::Rtf,
            [0x89, b'P', b'N', b'G', ..]
            | [0xff, 0xd8, 0xff, ..]
            | [b'G', b'I', b'F', b'8', ..]
            | [b'B', b'M', _, _, _, _, 0, 0, ..]
            | [b'I', b'I', 0x2a, 0, ..] => return Self::Picture,
            [b'R', b'a', b'r', b'!', ..] | [b'7', b'z', 0xbc, 0xaf, ..] => return Self::Archive,
            [0x7f, b'E', b'L', b'F', ..] => return Self::Binary,
            _ => {}
        }
        if head.starts_with(b"SQLite format 3\0") {
            return Self::Sqlite;
        }
        let utf16 = matches!(
            crate::text::Survey::of(head).encoding(),
            crate::text::Encoding::Utf16Le | crate::text::Encoding::Utf16Be
        );
        let text: String = String::from_utf8_lossy(head).chars().filter(|c| *c != '\0').collect();
        let text = text.trim_start_matches(['\u{feff}', '\u{fffd}', ' ', '\n', '\r', '\t']).to_lowercase();
        if text.starts_with('<') {
            let has = |w: &str| text.contains(w);
            return if has("urn:schemas-microsoft-com:office:spreadsheet") && has("workbook") {
                Self::Xml2003
            } else if text.starts_with("<!doctype html")
                || has("<html")
                || text.starts_with("<table")
                || has("<table ")
                || has("<body")
                || text.starts_with("<meta")
            {
                Self::Html
            } else {
                Self::Xml
            };
        }
        if text.starts_with("mime-version:") {
            return Self::Html;
        }
        if text.starts_with('{') || text.strip_prefix('[').is_some_and(|t| t.trim_start().starts_with('{')) {
            return Self::Json;
        }
        // Noughts that fill a file up to a block are no content.
        let head = &head[..head.iter().rposition(|b| *b != 0).map_or(0, |n| n + 1)];
        let odd = head.iter().filter(|b| **b < 9 || (14..26).contains(*b) || (27..31).contains(*b)).count();
        if !utf16 && odd * 10 > head.len() { Self::Binary } else { Self::Text }
    }

    /// What it is and what to do when a table is wanted: Chinese, English.
    pub const fn said(self) -> (&'static str, &'static str) {
        match self {
            Self::Empty => ("文件是空的", "the file is empty"),
            Self::Zip => (
                "这是压缩包，请先解压，再导入里面的 .xlsx 或 .csv",
                "a zip archive: unpack it and import the .xlsx or .csv in it",
            ),
            Self::Compound => {
                ("这是旧版 Office 文件，请另存为 .xlsx", "a file of an old Office: save it as .xlsx")
            }
            Self::Html => (
                "这是网页（HTML），不是数据文件；请从系统里重新导出，或在表格软件里打开后另存为 .xlsx",
                "a web page (HTML), not data: export it again, or open it in a spreadsheet and save it as .xlsx",
            ),
            Self::Xml2003 => (
                "这是 Excel 2003 的 XML 表格，请另存为 .xlsx",
                "a spreadsheet in the XML of Excel 2003: save it as .xlsx",
            ),
            Self::Xml => {
                ("这是 XML，不是表格；请另存为 .xlsx 或 CSV", "XML, not a table: save it as .xlsx or CSV")
            }
            Self::Json => {
                ("这是 JSON，不是表格；请导出为 .xlsx 或 CSV", "JSON, not a table: export it as .xlsx or CSV")
            }
            Self::Parquet => {
                ("这是 Parquet 文件，这里要 .xlsx 或 CSV", "a Parquet file: .xlsx or CSV is needed here")
            }
            Self::Sqlite => (
                "这是 SQLite 数据库，请从中导出 .xlsx 或 CSV",
                "a SQLite database: export .xlsx or CSV from it",
            ),
            Self::Pdf => (
                "这是 PDF，不能当表格读；请索要 .xlsx，或用转换软件转成 .xlsx 并核对",
                "a PDF cannot be read as a table: ask for the .xlsx, or convert it and check it",
            ),
            Self::Rtf => (
                "这是 RTF 文档，请把表格复制到表格软件里存为 .xlsx",
                "an RTF document: copy its table into a spreadsheet and save it as .xlsx",
            ),
            Self::Picture => (
                "这是图片，不能当表格读；请索要 .xlsx",
                "a picture cannot be read as a table: ask for the .xlsx",
            ),
            Self::Archive => ("这是 RAR/7z 压缩包，请先解压", "a RAR or 7z archive: unpack it first"),
            Self::Gzip => ("这是 gzip 压缩文件，请先解压", "a gzip file: unpack it first"),
            Self::Binary => (
                "这不是文本，也不是认得的表格；请用 .xlsx 或 CSV",
                "neither text nor a table that is known: use .xlsx or CSV",
            ),
            Self::Text => ("这是文本", "text"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_told_by_its_content() {
        for (head, want) in [
            (&b""[..], FileKind::Empty),
            (b"PK\x03\x04", FileKind::Zip),
            (b"\xd0\xcf\x11\xe0\xa1", FileKind::Compound),
            (b"%PDF-1.7", FileKind::Pdf),
            (b"{\\rtf1", FileKind::Rtf),
            (b"\x89PNG\r\n", FileKind::Picture),
            (b"Rar!\x1a", FileKind::Archive),
            (b"\x1f\x8b\x08", FileKind::Gzip),
            (b"<!DOCTYPE html><html>", FileKind::Html),
            (b"\xef\xbb\xbf\n<html xmlns:x='urn:schemas-microsoft-com:office:excel'>", FileKind::Html),
            (b"<table border=1><tr>", FileKind::Html),
            (
                b"<?xml version='1.0'?><Workbook xmlns='urn:schemas-microsoft-com:office:spreadsheet'>",
                FileKind::Xml2003,
            ),
            (b"<?xml version='1.0'?><log>", FileKind::Xml),
            (b"{\"a\":1}", FileKind::Json),
            (b"[\r\n  {\"a\":1}]", FileKind::Json),
            (b"PAR1", FileKind::Parquet),
            (b"SQLite format 3\0", FileKind::Sqlite),
            (b"\x7fELF\x02\x01", FileKind::Binary),
            (b"\0\x01\x02\x03\x04\x05", FileKind::Binary),
            (b"a,b\n1,2\n", FileKind::Text),
            (b"a,b\n1,2\n\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", FileKind::Text),
            ("编号,标题".as_bytes(), FileKind::Text),
            (b"\xff\xfea\0,\0b\0", FileKind::Text),
            (b"a\0,\0b\0\n\0", FileKind::Text),
        ] {
            assert_eq!(FileKind::of(head), want, "{head:?}");
        }
    }
}
