//! The package of an OFD document: a zip, read with suspicion.
//!
//! Readers disagree about zips that contradict themselves, and a signature is worth nothing when two programs see two
//! documents. So every entry of the directory must agree with what stands at its place, no two may share a name or
//! bytes, and sizes are counted while unpacking, never believed.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::ops::Range;

use crate::limits::Limits;
use crate::verdict::Unreadable;

/// One part.
#[derive(Clone, Debug)]
pub(crate) struct Part {
    /// Path in the package: no leading slash, forward slashes.
    pub name: String,
    /// Its bytes; none when they cannot be unpacked or the checksum says they were damaged.
    pub data: Option<Vec<u8>>,
}

/// All parts, in the order of the directory.
#[derive(Clone, Debug, Default)]
pub(crate) struct Package {
    pub parts: Vec<Part>,
    by_name: BTreeMap<String, usize>,
    by_folded: BTreeMap<String, Vec<usize>>,
}

impl Package {
    /// Reads a zip.
    pub fn read(bytes: &[u8], limits: &Limits) -> Result<Self, Unreadable> {
        let entries = directory(bytes, limits)?;
        let mut left = limits.unpacked;
        let mut package = Self::default();
        for entry in entries {
            if entry.name.ends_with('/') && entry.size == 0 {
                continue;
            }
            let (unpacked, whole) =
                unpack(bytes, &entry, left).map_err(|TooMuch| too_much("字节", "bytes", limits.unpacked))?;
            // What a damaged part unpacked to has been paid for as well.
            left -= unpacked.len();
            package.add(entry.name, whole.then_some(unpacked))?;
        }
        Ok(package)
    }

    /// Adds a part; two of one name are refused.
    pub fn add(&mut self, name: String, data: Option<Vec<u8>>) -> Result<(), Unreadable> {
        let at = self.parts.len();
        if self.by_name.insert(name.clone(), at).is_some() {
            return Err(Unreadable::new(
                "doubled_part",
                format!("文件包里有两个同名的部件“{name}”，不同软件会看到不同内容，拒绝核验。"),
                format!(
                    "Two parts of the package share the name “{name}”, so programs would see different documents; refused."
                ),
            ));
        }
        self.by_folded.entry(name.to_lowercase()).or_default().push(at);
        self.parts.push(Part { name, data });
        Ok(())
    }

    /// The part of this name; where there is none, the only one that differs in capital letters.
    pub fn find(&self, name: &str) -> Option<usize> {
        self.by_name.get(name).copied().or_else(|| match &self.by_folded.get(&name.to_lowercase())?[..] {
            [only] => Some(*only),
            _ => None,
        })
    }

    /// The part that `reference`, standing in a part of the folder `base`, means: from the root when it begins with a
    /// slash, else from the folder, else from the root, which many writers mean. None when it leaves the package.
    pub fn resolve(&self, base: &str, reference: &str) -> Result<usize, NotThere> {
        let reference = reference.trim().replace('\\', "/");
        let joined =
            if reference.starts_with('/') { reference.clone() } else { format!("{base}/{reference}") };
        let mut last = NotThere::Missing;
        for path in [joined, reference] {
            match tidy(&path) {
                Some(path) => match self.find(&path) {
                    Some(at) => return Ok(at),
                    None => last = NotThere::Missing,
                },
                None => last = NotThere::Outside,
            }
        }
        Err(last)
    }

    /// The bytes of a part that is whole.
    pub fn data(&self, at: usize) -> Option<&[u8]> {
        self.parts.get(at)?.data.as_deref()
    }
}

/// Why a reference leads nowhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NotThere {
    /// No such part.
    Missing,
    /// It leads out of the package.
    Outside,
}

/// Folder of a path.
pub(crate) fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// Takes out empty steps, `.` and `..`; none when it leaves the root.
fn tidy(path: &str) -> Option<String> {
    let mut steps = Vec::new();
    for step in path.split('/') {
        match step {
            "" | "." => {}
            ".." => {
                steps.pop()?;
            }
            step => steps.push(step),
        }
    }
    Some(steps.join("/"))
}

struct Entry {
    name: String,
    method: u16,
    checksum: u32,
    size: usize,
    /// Its sizes stand behind it once more (bit 3 of its flags).
    described: bool,
    /// Where its own header stands.
    header: usize,
    at: Range<usize>,
}

fn u16_at(bytes: &[u8], at: usize) -> Option<usize> {
    Some(usize::from(u16::from_le_bytes(bytes.get(at..at.checked_add(2)?)?.try_into().ok()?)))
}
fn u32_at(bytes: &[u8], at: usize) -> Option<usize> {
    Some(u32::from_le_bytes(bytes.get(at..at.checked_add(4)?)?.try_into().ok()?) as usize)
}
fn u64_at(bytes: &[u8], at: usize) -> Option<usize> {
    let n = u64::from_le_bytes(bytes.get(at..at.checked_add(8)?)?.try_into().ok()?);
    usize::try_from(n).ok()
}

fn broken(why_zh: &str, why_en: &str) -> Unreadable {
    Unreadable::new(
        "package_broken",
        format!("文件包不完整或自相矛盾（{why_zh}），无法核验；请重新取得原件。"),
        format!("The package is cut off or contradicts itself ({why_en}); get the original again."),
    )
}

/// Reads the directory and holds every entry against what stands at its place.
fn directory(bytes: &[u8], limits: &Limits) -> Result<Vec<Entry>, Unreadable> {
    let (count, start, end) = end_record(bytes).ok_or_else(|| broken("没有目录", "no directory"))?;
    if count > limits.parts {
        return Err(too_much("部件", "parts", limits.parts));
    }
    let mut entries = Vec::new();
    let mut at = start;
    for _ in 0..count {
        let (entry, next) = entry_at(bytes, at)?;
        if next > end {
            return Err(broken("目录超出范围", "directory out of bounds"));
        }
        entries.push(entry);
        at = next;
    }
    let mut spans: Vec<_> = entries.iter().map(|e| (e.header..e.at.end, Some(e))).collect();
    spans.push((start..end, None));
    spans.sort_by_key(|(s, _)| (s.start, s.end));
    let mut used = 0;
    let mut before: Option<&Entry> = None;
    for (span, entry) in spans {
        if span.start < used {
            return Err(broken("部件互相重叠", "parts overlap"));
        }
        // Nothing stands between but the sizes of the part before: a reader that does not look at the directory, or that looks for it
        // elsewhere, would take more for parts.
        let between = &bytes[used..span.start];
        let describes = before.is_some_and(|e| e.described && describes(between, e));
        if !between.is_empty() && !describes {
            return Err(broken("藏有目录以外的内容", "bytes hidden from the directory"));
        }
        (used, before) = (span.end, entry);
    }
    Ok(entries)
}

/// Do these bytes say the checksum and the sizes of a part, as a writer of streams puts them behind it?
fn describes(bytes: &[u8], entry: &Entry) -> bool {
    let said = bytes.strip_prefix(b"PK\x07\x08").unwrap_or(bytes);
    let packed = entry.at.len();
    let sizes = match said.len() {
        12 => (u32_at(said, 4), u32_at(said, 8)),
        20 => (u64_at(said, 4), u64_at(said, 12)),
        _ => return false,
    };
    u32_at(said, 0) == Some(entry.checksum as usize) && sizes == (Some(packed), Some(entry.size))
}

/// How many entries, where the directory begins and where it ends. It must end where the record of its end begins, both records of
/// a wide archive must say the same, and no comment may look like an archive: else two programs find two directories.
fn end_record(bytes: &[u8]) -> Option<(usize, usize, usize)> {
    let from = bytes.len().checked_sub(22)?;
    let lowest = from.saturating_sub(0xffff);
    let at = (lowest..=from).rev().find(|at| bytes[*at..].starts_with(b"PK\x05\x06"))?;
    let comment = bytes.get(at + 22..)?;
    (u16_at(bytes, at + 20)? == comment.len() && !comment.windows(2).any(|w| w == b"PK")).then_some(())?;
    // One disk, all entries on it.
    (u32_at(bytes, at + 4)? == 0 && u16_at(bytes, at + 8)? == u16_at(bytes, at + 10)?).then_some(())?;
    let narrow = (u16_at(bytes, at + 10)?, u32_at(bytes, at + 12)?, u32_at(bytes, at + 16)?);
    let locator = at.checked_sub(20).filter(|l| bytes[*l..].starts_with(b"PK\x06\x07"));
    let Some(locator) = locator else {
        let (count, size, start) = narrow;
        return (start.checked_add(size)? == at).then_some((count, start, at));
    };
    let wide = u64_at(bytes, locator + 8)?;
    bytes.get(wide..)?.starts_with(b"PK\x06\x06").then_some(())?;
    (wide.checked_add(12)?.checked_add(u64_at(bytes, wide + 4)?)? == locator).then_some(())?;
    let (count, size, start) =
        (u64_at(bytes, wide + 32)?, u64_at(bytes, wide + 40)?, u64_at(bytes, wide + 48)?);
    let same = |narrow: usize, most: usize, wide: usize| narrow == most || narrow == wide;
    let agree = same(narrow.0, 0xffff, count)
        && same(narrow.1, 0xffff_ffff, size)
        && same(narrow.2, 0xffff_ffff, start);
    (agree && start.checked_add(size)? == wide).then_some((count, start, wide))
}

fn entry_at(bytes: &[u8], at: usize) -> Result<(Entry, usize), Unreadable> {
    let cut = || broken("目录读不完", "directory cut off");
    let read = || -> Option<_> {
        bytes.get(at..)?.starts_with(b"PK\x01\x02").then_some(())?;
        let flags = u16_at(bytes, at + 8)?;
        let [name, extra, comment] = [28, 30, 32].map(|o| u16_at(bytes, at + o));
        let (name, extra, comment) = (name?, extra?, comment?);
        let name_bytes = bytes.get(at + 46..at + 46 + name)?;
        let extra_bytes = bytes.get(at + 46 + name..at + 46 + name + extra)?;
        let mut sizes = [u32_at(bytes, at + 24)?, u32_at(bytes, at + 20)?, u32_at(bytes, at + 42)?];
        wide_sizes(extra_bytes, &mut sizes);
        let fixed = (u16_at(bytes, at + 10)? as u16, u32_at(bytes, at + 16)? as u32);
        Some((flags, fixed, sizes, (name_bytes, extra_bytes), at + 46 + name + extra + comment))
    };
    let (flags, (method, checksum), [size, packed, local], (name_bytes, extra_bytes), next) =
        read().ok_or_else(cut)?;
    let name = name_of(name_bytes);
    let said = |why_zh: &str, why_en: &str| {
        Unreadable::new(
            "package_broken",
            format!("部件“{name}”{why_zh}，拒绝核验。"),
            format!("The part “{name}” {why_en}; refused."),
        )
    };
    if flags & 1 != 0 {
        return Err(Unreadable::new(
            "encrypted",
            "文件包加了密，请先解密再核验。",
            "The package is encrypted; decrypt it before it is checked.",
        ));
    }
    if method != 0 && method != 8 {
        return Err(said("用了 OFD 不允许的压缩方法", "is packed in a way OFD does not allow"));
    }
    let local_read = || -> Option<_> {
        bytes.get(local..)?.starts_with(b"PK\x03\x04").then_some(())?;
        let (name, extra) = (u16_at(bytes, local + 26)?, u16_at(bytes, local + 28)?);
        let same_name = bytes.get(local + 30..local + 30 + name)? == name_bytes;
        let same_method = u16_at(bytes, local + 8)? == usize::from(method);
        let own_extra = bytes.get(local + 30 + name..local + 30 + name + extra)?;
        let own_flags = u16_at(bytes, local + 6)?;
        let mut own_sizes = [u32_at(bytes, local + 22)?, u32_at(bytes, local + 18)?, 0];
        wide_sizes(own_extra, &mut own_sizes);
        let own = (u32_at(bytes, local + 14)?, own_sizes[1], own_sizes[0]);
        // Where the sizes follow behind the part, its header may have none.
        let same_sizes = own == (checksum as usize, packed, size) || flags & 8 != 0 && own == (0, 0, 0);
        let same_flags = own_flags & 9 == flags & 9;
        let one_name = !renames(extra_bytes, name_bytes) && !renames(own_extra, name_bytes);
        let start = local + 30 + name + extra;
        let end = start.checked_add(packed)?;
        let same = same_name && same_method && same_sizes && same_flags && one_name;
        (end <= bytes.len()).then_some((same, start..end))
    };
    let (same, span) =
        local_read().ok_or_else(|| said("不在目录所说的位置", "is not where the directory says"))?;
    if !same {
        return Err(said("与目录所说不符", "is not what the directory says"));
    }
    if name.split('/').any(|s| s == "..") || name.is_empty() || name.contains('\0') {
        return Err(said("的路径有问题", "has a path that leads out of the package"));
    }
    let described = flags & 8 != 0;
    Ok((Entry { name, method, checksum, size, described, header: local, at: span }, next))
}

/// Sizes that do not fit into 32 bits stand in the extra field, in this order.
fn wide_sizes(mut extra: &[u8], sizes: &mut [usize; 3]) {
    while let (Some(id), Some(length)) = (u16_at(extra, 0), u16_at(extra, 2)) {
        let Some(body) = extra.get(4..4 + length) else { return };
        if id == 1 {
            let mut at = 0;
            for size in sizes.iter_mut().filter(|s| **s == 0xffff_ffff) {
                let Some(n) = u64_at(body, at) else { return };
                *size = n;
                at += 8;
            }
        }
        extra = &extra[4 + length..];
    }
}

/// Does the extra field give the part another name in Unicode (0x7075), by which other programs know it?
fn renames(mut extra: &[u8], name: &[u8]) -> bool {
    while let (Some(id), Some(length)) = (u16_at(extra, 0), u16_at(extra, 2)) {
        let Some(body) = extra.get(4..4 + length) else { return true };
        let unicode = body.get(5..).unwrap_or_default();
        if id == 0x7075 && name_of(unicode) != name_of(name) {
            return true;
        }
        extra = &extra[4 + length..];
    }
    false
}

fn name_of(bytes: &[u8]) -> String {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => encoding_rs::GB18030.decode(bytes).0.into_owned(),
    };
    let text = text.replace('\\', "/");
    let mut text = text.trim_start_matches('/');
    while let Some(rest) = text.strip_prefix("./") {
        text = rest;
    }
    text.to_owned()
}

struct TooMuch;

/// The bytes of a part as far as they can be unpacked, and whether that is all of it.
fn unpack(bytes: &[u8], entry: &Entry, left: usize) -> Result<(Vec<u8>, bool), TooMuch> {
    let packed = &bytes[entry.at.clone()];
    let mut whole = true;
    let data = if entry.method == 0 {
        if packed.len() > left {
            return Err(TooMuch);
        }
        packed.to_vec()
    } else {
        let mut data = Vec::with_capacity(entry.size.min(packed.len().saturating_mul(8)).min(left));
        let most = (left as u64).saturating_add(1);
        whole = flate2::read::DeflateDecoder::new(packed).take(most).read_to_end(&mut data).is_ok();
        if data.len() > left {
            return Err(TooMuch);
        }
        data
    };
    let mut sum = flate2::Crc::new();
    sum.update(&data);
    let whole = whole && sum.sum() == entry.checksum && data.len() == entry.size;
    Ok((data, whole))
}

fn too_much(zh: &str, en: &str, most: usize) -> Unreadable {
    Unreadable::new(
        "too_large",
        format!("文件包展开后超过上限（{most} {zh}），可能是压缩炸弹，拒绝核验。"),
        format!("The package unpacks to more than {most} {en}, perhaps a bomb; refused."),
    )
}

/// Writes a zip of these parts, each packed.
pub(crate) fn write(package: &Package) -> std::io::Result<Vec<u8>> {
    use std::io::Write as _;
    let mut out = Vec::new();
    let mut listed = Vec::new();
    let mut count = 0u16;
    for part in &package.parts {
        let data = part.data.as_deref().unwrap_or_default();
        let mut sum = flate2::Crc::new();
        sum.update(data);
        let mut packer = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::default());
        packer.write_all(data)?;
        let packed = packer.finish()?;
        let wide = |n: usize| u32::try_from(n).map_err(|_| std::io::ErrorKind::FileTooLarge);
        let name_length = u16::try_from(part.name.len()).map_err(|_| std::io::ErrorKind::InvalidFilename)?;
        let start = wide(out.len())?;
        // Version 2.0, names in UTF-8, deflate, 1980-01-01: the same document gives the same bytes.
        let mut header = Vec::from([20, 0, 0, 8, 8, 0, 0, 0, 0x21, 0]);
        header.extend_from_slice(&sum.sum().to_le_bytes());
        header.extend_from_slice(&wide(packed.len())?.to_le_bytes());
        header.extend_from_slice(&wide(data.len())?.to_le_bytes());
        header.extend_from_slice(&name_length.to_le_bytes());
        header.extend_from_slice(&[0, 0]);
        out.extend_from_slice(b"PK\x03\x04");
        out.extend_from_slice(&header);
        out.extend_from_slice(part.name.as_bytes());
        out.extend_from_slice(&packed);
        listed.extend_from_slice(b"PK\x01\x02\x14\0");
        listed.extend_from_slice(&header);
        listed.extend_from_slice(&[0; 10]);
        listed.extend_from_slice(&start.to_le_bytes());
        listed.extend_from_slice(part.name.as_bytes());
        count = count.checked_add(1).ok_or(std::io::ErrorKind::FileTooLarge)?;
    }
    let start = u32::try_from(out.len()).map_err(|_| std::io::ErrorKind::FileTooLarge)?;
    let size = u32::try_from(listed.len()).map_err(|_| std::io::ErrorKind::FileTooLarge)?;
    out.extend_from_slice(&listed);
    out.extend_from_slice(b"PK\x05\x06\0\0\0\0");
    out.extend_from_slice(&count.to_le_bytes());
    out.extend_from_slice(&count.to_le_bytes());
    out.extend_from_slice(&size.to_le_bytes());
    out.extend_from_slice(&start.to_le_bytes());
    out.extend_from_slice(&[0, 0]);
    Ok(out)
}
