//! The BPMN of a process tree, with a diagram that every editor opens.

use crate::draw::lay_out;
use crate::model::{Element, Tree};

use super::{Bpmn, Flow, KINDS, Node, NodeKind, Process, Scope};

/// Name spaces of a new file.
const SPACES: [(&str, &str); 5] = [
    ("xmlns", "http://www.omg.org/spec/BPMN/20100524/MODEL"),
    ("xmlns:bpmndi", "http://www.omg.org/spec/BPMN/20100524/DI"),
    ("xmlns:dc", "http://www.omg.org/spec/DD/20100524/DC"),
    ("xmlns:di", "http://www.omg.org/spec/DD/20100524/DI"),
    ("targetNamespace", "urn:eventlog"),
];

/// The BPMN of a tree: gateways in pairs, tasks by name, a diagram from left to right.
pub fn of_tree(tree: &Tree, name: &str) -> Bpmn {
    let mut scope = Scope::default();
    let start = add(&mut scope, "startEvent", "");
    let end = add(&mut scope, "endEvent", "");
    block(&mut scope, tree, start, end);
    let owned =
        |pairs: &[(&str, &str)]| pairs.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
    let diagram = diagram(&scope);
    Bpmn {
        tag: "definitions".into(),
        attrs: owned(&SPACES),
        processes: vec![Process {
            tag: "process".into(),
            id: "process".into(),
            name: name.into(),
            attrs: owned(&[("isExecutable", "false")]),
            scope,
        }],
        others: vec![diagram],
    }
}

fn add(scope: &mut Scope, tag: &str, name: &str) -> usize {
    let kind = KINDS.iter().find(|k| k.0 == tag).map_or(NodeKind::Task, |k| k.1);
    let id = format!("n{}", scope.nodes.len());
    scope.nodes.push(Node {
        kind,
        tag: tag.into(),
        id,
        name: name.into(),
        attrs: Vec::new(),
        details: Vec::new(),
        inside: None,
    });
    scope.nodes.len() - 1
}

fn connect(scope: &mut Scope, from: usize, to: usize) {
    let flow = Flow {
        tag: "sequenceFlow".into(),
        id: format!("f{}", scope.flows.len()),
        name: String::new(),
        source: scope.nodes[from].id.clone(),
        target: scope.nodes[to].id.clone(),
        attrs: Vec::new(),
        details: Vec::new(),
    };
    scope.flows.push(flow);
}

/// Draws a block between two nodes that exist.
fn block(scope: &mut Scope, tree: &Tree, from: usize, to: usize) {
    match tree {
        Tree::Tau => connect(scope, from, to),
        Tree::Activity(name) => {
            let task = add(scope, "task", name);
            connect(scope, from, task);
            connect(scope, task, to);
        }
        Tree::Sequence(children) => sequence(scope, children, from, to),
        Tree::Choice(children) | Tree::Parallel(children) => {
            let tag = if matches!(tree, Tree::Choice(_)) { "exclusiveGateway" } else { "parallelGateway" };
            let (split, join) = (add(scope, tag, ""), add(scope, tag, ""));
            connect(scope, from, split);
            children.iter().for_each(|c| block(scope, c, split, join));
            connect(scope, join, to);
        }
        Tree::Loop(children) => {
            let (join, split) = (add(scope, "exclusiveGateway", ""), add(scope, "exclusiveGateway", ""));
            connect(scope, from, join);
            if let [first, redo @ ..] = &children[..] {
                block(scope, first, join, split);
                redo.iter().for_each(|c| block(scope, c, split, join));
            }
            if children.len() < 2 {
                connect(scope, split, join);
            }
            connect(scope, split, to);
        }
    }
}

/// A gateway that does nothing stands between two blocks: two blocks may not share their border.
fn sequence(scope: &mut Scope, children: &[Tree], from: usize, to: usize) {
    let mut at = from;
    for (i, child) in children.iter().enumerate() {
        if i + 1 == children.len() {
            return block(scope, child, at, to);
        }
        if let Tree::Activity(name) = child {
            let task = add(scope, "task", name);
            connect(scope, at, task);
            at = task;
        } else {
            let gate = add(scope, "exclusiveGateway", "");
            block(scope, child, at, gate);
            at = gate;
        }
    }
    connect(scope, at, to);
}

fn size(n: &Node) -> (f64, f64) {
    match n.kind {
        NodeKind::StartEvent | NodeKind::EndEvent => (36.0, 36.0),
        NodeKind::Task => (120.0, 80.0),
        _ => (50.0, 50.0),
    }
}

fn diagram(scope: &Scope) -> Element {
    let number = |id: &str| scope.nodes.iter().position(|n| n.id == id).unwrap_or(0);
    let edges: Vec<(usize, usize)> =
        scope.flows.iter().map(|f| (number(&f.source), number(&f.target))).collect();
    let sizes: Vec<(f64, f64)> = scope.nodes.iter().map(size).collect();
    let (at, routes) = lay_out(&sizes, &edges);
    let text = |v: f64| format!("{v:.0}");
    let mut plane = Element::new("bpmndi:BPMNPlane", &[("id", "plane"), ("bpmnElement", "process")]);
    for ((n, (x, y)), (w, h)) in scope.nodes.iter().zip(at).zip(&sizes) {
        let id = format!("{}_di", n.id);
        let bounds =
            [("x", text(x - w / 2.0)), ("y", text(y - h / 2.0)), ("width", text(*w)), ("height", text(*h))];
        let bounds: Vec<(&str, &str)> = bounds.iter().map(|(k, v)| (*k, v.as_str())).collect();
        let shape = Element::new("bpmndi:BPMNShape", &[("id", &id), ("bpmnElement", &n.id)]);
        plane.children.push(shape.with([Element::new("dc:Bounds", &bounds)]));
    }
    for (f, route) in scope.flows.iter().zip(routes) {
        let edge =
            Element::new("bpmndi:BPMNEdge", &[("id", &format!("{}_di", f.id)), ("bpmnElement", &f.id)]);
        let point = |(x, y): (f64, f64)| Element::new("di:waypoint", &[("x", &text(x)), ("y", &text(y))]);
        plane.children.push(edge.with(route.into_iter().map(point)));
    }
    Element::new("bpmndi:BPMNDiagram", &[("id", "diagram")]).with([plane])
}
