//! OFD: the text objects of its pages, page after page.

use kernel::Said;
use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

use crate::package::Package;
use crate::pages::{Piece, text};
use crate::{PAGES_MOST, said};

fn damaged() -> Said {
    said("OFD 文件已损坏，请重新导出后上传", "the OFD file is damaged: export it again")
}

/// An attribute, whatever its prefix.
pub(crate) fn attribute(start: &BytesStart<'_>, name: &str) -> Option<String> {
    start
        .attributes()
        .with_checks(false)
        .flatten()
        .find(|a| a.key.local_name().as_ref() == name)
        .and_then(|a| Some(quick_xml::escape::unescape(&a.value).ok()?.into_owned()))
}

/// The texts of all elements of a name, in their order.
fn texts(part: &[u8], name: &str) -> Result<Vec<String>, Said> {
    let part = String::from_utf8_lossy(part);
    let mut reader = Reader::from_str(&part);
    let (mut out, mut inside) = (Vec::new(), false);
    loop {
        match reader.read_event().map_err(|_| damaged())? {
            Event::Start(s) if s.local_name().as_ref() == name => {
                inside = true;
                out.push(String::new());
            }
            Event::End(e) if e.local_name().as_ref() == name => inside = false,
            Event::Text(t) if inside => {
                if let Some(last) = out.last_mut() {
                    last.push_str(&t.xml_content(XmlVersion::Implicit1_0));
                }
            }
            Event::Eof => return Ok(out),
            _ => {}
        }
    }
}

/// Places of pages, from a document's list.
fn page_places(part: &[u8]) -> Result<Vec<String>, Said> {
    let part = String::from_utf8_lossy(part);
    let mut reader = Reader::from_str(&part);
    let (mut out, mut inside) = (Vec::new(), false);
    loop {
        match reader.read_event().map_err(|_| damaged())? {
            Event::Start(s) if s.local_name().as_ref() == "Pages" => inside = true,
            Event::End(e) if e.local_name().as_ref() == "Pages" => inside = false,
            Event::Start(s) | Event::Empty(s) if inside && s.local_name().as_ref() == "Page" => {
                out.extend(attribute(&s, "BaseLoc"));
            }
            Event::Eof => return Ok(out),
            _ => {}
        }
    }
}

/// A reference from a part, as the name of a part.
fn place(base: &str, reference: &str) -> String {
    let reference = reference.trim().replace('\\', "/");
    if let Some(from_root) = reference.strip_prefix('/') {
        return from_root.to_owned();
    }
    match base.rsplit_once('/') {
        Some((folder, _)) => format!("{folder}/{reference}"),
        None => reference,
    }
}

fn numbers(text: &str) -> Vec<f64> {
    text.split_whitespace().filter_map(|n| n.parse().ok()).collect()
}

/// The pieces of one page: a line of a text object begins where its box and its code say.
fn pieces(part: &[u8]) -> Result<Vec<Piece>, Said> {
    let part = String::from_utf8_lossy(part);
    let mut reader = Reader::from_str(&part);
    let mut out: Vec<Piece> = Vec::new();
    let (mut box_at, mut size, mut code) = ((0.0, 0.0), 4.0, None::<Piece>);
    loop {
        match reader.read_event().map_err(|_| damaged())? {
            Event::Start(s) if s.local_name().as_ref() == "TextObject" => {
                let edge = numbers(&attribute(&s, "Boundary").unwrap_or_default());
                box_at = (edge.first().copied().unwrap_or(0.0), edge.get(1).copied().unwrap_or(0.0));
                size = attribute(&s, "Size").and_then(|n| n.parse().ok()).unwrap_or(4.0);
            }
            Event::Start(s) if s.local_name().as_ref() == "TextCode" => {
                let n = |name| attribute(&s, name).and_then(|n| n.parse::<f64>().ok()).unwrap_or(0.0);
                let (x, y) = (box_at.0 + n("X"), box_at.1 + n("Y"));
                code = Some(Piece { x, y, end: x, size, text: String::new() });
            }
            Event::Text(t) => {
                if let Some(code) = &mut code {
                    code.text.push_str(&t.xml_content(XmlVersion::Implicit1_0));
                }
            }
            Event::GeneralRef(r) => {
                if let Some(code) = &mut code {
                    code.text.extend(r.resolve_char_ref().ok().flatten().or_else(|| entity(&r)));
                }
            }
            Event::End(e) if e.local_name().as_ref() == "TextCode" => {
                if let Some(mut done) = code.take() {
                    let wide: f64 = done.text.chars().map(|c| if c.is_ascii() { 0.5 } else { 1.0 }).sum();
                    done.end = done.x + wide * done.size;
                    out.push(done);
                }
            }
            Event::Eof => return Ok(out),
            _ => {}
        }
    }
}

/// The five entities of XML; no others are known.
pub(crate) fn entity(name: &str) -> Option<char> {
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        _ => return None,
    })
}

/// The text of all documents of the package.
pub(crate) fn read(package: &mut Package<'_>) -> Result<String, Said> {
    let root = package.part("OFD.xml")?.ok_or_else(damaged)?;
    let mut pages = Vec::new();
    for document in texts(&root, "DocRoot")? {
        let document = place("OFD.xml", &document);
        let part = package.part(&document)?.ok_or_else(damaged)?;
        for page in page_places(&part)? {
            if pages.len() >= PAGES_MOST {
                return Err(said(
                    format!("OFD 超过 {PAGES_MOST} 页"),
                    format!("more than {PAGES_MOST} pages"),
                ));
            }
            let page = place(&document, &page);
            pages.push(pieces(&package.part(&page)?.ok_or_else(damaged)?)?);
        }
    }
    Ok(text(pages))
}
