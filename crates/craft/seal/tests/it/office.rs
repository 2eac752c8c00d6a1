//! An office with a root, a maker of seals and a signer, and documents to be sealed. All keys are for tests.

use std::io::Write as _;

use kernel::Moment;
use seal::make::{self, Holder, SealDraft};
use seal::{Certificate, KeySigner, Options, Report, SecretKey, Signer};

pub struct Office {
    pub root: Vec<u8>,
    pub maker: KeySigner,
    pub signer: KeySigner,
    pub seal: Vec<u8>,
}

pub fn at(text: &str) -> Moment {
    text.parse().expect("a moment")
}

pub const SIGNED: &str = "2026-03-01 09:30:00";

pub fn key(n: u8) -> SecretKey {
    SecretKey::from_bytes(&[n; 32]).expect("a key")
}

pub fn holder(name: &str, serial: u64, is_ca: bool) -> Holder {
    Holder {
        name: name.into(),
        organization: "临江市人民政府".into(),
        serial,
        not_before: at("2025-01-01"),
        not_after: at("2028-01-01"),
        is_ca,
    }
}

/// A certificate for key `n` from the root (key 1).
pub fn issued(holder: &Holder, n: u8) -> Vec<u8> {
    let root = key(1);
    let of_root =
        make::certificate(&self::holder("临江市试用根", 1, true), root.public(), None, &|m| {
            root.sign(m)
        });
    let of_root = Certificate::read(&of_root.expect("made")).expect("read");
    make::certificate(holder, key(n).public(), Some(&of_root), &|m| root.sign(m)).expect("made")
}

pub fn draft(users: Vec<Vec<u8>>) -> SealDraft {
    SealDraft {
        vendor: "BANCHENG".into(),
        id: "33010000000001".into(),
        kind: 1,
        name: "临江市城市运行中心（试用）".into(),
        users,
        created: at("2025-06-01"),
        valid_from: at("2025-06-01"),
        valid_to: at("2026-06-01"),
        picture_kind: "PNG".into(),
        picture: vec![0x89; 3_000],
        width: 40,
        height: 40,
    }
}

impl Office {
    pub fn new() -> Self {
        let root = key(1);
        let of_root =
            make::certificate(&holder("临江市试用根", 1, true), root.public(), None, &|m| root.sign(m));
        let maker =
            KeySigner::new(key(2), issued(&holder("临江市印章制作中心", 2, false), 2)).expect("a pair");
        let signer =
            KeySigner::new(key(3), issued(&holder("临江市城市运行中心", 3, false), 3)).expect("a pair");
        let seal = make::seal(&draft(vec![signer.certificate().to_vec()]), &maker).expect("made");
        Self { root: of_root.expect("made"), maker, signer, seal }
    }
    pub fn options(&self) -> Options {
        let mut options = Options::at(at("2026-04-01"));
        options.trusted = vec![Certificate::read(&self.root).expect("read")];
        options
    }
    pub fn verify(&self, file: &[u8]) -> Report {
        seal::verify(file, &self.options()).expect("readable")
    }
    /// The sealed document.
    pub fn sealed(&self) -> Vec<u8> {
        make::sign_ofd(&zip(&parts()), &self.seal, &self.signer, at(SIGNED), &[]).expect("sealed")
    }
}

pub type Parts = Vec<(String, Vec<u8>)>;

/// A document of two pages.
pub fn parts() -> Parts {
    let xml = |body: &str| {
        let text = format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{body}");
        text.replace("<x:", "<ofd:").replace("</x:", "</ofd:").into_bytes()
    };
    let ns = "xmlns:ofd=\"http://www.ofdspec.org/2016\"";
    vec![
        (
            "OFD.xml".into(),
            xml(&format!(
                "<x:OFD {ns} Version=\"1.0\" DocType=\"OFD\"><x:DocBody><x:DocInfo><x:DocID>1</x:DocID></x:DocInfo>\
                 <x:DocRoot>Doc_0/Document.xml</x:DocRoot></x:DocBody></x:OFD>"
            )),
        ),
        ("Doc_0/Document.xml".into(), xml(&format!("<x:Document {ns}><x:Pages/></x:Document>"))),
        ("Doc_0/PublicRes.xml".into(), xml(&format!("<x:Res {ns}/>"))),
        ("Doc_0/Pages/Page_0/Content.xml".into(), xml(&format!("<x:Page {ns}>通报</x:Page>"))),
        ("Doc_0/Pages/Page_1/Content.xml".into(), xml(&format!("<x:Page {ns}>附件</x:Page>"))),
    ]
}

/// A zip by another hand than the one under test.
pub fn zip(parts: &Parts) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, data) in parts {
        writer.start_file(name.as_str(), zip::write::SimpleFileOptions::default()).expect("starts");
        writer.write_all(data).expect("writes");
    }
    writer.finish().expect("ends").into_inner()
}

pub fn unzip(bytes: &[u8]) -> Parts {
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).expect("a zip");
    (0..archive.len())
        .map(|i| {
            let mut part = archive.by_index(i).expect("a part");
            let mut data = Vec::new();
            std::io::Read::read_to_end(&mut part, &mut data).expect("whole");
            (part.name().expect("a name").to_string(), data)
        })
        .collect()
}

/// The same document with one part changed; the part must be there.
pub fn changed(document: &[u8], name: &str, change: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    let mut parts = unzip(document);
    let part = parts.iter_mut().find(|p| p.0 == name).expect("the part");
    change(&mut part.1);
    zip(&parts)
}

pub fn codes(verdict: &seal::Verdict) -> Vec<&'static str> {
    verdict.problems.iter().map(|p| p.code).collect()
}
