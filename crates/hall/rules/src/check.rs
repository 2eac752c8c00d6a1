//! 体检: what is wrong in the document of a hall before anybody books by it: faults are refused, warnings are shown.

use std::collections::BTreeSet;

use kernel::{Date, Said};

use crate::fault::{Fault, fault};
use crate::halls::Hall;
use crate::help;
use crate::numbers::TEXT_MAX;
use crate::opening::{Days, Recurring};
use crate::shift_check;
use crate::time::Span;
use crate::words::Hours;

/// Most of each list.
const MOST: usize = 200;

fn days(d: &Days, field: &'static str, out: &mut Vec<Fault>) {
    if d.weekdays.iter().any(|w| !(1..=7).contains(w)) {
        out.push(fault(field, "星期请写 1 到 7", "weekdays are 1 to 7"));
    }
    if d.last.is_some_and(|l| l < d.first) {
        out.push(fault(field, "结束日期早于开始日期", "it ends before it begins"));
    }
    if !(1..=52).contains(&d.every_weeks) {
        out.push(fault(field, "每几周一次请写 1 到 52", "every 1 to 52 weeks"));
    }
}

fn overlap<T: Recurring>(all: &[T], field: &'static str, of: &str, out: &mut Vec<Fault>) {
    for (i, a) in all.iter().enumerate() {
        if let Some(b) = all[i + 1..].iter().find(|b| a.can_overlap(b)) {
            let (x, y) = (Span::list(a.hours()), Span::list(b.hours()));
            out.push(fault(
                field,
                format!("{of}的时段 {x} 与 {y} 会在同一天重叠，请合并或错开"),
                format!("{of}: {x} and {y} would overlap on one day: join or separate them"),
            ));
        }
    }
}

fn meets_itself(hours: &[Span]) -> bool {
    hours.iter().enumerate().any(|(i, a)| hours[i + 1..].iter().any(|b| a.meets(*b)))
}

/// What is refused.
pub fn faults(hall: &Hall) -> Vec<Fault> {
    let mut out = Vec::new();
    let long = |t: &str| t.chars().count() > TEXT_MAX;
    if hall.name.trim().is_empty() || long(&hall.name) {
        out.push(fault(
            "name",
            "请填写大厅名称（200 字以内）",
            "give the hall a name of at most 200 characters",
        ));
    }
    if long(&hall.address) || long(&hall.phone) {
        out.push(fault(
            "address",
            "地址、电话各不超过 200 字",
            "address and telephone: at most 200 characters",
        ));
    }
    if [hall.windows.len(), hall.queues.len(), hall.openings.len(), hall.closures.len()]
        .iter()
        .any(|n| *n > MOST)
        || hall.posts.len() > 5_000
    {
        out.push(fault(
            "windows",
            "窗口、业务、时段各不超过 200 条",
            "at most 200 windows, queues and hours",
        ));
    }
    let mut seen = BTreeSet::new();
    for q in &hall.queues {
        if !seen.insert(q.letter.as_str()) {
            out.push(fault(
                "queues",
                format!("业务代号 {} 重复", q.letter),
                format!("letter {} is there twice", q.letter),
            ));
        }
        if q.letter.is_empty() || q.letter.len() > 2 || !q.letter.bytes().all(|b| b.is_ascii_uppercase()) {
            out.push(fault("queues", "业务代号请用一到两个大写字母", "a letter is one or two capitals"));
        }
        if q.name.trim().is_empty() || long(&q.name) || !(1..=240).contains(&q.minutes) {
            out.push(fault(
                "queues",
                format!("业务 {} 请填写名称和每人用时（1–240 分钟）", q.letter),
                format!("queue {}: a name, and 1 to 240 minutes for each person", q.letter),
            ));
        }
        for a in &q.availability {
            days(&a.days, "availability", &mut out);
            if !(5..=480).contains(&a.slot_minutes) || !(1..=180).contains(&a.horizon_days) {
                out.push(fault(
                    "availability",
                    "每号时长 5–480 分钟，最多提前 1–180 天预约",
                    "slots of 5 to 480 minutes, booked at most 1 to 180 days ahead",
                ));
            }
            if [a.places.phone, a.places.counter, a.places.walk_in].iter().any(|n| *n > 500) {
                out.push(fault(
                    "availability",
                    "每个时段每种渠道最多 500 个号",
                    "at most 500 places of a kind in a slot",
                ));
            }
            if meets_itself(&a.hours) {
                out.push(fault("availability", "同一条号源的时段重叠", "hours of one rule overlap"));
            }
        }
        overlap(&q.availability, "availability", &q.name, &mut out);
    }
    let mut numbers = BTreeSet::new();
    for w in &hall.windows {
        if w.number == 0 || !numbers.insert(w.number) {
            out.push(fault(
                "windows",
                format!("窗口号 {} 重复或为零", w.number),
                format!("window {} is there twice, or is nought", w.number),
            ));
        }
        if let Some(q) = w.queues.iter().find(|q| hall.queue(q).is_none()) {
            out.push(fault(
                "windows",
                format!("{} 号窗口办理的业务 {q} 不存在", w.number),
                format!("window {} serves {q}, which is not there", w.number),
            ));
        }
    }
    for o in &hall.openings {
        days(&o.days, "openings", &mut out);
        if meets_itself(&o.hours) {
            out.push(fault("openings", "同一条开放时间的时段重叠", "hours of one rule overlap"));
        }
        if o.hours.is_empty() {
            out.push(fault(
                "openings",
                "请填写开放时段，如 09:00-12:00,13:00-17:00",
                "give hours such as 09:00-12:00",
            ));
        }
    }
    overlap(&hall.openings, "openings", &hall.name, &mut out);
    for c in &hall.closures {
        if c.last < c.first || c.reason.trim().is_empty() || long(&c.reason) {
            out.push(fault(
                "closures",
                "关闭须有起止日期和理由",
                "a closure has a first and last day and a reason",
            ));
        }
    }
    for p in &hall.posts {
        if hall.window(p.window).is_none() || p.until.is_some_and(|u| u < p.from) {
            out.push(fault(
                "posts",
                format!("定岗的 {} 号窗口不存在，或结束早于开始", p.window),
                format!("no window {}, or the post ends before it begins", p.window),
            ));
        }
        if long(&p.authority) || p.training.as_ref().is_some_and(|t| long(&t.course)) {
            out.push(fault(
                "posts",
                "授权和课程各不超过 200 字",
                "authority and course: at most 200 characters",
            ));
        }
    }
    shift_check::faults(hall, &mut out);
    help::faults(&hall.helping, &hall.region, &mut out);
    let m = &hall.misuse;
    if m.misses_max == 1
        || m.late_cancels_max == 1
        || m.within_days == 0
        || m.bar_days > 365
        || m.within_days > 365
    {
        out.push(fault(
            "misuse",
            "爽约限制至少从第 2 次起（第一次是提醒），限制不超过 365 天",
            "a bar needs two at least (the first is a warning) and lasts at most 365 days",
        ));
    }
    if hall.booking.keep_days < m.within_days {
        out.push(fault(
            "misuse",
            "联系方式的保存天数不能短于爽约规则的回看天数",
            "what is kept of people may not end before the rule on misuse looks back",
        ));
    }
    out
}

/// What is shown and not refused: windows without people or work, queues that nobody serves, training that runs out.
pub fn warnings(hall: &Hall, today: Date) -> Vec<Said> {
    let mut out = Vec::new();
    for w in &hall.windows {
        if w.queues.is_empty() {
            out.push(Said::new(
                format!("{} 号窗口没有安排业务", w.number),
                format!("window {} serves nothing", w.number),
            ));
        }
        let posts: Vec<_> = hall.posts.iter().filter(|p| p.window == w.number && p.is_on(today)).collect();
        if !posts.iter().any(|p| p.holds(today)) {
            out.push(Said::new(
                format!("{} 号窗口今天没有在岗人员（须定岗、授权、培训在有效期内）", w.number),
                format!("window {} has nobody today who is posted, trained and authorised", w.number),
            ));
        } else if posts.len() < 2 {
            out.push(Said::new(
                format!("{} 号窗口没有 B 岗", w.number),
                format!("window {} has no second", w.number),
            ));
        }
    }
    for q in hall.queues.iter().filter(|q| hall.serving(&q.letter).next().is_none()) {
        out.push(Said::new(
            format!("业务“{}”没有窗口办理", q.name),
            format!("no window serves “{}”", q.name),
        ));
    }
    for o in hall.openings.iter().filter(|o| o.kind == Hours::Elastic) {
        let meets = |a: &crate::Availability| {
            a.days.can_meet(&o.days) && a.hours.iter().any(|x| o.hours.iter().any(|y| x.meets(*y)))
        };
        if !hall.queues.iter().any(|q| q.availability.iter().any(meets)) {
            let hours = Span::shown(&o.hours);
            out.push(Said::new(
                format!("弹性服务 {hours} 没有号源：这段时间只办预约的，却谁也约不到"),
                format!("elastic hours {hours} have no places: they are for who booked, and nobody can"),
            ));
        }
    }
    if hall.openings.is_empty() {
        out.push(Said::new("还没有开放时间，约不了号", "no hours yet: nothing can be booked"));
    }
    out
}
