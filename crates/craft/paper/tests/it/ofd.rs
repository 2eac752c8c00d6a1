//! The OFD of a document is the same pages as its PDF: every letter is there, in a font of the file that has it.

use std::collections::BTreeMap;
use std::io::{Cursor, Read as _};

use paper::gongwen::{Block, Document, Run, words};
use paper::pdf::Fonts;
use skrifa::MetadataProvider as _;

fn document() -> Document {
    let run = |t: &str| vec![Run::plain(t)];
    let mut blocks = vec![
        Block::Heading { level: 1, text: run("一、总体情况") },
        Block::Text(vec![
            Run::plain("三月共受理诉求 "),
            Run { text: "1,024".into(), link: Some("https://bc.example.cn/desk/cases?a=1&b=\"2\"".into()) },
            Run::plain(" 件，“㐀𠮷”等生僻字，满意率 97.3%。<&>"),
        ]),
        Block::Table {
            title: "各单位办理情况".into(),
            head: vec!["单位".into(), "在办".into()],
            rows: (0..60).map(|i| vec![run("市场监督管理局"), run(&i.to_string())]).collect(),
        },
        Block::Chart { title: "按月".into(), bars: vec![("一月".into(), 3.0), ("二月".into(), 7.5)] },
    ];
    for i in 0..90 {
        blocks.push(Block::Text(run(&format!("第{i}段：{}", "群众办事难，办成一件事。".repeat(8)))));
    }
    Document {
        mark: Some("临江市政务服务管理办公室文件".into()),
        number: "临政服〔2026〕3号".into(),
        title: "关于三月份诉求办理情况的通报".into(),
        to: "各县（市、区）人民政府".into(),
        blocks,
        attachments: vec!["明细表".into()],
        org: "临江市政务服务管理办公室".into(),
        date: "2026-03-31".parse().expect("a date"),
        copies: "市委办公室".into(),
        check: None,
    }
}

fn parts(bytes: &[u8]) -> BTreeMap<String, Vec<u8>> {
    let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).expect("a package");
    (0..zip.len())
        .map(|i| {
            let mut part = zip.by_index(i).expect("a part");
            let mut data = Vec::new();
            part.read_to_end(&mut data).expect("read");
            (part.name().expect("a name").into_owned(), data)
        })
        .collect()
}

fn between<'a>(text: &'a str, from: &str, to: &str) -> Vec<&'a str> {
    text.split(from).skip(1).filter_map(|s| s.split(to).next()).collect()
}

#[test]
fn every_letter_stands_on_a_page_in_a_font_that_has_it() {
    let fonts = Fonts::of_this_machine().expect("fonts");
    let doc = document();
    let bytes = paper::ofd::write(&doc, fonts).expect("written");
    if let Some(place) = std::env::var_os("BANCHENG_SHOW") {
        let place = std::path::PathBuf::from(place);
        std::fs::write(place.join("paper.ofd"), &bytes).expect("kept");
        let began = std::time::Instant::now();
        drop(paper::ofd::write(&doc, fonts));
        eprintln!("OFD in {:?}", began.elapsed());
        std::fs::write(place.join("paper.pdf"), paper::pdf::write(&doc, fonts).expect("pdf")).expect("kept");
    }
    assert_eq!(bytes, paper::ofd::write(&doc, fonts).expect("written"), "the same document is the same file");
    assert!(bytes.len() < 600_000, "fonts are cut down: {} bytes", bytes.len());
    let parts = parts(&bytes);
    let text = |name: &str| String::from_utf8(parts[name].clone()).expect("text");
    let main = text("Doc_0/Document.xml");
    let pages = between(&main, "BaseLoc=\"", "\"");
    assert!(pages.len() > 4, "{main}");

    let res = text("Doc_0/PublicRes.xml");
    let files = between(&res, "<ofd:FontFile>", "<");
    let ids = between(&res, "<ofd:Font ID=\"", "\"");
    let fonts: BTreeMap<&str, &Vec<u8>> =
        ids.into_iter().zip(&files).map(|(id, f)| (id, &parts[&format!("Doc_0/Res/{f}")])).collect();
    // A paragraph goes on over the number of its page.
    let (mut said, mut numbers) = (String::new(), Vec::new());
    let mut used = std::collections::BTreeSet::new();
    for page in &pages {
        let page = text(&format!("Doc_0/{page}"));
        for object in between(&page, "<ofd:TextObject ", "</ofd:TextObject>") {
            let font = between(object, "Font=\"", "\"")[0];
            let line = object.rsplit_once("</ofd:TextCode>").expect("a line").0;
            let line = line.rsplit_once('>').expect("a line").1;
            let line =
                line.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&");
            let deltas = between(object, "DeltaX=\"", "\"");
            let places = deltas.first().map_or(0, |d| d.split(' ').count());
            assert_eq!(places + 1, line.chars().count(), "{object}");
            let face = skrifa::FontRef::new(fonts[font]).expect("a font that others can read");
            for c in line.chars() {
                // What no font of this machine has is told in no font.
                if face.charmap().map(c).is_some_and(|g| g.to_u32() > 0) {
                    used.insert(c);
                }
            }
            if line.starts_with("— ") {
                numbers.push(line);
            } else {
                said.push_str(&line);
            }
        }
    }
    for block in &doc.blocks {
        if let Block::Text(runs) = block {
            let whole: String = words(runs);
            assert!(said.contains(&whole), "{whole}");
            assert!(whole.chars().all(|c| used.contains(&c)), "{whole}");
        }
    }
    for whole in [&doc.title, &doc.number, &doc.org, doc.mark.as_ref().expect("a mark")] {
        assert!(said.contains(whole.as_str()), "{whole}");
    }
    assert_eq!(numbers.last(), Some(&format!("— {} —", pages.len())));
    let first = text("Doc_0/Pages/Page_0/Content.xml");
    assert!(first.contains("URI=\"https://bc.example.cn/desk/cases?a=1&amp;b=&quot;2&quot;\""));
}

/// Our reader of seals takes the file: it is a package of the standard, and says that nobody sealed it.
#[test]
fn the_reader_of_seals_opens_it() {
    let bytes = paper::ofd::write(&document(), Fonts::of_this_machine().expect("fonts")).expect("written");
    let options = seal::Options::at("2026-04-01".parse().expect("a day"));
    let report = seal::verify(&bytes, &options).expect("an OFD document");
    assert_eq!((report.file, report.signatures.len()), ("ofd", 0));
}
