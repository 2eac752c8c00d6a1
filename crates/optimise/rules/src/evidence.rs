//! What a log says about an order that may go: in how many cases the two steps already ran otherwise (O4).

use std::collections::HashMap;

use serde::Serialize;

use crate::model::Model;
use crate::redesign::Redesign;

/// What happened in real cases that had both steps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Observed {
    /// cases in which both steps ran
    pub cases: u64,
    /// of these, cases in which the later step had ended before the earlier began
    pub reversed: u64,
    /// of these, cases in which both ran at the same time
    pub overlapped: u64,
}

/// One step of a real case: the activity as logged and when it ran (µs; equal when only one is known).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ran {
    /// activity as logged: the id or the name of a step
    pub activity: String,
    /// begin, µs
    pub start: i64,
    /// end, µs
    pub end: i64,
}

impl Redesign {
    /// Adds to every removed order in how many of `cases` the two steps already ran the other way round or at
    /// once. Of a step that ran several times in a case the first begin and the last end count.
    pub fn observe<'a>(&mut self, model: &Model, cases: impl IntoIterator<Item = &'a [Ran]>) {
        let mut by: HashMap<&str, usize> = HashMap::new();
        for (i, s) in model.steps.iter().enumerate() {
            by.entry(&s.name).or_insert(i);
        }
        for (i, s) in model.steps.iter().enumerate() {
            by.insert(&s.id, i);
        }
        let pairs: Vec<Option<(usize, usize)>> = (self.removed_orders.iter())
            .map(|o| by.get(o.from.as_str()).copied().zip(by.get(o.to.as_str()).copied()))
            .collect();
        let mut seen = vec![Observed::default(); pairs.len()];
        for case in cases {
            let mut span: HashMap<usize, (i64, i64)> = HashMap::new();
            for r in case {
                if let Some(&i) = by.get(r.activity.as_str()) {
                    let s = span.entry(i).or_insert((r.start, r.end));
                    *s = (s.0.min(r.start), s.1.max(r.end));
                }
            }
            for (pair, seen) in pairs.iter().zip(&mut seen) {
                let Some((a, b)) = pair.and_then(|(a, b)| span.get(&a).zip(span.get(&b))) else { continue };
                seen.cases += 1;
                if b.1 <= a.0 && b.0 < a.1.max(a.0 + 1) {
                    seen.reversed += 1;
                } else if b.0 < a.1 && a.0 < b.1 {
                    seen.overlapped += 1;
                }
            }
        }
        for (o, s) in self.removed_orders.iter_mut().zip(seen) {
            o.observed = Some(s);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cases_that_already_ran_otherwise_are_counted() {
        let text = r#"{"steps":[{"id":"a","days":1},{"id":"b","days":1}],
            "orders":[{"from":"a","to":"b","ground":"habit"}]}"#;
        let model = Model::from_json(text).unwrap();
        let mut r = crate::redesign(&model).unwrap();
        let ran = |activity: &str, start, end| Ran { activity: activity.into(), start, end };
        let cases = [
            vec![ran("a", 0, 5), ran("b", 5, 9)],
            vec![ran("a", 5, 9), ran("b", 0, 5)],
            vec![ran("a", 0, 5), ran("b", 3, 9)],
            vec![ran("a", 0, 5)],
        ];
        r.observe(&model, cases.iter().map(Vec::as_slice));
        let o = r.removed_orders[0].observed.unwrap();
        assert_eq!((o.cases, o.reversed, o.overlapped), (3, 1, 1));
    }
}
