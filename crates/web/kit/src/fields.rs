//! 表单: the fields of a posted form, with the token of the session checked.

use axum::extract::{Form, FromRequest, FromRequestParts as _, Request};
use kernel::Said;

use crate::{Kit, Oops, Reader};

/// Fields of a form in their order. A form posted by somebody signed in must carry the token of the session.
#[derive(Clone, Debug, Default)]
pub struct Fields(pub Vec<(String, String)>);

/// What was pasted from a PDF, with the characters that it looks like.
pub(crate) fn meant(value: String) -> String {
    match tabular::script::unified_text(&value) {
        std::borrow::Cow::Owned(meant) => meant,
        std::borrow::Cow::Borrowed(_) => value,
    }
}

impl Fields {
    /// The value of a field, trimmed; empty when missing.
    pub fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(n, _)| n == name).map_or("", |(_, v)| v.trim())
    }
    /// All values of a field that are not empty.
    pub fn all(&self, name: &str) -> Vec<&str> {
        self.0.iter().filter(|(n, v)| n == name && !v.trim().is_empty()).map(|(_, v)| v.trim()).collect()
    }
    /// Is it there and not empty?
    pub fn has(&self, name: &str) -> bool {
        !self.get(name).is_empty()
    }
    /// Does it carry the token of the session? Nobody else's page knows it.
    pub(crate) fn check(&self, page: &Reader) -> Result<(), Oops> {
        if page.me.is_some() && self.get("_t") != page.token {
            return Err(Oops(city::Error::Forbidden(Said::new(
                "页面已过期，请返回上一页刷新后再提交",
                "this page is out of date: go back, reload and submit again",
            ))));
        }
        Ok(())
    }
    /// The value, none when empty.
    pub fn opt(&self, name: &str) -> Option<String> {
        Some(self.get(name).to_owned()).filter(|v| !v.is_empty())
    }
}

impl<A: Send + Sync> FromRequest<Kit<A>> for Fields {
    type Rejection = Oops;
    async fn from_request(req: Request, kit: &Kit<A>) -> Result<Self, Oops> {
        let (mut parts, body) = req.into_parts();
        let page = Reader::from_request_parts(&mut parts, kit).await?;
        let form = Form::<Vec<(String, String)>>::from_request(Request::from_parts(parts, body), &());
        let Form(fields) = form.await.map_err(|_| {
            Oops(city::Error::invalid(
                "form",
                "表单过大或不完整，请缩短后重试",
                "the form is too large or broken: shorten it and try again",
            ))
        })?;
        let fields = Self(fields.into_iter().map(|(name, value)| (name, meant(value))).collect());
        fields.check(&page)?;
        Ok(fields)
    }
}
