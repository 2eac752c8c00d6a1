//! Key files (密钥文件): an SM2 key in PKCS#8 (RFC 5958), open or under a password (PBES2, RFC 8018), and the certificate of
//! its holder, one PEM block after the other, as OpenSSL writes and reads them.

use kernel::Said;
use pkcs5::der::Encode as _;
use pkcs5::{EncryptionScheme, pbes2};

use crate::der::{self, Tlv, oid};
use crate::key::{KeySigner, SecretKey};
use crate::text::{base64, to_base64};

const OPEN: &str = "PRIVATE KEY";
const CLOSED: &str = "ENCRYPTED PRIVATE KEY";
const CERTIFICATE: &str = "CERTIFICATE";
/// Rounds of PBKDF2 for files made here.
const ROUNDS: u32 = 200_000;

/// Why a key file is not read. Told apart, because each is mended otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyFileError {
    /// It is under a password and none was given.
    NeedsPassword,
    /// The password does not open it.
    WrongPassword,
    /// There is no private key for SM2 in it.
    NoKey,
    /// There is no certificate in it, or it belongs to another key.
    NoCertificate,
}

impl KeyFileError {
    /// What is wrong and what to do.
    pub fn said(self) -> Said {
        match self {
            Self::NeedsPassword => Said::new(
                "密钥文件设有口令，请系统管理员在启动参数里给出。",
                "The key file is under a password: give it in BANCHENG_SEAL_PASSWORD.",
            ),
            Self::WrongPassword => Said::new(
                "密钥文件的口令不对，或文件已损坏。",
                "The password of the key file is wrong, or the file is damaged.",
            ),
            Self::NoKey => Said::new(
                "密钥文件里没有 SM2 私钥（PKCS#8，PEM）。",
                "There is no SM2 private key (PKCS#8 in PEM) in the key file.",
            ),
            Self::NoCertificate => Said::new(
                "密钥文件里没有这把私钥的证书（PEM）。",
                "The certificate (PEM) of the key is not in the key file.",
            ),
        }
    }
}

/// What a key file is locked with when it is made.
#[derive(Clone, Debug)]
pub struct Lock<'a> {
    /// 口令
    pub password: &'a str,
    /// random, for this file alone
    pub salt: [u8; 16],
    /// random, for this file alone
    pub iv: [u8; 16],
}

/// The key and the certificate of a file as who signs.
///
/// # Errors
/// [`KeyFileError`].
pub fn read(text: &str, password: Option<&str>) -> Result<KeySigner, KeyFileError> {
    let key = match (block(text, OPEN), block(text, CLOSED)) {
        (Some(der), _) => of_pkcs8(&der),
        (None, Some(der)) => of_pkcs8(&opened(&der, password.ok_or(KeyFileError::NeedsPassword)?)?),
        (None, None) => None,
    };
    let certificate = block(text, CERTIFICATE).ok_or(KeyFileError::NoCertificate)?;
    KeySigner::new(key.ok_or(KeyFileError::NoKey)?, certificate).map_err(|_| KeyFileError::NoCertificate)
}

/// A key file. Without a lock it is open: for trials, where who reads the file may sign.
///
/// # Errors
/// The password cannot be used.
pub fn write(key: &SecretKey, certificate: &[u8], lock: Option<&Lock<'_>>) -> Result<String, Said> {
    let plain = to_pkcs8(key);
    let (label, der) = match lock {
        None => (OPEN, plain),
        Some(lock) => (CLOSED, closed(&plain, lock).ok_or_else(refused)?),
    };
    Ok(pem(label, &der) + &pem(CERTIFICATE, certificate))
}

fn refused() -> Said {
    Said::new("这个口令不能用，请换一个。", "This password cannot be used; choose another.")
}

/// The bytes of the first block with this label.
fn block(text: &str, label: &str) -> Option<Vec<u8>> {
    let from = text.find(&format!("-----BEGIN {label}-----"))?;
    let inside = text[from..].lines().skip(1).take_while(|l| !l.starts_with("-----"));
    base64(&inside.collect::<String>())
}

fn pem(label: &str, der: &[u8]) -> String {
    let text = to_base64(der);
    let lines = text.as_bytes().chunks(64).map(|l| String::from_utf8_lossy(l) + "\n").collect::<String>();
    format!("-----BEGIN {label}-----\n{lines}-----END {label}-----\n")
}

/// `EncryptedPrivateKeyInfo ::= SEQUENCE { AlgorithmIdentifier, OCTET STRING }`
fn opened(der: &[u8], password: &str) -> Result<Vec<u8>, KeyFileError> {
    let parts = Tlv::whole(der).and_then(|(whole, _)| {
        let mut parts = whole.expect(der::SEQUENCE)?.inside();
        Ok((parts.take(der::SEQUENCE)?, parts.take(der::OCTET_STRING)?))
    });
    let (algorithm, sealed) = parts.map_err(|_| KeyFileError::NoKey)?;
    let scheme = EncryptionScheme::try_from(algorithm.raw).map_err(|_| KeyFileError::NoKey)?;
    scheme.decrypt(password, sealed.body).map_err(|_| KeyFileError::WrongPassword)
}

fn closed(plain: &[u8], lock: &Lock<'_>) -> Option<Vec<u8>> {
    let kdf = pbes2::Pbkdf2Params::hmac_sha256(ROUNDS, &lock.salt).ok()?.into();
    let encryption = pbes2::EncryptionScheme::Aes256Cbc { iv: lock.iv };
    let scheme = EncryptionScheme::from(pbes2::Parameters { kdf, encryption });
    let sealed = scheme.encrypt(lock.password, plain).ok()?;
    Some(der::seq(&[scheme.to_der().ok()?, der::octets(&sealed)]))
}

/// `PrivateKeyInfo` with `ECPrivateKey` (RFC 5915) in it.
fn of_pkcs8(bytes: &[u8]) -> Option<SecretKey> {
    let mut parts = Tlv::whole(bytes).ok()?.0.expect(der::SEQUENCE).ok()?.inside();
    parts.take(der::INTEGER).ok()?;
    let mut algorithm = parts.take(der::SEQUENCE).ok()?.inside();
    let kind = algorithm.take(der::OID).ok()?.body;
    let curve = algorithm.maybe(der::OID).ok()?.map(|t| t.body);
    if kind != oid::SM2 && (kind != oid::EC_KEY || curve != Some(oid::SM2)) {
        return None;
    }
    let inner = parts.take(der::OCTET_STRING).ok()?.body;
    let mut inner = Tlv::whole(inner).ok()?.0.expect(der::SEQUENCE).ok()?.inside();
    inner.take(der::INTEGER).ok()?;
    let d = inner.take(der::OCTET_STRING).ok()?.body;
    SecretKey::from_bytes(d.try_into().ok()?)
}

fn to_pkcs8(key: &SecretKey) -> Vec<u8> {
    let point = der::of(0xa1, &der::bits(key.public().point()));
    let inner = der::seq(&[der::integer(1), der::octets(&key.bytes()), point]);
    let algorithm = der::seq(&[der::oid_of(oid::EC_KEY), der::oid_of(oid::SM2)]);
    der::seq(&[der::integer(0), algorithm, der::octets(&inner)])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::Signer as _;
    use crate::make::{Holder, certificate};

    fn made(lock: Option<&Lock<'_>>) -> String {
        let key = SecretKey::from_bytes(&[5; 32]).unwrap();
        let holder = Holder {
            name: "试用".into(),
            organization: "云汀市".into(),
            serial: 1,
            not_before: "2026-01-01".parse().unwrap(),
            not_after: "2029-01-01".parse().unwrap(),
            is_ca: false,
        };
        let own = certificate(&holder, key.public(), None, &|m| key.sign(m)).unwrap();
        write(&key, &own, lock).unwrap()
    }

    #[test]
    fn a_key_file_opens_with_its_password_and_each_fault_has_its_word() {
        let lock = Lock { password: "四个字的", salt: [1; 16], iv: [2; 16] };
        let (open, closed) = (made(None), made(Some(&lock)));
        for text in [&open, &closed] {
            let signer = read(text, Some("四个字的")).unwrap();
            assert_eq!(
                signer.sign(b"x").unwrap(),
                SecretKey::from_bytes(&[5; 32]).unwrap().sign(b"x").unwrap()
            );
        }
        assert!(!closed.contains("BEGIN PRIVATE KEY"));
        assert_eq!(read(&closed, None).err(), Some(KeyFileError::NeedsPassword));
        assert_eq!(read(&closed, Some("错")).err(), Some(KeyFileError::WrongPassword));
        assert_eq!(read("", None).err(), Some(KeyFileError::NoCertificate));
        let only = |label: &str| {
            let at = open.find(&format!("-----BEGIN {label}-----")).unwrap();
            let end = format!("-----END {label}-----\n");
            open[at..at + open[at..].find(&end).unwrap() + end.len()].to_owned()
        };
        assert_eq!(read(&only(CERTIFICATE), None).err(), Some(KeyFileError::NoKey));
        assert_eq!(read(&only(OPEN), None).err(), Some(KeyFileError::NoCertificate));
        let other = SecretKey::from_bytes(&[6; 32]).unwrap();
        let strange = pem(OPEN, &to_pkcs8(&other)) + &only(CERTIFICATE);
        assert_eq!(read(&strange, None).err(), Some(KeyFileError::NoCertificate));
    }

    /// `openssl genpkey -algorithm SM2 | openssl pkcs8 -topk8 -v2 aes-256-cbc -passout pass:bancheng` (OpenSSL 3.0), made for
    /// this test.
    #[test]
    fn what_openssl_writes_is_read() {
        let der = opened(&block(include_str!("../tests/data/openssl-sm2.pem"), CLOSED).unwrap(), "bancheng");
        assert!(of_pkcs8(&der.unwrap()).is_some());
    }
}
