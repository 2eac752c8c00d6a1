//! Discovery and alignments against the trees, nets and figures of the reference tools.

use eventlog::error::Limits;
use eventlog::model::{read_pnml, read_ptml, write_pnml, write_ptml};
use eventlog::{Net, Tree, inductive_miner};

use super::{expected, open, xes};

/// The tree of the reference tool for a log and a noise threshold.
fn reference(log: &str, noise: &str) -> (Tree, usize, usize, usize) {
    let e = expected(&format!("expected_{log}.json"));
    let d = &e["discovery"][noise];
    let size = |key: &str| d[key].as_u64().unwrap() as usize;
    let tree = Tree::parse(d["process_tree"].as_str().unwrap()).unwrap();
    (tree, size("places"), size("transitions"), size("arcs"))
}

#[test]
fn the_inductive_miner_finds_the_reference_trees() {
    for (log, file) in [("receipt", "receipt.xes"), ("bpic2012", "bpic2012.xes.gz")] {
        let log_data = xes(file).0;
        for (noise, threshold) in [("im_0.0", 0.0), ("imf_0.2", 0.2)] {
            let tree = inductive_miner(&log_data, threshold).unwrap();
            let (wanted, ..) = reference(log, noise);
            let (ours, theirs) = (tree.clone().sorted().to_string(), wanted.folded().sorted().to_string());
            assert_eq!(ours, theirs, "{log} {noise}");
            assert!(!tree.has_flower(), "{log} {noise}: a flower says nothing");
        }
    }
}

#[test]
fn models_read_and_survive_a_round_trip() {
    for (log, noise) in
        [("receipt", "im_0.0"), ("receipt", "imf_0.2"), ("bpic2012", "im_0.0"), ("bpic2012", "imf_0.2")]
    {
        let (wanted, places, transitions, arcs) = reference(log, noise);
        let tree = read_ptml(open(&format!("models/{log}_{noise}.ptml")), Limits::small()).unwrap();
        assert_eq!(tree, wanted, "{log} {noise}");
        assert_eq!(read_ptml(write_ptml(&tree).as_bytes(), Limits::small()).unwrap(), tree);
        let net = read_pnml(open(&format!("models/{log}_{noise}.pnml")), Limits::small()).unwrap();
        assert_eq!((net.places.len(), net.transitions.len(), net.arc_count()), (places, transitions, arcs));
        assert_eq!((net.initial.len(), net.last.len()), (1, 1));
        assert_eq!(read_pnml(write_pnml(&net).as_bytes(), Limits::small()).unwrap(), net);
        assert_eq!(Tree::parse(&tree.to_string()).unwrap(), tree);
        let labels = |n: &Net| {
            let mut all: Vec<_> = n.transitions.iter().filter_map(|t| t.label.clone()).collect();
            all.sort();
            all
        };
        assert_eq!(labels(&Net::of_tree(&tree)), labels(&net));
    }
    let net = read_pnml(open("models/running-example.pnml"), Limits::small()).unwrap();
    assert_eq!(net.silent_count(), net.transitions.len() - 8);
}

#[test]
fn alignments_equal_the_references() {
    for log in ["receipt", "bpic2012"] {
        let file = if log == "receipt" { "receipt.xes" } else { "bpic2012.xes.gz" };
        let (log_data, e) = (xes(file).0, expected(&format!("expected_{log}.json")));
        for (noise, peer) in [("im_0.0", "im_0_0"), ("imf_0.2", "imf_0_2")] {
            let net = read_pnml(open(&format!("models/{log}_{noise}.pnml")), Limits::small()).unwrap();
            let c = eventlog::conformance(&log_data, &net, Default::default()).unwrap();
            assert_eq!(c.unknown_cases, 0, "{log} {noise}");
            let p = &e["process_mining_0_6_2"];
            let wanted = if log == "receipt" {
                p["alignments"][peer].clone()
            } else if noise == "imf_0.2" {
                p["alignments_all_imf_0_2"].clone()
            } else {
                // Without noise the tree fits everything by construction.
                serde_json::json!({"total_costs": 0, "log_fitness": 1.0, "average_fitness": 1.0})
            };
            assert_eq!(serde_json::json!(c.total_cost), wanted["total_costs"], "{log} {noise}");
            for (ours, theirs) in [(c.log_fitness, "log_fitness"), (c.average_fitness, "average_fitness")] {
                let theirs = wanted[theirs].as_f64().unwrap();
                assert!((ours - theirs).abs() < 1e-12, "{log} {noise}: {ours} instead of {theirs}");
            }
            if let Some(part) = wanted.get("perfect_frac").and_then(serde_json::Value::as_f64) {
                assert!((c.fitting_cases as f64 / c.cases as f64 - part).abs() < 1e-12);
            }
        }
    }
}
