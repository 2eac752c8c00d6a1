//! What must hold for an act on a ticket.

use super::{Command, Ticket};
use crate::halls::Hall;
use crate::refusal::{Refusal, RefusalCode as Code};
use crate::words::words;

words! {
    /// Conditions of the table.
    inherent Guard {
        WindowServes = "window_serves", "本窗口办理这类业务";
        WindowFree = "window_free", "本窗口没有在叫或在办的号";
        ItsWindow = "its_window", "是本窗口叫的号";
        CalledEnough = "called_enough", "已叫够次数";
        ReturnsLeft = "returns_left", "续号次数未满";
        QueueThere = "queue_there", "转入的业务或窗口存在";
        ReasonGiven = "reason_given", "写明理由";
    }
}

/// Everything a guard looks at.
pub(super) struct Scene<'a> {
    pub of: &'a Ticket,
    pub asked: &'a Command,
    pub hall: &'a Hall,
    /// the window that acts
    pub window: Option<u16>,
    /// number of the ticket that window has, if it has one
    pub busy: Option<&'a str>,
}

impl Guard {
    pub(super) fn check(self, s: &Scene<'_>) -> Result<(), Refusal> {
        let (t, rules) = (s.of, &s.hall.queueing);
        let r = |code, zh: String, en: String| Err(Refusal::new(code, zh, en));
        match self {
            Self::WindowServes => {
                let window = s.window.and_then(|n| s.hall.window(n));
                if window.is_some_and(|w| t.window == Some(w.number) || w.queues.contains(&t.queue)) {
                    return Ok(());
                }
                let name = s.hall.queue(&t.queue).map_or(t.queue.as_str(), |q| q.name.as_str());
                r(
                    Code::NotYours,
                    format!("本窗口不办“{name}”，请转到办理它的窗口"),
                    format!("this window does not serve “{name}”: pass it on"),
                )
            }
            Self::WindowFree => match s.busy {
                None => Ok(()),
                Some(number) => r(
                    Code::NotAtThisStage,
                    format!("{number} 号还在本窗口，请先办完、暂存、转出或记过号"),
                    format!("{number} is still at this window: end, park, pass on or miss it first"),
                ),
            },
            Self::ItsWindow if s.window.is_some() && t.window == s.window => Ok(()),
            Self::ItsWindow => r(
                Code::NotYours,
                format!("{} 号由 {} 号窗口叫", t.number, t.window.unwrap_or_default()),
                format!("{} was called by window {}", t.number, t.window.unwrap_or_default()),
            ),
            Self::CalledEnough if t.calls >= rules.calls_min => Ok(()),
            Self::CalledEnough => r(
                Code::TooEarly,
                format!("至少叫 {} 次才能记过号，已叫 {} 次", rules.calls_min, t.calls),
                format!("called {} of {} times: recall it first", t.calls, rules.calls_min),
            ),
            Self::ReturnsLeft if t.returns < rules.returns_max => Ok(()),
            Self::ReturnsLeft => r(
                Code::TooOften,
                format!("过号后最多续号 {} 次，请重新取号", rules.returns_max),
                format!("taken in again {} times at most: take a new number", rules.returns_max),
            ),
            Self::QueueThere => {
                let Command::PassOn { queue, window } = s.asked else { return Ok(()) };
                let served = s.hall.serving(queue).any(|w| window.is_none_or(|n| n == w.number));
                let moves = *queue != t.queue || window.is_some_and(|w| t.window != Some(w));
                if s.hall.queue(queue).is_some() && served && moves {
                    return Ok(());
                }
                r(
                    Code::NoSuch,
                    "请选择另一个业务或窗口，并且有窗口办理它".into(),
                    "choose another queue or window that serves it".into(),
                )
            }
            Self::ReasonGiven if !s.asked.words().trim().is_empty() => Ok(()),
            Self::ReasonGiven => r(Code::NeedsText, "请写明理由".into(), "give the reason".into()),
        }
    }
}
