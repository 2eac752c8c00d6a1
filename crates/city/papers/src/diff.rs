//! 改了什么: two versions side by side, paragraph by paragraph, and inside a changed paragraph word by word. Pure and bounded.

use paper::gongwen::{Block, Document, words, zh_date};

/// Cells of a table of common parts: beyond, what differs counts as replaced.
const CELLS_MOST: usize = 4_000_000;

/// How a piece stands in the two versions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// in both
    Same,
    /// only in the older one
    Gone,
    /// only in the newer one
    New,
}

/// A piece of a paragraph.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// how it stands
    pub part: Part,
    /// its words
    pub text: String,
}

/// A paragraph.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// its pieces; one that is the same for a paragraph that did not change
    pub pieces: Vec<Piece>,
}

impl Change {
    fn whole(part: Part, text: &str) -> Self {
        Self { pieces: vec![Piece { part, text: text.to_owned() }] }
    }
    /// Did anything change in it?
    pub fn changed(&self) -> bool {
        self.pieces.iter().any(|p| p.part != Part::Same)
    }
}

/// A document as paragraphs, with what stands around its body.
pub fn paragraphs(d: &Document) -> Vec<String> {
    let mut out = vec![d.title.clone()];
    if !d.to.is_empty() {
        out.push(format!("主送：{}", d.to));
    }
    for b in &d.blocks {
        match b {
            Block::Heading { text, .. } | Block::Text(text) => out.push(words(text)),
            Block::Table { title, head, rows } => {
                out.push(format!("表：{title}"));
                out.push(head.join(" | "));
                out.extend(rows.iter().map(|r| r.iter().map(|c| words(c)).collect::<Vec<_>>().join(" | ")));
            }
            Block::Chart { title, bars } => {
                out.push(format!("图：{title}"));
                out.extend(bars.iter().map(|(n, v)| format!("{n} {v}")));
            }
        }
    }
    out.extend(d.attachments.iter().map(|a| format!("附件：{a}")));
    out.push(format!("{} {}", d.org, zh_date(d.date)));
    if !d.copies.is_empty() {
        out.push(format!("抄送：{}", d.copies));
    }
    out
}

/// Which items of the first are matched with which of the second: a longest common row of them.
fn common<T: PartialEq>(a: &[T], b: &[T]) -> Vec<(usize, usize)> {
    let head = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let (ra, rb) = (&a[head..], &b[head..]);
    let tail = ra.iter().rev().zip(rb.iter().rev()).take_while(|(x, y)| x == y).count();
    let (ma, mb) = (&ra[..ra.len() - tail], &rb[..rb.len() - tail]);
    let mut out: Vec<(usize, usize)> = (0..head).map(|i| (i, i)).collect();
    let wide = mb.len() + 1;
    if (ma.len() + 1).saturating_mul(wide) <= CELLS_MOST {
        let mut best = vec![0u32; (ma.len() + 1) * wide];
        for i in (0..ma.len()).rev() {
            for j in (0..mb.len()).rev() {
                best[i * wide + j] = if ma[i] == mb[j] {
                    best[(i + 1) * wide + j + 1] + 1
                } else {
                    best[(i + 1) * wide + j].max(best[i * wide + j + 1])
                };
            }
        }
        let (mut i, mut j) = (0, 0);
        while i < ma.len() && j < mb.len() {
            if ma[i] == mb[j] {
                out.push((head + i, head + j));
                (i, j) = (i + 1, j + 1);
            } else if best[(i + 1) * wide + j] >= best[i * wide + j + 1] {
                i += 1;
            } else {
                j += 1;
            }
        }
    }
    let (ta, tb) = (a.len() - tail, b.len() - tail);
    out.extend((0..tail).map(|i| (ta + i, tb + i)));
    out
}

/// A text in parts that are read as one: numbers and Latin words whole, Chinese characters one by one.
fn parts(text: &str) -> Vec<&str> {
    let mut out = Vec::new();
    let mut begun: Option<usize> = None;
    for (i, c) in text.char_indices() {
        if c.is_ascii_alphanumeric() || matches!(c, '.' | '%') {
            begun.get_or_insert(i);
            continue;
        }
        if let Some(b) = begun.take() {
            out.push(&text[b..i]);
        }
        out.push(&text[i..i + c.len_utf8()]);
    }
    if let Some(b) = begun {
        out.push(&text[b..]);
    }
    out
}

/// A changed paragraph, piece by piece. A single character that happens to be in both, between two changes, is no island: it is read
/// as changed with them.
fn inside(a: &str, b: &str) -> Change {
    let (pa, pb) = (parts(a), parts(b));
    let mut runs: Vec<(usize, usize, usize)> = Vec::new();
    for (i, j) in common(&pa, &pb) {
        match runs.last_mut() {
            Some((x, y, n)) if *x + *n == i && *y + *n == j => *n += 1,
            _ => runs.push((i, j, 1)),
        }
    }
    let ends = |i: usize, j: usize, n: usize| (i, j) == (0, 0) || (i + n, j + n) == (pa.len(), pb.len());
    runs.retain(|(i, j, n)| {
        let characters: usize = pa[*i..*i + *n].iter().map(|p| p.chars().count()).sum();
        characters > 1 || ends(*i, *j, *n)
    });
    let mut pieces = Vec::new();
    let mut put = |part: Part, words: &[&str]| {
        if !words.is_empty() {
            pieces.push(Piece { part, text: words.concat() });
        }
    };
    let (mut x, mut y) = (0, 0);
    for (i, j, n) in runs {
        put(Part::Gone, &pa[x..i]);
        put(Part::New, &pb[y..j]);
        put(Part::Same, &pa[i..i + n]);
        (x, y) = (i + n, j + n);
    }
    put(Part::Gone, &pa[x..]);
    put(Part::New, &pb[y..]);
    Change { pieces }
}

/// Is so much the same that it is one paragraph that was changed, and not two?
fn is_like(a: &str, b: &str) -> bool {
    let same: usize =
        inside(a, b).pieces.iter().filter(|p| p.part == Part::Same).map(|p| p.text.chars().count()).sum();
    same * 5 >= a.chars().count().max(b.chars().count()) * 2
}

/// Everything of the newer version in its order, with what is gone where it stood.
pub fn compare(older: &[String], newer: &[String]) -> Vec<Change> {
    let mut out = Vec::new();
    let gap = |a: &[String], b: &[String], out: &mut Vec<Change>| {
        // Inside a gap, paragraphs in the same order that are alike are the same ones, changed.
        let mut from = 0;
        for p in a {
            match b[from..].iter().position(|q| is_like(p, q)) {
                Some(n) => {
                    out.extend(b[from..from + n].iter().map(|q| Change::whole(Part::New, q)));
                    out.push(inside(p, &b[from + n]));
                    from += n + 1;
                }
                None => out.push(Change::whole(Part::Gone, p)),
            }
        }
        out.extend(b[from..].iter().map(|q| Change::whole(Part::New, q)));
    };
    let (mut x, mut y) = (0, 0);
    for (i, j) in common(older, newer) {
        gap(&older[x..i], &newer[y..j], &mut out);
        out.push(Change::whole(Part::Same, &newer[j]));
        (x, y) = (i + 1, j + 1);
    }
    gap(&older[x..], &newer[y..], &mut out);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn told(changes: &[Change]) -> String {
        let piece = |p: &Piece| match p.part {
            Part::Same => p.text.clone(),
            Part::Gone => format!("[-{}-]", p.text),
            Part::New => format!("[+{}+]", p.text),
        };
        changes.iter().map(|c| c.pieces.iter().map(piece).collect::<String>()).collect::<Vec<_>>().join("\n")
    }
    fn texts(t: &str) -> Vec<String> {
        t.lines().map(str::to_owned).collect()
    }

    #[test]
    fn a_clerk_reads_what_was_changed() {
        let older = "关于办件的通报\n本月收到365件，办结300件。\n请各单位按时办理。";
        let newer = "关于办件情况的通报\n本月收到365件，办结312件。\n特此通报。";
        assert_eq!(
            told(&compare(&texts(older), &texts(newer))),
            "关于办件[+情况+]的通报\n本月收到365件，办结[-300-][+312+]件。\n[-请各单位按时办理。-]\n[+特此通报。+]"
        );
    }

    proptest! {
        /// Both versions can be read out of what is shown, whatever they are.
        #[test]
        fn nothing_is_lost(a in "[甲乙丙丁0-9，。\n]{0,60}", b in "[甲乙丙丁0-9，。\n]{0,60}") {
            let (a, b) = (texts(&a), texts(&b));
            let changes = compare(&a, &b);
            let side = |gone: Part| -> Vec<String> {
                changes
                    .iter()
                    .filter(|c| c.pieces.is_empty() || c.pieces.iter().any(|p| p.part != gone))
                    .map(|c| c.pieces.iter().filter(|p| p.part != gone).map(|p| p.text.as_str()).collect())
                    .collect()
            };
            prop_assert_eq!(side(Part::New), a);
            prop_assert_eq!(side(Part::Gone), b);
        }
    }
}
