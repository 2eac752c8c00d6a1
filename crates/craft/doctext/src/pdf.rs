//! PDF: the characters that its pages draw, where the file says which they are.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::time::{Duration, Instant};

use hayro_interpret::font::{Glyph, GlyphRun};
use hayro_interpret::hayro_cmap::BfString;
use hayro_interpret::kurbo::{Affine, BezPath, Point, Rect};
use hayro_interpret::{
    BlendMode, ClipPath, Context, Device, DrawMode, DrawProps, Image, ImageDrawProps, InterpreterCache,
    InterpreterSettings, SoftMask, interpret_page,
};
use hayro_syntax::Pdf;
use kernel::Said;

use crate::pages::{Piece, text};
use crate::{PAGES_MOST, TEXT_MOST, said};

/// What pages may draw in all; forms that draw each other can draw without end.
const DRAWN_MOST: usize = 4_000_000;

/// How long the pages of one file may take; one stream may be drawn by a thousand pages.
const PATIENCE: Duration = Duration::from_secs(20);

/// The text and what was not read.
pub(crate) fn read(bytes: &[u8]) -> Result<(String, Vec<Said>), Said> {
    budget(bytes)?;
    // The reader is not ours: where it fails on a file, the file is refused and nothing else.
    catch_unwind(AssertUnwindSafe(|| drawn(bytes))).unwrap_or_else(|_| Err(damaged()))
}

fn damaged() -> Said {
    said(
        "PDF 已损坏或过于复杂，读不出文字；请重新导出，或把文字粘贴进来",
        "the PDF is damaged or too intricate to be read: export it again, or paste the text",
    )
}

/// Streams may unpack to so much and no more: they are unpacked here once, counted, before anybody believes them.
fn budget(bytes: &[u8]) -> Result<(), Said> {
    if find(bytes, b"/Encrypt", 0).is_some() {
        return Err(said(
            "PDF 加了密码或限制，请去掉保护后上传，或把文字粘贴进来",
            "the PDF is protected: take the protection off, or paste the text",
        ));
    }
    let mut left = crate::UNPACKED_MOST;
    let mut at = 0;
    while let Some(begin) = find(bytes, b"stream", at) {
        let body = &bytes[begin + 6..];
        let body = body.strip_prefix(b"\r\n").or_else(|| body.strip_prefix(b"\n")).unwrap_or(body);
        at = begin + 6;
        // Packed again and again: each layer counts.
        let mut layer = inflated(body, left).ok_or_else(damaged)?;
        for _ in 0..4 {
            left = left.saturating_sub(layer.len());
            if !matches!(layer.get(..2), Some([0x78, _])) {
                break;
            }
            layer = inflated(&layer, left).ok_or_else(damaged)?;
        }
    }
    Ok(())
}

fn find(bytes: &[u8], mark: &[u8], from: usize) -> Option<usize> {
    bytes.get(from..)?.windows(mark.len()).position(|w| w == mark).map(|n| n + from)
}

/// What a stream unpacks to, as far as it is one; none when it is more than `most`.
fn inflated(body: &[u8], most: usize) -> Option<Vec<u8>> {
    use std::io::Read as _;
    if !matches!(body.get(..2), Some([0x78, _])) {
        return Some(Vec::new());
    }
    let mut out = Vec::new();
    // What is broken halfway counts as far as it went.
    let _ = flate2::read::ZlibDecoder::new(body).take(most as u64 + 1).read_to_end(&mut out);
    (out.len() <= most).then_some(out)
}

fn drawn(bytes: &[u8]) -> Result<(String, Vec<Said>), Said> {
    let pdf = Pdf::new(bytes.to_vec()).map_err(|_| damaged())?;
    let pages = pdf.pages();
    if pages.len() > PAGES_MOST {
        return Err(said(format!("PDF 超过 {PAGES_MOST} 页"), format!("more than {PAGES_MOST} pages")));
    }
    let settings = InterpreterSettings::default();
    let cache = InterpreterCache::new();
    let mut all = Vec::with_capacity(pages.len());
    let (mut ink, mut known, mut unknown) = (0, 0, 0);
    let began = Instant::now();
    for page in pages.iter() {
        if began.elapsed() > PATIENCE {
            return Err(damaged());
        }
        let (width, height) = page.render_dimensions();
        let bounds = Rect::new(0.0, 0.0, f64::from(width), f64::from(height));
        let mut context = Context::new(Affine::IDENTITY, bounds, &cache, pdf.xref(), settings.clone());
        let mut pen = Pen { pieces: Vec::new(), height: f64::from(height), drawn: ink, known, unknown };
        interpret_page(page, &mut context, &mut pen);
        (ink, known, unknown) = (pen.drawn, pen.known, pen.unknown);
        all.push(pen.pieces);
    }
    if unknown > known {
        return Err(said(
            "PDF 没有写明文字的编码，读出来是乱码；请上传 Word 或 OFD，或把文字粘贴进来",
            "the PDF does not say which characters it draws: send Word or OFD, or paste the text",
        ));
    }
    let mut left = Vec::new();
    if unknown > 0 {
        left.push(said(
            format!("有 {unknown} 个字认不出，以“□”代替，请核对"),
            format!("{unknown} characters are not known; they stand as “□”"),
        ));
    }
    Ok((text(all), left))
}

/// Keeps the characters that are drawn, and nothing else.
struct Pen {
    pieces: Vec<Piece>,
    height: f64,
    drawn: usize,
    known: usize,
    unknown: usize,
}

impl Pen {
    fn count(&mut self, n: usize) {
        self.drawn += n;
        if self.drawn > DRAWN_MOST || self.known > TEXT_MOST {
            resume_unwind(Box::new("too much"));
        }
    }
}

impl<'a> Device<'a> for Pen {
    fn draw_path(&mut self, _: &BezPath, _: DrawProps<'a>, _: &DrawMode) {
        self.count(1);
    }
    fn push_clip_path(&mut self, _: &ClipPath) {
        self.count(1);
    }
    fn push_transparency_group(&mut self, _: f32, _: Option<SoftMask<'a>>, _: BlendMode) {
        self.count(1);
    }
    fn draw_glyph_run(&mut self, run: &GlyphRun<'_, 'a>, props: DrawProps<'a>, _: &DrawMode) {
        self.count(1 + run.glyphs().len());
        for glyph in run.glyphs() {
            let place = props.transform * glyph.transform();
            let at = place * Point::ORIGIN;
            // A character is a thousand units high and, of Chinese, as wide.
            let em = (place * Point::new(1000.0, 0.0)).distance(at);
            let text = match glyph.as_unicode() {
                Some(BfString::Char(c)) => c.to_string(),
                Some(BfString::String(s)) => s,
                None => {
                    self.unknown += 1;
                    "□".to_owned()
                }
            };
            self.known += text.chars().count();
            let advance = match &**glyph {
                Glyph::Outline(g) => g.advance_width(),
                Glyph::Type3(g) => g.advance_width(),
            };
            let guess = || text.chars().map(|c| if c.is_ascii() { 0.5 } else { 1.0 }).sum::<f64>();
            let wide = advance.map_or_else(guess, |n| f64::from(n) / 1000.0);
            self.pieces.push(Piece { x: at.x, y: self.height - at.y, end: at.x + em * wide, size: em, text });
        }
    }
    fn draw_image(&mut self, _: Image<'a, '_>, _: ImageDrawProps<'a>) {
        self.count(1);
    }
    fn pop_clip(&mut self) {}
    fn pop_transparency_group(&mut self) {}
}
