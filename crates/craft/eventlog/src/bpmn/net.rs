//! The Petri net of a BPMN process, for conformance: tasks by name, everything else silent.

use std::collections::HashMap;

use crate::error::Error;
use crate::model::{Net, Transition};

use super::{Bpmn, Node, NodeKind, Scope};

/// The net of the first process that has nodes. Sub-processes are unfolded, boundary events lead away instead
/// of the activity's end, message flows are not followed. Inclusive and complex gateways have no exact net and
/// are refused.
pub fn to_net(bpmn: &Bpmn) -> Result<Net, Error> {
    let pools = bpmn.beginning();
    for pool in &pools {
        exact(&pool.scope, false)?;
    }
    let mut net = Net { places: vec!["source".into(), "sink".into()], ..Net::default() };
    net.initial = vec![0];
    net.last = vec![1];
    match pools.as_slice() {
        [] => return Err(Error::Model("没有流程 / no process".into())),
        [only] => scope_net(&only.scope, 0, 1, &mut net)?,
        // Pools run side by side; the whole is over when all are.
        several => {
            let ends: Vec<(u32, u32)> =
                several.iter().map(|p| (place(&mut net, &p.id), place(&mut net, &p.id))).collect();
            silent(&mut net, vec![0], ends.iter().map(|e| e.0).collect());
            silent(&mut net, ends.iter().map(|e| e.1).collect(), vec![1]);
            for (pool, (from, to)) in several.iter().zip(ends) {
                scope_net(&pool.scope, from, to, &mut net)?;
            }
        }
    }
    Ok(net)
}

/// Refuses what has no exact net, by its name: what is left out or bent in silence would make costs that nobody can trust.
fn exact(scope: &Scope, inside: bool) -> Result<(), Error> {
    let refuse = |n: &Node, zh: &str, en: &str| {
        let name = n.called();
        Err(Error::Model(format!(
            "“{name}”：{zh}，没有精确的 Petri 网，请改画后再核对 / {name:?}: {en} has no exact net: draw it otherwise"
        )))
    };
    for n in &scope.nodes {
        if n.terminates()
            && scope.nodes.iter().any(|g| matches!(g.kind, NodeKind::Parallel | NodeKind::Inclusive))
        {
            return refuse(n, "终止事件会中断并行的其他环节", "an end that terminates what runs beside it");
        }
        if inside
            && n.kind == NodeKind::EndEvent
            && n.event_definitions().any(|d| d == "errorEventDefinition")
        {
            return refuse(n, "子流程里的错误结束", "an error that ends a sub-process");
        }
        let holds = n.inside.as_ref().is_some_and(|i| !i.nodes.is_empty());
        if holds && n.attr("triggeredByEvent") == Some("true") {
            return refuse(n, "事件子流程", "a sub-process that an event triggers");
        }
        let attached = || {
            scope
                .nodes
                .iter()
                .any(|b| b.kind == NodeKind::BoundaryEvent && b.attr("attachedToRef") == Some(&n.id))
        };
        if holds && attached() {
            return refuse(
                n,
                "子流程上的边界事件可在其中任何时候发生",
                "an event on the border of a sub-process",
            );
        }
        if holds && n.repeats() == Some("multiInstanceLoopCharacteristics") {
            return refuse(n, "多实例子流程", "a sub-process of many instances");
        }
        if n.is_ad_hoc() && n.inside.as_ref().is_some_and(|i| !i.flows.is_empty()) {
            return refuse(n, "带连线的随意子流程", "an ad-hoc sub-process with flows");
        }
        if let Some(inner) = &n.inside {
            exact(inner, true)?;
        }
    }
    Ok(())
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
    unreached(scope, &begins_here, &is_end, &aside)?;
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
        let way = |b: &&&Node| out.get(b.id.as_str()).cloned();
        let border = || attached.get(n.id.as_str()).into_iter().flatten();
        let goes_on = |b: &&&Node| b.attr("cancelActivity") == Some("false");
        let leave: Vec<Vec<u32>> = border().filter(|b| !goes_on(b)).filter_map(|b| way(&b)).collect();
        let beside: Vec<Vec<u32>> = border().filter(goes_on).filter_map(|b| way(&b)).collect();
        node_net(n, (&inputs, &outputs), (&leave, &beside), net)?;
    }
    Ok(())
}

/// Refuses a scope with a part that no way leads to, or a start that leads nowhere: as a net the end would be reached
/// from the start at once.
fn unreached(
    scope: &Scope,
    begins: &dyn Fn(&Node) -> bool,
    ends: &dyn Fn(&&Node) -> bool,
    aside: &dyn Fn(&Node) -> bool,
) -> Result<(), Error> {
    let mut inside = scope.nodes.iter().filter(|n| !aside(n) && n.kind != NodeKind::BoundaryEvent);
    if inside.clone().nth(1).is_none() {
        return Ok(());
    }
    let is_start = |n: &Node| n.kind == NodeKind::StartEvent;
    let starts = inside.clone().any(is_start);
    let name = |n: &Node| if n.name.is_empty() { n.id.clone() } else { n.name.clone() };
    let bad = inside.find_map(|n| {
        if is_start(n) {
            return ends(&n).then(|| format!("“{0}”没有通向任何环节 / {0:?} leads nowhere", name(n)));
        }
        let lost = begins(n) && (starts || n.kind == NodeKind::EndEvent);
        lost.then(|| format!("没有连线通向“{0}”，流程走不到那里 / nothing leads to {0:?}", name(n)))
    });
    bad.map_or(Ok(()), |what| Err(Error::Model(what)))
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

/// A node between its flows. `leave`: ways of events on its border that interrupt it; `beside`: of those that do not, each of which
/// happens once at most.
fn node_net(
    n: &Node,
    (inputs, outputs): (&[u32], &[u32]),
    (leave, beside): (&[Vec<u32>], &[Vec<u32>]),
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
    let mut begin = match inputs {
        [one] => *one,
        _ => {
            let begin = place(net, &n.id);
            inputs.iter().for_each(|&i| silent(net, vec![i], vec![begin]));
            begin
        }
    };
    for way in beside {
        let after = place(net, &n.id);
        silent(net, vec![begin], [&[after], &way[..]].concat());
        silent(net, vec![begin], vec![after]);
        begin = after;
    }
    // Over and over: from its end to its beginning, once at least; where it is asked before, not even once.
    let mut outputs = outputs;
    let done;
    if n.repeats().is_some() {
        let (first, end) = (place(net, &n.id), place(net, &n.id));
        silent(net, vec![begin], vec![first]);
        silent(net, vec![end], vec![first]);
        silent(net, vec![end], outputs.to_vec());
        let asked = n
            .details
            .iter()
            .any(|d| d.name == "standardLoopCharacteristics" && d.attr("testBefore") == Some("true"));
        if asked {
            silent(net, vec![first], vec![end]);
        }
        (begin, done) = (first, [end]);
        outputs = &done;
    }
    if let Some(inside) = n.inside.as_ref().filter(|i| !i.nodes.is_empty() && n.is_ad_hoc()) {
        let middle = place(net, &n.id);
        silent(net, vec![begin], vec![middle]);
        for step in inside.nodes.iter().filter(|s| s.kind != NodeKind::BoundaryEvent) {
            node_net(step, (&[middle], &[middle]), (&[], &[]), net)?;
        }
        silent(net, vec![middle], outputs.to_vec());
    } else if let Some(inside) = n.inside.as_ref().filter(|i| !i.nodes.is_empty()) {
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

#[cfg(test)]
mod tests {
    use super::super::read_bpmn;
    use super::to_net;
    use crate::{Limits, Order};

    fn net(nodes: &str, flows: &[(&str, &str)]) -> Result<crate::Net, crate::Error> {
        let flows: String = flows
            .iter()
            .enumerate()
            .map(|(i, (a, b))| format!(r#"<sequenceFlow id="f{i}" sourceRef="{a}" targetRef="{b}"/>"#))
            .collect();
        let xml = format!(
            r#"<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"><process id="p">{nodes}{flows}</process></definitions>"#
        );
        to_net(&read_bpmn(xml.as_bytes(), Limits::small()).unwrap())
    }

    /// What a drawing says is in the net, or it is refused by its name.
    #[test]
    fn markers_borders_and_pools_count_or_are_refused() {
        fn cost(xml: &str, trace: &str) -> Result<u32, String> {
            let xml = format!(
                r#"<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL">{xml}</definitions>"#
            );
            let model =
                to_net(&read_bpmn(xml.as_bytes(), Limits::small()).unwrap()).map_err(|e| e.to_string())?;
            let rows: String =
                trace.split(',').enumerate().map(|(i, a)| format!("1,{a},2024-03-05 09:{i:02}\n")).collect();
            let csv = format!("case,activity,time\n{rows}");
            let (log, ..) = crate::read_csv(csv.as_bytes(), None, Limits::small(), Order::Time).unwrap();
            let found = crate::conformance(&log, &model, Default::default()).unwrap();
            Ok(found.total_cost as u32)
        }
        let flow = |all: &[(&str, &str)]| -> String {
            all.iter()
                .enumerate()
                .map(|(i, (a, b))| format!(r#"<sequenceFlow id="f{i}" sourceRef="{a}" targetRef="{b}"/>"#))
                .collect()
        };
        let one = |nodes: &str, flows: &[(&str, &str)]| {
            format!(r#"<process id="p">{nodes}{}</process>"#, flow(flows))
        };
        let line = [("s", "a"), ("a", "b"), ("b", "e")];
        let steps = |a: &str| format!(r#"<startEvent id="s"/>{a}<task id="b" name="B"/><endEvent id="e"/>"#);
        let looped = one(&steps(r#"<task id="a" name="A"><standardLoopCharacteristics/></task>"#), &line);
        assert_eq!(
            (cost(&looped, "A,B"), cost(&looped, "A,A,A,B"), cost(&looped, "B")),
            (Ok(0), Ok(0), Ok(1))
        );
        let many = one(&steps(r#"<task id="a" name="A"><multiInstanceLoopCharacteristics/></task>"#), &line);
        assert_eq!(cost(&many, "A,A,B"), Ok(0));
        let ad_hoc = one(
            &steps(
                r#"<adHocSubProcess id="a" name="看"><task id="x" name="X"/><task id="y" name="Y"/></adHocSubProcess>"#,
            ),
            &line,
        );
        assert_eq!(
            (cost(&ad_hoc, "B"), cost(&ad_hoc, "Y,X,B"), cost(&ad_hoc, "X,X,B")),
            (Ok(0), Ok(0), Ok(0))
        );
        let border = |kind: &str| {
            one(
                &format!(
                    r#"<startEvent id="s"/><task id="a" name="A"/><boundaryEvent id="t" attachedToRef="a"{kind}/><task id="n" name="N"/><task id="b" name="B"/><endEvent id="e"/><endEvent id="e2"/>"#
                ),
                &[("s", "a"), ("a", "b"), ("b", "e"), ("t", "n"), ("n", "e2")],
            )
        };
        let goes_on = border(r#" cancelActivity="false""#);
        assert_eq!(
            (cost(&goes_on, "A,B"), cost(&goes_on, "N,A,B"), cost(&goes_on, "A,N,B")),
            (Ok(0), Ok(0), Ok(0))
        );
        assert_eq!(cost(&goes_on, "N"), Ok(2));
        assert_eq!(
            (cost(&border(""), "N"), cost(&border(""), "A,B"), cost(&border(""), "N,A,B")),
            (Ok(0), Ok(0), Ok(1))
        );
        let pools = r#"<process id="p"><task id="a" name="A"/></process><process id="q"><task id="b" name="B"/><callActivity id="c" name="C" calledElement="r"/><sequenceFlow id="f" sourceRef="b" targetRef="c"/></process><process id="r"><task id="d" name="D"/></process>"#;
        assert_eq!((cost(pools, "B,A,C"), cost(pools, "A")), (Ok(0), Ok(2)));
        let inside = r#"<subProcess id="a" name="办"><task id="x" name="X"/></subProcess>"#;
        for (nodes, flows, said) in [
            (format!(r#"{}<boundaryEvent id="t" attachedToRef="a"/><task id="n" name="N"/>"#, steps(inside)), &[("s", "a"), ("a", "b"), ("b", "e"), ("t", "n")][..], "“办”"),
            (
                r#"<startEvent id="s"/><parallelGateway id="g"/><task id="a" name="A"/><task id="b" name="B"/><endEvent id="e" name="停"><terminateEventDefinition/></endEvent><endEvent id="e2"/>"#.to_owned(),
                &[("s", "g"), ("g", "a"), ("g", "b"), ("a", "e"), ("b", "e2")][..],
                "“停”",
            ),
            (
                steps(r#"<subProcess id="a" name="办"><task id="x" name="X"/><multiInstanceLoopCharacteristics/></subProcess>"#),
                &line[..],
                "“办”",
            ),
        ] {
            let refused = cost(&one(&nodes, flows), "A,B").unwrap_err();
            assert!(refused.contains(said), "{refused}");
        }
    }

    /// Whatever no way leads to is refused by its name; what may begin by itself is not.
    #[test]
    fn a_process_whose_parts_are_not_reached_is_refused() {
        const START: &str = r#"<startEvent id="s"/>"#;
        const END: &str = r#"<endEvent id="e"/>"#;
        const TASKS: &str = r#"<task id="a" name="A"/><task id="b" name="B"/>"#;
        let all = format!("{START}{TASKS}{END}");
        for (nodes, flows, name) in [
            (&all, &[("s", "a"), ("a", "b"), ("b", "a")][..], "“e”"),
            (&all, &[("s", "a"), ("a", "e")], "“B”"),
            (&all, &[("a", "b"), ("b", "e")], "“s”"),
            (&format!("{TASKS}{END}"), &[("a", "b")], "“e”"),
            (&all, &[], "“s”"),
        ] {
            let said = net(nodes, flows).unwrap_err().to_string();
            assert!(said.contains(name), "{flows:?}: {said}");
        }
        for (nodes, flows) in [
            (&all, &[("s", "a"), ("a", "b"), ("b", "e")][..]),
            (&format!("{START}{TASKS}"), &[("s", "a"), ("a", "b")]),
            (&format!("{TASKS}{END}"), &[("a", "b"), ("b", "e")]),
            (&TASKS.to_owned(), &[("a", "b")]),
            (&r#"<task id="a" name="A"/>"#.to_owned(), &[]),
        ] {
            net(nodes, flows).unwrap_or_else(|e| panic!("{flows:?}: {e}"));
        }
    }

    /// Blanks and full-width letters make no other name.
    #[test]
    fn names_are_matched_as_people_read_them() {
        let csv = "case,activity,time\n1,A,2024-03-05 09:00\n1,B,2024-03-05 10:00\n";
        let (log, ..) = crate::read_csv(csv.as_bytes(), None, Limits::small(), Order::Time).unwrap();
        for (a, b, fits) in [("A", "B", 1), (" A ", "Ｂ", 1), ("Ａ", "B", 1), ("a", "B", 0), ("A", "C", 0)]
        {
            let nodes = format!(
                r#"<startEvent id="s"/><task id="a" name="{a}"/><task id="b" name="{b}"/><endEvent id="e"/>"#
            );
            let model = net(&nodes, &[("s", "a"), ("a", "b"), ("b", "e")]).unwrap();
            let found = crate::conformance(&log, &model, Default::default()).unwrap();
            assert_eq!(found.fitting_cases, fits, "{a} {b}");
        }
    }
}
