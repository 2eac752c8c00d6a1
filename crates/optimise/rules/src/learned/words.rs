//! What a comparison with the past says in words, with the part that fails.

use kernel::Said;

use super::{DISTANCE_MOST, Held, Reproduced};

pub(super) fn reading(r: &Reproduced) -> Said {
    let share = |x: f64| format!("{:.0}%", x * 100.0);
    let (d, all) = (share(r.distance), share(DISTANCE_MOST));
    if r.holds {
        return Said::new(
            format!(
                "仿真再现了没有见过的 {} 件：办结时间分布的误差是平均的 {d}（不超过 {all}），每周收件和在办件数都在区间之内，可以用来试算",
                r.cases.1
            ),
            format!(
                "the simulation reproduces {} cases it has not seen: the error of the durations is {d} of the mean ({all} at most), arrivals and load lie within the intervals; it may be used to try changes",
                r.cases.1
            ),
        );
    }
    let (mut zh, mut en) = (Vec::new(), Vec::new());
    if r.distance > DISTANCE_MOST {
        if r.distance_learned > DISTANCE_MOST {
            zh.push(format!(
                "办结时间学不像（与所学月份也差 {}）：慢件在各环节都慢，或环节之外另有原因",
                share(r.distance_learned)
            ));
            en.push(format!(
                "the durations are not learned well (off by {} in the months learned from)",
                share(r.distance_learned)
            ));
        } else {
            zh.push(format!(
                "办结时间变了：留出的月份与所学月份本身相差 {}，仿真误差 {d}",
                share(r.distance_of_months)
            ));
            en.push(format!(
                "the durations have changed: the months differ by {} themselves, the simulation is off by {d}",
                share(r.distance_of_months)
            ));
        }
        if let Some(m) = r.moved.first() {
            zh.push(format!(
                "变化最大的是“{}”到“{}”，由平均 {:.1} 小时变为 {:.1} 小时",
                m.from, m.to, m.learned_hours, m.real_hours
            ));
            en.push(format!(
                "what changed most is {:?} to {:?}, from {:.1} to {:.1} hours in the mean",
                m.from, m.to, m.learned_hours, m.real_hours
            ));
        }
    }
    let mut outside = |h: &Held, what: (&str, &str)| {
        if !h.holds {
            zh.push(format!("{}：实际 {:.1}，仿真 {:.1} 到 {:.1}", what.0, h.real, h.low, h.high));
            en.push(format!("{}: {:.1} in reality, {:.1} to {:.1} simulated", what.1, h.real, h.low, h.high));
        }
    };
    outside(&r.arrivals_per_week, ("每周收件不在区间之内", "arrivals a week are outside the interval"));
    outside(&r.load, ("同时在办件数不在区间之内", "cases inside at one time are outside the interval"));
    Said::new(
        format!("仿真没有再现留出的月份，不能用来试算。{}", zh.join("；")),
        format!(
            "the simulation does not reproduce the months held out and may not be used to try changes: {}",
            en.join("; ")
        ),
    )
}
