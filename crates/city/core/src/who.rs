//! 谁: whose token it is. Asked for every request.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use store::Dialect;
use store::asked::{self, Asked};
use store::office::{self, StaffRow};

use super::guard::{Network, Way};
use super::{City, Door as _, Error, Later, Vault};

/// Networks that are told to other nodes at a time.
const TOLD_MAX: u32 = 1_000;

/// A network as it is kept and told: not readable, the same for the same network.
pub(crate) fn network_key(vault: &Vault, network: Network) -> i64 {
    if !network.is_known() {
        return 0;
    }
    let digest = vault.token_digest(&format!("network:{}", network.text()));
    i64::from_be_bytes(std::array::from_fn(|i| digest[i])) | 1
}

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
        network_key(&self.vault, network)
    }

    /// Tells other nodes what networks asked of this one, and hears what they were asked: a limit is one for the city, not
    /// one for each node. For whoever serves, every second or two.
    ///
    /// # Errors
    /// The store could not.
    pub fn share_limits(&self) -> Result<(), Error> {
        if self.store.dialect() != Dialect::Postgres {
            return Ok(());
        }
        let told = self.strangers.untold(TOLD_MAX as usize);
        if !told.is_empty() {
            let asked =
                |(way, net, n): (Way, i64, u32)| Asked { way: way.word().to_owned(), net, n: n.into() };
            let (node, all) = (Arc::clone(&self.node), told.into_iter().map(asked).collect::<Vec<_>>());
            self.store.write(move |tx| asked::tell(tx, &node, &all))?;
        }
        let after = self.heard.load(Ordering::SeqCst);
        let (all, last) = self.store.read(|rd| asked::heard(rd, &self.node, after, TOLD_MAX * 8))?;
        let now = self.store.now();
        all.iter().for_each(|a| self.strangers.hear(&a.way, a.net, a.n, now));
        self.heard.store(last, Ordering::SeqCst);
        Ok(())
    }

    /// Who this token belonged to a moment ago (5 seconds at most), without a look at the store. Only where one process
    /// serves: another node may have ended the session or changed the account since.
    pub fn known(&self, token: &str) -> Option<Arc<StaffRow>> {
        if self.store.dialect() == Dialect::Postgres {
            return None;
        }
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
