//! 值守: what the night shift sees of the running system: a note on each request, and counters. Names, numbers of people and words of letters never come here.

mod meter;
mod note;

pub use meter::{METER, Meter};
pub use note::RequestNote;
