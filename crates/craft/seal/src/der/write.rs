//! Writing DER, minimal and canonical.

use kernel::Moment;

/// Any value: tag and content.
pub(crate) fn of(tag: u8, body: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(body.len() + 6);
    out.push(tag);
    match body.len() {
        n @ 0..0x80 => out.push(n as u8),
        n => {
            let digits = n.to_be_bytes();
            let skip = digits.iter().take_while(|d| **d == 0).count();
            out.push(0x80 | (digits.len() - skip) as u8);
            out.extend_from_slice(&digits[skip..]);
        }
    }
    out.extend_from_slice(body);
    out
}
pub(crate) fn seq(fields: &[Vec<u8>]) -> Vec<u8> {
    of(super::SEQUENCE, &fields.concat())
}
/// SET OF: the fields are put in the order DER asks for.
pub(crate) fn set(mut fields: Vec<Vec<u8>>) -> Vec<u8> {
    fields.sort();
    of(super::SET, &fields.concat())
}
/// `[n] EXPLICIT`
pub(crate) fn context(n: u8, field: &[u8]) -> Vec<u8> {
    of(super::ctx(n), field)
}
pub(crate) fn integer(n: i64) -> Vec<u8> {
    let bytes = n.to_be_bytes();
    let mut skip = 0;
    while skip < 7
        && ((bytes[skip] == 0 && bytes[skip + 1] & 0x80 == 0)
            || (bytes[skip] == 0xff && bytes[skip + 1] & 0x80 != 0))
    {
        skip += 1;
    }
    of(super::INTEGER, &bytes[skip..])
}
/// An unsigned number of any length.
pub(crate) fn integer_bytes(n: &[u8]) -> Vec<u8> {
    let skip = n.iter().take_while(|b| **b == 0).count().min(n.len().saturating_sub(1));
    let mut body = n[skip..].to_vec();
    if body.first().is_none_or(|b| b & 0x80 != 0) {
        body.insert(0, 0);
    }
    of(super::INTEGER, &body)
}
pub(crate) fn octets(body: &[u8]) -> Vec<u8> {
    of(super::OCTET_STRING, body)
}
pub(crate) fn bits(body: &[u8]) -> Vec<u8> {
    of(super::BIT_STRING, &[&[0], body].concat())
}
pub(crate) fn boolean(yes: bool) -> Vec<u8> {
    of(super::BOOLEAN, &[if yes { 0xff } else { 0 }])
}
pub(crate) fn null() -> Vec<u8> {
    of(5, &[])
}
pub(crate) fn oid(body: &[u8]) -> Vec<u8> {
    of(super::OID, body)
}
pub(crate) fn utf8(text: &str) -> Vec<u8> {
    of(super::UTF8_STRING, text.as_bytes())
}
/// IA5 is ASCII; what is not becomes a question mark, so that the value can be read.
pub(crate) fn ia5(text: &str) -> Vec<u8> {
    let body: Vec<u8> = text.chars().map(|c| if c.is_ascii() { c as u8 } else { b'?' }).collect();
    of(super::IA5_STRING, &body)
}
/// To the second, in UTC.
pub(crate) fn generalized_time(at: Moment) -> Vec<u8> {
    let utc = at.plus_us(-8 * kernel::US_PER_HOUR).beijing();
    let (d, t) = (utc.date(), utc.time());
    let text = format!(
        "{:04}{:02}{:02}{:02}{:02}{:02}Z",
        d.year(),
        d.month(),
        d.day(),
        t.hour(),
        t.minute(),
        t.second()
    );
    of(super::GENERALIZED_TIME, text.as_bytes())
}
