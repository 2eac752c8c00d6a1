//! 对照表: what the words of one hotline mean, as data. Reads its messages and writes ours in its words; pure. A word that the table
//! does not know is never guessed and never dropped: it is named, and the message stands aside until somebody says what it means.

use std::collections::HashMap;

use city::{Contact, Office};
use kernel::{Moment, RegionCode, Said};
use resolve::{Kind, Satisfaction, Solved, Word as _};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use store::hotline::Meaning;
use tabular::when::{self, BEIJING_S, Reading};

use crate::words::{Event, Field, Says, Sort};

/// A province's words as they are shipped: its name, Chinese and English, and its rows.
#[derive(Clone, Copy, Debug)]
pub struct Shipped {
    /// its word
    pub word: &'static str,
    /// its name, Chinese and English
    pub said: (&'static str, &'static str),
    rows: &'static str,
}

/// The tables that are shipped: where one begins; each city goes on with its own hotline.
pub const SHIPPED: &[Shipped] = &[
    Shipped {
        word: "shandong",
        said: ("拼音缩写字段（山东样例）", "pinyin initials, as seen in Shandong"),
        rows: include_str!("shapes/shandong.csv"),
    },
    Shipped {
        word: "anhui",
        said: ("英文字段、数字代码（安徽样例）", "English names and numbers, as seen in Anhui"),
        rows: include_str!("shapes/anhui.csv"),
    },
    Shipped {
        word: "own",
        said: ("本系统字段名", "the names of this system"),
        rows: include_str!("shapes/own.csv"),
    },
];

impl Shipped {
    /// Its rows: sort, word, meaning.
    pub fn rows(&self) -> Vec<Meaning> {
        let lines = self.rows.lines().map(str::trim).filter(|l| !l.is_empty() && !l.starts_with('#'));
        let three = |l: &str| {
            let mut parts = l.splitn(3, ',').map(|p| p.trim().to_owned());
            Some((parts.next()?, parts.next()?, parts.next()?))
        };
        lines.filter_map(three).collect()
    }
}

/// Files of one message.
pub const FILES_MAX: usize = 9;
/// The longest number of an order, and the longest word of a table.
pub const WORD_MAX: usize = 100;

/// Why a message cannot be read, and the word that the table lacks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unread {
    /// what is wrong and what to do
    pub said: Said,
    /// sort and word, where a word is not known
    pub lack: Option<(Sort, String)>,
}

impl Unread {
    fn plain(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self { said: Said::new(zh, en), lack: None }
    }
    fn word(sort: Sort, word: &str) -> Self {
        let word: String = word.trim().chars().take(WORD_MAX).collect();
        let what = sort.zh();
        Self {
            said: Said::new(
                format!("{what}“{word}”还没有对照，请在对照表里写明对应什么，再试一次"),
                format!(
                    "the table does not say what “{word}” ({}) means: say it there, then try again",
                    sort.word()
                ),
            ),
            lack: Some((sort, word)),
        }
    }
}

/// A file of a message, its bytes in base64.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileIn {
    /// its name
    pub name: String,
    /// its bytes
    pub bytes: String,
}

/// What an order says, as it is sealed until it is a case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderSaid {
    /// one line
    pub title: String,
    /// the words of the person
    pub words: String,
    /// what it is about
    pub kind: Kind,
    /// where it happened, in words
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// the region
    pub region: RegionCode,
    /// who called
    pub contact: Contact,
    /// the person asked not to be named to whom the matter is about
    #[serde(default)]
    pub hide: bool,
    /// when they called
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub came: Option<Moment>,
    /// files
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<FileIn>,
    /// what the hotline heard later, before it was a case
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub added: Vec<String>,
}

/// A message of a hotline in our words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heard {
    /// what it is
    pub event: Event,
    /// about which order; the name of the call for a missed one
    pub number: String,
    /// the order, where it brings one
    pub order: Option<OrderSaid>,
    /// the unit that the hotline thinks of: key here, and as it wrote it
    pub unit: Option<(kernel::UnitId, String)>,
    /// words, a reason
    pub words: String,
    /// solved?
    pub solved: Option<Solved>,
    /// satisfied?
    pub satisfied: Option<Satisfaction>,
    /// it is to be dealt with again
    pub again: bool,
    /// when the hotline sent it out
    pub dispatched: Option<Moment>,
    /// when somebody called
    pub came: Option<Moment>,
    /// limits of the hotline
    pub take_by: Option<Moment>,
    /// the same
    pub due: Option<Moment>,
    /// telephone of a missed call
    pub phone: String,
    /// files
    pub files: Vec<FileIn>,
}

/// What this city says, in our words, as it is sealed until it was taken.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Saying {
    /// what it is, a code word
    pub says: String,
    /// about which order
    pub number: String,
    /// when it was said
    pub at: Option<Moment>,
    /// its number here
    pub our_number: String,
    /// where it stands, a code word of the loop
    pub status: String,
    /// the answer
    pub text: String,
    /// it says no
    pub negative: bool,
    /// why it is given back, a code word of the loop
    pub reason: String,
    /// and in words
    pub words: String,
    /// who deals with it
    pub unit: String,
    /// until when, by the calendar here
    pub due: Option<Moment>,
    /// files: name and digest
    pub files: Vec<(String, String)>,
    /// what came of ringing back, a code word
    pub result: String,
    /// days of a list
    pub days: Option<(String, String)>,
}

/// The table of one hotline.
#[derive(Clone, Debug, Default)]
pub struct Shape {
    rows: HashMap<(String, String), String>,
    /// fields are named as ours: rows of a file
    neutral: bool,
}

fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(s) => Some(s.trim().to_owned()),
        Value::Number(n) => Some(n.to_string()),
        Value::Bool(b) => Some(b.to_string()),
        _ => None,
    }
}

/// A moment as hotlines write it: a date and time of Beijing, RFC 3339, or seconds or milliseconds since 1970.
fn moment_in(text: &str) -> Option<Moment> {
    if text.bytes().all(|b| b.is_ascii_digit())
        && let Ok(n) = text.parse::<i64>()
    {
        match text.len() {
            10 => return Some(Moment::from_us(n * 1_000_000)),
            13 => return Some(Moment::from_us(n * 1_000)),
            _ => {}
        }
    }
    match when::read(text, BEIJING_S, None) {
        Reading::Time { us, .. } => Some(Moment::from_us(us)),
        _ => None,
    }
}

/// As most hotlines write a moment: `2026-03-05 09:00:00`, Beijing.
fn written(at: Moment) -> String {
    at.to_string().chars().take(19).collect::<String>().replace('T', " ")
}

impl Shape {
    /// Over the rows of a table.
    pub fn new(rows: Vec<Meaning>) -> Self {
        Self {
            rows: rows.into_iter().map(|(sort, word, means)| ((sort, word), means)).collect(),
            neutral: false,
        }
    }
    /// The same words, with fields named as ours.
    #[must_use]
    pub fn neutral(mut self) -> Self {
        self.neutral = true;
        self
    }
    fn means(&self, sort: Sort, word: &str) -> Option<&str> {
        self.rows.get(&(sort.word().to_owned(), word.to_owned())).map(String::as_str)
    }
    fn path(&self, field: Field) -> &str {
        let named = if self.neutral { None } else { self.means(Sort::Field, field.word()) };
        named.unwrap_or(field.word())
    }
    fn find<'v>(&self, body: &'v Value, field: Field) -> Option<&'v Value> {
        self.path(field).split('.').try_fold(body, |at, key| at.get(key))
    }
    fn get(&self, body: &Value, field: Field) -> String {
        self.find(body, field).and_then(text_of).unwrap_or_default()
    }
    fn moment(&self, body: &Value, field: Field) -> Result<Option<Moment>, Unread> {
        let text = self.get(body, field);
        if text.is_empty() {
            return Ok(None);
        }
        let not = || {
            Unread::plain(
                format!("{}“{text}”不是时间，应写作 2026-03-05 09:00:00", field.zh()),
                format!("{} {text:?} is no time: write 2026-03-05 09:00:00", field.word()),
            )
        };
        moment_in(&text).map(Some).ok_or_else(not)
    }
    /// What a word of theirs means: by the table, else by `own`; none where nothing was written or the table says: nothing.
    fn meant<T>(&self, sort: Sort, word: &str, own: impl Fn(&str) -> Option<T>) -> Result<Option<T>, Unread> {
        if word.is_empty() {
            return Ok(None);
        }
        let lacks = || Unread::word(sort, word);
        match self.means(sort, word) {
            Some("") => Ok(None),
            Some(means) => own(means).map(Some).ok_or_else(lacks),
            None => own(word).map(Some).ok_or_else(lacks),
        }
    }
    fn yes(&self, body: &Value, field: Field) -> Result<bool, Unread> {
        let own = |w: &str| match w.to_lowercase().as_str() {
            "yes" | "true" | "1" | "是" | "y" => Some(true),
            "no" | "false" | "0" | "否" | "n" => Some(false),
            _ => None,
        };
        Ok(self.meant(Sort::YesNo, &self.get(body, field), own)?.unwrap_or(false))
    }
    fn files(&self, body: &Value) -> Result<Vec<FileIn>, Unread> {
        let Some(list) = self.find(body, Field::Files).and_then(Value::as_array) else {
            return Ok(Vec::new());
        };
        if list.len() > FILES_MAX {
            return Err(Unread::plain(
                format!("一条消息最多 {FILES_MAX} 个附件，请分开送"),
                format!("at most {FILES_MAX} files with a message: send them apart"),
            ));
        }
        let (name, bytes) = (self.path(Field::FileName), self.path(Field::FileBytes));
        let one = |v: &Value| FileIn {
            name: v.get(name).and_then(text_of).unwrap_or_default(),
            bytes: v.get(bytes).and_then(text_of).unwrap_or_default(),
        };
        Ok(list.iter().map(one).collect())
    }

    /// The files of a message, none where they cannot be read.
    pub fn files_of(&self, body: &Value) -> Vec<FileIn> {
        self.files(body).unwrap_or_default()
    }
    /// What it is and about which order, as far as that can be told.
    pub fn label(&self, body: &Value) -> (String, String) {
        let event = self.get(body, Field::Event);
        let event = self.meant(Sort::Event, &event, Event::read).ok().flatten();
        let event = event.or(self.neutral.then_some(Event::Order));
        let name = if event == Some(Event::Missed) { Field::Call } else { Field::Number };
        let number: String = self.get(body, name).chars().take(WORD_MAX).collect();
        (event.map_or_else(String::new, |e| e.word().to_owned()), number)
    }

    /// Reads a message. Only the words that its kind needs are looked up.
    ///
    /// # Errors
    /// A word that the table does not know; a field that is missing or is no time.
    pub fn read(&self, office: &Office, body: &Value) -> Result<Heard, Unread> {
        let said = self.get(body, Field::Event);
        let event = match self.meant(Sort::Event, &said, Event::read)? {
            Some(event) => event,
            None if self.neutral => Event::Order,
            None => return Err(Unread::plain("没有写明消息类型", "the message does not say what it is")),
        };
        let name = if event == Event::Missed { Field::Call } else { Field::Number };
        let number = self.get(body, name);
        if number.is_empty() || number.chars().count() > WORD_MAX || number.chars().any(char::is_control) {
            return Err(Unread::plain(
                format!("没有{}，或太长", name.zh()),
                format!("the {} is missing or too long", name.word()),
            ));
        }
        let mut heard = Heard {
            event,
            number,
            order: None,
            unit: None,
            words: String::new(),
            solved: None,
            satisfied: None,
            again: false,
            dispatched: self.moment(body, Field::Dispatched)?,
            came: self.moment(body, Field::Came)?,
            take_by: self.moment(body, Field::TakeBy)?,
            due: self.moment(body, Field::Due)?,
            phone: String::new(),
            files: self.files(body)?,
        };
        match event {
            Event::Order => {
                let unit = self.get(body, Field::Unit);
                let known = |w: &str| office.unit_meant(w).ok().filter(|u| u.active).map(|u| u.id);
                heard.unit = self.meant(Sort::Unit, &unit, known)?.map(|id| (id, unit));
                heard.order = Some(self.order(office, body, &heard)?);
                heard.files.clear();
            }
            Event::Words | Event::Urge => heard.words = self.get(body, Field::Words),
            Event::Withdraw | Event::Closed | Event::Deadline => heard.words = self.get(body, Field::Reason),
            Event::Callback => {
                heard.words = self.get(body, Field::Words);
                let (solved, satisfied) = (self.get(body, Field::Solved), self.get(body, Field::Satisfied));
                heard.solved = self.meant(Sort::Solved, &solved, Solved::read)?;
                heard.satisfied = self.meant(Sort::Satisfied, &satisfied, Satisfaction::read)?;
                heard.again = self.yes(body, Field::Again)?;
            }
            Event::Missed => {
                heard.phone = self.get(body, Field::Phone);
                if heard.phone.is_empty() || heard.phone.chars().count() > WORD_MAX {
                    return Err(Unread::plain("没有来电号码", "the telephone of the call is missing"));
                }
            }
        }
        Ok(heard)
    }

    fn order(&self, office: &Office, body: &Value, heard: &Heard) -> Result<OrderSaid, Unread> {
        let words = self.get(body, Field::Words);
        if words.is_empty() {
            return Err(Unread::plain("派单没有内容", "the order says nothing"));
        }
        let city = &office.settings.city;
        let here = |w: &str| w.parse::<RegionCode>().ok().filter(|r| city.contains(r));
        let region = self.meant(Sort::Region, &self.get(body, Field::Region), here)?;
        let kind = self.meant(Sort::Kind, &self.get(body, Field::Kind), Kind::read)?;
        let title = self.get(body, Field::Title);
        let place = self.get(body, Field::Place);
        let contact = Contact {
            name: self.get(body, Field::Name),
            phone: self.get(body, Field::Phone),
            id_number: self.get(body, Field::IdNumber),
            address: self.get(body, Field::Address),
            ..Contact::default()
        };
        contact.bounded().map_err(|e| Unread { said: Said::of_both(&e.to_string()), lack: None })?;
        Ok(OrderSaid {
            title: if title.is_empty() { words.chars().take(30).collect() } else { title },
            kind: kind.or_else(|| resolve::kind_told(&words)).unwrap_or(Kind::Problem),
            words,
            place: (!place.is_empty()).then_some(place),
            region: region.unwrap_or_else(|| city.clone()),
            contact,
            hide: self.yes(body, Field::Hide)?,
            came: heard.came,
            files: heard.files.clone(),
            added: Vec::new(),
        })
    }

    /// Our word in theirs; where the table has none of that sort at all, ours goes.
    fn said(&self, sort: Sort, word: &str) -> Result<String, Unread> {
        if word.is_empty() {
            return Ok(String::new());
        }
        match self.means(sort, word) {
            Some(theirs) => Ok(theirs.to_owned()),
            None if !self.rows.keys().any(|(s, _)| s == sort.word()) => Ok(word.to_owned()),
            None => Err(Unread::word(sort, word)),
        }
    }

    /// Writes what this city says in their words; `files` are the bytes of its files in base64, in their order.
    ///
    /// # Errors
    /// A word of ours that the table does not know.
    pub fn write(&self, say: &Saying, files: Vec<String>) -> Result<Value, Unread> {
        let mut out = Value::Object(Map::new());
        for ((sort, path), value) in &self.rows {
            if sort == Sort::Constant.word() {
                put(&mut out, path, Value::String(value.clone()));
            }
        }
        let says = Says::read(&say.says).ok_or_else(|| Unread::word(Sort::Says, &say.says))?;
        let mut set = |field: Field, text: String| {
            if !text.is_empty() {
                put(&mut out, self.path(field), Value::String(text));
            }
        };
        set(Field::Event, self.said(Sort::Says, says.word())?);
        set(if says == Says::Called { Field::Call } else { Field::Number }, say.number.clone());
        set(Field::At, say.at.map(written).unwrap_or_default());
        set(Field::OurNumber, say.our_number.clone());
        set(Field::Status, self.said(Sort::Status, &say.status)?);
        set(Field::Text, say.text.clone());
        set(Field::Reason, self.said(Sort::Reason, &say.reason)?);
        set(Field::Words, say.words.clone());
        set(Field::By, say.unit.clone());
        set(Field::Due, say.due.map(written).unwrap_or_default());
        set(Field::Result, self.said(Sort::Result, &say.result)?);
        if let Some((from, to)) = &say.days {
            set(Field::From, from.clone());
            set(Field::To, to.clone());
        }
        if says == Says::Answered {
            put(&mut out, self.path(Field::Negative), Value::Bool(say.negative));
        }
        if !files.is_empty() {
            let (name, bytes) = (self.path(Field::FileName), self.path(Field::FileBytes));
            let one = |((file, _), coded): (&(String, String), String)| {
                let pair =
                    [(name.to_owned(), Value::from(file.clone())), (bytes.to_owned(), Value::from(coded))];
                Value::Object(pair.into_iter().collect())
            };
            let list: Vec<Value> = say.files.iter().zip(files).map(one).collect();
            put(&mut out, self.path(Field::Files), Value::Array(list));
        }
        Ok(out)
    }

    /// A list of orders as a hotline answers it: number and state. A state that is not known is kept as it was written.
    ///
    /// # Errors
    /// There is no list in it.
    pub fn list(&self, body: &Value) -> Result<Vec<(String, Result<crate::State, String>)>, Unread> {
        let none = || Unread::plain("热线没有答出工单清单", "the hotline answered no list of orders");
        let all = self.find(body, Field::List).and_then(Value::as_array).ok_or_else(none)?;
        let last = |f: Field| self.path(f).rsplit('.').next().unwrap_or_default().to_owned();
        let (number, status) = (last(Field::Number), last(Field::Status));
        let one = |v: &Value| {
            let number = v.get(&number).and_then(text_of).filter(|n| !n.is_empty())?;
            let word = v.get(&status).and_then(text_of).unwrap_or_default();
            Some((number, self.state(&word)))
        };
        Ok(all.iter().filter_map(one).collect())
    }
    /// What a state of theirs is here.
    pub fn state(&self, word: &str) -> Result<crate::State, String> {
        let found = self.meant(Sort::State, word, crate::State::read).ok().flatten();
        found.ok_or_else(|| word.to_owned())
    }
}

/// Puts a value at a path of names, making what is missing on the way.
fn put(out: &mut Value, path: &str, value: Value) {
    let mut at = out;
    let mut keys = path.split('.').peekable();
    while let Some(key) = keys.next() {
        let Value::Object(all) = at else { return };
        if keys.peek().is_none() {
            all.insert(key.to_owned(), value);
            return;
        }
        at = all.entry(key.to_owned()).or_insert_with(|| Value::Object(Map::new()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A row of a shipped table that means nothing, or the same word twice, would be found out by a city, late.
    #[test]
    fn every_row_that_is_shipped_means_something_once() {
        for shipped in SHIPPED {
            let rows = shipped.rows();
            let mut seen = std::collections::BTreeSet::new();
            for (sort, word, means) in &rows {
                let kind = Sort::read(sort).unwrap_or_else(|| panic!("{}: no sort {sort}", shipped.word));
                assert!(seen.insert((sort.clone(), word.clone())), "{}: {sort} {word} twice", shipped.word);
                let ours = if kind.is_theirs() { means } else { word };
                let words = kind.ours();
                assert!(
                    words.is_empty() || ours.is_empty() || words.iter().any(|w| w.0 == ours),
                    "{}: {sort} {word} {means}",
                    shipped.word
                );
            }
            // Everything that may be said has its word, or the table has none of that sort.
            for sort in [Sort::Says, Sort::Status, Sort::Reason, Sort::Result] {
                let has = rows.iter().any(|r| r.0 == sort.word());
                let all = sort.ours().iter().all(|w| rows.iter().any(|r| r.0 == sort.word() && r.1 == w.0));
                assert!(!has || all, "{}: {} is not whole", shipped.word, sort.word());
            }
        }
    }

    #[test]
    fn a_moment_is_read_as_hotlines_write_it() {
        let right = "2026-03-05 09:00:00".parse::<Moment>().unwrap();
        for text in [
            "2026-03-05 09:00:00",
            "2026-03-05T09:00:00+08:00",
            "1772672400",
            "1772672400000",
            "20260305090000",
        ] {
            assert_eq!(moment_in(text), Some(right), "{text}");
        }
        assert_eq!(moment_in("尽快"), None);
        assert_eq!(written(right), "2026-03-05 09:00:00");
    }

    #[test]
    fn what_is_said_goes_by_the_names_of_the_table() {
        let rows = [
            ("field", "number", "data.gdbh"),
            ("constant", "areaCode", "370100"),
            ("says", "accepted", "QS"),
        ];
        let shape = Shape::new(rows.map(|(a, b, c)| (a.to_owned(), b.to_owned(), c.to_owned())).to_vec());
        let say = Saying { says: "accepted".into(), number: "G1".into(), ..Saying::default() };
        let out = shape.write(&say, Vec::new()).unwrap();
        assert_eq!(out, serde_json::json!({ "areaCode": "370100", "data": { "gdbh": "G1" }, "event": "QS" }));
        let say = Saying { says: "returned".into(), ..say };
        assert_eq!(
            shape.write(&say, Vec::new()).unwrap_err().lack,
            Some((Sort::Says, "returned".to_owned()))
        );
    }
}
