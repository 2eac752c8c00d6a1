//! Object identifiers by the bytes they have in DER, under the names of their standards.

/// SM2 curve and key (GM/T 0006): 1.2.156.10197.1.301.
pub const SM2: &[u8] = &[0x2a, 0x81, 0x1c, 0xcf, 0x55, 0x01, 0x82, 0x2d];
/// SM2 digital signature: 1.2.156.10197.1.301.1.
pub const SM2_SIGN: &[u8] = &[0x2a, 0x81, 0x1c, 0xcf, 0x55, 0x01, 0x82, 0x2d, 0x01];
/// SM2 with SM3: 1.2.156.10197.1.501.
pub const SM2_WITH_SM3: &[u8] = &[0x2a, 0x81, 0x1c, 0xcf, 0x55, 0x01, 0x83, 0x75];
/// SM3: 1.2.156.10197.1.401.
pub const SM3: &[u8] = &[0x2a, 0x81, 0x1c, 0xcf, 0x55, 0x01, 0x83, 0x11];
/// Data (GB/T 35275): 1.2.156.10197.6.1.4.2.1.
pub const GM_DATA: &[u8] = &[0x2a, 0x81, 0x1c, 0xcf, 0x55, 0x06, 0x01, 0x04, 0x02, 0x01];
/// Signed data (GB/T 35275): 1.2.156.10197.6.1.4.2.2.
pub const GM_SIGNED_DATA: &[u8] = &[0x2a, 0x81, 0x1c, 0xcf, 0x55, 0x06, 0x01, 0x04, 0x02, 0x02];
/// Signed data (PKCS#7): 1.2.840.113549.1.7.2.
pub const SIGNED_DATA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02];
/// Attribute content-type: 1.2.840.113549.1.9.3.
pub const CONTENT_TYPE: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x03];
/// Attribute message-digest: 1.2.840.113549.1.9.4.
pub const MESSAGE_DIGEST: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x04];
/// Attribute signing-time: 1.2.840.113549.1.9.5.
pub const SIGNING_TIME: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x05];
/// Content type of a time-stamp (GB/T 20520, RFC 3161): 1.2.840.113549.1.9.16.1.4.
pub const TST_INFO: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x10, 0x01, 0x04];
/// Unsigned attribute that holds a time-stamp: 1.2.840.113549.1.9.16.2.14.
pub const TIME_STAMP_TOKEN: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x10, 0x02, 0x0e];
/// MD5: 1.2.840.113549.2.5.
pub const MD5: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x02, 0x05];
/// SHA-1: 1.3.14.3.2.26.
pub const SHA1: &[u8] = &[0x2b, 0x0e, 0x03, 0x02, 0x1a];
/// SHA-256: 2.16.840.1.101.3.4.2.1.
pub const SHA256: &[u8] = &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01];
/// Elliptic curve key: 1.2.840.10045.2.1.
pub const EC_KEY: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
/// RSA key: 1.2.840.113549.1.1.1.
pub const RSA_KEY: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
/// commonName 2.5.4.3.
pub const COMMON_NAME: &[u8] = &[0x55, 0x04, 0x03];
/// organizationName 2.5.4.10.
pub const ORGANIZATION: &[u8] = &[0x55, 0x04, 0x0a];
/// countryName 2.5.4.6.
pub const COUNTRY: &[u8] = &[0x55, 0x04, 0x06];
/// keyUsage 2.5.29.15.
pub const KEY_USAGE: &[u8] = &[0x55, 0x1d, 0x0f];
/// basicConstraints 2.5.29.19.
pub const BASIC_CONSTRAINTS: &[u8] = &[0x55, 0x1d, 0x13];
/// subjectKeyIdentifier 2.5.29.14.
pub const SUBJECT_KEY_ID: &[u8] = &[0x55, 0x1d, 0x0e];

/// Dotted text of an identifier, for people.
pub fn dotted(body: &[u8]) -> String {
    let mut arcs = Vec::new();
    let mut n = 0u128;
    for b in body.iter().take(64) {
        n = n << 7 | u128::from(b & 0x7f);
        if b & 0x80 == 0 {
            if arcs.is_empty() {
                let top = (n / 40).min(2);
                arcs.push(top.to_string());
                n -= top * 40;
            }
            arcs.push(n.to_string());
            n = 0;
        }
    }
    arcs.join(".")
}

#[cfg(test)]
mod tests {
    #[test]
    fn identifiers_read_as_their_standards_write_them() {
        for (bytes, text) in [
            (super::SM2_WITH_SM3, "1.2.156.10197.1.501"),
            (super::SM3, "1.2.156.10197.1.401"),
            (super::GM_SIGNED_DATA, "1.2.156.10197.6.1.4.2.2"),
            (super::TIME_STAMP_TOKEN, "1.2.840.113549.1.9.16.2.14"),
            (super::SHA256, "2.16.840.1.101.3.4.2.1"),
            (super::KEY_USAGE, "2.5.29.15"),
        ] {
            assert_eq!(super::dotted(bytes), text);
        }
    }
}
