use std::collections::{BTreeMap, BTreeSet};

use super::*;

fn targets(row: &Row) -> Vec<StageKind> {
    match row.to {
        To::Same => row.from.to_vec(),
        To::Stage(k) => vec![k],
        To::OneOf(ks) => ks.to_vec(),
    }
}

#[test]
fn every_act_has_rows_that_do_not_overlap_and_name_their_source() {
    for act in Act::ALL.iter().filter(|a| **a != Act::Begin) {
        let rows: Vec<_> = TABLE.iter().filter(|r| r.act == *act).collect();
        assert!(!rows.is_empty(), "{act:?} has no row");
        let mut seen = BTreeSet::new();
        for stage in rows.iter().flat_map(|r| r.from) {
            assert!(seen.insert(*stage), "{act:?} has two rows at {stage:?}");
        }
        for row in rows {
            assert!(!row.who.is_empty(), "{act:?}");
            assert!(row.source.starts_with(['K', 'X']), "{act:?} cites no DOMAIN row");
        }
    }
}

#[test]
fn every_stage_is_reached_and_none_is_a_trap() {
    let mut edges: BTreeMap<StageKind, BTreeSet<StageKind>> = BTreeMap::new();
    for row in TABLE {
        for from in row.from {
            let to = if row.to == To::Same { vec![*from] } else { targets(row) };
            edges.entry(*from).or_default().extend(to);
        }
    }
    let reach = |start: StageKind| {
        let mut seen = BTreeSet::from([start]);
        let mut todo = vec![start];
        while let Some(k) = todo.pop() {
            todo.extend(edges.get(&k).into_iter().flatten().filter(|n| seen.insert(**n)));
        }
        seen
    };
    assert_eq!(reach(StageKind::Draft).len(), StageKind::ALL.len(), "a stage is unreachable");
    for kind in StageKind::ALL {
        assert!(reach(*kind).iter().any(|k| k.is_end()), "{kind:?} is a trap");
    }
}

#[test]
fn the_page_of_the_table_is_the_committed_one() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../docs/APPLICATION.md");
    let page = application_page();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(path, &page).unwrap();
    }
    let committed = std::fs::read_to_string(path).unwrap_or_default();
    assert_eq!(committed, page, "run UPDATE_DOCS=1 cargo nextest run -p service");
}

#[test]
fn a_basis_that_cannot_be_walked_to_its_end_is_refused_with_the_reason() {
    let refuse = |change: fn(&mut Basis)| {
        let mut b = basis();
        change(&mut b);
        b.check().unwrap_err()
    };
    basis().check().unwrap();
    let said = refuse(|b| b.tasks[0].after = vec!["a2".into()]);
    assert!(said.zh.contains("食品经营许可·审查a1 → 食品经营许可·现场勘查a2"), "{said}");
    assert!(refuse(|b| b.tasks[0].after = vec!["zz".into()]).zh.contains("没有这个环节"));
    assert!(refuse(|b| b.tasks[1].id = "a1".into()).zh.contains("重复"));
    assert!(refuse(|b| b.tasks.truncate(4)).zh.contains("决定环节"));
    assert!(refuse(|b| b.parts.clear()).zh.contains("事项"));
    assert!(refuse(|b| b.materials[0].parts = vec![7]).zh.contains("不属于"));
}
