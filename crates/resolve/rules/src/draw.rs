//! The table as a diagram and as a page of documentation. Compared with the committed files in a test.

use std::fmt::Write as _;

use crate::stage::StageKind;
use crate::table::{ClockEffect, TABLE, To, Who};
use crate::words::Word as _;

/// A Mermaid state diagram of the loop.
pub fn loop_diagram() -> String {
    let mut out = String::from("stateDiagram-v2\n");
    for kind in StageKind::ALL {
        let _ = writeln!(out, "    {}: {}", kind.word(), kind.zh());
    }
    let _ = writeln!(out, "    [*] --> {}: 登记", StageKind::Registered.word());
    for row in TABLE {
        let targets: Vec<StageKind> = match row.to {
            To::Stage(kind) => vec![kind],
            To::OneOf(kinds) => kinds.to_vec(),
            To::Same | To::Before => continue,
        };
        // Merging is possible everywhere before the reply; one arrow says it better than nine.
        let from = if row.to == To::Stage(StageKind::Merged) { &row.from[..1] } else { row.from };
        for (f, t) in from.iter().flat_map(|f| targets.iter().map(move |t| (f, t))) {
            let _ = writeln!(out, "    {} --> {}: {}", f.word(), t.word(), row.act.zh());
        }
    }
    for kind in StageKind::ALL.iter().filter(|k| k.is_end()) {
        let _ = writeln!(out, "    {} --> [*]", kind.word());
    }
    out
}

/// The table in Markdown, for a reader who does not program.
pub fn loop_table_markdown() -> String {
    let mut out = String::from(
        "| 当前环节 | 谁 | 做什么 | 条件 | 之后 | 计时 | 出处 |\n|---|---|---|---|---|---|---|\n",
    );
    for row in TABLE {
        let from = if row.from.len() == StageKind::ALL.len() {
            "任何环节".to_owned()
        } else {
            row.from.iter().map(|k| k.zh()).collect::<Vec<_>>().join("、")
        };
        let who: Vec<_> =
            row.who.iter().map(|Who(role, rel)| format!("{}({})", role.zh(), rel.zh())).collect();
        let guards: Vec<_> = row.guards.iter().map(|g| g.zh()).collect();
        let to = match row.to {
            To::Same => "不变".to_owned(),
            To::Before => "并案前的环节".to_owned(),
            To::Stage(k) => k.zh().to_owned(),
            To::OneOf(ks) => ks.iter().map(|k| k.zh()).collect::<Vec<_>>().join(" 或 "),
        };
        let _ = writeln!(
            out,
            "| {from} | {} | **{}** | {} | {to} | {} | {} |",
            who.join("、"),
            row.act.zh(),
            if guards.is_empty() { "—".to_owned() } else { guards.join(";") },
            clock_zh(row.clock),
            row.source
        );
    }
    out
}

fn clock_zh(effect: ClockEffect) -> String {
    match effect {
        ClockEffect::Keep => "不变".to_owned(),
        ClockEffect::Start(phase) => format!("开始“{}”计时", phase.zh()),
        ClockEffect::StartPlan => "开始“整改”计时，到最后一步".to_owned(),
        ClockEffect::Stop => "停止".to_owned(),
        ClockEffect::Pause => "暂停".to_owned(),
        ClockEffect::Resume => "恢复".to_owned(),
        ClockEffect::Extend => "延长".to_owned(),
        ClockEffect::Relimit => "换期限，起点不变".to_owned(),
        ClockEffect::Light => "记录亮灯".to_owned(),
        ClockEffect::Relight => "期限后移则灭灯".to_owned(),
        ClockEffect::ByAnswer => "重办则重新计时（对方重办则停止），否则开始“归档”计时".to_owned(),
        ClockEffect::Pass => "自对方受理时停止".to_owned(),
    }
}
