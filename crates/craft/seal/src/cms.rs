//! Signed data (签名数据, GB/T 35275, the national form of PKCS#7): reading, checking, and making it without content.

use kernel::{Moment, Said};

use crate::certificate::{Certificate, Checked};
use crate::der::{self, Malformed, Tlv, oid};
use crate::digest::Digest;
use crate::key::Signer;
use crate::limits::{ITEMS, SIGNERS};

/// Signed data taken apart.
#[derive(Clone, Debug)]
pub(crate) struct SignedData<'a> {
    /// What kind of content was signed.
    pub content_type: &'a [u8],
    /// The content, when it travels along.
    pub content: Option<&'a [u8]>,
    /// Certificates that travel along.
    pub certificates: Vec<Certificate>,
    pub signers: Vec<SignerInfo<'a>>,
}

#[derive(Clone, Debug)]
pub(crate) struct SignerInfo<'a> {
    id: Tlv<'a>,
    digest: Option<Digest>,
    /// The attributes that were signed, as the SET that was signed.
    attributes: Option<Vec<u8>>,
    pub value: &'a [u8],
    pub time_stamp: Option<&'a [u8]>,
}

/// What was found about one signer.
pub(crate) struct Finding {
    pub certificate: Option<Certificate>,
    pub checked: Option<Checked>,
    pub signed_at: Option<Moment>,
}

impl<'a> SignedData<'a> {
    /// Reads a ContentInfo with signed data in it.
    pub fn read(bytes: &'a [u8]) -> Result<Self, Malformed> {
        let mut outer = Tlv::whole(bytes)?.0.expect(der::SEQUENCE)?.inside();
        let kind = outer.take(der::OID)?.body;
        if kind != oid::GM_SIGNED_DATA && kind != oid::SIGNED_DATA {
            return Err(Malformed);
        }
        let mut fields = outer.take(der::ctx(0))?.inside().take(der::SEQUENCE)?.inside();
        fields.take(der::INTEGER)?;
        fields.take(der::SET)?;
        let mut content_info = fields.take(der::SEQUENCE)?.inside();
        let content_type = content_info.take(der::OID)?.body;
        let content = match content_info.maybe(der::ctx(0))? {
            Some(field) if field.body.is_empty() => None,
            Some(field) => {
                let inner = field.inside().any()?;
                Some(if inner.tag == der::OCTET_STRING { inner.body } else { inner.raw })
            }
            None => None,
        };
        let mut certificates = Vec::new();
        if let Some(field) = fields.maybe(der::ctx(0))? {
            let all = field.inside().all(ITEMS)?;
            certificates.extend(all.iter().filter_map(|c| Certificate::read(c.raw)));
        }
        fields.maybe(der::ctx(1))?;
        let infos = fields.take(der::SET)?.inside().all(SIGNERS)?;
        let signers = infos.iter().map(SignerInfo::read).collect::<Result<Vec<_>, _>>()?;
        if signers.is_empty() {
            return Err(Malformed);
        }
        Ok(Self { content_type, content, certificates, signers })
    }

    /// Checks one signer over `document` (none: over the content that travels along). Certificates at hand besides
    /// those in the data are `others`.
    pub fn check(&self, signer: &SignerInfo<'a>, document: Option<&[u8]>, others: &[Certificate]) -> Finding {
        let found = self.certificates.iter().chain(others).find(|c| c.is_meant_by(&signer.id));
        // Where only one certificate travels along, there is no doubt whose it is.
        let certificate = found.or(match &self.certificates[..] {
            [only] => Some(only),
            _ => None,
        });
        let checked = certificate.map(|c| self.verdict(signer, document, c));
        let signed_at =
            signer.attribute(oid::SIGNING_TIME).and_then(|v| der::moment(&Tlv::first(&v).ok()?.0));
        Finding { certificate: certificate.cloned(), checked, signed_at }
    }

    fn verdict(&self, signer: &SignerInfo<'a>, document: Option<&[u8]>, owner: &Certificate) -> Checked {
        let digest = signer.digest.unwrap_or(Digest::Sm3);
        // What travels along must be the document, its digest, or the digest in Base64.
        let wanted = document.map(|d| (d, digest.of(d)));
        if let (Some(content), Some((document, sum))) = (self.content, &wanted) {
            let decoded = std::str::from_utf8(content).ok().and_then(crate::text::base64);
            if content != *document && content != sum && decoded.as_ref() != Some(sum) {
                return Checked::Bad;
            }
        }
        if let Some(attributes) = &signer.attributes {
            let stated = signer.attribute(oid::MESSAGE_DIGEST);
            let stated = stated.as_deref().and_then(|v| Some(Tlv::first(v).ok()?.0.bytes().ok()?.to_vec()));
            let of_content = self.content.map(|c| digest.of(c));
            let Some(stated) = stated else { return Checked::Bad };
            let matches = match (&wanted, &of_content) {
                (Some((_, sum)), Some(of_content)) => stated == *sum || stated == *of_content,
                (Some((_, sum)), None) => stated == *sum || stated == digest.of(sum),
                (None, Some(of_content)) => stated == *of_content,
                (None, None) => false,
            };
            return if matches { owner.check(attributes, signer.value) } else { Checked::Bad };
        }
        let messages = [self.content, wanted.as_ref().map(|w| w.0), wanted.as_ref().map(|w| &w.1[..])];
        let mut last = Checked::Bad;
        for message in messages.into_iter().flatten() {
            last = owner.check(message, signer.value);
            if last != Checked::Bad {
                break;
            }
        }
        last
    }
}

impl<'a> SignerInfo<'a> {
    fn read(tlv: &Tlv<'a>) -> Result<Self, Malformed> {
        let mut fields = tlv.expect(der::SEQUENCE)?.inside();
        fields.take(der::INTEGER)?;
        let id = fields.any()?;
        let digest = Digest::of_oid(fields.take(der::SEQUENCE)?.inside().take(der::OID)?.body);
        let attributes = fields.maybe(der::ctx(0))?.map(|a| der::of(der::SET, a.body));
        fields.take(der::SEQUENCE)?;
        let value = fields.any()?.bytes()?;
        let mut time_stamp = None;
        if let Some(unsigned) = fields.maybe(der::ctx(1))? {
            for attribute in unsigned.inside().all(ITEMS)? {
                let mut parts = attribute.inside();
                if parts.take(der::OID)?.body == oid::TIME_STAMP_TOKEN {
                    time_stamp = Some(parts.take(der::SET)?.body);
                }
            }
        }
        Ok(Self { id, digest, attributes, value, time_stamp })
    }

    /// The first value of a signed attribute.
    fn attribute(&self, kind: &[u8]) -> Option<Vec<u8>> {
        let set = Tlv::first(self.attributes.as_deref()?).ok()?.0;
        for attribute in set.inside().all(ITEMS).ok()? {
            let mut parts = attribute.inside();
            if parts.take(der::OID).ok()?.body == kind {
                return Some(parts.take(der::SET).ok()?.body.to_vec());
            }
        }
        None
    }
}

/// Signed data over `document` without the document in it, with the moment among what is signed.
pub fn sign_detached(document: &[u8], signer: &dyn Signer, at: Moment) -> Result<Vec<u8>, Said> {
    let owner = Certificate::read(signer.certificate()).ok_or_else(|| {
        Said::new("签名者的证书读不出来。", "The certificate of the signer cannot be read.")
    })?;
    let attribute = |kind: &[u8], value: Vec<u8>| der::seq(&[der::oid_of(kind), der::set(vec![value])]);
    let attributes = der::set(vec![
        attribute(oid::CONTENT_TYPE, der::oid_of(oid::GM_DATA)),
        attribute(oid::MESSAGE_DIGEST, der::octets(&Digest::Sm3.of(document))),
        attribute(oid::SIGNING_TIME, der::generalized_time(at)),
    ]);
    let value = signer.sign(&attributes)?;
    let body = Tlv::first(&attributes).map_or(&[][..], |(t, _)| t.body);
    let sm3 = || der::seq(&[der::oid_of(oid::SM3), der::null()]);
    let info = der::seq(&[
        der::integer(1),
        owner.issuer_and_serial(),
        sm3(),
        der::context(0, body),
        der::seq(&[der::oid_of(oid::SM2_SIGN), der::null()]),
        der::octets(&value),
    ]);
    let data = der::seq(&[
        der::integer(1),
        der::set(vec![sm3()]),
        der::seq(&[der::oid_of(oid::GM_DATA)]),
        der::context(0, owner.der()),
        der::set(vec![info]),
    ]);
    Ok(der::seq(&[der::oid_of(oid::GM_SIGNED_DATA), der::context(0, &data)]))
}
