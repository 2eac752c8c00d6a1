//! 词: what is true of a word wherever it stands: how long and how rare it is, whether it only carries grammar,
//! whether a place name may end with it or hold it, its pinyin initials. Gathered once for each word by the cutter.
//! Must not know the text a word stands in.

pub(crate) mod hash;
pub(crate) mod tables;

use pinyin::ToPinyin;

use crate::normalise::{in_word, is_han};

/// The facts of one word, small enough to be copied.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Facts {
    /// `hash::key(0, word)`: stands for the word where words are counted.
    pub key: u64,
    /// Pinyin initials of a word of two to eight Chinese characters, filled up with zeros; all zeros if there are none.
    pub initials: [u8; 8],
    /// `Cutter::rarity`.
    pub rarity: f32,
    /// How much it weighs where matters are compared.
    pub weight: f32,
    /// Characters, 255 for more.
    pub chars: u8,
    /// Number in the table of last words of places, from 1; 0 for none.
    pub suffix: u8,
    bits: u16,
}

const WORD: u16 = 1;
const STOP: u16 = 1 << 1;
const ALL_HAN: u16 = 1 << 2;
const ANY_HAN: u16 = 1 << 3;
const SET_PHRASE: u16 = 1 << 4;
const ENDS_DIVISION: u16 = 1 << 5;
const BREAKS: u16 = 1 << 6;
const PLAIN: u16 = 1 << 7;
const TAGGED: u16 = 1 << 8;
const DIVISION: u16 = 1 << 9;
const MAY_NAME: u16 = 1 << 10;

impl Facts {
    /// Of a word that is this rare; its part of speech is told later.
    pub fn of(word: &str, rarity: f32) -> Self {
        let chars = word.chars().count();
        let mut f = Self {
            key: hash::key(0, word),
            rarity,
            weight: rarity.powf(tables::RARITY),
            chars: u8::try_from(chars).unwrap_or(u8::MAX),
            suffix: tables::suffix(word),
            ..Self::default()
        };
        let all_han = word.chars().all(is_han);
        for (bit, on) in [
            (WORD, word.chars().any(in_word)),
            (STOP, tables::is_stop_word(word)),
            (ALL_HAN, all_han),
            (ANY_HAN, word.chars().any(is_han)),
            (SET_PHRASE, tables::SET_PHRASES.contains(&word)),
            (ENDS_DIVISION, word.ends_with(['省', '市', '区', '县', '州'])),
            (BREAKS, tables::breaks(word) || tables::not_places().contains(word)),
            (PLAIN, word.chars().all(|c| is_han(c) || c.is_ascii_alphanumeric())),
        ] {
            if on {
                f.bits |= bit;
            }
        }
        if all_han && (2..=8).contains(&chars) {
            f.initials = initials(word);
        }
        f
    }

    const fn is(self, bit: u16) -> bool {
        self.bits & bit != 0
    }
    /// Not only marks and blanks?
    pub const fn is_word(self) -> bool {
        self.is(WORD)
    }
    /// 停用词?
    pub const fn is_stop(self) -> bool {
        self.is(STOP)
    }
    /// Chinese characters only?
    pub const fn all_han(self) -> bool {
        self.is(ALL_HAN)
    }
    /// Any Chinese character?
    pub const fn any_han(self) -> bool {
        self.is(ANY_HAN)
    }
    /// A set phrase of petitions?
    pub const fn set_phrase(self) -> bool {
        self.is(SET_PHRASE)
    }
    /// Does it end as divisions end?
    pub const fn ends_division(self) -> bool {
        self.is(ENDS_DIVISION)
    }
    /// Does it break a name, or is it a place only in form?
    pub const fn breaks(self) -> bool {
        self.is(BREAKS)
    }
    /// Is its part of speech known?
    pub const fn has_tag(self) -> bool {
        self.is(TAGGED)
    }
    /// A known division? Only once its part of speech is known.
    pub const fn is_division(self) -> bool {
        self.is(DIVISION)
    }
    /// May it stand inside the name of a place? Only once its part of speech is known.
    pub const fn may_name(self) -> bool {
        self.is(MAY_NAME)
    }

    /// Tells its part of speech in the notation of the dictionary.
    pub fn set_tag(&mut self, word: &str, tag: &str) {
        self.bits &= !(DIVISION | MAY_NAME);
        self.bits |= TAGGED;
        if self.is(ENDS_DIVISION) && tag.starts_with("ns") {
            self.bits |= DIVISION;
        }
        if self.is(PLAIN) && !self.is(STOP) && tables::tag_may_name(tag, word) {
            self.bits |= MAY_NAME;
        }
    }
}

/// The first letters of the pinyin of a word's characters; those that have none are passed over.
pub(crate) fn initials(word: &str) -> [u8; 8] {
    let mut out = [0; 8];
    let letters = word.chars().filter_map(|c| c.to_pinyin()).filter_map(|p| p.plain().bytes().next());
    out.iter_mut().zip(letters.filter(u8::is_ascii_lowercase)).for_each(|(o, b)| *o = b);
    out
}
