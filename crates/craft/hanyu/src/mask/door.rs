//! 门牌: building, entrance, room. A street with its number, or a building alone, is a place that many share; a
//! room is a home, and so is a house in a village or lane, where one family lives.

use super::{Found, MAX_FOUND, Personal};

/// What may follow a number in an address below the street, longer before shorter; `true`: it is a room.
const PARTS: [(&str, bool); 13] = [
    ("组", false),
    ("号楼", false),
    ("单元", true),
    ("号房", true),
    ("门洞", true),
    ("栋", false),
    ("幢", false),
    ("座", false),
    ("号", false),
    ("层", false),
    ("楼", false),
    ("室", true),
    ("户", true),
];

/// Where the number of a house is the door of one family.
const HAMLETS: &str = "巷弄村组庄";
/// What follows a number of something else: 3号窗口, 2号线, 5号文件.
const NOT_HOUSES: &str = "楼窗线文柜台桌机池站井馆院令公厅通车厂库坝泵";

/// Does the number of a house that ends at `end` name one family's door?
fn house(text: &str, from: usize, end: usize) -> bool {
    text[from..end].ends_with('号')
        && !text[end..].chars().next().is_some_and(|c| NOT_HOUSES.contains(c))
        && (text[from..end].contains('组')
            || text[..from].chars().next_back().is_some_and(|c| HAMLETS.contains(c)))
}

fn is_number(c: char) -> bool {
    c.is_ascii_digit() || "一二三四五六七八九十零".contains(c)
}

/// The end of a number and its part at the beginning of `text`, and whether it names a room.
fn part(text: &str) -> Option<(usize, bool)> {
    let digits = text.find(|c| !is_number(c)).unwrap_or(text.len());
    if digits == 0 || text[..digits].chars().count() > 5 {
        return None;
    }
    let (word, room) = PARTS.iter().find(|(w, _)| text[digits..].starts_with(w))?;
    // 3户居民 counts households, 三层 is a height.
    Some((digits + word.len(), *room))
}

/// Doors: two parts or more of which one is a room, or the digits that follow a building.
pub(super) fn doors(text: &str, out: &mut Vec<Found>) {
    let mut at = 0;
    while let Some(from) = text[at..].find(is_number).map(|i| at + i) {
        let (mut end, mut parts, mut room) = (from, 0, false);
        while let Some((n, is_room)) = part(&text[end..]) {
            end += n;
            parts += 1;
            room |= is_room;
        }
        // 3栋502, 3栋2-502
        let tail = text[end..].find(|c: char| !c.is_ascii_digit() && c != '-').unwrap_or(text.len() - end);
        if parts > 0 && text[end..end + tail].bytes().filter(u8::is_ascii_digit).count() >= 3 {
            end += tail;
            parts += 1;
            room = true;
        }
        if (room && parts >= 2 || parts > 0 && house(text, from, end)) && out.len() < MAX_FOUND {
            out.push(Found { at: from..end, kind: Personal::Door });
        }
        let next = text[from..].find(|c| !is_number(c)).map_or(text.len(), |i| from + i);
        at = end.max(next);
    }
}
