//! 插槽: which movement fills which place on whose page. The sibling of the hand-overs: pages meet here and nowhere else.

use resolve_pages::Slots;
use web_kit::Slot;

/// The pages of cases.
pub(crate) const CASES: &Slots = &Slots {
    beside_case: Slot::new(&[walk_pages::beside_case, supervise_pages::beside_case]),
    beside_followed_case: Slot::new(&[supervise_pages::beside_followed_case]),
    home: Slot::new(&[walk_pages::at_home, optimise_pages::at_home, supervise_pages::at_home]),
};
