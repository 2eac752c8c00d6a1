//! Prints one section of figures: simulation, schedules, redesign. Run with `cargo bench -p optimise`.
#![expect(clippy::print_stdout, reason = "the figures are what it is for")]

use std::collections::BinaryHeap;
use std::fmt::Write as _;
use std::time::Instant;

use optimise::{Design, Model, Options, Project, Rng, redesign, simulate};

/// A process with a fork, a join, a branch by situation, rework, refusal, priorities, five units with
/// office hours, busy to about 80 %.
const MODEL: &str = r#"{"name":"bench","time_unit":"minutes",
 "units":[{"id":"w","staff":4},{"id":"x","staff":6},{"id":"y","staff":3,"calendar":[{"days":[1,2,3,4,5],"from":"09:00","to":"12:00"},{"days":[1,3,5],"from":"14:00","to":"17:30"}]},{"id":"z","staff":5},{"id":"q","staff":2}],
 "situations":{"plain":0.7,"hard":0.3},
 "steps":[
  {"id":"a","unit":"w","duration":{"distribution":"exponential","mean":10}},
  {"id":"b","unit":"x","duration":{"distribution":"gamma","mean":15,"sd":10},"needs":["step:a"],"rework":0.1},
  {"id":"c","unit":"y","duration":{"distribution":"lognormal","mean":10,"sd":8},"needs":["step:a"],"when":"hard","priority":2},
  {"id":"d","unit":"z","duration":{"distribution":"uniform","min":5,"max":15},"needs":["step:a"],"refuse":0.05},
  {"id":"e","unit":"w","duration":{"distribution":"fixed","value":2},"needs":["step:b","step:c","step:d"],"priority":5},
  {"id":"f","unit":"q","duration":{"distribution":"triangular","min":1,"mode":3,"max":8},"needs":["step:e"]}],
 "orders":[],"arrivals":{"distribution":"exponential","mean":4}}"#;

/// Seconds this thread was on a core (other programs on the machine do not count); wall time where that is not told.
fn seconds(from: Instant) -> f64 {
    let told = std::fs::read_to_string("/proc/self/schedstat").ok();
    let on_core = told.and_then(|t| t.split_whitespace().next()?.parse::<f64>().ok());
    on_core.map_or_else(|| from.elapsed().as_secs_f64(), |ns| ns / 1e9)
}

/// Pushes and pops of a heap of the same entries: what an event loop can do at most.
fn heap_limit() -> f64 {
    let mut rng = Rng::new(1);
    let mut heap: BinaryHeap<(u64, u64, u64)> = (0..300).map(|k| (rng.bits(), k, k)).collect();
    let n = 5_000_000u64;
    let begin = seconds(Instant::now());
    let mut kept = 0;
    for k in 0..n {
        if let Some((at, ..)) = heap.pop() {
            kept ^= at;
            heap.push((at.wrapping_sub(rng.bits() >> 20), k, kept));
        }
    }
    std::hint::black_box(kept);
    n as f64 / (seconds(Instant::now()) - begin).max(1e-9)
}

fn simulation(out: &mut String) {
    let model = Model::from_json(MODEL).expect("the model is sound");
    let mut options = Options::new(400_000, 1);
    options.replications = 1;
    simulate(&model, Design::Today, Options::new(2_000, 1)).expect("it runs");
    let (begin, before) = (Instant::now(), seconds(Instant::now()));
    let r = simulate(&model, Design::Today, options).expect("it runs");
    let (wall, on_core) = (begin.elapsed().as_secs_f64(), (seconds(begin) - before).max(1e-9));
    let rate = r.events as f64 / on_core;
    let limit = heap_limit();
    let _ = writeln!(
        out,
        "| simulation, calendars, queues, branching, priorities, rework | {:.2} M events per second on one core ({:.2} M per second of wall time) | {:.0} × the reference tool (3,000/s); {:.0} % of bare heap push and pop ({:.1} M/s) |",
        rate / 1e6,
        r.events as f64 / wall / 1e6,
        rate / 3_000.0,
        rate / limit * 100.0,
        limit / 1e6
    );
    let mut few = options;
    few.cases = 40_000;
    let small = simulate(&model, Design::Today, few).expect("it runs");
    let _ = writeln!(
        out,
        "| memory of it | most {} cases inside at one time of {}, {} of {} | a case that has left leaves nothing |",
        r.most_inside, options.cases, small.most_inside, few.cases
    );
}

fn project(n: usize, seed: u64) -> Project {
    let mut rng = Rng::new(seed);
    let durations = (0..n).map(|_| 1 + rng.below(10) as u32).collect();
    let needs = (0..n)
        .map(|_| (0..4).map(|_| if rng.below(2) == 0 { 0 } else { 1 + rng.below(6) as u32 }).collect())
        .collect();
    let mut edges = Vec::new();
    for j in 1..n {
        for _ in 0..2 {
            edges.push((j - 1 - rng.below(j.min(12)), j));
        }
    }
    Project::new(durations, edges, needs, vec![10; 4]).expect("sound")
}

fn schedules(out: &mut String) {
    let (mut proven, mut nodes) = (0, 0);
    let begin = Instant::now();
    for seed in 0..20 {
        let s = project(32, seed).solve(200_000);
        proven += u32::from(s.proven);
        nodes += s.nodes;
    }
    let time = begin.elapsed().as_secs_f64();
    let _ = writeln!(
        out,
        "| schedules, 20 random projects of 32 jobs and 4 resources | {proven} proven shortest in {time:.2} s | {:.0} k nodes/s |",
        nodes as f64 / time / 1e3
    );
    let p = project(300, 7);
    let begin = Instant::now();
    let s = p.heuristic(100);
    let _ = writeln!(
        out,
        "| schedule of 300 jobs, rules and 100 samples | {:.2} s | {:.1} % above its lower bound |",
        begin.elapsed().as_secs_f64(),
        (f64::from(s.makespan) / f64::from(s.lower_bound) - 1.0) * 100.0
    );
}

fn redesigns(out: &mut String) {
    let mut text = String::from("{\"steps\":[");
    for i in 0..500usize {
        let needs = if i > 3 { format!("\"r{}\",\"r{}\"", i - 1 - i % 3, i / 2) } else { String::new() };
        let comma = if i == 0 { "" } else { "," };
        let _ = write!(
            text,
            "{comma}{{\"id\":\"s{i}\",\"days\":{},\"needs\":[{needs}],\"makes\":[\"r{i}\"]}}",
            i % 7
        );
    }
    text += "]}";
    let begin = Instant::now();
    let model = Model::from_json(&text).expect("sound");
    let read = begin.elapsed().as_secs_f64();
    let begin = Instant::now();
    let r = redesign(&model).expect("sound");
    let time = begin.elapsed().as_secs_f64();
    let _ = writeln!(
        out,
        "| redesign of 500 steps | read {:.1} ms, redesigned {:.1} ms | {} orders kept, {} removed |",
        read * 1e3,
        time * 1e3,
        r.kept_orders.len(),
        r.removed_orders.len()
    );
}

fn main() {
    let mut out = String::from(
        "## 优: redesign, schedules, simulation\n\n| what | measured | against |\n|---|---|---|\n",
    );
    simulation(&mut out);
    schedules(&mut out);
    redesigns(&mut out);
    println!("{out}");
}
