//! The map of a log: its activities and paths as far as the sliders show them, laid out, as data and as SVG.

use hashbrown::HashMap;
use serde::{Deserialize, Serialize};

use crate::dfg::{Dfg, pair_medians, pair_times};
use crate::log::Log;
use crate::work::WorkClock;
use crate::xml::escape;

use super::layout::{Graph, Point, place};
use super::text::{duration, grouped, width_em, wrap};

/// What stands at the paths.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    #[default]
    Count,
    Mean,
    Median,
    /// All time spent on a path: where a process loses most.
    Sum,
}

/// Sliders and labels.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct MapOptions {
    /// Part of the activities shown, the frequent ones first: 0 one, 1 all.
    pub activities: f64,
    /// Part of the paths between them shown: 0 only what holds the map together, 1 all.
    pub paths: f64,
    pub measure: Measure,
    /// Hours of a working day, for labels of working time.
    pub day_hours: f64,
    /// Activities are shaded by how much of what is done there was done before, instead of by how often.
    pub rework: bool,
    pub english: bool,
    /// Where an activity or a path leads when it is clicked: the beginning of an address, to which `at` and `to` are
    /// added. Empty: nowhere.
    #[serde(skip)]
    pub link: String,
}

impl Default for MapOptions {
    fn default() -> Self {
        Self {
            activities: 1.0,
            paths: 0.4,
            measure: Measure::Count,
            day_hours: 24.0,
            rework: false,
            english: false,
            link: String::new(),
        }
    }
}

/// An activity on the map.
#[derive(Clone, Debug, Serialize)]
pub struct MapNode {
    pub name: String,
    pub events: u64,
    pub starts: u64,
    pub ends: u64,
    /// Of the events, those of cases in which it was done before.
    pub repeats: u64,
}

/// A path on the map; `None` stands for the start (as source) or the end (as target).
#[derive(Clone, Debug, Serialize)]
pub struct MapEdge {
    pub source: Option<usize>,
    pub target: Option<usize>,
    pub count: u64,
    pub mean_us: Option<f64>,
    pub median_us: Option<f64>,
    pub sum_us: Option<f64>,
}

/// A map; see the module.
#[derive(Clone, Debug, Serialize)]
pub struct Map {
    pub nodes: Vec<MapNode>,
    pub edges: Vec<MapEdge>,
    pub cases: u64,
    /// Activities and paths that the sliders hide.
    pub hidden_activities: usize,
    pub hidden_paths: usize,
    /// Mean place of each node in its cases, 0 first, 1 last.
    #[serde(skip)]
    flow: Vec<f64>,
}

/// Activities on one map at most.
const MOST: usize = 400;
/// Paths on one map at most, besides those that hold it together: of more nobody could follow one.
const PATHS_MOST: usize = 600;

impl Map {
    /// The map of a log. Times are working time when a clock is given.
    pub fn of(log: &Log, options: &MapOptions, clock: Option<&WorkClock>) -> Self {
        let dfg = Dfg::of(log);
        let mut ranked: Vec<u32> =
            (0..log.activities.len() as u32).filter(|&a| dfg.events[a as usize] > 0).collect();
        ranked.sort_by_key(|&a| (std::cmp::Reverse(dfg.events[a as usize]), a));
        let all = ranked.len();
        let wanted = (all as f64 * options.activities.clamp(0.0, 1.0)).ceil() as usize;
        ranked.truncate(wanted.clamp(all.min(1), MOST));
        let number: HashMap<u32, usize> = ranked.iter().enumerate().map(|(i, &a)| (a, i)).collect();
        // Activities that are hidden are taken out of the cases, so paths lead past them.
        let shown = without_hidden(log, &number);
        let dfg = Dfg::of(&shown);
        let times = pair_times(&shown, clock);
        let medians = pair_medians(&shown, &times, clock);
        let repeats = repeats(&shown);
        let node = |&a: &u32| MapNode {
            name: log.activities.get(a).into(),
            events: dfg.events[a as usize],
            starts: dfg.starts[a as usize],
            ends: dfg.ends[a as usize],
            repeats: repeats[a as usize],
        };
        let nodes: Vec<MapNode> = ranked.iter().map(node).collect();
        let mut edges: Vec<MapEdge> = times
            .iter()
            .zip(medians)
            .map(|(p, twice)| MapEdge {
                source: number.get(&p.source).copied(),
                target: number.get(&p.target).copied(),
                count: p.count,
                mean_us: (p.timed > 0).then(|| p.sum_us as f64 / p.timed as f64),
                median_us: twice.map(|t| t as f64 / 2.0),
                sum_us: (p.timed > 0).then_some(p.sum_us as f64),
            })
            .collect();
        let ends = |source, target, count| MapEdge {
            source,
            target,
            count,
            mean_us: None,
            median_us: None,
            sum_us: None,
        };
        for (i, n) in nodes.iter().enumerate() {
            if n.starts > 0 {
                edges.push(ends(None, Some(i), n.starts));
            }
            if n.ends > 0 {
                edges.push(ends(Some(i), None, n.ends));
            }
        }
        let before = edges.len();
        keep_edges(&mut edges, nodes.len(), options.paths);
        Self {
            hidden_activities: all - nodes.len(),
            hidden_paths: before - edges.len(),
            flow: flow(&shown, &number, nodes.len()),
            cases: log.case_count() as u64,
            nodes,
            edges,
        }
    }
}

fn without_hidden(log: &Log, number: &HashMap<u32, usize>) -> Log {
    let mut shown = log.shell();
    shown.starts.push(0);
    for (c, r) in log.cases().enumerate() {
        for e in r.filter(|&e| number.contains_key(&log.activity()[e])) {
            shown.activity.push(log.activity()[e]);
            shown.time.push(log.time()[e]);
        }
        shown.starts.push(shown.activity.len() as u32);
        shown.case_name.push(log.case_name[c]);
    }
    shown
}

/// Events of each activity whose case had it before.
fn repeats(log: &Log) -> Vec<u64> {
    let mut out = vec![0; log.activities.len()];
    let mut last = vec![u32::MAX; log.activities.len()];
    for (c, r) in log.cases().enumerate() {
        for &a in &log.activity()[r] {
            if std::mem::replace(&mut last[a as usize], c as u32) == c as u32 {
                out[a as usize] += 1;
            }
        }
    }
    out
}

/// Keeps the strongest paths, and for every activity its strongest way in and out.
fn keep_edges(edges: &mut Vec<MapEdge>, nodes: usize, part: f64) {
    edges.sort_by_key(|e| (std::cmp::Reverse(e.count), e.source, e.target));
    let most = ((edges.len() as f64 * part.clamp(0.0, 1.0)).ceil() as usize).min(PATHS_MOST);
    let (mut into, mut out) = (vec![false; nodes], vec![false; nodes]);
    let mut i = 0;
    edges.retain(|e| {
        let mut needed = false;
        // A way from itself to itself holds nothing together.
        if e.source != e.target {
            for (end, seen) in [(e.source, &mut out), (e.target, &mut into)] {
                if let Some(n) = end {
                    needed |= !seen[n];
                    seen[n] = true;
                }
            }
        }
        i += 1;
        needed || i <= most
    });
}

fn flow(log: &Log, number: &HashMap<u32, usize>, n: usize) -> Vec<f64> {
    let mut sums = vec![(0.0, 0.0); n];
    for r in log.cases() {
        let last = (r.len().max(2) - 1) as f64;
        let mut seen: Vec<u32> = Vec::new();
        for (i, &a) in log.activity()[r].iter().enumerate() {
            // The first time counts: repetitions would draw everything to the middle.
            if !seen.contains(&a)
                && let Some(&node) = number.get(&a)
            {
                sums[node].0 += i as f64 / last;
                sums[node].1 += 1.0;
                seen.push(a);
            }
        }
    }
    sums.iter().map(|s| if s.1 > 0.0 { s.0 / s.1 } else { 0.5 }).collect()
}

/// Text sizes and the look. Colours hold 4.5:1 against the text on them.
const STYLE: &str = "text{font-family:system-ui,'Noto Sans CJK SC','Microsoft YaHei','PingFang SC',sans-serif;font-size:13px;fill:#16202b}\
.n rect{stroke:#35506b;stroke-width:1.2}.n .c{font-size:11.5px;fill:#30455a}.n .z{stroke:none}.n .d text{fill:#fff}.n .d .c{fill:#e6eef6}\
.e path{fill:none;stroke:#5a7086;stroke-linecap:round}.e.b path{stroke:#9a5a1f}.e text{font-size:11px;paint-order:stroke;stroke:#fff;stroke-width:4px;stroke-linejoin:round;text-anchor:middle}\
.e.d1 path{stroke:#7d6f12}.e.d2 path{stroke:#b3571a}.e.d3 path{stroke:#c22f2f}.e.d4 path{stroke:#7a1f5c}\
.e.t path{stroke-dasharray:2 5;stroke:#7d8b99}.n text{text-anchor:middle}";

/// Days above which a path has the next colour (working days, where the times are working time).
pub const DAY_STEPS: [f64; 4] = [1.0, 3.0, 5.0, 10.0];
/// Colours of the arrows of these paths, as in the style; the first is that of any path.
const DAY_COLOURS: [&str; 5] = ["#5a7086", "#7d6f12", "#b3571a", "#c22f2f", "#7a1f5c"];

/// Shades of a node from rare to frequent; the darkest two carry white text.
const SHADES: [&str; 6] = ["#f4f8fc", "#dfeaf5", "#c2d8ec", "#9dc0e0", "#3f77ad", "#23568a"];

impl Map {
    /// The map as SVG, with a `viewBox`, so that it scales and prints.
    pub fn svg(&self, options: &MapOptions) -> String {
        let n = self.nodes.len();
        let boxes: Vec<Vec<String>> = self.nodes.iter().map(|b| wrap(&b.name, 15.0, 3)).collect();
        let mut sizes: Vec<Point> = boxes
            .iter()
            .map(|lines| {
                let em = lines.iter().map(|l| width_em(l)).fold(5.0, f64::max);
                (em * 13.0 + 26.0, lines.len() as f64 * 17.0 + 30.0)
            })
            .collect();
        sizes.extend([(26.0, 26.0), (26.0, 26.0)]);
        let node_of = |e: &MapEdge| (e.source.unwrap_or(n), e.target.unwrap_or(n + 1));
        let drawn: Vec<&MapEdge> =
            self.edges.iter().filter(|e| e.source.is_none() || e.source != e.target).collect();
        // From left to right: layers are columns.
        let graph = Graph {
            sizes: sizes.iter().map(turned).collect(),
            gaps: (24.0, if self.edges.len() > 120 { 74.0 } else { 96.0 }),
            edges: drawn
                .iter()
                .map(|e| (node_of(e).0, node_of(e).1, (e.count as f64 + 1.0).ln() + 0.5))
                .collect(),
            rank: self.ranks(),
        };
        let mut placed = place(&graph);
        (placed.width, placed.height) = (placed.height, placed.width);
        placed.at.iter_mut().for_each(|p| *p = turned(p));
        placed.routes.iter_mut().flatten().for_each(|p| *p = turned(p));
        // A path and the one back would lie on each other: each keeps to its own side, with its own number.
        let both: Vec<bool> = drawn
            .iter()
            .map(|e| e.source.is_some() && drawn.iter().any(|o| o.source == e.target && o.target == e.source))
            .collect();
        for ((e, route), _) in drawn.iter().zip(&mut placed.routes).zip(&both).filter(|(_, both)| **both) {
            let side = if e.source < e.target { -APART } else { APART };
            route.iter_mut().for_each(|p| p.1 += side);
        }
        let margin = 40.0;
        let (w, h) = (placed.width + margin * 2.0 + 40.0, placed.height + margin * 2.0);
        // What holds links is no single picture to a reader of screens.
        let role = if options.link.is_empty() { "img" } else { "group" };
        let title = if options.english { "Process map" } else { "流程图" };
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {w:.0} {h:.0}\" width=\"{w:.0}\" height=\"{h:.0}\" role=\"{role}\">\
             <title>{title}</title><style>{STYLE}</style><defs>{}</defs><g transform=\"translate({margin},{margin})\">\n",
            markers()
        );
        let most = self.edges.iter().map(|e| e.count).max().unwrap_or(1).max(1) as f64;
        for ((e, route), both) in drawn.iter().zip(&placed.routes).zip(both) {
            let back = graph.rank[node_of(e).0] > graph.rank[node_of(e).1];
            let mut at = if both { third(route) } else { middle(route) };
            // Numbers stand above their path; of two opposite ones that of the lower stands below it.
            at.1 += if both && e.source > e.target { 11.0 } else { -9.0 };
            self.edge(&mut svg, e, (route, at), most, back, options);
        }
        for e in self.edges.iter().filter(|e| e.source.is_some() && e.source == e.target) {
            let v = e.source.unwrap_or(0);
            let (x, y) = (placed.at[v].0, placed.at[v].1 - sizes[v].1 / 2.0);
            let loop_route = [(x - 10.0, y), (x - 20.0, y - 26.0), (x + 20.0, y - 26.0), (x + 10.0, y)];
            self.edge(&mut svg, e, (&loop_route, (x, y - 26.0)), most, false, options);
        }
        let frequent = self.nodes.iter().map(|b| b.events).max().unwrap_or(1).max(1) as f64;
        for (i, b) in self.nodes.iter().enumerate() {
            let open = anchor(options, &b.name, None);
            svg.push_str(&open);
            node(&mut svg, b, &boxes[i], (placed.at[i], sizes[i]), share_of(b, frequent, options));
            svg.push_str(if open.is_empty() { "" } else { "</a>" });
        }
        ends(&mut svg, placed.at[n], placed.at[n + 1], self.cases);
        svg.push_str("</g></svg>\n");
        svg
    }

    /// The flow, so that every activity that has a way in stands below one of its sources: rare activities in
    /// long cases would otherwise float at the top.
    fn ranks(&self) -> Vec<f64> {
        let n = self.nodes.len();
        let mut rank: Vec<f64> = self.flow.iter().copied().chain([-1.0, 2.0]).collect();
        for _ in 0..3 {
            for v in 0..n {
                let into = || self.edges.iter().filter(move |e| e.target == Some(v) && e.source != e.target);
                if into().any(|e| rank[e.source.unwrap_or(n)] < rank[v]) {
                    continue;
                }
                if let Some(strongest) = into().max_by_key(|e| e.count) {
                    rank[v] = rank[strongest.source.unwrap_or(n)] + 1e-4;
                }
            }
        }
        rank
    }

    fn label(&self, e: &MapEdge, o: &MapOptions) -> String {
        let time =
            |us: Option<f64>| us.map_or_else(|| grouped(e.count), |us| duration(us, o.day_hours, o.english));
        match o.measure {
            Measure::Count => grouped(e.count),
            Measure::Mean => time(e.mean_us),
            Measure::Median => time(e.median_us),
            Measure::Sum => time(e.sum_us),
        }
    }

    /// Which of [`DAY_COLOURS`] a path has: by its mean or median time, when that is what stands at the paths.
    fn day_step(e: &MapEdge, o: &MapOptions) -> usize {
        let us = match o.measure {
            Measure::Mean => e.mean_us,
            Measure::Median => e.median_us,
            Measure::Count | Measure::Sum => None,
        };
        let days = us.map_or(0.0, |us| us / (o.day_hours * 3.6e9));
        DAY_STEPS.iter().filter(|&&s| days > s).count()
    }

    fn edge(
        &self,
        svg: &mut String,
        e: &MapEdge,
        (route, label): (&[Point], Point),
        most: f64,
        back: bool,
        o: &MapOptions,
    ) {
        let width = 1.0 + 5.0 * ((e.count as f64 + 1.0).ln() / (most + 1.0).ln()).powi(2);
        // Where colours tell days, they do not tell the direction.
        let back = back && !matches!(o.measure, Measure::Mean | Measure::Median);
        let terminal = e.source.is_none() || e.target.is_none();
        let class = if terminal {
            "e t"
        } else if back {
            "e b"
        } else {
            "e"
        };
        let step = Self::day_step(e, o);
        let class = if step > 0 { format!("{class} d{step}") } else { class.to_owned() };
        let name = |end: Option<usize>| end.map_or("", |i| self.nodes[i].name.as_str());
        let open = match (e.source, e.target) {
            (Some(_), Some(_)) => anchor(o, name(e.source), Some(name(e.target))),
            _ => String::new(),
        };
        svg.push_str(&open);
        svg.push_str(&format!("<g class=\"{class}\" data-source=\""));
        escape(svg, name(e.source));
        svg.push_str("\" data-target=\"");
        escape(svg, name(e.target));
        svg.push_str(&format!("\" data-count=\"{}\"", e.count));
        for (key, value) in [("mean", e.mean_us), ("median", e.median_us), ("sum", e.sum_us)] {
            if let Some(us) = value {
                svg.push_str(&format!(" data-{key}-s=\"{:.6}\"", us / 1e6));
            }
        }
        let marker = match step {
            0 if back => "b".to_owned(),
            0 => "a".to_owned(),
            step => format!("d{step}"),
        };
        let own = e.source.is_some() && e.source == e.target;
        let path = if own { cubic(route) } else { curve(route) };
        svg.push_str(&format!(
            "><path d=\"{path}\" stroke-width=\"{width:.1}\" marker-end=\"url(#{marker})\"/>"
        ));
        let (x, y) = label;
        svg.push_str(&format!("<text x=\"{x:.1}\" y=\"{:.1}\">", y + 4.0));
        escape(svg, &self.label(e, o));
        svg.push_str("</text></g>");
        svg.push_str(if open.is_empty() { "\n" } else { "</a>\n" });
    }
}

fn markers() -> String {
    let one = |id: &str, colour: &str| {
        format!(
            "<marker id=\"{id}\" viewBox=\"0 0 10 10\" refX=\"9\" refY=\"5\" markerWidth=\"9\" markerHeight=\"9\" \
             markerUnits=\"userSpaceOnUse\" orient=\"auto\"><path d=\"M0 0.8 10 5 0 9.2z\" fill=\"{colour}\"/></marker>"
        )
    };
    let days = (1..DAY_COLOURS.len()).map(|i| one(&format!("d{i}"), DAY_COLOURS[i]));
    one("a", DAY_COLOURS[0]) + &one("b", "#9a5a1f") + &days.collect::<String>()
}

/// How dark a node is: 0 to 1.
fn share_of(b: &MapNode, frequent: f64, o: &MapOptions) -> f64 {
    if o.rework {
        // Half of it done again is as dark as it gets.
        return (b.repeats as f64 / b.events.max(1) as f64 * 2.0).min(1.0);
    }
    let share = (b.events as f64 + 1.0).ln() / (frequent + 1.0).ln();
    share * share
}

/// Opens the link of an activity or a path; empty without links.
fn anchor(o: &MapOptions, at: &str, to: Option<&str>) -> String {
    if o.link.is_empty() {
        return String::new();
    }
    let mut href = String::new();
    escape(&mut href, &o.link);
    let to = to.map_or_else(String::new, |to| format!("&amp;to={}", percent(to)));
    format!("<a href=\"{href}at={}{to}#map-panel\">", percent(at))
}

/// A text in an address.
fn percent(text: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'~');
    text.bytes().map(|b| if plain(b) { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}

fn node(svg: &mut String, b: &MapNode, lines: &[String], (at, size): (Point, Point), share: f64) {
    let shade = ((share * SHADES.len() as f64) as usize).min(SHADES.len() - 1);
    let dark = if shade >= 4 { "d" } else { "l" };
    let (x, y) = (at.0 - size.0 / 2.0, at.1 - size.1 / 2.0);
    svg.push_str("<g class=\"n\" data-activity=\"");
    escape(svg, &b.name);
    svg.push_str(&format!("\" data-events=\"{}\" data-repeats=\"{}\"><title>", b.events, b.repeats));
    escape(svg, &b.name);
    svg.push_str(&format!(
        "</title><g class=\"{dark}\"><rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{:.1}\" height=\"{:.1}\" rx=\"7\" fill=\"{}\"/>",
        size.0, size.1, SHADES[shade]
    ));
    for (i, line) in lines.iter().enumerate() {
        svg.push_str(&format!("<text x=\"{:.1}\" y=\"{:.1}\">", at.0, y + 19.0 + i as f64 * 17.0));
        escape(svg, line);
        svg.push_str("</text>");
    }
    let below = y + size.1 - 9.0;
    svg.push_str(&format!(
        "<text class=\"c\" x=\"{:.1}\" y=\"{below:.1}\">{}</text></g></g>\n",
        at.0,
        grouped(b.events)
    ));
}

fn ends(svg: &mut String, start: Point, end: Point, cases: u64) {
    let (x, y) = start;
    svg.push_str(&format!(
        "<g class=\"n\"><circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"12\" fill=\"#2f7d4f\"/>\
         <path d=\"M{:.1} {:.1}l9 5.5-9 5.5z\" fill=\"#fff\"/><text x=\"{x:.1}\" y=\"{:.1}\">{}</text></g>",
        x - 3.5,
        y - 5.5,
        y - 17.0,
        grouped(cases)
    ));
    let (x, y) = end;
    svg.push_str(&format!(
        "<g class=\"n\"><circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"12\" fill=\"#8a2f3c\"/>\
         <rect x=\"{:.1}\" y=\"{:.1}\" width=\"9\" height=\"9\" class=\"z\" fill=\"#fff\"/></g>\n",
        x - 4.5,
        y - 4.5
    ));
}

fn cubic(p: &[Point]) -> String {
    format!(
        "M{:.1} {:.1}C{:.1} {:.1} {:.1} {:.1} {:.1} {:.1}",
        p[0].0, p[0].1, p[1].0, p[1].1, p[2].0, p[2].1, p[3].0, p[3].1
    )
}

/// A smooth line through the points: bends between layers, straight beside them.
fn curve(points: &[Point]) -> String {
    let Some(first) = points.first() else { return String::new() };
    let mut d = format!("M{:.1} {:.1}", first.0, first.1);
    for w in points.windows(2) {
        let (a, b) = (w[0], w[1]);
        if (a.1 - b.1).abs() < 0.5 {
            d.push_str(&format!("L{:.1} {:.1}", b.0, b.1));
        } else {
            let m = (a.0 + b.0) / 2.0;
            d.push_str(&format!("C{m:.1} {:.1} {m:.1} {:.1} {:.1} {:.1}", a.1, b.1, b.0, b.1));
        }
    }
    d
}

/// The middle of the longest gap that the line crosses in the middle of its way.
fn middle(points: &[Point]) -> Point {
    let half = points.len() / 2;
    match (points.get(half.saturating_sub(1)), points.get(half)) {
        (Some(a), Some(b)) => ((a.0 + b.0) / 2.0, (a.1 + b.1) / 2.0),
        _ => (0.0, 0.0),
    }
}

/// A third of the way through the first gap that the line crosses: of two opposite paths each has its own place.
fn third(points: &[Point]) -> Point {
    match (points.first(), points.get(1)) {
        (Some(a), Some(b)) => (a.0 + (b.0 - a.0) * 0.36, a.1 + (b.1 - a.1) * 0.24),
        _ => (0.0, 0.0),
    }
}

/// x and y change places.
fn turned(&(x, y): &Point) -> Point {
    (y, x)
}

/// So far a path keeps from the one back.
const APART: f64 = 7.0;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_runs_from_left_to_right_and_opposite_paths_have_their_own_numbers() {
        let csv = "case,activity,time\n".to_owned()
            + &(0..30)
                .map(|k| {
                    let steps: &[&str] = if k % 3 == 0 {
                        &["收件", "审查", "补正", "审查", "办结"]
                    } else {
                        &["收件", "审查", "办结"]
                    };
                    let row = |(i, s): (usize, &&str)| format!("{k},{s},2026-03-{:02} 0{i}:00\n", 1 + k % 28);
                    steps.iter().enumerate().map(row).collect::<String>()
                })
                .collect::<String>();
        let limits = crate::error::Limits::small();
        let log = crate::read_csv(csv.as_bytes(), None, limits, crate::Order::Time).unwrap().0;
        let options = MapOptions { paths: 1.0, link: "/x?".to_owned(), ..MapOptions::default() };
        let map = Map::of(&log, &options, None);
        let again = map.nodes.iter().find(|n| n.name == "审查").unwrap();
        assert_eq!((again.events, again.repeats), (40, 10));
        let svg = map.svg(&options);
        assert!(svg.contains("<a href=\"/x?at=%E6%94%B6%E4%BB%B6#map-panel\">") && svg.contains("&amp;to="));
        let x_of = |name: &str| {
            let at = svg.find(&format!("data-activity=\"{name}\"")).unwrap();
            let rest = &svg[at + svg[at..].find(" x=\"").unwrap() + 4..];
            rest[..rest.find('"').unwrap()].parse::<f64>().unwrap()
        };
        assert!(x_of("收件") < x_of("审查") && x_of("审查") < x_of("办结"));
        let label = |from: &str, to: &str| {
            let at = svg.find(&format!("data-source=\"{from}\" data-target=\"{to}\"")).unwrap();
            let rest = &svg[at + svg[at..].find("<text x=\"").unwrap()..];
            rest[..rest.find("</text>").unwrap()].to_owned()
        };
        assert_ne!(label("审查", "补正"), label("补正", "审查"));
        let rework = map.svg(&MapOptions { rework: true, ..options.clone() });
        assert_ne!(rework, svg, "shades tell rework");
        assert!(!map.svg(&MapOptions { link: String::new(), ..options }).contains("<a "));
    }

    #[test]
    fn paths_are_coloured_by_days_when_days_stand_at_them() {
        let edge = |days: f64| MapEdge {
            source: Some(0),
            target: Some(1),
            count: 1,
            mean_us: Some(days * 7.0 * 3.6e9),
            median_us: Some(0.0),
            sum_us: None,
        };
        let mean = MapOptions { measure: Measure::Mean, day_hours: 7.0, ..MapOptions::default() };
        let steps = [0.5, 1.0, 1.1, 4.0, 6.0, 11.0].map(|d| Map::day_step(&edge(d), &mean));
        assert_eq!(steps, [0, 0, 1, 2, 3, 4]);
        let median = MapOptions { measure: Measure::Median, ..mean.clone() };
        let count = MapOptions { measure: Measure::Count, ..mean };
        assert_eq!((Map::day_step(&edge(9.0), &median), Map::day_step(&edge(9.0), &count)), (0, 0));
    }
}
