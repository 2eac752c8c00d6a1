//! The BPMN interchange suite: every file reads, and its meaning survives being written.

use eventlog::bpmn::{NodeKind, of_tree, read_bpmn, to_net, write_bpmn};
use eventlog::error::Limits;
use eventlog::model::{Element, parse_xml};
use eventlog::{Net, Tree};

use super::{logs, open};

fn count(e: &Element) -> usize {
    1 + e.children.iter().map(count).sum::<usize>()
}

#[test]
fn every_interchange_model_reads_and_survives() {
    let mut files = 0;
    for folder in ["bpmn_miwg", "models", "sim", "knockout"] {
        for entry in std::fs::read_dir(logs().join(folder)).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_none_or(|e| e != "bpmn") {
                continue;
            }
            files += 1;
            let name = format!("{folder}/{}", path.file_name().unwrap().to_string_lossy());
            let first = read_bpmn(open(&name), Limits::small()).unwrap_or_else(|e| panic!("{name}: {e}"));
            let text = write_bpmn(&first);
            let again = read_bpmn(text.as_bytes(), Limits::small()).unwrap_or_else(|e| panic!("{name}: {e}"));
            assert!(first == again, "{name} means something else after a round trip");
            // Not one element is lost, known or not.
            let before = count(&parse_xml(open(&name), Limits::small()).unwrap());
            assert_eq!(before, count(&parse_xml(text.as_bytes(), Limits::small()).unwrap()), "{name}");
            assert!(first.processes.iter().any(|p| !p.scope.nodes.is_empty()), "{name} has no process");
        }
    }
    assert!(files >= 21 + 3, "only {files} models found");
}

#[test]
fn the_first_model_is_understood() {
    let bpmn = read_bpmn(open("bpmn_miwg/A.1.0.bpmn"), Limits::small()).unwrap();
    let scope = &bpmn.processes[0].scope;
    let of = |k| scope.nodes.iter().filter(|n| n.kind == k).count();
    assert_eq!((of(NodeKind::StartEvent), of(NodeKind::Task), of(NodeKind::EndEvent)), (1, 3, 1));
    assert_eq!(scope.flows.len(), 4);
    let net = to_net(&bpmn).unwrap();
    let labels: Vec<_> = net.transitions.iter().filter_map(|t| t.label.as_deref()).collect();
    assert_eq!(labels, ["Task 1", "Task 2", "Task 3"]);
    let pools = read_bpmn(open("bpmn_miwg/B.2.0.bpmn"), Limits::small()).unwrap();
    assert!(pools.pools().len() > 1 && !pools.message_flows().is_empty());
}

/// A discovered tree as BPMN and as net allows the same: both align the log at the same cost.
#[test]
fn a_tree_keeps_its_behaviour_as_bpmn() {
    let log = super::xes("running-example.xes").0;
    let tree: Tree = eventlog::inductive_miner(&log, 0.0).unwrap();
    let bpmn = of_tree(&tree, "example");
    let back = read_bpmn(write_bpmn(&bpmn).as_bytes(), Limits::small()).unwrap();
    assert!(back == bpmn);
    let cost = |net: &Net| eventlog::conformance(&log, net, Default::default()).unwrap().total_cost;
    assert_eq!(cost(&to_net(&back).unwrap()), 0);
    assert_eq!(cost(&Net::of_tree(&tree)), 0);
}
