//! One paper in Word, PDF and OFD reads the same; Word's own numbers; what is no text is named; nothing hostile hurts.

use std::io::{Cursor, Write as _};

use doctext::{Kind, read};
use paper::gongwen::{Block, Document, Run};
use proptest::prelude::*;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

const LONG: &str = "为进一步优化营商环境，支持企业稳定岗位、扩大就业，根据国家和省有关规定，结合本市实际，对符合条件的参保企业按照上年度实际缴纳失业保险费的一定比例返还，用于职工生活补助、转岗培训和技能提升等支出。";

fn paper() -> Document {
    let text = |s: &str| vec![Run::plain(s)];
    Document {
        mark: None,
        number: "云政发〔2026〕7号".into(),
        title: "云汀市人民政府关于印发稳岗返还实施办法的通知".into(),
        to: "各县区人民政府，市直各单位".into(),
        blocks: vec![
            Block::Text(text(LONG)),
            Block::Heading { level: 1, text: text("一、适用对象") },
            Block::Text(text("本市依法参保的企业、社会团体和个体工商户。")),
            Block::Table {
                title: "返还标准".into(),
                head: vec!["规模".into(), "比例".into()],
                rows: vec![vec![text("大型企业"), text("30%")], vec![text("中小微企业"), text("60%")]],
            },
        ],
        attachments: Vec::new(),
        org: "云汀市人民政府".into(),
        date: "2026-03-05".parse().unwrap(),
        copies: String::new(),
        check: None,
    }
}

fn bare(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

#[test]
fn one_paper_in_three_forms_reads_the_same() {
    let doc = paper();
    let mut read_ones = vec![read(&paper::word::write(&doc).unwrap()).unwrap()];
    assert_eq!(read_ones[0].kind, Kind::Word);
    if let Ok(fonts) = paper::pdf::Fonts::of_this_machine() {
        let pdf = read(&paper::pdf::write(&doc, fonts).unwrap()).unwrap();
        let ofd = read(&paper::ofd::write(&doc, fonts).unwrap()).unwrap();
        assert_eq!((pdf.kind, ofd.kind), (Kind::Pdf, Kind::Ofd));
        read_ones.extend([pdf, ofd]);
    } else {
        eprintln!("no fonts on this machine: PDF and OFD were not tried");
    }
    for document in &read_ones {
        let lines: Vec<&str> = document.text.lines().filter(|l| !l.is_empty()).map(str::trim).collect();
        let has = |line: &str| assert!(lines.iter().any(|l| bare(l) == bare(line)), "{line}\n{document:?}");
        has("云政发〔2026〕7号");
        has("各县区人民政府，市直各单位：");
        has(LONG);
        has("一、适用对象");
        has("本市依法参保的企业、社会团体和个体工商户。");
        has("云汀市人民政府");
        has("2026年3月5日");
        assert!(document.text.contains("大型企业\t30%"), "{document:?}");
        assert!(bare(&document.text).contains(&bare(&doc.title)), "{document:?}");
    }
}

fn zip(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut out = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        out.start_file(*name, SimpleFileOptions::default()).unwrap();
        out.write_all(bytes).unwrap();
    }
    out.finish().unwrap().into_inner()
}

fn word(body: &str, numbering: &str) -> Vec<u8> {
    let wrap = |name: &str, inside: &str| {
        format!(
            r#"<?xml version="1.0" encoding="UTF-8"?><w:{name} xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">{inside}</w:{name}>"#
        )
    };
    let document = wrap("document", &format!("<w:body>{body}</w:body>"));
    let numbering = wrap("numbering", numbering);
    let styles = wrap(
        "styles",
        r#"<w:style w:styleId="条"><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style><w:style w:styleId="款"><w:basedOn w:val="条"/></w:style>"#,
    );
    zip(&[
        ("word/document.xml", document.as_bytes()),
        ("word/numbering.xml", numbering.as_bytes()),
        ("word/styles.xml", styles.as_bytes()),
    ])
}

const NUMBERING: &str = r#"<w:abstractNum w:abstractNumId="0">
<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="chineseCounting"/><w:lvlText w:val="第%1条"/></w:lvl>
<w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="chineseCounting"/><w:lvlText w:val="（%2）"/></w:lvl>
</w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>"#;

fn p(properties: &str, text: &str) -> String {
    format!("<w:p><w:pPr>{properties}</w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>")
}

#[test]
fn word_counts_and_so_do_we() {
    let in_list = |level: u8| format!(r#"<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="1"/></w:numPr>"#);
    let body = [
        p(&in_list(0), "为了稳岗。"),
        p(r#"<w:pStyle w:val="款"/>"#, "适用对象："),
        p(&in_list(1), "企业；"),
        p(&in_list(1), "社会团体。"),
        p(&in_list(0), "自2026年1月1日起施行，有效期2年 &amp; 3个月。"),
        "<w:p><w:del><w:r><w:delText>删去</w:delText></w:r></w:del><w:r><w:t>留下</w:t></w:r></w:p>"
            .to_owned(),
    ]
    .concat();
    let document = read(&word(&body, NUMBERING)).unwrap();
    let expected = "第一条为了稳岗。\n第二条适用对象：\n（一）企业；\n（二）社会团体。\n第三条自2026年1月1日起施行，有效期2年 & 3个月。\n留下";
    assert_eq!(document.text, expected);
}

#[test]
fn what_is_no_text_is_named_with_what_to_do() {
    for (bytes, zh) in [
        (&b""[..], "空的"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 old", "另存为 .docx"),
        (b"{\\rtf1 x}", "另存为 .docx"),
        (b"\x89PNG\r\n\x1a\n....", "图片"),
        (b"%PDF-1.4 nothing", "损坏"),
        (b"%PDF-1.4 /Encrypt", "密码"),
        (&zip(&[("xl/workbook.xml", b"<a/>")])[..], "Excel"),
        (&zip(&[("content.xml", b"<a/>")])[..], "ODT"),
        (&zip(&[("a.txt", b"x")])[..], "压缩包"),
        (b"PK\x03\x04broken", "损坏"),
    ] {
        let why = read(bytes).unwrap_err();
        assert!(why.zh.contains(zh) && !why.en.is_empty(), "{zh}: {}", why.zh);
    }
    let gb = [0xb9, 0xd8, 0xd3, 0xda, b'\n'].repeat(3);
    assert_eq!(read(&gb).unwrap().text, "关于\n关于\n关于");
}

#[test]
fn what_unpacks_without_end_is_refused() {
    let huge = vec![b' '; 140 << 20];
    let bomb = zip(&[("word/document.xml", &huge)]);
    assert!(bomb.len() < 1 << 20);
    assert!(read(&bomb).unwrap_err().zh.contains("太大"));
    let mut packed = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    packed.write_all(&huge).unwrap();
    let packed = packed.finish().unwrap();
    let mut pdf = b"%PDF-1.4\n1 0 obj << /Filter /FlateDecode >> stream\n".to_vec();
    pdf.extend_from_slice(&packed);
    assert!(read(&pdf).unwrap_err().zh.contains("损坏或过于复杂"));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]
    #[test]
    fn whatever_comes_is_answered(mut bytes in proptest::collection::vec(any::<u8>(), 0..2000), head in 0..4_usize) {
        let heads: [&[u8]; 4] = [b"", b"%PDF-1.7\n", b"PK\x03\x04", b"{\\rtf"];
        let mut all = heads[head].to_vec();
        all.append(&mut bytes);
        if let Err(why) = read(&all) {
            prop_assert!(!why.zh.is_empty() && !why.en.is_empty());
        }
    }

    #[test]
    fn one_changed_byte_of_a_paper_is_answered(at in any::<prop::sample::Index>(), to in any::<u8>()) {
        let mut word = paper::word::write(&paper()).unwrap();
        let at = at.index(word.len());
        word[at] = to;
        let _ = read(&word);
    }
}
