//! Readers and answers through the public door, on small logs written here.

mod hostile;
mod readers;
