//! The body of a .docx: paragraphs, tables, charts, the signature, and the 版记 at the foot of the last page.

use super::chart::chart;
use super::esc;
use super::parts::W;
use crate::gongwen::{Block, Document, Run, columns, signature, words, zh_date};

pub(super) struct Body {
    pub xml: String,
    pub links: Vec<String>,
    pub charts: Vec<String>,
}

/// 156 mm in twentieths of a point.
const WIDE: f32 = 8844.0;
/// One character of the grid, likewise.
const CHAR: f32 = WIDE / 28.0;

struct Writer {
    out: String,
    links: Vec<String>,
    charts: Vec<String>,
}

impl Writer {
    fn text(&mut self, text: &str) {
        self.out.push_str(&format!("<w:r><w:t xml:space=\"preserve\">{}</w:t></w:r>", esc(text)));
    }
    fn runs(&mut self, runs: &[Run]) {
        for run in runs {
            match &run.link {
                None => self.text(&run.text),
                Some(link) => {
                    let n = self.links.iter().position(|l| l == link).unwrap_or_else(|| {
                        self.links.push(link.clone());
                        self.links.len() - 1
                    });
                    self.out.push_str(&format!("<w:hyperlink r:id=\"link{}\" w:history=\"1\">", n + 1));
                    self.text(&run.text);
                    self.out.push_str("</w:hyperlink>");
                }
            }
        }
    }
    fn para(&mut self, style: &str, more: &str, runs: &[Run]) {
        self.out.push_str(&format!("<w:p><w:pPr><w:pStyle w:val=\"{style}\"/>{more}</w:pPr>"));
        self.runs(runs);
        self.out.push_str("</w:p>");
    }
    fn line(&mut self, style: &str, more: &str, text: &str) {
        self.para(style, more, &[Run::plain(text)]);
    }

    fn table(&mut self, title: &str, head: &[String], rows: &[Vec<Vec<Run>>]) {
        self.line("tabletitle", "", title);
        #[expect(clippy::cast_possible_truncation, reason = "twips of a page")]
        let widths: Vec<i64> = columns(head, rows).into_iter().map(|w| (w * WIDE) as i64).collect();
        let side = |n: &str| format!("<w:{n} w:val=\"single\" w:sz=\"4\" w:space=\"0\" w:color=\"000000\"/>");
        let sides: String = ["top", "left", "bottom", "right", "insideH", "insideV"].map(side).concat();
        self.out.push_str(&format!(
            "<w:tbl><w:tblPr><w:tblW w:w=\"{WIDE}\" w:type=\"dxa\"/><w:jc w:val=\"center\"/><w:tblBorders>{sides}</w:tblBorders><w:tblLayout w:type=\"fixed\"/><w:tblCellMar><w:left w:w=\"60\" w:type=\"dxa\"/><w:right w:w=\"60\" w:type=\"dxa\"/></w:tblCellMar></w:tblPr><w:tblGrid>"
        ));
        for w in &widths {
            self.out.push_str(&format!("<w:gridCol w:w=\"{w}\"/>"));
        }
        self.out.push_str("</w:tblGrid><w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>");
        for (h, w) in head.iter().zip(&widths) {
            self.cell(*w, "<w:jc w:val=\"center\"/><w:rPr><w:b/></w:rPr>", &[Run::plain(h)], true);
        }
        self.out.push_str("</w:tr>");
        for row in rows {
            self.out.push_str("<w:tr><w:trPr><w:cantSplit/></w:trPr>");
            for (i, w) in widths.iter().enumerate() {
                let runs = row.get(i).map_or(&[][..], Vec::as_slice);
                let number = words(runs).chars().all(|c| c.is_ascii_digit() || ".%–-".contains(c));
                self.cell(*w, if number { "<w:jc w:val=\"center\"/>" } else { "" }, runs, false);
            }
            self.out.push_str("</w:tr>");
        }
        self.out.push_str("</w:tbl>");
        self.line("a", "", "");
    }
    fn cell(&mut self, width: i64, more: &str, runs: &[Run], head: bool) {
        self.out.push_str(&format!(
            "<w:tc><w:tcPr><w:tcW w:w=\"{width}\" w:type=\"dxa\"/><w:vAlign w:val=\"center\"/></w:tcPr>"
        ));
        if head {
            let title: Vec<_> = runs.to_vec();
            self.out.push_str("<w:p><w:pPr><w:pStyle w:val=\"cell\"/><w:jc w:val=\"center\"/></w:pPr><w:r><w:rPr><w:rFonts w:ascii=\"黑体\" w:hAnsi=\"黑体\" w:eastAsia=\"黑体\"/></w:rPr>");
            self.out
                .push_str(&format!("<w:t xml:space=\"preserve\">{}</w:t></w:r></w:p>", esc(&words(&title))));
        } else {
            self.para("cell", more, runs);
        }
        self.out.push_str("</w:tc>");
    }

    fn chart(&mut self, title: &str, bars: &[(String, f64)]) {
        self.line("tabletitle", "", title);
        self.charts.push(chart(title, bars));
        let n = self.charts.len();
        // 360000 EMU a centimetre: 15.2 cm wide, 0.75 cm a bar.
        let (cx, cy) = (5_472_000, 500_000 + bars.len() * 270_000);
        self.out.push_str(&format!(
            "<w:p><w:pPr><w:pStyle w:val=\"a\"/><w:spacing w:line=\"240\" w:lineRule=\"auto\"/><w:jc w:val=\"center\"/></w:pPr><w:r><w:drawing><wp:inline xmlns:wp=\"http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing\" distT=\"0\" distB=\"0\" distL=\"0\" distR=\"0\"><wp:extent cx=\"{cx}\" cy=\"{cy}\"/><wp:docPr id=\"{n}\" name=\"chart{n}\" descr=\"{}\"/><a:graphic xmlns:a=\"http://schemas.openxmlformats.org/drawingml/2006/main\"><a:graphicData uri=\"http://schemas.openxmlformats.org/drawingml/2006/chart\"><c:chart xmlns:c=\"http://schemas.openxmlformats.org/drawingml/2006/chart\" r:id=\"chart{n}\"/></a:graphicData></a:graphic></wp:inline></w:drawing></w:r></w:p>",
            esc(title)
        ));
    }

    fn block(&mut self, block: &Block) {
        match block {
            Block::Heading { level: 1, text } => self.para("h1", "", text),
            Block::Heading { level: 2, text } => self.para("h2", "", text),
            Block::Heading { text, .. } => self.para("h3", "", text),
            Block::Text(runs) => self.para("body", "", runs),
            Block::Table { title, head, rows } => self.table(title, head, rows),
            Block::Chart { title, bars } => self.chart(title, bars),
        }
    }

    fn attachments(&mut self, names: &[String]) {
        if names.is_empty() {
            return;
        }
        self.line("a", "", "");
        #[expect(clippy::cast_possible_truncation, reason = "twips of a page")]
        let chars = |n: f32| (n * CHAR) as i64;
        for (i, name) in names.iter().enumerate() {
            // 左空二字编排“附件”二字; names stand below one another.
            let text = match (i, names.len()) {
                (0, 1) => format!("附件：{name}"),
                (0, _) => format!("附件：1. {name}"),
                (i, _) => format!("{}. {name}", i + 1),
            };
            let (left, hang) =
                if names.len() == 1 { (5.0, 3.0) } else { (6.5, if i == 0 { 4.5 } else { 1.5 }) };
            let ind = format!("<w:ind w:left=\"{}\" w:hanging=\"{}\"/>", chars(left), chars(hang));
            self.line("a", &ind, &text);
        }
    }

    fn signed(&mut self, doc: &Document) {
        let date = zh_date(doc.date);
        let (org, day) = signature(&doc.org, &date);
        self.line("a", "<w:keepNext/>", "");
        self.line("a", "<w:keepNext/>", "");
        for (text, right) in [(&doc.org, org), (&date, day)] {
            #[expect(clippy::cast_possible_truncation, reason = "twips of a page")]
            let ind = format!(
                "<w:keepLines/><w:ind w:right=\"{}\"/><w:jc w:val=\"right\"/>",
                (right * CHAR) as i64
            );
            self.line("a", &ind, text);
        }
    }

    /// 版记: at the foot of the last page, first and last line thick.
    fn record(&mut self, doc: &Document) {
        let line = |n: &str, size: u8| {
            format!("<w:{n} w:val=\"single\" w:sz=\"{size}\" w:space=\"0\" w:color=\"000000\"/>")
        };
        let none = |n: &str| format!("<w:{n} w:val=\"nil\"/>");
        let sides =
            [line("top", 8), none("left"), line("bottom", 8), none("right"), line("insideH", 6)].concat();
        self.out.push_str(&format!(
            "<w:tbl><w:tblPr><w:tblpPr w:leftFromText=\"0\" w:rightFromText=\"0\" w:vertAnchor=\"margin\" w:horzAnchor=\"margin\" w:tblpXSpec=\"center\" w:tblpYSpec=\"bottom\"/><w:tblOverlap w:val=\"never\"/><w:tblW w:w=\"{WIDE}\" w:type=\"dxa\"/><w:tblBorders>{sides}</w:tblBorders><w:tblLayout w:type=\"fixed\"/></w:tblPr><w:tblGrid><w:gridCol w:w=\"{WIDE}\"/></w:tblGrid>"
        ));
        let mut rows = Vec::new();
        if !doc.copies.is_empty() {
            let stop = if doc.copies.ends_with('。') { "" } else { "。" };
            rows.push(("<w:jc w:val=\"left\"/>".to_owned(), format!("抄送：{}{stop}", doc.copies), None));
        }
        let tabs = format!("<w:tabs><w:tab w:val=\"right\" w:pos=\"{:.0}\"/></w:tabs>", WIDE - 496.0);
        rows.push((tabs, doc.org.clone(), Some(format!("{}印发", zh_date(doc.date)))));
        for (more, text, right) in rows {
            self.out.push_str(&format!(
                "<w:tr><w:trPr><w:cantSplit/></w:trPr><w:tc><w:tcPr><w:tcW w:w=\"{WIDE}\" w:type=\"dxa\"/></w:tcPr><w:p><w:pPr><w:pStyle w:val=\"record\"/>{more}</w:pPr>"
            ));
            self.text(&text);
            if let Some(right) = right {
                self.out.push_str("<w:r><w:tab/></w:r>");
                self.text(&right);
            }
            self.out.push_str("</w:p></w:tc></w:tr>");
        }
        self.out.push_str("</w:tbl>");
        // A table may not be the last thing in a document.
        self.line("a", "<w:snapToGrid w:val=\"0\"/><w:spacing w:line=\"20\" w:lineRule=\"exact\"/>", "");
    }
}

/// Page, margins and grid: 37, 26, 35, 28 mm; 22 lines of 28 characters. A paper with a code has it above its first page.
fn section(check: bool) -> String {
    let (first, title) = if check {
        (
            "<w:headerReference w:type=\"first\" r:id=\"check\"/><w:footerReference w:type=\"first\" r:id=\"rId4\"/>",
            "<w:titlePg/>",
        )
    } else {
        ("", "")
    };
    format!(
        "<w:sectPr>{first}<w:footerReference w:type=\"default\" r:id=\"rId4\"/><w:footerReference w:type=\"even\" r:id=\"rId5\"/><w:pgSz w:w=\"11906\" w:h=\"16838\"/><w:pgMar w:top=\"2098\" w:right=\"1474\" w:bottom=\"1984\" w:left=\"1588\" w:header=\"624\" w:footer=\"1417\" w:gutter=\"0\"/>{title}<w:docGrid w:type=\"lines\" w:linePitch=\"579\"/></w:sectPr>"
    )
}

pub(super) fn body(doc: &Document) -> Body {
    let mut w = Writer { out: String::new(), links: Vec::new(), charts: Vec::new() };
    if let Some(mark) = &doc.mark {
        w.line("mark", "", mark);
        let rule =
            "<w:pBdr><w:bottom w:val=\"single\" w:sz=\"12\" w:space=\"4\" w:color=\"FF0000\"/></w:pBdr>";
        w.line("number", rule, &doc.number);
    } else if !doc.number.is_empty() {
        w.line("number", "", &doc.number);
    }
    w.line("a", "", "");
    for line in title_lines(&doc.title) {
        w.line("title", "", &line);
    }
    w.line("a", "", "");
    if !doc.to.is_empty() {
        w.line("a", "", &format!("{}：", doc.to.trim_end_matches(['：', ':'])));
    }
    for block in &doc.blocks {
        w.block(block);
    }
    w.attachments(&doc.attachments);
    w.signed(doc);
    w.record(doc);
    let xml = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<w:document {W}><w:body>{}{}</w:body></w:document>",
        w.out,
        section(doc.check.is_some())
    );
    Body { xml, links: w.links, charts: w.charts }
}

/// How wide a text stands, in characters of its size: letters and digits are half as wide.
fn width(text: &[char]) -> f64 {
    text.iter().map(|c| if c.is_ascii() { 0.5 } else { 1.0 }).sum()
}

/// May a line end between these two? Not inside a number, a word or a date, nor at the inner side of a mark.
fn breaks(before: char, after: char) -> bool {
    let one = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '%' | '-');
    let counted = matches!(after, '年' | '月' | '日' | '号' | '个' | '件' | '项' | '次');
    let dated = matches!(before, '年' | '月') && after.is_ascii_digit();
    !(one(before) && (one(after) || counted)
        || dated
        || matches!(after, '、' | '，' | '”' | '》' | '）' | '：')
        || matches!(before, '“' | '《' | '（'))
}

/// A title breaks where the sense allows, its lines of about the same width: at most 20 characters of 2号 a line.
pub(crate) fn title_lines(title: &str) -> Vec<String> {
    const MOST: f64 = 19.0;
    let c: Vec<char> = title.chars().collect();
    let lines = (width(&c) / MOST).ceil().max(1.0);
    let each = width(&c) / lines;
    let mut out = Vec::new();
    let mut from = 0;
    while width(&c[from..]) > MOST {
        // After a mark or 的 or before an opening mark is worth four characters of unevenness.
        let sense = |k: usize| {
            matches!(c[k - 1], '、' | '，' | '”' | '》' | '的') || matches!(c[k], '（' | '“' | '《')
        };
        let cost = |k: usize| (width(&c[from..k]) - each).abs() + if sense(k) { 0.0 } else { 4.0 };
        let fits = (from + 1..c.len()).filter(|k| breaks(c[*k - 1], c[*k]) && width(&c[from..*k]) <= MOST);
        let Some(to) = fits.min_by(|a, b| cost(*a).total_cmp(&cost(*b))) else { break };
        out.push(c[from..to].iter().collect());
        from = to;
    }
    out.push(c[from..].iter().collect());
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_break_at_marks_and_lose_nothing() {
        for title in [
            "通报",
            "关于临江市“走流程、解难题、优服务”工作情况的通报",
            "“走流程、解难题、优服务”行动问题清单、需求清单和解决措施清单",
            "云汀市“走解优”工作月报（2026年11月）",
            "",
            "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        ] {
            let lines = title_lines(title);
            assert_eq!(lines.concat(), title);
            let wide = |l: &String| width(&l.chars().collect::<Vec<_>>());
            assert!(lines.iter().all(|l| title.is_ascii() || wide(l) <= 19.0), "{lines:?}");
            assert!(lines.iter().all(|l| !l.starts_with(['、', '”', '，'])), "{lines:?}");
        }
        assert_eq!(title_lines("云汀市“走解优”工作月报（2026年11月）").len(), 1);
        let long = "云汀市行政审批服务局“走解优”工作月报（2026年11月）";
        assert_eq!(title_lines(long), ["云汀市行政审批服务局“走解优”", "工作月报（2026年11月）"]);
    }
}
