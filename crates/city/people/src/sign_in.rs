//! 登录: sign-in, sessions, interface tokens.

use access::{Permit, decide, op};
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use kernel::{Actor, Moment, Said, US_PER_DAY, US_PER_HOUR};
use store::office::{self, SessionRow, StaffRow};

use crate::People;
use crate::entries::account_of;
use city::{Error, without_secrets};

pub(crate) const SESSION_US: i64 = 10 * US_PER_HOUR;
const TOKEN_US: i64 = 366 * US_PER_DAY;
const FAILURES_MAX: i64 = 5;
const LOCK_US: i64 = 15 * 60 * 1_000_000;
pub(crate) const PASSWORD_MIN: usize = 10;

/// Somebody who is signed in.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// the account
    pub staff: StaffRow,
    /// the token that proves it, only when it was just made
    pub token: String,
    /// until when
    pub until: Moment,
}

fn hasher() -> Argon2<'static> {
    // 19 MiB, two passes: a tenth of a second on an office server.
    let params = Params::new(19_456, 2, 1, None).unwrap_or_else(|_| unreachable!("fixed numbers"));
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

/// Hashes a password; slow on purpose, so never inside a transaction.
///
/// # Errors
/// A password that is too short.
pub(crate) fn hash(password: &str) -> Result<String, Error> {
    if password.chars().count() < PASSWORD_MIN || password.len() > 512 {
        return Err(Error::invalid(
            "password",
            format!("密码至少 {PASSWORD_MIN} 个字符"),
            format!("a password has at least {PASSWORD_MIN} characters"),
        ));
    }
    let hash = hasher().hash_password(password.as_bytes());
    let hash = hash.map_err(|e| Error::bug(format!("argon2: {e}")))?;
    Ok(hash.to_string())
}

pub(crate) fn fits(secret: &str, password: &str) -> bool {
    PasswordHash::new(secret).is_ok_and(|h| hasher().verify_password(password.as_bytes(), &h).is_ok())
}

impl People {
    /// Signs in with a password, and the code of the second factor where there is one. Blocks for a tenth of a
    /// second: call it on a thread of its own.
    ///
    /// # Errors
    /// The same sentence for a wrong name and a wrong password; locked after five wrong ones.
    pub fn sign_in(&self, login: &str, password: &str, code: &str) -> Result<SignedIn, Error> {
        let wrong = || Error::NotSignedIn(Said::new("账号或密码不对", "the name or the password is wrong"));
        let name = login.trim().to_owned();
        let found = self.city.store().read(|rd| Ok::<_, Error>(office::staff_by_login(rd, &name)?))?;
        let now = self.city.store().now();
        let Some(staff) = found.filter(|s| s.active) else {
            // As slow as a wrong password, so that time does not tell which names exist.
            let _ = fits(
                "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
                password,
            );
            return Err(wrong());
        };
        if staff.locked_until.is_some_and(|t| t > now) {
            return Err(Error::NotSignedIn(Said::new(
                "密码连续输错，账号已锁定 15 分钟，请稍后再试或请管理员重置",
                "too many wrong passwords: locked for 15 minutes; wait or ask your administrator",
            )));
        }
        let id = staff.id;
        if !staff.secret.as_deref().is_some_and(|s| fits(s, password)) {
            let failed = staff.failed + 1;
            let until = (failed >= FAILURES_MAX).then(|| now.plus_us(LOCK_US));
            let count = if until.is_some() { 0 } else { failed };
            self.city.store().write(move |tx| Ok::<_, Error>(office::note_failure(tx, id, count, until)?))?;
            return Err(wrong());
        }
        if let Err(e) = self.check_factor(&staff, code) {
            // A wrong code counts like a wrong password: six digits are soon guessed.
            if !code.trim().is_empty() {
                let failed = staff.failed + 1;
                let until = (failed >= FAILURES_MAX).then(|| now.plus_us(LOCK_US));
                let count = if until.is_some() { 0 } else { failed };
                self.city
                    .store()
                    .write(move |tx| Ok::<_, Error>(office::note_failure(tx, id, count, until)?))?;
            }
            return Err(e);
        }
        self.open_session(staff, "session", "浏览器 / browser", SESSION_US)
    }

    /// Opens a session or makes an interface token for an account.
    pub(crate) fn open_session(
        &self,
        staff: StaffRow,
        kind: &str,
        label: &str,
        lasts_us: i64,
    ) -> Result<SignedIn, Error> {
        self.open_for(staff, (kind, label, lasts_us), None)
    }

    /// `given`: by whom it is made for somebody else; that goes on record in the same transaction.
    fn open_for(
        &self,
        mut staff: StaffRow,
        (kind, label, lasts_us): (&str, &str, i64),
        given: Option<Permit>,
    ) -> Result<SignedIn, Error> {
        let token = self.city.vault().new_token()?;
        let digest = self.city.vault().token_digest(&token);
        let (kind, label, id) = (kind.to_owned(), label.to_owned(), staff.id);
        let until = self.city.store().write(move |tx| {
            let made = tx.now();
            let until = made.plus_us(lasts_us);
            if kind == "session" {
                office::note_failure(tx, id, 0, None)?;
            }
            let row = SessionRow { staff: id, kind: kind.clone(), label: label.clone(), made, until };
            office::put_session(tx, &digest, &row)?;
            if let Some(permit) = &given {
                let data = serde_json::json!({ "staff": id, "label": label, "until": until }).to_string();
                city::note(tx, permit, "make_token", &data)?;
            }
            Ok::<_, Error>(until)
        })?;
        without_secrets(&mut staff);
        Ok(SignedIn { staff, token, until })
    }

    /// Makes an interface token for an account, good for a year. It is shown once.
    ///
    /// # Errors
    /// Not a system administrator; no such account.
    pub fn make_token(&self, actor: &Actor, login: &str, label: &str) -> Result<SignedIn, Error> {
        let name = login.to_owned();
        let staff = self.city.store().read(|rd| Ok::<_, Error>(office::staff_by_login(rd, &name)?))?;
        let staff = staff.ok_or(Error::NotFound)?;
        let permit = decide(actor, op::MakeToken, account_of(&staff))?;
        self.open_for(staff, ("token", label, TOKEN_US), Some(permit))
    }

    /// Is there anybody yet?
    ///
    /// # Errors
    /// The store could not.
    pub fn is_empty(&self) -> Result<bool, Error> {
        city::reach::public(op::PublicSignIn)?;
        self.city.store().read(|rd| Ok(office::staff_count(rd)? == 0))
    }
}
