//! 说法: moments, days, lights and closed words as people read them, in Beijing time.

use kernel::{Date, Moment, Role, Said, US_PER_DAY, US_PER_SECOND};
use resolve::ClockView;
use resolve::{Light, Word};
use workday::Length;

use crate::{Lang, Texts};

/// A sentence in the reader's language.
pub fn said(lang: Lang, s: &Said) -> String {
    if lang == Lang::Zh { s.zh.clone() } else { s.en.clone() }
}

fn spaced(code: &str) -> String {
    let text = code.replace('_', " ");
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |c| c.to_uppercase().chain(chars).collect())
}

/// A closed word in the reader's language.
pub fn word<W: Word>(lang: Lang, w: W) -> String {
    if lang == Lang::Zh { w.zh().to_owned() } else { spaced(w.word()) }
}

/// A word of a table with both languages at hand, in the reader's language.
pub fn in_words(lang: Lang, zh: &str, word: &str) -> String {
    if lang == Lang::Zh { zh.to_owned() } else { word.replace('_', " ") }
}

/// A role in the reader's language.
pub fn role(lang: Lang, r: Role) -> String {
    if lang == Lang::Zh { r.zh().to_owned() } else { spaced(r.word()) }
}

const WEEK: [(&str, &str); 7] = [
    ("周一", "Mon"),
    ("周二", "Tue"),
    ("周三", "Wed"),
    ("周四", "Thu"),
    ("周五", "Fri"),
    ("周六", "Sat"),
    ("周日", "Sun"),
];

/// The days of the week, Monday first.
pub fn weekdays(lang: Lang) -> impl Iterator<Item = &'static str> {
    WEEK.into_iter().map(move |(zh, en)| if lang == Lang::Zh { zh } else { en })
}

/// A day with its weekday.
pub fn day(lang: Lang, d: Date) -> String {
    let (zh, en) = WEEK[d.weekday().to_monday_zero_offset() as usize % 7];
    match lang {
        Lang::Zh => format!("{}年{}月{}日 {zh}", d.year(), d.month(), d.day()),
        Lang::En => format!("{en} {:04}-{:02}-{:02}", d.year(), d.month(), d.day()),
    }
}

/// A day in a list: the year is said only when it is not this one.
pub fn short_day(lang: Lang, now: Moment, d: Date) -> String {
    let (zh, en) = WEEK[d.weekday().to_monday_zero_offset() as usize % 7];
    let year = if d.year() == now.date().year() { String::new() } else { format!("{}-", d.year()) };
    let name = if lang == Lang::Zh { zh } else { en };
    format!("{year}{:02}-{:02} {name}", d.month(), d.day())
}

/// A moment: day and minute.
pub fn when(lang: Lang, at: Moment) -> String {
    let t = at.beijing().time();
    format!("{} {:02}:{:02}", day(lang, at.date()), t.hour(), t.minute())
}

/// The value of a date field.
pub fn date_of(text: &str) -> Option<Date> {
    text.trim().parse().ok()
}

/// The value of a date and time field, in Beijing time.
pub fn moment_of(text: &str) -> Option<Moment> {
    text.trim().parse().ok()
}

/// A length in words.
pub fn length(t: &Texts, l: Length) -> String {
    let (n, unit) = match l {
        Length::Workdays(n) => (n, t.unit_workdays),
        Length::Days(n) => (n, t.unit_days),
        Length::WorkingHours(n) => (n, t.unit_working_hours),
        Length::Hours(n) => (n, t.unit_hours),
    };
    format!("{n} {unit}")
}

/// A light as shown: never by colour alone.
#[derive(Clone, Debug)]
pub struct Lamp {
    /// class of the style sheet
    pub class: &'static str,
    /// the shape
    pub shape: &'static str,
    /// the word
    pub word: &'static str,
    /// working days left or late
    pub left: String,
    /// until when
    pub due: String,
    /// what is timed
    pub phase: String,
}

/// The light of a case; a grey one when nothing is timed.
pub fn lamp(lang: Lang, t: &Texts, clock: Option<&ClockView>) -> Lamp {
    let Some(c) = clock else {
        let none = String::new;
        return Lamp {
            class: "off",
            shape: "–",
            word: t.light_off,
            left: none(),
            due: none(),
            phase: none(),
        };
    };
    let (class, shape, word_) = match c.light {
        Light::Green => ("green", "●", t.light_green),
        Light::Yellow => ("yellow", "▲", t.light_yellow),
        Light::Red => ("red", "■", t.light_red),
        Light::Paused => ("paused", "Ⅱ", t.light_paused),
        Light::Off => ("off", "–", t.light_off),
    };
    let left = match (c.light, c.workdays_left) {
        (Light::Paused, _) => t.left_paused.to_owned(),
        (Light::Red, n) if n < 0 => t.left_late.replace("{n}", &(-n).to_string()),
        (Light::Red, _) => t.left_just_late.to_owned(),
        (_, _) if c.today => t.left_today.to_owned(),
        (_, 0) => t.left_rest.to_owned(),
        (_, n) => t.left_days.replace("{n}", &n.max(0).to_string()),
    };
    let whole_day = US_PER_DAY - c.due.us_of_day() <= 2 * US_PER_SECOND;
    let due = if whole_day { day(lang, c.due.date()) } else { when(lang, c.due) };
    Lamp { class, shape, word: word_, left, due, phase: word(lang, c.phase) }
}
