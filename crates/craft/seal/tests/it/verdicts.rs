//! The verdicts told apart: what each kind of change and each vendor's writing does to them.

use proptest::prelude::*;
use seal::make;
use seal::{Certificate, Form, KeySigner, Signer as _, Verdict};

use crate::office::{Office, SIGNED, at, changed, codes, draft, holder, issued, key, parts, unzip, zip};

const PAGE: &str = "Doc_0/Pages/Page_0/Content.xml";
const SIGNATURE: &str = "Doc_0/Signs/Sign_0/Signature.xml";
const VALUE: &str = "Doc_0/Signs/Sign_0/SignedValue.dat";
const LIST: &str = "Doc_0/Signs/Signatures.xml";

fn one(office: &Office, file: &[u8]) -> Verdict {
    let mut report = office.verify(file);
    assert_eq!(report.signatures.len(), 1);
    report.signatures.remove(0)
}

fn replace(data: &mut Vec<u8>, from: &str, to: &str) {
    let text = String::from_utf8(std::mem::take(data)).expect("text");
    assert!(text.contains(from), "{from} in {text}");
    *data = text.replace(from, to).into_bytes();
}

#[test]
fn a_changed_moved_or_removed_part_is_named() {
    let office = Office::new();
    let sealed = office.sealed();
    let s = one(&office, &changed(&sealed, PAGE, |d| d.push(b' ')));
    assert_eq!(
        (s.intact, s.seal_signature, &s.changed[..]),
        (Some(false), Some(true), &[PAGE.to_owned()][..])
    );
    assert_eq!(codes(&s), ["part_changed"]);

    let removed: Vec<_> = unzip(&sealed).into_iter().filter(|p| p.0 != PAGE).collect();
    let s = one(&office, &zip(&removed));
    assert_eq!((s.intact, codes(&s)), (Some(false), vec!["part_missing"]));

    let mut moved = unzip(&sealed);
    moved.iter_mut().find(|p| p.0 == PAGE).unwrap().0 = "Doc_0/Pages/Page_7/Content.xml".into();
    let s = one(&office, &zip(&moved));
    assert_eq!((s.intact, s.covers_all), (Some(false), false));
    assert_eq!(codes(&s), ["part_missing", "part_not_covered"]);
}

#[test]
fn a_part_added_afterwards_is_named_and_the_signature_stays_intact() {
    let office = Office::new();
    let mut more = unzip(&office.sealed());
    more.push(("Doc_0/Pages/Page_2/Content.xml".into(), b"<Page>more</Page>".to_vec()));
    let s = one(&office, &zip(&more));
    assert_eq!((s.intact, s.covers_all), (Some(true), false));
    assert_eq!(s.uncovered, ["Doc_0/Pages/Page_2/Content.xml"]);
    assert_eq!((s.uncovered_count, codes(&s)), (1, vec!["part_not_covered"]));
    assert!(!office.verify(&zip(&more)).good());
}

#[test]
fn a_signature_taken_off_is_noticed() {
    let office = Office::new();
    let sealed = office.sealed();
    let no_line = |d: &mut Vec<u8>| {
        let text = String::from_utf8(std::mem::take(d)).unwrap();
        let start = text.find("<ofd:Signatures>").unwrap();
        let end = text.find("</ofd:Signatures>").unwrap() + "</ofd:Signatures>".len();
        *d = [&text[..start], &text[end..]].concat().into_bytes();
    };
    let report = office.verify(&changed(&sealed, "OFD.xml", no_line));
    assert!(report.signatures.is_empty() && !report.intact());
    let said: Vec<_> = report.problems.iter().map(|p| p.code).collect();
    assert_eq!(said, ["signature_not_listed", "no_signature"]);
    let report = office.verify(&zip(&parts()));
    assert_eq!(report.problems.iter().map(|p| p.code).collect::<Vec<_>>(), ["no_signature"]);
    let without: Vec<_> = unzip(&sealed).into_iter().filter(|p| p.0 != LIST).collect();
    assert_eq!(office.verify(&zip(&without)).problems[0].code, "list_missing");
    for (gone, code) in [(SIGNATURE, "signature_missing"), (VALUE, "value_missing")] {
        let without: Vec<_> = unzip(&sealed).into_iter().filter(|p| p.0 != gone).collect();
        let s = one(&office, &zip(&without));
        assert_eq!(s.intact, Some(false));
        assert!(codes(&s).contains(&code), "{gone}: {:?}", codes(&s));
    }
}

#[test]
fn another_seal_beside_the_signature_is_noticed() {
    let office = Office::new();
    let other = make::seal(&draft(vec![office.maker.certificate().to_vec()]), &office.maker).unwrap();
    let s = one(&office, &changed(&office.sealed(), "Doc_0/Signs/Sign_0/Seal.esl", |d| *d = other));
    assert_eq!(s.intact, Some(false));
    assert!(codes(&s).contains(&"seal_differs"), "{:?}", codes(&s));
}

#[test]
fn expiry_is_apart_from_being_intact() {
    let office = Office::new();
    let sealed = office.sealed();
    for (now, valid_now, said) in [
        ("2026-05-31", true, vec![]),
        ("2026-06-02", false, vec!["seal_not_valid_now"]),
        ("2028-06-01", false, vec!["seal_not_valid_now", "certificate_not_valid_now"]),
    ] {
        let mut options = office.options();
        options.at = at(now);
        let s = seal::verify(&sealed, &options).unwrap().signatures.remove(0);
        assert_eq!(
            (s.intact, s.valid_when_signed, s.valid_now),
            (Some(true), Some(true), Some(valid_now)),
            "{now}"
        );
        assert_eq!(codes(&s), said, "{now}");
    }
    // Signed with a certificate that ended before, under a seal that had not.
    let mut early = holder("临江市城市运行中心", 8, false);
    early.not_after = at("2026-01-01");
    let signer = KeySigner::new(key(8), issued(&early, 8)).unwrap();
    let seal = make::seal(&draft(vec![signer.certificate().to_vec()]), &office.maker).unwrap();
    let late = make::sign_ofd(&zip(&parts()), &seal, &signer, at(SIGNED), &[]).unwrap();
    let s = one(&office, &late);
    assert_eq!((s.intact, s.valid_when_signed, s.signer_known), (Some(true), Some(false), Some(false)));
    assert!(codes(&s).contains(&"certificate_not_valid_when_signed"));
}

#[test]
fn strangers_and_self_made_keys_are_told() {
    let office = Office::new();
    let own = key(9);
    let self_made =
        make::certificate(&holder("试用", 1, false), own.public(), None, &|m| own.sign(m)).unwrap();
    let signer = KeySigner::new(key(9), self_made.clone()).unwrap();
    let seal = make::seal(&draft(vec![self_made]), &signer).unwrap();
    let s = one(&office, &make::sign_ofd(&zip(&parts()), &seal, &signer, at(SIGNED), &[]).unwrap());
    assert_eq!((s.intact, s.seal_signature, s.signer_known), (Some(true), Some(true), Some(false)));
    assert_eq!(codes(&s), ["signer_unknown", "self_made"]);
}

/// A document signed here with another writing of the same: what vendors do.
fn rewritten(office: &Office, change: impl Fn(&mut String)) -> Verdict {
    let mut all = unzip(&office.sealed());
    let document = {
        let part = all.iter_mut().find(|p| p.0 == SIGNATURE).unwrap();
        let mut text = String::from_utf8(part.1.clone()).unwrap();
        change(&mut text);
        part.1 = text.into_bytes();
        part.1.clone()
    };
    let value =
        make::stamp(&office.seal, &document, "/Doc_0/Signs/Sign_0/Signature.xml", &office.signer, at(SIGNED))
            .unwrap();
    all.iter_mut().find(|p| p.0 == VALUE).unwrap().1 = value;
    one(office, &zip(&all))
}

#[test]
fn the_writings_of_other_vendors_are_read() {
    let office = Office::new();
    let good = |s: &Verdict| s.intact == Some(true) && s.covers_all;
    for (from, to) in [
        ("FileRef=\"/Doc_0/", "FileRef=\"Doc_0/"),
        ("FileRef=\"/Doc_0/", "FileRef=\"../../../Doc_0/"),
        ("FileRef=\"/Doc_0/Pages", "FileRef=\"\\Doc_0\\Pages"),
        ("FileRef=\"/Doc_0/Pages", "FileRef=\"/doc_0/PAGES"),
        ("ofd:", ""),
        ("ofd:", "o:"),
        ("http://www.ofdspec.org/2016", "http://www.ofdspec.org"),
        ("1.2.156.10197.1.401", "SM3"),
        ("1.2.156.10197.1.401", "sm3"),
        (" CheckMethod=\"1.2.156.10197.1.401\"", ""),
        ("<ofd:SignedValue>/Doc_0/Signs/Sign_0/", "<ofd:SignedValue>"),
        ("<?xml version=\"1.0\" encoding=\"UTF-8\"?>", "\u{feff}<?xml version=\"1.0\"?>"),
    ] {
        let s = rewritten(&office, |t| {
            assert!(t.contains(from), "{from}");
            *t = t.replace(from, to).replace("xmlns:=", "xmlns=").replace("xmlns:o:=", "xmlns:o=");
        });
        assert!(good(&s), "{from} → {to}: {s:#?}");
    }
    for (from, to) in
        [("BaseLoc=\"/Doc_0/Signs/", "BaseLoc=\""), ("BaseLoc=\"/Doc_0", "BaseLoc=\"\\Doc_0"), ("ofd:", "")]
    {
        let list = changed(&office.sealed(), LIST, |d| replace(d, from, to));
        let list = changed(&list, LIST, |d| {
            let text = String::from_utf8(d.clone()).unwrap();
            *d = text.replace("xmlns:=", "xmlns=").into_bytes();
        });
        assert!(good(&one(&office, &list)), "{from} → {to}");
    }
    // The value written as Base64.
    let value = changed(&office.sealed(), VALUE, |d| {
        use base64::Engine as _;
        *d = base64::engine::general_purpose::STANDARD.encode(&d[..]).into_bytes();
    });
    assert!(good(&one(&office, &value)));
}

#[test]
fn digests_that_can_be_forged_are_said_to_be() {
    let office = Office::new();
    let all = unzip(&office.sealed());
    for method in [seal::Digest::Md5, seal::Digest::Sha1, seal::Digest::Sha256] {
        let s = rewritten(&office, |t| {
            let mut new = t.replace("1.2.156.10197.1.401", method.name());
            for (_, data) in all.iter().filter(|p| !p.0.contains("Sign_0/Sign")) {
                use base64::Engine as _;
                let to = |m: seal::Digest| base64::engine::general_purpose::STANDARD.encode(m.of(data));
                new = new.replace(&to(seal::Digest::Sm3), &to(method));
            }
            *t = new;
        });
        assert_eq!((s.intact, codes(&s)), (Some(true), vec!["check_method_legacy"]), "{method:?}");
        assert_eq!(s.check_method.as_deref(), Some(method.name()));
    }
    let s = rewritten(&office, |t| *t = t.replace("1.2.156.10197.1.401", "CRC32"));
    assert_eq!((s.intact, codes(&s)), (Some(false), vec!["check_method_unknown"]));
}

#[test]
fn a_bare_value_needs_the_certificate() {
    let office = Office::new();
    let mut all = unzip(&office.sealed());
    let document = all.iter().find(|p| p.0 == SIGNATURE).unwrap().1.clone();
    all.iter_mut().find(|p| p.0 == VALUE).unwrap().1 = office.signer.sign(&document).unwrap();
    let file = zip(&all);
    let s = one(&office, &file);
    assert_eq!((s.form, s.intact, s.seal_signature), (Form::Raw, None, None));
    assert_eq!(codes(&s), ["certificate_missing", "seal_expected"]);
    let mut options = office.options();
    options.signer = Certificate::read(office.signer.certificate());
    let s = seal::verify(&file, &options).unwrap().signatures.remove(0);
    assert_eq!((s.intact, s.valid_when_signed, s.signer_known), (Some(true), Some(true), Some(true)));
    options.signer = Certificate::read(office.maker.certificate());
    let s = seal::verify(&file, &options).unwrap().signatures.remove(0);
    assert_eq!((s.intact, s.signer.is_none()), (Some(false), true));
}

#[test]
fn signed_data_without_a_seal() {
    let office = Office::new();
    let mut all = unzip(&office.sealed());
    let document = all.iter().find(|p| p.0 == SIGNATURE).unwrap().1.clone();
    let data = make::sign_detached(&document, &office.signer, at(SIGNED)).unwrap();
    all.iter_mut().find(|p| p.0 == VALUE).unwrap().1 = data;
    let s = one(&office, &zip(&all));
    assert_eq!((s.form, s.intact, s.covers_all), (Form::Pkcs7, Some(true), true));
    assert_eq!((s.valid_when_signed, s.signer_known), (Some(true), Some(true)));
    let s = one(&office, &changed(&zip(&all), SIGNATURE, |d| d.push(b'\n')));
    assert_eq!(s.intact, Some(false));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]
    /// Whatever byte of whatever covered part or signature is changed, the document is no longer intact, or the
    /// changed byte has made it unreadable.
    #[test]
    fn no_changed_byte_goes_unnoticed(part in 0usize..9, byte in any::<prop::sample::Index>(), bit in 0u8..8) {
        let office = Office::new();
        let sealed = office.sealed();
        let name = unzip(&sealed)[part].0.clone();
        // The list itself is never covered, so that further signatures can be added.
        prop_assume!(name != LIST);
        let bad = changed(&sealed, &name, |d| {
            let at = byte.index(d.len());
            d[at] ^= 1 << bit;
        });
        match seal::verify(&bad, &office.options()) {
            // The certificate stands beside the signature, not under it: another one is told by seal and root.
            Ok(report) if name == VALUE => {
                let noticed = !report.good() || !report.signatures[0].problems.is_empty();
                prop_assert!(noticed, "{report:#?}");
            }
            Ok(report) => prop_assert!(!report.intact(), "{name}: {report:#?}"),
            Err(e) => prop_assert_eq!((name.as_str(), e.0.code), ("OFD.xml", "not_ofd")),
        }
    }
    /// The same for a seal alone.
    #[test]
    fn no_changed_byte_of_a_seal_goes_unnoticed(byte in any::<prop::sample::Index>(), bit in 0u8..8) {
        let office = Office::new();
        let mut bad = office.seal.clone();
        let at = byte.index(bad.len());
        bad[at] ^= 1 << bit;
        if let Ok(report) = seal::verify(&bad, &office.options()) {
            // The certificate of the maker is not under its own signature over the seal: another certificate with the
            // same key is told by its own signature.
            let s = &report.signatures[0];
            let noticed = s.intact != Some(true) || s.signer_known == Some(false) || !s.problems.is_empty();
            prop_assert!(noticed, "{at}: {report:#?}");
        }
    }
}
