//! Old and binary workbooks as Excel saves them, as small as they can be: what no library here writes, so that every door can
//! be tried with them.

use std::io::{Cursor, Write as _};

/// A sheet to be written.
pub struct Sheet<'a> {
    pub name: &'a str,
    pub hidden: bool,
    pub rows: &'a [Vec<String>],
    /// first row, first column, last row, last column
    pub merged: &'a [[usize; 4]],
    /// rows that are hidden, from 0
    pub hidden_rows: &'a [usize],
}

/// What stands in a cell: `=1.5` a number, `=#7` an error by its code, else a text.
enum Cell<'a> {
    Number(f64),
    Error(u8),
    Text(&'a str),
}
fn cell(text: &str) -> Cell<'_> {
    match text.strip_prefix('=') {
        Some(t) if t.starts_with('#') => t[1..].parse().map_or(Cell::Text(text), Cell::Error),
        Some(t) => t.parse().map_or(Cell::Text(text), Cell::Number),
        None => Cell::Text(text),
    }
}

/// Cells of a row that are written: of a merged range only the first.
fn cells<'a>(sheet: &'a Sheet<'_>, r: usize) -> impl Iterator<Item = (usize, Cell<'a>)> {
    let covered = move |c: usize| {
        let inside = |m: &[usize; 4]| (m[0]..=m[2]).contains(&r) && (m[1]..=m[3]).contains(&c);
        sheet.merged.iter().any(|m| inside(m) && (r, c) != (m[0], m[1]))
    };
    let row = sheet.rows[r].iter().enumerate();
    row.filter(move |(c, t)| !t.is_empty() && !covered(*c)).map(|(c, t)| (c, cell(t)))
}

fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

/// The bytes of an `.xls` (BIFF8 in a compound file).
pub fn xls(sheets: &[Sheet<'_>], is_1904: bool) -> Vec<u8> {
    fn record(out: &mut Vec<u8>, kind: u16, body: &[u8]) {
        out.extend_from_slice(&kind.to_le_bytes());
        out.extend_from_slice(&(body.len() as u16).to_le_bytes());
        out.extend_from_slice(body);
    }
    let bof = |out: &mut Vec<u8>, kind: u16| {
        let body = [[0x00, 0x06], kind.to_le_bytes(), [0xdb, 0x0d], [0xcc, 0x07]].concat();
        record(out, 0x0809, &[body, vec![0; 8]].concat());
    };
    let mut book = Vec::new();
    bof(&mut book, 0x0005);
    record(&mut book, 0x0042, &[0xb0, 0x04]);
    record(&mut book, 0x0022, &[u8::from(is_1904), 0]);
    // Two formats of cells: general, and a time (built-in format 22).
    for format in [0u16, 22] {
        record(&mut book, 0x00e0, &[vec![0, 0], format.to_le_bytes().to_vec(), vec![0; 16]].concat());
    }
    let mut places = Vec::new();
    for s in sheets {
        let name = utf16(s.name);
        let head = [0, 0, 0, 0, u8::from(s.hidden), 0, (name.len() / 2) as u8, 1];
        places.push(book.len() + 4);
        record(&mut book, 0x0085, &[&head[..], &name].concat());
    }
    record(&mut book, 0x000a, &[]);
    for (s, place) in sheets.iter().zip(places) {
        let at = (book.len() as u32).to_le_bytes();
        book[place..place + 4].copy_from_slice(&at);
        bof(&mut book, 0x0010);
        for r in 0..s.rows.len() {
            let flags = if s.hidden_rows.contains(&r) { 0x0120u16 } else { 0x0100 };
            let body = [
                (r as u16).to_le_bytes(),
                [0, 0],
                [9, 0],
                [0xff, 0],
                [0, 0],
                [0, 0],
                flags.to_le_bytes(),
                [0, 0],
            ];
            record(&mut book, 0x0208, &body.concat());
        }
        for r in 0..s.rows.len() {
            for (c, cell) in cells(s, r) {
                let place = |format: u16| {
                    [(r as u16).to_le_bytes(), (c as u16).to_le_bytes(), format.to_le_bytes()].concat()
                };
                match cell {
                    Cell::Number(n) => {
                        record(&mut book, 0x0203, &[place(1), n.to_le_bytes().to_vec()].concat());
                    }
                    Cell::Error(code) => record(&mut book, 0x0205, &[place(0), vec![code, 1]].concat()),
                    Cell::Text(t) => {
                        let text = utf16(t);
                        let head = [(text.len() as u16 / 2).to_le_bytes().to_vec(), vec![1]].concat();
                        record(&mut book, 0x0204, &[place(0), head, text].concat());
                    }
                }
            }
        }
        if !s.merged.is_empty() {
            let mut body = (s.merged.len() as u16).to_le_bytes().to_vec();
            for m in s.merged {
                [m[0], m[2], m[1], m[3]]
                    .iter()
                    .for_each(|n| body.extend_from_slice(&(*n as u16).to_le_bytes()));
            }
            record(&mut book, 0x00e5, &body);
        }
        record(&mut book, 0x000a, &[]);
    }
    compound("Workbook", &book)
}

/// One stream in a compound file.
fn compound(name: &str, stream: &[u8]) -> Vec<u8> {
    const END: u32 = 0xffff_fffe;
    const FREE: u32 = 0xffff_ffff;
    const TABLE: u32 = 0xffff_fffd;
    let mut stream = stream.to_vec();
    stream.resize(stream.len().max(4096).next_multiple_of(512), 0);
    let sectors = stream.len() / 512;
    let tables = (sectors + 2).div_ceil(127).max(1);
    let mut out = [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1].to_vec();
    out.resize(24, 0);
    for word in [0x3eu16, 3, 0xfffe, 9, 6] {
        out.extend_from_slice(&word.to_le_bytes());
    }
    out.resize(44, 0);
    for word in [tables as u32, tables as u32, 0, 4096, END, 0, END, 0] {
        out.extend_from_slice(&word.to_le_bytes());
    }
    let places = (0..109u32).map(|i| if (i as usize) < tables { i } else { FREE });
    places.for_each(|p| out.extend_from_slice(&p.to_le_bytes()));
    let first = tables as u32 + 1;
    let mut chains: Vec<u32> = vec![TABLE; tables];
    chains.push(END);
    chains.extend((0..sectors as u32).map(|i| if i + 1 == sectors as u32 { END } else { first + i + 1 }));
    chains.resize(tables * 128, FREE);
    chains.iter().for_each(|c| out.extend_from_slice(&c.to_le_bytes()));
    let entry = |name: &str, kind: u8, child: u32, start: u32, size: u32| {
        let mut e = utf16(name);
        let length = e.len() as u16 + 2;
        e.resize(64, 0);
        e.extend_from_slice(&length.to_le_bytes());
        e.extend_from_slice(&[kind, 1]);
        [FREE, FREE, child].iter().for_each(|n| e.extend_from_slice(&n.to_le_bytes()));
        e.resize(116, 0);
        e.extend_from_slice(&start.to_le_bytes());
        e.extend_from_slice(&size.to_le_bytes());
        e.resize(128, 0);
        e
    };
    out.extend(entry("Root Entry", 5, 1, END, 0));
    out.extend(entry(name, 2, FREE, first, stream.len() as u32));
    out.extend(vec![0; 256]);
    out.extend(stream);
    out
}

/// The bytes of an `.xlsb`.
pub fn xlsb(sheets: &[Sheet<'_>], is_1904: bool) -> Vec<u8> {
    fn record(out: &mut Vec<u8>, kind: u16, body: &[u8]) {
        match kind {
            0..128 => out.push(kind as u8),
            _ => out.extend_from_slice(&[(kind & 0x7f) as u8 | 0x80, (kind >> 7) as u8]),
        }
        let mut n = body.len();
        loop {
            let low = (n & 0x7f) as u8;
            n >>= 7;
            out.push(if n > 0 { low | 0x80 } else { low });
            if n == 0 {
                break;
            }
        }
        out.extend_from_slice(body);
    }
    let text = |t: &str| {
        let wide = utf16(t);
        [((wide.len() / 2) as u32).to_le_bytes().to_vec(), wide].concat()
    };
    let words = |all: &[u32]| all.iter().flat_map(|n| n.to_le_bytes()).collect::<Vec<u8>>();
    let mut book = Vec::new();
    record(&mut book, 0x83, &[]);
    record(&mut book, 0x99, &[vec![u8::from(is_1904), 0, 0, 0], vec![0; 8]].concat());
    record(&mut book, 0x8f, &[]);
    let mut relations = String::new();
    let mut parts: Vec<(String, Vec<u8>)> = Vec::new();
    for (i, s) in sheets.iter().enumerate() {
        let id = format!("rId{}", i + 1);
        let head = words(&[u32::from(s.hidden), i as u32 + 1]);
        record(&mut book, 0x9c, &[head, text(&id), text(s.name)].concat());
        relations += &format!(
            "<Relationship Id=\"{id}\" Type=\"t/worksheet\" Target=\"worksheets/sheet{}.bin\"/>",
            i + 1
        );
        let mut part = Vec::new();
        record(&mut part, 0x81, &[]);
        record(&mut part, 0x94, &words(&[0, s.rows.len() as u32, 0, 50]));
        record(&mut part, 0x91, &[]);
        for r in 0..s.rows.len() {
            let hidden = if s.hidden_rows.contains(&r) { 0x10 } else { 0 };
            record(&mut part, 0, &[words(&[r as u32, 0]), vec![0xff, 0, 0, hidden, 0], words(&[0])].concat());
            for (c, cell) in cells(s, r) {
                let at = |format: u32| words(&[c as u32, format]);
                match cell {
                    Cell::Number(n) => record(&mut part, 5, &[at(1), n.to_le_bytes().to_vec()].concat()),
                    Cell::Error(code) => record(&mut part, 3, &[at(0), vec![code]].concat()),
                    Cell::Text(t) => record(&mut part, 6, &[at(0), text(t)].concat()),
                }
            }
        }
        record(&mut part, 0x92, &[]);
        if !s.merged.is_empty() {
            record(&mut part, 0xb1, &words(&[s.merged.len() as u32]));
            for m in s.merged {
                record(&mut part, 0xb0, &words(&[m[0], m[2], m[1], m[3]].map(|n| n as u32)));
            }
            record(&mut part, 0xb2, &[]);
        }
        record(&mut part, 0x82, &[]);
        parts.push((format!("xl/worksheets/sheet{}.bin", i + 1), part));
    }
    record(&mut book, 0x90, &[]);
    record(&mut book, 0x84, &[]);
    let mut styles = Vec::new();
    record(&mut styles, 0x0269, &words(&[2]));
    for format in [0u16, 22] {
        record(
            &mut styles,
            0x2f,
            &[[0, 0], format.to_le_bytes(), [0, 0], [0, 0], [0, 0], [0, 0], [0, 0], [0, 0]].concat(),
        );
    }
    record(&mut styles, 0x026a, &[]);
    let relations = format!("<?xml version=\"1.0\"?><Relationships>{relations}</Relationships>");
    parts.push(("xl/workbook.bin".into(), book));
    parts.push(("xl/styles.bin".into(), styles));
    parts.push(("xl/_rels/workbook.bin.rels".into(), relations.into_bytes()));
    parts.push(("[Content_Types].xml".into(), b"<Types/>".to_vec()));
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in &parts {
        zip.start_file(name.as_str(), zip::write::SimpleFileOptions::default()).expect("a part");
        zip.write_all(bytes).expect("written");
    }
    zip.finish().expect("a zip").into_inner()
}
