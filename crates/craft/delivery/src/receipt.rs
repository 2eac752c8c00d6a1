//! 回执: a receiver says, signed, what became of a message: who wrote it to whom, its name, and its text. Both sides sign with one
//! key: without them a receipt of the one could be given back to it as one of the other, or as one of another message.

use crate::{signature, signed};

/// A message that is receipted: who wrote it, to whom, and its text.
#[derive(Clone, Copy, Debug)]
pub struct Receipted<'a> {
    /// who wrote it
    pub from: &'a str,
    /// to whom
    pub to: &'a str,
    /// its text
    pub body: &'a str,
}

impl Receipted<'_> {
    fn text(&self, key: &str, state: &str, why: &str) -> String {
        format!("{}/{}\n{key}\n{state}\n{why}\n{}", self.from, self.to, self.body)
    }
    /// The signature of a receipt: what became of the message of this name, and why.
    pub fn sign(&self, secret: &str, key: &str, state: &str, why: &str) -> String {
        signature(secret, "receipt", 0, &self.text(key, state, why))
    }
    /// Did who has this secret sign it, for this message?
    pub fn holds(&self, secret: &str, (key, state, why): (&str, &str, &str), given: &str) -> bool {
        signed(secret, "receipt", 0, &self.text(key, state, why), given)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_receipt_holds_for_one_message_in_one_direction() {
        let of = Receipted { from: "4306", to: "12345", body: "{}" };
        let given = of.sign("密钥", "7", "taken", "");
        assert!(of.holds("密钥", ("7", "taken", ""), &given));
        assert!(!of.holds("密钥", ("8", "taken", ""), &given));
        assert!(!of.holds("密钥", ("7", "aside", ""), &given));
        assert!(!Receipted { from: "12345", to: "4306", ..of }.holds("密钥", ("7", "taken", ""), &given));
        assert!(!Receipted { body: "{ }", ..of }.holds("密钥", ("7", "taken", ""), &given));
    }
}
