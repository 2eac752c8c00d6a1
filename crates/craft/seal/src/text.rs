//! Base64 and hexadecimal as they come: with line breaks, without padding, in the alphabet for addresses.

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

const PATIENT: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// Bytes of a Base64 text; none when it is no such text.
pub(crate) fn base64(text: &str) -> Option<Vec<u8>> {
    let plain: Vec<u8> = text
        .bytes()
        .filter(|b| !b.is_ascii_whitespace())
        .map(|b| match b {
            b'-' => b'+',
            b'_' => b'/',
            b => b,
        })
        .collect();
    if plain.is_empty() { None } else { PATIENT.decode(plain).ok() }
}

/// Base64 with padding.
pub(crate) fn to_base64(bytes: &[u8]) -> String {
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

/// Bytes of a hexadecimal text.
pub(crate) fn hex(text: &str) -> Option<Vec<u8>> {
    let digits: Vec<u8> = text
        .chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| c.to_digit(16).map(|d| d as u8))
        .collect::<Option<_>>()?;
    if digits.is_empty() || digits.len() % 2 == 1 {
        return None;
    }
    Some(digits.chunks_exact(2).map(|d| d[0] << 4 | d[1]).collect())
}

/// A digest as a text: hexadecimal when it has the digits for it, else Base64.
pub(crate) fn digest(text: &str) -> Option<Vec<u8>> {
    match hex(text) {
        Some(bytes) if matches!(bytes.len(), 16 | 20 | 32) => Some(bytes),
        _ => base64(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patient_with_form_only() {
        assert_eq!(base64(" AQ\nID "), Some(vec![1, 2, 3]));
        assert_eq!(base64("AQ"), Some(vec![1]));
        assert_eq!(base64("-_8"), base64("+/8="));
        assert_eq!(base64("!"), None);
        assert_eq!(digest(&"0a".repeat(32)), Some(vec![10; 32]));
        assert_eq!(digest(&to_base64(&[10; 32])), Some(vec![10; 32]));
    }
}
