//! 适用的部分: one item of an application with exactly the materials and steps that apply.

use catalogue::{Material, ServiceItem, StepKind};

/// One item with exactly what applies.
pub(crate) struct PartOf<'a> {
    pub item: &'a ServiceItem,
    pub materials: Vec<&'a Material>,
    pub steps: Vec<&'a catalogue::Step>,
}

/// Is this a step of a unit, or a stage of the application itself?
pub(crate) const fn is_task(kind: StepKind) -> bool {
    !matches!(kind, StepKind::Receive | StepKind::Accept | StepKind::Issue | StepKind::Deliver)
}
