use std::collections::{BTreeMap, BTreeSet};

use super::*;

#[test]
fn every_act_has_rows_that_do_not_overlap_and_name_their_source() {
    for act in appointment::Act::ALL
        .into_iter()
        .filter(|a| !matches!(a, appointment::Act::Hold | appointment::Act::Standby))
    {
        let rows: Vec<_> = appointment::TABLE.iter().filter(|r| r.act == act).collect();
        let from: Vec<_> = rows.iter().flat_map(|r| r.from).collect();
        assert!(!rows.is_empty() && from.iter().collect::<BTreeSet<_>>().len() == from.len(), "{act:?}");
        assert!(rows.iter().all(|r| !r.who.is_empty() && r.source.starts_with(['K', 'X'])), "{act:?}");
    }
    for act in ticket::Act::ALL.into_iter().filter(|a| *a != ticket::Act::Take) {
        let rows: Vec<_> = ticket::TABLE.iter().filter(|r| r.act == act).collect();
        let from: Vec<_> = rows.iter().flat_map(|r| r.from).collect();
        assert!(!rows.is_empty() && from.iter().collect::<BTreeSet<_>>().len() == from.len(), "{act:?}");
        assert!(rows.iter().all(|r| !r.who.is_empty() && r.source.starts_with('K')), "{act:?}");
    }
    for act in hall::help::Act::ALL.into_iter().filter(|a| *a != hall::help::Act::Ask) {
        let rows: Vec<_> = hall::help::TABLE.iter().filter(|r| r.act == act).collect();
        let from: Vec<_> = rows.iter().flat_map(|r| r.from).collect();
        assert!(!rows.is_empty() && from.iter().collect::<BTreeSet<_>>().len() == from.len(), "{act:?}");
        assert!(rows.iter().all(|r| !r.who.is_empty() && r.source.starts_with(['K', 'X'])), "{act:?}");
    }
}

fn whole<S: Copy + Ord + std::fmt::Debug>(all: &[S], first: S, edges: &[(S, S)], is_end: impl Fn(S) -> bool) {
    let mut map: BTreeMap<S, Vec<S>> = BTreeMap::new();
    for (from, to) in edges {
        map.entry(*from).or_default().push(*to);
    }
    let reach = |start: S| {
        let (mut seen, mut todo) = (BTreeSet::from([start]), vec![start]);
        while let Some(k) = todo.pop() {
            todo.extend(map.get(&k).into_iter().flatten().filter(|n| seen.insert(**n)));
        }
        seen
    };
    assert_eq!(reach(first).len(), all.len(), "a stage is unreachable");
    for k in all {
        assert!(reach(*k).into_iter().any(&is_end), "{k:?} is a trap");
    }
}

#[test]
fn every_stage_is_reached_and_none_is_a_trap() {
    use appointment::Stage as A;
    let edges: Vec<_> =
        appointment::TABLE.iter().flat_map(|r| r.from.iter().map(|f| (*f, r.to.unwrap_or(*f)))).collect();
    // Both beginnings together reach everything: who stands by is offered a place.
    whole(&A::ALL, A::Standby, &edges, A::is_end);
    use ticket::Stage as T;
    let edges: Vec<_> = ticket::TABLE.iter().flat_map(|r| r.from.iter().map(|f| (*f, r.to))).collect();
    whole(&T::ALL, T::Waiting, &edges, T::is_end);
    use hall::help::{self, Stage as H};
    let edges: Vec<_> =
        help::TABLE.iter().flat_map(|r| r.from.iter().map(|f| (*f, r.to.unwrap_or(*f)))).collect();
    whole(&H::ALL, H::Asked, &edges, H::is_end);
}

#[test]
fn nobody_but_the_system_puts_down_a_no_show() {
    let row = appointment::row(appointment::Stage::Confirmed, appointment::Act::Miss).unwrap();
    assert!(row.who.iter().all(|w| w.0 == kernel::Role::System));
    assert!(row.guards.contains(&appointment::Guard::OfficeOnTime));
}

#[test]
fn the_page_of_the_tables_is_the_committed_one() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../docs/HALL-LIVES.md");
    let page = lives_page();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(path, &page).unwrap();
    }
    let committed = std::fs::read_to_string(path).unwrap_or_default();
    assert!(committed == page, "run UPDATE_DOCS=1 cargo nextest run -p hall");
}
