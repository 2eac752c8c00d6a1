//! 字体子集: a font cut down to the letters that a document uses, as a font file of its own. The subsetter keeps outlines and
//! measures; a reader of OFD looks letters up by their code point, so the tables that say which glyph a letter is are
//! written here (OpenType 1.9: `cmap` formats 4 and 12, `OS/2`, `name`, `post`).

use std::collections::BTreeMap;

use skrifa::MetadataProvider as _;
use subsetter::{GlyphRemapper, subset};

/// The letters of one face that are used, each with its glyph in the cut font.
pub(super) struct Cut {
    glyphs: BTreeMap<char, u16>,
    mapper: GlyphRemapper,
}

impl Cut {
    pub fn new() -> Self {
        Self { glyphs: BTreeMap::new(), mapper: GlyphRemapper::new() }
    }
    /// A letter is used.
    pub fn take(&mut self, font: &skrifa::FontRef<'_>, c: char) {
        if !self.glyphs.contains_key(&c)
            && let Some(id) = font.charmap().map(c).and_then(|id| u16::try_from(id.to_u32()).ok())
        {
            let new = self.mapper.remap(id);
            self.glyphs.insert(c, new);
        }
    }
    /// The font file, called `name`; none when the font cannot be cut.
    pub fn file(&self, data: &[u8], index: u32, name: &str) -> Option<Vec<u8>> {
        let cut = subset(data, index, &self.mapper).ok()?;
        let mut tables = tables_of(&cut)?;
        tables.insert(*b"cmap", cmap(&self.glyphs));
        tables.insert(*b"name", names(name));
        tables.insert(*b"OS/2", os2(&self.glyphs));
        // Version 3: no names of glyphs.
        let mut post = vec![0, 3, 0, 0];
        post.resize(32, 0);
        tables.insert(*b"post", post);
        Some(file(cut.get(..4)?, &tables))
    }
}

type Tables = BTreeMap<[u8; 4], Vec<u8>>;

fn tables_of(font: &[u8]) -> Option<Tables> {
    let count = usize::from(u16::from_be_bytes(font.get(4..6)?.try_into().ok()?));
    let word = |at: usize| Some(u32::from_be_bytes(font.get(at..at + 4)?.try_into().ok()?) as usize);
    (0..count)
        .map(|i| {
            let at = 12 + 16 * i;
            let (from, long) = (word(at + 8)?, word(at + 12)?);
            Some((font.get(at..at + 4)?.try_into().ok()?, font.get(from..from + long)?.to_vec()))
        })
        .collect()
}

fn put16(out: &mut Vec<u8>, values: &[u16]) {
    values.iter().for_each(|v| out.extend(v.to_be_bytes()));
}
fn put32(out: &mut Vec<u8>, values: &[u32]) {
    values.iter().for_each(|v| out.extend(v.to_be_bytes()));
}

/// Both forms of the table, over the same letters: readers of today take the second, old ones the first.
fn cmap(glyphs: &BTreeMap<char, u16>) -> Vec<u8> {
    let narrow: Vec<(u16, u16)> =
        glyphs.iter().filter_map(|(c, g)| Some((u16::try_from(u32::from(*c)).ok()?, *g))).collect();
    // Format 4: a segment a letter, and the one that ends it.
    let segments = u16::try_from(narrow.len() + 1).unwrap_or(u16::MAX);
    let log = segments.ilog2();
    let range = 2 * (1u16 << log);
    let mut four = Vec::new();
    let long = 16 + 8 * u32::from(segments);
    put16(
        &mut four,
        &[
            4,
            u16::try_from(long).unwrap_or(u16::MAX),
            0,
            segments * 2,
            range,
            u16::try_from(log).unwrap_or(0),
            segments * 2 - range,
        ],
    );
    let ends: Vec<u16> = narrow.iter().map(|l| l.0).chain([0xffff]).collect();
    let deltas: Vec<u16> = narrow.iter().map(|l| l.1.wrapping_sub(l.0)).chain([1]).collect();
    put16(&mut four, &ends);
    put16(&mut four, &[0]);
    put16(&mut four, &ends);
    put16(&mut four, &deltas);
    put16(&mut four, &vec![0; usize::from(segments)]);
    let mut twelve = Vec::new();
    let n = u32::try_from(glyphs.len()).unwrap_or(0);
    put16(&mut twelve, &[12, 0]);
    put32(&mut twelve, &[16 + 12 * n, 0, n]);
    for (c, g) in glyphs {
        put32(&mut twelve, &[u32::from(*c), u32::from(*c), u32::from(*g)]);
    }
    let mut out = Vec::new();
    put16(&mut out, &[0, 2, 3, 1]);
    put32(&mut out, &[20]);
    put16(&mut out, &[3, 10]);
    put32(&mut out, &[20 + u32::try_from(four.len()).unwrap_or(0)]);
    out.extend(four);
    out.extend(twelve);
    out
}

fn names(name: &str) -> Vec<u8> {
    let text: Vec<u8> = name.encode_utf16().flat_map(u16::to_be_bytes).collect();
    let long = u16::try_from(text.len()).unwrap_or(0);
    let ids = [1u16, 2, 4, 6];
    let mut out = Vec::new();
    put16(&mut out, &[0, 4, 6 + 12 * 4]);
    for id in ids {
        put16(&mut out, &[3, 1, 0x409, id, long, 0]);
    }
    out.extend(text);
    out
}

fn os2(glyphs: &BTreeMap<char, u16>) -> Vec<u8> {
    let code = |c: Option<&char>| c.map_or(0, |c| u16::try_from(u32::from(*c)).unwrap_or(0xffff));
    let mut out = Vec::new();
    // Version 4; average width, weight, width class, may be embedded (subset).
    put16(&mut out, &[4, 1000, 400, 5, 0]);
    put16(&mut out, &[650, 600, 0, 75, 650, 600, 0, 350, 50, 250, 0]);
    out.extend([0; 10]);
    put32(&mut out, &[0, 0, 0, 0]);
    out.extend(b"    ");
    put16(&mut out, &[0x40, code(glyphs.keys().next()), code(glyphs.keys().next_back())]);
    put16(&mut out, &[880, 0xff88, 0, 1160, 288]);
    put32(&mut out, &[1 << 18, 0]);
    put16(&mut out, &[500, 700, 0, 32, 1]);
    out
}

/// A font file of these tables, with the check sums of the format.
fn file(version: &[u8], tables: &Tables) -> Vec<u8> {
    let sum = |data: &[u8]| {
        data.chunks(4).fold(0u32, |n, c| {
            let word = std::array::from_fn(|i| c.get(i).copied().unwrap_or(0));
            n.wrapping_add(u32::from_be_bytes(word))
        })
    };
    let n = u16::try_from(tables.len()).unwrap_or(1).max(1);
    let log = n.ilog2();
    let range = 16 * (1u16 << log);
    let mut out = version.to_vec();
    put16(&mut out, &[n, range, u16::try_from(log).unwrap_or(0), n * 16 - range]);
    let mut at = 12 + 16 * tables.len();
    for (tag, data) in tables {
        out.extend(tag);
        put32(&mut out, &[sum(data), u32::try_from(at).unwrap_or(0), u32::try_from(data.len()).unwrap_or(0)]);
        at += data.len().next_multiple_of(4);
    }
    for data in tables.values() {
        out.extend(data);
        out.resize(out.len().next_multiple_of(4), 0);
    }
    out
}
