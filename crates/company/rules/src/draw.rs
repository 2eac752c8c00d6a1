//! The lives of claims and of orders as diagrams and tables, compared with the committed page in a test.

use std::fmt::Write as _;

use crate::aid::{self, OrderState};
use crate::claim::{self, ClaimState};

/// `docs/COMPANY-LIVES.md`.
pub fn lives_page() -> String {
    let mut out = String::from(
        "# 兑付与增值服务订单的一生 The lives of a payment and of an order\n\n由代码生成，请勿手改 (`UPDATE_DOCS=1 cargo nextest run -p company`). \
         Generated from `crates/company/rules/src/claim.rs` and `aid.rs`.\n",
    );
    head(&mut out, "兑付 Payment", ClaimState::ALL.map(|s| (s.word(), s.zh())));
    for (from, act, to) in claim::TABLE {
        arrow(&mut out, from.map(ClaimState::word), to.word(), act.zh());
    }
    out.push_str("```\n\n| 当前 | 做什么 | 之后 |\n|---|---|---|\n");
    for (from, act, to) in claim::TABLE {
        let from = from.map_or("—", ClaimState::zh);
        let _ = writeln!(out, "| {from} | **{}** `{}` | {} |", act.zh(), act.word(), to.zh());
    }
    head(&mut out, "增值服务订单 Order", OrderState::ALL.map(|s| (s.word(), s.zh())));
    for (from, act, _, to) in aid::TABLE {
        arrow(&mut out, from.map(OrderState::word), to.word(), act.zh());
    }
    out.push_str("```\n\n| 当前 | 谁 | 做什么 | 之后 |\n|---|---|---|---|\n");
    for (from, act, who, to) in aid::TABLE {
        let (from, who) = (from.map_or("—", OrderState::zh), who.zh());
        let _ = writeln!(out, "| {from} | {who} | **{}** `{}` | {} |", act.zh(), act.word(), to.zh());
    }
    out
}

fn head<const N: usize>(out: &mut String, name: &str, states: [(&str, &str); N]) {
    let _ = write!(out, "\n## {name}\n\n```mermaid\nstateDiagram-v2\n");
    for (word, zh) in states {
        let _ = writeln!(out, "    {word}: {zh}");
    }
}

fn arrow(out: &mut String, from: Option<&str>, to: &str, act: &str) {
    let _ = writeln!(out, "    {} --> {to}: {act}", from.unwrap_or("[*]"));
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_page_of_lives_is_what_the_tables_say() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../docs/COMPANY-LIVES.md");
        let page = super::lives_page();
        if std::env::var_os("UPDATE_DOCS").is_some() {
            std::fs::write(path, &page).expect("docs can be written");
        }
        let kept = std::fs::read_to_string(path).unwrap_or_default();
        assert!(kept == page, "run UPDATE_DOCS=1 cargo nextest run -p company");
    }
}
