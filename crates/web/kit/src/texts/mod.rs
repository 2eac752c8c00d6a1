//! 文案: every text of every page, in Chinese and English; one file for each room of pages. A text that lacks
//! one language does not compile. `{n}`, `{name}` and the like are filled in by the page.

macro_rules! texts {
    ($($key:ident: $zh:literal, $en:literal;)+) => {
        /// The texts of this room in one language.
        #[derive(Debug)]
        pub struct Room { $(#[doc = $zh] pub $key: &'static str,)+ }
        /// 简体中文
        pub static ZH: Room = Room { $($key: $zh,)+ };
        /// English
        pub static EN: Room = Room { $($key: $en,)+ };
        /// Key, Chinese, English.
        pub const ALL: &[(&str, &str, &str)] = &[$((stringify!($key), $zh, $en)),+];
    };
}

mod common;

macro_rules! rooms {
    ($($room:ident)+) => {
        $(mod $room;)+
        /// The texts of one language: the common ones directly, those of a room under its name.
        #[derive(Debug)]
        pub struct Texts {
            common: &'static common::Room,
            $(#[doc = concat!("Texts of the room `", stringify!($room), "`.")] pub $room: &'static $room::Room,)+
        }
        /// 简体中文
        pub static ZH: Texts = Texts { common: &common::ZH, $($room: &$room::ZH,)+ };
        /// English
        pub static EN: Texts = Texts { common: &common::EN, $($room: &$room::EN,)+ };

        /// Every text: key, Chinese, English.
        pub fn all_texts() -> impl Iterator<Item = &'static (&'static str, &'static str, &'static str)> {
            common::ALL.iter()$(.chain($room::ALL))+
        }
    };
}

rooms! { walk log process supervise reading }

impl std::ops::Deref for Texts {
    type Target = common::Room;
    fn deref(&self) -> &common::Room {
        self.common
    }
}
