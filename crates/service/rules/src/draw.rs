//! The table as a diagram and as a page of documentation. Compared with the committed file in a test.

use std::fmt::Write as _;

use kernel::Relation;

use crate::stage::StageKind;
use crate::table::{ClockEffect, TABLE, To, Who};
use crate::words::Word as _;

/// The relations in the words of an application.
const fn relation_zh(relation: Relation) -> &'static str {
    match relation {
        Relation::Reporter => "申请人",
        Relation::FirstAsked => "收件单位",
        Relation::Owner => "决定单位",
        Relation::CoHandler => "有环节的单位",
        Relation::InRegion => "本区划",
        Relation::Stranger => "无关",
    }
}

/// `docs/APPLICATION.md`.
pub fn application_page() -> String {
    let mut out = String::from(
        "# 办件的一生 The life of an application\n\n由代码生成，请勿手改 (`UPDATE_DOCS=1 cargo nextest run -p service`). \
         Generated from `crates/service/rules/src/table.rs`.\n\n```mermaid\nstateDiagram-v2\n",
    );
    for kind in StageKind::ALL {
        let _ = writeln!(out, "    {}: {}", kind.word(), kind.zh());
    }
    let _ = writeln!(out, "    [*] --> {}: 开始填写", StageKind::Draft.word());
    for row in TABLE {
        let targets: &[StageKind] = match &row.to {
            To::Stage(kind) => std::slice::from_ref(kind),
            To::OneOf(kinds) => kinds,
            To::Same => continue,
        };
        for (f, t) in
            row.from.iter().flat_map(|f| targets.iter().map(move |t| (f, t))).filter(|(f, t)| f != t)
        {
            if row.from.len() > 1 && targets.len() > 1 {
                continue;
            }
            let _ = writeln!(out, "    {} --> {}: {}", f.word(), t.word(), row.act.zh());
        }
    }
    for kind in StageKind::ALL.iter().filter(|k| k.is_end()) {
        let _ = writeln!(out, "    {} --> [*]", kind.word());
    }
    out.push_str(
        "```\n\n| 当前环节 | 谁 | 做什么 | 条件 | 之后 | 计时 | 出处 |\n|---|---|---|---|---|---|---|\n",
    );
    for row in TABLE {
        let list = |kinds: &[StageKind], by: &str| kinds.iter().map(|k| k.zh()).collect::<Vec<_>>().join(by);
        let who: Vec<_> =
            row.who.iter().map(|Who(role, rel)| format!("{}（{}）", role.zh(), relation_zh(*rel))).collect();
        let guards: Vec<_> = row.guards.iter().map(|g| g.zh()).collect();
        let to = match row.to {
            To::Same => "不变".to_owned(),
            To::Stage(k) => k.zh().to_owned(),
            To::OneOf(ks) => format!("按剩下的事：{}", list(ks, " / ")),
        };
        let _ = writeln!(
            out,
            "| {} | {} | **{}** `{}` | {} | {to} | {} | {} |",
            list(row.from, "、"),
            who.join("、"),
            row.act.zh(),
            row.act.word(),
            if guards.is_empty() { "—".to_owned() } else { guards.join("；") },
            clock_zh(row.clock),
            row.source
        );
    }
    out
}

const fn clock_zh(effect: ClockEffect) -> &'static str {
    match effect {
        ClockEffect::Keep => "不变",
        ClockEffect::StartAccept => "开始“收件审查”计时（5 个工作日）",
        ClockEffect::StartCorrect => "开始“补正”计时",
        ClockEffect::StartHandle => "开始“办理”计时（承诺时限）",
        ClockEffect::StartHandleBack => "自收到之日起“办理”计时",
        ClockEffect::DeliverWhenDecided => "都决定后开始“送达”计时（10 个工作日）",
        ClockEffect::Stop => "停止",
        ClockEffect::StopAtEnd => "办结则停止",
        ClockEffect::Pause => "暂停",
        ClockEffect::Resume => "恢复",
        ClockEffect::Extend => "延长",
        ClockEffect::Light => "记录亮灯",
    }
}
