//! Models of a process: trees and Petri nets, with the formats in which they travel.
//!
//! Knows names of activities; nothing of logs.

mod dom;
mod net;
mod pnml;
mod tree;

pub use dom::{Element, parse_xml};
pub use net::{Net, Transition};
pub use pnml::{read_pnml, write_pnml};
pub use tree::{Tree, read_ptml, write_ptml};
