//! 排班表: one roster as it is kept: what is to be covered, the draft, what was published, the swaps. Who is told what sees
//! what was published; the draft is the head's.

use kernel::{Date, StaffId};
use serde::{Deserialize, Serialize};

use super::{Duty, Need, Swap, SwapStage, moved};
use crate::words::words;

words! {
    /// Where a roster stands (排班表状态).
    inherent SheetState {
        Draft = "draft", "草稿";
        Published = "published", "已发布";
        Changed = "changed", "有未发布的改动";
    }
}

/// A roster from one day to another.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sheet {
    /// the first day that was planned: one that is drawn in the middle of a week says nothing of the days before
    pub since: Option<Date>,
    /// what is to be covered, as it was when it was planned
    pub needs: Vec<Need>,
    /// the draft
    pub duties: Vec<Duty>,
    /// what people go by
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub published: Option<Vec<Duty>>,
    /// swaps, with where they stand
    #[serde(default)]
    pub swaps: Vec<Swap>,
}

impl Sheet {
    /// Where it stands.
    pub fn state(&self) -> SheetState {
        match &self.published {
            None => SheetState::Draft,
            Some(p) if *p == self.duties => SheetState::Published,
            Some(_) => SheetState::Changed,
        }
    }
    /// What people go by; nothing before it is published.
    pub fn in_force(&self) -> &[Duty] {
        self.published.as_deref().unwrap_or_default()
    }
    /// People go by `new` from now on. A swap that was asked or agreed about a duty that is another one now is withdrawn: nobody
    /// gets a shift that they did not agree to.
    pub fn publish(&mut self, new: Vec<Duty>) {
        let old = self.published.replace(new).unwrap_or_default();
        let new = self.published.clone().unwrap_or_default();
        let of = |all: &[Duty], staff: StaffId, day: Date| {
            all.iter().find(|d| (d.staff, d.day) == (staff, day)).cloned()
        };
        let same = |staff, day| of(&old, staff, day) == of(&new, staff, day);
        let waits = |s: &&mut Swap| matches!(s.stage, SwapStage::Asked | SwapStage::Agreed);
        for s in self.swaps.iter_mut().filter(waits) {
            if !same(s.asker, s.gives) || s.takes.is_some_and(|day| !same(s.other, day)) {
                s.stage = SwapStage::Withdrawn;
            }
        }
    }
    /// Days of people that publishing would change.
    pub fn unpublished(&self) -> usize {
        self.published.as_ref().map_or(0, |p| moved(p, &self.duties))
    }
    /// The draft with something else for one person on one day; none: nothing.
    pub fn with(&self, staff: StaffId, day: Date, to: Option<(u16, String)>) -> Vec<Duty> {
        let others = self.duties.iter().filter(|d| (d.staff, d.day) != (staff, day)).cloned();
        let new = to.map(|(window, shift)| Duty { day, staff, window, shift });
        let mut all: Vec<Duty> = others.chain(new).collect();
        all.sort();
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_swap_about_a_duty_that_was_changed_is_withdrawn() {
        let day = |n| Date::constant(2026, 3, n);
        let duty = |n, staff, shift: &str| Duty {
            day: day(n),
            staff: StaffId(staff),
            window: 1,
            shift: shift.into(),
        };
        let swap = |id, takes| Swap {
            id,
            asker: StaffId(1),
            other: StaffId(2),
            gives: day(2),
            takes,
            stage: SwapStage::Agreed,
        };
        let mut done = swap(3, None);
        done.stage = SwapStage::Done;
        let before = vec![duty(2, 1, "早"), duty(3, 2, "早"), duty(4, 2, "早")];
        let swaps = vec![swap(1, Some(day(3))), swap(2, Some(day(4))), done];
        let sheet =
            Sheet { duties: before.clone(), published: Some(before.clone()), swaps, ..Sheet::default() };
        let stages = |new: Vec<Duty>| {
            let mut sheet = sheet.clone();
            sheet.publish(new.clone());
            assert_eq!(sheet.in_force(), new);
            sheet.swaps.iter().map(|s| s.stage).collect::<Vec<_>>()
        };
        use SwapStage::{Agreed, Done, Withdrawn};
        assert_eq!(stages(before), [Agreed, Agreed, Done]);
        // What the other gives is another shift now; what the asker gives is.
        assert_eq!(
            stages(vec![duty(2, 1, "早"), duty(3, 2, "晚"), duty(4, 2, "早")]),
            [Withdrawn, Agreed, Done]
        );
        assert_eq!(
            stages(vec![duty(2, 1, "晚"), duty(3, 2, "早"), duty(4, 2, "早")]),
            [Withdrawn, Withdrawn, Done]
        );
    }
}
