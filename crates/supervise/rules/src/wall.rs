//! 大屏: boards for a wall, drawn as SVG of 1920 by 1080 that any size of screen scales. What is read from six metres is
//! large: nothing is written smaller than [`LEAST`]. There are figures of regions and units here, never a case or a person.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

kernel::words! {
    /// A board of a wall.
    inherent Screen {
        Figures = "figures", "四个数字";
        Districts = "districts", "各地超期";
        Heat = "heat", "各周各环节";
        Ranking = "ranking", "单位超期排名";
    }
}

/// What a wall shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WallSpec {
    /// its name, on top of every board
    pub name: String,
    /// the boards in their order, and for how many seconds each stands
    pub screens: Vec<(Screen, u32)>,
    /// targets of the shares by the key of the figure, in percent
    pub targets: Vec<(String, u32)>,
}

/// The large figures of a wall: shares have a target.
pub const WALL_FIGURES: [&str; 4] = ["on_time_rate", "solved_rate", "satisfied_rate", "late"];
/// A board stands so many seconds: at least time to read it, at most an hour.
pub const SECONDS: (u32, u32) = (5, 3600);
/// Characters of the name.
const NAME: usize = 30;

/// Why a wall cannot be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadWall {
    /// no name, or a long one
    Name,
    /// no boards, or one twice
    Screens,
    /// seconds out of bounds
    Seconds,
    /// a target of no share, or over 100
    Target,
}

impl WallSpec {
    /// Can this be shown?
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn check(&self) -> Result<(), BadWall> {
        let name = self.name.trim();
        if name.is_empty() || name.chars().count() > NAME || name.chars().any(char::is_control) {
            return Err(BadWall::Name);
        }
        let twice = |i: usize| self.screens[..i].iter().any(|s| s.0 == self.screens[i].0);
        if self.screens.is_empty() || (0..self.screens.len()).any(twice) {
            return Err(BadWall::Screens);
        }
        if self.screens.iter().any(|s| s.1 < SECONDS.0 || s.1 > SECONDS.1) {
            return Err(BadWall::Seconds);
        }
        let share = |key: &str| key != "late" && WALL_FIGURES.contains(&key);
        if self.targets.iter().any(|(key, percent)| !share(key) || *percent > 100) {
            return Err(BadWall::Target);
        }
        Ok(())
    }
    /// The target of a figure.
    pub fn target(&self, key: &str) -> Option<u32> {
        self.targets.iter().find(|t| t.0 == key).map(|t| t.1)
    }
}

/// The smallest type: 48 of 1080 lines are 30 mm on a screen of 55 inches, a two-hundredth of six metres.
pub const LEAST: u32 = 48;
const WIDE: u32 = 1920;
/// The rest of 1080 is the head of the wall: its name and the time.
const HIGH: u32 = 940;

const INK: &str = "#f3f7fb";
const SOFT: &str = "#b9c7d6";
const GOOD: &str = "#7fe0a5";
const BAD: &str = "#ff9d94";
const BAR: &str = "#5aa7f2";
/// From nothing late to a fifth and more: told apart in grey too, with ink that reads on each.
const HEAT: [(&str, &str); 5] = [
    ("#173b2c", "#f3f7fb"),
    ("#4a4413", "#f3f7fb"),
    ("#8a5a12", "#ffffff"),
    ("#c9633a", "#0b1220"),
    ("#ff9d94", "#0b1220"),
];

fn esc(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// Width of a text in letters: those of ASCII are half as wide.
fn letters(text: &str) -> f64 {
    text.chars().map(|c| if c.is_ascii() { 0.56 } else { 1.0 }).sum()
}
/// A text that fits into `wide` at a size; what does not fit ends in “…”.
fn fit(text: &str, size: u32, wide: u32) -> String {
    let most = f64::from(wide) / f64::from(size);
    if letters(text) <= most {
        return text.to_owned();
    }
    let mut out = String::new();
    for c in text.chars() {
        if letters(&out) + letters(&c.to_string()) + 1.0 > most {
            break;
        }
        out.push(c);
    }
    out + "…"
}

/// A text and its size in `wide`: it is written smaller before it is cut.
fn sized(text: &str, size: u32, wide: u32) -> (u32, String) {
    let size =
        (LEAST..=size).rev().find(|s| letters(text) * f64::from(*s) <= f64::from(wide)).unwrap_or(LEAST);
    (size, fit(text, size, wide))
}

struct Drawing(String);

impl Drawing {
    fn new(said: &str) -> Self {
        Self(format!(
            "<svg viewBox=\"0 0 {WIDE} {HIGH}\" role=\"img\" aria-label=\"{}\" xmlns=\"http://www.w3.org/2000/svg\">",
            esc(said)
        ))
    }
    fn text(&mut self, (x, y): (u32, u32), (size, fill, anchor): (u32, &str, &str), text: &str) {
        let size = size.max(LEAST);
        let _ = write!(
            self.0,
            "<text x=\"{x}\" y=\"{y}\" font-size=\"{size}\" fill=\"{fill}\" text-anchor=\"{anchor}\">{}</text>",
            esc(text)
        );
    }
    fn rect(&mut self, (x, y): (u32, u32), (w, h): (u32, u32), fill: &str) {
        let _ = write!(
            self.0,
            "<rect x=\"{x}\" y=\"{y}\" width=\"{w}\" height=\"{h}\" rx=\"14\" fill=\"{fill}\"/>"
        );
    }
    fn done(mut self) -> String {
        self.0.push_str("</svg>");
        self.0
    }
}

/// One large figure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Big {
    /// what it is
    pub name: String,
    /// its value, as people read it
    pub value: String,
    /// how it stands beside the time before; empty when it did not change
    pub change: String,
    /// the change is for the better; none when there is none
    pub better: Option<bool>,
    /// the target, in words; empty without one
    pub target: String,
    /// it is reached; none without one
    pub met: Option<bool>,
}

fn colour(good: Option<bool>) -> &'static str {
    match good {
        Some(true) => GOOD,
        Some(false) => BAD,
        None => INK,
    }
}

/// 四个数字: two by two. What is good or bad has a sign beside its colour.
pub fn figures_svg(said: &str, all: &[Big]) -> String {
    let mut d = Drawing::new(said);
    for (i, b) in (0_u32..).zip(all.iter().take(4)) {
        let (x, y) = (i % 2 * 960 + 20, i / 2 * 470 + 10);
        d.rect((x, y), (920, 450), "#16212f");
        d.text((x + 40, y + 80), (60, SOFT, "start"), &fit(&b.name, 60, 840));
        d.text((x + 40, y + 300), (210, colour(b.met), "start"), &fit(&b.value, 210, 840));
        let sign = match b.met {
            Some(true) => "✓ ",
            Some(false) => "✕ ",
            None => "",
        };
        d.text((x + 40, y + 405), (54, SOFT, "start"), &fit(&format!("{sign}{}", b.target), 54, 420));
        d.text((x + 880, y + 405), (76, colour(b.better), "end"), &fit(&b.change, 76, 430));
    }
    d.done()
}

/// A district on the wall.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct District {
    /// its name
    pub name: String,
    /// late there
    pub late: u64,
    /// open there
    pub open: u64,
}

/// How late, from 0 (nothing) to 4 (a fifth and more of what is open).
#[expect(clippy::cast_precision_loss, reason = "counts of cases")]
pub fn heat_of(late: u64, open: u64) -> usize {
    let share = if open == 0 { 0.0 } else { late as f64 / open as f64 };
    [0.0, 0.05, 0.1, 0.2].iter().filter(|limit| share > **limit).count()
}

/// Districts that find a place.
pub const TILES: usize = 20;

/// 各地超期: a tile for each, as many columns as it takes; `label` says late and open.
pub fn districts_svg(said: &str, all: &[District], label: &dyn Fn(&District) -> String) -> String {
    let mut d = Drawing::new(said);
    let n = u32::try_from(all.len().min(TILES)).unwrap_or(0).max(1);
    let across = (1..=5).find(|c| c * c >= n).unwrap_or(5);
    let down = n.div_ceil(across);
    let (w, h) = (WIDE / across, HIGH / down);
    for (i, one) in (0_u32..).zip(all.iter().take(TILES)) {
        let (x, y) = (i % across * w + 10, i / across * h + 8);
        let (fill, ink) = HEAT[heat_of(one.late, one.open)];
        d.rect((x, y), (w - 20, h - 16), fill);
        let middle = (x + (w - 20) / 2, y + (h - 16) / 2);
        let (size, name) = sized(&one.name, 68, w - 50);
        d.text((middle.0, middle.1 - 12), (size, ink, "middle"), &name);
        // A figure is never cut: where its words find no place, it stands alone.
        let (size, mut told) = sized(&label(one), 56, w - 50);
        if told.ends_with('…') {
            told = format!("{}/{}", one.late, one.open);
        }
        d.text((middle.0, middle.1 + 62), (size, ink, "middle"), &told);
    }
    d.done()
}

/// 各周各环节: weeks across, stages down; the fuller the square, the more stood there at the end of the week.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Weeks {
    /// the last day of each week, in words
    pub weeks: Vec<String>,
    /// the stage, and how many stood there at the end of each week
    pub stages: Vec<(String, Vec<u64>)>,
}

/// Weeks and stages that find a place.
pub const WEEKS: usize = 8;
const STAGES: usize = 7;

/// The heat of weeks by stages.
pub fn heat_svg(said: &str, h: &Weeks) -> String {
    let mut d = Drawing::new(said);
    let most = h.stages.iter().flat_map(|s| s.1.iter().copied()).max().unwrap_or(0).max(1);
    let (names, top) = (380, 90);
    let weeks = u32::try_from(h.weeks.len().clamp(1, WEEKS)).unwrap_or(1);
    let stages = u32::try_from(h.stages.len().clamp(1, STAGES)).unwrap_or(1);
    let (w, row) = ((WIDE - names) / weeks, (HIGH - top) / stages);
    for (i, week) in (0_u32..).zip(h.weeks.iter().take(WEEKS)) {
        d.text((names + i * w + w / 2, 62), (LEAST, SOFT, "middle"), &fit(week, LEAST, w));
    }
    for (j, (name, counts)) in (0_u32..).zip(h.stages.iter().take(STAGES)) {
        let y = top + j * row;
        d.text((names - 24, y + row / 2 + 18), (52, INK, "end"), &fit(name, 52, names - 30));
        for (i, n) in (0_u32..).zip(counts.iter().take(WEEKS)) {
            let step = if *n == 0 { 0 } else { usize::try_from((n * 4).div_ceil(most)).unwrap_or(4).min(4) };
            let (fill, ink) = if *n == 0 { ("#16212f", SOFT) } else { HEAT[step] };
            d.rect((names + i * w + 5, y + 5), (w - 10, row - 10), fill);
            d.text((names + i * w + w / 2, y + row / 2 + 20), (58, ink, "middle"), &n.to_string());
        }
    }
    d.done()
}

/// Units that find a place in a ranking.
pub const RANKED: usize = 8;

/// 单位超期排名: name, bar, number; the first is the longest.
pub fn ranking_svg(said: &str, all: &[(String, u64)]) -> String {
    let mut d = Drawing::new(said);
    let most = all.iter().map(|r| r.1).max().unwrap_or(0).max(1);
    let rows = u32::try_from(all.len().min(RANKED)).unwrap_or(0).max(4);
    let row = HIGH / rows;
    for (i, (name, n)) in (0_u32..).zip(all.iter().take(RANKED)) {
        let y = i * row;
        d.text((600, y + row / 2 + 20), (58, INK, "end"), &fit(name, 58, 580));
        let long = u32::try_from(n * 1080 / most).unwrap_or(1080).max(4);
        d.rect((624, y + row / 2 - 34), (long, 68), BAR);
        d.text((624 + long + 20, y + row / 2 + 22), (64, INK, "start"), &n.to_string());
    }
    d.done()
}

/// A board on which there is nothing yet: said, not left empty.
pub fn nothing_svg(said: &str) -> String {
    let mut d = Drawing::new(said);
    d.text((WIDE / 2, HIGH / 2), (80, SOFT, "middle"), &fit(said, 80, WIDE - 80));
    d.done()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spec() -> WallSpec {
        WallSpec {
            name: "大厅".into(),
            screens: vec![(Screen::Figures, 20), (Screen::Heat, 30)],
            targets: vec![("on_time_rate".into(), 95)],
        }
    }

    #[test]
    fn a_wall_that_cannot_be_shown_is_refused() {
        assert_eq!(spec().check(), Ok(()));
        let with = |f: &dyn Fn(&mut WallSpec)| {
            let mut s = spec();
            f(&mut s);
            s.check()
        };
        assert_eq!(with(&|s| s.name = " ".into()), Err(BadWall::Name));
        assert_eq!(with(&|s| s.name = "长".repeat(31)), Err(BadWall::Name));
        assert_eq!(with(&|s| s.screens.clear()), Err(BadWall::Screens));
        assert_eq!(with(&|s| s.screens[1].0 = Screen::Figures), Err(BadWall::Screens));
        assert_eq!(with(&|s| s.screens[0].1 = 4), Err(BadWall::Seconds));
        assert_eq!(with(&|s| s.screens[0].1 = 3601), Err(BadWall::Seconds));
        assert_eq!(with(&|s| s.targets[0].1 = 101), Err(BadWall::Target));
        assert_eq!(with(&|s| s.targets[0].0 = "late".into()), Err(BadWall::Target));
    }

    fn boards() -> Vec<String> {
        let long = "<很长很长很长很长很长很长很长很长很长的名称>";
        let big = Big {
            name: long.into(),
            value: "100.0%".into(),
            change: "▲ 12.3".into(),
            better: Some(true),
            target: "目标 95%".into(),
            met: Some(false),
        };
        let district = |late| District { name: long.into(), late, open: 12_345 };
        let weeks = Weeks {
            weeks: (1..=8).map(|i| format!("11-{i:02}")).collect(),
            stages: (0..7).map(|i| (long.to_owned(), vec![i * 1000; 8])).collect(),
        };
        let ranked: Vec<_> = (0..9).map(|i| (long.to_owned(), 98_765 - i)).collect();
        let tiles: Vec<_> = (0..25).map(|i| district(i * 200)).collect();
        vec![
            figures_svg("<四>", &[big.clone(), big.clone(), big.clone(), big]),
            districts_svg("各地", &tiles, &|d| format!("超期 {} / 在办 {}", d.late, d.open)),
            districts_svg("一地", &tiles[..1], &|d| d.late.to_string()),
            districts_svg("没有", &[], &|d| d.late.to_string()),
            heat_svg("各周", &weeks),
            heat_svg("没有", &Weeks::default()),
            ranking_svg("排名", &ranked),
            ranking_svg("没有", &[]),
            nothing_svg(long),
        ]
    }

    /// The values of an attribute in a drawing.
    fn numbers(svg: &str, of: &str, name: &str) -> Vec<u32> {
        let parts = svg.split(of).skip(1).filter_map(|p| p.split(&format!("{name}=\"")).nth(1));
        parts.filter_map(|p| p.split('"').next()?.parse().ok()).collect()
    }

    #[test]
    fn everything_is_large_lies_on_the_screen_and_is_escaped() {
        for svg in boards() {
            assert!(svg.ends_with("</svg>") && !svg.contains("<很") && !svg.contains("style="), "{svg}");
            assert!(numbers(&svg, "<text ", "font-size").iter().all(|s| *s >= LEAST), "{svg}");
            for name in ["x", "y"] {
                let most = if name == "x" { WIDE } else { HIGH };
                assert!(numbers(&svg, "<text ", &format!(" {name}")).iter().all(|n| *n <= most), "{svg}");
            }
            for rect in svg.split("<rect").skip(1) {
                let n = |name: &str| {
                    let part = rect.split(&format!(" {name}=\"")).nth(1).and_then(|p| p.split('"').next());
                    part.and_then(|p| p.parse::<u32>().ok()).unwrap()
                };
                assert!(n("x") + n("width") <= WIDE && n("y") + n("height") <= HIGH, "{rect}");
            }
        }
    }

    #[test]
    fn heat_goes_up_with_what_is_late() {
        assert_eq!(
            [(0, 0), (0, 9), (1, 100), (6, 100), (11, 100), (21, 100)].map(|(l, o)| heat_of(l, o)),
            [0, 0, 1, 2, 3, 4]
        );
    }

    #[test]
    fn what_does_not_fit_is_cut_with_a_sign() {
        assert_eq!(fit("市发改局", 50, 400), "市发改局");
        assert_eq!(fit("市发展和改革委员会", 50, 250), "市发展和…");
        assert_eq!(sized("高新技术产业开发区", 68, 440), (48, "高新技术产业开发区".to_owned()));
        assert_eq!(sized("望桥区", 68, 440).0, 68);
        let tile = District { name: "云汀市".into(), late: 98_765, open: 123_456 };
        let svg = districts_svg("各地", &vec![tile; 20], &|d| format!("超期 {} / 在办 {}", d.late, d.open));
        assert!(svg.contains(">98765/123456<"), "{svg}");
    }
}
