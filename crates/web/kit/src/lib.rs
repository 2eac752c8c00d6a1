//! 页的公用部分: what every page shares: texts in two languages, layout, who is signed in, forms, errors as
//! pages, assets, and the guard before the door (origin, rate, headers).
//!
//! Knows the city and HTTP. Must not know any single page, SQL, or a rule of the loop. `docs/web.md`.

mod assets;
mod drafts;
mod fields;
mod form;
mod guard;
mod nav;
mod oops;
mod page;
mod parts;
mod say;
mod slot;
mod texts;
mod uploads;
mod views;

pub use assets::{Asset, CSS, JS, asset};
pub use drafts::keep_draft;
pub use fields::Fields;
pub use form::{Arrived, Form, OneFile, UPLOAD_MAX, Uploading, serve_file};
pub use guard::{Asking, guard, header_of, slow_down};
pub use nav::{Area, FrontPlace, Link, Place};
pub use oops::{Oops, again, errors_as_pages, explain};
pub use page::{
    Desk, Kit, Lang, Me, Options, Page, Reader, Site, blocking, cookie, cookie_header, desk_path, escape,
    prefs, render,
};
pub use parts::{DOCX, OFD, Opt, XLSX, address, base, download, opt, qr, qr_squares, unit_choices};
pub use say::{
    Lamp, date_of, day, in_words, lamp, length, moment_of, role, said, short_day, weekdays, when, word,
};
pub use slot::{CaseKey, Filler, Filling, FollowedCase, Fragment, Slot, Tile, filler};
pub use texts::{COMMON_TEXTS, EN, Text, Texts, Words, ZH};
pub use views::{
    COUNTED_TO, Column, Filter, ListOf, Tab, Views, ViewsAsk, countable, cut_count, keep_view, plain,
    views_page,
};
