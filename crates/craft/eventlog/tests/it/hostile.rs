//! Hostile models and object-centric logs: whatever is changed in a file, a reader answers or refuses, never
//! panics, and what it read can be written and used.

use eventlog::bpmn::{of_tree, read_bpmn, to_net, write_bpmn};
use eventlog::conform::Budget;
use eventlog::error::Limits;
use eventlog::model::{read_pnml, read_ptml, write_pnml, write_ptml};
use eventlog::ocel::{read_ocel_json, read_ocel_xml, write_ocel_json, write_ocel_xml};
use eventlog::{Net, Order, Tree, conformance, log_stats, read_csv};
use proptest::prelude::*;

const TREE: &str = "->( '受理', +( '审查', X( '勘验', tau ) ), *( '补正', '审查 & <再>' ), '办结' )";
const LOG: &str = "case,activity,time\n1,受理,2024-01-02\n1,审查,2024-01-03\n1,办结,2024-01-04\n";
const OCEL: &str = r#"{"objectTypes":[{"name":"件","attributes":[{"name":"级","type":"string"}]}],
"eventTypes":[{"name":"受理","attributes":[]}],"objects":[{"id":"o1","type":"件","attributes":[{"name":"级","time":"2024-01-01T00:00:00Z","value":"急"}],
"relationships":[{"objectId":"o1","qualifier":"自"}]}],"events":[{"id":"e1","type":"受理","time":"2024-01-02T08:00:00Z","attributes":[{"name":"n","value":3}],
"relationships":[{"objectId":"o1","qualifier":"q"},{"objectId":"gone","qualifier":""}]}]}"#;

fn tree() -> Tree {
    Tree::parse(TREE).expect("the tree of the tests")
}

/// One to five changes: a byte, an end, a piece taken out, a piece doubled.
fn mutated(text: String) -> impl Strategy<Value = Vec<u8>> {
    let change = (0usize..4, any::<prop::sample::Index>(), any::<prop::sample::Index>(), any::<u8>());
    proptest::collection::vec(change, 1..6).prop_map(move |changes| {
        let mut bytes = text.as_bytes().to_vec();
        for (what, a, b, byte) in changes {
            if bytes.is_empty() {
                break;
            }
            let (i, j) = (a.index(bytes.len()), b.index(bytes.len()));
            match what {
                0 => bytes[i] = byte,
                1 => bytes.truncate(i.max(1)),
                2 => drop(bytes.drain(i.min(j)..i.max(j))),
                _ => {
                    let piece = bytes[i.min(j)..i.max(j)].to_vec();
                    bytes.splice(i..i, piece);
                }
            }
        }
        bytes
    })
}

/// A net that was read can be aligned against, within a small budget, and written.
fn usable(net: &Net) -> Result<(), TestCaseError> {
    let (log, _, _) = read_csv(LOG.as_bytes(), None, Limits::small(), Order::Time).unwrap();
    let budget = Budget { states: 2_000, markings: 2_000 };
    if let Ok(c) = conformance(&log, net, budget) {
        prop_assert!(c.unknown_cases <= c.cases && (0.0..=1.0).contains(&c.log_fitness));
    }
    if let Ok(back) = read_pnml(write_pnml(net).as_bytes(), Limits::small()) {
        prop_assert_eq!(back.arc_count(), net.arc_count());
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn mutated_pnml_is_refused_or_usable(bytes in mutated(write_pnml(&Net::of_tree(&tree())))) {
        if let Ok(net) = read_pnml(&bytes[..], Limits::small()) {
            usable(&net)?;
        }
    }

    #[test]
    fn mutated_ptml_is_refused_or_usable(bytes in mutated(write_ptml(&tree()))) {
        if let Ok(tree) = read_ptml(&bytes[..], Limits::small()) {
            usable(&Net::of_tree(&tree))?;
            let back = read_ptml(write_ptml(&tree).as_bytes(), Limits::small()).unwrap();
            prop_assert_eq!(back.to_string(), tree.to_string());
        }
    }

    #[test]
    fn mutated_bpmn_is_refused_or_usable(bytes in mutated(write_bpmn(&of_tree(&tree(), "流程")))) {
        if let Ok(bpmn) = read_bpmn(&bytes[..], Limits::small()) {
            if let Ok(net) = to_net(&bpmn) {
                usable(&net)?;
            }
            prop_assert!(read_bpmn(write_bpmn(&bpmn).as_bytes(), Limits::small()).is_ok());
        }
    }

    #[test]
    fn mutated_ocel_json_is_refused_or_usable(bytes in mutated(OCEL.to_owned())) {
        if let Ok((ocel, _)) = read_ocel_json(&bytes[..], &Limits::small()) {
            let (log, _) = ocel.flatten("件", Order::Time).unwrap();
            let stats = log_stats(&log, Order::Time);
            prop_assert_eq!(stats.activity_counts.values().sum::<u64>(), stats.events as u64);
            let text = write_ocel_json(&ocel).unwrap();
            let (back, _) = read_ocel_json(text.as_bytes(), &Limits::small()).unwrap();
            prop_assert_eq!(back.events.len(), ocel.events.len());
        }
    }

    #[test]
    fn mutated_ocel_xml_is_refused_or_usable(
        bytes in mutated(write_ocel_xml(&read_ocel_json(OCEL.as_bytes(), &Limits::small()).unwrap().0))
    ) {
        if let Ok((ocel, _)) = read_ocel_xml(&bytes[..], &Limits::small()) {
            let (log, _) = ocel.flatten("件", Order::Time).unwrap();
            prop_assert!(log.event_count() <= ocel.events.len() * ocel.objects.len().max(1));
        }
    }

    #[test]
    fn mutated_trees_as_text_never_panic(bytes in mutated(TREE.to_owned())) {
        if let Ok(tree) = Tree::parse(&String::from_utf8_lossy(&bytes)) {
            prop_assert!(Tree::parse(&tree.to_string()).is_ok());
        }
    }
}

#[test]
fn a_control_character_in_a_name_is_refused_and_in_a_text_is_a_blank() {
    let bpmn = |tag: &str, text: &str| {
        let xml = format!(
            "<definitions><process id=\"p\"><x:{tag} a=\"{text}\">{text}</x:{tag}></process></definitions>"
        );
        read_bpmn(xml.as_bytes(), Limits::small())
    };
    assert!(bpmn("way", "ab").is_ok());
    assert!(bpmn("wa\0y", "ab").is_err());
    let read = bpmn("way", "a\0b").unwrap();
    assert_eq!(read_bpmn(write_bpmn(&read).as_bytes(), Limits::small()).unwrap(), read);
}
