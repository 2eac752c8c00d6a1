//! The network that is simulated: nodes, resources, calendars. Built from a model or from BPMN.

use crate::dist::Distribution;
use crate::sim::calendar::Calendar;

/// One kind of node.
#[derive(Clone, Debug)]
pub(crate) enum Kind {
    /// Handled by one of `who`: (resource, distribution of the work in seconds).
    Task(Vec<(u32, u32)>),
    /// Takes working time of a calendar without anybody being busy: (distribution in seconds, calendar).
    Delay(u32, u32),
    /// One of the next nodes; ends of the shares, ascending.
    Either(Vec<f64>),
    /// Every next node (a join when `joins` is set).
    Every,
    /// Each next node with its share, at least one; the join that gathers them.
    Some(Vec<f64>, Option<u32>),
    /// The next delay that ends first.
    First,
}

/// One node.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub name: String,
    pub kind: Kind,
    pub next: Vec<u32>,
    /// tokens gathered before it begins; 0 or 1: none
    pub joins: u32,
    /// gathers as many as the split before sent
    pub gathers: bool,
    /// situations in which it occurs, as bits; all ones: always
    pub when: u64,
    pub probability: f64,
    pub refuse: f64,
    /// chance and node of going back
    pub rework: Option<(f64, u32)>,
    /// cases gathered and seconds (working time of calendar 0) waited at most
    pub batch: Option<(u32, Option<f64>)>,
    pub priority: i32,
    /// total duration in seconds and its calendar, when staff is busy for a part of it only
    pub total: Option<(u32, u32)>,
    /// identity of its random numbers: equal in designs that are compared
    pub key: u64,
    /// is it reported
    pub shown: bool,
}

impl Node {
    pub fn new(name: impl Into<String>, kind: Kind, key: u64) -> Self {
        Self {
            name: name.into(),
            kind,
            next: Vec::new(),
            joins: 0,
            gathers: false,
            when: u64::MAX,
            probability: 1.0,
            refuse: 0.0,
            rework: None,
            batch: None,
            priority: 0,
            total: None,
            key,
            shown: true,
        }
    }
}

/// One person or device.
#[derive(Clone, Debug)]
pub(crate) struct Resource {
    pub group: u32,
    pub calendar: u32,
    /// nodes it can handle, highest priority first
    pub tasks: Vec<u32>,
}

/// A whole network.
#[derive(Clone, Debug)]
pub(crate) struct Net {
    pub nodes: Vec<Node>,
    pub first: u32,
    pub resources: Vec<Resource>,
    /// names of the groups that utilisation is reported by
    pub groups: Vec<String>,
    pub calendars: Vec<Calendar>,
    pub dists: Vec<Distribution>,
    /// ends of the shares of the situations
    pub situations: Vec<f64>,
    /// distribution (seconds of working time) and calendar of arrivals
    pub arrivals: (u32, u32),
    /// seconds of a working day
    pub day: f64,
    /// seconds of the first arrival's earliest moment
    pub begin: f64,
    /// two rules of the reference tool: work is bound, when it is ready, to whoever is free the earliest, even if
    /// off shift then (else: it waits for whoever is there first); an arrival that falls outside its calendar
    /// comes when that opens (else: the interval is working time and goes on)
    pub as_reference: bool,
    /// working seconds within which a case reaches the target of the model, when it has one
    pub within: Option<f64>,
}

impl Net {
    pub fn dist(&mut self, d: Distribution) -> u32 {
        match self.dists.iter().position(|x| *x == d) {
            Some(k) => k as u32,
            None => {
                self.dists.push(d);
                self.dists.len() as u32 - 1
            }
        }
    }
    pub fn calendar(&mut self, c: Calendar) -> u32 {
        match self.calendars.iter().position(|x| *x == c) {
            Some(k) => k as u32,
            None => {
                self.calendars.push(c);
                self.calendars.len() as u32 - 1
            }
        }
    }
    /// Fills in which tasks every resource serves.
    pub fn assign(&mut self) {
        for r in &mut self.resources {
            r.tasks.clear();
        }
        for (i, node) in self.nodes.iter().enumerate() {
            if let Kind::Task(who) = &node.kind {
                for (r, _) in who {
                    self.resources[*r as usize].tasks.push(i as u32);
                }
            }
        }
        let nodes = &self.nodes;
        for r in &mut self.resources {
            r.tasks.sort_by_key(|t| std::cmp::Reverse(nodes[*t as usize].priority));
        }
    }
    /// Share of its time every group is busy in the long run, by mean values: above 1 queues grow for ever.
    pub fn load(&self) -> Vec<f64> {
        let arrivals = &self.calendars[self.arrivals.1 as usize];
        let per_week = arrivals.week() / self.dists[self.arrivals.0 as usize].mean().max(1e-9);
        let flow = self.flow();
        let mut need = vec![0.0; self.groups.len()];
        let mut have = vec![0.0; self.groups.len()];
        for r in &self.resources {
            have[r.group as usize] += self.calendars[r.calendar as usize].week();
        }
        for (node, f) in self.nodes.iter().zip(flow) {
            if let Kind::Task(who) = &node.kind {
                for (r, d) in who {
                    let work = self.dists[*d as usize].mean() / who.len() as f64;
                    need[self.resources[*r as usize].group as usize] += f * per_week * work;
                }
            }
        }
        need.iter().zip(have).map(|(n, h)| if h > 0.0 { n / h } else { 0.0 }).collect()
    }
    /// Mean number of times each node is handled in one case.
    fn flow(&self) -> Vec<f64> {
        let mut flow = vec![0.0f64; self.nodes.len()];
        for _ in 0..200 {
            let mut into = vec![0.0; self.nodes.len()];
            into[self.first as usize] += 1.0;
            for (i, node) in self.nodes.iter().enumerate() {
                let joined = if node.joins > 1 { flow[i] / f64::from(node.joins) } else { flow[i] };
                let out = if node.gathers { joined.min(1.0) } else { joined };
                let mut below = 0.0;
                for (k, n) in node.next.iter().enumerate() {
                    into[*n as usize] += out
                        * match &node.kind {
                            Kind::Either(ends) => {
                                let p = ends[k] - below;
                                below = ends[k];
                                p
                            }
                            Kind::Some(p, _) => p[k],
                            Kind::First => 1.0 / node.next.len() as f64,
                            _ => 1.0,
                        };
                }
            }
            flow = into;
        }
        let often = |n: &Node| {
            let ends = &self.situations;
            let mut below = 0.0;
            let mut share = if ends.is_empty() { 1.0 } else { 0.0 };
            for (k, e) in ends.iter().enumerate() {
                if n.when >> k & 1 == 1 {
                    share += e - below;
                }
                below = *e;
            }
            let again = n.rework.filter(|_| true).map_or(1.0, |(p, _)| 1.0 / (1.0 - p));
            share * n.probability * again
        };
        self.nodes
            .iter()
            .zip(flow)
            .map(|(n, f)| if n.joins > 1 { f / f64::from(n.joins) } else { f } * often(n))
            .collect()
    }
}
