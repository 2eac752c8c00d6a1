//! 无界: nets in which tokens gather without end, found before any search: a marking that covers one it came from.

use hashbrown::HashSet;

use crate::model::Net;

/// Markings looked at; a net of an office that grows shows it within a few.
const LOOKED: usize = 20_000;

/// The step at which a net grows without end, by its name; none when it does not, or when that cannot be told
/// within the budget.
pub(super) fn growing(net: &Net) -> Option<String> {
    let count = net.places.len();
    let mut first = vec![0u8; count];
    net.initial
        .iter()
        .filter_map(|p| usize::try_from(*p).ok())
        .filter(|p| *p < count)
        .for_each(|p| first[p] = 1);
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
            let name = |t: &crate::model::Transition| {
                let place = t.inputs.first().and_then(|p| net.places.get(*p as usize));
                t.label.clone().or_else(|| place.cloned()).unwrap_or_default()
            };
            let mut round: Vec<_> = round.filter(more).collect();
            round.sort_by_key(|t| t.label.is_none());
            return Some(round.first().map_or_else(|| name(t), |t| name(t)));
        }
        if seen.len() >= LOOKED || path.len() > 2_000 {
            return None;
        }
        if seen.insert(after.clone()) {
            path.push((after, 0));
        }
    }
    None
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
        let gate = format!("{TASKS}<exclusiveGateway id=\"x\"/>");
        let sound = model(&gate, &[("s", "A"), ("A", "B"), ("B", "x"), ("x", "A"), ("x", "e")]);
        let log = "case,activity,timestamp\n1,甲,2024-03-05 09:00\n1,乙,2024-03-05 10:00\n";
        assert_eq!(costs(&sound, log).unwrap(), [Some(0)]);
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
