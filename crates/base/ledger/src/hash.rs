//! SM3 digests and how they are written: 64 hexadecimal digits.

/// An SM3 digest.
pub type Hash = [u8; 32];
/// What the first event of a stream and the first seal stand on.
pub const ZERO_HASH: Hash = [0; 32];

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes
        .iter()
        .flat_map(|b| [DIGITS[usize::from(b >> 4)], DIGITS[usize::from(b & 15)]])
        .map(char::from)
        .collect()
}

/// Reads 64 hexadecimal digits.
pub fn unhex(s: &str) -> Option<Hash> {
    if s.len() == 64 { unhex_bytes(s)?.try_into().ok() } else { None }
}

/// Reads any even number of hexadecimal digits, and nothing else.
pub fn unhex_bytes(s: &str) -> Option<Vec<u8>> {
    let (pairs, rest) = s.as_bytes().as_chunks::<2>();
    let digit = |b: u8| char::from(b).to_digit(16);
    let byte = |[hi, lo]: &[u8; 2]| Some((digit(*hi)? << 4 | digit(*lo)?) as u8);
    if rest.is_empty() { pairs.iter().map(byte).collect() } else { None }
}

/// Hashes as hexadecimal text in JSON.
pub mod hex_text {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    use super::{Hash, hex, unhex};

    /// Writes 64 digits.
    pub fn serialize<S: Serializer>(h: &Hash, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(&hex(h))
    }
    /// Reads 64 digits.
    pub fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<Hash, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(d)?;
        unhex(&text).ok_or_else(|| D::Error::custom("不是 SM3 摘要 / not an SM3 digest"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_digits_are_digits() {
        assert_eq!(unhex_bytes("00fF7a"), Some(vec![0, 255, 122]));
        for wrong in ["f", "+f", "0x", "é0", "00 0"] {
            assert_eq!(unhex_bytes(wrong), None, "{wrong}");
        }
        assert_eq!(unhex(&hex(&[7; 32])), Some([7; 32]));
        assert_eq!(unhex("00"), None);
    }
}
