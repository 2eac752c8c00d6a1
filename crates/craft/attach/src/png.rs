//! PNG without anything but the picture: an allow-list of chunks, nothing after the end.

const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";
const KEPT: &[&[u8; 4]] = &[
    b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"cHRM", b"gAMA", b"iCCP", b"sBIT", b"sRGB", b"bKGD",
    b"pHYs", b"acTL", b"fcTL", b"fdAT",
];

/// The picture alone; none when it is no readable PNG.
pub(crate) fn clean(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut rest = bytes.strip_prefix(SIGNATURE)?;
    let mut out = Vec::with_capacity(bytes.len());
    out.extend(SIGNATURE);
    let mut drawn = false;
    while let Some((length, _)) = rest.split_first_chunk::<4>() {
        let whole = usize::try_from(u32::from_be_bytes(*length)).ok()?.checked_add(12)?;
        let chunk = rest.get(..whole)?;
        let name: &[u8; 4] = chunk[4..8].try_into().ok()?;
        if KEPT.contains(&name) {
            out.extend(chunk);
        }
        drawn |= name == b"IDAT";
        if name == b"IEND" {
            return drawn.then_some(out);
        }
        rest = &rest[whole..];
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chunk(name: &[u8; 4], content: &[u8]) -> Vec<u8> {
        let mut c = u32::try_from(content.len()).unwrap().to_be_bytes().to_vec();
        c.extend(name);
        c.extend(content);
        c.extend([1, 2, 3, 4]);
        c
    }

    #[test]
    fn texts_times_and_exif_go() {
        let mut p = SIGNATURE.to_vec();
        for (name, content) in [
            (b"IHDR", &b"0123456789012"[..]),
            (b"eXIf", b"secret"),
            (b"iTXt", b"secret"),
            (b"tIME", b"secret"),
            (b"IDAT", b"picture"),
            (b"IEND", b""),
        ] {
            p.extend(chunk(name, content));
        }
        p.extend(b"secret behind the end");
        let out = clean(&p).unwrap();
        assert!(!out.windows(6).any(|w| w == b"secret"));
        assert!(out.windows(7).any(|w| w == b"picture"));
        assert_eq!(clean(&out).unwrap(), out);
        for n in 0..out.len() {
            assert!(clean(&out[..n]).is_none(), "cut at {n}");
        }
    }
}
