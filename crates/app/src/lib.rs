//! 用例: what people do with the system. Each use case passes the door (`access`), loads, lets the movement
//! decide (`resolve`), and saves events, state and jobs in one transaction (`store`). There is no second way
//! to change anything. A folder is a movement, with one handle; they meet in `handover.rs` only. Must not know pages,
//! HTTP or SQL.

mod catalogue;
mod city;
mod gauges;
mod handover;
mod house;
mod jobs;
mod optimise;
mod people;
mod resolve;
mod shelf;
mod supervise;
mod walk;
mod worker;

pub use self::catalogue::*;
pub use self::optimise::*;
pub use self::resolve::*;
pub use self::supervise::*;
pub use self::walk::*;
pub use city::*;
pub use gauges::Gauge;
pub use house::House;
pub use people::*;
pub use shelf::*;
pub use worker::{CARES, Care, JOBS, Tick, Trouble, Worker};
