//! From characters at places to paragraphs: lines by height, words by gaps, and a line that fills its width goes on in the next.

/// A piece of text at a place of a page: from the left, from the top, and how high a character is, in one unit.
#[derive(Clone, Debug)]
pub(crate) struct Piece {
    pub x: f64,
    pub y: f64,
    /// where it ends on the right, as far as known
    pub end: f64,
    pub size: f64,
    pub text: String,
}

/// A character of a word that blanks divide.
fn latin(c: Option<char>) -> bool {
    c.is_some_and(|c| c.is_ascii_graphic())
}

struct Line {
    left: f64,
    right: f64,
    size: f64,
    text: String,
}

/// The lines of a page from the top, each from the left.
fn lines(mut pieces: Vec<Piece>) -> Vec<Line> {
    pieces.retain(|p| p.x.is_finite() && p.y.is_finite() && p.size.is_finite() && !p.text.is_empty());
    pieces.sort_by(|a, b| a.y.total_cmp(&b.y));
    let mut rows: Vec<Vec<Piece>> = Vec::new();
    let mut foot = f64::NEG_INFINITY;
    for piece in pieces {
        match rows.last_mut() {
            Some(row) if piece.y - foot <= piece.size.max(1.0) * 0.4 => row.push(piece),
            _ => {
                foot = piece.y;
                rows.push(vec![piece]);
            }
        }
    }
    let mut out = Vec::with_capacity(rows.len());
    for mut row in rows {
        row.sort_by(|a, b| a.x.total_cmp(&b.x));
        let (left, size) = (row[0].x, row.iter().map(|p| p.size).fold(1.0, f64::max));
        let (mut text, mut right) = (String::new(), f64::NEG_INFINITY);
        for p in row {
            if !text.is_empty() && p.x - right > size * 1.5 && !p.text.starts_with(' ') {
                text.push('\t');
            } else if p.x - right > size * 0.18 && latin(text.chars().last()) && latin(p.text.chars().next())
            {
                text.push(' ');
            }
            right = right.max(p.end);
            text.push_str(&p.text);
        }
        out.push(Line { left, right, size, text: text.trim_matches([' ', '\u{3000}']).to_owned() });
    }
    out.retain(|l| !l.text.is_empty());
    out
}

/// — 3 —, - 3 -, 3, 第 3 页
fn is_page_number(text: &str) -> bool {
    let bare: String = text.chars().filter(|c| !c.is_whitespace() && !"—-–－第页共/·".contains(*c)).collect();
    !bare.is_empty()
        && bare.len() <= 4
        && bare.chars().all(|c| c.is_ascii_digit())
        && text.chars().count() <= 10
}

/// The text of all pages.
pub(crate) fn text(pages: Vec<Vec<Piece>>) -> String {
    let mut all: Vec<Line> = Vec::new();
    for page in pages {
        let mut page = lines(page);
        if page.last().is_some_and(|l| is_page_number(&l.text)) {
            page.pop();
        }
        if page.first().is_some_and(|l| is_page_number(&l.text)) {
            page.remove(0);
        }
        all.append(&mut page);
    }
    let long = || all.iter().filter(|l| l.text.chars().count() > 12 && !l.text.contains('\t'));
    let left = long().map(|l| l.left).fold(f64::INFINITY, f64::min);
    let right = long().map(|l| l.right).fold(f64::NEG_INFINITY, f64::max);
    let mut out = String::new();
    // Whether the last line filled its width, and so goes on.
    let mut full = false;
    for l in all {
        let goes_on = full && l.left <= left + l.size * 1.2 && !l.text.contains('\t');
        if goes_on {
            // Two words of Latin letters are kept apart.
            let apart = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
            if apart(out.chars().last()) && apart(l.text.chars().next()) {
                out.push(' ');
            }
        } else if !out.is_empty() {
            out.push('\n');
        }
        out.push_str(&l.text);
        full = l.right >= right - l.size * 1.6 && !l.text.contains('\t');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(x: f64, y: f64, text: &str) -> Piece {
        let n = text.chars().count();
        Piece { x, y, end: x + 16.0 * n as f64, size: 16.0, text: text.to_owned() }
    }

    #[test]
    fn a_line_that_fills_its_width_goes_on_and_an_indented_one_begins() {
        let body = "一二三四五六七八九十一二三四五六七八九十";
        let pages = vec![
            vec![
                line(160.0, 50.0, "关于印发办法的通知"),
                line(132.0, 100.0, &body[..54]),
                line(100.0, 130.0, body),
            ],
            vec![
                line(100.0, 50.0, "余下的话。"),
                line(132.0, 80.0, "另起一段。"),
                line(200.0, 800.0, "— 2 —"),
            ],
        ];
        let text = text(pages);
        assert_eq!(text, format!("关于印发办法的通知\n{}{body}余下的话。\n另起一段。", &body[..54]));
    }

    #[test]
    fn columns_are_kept_apart() {
        let row = vec![line(100.0, 50.0, "事项"), line(300.0, 51.0, "天数")];
        assert_eq!(text(vec![row]), "事项\t天数");
    }
}
