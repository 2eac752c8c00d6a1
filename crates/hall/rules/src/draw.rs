//! The tables as diagrams and as a page of documentation. Compared with the committed file in a test.

use std::fmt::Write as _;

use crate::who::Who;
use crate::{appointment, help, ticket};

/// `docs/HALL-LIVES.md`.
pub fn lives_page() -> String {
    let mut out = String::from(
        "# 预约、号票和帮办单的一生 The lives of an appointment, of a ticket and of an order of help\n\n由代码生成，请勿手改 (`UPDATE_DOCS=1 cargo nextest run -p hall`). \
         Generated from `crates/hall/rules/src/appointment/table.rs`, `ticket/table.rs` and `help/table.rs`.\n",
    );
    {
        use appointment::{Clock, Stage, TABLE};
        let clock = |c| match c {
            Clock::Keep => "不变",
            Clock::StartHold => "开始占号计时",
            Clock::Watch => "到预约时间加宽限为止看是否到厅",
            Clock::Stop => "停止",
        };
        head(
            &mut out,
            "预约 Appointment",
            Stage::Held.word(),
            "占号",
            Stage::ALL.map(|s| (s.word(), s.zh(), s.is_end())),
        );
        for r in TABLE {
            arrows(&mut out, r.from.iter().map(|s| s.word()), r.to.map(Stage::word), r.act.zh());
        }
        rows(&mut out);
        for r in TABLE {
            let from: Vec<_> = r.from.iter().map(|s| s.zh()).collect();
            let guards: Vec<_> = r.guards.iter().map(|g| g.zh()).collect();
            row(
                &mut out,
                &from,
                r.who,
                (r.act.zh(), r.act.word()),
                &guards,
                r.to.map_or("不变", Stage::zh),
                clock(r.clock),
                r.source,
            );
        }
    }
    {
        use ticket::{Clock, Stage, TABLE};
        let clock = |c| match c {
            Clock::Keep => "不变",
            Clock::StartWait => "重新开始等候",
            Clock::StopWait => "第一次叫号时等候结束",
            Clock::StartService => "开始办理计时",
            Clock::Stop => "停止",
        };
        head(
            &mut out,
            "号票 Ticket",
            Stage::Waiting.word(),
            "取号",
            Stage::ALL.map(|s| (s.word(), s.zh(), s.is_end())),
        );
        for r in TABLE {
            arrows(&mut out, r.from.iter().map(|s| s.word()), Some(r.to.word()), r.act.zh());
        }
        rows(&mut out);
        for r in TABLE {
            let from: Vec<_> = r.from.iter().map(|s| s.zh()).collect();
            let guards: Vec<_> = r.guards.iter().map(|g| g.zh()).collect();
            row(
                &mut out,
                &from,
                r.who,
                (r.act.zh(), r.act.word()),
                &guards,
                r.to.zh(),
                clock(r.clock),
                r.source,
            );
        }
    }
    {
        use help::{Stage, TABLE};
        let first = Stage::Asked.word();
        head(
            &mut out,
            "帮办代办单 Order of help",
            first,
            "申请",
            Stage::ALL.map(|s| (s.word(), s.zh(), s.is_end())),
        );
        for r in TABLE {
            arrows(&mut out, r.from.iter().map(|s| s.word()), r.to.map(Stage::word), r.act.zh());
        }
        rows(&mut out);
        for r in TABLE {
            let from: Vec<_> = r.from.iter().map(|s| s.zh()).collect();
            let guards: Vec<_> = r.guards.iter().map(|g| g.zh()).collect();
            let to = r.to.map_or("不变", Stage::zh);
            row(&mut out, &from, r.who, (r.act.zh(), r.act.word()), &guards, to, "—", r.source);
        }
    }
    out
}

fn head<const N: usize>(
    out: &mut String,
    title: &str,
    first: &str,
    begin: &str,
    stages: [(&str, &str, bool); N],
) {
    let _ = write!(out, "\n## {title}\n\n```mermaid\nstateDiagram-v2\n");
    for (word, zh, _) in stages {
        let _ = writeln!(out, "    {word}: {zh}");
    }
    let _ = writeln!(out, "    [*] --> {first}: {begin}");
    for (word, ..) in stages.iter().filter(|s| s.2) {
        let _ = writeln!(out, "    {word} --> [*]");
    }
}

fn arrows<'a>(out: &mut String, from: impl Iterator<Item = &'a str>, to: Option<&str>, act: &str) {
    let Some(to) = to else { return };
    for f in from.filter(|f| *f != to) {
        let _ = writeln!(out, "    {f} --> {to}: {act}");
    }
}

fn rows(out: &mut String) {
    out.push_str(
        "```\n\n| 当前状态 | 谁 | 做什么 | 条件 | 之后 | 计时 | 出处 |\n|---|---|---|---|---|---|---|\n",
    );
}

#[expect(clippy::too_many_arguments, reason = "a row of the table has these columns")]
fn row(
    out: &mut String,
    from: &[&str],
    who: &[Who],
    act: (&str, &str),
    guards: &[&str],
    to: &str,
    clock: &str,
    source: &str,
) {
    let who: Vec<_> = who.iter().map(|Who(role, s)| format!("{}（{}）", role.zh(), s.zh())).collect();
    let guards = if guards.is_empty() { "—".to_owned() } else { guards.join("；") };
    let (from, who) = (from.join("、"), who.join("、"));
    let _ = writeln!(
        out,
        "| {from} | {who} | **{}** `{}` | {guards} | {to} | {clock} | {source} |",
        act.0, act.1
    );
}
