//! Layered layout of a directed graph, top to bottom: layers, order inside of each, coordinates.
//!
//! Knows sizes and edges; nothing of processes. Edges that run against the flow are laid out turned round.

/// A point of a picture.
pub(crate) type Point = (f64, f64);

/// What to lay out.
pub(super) struct Graph {
    /// Width and height of each node.
    pub sizes: Vec<Point>,
    /// Edges with their weight; no self-loops.
    pub edges: Vec<(usize, usize, f64)>,
    /// Where each node stands in the flow: edges to a smaller rank run backwards.
    pub rank: Vec<f64>,
    /// Room between neighbours of a layer, and between layers.
    pub gaps: Point,
}

/// Where everything is.
pub(super) struct Placed {
    /// Centres of nodes.
    pub at: Vec<Point>,
    /// For each edge its points from source to target, through the gaps between layers.
    pub routes: Vec<Vec<Point>>,
    pub width: f64,
    pub height: f64,
}

/// The usual gaps.
pub(super) const GAPS: Point = (34.0, 58.0);
const DUMMY: f64 = 46.0;

struct Cell {
    width: f64,
    /// Neighbours above and below, with weights.
    up: Vec<(usize, f64)>,
    down: Vec<(usize, f64)>,
    x: f64,
}

/// Lays a graph out.
pub(super) fn place(g: &Graph) -> Placed {
    let layer = layers(g);
    let n = g.sizes.len();
    let count = layer.iter().max().map_or(0, |m| m + 1);
    let cell = |width| Cell { width, up: Vec::new(), down: Vec::new(), x: 0.0 };
    let mut cells: Vec<Cell> = g.sizes.iter().map(|s| cell(s.0)).collect();
    let mut rows: Vec<Vec<usize>> = vec![Vec::new(); count];
    let mut by_rank: Vec<usize> = (0..n).collect();
    by_rank.sort_by(|&a, &b| g.rank[a].total_cmp(&g.rank[b]).then(a.cmp(&b)));
    by_rank.iter().for_each(|&v| rows[layer[v]].push(v));
    // Chains of dummies for every edge, from the upper end to the lower.
    let mut chains: Vec<Vec<usize>> = Vec::with_capacity(g.edges.len());
    for &(s, t, w) in &g.edges {
        let (top, bottom) = if layer[s] <= layer[t] { (s, t) } else { (t, s) };
        let mut chain = vec![top];
        for row in &mut rows[(layer[top] + 1).min(layer[bottom])..layer[bottom]] {
            row.push(cells.len());
            chain.push(cells.len());
            cells.push(cell(DUMMY));
        }
        chain.push(bottom);
        for two in chain.windows(2) {
            let straight = if two[0] >= n && two[1] >= n { w * 4.0 } else { w };
            cells[two[0]].down.push((two[1], straight));
            cells[two[1]].up.push((two[0], straight));
        }
        chains.push(chain);
    }
    order(&mut rows, &cells);
    coordinates(&rows, &mut cells, g.gaps.0);
    finish(g, &layer, &rows, &cells, &chains)
}

/// Longest path over the forward edges, then every node as close to its successors as it can be.
fn layers(g: &Graph) -> Vec<usize> {
    let n = g.sizes.len();
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|&a, &b| g.rank[a].total_cmp(&g.rank[b]).then(a.cmp(&b)));
    let mut place = vec![0; n];
    order.iter().enumerate().for_each(|(i, &v)| place[v] = i);
    let forward: Vec<(usize, usize)> = g
        .edges
        .iter()
        .map(|&(s, t, _)| if place[s] < place[t] { (s, t) } else { (t, s) })
        .filter(|(s, t)| s != t)
        .collect();
    let mut layer = vec![0usize; n];
    for &v in &order {
        for &(s, t) in forward.iter().filter(|e| e.0 == v) {
            layer[t] = layer[t].max(layer[s] + 1);
        }
    }
    for &v in order.iter().rev() {
        let below = forward.iter().filter(|e| e.0 == v).map(|e| layer[e.1]).min();
        let above = forward.iter().any(|e| e.1 == v);
        if let Some(b) = below.filter(|&b| !above && b > 0) {
            layer[v] = b - 1;
        }
    }
    layer
}

/// Orders the rows so that few edges cross: medians of neighbours, down and up, the best of all rounds kept.
fn order(rows: &mut Vec<Vec<usize>>, cells: &[Cell]) {
    let mut pos = vec![0usize; cells.len()];
    let note = |rows: &[Vec<usize>], pos: &mut [usize]| {
        rows.iter().for_each(|r| r.iter().enumerate().for_each(|(i, &v)| pos[v] = i));
    };
    note(rows, &mut pos);
    let mut best = (crossings(rows, cells, &pos), rows.clone());
    for round in 0..24 {
        let down = round % 2 == 0;
        let range: Vec<usize> =
            if down { (1..rows.len()).collect() } else { (0..rows.len()).rev().skip(1).collect() };
        for r in range {
            let key = |v: usize| {
                let near = if down { &cells[v].up } else { &cells[v].down };
                let weight: f64 = near.iter().map(|e| e.1).sum();
                if weight == 0.0 {
                    return pos[v] as f64;
                }
                near.iter().map(|&(u, w)| pos[u] as f64 * w).sum::<f64>() / weight
            };
            let mut keyed: Vec<(f64, usize)> = rows[r].iter().map(|&v| (key(v), v)).collect();
            keyed.sort_by(|a, b| a.0.total_cmp(&b.0));
            rows[r] = keyed.into_iter().map(|k| k.1).collect();
            rows[r].iter().enumerate().for_each(|(i, &v)| pos[v] = i);
        }
        let now = crossings(rows, cells, &pos);
        if now < best.0 {
            best = (now, rows.clone());
        }
        if best.0 == 0 {
            break;
        }
    }
    *rows = best.1;
}

/// Crossings between neighbouring rows, counted with a Fenwick tree.
fn crossings(rows: &[Vec<usize>], cells: &[Cell], pos: &[usize]) -> u64 {
    let mut sum = 0;
    for w in rows.windows(2) {
        let mut tree = vec![0u64; w[1].len() + 1];
        let mut before = 0u64;
        for &v in &w[0] {
            let mut ends: Vec<usize> = cells[v].down.iter().map(|e| pos[e.0]).collect();
            ends.sort_unstable();
            for &e in &ends {
                let (mut i, mut left) = (e + 1, 0);
                while i > 0 {
                    left += tree[i];
                    i &= i - 1;
                }
                sum += before - left;
            }
            for e in ends {
                before += 1;
                let mut i = e + 1;
                while i < tree.len() {
                    tree[i] += 1;
                    i += i & i.wrapping_neg();
                }
            }
        }
    }
    sum
}

/// Moves every row towards its neighbours, keeping order and distance: least squares, solved exactly by
/// pooling neighbours that would overlap.
fn coordinates(rows: &[Vec<usize>], cells: &mut [Cell], gap: f64) {
    for row in rows {
        let mut x = 0.0;
        for &v in row {
            cells[v].x = x + cells[v].width / 2.0;
            x += cells[v].width + gap;
        }
        let middle = (x - gap) / 2.0;
        row.iter().for_each(|&v| cells[v].x -= middle);
    }
    for round in 0..60 {
        let down = round % 2 == 0;
        for r in 0..rows.len() {
            let row = &rows[if down { r } else { rows.len() - 1 - r }];
            let wanted: Vec<(f64, f64)> = row
                .iter()
                .map(|&v| {
                    let c = &cells[v];
                    let both = round >= 30;
                    let up = c.up.iter().filter(|_| down || both);
                    let near: Vec<&(usize, f64)> =
                        up.chain(c.down.iter().filter(|_| !down || both)).collect();
                    let weight: f64 = near.iter().map(|e| e.1).sum();
                    if weight == 0.0 {
                        return (c.x, 0.01);
                    }
                    (near.iter().map(|&&(u, w)| cells[u].x * w).sum::<f64>() / weight, weight)
                })
                .collect();
            let mut shift = 0.0;
            let mut pools: Vec<(f64, f64, usize)> = Vec::new();
            let mut shifts = Vec::with_capacity(row.len());
            for (i, &v) in row.iter().enumerate() {
                if i > 0 {
                    shift += (cells[row[i - 1]].width + cells[v].width) / 2.0 + gap;
                }
                shifts.push(shift);
                let mut pool = (wanted[i].0 - shift, wanted[i].1, 1);
                while let Some(&last) = pools.last().filter(|l| l.0 >= pool.0) {
                    let weight = last.1 + pool.1;
                    pool = ((last.0 * last.1 + pool.0 * pool.1) / weight, weight, last.2 + pool.2);
                    pools.pop();
                }
                pools.push(pool);
            }
            let flat = pools.iter().flat_map(|p| std::iter::repeat_n(p.0, p.2));
            for ((&v, x), s) in row.iter().zip(flat).zip(&shifts) {
                cells[v].x = x + s;
            }
        }
    }
}

fn finish(g: &Graph, layer: &[usize], rows: &[Vec<usize>], cells: &[Cell], chains: &[Vec<usize>]) -> Placed {
    let n = g.sizes.len();
    let left = cells.iter().map(|c| c.x - c.width / 2.0).fold(f64::INFINITY, f64::min);
    let right = cells.iter().map(|c| c.x + c.width / 2.0).fold(f64::NEG_INFINITY, f64::max);
    let (mut top, mut row_y, mut row_h) = (0.0, Vec::new(), Vec::new());
    for row in rows {
        let h = row.iter().filter(|&&v| v < n).map(|&v| g.sizes[v].1).fold(20.0, f64::max);
        row_y.push(top + h / 2.0);
        row_h.push(h);
        top += h + g.gaps.1;
    }
    let mut row_of = vec![0; cells.len()];
    rows.iter().enumerate().for_each(|(r, row)| row.iter().for_each(|&v| row_of[v] = r));
    let at: Vec<Point> = (0..n).map(|v| (cells[v].x - left, row_y[layer[v]])).collect();
    let routes = g.edges.iter().zip(chains).map(|(&(s, t, _), chain)| {
        let turned = chain.first() != Some(&s);
        let mut points = Vec::new();
        for (i, &v) in chain.iter().enumerate() {
            let (x, r) = (cells[v].x - left, row_of[v]);
            let half = if v < n { g.sizes[v].1 / 2.0 } else { row_h[r] / 2.0 };
            if i > 0 {
                points.push((x, row_y[r] - half));
            }
            if i + 1 < chain.len() {
                points.push((x, row_y[r] + half));
            }
        }
        if turned {
            points.reverse();
        }
        if chain.len() == 2 && chain[0] == chain[1] {
            points = vec![at[s], at[t]];
        }
        points
    });
    let routes = routes.collect();
    Placed { at, routes, width: (right - left).max(1.0), height: (top - g.gaps.1).max(1.0) }
}
