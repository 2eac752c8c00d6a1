//! 图: bars and lines as SVG text, the same for page and print. No scripts, no styles: colours are classes of the
//! page with a printable default, every bar can be a link, the numbers stand beside the bars.

use std::fmt::Write as _;

/// Bars lying on their side, one for each name.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Bars {
    /// what it shows, for readers that hear the page
    pub title: String,
    /// name, value, text of the value, address it opens (may be empty)
    pub rows: Vec<(String, f64, String, String)>,
}

/// Lines over days or months.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Lines {
    /// what it shows
    pub title: String,
    /// under the points
    pub labels: Vec<String>,
    /// name and values of each line
    pub series: Vec<(String, Vec<f64>)>,
}

fn esc(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// Width of a text in halves of a letter: Chinese letters count two.
fn width(text: &str) -> usize {
    text.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum()
}
fn cut(text: &str, most: usize) -> String {
    if width(text) <= most {
        return text.to_owned();
    }
    let (mut out, mut w) = (String::new(), 0);
    for c in text.chars() {
        w += if c.is_ascii() { 1 } else { 2 };
        if w > most - 2 {
            break;
        }
        out.push(c);
    }
    out.push('…');
    out
}

const ROW: usize = 30;
const NAMES: usize = 150;
const WIDE: usize = 460;

/// The bars as SVG.
pub fn bars(b: &Bars) -> String {
    let most = b.rows.iter().map(|r| r.1).fold(0.0, f64::max).max(1e-9);
    let (w, h) = (NAMES + WIDE + 90, b.rows.len() * ROW + 8);
    // A picture is one thing to a screen reader; bars that lead somewhere are a group of links.
    let role = if b.rows.iter().all(|r| r.3.is_empty()) { "img" } else { "group" };
    let mut out = format!(
        "<svg class=\"chart\" viewBox=\"0 0 {w} {h}\" role=\"{role}\" aria-label=\"{}\" font-size=\"14\" xmlns=\"http://www.w3.org/2000/svg\">",
        esc(&b.title)
    );
    for (i, (name, value, text, href)) in b.rows.iter().enumerate() {
        let y = i * ROW + 4;
        #[expect(clippy::cast_precision_loss, reason = "a width in pixels")]
        let len = (value / most * WIDE as f64).max(if *value > 0.0 { 2.0 } else { 0.0 });
        let (open, close) = if href.is_empty() {
            (String::new(), "")
        } else {
            (format!("<a href=\"{}\">", esc(href)), "</a>")
        };
        let _ = write!(
            out,
            "{open}<text class=\"c-name\" x=\"{}\" y=\"{}\" text-anchor=\"end\">{}</text><rect class=\"c-bar\" fill=\"#1f5fa8\" x=\"{NAMES}\" y=\"{y}\" width=\"{len:.1}\" height=\"20\" rx=\"2\"/><text class=\"c-value\" x=\"{:.1}\" y=\"{}\">{}</text>{close}",
            NAMES - 8,
            y + 15,
            esc(&cut(name, 20)),
            NAMES as f64 + len + 6.0,
            y + 15,
            esc(text),
        );
    }
    out.push_str("</svg>");
    out
}

const STROKES: [(&str, &str); 4] =
    [("#1f5fa8", ""), ("#b3401f", "7 4"), ("#3a7d34", "2 3"), ("#6b4fa0", "9 3 2 3")];

/// The lines as SVG: told apart by colour and by dashes, named at their ends.
#[expect(clippy::cast_precision_loss, reason = "pixels")]
pub fn lines(l: &Lines) -> String {
    let most = l.series.iter().flat_map(|s| s.1.iter().copied()).fold(0.0, f64::max).max(1.0);
    let step = nice(most / 4.0);
    let top = step * (most / step).ceil();
    let (left, wide, high) = (46.0, 520.0, 200.0);
    let n = l.labels.len().max(2);
    let x = |i: usize| left + wide * i as f64 / (n - 1) as f64;
    let y = |v: f64| 14.0 + high * (1.0 - v / top);
    let mut out = format!(
        "<svg class=\"chart\" viewBox=\"0 0 700 256\" role=\"img\" aria-label=\"{}\" font-size=\"13\" xmlns=\"http://www.w3.org/2000/svg\">",
        esc(&l.title)
    );
    let mut v = 0.0;
    while v <= top + 1e-9 {
        let _ = write!(
            out,
            "<line class=\"c-grid\" stroke=\"#d5dbe3\" x1=\"{left}\" x2=\"{:.0}\" y1=\"{1:.1}\" y2=\"{1:.1}\"/><text class=\"c-name\" x=\"{2}\" y=\"{3:.1}\" text-anchor=\"end\">{v}</text>",
            left + wide,
            y(v),
            left - 6.0,
            y(v) + 4.0,
        );
        v += step;
    }
    let every = l.labels.len().div_ceil(8).max(1);
    for (i, label) in l.labels.iter().enumerate().step_by(every) {
        let _ = write!(
            out,
            "<text class=\"c-name\" x=\"{:.1}\" y=\"236\" text-anchor=\"middle\">{}</text>",
            x(i),
            esc(label)
        );
    }
    let mut taken: Vec<f64> = Vec::new();
    for ((name, values), (stroke, dash)) in l.series.iter().zip(STROKES) {
        let points: Vec<_> =
            values.iter().enumerate().map(|(i, v)| format!("{:.1},{:.1}", x(i), y(*v))).collect();
        let _ = write!(
            out,
            "<polyline fill=\"none\" stroke=\"{stroke}\" stroke-width=\"2.5\" stroke-dasharray=\"{dash}\" points=\"{}\"/>",
            points.join(" ")
        );
        // Names at the ends must not lie on one another.
        let mut at = values.last().map_or(0.0, |v| y(*v)) + 4.0;
        while taken.iter().any(|t| (t - at).abs() < 15.0) {
            at -= 15.0;
        }
        taken.push(at);
        let _ = write!(
            out,
            "<text fill=\"{stroke}\" x=\"{:.1}\" y=\"{at:.1}\">{}</text>",
            left + wide + 8.0,
            esc(&cut(name, 16))
        );
    }
    out.push_str("</svg>");
    out
}

/// 1, 2 or 5 times a power of ten, at least `n`.
fn nice(n: f64) -> f64 {
    let mut unit = 1.0;
    loop {
        for k in [1.0, 2.0, 5.0] {
            if unit * k >= n {
                return unit * k;
            }
        }
        unit *= 10.0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_escaped_and_nothing_is_styled_inline() {
        let b = Bars {
            title: "<登记>".into(),
            rows: vec![
                ("市“监”局&<b>".into(), 3.0, "3".into(), "/x?a=1&b=2".into()),
                ("无".into(), 0.0, "0".into(), String::new()),
            ],
        };
        let svg = bars(&b);
        assert!(
            svg.contains("&lt;登记&gt;") && svg.contains("&amp;&lt;b&gt;") && svg.contains("/x?a=1&amp;b=2")
        );
        assert!(!svg.contains("style=") && !svg.contains("<script"));
        let l = Lines {
            title: "走势".into(),
            labels: vec!["1日".into()],
            series: vec![("登记".into(), vec![4.0]), ("答复".into(), vec![4.0])],
        };
        let svg = lines(&l);
        assert_eq!(svg.matches("<polyline").count(), 2);
        assert!(!svg.contains("NaN") && !svg.contains("inf"));
        assert!(lines(&Lines::default()).ends_with("</svg>"));
    }
}
