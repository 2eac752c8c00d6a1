//! The dotted chart (点阵图): a line a case, a dot an event, time from left to right. Batches stand out as
//! columns, holidays as gaps, waiting as long lines.

use serde::{Deserialize, Serialize};

use crate::log::Log;
use crate::when::{NO_TIME, civil_from_days};
use crate::xml::escape;

use super::text::grouped;

/// What is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DottedOptions {
    /// Time since the case began instead of calendar time.
    pub relative: bool,
    pub width: u32,
    pub height: u32,
    /// Dots at most; of more, cases are left out evenly, and the picture says so.
    pub most: usize,
    pub offset_s: i32,
    pub english: bool,
}

impl Default for DottedOptions {
    fn default() -> Self {
        Self { relative: false, width: 1100, height: 620, most: 30_000, offset_s: 8 * 3600, english: false }
    }
}

/// Distinguishable also with colour-blind eyes; the last one stands for all other activities.
const COLOURS: [&str; 9] =
    ["#1f5fa8", "#d1741f", "#2c8a57", "#b23a48", "#7a55a8", "#7a5c3e", "#c05a9d", "#5f7f1e", "#8a949e"];

/// The dotted chart of a log as SVG, cases by the time they begin.
pub fn dotted_chart(log: &Log, o: &DottedOptions) -> String {
    let (w, h) = (f64::from(o.width.clamp(300, 10_000)), f64::from(o.height.clamp(200, 10_000)));
    let timed = |c: usize| log.case(c).filter(|&e| log.time()[e] != NO_TIME);
    let first = |c: usize| timed(c).map(|e| log.time()[e]).min();
    let mut cases: Vec<(i64, usize)> = (0..log.case_count()).filter_map(|c| Some((first(c)?, c))).collect();
    cases.sort_unstable();
    let all = cases.len();
    let events: usize = cases.iter().map(|&(_, c)| log.case(c).len()).sum();
    let every = events.div_ceil(o.most.max(1)).max(1);
    let cases: Vec<(i64, usize)> = cases.into_iter().step_by(every).collect();
    let x_of = |start: i64, t: i64| if o.relative { t - start } else { t };
    let times = || cases.iter().flat_map(|&(s, c)| timed(c).map(move |e| x_of(s, log.time()[e])));
    let (from, to) = (times().min().unwrap_or(0), times().max().unwrap_or(1));
    let span = (to - from).max(1) as f64;
    let (left, top, right, bottom) = (16.0, 14.0, 190.0, 34.0);
    let (pw, ph) = (w - left - right, h - top - bottom);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {w} {h}\" width=\"{w}\" height=\"{h}\" role=\"img\"><title>{}</title>\
         <style>text{{font:12px system-ui,'Noto Sans CJK SC',sans-serif;fill:#16202b}}.g{{stroke:#dde4ea}}</style>\n",
        if o.english { "Dotted chart" } else { "点阵图" }
    );
    for i in 0..=6 {
        let x = left + pw * f64::from(i) / 6.0;
        let t = from + (span * f64::from(i) / 6.0) as i64;
        let label = if o.relative { format!("{:.0} d", t as f64 / 86_400e6) } else { date(t, o.offset_s) };
        let anchor = ["start", "middle", "end"][usize::from(i > 0) + usize::from(i == 6)];
        svg.push_str(&format!(
            "<line class=\"g\" x1=\"{x:.1}\" x2=\"{x:.1}\" y1=\"{top}\" y2=\"{:.1}\"/><text x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"{anchor}\">{label}</text>\n",
            top + ph,
            h - 12.0
        ));
    }
    let mut ranked: Vec<(u64, u32)> = crate::dfg::Dfg::of(log).events.iter().copied().zip(0..).collect();
    ranked.sort_by_key(|&(n, a)| (std::cmp::Reverse(n), a));
    let colour = |a: u32| ranked.iter().take(8).position(|r| r.1 == a).unwrap_or(8);
    let r = (ph / cases.len().max(1) as f64 * 0.6).clamp(0.9, 3.0);
    let mut paths = vec![String::new(); COLOURS.len()];
    for (row, &(start, c)) in cases.iter().enumerate() {
        let y = top + ph * (row as f64 + 0.5) / cases.len() as f64;
        for e in timed(c) {
            let x = left + pw * (x_of(start, log.time()[e]) - from) as f64 / span;
            paths[colour(log.activity()[e])].push_str(&format!("M{x:.1} {y:.1}h0"));
        }
    }
    for (d, colour) in paths.iter().zip(COLOURS) {
        svg.push_str(&format!(
            "<path d=\"{d}\" stroke=\"{colour}\" stroke-width=\"{:.1}\" stroke-linecap=\"round\" fill=\"none\"/>\n",
            r * 2.0
        ));
    }
    legend(&mut svg, log, &ranked, w - right + 14.0, top);
    let shown = cases.len();
    let note = match (shown < all, o.english) {
        (true, false) => format!("{} 件中的 {} 件", grouped(all as u64), grouped(shown as u64)),
        (true, true) => format!("{} of {} cases", grouped(shown as u64), grouped(all as u64)),
        (false, false) => format!("{} 件", grouped(all as u64)),
        (false, true) => format!("{} cases", grouped(all as u64)),
    };
    svg.push_str(&format!("<text x=\"{:.1}\" y=\"{:.1}\">{note}</text></svg>\n", w - right + 14.0, h - 12.0));
    svg
}

fn legend(svg: &mut String, log: &Log, ranked: &[(u64, u32)], x: f64, top: f64) {
    for (i, &(n, a)) in ranked.iter().filter(|r| r.0 > 0).take(9).enumerate() {
        let y = top + 8.0 + i as f64 * 36.0;
        let name = if i == 8 { "…" } else { log.activities.get(a) };
        svg.push_str(&format!("<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"5\" fill=\"{}\"/>", COLOURS[i]));
        let short = super::text::wrap(name, 12.0, 1).pop().unwrap_or_default();
        svg.push_str(&format!("<text x=\"{:.1}\" y=\"{:.1}\">", x + 11.0, y + 4.0));
        escape(svg, &short);
        svg.push_str("</text>");
        if i < 8 {
            svg.push_str(&format!(
                "<text x=\"{:.1}\" y=\"{:.1}\" fill-opacity=\".7\">{}</text>",
                x + 11.0,
                y + 19.0,
                grouped(n)
            ));
        }
        svg.push('\n');
    }
}

fn date(us: i64, offset_s: i32) -> String {
    let (y, m, d) = civil_from_days((us + i64::from(offset_s) * 1_000_000).div_euclid(86_400_000_000));
    format!("{y}-{m:02}-{d:02}")
}
