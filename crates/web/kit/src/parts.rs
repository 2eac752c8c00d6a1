//! 零件: small things that pages of several movements show or answer alike.

use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse as _, Response};
use city::Office;

use crate::{Kit, escape, header_of};

/// A choice of a list as shown.
#[derive(Clone, Debug)]
pub struct Opt {
    /// value
    pub value: String,
    /// label
    pub label: String,
    /// is chosen
    pub on: bool,
}

/// A choice; chosen when its value is the one that stands in the form.
pub fn opt(value: &str, label: &str, chosen: &str) -> Opt {
    Opt { value: value.to_owned(), label: label.to_owned(), on: value == chosen }
}

/// The units that work now: short name and full name.
pub fn unit_choices(office: &Office) -> Vec<(String, String)> {
    office.units().into_iter().filter(|u| u.active).map(|u| (u.short.clone(), u.name.clone())).collect()
}

/// An address with the pairs that are not empty.
pub fn address(path: &str, pairs: &[(&str, &str)]) -> String {
    let set: Vec<_> =
        pairs.iter().filter(|(_, v)| !v.is_empty()).map(|(n, v)| format!("{n}={}", escape(v))).collect();
    if set.is_empty() { path.to_owned() } else { format!("{path}?{}", set.join("&")) }
}

/// The address under which people reach this site.
pub fn base<A>(kit: &Kit<A>, headers: &HeaderMap) -> String {
    match kit.options.public_url.trim_end_matches('/') {
        "" => format!("http://{}", header_of(headers, "host")),
        url => url.to_owned(),
    }
}

/// A QR code as an image of its own (SVG).
pub fn qr(link: &str) -> String {
    let made = fast_qr::QRBuilder::new(link.to_owned()).build();
    made.map_or_else(|_| String::new(), |q| fast_qr::convert::svg::SvgBuilder::default().to_str(&q))
}

/// The squares of a QR code, row by row; true is dark.
pub fn qr_squares(link: &str) -> Vec<Vec<bool>> {
    let Ok(code) = fast_qr::QRBuilder::new(link.to_owned()).build() else { return Vec::new() };
    (0..code.size).map(|r| code[r].iter().take(code.size).map(|m| m.value()).collect()).collect()
}

/// Kind of an XLSX workbook.
pub const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
/// Kind of a Word document.
pub const DOCX: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
/// OFD (GB/T 33190)
pub const OFD: &str = "application/ofd";

/// A file to be saved under this name (ASCII).
pub fn download(kind: &str, name: &str, bytes: Vec<u8>) -> Response {
    let name = format!("attachment; filename=\"{name}\"");
    ([(header::CONTENT_TYPE, kind.to_owned()), (header::CONTENT_DISPOSITION, name)], bytes).into_response()
}
