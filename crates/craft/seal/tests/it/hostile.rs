//! Files made to hurt: bombs, doubled and hidden parts, cycles, paths that lead out, broken DER, noise.

use proptest::prelude::*;
use seal::{Limits, Options, Unreadable};

use crate::office::{Office, Parts, at, changed, parts, unzip, zip};

fn refused(file: &[u8]) -> &'static str {
    let Unreadable(problem) = seal::verify(file, &Options::at(at("2026-04-01"))).expect_err("refused");
    assert!(!problem.said.zh.is_empty() && !problem.said.en.is_empty());
    problem.code
}

#[test]
fn a_bomb_is_refused_before_it_is_unpacked() {
    let mut bomb = parts();
    bomb.push(("Doc_0/Res/bomb.png".into(), vec![0; 64 << 20]));
    let mut options = Options::at(at("2026-04-01"));
    options.limits = Limits { unpacked: 2_000, ..Limits::default() };
    assert!(seal::verify(&zip(&parts()), &options).is_ok());
    assert_eq!(seal::verify(&zip(&bomb), &options).unwrap_err().0.code, "too_large");
    options.limits.unpacked = 100;
    assert_eq!(seal::verify(&zip(&parts()), &options).unwrap_err().0.code, "too_large");
    let many: Parts = (0..20_001).map(|i| (format!("a/{i}"), Vec::new())).collect();
    assert_eq!(refused(&zip(&many)), "too_large");
}

#[test]
fn two_parts_of_one_name_are_refused() {
    // The writer would not double a name, so the second is put over the first afterwards; a backslash it lets pass.
    for (second, over) in
        [("Doc_0/b.xml", Some("Doc_0/a.xml")), ("Doc_0\\a.xml", None), ("/Doc_0/a.xml", None)]
    {
        let mut doubled = parts();
        doubled.push(("Doc_0/a.xml".into(), b"1".to_vec()));
        doubled.push((second.into(), b"2".to_vec()));
        let mut file = zip(&doubled);
        if let Some(name) = over {
            put_over(&mut file, second, name);
        }
        assert_eq!(refused(&file), "doubled_part", "{second}");
    }
}

/// Writes another name of the same length wherever one stands.
fn put_over(file: &mut [u8], from: &str, to: &str) {
    while let Some(i) = file.windows(from.len()).position(|w| w == from.as_bytes()) {
        file[i..i + from.len()].copy_from_slice(to.as_bytes());
    }
}

#[test]
fn a_zip_that_contradicts_itself_is_refused() {
    let good = zip(&parts());
    let position = |what: &[u8], last: bool| {
        let mut all = good.windows(what.len()).enumerate().filter(|(_, w)| *w == what).map(|(i, _)| i);
        if last { all.next_back() } else { all.next() }.expect("there")
    };
    // Another name at the place than in the directory.
    let mut other_name = good.clone();
    other_name[position(b"Doc_0/PublicRes.xml", false)] = b'd';
    assert_eq!(refused(&other_name), "package_broken");
    // The second entry points at the first.
    let mut same_place = good.clone();
    let directory = position(b"PK\x01\x02", true);
    same_place[directory + 42..directory + 46].copy_from_slice(&[0; 4]);
    assert_eq!(refused(&same_place), "package_broken");
    // A part that only a reader without the directory sees.
    let hidden = [zip(&vec![("OFD.xml".into(), b"<OFD/>".to_vec())]), good.clone()].concat();
    assert_eq!(refused(&hidden), "package_broken");
    // A second package wherever a program could find one: behind, in the comment, before the record of the end.
    let other = zip(&vec![("OFD.xml".into(), b"<OFD/>".to_vec())]);
    assert_eq!(refused(&[good.clone(), other.clone()].concat()), "package_broken");
    let mut comment = good.clone();
    let length = comment.len();
    comment[length - 2..].copy_from_slice(&(other.len() as u16).to_le_bytes());
    comment.extend_from_slice(&other);
    assert_eq!(refused(&comment), "package_broken");
    let end = position(b"PK\x05\x06", true);
    let between = [&good[..end], &other[..], &good[end..]].concat();
    assert_eq!(refused(&between), "package_broken");
    // Other sizes and another checksum in the header of a part than in the directory.
    let local = position(b"PK\x03\x04", false);
    for at in [14, 18, 22] {
        let mut file = good.clone();
        file[local + at] ^= 1;
        assert_eq!(refused(&file), "package_broken", "{at}");
    }
    // Another name in Unicode, by which other programs know the part.
    let mut renamed = good.clone();
    let directory = position(b"PK\x01\x02", true);
    let (name, extra) = (usize::from(renamed[directory + 28]), usize::from(renamed[directory + 30]));
    let place = directory + 46 + name + extra;
    let field = [&b"\x75\x70\x06\0\x01\0\0\0\0x"[..]].concat();
    renamed.splice(place..place, field.iter().copied());
    renamed[directory + 30] += field.len() as u8;
    let size_at = renamed.len() - 22 + 12;
    let size = u32::from_le_bytes(renamed[size_at..size_at + 4].try_into().unwrap()) + field.len() as u32;
    renamed[size_at..size_at + 4].copy_from_slice(&size.to_le_bytes());
    assert_eq!(refused(&renamed), "package_broken");
    // Cut anywhere.
    for end in (0..good.len()).step_by(7) {
        assert!(seal::verify(&good[..end], &Options::at(at("2026-04-01"))).is_err(), "{end}");
    }
    for name in ["../evil.xml", "Doc_0/../../evil", "a\0b"] {
        let mut named = parts();
        named.push(("x".repeat(name.len()), Vec::new()));
        let mut file = zip(&named);
        put_over(&mut file, &"x".repeat(name.len()), name);
        assert_eq!(refused(&file), "package_broken", "{name}");
    }
}

#[test]
fn references_in_a_circle_or_out_of_the_package_end_and_prove_nothing() {
    let office = Office::new();
    let list = "Doc_0/Signs/Signatures.xml";
    for place in [
        "/Doc_0/Signs/Signatures.xml",
        "/OFD.xml",
        "../../../../etc/passwd",
        "/Doc_0/Signs/Sign_0/SignedValue.dat",
        "",
    ] {
        let bad = changed(&office.sealed(), list, |d| {
            let text = String::from_utf8(d.clone()).unwrap();
            *d = text.replace("/Doc_0/Signs/Sign_0/Signature.xml", place).into_bytes();
        });
        let report = office.verify(&bad);
        assert!(!report.intact(), "{place}");
    }
    // The same signature named ten thousand times.
    let many = changed(&office.sealed(), list, |d| {
        let text = String::from_utf8(d.clone()).unwrap();
        let line = "<ofd:Signature ID=\"1\" BaseLoc=\"/Doc_0/Signs/Sign_0/Signature.xml\"/>";
        *d = text
            .replace("</ofd:Signatures>", &format!("{}</ofd:Signatures>", line.repeat(10_000)))
            .into_bytes();
    });
    assert_eq!(refused(&many), "too_large");
    let twice = changed(&office.sealed(), list, |d| {
        let text = String::from_utf8(d.clone()).unwrap();
        let line = "<ofd:Signature ID=\"1\" BaseLoc=\"/Doc_0/Signs/Sign_0/Signature.xml\"/>";
        *d = text.replace("</ofd:Signatures>", &format!("{line}</ofd:Signatures>")).into_bytes();
    });
    let report = office.verify(&twice);
    assert_eq!(report.signatures.len(), 2);
    assert!(!report.intact());
}

#[test]
fn a_damaged_part_is_named_and_the_rest_is_judged() {
    let office = Office::new();
    let mut file = office.sealed();
    let name = b"Doc_0/Pages/Page_1/Content.xml";
    let at = file.windows(name.len()).position(|w| w == name).unwrap() + name.len() + 4;
    file[at] ^= 0xff;
    let s = &office.verify(&file).signatures[0];
    assert_eq!((s.intact, s.changed.len()), (Some(false), 1));
}

proptest! {
    #[test]
    fn noise_never_panics(bytes in prop::collection::vec(any::<u8>(), 0..600), kind in 0usize..3) {
        let prefix: &[u8] = [&b"PK\x03\x04"[..], &[0x30, 0x82], &[]][kind];
        let file = [prefix, &bytes].concat();
        let options = Options::at(at("2026-04-01"));
        let _ = seal::verify(&file, &options);
        let _ = seal::verify_detached(b"file", &file, &options);
    }
    /// Files that are nearly right reach deeper than noise.
    #[test]
    fn nearly_right_files_never_panic(
        cuts in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
        whole in any::<bool>(),
    ) {
        let office = Office::new();
        let options = office.options();
        let value = unzip(&office.sealed()).into_iter().find(|p| p.0.ends_with(".dat")).unwrap().1;
        let mut file = if whole { office.sealed() } else { value };
        for (place, byte) in cuts {
            let at = place.index(file.len());
            file[at] = byte;
        }
        let _ = seal::verify(&file, &options);
        let _ = seal::verify_detached(b"file", &file, &options);
    }
}
