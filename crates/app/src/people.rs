//! 登录: sign-in, sessions, interface tokens.

use std::sync::Arc;

use access::{Permit, decide, op};
use kernel::{Actor, Moment, Said, StaffId, US_PER_DAY, US_PER_HOUR};
use store::office::{self, SessionRow, StaffRow};
use store::tries;

use crate::entries::account_of;
use crate::guard::{Network, passwords};
use crate::{App, Error, Later};

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

/// An account as it leaves this crate: without its password hash and the key of its second factor. That there is a
/// second factor stays to be seen.
pub(crate) fn without_secrets(staff: &mut StaffRow) {
    staff.secret = None;
    staff.totp = staff.totp.take().map(|_| Vec::new());
}

impl App {
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
    /// As [`App::sign_in`].
    pub fn sign_in_at(
        &self,
        network: Network,
        login: &str,
        password: &str,
        code: &str,
    ) -> Result<SignedIn, Error> {
        let name = login.trim().to_owned();
        let found = self.store.read(|rd| Ok::<_, Error>(office::staff_by_login(rd, &name)?))?;
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

    /// A network as it is kept beside tries and files: not readable, the same for the same network.
    pub(crate) fn network_key(&self, network: Network) -> i64 {
        if !network.is_known() {
            return 0;
        }
        let digest = self.vault.token_digest(&format!("network:{}", network.text()));
        i64::from_be_bytes(std::array::from_fn(|i| digest[i])) | 1
    }

    /// Takes a try of an account; false when too many were wrong.
    pub(crate) fn take_try(&self, id: StaffId, network: Network) -> Result<bool, Error> {
        let net = self.network_key(network);
        self.store.write(move |tx| Ok::<_, Error>(tries::take(tx, id, net)?))
    }

    pub(crate) fn give_back_try(&self, id: StaffId, network: Network) -> Result<(), Error> {
        let net = self.network_key(network);
        self.store.write(move |tx| Ok::<_, Error>(tries::give_back(tx, id, net)?))
    }

    /// Puts a failed sign-in of an account on record, and answers what everybody is told.
    fn not_signed_in(&self, id: Option<StaffId>, network: Network) -> Error {
        if let Some(id) = id {
            let data = serde_json::json!({ "staff": id, "from": network.text() }).to_string();
            let noted = self
                .store
                .write(move |tx| crate::office::note_sign_in(tx, &Actor::system(), "sign_in_failed", &data));
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
        let token = self.vault.new_token()?;
        let digest = self.vault.token_digest(&token);
        let (kind, label, id) = (kind.to_owned(), label.to_owned(), staff.id);
        let actor = staff.actor();
        let until = self.store.write(move |tx| {
            let made = tx.now();
            let until = made.plus_us(lasts_us);
            if kind == "session" {
                let data =
                    serde_json::json!({ "staff": id, "from": network.text(), "how": label }).to_string();
                crate::office::note_sign_in(tx, &actor, "sign_in", &data)?;
            }
            let row = SessionRow { staff: id, kind: kind.clone(), label: label.clone(), made, until };
            office::put_session(tx, &digest, &row)?;
            if let Some(permit) = &given {
                let data = serde_json::json!({ "staff": id, "label": label, "until": until }).to_string();
                crate::office::note(tx, permit, "make_token", &data)?;
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
        let staff = self.store.read(|rd| Ok::<_, Error>(office::staff_by_login(rd, &name)?))?;
        let staff = staff.ok_or(Error::NotFound)?;
        let permit = decide(actor, op::MakeToken, account_of(&staff))?;
        self.open_for(staff, Network::default(), ("token", label, TOKEN_US), Some(permit))
    }

    /// Who this token belongs to.
    pub fn who(&self, token: &str) -> Later<StaffRow> {
        let digest = self.vault.token_digest(token);
        self.read(move |app, rd| {
            let now = app.store.now();
            let mut staff = office::by_session(rd, &digest, now)?.ok_or(Error::SignIn)?;
            without_secrets(&mut staff);
            app.known.remember(digest, &staff, now);
            Ok(staff)
        })
    }

    /// Who this token belongs to, if to anybody, how many messages wait for them, and the office: what every page needs,
    /// in one look.
    #[expect(clippy::type_complexity, reason = "read once, taken apart at once")]
    pub fn who_for_page(&self, token: &str) -> Later<(Option<(StaffRow, usize)>, Arc<crate::Office>)> {
        let digest = (!token.is_empty()).then(|| self.vault.token_digest(token));
        self.read(move |app, rd| {
            let now = app.store.now();
            let office = app.office(rd)?;
            let found = digest.map(|d| office::by_session(rd, &d, now)).transpose()?.flatten();
            let Some(mut staff) = found else { return Ok((None, office)) };
            without_secrets(&mut staff);
            let unseen = app.messages_in(rd, &staff.actor(), 50, |m| !m.seen)?.len();
            Ok((Some((staff, unseen)), office))
        })
    }

    /// Who this token belonged to a moment ago (5 seconds at most), without a look at the store.
    pub fn known(&self, token: &str) -> Option<Arc<StaffRow>> {
        self.known.look(&self.vault.token_digest(token), self.store.now())
    }

    /// Ends the session of this token.
    pub fn sign_out(&self, token: &str) -> Later<()> {
        let digest = self.vault.token_digest(token);
        self.write(move |app, tx| {
            let now = tx.now();
            if let Some(staff) = office::by_session(tx, &digest, now)? {
                let data = serde_json::json!({ "staff": staff.id }).to_string();
                crate::office::note_sign_in(tx, &staff.actor(), "sign_out", &data)?;
            }
            office::end_session(tx, &digest)?;
            app.known.forget();
            Ok(())
        })
    }

    /// The newest messages of the actor's unit, of cases those that the actor may see.
    pub fn messages(&self, actor: &Actor) -> Later<Vec<office::MessageRow>> {
        let actor = actor.clone();
        self.read(move |app, rd| {
            Ok(app.messages_in(rd, &actor, 50, |_| true)?.into_iter().map(|m| m.0).collect())
        })
    }

    /// Is there anybody yet?
    ///
    /// # Errors
    /// The store could not.
    pub fn is_empty(&self) -> Result<bool, Error> {
        crate::reach::public(op::PublicSignIn)?;
        self.store.read(|rd| Ok(office::staff_count(rd)? == 0))
    }
}
