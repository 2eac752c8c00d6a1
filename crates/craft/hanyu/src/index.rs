//! 入库: what an index keeps of a text, from one cutting: its signature and its search terms. Must not know an index.

use crate::cut::Cutter;
use crate::normalise::{MAX_CHARS, fold, head};
use crate::same::{Compared, Signature};
use crate::search::terms_in;

/// What an index keeps of a text.
#[derive(Clone, Debug, PartialEq)]
pub struct Indexed {
    /// `same::signature` of title and body.
    pub signature: Signature,
    /// The terms of `search::search_terms` of title, body and rest, blanks between them; sorted, each once.
    pub terms: Vec<String>,
}

/// Reads a letter for an index: a title and a body, which are compared and searched, and a rest, which is only
/// searched. The same as two readings, at the cost of little more than one. Of all three together `MAX_CHARS`
/// characters are searched.
pub fn indexed(cutter: &Cutter, title: &str, body: &str, rest: &str) -> Indexed {
    let all = [title, body, rest].map(fold).join(" ");
    let all = head(&all, MAX_CHARS);
    let mut pieces = cutter.read(all, true);
    let terms = terms_in(cutter, all, &mut pieces).into_iter().map(|t| t.0).collect();
    let compared = Compared::of(title, body);
    let pieces = cutter.read_like(&compared.text, all, &pieces);
    Indexed { signature: compared.signature(cutter, pieces), terms }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::same::signature;
    use crate::search::search_terms;

    fn same_as_two_readings(title: &str, body: &str, rest: &str) -> Result<(), TestCaseError> {
        let cutter = Cutter::standard();
        let one = indexed(cutter, title, body, rest);
        prop_assert_eq!(&one.signature, &signature(cutter, title, body));
        let terms: Vec<String> =
            search_terms(cutter, &format!("{title} {body} {rest}")).into_keys().collect();
        prop_assert_eq!(&one.terms, &terms);
        Ok(())
    }

    #[test]
    fn letters_longer_than_what_is_compared() {
        let long = "A3区梧桐花园小区旁边的搅拌站,每天半夜施工。".repeat(60);
        for cut in 0..24 {
            let body: String = long.chars().skip(cut).collect();
            same_as_two_readings("关于搅拌站\n", &body, "4306-2026-0000017 咏梅苑").unwrap();
            same_as_two_readings(&body, "噪音", "").unwrap();
        }
    }

    proptest! {
        #[test]
        fn one_cutting_says_what_two_say(
            title in "[一-龥A3区市路 \n,。_x0D]{0,30}",
            body in "([一-龥]|小区|\n|\u{3000}|。|A[1-9]区|[0-9]月[0-9]日|_x000D_|②|-|\\PC){0,300}",
            rest in "\\PC{0,40}",
            times in 1_usize..5,
        ) {
            same_as_two_readings(&title, &body.repeat(times), &rest)?;
        }
    }
}
