//! 按件排好的行: rows that stand by case, as our own Parquet has them, become a log as they come; nothing is held back, so
//! that a large log needs no more memory than itself.
//!
//! Knows rows of text with typed columns; nothing of files.

use crate::builder::Builder;
use crate::error::{Error, Limits, Report};
use crate::log::{Kind, Log, Order};

/// Name of the column that says the case.
pub const CASE: &str = "case:concept:name";
/// Before the name of an attribute of cases.
const OF_CASE: &str = "case:";

/// A log under construction from rows that stand by case.
pub struct GroupedRows {
    builder: Builder,
    columns: Vec<(String, Kind)>,
    case: usize,
    /// The case whose rows come.
    open: Option<String>,
    rows: u64,
}

impl GroupedRows {
    /// Begins with the columns: name and type. None where no column says the case.
    pub fn new(columns: Vec<(String, Kind)>, limits: Limits) -> Option<Self> {
        let case = columns.iter().position(|c| c.0 == CASE)?;
        let mut builder = Builder::new(limits, 0);
        builder.report.complete = true;
        Some(Self { builder, columns, case, open: None, rows: 0 })
    }

    /// The next row; an empty cell is no value.
    ///
    /// # Errors
    /// Larger than the limits.
    pub fn push(&mut self, row: &[String]) -> Result<(), Error> {
        self.rows += 1;
        let (rows, builder) = (self.rows, &mut self.builder);
        let place = || (rows, 0);
        let cell = |i: usize| row.get(i).map_or("", String::as_str);
        let name = cell(self.case);
        if self.open.as_deref() != Some(name) {
            if self.open.is_some() {
                builder.end_case(&place);
            }
            self.open = Some(name.to_owned());
            builder.begin_case();
            builder.literal(false, Kind::String, "concept:name", name.as_bytes(), &place)?;
            for (i, (column, kind)) in self.columns.iter().enumerate() {
                if let Some(key) =
                    column.strip_prefix(OF_CASE).filter(|_| i != self.case && !cell(i).is_empty())
                {
                    builder.literal(false, *kind, key, cell(i).as_bytes(), &place)?;
                }
            }
        }
        builder.begin_event()?;
        for (i, (column, kind)) in self.columns.iter().enumerate() {
            if !column.starts_with(OF_CASE) && (!cell(i).is_empty() || column == "concept:name") {
                builder.literal(true, *kind, column, cell(i).as_bytes(), &place)?;
            }
        }
        builder.end_event(&place);
        Ok(())
    }

    /// The log in the order asked for, and what could not be kept.
    pub fn finish(mut self, order: Order) -> (Log, Report) {
        let rows = self.rows;
        if self.open.is_some() {
            self.builder.end_case(&|| (rows, 0));
        }
        self.builder.finish(order)
    }
}
