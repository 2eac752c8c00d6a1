//! Pictures of a log: the map (流程图), the dotted chart, and the list of variants as data.
//!
//! Knows figures and SVG; nothing of pages. Pictures carry exact figures in `data-` attributes, so that a page
//! can show them at a click; colour is never the only sign.

mod dotted;
mod layout;
mod map;
mod text;

pub use dotted::{DottedOptions, dotted_chart};
pub use map::{Map, MapEdge, MapNode, MapOptions, Measure};

use serde::Serialize;

use crate::log::Log;
use crate::variants::Variants;

/// One line of the variants explorer.
#[derive(Clone, Debug, Serialize)]
pub struct VariantRow {
    pub trace: Vec<String>,
    pub count: u64,
    /// Part of all cases, and of this and all more frequent variants together.
    pub share: f64,
    pub cumulative: f64,
    /// None where no case of it has times.
    pub mean_duration_s: Option<f64>,
    /// Mean seconds from the record of each step to that of the next, over the cases with both times; one less than the steps,
    /// none where no case has both.
    pub gap_s: Vec<Option<f64>>,
    /// The first cases of it.
    pub cases: Vec<u32>,
}

/// A page of the variants explorer: `count` variants after the first `skip`, by falling number of cases.
pub fn variant_rows(log: &Log, skip: usize, count: usize) -> Vec<VariantRow> {
    let variants = Variants::of(log);
    let ranked = variants.ranked(log);
    let page = &ranked[skip.min(ranked.len())..(skip + count).min(ranked.len())];
    let mut place = vec![usize::MAX; variants.len()];
    page.iter().enumerate().for_each(|(i, &v)| place[v as usize] = i);
    let mut sums = vec![(0f64, 0u64, Vec::new()); page.len()];
    let mut gaps: Vec<Vec<(f64, u64)>> =
        page.iter().map(|&v| vec![(0.0, 0); variants.trace(log, v).len().saturating_sub(1)]).collect();
    for (c, &v) in variants.of_case.iter().enumerate() {
        let Some(sum) = sums.get_mut(place[v as usize]) else { continue };
        if let Some((a, b)) = log.span(c) {
            sum.0 += (b - a) as f64 / 1e6;
            sum.1 += 1;
        }
        let times = &log.time()[log.case(c)];
        for (gap, pair) in gaps[place[v as usize]].iter_mut().zip(times.windows(2)) {
            if pair[0] != crate::when::NO_TIME && pair[1] != crate::when::NO_TIME {
                *gap = (gap.0 + (pair[1] - pair[0]).max(0) as f64 / 1e6, gap.1 + 1);
            }
        }
        if sum.2.len() < crate::signals::EVIDENCE {
            sum.2.push(c as u32);
        }
    }
    let all = log.case_count().max(1) as f64;
    let mut before: u64 = ranked[..skip.min(ranked.len())].iter().map(|&v| variants.count[v as usize]).sum();
    let row = |((&v, (sum, n, cases)), gaps): ((&u32, (f64, u64, Vec<u32>)), Vec<(f64, u64)>)| {
        let count = variants.count[v as usize];
        before += count;
        VariantRow {
            trace: variants.trace(log, v).iter().map(|&a| log.activities.get(a).to_owned()).collect(),
            count,
            share: count as f64 / all,
            cumulative: before as f64 / all,
            mean_duration_s: (n > 0).then(|| sum / n as f64),
            gap_s: gaps.into_iter().map(|(sum, n)| (n > 0).then(|| sum / n as f64)).collect(),
            cases,
        }
    };
    page.iter().zip(sums).zip(gaps).map(row).collect()
}

/// Lays a graph out from left to right: centres of nodes and points of edges. The first node comes first.
pub(crate) fn lay_out(
    sizes: &[layout::Point],
    edges: &[(usize, usize)],
) -> (Vec<layout::Point>, Vec<Vec<layout::Point>>) {
    let turn = |&(x, y): &layout::Point| (y, x);
    let graph = layout::Graph {
        sizes: sizes.iter().map(turn).collect(),
        edges: edges.iter().map(|&(s, t)| (s, t, 1.0)).collect(),
        rank: depth_first_rank(sizes.len(), edges),
        gaps: layout::GAPS,
    };
    let placed = layout::place(&graph);
    (
        placed.at.iter().map(turn).collect(),
        placed.routes.iter().map(|r| r.iter().map(turn).collect()).collect(),
    )
}

/// Reverse order of completion of a search from the first node: only true ways back run backwards.
fn depth_first_rank(n: usize, edges: &[(usize, usize)]) -> Vec<f64> {
    let mut next: Vec<Vec<usize>> = vec![Vec::new(); n];
    edges.iter().for_each(|&(s, t)| next[s].push(t));
    let mut rank = vec![-1.0; n];
    let mut seen = vec![false; n];
    let mut left = n as f64;
    for root in 0..n {
        let mut open = vec![(root, 0)];
        if std::mem::replace(&mut seen[root], true) {
            continue;
        }
        while let Some((v, i)) = open.last_mut() {
            if let Some(&t) = next[*v].get(*i) {
                *i += 1;
                if !std::mem::replace(&mut seen[t], true) {
                    open.push((t, 0));
                }
            } else {
                left -= 1.0;
                rank[*v] = left;
                open.pop();
            }
        }
    }
    rank
}
