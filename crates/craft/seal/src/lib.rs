//! 印: electronic seals and signatures with the national algorithms, read with patience and judged strictly.
//!
//! Knows SM2 and SM3, certificates, the seals of GM/T 0031 and GB/T 38540, signed data of GB/T 35275, and the
//! signatures of OFD documents (GB/T 33190); answers with verdicts told apart. Must not know offices, papers or where
//! keys and files are kept. Pure: bytes, moments and signers are arguments. What is answered is told in `docs/seal.md`.

mod certificate;
mod cms;
mod der;
mod digest;
mod key;
pub mod key_file;
mod limits;
pub mod make;
mod ofd;
mod ses;
mod text;
mod time_stamp;
mod value;
mod verdict;

pub use certificate::{Certificate, Checked};
pub use digest::Digest;
pub use key::{DEFAULT_ID, KeySigner, PublicKey, SecretKey, Signer};
pub use limits::Limits;
pub use value::Options;
pub use verdict::{Form, Person, Problem, Report, SealFacts, Unreadable, Verdict};

/// Judges a file that carries its signatures: an OFD document, or a seal on its own.
pub fn verify(file: &[u8], options: &Options) -> Result<Report, Unreadable> {
    if file.starts_with(b"PK") {
        return ofd::verify(file, options);
    }
    let seal = certificate::unframed(file);
    match seal.as_deref().map(ses::Seal::read) {
        Some(Ok(seal)) => {
            let verdict = value::seal_alone(&seal, options);
            Ok(Report { file: "seal", signatures: vec![verdict], problems: Vec::new() })
        }
        _ => Err(Unreadable::new(
            "unknown_file",
            "读不懂这个文件：它不是 OFD 文件，也不是电子印章；核验其他文件还须有它的签名文件。",
            "This is neither an OFD document nor a seal; other files need their signature beside them.",
        )),
    }
}

/// Judges a signature that lies beside a file of any kind: signed data (GB/T 35275) or a seal set under it
/// (GB/T 38540).
pub fn verify_detached(file: &[u8], signature: &[u8], options: &Options) -> Result<Report, Unreadable> {
    if signature.len() > options.limits.value {
        return Err(Unreadable::new(
            "too_large",
            "签名文件过大，拒绝核验。",
            "The signature file is too large; refused.",
        ));
    }
    let mut verdict = value::judge(signature, file, None, options);
    verdict.covers_all = verdict.form != Form::Unknown;
    Ok(Report { file: "detached", signatures: vec![verdict], problems: Vec::new() })
}
