//! 值守: what the night shift sees of the running system: a note on each request, counters, and gauges read from the
//! database. Names, numbers of people and words of letters never come here.

mod gauges;
mod meter;
mod note;

pub use gauges::Gauge;
pub use meter::{METER, Meter};
pub use note::RequestNote;
