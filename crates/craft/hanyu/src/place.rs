//! 地点: places in folded text: divisions (also anonymised ones, A市A3区), roads, estates, schools, villages,
//! companies; found by their last word and the words before it. Must not know a map: a name is all there is.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::cut::{Cutter, Token};
pub use crate::word::tables::PlaceKind;
use crate::word::tables::{SUFFIXES, not_places};

/// The most places taken from one text.
pub const MAX_PLACES: usize = 200;

/// A place name in a text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// Byte range in the folded text.
    pub at: Range<usize>,
    /// The name as written.
    pub name: String,
    /// Its kind.
    pub kind: PlaceKind,
}

/// Anonymised and plain divisions by their characters: `A市`, `A3区`, `K10县`, `西地省`.
fn anonymous_divisions(folded: &str) -> Vec<Range<usize>> {
    let mut out = Vec::new();
    let b = folded.as_bytes();
    let mut i = 0;
    while i < b.len() && out.len() < MAX_PLACES {
        if b[i].is_ascii_uppercase() && (i == 0 || !b[i - 1].is_ascii_alphanumeric()) {
            let digits = b[i + 1..].iter().take(2).take_while(|c| c.is_ascii_digit()).count();
            let mut at = i + 1 + digits;
            while b.get(at) == Some(&b' ') {
                at += 1;
            }
            if let Some(c) = folded.get(at..).and_then(|r| r.chars().next())
                && matches!(c, '市' | '区' | '县' | '州')
            {
                out.push(i..at + c.len_utf8());
                i = at;
            }
        }
        i += 1;
    }
    out
}

/// The places of a folded text, in order of appearance; parts of one address come one by one.
pub fn places(cutter: &Cutter, folded: &str) -> Vec<Place> {
    places_in(cutter, folded, &mut cutter.read(folded, false))
}

/// The same of a text that was cut already; shorter words inside others are passed over.
pub(crate) fn places_in(cutter: &Cutter, folded: &str, words: &mut Vec<Token<'_>>) -> Vec<Place> {
    words.retain(|t| t.whole);
    let mut out: Vec<Place> = anonymous_divisions(folded)
        .into_iter()
        .map(|at| Place { name: folded[at.clone()].replace(' ', ""), at, kind: PlaceKind::Division })
        .collect();
    let divisions: Vec<Range<usize>> = out.iter().map(|p| p.at.clone()).collect();
    let in_division = |at: &Range<usize>| {
        let i = divisions.partition_point(|d| d.end <= at.start);
        divisions.get(i).is_some_and(|d| d.start < at.end)
    };
    let mut free_from = 0;
    for i in 0..words.len() {
        let Token { word, start, facts, .. } = words[i];
        let at = start..start + word.len();
        if out.len() >= MAX_PLACES {
            break;
        }
        if in_division(&at) {
            free_from = i + 1;
            continue;
        }
        if facts.ends_division() {
            cutter.tag(folded, words, i);
            if words[i].facts.is_division() {
                out.push(Place { at, name: word.to_owned(), kind: PlaceKind::Division });
                free_from = i + 1;
                continue;
            }
        }
        let Some((_, kind)) = usize::from(facts.suffix).checked_sub(1).and_then(|s| SUFFIXES.get(s)) else {
            continue;
        };
        let mut first = i;
        let mut chars = usize::from(facts.chars);
        while first > free_from && chars < 10 && i - first < 4 {
            cutter.tag(folded, words, first - 1);
            let before = words[first - 1].facts;
            if !before.may_name() || before.breaks() {
                break;
            }
            chars += usize::from(before.chars);
            first -= 1;
        }
        let range = words[first].start..at.end;
        let name = &folded[range.clone()];
        if name.chars().count() >= 3 && !not_places().contains(name) {
            push_split(folded, range, *kind, &mut out);
            free_from = i + 1;
        }
    }
    without_persons(folded, &mut out);
    out.sort_by_key(|p| (p.at.start, p.at.end));
    out.dedup_by(|b, a| b.at == a.at);
    out
}

/// So many letters and digits in a row before a name are a number of somebody (QQ123456789, abc13800138000): 108国道 has three.
const RUN: usize = 5;

/// 13800138000翠湖小区: what is somebody's and stands directly before a place is no part of its name.
fn without_persons(folded: &str, places: &mut Vec<Place>) {
    let latin = |name: &str| name.bytes().any(|b| b.is_ascii_alphanumeric());
    if !places.iter().any(|p| p.kind != PlaceKind::Division && latin(&p.name)) {
        return;
    }
    let found = crate::mask::find(folded);
    places.retain_mut(|p| {
        if !latin(&p.name) {
            return true;
        }
        let over =
            found.iter().filter(|f| f.at.start < p.at.end && f.at.end > p.at.start).map(|f| f.at.end).max();
        let mut start = over.unwrap_or(p.at.start).max(p.at.start);
        let rest = folded.get(start..p.at.end).unwrap_or_default();
        let run =
            rest.bytes().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b' ')).count();
        if run >= RUN || over.is_some() {
            start += run;
        }
        let name = folded.get(start..p.at.end).unwrap_or_default();
        if start > p.at.start {
            p.at.start = start;
            name.clone_into(&mut p.name);
            return name.chars().count() >= 3;
        }
        true
    });
}

/// 春华镇金鼎村 names two places when the cutter takes them for one.
fn push_split(folded: &str, range: Range<usize>, kind: PlaceKind, out: &mut Vec<Place>) {
    let name = &folded[range.clone()];
    let inner = ["街道", "镇"].iter().find_map(|s| {
        let end = name.find(s)? + s.len();
        let parts = (name[..end].chars().count(), name[end..].chars().count());
        (parts.0 >= 3 && parts.1 >= 3).then_some(end)
    });
    let mut push = |at: Range<usize>, kind| out.push(Place { name: folded[at.clone()].to_owned(), at, kind });
    match inner {
        Some(cut) => {
            push(range.start..range.start + cut, PlaceKind::Township);
            push(range.start + cut..range.end, kind);
        }
        None => push(range, kind),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(t: &str) -> Vec<String> {
        places(Cutter::standard(), t).into_iter().map(|p| p.name).collect()
    }

    #[test]
    fn a_number_of_somebody_is_no_part_of_a_place() {
        for before in [
            "电话13800138000",
            "身份证43010119900307123X",
            "卡号6222021234567890123",
            "湘A12345",
            "QQ123456789",
            "QQ:123456789",
            "微信abc13800138000",
            "电话88886666",
            "138 0013 8000",
            "电话0731-88886666",
        ] {
            let names = found(&format!("{before}翠湖小区停水三天"));
            assert_eq!(names, ["翠湖小区"], "{before}");
        }
        assert_eq!(found("108国道第3中学"), ["108国道第3中学"]);
    }

    #[test]
    fn anonymous_and_plain_places() {
        assert_eq!(found("A市A3区桐梓坡西路可可小城长期停水"), ["A市", "A3区", "桐梓坡西路"]);
        assert_eq!(found("A7县春华镇金鼎村七里组村民"), ["A7县", "春华镇", "金鼎村", "七里组"]);
        let p = found("位于A市A2区桂花坪街道的景蓉华苑小区物业");
        assert_eq!(&p[..2], ["A市", "A2区"]);
        assert!(p.iter().any(|n| n.contains("桂花坪街道")) && p.iter().any(|n| n.contains("华苑")), "{p:?}");
        assert!(found("我们小区的公司在学校").is_empty());
        assert!(found("").is_empty());
    }
}
