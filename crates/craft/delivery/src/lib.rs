//! 投递: one message over one way. Mail by SMTP, a webhook signed with HMAC-SM3, an HTTP gateway for SMS by template; and
//! which network addresses may be asked at all (row X3). `docs/outreach.md`.
//!
//! Knows protocols and why something could not be delivered. Must not know whom a message is for, what it says, when it
//! is tried again, nor put any of that into the reason it gives: reasons are kept and read by others.

mod address;
mod failure;
mod fill;
mod hook;
mod http;
mod mail;
mod receipt;
mod sms;

pub use address::{Networks, forbidden};
pub use failure::{Failure, Scope};
pub use fill::fill;
pub use hook::{Hook, signature, signed};
pub use http::Web;
pub use mail::{Mail, MailServer, MailTls, Mailer, is_mailbox};
pub use receipt::Receipted;
pub use sms::{Gateway, Sms, is_mobile};
