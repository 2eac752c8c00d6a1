//! 对接城市: which cells this one speaks with, what may pass, and how long each has been silent.

use access::{City, Nothing, Permit, decide, op};
use city::{Door as _, Error, Later};
use kernel::{Actor, Moment, RegionCode};
use sm3::{Digest as _, Sm3};
use store::cells::{self as rows, PeerRow};
use store::{Rd, Tx};

use crate::Cells;

kernel::words! {
    /// Where a peer stands (层级关系).
    inherent Rank {
        Beside = "beside", "同级城市";
        Above = "above", "上级";
        Below = "below", "下级";
    }
}
kernel::words! {
    /// What may pass between two cells (用途).
    inherent Purpose {
        Matters = "matters", "跨域转办";
        Contact = "contact", "联系方式";
        Figures = "figures", "上报数据";
        Standards = "standards", "下发标准";
    }
}

/// The shortest shared key.
const SECRET_MIN: usize = 32;
/// The longest of each text.
const TEXT_MAX: usize = 300;

/// A peer as it is set.
#[derive(Clone, Debug)]
pub struct NewPeer {
    /// its code
    pub code: String,
    /// its name
    pub name: String,
    /// `https://…`; its address up to `/cells/inbox`
    pub address: String,
    /// where it stands
    pub rank: Rank,
    /// what may pass
    pub purposes: Vec<Purpose>,
    /// the shared key; empty to keep it
    pub secret: String,
    /// in use
    pub active: bool,
}

/// A peer as it is shown.
#[derive(Clone, Debug)]
pub struct PeerView {
    /// its code
    pub code: String,
    /// its name
    pub name: String,
    /// its address
    pub address: String,
    /// where it stands
    pub rank: Rank,
    /// what may pass
    pub purposes: Vec<Purpose>,
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
}

impl NewPeer {
    /// A key for two cells: 64 hexadecimal digits, made here, to be given to the other side.
    ///
    /// # Errors
    /// The system gives no randomness.
    pub fn new_key() -> Result<String, Error> {
        Ok(ledger::hex(&city::random::<32>()?))
    }
}

impl PeerView {
    /// Silent since when: what was written longer ago than this without an answer. None while it answers.
    pub fn silent_since(&self) -> Option<Moment> {
        (self.failed > 0).then(|| self.heard.unwrap_or(self.made))
    }
}

/// The first digits of the digest of a key: two administrators read them to each other.
pub fn fingerprint(secret: &str) -> String {
    ledger::hex(&Sm3::digest(secret.as_bytes())[..8])
}

pub(crate) fn purposes_of(row: &PeerRow) -> Vec<Purpose> {
    row.purposes.split(',').filter_map(Purpose::read).collect()
}

/// What a secret of this peer is bound to.
fn bound_to(code: &str) -> i64 {
    code.parse().unwrap_or(0)
}

impl Cells {
    pub(crate) fn secret_of(&self, row: &PeerRow) -> Result<String, Error> {
        let bytes = self.city.vault().unseal_bytes(bound_to(&row.code), &row.secret)?;
        String::from_utf8(bytes).map_err(Error::bug)
    }

    /// 维护对接城市: adds a peer or changes what is set about it. On record, without the key.
    pub fn set_peer(&self, actor: Actor, new: NewPeer) -> Later<String> {
        self.write(move |app, tx| {
            let office = app.city.office(tx)?;
            let own = &office.settings.city;
            let permit = decide(&actor, op::WritePeers, City(own))?;
            app.put_peer(tx, &permit, own, &new)
        })
    }

    fn put_peer(
        &self,
        tx: &mut Tx<'_>,
        permit: &Permit,
        own: &RegionCode,
        new: &NewPeer,
    ) -> Result<String, Error> {
        let code: RegionCode = new.code.parse().map_err(|e| Error::told("code", &e))?;
        if code == *own {
            return Err(Error::invalid("code", "不能与本市对接", "a city is no peer of itself"));
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
        let address = new.address.trim().trim_end_matches('/').to_owned();
        if !address.is_empty() && !address.starts_with("https://") && !address.starts_with("http://") {
            return Err(Error::invalid(
                "address",
                "地址以 https:// 开头",
                "the address begins with https://",
            ));
        }
        if new.purposes.contains(&Purpose::Contact) && !address.starts_with("https://") {
            return Err(Error::invalid(
                "address",
                "联系方式只经 https 传送：请填 https 地址，或取消“联系方式”",
                "contacts pass over https only: give such an address, or take “contact” out",
            ));
        }
        let before = rows::peer(tx, code.as_str())?;
        let secret = match (&before, new.secret.trim()) {
            (Some(p), "") => self.secret_of(p)?,
            (_, s) if s.chars().count() >= SECRET_MIN => s.to_owned(),
            _ => {
                return Err(Error::invalid(
                    "secret",
                    format!("共享密钥至少 {SECRET_MIN} 个字符，双方填同一个"),
                    format!("the shared key has {SECRET_MIN} characters at least, the same on both sides"),
                ));
            }
        };
        let now = tx.now();
        let purposes: Vec<&str> = new.purposes.iter().map(|p| p.word()).collect();
        let row = PeerRow {
            id: 0,
            code: code.as_str().to_owned(),
            name: new.name.trim().to_owned(),
            address,
            rank: new.rank.word().to_owned(),
            purposes: purposes.join(","),
            secret: self.city.vault().seal_bytes(bound_to(code.as_str()), secret.as_bytes())?,
            active: new.active,
            made: now,
            heard: None,
            failed: 0,
            next_at: now,
            why: String::new(),
        };
        rows::put_peer(tx, permit, &row)?;
        let print = fingerprint(&secret);
        let data = serde_json::json!({
            "code": row.code, "name": row.name, "address": row.address, "rank": row.rank,
            "purposes": row.purposes, "active": row.active, "fingerprint": print,
        });
        city::note(tx, permit, "set_peer", &data.to_string())?;
        Ok(print)
    }

    /// The peers, with how each stands.
    pub fn peers(&self, actor: Actor) -> Later<Vec<PeerView>> {
        self.read(move |app, rd| {
            decide(&actor, op::ReadCells, Nothing)?;
            let all = rows::peers(rd)?;
            all.into_iter().map(|row| app.peer_view(rd, row)).collect()
        })
    }

    fn peer_view(&self, rd: &mut Rd<'_>, row: PeerRow) -> Result<PeerView, Error> {
        let (waiting, oldest) = rows::waiting(rd, row.id)?;
        Ok(PeerView {
            fingerprint: fingerprint(&self.secret_of(&row)?),
            rank: Rank::read(&row.rank).unwrap_or(Rank::Beside),
            purposes: purposes_of(&row),
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
}
