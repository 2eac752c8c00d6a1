//! 事项的承诺 (K1 → O5): the steps of an item, their order and limits, as a net to hold a log against.
//!
//! Pure. What the item does not state is not demanded: steps without an order between them may come either way; only
//! an item that states no order at all is taken in the order of its list, and says so.

use catalogue::ServiceItem;
use eventlog::Net;
use eventlog::model::Transition;

/// Steps of an item that are compared at most.
pub const STEPS_MAX: usize = 60;

/// One step that an item promises.
#[derive(Clone, Debug, PartialEq)]
pub struct PromisedStep {
    /// 环节名称
    pub name: String,
    /// names of the steps that come before it
    pub after: Vec<String>,
    /// 环节时限, working days
    pub limit_days: Option<f64>,
}

/// What an item promises.
#[derive(Clone, Debug, PartialEq)]
pub struct Promised {
    /// the item
    pub name: String,
    /// its steps in the order of its list
    pub steps: Vec<PromisedStep>,
    /// 承诺时限, working days
    pub limit_days: Option<f64>,
    /// the item states no order: the order of its list was taken
    pub as_listed: bool,
    /// every way through the item that keeps its orders
    pub net: Net,
}

/// The promise of an item; `None` when it has no steps, too many, or orders in a circle.
pub fn promised(item: &ServiceItem) -> Option<Promised> {
    let n = item.steps.len();
    if n == 0 || n > STEPS_MAX {
        return None;
    }
    let as_listed = item.steps.iter().all(|s| s.after.is_empty());
    let place = |id: &String| item.steps.iter().position(|s| s.id == *id);
    let before: Vec<Vec<usize>> = (0..n)
        .map(|i| {
            let mut list: Vec<usize> = match as_listed {
                true => i.checked_sub(1).into_iter().collect(),
                false => item.steps[i].after.iter().filter_map(place).collect(),
            };
            list.sort_unstable();
            list.dedup();
            list
        })
        .collect();
    // Steps whose predecessors are done, round by round: whoever is left stands in a circle.
    let mut done = vec![false; n];
    while let Some(i) = (0..n).find(|&i| !done[i] && before[i].iter().all(|&b| done[b])) {
        done[i] = true;
    }
    let days = |l: catalogue::Limit| f64::from(l.work_hours()) / 8.0;
    done.iter().all(|&d| d).then(|| Promised {
        name: item.name.clone(),
        steps: item
            .steps
            .iter()
            .zip(&before)
            .map(|(s, before)| PromisedStep {
                name: s.name.clone(),
                after: before.iter().map(|&b| item.steps[b].name.clone()).collect(),
                limit_days: s.limit.map(days),
            })
            .collect(),
        limit_days: item.promised_limit.map(days),
        as_listed,
        net: net(&item.steps.iter().map(|s| s.name.as_str()).collect::<Vec<_>>(), &before),
    })
}

/// The net of a partial order: a place for each order between two steps, and for each beginning and end.
fn net(names: &[&str], before: &[Vec<usize>]) -> Net {
    let mut net = Net {
        places: vec!["source".into(), "sink".into()],
        initial: vec![0],
        last: vec![1],
        ..Net::default()
    };
    let mut steps: Vec<Transition> =
        names.iter().map(|n| Transition { label: Some((*n).to_owned()), ..Transition::default() }).collect();
    let (mut begin, mut end) = (Transition::default(), Transition::default());
    begin.inputs.push(0);
    end.outputs.push(1);
    let mut place = || {
        net.places.push(format!("p{}", net.places.len()));
        net.places.len() as u32 - 1
    };
    for (i, list) in before.iter().enumerate() {
        for &b in list {
            let p = place();
            steps[b].outputs.push(p);
            steps[i].inputs.push(p);
        }
    }
    for step in &mut steps {
        if step.inputs.is_empty() {
            let p = place();
            begin.outputs.push(p);
            step.inputs.push(p);
        }
        if step.outputs.is_empty() {
            let p = place();
            end.inputs.push(p);
            step.outputs.push(p);
        }
    }
    net.transitions = steps;
    net.transitions.extend([begin, end]);
    net
}

#[cfg(test)]
mod tests {
    use super::*;
    use eventlog::conform::{Aligner, Budget};

    fn cost(net: &Net, trace: &[&str]) -> Option<u32> {
        let mut aligner = Aligner::new(net, Budget::default()).unwrap();
        let mut rows = String::from("case,activity,time\n");
        trace.iter().enumerate().for_each(|(i, a)| rows += &format!("1,{a},2024-01-01 08:{i:02}\n"));
        let limits = eventlog::Limits::small();
        let (log, ..) = eventlog::read_csv(rows.as_bytes(), None, limits, eventlog::Order::Time).unwrap();
        let labels = aligner.labels_of(&log);
        let trace: Vec<u32> = log.activity().iter().map(|&a| labels[a as usize]).collect();
        aligner.align(&trace).map(|a| a.cost)
    }

    #[test]
    fn the_orders_of_an_item_are_demanded_and_no_more() {
        let mut item = catalogue::sample::food_licence();
        let whole = promised(&item).unwrap();
        assert_eq!(whole.steps.len(), item.steps.len());
        assert!(!whole.as_listed);
        let names: Vec<String> = item.steps.iter().map(|s| s.name.clone()).collect();
        let listed: Vec<&str> = names.iter().map(String::as_str).collect();
        assert_eq!(cost(&whole.net, &listed), Some(0));
        // Three steps: the second and third only after the first.
        item.steps.truncate(3);
        for (i, s) in item.steps.iter_mut().enumerate() {
            s.after = if i == 0 { vec![] } else { vec!["s1".into()] };
            s.id = format!("s{}", i + 1);
        }
        let part = promised(&item).unwrap();
        let [a, b, c] = [&listed[0], &listed[1], &listed[2]].map(|s| *s);
        assert_eq!((cost(&part.net, &[a, b, c]), cost(&part.net, &[a, c, b])), (Some(0), Some(0)));
        assert_eq!((cost(&part.net, &[b, a, c]), cost(&part.net, &[a, c])), (Some(2), Some(1)));
        // Without any order the list counts; in a circle nothing does.
        item.steps.iter_mut().for_each(|s| s.after.clear());
        let listed = promised(&item).unwrap();
        assert!(listed.as_listed);
        assert_eq!(cost(&listed.net, &[a, c, b]), Some(2));
        item.steps[0].after = vec!["s2".into()];
        item.steps[1].after = vec!["s1".into()];
        assert_eq!(promised(&item), None);
    }
}
