//! The XML of OFD: small parts, from many writers. Namespaces and prefixes are not looked at, because writers
//! disagree about them; entities other than the five of XML are not expanded, so nothing grows while it is read.

use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

use crate::limits::{DEPTH, ITEMS, Limits};

/// An element: its name without prefix, attributes, text, and what is inside.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Element {
    pub name: String,
    attributes: Vec<(String, String)>,
    text: String,
    pub children: Vec<Element>,
}

/// Not XML, or more of it than any honest part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NotXml;

impl Element {
    /// Reads a part.
    pub fn read(bytes: &[u8], limits: &Limits) -> Result<Self, NotXml> {
        if bytes.len() > limits.part {
            return Err(NotXml);
        }
        let text = decoded(bytes);
        let mut reader = Reader::from_str(&text);
        reader.config_mut().expand_empty_elements = true;
        let mut open: Vec<Self> = vec![Self::default()];
        let mut count = 0;
        loop {
            match reader.read_event().map_err(|_| NotXml)? {
                Event::Start(start) => {
                    count += 1;
                    if count > limits.elements || open.len() > DEPTH {
                        return Err(NotXml);
                    }
                    open.push(started(&start)?);
                }
                Event::End(_) => {
                    let done = open.pop().ok_or(NotXml)?;
                    open.last_mut().ok_or(NotXml)?.children.push(done);
                }
                Event::Text(t) => {
                    open.last_mut().ok_or(NotXml)?.text.push_str(&t.xml_content(XmlVersion::Implicit1_0));
                }
                Event::CData(t) => {
                    open.last_mut().ok_or(NotXml)?.text.push_str(&t.xml_content(XmlVersion::Implicit1_0));
                }
                Event::GeneralRef(r) => {
                    let c = match r.resolve_char_ref() {
                        Ok(Some(c)) => c,
                        Ok(None) => entity(&r).ok_or(NotXml)?,
                        Err(_) => return Err(NotXml),
                    };
                    open.last_mut().ok_or(NotXml)?.text.push(c);
                }
                // A document type could define entities; OFD has none.
                Event::DocType(_) => return Err(NotXml),
                Event::Eof => break,
                _ => {}
            }
        }
        match (open.pop(), open.is_empty()) {
            (Some(mut root), true) if root.children.len() == 1 => root.children.pop().ok_or(NotXml),
            _ => Err(NotXml),
        }
    }

    /// Is it called so? Capital letters do not matter.
    pub fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }
    /// The children of this name.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Self> {
        self.children.iter().filter(move |c| c.is(name))
    }
    /// The first child of this name.
    pub fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|c| c.is(name))
    }
    /// An attribute; some writers make it an element.
    pub fn value(&self, name: &str) -> Option<&str> {
        let attribute =
            self.attributes.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.trim());
        attribute.or_else(|| self.child(name).map(Self::text)).filter(|t| !t.is_empty())
    }
    /// Its text without the space around it.
    pub fn text(&self) -> &str {
        self.text.trim()
    }
}

fn entity(name: &str) -> Option<char> {
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        _ => return None,
    })
}

fn started(start: &BytesStart<'_>) -> Result<Element, NotXml> {
    let mut element = Element { name: start.local_name().into_inner().to_owned(), ..Element::default() };
    // Looking for doubled attributes costs their square, so only few are taken.
    for attribute in start.attributes().with_checks(false) {
        let attribute = attribute.map_err(|_| NotXml)?;
        if element.attributes.len() == ITEMS {
            return Err(NotXml);
        }
        let value = quick_xml::escape::unescape(&attribute.value).map_err(|_| NotXml)?;
        element.attributes.push((attribute.key.local_name().into_inner().to_owned(), value.into_owned()));
    }
    Ok(element)
}

/// Text in the encoding of its byte-order mark, else of its declaration, else UTF-8.
fn decoded(bytes: &[u8]) -> String {
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(200)]).to_ascii_lowercase();
    let declared = head.split_once("encoding=").and_then(|(_, rest)| {
        let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
        encoding_rs::Encoding::for_label(rest[1..].split(quote).next()?.as_bytes())
    });
    let wide = match bytes {
        [b'<', 0, ..] => Some(encoding_rs::UTF_16LE),
        [0, b'<', ..] => Some(encoding_rs::UTF_16BE),
        // A declaration of UTF-16 that can be read byte by byte is wrong.
        _ => declared.filter(|e| *e != encoding_rs::UTF_16LE && *e != encoding_rs::UTF_16BE),
    };
    wide.unwrap_or(encoding_rs::UTF_8).decode(bytes).0.into_owned()
}

/// A text as it must stand in XML.
pub(crate) fn escaped(text: &str) -> String {
    quick_xml::escape::escape(text).into_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Result<Element, NotXml> {
        Element::read(text.as_bytes(), &Limits::default())
    }

    #[test]
    fn any_prefix_any_encoding_any_case() {
        let plain = read("<a:OFD xmlns:a='x'><a:Loc K='1'> /甲&amp;乙&#x4e19; </a:Loc></a:OFD>").unwrap();
        assert_eq!(plain.child("loc").unwrap().text(), "/甲&乙丙");
        assert_eq!(plain.child("Loc").unwrap().value("k"), Some("1"));
        let text = "<?xml version=\"1.0\" encoding=\"UTF-16\"?><OFD><Loc K=\"1\">/甲</Loc></OFD>";
        let mut wide = vec![0xff, 0xfe];
        wide.extend(text.encode_utf16().flat_map(u16::to_le_bytes));
        let wide = Element::read(&wide, &Limits::default()).unwrap();
        assert_eq!(wide.child("Loc").unwrap().text(), "/甲");
        let text = "<?xml version='1.0' encoding='GBK'?><OFD><Loc>/甲</Loc></OFD>";
        let gbk = encoding_rs::GBK.encode(text).0.into_owned();
        assert_eq!(Element::read(&gbk, &Limits::default()).unwrap().child("Loc").unwrap().text(), "/甲");
        assert_eq!(read("\u{feff}<OFD/>").unwrap().name, "OFD");
    }

    #[test]
    fn what_grows_is_refused() {
        for bad in [
            "<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>",
            "<a>&b;</a>",
            "<a>",
            "<a></b>",
            "",
            "text",
            "<a/><b/>",
        ] {
            assert_eq!(read(bad), Err(NotXml), "{bad}");
        }
        assert_eq!(read(&"<a>".repeat(100_000)), Err(NotXml));
        assert_eq!(read(&format!("<a>{}</a>", "<b/>".repeat(300_000))), Err(NotXml));
    }

    proptest! {
        #[test]
        fn noise_never_panics(bytes in prop::collection::vec(any::<u8>(), 0..300), text in "[<>/a='\"&;!?\\[\\] -]{0,80}") {
            let _ = Element::read(&bytes, &Limits::default());
            let _ = read(&text);
        }
    }
}
