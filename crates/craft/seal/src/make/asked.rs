//! What whoever holds the key of a seal is asked to sign: only a stamp with a seal of its own, never bytes of any kind.

use kernel::Said;

use crate::certificate::{Certificate, Checked};
use crate::der::{self, Malformed, Tlv};
use crate::ses::Seal;

/// A stamp to be signed (待签数据, GB/T 38540-2020), as it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// 印章编码
    pub seal: String,
    /// 印章名称
    pub name: String,
    /// SM3 of what it is set under.
    pub digest: Vec<u8>,
}

/// Reads what is to be signed, and refuses what is no stamp with a seal that `own` made and may use.
///
/// # Errors
/// What is wrong with it.
pub fn asked(message: &[u8], own: &Certificate) -> Result<Asked, Said> {
    let (seal, digest) = parts(message).map_err(|_| {
        Said::new("待签数据不是电子签章（V4），不予签名。", "What is to be signed is no stamp (V4).")
    })?;
    let made_here = seal.maker.as_ref().is_some_and(|m| m.der() == own.der());
    if !made_here || seal.check() != Some(Checked::Good) || seal.may_be_used_by(own) != Some(true) {
        return Err(Said::new(
            "这枚印章不是本服务制作的，不予签名。",
            "This seal was not made by this service; refused.",
        ));
    }
    Ok(Asked { seal: seal.id, name: seal.name, digest: digest.to_vec() })
}

fn parts(message: &[u8]) -> Result<(Seal<'_>, &[u8]), Malformed> {
    let mut parts = Tlv::whole(message)?.0.expect(der::SEQUENCE)?.inside();
    if parts.take(der::INTEGER)?.number()? != 4 {
        return Err(Malformed);
    }
    let seal = Seal::read(parts.take(der::SEQUENCE)?.raw)?;
    parts.take(der::GENERALIZED_TIME)?;
    let digest = parts.take(der::BIT_STRING)?.whole_bytes()?;
    parts.take(der::IA5_STRING)?;
    if seal.version != 4 || digest.len() != 32 || !parts.is_empty() {
        return Err(Malformed);
    }
    Ok((seal, digest))
}
