//! 门牌 (P4): a place with a signed code that a resident can check, keys that change, and counts of scans by
//! plate and day that know nobody. Must not know pictures: the QR sheet is made from [`Plate::token`].
//!
//! Token: Crockford base 32 of 1 byte layout, 2 bytes key number, 6 bytes plate number, 2 bytes issue, and the
//! first 12 bytes (96 bits) of HMAC-SM3 over the first 11 bytes: 23 bytes, 37 characters. A forger who tries
//! online needs about 2⁹⁵ guesses.

use std::collections::BTreeMap;

use hmac::{Hmac, KeyInit, Mac};
use kernel::{Date, RegionCode, Said};
use serde::{Deserialize, Serialize};
use sm3::Sm3;

/// A place with a plate (门牌).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plate {
    /// Number, below 2⁴⁸.
    pub number: u64,
    /// Raised when a plate is lost or replaced: older codes of the place no longer hold.
    pub issue: u16,
    /// 地点
    pub place: String,
    /// 区划
    pub region: RegionCode,
    /// Items that can be done here (implementation codes), in the order in which they are shown.
    pub items: Vec<String>,
}

/// Until when a key may be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyState {
    /// 在用: signs new plates.
    Signing,
    /// 只验: no new plates; the old ones hold until this day.
    VerifyingUntil(Date),
    /// 作废: lost or broken.
    Revoked,
}

/// One key; its secret never leaves this crate's functions as text.
#[derive(Clone)]
pub struct PlateKey {
    /// Number, as in the token.
    pub number: u16,
    /// At least 16 bytes.
    secret: Vec<u8>,
    /// State.
    pub state: KeyState,
}

impl PlateKey {
    /// A key from at least 16 bytes of chance.
    ///
    /// # Errors
    /// When the secret is too short.
    pub fn new(number: u16, secret: &[u8], state: KeyState) -> Result<Self, Said> {
        if secret.len() < 16 {
            return Err(Said::new(
                "门牌密钥不足 16 字节，请重新生成",
                "the plate key is shorter than 16 bytes; make a new one",
            ));
        }
        Ok(Self { number, secret: secret.to_vec(), state })
    }
    fn mac(&self, head: &[u8]) -> Option<Hmac<Sm3>> {
        Hmac::<Sm3>::new_from_slice(&self.secret).ok().map(|mut m| {
            m.update(b"bancheng plate v1");
            m.update(head);
            m
        })
    }
}
impl std::fmt::Debug for PlateKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PlateKey({}, …, {:?})", self.number, self.state)
    }
}

/// All keys; at most one signs.
#[derive(Clone, Debug, Default)]
pub struct KeyRing(Vec<PlateKey>);

/// What a true token says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verified {
    /// The plate.
    pub plate: u64,
    /// Its issue; the caller compares with [`Plate::issue`].
    pub issue: u16,
    /// The key that signed it.
    pub key: u16,
}

/// Why a code is not one of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotAPlate {
    /// Not of the form of our codes.
    Form,
    /// A key that we never had, or that was revoked or ended.
    Key,
    /// Signed by nobody of us: a false plate.
    False,
    /// A plate that was replaced.
    Replaced,
}

impl NotAPlate {
    /// What to tell the person with the phone.
    pub fn said(self) -> Said {
        match self {
            Self::Form => Said::new(
                "这不是办事门牌的码，请对准门牌右下角重新扫",
                "this is not the code of a plate; scan the one in the corner again",
            ),
            Self::Key => Said::new(
                "这块门牌的码已过期，请告诉旁边窗口更换；办事请打 12345 查询",
                "the code of this plate has expired; tell the window, or call 12345",
            ),
            Self::False => Said::new(
                "这块门牌是假的，请不要输入任何信息，并打 12345 告诉我们在哪里看到的",
                "this plate is false: enter nothing, and call 12345 to say where you saw it",
            ),
            Self::Replaced => Said::new(
                "这是一块旧门牌，已经换新，请扫新的一块",
                "this is an old plate that was replaced; scan the new one",
            ),
        }
    }
}

const LAYOUT: u8 = 1;
const HEAD: usize = 11;
const MAC: usize = 12;
const TOKEN_CHARS: usize = 37;
const CROCKFORD: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

impl KeyRing {
    /// A ring of these keys.
    ///
    /// # Errors
    /// When a number comes twice or more than one key signs.
    pub fn new(keys: Vec<PlateKey>) -> Result<Self, Said> {
        let twice = keys.iter().enumerate().any(|(i, k)| keys[..i].iter().any(|o| o.number == k.number));
        let signing = keys.iter().filter(|k| k.state == KeyState::Signing).count();
        if twice || signing > 1 {
            return Err(Said::new(
                "门牌密钥编号重复，或有不止一把在签发，请检查配置",
                "plate keys share a number or more than one signs; check the configuration",
            ));
        }
        Ok(Self(keys))
    }
    /// Puts a new signing key in place; the old one verifies until `old_until`.
    ///
    /// # Errors
    /// When the number was used before.
    pub fn rotate(&mut self, new: PlateKey, old_until: Date) -> Result<(), Said> {
        let mut keys = self.0.clone();
        for k in keys.iter_mut().filter(|k| k.state == KeyState::Signing) {
            k.state = KeyState::VerifyingUntil(old_until);
        }
        keys.push(new);
        *self = Self::new(keys)?;
        Ok(())
    }
    /// Is the code true on this day, and of which plate? The comparison takes the same time for every guess.
    ///
    /// # Errors
    /// Why not, in words for the person with the phone.
    pub fn verify(&self, token: &str, today: Date) -> Result<Verified, NotAPlate> {
        let bytes = decode(token).ok_or(NotAPlate::Form)?;
        let (head, mac) = bytes.split_at(HEAD);
        if head[0] != LAYOUT {
            return Err(NotAPlate::Form);
        }
        let number = u16::from_be_bytes([head[1], head[2]]);
        let key = self.0.iter().find(|k| k.number == number).ok_or(NotAPlate::Key)?;
        key.mac(head).ok_or(NotAPlate::Key)?.verify_truncated_left(mac).map_err(|_| NotAPlate::False)?;
        match &key.state {
            KeyState::Revoked => return Err(NotAPlate::Key),
            KeyState::VerifyingUntil(day) if today > *day => return Err(NotAPlate::Key),
            _ => {}
        }
        let plate = head[3..9].iter().fold(0u64, |n, b| n << 8 | u64::from(*b));
        Ok(Verified { plate, issue: u16::from_be_bytes([head[9], head[10]]), key: number })
    }
}

impl Plate {
    /// The code on the plate, by the key that signs now.
    ///
    /// # Errors
    /// When no key signs or the number is too large.
    pub fn token(&self, ring: &KeyRing) -> Result<String, Said> {
        let none = || {
            Said::new(
                "没有可签发的门牌密钥，请系统管理员先生成一把",
                "no key signs plates now; the system administrator makes one first",
            )
        };
        if self.number >= 1 << 48 {
            return Err(Said::new("门牌编号太大", "the number of the plate is too large"));
        }
        let key = ring.0.iter().find(|k| k.state == KeyState::Signing).ok_or_else(none)?;
        let mut bytes = Vec::with_capacity(HEAD + MAC);
        bytes.push(LAYOUT);
        bytes.extend(key.number.to_be_bytes());
        bytes.extend(&self.number.to_be_bytes()[2..]);
        bytes.extend(self.issue.to_be_bytes());
        let mac = key.mac(&bytes).ok_or_else(none)?.finalize().into_bytes();
        bytes.extend(&mac[..MAC]);
        Ok(encode(&bytes))
    }
    /// Does a true code belong to the plate as it hangs now?
    ///
    /// # Errors
    /// [`NotAPlate::Replaced`] for an older issue.
    pub fn is_current(&self, verified: Verified) -> Result<(), NotAPlate> {
        if verified.plate == self.number && verified.issue == self.issue {
            Ok(())
        } else {
            Err(NotAPlate::Replaced)
        }
    }
}

fn encode(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(TOKEN_CHARS);
    let (mut buffer, mut bits) = (0u32, 0);
    for b in bytes {
        buffer = buffer << 8 | u32::from(*b);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            out.push(char::from(CROCKFORD[(buffer >> bits & 31) as usize]));
        }
        buffer &= (1 << bits) - 1;
    }
    if bits > 0 {
        out.push(char::from(CROCKFORD[(buffer << (5 - bits) & 31) as usize]));
    }
    out
}

/// Exactly one text for each token: no small letters, no look-alikes, no loose last bits.
fn decode(token: &str) -> Option<[u8; HEAD + MAC]> {
    if token.len() != TOKEN_CHARS {
        return None;
    }
    let mut out = [0u8; HEAD + MAC];
    let (mut buffer, mut bits, mut n) = (0u32, 0, 0);
    for c in token.bytes() {
        let v = CROCKFORD.iter().position(|x| *x == c)?;
        buffer = buffer << 5 | u32::try_from(v).ok()?;
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            *out.get_mut(n)? = (buffer >> bits & 255) as u8;
            n += 1;
        }
        buffer &= (1 << bits) - 1;
    }
    (n == out.len() && buffer == 0).then_some(out)
}

/// Scans by plate and day: a number and nothing else, so that nobody can be followed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scans(BTreeMap<u64, BTreeMap<Date, u32>>);

/// Below this many scans a day, the public figure says only “fewer than”: a single visitor does not show.
pub const SCANS_SHOWN_MIN: u32 = 5;

impl Scans {
    /// One more scan.
    pub fn count(&mut self, plate: u64, day: Date) {
        let n = self.0.entry(plate).or_default().entry(day).or_default();
        *n = n.saturating_add(1);
    }
    /// Scans of one plate on one day.
    pub fn on(&self, plate: u64, day: Date) -> u32 {
        self.0.get(&plate).and_then(|d| d.get(&day)).copied().unwrap_or(0)
    }
    /// Scans of one plate between two days, both included.
    pub fn between(&self, plate: u64, from: Date, to: Date) -> u64 {
        if from > to {
            return 0;
        }
        self.0.get(&plate).map_or(0, |d| d.range(from..=to).map(|(_, n)| u64::from(*n)).sum())
    }
    /// The figure for the public: none when it is too small to be shown.
    pub fn shown(&self, plate: u64, day: Date) -> Option<u32> {
        Some(self.on(plate, day)).filter(|n| *n >= SCANS_SHOWN_MIN)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn ring() -> KeyRing {
        KeyRing::new(vec![PlateKey::new(1, &[7; 32], KeyState::Signing).unwrap()]).unwrap()
    }
    fn plate(number: u64, issue: u16) -> Plate {
        Plate {
            number,
            issue,
            place: "东门街道便民服务中心".into(),
            region: "990102001".parse().unwrap(),
            items: vec![],
        }
    }
    fn day(d: &str) -> Date {
        d.parse().unwrap()
    }

    #[test]
    fn keys_change_and_old_plates_hold_until_their_day() {
        let mut ring = ring();
        let old = plate(9, 1).token(&ring).unwrap();
        ring.rotate(PlateKey::new(2, &[8; 32], KeyState::Signing).unwrap(), day("2026-12-31")).unwrap();
        let new = plate(9, 1).token(&ring).unwrap();
        assert_ne!(old, new);
        assert_eq!(ring.verify(&old, day("2026-12-31")).unwrap().key, 1);
        assert_eq!(ring.verify(&old, day("2027-01-01")), Err(NotAPlate::Key));
        assert_eq!(ring.verify(&new, day("2027-01-01")).unwrap().key, 2);
        assert!(
            ring.rotate(PlateKey::new(2, &[9; 32], KeyState::Signing).unwrap(), day("2027-01-01")).is_err()
        );
        assert!(PlateKey::new(3, b"short", KeyState::Signing).is_err());
        let other = KeyRing::new(vec![PlateKey::new(1, &[9; 32], KeyState::Signing).unwrap()]).unwrap();
        assert_eq!(other.verify(&old, day("2026-05-01")), Err(NotAPlate::False));
    }

    #[test]
    fn a_replaced_plate_is_told_from_a_false_one() {
        let ring = ring();
        let token = plate(9, 1).token(&ring).unwrap();
        let v = ring.verify(&token, day("2026-05-01")).unwrap();
        assert_eq!(plate(9, 1).is_current(v), Ok(()));
        assert_eq!(plate(9, 2).is_current(v), Err(NotAPlate::Replaced));
        assert!(NotAPlate::False.said().zh.contains("假的"));
        assert!(!format!("{ring:?}").contains("7, 7"), "secrets are not printed");
    }

    #[test]
    fn counts_know_a_number_and_nothing_else() {
        let mut s = Scans::default();
        (0..4).for_each(|_| s.count(1, day("2026-05-01")));
        assert_eq!((s.on(1, day("2026-05-01")), s.shown(1, day("2026-05-01"))), (4, None));
        s.count(1, day("2026-05-01"));
        s.count(1, day("2026-05-02"));
        assert_eq!(s.shown(1, day("2026-05-01")), Some(5));
        assert_eq!(s.between(1, day("2026-05-01"), day("2026-05-02")), 6);
    }

    proptest! {
        #[test]
        fn every_plate_verifies_and_any_changed_letter_does_not(
            number in 0u64..1 << 48, issue: u16, at in 0usize..TOKEN_CHARS, other in 0usize..32,
        ) {
            let ring = ring();
            let token = plate(number, issue).token(&ring).unwrap();
            prop_assert_eq!(token.len(), TOKEN_CHARS);
            let v = ring.verify(&token, day("2026-05-01")).unwrap();
            prop_assert_eq!((v.plate, v.issue), (number, issue));
            let mut forged = token.clone().into_bytes();
            forged[at] = CROCKFORD[other];
            let forged = String::from_utf8(forged).unwrap();
            prop_assert_eq!(ring.verify(&forged, day("2026-05-01")).is_ok(), forged == token);
            prop_assert!(ring.verify(&token.to_lowercase(), day("2026-05-01")).is_err() || token.to_lowercase() == token);
        }
        #[test]
        fn any_text_is_refused_without_panic(text in "\\PC{0,60}") {
            prop_assert!(ring().verify(&text, day("2026-05-01")).is_err());
        }
    }
}
