//! 登录: sign-in, sessions, interface tokens.

use access::{Permit, decide, op};
use kernel::{Actor, Moment, Said, StaffId, US_PER_DAY, US_PER_HOUR};
use store::office::{self, SessionRow, StaffRow};
use store::tries;

use crate::People;
use crate::entries::account_of;
use city::guard::{Network, passwords};
use city::{Error, note_sign_in, without_secrets};

pub(crate) const SESSION_US: i64 = 10 * US_PER_HOUR;
const TOKEN_US: i64 = 366 * US_PER_DAY;

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

impl People {
    /// Signs in with a password, and the code of the second factor where there is one. Blocks for a tenth of a
    /// second: call it on a thread of its own.
    ///
    /// # Errors
    /// The same sentence for a wrong name, a wrong password and too many tries.
    pub fn sign_in(&self, login: &str, password: &str, code: &str) -> Result<SignedIn, Error> {
        self.sign_in_at(Network::default(), login, password, code)
    }

    /// The same for who asks from a network: wrong passwords are counted for each account and network, so that nobody
    /// locks somebody else out from afar.
    ///
    /// # Errors
    /// As [`People::sign_in`].
    pub fn sign_in_at(
        &self,
        network: Network,
        login: &str,
        password: &str,
        code: &str,
    ) -> Result<SignedIn, Error> {
        let name = login.trim().to_owned();
        let found = self.city.store().read(|rd| Ok::<_, Error>(office::staff_by_login(rd, &name)?))?;
        let staff = found.filter(|s| s.active);
        let id = staff.as_ref().map(|s| s.id);
        // A try is taken before the password is looked at: whoever sends a hundred at once has no more than five.
        let free = id.map(|id| self.take_try(id, network)).transpose()?.unwrap_or(false);
        let secret = staff.as_ref().filter(|_| free).and_then(|s| s.secret.as_deref());
        let right = passwords::fits(secret, password)?;
        let Some(staff) = staff.filter(|_| right) else {
            return Err(self.not_signed_in(id.filter(|_| free), network));
        };
        if let Err(e) = self.check_factor(&staff, code) {
            if code.trim().is_empty() {
                // Who is asked for a code has not guessed wrong.
                self.give_back_try(staff.id, network)?;
            } else {
                self.not_signed_in(id, network);
            }
            return Err(e);
        }
        self.give_back_try(staff.id, network)?;
        self.open_session(staff, network, "session", "浏览器 / browser", SESSION_US)
    }

    /// Takes a try of an account; false when too many were wrong.
    pub(crate) fn take_try(&self, id: StaffId, network: Network) -> Result<bool, Error> {
        let net = self.city.network_key(network);
        self.city.store().write(move |tx| Ok::<_, Error>(tries::take(tx, id, net)?))
    }

    pub(crate) fn give_back_try(&self, id: StaffId, network: Network) -> Result<(), Error> {
        let net = self.city.network_key(network);
        self.city.store().write(move |tx| Ok::<_, Error>(tries::give_back(tx, id, net)?))
    }

    /// Puts a failed sign-in of an account on record, and answers what everybody is told.
    fn not_signed_in(&self, id: Option<StaffId>, network: Network) -> Error {
        if let Some(id) = id {
            let data = serde_json::json!({ "staff": id, "from": network.text() }).to_string();
            let noted = self
                .city
                .store()
                .write(move |tx| note_sign_in(tx, &Actor::system(), "sign_in_failed", &data));
            if let Err(e) = noted {
                return e;
            }
        }
        Error::NotSignedIn(Said::new(
            "账号或密码不对，或因连续输错暂时不能登录；请核对后重试，15 分钟后自动恢复，也可请管理员解除",
            "the name or the password is wrong, or there were too many tries: check and try again, after 15 minutes, \
             or ask your administrator",
        ))
    }

    /// Opens a session or makes an interface token for an account.
    pub(crate) fn open_session(
        &self,
        staff: StaffRow,
        network: Network,
        kind: &str,
        label: &str,
        lasts_us: i64,
    ) -> Result<SignedIn, Error> {
        self.open_for(staff, network, (kind, label, lasts_us), None)
    }

    /// `given`: by whom it is made for somebody else; that goes on record in the same transaction.
    fn open_for(
        &self,
        mut staff: StaffRow,
        network: Network,
        (kind, label, lasts_us): (&str, &str, i64),
        given: Option<Permit>,
    ) -> Result<SignedIn, Error> {
        let token = self.city.vault().new_token()?;
        let digest = self.city.vault().token_digest(&token);
        let (kind, label, id) = (kind.to_owned(), label.to_owned(), staff.id);
        let actor = staff.actor();
        let until = self.city.store().write(move |tx| {
            let made = tx.now();
            let until = made.plus_us(lasts_us);
            if kind == "session" {
                let data =
                    serde_json::json!({ "staff": id, "from": network.text(), "how": label }).to_string();
                note_sign_in(tx, &actor, "sign_in", &data)?;
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
        self.open_for(staff, Network::default(), ("token", label, TOKEN_US), Some(permit))
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
