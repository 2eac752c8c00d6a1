//! `bancheng seal verify` from outside: three exit codes, one JSON answer for each.

use std::path::{Path, PathBuf};

use kernel::Moment;
use seal::make::{self, Holder, SealDraft};
use seal::{KeySigner, SecretKey, Signer as _};
use serde_json::Value;

fn at(text: &str) -> Moment {
    text.parse().expect("a moment")
}

fn signer() -> KeySigner {
    let key = SecretKey::from_bytes(&[5; 32]).expect("a key");
    let holder = Holder {
        name: "试用".into(),
        organization: "临江市".into(),
        serial: 1,
        not_before: at("2025-01-01"),
        not_after: at("2027-01-01"),
        is_ca: true,
    };
    let certificate = make::certificate(&holder, key.public(), None, &|m| key.sign(m)).expect("made");
    KeySigner::new(key, certificate).expect("a pair")
}

fn verify(args: &[&str]) -> (Option<i32>, Value) {
    let out = super::run(&[&["seal", "verify", "--json"], args].concat(), &[]);
    (out.status.code(), serde_json::from_slice(&out.stdout).expect("JSON"))
}

#[test]
fn the_exit_code_tells_intact_changed_and_unreadable_apart() {
    let dir = tempdir();
    let write = |name: &str, bytes: &[u8]| {
        let path = dir.join(name);
        std::fs::write(&path, bytes).expect("written");
        path.to_str().expect("a path").to_owned()
    };
    let signer = signer();
    let draft = SealDraft {
        vendor: "BANCHENG".into(),
        id: "33010000000001".into(),
        kind: 1,
        name: "临江市（试用）".into(),
        users: vec![signer.certificate().to_vec()],
        created: at("2025-06-01"),
        valid_from: at("2025-06-01"),
        valid_to: at("2026-06-01"),
        picture_kind: "PNG".into(),
        picture: vec![1],
        width: 40,
        height: 40,
    };
    let seal = make::seal(&draft, &signer).expect("made");
    let stamp = make::stamp(&seal, b"paper", "paper", &signer, at("2026-01-01")).expect("made");
    let [paper, changed, noise] =
        [("paper", &b"paper"[..]), ("changed", &b"papers"[..]), ("noise", &b"noise"[..])]
            .map(|(n, b)| write(n, b));
    let [seal, stamp] = [("seal.esl", &seal), ("stamp", &stamp)].map(|(n, b)| write(n, b));
    let root = write("root.cer", signer.certificate());

    let (code, answer) = verify(&[&seal, "--at", "2026-05-01"]);
    assert_eq!((code, &answer["signatures"][0]["form"]), (Some(0), &Value::from("seal_v4")));
    let (code, answer) = verify(&[&paper, "--signature", &stamp, "--at", "2026-07-01"]);
    let s = &answer["signatures"][0];
    assert_eq!((code, &s["intact"], &s["seal_signature"]), (Some(0), &Value::from(true), &Value::from(true)));
    assert_eq!((&s["valid_when_signed"], &s["valid_now"]), (&Value::from(true), &Value::from(false)));
    assert_eq!((&s["signer"]["name"], &s["signer_known"]), (&Value::from("试用"), &Value::Null));
    assert_eq!(s["signed_at"], "2026-01-01T00:00:00+08:00");
    assert!(s["problems"].as_array().is_some_and(|p| p.iter().any(|p| p["code"] == "seal_not_valid_now")));
    let (code, answer) =
        verify(&[&paper, "--signature", &stamp, "--at", "2026-05-01", "--trust", &root, "--strict"]);
    assert_eq!((code, &answer["signatures"][0]["signer_known"]), (Some(0), &Value::from(true)));
    let (code, answer) = verify(&[&changed, "--signature", &stamp]);
    assert_eq!((code, &answer["signatures"][0]["intact"]), (Some(1), &Value::from(false)));
    for bad in
        [&[noise.as_str()][..], &["no-such-file"], &[paper.as_str(), "--signature", &stamp, "--strict"]]
    {
        let (code, answer) = verify(bad);
        assert_eq!((code, answer["problems"].as_array().map(Vec::len)), (Some(2), Some(1)), "{bad:?}");
    }
    std::fs::remove_dir_all(dir).expect("removed");
}

fn tempdir() -> PathBuf {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("seal-{}", std::process::id()));
    std::fs::create_dir_all(&dir).expect("made");
    dir
}
