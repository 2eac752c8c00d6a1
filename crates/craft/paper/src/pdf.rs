//! PDF: an official document laid out on the grid of GB/T 9704 (22 lines of 28 characters) and written with its
//! fonts cut down to what is used. The text can be searched and copied; every figure is a link.
//!
//! Fonts are looked for in directories that the caller names (licensed 仿宋_GB2312, 楷体_GB2312, 方正小标宋简体 first,
//! then what Debian ships); [`Fonts::notice`] says which were not there. Must not know where the words come from.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use krilla::action::{Action, LinkAction};
use krilla::annotation::{Annotation, LinkAnnotation, Target};
use krilla::color::rgb;
use krilla::geom::{PathBuilder, Point, Rect};
use krilla::metadata::Metadata;
use krilla::num::NormalizedF32;
use krilla::page::PageSettings;
use krilla::paint::Fill;
use krilla::text::{Font, GlyphId, KrillaGlyph};
use skrifa::MetadataProvider as _;

use crate::gongwen::{
    BODY_PT, Block, CHARS, Check, Document, LINES, Run, SMALL_PT, TABLE_PT, TITLE_PT, cell, columns,
    signature, width, words, zh_date,
};

/// What cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum PdfError {
    /// no font with Chinese letters was found
    #[error(
        "没有找到中文字体，请安装 fonts-noto-cjk，或用 --fonts 指定字体目录 / no font with Chinese letters: install fonts-noto-cjk or name a directory with --fonts"
    )]
    NoFont,
    /// the library refused
    #[error("PDF 没有写成 / the PDF could not be written: {0}")]
    Krilla(String),
}

/// A face: a font file and which of its fonts.
#[derive(Clone)]
pub(crate) struct Face {
    pub font: Font,
    pub data: Arc<Vec<u8>>,
    pub index: u32,
    pub name: &'static str,
    wanted: bool,
}

/// The four faces of an official document.
#[derive(Clone)]
pub struct Fonts {
    fang: Face,
    kai: Face,
    hei: Face,
    song: Face,
}

impl std::fmt::Debug for Fonts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Fonts({} {} {} {})", self.fang.name, self.kai.name, self.hei.name, self.song.name)
    }
}

/// File names for each role, the best first; index in a collection; is it what the standard wants?
type Choice = (&'static str, u32, bool);
const SERIF: Choice = ("NotoSerifCJK-Regular.ttc", 2, false);
const FANG: &[Choice] = &[
    ("仿宋_GB2312.ttf", 0, true),
    ("simfang.ttf", 0, true),
    ("FangSong.ttf", 0, true),
    SERIF,
    ("gbsn00lp.ttf", 0, false),
];
const KAI: &[Choice] =
    &[("楷体_GB2312.ttf", 0, true), ("simkai.ttf", 0, true), ("gkai00mp.ttf", 0, false), SERIF];
const HEI: &[Choice] = &[
    ("simhei.ttf", 0, true),
    ("NotoSansCJK-Bold.ttc", 2, false),
    ("NotoSansCJK-Regular.ttc", 2, false),
    SERIF,
];
const SONG: &[Choice] =
    &[("方正小标宋简体.ttf", 0, true), ("FZXBSJW.TTF", 0, true), ("NotoSerifCJK-Bold.ttc", 2, false), SERIF];

/// Directories that systems keep fonts in.
pub const FONT_DIRS: &[&str] =
    &["/usr/share/fonts", "/usr/local/share/fonts", "C:\\Windows\\Fonts", "/Library/Fonts"];

impl Fonts {
    /// The fonts of this machine, looked for once. `BANCHENG_FONTS` names a directory with the licensed ones.
    ///
    /// # Errors
    /// None with Chinese letters.
    pub fn of_this_machine() -> Result<&'static Self, &'static PdfError> {
        static FONTS: std::sync::LazyLock<Result<Fonts, PdfError>> = std::sync::LazyLock::new(|| {
            let own = std::env::var_os("BANCHENG_FONTS").map(PathBuf::from);
            let dirs: Vec<_> = own.into_iter().chain(FONT_DIRS.iter().map(PathBuf::from)).collect();
            Fonts::find(&dirs)
        });
        FONTS.as_ref()
    }
    /// Finds the faces in these directories and below, the first directory first.
    ///
    /// # Errors
    /// Not one font with Chinese letters.
    pub fn find(dirs: &[PathBuf]) -> Result<Self, PdfError> {
        let mut files = Vec::new();
        for dir in dirs {
            walk(dir, 0, &mut files);
        }
        let face = |choices: &[Choice]| {
            choices.iter().find_map(|(name, index, wanted)| {
                let path = files.iter().find(|f| f.file_name().is_some_and(|n| n == *name))?;
                let data = Arc::new(std::fs::read(path).ok()?);
                let font = Font::new(Arc::clone(&data).into(), *index)?;
                Some(Face { font, data, index: *index, name, wanted: *wanted })
            })
        };
        let fang = face(FANG).ok_or(PdfError::NoFont)?;
        let or = |f: Option<Face>| f.unwrap_or_else(|| fang.clone());
        Ok(Self { kai: or(face(KAI)), hei: or(face(HEI)), song: or(face(SONG)), fang })
    }

    /// The face of a role.
    pub(crate) const fn face(&self, role: Role) -> &Face {
        match role {
            Role::Fang => &self.fang,
            Role::Kai => &self.kai,
            Role::Hei => &self.hei,
            Role::Song => &self.song,
        }
    }
    /// The face that letters come from which another one lacks.
    pub(crate) const fn body(&self) -> &Face {
        &self.fang
    }

    /// Which fonts of the standard were not there, and what was taken instead; empty when all were.
    pub fn notice(&self) -> String {
        let roles = [("仿宋", &self.fang), ("楷体", &self.kai), ("黑体", &self.hei), ("小标宋", &self.song)];
        let missing = roles.iter().filter(|(_, f)| !f.wanted).map(|(role, f)| format!("{role}→{}", f.name));
        missing.collect::<Vec<_>>().join("，")
    }
}

fn walk(dir: &Path, depth: u8, out: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(dir) else { return };
    for path in entries.flatten().map(|e| e.path()) {
        if path.is_dir() {
            if depth < 4 {
                walk(&path, depth + 1, out);
            }
        } else if out.len() < 20_000 {
            out.push(path);
        }
    }
}

pub(crate) const MM: f32 = 72.0 / 25.4;
const LEFT: f32 = 28.0 * MM;
const TOP: f32 = 37.0 * MM;
const WIDE: f32 = 156.0 * MM;
const PITCH: f32 = 225.0 * MM / LINES as f32;
const CHAR: f32 = WIDE / CHARS as f32;
pub(crate) const A4: (f32, f32) = (210.0 * MM, 297.0 * MM);

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    Fang,
    Kai,
    Hei,
    Song,
}

/// Something drawn on a page.
pub(crate) enum Drawn {
    Text { x: f32, y: f32, size: f32, role: Role, pitch: f32, text: String, red: bool },
    Bar { x: f32, y: f32, w: f32, h: f32, grey: bool, red: bool },
    Link { x: f32, y: f32, w: f32, h: f32, to: String },
}

/// Pages being filled, line by line of the grid.
struct Layout {
    pages: Vec<Vec<Drawn>>,
    /// where a seal goes: its page, its centre
    seal: Option<(usize, f32, f32)>,
    /// next free place on the page, points below the top of the 版心
    at: f32,
}

/// One letter with the link it belongs to.
type Letter<'a> = (char, Option<&'a str>);

fn letters(runs: &[Run]) -> Vec<Letter<'_>> {
    runs.iter().flat_map(|r| r.text.chars().map(|c| (c, r.link.as_deref()))).collect()
}

/// Marks that must not begin a line.
fn not_first(c: char) -> bool {
    "，。、；：？！）》”’〉】〕%…".contains(c)
}
/// Marks that must not end a line.
fn not_last(c: char) -> bool {
    "（《“‘〈【〔".contains(c)
}

/// Breaks letters into lines of `most` characters of the grid, the first one shorter by `indent`.
fn broken<'a, 'b>(all: &'b [Letter<'a>], most: f32, indent: f32) -> Vec<&'b [Letter<'a>]> {
    let mut lines = Vec::new();
    let (mut from, mut room) = (0, most - indent);
    while from < all.len() {
        let (mut to, mut used) = (from, 0.0);
        while to < all.len() {
            let w = cell(all[to].0);
            // A closing mark may hang over by half: it is drawn narrow.
            if used + w > room + 0.01 && !(used + w <= room + 1.01 && not_first(all[to].0)) {
                break;
            }
            used += w;
            to += 1;
        }
        let mut end = to.max(from + 1);
        if end < all.len() {
            // A number or a word is not cut, an opening mark goes to the next line.
            let mut back = end;
            let one_word = |c: char| c.is_ascii_alphanumeric() || ".,%:".contains(c);
            while back > from + 1 && one_word(all[back - 1].0) && one_word(all[back].0) {
                back -= 1;
            }
            while back > from + 1 && not_last(all[back - 1].0) {
                back -= 1;
            }
            if end - back <= 12 && back > from + 1 {
                end = back;
            }
        }
        lines.push(&all[from..end]);
        (from, room) = (end, most);
    }
    lines
}

impl Layout {
    fn new() -> Self {
        Self { pages: vec![Vec::new()], seal: None, at: 0.0 }
    }
    fn put(&mut self, d: Drawn) {
        if let Some(page) = self.pages.last_mut() {
            page.push(d);
        }
    }
    /// Makes room of this height, on the next page when this one is full.
    fn room(&mut self, h: f32) -> f32 {
        if self.at + h > PITCH * LINES as f32 + 0.5 && self.at > 0.0 {
            self.pages.push(Vec::new());
            self.at = 0.0;
        }
        let at = self.at;
        self.at += h;
        at
    }
    fn left(&self) -> f32 {
        PITCH * LINES as f32 - self.at
    }
    fn blank(&mut self) {
        if self.at > 0.0 {
            self.room(PITCH);
        }
    }

    /// One line of letters at a place; links get their rectangles.
    fn letters(
        &mut self,
        line: &[Letter<'_>],
        (x, base): (f32, f32),
        size: f32,
        pitch: f32,
        role: Role,
        red: bool,
    ) {
        let text: String = line.iter().map(|l| l.0).collect();
        let mut at = x;
        let mut link: Option<(f32, &str)> = None;
        let mut rects = Vec::new();
        for (c, to) in line {
            if link.map(|l| l.1) != *to {
                rects.extend(link.map(|(from, to)| (from, at, to.to_owned())));
                link = to.map(|to| (at, to));
            }
            at += cell(*c) * pitch;
        }
        rects.extend(link.map(|(from, to)| (from, at, to.to_owned())));
        self.put(Drawn::Text { x, y: base, size, role, pitch, text, red });
        for (from, end, to) in rects {
            self.put(Drawn::Link { x: from, y: base - size, w: end - from, h: size * 1.2, to });
        }
    }

    /// A paragraph of the body.
    fn para(&mut self, runs: &[Run], role: Role, indent: f32) {
        let all = letters(runs);
        for (i, line) in broken(&all, CHARS as f32, indent).into_iter().enumerate() {
            let y = self.room(PITCH);
            let x = LEFT + if i == 0 { indent * CHAR } else { 0.0 };
            self.letters(line, (x, TOP + y + baseline(BODY_PT)), BODY_PT, CHAR, role, false);
        }
    }
    /// A line in the middle.
    fn centred(&mut self, text: &str, size: f32, height: f32, role: Role, red: bool) {
        let y = self.room(height);
        let w = width(text) * size;
        let base = TOP + y + height / 2.0 + size * 0.36;
        let run = [Run::plain(text)];
        self.letters(&letters(&run), (LEFT + (WIDE - w) / 2.0, base), size, size, role, red);
    }
    /// A line that ends so many characters from the right edge.
    fn right(&mut self, text: &str, from_edge: f32) {
        let y = self.room(PITCH);
        let x = LEFT + WIDE - (from_edge + width(text)) * CHAR;
        let run = [Run::plain(text)];
        self.letters(&letters(&run), (x, TOP + y + baseline(BODY_PT)), BODY_PT, CHAR, Role::Fang, false);
    }

    fn table(&mut self, title: &str, head: &[String], rows: &[Vec<Vec<Run>>]) {
        // The title stays with the head and the first row.
        if self.left() < 4.0 * PITCH {
            self.at = PITCH * LINES as f32;
        }
        self.centred(title, SMALL_PT, PITCH, Role::Hei, false);
        let widths: Vec<f32> = columns(head, rows).into_iter().map(|w| w * WIDE).collect();
        let head: Vec<Vec<Run>> = head.iter().map(|h| vec![Run::plain(h)]).collect();
        self.table_row(&head, &widths, Role::Hei, true);
        for row in rows {
            let page = self.pages.len();
            let h = row_height(row, &widths);
            if h > self.left() {
                self.room(self.left() + 1.0);
                self.at = 0.0;
            }
            if self.pages.len() > page {
                self.table_row(&head, &widths, Role::Hei, true);
            }
            self.table_row(row, &widths, Role::Fang, false);
        }
        self.room(PITCH / 2.0);
        // Back on the grid.
        self.at = (self.at / PITCH).ceil() * PITCH;
    }

    fn table_row(&mut self, row: &[Vec<Run>], widths: &[f32], role: Role, first: bool) {
        let h = row_height(row, widths);
        let y = TOP + self.room(h);
        let mut x = LEFT;
        let rule = |x, y, w, h| Drawn::Bar { x, y, w, h, grey: false, red: false };
        if first {
            self.put(rule(LEFT, y, WIDE, 0.6));
        }
        self.put(rule(LEFT, y + h, WIDE, 0.6));
        self.put(rule(LEFT, y, 0.6, h));
        for (i, w) in widths.iter().enumerate() {
            let runs = row.get(i).map_or(&[][..], Vec::as_slice);
            let all = letters(runs);
            let text = words(runs);
            let centred = first || text.chars().all(|c| c.is_ascii_digit() || ".%–-".contains(c));
            let lines = broken(&all, (w - 6.0) / TABLE_PT, 0.0);
            let top = y + (h - lines.len() as f32 * CELL) / 2.0;
            for (k, line) in lines.into_iter().enumerate() {
                let long: f32 = line.iter().map(|l| cell(l.0)).sum::<f32>() * TABLE_PT;
                let from = if centred { x + (w - long) / 2.0 } else { x + 3.0 };
                let base = top + (k as f32 + 0.5) * CELL + TABLE_PT * 0.36;
                self.letters(line, (from, base), TABLE_PT, TABLE_PT, role, false);
            }
            x += w;
            self.put(rule(x, y, 0.6, h));
        }
    }

    fn chart(&mut self, title: &str, bars: &[(String, f64)]) {
        const BAR: f32 = 17.0;
        let h = bars.len() as f32 * BAR + 6.0;
        if self.left() < h + PITCH {
            self.at = PITCH * LINES as f32;
        }
        self.centred(title, SMALL_PT, PITCH, Role::Hei, false);
        let y = TOP + self.room(h);
        let most = bars.iter().map(|b| b.1).fold(1e-9, f64::max);
        let (names, long) = (130.0, WIDE - 190.0);
        for (i, (name, value)) in bars.iter().enumerate() {
            let mid = y + i as f32 * BAR + BAR / 2.0;
            let base = mid + TABLE_PT * 0.36;
            let name: String = name.chars().take(12).collect();
            let x = LEFT + names - 6.0 - width(&name) * TABLE_PT;
            let run = [Run::plain(name)];
            self.letters(&letters(&run), (x, base), TABLE_PT, TABLE_PT, Role::Fang, false);
            #[expect(clippy::cast_possible_truncation, reason = "points of a page")]
            let w = (value / most) as f32 * long;
            self.put(Drawn::Bar { x: LEFT + names, y: mid - 5.0, w, h: 10.0, grey: true, red: false });
            let told = if value.fract().abs() < 1e-9 { format!("{value:.0}") } else { format!("{value:.1}") };
            let run = [Run::plain(told)];
            self.letters(
                &letters(&run),
                (LEFT + names + w + 4.0, base),
                TABLE_PT,
                TABLE_PT,
                Role::Fang,
                false,
            );
        }
        self.at = (self.at / PITCH).ceil() * PITCH;
    }
}

/// Height of a line in a table.
const CELL: f32 = 15.0;

fn row_height(row: &[Vec<Run>], widths: &[f32]) -> f32 {
    let lines =
        row.iter().zip(widths).map(|(runs, w)| broken(&letters(runs), (w - 6.0) / TABLE_PT, 0.0).len());
    lines.max().unwrap_or(1).max(1) as f32 * CELL + 4.0
}

/// From the top of a grid line to the foot of its letters.
const fn baseline(size: f32) -> f32 {
    PITCH / 2.0 + size * 0.36
}

fn lay_out(doc: &Document) -> Layout {
    let mut l = Layout::new();
    if let Some(mark) = &doc.mark {
        let size = (WIDE / width(mark).max(1.0)).min(31.0);
        l.centred(mark, size, 2.0 * PITCH, Role::Song, true);
        l.room(PITCH);
        l.centred(&doc.number, BODY_PT, PITCH, Role::Fang, false);
        let y = TOP + l.at + 4.0 * MM - PITCH / 4.0;
        l.put(Drawn::Bar { x: LEFT, y, w: WIDE, h: 1.2, grey: false, red: true });
    } else if !doc.number.is_empty() {
        l.centred(&doc.number, BODY_PT, PITCH, Role::Fang, false);
    }
    l.room(PITCH);
    for line in crate::word::title_lines(&doc.title) {
        l.centred(&line, TITLE_PT, 33.0, Role::Song, false);
    }
    l.at = (l.at / PITCH).ceil() * PITCH;
    l.blank();
    if !doc.to.is_empty() {
        l.para(&[Run::plain(format!("{}：", doc.to.trim_end_matches(['：', ':'])))], Role::Fang, 0.0);
    }
    for (i, block) in doc.blocks.iter().enumerate() {
        match block {
            Block::Heading { level, text } => {
                // A heading stays with what it is the head of.
                let with = match doc.blocks.get(i + 1) {
                    Some(Block::Table { .. }) => 6.0,
                    Some(Block::Chart { bars, .. }) => 3.0 + bars.len() as f32 * 17.0 / PITCH,
                    _ => 2.0,
                };
                if l.left() < with * PITCH {
                    l.at = PITCH * LINES as f32;
                }
                l.para(text, [Role::Hei, Role::Kai, Role::Fang][usize::from(*level).clamp(1, 3) - 1], 2.0);
            }
            Block::Text(runs) => l.para(runs, Role::Fang, 2.0),
            Block::Table { title, head, rows } => l.table(title, head, rows),
            Block::Chart { title, bars } => l.chart(title, bars),
        }
    }
    for (i, name) in doc.attachments.iter().enumerate() {
        let text = match (i, doc.attachments.len()) {
            (0, 1) => format!("附件：{name}"),
            (0, _) => format!("附件：1. {name}"),
            (i, _) => format!("{}. {name}", i + 1),
        };
        if i == 0 {
            l.blank();
        }
        l.para(&[Run::plain(text)], Role::Fang, if i == 0 { 2.0 } else { 5.0 });
    }
    // Name and date stay together, and with the 版记 when it fits.
    let date = zh_date(doc.date);
    let (org, day) = signature(&doc.org, &date);
    if l.left() < 4.0 * PITCH {
        l.at = PITCH * LINES as f32;
    } else {
        l.blank();
        l.blank();
    }
    l.right(&doc.org, org);
    // 居中下压署名和成文日期 (7.3.5.1): both stand a little below the centre of the seal.
    let centre = LEFT + WIDE - (org + width(&doc.org) / 2.0) * CHAR;
    l.seal = Some((l.pages.len() - 1, centre, TOP + l.at - 3.0 * MM));
    l.right(&date, day);
    record(&mut l, doc);
    l
}

/// 版记: at the foot of the last page.
fn record(l: &mut Layout, doc: &Document) {
    let copies = (!doc.copies.is_empty()).then(|| format!("抄送：{}。", doc.copies.trim_end_matches('。')));
    let most = (WIDE - 2.0 * SMALL_PT) / SMALL_PT;
    let run = [Run::plain(copies.clone().unwrap_or_default())];
    let all = letters(&run);
    let lines = broken(&all, most, 0.0);
    let h = (lines.len() as f32 + 1.0) * 22.0 + 8.0;
    if l.left() < h {
        l.pages.push(Vec::new());
    }
    let bottom = TOP + PITCH * LINES as f32;
    let top = bottom - h;
    let rule = |y, h| Drawn::Bar { x: LEFT, y, w: WIDE, h, grey: false, red: false };
    l.put(rule(top, 1.0));
    let mut y = top + 2.0;
    for line in lines {
        l.letters(line, (LEFT + SMALL_PT, y + 16.0), SMALL_PT, SMALL_PT, Role::Fang, false);
        y += 22.0;
    }
    if copies.is_some() {
        l.put(rule(y + 1.0, 0.7));
    }
    let printed = format!("{}印发", zh_date(doc.date));
    let (org, day) = ([Run::plain(&doc.org)], [Run::plain(&printed)]);
    l.letters(&letters(&org), (LEFT + SMALL_PT, y + 18.0), SMALL_PT, SMALL_PT, Role::Fang, false);
    let x = LEFT + WIDE - SMALL_PT - width(&printed) * SMALL_PT;
    l.letters(&letters(&day), (x, y + 18.0), SMALL_PT, SMALL_PT, Role::Fang, false);
    l.put(rule(bottom, 1.0));
}

/// Draws a line letter by letter on its grid; a letter that the face lacks comes from the body face.
pub(crate) fn draw(surface: &mut krilla::surface::Surface<'_>, fonts: &Fonts, d: &Drawn) {
    let colour = |red: bool, grey: bool| match (red, grey) {
        (true, _) => rgb::Color::new(0xff, 0, 0),
        (_, true) => rgb::Color::new(0x5b, 0x5b, 0x5b),
        _ => rgb::Color::new(0, 0, 0),
    };
    let fill = |c: rgb::Color| Fill { paint: c.into(), opacity: NormalizedF32::ONE, ..Fill::default() };
    match d {
        Drawn::Link { .. } => {}
        Drawn::Bar { x, y, w, h, grey, red } => {
            let Some(rect) = Rect::from_xywh(*x, *y, w.max(0.1), *h) else { return };
            let mut path = PathBuilder::new();
            path.push_rect(rect);
            surface.set_fill(Some(fill(colour(*red, *grey))));
            if let Some(path) = path.finish() {
                surface.draw_path(&path);
            }
        }
        Drawn::Text { x, y, size, role, pitch, text, red } => {
            surface.set_fill(Some(fill(colour(*red, false))));
            let face = fonts.face(*role);
            let mut at = *x;
            for (part, own) in parts(face, text) {
                let face = if own { face } else { fonts.body() };
                let glyphs = glyphs(face, part, *size, *pitch);
                surface.draw_glyphs(Point::from_xy(at, *y), &glyphs, face.font.clone(), part, *size, false);
                at += width(part) * pitch;
            }
        }
    }
}

/// Stretches of a text that the face has, or has not.
pub(crate) fn parts<'a>(face: &Face, text: &'a str) -> Vec<(&'a str, bool)> {
    let Ok(font) = skrifa::FontRef::from_index(&face.data, face.index) else { return vec![(text, true)] };
    let map = font.charmap();
    let has = |c: char| map.map(c).is_some();
    let mut out = Vec::new();
    let (mut from, mut was) = (0, None);
    for (i, c) in text.char_indices() {
        let now = has(c);
        if was.is_some_and(|w| w != now) {
            out.push((&text[from..i], !now));
            from = i;
        }
        was = Some(now);
    }
    out.extend(was.map(|own| (&text[from..], own)));
    out
}

/// One glyph a letter, each as wide as its place on the grid; Latin letters stand in the middle of their half.
fn glyphs(face: &Face, text: &str, size: f32, pitch: f32) -> Vec<KrillaGlyph> {
    let Ok(font) = skrifa::FontRef::from_index(&face.data, face.index) else { return Vec::new() };
    let (map, metrics) = (
        font.charmap(),
        font.glyph_metrics(skrifa::instance::Size::unscaled(), skrifa::instance::LocationRef::default()),
    );
    let em = face.font.units_per_em();
    text.char_indices()
        .map(|(i, c)| {
            let id = map.map(c).unwrap_or_default();
            let wide = cell(c) * pitch / size;
            let own = metrics.advance_width(id).unwrap_or(em) / em;
            let shift = (wide - own) / 2.0;
            KrillaGlyph::new(GlyphId::new(id.to_u32()), wide, shift, 0.0, 0.0, i..i + c.len_utf8(), None)
        })
        .collect()
}

/// Side of the squares at the top of a sealed paper.
const CHECK: f32 = 20.0 * MM;

/// 核验码: in the margin above the first page, at its right edge.
fn check(c: &Check) -> Vec<Drawn> {
    let (left, top) = (LEFT + WIDE - CHECK, 11.0 * MM);
    let mut out = crate::plates::squares(&c.squares, left, top, CHECK);
    for (i, line) in c.lines.iter().enumerate() {
        let role = if i == 0 { Role::Hei } else { Role::Fang };
        let most = if i == 0 { TABLE_PT } else { 9.0 };
        // What is too long for the line is set smaller.
        let size = most.min((WIDE - CHECK - 3.0 * MM) / width(line).max(1.0));
        let x = left - 3.0 * MM - width(line) * size;
        let y = top + 5.0 * MM + i as f32 * 5.0 * MM;
        out.push(Drawn::Text { x, y, size, role, pitch: size, text: line.clone(), red: false });
    }
    out
}

/// Where a seal goes: the number of its page from 0, and its centre in points.
pub(crate) type SealPlace = (usize, f32, f32);

/// What is drawn on each page, with its number, for PDF and OFD alike; and where a seal goes.
pub(crate) fn laid_out(doc: &Document) -> (Vec<Vec<Drawn>>, SealPlace) {
    let Layout { mut pages, seal, .. } = lay_out(doc);
    if let (Some(c), Some(first)) = (&doc.check, pages.first_mut()) {
        first.extend(check(c));
    }
    for (i, drawn) in pages.iter_mut().enumerate() {
        // — 1 — : 4号, outside, one character from the edge, 7 mm below the 版心.
        let text = format!("— {} —", i + 1);
        let w = width(&text) * SMALL_PT;
        let x = if i % 2 == 0 { LEFT + WIDE - SMALL_PT - w } else { LEFT + SMALL_PT };
        let y = TOP + 225.0 * MM + 7.0 * MM + SMALL_PT * 0.9;
        drawn.push(Drawn::Text { x, y, size: SMALL_PT, role: Role::Fang, pitch: SMALL_PT, text, red: false });
    }
    (pages, seal.unwrap_or_default())
}

/// The document as the bytes of a PDF file.
///
/// # Errors
/// The library refused.
pub fn write(doc: &Document, fonts: &Fonts) -> Result<Vec<u8>, PdfError> {
    let mut pdf = krilla::Document::new();
    pdf.set_metadata(
        Metadata::new().title(doc.title.clone()).language("zh-CN".to_owned()).authors(vec![doc.org.clone()]),
    );
    for drawn in &laid_out(doc).0 {
        let settings = PageSettings::from_wh(A4.0, A4.1).ok_or_else(|| PdfError::Krilla("A4".to_owned()))?;
        let mut page = pdf.start_page_with(settings);
        let mut surface = page.surface();
        for d in drawn {
            draw(&mut surface, fonts, d);
        }
        surface.finish();
        for d in drawn {
            if let Drawn::Link { x, y, w, h, to } = d
                && let Some(rect) = Rect::from_xywh(*x, *y, *w, *h)
            {
                let target = Target::Action(Action::Link(LinkAction::new(to.clone())));
                page.add_annotation(Annotation::new_link(LinkAnnotation::new(rect, target), None));
            }
        }
        page.finish();
    }
    pdf.finish().map_err(|e| PdfError::Krilla(format!("{e:?}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_stays_in_one_line_with_its_point_and_percent_sign() {
        for before in 20..28 {
            let text = format!("{}97.3%，{}", "满".repeat(before), "意".repeat(9));
            let run = [Run::plain(text)];
            let all = letters(&run);
            let lines = broken(&all, 28.0, 0.0);
            let said = |l: &[Letter<'_>]| l.iter().map(|c| c.0).collect::<String>();
            assert!(lines.iter().any(|l| said(l).contains("97.3%")), "{before}");
        }
    }

    #[test]
    fn lines_hold_28_characters_and_no_mark_begins_one() {
        let text = "群".repeat(27) + "众，办事（" + &"难".repeat(40) + "2026年12月31日。";
        let run = [Run::plain(text.clone())];
        let all = letters(&run);
        let lines = broken(&all, 28.0, 2.0);
        let joined: String = lines.iter().flat_map(|l| l.iter().map(|c| c.0)).collect();
        assert_eq!(joined, text);
        for (i, line) in lines.iter().enumerate() {
            let w: f32 = line.iter().map(|l| cell(l.0)).sum();
            assert!(w <= if i == 0 { 27.01 } else { 29.01 }, "{w}");
            assert!(!not_first(line[0].0) && !not_last(line[line.len() - 1].0), "{i}");
        }
    }
}
