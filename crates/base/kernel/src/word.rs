//! 用语: closed vocabularies. Every value has one code word and one Chinese word, and is read by either.

use crate::Said;

/// A closed vocabulary: every value has a code word and a Chinese word.
pub trait Word: Copy + Sized + 'static {
    /// All values, in the order shown to people.
    const ALL: &'static [Self];
    /// The code word, as in JSON and the database.
    fn word(self) -> &'static str;
    /// The Chinese word, as on pages.
    fn zh(self) -> &'static str;
    /// Reads either word.
    fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        Self::ALL.iter().copied().find(|w| w.word() == text || w.zh() == text)
    }
    /// The sentence for a word that is none of these.
    fn unknown(text: &str) -> Said {
        let zh: Vec<_> = Self::ALL.iter().map(|w| w.zh()).collect();
        let en: Vec<_> = Self::ALL.iter().map(|w| w.word()).collect();
        let text: String = text.chars().take(30).collect();
        Said::new(
            format!("“{text}”不在可选范围：{}", zh.join("、")),
            format!("“{text}” is none of: {}", en.join(", ")),
        )
    }
}

/// A vocabulary as a table: `Name { Variant = "word", "中文"; … }` makes the enum, its JSON and its [`Word`].
/// With `inherent` before the name its words can also be asked where nobody imports the trait, and in constants.
/// The crate that calls it needs `serde`.
#[macro_export]
macro_rules! words {
    (
        $(#[$doc:meta])*
        inherent $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal, $zh:literal;)+ }
    ) => {
        $crate::words! { @enum $(#[$doc])* $name { $($(#[$vdoc])* $variant = $word, $zh;)+ } }
        impl $name {
            /// All of them, in the order shown to people.
            pub const ALL: [Self; [$($word),+].len()] = [$(Self::$variant),+];
            /// The code word.
            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
            /// The Chinese word.
            pub const fn zh(self) -> &'static str {
                match self { $(Self::$variant => $zh),+ }
            }
            /// Reads either word.
            pub fn read(text: &str) -> Option<Self> {
                <Self as $crate::Word>::read(text)
            }
        }
        impl $crate::Word for $name {
            const ALL: &'static [Self] = &Self::ALL;
            fn word(self) -> &'static str { Self::word(self) }
            fn zh(self) -> &'static str { Self::zh(self) }
        }
    };
    (
        $(#[$doc:meta])*
        $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal, $zh:literal;)+ }
    ) => {
        $crate::words! { @enum $(#[$doc])* $name { $($(#[$vdoc])* $variant = $word, $zh;)+ } }
        impl $crate::Word for $name {
            const ALL: &'static [Self] = &[$(Self::$variant),+];
            fn word(self) -> &'static str { match self { $(Self::$variant => $word),+ } }
            fn zh(self) -> &'static str { match self { $(Self::$variant => $zh),+ } }
        }
    };
    (
        @enum $(#[$doc:meta])*
        $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal, $zh:literal;)+ }
    ) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        pub enum $name { $($(#[$vdoc])* #[doc = $zh] #[serde(rename = $word)] $variant,)+ }
    };
}

#[cfg(test)]
mod tests {
    use super::Word;
    use crate::Role;

    words! {
        /// Lamps.
        inherent Lamp { Green = "green", "绿灯"; Red = "red", "红灯"; }
    }

    /// What holds of every vocabulary: words are told apart, and each is read back from both.
    fn told_apart<W: Word + PartialEq + std::fmt::Debug>() {
        for w in W::ALL {
            assert_eq!((W::read(w.word()), W::read(&format!(" {} ", w.zh()))), (Some(*w), Some(*w)));
        }
    }

    #[test]
    fn each_word_is_read_back() {
        told_apart::<Lamp>();
        told_apart::<Role>();
        assert_eq!(Lamp::read("blue"), None);
        assert_eq!(<Lamp as Word>::unknown("blue").en, "“blue” is none of: green, red");
        const FIRST: &str = Lamp::ALL[0].word();
        assert_eq!(FIRST, "green");
    }
}
