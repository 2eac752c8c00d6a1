//! 统一身份认证: signing in through an OpenID Connect provider (row X1): code flow with PKCE, nonce and state.
//!
//! Knows the protocol and how to reach a provider. Must not know accounts, storage or pages. Every call asks the
//! provider anew for its addresses and keys, so that a change of keys needs nothing here.

use std::time::Duration;

use kernel::Said;
use openidconnect::core::{CoreAuthenticationFlow, CoreClient, CoreProviderMetadata, CoreUserInfoClaims};
use openidconnect::{
    AuthorizationCode, ClientId, ClientSecret, CsrfToken, EndpointMaybeSet, EndpointNotSet, EndpointSet,
    HttpRequest, HttpResponse, IssuerUrl, Nonce, OAuth2TokenResponse as _, PkceCodeChallenge,
    PkceCodeVerifier, RedirectUrl, Scope, SyncHttpClient, TokenResponse as _,
};
use serde::{Deserialize, Serialize};
use ureq::tls::{RootCerts, TlsConfig};

/// Longest answer of a provider that is read, in bytes.
const ANSWER_MAX: u64 = 1 << 20;
/// A provider that has not answered after this long is taken as not there.
const PATIENCE: Duration = Duration::from_secs(10);

/// How to reach a provider, and who we are to it.
#[derive(Clone, Debug)]
pub struct Provider {
    /// its address, as it names itself
    pub issuer: String,
    /// our name there
    pub client: String,
    /// our secret there; empty: a public client
    pub secret: String,
    /// where it sends people back to
    pub back: String,
}

/// What must be remembered between leaving and coming back; only the browser that left may have it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Errand {
    state: String,
    nonce: String,
    verifier: String,
}

/// Who came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// the provider's own name for the person: never given to another
    pub subject: String,
    /// preferred user name
    pub username: Option<String>,
    /// mail address, when the provider says that it was verified
    pub email: Option<String>,
    /// telephone, when the provider says that it was verified
    pub phone: Option<String>,
}

/// What can go wrong.
#[derive(Debug, thiserror::Error)]
pub enum SsoError {
    /// An address that is not one, or that is not protected.
    #[error("认证地址无效：{0} / not a usable address: {0}")]
    Address(String),
    /// The provider does not answer, or not as the protocol says.
    #[error("认证平台没有正常应答：{0} / the identity provider did not answer as it should: {0}")]
    Provider(String),
    /// What came back does not belong to what was sent out.
    #[error("认证结果无效：{0} / the answer of the identity provider cannot be trusted: {0}")]
    Untrusted(String),
}

impl SsoError {
    /// For people: what to do.
    pub fn said(&self) -> Said {
        match self {
            Self::Address(what) => Said::new(
                format!("认证平台地址无效（{what}），须为 https:// 开头的完整地址"),
                format!(
                    "the provider's address is not usable ({what}): give a full one that begins with https://"
                ),
            ),
            Self::Provider(what) => Said::new(
                format!("统一身份认证平台暂时无法使用（{what}），请稍后再试或用账号密码登录"),
                format!(
                    "the identity provider cannot be used now ({what}): try later or sign in with your password"
                ),
            ),
            Self::Untrusted(what) => Said::new(
                format!("统一身份认证未完成（{what}），请重新登录"),
                format!("the sign-in was not completed ({what}): start again"),
            ),
        }
    }
}

type Client = CoreClient<
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// An address: protected, or of this machine.
fn checked(address: &str) -> Result<(), SsoError> {
    let local = ["http://127.0.0.1", "http://localhost", "http://[::1]"]
        .iter()
        .any(|l| address.strip_prefix(l).is_some_and(|rest| rest.is_empty() || rest.starts_with([':', '/'])));
    if local || address.starts_with("https://") { Ok(()) } else { Err(SsoError::Address(address.to_owned())) }
}

/// Asks over the network; follows no redirection, and trusts the certificates that this machine trusts.
struct Net(ureq::Agent);

impl Net {
    fn new() -> Self {
        let tls = TlsConfig::builder().root_certs(RootCerts::PlatformVerifier).build();
        let config = ureq::Agent::config_builder()
            .max_redirects(0)
            .http_status_as_error(false)
            .timeout_global(Some(PATIENCE))
            .tls_config(tls)
            .build();
        Self(config.into())
    }
}

impl SyncHttpClient for Net {
    type Error = ureq::Error;

    fn call(&self, request: HttpRequest) -> Result<HttpResponse, ureq::Error> {
        // Discovery, keys, tokens, person: whatever address the provider names is protected, or it is not asked.
        let address = request.uri().to_string();
        checked(&address).map_err(|_| ureq::Error::BadUri(address))?;
        let answer = self.0.run(request)?;
        let (parts, mut body) = answer.into_parts();
        let body = body.with_config().limit(ANSWER_MAX).read_to_vec()?;
        Ok(HttpResponse::from_parts(parts, body))
    }
}

/// The innermost reason of an error, in a line.
fn told(e: &dyn std::error::Error) -> String {
    let mut inner = e;
    while let Some(cause) = inner.source() {
        inner = cause;
    }
    let text = inner.to_string();
    text.chars().take(160).collect()
}

fn provider(e: &dyn std::error::Error) -> SsoError {
    SsoError::Provider(told(e))
}

fn client(net: &Net, p: &Provider) -> Result<Client, SsoError> {
    checked(&p.issuer)?;
    let address = |e: &dyn std::error::Error| SsoError::Address(told(e));
    let issuer = IssuerUrl::new(p.issuer.clone()).map_err(|e| address(&e))?;
    let back = RedirectUrl::new(p.back.clone()).map_err(|e| address(&e))?;
    let metadata = CoreProviderMetadata::discover(&issuer, net).map_err(|e| provider(&e))?;
    checked(metadata.authorization_endpoint().as_str())?;
    if let Some(token) = metadata.token_endpoint() {
        checked(token.as_str())?;
    }
    let secret = (!p.secret.is_empty()).then(|| ClientSecret::new(p.secret.clone()));
    let id = ClientId::new(p.client.clone());
    Ok(CoreClient::from_provider_metadata(metadata, id, secret).set_redirect_uri(back))
}

/// The claims that we use, of a token or of an answer about a person: two types with the same questions.
macro_rules! person_of {
    ($claims:expr) => {
        Person {
            subject: $claims.subject().to_string(),
            username: $claims.preferred_username().map(|n| n.to_string()),
            email: $claims.email().filter(|_| $claims.email_verified() == Some(true)).map(|n| n.to_string()),
            phone: $claims
                .phone_number()
                .filter(|_| $claims.phone_number_verified() == Some(true))
                .map(|n| n.to_string()),
        }
    };
}
/// Does the provider answer, with addresses and keys? To be asked before a setting is kept.
///
/// # Errors
/// Not an address; no answer, or a wrong one.
pub fn probe(p: &Provider) -> Result<(), SsoError> {
    client(&Net::new(), p).map(|_| ())
}

/// Begins a sign-in: the address to send the browser to, and what to remember meanwhile.
///
/// # Errors
/// The provider cannot be reached.
pub fn leave(p: &Provider) -> Result<(String, Errand), SsoError> {
    let client = client(&Net::new(), p)?;
    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let flow = CoreAuthenticationFlow::AuthorizationCode;
    let (address, state, nonce) = client
        .authorize_url(flow, CsrfToken::new_random, Nonce::new_random)
        .add_scope(Scope::new("profile".into()))
        .set_pkce_challenge(challenge)
        .url();
    let errand = Errand {
        state: state.into_secret(),
        nonce: nonce.secret().clone(),
        verifier: verifier.into_secret(),
    };
    Ok((address.into(), errand))
}

/// Ends a sign-in with what the browser brought back.
///
/// # Errors
/// The state is another one; the code, the signature, the audience or the nonce do not fit; no answer.
pub fn come_back(p: &Provider, errand: Errand, code: &str, state: &str) -> Result<Person, SsoError> {
    if errand.state != state || state.is_empty() {
        return Err(SsoError::Untrusted("state".into()));
    }
    let net = Net::new();
    let client = client(&net, p)?;
    let exchange = client.exchange_code(AuthorizationCode::new(code.to_owned())).map_err(|e| provider(&e))?;
    let tokens = exchange
        .set_pkce_verifier(PkceCodeVerifier::new(errand.verifier))
        .request(&net)
        .map_err(|e| SsoError::Untrusted(told(&e)))?;
    let id = tokens.id_token().ok_or_else(|| SsoError::Untrusted("id_token".into()))?;
    let claims = id
        .claims(&client.id_token_verifier(), &Nonce::new(errand.nonce))
        .map_err(|e| SsoError::Untrusted(told(&e)))?;
    let mut person = person_of!(claims);
    if person.username.is_none()
        && let Ok(ask) = client.user_info(tokens.access_token().clone(), Some(claims.subject().clone()))
    {
        // Many providers keep the profile out of the token. Verified to be of the same subject.
        let more: CoreUserInfoClaims = ask.request(&net).map_err(|e| provider(&e))?;
        person = person_of!(more);
    }
    Ok(person)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_protected_addresses_and_this_machine() {
        for good in
            ["https://id.example.gov.cn", "http://127.0.0.1:8080/x", "http://localhost", "http://[::1]:3"]
        {
            checked(good).unwrap();
        }
        for bad in
            ["http://id.example.gov.cn", "", "ftp://x", "http://127.0.0.1.evil.cn/", "http://localhost.cn"]
        {
            assert!(checked(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn another_state_is_refused_before_anybody_is_asked() {
        let p = Provider {
            issuer: "https://id.example.invalid".into(),
            client: "c".into(),
            secret: String::new(),
            back: "https://b.example/back".into(),
        };
        let errand = || Errand { state: "right".into(), nonce: "n".into(), verifier: "v".into() };
        for wrong in ["", "wrong"] {
            let refused = come_back(&p, errand(), "code", wrong);
            assert!(matches!(refused, Err(SsoError::Untrusted(_))), "{refused:?}");
        }
    }

    #[test]
    fn nobody_there_is_said_in_both_languages() {
        let p = Provider {
            issuer: "http://127.0.0.1:9".into(),
            client: "c".into(),
            secret: String::new(),
            back: "https://b.example/back".into(),
        };
        let e = probe(&p).unwrap_err();
        assert!(matches!(e, SsoError::Provider(_)), "{e}");
        assert!(e.said().zh.contains("稍后再试") && e.said().en.contains("try later"));
    }
}
