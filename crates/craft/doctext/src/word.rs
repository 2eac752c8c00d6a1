//! Word: the paragraphs of a `.docx` as they read, with the numbers that Word counts itself.

use std::collections::BTreeMap;

use kernel::Said;
use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

use crate::ofd::{attribute, entity};
use crate::package::Package;
use crate::said;

/// Levels of one list; Word has nine.
const LEVELS: usize = 9;

fn damaged() -> Said {
    said("Word 文档已损坏，请重新保存后上传", "the Word document is damaged: save it again")
}

/// One level of a list: from which number, how it is written, in which words.
#[derive(Clone, Debug)]
struct Level {
    start: u32,
    form: String,
    text: String,
}

impl Default for Level {
    fn default() -> Self {
        Self { start: 1, form: "decimal".into(), text: String::new() }
    }
}

type Levels = [Level; LEVELS];

/// The lists of a document, by their numbers, and which list a style belongs to.
#[derive(Default)]
struct Lists {
    of: BTreeMap<String, Levels>,
    styles: BTreeMap<String, (Option<String>, Option<usize>, Option<String>)>,
}

fn val(start: &BytesStart<'_>) -> String {
    attribute(start, "val").unwrap_or_default()
}

fn level_of(start: &BytesStart<'_>) -> usize {
    attribute(start, "ilvl").and_then(|n| n.parse().ok()).unwrap_or(0).min(LEVELS - 1)
}

impl Lists {
    fn numbering(&mut self, part: &[u8]) -> Result<(), Said> {
        let part = String::from_utf8_lossy(part);
        let mut reader = Reader::from_str(&part);
        let mut kinds: BTreeMap<String, Levels> = BTreeMap::new();
        let (mut kind, mut list, mut at) = (None::<String>, None::<String>, 0);
        loop {
            match reader.read_event().map_err(|_| damaged())? {
                Event::Start(s) | Event::Empty(s) => match s.local_name().as_ref() {
                    "abstractNum" => kind = attribute(&s, "abstractNumId"),
                    "num" => (kind, list) = (None, attribute(&s, "numId")),
                    "lvl" | "lvlOverride" => at = level_of(&s),
                    "abstractNumId" => {
                        if let Some(list) = &list {
                            self.of.insert(list.clone(), kinds.get(&val(&s)).cloned().unwrap_or_default());
                        }
                    }
                    name => {
                        let levels = match (&kind, &list) {
                            (Some(k), _) => kinds.entry(k.clone()).or_default(),
                            (None, Some(l)) => self.of.entry(l.clone()).or_default(),
                            _ => continue,
                        };
                        let level = &mut levels[at];
                        match name {
                            "start" | "startOverride" => level.start = val(&s).parse().unwrap_or(1),
                            "numFmt" => level.form = val(&s),
                            "lvlText" => level.text = val(&s),
                            _ => {}
                        }
                    }
                },
                Event::Eof => return Ok(()),
                _ => {}
            }
        }
    }

    fn styles(&mut self, part: &[u8]) -> Result<(), Said> {
        let part = String::from_utf8_lossy(part);
        let mut reader = Reader::from_str(&part);
        let mut style = String::new();
        loop {
            match reader.read_event().map_err(|_| damaged())? {
                Event::Start(s) | Event::Empty(s) => match s.local_name().as_ref() {
                    "style" => style = attribute(&s, "styleId").unwrap_or_default(),
                    "numId" => self.styles.entry(style.clone()).or_default().0 = Some(val(&s)),
                    "ilvl" => self.styles.entry(style.clone()).or_default().1 = val(&s).parse().ok(),
                    "basedOn" => self.styles.entry(style.clone()).or_default().2 = Some(val(&s)),
                    _ => {}
                },
                Event::Eof => return Ok(()),
                _ => {}
            }
        }
    }

    /// The list and level of a paragraph: its own, else that of its style.
    fn place(&self, p: &Paragraph) -> Option<(String, usize)> {
        let (mut list, mut level, mut style) = (p.list.clone(), p.level, p.style.clone());
        for _ in 0..10 {
            if list.is_some() {
                break;
            }
            let (l, at, base) = self.styles.get(&style?)?;
            (list, level, style) = (l.clone(), level.or(*at), base.clone());
        }
        list.filter(|l| l != "0").map(|l| (l, level.unwrap_or(0).min(LEVELS - 1)))
    }
}

#[derive(Default)]
struct Paragraph {
    text: String,
    style: Option<String>,
    list: Option<String>,
    level: Option<usize>,
}

/// A number as a form of Word writes it.
fn written(n: u32, form: &str) -> String {
    const DIGITS: [char; 10] = ['〇', '一', '二', '三', '四', '五', '六', '七', '八', '九'];
    match form {
        "none" => String::new(),
        "chineseCounting"
        | "chineseCountingThousand"
        | "taiwaneseCounting"
        | "taiwaneseCountingThousand"
        | "japaneseCounting" => counted(n),
        "ideographDigital" | "taiwaneseDigital" => {
            n.to_string().bytes().map(|b| DIGITS[usize::from(b - b'0')]).collect()
        }
        "upperLetter" | "lowerLetter" => {
            let letter = (b'A' + u8::try_from((n.max(1) - 1) % 26).unwrap_or(0)) as char;
            let text = letter.to_string().repeat(((n.max(1) - 1) / 26 + 1).min(9) as usize);
            if form == "lowerLetter" { text.to_lowercase() } else { text }
        }
        "upperRoman" => roman(n),
        "lowerRoman" => roman(n).to_lowercase(),
        "decimalEnclosedCircle" | "decimalEnclosedCircleChinese" if (1..=20).contains(&n) => {
            char::from_u32(0x2460 + n - 1).map_or_else(String::new, String::from)
        }
        "decimalZero" => format!("{n:02}"),
        _ => n.to_string(),
    }
}

fn roman(mut n: u32) -> String {
    const STEPS: [(u32, &str); 13] = [
        (1000, "M"),
        (900, "CM"),
        (500, "D"),
        (400, "CD"),
        (100, "C"),
        (90, "XC"),
        (50, "L"),
        (40, "XL"),
        (10, "X"),
        (9, "IX"),
        (5, "V"),
        (4, "IV"),
        (1, "I"),
    ];
    let mut out = String::new();
    n = n.min(3_999);
    for (step, letters) in STEPS {
        while n >= step {
            out.push_str(letters);
            n -= step;
        }
    }
    out
}

/// 一, 十, 十一, 二十, 一百零三.
fn counted(n: u32) -> String {
    const DIGITS: [&str; 10] = ["零", "一", "二", "三", "四", "五", "六", "七", "八", "九"];
    const UNITS: [&str; 4] = ["", "十", "百", "千"];
    if n == 0 || n > 9_999 {
        return n.to_string();
    }
    let digits: Vec<usize> = n.to_string().bytes().map(|b| usize::from(b - b'0')).collect();
    let mut out = String::new();
    let mut gap = false;
    for (i, d) in digits.iter().enumerate() {
        let unit = UNITS[digits.len() - 1 - i];
        if *d == 0 {
            gap = !out.is_empty();
            continue;
        }
        if gap {
            out.push('零');
            gap = false;
        }
        if !(*d == 1 && unit == "十" && i == 0) {
            out.push_str(DIGITS[*d]);
        }
        out.push_str(unit);
    }
    out
}

/// Counts the paragraphs of each list.
#[derive(Default)]
struct Counts(BTreeMap<String, [u32; LEVELS]>);

impl Counts {
    /// What Word writes before the paragraph.
    fn before(&mut self, lists: &Lists, p: &Paragraph) -> Option<String> {
        let (list, at) = lists.place(p)?;
        let levels = lists.of.get(&list)?;
        let counts = self.0.entry(list).or_default();
        counts[at] = if counts[at] == 0 { levels[at].start } else { counts[at].saturating_add(1) };
        counts[at + 1..].fill(0);
        let level = &levels[at];
        if level.form == "bullet" {
            return Some("• ".to_owned());
        }
        let mut text = level.text.clone();
        for n in 0..=at {
            let mark = format!("%{}", n + 1);
            if text.contains(&mark) {
                let count = if counts[n] == 0 { levels[n].start } else { counts[n] };
                text = text.replace(&mark, &written(count, &levels[n].form));
            }
        }
        let apart = text.chars().last().is_some_and(|c| c.is_ascii_alphanumeric() || c == '.');
        Some(if apart { format!("{text} ") } else { text })
    }
}

/// The text and what was not read.
pub(crate) fn read(package: &mut Package<'_>) -> Result<(String, Vec<Said>), Said> {
    let mut lists = Lists::default();
    if let Some(part) = package.part("word/numbering.xml")? {
        lists.numbering(&part)?;
    }
    if let Some(part) = package.part("word/styles.xml")? {
        lists.styles(&part)?;
    }
    let part = package.part("word/document.xml")?.ok_or_else(damaged)?;
    let part = String::from_utf8_lossy(&part);
    let mut reader = Reader::from_str(&part);
    let mut body = Body { counts: Counts::default(), lists, ..Body::default() };
    // What is struck out, what stands a second time for old programs, what a field is made from.
    let mut skipped = 0_usize;
    let passed = |name: &str| matches!(name, "del" | "moveFrom" | "Fallback" | "instrText" | "delText");
    loop {
        match reader.read_event().map_err(|_| damaged())? {
            Event::Start(s) if skipped > 0 || passed(s.local_name().as_ref()) => skipped += 1,
            Event::End(_) if skipped > 0 => skipped -= 1,
            Event::Eof => break,
            _ if skipped > 0 => {}
            Event::Start(s) => body.begin(&s),
            Event::Empty(s) => {
                body.begin(&s);
                body.end(s.local_name().as_ref());
            }
            Event::End(e) => body.end(e.local_name().as_ref()),
            Event::Text(t) if body.inside => {
                body.now().text.push_str(&t.xml_content(XmlVersion::Implicit1_0));
            }
            Event::GeneralRef(r) if body.inside => {
                let c = r.resolve_char_ref().ok().flatten().or_else(|| entity(&r));
                body.now().text.extend(c);
            }
            _ => {}
        }
    }
    let mut left = Vec::new();
    if body.notes > 0 {
        left.push(said(
            format!("脚注 {} 处没有读入", body.notes),
            format!("{} footnotes were not read", body.notes),
        ));
    }
    if body.pictures > 0 {
        left.push(said(
            format!("图片 {} 张没有读入，图里的文字请补录", body.pictures),
            format!("{} pictures were not read", body.pictures),
        ));
    }
    Ok((body.out, left))
}

#[derive(Default)]
struct Body {
    lists: Lists,
    counts: Counts,
    out: String,
    open: Vec<Paragraph>,
    /// inside of `w:t`
    inside: bool,
    /// paragraphs of the cell that is open
    cells: Vec<String>,
    row: Vec<String>,
    tables: usize,
    notes: usize,
    pictures: usize,
}

impl Body {
    fn now(&mut self) -> &mut Paragraph {
        if self.open.is_empty() {
            self.open.push(Paragraph::default());
        }
        let last = self.open.len() - 1;
        &mut self.open[last]
    }
    fn begin(&mut self, s: &BytesStart<'_>) {
        match s.local_name().as_ref() {
            "p" => self.open.push(Paragraph::default()),
            "t" => self.inside = true,
            "tab" if !self.open.is_empty() && attribute(s, "pos").is_none() => self.now().text.push('\t'),
            "br" | "cr" => self.now().text.push('\n'),
            "noBreakHyphen" => self.now().text.push('-'),
            "pStyle" => self.now().style = Some(val(s)),
            "numId" => self.now().list = Some(val(s)),
            "ilvl" => self.now().level = val(s).parse().ok(),
            "footnoteReference" | "endnoteReference" => self.notes += 1,
            "drawing" | "pict" => self.pictures += 1,
            "tbl" => self.tables += 1,
            _ => {}
        }
    }
    fn end(&mut self, name: &str) {
        match name {
            "t" => self.inside = false,
            "p" => {
                let Some(p) = self.open.pop() else { return };
                let number =
                    if p.text.trim().is_empty() { None } else { self.counts.before(&self.lists, &p) };
                let line = format!("{}{}", number.unwrap_or_default(), p.text);
                if self.tables > 0 {
                    self.cells.push(line.trim().replace(['\n', '\t'], " "));
                } else {
                    self.out.push_str(&line);
                    self.out.push('\n');
                }
            }
            "tc" => {
                let cell = self.cells.drain(..).filter(|c| !c.is_empty()).collect::<Vec<_>>().join(" ");
                self.row.push(cell);
            }
            "tr" if self.tables == 1 => {
                let row: Vec<String> = self.row.drain(..).collect();
                self.out.push_str(row.join("\t").trim_end());
                self.out.push('\n');
            }
            "tbl" => self.tables = self.tables.saturating_sub(1),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_offices_write_them() {
        for (n, zh) in
            [(1, "一"), (10, "十"), (11, "十一"), (20, "二十"), (103, "一百零三"), (110, "一百一十")]
        {
            assert_eq!(written(n, "chineseCounting"), zh);
        }
        assert_eq!(written(10, "ideographDigital"), "一〇");
        assert_eq!(written(14, "upperRoman"), "XIV");
        assert_eq!(written(28, "lowerLetter"), "bb");
        assert_eq!(written(3, "decimalEnclosedCircle"), "③");
    }
}
