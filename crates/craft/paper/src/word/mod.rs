//! Word: a lean writer of OOXML for official documents: the parts are written here, `zip` packs them.
//!
//! Fonts are named as GB/T 9704 wants them (仿宋_GB2312, 楷体_GB2312, 黑体, 方正小标宋简体), each with a fallback in the
//! font table; whoever opens the file with the licensed fonts gets them. Figures are links without a look of their
//! own. Charts are native ones that Word can restyle.

mod body;
pub(crate) use body::title_lines;
mod chart;
mod parts;

use std::io::{Cursor, Write as _};

use zip::write::SimpleFileOptions;

use crate::gongwen::Document;

/// What cannot be written.
#[derive(Debug, thiserror::Error)]
#[error("Word 文件没有写成 / the Word file could not be written: {0}")]
pub struct WordError(#[from] zip::result::ZipError);

impl From<std::io::Error> for WordError {
    fn from(e: std::io::Error) -> Self {
        Self(e.into())
    }
}

/// A text as it stands in XML; control characters that XML forbids are left out.
pub(crate) fn esc(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\t' | '\n' => out.push(' '),
            c if (c as u32) < 0x20 || matches!(c, '\u{fffe}' | '\u{ffff}') => {}
            c => out.push(c),
        }
    }
    out
}

/// The document as the bytes of a .docx file. The same document gives the same bytes.
///
/// # Errors
/// The archive could not be packed.
pub fn write(doc: &Document) -> Result<Vec<u8>, WordError> {
    let body = body::body(doc);
    let check = doc.check.as_ref();
    let mut texts: Vec<(String, String)> = vec![
        ("[Content_Types].xml".to_owned(), parts::content_types(body.charts.len(), check.is_some())),
        ("_rels/.rels".to_owned(), parts::ROOT_RELS.to_owned()),
        ("docProps/core.xml".to_owned(), parts::core(doc)),
        ("word/document.xml".to_owned(), body.xml),
        (
            "word/_rels/document.xml.rels".to_owned(),
            parts::relations(&body.links, body.charts.len(), check.is_some()),
        ),
        ("word/styles.xml".to_owned(), parts::STYLES.to_owned()),
        ("word/settings.xml".to_owned(), parts::SETTINGS.to_owned()),
        ("word/fontTable.xml".to_owned(), parts::FONTS.to_owned()),
        ("word/footer1.xml".to_owned(), parts::footer(true)),
        ("word/footer2.xml".to_owned(), parts::footer(false)),
    ];
    for (i, chart) in body.charts.into_iter().enumerate() {
        texts.push((format!("word/charts/chart{}.xml", i + 1), chart));
    }
    let mut files: Vec<(String, Vec<u8>)> =
        texts.into_iter().map(|(name, text)| (name, text.into_bytes())).collect();
    if let Some(check) = check {
        files.push(("word/header1.xml".to_owned(), parts::header(check).into_bytes()));
        files.push(("word/_rels/header1.xml.rels".to_owned(), parts::HEADER_RELS.as_bytes().to_vec()));
        files.push(("word/media/check.png".to_owned(), crate::picture::squares(&check.squares)));
    }
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
    for (name, data) in files {
        zip.start_file(name, options)?;
        zip.write_all(&data)?;
    }
    Ok(zip.finish()?.into_inner())
}
