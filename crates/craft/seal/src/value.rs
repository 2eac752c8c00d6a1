//! The verdicts over one signature value and the bytes it is about.

use kernel::Moment;

use crate::certificate::{Certificate, Checked};
use crate::cms::SignedData;
use crate::der::{self, Tlv};
use crate::digest::Digest;
use crate::limits::Limits;
use crate::ses::{Seal, Stamp};
use crate::time_stamp::{self, Attested};
use crate::verdict::{Form, Person, SealFacts, Verdict};

/// What the caller knows and asks.
#[derive(Clone, Debug)]
pub struct Options {
    /// The moment that `valid_now` is about.
    pub at: Moment,
    /// Roots to trust; with none, `signer_known` stays open.
    pub trusted: Vec<Certificate>,
    /// Whose signature it should be, for bare values that carry no certificate.
    pub signer: Option<Certificate>,
    /// How much a file may ask.
    pub limits: Limits,
}

impl Options {
    /// Asks about this moment and trusts nobody.
    pub fn at(at: Moment) -> Self {
        Self { at, trusted: Vec::new(), signer: None, limits: Limits::default() }
    }
}

/// A signature value as DER or r ‖ s, also out of Base64, PEM or hexadecimal.
fn plain(value: &[u8]) -> Vec<u8> {
    if value.len() == 64 || value.first() == Some(&der::SEQUENCE) {
        return value.to_vec();
    }
    let text = std::str::from_utf8(value).ok();
    let hex = text.and_then(crate::text::hex);
    hex.or_else(|| crate::certificate::unframed(value)).unwrap_or_else(|| value.to_vec())
}

/// Judges `value` over `document`. `intact` speaks of the value alone; `stated_at` is the moment written beside it.
pub(crate) fn judge(value: &[u8], document: &[u8], stated_at: Option<Moment>, options: &Options) -> Verdict {
    let value = plain(value);
    if let Ok(data) = SignedData::read(&value) {
        return signed_data(&data, document, stated_at, options);
    }
    if let Ok(stamp) = Stamp::read(&value) {
        return stamped(&stamp, document, stated_at, options);
    }
    let is_raw = value.len() == 64
        || Tlv::whole(&value).is_ok_and(|(t, _)| {
            t.tag == der::SEQUENCE
                && t.inside().all(2).is_ok_and(|f| f.len() == 2 && f.iter().all(|t| t.tag == der::INTEGER))
        });
    if is_raw {
        return raw(&value, document, stated_at, options);
    }
    let mut verdict = Verdict::new(Form::Unknown);
    verdict.signed_at = stated_at;
    verdict.say(
        "value_unreadable",
        "签名值的格式读不懂，不是 GB/T 38540、GM/T 0031、GB/T 35275 中的任何一种，不能认定有效。",
        "The signature value is none of the forms of GB/T 38540, GM/T 0031 or GB/T 35275; it proves nothing.",
    );
    verdict
}

fn stamped(stamp: &Stamp<'_>, document: &[u8], stated_at: Option<Moment>, options: &Options) -> Verdict {
    let mut verdict = Verdict::new(Form::of_stamp(stamp.seal.version));
    let others: Vec<_> = stamp.signer.iter().chain(&stamp.seal.maker).cloned().collect();
    let hash_good = stamp.data_hash == Digest::Sm3.of(document);
    if !hash_good {
        verdict.say(
            "signed_file_changed",
            "被签的文件与签章时不一致：摘要对不上。",
            "The signed file is not what was signed: its digest differs.",
        );
    }
    let checked = stamp.check();
    value_said(&mut verdict, checked.as_ref());
    verdict.intact = if hash_good { intact(checked.as_ref()) } else { Some(false) };
    verdict.signed_place = Some(stamp.place.clone()).filter(|p| !p.is_empty());
    if stamp.irregular {
        verdict.say(
            "form_irregular",
            "签章的外层写法不合规范，或末尾多出不属于签章的内容。",
            "The form around the signature is not that of the standard, or bytes follow that belong to nothing.",
        );
    }

    seal_said(&mut verdict, &stamp.seal);
    verdict.signed_at = der::moment(&stamp.time).or(stated_at);
    if verdict.signed_at.is_none() {
        say_no_time(&mut verdict);
    }
    // V1 may hold a time-stamp over the digest where later versions hold the moment.
    let in_place = stamp.time.bytes().ok().filter(|b| b.first() == Some(&der::SEQUENCE));
    if let Some(token) = stamp.time_stamp.or(in_place) {
        let values = [stamp.value, stamp.value_raw, &stamp.data_hash[..], document];
        let attested = time_stamp::check(token, &values, &[&options.trusted[..], &others].concat());
        attested_said(&mut verdict, &attested);
    }
    if let Some(signer) = &stamp.signer {
        verdict.signer_authorised = stamp.seal.may_be_used_by(signer);
        if verdict.signer_authorised == Some(false) {
            verdict.say(
                "signer_not_authorised",
                "签名人的证书不在这枚印章的用章名单里，签名人无权用这枚印章。",
                "The certificate of the signer is not on the list of this seal: its holder may not use it.",
            );
        }
    }
    people_said(&mut verdict, stamp.signer.as_ref(), Some(&stamp.seal), &others, options);
    verdict
}

fn signed_data(data: &SignedData<'_>, document: &[u8], stated: Option<Moment>, options: &Options) -> Verdict {
    let mut verdict = Verdict::new(Form::Pkcs7);
    let others: Vec<_> = options.signer.iter().chain(&options.trusted).cloned().collect();
    let findings: Vec<_> = data.signers.iter().map(|s| data.check(s, Some(document), &others)).collect();
    let worst = findings.iter().min_by_key(|f| match f.checked {
        Some(Checked::Bad) => 0,
        None | Some(Checked::Foreign(_)) => 1,
        Some(Checked::Good) => 2,
    });
    let worst = worst.and_then(|f| f.checked.as_ref());
    value_said(&mut verdict, worst);
    verdict.intact = intact(worst);
    let first = findings.first();
    verdict.signed_at = first.and_then(|f| f.signed_at).or(stated);
    if verdict.signed_at.is_none() {
        say_no_time(&mut verdict);
    }
    if let Some(token) = data.signers.iter().find_map(|s| Some((s.time_stamp?, s.value))) {
        let at_hand = [&data.certificates[..], &others].concat();
        attested_said(&mut verdict, &time_stamp::check(token.0, &[token.1], &at_hand));
    }
    let signer = first.and_then(|f| f.certificate.clone());
    people_said(&mut verdict, signer.as_ref(), None, &data.certificates, options);
    verdict
}

fn raw(value: &[u8], document: &[u8], stated_at: Option<Moment>, options: &Options) -> Verdict {
    let mut verdict = Verdict::new(Form::Raw);
    verdict.signed_at = stated_at;
    let checked = options.signer.as_ref().map(|c| c.check(document, value));
    if checked.is_none() {
        verdict.say(
            "certificate_missing",
            "文件里只有签名值，没有签名人的证书，无法核验是谁签的、签得对不对；须有签名人的证书。",
            "There is only a bare value and no certificate, so nobody can tell who signed; the certificate of the signer is needed.",
        );
    } else {
        value_said(&mut verdict, checked.as_ref());
    }
    verdict.intact = intact(checked.as_ref());
    let signer = options.signer.as_ref().filter(|_| checked == Some(Checked::Good));
    people_said(&mut verdict, signer, None, &[], options);
    verdict
}

/// A seal file on its own.
pub(crate) fn seal_alone(seal: &Seal<'_>, options: &Options) -> Verdict {
    let mut verdict = Verdict::new(Form::of_seal(seal.version));
    seal_said(&mut verdict, seal);
    verdict.intact = verdict.seal_signature;
    verdict.covers_all = true;
    verdict.signed_at = seal.created;
    verdict.signer = seal.maker.as_ref().map(Person::from);
    if let Some(maker) = &seal.maker {
        known_said(&mut verdict, maker, &[], seal.created.unwrap_or(options.at), options);
    }
    // The certificate of the maker mattered when the seal was made; from then on its own span counts.
    verdict.valid_now = seal.valid_at(options.at);
    span_said(&mut verdict, &SEAL, seal.valid_from.zip(seal.valid_to), None, options.at);
    verdict
}

/// Intact as far as the value goes; whoever cannot check it does not know.
fn intact(checked: Option<&Checked>) -> Option<bool> {
    match checked? {
        Checked::Good => Some(true),
        Checked::Bad => Some(false),
        Checked::Foreign(_) => None,
    }
}

fn value_said(verdict: &mut Verdict, checked: Option<&Checked>) {
    match checked {
        Some(Checked::Good) => {}
        Some(Checked::Bad) => verdict.say(
            "value_wrong",
            "签名值核验不通过：签名内容被改过，或者不是这张证书签的。",
            "The signature value is wrong: what was signed has changed, or another key signed it.",
        ),
        Some(Checked::Foreign(kind)) => {
            let said = Certificate::foreign(kind);
            verdict.say("key_foreign", said.zh, said.en);
        }
        None => verdict.say(
            "certificate_missing",
            "签名里找不到签名人的证书，无法核验。",
            "The certificate of the signer is not there, so the signature cannot be checked.",
        ),
    }
}

fn seal_said(verdict: &mut Verdict, seal: &Seal<'_>) {
    verdict.seal = Some(SealFacts::from(seal));
    let checked = seal.check();
    verdict.seal_signature = match &checked {
        None => Some(false),
        some => intact(some.as_ref()),
    };
    match checked {
        Some(Checked::Good) => {}
        Some(Checked::Foreign(kind)) => {
            let said = Certificate::foreign(&kind);
            verdict.say("maker_key_foreign", said.zh, said.en);
        }
        Some(Checked::Bad) => verdict.say(
            "seal_forged",
            "印章本身核验不通过：印章内容被改过，或者不是制章者制作的。",
            "The seal itself is not what its maker signed: it was changed or made by somebody else.",
        ),
        None => verdict.say(
            "maker_missing",
            "印章里没有制章者的证书，无法核验印章真伪。",
            "The seal carries no certificate of its maker, so it cannot be told from a forged one.",
        ),
    }
    if seal.irregular {
        verdict.say(
            "seal_irregular",
            "印章的外层写法不合规范（签名算法不是 SM2，或签名值写法有误）。",
            "The form around the seal is not that of the standard (not SM2 by its identifier, or an odd value).",
        );
    }
    if let (Some(maker), Some(created)) = (&seal.maker, seal.created)
        && !maker.valid_at(created)
    {
        verdict.say(
            "maker_not_valid",
            format!("制章时（{}）制章者的证书不在有效期内。", created.date()),
            format!(
                "When the seal was made ({}) the certificate of its maker was not valid.",
                created.date()
            ),
        );
    }
}

fn say_no_time(verdict: &mut Verdict) {
    verdict.say(
        "time_missing",
        "签名里没有可读的签章时间，无法判断签章时是否有效。",
        "No readable moment of signing, so it cannot be told whether seal and certificate were valid then.",
    );
}

fn attested_said(verdict: &mut Verdict, attested: &Attested) {
    match attested {
        Attested::Yes { at, by } => {
            verdict.time_attested = true;
            verdict.attested_at = Some(*at);
            if let Some(stated) = verdict.signed_at
                && at.us_since(stated).abs() > kernel::US_PER_DAY
            {
                let name = by.name.clone();
                verdict.say(
                    "times_differ",
                    format!("所写签章时间 {stated} 与时间戳（{name}）的 {at} 相差超过一天。"),
                    format!("The stated moment {stated} and the time-stamp of {name}, {at}, are more than a day apart."),
                );
            }
        }
        Attested::No => verdict.say(
            "time_stamp_wrong",
            "附带的时间戳核验不通过，签章时间没有证明。",
            "The time-stamp that came along is wrong: the moment of signing is not attested.",
        ),
        Attested::Unchecked => verdict.say(
            "time_stamp_unchecked",
            "附带的时间戳缺少证书或不是国密签名，未能核验，签章时间没有证明。",
            "The time-stamp lacks its certificate or is not SM2 and was not checked: the moment is not attested.",
        ),
    }
}

/// Who signed, whether that is somebody known, and what was and is valid.
fn people_said(
    verdict: &mut Verdict,
    signer: Option<&Certificate>,
    seal: Option<&Seal<'_>>,
    others: &[Certificate],
    options: &Options,
) {
    verdict.signer = signer.map(Person::from);
    let then = verdict.attested_at.or(verdict.signed_at);
    if let Some(signer) = signer {
        known_said(verdict, signer, others, then.unwrap_or(options.at), options);
    }
    let valid_at = |at: Moment| {
        let certificate = signer.map(|c| c.valid_at(at));
        let seal = seal.map(|s| s.valid_at(at));
        match (certificate, seal) {
            (Some(false), _) | (_, Some(Some(false))) => Some(false),
            (None, _) | (_, Some(None)) => None,
            _ => Some(true),
        }
    };
    verdict.valid_when_signed = then.and_then(valid_at);
    verdict.valid_now = valid_at(options.at);
    if let Some(seal) = seal
        && (seal.valid_from.is_none() || seal.valid_to.is_none())
    {
        verdict.say(
            "seal_span_missing",
            "印章没有写明有效期。",
            "The seal does not say how long it is valid.",
        );
    }
    let seal_span = seal.and_then(|s| s.valid_from.zip(s.valid_to));
    span_said(verdict, &SEAL, seal_span, then, options.at);
    span_said(verdict, &CERTIFICATE, signer.map(|c| (c.not_before, c.not_after)), then, options.at);
}

/// Whether it is somebody known, and what the certificate is good for.
fn known_said(
    verdict: &mut Verdict,
    owner: &Certificate,
    others: &[Certificate],
    then: Moment,
    options: &Options,
) {
    if !options.trusted.is_empty() {
        let known = owner.is_known(&options.trusted, others, then);
        verdict.signer_known = Some(known);
        if !known {
            verdict.say(
                "signer_unknown",
                "签名人的证书不是所信任的机构签发的，或签名时已失效，不能据此认定是谁。",
                "No trusted authority stood behind the certificate of the signer then; it does not prove who that is.",
            );
        }
    }
    if owner.is_self_made() {
        verdict.say(
            "self_made",
            "签名人用的是自己给自己签发的证书，只能试用，没有法律效力。",
            "The signer made the certificate itself: good for trials, without legal force.",
        );
    }
    if !owner.may_sign() {
        verdict.say(
            "not_for_signing",
            "签名人的证书没有写明可用于签名（可能是加密证书）。",
            "The certificate of the signer is not meant for signing (perhaps one for encryption).",
        );
    }
}

/// How the two things with a span are called, and the codes of what is said of them.
struct Named {
    zh: &'static str,
    en: &'static str,
    then: &'static str,
    now: &'static str,
}
const SEAL: Named =
    Named { zh: "印章", en: "seal", then: "seal_not_valid_when_signed", now: "seal_not_valid_now" };
const CERTIFICATE: Named = Named {
    zh: "签名人的证书",
    en: "certificate of the signer",
    then: "certificate_not_valid_when_signed",
    now: "certificate_not_valid_now",
};

fn span_said(
    verdict: &mut Verdict,
    named: &Named,
    span: Option<(Moment, Moment)>,
    then: Option<Moment>,
    now: Moment,
) {
    let Some((from, to)) = span else { return };
    let Named { zh, en, .. } = named;
    let dates = format!("{}–{}", from.date(), to.date());
    let outside = |at: Moment| at < from || to < at;
    if let Some(then) = then.filter(|t| outside(*t)) {
        let day = then.date();
        verdict.say(
            named.then,
            format!("签章时（{day}）{zh}不在有效期（{dates}）内。"),
            format!("When it was signed ({day}) the {en} was not valid ({dates})."),
        );
    }
    if outside(now) {
        let day = now.date();
        let (ended, past) =
            if now < from { ("尚未生效", "not yet valid") } else { ("已经过期", "expired") };
        verdict.say(
            named.now,
            format!("到 {day}，{zh}{ended}（有效期 {dates}）。"),
            format!("On {day} the {en} is {past} ({dates})."),
        );
    }
}
