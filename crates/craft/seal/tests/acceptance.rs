//! Real sealed documents and seals, with what an independent verifier found in them.

use std::path::PathBuf;

use kernel::Moment;
use seal::{Certificate, Form, Options, Report, Verdict};

fn folder() -> PathBuf {
    let root = std::env::var_os("BANCHENG_SHARED").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../../shared")),
        PathBuf::from,
    );
    let folder = root.join("data/ofd");
    assert!(
        folder.is_dir(),
        "需要 ../shared/data(或设 BANCHENG_SHARED) / the shared data folder is missing: {}",
        folder.display()
    );
    folder
}
fn bytes(name: &str) -> Vec<u8> {
    std::fs::read(folder().join(name)).unwrap_or_else(|e| panic!("{name}: {e}"))
}
fn at(text: &str) -> Moment {
    text.parse().expect("a moment")
}
fn report(name: &str, now: &str) -> Report {
    seal::verify(&bytes(name), &Options::at(at(now))).unwrap_or_else(|e| panic!("{name}: {e}"))
}
fn one(name: &str, now: &str) -> Verdict {
    let mut report = report(name, now);
    assert_eq!(report.signatures.len(), 1, "{name}");
    report.signatures.remove(0)
}
fn codes(s: &Verdict) -> Vec<&str> {
    s.problems.iter().map(|p| p.code).collect()
}

#[test]
fn sealed_documents_are_what_the_independent_verifier_found() {
    let expected: serde_json::Value = serde_json::from_slice(&bytes("expected.json")).expect("JSON");
    for (name, said) in expected.as_object().expect("an object").iter().filter(|(n, _)| n.ends_with(".ofd")) {
        let s = one(name, "2026-11-29");
        assert_eq!(s.references as u64, said["refs"].as_u64().expect("a number"), "{name}");
        assert!(s.changed.is_empty(), "{name}: {:?}", s.changed);
        if said["sig"] == true {
            assert_eq!((s.form, s.intact, s.seal_signature), (Form::SesV4, Some(true), Some(true)), "{name}");
            assert_eq!(s.signer_authorised, Some(true), "{name}");
        } else {
            assert_eq!((s.form, s.intact), (Form::Raw, None), "{name}");
        }
    }
}

#[test]
fn an_expired_seal_is_intact_and_was_not_valid() {
    let s = one("SESV4SignDoc.ofd", "2026-11-29");
    assert_eq!((s.intact, s.valid_when_signed, s.valid_now), (Some(true), Some(false), Some(false)));
    assert_eq!(s.signed_at, Some(at("2026-08-04 10:08:09")));
    assert!(s.covers_all);
    assert!(codes(&s).contains(&"seal_not_valid_when_signed"), "{:?}", codes(&s));
    let seal = s.seal.expect("a seal");
    assert_eq!(seal.name, "OFD R&W 测试用印章");
    assert_eq!(seal.valid_to, Some(at("2022-04-22T02:09:00Z")));
}

#[test]
fn invoices_of_other_vendors() {
    let s = one("999.ofd", "2021-01-01");
    assert_eq!((s.valid_when_signed, s.valid_now), (Some(true), Some(true)), "{:?}", s.problems);
    assert_eq!(s.seal.as_ref().expect("a seal").name, "测试全国统一发票监制章国家税务总局重庆市税务局");
    // Its writer changed OFD.xml after sealing and so left it out.
    assert_eq!((s.covers_all, &s.uncovered[..]), (false, &["OFD.xml".to_owned()][..]));
    let s = one("signedFile.ofd", "2021-01-01");
    assert_eq!(
        (s.covers_all, s.valid_when_signed, s.valid_now),
        (true, Some(true), Some(true)),
        "{:?}",
        s.problems
    );
    assert_eq!(one("signedFile.ofd", "2026-01-01").valid_now, Some(false));
}

#[test]
fn seals_alone_of_every_version() {
    for (name, form, valid) in [
        ("UserV1.esl", Form::SealV1, false),
        ("UserV4.esl", Form::SealV4, false),
        ("UserV5.esl", Form::SealV5, true),
    ] {
        let s = one(name, "2026-11-29");
        assert_eq!(
            (s.form, s.intact, s.valid_now),
            (form, Some(true), Some(valid)),
            "{name}: {:?}",
            s.problems
        );
    }
    // The signature of its maker does not verify over the bytes as they are read here; nobody independent has said
    // whether it should.
    let s = one("SESealData.DER", "2026-11-29");
    assert_eq!((s.form, s.intact, s.valid_now), (Form::SealV4, Some(false), Some(false)), "{:?}", s.problems);
}

/// The user of the sample seals also signed the document without a seal, so the seal knows the certificate.
#[test]
fn a_bare_signature_is_checked_with_the_certificate_out_of_the_seal() {
    let seal = bytes("UserV4.esl");
    let certificate = seal.windows(4).position(|w| w == [0x30, 0x82, 0x02, 0x0c]).expect("a certificate");
    let mut options = Options::at(at("2026-11-29"));
    options.signer = Certificate::read(&seal[certificate..]);
    let s = seal::verify(&bytes("DigitalSign.ofd"), &options).expect("readable").signatures.remove(0);
    assert_eq!((s.form, s.intact, s.covers_all), (Form::Raw, Some(true), true), "{:?}", s.problems);
}

#[test]
fn documents_without_a_signature_are_read() {
    for name in ["hello.ofd", "helloworld.ofd", "namespace_no_std.ofd", "test-ofda.ofd"] {
        let report = report(name, "2026-11-29");
        assert!(report.signatures.is_empty() && !report.intact(), "{name}");
        assert_eq!(report.problems[0].code, "no_signature", "{name}");
    }
}
