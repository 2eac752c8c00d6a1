//! The event loop: discrete events over calendars, queues, joins, refusals, rework and batches.
//!
//! Knows a [`Net`] and numbers. Deterministic: the same net and seed give the same figures. Memory is that
//! of the cases inside at one time.

use std::cmp::Ordering;
use std::collections::{BinaryHeap, VecDeque};

use super::net::{Kind, Net};
use super::stats::{Batches, Histogram};
use crate::rng::{Rng, mix};

/// Cases inside at one time at most: beyond it the design is overloaded and the run ends.
const MOST_INSIDE: usize = 2_000_000;
const NOBODY: u32 = u32::MAX;
/// Begun once more: no join is counted and nothing is returned to.
const AGAIN: u32 = u32::MAX - 1;

#[derive(Clone, Copy, Debug)]
enum Event {
    Arrival,
    /// resource, node, case, node to go back to
    Done(u32, u32, u32, u32),
    /// node, case, node to go back to
    Passed(u32, u32, u32),
    Wake(u32),
    /// node, number of the batch
    Timeout(u32, u32),
}

#[derive(Clone, Copy, Debug)]
struct Due {
    at: f64,
    number: u64,
    event: Event,
}
impl PartialEq for Due {
    fn eq(&self, other: &Self) -> bool {
        self.number == other.number
    }
}
impl Eq for Due {}
impl PartialOrd for Due {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Due {
    /// The heap gives the largest: the earliest, then the oldest.
    fn cmp(&self, other: &Self) -> Ordering {
        other.at.total_cmp(&self.at).then(other.number.cmp(&self.number))
    }
}

#[derive(Clone, Debug, Default)]
struct Inside {
    number: u64,
    arrived: f64,
    waited: f64,
    worked: f64,
    tokens: u32,
    situation: u32,
    refused: bool,
    /// tokens gathered, and times begun, for every node
    gathered: Vec<u16>,
    begun: Vec<u16>,
    expected: Vec<u16>,
}

#[derive(Clone, Copy, Debug)]
struct Waiting {
    case: u32,
    since: f64,
    back: u32,
}

/// Figures of one node.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct NodeFigures {
    pub count: u64,
    pub waiting: f64,
    pub working: f64,
    pub lasting: f64,
}

/// Figures of one run.
#[derive(Clone, Debug)]
pub(crate) struct Run {
    pub cases: u64,
    pub refused: u64,
    pub events: u64,
    pub batches: Batches,
    pub histogram: Histogram,
    /// time in the system measured in working time of calendar 0
    pub worked_cycle: f64,
    /// cases that reached the target
    pub within: u64,
    pub processing: f64,
    pub nodes: Vec<NodeFigures>,
    /// seconds each resource was busy
    pub busy: Vec<f64>,
    pub began: f64,
    pub ended: f64,
    pub most_inside: usize,
    /// the run was ended early because queues grew without end
    pub overloaded: bool,
}

struct Engine<'a> {
    net: &'a Net,
    seed: u64,
    heap: BinaryHeap<Due>,
    number: u64,
    now: f64,
    inside: Vec<Inside>,
    free: Vec<u32>,
    queues: Vec<VecDeque<Waiting>>,
    batches: Vec<(u32, Vec<Waiting>)>,
    busy: Vec<bool>,
    released: Vec<f64>,
    woken: Vec<bool>,
    arrivals: Rng,
    arrived: u64,
    limit: u64,
    run: Run,
}

/// Simulates until `cases` have arrived and all of them have left.
pub(crate) fn run(net: &Net, cases: u64, seed: u64, events_max: u64) -> Run {
    let n = net.nodes.len();
    let mut engine = Engine {
        net,
        seed,
        heap: BinaryHeap::new(),
        number: 0,
        now: net.begin,
        inside: Vec::new(),
        free: Vec::new(),
        queues: vec![VecDeque::new(); n],
        batches: vec![(0, Vec::new()); n],
        busy: vec![false; net.resources.len()],
        released: net
            .resources
            .iter()
            .map(|r| net.calendars[r.calendar as usize].next_open(net.begin))
            .collect(),
        woken: vec![false; net.resources.len()],
        arrivals: Rng::stream(seed, 1),
        arrived: 0,
        limit: cases,
        run: Run {
            cases: 0,
            refused: 0,
            events: 0,
            batches: Batches::default(),
            histogram: Histogram::new(),
            worked_cycle: 0.0,
            within: 0,
            processing: 0.0,
            nodes: vec![NodeFigures::default(); n],
            busy: vec![0.0; net.resources.len()],
            began: net.begin,
            ended: net.begin,
            most_inside: 0,
            overloaded: false,
        },
    };
    engine.all(events_max);
    engine.run
}

impl Engine<'_> {
    fn all(&mut self, events_max: u64) {
        let first = self.net.calendars[self.net.arrivals.1 as usize].next_open(self.net.begin);
        self.run.began = first;
        if self.limit > 0 {
            self.due(first, Event::Arrival);
        }
        while let Some(due) = self.heap.pop() {
            self.now = due.at;
            self.run.events += 1;
            match due.event {
                Event::Arrival => self.arrive(),
                Event::Done(r, node, case, back) => self.done(r, node, case, back),
                Event::Passed(node, case, back) => self.leave(node, case, back),
                Event::Wake(r) => {
                    self.woken[r as usize] = false;
                    if !self.busy[r as usize] {
                        self.serve(r);
                    }
                }
                Event::Timeout(node, number) => {
                    if self.batches[node as usize].0 == number {
                        self.release(node);
                    }
                }
            }
            if self.heap.is_empty() {
                self.flush();
            }
            if self.inside.len() - self.free.len() > MOST_INSIDE || self.run.events > events_max {
                self.run.overloaded = true;
                break;
            }
        }
        self.run.ended = self.now;
    }

    fn due(&mut self, at: f64, event: Event) {
        self.number += 1;
        self.heap.push(Due { at, number: self.number, event });
    }

    /// Numbers for one purpose of one node in one case, the n-th time.
    fn draw(&self, case: u32, node: u32, purpose: u64) -> Rng {
        let c = &self.inside[case as usize];
        let times = u64::from(c.begun[node as usize]);
        let node = self.net.nodes[node as usize].key;
        Rng::stream(self.seed, mix(c.number ^ mix(node << 20 | times << 4 | purpose)))
    }

    fn arrive(&mut self) {
        let n = self.net.nodes.len();
        let id = self.free.pop().unwrap_or_else(|| {
            let blank = || vec![0; n];
            self.inside.push(Inside {
                gathered: blank(),
                begun: blank(),
                expected: blank(),
                ..Inside::default()
            });
            self.inside.len() as u32 - 1
        });
        let situation = if self.net.situations.is_empty() {
            0
        } else {
            let u = Rng::stream(self.seed, mix(self.arrived ^ 0x51)).unit();
            self.net.situations.iter().position(|e| u < *e).unwrap_or(0) as u32
        };
        let c = &mut self.inside[id as usize];
        (c.number, c.arrived, c.waited, c.worked) = (self.arrived, self.now, 0.0, 0.0);
        (c.tokens, c.situation, c.refused) = (1, situation, false);
        for list in [&mut c.gathered, &mut c.begun, &mut c.expected] {
            list.fill(0);
        }
        self.arrived += 1;
        self.run.most_inside = self.run.most_inside.max(self.inside.len() - self.free.len());
        if self.arrived < self.limit {
            let gap = self.net.dists[self.net.arrivals.0 as usize].draw(&mut self.arrivals);
            let calendar = &self.net.calendars[self.net.arrivals.1 as usize];
            let at = if self.net.as_reference {
                calendar.next_open(self.now + gap)
            } else {
                calendar.add(self.now, gap)
            };
            self.due(at, Event::Arrival);
        }
        self.enter(self.net.first, id, NOBODY);
    }

    /// A token comes to a node.
    fn enter(&mut self, node: u32, case: u32, back: u32) {
        let net = self.net;
        let d = &net.nodes[node as usize];
        let c = &mut self.inside[case as usize];
        let wanted = if d.gathers { u32::from(c.expected[node as usize].max(1)) } else { d.joins };
        if wanted > 1 && back == NOBODY {
            c.gathered[node as usize] += 1;
            if u32::from(c.gathered[node as usize]) < wanted {
                return self.vanish(case);
            }
            c.gathered[node as usize] = 0;
            // The others have vanished; this one goes on.
        }
        let c = &mut self.inside[case as usize];
        c.begun[node as usize] = c.begun[node as usize].saturating_add(1);
        let occurs = d.when >> c.situation & 1 == 1
            && (d.probability >= 1.0 || self.draw(case, node, 1).unit() < d.probability);
        if !occurs {
            return self.onward(node, case);
        }
        match &d.kind {
            Kind::Task(_) => match d.batch {
                Some((size, wait)) => self.gather(node, size, wait, Waiting { case, since: self.now, back }),
                None => self.ask(node, Waiting { case, since: self.now, back }),
            },
            Kind::Delay(dist, calendar) => {
                let work = net.dists[*dist as usize].draw(&mut self.draw(case, node, 2));
                let at = net.calendars[*calendar as usize].add(self.now, work);
                let f = &mut self.run.nodes[node as usize];
                f.count += 1;
                f.working += work;
                f.lasting += at - self.now;
                self.inside[case as usize].worked += work;
                self.due(at, Event::Passed(node, case, back));
            }
            Kind::Either(_) | Kind::Every | Kind::Some(..) | Kind::First => self.onward(node, case),
        }
    }

    fn gather(&mut self, node: u32, size: u32, wait: Option<f64>, w: Waiting) {
        let (number, list) = &mut self.batches[node as usize];
        list.push(w);
        let (number, full, first) = (*number, list.len() as u32 >= size, list.len() == 1);
        if full {
            self.release(node);
        } else if let (true, Some(wait)) = (first, wait) {
            let at = self.net.calendars[0].add(self.now, wait);
            self.due(at, Event::Timeout(node, number));
        }
    }

    fn release(&mut self, node: u32) {
        let (number, list) = &mut self.batches[node as usize];
        *number = number.wrapping_add(1);
        for w in std::mem::take(list) {
            self.ask(node, w);
        }
    }

    /// Nothing more will happen: what still waits for a full batch goes on.
    fn flush(&mut self) {
        for node in 0..self.batches.len() {
            if !self.batches[node].1.is_empty() {
                self.release(node as u32);
            }
        }
    }

    /// Somebody for this task, at once or later.
    fn ask(&mut self, node: u32, w: Waiting) {
        let net = self.net;
        let Kind::Task(who) = &net.nodes[node as usize].kind else { return };
        if net.as_reference {
            return self.bind(who, node, w);
        }
        let mut best: Option<(f64, u32, u32)> = None;
        let mut away = false;
        for (r, dist) in who {
            if self.busy[*r as usize] {
                continue;
            }
            if net.calendars[net.resources[*r as usize].calendar as usize].is_open(self.now) {
                let since = self.released[*r as usize];
                if best.is_none_or(|b| since < b.0) {
                    best = Some((since, *r, *dist));
                }
            } else {
                away = true;
            }
        }
        if let Some((_, r, dist)) = best {
            return self.begin(r, dist, node, w);
        }
        self.queues[node as usize].push_back(w);
        if away {
            for (r, _) in who {
                if !self.busy[*r as usize] {
                    self.wake(*r);
                }
            }
        }
    }

    /// The task is bound at once to whoever is free the earliest, present or not, as the reference tool does.
    fn bind(&mut self, who: &[(u32, u32)], node: u32, w: Waiting) {
        let net = self.net;
        let released = &self.released;
        let free = |r: u32| released[r as usize];
        let Some(&(r, dist)) = who.iter().min_by(|a, b| free(a.0).total_cmp(&free(b.0))) else { return };
        let calendar = &net.calendars[net.resources[r as usize].calendar as usize];
        let start = calendar.next_open(free(r).max(self.now));
        let work = net.dists[dist as usize].draw(&mut self.draw(w.case, node, 2));
        let end = calendar.add(start, work);
        self.released[r as usize] = calendar.next_open(end);
        self.note(r, node, w, (start, end), work);
    }

    fn wake(&mut self, r: u32) {
        if !self.woken[r as usize] {
            self.woken[r as usize] = true;
            let at = self.net.calendars[self.net.resources[r as usize].calendar as usize].next_open(self.now);
            self.due(at, Event::Wake(r));
        }
    }

    fn begin(&mut self, r: u32, dist: u32, node: u32, w: Waiting) {
        let net = self.net;
        let work = net.dists[dist as usize].draw(&mut self.draw(w.case, node, 2));
        let end = net.calendars[net.resources[r as usize].calendar as usize].add(self.now, work);
        self.busy[r as usize] = true;
        self.note(r, node, w, (self.now, end), work);
    }

    /// Counts one handling and puts its end on the list of events.
    fn note(&mut self, r: u32, node: u32, w: Waiting, (start, end): (f64, f64), work: f64) {
        let waited = start - w.since;
        let f = &mut self.run.nodes[node as usize];
        f.count += 1;
        f.waiting += waited;
        f.working += work;
        f.lasting += end - start;
        self.run.busy[r as usize] += work;
        let c = &mut self.inside[w.case as usize];
        c.waited += waited;
        c.worked += work;
        self.due(end, Event::Done(r, node, w.case, w.back));
    }

    /// The longest waiting of the most urgent task goes to `r`.
    fn serve(&mut self, r: u32) {
        let net = self.net;
        let me = &net.resources[r as usize];
        let mut best: Option<(i32, f64, u32)> = None;
        for t in &me.tasks {
            let priority = net.nodes[*t as usize].priority;
            if best.is_some_and(|b| priority < b.0) {
                break;
            }
            while let Some(w) = self.queues[*t as usize].front() {
                if !self.inside[w.case as usize].refused {
                    if best.is_none_or(|b| w.since < b.1) {
                        best = Some((priority, w.since, *t));
                    }
                    break;
                }
                let case = w.case;
                self.queues[*t as usize].pop_front();
                self.vanish(case);
            }
        }
        let Some((_, _, t)) = best else { return };
        if !net.calendars[me.calendar as usize].is_open(self.now) {
            return self.wake(r);
        }
        if let Some(w) = self.queues[t as usize].pop_front()
            && let Kind::Task(who) = &net.nodes[t as usize].kind
            && let Some((_, dist)) = who.iter().find(|(x, _)| *x == r)
        {
            self.begin(r, *dist, t, w);
        }
    }

    fn done(&mut self, r: u32, node: u32, case: u32, back: u32) {
        if !self.net.as_reference {
            self.busy[r as usize] = false;
            self.released[r as usize] = self.now;
        }
        match self.net.nodes[node as usize].total {
            Some((dist, calendar)) => {
                let net = self.net;
                let total = net.dists[dist as usize].draw(&mut self.draw(case, node, 3));
                let work = match &net.nodes[node as usize].kind {
                    Kind::Task(who) => who
                        .first()
                        .map_or(0.0, |w| net.dists[w.1 as usize].draw(&mut self.draw(case, node, 2))),
                    _ => 0.0,
                };
                let at = net.calendars[calendar as usize].add(self.now, (total - work).max(0.0));
                self.due(at, Event::Passed(node, case, back));
            }
            None => self.leave(node, case, back),
        }
        if !self.net.as_reference && !self.busy[r as usize] {
            self.serve(r);
        }
    }

    /// A node has been handled: refusal, rework, or onward.
    fn leave(&mut self, node: u32, case: u32, back: u32) {
        let d = &self.net.nodes[node as usize];
        if self.inside[case as usize].refused {
            return self.vanish(case);
        }
        if d.refuse > 0.0 && self.draw(case, node, 4).unit() < d.refuse {
            self.run.refused += 1;
            self.inside[case as usize].refused = true;
            self.record(case);
            return self.vanish(case);
        }
        if back < AGAIN {
            return self.enter(back, case, AGAIN);
        }
        if let Some((p, to)) = d.rework
            && self.inside[case as usize].begun[node as usize] < 1000
            && self.draw(case, node, 5).unit() < p
        {
            // Back to itself it is simply done again; back to another, that one and then this one.
            return if to == node { self.enter(node, case, AGAIN) } else { self.enter(to, case, node) };
        }
        self.onward(node, case);
    }

    fn onward(&mut self, node: u32, case: u32) {
        let net = self.net;
        let d = &net.nodes[node as usize];
        if self.inside[case as usize].refused {
            return self.vanish(case);
        }
        match (&d.kind, d.next.as_slice()) {
            (_, []) => self.vanish(case),
            (_, [one]) => self.enter(*one, case, NOBODY),
            (Kind::Either(ends), next) => {
                let u = self.draw(case, node, 6).unit();
                let k = ends.iter().position(|e| u < *e).unwrap_or(next.len() - 1);
                self.enter(next[k], case, NOBODY);
            }
            (Kind::Some(shares, join), next) => {
                let mut rng = self.draw(case, node, 6);
                let mut chosen: Vec<u32> =
                    next.iter().zip(shares).filter(|(_, p)| rng.unit() < **p).map(|(n, _)| *n).collect();
                if chosen.is_empty() {
                    chosen.push(next[rng.below(next.len())]);
                }
                if let Some(join) = join {
                    self.inside[case as usize].expected[*join as usize] = chosen.len() as u16;
                }
                self.spread(&chosen, case);
            }
            (Kind::First, next) => {
                let soonest =
                    next.iter().map(|n| (self.delay_of(*n, case), *n)).min_by(|a, b| a.0.total_cmp(&b.0));
                if let Some((_, n)) = soonest {
                    self.enter(n, case, NOBODY);
                }
            }
            (_, next) => self.spread(next, case),
        }
    }

    /// How long the delay `node` will take in this case.
    fn delay_of(&self, node: u32, case: u32) -> f64 {
        let c = &self.inside[case as usize];
        let times = u64::from(c.begun[node as usize]) + 1;
        let d = &self.net.nodes[node as usize];
        let mut rng = Rng::stream(self.seed, mix(c.number ^ mix(d.key << 20 | times << 4 | 2)));
        match &d.kind {
            Kind::Delay(dist, _) => self.net.dists[*dist as usize].draw(&mut rng),
            _ => 0.0,
        }
    }

    fn spread(&mut self, next: &[u32], case: u32) {
        self.inside[case as usize].tokens += next.len() as u32 - 1;
        for n in next {
            self.enter(*n, case, NOBODY);
        }
    }

    /// One token of the case is used up; with the last one the case leaves.
    fn vanish(&mut self, case: u32) {
        let c = &mut self.inside[case as usize];
        c.tokens -= 1;
        if c.tokens == 0 {
            if !c.refused {
                self.record(case);
            }
            self.free.push(case);
        }
    }

    fn record(&mut self, case: u32) {
        let c = &self.inside[case as usize];
        let cycle = self.now - c.arrived;
        self.run.cases += 1;
        self.run.batches.add(cycle, c.waited);
        self.run.histogram.add(cycle);
        let worked = self.net.calendars[0].between(c.arrived, self.now);
        self.run.worked_cycle += worked;
        self.run.within += u64::from(self.net.within.is_some_and(|most| worked <= most * (1.0 + 1e-9)));
        self.run.processing += c.worked;
    }
}
