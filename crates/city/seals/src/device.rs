//! 签名设备: who holds the key of a seal. It makes the seal and signs with it; the key never leaves it.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use kernel::{Moment, Said};

use crate::{FileDevice, ServiceDevice};

/// A seal to be made (制章).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// 印章编码
    pub number: String,
    /// 印章名称
    pub name: String,
    /// 1 unit, 2 person
    pub kind: i64,
    /// when it is made
    pub created: Moment,
    /// 有效终止
    pub valid_to: Moment,
    /// PNG
    pub picture: Vec<u8>,
    /// millimetres
    pub width: i64,
    /// millimetres
    pub height: i64,
}

/// Who holds a key.
pub trait Device: std::fmt::Debug + Send + Sync {
    /// Its certificate, DER.
    ///
    /// # Errors
    /// It cannot be asked, or refuses.
    fn certificate(&self) -> Result<Vec<u8>, Trouble>;
    /// Are its seals for trials only (试用章)?
    ///
    /// # Errors
    /// It cannot be asked, or refuses.
    fn is_trial(&self) -> Result<bool, Trouble>;
    /// Makes a seal (GB/T 38540, V4) that this device may use.
    ///
    /// # Errors
    /// It cannot be asked, or refuses.
    fn make(&self, draft: &Draft) -> Result<Vec<u8>, Trouble>;
    /// Signs a stamp; `SEQUENCE { r, s }`.
    ///
    /// # Errors
    /// It cannot be asked, or refuses.
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Trouble>;
}

/// Why a device did not do it. Told apart, because each is mended by somebody else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// a word for the record
    pub code: &'static str,
    /// the sentence
    pub said: Said,
}

impl Trouble {
    pub(crate) fn new(code: &'static str, zh: &'static str, en: &'static str) -> Self {
        Self { code, said: Said::new(zh, en) }
    }
    /// What it returned does not fit what it was asked: its answer is not taken.
    pub(crate) fn lied() -> Self {
        Self::new(
            "wrong_answer",
            "签名设备返回的签章与文件不符，没有采用；请联系签章服务的管理单位",
            "what the device returned does not belong to this paper and was not taken: ask whoever runs it",
        )
    }
}

impl From<Trouble> for city::Error {
    fn from(t: Trouble) -> Self {
        Self::Invalid { field: "seal".to_owned(), said: t.said }
    }
}

/// The devices of this installation, by name.
#[derive(Clone, Debug, Default)]
pub struct Devices {
    folder: Option<PathBuf>,
    password: Option<String>,
    named: BTreeMap<String, Arc<dyn Device>>,
}

/// What a device in a key file is called: `file:NAME`.
const FILE: &str = "file:";
/// The name of the seal service.
const SERVICE: &str = "service";

impl Devices {
    /// Key files in `folder` (`NAME.pem`), their password in `BANCHENG_SEAL_PASSWORD`; the seal service of
    /// `BANCHENG_SEAL_SERVICE` with `BANCHENG_SEAL_TOKEN`.
    pub fn of_surroundings(folder: PathBuf) -> Self {
        let given = |name: &str| std::env::var(name).ok().filter(|v| !v.is_empty());
        let mut devices = Self::in_folder(folder, given("BANCHENG_SEAL_PASSWORD"));
        if let Some(url) = given("BANCHENG_SEAL_SERVICE") {
            let token = given("BANCHENG_SEAL_TOKEN").unwrap_or_default();
            devices = devices.with(SERVICE, Arc::new(ServiceDevice::new(&url, &token)));
        }
        devices
    }
    /// Key files in a folder.
    pub fn in_folder(folder: PathBuf, password: Option<String>) -> Self {
        Self { folder: Some(folder), password, named: BTreeMap::new() }
    }
    /// And another device.
    #[must_use]
    pub fn with(mut self, name: &str, device: Arc<dyn Device>) -> Self {
        self.named.insert(name.to_owned(), device);
        self
    }
    /// What there is to choose from, as it stands now.
    pub fn names(&self) -> Vec<String> {
        let mut all: Vec<String> = self.named.keys().cloned().collect();
        let entries = self.folder.iter().filter_map(|f| std::fs::read_dir(f).ok()).flatten().flatten();
        let mut files: Vec<String> = entries
            .filter_map(|e| Some(format!("{FILE}{}", e.file_name().to_str()?.strip_suffix(".pem")?)))
            .collect();
        files.sort();
        all.extend(files);
        all
    }
    /// The device of this name.
    ///
    /// # Errors
    /// There is none, or its key file cannot be read.
    pub(crate) fn named(&self, name: &str) -> Result<Arc<dyn Device>, Trouble> {
        if let Some(device) = self.named.get(name) {
            return Ok(Arc::clone(device));
        }
        // Only what stands in the folder is read: a name is no path.
        let found = self.names().iter().any(|n| n == name);
        let path = name.strip_prefix(FILE).filter(|_| found).zip(self.folder.as_ref());
        let Some((file, folder)) = path else {
            return Err(Trouble::new(
                "no_device",
                "没有这个签名设备：密钥文件不在了，或没有设置签章服务；请管理员核对",
                "there is no such device: the key file is gone or no seal service is set; ask the administrator",
            ));
        };
        let device = FileDevice::open(&folder.join(format!("{file}.pem")), self.password.as_deref())?;
        Ok(Arc::new(device))
    }
}
