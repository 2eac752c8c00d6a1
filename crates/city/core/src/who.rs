//! 谁: whose token it is. Asked for every request.

use std::sync::Arc;

use store::office::{self, StaffRow};

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

    /// Who this token belonged to a moment ago (5 seconds at most), without a look at the store.
    pub fn known(&self, token: &str) -> Option<Arc<StaffRow>> {
        self.known.look(&self.vault.token_digest(token), self.store.now())
    }

    /// Ends the session of this token.
    pub fn sign_out(&self, token: &str) -> Later<()> {
        let digest = self.vault.token_digest(token);
        self.write(move |app, tx| {
            office::end_session(tx, &digest)?;
            app.known.forget();
            Ok(())
        })
    }
}
