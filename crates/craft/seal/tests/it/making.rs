//! What is made here is what the standards ask for, and an independent reader agrees.

use seal::make::{self, Stamping};
use seal::{Certificate, Form, KeySigner, Options, Signer as _};

use crate::office::{Office, SIGNED, at, codes, draft, holder, issued, key, parts, unzip, zip};

#[test]
fn a_sealed_document_is_good_in_every_verdict() {
    let office = Office::new();
    let report = office.verify(&office.sealed());
    assert!(report.good(), "{report:#?}");
    let s = &report.signatures[0];
    assert_eq!((s.form, s.intact, s.seal_signature), (Form::SesV4, Some(true), Some(true)));
    assert_eq!((s.signer_known, s.signer_authorised), (Some(true), Some(true)));
    assert_eq!((s.valid_when_signed, s.valid_now), (Some(true), Some(true)));
    assert!(s.covers_all && !s.time_attested && s.problems.is_empty(), "{:?}", s.problems);
    assert_eq!(s.signed_at, Some(at(SIGNED)));
    assert_eq!(s.check_method.as_deref(), Some("SM3"));
    let signer = s.signer.as_ref().unwrap();
    assert_eq!((signer.name.as_str(), signer.serial.as_str()), ("临江市城市运行中心", "03"));
    assert_eq!(s.seal.as_ref().unwrap().name, "临江市城市运行中心（试用）");
}

#[test]
fn sealing_leaves_every_part_as_it_was() {
    let office = Office::new();
    let after = unzip(&office.sealed());
    for (name, data) in parts().into_iter().filter(|p| p.0 != "OFD.xml") {
        assert_eq!(after.iter().find(|p| p.0 == name).unwrap().1, data, "{name}");
    }
    let stampings = [Stamping { page: "1".into(), boundary: [50.0, 60.5, 40.0, 40.0] }];
    let sealed =
        make::sign_ofd(&zip(&parts()), &office.seal, &office.signer, at(SIGNED), &stampings).unwrap();
    let signature = unzip(&sealed).into_iter().find(|p| p.0.ends_with("/Signature.xml")).unwrap().1;
    let signature = String::from_utf8(signature).unwrap();
    assert!(signature.contains(r#"PageRef="1" Boundary="50 60.5 40 40""#), "{signature}");
    assert!(office.verify(&sealed).good());
}

#[test]
fn a_second_seal_leaves_the_first_right_and_says_so() {
    let office = Office::new();
    let twice = make::sign_ofd(&office.sealed(), &office.seal, &office.signer, at(SIGNED), &[]).unwrap();
    let report = office.verify(&twice);
    assert_eq!(report.signatures.len(), 2);
    assert!(report.good(), "{report:#?}");
    assert_eq!(codes(&report.signatures[0]), ["other_signatures"]);
    assert!(codes(&report.signatures[1]).is_empty());
}

#[test]
fn who_may_not_use_a_seal_cannot_set_it() {
    let office = Office::new();
    let stranger = KeySigner::new(key(9), issued(&holder("某人", 9, false), 9)).unwrap();
    assert!(make::sign_ofd(&zip(&parts()), &office.seal, &stranger, at(SIGNED), &[]).is_err());
    assert!(make::sign_ofd(&zip(&parts()), &office.seal, &office.signer, at("2027-01-01"), &[]).is_err());
    assert!(KeySigner::new(key(9), office.signer.certificate().to_vec()).is_err());
    assert!(make::seal(&draft(Vec::new()), &office.maker).is_err());
}

#[test]
fn a_seal_alone_shows_its_maker_and_span() {
    let office = Office::new();
    let report = office.verify(&office.seal);
    let s = &report.signatures[0];
    assert_eq!((report.file, s.form), ("seal", Form::SealV4));
    assert_eq!((s.intact, s.seal_signature, s.valid_now), (Some(true), Some(true), Some(true)));
    assert_eq!(s.signer.as_ref().unwrap().name, "临江市印章制作中心");
    let mut later = office.options();
    later.at = at("2026-07-01");
    let s = seal::verify(&office.seal, &later).unwrap().signatures.remove(0);
    assert_eq!((s.intact, s.valid_now), (Some(true), Some(false)));
}

#[test]
fn a_file_of_any_kind_is_signed_beside_itself() {
    let office = Office::new();
    let file = "台账.xlsx 的内容".as_bytes();
    let beside = make::sign_detached(file, &office.signer, at(SIGNED)).unwrap();
    let report = seal::verify_detached(file, &beside, &office.options()).unwrap();
    assert!(report.good(), "{report:#?}");
    assert_eq!(report.signatures[0].form, Form::Pkcs7);
    assert_eq!(report.signatures[0].signed_at, Some(at(SIGNED)));
    let stamp = make::stamp(&office.seal, file, "台账.xlsx", &office.signer, at(SIGNED)).unwrap();
    let report = seal::verify_detached(file, &stamp, &office.options()).unwrap();
    assert!(report.good(), "{report:#?}");
    for signature in [&beside, &stamp] {
        let other = seal::verify_detached(b"another file", signature, &office.options()).unwrap();
        assert_eq!(other.signatures[0].intact, Some(false));
        let seen = seal::verify_detached(file, b"not a signature", &office.options()).unwrap();
        assert_eq!((seen.signatures[0].form, seen.intact()), (Form::Unknown, false));
    }
}

#[test]
fn a_chain_leads_to_a_root_only_while_all_of_it_is_valid() {
    let office = Office::new();
    let root = [Certificate::read(&office.root).unwrap()];
    let leaf = Certificate::read(office.signer.certificate()).unwrap();
    assert!(leaf.is_known(&root, &[], at("2026-01-01")));
    assert!(!leaf.is_known(&root, &[], at("2029-01-01")));
    assert!(!leaf.is_known(&[], &root, at("2026-01-01")));
    assert!(root[0].is_self_made() && !leaf.is_self_made());
    let without_roots = Options::at(at("2026-04-01"));
    let s = seal::verify(&office.sealed(), &without_roots).unwrap();
    assert_eq!(s.signatures[0].signer_known, None);
    assert!(s.intact() && !s.good());
}
