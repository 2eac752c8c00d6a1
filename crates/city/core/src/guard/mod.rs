//! 门卫: what stands before every use case that a stranger can reach: how much one network may ask, how many
//! passwords are hashed at once, and which passwords are no password.

pub mod passwords;
pub mod reads;
mod strangers;
mod turns;

pub use strangers::{Key, Limits, Network, Strangers, Way};
pub use turns::{Turn, Turns};
