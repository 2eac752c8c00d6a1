//! 统一身份认证登录: the setting of an OpenID Connect provider, and signing in through it (row X1).
//!
//! An account is bound to the provider's own name for a person, by an administrator who may write that account: the
//! first sign-in only asks for it, when a claim that was chosen equals the name of an account that nobody is bound to
//! yet. Nobody gets an account this way, and nobody gets around a second factor.

use access::{City, decide, op};
use kernel::{Actor, Role, Said};
use serde::{Deserialize, Serialize};
use sso::{Errand, Person, Provider, SsoError};
use store::office::{self, StaffRow};
use store::{Rd, settings};

use crate::People;
use crate::sign_in::{SESSION_US, SignedIn};
use city::guard::{Network, Turns};
use city::{Door, Error, Later};

const SETTING: &str = "sso";
/// What sealed things of this file belong to; cases and accounts have positive numbers.
const OF_SECRET: i64 = -1;
const OF_ERRAND: i64 = -2;
/// Who waits for the provider at the same time: it may be slow, and anybody can make us ask it.
static ASKING: Turns = Turns::new(4, 16);
/// How long somebody may stay at the provider.
pub const ERRAND_S: u32 = 600;

/// Which claim names the account at the first sign-in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Claim {
    /// the preferred user name
    #[default]
    Username,
    /// a verified mail address
    Email,
    /// a verified telephone
    Phone,
    /// the provider's own name
    Subject,
}

impl Claim {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Username, Self::Email, Self::Phone, Self::Subject];
    /// The code word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Username => "username",
            Self::Email => "email",
            Self::Phone => "phone",
            Self::Subject => "subject",
        }
    }
    /// Its name in the protocol.
    pub const fn claim(self) -> &'static str {
        match self {
            Self::Username => "preferred_username",
            Self::Email => "email",
            Self::Phone => "phone_number",
            Self::Subject => "sub",
        }
    }
    fn of(self, p: &Person) -> Option<&str> {
        match self {
            Self::Username => p.username.as_deref(),
            Self::Email => p.email.as_deref(),
            Self::Phone => p.phone.as_deref(),
            Self::Subject => Some(&p.subject),
        }
    }
}

/// The setting, as it is entered and shown. The secret is never shown again; it is kept sealed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignOn {
    /// offered at the sign-in page
    pub on: bool,
    /// how people call the provider: 省统一身份认证
    pub label: String,
    /// its address
    pub issuer: String,
    /// our name there
    pub client: String,
    /// our secret there; empty when entered: keep the one there is
    pub secret: String,
    /// the address of this site, as the provider sends people back to it
    pub site: String,
    /// what names an account at the first sign-in
    pub claim: Claim,
    /// the provider itself asks for a second factor; else who must have one here signs in with it here
    #[serde(default)]
    pub second_factor: bool,
}

/// Where people come back to, below the address of the site.
pub const BACK: &str = "/desk/sign-in/unified/back";

fn said(e: &SsoError) -> Error {
    Error::NotSignedIn(e.said())
}

fn provider(s: &SignOn) -> Provider {
    Provider {
        issuer: s.issuer.clone(),
        client: s.client.clone(),
        secret: s.secret.clone(),
        back: format!("{}{BACK}", s.site.trim_end_matches('/')),
    }
}

impl People {
    /// The setting as it is kept, with its secret sealed: pages need no key to be shown.
    fn sign_on_in(&self, rd: &mut Rd<'_>) -> Result<Option<SignOn>, Error> {
        let Some(setting) = settings::newest(rd, SETTING)? else { return Ok(None) };
        Ok(Some(serde_json::from_str(&setting.doc).map_err(Error::bug)?))
    }
    fn unsealed(&self, kept: SignOn) -> Result<SignOn, Error> {
        let sealed = ledger::unhex_bytes(&kept.secret).ok_or_else(|| Error::bug("sso secret"))?;
        let secret =
            String::from_utf8(self.city.vault().unseal_bytes(OF_SECRET, &sealed)?).map_err(Error::bug)?;
        Ok(SignOn { secret, ..kept })
    }

    /// How the sign-in page calls the provider; none when there is none.
    pub fn sign_on_label(&self) -> Later<Option<String>> {
        self.read(|app, rd| {
            city::reach::public(op::PublicSignIn)?;
            Ok(app.sign_on_in(rd)?.filter(|s| s.on).map(|s| s.label))
        })
    }

    /// The setting for its page, without the secret.
    pub fn sign_on(&self, actor: Actor) -> Later<SignOn> {
        self.read(move |app, rd| {
            decide(&actor, op::WriteSignOn, City(&app.city.office(rd)?.settings.city))?;
            Ok(SignOn { secret: String::new(), ..app.sign_on_in(rd)?.unwrap_or_default() })
        })
    }

    /// Keeps the setting, after the provider has answered. Blocks on the network.
    ///
    /// # Errors
    /// A field is missing; the provider does not answer.
    pub fn set_sign_on(&self, actor: &Actor, new: SignOn) -> Result<(), Error> {
        let office = self.city.office_now().wait()?;
        decide(actor, op::WriteSignOn, City(&office.settings.city))?;
        let mut new = new;
        for (field, text, zh, en) in [
            ("label", &new.label, "名称", "the name"),
            ("issuer", &new.issuer, "认证平台地址", "the provider's address"),
            ("client", &new.client, "客户端标识", "the client id"),
            ("site", &new.site, "本站地址", "the address of this site"),
        ] {
            if new.on && text.trim().is_empty() {
                return Err(Error::invalid(field, format!("请填写{zh}"), format!("fill in {en}")));
            }
        }
        if new.secret.is_empty() {
            let old = self.city.store().read(|rd| self.sign_on_in(rd))?;
            // A secret is for the provider it was given for, and for no other.
            if let Some(old) = old.filter(|o| o.issuer == new.issuer) {
                new.secret = self.unsealed(old)?.secret;
            }
        }
        if new.on {
            let asked = sso::probe(&provider(&new));
            asked.map_err(|e| Error::Invalid { field: "issuer".into(), said: e.said() })?;
        }
        let sealed = self.city.vault().seal_bytes(OF_SECRET, new.secret.as_bytes())?;
        let kept = SignOn { secret: ledger::hex(&sealed), ..new };
        let doc = serde_json::to_string(&kept).map_err(Error::bug)?;
        let told = serde_json::json!({ "on": kept.on, "issuer": kept.issuer, "client": kept.client,
            "site": kept.site, "claim": kept.claim.claim(), "second_factor": kept.second_factor });
        let actor = actor.clone();
        let done = self.write(move |_, tx| {
            let permit = decide(&actor, op::WriteSignOn, City(&office.settings.city))?;
            let now = tx.now();
            settings::put(tx, SETTING, now, actor.staff, &doc)?;
            city::record(tx, &permit, "set_sign_on", &told.to_string())
        });
        done.wait()
    }

    fn sign_on_now(&self) -> Result<SignOn, Error> {
        let kept = self.city.store().read(|rd| self.sign_on_in(rd))?.filter(|s| s.on);
        self.unsealed(kept.ok_or(Error::NotFound)?)
    }

    /// Begins a sign-in: where to send the browser, and what it must bring back, sealed. Blocks on the network.
    ///
    /// # Errors
    /// None is set up; the provider does not answer.
    pub fn leave_for_sign_on(&self) -> Result<(String, String), Error> {
        let _turn = ASKING.take()?;
        let (address, errand) = sso::leave(&provider(&self.sign_on_now()?)).map_err(|e| said(&e))?;
        let until = self.city.store().now().us() / 1_000_000 + i64::from(ERRAND_S);
        let text = serde_json::to_vec(&(until, errand)).map_err(Error::bug)?;
        Ok((address, ledger::hex(&self.city.vault().seal_bytes(OF_ERRAND, &text)?)))
    }

    /// Ends a sign-in. Blocks on the network.
    ///
    /// # Errors
    /// It took too long, was not begun here, is not to be trusted, or nobody here has this identity.
    pub fn sign_in_from(
        &self,
        network: Network,
        sealed: &str,
        code: &str,
        state: &str,
    ) -> Result<SignedIn, Error> {
        let _turn = ASKING.take()?;
        let on = self.sign_on_now()?;
        let stale = || {
            Error::NotSignedIn(Said::new(
                "登录停留过久或不是从本页开始的，请重新登录",
                "it took too long or did not begin here: start again",
            ))
        };
        let text = ledger::unhex_bytes(sealed)
            .and_then(|b| self.city.vault().unseal_bytes(OF_ERRAND, &b).ok())
            .ok_or_else(stale)?;
        let (until, errand): (i64, Errand) = serde_json::from_slice(&text).map_err(|_| stale())?;
        if self.city.store().now().us() / 1_000_000 > until {
            return Err(stale());
        }
        let person = sso::come_back(&provider(&on), errand, code, state).map_err(|e| said(&e))?;
        let staff = self.bound(&on, &person)?;
        let wanted = staff.totp.is_some() || self.city.office_now().wait()?.demands_factor(staff.role);
        if wanted && !on.second_factor {
            return Err(Error::NotSignedIn(Said::new(
                "此账号须用动态验证码，请用账号、密码和验证码登录",
                "this account needs its second factor: sign in with name, password and code",
            )));
        }
        self.open_session(staff, network, "session", &format!("{} / single sign-on", on.label), SESSION_US)
    }

    /// The account of a person. The first time it is asked for, not given.
    fn bound(&self, on: &SignOn, person: &Person) -> Result<StaffRow, Error> {
        let subject = format!("{} {}", on.issuer, person.subject);
        let claimed = on.claim.of(person).map(str::to_owned);
        let name = claimed.clone().unwrap_or_default();
        let done = self.write(move |_, tx| {
            if let Some(staff) = office::staff_by_subject(tx, &subject)? {
                return Ok(Bound::Is(Box::new(staff)));
            }
            let found = if name.is_empty() { None } else { office::staff_by_login(tx, &name)? };
            let Some(staff) = found.filter(|s| s.active && s.subject.is_none()) else { return Ok(Bound::No) };
            if staff.subject_asked.as_deref() != Some(&subject) {
                office::ask_subject(tx, staff.id, &subject)?;
                let data = serde_json::json!({ "staff": staff.id, "claim": name }).to_string();
                city::note_sign_in(tx, &Actor::system(), "ask_sign_on", &data)?;
            }
            Ok(Bound::Asked)
        });
        match (done.wait()?, claimed) {
            (Bound::Is(staff), _) if staff.active => Ok(*staff),
            (Bound::Asked, _) => Err(Error::NotSignedIn(Said::new(
                "已收到绑定申请：请本单位管理员在“人员”页批准后再用统一身份登录；在此之前请用账号密码登录",
                "asked to be bound: sign in this way when the administrator of your unit has approved it under People, until then with your password",
            ))),
            (_, Some(name)) => Err(Error::NotSignedIn(Said::new(
                format!("统一身份“{name}”在本系统没有可用的账号，请找本单位管理员"),
                format!("“{name}” has no account here that can be used: ask the administrator of your unit"),
            ))),
            (_, None) => Err(Error::NotSignedIn(Said::new(
                format!("认证平台没有给出“{}”，无法对应账号，请找系统管理员", on.claim.claim()),
                format!("the provider gave no “{}”: ask the system administrator", on.claim.claim()),
            ))),
        }
    }

    /// The roles that must have a second factor.
    pub fn factor_roles(&self, actor: Actor) -> Later<Vec<Role>> {
        self.read(move |app, rd| {
            let office = app.city.office(rd)?;
            decide(&actor, op::WriteSignOn, City(&office.settings.city))?;
            Ok(office.factor_roles.clone())
        })
    }

    /// Says which roles must have a second factor. Whoever has none can do nothing but set one up.
    pub fn set_factor_roles(&self, actor: Actor, roles: Vec<Role>) -> Later<()> {
        self.write(move |app, tx| {
            let permit = decide(&actor, op::WriteSignOn, City(&app.city.office(tx)?.settings.city))?;
            let words: Vec<_> = roles.iter().map(|r| r.word()).collect();
            let doc = serde_json::json!({ "factor": words }).to_string();
            let now = tx.now();
            settings::put(tx, city::SIGN_IN, now, actor.staff, &doc)?;
            city::record(tx, &permit, "set_factor_roles", &doc)
        })
    }
}

enum Bound {
    Is(Box<StaffRow>),
    Asked,
    No,
}
