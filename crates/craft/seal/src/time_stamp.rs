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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::{KeySigner, SecretKey, Signer as _};
    use crate::make::{Holder, certificate};
    use crate::ses::Stamp;
    use crate::{Form, Options};

    fn at(text: &str) -> Moment {
        text.parse().unwrap()
    }

    fn signer(n: u8) -> KeySigner {
        let key = SecretKey::from_bytes(&[n; 32]).unwrap();
        let holder = Holder {
            name: "试用".into(),
            organization: "临江市".into(),
            serial: u64::from(n),
            not_before: at("2025-01-01"),
            not_after: at("2027-01-01"),
            is_ca: false,
        };
        let made = certificate(&holder, key.public(), None, &|m| key.sign(m)).unwrap();
        KeySigner::new(key, made).unwrap()
    }

    /// A token of GB/T 20520 over `value`.
    fn token(authority: &KeySigner, value: &[u8], when: &str) -> Vec<u8> {
        let sm3 = || der::seq(&[der::oid_of(oid::SM3)]);
        let imprint = der::seq(&[sm3(), der::octets(&Digest::Sm3.of(value))]);
        let moment = der::generalized_time(at(when));
        let info = der::seq(&[der::integer(1), der::oid_of(oid::SM3), imprint, der::integer(7), moment]);
        let owner = Certificate::read(authority.certificate()).unwrap();
        let signer = der::seq(&[
            der::integer(1),
            owner.issuer_and_serial(),
            sm3(),
            der::seq(&[der::oid_of(oid::SM2_SIGN)]),
            der::octets(&authority.sign(&info).unwrap()),
        ]);
        let data = der::seq(&[
            der::integer(3),
            der::set(vec![sm3()]),
            der::seq(&[der::oid_of(oid::TST_INFO), der::context(0, &der::octets(&info))]),
            der::context(0, owner.der()),
            der::set(vec![signer]),
        ]);
        der::seq(&[der::oid_of(oid::SIGNED_DATA), der::context(0, &data)])
    }

    #[test]
    fn a_token_attests_what_it_is_over_and_nothing_else() {
        let authority = signer(21);
        let good = token(&authority, b"value", "2026-02-01 10:00:00");
        let Attested::Yes { at: when, by } = check(&good, &[b"other", b"value"], &[]) else {
            panic!("attested")
        };
        assert_eq!((when, by.serial().as_str()), (at("2026-02-01 10:00:00"), "15"));
        assert!(matches!(check(&good, &[b"other"], &[]), Attested::No));
        // The authority's certificate had ended by then.
        let late = token(&authority, b"value", "2027-02-01");
        assert!(matches!(check(&late, &[b"value"], &[]), Attested::No));
        for i in 0..good.len() {
            let mut bad = good.clone();
            bad[i] ^= 1;
            let found = check(&bad, &[b"value"], &[]);
            let same = matches!(&found, Attested::Yes { at: when, .. } if *when == at("2026-02-01 10:00:00"));
            assert!(same || !matches!(found, Attested::Yes { .. }), "byte {i} moved the moment");
        }
        // An answer of the service: a status, then the token.
        let answer = der::seq(&[der::seq(&[der::integer(0)]), good]);
        assert!(matches!(check(&answer, &[b"value"], &[]), Attested::Yes { .. }));
        assert!(matches!(check(b"", &[b"value"], &[]), Attested::No));
    }

    /// Seals of the three versions set under a document, built field by field as their standards list them.
    #[test]
    fn stamps_of_every_version_with_and_without_a_time_stamp() {
        let (maker, user, authority) = (signer(11), signer(12), signer(21));
        let document = b"<Signature/>";
        for version in [1, 4, 5] {
            let old = version == 1;
            let dates = ["2025-06-01", "2025-06-01", "2026-06-01"].map(|d| der::generalized_time(at(d)));
            let mut property = vec![der::integer(1), der::utf8("试用章")];
            if !old {
                property.push(der::integer(1));
            }
            property.push(der::seq(&[der::octets(user.certificate())]));
            property.extend(dates);
            let info = der::seq(&[
                der::seq(&[der::ia5("ES"), der::integer(version), der::ia5("T")]),
                der::ia5("1"),
                der::seq(&property),
                der::seq(&[der::ia5("PNG"), der::octets(b"picture"), der::integer(40), der::integer(40)]),
            ]);
            let algorithm = || der::oid_of(oid::SM2_WITH_SM3);
            let of_maker = der::octets(maker.certificate());
            let seal = if old {
                let signed = der::seq(&[info.clone(), of_maker.clone(), algorithm()]);
                let value = der::bits(&maker.sign(&signed).unwrap());
                der::seq(&[info, der::seq(&[of_maker, algorithm(), value])])
            } else {
                let value = der::bits(&maker.sign(&info).unwrap());
                der::seq(&[info, of_maker, algorithm(), value])
            };
            let time = der::generalized_time(at("2026-02-01 10:00:00"));
            let mut tbs = vec![
                der::integer(version),
                seal,
                if old { der::bits(b"20260201020000Z") } else { time },
                der::bits(&Digest::Sm3.of(document)),
                der::ia5("/Signature.xml"),
            ];
            let of_user = der::octets(user.certificate());
            if old {
                tbs.extend([of_user.clone(), algorithm()]);
            }
            let tbs = der::seq(&tbs);
            let value = user.sign(&tbs).unwrap();
            for stamped in [false, true] {
                let mut fields = vec![tbs.clone()];
                if !old {
                    fields.extend([of_user.clone(), algorithm()]);
                }
                fields.push(der::bits(&value));
                if stamped && !old {
                    fields
                        .push(der::context(0, &der::bits(&token(&authority, &value, "2026-02-01 10:00:05"))));
                }
                let stamp = der::seq(&fields);
                assert!(Stamp::read(&stamp).is_ok());
                let report =
                    crate::verify_detached(document, &stamp, &Options::at(at("2026-03-01"))).unwrap();
                let s = &report.signatures[0];
                let form = [Form::SesV1, Form::SesV4, Form::SesV5]
                    [usize::from(version > 1) + usize::from(version > 4)];
                assert_eq!((s.form, s.intact, s.seal_signature), (form, Some(true), Some(true)), "{s:#?}");
                assert_eq!((s.signer_authorised, s.valid_when_signed), (Some(true), Some(true)));
                assert_eq!(s.signed_at, Some(at("2026-02-01 10:00:00")));
                assert_eq!(s.time_attested, stamped && !old);
                assert_eq!(s.attested_at.is_some(), stamped && !old);
                // Every byte of what is signed counts, in every version.
                for i in (0..tbs.len()).step_by(37) {
                    let mut bad = stamp.clone();
                    let place = bad.windows(tbs.len()).position(|w| w == tbs).unwrap() + i;
                    bad[place] ^= 4;
                    let report = crate::verify_detached(document, &bad, &Options::at(at("2026-03-01")));
                    assert!(!report.unwrap().intact(), "V{version} byte {i}");
                }
            }
        }
    }
}
