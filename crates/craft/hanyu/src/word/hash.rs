//! 散列: the stable number that stands for a term in signatures and vectors. It is kept with cases: it never changes.

/// A stable hash of a term.
pub fn key(kind: u8, text: &str) -> u64 {
    on(0xcbf2_9ce4_8422_2325 ^ u64::from(kind), text.as_bytes())
}

fn on(h: u64, bytes: &[u8]) -> u64 {
    bytes.iter().fold(h, |h, b| (h ^ u64::from(*b)).wrapping_mul(0x100_0000_01b3))
}

/// `key(1, ..)` of two characters.
pub(crate) fn pair_key(a: char, b: char) -> u64 {
    let mut bytes = [0; 4];
    let h = on(0xcbf2_9ce4_8422_2325 ^ 1, a.encode_utf8(&mut bytes).as_bytes());
    on(h, b.encode_utf8(&mut bytes).as_bytes())
}
