//! 文案: every text of every page, in Chinese and English. The words that every page needs are here
//! ([`common`]); those of one movement live in its own crate of pages, so that a word changed there makes nobody
//! else build again. A text that lacks one language does not compile. `{n}`, `{name}` and the like are filled in
//! by the page.
//!
//! In a page: `p.t.key` is a word of the crate of the page or a common one, `p.t.room.key` one of a room of that
//! crate. No word of a crate may hide a common one (`web/tests/it/texts.rs`).

use std::fmt::Debug;

use crate::Lang;

#[path = "common.rs"]
mod common;

pub use common::{ALL as COMMON_TEXTS, EN, Room as Texts, ZH};

/// One text: key, Chinese, English.
pub type Text = (&'static str, &'static str, &'static str);

/// All texts a page can say, in one language.
pub trait Words: Debug + Send + Sync + 'static {
    /// In this language.
    fn of(lang: Lang) -> &'static Self;
}

impl Words for Texts {
    fn of(lang: Lang) -> &'static Self {
        match lang {
            Lang::Zh => &ZH,
            Lang::En => &EN,
        }
    }
}

/// One room of texts: `key: "中文", "English";` on each line.
#[macro_export]
macro_rules! room {
    ($($key:ident: $zh:literal, $en:literal;)+) => {
        /// The texts of this room in one language.
        #[derive(Debug)]
        pub struct Room { $(#[doc = $zh] pub $key: &'static str,)+ }
        /// 简体中文
        pub static ZH: Room = Room { $($key: $zh,)+ };
        /// English
        pub static EN: Room = Room { $($key: $en,)+ };
        /// Key, Chinese, English.
        pub const ALL: &[$crate::Text] = &[$((stringify!($key), $zh, $en)),+];
    };
}

/// The texts of one crate of pages: its rooms by name (modules made by [`room!`]), then its own words; the common
/// ones are reached through it.
#[macro_export]
macro_rules! texts {
    (rooms: $($room:ident)*; $($key:ident: $zh:literal, $en:literal;)*) => {
        /// The texts of these pages in one language.
        #[derive(Debug)]
        pub struct Texts {
            common: &'static $crate::Texts,
            $(#[doc = concat!("Texts of the room `", stringify!($room), "`.")] pub $room: &'static $room::Room,)*
            $(#[doc = $zh] pub $key: &'static str,)*
        }
        static ZH: Texts = Texts {
            common: &$crate::ZH,
            $($room: &$room::ZH,)*
            $($key: $zh,)*
        };
        static EN: Texts = Texts {
            common: &$crate::EN,
            $($room: &$room::EN,)*
            $($key: $en,)*
        };
        impl $crate::Words for Texts {
            fn of(lang: $crate::Lang) -> &'static Self {
                match lang {
                    $crate::Lang::Zh => &ZH,
                    $crate::Lang::En => &EN,
                }
            }
        }
        impl ::std::ops::Deref for Texts {
            type Target = $crate::Texts;
            fn deref(&self) -> &$crate::Texts {
                self.common
            }
        }
        /// Its own words, and those of its rooms: key, Chinese, English.
        pub const ALL: &[&[$crate::Text]] = &[&[$((stringify!($key), $zh, $en)),*] $(, $room::ALL)*];
    };
}
