//! Plain text of any encoding.

use kernel::Said;
use tabular::text::{Lines, Survey};

use crate::{TEXT_MOST, said};

/// The first bytes of what people photograph or scan.
pub(crate) fn is_picture(b: &[u8]) -> bool {
    b.starts_with(&[0xff, 0xd8, 0xff])
        || b.starts_with(b"\x89PNG")
        || b.starts_with(b"GIF8")
        || b.starts_with(b"BM") && b.len() > 14 && b[6..10] == [0; 4]
        || b.starts_with(b"II*\0")
        || b.starts_with(b"MM\0*")
}

pub(crate) fn read(bytes: &[u8]) -> Result<String, Said> {
    let bytes = bytes.strip_suffix(&[0x1a]).unwrap_or(bytes);
    let survey = Survey::of(bytes);
    let mut lines = Lines::new(bytes, survey.encoding(), survey.is_cr_only(), TEXT_MOST * 4);
    let (mut out, mut line) = (String::new(), String::new());
    let (mut broken, mut all) = (0_usize, 0_usize);
    loop {
        line.clear();
        let next = lines.next(&mut line).map_err(|_| damaged())?.map_err(|_| damaged())?;
        if next.is_none() {
            break;
        }
        broken += line.chars().filter(|c| *c == '\u{fffd}' || *c == '\0').count();
        all += line.chars().count();
        out.push_str(line.trim_end_matches(['\r', '\n']));
        out.push('\n');
    }
    // A file of another kind has such characters everywhere.
    if broken * 20 > all {
        return Err(damaged());
    }
    Ok(out)
}

fn damaged() -> Said {
    said(
        "认不出这个文件；请上传 Word（.docx）、PDF、OFD 或纯文本",
        "this file is not understood: send Word (.docx), PDF, OFD or plain text",
    )
}
