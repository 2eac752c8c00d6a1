//! 整本底账 at the desk of imports: the workbook that the kitchen gives out comes back whole. All of it, or nothing.

use city::Error;
use imports::{Answer, Part, Preview};
use kernel::Actor;
use serde_json::Value as Json;
use tabular::Told;

use crate::PolicyTables;
use crate::book::{compared, in_one_sentence};
use company::policy::PolicyError;

/// What is said of the counts of a book.
fn note(counts: [u64; 4]) -> String {
    let [new, changed, same, gone] = counts;
    format!(
        "整本底账：新增 {new} 个事项，修改 {changed} 个，不变 {same} 个，删去 {gone} 个；字段、参数、档次、资金以表中为准 / the whole book: {new} \
         items new, {changed} changed, {same} the same, {gone} gone; fields, parameters, ladders and funds as they stand in it"
    )
}

impl PolicyTables {
    pub(crate) fn look_at_book(
        &self,
        actor: &Actor,
        format: &str,
        book: Result<Json, Vec<PolicyError>>,
    ) -> Result<Preview, Error> {
        let base = self.0.policy_base()?;
        let mut part = Told { format: format.to_owned(), ..Told::default() };
        let (rows, good, trouble) = match book {
            Ok(book) => {
                let counts = compared(&base.book, &book);
                part.note(note(counts));
                let rows = counts[0] + counts[1] + counts[2];
                (rows, rows, base.in_the_way(actor))
            }
            Err(list) => (0, 0, Some(in_one_sentence(&list))),
        };
        let parts = vec![Part { told: part, fields: Vec::new() }];
        Ok(Preview { parts, rows, good, trouble, ..Preview::default() })
    }

    pub(crate) fn take_in_book(
        &self,
        actor: &Actor,
        name: &str,
        format: &str,
        book: Result<Json, Vec<PolicyError>>,
        why: &str,
    ) -> Result<Answer, Error> {
        let refused = |said| Error::Invalid { field: "file".to_owned(), said };
        let book = book.map_err(|list| refused(in_one_sentence(&list)))?;
        let base = self.0.policy_base()?;
        if let Some(said) = base.in_the_way(actor) {
            return Err(refused(said));
        }
        let counts = compared(&base.book, &book);
        let why = if why.is_empty() { format!("传回整本底账 {name}") } else { why.to_owned() };
        self.0.propose_policies_over(actor.clone(), book.to_string(), why, base.draft).wait()?;
        let mut part = Told { format: format.to_owned(), ..Told::default() };
        part.note(note(counts));
        part.note("已成草案，由另一人审批发布后生效 / a draft: it holds when another person has released it");
        Ok(Answer {
            rows: counts[0] + counts[1] + counts[2],
            accepted: counts[0],
            changed: counts[1],
            duplicates: counts[2],
            told: vec![part],
            seen_at: Some("/desk/companies/policies".to_owned()),
            ..Answer::default()
        })
    }
}
