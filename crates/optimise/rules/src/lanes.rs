//! The plan as a picture: steps as bars in parallel lanes on one axis of working days, today above and the lawful plan
//! below, the longest path in colour and with a mark. Must not know pages: the words come from who draws it.

use crate::chart::{AFTER, BEFORE, CRITICAL, INK, QUIET, Svg, clip, num, tick};
use crate::redesign::Redesign;

/// The words in the picture, in one language.
#[derive(Clone, Copy, Debug)]
pub struct LaneWords<'a> {
    /// title; `{name}` is filled in
    pub title: &'a str,
    /// today
    pub today: &'a str,
    /// the lawful plan
    pub plan: &'a str,
    /// working days
    pub days: &'a str,
    /// the longest path
    pub longest: &'a str,
    /// steps that were left out, `{n}`
    pub more: &'a str,
}

/// Boxes drawn at most in one half.
const BOXES: usize = 150;
const LEFT: f64 = 16.0;
const WIDE: f64 = 960.0;
const ROW: f64 = 36.0;

struct Bar<'a> {
    name: &'a str,
    start: f64,
    days: f64,
    critical: bool,
}

/// The first lane that is free when a box begins; lanes are rows of the picture.
fn lanes(boxes: &[Bar<'_>], shortest: f64) -> Vec<usize> {
    let mut ends: Vec<f64> = Vec::new();
    boxes
        .iter()
        .map(|b| {
            let lane = ends.iter().position(|e| *e <= b.start + 1e-9).unwrap_or(ends.len());
            if lane == ends.len() {
                ends.push(0.0);
            }
            ends[lane] = b.start + b.days.max(shortest);
            lane
        })
        .collect()
}

fn half(
    svg: &mut Svg,
    boxes: &mut Vec<Bar<'_>>,
    (top, longest): (f64, f64),
    fill: &str,
    words: &LaneWords<'_>,
) -> f64 {
    boxes.sort_by(|a, b| a.start.total_cmp(&b.start).then(b.critical.cmp(&a.critical)));
    let more = boxes.len().saturating_sub(BOXES);
    boxes.truncate(BOXES);
    let shortest = longest * 14.0 / WIDE;
    let rows = lanes(boxes, shortest);
    for (b, lane) in boxes.iter().zip(&rows) {
        let (x, y) = (LEFT + b.start / longest * WIDE, top + ROW * *lane as f64);
        let width = (b.days / longest * WIDE - 2.0).max(12.0);
        let colour = if b.critical { CRITICAL } else { fill };
        let mark = if b.critical { "◆ " } else { "" };
        svg.rect(
            (x, y),
            (width, ROW - 6.0),
            colour,
            &format!("{mark}{} · {} {}", b.name, num(b.days), words.days),
        );
        let fits = ((width - 8.0) / 6.5).max(0.0) as usize;
        if fits >= 4 {
            let label = format!("{mark}{}", b.name);
            svg.text(
                x + 5.0,
                y + 19.5,
                12,
                if fill == BEFORE && !b.critical { INK } else { "#fff" },
                "start",
                &clip(&label, fits),
            );
        }
    }
    let used = rows.iter().max().map_or(0.0, |r| (*r + 1) as f64) * ROW;
    if more > 0 {
        svg.text(LEFT, top + used + 12.0, 12, QUIET, "start", &words.more.replace("{n}", &more.to_string()));
    }
    used
}

impl Redesign {
    /// The picture as SVG.
    pub fn lanes_svg(&self, words: &LaneWords<'_>) -> String {
        let mut svg = Svg::new(LEFT * 2.0 + WIDE);
        let ends = self
            .plan
            .iter()
            .flat_map(|p| [p.before_start + p.days, p.after_start.map_or(0.0, |s| s + p.days)]);
        let longest = ends.fold(0.0, f64::max).max(1e-6);
        let on = |path: &[String], id: &String| path.contains(id);
        let title = words.title.replace("{name}", &self.name);
        let mut top = 30.0;
        svg.text(
            LEFT,
            top - 8.0,
            15,
            INK,
            "start",
            &format!("{} · {} {}", words.today, num(self.before.working_days), words.days),
        );
        let mut today: Vec<Bar<'_>> = (self.plan.iter())
            .map(|p| Bar {
                name: &p.name,
                start: p.before_start,
                days: p.days,
                critical: on(&self.critical_path_before, &p.id),
            })
            .collect();
        let from = top;
        top += half(&mut svg, &mut today, (top, longest), BEFORE, words) + 40.0;
        svg.text(
            LEFT,
            top - 8.0,
            15,
            INK,
            "start",
            &format!("{} · {} {}", words.plan, num(self.after.working_days), words.days),
        );
        let mut plan: Vec<Bar<'_>> = (self.plan.iter())
            .filter_map(|p| {
                let start = p.after_start?;
                Some(Bar { name: &p.name, start, days: p.days, critical: on(&self.critical_path, &p.id) })
            })
            .collect();
        top += half(&mut svg, &mut plan, (top, longest), AFTER, words) + 24.0;
        let (step, mut mark) = (tick(longest), 0.0);
        while mark <= longest + step * 1e-6 {
            let x = LEFT + mark / longest * WIDE;
            svg.line((x, from), (x, top - 14.0));
            svg.text(x, top, 11, QUIET, "middle", &num(mark));
            mark += step;
        }
        svg.text(LEFT, top + 22.0, 12, CRITICAL, "start", &format!("◆ {}", words.longest));
        svg.done(top + 34.0, &title)
    }
}

#[cfg(test)]
mod tests {
    use crate::{Model, redesign};

    use super::*;

    #[test]
    fn steps_at_once_stand_in_lanes_of_their_own() {
        let b = |start, days| Bar { name: "x", start, days, critical: false };
        assert_eq!(lanes(&[b(0.0, 2.0), b(0.0, 1.0), b(1.0, 1.0), b(2.0, 1.0)], 0.1), [0, 1, 1, 0]);
        let m = Model::from_json(r#"{"name":"<x>","steps":[{"id":"a","days":2},{"id":"b","days":3}],"orders":[["a","b","habit"]]}"#).unwrap();
        let words = LaneWords {
            title: "{name}",
            today: "现行",
            plan: "再造后",
            days: "工作日",
            longest: "最长",
            more: "{n}",
        };
        let svg = redesign(&m).unwrap().lanes_svg(&words);
        assert!(
            svg.contains("现行 · 5 工作日")
                && svg.contains("再造后 · 3 工作日")
                && svg.contains("aria-label=\"&lt;x&gt;\"")
        );
        assert_eq!(svg.matches("<title>◆").count(), 3, "both steps today, one in the plan");
    }
}
