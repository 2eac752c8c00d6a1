//! 密: the keys of a city and what is done with them. SM4 and HMAC-SM3 (X6).
//!
//! One secret of 32 bytes lives outside the database (`secret.key`, readable by its owner only). From it
//! come, by HMAC-SM3 with a name, one key for each purpose. Must not know SQL.

use std::fs;
use std::io::{self, Write as _};
use std::path::Path;

use hmac::{Hmac, KeyInit, Mac as _};
use serde::{Deserialize, Serialize};
use sm3::Sm3;
use sm4::Sm4;
use sm4::cipher::{BlockCipherEncrypt, array::Array};
use store::StoreError;
use store::ledger_rows::KeyFile;

use crate::Error;

/// Who lodged a case (反映人). Kept sealed; shown masked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// 姓名
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// 电话
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub phone: String,
    /// 证件号码
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub id_number: String,
    /// 地址
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub address: String,
    /// 电子邮箱
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub email: String,
    /// 告知用语: `en`, or empty for Chinese
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub lang: String,
}

impl Contact {
    /// Nobody left a name.
    pub fn is_empty(&self) -> bool {
        Self { lang: String::new(), ..self.clone() } == Self::default()
    }
    /// Is it of a length that names, numbers and addresses have?
    ///
    /// # Errors
    /// The field that is too long.
    pub fn bounded(&self) -> Result<(), crate::Error> {
        for (field, text, most) in [
            ("name", &self.name, 100),
            ("phone", &self.phone, 100),
            ("id_number", &self.id_number, 100),
            ("address", &self.address, 300),
            ("email", &self.email, 254),
            ("lang", &self.lang, 2),
        ] {
            if text.chars().count() > most {
                return Err(crate::Error::invalid(
                    field,
                    format!("最多 {most} 个字，请核对"),
                    format!("at most {most} characters: check it"),
                ));
            }
        }
        Ok(())
    }
    /// A text with whatever this person left of themselves covered in it: names have no shape that a rule could find.
    #[must_use]
    pub fn cover(&self, text: &str) -> String {
        self.parts().fold(text.to_owned(), |out, part| {
            if out.contains(part) { out.replace(part, &"*".repeat(part.chars().count())) } else { out }
        })
    }
    /// Does a text repeat anything that this person left of themselves?
    pub fn is_in(&self, text: &str) -> bool {
        self.parts().any(|part| text.contains(part))
    }
    /// What is long enough to be looked for: a single character is in every text.
    fn parts(&self) -> impl Iterator<Item = &str> {
        [&self.name, &self.phone, &self.id_number, &self.address, &self.email]
            .into_iter()
            .map(|p| p.trim())
            .filter(|p| p.chars().count() >= 2)
    }
    /// With everything but the ends hidden: 王**, 138****1234.
    #[must_use]
    pub fn masked(&self) -> Self {
        Self {
            name: mask(&self.name, 1, 0),
            phone: mask(&self.phone, 3, 4),
            id_number: mask(&self.id_number, 4, 2),
            address: mask(&self.address, 6, 0),
            email: self.email.split_once('@').map_or_else(
                || mask(&self.email, 1, 0),
                |(name, host)| format!("{}@{host}", mask(name, 1, 0)),
            ),
            lang: self.lang.clone(),
        }
    }
}

/// What the person who lodged a case left of themselves; empty when nothing was left, or it was erased.
///
/// # Errors
/// The row cannot be read, or is not sealed with the key of this city.
pub fn contact_of(
    city: &crate::City,
    rd: &mut store::Rd<'_>,
    case: kernel::CaseId,
) -> Result<Contact, Error> {
    let sealed = store::contacts::get(rd, case)?;
    Ok(sealed.map(|s| city.vault().unseal(case.0, &s)).transpose()?.unwrap_or_default())
}

fn mask(text: &str, head: usize, tail: usize) -> String {
    let all: Vec<char> = text.chars().collect();
    // Of what is short at least half is covered: an eight-digit telephone, a name of one character.
    let most = if all.len() > 10 { head + tail } else { all.len() / 2 };
    let tail = tail.min(most.saturating_sub(1));
    let head = head.min(most - tail);
    let stars = (all.len() - head - tail).min(8);
    let start = all[..head].iter().copied();
    start.chain(std::iter::repeat_n('*', stars)).chain(all[all.len() - tail..].iter().copied()).collect()
}

/// The keys of a city.
pub struct Vault {
    contact: Sm4,
    contact_mac: Mac,
    code: Mac,
    token: Mac,
    person: Mac,
    plate: Mac,
    paper: Mac,
    seal: KeyFile,
    fingerprint: String,
}

/// The name of the file with the secret of the city.
pub const SECRET_KEY: &str = "secret.key";

impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Vault(…)")
    }
}

/// HMAC-SM3 with one key, which is read once.
struct Mac(Hmac<Sm3>);

impl Mac {
    fn new(key: &[u8]) -> Self {
        // HMAC takes keys of any length.
        Self(Hmac::new_from_slice(key).unwrap_or_else(|_| unreachable!()))
    }
    fn of(&self, parts: &[&[u8]]) -> [u8; 32] {
        let mut mac = self.0.clone();
        for part in parts {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }
}

const NONCE: usize = 12;
const TAG: usize = 16;
/// Letters that are not mistaken for one another when read aloud or copied.
const CODE_LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Letters of a code, eight for each five bytes.
fn letters(bytes: &[u8]) -> String {
    let five = |b: &[u8]| b.iter().fold(0u64, |n, b| n << 8 | u64::from(*b));
    let bits = bytes.chunks(5).map(five);
    bits.flat_map(|n| (0..8).map(move |i| CODE_LETTERS[(n >> (35 - 5 * i) & 31) as usize] as char)).collect()
}

impl Vault {
    /// Reads the keys in `dir`, or makes them.
    ///
    /// # Errors
    /// A directory that cannot be read or written, or a key that is not 64 hexadecimal digits.
    pub fn open(dir: &Path) -> Result<Self, Error> {
        let secret = secret_in(dir).map_err(Error::Store)?;
        let secret = Mac::new(&secret);
        let key = |purpose: &str| Mac::new(&secret.of(&[purpose.as_bytes()]));
        let contact_key = secret.of(&[b"contact"]);
        let mut short = [0; 16];
        short.copy_from_slice(&contact_key[..16]);
        Ok(Self {
            contact: Sm4::new(&Array(short)),
            contact_mac: key("contact-mac"),
            code: key("tracking-code"),
            token: key("session-token"),
            person: key("person-digest"),
            plate: key("plate"),
            paper: key("sealed-paper"),
            seal: KeyFile::open(dir)?,
            fingerprint: ledger::hex(&secret.of(&[b"fingerprint"])[..16]),
        })
    }
    /// The key of the seals.
    pub const fn seal_key(&self) -> &KeyFile {
        &self.seal
    }
    /// The secret of a key of the doorplates (门牌), by its number.
    pub fn plate_secret(&self, number: u16) -> [u8; 32] {
        self.plate.of(&[&number.to_be_bytes()])
    }
    /// What may be shown to tell this secret from another one.
    pub fn fingerprint(&self) -> String {
        self.fingerprint.clone()
    }
    /// 查询码: eight letters that belong to a number and to the event that began its case, so that a number which a
    /// restored database gives a second time has another code. Nothing has to be stored to check them. Without
    /// `birth` it is the code of a case from before codes were bound to events.
    pub fn code(&self, number: &str, birth: Option<&ledger::Hash>) -> String {
        let mac = match birth {
            Some(birth) => self.code.of(&[number.as_bytes(), birth]),
            None => self.code.of(&[number.as_bytes()]),
        };
        letters(&mac[..5])
    }
    /// 核验码: sixteen letters that belong to a sealed paper, by its kind and the event that began it, so that an id which a
    /// restored database gives a second time has another code; nobody guesses one.
    pub fn paper_code(&self, kind: &str, birth: &ledger::Hash) -> String {
        letters(&self.paper.of(&[kind.as_bytes(), birth])[..10])
    }
    /// The token of the address at which a city without accounts is set up: the same at every node, known to nobody else.
    pub fn setup_token(&self) -> String {
        ledger::hex(&self.token_digest("set-up"))
    }
    /// Is this the code? Reads small letters, O for 0, I and L for 1.
    pub fn code_reads(code: &str, right: &str) -> bool {
        same(Self::code_written(code).as_bytes(), right.as_bytes())
    }
    /// A code as it is kept, however people wrote it: small letters, O for 0, I and L for 1, marks between.
    pub fn code_written(code: &str) -> String {
        code.chars()
            .filter(|c| c.is_ascii_alphanumeric())
            .map(|c| match c.to_ascii_uppercase() {
                'O' => '0',
                'I' | 'L' => '1',
                'U' => 'V',
                other => other,
            })
            .collect()
    }
    /// What is stored for a session or an interface token.
    pub fn token_digest(&self, token: &str) -> [u8; 32] {
        self.token.of(&[token.as_bytes()])
    }
    /// A token of 256 random bits.
    ///
    /// # Errors
    /// The system gives no randomness.
    pub fn new_token(&self) -> Result<String, Error> {
        Ok(ledger::hex(&random::<32>()?))
    }
    /// The keyed digest of a person that goes into the record.
    pub fn person(&self, contact: &Contact) -> String {
        let parts = [contact.name.as_bytes(), contact.phone.as_bytes(), contact.id_number.as_bytes()];
        let mac = self.person.of(&parts);
        ledger::hex(&mac)[..32].to_owned()
    }
    /// Seals a contact, bound to its case.
    ///
    /// # Errors
    /// The system gives no randomness.
    pub fn seal(&self, case: i64, contact: &Contact) -> Result<Vec<u8>, Error> {
        let text = serde_json::to_vec(contact).map_err(Error::bug)?;
        self.seal_bytes(case, &text)
    }
    /// Seals bytes: nonce ‖ SM4-CTR ‖ HMAC-SM3 (16 bytes), bound to what they belong to.
    pub fn seal_bytes(&self, case: i64, text: &[u8]) -> Result<Vec<u8>, Error> {
        let nonce = random::<NONCE>()?;
        let mut text = text.to_vec();
        self.ctr(&nonce, &mut text);
        let mut out = nonce.to_vec();
        out.extend_from_slice(&text);
        let tag = self.contact_mac.of(&[&case.to_be_bytes(), &out]);
        out.extend_from_slice(&tag[..TAG]);
        Ok(out)
    }
    /// Opens a sealed contact.
    ///
    /// # Errors
    /// It was changed, belongs to another case, or was sealed with another key.
    pub fn unseal(&self, case: i64, sealed: &[u8]) -> Result<Contact, Error> {
        serde_json::from_slice(&self.unseal_bytes(case, sealed)?).map_err(|_| damaged(case))
    }
    /// Opens what was sealed.
    pub fn unseal_bytes(&self, case: i64, sealed: &[u8]) -> Result<Vec<u8>, Error> {
        let damaged = || damaged(case);
        let (body, tag) = sealed.split_at_checked(sealed.len().saturating_sub(TAG)).ok_or_else(damaged)?;
        if body.len() < NONCE || !same(&self.contact_mac.of(&[&case.to_be_bytes(), body])[..TAG], tag) {
            return Err(damaged());
        }
        let mut nonce = [0; NONCE];
        nonce.copy_from_slice(&body[..NONCE]);
        let mut text = body[NONCE..].to_vec();
        self.ctr(&nonce, &mut text);
        Ok(text)
    }
    fn ctr(&self, nonce: &[u8; NONCE], text: &mut [u8]) {
        for (i, chunk) in text.chunks_mut(16).enumerate() {
            let mut block = Array([0u8; 16]);
            block[..NONCE].copy_from_slice(nonce);
            block[NONCE..].copy_from_slice(&(i as u32).to_be_bytes());
            self.contact.encrypt_block(&mut block);
            for (t, k) in chunk.iter_mut().zip(block.iter()) {
                *t ^= k;
            }
        }
    }
}

fn damaged(of: i64) -> Error {
    Error::Store(StoreError::Damaged(format!("{of}: not sealed with this secret.key / 密文与密钥不符")))
}

/// Equal, in a time that does not tell where they differ.
fn same(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && a.iter().zip(b).fold(0, |d, (x, y)| d | (x ^ y)) == 0
}

/// Random bytes of the system.
///
/// # Errors
/// The system gives none.
pub fn random<const N: usize>() -> Result<[u8; N], Error> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|e| Error::bug(format!("no randomness: {e}")))?;
    Ok(bytes)
}

fn secret_in(dir: &Path) -> Result<Vec<u8>, StoreError> {
    let path = dir.join(SECRET_KEY);
    let said = |e: &io::Error| StoreError::CannotOpen(format!("{}: {e}", path.display()));
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(e) if e.kind() == io::ErrorKind::NotFound => {
            fs::create_dir_all(dir).map_err(|e| said(&e))?;
            let bytes = random::<32>().map_err(|e| StoreError::CannotOpen(e.to_string()))?;
            match write_new(&path, &ledger::hex(&bytes)) {
                // Another process made one at the same moment: its secret counts.
                Err(e) if e.kind() != io::ErrorKind::AlreadyExists => return Err(said(&e)),
                _ => fs::read_to_string(&path).map_err(|e| said(&e))?,
            }
        }
        Err(e) => return Err(said(&e)),
    };
    let bytes = ledger::unhex(text.trim());
    bytes
        .map(|b| b.to_vec())
        .ok_or_else(|| StoreError::CannotOpen(format!("{}: 64 hexadecimal digits", path.display())))
}

fn write_new(path: &Path, text: &str) -> io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    // Whole or not at all: who is killed half-way must not leave half a key.
    let beside = path.with_extension(format!("{}.new", std::process::id()));
    drop(fs::remove_file(&beside));
    let mut file = options.open(&beside)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    let done = fs::hard_link(&beside, path);
    drop(fs::remove_file(&beside));
    done
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_contact_opens_only_for_its_case_and_unchanged() {
        let place = testkit::TempDir::new();
        let vault = Vault::open(place.path()).unwrap();
        let contact = Contact { name: "王小二".into(), phone: "13800001234".into(), ..Contact::default() };
        let sealed = vault.seal(7, &contact).unwrap();
        assert_eq!(vault.unseal(7, &sealed).unwrap(), contact);
        assert!(vault.unseal(8, &sealed).is_err());
        for i in 0..sealed.len() {
            let mut bad = sealed.clone();
            bad[i] ^= 1;
            assert!(vault.unseal(7, &bad).is_err(), "byte {i}");
        }
        let again = Vault::open(place.path()).unwrap();
        assert_eq!(again.unseal(7, &sealed).unwrap(), contact, "the same secret after a restart");
        assert_eq!(contact.masked().name, "王**");
        assert_eq!(contact.masked().phone, "138****1234");
    }

    #[test]
    fn of_every_length_at_least_a_third_is_covered_and_of_short_ones_half() {
        for (head, tail) in [(1, 0), (3, 4), (4, 2), (6, 0)] {
            for n in 1..=40 {
                let text: String = (0..n).map(|i| char::from_u32(0x4e00 + i).unwrap()).collect();
                let shown = mask(&text, head, tail).chars().filter(|c| *c != '*').count();
                let most = if n > 10 { (n as usize) * 2 / 3 } else { n as usize / 2 };
                assert!(shown <= most, "{shown} of {n}");
            }
        }
        let of = |name: &str, phone: &str| {
            let c = Contact { name: name.into(), phone: phone.into(), ..Contact::default() }.masked();
            (c.name, c.phone)
        };
        assert_eq!(of("王", "88881234"), ("*".into(), "8****234".into()));
    }

    #[test]
    fn a_code_is_read_as_people_write_it() {
        let place = testkit::TempDir::new();
        let vault = Vault::open(place.path()).unwrap();
        let number = "4306-2026-0000001";
        let code = vault.code(number, Some(&[7; 32]));
        assert_eq!(code.len(), 8);
        assert!(Vault::code_reads(&format!(" {}-{} ", &code[..4], code[4..].to_lowercase()), &code));
        assert!(!Vault::code_reads("", &code));
        // The number alone does not make the code, and an older code stays what it was.
        let others = [
            vault.code(number, Some(&[8; 32])),
            vault.code(number, None),
            vault.code("4306-2026-0000002", Some(&[7; 32])),
        ];
        assert!(others.iter().all(|o| *o != code), "{code}: {others:?}");
        assert_eq!(vault.code(number, None), vault.code(number, None));
    }
}
