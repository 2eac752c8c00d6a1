//! 谁: whose token it is. Asked for every request.

use std::sync::Arc;

use store::office::{self, StaffRow};

use super::guard::{Network, Way};
use super::{City, Door as _, Error, Later};

/// An account as it leaves this crate: without its password hash and the key of its second factor. That there is a
/// second factor stays to be seen.
pub fn without_secrets(staff: &mut StaffRow) {
    staff.secret = None;
    staff.totp = staff.totp.take().map(|_| Vec::new());
}

impl City {
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
    pub fn who_for_page(&self, token: &str) -> Later<(Option<(StaffRow, usize)>, Arc<super::Office>)> {
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

    /// Must this person set up a second factor before anything else?
    pub fn owes_factor(&self, staff: &StaffRow) -> bool {
        staff.totp.is_none() && self.office_held().is_some_and(|office| office.demands_factor(staff.role))
    }

    /// Somebody without an account asks: may they?
    ///
    /// # Errors
    /// `TooOften`, with the seconds until they may.
    pub fn ask_as_stranger(&self, way: Way, network: Network) -> Result<(), Error> {
        let taken = self.strangers.take(way, network, self.store.now());
        taken.map_err(|after_s| Error::TooOften { after_s })
    }

    /// A network as it is kept beside tries and files: not readable, the same for the same network.
    pub fn network_key(&self, network: Network) -> i64 {
        if !network.is_known() {
            return 0;
        }
        let digest = self.vault.token_digest(&format!("network:{}", network.text()));
        i64::from_be_bytes(std::array::from_fn(|i| digest[i])) | 1
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
                super::note_sign_in(tx, &staff.actor(), "sign_out", &data)?;
            }
            office::end_session(tx, &digest)?;
            app.known.forget();
            Ok(())
        })
    }
}
