//! The BPMN reader.

use std::collections::HashSet;
use std::io::Read;

use crate::error::{Error, Limits};
use crate::model::{Element, parse_xml};

use super::{Bpmn, Flow, KINDS, Node, Process, Scope};

/// Reads a BPMN file. Fails when it is none, or when a flow leads nowhere.
pub fn read_bpmn<R: Read>(source: R, limits: Limits) -> Result<Bpmn, Error> {
    let root = parse_xml(source, limits)?;
    if root.name != "definitions" {
        return Err(Error::NotThis { what: " BPMN", line: 1 });
    }
    let mut bpmn = Bpmn { tag: root.tag, attrs: root.attrs, processes: Vec::new(), others: Vec::new() };
    for child in root.children {
        if child.name == "process" {
            let (id, name, attrs) = identity(child.attrs);
            let (scope, _) = scope(child.children, true);
            bpmn.processes.push(Process { tag: child.tag, id, name, attrs, scope });
        } else {
            bpmn.others.push(child);
        }
    }
    bpmn.others.sort_by_key(|e| e.name == "BPMNDiagram");
    for process in &bpmn.processes {
        check(&process.scope, &mut HashSet::new())?;
    }
    Ok(bpmn)
}

/// Id and name apart from the other attributes.
fn identity(attrs: Vec<(String, String)>) -> (String, String, Vec<(String, String)>) {
    let (mut id, mut name, mut rest) = (String::new(), String::new(), Vec::new());
    for (key, value) in attrs {
        match key.as_str() {
            "id" => id = value,
            "name" => name = value,
            _ => rest.push((key, value)),
        }
    }
    (id, name, rest)
}

/// Sorts children into nodes, flows and others. In a node that is no scope everything is a detail.
fn scope(children: Vec<Element>, is_process: bool) -> (Scope, Vec<Element>) {
    let (mut found, mut details) = (Scope::default(), Vec::new());
    for child in children {
        let kind = KINDS.iter().find(|k| k.0 == child.name).map(|k| k.1);
        match (kind, child.name.as_str()) {
            (Some(kind), _) => {
                let (id, name, attrs) = identity(child.attrs);
                let (inner, details) = scope(child.children, false);
                let holds = !inner.nodes.is_empty() || !inner.flows.is_empty() || !inner.others.is_empty();
                let inside = holds.then(|| Box::new(inner));
                found.nodes.push(Node { kind, tag: child.tag, id, name, attrs, details, inside });
            }
            (None, "sequenceFlow") => {
                let (id, name, mut attrs) = identity(child.attrs);
                let mut take = |key: &str| {
                    let at = attrs.iter().position(|a| a.0 == key);
                    at.map(|i| attrs.remove(i).1).unwrap_or_default()
                };
                let (source, target) = (take("sourceRef"), take("targetRef"));
                let details = child.children;
                found.flows.push(Flow { tag: child.tag, id, name, source, target, attrs, details });
            }
            (
                None,
                "laneSet"
                | "textAnnotation"
                | "association"
                | "group"
                | "dataObject"
                | "dataObjectReference"
                | "dataStoreReference",
            ) => {
                found.others.push(child);
            }
            _ if is_process => found.others.push(child),
            _ => details.push(child),
        }
    }
    // The order in which they are written; it means nothing, but two readings of one file shall be equal.
    found.others.sort_by_key(comes_late);
    (found, details)
}

/// Annotations and associations stand at the end of a scope, as the schema asks.
pub(super) fn comes_late(e: &Element) -> bool {
    matches!(e.name.as_str(), "textAnnotation" | "association" | "group")
}

/// Every flow joins two nodes; ids are used once.
fn check<'a>(scope: &'a Scope, seen: &mut HashSet<&'a str>) -> Result<(), Error> {
    let mut here = HashSet::new();
    for node in &scope.nodes {
        here.insert(node.id.as_str());
        if !node.id.is_empty() && !seen.insert(&node.id) {
            return Err(Error::Model(format!("编号 {0} 重复 / id {0} is used twice", node.id)));
        }
        if let Some(inside) = &node.inside {
            check(inside, seen)?;
        }
    }
    for flow in &scope.flows {
        if !here.contains(flow.source.as_str()) || !here.contains(flow.target.as_str()) {
            return Err(Error::Model(format!(
                "顺序流 {0} 没有着落 / sequence flow {0} leads nowhere",
                flow.id
            )));
        }
    }
    Ok(())
}
