//! SM2 keys (GB/T 32918.2): signing and checking, with the signer's identity in the digest.

use kernel::Said;
use sm2::dsa::signature::hazmat::PrehashSigner as _;
use sm2::dsa::{Signature, SigningKey, VerifyingKey};
use sm2::elliptic_curve::ops::{MulByGeneratorVartime as _, Reduce as _};
use sm2::elliptic_curve::point::AffineCoordinates as _;
use sm2::{ProjectivePoint, Scalar};
use sm3::{Digest as _, Sm3};

use crate::der::{self, Tlv};

/// The identity every seal in use is signed with (GM/T 0009).
pub const DEFAULT_ID: &str = "1234567812345678";

/// A public key (公钥).
#[derive(Clone, Debug)]
pub struct PublicKey {
    key: VerifyingKey,
    z: [u8; 32],
    point: Vec<u8>,
}

impl PublicKey {
    /// From the point `04 ‖ x ‖ y` (or compressed); none when it is no point of the curve.
    pub fn from_point(point: &[u8]) -> Option<Self> {
        Self::with_id(point, DEFAULT_ID)
    }
    /// The same with another identity than the usual one.
    pub fn with_id(point: &[u8], id: &str) -> Option<Self> {
        let key = VerifyingKey::from_sec1_bytes(id, point).ok()?;
        let point = key.to_sec1_bytes().to_vec();
        let z = user_digest(&point, id)?;
        Some(Self { key, z, point })
    }
    /// The point `04 ‖ x ‖ y`.
    pub fn point(&self) -> &[u8] {
        &self.point
    }
    /// Did the holder of the key sign `message`? `value` is `SEQUENCE { r, s }` or `r ‖ s`.
    pub fn verifies(&self, message: &[u8], value: &[u8]) -> bool {
        let Some(value) = signature_of(value) else { return false };
        let e = Sm3::new().chain_update(self.z).chain_update(message).finalize();
        let (r, s) = value.split_scalars();
        let t = *r + *s;
        if bool::from(t.is_zero()) {
            return false;
        }
        // The library takes as long for every signature; nothing here is secret, so the quicker way will do.
        let owner = ProjectivePoint::from(*self.key.as_affine());
        let point = ProjectivePoint::mul_by_generator_and_mul_add_vartime(&s, &t, &owner);
        // The point at infinity has the coordinate 0 in this library and is no signature.
        if point == ProjectivePoint::IDENTITY {
            return false;
        }
        *r == Scalar::reduce(&e) + Scalar::reduce(&point.to_affine().x())
    }
}

/// The digest of the user, Z (GB/T 32918.2 section 5.5): length of the identity in bits, identity, a, b, G and the key.
fn user_digest(point: &[u8], id: &str) -> Option<[u8; 32]> {
    let bits = u16::try_from(id.len().checked_mul(8)?).ok()?;
    let point = point.get(1..65)?;
    let z =
        Sm3::new().chain_update(bits.to_be_bytes()).chain_update(id).chain_update(CURVE).chain_update(point);
    Some(z.finalize().into())
}

/// a, b, x and y of the generator of the recommended curve (GB/T 32918.5).
const CURVE: [u8; 128] = {
    const HEX: &[u8; 256] = b"FFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFC\
28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93\
32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7\
BC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0";
    const fn digit(b: u8) -> u8 {
        if b <= b'9' { b - b'0' } else { b - b'A' + 10 }
    }
    let mut bytes = [0; 128];
    let mut i = 0;
    while i < 128 {
        bytes[i] = digit(HEX[2 * i]) << 4 | digit(HEX[2 * i + 1]);
        i += 1;
    }
    bytes
};

/// r and s in either writing; none when they are no numbers below the order of the curve.
fn signature_of(value: &[u8]) -> Option<Signature> {
    if value.len() == 64 {
        return Signature::from_slice(value).ok();
    }
    let (tlv, rest) = Tlv::first(value).ok()?;
    // Some modules fill their buffer up with zeros.
    if tlv.tag != der::SEQUENCE || rest.iter().any(|b| *b != 0) {
        return None;
    }
    let mut inside = tlv.inside();
    let mut fixed = [0u8; 64];
    for half in fixed.chunks_exact_mut(32) {
        let n = inside.take(der::INTEGER).ok()?.body;
        let n = &n[n.iter().take_while(|b| **b == 0).count()..];
        half.get_mut(32usize.checked_sub(n.len())?..)?.copy_from_slice(n);
    }
    Signature::from_slice(&fixed).ok()
}

/// Whoever signs: a key file, a seal service of the city, a cryptographic module (签名者).
pub trait Signer {
    /// The certificate of the key, DER.
    fn certificate(&self) -> &[u8];
    /// `SEQUENCE { r, s }` over `message` with the usual identity.
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Said>;
}

/// A key held in memory: for trials, tests, and seals of an office that keeps its key in a file.
pub struct KeySigner {
    key: SecretKey,
    certificate: Vec<u8>,
}

impl KeySigner {
    /// The key and the certificate that names its holder; refused when they do not belong together.
    pub fn new(key: SecretKey, certificate: Vec<u8>) -> Result<Self, Said> {
        let owner = crate::Certificate::read(&certificate);
        if owner.is_none_or(|c| c.sm2_key().is_none_or(|k| k.point() != key.public().point())) {
            return Err(Said::new(
                "证书与私钥不是一对，请换用这把私钥的证书。",
                "The certificate does not belong to this key; use the one made for it.",
            ));
        }
        Ok(Self { key, certificate })
    }
}

impl Signer for KeySigner {
    fn certificate(&self) -> &[u8] {
        &self.certificate
    }
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Said> {
        self.key.sign(message)
    }
}

/// A private key (私钥). Never printed.
pub struct SecretKey {
    key: SigningKey,
    public: PublicKey,
}

impl SecretKey {
    /// From the 32 bytes of d; none when it is no key.
    pub fn from_bytes(d: &[u8; 32]) -> Option<Self> {
        let key = SigningKey::from_slice(DEFAULT_ID, d).ok()?;
        let public = PublicKey::from_point(&key.verifying_key().to_sec1_bytes())?;
        Some(Self { key, public })
    }
    /// d, for the key file.
    pub(crate) fn bytes(&self) -> [u8; 32] {
        self.key.to_bytes().into()
    }
    /// Its public half.
    pub const fn public(&self) -> &PublicKey {
        &self.public
    }
    /// `SEQUENCE { r, s }` over a message. The secret number of each signature follows from key and message
    /// (RFC 6979), so no source of randomness can betray the key.
    pub fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Said> {
        let e = Sm3::new().chain_update(self.public.z).chain_update(message).finalize();
        let value = self.key.sign_prehash(&e).map_err(|_| {
            Said::new("这把 SM2 私钥无法签名，请换一把。", "This SM2 key cannot sign; use another.")
        })?;
        let bytes = value.to_bytes();
        Ok(der::seq(&[der::integer_bytes(&bytes[..32]), der::integer_bytes(&bytes[32..])]))
    }
}

impl std::fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SecretKey(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(hex: &str) -> Vec<u8> {
        (0..hex.len() / 2).map(|i| u8::from_str_radix(&hex[2 * i..2 * i + 2], 16).unwrap()).collect()
    }

    /// GM/T 0003.5-2012 appendix A: key, message and signature of the standard.
    #[test]
    fn the_example_of_the_standard_verifies() {
        let d = bytes("3945208F7B2144B13F36E38AC6D39F95889393692860B51A42FB81EF4DF7C5B8");
        let key = SecretKey::from_bytes(&d.try_into().unwrap()).unwrap();
        let x = "09F9DF311E5421A150DD7D161E4BC5C672179FAD1833FC076BB08FF356F35020";
        let y = "CCEA490CE26775A52DC6EA718CC1AA600AED05FBF35E084A6632F6072DA9AD13";
        assert_eq!(key.public().point(), bytes(&format!("04{x}{y}")));
        let r = bytes("F5A03B0648D2C4630EEAC513E1BB81A15944DA3827D5B74143AC7EACEEE720B3");
        let s = bytes("B1B6AA29DF212FD8763182BC0D421CA1BB9038FD1F7F42D4840B69C485BBC1AA");
        let raw = [r.clone(), s.clone()].concat();
        assert!(key.public().verifies(b"message digest", &raw));
        let written = der::seq(&[der::integer_bytes(&r), der::integer_bytes(&s)]);
        assert!(key.public().verifies(b"message digest", &written));
        assert!(!key.public().verifies(b"message digesT", &raw));
        let e = Sm3::new().chain_update(key.public().z).chain_update(b"message digest").finalize();
        assert_eq!(e[..4], bytes("F0B43E94"));
    }

    #[test]
    fn own_signatures_verify_and_no_changed_bit_does() {
        let key = SecretKey::from_bytes(&[7; 32]).unwrap();
        let value = key.sign("印".as_bytes()).unwrap();
        assert!(key.public().verifies("印".as_bytes(), &value));
        for i in 0..value.len() {
            for bit in 0..8 {
                let mut bad = value.clone();
                bad[i] ^= 1 << bit;
                assert!(!key.public().verifies("印".as_bytes(), &bad), "byte {i} bit {bit}");
            }
        }
        assert!(SecretKey::from_bytes(&[0; 32]).is_none());
        assert!(SecretKey::from_bytes(&[255; 32]).is_none());
        assert!(PublicKey::from_point(&[4; 65]).is_none());
    }
}
