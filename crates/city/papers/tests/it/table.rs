//! Laws over the table, and the document drawn from it.

use std::fmt::Write as _;

use papers::way::{Act, By, Guard, Stage, TABLE, To, usual};
use seals::PaperKind;

fn next_of(stage: Stage) -> Vec<Stage> {
    let mut out: Vec<Stage> = Vec::new();
    for form in usual() {
        for asked in [false, true] {
            out.extend(
                form.after(stage, asked).filter(|s| form.steps().contains(&stage) && !out.contains(s)),
            );
        }
    }
    out
}

fn targets(row: &papers::way::Row, from: Stage) -> Vec<Stage> {
    match row.to {
        To::Same => vec![from],
        To::There(s) => vec![s],
        To::Next => next_of(from),
    }
}

#[test]
fn every_stage_is_reached_and_left_and_what_is_over_stays_over() {
    for stage in Stage::ALL {
        let reached =
            TABLE.iter().any(|r| r.from.iter().any(|f| *f != stage && targets(r, *f).contains(&stage)));
        assert!(reached || stage == Stage::Drafting, "{stage:?} is never reached");
        let left = TABLE.iter().any(|r| r.from.contains(&stage) && targets(r, stage) != [stage]);
        // What is archived can only be revoked.
        assert_eq!(left, !stage.is_end() || stage == Stage::Archived, "{stage:?}");
    }
    for r in TABLE {
        assert!(!r.from.contains(&Stage::Dropped) && !r.from.contains(&Stage::Revoked), "{:?}", r.act);
    }
}

#[test]
fn who_is_kept_apart_is_in_the_table_for_every_form() {
    let has = |act: Act, guard: Guard| {
        let rows: Vec<_> = TABLE.iter().filter(|r| r.act == act).collect();
        assert!(!rows.is_empty() && rows.iter().all(|r| r.guards.contains(&guard)), "{act:?} {guard:?}");
    };
    has(Act::Approve, Guard::NotDrafter);
    has(Act::Issue, Guard::NotDrafter);
    has(Act::Issue, Guard::NotChecker);
    has(Act::Seal, Guard::NotSigner);
    // Whatever stops or takes back is said why.
    for act in [Act::SendBack, Act::Drop, Act::Revoke] {
        has(act, Guard::Reason);
    }
    for form in usual() {
        let steps = form.steps();
        assert_eq!(steps.first(), Some(&Stage::Drafting));
        assert!(steps.contains(&Stage::Signing), "{}: nothing goes out unsigned", form.key);
        assert!(steps.ends_with(&[Stage::Publishing, Stage::Published, Stage::Archived]), "{}", form.key);
    }
    assert!(papers::way::check(&usual()).is_ok());
}

#[test]
fn forms_that_no_city_can_work_with_are_refused() {
    let with = |change: fn(&mut Vec<papers::Form>)| {
        let mut forms = usual();
        change(&mut forms);
        papers::way::check(&forms).unwrap_err().zh
    };
    assert!(with(Vec::clear).contains("请保留"));
    assert!(with(|f| f[1].key = "full".into()).contains("编号重复"));
    assert!(with(|f| f[1].name = " ".into()).contains("名称"));
    assert!(with(|f| f[0].kinds.clear()).contains("至少选择一类"));
    assert!(with(|f| f[0].suffix = "x".into()).contains("后缀"));
    assert!(with(|f| f.retain(|f| !f.kinds.contains(&PaperKind::Notice))).contains("没有可用的发文程序"));
}

/// The document as it is drawn from the table.
fn drawn() -> String {
    let mut out = String::from(
        "# 公文的一生 The life of an official paper\n\n由代码生成，请勿手改 (`UPDATE_DOCS=1 cargo nextest run -p papers`). Generated \
         from `crates/city/papers/src/way/table.rs`.\n\n```mermaid\nstateDiagram-v2\n",
    );
    for s in Stage::ALL {
        let _ = writeln!(out, "    {}: {}", s.word(), s.zh());
    }
    out += "    [*] --> drafting: 拟稿\n";
    let mut lines: Vec<String> = Vec::new();
    for r in TABLE {
        for from in r.from {
            for to in targets(r, *from).into_iter().filter(|t| t != from) {
                let line = format!("    {} --> {}: {}", from.word(), to.word(), r.act.zh());
                if !lines.contains(&line) {
                    lines.push(line);
                }
            }
        }
    }
    for l in lines {
        out += &l;
        out.push('\n');
    }
    for s in Stage::ALL.into_iter().filter(|s| s.is_end()) {
        let _ = writeln!(out, "    {} --> [*]", s.word());
    }
    out += "```\n\n| 当前环节 | 谁 | 做什么 | 条件 | 之后 | 出处 |\n|---|---|---|---|---|---|\n";
    for r in TABLE {
        let from: Vec<_> = r.from.iter().map(|s| s.zh()).collect();
        let guards: Vec<_> = r.guards.iter().map(|g| g.zh()).collect();
        let to = match r.to {
            To::Same => "不变".to_owned(),
            To::There(s) => s.zh().to_owned(),
            To::Next => "发文程序的下一环节".to_owned(),
        };
        let guards = if guards.is_empty() { "—".to_owned() } else { guards.join("；") };
        let _ = writeln!(
            out,
            "| {} | {} | **{}** `{}` | {guards} | {to} | {} |",
            from.join("、"),
            r.by.zh(),
            r.act.zh(),
            r.act.word(),
            r.source
        );
    }
    out += "\n## 发文程序 Forms\n\n没有另设时的程序；一个市在“发文程序与代字”里改。The forms of a city that has set none.\n\n\
            | 程序 | 用于 | 环节 | 红头 | 字号 |\n|---|---|---|---|---|\n";
    for f in usual() {
        let kinds: Vec<_> = f.kinds.iter().map(|k| k.zh()).collect();
        let steps: Vec<_> = f.steps().into_iter().map(Stage::zh).collect();
        let head = if f.head { "有" } else { "无" };
        let _ = writeln!(
            out,
            "| {} `{}` | {} | {} | {head} | 机关代字{}〔年〕N号 |",
            f.name,
            f.key,
            kinds.join("、"),
            steps.join(" → "),
            f.suffix
        );
    }
    out
}

#[test]
fn the_drawn_life_is_this_table() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../docs/PAPER-LIFE.md");
    let right = drawn();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(path, &right).unwrap();
    }
    assert_eq!(std::fs::read_to_string(path).unwrap(), right, "cargo xtask docs");
}

#[test]
fn every_row_says_who_and_why() {
    for r in TABLE {
        assert!(!r.source.is_empty() && !r.from.is_empty());
        assert_eq!(r.by == By::System, r.act == Act::Remind, "the system reminds and does nothing else");
    }
}
