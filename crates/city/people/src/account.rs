//! 本人账号: one's own password, second factor (动态验证码, RFC 6238) and sessions (row X1).
//!
//! The key of the second factor is kept sealed; a code works once. Every change is on record, no secret is.

use access::{Own, decide, op};
use kernel::{Actor, Moment, Said, StaffId};
use store::office::{self, StaffRow};
use totp_rs::{Builder, Secret, Totp};

use crate::People;
use crate::entries::account_of;
use city::guard::{Network, passwords};
use city::random;
use city::{Door, Error, Later};

/// What an administrator does about an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StaffAct {
    /// 重置动态码: the telephone is lost; the administrator has looked who it is
    ResetFactor,
    /// 批准绑定: to the name at the identity provider that asks for it
    Bind,
    /// 解除绑定: from the identity provider, or the wish to be bound
    Unbind,
    /// 停用
    TurnOff,
    /// 恢复: also after too many wrong passwords
    TurnOn,
}

impl StaffAct {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::ResetFactor, Self::Bind, Self::Unbind, Self::TurnOff, Self::TurnOn];
    /// The code word, as it stands in the record.
    pub const fn word(self) -> &'static str {
        match self {
            Self::ResetFactor => "reset_factor",
            Self::Bind => "bind_sign_on",
            Self::Unbind => "unbind_sign_on",
            Self::TurnOff => "turn_off_staff",
            Self::TurnOn => "turn_on_staff",
        }
    }
    /// Is it of use for this account?
    pub const fn fits(self, s: &StaffRow) -> bool {
        match self {
            Self::ResetFactor => s.totp.is_some(),
            Self::Bind => s.subject_asked.is_some(),
            Self::Unbind => s.subject.is_some() || s.subject_asked.is_some(),
            Self::TurnOff => s.active,
            Self::TurnOn => !s.active || s.locked_until.is_some() || s.failed >= store::tries::OF_NETWORK,
        }
    }
}

/// A second factor that is offered: to be put into an authenticator.
#[derive(Clone, Debug)]
pub struct Offered {
    /// the key in Base32, to be typed in
    pub key: String,
    /// the same as an address, for a QR code
    pub address: String,
}

/// Six digits, thirty seconds, SHA-1: what every authenticator knows. One step early or late is taken.
fn totp(key: &[u8]) -> Result<Totp, Error> {
    let made = Builder::new().with_secret(Secret::from(key)).build();
    made.map_err(|e| Error::bug(format!("totp: {e}")))
}

fn wrong_code() -> Error {
    Error::NotSignedIn(Said::new(
        "动态验证码不对或已用过，请输入验证器上最新的 6 位数字",
        "the code is wrong or was used: enter the newest six digits of your authenticator",
    ))
}

/// The time step a code belongs to; none when it fits no step around now.
fn step_of(key: &[u8], code: &str, now: Moment) -> Result<Option<i64>, Error> {
    let digits: String = code.chars().filter(char::is_ascii_digit).collect();
    let seconds = u64::try_from(now.us() / 1_000_000).unwrap_or(0);
    Ok(totp(key)?.check(&digits, seconds).and_then(|step| i64::try_from(step).ok()))
}

fn id_of(actor: &Actor) -> Result<StaffId, Error> {
    actor.staff.ok_or(Error::NotFound)
}

impl People {
    fn own(&self, actor: &Actor) -> Result<StaffRow, Error> {
        let id = id_of(actor)?;
        self.city.store().read(|rd| Ok::<_, Error>(office::staff_by_id(rd, id)?))?.ok_or(Error::NotFound)
    }

    /// Checks the second factor of an account that has one.
    ///
    /// # Errors
    /// No code, a wrong one, or one that was used.
    pub(crate) fn check_factor(&self, staff: &StaffRow, code: &str) -> Result<(), Error> {
        let Some(sealed) = &staff.totp else { return Ok(()) };
        if code.trim().is_empty() {
            return Err(Error::NotSignedIn(Said::new(
                "此账号已启用动态验证码，请同时输入验证器上的 6 位数字",
                "this account has a second factor: enter the six digits of your authenticator too",
            )));
        }
        let key = self.city.vault().unseal_bytes(staff.id.0, sealed)?;
        let Some(step) = step_of(&key, code, self.city.store().now())? else { return Err(wrong_code()) };
        let id = staff.id;
        let fresh = self.city.store().write(move |tx| Ok::<_, Error>(office::use_totp(tx, id, step)?))?;
        if fresh { Ok(()) } else { Err(wrong_code()) }
    }

    /// A check of a secret by who is signed in counts like a sign-in: who finds a session open does not guess on.
    fn tried(&self, id: StaffId, check: impl FnOnce() -> Result<(), Error>) -> Result<(), Error> {
        if !self.take_try(id, Network::default())? {
            return Err(Error::NotSignedIn(Said::new(
                "连续输错太多次，请 15 分钟后再试",
                "too many wrong tries: wait 15 minutes",
            )));
        }
        check()?;
        self.give_back_try(id, Network::default())
    }

    /// A second factor to be put into an authenticator. Nothing is kept until it is confirmed.
    ///
    /// # Errors
    /// Not an account; no randomness.
    pub fn offer_factor(&self, actor: &Actor) -> Result<Offered, Error> {
        let staff = self.own(actor)?;
        let key = random::<20>()?;
        let totp = totp(&key)?;
        let key = totp.secret().to_base32();
        let address = factor_address(&staff.login, &key);
        Ok(Offered { key, address })
    }

    /// The same offer once more: the key is in the authenticator already.
    ///
    /// # Errors
    /// Not an account; no such key.
    pub fn offer_again(&self, actor: &Actor, key: &str) -> Result<Offered, Error> {
        Secret::try_from_base32(key).map_err(|_| Error::NotFound)?;
        let address = factor_address(&self.own(actor)?.login, key);
        Ok(Offered { key: key.to_owned(), address })
    }

    /// Turns the second factor on: the code proves that the authenticator has the key. One that is on is turned off
    /// first, with its own code: who finds a session open does not put their telephone in the place of another.
    ///
    /// # Errors
    /// The code does not fit the key; there is a second factor already.
    pub fn confirm_factor(&self, actor: &Actor, key: &str, code: &str) -> Result<(), Error> {
        let staff = self.own(actor)?;
        if staff.totp.is_some() {
            return Err(Error::invalid(
                "code",
                "动态验证码已启用；要换手机，请先用原来的验证码停用，或请管理员重置",
                "the second factor is on: to change telephones turn it off first with its code, or ask your administrator",
            ));
        }
        let bytes = Secret::try_from_base32(key).map_err(|_| Error::NotFound)?.as_bytes().to_vec();
        if bytes.len() < 16 {
            return Err(Error::NotFound);
        }
        let step = step_of(&bytes, code, self.city.store().now())?.ok_or_else(|| {
            Error::invalid(
                "code",
                "验证码不对，请核对手机时间后重新输入",
                "the code does not fit: check the time of your telephone",
            )
        })?;
        let sealed = self.city.vault().seal_bytes(staff.id.0, &bytes)?;
        let (actor, id) = (actor.clone(), staff.id);
        let done = self.write(move |app, tx| {
            let permit = decide(&actor, op::OwnAccount, Own(Some(id)))?;
            office::set_totp(tx, id, Some(&sealed))?;
            office::use_totp(tx, id, step)?;
            let data = serde_json::json!({ "staff": id }).to_string();
            city::record(tx, &permit, "turn_on_factor", &data)?;
            app.city.forget_known();
            Ok(())
        });
        done.wait()
    }

    /// Turns the second factor off, with a code.
    ///
    /// # Errors
    /// The code is wrong.
    pub fn drop_factor(&self, actor: &Actor, code: &str) -> Result<(), Error> {
        let staff = self.own(actor)?;
        self.tried(staff.id, || self.check_factor(&staff, code))?;
        self.clear_factor(actor.clone(), staff.id).wait()
    }

    /// What an administrator does about the account of somebody else: on record, and every session of it ends.
    pub fn act_on_staff(&self, actor: Actor, login: String, act: StaffAct) -> Later<()> {
        self.write(move |app, tx| {
            let staff = office::staff_by_login(tx, &login)?.ok_or(Error::NotFound)?;
            let permit = decide(&actor, op::WriteStaff, account_of(&staff))?;
            if act == StaffAct::TurnOff && actor.staff == Some(staff.id) {
                return Err(Error::invalid(
                    "login",
                    "不能停用自己的账号，请由另一位管理员停用",
                    "you cannot turn off your own account: ask another administrator",
                ));
            }
            match act {
                StaffAct::ResetFactor => office::set_totp(tx, staff.id, None)?,
                StaffAct::Bind => {
                    let asked = staff.subject_asked.as_deref().ok_or(Error::NotFound)?;
                    if office::staff_by_subject(tx, asked)?.is_some() {
                        return Err(Error::invalid(
                            "login",
                            "这个统一身份已绑定在另一个账号上，请先解除那里的绑定",
                            "this identity is bound to another account: free it there first",
                        ));
                    }
                    office::set_subject(tx, staff.id, Some(asked))?;
                }
                StaffAct::Unbind => office::set_subject(tx, staff.id, None)?,
                StaffAct::TurnOff => office::set_active(tx, staff.id, false)?,
                StaffAct::TurnOn => office::set_active(tx, staff.id, true)?,
            }
            office::end_sessions(tx, staff.id)?;
            let data = serde_json::json!({ "staff": staff.id }).to_string();
            city::record(tx, &permit, act.word(), &data)?;
            app.city.forget_known();
            Ok(())
        })
    }

    fn clear_factor(&self, actor: Actor, id: StaffId) -> Later<()> {
        self.write(move |app, tx| {
            let permit = decide(&actor, op::OwnAccount, Own(Some(id)))?;
            office::set_totp(tx, id, None)?;
            let data = serde_json::json!({ "staff": id }).to_string();
            city::record(tx, &permit, "turn_off_factor", &data)?;
            app.city.forget_known();
            Ok(())
        })
    }

    /// A new password for oneself; every session ends. Blocks on the hashes.
    ///
    /// # Errors
    /// The old one is wrong, the new one too short.
    pub fn change_password(&self, actor: &Actor, old: &str, new: &str) -> Result<(), Error> {
        let staff = self.own(actor)?;
        self.tried(staff.id, || {
            if passwords::fits(staff.secret.as_deref(), old)? {
                return Ok(());
            }
            Err(Error::invalid("old", "原密码不对", "the old password is wrong"))
        })?;
        if old == new {
            return Err(Error::invalid(
                "password",
                "新密码与原密码相同，请换一个",
                "the new password is the old one: take another",
            ));
        }
        let secret = passwords::hash(&staff.login, new)?;
        let (actor, id) = (actor.clone(), staff.id);
        let done = self.write(move |app, tx| {
            let permit = decide(&actor, op::OwnAccount, Own(Some(id)))?;
            office::set_secret(tx, id, &secret, false)?;
            office::end_sessions(tx, id)?;
            let data = serde_json::json!({ "staff": id }).to_string();
            city::record(tx, &permit, "change_password", &data)?;
            app.city.forget_known();
            Ok(())
        });
        done.wait()
    }

    /// Ends every session and token of one's own account.
    pub fn end_own_sessions(&self, actor: Actor) -> Later<u64> {
        self.write(move |app, tx| {
            let id = id_of(&actor)?;
            let permit = decide(&actor, op::OwnAccount, Own(Some(id)))?;
            let n = office::end_sessions(tx, id)?;
            let data = serde_json::json!({ "staff": id, "sessions": n }).to_string();
            city::record(tx, &permit, "end_sessions", &data)?;
            app.city.forget_known();
            Ok(n)
        })
    }
}

/// The address that authenticators read from a QR code.
fn factor_address(login: &str, key: &str) -> String {
    let name: String = login
        .bytes()
        .map(|b| if b.is_ascii_alphanumeric() { char::from(b).to_string() } else { format!("%{b:02X}") })
        .collect();
    format!("otpauth://totp/Bancheng:{name}?secret={key}&issuer=Bancheng")
}
