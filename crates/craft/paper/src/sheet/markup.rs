//! 标记文本: tags and text of HTML and XML, read as browsers do: what is wrong with it does not stop it.

use std::borrow::Cow;

/// A tag or the text before the next one.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    /// `<tr …>`: local name in small letters, the rest of the tag, whether it closes itself.
    Open(String, &'a str, bool),
    /// `</tr>`
    Close(String),
    /// Text as it is written.
    Text(&'a str),
}

/// Reads a text piece by piece; comments, declarations, scripts and styles are passed over.
pub(super) struct Markup<'a> {
    rest: &'a str,
}

impl<'a> Markup<'a> {
    pub(super) const fn new(text: &'a str) -> Self {
        Self { rest: text }
    }
}

fn local(name: &str) -> String {
    name.rsplit(':').next().unwrap_or_default().to_lowercase()
}

impl<'a> Iterator for Markup<'a> {
    type Item = Piece<'a>;
    fn next(&mut self) -> Option<Piece<'a>> {
        loop {
            if self.rest.is_empty() {
                return None;
            }
            let Some(rest) = self.rest.strip_prefix('<') else {
                let end = self.rest.find('<').unwrap_or(self.rest.len());
                let (text, rest) = self.rest.split_at(end);
                self.rest = rest;
                return Some(Piece::Text(text));
            };
            if let Some(comment) = rest.strip_prefix("!--") {
                self.rest = comment.split_once("-->").map_or("", |c| c.1);
                continue;
            }
            if let Some(data) = rest.strip_prefix("![CDATA[") {
                let (text, rest) = data.split_once("]]>").unwrap_or((data, ""));
                self.rest = rest;
                return Some(Piece::Text(text));
            }
            let Some(end) = tag_end(rest) else {
                self.rest = "";
                // A closing tag that the file broke off in says nothing.
                return (!rest.starts_with('/')).then_some(Piece::Text(rest));
            };
            let tag = &rest[..end];
            self.rest = &rest[end + 1..];
            if tag.starts_with(['!', '?']) {
                continue;
            }
            if let Some(name) = tag.strip_prefix('/') {
                return Some(Piece::Close(local(name.trim())));
            }
            let closes = tag.ends_with('/');
            let tag = tag.trim_end_matches('/');
            let (name, attrs) = tag.split_at(tag.find(|c: char| c.is_whitespace()).unwrap_or(tag.len()));
            // Of a web page; `style:style` of a document holds elements like any other.
            let raw = !closes && ["script", "style"].iter().any(|n| name.eq_ignore_ascii_case(n));
            let name = local(name);
            if raw {
                let lower = self.rest.to_ascii_lowercase();
                let at = lower.find(&format!("</{name}")).unwrap_or(self.rest.len());
                self.rest = &self.rest[at..];
                continue;
            }
            return Some(Piece::Open(name, attrs, closes));
        }
    }
}

/// The `>` of a tag, outside of the quotes of its attributes.
fn tag_end(rest: &str) -> Option<usize> {
    let mut quote = None;
    for (i, b) in rest.bytes().enumerate() {
        match (quote, b) {
            (None, b'>') => return Some(i),
            (None, b'"' | b'\'') if rest[..i].trim_end().ends_with('=') => quote = Some(b),
            (Some(q), b) if q == b => quote = None,
            _ => {}
        }
    }
    // A quote that is never closed.
    rest.find('>')
}

/// Text with its entities as characters.
pub(super) fn decoded(text: &str) -> Cow<'_, str> {
    if !text.contains('&') {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let end = rest.bytes().take(12).position(|b| b == b';');
        let word = end.map(|e| &rest[..e]);
        let found = word.and_then(|word| match word {
            "amp" => Some('&'),
            "lt" => Some('<'),
            "gt" => Some('>'),
            "quot" => Some('"'),
            "apos" => Some('\''),
            "nbsp" => Some(' '),
            "middot" => Some('·'),
            "mdash" => Some('—'),
            _ => {
                let number = word.strip_prefix('#')?;
                let code = match number.strip_prefix(['x', 'X']) {
                    Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                    None => number.parse().ok()?,
                };
                char::from_u32(code)
            }
        });
        match (found, end) {
            (Some(c), Some(end)) => {
                out.push(c);
                rest = &rest[end + 1..];
            }
            _ => out.push('&'),
        }
    }
    out.push_str(rest);
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_texts_and_what_browsers_forgive() {
        let all: Vec<_> = Markup::new("<!DOCTYPE html><TABLE a='x>y'><tr><td nowrap>甲&amp;乙<br/>丙</td><script>if (a<b) </script><!-- <td> --><ss:Cell ss:Index=\"3\"/><![CDATA[<x>]]></tr").collect();
        let open = |name: &str, attrs, closes| Piece::Open(name.to_owned(), attrs, closes);
        let want = [
            open("table", " a='x>y'", false),
            open("tr", "", false),
            open("td", " nowrap", false),
            Piece::Text("甲&amp;乙"),
            open("br", "", true),
            Piece::Text("丙"),
            Piece::Close("td".to_owned()),
            Piece::Close("script".to_owned()),
            open("cell", " ss:Index=\"3\"", true),
            Piece::Text("<x>"),
        ];
        assert_eq!(all, want);
        let all: Vec<_> =
            Markup::new("<style:style name='x'><a/></style:style><style>a{<b>}</style>").collect();
        assert_eq!((all.len(), &all[1]), (4, &open("a", "", true)));
        assert_eq!(
            decoded("甲&amp;乙 &#20013;&#x4e2d; &lt;&gt;&quot;&nbsp;& &unknown; &#xD800;"),
            "甲&乙 中中 <>\" & &unknown; &#xD800;"
        );
    }
}
