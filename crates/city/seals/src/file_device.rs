//! 密钥文件: a key in a file of this machine. Whoever can read the file can sign, and nobody vouches for its holder, so its
//! seals are for trials (试用章).

use std::path::Path;

use kernel::Moment;
use seal::key_file::{self, Lock};
use seal::make::{self, Holder, SealDraft};
use seal::{KeySigner, SecretKey, Signer as _};

use crate::{Device, Draft, Trouble};

/// A key file that was opened.
pub struct FileDevice {
    signer: KeySigner,
}

impl std::fmt::Debug for FileDevice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("FileDevice(…)")
    }
}

fn refused(said: kernel::Said) -> Trouble {
    Trouble { code: "refused", said }
}

impl FileDevice {
    /// Opens a key file.
    ///
    /// # Errors
    /// It cannot be read, others may read it and it has no password, the password is wrong, what is in it does not
    /// belong together.
    pub fn open(path: &Path, password: Option<&str>) -> Result<Self, Trouble> {
        let text = std::fs::read_to_string(path).map_err(|_| {
            Trouble::new("key_file", "密钥文件打不开，请管理员核对", "the key file cannot be opened")
        })?;
        if text.contains("BEGIN PRIVATE KEY") && others_may_read(path) {
            return Err(Trouble::new(
                "key_file_open",
                "密钥文件没有口令而且别人也能读，不予使用；请把权限改为 600，或用带口令的文件",
                "the key file has no password and others may read it: set its mode to 600, or use one with a password",
            ));
        }
        let signer =
            key_file::read(&text, password).map_err(|e| Trouble { code: "key_file", said: e.said() })?;
        Ok(Self { signer })
    }
}

#[cfg(unix)]
fn others_may_read(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::metadata(path).is_ok_and(|m| m.permissions().mode() & 0o077 != 0)
}
#[cfg(not(unix))]
const fn others_may_read(_: &Path) -> bool {
    false
}

impl Device for FileDevice {
    fn certificate(&self) -> Result<Vec<u8>, Trouble> {
        Ok(self.signer.certificate().to_vec())
    }
    fn is_trial(&self) -> Result<bool, Trouble> {
        Ok(true)
    }
    fn make(&self, draft: &Draft) -> Result<Vec<u8>, Trouble> {
        let draft = SealDraft {
            vendor: "BANCHENG".to_owned(),
            id: draft.number.clone(),
            kind: draft.kind,
            name: draft.name.clone(),
            users: vec![self.signer.certificate().to_vec()],
            created: draft.created,
            valid_from: draft.created,
            valid_to: draft.valid_to,
            picture_kind: "PNG".to_owned(),
            picture: draft.picture.clone(),
            width: draft.width,
            height: draft.height,
        };
        make::seal(&draft, &self.signer).map_err(refused)
    }
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Trouble> {
        self.signer.sign(message).map_err(refused)
    }
}

/// A new key file (试用密钥): a key of random bits and a certificate that it made for itself, valid for ten years.
///
/// # Errors
/// The system gives no randomness, or the password cannot be used.
pub fn new_key(
    holder: &str,
    office: &str,
    at: Moment,
    password: Option<&str>,
) -> Result<String, city::Error> {
    const TEN_YEARS_US: i64 = 3_652 * kernel::US_PER_DAY;
    let told = |said| city::Error::Invalid { field: "key".to_owned(), said };
    // One number in 2^256 is no key.
    let key = (0..4)
        .find_map(|_| city::random::<32>().map(|d| SecretKey::from_bytes(&d)).transpose())
        .ok_or_else(|| city::Error::bug("no key"))??;
    let holder = Holder {
        name: format!("{holder}（试用）"),
        organization: office.to_owned(),
        serial: u64::from_be_bytes(city::random::<8>()?) >> 1,
        not_before: at.plus_us(-kernel::US_PER_DAY),
        not_after: at.plus_us(TEN_YEARS_US),
        is_ca: false,
    };
    let certificate = make::certificate(&holder, key.public(), None, &|m| key.sign(m)).map_err(told)?;
    let lock = password
        .map(|password| {
            Ok::<_, city::Error>(Lock { password, salt: city::random::<16>()?, iv: city::random::<16>()? })
        })
        .transpose()?;
    key_file::write(&key, &certificate, lock.as_ref()).map_err(told)
}
