//! 写开的号码: numbers in Chinese numerals, and numbers whose groups are parted by whatever mark. A mark may as well part
//! amounts, dates or a list, so here the groups must have the shape in which people write such a number.

use std::ops::Range;

use super::number::{digits_kind, plausible_birth, years};
use super::{Found, MAX_FOUND, Personal, UNITS};
use crate::checks::{bank_card, identity_number};
use tabular::plain::numeral;

/// Marks that may stand between the groups of a number.
const MARKS: &str = " .-/·_,，、\n\r\t()（）:：*|\\";
/// Marks between two groups at most: `) - `.
const MARKS_MAX: usize = 3;
/// Groups of one number at most: an identity number digit by digit.
const GROUPS_MAX: usize = 19;

/// How people part the eleven digits of a mobile number.
const MOBILE: [&[usize]; 10] = [
    &[11],
    &[3, 4, 4],
    &[3, 3, 5],
    &[4, 4, 3],
    &[4, 3, 4],
    &[3, 5, 3],
    &[3, 8],
    &[7, 4],
    &[5, 6],
    &[3, 2, 2, 2, 2],
];
/// How people part the eighteen places of an identity number, the last of which may be an X.
const IDENTITY: [&[usize]; 7] =
    [&[18], &[6, 8, 4], &[6, 4, 4, 4], &[4, 4, 4, 4, 2], &[3, 3, 4, 4, 4], &[6, 4, 2, 2, 4], &[6, 12]];
/// How people part the number of a card.
const CARD: [&[usize]; 7] =
    [&[4, 4, 4, 4], &[4, 4, 4, 4, 3], &[4, 4, 4, 4, 2], &[4, 4, 4, 4, 1], &[4, 4, 4, 7], &[6, 13], &[6, 10]];

struct Group {
    at: Range<usize>,
    digits: String,
    han: bool,
    /// An X follows at once.
    x: bool,
}

/// Finds them in a plain text.
pub(super) fn numbers(text: &str, out: &mut Vec<Found>) {
    let mut run: Vec<Group> = Vec::new();
    let mut marks = 0;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let figure = if c.is_ascii_digit() { Some(c) } else { numeral(c) };
        let Some(figure) = figure else {
            marks += 1;
            if !MARKS.contains(c) || marks > MARKS_MAX {
                ripe(text, &mut run, out);
            }
            continue;
        };
        let end = at + c.len_utf8();
        match run.last_mut().filter(|g| g.at.end == at) {
            Some(group) => {
                group.at.end = end;
                group.digits.push(figure);
                group.han |= !c.is_ascii();
            }
            None => run.push(Group { at: at..end, digits: figure.to_string(), han: !c.is_ascii(), x: false }),
        }
        marks = 0;
        if let Some(last) = run.last_mut() {
            last.x = chars.peek().is_some_and(|(_, c)| matches!(c, 'x' | 'X'));
        }
    }
    ripe(text, &mut run, out);
}

/// Looks through the groups of one run, and forgets them.
fn ripe(text: &str, run: &mut Vec<Group>, out: &mut Vec<Found>) {
    let mut i = 0;
    let digits: usize = run.iter().map(|g| g.digits.len()).sum();
    // Most runs are a figure or a date.
    while digits >= 7 && i < run.len() && out.len() < MAX_FOUND {
        let ends = (i..run.len().min(i + GROUPS_MAX)).rev();
        let found = ends.filter_map(|j| kind(text, &run[i..=j]).map(|k| (j, k))).next();
        let Some((j, (kind, x))) = found else {
            i += 1;
            continue;
        };
        out.push(Found { at: run[i].at.start..run[j].at.end + usize::from(x), kind });
        i = j + 1;
    }
    run.clear();
}

/// What these groups are as one number, and whether an X behind them belongs to it.
fn kind(text: &str, groups: &[Group]) -> Option<(Personal, bool)> {
    let first = groups.first()?;
    let own = match first.digits.as_str() {
        "86" | "086" | "0086" if groups.len() > 1 => &groups[1..],
        _ => groups,
    };
    let sizes: Vec<usize> = own.iter().map(|g| g.digits.len()).collect();
    let total: usize = sizes.iter().sum();
    if !(7..=19).contains(&total) {
        return None;
    }
    let digits: String = own.iter().map(|g| g.digits.as_str()).collect();
    let b = digits.as_bytes();
    let last = own.last()?;
    let between =
        |any: &str| own.windows(2).any(|w| text[w[0].at.end..w[1].at.start].contains(|c| any.contains(c)));
    let han = own.iter().any(|g| g.han);
    // 1381234.5678 and 1,381,234 are amounts; three groups with dots between are none.
    let amount = own.len() == 2 && between(".,，、:：*") && !digits.starts_with('0');
    let one_by_one = sizes.len() > 1 && sizes.iter().all(|n| *n == 1);
    if total == 11 && b[0] == b'1' && (b'3'..=b'9').contains(&b[1]) && !amount {
        return (one_by_one || MOBILE.contains(&sizes.as_slice()) && (own.len() > 1 || han))
            .then_some((Personal::Phone, false));
    }
    if (10..=12).contains(&total) && b[0] == b'0' && (b'1'..=b'9').contains(&b[1]) {
        let shape = matches!(sizes.as_slice(), [3 | 4, 7 | 8] | [3 | 4, 3 | 4, 4]) || (own.len() == 1 && han);
        return (shape || one_by_one && han).then_some((Personal::Phone, false));
    }
    let x = total == 17 && last.x;
    if (total == 18 || x) && plausible_birth(&digits[6..14]) && (b'1'..=b'8').contains(&b[0]) {
        let whole = if x { format!("{digits}X") } else { digits.clone() };
        let mut sizes = sizes.clone();
        if let Some(n) = sizes.last_mut() {
            *n += usize::from(x);
        }
        let shape = one_by_one || IDENTITY.contains(&sizes.as_slice()) || identity_number(&whole).is_ok();
        if shape {
            return Some((Personal::Identity, x));
        }
    }
    if own.len() == 1 {
        let rest = text[last.at.end..].chars().next();
        let counted = total < 10 && rest.is_some_and(|c| UNITS.contains(c));
        let row = b.windows(2).all(|w| w[1] == w[0] + 1);
        return digits_kind(&digits).filter(|_| han && !counted && !row).map(|k| (k, false));
    }
    let card = CARD.contains(&sizes.as_slice()) && !between(",，、:：") && !years(&digits);
    (card && (bank_card(&digits) || digits.starts_with("62"))).then_some((Personal::BankCard, false))
}
