//! 页的公用部分: what every page shares: texts in two languages, layout, who is signed in, forms, errors as
//! pages, assets, and the guard before the door (origin, rate, headers).
//!
//! Knows `app` and HTTP. Must not know any single page, SQL, or a rule of the loop. `docs/web.md`.

mod assets;
mod fields;
mod form;
mod guard;
mod nav;
mod oops;
mod page;
mod say;
mod texts;

pub use assets::asset;
pub use fields::Fields;
pub use form::{Form, OneFile, UPLOAD_MAX, serve_file};
pub use guard::{Address, Limiter, guard, header_of, slow_down};
pub use nav::{AREAS, Area, Link, Place};
pub use oops::{Oops, errors_as_pages, explain};
pub use page::{Desk, Kit, Lang, Me, Options, Page, blocking, cookie, cookie_header, escape, prefs, render};
pub use say::{Lamp, date_of, day, lamp, length, moment_of, role, said, when, word};
pub use texts::{EN, Texts, ZH, all_texts};
