//! A redesign as Chinese text to read in a terminal or to paste into a report.

use std::fmt::Write as _;

use super::{Figures, Redesign};
use crate::model::Model;

fn num(x: f64) -> String {
    let r = (x * 100.0).round() / 100.0;
    if r.fract() == 0.0 { format!("{r:.0}") } else { format!("{r}") }
}

fn line(out: &mut String, name: &str, unit: &str, before: f64, after: f64) {
    let cut = if before > 0.0 {
        format!("(压减 {:.0}%)", (before - after) / before * 100.0)
    } else {
        String::new()
    };
    let _ = writeln!(out, "  {name} {} → {} {unit}{cut}", num(before), num(after));
}

fn figures(out: &mut String, b: &Figures, a: &Figures) {
    line(out, "减环节", "个", b.steps, a.steps);
    line(out, "减材料", "次提交", b.materials, a.materials);
    line(out, "减时限", "个工作日", b.working_days, a.working_days);
    line(out, "减跑动", "次", b.visits, a.visits);
    line(out, "减费用", "元", b.fees, a.fees);
    line(out, "减份数", "份", b.copies, a.copies);
}

impl Redesign {
    /// The redesign in Chinese, with its proof.
    pub fn text(&self, model: &Model) -> String {
        let mut out = String::new();
        let name = |id: &String| {
            model.steps.iter().find(|s| s.id == *id).map_or_else(|| id.clone(), |s| s.name.clone())
        };
        let names = |ids: &[String], by: &str| ids.iter().map(name).collect::<Vec<_>>().join(by);
        let _ = writeln!(out, "《{}》流程再造\n", self.name);
        let _ =
            writeln!(out, "一、前后对比{}", if self.situations.is_empty() { "" } else { "(按情形频率加权)" });
        figures(&mut out, &self.before, &self.after);
        if self.form_fields.before > 0.0 {
            line(&mut out, "填写字段", "个", self.form_fields.before, self.form_fields.after);
        }
        if let Some(t) = &self.target {
            let yes = |b: bool| if b { "不超过" } else { "超过" };
            let _ = writeln!(
                out,
                "  目标 {} 个工作日（只看不计排队的最长路径；实际能否达到以仿真为准）：现行{}，再造后{}{}",
                num(t.working_days),
                yes(t.before),
                yes(t.after),
                if t.source.is_empty() { String::new() } else { format!("({})", t.source) }
            );
        }
        for s in &self.situations {
            let _ = writeln!(out, "\n  情形“{}”({:.0}%)", s.name, s.frequency * 100.0);
            figures(&mut out, &s.before, &s.after);
        }
        let _ = writeln!(out, "\n二、最长路径\n  现行：{}", names(&self.critical_path_before, " → "));
        let _ = writeln!(out, "  再造后：{}", names(&self.critical_path, " → "));
        if let Some(s) = &self.staffed {
            let _ = writeln!(
                out,
                "  人手有限时一件最短 {} 个工作日（{}）",
                num(s.working_days),
                if s.proven {
                    "已证明最短".to_owned()
                } else {
                    format!("下界 {}", num(s.lower_bound_days))
                }
            );
        }
        for g in &self.parallel_groups {
            let _ = writeln!(out, "  可并行：{}", names(g, "、"));
        }
        let _ = writeln!(out, "\n三、取消的先后（{} 条）", self.removed_orders.len());
        for o in &self.removed_orders {
            let _ = write!(out, "  {} → {}:{}", name(&o.from), name(&o.to), o.reason.zh);
            if let Some(seen) = &o.observed {
                let _ = write!(
                    out,
                    "；日志中 {} 件同时有两环节，{} 件次序相反，{} 件同时进行",
                    seen.cases, seen.reversed, seen.overlapped
                );
            }
            out.push('\n');
        }
        let _ = writeln!(out, "\n四、保留的先后（{} 条）", self.kept_orders.len());
        for o in &self.kept_orders {
            let _ =
                writeln!(out, "  {} → {}〔{}〕{}", name(&o.from), name(&o.to), o.ground.zh(), o.reason.zh);
        }
        if !self.dropped_steps.is_empty() {
            let _ = writeln!(out, "\n五、取消或合并的环节");
            for s in &self.dropped_steps {
                let _ = writeln!(out, "  {}:{}", s.name, s.reason.zh);
            }
        }
        if !self.materials.is_empty() {
            let _ = writeln!(out, "\n六、材料");
            for m in &self.materials {
                let _ = writeln!(out, "  {}:{}。{}", m.name, m.verdict.zh(), m.reason.zh);
            }
        }
        if !self.form.fields.is_empty() {
            let list = |f: &super::MergedField| {
                if f.prefill.is_empty() {
                    f.name.clone()
                } else {
                    format!("{}（由{}预填）", f.name, f.prefill.join("、"))
                }
            };
            let all: Vec<_> = self.form.fields.iter().map(list).collect();
            let _ = writeln!(out, "\n七、一张表单（{} 个字段）\n  {}", all.len(), all.join("、"));
        }
        if !self.warnings.is_empty() {
            let _ = writeln!(out, "\n提示");
            for w in &self.warnings {
                let _ = writeln!(out, "  {}", w.zh);
            }
        }
        out
    }
}
