//! OFD (GB/T 33190): which signatures a document has, what each covers, and whether that is still so.

pub(crate) mod package;
pub(crate) mod xml;

use std::collections::{BTreeSet, HashMap};

use kernel::Moment;

use crate::der;
use crate::digest::Digest;
use crate::limits::{DOCUMENTS, NAMES};
use crate::value::{Options, judge};
use crate::verdict::{Form, Problem, Report, Unreadable, Verdict};
use package::{NotThere, Package, folder};
use xml::Element;

/// The list of signatures of one document in the package.
struct List {
    /// `Signatures.xml`.
    at: usize,
    entries: Vec<Listed>,
}

/// One line of that list.
struct Listed {
    id: Option<String>,
    kind: Option<String>,
    place: String,
    /// What the signature is made of, as far as it can be read.
    found: Result<Signature, (&'static str, &'static str, &'static str)>,
}

/// `Signature.xml`, read.
struct Signature {
    /// The part itself.
    at: usize,
    value: Result<usize, NotThere>,
    seal: Option<usize>,
    method: String,
    references: Vec<(String, String)>,
    stated_at: Option<Moment>,
}

impl Signature {
    /// Parts that belong to it and to nothing else.
    fn own(&self) -> impl Iterator<Item = usize> {
        [Some(self.at), self.value.ok(), self.seal].into_iter().flatten()
    }
}

/// Digests of parts, each made once however many signatures name it.
#[derive(Default)]
struct Sums(HashMap<(usize, Digest), Vec<u8>>);

impl Sums {
    fn is(&mut self, package: &Package, at: usize, method: Digest, stated: &[u8]) -> bool {
        let Some(data) = package.data(at) else { return false };
        self.0.entry((at, method)).or_insert_with(|| method.of(data)) == stated
    }
}

/// Judges every signature of a document.
pub(crate) fn verify(bytes: &[u8], options: &Options) -> Result<Report, Unreadable> {
    let package = Package::read(bytes, &options.limits)?;
    let mut report = Report { file: "ofd", signatures: Vec::new(), problems: Vec::new() };
    let lists = lists(&package, options, &mut report.problems)?;
    let mut sums = Sums::default();
    let mut listed = BTreeSet::new();
    for list in &lists {
        listed.insert(list.at);
        for entry in &list.entries {
            if let Ok(signature) = &entry.found {
                listed.extend(signature.own());
            }
        }
    }
    for (number, list) in lists.iter().enumerate() {
        for (index, entry) in list.entries.iter().enumerate() {
            let mut verdict = judge_entry(&package, entry, &mut sums, options);
            if let Ok(signature) = &entry.found {
                covered(&mut verdict, &package, &lists, (number, index), signature);
            }
            report.signatures.push(verdict);
        }
    }
    stray(&package, &listed, &mut report.problems);
    if report.signatures.is_empty() {
        report.problems.push(problem(
            "no_signature",
            "这份文件没有签章，不能证明由谁出具、是否改过。",
            "The document carries no signature: nothing proves who issued it or that it is unchanged.",
        ));
    }
    Ok(report)
}

fn problem(code: &'static str, zh: impl Into<String>, en: impl Into<String>) -> Problem {
    Problem { code, said: kernel::Said::new(zh, en) }
}

fn lists(package: &Package, options: &Options, problems: &mut Vec<Problem>) -> Result<Vec<List>, Unreadable> {
    let not_ofd = || {
        Unreadable::new(
            "not_ofd",
            "文件包里没有可读的 OFD.xml，不是 OFD 文件。",
            "The package has no readable OFD.xml; it is not an OFD document.",
        )
    };
    let entry = package.find("OFD.xml").ok_or_else(not_ofd)?;
    let data = package.data(entry).ok_or_else(not_ofd)?;
    let root = Element::read(data, &options.limits).map_err(|_| not_ofd())?;
    let mut found: Vec<List> = Vec::new();
    let mut left = options.limits.signatures;
    for body in root.all("DocBody").take(DOCUMENTS) {
        let Some(place) = body.child("Signatures").map(Element::text).filter(|t| !t.is_empty()) else {
            continue;
        };
        let at = package.resolve("", place);
        if at.is_ok_and(|at| found.iter().any(|l| l.at == at)) {
            continue;
        }
        let list = at.ok().and_then(|at| Some((at, Element::read(package.data(at)?, &options.limits).ok()?)));
        let Some((at, list)) = list else {
            problems.push(problem(
                "list_missing",
                format!("OFD.xml 登记了签名列表“{}”，但它不在文件里或读不出来：签章可能被删去。", shown(place)),
                format!("OFD.xml names a list of signatures “{}” that is not there or not readable: signatures may have been removed.", shown(place)),
            ));
            continue;
        };
        let base = folder(&package.parts[at].name);
        let mut entries: Vec<Listed> = Vec::new();
        for line in list.all("Signature") {
            if left == 0 {
                return Err(Unreadable::new(
                    "too_large",
                    format!("签名超过 {} 个，拒绝核验。", options.limits.signatures),
                    format!("More than {} signatures; refused.", options.limits.signatures),
                ));
            }
            left -= 1;
            let place = line.value("BaseLoc").unwrap_or(line.text()).to_owned();
            let found = package.resolve(base, &place);
            let again =
                found.is_ok_and(|at| entries.iter().any(|e| e.found.as_ref().is_ok_and(|s| s.at == at)));
            entries.push(Listed {
                id: line.value("ID").map(shown),
                kind: line.value("Type").map(shown),
                found: match found {
                    Ok(_) if again => Err((
                        "listed_twice",
                        "签名列表里重复登记了同一个签名。",
                        "The list of signatures names one signature twice.",
                    )),
                    Ok(at) => signature(package, at, options),
                    Err(why) => Err(match why {
                        NotThere::Missing => (
                            "signature_missing",
                            "列表里登记的签名文件不在文件包里，可能被删去。",
                            "The list names a signature that is not in the package; it may have been removed.",
                        ),
                        NotThere::Outside => (
                            "path_outside",
                            "列表里登记的签名指到文件包以外。",
                            "The list names a signature outside of the package.",
                        ),
                    }),
                },
                place: shown(&place),
            });
        }
        found.push(List { at, entries });
    }
    Ok(found)
}

/// A text out of a file, cut to what an answer can hold.
fn shown(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(200).collect()
}

fn signature(
    package: &Package,
    at: usize,
    options: &Options,
) -> Result<Signature, (&'static str, &'static str, &'static str)> {
    let bad = (
        "signature_unreadable",
        "签名文件读不出来，不能认定有效。",
        "The signature file cannot be read; it proves nothing.",
    );
    let data = package.data(at).ok_or(bad)?;
    let root = Element::read(data, &options.limits).map_err(|_| bad)?;
    let info = root.child("SignedInfo").ok_or(bad)?;
    let base = folder(&package.parts[at].name);
    let value = root.child("SignedValue").or_else(|| info.child("SignedValue")).map(Element::text);
    let references = info.child("References").ok_or(bad)?;
    let seal = info.child("Seal").and_then(|s| s.value("BaseLoc"));
    Ok(Signature {
        at,
        value: value.map_or(Err(NotThere::Missing), |v| package.resolve(base, v)),
        seal: seal.and_then(|s| package.resolve(base, s).ok()),
        method: references.value("CheckMethod").unwrap_or_default().to_owned(),
        references: references
            .all("Reference")
            .map(|r| {
                let file = r.value("FileRef").unwrap_or_default().to_owned();
                (file, r.value("CheckValue").unwrap_or_default().to_owned())
            })
            .collect(),
        stated_at: info.value("SignatureDateTime").and_then(der::moment_of_text),
    })
}

fn judge_entry(package: &Package, entry: &Listed, sums: &mut Sums, options: &Options) -> Verdict {
    let mut verdict = match &entry.found {
        Err((code, zh, en)) => {
            let mut verdict = Verdict::new(Form::Unknown);
            verdict.say(code, *zh, *en);
            verdict
        }
        Ok(signature) => judge_signature(package, signature, sums, options),
    };
    verdict.id.clone_from(&entry.id);
    verdict.place = Some(match &entry.found {
        Ok(signature) => package.parts[signature.at].name.clone(),
        Err(_) => entry.place.clone(),
    });
    // Only a path is a path: the standard leaves the contents of this field to the writer.
    if let (Ok(signature), Some(signed)) = (&entry.found, &verdict.signed_place)
        && signed.to_lowercase().ends_with(".xml")
        && package.resolve("", signed) != Ok(signature.at)
    {
        let signed = shown(signed);
        verdict.say(
            "signature_moved",
            format!("签章时签名文件在“{signed}”，现在不在那里：签名可能被挪过。"),
            format!("When it was signed the signature lay at “{signed}” and lies elsewhere now: it may have been moved."),
        );
    }
    if entry.kind.as_deref() == Some("Seal") && matches!(verdict.form, Form::Raw | Form::Pkcs7) {
        verdict.say(
            "seal_expected",
            "列表里写的是电子印章，里面却没有印章，只是普通数字签名。",
            "The list calls it a seal, but there is no seal in it, only a plain signature.",
        );
    }
    verdict
}

fn judge_signature(package: &Package, signature: &Signature, sums: &mut Sums, options: &Options) -> Verdict {
    let document = package.data(signature.at).unwrap_or_default();
    let value = signature.value.ok().and_then(|at| package.data(at));
    let value = value.filter(|v| v.len() <= options.limits.value);
    let mut verdict = match value {
        Some(value) => judge(value, document, signature.stated_at, options),
        None => {
            let mut verdict = Verdict::new(Form::Unknown);
            verdict.signed_at = signature.stated_at;
            verdict.say(
                "value_missing",
                "签名值文件不在文件包里、已损坏或过大，不能认定有效。",
                "The signature value is not in the package, damaged or too large; it proves nothing.",
            );
            verdict
        }
    };
    let digests = references(&mut verdict, package, signature, sums);
    if !digests {
        verdict.intact = Some(false);
    }
    if let (Some(at), Some(stamped)) = (signature.seal, value) {
        same_seal(&mut verdict, package, at, stamped);
    }
    verdict
}

/// Compares the digest of every part that is named. Every one must be there, whole and unchanged.
fn references(verdict: &mut Verdict, package: &Package, signature: &Signature, sums: &mut Sums) -> bool {
    verdict.references = signature.references.len();
    let named = Digest::of_name(&signature.method);
    let of_length = || {
        let first = signature.references.first()?;
        signature.method.is_empty().then(|| Digest::of_length(crate::text::digest(&first.1)?.len()))?
    };
    let Some(method) = named.or_else(of_length) else {
        let name = shown(&signature.method);
        verdict.say(
            "check_method_unknown",
            format!("不认识的摘要方法“{name}”，无法核对文件是否改过。"),
            format!(
                "Unknown way of making digests, “{name}”; it cannot be told whether the document changed."
            ),
        );
        verdict.check_method = Some(name);
        return false;
    };
    verdict.check_method = Some(method.name().to_owned());
    if let Some(said) = method.legacy() {
        verdict.say("check_method_legacy", said.zh, said.en);
    }
    let base = folder(&package.parts[signature.at].name);
    let (mut changed, mut missing, mut outside) = (Vec::new(), Vec::new(), Vec::new());
    for (file, stated) in &signature.references {
        match package.resolve(base, file) {
            Ok(at) => {
                let good = crate::text::digest(stated).is_some_and(|s| sums.is(package, at, method, &s));
                if !good {
                    changed.push(package.parts[at].name.clone());
                }
            }
            Err(NotThere::Missing) => missing.push(shown(file)),
            Err(NotThere::Outside) => outside.push(shown(file)),
        }
    }
    if verdict.references == 0 {
        verdict.say(
            "covers_nothing",
            "签名没有列出任何受保护的文件，等于没有保护内容。",
            "The signature names no part at all, so it protects nothing.",
        );
    }
    for (code, zh, en, names) in [
        ("part_changed", "签章后被改动或损坏", "changed or damaged since it was signed", &changed),
        ("part_missing", "签章后被删去或移走", "removed or moved since it was signed", &missing),
        (
            "path_outside",
            "指到文件包以外，不能核验",
            "outside of the package and cannot be checked",
            &outside,
        ),
    ] {
        if !names.is_empty() {
            let list = listed(names);
            verdict.say(code, format!("{zh}：{list}。"), format!("Parts {en}: {list}."));
        }
    }
    let good = changed.is_empty() && missing.is_empty() && outside.is_empty() && verdict.references > 0;
    verdict.changed = changed.into_iter().chain(missing).chain(outside).take(NAMES).collect();
    good
}

/// The first names, and how many more.
fn listed(names: &[String]) -> String {
    let some = names.iter().take(5).map(String::as_str).collect::<Vec<_>>().join("、");
    if names.len() > 5 { format!("{some} …（{}）", names.len()) } else { some }
}

/// The seal beside the signature is what a viewer may show; it must be the one that was signed.
fn same_seal(verdict: &mut Verdict, package: &Package, at: usize, value: &[u8]) {
    let Some(shown) = package.data(at) else { return };
    let signed = crate::ses::Stamp::read(value).map(|s| s.seal.raw);
    if signed.is_ok_and(|s| s != shown) {
        verdict.say(
            "seal_differs",
            "随附的印章文件与签章里的印章不是同一枚，页面上显示的印章不可信。",
            "The seal beside the signature is not the one inside it: the picture on the page cannot be trusted.",
        );
    }
}

/// Which parts the signature leaves out, and what they are.
fn covered(
    verdict: &mut Verdict,
    package: &Package,
    lists: &[List],
    here: (usize, usize),
    signature: &Signature,
) {
    let base = folder(&package.parts[signature.at].name);
    let mut known: BTreeSet<usize> =
        signature.references.iter().filter_map(|(file, _)| package.resolve(base, file).ok()).collect();
    // A seal beside the signature that is another one than the seal inside is nobody's.
    let differs = verdict.problems.iter().any(|p| p.code == "seal_differs");
    known.extend(signature.own().filter(|at| !differs || Some(*at) != signature.seal));
    known.extend(lists.iter().map(|l| l.at));
    let others = lists.iter().enumerate().flat_map(|(l, list)| {
        list.entries.iter().enumerate().filter(move |(e, _)| (l, *e) != here).map(|(_, e)| e)
    });
    let mut beside = 0usize;
    for other in others.filter_map(|e| e.found.as_ref().ok()) {
        beside += usize::from(!known.contains(&other.at));
        known.extend(other.own());
    }
    let left: Vec<_> = (0..package.parts.len()).filter(|at| !known.contains(at)).collect();
    let names: Vec<_> = left.iter().map(|at| package.parts[*at].name.clone()).collect();
    verdict.covers_all = left.is_empty() && verdict.references > 0;
    verdict.uncovered_count = left.len();
    if beside > 0 {
        verdict.say(
            "other_signatures",
            format!("文件里另有 {beside} 个签名不在这个签名的保护范围内（通常是后来加签的），各自单独核验。"),
            format!("{beside} other signature(s), usually added later, are outside of this one; each is judged by itself."),
        );
    }
    let entry = package.find("OFD.xml");
    let (of_entry, of_others): (Vec<&usize>, Vec<&usize>) = left.iter().partition(|at| Some(**at) == entry);
    if !of_entry.is_empty() {
        verdict.say(
            "entry_not_covered",
            "入口文件 OFD.xml 不在保护范围内：文件包可能被改为指向别的内容。",
            "OFD.xml, by which the document is opened, is not covered: the package may have been made to point elsewhere.",
        );
    }
    if !of_others.is_empty() {
        let others: Vec<String> = of_others.into_iter().map(|at| package.parts[*at].name.clone()).collect();
        let list = listed(&others);
        verdict.say(
            "part_not_covered",
            format!("不在签章保护范围内，可能是签章后添加的：{list}。"),
            format!("Not covered by the signature and perhaps added later: {list}."),
        );
    }
    verdict.uncovered = names.into_iter().take(NAMES).collect();
}

/// Signatures that lie in the package but are on no list.
fn stray(package: &Package, listed: &BTreeSet<usize>, problems: &mut Vec<Problem>) {
    let is_signature = |name: &str| {
        let file = name.rsplit('/').next().unwrap_or(name).to_lowercase();
        matches!(file.as_str(), "signature.xml" | "signatures.xml" | "signedvalue.dat")
    };
    let names: Vec<_> = package
        .parts
        .iter()
        .enumerate()
        .filter(|(at, p)| !listed.contains(at) && p.name.contains('/') && is_signature(&p.name))
        .map(|(_, p)| p.name.clone())
        .collect();
    if !names.is_empty() {
        let list = self::listed(&names);
        problems.push(problem(
            "signature_not_listed",
            format!("文件包里有未登记的签名文件，签章可能被人摘除：{list}。"),
            format!("Signature files that no list names; a signature may have been taken off: {list}."),
        ));
    }
}
