//! The OFD of a document is the same pages as its PDF: every letter is there, in a font of the file that has it.

use std::collections::BTreeMap;
use std::io::{Cursor, Read as _};

use paper::gongwen::{Block, Check, Document, Run, words};
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

/// 核验码: in all three formats at the top of the first page, and a seal goes over name and date on the last one.
#[test]
fn a_code_stands_on_the_first_page_and_a_seal_goes_to_the_signature() {
    let fonts = Fonts::of_this_machine().expect("fonts");
    let squares: Vec<Vec<bool>> = (0..21).map(|y| (0..21).map(|x| (x * y) % 3 == 0).collect()).collect();
    let lines = vec!["核验码 ABCD-EFGH-JKMN-PQRS".to_owned(), "扫码核验".to_owned()];
    let doc = Document { check: Some(Check { lines, squares }), ..document() };
    let (bytes, place) = paper::ofd::write_to_seal(&doc, fonts).expect("written");
    let all = parts(&bytes);
    let text = |name: &str| String::from_utf8(all[name].clone()).expect("text");
    assert!(text("Doc_0/Pages/Page_0/Content.xml").contains("核验码 ABCD-EFGH-JKMN-PQRS"));
    assert!(!text("Doc_0/Pages/Page_1/Content.xml").contains("核验码"));
    // The page that the place names holds the name of the office, near its centre.
    let main = text("Doc_0/Document.xml");
    let page = between(&main, &format!("<ofd:Page ID=\"{}\" BaseLoc=\"", place.page), "\"")[0].to_owned();
    let page = text(&format!("Doc_0/{page}"));
    let boxes = between(&page, "<ofd:TextObject ", "</ofd:TextObject>");
    let signed =
        boxes.iter().find(|b| b.ends_with("临江市政务服务管理办公室</ofd:TextCode>")).expect("signed");
    let at: Vec<f64> =
        between(signed, "Boundary=\"", "\"")[0].split(' ').map(|n| n.parse().expect("a number")).collect();
    assert!((at[0] + at[2] / 2.0 - place.x).abs() < 1.0, "{at:?} {place:?}");
    assert!((at[1] - place.y).abs() < 12.0, "{at:?} {place:?}");
    let [x, y, w, h] = place.boundary(42.0, 42.0);
    assert!(x >= 0.0 && y >= 0.0 && x + w <= 210.0 && y + h <= 297.0);

    let word = parts(&paper::word::write(&doc).expect("word"));
    let header = String::from_utf8(word["word/header1.xml"].clone()).expect("text");
    assert!(header.contains("核验码 ABCD-EFGH-JKMN-PQRS") && header.contains("r:embed=\"rId1\""));
    assert!(word["word/media/check.png"].starts_with(b"\x89PNG"));
    let body = String::from_utf8(word["word/document.xml"].clone()).expect("text");
    assert!(
        body.contains("<w:headerReference w:type=\"first\" r:id=\"check\"/>")
            && body.contains("<w:titlePg/>")
    );
    assert!(!parts(&paper::word::write(&document()).expect("word")).contains_key("word/header1.xml"));
    let plain = paper::pdf::write(&document(), fonts).expect("pdf").len();
    assert!(paper::pdf::write(&doc, fonts).expect("pdf").len() > plain);
    if let Some(look) = std::env::var_os("BANCHENG_SHOW") {
        let look = std::path::PathBuf::from(look);
        std::fs::write(look.join("checked.pdf"), paper::pdf::write(&doc, fonts).expect("pdf")).expect("kept");
        std::fs::write(look.join("checked.docx"), paper::word::write(&doc).expect("word")).expect("kept");
    }
}
