//! Setting a seal under an OFD document: every part as it is, three new ones, and one line in `OFD.xml`.

use kernel::{Moment, Said};

use crate::digest::Digest;
use crate::key::Signer;
use crate::limits::Limits;
use crate::ofd::package::{self, Package, folder};
use crate::ofd::xml::{Element, escaped};
use crate::text::to_base64;

/// Where the picture of the seal goes.
#[derive(Clone, Debug)]
pub struct Stamping {
    /// Identifier of the page.
    pub page: String,
    /// Left, top, width, height in millimetres.
    pub boundary: [f64; 4],
}

/// Sets a seal under a document and returns the new package. Earlier signatures stay right, unless one of them covers
/// the list of signatures: then the document was closed and this is refused.
pub fn sign_ofd(
    document: &[u8],
    seal: &[u8],
    signer: &dyn Signer,
    at: Moment,
    stampings: &[Stamping],
) -> Result<Vec<u8>, Said> {
    let limits = Limits::default();
    let mut package = Package::read(document, &limits).map_err(|e| e.0.said)?;
    let not_ofd = || Said::new("不是可读的 OFD 文件。", "Not a readable OFD document.");
    if package.parts.iter().any(|p| p.data.is_none()) {
        return Err(Said::new(
            "OFD 文件有损坏的部件，不能签章。",
            "The document has damaged parts and cannot be sealed.",
        ));
    }
    let entry = package.find("OFD.xml").ok_or_else(not_ofd)?;
    let text = package.data(entry).and_then(|d| std::str::from_utf8(d).ok()).ok_or_else(not_ofd)?.to_owned();
    let root = Element::read(text.as_bytes(), &limits).map_err(|_| not_ofd())?;
    let body = root.child("DocBody").ok_or_else(not_ofd)?;
    let main = body.child("DocRoot").ok_or_else(not_ofd)?.text();
    let main = package.resolve("", main).map_err(|_| not_ofd())?;
    let home = folder(&package.parts[main].name).to_owned();
    let home = if home.is_empty() { String::new() } else { format!("{home}/") };

    let existing = body.child("Signatures").and_then(|s| package.resolve("", s.text()).ok());
    let (list_place, old_list) = match existing {
        Some(at) => (package.parts[at].name.clone(), package.data(at).map(<[u8]>::to_vec)),
        None => {
            let place = format!("{home}Signs/Signatures.xml");
            insert_list(&mut package, entry, &text, &place).ok_or_else(not_ofd)?;
            (place, None)
        }
    };
    let number = (0..=limits.signatures)
        .find(|n| package.find(&format!("{home}Signs/Sign_{n}/Signature.xml")).is_none())
        .ok_or_else(not_ofd)?;
    let own = format!("{home}Signs/Sign_{number}");
    let (signature_place, value_place) = (format!("/{own}/Signature.xml"), format!("/{own}/SignedValue.dat"));

    let line = |id: &str| {
        format!(r#"<ofd:Signature ID="{id}" Type="Seal" BaseLoc="{}"/>"#, escaped(&signature_place))
    };
    let new_list = match &old_list {
        None => format!(
            r#"<?xml version="1.0" encoding="UTF-8"?>
<ofd:Signatures xmlns:ofd="http://www.ofdspec.org/2016"><ofd:MaxSignId>1</ofd:MaxSignId>{}</ofd:Signatures>"#,
            line("1")
        ),
        Some(old) => add_line(old, &line, &limits).ok_or_else(not_ofd)?,
    };
    refuse_when_closed(&package, &list_place, &limits)?;

    let seal_place = format!("{own}/Seal.esl");
    package.add(seal_place.clone(), Some(seal.to_vec())).map_err(|e| e.0.said)?;
    let covered = package.parts.iter().filter(|p| p.name != list_place);
    let references: String = covered
        .map(|p| {
            let sum = to_base64(&Digest::Sm3.of(p.data.as_deref().unwrap_or_default()));
            let name = escaped(&p.name);
            format!(
                r#"<ofd:Reference FileRef="/{name}"><ofd:CheckValue>{sum}</ofd:CheckValue></ofd:Reference>"#
            )
        })
        .collect();
    let stamps: String = stampings
        .iter()
        .enumerate()
        .map(|(i, s)| {
            let [x, y, w, h] = s.boundary;
            format!(
                r#"<ofd:StampAnnot ID="s{number}_{i}" PageRef="{}" Boundary="{x} {y} {w} {h}"/>"#,
                escaped(&s.page)
            )
        })
        .collect();
    let moment = at.beijing();
    let signature = format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<ofd:Signature xmlns:ofd="http://www.ofdspec.org/2016"><ofd:SignedInfo><ofd:Provider ProviderName="bancheng" Version="{}" Company="bancheng"/><ofd:SignatureMethod>1.2.156.10197.1.501</ofd:SignatureMethod><ofd:SignatureDateTime>{} {}</ofd:SignatureDateTime><ofd:References CheckMethod="1.2.156.10197.1.401">{references}</ofd:References>{stamps}<ofd:Seal><ofd:BaseLoc>/{}</ofd:BaseLoc></ofd:Seal></ofd:SignedInfo><ofd:SignedValue>{}</ofd:SignedValue></ofd:Signature>"#,
        env!("CARGO_PKG_VERSION"),
        moment.date(),
        moment.time().strftime("%H:%M:%S"),
        escaped(&seal_place),
        escaped(&value_place),
    );
    let value = super::stamp(seal, signature.as_bytes(), &signature_place, signer, at)?;
    let mut add = |name: &str, data: Vec<u8>| {
        package.add(name.trim_start_matches('/').to_owned(), Some(data)).map_err(|e| e.0.said)
    };
    add(&signature_place, signature.into_bytes())?;
    add(&value_place, value)?;
    match existing {
        Some(at) => package.parts[at].data = Some(new_list.into_bytes()),
        None => add(&list_place, new_list.into_bytes())?,
    }
    package::write(&package).map_err(|_| {
        Said::new("签章后的文件过大，写不出来。", "The sealed document is too large to be written.")
    })
}

/// Names the list in `OFD.xml`, which otherwise stays as it is to the byte.
fn insert_list(package: &mut Package, entry: usize, text: &str, place: &str) -> Option<()> {
    let end = text.find("DocBody>").and_then(|_| {
        let close = text.match_indices("</").find(|(at, _)| {
            let name = text[at + 2..].split('>').next().unwrap_or_default().trim_end();
            name.rsplit(':').next() == Some("DocBody")
        })?;
        Some(close.0)
    })?;
    let prefix = text[end + 2..].split("DocBody").next()?;
    let line = format!("<{prefix}Signatures>/{}</{prefix}Signatures>", escaped(place));
    package.parts.get_mut(entry)?.data = Some([&text[..end], &line, &text[end..]].concat().into_bytes());
    Some(())
}

/// One more line in the list, with an identifier above all there are.
fn add_line(old: &[u8], line: &dyn Fn(&str) -> String, limits: &Limits) -> Option<String> {
    let text = std::str::from_utf8(old).ok()?;
    let list = Element::read(old, limits).ok()?;
    let digits =
        |t: &str| t.chars().filter(char::is_ascii_digit).collect::<String>().parse::<u64>().unwrap_or(0);
    let ids =
        list.all("Signature").filter_map(|s| s.value("ID")).chain(list.child("MaxSignId").map(Element::text));
    let next = ids.map(digits).max().unwrap_or(0).checked_add(1)?;
    let end = text.rfind("</")?;
    let prefix = text[end + 2..].split("Signatures").next()?;
    let mut new = line(&next.to_string());
    if prefix != "ofd:" {
        new = new.replacen("<ofd:Signature ", &format!("<{prefix}Signature "), 1);
    }
    Some([&text[..end], &new, &text[end..]].concat())
}

/// Who covers the list of signatures allows no further one.
fn refuse_when_closed(package: &Package, list: &str, limits: &Limits) -> Result<(), Said> {
    let Some(at) = package.find(list) else { return Ok(()) };
    let signatures = package.parts.iter().filter(|p| p.name.to_lowercase().ends_with("signature.xml"));
    for part in signatures {
        let Some(root) = part.data.as_deref().and_then(|d| Element::read(d, limits).ok()) else { continue };
        let info = root.child("SignedInfo").and_then(|i| i.child("References"));
        let base = folder(&part.name);
        let closes = info.is_some_and(|r| {
            r.all("Reference")
                .any(|r| package.resolve(base, r.value("FileRef").unwrap_or_default()) == Ok(at))
        });
        if closes {
            return Err(Said::new(
                "前一个签章已锁定签名列表，再签会使它失效，不能加签。",
                "An earlier signature closed the list of signatures; another one would break it, so it is refused.",
            ));
        }
    }
    Ok(())
}
