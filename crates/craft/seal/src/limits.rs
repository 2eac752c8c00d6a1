//! How much a file may ask of the reader. Whoever sends more is refused before the work is done.

/// Bounds in bytes and counts.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// All parts of a package together, unpacked.
    pub unpacked: usize,
    /// Parts of a package.
    pub parts: usize,
    /// One XML part.
    pub part: usize,
    /// One signature value, its seal and picture included.
    pub value: usize,
    /// Signatures in one document.
    pub signatures: usize,
    /// Elements of one XML part.
    pub elements: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            unpacked: 256 << 20,
            parts: 20_000,
            part: 32 << 20,
            value: 8 << 20,
            signatures: 200,
            elements: 200_000,
        }
    }
}

/// Elements inside one another; OFD needs six.
pub(crate) const DEPTH: usize = 64;
/// Certificates, list entries, attributes.
pub(crate) const ITEMS: usize = 200;
/// Signers of one signature; each may cost a digest of all that is signed.
pub(crate) const SIGNERS: usize = 16;
/// Documents in one package.
pub(crate) const DOCUMENTS: usize = 64;
/// Certificates from a signer up to a root.
pub(crate) const CHAIN: usize = 8;
/// Names listed in an answer; the rest is counted.
pub(crate) const NAMES: usize = 100;
