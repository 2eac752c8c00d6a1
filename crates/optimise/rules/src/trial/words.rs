//! What the check against months held out says, with the part that fails.

use kernel::Said;

use super::Checked;
use crate::learned::DISTANCE_MOST;

pub(super) fn reading(c: &Checked, cases: usize) -> Said {
    let share = |x: f64| format!("{:.0}%", x * 100.0);
    let most = share(DISTANCE_MOST);
    if c.holds {
        return Said::new(
            format!(
                "仿真再现了没有见过的 {cases} 件：办结时间分布的误差是平均的 {}（不超过 {most}），每周收件和在办件数都在区间之内，可以用来试算",
                share(c.distance)
            ),
            format!(
                "the simulation reproduces {cases} cases it has not seen: the error of the durations is {} of the mean ({most} at most), arrivals and load lie within the intervals; it may be used to try changes",
                share(c.distance)
            ),
        );
    }
    if !c.flow.holds {
        return c.flow.reading.clone();
    }
    // The flow is right, queues or hours are not.
    let part = if c.distance_learned > DISTANCE_MOST {
        Said::new(
            format!(
                "流转再现得了，人手与时段再现不了（与所学月份也差 {}）：经办人同时办几件、或在日志之外的时间办，请核对开始时间和经办人",
                share(c.distance_learned)
            ),
            format!(
                "the flow is reproduced, people and hours are not (off by {} in the months learned from too): people work on several cases at once or outside of the hours of the log; check begins and resources",
                share(c.distance_learned)
            ),
        )
    } else {
        Said::new(
            format!(
                "排队变了：误差 {}，平均 {:.1} 小时，实际 {:.1} 小时",
                share(c.distance),
                c.mean_hours.2,
                c.mean_hours.1
            ),
            format!(
                "queues have changed: off by {}, {:.1} hours in the mean where {:.1} were real",
                share(c.distance),
                c.mean_hours.2,
                c.mean_hours.1
            ),
        )
    };
    Said::new(
        format!("仿真没有再现留出的月份，结果不能作依据。{}", part.zh),
        format!("the simulation does not reproduce the months held out; nothing may rest on it: {}", part.en),
    )
}
