//! 热线设置: which hotlines send orders here, their keys, and the table of their words, as the administrator keeps them.

use access::{City, Nothing, decide, op};
use city::{Door as _, Error, Later, Office};
use kernel::{Actor, Moment};
use sm3::{Digest as _, Sm3};
use store::Rd;
use store::hotline::{self as rows, HotlineRow, Meaning};

use crate::Hotlines;
use crate::shape::{SHIPPED, WORD_MAX};
use crate::words::Sort;

/// The shortest shared key.
const SECRET_MIN: usize = 32;
/// The longest of each text.
const TEXT_MAX: usize = 300;

/// A hotline as it is set.
#[derive(Clone, Debug, Default)]
pub struct NewLine {
    /// its code: letters and digits
    pub code: String,
    /// its name
    pub name: String,
    /// where its messages go, `https://…`; empty when it has no interface
    pub address: String,
    /// the shared key; empty to keep it
    pub secret: String,
    /// in use
    pub active: bool,
    /// the shipped table that is added to its own; empty for none
    pub shape: String,
}

/// A hotline as it is shown.
#[derive(Clone, Debug)]
pub struct LineView {
    /// its code
    pub code: String,
    /// its name
    pub name: String,
    /// its address
    pub address: String,
    /// in use
    pub active: bool,
    /// the first digits of the SM3 of the key, to compare by telephone
    pub fingerprint: String,
    /// when it was added
    pub made: Moment,
    /// when it was last heard of
    pub heard: Option<Moment>,
    /// attempts that failed since
    pub failed: i64,
    /// why the last one failed
    pub why: String,
    /// messages that it has not receipted
    pub waiting: i64,
    /// the oldest of them
    pub oldest: Option<Moment>,
    /// rows of its table
    pub words: usize,
}

impl NewLine {
    /// A key for both sides: 64 hexadecimal digits, made here, to be given to the hotline.
    ///
    /// # Errors
    /// The system gives no randomness.
    pub fn new_key() -> Result<String, Error> {
        Ok(ledger::hex(&city::random::<32>()?))
    }
}

impl LineView {
    /// Silent since when: what was written longer ago than this without an answer. None while it answers.
    pub fn silent_since(&self) -> Option<Moment> {
        (self.failed > 0).then(|| self.heard.unwrap_or(self.made))
    }
}

/// The first digits of the digest of a key: two administrators read them to each other.
pub fn fingerprint(secret: &str) -> String {
    ledger::hex(&Sm3::digest(secret.as_bytes())[..8])
}

/// What a secret of this hotline is bound to: its code.
fn bound_to(code: &str) -> i64 {
    let d = Sm3::digest(code.as_bytes());
    i64::from_be_bytes([d[0], d[1], d[2], d[3], d[4], d[5], d[6], d[7]])
}

impl Hotlines {
    pub(crate) fn secret_of(&self, row: &HotlineRow) -> Result<String, Error> {
        let bytes = self.city.vault().unseal_bytes(bound_to(&row.code), &row.secret)?;
        String::from_utf8(bytes).map_err(Error::bug)
    }

    /// 维护热线: adds a hotline or changes what is set about it. On record, without the key.
    pub fn set_line(&self, actor: Actor, new: NewLine) -> Later<String> {
        self.write(move |app, tx| {
            let office = app.city.office(tx)?;
            let permit = decide(&actor, op::WriteHotlines, City(&office.settings.city))?;
            let code = new.code.trim();
            let plain =
                !code.is_empty() && code.len() <= 40 && code.bytes().all(|b| b.is_ascii_alphanumeric());
            if !plain {
                return Err(Error::invalid(
                    "code",
                    "代码用字母和数字，如 12345",
                    "letters and digits, as 12345",
                ));
            }
            for (field, text) in [("name", &new.name), ("address", &new.address), ("secret", &new.secret)] {
                if text.chars().count() > TEXT_MAX || (field == "name" && text.trim().is_empty()) {
                    return Err(Error::invalid(
                        field,
                        "请填写，且不超过 300 个字",
                        "fill it in, 300 characters at most",
                    ));
                }
            }
            let address = new.address.trim().to_owned();
            if !address.is_empty() && !address.starts_with("https://") && !address.starts_with("http://") {
                return Err(Error::invalid(
                    "address",
                    "地址以 https:// 开头；没有接口的热线留空",
                    "the address begins with https://; empty for a hotline without an interface",
                ));
            }
            let before = rows::hotline(tx, code)?;
            let secret = match (&before, new.secret.trim()) {
                (Some(h), "") => app.secret_of(h)?,
                (_, s) if s.chars().count() >= SECRET_MIN => s.to_owned(),
                _ => {
                    return Err(Error::invalid(
                        "secret",
                        format!("共享密钥至少 {SECRET_MIN} 个字符，双方填同一个"),
                        format!(
                            "the shared key has {SECRET_MIN} characters at least, the same on both sides"
                        ),
                    ));
                }
            };
            let now = tx.now();
            let row = HotlineRow {
                id: 0,
                code: code.to_owned(),
                name: new.name.trim().to_owned(),
                address,
                secret: app.city.vault().seal_bytes(bound_to(code), secret.as_bytes())?,
                active: new.active,
                made: now,
                heard: None,
                failed: 0,
                next_at: now,
                why: String::new(),
            };
            let id = rows::put_hotline(tx, &permit, &row)?;
            if let Some(shape) = SHIPPED.iter().find(|s| s.word == new.shape) {
                let known = rows::meanings(tx, id)?;
                for (sort, word, means) in shape.rows() {
                    // What the city has said itself stays.
                    if !known.iter().any(|k| k.0 == sort && k.1 == word) {
                        rows::put_meaning(tx, &permit, id, &(sort, word, means))?;
                    }
                }
            }
            let print = fingerprint(&secret);
            let data = serde_json::json!({
                "code": row.code, "name": row.name, "address": row.address, "active": row.active,
                "shape": new.shape, "fingerprint": print,
            });
            city::note(tx, &permit, "set_hotline", &data.to_string())?;
            Ok(print)
        })
    }

    /// The hotlines, with how each stands.
    pub fn lines(&self, actor: Actor) -> Later<Vec<LineView>> {
        self.read(move |app, rd| {
            decide(&actor, op::ReadOrders, Nothing)?;
            let all = rows::hotlines(rd)?;
            all.into_iter().map(|row| app.line_view(rd, row)).collect()
        })
    }

    fn line_view(&self, rd: &mut Rd<'_>, row: HotlineRow) -> Result<LineView, Error> {
        let (waiting, oldest) = rows::waiting(rd, row.id)?;
        Ok(LineView {
            fingerprint: fingerprint(&self.secret_of(&row)?),
            words: rows::meanings(rd, row.id)?.len(),
            code: row.code,
            name: row.name,
            address: row.address,
            active: row.active,
            made: row.made,
            heard: row.heard,
            failed: row.failed,
            why: row.why,
            waiting,
            oldest,
        })
    }

    /// 对照表 of a hotline: sort, word, meaning.
    pub fn words(&self, actor: Actor, code: String) -> Later<Vec<Meaning>> {
        self.read(move |_, rd| {
            decide(&actor, op::ReadOrders, Nothing)?;
            let row = rows::hotline(rd, &code)?.ok_or(Error::NotFound)?;
            Ok(rows::meanings(rd, row.id)?)
        })
    }

    /// 写对照: says what a word means; on record.
    pub fn set_word(&self, actor: Actor, code: String, sort: Sort, word: String, means: String) -> Later<()> {
        self.write(move |app, tx| {
            let office = app.city.office(tx)?;
            let permit = decide(&actor, op::WriteHotlines, City(&office.settings.city))?;
            let row = rows::hotline(tx, &code)?.ok_or(Error::NotFound)?;
            let (word, means) = (word.trim(), means.trim());
            if word.is_empty() || word.chars().count() > WORD_MAX || means.chars().count() > TEXT_MAX {
                return Err(Error::invalid(
                    "word",
                    "请填写，且不超过 100 个字",
                    "fill it in, 100 characters at most",
                ));
            }
            fits(&office, sort, word, means)?;
            let meaning = (sort.word().to_owned(), word.to_owned(), means.to_owned());
            rows::put_meaning(tx, &permit, row.id, &meaning)?;
            let data = serde_json::json!({ "hotline": code, "sort": sort, "word": word, "means": means });
            city::note(tx, &permit, "set_hotline_word", &data.to_string())
        })
    }

    /// Takes a word out of the table; on record.
    pub fn drop_word(&self, actor: Actor, code: String, sort: Sort, word: String) -> Later<bool> {
        self.write(move |app, tx| {
            let office = app.city.office(tx)?;
            let permit = decide(&actor, op::WriteHotlines, City(&office.settings.city))?;
            let row = rows::hotline(tx, &code)?.ok_or(Error::NotFound)?;
            let did = rows::drop_meaning(tx, &permit, row.id, sort.word(), &word)?;
            let data = serde_json::json!({ "hotline": code, "sort": sort, "word": word });
            city::note(tx, &permit, "drop_hotline_word", &data.to_string())?;
            Ok(did)
        })
    }
}

/// Does our side of a row exist here? An empty meaning of a word of theirs says: it means nothing here.
fn fits(office: &Office, sort: Sort, word: &str, means: &str) -> Result<(), Error> {
    let ours = if sort.is_theirs() { means } else { word };
    let known = match sort {
        Sort::Constant => true,
        _ if sort.is_theirs() && means.is_empty() => true,
        Sort::Unit => office.unit_called(means).is_some_and(|u| u.active),
        Sort::Region => means.parse::<kernel::RegionCode>().is_ok_and(|r| office.settings.city.contains(&r)),
        _ => sort.ours().iter().any(|w| w.0 == ours),
    };
    if known {
        return Ok(());
    }
    Err(Error::invalid(
        "means",
        format!("“{ours}”不是这里的{}，请从清单中选择", sort.zh()),
        format!("“{ours}” is no {} here: choose one of the list", sort.word()),
    ))
}
