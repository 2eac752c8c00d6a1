//! 页: what a page knows about its reader: language, size of type, who is signed in, the token of forms.

use std::ops::Deref;
use std::sync::Arc;

use askama::Template;
use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, Uri, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use city::City;
use city::RequestNote;
use kernel::{Actor, Moment, Role};
use store::office::StaffRow;

use crate::assets::Assets;
use crate::uploads::Uploads;
use crate::{
    Area, Asset, Fields, FrontPlace, Link, ListOf, Oops, Texts, Words, address, header_of, nav, role,
};

/// How the pages behave.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Served over https: cookies get the `__Host-` prefix and `Secure`.
    pub secure: bool,
    /// Own proxies in front, each of which adds one address to `X-Forwarded-For`.
    pub proxy_hops: u8,
    /// Token of the one-time set-up address; works only while there is no account.
    pub setup_token: Option<String>,
    /// Address under which people reach this site, for QR codes: `https://bc.example.gov.cn`.
    pub public_url: String,
}

/// What the router gathers from the crates of pages.
#[derive(Debug)]
pub struct Site {
    pub(crate) areas: &'static [Area],
    pub(crate) below: &'static [(&'static str, &'static str)],
    pub(crate) front: &'static [&'static [FrontPlace]],
    pub(crate) assets: Assets,
    pub(crate) lists: &'static [&'static [ListOf]],
}

impl Site {
    /// The navigation of the workbench, which pages belong to a place whose address is not a part of theirs, the
    /// navigation of the portal, the assets, and the lists that have views.
    pub fn new(
        areas: &'static [Area],
        below: &'static [(&'static str, &'static str)],
        front: &'static [&'static [FrontPlace]],
        assets: &[&'static [Asset]],
        lists: &'static [&'static [ListOf]],
    ) -> Self {
        Self { areas, below, front, assets: Assets::new(assets), lists }
    }
}

/// What all pages share, and the handles `A` that the pages of one crate may ask.
#[derive(Clone, Debug)]
pub struct Kit<A = ()> {
    /// the city: who is signed in, settings, files, messages
    pub city: City,
    /// what these pages may ask
    pub acts: A,
    /// how the pages behave
    pub options: Arc<Options>,
    /// forms with files that may arrive at once
    pub(crate) uploads: Arc<Uploads>,
    /// navigation and assets
    pub(crate) site: Arc<Site>,
}

impl Kit {
    /// Over a city, for no pages yet.
    pub fn new(city: City, options: Options, site: Site) -> Self {
        Self { city, acts: (), options: Arc::new(options), uploads: Arc::default(), site: Arc::new(site) }
    }
}

impl<A> Kit<A> {
    /// The same for pages that ask these handles.
    pub fn with<B>(&self, acts: B) -> Kit<B> {
        Kit {
            city: self.city.clone(),
            acts,
            options: Arc::clone(&self.options),
            uploads: Arc::clone(&self.uploads),
            site: Arc::clone(&self.site),
        }
    }
    /// Name of the session cookie.
    pub fn session_cookie(&self) -> &'static str {
        if self.options.secure { "__Host-session" } else { "session" }
    }
}

/// Language of a reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lang {
    /// 简体中文
    Zh,
    /// English
    En,
}

/// Who is signed in.
#[derive(Clone, Debug)]
pub struct Me {
    /// the account
    pub staff: StaffRow,
    /// as events record it
    pub actor: Actor,
    /// short name of the unit
    pub unit: String,
    /// the role in the reader's language
    pub role: String,
    /// unseen messages of the unit
    pub unseen: usize,
}

/// A page: its reader, and the texts `T` of the crate it belongs to.
#[derive(Debug)]
pub struct Page<T: Words = Texts> {
    /// texts
    pub t: &'static T,
    reader: Reader,
}

impl<T: Words> Clone for Page<T> {
    fn clone(&self) -> Self {
        self.reader.clone().into()
    }
}

impl<T: Words> Deref for Page<T> {
    type Target = Reader;
    fn deref(&self) -> &Reader {
        &self.reader
    }
}

impl<T: Words> From<Reader> for Page<T> {
    fn from(reader: Reader) -> Self {
        Self { t: T::of(reader.lang), reader }
    }
}

/// What a page knows about its reader.
#[derive(Clone, Debug)]
pub struct Reader {
    /// language
    pub lang: Lang,
    /// large type (适老化)
    pub large: bool,
    /// path and query of this page
    pub path: String,
    /// who is signed in
    pub me: Option<Me>,
    /// token that forms of this session carry
    pub token: String,
    /// name of the city
    pub city: String,
    /// now
    pub now: Moment,
    /// the session itself
    pub session: String,
    /// signed in, but must set up a second factor before anything else
    pub owes_factor: bool,
    /// signed in with a password that somebody else gave, and must make one of his own before anything else
    pub owes_password: bool,
    pub(crate) note: Option<RequestNote>,
    site: Arc<Site>,
}

impl Reader {
    /// The common texts in the language of the reader.
    pub fn common(&self) -> &'static Texts {
        Texts::of(self.lang)
    }
    /// Address of an asset by its plain name: `style.css`.
    pub fn asset(&self, name: &str) -> String {
        self.site.assets.address(name)
    }
    /// Code of the language, for the page.
    pub const fn lang_code(&self) -> &'static str {
        match self.lang {
            Lang::Zh => "zh-CN",
            Lang::En => "en",
        }
    }
    /// Is it a page of the workbench?
    pub fn at_desk(&self) -> bool {
        self.me.is_some() && self.path.starts_with("/desk")
    }
    /// The address at which the tables of this page come as a workbook: a list from its beginning.
    pub fn sheet_out(&self) -> String {
        let (path, query) = self.path.split_once('?').unwrap_or((&self.path, ""));
        let place =
            |p: &&str| !["after=", "before=", "page="].iter().any(|w| p.starts_with(w)) && !p.is_empty();
        let kept: String = query.split('&').filter(place).map(|p| format!("{p}&")).collect();
        format!("{path}?{kept}as=xlsx")
    }
    /// Is this the page at or below this path?
    pub fn is_at(&self, path: &str) -> bool {
        let here = self.path.split('?').next().unwrap_or_default();
        here == path || (path != "/desk" && here.starts_with(path))
    }
    /// Is this the page of exactly this address?
    pub(crate) fn is_at_exactly(&self, path: &str) -> bool {
        self.path.split('?').next().unwrap_or_default() == path
    }
    /// Where the navigation has the reader: at this page or at the one that it belongs to.
    fn place(&self) -> &str {
        nav::home_of(self.site.below, self.path.split('?').next().unwrap_or_default())
    }
    /// The areas of the workbench for this reader.
    pub fn areas(&self) -> Vec<Link> {
        let of = |m: &Me| nav::areas(self.site.areas, self.lang, m.actor.role, self.place());
        self.me.as_ref().map_or_else(Vec::new, of)
    }
    /// The pages of the area the reader is in.
    pub fn pages(&self) -> Vec<Link> {
        let of = |m: &Me| nav::pages(self.site.areas, self.lang, m.actor.role, self.place());
        self.me.as_ref().map_or_else(Vec::new, of)
    }
    /// The pages of the portal.
    pub fn front(&self) -> Vec<Link> {
        nav::front(self.site.front, self.lang, self.path.split('?').next().unwrap_or_default())
    }
    /// Who is signed in, for pages that are meant for people without an account.
    pub fn signed(&self) -> Option<Actor> {
        self.me.as_ref().map(|m| m.actor.clone())
    }
    /// Unseen messages of the reader's unit.
    pub fn unseen(&self) -> usize {
        self.me.as_ref().map_or(0, |m| m.unseen)
    }
    /// May the reader do this at all? Decides what is shown; the door decides again.
    pub fn may(&self, operation: access::Operation) -> bool {
        self.me.as_ref().is_some_and(|m| access::offers(&m.actor, operation))
    }
    /// May the reader open cases at all? Who may not reads their numbers as text.
    pub fn may_cases(&self) -> bool {
        self.may(access::Operation::ListCases)
    }
    /// Is one of these the role of the reader? Words of roles, separated by blanks.
    pub fn any_role(&self, words: &str) -> bool {
        let mine = self.me.as_ref().map(|m| m.actor.role.word());
        mine.is_some_and(|w| words.split(' ').any(|x| x == w))
    }
}

/// Runs what computes or waits for long on a thread of its own.
///
/// # Errors
/// What it answers.
pub async fn blocking<T: Send + 'static>(
    f: impl FnOnce() -> Result<T, city::Error> + Send + 'static,
) -> Result<T, city::Error> {
    let done = tokio::task::spawn_blocking(f).await;
    done.map_err(city::Error::bug)?
}

/// A value as a part of an address.
pub fn escape(text: &str) -> String {
    let mut out = String::new();
    for b in text.bytes() {
        if b.is_ascii_alphanumeric() || b"-_.~".contains(&b) {
            out.push(char::from(b));
        } else {
            out.push_str(&format!("%{b:02X}"));
        }
    }
    out
}

/// The value of a cookie.
pub fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    let all = headers.get_all(header::COOKIE);
    all.iter().filter_map(|v| v.to_str().ok()).flat_map(|v| v.split(';')).find_map(|pair| {
        let (n, v) = pair.trim().split_once('=')?;
        (n == name && !v.is_empty() && v.len() <= 1_000).then(|| v.to_owned())
    })
}

/// A `Set-Cookie` header. `max_age_s` 0 deletes it.
pub fn cookie_header<A>(kit: &Kit<A>, name: &str, value: &str, max_age_s: u32) -> HeaderValue {
    let secure = if kit.options.secure { "; Secure" } else { "" };
    let text = format!("{name}={value}; Path=/; HttpOnly; SameSite=Strict; Max-Age={max_age_s}{secure}");
    HeaderValue::from_str(&text).unwrap_or_else(|_| HeaderValue::from_static(""))
}

/// Who is signed in, and how the office stands: one look at the store for a page.
async fn me_of<A>(kit: &Kit<A>, lang: Lang, token: &str) -> Result<(Option<Me>, Arc<city::Office>), Oops> {
    let (seen, office) = kit.city.who_for_page(token).await?;
    let me = seen.map(|(staff, unseen)| {
        let (actor, unit) = (staff.actor(), office.unit_name(staff.unit));
        Me { role: role(lang, staff.role), staff, actor, unit, unseen }
    });
    Ok((me, office))
}

/// What was read once for a request.
#[derive(Clone)]
struct Known(Reader);

impl<A: Send + Sync> FromRequestParts<Kit<A>> for Reader {
    type Rejection = Oops;
    async fn from_request_parts(parts: &mut Parts, kit: &Kit<A>) -> Result<Self, Oops> {
        if let Some(known) = parts.extensions.get::<Known>() {
            return Ok(known.0.clone());
        }
        let lang = match cookie(&parts.headers, "lang").as_deref() {
            Some("en") => Lang::En,
            Some(_) => Lang::Zh,
            None if header_of(&parts.headers, "accept-language").starts_with("en") => Lang::En,
            None => Lang::Zh,
        };
        let session = cookie(&parts.headers, kit.session_cookie()).unwrap_or_default();
        let (mut me, office) = me_of(kit, lang, &session).await?;
        let owes_factor =
            me.as_ref().is_some_and(|m| m.staff.totp.is_none() && office.demands_factor(m.staff.role));
        let owes_password = me.as_ref().is_some_and(|m| m.staff.lent);
        // Everywhere but where it is set up, who owes a second factor or a password of his own is not signed in.
        if (owes_factor || owes_password)
            && !parts.uri.path().starts_with("/desk/account")
            && parts.uri.path() != "/desk/sign-out"
        {
            me = None;
        }
        let note = parts.extensions.get::<RequestNote>().cloned();
        if let Some((note, me)) = note.as_ref().zip(me.as_ref()) {
            note.asked_by(me.staff.id);
        }
        let digest = kit.city.vault().token_digest(&format!("form:{session}"));
        let reader = Self {
            lang,
            large: cookie(&parts.headers, "size").as_deref() == Some("large"),
            path: parts.uri.path_and_query().map_or("/", |p| p.as_str()).chars().take(500).collect(),
            me,
            token: digest[..16].iter().map(|b| format!("{b:02x}")).collect(),
            city: office.settings.name.clone(),
            now: kit.city.store().now(),
            session,
            owes_factor,
            owes_password,
            note,
            site: kit.site.clone(),
        };
        parts.extensions.insert(Known(reader.clone()));
        Ok(reader)
    }
}

impl<T: Words, A: Send + Sync> FromRequestParts<Kit<A>> for Page<T> {
    type Rejection = Oops;
    async fn from_request_parts(parts: &mut Parts, kit: &Kit<A>) -> Result<Self, Oops> {
        Ok(Reader::from_request_parts(parts, kit).await?.into())
    }
}

/// A page that needs an account.
#[derive(Debug)]
pub struct Desk<T: Words = Texts> {
    /// the page
    pub page: Page<T>,
    /// who
    pub me: Me,
}

impl<T: Words> Clone for Desk<T> {
    fn clone(&self) -> Self {
        Self { page: self.page.clone(), me: self.me.clone() }
    }
}

impl<T: Words> Desk<T> {
    /// Who acts.
    pub fn actor(&self) -> Actor {
        self.me.actor.clone()
    }
    /// In which role.
    pub const fn role(&self) -> Role {
        self.me.actor.role
    }
}

impl<T: Words, A: Send + Sync> FromRequestParts<Kit<A>> for Desk<T> {
    type Rejection = Response;
    async fn from_request_parts(parts: &mut Parts, kit: &Kit<A>) -> Result<Self, Response> {
        let page = Page::<T>::from_request_parts(parts, kit).await.map_err(IntoResponse::into_response)?;
        match page.me.clone() {
            Some(me) => Ok(Self { page, me }),
            None if page.owes_factor || page.owes_password => {
                Err(Redirect::to("/desk/account").into_response())
            }
            None => Err(Redirect::to(&sign_in_from(parts, !page.session.is_empty())).into_response()),
        }
    }
}

/// Addresses that are kept on the way through signing in.
const BACK_MAX: usize = 600;

/// Where somebody signs in who is on the way to a page, or was about to send the form of one; from there it goes back to that
/// page. `known`: the browser still brings the session. It forgets one on its day; but who sends a form was signed in before.
fn sign_in_from(parts: &Parts, known: bool) -> String {
    let asks = matches!(parts.method, Method::GET | Method::HEAD);
    let over = known || !asks;
    let from = if asks {
        parts.uri.path_and_query().map(|p| p.as_str().to_owned())
    } else {
        let referer: Option<Uri> = header_of(&parts.headers, "referer").parse().ok();
        let path = referer.and_then(|u| u.path_and_query().map(|p| p.as_str().to_owned()));
        path.or_else(|| Some(nav::holder(parts.uri.path())))
    };
    let from = from.filter(|p| desk_path(p).is_some() && !p.starts_with("/desk/sign-"));
    let mut asked: Vec<(&str, &str)> = Vec::new();
    asked.extend(from.as_deref().filter(|p| *p != "/desk").map(|p| ("to", p)));
    // Whoever only opens the start page is told nothing that they do not see themselves.
    asked.extend((over && !asked.is_empty()).then_some(("over", "1")));
    address("/desk/sign-in", &asked)
}

/// A path of the workbench, as it was asked to be led back to.
pub fn desk_path(path: &str) -> Option<&str> {
    let ours = path == "/desk" || path.starts_with("/desk/") || path.starts_with("/desk?");
    (ours && path.len() <= BACK_MAX && is_local(path)).then_some(path)
}

/// A template as a page.
pub fn render(template: &impl Template) -> Response {
    match template.render() {
        Ok(html) => Html(html).into_response(),
        Err(e) => Oops(city::Error::bug(e)).into_response(),
    }
}

/// A path of this site. Browsers drop tabs and line ends from addresses and read `\` as `/`, so only what is plainly
/// printed counts.
fn is_local(path: &str) -> bool {
    path.starts_with('/')
        && !path.starts_with("//")
        && path.bytes().all(|b| b.is_ascii_graphic() && b != b'\\')
}

/// `POST /prefs`: language and size of type, kept in cookies; back to where one was.
pub async fn prefs(State(kit): State<Kit>, fields: Fields) -> Response {
    let back = fields.get("back");
    let back = if is_local(back) { back } else { "/" };
    let mut answer = Redirect::to(back).into_response();
    for (name, words) in [("lang", ["zh", "en"]), ("size", ["normal", "large"])] {
        if let Some(value) = words.into_iter().find(|w| *w == fields.get(name)) {
            answer.headers_mut().append(header::SET_COOKIE, cookie_header(&kit, name, value, 31_536_000));
        }
    }
    answer
}

#[cfg(test)]
mod tests {
    use super::{desk_path, is_local};

    #[test]
    fn back_stays_on_this_site() {
        for good in ["/", "/desk/cases?skip=1", "/r/4306-2026-0000001/AB"] {
            assert!(is_local(good), "{good}");
        }
        for bad in ["", "//evil", "/\t/evil", "/\\evil", "/a\nb", "https://evil", "/ b", "/\u{85}/evil"] {
            assert!(!is_local(bad), "{bad:?}");
        }
    }

    #[test]
    fn signing_in_leads_to_the_workbench_and_nowhere_else() {
        for good in ["/desk", "/desk?x=1", "/desk/case/4306-2026-0000001?in=a%20b"] {
            assert_eq!(desk_path(good), Some(good));
        }
        let long = format!("/desk/{}", "a".repeat(700));
        for bad in ["", "/", "/deskx", "//desk/", "/lodge", "https://evil/desk/", "/desk/\\evil", &long] {
            assert_eq!(desk_path(bad), None, "{bad:?}");
        }
    }
}
