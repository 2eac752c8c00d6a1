//! Charts of a redesign as SVG that prints: the plans side by side (Gantt) and the five reductions (bars).
//!
//! A plain string builder: the two pictures are rectangles and text, and the same string goes to page, PDF
//! and Word. Must not know files.

use std::fmt::Write as _;

use crate::redesign::Redesign;

pub(crate) const INK: &str = "#1f2933";
pub(crate) const QUIET: &str = "#616e7c";
const RULE: &str = "#d9dee4";
pub(crate) const BEFORE: &str = "#9aa5b1";
pub(crate) const AFTER: &str = "#1b6ca8";
pub(crate) const CRITICAL: &str = "#b4470f";
const FONT: &str = "font-family=\"Noto Sans CJK SC, Source Han Sans SC, Microsoft YaHei, PingFang SC, WenQuanYi Zen Hei, sans-serif\"";
/// Steps drawn at most; the rest is named as left out.
const ROWS: usize = 120;

fn escape(s: &str) -> String {
    s.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

pub(crate) fn num(x: f64) -> String {
    let r = (x * 100.0).round() / 100.0;
    if r.fract() == 0.0 { format!("{r:.0}") } else { format!("{r}") }
}

pub(crate) fn clip(s: &str, wide: usize) -> String {
    let mut width = 0;
    let mut out = String::new();
    for c in s.chars() {
        width += if c.is_ascii() { 1 } else { 2 };
        if width > wide {
            out.push('…');
            break;
        }
        out.push(c);
    }
    out
}

pub(crate) struct Svg {
    body: String,
    width: f64,
}

impl Svg {
    pub(crate) const fn new(width: f64) -> Self {
        Self { body: String::new(), width }
    }
    pub(crate) fn text(&mut self, x: f64, y: f64, size: u8, fill: &str, anchor: &str, s: &str) {
        let _ = writeln!(
            self.body,
            "<text x=\"{x:.1}\" y=\"{y:.1}\" font-size=\"{size}\" fill=\"{fill}\" text-anchor=\"{anchor}\">{}</text>",
            escape(s)
        );
    }
    pub(crate) fn rect(&mut self, (x, y): (f64, f64), (w, h): (f64, f64), fill: &str, title: &str) {
        let _ = writeln!(
            self.body,
            "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{w:.1}\" height=\"{h:.1}\" rx=\"2\" fill=\"{fill}\"><title>{}</title></rect>",
            escape(title)
        );
    }
    pub(crate) fn line(&mut self, (x, y): (f64, f64), (u, v): (f64, f64)) {
        let _ = writeln!(
            self.body,
            "<line x1=\"{x:.1}\" y1=\"{y:.1}\" x2=\"{u:.1}\" y2=\"{v:.1}\" stroke=\"{RULE}\"/>"
        );
    }
    pub(crate) fn done(self, height: f64, title: &str) -> String {
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0:.0} {height:.0}\" width=\"{0:.0}\" height=\"{height:.0}\" role=\"img\" aria-label=\"{1}\" {FONT}>\n<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n{2}</svg>\n",
            self.width,
            escape(title),
            self.body
        )
    }
}

/// A step of the axis that gives at most about eight marks.
pub(crate) fn tick(longest: f64) -> f64 {
    let rough = (longest / 8.0).max(1e-6);
    let ten = 10f64.powf(rough.log10().floor());
    [1.0, 2.0, 5.0, 10.0].into_iter().map(|m| m * ten).find(|t| *t >= rough).unwrap_or(rough)
}

impl Redesign {
    /// Both plans on one axis of working days: today above, the lawful plan below, for every step; the
    /// longest path of the lawful plan in the accent colour and marked by a diamond.
    pub fn gantt_svg(&self) -> String {
        let (left, wide, row, top) = (210.0, 760.0, 30.0, 78.0);
        let mut svg = Svg::new(left + wide + 90.0);
        let end = |start: f64, days: f64| start + days;
        let longest = self
            .plan
            .iter()
            .flat_map(|p| [end(p.before_start, p.days), p.after_start.map_or(0.0, |s| end(s, p.days))])
            .fold(0.0, f64::max)
            .max(1e-6);
        let x = |d: f64| left + d / longest * wide;
        let title = format!("《{}》现行与再造后的办理计划", self.name);
        svg.text(16.0, 28.0, 17, INK, "start", &clip(&title, 90));
        svg.rect((16.0, 42.0), (14.0, 10.0), BEFORE, "");
        svg.text(36.0, 51.0, 12, QUIET, "start", "现行");
        svg.rect((86.0, 42.0), (14.0, 10.0), AFTER, "");
        svg.text(106.0, 51.0, 12, QUIET, "start", "再造后");
        svg.rect((166.0, 42.0), (14.0, 10.0), CRITICAL, "");
        svg.text(186.0, 51.0, 12, QUIET, "start", "再造后的最长路径 ◆");
        svg.text(left + wide, 51.0, 12, QUIET, "end", "工作日");
        let shown = self.plan.len().min(ROWS);
        let bottom = top + row * shown as f64;
        let t = tick(longest);
        let mut mark = 0.0;
        while mark <= longest + t * 1e-6 {
            svg.line((x(mark), top - 6.0), (x(mark), bottom));
            svg.text(x(mark), top - 10.0, 11, QUIET, "middle", &num(mark));
            mark += t;
        }
        for (k, p) in self.plan.iter().take(ROWS).enumerate() {
            let y = top + row * k as f64;
            svg.line((16.0, y + row), (left + wide, y + row));
            svg.text(16.0, y + 14.0, 13, INK, "start", &clip(&p.name, 26));
            svg.text(16.0, y + 26.0, 10, QUIET, "start", &clip(&p.unit, 34));
            let width = (p.days / longest * wide).max(2.0);
            svg.rect(
                (x(p.before_start), y + 4.0),
                (width, 9.0),
                BEFORE,
                &format!("现行：第 {} 日起 {} 日", num(p.before_start), num(p.days)),
            );
            match p.after_start {
                Some(s) => {
                    let critical = self.critical_path.contains(&p.id);
                    let fill = if critical { CRITICAL } else { AFTER };
                    svg.rect(
                        (x(s), y + 16.0),
                        (width, 9.0),
                        fill,
                        &format!("再造后：第 {} 日起 {} 日", num(s), num(p.days)),
                    );
                    let label = if critical { format!("{} ◆", num(p.days)) } else { num(p.days) };
                    svg.text(x(s) + width + 4.0, y + 25.0, 10, QUIET, "start", &label);
                }
                None => svg.text(left, y + 25.0, 10, QUIET, "start", "取消"),
            }
        }
        let mut foot = format!(
            "现行 {} 个工作日，再造后 {} 个工作日",
            num(self.before.working_days),
            num(self.after.working_days)
        );
        if self.plan.len() > ROWS {
            let _ = write!(foot, "；另有 {} 个环节未画", self.plan.len() - ROWS);
        }
        svg.text(16.0, bottom + 24.0, 13, INK, "start", &foot);
        svg.done(bottom + 40.0, &title)
    }

    /// The five reductions, the copies and the fields: before and after, each row on its own scale.
    pub fn reductions_svg(&self) -> String {
        let rows = [
            ("减环节", "个", self.before.steps, self.after.steps),
            ("减材料", "次", self.before.materials, self.after.materials),
            ("减时限", "工作日", self.before.working_days, self.after.working_days),
            ("减跑动", "次", self.before.visits, self.after.visits),
            ("减费用", "元", self.before.fees, self.after.fees),
            ("份数", "份", self.before.copies, self.after.copies),
            ("填写字段", "个", self.form_fields.before, self.form_fields.after),
        ];
        let (left, wide, row, top) = (110.0, 420.0, 50.0, 56.0);
        let mut svg = Svg::new(720.0);
        let title = format!("《{}》五减前后", self.name);
        svg.text(16.0, 30.0, 17, INK, "start", &clip(&title, 70));
        for (k, (name, unit, before, after)) in rows.iter().enumerate() {
            let y = top + row * k as f64;
            svg.line((16.0, y - 4.0), (704.0, y - 4.0));
            svg.text(16.0, y + 24.0, 14, INK, "start", name);
            let most = before.max(*after);
            for (value, dy, fill, word) in [(before, 4.0, BEFORE, "现行"), (after, 22.0, AFTER, "再造后")]
            {
                let width = if most > 0.0 { value / most * wide } else { 0.0 };
                svg.rect((left, y + dy), (width.max(1.0), 14.0), fill, word);
                svg.text(
                    left + width + 6.0,
                    y + dy + 12.0,
                    12,
                    QUIET,
                    "start",
                    &format!("{word} {} {unit}", num(*value)),
                );
            }
            let cut = if *before > 0.0 {
                format!("−{:.0}%", (before - after) / before * 100.0)
            } else {
                "—".into()
            };
            svg.text(704.0, y + 26.0, 16, INK, "end", &cut.replace("−-", "+"));
        }
        svg.done(top + row * rows.len() as f64 + 10.0, &title)
    }
}

#[cfg(test)]
mod tests {
    use crate::{Model, redesign};

    #[test]
    fn charts_show_every_step_and_escape_names() {
        let m = Model::from_json(r#"{"name":"<甲&乙>","steps":[{"id":"a","days":2},{"id":"b","days":3}],"orders":[["a","b","habit"]]}"#).unwrap();
        let r = redesign(&m).unwrap();
        let gantt = r.gantt_svg();
        assert!(gantt.starts_with("<svg") && gantt.contains("&lt;甲&amp;乙&gt;") && !gantt.contains("<甲"));
        assert_eq!(gantt.matches("<title>现行").count(), 2);
        assert_eq!(gantt.matches("<title>再造后").count(), 2);
        let bars = r.reductions_svg();
        assert!(bars.contains("减时限") && bars.contains("−40%"), "{bars}");
    }
}
