//! A simulation as Chinese text to read in a terminal.

use std::fmt::Write as _;

use kernel::Said;

use super::report::TargetShare;
use super::{Comparison, Estimate, SimReport};

fn range(e: Estimate, unit: &str) -> String {
    format!("{:.2} {unit}（95% 区间 {:.2}–{:.2}）", e.mean, e.low, e.high)
}

impl SimReport {
    /// The figures in Chinese.
    pub fn text(&self) -> String {
        let mut out = format!(
            "《{}》仿真：{} 次重复，每次 {} 件，种子 {}\n",
            self.name, self.replications, self.cases, self.seed
        );
        let _ = writeln!(
            out,
            "  办结时间 {}；{:.2} 个工作日",
            range(self.cycle_time, "小时"),
            self.cycle_working_days.mean
        );
        let _ = writeln!(out, "  等待 {}", range(self.waiting, "小时"));
        let _ = writeln!(out, "  经办 {}", range(self.processing, "小时"));
        let q: Vec<String> =
            self.quantiles.iter().map(|(p, h)| format!("{:.0}% 的件不超过 {h:.1}", p * 100.0)).collect();
        let _ = writeln!(out, "  {} 小时", q.join(",").trim_end());
        if self.refused.mean > 0.0 {
            let _ = writeln!(out, "  退件 {:.1}%", self.refused.mean * 100.0);
        }
        for g in &self.utilisation {
            let u = g.utilisation;
            let _ = writeln!(
                out,
                "  {}（{} 人）忙碌 {:.0}%({:.0}–{:.0})",
                g.name,
                g.staff,
                u.mean * 100.0,
                u.low * 100.0,
                u.high * 100.0
            );
        }
        for s in self.steps.iter().filter(|s| s.per_case > 0.0) {
            let _ = writeln!(
                out,
                "  {}：每件 {:.2} 次，等待 {:.2} 小时，经办 {:.2} 小时",
                s.name, s.per_case, s.waiting_hours, s.processing_hours
            );
        }
        let _ = writeln!(
            out,
            "  起始阶段去除 {:.0} 件；同时在办最多 {} 件；{} 个事件",
            self.warm_up_cases, self.most_inside, self.events
        );
        if self.overloaded {
            out.push_str("  注意：有单位做不完，排队会越来越长，以上平均值没有意义\n");
        }
        for w in &self.warnings {
            let _ = writeln!(out, "  提示：{}", w.zh);
        }
        out
    }
}

impl TargetShare {
    /// The verdict in words.
    pub fn said(&self) -> Said {
        let days = (self.working_days * 100.0).round() / 100.0;
        let share = |e: Estimate| format!("{:.0}%", e.mean * 100.0);
        let (was, is) = (share(self.today), share(self.redesigned));
        let (zh, en) = if self.reached { ("达到", "reached") } else { ("未达到", "missed") };
        let (path_zh, path_en) = if self.path_within {
            ("在目标之内", "within it")
        } else {
            ("已超过目标", "beyond it")
        };
        Said::new(
            format!(
                "目标 {days} 个工作日{zh}：仿真中现行 {was}、再造后 {is} 的件能在目标内办结（九成以上为达到）；不计排队的最长路径{path_zh}。"
            ),
            format!(
                "Target of {days} working days {en}: {was} of the simulated cases meet it today, {is} redesigned (90 % count as reached); the longest path without queues is {path_en}."
            ),
        )
    }
}

impl Comparison {
    /// Both answers in Chinese.
    pub fn text(&self) -> String {
        format!(
            "{}\n{}\n【现行】{}\n【再造后】{}\n每件平均节省 {}\n",
            self.reading.zh,
            self.target.as_ref().map_or_else(String::new, |t| format!("{}\n", t.said().zh)),
            self.today.text(),
            self.redesigned.text(),
            range(self.saved_hours, "小时")
        )
    }
}
