//! Tests of this room.

#[path = "it/table.rs"]
mod table;
#[path = "it/way.rs"]
mod way;
