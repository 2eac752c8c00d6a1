//! Seals made here, set under documents made here, and everything that may be done to them afterwards.

#[path = "it/hostile.rs"]
mod hostile;
#[path = "it/making.rs"]
mod making;
#[path = "it/office.rs"]
mod office;
#[path = "it/verdicts.rs"]
mod verdicts;
