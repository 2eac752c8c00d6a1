//! 排班表: one roster as it is kept: what is to be covered, the draft, what was published, the swaps. Who is told what sees
//! what was published; the draft is the head's.

use kernel::{Date, StaffId};
use serde::{Deserialize, Serialize};

use super::{Duty, Need, Swap, moved};
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
