//! JPEG without anything but the picture: an allow-list of segments, nothing after the end of the first image.

/// The picture alone; none when it is no readable JPEG. The orientation is kept: without it photographs of
/// phones lie on their side.
pub(crate) fn clean(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(bytes.len());
    out.extend(bytes.strip_prefix(&[0xff, 0xd8]).map(|_| [0xff, 0xd8])?);
    let mut at = 2;
    let mut turned = None;
    let mut scanned = false;
    let mut body = Vec::with_capacity(bytes.len());
    loop {
        if *bytes.get(at)? != 0xff {
            return None;
        }
        while *bytes.get(at)? == 0xff {
            at += 1;
        }
        let marker = *bytes.get(at)?;
        at += 1;
        match marker {
            0xd9 => break,
            0x01 | 0xd0..=0xd8 => continue,
            _ => {}
        }
        let length = usize::from(u16::from_be_bytes([*bytes.get(at)?, *bytes.get(at + 1)?]));
        let content = bytes.get(at + 2..at + length.max(2))?;
        if marker == 0xe1 && turned.is_none() {
            turned = orientation(content);
        }
        if kept(marker, content) {
            body.extend([0xff, marker]);
            body.extend(&bytes[at..at + length]);
        }
        at += length.max(2);
        if marker == 0xda {
            let end = scan_end(bytes, at);
            body.extend(&bytes[at..end]);
            scanned = true;
            // A picture that was cut off while being sent is shown as far as it goes.
            if end == bytes.len() {
                break;
            }
            at = end;
        }
    }
    if !scanned {
        return None;
    }
    out.extend(turned.filter(|t| (2..=8).contains(t)).map(turn).unwrap_or_default());
    out.append(&mut body);
    out.extend([0xff, 0xd9]);
    Some(out)
}

/// What makes the picture: frames, tables, scans, colour profile. Everything else goes.
fn kept(marker: u8, content: &[u8]) -> bool {
    match marker {
        0xc0..=0xcf | 0xda..=0xdf => true,
        0xe0 => content.starts_with(b"JFIF\0"),
        0xe2 => content.starts_with(b"ICC_PROFILE\0"),
        0xee => content.starts_with(b"Adobe"),
        _ => false,
    }
}

/// Where the entropy-coded part ends: at a marker that is neither stuffing nor a restart.
fn scan_end(bytes: &[u8], from: usize) -> usize {
    let mut at = from;
    while let Some(i) = bytes.get(at..).and_then(|rest| rest.iter().position(|b| *b == 0xff)) {
        at += i;
        match bytes.get(at + 1) {
            None => return bytes.len(),
            Some(0x00 | 0xd0..=0xd7) => at += 2,
            Some(0xff) => at += 1,
            Some(_) => return at,
        }
    }
    bytes.len()
}

/// The orientation that Exif states, 1–8.
fn orientation(app1: &[u8]) -> Option<u16> {
    let tiff = app1.strip_prefix(b"Exif\0\0")?;
    let big = match tiff.get(..2)? {
        b"MM" => true,
        b"II" => false,
        _ => return None,
    };
    let short = |at: usize| {
        let b = [*tiff.get(at)?, *tiff.get(at + 1)?];
        Some(if big { u16::from_be_bytes(b) } else { u16::from_le_bytes(b) })
    };
    let long = |at: usize| {
        let (a, b) = (u32::from(short(at)?), u32::from(short(at + 2)?));
        usize::try_from(if big { a << 16 | b } else { b << 16 | a }).ok()
    };
    let first = long(4)?;
    let count = usize::from(short(first)?).min(200);
    (0..count).find_map(|i| {
        let entry = first.checked_add(2 + 12 * i)?;
        (short(entry)? == 0x0112).then(|| short(entry + 8)).flatten()
    })
}

/// A segment that says how the picture is turned and nothing else.
fn turn(orientation: u16) -> Vec<u8> {
    let mut s = vec![0xff, 0xe1, 0, 34];
    s.extend(b"Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01");
    s.extend(orientation.to_be_bytes());
    s.extend([0; 6]);
    s
}

#[cfg(test)]
mod tests {
    use super::*;

    fn segment(marker: u8, content: &[u8]) -> Vec<u8> {
        let mut s = vec![0xff, marker];
        s.extend((u16::try_from(content.len()).unwrap() + 2).to_be_bytes());
        s.extend(content);
        s
    }

    /// A photo as a phone makes it: Exif with a turn and a position, XMP, a note, a second image behind.
    fn photo() -> Vec<u8> {
        let mut exif = b"Exif\0\0II\x2a\0\x08\0\0\0\x02\0".to_vec();
        exif.extend([0x12, 0x01, 3, 0, 1, 0, 0, 0, 6, 0, 0, 0]);
        exif.extend([0x25, 0x88, 4, 0, 1, 0, 0, 0, 26, 0, 0, 0]);
        exif.extend(b"\0\0\0\0GPS 38.0412,114.5143");
        let mut p = vec![0xff, 0xd8];
        p.extend(segment(0xe0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0"));
        p.extend(segment(0xe1, &exif));
        p.extend(segment(0xe1, b"http://ns.adobe.com/xap/1.0/\0<x GPSLatitude='38'/>"));
        p.extend(segment(0xe2, b"MPF\0secret"));
        p.extend(segment(0xfe, b"taken by secret"));
        p.extend(segment(0xdb, &[0; 65]));
        p.extend(segment(0xc0, &[8, 0, 1, 0, 1, 1, 1, 0x11, 0]));
        p.extend(segment(0xda, &[1, 1, 0, 0, 63, 0]));
        p.extend([0x12, 0xff, 0x00, 0x34, 0xff, 0xd0, 0x56, 0xff, 0xd9]);
        p.extend(b"\xff\xd8second image with secret");
        p
    }

    #[test]
    fn only_the_picture_and_its_turn_are_left() {
        let out = clean(&photo()).unwrap();
        for word in [&b"GPS"[..], b"secret", b"xap"] {
            assert!(!out.windows(word.len()).any(|w| w == word), "{word:?} is still there");
        }
        assert!(out.windows(5).any(|w| w == [0x12, 0xff, 0x00, 0x34, 0xff]), "the scan is untouched");
        let exif = out.windows(6).position(|w| w == b"Exif\0\0").unwrap();
        assert_eq!(orientation(&out[exif..]), Some(6));
        assert_eq!(clean(&out).unwrap(), out, "nothing more to take out");
    }

    #[test]
    fn what_is_cut_short_or_lies_about_its_length_is_answered() {
        let whole = photo();
        for n in 0..whole.len() {
            drop(clean(&whole[..n]));
        }
        for i in 0..whole.len() {
            let mut bad = whole.clone();
            bad[i] ^= 0xff;
            drop(clean(&bad));
        }
        assert!(clean(&[0xff, 0xd8, 0xff, 0xd9]).is_none(), "no picture in it");
    }
}
