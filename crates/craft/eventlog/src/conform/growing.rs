//! 无界: nets in which tokens gather without end, found before any search: a marking that covers one it came from.

use hashbrown::HashSet;

use crate::model::Net;

/// Markings looked at; a net of an office that grows shows it within a few.
const LOOKED: usize = 20_000;
/// Places compared: what bounds the time.
const COMPARED: usize = 100_000_000;

/// Where a net grows without end (无界).
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Growth {
    /// A step with several ways out that are all taken, one of which leads back.
    Split(String),
    /// What follows on a step is taken all at once, and one way leads back: a gateway behind it.
    After(String),
    /// A step that needs nothing and can be done for ever.
    Source(String),
}

/// What makes a net grow, by its name; none when it does not, or when that cannot be told within the budget.
pub(super) fn growing(net: &Net) -> Option<Growth> {
    let source = net.transitions.iter().find(|t| t.inputs.is_empty() && !t.outputs.is_empty());
    if let Some(t) = source {
        return Some(Growth::Source(t.label.clone().unwrap_or_default()));
    }
    let mut compared = 0usize;
    let count = net.places.len();
    let mut first = vec![0u8; count];
    net.initial
        .iter()
        .filter_map(|p| usize::try_from(*p).ok())
        .filter(|p| *p < count)
        .for_each(|p| first[p] = first[p].saturating_add(1));
    let mut seen: HashSet<Vec<u8>> = HashSet::new();
    // Depth first: a marking with its transition to be tried next.
    let mut path: Vec<(Vec<u8>, usize)> = vec![(first, 0)];
    while let Some((here, next)) = path.last_mut() {
        let Some(t) = net.transitions.get(*next) else {
            path.pop();
            continue;
        };
        *next += 1;
        let Some(after) = fire(here, &t.inputs, &t.outputs) else { continue };
        if let Some(at) = path.iter().position(|(before, _)| covers(&after, before)) {
            // Of the steps on the way round the one that makes more than it takes.
            let round = path[at..].iter().filter_map(|(_, next)| net.transitions.get(next - 1));
            let more = |t: &&crate::model::Transition| t.outputs.len() > t.inputs.len();
            let mut round: Vec<_> = round.filter(more).collect();
            round.sort_by_key(|t| t.label.is_none());
            let split = round.first().copied().unwrap_or(t);
            return Some(match &split.label {
                Some(step) => Growth::Split(step.clone()),
                None => Growth::After(step_before(net, split)),
            });
        }
        compared = compared.saturating_add(path.len().saturating_mul(count));
        if compared > COMPARED || seen.len() >= LOOKED || path.len() > 2_000 {
            return None;
        }
        if seen.insert(after.clone()) {
            path.push((after, 0));
        }
    }
    None
}

/// The named step nearest before a silent one; else the place before it.
fn step_before(net: &Net, silent: &crate::model::Transition) -> String {
    let mut seen: HashSet<u32> = HashSet::new();
    let mut places: std::collections::VecDeque<u32> = silent.inputs.iter().copied().collect();
    while let Some(place) = places.pop_front() {
        if !seen.insert(place) {
            continue;
        }
        for t in net.transitions.iter().filter(|t| t.outputs.contains(&place)) {
            match &t.label {
                Some(step) => return step.clone(),
                None => places.extend(&t.inputs),
            }
        }
    }
    let place = silent.inputs.first().and_then(|p| net.places.get(*p as usize));
    place.cloned().unwrap_or_default()
}

fn fire(here: &[u8], inputs: &[u32], outputs: &[u32]) -> Option<Vec<u8>> {
    let mut after = here.to_vec();
    for p in inputs {
        let tokens = after.get_mut(*p as usize)?;
        *tokens = tokens.checked_sub(1)?;
    }
    for p in outputs {
        let tokens = after.get_mut(*p as usize)?;
        *tokens = tokens.saturating_add(1);
    }
    Some(after)
}

/// At least as many tokens everywhere, and more somewhere.
fn covers(after: &[u8], before: &[u8]) -> bool {
    after != before && after.iter().zip(before).all(|(a, b)| a >= b)
}

#[cfg(test)]
mod tests {
    use crate::bpmn::{read_bpmn, to_net};
    use crate::{Error, Order, conformance, error::Limits, read_csv};

    fn model(nodes: &str, flows: &[(&str, &str)]) -> String {
        let flow = |(i, (a, b)): (usize, &(&str, &str))| {
            format!("<sequenceFlow id=\"f{i}\" sourceRef=\"{a}\" targetRef=\"{b}\"/>")
        };
        let flows: String = flows.iter().enumerate().map(flow).collect();
        format!("<definitions><process id=\"p\">{nodes}{flows}</process></definitions>")
    }
    fn costs(model: &str, log: &str) -> Result<Vec<Option<u32>>, Error> {
        let net = to_net(&read_bpmn(model.as_bytes(), Limits::small())?)?;
        let (log, ..) = read_csv(log.as_bytes(), None, Limits::small(), Order::Time)?;
        conformance(&log, &net, Default::default()).map(|c| c.variant_costs)
    }
    const TASKS: &str =
        "<startEvent id=\"s\"/><task id=\"A\" name=\"甲\"/><task id=\"B\" name=\"乙\"/><endEvent id=\"e\"/>";

    #[test]
    fn a_task_that_leads_on_and_back_is_named_at_once() {
        let grows = model(TASKS, &[("s", "A"), ("A", "B"), ("B", "A"), ("B", "e")]);
        let error = costs(&grows, "case,activity,timestamp\n1,乙,2024-03-05\n").unwrap_err().to_string();
        assert!(error.contains("“乙”") && error.contains("\"乙\""), "{error}");
        assert_eq!(error.matches("模型不可用").count(), 1, "each language once: {error}");
        let gate = format!("{TASKS}<parallelGateway id=\"x\"/>");
        let grows = model(&gate, &[("s", "A"), ("A", "x"), ("x", "A"), ("x", "B"), ("B", "e")]);
        let error = costs(&grows, "case,activity,timestamp\n1,乙,2024-03-05\n").unwrap_err().to_string();
        assert!(error.contains("“甲”之后"), "{error}");
        let gate = format!("{TASKS}<exclusiveGateway id=\"x\"/>");
        let sound = model(&gate, &[("s", "A"), ("A", "B"), ("B", "x"), ("x", "A"), ("x", "e")]);
        let log = "case,activity,timestamp\n1,甲,2024-03-05 09:00\n1,乙,2024-03-05 10:00\n";
        assert_eq!(costs(&sound, log).unwrap(), [Some(0)]);
    }

    #[test]
    fn nets_without_end_and_arcs_of_other_kinds_are_refused_by_name() {
        let net = |places: &str, arcs: &[(&str, &str, &str)]| {
            let steps: String = ["甲", "乙"]
                .map(|t| format!("<transition id=\"{t}\"><name><text>{t}</text></name></transition>"))
                .concat();
            let arc = |(i, (a, b, more)): (usize, &(&str, &str, &str))| {
                format!("<arc id=\"a{i}\" source=\"{a}\" target=\"{b}\">{more}</arc>")
            };
            let arcs: String = arcs.iter().enumerate().map(arc).collect();
            format!("<pnml><net id=\"n\"><page id=\"g\">{places}{steps}{arcs}</page></net></pnml>")
        };
        let places = "<place id=\"p\"><initialMarking><text>1</text></initialMarking></place><place id=\"q\"/><place id=\"r\"/>";
        let check = |text: &str| -> Result<u64, Error> {
            let net = crate::model::read_pnml(text.as_bytes(), Limits::small())?;
            let log = "case,activity,timestamp\n1,甲,2024-03-05 09:00\n1,乙,2024-03-05 10:00\n";
            let (log, ..) = read_csv(log.as_bytes(), None, Limits::small(), Order::Time)?;
            conformance(&log, &net, Default::default()).map(|c| c.total_cost)
        };
        let chain = [("p", "甲", ""), ("甲", "q", ""), ("q", "乙", ""), ("乙", "r", "")];
        assert_eq!(check(&net(places, &chain)).unwrap(), 0);
        let said = |more: &[(&str, &str, &str)], base: &[(&str, &str, &str)]| {
            check(&net(places, &[base, more].concat())).unwrap_err().to_string()
        };
        assert!(said(&[("甲", "p", "")], &chain).contains("“甲”"), "it puts back what it takes");
        assert!(
            said(&[], &[("甲", "q", ""), ("q", "乙", ""), ("乙", "r", ""), ("p", "乙", "")]).contains("“甲”")
        );
        assert!(said(&[("p", "乙", "<type value=\"inhibitor\"/>")], &chain).contains("inhibitor"));
    }

    #[test]
    fn several_ends_that_are_all_reached_are_one_end() {
        let gate = |kind: &str| format!("{TASKS}<endEvent id=\"f\"/><{kind}Gateway id=\"x\"/>");
        let flows = [("s", "x"), ("x", "A"), ("x", "B"), ("A", "e"), ("B", "f")];
        let log = "case,activity,timestamp\n1,甲,2024-03-05 09:00\n1,乙,2024-03-05 10:00\n2,乙,2024-03-05 09:00\n\
            2,甲,2024-03-05 10:00\n3,甲,2024-03-05 09:00\n";
        let sorted = |model: &str| {
            let mut got = costs(model, log).unwrap();
            got.sort();
            got
        };
        // Both ways are gone: whoever does one only has left the other out.
        assert_eq!(sorted(&model(&gate("parallel"), &flows)), [Some(0), Some(0), Some(1)]);
        // One of them is chosen: whoever does both has done one too many.
        assert_eq!(sorted(&model(&gate("exclusive"), &flows)), [Some(0), Some(1), Some(1)]);
        // Three ends inside of a sub-process, whose own end comes after all of them.
        let inside = "<startEvent id=\"s\"/><subProcess id=\"u\"><startEvent id=\"t\"/><parallelGateway id=\"x\"/>\
            <task id=\"A\" name=\"甲\"/><task id=\"C\" name=\"丙\"/><endEvent id=\"e\"/><endEvent id=\"f\"/>\
            <sequenceFlow id=\"a\" sourceRef=\"t\" targetRef=\"x\"/><sequenceFlow id=\"b\" sourceRef=\"x\" targetRef=\"A\"/>\
            <sequenceFlow id=\"c\" sourceRef=\"x\" targetRef=\"C\"/><sequenceFlow id=\"d\" sourceRef=\"A\" targetRef=\"e\"/>\
            <sequenceFlow id=\"g\" sourceRef=\"C\" targetRef=\"f\"/></subProcess><task id=\"B\" name=\"乙\"/><endEvent id=\"z\"/>";
        let nested = model(inside, &[("s", "u"), ("u", "B"), ("B", "z")]);
        let log = "case,activity,timestamp\n1,丙,2024-03-05 09:00\n1,甲,2024-03-05 10:00\n1,乙,2024-03-05 11:00\n\
            2,甲,2024-03-05 09:00\n2,乙,2024-03-05 10:00\n2,丙,2024-03-05 11:00\n";
        let mut got = costs(&nested, log).unwrap();
        got.sort();
        assert_eq!(got, [Some(0), Some(2)]);
    }

    #[test]
    fn links_lead_on_and_a_loose_end_is_named() {
        let link = |kind: &str, id: &str, name: &str| {
            format!(
                "<intermediate{kind}Event id=\"{id}\"><linkEventDefinition name=\"{name}\"/></intermediate{kind}Event>"
            )
        };
        let both = |to: &str| format!("{TASKS}{}{}", link("Throw", "t", "转"), link("Catch", "c", to));
        let flows = [("s", "A"), ("A", "t"), ("c", "B"), ("B", "e")];
        let log =
            "case,activity,timestamp\n1,甲,2024-03-05 09:00\n1,乙,2024-03-05 10:00\n2,甲,2024-03-05 09:00\n";
        let mut got = costs(&model(&both("转"), &flows), log).unwrap();
        got.sort();
        assert_eq!(got, [Some(0), Some(1)]);
        assert!(costs(&model(&both("别的"), &flows), log).unwrap_err().to_string().contains("链接"));
    }
}
