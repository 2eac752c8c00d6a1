//! Small XML documents as trees: for models, never for logs.

use std::borrow::Cow;
use std::io::Read;

use crate::error::{Error, Limits};
use crate::source::utf8;
use crate::xml::{Scanner, Token, escape, plain};

/// An element with its attributes, children and own text.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Element {
    /// Name without prefix.
    pub name: String,
    /// Name as it is written, with its prefix.
    pub tag: String,
    /// Names with prefix, resolved values.
    pub attrs: Vec<(String, String)>,
    pub children: Vec<Element>,
    /// Texts directly inside, joined.
    pub text: String,
}

impl Element {
    /// The attribute of this local name.
    pub fn attr(&self, name: &str) -> Option<&str> {
        let local = |n: &str| n.rsplit(':').next().is_some_and(|l| l == name);
        self.attrs.iter().find(|(n, _)| local(n)).map(|(_, v)| v.as_str())
    }
    /// A new element with attributes.
    pub fn new(tag: &str, attrs: &[(&str, &str)]) -> Self {
        let name = tag.rsplit(':').next().unwrap_or(tag).to_owned();
        let attrs = attrs.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
        Self { name, tag: tag.to_owned(), attrs, ..Self::default() }
    }
    /// The same with children.
    #[must_use]
    pub fn with(mut self, children: impl IntoIterator<Item = Element>) -> Self {
        self.children.extend(children);
        self
    }
    /// Writes the element and everything in it. Texts keep their line breaks.
    pub fn write(&self, out: &mut String) {
        out.push('<');
        out.push_str(&self.tag);
        for (name, value) in &self.attrs {
            out.push(' ');
            out.push_str(name);
            out.push_str("=\"");
            escape(out, value);
            out.push('"');
        }
        if self.children.is_empty() && self.text.is_empty() {
            out.push_str("/>\n");
            return;
        }
        out.push('>');
        // A space at the very beginning (from CDATA) would be taken for layout.
        let rest = self.text.strip_prefix(' ');
        out.push_str(if rest.is_some() { "&#32;" } else { "" });
        escape(out, rest.unwrap_or(&self.text));
        if !self.children.is_empty() {
            out.push('\n');
        }
        self.children.iter().for_each(|c| c.write(out));
        out.push_str("</");
        out.push_str(&self.tag);
        out.push_str(">\n");
    }
    /// The first child of this name.
    pub fn child(&self, name: &str) -> Option<&Element> {
        self.children.iter().find(|c| c.name == name)
    }
    /// All children of this name.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Element> {
        self.children.iter().filter(move |c| c.name == name)
    }
    /// All elements of this name below, in document order.
    pub fn descendants<'a>(&'a self, name: &str, found: &mut Vec<&'a Element>) {
        for c in &self.children {
            if c.name == name {
                found.push(c);
            }
            c.descendants(name, found);
        }
    }
}

/// A text as XML can carry it: what [`escape`] would write as a blank is read as one, so that a model stays the
/// same when it is written and read again.
fn carried(text: &str) -> Cow<'_, str> {
    let blank = |c: char| c < ' ' && !matches!(c, '\n' | '\r' | '\t');
    if text.contains(blank) { Cow::Owned(text.replace(blank, " ")) } else { Cow::Borrowed(text) }
}

/// Elements in one document at most.
const MAX_ELEMENTS: usize = 2_000_000;

/// Reads a whole document; its root element.
pub fn parse_xml<R: Read>(source: R, limits: Limits) -> Result<Element, Error> {
    let mut scanner = Scanner::new(utf8(source)?, limits);
    let mut open: Vec<Element> = Vec::new();
    let mut count = 0;
    loop {
        match scanner.next_token()? {
            Token::Open { empty } => {
                count += 1;
                if count > MAX_ELEMENTS {
                    return Err(Error::TooLarge { what: "元素 / elements", limit: MAX_ELEMENTS as u64 });
                }
                let line = scanner.line();
                let name = |raw: &[u8]| {
                    let text = plain(raw).text.into_owned();
                    if !text.contains(char::is_control) {
                        return Ok(text);
                    }
                    Err(Error::Broken {
                        what: "名称含有控制字符 / a control character in a name".to_owned(),
                        line,
                    })
                };
                let attrs = (0..scanner.attr_count()).map(|i| scanner.attr(i));
                let value = |raw: &[u8]| carried(&plain(raw).text).into_owned();
                let element = Element {
                    name: name(scanner.name())?,
                    tag: name(scanner.full_name())?,
                    attrs: attrs.map(|(n, v)| Ok((name(n)?, value(v)))).collect::<Result<_, Error>>()?,
                    ..Element::default()
                };
                if !empty {
                    open.push(element);
                } else if let Some(parent) = open.last_mut() {
                    parent.children.push(element);
                } else {
                    return Ok(element);
                }
            }
            Token::Close => {
                let Some(done) = open.pop() else { continue };
                match open.last_mut() {
                    Some(parent) => parent.children.push(done),
                    None => return Ok(done),
                }
            }
            Token::Text | Token::Cdata => {
                if let Some(e) = open.last_mut() {
                    e.text.push_str(carried(&plain(scanner.text()).text).trim_end());
                }
            }
            Token::End => {
                let what = "文件没有结束 / the file has no end".to_owned();
                return Err(Error::Broken { what, line: scanner.line() });
            }
        }
    }
}
