//! 图样: small pictures as PNG: the squares of a code, and what a seal looks like on paper (印模), drawn from its name. The
//! same words give the same bytes. Must not know who may use a seal.

use std::io::Write as _;

use skrifa::MetadataProvider as _;
use skrifa::instance::{LocationRef, Size};
use skrifa::outline::{DrawSettings, OutlinePen};

use crate::pdf::{Face, Fonts, Role};

/// Dots of a seal for each millimetre: 300 to the inch.
const DOTS: f32 = 300.0 / 25.4;
/// The red of seals.
const RED: [u8; 3] = [0xd9, 0x1e, 0x18];
/// Parts of a dot that are looked at, in each direction.
const FINE: usize = 4;

/// What a seal is to look like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Look {
    /// Round with a star: units, inner units and special purposes (国发〔1999〕25号).
    Round {
        /// along the ring
        ring: String,
        /// below the star, like 财务专用章; empty for none
        below: String,
    },
    /// Square: personal seals.
    Square {
        /// in its middle
        name: String,
    },
}

/// A picture with its size in millimetres.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealPicture {
    /// PNG
    pub png: Vec<u8>,
    /// millimetres
    pub width: i64,
    /// millimetres
    pub height: i64,
}

/// Draws a seal; `trial` puts 试用章 into it.
pub fn seal(look: &Look, trial: bool, fonts: &Fonts) -> SealPicture {
    let face = fonts.face(Role::Song);
    match look {
        Look::Round { ring, below } => {
            let mm = 42;
            let mut ink = Ink::new(mm as f32);
            let r = mm as f32 / 2.0;
            ink.ring(r - 0.2, 1.2);
            ink.star(6.2);
            let n = ring.chars().count().max(1) as f32;
            let size = (r * 4.2 / n).clamp(2.2, 5.2);
            // The first and the last letter leave the lower third of the ring free.
            let span = (n * size * 1.12 / (r - 1.9 - size)).min(4.4);
            for (i, c) in ring.chars().enumerate() {
                let turn = if n > 1.0 { span * (i as f32 / (n - 1.0) - 0.5) } else { 0.0 };
                ink.letter(face, c, size, &|x, y| {
                    let (x, y) = (x, y - (r - 1.9 - size * 0.88));
                    let (sin, cos) = turn.sin_cos();
                    (r + x * cos - y * sin, r + x * sin + y * cos)
                });
            }
            let lines = [below.as_str(), if trial { "试用章" } else { "" }];
            let mut y = r + 10.5;
            for line in lines.into_iter().filter(|l| !l.is_empty()) {
                ink.line(face, line, 3.6, (r, y));
                y += 4.4;
            }
            SealPicture { png: ink.png(), width: mm, height: mm }
        }
        Look::Square { name } => {
            let mm = 20;
            let mut ink = Ink::new(mm as f32);
            ink.frame(1.0);
            let n = name.chars().count().max(1) as f32;
            let size = (16.0 / n).min(7.0);
            let middle = mm as f32 / 2.0;
            ink.line(face, name, size, (middle, if trial { 10.0 } else { 12.5 }));
            if trial {
                ink.line(face, "试用章", 3.4, (middle, 16.0));
            }
            SealPicture { png: ink.png(), width: mm, height: mm }
        }
    }
}

/// Coverage of each dot, 0 to 1.
struct Ink {
    side: usize,
    dots: Vec<f32>,
}

type Point = (f32, f32);

impl Ink {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few hundred dots")]
    fn new(mm: f32) -> Self {
        let side = (mm * DOTS).round() as usize;
        Self { side, dots: vec![0.0; side * side] }
    }

    /// Fills what `inside` says, by looking at parts of each dot; millimetres.
    fn fill(&mut self, inside: &dyn Fn(f32, f32) -> bool) {
        let part = |at: usize, k: usize| (at as f32 + (k as f32 + 0.5) / FINE as f32) / DOTS;
        for y in 0..self.side {
            for x in 0..self.side {
                let all = (0..FINE * FINE).filter(|k| inside(part(x, k % FINE), part(y, k / FINE))).count();
                let dot = &mut self.dots[y * self.side + x];
                *dot = dot.max(all as f32 / (FINE * FINE) as f32);
            }
        }
    }
    fn middle(&self) -> f32 {
        self.side as f32 / DOTS / 2.0
    }
    fn ring(&mut self, outer: f32, wide: f32) {
        let m = self.middle();
        self.fill(&|x, y| {
            let d = (x - m).hypot(y - m);
            d <= outer && d >= outer - wide
        });
    }
    fn frame(&mut self, wide: f32) {
        let end = self.middle() * 2.0;
        self.fill(&|x, y| x < wide || y < wide || x > end - wide || y > end - wide);
    }
    fn star(&mut self, r: f32) {
        let m = self.middle();
        let point = |i: usize| {
            let d = if i.is_multiple_of(2) { r } else { r * 0.382 };
            let turn = i as f32 * std::f32::consts::PI / 5.0;
            (m + d * turn.sin(), m - d * turn.cos())
        };
        let lines: Vec<_> = (0..10).map(|i| (point(i), point((i + 1) % 10))).collect();
        self.outline(&lines);
    }
    /// A line of letters, its middle and its foot given.
    fn line(&mut self, face: &Face, text: &str, size: f32, (middle, foot): Point) {
        let from = middle - text.chars().count() as f32 * size / 2.0;
        for (i, c) in text.chars().enumerate() {
            let x = from + (i as f32 + 0.5) * size;
            self.letter(face, c, size, &|dx, dy| (x + dx, foot + dy));
        }
    }
    /// A letter with its middle at (0, 0) and its foot on y = 0, put where `place` says.
    fn letter(&mut self, face: &Face, c: char, size: f32, place: &dyn Fn(f32, f32) -> Point) {
        let Ok(font) = skrifa::FontRef::from_index(&face.data, face.index) else { return };
        let Some(id) = font.charmap().map(c) else { return };
        let wide = font.glyph_metrics(Size::unscaled(), LocationRef::default()).advance_width(id);
        let em = face.font.units_per_em();
        let Some(glyph) = font.outline_glyphs().get(id) else { return };
        let mut pen = Pen { lines: Vec::new(), start: (0.0, 0.0), at: (0.0, 0.0) };
        if glyph.draw(DrawSettings::unhinted(Size::unscaled(), LocationRef::default()), &mut pen).is_err() {
            return;
        }
        let half = wide.unwrap_or(em) / 2.0;
        let to = |(x, y): Point| place((x - half) / em * size, -y / em * size);
        let lines: Vec<_> = pen.lines.into_iter().map(|(a, b)| (to(a), to(b))).collect();
        self.outline(&lines);
    }
    /// Fills an outline, where it winds around a point.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few hundred dots")]
    fn outline(&mut self, lines: &[(Point, Point)]) {
        let most = (self.side - 1) as f32;
        let dots = |v: f32| (v * DOTS).clamp(0.0, most) as usize;
        let ends = || lines.iter().flat_map(|(a, b)| [*a, *b]);
        let (x0, x1) = ends().fold((f32::MAX, f32::MIN), |(a, b), p| (a.min(p.0), b.max(p.0)));
        let (y0, y1) = ends().fold((f32::MAX, f32::MIN), |(a, b), p| (a.min(p.1), b.max(p.1)));
        if lines.is_empty() {
            return;
        }
        let wide = (dots(x1) + 1 - dots(x0)) * FINE;
        for y in dots(y0)..=dots(y1) {
            let mut row = vec![0u16; dots(x1) + 1 - dots(x0)];
            for k in 0..FINE {
                let at = (y as f32 + (k as f32 + 0.5) / FINE as f32) / DOTS;
                let mut crossings: Vec<(f32, i32)> = Vec::new();
                for (a, b) in lines {
                    let way = if a.1 <= at && b.1 > at {
                        1
                    } else if b.1 <= at && a.1 > at {
                        -1
                    } else {
                        continue;
                    };
                    crossings.push((a.0 + (at - a.1) / (b.1 - a.1) * (b.0 - a.0), way));
                }
                crossings.sort_by(|a, b| a.0.total_cmp(&b.0));
                for part in 0..wide {
                    let x = (dots(x0) as f32 + (part as f32 + 0.5) / FINE as f32) / DOTS;
                    let winds: i32 = crossings.iter().take_while(|c| c.0 <= x).map(|c| c.1).sum();
                    row[part / FINE] += u16::from(winds != 0);
                }
            }
            for (i, n) in row.into_iter().enumerate() {
                let dot = &mut self.dots[y * self.side + dots(x0) + i];
                *dot = dot.max(f32::from(n) / (FINE * FINE) as f32);
            }
        }
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 255")]
    fn png(&self) -> Vec<u8> {
        let dots: Vec<[u8; 4]> =
            self.dots.iter().map(|d| [RED[0], RED[1], RED[2], (d * 255.0).round() as u8]).collect();
        png(self.side, &dots)
    }
}

/// Curves as short straight lines.
struct Pen {
    lines: Vec<(Point, Point)>,
    start: Point,
    at: Point,
}

impl OutlinePen for Pen {
    fn move_to(&mut self, x: f32, y: f32) {
        self.close();
        (self.start, self.at) = ((x, y), (x, y));
    }
    fn line_to(&mut self, x: f32, y: f32) {
        self.lines.push((self.at, (x, y)));
        self.at = (x, y);
    }
    fn quad_to(&mut self, cx: f32, cy: f32, x: f32, y: f32) {
        let (ax, ay) = self.at;
        for i in 1..=8u8 {
            let t = f32::from(i) / 8.0;
            let of = |a: f32, c: f32, b: f32| (1.0 - t).powi(2) * a + 2.0 * t * (1.0 - t) * c + t * t * b;
            self.line_to(of(ax, cx, x), of(ay, cy, y));
        }
    }
    fn curve_to(&mut self, cx: f32, cy: f32, dx: f32, dy: f32, x: f32, y: f32) {
        let (ax, ay) = self.at;
        for i in 1..=8u8 {
            let (t, u) = (f32::from(i) / 8.0, 1.0 - f32::from(i) / 8.0);
            let of = |a: f32, c: f32, d: f32, b: f32| {
                u.powi(3) * a + 3.0 * u * u * t * c + 3.0 * u * t * t * d + t.powi(3) * b
            };
            self.line_to(of(ax, cx, dx, x), of(ay, cy, dy, y));
        }
    }
    fn close(&mut self) {
        if self.at != self.start {
            self.lines.push((self.at, self.start));
            self.at = self.start;
        }
    }
}

/// The squares of a code as a picture with a white border.
pub fn squares(code: &[Vec<bool>]) -> Vec<u8> {
    const EACH: usize = 8;
    const BORDER: usize = 2;
    let n = code.len() + 2 * BORDER;
    let dark = |y: usize, x: usize| {
        let at = |i: usize| (i / EACH).checked_sub(BORDER);
        let row = at(y).and_then(|y| code.get(y));
        row.zip(at(x)).and_then(|(row, x)| row.get(x)).copied().unwrap_or(false)
    };
    let side = n * EACH;
    let dots: Vec<[u8; 4]> = (0..side * side)
        .map(|i| if dark(i / side, i % side) { [0, 0, 0, 255] } else { [255, 255, 255, 255] })
        .collect();
    png(side, &dots)
}

/// A square picture as PNG (ISO/IEC 15948): red, green, blue, opacity.
fn png(side: usize, dots: &[[u8; 4]]) -> Vec<u8> {
    let mut raw = Vec::with_capacity(dots.len() * 4 + side);
    for row in dots.chunks(side.max(1)) {
        raw.push(0);
        raw.extend(row.iter().flatten());
    }
    let mut packed = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    // Writing into memory does not fail.
    let packed = packed.write_all(&raw).and_then(|()| packed.finish()).unwrap_or_default();
    let long = u32::try_from(side).unwrap_or(u32::MAX).to_be_bytes();
    let head = [&long[..], &long[..], &[8, 6, 0, 0, 0]].concat();
    let mut out = b"\x89PNG\r\n\x1a\n".to_vec();
    for (kind, data) in [(b"IHDR", &head), (b"IDAT", &packed), (b"IEND", &Vec::new())] {
        let mut sum = flate2::Crc::new();
        sum.update(kind);
        sum.update(data);
        out.extend(u32::try_from(data.len()).unwrap_or(u32::MAX).to_be_bytes());
        out.extend(kind);
        out.extend(data);
        out.extend(sum.sum().to_be_bytes());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seal_is_drawn_from_its_name_and_the_same_each_time() {
        let fonts = Fonts::of_this_machine().expect("fonts");
        let look = Look::Round { ring: "云汀市行政审批服务局".to_owned(), below: String::new() };
        let (one, two) = (seal(&look, true, fonts), seal(&look, true, fonts));
        assert_eq!(one, two);
        assert_eq!((one.width, one.height), (42, 42));
        assert!(one.png.starts_with(b"\x89PNG") && one.png.len() < 200_000, "{}", one.png.len());
        // 试用章 is seen.
        assert_ne!(one.png, seal(&look, false, fonts).png);
        let square = seal(&Look::Square { name: "李明".to_owned() }, false, fonts);
        assert_eq!(square.width, 20);
        if let Ok(place) = std::env::var("PAPER_LOOK") {
            std::fs::write(format!("{place}/seal.png"), one.png).expect("kept");
            std::fs::write(format!("{place}/square.png"), square.png).expect("kept");
        }
    }
}
