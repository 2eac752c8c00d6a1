//! Making what is read here: certificates for trials, seals of GB/T 38540-2020 (V4), and what they are set under.

mod asked;
mod ofd;

use kernel::{Moment, Said};

pub use crate::cms::sign_detached;
pub use asked::{Asked, asked};
pub use ofd::{Stamping, sign_ofd};

use crate::certificate::Certificate;
use crate::der::{self, oid};
use crate::digest::Digest;
use crate::key::{PublicKey, Signer};
use crate::ses::Seal;

/// Who is to hold a certificate.
#[derive(Clone, Debug)]
pub struct Holder {
    /// CN
    pub name: String,
    /// O
    pub organization: String,
    /// Serial number, unique at the issuer.
    pub serial: u64,
    /// First moment.
    pub not_before: Moment,
    /// Last moment.
    pub not_after: Moment,
    /// May it issue certificates itself?
    pub is_ca: bool,
}

/// A certificate for a key. `issuer` is the certificate of whoever signs; none makes a self-made one (试用), for which
/// `sign` must be the key itself.
pub fn certificate(
    holder: &Holder,
    key: &PublicKey,
    issuer: Option<&Certificate>,
    sign: &dyn Fn(&[u8]) -> Result<Vec<u8>, Said>,
) -> Result<Vec<u8>, Said> {
    let part = |kind: &[u8], value: Vec<u8>| der::set(vec![der::seq(&[der::oid_of(kind), value])]);
    let subject = der::seq(&[
        part(oid::COUNTRY, der::of(0x13, b"CN")),
        part(oid::ORGANIZATION, der::utf8(&holder.organization)),
        part(oid::COMMON_NAME, der::utf8(&holder.name)),
    ]);
    let algorithm = || der::seq(&[der::oid_of(oid::SM2_WITH_SM3)]);
    let critical =
        |kind: &[u8], value: Vec<u8>| der::seq(&[der::oid_of(kind), der::boolean(true), der::octets(&value)]);
    let key_id = &Digest::Sm3.of(key.point())[..20];
    // keyCertSign and cRLSign for authorities; digitalSignature and contentCommitment for the rest.
    let usage: &[u8] = if holder.is_ca { &[1, 0b0000_0110] } else { &[6, 0b1100_0000] };
    let constraints = if holder.is_ca { vec![der::boolean(true)] } else { Vec::new() };
    let extensions = der::seq(&[
        critical(oid::KEY_USAGE, der::of(der::BIT_STRING, usage)),
        critical(oid::BASIC_CONSTRAINTS, der::seq(&constraints)),
        der::seq(&[der::oid_of(oid::SUBJECT_KEY_ID), der::octets(&der::octets(key_id))]),
    ]);
    let tbs = der::seq(&[
        der::context(0, &der::integer(2)),
        der::integer_bytes(&holder.serial.to_be_bytes()),
        algorithm(),
        issuer.map_or_else(|| subject.clone(), |i| i.subject().to_vec()),
        der::seq(&[der::generalized_time(holder.not_before), der::generalized_time(holder.not_after)]),
        subject.clone(),
        der::seq(&[der::seq(&[der::oid_of(oid::EC_KEY), der::oid_of(oid::SM2)]), der::bits(key.point())]),
        der::context(3, &extensions),
    ]);
    let value = sign(&tbs)?;
    Ok(der::seq(&[tbs, algorithm(), der::bits(&value)]))
}

/// A seal to be made (制章).
#[derive(Clone, Debug)]
pub struct SealDraft {
    /// Who makes the software, ASCII.
    pub vendor: String,
    /// 印章编码, ASCII.
    pub id: String,
    /// Kind of seal, a number of the issuing system.
    pub kind: i64,
    /// 印章名称
    pub name: String,
    /// Certificates, DER, of those who may sign with it.
    pub users: Vec<Vec<u8>>,
    /// 制作日期
    pub created: Moment,
    /// 有效起始
    pub valid_from: Moment,
    /// 有效终止
    pub valid_to: Moment,
    /// Kind of picture: PNG, GIF, SVG, ofd.
    pub picture_kind: String,
    /// The picture.
    pub picture: Vec<u8>,
    /// Millimetres.
    pub width: i64,
    /// Millimetres.
    pub height: i64,
}

/// Makes a seal of GB/T 38540-2020, signed by its maker.
pub fn seal(draft: &SealDraft, maker: &dyn Signer) -> Result<Vec<u8>, Said> {
    if draft.users.is_empty() || draft.valid_to <= draft.valid_from || draft.picture.is_empty() {
        return Err(Said::new(
            "制章需要用章人的证书、图样，以及晚于起始的终止时间。",
            "A seal needs the certificates of its users, a picture, and an end that is later than its start.",
        ));
    }
    let users: Vec<_> = draft.users.iter().map(|c| der::octets(c)).collect();
    let info = der::seq(&[
        der::seq(&[der::ia5("ES"), der::integer(4), der::ia5(&draft.vendor)]),
        der::ia5(&draft.id),
        der::seq(&[
            der::integer(draft.kind),
            der::utf8(&draft.name),
            der::integer(1),
            der::seq(&users),
            der::generalized_time(draft.created),
            der::generalized_time(draft.valid_from),
            der::generalized_time(draft.valid_to),
        ]),
        der::seq(&[
            der::ia5(&draft.picture_kind),
            der::octets(&draft.picture),
            der::integer(draft.width),
            der::integer(draft.height),
        ]),
    ]);
    let value = maker.sign(&info)?;
    Ok(der::seq(&[info, der::octets(maker.certificate()), der::oid_of(oid::SM2_WITH_SM3), der::bits(&value)]))
}

/// Sets a seal under `document` (签章, GB/T 38540-2020): `SES_Signature`. `place` is where the document lies.
pub fn stamp(
    seal: &[u8],
    document: &[u8],
    place: &str,
    signer: &dyn Signer,
    at: Moment,
) -> Result<Vec<u8>, Said> {
    let read = Seal::read(seal).map_err(|_| Said::new("印章文件读不出来。", "The seal cannot be read."))?;
    if read.version != 4 {
        return Err(Said::new(
            "只能用 GB/T 38540-2020（V4）的印章签章，请重新制章。",
            "Only seals of GB/T 38540-2020 (V4) can be set; have this one made anew.",
        ));
    }
    let owner = Certificate::read(signer.certificate());
    if owner.as_ref().is_none_or(|c| read.may_be_used_by(c) != Some(true)) {
        return Err(Said::new(
            "签名人的证书不在这枚印章的用章名单里，不能用它签章。",
            "The certificate of the signer is not on the list of this seal; it cannot be used.",
        ));
    }
    if read.valid_at(at) != Some(true) {
        return Err(Said::new(
            "这枚印章此刻不在有效期内，不能签章；请先续期。",
            "The seal is not valid at this moment and cannot be set; have it renewed first.",
        ));
    }
    let tbs = der::seq(&[
        der::integer(4),
        seal.to_vec(),
        der::generalized_time(at),
        der::bits(&Digest::Sm3.of(document)),
        der::ia5(place),
    ]);
    let value = signer.sign(&tbs)?;
    Ok(der::seq(&[tbs, der::octets(signer.certificate()), der::oid_of(oid::SM2_WITH_SM3), der::bits(&value)]))
}
