//! 20,000 walks with 200,000 observations: merge, records, board, signals. Prints one section of markdown.
#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

use std::time::Instant;

use kernel::{Date, Moment, StaffId, US_PER_SECOND, UnitId};
use walk::board::{Expected, Problem, Side, Walked, board};
use walk::ops::FindingKind;
use walk::signals::{RIDGE, fit, judge, quality};
use walk::{Act, Form, Hlc, Log, Op, OpId, WalkRecord, synthetic};

const WALKS: usize = 20_000;
const OPS: u32 = 10;

fn log_of(walk: usize) -> Log {
    let mut log = Log::default();
    for n in 0..OPS {
        let wall = Moment::from_us((walk as i64 * 100 + i64::from(n)) * US_PER_SECOND);
        let act = match n {
            0 => Act::Start {
                form: Form::Oneself,
                identity: Form::Oneself.rule().identity,
                item: format!("i{}", walk % 100_000),
                version: 1,
                simulated: false,
            },
            9 => Act::Finish { reached_end: true },
            5 => {
                Act::Found {
                    kind: FindingKind::Problem, step: "s1".into(), text: "要了指南外的材料".into()
                }
            }
            n if n % 2 == 0 => Act::StepEnded { step: format!("s{n}"), through: true },
            n => Act::Asked { step: format!("s{n}"), material: format!("m{n}"), in_guide: n != 3 },
        };
        log.add(Op { id: OpId { device: walk as u64, counter: n }, at: Hlc { wall, logical: 0 }, act });
    }
    log
}

fn main() {
    let day: Date = "2026-05-20".parse().expect("a date");
    let start = Instant::now();
    let logs: Vec<Log> = (0..WALKS).map(log_of).collect();
    let built = start.elapsed();

    let start = Instant::now();
    let records: Vec<WalkRecord> = logs.iter().map(WalkRecord::of).collect();
    let folded = start.elapsed();

    let walks: Vec<Walked> = (0..WALKS)
        .map(|n| Walked {
            walk: n as u32,
            staff: StaffId(n as i64 % 5_000),
            unit: UnitId(n as i64 % 300),
            identity: Form::Oneself.rule().identity,
            on: day,
        })
        .collect();
    let expected: Vec<Expected> = (0..5_300)
        .map(|n| Expected {
            staff: (n < 5_000).then_some(StaffId(n)),
            unit: UnitId(n % 300),
            side: if n < 5_000 { Side::Leader } else { Side::Department },
            by: day,
        })
        .collect();
    let found = records.iter().flat_map(|r| &r.findings).count();
    let problems: Vec<Problem> = (0..found)
        .map(|n| Problem {
            problem: n as u32,
            unit: UnitId(n as i64 % 300),
            of_value: n % 2 == 0,
            planned: true,
            fixed: n % 3 == 0,
        })
        .collect();
    let start = Instant::now();
    let b = board(&expected, &walks, &problems, false, day);
    let boarded = start.elapsed();
    assert_eq!(b.problems.len(), found);

    let (facts, faked) = synthetic::walks(9, WALKS);
    let start = Instant::now();
    let judged = judge(&facts);
    let took = start.elapsed();
    let q = quality(&judged, &faked);
    let (train, truth) = synthetic::walks(1, 4_000);
    let (bias, weights) = fit(&judge(&train), &truth, RIDGE);

    println!("## Walks: {WALKS} walks, {} observations, one thread\n", WALKS * OPS as usize);
    println!("| what | milliseconds |\n|---|---|");
    println!("| make and merge the operations | {:.0} |", built.as_secs_f64() * 1e3);
    println!("| records of all walks from their operations | {:.0} |", folded.as_secs_f64() * 1e3);
    println!("| coverage board with all lists (limit 100) | {:.1} |", boarded.as_secs_f64() * 1e3);
    println!("| signals of all walks, with pairwise likeness | {:.0} |\n", took.as_secs_f64() * 1e3);
    println!(
        "Signals on {WALKS} generated walks they were not fitted on: AUC {:.4}; at the default threshold {:.2} % of honest walks are shown and {:.1} % of faked ones. These are figures about generated walks.",
        q.auc,
        q.false_positive_rate * 100.0,
        q.true_positive_rate * 100.0
    );
    println!("\nFit on seed 1: bias {bias:.2}, weights {weights:.2?}.");
}
