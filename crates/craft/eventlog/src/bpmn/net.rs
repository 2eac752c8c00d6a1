//! The Petri net of a BPMN process, for conformance: tasks by name, everything else silent.

use std::collections::HashMap;

use crate::error::Error;
use crate::model::{Net, Transition};

use super::{Bpmn, Node, NodeKind, Scope};

/// The net of the first process that has nodes. Sub-processes are unfolded, boundary events lead away instead
/// of the activity's end, message flows are not followed. Inclusive and complex gateways have no exact net and
/// are refused.
pub fn to_net(bpmn: &Bpmn) -> Result<Net, Error> {
    let Some(process) = bpmn.processes.iter().find(|p| !p.scope.nodes.is_empty()) else {
        return Err(Error::Model("没有流程 / no process".into()));
    };
    let mut net = Net { places: vec!["source".into(), "sink".into()], ..Net::default() };
    net.initial = vec![0];
    net.last = vec![1];
    scope_net(&process.scope, 0, 1, &mut net)?;
    Ok(net)
}

fn place(net: &mut Net, name: &str) -> u32 {
    net.places.push(name.to_owned());
    net.places.len() as u32 - 1
}

fn silent(net: &mut Net, inputs: Vec<u32>, outputs: Vec<u32>) {
    net.transitions.push(Transition { label: None, inputs, outputs });
}

fn scope_net(scope: &Scope, from: u32, to: u32, net: &mut Net) -> Result<(), Error> {
    let mut flow_place = Vec::with_capacity(scope.flows.len());
    for f in &scope.flows {
        flow_place.push(place(net, &f.id));
    }
    let mut into: HashMap<&str, Vec<u32>> = HashMap::new();
    let mut out: HashMap<&str, Vec<u32>> = HashMap::new();
    for (f, &p) in scope.flows.iter().zip(&flow_place) {
        into.entry(&f.target).or_default().push(p);
        out.entry(&f.source).or_default().push(p);
    }
    links(scope, &mut into, &mut out, net)?;
    let mut attached: HashMap<&str, Vec<&Node>> = HashMap::new();
    for n in scope.nodes.iter().filter(|n| n.kind == NodeKind::BoundaryEvent) {
        attached.entry(n.attr("attachedToRef").unwrap_or_default()).or_default().push(n);
    }
    // An event sub-process or a compensation has no flows at all and takes no part in the usual way.
    let begins_here = |n: &Node| n.kind != NodeKind::BoundaryEvent && !into.contains_key(n.id.as_str());
    let aside =
        |n: &Node| n.attr("triggeredByEvent") == Some("true") || n.attr("isForCompensation") == Some("true");
    // Where a scope has several ends, all that were reached must be over before it is: each has a place of its own,
    // and who comes later joins who is there.
    let is_end =
        |n: &&Node| !aside(n) && n.kind != NodeKind::BoundaryEvent && !out.contains_key(n.id.as_str());
    let several = scope.nodes.iter().filter(is_end).nth(1).is_some();
    for n in scope.nodes.iter().filter(|n| !aside(n) && n.kind != NodeKind::BoundaryEvent) {
        let mut inputs = into.get(n.id.as_str()).cloned().unwrap_or_default();
        let mut outputs = out.get(n.id.as_str()).cloned().unwrap_or_default();
        if begins_here(n) {
            inputs.push(from);
        }
        if outputs.is_empty() && several {
            let end = place(net, &n.id);
            silent(net, vec![end], vec![to]);
            silent(net, vec![end, to], vec![to]);
            outputs.push(end);
        } else if outputs.is_empty() {
            outputs.push(to);
        }
        let leave: Vec<Vec<u32>> = attached
            .get(n.id.as_str())
            .into_iter()
            .flatten()
            .filter_map(|b| out.get(b.id.as_str()).cloned())
            .collect();
        node_net(n, &inputs, &outputs, &leave, net)?;
    }
    Ok(())
}

/// What a link event throws goes on where a link event of the same name catches.
fn links<'a>(
    scope: &'a Scope,
    into: &mut HashMap<&'a str, Vec<u32>>,
    out: &mut HashMap<&'a str, Vec<u32>>,
    net: &mut Net,
) -> Result<(), Error> {
    let of = |kind: NodeKind| {
        scope.nodes.iter().filter(move |n| n.kind == kind).filter_map(|n| n.link().map(|l| (n, l)))
    };
    for (catch, link) in of(NodeKind::CatchEvent) {
        if !of(NodeKind::ThrowEvent).any(|(_, l)| l == link) {
            return Err(Error::Model(format!(
                "链接“{link}”（{0}）没有抛出的一端 / link {link:?} ({0}) is caught and never thrown",
                catch.id
            )));
        }
    }
    for (throw, link) in of(NodeKind::ThrowEvent) {
        let mut caught = of(NodeKind::CatchEvent).filter(|(_, l)| *l == link);
        let (Some((catch, _)), None) = (caught.next(), caught.next()) else {
            return Err(Error::Model(format!(
                "链接“{link}”（{0}）须有且只有一个接收的一端 / link {link:?} ({0}) must be caught once",
                throw.id
            )));
        };
        let way = place(net, &throw.id);
        out.entry(&throw.id).or_default().push(way);
        into.entry(&catch.id).or_default().push(way);
    }
    Ok(())
}

fn node_net(
    n: &Node,
    inputs: &[u32],
    outputs: &[u32],
    leave: &[Vec<u32>],
    net: &mut Net,
) -> Result<(), Error> {
    match n.kind {
        NodeKind::Inclusive | NodeKind::Complex if inputs.len() > 1 || outputs.len() > 1 => {
            let what = format!("网关 {0} 没有精确的 Petri 网 / gateway {0} has no exact net", n.id);
            return Err(Error::Model(what));
        }
        NodeKind::Parallel => {
            silent(net, inputs.to_vec(), outputs.to_vec());
            return Ok(());
        }
        NodeKind::Exclusive | NodeKind::EventBased => {
            let middle = place(net, &n.id);
            inputs.iter().for_each(|&i| silent(net, vec![i], vec![middle]));
            outputs.iter().for_each(|&o| silent(net, vec![middle], vec![o]));
            return Ok(());
        }
        _ => {}
    }
    let begin = match inputs {
        [one] => *one,
        _ => {
            let begin = place(net, &n.id);
            inputs.iter().for_each(|&i| silent(net, vec![i], vec![begin]));
            begin
        }
    };
    if let Some(inside) = n.inside.as_ref().filter(|i| !i.nodes.is_empty()) {
        let end = place(net, &n.id);
        let first = place(net, &n.id);
        silent(net, vec![begin], vec![first]);
        scope_net(inside, first, end, net)?;
        silent(net, vec![end], outputs.to_vec());
    } else {
        let visible = matches!(n.kind, NodeKind::Task | NodeKind::CallActivity | NodeKind::SubProcess);
        let label = (visible && !n.name.is_empty()).then(|| n.name.clone());
        net.transitions.push(Transition { label, inputs: vec![begin], outputs: outputs.to_vec() });
    }
    for way in leave {
        silent(net, vec![begin], way.clone());
    }
    Ok(())
}
