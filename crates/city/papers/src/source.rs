//! 来源: the rooms that papers come from.

use access::Permit;
use city::Error;
use kernel::Actor;
use paper::gongwen::Document;
use seals::PaperKind;
use store::{Rd, Tx};

use crate::way::{Act, Address, Way};

/// A paper as its source draws it.
#[derive(Clone, Debug, PartialEq)]
pub struct Drawn {
    /// what it reads like
    pub document: Document,
    /// where it goes
    pub address: Address,
    /// the form that fits best; empty: the first that fits its kind
    pub form: &'static str,
}

/// What happened to a paper that came from a source.
#[derive(Clone, Copy, Debug)]
pub struct Moved<'a> {
    /// what
    pub act: Act,
    /// the paper
    pub paper: i64,
    /// how it stands now
    pub way: &'a Way,
}

/// A room that papers come from. It stands with its movement.
pub trait Source: Send + Sync {
    /// its word, in addresses and rows
    fn word(&self) -> &'static str;
    /// what its papers are
    fn kind(&self) -> PaperKind;
    /// Is the text written there, and not here?
    fn written_there(&self) -> bool {
        false
    }
    /// Where it is written or looked at.
    fn href(&self, subject: i64) -> String;
    /// What a paper about this reads like; the door of its movement is passed here.
    ///
    /// # Errors
    /// This actor may not draft one, or there can be none now.
    fn drawn(&self, rd: &mut Rd<'_>, actor: &Actor, subject: i64) -> Result<Drawn, Error>;
    /// May it be signed now? What must be heard first was heard.
    ///
    /// # Errors
    /// Why not.
    fn may_issue(&self, rd: &mut Rd<'_>, subject: i64) -> Result<(), Error> {
        let _ = (rd, subject);
        Ok(())
    }
    /// What is sealed: its kind and its id among those of the kind; `paper`: the id of the paper.
    fn sealed_as(&self, subject: i64, paper: i64) -> (PaperKind, i64) {
        let _ = subject;
        (self.kind(), paper)
    }
    /// Hears what happened, in its transaction.
    ///
    /// # Errors
    /// It cannot be: then nothing happens.
    fn moved(&self, tx: &mut Tx<'_>, permit: &Permit, subject: i64, moved: Moved<'_>) -> Result<(), Error> {
        let _ = (tx, permit, subject, moved);
        Ok(())
    }
}
