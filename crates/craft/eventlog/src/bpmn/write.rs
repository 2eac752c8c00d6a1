//! The BPMN writer: what was read comes out again.

use crate::model::Element;

use super::read::comes_late;
use super::{Bpmn, Scope};

/// Writes a BPMN file.
pub fn write_bpmn(bpmn: &Bpmn) -> String {
    let mut root = element(&bpmn.tag, "", "", &bpmn.attrs);
    // Collaborations refer to processes and diagrams to both: keep the usual order.
    let (diagrams, others): (Vec<_>, Vec<_>) = bpmn.others.iter().partition(|e| e.name == "BPMNDiagram");
    root.children.extend(others.into_iter().cloned());
    for p in &bpmn.processes {
        let mut process = element(&p.tag, &p.id, &p.name, &p.attrs);
        fill(&mut process, &p.scope);
        root.children.push(process);
    }
    root.children.extend(diagrams.into_iter().cloned());
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    root.write(&mut out);
    out
}

fn element(tag: &str, id: &str, name: &str, attrs: &[(String, String)]) -> Element {
    let mut e = Element::new(tag, &[]);
    for (key, value) in [("id", id), ("name", name)] {
        if !value.is_empty() {
            e.attrs.push((key.to_owned(), value.to_owned()));
        }
    }
    e.attrs.extend(attrs.iter().cloned());
    e
}

fn fill(parent: &mut Element, scope: &Scope) {
    // Documentation and lane sets come first, annotations and associations last, as the schema asks.
    let late = |e: &&Element| comes_late(e);
    parent.children.extend(scope.others.iter().filter(|e| !late(e)).cloned());
    for n in &scope.nodes {
        let mut node = element(&n.tag, &n.id, &n.name, &n.attrs);
        node.children.extend(n.details.iter().cloned());
        if let Some(inside) = &n.inside {
            fill(&mut node, inside);
        }
        parent.children.push(node);
    }
    for f in &scope.flows {
        let mut flow = element(&f.tag, &f.id, &f.name, &[]);
        flow.attrs.push(("sourceRef".into(), f.source.clone()));
        flow.attrs.push(("targetRef".into(), f.target.clone()));
        flow.attrs.extend(f.attrs.iter().cloned());
        flow.children.extend(f.details.iter().cloned());
        parent.children.push(flow);
    }
    parent.children.extend(scope.others.iter().filter(late).cloned());
}
