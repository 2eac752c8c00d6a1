//! 条件: conditions of lists that a person puts together, with their parameters. Must not know any table.

use crate::value::Value;

/// A condition with its parameters, built piece by piece.
#[derive(Debug, Default)]
pub(crate) struct Where<'a> {
    /// ` WHERE …`; empty when nothing is asked
    pub sql: String,
    /// what stands for `$1`, `$2` …
    pub params: Vec<Value<'a>>,
}

impl<'a> Where<'a> {
    /// One more: each `?` is one of the values.
    pub fn and(&mut self, text: &str, values: &[Value<'a>]) {
        let mut text = text.to_owned();
        for v in values {
            self.params.push(*v);
            text = text.replacen('?', &format!("${}", self.params.len()), 1);
        }
        self.sql.push_str(if self.sql.is_empty() { " WHERE " } else { " AND " });
        self.sql.push_str(&text);
    }
}
