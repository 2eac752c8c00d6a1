//! What is answered: verdicts told apart, and sentences for people.

use kernel::{Moment, Said};
use serde::Serialize;

/// The answer about one file.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// What the file is: `ofd`, `seal`, `detached`.
    pub file: &'static str,
    /// One verdict for each signature, in the order of the file.
    pub signatures: Vec<Verdict>,
    /// What is to be said about the file as a whole.
    pub problems: Vec<Problem>,
}

impl Report {
    /// Is there a signature and is every one intact?
    pub fn intact(&self) -> bool {
        !self.signatures.is_empty() && self.signatures.iter().all(|s| s.intact == Some(true))
    }
    /// Does every verdict of every signature hold? The signer must be known, so roots must have been given.
    pub fn good(&self) -> bool {
        self.intact() && self.signatures.iter().all(Verdict::good)
    }
}

/// One signature. `null` means that it does not apply or cannot be known; a problem then says why.
#[derive(Clone, Debug, Serialize)]
pub struct Verdict {
    /// Its number in the list of the document.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Where it lies in the package.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// What it is made of.
    pub form: Form,
    /// The standard of that form.
    pub standard: &'static str,
    /// 完好: the digest of every part it names and the signature value are right.
    pub intact: Option<bool>,
    /// 印章: the maker of the seal signed the seal; null without a seal.
    pub seal_signature: Option<bool>,
    /// 签名人: whose certificate signed.
    pub signer: Option<Person>,
    /// 可信: a chain leads to a trusted root; null when no roots were given.
    pub signer_known: Option<bool>,
    /// 有权用章: the seal lists the signer's certificate; null without a seal or a list.
    pub signer_authorised: Option<bool>,
    /// 签章时间, as the signer states it.
    pub signed_at: Option<Moment>,
    /// 签章时有效: seal and certificate were valid at that moment (the attested one where there is one).
    pub valid_when_signed: Option<bool>,
    /// 现在有效: seal and certificate are valid at the moment asked about.
    pub valid_now: Option<bool>,
    /// 覆盖全文: nothing in the package is left out but what belongs to signatures.
    pub covers_all: bool,
    /// 时间有证明: a time-stamp authority signed the moment.
    pub time_attested: bool,
    /// The moment of that time-stamp.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attested_at: Option<Moment>,
    /// The seal that was set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seal: Option<SealFacts>,
    /// Where the signer saw the signed file, when the signature says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signed_place: Option<String>,
    /// How the digests were made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub check_method: Option<String>,
    /// How many parts it names.
    pub references: usize,
    /// Named parts that are missing, damaged or changed.
    pub changed: Vec<String>,
    /// Parts that it does not cover, at most a hundred; `uncovered_count` counts all.
    pub uncovered: Vec<String>,
    /// How many parts it does not cover.
    pub uncovered_count: usize,
    /// Everything a person should know, in plain words.
    pub problems: Vec<Problem>,
}

impl Verdict {
    pub(crate) fn new(form: Form) -> Self {
        Self {
            id: None,
            place: None,
            form,
            standard: form.standard(),
            intact: Some(false),
            seal_signature: None,
            signer: None,
            signer_known: None,
            signer_authorised: None,
            signed_at: None,
            valid_when_signed: None,
            valid_now: None,
            covers_all: false,
            time_attested: false,
            attested_at: None,
            seal: None,
            signed_place: None,
            check_method: None,
            references: 0,
            changed: Vec::new(),
            uncovered: Vec::new(),
            uncovered_count: 0,
            problems: Vec::new(),
        }
    }
    fn good(&self) -> bool {
        self.intact == Some(true)
            && self.signer_known == Some(true)
            && self.valid_when_signed == Some(true)
            && self.covers_all
            && (self.seal.is_none() || self.seal_signature == Some(true))
            && self.signer_authorised != Some(false)
    }
    pub(crate) fn say(&mut self, code: &'static str, zh: impl Into<String>, en: impl Into<String>) {
        self.problems.push(Problem { code, said: Said::new(zh, en) });
    }
}

/// What a signature is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// A seal of GM/T 0031-2014 set under a document.
    SesV1,
    /// A seal of GB/T 38540-2020 set under a document.
    SesV4,
    /// A seal of GM/T 0031-2025 set under a document.
    SesV5,
    /// Signed data of GB/T 35275 (PKCS#7), without a seal.
    Pkcs7,
    /// A bare SM2 value, without a certificate.
    Raw,
    /// A seal itself, V1.
    SealV1,
    /// A seal itself, V4.
    SealV4,
    /// A seal itself, V5.
    SealV5,
    /// None of these.
    Unknown,
}

impl Form {
    pub(crate) const fn of_stamp(version: i64) -> Self {
        match version {
            4 => Self::SesV4,
            5 => Self::SesV5,
            _ => Self::SesV1,
        }
    }
    pub(crate) const fn of_seal(version: i64) -> Self {
        match version {
            4 => Self::SealV4,
            5 => Self::SealV5,
            _ => Self::SealV1,
        }
    }
    const fn standard(self) -> &'static str {
        match self {
            Self::SesV1 | Self::SealV1 => crate::ses::standard(1),
            Self::SesV4 | Self::SealV4 => crate::ses::standard(4),
            Self::SesV5 | Self::SealV5 => crate::ses::standard(5),
            Self::Pkcs7 => "GB/T 35275",
            Self::Raw => "GB/T 32918.2",
            Self::Unknown => "?",
        }
    }
}

/// Whose certificate it is.
#[derive(Clone, Debug, Serialize)]
pub struct Person {
    /// CN
    pub name: String,
    /// O
    pub organization: String,
    /// Serial number of the certificate, hexadecimal.
    pub serial: String,
    /// Who issued the certificate.
    pub issuer: String,
    /// First moment of the certificate.
    pub not_before: Moment,
    /// Last moment of the certificate.
    pub not_after: Moment,
}

impl From<&crate::Certificate> for Person {
    fn from(c: &crate::Certificate) -> Self {
        Self {
            name: c.name.clone(),
            organization: c.organization.clone(),
            serial: c.serial(),
            issuer: c.issuer_name.clone(),
            not_before: c.not_before,
            not_after: c.not_after,
        }
    }
}

/// What a seal says of itself.
#[derive(Clone, Debug, Serialize)]
pub struct SealFacts {
    /// 印章名称
    pub name: String,
    /// 印章编码
    pub id: String,
    /// Kind, a number of the issuing system.
    pub kind: i64,
    /// Version of its structure.
    pub version: i64,
    /// 厂商
    pub vendor: String,
    /// 制章者
    pub maker: Option<Person>,
    /// 制作日期
    pub created: Option<Moment>,
    /// 有效起始
    pub valid_from: Option<Moment>,
    /// 有效终止
    pub valid_to: Option<Moment>,
    /// Kind of its picture (PNG, ofd …).
    pub picture: String,
    /// Bytes of its picture.
    pub picture_bytes: usize,
    /// Millimetres.
    pub width: i64,
    /// Millimetres.
    pub height: i64,
}

impl From<&crate::ses::Seal<'_>> for SealFacts {
    fn from(s: &crate::ses::Seal<'_>) -> Self {
        Self {
            name: s.name.clone(),
            id: s.id.clone(),
            kind: s.kind,
            version: s.version,
            vendor: s.vendor.clone(),
            maker: s.maker.as_ref().map(Person::from),
            created: s.created,
            valid_from: s.valid_from,
            valid_to: s.valid_to,
            picture: s.picture.kind.clone(),
            picture_bytes: s.picture.data.len(),
            width: s.picture.width,
            height: s.picture.height,
        }
    }
}

/// One thing a person should know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// A word for programs.
    pub code: &'static str,
    /// The sentence, in both languages.
    #[serde(flatten)]
    pub said: Said,
}

/// The file is not read: it is none of the forms, or it asks for more than any honest file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable(pub Problem);

impl Unreadable {
    pub(crate) fn new(code: &'static str, zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self(Problem { code, said: Said::new(zh, en) })
    }
}
impl std::fmt::Display for Unreadable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.said.fmt(f)
    }
}
impl std::error::Error for Unreadable {}
