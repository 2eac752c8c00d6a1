//! 初始密码: made by the program for accounts that have none, a different one each, shown once to whoever hands them out.
//! Only their hashes are kept.

use access::{Nothing, decide, op};
use kernel::{Actor, StaffId};
use store::office::{self, StaffRow};

use crate::People;
use crate::entries::account_of;
use city::guard::passwords;
use city::{Door as _, Error, Later, random};

/// Accounts of one round: each costs a slow hash.
pub const ROUND: usize = 100;
/// Letters and figures that nobody mistakes for each other on paper.
const SIGNS: &[u8; 30] = b"23456789abcdefghjkmnpqrstvwxyz";

/// What is handed out: on paper, once.
#[derive(Debug)]
pub struct FirstPasswords {
    /// the account and its password
    pub given: Vec<(StaffRow, String)>,
    /// accounts that have none yet
    pub left: usize,
}

/// Three groups of four signs: 58 bits.
fn made(login: &str) -> Result<String, Error> {
    loop {
        let mut text = String::new();
        while text.len() < 14 {
            // What lies beyond a multiple of thirty would make some signs more frequent.
            for byte in random::<32>()?.into_iter().filter(|b| *b < 240) {
                if text.len() == 14 {
                    break;
                }
                if text.len() % 5 == 4 {
                    text.push('-');
                }
                text.push(char::from(SIGNS[usize::from(byte % 30)]));
            }
        }
        if passwords::acceptable(login, &text).is_ok() {
            return Ok(text);
        }
    }
}

/// Accounts within reach that nobody can sign in to.
fn without(actor: &Actor, all: Vec<StaffRow>) -> Vec<StaffRow> {
    let open = |s: &StaffRow| s.active && s.secret.is_none() && s.subject.is_none();
    all.into_iter().filter(|s| open(s) && decide(actor, op::WriteStaff, account_of(s)).is_ok()).collect()
}

fn nobody() -> Error {
    Error::invalid(
        "passwords",
        "没有需要发初始密码的账号：都已有密码，或由统一身份认证登录",
        "no account needs a first password",
    )
}

impl People {
    /// How many accounts within reach have no way to sign in.
    pub fn without_password(&self, actor: Actor) -> Later<usize> {
        self.read(move |_, rd| {
            decide(&actor, op::KeepRoster, Nothing)?;
            Ok(without(&actor, office::all_staff(rd, None)?).len())
        })
    }

    /// Makes passwords for accounts that have none, at most [`ROUND`] of them. Blocks on the hashes.
    ///
    /// # Errors
    /// Not for this actor; there is no such account.
    pub fn give_first_passwords(&self, actor: &Actor) -> Result<FirstPasswords, Error> {
        decide(actor, op::KeepRoster, Nothing)?;
        let mut open = without(actor, self.city.store().read(|rd| office::all_staff(rd, None))?);
        if open.is_empty() {
            return Err(nobody());
        }
        let total = open.len();
        open.truncate(ROUND);
        let mut ready: Vec<(StaffId, String, String)> = Vec::new();
        for s in &open {
            let password = made(&s.login)?;
            let hash = passwords::hash(&s.login, &password)?;
            ready.push((s.id, password, hash));
        }
        let actor = actor.clone();
        let given = self.write(move |app, tx| {
            let permit = decide(&actor, op::KeepRoster, Nothing)?;
            let mut given = Vec::new();
            for (id, password, hash) in &ready {
                // Somebody may have set one meanwhile.
                let Some(row) = office::staff_by_id(tx, *id)? else { continue };
                if row.secret.is_some() || row.subject.is_some() || !row.active {
                    continue;
                }
                decide(&actor, op::WriteStaff, account_of(&row))?;
                office::set_secret(tx, *id, hash, true)?;
                given.push((row, password.clone()));
            }
            if given.is_empty() {
                return Ok(given);
            }
            let logins: Vec<_> = given.iter().map(|g| g.0.login.as_str()).collect();
            let data = serde_json::json!({ "staff": logins }).to_string();
            city::record(tx, &permit, "give_first_passwords", &data)?;
            app.city.forget_known();
            Ok(given)
        });
        let given = given.wait()?;
        if given.is_empty() {
            return Err(nobody());
        }
        Ok(FirstPasswords { left: total - given.len().min(total), given })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_password_is_its_own_and_one_that_is_taken() {
        let all: std::collections::BTreeSet<String> = (0..200).map(|_| made("王芳").unwrap()).collect();
        assert_eq!(all.len(), 200);
        assert!(all.iter().all(|p| p.len() == 14 && passwords::acceptable("王芳", p).is_ok()), "{all:?}");
    }
}
