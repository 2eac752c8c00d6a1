//! 带附件的表单: a posted form whose files are brought one by one; the tickets become fields `file`.
//!
//! A file that is not taken does not lose the form: the page shows it again with what was typed, the files that
//! were taken, and why the other one was not.

use std::time::Duration;

use axum::extract::{FromRequest, FromRequestParts, Multipart, Request};
use axum::http::request::Parts;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use city::{Error, Network};
use kernel::{Actor, FileRef};

use crate::fields::meant;
use crate::guard::network_of;
use crate::uploads::UploadPlace;
use crate::{Fields, Kit, Oops, Reader, blocking, header_of};

/// Largest body of a form with files, bytes. Routes that take a [`Form`] have this as their limit.
pub const UPLOAD_MAX: usize = 64 << 20;
/// Longest field that is not a file.
const FIELD_MAX: usize = 1 << 20;
const FIELDS_MAX: usize = 200;
/// How long a form may take to arrive.
const ARRIVES_WITHIN: Duration = Duration::from_mins(3);
/// How long a form may be silent while it arrives.
const SILENT_FOR: Duration = Duration::from_secs(15);

/// A form with files.
#[derive(Debug, Default)]
pub struct Form {
    /// its fields; `file` holds tickets
    pub fields: Fields,
    /// why a file was not taken
    pub trouble: Option<Error>,
}

impl Form {
    /// The tickets of the files that were taken.
    pub fn tickets(&self) -> Vec<String> {
        self.fields.all("file").into_iter().map(str::to_owned).collect()
    }
    /// Goes on only when every file was taken.
    ///
    /// # Errors
    /// Why one was not.
    pub fn whole(&mut self) -> Result<(), Error> {
        self.trouble.take().map_or(Ok(()), Err)
    }
}

impl<A: Send + Sync> FromRequest<Kit<A>> for Form {
    type Rejection = Oops;
    async fn from_request(req: Request, kit: &Kit<A>) -> Result<Self, Oops> {
        if !header_of(req.headers(), "content-type").starts_with("multipart/form-data") {
            return Ok(Self { fields: Fields::from_request(req, kit).await?, trouble: None });
        }
        let (mut parts, body) = req.into_parts();
        let page = Reader::from_request_parts(&mut parts, kit).await?;
        let network = network_of(kit, &parts.headers, &parts.extensions);
        let _place = kit.uploads.take(page.me.is_none().then_some(network))?;
        let multipart = Multipart::from_request(Request::from_parts(parts, body), kit).await;
        let multipart = multipart.map_err(|_| broken())?;
        match tokio::time::timeout(ARRIVES_WITHIN, read(multipart, kit, &page, network)).await {
            Ok(form) => form,
            Err(_) => Err(broken()),
        }
    }
}

/// A place for a body that is a file: taken before the body is read, held until it is kept.
#[derive(Debug)]
pub struct Uploading(#[expect(dead_code, reason = "held, and given back when dropped")] UploadPlace);

impl<A: Send + Sync> FromRequestParts<Kit<A>> for Uploading {
    type Rejection = Oops;
    async fn from_request_parts(parts: &mut Parts, kit: &Kit<A>) -> Result<Self, Oops> {
        let page = Reader::from_request_parts(parts, kit).await?;
        let network = network_of(kit, &parts.headers, &parts.extensions);
        Ok(Self(kit.uploads.take(page.me.is_none().then_some(network))?))
    }
}

/// A form with one file that is read and not kept: a spreadsheet to be imported.
#[derive(Debug)]
pub struct OneFile(pub Vec<u8>);

impl<A: Send + Sync> FromRequest<Kit<A>> for OneFile {
    type Rejection = Oops;
    async fn from_request(req: Request, kit: &Kit<A>) -> Result<Self, Oops> {
        let (mut parts, body) = req.into_parts();
        let page = Reader::from_request_parts(&mut parts, kit).await?;
        let network = network_of(kit, &parts.headers, &parts.extensions);
        let _place = kit.uploads.take(page.me.is_none().then_some(network))?;
        let multipart = Multipart::from_request(Request::from_parts(parts, body), kit).await;
        let read = one_file(multipart.map_err(|_| broken())?, &page);
        tokio::time::timeout(ARRIVES_WITHIN, read).await.map_or_else(|_| Err(broken()), |file| file.map(Self))
    }
}

/// A form with one file that lies on the disk as it came, however large: a table to be imported, a log. It belongs to
/// nothing yet, and is gone when it is not kept. The route sets its limit.
#[derive(Debug)]
pub struct Arrived {
    /// the other fields
    pub fields: Fields,
    /// what the file is called
    pub name: String,
    /// the file
    pub file: store::blobs::Arriving,
}

/// Bytes that are gathered before they are written.
const PIECE: usize = 1 << 20;

impl<A: Send + Sync> FromRequest<Kit<A>> for Arrived {
    type Rejection = Oops;
    async fn from_request(req: Request, kit: &Kit<A>) -> Result<Self, Oops> {
        let (mut parts, body) = req.into_parts();
        let page = Reader::from_request_parts(&mut parts, kit).await?;
        let actor = page.me.as_ref().map(|m| m.actor.clone()).ok_or(Oops(Error::SignIn))?;
        let _place = kit.uploads.take(None)?;
        let multipart = Multipart::from_request(Request::from_parts(parts, body), kit).await;
        let mut multipart = multipart.map_err(|_| broken())?;
        let (mut fields, mut came) = (Fields::default(), None);
        while let Some(mut part) = flowing(multipart.next_field()).await? {
            let Some(name) = part.file_name().map(str::to_owned) else {
                if fields.0.len() >= FIELDS_MAX {
                    return Err(broken());
                }
                let field = part.name().unwrap_or_default().to_owned();
                fields.0.push((field, meant(flowing(part.text()).await?)));
                continue;
            };
            // The token comes first in the form: nobody else's page can send a file.
            fields.check(&page)?;
            let (city, actor) = (kit.city.clone(), actor.clone());
            let mut file = blocking(move || city.arriving(&actor)).await?;
            let mut piece = Vec::new();
            loop {
                let chunk = flowing(part.chunk()).await?;
                let end = chunk.is_none();
                piece.extend_from_slice(&chunk.unwrap_or_default());
                if piece.len() >= PIECE || end {
                    let ready = std::mem::take(&mut piece);
                    file = blocking(move || Ok(file.write(&ready).map(|()| file)?)).await?;
                }
                if end {
                    break;
                }
            }
            came = Some((name, file));
        }
        fields.check(&page)?;
        let (name, file) = came.ok_or_else(|| Oops(Error::invalid("file", "请选择文件", "choose a file")))?;
        Ok(Self { fields, name, file })
    }
}

async fn one_file(mut multipart: Multipart, page: &Reader) -> Result<Vec<u8>, Oops> {
    let (mut sent, mut bytes) = (Fields::default(), Vec::new());
    while let Some(mut part) = flowing(multipart.next_field()).await? {
        if part.file_name().is_none() {
            let name = part.name().unwrap_or_default().to_owned();
            sent.0.push((name, flowing(part.text()).await?));
            continue;
        }
        // The token comes first in the form: nobody else's page can send a file.
        sent.check(page)?;
        while let Some(chunk) = flowing(part.chunk()).await? {
            bytes.extend_from_slice(&chunk);
        }
    }
    sent.check(page)?;
    Ok(bytes)
}

/// What comes next of a form. A place is held only while bytes flow: who sends nothing for so long has gone.
async fn flowing<T, E>(next: impl Future<Output = Result<T, E>>) -> Result<T, Oops> {
    tokio::time::timeout(SILENT_FOR, next).await.ok().and_then(Result::ok).ok_or_else(broken)
}

fn broken() -> Oops {
    Oops(Error::invalid(
        "form",
        "表单过大或不完整，请减少或压缩附件后重试",
        "the form is too large or broken: send fewer or smaller files",
    ))
}

async fn read<A>(
    mut multipart: Multipart,
    kit: &Kit<A>,
    page: &Reader,
    network: Network,
) -> Result<Form, Oops> {
    let actor = page.me.as_ref().map_or_else(Actor::resident, |m| m.actor.clone());
    let mut form = Form::default();
    while let Some(mut part) = flowing(multipart.next_field()).await? {
        let name = part.name().unwrap_or_default().to_owned();
        let file = part.file_name().map(str::to_owned);
        let most = if file.is_some() { city::FILE_MOST } else { FIELD_MAX };
        let mut bytes = Vec::new();
        while let Some(chunk) = flowing(part.chunk()).await? {
            if bytes.len() + chunk.len() > most {
                return Err(broken());
            }
            bytes.extend_from_slice(&chunk);
        }
        let Some(file) = file else {
            if form.fields.0.len() >= FIELDS_MAX {
                return Err(broken());
            }
            let text = String::from_utf8(bytes).map_err(|_| broken())?;
            form.fields.0.push((name, meant(text)));
            continue;
        };
        // The token comes first in the form: nobody else's page can leave files here.
        form.fields.check(page)?;
        if bytes.is_empty() && file.is_empty() {
            continue;
        }
        let brought = form.fields.0.iter().filter(|(n, _)| n == "file" || n.starts_with("file.")).count();
        if brought >= city::TICKETS_MAX {
            form.trouble = Some(Error::invalid(
                "file",
                format!("一次最多 {} 个附件，其余请分次补充", city::TICKETS_MAX),
                format!("at most {} files at once: add the others afterwards", city::TICKETS_MAX),
            ));
            continue;
        }
        let (city, actor) = (kit.city.clone(), actor.clone());
        match blocking(move || city.upload_from(network, &actor, &file, bytes)).await {
            // A file for something in particular keeps that name: `file.m1`.
            Ok(up) => {
                let name = if name.starts_with("file.") { name } else { "file".to_owned() };
                form.fields.0.push((name, up.ticket));
            }
            Err(e @ Error::Invalid { .. }) => form.trouble = Some(e),
            Err(e) => return Err(Oops(e)),
        }
    }
    form.fields.check(page)?;
    Ok(form)
}

/// A file as an answer: pictures are shown, everything else is saved; nothing in it runs.
pub fn serve_file(file: &FileRef, bytes: Vec<u8>) -> Response {
    let how = if file.kind.starts_with("image/") { "inline" } else { "attachment" };
    let name: String = file
        .name
        .bytes()
        .map(|b| {
            if b.is_ascii_alphanumeric() || b == b'.' || b == b'-' {
                char::from(b).to_string()
            } else {
                format!("%{b:02X}")
            }
        })
        .collect();
    let mut answer = bytes.into_response();
    let headers = answer.headers_mut();
    let value =
        |text: &str| HeaderValue::from_str(text).unwrap_or_else(|_| HeaderValue::from_static("attachment"));
    headers.insert(header::CONTENT_TYPE, value(&file.kind));
    headers.insert(header::CONTENT_DISPOSITION, value(&format!("{how}; filename*=UTF-8''{name}")));
    answer
}
