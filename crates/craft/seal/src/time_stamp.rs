//! Time-stamps (时间戳, GB/T 20520): somebody else says that a signature existed at a moment.

use kernel::Moment;

use crate::certificate::{Certificate, Checked};
use crate::cms::SignedData;
use crate::der::{self, Malformed, Tlv, oid};
use crate::digest::Digest;

/// What a time-stamp was found to be.
#[derive(Clone, Debug)]
pub(crate) enum Attested {
    /// Signed by the authority over one of the values.
    Yes { at: Moment, by: Box<Certificate> },
    /// Good bytes, but over something else, or the signature does not verify.
    No,
    /// The authority's key is of another kind, or its certificate does not travel along.
    Unchecked,
}

/// Checks a token over one of `values` (writers differ in which bytes they call the signature).
pub(crate) fn check(token: &[u8], values: &[&[u8]], others: &[Certificate]) -> Attested {
    read(token, values, others).unwrap_or(Attested::No)
}

fn read(token: &[u8], values: &[&[u8]], others: &[Certificate]) -> Result<Attested, Malformed> {
    let outer = Tlv::whole(token)?.0.expect(der::SEQUENCE)?;
    // An answer of the service is a status and then the token.
    let mut parts = outer.inside();
    let token = match parts.any()?.tag {
        der::SEQUENCE => parts.take(der::SEQUENCE)?.raw,
        _ => outer.raw,
    };
    let data = SignedData::read(token)?;
    let (true, Some(content)) = (data.content_type == oid::TST_INFO, data.content) else {
        return Err(Malformed);
    };
    let mut info = Tlv::whole(content)?.0.expect(der::SEQUENCE)?.inside();
    info.take(der::INTEGER)?;
    info.take(der::OID)?;
    let mut imprint = info.take(der::SEQUENCE)?.inside();
    let method =
        Digest::of_oid(imprint.take(der::SEQUENCE)?.inside().take(der::OID)?.body).ok_or(Malformed)?;
    let stated = imprint.take(der::OCTET_STRING)?.body;
    info.take(der::INTEGER)?;
    let at = der::moment(&info.any()?).ok_or(Malformed)?;
    if !method.proves() || !values.iter().any(|v| method.of(v) == stated) {
        return Ok(Attested::No);
    }
    let signer = data.signers.first().ok_or(Malformed)?;
    let finding = data.check(signer, None, others);
    Ok(match (finding.checked, finding.certificate) {
        (Some(Checked::Good), Some(by)) if by.valid_at(at) => Attested::Yes { at, by: Box::new(by) },
        (Some(Checked::Foreign(_)) | None, _) => Attested::Unchecked,
        _ => Attested::No,
    })
}
