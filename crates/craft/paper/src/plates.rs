//! 门牌: doorplates as PDF sheets, two on a page of A4 to be cut apart. A code is given as its rows of dark and light
//! squares. Must not know what a plate leads to.

use krilla::metadata::Metadata;
use krilla::page::PageSettings;

use crate::gongwen::width;
use crate::pdf::{A4, Drawn, Fonts, MM, PdfError, Role, draw};

/// One plate.
#[derive(Clone, Debug)]
pub struct PlateSheet {
    /// where it hangs, large
    pub place: String,
    /// what to do with it
    pub scan: String,
    /// city, number, division
    pub line: String,
    /// how to tell a false one
    pub warning: String,
    /// squares of the code, row by row; true is dark
    pub code: Vec<Vec<bool>>,
}

/// Plates on one page.
const ON_PAGE: usize = 2;
/// Side of a code; large enough to be read from an arm's length.
const SIDE: f32 = 78.0 * MM;

fn centred(text: &str, size: f32, y: f32, role: Role) -> Drawn {
    // What is too long for the sheet is set smaller.
    let size = size.min(170.0 * MM / width(text).max(1.0));
    let x = (A4.0 - width(text) * size) / 2.0;
    Drawn::Text { x, y, size, role, pitch: size, text: text.to_owned(), red: false }
}

/// The squares of a code at a place, its side so long.
pub(crate) fn squares(code: &[Vec<bool>], left: f32, above: f32, side: f32) -> Vec<Drawn> {
    let mut out = Vec::new();
    let step = side / code.len().max(1) as f32;
    for (r, row) in code.iter().enumerate() {
        let mut c = 0;
        while c < row.len() {
            let run = row[c..].iter().take_while(|dark| **dark).count();
            if run > 0 {
                let (x, y) = (left + c as f32 * step, above + r as f32 * step);
                // A hair of overlap: no white lines between squares.
                let (w, h) = (run as f32 * step + 0.05, step + 0.05);
                out.push(Drawn::Bar { x, y, w, h, grey: false, red: false });
            }
            c += run.max(1);
        }
    }
    out
}

fn plate(p: &PlateSheet, top: f32) -> Vec<Drawn> {
    let mut out = vec![centred(&p.place, 30.0, top + 26.0 * MM, Role::Hei)];
    let (left, above) = ((A4.0 - SIDE) / 2.0, top + 36.0 * MM);
    out.extend(squares(&p.code, left, above, SIDE));
    let below = above + SIDE;
    out.push(centred(&p.scan, 16.0, below + 9.0 * MM, Role::Hei));
    out.push(centred(&p.line, 11.0, below + 15.5 * MM, Role::Fang));
    out.push(centred(&p.warning, 9.0, below + 20.5 * MM, Role::Fang));
    out
}

/// Sheets of plates as the bytes of a PDF file.
///
/// # Errors
/// The library refused.
pub fn write(title: &str, plates: &[PlateSheet], fonts: &Fonts) -> Result<Vec<u8>, PdfError> {
    let mut pdf = krilla::Document::new();
    pdf.set_metadata(Metadata::new().title(title.to_owned()).language("zh-CN".to_owned()));
    for two in plates.chunks(ON_PAGE) {
        let settings = PageSettings::from_wh(A4.0, A4.1).ok_or_else(|| PdfError::Krilla("A4".to_owned()))?;
        let mut page = pdf.start_page_with(settings);
        let mut surface = page.surface();
        for (i, p) in two.iter().enumerate() {
            let top = i as f32 * A4.1 / ON_PAGE as f32;
            if i > 0 {
                // Where to cut.
                let cut = Drawn::Bar { x: 0.0, y: top, w: A4.0, h: 0.3, grey: true, red: false };
                draw(&mut surface, fonts, &cut);
            }
            plate(p, top).iter().for_each(|d| draw(&mut surface, fonts, d));
        }
        surface.finish();
        page.finish();
    }
    pdf.finish().map_err(|e| PdfError::Krilla(format!("{e:?}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn squares_of_a_row_are_drawn_together_and_stay_on_the_sheet() {
        let p = PlateSheet {
            place: "政务服务中心一楼综合服务大厅东侧自助服务区二十四小时不打烊".to_owned(),
            scan: "扫码办事".to_owned(),
            line: "云汀市".to_owned(),
            warning: "假".to_owned(),
            code: vec![
                vec![true, true, false, true],
                vec![false; 4],
                vec![true; 4],
                vec![false, true, true, false],
            ],
        };
        let drawn = plate(&p, 0.0);
        let bars: Vec<_> = drawn.iter().filter(|d| matches!(d, Drawn::Bar { .. })).collect();
        assert_eq!(bars.len(), 4);
        for d in &drawn {
            match d {
                Drawn::Bar { x, w, .. } => assert!(*x > 0.0 && x + w < A4.0),
                Drawn::Text { x, size, text, .. } => {
                    assert!(*x > 0.0 && x + width(text) * size < A4.0, "{text}");
                }
                Drawn::Link { .. } => {}
            }
        }
    }
}
