//! OFD (GB/T 33190): an official document on the same pages as the PDF, with text that can be searched and copied, its fonts
//! cut down to what is used, every figure a link. Measures are millimetres. Made without a clock and without randomness:
//! the same document is the same file.

mod font;

use std::fmt::Write as _;
use std::io::{Cursor, Write as _};

use skrifa::MetadataProvider as _;
use zip::write::{SimpleFileOptions, ZipWriter};

use crate::gongwen::{Document, cell};
use crate::pdf::{A4, Drawn, Face, Fonts, MM, PdfError, laid_out, parts};
use font::Cut;

const XMLNS: &str = r#"xmlns:ofd="http://www.ofdspec.org/2016""#;
const HEAD: &str = r#"<?xml version="1.0" encoding="UTF-8"?>"#;

/// A face that is used, with the letters that are.
struct Used<'a> {
    face: &'a Face,
    id: usize,
    cut: Cut,
}

/// Identifiers are given in order; fonts have the first ones.
struct Writer<'a> {
    fonts: Vec<Used<'a>>,
    next: usize,
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            // What XML cannot hold is not in a document that people read.
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

/// Points as millimetres, to a thousandth.
fn mm(points: f32) -> String {
    let text = format!("{:.3}", points / MM);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

impl<'a> Writer<'a> {
    fn id(&mut self) -> usize {
        self.next += 1;
        self.next
    }
    fn font(&mut self, face: &'a Face) -> usize {
        if let Some(at) = self.fonts.iter().position(|u| std::ptr::eq(u.face, face)) {
            return at;
        }
        let id = self.fonts.len() + 1;
        self.fonts.push(Used { face, id, cut: Cut::new() });
        self.fonts.len() - 1
    }

    /// One thing on a page.
    fn draw(&mut self, out: &mut String, fonts: &'a Fonts, d: &Drawn) {
        match d {
            Drawn::Bar { x, y, w, h, grey, red } => {
                let colour = match (red, grey) {
                    (true, _) => "255 0 0",
                    (_, true) => "91 91 91",
                    _ => "0 0 0",
                };
                let (id, x, y, w, h) = (self.id(), mm(*x), mm(*y), mm(w.max(0.1)), mm(*h));
                let _ = write!(
                    out,
                    r#"<ofd:PathObject ID="{id}" Boundary="{x} {y} {w} {h}" Stroke="false" Fill="true"><ofd:FillColor Value="{colour}"/><ofd:AbbreviatedData>M 0 0 L {w} 0 L {w} {h} L 0 {h} C</ofd:AbbreviatedData></ofd:PathObject>"#
                );
            }
            Drawn::Link { x, y, w, h, to } => {
                let (id, x, y, w, h) = (self.id(), mm(*x), mm(*y), mm(*w), mm(*h));
                let to = escaped(to);
                let _ = write!(
                    out,
                    r#"<ofd:PathObject ID="{id}" Boundary="{x} {y} {w} {h}" Stroke="false" Fill="false"><ofd:Actions><ofd:Action Event="CLICK"><ofd:URI URI="{to}"/></ofd:Action></ofd:Actions><ofd:AbbreviatedData>M 0 0 L {w} 0 L {w} {h} L 0 {h} C</ofd:AbbreviatedData></ofd:PathObject>"#
                );
            }
            Drawn::Text { x, y, size, role, pitch, text, red } => {
                let own = fonts.face(*role);
                let mut at = *x;
                for (part, has) in parts(own, text) {
                    let face = if has { own } else { fonts.body() };
                    // Letters beyond the first plane stand alone: readers count them as one or as two.
                    let mut from = 0;
                    for (i, c) in part.char_indices() {
                        if u32::from(c) > 0xffff {
                            self.text(out, face, &part[from..i], &mut at, (*y, *size, *pitch, *red));
                            let end = i + c.len_utf8();
                            self.text(out, face, &part[i..end], &mut at, (*y, *size, *pitch, *red));
                            from = end;
                        }
                    }
                    self.text(out, face, &part[from..], &mut at, (*y, *size, *pitch, *red));
                }
            }
        }
    }

    /// Letters on their grid: each in the middle of its place, as in the PDF.
    fn text(
        &mut self,
        out: &mut String,
        face: &'a Face,
        text: &str,
        at: &mut f32,
        (y, size, pitch, red): (f32, f32, f32, bool),
    ) {
        let Ok(font) = skrifa::FontRef::from_index(&face.data, face.index) else { return };
        let at_font = self.font(face);
        let metrics =
            font.glyph_metrics(skrifa::instance::Size::unscaled(), skrifa::instance::LocationRef::default());
        let em = face.font.units_per_em();
        let map = font.charmap();
        let mut places = Vec::new();
        let begin = *at;
        for c in text.chars() {
            self.fonts[at_font].cut.take(&font, c);
            let own = map.map(c).and_then(|id| metrics.advance_width(id)).unwrap_or(em) / em * size;
            let wide = cell(c) * pitch;
            places.push(*at - begin + (wide - own) / 2.0);
            *at += wide;
        }
        let Some(first) = places.first() else { return };
        let deltas: Vec<String> = places.windows(2).map(|p| mm(p[1] - p[0])).collect();
        let deltas =
            if deltas.is_empty() { String::new() } else { format!(r#" DeltaX="{}""#, deltas.join(" ")) };
        let (id, font_id) = (self.id(), self.fonts[at_font].id);
        let (left, top, wide, high) = (mm(begin), mm(y - size), mm(*at - begin), mm(size * 1.3));
        let colour = if red { "255 0 0" } else { "0 0 0" };
        let (x, base, size) = (mm(*first), mm(size), mm(size));
        let text = escaped(text);
        let _ = write!(
            out,
            r#"<ofd:TextObject ID="{id}" Boundary="{left} {top} {wide} {high}" Font="{font_id}" Size="{size}"><ofd:FillColor Value="{colour}"/><ofd:TextCode X="{x}" Y="{base}"{deltas}>{text}</ofd:TextCode></ofd:TextObject>"#
        );
    }
}

/// A number for the document that follows from what is in it (FNV-1a, twice).
fn number_of(text: &str) -> String {
    let fnv = |seed: u64| {
        text.bytes()
            .fold(0xcbf2_9ce4_8422_2325_u64 ^ seed, |h, b| (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3))
    };
    format!("{:016x}{:016x}", fnv(0), fnv(0x9e37_79b9_7f4a_7c15))
}

/// Where a seal goes in a document (用印位置).
#[derive(Clone, Debug, PartialEq)]
pub struct SealPlace {
    /// identifier of the page
    pub page: String,
    /// its centre, millimetres from the left edge
    pub x: f64,
    /// its centre, millimetres from the upper edge
    pub y: f64,
}

impl SealPlace {
    /// Left, top, width, height of a picture of this size there, all of it on the page.
    pub fn boundary(&self, width: f64, height: f64) -> [f64; 4] {
        let fit = |centre: f64, size: f64, all: f32| {
            let most = (f64::from(all / MM) - size).max(0.0);
            ((centre - size / 2.0).clamp(0.0, most) * 100.0).round() / 100.0
        };
        [fit(self.x, width, A4.0), fit(self.y, height, A4.1), width, height]
    }
}

/// The document as the bytes of an OFD file.
///
/// # Errors
/// A font cannot be cut down, or the file not be packed.
pub fn write(doc: &Document, fonts: &Fonts) -> Result<Vec<u8>, PdfError> {
    Ok(write_to_seal(doc, fonts)?.0)
}

/// The same, and where its seal goes.
///
/// # Errors
/// As [`write`].
pub fn write_to_seal(doc: &Document, fonts: &Fonts) -> Result<(Vec<u8>, SealPlace), PdfError> {
    let (pages, (sealed, x, y)) = laid_out(doc);
    // Room below for four fonts and the pages.
    let mut w = Writer { fonts: Vec::new(), next: 100 };
    let mut page_ids = Vec::new();
    let mut parts: Vec<(String, Vec<u8>)> = Vec::new();
    let (wide, high) = (mm(A4.0), mm(A4.1));
    let mut all = String::new();
    for (i, drawn) in pages.iter().enumerate() {
        let (page, layer) = (w.id(), w.id());
        let mut text = format!(
            r#"{HEAD}<ofd:Page {XMLNS}><ofd:Area><ofd:PhysicalBox>0 0 {wide} {high}</ofd:PhysicalBox></ofd:Area><ofd:Content><ofd:Layer ID="{layer}" Type="Body">"#
        );
        drawn.iter().for_each(|d| w.draw(&mut text, fonts, d));
        text.push_str("</ofd:Layer></ofd:Content></ofd:Page>");
        all.push_str(&text);
        page_ids.push(page);
        parts.push((format!("Doc_0/Pages/Page_{i}/Content.xml"), text.into_bytes()));
    }
    let mut list = String::new();
    for used in &w.fonts {
        let name = escaped(used.face.name.split('.').next().unwrap_or_default());
        let data = used
            .cut
            .file(&used.face.data, used.face.index, &name)
            .ok_or_else(|| PdfError::Krilla(format!("{name}: subset")))?;
        let ending = if data.starts_with(b"OTTO") { "otf" } else { "ttf" };
        let (id, file) = (used.id, format!("font_{}.{ending}", used.id));
        let _ = write!(
            list,
            r#"<ofd:Font ID="{id}" FontName="{name}" FamilyName="{name}"><ofd:FontFile>{file}</ofd:FontFile></ofd:Font>"#
        );
        parts.push((format!("Doc_0/Res/{file}"), data));
    }
    let res = format!(r#"{HEAD}<ofd:Res {XMLNS} BaseLoc="Res"><ofd:Fonts>{list}</ofd:Fonts></ofd:Res>"#);
    let pages: String = page_ids
        .iter()
        .enumerate()
        .map(|(i, id)| format!(r#"<ofd:Page ID="{id}" BaseLoc="Pages/Page_{i}/Content.xml"/>"#))
        .collect();
    let max = w.next;
    let document = format!(
        r#"{HEAD}<ofd:Document {XMLNS}><ofd:CommonData><ofd:MaxUnitID>{max}</ofd:MaxUnitID><ofd:PageArea><ofd:PhysicalBox>0 0 {wide} {high}</ofd:PhysicalBox></ofd:PageArea><ofd:PublicRes>PublicRes.xml</ofd:PublicRes></ofd:CommonData><ofd:Pages>{pages}</ofd:Pages></ofd:Document>"#
    );
    let (title, org, date) = (escaped(&doc.title), escaped(&doc.org), doc.date);
    let number = number_of(&all);
    let entry = format!(
        r#"{HEAD}<ofd:OFD {XMLNS} DocType="OFD" Version="1.1"><ofd:DocBody><ofd:DocInfo><ofd:DocID>{number}</ofd:DocID><ofd:Title>{title}</ofd:Title><ofd:Author>{org}</ofd:Author><ofd:CreationDate>{date}</ofd:CreationDate><ofd:Creator>bancheng</ofd:Creator></ofd:DocInfo><ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>"#
    );
    let mut whole = vec![
        ("OFD.xml".to_owned(), entry.into_bytes()),
        ("Doc_0/Document.xml".to_owned(), document.into_bytes()),
        ("Doc_0/PublicRes.xml".to_owned(), res.into_bytes()),
    ];
    whole.extend(parts);
    let page = page_ids.get(sealed).copied().unwrap_or_default().to_string();
    let place = SealPlace { page, x: f64::from(x / MM), y: f64::from(y / MM) };
    Ok((packed(&whole).map_err(|e| PdfError::Krilla(e.to_string()))?, place))
}

fn packed(parts: &[(String, Vec<u8>)]) -> Result<Vec<u8>, zip::result::ZipError> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, data) in parts {
        zip.start_file(name.as_str(), SimpleFileOptions::default())?;
        zip.write_all(data)?;
    }
    Ok(zip.finish()?.into_inner())
}
