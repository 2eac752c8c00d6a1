//! 答复模板: a reply with fields, for many cases of one matter. A field stands in braces, `{编号}`; those that a case answers by itself
//! are filled in, the others are asked.

use crate::words::words;

words! {
    /// A field that the case itself fills in.
    ReplyField {
        Number = "number", "编号";
        Title = "title", "标题";
        Lodged = "lodged", "登记日期";
        Today = "today", "今天";
        Unit = "unit", "承办单位";
        Place = "place", "地点";
    }
}

/// The longest name of a field, characters.
const NAME_MAX: usize = 20;

/// A piece of a template: a text, or a field.
enum Piece<'t> {
    Text(&'t str),
    Field(&'t str),
}

fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut out = Vec::new();
    let mut rest = text;
    while let Some(open) = rest.find(['{', '｛']) {
        let (before, from) = rest.split_at(open);
        let inner = &from[from.chars().next().map_or(1, char::len_utf8)..];
        let close = inner.find(['}', '｝']);
        let name = close
            .map(|at| inner[..at].trim())
            .filter(|n| !n.is_empty() && n.chars().count() <= NAME_MAX && !n.contains(['{', '｛', '\n']));
        match (name, close) {
            (Some(name), Some(at)) => {
                out.push(Piece::Text(before));
                out.push(Piece::Field(name));
                rest = &inner[at + inner[at..].chars().next().map_or(1, char::len_utf8)..];
            }
            // A brace that opens no field stands as it is.
            _ => {
                let keep = rest.len() - inner.len();
                out.push(Piece::Text(&rest[..keep]));
                rest = inner;
            }
        }
    }
    out.push(Piece::Text(rest));
    out
}

/// The fields of a template, each once, in their order.
pub fn fields_in(text: &str) -> Vec<&str> {
    let mut out = Vec::new();
    for piece in pieces(text) {
        if let Piece::Field(name) = piece
            && !out.contains(&name)
        {
            out.push(name);
        }
    }
    out
}

/// The text with its fields filled in; a field without a value stands as it is, so that whoever sends it sees it.
///
/// ```
/// let text = resolve::fill_in("关于{标题}，{日期}前办结。", |f| (f == "标题").then(|| "路灯".to_owned()));
/// assert_eq!(text, "关于路灯，{日期}前办结。");
/// ```
pub fn fill_in(text: &str, value: impl Fn(&str) -> Option<String>) -> String {
    let mut out = String::new();
    for piece in pieces(text) {
        match piece {
            Piece::Text(t) => out.push_str(t),
            Piece::Field(name) => match value(name) {
                Some(v) => out.push_str(&v),
                None => {
                    out.push('{');
                    out.push_str(name);
                    out.push('}');
                }
            },
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_found_once_and_braces_that_open_none_stand() {
        assert_eq!(fields_in("{编号}：｛标题｝，{编号}，{}，{a"), ["编号", "标题"]);
        let filled = fill_in("{编号}｛标题｝{}{x{编号}}", |f| Some(format!("<{f}>")));
        assert_eq!(filled, "<编号><标题>{}{x<编号>}");
        assert_eq!(fill_in("{未知}", |_| None), "{未知}");
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_filled_in_and_without_fields_stays(text in "\\PC{0,60}") {
            let filled = fill_in(&text, |_| None);
            if fields_in(&text).is_empty() {
                proptest::prop_assert_eq!(&filled, &text);
            }
            proptest::prop_assert_eq!(fill_in(&filled, |_| None), filled);
        }
    }
}
