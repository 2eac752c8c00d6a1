//! Digests (杂凑): which one a name or identifier means, and whether it may still be trusted.

use kernel::Said;

use crate::der::oid;

/// How a digest is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Digest {
    /// SM3 (GB/T 32905), the one the standards ask for.
    Sm3,
    /// SHA-256, outside the national suite.
    Sha256,
    /// SHA-1, broken.
    Sha1,
    /// MD5, broken.
    Md5,
}

impl Digest {
    /// What `CheckMethod` means: a name or a dotted identifier in any spelling.
    pub fn of_name(name: &str) -> Option<Self> {
        let plain: String = name
            .chars()
            .filter(|c| !c.is_whitespace() && *c != '-' && *c != '_')
            .collect::<String>()
            .to_uppercase();
        Some(match plain.strip_prefix("OID:").unwrap_or(&plain) {
            "SM3" | "GM" | "1.2.156.10197.1.401" | "1.2.156.10197.1.401.1" | "1.2.156.10197.1.401.2" => {
                Self::Sm3
            }
            "SHA256" | "SHA2" | "2.16.840.1.101.3.4.2.1" => Self::Sha256,
            "SHA1" | "SHA" | "1.3.14.3.2.26" => Self::Sha1,
            "MD5" | "1.2.840.113549.2.5" => Self::Md5,
            _ => return None,
        })
    }
    /// What made a value of this many bytes, where a writer left the name out.
    pub const fn of_length(bytes: usize) -> Option<Self> {
        match bytes {
            32 => Some(Self::Sm3),
            20 => Some(Self::Sha1),
            16 => Some(Self::Md5),
            _ => None,
        }
    }
    /// What an identifier in DER means.
    pub(crate) fn of_oid(body: &[u8]) -> Option<Self> {
        Some(match body {
            b if b == oid::SM3 || b.strip_suffix(&[1]) == Some(oid::SM3) => Self::Sm3,
            oid::SHA256 => Self::Sha256,
            oid::SHA1 => Self::Sha1,
            oid::MD5 => Self::Md5,
            _ => return None,
        })
    }
    /// The digest of `bytes`.
    pub fn of(self, bytes: &[u8]) -> Vec<u8> {
        use sm3::Digest as _;
        match self {
            Self::Sm3 => sm3::Sm3::digest(bytes).to_vec(),
            Self::Sha256 => sha2::Sha256::digest(bytes).to_vec(),
            Self::Sha1 => sha1::Sha1::digest(bytes).to_vec(),
            Self::Md5 => md5::Md5::digest(bytes).to_vec(),
        }
    }
    /// The name of its standard.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sm3 => "SM3",
            Self::Sha256 => "SHA-256",
            Self::Sha1 => "SHA-1",
            Self::Md5 => "MD5",
        }
    }
    /// What is wrong with it, if anything.
    pub fn legacy(self) -> Option<Said> {
        let name = self.name();
        match self {
            Self::Sm3 => None,
            Self::Sha256 => Some(Said::new(
                format!("摘要用的是 {name}，不是国密 SM3。"),
                format!("The digests are {name}, not SM3 as the national standards ask."),
            )),
            Self::Sha1 | Self::Md5 => Some(Said::new(
                format!("摘要用的是 {name}，已可伪造，不足以证明文件未改；请改用 SM3 重新签章。"),
                format!(
                    "The digests are {name}, which can be forged and proves little; have it sealed anew with SM3."
                ),
            )),
        }
    }
    /// May a digest of this kind still prove anything?
    pub const fn proves(self) -> bool {
        matches!(self, Self::Sm3 | Self::Sha256)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_of_a_method() {
        for (name, method) in [
            ("SM3", Some(Digest::Sm3)),
            ("sm3", Some(Digest::Sm3)),
            ("1.2.156.10197.1.401", Some(Digest::Sm3)),
            (" 1.2.156.10197.1.401 ", Some(Digest::Sm3)),
            ("MD5", Some(Digest::Md5)),
            ("", None),
            ("SHA-1", Some(Digest::Sha1)),
            ("sha_256", Some(Digest::Sha256)),
            ("CRC32", None),
        ] {
            assert_eq!(Digest::of_name(name), method, "{name}");
        }
        // GB/T 32905 appendix A, the message “abc”.
        let abc = Digest::Sm3.of(b"abc");
        assert_eq!(abc[..4], [0x66, 0xc7, 0xf0, 0xf4]);
    }
}
