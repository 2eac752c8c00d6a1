//! WebP without anything but the picture: an allow-list of chunks, nothing after the end.

const KEPT: &[&[u8; 4]] = &[b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF", b"ICCP"];
/// The bits of `VP8X` that announce Exif and XMP.
const TELLS: u8 = 0x08 | 0x04;

/// The picture alone; none when it is no readable WebP.
pub(crate) fn clean(bytes: &[u8]) -> Option<Vec<u8>> {
    let rest = bytes.strip_prefix(b"RIFF")?;
    let (size, rest) = rest.split_first_chunk::<4>()?;
    let size = usize::try_from(u32::from_le_bytes(*size)).ok()?;
    let mut rest = rest.get(..size)?.strip_prefix(b"WEBP")?;
    let mut out = b"RIFF\0\0\0\0WEBP".to_vec();
    while let Some((head, _)) = rest.split_first_chunk::<8>() {
        let length = usize::try_from(u32::from_le_bytes([head[4], head[5], head[6], head[7]])).ok()?;
        let content = rest.get(8..length.checked_add(8)?)?;
        let name: &[u8; 4] = head[..4].try_into().ok()?;
        if KEPT.contains(&name) {
            let from = out.len();
            out.extend(&rest[..8]);
            out.extend(content);
            if name == b"VP8X" && length > 0 {
                out[from + 8] &= !TELLS;
            }
            if length % 2 == 1 {
                out.push(0);
            }
        }
        rest = rest.get(8 + length + length % 2..).unwrap_or_default();
    }
    let size = u32::try_from(out.len() - 8).ok()?;
    out[4..8].copy_from_slice(&size.to_le_bytes());
    (out.len() > 20).then_some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exif_and_xmp_go_and_are_no_longer_announced() {
        let chunk = |name: &[u8; 4], content: &[u8]| {
            let mut c = name.to_vec();
            c.extend(u32::try_from(content.len()).unwrap().to_le_bytes());
            c.extend(content);
            c.extend(vec![0; content.len() % 2]);
            c
        };
        let mut body = b"WEBP".to_vec();
        body.extend(chunk(b"VP8X", &[0x0c | 0x10, 0, 0, 0, 9, 0, 0, 9, 0, 0]));
        body.extend(chunk(b"VP8L", b"picture"));
        body.extend(chunk(b"EXIF", b"secret"));
        body.extend(chunk(b"XMP ", b"secret!"));
        let mut p = b"RIFF".to_vec();
        p.extend(u32::try_from(body.len()).unwrap().to_le_bytes());
        p.extend(body);
        p.extend(b"secret behind");
        let out = clean(&p).unwrap();
        assert!(!out.windows(6).any(|w| w == b"secret"));
        assert_eq!(out[20] & TELLS, 0);
        assert_eq!(out[20] & 0x10, 0x10);
        assert_eq!(clean(&out).unwrap(), out);
        for n in 0..p.len() {
            drop(clean(&p[..n]));
        }
    }
}
